"""What lawang.lib.clock computes, counted slowly: day by day, or quarter of an hour by quarter of an hour."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo

from lawang.lib.clock import Pause

QUARTER = timedelta(minutes=15)
Stretch = tuple[date, date]


def in_days(pauses: Sequence[Pause], zone: tzinfo) -> list[Stretch]:
    """Return from which to which day each pause lasts."""
    return [
        (pause.start.astimezone(zone).date(), (pause.end or pause.start).astimezone(zone).date())
        for pause in pauses
    ]


def counted(first: date, last: date, counts: Callable[[date], bool], stretches: list[Stretch]) -> int:
    """Return how many days after `first` up to `last` count and lie in no pause."""
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(counts(day) and not any(start < day <= end for start, end in stretches) for day in days)


def slow_due(count: int, start: date, counts: Callable[[date], bool], stretches: list[Stretch]) -> date:
    """Return the first day that counts, on which enough are over and in whose evening the clock runs."""
    day, used = start, 0
    while not (used >= count and counts(day) and not any(first <= day < last for first, last in stretches)):
        day += timedelta(days=1)
        used += counted(day - timedelta(days=1), day, counts, stretches)
    return day


def slow_hours_due(hours: int, start: datetime, pauses: Sequence[Pause]) -> datetime:
    """Return the moment at which enough quarters are over and the clock runs; all moments are on the quarter."""
    moment, quarters = start, 4 * hours
    while quarters or any(pause.start <= moment < (pause.end or moment) for pause in pauses):
        if not any(pause.start <= moment < (pause.end or moment) for pause in pauses):
            quarters -= 1
        moment += QUARTER
    return moment
