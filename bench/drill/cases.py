"""Pull the plug under applications, officers, letters and messages: the second half of `make drill`.

A whole installation with a service of our own is used over HTTP, through lines that fail (lawang/web/tests/line.py):
phones send applications with papers in pieces, as the outbox does, again and again with the same keys, sometimes from
two tabs at once; officers take them, write to the applicants, check and decide; letters are numbered; a head signs
them or takes them back. Meanwhile kill -9 hits pages, worker, database, or everything at once. The clients keep a
journal of what was acknowledged. Afterwards all of it must be there once: applications, papers byte for byte, steps,
notes, signatures, messages; no number twice, none skipped without a reason; every chain of history must verify.

LAWANG_SUBMISSIONS (1,000) and LAWANG_ACTIONS (10,000) say until how many acknowledged ones; exits 1 with sentences.
`--break` makes the database acknowledge before it has written: the drill must then find what was lost.
"""

import argparse
import hashlib
import http.client
import io
import json
import os
import queue
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from PIL import Image

from bench.cases import DEFINITION as PLAIN
from bench.cases import both
from bench.drill import BREAK, PATIENCE, Installation
from lawang.lib.codes import new_code
from lawang.web.tests.line import Fault, Line, line_to, random_faults

VICTIMS = ("pages", "database", "worker", "pages", "database", "everything")
PIECE = 32 * 1024  # bytes, as outbox.js sends them
PHONES, OFFICERS = 6, 3
WAITING = 20  # applications that officers have not come to; phones then wait
TWO_TABS = 0.15  # how often something is sent from two tabs at once
TO_HEAD = 0.25  # how often a letter needs a signature
TAKEN_BACK = 0.2  # how often the head revokes it instead
BUSY = 190.0  # seconds until a signature that was cut off may be asked for again
SERVICE = "uji-cabut"
LETTER = "Nomor {{ number }}\n\n{{ applicant_name }} mengajukan permohonan {{ case_number }}.\n"


def state(code: str, phase: str) -> dict[str, Any]:
    unit = "uji" if code == "received" else "same"
    return {"code": code, "title": both(code), "citizen": both(f"{code}."), "phase": phase, "unit": unit}


def step(code: str, kind: str, source: str, to: str, by: str = "officer", **more: Any) -> dict[str, Any]:
    return {"code": code, "title": both(code), "kind": kind, "from": [source], "to": to, "by": by, **more}


def letter(code: str, series: str, *signers: str) -> dict[str, Any]:
    words = {"title": both("Surat uji"), "body": both(LETTER)}
    return {"code": code, "kind": "letter", "series": series, "signers": list(signers), **words}


def paper(code: str, accepts: str, *, required: bool) -> dict[str, Any]:
    return {
        "code": code,
        "title": both(code),
        "source": "-",
        "accepts": [accepts],
        "required": required,
        "privacy": "personal" if accepts == "photo" else "internal",
    }


DEFINITION: dict[str, Any] = PLAIN | {
    "code": SERVICE,
    "series": "CABUT",
    "requirements": [paper("foto", "photo", required=True), paper("surat", "pdf", required=False)],
    "sections": [
        PLAIN["sections"][0]
        | {
            "fields": [
                *PLAIN["sections"][0]["fields"],
                {"name": "email", "type": "text", "format": "email", "title": both("Surel")},
            ]
        }
    ],
    "applicant": PLAIN["applicant"] | {"email": "email"},
    "states": [
        state("received", "open"),
        state("checked", "open"),
        state("at_head", "open"),
        state("done", "decided"),
        state("closed", "closed"),
    ],
    "steps": [
        step("check", "move", "received", "checked", is_main=True),
        step("grant", "decide", "checked", "done", outcomes=["granted"], letter="jawaban"),
        step("to_head", "move", "checked", "at_head", letter="izin"),
        step("signed", "decide", "at_head", "done", "clock", outcomes=["granted"]),
        step("close", "close", "done", "closed", "clock"),
    ],
    "letters": [letter("jawaban", "JWB-UJI"), letter("izin", "IZN-UJI", "head")],
}
VERBS = dict.fromkeys(("cases.see", "cases.handle", "documents.see"), "agency")
HEAD_VERBS = VERBS | dict.fromkeys(("cases.decide", "documents.sign", "documents.revoke"), "agency")


# Run inside the installation


def set_up() -> list[str]:
    """Make the service, its office and people; return a session cookie for each officer and, last, for the head."""
    from datetime import date

    from django.test import Client
    from django.utils import timezone

    from lawang.cases.definition import definition_of
    from lawang.cases.letters import meanings, template_code
    from lawang.cases.models import Service, ServiceVersion, Unit
    from lawang.documents.actions import edit_letterhead, install_template
    from lawang.people.models import Agency, Membership, Node, Role, User

    at, since = timezone.now(), date(2020, 1, 1)
    if not Node.objects.exists():
        Node.objects.create(name=both("Kabupaten Contoh"), base_url="http://localhost")
    agency = Agency.objects.create(
        code="UJI", name=both("Kantor Uji"), short_name="Kantor Uji", valid_from=since
    )
    edit_letterhead(agency, lines=["Kantor Uji"], address="-", contact="-", place="Contoh", by=None, at=at)
    officer = Role.objects.create(
        code="uji", title=both("Petugas uji"), verbs=VERBS, highest_privacy="sensitive"
    )
    head = Role.objects.create(
        code="uji-kepala",
        title=both("Kepala uji"),
        verbs=HEAD_VERBS,
        highest_privacy="sensitive",
        signs_as=["head"],
    )
    cookies = []
    for number in range(OFFICERS + 1):
        name = f"uji-{number}"
        user = User.objects.create(
            username=name, name=f"Pegawai {number} Contoh", email=f"{name}@contoh.test"
        )
        role = head if number == OFFICERS else officer
        Membership.objects.create(user=user, role=role, agency=agency, from_date=since)
        client = Client()
        client.force_login(user, "lawang.people.login.Identified")
        cookies.append(client.cookies["sessionid"].value)
    Unit.objects.create(code="uji", title=both("Uji"), agency=agency)
    service = Service.objects.create(code=SERVICE, title=DEFINITION["title"], pack="bench")
    version = ServiceVersion.objects.create(
        service=service,
        number=1,
        definition=DEFINITION,
        sha256=hashlib.sha256(json.dumps(DEFINITION).encode()).hexdigest(),
        state=ServiceVersion.State.PUBLISHED,
        made_at=at,
        published_at=at,
    )
    service.current = version
    service.save()
    definition = definition_of(version)
    for one in definition.letters.values():
        install_template(
            template_code(definition, one),
            kind=one.kind,
            title=one.title,
            body=one.body,
            series=one.series,
            signers=one.signers,
            names=meanings(definition),
            at=at,
        )
    return cookies


def look() -> dict[str, Any]:
    """Return what is there: see the keys. Every kept file is opened."""
    from lawang.cases import answers
    from lawang.cases.models import Attachment, Case, Note
    from lawang.documents.models import Document, NumberSeries, VoidedNumber
    from lawang.documents.numbers import gaps
    from lawang.record.models import Entry, Key, Outbox
    from lawang.record.seals import verify_chains

    sent = {
        row.result["case"]: row.key for row in Key.objects.filter(verb="cases.file") if "case" in row.result
    }
    entries: dict[str, list[str]] = {}
    for thing, verb, after in Entry.objects.order_by("pk").values_list("thing", "verb", "after"):
        entries.setdefault(thing, []).append(
            " ".join([verb, *(str(after[word]) for word in ("step", "reader") if word in after)])
        )
    messages: dict[str, list[str]] = {}
    for about, kind in Outbox.objects.values_list("about", "kind"):
        messages.setdefault(about, []).append(kind)
    cases = {
        row.pk: {
            "sent": sent.get(str(row.key), ""),
            "key": str(row.key),
            "code": row.code,
            "number": row.number,
            "mark": row.answers.get("what", ""),
            "entries": entries.get(f"cases.case:{row.key}", []),
            "messages": messages.get(f"cases.case:{row.key}", []),
            "notes": [],
            "papers": {},
        }
        for row in Case.objects.all()
    }
    for note in Note.objects.select_related("case"):
        cases[note.case_id]["notes"].append(answers.open_words(note.case, note.words))
    for row in Attachment.objects.select_related("file"):
        cases[row.case_id]["papers"][row.number] = {
            "announced": row.sha256,
            "trouble": row.trouble,
            "content": content_of(row.file) if row.file else "",
        }
    return {
        "cases": list(cases.values()),
        "documents": [
            {
                "key": str(row.key),
                "number": row.number,
                "state": row.state,
                "about": row.about,
                "entries": entries.get(f"documents.document:{row.key}", []),
                "messages": messages.get(f"documents.document:{row.key}", []),
                "is_whole": row.state == "draft" or content_of(row.file) == row.sha256,
            }
            for row in Document.objects.select_related("file")
        ],
        "series": [
            {"code": row.code, "last": row.last, "gaps": gaps(row)} for row in NumberSeries.objects.all()
        ],
        "voided": [[row.number, row.reason] for row in VoidedNumber.objects.all()],
        "breaks": [str(found) for found in verify_chains()],
        "messages": Outbox.objects.count(),
    }


def content_of(file: Any) -> str:
    """Return the SHA-256 of a kept file; of a picture, which is written anew when it comes, that of its points."""
    from lawang.record.actions import read_file

    with read_file(file) as stream:
        return seen(stream.read())


def seen(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        with Image.open(io.BytesIO(data)) as picture:
            data = picture.tobytes()
    return hashlib.sha256(data).hexdigest()


# What phones send


@dataclass(frozen=True)
class Paper:
    field: str
    name: str
    data: bytes
    content: str  # as content_of has it


@dataclass
class Sending:
    """One application on a phone."""

    number: int
    papers: list[Paper]
    key: str = field(default_factory=lambda: str(uuid4()))
    code: str = field(default_factory=new_code)

    @property
    def mark(self) -> str:
        return f"Permohonan uji {self.number}"

    def body(self) -> bytes:
        answers = {
            "what": self.mark,
            "name": f"Warga {self.number} Contoh",
            "phone": f"0812{self.number:08}",
            "email": f"warga-{self.number}@contoh.test",
        }
        files = [
            {
                "name": one.name,
                "field": one.field,
                "size": len(one.data),
                "sha256": hashlib.sha256(one.data).hexdigest(),
                "kind": "",
            }
            for one in self.papers
        ]
        head = {"service": SERVICE, "version": 1, "code": self.code, "channel": "web"}
        return json.dumps({**head, "answers": answers, "files": files, "made_at": "2026-01-01"}).encode()


def photo(dice: random.Random, side: int) -> bytes:
    """Return a PNG of noise, about 3 bytes a point."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3)).save(out, "PNG")
    return out.getvalue()


def pdf(dice: random.Random, size: int) -> bytes:
    """Return a PDF of one empty page with noise in a stream that nothing shows."""
    noise = dice.randbytes(size).hex().encode()
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(noise), noise),
    )
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + rows + end


def make(number: int, dice: random.Random) -> Sending:
    papers = []
    for count in range(dice.choice((1, 1, 1, 2))):
        data = photo(dice, dice.choice((60, 100, 140, 240)))
        papers.append(Paper("papers.foto.files", f"foto-{count}.png", data, seen(data)))
    if dice.random() < 0.3:
        data = pdf(dice, dice.choice((500, 20_000, 45_000)))
        papers.append(Paper("papers.surat.files", "surat.pdf", data, seen(data)))
    return Sending(number, papers)


# The journal


@dataclass
class Journal:
    """What the clients were told."""

    sendings: dict[str, Sending] = field(default_factory=dict)  # by idempotency key, told or not
    receipts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by idempotency key
    papers: set[tuple[str, int]] = field(default_factory=set)  # (idempotency key, number) called complete
    acts: set[tuple[str, str, str]] = field(default_factory=set)  # (what, thing's key, words)
    counts: Counter[str] = field(default_factory=Counter)  # of acknowledged ones
    again: Counter[str] = field(default_factory=Counter)  # of those sent once more, for nobody had answered
    trouble: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def received(self, sending: Sending, receipt: dict[str, Any]) -> None:
        with self.lock:
            told = self.receipts.setdefault(sending.key, [])
            self.counts["application"] += not told
            told.append(receipt)

    def arrived(self, sending: Sending, number: int) -> None:
        with self.lock:
            self.counts["paper"] += (sending.key, number) not in self.papers
            self.papers.add((sending.key, number))

    def did(self, what: str, thing: str, words: str = "") -> None:
        with self.lock:
            self.counts[what] += (what, thing, words) not in self.acts
            self.acts.add((what, thing, words))

    @property
    def total(self) -> int:
        return self.counts.total()


class Ended(Exception):
    """The drill is over, or what somebody works on is gone."""


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    location: str

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.content)
        except ValueError:  # somebody else answered, or the end is missing
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def words(self) -> str:
        return self.content.decode(errors="replace")


class Client:
    """Somebody with a browser behind a line that fails."""

    def __init__(self, line: Line, journal: Journal, ends: threading.Event, cookie: str = "") -> None:
        self.line, self.journal, self.ends, self.cookie = line, journal, ends, cookie
        self.token = ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer | None:
        """Return what came back, None for silence."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent["Cookie"] = f"sessionid={self.cookie}" + (f"; csrftoken={self.token}" if self.token else "")
        connection = http.client.HTTPConnection(self.line.url.removeprefix("http://"), timeout=40)
        try:
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            if self.cookie and (found := re.match(r"csrftoken=(\w+)", cookie)):
                self.token = found[1]
        return Answer(response.status, content, response.headers.get("Location", ""))

    def until(self, what: str, do: Callable[[], Answer | None], *good: int) -> Answer:
        """Do it again until one of these comes back. Raise Ended when the drill is over."""
        for attempt in range(1000):
            if self.ends.is_set():
                break
            answer = do()
            if answer is not None and answer.status in good:
                return answer
            self.journal.again[what] += 1
            time.sleep(min(1.0, 0.1 * 1.5**attempt) * random.uniform(0.5, 1.5))
        raise Ended(what)


# Phones


class Phone(Client):
    def send(self, sending: Sending) -> None:
        """Send text, then papers, as outbox.js does, until all of it is acknowledged."""
        while not self.ends.is_set():
            self.send_text(sending)
            if all(self.send_paper(sending, number) for number in range(len(sending.papers))):
                return

    def send_text(self, sending: Sending) -> None:
        headers = {"Content_Type": "application/json", "Idempotency_Key": sending.key, "X_Lawang": "1"}
        while True:
            answer = self.until(
                "application",
                lambda: self.ask("POST", "/kirim/", sending.body(), **headers),
                *(200, 201, 409, 422),
            )
            said = answer.json()
            if "number" in said and said.get("code") == sending.code:
                self.journal.received(sending, said)
                return
            if answer.status != 200 or "error" in said:  # 200: a captive portal
                self.journal.trouble.append(f"{sending.mark}: {answer.status} {answer.words[:200]}")
                raise Ended(sending.mark)

    def send_paper(self, sending: Sending, number: int) -> bool:
        """Send one paper in pieces; return False when the office does not know it: the phone then begins anew."""
        data, path = sending.papers[number].data, f"/kirim/{sending.key}/{number}/"
        answer = self.until("piece", lambda: self.ask("GET", path, X_Lawang="1"), 200, 404)
        while answer.status != 404:
            said = answer.json()
            if said.get("trouble"):
                self.journal.trouble.append(f"{sending.mark}, paper {number}: {said['trouble']}")
                raise Ended(sending.mark)
            if said.get("complete"):
                self.journal.arrived(sending, number)
                return True
            if "offset" not in said:  # a captive portal
                answer = self.until("piece", lambda: self.ask("GET", path, X_Lawang="1"), 200, 404)
                continue
            offset = int(said["offset"])
            piece = data[offset : offset + PIECE]
            answer = self.until("piece", self._piece(f"{path}?offset={offset}", piece), 200, 404, 409)
        return False

    def _piece(self, path: str, piece: bytes) -> Callable[[], Answer | None]:
        kind = "application/offset+octet-stream"
        return lambda: self.ask("POST", path, piece, X_Lawang="1", Content_Type=kind)


# Officers


class Officer(Client):
    def read(self, path: str) -> str:
        """Return a page of the desk whole. Raise Ended when there is none."""
        while True:
            answer = self.until("page", lambda: self.ask("GET", path), 200, 404)
            if answer.status == 404:
                raise Ended(path)
            if "</html>" in answer.words and "csrfmiddlewaretoken" in answer.words:
                return answer.words

    def post(self, what: str, path: str, *good: int, **fields: str) -> Answer:
        """Send a form until it is answered, as whoever presses the button again; sometimes from two tabs at once."""

        def send() -> Answer | None:
            body = urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
            return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

        other = threading.Thread(target=send)
        if random.random() < TWO_TABS:
            other.start()
        try:
            return self.until(what, send, 302, *good)
        finally:
            if other.ident:
                other.join()

    def handle(self, case: str) -> bool:
        """Take a case, write to its applicant, check it and decide; return whether the head has to sign."""
        page = self.read(case)
        before, key = revision(page), case.split("/")[2]
        self.post("take", f"{case}petugas/", to="me")
        page = self.read(case)
        if revision(page) != before + 1:
            self.journal.trouble.append(f"{case}: taken, and revision {revision(page)} after {before}")
        self.journal.did("take", key)
        for reader in ("citizen", "internal"):
            words = f"Catatan {uuid4()}"
            shown = field_of(page, "key")
            self.post("note", f"{case}catatan/", reader=reader, words=words, key=shown)
            self.journal.did("note", key, words)
            page = self.read(case)
        self.step(case, "check", revision(page))
        to_head = random.random() < TO_HEAD
        self.step(case, "to_head" if to_head else "grant", revision(page) + 1)
        return to_head

    def step(self, case: str, code: str, seen: int) -> None:
        """Take a step. That somebody was faster (412) is ourselves, from another tab or before the answer was lost."""
        answer = self.post(code, f"{case}langkah/{code}/", 412, 422, revision=str(seen))
        if answer.status != 302 and revision(self.read(case)) <= seen:
            self.journal.trouble.append(f"{case}{code}: {answer.status} and not taken")
            return
        self.journal.did("step", case.split("/")[2], code)

    def sign(self, case: str) -> bool:
        """Sign the letter of a case or take it back; return False when it has to wait for a signature cut off."""
        found = re.search(r"/meja/dokumen/([0-9a-f-]{36})/", self.read(case))
        if not found:
            self.journal.trouble.append(f"{case}: no letter")
            return True
        takes_back = int(found[1][0], 16) < 16 * TAKEN_BACK
        what, where = ("revoke", "cabut") if takes_back else ("sign", "tanda-tangan")
        answer = self.post(what, f"{found[0]}{where}/", 422, reason="Salah alamat, disusun ulang.")
        if answer.status == 302 and found[1] in answer.location:
            self.journal.did(what, found[1])
        return answer.status == 302 or "sedang ditandatangani" not in answer.words


def revision(page: str) -> int:
    """Return the revision that a page of a case shows; where nothing can be done, one that is higher than any."""
    found = re.search(r'name="revision" value="(\d+)"', page)
    return int(found[1]) if found else 1_000_000


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


# What is wrong


def complaints(journal: Journal, found: dict[str, Any]) -> list[str]:
    """Compare what was acknowledged with what is there; return sentences."""
    return [
        *of_applications(journal, found["cases"]),
        *of_acts(journal, found),
        *of_messages(found),
        *of_numbers(found),
        *(f"history: {line}" for line in found["breaks"]),
    ]


def of_applications(journal: Journal, cases: list[dict[str, Any]]) -> Iterator[str]:
    by_sending: dict[str, dict[str, Any]] = {one["sent"]: one for one in cases}
    marks = Counter(one["mark"] for one in cases)
    yield from (f"{mark}: stored {count} times" for mark, count in marks.items() if count > 1)
    for what in ("number", "code"):
        there = Counter(one[what] for one in cases)
        yield from (f"{what} {value}: {count} cases" for value, count in there.items() if count > 1)
    told: dict[str, str] = {}
    for key, receipts in journal.receipts.items():
        sending, case = journal.sendings[key], by_sending.get(key)
        for number in {one["number"] for one in receipts}:
            if told.setdefault(number, key) != key:
                yield f"number {number} was told to two applicants"
        if case is None:
            yield f"{sending.mark}: acknowledged as {receipts[0]['number']} and lost"
            continue
        for receipt in receipts:
            if (receipt["number"], receipt["code"], receipt["key"]) != (
                case["number"],
                sending.code,
                case["key"],
            ):
                yield f"{sending.mark}: acknowledged as {receipt['number']}, there is {case['number']}"
        yield from of_papers(journal, sending, case["papers"])
    for case in cases:
        if case["sent"] not in journal.sendings:
            yield f"{case['number']}: nobody sent it"


def of_papers(journal: Journal, sending: Sending, papers: dict[str, dict[str, Any]]) -> Iterator[str]:
    if len(papers) != len(sending.papers):
        yield f"{sending.mark}: {len(papers)} of {len(sending.papers)} papers"
    for number, one in enumerate(sending.papers):
        kept = papers.get(str(number), {})
        if (sending.key, number) in journal.papers and not kept.get("content"):
            yield f"{sending.mark}, paper {number}: acknowledged and lost"
        elif kept.get("content") and kept["content"] != one.content:
            yield f"{sending.mark}, paper {number}: not what was sent"


def of_acts(journal: Journal, found: dict[str, Any]) -> Iterator[str]:
    cases = {one["key"]: one for one in found["cases"]}
    documents = {one["key"]: one for one in found["documents"]}
    voided = Counter(number for number, reason in found["voided"] if reason)
    for what, key, words in journal.acts:
        thing = (documents if what in ("sign", "revoke") else cases).get(key)
        if thing is None:
            yield f"{what} {key} {words}: acknowledged, and all of it is lost"
            continue
        match what:
            case "note":
                count = thing["notes"].count(words)
            case "step":
                count = sum(1 for one in thing["entries"] if one.endswith(f" {words}"))
            case "revoke":
                count = min(thing["entries"].count("document_revoked"), voided[thing["number"]])
            case _:
                entry = {"take": "case_assigned", "sign": "document_signed"}[what]
                count = thing["entries"].count(entry)
        if count == 0:
            yield f"{thing['number']}: {what} {words} was acknowledged and is lost"
    for case in cases.values():
        for what, there in (("notes", case["notes"]), ("entries", done_once(case["entries"]))):
            twice = [one for one, count in Counter(there).items() if count > 1]
            yield from (f"{case['number']}: {what} twice: {one}" for one in twice)
        letters = [one for one in documents.values() if one["about"] == f"cases.case:{case['key']}"]
        wanted = sum(1 for one in case["entries"] if one.endswith((" grant", " to_head")))
        if len(letters) != wanted:
            yield f"{case['number']}: {len(letters)} letters after {wanted} steps that write one"
    for document in documents.values():
        for verb in ("document_numbered", "document_issued", "document_signed", "document_revoked"):
            if document["entries"].count(verb) > 1:
                yield f"{document['number']}: {verb} twice"
        if not document["is_whole"]:
            yield f"{document['number']}: its file is not the one that was issued"


def done_once(entries: list[str]) -> list[str]:
    """Return the entries of a case that may be there once only; notes and papers are compared by what they say."""
    return [one for one in entries if not one.startswith(("case_note", "paper_arrived"))]


def of_messages(found: dict[str, Any]) -> Iterator[str]:
    """Compare the messages with what they tell of: one each."""
    for case in found["cases"]:
        wanted = {
            "case_received": case["entries"].count("case_filed"),
            "case_note": case["entries"].count("case_note citizen"),
            "case_decide": sum(1 for one in case["entries"] if one.startswith("case_decide")),
        }
        yield from uneven(case, wanted)
    for document in found["documents"]:
        yield from uneven(document, {"signature_asked": document["entries"].count("document_numbered")})


def uneven(thing: dict[str, Any], wanted: dict[str, int]) -> Iterator[str]:
    there = Counter(thing["messages"])
    for kind in wanted.keys() | there.keys():
        if there[kind] != wanted.get(kind, 0):
            yield f"{thing['number']}: {there[kind]} messages {kind}, {wanted.get(kind, 0)} expected"


def of_numbers(found: dict[str, Any]) -> Iterator[str]:
    """Look for numbers that two have, and for those that nobody has and nobody gave a reason for."""
    there = Counter(one["number"] for one in found["documents"] if one["number"])
    yield from (f"letter {number}: {count} of them" for number, count in there.items() if count > 1)
    for series in found["series"]:
        missing = series["gaps"]
        if series["code"] == DEFINITION["series"]:
            used = {int(one["number"].rsplit("-", 1)[1]) for one in found["cases"]}
            missing = sorted(set(range(1, series["last"] + 1)) - used)
        if missing:
            yield f"series {series['code']}: nobody has {missing[:5]} of {series['last']}"
    revoked = {one["number"] for one in found["documents"] if one["state"] == "revoked"}
    for number, reason in found["voided"]:
        if number not in revoked or not reason:
            yield f"letter {number}: voided, and {'without a reason' if not reason else 'not revoked'}"


# The drill


class Drill:
    """Everybody at work at once."""

    def __init__(self, house: Installation, cookies: list[str], lines: tuple[Line, Line], seed: int) -> None:
        self.house, self.cookies, self.seed = house, cookies, seed
        self.streets, self.desks = lines  # of phones, of officers
        self.journal, self.ends = Journal(), threading.Event()
        self.arrived: queue.Queue[str] = queue.Queue(WAITING)  # addresses of cases
        self.to_sign: queue.Queue[str] = queue.Queue()
        self.numbers = iter(range(1, 10_000_000))

    def phone(self, place: int, enough: Callable[[], bool]) -> None:
        dice = random.Random(self.seed * 1000 + place)
        phone = Phone(self.streets, self.journal, self.ends)
        while not enough() and not self.ends.is_set():
            with self.journal.lock:
                number = next(self.numbers)
            sending = make(number, dice)
            self.journal.sendings[sending.key] = sending
            tabs = [threading.Thread(target=self.safely, args=[phone.send, sending])]
            if dice.random() < TWO_TABS:
                tabs.append(threading.Thread(target=self.safely, args=[phone.send, sending]))
            for tab in tabs:
                tab.start()
            for tab in tabs:
                tab.join()
            if receipts := self.journal.receipts.get(sending.key):
                self.arrived.put(f"/meja/{receipts[-1]['key']}/")

    def officer(self, cookie: str) -> None:
        officer = Officer(self.desks, self.journal, self.ends, cookie)
        while case := self.arrived.get():
            if self.safely(officer.handle, case):
                self.to_sign.put(case)

    def head(self, cookie: str) -> None:
        """Sign what comes; what was cut off in the middle is tried again when it may be."""
        head = Officer(self.desks, self.journal, self.ends, cookie)
        later: list[tuple[float, str]] = []
        is_over = False
        while not (is_over and not later) and not self.ends.is_set():
            if later and later[0][0] < time.monotonic():
                case = later.pop(0)[1]
            elif is_over:
                time.sleep(1)
                continue
            else:
                try:
                    case = self.to_sign.get(timeout=1)
                except queue.Empty:
                    continue
                is_over = not case
            if case and self.safely(head.sign, case) is False:
                later.append((time.monotonic() + BUSY, case))

    def safely(self, do: Callable[[Any], Any], what: Any) -> Any:
        """Do it; whatever is wrong with it becomes a sentence."""
        try:
            return do(what)
        except Ended:
            return None
        except Exception as error:
            self.journal.trouble.append(f"{do.__name__}: {error!r}")
            return None

    def run(self, submissions: int, actions: int, pause: tuple[float, float], *, broken: bool) -> None:
        """Work until enough is acknowledged, killing meanwhile; then let everybody finish what they have begun."""
        journal = self.journal

        def enough() -> bool:
            return journal.counts["application"] >= submissions and journal.total >= actions

        phones = [threading.Thread(target=self.phone, args=[place, enough]) for place in range(PHONES)]
        officers = [threading.Thread(target=self.officer, args=[cookie]) for cookie in self.cookies[:-1]]
        head = threading.Thread(target=self.head, args=[self.cookies[-1]])
        for thread in (*phones, *officers, head):
            thread.daemon = True
            thread.start()
        killed: Counter[str] = Counter()
        back: list[float] = []
        said = began = time.monotonic()
        while any(thread.is_alive() for thread in phones):
            time.sleep(random.uniform(*pause))
            victim = "database" if broken else VICTIMS[len(back) % len(VICTIMS)]
            killed[victim] += self.house.kill(victim)
            back.append(self.house.wait(2 * PATIENCE))
            if time.monotonic() - said > 60:
                said = time.monotonic()
                print(f"{said - began:5.0f} s: {dict(journal.counts)}, {len(back)} times killed", flush=True)
        for line in (self.streets, self.desks):
            line.heal()
        for _officer in officers:
            self.arrived.put("")
        for thread in officers:
            thread.join(300)
        self.to_sign.put("")
        head.join(BUSY + 60)
        self.ends.set()
        print(
            f"killed {len(back)} times: {dict(killed)} processes; pages back after "
            f"{sum(back) / len(back):.1f} s, at most {max(back):.1f} s"
        )
        faults = Counter(one.fault for line in (self.streets, self.desks) for one in line.passed)
        faults[f"none in {time.monotonic() - began:.0f} s"] = faults.pop("", 0)
        print(f"requests by fault: {dict(faults)}")
        print(f"acknowledged: {journal.total} actions {dict(journal.counts)}; again {dict(journal.again)}")


def faults(seed: int, path: str, rate: float) -> Callable[[str, str], Fault | None]:
    """Return what spoils requests in every way that there is, and slows some."""
    spoil, dice = random_faults(seed, rate=rate, path=path), random.Random(seed)

    def pick(method: str, asked: str) -> Fault | None:
        fault = spoil(method, asked)
        if fault is None and dice.random() < rate / 5:
            return Fault("slow", rate=dice.choice((20_000, 100_000)))
        return fault

    return pick


def drill(
    submissions: int,
    actions: int,
    *,
    pause: tuple[float, float] = (2.0, 9.0),
    broken: bool = False,
    seed: int = 1,
) -> list[str]:
    """Run the drill; return what is wrong, [] for nothing. `pause`: seconds of peace before each kill."""
    random.seed(seed)
    with tempfile.TemporaryDirectory(prefix="lwd") as name:
        house = Installation(Path(name), "/layanan/", LAWANG_DEMO="", LAWANG_ADDRESS_SENDINGS="0")
        try:
            print(
                f"up after {house.wait():.1f} s; until {submissions} applications and {actions} actions",
                flush=True,
            )
            cookies = house.shell(inside("set_up"))
            if broken:
                house.shell(BREAK)
            with line_to(house.url) as streets, line_to(house.url) as desks:
                streets.chance = faults(seed, "/kirim/", 0.25)
                desks.chance = faults(seed + 1, "/meja/", 0.08)
                work = Drill(house, cookies, (streets, desks), seed)
                work.run(submissions, actions, pause, broken=broken)
            found = house.shell(inside("look"))
        except BaseException:
            print((Path(name) / "drill.log").read_text(errors="replace")[-3000:])
            raise
        finally:
            house.stop()
    numbers = ", ".join(f"{one['code']} to {one['last']}" for one in found["series"])
    print(
        f"there: {len(found['cases'])} cases, {len(found['documents'])} letters, {found['messages']} messages; "
        f"numbers {numbers}; {len(found['voided'])} voided; {len(found['breaks'])} breaks"
    )
    return [*work.journal.trouble, *complaints(work.journal, found)]


def inside(name: str) -> str:
    """Return what the shell of the installation runs to do a function of this file."""
    return f"import json; from bench import drill_cases\nprint('SAID' + json.dumps(drill_cases.{name}()))\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.drill_cases", description=__doc__)
    for name, usual in (("submissions", "1000"), ("actions", "10000")):
        given = os.environ.get(f"LAWANG_{name.upper()}", usual)
        parser.add_argument(f"--{name}", type=int, default=int(given))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--break", dest="broken", action="store_true", help="acknowledge before writing; must fail"
    )
    chosen = parser.parse_args()
    wrong = drill(chosen.submissions, chosen.actions, broken=chosen.broken, seed=chosen.seed)
    print(
        "\n".join(wrong[:30])
        or "Nothing acknowledged was lost, nothing is there twice, no number is missing."
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
