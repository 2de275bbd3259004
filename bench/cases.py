"""How many cases this machine carries: `make bench-cases`.

The workload of DIGIT's own performance report, through the real pages of a real server: a citizen's phone files a
complaint, an officer takes it, resolves it, and looks it up; eight at once, with permissions, sealed answers, history
and durable commits, web and database on the same processors. Then the desk and its search alone. Measured with nothing
in the tables, with 100,000 cases and with 1,000,000. DIGIT reports 37 lifecycles a second on 16 virtual processors when
empty and 6.3 with a million.

Exits 1 when a million costs more than a fifth of the empty rate, or a desk page takes more than 100 ms (p95) then.
`--small` tries it with a few thousand, in a minute.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.plan import fsync_speed, machine, prepared, timed

SIZES = (0, 100_000, 1_000_000)
SMALL = (0, 2_000, 6_000)
CLIENTS = 8
SECONDS = 30.0
DESK_ROUNDS = 200
LEAST_OF_EMPTY = 0.8
DESK_LIMIT = 100.0  # ms, p95
OFFICES = 20
NAMES = (
    "Siti",
    "Budi",
    "Ratna",
    "Wayan",
    "Dewi",
    "Agus",
    "Fitri",
    "Yoga",
    "Lestari",
    "Hasan",
    "Nurul",
    "Andi",
)
DIGIT = {0: 37.0, 1_000_000: 6.3}  # lifecycles/s on 16 vCPU, from its report


def both(words: str) -> dict[str, str]:
    return {"id": words, "en": words}


DEFINITION: dict[str, Any] = {
    "code": "lapor-uji",
    "series": "UJI",
    "title": both("Laporan uji beban"),
    "summary": both("Hanya untuk mengukur."),
    "unit": "uji",
    "product": both("Jawaban"),
    "clock": {"kind": "working_days", "count": 5},
    "answer_within": {"kind": "calendar_days", "count": 14},
    "fee": 0,
    "standard": {"legal_basis": [{"title": "-"}]}
    | {
        word: both("-")
        for word in (
            *("facilities", "competence", "supervision", "complaints"),
            *("staff", "guarantee", "safety", "evaluation"),
        )
    },
    "requirements": [],
    "sections": [
        {
            "code": "isi",
            "title": both("Laporan"),
            "fields": [
                {
                    "name": "what",
                    "type": "long_text",
                    "title": both("Apa"),
                    "privacy": "internal",
                    "most": 2000,
                },
                {"name": "name", "type": "text", "title": both("Nama")},
                {"name": "nik", "type": "identity", "title": both("NIK"), "required": False},
                {"name": "phone", "type": "text", "format": "phone", "title": both("Telepon")},
            ],
        }
    ],
    "applicant": {"name": "name", "nik": "nik", "phone": "phone"},
    "start": "received",
    "states": [
        {
            "code": "received",
            "title": both("Diterima"),
            "citizen": both("Diperiksa."),
            "phase": "open",
            "unit": "uji",
        },
        {
            "code": "done",
            "title": both("Selesai"),
            "citizen": both("Selesai."),
            "phase": "decided",
            "unit": "same",
        },
        {
            "code": "closed",
            "title": both("Ditutup"),
            "citizen": both("Ditutup."),
            "phase": "closed",
            "unit": "same",
        },
    ],
    "steps": [
        {
            "code": "resolve",
            "title": both("Selesaikan"),
            "kind": "decide",
            "from": ["received"],
            "to": "done",
            "by": "officer",
            "is_main": True,
            "outcomes": ["granted"],
        },
        {
            "code": "close",
            "title": both("Tutup"),
            "kind": "close",
            "from": ["done"],
            "to": "closed",
            "by": "clock",
        },
    ],
    "letters": [],
    "retention": {"years": 5, "source": "-"},
    "processing": {"purpose": both("-"), "basis": "public_service"},
    "examples": [],
}
VERBS = {"cases.see": "agency", "cases.handle": "agency"}


@dataclass
class Result:
    """What was measured with some number of cases in the table."""

    cases: int
    lifecycles: int = 0
    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)  # step -> milliseconds
    desk: dict[str, list[float]] = field(default_factory=dict)  # page -> milliseconds, alone
    troubles: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.lifecycles / self.seconds if self.seconds else 0.0


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


# What is in the tables


def set_up() -> list[str]:
    """Make a service, twenty offices with an officer each; return a session cookie for each officer."""
    from datetime import date
    from hashlib import sha256

    from django.test import Client
    from django.utils import timezone

    from lawang.cases.models import Service, ServiceVersion, Unit
    from lawang.people.models import Agency, Membership, Node, Role, User

    at = timezone.now()
    Node.objects.create(name=both("Kabupaten uji"))
    agencies = [
        Agency.objects.create(
            code=f"UJI-{number:02}",
            name={"id": f"Kantor uji {number}"},
            short_name=f"Kantor {number}",
            valid_from=date(2020, 1, 1),
        )
        for number in range(OFFICES)
    ]
    role = Role.objects.create(
        code="uji", title={"id": "Petugas uji"}, verbs=VERBS, highest_privacy="sensitive"
    )
    cookies = []
    for number, agency in enumerate(agencies):
        user = User.objects.create(username=f"uji-{number}", name=f"Petugas {number}")
        Membership.objects.create(user=user, role=role, agency=agency, from_date=date(2020, 1, 1))
        client = Client()
        client.force_login(user, "lawang.people.login.Identified")
        cookies.append(client.cookies["sessionid"].value)
    Unit.objects.create(code="uji", title={"id": "Uji"}, agency=agencies[0])
    service = Service.objects.create(code=DEFINITION["code"], title=DEFINITION["title"], pack="bench")
    version = ServiceVersion.objects.create(
        service=service,
        number=1,
        definition=DEFINITION,
        sha256=sha256(json.dumps(DEFINITION).encode()).hexdigest(),
        state=ServiceVersion.State.PUBLISHED,
        made_at=at,
        published_at=at,
    )
    service.current = version
    service.save()
    return cookies


# Of the twelve names each office has eleven: whoever searches for the twelfth finds nobody among those they see.
FILL = """
insert into people_party (key, owner, kind, name, sealed, nik_hash, email_hash, phone_hash)
select gen_random_uuid(), 'bench:' || n, 'person',
    (%(names)s::text[])[1 + (n / {offices} %% 11 + n %% {offices}) %% 12] || ' ' || md5(n::text),
    '{{}}'::jsonb, md5('nik' || n), '', md5('phone' || n) from generate_series(%(first)s::int, %(last)s::int) n;
insert into cases_case (key, code, number, service_id, version_id, phase, state, outcome, outcome_reason, owner_id,
    office_id, offices, channel, applicant_id, authority, language, answers, sealed, work, sealed_work, received_at,
    due_at, state_since, asked_count, extensions, decided_at, decided_on_time, days_taken, closed_at, external_system,
    external_reference, legal_hold, revision, changed_at, search)
select gen_random_uuid(), 'Z' || lpad(n::text, 12, '0'), 'LAM-2025-' || lpad(n::text, 7, '0'), s.id, s.current_id,
    case when t.runs then 'open' else 'closed' end, case when t.runs then 'received' else 'closed' end,
    case when t.runs then '' else 'granted' end, '', o.id, o.id, array[o.id], 'web', p.id, '', 'id',
    jsonb_build_object('what', repeat('Jalan berlubang di dekat pasar. ', 8)),
    jsonb_build_object('personal', repeat('x', 240)), '{{}}', '{{}}', at, at + interval '7 days', at, 0, 0,
    case when t.runs then null else at + interval '3 days' end, case when t.runs then null else true end,
    case when t.runs then null else 3 end, case when t.runs then null else at + interval '9 days' end,
    '', '', false, 3, at, to_tsvector('simple', 'LAM-2025-' || lpad(n::text, 7, '0') || ' ' || p.name)
from generate_series(%(first)s::int, %(last)s::int) n
join people_party p on p.owner = 'bench:' || n
join cases_service s on s.code = 'lapor-uji'
cross join lateral (select n %% 50 = 0 as runs,
    now() - interval '1 day' - interval '1 year' * (n::bigint * 7919 %% 1000000) / 1000000.0 as at) as t
join (select id, row_number() over (order by code) - 1 as place from people_agency where code like 'UJI-%%') o
    on o.place = n %% {offices};
insert into cases_stay (case_id, state, phase, office_id, step, entered_at, left_at, days)
select id, 'received', 'open', office_id, '', received_at, decided_at, days_taken from cases_case
where applicant_id in (select id from people_party where owner like 'bench:%%' and id > {parties});
insert into record_datakey (thing, wrapped, master)
select 'cases.case:' || key, decode(md5(key::text) || md5(number), 'hex'), 'bench' from cases_case
where applicant_id in (select id from people_party where owner like 'bench:%%' and id > {parties});
insert into record_entry (thing, number, verb, at, before, after, sealed, note, previous_hash, hash)
select 'cases.case:' || key, step, 'case_move', received_at, '{{}}', '{{"state": "received"}}', '{{}}', '',
    md5(number) || md5(code), md5(code) || md5(number)
from cases_case, generate_series(1, 3) step
where applicant_id in (select id from people_party where owner like 'bench:%%' and id > {parties});
"""
PIECE = 50_000


def fill(first: int, last: int) -> None:
    """Put cases into the tables as if they had been filed, with people, keys, stays, history; one in fifty open."""
    from django.db import connection

    for start in range(first, last + 1, PIECE):
        with connection.cursor() as cursor:
            cursor.execute("select coalesce(max(id), 0) from people_party")
            (parties,) = cursor.fetchone() or (0,)
            parameters: dict[str, Any] = {
                "names": list(NAMES),
                "first": start,
                "last": min(last, start + PIECE - 1),
            }
            for statement in FILL.format(offices=OFFICES, parties=parties).split(";\n"):
                if statement.strip():
                    cursor.execute(statement, parameters)
    with connection.cursor() as cursor:
        for table in ("cases_case", "people_party", "cases_stay", "record_datakey", "record_entry"):
            cursor.execute(f"vacuum (analyze) {table}")


# The server and its clients


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Run the pages as `lawang serve` does; give their port."""
    from lawang import settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = os.environ | {
        "LAWANG_DATA": str(folder),
        "LAWANG_KEYS": str(settings.KEYS),
        "LAWANG_SECRET_KEY": str(settings.SECRET_KEY),
        "LAWANG_PORT": str(port),
        "LAWANG_ADDRESS_SENDINGS": "0",  # all of them come from this machine
        "PYTHONPATH": str(settings.ROOT),
    }
    lawang = [sys.executable, "-m", "lawang"]
    subprocess.run([*lawang, "collectstatic", "-v0", "--noinput"], cwd=settings.ROOT, env=env, check=True)
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen([*lawang, "serve"], cwd=settings.ROOT, env=env, stdout=log, stderr=log)
        try:
            for _try in range(300):
                try:
                    Browser(port).ask("GET", "/lacak/")
                    break
                except OSError:
                    time.sleep(0.2)
            yield port
        finally:
            server.terminate()
            server.wait(20)


class Browser:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = cookie
        self.token = ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        sent = {
            "Connection": "keep-alive",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self.cookie:
            sent["Cookie"] = f"sessionid={self.cookie}" + (f"; csrftoken={self.token}" if self.token else "")
        self.connection.request(method, path, body or None, sent)
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or []:
            if found := re.match(r"csrftoken=(\w+)", line):
                self.token = found[1]
        return response.status, content

    def post(self, path: str, fields: str) -> tuple[int, bytes]:
        content = f"csrfmiddlewaretoken={self.token}&{fields}".encode()
        return self.ask("POST", path, content, Content_Type="application/x-www-form-urlencoded")


def lifecycle(phone: Browser, officer: Browser, timing: Callable[[str, float], None]) -> str:
    """File, take, resolve and find one case; return a sentence when something was not as it should be."""
    from lawang.lib.codes import new_code

    def timed_ask(name: str, do: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        began = time.perf_counter()
        found = do()
        timing(name, (time.perf_counter() - began) * 1000)
        return found

    body = {
        "service": "lapor-uji",
        "version": 1,
        "code": new_code(),
        "answers": {
            "what": "Jalan berlubang di dekat pasar.",
            "name": random.choice(NAMES) + " Uji",
            "phone": f"0812{random.randrange(10**8):08}",
        },
        "files": [],
    }
    headers = {"Content_Type": "application/json", "Idempotency_Key": str(uuid4()), "X_Lawang": "1"}
    status, content = timed_ask(
        "create", lambda: phone.ask("POST", "/kirim/", json.dumps(body).encode(), **headers)
    )
    if status != 201:
        return f"create: {status} {content[:200]!r}"
    receipt = json.loads(content)
    case = f"/meja/{receipt['key']}/"
    status, content = timed_ask("assign", lambda: officer.post(f"{case}petugas/", "to=me"))
    if status != 302:
        return f"assign: {status} {content[:200]!r}"
    status, content = timed_ask(
        "resolve", lambda: officer.post(f"{case}langkah/resolve/", "revision=2&_outcome=granted")
    )
    if status != 302:
        return f"resolve: {status} {content[:200]!r}"
    status, content = timed_ask("search", lambda: officer.ask("GET", f"/meja/?q={receipt['number']}"))
    if status != 302:
        return f"search: {status} {content[:200]!r}"
    return ""


def run_lifecycles(port: int, cookies: list[str], seconds: float, result: Result) -> None:
    """Let eight pairs of phone and officer work at once for some seconds."""
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def note(name: str, took: float) -> None:
        with lock:
            result.times.setdefault(name, []).append(took)

    def work() -> None:
        phone, officer = Browser(port), Browser(port, cookies[0])  # the office that the unit's work goes to
        officer.ask("GET", "/meja/?lihat=saya")
        while time.monotonic() < end:
            trouble = lifecycle(phone, officer, note)
            with lock:
                if trouble:
                    result.troubles.append(trouble)
                else:
                    result.lifecycles += 1

    began = time.monotonic()
    threads = [threading.Thread(target=work) for _client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.monotonic() - began


def run_desk(port: int, cookies: list[str], cases: int, rounds: int, result: Result) -> None:
    """Open the desk and search in it, one after another, as officers of different offices."""
    officers = itertools.cycle([Browser(port, cookie) for cookie in cookies])
    chance = random.Random(1)
    for _round in range(rounds):
        officer = next(officers)
        number = chance.randrange(max(cases, 1)) + 1
        for name, path in (
            ("desk", "/meja/?lihat=unit"),
            ("overdue", "/meja/?lihat=lewat"),
            ("everything", "/meja/?lihat=semua"),
            ("by number", f"/meja/?q=LAM-2025-{number:07}"),
            ("by name", f"/meja/?q={chance.choice(NAMES)}"),
        ):
            began = time.perf_counter()
            status, content = officer.ask("GET", path)
            result.desk.setdefault(name, []).append((time.perf_counter() - began) * 1000)
            if status not in (200, 302):
                result.troubles.append(f"{name}: {status} {content[:200]!r}")


def table(results: list[Result]) -> str:
    lines = [f"{'cases':>10}{'lifecycles/s':>14}{'of empty':>10}{'DIGIT':>8}   median / p95 in ms"]
    for one in results:
        steps = "  ".join(
            f"{name} {statistics.median(times):.0f}/{p95(times):.0f}" for name, times in one.times.items()
        )
        theirs = f"{DIGIT[one.cases]:.1f}" if one.cases in DIGIT else "–"
        share = one.rate / results[0].rate if results[0].rate else 0
        lines.append(f"{one.cases:>10,}{one.rate:>14.1f}{share:>10.2f}{theirs:>8}   {steps}")
    lines += ["", f"{'cases':>10}   pages alone, median / p95 in ms"]
    for one in results:
        pages = "  ".join(
            f"{name} {statistics.median(times):.0f}/{p95(times):.0f}" for name, times in one.desk.items()
        )
        lines.append(f"{one.cases:>10,}   {pages}")
    return "\n".join(lines)


def complaints(results: list[Result]) -> list[str]:
    """Return a sentence for each aim that was missed, and for each answer that was wrong."""
    found = [f"{one.cases:,} cases: {trouble}" for one in results for trouble in one.troubles[:3]]
    last = results[-1]
    if last.rate < LEAST_OF_EMPTY * results[0].rate:
        found.append(
            f"with {last.cases:,} cases {last.rate / results[0].rate:.2f} of the empty rate; aim {LEAST_OF_EMPTY}"
        )
    found += [
        f"{name} takes {p95(times):.0f} ms (p95) with {last.cases:,} cases; aim {DESK_LIMIT:.0f}"
        for name, times in last.desk.items()
        if p95(times) > DESK_LIMIT
    ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.cases", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few thousand cases, in a minute")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of lifecycles at each size")
    chosen = parser.parse_args()
    seconds = min(chosen.seconds, 4.0) if chosen.small else chosen.seconds
    results = []
    with tempfile.TemporaryDirectory(prefix="lwb") as name:
        folder = Path(name)
        print(machine())
        print(f"fdatasync of 8 KB: {fsync_speed(folder):.2f} ms in {folder}")
        with prepared(folder, with_packs=False):
            cookies = set_up()
            before = 0
            for size in SMALL if chosen.small else SIZES:
                if size > before:
                    timed(f"filled to {size:,} cases", lambda: fill(before + 1, size), rows=size - before)  # noqa: B023
                    before = size
                result = Result(size)
                with serving(folder) as port:
                    run_lifecycles(port, cookies, min(2.0, seconds), Result(size))  # warm
                    run_lifecycles(port, cookies, seconds, result)
                    run_desk(port, cookies, size, 20 if chosen.small else DESK_ROUNDS, result)
                results.append(result)
                print(f"{size:>10,} cases: {result.rate:.1f} lifecycles/s", flush=True)
    print(f"\n{table(results)}")
    wrong = complaints(results)
    print("\n" + ("\n".join(wrong) or "Every aim is met."))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
