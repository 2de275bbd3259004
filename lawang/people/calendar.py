"""Working days of an office: lib/calendar over the rows of one Calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef

from lawang.lib.calendar import add_working_days, is_working_day, working_days_between
from lawang.lib.prepared import Prepared, Slot
from lawang.people.models import Calendar, Holiday
from lawang.people.node import memo

NATIONAL = "nasional"  # the calendar of packs/nasional
WEEKEND = frozenset({6, 7})


@dataclass(frozen=True)
class WorkingDays:
    """The weekend and days off of one calendar, read once."""

    weekend: frozenset[int]
    holidays: frozenset[date]

    def add(self, day: date, count: int) -> date:
        return add_working_days(day, count, self.weekend, self.holidays)

    def includes(self, day: date) -> bool:
        return is_working_day(day, self.weekend, self.holidays)

    def between(self, start: date, end: date) -> int:
        return working_days_between(start, end, self.weekend, self.holidays)


def working_days(code: str = NATIONAL) -> WorkingDays:
    """Return the working days of a calendar in one query; without that calendar only weekends are off."""
    return memo(f"calendar:{code}", lambda: _read(code))


def _read(code: str) -> WorkingDays:
    row: Any = _calendar.first(code=code)
    if row is None:
        return WorkingDays(WEEKEND, frozenset())
    return WorkingDays(frozenset(row.weekend) or WEEKEND, frozenset(row.days))


_calendar = Prepared(
    lambda: Calendar.objects.filter(code=Slot("code", CharField())).annotate(
        days=ArraySubquery(Holiday.objects.filter(calendar=OuterRef("pk")).values("date"))
    )
)


def due_date(start: date, count: int, code: str = NATIONAL) -> date:
    """Return the working day that is `count` working days after `start`, by that calendar."""
    return working_days(code).add(start, count)


def due_dates(wanted: Iterable[tuple[date, int]], code: str = NATIONAL) -> dict[tuple[date, int], date]:
    """Return the due date of each (start, working days), reading the calendar once."""
    calendar = working_days(code)
    return {(start, count): calendar.add(start, count) for start, count in set(wanted)}
