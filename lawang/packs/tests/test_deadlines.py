"""Deadlines over every year that the national table of holidays covers, against a count that walks day by day."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from lawang.lib.clock import Clock, Kind, Pause, due, spent
from lawang.lib.tests.slow_clock import counted, in_days, slow_due
from lawang.packs.kinds import days_of
from lawang.people.calendar import WorkingDays
from lawang.people.models import Holiday
from lawang.settings import ROOT

WIB, WITA, WIT = (ZoneInfo(f"Asia/{name}") for name in ("Jakarta", "Makassar", "Jayapura"))


@cache
def table() -> dict[str, Any]:
    """Return the national calendar as its pack writes it."""
    calendars = yaml.safe_load((ROOT / "packs" / "nasional" / "holidays.yaml").read_text())
    return next(one for one in calendars if one["code"] == "nasional")


@cache
def office(*, joint_leave: bool = True) -> WorkingDays:
    days = days_of(table()).items()
    off = {day for day, (_name, kind) in days if joint_leave or kind != Holiday.Kind.JOINT_LEAVE}
    return WorkingDays(frozenset(table()["weekend"]), frozenset(off))


FIRST = datetime.combine(date(table()["years"]["from"], 1, 1), time(), WIB)
LAST = datetime.combine(date(table()["years"]["to"] + 1, 1, 1), time(), WIB)
MINUTES = int((LAST - FIRST).total_seconds()) // 60
MOMENTS = st.integers(0, MINUTES - 1).map(lambda minutes: FIRST + timedelta(minutes=minutes))
GAPS = st.lists(st.tuples(st.integers(-3 * 1440, 40 * 1440), st.integers(0, 30 * 1440)), max_size=5)
ZONES = st.sampled_from([WIB, WITA, WIT])


def pauses_of(start: datetime, gaps: list[tuple[int, int]]) -> list[Pause]:
    """Return pauses near a receipt: minutes after it, and how many minutes long."""
    return [
        Pause(start + timedelta(minutes=after), start + timedelta(minutes=after + length))
        for after, length in gaps
    ]


@pytest.mark.parametrize(
    ("received", "count", "joint_leave", "expected"),
    [
        ("2026-03-17", 3, True, "2026-03-27"),  # joint leave on the 18th, 20th, 23rd and 24th
        ("2026-03-17", 3, False, "2026-03-23"),
        ("2026-03-16", 10, True, "2026-04-07"),
        ("2026-03-16", 10, False, "2026-03-31"),
    ],
)
def test_over_eid(received: str, count: int, joint_leave: bool, expected: str) -> None:
    found = due(
        Clock(Kind.WORKING_DAYS, count),
        datetime.fromisoformat(f"{received} 09:00").replace(tzinfo=WIB),
        days=office(joint_leave=joint_leave),
        zone=WIB,
    )
    assert found == datetime.fromisoformat(f"{expected} 23:59:59").replace(tzinfo=WIB)


@examples(max_examples=400)
@given(st.integers(0, 60), MOMENTS, GAPS, ZONES)
def test_due_agrees_with_walking_day_by_day(
    count: int, start: datetime, gaps: list[tuple[int, int]], zone: ZoneInfo
) -> None:
    pauses = pauses_of(start, gaps)
    found = due(Clock(Kind.WORKING_DAYS, count), start, days=office(), zone=zone, pauses=pauses)
    walked = slow_due(count, start.astimezone(zone).date(), office().includes, in_days(pauses, zone))
    assert found == datetime.combine(walked, time(23, 59, 59), zone)


@examples(max_examples=200)
@given(MOMENTS, st.integers(0, 90 * 1440), GAPS, ZONES)
def test_spent_agrees_with_walking_day_by_day(
    start: datetime, length: int, gaps: list[tuple[int, int]], zone: ZoneInfo
) -> None:
    end = start + timedelta(minutes=length)
    pauses = [pause for pause in pauses_of(start, gaps) if pause.start <= end]
    found = spent(Clock(Kind.WORKING_DAYS, 5), start, end, days=office(), zone=zone, pauses=pauses)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    assert found == counted(first, last, office().includes, in_days(pauses, zone))


@examples(max_examples=400)
@given(st.integers(0, 40), MOMENTS, GAPS, ZONES, st.sets(st.integers(-5, 90), min_size=1, max_size=10))
def test_another_holiday_never_moves_a_deadline_earlier(
    count: int, start: datetime, gaps: list[tuple[int, int]], zone: ZoneInfo, new: set[int]
) -> None:
    pauses = pauses_of(start, gaps)
    day = start.astimezone(zone).date()
    more = WorkingDays(office().weekend, office().holidays | {day + timedelta(days=number) for number in new})
    clock = Clock(Kind.WORKING_DAYS, count)
    before = due(clock, start, days=office(), zone=zone, pauses=pauses)
    after = due(clock, start, days=more, zone=zone, pauses=pauses)
    assert before is not None
    assert after is not None
    assert after >= before


@examples(max_examples=200)
@given(st.integers(0, 40), MOMENTS, GAPS, ZONES)
def test_a_pause_never_moves_a_deadline_earlier(
    count: int, start: datetime, gaps: list[tuple[int, int]], zone: ZoneInfo
) -> None:
    for kind in Kind:
        dues = [
            due(Clock(kind, count), start, days=office(), zone=zone, pauses=pauses_of(start, gaps[:number]))
            for number in range(len(gaps) + 1)
        ]
        assert None not in dues
        assert dues == sorted(one for one in dues if one)


def test_every_year_of_the_table_is_walked() -> None:
    """From every day of every year: no pauses, one and ten working days."""
    days = office()
    day = FIRST.date()
    while day < LAST.date():
        start = datetime.combine(day, time(9), WIB)
        for count in (1, 10):
            found = due(Clock(Kind.WORKING_DAYS, count), start, days=days, zone=WIB)
            assert found is not None
            assert found.date() == slow_due(count, day, days.includes, [])
        day += timedelta(days=1)
