"""The letter of a result says what the panel said, is signed by the head, and is replaced after an objection."""

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pypdfium2  # type: ignore[import-untyped]
import pytest
from django.test import Client

from lawang.documents import actions as documents
from lawang.documents import composing, several
from lawang.documents.models import Document
from lawang.exchange.models import ReceivedBatch, ReceivedPart
from lawang.exchange.tests import sides
from lawang.lib.refused import Refused
from lawang.movement import letters, panel
from lawang.movement.letters import letters_of, valid_of, write_result
from lawang.movement.models import Assessment, Evaluation, Mark, Objection
from lawang.movement.tests import letters as wordings
from lawang.movement.tests.cast import AT, hand_in, make_area, make_evaluation, person, survey
from lawang.movement.tests.test_panel import marks, seat
from lawang.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def secretary() -> User:
    wordings.install(AT)
    return person("movement-secretariat", "ketut")


@pytest.fixture
def published(secretary: User) -> Assessment:
    """Two regencies, one with a result of two assessors, the other absent."""
    evaluation = make_evaluation(make_area(), make_area("16.03", "Muara Enim"))
    evaluation.assessments.filter(area__code="16.03").update(state=Assessment.State.ANSWERING)
    regency = evaluation.assessments.get(area__code="16.11")
    wayan, made = seat(regency, "wayan"), seat(regency, "made")
    hand_in(
        regency, wayan, marks(4), strengths="Dewan aktif\nData terbuka", recommendations="Perbarui SK Dewan"
    )
    hand_in(regency, made, marks(3), strengths="Dewan aktif", recommendations="Tambah anggaran")
    survey(regency, C1_1="2.345")
    panel.settle(regency, by=secretary, at=AT)
    panel.publish(evaluation, by=secretary, at=AT)
    return Assessment.objects.whole().get(pk=regency.pk)


def test_a_letter_says_what_the_panel_said(published: Assessment, secretary: User) -> None:
    letter = write_result(published, by=secretary, at=AT)
    assert composing.values_of(letter) == {
        "region": published.area.title,
        "evaluation": "Evaluasi kota cerdas 2026",
        "year": "2026",
        "instrument": "uji-2026",
        "track": "Reguler",
        "final": "3,27",
        "improvement": "",
        "components": "Baseline: 3,50\nOutcome: 3,50\nImpact: 2,35",
        "strengths": "Dewan aktif\nData terbuka",
        "weaknesses": "Lemah",
        "recommendations": "1. Perbarui SK Dewan\n2. Tambah anggaran",
    }
    assert (letter.state, letter.number) == ("waiting", "HSL/001/Sekretariat/VI/2026")
    letter = wordings.sign(letter, AT)
    assert valid_of(published) == letter
    with pypdfium2.PdfDocument(documents.file_of(letter)) as pdf:
        printed = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    for words in ("3,27", "Data terbuka", "2. Tambah anggaran", "Luh Contoh"):
        assert words in printed


def test_letters_of_a_year_are_written_once(published: Assessment, secretary: User) -> None:
    evaluation = published.evaluation
    assert letters.write_results(evaluation, by=secretary, at=AT) == 1
    assert letters.write_results(evaluation, by=secretary, at=AT) == 0
    assert len(letters_of(published)) == 1
    absent = evaluation.assessments.get(area__code="16.03")
    assert letters_of(absent) == []
    with pytest.raises(Refused, match="setelah hasilnya diumumkan"):
        write_result(absent, by=secretary, at=AT)


def test_nothing_is_written_before_publishing_nor_by_others(secretary: User) -> None:
    regency = make_evaluation(make_area()).assessments.get()
    with pytest.raises(Refused, match="setelah hasilnya diumumkan"):
        write_result(regency, by=secretary, at=AT)
    with pytest.raises(Refused, match="tidak mencakup"):
        write_result(regency, by=person("assessor", "made"), at=AT)
    with pytest.raises(Refused, match="tidak mencakup"):
        letters.office_of(person("assessor", "made"))


def test_a_result_that_changes_after_an_objection_replaces_its_letter(
    published: Assessment, secretary: User
) -> None:
    first = wordings.sign(write_result(published, by=secretary, at=AT), AT)
    raised = Objection.objects.create(assessment=published, words="Perbup kami ada.", by=secretary, at=AT)
    panel.answer_objection(raised, answer="Benar.", is_accepted=True, by=secretary, at=AT)
    mark = Mark.objects.filter(sheet__assessment=published, mark=3).first()
    assert mark is not None
    panel.revise(mark, 4, reason="Perbup terbit", by=mark.sheet.seat.user, at=AT)
    done = panel.settle(published, by=secretary, at=AT)
    assert done.state == Assessment.State.PUBLISHED
    assert done.evaluation.state == Evaluation.State.PUBLISHED
    second = write_result(done, by=secretary, at=AT)
    third = write_result(done, by=secretary, at=AT)  # the second still waited: its number is void
    third = wordings.sign(third, AT)
    for letter in (first, second):
        letter.refresh_from_db()
    assert (first.state, first.replaced_by, second.state, third.state) == (
        "replaced",
        third,
        "revoked",
        "valid",
    )


def test_a_signed_letter_reaches_the_regency_once_and_is_kept_with_what_its_signature_is_worth(
    published: Assessment, secretary: User, tmp_path: Path
) -> None:
    regency, movement = sides.make_pair(tmp_path)
    with movement.here():
        letter = wordings.sign(write_result(published, by=secretary, at=AT), AT)
        pdf = documents.file_of(letter)
    content = sides.seal(movement, regency)
    assert letter.number.encode() not in content
    Assessment.objects.filter(pk=published.pk).update(
        key=uuid4()
    )  # the regency's own row, without a letter yet
    published.refresh_from_db()
    shutil.copy(movement.keys / "master.key", regency.keys)  # both sides share these tables
    for _time in range(2):
        taken = sides.receive(regency, content)
        assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    assert not ReceivedPart.objects.filter(is_read=False).exists()
    (kept,) = letters_of(published)
    assert (kept.origin, kept.state, kept.date) == ("elsewhere", "valid", letter.date)
    assert kept.validation["verdict"] != "unsigned"
    with regency.here():
        assert documents.file_of(kept) == pdf
        assert composing.values_of(kept) == {"number": letter.number}


def test_the_head_signs_the_letters_of_thirty_regencies_in_one_press(
    secretary: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        several, "LONGEST", timedelta(minutes=10)
    )  # the machine may be busy with other things
    evaluation = make_evaluation(*(make_area(f"16.{n}", f"Kabupaten {n}") for n in range(30, 60)))
    values = dict.fromkeys(letters.result_values(evaluation.assessments.all()[0]), "contoh")
    for row in evaluation.assessments.all():
        letters.write(letters.RESULT, row, values, office=letters.office_of(secretary), by=secretary, at=AT)
    client.force_login(wordings.head())
    page = client.get("/meja/dokumen/?pilih=semua")
    keys = [str(letter.key) for letter, is_ticked in page.context["mine"] if is_ticked]
    answer = client.post("/meja/dokumen/tanda-tangan/", {"pilih": keys}, follow=True)
    assert "30 surat ditandatangani." in answer.content.decode()
    assert set(Document.objects.values_list("state", flat=True)) == {Document.State.VALID}
