"""When somebody is at a booth, and until when a question is answered. Pure: rows and moments in, moments out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from lawang.movement.exhibition.models import Representative
from lawang.people.calendar import WorkingDays

AHEAD = 60  # days looked into the future for an hour in which somebody is there
OTHERWISE = 2  # working days within which a booth without hours answers


@dataclass(frozen=True)
class Hours:
    """The hours of all offices at one booth, on its working days."""

    offices: tuple[Representative, ...]
    days: WorkingDays
    zone: tzinfo

    def spans(self, at: datetime) -> Iterable[tuple[datetime, datetime]]:
        """Yield (from, to) of every stretch that has not ended yet, by day."""
        local = at.astimezone(self.zone)
        for ahead in range(AHEAD):
            day = local.date() + timedelta(days=ahead)
            if not self.days.includes(day):
                continue
            for one in sorted(self.offices, key=lambda one: one.opens):
                ends = datetime.combine(day, one.closes, tzinfo=self.zone)
                if day.isoweekday() in one.weekdays and ends > local:
                    yield datetime.combine(day, one.opens, tzinfo=self.zone), ends

    def is_somebody_there(self, at: datetime) -> bool:
        return any(begins <= at for begins, _ends in self._first(at))

    def next_opening(self, at: datetime) -> datetime | None:
        """Return when somebody comes next; None when nobody is expected."""
        return min((begins for begins, _ends in self._first(at)), default=None)

    def _first(self, at: datetime) -> list[tuple[datetime, datetime]]:
        """Return the stretches of the first day on which there is one."""
        found: list[tuple[datetime, datetime]] = []
        for span in self.spans(at):
            if found and span[0].date() != found[0][0].date():
                break
            found.append(span)
        return found

    def due(self, at: datetime, minutes: int) -> datetime:
        """Return until when a question of this moment is answered: `minutes` of hours in which somebody is there."""
        left = timedelta(minutes=minutes)
        reached = at
        for begins, ends in self.spans(at):
            start = max(begins, reached)
            if start >= ends:
                continue
            if ends - start >= left:
                return start + left
            left -= ends - start
            reached = ends
        day = self.days.add(at.astimezone(self.zone).date(), OTHERWISE)
        return datetime.combine(day, datetime.min.time(), tzinfo=self.zone).replace(hour=16)
