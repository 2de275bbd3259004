"""What citizens are told of the tallies: how promises are kept by service, office, district and time, never of a few.

A service is counted in stretches of whole months (stretches.py); every number of a service is a sum of its stretches,
so that none can be subtracted from another. Offices and districts count the same cases, all services together, and are
joined where less would tell of fewer than five (lib/disclosure.py).
There is no table by two things at once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases.models import Case, Service, Tally, TallyState
from lawang.cases.statistics import Performance
from lawang.cases.stretches import Months, first_day, last_day, month_of
from lawang.lib.clock import Clock, Kind
from lawang.lib.disclosure import Joined, join_linked
from lawang.lib.numbers import percent
from lawang.lib.text import Text, say
from lawang.people.models import Agency
from lawang.people.node import zone

MONTHS = 12
Cell = tuple[int, int, int | None]  # service, agency that answers, district


@dataclass(frozen=True)
class Window:
    """Months from the first to the last, both included."""

    first: int
    last: int

    @classmethod
    def year_before(cls, today: date) -> "Window":
        """Return the twelve months that are over."""
        return cls(month_of(today) - MONTHS, month_of(today) - 1)

    @property
    def start(self) -> date:
        return first_day(self.first)

    @property
    def end(self) -> date:
        return last_day(self.last)

    @property
    def months(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Told:
    """What is told of some months: their stretches may begin a little before the window, and end before its end."""

    window: Window
    counted: Performance


@dataclass(frozen=True)
class ServiceFigures:
    """One service: the last twelve months, this year, and its stretches; None where there are fewer than five."""

    pk: int
    code: str
    title: Text
    promise: Clock
    twelve: Told | None
    year: Told | None
    stretches: tuple[Told, ...] = ()  # of the twelve months, oldest first

    @property
    def promised_days(self) -> int | None:
        """The promise as the days that are counted, when it is one in working days."""
        return self.promise.count if self.promise.kind == Kind.WORKING_DAYS else None


@dataclass(frozen=True)
class Group:
    """One office or district, or some together; `names` are theirs."""

    names: tuple[str, ...]
    counted: Performance


@dataclass(frozen=True)
class Published:
    """Everything that is told. `counted_to` is when the tallies were counted; None: never."""

    window: Window
    counted_to: datetime | None
    services: tuple[ServiceFigures, ...]
    offices: tuple[Group, ...] | None  # None: even all together would tell of a few
    districts: tuple[Group, ...] | None

    @property
    def waiting(self) -> tuple[ServiceFigures, ...]:
        """Services of which there is not enough to tell yet."""
        return tuple(one for one in self.services if one.twelve is None)

    @property
    def told(self) -> tuple[ServiceFigures, ...]:
        return tuple(one for one in self.services if one.twelve is not None)


class _Late:
    """Cases that were open and past their day at the ends of the months from `since` to `until`. One query."""

    def __init__(self, since: int, until: int, services: Collection[int] | None) -> None:
        begin = datetime.combine(first_day(since), time(), tzinfo=zone())
        over = datetime.combine(first_day(until + 1), time(), tzinfo=zone())
        decided_late = Q(decided_at__gte=begin, decided_at__gt=F("due_at"))
        rows = Case.objects.filter(Q(phase=Case.Phase.OPEN) | decided_late, due_at__lt=over)
        if services is not None:
            rows = rows.filter(service__in=services)
        counts = (
            rows.annotate(
                district=_DISTRICT,
                due=TruncMonth("due_at", tzinfo=zone()),
                done=TruncMonth("decided_at", tzinfo=zone()),
            )
            .values_list("service_id", "owner_id", "district", "due", "done")
            .annotate(Count("pk"))
            .order_by()
        )
        self.rows: list[tuple[Cell, int, int | None, int]] = [
            ((service, owner, district), month_of(due), month_of(done) if done else None, count)
            for service, owner, district, due, done, count in counts
        ]

    def at_end(self, month: int, service: int) -> Counter[Cell]:
        """Return the cases of a service that were late when a month was over, by cell."""
        found: Counter[Cell] = Counter()
        for cell, due, done, count in self.rows:
            if cell[0] == service and due <= month and (done is None or done > month):
                found[cell] += count
        return found


# As the tallies have it: a case of a village is one of its district.
_DISTRICT = models.Case(When(area__level=Area.Level.VILLAGE, then=F("area__parent_id")), default=F("area_id"))


@dataclass(frozen=True)
class _Row:
    cell: Cell
    month: int
    counted: Performance


def _rows(services: Collection[int], since: int, until: int) -> list[_Row]:
    """Return the tallies of some services and months. One query."""
    found = Tally.objects.filter(
        service__in=services, month__gte=first_day(since), month__lte=last_day(until)
    ).values_list(
        *("service_id", "owner_id", "district_id", "month"),
        *("received", "decided", "on_time", "first_time", "refused", "days"),
    )
    return [
        _Row(
            (service, owner, district),
            month_of(month),
            Performance(received, decided, on_time, 0, first, refused, {int(n): c for n, c in days.items()}),
        )
        for service, owner, district, month, received, decided, on_time, first, refused, days in found
    ]


def together(parts: Iterable[Performance], overdue: int = 0) -> Performance:
    """Return the sum of what was counted, with those that were open and late at its end."""
    sums: Counter[str] = Counter()
    days: Counter[int] = Counter()
    for one in parts:
        for name in ("received", "decided", "on_time", "first_time", "refused"):
            sums[name] += getattr(one, name)
        days.update(one.days)
    return Performance(**sums, overdue=overdue, days=days)


def published(today: date, *, service: Service | None = None) -> Published:
    """Return what is told on a day: of all services, or of one with its stretches. At most seven queries."""
    window = Window.year_before(today)
    only = None if service is None else {service.pk}
    months = Months.read(only)
    shown = {pk: _shown(months, pk, window) for pk in months.counts}
    since = min((one[0].start for one in shown.values() if one), default=window.first)
    late = _Late(since, window.last, only)
    rows = _rows([pk for pk, one in shown.items() if one], since, window.last)
    of_service: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        of_service[row.cell[0]].append(row)

    def tell(pk: int, stretches: Sequence[range]) -> Told | None:
        if not stretches:
            return None
        first, last = stretches[0].start, stretches[-1].stop - 1
        parts = [row.counted for row in of_service[pk] if first <= row.month <= last]
        return Told(Window(first, last), together(parts, late.at_end(last, pk).total()))

    january = month_of(today.replace(month=1, day=1))
    figures = []
    for one in _services(set(shown) if service is None else {service.pk}):
        stretches = shown.get(one.pk, [])
        figures.append(
            ServiceFigures(
                pk=one.pk,
                code=one.code,
                title=one.title,
                promise=Clock(one.promise["kind"], one.promise["count"]),
                twelve=tell(one.pk, stretches),
                year=tell(one.pk, [stretch for stretch in stretches if stretch.start >= january]),
                stretches=tuple(
                    told for stretch in stretches if (told := tell(one.pk, [stretch])) is not None
                )
                if service is not None
                else (),
            )
        )
    state = TallyState.objects.first()
    offices, districts = _divisions(figures, rows, late) if service is None else (None, None)
    return Published(window, state.counted_to if state else None, tuple(figures), offices, districts)


def _shown(months: Months, service: int, window: Window) -> list[range]:
    """Return the stretches that end within a window."""
    found = months.stretches(service, window.last)
    return [one for one in found if window.first <= one.stop - 1 <= window.last]


def _services(pks: Collection[int]) -> list[Any]:
    """Return services in the order of their titles, with the promise of the version in force."""
    found = Service.objects.filter(pk__in=pks, current__isnull=False).annotate(
        promise=F("current__definition__clock")
    )
    return sorted(found, key=lambda one: say(one.title).lower())


def _divisions(
    figures: Sequence[ServiceFigures], rows: Iterable[_Row], late: _Late
) -> tuple[tuple[Group, ...] | None, tuple[Group, ...] | None]:
    """Return the same cases by office and by district. At most two queries."""
    windows = {one.pk: one.twelve.window for one in figures if one.twelve is not None}
    parts: dict[Cell, list[Performance]] = defaultdict(list)
    for row in rows:
        window = windows.get(row.cell[0])
        if window is not None and window.first <= row.month <= window.last:
            parts[row.cell].append(row.counted)
    overdue: Counter[Cell] = Counter()
    for pk, window in windows.items():
        overdue.update(late.at_end(window.last, pk))
    cells = {cell: together(parts[cell], overdue[cell]) for cell in {*parts, *overdue}}
    judged = {cell: one.judged for cell, one in cells.items()}
    shown: list[list[set[Cell]]] = [[{cell for cell in cells if cell[0] == pk} for pk in windows]]
    offices = join_linked(judged, lambda cell: cell[1], shown)
    shown.append([{cell for cell in cells if cell[1] in one.labels} for one in offices or ()])
    districts = join_linked(judged, lambda cell: cell[2], shown)
    agencies = Agency.objects.filter(pk__in={cell[1] for cell in cells}).only("short_name")
    places = Area.objects.filter(pk__in={cell[2] for cell in cells}).only("name")
    office_names = {agency.pk: agency.short_name for agency in agencies}
    place_names: dict[int | None, str] = {area.pk: area.name for area in places}
    place_names[None] = _("tanpa tempat")

    def groups(
        joined: list[Joined[Any]] | None, part: int, names: dict[Any, str]
    ) -> tuple[Group, ...] | None:
        if joined is None:
            return None
        found = []
        for one in joined:
            inside = [cell for cell in cells if cell[part] in one.labels]
            counted = together((cells[cell] for cell in inside), sum(overdue[cell] for cell in inside))
            found.append(Group(tuple(sorted(names[label] for label in one.labels)), counted))
        return tuple(found)

    return groups(offices, 1, office_names), groups(districts, 2, place_names)


# In a word


def whole_percent(value: Decimal) -> str:
    """Return a share as "86 %"; only all is 100 % and only none is 0 %, however near."""
    rounded = value.quantize(Decimal(1), ROUND_HALF_UP)
    if rounded in (0, 100) and rounded != value:
        rounded = Decimal(99) if rounded else Decimal(1)
    return percent(rounded)


@dataclass(frozen=True)
class Kept:
    """How one service kept its promise in the last twelve months of which there is enough to tell."""

    pk: int
    months: int
    on_time: int
    judged: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.on_time) * 100 / self.judged


def kept(today: date, services: Collection[int] | None = None) -> list[Kept]:
    """Return how each service kept its promise; one of which there is too little to tell is missing. Two queries."""
    window = Window.year_before(today)
    months = Months.read(services)
    shown = {pk: found for pk in months.counts if (found := _shown(months, pk, window))}
    if not shown:
        return []
    late = _Late(min(one[0].start for one in shown.values()), window.last, list(shown))
    told = []
    for pk, stretches in shown.items():
        first, last = stretches[0].start, stretches[-1].stop - 1
        on_time, decided = months.kept(pk, range(first, last + 1))
        told.append(Kept(pk, last - first + 1, on_time, decided + late.at_end(last, pk).total()))
    return told


def performance_lines(services: Collection[int], today: date) -> dict[int, str]:
    """Return service -> "86 % tepat waktu (12 bulan)", in the active language. Two queries for any number of them."""
    return {
        one.pk: _("%(share)s tepat waktu (%(months)s bulan)")
        % {"share": whole_percent(one.share), "months": one.months}
        for one in kept(today, services)
    }


@dataclass(frozen=True)
class WorstKept:
    """A service whose promise was kept least, as the leader's page has it."""

    code: str
    title: Text
    share: Decimal
    on_time: int
    judged: int


def worst_kept(today: date, most: int) -> list[WorstKept]:
    """Return the services whose promises were kept least, the worst first. Three queries."""
    found = sorted(kept(today), key=lambda one: (one.share, -one.judged))[:most]
    services = {one.pk: one for one in Service.objects.filter(pk__in=[one.pk for one in found])}
    return [
        WorstKept(services[one.pk].code, services[one.pk].title, one.share, one.on_time, one.judged)
        for one in found
    ]
