"""Work for later, each a few lines that call an action. Safe to run twice."""

from django.utils import timezone
from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app

from lawang.record import files_sweep, limits, outbox, pulse, seals
from lawang.record.jobs import by_clock, job


@job(queue="messages")
def send_message(message_id: int) -> None:
    outbox.deliver(message_id, at=timezone.now())


@by_clock("* * * * *", queue="messages")
def sweep_outbox(timestamp: int) -> None:
    pulse.beat(at=timezone.now())
    outbox.sweep(at=timezone.now())


@by_clock("10 17 * * *")  # ten past midnight in Jakarta, ten past two in Jayapura
def seal_night(timestamp: int) -> None:
    seals.make_seal(at=timezone.now())


@by_clock("40 18 * * *")
def sweep_files(timestamp: int) -> None:
    files_sweep.remove_strays(at=timezone.now())


@by_clock("50 * * * *")
def forget_tries(timestamp: int) -> None:
    limits.sweep(at=timezone.now())


@app.periodic(cron="20 18 * * *")
@app.task(queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: object, timestamp: int) -> None:
    await builtin_tasks.remove_old_jobs(context, max_hours=24 * 14, remove_failed=True)  # type: ignore[arg-type]


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Let jobs go on whose worker was killed in the middle: every job of ours is safe to run twice."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs():
        await manager.retry_job(stalled)
