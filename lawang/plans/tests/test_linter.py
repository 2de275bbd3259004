"""Every rule finds its own trouble and is quiet when it is mended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lawang.plans.linter import (
    RULES,
    ApplicationSubject,
    BodySubject,
    IndicatorSubject,
    ProgrammeSubject,
    QuickWinSubject,
    Report,
    Subject,
    examine,
)

TODAY = date(2026, 11, 22)


def indicator(**changes: Any) -> IndicatorSubject:
    good = IndicatorSubject(
        key="i1",
        code="I-01",
        title={"id": "Rumah tersambung air bersih"},
        direction="up",
        has_definition=True,
        source_note="PDAM",
        owner_ends=None,
        baseline=Decimal(1000),
        baseline_year=2023,
        targets={year: Decimal(500 * (year - 2021)) for year in range(2024, 2034)},
        colour="on_track",
        last_end=date(2026, 9, 30),
        has_evidence=True,
    )
    return replace(good, **changes)


def programme(**changes: Any) -> ProgrammeSubject:
    good = ProgrammeSubject(
        key="p1",
        code="P-01",
        title={"id": "Air bersih sampai desa"},
        leaf="leaf",
        year_from=2024,
        year_to=2033,
        state="running",
        colour="on_track",
        has_lead=True,
        lead_ends=None,
        says_what=True,
        says_for_whom=True,
        in_rpjmd=True,
        goal=1,
        activities=2,
        overdue=[],
        needs=[],
        money={year: (1_000_000_000, 700_000_000 if year < 2026 else 0) for year in range(2024, 2034)},
        indicators=[indicator()],
    )
    return replace(good, **changes)


def quick_win(**changes: Any) -> QuickWinSubject:
    good = QuickWinSubject(
        key="q1",
        code="Q-01",
        name="Sambung cepat",
        dimension="dimension",
        starts=date(2026, 1, 5),
        ends=date(2026, 12, 20),
        progress=80,
        users_before=0,
        users_after=40,
        partners=1,
        risks=2,
        unmitigated=0,
    )
    return replace(good, **changes)


def body(kind: str = "council", **changes: Any) -> BodySubject:
    good = BodySubject(
        code=kind,
        kind=kind,
        name={"id": kind},
        legal_basis="Keputusan Bupati 1/2024",
        meetings=[(date(2026, 3, 3), True)],
        outsiders=[("Rektor", 1)],
    )
    return replace(good, **changes)


def subject(**changes: Any) -> Subject:
    good = Subject(
        today=TODAY,
        year_from=2024,
        year_to=2033,
        legal_basis=("Peraturan Bupati", "12/2024", date(2024, 1, 2)),
        has_legal_file=True,
        has_vision=True,
        missions=1,
        goals={1: "T1"},
        leaves={"leaf": {"id": "Prasarana Kesehatan"}},
        dimensions={"dimension": {"id": "Kehidupan"}},
        gaps={"leaf"},
        elements={"structure": {"id": "Struktur"}},
        swot={"structure"},
        programmes=[programme()],
        quick_wins=[quick_win()],
        bodies=[body("council"), body("team"), body("forum")],
        applications=[ApplicationSubject("A", "SIMPEL", "running", 120, True)],
    )
    return replace(good, **changes)


def found(report: Report) -> set[str]:
    return {result.rule.code for result in report.results if result.findings}


def one(**changes: Any) -> Subject:
    return subject(programmes=[programme(**changes)])


def measured(**changes: Any) -> Subject:
    return one(indicators=[indicator(**changes)])


def hurried(**changes: Any) -> Subject:
    return subject(quick_wins=[quick_win(**changes)])


def steered(**changes: Any) -> Subject:
    return subject(bodies=[body("council", **changes), body("team"), body("forum")])


BROKEN: dict[str, Callable[[], Subject]] = {
    "legal-basis": lambda: subject(legal_basis=("Peraturan Bupati", "", None)),
    "legal-file": lambda: subject(has_legal_file=False),
    "direction": lambda: subject(has_vision=False),
    "goal-served": lambda: subject(goals={1: "T1", 2: "T2"}),
    "leaf-covered": lambda: subject(
        leaves={"leaf": {"id": "a"}, "energi": {"id": "b"}}, gaps={"leaf", "energi"}
    ),
    "gap-described": lambda: subject(gaps=set()),
    "swot-complete": lambda: subject(swot=set()),
    "dimension-quick-win": lambda: subject(quick_wins=[quick_win(dimension=None)]),
    "owner": lambda: one(has_lead=False),
    "owner-exists": lambda: one(lead_ends=date(2026, 1, 1)),
    "indicator": lambda: one(indicators=[]),
    "budget": lambda: one(money={}),
    "budget-zero-twice": lambda: one(money={2024: (5, 0)}),
    "overspent": lambda: one(money=dict.fromkeys(range(2024, 2034), (10, 11))),
    "paid-not-done": lambda: one(colour="off_track", money=dict.fromkeys(range(2024, 2034), (10, 9))),
    "within-period": lambda: one(year_from=2023),
    "past-end": lambda: one(year_to=2025),
    "described": lambda: one(says_for_whom=False),
    "in-rpjmd": lambda: one(in_rpjmd=False),
    "activities": lambda: one(activities=0),
    "milestone-late": lambda: one(overdue=[({"id": "Serah terima"}, date(2026, 1, 1))]),
    "needs-hold": lambda: one(needs=[("P-09", 2040, "running")]),
    "baseline": lambda: measured(baseline=None),
    "target": lambda: measured(targets={}),
    "can-move": lambda: measured(direction="down"),
    "definition": lambda: measured(has_definition=False),
    "figures": lambda: measured(last_end=None),
    "fresh": lambda: measured(colour="stale"),
    "proof": lambda: measured(has_evidence=False, source_note=""),
    "figure-owner": lambda: measured(owner_ends=date(2025, 1, 1)),
    "quick-win-length": lambda: hurried(ends=date(2027, 2, 1)),
    "quick-win-risk": lambda: hurried(risks=0),
    "quick-win-late": lambda: hurried(starts=date(2026, 1, 1), ends=date(2026, 10, 1)),
    "quick-win-users": lambda: hurried(users_after=None),
    "quick-win-partner": lambda: hurried(partners=0),
    "bodies": lambda: subject(bodies=[body("council"), body("team")]),
    "body-basis": lambda: steered(legal_basis=""),
    "met-this-year": lambda: steered(meetings=[(date(2025, 3, 3), True)]),
    "minutes": lambda: steered(meetings=[(date(2026, 3, 3), True), (date(2026, 5, 5), False)]),
    "outsiders-present": lambda: steered(outsiders=[("Rektor", 0)]),
    "application-purpose": lambda: subject(applications=[ApplicationSubject("A", "X", "idle", 3, True)]),
}


def test_a_complete_plan_has_no_finding_and_the_full_score() -> None:
    report = examine(subject())
    assert found(report) == set()
    assert report.score == 100


def test_every_rule_is_tried_here() -> None:
    assert set(BROKEN) == {rule.code for rule in RULES}
    assert len(RULES) >= 20


@pytest.mark.parametrize("code", BROKEN)
def test_each_rule_finds_its_trouble_and_only_that(code: str) -> None:
    report = examine(BROKEN[code]())
    assert found(report) == {code}
    assert report.score < 100
    finding = next(result for result in report.results if result.findings)
    assert finding.findings[0].place
    assert finding.rule.why
    assert finding.rule.mend


def test_an_empty_plan_is_examined_too() -> None:
    empty = subject(
        programmes=[], quick_wins=[], bodies=[], applications=[], leaves={}, dimensions={}, elements={}
    )
    assert examine(empty).score < 100


def test_heavier_findings_come_first() -> None:
    results = examine(subject(has_legal_file=False, bodies=[])).results
    assert [result.rule.code for result in results[:2]] == ["bodies", "legal-file"]
