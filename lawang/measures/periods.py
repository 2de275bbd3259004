"""Periods of months, quarters, half-years and years, as pairs of first and last day."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.measures.models import Series

MONTHS = {
    Series.Frequency.MONTH: 1,
    Series.Frequency.QUARTER: 3,
    Series.Frequency.HALF: 6,
    Series.Frequency.YEAR: 12,
}


@dataclass(frozen=True, order=True)
class Period:
    start: date
    end: date  # last day

    @property
    def months(self) -> int:
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def code(self) -> str:
        """The short form used in files and addresses: 2025, 2025-S1, 2025-T3, 2025-11."""
        year = f"{self.start.year}"
        match self.months:
            case 12:
                return year
            case 6:
                return f"{year}-S{1 if self.start.month == 1 else 2}"
            case 3:
                return f"{year}-T{(self.start.month + 2) // 3}"
        return f"{year}-{self.start.month:02}"


def _from_month(year: int, month: int, months: int) -> Period:
    last = month + months - 1
    return Period(date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1]))


def containing(day: date, frequency: str) -> Period:
    """Return the period of this frequency that `day` lies in."""
    months = MONTHS[Series.Frequency(frequency)]
    return _from_month(day.year, (day.month - 1) // months * months + 1, months)


def before(period: Period) -> Period:
    """Return the period of the same length just before."""
    last = period.start - timedelta(days=1)
    first = last.year * 12 + last.month - period.months
    return Period(date(first // 12, first % 12 + 1, 1), last)


def after(period: Period) -> Period:
    """Return the period of the same length just after."""
    first = period.end + timedelta(days=1)
    last = first.year * 12 + first.month - 2 + period.months
    year, month = last // 12, last % 12 + 1
    return Period(first, date(year, month, calendar.monthrange(year, month)[1]))


def last_ended(on: date, frequency: str) -> Period:
    """Return the newest period of this frequency that was over before `on` began."""
    return before(containing(on, frequency))


def parse(code: str) -> Period:
    """Return the period that a code such as 2025, 2025-S1, 2025-T3 (or Q3, TW3), 2025-11 names.

    Raise Refused when it names none.
    """
    match = re.fullmatch(
        r"\s*((?:19|20)\d\d)(?:\s*[-/ ]\s*(?:([SsTtQq])[Ww]?\s*([1-4])|(\d{1,2})))?\s*", code
    )
    if match:
        year, kind, part, month = (
            int(match[1]),
            (match[2] or "").upper(),
            int(match[3] or 0),
            int(match[4] or 0),
        )
        if kind == "S" and part <= 2:
            return _from_month(year, part * 6 - 5, 6)
        if kind in ("T", "Q"):
            return _from_month(year, part * 3 - 2, 3)
        if not kind and not match[4]:
            return _from_month(year, 1, 12)
        if 1 <= month <= 12:
            return _from_month(year, month, 1)
    raise Refused(
        _("Periode “%(code)s” tidak dikenal. Tulis misalnya 2025, 2025-S1, 2025-T3, atau 2025-11.")
        % {"code": code}
    )
