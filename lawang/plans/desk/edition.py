"""Which edition of which plan the planner's pages show: the draft while there is one, else what is in force."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.people.models import User
from lawang.people.node import today
from lawang.people.permissions import may
from lawang.plans.models import Plan, Revision

Crumb = tuple[str, str]


@dataclass(frozen=True)
class Edition:
    """One plan with the edition that a page shows."""

    plan: Plan
    revision: Revision
    in_force: Revision | None
    draft: Revision | None
    latest: Revision | None  # published last, perhaps from a day that is still to come

    @property
    def is_draft(self) -> bool:
        return self.revision.status == Revision.Status.DRAFT

    @property
    def name(self) -> str:
        words = _("draf revisi %(number)s") if self.is_draft else _("revisi %(number)s")
        return words % {"number": self.revision.number}


def find(*, in_force: bool = False) -> Edition | None:
    """Return the plan that people work on, None while there is none. One query, however many revisions.

    Of several plans the one whose edition came into force last. `in_force`: show that one even if there is a draft.
    """
    rows = list(
        Revision.objects.select_related("plan__framework", "legal_file").order_by("plan", "number").all()
    )
    if not rows:
        return None
    on = today()
    published = [row for row in rows if row.status == Revision.Status.PUBLISHED and row.in_force_from]
    begun = [row for row in published if row.in_force_from and row.in_force_from <= on]
    newest = max(begun, key=lambda row: (row.in_force_from, row.plan_id), default=None)
    plan = (newest or rows[-1]).plan
    own = [row for row in rows if row.plan_id == plan.pk]
    draft = next((row for row in own if row.status == Revision.Status.DRAFT), None)
    shown = (newest if in_force else draft) or draft or newest or own[-1]
    latest = max(
        (row for row in published if row.plan_id == plan.pk), key=lambda row: row.number, default=None
    )
    return Edition(plan, shown, newest, draft, latest)


def edition(request: HttpRequest) -> Edition:
    """Return the edition that the page shows; ?edisi=berlaku asks for the one in force. 404 without any plan."""
    found = find(in_force=request.GET.get("edisi") == "berlaku")
    if found is None:
        raise Http404(_("Belum ada rencana."))
    return found


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def crumbs(*more: Crumb) -> list[Crumb]:
    return [(_("Rencana"), reverse("planner:home")), *more]


def frame(request: HttpRequest, shown: Edition, *more: Crumb, thing: object = None) -> dict[str, Any]:
    """Return what every page of the editor needs: the edition, whether this person may change it, the way back.

    `thing` is what the page is about, where that is less than the whole plan.
    """
    may_all = bool(may(request.user, "plans.edit", shown.plan))
    may_this = may_all if thing is None else bool(may(request.user, "plans.edit", thing))
    return {
        "edition": shown,
        "revision": shown.revision,
        "may_edit": may_this and shown.is_draft,
        "may_start": may_all and not shown.is_draft,
        "crumbs": crumbs(*more),
    }
