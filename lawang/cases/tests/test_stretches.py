"""Whatever is added or subtracted of the figures that are told of a service, it is never of fewer than five people."""

from collections import defaultdict
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from lawang.cases.stretches import QUARTER, Months
from lawang.lib.disclosure import LEAST

START = 2025 * 12
MANY_OR_FEW = st.one_of(st.integers(0, 4), st.integers(5, 9), st.integers(10, 40))


def told(counts: list[int]) -> Months:
    return Months({1: {START + number: (count, count, 0) for number, count in enumerate(counts)}})


def periods_of_the_plan(length: int) -> list[range]:
    """Return every month, quarter, half-year and year."""
    return [
        range(START + start, START + start + months)
        for months in (1, 3, 6, 12)
        for start in range(0, length, months)
        if start + months <= length
    ]


@given(st.lists(MANY_OR_FEW, min_size=12, max_size=36))
def test_figures_of_pages_and_plan_together_give_nobody_away(counts: list[int]) -> None:
    months, length = told(counts), len(counts)
    known = months.stretches(1, START + length - 1)
    known += [
        one
        for one in periods_of_the_plan(length)
        if months.is_whole(1, one) and months.of(1, one)[1] >= LEAST
    ]
    joined = {edge: edge for one in known for edge in (one.start, one.stop)}

    def root(edge: int) -> int:
        return edge if joined[edge] == edge else root(joined[edge])

    for one in known:  # whoever knows the sum between two edges knows it between all edges that hang together
        joined[root(one.start)] = root(one.stop)
    together = defaultdict(list)
    for edge in joined:
        together[root(edge)].append(edge)
    for edges in together.values():
        for first, last in combinations(sorted(edges), 2):
            total = months.of(1, range(first, last))[1]
            assert total == 0 or total >= LEAST, (counts, first - START, last - START)


@given(st.lists(MANY_OR_FEW, min_size=1, max_size=30))
def test_what_was_told_stays(counts: list[int]) -> None:
    last = START + len(counts) - 1
    shown = told(counts).stretches(1, last)
    for length in range(1, len(counts)):
        until = START + length - 1
        assert told(counts[:length]).stretches(1, until) == [one for one in shown if one.stop - 1 <= until]


def test_many_are_told_by_month_and_others_by_quarter() -> None:
    busy = told([20] * 3 * QUARTER)
    assert [len(one) for one in busy.stretches(1, START + 8)] == [
        3,
        1,
        1,
        1,
        1,
        1,
        1,
    ]  # the first quarter has none before it
    quiet = told([6] * 2 * QUARTER)
    assert [len(one) for one in quiet.stretches(1, START + 5)] == [3, 3]
    assert quiet.is_whole(1, range(START, START + 3))
    assert not quiet.is_whole(1, range(START, START + 1))
