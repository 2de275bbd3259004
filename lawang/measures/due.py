"""Which figures are due from whom, and until when."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet

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
    last period only.
    """
    rows = list(
        series.filter(source=Series.Source.TYPED)
        .select_related("owner")
        .annotate(
            delivered=Max(
                "values__end",
                filter=Q(values__area=None, values__breakdown="")
                & (Q(values__is_current=True) | Q(values__status=Value.Status.PROPOSED)),
            )
        )
    )
    owed: list[tuple[Series, Period, int]] = []
    for row in rows:
        newest = last_ended(today, row.frequency)
        delivered: date | None = row.delivered
        if delivered is None:
            owed.append((row, newest, 1))
        elif delivered < newest.end:
            first = _following(delivered, row.frequency, newest)
            owed.append((row, first, _count(first, newest)))
    until = due_dates((period.end, row.due_working_days) for row, period, _ in owed)
    last = _last_values([row.pk for row, _, _ in owed]) if with_last else {}
    found = [
        Due(row, period, until[period.end, row.due_working_days], missing, last.get(row.pk))
        for row, period, missing in owed
    ]
    return sorted(found, key=lambda due: (due.until, due.series.code))


def _following(delivered: date, frequency: str, newest: Period) -> Period:
    return min(after(containing(delivered, frequency)), newest)


def _count(first: Period, newest: Period) -> int:
    months = (newest.end.year - first.end.year) * 12 + newest.end.month - first.end.month
    return months // first.months + 1


def _last_values(series_ids: list[int]) -> dict[int, Value]:
    rows = Value.objects.filter(series__in=series_ids, is_current=True, area=None, breakdown="")
    return {row.series_id: row for row in rows.order_by("series_id", "-end").distinct("series_id")}
