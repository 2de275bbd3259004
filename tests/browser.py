"""A browser for tests; conftest.py names this file as a plugin.

Use the fixture `browser`; mark the test @pytest.mark.browser. Without Chromium it is skipped with a sentence.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
PHOTOS = Path(os.environ.get("LAWANG_PHOTOS", "build/photos"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"phone": (360, 740), "desk": (1280, 800)}


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Start Chromium for one test.

    Playwright's loop runs in this thread while the test does, so Django must be told that this is meant; it ends with
    the test, for it would disturb every later test that touches the database.
    """
    if not CHROMIUM:
        pytest.skip("Tidak ada Chromium di sini: apt install chromium, atau CHROMIUM=/jalan/ke/chromium")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        connections.close_all()  # while the loop runs Django opens one of its own, which nobody else would close
        browser.close()


def open_page(
    browser: Browser,
    url: str,
    *,
    size: str = "phone",
    scheme: str = "light",
    cookies: list[Any] | None = None,
    script: bool = True,
) -> Page:
    """Return the opened page; the caller closes `page.context`. `page.complaints` has the console's errors."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="id-ID",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        java_script_enabled=script,
    )
    if cookies:
        context.add_cookies(cookies)
    page = context.new_page()
    complaints: list[str] = []
    page.complaints = complaints  # type: ignore[attr-defined]

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url, wait_until="load")
    return page


def weigh(browser: Browser, url: str, *, cookies: list[Any] | None = None) -> dict[str, float]:
    """Return what a first visit loads, in KB as Brotli would send it: total, script, and how many requests."""
    import brotli  # type: ignore[import-untyped]

    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
    if cookies:
        context.add_cookies(cookies)
    page = context.new_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url, wait_until="networkidle")
    weight = {"total": 0.0, "script": 0.0, "requests": 0.0}
    weight["requests"] = float(len({answer.url for answer in answers}))
    for answer in {answer.url: answer for answer in answers}.values():
        body = answer.body() if answer.status == 200 else b""
        is_text = any(
            kind in answer.headers.get("content-type", "") for kind in ("text", "javascript", "svg", "json")
        )
        size = len(brotli.compress(body, quality=5) if is_text else body) / 1024
        weight["total"] += size
        weight["script"] += size if answer.request.resource_type == "script" else 0
    context.close()
    return weight


def photograph(page: Page, name: str) -> Path:
    """Keep a picture of the whole page for people to look at."""
    PHOTOS.mkdir(parents=True, exist_ok=True)
    path = PHOTOS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def axe(page: Page) -> list[str]:
    """Return what axe-core finds, one line each: rule, how many, the first place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{v['id']} x{len(v['nodes'])}: {v['nodes'][0]['target']} {v['help']}" for v in found]


def wider_than(page: Page, width: int) -> int:
    """Return by how many pixels the page is wider than `width` (0: it fits)."""
    page.set_viewport_size({"width": width, "height": 700})
    return max(0, int(page.evaluate("document.documentElement.scrollWidth")) - width)


def unseen_focus(page: Page, most: int = 200) -> list[str]:
    """Walk the page with Tab and return what takes the focus without showing it."""
    unseen = []
    for _step in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return null;
            const seen = (n, p) => { const s = getComputedStyle(n, p);
              return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
            return [e.tagName + '#' + e.id + ' ' + e.textContent.trim().slice(0, 30),
              seen(e) || (e.nextElementSibling && seen(e.nextElementSibling, '::before'))]; }"""
        )
        if at is None:
            break
        if not at[1]:
            unseen.append(at[0])
    return unseen
