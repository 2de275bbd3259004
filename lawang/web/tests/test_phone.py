"""What stays on a phone: drafts, photos, the queue; through reloads, a killed browser, full storage, shared hands."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from lawang.web.tests import scenes
from lawang.web.tests.line import Fault, Line
from lawang.web.tests.office import Office
from tests.browser import CHROMIUM, axe, open_page, photograph, wider_than

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lawang.web.tests.office"),
]
SAVED = "Tersimpan di HP ini"
NO_STORAGE = "Object.defineProperty(window, 'indexedDB', { get() { return undefined; } });"


@contextmanager
def phone(browser: Browser, profile: Path, *flags: str) -> Iterator[BrowserContext]:
    """A browser with a profile on disk, as it is after the phone was switched on again."""
    context = browser.browser_type.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", *flags],
        locale="id-ID",
        viewport={"width": 360, "height": 740},
    )
    try:
        yield context
    finally:
        with suppress(Error):
            context.close()


def kill(profile: Path) -> int:
    """Take the battery out: kill -9 the processes of the browser that works in `profile`; return how many."""
    mark, killed = f"--user-data-dir={profile}".encode(), 0
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdecimal() and mark in (folder / "cmdline").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGKILL)
                killed += 1
    time.sleep(1)
    return killed


def saved(page: Page) -> None:
    page.locator(".kept-here", has_text=SAVED).wait_for(timeout=scenes.WAIT)


def test_what_is_typed_comes_back_after_a_reload(page: Page, tmp_path: Path) -> None:
    scenes.fill(page, "Siti Contoh", story="Sejak semalam", photos=(scenes.photo(tmp_path),))
    page.check("input[name=papers][value=nikah]", force=True)
    page.wait_for_timeout(500)
    saved(page)
    page.reload()
    page.locator(".kept-here", has_text="sudah dikembalikan").wait_for(timeout=scenes.WAIT)
    assert page.input_value("#id_name") == "Siti Contoh"
    assert page.input_value("#id_story") == "Sejak semalam"
    assert page.is_checked("input[name=papers][value=nikah]")
    assert not page.is_checked("input[name=papers][value=kk]")
    assert page.evaluate("document.querySelector('#id_photo').files[0].size") <= 300_000
    page.get_by_role("button", name="Kosongkan").click()
    page.wait_for_function("() => document.querySelector('#id_name').value === ''")
    page.reload()
    page.wait_for_timeout(500)
    assert page.input_value("#id_name") == ""
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_killed_browser_loses_neither_draft_nor_queue(
    browser: Browser, line: Line, office: Office, tmp_path: Path
) -> None:
    profile, photo = tmp_path / "profile", scenes.photo(tmp_path)
    with phone(browser, profile) as context:
        page = context.new_page()
        page.goto(f"{line.url}/contoh/")
        scenes.settled(page)
        scenes.fill(page, "Siti Contoh", photos=(photo,))
        saved(page)
        page.wait_for_timeout(600)
        assert kill(profile) > 0
    line.is_down = True
    with phone(browser, profile) as context:
        page = context.new_page()
        page.goto(f"{line.url}/contoh/")
        page.locator(".kept-here", has_text="sudah dikembalikan").wait_for(timeout=scenes.WAIT)
        assert page.input_value("#id_name") == "Siti Contoh"
        assert page.evaluate("document.querySelector('#id_photo').files.length") == 1
        scenes.send(page)
        scenes.state(page, "again")
        kill(profile)
    with phone(browser, profile) as context:
        page = context.new_page()
        page.goto(f"{line.url}/di-hp-ini/")
        page.locator("[data-list=waiting] > li").wait_for(timeout=scenes.WAIT)
        assert scenes.read(page, "drafts") == []
        line.is_down = False
        scenes.nudge(page)
        page.locator("[data-list=receipts] > li").wait_for(timeout=scenes.WAIT)
    assert [row["answers"]["name"] for row in office.rows()] == ["Siti Contoh"]
    assert office.photos() == 1


def test_killed_while_it_sends(browser: Browser, line: Line, office: Office, tmp_path: Path) -> None:
    """A photo is half there when the battery is empty: the rest follows, the first half is not sent again."""
    profile = tmp_path / "profile"
    with phone(browser, profile) as context:
        page = context.new_page()
        page.goto(f"{line.url}/contoh/")
        scenes.settled(page)
        (made,) = scenes.enqueue(page, 1, photos=1, size=200_000)
        line.fail(Fault("slow", rate=6_000), times=99, path=r"/kirim/.+/0/")
        page.evaluate("void self.outbox.send()")
        until = time.monotonic() + 60
        while line.count("POST", r"/kirim/.+/0/") < 2 and time.monotonic() < until:
            page.wait_for_timeout(100)
        kill(profile)
    line.heal()
    arrived = (office.folder / f"{made.key}-0.part").stat().st_size
    assert 0 < arrived < 200_000
    before = len(line.passed)
    with phone(browser, profile) as context:
        page = context.new_page()
        page.goto(f"{line.url}/di-hp-ini/")
        page.locator("[data-list=receipts] > li").wait_for(timeout=scenes.WAIT)
    assert scenes.complaints([made], office.rows(), office.photo) == []
    pieces = [one for one in line.passed[before:] if one.method == "POST" and one.path.endswith(str(arrived))]
    assert len(pieces) == 1


def room(kilobytes: int) -> str:
    """Return the flag that leaves a site about so much room on this phone, its kept pages included."""
    return f"--enable-features=StorageQuotaSettings:PoolSizeBytes/{kilobytes * 1000 * 5 // 4}"


FILL_UP = """async () => {
  for (let n = 0; ; n++) {
    const data = crypto.getRandomValues(new Uint8Array(20000)).buffer;
    try { await self.outbox.put("receipts", { key: `x${n}`, data }); } catch (error) { return error.name; }
  }
}"""


def test_a_nearly_full_phone_makes_the_photo_smaller(
    browser: Browser, line: Line, office: Office, tmp_path: Path
) -> None:
    with phone(browser, tmp_path / "profile", room(620)) as context:
        page = context.new_page()
        page.goto(f"{line.url}/contoh/")
        scenes.settled(page)
        scenes.fill(page, "Siti Contoh", photos=(scenes.photo(tmp_path),))
        line.fail(Fault("502"))
        scenes.send(page)
        scenes.state(page, "again")
        (item,) = scenes.read(page, "waiting")
        assert item["files"][0]["size"] <= 90_000
        scenes.nudge_until(page, "done")
    assert len(office.photo(office.rows()[0]["receipt"]["key"], 0)) == item["files"][0]["size"]


def test_a_full_phone_keeps_the_text_and_asks_for_a_smaller_photo(
    browser: Browser, line: Line, office: Office, tmp_path: Path
) -> None:
    with phone(browser, tmp_path / "profile", room(900)) as context:
        page = context.new_page()
        page.goto(f"{line.url}/contoh/")
        scenes.settled(page)
        assert page.evaluate(FILL_UP) == "QuotaExceededError"
        page.set_input_files("#id_photo", scenes.photo(tmp_path))
        trouble = page.locator("[data-outbox-trouble]")
        trouble.get_by_text("Pilih foto yang lebih kecil").wait_for(timeout=scenes.WAIT)
        page.fill("#id_name", "Siti Contoh")
        page.select_option("#id_village", "tanjung")
        page.check("input[name=way][value=web]", force=True)
        scenes.send(page)
        trouble.get_by_text("Pilih foto yang lebih kecil").wait_for(timeout=scenes.WAIT)
        assert page.input_value("#id_name") == "Siti Contoh"
        assert scenes.read(page, "waiting") == office.rows() == []
        with page.expect_navigation():  # there is a signal, so it can go without being kept
            page.get_by_role("button", name="Kirim langsung").click()
        assert page.inner_text("h1") == "Diterima"
        (row,) = office.rows()
        assert row["plain"]
        assert row["files"][0]["size"] <= 300_000


def test_a_window_that_keeps_nothing_sends_an_ordinary_form(
    browser: Browser, line: Line, office: Office, tmp_path: Path
) -> None:
    page = open_page(browser, "about:blank")
    page.add_init_script(NO_STORAGE)
    page.goto(f"{line.url}/contoh/")
    page.locator(".kept-here", has_text="tidak menyimpan isian").wait_for()
    scenes.fill(page, "Siti Contoh", photos=(scenes.photo(tmp_path),))
    line.is_down = True
    scenes.send(page)
    page.locator("[data-outbox-trouble]").get_by_text("tidak bisa menyimpan kiriman").wait_for(
        timeout=scenes.WAIT
    )
    assert page.input_value("#id_name") == "Siti Contoh"
    line.is_down = False
    with page.expect_navigation():
        scenes.send(page)
    assert page.inner_text("h1") == "Diterima"
    (row,) = office.rows()
    assert row["plain"]
    assert len(row["code"]) == 13
    assert row["files"][0]["size"] <= 300_000
    page.goto(f"{line.url}/di-hp-ini/")
    assert page.locator("[data-hint=none]").is_visible()
    page.context.close()


def test_without_javascript_it_is_an_ordinary_form(
    browser: Browser, line: Line, office: Office, tmp_path: Path
) -> None:
    page = open_page(browser, f"{line.url}/contoh/", script=False)
    assert page.locator("[data-outbox-result]").is_hidden()
    page.fill("#id_name", "Siti Contoh")
    page.click("form[data-outbox] button")
    assert "Desa: Pilih satu." in page.inner_text("[data-error-summary]")  # the server's own summary
    assert page.input_value("#id_name") == "Siti Contoh"
    page.select_option("#id_village", "tanjung")
    page.check("input[name=way][value=web]", force=True)
    page.set_input_files("#id_photo", scenes.photo(tmp_path, width=320, height=240))
    page.click("form[data-outbox] button")
    assert page.inner_text("h1") == "Diterima"
    (row,) = office.rows()
    assert row["files"][0]["name"] == "foto.jpg"
    page.goto(f"{line.url}/di-hp-ini/")
    assert "JavaScript di peramban ini mati" in page.inner_text("main")
    page.context.close()


@pytest.mark.parametrize(
    ("agent", "hint"),
    [
        ("Mozilla/5.0 (Linux; Android 11; wv) Chrome/120 Mobile [FB_IAB/FB4A;FBAV/440.0]", "inside"),
        ("Mozilla/5.0 (Linux; Android 11) Chrome/120 Mobile WhatsApp/2.24", "inside"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "apple"),
        ("Mozilla/5.0 (Linux; Android 11) Chrome/120 Mobile Safari/537.36", ""),
    ],
)
def test_browsers_that_forget_say_so(
    browser: Browser, line: Line, office: Office, agent: str, hint: str
) -> None:
    page = browser.new_context(user_agent=agent).new_page()
    page.goto(f"{line.url}/di-hp-ini/")
    page.wait_for_timeout(300)
    shown = page.locator("[data-hint]:visible")
    assert [one.get_attribute("data-hint") for one in shown.all()] == ([hint] if hint else [])
    if hint == "inside":
        page.goto(f"{line.url}/contoh/")
        link = page.get_by_role("link", name="Buka di Chrome")
        link.wait_for()
        assert "package=com.android.chrome" in str(link.get_attribute("href"))
    page.context.close()


def test_two_tabs_with_one_draft_make_one_submission(page: Page, line: Line, office: Office) -> None:
    scenes.fill(page, "Siti Contoh")
    page.wait_for_timeout(600)
    saved(page)
    other = page.context.new_page()
    other.goto(f"{line.url}/contoh/")
    other.locator(".kept-here", has_text="sudah dikembalikan").wait_for(timeout=scenes.WAIT)
    for tab in (page, other):
        scenes.send(tab)
        scenes.state(tab, "done")
    assert len(office.rows()) == 1


# --- the page "Di HP ini" ---


def waiting(page: Page, line: Line, tmp_path: Path) -> None:
    """One submission with a photo waits, one draft is begun, one receipt is there."""
    scenes.settled(page)
    scenes.fill(page, "Dewi Contoh")
    scenes.send(page)
    scenes.state(page, "done")
    page.goto(f"{line.url}/contoh/")
    line.is_down = True
    scenes.fill(page, "Siti Contoh", photos=(scenes.photo(tmp_path),), story="Sejak semalam")
    scenes.send(page)
    scenes.state(page, "again")
    page.goto(f"{line.url}/contoh/")
    page.fill("#id_name", "Budi Contoh")
    saved(page)
    page.goto(f"{line.url}/di-hp-ini/")
    page.locator("[data-list=waiting] > li").wait_for(timeout=scenes.WAIT)


def test_everything_on_this_phone_is_listed(page: Page, line: Line, office: Office, tmp_path: Path) -> None:
    waiting(page, line, tmp_path)
    card = page.locator("[data-list=waiting] > li")
    card.locator(".tag", has_text="Menunggu sinyal").wait_for(timeout=scenes.WAIT)
    card.get_by_text("Lihat isinya").click()
    card.locator("img").wait_for()
    assert "Siti Contoh" in card.inner_text()
    assert "Tanjung" in card.inner_text()  # the label, not the code
    assert "Lewat HP" in card.inner_text()
    assert card.locator("img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    assert page.locator("[data-list=drafts] > li").inner_text().startswith("Permohonan contoh")
    assert "CTH-2026-000001" in page.locator("[data-list=receipts] > li").inner_text()
    page.get_by_role("link", name="Lanjutkan").click()
    page.wait_for_function("() => document.querySelector('#id_name').value === 'Budi Contoh'")
    page.goto(f"{line.url}/di-hp-ini/")
    page.locator("[data-list=drafts] summary").click()
    page.get_by_role("button", name="Ya, hapus draf ini").click()
    page.locator("[data-empty=drafts]").wait_for()
    line.is_down = False
    page.get_by_role("button", name="Kirim sekarang").click()
    page.locator("[data-list=receipts] > li").nth(1).wait_for(timeout=scenes.WAIT)
    assert page.locator("[data-empty=waiting]").is_visible()
    assert len(office.rows()) == 2


def test_one_submission_is_deleted(page: Page, line: Line, office: Office, tmp_path: Path) -> None:
    waiting(page, line, tmp_path)
    card = page.locator("[data-list=waiting] > li")
    card.locator("summary", has_text="Hapus").click()
    card.get_by_role("button", name="Ya, hapus kiriman ini").click()
    card.get_by_text("Kiriman ini tidak ada lagi di HP ini.").wait_for()
    assert scenes.read(page, "waiting") == []
    line.is_down = False
    scenes.nudge(page)
    page.wait_for_timeout(500)
    assert len(office.rows()) == 1


def test_a_shared_phone_is_wiped(page: Page, line: Line, office: Office, tmp_path: Path) -> None:
    waiting(page, line, tmp_path)
    page.evaluate("localStorage.setItem('lawang:draft::x', '{}')")
    page.get_by_text("Hapus semua dari HP ini").click()
    assert "ikut hilang: 1" in page.inner_text("[data-wipe] >> xpath=../..")
    page.get_by_role("button", name="Ya, hapus semuanya").click()
    page.get_by_text("Semua sudah dihapus dari HP ini.").wait_for(timeout=scenes.WAIT)
    for name in ("drafts", "photos", "waiting", "receipts"):
        assert scenes.read(page, name) == []
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.locator("[data-waiting]").is_hidden()
    line.is_down = False
    page.reload()
    page.wait_for_timeout(500)
    assert len(office.rows()) == 1  # Dewi's, which was there before
    page.goto(f"{line.url}/contoh/")
    page.wait_for_timeout(300)
    assert page.input_value("#id_name") == ""


def test_a_file_carries_a_submission_to_another_phone(
    browser: Browser, page: Page, line: Line, office: Office, tmp_path: Path
) -> None:
    waiting(page, line, tmp_path)
    with page.expect_download() as download:
        page.get_by_role("button", name="Simpan sebagai berkas").click()
    carried = tmp_path / download.value.suggested_filename
    download.value.save_as(carried)
    assert carried.suffix == ".txt"
    line.is_down = False
    other = open_page(browser, f"{line.url}/di-hp-ini/")
    (tmp_path / "lain.txt").write_text("bukan kiriman")
    other.set_input_files("[data-take]", tmp_path / "lain.txt")
    other.get_by_text("Ini bukan berkas kiriman").wait_for()
    other.set_input_files("[data-take]", carried)
    other.locator("[data-list=receipts] > li").wait_for(timeout=scenes.WAIT)
    scenes.nudge(page)  # and the first phone finds a signal after all
    page.locator("[data-list=receipts] > li").nth(1).wait_for(timeout=scenes.WAIT)
    rows = [row for row in office.rows() if row["answers"]["name"] == "Siti Contoh"]
    assert len(rows) == 1
    assert office.photos() == 1
    assert scenes.opened(office.photo(rows[0]["receipt"]["key"], 0)).format == "JPEG"
    other.context.close()


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_looks_well_in_every_state(
    browser: Browser, line: Line, office: Office, tmp_path: Path, size: str, scheme: str
) -> None:
    page = open_page(browser, f"{line.url}/contoh/", size=size, scheme=scheme)
    photograph(page, f"formulir-{size}-{scheme}")
    assert axe(page) == []
    scenes.send(page)
    page.locator("[data-outbox-summary] li").first.wait_for()
    photograph(page, f"formulir-kurang-{size}-{scheme}")
    assert axe(page) == []
    waiting(page, line, tmp_path)
    page.get_by_text("Lihat isinya").click()
    page.locator("[data-look] img").wait_for()
    photograph(page, f"di-hp-ini-{size}-{scheme}")
    assert axe(page) == []
    for state, change in {
        "login": {"problem": "login"},
        "repair": {"problem": "repair", "message": "Nama tidak boleh berisi angka."},
        "conflict": {"problem": "conflict"},
        "refused": {"problem": "refused", "message": "Layanan ini sudah ditutup."},
        "photos": {"problem": None, "receipt": {"number": "CTH-1", "code": "7F3A91C20KXM4", "url": "/x/"}},
    }.items():
        key = scenes.read(page, "waiting")[0]["key"]
        page.evaluate(
            "([key, change]) => self.outbox.change(key, change).then(() => self.outbox.tell({key}))",
            [key, change],
        )
        page.locator(f"[data-list=waiting] > li[data-state={state}]").wait_for()
        photograph(page, f"di-hp-ini-{state}-{size}-{scheme}")
        assert axe(page) == []
    assert wider_than(page, 320) == 0
    page.context.close()
