"""Read one revision for the linter: five queries, however large the plan is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, JSONObject

from lawang.measures.models import Evidence
from lawang.plans.linter import (
    ApplicationSubject,
    BodySubject,
    IndicatorSubject,
    ProgrammeSubject,
    QuickWinSubject,
    Subject,
)
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Dependency,
    FrameworkNode,
    Gap,
    Indicator,
    Meeting,
    Member,
    Milestone,
    Placement,
    Programme,
    QuickWin,
    ReadinessElement,
    Revision,
    Standing,
    Statement,
    Swot,
    Target,
)


def read(revision: Revision, *, today: date, nodes: Sequence[FrameworkNode] | None = None) -> Subject:
    """Return what the rules look at. `nodes` are all of the plan's framework, for who has read them already."""
    row = _revision(revision)
    if nodes is None:
        nodes = list(FrameworkNode.objects.filter(framework=row.plan.framework_id))
    by_id = {node.pk: node for node in nodes}
    inner = {node.parent_id for node in nodes}
    dimension_of = {node.pk: _top(node, by_id).code for node in nodes}
    programmes = _programmes(revision, row.plan.framework_id, today)
    for indicator, programme_id in _indicators(revision):
        programmes[programme_id].indicators.append(indicator)
    return Subject(
        today=today,
        year_from=row.plan.year_from,
        year_to=row.plan.year_to,
        legal_basis=(row.legal_kind, row.legal_number, row.legal_date),
        has_legal_file=row.legal_file_id is not None,
        has_vision=bool(row.vision),
        missions=sum(1 for each in row.statements_read if each["kind"] == Statement.Kind.MISSION),
        goals={
            each["id"]: each["code"] for each in row.statements_read if each["kind"] == Statement.Kind.GOAL
        },
        leaves={node.code: node.title for node in nodes if node.pk not in inner},
        dimensions={node.code: node.title for node in nodes if node.parent_id is None},
        gaps={by_id[pk].code for pk in row.gaps_read if pk in by_id},
        elements={element["code"]: element["title"] for element in row.elements_read},
        swot=set(row.swot_read),
        programmes=list(programmes.values()),
        quick_wins=_quick_wins(revision, row.plan.framework_id, dimension_of),
        bodies=_bodies(row.bodies_read),
        applications=[
            ApplicationSubject(
                each["code"], each["name"], each["status"], each["users"], each["key"] is not None
            )
            for each in row.applications_read
        ],
    )


def _revision(revision: Revision) -> Any:
    """Return the revision with its statements, gaps, SWOT, readiness elements, bodies, and all applications.

    All in the same row, as lists of mappings.
    """
    own = {"revision": OuterRef("pk")}
    return (
        Revision.objects.select_related("plan")
        .annotate(
            statements_read=ArraySubquery(
                Statement.objects.filter(**own).values(row=JSONObject(kind="kind", id="pk", code="code"))
            ),
            gaps_read=ArraySubquery(Gap.objects.filter(**own).values("node")),
            swot_read=ArraySubquery(Swot.objects.filter(**own).values("element__code")),
            elements_read=ArraySubquery(
                ReadinessElement.objects.filter(framework=OuterRef("plan__framework")).values(
                    row=JSONObject(code="code", title="title")
                )
            ),
            bodies_read=_body_rows(),
            applications_read=ArraySubquery(
                Application.objects.order_by("name").values(
                    row=JSONObject(
                        code="code", name="name", status="status", users="users", key="programme_key"
                    )
                )
            ),
        )
        .get(pk=revision.pk)
    )


def _top(node: FrameworkNode, by_id: Mapping[int, FrameworkNode]) -> FrameworkNode:
    while node.parent_id is not None:
        node = by_id[node.parent_id]
    return node


def _programmes(revision: Revision, framework_id: int, today: date) -> dict[int, ProgrammeSubject]:
    own = {"programme": OuterRef("pk")}
    rows = (
        Programme.objects.filter(revision=revision)
        .annotate(
            leaf=ArraySubquery(
                Placement.objects.filter(framework=framework_id, **own).values("node__code")[:1]
            ),
            activity_count=Coalesce(_count(Activity.objects.filter(**own)), 0),
            overdue=ArraySubquery(
                Milestone.objects.filter(due_date__lt=today, done_date=None, **own).values(
                    row=JSONObject(title="title", due="due_date")
                )
            ),
            needed=ArraySubquery(
                Dependency.objects.filter(**own).values(
                    row=JSONObject(code="on__code", to="on__year_to", state="on__state")
                )
            ),
            money=ArraySubquery(
                BudgetLine.objects.filter(**own)
                .order_by()
                .values("year")
                .annotate(
                    available=Sum(Coalesce("revised", "planned")), realised_sum=Sum(Coalesce("realised", 0))
                )
                .values(row=JSONObject(year="year", available="available", realised="realised_sum"))
            ),
            lead_ends=F("lead__valid_to"),
        )
        .order_by("order", "code")
    )
    return {
        row.pk: ProgrammeSubject(
            key=str(row.key),
            code=row.code,
            title=row.title,
            leaf=row.leaf[0] if row.leaf else None,
            year_from=row.year_from,
            year_to=row.year_to,
            state=row.state,
            colour=row.colour,
            has_lead=row.lead_id is not None,
            lead_ends=row.lead_ends,
            says_what=bool(row.summary),
            says_for_whom=bool(row.beneficiaries),
            in_rpjmd=bool(row.rpjmd_code or row.renstra_code or row.sipd_code),
            goal=row.goal_id,
            activities=row.activity_count,
            overdue=[(each["title"], date.fromisoformat(each["due"])) for each in row.overdue],
            needs=[(each["code"], each["to"], each["state"]) for each in row.needed],
            money={each["year"]: (int(each["available"]), int(each["realised"])) for each in row.money},
        )
        for row in rows
    }


def _count(rows: QuerySet[Any]) -> Any:
    """Return a subquery that counts rows per programme."""
    return Subquery(rows.order_by().values("programme").annotate(n=Count("pk")).values("n"))


def _standing(revision: Revision) -> ArraySubquery:
    """Return how an indicator stands. A draft has no figures of its own: what was judged last by its key counts."""
    judged = Standing.objects.filter(
        indicator__key=OuterRef("key"), indicator__revision__number__lte=revision.number
    )
    proven = Exists(Evidence.objects.filter(value=OuterRef("value")))
    rows = judged.order_by("-indicator__revision__number").annotate(is_proven=proven)
    return ArraySubquery(rows.values(row=JSONObject(colour="colour", end="end", proven="is_proven"))[:1])


def _indicators(revision: Revision) -> Iterable[tuple[IndicatorSubject, int]]:
    rows = (
        Indicator.objects.filter(revision=revision)
        .annotate(
            standings_read=_standing(revision),
            direction=F("series__direction"),
            defined=ExpressionWrapper(Q(series__definition__isnull=False), output_field=BooleanField()),
            source_note=F("series__source_note"),
            owner_ends=F("series__owner__valid_to"),
            targets_read=ArraySubquery(
                Target.objects.filter(indicator=OuterRef("pk")).values(
                    row=JSONObject(year="year", amount="amount")
                )
            ),
        )
        .order_by("order", "code")
    )
    for row in rows:
        standing = row.standings_read[0] if row.standings_read else None
        yield (
            IndicatorSubject(
                key=str(row.key),
                code=row.code,
                title=row.title,
                direction=row.direction,
                has_definition=row.defined,
                source_note=row.source_note,
                owner_ends=row.owner_ends,
                baseline=row.baseline,
                baseline_year=row.baseline_year,
                targets={each["year"]: Decimal(str(each["amount"])) for each in row.targets_read},
                colour=standing["colour"] if standing else None,
                last_end=date.fromisoformat(standing["end"]) if standing and standing["end"] else None,
                has_evidence=bool(standing and standing["proven"]),
            ),
            row.programme_id,
        )


def _quick_wins(revision: Revision, framework_id: int, dimension_of: dict[int, str]) -> list[QuickWinSubject]:
    rows = QuickWin.objects.filter(revision=revision).annotate(
        node=ArraySubquery(
            Placement.objects.filter(framework=framework_id, programme=OuterRef("programme")).values("node")[
                :1
            ]
        ),
        partner_count=Count("partners", distinct=True),
        risk_count=Count("risks", distinct=True),
        unmitigated=Count("risks", filter=Q(risks__mitigation__isnull=True), distinct=True),
    )
    return [
        QuickWinSubject(
            key=str(row.key),
            code=row.code,
            name=row.name,
            dimension=dimension_of.get(row.node[0]) if row.node else None,
            starts=row.starts,
            ends=row.ends,
            progress=row.progress,
            users_before=row.users_before,
            users_after=row.users_after,
            partners=row.partner_count,
            risks=row.risk_count,
            unmitigated=row.unmitigated,
        )
        for row in rows
    ]


def _body_rows() -> ArraySubquery:
    """Return the bodies of a revision's plan with their meetings and the seats of outsiders."""
    of_it = {"body": OuterRef("pk")}
    meetings = Meeting.objects.filter(**of_it).values(
        row=JSONObject(date="date", minutes="minutes", file="minutes_file")
    )
    outsiders = (
        Member.objects.filter(is_external=True, **of_it)
        .annotate(times=Count("attendance", filter=Q(attendance__was_present=True)))
        .values(row=JSONObject(office="office", times="times"))
    )
    bodies = Body.objects.filter(plan=OuterRef("plan")).annotate(
        meeting_rows=ArraySubquery(meetings), outsider_rows=ArraySubquery(outsiders)
    )
    return ArraySubquery(
        bodies.order_by("code").values(
            row=JSONObject(
                code="code",
                kind="kind",
                name="name",
                legal_basis="legal_basis",
                meetings="meeting_rows",
                outsiders="outsider_rows",
            )
        )
    )


def _bodies(rows: list[dict[str, Any]]) -> list[BodySubject]:
    return [
        BodySubject(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            legal_basis=row["legal_basis"],
            meetings=[
                (date.fromisoformat(each["date"]), bool(each["minutes"] or each["file"]))
                for each in row["meetings"]
            ],
            outsiders=[(each["office"], each["times"]) for each in row["outsiders"]],
        )
        for row in rows
    ]
