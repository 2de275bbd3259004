"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.cases import deadlines, escalation, retention, statistics, tracking, uploads
from lawang.people.node import day_of, now
from lawang.record.jobs import by_clock, job


@by_clock("7 * * * *")
def go_on_with_cases(timestamp: int) -> None:
    escalation.go_on(at=now())


@by_clock("20 * * * *")  # before measures counts its series, at half past
def fill_tallies(timestamp: int) -> None:
    statistics.fill(at=now())


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
