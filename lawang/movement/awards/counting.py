"""What a jury gave, counted: the mean of each criterion, the weighted whole, and how far jurors were apart. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Tally:
    """One nominee as the jurors judged it."""

    nominee: Any
    means: Mapping[str, Decimal]  # criterion -> mean, two decimals
    spreads: Mapping[str, int]  # criterion -> highest less lowest mark
    score: Decimal | None  # weighted mean on the scale of the marks, two decimals; None: nobody judged it
    spread: Decimal  # highest less lowest of the jurors' own weighted marks, two decimals
    jurors: int  # who judged it
    conflicts: int  # who did not, because of a conflict of interest


def tally(
    nominee: Any, given: Sequence[Mapping[str, int]], weights: Mapping[str, Decimal], conflicts: int = 0
) -> Tally:
    """Count the marks of those who judged one nominee. `weights` are percent. Rounded once, half up."""
    if not given:
        return Tally(nominee, {}, {}, None, Decimal(0), 0, conflicts)
    means = {code: Decimal(sum(one[code] for one in given)) / len(given) for code in weights}
    spreads = {code: max(one[code] for one in given) - min(one[code] for one in given) for code in weights}
    whole = [sum((weights[code] * one[code] for code in weights), Decimal()) / 100 for one in given]
    score = sum((weights[code] * means[code] for code in weights), Decimal()) / 100
    return Tally(
        nominee,
        {code: mean.quantize(CENT, ROUND_HALF_UP) for code, mean in means.items()},
        spreads,
        score.quantize(CENT, ROUND_HALF_UP),
        (max(whole) - min(whole)).quantize(CENT, ROUND_HALF_UP),
        len(given),
        conflicts,
    )
