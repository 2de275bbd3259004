"""Publish counts of people without telling of a few: groups smaller than a least number are never shown alone.

Hiding a small number is not enough: whoever knows the total and the other numbers gets it by subtraction. Small groups
are therefore joined with their neighbours until each joined group is large enough, and only the joined ones are shown.
Whatever is added or subtracted of what is shown is again a number of joined groups: zero, or at least the least number.
This holds for one division of the people at a time; a table by two things at once is not published.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 5

Label = TypeVar("Label", bound=Hashable)
Cell = TypeVar("Cell", bound=Hashable)


@dataclass(frozen=True)
class Joined(Generic[Label]):
    """One shown group: the labels it stands for, in order, and how many people they have together."""

    labels: tuple[Label, ...]
    count: int


def join_small(cells: Iterable[tuple[Label, int]], least: int = LEAST) -> list[Joined[Label]] | None:
    """Return the groups to show, largest first, the small ones joined into one; None when all together are too few.

    Empty cells are left out: nobody is in them.
    """
    ordered = sorted(((label, count) for label, count in cells if count > 0), key=lambda cell: -cell[1])
    if sum(count for _label, count in ordered) < least:
        return None
    shown = [Joined((label,), count) for label, count in ordered if count >= least]
    small = [(label, count) for label, count in ordered if count < least]
    if small and sum(count for _label, count in small) < least:
        last = shown.pop()  # the smallest of those shown gives the few company
        small = [(label, last.count) for label in last.labels] + small
        return [
            *shown,
            Joined(tuple(label for label, _count in small), last.count + sum(c for _l, c in small[1:])),
        ]
    if small:
        shown.append(Joined(tuple(label for label, _count in small), sum(count for _label, count in small)))
    return shown


def join_linked(
    cells: Mapping[Cell, int],
    label: Callable[[Cell], Label],
    shown: Iterable[Iterable[Collection[Cell]]],
    least: int = LEAST,
) -> list[Joined[Label]] | None:
    """Return the groups to show of one more division of people of whom other divisions are shown already.

    `cells` counts the people by all divisions at once, `label` names the group that a cell falls into, and `shown` are
    the other divisions: the cells of each of their groups. Where groups of one of them lie inside a new group, or new
    groups inside one of theirs, somebody can subtract them: what is left must be nobody, or enough. Groups that would
    give a few away are joined with the next larger one. None when even all together would, or are too few.
    """
    there = {cell: count for cell, count in cells.items() if count > 0}
    others = [
        [found for found in (frozenset(one) & there.keys() for one in division) if found]
        for division in shown
    ]
    counts: Counter[Label] = Counter()
    for cell, count in there.items():
        counts[label(cell)] += count
    groups = join_small(counts.items(), least)
    while groups:
        held = [(group, frozenset(cell for cell in there if label(cell) in group.labels)) for group in groups]
        telling = _telling(held, others, there, least)
        if telling is None:
            return groups
        if len(groups) == 1:
            return None
        rest = [group for group in groups if group != telling]
        company = min(rest, key=lambda group: group.count)
        rest.remove(company)
        joined = Joined((*company.labels, *telling.labels), company.count + telling.count)
        groups = sorted([*rest, joined], key=lambda group: -group.count)
    return None


def _telling(
    held: Sequence[tuple[Joined[Label], frozenset[Cell]]],
    others: Sequence[Sequence[frozenset[Cell]]],
    there: Mapping[Cell, int],
    least: int,
) -> Joined[Label] | None:
    """Return a group that gives a few away, the smallest there is; None when none does.

    Groups of one division are apart and each is enough, so the least is left when all that lie inside are subtracted.
    """

    def few(left: frozenset[Cell]) -> bool:
        return 0 < sum(there[cell] for cell in left) < least

    for group, cells in reversed(held):
        inside = [[other for other in division if other <= cells] for division in others]
        together = [other for some in inside for other in some]
        if any(few(cells.difference(*some)) for some in (*inside, together)):
            return group
    for other in (other for division in others for other in division):
        inside_it = [(group, cells) for group, cells in held if cells <= other]
        if inside_it and few(other.difference(*(cells for _group, cells in inside_it))):
            return inside_it[-1][0]
    return None


def spans(values: Sequence[int], least: int = LEAST, *, also: Sequence[int] | None = None) -> list[range]:
    """Return the stretches of time to show, oldest first: each period joined with those after it until it is enough.

    What is left at the end and too few waits: it is shown when later periods make it enough. Adding a period never
    changes a stretch that was shown before. `also` is another count of the same periods that must be enough too.
    """
    found: list[range] = []
    start, total, other = 0, 0, 0
    for number, value in enumerate(values):
        total += value
        other += also[number] if also is not None else 0
        if total >= least and (also is None or other >= least):
            found.append(range(start, number + 1))
            start, total, other = number + 1, 0, 0
    return found
