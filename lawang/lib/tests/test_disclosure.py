from itertools import chain, combinations

from hypothesis import example, given
from hypothesis import strategies as st

from lawang.lib.disclosure import LEAST, join_linked, join_small, spans


def test_small_groups_are_joined() -> None:
    shown = join_small([("a", 40), ("b", 3), ("c", 2), ("d", 0)])
    assert shown is not None
    assert [(one.labels, one.count) for one in shown] == [(("a",), 40), (("b", "c"), 5)]


def test_a_single_small_group_takes_company() -> None:
    shown = join_small([("a", 40), ("b", 9), ("c", 2)])
    assert shown is not None
    assert [(one.labels, one.count) for one in shown] == [(("a",), 40), (("b", "c"), 11)]


def test_too_few_people_are_not_shown_at_all() -> None:
    assert join_small([("a", 2), ("b", 2)]) is None
    assert join_small([]) is None


@given(st.lists(st.integers(0, 30), max_size=8))
def test_nothing_small_comes_out_by_adding_and_subtracting(counts: list[int]) -> None:
    shown = join_small(list(enumerate(counts)))
    if shown is None:
        assert sum(counts) < LEAST
        return
    assert sum(one.count for one in shown) == sum(counts)
    assert sorted(chain.from_iterable(one.labels for one in shown)) == [n for n, c in enumerate(counts) if c]
    numbers = [one.count for one in shown]
    for size in range(len(numbers) + 1):
        for some in combinations(numbers, size):
            rest = sum(numbers) - sum(some)
            assert rest == 0 or rest >= LEAST


@given(st.lists(st.integers(0, 12), max_size=20))
def test_stretches_of_time_are_large_enough_and_stay(values: list[int]) -> None:
    shown = spans(values)
    for stretch in shown:
        assert sum(values[number] for number in stretch) >= LEAST
    for length in range(len(values)):
        assert spans(values[:length]) == [one for one in shown if one.stop <= length]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=20))
def test_a_stretch_is_large_enough_in_both_counts(values: list[tuple[int, int]]) -> None:
    first, second = [one for one, _other in values], [other for _one, other in values]
    shown = spans(first, also=second)
    for stretch in shown:
        assert sum(first[number] for number in stretch) >= LEAST
        assert sum(second[number] for number in stretch) >= LEAST
    for length in range(len(values)):
        assert spans(first[:length], also=second[:length]) == [one for one in shown if one.stop <= length]


def test_what_is_left_of_an_agency_without_its_shown_services_is_not_told() -> None:
    """Two services are shown, each with its number. The office of both also had two cases of a third."""
    cells = {
        ("birth", "registry"): 40,
        ("death", "registry"): 9,
        ("loan", "registry"): 2,
        ("loan", "hall"): 8,
    }
    services = [{cell for cell in cells if cell[0] == name} for name in ("birth", "death", "loan")]
    shown = join_linked(cells, lambda cell: cell[1], [services])
    assert shown is not None
    assert [one.labels for one in shown] == [("hall", "registry")]


def test_a_division_that_gives_nobody_away_stays_as_it_is() -> None:
    cells = {
        ("birth", "registry"): 40,
        ("shop", "village 1"): 7,
        ("shop", "village 2"): 6,
        ("road", "works"): 5,
    }
    services = [{cell for cell in cells if cell[0] == name} for name in ("birth", "shop", "road")]
    shown = join_linked(cells, lambda cell: cell[1], [services])
    assert shown is not None
    assert [one.labels for one in shown] == [("registry",), ("village 1",), ("village 2",), ("works",)]


@example(
    {(0, 0, 1): 5, (0, 1, 0): 2, (1, 0, 0): 2, (1, 1, 0): 3, (2, 0, 0): 5, (3, 0, 1): 5}
)  # two of three that lie inside leave two people
@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), st.integers(0, 9)))
def test_no_group_is_left_over_between_divisions(cells: dict[tuple[int, int, int], int]) -> None:
    held: list[list[set[tuple[int, int, int]]]] = []
    for place in range(3):

        def label(cell: tuple[int, int, int], place: int = place) -> int:
            return cell[place]

        counts = [(n, sum(count for cell, count in cells.items() if cell[place] == n)) for n in range(4)]
        shown = join_linked(cells, label, held) if held else join_small(counts)
        assert shown is None or sum(one.count for one in shown) == sum(cells.values())
        held.append([{c for c in cells if c[place] in one.labels and cells[c]} for one in shown or []])
    for mine, others in ((held[a], held[b]) for a in range(3) for b in range(3) if a != b):
        for group in mine:
            inside = [other for other in others if other <= group]
            for some in (combination for size in (1, 2, 3, 4) for combination in combinations(inside, size)):
                left = sum(cells[cell] for cell in group.difference(*some))
                assert left == 0 or left >= LEAST
