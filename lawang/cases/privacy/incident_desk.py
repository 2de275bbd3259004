"""The pages of incidents: what happened, the checklist with its 72 hours, the letters, the people concerned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.cases.models import Incident, Service
from lawang.cases.privacy import incidents
from lawang.cases.privacy.accesses import crumbs
from lawang.cases.privacy.checklist import CHECKLIST, Item
from lawang.cases.privacy.forms import AuthorityForm, CloseForm, IncidentForm, SubjectsForm, TickForm
from lawang.cases.privacy.rules import BREACH
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people import parties
from lawang.people.node import node, now, zone
from lawang.people.permissions import needs
from lawang.people.views import me
from lawang.record.actions import record, saw
from lawang.record.models import Entry
from lawang.record.resent import done, sent_once
from lawang.record.verbs import phrase
from lawang.web.download import csv_response
from lawang.web.tables import paginate

PER_PAGE = 30


@dataclass(frozen=True)
class Tick:
    """One line of the checklist."""

    item: Item
    done_at: datetime | None


@dataclass(frozen=True)
class Time:
    """How much of the 72 hours is left."""

    hours: int  # negative when they are over
    is_told: bool

    @property
    def css(self) -> str:
        if self.is_told:
            return "good"
        return "off" if self.hours < 0 else "warn"


def _of(key: UUID) -> Incident:
    found = Incident.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found


def time_of(incident: Incident, at: datetime) -> Time:
    seconds = (incident.due_at - at).total_seconds()
    return Time(int(seconds // 3600), bool(incident.authority_told_at and incident.subjects_told_at))


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return crumbs((_("Insiden"), reverse("privacy:incidents")), *further)


@needs(BREACH)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List incidents, newest first."""
    at = now()
    page = paginate(request, Incident.objects.all(), PER_PAGE)
    context = {
        "page": page,
        "rows": [(one, time_of(one, at)) for one in page.items],
        "crumbs": crumbs(),
    }
    return render(request, "cases/privacy/incidents.html", context)


@needs(BREACH)
@require_http_methods(["GET", "POST"])
@sent_once
def report(request: HttpRequest) -> HttpResponse:
    """Write down a new incident."""
    local = localtime(now(), zone())
    form = IncidentForm(
        request.POST if request.method == "POST" else None,
        initial={"noticed_on": local.date(), "noticed_time": f"{local:%H.%M}"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            incident = incidents.report(form.account(), by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return done("privacy:incident", key=incident.key)
    context = {"form": form, "crumbs": _crumbs()}
    return render(request, "cases/privacy/report.html", context, status=422 if form.errors else 200)


@needs(BREACH)
@require_safe
def incident(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one incident."""
    found = _of(key)
    at = now()
    count, with_email = incidents.people(found)
    entries = Entry.objects.filter(thing=f"cases.incident:{key}").select_related("by").order_by("-number")
    titles = dict(Service.objects.filter(code__in=found.services).values_list("code", "title"))
    context = {
        "incident": found,
        "words": incidents.opened(found),
        "time": time_of(found, at),
        "ticks": [Tick(item, _moment(found.done.get(item.code))) for item in CHECKLIST],
        "count": count,
        "with_email": with_email,
        "services": [say(titles.get(code, {"id": code})) for code in found.services],
        "history": [(entry, phrase(entry.verb), _step_words(entry)) for entry in entries[:50]],
        "tick_form": TickForm(),
        "crumbs": _crumbs(),
    }
    return render(request, "cases/privacy/incident.html", context)


def _moment(words: str | None) -> datetime | None:
    return datetime.fromisoformat(words) if words else None


def _step_words(entry: Entry) -> str:
    if entry.verb != "breach_step":
        return entry.note
    title = next((str(item.title) for item in CHECKLIST if item.code == entry.after.get("step")), "")
    said = title if entry.after.get("done") else _("belum: %(step)s") % {"step": title}
    return f"{said}. {entry.note}" if entry.note else said


@needs(BREACH)
@require_http_methods(["GET", "POST"])
@sent_once
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change what is known."""
    found = _of(key)
    form = IncidentForm(request.POST if request.method == "POST" else None, initial=_known(found))
    if request.method == "POST" and form.is_valid():
        try:
            incidents.describe(found, form.account(), by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Uraiannya diubah."))
            return done("privacy:incident", key=key)
    context = {"form": form, "incident": found, "crumbs": _crumbs((found.title, _address(found)))}
    return render(request, "cases/privacy/report.html", context, status=422 if form.errors else 200)


def _known(found: Incident) -> dict[str, Any]:
    local = localtime(found.noticed_at, zone())
    numbers = incidents.affected_by_name(found).values_list("number", flat=True)
    return {
        **{name: getattr(found, name) for name in ("title", "kind", "began_on", "services")},
        "which": found.data,
        **{name: getattr(found, name) for name in ("received_from", "received_to")},
        **{name: words for name, words in incidents.opened(found).items() if name != "notice"},
        "noticed_on": local.date(),
        "noticed_time": f"{local:%H.%M}",
        "cases": "\n".join(numbers),
    }


def _address(found: Incident) -> str:
    return reverse("privacy:incident", args=[found.key])


@needs(BREACH)
@require_POST
@sent_once
def tick(request: HttpRequest, key: UUID, code: str) -> HttpResponse:
    """Mark a step as done, or take the mark back."""
    found, form = _of(key), TickForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        incidents.tick(found, code, request.POST.get("done") == "1", by=me(request), at=now(), note=note)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(f"{_address(found)}#langkah")
    return done(f"{_address(found)}#langkah")


def letter(found: Incident, name: str) -> str:
    """Return the text of a letter, "subjects" or "authority", filled with what is known."""
    count, _with_email = incidents.people(found)
    context = {
        "incident": found,
        "words": incidents.opened(found),
        "regency": say(node().name),
        "count": count,
        "cases": Incident.Kind(found.kind).label,
    }
    lines = render_to_string(f"cases/privacy/letter_{name}.txt", context).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


@needs(BREACH)
@require_http_methods(["GET", "POST"])
@sent_once
def authority(request: HttpRequest, key: UUID) -> HttpResponse:
    """Print the letter to the authority, and write down that it has gone out."""
    found = _of(key)
    form = AuthorityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            incidents.tell_authority(found, by=me(request), at=now(), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Tercatat bahwa lembaga sudah diberi tahu."))
            return done("privacy:incident", key=key)
    context = {
        "incident": found,
        "form": form,
        "letter": letter(found, "authority"),
        "crumbs": _crumbs((found.title, _address(found))),
    }
    return render(request, "cases/privacy/authority.html", context, status=422 if form.errors else 200)


@needs(BREACH)
@require_http_methods(["GET", "POST"])
@sent_once
def subjects(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send the notice to everybody concerned who left an e-mail address."""
    found = _of(key)
    form = SubjectsForm(
        request.POST if request.method == "POST" else None, initial={"words": letter(found, "subjects")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            incidents.tell_subjects(found, form.cleaned_data["words"], by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Pemberitahuan sedang dikirim."))
            return done("privacy:incident", key=key)
    count, with_email = incidents.people(found)
    context = {
        "incident": found,
        "form": form,
        "count": count,
        "with_email": with_email,
        "without": count - with_email,
        "crumbs": _crumbs((found.title, _address(found))),
    }
    return render(request, "cases/privacy/subjects.html", context, status=422 if form.errors else 200)


@needs(BREACH)
@require_safe
def people_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Download whom to write or call; each of them can see that it was read."""
    found, by, at = _of(key), me(request), now()
    why = _("insiden data pribadi: pemberitahuan")
    cases = list(incidents.affected(found).select_related("applicant", "service").order_by("pk"))
    record(found, "breach_listed", by=by, at=at, after={"cases": len(cases)})
    rows = []
    for case in cases:
        who = parties.opened(case.applicant)
        if who is not None:
            saw(case, ["applicant"], by=by, at=at, why=why)
            rows.append([case.number, say(case.service.title), who.name, who.email, who.phone, who.address])
    heading = (_("Nomor"), _("Layanan"), _("Nama"), _("Surel"), _("Telepon"), _("Alamat"))
    return csv_response(request, "yang-terkena", heading, rows)


@needs(BREACH)
@require_http_methods(["GET", "POST"])
@sent_once
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Close an incident."""
    found = _of(key)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            incidents.close(found, by=me(request), at=now(), lesson=form.cleaned_data["lesson"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Insiden ditutup."))
            return done("privacy:incident", key=key)
    context = {"incident": found, "form": form, "crumbs": _crumbs((found.title, _address(found)))}
    return render(request, "cases/privacy/close.html", context, status=422 if form.errors else 200)
