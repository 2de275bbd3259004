"""Read the plan that is in force: what pages of citizens, officers and leaders ask again and again.

Each function is one query unless it says otherwise; nothing here shows drafts or what is not approved.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from lawang.areas.models import Area
from lawang.measures.models import Evidence, Series, Value
from lawang.people.models import Agency
from lawang.plans.models import (
    Activity,
    Application,
    BudgetLine,
    Colour,
    Crosswalk,
    Dependency,
    FrameworkNode,
    Indicator,
    Milestone,
    Placement,
    Programme,
    QuickWin,
    Revision,
    Statement,
    Succession,
    Target,
)

WORST_FIRST = (Colour.OFF_TRACK, Colour.SLIPPING, Colour.STALE, Colour.NO_DATA, Colour.ON_TRACK)


def in_force(on: date, **columns: Any) -> Revision | None:
    """Return the edition of the plan that counts on that day; of several plans the one that began last.

    `updated_at` is the moment of the newest approved figure. `columns` are read with it, for pages that join nouns.
    """
    newest = Value.objects.filter(is_current=True).order_by("-decided_at").values("decided_at")[:1]
    return (
        Revision.objects.annotate(updated_at=Subquery(newest), **columns)
        .filter(status=Revision.Status.PUBLISHED, in_force_from__lte=on)
        .select_related("plan__framework", "legal_file")
        .order_by("-in_force_from", "-plan_id")
        .first()
    )


def published(on: date) -> Q:
    """Return the condition on rows of an edition: it was in force once, or is."""
    return Q(revision__status=Revision.Status.PUBLISHED, revision__in_force_from__lte=on)


@dataclass(frozen=True)
class Tree:
    """One framework's nodes, in order."""

    nodes: tuple[FrameworkNode, ...]
    by_id: Mapping[int, FrameworkNode] = field(default_factory=dict)

    @property
    def tops(self) -> list[FrameworkNode]:
        return [node for node in self.nodes if node.parent_id is None]

    def below(self, node: FrameworkNode) -> list[FrameworkNode]:
        return [one for one in self.nodes if one.parent_id == node.pk]

    def find(self, code: str) -> FrameworkNode | None:
        return next((node for node in self.nodes if node.code == code), None)

    def way(self, node_id: int | None) -> list[FrameworkNode]:
        """Return the nodes from the top down to this one; [] for none."""
        way: list[FrameworkNode] = []
        while node_id is not None and node_id in self.by_id:
            way.insert(0, self.by_id[node_id])
            node_id = self.by_id[node_id].parent_id
        return way

    def top(self, node_id: int | None) -> FrameworkNode | None:
        return next(iter(self.way(node_id)), None)

    def under(self, node: FrameworkNode) -> set[int]:
        """Return the ids of a node and of everything below it."""
        return {one.pk for one in self.nodes if node.pk in {step.pk for step in self.way(one.pk)}}


def tree(framework_id: int) -> Tree:
    return _tree(FrameworkNode.objects.filter(framework=framework_id).order_by("order", "code"))


def tree_rows() -> ArraySubquery:
    """Return the nodes of an edition's own framework as a column `tree_rows` of `in_force`, for `tree_of`."""
    return gathered(
        FrameworkNode.objects.filter(framework=OuterRef("plan__framework")).order_by("order", "code")
    )


def tree_of(revision: Any) -> Tree:
    """Return the tree that was read together with an edition. No query."""
    return _tree(revived(FrameworkNode, revision.tree_rows))


def _tree(rows: Iterable[FrameworkNode]) -> Tree:
    nodes = tuple(rows)
    return Tree(nodes, {node.pk: node for node in nodes})


def counterparts(here: FrameworkNode, framework_id: int) -> list[tuple[FrameworkNode, str]]:
    """Return where a node is found in another framework, with Crosswalk.Kind: same, part, none (the nearest)."""
    lines = Crosswalk.objects.filter(
        Q(new=here, old__framework=framework_id) | Q(old=here, new__framework=framework_id)
    ).select_related("old", "new")
    found = [(line.old if line.new_id == here.pk else line.new, line.kind) for line in lines]
    return sorted(found, key=lambda one: (one[0].order, one[0].code))


def placed_in(framework_id: int) -> Subquery:
    """Return the id of the node where a programme stands in a framework."""
    return Subquery(
        Placement.objects.filter(programme=OuterRef("pk"), framework=framework_id).values("node")[:1]
    )


Counts = dict[str, int]  # Colour -> how many


@dataclass(frozen=True)
class Tally:
    """How many programmes have which colour, in all and under each top of the framework."""

    total: Counts
    by_node: Mapping[int | None, Counts]  # as placed, leaves or not

    @property
    def count(self) -> int:
        return sum(self.total.values())

    def under(self, ids: Iterable[int]) -> Counts:
        counts: Counts = defaultdict(int)
        for node_id in ids:
            for colour, count in self.by_node.get(node_id, {}).items():
                counts[colour] += count
        return dict(counts)


def tally(revision: Revision, framework_id: int) -> Tally:
    rows = (
        Programme.objects.filter(revision=revision)
        .annotate(node=placed_in(framework_id))
        .values("node", "colour")
        .annotate(count=Count("pk"))
        .order_by()
    )
    total: Counts = defaultdict(int)
    by_node: dict[int | None, Counts] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        total[row["colour"]] += row["count"]
        by_node[row["node"]][row["colour"]] += row["count"]
    return Tally(dict(total), {node: dict(counts) for node, counts in by_node.items()})


def _objects(rows: QuerySet[Any, Any], most: int | None = None, **fields: Any) -> ArraySubquery:
    """Return the rows of a correlated query as a list of mappings; dates are ISO strings."""
    return ArraySubquery(rows.values(json=JSONObject(**fields))[:most])


def gathered(rows: QuerySet[Any], *more: str) -> ArraySubquery:
    """Return the whole rows of a correlated query as a list for `revived`; `more` are columns of what they name."""
    columns: dict[str, Any] = {}
    for column in rows.model._meta.concrete_fields:
        name = column.attname
        if isinstance(column, models.DecimalField):
            columns[name] = models.functions.Cast(name, models.TextField())
        elif name != "search":
            columns[name] = name
    return ArraySubquery(rows.values(json=JSONObject(**columns, **{name: name for name in more})))


def revived(model: type[models.Model], mappings: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the rows of `gathered`; what they name is an instance with only the columns that were asked for."""
    rows = []
    for mapping in mappings:
        values: dict[str, Any] = {}
        named: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, value in mapping.items():
            first, _sep, rest = name.partition("__")
            if rest:
                named[first][rest] = value
            else:
                values[name] = model._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
        row = model(**values)
        row._state.adding = False
        for name, columns in named.items():
            other: Any = model._meta.get_field(name).related_model
            if getattr(row, f"{name}_id") is not None:
                setattr(row, name, other(pk=getattr(row, f"{name}_id"), **columns))
        rows.append(row)
    return rows


def _headline(name: str) -> Subquery:
    """Return the first indicator of a programme with how it stands, or None."""
    rows = Indicator.objects.filter(**{name: OuterRef("pk")}).order_by("order", "code")
    goal = Target.objects.filter(indicator=OuterRef("pk")).order_by("-year").values("amount")[:1]
    return Subquery(
        rows.annotate(goal=Subquery(goal)).values(
            json=JSONObject(
                title="title",
                unit="series__unit",
                decimals="series__decimals",
                amount="standing__amount",
                share="standing__share",
                goal="goal",
                direction="series__direction",
            )
        )[:1]
    )


def programmes(revision: Revision, framework_id: int) -> QuerySet[Any]:
    """Return the programmes of an edition with lead, `node_id`, `has_quick_win` and `headline`."""
    return (
        Programme.objects.filter(revision=revision)
        .select_related("lead")
        .annotate(
            node_id=placed_in(framework_id),
            has_quick_win=Exists(QuickWin.objects.filter(programme=OuterRef("pk"))),
            headline=_headline("programme"),
        )
        .defer("search", "reason", "beneficiaries")
    )


def found(rows: Any, words: str, *, field: str = "search") -> Any:
    """Return the rows whose search vector holds the words, Indonesian stems and beginnings included, best first."""
    query = word_query(words)
    if query is None:
        return rows.filter(Q(code__icontains=words.strip()[:60])) if words.strip() else rows
    code = Q(code__istartswith=words.strip()[:60])
    return (
        rows.annotate(rank=SearchRank(F(field), query))
        .filter(Q(**{field: query}) | code)
        .order_by("-rank", "pk")
    )


def word_query(words: str) -> Any:
    """Return what to look for: the words as people write them, or all of them as beginnings; None without letters."""
    cleaned = ["".join(c for c in word if c.isalnum()) for word in words.split()]
    cleaned = [word for word in cleaned if word][:8]
    if not cleaned:
        return None
    beginnings = " & ".join(f"{word}:*" for word in cleaned)
    return (
        SearchQuery(words[:200], search_type="websearch", config="indonesian")
        | SearchQuery(beginnings, search_type="raw", config="indonesian")
        | SearchQuery(beginnings, search_type="raw", config="english")
    )


def worst_first() -> models.Case:
    """Return the order of colours in which somebody should look at programmes."""
    whens = [models.When(colour=colour, then=number) for number, colour in enumerate(WORST_FIRST)]
    return models.Case(*whens, default=len(whens), output_field=models.IntegerField())


def programme(key: UUID, on: date) -> Programme | None:
    """Return the newest public row of a programme with everything its page shows, as lists of mappings.

    `in_force_id` is the edition of its plan that counts on that day: when it is not its own, the programme left the
    plan. One query: the lists are gathered by the database.
    """
    of_it = OuterRef("pk")
    counts = Revision.objects.filter(
        plan=OuterRef("revision__plan"), status=Revision.Status.PUBLISHED, in_force_from__lte=on
    ).order_by("-in_force_from")
    areas = Area.objects.filter(programmes=of_it).order_by("code")
    supporting = Agency.objects.filter(supported_programmes=of_it).order_by("code")
    budget = BudgetLine.objects.filter(programme=of_it).order_by("year", "source")
    activities = Activity.objects.filter(programme=of_it).order_by("year_from", "code")
    milestones = Milestone.objects.filter(programme=of_it).order_by("due_date", "pk")
    wins = QuickWin.objects.filter(programme=of_it).order_by("code")
    needs = Dependency.objects.filter(programme=of_it).order_by("on__code")
    needed = Dependency.objects.filter(on=of_it).order_by("programme__code")
    measured = Indicator.objects.filter(programme=OuterRef(OuterRef("pk")))
    evidence = Evidence.objects.filter(
        Q(about=OuterRef("key"))
        | Q(about__in=measured.values("key"))
        | Q(about__in=measured.values("series__key")),
        is_public=True,
    ).order_by("-date", "pk")
    evidence = evidence.annotate(
        file_key=F("file__key"), file_size=F("file__size"), file_name=F("file__name")
    )
    apps = Application.objects.filter(programme_key=OuterRef("key")).order_by("name")
    newer = Programme.objects.filter(published(on), key=OuterRef("new_key")).order_by(
        "-revision__in_force_from"
    )
    older = Programme.objects.filter(published(on), key=OuterRef("old_key")).order_by(
        "-revision__in_force_from"
    )
    into = Succession.objects.filter(published(on), old_key=OuterRef("key")).annotate(
        title=Subquery(newer.values("title")[:1])
    )
    out_of = Succession.objects.filter(published(on), new_key=OuterRef("key")).annotate(
        title=Subquery(older.values("title")[:1])
    )
    return (
        Programme.objects.filter(published(on), key=key)
        .select_related("revision__plan", "lead", "coordinator", "goal")
        .annotate(
            in_force_id=Subquery(counts.values("pk")[:1]),
            node_id=Subquery(
                Placement.objects.filter(
                    programme=of_it, framework=OuterRef("revision__plan__framework")
                ).values("node")[:1]
            ),
            area_rows=_objects(areas, code="code", name="name", level="level", parent="parent__code"),
            supporting_rows=_objects(supporting, name="name", short="short_name"),
            budget_rows=_objects(
                budget,
                year="year",
                source="source",
                planned="planned",
                revised="revised",
                realised="realised",
                as_of="as_of",
                document="document",
                share="share",
            ),
            activity_rows=_objects(
                activities,
                code="code",
                title="title",
                track="track",
                agency="agency__short_name",
                year_from="year_from",
                year_to="year_to",
                output="output",
                is_running="is_running",
            ),
            milestone_rows=_objects(milestones, title="title", due_date="due_date", done_date="done_date"),
            win_rows=_objects(wins, key="key", name="name", progress="progress", stage="stage", ends="ends"),
            needs_rows=_objects(needs, key="on__key", title="on__title", why="why", colour="on__colour"),
            needed_rows=_objects(
                needed, key="programme__key", title="programme__title", why="why", colour="programme__colour"
            ),
            evidence_rows=_objects(
                evidence,
                most=12,
                proves="proves",
                date="date",
                link="link",
                file="file_key",
                size="file_size",
                name="file_name",
                value="value_id",
            ),
            application_rows=_objects(apps, name="name", purpose="purpose", status="status"),
            went_into=_objects(into, key="new_key", kind="kind", title="title"),
            came_from=_objects(out_of, key="old_key", kind="kind", title="title"),
        )
        .order_by("-revision__in_force_from")
        .first()
    )


def indicators(programme_ids: Sequence[int]) -> QuerySet[Indicator]:
    """Return indicators with series, owner, standing and `target_rows`, in their order."""
    targets = Target.objects.filter(indicator=OuterRef("pk")).order_by("year")
    return (
        Indicator.objects.filter(programme__in=programme_ids)
        .select_related("series__owner", "standing__judged_by")
        .annotate(
            target_rows=_objects(
                targets, year="year", amount=models.functions.Cast("amount", models.TextField())
            )
        )
        .defer("search")
        .order_by("order", "code")
    )


def indicator(key: UUID, on: date) -> Indicator | None:
    """Return the newest public row of an indicator with series, owner, programme, standing and `target_rows`."""
    targets = Target.objects.filter(indicator=OuterRef("pk")).order_by("year")
    return (
        Indicator.objects.filter(published(on), key=key)
        .select_related("series__owner", "standing__judged_by", "programme__lead", "revision__plan")
        .annotate(
            target_rows=_objects(
                targets, year="year", amount=models.functions.Cast("amount", models.TextField())
            )
        )
        .defer("search")
        .order_by("-revision__in_force_from")
        .first()
    )


def statements(revision: Revision) -> list[Statement]:
    return list(Statement.objects.filter(revision=revision).order_by("code"))


def districts_with_counts(revision: Revision, regency: Area | None) -> list[tuple[str, str, int]]:
    """Return (code, colour, count) of programmes per district, and under the regency's own code of those for all of it.

    A village counts for the district it lies in.
    """
    if regency is None:
        return []
    rows = (
        Programme.objects.filter(revision=revision, areas__code__startswith=regency.code)
        .annotate(district=models.functions.Substr("areas__code", 1, 8))
        .values("district", "colour")
        .annotate(count=Count("pk", distinct=True))
        .order_by("district")
    )
    return [(row["district"], row["colour"], row["count"]) for row in rows]


@dataclass(frozen=True)
class Money:
    """One year and source of a plan's budget, in whole rupiah; the attribution share is applied."""

    year: int
    source: str
    planned: int  # the revised budget where there is one
    realised: int | None


def money(revision: Revision) -> list[Money]:
    counted = F("share") / models.Value(100)
    plain: Any = models.functions.Coalesce("revised", "planned")
    rows = (
        BudgetLine.objects.filter(programme__revision=revision)
        .values("year", "source")
        .annotate(
            planned_sum=models.Sum(plain * counted, output_field=models.DecimalField()),
            realised_sum=models.Sum(F("realised") * counted, output_field=models.DecimalField()),
        )
        .order_by("year", "source")
    )
    return [
        Money(
            row["year"],
            row["source"],
            int(row["planned_sum"] or 0),
            None if row["realised_sum"] is None else int(row["realised_sum"]),
        )
        for row in rows
    ]


def profile(revision: Revision | None) -> list[Series]:
    """Return the series of the regency's profile with `newest` figures and the SWOT lines they support."""
    from lawang.plans.models import Swot

    values = Value.objects.filter(series=OuterRef("pk"), is_current=True, area=None, breakdown="").order_by(
        "-end"
    )
    rows = Series.objects.filter(in_profile=True).select_related("owner")
    swot = Swot.objects.filter(series=OuterRef("pk"), revision=revision).order_by("code")
    return list(
        rows.annotate(
            newest=_objects(
                values.annotate(words=models.functions.Cast("amount", models.TextField())),
                most=8,
                id="id",
                start="start",
                end="end",
                amount="words",
            ),
            swot_rows=_objects(swot, code="code", kind="kind", words="words"),
        ).order_by("topic", "code")
    )
