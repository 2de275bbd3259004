"""The pages of single promises: a programme, an indicator, and how to follow them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lawang.areas.maps import DistrictMap, MapValue, district_map
from lawang.lib.dates import period_name
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.measures.models import Evidence, Series, Value
from lawang.people.node import node, now, today
from lawang.plans import reading
from lawang.plans.changes import Change, Known, Measured, newest_entries, tell
from lawang.plans.colours import Point, Promise
from lawang.plans.following import confirm, subscribe, unsubscribe
from lawang.plans.models import Indicator, Plan, Programme, QuickWin, Revision, Standing, Subscription
from lawang.plans.pictures import money_source, series_chart, way_chart
from lawang.plans.sentences import amount_of, say_promise, why, with_unit
from lawang.plans.standings import newest_figures, rule_of
from lawang.plans.views.applications import APP_STATUS
from lawang.plans.views.frame import crumbs, day_of
from lawang.plans.views.quick_wins import STAGES
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.feeds import FeedEntry, atom
from lawang.web.forms import Form
from lawang.web.json import answer

MOST_SHOWN = 40  # figures in an indicator's table; the rest is in the download
TRACKS = {
    "people": gettext_lazy("Orang"),
    "infrastructure": gettext_lazy("Prasarana"),
    "applications": gettext_lazy("Aplikasi"),
    "literacy": gettext_lazy("Literasi"),
}
TERMS = {
    "short": gettext_lazy("Jangka pendek"),
    "medium": gettext_lazy("Jangka menengah"),
    "long": gettext_lazy("Jangka panjang"),
}
STATES = {
    "planned": gettext_lazy("Direncanakan"),
    "running": gettext_lazy("Berjalan"),
    "paused": gettext_lazy("Ditunda"),
    "done": gettext_lazy("Selesai"),
    "stopped": gettext_lazy("Dihentikan"),
}
FREQUENCIES = {
    "month": gettext_lazy("tiap bulan"),
    "quarter": gettext_lazy("tiap triwulan"),
    "half": gettext_lazy("tiap semester"),
    "year": gettext_lazy("tiap tahun"),
}
ADDS_UP = {
    "sum": gettext_lazy("dijumlahkan"),
    "last": gettext_lazy("keadaan pada akhir periode"),
    "mean": gettext_lazy("dirata-ratakan"),
    "never": gettext_lazy("tidak digabungkan"),
}
SOURCES = {
    "typed": gettext_lazy("dicatat petugas"),
    "imported": gettext_lazy("diimpor dari berkas"),
    "statistic": gettext_lazy("dihitung dari pekerjaan sehari-hari"),
}


def promise(indicator: Any) -> Promise:
    """Return the promise of an indicator read by `reading`, whose targets came with it."""
    return Promise(
        direction=indicator.series.direction,
        adds_up=indicator.series.adds_up_over_time,
        baseline=indicator.baseline,
        baseline_year=indicator.baseline_year,
        targets=tuple((row["year"], Decimal(row["amount"])) for row in indicator.target_rows),
    )


def _standing(indicator: Indicator) -> Standing | None:
    try:
        return indicator.standing
    except Standing.DoesNotExist:
        return None


def explained(
    indicators: Sequence[Indicator], revision: Revision, *, with_charts: int = 0
) -> list[dict[str, Any]]:
    """Return each indicator with its sentences, arithmetic and, for the first `with_charts`, its drawing. One query."""
    figures = newest_figures([one.series_id for one in indicators])
    rule, day = rule_of(revision), today()
    shown = []
    for number, one in enumerate(indicators):
        points: list[Point] = [figure.point for figure in figures.get(one.series_id, [])]
        pledge, standing = promise(one), _standing(one)
        shown.append(
            {
                "indicator": one,
                "series": one.series,
                "standing": standing,
                "colour": standing.colour if standing else "no_data",
                "said": say_promise(one, pledge, standing, points, day),
                "why": why(one, pledge, standing, rule),
                "chart": way_chart(one, pledge, standing, points) if number < with_charts else "",
                "promise": pledge,
            }
        )
    return shown


def programme(request: HttpRequest, key: UUID) -> HttpResponse:
    """What was promised, and where is it?"""
    day = today()
    row: Any = reading.programme(key, day)
    if row is None:
        raise Http404(_("Program ini tidak ada."))
    revision = row.revision
    tree = reading.tree(revision.plan.framework_id)
    indicators = list(reading.indicators([row.pk]))
    shown = explained(indicators, revision, with_charts=3)
    entries = newest_entries(_things(row, indicators), 12)
    changes = tell(entries, revision, tree, _known(row, indicators))
    way = tree.way(row.node_id)
    budget, total = _budget(row.budget_rows)
    return render(
        request,
        "plans/programme.html",
        {
            "programme": row,
            "revision": revision,
            "is_in_plan": row.in_force_id == row.revision_id,
            "way": way,
            "shown": shown,
            "first": shown[0] if shown else None,
            "term": TERMS[row.term],
            "state": STATES[row.state],
            "budget": budget,
            "budget_chart": charts.budget_bars(
                [(str(year), planned, realised) for year, planned, realised in total],
                title=_("Anggaran dan yang terpakai"),
                key=str(row.key),
            )
            if total
            else "",
            "as_of": max(
                (date.fromisoformat(line["as_of"]) for line in row.budget_rows if line["as_of"]), default=None
            ),
            "map": _where(row),
            "is_everywhere": any(one["level"] == "regency" for one in row.area_rows),
            "milestones": [
                (one["title"], due, done, _milestone_state(due, done, day))
                for one in row.milestone_rows
                if (due := day_of(one["due_date"])) and ((done := day_of(one["done_date"])) or True)
            ],
            "activities": [(one, TRACKS[one["track"]]) for one in row.activity_rows],
            "wins": [(one, STAGES[one["stage"]]) for one in row.win_rows],
            "evidence": [(one, day_of(one["date"])) for one in row.evidence_rows],
            "applications": [(one, APP_STATUS[one["status"]]) for one in row.application_rows],
            "changes": changes,
            "crumbs": crumbs(
                *((say(one.short or one.title), reverse("dimension", args=[one.code])) for one in way)
            ),
        },
    )


def _milestone_state(due: date, done: date | None, day: date) -> str:
    if done:
        return "done" if done <= due else "late"
    return "over" if due < day else ""


def _things(row: Any, indicators: Sequence[Indicator]) -> list[str]:
    return [
        f"plans.programme:{row.key}",
        *(f"measures.series:{one.series.key}" for one in indicators),
        *(f"plans.quickwin:{one['key']}" for one in row.win_rows),
    ]


def _known(row: Any, indicators: Sequence[Indicator]) -> Known:
    """Return what this page has read already, so that its history needs not ask again."""
    return Known(
        measured={
            str(one.series.key): Measured(one.series, one.title, one.get_absolute_url()) for one in indicators
        },
        programmes={str(row.key): row},
        wins={one["key"]: QuickWin(key=one["key"], name=one["name"]) for one in row.win_rows},
    )


def _budget(
    rows: Sequence[dict[str, Any]],
) -> tuple[list[tuple[Any, ...]], list[tuple[int, int, int | None]]]:
    """Return the lines for the table, and planned and spent of each year."""
    lines: list[tuple[Any, ...]] = []
    years: dict[int, tuple[int, int | None]] = {}
    for row in rows:
        planned = row["planned"] if row["revised"] is None else row["revised"]
        lines.append((row["year"], money_source(row["source"]), planned, row["realised"], row["document"]))
        before = years.get(row["year"], (0, None))
        spent = before[1] if row["realised"] is None else (before[1] or 0) + row["realised"]
        years[row["year"]] = (before[0] + planned, spent)
    return lines, [(year, planned, realised) for year, (planned, realised) in sorted(years.items())]


def _where(row: Any) -> DistrictMap | None:
    """Return the map of the districts a programme works in; None when it has no places, or all of them."""
    regency = node().area
    if regency is None or not row.area_rows:
        return None
    values: dict[str, MapValue] = {}
    villages: dict[str, list[str]] = {}
    for one in row.area_rows:
        if one["level"] == "village":
            villages.setdefault(one["code"][:8], []).append(one["name"])
        elif one["level"] == "district":
            values[one["code"]] = MapValue(_("seluruh kecamatan"), share=0.9)
    for code, names in villages.items():
        values.setdefault(code, MapValue(", ".join(names), share=0.5))
    if not values:
        return None
    drawn = district_map(regency, values, title=_("Di mana program ini bekerja"), value_heading=_("Di mana"))
    return replace(drawn, rows=[one for one in drawn.rows if one.value], legend=[])


def _programme_row(key: UUID) -> tuple[Programme, Revision]:
    row = (
        Programme.objects.filter(reading.published(today()), key=key)
        .select_related("revision__plan", "lead")
        .order_by("-revision__in_force_from")
        .first()
    )
    if row is None:
        raise Http404(_("Program ini tidak ada."))
    return row, row.revision


def _figures(series_ids: Sequence[int]) -> QuerySet[Value]:
    return (
        Value.objects.filter(series__in=series_ids, is_current=True)
        .select_related("series", "area")
        .order_by("series__code", "start", "area__code", "breakdown")
    )


HEADING = [
    "ukuran",
    "satuan",
    "mulai",
    "selesai",
    "wilayah",
    "rincian",
    "angka",
    "revisi",
    "disetujui",
    "alamat",
]


def _lines(request: HttpRequest, rows: QuerySet[Value]) -> Any:
    for row in rows.iterator(2000):
        yield [
            say(row.series.title),
            say(row.series.unit),
            row.start,
            row.end,
            row.area.code if row.area else "",
            row.breakdown,
            row.amount.normalize() if row.amount else row.amount,
            row.revision,
            row.decided_at.date() if row.decided_at else None,
            request.build_absolute_uri(reverse("value", args=[row.pk])),
        ]


def programme_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    row, _revision = _programme_row(key)
    series = list(Indicator.objects.filter(programme=row).values_list("series", flat=True))
    return csv_response(request, f"program-{row.code}", HEADING, _lines(request, _figures(series)))


def _indicator_json(one: Any) -> dict[str, Any]:
    standing = _standing(one)
    return {
        "key": one.key,
        "code": one.code,
        "title": one.title,
        "unit": one.series.unit,
        "definition": one.series.definition,
        "direction": one.series.direction,
        "frequency": one.series.frequency,
        "owner": one.series.owner.code,
        "source": one.series.source_note,
        "baseline": {"year": one.baseline_year, "amount": one.baseline, "source": one.baseline_source},
        "targets": [{"year": row["year"], "amount": Decimal(row["amount"])} for row in one.target_rows],
        "standing": {
            "colour": standing.colour,
            "amount": standing.amount,
            "end": standing.end,
            "expected": standing.expected,
            "share": standing.share,
            "forecast": standing.forecast,
            "reached_on": standing.reached_on,
        }
        if standing
        else None,
    }


def programme_json(request: HttpRequest, key: UUID) -> HttpResponse:
    row: Any = reading.programme(key, today())
    if row is None:
        raise Http404(_("Program ini tidak ada."))
    return answer(
        {
            "key": row.key,
            "code": row.code,
            "title": row.title,
            "summary": row.summary,
            "reason": row.reason,
            "is_demo": node().is_demo,
            "in_plan": row.in_force_id == row.revision_id,
            "revision": row.revision.number,
            "lead": row.lead.code if row.lead else None,
            "coordinator": row.coordinator.code if row.coordinator else None,
            "supporting": [one["short"] for one in row.supporting_rows],
            "year_from": row.year_from,
            "year_to": row.year_to,
            "state": row.state,
            "colour": row.colour,
            "areas": [one["code"] for one in row.area_rows],
            "budget": row.budget_rows,
            "activities": row.activity_rows,
            "milestones": row.milestone_rows,
            "indicators": [_indicator_json(one) for one in reading.indicators([row.pk])],
            "evidence": [
                {"proves": one["proves"], "date": one["date"], "link": one["link"]}
                for one in row.evidence_rows
            ],
            "succeeded_by": [one["key"] for one in row.went_into],
            "succeeds": [one["key"] for one in row.came_from],
            "href": request.build_absolute_uri(row.get_absolute_url()),
        },
        public=True,
    )


def programme_feed(request: HttpRequest, key: UUID) -> HttpResponse:
    row, revision = _programme_row(key)
    indicators = list(Indicator.objects.filter(programme=row).select_related("series").defer("search"))
    names = [f"plans.programme:{row.key}", *(f"measures.series:{one.series.key}" for one in indicators)]
    changes = tell(newest_entries(names, 40), revision)
    return atom(
        request, say(row.title), row.get_absolute_url(), feed_entries(changes, row.get_absolute_url())
    )


def feed_entries(changes: Sequence[Change], path: str) -> list[FeedEntry]:
    """Return changes as a feed carries them."""
    return [
        FeedEntry(
            f"urn:lawang:{node().key}:{change.id}",
            change.sentence,
            change.href or path,
            change.at,
            change.words,
        )
        for change in changes
    ]


# --- indicators -----------------------------------------------------------------------------------------------------


def indicator(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is measured, how, and every figure."""
    day = today()
    row: Any = reading.indicator(key, day)
    if row is None:
        raise Http404(_("Indikator ini tidak ada."))
    revision = row.revision
    shown = explained([row], revision, with_charts=1)[0]
    totals = list(
        Value.objects.filter(series=row.series, is_current=True, area=None, breakdown="").order_by("-end")[
            :MOST_SHOWN
        ]
    )
    parts = list(
        Value.objects.filter(series=row.series, is_current=True, end__in=[one.end for one in totals[:1]])
        .exclude(area=None, breakdown="")
        .select_related("area")
        .order_by("area__code", "breakdown")[:400]
    )
    by_area = [one for one in parts if one.area_id and not one.breakdown]
    by_sex = [one for one in parts if one.breakdown and not one.area_id]
    wanted = dict(shown["promise"].targets)
    programme_row = row.programme
    return render(
        request,
        "plans/indicator.html",
        {
            "indicator": row,
            "series": row.series,
            "shown": shown,
            "programme": programme_row,
            "figures": [
                (value, period_name(value.start, value.end), amount_of(row.series, value.amount))
                for value in totals
            ],
            "targets": [(year, with_unit(row.series, amount)) for year, amount in sorted(wanted.items())],
            "baseline": with_unit(row.series, row.baseline) if row.baseline is not None else "",
            "period": period_name(totals[0].start, totals[0].end) if totals else "",
            "map": _by_area(row.series, by_area),
            "by_area": [(one, with_unit(row.series, one.amount)) for one in by_area],
            "by_sex": [(one, sex_name(one.breakdown), with_unit(row.series, one.amount)) for one in by_sex],
            "sex_chart": charts.bar_chart(
                [(sex_name(one.breakdown), one.amount) for one in by_sex],
                title=_("Menurut jenis kelamin"),
                unit=say(row.series.unit),
                key=str(row.key),
            )
            if by_sex
            else "",
            "evidence": Evidence.objects.filter(
                about__in=[row.key, row.series.key], is_public=True
            ).select_related("file")[:12],
            "often": FREQUENCIES[row.series.frequency],
            "adds_up": ADDS_UP[row.series.adds_up_over_time],
            "adds_up_area": ADDS_UP[row.series.adds_up_over_area],
            "source": SOURCES[row.series.source],
            "crumbs": crumbs((say(programme_row.title), programme_row.get_absolute_url())),
        },
    )


def sex_name(breakdown: str) -> str:
    """Return the words of a breakdown such as "sex=female"."""
    return {"sex=female": _("Perempuan"), "sex=male": _("Laki-laki")}.get(
        breakdown, breakdown.partition("=")[2]
    )


def _by_area(series: Series, values: Sequence[Value]) -> DistrictMap | None:
    """Return the map of the newest figures per district."""
    regency = node().area
    districts = [one for one in values if one.area and one.area.level == "district"]
    if regency is None or not districts:
        return None
    most = max((one.amount for one in districts), default=Decimal(0)) or Decimal(1)
    return district_map(
        regency,
        {
            one.area.code: MapValue(
                with_unit(series, one.amount),
                share=float(max(one.amount, Decimal(0)) / most) if most > 0 else 0.0,
                url=reverse("value", args=[one.pk]),
            )
            for one in districts
            if one.area
        },
        title=_("Menurut kecamatan"),
        value_heading=say(series.unit),
    )


def indicator_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    row = _indicator_row(key)
    return csv_response(request, f"indikator-{row.code}", HEADING, _lines(request, _figures([row.series_id])))


def indicator_json(request: HttpRequest, key: UUID) -> HttpResponse:
    row = _indicator_row(key)
    figures = [
        {
            "id": value.pk,
            "start": value.start,
            "end": value.end,
            "area": value.area.code if value.area else None,
            "breakdown": value.breakdown or None,
            "amount": value.amount,
            "revision": value.revision,
            "href": request.build_absolute_uri(reverse("value", args=[value.pk])),
        }
        for value in _figures([row.series_id])
    ]
    return answer(
        {
            **_indicator_json(row),
            "programme": row.programme.key,
            "is_demo": node().is_demo,
            "values": figures,
            "href": request.build_absolute_uri(row.get_absolute_url()),
        },
        public=True,
    )


def _indicator_row(key: UUID) -> Indicator:
    row = reading.indicator(key, today())
    if row is None:
        raise Http404(_("Indikator ini tidak ada."))
    return row


def chart_of_series(series: Series, newest: Sequence[dict[str, Any]]) -> Any:
    """Return the drawing of figures gathered by reading.profile, newest first."""
    points = [Point(date.fromisoformat(one["end"]), Decimal(one["amount"])) for one in reversed(list(newest))]
    return series_chart(series, points)


# --- following ------------------------------------------------------------------------------------------------------


class FollowForm(Form):
    address = forms.EmailField(
        label=gettext_lazy("Alamat surel"),
        help_text=gettext_lazy("Hanya dipakai untuk kabar ini. Anda bisa berhenti kapan saja."),
        max_length=254,
    )


def _about(key: UUID) -> tuple[Text, str]:
    """Return title and address of what can be followed: a programme or the plan."""
    plan = Plan.objects.filter(key=key).first()
    if plan:
        return plan.title, reverse("plan")
    row, _revision = _programme_row(key)
    return row.title, row.get_absolute_url()


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Ask for news about a programme or the plan by e-mail."""
    title, back = _about(key)
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subscribe(
                key,
                title,
                address=form.cleaned_data["address"],
                language=(get_language() or "id")[:2],
                at=now(),
            )
        except Refused as refused:
            form.add_error("address", str(refused))
        else:
            return redirect(f"{request.path}?terkirim=1")
    return render(
        request,
        "plans/follow.html",
        {
            "form": form,
            "title": title,
            "back": back,
            "is_sent": "terkirim" in request.GET,
            "feed": reverse("programme_feed", args=[key])
            if back != reverse("plan")
            else reverse("portal:changes_feed"),
            "crumbs": crumbs((say(title), back)),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def follow_confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm by pressing a button: programs that look through mail open links, but press nothing."""
    wish = Subscription.objects.filter(secret=secret).first()
    if wish and request.method == "POST":
        wish = confirm(wish, at=now())
    title, back = _about_or_plan(wish)
    return render(
        request,
        "plans/follow_confirm.html",
        {"wish": wish, "title": title, "back": back, "is_confirmed": bool(wish and wish.confirmed_at)},
        status=200 if wish else 404,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def follow_end(request: HttpRequest, secret: str) -> HttpResponse:
    """Stop the news; the address is forgotten."""
    wish = Subscription.objects.filter(secret=secret).first()
    title, back = _about_or_plan(wish)
    if wish and request.method == "POST":
        unsubscribe(wish, at=now())
        wish = None
    return render(request, "plans/follow_end.html", {"wish": wish, "title": title, "back": back})


def _about_or_plan(wish: Subscription | None) -> tuple[Text | None, str]:
    if wish is None:
        return None, reverse("plan")
    try:
        return _about(wish.about)
    except Http404:
        return None, reverse("plan")
