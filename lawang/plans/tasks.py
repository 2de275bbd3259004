"""Work of plans for later. Safe to run twice."""

from django.utils import timezone

from lawang.plans import standings
from lawang.plans.models import Revision
from lawang.record.jobs import by_clock


@by_clock("0 18 * * *")  # one at night in Jakarta: figures grow stale, revisions come into force
def judge_everything(timestamp: int) -> None:
    at = timezone.now()
    for revision in Revision.objects.in_force(timezone.localdate(at)):
        standings.recompute(revision, at=at)
