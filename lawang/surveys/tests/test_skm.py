"""The arithmetic of the satisfaction index is exact, and equals a slow and naive one."""

import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from lawang.surveys import skm
from lawang.surveys.packs import bands_of
from lawang.surveys.tests.making import definitions

SKM = definitions()["skm"][0]
CODES = [element["code"] for element in SKM["elements"]]
BANDS = bands_of(SKM)
RULE = skm.SampleRule(Decimal("3.841"), Decimal("0.5"), Decimal("0.05"))


def test_the_published_sheet_of_29_respondents() -> None:
    """A unit's sheet prints 90.56 with the weight 0.11; the same answers with exactly 1/9 give 91.48."""
    found = skm.Tally(29, SKM["examples"][0]["sums"])
    assert sum(found.sums.values()) == 955
    assert skm.index(found) == Decimal("91.48")
    with_011 = sum(Fraction(total, 29) for total in found.sums.values()) * Fraction("0.11") * 25
    assert skm.half_up(with_011) == Decimal("90.56")


def test_a_perfect_score_is_100_and_the_worst_25() -> None:
    assert skm.index(skm.tally([[4] * 9] * 3, CODES)) == Decimal("100.00")
    assert skm.index(skm.tally([[1] * 9], CODES)) == Decimal("25.00")
    assert skm.index(skm.Tally()) is None


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        ("100.00", "A"),
        ("88.31", "A"),
        ("88.30", "B"),
        ("76.61", "B"),
        ("76.60", "C"),
        ("65.00", "C"),
        ("64.99", "D"),
        ("25.00", "D"),
    ],
)
def test_grades_are_read_from_the_rounded_index(index: str, grade: str) -> None:
    found = skm.grade(Decimal(index), BANDS)
    assert found is not None
    assert found.grade == grade
    assert skm.grade(Decimal("24.99"), BANDS) is None


def test_between_two_bounds_the_rounding_decides() -> None:
    """88.305 lies in the gap of the table; half up makes it 88.31, an A."""
    marks = 88305 * 9 * 8  # sum / (n * 9) * 25 = 88.305
    found = skm.Tally(1_000 * 25 * 8, {CODES[0]: marks, **dict.fromkeys(CODES[1:], 0)})
    assert skm.exact_index(found) == Fraction("88.305")
    assert skm.index(found) == Decimal("88.31")


def test_the_index_equals_a_naive_one() -> None:
    source = random.Random(9)
    for _round in range(300):
        n = source.randint(1, 40)
        answers = [[source.randint(1, 4) for _code in CODES] for _one in range(n)]
        found = skm.tally(answers, CODES)
        means = [Fraction(sum(one[place] for one in answers), n) for place in range(9)]
        exact = sum(mean * Fraction(1, 9) for mean in means) * 25
        wanted = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
        assert skm.index(found) == wanted
        cut = source.randint(0, n)
        assert skm.tally(answers[:cut], CODES) + skm.tally(answers[cut:], CODES) == found


def test_halves_are_rounded_up() -> None:
    assert skm.half_up(Fraction(1, 8), 2) == Decimal("0.13")
    assert skm.half_up(Fraction(5, 1000), 2) == Decimal("0.01")
    assert skm.means(skm.Tally(8, {"a": 17})) == {"a": Decimal("2.13")}  # 2.125
    assert skm.half_up(Fraction(5, 2), 0) == Decimal(3)


@pytest.mark.parametrize(
    ("population", "needed"),
    [(10, 10), (100, 80), (480, 214), (500, 217), (1_000, 278), (2_000, 322), (5_000, 357), (10_000, 370)],
)
def test_how_many_are_needed(population: int, needed: int) -> None:
    assert skm.need(population, RULE) == needed


def test_never_more_are_needed_than_there_are_and_more_people_never_need_fewer() -> None:
    wanted = [skm.need(population, RULE) for population in range(3_000)]
    assert wanted[0] == 0
    assert all(need <= population for population, need in enumerate(wanted))
    assert wanted == sorted(wanted)
    assert skm.need(10**9, RULE) == 384
    assert dict(skm.need_table(RULE))[500] == 217
