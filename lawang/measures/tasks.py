"""Work of measures for later. Safe to run twice."""

from django.utils import timezone

from lawang.measures.statistics import compute_all
from lawang.record.jobs import by_clock


@by_clock("30 17 * * *")  # half past midnight in Jakarta
def count_statistics(timestamp: int) -> None:
    compute_all(at=timezone.now())
