"""An office that receives, a bad line to it, and a phone with its form open: for the tests of the outbox."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from lawang.web.tests import office as at_work
from lawang.web.tests.line import Line, line_to
from lawang.web.tests.office import Office
from tests.browser import open_page


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[Line]:
    with line_to(live_server.url) as line:
        yield line


@pytest.fixture
def office(line: Line) -> Office:
    return at_work.reset()


@pytest.fixture
def page(browser: Browser, line: Line, office: Office) -> Iterator[Page]:
    """The form, opened by somebody who was never here."""
    page = open_page(browser, f"{line.url}/contoh/")
    yield page
    page.context.close()
