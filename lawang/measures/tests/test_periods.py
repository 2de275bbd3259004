from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.refused import Refused
from lawang.measures.models import Series
from lawang.measures.periods import MONTHS, Period, after, before, containing, last_ended, parse

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))
frequencies = st.sampled_from(list(Series.Frequency))


@given(days, frequencies)
def test_periods_follow_each_other_without_gap(day: date, frequency: str) -> None:
    period = containing(day, frequency)
    assert period.start <= day <= period.end
    assert before(period).end + timedelta(days=1) == period.start
    assert after(before(period)) == period
    assert period.months == MONTHS[Series.Frequency(frequency)]
    if 1950 < day.year < 2090:
        assert parse(period.code) == period


def test_last_ended_is_over_before_the_day_begins() -> None:
    assert last_ended(date(2026, 10, 1), "quarter").code == "2026-T3"
    assert last_ended(date(2026, 9, 30), "quarter").code == "2026-T2"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("2025", "2025"),
        (" 2025 - t3 ", "2025-T3"),
        ("2025-Q1", "2025-T1"),
        ("2025-TW2", "2025-T2"),
        ("2025-7", "2025-07"),
    ],
)
def test_parse_forgives_spelling(words: str, code: str) -> None:
    assert parse(words).code == code


@pytest.mark.parametrize("words", ["", "25", "2025-13", "2025-S3", "2025-T5", "triwulan", "2025-00"])
def test_parse_says_what_it_wants(words: str) -> None:
    with pytest.raises(Refused, match="2025-T3"):
        parse(words)


def test_period_orders_by_start() -> None:
    assert Period(date(2025, 1, 1), date(2025, 3, 31)) < Period(date(2025, 4, 1), date(2025, 6, 30))
