"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.movement import reminding
from lawang.movement.exhibition import talks
from lawang.people.node import now
from lawang.record.jobs import by_clock


@by_clock("14 * * * *")  # every hour, so that a machine that was off catches up the same day
def remind_of_assessments(timestamp: int) -> None:
    reminding.remind_all(at=now())


@by_clock("45 19 * * *")
def erase_old_talks(timestamp: int) -> None:
    talks.erase_over(at=now())
