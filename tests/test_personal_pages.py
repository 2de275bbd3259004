"""Personal data appear on the pages that are for them and nowhere else: no address, title, header, log, mail or cache.

Those whom the stranger of tests/stranger.py concerns open every address of Lawang; whatever answer holds one of the
words must be of the kind that nobody keeps.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from lawang.cases.tracking import COOKIE, give_ticket
from lawang.record.models import Outbox
from tests.addresses import every
from tests.stranger import ASK, EMAIL, HEALTH, NAME, NIK, TOKENS, Hidden, hide
from tests.test_idor import SCRIPT, paths
from tests.world import client_of, finish

pytestmark = [pytest.mark.usefixtures("in_demo", "media"), pytest.mark.django_db]
SECRET = sorted(set(TOKENS) - {"Zubaidah", NAME})  # names stand in titles of one's own pages


@pytest.fixture
def hidden(db: None) -> Hidden:
    return hide(at=timezone.now())


def owner(hidden: Hidden) -> Client:
    return client_of("pemilik")


def ticket_holder(hidden: Hidden) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies[COOKIE] = give_ticket(hidden.case, at=timezone.now())
    return client


def handler(hidden: Hidden) -> Client:
    return client_of("zul")


def officer(hidden: Hidden) -> Client:
    return client_of("data-protection-officer")


def answers(client: Client, hidden: Hidden) -> Iterator[tuple[str, Any, bytes]]:
    """Yield (path, answer, contents) of every address with every thing of the stranger."""
    for address in every().values():
        found = list(paths(address, hidden)) or ([] if address.arguments else [address.example()])
        for path in found:
            mark = transaction.savepoint()
            response = client.get(path, headers=SCRIPT)
            content = b"".join(response) if response.streaming else response.content
            finish(response)
            transaction.savepoint_rollback(mark)
            yield path, response, content


def told_in(words: str) -> list[str]:
    return [token for token in SECRET if token in words]


@pytest.mark.parametrize("who", [owner, ticket_holder, handler, officer])
def test_what_holds_personal_data_is_kept_by_nobody(who: Any, hidden: Hidden) -> None:
    """Not by caches, not by the worker of a phone, not in histories of addresses and titles."""
    personal, troubles = 0, []
    for path, response, content in answers(who(hidden), hidden):
        words = content.decode("utf-8", "ignore")
        head = f"{path} {response.headers}"
        if told_in(head):
            troubles.append(f"{path}: {told_in(head)} in its address or headers")
        title = re.search(r"<title>(.*?)</title>", words, re.DOTALL)
        if title and told_in(title[1]):
            troubles.append(f"{path}: {told_in(title[1])} in its title")
        if any(
            told_in(link)
            for link in re.findall(r'(?:href|src|action)="([^"]*)"', words)
            if link[:4] != "tel:"
        ):
            troubles.append(f"{path}: a link holds personal data")
        if not told_in(words):
            continue
        personal += 1
        if "no-store" not in response.get("Cache-Control", "") or "X-Keep" in response:
            troubles.append(
                f"{path}: may be kept ({response.get('Cache-Control')}, {response.get('X-Keep')})"
            )
        if response.get("Referrer-Policy") != "same-origin":
            troubles.append(f"{path}: tells other sites where one comes from")
    assert troubles == []
    assert personal >= (1 if who is officer else 2)


@pytest.mark.parametrize(
    "path", ["/lacak/{code}/isian/", "/meja/{key}/", "/berkas/{file}/", "/tidak-ada/{code}/"]
)
def test_error_pages_and_refusals_say_nothing_personal(path: str, hidden: Hidden) -> None:
    paper = hidden.keys["record.file"][0]
    address = path.format(code=hidden.case.code, key=hidden.case.key, file=paper)
    for role in ("visitor", "citizen", "planner", "officer"):
        response = client_of(role).get(address, follow=True)
        assert told_in(response.getvalue().decode("latin-1")) == []


def test_our_own_mistakes_show_nothing(hidden: Hidden, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page for a bug is a plain file: no variables, no settings, no data."""
    from lawang.cases import following

    def broken(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError(f"NIK {NIK}")

    monkeypatch.setattr(following, "told", broken)
    client = ticket_holder(hidden)
    response = client.get(f"/lacak/{hidden.case.code}/")
    assert response.status_code == 500
    assert told_in(response.content.decode()) == []
    assert settings.DEBUG is False


def test_a_journey_leaves_nothing_personal_in_the_log_or_in_mails(
    caplog: pytest.LogCaptureFixture, db: None
) -> None:
    """Filing, asking, letters, incidents; then the pages, with mistakes among them; everything is logged."""
    caplog.set_level(logging.DEBUG)
    hidden = hide(at=timezone.now())
    code, key = hidden.case.code, hidden.case.key
    for who in (owner, ticket_holder, handler, officer):
        client = who(hidden)
        for path in (
            f"/lacak/{code}/",
            f"/lacak/{code}/isian/",
            f"/meja/{key}/",
            "/kelola/privasi/",
            "/tidak-ada/",
        ):
            finish(client.get(path))
        client.post(f"/lacak/{code}/pesan/", {"words": HEALTH})
        client.post(f"/lacak/{code}/", {"phone_end": "0000"})
        client.post("/kelola/privasi/akses/cari/", {"who": NIK})
        client.post("/masuk/", {"login": EMAIL, "password": "salah"})
    written = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "/tidak-ada/" in written  # what happens is logged
    assert told_in(written) == []
    assert "Zubaidah" not in written
    mails = Outbox.objects.filter(about__startswith="cases.case:").exclude(pk=hidden.mail)
    assert mails.exists()
    for mail in mails:
        words = f"{mail.subject} {mail.body}"
        assert set(told_in(words)) <= {ASK}  # what is missing is asked in the mail too
        assert "Zubaidah" not in words


def test_names_are_not_in_titles_of_pages_for_others(hidden: Hidden) -> None:
    words = handler(hidden).get(f"/meja/{hidden.case.key}/").content.decode()
    title = re.search(r"<title>(.*?)</title>", words, re.DOTALL)
    assert title
    assert "Zubaidah" not in title[1]
    assert hidden.case.number in title[1]
