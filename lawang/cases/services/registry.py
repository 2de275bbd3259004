"""What a named check or effect is given and gives back, and the names there are."""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lawang.cases.models import Case
from lawang.lib.refused import Refused

log = logging.getLogger(__name__)

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
class Mark:
    """What a case is known by on its pages, once a check has found it."""

    word: str
    told: str  # to the applicant: what was found and what it means
    parameter: str  # of the service, whose value is the rule


@dataclass(frozen=True)
class Verdict:
    """Passed, failed or unsure, and why, in a sentence for officers and, when it refuses, for the applicant."""

    result: str
    why: str
    mark: Mark | None = None

    @property
    def passed(self) -> bool:
        return self.result == PASSED


Check = Callable[[Facts, Mapping[str, str]], Verdict]  # the second: parameters beside the name in the pack
Effect = Callable[..., None]  # (case, facts, parameters, *, by: User | None, at: datetime)


@dataclass(frozen=True)
class Word:
    """One word that a pack writes beside a function's name, under `parameters`."""

    name: str
    values: tuple[str, ...] = ()  # what it may be; empty: anything
    required: bool = True


@dataclass(frozen=True)
class Named:
    name: str
    title: str | Promise
    function: Callable[..., Any]
    fields: tuple[str, ...] = ()  # paths of answers that it needs
    parameters: tuple[
        str, ...
    ] = ()  # parameters of the service that it needs; may also stand beside its name
    given: tuple[Word, ...] = ()  # what stands beside its name
    marks: bool = False  # a check whose verdict may carry a Mark


CHECKS: dict[str, Named] = {}
EFFECTS: dict[str, Named] = {}


def check(
    name: str,
    *,
    title: str | Promise,
    fields: tuple[str, ...] = (),
    parameters: tuple[str, ...] = (),
    given: tuple[Word, ...] = (),
    marks: bool = False,
) -> Callable[[Check], Check]:
    """Make a function known to packs as a check."""

    def wrap(function: Check) -> Check:
        CHECKS[name] = Named(name, title, function, fields, parameters, given, marks)
        return function

    return wrap


def effect(
    name: str,
    *,
    title: str | Promise,
    fields: tuple[str, ...] = (),
    parameters: tuple[str, ...] = (),
    given: tuple[Word, ...] = (),
) -> Callable[[Effect], Effect]:
    """Make a function known to packs as an effect of a step; it runs in the step's transaction."""

    def wrap(function: Effect) -> Effect:
        EFFECTS[name] = Named(name, title, function, fields, parameters, given)
        return function

    return wrap


def verdict_of(name: str, facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Return what a named check says. One that falls says so and is reported: its case can still be opened.

    What is reported is where it fell, never the error's own words: they may hold an answer.
    """
    try:
        verdict = CHECKS[name].function(facts, given)
    except Refused as refused:  # a regency's parameter that makes no sense: the sentence says which
        return Verdict(UNSURE, refused.sentence)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "check_failed name=%s error=%s place=%s:%s",
            name,
            type(error).__name__,
            place.filename.rpartition("/")[2],
            place.lineno,
        )
        return Verdict(
            UNSURE, _("Pemeriksaan ini gagal dijalankan. Periksa sendiri, dan beri tahu administrator.")
        )
    assert isinstance(verdict, Verdict)
    return verdict
