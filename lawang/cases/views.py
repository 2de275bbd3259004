"""Citizens find a service, read what it needs, and ask for it: list, service page, form, paper form, event of life."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lawang.cases import answers as kept
from lawang.cases import bundles, catalogue, incoming, invitations, receiving, tickets
from lawang.cases.actions import may_object
from lawang.cases.brakes import by_address
from lawang.cases.catalogue import Offices
from lawang.cases.definition import Definition, definition_of
from lawang.cases.forms import MORE, CaseForm
from lawang.cases.models import Case, Event, Service, ServiceVersion
from lawang.cases.published import performance_lines
from lawang.cases.receiving import ABOUT, LANGUAGE, Sent, Unreadable
from lawang.documents import qr
from lawang.lib import clock, codes
from lawang.lib import fields as lib
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import day_of, node, now, today
from lawang.people.permissions import real
from lawang.record.actions import SentDifferently
from lawang.web.json import answer
from lawang.web.keep import may_be_kept
from lawang.web.tables import Filters, paginate, with_query

Crumbs = list[tuple[str, str]]
PER_PAGE = 30
VERSION = "_version"  # of the definition whose form was filled in
PAPER = "pengaduan"  # code of the service by which people complain, where there is one


def home_crumb() -> Crumbs:
    return [(_("Beranda"), reverse("portal:home"))]


def crumbs(*further: tuple[str, str]) -> Crumbs:
    """Return the way from home over the services."""
    return [*home_crumb(), (_("Layanan"), reverse("cases:services")), *further]


# --- the list -------------------------------------------------------------------------------------------------------


class ServiceFilters(Filters):
    """What services can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Kata"), max_length=100)
    kantor = forms.ChoiceField(label=gettext_lazy("Kantor"))

    def __init__(self, request: HttpRequest, offices: Offices) -> None:
        super().__init__(request)
        field = self.fields["kantor"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext_lazy("Semua kantor")),
            *((code, offices.name(code)) for code in offices.units),
        ]


@may_be_kept
def services(request: HttpRequest) -> HttpResponse:
    """What can I get here, what does it cost, how long does it take?"""
    offices = Offices()
    filters = ServiceFilters(request, offices)
    chosen = filters.chosen()
    found = catalogue.offered()
    if code := chosen.get("kantor"):
        found = found.filter(unit=code)
    found = catalogue.found(found, chosen["q"]) if chosen.get("q") else found.order_by("code")
    page = paginate(request, found, PER_PAGE)
    units = list(dict.fromkeys(catalogue.offered().order_by("unit").values_list("unit", flat=True)))
    here = chosen.get("kantor", "")
    context = {
        "offices": [
            (
                offices.name(unit) if unit else _("Semua"),
                with_query(request.GET, kantor=unit or None, halaman=None),
                unit == here,
            )
            for unit in ["", *sorted(units, key=offices.name)]
        ],
        "page": page,
        "rows": catalogue.rows_of(page, offices, performance_lines([one.pk for one in page], today())),
        "filters": filters,
        "words": chosen.get("q", ""),
        "events": [] if chosen else list(Event.objects.all()),
        "crumbs": home_crumb(),
    }
    return render(request, "cases/services.html", context)


# --- one service ----------------------------------------------------------------------------------------------------


def offered_or_404(code: str) -> tuple[Service, ServiceVersion, Definition]:
    """Return a service with its version in force."""
    service = get_object_or_404(Service.objects.select_related("current"), code=code, current__isnull=False)
    assert service.current is not None
    service.current.service = service
    return service, service.current, definition_of(service.current)


@may_be_kept
def service(request: HttpRequest, code: str) -> HttpResponse:
    """What do I need, how long, how much?"""
    found, version, definition = offered_or_404(code)
    offices = Offices()
    complaint = Service.objects.filter(code=PAPER, current__isnull=False).exclude(pk=found.pk).first()
    context = {
        "service": found,
        "version": version,
        "definition": definition,
        "price": catalogue.price_of(definition.fee),
        "time": clock.words(definition.clock),
        "office": offices.name(definition.unit),
        "share": performance_lines([found.pk], today()).get(found.pk, ""),
        "agency": offices.agency(definition.unit),
        "fee_note": definition.data.get("fee_note"),
        "to_bring": catalogue.to_bring(definition),
        "happenings": catalogue.happenings(definition, offices),
        "questions": definition.data.get("questions", []),
        "laws": definition.data["standard"]["legal_basis"],
        "standard": list(catalogue.standard(definition, offices)),
        "objection_time": clock.words(definition.objection[1]) if definition.objection else "",
        "complaint": complaint,
        "pages": invitations.pages_of(found),
        "notice": catalogue.notice(definition),
        "crumbs": crumbs(),
    }
    return render(request, "cases/service.html", context)


def service_json(request: HttpRequest, code: str) -> HttpResponse:
    """Tell programs what the service asks: JSON Schema of the answers, papers, clock."""
    found, version, definition = offered_or_404(code)
    return answer(
        {
            "service": found.code,
            "version": version.number,
            "is_open": found.is_open,
            "is_demo": node().is_demo,
            "title": definition.title,
            "summary": definition.summary,
            "product": definition.product,
            "fee": definition.fee,
            "clock": {"kind": definition.clock.kind, "count": definition.clock.count},
            "answers": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **lib.json_schema(definition.fields),
            },
            "requirements": [
                {
                    "path": one.path,
                    "title": one.title,
                    "required": one.required,
                    "field": f"{one.path}{receiving.FILES}" if one.is_uploaded else None,
                    "accepts": one.accepts,
                    "source": one.source,
                    "substitutes": [
                        {"code": other.code, "title": other.title, "source": other.source}
                        for other in one.substitutes
                    ],
                }
                for one in definition.requirements
            ],
        },
        public=True,
    )


# --- asking for it --------------------------------------------------------------------------------------------------


@may_be_kept
@by_address
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Fill in the form of a service and send it: one page, also without a script."""
    found, version, definition = offered_or_404(code)
    if not found.is_open:
        context = {"service": found, "definition": definition, "crumbs": crumbs()}
        return render(request, "cases/shut.html", context)
    about = _objected_to(request, definition)
    if request.method == "POST":
        return _apply(request, version, definition, about)
    form = CaseForm(definition, answers=_known(request, definition, about), today=day_of(now()))
    return _form_page(request, version, definition, form, about)


def _form_page(
    request: HttpRequest,
    version: ServiceVersion,
    definition: Definition,
    form: CaseForm,
    about: Case | None,
) -> HttpResponse:
    title, address = say(definition.title), reverse("cases:service", args=[definition.code])
    context = {
        "version": version,
        "definition": definition,
        "form": form,
        "about": about,
        "notice": catalogue.notice(definition),
        "day_field": incoming.DAY,
        "day": today().isoformat(),
        "version_field": VERSION,
        "language_field": LANGUAGE,
        "about_field": ABOUT,
        "files_lost": form.is_bound and bool(form.errors) and bool(request.FILES),
        "crumbs": crumbs((title, address)),
    }
    response = render(request, "cases/apply.html", context, status=422 if form.errors else 200)
    if about is not None or form.is_bound:
        patch_cache_control(response, private=True, no_store=True)
    return response


def _apply(
    request: HttpRequest, version: ServiceVersion, definition: Definition, about: Case | None
) -> HttpResponse:
    at = now()
    typed = request.POST.get(VERSION, "")
    number = int(typed) if typed.isdecimal() and len(typed) < 9 else version.number
    if number != version.number:
        try:
            version = receiving.version_for(definition.code, number, at=at)
            definition = definition_of(version)
        except Refused as refused:
            form = _typed(request, definition, faults={"": refused.sentence})
            return _form_page(request, version, definition, form, about)
    if asked := request.POST.get(MORE):
        form = _typed(request, definition, faults={}, more=[asked])
        return _form_page(request, version, definition, form, about)
    key, code = incoming.names_of(request)
    papers, faults = incoming.papers_in(request.FILES, definition)
    sent = Sent(
        service=definition.code,
        version=version.number,
        code=code,
        data=incoming.data_of(request),
        language=incoming.language(),
        papers=[one.announced for one in papers],
        objects_to=about,
    )
    if faults:
        faults |= _faults(sent, version, at) | faults
        return _form_page(request, version, definition, _typed(request, definition, faults=faults), about)
    try:
        case, _fresh = receiving.receive(key, sent, account=real(request.user), at=at)
    except Unreadable as unreadable:
        faults = unreadable.faults
    except SentDifferently:
        faults = {
            "": _(
                "Formulir ini sudah pernah Anda kirim dengan isi yang lain, dan sudah kami terima. "
                "Kalau ini permohonan baru, kirim sekali lagi. "
                "Kalau Anda mau memperbaiki, buka tanda terimanya."
            )
        }
    except Refused as refused:
        faults = {"": refused.sentence}
    else:
        incoming.store(case, papers, at=at)
        return received(request, case)
    return _form_page(request, version, definition, _typed(request, definition, faults=faults), about)


def _typed(request: HttpRequest, definition: Definition, **more: Any) -> CaseForm:
    """Return the form with what was typed."""
    return CaseForm(definition, request.POST, files=request.FILES, today=day_of(now()), **more)


def _faults(sent: Sent, version: ServiceVersion, at: Any) -> dict[str, str]:
    try:
        receiving.read(sent, version, at=at)
    except Unreadable as unreadable:
        return unreadable.faults
    except Refused as refused:
        return {"": refused.sentence}
    return {}


def received(request: HttpRequest, *cases: Case) -> HttpResponse:
    """Lead to the receipt, with tickets for this device."""
    response = HttpResponseRedirect(f"{reverse('cases:track', args=[cases[0].code])}?baru")
    tickets.hand_over(request, response, *cases, at=now())
    return response


def _objected_to(request: HttpRequest, definition: Definition) -> Case | None:
    """Return the case to which this one objects, when this visitor may see it."""
    typed = request.POST.get(ABOUT) or request.GET.get("atas") or ""
    if not typed:
        return None
    at = now()
    code = codes.normalise(typed)
    case = (
        Case.objects.select_related("version", "owner__calendar", "service", "applicant")
        .filter(code=code)
        .first()
    )
    if case is None or not tickets.may_follow(request, case, at=at):
        raise Http404
    theirs = definition_of(case.version)
    if not (theirs.objection and theirs.objection[0] == definition.code and may_object(case, theirs, at)):
        raise Refused(_("Keberatan atas permohonan ini tidak bisa lagi diajukan: waktunya sudah lewat."))
    return case


def _known(request: HttpRequest, definition: Definition, about: Case | None) -> lib.Answers:
    """Return what can be filled in already: from the case one objects to, or from one's account."""
    found: lib.Answers = {}
    if about is not None:
        before = kept.opened(about) or {}
        for one in definition.fields:
            if one.name in before and one.name != "papers":
                found[one.name] = before[one.name]
        return found
    person = real(request.user)
    for column, path in definition.applicant.items() if person else ():
        if column in ("name", "email", "phone") and (value := getattr(person, column)):
            lib.put(found, path, value)
    return found


# --- on paper -------------------------------------------------------------------------------------------------------


@may_be_kept
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """Print the form on one or two pages, in the order of the screen; officers key it in later."""
    found, version, definition = offered_or_404(code)
    offices = Offices()
    address = f"{reverse('cases:service', args=[found.code])}?versi={version.number}"
    context = {
        "service": found,
        "version": version,
        "definition": definition,
        "parts": catalogue.paper_parts(definition),
        "office": offices.name(definition.unit),
        "time": clock.words(definition.clock),
        "price": catalogue.price_of(definition.fee),
        "qr": qr.svg(absolute(request, address)),
        "notice": catalogue.notice(definition),
        "date_boxes": catalogue.boxes_svg((2, 2, 4)),
        "phone_boxes": catalogue.boxes_svg((14,)),
        "crumbs": crumbs((say(definition.title), reverse("cases:service", args=[found.code]))),
    }
    return render(request, "cases/paper.html", context)


def absolute(request: HttpRequest, path: str) -> str:
    """Return the whole address of a page: under the node's own name where it has one."""
    base = node().base_url.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)


# --- events of life -------------------------------------------------------------------------------------------------


def _event_services(event: Event) -> list[Service]:
    """Return the services of an event that take cases, in its order."""
    found = {
        one.code: one
        for one in Service.objects.select_related("current").filter(
            code__in=event.services, current__isnull=False, is_open=True
        )
    }
    return [found[code] for code in event.services if code in found]


@may_be_kept
def event(request: HttpRequest, code: str) -> HttpResponse:
    """What does this event need? Several services, asked for with one form."""
    found = get_object_or_404(Event, code=code)
    rows = catalogue.rows_of(
        sorted(
            catalogue.offered().filter(code__in=found.services),
            key=lambda one: found.services.index(one.code),
        ),
        Offices(),
    )
    context = {"event": found, "rows": rows, "crumbs": crumbs()}
    response = render(request, "cases/event.html", context)
    if asked := [row.code for row in rows if row.is_open]:
        response["X-Keep-Also"] = _form_address(found, asked)  # the form opens without a signal, too
    return response


def _form_address(event: Event, services: list[str]) -> str:
    return reverse("cases:apply_event", args=[event.code, "+".join(services)])


@require_safe
def choose_event(request: HttpRequest, code: str) -> HttpResponse:
    """Lead to the form of the chosen services, whose address a phone can keep."""
    found = get_object_or_404(Event, code=code)
    chosen = request.GET.getlist("layanan")
    services = [one.code for one in _event_services(found) if one.code in chosen]
    there = _form_address(found, services) if services else reverse("cases:event", args=[found.code])
    return HttpResponseRedirect(there)


@may_be_kept
@by_address
def apply_event(request: HttpRequest, code: str, chosen: str) -> HttpResponse:
    """Fill in one form for several services; they are filed together or not at all."""
    found = get_object_or_404(Event, code=code)
    services = [one for one in _event_services(found) if one.code in chosen.split("+")]
    if not services:
        return HttpResponseRedirect(reverse("cases:event", args=[found.code]))
    at = now()
    versions = []
    for one in services:
        assert one.current is not None
        one.current.service = one
        versions.append(one.current)
    definitions = [definition_of(version) for version in versions]
    whole = bundles.merged(definitions)
    if request.method != "POST":
        form = CaseForm(whole, answers=_known(request, whole, None), today=day_of(at))
    elif asked := request.POST.get(MORE):
        form = _typed(request, whole, faults={}, more=[asked])
    else:
        faults = _file_bundle(request, versions, definitions, whole, at)
        if isinstance(faults, HttpResponse):
            return faults
        form = _typed(request, whole, faults=faults)
    context = {
        "event": found,
        "services": services,
        "versions": versions,
        "definition": whole,
        "form": form,
        "notices": [(one.title, catalogue.notice(one)) for one in definitions],
        "day_field": incoming.DAY,
        "day": today().isoformat(),
        "language_field": LANGUAGE,
        "files_lost": form.is_bound and bool(form.errors) and bool(request.FILES),
        "crumbs": crumbs((say(found.title), reverse("cases:event", args=[found.code]))),
    }
    response = render(request, "cases/apply_event.html", context, status=422 if form.errors else 200)
    if form.is_bound:
        patch_cache_control(response, private=True, no_store=True)
    return response


def _file_bundle(
    request: HttpRequest,
    versions: list[ServiceVersion],
    definitions: list[Definition],
    whole: Definition,
    at: Any,
) -> HttpResponse | dict[str, str]:
    """File everything and lead to the receipt; or return what is wrong, by field."""
    key, code = incoming.names_of(request)
    papers, faults = incoming.papers_in(request.FILES, whole)
    services = [(version.service.code, version.number) for version in versions]
    sent = Sent(
        service=services[0][0],
        version=services[0][1],
        code=code,
        data=incoming.data_of(request),
        language=incoming.language(),
        papers=[one.announced for one in papers],
    )
    try:
        if faults:
            for one, version in zip(receiving.split(sent, versions), versions, strict=True):
                faults = _faults(one, version, at) | faults
            return faults
        cases, _fresh = receiving.receive_bundle(key, sent, services, account=real(request.user), at=at)
    except Unreadable as unreadable:
        return unreadable.faults
    except Refused as refused:
        return {"": refused.sentence}
    for case, definition in zip(cases, definitions, strict=True):
        own = receiving.papers_for(definition, sent.papers)
        incoming.store(case, [one for one in papers if any(one.announced is other for other in own)], at=at)
    return received(request, *cases)
