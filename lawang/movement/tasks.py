"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.movement import letters
from lawang.movement.models import Evaluation
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.jobs import job


@job()
def write_results(evaluation_id: int, user_id: int) -> None:
    letters.write_results(Evaluation.objects.get(pk=evaluation_id), by=User.objects.get(pk=user_id), at=now())
