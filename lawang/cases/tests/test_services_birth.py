"""Checks of a birth: in time, two witnesses, the name, the parents' age; the flag of late reports."""

from datetime import date
from typing import Any

import pytest

from lawang.cases import answers as kept
from lawang.cases.services.identity import days_late
from lawang.cases.tests.facts import facts, result, verdict
from lawang.cases.tests.national import make_national_case, make_regency, take
from tests.cast import moment

STATEMENTS = "papers.birth_letter papers.marriage_proof"
AHMAD = {"name": "Ahmad Contoh", "nik": "1611041508800003"}
DEWI = {"name": "Dewi Contoh", "nik": "1611045209850004"}
SPTJM = {"birth_letter": "sptjm_birth"}


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2026-03-16", "passed"), ("2026-01-15", "passed"), ("2026-01-14", "failed"), (None, "unsure")],
)
def test_sixty_days_from_the_birth(born: str | None, expected: str) -> None:
    answers = {"child_birth_date": born} if born else {}
    assert result("birth_reported_in_time", facts(answers, parameters={"report_days": "60"})) == expected


def test_the_limit_is_the_regencys_own() -> None:
    found = facts({"child_birth_date": "2026-03-01"}, parameters={"report_days": "10"})
    said = verdict("birth_reported_in_time", found)
    assert (said.result, "Terlambat 5 hari" in said.why) == ("failed", True)


def test_late_is_counted_from_the_last_day_in_time() -> None:
    assert days_late(date(2026, 1, 1), date(2026, 3, 2), 60) == 0
    assert days_late(date(2026, 1, 1), date(2026, 3, 3), 60) == 1


@pytest.mark.parametrize(
    ("witnesses", "papers", "expected"),
    [
        ([AHMAD, DEWI], SPTJM, "passed"),
        ([AHMAD, DEWI], {}, "passed"),
        ([AHMAD, AHMAD], SPTJM, "failed"),
        ([AHMAD], SPTJM, "failed"),
        ([AHMAD], {}, "unsure"),  # without a statement they are only what the form asks
        (
            [AHMAD, {"name": "Siti Contoh", "nik": "1611044107950001"}],
            SPTJM,
            "failed",
        ),  # the reporter herself
        ([AHMAD, {"name": "John Contoh", "travel_document": "X1"}], SPTJM, "passed"),
    ],
)
def test_statements_need_two_different_witnesses(
    witnesses: list[dict[str, str]], papers: dict[str, str], expected: str
) -> None:
    found = facts({"reporter_nik": "1611044107950001", "witnesses": witnesses, "papers": papers})
    assert result("two_witnesses", found, statements=STATEMENTS) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Rahma Putri", "passed"), ("Rahma", "unsure"), ("Rahma " * 11, "failed"), ("Rahma 2", "failed")],
)
def test_names_have_two_words_and_at_most_sixty_letters(name: str, expected: str) -> None:
    rule = {"name_least_words": "2", "name_most_letters": "60"}
    assert result("child_name_fits", facts({"child_name": name}, parameters=rule)) == expected


@pytest.mark.parametrize(
    ("mother", "expected"), [("1995-07-01", "passed"), ("2025-07-01", "unsure"), (None, "unsure")]
)
def test_a_parent_is_older_than_the_child(mother: str | None, expected: str) -> None:
    answers: dict[str, Any] = {"child_birth_date": "2026-01-05"}
    if mother:
        answers["mother"] = {"birth_date": mother}
    assert (
        result("parents_older_than_child", facts(answers, parameters={"parent_least_years": "12"}))
        == expected
    )


@pytest.mark.django_db
def test_a_late_report_is_flagged_when_it_is_accepted() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran", 0, change={"child_birth_date": "2025-06-01"})
    case = take(case, people, "examine", at=moment("2026-01-12 10:00"))
    case = take(case, people, "accept", at=moment("2026-01-12 11:00"))
    assert case.work["_flags"] == {"late": {"days": 165}}


@pytest.mark.django_db
def test_a_report_in_time_carries_no_flag() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran")
    case = take(case, people, "examine", at=moment("2026-01-12 10:00"))
    case = take(case, people, "accept", at=moment("2026-01-12 11:00"))
    assert "_flags" not in case.work


@pytest.mark.django_db
def test_siaks_certificate_ends_the_case_with_its_number() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran")
    for step in ("examine", "accept"):
        case = take(case, people, step, at=moment("2026-01-13 09:00"))
    case = take(
        case, people, "record_result", at=moment("2026-01-14 09:00"), values={"issued_on": "2026-01-14"}
    )
    assert (case.state, case.outcome, case.decided_on_time) == ("finished", "granted", True)
    assert (case.external_system, kept.open_words(case, case.external_reference)) == ("SIAK", "CONTOH-1")
