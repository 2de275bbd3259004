"""What the citizens' pages of the plan share: the plan in force, the way home, dates out of gathered lists."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.people.node import today
from lawang.plans import reading
from lawang.plans.models import (
    Framework,
    Revision,
)

P = ParamSpec("P")
Crumbs = list[tuple[str, str]]


def with_plan(
    view: Callable[Concatenate[HttpRequest, Revision, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Hand a view the plan in force; where there is none say so on a page."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        revision = reading.in_force(today())
        if revision is None:
            return render(request, "plans/no_plan.html")
        return view(request, revision, *args, **kwargs)

    return inner


def crumbs(*further: tuple[str, str]) -> Crumbs:
    """Return the way from home over the plan."""
    return [(_("Beranda"), reverse("portal:home")), (_("Rencana"), reverse("plan")), *further]


def framework_of(request: HttpRequest, revision: Revision) -> Framework:
    """Return the framework that ?kerangka= names, else the plan's own. No query for the plan's own."""
    code = request.GET.get("kerangka", "")[:60]
    if not code or code == revision.plan.framework.code:
        return revision.plan.framework
    found = Framework.objects.filter(code=code).first()
    if found is None:
        raise Http404(_("Kerangka %(code)s tidak ada.") % {"code": code})
    return found


def day_of(words: str | None) -> date | None:
    """Return the date of an ISO string out of a gathered list."""
    return date.fromisoformat(words[:10]) if words else None
