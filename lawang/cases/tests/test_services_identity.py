"""Checks about people: numbers that fit, the same person twice, a certificate that is still being made."""

import uuid

import pytest

from lawang.cases.models import Case
from lawang.cases.services.identity import number
from lawang.cases.tests.facts import facts, result, verdict
from lawang.cases.tests.national import make_national_case, make_regency, take
from lawang.lib.refused import Refused
from tests.cast import moment

FATHER = {"name": "Budi Contoh", "nik": "1611040703880001", "birth_date": "1988-03-07"}


def test_numbers_that_fit() -> None:
    found = facts({"father": FATHER, "child_name": "Rahma"})
    assert result("niks_match", found, people="father. child_", men="father.") == "passed"


@pytest.mark.parametrize("change", [{"birth_date": "1988-03-08"}, {"nik": "1611044703880001"}])
def test_a_difference_is_a_hint_and_names_the_person(change: dict[str, str]) -> None:
    said = verdict("niks_match", facts({"father": {**FATHER, **change}}), people="father.", men="father.")
    assert said.result == "unsure"
    assert "Budi Contoh" in said.why


def test_without_a_number_nothing_is_compared() -> None:
    assert result("niks_match", facts({"child_name": "Rahma"}), people="child_") == "unsure"


def test_a_parameter_beside_the_name_wins() -> None:
    found = facts(parameters={"report_days": "60"})
    assert number(found, {}, "report_days") == 60
    assert number(found, {"report_days": "30"}, "report_days") == 30


def test_a_parameter_that_is_no_number_is_told_to_whoever_set_it() -> None:
    with pytest.raises(Refused, match="report_days"):
        number(facts(parameters={"report_days": "enam puluh"}), {}, "report_days")


def seen(case: Case, **parameters: str) -> tuple[str, str]:
    case = Case.objects.select_related("applicant", "subject").get(pk=case.pk)
    said = verdict("filed_before", facts(case=case), **parameters)
    return said.result, said.why


@pytest.mark.django_db
def test_the_same_deceased_twice_is_found() -> None:
    make_regency()
    first, second = make_national_case("santunan-kematian"), make_national_case("santunan-kematian")
    result, why = seen(second, who="subject", found="failed")
    assert result == "failed"
    assert first.number in why
    assert seen(second, who="applicant", found="unsure")[0] == "unsure"


@pytest.mark.django_db
def test_another_person_and_what_was_refused_do_not_count() -> None:
    people = make_regency()
    refused = make_national_case("santunan-kematian", 2)
    for step, outcome in (("examine", ""), ("refuse", "refused")):
        take(refused, people, step, at=moment("2026-02-12 10:00"), outcome=outcome)
    other = make_national_case("santunan-kematian", change={"deceased_nik": "1611041105500009"})
    assert seen(make_national_case("santunan-kematian"), who="subject", found="failed")[0] == "passed"
    assert seen(other, who="subject", found="failed")[0] == "passed"


@pytest.mark.django_db
def test_a_newborn_without_a_number_cannot_be_compared() -> None:
    make_regency()
    assert seen(make_national_case("akta-kelahiran"), who="subject", found="failed")[0] == "unsure"


IN_PROCESS = {"papers": {"birth_certificate": "in_process"}}
ASKED = {"paper": "papers.birth_certificate", "service": "akta-kelahiran"}


def test_a_certificate_that_is_there() -> None:
    assert result("certificate_ready", facts({"papers": {"birth_certificate": "have"}}), **ASKED) == "passed"
    assert result("certificate_ready", facts(IN_PROCESS), **ASKED) == "unsure"


@pytest.mark.django_db
def test_a_certificate_of_the_same_bundle_is_followed() -> None:
    people = make_regency()
    birth, card = make_national_case("akta-kelahiran"), make_national_case("kartu-keluarga", 1)
    Case.objects.filter(pk__in=[birth.pk, card.pk]).update(bundle=uuid.uuid4())
    card = Case.objects.get(pk=card.pk)
    assert result("certificate_ready", facts(IN_PROCESS, case=card), **ASKED) == "unsure"
    for step in ("examine", "accept"):
        take(birth, people, step, at=moment("2026-01-13 09:00"))
    take(birth, people, "record_result", at=moment("2026-01-13 10:00"), values={"issued_on": "2026-01-13"})
    said = verdict("certificate_ready", facts(IN_PROCESS, case=card), **ASKED)
    assert (said.result, birth.number in said.why) == ("passed", True)
