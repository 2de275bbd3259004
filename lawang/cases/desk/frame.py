"""What every page of the desk needs: who is at it, which offices and areas are theirs, what they may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.cases.definition import Step
from lawang.cases.models import Case, Unit
from lawang.cases.rules import TAKER_VERBS, verb_of
from lawang.people.models import User
from lawang.people.permissions import Reach, grants, may, reach, sees
from lawang.people.privacy import masked_name
from lawang.record.models import Privacy

ACT = tuple(TAKER_VERBS.values())  # whoever may one of these works on cases
SEE = ("cases.see", *ACT)
FILE_FOR, PAY, EXPORT = "cases.file_for", "cases.pay", "cases.export"


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


@dataclass(frozen=True)
class Desk:
    """One person's place at the desk. Offices and areas are ids, with everything below them."""

    user: User

    @cached_property
    def sight(self) -> Reach:
        """How far this person sees."""
        return reach(self.user, "cases.see")

    @cached_property
    def everything(self) -> bool:
        return self.sight.everything

    @cached_property
    def offices(self) -> frozenset[int]:
        """The offices whose work this person sees or does."""
        return self.sight.agencies.union(*(how_far.agencies for how_far in self._reaches.values()))

    @cached_property
    def areas(self) -> frozenset[int]:
        return self.sight.areas

    @cached_property
    def reads_names(self) -> bool:
        """Whether the names of applicants are shown in full."""
        return sees(self.user, Privacy.PERSONAL)

    @cached_property
    def title(self) -> str:
        """The offices by name: "Dukcapil", "Dukcapil, Dinas Sosial"."""
        held = grants(self.user)
        names = [grant.membership.agency.short_name for grant in held.all] if held else []
        return ", ".join(dict.fromkeys(names))

    def may(self, verb: str) -> bool:
        return bool(may(self.user, verb))

    def name_of(self, case: Case) -> str:
        """Return the name of whom a case is about, masked for those who may not read it."""
        name = (case.subject or case.applicant).name
        return name if self.reads_names else masked_name(name)

    @cached_property
    def _reaches(self) -> dict[str, Reach]:
        return {verb: reach(self.user, verb) for verb in ACT}

    def acts_on(self, case: Case, verb: str) -> bool:
        """Tell whether this person may do one of ACT to a case, without asking the database; `may` says why not."""
        how_far = self._reaches[verb]
        return how_far.everything or case.office_id in how_far.agencies or case.area_id in how_far.areas

    def takes_in_bulk(self, step: Step, case: Case) -> bool:
        """Tell whether this person may take a step with several cases at once, as far as their tasks go."""
        verb = verb_of(step)
        return step.in_bulk and step.kind != "pay" and verb is not None and self.acts_on(case, verb)

    def holds(self, case: Case) -> bool:
        """Tell whether this person has something to do with the case where it lies now."""
        return any(self.acts_on(case, verb) for verb in ACT)


def is_shown(request: HttpRequest) -> bool:
    """Tell whether the navigation shows the desk: to whoever may open it."""
    return any(may(request.user, verb) for verb in SEE)


def has_work(user: User) -> bool:
    """Tell whether cases come to an office or area of this person; if so the desk is their first page.

    Most agencies have officers who may handle cases, and no service.
    """
    desk = Desk(user)
    offices = sorted(desk.offices)
    does_work = Unit.objects.filter(agency__in=offices).exists() if offices else False
    return does_work or Case.objects.visible_to(user).running().exists()


def places(request: HttpRequest, desk: Desk) -> list[tuple[str, str, bool]]:
    """Return the pages of the desk that this person may open: title, address, whether this is it."""
    wanted: Iterable[tuple[str, str, bool]] = (
        (_("Permohonan"), "desk:list", any(desk.may(verb) for verb in SEE)),
        (_("Catat"), "desk:record", desk.may(FILE_FOR)),
        (_("Pembayaran"), "desk:payments", desk.may(PAY)),
        (_("Register"), "desk:registers", desk.may("cases.see")),
        (_("Jawaban siap"), "desk:replies", desk.may("cases.handle")),
    )
    found = [(title, reverse(address)) for title, address, is_open in wanted if is_open]
    here = max((href for _title, href in found if request.path.startswith(href)), key=len, default="")
    return [(title, href, href == here) for title, href in found] if len(found) > 1 else []


def frame(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """Return what the templates of all pages of the desk show."""
    return {"desk": desk, "places": places(request, desk)}
