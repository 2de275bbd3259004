"""What a case is known by: "Terlambat dilaporkan". Its service's checks find it, officer and applicant are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lawang.cases import answers as kept
from lawang.cases.definition import Definition, Named
from lawang.cases.models import Case, ServiceSetting
from lawang.cases.services import flags
from lawang.cases.services.registry import CHECKS, Facts, Verdict, verdict_of
from lawang.cases.settings import merged
from lawang.lib.text import say
from lawang.people.node import day_of


@dataclass(frozen=True)
class Shown:
    """One mark as a page shows it."""

    word: str
    told: str = ""  # to the applicant: what was found and what it means
    rule: str = ""  # "Batas melapor kelahiran dalam hari: 60"
    source: str = ""  # of the rule


def shown(
    verdict: Verdict, named: Named, definition: Definition, facts: Facts, sources: Mapping[str, str]
) -> Shown | None:
    """Return the mark of a verdict, with the rule behind it; None when it has none.

    `sources` are those of the parameters that this regency has set itself.
    """
    mark = verdict.mark
    if mark is None:
        return None
    asked: Mapping[str, Any] = next(
        (one for one in definition.data.get("parameters", ()) if one["name"] == mark.parameter), {}
    )
    value = named.parameters.get(mark.parameter) or facts.parameters.get(mark.parameter, "")
    return Shown(
        mark.word,
        mark.told,
        _("%(rule)s: %(value)s") % {"rule": say(asked["title"]), "value": value} if asked else "",
        sources.get(mark.parameter) or asked.get("source", ""),
    )


def marks_of(case: Case, definition: Definition, *, at: datetime) -> list[Shown]:
    """Return the marks of a case for its applicant. Two queries; none where no check of the service makes one."""
    looking = [named for named in definition.checks if CHECKS[named.name].marks]
    found = kept.opened(case) if looking else None
    if found is None:
        return flagged(case)
    own = {one.name: one for one in ServiceSetting.objects.filter(service_id=case.service_id)}
    facts = Facts(
        answers=found,
        parameters=merged(definition, {name: one.value for name, one in own.items()}),
        received=day_of(case.received_at),
        today=day_of(at),
        case=case,
    )
    sources = {name: one.source for name, one in own.items()}
    all_of_them = (
        shown(verdict_of(named.name, facts, named.parameters), named, definition, facts, sources)
        for named in looking
    )
    return [one for one in all_of_them if one is not None]


def flagged(case: Case) -> list[Shown]:
    """Return the marks that steps have left in a case: what stays when its answers are closed or erased."""
    return [Shown(str(flags.WORDS[name])) for name in case.work.get(flags.FLAGS, {}) if name in flags.WORDS]
