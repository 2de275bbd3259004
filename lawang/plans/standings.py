"""Keep how every indicator stands, so that no page counts it anew. Five queries for any number of indicators."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from lawang.measures.periods import Period, after
from lawang.people.calendar import due_dates
from lawang.plans.colours import Point, Promise, Rule, forecast, judge, of_programme
from lawang.plans.models import Colour, Indicator, Programme, Revision, Standing
from lawang.record.actions import record

SHARE_LIMIT = Decimal(9999)
NEWEST = 24  # figures read per indicator: two years of months


class _Figure(NamedTuple):
    value_id: int
    period: Period
    point: Point


def newest_figures(series_ids: Sequence[int], count: int = NEWEST) -> dict[int, list[_Figure]]:
    """Return the newest `count` approved totals of each series, oldest first, in one query over the partial index."""
    found: dict[int, list[_Figure]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select v.series_id, v.id, v.start, v."end", v.amount
            from unnest(%s::bigint[]) as wanted(id)
            cross join lateral (
                select series_id, id, start, "end", amount from measures_value
                where series_id = wanted.id and is_current and area_id is null and breakdown = ''
                order by "end" desc limit %s
            ) v
            order by v.series_id, v."end"
            """,
            [list(series_ids), count],
        )
        for series_id, value_id, start, end, amount in cursor.fetchall():
            found[series_id].append(_Figure(value_id, Period(start, end), Point(end, amount)))
    return found


def promise_of(indicator: Indicator) -> Promise:
    """Return the promise of one indicator row; its series and targets should be prefetched."""
    return Promise(
        direction=indicator.series.direction,
        adds_up=indicator.series.adds_up_over_time,
        baseline=indicator.baseline,
        baseline_year=indicator.baseline_year,
        targets=tuple(sorted((target.year, target.amount) for target in indicator.targets.all())),
    )


def rule_of(revision: Revision) -> Rule:
    return Rule(revision.on_track_from, revision.slipping_from, revision.stale_after_days)


def _judge_of(revisions: Sequence[Revision], end: date, newest: Revision) -> Revision:
    """Return the revision that was in force at the end of a period."""
    past = [revision for revision in revisions if revision.in_force_from and revision.in_force_from <= end]
    return past[-1] if past else (revisions[0] if revisions else newest)


@transaction.atomic
def recompute(revision: Revision, *, at: datetime, series_ids: Iterable[int] | None = None) -> int:
    """Judge the indicators of a revision (or only those of some series) anew; return how many were judged.

    A figure is judged by the targets of the revision that was in force at the end of its period. A changed colour of a
    programme leaves an Entry, so that "apa yang berubah" can tell.
    """
    today = timezone.localdate(at)
    wanted = Indicator.objects.filter(revision=revision)
    if series_ids is not None:
        wanted = wanted.filter(series__in=series_ids)
    indicators = list(wanted.select_related("series").prefetch_related("targets"))
    figures = newest_figures([indicator.series_id for indicator in indicators])
    published = list(
        Revision.objects.filter(plan_id=revision.plan_id, status=Revision.Status.PUBLISHED).order_by(
            "in_force_from"
        )
    )
    judges: dict[int, Revision] = {}
    for indicator in indicators:
        known = figures.get(indicator.series_id)
        judges[indicator.pk] = _judge_of(published, known[-1].period.end, revision) if known else revision
    older = _older_rows(indicators, judges, revision)
    next_ends = {
        indicator.pk: after(figures[indicator.series_id][-1].period).end
        for indicator in indicators
        if indicator.series_id in figures
    }
    due = due_dates(
        {(next_ends[row.pk], row.series.due_working_days) for row in indicators if row.pk in next_ends}
    )
    rows = []
    for indicator in indicators:
        judged = older.get((judges[indicator.pk].pk, indicator.key), indicator)
        found = figures.get(indicator.series_id, [])
        points = [figure.point for figure in found]
        next_due = due.get((next_ends[indicator.pk], indicator.series.due_working_days)) if found else None
        judgement = judge(
            promise_of(judged), points, rule=rule_of(judges[indicator.pk]), today=today, next_due=next_due
        )
        outlook = forecast(promise_of(indicator), points)
        rows.append(
            Standing(
                indicator=indicator,
                colour=judgement.colour,
                value_id=found[-1].value_id if found else None,
                amount=judgement.amount,
                end=found[-1].period.end if found else None,
                expected=judgement.expected,
                share=_kept_share(judgement.share),
                judged_by=judged.revision if judged is not indicator else revision,
                forecast=outlook.kind,
                reached_on=outlook.reached_on,
                computed_at=at,
            )
        )
    Standing.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["indicator"],
        update_fields=[
            "colour",
            "value",
            "amount",
            "end",
            "expected",
            "share",
            "judged_by",
            "forecast",
            "reached_on",
            "computed_at",
        ],
    )
    _colour_programmes(revision, {indicator.programme_id for indicator in indicators}, at=at)
    return len(rows)


def _kept_share(share: Decimal | None) -> Decimal | None:
    """Return a share as the table keeps it; a baseline almost at its target can make it absurdly large."""
    if share is None:
        return None
    return max(-SHARE_LIMIT, min(SHARE_LIMIT, share)).quantize(Decimal("0.0001"))


def _older_rows(
    indicators: Sequence[Indicator], judges: dict[int, Revision], newest: Revision
) -> dict[tuple[int, object], Indicator]:
    """Return the rows of older revisions that judge some figures, by (revision, key)."""
    revisions = {judge.pk for judge in judges.values() if judge.pk != newest.pk}
    if not revisions:
        return {}
    keys = [indicator.key for indicator in indicators if judges[indicator.pk].pk in revisions]
    rows = Indicator.objects.filter(revision__in=revisions, key__in=keys)
    return {
        (row.revision_id, row.key): row
        for row in rows.select_related("series", "revision").prefetch_related("targets")
    }


def _colour_programmes(revision: Revision, programme_ids: set[int], *, at: datetime) -> None:
    colours: dict[int, list[str]] = defaultdict(list)
    for programme_id, colour in Standing.objects.filter(indicator__programme__in=programme_ids).values_list(
        "indicator__programme", "colour"
    ):
        colours[programme_id].append(colour)
    changed = []
    for programme in Programme.objects.filter(pk__in=programme_ids).only("pk", "key", "code", "colour"):
        colour = of_programme(colours[programme.pk])
        if colour != programme.colour:
            if revision.status == Revision.Status.PUBLISHED:
                record(
                    programme,
                    "colour_changed",
                    by=None,
                    at=at,
                    before={"colour": str(programme.colour)},
                    after={"colour": str(colour)},
                )
            programme.colour = Colour(colour)
            changed.append(programme)
    Programme.objects.bulk_update(changed, ["colour"], batch_size=1000)


def figures_changed(series_ids: Iterable[int], at: datetime) -> None:
    """Judge anew whatever these series decide; measures calls it when figures were approved."""
    for revision in Revision.objects.in_force(timezone.localdate(at)):
        recompute(revision, at=at, series_ids=list(series_ids))
