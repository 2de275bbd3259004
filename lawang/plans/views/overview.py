"""The plan as citizens read it: on one page, by dimension, its revisions, its roadmap, SWOT, and what colours mean."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.numbers import percent
from lawang.lib.text import say
from lawang.people.node import today
from lawang.plans import reading
from lawang.plans.models import (
    Colour,
    Framework,
    Gap,
    Indicator,
    Programme,
    Revision,
    Standing,
    Statement,
    Swot,
)
from lawang.plans.sentences import say_promise, why
from lawang.plans.standings import newest_figures, promise_of, rule_of
from lawang.plans.views.frame import crumbs, framework_of, with_plan
from lawang.plans.views.programmes import programme_cards
from lawang.web import charts

_CROSSWALK = {
    "same": gettext_lazy("sama"),
    "part": gettext_lazy("sebagian"),
    "none": gettext_lazy("tidak punya padanan; ini yang terdekat"),
}


def dimension_rows(tree: reading.Tree, tally: reading.Tally) -> list[tuple[str, reading.Counts, str]]:
    """Return (name, counts, address) of each top of the framework."""
    return [
        (say(top.short or top.title), tally.under(tree.under(top)), reverse("dimension", args=[top.code]))
        for top in tree.tops
    ]


@with_plan
def overview(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The plan on one page: what it promises, on what it rests, how it stands."""
    framework = framework_of(request, revision)
    tree = reading.tree(framework.pk)
    tally = reading.tally(revision, framework.pk)
    statements = reading.statements(revision)
    missions = [one for one in statements if one.kind == Statement.Kind.MISSION]
    goals: dict[int, list[Statement]] = {}
    for one in statements:
        if one.kind == Statement.Kind.GOAL and one.parent_id:
            goals.setdefault(one.parent_id, []).append(one)
    loose = [one for one in statements if one.kind == Statement.Kind.GOAL and not one.parent_id]
    query = "" if framework.pk == revision.plan.framework_id else f"?kerangka={framework.code}"
    dimensions = [
        {
            "node": top,
            "href": reverse("dimension", args=[top.code]) + query,
            "counts": (counts := tally.under(tree.under(top))),
            "bar": charts.status_bar(counts, tall=False),
            "total": sum(counts.values()),
        }
        for top in tree.tops
    ]
    return render(
        request,
        "plans/overview.html",
        {
            "revision": revision,
            "plan": revision.plan,
            "framework": framework,
            "frameworks": list(Framework.objects.order_by("pk")),
            "dimensions": dimensions,
            "bar": charts.stacked_bar(tally.total, title=_("Program menurut keadaannya")),
            "count": tally.count,
            "missions": [(mission, goals.get(mission.pk, [])) for mission in missions],
            "goals": loose,
            "crumbs": crumbs()[:1],
        },
    )


@with_plan
def dimension(request: HttpRequest, revision: Revision, code: str) -> HttpResponse:
    """One dimension or sub-dimension: what it is, its gaps, its programmes."""
    framework = framework_of(request, revision)
    tree = reading.tree(framework.pk)
    here = tree.find(code)
    if here is None:
        raise Http404(_("Dimensi %(code)s tidak ada.") % {"code": code})
    ids = tree.under(here)
    rows = list(reading.programmes(revision, framework.pk).filter(node_id__in=ids).order_by("order", "code"))
    gaps = {gap.node_id: gap for gap in Gap.objects.filter(revision=revision, node__in=ids)}
    cards = programme_cards(rows, tree)
    parts = [
        {
            "node": one,
            "gap": gaps.get(one.pk),
            "cards": [card for card in cards if card["programme"].node_id == one.pk],
        }
        for one in tree.nodes
        if one.pk in ids and (one.pk != here.pk or not tree.below(here))
    ]
    direct = [card for card in cards if card["programme"].node_id == here.pk] if tree.below(here) else []
    counts: reading.Counts = {}
    for row in rows:
        counts[row.colour] = counts.get(row.colour, 0) + 1
    way = tree.way(here.pk)[:-1]
    query = "" if framework.pk == revision.plan.framework_id else f"?kerangka={framework.code}"
    return render(
        request,
        "plans/dimension.html",
        {
            "node": here,
            "framework": framework,
            "own": revision.plan.framework,
            "counterparts": [
                (one, reverse("dimension", args=[one.code]), _CROSSWALK[kind])
                for one, kind in (reading.counterparts(here, revision.plan.framework_id) if query else ())
            ],
            "parts": parts,
            "direct": direct,
            "count": len(rows),
            "bar": charts.stacked_bar(counts, title=_("Program menurut keadaannya")),
            "others": [
                (
                    say(top.short or top.title),
                    reverse("dimension", args=[top.code]) + query,
                    top.pk == here.pk,
                )
                for top in tree.tops
            ],
            "list_href": f"{reverse('programmes')}?node={here.code}"
            + (f"&kerangka={framework.code}" if query else ""),
            "crumbs": crumbs(
                *((say(one.short or one.title), reverse("dimension", args=[one.code]) + query) for one in way)
            ),
        },
    )


@with_plan
def revisions(request: HttpRequest, revision: Revision) -> HttpResponse:
    """Every edition that was in force, newest first, with what changed."""
    rows = (
        Revision.objects.filter(
            plan=revision.plan, status=Revision.Status.PUBLISHED, in_force_from__lte=today()
        )
        .annotate(
            count=Subquery(
                Programme.objects.filter(revision=OuterRef("pk"))
                .order_by()
                .values("revision")
                .annotate(n=Count("pk"))
                .values("n")
            )
        )
        .select_related("legal_file")
        .order_by("-in_force_from")
    )
    return render(
        request,
        "plans/revisions.html",
        {"revisions": rows, "now": revision, "plan": revision.plan, "crumbs": crumbs()},
    )


@with_plan
def roadmap(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The plan's years as a drawing: what happens when."""
    framework = framework_of(request, revision)
    tree = reading.tree(framework.pk)
    rows = (
        Programme.objects.filter(revision=revision)
        .annotate(node_id=reading.placed_in(framework.pk))
        .only("key", "title", "year_from", "year_to", "colour")
    )
    groups: dict[int | None, list[Any]] = {}
    for row in rows:
        top = tree.top(row.node_id)
        groups.setdefault(top.pk if top else None, []).append(row)
    chosen = tree.find(request.GET.get("dimensi", "")) or (tree.tops[0] if tree.tops else None)
    day = today()
    spans = [
        charts.Span(say(row.title), row.year_from, row.year_to + 1, row.colour, row.get_absolute_url())
        for row in sorted(
            groups.get(chosen.pk if chosen else None, []), key=lambda r: (r.year_from, r.year_to)
        )
    ]
    now = day.year + (day.timetuple().tm_yday - 1) / 365
    running = [
        (
            year,
            sum(1 for some in groups.values() for row in some if row.year_from <= year <= row.year_to),
        )
        for year in range(revision.plan.year_from, revision.plan.year_to + 1)
    ]
    return render(
        request,
        "plans/roadmap.html",
        {
            "drawing": charts.roadmap(spans, title=say(chosen.title) if chosen else "", now=now)
            if spans
            else "",
            "tabs": [
                (
                    say(top.short or top.title),
                    f"?dimensi={top.code}",
                    chosen is not None and top.pk == chosen.pk,
                )
                for top in tree.tops
            ],
            "chosen": chosen,
            "running": charts.bar_chart(
                [(str(year), count) for year, count in running],
                title=_("Program yang berjalan tiap tahun"),
                unit=_("program"),
            ),
            "plan": revision.plan,
            "crumbs": crumbs(),
        },
    )


@with_plan
def swot(request: HttpRequest, revision: Revision) -> HttpResponse:
    """Strengths, weaknesses, opportunities and threats with the figures they rest on."""
    lines = (
        Swot.objects.filter(revision=revision)
        .select_related("element")
        .prefetch_related("series")
        .order_by("element__order", "code")
    )
    kinds = {
        Swot.Kind.STRENGTH: _("Kekuatan"),
        Swot.Kind.WEAKNESS: _("Kelemahan"),
        Swot.Kind.OPPORTUNITY: _("Peluang"),
        Swot.Kind.THREAT: _("Ancaman"),
    }
    found = list(lines)
    return render(
        request,
        "plans/swot.html",
        {
            "groups": [
                (title, [line for line in found if line.kind == kind]) for kind, title in kinds.items()
            ],
            "count": len(found),
            "crumbs": [*crumbs(), (_("Profil daerah"), reverse("portal:profile"))],
        },
    )


@with_plan
def colours(request: HttpRequest, revision: Revision) -> HttpResponse:
    """How a colour is computed: the rule this plan states, with an example of real numbers."""
    rule = rule_of(revision)
    example = (
        Indicator.objects.filter(
            revision=revision,
            standing__colour__in=[Colour.SLIPPING, Colour.ON_TRACK, Colour.OFF_TRACK],
            baseline__isnull=False,
            series__adds_up_over_time="last",
            standing__share__gt=Decimal("0.05"),
        )
        .select_related("series__owner", "standing__judged_by", "programme")
        .prefetch_related("targets")
        .order_by("-standing__colour", "code")
        .first()
    )
    shown = None
    if example is not None:
        promise = promise_of(example)
        standing: Standing = example.standing
        figures = newest_figures([example.series_id]).get(example.series_id, [])
        points = [figure.point for figure in figures]
        shown = {
            "indicator": example,
            "colour": standing.colour,
            "said": say_promise(example, promise, standing, points, today()),
            "why": why(example, promise, standing, rule),
        }
    return render(
        request,
        "plans/colours.html",
        {
            "high": percent(rule.on_track_from * 100),
            "low": percent(rule.slipping_from * 100),
            "days": rule.stale_after_days,
            "example": shown,
            "revision": revision,
            "crumbs": crumbs(),
        },
    )
