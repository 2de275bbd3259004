"""A cohort is called, regions are invited, write their readiness through a link, and send it in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.movement.cohorts import actions
from lawang.movement.cohorts.models import Blueprint, Cohort, Organisation, Participant, Proof, Submission
from lawang.movement.cohorts.tests.cast import (
    AFTER,
    ANSWERS,
    AT,
    CLOSES,
    DURING,
    OPENS,
    advance,
    apply,
    invite,
    make_area,
    make_cohort,
    person,
    secretary,
)
from lawang.record.models import Entry, Outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_cohort() -> Cohort:
    return advance(make_cohort(), Cohort.State.APPLYING)


# The call


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"closes_at": OPENS}, "ditutup setelah dibuka"),
        ({"opens_at": AT - timedelta(days=9), "closes_at": AT - timedelta(days=1)}, "sudah lewat"),
        ({"areas": ["99.99"]}, "tidak dikenal: 99.99"),
    ],
)
def test_a_call_that_cannot_be_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        make_cohort(**more)


def test_only_the_secretariat_calls_and_a_year_has_one_cohort_a_track() -> None:
    make_cohort()
    with pytest.raises(Refused, match="sudah punya angkatan"):
        make_cohort()
    make_cohort(track="Reguler")
    with pytest.raises(Refused, match="tidak mencakup"):
        make_cohort(2027, by=person("assessor", "wayan"))


def test_a_cohort_keeps_the_form_and_criteria_of_its_day() -> None:
    cohort = make_cohort()
    form = Blueprint.objects.get(kind="forms", code="uji")
    Blueprint.objects.create(
        kind="forms", code="uji", number=2, title=form.title, definition={}, pack="uji", at=AT
    )
    cohort.refresh_from_db()
    assert cohort.form == form
    assert [one["code"] for one in cohort.criteria] == ["visi", "uang"]


def test_a_region_rule_of_a_province_takes_what_lies_in_it() -> None:
    province = make_area("13", "Sumatera Barat", Area.Level.PROVINCE)
    agam, other = make_area(), make_area("16.11", "Kabupaten Empat Lawang")
    cohort = make_cohort(areas=[province.code], areas_note="Sumatera Barat")
    assert cohort.takes(agam)
    assert not cohort.takes(other)
    invite(cohort, agam)
    with pytest.raises(Refused, match="di luar wilayah panggilan ini: Sumatera Barat"):
        invite(cohort, other)


def test_a_village_is_not_invited() -> None:
    village = make_area("13.06.01.2001", "Desa", Area.Level.VILLAGE)
    with pytest.raises(Refused, match="kabupaten, kota, atau provinsi"):
        invite(make_cohort(), village)


# The link


def test_an_invitation_mails_a_link_of_which_only_the_hash_is_kept(open_cohort: Cohort) -> None:
    row, secret = invite(open_cohort)
    mail = Outbox.objects.get(kind="cohort_invited")
    assert mail.address == "kominfo@agam.example"
    assert f"https://gerakan.example/undangan/{secret}/" in mail.body
    assert secret not in row.secret_hash
    assert actions.holder(secret) == row
    assert row.status == Participant.Status.INVITED


def test_who_is_invited_again_gets_a_new_link_and_the_old_one_ends(open_cohort: Cohort) -> None:
    row, old = invite(open_cohort)
    again, new = invite(open_cohort, at=AT + timedelta(days=1))
    assert again == row
    assert actions.holder(old) is None
    assert actions.holder(new) == row
    assert row.standings.count() == 1


# The readiness form


def test_a_draft_is_kept_and_sent_when_it_is_whole(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    part = {"pemimpin": {"level": "baik", "words": ""}}
    actions.write(row, answers=part, applications=[], by_office="", at=DURING)
    with pytest.raises(Refused, match="2 pertanyaan belum dipilih"):
        actions.send(row, at=DURING)
    actions.write(row, answers=ANSWERS, applications=[], by_office=" ", at=DURING)
    with pytest.raises(Refused, match="kantor yang mengisi"):
        actions.send(row, at=DURING)
    row = apply(row)
    assert row.status == Participant.Status.APPLIED
    assert Submission.objects.get().applications == [{"name": "e-Surat", "agency": "Kominfo", "users": 40}]
    assert [one.status for one in row.standings.all()] == ["invited", "applied"]
    assert Outbox.objects.filter(kind="readiness_received", address="kominfo@agam.example").count() == 1


def test_what_the_form_does_not_ask_is_left_out(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    given = {
        "pemimpin": {"level": "hebat", "words": "Ya."},
        "asing": {"level": "baik", "words": "x"},
        "anggaran": {"level": "", "words": "  "},
    }
    submission = actions.write(row, answers=given, applications=[{"name": " "}], by_office="", at=DURING)
    assert submission.answers == {"pemimpin": {"level": "", "words": "Ya."}}
    assert submission.applications == []
    with pytest.raises(Refused, match="Paling banyak 200"):
        actions.write(row, answers={}, applications=[{"name": "a"}] * 201, by_office="", at=DURING)


def test_the_form_opens_and_closes_with_a_sentence(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    with pytest.raises(Refused, match="belum dibuka"):
        apply(row, at=OPENS - timedelta(minutes=1))
    actions.write(row, answers=ANSWERS, applications=[], by_office="Kominfo", at=CLOSES)
    with pytest.raises(Refused, match=r"Pendaftaran ditutup .* 1 Juli 2026"):
        actions.write(row, answers={}, applications=[], by_office="", at=CLOSES + timedelta(minutes=1))
    with pytest.raises(Refused, match="Pendaftaran ditutup"):
        actions.send(row, at=AFTER)
    actions.extend(open_cohort, AFTER + timedelta(days=2), by=secretary(), at=AFTER)
    assert actions.send(row, at=AFTER).sent_at == AFTER


def test_the_secretariat_may_close_before_the_deadline(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    advance(open_cohort, Cohort.State.ASSESSING)
    with pytest.raises(Refused, match="ditutup sekretariat"):
        apply(row)


def test_proofs_belong_to_a_question_and_can_be_taken_back(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    upload = SimpleUploadedFile("sk.txt", b"keputusan")
    with pytest.raises(Refused, match="Pilih pertanyaan"):
        actions.prove(row, upload, question="asing", proves="SK", at=DURING)
    with pytest.raises(Refused, match="apa yang dibuktikan"):
        actions.prove(row, upload, question="pemimpin", proves=" ", at=DURING)
    proof = actions.prove(row, upload, question="pemimpin", proves="SK bupati", at=DURING)
    other, _secret = invite(open_cohort, make_area("16.11", "Kabupaten Empat Lawang"))
    with pytest.raises(Refused, match="bukan milik"):
        actions.drop_proof(other, proof, at=DURING)
    actions.drop_proof(row, proof, at=DURING)
    assert not Proof.objects.exists()


# Where it stands


def test_a_cohort_goes_on_step_by_step(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    apply(row)
    cohort = advance(open_cohort, Cohort.State.ASSESSING)
    with pytest.raises(Refused, match="1 peserta belum diputuskan"):
        actions.move_on(cohort, by=secretary(), at=AFTER)
    with pytest.raises(Refused, match="sudah berakhir"):
        invite(cohort, make_area("16.11", "Kabupaten Empat Lawang"))
    with pytest.raises(Refused, match="tidak mencakup"):
        actions.move_on(cohort, by=person("mentor", "made"), at=AFTER)


def test_a_status_set_by_hand_has_a_reason_and_leaves_its_trace(open_cohort: Cohort) -> None:
    row, _secret = invite(open_cohort)
    with pytest.raises(Refused, match="mengikuti langkahnya"):
        actions.change_status(row, Participant.Status.CHOSEN, note="x", by=secretary(), at=AFTER)
    with pytest.raises(Refused, match="Hanya peserta terpilih"):
        actions.change_status(row, Participant.Status.RUNNING, note="x", by=secretary(), at=AFTER)
    with pytest.raises(Refused, match="sebabnya"):
        actions.change_status(row, Participant.Status.WITHDRAWN, note=" ", by=secretary(), at=AFTER)
    actions.change_status(
        row, Participant.Status.WITHDRAWN, note="Tidak ada anggaran.", by=secretary(), at=AFTER
    )
    assert [one.note for one in row.standings.all()] == ["", "Tidak ada anggaran."]
    entry = Entry.objects.filter(thing=f"movement.participant:{row.key}", verb="participant_moved").get()
    assert entry.after == {"status": "withdrawn"}


def test_an_organisation_has_one_name_and_years_in_order() -> None:
    make_cohort()
    row = Organisation(name="Universitas Contoh", kind="university", from_year=2021, to_year=2019)
    with pytest.raises(Refused, match="lebih awal"):
        actions.keep_organisation(row, by=secretary(), at=AT)
    row.to_year = None
    actions.keep_organisation(row, by=secretary(), at=AT)
    with pytest.raises(Refused, match="sudah ada"):
        actions.keep_organisation(
            Organisation(name="Universitas Contoh", kind="ministry"), by=secretary(), at=AT
        )
