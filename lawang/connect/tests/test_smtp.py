"""Against a real mail server on this machine."""

import socket
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from lawang.record.actions import notify, send_again
from lawang.record.models import Entry, Outbox
from lawang.record.outbox import WAITS, deliver, sweep

pytestmark = pytest.mark.django_db


class Postman:
    """Keeps what it is given, and answers `answer` to a recipient."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer = "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def postman(settings: Any) -> Iterator[Postman]:
    postman = Postman()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.MAIL_FROM = "Kabupaten Empat Lawang <lawang@empatlawang.example.id>"
    yield postman
    controller.stop()


def put(at: datetime, *, address: str = "ratna@example.id") -> Outbox:
    return notify(
        address=address,
        kind="value_returned",
        subject="Angka dikembalikan",
        body="Mohon lengkapi bukti – terima kasih.",
        about="a.b:1",
        at=at,
    )


def test_a_message_arrives_once(postman: Postman, at: datetime) -> None:
    message = put(at)
    assert deliver(message.pk, at=at)
    assert not deliver(message.pk, at=at)
    (letter,) = postman.letters
    assert letter["To"] == "ratna@example.id"
    assert letter["Message-ID"] == f"<{message.key}@empatlawang.example.id>"
    assert letter.get_content().strip() == "Mohon lengkapi bukti – terima kasih."
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (Outbox.State.SENT, at)


def test_a_busy_mailbox_is_tried_again_later(postman: Postman, at: datetime) -> None:
    postman.answer = "450 mailbox of ratna@example.id busy"
    message = put(at)
    assert sweep(at=at) == 0
    message.refresh_from_db()
    assert (message.state, message.attempts, message.next_at) == (Outbox.State.WAITING, 1, at + WAITS[0])
    assert message.trouble == "450 mailbox of … busy"
    postman.answer = "250 OK"
    assert sweep(at=at) == 0
    assert sweep(at=at + WAITS[0]) == 1


def test_an_unknown_mailbox_is_given_up_and_can_be_sent_again(postman: Postman, at: datetime) -> None:
    postman.answer = "550 no such user"
    message = put(at)
    sweep(at=at)
    message.refresh_from_db()
    assert message.state == Outbox.State.FAILED
    postman.answer = "250 OK"
    send_again(message, by=None, at=at)
    assert sweep(at=at) == 1
    assert Entry.objects.get().verb == "sent_again"


def test_it_gives_up_after_the_last_attempt(settings: Any, at: datetime) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"  # nobody listens
    message = put(at)
    for _attempt in range(len(WAITS) + 1):
        message.refresh_from_db()
        assert message.state == Outbox.State.WAITING
        deliver(message.pk, at=message.next_at)
    message.refresh_from_db()
    assert message.state == Outbox.State.FAILED


def test_without_a_mail_server_messages_wait_and_lose_no_attempt(settings: Any, at: datetime) -> None:
    settings.SMTP_URL = ""
    message = put(at)
    assert sweep(at=at) == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Outbox.State.WAITING, 0)


@pytest.mark.parametrize("address", ["a@b.id\nBcc: x@y.id", "nobody", ""])
def test_an_address_cannot_smuggle_a_header(postman: Postman, address: str, at: datetime) -> None:
    put(at, address=address)
    sweep(at=at)
    assert postman.letters == []
    assert Outbox.objects.get().state == Outbox.State.FAILED
