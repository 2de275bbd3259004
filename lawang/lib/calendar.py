"""Working days: pure arithmetic over a weekend and a set of days off.

`weekend` holds ISO weekdays, Monday is 1; `holidays` any days off, on weekends or not. A calendar that is closed every
day of the week has no working day: ValueError.
"""

from collections.abc import Collection
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def is_working_day(day: date, weekend: Collection[int], holidays: Collection[date]) -> bool:
    """Tell whether an office works on that day."""
    return day.isoweekday() not in weekend and day not in holidays


def next_working_day(day: date, weekend: Collection[int], holidays: Collection[date]) -> date:
    """Return `day` itself when it is a working day, otherwise the first one after it."""
    _check(weekend)
    while not is_working_day(day, weekend, holidays):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int, weekend: Collection[int], holidays: Collection[date]) -> date:
    """Return the working day that is `count` working days after `day` (before it, when negative).

    The day itself does not count: something received on a Monday and due in 3 working days is due on Thursday. 0 is the
    day itself or, on a day off, the next working day.
    """
    _check(weekend)
    if count == 0:
        return next_working_day(day, weekend, holidays)
    step = ONE_DAY if count > 0 else -ONE_DAY
    per_week = 7 - len({weekday for weekday in weekend if 1 <= weekday <= 7})
    off = {gone for gone in holidays if gone.isoweekday() not in weekend}  # those that cost a working day
    left = abs(count)
    while left > per_week:  # whole weeks at once, then what holidays took of them
        weeks = left // per_week
        start, day = day, day + step * (7 * weeks)
        left -= weeks * per_week
        first, last = sorted((start, day))
        left += sum(first < gone <= last if count > 0 else first <= gone < last for gone in off)
        if left == 0:  # the last of them may be a day off: it ends on the last working day passed
            while not is_working_day(day, weekend, off):
                day -= step
    while left:
        day += step
        left -= is_working_day(day, weekend, off)
    return day


def working_days_between(start: date, end: date, weekend: Collection[int], holidays: Collection[date]) -> int:
    """Return how many working days lie after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start, weekend, holidays)
    closed = {weekday for weekday in weekend if 1 <= weekday <= 7}
    weeks, rest = divmod((end - start).days, 7)
    days = weeks * (7 - len(closed))
    days += sum((start + timedelta(days=number)).isoweekday() not in closed for number in range(1, rest + 1))
    return days - sum(start < gone <= end and gone.isoweekday() not in closed for gone in set(holidays))


def _check(weekend: Collection[int]) -> None:
    if len({weekday for weekday in weekend if 1 <= weekday <= 7}) == 7:
        raise ValueError("every day of the week is a weekend: there is no working day")
