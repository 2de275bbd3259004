"""Work for later, each a few lines that call an action. Safe to run twice."""

from django.utils import timezone
from procrastinate.contrib.django import app

from lawang.record import files_sweep, outbox, seals


@app.task(queue="messages")
def send_message(message_id: int) -> None:
    outbox.deliver(message_id, at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queue="messages", queueing_lock="sweep_outbox")
def sweep_outbox(timestamp: int) -> None:
    outbox.sweep(at=timezone.now())


@app.periodic(cron="10 17 * * *")  # UTC: ten past midnight in Jakarta, two in the night in Jayapura
@app.task(queueing_lock="seal_night")
def seal_night(timestamp: int) -> None:
    seals.make_seal(at=timezone.now())


@app.periodic(cron="40 18 * * *")
@app.task(queueing_lock="sweep_files")
def sweep_files(timestamp: int) -> None:
    files_sweep.remove_strays(at=timezone.now())


@app.periodic(cron="20 18 * * *")
@app.task(queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: object, timestamp: int) -> None:
    from procrastinate import builtin_tasks

    await builtin_tasks.remove_old_jobs(context, max_hours=24 * 14, remove_failed=True)  # type: ignore[arg-type]
