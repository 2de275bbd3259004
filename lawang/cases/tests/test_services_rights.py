"""Requests of data subjects: nothing leaves before it is clear who asks; 72 hours run through holidays."""

import pytest

from lawang.cases.tests.facts import facts, result
from lawang.cases.tests.national import make_national_case, make_regency, take
from lawang.lib.refused import Refused
from tests.cast import moment


@pytest.mark.parametrize(
    ("how", "expected"),
    [("counter", "passed"), ("photo", "passed"), ("not_proven", "failed"), (None, "failed")],
)
def test_identity_comes_first(how: str | None, expected: str) -> None:
    assert result("identity_proven", facts(work={"prove": {"how": how}}), how="prove.how") == expected


@pytest.mark.parametrize(
    ("of", "expected"), [("self", "passed"), ("child", "unsure"), ("other", "unsure"), (None, "unsure")]
)
def test_asking_for_others_is_looked_at(of: str | None, expected: str) -> None:
    assert result("acts_for_self", facts({"data_of": of})) == expected


@pytest.mark.django_db
def test_without_proof_the_request_does_not_go_on() -> None:
    people = make_regency()
    case = make_national_case("data-pribadi")
    with pytest.raises(Refused, match="belum pasti"):
        take(case, people, "prove", at=moment("2026-02-02 11:00"), values={"how": "not_proven"})


@pytest.mark.django_db
def test_seventy_two_hours_run_through_days_off() -> None:
    make_regency()
    case = make_national_case("data-pribadi", at=moment("2026-03-17 10:00"))
    assert case.due_at == moment("2026-03-20 10:00")
