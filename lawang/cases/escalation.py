"""What time does to cases: the overdue go up the reporting line, the unanswered lapse, the finished close."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lawang.cases import actions, messages
from lawang.cases.models import Case
from lawang.cases.rules import TAKER_VERBS
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency, Membership, User
from lawang.record.actions import record

BATCH = 500


def go_on(*, at: datetime) -> dict[str, int]:
    """Do everything that is due; return how many cases lapsed, closed, were escalated. Safe to run twice."""
    return {
        "lapsed": sum(1 for case in _unanswered(at) if _step(case, ("lapse",), at)),
        "closed": sum(1 for case in _finished(at) if _step(case, ("close", "move"), at)),
        "escalated": sum(1 for case in _overdue(at) if escalate(case, at=at)),
    }


def _pages(wanted: Q) -> Iterator[Case]:
    """Yield the cases of a condition in order, some hundreds at a time, each once."""
    last = 0
    while found := list(
        Case.objects.filter(wanted, pk__gt=last)
        .select_related("version")
        .defer("version__definition")
        .order_by("pk")[:BATCH]
    ):
        yield from found
        last = found[-1].pk


def _unanswered(at: datetime) -> Iterator[Case]:
    return _pages(Q(phase=Case.Phase.WAITING, answer_until__lt=at))


def _finished(at: datetime) -> Iterator[Case]:
    """Decided cases whose stage is over: they close."""
    return _pages(Q(phase=Case.Phase.DECIDED, stage_due_at__lt=at))


def _overdue(at: datetime) -> Iterator[Case]:
    late = Q(due_at__lt=at) | Q(stage_due_at__lt=at)
    return _pages(Q(phase=Case.Phase.OPEN, escalated_at=None) & late)


def _step(case: Case, kinds: tuple[str, ...], at: datetime) -> bool:
    try:
        after = actions.clock_step(case, at=at, kinds=kinds)
    except Refused:
        return False
    return after.state != case.state


@transaction.atomic
def escalate(case: Case, *, at: datetime) -> bool:
    """Tell those above the office that a case is late, once for each office that holds it."""
    case, definition = actions.lock(case)
    if case.phase != Case.Phase.OPEN or case.escalated_at is not None:
        return False
    above = case.office.parent or case.office
    case.escalated_to, case.escalated_at = above, at
    case.revision += 1
    case.save(update_fields=["escalated_to", "escalated_at", "revision"])
    record(case, "case_escalated", by=None, at=at, after={"to": above.code, "office": case.office.code})
    due = min(moment for moment in (case.due_at, case.stage_due_at) if moment is not None)
    messages.tell_officers(
        case,
        deciders(case.office, above, at),
        kind="case_escalated",
        subject=_("%(number)s lewat waktu") % {"number": case.number},
        body=_("%(number)s (%(service)s) seharusnya selesai %(day)s. Sekarang ada di %(office)s: %(state)s.")
        % {
            "number": case.number,
            "service": say(definition.title),
            "day": long_date(due),
            "office": say(case.office.name),
            "state": say(definition.states[case.state].title),
        },
        at=at,
    )
    return True


def deciders(office: Agency, above: Agency, at: datetime) -> list[User]:
    """Return who decides in the office, and above it."""
    day = at.date()
    rows = Membership.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gte=day),
        agency__in={office.pk, above.pk},
        from_date__lte=day,
        user__is_active=True,
        role__verbs__has_key=TAKER_VERBS["head"],
    ).select_related("user")
    return list({row.user_id: row.user for row in rows}.values())
