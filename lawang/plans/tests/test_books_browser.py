"""The books' pages in a browser: axe finds nothing, nothing is wider than a phone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lawang.plans.books import definitions, editions
from lawang.plans.tests.library import AT, make_planner, shelve
from tests.browser import axe, open_page, photograph, wider_than
from tests.plan_factory import make_living_plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "width"), [("phone", 360), ("desk", 1280)])
def test_the_books_are_for_everybody(browser: Any, live_server: Any, size: str, width: int) -> None:
    shelve()
    planner, revision = make_planner(), make_living_plan(2)
    book = definitions.book("3")
    assert book is not None
    waiting = editions.start_edition(revision, book, language="en", by=planner, at=AT)
    mine = editions.make(editions.start_edition(revision, book, by=planner, at=AT), at=AT)
    editions.publish_edition(mine, by=planner, at=AT)
    editions.change_text(
        revision.plan, book, "arah", title={"id": "Arah kami"}, words=None, seen=0, by=planner, at=AT
    )
    desk = Client()
    desk.force_login(planner)
    cookies = [{"name": "sessionid", "value": desk.cookies["sessionid"].value, "url": live_server.url}]
    paths = {
        "public": reverse("books"),
        "desk": reverse("planner:books"),
        "ready": mine.get_absolute_url(),
        "waiting": waiting.get_absolute_url(),
        "book": reverse("planner:book", args=["buku-3"]),
        "words": reverse("planner:book_text", args=["buku-3", "arah"]),
    }
    for name, path in paths.items():
        for scheme in ("light", "dark"):
            page = open_page(browser, live_server.url + path, size=size, scheme=scheme, cookies=cookies)
            photograph(page, f"books-{name}-{size}-{scheme}")
            assert axe(page) == [], (name, scheme)
            assert wider_than(page, width) == 0, name
            assert page.complaints == []  # type: ignore[attr-defined]
            page.context.close()
