"""Dates and periods as people say them, in the active language."""

import calendar
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_SHORT = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}


def _language() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def month_name(month: int) -> str:
    """Return the name of month 1 to 12."""
    return _MONTHS[_language()][month - 1]


def long_date(value: date | datetime) -> str:
    """Return "Jumat, 20 November 2026"; a moment is shown in the node's time zone."""
    day = _day(value)
    return f"{_DAYS[_language()][day.weekday()]}, {day.day} {month_name(day.month)} {day.year}"


def short_date(value: date | datetime) -> str:
    """Return "20 Nov 2026"."""
    day = _day(value)
    return f"{day.day} {_SHORT[_language()][day.month - 1]} {day.year}"


def clock(value: datetime) -> str:
    """Return "09.41" (English "09:41")."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return local.strftime("%H:%M" if _language() == "en" else "%H.%M")


def long_moment(value: datetime) -> str:
    """Return "Jumat, 20 November 2026 pukul 09.41"."""
    joint = "at" if _language() == "en" else "pukul"
    return f"{long_date(value)} {joint} {clock(value)}"


def period_name(start: date, end: date) -> str:
    """Return the name of a period from its first to its last day (inclusive).

    "2026", "Semester 1 2026", "Triwulan 3 2026", "November 2026", "20 Nov 2026", "2024–2028", or the two dates.
    """
    english = _language() == "en"
    whole_months = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if start == end:
        return short_date(start)
    if whole_months and start.month == 1 and months % 12 == 0:
        return str(start.year) if months == 12 else f"{start.year}–{end.year}"
    if whole_months and months == 1:
        return f"{month_name(start.month)} {start.year}"
    if whole_months and months == 3 and start.month % 3 == 1:
        return f"{'Quarter' if english else 'Triwulan'} {start.month // 3 + 1} {start.year}"
    if whole_months and months == 6 and start.month % 6 == 1:
        return f"{'Half' if english else 'Semester'} {start.month // 6 + 1} {start.year}"
    return f"{short_date(start)} – {short_date(end)}"


def parse_date(year: str, month: str, day: str) -> date:
    """Return the date of three typed parts; the month may be a name ("Nov", "agustus"). Raise ValueError."""
    name = month.strip().lower().rstrip(".")
    if name.isdecimal():
        number = int(name)
    else:
        names = [*enumerate(_MONTHS["id"], 1), *enumerate(_MONTHS["en"], 1), *enumerate(_SHORT["id"], 1)]
        found = [n for n, full in names if len(name) >= 3 and full.lower().startswith(name)]
        if not found:
            raise ValueError(month)
        number = found[0]
    if not (year.strip().isdecimal() and day.strip().isdecimal()):
        raise ValueError(year)
    try:
        return date(int(year), number, int(day))
    except OverflowError:  # somebody typed a very long number
        raise ValueError(year) from None
