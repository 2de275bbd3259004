"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.cases import deadlines, escalation, retention, statistics, tracking, uploads
from lawang.cases.desk import morning
from lawang.cases.models import Incident
from lawang.cases.privacy import incidents
from lawang.people.node import day_of, now, zone
from lawang.record.jobs import by_clock, job


@by_clock("7 * * * *")
def go_on_with_cases(timestamp: int) -> None:
    escalation.go_on(at=now())


@by_clock("20 * * * *")  # before measures counts its series, at half past
def fill_tallies(timestamp: int) -> None:
    statistics.fill(at=now())


@by_clock("2 * * * *")
def good_morning(timestamp: int) -> None:
    if now().astimezone(zone()).hour == morning.HOUR:
        morning.write_all(at=now())


@job()
def recompute_deadlines() -> None:
    deadlines.recompute(at=now())


@by_clock("30 18 * * *")
def tidy_cases(timestamp: int) -> None:
    tracking.forget_old_tickets(at=now())
    uploads.sweep(at=now())


@by_clock("40 19 * * *")
def erase_what_is_over(timestamp: int) -> None:
    at = now()
    retention.sweep(at=at, day=day_of(at))


@job()
def tell_of_breach(incident_id: int) -> None:
    incidents.send_notices(Incident.objects.get(pk=incident_id), at=now())
