"""What somebody has to do: figures due and returned, figures to decide, meetings and milestones to record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from lawang.cases.pressing import DueToday, due_today
from lawang.measures.due import Due, due_figures
from lawang.measures.models import Series, SeriesQuerySet, Value
from lawang.people.models import User
from lawang.people.node import now
from lawang.people.permissions import acts_for, reach
from lawang.plans.models import Indicator, Meeting, Milestone, Revision, Target


@dataclass
class Tasks:
    due: list[Due] = field(default_factory=list)
    returned: list[Value] = field(default_factory=list)  # with the reason
    drafts: list[Value] = field(default_factory=list)
    decide: list[Value] = field(default_factory=list)  # proposed by others
    meetings: list[Meeting] = field(default_factory=list)  # held, minutes missing
    milestones: list[Milestone] = field(default_factory=list)  # past their day
    cases: DueToday = field(default_factory=DueToday)

    @property
    def count(self) -> int:
        lists: tuple[list[object], ...] = (
            self.due,
            self.returned,
            self.decide,
            self.meetings,
            self.milestones,
        )  # type: ignore[assignment]
        return sum(map(len, lists)) + self.cases.today + self.cases.overdue


def live_series(today: date) -> SeriesQuerySet:
    """Return the series that somebody looks at: of the indicators in force, and of the regency's profile.

    `asked_from` is the first year of the programmes that need them; None for the profile.
    """
    rows = Indicator.objects.filter(revision__in=Revision.objects.in_force(today).values("pk"))
    first = (
        rows.filter(series=OuterRef("pk")).order_by("programme__year_from").values("programme__year_from")[:1]
    )
    return Series.objects.filter(Q(pk__in=rows.values("series")) | Q(in_profile=True)).annotate(
        asked_from=Subquery(first)
    )


def figures_due(user: User, today: date, *, with_last: bool = True) -> list[Due]:
    """Return the figures that this person owes, the longest overdue first."""
    held = reach(user, "measures.propose")
    if not held:
        return []
    return due_figures(live_series(today).held_by(held), today=today, with_last=with_last)


def to_decide(user: User) -> QuerySet[Value]:
    """Return the proposed figures that this person may decide about: not their own, nor of whom they stand for."""
    held = reach(user, "measures.approve")
    waiting = Value.objects.filter(status=Value.Status.PROPOSED)
    if not held:
        return waiting.none()
    if not held.everything:
        waiting = waiting.filter(series__owner__in=held.agencies)
    own = {user.pk, *acts_for(user)}
    return waiting.exclude(proposed_by__in=own)


def tasks_of(user: User, today: date) -> Tasks:
    """Return everything this person has to do today, in seven queries."""
    tasks = Tasks(due=figures_due(user, today, with_last=False), cases=due_today(user, at=now()))
    lists = {
        Value.Status.RETURNED: tasks.returned,
        Value.Status.DRAFT: tasks.drafts,
        Value.Status.PROPOSED: tasks.decide,
    }
    for value in _undecided(user).select_related("series"):
        lists[Value.Status(value.status)].append(value)
    tasks.meetings = meetings_to_record(user, today)
    tasks.milestones = milestones_late(user, today)
    return tasks


def _undecided(user: User) -> QuerySet[Value]:
    """Return the figures that wait for this person: to decide about, to mend, to hand in."""
    own = Value.objects.filter(status__in=(Value.Status.RETURNED, Value.Status.DRAFT))
    held = reach(user, "measures.propose")
    if not held:
        own = own.none()
    elif not held.everything:
        own = own.filter(series__owner__in=held.agencies)
    return (own | to_decide(user)).order_by("proposed_at", "pk")


def meetings_to_record(user: User, today: date) -> list[Meeting]:
    held = reach(user, "plans.record_meeting")
    if not held:
        return []
    open_meetings = Meeting.objects.filter(recorded_at=None, minutes="", date__lte=today)
    if not held.everything:
        open_meetings = open_meetings.filter(body__agency__in=held.agencies)
    return list(open_meetings.select_related("body").order_by("date"))


def milestones_late(user: User, today: date) -> list[Milestone]:
    held = reach(user, "plans.update_progress")
    if not held or held.everything:  # whoever may do it for everybody is not the one who owes it
        return []
    late = Milestone.objects.filter(
        revision__in=Revision.objects.in_force(today),
        done_date=None,
        due_date__lt=today,
        programme__lead__in=held.agencies,
    )
    return list(late.select_related("programme").order_by("due_date"))


def targets_for(
    series_ids: Iterable[int], years: Iterable[int], today: date
) -> dict[tuple[int, int], Target]:
    """Return the target in force of each (series, year) that has one."""
    rows = Target.objects.filter(
        indicator__series__in=list(series_ids),
        year__in=set(years),
        indicator__revision__in=Revision.objects.in_force(today),
    ).select_related("indicator")
    return {(row.indicator.series_id, row.year): row for row in rows}
