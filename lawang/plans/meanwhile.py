"""Nobody overwrites unknowingly what somebody else saved while they were typing.

A form carries a stamp of what it showed: the newest entry of the history at that moment, and a hash of its fields. The
verbs compare it under their lock; who presses save again has seen what changed and saves knowingly.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.record.actions import thing_name
from lawang.record.chain import canonical, plain
from lawang.record.models import Entry

VERBS = ("programme_placed", "targets_changed", "series_changed")  # beside "<model>_changed" and the like
BUDGET = ("budgetline_added", "budgetline_changed", "budgetline_removed")


@dataclass(frozen=True)
class Seen:
    """What a person saw when they began to type."""

    stamp: str  # of `stamp`; "" checks nothing: what has no form
    names: tuple[str, ...]  # fields of the form


class ChangedMeanwhile(Refused):
    """Somebody else saved the same thing after it was shown."""

    def __init__(self, stored: models.Model, entries: list[Entry], stamp: str) -> None:
        super().__init__(_("Isian ini berubah sewaktu Anda menulis."))
        self.stored = stored
        self.entries = entries  # what was done meanwhile, newest first; perhaps none is known
        self.stamp = stamp  # of what is stored now


def stamp(
    row: models.Model, names: Iterable[str], more: Mapping[str, Any] | None = None, newest: int | None = None
) -> str:
    """Return the stamp of what a form shows: the row's fields of these names, and `more`.

    One query, for the newest entry of the history, unless that is given.
    """
    if newest is None:
        newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{newest}.{_digest(row, names, more)}"


def check(
    stored: models.Model,
    seen: Seen | None,
    more: Mapping[str, Any] | None = None,
    things: Iterable[models.Model | str] = (),
    verbs: Sequence[str] = (),
) -> None:
    """Raise ChangedMeanwhile when `stored` (and `more`) is not what was seen.

    `things` have the history of it, under `verbs` (default: changes of the row and what belongs to its form).
    """
    number, dot, digest = (seen.stamp if seen else "").partition(".")
    if seen is None or not dot or not number.isascii() or not number.isdecimal():
        return
    if digest == _digest(stored, seen.names, more):
        return
    model = stored._meta.model_name
    entries = Entry.objects.filter(
        thing__in=[thing_name(thing) for thing in things],
        pk__gt=min(int(number[:18]), 2**62),
        verb__in=verbs or [f"{model}_changed", *VERBS],
    )
    found = list(entries.select_related("by").order_by("-pk")[:50])
    raise ChangedMeanwhile(stored, found, stamp(stored, seen.names, more))


def _digest(row: models.Model, names: Iterable[str], more: Mapping[str, Any] | None) -> str:
    wanted = set(names)
    shown: dict[str, Any] = {
        field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name in wanted
    }
    for field in row._meta.many_to_many:
        if field.name in wanted and field.name not in (more or {}):
            shown[field.name] = sorted(one.pk for one in getattr(row, field.name).all())
    words = canonical(plain({"fields": shown, "more": dict(more or {})}))
    return hashlib.sha256(words).hexdigest()[:20]
