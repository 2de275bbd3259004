"""Published results, for everybody: a year's spread, one regency's way over the years, open data."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lawang.areas.models import Area
from lawang.lib.numbers import number
from lawang.lib.text import say
from lawang.movement import comparing, results
from lawang.movement.likeness import NOTHING, Figure, Figures, figures_of
from lawang.movement.models import Assessment, Evaluation
from lawang.movement.scoring import levers
from lawang.plans.models import FrameworkNode
from lawang.web.charts import bar_chart, line_chart, radar_chart
from lawang.web.download import csv_response
from lawang.web.tables import Column, Table, paginate

PUBLISHED = Q(state=Evaluation.State.PUBLISHED)
LEVERS = 8


def _years() -> list[Evaluation]:
    return list(Evaluation.objects.filter(PUBLISHED).select_related("instrument").order_by("-year"))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show how a year's results are spread, and lead to one regency. There is no ranking."""
    years = _years()
    chosen = _chosen(years, request.GET.get("tahun", ""))
    words = request.GET.get("q", "").strip()[:60]
    context: dict[str, Any] = {"years": _tabs(years, chosen), "evaluation": chosen, "q": words}
    if chosen is not None:
        rows = list(chosen.assessments.values_list("final", "took_part"))
        finals = [final for final, took_part in rows if took_part and final is not None]
        most = chosen.instrument.shape.scale.most
        bands = comparing.spread(finals, most)
        context |= {
            "took_part": len(finals),
            "entered": len(rows),
            "median": number(median(finals), 2) if finals else "",
            "chart": bar_chart(
                [(f"{number(low, 1)} – {number(high, 1)}", count) for low, high, count in bands],
                title=_("Berapa daerah di setiap rentang nilai, %(year)s") % {"year": chosen.year},
                unit=_("daerah"),
            ),
        }
        found = chosen.assessments.select_related("area").order_by("area__code")
        if words:
            found = found.filter(area__in=Area.objects.called(words))
        page = paginate(request, found)
        context["page"] = page
        context["lines"] = [
            (
                one.area.title,
                reverse("movement:result", args=[one.area.code]),
                say(chosen.instrument.shape.tracks[one.track].title),
                _("nilai %(final)s") % {"final": number(one.final, 2)}
                if one.final is not None
                else _("tidak ikut"),
                "" if one.final is not None else "idle",
            )
            for one in page
        ]
    return render(request, "movement/results.html", context)


def _chosen(years: list[Evaluation], typed: str) -> Evaluation | None:
    if not typed:
        return years[0] if years else None
    found = next((one for one in years if str(one.year) == typed), None)
    if found is None:
        raise Http404
    return found


def _tabs(years: list[Evaluation], chosen: Evaluation | None) -> list[tuple[str, str, bool]]:
    return [(str(one.year), f"?tahun={one.year}", one == chosen) for one in years]


@require_safe
def index_csv(request: HttpRequest) -> HttpResponseBase:
    """Hand out the published results of all years: components, final, improvement."""
    rows = (
        Assessment.objects.filter(evaluation__state=Evaluation.State.PUBLISHED)
        .select_related("area", "evaluation__instrument")
        .order_by("-evaluation__year", "area__code")
    )
    codes = list(dict.fromkeys(code for one in _years() for code in one.instrument.shape.components))

    def lines() -> Iterator[list[Any]]:
        for one in rows.iterator(chunk_size=1_000):
            yield [
                one.evaluation.year,
                one.evaluation.instrument.code,
                one.track,
                one.area.code,
                one.area.title,
                int(one.took_part),
                *(Decimal(one.components[code]) if code in one.components else None for code in codes),
                one.final,
                one.improvement,
            ]

    heading = ["year", "instrument", "track", "code", "region", "took_part", *codes, "final", "improvement"]
    return csv_response(request, "hasil-evaluasi", heading, lines())


@require_safe
def result(request: HttpRequest, code: str) -> HttpResponse:
    """Show one regency: its newest result, its way over the years, regencies alike, what would move it most."""
    rows = list(
        Assessment.objects.filter(evaluation__state=Evaluation.State.PUBLISHED, area__code=code)
        .select_related("area", "evaluation__instrument")
        .order_by("-evaluation__year")
    )
    if not rows:
        raise Http404
    newest, scored = rows[0], [row for row in rows if row.final is not None]
    now, then = scored[0] if scored else None, scored[1] if scored[1:] else None
    context: dict[str, Any] = {"newest": newest, "now": now, "then": then, "rule": comparing.RULE}
    if now is not None:
        context |= _drawn(now, then) | {"history": _history(scored)} | _peers(now)
    context["crumbs"] = [(_("Hasil evaluasi"), reverse("movement:results"))]
    return render(request, "movement/result.html", context)


def _drawn(now: Assessment, then: Assessment | None) -> dict[str, Any]:
    """Return the two webs and the levers. Two queries for the marks of both years, one for the framework."""
    scored = results.item_scores([one for one in (now, then) if one])
    shape = now.evaluation.instrument.shape
    scores = scored[now.pk]
    nodes = list(FrameworkNode.objects.filter(framework__code=shape.framework).order_by("order"))
    by_id = {node.pk: node for node in nodes}
    tops = {node.code: (by_id[node.parent_id].code if node.parent_id else node.code) for node in nodes}
    mine = comparing.by_dimension(scores, shape, tops)
    last: dict[str, Decimal] = {}
    if then is not None:
        old = then.evaluation.instrument.shape
        last = comparing.by_dimension(scored[then.pk], old, tops)
    years = {"now": str(now.evaluation.year), "past": str(then.evaluation.year) if then else ""}
    most = shape.scale.most
    track = shape.tracks[now.track]
    known = {item.code for one in shape.components_of(track) for item in one.items} <= scores.keys()
    components = [
        (
            say(one.title),
            float(now.components[one.code]),
            float(then.components[one.code]) if then and one.code in then.components else None,
        )
        for one in shape.components_of(track)
        if one.code in now.components
    ]
    dimensions = [
        (say(node.short or node.title), _two(mine[node.code]), _two(last.get(node.code)))
        for node in nodes
        if node.parent_id is None and node.code in mine
    ]
    return {
        "components": radar_chart(components, most=most, title=_("Nilai per komponen"), key="k", **years),
        "dimensions": radar_chart(dimensions, most=most, title=_("Nilai per dimensi"), key="d", **years)
        if len(dimensions) > 2
        else "",
        "levers": levers(scores, track, shape)[:LEVERS] if known else [],
    }


def _two(score: Decimal | None) -> float | None:
    return None if score is None else round(float(score), 2)


def _history(scored: list[Assessment]) -> Any:
    points = [(str(row.evaluation.year), row.final) for row in reversed(scored)]
    return line_chart(points, title=_("Nilai akhir dari tahun ke tahun")) if len(points) > 1 else ""


@dataclass(frozen=True)
class Alike:
    """One region among those alike, as the table under the chart shows it."""

    title: str
    code: str
    final: Decimal | None
    figures: Figures


def _peers(now: Assessment) -> dict[str, Any]:
    """Return the finals of regions alike in the same year, this one among them, and the figures that made them so.

    Three queries at any size: who has a result, the figures, those who are shown.
    """
    rows = Assessment.objects.filter(evaluation=now.evaluation, final__isnull=False)
    others = dict(rows.values_list("area__code", "area"))
    known = figures_of(now.evaluation)
    own = known.get(now.area.code, NOTHING).likeness(now.area.code)
    near = comparing.alike(own, [known.get(code, NOTHING).likeness(code) for code in others])
    if not near:
        return {}
    shown = rows.filter(area__in=[others[one.code] for one in near]).select_related("area")
    found = {row.area.code: row for row in shown}
    lines = [
        Alike(row.area.title, row.area.code, row.final, known.get(row.area.code, NOTHING))
        for row in (now, *(found[one.code] for one in near))
    ]
    return {
        "peers": bar_chart(
            [(one.title, one.final) for one in lines],
            title=_("Daerah serupa, %(year)s") % {"year": now.evaluation.year},
        ),
        "alike": _alike_table(lines),
        "sources": sorted(
            {
                figure.source
                for one in lines
                for figure in (one.figures.population, one.figures.fiscal)
                if figure is not None
            }
        ),
    }


def _alike_table(lines: list[Alike]) -> Table | None:
    """Return the figures by which these are alike, None when none of them is known here."""
    if all(one.figures == NOTHING for one in lines):
        return None
    return Table(
        [
            Column(
                _("Daerah"),
                "title",
                href=lambda one: reverse("movement:result", args=[one.code]),
                is_head=True,
            ),
            Column(_("Penduduk"), lambda one: _figure(one.figures.population, 0)),
            Column(_("Kapasitas fiskal (indeks)"), lambda one: _figure(one.figures.fiscal, 3)),
        ],
        lines,
    )


def _figure(figure: Figure | None, digits: int) -> str:
    """Say a figure with its year."""
    return f"{number(figure.value, digits)} ({figure.year})" if figure else _("belum diketahui")
