"""Pull the plug under applications, officers, letters and messages: the second half of `make drill`.

Everybody works over HTTP through lines that fail (lawang/web/tests/line.py): phones send applications with photos in
pieces, as the outbox does, again and again with the same keys, sometimes from two tabs at once; officers take them,
write to the applicants, check and decide; letters are numbered; a head signs them or takes them back; a mail server
accepts, puts off, or falls silent. The people keep a journal of what they were told. Afterwards all of it must be there
once: applications, photos byte for byte, steps, notes, signatures, messages; no number twice, none skipped without a
reason; every chain of history must verify. A message may arrive twice only where it was accepted and the worker or the
database was killed before it could write that down, or the mail server's answer was lost.
"""

import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from bench.drill.faults import BREAK, VICTIMS, Installation, Strike, installation
from bench.drill.inside import DEFINITION, inside
from bench.drill.people import TWO_TABS, Ended, Journal, Officer, Phone, PostOffice, Sending
from lawang.web.tests.line import Fault, Line, line_to, random_faults

WAITING = 20  # applications that officers have not come to; phones then wait
BUSY = 190.0  # seconds until a signature that was cut off may be asked for again
LATE = 900.0  # seconds after which no message waits any more: put off by 1 minute, then by 5, and the clock's own
ONCE = ("document_numbered", "document_issued", "document_signed", "document_revoked")
MANY = ("case_note", "paper_arrived", "case_assigned")  # compared by what they say, or harmless


@dataclass(frozen=True)
class Goal:
    """When the drill is over. `waits`: also for what comes by itself after minutes; else that is hurried."""

    submissions: int
    actions: int
    minutes: float = 0  # at most; 0: as long as it takes
    phones: int = 6
    waits: bool = True
    began: float = field(default_factory=time.monotonic)

    def is_reached(self, journal: Journal, strikes: list[Strike]) -> bool:
        if self.minutes and time.monotonic() - self.began > 60 * self.minutes:
            return True
        done = journal.counts["application"] >= self.submissions and journal.counts.total() >= self.actions
        return done and len(strikes) >= len(VICTIMS)

    def told(self, journal: Journal) -> str:
        counts = ", ".join(f"{count:,} {what}" for what, count in sorted(journal.counts.items()))
        return f"{journal.counts.total():,} of {self.actions:,} actions ({counts})"


class Drill:
    """Everybody at work at once."""

    def __init__(
        self, house: Installation, cookies: list[str], journal: Journal, lines: tuple[Line, Line]
    ) -> None:
        self.house, self.cookies = house, cookies
        self.streets, self.desks = lines  # of phones, of officers
        self.journal, self.ends = journal, threading.Event()
        self.arrived: queue.Queue[str] = queue.Queue(WAITING)  # addresses of cases
        self.to_sign: queue.Queue[str] = queue.Queue()
        self.numbers = iter(range(1, 10_000_000))

    def phone(self, enough: Callable[[], bool]) -> None:
        phone = Phone(self.streets, self.journal, self.ends)
        while not enough() and not self.ends.is_set():
            with self.journal.lock:
                sending = Sending(next(self.numbers))
                self.journal.sendings[sending.key] = sending
            tabs = [threading.Thread(target=self.safely, args=[phone.send, sending])]
            if random.random() < TWO_TABS:
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
        while not self.ends.is_set() and not (is_over and not later):
            with suppress(queue.Empty):
                case = self.to_sign.get(timeout=0.5)
                is_over = not case
                later[:0] = [(0, case)] if case else []
            if later and later[0][0] < time.monotonic():
                _when, case = later.pop(0)
                if self.safely(head.sign, case) is False:
                    later.append((time.monotonic() + BUSY, case))

    def safely(self, do: Callable[[Any], Any], what: Any) -> Any:
        """Do it; whatever is wrong with it becomes a sentence."""
        try:
            return do(what)
        except Ended:
            return None
        except Exception as error:
            self.journal.trouble.append(f"{do.__name__}: {error!r}"[:500])
            return None

    def run(self, goal: Goal, pause: tuple[float, float], *, broken: bool) -> None:
        """Work until enough is acknowledged, killing meanwhile; then let everybody finish what they have begun."""
        strikes = self.house.strikes
        enough = partial(goal.is_reached, self.journal, strikes)
        phones = [threading.Thread(target=self.phone, args=[enough]) for _ in range(goal.phones)]
        officers = [threading.Thread(target=self.officer, args=[cookie]) for cookie in self.cookies[:-1]]
        head = threading.Thread(target=self.head, args=[self.cookies[-1]])
        for thread in (*phones, *officers, head):
            thread.daemon = True
            thread.start()
        said = began = time.monotonic()
        while any(thread.is_alive() for thread in phones):
            time.sleep(random.uniform(*pause))
            if enough():
                continue
            self.house.strike("database" if broken else VICTIMS[len(strikes) % len(VICTIMS)])
            if time.monotonic() - said > 60:
                said = time.monotonic()
                print(
                    f"{said - began:5.0f} s: {goal.told(self.journal)}, {len(strikes)} times killed, "
                    f"{len(self.journal.trouble)} wrong so far",
                    flush=True,
                )
        for line in (self.streets, self.desks):
            line.heal()
        for _officer in officers:
            self.arrived.put("")
        for thread in officers:
            thread.join(300)
        self.to_sign.put("")
        head.join(BUSY + 60 if goal.waits else 5)
        self.ends.set()


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
    goal: Goal, *, pause: tuple[float, float] = (3.0, 15.0), broken: bool = False, seed: int = 1
) -> list[str]:
    """Run the drill; return what is wrong, [] for nothing. `pause`: seconds of peace before each kill."""
    random.seed(seed)
    journal = Journal()
    post = PostOffice(journal, rate=0.02 if goal.waits else 0)
    settings = {"LAWANG_DEMO": "", "LAWANG_ADDRESS_SENDINGS": "0", "LAWANG_SMTP_URL": post.url}
    with ExitStack() as stack:
        stack.enter_context(post)
        house = stack.enter_context(installation("/layanan/", **settings))
        streets, desks = (stack.enter_context(line_to(house.url)) for _side in range(2))
        cookies = house.shell(inside("set_up"))
        if broken:
            house.shell(BREAK)
        streets.chance = faults(seed, "/kirim/", 0.25)
        desks.chance = faults(seed + 1, "/meja/", 0.08)
        began = time.monotonic()
        Drill(house, cookies, journal, (streets, desks)).run(goal, pause, broken=broken)
        if goal.waits:
            await_messages(house)
        else:
            house.shell(inside("send_what_waits"))
        found = house.shell(inside("look"))
    print(house.told())
    spoilt = Counter(one.fault or "none" for line in (streets, desks) for one in line.passed)
    print(
        f"requests by fault in {time.monotonic() - began:.0f} s: {dict(spoilt)}; again {dict(journal.again)}"
    )
    print(f"acknowledged: {goal.told(journal)}")
    numbers = ", ".join(f"{one['code']} to {one['last']}" for one in found["series"])
    twice = sum(1 for one in post.accepted.values() if len(one) > 1)
    photos = Counter(fate for case in found["cases"] for fate in case["photos"])
    print(
        f"there: {len(found['cases']):,} cases, photos {dict(photos)}, {len(found['documents']):,} letters, "
        f"{len(found['messages']):,} messages of which {twice} arrived twice; numbers {numbers}; "
        f"{len(found['voided'])} voided with a reason; {len(found['breaks'])} breaks in the history"
    )
    return [*journal.trouble, *complaints(journal, found, post, house.strikes, is_over=goal.waits)]


def await_messages(house: Installation) -> None:
    """Wait until no message is left to be sent, or it is too late for one to be."""
    began = time.monotonic()
    while time.monotonic() - began < LATE and house.shell(inside("messages_waiting")):
        time.sleep(10)


# What is wrong


def complaints(
    journal: Journal, found: dict[str, Any], post: PostOffice, strikes: list[Strike], *, is_over: bool = True
) -> list[str]:
    """Compare what was acknowledged with what is there; return sentences. `is_over`: no signature is awaited."""
    return [
        *of_applications(journal, found["cases"]),
        *of_acts(journal, found),
        *of_letters(found, is_over),
        *of_messages(found, post, strikes),
        *of_numbers(found),
        *(f"history: {line}" for line in found["breaks"]),
    ]


def of_applications(journal: Journal, cases: list[dict[str, Any]]) -> Iterator[str]:
    by_sending = {one["sent"]: one for one in cases}
    for what in ("mark", "number", "code"):
        there = Counter(one[what] for one in cases)
        yield from (f"{what} {value}: {count} cases" for value, count in there.items() if count > 1)
    for key, receipts in journal.receipts.items():
        sending, case = journal.sendings[key], by_sending.get(key)
        if case is None:
            yield f"{sending.mark}: acknowledged as {receipts[0]['number']} and lost"
            continue
        is_case = (case["number"], case["key"], case["code"])
        for receipt in receipts:
            if (receipt["number"], receipt["key"], sending.code) != is_case:
                yield f"{sending.mark}: acknowledged as {receipt['number']}, there is {case['number']}"
        if len(case["photos"]) != len(sending.photos):
            yield f"{sending.mark}: {len(case['photos'])} of {len(sending.photos)} photos"
        for number, fate in enumerate(case["photos"]):
            is_told = ("photo", key, str(number)) in journal.acts
            if fate != "whole" and (is_told or fate != "on its way"):
                yield f"{sending.mark}, photo {number}{', acknowledged' if is_told else ''}: {fate}"
    yield from (f"{one['number']}: nobody sent it" for one in cases if one["sent"] not in journal.sendings)


def of_acts(journal: Journal, found: dict[str, Any]) -> Iterator[str]:
    """Look for each act that was acknowledged, and for those that are there twice."""
    cases = {one["key"]: one for one in found["cases"]}
    documents = {one["key"]: one for one in found["documents"]}
    voided = {number for number, _reason in found["voided"]}
    for what, key, words in journal.acts:
        if what in ("photo", "message"):  # with the applications, with the messages
            continue
        thing = (documents if what in ("sign", "revoke") else cases).get(key)
        match what:
            case _ if thing is None:
                is_there = False
            case "note":
                is_there = words in thing["notes"]
            case "step":
                is_there = any(one.endswith(f" {words}") for one in thing["entries"])
            case "take":
                is_there = "case_assigned" in thing["entries"]
            case "sign":
                is_there = "document_signed" in thing["entries"]
            case "revoke":
                is_there = "document_revoked" in thing["entries"] and thing["number"] in voided
            case _:
                raise AssertionError(what)
        if not is_there:
            yield f"{thing['number'] if thing else key}: {what} {words} was acknowledged and is lost"
    for case in cases.values():
        once = [one for one in case["entries"] if not one.startswith(MANY)]
        twice = [one for one, count in Counter([*once, *case["notes"]]).items() if count > 1]
        yield from (f"{case['number']}: twice: {one}" for one in twice)


def of_letters(found: dict[str, Any], is_over: bool) -> Iterator[str]:
    letters = Counter(one["about"] for one in found["documents"])
    for case in found["cases"]:
        wanted = sum(1 for one in case["entries"] if one.endswith((" grant", " to_head")))
        if (there := letters[f"cases.case:{case['key']}"]) != wanted:
            yield f"{case['number']}: {there} letters after {wanted} steps that write one"
    for document in found["documents"]:
        yield from (
            f"{document['number']}: {verb} twice" for verb in ONCE if document["entries"].count(verb) > 1
        )
        if is_over and document["state"] not in ("valid", "revoked"):
            yield f"{document['number']}: still {document['state']}"
        if not document["is_whole"]:
            yield f"{document['number']}: its file is not the one that was issued"


def of_messages(found: dict[str, Any], post: PostOffice, strikes: list[Strike]) -> Iterator[str]:
    """Each thing is told of by one message; each message arrives, once unless there is an excuse."""
    there = Counter((one["about"], one["kind"]) for one in found["messages"])
    wanted: Counter[tuple[str, str]] = Counter()
    for case in found["cases"]:
        about, entries = f"cases.case:{case['key']}", case["entries"]
        wanted[about, "case_received"] += entries.count("case_filed")
        wanted[about, "case_note"] += entries.count("case_note citizen")
        wanted[about, "case_decide"] += sum(1 for one in entries if one.startswith("case_decide"))
    for one in found["documents"]:
        about = f"documents.document:{one['key']}"
        wanted[about, "signature_asked"] += one["entries"].count("document_numbered")
    for about, kind in there.keys() | wanted.keys():
        if there[about, kind] != wanted[about, kind]:
            yield f"{about}: {there[about, kind]} messages {kind}, {wanted[about, kind]} expected"
    known = {one["key"]: one for one in found["messages"]}
    for key, one in known.items():
        if one["state"] != "sent":
            yield f"message {one['kind']} of {one['about']}: still {one['state']}"
        elif key not in post.accepted:
            yield f"message {one['kind']} of {one['about']}: sent and never arrived"
    for key, moments in post.accepted.items():
        if key not in known:
            yield f"message {key} arrived and tells of something that is not there"
        for moment, next_one in pairwise(moments):
            if (key, moment) not in post.unanswered and not any(
                one.cuts_off(moment, next_one) for one in strikes
            ):
                yield f"message {key} arrived again after {next_one - moment:.1f} s, and nothing was cut off"


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
