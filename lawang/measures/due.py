"""Which figures are due from whom, and until when."""

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from lawang.measures.models import Series, Value
from lawang.measures.periods import Period, after, containing, last_ended
from lawang.people.calendar import due_dates


@dataclass(frozen=True)
class Due:
    """A figure that somebody owes."""

    series: Series
    period: Period  # the oldest one missing
    until: date
    missing: int  # periods, this one included
    last: Value | None  # the newest approved total, when it was asked for


def due_figures(series: QuerySet[Series], *, today: date, with_last: bool = True) -> list[Due]:
    """Return what is owed for these typed-in series, the longest overdue first, in two or three queries.

    A period counts as delivered when a figure is approved or proposed. A series that never had a figure owes the
    last period only. Rows annotated with `asked_from`, a year, owe nothing of the years before it.
    """
    totals = (
        Value.objects.filter(series=OuterRef("pk"), area=None, breakdown="").order_by("-end").values("end")
    )
    rows = (
        series.filter(source=Series.Source.TYPED)
        .select_related("owner")
        .annotate(
            delivered=Greatest(  # each side has an index of its own; null when there is neither
                Subquery(totals.filter(is_current=True)[:1]),
                Subquery(totals.filter(status=Value.Status.PROPOSED)[:1]),
            )
        )
    )
    owed: list[tuple[Series, Period, int]] = []
    for row in rows:
        newest = last_ended(today, row.frequency)
        first = _following(row.delivered, row.frequency) if row.delivered else newest
        asked_from: int | None = getattr(row, "asked_from", None)
        if asked_from is not None and first.end.year < asked_from:
            first = containing(date(asked_from, 1, 1), row.frequency)
        if first.end <= newest.end:
            owed.append((row, first, _count(first, newest)))
    until = due_dates((period.end, row.due_working_days) for row, period, _ in owed)
    last = _last_values([row.pk for row, _, _ in owed]) if with_last else {}
    found = [
        Due(row, period, until[period.end, row.due_working_days], missing, last.get(row.pk))
        for row, period, missing in owed
    ]
    return sorted(found, key=lambda due: (due.until, due.series.code))


def _following(delivered: date, frequency: str) -> Period:
    return after(containing(delivered, frequency))


def _count(first: Period, newest: Period) -> int:
    months = (newest.end.year - first.end.year) * 12 + newest.end.month - first.end.month
    return months // first.months + 1


def _last_values(series_ids: list[int]) -> dict[int, Value]:
    rows = Value.objects.filter(series__in=series_ids, is_current=True, area=None, breakdown="")
    return {row.series_id: row for row in rows.order_by("series_id", "-end").distinct("series_id")}
