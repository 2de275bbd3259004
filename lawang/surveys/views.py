"""What everybody sees of surveys: how satisfied people are, and the forms on which they say so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lawang.cases.brakes import by_address
from lawang.cases.follow import address as address_of_case
from lawang.cases.follow import with_ticket
from lawang.cases.models import Case
from lawang.lib import codes
from lawang.lib.dates import period_name
from lawang.lib.disclosure import Joined
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.login import client_ip
from lawang.people.node import now, today
from lawang.people.permissions import may
from lawang.record.limits import Limit, count
from lawang.record.resent import done, sent_once
from lawang.surveys import actions, facts, skm
from lawang.surveys.counting import profile_of
from lawang.surveys.forms import AnswerForm
from lawang.surveys.invitations import survey_after
from lawang.surveys.models import Instrument, Kind, Response, Survey
from lawang.surveys.questionnaire import PROFILE, Judged, judged, questions_of, said, sample_rule
from lawang.web import charts
from lawang.web.download import csv_response

SECONDS = 8  # that the counter's thanks stay
PUBLIC = Limit(  # a whole village may share one address
    "survey answers",
    120,
    timedelta(hours=1),
    gettext_lazy(
        "Dari jaringan internet ini sudah banyak jawaban untuk survei ini. Coba lagi satu jam lagi."
    ),
)
AT_COUNTER = Limit(
    "survey counter",
    240,
    timedelta(hours=1),
    gettext_lazy("Jawaban datang terlalu cepat. Tunggu sebentar, lalu coba lagi."),
)
View = Callable[..., HttpResponseBase]  # (request, code)


# What is told


@dataclass(frozen=True)
class Line:
    """One service or unit in words; empty where there is nothing to tell."""

    title: str
    unit: str
    period: str  # when it is not the whole year
    href: str
    index: Decimal | None
    grade: str  # "A – Sangat baik"
    answers: str  # "214 dari 214 yang perlu"
    judged: Judged


def grade_words(one: Judged) -> str:
    return f"{one.band.grade} – {say(one.band.title)}" if one.band else ""


def need_words(one: Judged) -> str:
    """Return "perlu 214 responden dari 480 pemohon; baru 60"."""
    if one.needed is None:
        return _("%(n)s orang menjawab; yang perlu belum diketahui") % {"n": number(one.received)}
    words = {
        "need": number(one.needed),
        "population": number(one.population or 0),
        "n": number(one.received),
    }
    if one.is_enough:
        return _("perlu %(need)s responden dari %(population)s pemohon; sudah %(n)s") % words
    return _("perlu %(need)s responden dari %(population)s pemohon; baru %(n)s") % words


def period_words(survey: Survey) -> str:
    """Return when it was, unless it is the whole of its year."""
    whole = (survey.from_date.month, survey.from_date.day, survey.to_date.month, survey.to_date.day) == (
        1,
        1,
        12,
        31,
    )
    if whole and survey.to_date.year == survey.year:
        return ""
    return period_name(survey.from_date, survey.to_date)


def lines_of(year: facts.SkmYear) -> list[Line]:
    """Return a year's surveys one by one, in the order of the services."""
    return [
        Line(
            say(survey.title),
            survey.agency.short_name,
            period_words(survey),
            survey.get_absolute_url(),
            (one := judged(survey)).index,
            grade_words(one),
            need_words(one),
            one,
        )
        for fact in year.services
        for survey in fact.surveys
    ]


def index_words(value: Decimal | None) -> str:
    return "" if value is None else number(value, 2)


def _years() -> list[int]:
    return list(
        Survey.objects.filter(kind=Kind.SKM).order_by("-year").values_list("year", flat=True).distinct()
    )


@require_safe
def index(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """How satisfied are people with the services?"""
    years = _years()
    if year is not None and year not in years:
        raise Http404
    chosen = year or (years[0] if years else today().year)
    found = facts.skm_year(chosen)
    lines = lines_of(found)
    told = [line for line in lines if line.index is not None]
    instrument = found.services[0].surveys[0].instrument if found.services else None
    return render(
        request,
        "surveys/index.html",
        {
            "year": chosen,
            "tabs": [(str(one), reverse("surveys:year", args=[one]), one == chosen) for one in years],
            "regency": found.regency if found.regency and found.regency.index is not None else None,
            "regency_grade": grade_words(found.regency) if found.regency else "",
            "lines": lines,
            "chart": services_chart(told),
            "method": method(instrument) if instrument else None,
            "crumbs": [(_("Beranda"), reverse("portal:home")), (_("Layanan"), reverse("cases:services"))],
        },
    )


def services_chart(lines: list[Line]) -> SafeString | None:
    if not lines:
        return None
    return charts.bar_chart(
        [(f"{line.title}, {line.period}" if line.period else line.title, line.index) for line in lines],
        title=_("Indeks kepuasan per layanan, 25 sampai 100"),
        notes={
            (f"{line.title}, {line.period}" if line.period else line.title): line.grade[:1]
            or _("belum dinilai")
            for line in lines
        },
        short=lambda value: number(value, 2),
        key="services",
    )


@dataclass(frozen=True)
class Method:
    """How the figures come about, from the questionnaire."""

    source: str
    sample_source: str
    bands: list[tuple[str, str, str]]  # grade, from, words
    need: list[tuple[str, str]]
    least_for_grade: int


def method(instrument: Instrument) -> Method:
    definition = instrument.definition
    return Method(
        definition["source"],
        definition["sample"]["source"],
        [(one["grade"], number(Decimal(one["from"]), 2), say(one["title"])) for one in definition["bands"]],
        [
            (number(population), number(wanted))
            for population, wanted in skm.need_table(sample_rule(instrument))
        ],
        definition["least_for_grade"],
    )


def _skm_or_404(key: UUID) -> Survey:
    return get_object_or_404(Survey.objects.with_names(), key=key, kind=Kind.SKM)


@require_safe
def survey(request: HttpRequest, key: UUID) -> HttpResponse:
    """How satisfied are people with this service?"""
    found = _skm_or_404(key)
    one = judged(found)
    return render(
        request,
        "surveys/survey.html",
        {
            "survey": found,
            "judged": one,
            "grade": grade_words(one),
            "need": need_words(one),
            "period": period_name(found.from_date, found.to_date),
            "chart": elements_chart(found, one),
            "weakest": _weakest(found, one),
            "profile": profile_lines(found) if not found.is_open else [],
            "trend": _trend(found),
            "method": method(found.instrument),
            "may_manage": bool(may(request.user, "surveys.run", found)),
            "crumbs": [
                (_("Beranda"), reverse("portal:home")),
                (_("Kepuasan"), reverse("surveys:year", args=[found.year])),
            ],
        },
    )


def elements_chart(found: Survey, one: Judged) -> SafeString | None:
    """Draw the value of each element, 1 to 4."""
    if one.index is None:
        return None
    return charts.bar_chart(
        [(say(question.title), one.means[question.code]) for question in questions_of(found)],
        title=_("Nilai setiap unsur, 1 sampai 4"),
        short=lambda value: number(value, 2),
        key=str(found.key),
    )


def _weakest(found: Survey, one: Judged) -> str:
    """Return the elements with the lowest value, in words."""
    if one.index is None:
        return ""
    lowest = min(one.means.values())
    return ", ".join(say(q.title) for q in questions_of(found) if one.means[q.code] == lowest)


def profile_lines(found: Survey) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return by each thing people say of themselves (group in words, how many)."""
    return [
        (str(PROFILE[name][0]), [(_group_words(name, group), group.count) for group in groups])
        for name, groups in profile_of(found).items()
    ]


def _group_words(name: str, group: Joined[str]) -> str:
    return ", ".join(str(said(name, code)) for code in group.labels)


def _trend(found: Survey) -> list[tuple[str, str, str, str]]:
    """Return other surveys of the same service or unit: period, index, grade, address. One query."""
    others = (
        Survey.objects.with_names()
        .filter(kind=Kind.SKM, agency=found.agency, service=found.service, counted__gt=0)
        .exclude(pk=found.pk)
        .order_by("-from_date")[:10]
    )
    return [
        (
            period_name(one.from_date, one.to_date),
            index_words((told := judged(one)).index),
            grade_words(told),
            one.get_absolute_url(),
        )
        for one in others
    ]


HEADING = (
    *("layanan", "kode_layanan", "unit", "dari", "sampai", "diterima", "dihitung", "populasi", "perlu"),
    *("indeks", "mutu"),
)


def year_csv(request: HttpRequest, year: int) -> HttpResponseBase:
    found = facts.skm_year(year)
    if not found.services:
        raise Http404
    return csv_response(
        request, f"kepuasan-{year}", HEADING, (_cells(one) for fact in found.services for one in fact.surveys)
    )


def _cells(survey: Survey) -> list[Any]:
    one = judged(survey)
    return [
        *(survey.title, survey.service.code if survey.service else "", survey.agency.code),
        *(survey.from_date, survey.to_date, one.received, one.n, one.population, one.needed),
        *(one.index, one.band.grade if one.band else ""),
    ]


def survey_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = _skm_or_404(key)
    one = judged(found)

    def rows() -> Iterator[list[Any]]:
        yield ["indeks", "", one.index, one.n, one.received]
        for question in questions_of(found):
            yield ["unsur", question.title, one.means.get(question.code), one.n, ""]
        for title, groups in profile_lines(found) if not found.is_open else []:
            for words, n in groups:
                yield ["responden", f"{title}: {words}", "", n, ""]

    return csv_response(
        request, f"kepuasan-{found.code}", ("bagian", "nama", "nilai", "dihitung", "diterima"), rows()
    )


# Answering


def braked(limit: Limit) -> Callable[[View], View]:
    """Count what is sent for one survey from one address, before anything is done with it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, code: str) -> HttpResponseBase:
            if request.method == "POST":
                count((limit, f"{code} {client_ip(request)}"), at=now())
            return view(request, code)

        return inner

    return decorate


@never_cache
@by_address
@braked(PUBLIC)
@sent_once
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Answer by the public link."""
    found = _by_code(request, code=code)
    if isinstance(found, HttpResponseRedirect):
        return found
    return _form(
        request,
        found,
        source=Response.Source.LINK,
        template="surveys/answer.html",
        lead_to=reverse("surveys:thanks", args=[found.code]),
    )


@never_cache
@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Survey.objects.with_names(), code=codes.normalise(code) or "")
    return render(request, "surveys/thanks.html", {"survey": found})


@never_cache
@by_address
@braked(AT_COUNTER)
@sent_once
def counter(request: HttpRequest, code: str) -> HttpResponse:
    """Answer on the tablet at the counter: large buttons, nothing about the person, ready for the next one after it."""
    found = _by_code(request, counter_code=code)
    if isinstance(found, HttpResponseRedirect):
        return found
    return _form(
        request,
        found,
        source=Response.Source.COUNTER,
        template="surveys/counter.html",
        lead_to=reverse("surveys:counter_thanks", args=[found.counter_code]),
    )


@never_cache
@require_safe
def counter_thanks(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Survey.objects.with_names(), counter_code=codes.normalise(code) or "")
    again = reverse("surveys:counter", args=[found.counter_code])
    response = render(request, "surveys/counter_thanks.html", {"survey": found, "again": again})
    response["Refresh"] = f"{SECONDS}; url={again}"
    return response


@with_ticket
@sent_once
def after_case(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer after one's own case, once."""
    found = survey_after(case, now())
    if found is None or found.has_answered:  # type: ignore[attr-defined]  # the annotation
        return HttpResponseRedirect(address_of_case(case))
    return _form(
        request,
        found,
        source=Response.Source.CASE,
        template="surveys/answer.html",
        lead_to=address_of_case(case),
        respondent=actions.case_hash(case.key),
        crumbs=[(_("Lacak"), reverse("cases:find")), (case.number, address_of_case(case))],
    )


def _by_code(request: HttpRequest, **column: str) -> Survey | HttpResponseRedirect:
    """Return the survey of a code, or the way to the code as it is written. Raise Http404."""
    ((name, typed),) = column.items()
    known = codes.normalise(typed)
    if known is not None and known != typed:
        return HttpResponseRedirect(request.path.replace(typed, known))
    return get_object_or_404(Survey.objects.with_names(), **{name: known or ""})


def _form(
    request: HttpRequest,
    found: Survey,
    *,
    source: str,
    template: str,
    lead_to: str,
    respondent: str = "",
    crumbs: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    if sentence := actions.closed_because(found, today()):
        return render(request, "surveys/shut.html", {"survey": found, "sentence": sentence})
    form = AnswerForm(found, questions_of(found), request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        try:
            actions.receive(found, form.answer(respondent), source=source, by=None, at=now())
        except actions.AnsweredAlready:
            return done(lead_to)  # whether a number has answered is nobody's business
        except Refused as refused:
            form.refuse(refused)
        else:
            if source == Response.Source.CASE:
                messages.success(request, _("Terima kasih. Jawaban Anda sudah masuk."))
            return done(lead_to)
    context = {"survey": found, "form": form, "crumbs": crumbs or []}
    return render(request, template, context, status=422 if form.errors else 200)
