"""How the regency keeps its promises, counted: received, decided, on time, how long, where cases wait.

The tallies are filled from the cases by month and can be emptied and filled again; a run counts only the months of a
service in which a case changed since the last. Formulas are published beside the numbers:

on time     decided within the promise ÷ (decided + still open and overdue at the end of the period)
first time  decided without asking for anything more ÷ decided
days        working days of the agency from receipt to decision, without the time in which the applicant was asked

Withdrawn and lapsed cases are in none of them. Figures about fewer than five cases are not given (lib/disclosure.py).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.cases.actions import COUNTED
from lawang.cases.models import Case, OfficeTally, Service, Tally, TallyState
from lawang.cases.stretches import Months, month_of
from lawang.lib.disclosure import LEAST
from lawang.measures.periods import Period
from lawang.measures.statistics import Counted, register
from lawang.people.models import Agency
from lawang.people.node import zone

ROUGHLY = 5  # a figure that could be subtracted from others is told to the nearest five
OVERLAP = timedelta(minutes=10)  # transactions that were open while the last run looked are looked at again


@dataclass(frozen=True)
class Filled:
    """What one run did."""

    months: int  # of services, counted anew
    offices: int  # months of services at offices, counted anew
    counted_to: datetime


@transaction.atomic
def fill(*, at: datetime, anew: bool = False) -> Filled:
    """Count every month of a service in which a case changed since the last run; with `anew` all, from nothing."""
    state, _new = TallyState.objects.select_for_update().get_or_create(pk=1)
    if anew or state.counted_to is None:
        Tally.objects.all().delete()
        OfficeTally.objects.all().delete()
        since = datetime(2000, 1, 1, tzinfo=zone())
    else:
        since = state.counted_to - OVERLAP
    parameters: dict[str, Any] = {
        "zone": str(zone()),
        "since": since,
        "counted": [str(one) for one in COUNTED],
    }
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_MONTHS, parameters)
        months = cursor.rowcount
        cursor.execute(FORGET_MONTHS)
        cursor.execute(COUNT_MONTHS, parameters)
        cursor.execute(CHANGED_OFFICES, parameters)
        offices = cursor.rowcount
        cursor.execute(FORGET_OFFICES)
        cursor.execute(COUNT_OFFICES, parameters)
        cursor.execute("drop table changed_month, changed_office")
    state.counted_to, state.ran_at, state.months = at, at, months
    state.save()
    return Filled(months, offices, at)


# A month of a service is touched by a case that changed since: when it came in, and whenever it was decided or closed,
# also before a reopening.
CHANGED_MONTHS = """
create temporary table changed_month on commit drop as
select service_id, date_trunc('month', received_at at time zone %(zone)s) as month
from cases_case where changed_at >= %(since)s
union
select service_id, date_trunc('month', decided_at at time zone %(zone)s)
from cases_case where changed_at >= %(since)s and decided_at is not null
union
select c.service_id, date_trunc('month', s.entered_at at time zone %(zone)s)
from cases_case c join cases_stay s on s.case_id = c.id
where c.changed_at >= %(since)s and s.phase in ('decided', 'closed')
"""
FORGET_MONTHS = """
delete from cases_tally t using changed_month m where t.service_id = m.service_id and t.month = m.month::date
"""
COUNT_MONTHS = """
with arrived as (
    select m.service_id, m.month, c.owner_id,
        case when a.level = 'village' then a.parent_id else a.id end as district_id, count(*) as received
    from changed_month m
    join cases_case c on c.service_id = m.service_id
        and c.received_at >= m.month at time zone %(zone)s
        and c.received_at < (m.month + interval '1 month') at time zone %(zone)s
    left join areas_area a on a.id = c.area_id
    group by 1, 2, 3, 4
), settled as (
    select m.service_id, m.month, c.owner_id,
        case when a.level = 'village' then a.parent_id else a.id end as district_id, c.days_taken, count(*) as decided,
        count(*) filter (where c.decided_on_time) as on_time,
        count(*) filter (where c.asked_count = 0) as first_time,
        count(*) filter (where c.outcome = 'refused') as refused
    from changed_month m
    join cases_case c on c.service_id = m.service_id
        and c.decided_at >= m.month at time zone %(zone)s
        and c.decided_at < (m.month + interval '1 month') at time zone %(zone)s
        and c.outcome = any(%(counted)s)
    left join areas_area a on a.id = c.area_id
    group by 1, 2, 3, 4, 5
), spread as (
    select service_id, month, owner_id, district_id, sum(decided) as decided, sum(on_time) as on_time,
        sum(first_time) as first_time, sum(refused) as refused,
        jsonb_object_agg(coalesce(days_taken, 0), decided) as days
    from settled group by 1, 2, 3, 4
), keys as (
    select service_id, month, owner_id, district_id from arrived
    union select service_id, month, owner_id, district_id from spread
)
insert into cases_tally
    (service_id, owner_id, district_id, month, received, decided, on_time, first_time, refused, days)
select k.service_id, k.owner_id, k.district_id, k.month::date, coalesce(r.received, 0), coalesce(d.decided, 0),
    coalesce(d.on_time, 0), coalesce(d.first_time, 0), coalesce(d.refused, 0), coalesce(d.days, '{}'::jsonb)
from keys k
left join arrived r on r.service_id = k.service_id and r.month = k.month and r.owner_id = k.owner_id
    and r.district_id is not distinct from k.district_id
left join spread d on d.service_id = k.service_id and d.month = k.month and d.owner_id = k.owner_id
    and d.district_id is not distinct from k.district_id
"""
CHANGED_OFFICES = """
create temporary table changed_office on commit drop as
select distinct c.service_id, s.office_id, date_trunc('month', s.left_at at time zone %(zone)s) as month
from cases_stay s join cases_case c on c.id = s.case_id
where s.left_at >= %(since)s and s.phase = 'open'
"""
FORGET_OFFICES = """
delete from cases_officetally t using changed_office g
where t.service_id = g.service_id and t.office_id = g.office_id and t.month = g.month::date
"""
COUNT_OFFICES = """
insert into cases_officetally (service_id, office_id, month, stays, days)
select service_id, office_id, month::date, sum(n), jsonb_object_agg(days, n) from (
    select g.service_id, g.office_id, g.month, coalesce(s.days, 0) as days, count(*) as n
    from (select distinct month from changed_office) as m
    join cases_stay s on s.phase = 'open'
        and s.left_at >= m.month at time zone %(zone)s
        and s.left_at < (m.month + interval '1 month') at time zone %(zone)s
    join cases_case c on c.id = s.case_id
    join changed_office g on g.service_id = c.service_id and g.office_id = s.office_id and g.month = m.month
    group by 1, 2, 3, 4
) as one group by 1, 2, 3
"""


# Reading


@dataclass(frozen=True)
class Performance:
    """What was counted of some cases in some months; shares are percent, None where fewer than five were decided."""

    received: int = 0
    decided: int = 0
    on_time: int = 0
    overdue: int = 0  # open and past their day at the end of the period
    first_time: int = 0
    refused: int = 0
    days: Mapping[int, int] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """How many the share of kept promises is of."""
        return self.decided + self.overdue

    @property
    def on_time_share(self) -> Decimal | None:
        return share(self.on_time, self.judged)

    @property
    def first_time_share(self) -> Decimal | None:
        return share(self.first_time, self.decided)

    @property
    def median_days(self) -> int | None:
        return percentile(self.days, 50)

    @property
    def p90_days(self) -> int | None:
        return percentile(self.days, 90)


def share(part: int, whole: int) -> Decimal | None:
    """Return percent, or None when the whole is too few to be told."""
    return Decimal(part) * 100 / Decimal(whole) if whole >= LEAST else None


def percentile(days: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest number of days within which that percentage was done (nearest rank); None for too few."""
    total = sum(days.values())
    if total < LEAST:
        return None
    rank = -(-total * percent // 100)  # rounded up
    seen = 0
    for number in sorted(days):
        seen += days[number]
        if seen >= rank:
            return number
    raise AssertionError("the counts add up to the total")


def performance(
    start: date,
    end: date,
    *,
    services: Iterable[int] | None = None,
    owners: Iterable[int] | None = None,
    districts: Iterable[int] | None = None,
) -> Performance:
    """Return what happened from the month of `start` to the month of `end`, out of the tallies. Three queries."""
    rows = _tallies(start, end, services, owners, districts)
    sums = rows.aggregate(*(Sum(name) for name in _SUMS))
    days: Counter[int] = Counter()
    for found in rows.values_list("days", flat=True):
        days.update({int(number): count for number, count in found.items()})
    counts = {name: sums[f"{name}__sum"] or 0 for name in _SUMS}
    late = overdue(end, services=services, owners=owners, districts=districts)
    return Performance(**counts, overdue=late, days=days)


_SUMS = ("received", "decided", "on_time", "first_time", "refused")


def _tallies(
    start: date,
    end: date,
    services: Iterable[int] | None,
    owners: Iterable[int] | None,
    districts: Iterable[int] | None,
) -> "QuerySet[Tally]":
    rows = Tally.objects.filter(month__gte=start.replace(day=1), month__lte=end)
    if services is not None:
        rows = rows.filter(service__in=list(services))
    if owners is not None:
        rows = rows.filter(owner__in=list(owners))
    if districts is not None:
        rows = rows.filter(district__in=list(districts))
    return rows


def overdue(
    end: date,
    *,
    services: Iterable[int] | None = None,
    owners: Iterable[int] | None = None,
    districts: Iterable[int] | None = None,
) -> int:
    """Return how many cases were open and past their day when the day `end` was over."""
    rows = _overdue(end)
    if services is not None:
        rows = rows.filter(service__in=list(services))
    if owners is not None:
        rows = rows.filter(owner__in=list(owners))
    if districts is not None:
        wanted = list(districts)
        rows = rows.filter(Q(area__in=wanted) | Q(area__parent__in=wanted))
    return rows.count()


def _overdue(end: date) -> "QuerySet[Case]":
    moment = datetime.combine(end + timedelta(days=1), time(), tzinfo=zone())
    still = Q(phase=Case.Phase.OPEN, due_at__lt=moment)
    then = Q(decided_at__gte=moment, due_at__lt=moment)
    return Case.objects.filter(still | then, received_at__lt=moment)


def by_service(start: date, end: date) -> dict[int, Performance]:
    """Return service -> performance over some months. Three queries."""
    return _by(start, end, "service_id")


def by_owner(start: date, end: date) -> dict[int, Performance]:
    """Return agency -> performance over some months. Three queries."""
    return _by(start, end, "owner_id")


def _by(start: date, end: date, column: str) -> dict[int, Performance]:
    rows = Tally.objects.filter(month__gte=start.replace(day=1), month__lte=end)
    sums = {
        row[column]: row for row in rows.values(column).annotate(*(Sum(name) for name in _SUMS)).order_by()
    }
    days: dict[int, Counter[int]] = {pk: Counter() for pk in sums}
    for pk, found in rows.values_list(column, "days"):
        days[pk].update({int(number): count for number, count in found.items()})
    late = Counter(_overdue(end).values_list(column, flat=True))
    return {
        pk: Performance(
            **{name: row[f"{name}__sum"] or 0 for name in _SUMS}, overdue=late.get(pk, 0), days=days[pk]
        )
        for pk, row in sums.items()
    }


@dataclass(frozen=True)
class Wait:
    """How long cases lay at one office before they went on."""

    office_id: int
    office: str  # its short name
    stays: int
    median_days: int | None
    p90_days: int | None


def waits(start: date, end: date, *, service: int | None = None) -> list[Wait]:
    """Return where cases lay, the longest median first; offices with fewer than five stays are left out."""
    rows = OfficeTally.objects.filter(month__gte=start.replace(day=1), month__lte=end)
    if service is not None:
        rows = rows.filter(service=service)
    days: dict[tuple[int, str], Counter[int]] = {}
    for pk, name, found in rows.values_list("office_id", "office__short_name", "days"):
        days.setdefault((pk, name), Counter()).update({int(number): count for number, count in found.items()})
    found_waits = [
        Wait(*office, sum(counts.values()), percentile(counts, 50), percentile(counts, 90))
        for office, counts in days.items()
        if sum(counts.values()) >= LEAST
    ]
    return sorted(
        found_waits, key=lambda wait: (-(wait.median_days or 0), -(wait.p90_days or 0), -wait.stays)
    )


# For the plan


def _scope(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cases that parameters name: service and agency by code, district by its area code."""
    words = {name: str(value).split(",") for name, value in parameters.items() if value}
    found: dict[str, Any] = {}
    if "service" in words:
        found["services"] = list(
            Service.objects.filter(code__in=words["service"]).values_list("pk", flat=True)
        )
    if "agency" in words:
        found["owners"] = list(Agency.objects.filter(code__in=words["agency"]).values_list("pk", flat=True))
    if "district" in words:
        found["districts"] = list(
            Area.objects.filter(code__in=words["district"]).values_list("pk", flat=True)
        )
    return found


def _of(period: Period, parameters: Mapping[str, Any]) -> Performance:
    return performance(period.start, period.end, **_scope(parameters))


def _told(
    amount: Decimal | None, rows: Mapping[str, int], period: Period, parameters: Mapping[str, Any]
) -> Counted | None:
    """Return a figure with its numbers; roughly and without them where they could be subtracted from others."""
    if amount is None:
        return None
    if _is_whole(period, parameters):
        return Counted(amount, rows)
    return Counted((amount / ROUGHLY).to_integral_value() * ROUGHLY, is_rough=True)


def _is_whole(period: Period, parameters: Mapping[str, Any]) -> bool:
    """Tell whether a figure is a sum of what is told of each service elsewhere (stretches.py)."""
    scope = _scope(parameters)
    if "owners" in scope or "districts" in scope:
        return False  # offices and districts are told for all services together
    months = Months.read(scope.get("services"))
    span = range(month_of(period.start), month_of(period.end) + 1)
    return all(months.is_whole(service, span) for service in months.counts)


def on_time_share(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Promises kept of all that fell due: open and overdue ones count as broken."""
    found = _of(period, parameters)
    rows = {"counted": found.on_time, "of": found.judged, "overdue": found.overdue}
    return _told(found.on_time_share, rows, period, parameters)


def first_time_share(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Decided without asking for anything more, of all decided."""
    found = _of(period, parameters)
    rows = {"counted": found.first_time, "of": found.decided}
    return _told(found.first_time_share, rows, period, parameters)


def median_days(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Half of the cases were decided within this many working days."""
    return _days(period, parameters, 50)


def p90_days(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Nine of ten cases were decided within this many working days."""
    return _days(period, parameters, 90)


def _days(period: Period, parameters: Mapping[str, Any], percent: int) -> Counted | None:
    found = _of(period, parameters)
    value = percentile(found.days, percent)
    if value is None:
        return None
    return Counted(Decimal(value), {"of": found.decided} if _is_whole(period, parameters) else {})


def received(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Cases that came in."""
    return _number(_of(period, parameters).received, period, parameters)


def decided(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Cases that were decided."""
    return _number(_of(period, parameters).decided, period, parameters)


def _number(count: int, period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    return _told(Decimal(count) if count >= LEAST else None, {"counted": count}, period, parameters)


def page_of(parameters: Mapping[str, Any]) -> str:
    """Return the address of the public page about the service that parameters name, or about all."""
    services = str(parameters.get("service") or "").split(",")
    if len(services) == 1 and services[0]:
        return reverse("cases:service_performance", args=[services[0]])
    return reverse("cases:performance")


def install() -> None:
    parameters = {
        "service": _("kode layanan, beberapa dipisah koma; kosong: semua"),
        "agency": _("kode instansi yang menanggung; kosong: semua"),
        "district": _("kode kecamatan; kosong: seluruh kabupaten"),
    }
    for name, function, title, formula in (
        (
            "on_time_share",
            on_time_share,
            _("Bagian permohonan yang selesai tepat waktu"),
            _("diputuskan tepat waktu ÷ (diputuskan + masih terbuka dan lewat waktu di akhir periode) × 100"),
        ),
        (
            "first_time_share",
            first_time_share,
            _("Bagian permohonan yang lengkap sejak awal"),
            _("diputuskan tanpa diminta melengkapi ÷ diputuskan × 100"),
        ),
        (
            "median_days",
            median_days,
            _("Hari kerja sampai diputuskan, nilai tengah"),
            _("nilai tengah hari kerja dari diterima sampai diputuskan, tanpa waktu menunggu pemohon"),
        ),
        (
            "p90_days",
            p90_days,
            _("Hari kerja sampai diputuskan, 9 dari 10 permohonan"),
            _("hari kerja yang cukup untuk 90 % permohonan, tanpa waktu menunggu pemohon"),
        ),
        ("received", received, _("Permohonan yang diterima"), _("jumlah permohonan yang diterima")),
        ("decided", decided, _("Permohonan yang diputuskan"), _("jumlah permohonan yang diputuskan")),
    ):
        register(f"cases.{name}", function, title=title, formula=formula, parameters=parameters, page=page_of)
