"""Regions are compared with those alike, by a rule that is shown."""

from decimal import Decimal

from lawang.movement.comparing import Likeness, alike, by_dimension, distance, spread
from lawang.movement.management.commands.score import find


def test_a_city_is_alike_to_cities_and_a_regency_to_its_islands() -> None:
    own = Likeness("16.11")
    others = [Likeness(code) for code in ("32.04", "16.71", "16.03", "13.11", "16.11")]
    assert [one.code for one in alike(own, others)] == ["13.11", "16.03", "32.04", "16.71"]
    assert own.islands == "Sumatra"
    assert Likeness("16.71").is_city
    assert not Likeness("16.70").is_city


def test_people_and_money_count_as_often_as_they_double() -> None:
    one = Likeness("16.11", Decimal(300_000), Decimal("0.5"))
    assert distance(one, Likeness("16.03", Decimal(600_000), Decimal("0.25"))) == 2
    assert distance(one, Likeness("16.03", None, Decimal("0.5"))) == 0  # what is not known does not count
    near = alike(one, [Likeness("16.03", Decimal(900_000)), Likeness("16.01", Decimal(280_000))], most=1)
    assert [other.code for other in near] == ["16.01"]


def test_finals_lie_in_bands_and_the_highest_counts() -> None:
    finals = [Decimal(words) for words in ("0", "1.99", "2.00", "3.99", "4")]
    bands = spread(finals, 4)
    assert [(str(low), count) for low, _high, count in bands if count] == [
        ("0", 1),
        ("1.5", 1),
        ("2.0", 1),
        ("3.5", 2),
    ]
    assert sum(count for _low, _high, count in bands) == len(finals)


def test_a_dimension_is_the_mean_of_its_items_at_any_depth() -> None:
    shape = find("2023")
    tops = {"tata-kelola": "tata-kelola", "layanan-publik": "tata-kelola"}
    scores = {"C1-3.1.1": Decimal(4), "D1-4.1.1": Decimal(3), "A1-1.1.1": Decimal(1), "X": Decimal(0)}
    assert by_dimension(scores, shape, tops) == {"tata-kelola": Decimal("3.5")}
