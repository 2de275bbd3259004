"""What people do every night: tidy up at the door, keep the list of public keys."""

from lawang.people import actions
from lawang.people.node import now
from lawang.record.jobs import by_clock


@by_clock("50 18 * * *")
def tidy_the_door(timestamp: int) -> None:
    """Forget expired sessions, old failed logins (they hold addresses) and used-up counters."""
    actions.tidy_the_door(at=now())


@by_clock("5 17 * * *")  # before the night's seal is made
def list_seal_key(timestamp: int) -> None:
    actions.list_seal_key(at=now())
