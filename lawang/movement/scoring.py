"""How marks become item scores, components, a final score and an improvement. Pure, in decimals.

The rules were found by computation from the published results of 2022 and 2023; the ministry does not state them. Each
stated step is rounded half up and carries on rounded; binary floats would break the ties.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from lawang.movement.instrument import Instrument, Item, Rounding, Track

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Scores:
    """The result of one region. Components stand in the order of the instrument."""

    components: Mapping[str, Decimal]
    final: Decimal


@cache
def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def rounded(value: Decimal, digits: int | None) -> Decimal:
    """Return the value half up with so many digits behind the comma; None: as it is."""
    return value if digits is None else value.quantize(_step(digits), ROUND_HALF_UP)


def item_score(marks: Iterable[int], rounding: Rounding) -> Decimal:
    """Return the mean of the assessors' marks. Raise ValueError when there are none."""
    given = list(marks)
    if not given:
        raise ValueError("no marks")
    return rounded(Decimal(sum(given)) / len(given), rounding.item)


def component_score(items: Iterable[Decimal], rounding: Rounding) -> Decimal:
    """Return the mean of the item scores of one component. Raise ValueError when there are none."""
    given = list(items)
    if not given:
        raise ValueError("no items")
    return rounded(sum(given, Decimal()) / len(given), rounding.component)


def final_score(components: Mapping[str, Decimal], track: Track, rounding: Rounding) -> Decimal:
    """Return the weighted sum. Raise KeyError for a component that the track weighs and nobody scored."""
    contributions = (
        rounded(weight * rounded(components[code], rounding.component) / HUNDRED, rounding.contribution)
        for code, weight in track.weights.items()
    )
    return rounded(sum(contributions, Decimal()), rounding.final)


def scores_of_items(items: Mapping[str, Decimal], track: Track, instrument: Instrument) -> Scores:
    """Return components and final from item scores by code. Raise KeyError for an item that nobody scored."""
    rounding = instrument.rounding
    components = {
        one.code: component_score((rounded(items[item.code], rounding.item) for item in one.items), rounding)
        for one in instrument.components_of(track)
    }
    return Scores(components, final_score(components, track, rounding))


def scores_of_components(components: Mapping[str, Decimal], track: Track, instrument: Instrument) -> Scores:
    """Return the final from components that are known already. Raise KeyError for one that is missing."""
    rounding = instrument.rounding
    kept = {
        one.code: rounded(components[one.code], rounding.component) for one in instrument.components_of(track)
    }
    return Scores(kept, final_score(kept, track, rounding))


def improvement(
    final: Decimal, last_components: Mapping[str, Decimal], last_track: Track, rounding: Rounding
) -> Decimal:
    """Return this final less last year's, which is added up anew: last year's weights, this year's `rounding`.

    Malang's letter of 2022 printed 2.51; with the rounding of 2023 it is 2.50, and 2.94 - 2.50 = 0.44 was published.
    """
    return final - final_score(last_components, last_track, rounding)


@dataclass(frozen=True)
class Lever:
    """What one more mark on one item would do."""

    item: Item
    score: Decimal
    gain: Decimal  # of the final, before rounding: one mark x weight / number of items
    room: Decimal  # how much the final would gain with the highest mark


def levers(items: Mapping[str, Decimal], track: Track, instrument: Instrument) -> list[Lever]:
    """Return what each item could still add to the final, most first. Raise KeyError for an item without a score.

    Differences of unrounded means: rounding would hide what a single item of thirty-three moves.
    """
    most = Decimal(instrument.scale.most)
    found = []
    for component in instrument.components_of(track):
        share = track.weights[component.code] / HUNDRED / len(component.items)
        for item in component.items:
            left = most - items[item.code]
            found.append(Lever(item, items[item.code], share * min(left, Decimal(1)), share * left))
    return sorted(found, key=lambda lever: (-lever.room, lever.item.code))
