"""What became of an area, what it came from, and what may be compared over the years."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lawang.areas.models import Area, AreaChange
from lawang.lib.dates import short_date


def successors(area: Area, on: date) -> list[Area]:
    """Return what the area is on that day: itself, or what it became through splits, merges, renamings and moves.

    Empty when nothing followed it, or when the day lies before it began.
    """
    return _follow([area], on, forward=True)


def predecessors(area: Area, on: date) -> list[Area]:
    """Return what the area was on that day, before the changes that made it."""
    return _follow([area], on, forward=False)


def _follow(areas: Iterable[Area], on: date, *, forward: bool) -> list[Area]:
    """Walk the arrows until every area is valid on that day; one query per generation of changes."""
    found: dict[int, Area] = {}
    seen: set[int] = set()
    wave = list(
        Area.objects.filter(pk__in=[area.pk for area in areas])
    )  # as they are now: they may have been closed
    while wave:
        found |= {area.pk: area for area in wave if area.is_valid(on)}
        ended = [area.pk for area in wave if not area.is_valid(on) and area.pk not in seen]
        seen.update(ended)
        if forward:
            changes = AreaChange.objects.filter(old__in=ended, date__lte=on).select_related("new")
            wave = [change.new for change in changes]
        else:
            changes = AreaChange.objects.filter(new__in=ended, date__gt=on).select_related("old")
            wave = [change.old for change in changes]
    return sorted(found.values(), key=lambda area: area.code)


def ancestors(area: Area, on: date | None = None) -> list[Area]:
    """Return the areas above, from the province down, as they were on that day (default: as they are noted now).

    A parent that was renamed since is given by the name of that day.
    """
    above: list[Area] = []
    parent = area.parent
    while parent is not None:
        then = parent
        if on is not None and not parent.is_valid(on):
            was = _follow([parent], on, forward=on >= parent.valid_from)
            then = (
                was[0]
                if len(was) == 1
                else next((old for old in was if area.code.startswith(old.code)), parent)
            )
        above.append(then)
        parent = parent.parent
    return above[::-1]


@dataclass(frozen=True)
class Group:
    """The smallest set of areas that cover the same ground on every date of a comparison."""

    old: list[Area]
    new: list[Area]
    changes: list[AreaChange]

    @property
    def name(self) -> str:
        return " + ".join(area.name for area in self.new or self.old)

    @property
    def sentence(self) -> str:
        """Why these belong together, for the page that compares; "" where nothing changed."""
        if not self.changes:
            return ""
        why = "; ".join(
            _("%(old)s %(kind)s menjadi %(new)s pada %(date)s (%(decree)s)")
            % {
                "old": change.old.name,
                "kind": AreaChange.Kind(change.kind).label,
                "new": change.new.name,
                "date": short_date(change.date),
                "decree": change.decree,
            }
            for change in self.changes
        )
        return _("Dihitung bersama: %(old)s dahulu, %(new)s sekarang. Sebabnya: %(why)s.") % {
            "old": _named(self.old),
            "new": _named(self.new),
            "why": why,
        }


def together(old: Collection[Area], new: Collection[Area], dates: tuple[date, date]) -> list[Group]:
    """Group the areas of an earlier and a later day so that each group covers the same ground on both.

    A figure may be compared over the two days only by group: summed on either side, and with the group's `sentence`
    beside it. Areas that did not change are groups of their own. A group may lack one side (no counterpart given).
    One query per generation of changes between the dates.
    """
    first, last = dates
    areas = {area.pk: area for area in [*old, *new]}
    changes: dict[int, AreaChange] = {}
    wave = {area.pk for area in old}
    seen: set[int] = set()
    while wave:
        seen |= wave
        step = AreaChange.objects.filter(old__in=wave, date__gt=first, date__lte=last).select_related(
            "old", "new"
        )
        changes |= {change.pk: change for change in step}
        wave = {change.new_id for change in changes.values()} - seen
    leader: dict[int, int] = {}

    def find(pk: int) -> int:
        while leader.setdefault(pk, pk) != pk:
            pk = leader[pk]
        return pk

    for change in changes.values():
        leader[find(change.old_id)] = find(change.new_id)
    members: dict[int, list[int]] = defaultdict(list)
    for pk in areas:
        members[find(pk)].append(pk)
    old_pks, new_pks = {area.pk for area in old}, {area.pk for area in new}
    groups = [
        Group(
            old=_in_order(areas[pk] for pk in pks if pk in old_pks),
            new=_in_order(areas[pk] for pk in pks if pk in new_pks),
            changes=[change for change in changes.values() if find(change.old_id) == root],
        )
        for root, pks in members.items()
    ]
    return sorted(groups, key=lambda group: (group.new or group.old)[0].code)


def _in_order(areas: Iterable[Area]) -> list[Area]:
    return sorted(areas, key=lambda area: area.code)


def _named(areas: list[Area]) -> str:
    return ", ".join(area.name for area in areas) or _("tidak ada")
