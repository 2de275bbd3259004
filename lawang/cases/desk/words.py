"""Deadlines as an officer reads them: which group of the list, how soon, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lawang.cases.models import Case
from lawang.lib.clock import LAST_SECOND
from lawang.lib.dates import clock, long_date
from lawang.people.node import day_of, zone

LATE, TODAY, WEEK, LATER = "late", "today", "week", "later"
GROUPS: dict[str, Any] = {
    LATE: gettext_lazy("Lewat waktu"),
    TODAY: gettext_lazy("Hari ini"),
    WEEK: gettext_lazy("Minggu ini"),
    LATER: gettext_lazy("Nanti"),
}


@dataclass(frozen=True)
class Deadline:
    """A deadline at one moment. `soon` is relative, `day` absolute."""

    group: str
    soon: str  # "hari ini pukul 16.00", "lewat 3 hari"
    day: str  # "Jumat, 27 Maret 2026"

    @property
    def css(self) -> str:
        return {LATE: "off", TODAY: "warn"}.get(self.group, "")


def deadline(due: datetime, at: datetime) -> Deadline:
    """Return what a deadline is at a moment; the week ends on Sunday."""
    day, today = day_of(due), day_of(at)
    days = (day - today).days
    hour = due.astimezone(zone()).timetz().replace(tzinfo=None)
    until = "" if hour == LAST_SECOND else clock(due)
    if due < at - timedelta(seconds=1):
        if not days:
            return Deadline(LATE, _("lewat, pukul %(hour)s") % {"hour": until}, long_date(day))
        late = ngettext("lewat %(days)s hari", "lewat %(days)s hari", -days) % {"days": -days}
        return Deadline(LATE, late, long_date(day))
    if not days:
        soon = _("hari ini pukul %(hour)s") % {"hour": until} if until else _("hari ini")
        return Deadline(TODAY, soon, long_date(day))
    soon = (
        _("besok")
        if days == 1
        else ngettext("%(days)s hari lagi", "%(days)s hari lagi", days) % {"days": days}
    )
    return Deadline(WEEK if days <= 7 - today.isoweekday() else LATER, soon, long_date(day))


def deadline_of(case: Case, at: datetime) -> Deadline | None:
    """Return the deadline by which a list sorts a case: its promise, or the applicant's while it waits for them."""
    due = case.answer_until if case.phase == Case.Phase.WAITING else case.due_at
    return deadline(due, at) if due else None
