"""What is tidied up at the door every night."""

from lawang.people import actions
from lawang.people.node import now
from lawang.record.jobs import by_clock


@by_clock("50 18 * * *")
def tidy_the_door(timestamp: int) -> None:
    """Forget expired sessions, old failed logins (they hold addresses) and used-up counters."""
    actions.tidy_the_door(at=now())
