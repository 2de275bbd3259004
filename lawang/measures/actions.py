"""What people do to figures: propose, hand in, return, approve, correct, import."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.measures import changed
from lawang.measures.models import Evidence, Series, Value
from lawang.measures.periods import MONTHS, Period
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.record.actions import notify, record
from lawang.record.models import File

OPEN = (Value.Status.DRAFT, Value.Status.PROPOSED, Value.Status.RETURNED)
IMPORTED_FIELDS = (
    "amount",
    "note",
    "basis",
    "reason",
    "status",
    "is_current",
    "proposed_by",
    "proposed_at",
    "decided_by",
    "decided_at",
)


def _slot(series: Series, period: Period, area: Area | None, breakdown: str) -> Q:
    return Q(series=series, start=period.start, end=period.end, area=area, breakdown=breakdown)


def _check_period(series: Series, period: Period, at: datetime) -> None:
    if period.months != MONTHS[Series.Frequency(series.frequency)] or period.start.day != 1:
        raise Refused(
            _("Angka ini dilaporkan %(often)s; periodenya tidak cocok.") % {"often": _often(series)}
        )
    if period.start > at.date():
        raise Refused(_("Periode ini belum mulai."))


def _often(series: Series) -> str:
    return {
        Series.Frequency.MONTH: _("tiap bulan"),
        Series.Frequency.QUARTER: _("tiap triwulan"),
        Series.Frequency.HALF: _("tiap semester"),
        Series.Frequency.YEAR: _("tiap tahun"),
    }[Series.Frequency(series.frequency)]


def _describe(value: Value) -> dict[str, str]:
    """Return what an Entry keeps of a figure."""
    kept = {
        "start": value.start.isoformat(),
        "end": value.end.isoformat(),
        "amount": f"{value.amount.normalize():f}",
        "revision": str(value.revision),
    }
    if value.area_id:
        kept["area"] = str(value.area_id)
    if value.breakdown:
        kept["breakdown"] = value.breakdown
    return kept


@transaction.atomic
def write(
    series: Series,
    period: Period,
    amount: Decimal,
    *,
    by: User,
    at: datetime,
    area: Area | None = None,
    breakdown: str = "",
    note: str = "",
    reason: str = "",
    hand_in: bool = False,
) -> Value:
    """Keep a figure as a draft, or with `hand_in` propose it; a draft or proposal of the same slot is replaced.

    An approved figure stays as it is: a new one for the same period is its next revision and needs `reason`.
    Raise Refused when the period does not fit the series, has not begun, or `by` may not propose.
    """
    demand(by, "measures.propose", series)
    _check_period(series, period, at)
    series = Series.objects.select_for_update().get(pk=series.pk)
    slot = list(Value.objects.filter(_slot(series, period, area, breakdown)).order_by("-revision"))
    newest = slot[0] if slot else None
    is_correction = any(value.status == Value.Status.APPROVED for value in slot)
    if is_correction and hand_in and not reason.strip():
        raise Refused(_("Angka periode ini sudah disetujui. Tulis mengapa harus diperbaiki."))
    if newest is not None and newest.status in OPEN:
        value = newest
        if (value.status, value.amount, value.note) == (Value.Status.PROPOSED, amount, note):
            return value  # handed in twice
    else:
        value = Value(
            series=series,
            start=period.start,
            end=period.end,
            area=area,
            breakdown=breakdown,
            revision=newest.revision + 1 if newest else 1,
        )
    value.amount, value.note, value.reason = amount, note, reason
    value.proposed_by, value.proposed_at = by, at
    value.status = Value.Status.PROPOSED if hand_in else Value.Status.DRAFT
    value.basis = {"typed_by": by.pk}
    value.save()
    if hand_in:
        record(series, "value_proposed", by=by, at=at, after=_describe(value), note=reason)
    return value


@transaction.atomic
def approve(value: Value, *, by: User, at: datetime) -> Value:
    """Put a proposed figure in force; the one before it stays in the history.

    Raise Refused when it is not proposed (any more), or `by` proposed it, stands for who did, or may not approve.
    """
    series = Series.objects.select_for_update().get(pk=value.series_id)
    value = Value.objects.select_related("series", "proposed_by").get(pk=value.pk)
    demand(by, "measures.approve", value)
    if value.status != Value.Status.PROPOSED:
        raise Refused(_("Angka ini tidak sedang menunggu keputusan."))
    before = _put_in_force(value, by=by, at=at)
    record(
        series,
        "value_approved",
        by=by,
        at=at,
        before=_describe(before) if before else None,
        after=_describe(value),
        note=value.reason,
    )
    changed.tell([series.pk], at)
    return value


def _put_in_force(value: Value, *, by: User, at: datetime) -> Value | None:
    """Make `value` the current one of its slot and return the one it replaces."""
    before = Value.objects.filter(
        Q(
            series_id=value.series_id,
            start=value.start,
            end=value.end,
            area_id=value.area_id,
            breakdown=value.breakdown,
        ),
        is_current=True,
    ).first()
    if before:
        Value.objects.filter(pk=before.pk).update(is_current=False)
    value.status, value.is_current = Value.Status.APPROVED, True
    value.decided_by, value.decided_at = by, at
    value.save(update_fields=["status", "is_current", "decided_by", "decided_at"])
    return before


@transaction.atomic
def send_back(value: Value, *, reason: str, by: User, at: datetime) -> Value:
    """Return a proposed figure to its proposer, who is told why.

    Raise Refused without a reason, when it is not proposed, or `by` may not decide about it.
    """
    if not reason.strip():
        raise Refused(_("Tulis alasannya, supaya petugas tahu apa yang harus diperbaiki."))
    series = Series.objects.select_for_update().get(pk=value.series_id)
    value = Value.objects.select_related("series", "proposed_by").get(pk=value.pk)
    demand(by, "measures.approve", value)
    if value.status != Value.Status.PROPOSED:
        raise Refused(_("Angka ini tidak sedang menunggu keputusan."))
    value.status, value.reason = Value.Status.RETURNED, reason.strip()
    value.decided_by, value.decided_at = by, at
    value.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    record(series, "value_returned", by=by, at=at, after=_describe(value), note=value.reason)
    if value.proposed_by and value.proposed_by.email:
        notify(
            address=value.proposed_by.email,
            kind="value_returned",
            subject=_("Angka dikembalikan: %(code)s") % {"code": series.code},
            body=_("Angka Anda dikembalikan dengan alasan: %(reason)s") % {"reason": value.reason},
            about=series,
            at=at,
        )
    return value


@transaction.atomic
def prove(
    value: Value,
    *,
    proves: str,
    date: date,
    by: User,
    at: datetime,
    file: File | None = None,
    link: str = "",
    is_public: bool = False,
) -> Evidence:
    """Add a proof to a figure that is not decided yet; the same proof twice is one.

    Raise Refused when it is decided, or there is neither a file nor a link.
    """
    demand(by, "measures.propose", value.series)
    if value.status == Value.Status.APPROVED:
        raise Refused(_("Angka ini sudah disetujui. Bukti baru masuk bersama perbaikan angkanya."))
    if not file and not link:
        raise Refused(_("Lampirkan berkas atau tulis tautannya."))
    same = Q(file__sha256=file.sha256) if file else Q(link=link)
    if known := Evidence.objects.filter(same, value=value, proves=proves).first():
        return known
    evidence = Evidence.objects.create(
        about=value.series.key,
        value=value,
        file=file,
        link=link,
        date=date,
        proves=proves,
        is_public=is_public,
        by=by,
        at=at,
    )
    record(value.series, "evidence_added", by=by, at=at, after={"proves": proves, "date": date.isoformat()})
    return evidence


@dataclass(frozen=True)
class Figure:
    """One figure of an import."""

    series_id: int
    start: date
    end: date
    amount: Decimal
    area_id: int | None = None
    breakdown: str = ""
    note: str = ""

    @property
    def slot(self) -> tuple[int, date, date, int | None, str]:
        return self.series_id, self.start, self.end, self.area_id, self.breakdown


@dataclass(frozen=True)
class Imported:
    added: int  # slots that had no figure
    changed: int  # next revisions of a figure
    same: int


@transaction.atomic
def import_values(
    figures: Iterable[Figure],
    *,
    by: User,
    at: datetime,
    approved_by: User | None = None,
    basis: dict[str, Any],
) -> Imported:
    """Propose many figures at once, and with `approved_by` put them in force; equal figures change nothing.

    One Entry per series says how many. Raise Refused when a permission is missing or both persons are the same.
    `basis` names the file: {"import": "angka.csv", "sha256": ...}.
    """
    wanted: dict[tuple[int, date, date, int | None, str], Figure] = {
        figure.slot: figure for figure in figures
    }
    series = {
        row.pk: row
        for row in Series.objects.select_for_update()
        .filter(pk__in={slot[0] for slot in wanted})
        .order_by("pk")
    }
    for row in series.values():
        demand(by, "measures.propose", row)
        if approved_by:
            demand(approved_by, "measures.approve", Value(series=row, proposed_by=by))
    newest, current = _newest(series), _current(series)
    fresh: list[Value] = []
    replaced: list[Value] = []  # undecided rows give way; decided ones never do
    same = 0
    for slot, figure in wanted.items():
        standing, latest = current.get(slot), newest.get(slot)
        undecided = latest if latest and latest.status in OPEN else None
        if undecided is None and standing is not None and standing.amount == figure.amount:
            same += 1
            continue
        if undecided and undecided.status == Value.Status.PROPOSED and undecided.amount == figure.amount:
            same += 1
            continue
        value = undecided or Value(
            series_id=figure.series_id,
            start=figure.start,
            end=figure.end,
            area_id=figure.area_id,
            breakdown=figure.breakdown,
            revision=latest.revision + 1 if latest else 1,
        )
        value.amount, value.note, value.basis = figure.amount, figure.note, basis
        value.reason = _("Impor: %(name)s") % {"name": basis.get("import", "")} if standing else ""
        value.status = Value.Status.APPROVED if approved_by else Value.Status.PROPOSED
        value.is_current = approved_by is not None
        value.proposed_by, value.proposed_at = by, at
        value.decided_by, value.decided_at = approved_by, at if approved_by else None
        (replaced if undecided else fresh).append(value)
    if approved_by:
        gone = [current[_slot_of(value)].pk for value in (*fresh, *replaced) if _slot_of(value) in current]
        Value.objects.filter(pk__in=gone).update(is_current=False)
    Value.objects.bulk_create(fresh, batch_size=2000)
    Value.objects.bulk_update(replaced, IMPORTED_FIELDS, batch_size=2000)
    touched = Counter(value.series_id for value in (*fresh, *replaced))
    for series_id, count in touched.items():
        record(
            series[series_id],
            "values_imported",
            by=by,
            at=at,
            after={"count": count, "approved_by": approved_by.pk if approved_by else None, **_plain(basis)},
        )
    if approved_by and touched:
        changed.tell(list(touched), at)
    corrected = sum(_slot_of(value) in current for value in (*fresh, *replaced))
    return Imported(added=len(fresh) + len(replaced) - corrected, changed=corrected, same=same)


def _slot_of(value: Value) -> tuple[int, date, date, int | None, str]:
    return value.series_id, value.start, value.end, value.area_id, value.breakdown


def _plain(basis: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in basis.items() if key in ("import", "sha256")}


def _newest(series: dict[int, Series]) -> dict[tuple[int, date, date, int | None, str], Value]:
    """Return the row with the highest revision of every slot of these series."""
    rows = (
        Value.objects.filter(series__in=series)
        .order_by("series_id", "start", "end", "area_id", "breakdown", "-revision")
        .distinct("series_id", "start", "end", "area_id", "breakdown")
    )
    return {_slot_of(row): row for row in rows}


def _current(series: dict[int, Series]) -> dict[tuple[int, date, date, int | None, str], Value]:
    return {_slot_of(row): row for row in Value.objects.filter(series__in=series, is_current=True)}


def newest_end(series_ids: Sequence[int]) -> dict[int, date]:
    """Return the last day of the newest approved total of each series that has one."""
    rows = (
        Value.objects.filter(series__in=series_ids, is_current=True, area=None, breakdown="")
        .values("series")
        .annotate(newest=Max("end"))
    )
    return {row["series"]: row["newest"] for row in rows}
