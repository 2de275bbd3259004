"""What doctor's checks ask of the database and can be told in one row, so that they ask once together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from lawang.record.outbox import ready_channels

STUCK = timedelta(minutes=15)
QUERY = """
select current_setting('fsync'), current_setting('server_encoding'),
    abs(extract(epoch from clock_timestamp() - %s))::float,
    (select count(*) from record_entry),
    (select at from record_entry order by id desc limit 1),
    exists (select from record_datakey),
    (select count(*) from record_outbox where state = 'failed'),
    (select count(*) from record_outbox where state = 'waiting' and channel = any(%s) and next_at < %s),
    (select coalesce(json_agg(json_build_array(sha256, size, is_sealed)), '[]')
        from (select sha256, size, is_sealed from record_file order by id desc limit 200) as file),
    (select coalesce(json_agg(json_build_array(app, name)), '[]') from django_migrations)
"""


@dataclass(frozen=True)
class Facts:
    """In the order of the query."""

    fsync: str  # "on" or "off"
    encoding: str
    clocks_differ: float  # seconds between this machine's clock and the database's
    entries: int
    last_entry_at: datetime | None
    has_data_keys: bool  # there are personal fields, which only the master key opens
    failed: int  # messages that were given up
    stuck: int  # messages that could leave and have not for a quarter of an hour
    newest_files: list[tuple[str, int, bool]]  # sha256, size in bytes before sealing, whether it is sealed
    migrations: list[tuple[str, str]]  # app, name: what has run


def read(*, at: datetime) -> Facts:
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [datetime.now(UTC), ready_channels(), at - STUCK])
        return Facts(*cursor.fetchone())
