from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.calendar import add_working_days, is_working_day, next_working_day, working_days_between

DAYS = st.dates(date(2019, 1, 1), date(2028, 12, 31))
WEEKENDS = st.sets(st.integers(1, 7), max_size=6)
HOLIDAYS = st.sets(st.dates(date(2023, 1, 1), date(2024, 6, 30)), max_size=60)
NEAR = st.dates(date(2022, 12, 1), date(2024, 7, 31))

WEEKEND = [6, 7]
LEBARAN_2026 = {date(2026, 3, day) for day in (18, 19, 20, 21, 22, 23, 24)}


def slow_add(day: date, count: int, weekend: set[int], holidays: set[date]) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    if not left:
        while not is_working_day(day, weekend, holidays):
            day += timedelta(days=1)
    while left:
        day += step
        left -= is_working_day(day, weekend, holidays)
    return day


@given(NEAR, st.integers(-120, 120), WEEKENDS, HOLIDAYS)
def test_adding_agrees_with_walking_day_by_day(
    day: date, count: int, weekend: set[int], holidays: set[date]
) -> None:
    assert add_working_days(day, count, weekend, holidays) == slow_add(day, count, weekend, holidays)


@given(NEAR, NEAR, WEEKENDS, HOLIDAYS)
def test_counting_agrees_with_walking_day_by_day(
    one: date, other: date, weekend: set[int], holidays: set[date]
) -> None:
    start, end = sorted((one, other))
    walked = sum(
        is_working_day(start + timedelta(days=number), weekend, holidays)
        for number in range(1, (end - start).days + 1)
    )
    assert working_days_between(start, end, weekend, holidays) == walked
    assert working_days_between(end, start, weekend, holidays) == -walked


@given(NEAR, st.integers(1, 300), WEEKENDS, HOLIDAYS)
def test_what_is_added_is_counted(day: date, count: int, weekend: set[int], holidays: set[date]) -> None:
    due = add_working_days(day, count, weekend, holidays)
    assert is_working_day(due, weekend, holidays)
    assert working_days_between(day, due, weekend, holidays) == count


def test_three_working_days_over_lebaran() -> None:
    assert add_working_days(date(2026, 3, 17), 3, WEEKEND, LEBARAN_2026) == date(2026, 3, 27)


def test_a_day_off_begins_on_the_next_working_day() -> None:
    assert next_working_day(date(2026, 3, 18), WEEKEND, LEBARAN_2026) == date(2026, 3, 25)
    assert add_working_days(date(2026, 3, 18), 0, WEEKEND, LEBARAN_2026) == date(2026, 3, 25)


def test_a_week_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        add_working_days(date(2026, 3, 17), 1, range(1, 8), [])
