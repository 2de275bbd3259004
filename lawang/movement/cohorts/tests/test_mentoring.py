"""Who was chosen is mentored: bimtek, attendance, deliverables, clinics, comments on lines, commitment."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lawang.lib.refused import Refused
from lawang.movement.cohorts import mentoring
from lawang.movement.cohorts.models import Comment, Deliverable, Participant, Session
from lawang.movement.cohorts.tests.cast import AFTER, LATER, make_applied, make_mentored, person, secretary
from lawang.people.models import User
from lawang.record.models import Outbox

pytestmark = pytest.mark.django_db
Status = Deliverable.Status


@pytest.fixture
def agam() -> Participant:
    return make_mentored("made")


@pytest.fixture
def made(agam: Participant) -> User:
    return person("mentor", "made")


def session(agam: Participant, made: User, **more: Any) -> Session:
    given: dict[str, Any] = {
        "stage": "i",
        "starts": date(2026, 7, 6),
        "ends": date(2026, 7, 7),
        "place": "Aula",
        "agenda": "Konsep\nSWOT",
        "by": made,
        "at": AFTER,
    }
    return mentoring.hold_session(agam, **(given | more))


def test_mentoring_begins_with_what_each_stage_hands_over(agam: Participant) -> None:
    assert [(one.stage, one.code, one.status) for one in agam.deliverables.all()] == [
        ("i", "bahan", "waiting"),
        ("ii", "kerangka", "waiting"),
    ]
    assert agam.status == Participant.Status.RUNNING


def test_it_does_not_begin_before_all_are_decided() -> None:
    from lawang.movement.cohorts.tests.cast import PROGRAMME, blueprint

    cohort, _rows = make_applied()
    with pytest.raises(Refused, match="setelah semua peserta diputuskan"):
        mentoring.begin(cohort, blueprint("programmes", PROGRAMME), by=secretary(), at=AFTER)


def test_only_its_own_mentor_and_the_secretariat_mentor_a_region(agam: Participant, made: User) -> None:
    stranger = person("mentor", "budi")
    with pytest.raises(Refused):
        session(agam, stranger)
    session(agam, made)
    session(agam, secretary(), stage="ii")
    with pytest.raises(Refused, match="tidak ada di program"):
        session(agam, made, stage="ix")
    with pytest.raises(Refused, match="lebih awal"):
        session(agam, made, ends=date(2026, 7, 5))


def test_attendance_counts_offices_once_and_after_the_day(agam: Participant, made: User) -> None:
    row = session(agam, made)
    rows = [{"agency": "Dinkes", "people": 3}, {"agency": " ", "people": 2}, {"agency": "PU", "people": 1}]
    with pytest.raises(Refused, match="belum berlangsung"):
        mentoring.count_attendance(row, rows, by=made, at=AFTER)
    row = mentoring.count_attendance(row, rows, by=made, at=LATER)
    assert (row.people, [one["agency"] for one in row.attendance]) == (4, ["Dinkes", "PU"])
    with pytest.raises(Refused, match="ditulis dua kali"):
        mentoring.count_attendance(row, [rows[0], rows[0]], by=made, at=LATER)
    with pytest.raises(Refused, match="1 sampai 1000"):
        mentoring.count_attendance(row, [{"agency": "PU", "people": 0}], by=made, at=LATER)


def test_a_deliverable_is_received_returned_with_a_reason_and_accepted(agam: Participant, made: User) -> None:
    row = agam.deliverables.select_related("participant__cohort", "participant__area").get(code="bahan")
    with pytest.raises(Refused, match="belum diterima"):
        mentoring.judge(row, is_accepted=True, reason="", by=made, at=LATER)
    mentoring.receive(row, None, by=made, at=LATER)
    with pytest.raises(Refused, match="harus diperbaiki"):
        mentoring.judge(row, is_accepted=False, reason=" ", by=made, at=LATER)
    back = mentoring.judge(row, is_accepted=False, reason="SWOT belum ada.", by=made, at=LATER)
    assert (back.status, back.reason) == (Status.RETURNED, "SWOT belum ada.")
    assert "SWOT belum ada." in Outbox.objects.get(kind="deliverable_returned").body
    mentoring.receive(row, None, by=made, at=LATER)
    assert mentoring.judge(row, is_accepted=True, reason="", by=made, at=LATER).status == Status.ACCEPTED
    with pytest.raises(Refused, match="sudah disetujui"):
        mentoring.receive(row, None, by=made, at=LATER)


def test_a_comment_names_the_line_of_a_plan_that_is_elsewhere(agam: Participant, made: User) -> None:
    key = uuid4()
    given: dict[str, Any] = {
        "line": Comment.Line.PROGRAMME,
        "quoted": "Air bersih sampai desa",
        "words": "Targetnya belum ada.",
        "by": made,
        "at": LATER,
    }
    with pytest.raises(Refused, match="revisi"):
        mentoring.comment(agam, line_key=key, **given)
    with pytest.raises(Refused, match="Kutip"):
        mentoring.comment(agam, **(given | {"quoted": " "}))
    row = mentoring.comment(agam, line_key=key, revision=3, **given)
    assert (row.state, row.line_key, row.revision) == ("open", key, 3)
    mentoring.answer(row, "Sudah ditambahkan.", by=made, at=LATER)
    row.refresh_from_db()
    assert (row.state, row.answer) == ("answered", "Sudah ditambahkan.")
    mentoring.settle(row, by=made, at=LATER)
    with pytest.raises(Refused, match="sudah selesai"):
        mentoring.answer(row, "Lagi.", by=made, at=LATER)


def test_clinics_and_commitments_are_written_down(agam: Participant, made: User) -> None:
    with pytest.raises(Refused, match="belum tiba"):
        mentoring.advise(
            agam, day=LATER.date() + timedelta(days=1), office="", subject="S", advice="A", by=made, at=LATER
        )
    mentoring.advise(agam, day=LATER.date(), office="PU", subject="Jalan", advice="Ukur.", by=made, at=LATER)
    assert agam.consultations.get().mentor == made
    given: dict[str, Any] = {"signed_date": LATER.date(), "file": None, "by": made, "at": LATER}
    with pytest.raises(Refused, match="satu kantor satu baris"):
        mentoring.commit(agam, title="Komitmen", heads=" \n", **given)
    row = mentoring.commit(agam, title="Komitmen", heads="PU: Contoh\n\nDinkes: Contoh", **given)
    assert row.heads == "PU: Contoh\nDinkes: Contoh"


def test_nothing_is_added_once_the_cohort_is_closed(agam: Participant, made: User) -> None:
    from lawang.movement.cohorts import actions

    actions.move_on(agam.cohort, by=secretary(), at=LATER)
    agam = Participant.objects.select_related("cohort").get(pk=agam.pk)
    with pytest.raises(Refused, match="tidak sedang didampingi"):
        session(agam, made)
