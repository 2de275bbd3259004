"""What a planner is shown when somebody else saved the same thing while they were typing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.dates import short_date
from lawang.lib.numbers import as_is
from lawang.lib.text import is_text, say
from lawang.people.models import Agency, Membership
from lawang.people.node import today
from lawang.plans.meanwhile import BUDGET, ChangedMeanwhile, Seen
from lawang.record.models import Entry

Forms = Sequence[forms.BaseForm]
UNKNOWN = "?"  # something was changed, but the history does not say what


@dataclass(frozen=True)
class Line:
    """One field that is not what it was."""

    label: Any
    stored: str
    typed: str


@dataclass(frozen=True)
class Told:
    """Who changed what meanwhile, beside what was typed; `stamp` lets the same form be saved knowingly."""

    who: str
    at: datetime | None
    lines: list[Line]
    stamp: str


def seen_in(request: HttpRequest, names: Sequence[str]) -> Seen:
    """Return what the person saw, as the form that they sent says."""
    return Seen(request.POST.get("versi", "")[:60], tuple(names))


def save_knowingly(
    save: Callable[[Seen | None], None], seen: Seen, typed: Forms, again: Callable[[models.Model], Forms]
) -> Told | None:
    """Save unless somebody else changed what this would overwrite; then return what to tell, and nothing is saved.

    `again` makes the same forms of what is stored now. Who changed it to the very same words is no reason to ask.
    """
    try:
        save(seen)
    except ChangedMeanwhile as changed:
        lines = _differences(changed, typed, again(changed.stored))
        if lines:
            return Told(_who(changed.entries), _when(changed.entries), lines, changed.stamp)
        save(None)
    return None


def _differences(changed: ChangedMeanwhile, typed: Forms, stored: Forms) -> list[Line]:
    """Return the fields that somebody else changed and that would be overwritten with other words.

    While the history does not say what was changed: every field that differs.
    """
    names = {name for entry in changed.entries for name in _names(entry)}
    every: list[Line] = []
    theirs: list[Line] = []
    for mine, now in zip(typed, stored, strict=True):
        for name in mine.fields:
            if isinstance(mine.fields[name], forms.FileField) or name not in now.fields:
                continue
            line = Line(
                mine[name].label,
                in_words(now.fields[name], now[name].initial, both=True),
                in_words(now.fields[name], mine.cleaned_data.get(name), both=True),
            )
            if line.stored != line.typed:
                every.append(line)
                if _told_of(name) & names:
                    theirs.append(line)
    return every if not names or UNKNOWN in names else theirs


def _names(entry: Entry) -> set[str]:
    """Return what an entry changed; of a budget line "planned-2026-apbd", as the table of the budget calls it."""
    names = {*entry.before, *entry.after}
    if entry.verb not in BUDGET:
        return names
    told = {**entry.before, **entry.after}
    if "year" not in told or "source" not in told:
        return {UNKNOWN}
    return {f"{name}-{told['year']}-{told['source']}" for name in names}


def _told_of(name: str) -> set[str]:
    """Return the names under which an entry tells of a field of a form."""
    if name in ("districts", "villages"):
        return {"areas"}
    if name.startswith("place_"):
        return {"node"}
    return {name, name.removesuffix("_others")}


def _who(entries: list[Entry]) -> str:
    """Return the people, each with their office."""
    people = {entry.by_id: entry.by for entry in entries if entry.by_id}
    on = today()
    held = Membership.objects.filter(Q(to_date=None) | Q(to_date__gte=on), user__in=people).select_related(
        "agency"
    )
    offices = {one.user_id: one.agency.short_name for one in held.order_by("-pk")}
    return ", ".join(
        f"{person} ({offices[pk]})" if pk in offices else str(person) for pk, person in people.items()
    )


def _when(entries: list[Entry]) -> datetime | None:
    return entries[0].at if entries else None


def in_words(field: forms.Field, value: Any, *, both: bool = False) -> str:
    """Return what a field holds, initial or cleaned, as a person reads it; "" for nothing.

    `both`: a text in Indonesian and English, else in the language of the page.
    """
    if value is None or value is False or value == "":
        return ""
    choices = dict(getattr(field, "choices", ()))
    if isinstance(value, list | tuple | models.QuerySet):
        if not choices and all(isinstance(one, Area) for one in value):
            return "\n".join(f"{area.code} {area.name}" for area in value)
        if not choices and all(isinstance(one, Agency) for one in value):
            return "\n".join(agency.code for agency in value)
        keys = [getattr(one, "pk", one) for one in value]
        return ", ".join(sorted(str(choices.get(key, key)) for key in keys))
    found, value = value, getattr(value, "pk", value) if choices else value
    if choices:
        return str(choices.get(value, found))
    if is_text(value):
        english = value.get("en")
        return f"{value['id']} / {english}" if english and both else say(value)
    if value is True:
        return _("ya")
    if hasattr(value, "isoformat"):
        return short_date(value)
    if hasattr(value, "quantize") or isinstance(value, int):
        return as_is(value)
    return str(value)
