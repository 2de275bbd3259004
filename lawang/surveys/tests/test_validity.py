"""Each check says what is wrong, how many, and what to do; a believable form passes all."""

from dataclasses import replace

import pytest

from lawang.surveys import validity
from lawang.surveys.validity import ERROR, WARNING, Rules, Sheet

RULES = Rules(least_users=50, straight_share=40, zero_share=5)
GOOD = Sheet(
    RULES,
    {(3, 4, 2): 20, (4, 4, 3): 20, (3, 3, 3): 8, (0, 2, 1): 6},
    service="Antre RSUD",
    owner="RSUD",
    application="Antre RSUD",
    application_users=15_800,
)


def codes(sheet: Sheet) -> list[str]:
    return [one.code for one in validity.findings(sheet)]


def test_a_believable_form_passes_everything() -> None:
    assert validity.findings(GOOD) == []


@pytest.mark.parametrize(
    ("change", "code", "weight", "said"),
    [
        ({"patterns": {(3, 4, 2): 49}}, "too_few", ERROR, "Baru 49 pemakai"),
        ({"twice": 2}, "twice", ERROR, "2 jawaban"),
        ({"service": "  "}, "no_service", ERROR, "kosong"),
        ({"owner_ran": False}, "owner_absent", ERROR, "RSUD, pemilik programnya"),
        ({"application_users": 30}, "more_than_users", ERROR, "hanya punya 30 pemakai, tetapi 54 orang"),
        ({"elsewhere": {"Smart Living": 50}}, "elsewhere", WARNING, "Smart Living (50)"),
        ({"patterns": {(4, 4, 4): 30, (3, 4, 2): 30}}, "straight", WARNING, "30 dari 60"),
        ({"patterns": {(0, 0, 0): 4, (3, 4, 2): 56}}, "zeros", WARNING, "4 dari 60"),
        ({"non_users": 3}, "non_users", WARNING, "3 jawaban"),
        ({"unsaid": 3}, "unsaid", WARNING, "tidak menyebut"),
        ({"staff": 4}, "staff", WARNING, "pegawai RSUD"),
        ({"unnamed": 7}, "unnamed", WARNING, "7 jawaban"),
    ],
)
def test_every_fault_is_found_alone(change: dict[str, object], code: str, weight: str, said: str) -> None:
    found = validity.findings(replace(GOOD, **change))  # type: ignore[arg-type]
    assert [(one.code, one.weight) for one in found] == [(code, weight)]
    assert said in found[0].sentence
    assert found[0].todo


@pytest.mark.parametrize(
    "change",
    [
        {"patterns": {(3, 4, 2): 50}},
        {"patterns": {(4, 4, 4): 24, (3, 4, 2): 36}},  # 40 percent is not above 40
        {"patterns": {(0, 0, 0): 3, (3, 4, 2): 57}},
        {"application_users": 54},
        {"application_users": None},
        {"patterns": {(4,): 60}},  # one statement cannot be a straight line
    ],
)
def test_what_lies_on_the_limit_passes(change: dict[str, object]) -> None:
    assert codes(replace(GOOD, **change)) == []  # type: ignore[arg-type]


def test_errors_come_first_and_an_empty_form_says_only_what_is_missing() -> None:
    bad = replace(GOOD, patterns={}, service="", elsewhere={"Smart Economy": 3})
    assert codes(bad) == ["too_few", "no_service", "elsewhere"]


def test_what_is_kept_can_be_said_in_both_languages() -> None:
    kept = validity.in_both_languages(replace(GOOD, twice=2))
    assert kept[0]["code"] == "twice"
    assert set(kept[0]["sentence"]) <= {"id", "en"}
    assert validity.said(kept)[0].sentence == kept[0]["sentence"]["id"]
