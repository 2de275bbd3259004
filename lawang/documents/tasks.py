"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.documents import collecting
from lawang.people.node import now
from lawang.record.jobs import by_clock


@by_clock("* * * * *", lock="documents.collect")  # a signing service may hand out a document only once
def collect_signatures(timestamp: int) -> None:
    collecting.collect_due(at=now())
