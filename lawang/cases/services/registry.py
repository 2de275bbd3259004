"""What a named check or effect is given and gives back, and the names there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise

from lawang.cases.models import Case

PASSED, FAILED, UNSURE = "passed", "failed", "unsure"


@dataclass(frozen=True)
class Facts:
    """What a check may look at. `answers` are nested, all privacy classes together."""

    answers: Mapping[str, Any]
    parameters: Mapping[str, str]  # of the service and its regency
    received: date
    today: date
    case: Case | None = None  # None in a rehearsal or a worked example: nothing to compare with
    work: Mapping[str, Any] = field(default_factory=dict)  # what steps before recorded: step code -> answers


@dataclass(frozen=True)
class Verdict:
    """Passed, failed or unsure, and why, in a sentence for officers and, when it refuses, for the applicant."""

    result: str
    why: str

    @property
    def passed(self) -> bool:
        return self.result == PASSED


Check = Callable[[Facts, Mapping[str, str]], Verdict]  # the second: parameters beside the name in the pack
Effect = Callable[..., None]  # (case, facts, parameters, *, by: User | None, at: datetime)


@dataclass(frozen=True)
class Named:
    name: str
    title: str | Promise
    function: Callable[..., Any]
    fields: tuple[str, ...] = ()  # paths of answers that it needs
    parameters: tuple[str, ...] = ()  # parameters of the service that it needs


CHECKS: dict[str, Named] = {}
EFFECTS: dict[str, Named] = {}


def check(
    name: str, *, title: str | Promise, fields: tuple[str, ...] = (), parameters: tuple[str, ...] = ()
) -> Callable[[Check], Check]:
    """Make a function known to packs as a check."""

    def wrap(function: Check) -> Check:
        CHECKS[name] = Named(name, title, function, fields, parameters)
        return function

    return wrap


def effect(
    name: str, *, title: str | Promise, fields: tuple[str, ...] = (), parameters: tuple[str, ...] = ()
) -> Callable[[Effect], Effect]:
    """Make a function known to packs as an effect of a step; it runs in the step's transaction."""

    def wrap(function: Effect) -> Effect:
        EFFECTS[name] = Named(name, title, function, fields, parameters)
        return function

    return wrap
