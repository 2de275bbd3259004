"""The village's business certificate: the place lies in the village, the letter is not valid for ever."""

from datetime import date

import pytest

from lawang.cases.following import documents_of, not_taken_back
from lawang.cases.models import Case
from lawang.cases.services.business import is_within, months_later
from lawang.cases.tests.facts import facts, result
from lawang.cases.tests.national import make_national_case, make_regency, take
from lawang.documents.actions import pdf
from lawang.documents.models import Document, VoidedNumber
from lawang.documents.numbers import gaps
from lawang.documents.signatures import sign
from lawang.documents.tests.reading import text_of
from lawang.lib.refused import Refused
from tests.cast import moment

MONDAY = moment("2026-02-09 10:00")
PREPARED = {"seen_how": "known", "valid_until": "2026-08-09"}


@pytest.mark.parametrize(
    ("place", "area", "inside"),
    [
        ("16.11.03.2007", "16.11.03.2007", True),
        ("16.11.03.2007", "16.11.03", True),
        ("16.11.03.2007", "16.11.04", False),
        ("16.11.030.2007", "16.11.03", False),
    ],
)
def test_a_place_lies_in_an_area(place: str, area: str, inside: bool) -> None:
    assert is_within(place, area) is inside


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-02-09", 6, "2026-08-09"), ("2026-08-31", 6, "2027-02-28"), ("2026-12-15", 1, "2027-01-15")],
)
def test_months_later(start: str, months: int, end: str) -> None:
    assert months_later(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_an_applicant_from_elsewhere_is_a_hint() -> None:
    same = {"village": "16.11.03.2007", "business_village": "16.11.03.2007"}
    assert result("applicant_of_village", facts(same)) == "passed"
    assert result("applicant_of_village", facts({**same, "village": "16.11.04.2001"})) == "unsure"


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2026-09-16", "passed"), ("2026-09-17", "failed"), ("2026-03-16", "failed"), (None, "unsure")],
)
def test_a_letter_is_valid_for_six_months_at_most(until: str | None, expected: str) -> None:
    work = {"prepare": {"valid_until": until}} if until else {}
    assert result("valid_until_fits", facts(work=work, parameters={"valid_months": "6"})) == expected


@pytest.mark.django_db
def test_the_application_reaches_the_village_of_the_business() -> None:
    people = make_regency()
    case = make_national_case("surat-keterangan-usaha")
    assert case.office.code == "kantor-16.11.03.2007"
    case = take(case, people, "prepare", at=MONDAY, values=PREPARED)
    case = take(case, people, "sign", at=MONDAY)
    letter = Document.objects.get()
    assert (case.state, letter.kind, letter.office.code) == ("signing", "certificate", "kantor-16.11.03.2007")
    assert [one.office for one in letter.signatures.all()] == ["head"]
    sign(letter, by=people["kantor-16.11.03.2007"], passphrase="", at=MONDAY)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("issued", "granted")  # the promise is kept when it is signed


@pytest.mark.django_db
def test_a_letter_that_was_taken_back_cannot_be_signed() -> None:
    """Its number is void and says why, so the series has no gap; the next letter decides the case."""
    people = make_regency()
    case = make_national_case("surat-keterangan-usaha")
    head = people["kantor-16.11.03.2007"]
    for step in ("prepare", "sign", "take_back", "sign"):
        case = take(case, people, step, at=MONDAY, values=PREPARED if step == "prepare" else None)
    old, new = Document.objects.order_by("pk")
    assert (old.state, new.state) == ("revoked", "waiting")
    assert "Tarik kembali sebelum ditandatangani" in old.reason
    assert [(one.number, one.reason) for one in VoidedNumber.objects.all()] == [(old.number, old.reason)]
    assert new.series is not None
    assert gaps(new.series) == []
    with pytest.raises(Refused, match="tidak sedang menunggu"):
        sign(old, by=head, passphrase="", at=MONDAY)
    case.refresh_from_db()
    assert case.state == "signing"
    sign(new, by=head, passphrase="", at=MONDAY)
    case.refresh_from_db()
    assert case.state == "issued"
    assert [one.pk for one in not_taken_back(documents_of(case))] == [new.pk]  # what applicants find
    assert "Surat ini belum ditandatangani dan belum berlaku." in text_of(pdf(old))  # what officers see


@pytest.mark.django_db
def test_a_correction_that_is_taken_back_leaves_the_old_letter_free_for_the_next() -> None:
    people = make_regency()
    case = make_national_case("surat-keterangan-usaha")
    head = people["kantor-16.11.03.2007"]
    case = take(case, people, "prepare", at=MONDAY, values=PREPARED)
    case = take(case, people, "sign", at=MONDAY)
    first = sign(Document.objects.get(), by=head, passphrase="", at=MONDAY)
    for step in ("correct", "sign", "take_back"):
        case = take(case, people, step, at=MONDAY)
    first.refresh_from_db()
    assert (first.state, first.replaced_by, first.reason) == ("valid", None, "")
    case = take(case, people, "sign", at=MONDAY)
    last = Document.objects.latest("pk")
    sign(last, by=head, passphrase="", at=MONDAY)
    first.refresh_from_db()
    assert (first.state, first.replaced_by) == ("replaced", last)


@pytest.mark.django_db
def test_a_business_moved_out_of_the_village_by_a_correction_is_not_certified() -> None:
    people = make_regency()
    case = make_national_case("surat-keterangan-usaha")
    Case.objects.filter(pk=case.pk).update(answers={**case.answers, "business_village": "16.11.04.2001"})
    with pytest.raises(Refused, match="bukan di"):
        take(case, people, "prepare", at=MONDAY, values=PREPARED)
