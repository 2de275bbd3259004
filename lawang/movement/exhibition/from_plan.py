"""A regency's own installation knows what its booth shows: three figures and three quick wins of the plan in force."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from lawang.areas.models import Area
from lawang.lib.numbers import as_is
from lawang.lib.text import say, text
from lawang.movement.exhibition.actions import SHOWN, ShownIndicator, ShownWin
from lawang.people.node import node
from lawang.plans.models import Indicator, QuickWin
from lawang.plans.reading import in_force


@dataclass(frozen=True)
class Taken:
    """What the plan gives."""

    indicators: list[ShownIndicator]
    wins: list[ShownWin]
    on: date


def from_plan(area: Area, on: date) -> Taken | None:
    """Return figures and quick wins for the booth of this node's own regency; None elsewhere, and without a plan.

    Figures: of each programme its first that has a figure, and of these the ones that reached most of their target.
    Quick wins: those furthest along.
    """
    if node().area_id != area.pk or (revision := in_force(on)) is None:
        return None
    rows = (
        Indicator.objects.filter(programme__revision=revision, standing__amount__isnull=False)
        .select_related("series", "standing")
        .prefetch_related("targets")
        .order_by("programme_id", "order")
        .distinct("programme_id")
    )
    best = sorted(rows, key=lambda one: (-(one.standing.share or 0), one.code))[:SHOWN]
    wins = QuickWin.objects.filter(revision=revision).order_by("-progress", "code")[:SHOWN]
    return Taken(
        [
            ShownIndicator(
                title=one.title,
                value=as_is(one.standing.amount or 0, one.series.decimals),
                unit=say(one.series.unit, "id"),
                target=next(
                    (as_is(t.amount, one.series.decimals) for t in one.targets.all() if t.year == on.year), ""
                ),
                colour=str(one.standing.colour),
                href=reverse("indicator", args=[one.key]),
            )
            for one in best
        ],
        [
            ShownWin(
                title=text(win.name),
                words=win.benefit or win.explanation or text(""),
                picture=None,
                href=reverse("quick_win", args=[win.key]),
            )
            for win in wins
        ],
        on,
    )
