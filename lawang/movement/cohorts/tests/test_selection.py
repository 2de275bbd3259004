"""Assessors mark blind, talk when all are in, and the secretariat decides with a reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lawang.documents import composing
from lawang.lib.refused import Refused
from lawang.movement.cohorts import selection
from lawang.movement.cohorts.models import Participant, Point
from lawang.movement.cohorts.tests.cast import (
    AFTER,
    DURING,
    decide,
    hand_in,
    make_applied,
    make_area,
    person,
    seat,
    secretary,
)
from lawang.movement.letters import letters_of
from lawang.movement.tests import letters
from lawang.people.permissions import may
from lawang.record.models import Outbox

pytestmark = pytest.mark.django_db
MUARA_ENIM = ("16.03", "Kabupaten Muara Enim")


@pytest.fixture
def agam() -> Participant:
    return make_applied()[1][0]


def slot(participant: Participant, *jurors: Any, **more: Any) -> Any:
    given: dict[str, Any] = {
        "starts_at": DURING,
        "minutes": 60,
        "place": "Ruang 2",
        "jurors": jurors,
        "by": secretary(),
        "at": DURING,
    }
    return selection.set_slot(participant, **(given | more))


def test_no_assessor_is_in_two_interviews_at_one_hour() -> None:
    _cohort, (agam, muara) = make_applied(make_area(), make_area(*MUARA_ENIM))
    wayan, _user = seat(agam, "wayan")
    seat(muara, "wayan")
    made, _user = seat(muara, "made")
    slot(agam, wayan)
    with pytest.raises(Refused, match="mewawancarai Kabupaten Agam"):
        slot(muara, wayan, made, starts_at=DURING + timedelta(minutes=59))
    slot(muara, made)
    slot(muara, wayan, starts_at=DURING + timedelta(minutes=60))
    with pytest.raises(Refused, match="sudah punya wawancara"):
        slot(muara, made, starts_at=DURING - timedelta(minutes=30))


@pytest.mark.parametrize(
    ("more", "said"),
    [({"minutes": 0}, "5 sampai 480"), ({"place": " "}, "ruang"), ({"jurors": []}, "satu penilai")],
)
def test_an_interview_that_cannot_be_is_refused(agam: Participant, more: dict[str, Any], said: str) -> None:
    juror, _user = seat(agam, "wayan")
    with pytest.raises(Refused, match=said):
        slot(agam, juror, **more)


def test_only_who_was_given_the_region_declares_and_marks(agam: Participant) -> None:
    seat(agam, "wayan")
    stranger = person("assessor", "budi")
    with pytest.raises(Refused):
        selection.declare(agam, conflict="", by=stranger, at=DURING)
    ballot = selection.declare(agam, conflict="", by=person("assessor", "wayan"), at=DURING)
    with pytest.raises(Refused):
        selection.mark(ballot, {"visi": 3}, by=stranger, at=DURING)


@pytest.mark.parametrize(
    ("marks", "said"),
    [({"visi": 6}, "1 sampai 5"), ({"visi": 0}, "1 sampai 5"), ({"asing": 3}, "asing tidak ada")],
)
def test_marks_are_whole_and_on_the_scale(agam: Participant, marks: dict[str, int], said: str) -> None:
    _juror, wayan = seat(agam, "wayan")
    ballot = selection.declare(agam, conflict="", by=wayan, at=DURING)
    with pytest.raises(Refused, match=said):
        selection.mark(ballot, marks, by=wayan, at=DURING)


def test_a_sheet_is_handed_in_whole_and_then_stands(agam: Participant) -> None:
    _juror, wayan = seat(agam, "wayan")
    ballot = selection.declare(agam, conflict="", by=wayan, at=DURING)
    selection.mark(ballot, {"visi": 3}, by=wayan, at=DURING)
    with pytest.raises(Refused, match="1 kriteria belum bernilai: Anggaran"):
        selection.hand_in(ballot, by=wayan, at=DURING)
    selection.mark(ballot, {"uang": 2}, by=wayan, at=DURING)
    selection.hand_in(ballot, by=wayan, at=DURING)
    with pytest.raises(Refused, match="sudah diserahkan"):
        selection.mark(ballot, {"uang": 5}, by=wayan, at=DURING)
    agam.refresh_from_db()
    assert agam.status == Participant.Status.ASSESSED


def test_marks_are_blind_until_all_are_in(agam: Participant) -> None:
    (_one, wayan), (_two, made) = seat(agam, "wayan"), seat(agam, "made")
    hand_in(agam, wayan, 5, 5)
    assert selection.ballots_shown_to(made, agam) == []
    assert selection.ballots_shown_to(secretary(), agam) == []
    assert [one.score for one in selection.ranking(agam.cohort)] == [None]
    hand_in(agam, made, 2, 4)
    assert len(selection.ballots_shown_to(made, agam)) == 2
    lines = selection.lines_of(agam.cohort, selection.ballots_shown_to(secretary(), agam))
    assert [(line.mean, line.spread) for line in lines] == [(Decimal("3.5"), 3), (Decimal("4.5"), 1)]


def test_a_conflict_keeps_an_assessor_out_and_wipes_the_marks(agam: Participant) -> None:
    (_one, wayan), (_two, made) = seat(agam, "wayan"), seat(agam, "made")
    ballot = selection.declare(agam, conflict="", by=wayan, at=DURING)
    selection.mark(ballot, {"visi": 5}, by=wayan, at=DURING)
    ballot = selection.declare(agam, conflict="Pernah menjadi konsultannya.", by=wayan, at=DURING)
    assert not ballot.points.exists()
    with pytest.raises(Refused, match="benturan kepentingan"):
        selection.mark(ballot, {"visi": 5}, by=wayan, at=DURING)
    assert not selection.is_complete(agam)
    hand_in(agam, made, 3, 3)
    assert selection.is_complete(agam)
    assert selection.ranking(agam.cohort)[0].score == Decimal("3.00")


def test_when_all_have_a_conflict_nobody_can_decide(agam: Participant) -> None:
    _juror, wayan = seat(agam, "wayan")
    selection.declare(agam, conflict="Keluarga bekerja di sana.", by=wayan, at=DURING)
    assert not selection.is_complete(agam)
    with pytest.raises(Refused, match="Belum semua"):
        decide(agam)


def test_nobody_is_seated_after_the_marks_are_open(agam: Participant) -> None:
    _juror, wayan = seat(agam, "wayan")
    hand_in(agam, wayan, 3, 3)
    with pytest.raises(Refused, match="tidak lagi menilai tertutup"):
        seat(agam, "made")


def test_reconciling_keeps_the_first_mark_and_the_reason(agam: Participant) -> None:
    (_one, wayan), (_two, made) = seat(agam, "wayan"), seat(agam, "made")
    hand_in(agam, wayan, 5, 5)
    point = Point.objects.get(ballot__juror__user=wayan, criterion="visi")
    with pytest.raises(Refused, match="setelah semua penilai"):
        selection.revise(point, 3, reason="Terlalu tinggi.", by=wayan, at=DURING)
    hand_in(agam, made, 2, 4)
    with pytest.raises(Refused, match="mengapa"):
        selection.revise(point, 3, reason=" ", by=wayan, at=DURING)
    with pytest.raises(Refused):
        selection.revise(point, 3, reason="Bukan milik saya.", by=made, at=DURING)
    selection.revise(point, 4, reason="Rencananya belum ada.", by=wayan, at=DURING)
    again = selection.revise(point, 3, reason="Sepakat.", by=wayan, at=DURING)
    assert (again.mark, again.first, again.reason) == (3, 5, "Sepakat.")
    decide(agam)
    with pytest.raises(Refused, match="sudah diputuskan"):
        selection.revise(point, 5, reason="Lagi.", by=wayan, at=DURING)


def test_the_ranking_weighs_the_criteria_and_rounds_once() -> None:
    cohort, (agam, muara) = make_applied(make_area(), make_area(*MUARA_ENIM))
    for name, high, low in (("wayan", (4, 3), (2, 5)), ("made", (4, 4), (3, 5)), ("putu", (5, 4), (2, 5))):
        for row, marks in ((agam, high), (muara, low)):
            hand_in(row, seat_again(row, name), *marks)
    ranks = selection.ranking(cohort)
    assert [one.participant.area.code for one in ranks] == ["13.06", "16.03"]
    assert [one.score for one in ranks] == [
        Decimal("4.13"),
        Decimal("3.13"),
    ]  # 0,7 x 13/3 + 0,3 x 11/3; 7/3, 5


def seat_again(row: Participant, name: str) -> Any:
    """Seat somebody before the first of a region hands in would be usual; here each region's marks stay blind."""
    from lawang.movement.cohorts.models import Juror

    user = person("assessor", name)
    juror, _new = Juror.objects.get_or_create(cohort=row.cohort, user=user)
    juror.participants.add(row)
    return user


def test_a_decision_has_a_reason_a_letter_and_tells_the_office(agam: Participant) -> None:
    _juror, wayan = seat(agam, "wayan")
    hand_in(agam, wayan, 4, 5)
    with pytest.raises(Refused, match="alasannya"):
        selection.decide(agam, is_chosen=True, reason=" ", by=secretary(), at=AFTER)
    with pytest.raises(Refused, match="tidak mencakup"):
        selection.decide(agam, is_chosen=True, reason="Siap.", by=wayan, at=AFTER)
    row = decide(agam)
    assert row.status == Participant.Status.CHOSEN
    assert row.determination.score == Decimal("4.30")
    (letter,) = letters_of(row.determination)
    assert letter.state == "waiting"
    words = composing.values_of(letter) or {}
    assert words["region"] == "Kabupaten Agam"
    assert words["reason"] == "Siap bekerja."
    assert not Outbox.objects.filter(kind="cohort_decided").exists()  # not before it is signed
    letter = letters.sign(letter, AFTER)
    assert letter.state == "valid"
    mail = Outbox.objects.get(kind="cohort_decided")
    assert "Kabupaten Agam terpilih dalam Angkatan 2026." in mail.body
    assert f"nomor {letter.number}," in mail.body
    assert mail.body.endswith(f"/cek/{letter.code}/")
    with pytest.raises(Refused, match="sudah diputuskan"):
        decide(agam)


def test_a_memorandum_is_for_the_chosen_and_has_two_parties(agam: Participant) -> None:
    _juror, wayan = seat(agam, "wayan")
    hand_in(agam, wayan, 4, 4)
    given: dict[str, Any] = {
        "number": "1/MoU/2026",
        "parties": "Bupati Agam\nDirektur Jenderal",
        "signed_date": AFTER.date(),
        "ends_date": None,
        "file": None,
        "by": secretary(),
        "at": AFTER,
    }
    with pytest.raises(Refused, match="hanya untuk peserta terpilih"):
        selection.sign_memorandum(agam, **given)
    row = decide(agam)
    with pytest.raises(Refused, match="dua pihak"):
        selection.sign_memorandum(row, **(given | {"parties": "Bupati Agam\n \n"}))
    with pytest.raises(Refused, match="setelah ditandatangani"):
        selection.sign_memorandum(row, **(given | {"ends_date": AFTER.date()}))
    selection.sign_memorandum(row, **given)
    selection.sign_memorandum(row, **(given | {"number": "2/MoU/2026"}))
    row.refresh_from_db()
    assert (row.status, row.memorandum.number) == (Participant.Status.MOU, "2/MoU/2026")


def test_files_of_a_region_are_for_its_assessors_and_the_secretariat(agam: Participant) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from lawang.movement.cohorts.rules import may_read_paper, may_read_proof
    from lawang.record.actions import keep_file
    from lawang.record.models import Privacy

    _juror, wayan = seat(agam, "wayan")
    upload = SimpleUploadedFile("sk.txt", b"isi")
    for thing, reader in ((agam.submission, may_read_proof), (agam, may_read_paper)):
        upload.seek(0)
        file = keep_file(upload, name="sk.txt", about=thing, privacy=Privacy.INTERNAL, by=None, at=DURING)
        assert reader(wayan, file)
        assert reader(secretary(), file)
        assert not reader(person("assessor", "budi"), file)
        assert not reader(person("mentor", "made"), file)
    assert not may(person("mentor", "made"), "movement.mentor", agam)
