"""The check page in Chromium: the QR with the network off, forged statements, a file that never leaves the phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from lawang.documents import actions, composing, qr
from lawang.documents.models import CheckCount, Document
from lawang.documents.tests.letters import AT, make_document
from lawang.web.tests import scenes
from lawang.web.tests.line import Line, line_to
from tests.browser import axe, open_page, photograph, wider_than
from tests.cast import make_node

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAIT = 15_000


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[Line]:
    with line_to(live_server.url) as line:
        yield line


@pytest.fixture
def letter(line: Line) -> Document:
    make_node(is_demo=False, base_url=line.url)
    return make_document()


@pytest.fixture
def page(browser: Browser, line: Line, letter: Document) -> Iterator[Page]:
    """The check page on a phone that has kept it."""
    page = open_page(browser, f"{line.url}/cek/")
    scenes.settled(page)
    yield page
    page.context.close()


def scanned(document: Document) -> str:
    """Return what a camera reads from the paper."""
    return f"{composing.check_address(document.code)}#{qr.payload(composing.statement_of(document))}"


def shown(page: Page) -> list[str]:
    """Return which answers about the QR are to be seen."""
    page.wait_for_selector("[data-paper]:not([hidden]) [data-when]:not([hidden])", timeout=WAIT)
    return [
        str(one.get_attribute("data-when")) for one in page.query_selector_all("[data-when]:not([hidden])")
    ]


def test_with_a_signal_the_state_and_the_qr_are_both_checked(
    page: Page, line: Line, letter: Document
) -> None:
    page.goto(scanned(letter))
    assert shown(page) == ["genuine"]
    assert page.inner_text("[data-verdict] h2") == "Berlaku"
    assert axe(page) == []
    photograph(page, "cek-berlaku-phone-light")


def test_without_a_signal_the_paper_is_genuine_and_its_state_unknown(
    page: Page, line: Line, letter: Document
) -> None:
    line.is_down = True
    page.goto(scanned(letter))
    assert shown(page) == ["offline"]
    said = page.inner_text("[data-paper]")
    assert "Asli saat diterbitkan" in said
    assert "Status terkini belum diperiksa" in said
    for fact in (letter.number, "Jumat, 20 November 2026", "Desa Padang Tepong", "Surat keterangan"):
        assert fact in said
    assert page.query_selector("[data-verdict]") is None
    assert axe(page) == []
    assert wider_than(page, 320) == 0
    photograph(page, "cek-tanpa-sinyal-phone-light")


def test_a_code_page_alone_brings_the_page_for_later(browser: Browser, line: Line, letter: Document) -> None:
    """Who scanned one paper with a signal can check the next one without."""
    other = make_document()
    page = open_page(browser, scanned(letter))
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    scenes.until(page, "navigator.serviceWorker.controller !== null")
    scenes.until(page, "caches.match('/cek/').then(Boolean)")
    line.is_down = True
    page.goto(scanned(other))
    assert shown(page) == ["offline"]
    assert other.number in page.inner_text("[data-paper]")
    page.context.close()


def test_the_answer_about_a_paper_is_never_an_old_one(page: Page, line: Line, letter: Document) -> None:
    page.goto(scanned(letter))
    shown(page)
    line.is_down = True
    page.reload()
    assert shown(page) == ["offline"]
    assert "Berlaku" not in page.inner_text("main")


def test_one_changed_character_is_noticed_without_a_signal(page: Page, line: Line, letter: Document) -> None:
    """Every seventh place of statement and signature, and both ends."""
    line.is_down = True
    address, payload = scanned(letter).split("#")
    page.goto(f"{address}#{payload}")
    assert shown(page) == ["offline"]
    places = [*range(0, len(payload), 7), len(payload) - 2, len(payload) - 1]
    changed = [
        payload[:place] + ("A" if payload[place] != "A" else "B") + payload[place + 1 :] for place in places
    ]
    found = page.evaluate(
        """async (many) => {
          const seen = [];
          for (const one of many) {
            location.hash = one;
            await new Promise((go) => addEventListener("hashchange", go, { once: true }));
            await new Promise((go) => setTimeout(go, 25));
            const all = [...document.querySelectorAll("[data-when]:not([hidden])")];
            seen.push(all.map((node) => node.dataset.when).join());
          }
          return seen;
        }""",
        changed,
    )
    assert set(found) <= {"forged", "unknown"}
    assert (
        found.count("forged") >= len(found) - 2
    )  # "unknown" only where the name of the key itself was changed
    assert page.is_hidden("[data-facts]")


def test_nonsense_is_not_genuine(page: Page, line: Line, letter: Document) -> None:
    line.is_down = True
    for payload in ("x", "a.b", ".", "TDEK.TDEK", "a.b.c", "%00", "=.="):
        page.goto("about:blank")
        page.goto(f"{composing.check_address(letter.code)}#{payload}")
        assert shown(page) == ["forged"], payload


def test_the_qr_of_one_paper_on_another_is_noticed(page: Page, line: Line, letter: Document) -> None:
    other = make_document()
    mixed = f"{composing.check_address(other.code)}#{qr.payload(composing.statement_of(letter))}"
    page.goto(mixed)
    assert shown(page) == ["other"]
    line.is_down = True
    page.goto(mixed)
    page.reload()
    assert shown(page) == ["other"]


def test_a_genuine_qr_of_a_letter_with_another_number_is_noticed(
    page: Page, line: Line, letter: Document
) -> None:
    said = composing.statement_of(letter)
    sly = qr.Statement(said.code, "lain/2026", said.date, said.office, said.kind, said.is_example)
    page.goto(f"{composing.check_address(letter.code)}#{qr.payload(sly)}")
    assert shown(page) == ["other"]


def test_a_key_that_ended_before_the_papers_date_signs_nothing_more(
    page: Page, line: Line, letter: Document
) -> None:
    from lawang.people.models import NodeKey

    NodeKey.objects.update(valid_to=AT.replace(year=2025))
    page.goto(scanned(letter))
    assert shown(page) == ["forged"]


def test_a_new_key_is_unknown_to_a_page_kept_before(
    page: Page, line: Line, letter: Document, settings: Any
) -> None:
    (Path(settings.KEYS) / "qr.key").unlink()
    line.is_down = True
    page.goto(scanned(letter))
    assert shown(page) == ["unknown"]


def test_a_revoked_letter_says_so_although_its_qr_is_genuine(
    page: Page, line: Line, letter: Document
) -> None:
    actions.revoke(letter, by=None, at=AT, reason="Salah orang.")
    page.goto(scanned(letter))
    assert shown(page) == ["genuine"]
    assert page.inner_text("[data-verdict] h2") == "Dicabut"


# Files


def choose(page: Page, content: bytes, name: str = "surat.pdf") -> None:
    page.set_input_files("#berkas", {"name": name, "mimeType": "application/pdf", "buffer": content})


def test_a_file_is_compared_here_and_never_sent(page: Page, line: Line, letter: Document) -> None:
    page.goto(composing.check_address(letter.code))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {urlsplit(request.url).path}"))
    choose(page, actions.pdf(letter))
    page.wait_for_selector("[data-file=same]:not([hidden])", timeout=WAIT)
    changed = bytearray(actions.pdf(letter))
    changed[500] ^= 1
    choose(page, bytes(changed))
    page.wait_for_selector("[data-file=differs]:not([hidden])", timeout=WAIT)
    assert [one for one in asked if not one.startswith("GET /static/")] == []  # the crest may come late


def test_the_general_page_finds_the_letter_by_the_hash_alone(
    page: Page, line: Line, letter: Document
) -> None:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    choose(page, actions.pdf(letter))
    page.wait_for_url(f"**/cek/{letter.code}/?sidik=*", timeout=WAIT)
    assert "Berkas sama persis" in page.inner_text("main")
    assert posts == []


def test_a_dropped_file_is_compared(page: Page, line: Line, letter: Document) -> None:
    page.goto(composing.check_address(letter.code))
    page.evaluate(
        """(content) => {
          const carried = new DataTransfer();
          carried.items.add(new File([Uint8Array.from(content)], "surat.pdf"));
          const drop = new DragEvent("drop", { dataTransfer: carried, cancelable: true, bubbles: true });
          document.querySelector("[data-drop]").dispatchEvent(drop);
        }""",
        list(actions.pdf(letter)),
    )
    page.wait_for_selector("[data-file=same]:not([hidden])", timeout=WAIT)


def test_without_a_signal_a_file_has_to_wait(page: Page, line: Line, letter: Document) -> None:
    line.is_down = True
    page.goto(composing.check_address(letter.code))
    choose(page, actions.pdf(letter))
    page.wait_for_selector("[data-file=offline]:not([hidden])", timeout=WAIT)
    assert page.query_selector("[data-verdict]") is None


def test_everything_works_without_javascript(browser: Browser, line: Line, letter: Document) -> None:
    page = open_page(browser, f"{line.url}/cek/", script=False)
    page.fill("#id_kode", letter.code)
    page.get_by_role("button", name="Periksa").click()
    assert page.inner_text("[data-verdict] h2") == "Berlaku"
    choose(page, actions.pdf(letter))
    page.get_by_role("button", name="Cocokkan berkas").click()
    assert "Berkas sama persis" in page.inner_text("main")
    assert CheckCount.objects.get().count == 1
    page.context.close()


def test_the_script_is_small() -> None:
    import gzip

    from django.contrib.staticfiles import finders

    path = finders.find("documents/check.js")
    assert isinstance(path, str)
    assert len(gzip.compress(Path(path).read_bytes())) < 4_000
