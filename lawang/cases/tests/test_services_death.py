"""Checks of a death: in time, who may report, what SIAK has to make before the case can end."""

from typing import Any

import pytest

from lawang.cases.services.death import missing_results
from lawang.cases.tests.facts import facts, result, verdict
from lawang.cases.tests.national import make_national_case, make_regency, take
from lawang.lib.refused import Refused
from tests.cast import moment

DONE = {"issued_on": "2026-02-11"}


@pytest.mark.parametrize(
    ("died", "expected"),
    [("2026-03-16", "passed"), ("2026-02-14", "passed"), ("2026-02-13", "failed"), (None, "unsure")],
)
def test_thirty_days_from_the_death(died: str | None, expected: str) -> None:
    answers = {"death_date": died} if died else {}
    assert result("death_reported_in_time", facts(answers, parameters={"report_days": "30"})) == expected


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("spouse", "passed"),
        ("heir", "passed"),
        ("neighbourhood_head", "unsure"),
        ("proxy", "unsure"),
        (None, "unsure"),
    ],
)
def test_heirs_report(relation: str | None, expected: str) -> None:
    assert result("death_reporter_fits", facts({"deceased_relation": relation})) == expected


@pytest.mark.parametrize(
    ("born", "expected"), [("1950-05-10", "passed"), ("2026-02-03", "failed"), (None, "unsure")]
)
def test_nobody_dies_before_being_born(born: str | None, expected: str) -> None:
    answers = {"deceased_birth_date": born, "death_date": "2026-02-02"}
    assert result("death_after_birth", facts(answers)) == expected


@pytest.mark.parametrize(
    ("answers", "work", "missing"),
    [
        ({"family_left": "nobody", "deceased_marital": "single"}, {}, ["record_certificate"]),
        (
            {"family_left": "left", "deceased_marital": "married"},
            {"record_certificate": DONE},
            ["record_family_card", "record_spouse_card"],
        ),
        (
            {"family_left": "left", "deceased_marital": "married"},
            {"record_certificate": DONE, "record_family_card": DONE, "record_spouse_card": DONE},
            [],
        ),
    ],
)
def test_what_a_death_needs(answers: dict[str, Any], work: dict[str, Any], missing: list[str]) -> None:
    found = facts(answers, work=work)
    assert missing_results(found) == missing
    assert result("death_results_recorded", found) == ("failed" if missing else "passed")


def test_what_is_missing_is_named() -> None:
    said = verdict(
        "death_results_recorded", facts({"family_left": "left"}, work={"record_certificate": DONE})
    )
    assert said.why == "Yang belum dicatat dari SIAK: kartu keluarga yang baru."


@pytest.mark.django_db
def test_the_case_ends_when_all_three_are_there_in_any_order() -> None:
    people = make_regency()
    case, at = make_national_case("akta-kematian"), moment("2026-02-11 09:00")
    for step in ("examine", "accept"):
        case = take(case, people, step, at=at)
    for step in ("record_spouse_card", "record_certificate"):
        case = take(case, people, step, at=at, values=DONE)
        assert (case.state, case.phase) == ("in_siak", "open")
    with pytest.raises(Refused, match="kartu keluarga"):
        take(case, people, "finish", at=at, outcome="granted")
    case = take(case, people, "record_family_card", at=at, values=DONE)
    case = take(case, people, "finish", at=at, outcome="granted")
    assert (case.state, case.outcome, case.decided_on_time) == ("finished", "granted", True)


@pytest.mark.django_db
def test_a_late_report_is_flagged() -> None:
    people = make_regency()
    case, at = (
        make_national_case("akta-kematian", change={"death_date": "2025-12-01"}),
        moment("2026-02-11 09:00"),
    )
    for step in ("examine", "accept"):
        case = take(case, people, step, at=at)
    assert case.work["_flags"] == {"late": {"days": 40}}
