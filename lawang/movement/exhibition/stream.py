"""`lawang stream`: tells open pages that something new was said, as it is said. One process, one LISTEN, no queries.

A page of a talk, or the desk of a booth, carries a signed ticket (`ticket`); with it a browser opens

    GET /aliran/?t=<ticket>      an EventSource

and is told "number 7 is there" (`id: 7`, `data: 7`) or "look" (`event: look`): the words it then fetches from the page
itself, under the page's own permission. Nothing is lost: numbers of a talk rise in the order in which they become
visible (talks.py), the browser asks for everything after the last one it has, and it is told to look whenever this
process cannot vouch that it has heard everything since: after a start, and after PostgreSQL was away.

Beyond LAWANG_STREAMS open streams the answer is 503 with Retry-After, and pages ask again by themselves instead.
Measured: bench/exhibition.py.
"""

import asyncio
import contextlib
import json
import random
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import psycopg
from django.conf import settings
from django.core import signing

from lawang.movement.exhibition.channels import CHANNEL, GOOD_FOR, SALT

PULSE = 20.0  # seconds between two comments that keep the line open
REMEMBERED = 100_000  # talks whose last number is known
PER_CHANNEL = {"t": 8, "b": 60}  # open streams on one talk, on the desk of one booth
QUEUE = 64
LOOK = "look"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Hub:
    """Who listens to what, and what was heard."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)
        self.count = 0
        self.last: OrderedDict[str, int] = OrderedDict()  # channel of a talk -> number of its last message
        self.since = 0.0  # from which moment on `last` knows everything; 0: does not listen
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.listen())

    async def listen(self) -> None:
        """Hear PostgreSQL for ever; whenever it was away, everybody is told to look."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    self.last.clear()
                    self.since = time.time()
                    self.tell_all()
                    async for note in connection.notifies():
                        self.hear(note.payload)
            self.since = 0.0
            await asyncio.sleep(1)

    def hear(self, payload: str) -> None:
        said = json.loads(payload)
        talk, number = f"t{said['talk']}", int(said["number"])
        self.last[talk] = max(number, self.last.get(talk, 0))
        self.last.move_to_end(talk)
        while len(self.last) > REMEMBERED:
            self.last.popitem(last=False)
            self.since = time.time()
        self.tell(talk, str(number))
        self.tell(f"b{said['booth']}", LOOK)

    def tell(self, channel: str, words: str) -> None:
        for queue in self.listeners.get(channel, ()):
            if queue.full():  # a line so slow that it missed many: it looks by itself
                while not queue.empty():
                    queue.get_nowait()
                words = LOOK
            queue.put_nowait(words)

    def tell_all(self) -> None:
        for channel in self.listeners:
            self.tell(channel, LOOK)

    def missed(self, channel: str, has: int, made_at: float) -> str:
        """Return what to tell first a browser that has seen messages up to `has`; "" when it missed nothing."""
        if channel.startswith("b") or not self.since:
            return LOOK
        if (number := self.last.get(channel)) is not None:
            return str(number) if number > has else ""
        return LOOK if made_at <= self.since + 2 else ""


hub = Hub()


def dsn() -> str:
    """Return how to reach the database directly: LISTEN does not work through a pool that shares connections."""
    known = settings.DATABASES["default"]
    given = {
        "dbname": known["NAME"],
        "user": known["USER"],
        "password": known["PASSWORD"],
        "host": known["HOST"],
        "port": known["PORT"],
        "application_name": "lawang-stream",
    }
    more = known["OPTIONS"]
    assert isinstance(more, dict)
    options = {key: value for key, value in more.items() if key.startswith("ssl")}
    return psycopg.conninfo.make_conninfo(**{k: str(v) for k, v in (given | options).items() if v})


def read_ticket(words: str) -> tuple[str, int, float] | None:
    """Return (channel, last number the page showed, when the page was made); None for what we did not sign."""
    signer = signing.TimestampSigner(salt=SALT)
    try:
        value = signer.unsign(words, max_age=GOOD_FOR)
        channel, number = value.rsplit(".", 1)
        if channel[0] == "t":
            UUID(channel[1:])
        made_at = signing.b62_decode(words.rsplit(":", 2)[1])
        return channel, int(number), float(made_at)
    except (signing.BadSignature, ValueError, IndexError):
        return None


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request (ASGI, without Django: 5,000 of these stay open)."""
    if scope["type"] != "http":
        return
    hub.start()
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
    origin = headers.get("origin", "")
    if scope["path"].endswith("/keadaan/"):
        words = json.dumps({"streams": hub.count, "most": settings.STREAMS, "listens": bool(hub.since)})
        await _answer(send, 200, words, "application/json")
        return
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    ticket = read_ticket(query.get("t", [""])[0])
    if ticket is None:
        await _answer(send, 403, "Buka lagi halaman percakapannya.\n")
        return
    channel, shown, made_at = ticket
    if hub.count >= settings.STREAMS or len(hub.listeners[channel]) >= PER_CHANNEL.get(channel[0], 8):
        wait = str(random.randint(20, 60)).encode()  # noqa: S311  only so that not all come back at once
        words = "Pameran sedang sangat ramai. Halaman ini menanyakan sendiri, atau muat ulang.\n"
        await _answer(send, 503, words, more=[(b"retry-after", wait)], origin=origin)
        return
    with contextlib.suppress(ValueError):
        shown = max(shown, int(headers.get("last-event-id", "")))
    await _stream(channel, shown, made_at, origin, receive, send)


async def _answer(
    send: Send,
    status: int,
    words: str,
    kind: str = "text/plain",
    *,
    more: list[tuple[bytes, bytes]] | None = None,
    origin: str = "",
) -> None:
    head = [(b"content-type", f"{kind}; charset=utf-8".encode()), (b"cache-control", b"no-store")]
    head += [(b"access-control-allow-origin", origin.encode("latin-1"))] if origin else []
    await send({"type": "http.response.start", "status": status, "headers": [*head, *(more or [])]})
    await send({"type": "http.response.body", "body": words.encode()})


async def _stream(
    channel: str, shown: int, made_at: float, origin: str, receive: Receive, send: Send
) -> None:
    queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
    hub.listeners[channel].add(queue)
    hub.count += 1
    gone = asyncio.ensure_future(_gone(receive))
    try:
        head = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),
        ]
        if origin:  # the ticket is the permission; no cookie is read here
            head.append((b"access-control-allow-origin", origin.encode("latin-1")))
        await send({"type": "http.response.start", "status": 200, "headers": head})
        retry = random.randint(5_000, 30_000)  # noqa: S311  a whole district comes back at once
        await _write(send, f"retry: {retry}\n\n")
        if first := hub.missed(channel, shown, made_at):  # after joining, so that nothing falls in between
            await _write(send, event(first))
        async for words in _heard(queue, gone):
            await _write(send, words)
    except OSError:
        pass
    finally:
        gone.cancel()
        hub.count -= 1
        hub.listeners[channel].discard(queue)
        if not hub.listeners[channel]:
            del hub.listeners[channel]


async def _heard(queue: asyncio.Queue[str], gone: "asyncio.Future[None]") -> AsyncIterator[str]:
    """Yield what to write until the browser has gone: news, or a comment now and then."""
    while not gone.done():
        news = asyncio.ensure_future(queue.get())
        both: set[asyncio.Future[Any]] = {news, gone}
        await asyncio.wait(both, timeout=PULSE, return_when=asyncio.FIRST_COMPLETED)
        if news.done():
            yield event(news.result())
        else:
            news.cancel()
            if not gone.done():
                yield ": .\n\n"


def event(words: str) -> str:
    """Return one event: a number with its id, or "look"."""
    return f"event: {LOOK}\ndata: {LOOK}\n\n" if words == LOOK else f"id: {words}\ndata: {words}\n\n"


async def _write(send: Send, words: str) -> None:
    await send({"type": "http.response.body", "body": words.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
