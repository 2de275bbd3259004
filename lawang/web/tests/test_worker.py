"""The worker, in Chromium: what was kept opens without a signal, nothing else is kept, and it sends the outbox."""

from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, Page

from lawang.web import keep
from lawang.web.tests import scenes
from lawang.web.tests.line import Fault, Line
from lawang.web.tests.office import Office
from tests.browser import axe, open_page, photograph, wider_than

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lawang.web.tests.office"),
]
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) found[new URL(url).pathname] = name;
  }
  return found;
}"""
SIZES = """async () => {
  const found = {};
  for (const name of (await caches.keys()).filter((one) => one.startsWith("lawang-shell-"))) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found[request.url] = await (await cache.match(request)).text();
  }
  return found;
}"""

FORGET = """caches.keys().then((all) =>
  Promise.all(all.filter((name) => name.includes("pages")).map((name) => caches.delete(name))))"""


def has_style(page: Page) -> bool:
    """Tell whether the stylesheet is there: without it, the brand has no height of its own."""
    return bool(page.evaluate("getComputedStyle(document.querySelector('.top')).borderTopWidth === '4px'"))


@pytest.fixture
def settled(page: Page) -> Page:
    scenes.settled(page)
    return page


def test_the_form_of_a_first_visit_opens_without_a_signal(settled: Page, line: Line) -> None:
    """With its looks and its scripts: a photo is made smaller, what was typed is kept and waits."""
    line.is_down = True
    settled.goto(f"{line.url}/contoh/?dari=beranda")
    assert settled.title().startswith("Permohonan contoh")
    assert has_style(settled)
    scenes.fill(settled, "Siti Contoh")
    settled.locator(".kept-here", has_text="Tersimpan di HP ini").wait_for(timeout=scenes.WAIT)
    scenes.send(settled)
    scenes.state(settled, "again")


def test_a_page_that_was_not_kept_says_what_works(settled: Page, line: Line) -> None:
    line.is_down = True
    settled.goto(f"{line.url}/komponen/")
    assert settled.inner_text("h1") == "Tidak ada sinyal"
    assert has_style(settled)
    settled.get_by_role("link", name="Permohonan contoh").wait_for()
    assert axe(settled) == []
    photograph(settled, "tidak-ada-sinyal-phone-light")
    assert wider_than(settled, 320) == 0
    settled.get_by_role("link", name="Di HP ini").click()
    assert settled.inner_text("h1") == "Di HP ini"
    settled.goto(f"{line.url}/en/komponen/")
    assert settled.evaluate("document.documentElement.lang") == "en"
    line.is_down = False
    settled.goto(f"{line.url}/komponen/")
    assert settled.inner_text("h1") == "Bagian-bagian halaman"


def test_pages_of_people_at_work_are_never_kept(settled: Page, line: Line) -> None:
    for path in ("/meja/contoh/", "/en/meja/contoh/", "/komponen/"):
        settled.goto(line.url + path)
    settled.wait_for_timeout(300)
    kept = settled.evaluate(KEPT)
    assert not [path for path in kept if "meja" in path or "komponen" in path]
    line.is_down = True
    settled.goto(f"{line.url}/meja/contoh/")
    assert settled.inner_text("h1") == "Tidak ada sinyal"


def test_a_page_with_a_name_is_kept_without_it(browser: Browser, line: Line, office: Office) -> None:
    """Who is signed in may open the form without a signal too, but the copy on the phone is nobody's."""
    session = SessionStore()
    session["name"] = "Siti"
    session.create()
    cookies = [{"name": "sessionid", "value": session.session_key, "url": line.url}]
    page = open_page(browser, f"{line.url}/contoh/", cookies=cookies)
    scenes.settled(page)
    for _twice in range(2):
        page.goto(f"{line.url}/contoh/")
        assert "csrfmiddlewaretoken" in page.content()
        scenes.until(page, "caches.match('/contoh/').then(Boolean)")
        assert "csrfmiddlewaretoken" not in page.evaluate(
            "caches.match('/contoh/').then((one) => one.text())"
        )
        page.evaluate(FORGET)
    page.context.close()


def test_a_server_that_is_ill_or_slow_does_not_shut_the_form(settled: Page, line: Line) -> None:
    line.fail(Fault("502"), method="GET", path="/contoh/")
    settled.goto(f"{line.url}/contoh/")
    assert settled.title().startswith("Permohonan contoh")
    line.fail(Fault("slow", rate=400), method="GET", path="/contoh/")
    settled.goto(f"{line.url}/contoh/", timeout=15_000)
    assert settled.title().startswith("Permohonan contoh")


def test_a_new_version_keeps_what_was_kept(
    settled: Page, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = settled.evaluate(KEPT)["/contoh/"]
    monkeypatch.setattr(keep, "version", lambda addresses: "f00d")
    settled.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    scenes.until(
        settled, "caches.keys().then((all) => all.sort().join() === 'lawang-pages-f00d,lawang-shell-f00d')"
    )
    assert settled.evaluate(KEPT)["/contoh/"] != before
    line.is_down = True
    settled.goto(f"{line.url}/contoh/")
    assert settled.title().startswith("Permohonan contoh")
    assert has_style(settled)


def test_a_new_version_that_comes_with_a_broken_line_loses_nothing(
    settled: Page, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "version", lambda addresses: "f00d")
    line.fail(Fault("lost"), times=2, method="GET", path="/contoh/")
    settled.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    scenes.until(settled, "caches.keys().then((all) => all.includes('lawang-shell-f00d'))")
    settled.wait_for_timeout(1_500)
    line.is_down = True
    settled.goto(f"{line.url}/contoh/")
    assert settled.title().startswith("Permohonan contoh")
    assert has_style(settled)


def test_the_shell_is_small(settled: Page) -> None:
    sizes = {
        url: len(brotli.compress(text.encode(), quality=5)) for url, text in settled.evaluate(SIZES).items()
    }
    assert len(sizes) >= len(keep.FILES) + 4
    print(sum(sizes.values()))
    assert sum(sizes.values()) <= 60 * 1024


@pytest.fixture
def registration(settled: Page, line: Line) -> tuple[Any, str]:
    """The worker as the browser knows it, and its number."""
    devtools = settled.context.new_cdp_session(settled)
    seen: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: seen.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    settled.wait_for_timeout(300)
    return devtools, seen[0]


def test_the_browser_lets_the_worker_send(
    settled: Page, line: Line, office: Office, registration: tuple[Any, str]
) -> None:
    """Background Sync: no page of ours needs to be open."""
    made = scenes.enqueue(settled, 2, photos=1, size=50_000)
    settled.goto("about:blank")
    devtools, number = registration
    for _twice in range(2):
        asked = {"origin": line.url, "registrationId": number, "tag": "outbox", "lastChance": False}
        devtools.send("ServiceWorker.dispatchSyncEvent", asked)
    for _while in range(100):
        if office.photos() == 2:
            break
        settled.wait_for_timeout(100)
    assert scenes.complaints(made, office.rows(), office.photo) == []
    settled.goto(f"{line.url}/di-hp-ini/")
    settled.locator("[data-list=receipts] > li").nth(1).wait_for(timeout=scenes.WAIT)


def test_scripts_stay_scripts_without_their_explanations(page: Page) -> None:
    """As phones get them: each still parses."""
    import re
    from pathlib import Path

    from lawang.web.staticfiles import EXPLANATION

    page.goto("about:blank")
    folder = Path(keep.__file__).parent / "static" / "web" / "js"
    for script in sorted(folder.glob("*.js")):
        source = script.read_text(encoding="utf-8")
        bare = EXPLANATION.sub("", source)
        assert bare.count("\n") == source.count("\n")
        assert "\n//" not in bare
        body = re.sub(r"(?m)^export ", "", re.sub(r"(?m)^import .*;$", "", bare))
        assert page.evaluate("source => { new Function(source); return true; }", body), script.name


def test_the_first_visit_to_a_form_is_light(browser: Browser, line: Line, office: Office) -> None:
    from tests.browser import weigh

    weight = weigh(browser, f"{line.url}/contoh/")
    print(weight)
    assert weight["total"] <= 35
    assert weight["script"] <= 10
