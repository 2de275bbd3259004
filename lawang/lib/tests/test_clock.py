from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawang.lib.calendar import add_working_days, is_working_day, working_days_between
from lawang.lib.clock import Clock, EveryDay, Kind, Pause, due, left, merged, missed, spent, words
from lawang.lib.tests.slow_clock import QUARTER, counted, in_days, slow_due, slow_hours_due

WIB = ZoneInfo("Asia/Jakarta")
WIT = ZoneInfo("Asia/Jayapura")
ZONES = st.sampled_from([WIB, ZoneInfo("Asia/Makassar"), WIT])
EID = frozenset(date(2026, 3, day) for day in (18, 19, 20, 21, 22, 23, 24))
JOINT_LEAVE = frozenset(date(2026, 3, day) for day in (20, 23, 24))


@dataclass(frozen=True)
class Office:
    """The working days of an office that is closed on Saturdays, Sundays and some days more."""

    holidays: frozenset[date] = EID

    def add(self, day: date, count: int) -> date:
        return add_working_days(day, count, (6, 7), self.holidays)

    def between(self, start: date, end: date) -> int:
        return working_days_between(start, end, (6, 7), self.holidays)

    def includes(self, day: date) -> bool:
        return is_working_day(day, (6, 7), self.holidays)


OFFICE = Office()
THREE = Clock(Kind.WORKING_DAYS, 3)
BREACH = Clock(Kind.HOURS, 72)  # UU 27/2022: 3 x 24 hours


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def evening(text: str) -> datetime:
    return wib(f"{text} 23:59:59")


def pause(start: str, end: str | None = None) -> Pause:
    return Pause(wib(start), wib(end) if end else None)


def test_the_day_of_receipt_does_not_count() -> None:
    received = wib("2026-03-17 10:00")
    assert due(THREE, received, days=OFFICE, zone=WIB) == evening("2026-03-27")
    worked = Office(EID - JOINT_LEAVE)
    assert due(THREE, received, days=worked, zone=WIB) == evening("2026-03-24")
    assert due(Clock(Kind.CALENDAR_DAYS, 3), received, days=OFFICE, zone=WIB) == evening("2026-03-20")


def test_the_zone_decides_which_day_it_is() -> None:
    """15:30 UTC is Monday evening in Jakarta and Tuesday in Jayapura."""
    received = datetime(2026, 4, 6, 15, 30, tzinfo=UTC)
    assert due(THREE, received, days=OFFICE, zone=WIB) == evening("2026-04-09")
    assert due(THREE, received, days=OFFICE, zone=WIT) == datetime(2026, 4, 10, 23, 59, 59, tzinfo=WIT)


def test_hours_run_through_nights_and_holidays() -> None:
    received = wib("2026-03-20 21:10")
    assert due(BREACH, received, days=OFFICE, zone=WIB) == wib("2026-03-23 21:10")
    asked = [pause("2026-03-21 08:00", "2026-03-21 09:30")]
    assert due(BREACH, received, days=OFFICE, zone=WIB, pauses=asked) == wib("2026-03-23 22:40")


def test_a_pause_adds_the_working_days_it_took() -> None:
    """Received on Monday the 6th and due on Thursday; asked on Tuesday, answered on the Monday after: four more."""
    asked = [pause("2026-04-07 09:00", "2026-04-13 16:00")]
    received = wib("2026-04-06 10:00")
    assert due(THREE, received, days=OFFICE, zone=WIB, pauses=asked) == evening("2026-04-15")
    assert spent(THREE, received, wib("2026-04-14 08:00"), days=OFFICE, zone=WIB, pauses=asked) == 2
    assert left(THREE, received, wib("2026-04-14 08:00"), days=OFFICE, zone=WIB, pauses=asked) == 1


def test_nothing_is_due_while_a_pause_is_open() -> None:
    received, now = wib("2026-04-06 10:00"), wib("2026-04-20 10:00")
    asked = [pause("2026-04-07 09:00", "2026-04-07 10:00"), pause("2026-04-08 09:00")]
    for clock in (THREE, Clock(Kind.CALENDAR_DAYS, 3), BREACH):
        assert due(clock, received, days=OFFICE, zone=WIB, pauses=asked) is None
        assert missed(clock, received, now, days=OFFICE, zone=WIB, pauses=asked) is None
    assert spent(THREE, received, now, days=OFFICE, zone=WIB, pauses=asked) == 2
    assert left(THREE, received, now, days=OFFICE, zone=WIB, pauses=asked) == 1
    assert spent(BREACH, received, now, days=OFFICE, zone=WIB, pauses=asked) == 46
    assert left(BREACH, received, now, days=OFFICE, zone=WIB, pauses=asked) == 26


def test_pauses_that_overlap_are_one() -> None:
    asked = [
        pause("2026-04-09 09:00", "2026-04-13 08:00"),
        pause("2026-04-07 09:00", "2026-04-10 08:00"),
        pause("2026-04-08 09:00", "2026-04-09 08:00"),
        pause("2026-04-13 08:00", "2026-04-13 16:00"),
        pause("2026-04-20 08:00"),
        pause("2026-04-21 08:00", "2026-04-22 08:00"),
    ]
    assert merged(asked) == [pause("2026-04-07 09:00", "2026-04-13 16:00"), pause("2026-04-20 08:00")]


def test_what_was_missed_stays_missed() -> None:
    """An office that asks for more after the deadline is late all the same."""
    received, later = wib("2026-04-06 10:00"), wib("2026-04-20 10:00")
    asked = [pause("2026-04-10 08:00", "2026-04-15 08:00")]
    assert due(THREE, received, days=OFFICE, zone=WIB, pauses=asked) == evening("2026-04-09")
    assert missed(THREE, received, later, days=OFFICE, zone=WIB, pauses=asked) == evening("2026-04-09")
    still = [pause("2026-04-10 08:00")]
    assert due(THREE, received, days=OFFICE, zone=WIB, pauses=still) is None
    assert missed(THREE, received, later, days=OFFICE, zone=WIB, pauses=still) == evening("2026-04-09")
    assert left(THREE, received, later, days=OFFICE, zone=WIB, pauses=still) == -7
    asked = [pause("2026-04-09 10:01", "2026-04-20 09:00")]
    assert due(BREACH, received, days=OFFICE, zone=WIB, pauses=asked) == wib("2026-04-09 10:00")


def test_the_deadline_itself_is_in_time() -> None:
    received, last = wib("2026-04-06 10:00"), wib("2026-04-09 10:00")
    assert missed(BREACH, received, last, days=OFFICE, zone=WIB) is None
    assert missed(BREACH, received, last + timedelta(seconds=1), days=OFFICE, zone=WIB) == last
    asked = [pause("2026-04-09 10:00", "2026-04-09 12:00")]
    assert due(BREACH, received, days=OFFICE, zone=WIB, pauses=asked) == wib("2026-04-09 12:00")


def test_an_answer_on_a_day_off_leaves_the_office_a_day() -> None:
    """Asked on Thursday, the last day, answered on Sunday: due on Monday, and not missed already."""
    asked = [pause("2026-04-09 15:00", "2026-04-12 20:00")]
    assert due(THREE, wib("2026-04-06 10:00"), days=OFFICE, zone=WIB, pauses=asked) == evening("2026-04-13")


def test_only_what_was_known_at_the_moment_counts() -> None:
    received, now = wib("2026-04-06 10:00"), wib("2026-04-08 10:00")
    asked = [pause("2026-04-07 09:00", "2026-04-13 16:00"), pause("2026-04-14 09:00")]
    assert spent(THREE, received, now, days=OFFICE, zone=WIB, pauses=asked) == 1
    assert left(THREE, received, now, days=OFFICE, zone=WIB, pauses=asked) == 2
    assert left(THREE, received, wib("2026-04-06 11:00"), days=OFFICE, zone=WIB, pauses=asked) == 3
    assert missed(THREE, received, wib("2026-04-13 17:00"), days=OFFICE, zone=WIB, pauses=asked) is None


def test_left_counts_down_and_then_below_nothing() -> None:
    received = wib("2026-04-06 10:00")
    days = ["06 10:00", "07 00:00", "08 23:59", "09 23:59", "10 00:00", "11 12:00", "13 08:00"]
    found = [left(THREE, received, wib(f"2026-04-{day}"), days=OFFICE, zone=WIB) for day in days]
    assert found == [3, 2, 1, 0, -1, -1, -2]
    assert left(BREACH, received, wib("2026-04-09 09:01"), days=OFFICE, zone=WIB) == 0
    assert left(BREACH, received, wib("2026-04-09 10:01"), days=OFFICE, zone=WIB) == -1


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot count -1"):
        Clock(Kind.HOURS, -1)
    with pytest.raises(ValueError, match="weeks"):
        Clock("weeks", 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="before its start"):
        pause("2026-04-07 09:00", "2026-04-07 08:59")
    with pytest.raises(ValueError, match="no time zone"):
        due(THREE, datetime(2026, 4, 7), days=OFFICE, zone=WIB)  # noqa: DTZ001


def test_words() -> None:
    assert words(THREE) == "3 hari kerja"
    assert words(Clock(Kind.CALENDAR_DAYS, 14)) == "14 hari"
    assert words(BREACH) == "72 jam"


MOMENTS = st.integers(0, 4 * 24 * 40).map(lambda quarters: wib("2026-03-02 00:00") + quarters * QUARTER)
LENGTHS = st.integers(0, 4 * 24 * 10).map(lambda quarters: quarters * QUARTER)
PAUSES = st.lists(st.builds(lambda start, length: Pause(start, start + length), MOMENTS, LENGTHS), max_size=5)


@given(st.integers(0, 15), MOMENTS, PAUSES, ZONES)
def test_calendar_days_agree_with_walking(
    count: int, start: datetime, pauses: list[Pause], zone: ZoneInfo
) -> None:
    found = due(Clock(Kind.CALENDAR_DAYS, count), start, days=OFFICE, zone=zone, pauses=pauses)
    walked = slow_due(count, start.astimezone(zone).date(), EveryDay().includes, in_days(pauses, zone))
    assert found is not None
    assert found.date() == walked


@settings(max_examples=60)
@given(st.integers(0, 100), MOMENTS, PAUSES, ZONES)
def test_hours_agree_with_walking(hours: int, start: datetime, pauses: list[Pause], zone: ZoneInfo) -> None:
    clock = Clock(Kind.HOURS, hours)
    assert due(clock, start, days=OFFICE, zone=zone, pauses=pauses) == slow_hours_due(hours, start, pauses)


@given(MOMENTS, LENGTHS, PAUSES, ZONES)
def test_spent_agrees_with_walking(
    start: datetime, length: timedelta, pauses: list[Pause], zone: ZoneInfo
) -> None:
    end = start + length
    days = (start.astimezone(zone).date(), end.astimezone(zone).date())
    found = spent(THREE, start, end, days=OFFICE, zone=zone, pauses=pauses)
    begun = [one for one in pauses if one.start <= end]
    assert found == counted(*days, OFFICE.includes, in_days(begun, zone))
    quarters = [start + number * QUARTER for number in range(length // QUARTER)]
    ran = sum(not any(one.start <= quarter < (one.end or end) for one in pauses) for quarter in quarters)
    assert spent(BREACH, start, end, days=OFFICE, zone=zone, pauses=pauses) == ran // 4


@given(st.integers(1, 15), MOMENTS, PAUSES, MOMENTS, ZONES)
def test_before_the_deadline_spent_and_left_are_the_promise(
    count: int, start: datetime, pauses: list[Pause], at: datetime, zone: ZoneInfo
) -> None:
    clock = Clock(Kind.WORKING_DAYS, count)
    known = [one for one in pauses if one.end and one.end <= at]
    deadline = due(clock, start, days=OFFICE, zone=zone, pauses=known)
    assert deadline is not None
    if start <= at <= deadline and clock.count > spent(
        clock, start, at, days=OFFICE, zone=zone, pauses=known
    ):
        used = spent(clock, start, at, days=OFFICE, zone=zone, pauses=known)
        assert used + left(clock, start, at, days=OFFICE, zone=zone, pauses=known) == count
    late = missed(clock, start, at, days=OFFICE, zone=zone, pauses=known)
    assert late == (deadline if deadline < at else None)
