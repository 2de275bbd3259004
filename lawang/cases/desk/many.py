"""One safe step with several cases: first what will happen and what will not, then it happens."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lawang.cases.actions import assign, take_step
from lawang.cases.definition import definition_of, warm
from lawang.cases.desk.frame import ACT, Desk, frame, person
from lawang.cases.desk.list import PER_PAGE, TAKE, light
from lawang.cases.models import Case
from lawang.cases.rules import verb_of
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import now
from lawang.people.permissions import may, needs
from lawang.record.resent import already, once_sent


@dataclass(frozen=True)
class Plan:
    """What would happen to one case, or why nothing does."""

    case: Case
    name: str
    words: str
    is_skipped: bool


def plan_of(case: Case, code: str, desk: Desk) -> Plan:
    """Return what a step would do to a case; the check that the step itself makes comes when it is taken."""
    name = desk.name_of(case)
    if code == TAKE:
        if case.handler_id is not None:
            held = case.handler.name if case.handler else ""
            return Plan(case, name, _("Sudah dipegang %(name)s.") % {"name": held}, True)
        if case.phase != Case.Phase.OPEN:
            return Plan(case, name, _("Tidak sedang dikerjakan."), True)
        answer = may(desk.user, "cases.handle", case)
        return Plan(case, name, _("Anda yang memegang.") if answer else answer.reason, not answer)
    definition = definition_of(case.version)
    step = definition.steps.get(code)
    state = say(definition.states[case.state].title)
    if step is None or case.state not in step.sources:
        return Plan(case, name, _("Langkah ini tidak ada pada tahap “%(state)s”.") % {"state": state}, True)
    verb = verb_of(step)
    if verb is None or not step.in_bulk or step.kind == "pay":
        return Plan(case, name, _("Langkah ini diambil satu per satu, di halaman permohonannya."), True)
    answer = may(desk.user, verb, case)
    if not answer:
        return Plan(case, name, answer.reason, True)
    target = say(definition.states[step.to].title)
    return Plan(case, name, f"{state} → {target}", False)


@needs(*ACT)
@require_POST
def many(request: HttpRequest) -> HttpResponseBase:
    """Ask once what to do with the ticked cases; when `sure` comes with it, do it, each in its own transaction."""
    desk, at = Desk(person(request)), now()
    code = request.POST.get("step", "")[:60]
    back = _back(request)
    wanted = _keys(request)
    cases = list(light(Case.objects.visible_to(desk.user).filter(key__in=wanted)).order_by("due_at", "id"))
    warm(case.version for case in cases)
    if not cases:
        messages.error(request, _("Centang dahulu permohonannya."))
        return redirect(back)
    plans = [plan_of(case, code, desk) for case in cases]
    going = [plan for plan in plans if not plan.is_skipped]
    if request.POST.get("sure") != "1":
        context = frame(request, desk) | {
            "title": _title(cases, code),
            "code": code,
            "going": going,
            "skipped": [plan for plan in plans if plan.is_skipped],
            "back": back,
            "back_query": request.POST.get("back", ""),
            "crumbs": [(_("Meja kerja"), back)],
        }
        return render(request, "cases/desk/many.html", context)
    done, troubles = 0, list[tuple[Case, str]]()
    for plan in going:
        try:
            _result, fresh = once_sent(request, partial(_do, plan.case, code, desk, at), str(plan.case.pk))
            done += fresh
        except Refused as refused:
            troubles.append((plan.case, refused.sentence))
    if not (done or troubles):
        messages.info(request, already())
    if done:
        messages.success(
            request,
            ngettext("%(count)s permohonan dikerjakan.", "%(count)s permohonan dikerjakan.", done)
            % {"count": done},
        )
    for case, sentence in troubles:
        messages.warning(request, f"{case.number}: {sentence}")
    return redirect(back)


def _do(case: Case, code: str, desk: Desk, at: datetime) -> dict[str, Any]:
    if code == TAKE:
        assign(case, desk.user, by=desk.user, at=at)
    else:
        take_step(case, code, by=desk.user, at=at, revision=case.revision)
    return {}


def _title(cases: list[Case], code: str) -> str:
    if code == TAKE:
        return _("Ambil, saya yang memegang")
    for case in cases:
        if step := definition_of(case.version).steps.get(code):
            return say(step.title)
    return _("Langkah ini")


def _keys(request: HttpRequest) -> list[UUID]:
    keys = []
    for typed in request.POST.getlist("case")[: PER_PAGE * 2]:
        try:
            keys.append(UUID(typed))
        except ValueError:
            continue
    return keys


def _back(request: HttpRequest) -> str:
    """Return the list with its filters; only a query of ours comes back."""
    query = request.POST.get("back", "")
    return reverse("desk:list") + (query if query.startswith("?") and len(query) < 1000 else "")
