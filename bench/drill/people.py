"""Who takes part in the drill, behind lines that fail: phones, officers, a head, a mail server; and their journal."""

import http.client
import json
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from bench.drill.inside import SERVICE
from bench.drill.papers import Photo, photos_of
from lawang.lib.codes import new_code
from lawang.web.tests.line import Line

PIECE = 32 * 1024  # bytes, as outbox.js sends them
TWO_TABS = 0.15  # how often something is sent from two tabs at once
TO_HEAD = 0.25  # how often a letter needs a signature
TAKEN_BACK = 0.2  # how often the head revokes it instead


@dataclass
class Sending:
    """One application on a phone."""

    number: int
    key: str = field(default_factory=lambda: str(uuid4()))
    code: str = field(default_factory=new_code)

    @property
    def mark(self) -> str:
        return f"Permohonan uji {self.number}"

    @cached_property
    def photos(self) -> list[Photo]:
        return photos_of(self.number)

    def body(self) -> bytes:
        answers = {
            "what": self.mark,
            "name": f"Warga {self.number} Contoh",
            "phone": f"0812{self.number:08}",
            "email": f"warga-{self.number}@contoh.test",
        }
        files = [
            {"name": one.name, "field": "papers.foto.files", "size": len(one.data), "sha256": one.sha256}
            for one in self.photos
        ]
        head = {"service": SERVICE, "version": 1, "code": self.code, "channel": "web"}
        return json.dumps({**head, "answers": answers, "files": files}).encode()


@dataclass
class Journal:
    """What people were told. An action is one thing that somebody was told is done."""

    sendings: dict[str, Sending] = field(default_factory=dict)  # by idempotency key, told or not
    receipts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by idempotency key
    acts: set[tuple[str, str, str]] = field(default_factory=set)  # (what, key of the thing, words)
    counts: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)  # what was sent once more, for nobody had answered
    trouble: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def received(self, sending: Sending, receipt: dict[str, Any]) -> None:
        with self.lock:
            self.counts["application"] += sending.key not in self.receipts
            self.receipts.setdefault(sending.key, []).append(receipt)

    def did(self, what: str, thing: str, words: str = "") -> None:
        with self.lock:
            self.counts[what] += (what, thing, words) not in self.acts
            self.acts.add((what, thing, words))


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
        """Do it again until one of these comes back.

        Raise Ended when the drill is over or the thing is gone, AssertionError for an answer that nobody expects.
        """
        for attempt in range(1000):
            if self.ends.is_set():
                break
            answer = do()
            if answer is not None and answer.status in good:
                return answer
            if answer is not None and answer.status == 404:
                raise Ended(what)
            assert answer is None or answer.status in (200, 429) or answer.status >= 500, (what, answer)
            self.journal.again[what] += 1
            time.sleep(min(1.0, 0.1 * 1.5**attempt) * random.uniform(0.5, 1.5))
        raise Ended(what)


class Phone(Client):
    def send(self, sending: Sending) -> None:
        """Send text, then photos, as outbox.js does, until all of it is acknowledged."""
        while not self.ends.is_set():
            self.send_text(sending)
            if all([self.send_photo(sending, number) for number in range(len(sending.photos))]):  # noqa: C419
                return

    def send_text(self, sending: Sending) -> None:
        headers = {"Content_Type": "application/json", "Idempotency_Key": sending.key, "X_Lawang": "1"}
        while True:
            answer = self.until(
                "application", lambda: self.ask("POST", "/kirim/", sending.body(), **headers), 200, 201
            )
            receipt = answer.json()
            if receipt.get("code") == sending.code:  # not a captive portal
                self.journal.received(sending, receipt)
                return

    def send_photo(self, sending: Sending, number: int) -> bool:
        """Send one photo in pieces; return False when the office does not know it: the phone then begins anew."""
        data, path = sending.photos[number].data, f"/kirim/{sending.key}/{number}/"
        headers = {"X_Lawang": "1", "Content_Type": "application/offset+octet-stream"}
        offset = None
        while True:
            if offset is None:
                answer = self.until("piece", lambda: self.ask("GET", path, X_Lawang="1"), 200, 404)
            else:
                where, piece = f"{path}?offset={offset}", data[offset : offset + PIECE]
                send = lambda where=where, piece=piece: self.ask("POST", where, piece, **headers)  # noqa: E731
                answer = self.until("piece", send, 200, 404, 409)
            if answer.status == 404:
                return False
            said = answer.json()
            assert not said.get("trouble"), (sending.mark, said)
            if said.get("complete"):
                self.journal.did("photo", sending.key, str(number))
                return True
            offset = said.get("offset")  # None of a captive portal


class Officer(Client):
    def read(self, path: str) -> str:
        """Return a page of the desk whole. Raise Ended when there is none."""
        while True:
            page = self.until("page", lambda: self.ask("GET", path), 200).words
            if "</html>" in page and "csrfmiddlewaretoken" in page:
                return page

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
        seen, key = revision(page), case.split("/")[2]
        self.post("take", f"{case}petugas/", to="me", _key=key_of(page))
        page = self.read(case)
        assert revision(page) == seen + 1, f"{case}: taken, and revision {revision(page)} after {seen}"
        self.journal.did("take", key)
        for reader in ("citizen", "internal"):
            words = f"Catatan {uuid4()}"
            self.post("note", f"{case}catatan/", reader=reader, words=words, _key=key_of(page))
            self.journal.did("note", key, words)
        self.step(case, "check", seen + 1, key_of(page))
        to_head = random.random() < TO_HEAD
        self.step(case, "to_head" if to_head else "grant", seen + 2, key_of(page))
        return to_head

    def step(self, case: str, code: str, seen: int, form: str) -> None:
        """Take a step. That somebody was faster (412) is ourselves, from another tab or before the answer was lost."""
        answer = self.post(code, f"{case}langkah/{code}/", 412, 422, revision=str(seen), _key=form)
        if answer.status != 302:
            assert revision(self.read(case)) > seen, f"{case}{code}: {answer.status} and not taken"
        self.journal.did("step", case.split("/")[2], code)

    def sign(self, case: str) -> bool:
        """Sign the letter of a case or take it back; return False when a signature that was cut off is in the way."""
        page = self.read(case)
        found = re.search(r"/meja/dokumen/([0-9a-f-]{36})/", page)
        assert found, f"{case}: no letter"
        takes_back = UUID(found[1]).int % 100 < 100 * TAKEN_BACK
        what, where = ("revoke", "cabut") if takes_back else ("sign", "tanda-tangan")
        reason, form = "Salah alamat, disusun ulang.", key_of(page)
        answer = self.post(what, f"{found[0]}{where}/", 422, reason=reason, _key=form)
        if answer.status == 302 and found[1] in answer.location:
            self.journal.did(what, found[1])
        return answer.status == 302 or "sedang ditandatangani" not in answer.words


def revision(page: str) -> int:
    """Return the revision that a page of a case shows; where nothing can be done, one that is higher than any."""
    found = re.search(r'name="revision" value="(\d+)"', page)
    return int(found[1]) if found else 1_000_000


def key_of(page: str) -> str:
    """Return the key by which a form of the page that is sent twice is known."""
    found = re.search(r'name="_key" value="([^"]*)"', page)
    return found[1] if found else ""


class PostOffice:
    """A mail server. `rate`: how often it says "later", and how often its "accepted" is lost on the way."""

    def __init__(self, journal: Journal, rate: float) -> None:
        self.journal, self.rate = journal, rate
        self.accepted: dict[str, list[float]] = {}  # key of the message -> moments, monotonic
        self.unanswered: list[tuple[str, float]] = []  # accepted, and nobody was told
        self.put_off: set[str] = set()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def __exit__(self, *_raised: object) -> None:
        self.controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        found = re.search(rb"(?im)^message-id: <([0-9a-f-]{36})@", envelope.content)
        assert found, envelope.content[:500]
        key = found[1].decode()
        if key not in self.put_off and random.random() < self.rate:
            self.put_off.add(key)
            return "451 later"
        self.accepted.setdefault(key, []).append(time.monotonic())
        if len(self.accepted[key]) == 1 and random.random() < self.rate:
            self.unanswered.append((key, self.accepted[key][0]))
            server.transport.abort()
            return "250 OK"
        self.journal.did("message", key)
        return "250 OK"
