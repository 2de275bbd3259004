"""A job whose worker was killed goes on with the next one."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from lawang.record.tasks import send_message, take_up_again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("silence", "status"), [(60, "todo"), (5, "doing")])
def test_a_job_cut_off_in_the_middle_is_taken_up_again(silence: int, status: str) -> None:
    job_id = send_message.defer(message_id=1)
    with connection.cursor() as cursor:  # as a worker leaves it that was killed
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (%s) returning id",
            [datetime.now(UTC) - timedelta(seconds=silence)],
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", [worker, job_id]
        )
    asyncio.run(_sweep())
    assert ProcrastinateJob.objects.get(pk=job_id).status == status


async def _sweep() -> None:
    connector: Any = app.connector
    worker = app.with_connector(connector.get_worker_connector())
    async with worker.open_async():
        context: Any = SimpleNamespace(app=worker)
        await take_up_again.func(context, 0)
