"""The death benefit: three regencies' rules, the year's quota with its queue, payment lists."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.cases.models import Case, PaymentBatch, Service, ServiceSetting
from lawang.cases.services.benefit import (
    Claim,
    Rule,
    against,
    benefit_amount,
    first_free,
    last_day,
    months_between,
    unknown,
)
from lawang.cases.tests.facts import facts, result, verdict
from lawang.cases.tests.national import (
    definition,
    make_national_case,
    make_published,
    make_regency,
    signed,
    take,
)
from lawang.lib.refused import Refused
from lawang.people.models import User
from tests.cast import moment

PRESETS = {one["code"]: one["values"] for one in definition("santunan-kematian")["presets"]}
ANSWERS = {
    "death_date": "2026-02-02",
    "death_cause": "illness",
    "deceased_birth_date": "1950-05-10",
    "deceased_resident_since": "1950-05-10",
    "death_certificate_date": "2026-02-09",
}
PROPOSED = {"verified_cause": "natural", "household_listed": "listed", "certificate_date": "2026-02-09"}
CLAIM = Claim(
    received=date(2026, 2, 12),
    died=date(2026, 2, 2),
    born=date(1950, 5, 10),
    resident_since=date(1950, 5, 10),
    cause="natural",
    verified=True,
    certificate_on=date(2026, 2, 9),
    is_listed_poor=True,
)
STRICT = Rule(6, 12, frozenset({"suicide", "disaster"}), 90, "certificate", True)


def eligible(
    preset: str, *, received: str = "2026-02-12", work: dict[str, Any] | None = None, **answers: Any
) -> str:
    found = facts(
        {**ANSWERS, **answers},
        parameters=PRESETS[preset],
        work={} if work is None else {"propose": {**PROPOSED, **work}},
        received=date.fromisoformat(received),
    )
    return result("death_benefit_eligible", found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "passed"),
        ({"deceased_resident_since": "2025-08-02"}, "passed"),  # six months to the day
        ({"deceased_resident_since": "2025-08-03"}, "failed"),
        ({"deceased_resident_since": None}, "unsure"),
        (
            {"deceased_birth_date": "2025-02-02", "deceased_resident_since": "2025-02-02"},
            "passed",
        ),  # one year old
        ({"deceased_birth_date": "2025-02-03", "deceased_resident_since": "2025-02-03"}, "failed"),
        ({"death_cause": "suicide"}, "failed"),
        ({"death_cause": "disaster"}, "failed"),
        ({"death_cause": "crime"}, "unsure"),  # a victim, or while committing one?
        ({"death_cause": "other"}, "unsure"),
        ({"death_certificate_date": None}, "unsure"),
        ({"death_certificate_date": "2025-11-14"}, "passed"),  # 90 days
        ({"death_certificate_date": "2025-11-13"}, "failed"),
    ],
)
def test_the_rule_of_musi_rawas(change: dict[str, Any], expected: str) -> None:
    assert eligible("musi_rawas", **change) == expected


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ({}, "passed"),
        ({"verified_cause": "drugs"}, "failed"),
        ({"verified_cause": "crime"}, "failed"),
        ({"certificate_date": "2025-11-13"}, "failed"),  # what officers found counts
    ],
)
def test_what_officers_found_counts_more(work: dict[str, Any], expected: str) -> None:
    assert eligible("musi_rawas", work=work, death_cause="other") == expected


@pytest.mark.parametrize(
    ("change", "work", "expected"),
    [
        ({}, None, "unsure"),  # nobody looked yet whether the family is poor
        ({}, {}, "passed"),
        ({}, {"household_listed": "not_listed"}, "failed"),
        ({"death_date": "2026-01-13"}, {}, "passed"),  # 30 days, of the death and not of the certificate
        ({"death_date": "2026-01-12"}, {}, "failed"),
        ({"death_cause": "suicide"}, {"verified_cause": "suicide"}, "passed"),
    ],
)
def test_the_rule_of_bojonegoro(change: dict[str, Any], work: dict[str, Any] | None, expected: str) -> None:
    assert eligible("bojonegoro", work=work, **change) == expected


@pytest.mark.parametrize(("received", "expected"), [("2026-02-09", "passed"), ("2026-02-10", "failed")])
def test_the_rule_of_blitar(received: str, expected: str) -> None:
    assert eligible("blitar", received=received, deceased_resident_since="2026-02-01") == expected


def test_every_reason_is_told() -> None:
    claim = Claim(
        received=date(2026, 8, 1),
        died=date(2026, 2, 2),
        born=date(2026, 1, 1),
        resident_since=date(2026, 1, 1),
        cause="suicide",
        verified=True,
        certificate_on=date(2026, 2, 9),
        is_listed_poor=False,
    )
    assert len(list(against(claim, STRICT))) == 5
    assert list(unknown(claim, STRICT)) == []
    assert list(against(CLAIM, STRICT)) == []


@given(
    residence=st.integers(0, 24),
    age=st.integers(0, 24),
    window=st.integers(0, 400),
    starts=st.sampled_from(["certificate", "death"]),
    poor=st.booleans(),
    blank=st.sets(
        st.sampled_from(["died", "born", "resident_since", "cause", "certificate_on", "is_listed_poor"])
    ),
)
def test_a_claim_of_which_nothing_is_known_is_never_refused(
    residence: int, age: int, window: int, starts: str, poor: bool, blank: set[str]
) -> None:
    """Silence is a question: what is missing moves a claim from passed to unsure, never to failed."""
    rule = Rule(residence, age, frozenset({"suicide"}), window, starts, poor)
    values = {**vars(CLAIM), **dict.fromkeys(blank)}
    values["verified"] = values["cause"] is not None
    claim = Claim(**values)
    before = list(against(CLAIM, rule))
    assert set(against(claim, rule)) <= set(before)
    if not before and not blank:
        assert not list(unknown(claim, rule))


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-31", "2026-02-28", 0),
        ("2026-01-31", "2026-03-31", 2),
        ("2025-08-02", "2026-02-02", 6),
        ("2026-02-02", "2026-02-01", -1),
    ],
)
def test_whole_months(start: str, end: str, months: int) -> None:
    assert months_between(date.fromisoformat(start), date.fromisoformat(end)) == months


@pytest.mark.parametrize(
    ("name", "value"), [("excluded_causes", "suicide banjir"), ("filing_from", "akta"), ("poor_only", "ya")]
)
def test_a_rule_that_makes_no_sense_is_told(name: str, value: str) -> None:
    found = facts(ANSWERS, parameters={**PRESETS["musi_rawas"], name: value})
    with pytest.raises(Refused, match=value.split()[-1]):
        result("death_benefit_eligible", found)


def test_the_amount_is_whole_or_a_part() -> None:
    assert benefit_amount(3_000_000, 100, complete=True) == 3_000_000
    assert benefit_amount(300_000, 60, complete=False) == 180_000


@pytest.mark.parametrize(
    ("preset", "papers", "amount", "expected"),
    [
        ("musi_rawas", "complete", 3_000_000, "passed"),
        ("musi_rawas", "complete", 2_500_000, "failed"),
        ("blitar", "partial", 180_000, "passed"),
        ("blitar", "complete", 180_000, "failed"),
    ],
)
def test_the_proposed_amount_is_the_rules(preset: str, papers: str, amount: int, expected: str) -> None:
    work = {"propose": {"papers": papers, "amount": amount}}
    assert result("benefit_amount_fits", facts(parameters=PRESETS[preset], work=work)) == expected


@pytest.mark.parametrize(
    ("owner", "expected"), [("AMINAH  CONTOH", "passed"), ("Hasan Contoh", "unsure"), ("", "unsure")]
)
def test_the_account_is_the_heirs(owner: str, expected: str) -> None:
    answers = {"reporter_name": "Aminah Contoh", "bank_account_name": owner}
    assert result("account_in_name", facts(answers)) == expected


# The year's budget


def test_the_cut_off_is_a_day_of_the_year() -> None:
    assert last_day(2026, "12-12") == date(2026, 12, 12)
    with pytest.raises(Refused, match="cut_off"):
        last_day(2026, "12 Desember")


@given(used=st.dictionaries(st.integers(2026, 2032), st.integers(0, 5)), quota=st.integers(1, 5))
def test_whoever_waits_gets_the_first_year_with_a_place(used: dict[int, int], quota: int) -> None:
    year = first_free(2026, used, quota)
    assert used.get(year, 0) < quota
    assert all(used.get(before, 0) >= quota for before in range(2026, year))


def test_without_a_quota_next_year_has_a_place() -> None:
    assert first_free(2027, {2027: 5000}, None) == 2027
    with pytest.raises(Refused, match="nol"):
        first_free(2027, {}, 0)


@pytest.mark.parametrize(
    ("today", "quota", "left"),
    [
        ("2026-12-12", "none", "passed"),
        ("2026-12-13", "none", "failed"),
        ("2026-03-01", "1", "passed"),
        ("2026-03-01", "0", "failed"),
    ],
)
def test_quota_left_and_used_up_are_opposites(today: str, quota: str, left: str) -> None:
    found = facts(parameters={"yearly_quota": quota, "cut_off": "12-12"}, today=date.fromisoformat(today))
    assert result("quota_left", found) == left
    assert result("quota_used_up", found) == ("failed" if left == "passed" else "passed")
    assert result("before_cut_off", found) == ("failed" if today > "2026-12-12" else "passed")


NIKS = ("1611041005500001", "1611041105500002", "1611041205500003")


def set_quota(value: str) -> None:
    make_published("santunan-kematian")
    ServiceSetting.objects.create(
        service=Service.objects.get(code="santunan-kematian"), name="yearly_quota", value=value
    )


def proposed(people: dict[str, User], nik: str) -> Case:
    """Return a claim that waits for the head's decision."""
    case = make_national_case(
        "santunan-kematian", change={"deceased_nik": nik, "deceased_birth_date": f"1950-05-{nik[6:8]}"}
    )
    example = definition("santunan-kematian")["examples"][0]
    case = take(case, people, "examine", at=moment("2026-02-13 09:00"))
    return take(case, people, "propose", at=moment("2026-02-18 09:00"), values=example["steps"][1]["fields"])


@pytest.mark.django_db
def test_the_last_place_is_given_once_and_others_wait_for_the_next_year() -> None:
    people = make_regency()
    set_quota("1")
    first, second, third = (proposed(people, nik) for nik in NIKS)
    at = moment("2026-02-20 09:00")
    with pytest.raises(Refused, match="jangan diantrekan"):
        take(first, people, "grant_later", at=at, outcome="granted")
    first = take(first, people, "grant", at=at, outcome="granted")
    with pytest.raises(Refused, match="Kuota tahun 2026"):
        take(second, people, "grant", at=at, outcome="granted")
    second = take(second, people, "grant_later", at=at, outcome="granted")
    third = take(third, people, "grant_later", at=at, outcome="granted")
    first, second, third = (signed(one, people, at=at) for one in (first, second, third))
    assert [one.quota_year for one in (first, second, third)] == [2026, 2027, 2028]
    assert [one.state for one in (first, second)] == ["granted", "waiting_budget"]
    with pytest.raises(Refused, match="anggaran tahun 2027"):
        take(second, people, "take_from_queue", at=moment("2026-12-01 09:00"))
    second = take(second, people, "take_from_queue", at=moment("2027-01-11 09:00"))
    assert (second.state, second.quota_year) == ("granted", 2027)


@pytest.mark.django_db
def test_an_approval_taken_back_frees_its_place() -> None:
    people = make_regency()
    set_quota("1")
    first, second = (proposed(people, nik) for nik in NIKS[:2])
    at = moment("2026-02-20 09:00")
    first = take(first, people, "grant", at=at, outcome="granted")
    first = take(first, people, "take_back", at=at)  # before it was signed
    assert (first.state, first.quota_year, first.outcome) == ("proposed", None, "")
    first = signed(take(first, people, "grant", at=at, outcome="granted"), people, at=at)
    first = take(first, people, "correct", at=at)  # after
    assert (first.state, first.quota_year, first.outcome) == ("examining", None, "")
    assert take(second, people, "grant", at=at, outcome="granted").quota_year == 2026


@pytest.mark.django_db
def test_benefits_are_paid_by_lists_that_close_when_all_have_their_money() -> None:
    people = make_regency()
    set_quota("none")
    at = moment("2026-02-20 09:00")
    cases = [take(proposed(people, nik), people, "grant", at=at, outcome="granted") for nik in NIKS[:2]]
    cases = [signed(case, people, at=at) for case in cases]
    cases = [take(case, people, "list_for_payment", at=at) for case in cases]
    batch = PaymentBatch.objects.get()
    assert {case.batch_id for case in cases} == {batch.pk}
    assert (batch.number, batch.year, batch.state) == ("BAYAR-SKM-2026-000001", 2026, "draft")
    take(cases[0], people, "mark_paid", at=at)
    batch.refresh_from_db()
    assert batch.state == "draft"
    take(cases[1], people, "mark_paid", at=moment("2026-02-27 14:00"))
    batch.refresh_from_db()
    assert (batch.state, batch.paid_at) == ("paid", moment("2026-02-27 14:00"))


@pytest.mark.django_db
def test_a_transfer_that_comes_back_goes_on_another_list() -> None:
    people = make_regency()
    set_quota("none")
    at = moment("2026-02-20 09:00")
    case = proposed(people, NIKS[0])
    case = signed(take(case, people, "grant", at=at, outcome="granted"), people, at=at)
    for step in ("list_for_payment", "mark_paid", "payment_returned"):
        case = take(case, people, step, at=at)
    assert (case.state, case.batch_id, case.quota_year) == ("granted", None, 2026)
    case = take(case, people, "list_for_payment", at=at)
    assert case.batch is not None
    assert case.batch.number == "BAYAR-SKM-2026-000002"


@pytest.mark.django_db
def test_nothing_is_listed_after_the_cut_off() -> None:
    people = make_regency()
    set_quota("none")
    at = moment("2026-12-11 09:00")
    case = signed(take(proposed(people, NIKS[0]), people, "grant", at=at, outcome="granted"), people, at=at)
    with pytest.raises(Refused, match="ditutup"):
        take(case, people, "list_for_payment", at=moment("2026-12-14 09:00"))


def test_what_is_refused_says_why() -> None:
    found = facts(
        {**ANSWERS, "deceased_resident_since": "2025-10-01"},
        parameters=PRESETS["musi_rawas"],
        received=date(2026, 2, 12),
    )
    assert verdict("death_benefit_eligible", found).why == (
        "Almarhum menjadi warga kabupaten ini 4 bulan; syaratnya 6 bulan."
    )
