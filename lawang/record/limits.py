"""How often something may be tried: counted per code, contact or device rather than per address.

A whole village may share one connection, so an address is only counted against floods. Counts are rows of one table,
changed by one statement each, so that people who try at the same moment are all counted; who tried is kept as a keyed
hash until the span is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise

from lawang.lib.refused import TooMany
from lawang.record.models import Tries


@dataclass(frozen=True)
class Limit:
    """`most` tries within a span that begins with the first one; 0: as many as anybody likes."""

    name: str
    most: int
    within: timedelta
    sentence: str | Promise  # for whoever tries too often: what to do instead


def count(*tries: tuple[Limit, str], at: datetime) -> None:
    """Count one try of each limit by whom it names; raise TooMany when one of them was one too many.

    Call it outside of the transaction that the try may undo: a try that is rolled back was none.
    """
    limits = {_key(limit, who): limit for limit, who in tries if limit.most and who}
    if not limits:
        return
    keys = sorted(
        limits
    )  # the same order for everybody, so that nobody waits for somebody who waits for them
    values = ", ".join(["(%s, 1, %s)"] * len(keys))
    given = [word for key in keys for word in (key, at + limits[key].within)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into record_tries as known (key, count, until) values {values} "  # noqa: S608  only marks
            "on conflict (key) do update set count = case when known.until <= %s then 1 else known.count + 1 end, "
            "until = case when known.until <= %s then excluded.until else known.until end "
            "returning key, count, until",
            [*given, at, at],
        )
        found = cursor.fetchall()
    over = [(until, limits[key]) for key, number, until in found if number > limits[key].most]
    if over:
        until, limit = max(over, key=lambda one: one[0])
        raise TooMany(str(limit.sentence), max(1, int((until - at).total_seconds())))


def forget(limit: Limit, who: str) -> None:
    """Begin to count anew: whoever tried has shown that they may."""
    Tries.objects.filter(key=_key(limit, who)).delete()


def sweep(*, at: datetime) -> int:
    """Remove counts whose span is over; return how many."""
    return Tries.objects.filter(until__lte=at).delete()[0]


def _key(limit: Limit, who: str) -> str:
    return salted_hmac(f"lawang.limits.{limit.name}", who, algorithm="sha256").hexdigest()
