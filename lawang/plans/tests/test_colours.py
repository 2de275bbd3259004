from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawang.measures.models import Series
from lawang.plans.colours import Point, Promise, Rule, expected, forecast, judge, of_programme
from lawang.plans.models import Colour, Standing

RULE = Rule(Decimal("0.90"), Decimal("0.70"), 45)
TODAY = date(2026, 11, 22)
UP, DOWN = Series.Direction.UP, Series.Direction.DOWN


def level(direction: str = UP, baseline: str | None = "1000", **targets: str) -> Promise:
    years = tuple((int(year[1:]), Decimal(amount)) for year, amount in targets.items())
    start = Decimal(baseline) if baseline is not None else None
    return Promise(direction, Series.AddsUp.LAST, start, 2023 if baseline else None, years)


def point(day: str, amount: str) -> Point:
    return Point(date.fromisoformat(day), Decimal(amount))


HOUSES = level(y2024="1500", y2025="2000", y2026="2600", y2028="3000")


def test_expected_lies_on_the_line_between_year_ends() -> None:
    assert expected(HOUSES, date(2024, 12, 31)) == 1500
    assert expected(HOUSES, date(2023, 1, 1)) == 1000
    assert expected(HOUSES, date(2030, 1, 1)) == 3000
    middle = expected(HOUSES, date(2027, 12, 31))
    assert middle is not None
    assert 2799 < middle < 2801


@pytest.mark.parametrize(
    ("amount", "colour"),
    [
        ("2600", Colour.ON_TRACK),
        ("2440", Colour.ON_TRACK),
        ("2439", Colour.SLIPPING),
        ("2120", Colour.SLIPPING),
        ("2119", Colour.OFF_TRACK),
        ("900", Colour.OFF_TRACK),
    ],
)
def test_share_of_the_way_decides_the_colour(amount: str, colour: str) -> None:
    judged = judge(HOUSES, [point("2026-12-31", amount)], rule=RULE, today=date(2027, 1, 5))
    assert judged.colour == colour
    assert judged.expected == 2600


def test_a_falling_figure_is_judged_by_how_far_it_fell() -> None:
    stunting = level(DOWN, "24", y2026="14")
    assert judge(stunting, [point("2026-12-31", "14")], rule=RULE, today=TODAY).colour == Colour.ON_TRACK
    judged = judge(stunting, [point("2026-12-31", "16")], rule=RULE, today=TODAY)
    assert judged.share == Decimal("0.8")
    assert judged.colour == Colour.SLIPPING


def test_a_flow_is_judged_by_the_sum_since_january() -> None:
    visitors = Promise(UP, Series.AddsUp.SUM, Decimal(8000), 2023, ((2026, Decimal(12000)),))
    quarters = [point("2025-12-31", "9999"), point("2026-03-31", "2900"), point("2026-06-30", "3000")]
    judged = judge(visitors, quarters, rule=RULE, today=TODAY)
    assert judged.amount == 5900
    assert judged.expected is not None
    assert 5940 < judged.expected < 5960
    assert judged.colour == Colour.ON_TRACK


def test_a_flow_that_shall_fall_stays_under_its_limit() -> None:
    fires = Promise(DOWN, Series.AddsUp.SUM, Decimal(40), 2023, ((2026, Decimal(20)),))
    assert judge(fires, [point("2026-06-30", "9")], rule=RULE, today=TODAY).colour == Colour.ON_TRACK
    assert judge(fires, [point("2026-06-30", "30")], rule=RULE, today=TODAY).colour == Colour.OFF_TRACK


def test_a_target_equal_to_the_baseline_is_kept_or_missed() -> None:
    opinion = level(UP, "100", y2026="100")
    assert judge(opinion, [point("2026-09-30", "100")], rule=RULE, today=TODAY).colour == Colour.ON_TRACK
    assert judge(opinion, [point("2026-09-30", "60")], rule=RULE, today=TODAY).colour == Colour.OFF_TRACK


def test_without_figure_target_or_wish_there_is_no_colour() -> None:
    assert judge(HOUSES, [], rule=RULE, today=TODAY).colour == Colour.NO_DATA
    assert judge(level(), [point("2026-09-30", "5")], rule=RULE, today=TODAY).colour == Colour.NO_DATA
    neutral = level(Series.Direction.NONE, y2026="5")
    assert judge(neutral, [point("2026-09-30", "5")], rule=RULE, today=TODAY).colour == Colour.NO_DATA


def test_a_figure_is_stale_when_the_next_one_is_long_overdue() -> None:
    points = [point("2026-03-31", "2600")]
    fresh = judge(HOUSES, points, rule=RULE, today=date(2026, 8, 28), next_due=date(2026, 7, 14))
    stale = judge(HOUSES, points, rule=RULE, today=date(2026, 8, 29), next_due=date(2026, 7, 14))
    assert (fresh.colour, stale.colour) == (Colour.ON_TRACK, Colour.STALE)


def test_forecast_says_when_the_last_target_is_met() -> None:
    points = [point(f"{2025 + n // 4}-{(n % 4 + 1) * 3:02}-28", str(2000 + 50 * n)) for n in range(7)]
    outlook = forecast(HOUSES, points)
    assert outlook.kind == Standing.Forecast.LATE
    assert outlook.reached_on is not None
    assert outlook.reached_on.year == 2030 or outlook.reached_on.year == 2029


def test_forecast_needs_four_points_and_a_movement() -> None:
    few = [point("2026-03-31", "1"), point("2026-06-30", "2"), point("2026-09-30", "3")]
    assert forecast(HOUSES, few).kind == Standing.Forecast.TOO_FEW
    flat = [point(f"2026-0{month}-28", "2000") for month in range(1, 6)]
    assert forecast(HOUSES, flat).kind == Standing.Forecast.NEVER
    assert forecast(level(), flat).kind == Standing.Forecast.NONE


def test_a_target_already_met_is_on_time() -> None:
    points = [point(f"2026-0{month}-28", "3100") for month in range(1, 5)]
    assert forecast(HOUSES, points).kind == Standing.Forecast.ON_TIME


def test_a_programme_has_the_colour_of_its_worst_fresh_indicator() -> None:
    assert of_programme([Colour.ON_TRACK, Colour.OFF_TRACK, Colour.STALE]) == Colour.OFF_TRACK
    assert of_programme([Colour.ON_TRACK, Colour.STALE, Colour.NO_DATA]) == Colour.ON_TRACK
    assert of_programme([Colour.STALE, Colour.NO_DATA]) == Colour.STALE
    assert of_programme([]) == Colour.NO_DATA


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=3)


@given(
    st.sampled_from([UP, DOWN]),
    st.sampled_from(list(Series.AddsUp)),
    amounts,
    st.lists(amounts, min_size=1, max_size=10),
    st.lists(amounts, max_size=9),
)
def test_no_figures_break_the_arithmetic(
    direction: str, adds_up: str, baseline: Decimal, targets: list[Decimal], figures: list[Decimal]
) -> None:
    years = tuple((2024 + n, amount) for n, amount in enumerate(targets))
    promise = Promise(direction, adds_up, baseline, 2023, years)
    points = [Point(date(2024 + n // 12, n % 12 + 1, 28), amount) for n, amount in enumerate(figures)]
    judged = judge(promise, points, rule=RULE, today=TODAY)
    assert judged.colour in Colour.values
    forecast(promise, points)


@given(amounts, amounts, amounts)
def test_more_of_a_good_thing_never_looks_worse(baseline: Decimal, way: Decimal, more: Decimal) -> None:
    target = baseline + abs(way) + 1
    promise = level(UP, str(baseline), y2026=str(target))
    less = judge(promise, [Point(date(2026, 12, 31), baseline)], rule=RULE, today=TODAY)
    better = judge(promise, [Point(date(2026, 12, 31), baseline + abs(more))], rule=RULE, today=TODAY)
    assert less.share is not None
    assert better.share is not None
    assert better.share >= less.share
