"""The officers' pages of surveys: open, collect, hand in a file, see what is unbelievable, close, report a year."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lawang.cases.models import Service, Unit
from lawang.cases.published import published
from lawang.cases.views import absolute
from lawang.documents import qr
from lawang.lib.dates import period_name
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency, User
from lawang.people.node import now, today
from lawang.people.permissions import may, needs, reach, sees
from lawang.plans.models import FrameworkNode, Plan, Programme, Revision
from lawang.record.actions import saw
from lawang.record.models import Privacy
from lawang.record.resent import done, sent_once
from lawang.surveys import actions, facts, importing, skm, validity
from lawang.surveys import report as reports
from lawang.surveys.counting import Part, by_source, parts_of, sheet_of
from lawang.surveys.forms import (
    AnswerForm,
    ChangeImpactForm,
    ChangeSkmForm,
    FileForm,
    OpenImpactForm,
    OpenSkmForm,
)
from lawang.surveys.models import HandedIn, Kind, Response, Survey
from lawang.surveys.questionnaire import judged, questions_of
from lawang.surveys.views import elements_chart, grade_words, index_words, lines_of, need_words, period_words
from lawang.web.download import csv_response
from lawang.web.tables import paginate

RUN, COLLECT = "surveys.run", "surveys.collect"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 50


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _crumbs(survey: Survey | None = None) -> list[tuple[str, str]]:
    way = [(_("Survei"), reverse("surveys:manage"))]
    return [*way, (say(survey.title), _address(survey))] if survey else way


def _address(survey: Survey) -> str:
    return reverse("surveys:manage_survey", args=[survey.key])


def _mine(request: HttpRequest, key: UUID, verb: str = RUN) -> Survey:
    """Return a survey on which this person may do something. Raise Http404 or PermissionDenied with the reason."""
    found = get_object_or_404(Survey.objects.with_names().prefetch_related("runners"), key=key)
    if not (answer := may(request.user, verb, found)):
        raise PermissionDenied(answer.reason)
    return found


# The list


@dataclass(frozen=True)
class Row:
    """One survey in the list."""

    survey: Survey
    title: str
    about: str  # unit and period
    told: str  # how far it is, in words
    tag: str
    css: str


@needs(RUN, COLLECT)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Which surveys are running, and how far are they?"""
    mine = Survey.objects.held_by(request.user, RUN, COLLECT)
    years = list(mine.order_by("-year").values_list("year", flat=True).distinct())
    wanted = request.GET.get("tahun", "")
    year = int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) in years else None
    year = year or (years[0] if years else today().year)
    found = list(mine.with_names().filter(year=year).order_by("-state", "agency__short_name", "pk"))
    can_run = bool(may(request.user, RUN))
    return render(
        request,
        "surveys/desk/index.html",
        {
            "year": year,
            "tabs": [(str(one), f"?tahun={one}", one == year) for one in years],
            "skm": [_row(one) for one in found if one.kind == Kind.SKM],
            "impact": [_row(one) for one in found if one.kind == Kind.IMPACT],
            "can_run": can_run,
            "has_report": can_run and any(one.kind == Kind.SKM for one in found),
        },
    )


def _row(survey: Survey) -> Row:
    where = " · ".join(filter(None, [survey.agency.short_name, survey.subject, period_words(survey)]))
    if not survey.is_open:
        tag, css = _("ditutup"), "idle"
    elif survey.to_date < today():
        tag, css = _("masanya lewat, tutup"), "warn"
    else:
        tag, css = _("dibuka"), "good"
    if survey.kind == Kind.SKM:
        one = judged(survey)
        told = need_words(one)
        if one.index is not None:
            told = f"{index_words(one.index)} {grade_words(one)} · {told}"
    else:
        least = survey.instrument.definition["least_users"]
        n = survey.received if survey.is_open else survey.counted
        told = _("%(n)s jawaban, paling sedikit %(least)s") % {"n": number(n), "least": number(least)}
        if errors := sum(one["weight"] == validity.ERROR for one in survey.findings):
            told += " · " + ngettext(
                "%(count)s hal harus diperbaiki", "%(count)s hal harus diperbaiki", errors
            ) % {"count": errors}
    return Row(survey, say(survey.title), where, told, tag, css)


# Open


def _offices(user: User) -> list[Agency]:
    how_far = reach(user, RUN)
    found = Agency.objects.filter(valid_to=None).exclude(kind=Agency.Kind.OUTSIDE).order_by("short_name")
    return list(found if how_far.everything else found.filter(pk__in=how_far.agencies))


def _services(offices: list[Agency]) -> list[tuple[Service, Agency]]:
    """Return the services whose work these offices do."""
    by_pk = {one.pk: one for one in offices}
    units = dict(Unit.objects.filter(agency__in=by_pk).values_list("code", "agency_id"))
    rows = Service.objects.filter(current__isnull=False, current__definition__unit__in=units).select_related(
        "current"
    )
    found = []
    for service in rows.order_by("code"):
        assert service.current is not None
        agency = units[service.current.definition["unit"]]
        assert agency is not None
        found.append((service, by_pk[agency]))
    return found


@needs(RUN)
@sent_once
def open_skm(request: HttpRequest) -> HttpResponse:
    """Open a satisfaction survey."""
    offices = _offices(_me(request))
    services = _services(offices)
    initial: dict[str, Any] = {}
    if (code := request.GET.get("layanan")) and (
        one := next((s for s, _a in services if s.code == code), None)
    ):
        initial = {"about": f"l{one.pk}", "population": _served(one)}
    form = OpenSkmForm(offices, services, today(), request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        agency, service = form.chosen
        data = form.cleaned_data
        population = data["population"]
        if population is None and service is not None:
            population = _served(service)
        try:
            made = actions.open_skm(
                agency=agency,
                service=service,
                from_date=data["from_date"],
                to_date=data["to_date"],
                population=int(population) if population is not None else None,
                by=_me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused, "about")
        else:
            messages.success(request, _("Survei dibuka. Pasang QR-nya di loket, atau bagikan tautannya."))
            return done(_address(made))
    return _form_page(
        request,
        form,
        _("Buka survei kepuasan"),
        _("Setiap unit layanan disurvei paling sedikit sekali setahun."),
        submit=_("Buka survei"),
    )


def _served(service: Service) -> int | None:
    """Return how many applied in the last twelve months, as the page about performance tells it."""
    figures = published(today(), service=service).services
    twelve = figures[0].twelve if figures else None
    return twelve.counted.received if twelve else None


@needs(RUN)
@sent_once
def open_impact(request: HttpRequest) -> HttpResponse:
    """Open one form of the impact survey."""
    plan = Plan.objects.order_by("pk").first()
    if plan is None:
        raise Refused(_("Belum ada rencana, jadi belum ada bagian yang bisa disurvei."))
    nodes = list(
        FrameworkNode.objects.filter(framework=plan.framework_id, depth__lte=1).select_related(
            "framework", "parent"
        )
    )
    revision = Revision.objects.in_force(today()).filter(plan=plan).first()
    programmes = list(Programme.objects.filter(revision=revision).defer("search")) if revision else []
    form = OpenImpactForm(nodes, programmes, today(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.open_impact(
                agency=data["agency"],
                node=form.chosen,
                year=data["year"],
                from_date=data["from_date"],
                to_date=data["to_date"],
                subject=data["subject"],
                programmes=[UUID(one) for one in data["programmes"]],
                application=data["application"],
                runners=data["runners"],
                by=_me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("Survei dibuka. Bagikan tautannya kepada pemakai, atau serahkan berkas jawaban.")
            )
            return done(_address(made))
    return _form_page(
        request,
        form,
        _("Buka survei dampak"),
        _("Untuk evaluasi tahunan: pemakai menilai tiga pernyataan setiap subdimensi, dari 0 sampai 4."),
        submit=_("Buka survei"),
    )


def _form_page(
    request: HttpRequest, form: Any, title: str, lead: str, *, submit: str, survey: Survey | None = None
) -> HttpResponse:
    return render(
        request,
        "surveys/desk/form.html",
        {
            "form": form,
            "title": title,
            "lead": lead,
            "submit": submit,
            "back": _address(survey) if survey else reverse("surveys:manage"),
            "crumbs": _crumbs(survey),
        },
        status=422 if form.errors else 200,
    )


@needs(RUN)
@sent_once
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change what is known about an open survey."""
    found = _mine(request, key)
    form: ChangeSkmForm | ChangeImpactForm
    if found.kind == Kind.SKM:
        form = ChangeSkmForm(
            request.POST or None, initial={"to_date": found.to_date, "population": found.population}
        )
    else:
        initial = {
            "to_date": found.to_date,
            "subject": found.subject,
            "application": found.application_id,
            "runners": [one.pk for one in found.runners.all()],
        }
        form = ChangeImpactForm(today(), request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        population = data.get("population")
        try:
            actions.change_survey(
                found,
                to_date=data["to_date"],
                population=int(population) if population is not None else None,
                subject=data.get("subject", ""),
                application=data.get("application"),
                runners=data.get("runners", ()),
                by=_me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Perubahan disimpan."))
            return done(_address(found))
    return _form_page(
        request, form, _("Ubah keterangan survei"), say(found.title), submit=_("Simpan"), survey=found
    )


# One survey


@needs(RUN, COLLECT)
@require_safe
def survey(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far is this survey, how is it collected, and can its answers be believed?"""
    found = _mine(request, key, COLLECT)
    can_run = bool(may(request.user, RUN, found))
    link = absolute(request, reverse("surveys:answer", args=[found.code]))
    counter = absolute(request, reverse("surveys:counter", args=[found.counter_code]))
    is_skm = found.kind == Kind.SKM
    parts = parts_of(found)
    context: dict[str, Any] = {
        "survey": found,
        "is_skm": is_skm,
        "period": period_name(found.from_date, found.to_date),
        "is_over": found.is_open and found.to_date < today(),
        "can_run": can_run,
        "sources": by_source(parts),
        "link": link,
        "link_qr": qr.svg(link) if found.is_open else "",
        "counter": counter if is_skm else "",
        "counter_qr": qr.svg(counter) if found.is_open and is_skm else "",
        "files": list(found.files.select_related("by")[:20]) if can_run else [],
        "may_read": can_run and is_skm and sees(request.user, Privacy.PERSONAL),
        "crumbs": _crumbs(),
    }
    context |= _skm_of(found) if is_skm else _impact_of(found, parts)
    return render(request, "surveys/desk/survey.html", context)


def _skm_of(found: Survey) -> dict[str, Any]:
    one = judged(found)
    return {
        "judged": one,
        "grade": grade_words(one),
        "need": need_words(one),
        "waiting": found.received - found.counted,
        "chart": elements_chart(found, one),
    }


def _impact_of(found: Survey, parts: list[Part]) -> dict[str, Any]:
    if found.is_open:
        problems, n = validity.findings(sheet_of(found, parts)), sum(part.n for part in parts if part.counts)
    else:
        problems, n = validity.said(found.findings), found.counted
    means = skm.means(skm.Tally(found.counted, found.sums))
    keys = [str(one) for one in found.programmes]
    programmes = (
        Programme.objects.filter(revision__in=Revision.objects.in_force(today()), key__in=keys).defer(
            "search"
        )
        if keys
        else []
    )
    return {
        "n": n,
        "least": found.instrument.definition["least_users"],
        "findings": [(one, validity.WEIGHTS[one.weight]) for one in problems],
        "checks": len(validity.CHECKS),
        "means": [(question, means.get(question.code)) for question in questions_of(found)],
        "programmes": list(programmes),
        "runners": sorted(one.short_name for one in found.runners.all()),
    }


@needs(COLLECT)
@sent_once
def fill_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """Type in what somebody answers to a surveyor, or wrote on paper."""
    found = _mine(request, key, COLLECT)
    if sentence := actions.closed_because(found, today()):
        return render(
            request, "surveys/shut.html", {"survey": found, "sentence": sentence, "crumbs": _crumbs(found)}
        )
    source = Response.Source.SURVEYOR
    form = AnswerForm(found, questions_of(found), request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        try:
            actions.receive(found, form.answer(), source=source, by=_me(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Jawaban disimpan. Silakan isi untuk orang berikutnya."))
            return done(reverse("surveys:fill_in", args=[found.key]))
    context = {"survey": found, "form": form, "is_surveyor": True, "crumbs": _crumbs(found)}
    return render(request, "surveys/answer.html", context, status=422 if form.errors else 200)


@needs(RUN)
@sent_once
def hand_in(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a file of answers; what is not taken is explained row by row."""
    found = _mine(request, key)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        contents, name = upload.read(), str(upload.name)
        try:
            rows = importing.read(found, contents, name)
            made = actions.hand_in(found, rows, name=name, contents=contents, by=_me(request), at=now())
        except Refused as refused:
            form.refuse(refused, "file")
        else:
            assert made is not None
            return done(reverse("surveys:handed_in", args=[found.key, made.pk]))
    return render(
        request,
        "surveys/desk/hand_in.html",
        {"survey": found, "form": form, "headings": _explained(found), "crumbs": _crumbs(found)},
        status=422 if form.errors else 200,
    )


def _explained(survey: Survey) -> list[tuple[str, str]]:
    """Return each heading of the template with what belongs there."""
    marks = questions_of(survey)[0].choices
    scale = _("angka %(first)s sampai %(last)s") % {"first": marks[0][0], "last": marks[-1][0]}
    known = {
        importing.RESPONDENT: _(
            "nomor HP atau NIK; hanya sidiknya yang disimpan, supaya tidak ada yang dua kali"
        ),
        importing.DAY: _("hari menjawab, misalnya 2026-10-20; boleh kosong"),
        importing.USER: _("ya bila pernah memakai layanannya"),
        importing.STAFF: _("ya bila pegawai pemilik layanan; jawabannya tidak dihitung"),
        importing.COMMENT: _("saran dengan kata orangnya sendiri; boleh kosong"),
        "jenis_kelamin": _("perempuan atau laki-laki; boleh kosong"),
        "umur": _("dalam tahun; boleh kosong"),
        "pendidikan": _("SD, SMP, SMA, Diploma, S1, S2; boleh kosong"),
        "pekerjaan": _("misalnya PNS, swasta, petani; boleh kosong"),
    }
    return [(heading, known.get(heading, scale)) for heading in importing.headings_of(survey)]


@needs(RUN)
@require_safe
def template(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = _mine(request, key)
    return csv_response(request, f"survei-{found.code}", importing.headings_of(found), [])


@needs(RUN)
@require_safe
def handed_in(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    """Say what became of a file: how many rows were taken, and why each other was not."""
    found = _mine(request, key)
    mine = get_object_or_404(HandedIn.objects.select_related("by"), survey=found, pk=pk)
    return render(
        request,
        "surveys/desk/handed_in.html",
        {
            "survey": found,
            "file": mine,
            "page": paginate(request, mine.rejected, PER_PAGE),
            "crumbs": _crumbs(found),
        },
    )


@needs(RUN)
@require_safe
def comments(request: HttpRequest, key: UUID) -> HttpResponse:
    """Read what people wrote freely; that it was read is written down."""
    found = _mine(request, key)
    if not sees(request.user, Privacy.PERSONAL):
        raise PermissionDenied(_("Saran bisa memuat data pribadi; peran Anda tidak membukanya."))
    rows = (
        Response.objects.filter(survey=found, counted_on__isnull=False)
        .exclude(comment="")
        .order_by("comment")
    )
    page = paginate(request, rows.values_list("comment", flat=True), PER_PAGE)
    words = actions.open_comments(found, list(page)) if len(page) else []
    if words:
        saw(found, ["comment"], by=_me(request), at=now(), why=_("saran survei"))
    context = {"survey": found, "page": page, "words": words, "crumbs": _crumbs(found)}
    response = render(request, "surveys/desk/comments.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@needs(RUN)
@sent_once
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Close a survey for good, after a question."""
    found = _mine(request, key)
    if request.method == "POST":
        try:
            actions.close(found, by=_me(request), at=now())
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _("Survei ditutup. Hasilnya tidak berubah lagi."))
        return done(_address(found))
    problems = validity.findings(sheet_of(found)) if found.kind == Kind.IMPACT and found.is_open else []
    errors = [one for one in problems if one.weight == validity.ERROR]
    return render(
        request, "surveys/desk/close.html", {"survey": found, "errors": errors, "crumbs": _crumbs(found)}
    )


# The year


@needs(RUN)
@require_safe
def report(request: HttpRequest, year: int) -> HttpResponse:
    """The yearly report of satisfaction, of the offices of this person."""
    found = _of_year(request, year)
    lines = lines_of(found)
    surveys = [one for fact in found.services for one in fact.surveys]
    return render(
        request,
        "surveys/desk/report.html",
        {
            "year": year,
            "regency": found.regency,
            "regency_grade": grade_words(found.regency) if found.regency else "",
            "made_on": today(),
            "parts": list(zip(lines, map(reports.parts_of, surveys), strict=True)),
            "crumbs": _crumbs(),
        },
    )


@needs(RUN)
@require_safe
def report_xlsx(request: HttpRequest, year: int) -> HttpResponse:
    response = HttpResponse(reports.workbook(_of_year(request, year), on=today()), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="skm-{year}.xlsx"'
    return response


def _of_year(request: HttpRequest, year: int) -> facts.SkmYear:
    mine = set(
        Survey.objects.held_by(request.user, RUN)
        .filter(kind=Kind.SKM, year=year)
        .values_list("pk", flat=True)
    )
    found = facts.skm_year(year, only=mine)
    if not found.services:
        raise Http404
    return found
