"""Pull the plug under the figures of a plan: the first half of `make drill`.

An officer hands in figures, a head approves them, a planner imports workbooks; the clients keep a journal of what was
acknowledged. Afterwards every acknowledged change must be there, once; no import may be there by half; every chain of
history must verify.
"""

import http.client
import http.cookiejar
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.drill.faults import BREAK, VICTIMS, Installation, installation

PASSWORD = "lawang-contoh-2026"  # of every account of the demonstration
SLOTS = 24  # figures of one import
PREPARE = """
import json
from lawang.measures.models import Series
mine = Series.objects.filter(owner__code="PDAM", frequency="quarter", source="typed").order_by("code").first()
rest = Series.objects.exclude(owner__code="PDAM").filter(frequency="quarter", source="typed").order_by("code")
print("SAID" + json.dumps({"key": str(mine.key), "series": mine.pk, "others": [row.code for row in rest[:6]]}))
"""
LOOK = """
import json
from collections import Counter, defaultdict
from lawang.measures.models import Series, Value
from lawang.plans.models import Import
from lawang.record.models import Entry
from lawang.record.seals import verify_chains
from lawang.record.actions import thing_name
from lawang.plans.workbook import read
from lawang.record.actions import read_file
def digest_of(file):
    with read_file(file) as stream:
        return read(stream.read(), file.name).digest

series = Series.objects.get(pk=SERIES)
said = Counter(), Counter()
for verb, after in Entry.objects.filter(thing=thing_name(series)).values_list("verb", "after"):
    if verb in ("value_proposed", "value_approved"):
        said[verb == "value_approved"][after["amount"]] += 1
slots = Value.objects.filter(series__code__in=OTHERS, start__lt="2016-01-01")
newest = {}
for row in slots.order_by("revision"):
    newest[(row.series_id, row.start)] = format(row.amount.normalize(), "f")
files = Counter()
for after in Entry.objects.filter(verb="values_imported").values_list("after", flat=True):
    files[after["sha256"]] += 1
print("SAID" + json.dumps({
    "proposed": said[0], "approved": said[1],
    "slots": Counter(newest.values()), "files": files,
    "states": Counter(Import.objects.values_list("state", flat=True)),
    "imports": {digest_of(row.file): row.state for row in Import.objects.select_related("file")},
    "breaks": [str(found) for found in verify_chains()],
    "entries": Entry.objects.count(),
}))
"""


@dataclass
class Journal:
    """What the clients were told."""

    proposed: list[str] = field(default_factory=list)  # amounts
    approved: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)  # amounts of imports that a page called done, in order
    tried: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        return f"{len(self.proposed)} figures, {len(self.approved)} approvals, {len(self.imported)} imports"


class Browser:
    """A person at a keyboard."""

    def __init__(self, house: Installation, username: str) -> None:
        self.house = house
        self.username = username
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), Stay())
        self.open("/masuk/")
        status, _page, to = self.send("/masuk/", {"login": username, "password": PASSWORD})
        assert status == 302, (username, status)
        assert "/masuk" not in to, username

    def open(self, path: str) -> str:
        with self.opener.open(self.house.url + path, timeout=15) as answer:
            return str(answer.read().decode())

    def send(
        self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None
    ) -> tuple[int, str, str]:
        """Post a form; return status, page, and where it leads."""
        token = next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")
        fields = {**fields, "csrfmiddlewaretoken": token}
        kind = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode(fields).encode()
        if file:
            mark = uuid4().hex
            kind = f"multipart/form-data; boundary={mark}"
            parts = [
                f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                for name, value in fields.items()
            ]
            head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
            body = b"".join([*parts, head.encode(), b"Content-Type: text/csv\r\n\r\n", file[1], b"\r\n"])
            body += f"--{mark}--\r\n".encode()
        request = urllib.request.Request(
            self.house.url + path, body, {"Content-Type": kind, "Referer": self.house.url + path}
        )
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), answer.headers.get("Location", "")
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise
            return error.code, error.read().decode(), error.headers.get("Location", "")


class Stay(urllib.request.HTTPRedirectHandler):
    """Do not follow a redirect: it is the acknowledgement."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


def officer_and_head(
    house: Installation, journal: Journal, known: dict[str, Any], goes_on: Callable[[], bool]
) -> None:
    """Hand in a figure, approve it, again and again; each figure is another number."""
    ratna, wayan = Browser(house, "ratna"), Browser(house, "wayan")
    number = 1000
    while goes_on():
        number += 1
        try:
            journal.tried["figure"] += 1
            where = f"/tugas/angka/{known['key']}/2025-T{1 + number % 4}/"
            fields = {"all--amount": str(number), "all--reason": "Pembetulan", "do": "hand_in"}
            status, page, _to = ratna.send(where, fields)
            assert status == 302, (status, re.findall(r'class="error[^>]*>([^<]+)', page)[:3])
            journal.proposed.append(str(number))
            page = wayan.open("/tugas/putusan/")
            choices = dict.fromkeys(re.findall(r'name="(choice-\d+)"', page), "approve")
            journal.tried["approval"] += 1
            status, _page, _to = wayan.send("/tugas/putusan/", choices)
            assert status == 302, status
            journal.approved.append(str(number))
        except (OSError, http.client.HTTPException):
            journal.failed["figure or approval"] += 1
            time.sleep(0.3)


def planner(
    house: Installation, journal: Journal, known: dict[str, Any], goes_on: Callable[[], bool]
) -> None:
    """Import the same slots with another number each time; every second file is large, for the worker."""
    dewi = Browser(house, "dewi")
    number = 500_000
    while goes_on():
        number += 1
        periods = [f"2015-T{part}" for part in range(1, 5)]
        note = "x" * (2600 if number % 2 else 10)
        lines = [f"{code},{period},,,{number},{note}" for code in known["others"] for period in periods]
        contents = "\n".join(["deret,periode,wilayah,rincian,nilai,catatan", *lines]).encode()
        try:
            journal.tried["import"] += 1
            status, _page, to = dewi.send("/kelola/impor/", {}, ("angka.csv", contents))
            assert status == 302, status
            follow(dewi, to, "/terapkan/", goes_on)
            if follow(dewi, to, "", goes_on):
                journal.imported.append(str(number))
        except (OSError, http.client.HTTPException):
            journal.failed["import"] += 1
            time.sleep(0.3)


def follow(dewi: Browser, path: str, step: str, goes_on: Callable[[], bool]) -> bool:
    """Wait for the dry run and press the button, or without a step wait until the page says that it is done.

    What was cut off in the middle is sent once more, as the page offers.
    """
    began = time.monotonic()
    while goes_on() and time.monotonic() - began < 20:
        page = dewi.open(path)
        if step and f'action="{path}terapkan/"' in page:
            dewi.send(f"{path}terapkan/", {})
            return True
        if not step and "diterapkan" in page and 'action="' + path not in page:
            return True
        if time.monotonic() - began > 5:
            dewi.send(f"{path}ulangi/", {})
        time.sleep(0.2)
    return False


def complaints(journal: Journal, found: dict[str, Any]) -> list[str]:
    """Compare what was acknowledged with what is there."""
    wrong = []
    for what in ("proposed", "approved"):
        told, there = getattr(journal, what), found[what]
        wrong += [
            f"figure {number}: {what} was acknowledged and is lost" for number in told if number not in there
        ]
        wrong += [
            f"figure {number}: {what} {count} times"
            for number, count in there.items()
            if count > 1 and int(number) > 1000
        ]
    wrong += [f"imports mixed: {found['slots']}"] if len(found["slots"]) > 1 else []
    wrong += [
        f"import {sha256[:8]}: {count} of 6 series"
        for sha256, count in found["files"].items()
        if count not in (0, 6) and sha256 in found["imports"]
    ]
    newest = max(map(int, found["slots"]), default=0)
    if journal.imported and newest < max(map(int, journal.imported)):
        wrong.append(f"import {max(journal.imported)} was acknowledged; there is {newest}")
    wrong += [
        f"import {sha256[:8]} is {state} and {'wrote' if sha256 in found['files'] else 'wrote nothing'}"
        for sha256, state in found["imports"].items()
        if (state == "done") != (sha256 in found["files"]) and state in ("done", "failed")
    ]
    return wrong + [f"history: {line}" for line in found["breaks"]]


def drill(rounds: int, *, broken: bool = False, seed: int = 1) -> list[str]:
    """Kill something `rounds` times while people work on the plan; return what is wrong, [] for nothing."""
    random.seed(seed)
    journal, ends = Journal(), threading.Event()
    trouble: list[str] = []

    def run(work: Callable[..., None]) -> None:
        try:
            work(house, journal, known, lambda: not ends.is_set())
        except Exception as error:
            trouble.append(f"{work.__name__}: {error!r}")

    with installation("/rencana/") as house:
        known = house.shell(PREPARE)
        if broken:
            house.shell(BREAK)
        threads = [threading.Thread(target=run, args=[work]) for work in (officer_and_head, planner)]
        for thread in threads:
            thread.start()
        time.sleep(3)
        for number in range(rounds):
            time.sleep(random.uniform(0.3, 1.5))
            house.strike("database" if broken else VICTIMS[number % len(VICTIMS)])
            if number % 10 == 9:
                print(f"round {number + 1} of {rounds}: {journal.told()}", flush=True)
        time.sleep(2)
        ends.set()
        for thread in threads:
            thread.join(60)
        look = LOOK.replace("SERIES", str(known["series"])).replace("OTHERS", repr(known["others"]))
        found = house.shell(look)
    print(house.told())
    print(f"acknowledged: {journal.told()} (tried {dict(journal.tried)}, cut off {dict(journal.failed)})")
    print(f"imports {found['states']}; {found['entries']} entries, {len(found['breaks'])} breaks")
    return [*trouble, *complaints(journal, found)]
