"""All that the books say of one revision, read once: the same number of queries however large the plan is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Max, Prefetch

from lawang.lib.text import say
from lawang.measures.models import Series, Value
from lawang.plans import reading
from lawang.plans.colours import Point
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Colour,
    FrameworkNode,
    Gap,
    Indicator,
    Placement,
    Plan,
    Programme,
    QuickWin,
    ReadinessElement,
    Revision,
    Standing,
    Statement,
    Swot,
)
from lawang.plans.standings import newest_figures


@dataclass
class Material:
    """One revision as the chapters read it; lists are in the plan's order."""

    revision: Revision
    today: date
    tree: reading.Tree
    programmes: list[Programme]
    node_of: dict[int, int]  # programme -> node of the plan's own framework
    indicators: dict[int, list[Indicator]]  # by programme
    wins: list[QuickWin]
    statements: list[Statement]
    swot: list[Swot]
    gaps: dict[int, Gap]  # by node
    elements: list[ReadinessElement]
    bodies: list[Body]
    applications: list[Application]
    profile: list[Series]
    figures: dict[int, list[Point]] = field(default_factory=dict)  # by series, oldest first
    standings: dict[UUID, Standing] = field(default_factory=dict)  # by key of the indicator
    colours: dict[UUID, str] = field(default_factory=dict)  # by key of the programme
    accent: str = "#0a4da6"  # of the regency's theme
    figures_as_of: date | None = None  # the end of the newest approved period that is read

    @property
    def plan(self) -> Plan:
        return self.revision.plan

    @property
    def is_draft(self) -> bool:
        return self.revision.status == Revision.Status.DRAFT

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.plan.year_from, self.plan.year_to + 1))

    @cached_property
    def by_dimension(self) -> list[tuple[FrameworkNode | None, list[Programme]]]:
        """Return every top of the framework with its programmes; under None those that stand nowhere in it."""
        found: dict[int | None, list[Programme]] = {top.pk: [] for top in self.tree.tops}
        for programme in self.programmes:
            top = self.tree.top(self.node_of.get(programme.pk))
            found.setdefault(top.pk if top else None, []).append(programme)
        groups: list[tuple[FrameworkNode | None, list[Programme]]] = [
            (top, found[top.pk]) for top in self.tree.tops
        ]
        return [*groups, (None, found[None])] if found.get(None) else groups

    def leaves(self, top: FrameworkNode) -> list[FrameworkNode]:
        """Return the leaves below a top; of a framework without a second level, the top itself."""
        under = self.tree.under(top)
        inner = {node.parent_id for node in self.tree.nodes}
        return [node for node in self.tree.nodes if node.pk in under and node.pk not in inner]

    def colour(self, programme: Programme) -> str:
        return self.colours.get(programme.key, Colour.NO_DATA)

    def where(self, programme: Programme) -> str:
        """Return "Layanan publik", the leaf where a programme stands; "" for none."""
        way = self.tree.way(self.node_of.get(programme.pk))
        return say(way[-1].title) if way else ""

    def budget(self, programme: Programme, year: int | None = None) -> int:
        """Return the rupiah of a programme that count, revised where they were, of one year or of all."""
        lines: Iterable[BudgetLine] = programme.budget.all()
        return int(
            sum(
                (line.planned if line.revised is None else line.revised) * line.share / 100
                for line in lines
                if year is None or line.year == year
            )
        )


def gather(revision: Revision, *, today: date) -> Material:
    """Read a revision for its books.

    A draft has no standings of its own: it is shown with those that its programmes and indicators have in the edition
    in force.
    """
    revision = Revision.objects.select_related("plan__framework").get(pk=revision.pk)
    plan = revision.plan
    programmes = list(
        Programme.objects.filter(revision=revision)
        .select_related("lead", "coordinator", "goal")
        .prefetch_related(
            "supporting",
            "areas",
            "budget",
            "milestones",
            Prefetch("activities", Activity.objects.select_related("agency").order_by("year_from", "code")),
            "needs__on",
        )
        .defer("search")
        .order_by("order", "code")
    )
    indicators: dict[int, list[Indicator]] = {}
    rows = (
        Indicator.objects.filter(revision=revision)
        .select_related("series__owner")
        .prefetch_related("targets")
        .defer("search")
        .order_by("order", "code")
    )
    for row in rows:
        indicators.setdefault(row.programme_id, []).append(row)
    profile = reading.profile(revision)
    swot = list(
        Swot.objects.filter(revision=revision)
        .select_related("element")
        .prefetch_related("series__owner")
        .order_by("code")
    )
    series = {row.series_id for group in indicators.values() for row in group}
    series |= {one.pk for one in profile} | {one.pk for line in swot for one in line.series.all()}
    figures = {pk: [figure.point for figure in found] for pk, found in newest_figures(sorted(series)).items()}
    judged = _judged(revision, today)
    newest = Value.objects.filter(is_current=True, series__in=series, end__lte=today)
    return Material(
        revision=revision,
        today=today,
        tree=reading.tree(plan.framework_id),
        programmes=programmes,
        node_of=dict(
            Placement.objects.filter(programme__revision=revision, framework=plan.framework_id).values_list(
                "programme", "node"
            )
        ),
        indicators=indicators,
        wins=list(
            QuickWin.objects.filter(revision=revision)
            .select_related("programme__lead")
            .prefetch_related("partners", "risks__owner", "resources")
            .order_by("code")
        ),
        statements=reading.statements(revision),
        swot=swot,
        gaps={gap.node_id: gap for gap in Gap.objects.filter(revision=revision)},
        elements=list(ReadinessElement.objects.filter(framework=plan.framework_id).order_by("order", "code")),
        bodies=list(
            Body.objects.filter(plan=plan)
            .select_related("agency")
            .prefetch_related("members", "meetings")
            .order_by("code")
        ),
        applications=list(Application.objects.select_related("agency").order_by("name")),
        profile=profile,
        figures=figures,
        standings=_standings(judged),
        colours=_colours(judged),
        figures_as_of=newest.aggregate(end=Max("end"))["end"],
    )


def _judged(revision: Revision, today: date) -> Revision:
    if revision.status != Revision.Status.DRAFT:
        return revision
    return Revision.objects.in_force(today).filter(plan=revision.plan_id).first() or revision


def _standings(revision: Revision) -> dict[UUID, Standing]:
    rows: Sequence[Any] = list(
        Standing.objects.filter(indicator__revision=revision).select_related("indicator", "judged_by")
    )
    return {row.indicator.key: row for row in rows}


def _colours(revision: Revision) -> dict[UUID, str]:
    return dict(Programme.objects.filter(revision=revision).values_list("key", "colour"))
