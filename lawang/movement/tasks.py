"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.movement import letters, reminding
from lawang.movement.exhibition import talks
from lawang.movement.models import Evaluation
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.jobs import by_clock, job


@by_clock("14 * * * *")  # every hour, so that a machine that was off catches up the same day
def remind_of_assessments(timestamp: int) -> None:
    reminding.remind_all(at=now())


@by_clock("45 19 * * *")
def erase_old_talks(timestamp: int) -> None:
    talks.erase_over(at=now())


@job()
def write_results(evaluation_id: int, user_id: int) -> None:
    letters.write_results(Evaluation.objects.get(pk=evaluation_id), by=User.objects.get(pk=user_id), at=now())
