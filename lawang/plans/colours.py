"""The arithmetic of the traffic light and of the forecast. Pure: dates and decimals in, a judgement out.

The way from the baseline to the targets is a straight line between the ends of years. A figure's `share` is how much of
the expected way is done: (figure - baseline) / (expected - baseline). Colours by the plan's own limits of that share.
Figures that add up over the year (visitors per quarter) are judged by the sum since January against the same part of
the year's target.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import linear_regression

from lawang.measures.models import Series
from lawang.plans.models import Colour, Standing

ENOUGH_POINTS = 4  # below that a pace is a guess
POINTS = 8  # the newest ones that make the pace
HORIZON_YEARS = 30  # a target further away than that is never


@dataclass(frozen=True)
class Rule:
    """The limits that a plan states."""

    on_track_from: Decimal  # share of the expected way
    slipping_from: Decimal
    stale_after_days: int  # after the next figure was due


@dataclass(frozen=True)
class Promise:
    direction: str  # Series.Direction
    adds_up: str  # Series.AddsUp over time
    baseline: Decimal | None
    baseline_year: int | None  # its state at the end of that year
    targets: tuple[tuple[int, Decimal], ...]  # by rising year, each for the end of the year

    @property
    def is_flow(self) -> bool:
        return self.adds_up == Series.AddsUp.SUM


@dataclass(frozen=True)
class Point:
    """A figure and the last day of its period; for a flow, of that period alone."""

    end: date
    amount: Decimal


@dataclass(frozen=True)
class Judgement:
    colour: str  # Colour
    amount: Decimal | None  # what was judged; of a flow, the sum since January
    expected: Decimal | None
    share: Decimal | None


def _year_end(year: int) -> date:
    return date(year, 12, 31)


def _between(start: tuple[date, Decimal], end: tuple[date, Decimal], on: date) -> Decimal:
    days = (end[0] - start[0]).days
    return start[1] + (end[1] - start[1]) * Decimal((on - start[0]).days) / Decimal(days)


def expected(promise: Promise, on: date) -> Decimal | None:
    """Return where the figure should be on a day, or None when the promise does not tell.

    After the last target it stays there; before the first, without a baseline, the first target counts.
    """
    if not promise.targets:
        return None
    if promise.is_flow:
        year = dict(promise.targets).get(on.year)
        return None if year is None else year * Decimal(on.timetuple().tm_yday) / _days_in(on.year)
    corners = [(_year_end(year), amount) for year, amount in promise.targets]
    if promise.baseline is not None and promise.baseline_year is not None:
        corners.insert(0, (_year_end(promise.baseline_year), promise.baseline))
    if on <= corners[0][0]:
        return corners[0][1]
    for start, end in itertools.pairwise(corners):
        if on <= end[0]:
            return _between(start, end, on)
    return corners[-1][1]


def _days_in(year: int) -> Decimal:
    return Decimal(_year_end(year).timetuple().tm_yday)


def _share(promise: Promise, amount: Decimal, wanted: Decimal) -> Decimal:
    """Return the share of the expected way that is done; 1 is exactly on it."""
    start = Decimal(0) if promise.is_flow and promise.direction == Series.Direction.UP else promise.baseline
    if promise.is_flow and promise.direction == Series.Direction.DOWN:
        start = None  # a flow that shall fall has no way, only a limit
    if start is not None and wanted != start:
        return (amount - start) / (wanted - start)
    kept = amount <= wanted if promise.direction == Series.Direction.DOWN else amount >= wanted
    if kept:
        return Decimal(1)
    small, large = sorted((abs(amount), abs(wanted)))
    return small / large if large else Decimal(0)


def judged_amount(promise: Promise, points: Sequence[Point]) -> Decimal | None:
    """Return what is compared with the target: the newest figure; of a flow the sum since January."""
    if not points:
        return None
    newest = points[-1]
    this_year = [point.amount for point in points if point.end.year == newest.end.year]
    if promise.is_flow:
        return sum(this_year, Decimal(0))
    if promise.adds_up == Series.AddsUp.MEAN:
        return sum(this_year, Decimal(0)) / len(this_year)
    return newest.amount


def judge(
    promise: Promise, points: Sequence[Point], *, rule: Rule, today: date, next_due: date | None = None
) -> Judgement:
    """Return the colour of a promise with the arithmetic behind it.

    `points` by rising date, at least those of the newest year; `next_due` is the day the figure after the newest one
    is due, None when nothing more is expected.
    """
    amount = judged_amount(promise, points)
    wanted = expected(promise, points[-1].end) if points else None
    if amount is None or wanted is None or promise.direction == Series.Direction.NONE:
        return Judgement(Colour.NO_DATA, amount, wanted, None)
    share = _share(promise, amount, wanted)
    if next_due is not None and (today - next_due).days > rule.stale_after_days:
        return Judgement(Colour.STALE, amount, wanted, share)
    if share >= rule.on_track_from:
        return Judgement(Colour.ON_TRACK, amount, wanted, share)
    if share >= rule.slipping_from:
        return Judgement(Colour.SLIPPING, amount, wanted, share)
    return Judgement(Colour.OFF_TRACK, amount, wanted, share)


@dataclass(frozen=True)
class Forecast:
    kind: str  # Standing.Forecast
    reached_on: date | None = None


def forecast(promise: Promise, points: Sequence[Point]) -> Forecast:
    """Return when the last target is met if the newest figures go on at their pace (least squares line).

    Of a flow each figure counts as a yearly rate. TOO_FEW below four points.
    """
    if not promise.targets or promise.direction == Series.Direction.NONE:
        return Forecast(Standing.Forecast.NONE)
    last_year, goal = promise.targets[-1]
    rate = _per_year(points) if promise.is_flow else 1
    series = [(point.end, float(point.amount) * rate) for point in points[-POINTS:]]
    if len(series) < ENOUGH_POINTS:
        return Forecast(Standing.Forecast.TOO_FEW)
    sign = -1 if promise.direction == Series.Direction.DOWN else 1
    newest_day, newest = series[-1]
    if sign * newest >= sign * float(goal):
        return Forecast(Standing.Forecast.ON_TIME, newest_day)
    slope, intercept = linear_regression(
        [day.toordinal() for day, _ in series], [amount for _, amount in series]
    )
    if sign * slope <= 0:
        return Forecast(Standing.Forecast.NEVER)
    on = (float(goal) - intercept) / slope
    if on > newest_day.toordinal() + HORIZON_YEARS * 366:
        return Forecast(Standing.Forecast.NEVER)
    reached = date.fromordinal(max(newest_day.toordinal() + 1, round(on)))
    on_time = reached <= _year_end(last_year)
    return Forecast(Standing.Forecast.ON_TIME if on_time else Standing.Forecast.LATE, reached)


def _per_year(points: Sequence[Point]) -> int:
    """Return how many periods a year has, from the distance of the newest two."""
    if len(points) < 2:
        return 1
    months = round((points[-1].end - points[-2].end).days / 30.4)
    return max(1, 12 // max(1, months))


ORDER = (Colour.OFF_TRACK, Colour.SLIPPING, Colour.ON_TRACK, Colour.STALE, Colour.NO_DATA)


def of_programme(colours: Sequence[str]) -> str:
    """Return a programme's colour: its worst indicator that has a fresh figure; else stale; else no data."""
    return next((colour for colour in ORDER if colour in colours), Colour.NO_DATA)
