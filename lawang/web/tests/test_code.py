"""Codes made in the browser and codes made here are the same kind: both read the same vectors alike."""

import json
from pathlib import Path

import pytest
from django.templatetags.static import static
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from lawang import lib
from lawang.lib.codes import normalise
from tests.browser import open_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VECTORS = json.loads((Path(lib.__file__).parent / "tests" / "code_vectors.json").read_text())
ASK = """async ([module, typed]) => {
  const { newCode, normalise, shown } = await import(module);
  return { read: typed.map(normalise), shown: typed.map((one) => normalise(one) && shown(normalise(one))),
           made: Array.from({ length: 1000 }, newCode) };
}"""


def test_the_browser_agrees(browser: Browser, live_server: LiveServer) -> None:
    page = open_page(browser, f"{live_server.url}/komponen/")
    typed = [row["typed"] for row in VECTORS["codes"]] + VECTORS["refused"]
    answer = page.evaluate(ASK, [static("web/js/code.js"), typed])
    nothing = [None] * len(VECTORS["refused"])
    assert answer["read"] == [row["code"] for row in VECTORS["codes"]] + nothing
    assert answer["shown"] == [row["shown"] for row in VECTORS["codes"]] + nothing
    assert len(set(answer["made"])) == 1000
    assert [normalise(code) for code in answer["made"]] == answer["made"]
    page.context.close()
