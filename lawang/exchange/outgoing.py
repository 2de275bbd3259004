"""What a regency tells its movement: its plan, its services, its approved figures, how its services keep their promise.

Everything here is already public on its own pages, and suppressed as it is there. Figures are lines of canonical JSON,
one figure each, a year to a part; of the other kinds each part is one document.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min

from lawang.cases.models import Service, Tally
from lawang.cases.published import ServiceFigures, Told, published
from lawang.exchange.models import Peer
from lawang.exchange.parts import Piece, Schema
from lawang.measures.models import Series, Value
from lawang.people.node import day_of
from lawang.plans import reading
from lawang.plans.models import Indicator, Programme, QuickWin, Revision
from lawang.record.chain import canonical, plain

FIGURES = Schema(
    1,
    {
        "series": "text",  # code; statistics: "cases.on_time_share/<code of the service>"
        "title": "text",
        "unit": "text",
        "direction": "text",  # up, down, none
        "frequency": "text",  # month, quarter, half, year; "" for a stretch of months
        "over_time": "text",  # sum, last, mean, never: how it adds up
        "over_area": "text",
        "start": "date",
        "end": "date",  # last day of the period
        "place": "text",  # code of an area inside the regency; "": all of it
        "breakdown": "text",  # "", or "sex=female"
        "amount": "decimal",
        "counted": "integer?",  # of a share: how many ...
        "whole": "integer?",  # ... of how many, so that shares of many regencies can be joined rightly
    },
)
PLAN = Schema(
    1,
    {
        "key": "text",
        "code": "text",
        "title": "mapping",
        "framework": "text",
        "year_from": "integer",
        "year_to": "integer",
        "revision": "integer",
        "in_force_from": "date",
        "legal_basis": "text",
        "is_demo": "integer",
        "vision": "mapping?",
        "programmes": "list",
    },
)
SERVICES = Schema(1, {"services": "list"})


def lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """Return rows as lines of canonical JSON, sorted, so that the same rows are always the same bytes."""
    return b"".join(sorted(canonical(row) + b"\n" for row in rows))


def _amount(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.000001')):f}"


def values(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield the approved figures, a part for each year in which their periods end."""
    span = Value.objects.filter(is_current=True).aggregate(first=Min("end"), last=Max("end"))
    if span["first"] is None:
        return
    series = {one.pk: one for one in Series.objects.all()}
    for year in range(span["first"].year, span["last"].year + 1):
        found = Value.objects.filter(is_current=True, end__year=year).values_list(
            "series_id", "start", "end", "area__code", "breakdown", "amount"
        )
        rows = [
            _row(series[pk], start, end, place or "", breakdown, amount)
            for pk, start, end, place, breakdown, amount in found.iterator(chunk_size=5000)
        ]
        if rows:
            yield Piece(f"values/{year}", lines(rows), len(rows))


def _row(
    series: Series, start: date, end: date, place: str, breakdown: str, amount: Decimal
) -> dict[str, Any]:
    return {
        "series": series.code,
        "title": series.title["id"],
        "unit": series.unit["id"],
        "direction": series.direction,
        "frequency": series.frequency,
        "over_time": series.adds_up_over_time,
        "over_area": series.adds_up_over_area,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "place": place,
        "breakdown": breakdown,
        "amount": _amount(amount),
        "counted": None,
        "whole": None,
    }


def statistics(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield how services keep their promises, by stretch of months, a part for each year in which stretches end.

    The same stretches as on the public page: each has at least five cases received and five decided.
    """
    first = Tally.objects.aggregate(first=Min("month"))["first"]
    if first is None:
        return
    today = day_of(at)
    for year in range(first.year, today.year + 1):
        rows = list(_told_in(year, today))
        if rows:
            yield Piece(f"statistics/{year}", lines(rows), len(rows))


def _told_in(year: int, today: date) -> Iterator[dict[str, Any]]:
    on = min(
        today, date(year + 1, 1, 1)
    )  # the twelve months before that day hold the year as far as it is over
    for service in Service.objects.filter(current__isnull=False):
        for one in published(on, service=service).services:
            for told in one.stretches:
                if told.window.end.year == year:
                    yield from _statistics(one, told)


def _statistics(one: ServiceFigures, told: Told) -> Iterator[dict[str, Any]]:
    counted = told.counted
    for name, unit, over, amount, part, whole in (
        ("received", "permohonan", ("sum", "sum"), Decimal(counted.received), None, None),
        ("decided", "permohonan", ("sum", "sum"), Decimal(counted.decided), None, None),
        ("on_time_share", "%", ("mean", "mean"), counted.on_time_share, counted.on_time, counted.judged),
        (
            "first_time_share",
            "%",
            ("mean", "mean"),
            counted.first_time_share,
            counted.first_time,
            counted.decided,
        ),
        ("median_days", "hari kerja", ("never", "never"), counted.median_days, None, None),
    ):
        if amount is not None:
            yield {
                "series": f"cases.{name}/{one.code}",
                "title": one.title["id"],
                "unit": unit,
                "direction": "none" if name in ("received", "decided") else "down" if unit != "%" else "up",
                "frequency": "",
                "over_time": over[0],
                "over_area": over[1],
                "start": told.window.start.isoformat(),
                "end": told.window.end.isoformat(),
                "place": "",
                "breakdown": "",
                "amount": _amount(Decimal(amount)),
                "counted": part,
                "whole": whole,
            }


def services(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield the list of services in force."""
    rows = [
        {
            "code": one.code,
            "title": one.title,
            "is_open": one.is_open,
            "version": one.current.number,
            "summary": one.current.definition.get("summary"),
            "clock": one.current.definition.get("clock"),
            "fee": one.current.definition.get("fee"),
        }
        for one in Service.objects.filter(current__isnull=False).select_related("current").order_by("code")
        if one.current is not None
    ]
    if rows:
        yield Piece("services", canonical(plain({"services": rows})), len(rows))


def plans(peer: Peer, at: datetime) -> Iterator[Piece]:
    """Yield the edition in force of every plan, without names of people."""
    revisions = Revision.objects.in_force(day_of(at)).select_related("plan__framework")
    for revision in revisions:
        programmes = _programmes(revision)
        legal = " ".join(filter(None, (revision.legal_kind, revision.legal_number)))
        content = {
            "key": revision.plan.key,
            "code": revision.plan.code,
            "title": revision.plan.title,
            "framework": revision.plan.framework.code,
            "year_from": revision.plan.year_from,
            "year_to": revision.plan.year_to,
            "revision": revision.number,
            "in_force_from": revision.in_force_from,
            "legal_basis": legal,
            "is_demo": int(revision.plan.is_demo),
            "vision": revision.vision,
            "programmes": programmes,
        }
        yield Piece(f"plan/{revision.plan.key}", canonical(plain(content)), len(programmes))


def _programmes(revision: Revision) -> list[dict[str, Any]]:
    wins: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for win in QuickWin.objects.filter(revision=revision).order_by("code"):
        wins[win.programme_id].append(
            {
                **{name: getattr(win, name) for name in ("key", "code", "name", "kind", "stage", "progress")},
                **{name: getattr(win, name) for name in ("starts", "ends", "benefit", "explanation")},
                **{name: getattr(win, name) for name in ("users_before", "users_after")},
            }
        )
    indicators: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Indicator.objects.filter(revision=revision).select_related("series").prefetch_related("targets")
    for one in rows.order_by("order", "code"):
        indicators[one.programme_id].append(
            {
                **{
                    name: getattr(one, name) for name in ("key", "code", "title", "baseline", "baseline_year")
                },
                "series": one.series.code,
                "unit": one.series.unit,
                "direction": one.series.direction,
                "targets": [{"year": target.year, "amount": target.amount} for target in one.targets.all()],
            }
        )
    placed = reading.tree(revision.plan.framework_id).by_id
    found = (
        Programme.objects.filter(revision=revision)
        .select_related("lead")
        .prefetch_related("placements", "budget")
        .order_by("order", "code")
    )
    return [
        {
            **{name: getattr(one, name) for name in ("key", "code", "title", "summary", "term", "state")},
            **{name: getattr(one, name) for name in ("year_from", "year_to", "colour")},
            "lead": one.lead.short_name if one.lead else "",
            "places": [placed[at.node_id].code for at in one.placements.all() if at.node_id in placed],
            "budget": [
                {name: getattr(line, name) for name in ("year", "source", "planned", "revised", "realised")}
                for line in one.budget.all()
            ],
            "indicators": indicators[one.pk],
            "quick_wins": wins[one.pk],
        }
        for one in found
    ]
