"""How often pages are opened: counted in this process, added to the day's row now and then. Nothing about who."""

import threading
import time
from collections import Counter
from datetime import date

from django.db import connection

PAUSE = 15.0  # seconds between two writes of one process
MOST = 500  # openings after which it writes at once

_lock = threading.Lock()
_counts: Counter[tuple[int, int | None, date]] = Counter()
_written_at = 0.0


def count(exhibition: int, booth: int | None, on: date) -> None:
    """Count one opening of a booth, or of the floor (None). What a killed process had not written yet is lost."""
    with _lock:
        _counts[exhibition, booth, on] += 1
        is_due = time.monotonic() - _written_at > PAUSE or _counts.total() >= MOST
    if is_due:
        flush()


def flush() -> None:
    """Add what was counted to the rows."""
    global _written_at
    with _lock:
        taken = sorted(
            _counts.items(), key=str
        )  # the same order in every process: none waits for another in a circle
        _counts.clear()
        _written_at = time.monotonic()
    if not taken:
        return
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(taken))
    values = [word for (exhibition, booth, on), times in taken for word in (exhibition, booth, on, times)]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into movement_visits as known (exhibition_id, booth_id, date, count) "  # noqa: S608  only marks
            f"select e::bigint, b::bigint, d::date, c::int from (values {rows}) as given(e, b, d, c) "
            "where exists (select from movement_exhibition where id = e::bigint) "
            "and (b is null or exists (select from movement_booth where id = b::bigint)) "
            "on conflict (exhibition_id, booth_id, date) do update set count = known.count + excluded.count",
            values,
        )
