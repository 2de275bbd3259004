"""Figures that nobody types: a series names a function with parameters, and the facts do the rest.

Nouns further down the street register their functions from AppConfig.ready. While a period is open its figure is
provisional (a draft); at its close it is proposed, or approved where the series says that it approves itself. A later
count that differs becomes a new revision that names its cause.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.measures import changed
from lawang.measures.models import Series, Value
from lawang.measures.periods import Period, before, containing
from lawang.record.actions import record

STEP = Decimal("0.000001")
CLOSED_PERIODS = 4  # how many past periods are counted again, since facts arrive late


@dataclass(frozen=True)
class Counted:
    """What a statistic found: the figure, and the rows it was counted from."""

    amount: Decimal
    rows: Mapping[str, int] = field(
        default_factory=dict
    )  # {"counted": 47, "of": 51}: the numbers of the formula
    is_rough: bool = False  # rounded, and without its numbers, so that nobody learns of a few people


Function = Callable[[Period, Mapping[str, Any]], Counted | None]


@dataclass(frozen=True)
class Statistic:
    name: str  # "plans.running_share"
    title: str | Promise
    formula: str | Promise  # in words, with the names in Counted.rows
    function: Function  # None from it: nothing to count in that period
    parameters: Mapping[str, str | Promise]  # name -> what it means; all may be left out
    page: "Callable[[Mapping[str, Any]], str] | None" = (
        None  # parameters -> address of the page that shows more
    )


STATISTICS: dict[str, Statistic] = {}


def register(
    name: str,
    function: Function,
    *,
    title: str | Promise,
    formula: str | Promise,
    parameters: Mapping[str, str | Promise] | None = None,
    page: Callable[[Mapping[str, Any]], str] | None = None,
) -> None:
    """Make a statistic known under `name`."""
    STATISTICS[name] = Statistic(name, title, formula, function, parameters or {}, page)


def statistic_of(series: Series) -> Statistic:
    """Return the function a series names.

    Raise Refused with the names there are when it names none of them, or gives it a parameter it does not know.
    """
    found = STATISTICS.get(series.statistic)
    if found is None:
        raise Refused(
            _("Statistik “%(name)s” tidak ada. Yang ada: %(names)s.")
            % {"name": series.statistic, "names": ", ".join(sorted(STATISTICS))}
        )
    if unknown := sorted(set(series.parameters) - set(found.parameters)):
        raise Refused(
            _("Statistik %(name)s tidak mengenal parameter %(unknown)s. Yang ada: %(known)s.")
            % {
                "name": found.name,
                "unknown": ", ".join(unknown),
                "known": ", ".join(sorted(found.parameters)) or "–",
            }
        )
    return found


@transaction.atomic
def compute(series: Series, period: Period, *, at: datetime) -> Value | None:
    """Count one figure anew and keep it; None when there is nothing to count. An equal figure changes nothing."""
    statistic = statistic_of(series)
    series = Series.objects.select_for_update().get(pk=series.pk)
    counted = statistic.function(period, series.parameters)
    if counted is None:
        return None
    amount = counted.amount.quantize(STEP)
    is_open = period.end >= timezone.localdate(at)
    slot = Q(series=series, start=period.start, end=period.end, area=None, breakdown="")
    newest = Value.objects.filter(slot).order_by("-revision").first()
    status = _status(series, is_open)
    if newest is not None and newest.amount == amount and _says_the_same(newest, counted, status):
        return newest
    decided = newest is not None and newest.status == Value.Status.APPROVED
    value = (
        newest
        if newest is not None and not decided
        else Value(series=series, start=period.start, end=period.end)
    )
    if decided and newest is not None:
        value.revision = newest.revision + 1
    value.amount, value.status = amount, status
    value.proposed_by, value.proposed_at = None, at
    value.reason = _("Dihitung ulang: data yang masuk kemudian mengubah hasilnya.") if decided else ""
    value.basis = {
        "statistic": statistic.name,
        "parameters": dict(series.parameters),
        "computed_at": at.isoformat(),
        "rows": dict(counted.rows),
        **({"is_rough": True} if counted.is_rough else {}),
    }
    if status == Value.Status.APPROVED:
        Value.objects.filter(slot, is_current=True).update(is_current=False)
        value.is_current, value.decided_at = True, at
    value.save()
    if not is_open:
        verb = "value_approved" if status == Value.Status.APPROVED else "value_proposed"
        record(series, verb, by=None, at=at, after=_told(value), note=value.reason)
    if value.is_current:
        changed.tell([series.pk], at)
    return value


def _says_the_same(newest: Value, counted: Counted, status: str) -> bool:
    """Tell whether a figure that is there needs no other: an approved one stays, an open one keeps up with its rows."""
    if newest.status == Value.Status.APPROVED:
        return True
    return newest.status == status and newest.basis.get("rows") == dict(counted.rows)


def _status(series: Series, is_open: bool) -> str:
    if is_open:
        return Value.Status.DRAFT
    return Value.Status.APPROVED if series.approves_itself else Value.Status.PROPOSED


def _told(value: Value) -> dict[str, str]:
    return {
        "start": value.start.isoformat(),
        "end": value.end.isoformat(),
        "amount": f"{value.amount.normalize():f}",
        "revision": str(value.revision),
    }


def compute_all(*, at: datetime, since: date | None = None) -> int:
    """Count every series that names a statistic: the open period and the last closed ones; return how many figures.

    `since`: count every period from that day on instead, for the first time. A series whose function is gone is
    left alone; `lawang doctor` tells of it.
    """
    count = 0
    today = timezone.localdate(at)
    for series in Series.objects.filter(source=Series.Source.STATISTIC).order_by("pk"):
        period = containing(today, series.frequency)
        for _number in range(CLOSED_PERIODS + 1 if since is None else 400):
            if since is not None and period.end < since:
                break
            try:
                count += compute(series, period, at=at) is not None
            except Refused:
                break
            period = before(period)
    return count
