"""What the history of a case says in sentences, wherever it is shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lawang.cases.definition import Definition, definition_of, warm
from lawang.cases.models import Case, Note
from lawang.lib.dates import long_moment
from lawang.lib.text import say
from lawang.people.models import Agency, User
from lawang.record.models import Entry
from lawang.record.verbs import Told, phrase

CASE = "cases.case"


def title(verb: str, after: Mapping[str, Any], definition: Definition) -> str:
    """Return what was done: the step as the service calls it, else the verb."""
    step = definition.steps.get(str(after.get("step", "")))
    return say(step.title) if step else phrase(verb)


def sentences(
    verb: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    definition: Definition,
    offices: Mapping[str, str],
) -> list[str]:
    """Say what an entry changed: to which stage, which office, what day. `offices` are names by code."""
    said = []
    if (state := definition.states.get(str(after.get("state", "")))) and verb != "case_filed":
        said.append(_("Tahap: %(state)s.") % {"state": say(state.title)})
    if after.get("office") and after.get("office") != before.get("office"):
        said.append(_("Kantor: %(office)s.") % {"office": offices.get(after["office"], after["office"])})
    if after.get("outcome"):
        said.append(_("Hasil: %(outcome)s.") % {"outcome": Case.Outcome(after["outcome"]).label})
    if verb == "due_changed":
        said.append(
            _("Dari %(old)s menjadi %(new)s.")
            % {"old": _moment(before.get("due_at")), "new": _moment(after.get("due_at"))}
        )
    if verb == "case_escalated":
        said.append(_("Kepada: %(to)s.") % {"to": offices.get(after.get("to", ""), after.get("to", ""))})
    if after.get("paper"):
        said.append(f"{paper_title(str(after['paper']), definition)}.")
    return said


def paper_title(path: str, definition: Definition) -> str:
    return next((say(one.title) for one in definition.requirements if one.path == path), path)


def _moment(value: Any) -> str:
    return long_moment(datetime.fromisoformat(value)) if value else "–"


def tell(entries: Sequence[Entry]) -> dict[int, Told]:
    """Return how a list of the whole history names these cases and what it says of each entry. Three queries."""
    keys = {UUID(entry.thing.partition(":")[2]) for entry in entries}
    cases = {
        str(case.key): case
        for case in Case.objects.filter(key__in=keys).select_related("version").defer("version__definition")
    }
    warm(case.version for case in cases.values())
    codes = {str(entry.after.get(name, "")) for entry in entries for name in ("office", "to")} - {""}
    offices = dict(Agency.objects.filter(code__in=codes).values_list("code", "short_name")) if codes else {}
    handlers = {
        pk for entry in entries for side in (entry.before, entry.after) if (pk := side.get("handler"))
    }
    names = dict(User.objects.filter(pk__in=handlers).values_list("pk", "name")) if handlers else {}
    found = {}
    for entry in entries:
        case = cases.get(entry.thing.partition(":")[2])
        if case is None:
            continue
        definition = definition_of(case.version)
        said = [
            *sentences(entry.verb, entry.before, entry.after, definition, offices),
            *_of_office(entry, names),
        ]
        found[entry.pk] = Told(case.number, title(entry.verb, entry.after, definition), " ".join(said))
    return found


def _of_office(entry: Entry, names: Mapping[int, str]) -> list[str]:
    """Say what only officers read: who holds the case, by which way it came, for whom a note was."""
    after = entry.after
    if entry.verb == "case_assigned":
        who = names.get(after.get("handler") or 0)
        return [_("Yang memegang: %(name)s.") % {"name": who} if who else _("Kembali ke unit.")]
    if entry.verb == "case_filed" and after.get("channel"):
        return [_("Lewat: %(way)s.") % {"way": Case.Channel(after["channel"]).label}]
    if entry.verb == "case_note" and after.get("reader"):
        return [_("Pembacanya: %(reader)s.") % {"reader": Note.Reader(after["reader"]).label}]
    return []
