"""The stream: woken by NOTIFY, tells whom it concerns, resumes without a gap, refuses beyond its cap."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core import signing

from lawang.movement.exhibition import stream
from lawang.movement.exhibition.channels import CHANNEL, SALT, address, ticket
from lawang.movement.exhibition.stream import Hub, application, dsn, read_ticket
from lawang.people.models import Node

ROOT = settings.ROOT
TALK = "t6f1c2f0e-0f0a-4a67-9a1b-2f6a3b1c0d11"
OTHER = "t6f1c2f0e-0f0a-4a67-9a1b-2f6a3b1c0d22"


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Hub:
    fresh = Hub()
    monkeypatch.setattr(stream, "hub", fresh)
    settings.STREAMS = 3
    return fresh


def test_it_starts_in_a_process_without_djangos_models() -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import lawang.movement.exhibition.stream"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "lawang.settings", "PYTHONPATH": str(ROOT)},
        check=True,
    )


class Browser:
    """One request to the application, as a server hands it over."""

    def __init__(self, query: str, last: str = "", path: str = "/aliran/") -> None:
        self.scope = {
            "type": "http",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"origin", b"http://contoh.id")]
            + ([(b"last-event-id", last.encode())] if last else []),
        }
        self.sent: list[Any] = []
        self.gone = asyncio.Event()
        self.task = asyncio.ensure_future(application(self.scope, self.receive, self.send))

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def heard(self) -> list[str]:
        lines = b"".join(one.get("body", b"") for one in self.sent[1:]).decode().splitlines()
        return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]

    async def leave(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 5)


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        try:
            await scene()
        finally:
            if stream.hub.task:
                stream.hub.task.cancel()
                await asyncio.gather(stream.hub.task, return_exceptions=True)

    asyncio.run(all_of_it())


async def until(is_so: Callable[[], bool]) -> None:
    for _time in range(200):
        if is_so():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited ten seconds")


async def notify(channel: str, number: int, booth: int = 7) -> None:
    async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as connection:
        payload = json.dumps({"talk": channel[1:], "booth": booth, "number": number})
        await connection.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


@pytest.mark.django_db(transaction=True)
def test_it_tells_whom_it_concerns_and_whoever_comes_back_gets_what_they_missed(hub: Hub) -> None:
    async def scene() -> None:
        first = Browser(f"t={ticket(TALK, 1)}")
        await until(lambda: bool(hub.since and first.heard))
        assert set(first.heard) == {"look"}  # it cannot vouch for the time before it listened
        other, board = Browser(f"t={ticket(OTHER, 1)}"), Browser(f"t={ticket('b7', 0)}")
        await until(lambda: bool(board.heard and other.heard))
        looked = len(board.heard)
        await notify(TALK, 2)
        await until(lambda: first.heard[-1] == "2")
        await until(lambda: len(board.heard) == looked + 1)
        assert set(other.heard) == {"look"}
        await first.leave()
        await notify(TALK, 3)
        await until(lambda: hub.last.get(TALK) == 3)
        again = Browser(f"t={ticket(TALK, 1)}", last="2")
        await until(lambda: again.heard == ["3"])
        await again.leave()
        seen_all = Browser(f"t={ticket(TALK, 1)}", last="3")
        await asyncio.sleep(0.2)
        assert seen_all.heard == []
        for one in (seen_all, other, board):
            await one.leave()
        assert hub.count == 0
        assert dict(hub.listeners) == {}

    play(scene)


@pytest.mark.django_db(transaction=True)
def test_when_the_database_was_away_everybody_is_told_to_look(hub: Hub) -> None:
    async def scene() -> None:
        one = Browser(f"t={ticket(TALK, 1)}")
        await until(lambda: bool(hub.since and one.heard))
        async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'lawang-stream' and pid <> pg_backend_pid()"
            )
        await until(lambda: len(one.heard) > 1)
        assert one.heard[-1] == "look"
        await one.leave()

    play(scene)


def test_beyond_the_cap_it_says_so_at_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        monkeypatch.setattr(hub, "start", lambda: None)
        inside = [Browser(f"t={ticket(f't6f1c2f0e-0f0a-4a67-9a1b-2f6a3b1c0d{n}0', 1)}") for n in range(3)]
        await until(lambda: hub.count == 3)
        outside = Browser(f"t={ticket(TALK, 1)}")
        await until(lambda: outside.task.done())
        assert outside.status == 503
        assert b"retry-after" in dict(outside.sent[0]["headers"])
        await inside[0].leave()
        welcome = Browser(f"t={ticket(TALK, 1)}")
        await until(lambda: hub.count == 3)
        assert welcome.status == 200
        for one in (*inside[1:], welcome):
            await one.leave()

    play(scene)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "t=",
        "t=abc",
        f"t={TALK}.1",
        f"t={signing.TimestampSigner(salt='lain').sign(f'{TALK}.1')}",
        f"t={signing.TimestampSigner(salt=SALT).sign('tbukan-kunci.1')}",
        f"t={signing.TimestampSigner(salt=SALT).sign('')}",
    ],
)
def test_without_our_ticket_nothing_is_told(hub: Hub, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        monkeypatch.setattr(hub, "start", lambda: None)
        browser = Browser(words)
        await until(lambda: browser.task.done())
        assert browser.status == 403
        assert hub.count == 0

    play(scene)


def test_an_old_ticket_is_no_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ticket(TALK, 4)
    found = read_ticket(given)
    assert found is not None
    assert found[:2] == (TALK, 4)
    monkeypatch.setattr(stream, "GOOD_FOR", -1)
    assert read_ticket(given) is None


def test_a_slow_line_looks_instead_of_holding_up_the_others(hub: Hub) -> None:
    async def scene() -> None:
        queue: asyncio.Queue[str] = asyncio.Queue(stream.QUEUE)
        hub.listeners[TALK].add(queue)
        for number in range(stream.QUEUE + 1):
            hub.tell(TALK, str(number))
        assert queue.qsize() == 1
        assert queue.get_nowait() == "look"

    play(scene)


def test_what_is_remembered_does_not_grow_for_ever(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "REMEMBERED", 2)
    hub.since = 5.0
    for n in range(3):
        hub.hear(json.dumps({"talk": str(n), "booth": 1, "number": 1}))
    assert list(hub.last) == ["t1", "t2"]
    assert hub.since > 5.0  # it no longer vouches for the time before
    assert hub.missed("t0", 0, 6.0) == "look"


def test_the_page_knows_where_the_stream_is(settings: Any, rf: Any, db: None) -> None:
    request = rf.get("/", headers={"Host": "localhost:8000"})
    assert address(request) == ("", "")  # a regency runs none
    Node.objects.update_or_create(defaults={"name": {"id": "Gerakan"}, "kind": Node.Kind.MOVEMENT})
    assert address(request) == ("http://localhost:8001/aliran/", "http://localhost:8001")
    settings.BEHIND_TLS = True
    assert address(request) == ("/aliran/", "")
    settings.STREAM_URL = "https://aliran.contoh.id/aliran/"
    assert address(request)[1] == "https://aliran.contoh.id"
    settings.STREAM_URL = "off"
    assert address(request) == ("", "")
