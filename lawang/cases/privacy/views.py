"""Front page of data protection, the register of processing, and what is due for erasure: /kelola/privasi/."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lawang.cases import retention
from lawang.cases.models import RUNNING, Case, Incident, Service
from lawang.cases.privacy import processing
from lawang.cases.privacy.accesses import crumbs
from lawang.cases.privacy.forms import DayFilters, HoldForm, ReleaseForm
from lawang.cases.privacy.holdings import SERVICE
from lawang.cases.privacy.rules import ACCESS, BREACH, ERASE, SEE
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import now, today
from lawang.people.permissions import demand, may, needs
from lawang.people.views import me
from lawang.record.models import Entry
from lawang.record.resent import done, sent_once
from lawang.web.download import csv_response
from lawang.web.tables import paginate

PER_PAGE = 50


@needs(*SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is waiting for whoever looks after personal data."""
    due = retention.look_ahead(today())
    waiting = Case.objects.filter(service__code=SERVICE, phase__in=RUNNING)
    is_handler = bool(may(request.user, BREACH))
    context = {
        "due": due,
        "requests": waiting.count(),
        "next_request": waiting.exclude(due_at=None)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first(),
        "incidents": list(Incident.objects.filter(closed_at=None)[:20]) if is_handler else None,
        "now": now(),
        "sees_accesses": bool(may(request.user, ACCESS)),
        "crumbs": crumbs()[:1],
    }
    return render(request, "cases/privacy/index.html", context)


# The register


@needs(*SEE)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show the register of processing; it prints as it is."""
    context = {
        "rows": processing.register(),
        "seers": processing.seers(),
        "made_at": now(),
        "crumbs": crumbs(),
    }
    return render(request, "cases/privacy/register.html", context)


@needs(*SEE)
@require_safe
def register_csv(request: HttpRequest) -> HttpResponseBase:
    """Download the register of processing."""
    classes = processing.CLASSES
    seers = "; ".join(f"{one.role} ({one.scope}, {one.sees})" for one in processing.seers())
    heading = (
        *(_("Kegiatan"), _("Kode"), _("Penanggung jawab"), _("Tujuan"), _("Dasar hukum"), _("Data milik")),
        *classes.values(),
        *(_("Penerima lain"), _("Masa simpan"), _("Sumber masa simpan"), _("Yang melihat"), _("Versi")),
    )
    rows = (
        [
            *(one.title, one.code, one.office, one.purpose, one.basis, one.subjects),
            *("; ".join(one.data.get(name, ())) for name in classes),
            *("; ".join(one.recipients), one.kept, one.source, seers if one.code else "", one.version),
        ]
        for one in processing.register()
    )
    return csv_response(request, "kegiatan-pemrosesan", heading, rows)


# Erasure


@dataclass(frozen=True)
class Held:
    """One case that is kept although its time may be over."""

    case: Case
    since: datetime | None
    why: str


@needs(ERASE, ACCESS)
@require_http_methods(["GET", "POST"])
@sent_once
def erasure(request: HttpRequest) -> HttpResponse:
    """Say whose time is over by a day, and what is kept for a dispute; keep another case."""
    may_hold = bool(may(request.user, ERASE))
    if request.method == "POST":
        demand(request.user, ERASE)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            case = _case_of(form.cleaned_data["number"])
            retention.hold(case, True, by=me(request), at=now(), why=form.cleaned_data["why"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("%(number)s ditahan; datanya tidak dihapus.") % {"number": case.number}
            )
            return done("privacy:erasure")
    filters = DayFilters(request)
    day = filters.chosen().get("hari") or today()
    due = retention.look_ahead(day)
    titles = dict(Service.objects.filter(code__in=due.by_service).values_list("code", "title"))
    page = paginate(request, Case.objects.filter(legal_hold=True).order_by("pk"), PER_PAGE)
    context = {
        "filters": filters,
        "day": day,
        "due": due,
        "by_service": sorted(
            ((say(titles.get(code, {"id": code})), count) for code, count in due.by_service.items())
        ),
        "page": page,
        "held": _held(page.items),
        "last": Entry.objects.filter(verb="erased", thing__startswith="cases.case:").order_by("-pk").first(),
        "form": form if may_hold else None,
        "crumbs": crumbs(),
    }
    return render(request, "cases/privacy/erasure.html", context, status=422 if form.errors else 200)


def _case_of(number: str) -> Case:
    found = Case.objects.filter(number__iexact=number.strip()).first()
    if found is None:
        raise Refused(_("Tidak ada permohonan %(number)s. Periksa nomornya.") % {"number": number.strip()})
    return found


def _held(cases: Iterable[Case]) -> list[Held]:
    things = {f"cases.case:{case.key}": case for case in cases}
    entries = (
        Entry.objects.filter(thing__in=things, verb="case_held")
        .order_by("thing", "-number")
        .distinct("thing")
    )
    said = {entry.thing: entry for entry in entries}
    return [
        Held(case, said[thing].at if thing in said else None, said[thing].note if thing in said else "")
        for thing, case in things.items()
    ]


@needs(ERASE)
@require_http_methods(["GET", "POST"])
@sent_once
def release(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let a case go that was kept; from then on its time counts again."""
    case = Case.objects.filter(key=key, legal_hold=True).first()
    if case is None:
        raise Http404
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            retention.hold(case, False, by=me(request), at=now(), why=form.cleaned_data["why"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(number)s tidak ditahan lagi.") % {"number": case.number})
            return done("privacy:erasure")
    context = {
        "case": case,
        "form": form,
        "held": _held([case])[0],
        "crumbs": crumbs((_("Penghapusan"), reverse("privacy:erasure"))),
    }
    return render(request, "cases/privacy/release.html", context, status=422 if form.errors else 200)
