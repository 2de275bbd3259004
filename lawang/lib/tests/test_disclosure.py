from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from lawang.lib.disclosure import LEAST, join_small, spans


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
