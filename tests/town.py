"""The demonstration regency behind a real server, for journeys; conftest.py names this file as a plugin."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from lawang.portal.demo import PASSWORD
from tests.browser import open_page
from tests.world import drop_database, make_database, using


@pytest.fixture
def town(demo_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Serve a copy of the demonstration, for one test; return its address."""
    name = f"{demo_database}_town"
    with django_db_blocker.unblock():
        make_database(name, demo_database)
        with using(name):
            server = LiveServer("localhost")
            yield server.url
            server.stop()
        drop_database(name)


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Masuk").click()


@contextmanager
def visit(
    browser: Browser, town: str, username: str = "", *, script: bool = True, size: str = "desk"
) -> Iterator[Page]:
    """Open the door as somebody who knows the password, or as nobody."""
    page = open_page(browser, f"{town}/masuk/" if username else town, size=size, script=script)
    page.set_default_timeout(15_000)
    if username:
        log_in(page, username)
    yield page
    page.wait_for_load_state(
        "networkidle"
    )  # the test server leaves a file open when nobody reads it to its end
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()
