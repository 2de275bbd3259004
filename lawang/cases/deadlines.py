"""When a case is due: its promise, its present stage, its question to the applicant; again when a calendar changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lawang.cases.definition import Definition, definition_of
from lawang.cases.models import Case, Stay
from lawang.cases.offices import days_of
from lawang.lib.clock import Clock, Kind, Pause, due, spent
from lawang.people.calendar import WorkingDays
from lawang.people.models import Agency
from lawang.people.node import day_of, zone
from lawang.record.actions import record

BATCH = 500
STANDS = (
    Case.Phase.WAITING,
    Case.Phase.DECIDED,
    Case.Phase.CLOSED,
)  # reopened: the days in between do not count


def promised(definition: Definition, case: Case) -> Clock:
    """Return the promise of a case: the service's, longer by what was extended."""
    clock = definition.clock
    extra = sum(int(one.get("count", 0)) for one in extensions(case))
    return Clock(clock.kind, clock.count + extra)


def extensions(case: Case) -> list[dict[str, Any]]:
    """Return what lengthened the promise, oldest first: {"count": 7, "reason": ...}."""
    return list(case.work.get("_extensions", []))


def pauses(stays: Iterable[Stay]) -> list[Pause]:
    """Return when the clock stood: while the applicant was asked, and between a decision and a reopening.

    `stays` are those of one case, oldest first.
    """
    return [Pause(stay.entered_at, stay.left_at) for stay in stays if stay.phase in STANDS]


def due_of(
    case: Case,
    definition: Definition,
    *,
    stood: Iterable[Pause],
    days: WorkingDays | None = None,
) -> datetime | None:
    """Return the moment by which the promise is kept; None while the clock stands."""
    return due(
        promised(definition, case),
        case.received_at,
        days=days or days_of(case.owner),
        zone=zone(),
        pauses=stood,
    )


def stage_due(case: Case, definition: Definition, *, days: WorkingDays | None = None) -> datetime | None:
    """Return by when the present state is to be left; None when nothing was promised for it."""
    clock = definition.states[case.state].due
    if clock is None:
        return None
    return due(clock, case.state_since, days=days or days_of(case.office), zone=zone())


def plus(clock: Clock, at: datetime, days: WorkingDays) -> datetime:
    """Return the end of a window that begins at a moment."""
    found = due(clock, at, days=days, zone=zone())
    assert found is not None  # nothing pauses it
    return found


def recompute(*, at: datetime, agencies: Iterable[int] | None = None) -> int:
    """Compute the deadlines of all running cases anew; return how many changed.

    Each change is an Entry with the old and the new day. `agencies`: only of cases that these answer for or hold.
    """
    rows = Case.objects.running()
    if agencies is not None:
        rows = rows.filter(owner__in=list(agencies))
    changed = 0
    last = 0
    calendars: dict[int, WorkingDays] = {}
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        changed += _recompute_some(ids, calendars, at)
    return changed


@transaction.atomic
def _recompute_some(ids: list[int], calendars: dict[int, WorkingDays], at: datetime) -> int:
    cases = (
        Case.objects.select_for_update(of=("self",))
        .select_related("version", "owner__calendar", "office__calendar")
        .defer("version__definition")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    stood: dict[int, list[Pause]] = {}
    for stay in Stay.objects.filter(case__in=ids, phase__in=STANDS).order_by("entered_at"):
        stood.setdefault(stay.case_id, []).append(Pause(stay.entered_at, stay.left_at))

    def days(office: Any) -> WorkingDays:
        if office.pk not in calendars:
            calendars[office.pk] = days_of(office)
        return calendars[office.pk]

    moved = []
    for case in cases:
        if case.phase not in (Case.Phase.OPEN, Case.Phase.WAITING):
            continue
        definition = definition_of(case.version)
        before = (case.due_at, case.stage_due_at)
        if case.phase == Case.Phase.OPEN:
            case.due_at = due_of(case, definition, days=days(case.owner), stood=stood.get(case.pk, []))
            case.stage_due_at = stage_due(case, definition, days=days(case.office))
        if (case.due_at, case.stage_due_at) != before:
            moved.append(case)
            record(
                case,
                "due_changed",
                by=None,
                at=at,
                before={"due_at": before[0], "stage_due_at": before[1]},
                after={"due_at": case.due_at, "stage_due_at": case.stage_due_at},
                note=_("Kalender hari kerja berubah."),
            )
    Case.objects.bulk_update(moved, ["due_at", "stage_due_at"])
    return len(moved)


def days_between(start: datetime, end: datetime, office: Agency) -> int:
    """Return the working days of an office after the day of `start` up to the day of `end`."""
    return max(0, days_of(office).between(day_of(start), day_of(end)))


def days_taken(case: Case, at: datetime, *, stood: Iterable[Pause]) -> int:
    """Return the working days from receipt to a moment, without the time in which the clock stood."""
    clock = Clock(Kind.WORKING_DAYS, 0)
    return spent(clock, case.received_at, at, days=days_of(case.owner), zone=zone(), pauses=stood)


def is_late(case: Case, at: datetime) -> bool:
    """Tell whether the promise is broken by now: due, open and not decided."""
    return (
        case.phase == Case.Phase.OPEN and case.due_at is not None and case.due_at < at - timedelta(seconds=1)
    )
