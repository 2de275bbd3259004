"""Every page, seen by somebody who may: titled and valid, no inline code, every link leads somewhere; in a browser
also without barriers and inside a narrow screen.
"""

from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve
from django.utils.translation import override
from playwright.sync_api import Browser, Error

from tests.addresses import every, is_worth_a_visit
from tests.browser import axe, open_page, wider_than
from tests.house import House, no_page
from tests.markup import Markup
from tests.test_permissions import EVERYBODY, SIGNED_IN, TABLE
from tests.world import ROLES, client_of, finish

pytestmark = [pytest.mark.usefixtures("in_demo"), pytest.mark.django_db]

BUSY = ("planner", "administrator", "officer", "agency-head", "leader")  # those who see most come first
LINKS_OF_A_KIND = 4  # of addresses that differ only in their arguments


def guest_of(name: str) -> str:
    """Return the role as whom a page is looked at."""
    if TABLE.get(name) == EVERYBODY:
        return "visitor"
    if TABLE.get(name, SIGNED_IN) == SIGNED_IN:  # also one that nobody has decided about yet
        return "officer"
    return next((role for role in (*BUSY, *ROLES) if role in TABLE[name]), "visitor")


def markup_of(response: HttpResponseBase) -> Markup:
    assert not response.streaming
    return Markup(response.content.decode())  # type: ignore[attr-defined]


def opened(client: Client, path: str) -> HttpResponseBase:
    """Open a page; behind a redirect lies the page that counts."""
    mark = transaction.savepoint()
    response = client.get(path, follow=True)
    if response.status_code == 405:
        response = client.post(path, follow=True)
        response.was_sent = True  # type: ignore[attr-defined]  # what it made is undone: its links may lead nowhere
    transaction.savepoint_rollback(mark)
    finish(response)
    return response


def pages(names: list[str]) -> Iterator[tuple[str, str, HttpResponseBase]]:
    """Give (role, path, response) of each of these addresses."""
    clients: dict[str, Client] = {}
    for name in names:
        role = guest_of(name)
        if "logout" in name or role not in clients:
            clients[role] = client_of(role)
        path = every()[name].example()
        yield role, path, opened(clients[role], path)


def is_page(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "").startswith("text/html")


GROUPS = {
    "for everybody": [name for name in TABLE if TABLE[name] == EVERYBODY],
    "for people at work": [name for name in TABLE if TABLE[name] != EVERYBODY],
}


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("group", GROUPS)
def test_pages_are_valid(group: str, language: str) -> None:
    wrong: dict[str, list[str]] = {}
    with override(language.strip("/") or "id"):
        for _role, path, response in pages(GROUPS[group]):
            if not is_page(response):
                continue
            assert response.status_code in (200, 404, 422), (path, response.status_code)
            page = markup_of(response)
            wrong[path] = page.problems()
            if page.language != (language.strip("/") or "id"):
                wrong[path].append(f"language {page.language}")
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("group", GROUPS)
def test_links_lead_somewhere_and_nobody_is_shown_a_closed_door(group: str) -> None:
    wrong: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    visited: set[tuple[str, str]] = set()
    for role, path, response in pages(GROUPS[group]):
        page = markup_of(response) if is_page(response) and not hasattr(response, "was_sent") else None
        here = response.request["PATH_INFO"]  # type: ignore[attr-defined]
        for link in page.links if page else ():
            target, fragment = urldefrag(urljoin(here, unescape(link)))
            if not target.startswith("/") or target.startswith(("//", "/static/", "/en/")):
                continue
            if target == here and page and fragment and fragment not in page.ids:
                wrong.append(f"{path}: #{fragment} leads to no id")
            if (role, target) in visited or target == here:
                continue
            visited.add((role, target))
            kind = (role, resolve(urlsplit(target).path).view_name)
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > LINKS_OF_A_KIND:
                continue
            found = opened(client_of(role), target)
            if found.status_code != 200:
                wrong.append(f"{path}: {link} answers {found.status_code} to the {role} who sees it")
    assert wrong == []


def test_the_reader_notices() -> None:
    bad = "<html><head><title></title></head><body><p style='a'><div id=x></div></p><h2 id=x>a</h2></body></html>"
    said = " ".join(Markup(bad).problems())
    for what in ("doctype", "language", "style attribute", "in <p>", "id x twice", "titles", "h1"):
        assert what in said


VIEWS = {"light": ("phone", "light"), "dark": ("desk", "dark")}  # and a screen of 320 pixels beside them


@pytest.mark.browser
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("group", GROUPS)
def test_pages_have_no_barriers(browser: Browser, house: House, group: str, view: str) -> None:
    """Nothing for axe to find, no complaint on the console, nothing wider than a narrow phone."""
    wrong: list[str] = []
    size, scheme = VIEWS[view]
    for name in GROUPS[group]:
        page = None
        if name not in house.examples or not is_worth_a_visit(every()[name]):
            continue
        try:
            page = open_page(
                browser,
                house.url + house.examples[name],
                size=size,
                scheme=scheme,
                cookies=house.cookies[guest_of(name)],
            )
        except Error as error:
            if not no_page(error):
                raise
            for context in browser.contexts:
                context.close()
            continue
        if page.evaluate("document.contentType") == "text/html" and page.locator("main").count():
            wrong += [f"{name}: {found}" for found in axe(page)]
            wrong += [f"{name}: {said}" for said in page.complaints if "status of 4" not in said]  # type: ignore[attr-defined]
            if view == "light" and (over := wider_than(page, 320)):
                wrong.append(f"{name}: {over} pixels wider than 320")
        page.context.close()
    assert wrong == []
