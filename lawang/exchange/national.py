"""Pages about the figures of all regencies together, as the last roll-up left them."""

from typing import Any

from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.exchange.forms import FigureFilters
from lawang.exchange.models import RolledFigure
from lawang.lib.numbers import as_is
from lawang.people.permissions import needs
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.tables import Column, Table, paginate

PER_PAGE = 50
Level = RolledFigure.Level


def _groups() -> list[tuple[str, str]]:
    """Return what one may choose: the nation, kabupaten, kota, each province that has figures. Two queries."""
    codes = (
        RolledFigure.objects.filter(level=Level.PROVINCE)
        .values_list("group", flat=True)
        .order_by("group")
        .distinct()
    )
    names = dict(Area.objects.filter(level=Area.Level.PROVINCE, valid_to=None).values_list("code", "name"))
    return [
        ("", _("seluruh Indonesia")),
        ("kabupaten", _("semua kabupaten")),
        ("kota", _("semua kota")),
        *((code, names.get(code, code)) for code in codes),
    ]


def _level(group: str) -> str:
    if not group:
        return Level.NATION
    return Level.TYPE if group in ("kabupaten", "kota") else Level.PROVINCE


def _found(request: HttpRequest) -> tuple[FigureFilters, QuerySet[RolledFigure], int | None]:
    years = list(
        RolledFigure.objects.filter(level=Level.NATION)
        .values_list("year", flat=True)
        .order_by("-year")
        .distinct()
    )
    filters = FigureFilters(request, groups=_groups(), years=years)
    chosen = filters.chosen()
    group = chosen.get("group", "")
    year = int(chosen["year"]) if chosen.get("year") else (years[0] if years else None)
    found = RolledFigure.objects.filter(level=_level(group), group=group, year=year or 0)
    if words := chosen.get("q"):
        found = found.filter(title__icontains=words)
    return filters, found.order_by("title", "series", "kind"), year


def spread(one: RolledFigure) -> str:
    """Say between which figures the middle half of the regencies lies."""
    return f"{as_is(one.quarter, 2)} – {as_is(one.three_quarters, 2)}"


@needs("exchange.see")
def figures(request: HttpRequest) -> HttpResponse:
    """What do the regencies come to, together?"""
    filters, found, year = _found(request)
    page = paginate(request, found, PER_PAGE)
    table = Table(
        [
            Column(
                _("Ukuran"),
                "title",
                href=lambda one: reverse("exchange:figure", args=[one.series]),
                is_head=True,
            ),
            Column(_("Bersama"), lambda one: "–" if one.amount is None else as_is(one.amount, 2)),
            Column(_("Satuan"), "unit"),
            Column(_("Tengah"), lambda one: as_is(one.median, 2)),
            Column(_("Separuh daerah di antara"), spread),
            Column(_("Daerah"), "regencies", "number"),
            Column(_("Belum mengirim"), "missing", "number"),
        ],
        page,
        caption=_("Angka gabungan tahun %(year)s") % {"year": year} if year else _("Angka gabungan"),
        empty=_("Belum ada angka. Angka dihitung setiap malam dari kiriman kabupaten dan kota."),
    )
    query = request.GET.urlencode()
    return render(
        request,
        "exchange/figures.html",
        {
            "filters": filters,
            "page": page,
            "table": table,
            "query": f"?{query}" if query else "",
            "computed_at": RolledFigure.objects.aggregate(at=Max("computed_at"))["at"],
        },
    )


@needs("exchange.see")
def figures_csv(request: HttpRequest) -> HttpResponseBase:
    _filters, found, _year = _found(request)
    names = [
        *("level", "group", "kind", "series", "title", "unit", "year", "regencies", "missing", "amount"),
        *("low", "quarter", "median", "three_quarters", "high"),
    ]
    heading = [
        *("tingkat", "daerah", "jenis", "kode", "ukuran", "satuan", "tahun", "daerah_melapor"),
        *("belum_mengirim", "bersama", "terendah", "kuartil_1", "tengah", "kuartil_3", "tertinggi"),
    ]
    rows = found.values_list(*names).iterator(chunk_size=2000)
    return csv_response(request, "angka-gabungan", heading, rows)


@needs("exchange.see")
def figure(request: HttpRequest, series: str) -> HttpResponse:
    """How has it gone over the years, and how do provinces differ?"""
    rows = list(RolledFigure.objects.filter(series=series).order_by("kind", "year", "group"))
    if not rows:
        raise Http404
    rows = [one for one in rows if one.kind == rows[0].kind]
    nation = [one for one in rows if one.level == Level.NATION]
    newest = max(nation, key=lambda one: one.year)
    names = dict(_groups())
    now = [one for one in rows if one.level != Level.NATION and one.year == newest.year]
    return render(
        request,
        "exchange/figure.html",
        {
            "newest": newest,
            "amount": None if newest.amount is None else as_is(newest.amount, 2),
            "median": as_is(newest.median, 2),
            "low": as_is(newest.low, 2),
            "high": as_is(newest.high, 2),
            "quarter": as_is(newest.quarter, 2),
            "three_quarters": as_is(newest.three_quarters, 2),
            "trend": _trend(nation),
            "table": Table(
                [
                    Column(_("Daerah"), lambda one: names.get(one.group, one.group), is_head=True),
                    Column(_("Bersama"), lambda one: "–" if one.amount is None else as_is(one.amount, 2)),
                    Column(_("Tengah"), lambda one: as_is(one.median, 2)),
                    Column(_("Separuh daerah di antara"), spread),
                    Column(_("Daerah"), "regencies", "number"),
                    Column(_("Belum mengirim"), "missing", "number"),
                ],
                sorted(now, key=lambda one: (one.level != Level.TYPE, one.group)),
                caption=_("Tahun %(year)s menurut daerah") % {"year": newest.year},
            ),
            "crumbs": [(_("Angka gabungan"), reverse("exchange:figures"))],
        },
    )


def _trend(nation: list[RolledFigure]) -> Any:
    """Draw all together over the years, or the middle region where they must not be joined."""
    together = all(one.amount is not None for one in nation)
    title = _("Bersama, per tahun") if together else _("Daerah di tengah, per tahun")
    points: list[tuple[str, Any]] = [
        (str(one.year), one.amount if together else one.median) for one in nation
    ]
    return charts.line_chart(points, title=title, unit=nation[0].unit, key=nation[0].series)
