from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from lawang.lib.dates import long_date, long_moment, parse_date, period_name, short_date


def test_dates() -> None:
    assert long_date(date(2026, 11, 20)) == "Jumat, 20 November 2026"
    assert short_date(date(2026, 8, 1)) == "1 Agu 2026"
    assert long_moment(datetime(2026, 11, 20, 20, 5, tzinfo=UTC)) == "Sabtu, 21 November 2026 pukul 03.05"
    with override("en"):
        assert long_date(date(2026, 11, 20)) == "Friday, 20 November 2026"


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 7, 1), date(2026, 9, 30), "Triwulan 3 2026"),
        (date(2026, 7, 1), date(2026, 12, 31), "Semester 2 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "Februari 2024"),
        (date(2024, 1, 1), date(2028, 12, 31), "2024–2028"),
        (date(2026, 3, 2), date(2026, 3, 8), "2 Mar 2026 – 8 Mar 2026"),
        (date(2026, 3, 2), date(2026, 3, 2), "2 Mar 2026"),
    ],
)
def test_period(start: date, end: date, name: str) -> None:
    assert period_name(start, end) == name


@pytest.mark.parametrize("month", ["11", "Nov", "november", " NOVEMBER "])
def test_month_may_be_a_name(month: str) -> None:
    assert parse_date("2026", month, "20") == date(2026, 11, 20)


@pytest.mark.parametrize("typed", ["2026 13 1", "2026 x 1", "x 1 1", "2026 2 30"])
def test_no_date(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(*typed.split())
