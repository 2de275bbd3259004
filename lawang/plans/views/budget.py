"""The money of the plan: by year, source and dimension."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from lawang.lib.numbers import percent, rupiah_short
from lawang.people.node import today
from lawang.plans import reading
from lawang.plans.models import (
    Revision,
)
from lawang.plans.pictures import money_source
from lawang.plans.views.frame import crumbs, with_plan
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.tables import Column, Table

Named = TypeVar("Named", int, str)


def _pairs(rows: Iterable[tuple[Named, reading.Money]]) -> dict[Named, tuple[int, int | None]]:
    """Return (planned, spent) under each name; spent is None as long as nothing is known."""
    found: dict[Named, tuple[int, int | None]] = {}
    for name, row in rows:
        planned, spent = found.get(name, (0, None))
        if row.realised is not None:
            spent = (spent or 0) + row.realised
        found[name] = (planned + row.planned, spent)
    return found


@with_plan
def budget(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The plan's money by year and source, planned and spent."""
    rows = reading.money(revision)
    years = _pairs((row.year, row) for row in rows)
    sources = _pairs((row.source, row) for row in rows)
    past = [row for row in rows if row.year < today().year]
    planned = sum(row.planned for row in past)
    realised = sum(row.realised or 0 for row in past)
    table = Table(
        [
            Column(_("Tahun"), "year", is_head=True),
            Column(_("Sumber"), lambda row: money_source(row.source)),
            Column(_("Rencana"), "planned", "rupiah"),
            Column(_("Terpakai"), "realised", "rupiah"),
        ],
        rows,
        empty=_("Belum ada anggaran di rencana ini."),
    )
    return render(
        request,
        "plans/budget.html",
        {
            "by_year": charts.budget_bars(
                [(str(year), pair[0], pair[1]) for year, pair in sorted(years.items())],
                title=_("Anggaran menurut tahun"),
            )
            if rows
            else "",
            "by_source": charts.budget_bars(
                [(money_source(name), pair[0], pair[1]) for name, pair in sources.items()],
                title=_("Anggaran menurut sumber"),
            )
            if rows
            else "",
            "table": table,
            "total": rupiah_short(sum(row.planned for row in rows)),
            "share": percent(Decimal(realised) * 100 / planned) if planned else "",
            "last_year": today().year - 1,
            "plan": revision.plan,
            "crumbs": crumbs(),
        },
    )


@with_plan
def budget_csv(request: HttpRequest, revision: Revision) -> HttpResponseBase:
    heading = ["tahun", "sumber", "rencana", "terpakai"]
    rows = ([row.year, row.source, row.planned, row.realised] for row in reading.money(revision))
    return csv_response(request, "anggaran", heading, rows)
