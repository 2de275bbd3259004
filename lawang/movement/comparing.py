"""What a result says beside others: last year, regencies that are alike, and what would move it most. No league table.

Alike is a stated rule, shown with the comparison: the same kind (regency or city) and the same group of islands first,
then the nearest population and fiscal capacity where these are known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lawang.movement.instrument import Instrument

ISLANDS: dict[str, str | Promise] = {  # first digit of the code of a province
    "1": _("Sumatra"),
    "2": _("Sumatra"),
    "3": _("Jawa"),
    "5": _("Bali dan Nusa Tenggara"),
    "6": _("Kalimantan"),
    "7": _("Sulawesi"),
    "8": _("Maluku"),
    "9": _("Papua"),
}
RULE = _(
    "Serupa: sama-sama kabupaten atau kota, di gugus pulau yang sama; lalu yang penduduk dan kemampuan keuangannya "
    "paling dekat, bila diketahui."
)
PEERS = 8
OTHER_KIND, OTHER_ISLANDS = 4.0, 2.0  # as much as sixteen times, or four times, the people


@dataclass(frozen=True)
class Likeness:
    """What is known of a region when it is compared."""

    code: str
    population: Decimal | None = None  # people
    fiscal: Decimal | None = None  # index of fiscal capacity (kapasitas fiskal daerah)

    @property
    def is_city(self) -> bool:
        second = self.code.split(".")[1] if "." in self.code else ""
        return second.isdecimal() and int(second) >= 71

    @property
    def islands(self) -> str:
        return str(ISLANDS.get(self.code[:1], ""))


def distance(one: Likeness, other: Likeness) -> float:
    """Return how unlike two regions are; 1 is twice the people or twice the fiscal capacity."""
    found = OTHER_KIND * (one.is_city != other.is_city) + OTHER_ISLANDS * (one.islands != other.islands)
    for mine, theirs in ((one.population, other.population), (one.fiscal, other.fiscal)):
        if mine and theirs and mine > 0 and theirs > 0:
            found += abs(math.log2(float(mine) / float(theirs)))
    return found


def alike(one: Likeness, others: Sequence[Likeness], most: int = PEERS) -> list[Likeness]:
    """Return the most similar of others, nearest first; those equally near in the order of their codes."""
    return sorted(
        (other for other in others if other.code != one.code),
        key=lambda other: (distance(one, other), other.code),
    )[:most]


def by_dimension(
    items: Mapping[str, Decimal], shape: Instrument, tops: Mapping[str, str]
) -> dict[str, Decimal]:
    """Return the mean of the item scores of each dimension; `tops` leads from any node's code to its dimension's.

    Items of no dimension do not count. Ours, for looking only: the ministry publishes no such figure.
    """
    found: dict[str, list[Decimal]] = {}
    for code, score in items.items():
        item = shape.items.get(code)
        if item is not None and (top := tops.get(item.node)):
            found.setdefault(top, []).append(score)
    return {top: sum(scores, Decimal()) / len(scores) for top, scores in found.items()}


def spread(
    finals: Sequence[Decimal], most: int, width: Decimal = Decimal("0.5")
) -> list[tuple[Decimal, Decimal, int]]:
    """Return how many finals lie in each band: [(from, below, count)], the last band closed at `most`."""
    bands = []
    low = Decimal()
    while low < most:
        high = low + width
        is_last = high >= most
        count = sum(1 for one in finals if low <= one and (one < high or (is_last and one <= most)))
        bands.append((low, min(high, Decimal(most)), count))
        low = high
    return bands
