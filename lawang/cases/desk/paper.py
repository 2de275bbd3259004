"""Typing in for somebody: a form that came on paper, or a person at the counter or in the village.

The screen follows the printed page. The person leaves with a slip: number, tracking code, QR.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lawang.cases import incoming, receiving
from lawang.cases.definition import Definition, definition_of
from lawang.cases.desk.frame import FILE_FOR, Desk, frame, person
from lawang.cases.forms import MORE, CaseForm
from lawang.cases.messages import link_of
from lawang.cases.models import Case, CaseQuerySet, Service, ServiceVersion
from lawang.cases.receiving import Sent, Unreadable
from lawang.cases.services.identity import NOT_PURSUED
from lawang.documents import qr
from lawang.lib import clock, codes
from lawang.lib import fields as lib
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency, Party
from lawang.people.node import day_of, node, now
from lawang.people.permissions import grants, needs
from lawang.record.sealing import keyed_hash
from lawang.web.forms import DateField, Form

CHANNELS = (Case.Channel.PAPER, Case.Channel.COUNTER, Case.Channel.VILLAGE)
SAME_WITHIN = timedelta(days=730)  # how far back a second form about the same person is hinted at
OLDEST = timedelta(days=365)  # of a paper form
OURS = ("channel", "original_date", "sure")  # names on this page that are no answers


class EntryForm(Form):
    """What the officer adds to the answers: the way it came, and the date on the paper."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Bagaimana permohonan ini datang?"), widget=forms.RadioSelect
    )
    original_date = DateField(
        label=gettext_lazy("Tanggal di formulir kertas"),
        help_text=gettext_lazy(
            "Hari permohonan ditulis atau diserahkan. Kosongkan bila orangnya ada di depan Anda."
        ),
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = [
            (Case.Channel.PAPER, _("Formulir kertas")),
            (Case.Channel.COUNTER, _("Orangnya di loket kantor")),
            (Case.Channel.VILLAGE, _("Orangnya di kantor desa atau kecamatan")),
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        day = typed.get("original_date")
        if day and day > self.today:
            self.add_error("original_date", _("Tanggal ini belum terjadi. Periksa lagi."))
        if day and day < self.today - OLDEST:
            self.add_error("original_date", _("Tanggal ini lebih dari setahun yang lalu. Periksa tahunnya."))
        if typed.get("channel") == Case.Channel.PAPER and not day and "original_date" not in self.errors:
            self.add_error("original_date", _("Tulis tanggal yang ada di formulir kertasnya."))
        return typed


def usual_channel(desk: Desk) -> str:
    """Return the way things mostly come to where this person works."""
    held = grants(desk.user)
    kinds = {grant.membership.agency.kind for grant in held.all} if held else set()
    if kinds & {Agency.Kind.VILLAGE, Agency.Kind.DISTRICT}:
        return Case.Channel.VILLAGE
    return Case.Channel.COUNTER


@needs(FILE_FOR)
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Choose the service whose form is typed in."""
    desk = Desk(person(request))
    found = Service.objects.filter(is_open=True).exclude(current=None).order_by("code")
    rows = sorted(found.only("code", "title"), key=lambda one: say(one.title))
    return render(request, "cases/desk/services.html", frame(request, desk) | {"services": rows})


@needs(FILE_FOR)
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, code: str) -> HttpResponseBase:
    """Type in one form; who filed it stays with the case."""
    desk, at = Desk(person(request)), now()
    version = _version(request, code, at)
    definition = definition_of(version)
    if request.method == "POST" and not request.POST.get(MORE):
        return _file(request, desk, version, definition, at)
    posted = request.POST if request.method == "POST" else None
    entered = EntryForm(posted, today=day_of(at), initial={"channel": usual_channel(desk)})
    if posted is None:
        return _page(request, desk, version, CaseForm(definition, today=day_of(at)), entered)
    form = CaseForm(definition, posted, today=day_of(at), more=[request.POST[MORE]], faults={})
    entered.errors.clear()
    return _page(request, desk, version, form, entered)


def _version(request: HttpRequest, code: str, at: datetime) -> ServiceVersion:
    """Return the version of the printed form (?versi=), else the one in force."""
    service = Service.objects.select_related("current").filter(code=code, is_open=True).first()
    if service is None or service.current is None:
        raise Http404
    asked = request.GET.get("versi", "")
    if asked.isdecimal() and len(asked) < 9 and int(asked) != service.current.number:
        return receiving.version_for(code, int(asked), at=at)
    service.current.service = service
    return service.current


def _file(
    request: HttpRequest, desk: Desk, version: ServiceVersion, definition: Definition, at: datetime
) -> HttpResponse:
    entered = EntryForm(request.POST, today=day_of(at))
    papers, faults = incoming.papers_in(request.FILES, definition)
    is_right = entered.is_valid()
    sent = Sent(
        service=definition.code,
        version=version.number,
        code=incoming.code_of(request.POST),
        data={name: values for name, values in incoming.data_of(request).items() if _is_answer(name)},
        channel=entered.cleaned_data["channel"] if is_right else Case.Channel.COUNTER,
        language=incoming.language(),
        papers=[one.announced for one in papers],
        original_date=entered.cleaned_data["original_date"] if is_right else None,
    )
    same: list[Case] = []
    try:
        answers = receiving.read(sent, version, at=at)
        if is_right and not faults:
            same = list(filed_before(definition, version, answers, at)[:5])
            if not same or request.POST.get("sure"):
                case, _fresh = receiving.receive(incoming.key_of(request.POST), sent, by=desk.user, at=at)
                incoming.store(case, papers, at=at)
                messages.success(request, _("Tercatat: %(number)s.") % {"number": case.number})
                return redirect("desk:slip", key=case.key)
    except Unreadable as unreadable:
        faults = {**unreadable.faults, **faults}
    except Refused as refused:
        faults = {"": refused.sentence, **faults}
    form = CaseForm(definition, request.POST, files=request.FILES, today=day_of(at), faults=faults)
    return _page(request, desk, version, form, entered, same=same, files_lost=bool(request.FILES))


def _is_answer(name: str) -> bool:
    return name.partition("_day")[0].partition("_month")[0].partition("_year")[0] not in OURS


def _page(
    request: HttpRequest,
    desk: Desk,
    version: ServiceVersion,
    form: CaseForm,
    entered: EntryForm,
    *,
    same: list[Case] | None = None,
    files_lost: bool = False,
) -> HttpResponse:
    wrong = bool(form.errors or entered.errors)
    context = frame(request, desk) | {
        "form": form,
        "entry": entered,
        "version": version,
        "definition": form.definition,
        "same": same or [],
        "wrong": wrong,
        "files_lost": files_lost,
        "key": incoming.key_of(request.POST),
        "code": incoming.code_of(request.POST),
        "crumbs": [(_("Meja kerja"), reverse("desk:list")), (_("Catat"), reverse("desk:record"))],
    }
    return render(request, "cases/desk/entry.html", context, status=422 if wrong or same else 200)


def filed_before(
    definition: Definition, version: ServiceVersion, answers: Mapping[str, Any], at: datetime
) -> CaseQuerySet:
    """Return cases of this service about a person named in the answers, by NIK, of the last two years; newest first."""
    paths = {identity.get("nik") for identity in (definition.subject, definition.applicant)} - {None}
    hashes = [keyed_hash(str(nik)) for path in paths if path and (nik := lib.look(answers, path))]
    if not hashes:
        return Case.objects.none()
    parties = list(Party.objects.filter(nik_hash__in=hashes).values_list("pk", flat=True)[:200])
    same = Q(subject__in=parties) if definition.subject.get("nik") else Q(applicant__in=parties)
    return (
        Case.objects.filter(same, service=version.service_id, received_at__gt=at - SAME_WITHIN)
        .exclude(outcome__in=NOT_PURSUED)
        .select_related("service", "office")
        .order_by("-received_at")
    )


@needs(FILE_FOR)
@require_safe
def slip(request: HttpRequest, key: UUID) -> HttpResponse:
    """Print what the person takes home."""
    desk = Desk(person(request))
    case = (
        Case.objects.visible_to(desk.user)
        .select_related("service", "version", "owner")
        .defer("version__definition")
        .filter(key=key)
        .first()
    )
    if case is None:
        raise Http404
    link = (
        link_of(case)
        if node().base_url
        else request.build_absolute_uri(reverse("cases:track", args=[case.code]))
    )
    definition = definition_of(case.version)
    context = frame(request, desk) | {
        "case": case,
        "definition": definition,
        "code": codes.shown(case.code),
        "qr": qr.svg(link),
        "link": link,
        "promise": clock.words(definition.clock),
        "due": long_date(case.due_at) if case.due_at else "",
        "crumbs": [(_("Meja kerja"), reverse("desk:list")), (_("Catat"), reverse("desk:record"))],
    }
    return render(request, "cases/desk/slip.html", context)
