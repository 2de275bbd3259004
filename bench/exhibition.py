"""Visitors of the exhibition, many at once: `python -m bench.exhibition`.

Real servers, as `lawang up` starts them (pages on granian WSGI, `lawang stream`), on a durable database of their own.

Visitors: each opens the floor and three booths as a browser would, looks again once with If-None-Match, and reads for a
moment in between; all have come within `--arrive` seconds. Streams: each belongs to a talk of its own and stays open.
Messages are said by the ordinary verb while all that goes on; each must reach the stream of its talk, by its number or
by "look" (then the number counts from which the page would fetch). Half way PostgreSQL cuts the stream's connection, a
tenth of the browsers lose their line and come back with Last-Event-ID; nothing may be lost all the same.

Exits 1 when a message was lost, a page failed, or a stream beyond the cap was not refused with 503.
`--small` takes half a minute and is what the suite runs.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.plan import machine, prepared

BOOTHS = 60
READS = 3  # booths that a visitor opens
HOST = "127.0.0.1"


@dataclass
class Size:
    """How many of what."""

    visitors: int = 5000
    arrive: float = 60.0  # seconds within which all have come
    reading: float = 20.0  # seconds between two pages of one visitor
    streams: int = 4500
    cap: int = 5000
    messages: int = 3000
    per_second: float = 60.0


SMALL = Size(visitors=120, arrive=4.0, reading=1.0, streams=60, cap=80, messages=90, per_second=30.0)


@dataclass
class Found:
    """What was measured."""

    times: list[float] = field(default_factory=list)  # ms of one page
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0
    failed: list[str] = field(default_factory=list)
    most_at_once: int = 0
    inside: int = 0  # visitors between their first and last page
    most_inside: int = 0
    seen: dict[str, int] = field(default_factory=dict)  # talk -> highest number known to its browser
    delays: list[float] = field(default_factory=list)  # ms from commit to browser
    looks: int = 0
    opened: int = 0
    refused: list[str] = field(default_factory=list)
    memory: tuple[float, float] = (0.0, 0.0)  # MB of the stream process, without and with all streams


async def get(port: int, path: str, headers: str = "") -> tuple[int, dict[str, str], int]:
    """Return (status, headers, bytes that came) of one page on a connection of its own."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        asked = (
            f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n"
        )
        writer.write(f"{asked}{headers}\r\n".encode())
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(-1), 60)
    finally:
        writer.close()
    head, _body = answer.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    given = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), given, len(answer)


async def visit(
    number: int, size: Size, paths: list[str], port: int, found: Found, at_once: list[int]
) -> None:
    dice = random.Random(number)
    await asyncio.sleep(dice.uniform(0, size.arrive))
    found.inside += 1
    found.most_inside = max(found.most_inside, found.inside)
    way = [paths[0], *dice.sample(paths[1:], READS)]
    tags: dict[str, str] = {}
    for path in [*way, way[0]]:
        condition = f"If-None-Match: {tags[path]}\r\n" if path in tags else ""
        at_once[0] += 1
        found.most_at_once = max(found.most_at_once, at_once[0])
        began = time.perf_counter()
        try:
            status, headers, length = await get(port, path, condition)
        except (TimeoutError, OSError, ValueError, IndexError) as error:
            found.failed.append(f"{path}: {error!r}")
            continue
        finally:
            at_once[0] -= 1
        found.times.append((time.perf_counter() - began) * 1000)
        found.statuses[status] = found.statuses.get(status, 0) + 1
        found.bytes += length
        tags[path] = headers.get("etag", "")
        if status != (304 if condition else 200):
            found.failed.append(f"{path}: {status}")
        await asyncio.sleep(dice.uniform(0.2, 1) * size.reading)
    found.inside -= 1


class Browser:
    """One open page of a talk: its stream, and what it knows."""

    def __init__(
        self, talk: str, ticket: str, port: int, found: Found, said: dict[str, tuple[int, float]]
    ) -> None:
        self.talk, self.ticket, self.port, self.found, self.said = talk, ticket, port, found, said
        self.writer: asyncio.StreamWriter | None = None
        self.is_open = asyncio.Event()
        self.ended = False

    async def run(self) -> None:
        """Stay connected; come back when the line breaks."""
        while not self.ended:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self.once()
            if not self.ended:
                await asyncio.sleep(0.5)

    async def once(self) -> None:
        reader, self.writer = await asyncio.open_connection(HOST, self.port)
        last = self.found.seen.get(self.talk, 1)
        self.writer.write(
            f"GET /aliran/?t={self.ticket} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
            f"Last-Event-ID: {last}\r\n\r\n".encode()
        )
        await self.writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            self.found.refused.append(head.split(b"\r\n")[0].decode())
            await asyncio.sleep(2)
            return
        self.found.opened += 1
        self.is_open.set()
        while line := await reader.readline():
            if line.startswith(b"data: "):
                self.hear(line[6:].strip().decode())

    def hear(self, words: str) -> None:
        known, at = self.said.get(self.talk, (1, 0.0))
        if words == "look":  # the page would now fetch everything after what it has
            self.found.looks += 1
            number = known
        else:
            number = int(words)
            if number == known and at:
                self.found.delays.append((time.perf_counter() - at) * 1000)
        self.found.seen[self.talk] = max(number, self.found.seen.get(self.talk, 1))

    def drop(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()


def make_world(size: Size) -> tuple[list[str], list[Any]]:
    """Make an exhibition with booths and a talk for each stream; return (paths, talks)."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from lawang.areas.models import Area
    from lawang.lib.text import text
    from lawang.movement.exhibition import actions
    from lawang.movement.exhibition.models import Booth, Message, Talk
    from lawang.people.models import Agency, Membership, Node, Role, User
    from lawang.record import sealing

    at = timezone.now()
    Node.objects.create(kind="movement", name=text("Gerakan uji"), is_demo=True)
    agency = Agency.objects.create(
        code="uji", name=text("Sekretariat"), short_name="Sekretariat", valid_from=at.date()
    )
    verbs = {"movement.exhibit": "all", "movement.fill_booth": "all"}
    role = Role.objects.create(code="uji", title=text("Uji"), verbs=verbs)
    by = User.objects.create(username="uji", name="Uji", password=make_password(None))
    Membership.objects.create(user=by, role=role, agency=agency, from_date=at.date())
    fair = actions.open_exhibition(
        at.year, text("Pameran uji"), opens=at.date(), closes=at.date(), by=by, at=at
    )
    areas = [
        Area.objects.create(
            code=f"{11 + n // 20}.{n % 20 + 1:02}",
            name=f"Kabupaten Uji Nomor {n}",
            level=Area.Level.REGENCY,
            decree="-",
            valid_from="2017-01-01",
        )
        for n in range(BOOTHS)
    ]
    actions.give_booths(fair, [(area, 2017 + n % 9) for n, area in enumerate(areas)], by=by, at=at)
    booths = list(Booth.objects.select_related("area", "exhibition"))
    for booth in booths:
        figure = actions.ShownIndicator(
            title=text("Rumah tersambung"),
            value="2.140",
            unit="rumah",
            target="2.600",
            colour="slipping",
            href="",
        )
        words = text("Cerita yang panjangnya biasa saja. " * 12)
        actions.fill_booth(
            booth, title=text("Air sampai desa"), words=words, indicators=[figure] * 3, by=by, at=at
        )
    made = [
        Talk(booth=booths[n % BOOTHS], number=n + 1, visitor="0" * 64, asked_at=at, due_at=at, said=1)
        for n in range(size.streams)
    ]
    Talk.objects.bulk_create(made)
    Message.objects.bulk_create(Message(talk=one, number=1, at=at, sealed={}) for one in made)
    for one in made[: size.messages]:  # keys are made when a visitor asks; here all talks begin at once
        sealing.new_key(one.thing)
    type(fair).objects.update(asked=size.streams)
    return [f"/pameran/{at.year}/", *(booth.get_absolute_url() for booth in booths)], made


def memory_of(pid: int) -> float:
    """Return MB of a process and its children."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            total += int(memory_of(int(child)) * 1024)
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            total += int(line.split()[1])
    return total / 1024


@contextmanager
def servers(folder: Path, size: Size) -> Iterator[tuple[int, int, int]]:
    """Start pages and stream as `lawang serve` and `lawang stream` do; give their ports and the stream's process."""
    ports = []
    for _number in range(2):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            ports.append(probe.getsockname()[1])
    from django.conf import settings

    env = os.environ | {
        "LAWANG_SECRET_KEY": settings.SECRET_KEY,
        "LAWANG_DATA": str(folder),
        "LAWANG_KEYS": str(folder / "keys"),
        "LAWANG_PORT": str(ports[0]),
        "LAWANG_STREAM_PORT": str(ports[1]),
        "LAWANG_STREAMS": str(size.cap),
    }
    lawang = [sys.executable, "-m", "lawang"]
    subprocess.run([*lawang, "collectstatic", "-v0", "--noinput"], env=env, check=True)
    with (folder / "servers.log").open("wb") as log:
        children = [
            subprocess.Popen([*lawang, name], env=env, stdout=log, stderr=log) for name in ("serve", "stream")
        ]
        try:
            for port, path in ((ports[0], "/pameran/"), (ports[1], "/aliran/keadaan/")):
                _wait(port, path, folder)
            yield ports[0], ports[1], children[1].pid
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(30)


def _wait(port: int, path: str, folder: Path) -> None:
    for _time in range(300):
        with suppress(OSError, ValueError, IndexError):
            asyncio.run(get(port, path))
            return
        time.sleep(0.2)
    raise SystemExit((folder / "servers.log").read_text())


def speak(talks: list[Any], size: Size, said: dict[str, tuple[int, float]]) -> None:
    """Say the messages, by the ordinary verb, one after the other at their rate; note when each was committed."""
    from django.db import connection
    from django.utils import timezone

    from lawang.movement.exhibition import talks as verbs

    began = time.perf_counter()
    for number in range(size.messages):
        late = began + number / size.per_second - time.perf_counter()
        if late > 0:
            time.sleep(late)
        talk = talks[number % min(len(talks), size.messages)]
        message = verbs.say(talk, f"pesan {number}", visitor="0" * 64, at=timezone.now())
        said[str(talk.key)] = (message.number, time.perf_counter())
    connection.close()


def cut() -> None:
    """Let PostgreSQL end the stream's connection, as a restart would."""
    import psycopg

    from lawang.movement.exhibition.stream import dsn

    with psycopg.connect(dsn(), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lawang-stream' "
            "and pid <> pg_backend_pid()"
        )


async def load(
    size: Size, paths: list[str], talks: list[Any], tickets: list[str], pages: int, stream: int, pid: int
) -> Found:
    found, said = Found(), dict[str, tuple[int, float]]()
    before = memory_of(pid)
    browsers = [
        Browser(str(talk.key), ticket, stream, found, said)
        for talk, ticket in zip(talks, tickets, strict=True)
    ]
    tasks: list[asyncio.Task[None]] = []
    began = time.perf_counter()
    for number, one in enumerate(browsers):
        tasks.append(asyncio.create_task(one.run()))
        if number % 50 == 49:
            await asyncio.wait_for(one.is_open.wait(), 60)
    await asyncio.gather(*(asyncio.wait_for(one.is_open.wait(), 120) for one in browsers))
    print(f"{time.perf_counter() - began:8.2f} s  {len(browsers):,} streams open", flush=True)
    await asyncio.sleep(1)
    found.memory = before, memory_of(pid)
    at_once = [0]
    visitors = [
        asyncio.create_task(visit(n, size, paths, pages, found, at_once)) for n in range(size.visitors)
    ]
    loop = asyncio.get_running_loop()
    speaking = loop.run_in_executor(None, speak, talks, size, said)
    await asyncio.sleep(size.messages / size.per_second / 2)
    await loop.run_in_executor(None, cut)
    for one in random.Random(1).sample(browsers, max(1, len(browsers) // 10)):
        one.drop()
    await speaking
    for _second in range(60):  # whatever is on its way
        if all(found.seen.get(talk, 1) >= number for talk, (number, _at) in said.items()):
            break
        await asyncio.sleep(1)
    found.refused.clear()
    await _beyond_the_cap(size, talks, stream, found)
    await asyncio.gather(*visitors)
    for one in browsers:
        one.ended = True
        one.drop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    lost = {talk: number for talk, (number, _at) in said.items() if found.seen.get(talk, 1) < number}
    found.failed += [f"talk {talk}: message {number} was lost" for talk, number in lost.items()]
    print(f"{len(said):,} talks were spoken in, {size.messages:,} messages, {len(lost)} lost", flush=True)
    await asyncio.sleep(3)
    state = await _state(stream)
    print(f"after all have gone {state['streams']} streams are open", flush=True)
    if state["streams"]:
        found.failed.append("streams stayed open")
    return found


async def _beyond_the_cap(size: Size, talks: list[Any], port: int, found: Found) -> None:
    """Open more streams than are allowed: each one too many must be told so at once."""
    from lawang.movement.exhibition.channels import ticket

    more = size.cap - (await _state(port))["streams"]
    held: list[asyncio.StreamWriter] = []
    answers: list[bytes] = []
    for number in range(more + 5):
        reader, writer = await asyncio.open_connection(HOST, port)
        words = ticket(f"t{talks[number % len(talks)].key}", 1)
        writer.write(f"GET /aliran/?t={words} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answers.append(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30))
        held.append(writer)
    refused = [one for one in answers if b" 503 " in one.split(b"\r\n")[0] and b"retry-after" in one.lower()]
    if len(refused) < 5:
        found.failed.append(f"beyond the cap {len(refused)} of 5 were refused")
    print(f"beyond {size.cap:,} streams: {len(refused)} of {len(answers)} refused with 503", flush=True)
    for writer in held:
        writer.transport.abort()


async def _state(port: int) -> dict[str, Any]:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b"GET /aliran/keadaan/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(-1), 30)
    writer.close()
    state: dict[str, Any] = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    return state


def report(found: Found, took: float) -> None:
    times = sorted(found.times)

    def at(share: float) -> float:
        return times[min(len(times) - 1, int(len(times) * share))]

    print(
        f"{len(times):,} pages in {took:.0f} s ({len(times) / took:,.0f}/s), most at once {found.most_at_once:,}, "
        f"visitors inside at once {found.most_inside:,}; "
        f"p50 {at(0.5):.0f} ms, p95 {at(0.95):.0f} ms, p99 {at(0.99):.0f} ms; "
        + ", ".join(f"{status}: {count:,}" for status, count in sorted(found.statuses.items()))
        + f"; {found.bytes / 1e6:.0f} MB"
    )
    delays = sorted(found.delays) or [0.0]
    each = (found.memory[1] - found.memory[0]) * 1024
    print(
        f"from commit to browser: p50 {statistics.median(delays):.0f} ms, "
        f"p99 {delays[int(len(delays) * 0.99) - 1]:.0f} ms; {found.looks:,} times told to look; stream process "
        f"{found.memory[0]:.0f} -> {found.memory[1]:.0f} MB ({each / max(1, found.opened):.0f} KB a stream)"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="half a minute, for the suite")
    for name in ("visitors", "streams", "messages"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--arrive", type=float)
    parser.add_argument("--reading", type=float)
    given = parser.parse_args(arguments)
    size = SMALL if given.small else Size()
    for name in ("visitors", "streams", "messages", "arrive", "reading"):
        if getattr(given, name) is not None:
            setattr(size, name, getattr(given, name))
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="lwe") as name, prepared(Path(name), with_packs=False):
        from lawang.movement.exhibition.channels import ticket

        paths, talks = make_world(size)
        with servers(Path(name), size) as (pages, stream, pid):
            tickets = [ticket(f"t{talk.key}", 1) for talk in talks]
            began = time.perf_counter()
            found = asyncio.run(load(size, paths, talks, tickets, pages, stream, pid))
            report(found, time.perf_counter() - began)
    for words in found.failed[:10]:
        print(words, file=sys.stderr)
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
