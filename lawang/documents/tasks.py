"""Work for later, each a few lines that call an action. Safe to run twice."""

from lawang.documents import actions, collecting
from lawang.people.node import now
from lawang.record.jobs import by_clock


@by_clock("* * * * *", lock="documents.collect")  # a signing service may hand out a document only once
def collect_signatures(timestamp: int) -> None:
    collecting.collect_due(at=now())


@by_clock("6 17 * * *")  # before the night's seal is made
def list_qr_key(timestamp: int) -> None:
    actions.list_qr_key(at=now())
