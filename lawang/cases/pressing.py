"""What presses now: cases due today on somebody's desk, and how much of each office's work is overdue."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Q

from lawang.cases.models import Case
from lawang.people.models import User
from lawang.people.node import day_of, zone
from lawang.people.permissions import reach


@dataclass(frozen=True)
class DueToday:
    """How many open cases somebody may act on are due before the day is over, and how many were due before now."""

    today: int = 0
    overdue: int = 0

    def __bool__(self) -> bool:
        return bool(self.today or self.overdue)


def due_today(user: User, *, at: datetime) -> DueToday:
    """Return what is due from somebody today; one query, none for who handles no cases."""
    if not reach(user, "cases.handle"):
        return DueToday()
    tomorrow = datetime.combine(day_of(at) + timedelta(days=1), time(), tzinfo=zone())
    return DueToday(
        **Case.objects.held_by(user)
        .filter(phase=Case.Phase.OPEN, due_at__lt=tomorrow)
        .aggregate(today=Count("pk", filter=Q(due_at__gte=at)), overdue=Count("pk", filter=Q(due_at__lt=at)))
    )


@dataclass(frozen=True)
class Pressure:
    """The open cases of one office, and how many of them are past their day."""

    office: str
    phone: str
    running: int
    overdue: int

    @property
    def share(self) -> float:
        return self.overdue / self.running


def overdue_by_office(*, at: datetime) -> list[Pressure]:
    """Return the offices that hold overdue cases, by the share of their open ones, the largest first. One query."""
    rows = (
        Case.objects.filter(phase=Case.Phase.OPEN)
        .values_list("office__short_name", "office__phone")
        .annotate(running=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)))
        .filter(late__gt=0)
        .order_by()
    )
    found = [Pressure(*row) for row in rows]
    return sorted(found, key=lambda one: (-one.share, -one.overdue, one.office))
