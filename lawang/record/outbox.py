"""How a message leaves the house: senders by channel, attempts, and when to give up.

A message is sent inside the transaction that marks it sent, under a lock on its row. When the process or the database
dies while it is on its way, or between the other side's "accepted" and our commit, the message is sent a second time;
it carries the same Message-ID (from `Outbox.key`), by which the receiver can tell.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from lawang.record.models import Outbox

WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]  # then it is given up
AT_ONCE = 200  # messages in one sweep

log = logging.getLogger(__name__)


class NotSent(Exception):
    """The other side did not take the message. `trouble` is kept and shown: no personal data in it."""

    def __init__(self, trouble: str, *, permanent: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.permanent = permanent  # asking again will not help


@dataclass(frozen=True)
class Sender:
    """What carries the messages of one channel."""

    send: Callable[[Outbox], None]  # raises NotSent
    is_ready: Callable[[], bool]  # False while it is not configured: messages wait without using up attempts


_senders: dict[str, Sender] = {}


def register_sender(
    channel: str, send: Callable[[Outbox], None], is_ready: Callable[[], bool] = lambda: True
) -> None:
    """Let `send` carry the messages of `channel`."""
    _senders[channel] = Sender(send, is_ready)


def ready_channels() -> list[str]:
    """Return the channels whose sender is configured."""
    return [channel for channel, sender in _senders.items() if sender.is_ready()]


@transaction.atomic
def deliver(message_id: int, *, at: datetime) -> bool:
    """Try once to send a message that is due; return whether it went.

    Do nothing when it is not due, not waiting, or in somebody else's hands: safe to call twice.
    """
    message = (
        Outbox.objects.select_for_update(skip_locked=True)
        .filter(pk=message_id, state=Outbox.State.WAITING, next_at__lte=at, channel__in=ready_channels())
        .first()
    )
    if message is None:
        return False
    message.attempts += 1
    try:
        _senders[message.channel].send(message)
    except NotSent as error:
        message.trouble = error.trouble[:500]
        if error.permanent or message.attempts > len(WAITS):
            message.state = Outbox.State.FAILED
        else:
            message.next_at = at + WAITS[message.attempts - 1]
        log.warning(
            "message_not_sent key=%s attempts=%s state=%s", message.key, message.attempts, message.state
        )
    else:
        message.state, message.sent_at, message.trouble = Outbox.State.SENT, at, ""
    message.save(update_fields=["attempts", "trouble", "state", "next_at", "sent_at"])
    return message.state == Outbox.State.SENT


def sweep(*, at: datetime) -> int:
    """Try every message that is due, oldest first; return how many went."""
    due = Outbox.objects.filter(state=Outbox.State.WAITING, next_at__lte=at, channel__in=ready_channels())
    ids = list(due.order_by("next_at", "id").values_list("id", flat=True)[:AT_ONCE])
    return sum(deliver(message_id, at=at) for message_id in ids)
