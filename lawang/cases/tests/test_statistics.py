"""The tallies against a slow count over the same cases, before and after changes."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from lawang.areas.models import Area
from lawang.cases import statistics
from lawang.cases.actions import COUNTED, Given, applicant_step, take_step
from lawang.cases.models import Case, OfficeTally, Service, Stay, Tally
from lawang.measures.periods import parse
from lawang.people.models import User
from lawang.people.node import zone
from tests.case_factory import make_case, make_version
from tests.cast import moment

pytestmark = pytest.mark.django_db
MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def make_places() -> list[Area]:
    district = {"level": "district", "decree": "d", "valid_from": date(2020, 1, 1)}
    village = {**district, "level": "village"}
    found = []
    for number in (1, 2):
        parent = Area.objects.create(code=f"16.11.0{number}", name=f"Kecamatan {number}", **district)
        found.append(Area.objects.create(code=f"{parent.code}.2001", name="Desa", parent=parent, **village))
    return found


def live(officer: User, head: User, count: int, seed: int = 1) -> list[Case]:
    """File cases over half a year and let them go all ways."""
    chance = random.Random(seed)
    places: list[Area | None] = (
        [*make_places(), None] if not Area.objects.exists() else [*Area.objects.all(), None]
    )
    found = []
    for _number in range(count):
        at = moment("2026-01-02 08:00") + timedelta(minutes=chance.randrange(150 * 24 * 60))
        case = make_case(at=at)
        Case.objects.filter(pk=case.pk).update(area=chance.choice(places))
        found.append(case)
        go_on(case, officer, head, at, chance)
    return found


def go_on(case: Case, officer: User, head: User, at: datetime, chance: random.Random) -> None:
    def later() -> datetime:
        nonlocal at
        at += timedelta(hours=chance.randrange(1, 90))
        return at

    if chance.random() < 0.3:
        case = take_step(case, "ask", Given(items=["KTP"]), by=officer, at=later())
        if chance.random() < 0.2:
            applicant_step(case, "withdraw", at=later())
            return
        case = applicant_step(case, "answer", at=later())
    if chance.random() < 0.15:
        return
    case = take_step(case, "forward", by=officer, at=later())
    if chance.random() < 0.15:
        return
    outcome = chance.choice(["granted", "granted", "granted", "refused"])
    case = take_step(case, "decide", Given(outcome=outcome, note="Sudah dipakai"), by=head, at=later())
    if chance.random() < 0.2:
        applicant_step(case, "reopen", at=at + timedelta(hours=2))


def slow(start: date, end: date, district: str = "") -> statistics.Performance:
    """Count by reading every case."""
    received = decided = on_time = late = first = refused = 0
    days: Counter[int] = Counter()
    over = datetime.combine(end + timedelta(days=1), datetime.min.time(), tzinfo=zone())

    def within(at: datetime | None) -> bool:
        return at is not None and start <= at.astimezone(zone()).date() <= end

    for case in Case.objects.select_related("area"):
        if district and not (case.area and case.area.code.startswith(district)):
            continue
        received += within(case.received_at)
        if case.due_at and case.due_at < over and case.received_at < over:
            late += case.phase == "open" or bool(case.decided_at and case.decided_at >= over)
        if within(case.decided_at) and case.outcome in COUNTED:
            decided += 1
            on_time += bool(case.decided_on_time)
            first += case.asked_count == 0
            refused += case.outcome == "refused"
            assert case.days_taken is not None
            days[case.days_taken] += 1
    return statistics.Performance(received, decided, on_time, late, first, refused, dict(days))


def same_as_slow() -> None:
    for first in range(6):
        for last in range(first, 6):
            end = (MONTHS[last] + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            assert statistics.performance(MONTHS[first], end) == slow(MONTHS[first], end)
    district = Area.objects.get(code="16.11.01")
    found = statistics.performance(MONTHS[0], date(2026, 6, 30), districts=[district.pk])
    assert found == slow(MONTHS[0], date(2026, 6, 30), "16.11.01")


def test_tallies_equal_a_slow_count_also_after_changes(officer: User, head: User) -> None:
    live(officer, head, 40)
    at = moment("2026-07-01 01:00")
    assert statistics.fill(at=at, anew=True).months > 0
    same_as_slow()
    live(officer, head, 10, seed=2)
    Case.objects.update(changed_at=at)
    for case in Case.objects.filter(phase="decided")[:3]:
        assert case.decided_at is not None
        applicant_step(case, "reopen", at=case.decided_at + timedelta(hours=1))
        Case.objects.filter(pk=case.pk).update(changed_at=at)
    statistics.fill(at=at + timedelta(hours=1))
    same_as_slow()
    before = list(
        Tally.objects.order_by("service", "owner", "district", "month").values_list(
            "month", "received", "days"
        )
    )
    statistics.fill(at=at + timedelta(hours=2), anew=True)
    after = list(
        Tally.objects.order_by("service", "owner", "district", "month").values_list(
            "month", "received", "days"
        )
    )
    assert before == after


def test_a_run_counts_only_what_changed(officer: User, head: User) -> None:
    case = make_case(at=moment("2026-03-16 09:00"))
    make_case(at=moment("2026-01-05 09:00"))
    assert statistics.fill(at=moment("2026-03-16 10:00")).months == 2
    take_step(case, "forward", by=officer, at=moment("2026-03-17 10:00"))
    assert statistics.fill(at=moment("2026-03-17 11:00")).months == 1
    assert statistics.fill(at=moment("2026-03-18 11:00")).months == 0


def test_waits_are_told_by_office(officer: User, head: User) -> None:
    for _number in range(6):
        case = make_case(at=moment("2026-03-02 09:00"))
        case = take_step(case, "forward", by=officer, at=moment("2026-03-03 09:00"))
        take_step(case, "decide", Given(outcome="granted"), by=head, at=moment("2026-03-10 09:00"))
    statistics.fill(at=moment("2026-04-01 01:00"))
    found = statistics.waits(date(2026, 3, 1), date(2026, 3, 31))
    assert [(wait.stays, wait.median_days) for wait in found] == [(6, 5), (6, 1)]
    assert OfficeTally.objects.count() == 2
    assert Stay.objects.filter(phase="open", days=None, left_at__isnull=False).count() == 0


def test_open_and_overdue_counts_as_broken(officer: User, head: User) -> None:
    for _number in range(5):
        case = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 09:00"))
        take_step(case, "decide", Given(outcome="granted"), by=head, at=moment("2026-03-18 09:00"))
    make_case()  # stays open
    statistics.fill(at=moment("2026-04-01 01:00"))
    counted = statistics.on_time_share(parse("2026-T1"), {"service": "pinjam-aula"})
    assert counted is not None
    assert round(counted.amount, 2) == Decimal("83.33")
    assert counted.rows == {"counted": 5, "of": 6, "overdue": 1}


def test_a_figure_that_could_be_subtracted_is_told_roughly(officer: User, head: User) -> None:
    for number in range(6):
        case = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 09:00"))
        late = moment("2026-03-18 09:00") if number else moment("2026-03-31 09:00")
        take_step(case, "decide", Given(outcome="granted"), by=head, at=late)
    statistics.fill(at=moment("2026-04-01 01:00"))
    month = statistics.on_time_share(
        parse("2026-03"), {"service": "pinjam-aula"}
    )  # a part of the quarter that is told
    assert month is not None
    assert (month.amount, month.rows, month.is_rough) == (Decimal(85), {}, True)


def test_figures_about_a_few_people_are_not_given(officer: User, head: User) -> None:
    for _number in range(4):
        make_case()
    statistics.fill(at=moment("2026-04-01 01:00"))
    assert statistics.received(parse("2026-T1"), {}) is None
    assert statistics.on_time_share(parse("2026-T1"), {}) is None
    make_case()
    statistics.fill(at=moment("2026-04-01 02:00"), anew=True)
    assert statistics.received(parse("2026-T1"), {}) is not None


def test_percentiles_are_nearest_rank() -> None:
    days = {1: 5, 2: 4, 10: 1}
    assert statistics.percentile(days, 50) == 1
    assert statistics.percentile(days, 90) == 2
    assert statistics.percentile(days, 100) == 10
    assert statistics.percentile({1: 4}, 50) is None


def test_services_are_kept_apart(officer: User, head: User) -> None:
    other = make_version(code="pinjam-tenda", series="TND")
    for number in range(7):
        make_case(other if number % 2 else None)
    statistics.fill(at=moment("2026-04-01 01:00"))
    found = statistics.by_service(date(2026, 3, 1), date(2026, 3, 31))
    assert {Service.objects.get(pk=pk).code: one.received for pk, one in found.items()} == {
        "pinjam-aula": 4,
        "pinjam-tenda": 3,
    }
