"""The arithmetic of the satisfaction survey: element values, index, grade, how many respondents are needed. Exact.

Source: PermenPANRB 14/2017 as units publish it. Each element's value is the mean of its answers (1-4); the index is the
mean of the element values, each weighing exactly 1/9, times 25. It is rounded once, half up, to two decimals, and the
grade is read from the rounded index: the table's own bounds have gaps before rounding. With the weight 0.11 that many
sheets use, a perfect score would be 99 and not 100.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from lawang.lib.text import Text


@dataclass(frozen=True)
class Tally:
    """Some answers, added up: how many people, the sum of each question by its code."""

    n: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        sums = Counter(self.sums)
        sums.update(other.sums)  # update keeps zeros, + would drop them
        return Tally(self.n + other.n, dict(sums))


@dataclass(frozen=True)
class Band:
    """One grade: from this index on."""

    grade: str
    least: Decimal
    title: Text


@dataclass(frozen=True)
class SampleRule:
    """The numbers of Krejcie and Morgan's formula."""

    chi_square: Decimal
    proportion: Decimal
    margin: Decimal


def tally(answers: Iterable[Sequence[int]], codes: Sequence[str]) -> Tally:
    """Add up answers, each a sequence in the order of `codes`."""
    sums = dict.fromkeys(codes, 0)
    n = 0
    for one in answers:
        n += 1
        for code, score in zip(codes, one, strict=True):
            sums[code] += score
    return Tally(n, sums)


def half_up(value: Fraction, places: int = 2) -> Decimal:
    """Return a value that is not negative, rounded half up."""
    scaled = value * 10**places
    return Decimal((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)).scaleb(-places)


def means(found: Tally, places: int = 2) -> dict[str, Decimal]:
    """Return the value of each question, rounded for showing; {} when nobody answered."""
    if not found.n:
        return {}
    return {code: half_up(Fraction(total, found.n), places) for code, total in found.sums.items()}


def exact_index(found: Tally, conversion: int = 25) -> Fraction | None:
    """Return the index before rounding; None when nobody answered."""
    if not found.n or not found.sums:
        return None
    return Fraction(sum(found.sums.values()), found.n * len(found.sums)) * conversion


def index(found: Tally, conversion: int = 25) -> Decimal | None:
    """Return the index of 25-100 to two decimals; None when nobody answered."""
    exact = exact_index(found, conversion)
    return None if exact is None else half_up(exact)


def grade(value: Decimal, bands: Iterable[Band]) -> Band | None:
    """Return the band that an index to two decimals lies in; None below the lowest."""
    return next((band for band in sorted(bands, key=lambda one: -one.least) if value >= band.least), None)


def need(population: int, rule: SampleRule) -> int:
    """Return how many of `population` people should answer, to the nearest whole (Krejcie and Morgan 1970)."""
    if population < 1:
        return 0
    chance = Fraction(rule.chi_square) * Fraction(rule.proportion) * (1 - Fraction(rule.proportion))
    wanted = chance * population / (Fraction(rule.margin) ** 2 * (population - 1) + chance)
    return min(population, int(half_up(wanted, 0)))


SHOWN = (10, 50, 100, 200, 300, 400, 500, 750, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000)


def need_table(rule: SampleRule) -> list[tuple[int, int]]:
    """Return (population, respondents needed) for a table, as the regulation prints one."""
    return [(population, need(population, rule)) for population in SHOWN]
