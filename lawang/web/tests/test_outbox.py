"""The outbox, in Chromium: what somebody sends from a phone reaches the office once, whatever the line does to it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lawang.web.tests import scenes
from lawang.web.tests.line import Fault, Line, random_faults
from lawang.web.tests.office import Office
from tests.browser import open_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lawang.web.tests.office"),
]
PHOTO = r"/kirim/[0-9a-f-]{36}/\d+/"
TEXT = r"/kirim/$"


def test_sent_with_its_photos_and_forgotten(page: Page, office: Office, tmp_path: Path) -> None:
    original = scenes.photo(tmp_path)
    scenes.fill(page, "Siti Contoh", photos=(original, scenes.photo(tmp_path, "kk.png")))
    scenes.send(page)
    scenes.state(page, "done")
    (row,) = office.rows()
    nothing = dict.fromkeys(("story", "born_day", "born_month", "born_year"), "")
    assert row["answers"] == {"name": "Siti Contoh", "village": "tanjung", "way": "web", **nothing}
    assert (row["service"], row["version"], row["channel"]) == ("contoh", 3, "web")
    assert "CTH-2026-000001" in page.inner_text("[data-outbox-result]")
    for n in (0, 1):
        data = office.photo(row["receipt"]["key"], n)
        assert 10_000 < len(data) <= 300_000 < original.stat().st_size
        picture = scenes.opened(data)
        assert picture.format == "JPEG"
        assert not picture.getexif()  # neither place nor camera
    assert scenes.read(page, "waiting") == scenes.read(page, "drafts") == scenes.read(page, "photos") == []
    (receipt,) = scenes.read(page, "receipts")
    assert "Siti" not in str(receipt)
    assert page.input_value("#id_name") == ""
    assert page.complaints == []  # type: ignore[attr-defined]


def test_two_wait_for_a_signal_and_go_when_it_is_back(
    page: Page, line: Line, office: Office, tmp_path: Path
) -> None:
    scenes.settled(page)
    line.is_down = True
    for name in ("Siti Contoh", "Budi Contoh"):
        page.goto(f"{line.url}/contoh/")
        scenes.fill(page, name, photos=(scenes.photo(tmp_path),))
        scenes.send(page)
        scenes.state(page, "again")
    page.goto(f"{line.url}/di-hp-ini/")
    page.locator("[data-list=waiting] > li").nth(1).wait_for()
    page.locator("[data-waiting]", has_text="Kiriman yang masih di HP ini: 2.").wait_for()
    line.is_down = False
    scenes.nudge(page)
    page.locator("[data-list=receipts] > li").nth(1).wait_for(timeout=scenes.WAIT)
    assert page.locator("[data-waiting]").is_hidden()
    assert sorted(row["answers"]["name"] for row in office.rows()) == ["Budi Contoh", "Siti Contoh"]
    assert office.photos() == 2


def test_a_server_that_is_ill_is_asked_again(page: Page, line: Line, office: Office, tmp_path: Path) -> None:
    line.fail(Fault("502"), times=3, path="/kirim/")
    scenes.fill(page, "Siti Contoh", photos=(scenes.photo(tmp_path),))
    scenes.send(page)
    scenes.state(page, "again")
    page.locator("[data-outbox-result]", has_text="belum berhasil").wait_for()
    scenes.nudge_until(page, "done")
    assert len(office.rows()) == office.photos() == 1
    assert line.count("POST", TEXT) == 4


def test_pauses_grow(browser: Browser, line: Line, office: Office) -> None:
    """After 5 to 7 seconds once more, then not before ten more. The worker is out: the browser wakes it by itself."""
    page = browser.new_context(service_workers="block").new_page()
    page.goto(f"{line.url}/contoh/")
    line.fail(Fault("502"), times=99)
    scenes.fill(page, "Siti Contoh")
    scenes.send(page)
    scenes.state(page, "again")
    assert line.count("POST", TEXT) == 1
    page.wait_for_timeout(9_000)
    assert line.count("POST", TEXT) == 2
    page.wait_for_timeout(4_000)
    assert line.count("POST", TEXT) == 2
    page.context.close()


def test_four_lost_answers_make_one_row_and_a_whole_photo(
    page: Page, line: Line, office: Office, tmp_path: Path
) -> None:
    line.fail(Fault("lost"), times=4, path=TEXT)
    line.fail(Fault("lost"), times=4, path=PHOTO)
    scenes.fill(page, "Siti Contoh", photos=(scenes.photo(tmp_path),))
    scenes.send(page)
    scenes.state(page, "again")
    scenes.nudge_until(page, "done")
    assert line.count("POST", TEXT) == 5
    assert len(office.rows()) == office.photos() == 1


def test_two_tabs_send_once(page: Page, line: Line, office: Office, tmp_path: Path) -> None:
    scenes.settled(page)
    line.is_down = True
    scenes.fill(page, "Siti Contoh", photos=(scenes.photo(tmp_path),))
    scenes.send(page)
    scenes.state(page, "again")
    tabs = [page, page.context.new_page(), page.context.new_page()]
    for tab in tabs[1:]:
        tab.goto(f"{line.url}/di-hp-ini/")
    line.is_down = False
    for tab in tabs:
        scenes.nudge(tab)
    scenes.state(page, "done")
    assert len(office.rows()) == office.photos() == 1
    assert line.count("POST", TEXT) - sum(one.sent == 0 for one in line.passed) == 1


@pytest.mark.parametrize("kind", ["cut_request", "cut_answer"])
@pytest.mark.parametrize("path", [TEXT, PHOTO], ids=["text", "photo"])
def test_a_connection_that_breaks_anywhere_does_no_harm(
    page: Page, line: Line, office: Office, path: str, kind: str
) -> None:
    """In the first bytes, at the border of head and body, in the body, at its last byte, after the last."""
    (probe,) = scenes.enqueue(page, 1, photos=1, size=20_000)
    scenes.drain(page)
    sample = next(one for one in line.passed if one.method == "POST" and re.match(path, one.path))
    size, head = (sample.sent, len(sample.headers)) if kind == "cut_request" else (sample.got, 250)
    edges = {0, 1, 2, head - 1, head, head + 1, size - 2, size - 1, size}
    places = sorted(edges | set(range(0, size, max(1, size // 16))))
    made = [probe]
    for place in places:
        made += scenes.enqueue(page, 1, photos=1, size=20_000)
        line.fail(Fault(kind, at=place), path=path)
        scenes.send_once(page)
        scenes.drain(page)
    assert scenes.complaints(made, office.rows(), office.photo) == []
    assert len(office.rows()) == office.photos() == len(places) + 1
    assert sum(one.fault == kind for one in line.passed) == len(places)


def test_a_line_that_breaks_gets_smaller_pieces(page: Page, line: Line, office: Office) -> None:
    made = scenes.enqueue(page, 1, photos=1, size=100_000)
    line.fail(Fault("cut_request", at=9_000), times=2, path=PHOTO)
    scenes.drain(page)
    assert scenes.complaints(made, office.rows(), office.photo) == []
    sizes = [one.sent for one in line.passed if one.method == "POST" and re.match(PHOTO, one.path)]
    assert sizes[2] < 10_000 < sizes[1] < 20_000 < sizes[0]
    assert max(sizes[3:]) > 20_000  # and larger ones again when it holds


def test_whoever_answers_instead_of_the_office_is_not_believed(
    page: Page, line: Line, office: Office
) -> None:
    """The portal of a Wi-Fi answers 200 to everything."""
    line.fail(Fault("portal"), path=TEXT)
    scenes.fill(page, "Siti Contoh")
    scenes.send(page)
    scenes.state(page, "again")
    assert office.rows() == []
    scenes.nudge_until(page, "done")
    assert len(office.rows()) == 1


def test_a_full_server_and_a_slow_line(page: Page, line: Line, office: Office) -> None:
    made = scenes.enqueue(page, 1, photos=1, size=60_000)
    line.fail(Fault("full"), times=2)
    line.fail(Fault("slow", rate=9_000), times=3, path=PHOTO)
    scenes.drain(page)
    assert scenes.complaints(made, office.rows(), office.photo) == []


def test_a_drill(page: Page, line: Line, office: Office) -> None:
    """Forty submissions over a line that spoils every third request in every way: each is there once, photos whole."""
    made = scenes.enqueue(page, 40, photos=1, size=70_000)
    line.chance = random_faults(7, rate=0.33)
    rounds = scenes.drain(page, seconds=240)
    assert scenes.complaints(made, office.rows(), office.photo) == []
    assert len(office.rows()) == office.photos() == 40
    assert len(scenes.read(page, "receipts")) == 40
    spoiled = sum(bool(one.fault) for one in line.passed)
    print(f"{len(line.passed)} requests, {spoiled} spoiled, {rounds} rounds")
    assert spoiled > 40


def test_the_drill_notices() -> None:
    made = [scenes.Made("k1", "C1", {"name": "a"}, ("00",)), scenes.Made("k2", "C2", {"name": "b"})]
    row = {"receipt": {"key": "k1", "code": "C1", "number": "1"}, "answers": {"name": "x"}}
    rows = [row, {**row, "receipt": {"key": "k3", "code": "C1", "number": "1"}}]
    wrong = scenes.complaints(made, rows, lambda key, n: b"")
    assert wrong == [
        "C1: received with other content",
        "C1: photo 0 is not whole",
        "C2: received 0 times",
        "numbers used twice: 1",
    ]


# --- what the office answers ---


def test_what_the_office_cannot_accept_is_mended_in_the_form(
    page: Page, office: Office, tmp_path: Path
) -> None:
    scenes.fill(page, "Siti 123 angka", photos=(scenes.photo(tmp_path),))
    scenes.send(page)
    summary = page.locator("[data-outbox-summary]")
    summary.wait_for(timeout=scenes.WAIT)
    assert "Nama: Nama tidak boleh berisi angka." in summary.inner_text()
    assert page.evaluate("document.activeElement.hasAttribute('data-outbox-summary')")
    assert "Nama tidak boleh" in page.locator(".field.bad span.error").inner_text()
    assert page.get_attribute("#id_name", "aria-invalid") == "true"
    assert page.title().startswith("Galat:")
    assert page.input_value("#id_name") == "Siti 123 angka"
    (item,) = scenes.read(page, "waiting")
    page.fill("#id_name", "Siti Contoh")
    scenes.send(page)
    scenes.state(page, "done")
    (row,) = office.rows()
    assert (row["receipt"]["key"], row["code"]) == (item["key"], item["code"])  # the same submission
    assert row["answers"]["name"] == "Siti Contoh"
    assert office.photos() == 1


def test_it_is_mended_later_too(page: Page, line: Line, office: Office, tmp_path: Path) -> None:
    """Refused while nobody looked: the list says so, and leads to the form with everything in it."""
    scenes.settled(page)
    line.is_down = True
    scenes.fill(page, "Siti 123 angka", photos=(scenes.photo(tmp_path),), story="Sejak semalam")
    scenes.send(page)
    scenes.state(page, "again")
    page.goto(f"{line.url}/di-hp-ini/")
    line.is_down = False
    scenes.nudge(page)
    page.get_by_role("link", name="Perbaiki").click()
    page.locator("[data-outbox-summary]", has_text="Nama tidak boleh berisi angka.").wait_for(
        timeout=scenes.WAIT
    )
    assert page.input_value("#id_story") == "Sejak semalam"
    assert page.evaluate("document.querySelector('#id_photo').files.length") == 1
    page.fill("#id_name", "Siti Contoh")
    page.wait_for_timeout(700)
    page.reload()  # what was mended is kept as well
    page.locator("[data-outbox-summary]").wait_for(timeout=scenes.WAIT)
    assert page.input_value("#id_name") == "Siti Contoh"
    scenes.send(page)
    scenes.state(page, "done")
    assert [row["answers"]["name"] for row in office.rows()] == ["Siti Contoh"]
    assert office.photos() == 1


def test_what_is_missing_is_said_without_a_signal(page: Page, line: Line) -> None:
    scenes.settled(page)
    line.is_down = True
    page.fill("#id_name", "Siti Contoh")
    scenes.send(page)
    summary = page.locator("[data-outbox-summary]")
    summary.wait_for()
    assert [words.strip() for words in summary.inner_text().splitlines() if words.strip()] == [
        "Ada yang perlu diperbaiki",
        "Desa: Isian ini belum diisi.",
        "Cara: Isian ini belum diisi.",
    ]
    assert scenes.read(page, "waiting") == []
    scenes.send(page)  # like that again: nobody is held back, the office decides
    scenes.state(page, "again")


def test_an_old_form_is_accepted_or_filled_in_anew(page: Page, line: Line, office: Office) -> None:
    scenes.settled(page)
    office.version = 4  # the phone has kept version 3
    line.is_down = True
    page.reload()
    scenes.fill(page, "Siti Contoh")
    scenes.send(page)
    scenes.state(page, "again")
    line.is_down = False
    scenes.nudge_until(page, "done")
    assert office.rows()[0]["version"] == 3
    line.is_down = True
    page.reload()
    scenes.fill(page, "Budi Contoh")
    scenes.send(page)
    scenes.state(page, "again")
    office.oldest = 4
    line.is_down = False
    scenes.nudge(page)
    page.locator("[data-outbox-summary]", has_text="sudah berganti").wait_for(timeout=scenes.WAIT)
    page.goto(f"{line.url}/di-hp-ini/")
    page.get_by_role("link", name="Perbaiki").click()
    page.locator("[data-outbox-summary]", has_text="sudah berganti").wait_for(timeout=scenes.WAIT)
    assert page.input_value("#id_name") == "Budi Contoh"
    scenes.send(page)
    scenes.state(page, "done")
    assert office.rows()[1]["version"] == 4


def test_the_same_key_with_other_content_asks_the_person(page: Page, office: Office) -> None:
    scenes.fill(page, "Siti Contoh")
    page.locator(".kept-here", has_text="Tersimpan").wait_for()
    key = page.evaluate("document.querySelector('form[data-outbox]').elements.key.value")
    from lawang.web.tests.office import receive

    receive(key, {"code": "0000000000000", "answers": {"name": "Lain"}, "files": []})
    scenes.send(page)
    scenes.state(page, "conflict")
    assert len(office.rows()) == 1
    page.get_by_role("button", name="Kirim sebagai kiriman baru").click()
    scenes.state(page, "done")
    assert [row["answers"]["name"] for row in office.rows()] == ["Lain", "Siti Contoh"]
    assert office.rows()[1]["receipt"]["key"] != key


def test_who_was_logged_out_logs_in_and_it_goes_on(page: Page, line: Line, office: Office) -> None:
    office.is_shut = True
    scenes.fill(page, "Siti Contoh")
    scenes.send(page)
    scenes.state(page, "login")
    assert "next=/di-hp-ini/" in str(page.get_by_role("link", name="Masuk").last.get_attribute("href"))
    scenes.nudge(page)
    page.wait_for_timeout(500)
    assert len(scenes.read(page, "waiting")) == 1
    office.is_shut = False
    page.goto(f"{line.url}/di-hp-ini/")
    page.locator("[data-list=receipts] > li").wait_for(timeout=scenes.WAIT)
    assert len(office.rows()) == 1


@pytest.mark.parametrize("days", [365, -365])
def test_a_clock_that_is_a_year_off_does_no_harm(
    browser: Browser, line: Line, office: Office, days: int
) -> None:
    page = open_page(browser, "about:blank")
    page.add_init_script(
        f"""{{ const Real = Date, shift = {days} * 86400000;
        Date = class extends Real {{
          constructor(...given) {{ if (given.length) super(...given); else super(Real.now() + shift); }}
          static now() {{ return Real.now() + shift; }} }}; }}"""
    )
    page.goto(f"{line.url}/contoh/")
    scenes.fill(page, "Siti Contoh")
    page.wait_for_timeout(700)
    page.reload()
    page.locator(".kept-here", has_text="sudah dikembalikan").wait_for()
    line.fail(Fault("502"))
    scenes.send(page)
    scenes.state(page, "again")
    scenes.nudge_until(page, "done")
    page.evaluate("sessionStorage.clear()")  # tidies up once in a session
    page.goto(f"{line.url}/di-hp-ini/")
    with page.expect_response("**/token/"):
        page.reload()
    page.wait_for_timeout(300)
    assert page.locator("[data-list=receipts] > li").count() == 1
    assert len(office.rows()) == 1
    page.context.close()


def test_receipts_and_drafts_go_after_a_month_of_the_servers_time(page: Page) -> None:
    scenes.fill(page, "Siti Contoh")
    page.locator(".kept-here", has_text="Tersimpan").wait_for()
    page.evaluate(
        "self.outbox.put('receipts', {key: 'a', number: '1', received_at: '2026-03-01T10:00:00+07:00'})"
    )
    month = page.evaluate("Date.parse('2026-03-01T10:00:00+07:00')")
    day = 24 * 3600 * 1000
    page.evaluate("now => self.outbox.tidy(now)", month + 29 * day)
    assert len(scenes.read(page, "receipts")) == len(scenes.read(page, "drafts")) == 1
    page.evaluate("now => self.outbox.tidy(now)", month + 31 * day)
    assert (len(scenes.read(page, "receipts")), len(scenes.read(page, "drafts"))) == (0, 1)
    page.evaluate("now => self.outbox.tidy(now)", month + 60 * day)
    assert scenes.read(page, "drafts") == []
