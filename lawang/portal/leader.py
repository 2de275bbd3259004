"""The page for two minutes: how the promises stand, which ten are most at risk and who holds them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lawang.cases.performance import days_words, offices_in_waiting
from lawang.cases.pressing import overdue_by_office
from lawang.cases.published import Window, whole_percent, worst_kept
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.people.permissions import needs
from lawang.plans.changes import Change, tell
from lawang.plans.models import BudgetLine, Colour, FrameworkNode, Placement, Programme, Revision, Standing
from lawang.plans.reading import Tally, Tree, in_force, tally, tree
from lawang.record.models import Entry
from lawang.web import charts

MOST_AT_RISK = 10
CHANGES = 6
MOST_SERVICES = 4  # rows about services in each list
TOLD = ("colour_changed", "milestone_done", "revision_published")  # what a leader must not miss


@dataclass(frozen=True)
class Risk:
    """One promise at risk, by its worst indicator, and who holds it."""

    programme: Programme
    standing: Standing

    @property
    def percent(self) -> int | None:
        """How much of the expected way is done, in percent."""
        return None if self.standing.share is None else int(self.standing.share * 100)


def most_at_risk(revision: Revision) -> list[Risk]:
    """Return the promises furthest behind: off track before slipping, the smallest share of the way first."""
    order = Case(When(colour=Colour.OFF_TRACK, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = (
        Standing.objects.filter(
            indicator__revision=revision,
            colour__in=(Colour.OFF_TRACK, Colour.SLIPPING),
            indicator__programme__state=Programme.State.RUNNING,
        )
        .annotate(severity=order)
        .select_related(
            "indicator__series", "indicator__programme__lead", "indicator__programme__coordinator"
        )
        .defer("indicator__search", "indicator__programme__search")
        .order_by("severity", F("share").asc(nulls_first=True), "indicator__code")[: MOST_AT_RISK * 6]
    )
    worst: dict[int, Risk] = {}
    for row in rows:
        worst.setdefault(row.indicator.programme_id, Risk(row.indicator.programme, row))
    return list(worst.values())[:MOST_AT_RISK]


@dataclass(frozen=True)
class Dimension:
    """One row of the table of dimensions."""

    node: FrameworkNode
    counts: dict[str, int]
    available: int  # this year's budget, whole rupiah
    realised: int

    @property
    def spent(self) -> float | None:
        return self.realised / self.available if self.available else None

    @property
    def on_track(self) -> float | None:
        """The share of programmes with fresh figures that are on track."""
        known = sum(
            self.counts.get(colour, 0) for colour in (Colour.ON_TRACK, Colour.SLIPPING, Colour.OFF_TRACK)
        )
        return self.counts.get(Colour.ON_TRACK, 0) / known if known else None


def by_dimension(revision: Revision, nodes: Tree, counted: Tally, year: int) -> list[Dimension]:
    """Return each dimension with its colours and this year's money."""
    share = F("share") / Value(Decimal(100))
    placements = Placement.objects.filter(
        programme=OuterRef("programme"), framework=revision.plan.framework_id
    )
    rows = (
        BudgetLine.objects.filter(programme__revision=revision, year=year)
        .annotate(node=Subquery(placements.values("node")[:1]))
        .values("node")
        .annotate(
            available=Sum(Coalesce("revised", "planned") * share), spent=Sum(Coalesce("realised", 0) * share)
        )
    )
    money = {row["node"]: (int(row["available"] or 0), int(row["spent"] or 0)) for row in rows}
    found = []
    for top in nodes.tops:
        under = nodes.under(top)
        sums = [money[node] for node in under if node in money]
        found.append(
            Dimension(top, counted.under(under), sum(pair[0] for pair in sums), sum(pair[1] for pair in sums))
        )
    return found


def changed_since(since: datetime, revision: Revision) -> tuple[list[Change], int]:
    """Return what a leader should know of since a moment, newest first, and how many there are in all (to 200)."""
    entries = list(Entry.objects.filter(verb__in=TOLD, at__gt=since).order_by("-at", "-id")[:200])
    told = tell(entries, revision)
    return told[:CHANGES], len(told)


def services(day: date, at: datetime) -> dict[str, Any]:
    """Return how services keep their promises, where cases are overdue now, and where they wait. Six queries."""
    return {
        "kept": [(one, whole_percent(one.share)) for one in worst_kept(day, MOST_SERVICES)],
        "pressing": overdue_by_office(at=at)[:MOST_SERVICES],
        "waits": [
            (name, days_words(wait.median_days), wait.stays)
            for name, wait in offices_in_waiting(Window.year_before(day))[:MOST_SERVICES]
        ],
    }


@needs("plans.lead")
def services_page(request: HttpRequest) -> HttpResponse:
    """Show how services keep their promises, on a page of its own: together they would ask too much at once."""
    crumbs = [(_("Pimpinan"), reverse("portal:leader"))]
    return render(request, "portal/leader_services.html", {**services(today(), now()), "crumbs": crumbs})


@needs("plans.lead")
def page(request: HttpRequest) -> HttpResponse:
    """Show the regency on one page; it prints on one A4."""
    user = request.user
    assert isinstance(user, User)
    day = today()
    revision = in_force(day)
    if revision is None:
        return render(request, "portal/leader.html", {"revision": None})
    nodes, counted = tree(revision.plan.framework_id), tally(revision, revision.plan.framework_id)
    dimensions = by_dimension(revision, nodes, counted, day.year)
    since = user.seen_changes_at or now() - timedelta(days=30)
    changes, changed = changed_since(since, revision)
    available, realised = sum(row.available for row in dimensions), sum(row.realised for row in dimensions)
    context = {
        "revision": revision,
        "today": day,
        "counts": counted.total,
        "total": counted.count,
        "bar": charts.stacked_bar(counted.total, title=_("Janji menurut keadaannya")),
        "dimensions": dimensions,
        "at_risk": most_at_risk(revision),
        "changes": changes,
        "more_changes": changed - len(changes),
        "since": since,
        "available": available,
        "realised": realised,
        "spent": realised / available if available else None,
        "year_gone": day.timetuple().tm_yday / 365,
    }
    return render(request, "portal/leader.html", context)


@needs("plans.lead")
@require_POST
def seen(request: HttpRequest) -> HttpResponseBase:
    """Remember that this person has read the changes up to now."""
    user = request.user
    assert isinstance(user, User)
    User.objects.filter(pk=user.pk).update(seen_changes_at=now())
    messages.success(request, _("Perubahan sampai sekarang ditandai sudah dibaca."))
    return redirect("portal:leader")
