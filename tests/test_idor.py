"""Nobody reaches what is not theirs, whichever address they write whichever key into.

One stranger's case with everything that can hang on it is put into the demonstration, in an office to which nobody
belongs; each thing carries words that stand nowhere else. Then every address of Lawang (tests/addresses.py, so a new
one is tried without anybody's doing) is asked by every role, by somebody who holds the ticket of another case and by
the owner of another account, with every key, code and number of those things. No answer may hold one of the words, no
history or access of theirs may grow, and nothing may break.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from lawang.cases.models import Case, Incident
from lawang.cases.tracking import COOKIE, give_ticket
from lawang.lib.codes import new_code
from lawang.people.permissions import Reach
from lawang.record.models import Access, Entry, Key
from tests.addresses import EXAMPLES, NO_KEY, Address, every
from tests.stranger import (
    ASK,
    BREACH,
    EMAIL,
    HEALTH,
    NAME,
    NIK,
    NOTE,
    PAPER,
    PHONE,
    TOKENS,
    WORDS,
    Hidden,
    hide,
)
from tests.world import ROLES, client_of, finish

pytestmark = [pytest.mark.usefixtures("in_demo", "media"), pytest.mark.django_db]

WITHOUT_CASES = (
    "planner:",
    "areas:",
    "packs:",
)  # plans, maps and definitions: no key of a case leads anywhere there
SCRIPT = {"X-Lawang": "1", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def hidden(db: None) -> Hidden:
    return hide(at=timezone.now())


@cache
def kind_of(name: str) -> str:
    """Return the label of the model whose key stands in an address; "" where the demonstration does not tell."""
    key = EXAMPLES[name]().get("key") if name in EXAMPLES else None
    if key in (None, NO_KEY):
        return ""
    try:
        UUID(str(key))
    except ValueError:
        return "none"
    with_keys = [one for one in apps.get_models() if any(field.name == "key" for field in one._meta.fields)]
    found = [one for one in with_keys if one is not Key and one._default_manager.filter(key=key).exists()]
    return found[0]._meta.label_lower if found else ""


def paths(address: Address, hidden: Hidden, *, foreign: bool = False) -> Iterator[str]:
    """Yield an address with every thing of the stranger in it, wherever one fits.

    A key comes where the demonstration has one of the same model; with `foreign`, or when nobody can tell, everywhere.
    """
    if not address.arguments:
        return
    example = EXAMPLES[address.name]() if address.name in EXAMPLES else {}
    everything = list(itertools.chain(*hidden.keys.values()))
    kind = "" if foreign else kind_of(address.name)
    choices = {
        "key": hidden.keys.get(kind, []) if kind else everything,
        "message": hidden.keys["record.outbox"],
        "code": [*hidden.codes, *([example["code"]] if "code" in example else [])],
        "pk": hidden.pks,
        "number": [0, 1],
        "office": [hidden.case.office.key],
    }
    wanted = [choices.get(name, [example.get(name, "x")]) for name in address.arguments]
    if not any(name in choices for name in address.arguments):
        return
    for values in itertools.product(*wanted):
        try:
            yield reverse(address.name, kwargs=dict(zip(address.arguments, values, strict=True)))
        except NoReverseMatch:
            continue


def asked() -> list[Address]:
    return [one for name, one in every().items() if not name.startswith(WITHOUT_CASES)]


class Watch:
    """Asks, and says what of the stranger came out or was touched."""

    def __init__(self, who: str, client: Client, hidden: Hidden, roles: set[str]) -> None:
        self.who, self.client, self.hidden, self.roles = who, client, hidden, roles
        self.count = 0
        self.before = self.touched()  # every request is undone

    def touched(self) -> int:
        things = self.hidden.things
        entries, accesses = (model.objects.filter(thing__in=things).values("pk") for model in (Entry, Access))
        return entries.union(accesses, all=True).count()

    def ask(self, path: str, *, methods: tuple[str, ...] = ("get", "post")) -> list[str]:
        """Return what is wrong with the answers to GET and, where the door is open, to an empty POST."""
        troubles = []
        for method in methods:
            mark = transaction.savepoint()
            response = getattr(self.client, method)(path, headers=SCRIPT)
            self.count += 1
            status = response.status_code
            if status >= 500:
                troubles.append(f"{self.who}: {method} {path} answers {status}")
            troubles += [f"{self.who}: {method} {path} tells {token}" for token in self.told(response)]
            finish(response)
            if self.touched() != self.before:
                troubles.append(f"{self.who}: {method} {path} touches what is the stranger's")
            transaction.savepoint_rollback(mark)
            if status == 403 or (status == 302 and response["Location"].startswith("/masuk/")):
                break  # the door is shut, whatever one would send
        return troubles

    def told(self, response: Any, but: str = "") -> list[str]:
        content = b"".join(response) if response.streaming else response.content
        words = content.decode("utf-8", "ignore") + response.get("Location", "") + str(dict(response.headers))
        return [
            token
            for token, allowed in TOKENS.items()
            if token in words and not allowed & self.roles and not (but and token in but)
        ]


def sweep(watch: Watch, *, foreign: bool = False) -> list[str]:
    return [
        trouble
        for one in asked()
        for path in paths(one, watch.hidden, foreign=foreign)
        for trouble in watch.ask(path, methods=("get",) if foreign else ("get", "post"))
    ]


def test_the_words_are_there_for_whom_they_are(hidden: Hidden) -> None:
    """Otherwise the other tests would find nothing whatever Lawang told."""
    owner, handler, officer = client_of("pemilik"), client_of("zul"), client_of("data-protection-officer")
    case = hidden.case
    seen = owner.get(f"/lacak/{case.code}/isian/").content.decode()
    assert {NIK, HEALTH, WORDS, NAME} <= {word for word in (NIK, HEALTH, WORDS, NAME) if word in seen}
    assert ASK in owner.get(f"/lacak/{case.code}/").content.decode()
    desk = handler.get(f"/meja/{case.key}/").content.decode()
    assert all(word in desk for word in (NIK, PHONE[1:], EMAIL, NAME, HEALTH, NOTE, ASK))
    assert PAPER.encode() in b"".join(owner.get(f"/lacak/{case.code}/berkas/1/"))
    incident = Incident.objects.get(title="Uji")
    assert BREACH in officer.get(f"/kelola/privasi/insiden/{incident.key}/").content.decode()
    watch = Watch("the handler", handler, hidden, set())
    troubles = watch.ask(f"/meja/{case.key}/")
    assert any("tells" in trouble for trouble in troubles)
    assert any("touches" in trouble for trouble in troubles)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reaches_what_is_not_theirs(role: str, hidden: Hidden) -> None:
    watch = Watch(role, client_of(role), hidden, {role})
    assert "\n".join(sweep(watch)) == ""
    assert watch.count > 100


def test_a_key_of_another_kind_opens_nothing_anywhere(hidden: Hidden) -> None:
    """The number of a letter where a case belongs, of a file where a batch belongs, and so on."""
    watch = Watch("officer", client_of("officer"), hidden, {"officer"})
    assert sweep(watch, foreign=True) == []
    assert watch.count > 300


def test_the_key_of_a_sending_gives_neither_receipt_nor_paper(hidden: Hidden) -> None:
    """Who found it on a shared telephone learns how much of a paper has arrived, and nothing else."""
    key, client = hidden.keys["record.key"][0], Client()
    theirs = {"service": "pinjam-aula", "version": 1, "code": new_code(), "answers": {"name": "Budi"}}
    answer = client.post(
        "/kirim/", theirs, content_type="application/json", headers=SCRIPT | {"Idempotency-Key": key}
    )
    assert answer.status_code == 409
    assert not answer.cookies
    assert hidden.case.code not in answer.content.decode()
    assert hidden.case.number not in answer.content.decode()
    paper = client.get(f"/kirim/{key}/0/", headers=SCRIPT)
    assert paper.json() == {"offset": 0, "complete": False}
    assert client.get(f"/kirim/{key}/1/", headers=SCRIPT).json()["complete"] is True
    assert not Watch("the finder", client, hidden, set()).told(paper)


@pytest.mark.parametrize(
    ("guard", "broken", "role", "addresses"),
    [
        ("lawang.cases.desk.frame.Desk.sight", Reach(everything=True), "officer", "desk:"),
        ("lawang.cases.tickets.may_follow", lambda *_given, **_named: True, "citizen", "cases:"),
        ("lawang.record.views.may_read", lambda *_given: True, "planner", "record:"),
        ("lawang.documents.desk.sources.may_read", lambda *_given: True, "officer", "documents:"),
        ("lawang.cases.desk.batches.demand", lambda *_given: None, "treasurer", "desk:"),
    ],
    ids=["cases", "tickets", "files", "letters", "payments"],
)
def test_a_guard_that_is_left_out_is_noticed(
    guard: str, broken: Any, role: str, addresses: str, hidden: Hidden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, broken)
    watch = Watch(role, client_of(role), hidden, {role})
    concerned = [one for one in asked() if one.name.startswith(addresses)]
    assert any(watch.ask(path) for one in concerned for path in paths(one, hidden))


def test_the_ticket_of_another_case_opens_nothing(hidden: Hidden) -> None:
    mine = Case.objects.filter(account__username="siti").latest("pk")
    client = Client(raise_request_exception=False)
    client.cookies[COOKIE] = give_ticket(mine, at=timezone.now())
    assert mine.number in client.get(f"/lacak/{mine.code}/").content.decode()  # the ticket is good
    assert sweep(Watch("the holder of another ticket", client, hidden, set())) == []


def test_an_old_ticket_or_a_torn_one_opens_nothing(hidden: Hidden) -> None:
    at, case = timezone.now(), hidden.case
    secret = give_ticket(case, at=at - timedelta(days=31))
    for held in (
        secret,
        secret[:-1],
        f"{secret}x",
        "",
        ".",
        "a" * 32,
        quote("ü" * 32),
        ".".join(["b" * 32] * 40),
    ):
        client = Client()
        client.cookies[COOKIE] = held
        assert "Empat angka terakhir" in client.get(f"/lacak/{case.code}/").content.decode()
    client.cookies[COOKIE] = give_ticket(case, at=at)
    assert case.number in client.get(f"/lacak/{case.code}/").content.decode()


def searched(role: str, hidden: Hidden) -> list[str]:
    """Search every page without an argument for the stranger; return what was told beside what was looked for."""
    watch = Watch(role, client_of(role), hidden, {role})
    troubles = []
    for address in asked():
        if not address.arguments:
            for words in (NIK, hidden.case.number, EMAIL):
                query = f"?q={quote(words)}&hal={quote(words)}&kata={quote(words)}"
                mark = transaction.savepoint()
                response = watch.client.get(address.example() + query, headers=SCRIPT)
                told = watch.told(response, words)
                finish(response)
                transaction.savepoint_rollback(mark)
                troubles += [f"{role}: {address.route}{query} tells {token}" for token in told]
                if response.status_code in (302, 403, 405):
                    break
    return troubles


@pytest.mark.parametrize("role", ["visitor", "citizen", "officer", "auditor", "administrator", "planner"])
def test_no_list_or_search_tells_of_the_stranger(role: str, hidden: Hidden) -> None:
    """What one looks for is shown again; everything else about the stranger is not."""
    assert searched(role, hidden) == []


def test_a_list_that_shows_everything_is_noticed(hidden: Hidden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawang.cases.models.CaseQuerySet.visible_to", lambda cases, _user: cases)
    assert searched("officer", hidden)


def test_a_code_that_exists_answers_like_one_that_does_not(hidden: Hidden) -> None:
    """Whoever tries codes learns neither from the page nor from its status whether there is a case."""
    client, other = Client(), new_code()
    pages = []
    for code in (hidden.case.code, other):
        answers = [
            client.get(f"/lacak/{code}/"),
            client.post(f"/lacak/{code}/", {"phone_end": "0000"}),
            client.get(f"/lacak/{code}/riwayat/", follow=True),
        ]
        shown = f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"
        pages.append(
            [
                (one.status_code, one.content.decode().replace(code, "KODE").replace(shown, "KODE"))
                for one in answers
            ]
        )
    assert [status for status, _page in pages[0]] == [status for status, _page in pages[1]]
    for (_status, one), (_same, two) in zip(*pages, strict=True):
        assert _without_token(one) == _without_token(two)


def _without_token(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
