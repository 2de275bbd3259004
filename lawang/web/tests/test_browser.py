"""The living page of components, looked at by Chromium: photographs, axe, narrow screens, keyboard, drafts."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser import axe, open_page, photograph, unseen_focus, weigh, wider_than

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_components_look_well_and_axe_finds_nothing(
    browser: Browser, live_server: LiveServer, size: str, scheme: str
) -> None:
    page = open_page(browser, f"{live_server.url}/komponen/", size=size, scheme=scheme)
    photograph(page, f"komponen-{size}-{scheme}")
    assert axe(page) == []
    assert page.complaints == []  # type: ignore[attr-defined] # nothing against the content security policy
    page.context.close()


def test_nothing_is_wider_than_a_narrow_phone(browser: Browser, live_server: LiveServer) -> None:
    page = open_page(browser, f"{live_server.url}/en/komponen/")
    assert wider_than(page, 320) == 0
    page.context.close()


def test_keyboard_focus_is_always_seen(browser: Browser, live_server: LiveServer) -> None:
    page = open_page(browser, f"{live_server.url}/komponen/", size="desk")
    assert unseen_focus(page) == []
    page.context.close()


def test_the_error_summary_takes_the_focus(browser: Browser, live_server: LiveServer) -> None:
    page = open_page(browser, f"{live_server.url}/komponen/")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.context.close()


def test_the_shell_leaves_room_for_the_page(browser: Browser, live_server: LiveServer) -> None:
    weight = weigh(browser, f"{live_server.url}/komponen/")
    assert weight["requests"] <= 6
    assert weight["script"] <= 4
    assert weight["total"] <= 25
