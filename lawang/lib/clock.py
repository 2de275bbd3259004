"""Deadlines: when something is due that was received at a moment, with the time in which the clock stood still.

Three kinds of clock: working days of an office, calendar days, and hours. For days the day of receipt does not count:
day 1 is the next (working) day, and the deadline is the last second of the last one. A pause stops the clock; the day
on which it goes on is like a day of receipt. Hours are hours: the 3 x 24 hours of UU 27/2022 run through nights and
Sundays.

A pause that begins after the deadline moves nothing: what was missed stays missed. Everything is computed from what is
passed in, so a deadline can be computed again whenever the calendar changes. Moments have a time zone; `zone` is the
office's and decides to which day a moment belongs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from django.utils.translation import ngettext

LAST_SECOND = time(23, 59, 59)
HOUR = timedelta(hours=1)


class Kind(StrEnum):
    """What a clock counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


@dataclass(frozen=True)
class Clock:
    """A promise of time: at most `count` working days, calendar days or hours."""

    kind: Kind
    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))  # a plain word is understood
        if self.count < 0:
            raise ValueError(f"a clock cannot count {self.count}")


@dataclass(frozen=True)
class Pause:
    """The clock stood still from `start` to `end`; without an end it still does."""

    start: datetime
    end: datetime | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"a pause cannot end at {self.end}, before its start {self.start}")


class Days(Protocol):
    """Which days count, as lawang.people.calendar.WorkingDays has them."""

    def add(self, day: date, count: int) -> date:
        """Return the day that is `count` days after `day`; for 0 the day itself or the next one that counts."""

    def between(self, start: date, end: date) -> int:
        """Return how many days count after `start` up to and including `end`."""

    def includes(self, day: date) -> bool:
        """Tell whether the day counts."""


class EveryDay:
    """Calendar days: all of them count."""

    def add(self, day: date, count: int) -> date:
        return day + timedelta(days=count)

    def between(self, start: date, end: date) -> int:
        return (end - start).days

    def includes(self, day: date) -> bool:
        return True


def due(
    clock: Clock, start: datetime, *, days: Days, zone: tzinfo, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """Return the last moment at which it is on time, in `zone`; None while a pause is open."""
    stretches = merged(pauses)
    if any(pause.end is None for pause in stretches):
        return None
    return _deadline(clock, start, days, zone, stretches)


def missed(
    clock: Clock, start: datetime, at: datetime, *, days: Days, zone: tzinfo, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """Return the deadline that had passed at that moment, also while a pause is open; None when none had."""
    deadline = _deadline(clock, start, days, zone, _known(pauses, at))
    return deadline if deadline is not None and deadline < at else None


def spent(
    clock: Clock, start: datetime, end: datetime, *, days: Days, zone: tzinfo, pauses: Iterable[Pause] = ()
) -> int:
    """Return how many of its days or whole hours the clock ran from `start` to `end`, pauses left out."""
    running = list(_running(start, end, _known(pauses, end)))
    if clock.kind == Kind.HOURS:
        return sum((last - first for first, last in running), timedelta()) // HOUR
    counting = _counting(clock, days)
    return sum(counting.between(_day(first, zone), _day(last, zone)) for first, last in running)


def left(
    clock: Clock, start: datetime, at: datetime, *, days: Days, zone: tzinfo, pauses: Iterable[Pause] = ()
) -> int:
    """Return how many days or whole hours were left at that moment, by what was known then; negative when late.

    On the last day 0 days are left. In an open pause it is what will be left when the clock goes on.
    """
    stretches = _known(pauses, at)
    deadline = _deadline(clock, start, days, zone, stretches)
    if deadline is None:
        at = stretches[-1].start
        deadline = _deadline(clock, start, days, zone, stretches[:-1])
        assert deadline is not None
    if clock.kind == Kind.HOURS:
        return (deadline - at) // HOUR
    return _counting(clock, days).between(_day(at, zone), _day(deadline, zone))


def words(clock: Clock) -> str:
    """Return "3 hari kerja", "3 hari" or "72 jam", in the active language."""
    if clock.kind == Kind.WORKING_DAYS:
        sentence = ngettext("%(count)s hari kerja", "%(count)s hari kerja", clock.count)
    elif clock.kind == Kind.CALENDAR_DAYS:
        sentence = ngettext("%(count)s hari", "%(count)s hari", clock.count)
    else:
        sentence = ngettext("%(count)s jam", "%(count)s jam", clock.count)
    return sentence % {"count": clock.count}


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses in order, those that overlap or touch made one; only the last may be open."""
    whole: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        before = whole[-1] if whole else None
        if before is None or (before.end is not None and before.end < pause.start):
            whole.append(pause)
        elif before.end is not None:
            end = None if pause.end is None else max(before.end, pause.end)
            whole[-1] = Pause(before.start, end)
    return whole


def _known(pauses: Iterable[Pause], at: datetime) -> list[Pause]:
    """Return the pauses as they were at that moment: merged, and open when they ended later."""
    return merged(
        pause if pause.end is not None and pause.end <= at else Pause(pause.start, None)
        for pause in pauses
        if pause.start <= at
    )


def _deadline(
    clock: Clock, start: datetime, days: Days, zone: tzinfo, stretches: list[Pause]
) -> datetime | None:
    """Return the deadline, or None when a pause that began in time is open. `stretches` are merged."""
    if clock.kind == Kind.HOURS:
        return _hours_deadline(clock.count, start, zone, stretches)
    counting = _counting(clock, days)
    resumed, remaining = _day(start, zone), clock.count
    last = counting.add(resumed, remaining)
    for pause in stretches:
        paused = _day(pause.start, zone)
        if paused > last:
            break
        if pause.end is None:
            return None
        if (end := _day(pause.end, zone)) > resumed:
            used = counting.between(resumed, max(paused, resumed))
            resumed, remaining = end, max(0, remaining - used)
            last = counting.add(resumed, remaining)
    return datetime.combine(last, LAST_SECOND, zone)


def _hours_deadline(hours: int, start: datetime, zone: tzinfo, stretches: list[Pause]) -> datetime | None:
    deadline = _universal(start) + hours * HOUR
    for pause in stretches:
        if pause.start > deadline:
            break
        if pause.end is None:
            return None
        if pause.end > start:
            deadline += pause.end - max(pause.start, start)
    return deadline.astimezone(zone)


def _running(start: datetime, end: datetime, known: list[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when the clock ran; `known` are the pauses as they were at the end."""
    for pause in known:
        if start < pause.start:
            yield start, pause.start
        if pause.end is None:
            return
        start = max(start, pause.end)
    if start < end:
        yield start, end


def _counting(clock: Clock, days: Days) -> Days:
    return days if clock.kind == Kind.WORKING_DAYS else EveryDay()


def _day(moment: datetime, zone: tzinfo) -> date:
    return _universal(moment).astimezone(zone).date()


def _universal(moment: datetime) -> datetime:
    """Return the moment in UTC, where an hour is an hour. Raise ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)
