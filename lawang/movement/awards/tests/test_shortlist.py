"""Who is named: each way of finding a value, and the cut, against a count that goes through everybody."""

import random
from decimal import Decimal
from typing import Any

import pytest

from lawang.movement.awards.shortlist import WAYS, Asked, Entrant, Named, Way, shortlist
from lawang.movement.instrument import Instrument, instrument_of
from lawang.movement.tests.cast import definition

pytestmark = pytest.mark.django_db  # the test instrument makes its framework
TOPS = {"ekonomi": "ekonomi", "ekonomi.1": "ekonomi", "lingkungan": "lingkungan"}


def instrument() -> tuple[Instrument, dict[str, Any]]:
    """Return an instrument in which an item lies in a sub-dimension too."""
    written = definition()
    written["components"][1]["indicators"][0]["items"][1]["node"] = "sc/ekonomi.1"
    written["components"][1]["indicators"][0]["items"].append(
        {
            **written["components"][1]["indicators"][0]["items"][1],
            "code": "B1-3",
            "key": "outcome.waste",
            "node": "sc/lingkungan",
        }
    )
    return instrument_of(written), written


def entrant(pk: int, **more: Any) -> Entrant:
    given: dict[str, Any] = {
        "pk": pk,
        "code": f"16.{pk:02}",
        "track": "reguler",
        "final": Decimal("2.00"),
        "improvement": None,
        "components": {},
    }
    return Entrant(**given | more)


def slow(entrants: list[Entrant], way: Way, asked: Asked, most: int) -> dict[int, tuple[int, Decimal]]:
    """Return pk -> (rank, value): whoever has fewer than `most` others above is named, one place below these."""
    values = {}
    for one in entrants:
        value = way.value(one, asked)
        if value is not None:
            values[one.pk] = Decimal(str(int(value * 1000 + 5) // 10 / Decimal(100)))  # half up, by hand
    found = {}
    for pk, value in values.items():
        above = sum(1 for other in values.values() if other > value)
        if above < most:
            found[pk] = (above + 1, value)
    return found


def counted(named: list[Named]) -> dict[int, tuple[int, Decimal]]:
    return {one.pk: (one.rank, one.value) for one in named}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("by", WAYS)
def test_a_shortlist_is_what_a_slow_count_finds(by: str, seed: int) -> None:
    """Few different values, so that many are equal; some are missing."""
    shape, _written = instrument()
    dice = random.Random(f"{by}{seed}")
    items = list(shape.items)

    def score() -> Decimal:
        return Decimal(dice.randint(4, 10)) / 4

    entrants = [
        entrant(
            pk,
            final=score(),
            improvement=dice.choice([None, Decimal("-0.20"), Decimal(0), score()]),
            components={} if dice.random() < 0.2 else {"baseline": score(), "outcome": score()},
            items={} if dice.random() < 0.2 else {code: score() for code in items},
        )
        for pk in range(1, dice.randint(2, 30))
    ]
    about = ["baseline", "outcome.economy"] if WAYS[by].needs_about else []
    asked = Asked(shape, "ekonomi", about, TOPS)
    most = dice.randint(1, 6)
    assert counted(shortlist(entrants, WAYS[by], asked, most)) == slow(entrants, WAYS[by], asked, most)


@pytest.mark.parametrize("seed", range(20))
def test_a_dimension_is_the_mean_of_the_items_below_it(seed: int) -> None:
    shape, written = instrument()
    dice = random.Random(seed)
    scores = {code: Decimal(dice.randint(100, 400)) / 100 for code in shape.items}
    below = [
        scores[item["code"]]
        for component in written["components"]
        for indicator in component["indicators"]
        for item in indicator["items"]
        if item.get("node", "").startswith("sc/ekonomi")
    ]
    assert len(below) == 3  # of the dimension, of its sub-dimension, of the survey
    found = WAYS["dimension"].value(entrant(1, items=scores), Asked(shape, "ekonomi", (), TOPS))
    assert found == sum(below) / len(below)


def test_everybody_equal_at_the_cut_is_named() -> None:
    shape, _written = instrument()
    finals = ["3.50", "3.10", "3.10", "3.10", "2.00"]
    entrants = [entrant(pk, final=Decimal(final)) for pk, final in enumerate(finals, 1)]
    named = shortlist(entrants, WAYS["final"], Asked(shape), 2)
    assert [(one.pk, one.rank) for one in named] == [(1, 1), (2, 2), (3, 2), (4, 2)]


def test_what_reads_the_same_counts_the_same() -> None:
    """3.104 and 3.096 are both 3.10: neither stands above the other."""
    shape, _written = instrument()
    entrants = [entrant(1, final=Decimal("3.096")), entrant(2, final=Decimal("3.104"))]
    named = shortlist(entrants, WAYS["final"], Asked(shape), 1)
    assert [(one.rank, one.value) for one in named] == [(1, Decimal("3.10"))] * 2


def test_who_did_not_rise_is_not_the_most_improved() -> None:
    shape, _written = instrument()
    entrants = [
        entrant(1, improvement=Decimal(0)),
        entrant(2, improvement=Decimal("-0.1")),
        entrant(3, improvement=None),
        entrant(4, improvement=Decimal("0.01")),
    ]
    assert [one.pk for one in shortlist(entrants, WAYS["improvement"], Asked(shape), 5)] == [4]


def test_a_part_without_a_score_leaves_the_regency_out() -> None:
    shape, _written = instrument()
    asked = Asked(shape, "", ["baseline", "outcome.economy"])
    whole = entrant(1, components={"baseline": Decimal(3)}, items={"B1-1": Decimal(2)})
    half = entrant(2, components={"baseline": Decimal(4)})
    (only,) = shortlist([whole, half], WAYS["plan"], asked, 5)
    assert (only.pk, only.value) == (1, Decimal("2.50"))
