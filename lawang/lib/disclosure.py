"""Publish counts of people without telling of a few: groups smaller than a least number are never shown alone.

Hiding a small number is not enough: whoever knows the total and the other numbers gets it by subtraction. Small groups
are therefore joined with their neighbours until each joined group is large enough, and only the joined ones are shown.
Whatever is added or subtracted of what is shown is again a number of joined groups: zero, or at least the least number.
This holds for one division of the people at a time; a table by two things at once is not published.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 5

Label = TypeVar("Label", bound=Hashable)


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


def spans(values: Sequence[int], least: int = LEAST) -> list[range]:
    """Return the stretches of time to show, oldest first: each period joined with those after it until it is enough.

    What is left at the end and too few waits: it is shown when later periods make it enough. Adding a period never
    changes a stretch that was shown before.
    """
    found: list[range] = []
    start, total = 0, 0
    for number, value in enumerate(values):
        total += value
        if total >= least:
            found.append(range(start, number + 1))
            start, total = number + 1, 0
    return found
