"""What people come to do, done by a browser from the first page to the last, each in a fresh demonstration regency."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from lawang.areas.tests.make import feature, geojson, square
from tests.browser import photograph, wider_than
from tests.town import log_in, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROOF = "https://empatlawang.example/uji-air-september.pdf"


def lose_session(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def open_tasks(page: Page) -> None:
    """Go from the desk, where her agency's cases wait, to the figures that are due."""
    page.get_by_role("link", name="Tugas saya").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tugas saya")


def first_line(page: Page) -> tuple[str, str]:
    """Open the tasks and the sheet; return the prefix of its first line's fields and the figure's title."""
    open_tasks(page)
    page.get_by_role("link", name=re.compile(r"^Isi \d+ angka$")).click()
    line = page.locator("table.sheet tbody tr").first
    name = line.locator("input[name$=-amount]").get_attribute("name") or ""
    return name.removesuffix("-amount"), line.locator("th a").inner_text()


def fill_line(page: Page, prefix: str, amount: str) -> None:
    page.locator(f"[name='{prefix}-amount']").fill(amount)
    page.locator("tr", has=page.locator(f"[name='{prefix}-amount']")).locator("summary").click()
    page.locator(f"[name='{prefix}-note']").fill("Dihitung ulang bersama puskesmas")
    page.locator(f"[name='{prefix}-link']").fill(PROOF)


def shown_line(page: Page, prefix: str) -> list[str]:
    return [page.locator(f"[name='{prefix}-{name}']").input_value() for name in ("amount", "note", "link")]


# --- the officer, her head, everybody -----------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_figure_goes_from_the_officer_to_everybody(browser: Browser, town: str, script: bool) -> None:
    with visit(browser, town, "ratna", script=script) as page:
        prefix, title = first_line(page)
        fill_line(page, prefix, "93")
        page.locator(f"[name='{prefix}-proves']").fill("Hasil uji puskesmas")
        page.locator(f"[name='{prefix}-public']").check(force=True)
        page.get_by_role("button", name="Ajukan").click()
        expect(page.get_by_text("1 angka diajukan.")).to_be_visible()
        assert page.evaluate("1") == 1
    with visit(browser, town, "wayan", script=script) as page:
        open_tasks(page)
        page.get_by_role("link", name="Periksa dan putuskan").click()
        card = page.locator("li.card", has=page.get_by_role("heading", name=title))
        expect(card).to_contain_text("Dihitung ulang bersama puskesmas")
        card.get_by_text("Setujui", exact=True).click()
        page.get_by_role("button", name="Kirim keputusan").click()
        expect(page.get_by_text("1 angka disetujui, 0 dikembalikan.")).to_be_visible()
    with visit(browser, town, script=script) as page:
        page.goto(f"{town}{programme_of(prefix).get_absolute_url()}")
        measure = page.locator("section.measure", has=page.get_by_role("heading", name=title))
        expect(measure).to_contain_text("93")
        measure.get_by_role("link", name="Dari mana angka ini?").click()
        expect(page.locator(".big-figure")).to_contain_text("93")
        expect(page.get_by_role("main")).to_contain_text("Disetujui oleh")
        assert page.get_by_role("link", name="Hasil uji puskesmas").get_attribute("href") == PROOF
        page.goto(f"{town}/perubahan/")
        expect(page.get_by_role("main").get_by_text(re.compile(f"{title}.*93")).first).to_be_visible()


def programme_of(prefix: str) -> Any:
    """Return the programme in force that is measured by the figure of a line of the sheet."""
    from lawang.plans.models import Indicator

    found = Indicator.objects.select_related("programme").filter(series=int(prefix.split("-")[0]))
    return found.get(revision__status="published").programme


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_mistake_keeps_everything_typed(browser: Browser, town: str, script: bool) -> None:
    with visit(browser, town, "ratna", script=script) as page:
        prefix, _title = first_line(page)
        fill_line(page, prefix, "sembilan puluh")
        page.get_by_role("button", name="Ajukan").click()
        summary = page.locator("[data-error-summary]")
        expect(summary).to_contain_text("Tulis apa yang dibuktikan")
        assert shown_line(page, prefix) == ["sembilan puluh", "Dihitung ulang bersama puskesmas", PROOF]
        expect(page.locator(f"[name='{prefix}-note']")).to_be_visible()
        page.complaints.clear()  # type: ignore[attr-defined]  # Chromium tells of the 422


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_nothing_typed_is_lost_when_the_session_ends(browser: Browser, town: str, script: bool) -> None:
    with visit(browser, town, "ratna", script=script) as page:
        prefix, _title = first_line(page)
        fill_line(page, prefix, "91")
        lose_session(page)
        page.get_by_role("button", name="Simpan draf").click()
        expect(page.get_by_role("main")).to_contain_text("Dihitung ulang bersama puskesmas")
        if script:
            page.get_by_role("link", name="Mulai dari awal").click()
            log_in(page, "ratna")
            page.get_by_role("button", name="Kembalikan isian").click()
        else:
            with page.context.expect_page() as door:
                page.get_by_role("link", name="Masuk di tab baru").click()
            log_in(door.value, "ratna")
            door.value.get_by_role("heading", name="Isi angka").wait_for()
            page.get_by_role("button", name="Kirim lagi").click()
            expect(page.get_by_role("main")).to_contain_text("satu tekan lagi")
            page.get_by_role("button", name="Kirim lagi").click()
        assert shown_line(page, prefix) == ["91", "Dihitung ulang bersama puskesmas", PROOF]
        page.complaints.clear()  # type: ignore[attr-defined]  # Chromium tells of 403 and 422


def test_nothing_typed_is_lost_when_the_page_was_open_too_long(browser: Browser, town: str) -> None:
    with visit(browser, town, "ratna") as page:
        prefix, _title = first_line(page)
        page.locator(f"[name='{prefix}-amount']").fill("92")
        page.context.clear_cookies(name="csrftoken")
        page.get_by_role("button", name="Simpan draf").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kirim sekali lagi")
        page.get_by_role("button", name="Kirim lagi").click()
        expect(page.get_by_text("1 angka disimpan sebagai draf.")).to_be_visible()
        assert shown_line(page, prefix)[0] == "92"
        assert page.evaluate("localStorage.length") == 0
        page.complaints.clear()  # type: ignore[attr-defined]  # Chromium tells of the 403


# --- the planner --------------------------------------------------------------------------------------------------


def edit_programme(page: Page, town: str, code: str, title: str) -> None:
    page.goto(f"{town}/kelola/rencana/")
    if page.get_by_role("link", name="Buang draf …").count():
        page.get_by_role("link", name="Buang draf …").click()
        page.get_by_role("button", name="Ya, buang draf").click()
    page.get_by_role("button", name="Mulai revisi baru").click()
    page.get_by_role("link", name="Ubah draf").click()
    page.get_by_role("link", name=re.compile(f"^{code} ")).click()
    page.locator("[name=title_id]").fill(title)
    page.get_by_role("button", name="Simpan program").click()


def put_in_force(page: Page, town: str, day: date, changed: str) -> None:
    page.goto(f"{town}/kelola/rencana/berlakukan/")
    for part in ("day", "month", "year"):
        page.locator(f"[name=in_force_from_{part}]").fill(str(getattr(day, part)))
    page.locator("[name=changed_id]").fill(changed)
    page.get_by_role("button", name="Berlakukan").click()
    expect(page.get_by_text("diberlakukan.")).to_be_visible()


def test_a_revision_counts_from_its_day_and_addresses_stay(
    browser: Browser, town: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawang.people.node import today
    from lawang.plans.models import Indicator

    real, day = timezone.now, today()
    indicator = Indicator.objects.select_related("programme").get(
        code="KH-01.1", revision__status="published"
    )
    address = f"{town}{indicator.programme.get_absolute_url()}"
    measure = f"{town}{indicator.get_absolute_url()}"
    with visit(browser, town, "dewi") as page, visit(browser, town) as citizen:
        edit_programme(page, town, "KH-01", "Air minum sampai setiap desa")
        page.get_by_role("link", name=re.compile("Rumah tersambung")).first.click()
        page.locator(f"[name='target-{day.year}']").fill("7.777")
        page.get_by_role("button", name="Simpan indikator").click()
        page.goto(f"{town}/kelola/rencana/banding/")
        for words in ("1 program berbeda", "Air minum sampai setiap desa", "target KH-01.1", "7.777"):
            expect(page.get_by_role("main")).to_contain_text(words)
        citizen.goto(address)
        assert "setiap desa" not in citizen.content()
        put_in_force(page, town, day, "Judul dan target air minum.")
        citizen.reload()
        expect(citizen.get_by_role("heading", level=1)).to_have_text("Air minum sampai setiap desa")
        citizen.goto(measure)
        expect(citizen.get_by_role("main")).to_contain_text("7.777")
        citizen.goto(f"{town}/rencana/revisi/")
        expect(citizen.get_by_role("main")).to_contain_text("Judul dan target air minum.")

        edit_programme(page, town, "KH-01", "Air minum sampai ke dapur")
        put_in_force(page, town, day + timedelta(days=1), "Judul lagi.")
        citizen.goto(address)
        expect(citizen.get_by_role("heading", level=1)).to_have_text("Air minum sampai setiap desa")
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(days=1))
        citizen.goto(address)
        expect(citizen.get_by_role("heading", level=1)).to_have_text("Air minum sampai ke dapur")


@contextmanager
def worker() -> Iterator[None]:
    """Let a worker do the jobs of this database."""
    name = connections["default"].settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "-m", "lawang", "work"],
        env=os.environ | {"DATABASE_URL": url, "LAWANG_DATA": str(settings.DATA)},
        cwd=settings.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def spoil(path: Path) -> bytes:
    """Change two cells of an exported workbook, break a row, misspell an agency."""
    book = load_workbook(path)
    sheet = book["program"]
    heading = [cell.value for cell in sheet[1]]
    rows = {row[heading.index("kode")].value: row for row in sheet.iter_rows(min_row=2)}

    def put(code: str, column: str, words: str) -> None:
        rows[code][heading.index(column)].value = words

    put("KH-01", "judul", "Air minum untuk semua")
    put("KH-02", "ringkasan", "Rumah diperbaiki bersama warga.")
    put("KH-03", "tahun_mulai", "kapan-kapan")
    put("KH-04", "penanggung_jawab", "Dinas Perindustrian")
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_comes_back_changed(browser: Browser, town: str, tmp_path: Path) -> None:
    with worker(), visit(browser, town, "dewi") as page:
        page.goto(f"{town}/kelola/impor/")
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("^XLSX")).first.click()
        path = tmp_path / "rencana.xlsx"
        download.value.save_as(path)
        page.set_input_files(
            "[name=file]",
            {"name": path.name, "mimeType": "application/octet-stream", "buffer": spoil(path)},
        )
        page.get_by_role("button", name="Unggah dan periksa").click()
        tab = page.get_by_role("link", name="Perlu dipilih (1)")
        tab.wait_for(timeout=60_000)
        expect(page.get_by_role("link", name="Berubah (2)")).to_be_visible()
        page.get_by_role("link", name="Ditolak (1)").click()
        expect(page.get_by_role("main")).to_contain_text("kapan-kapan")
        page.get_by_role("link", name="Berubah (2)").click()
        expect(page.locator("ins").filter(has_text="Air minum untuk semua")).to_be_visible()
        page.get_by_role("link", name="Perlu dipilih (1)").click()
        page.locator("form .choice label").first.click()
        page.get_by_role("button", name="Pakai pilihan ini").click()
        page.get_by_role("link", name="Perlu dipilih (0)").wait_for(timeout=60_000)
        page.get_by_role("button", name="Terapkan").click()
        expect(page.get_by_text("Sudah diterapkan")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("main")).to_contain_text("0 baris baru dan 3 baris berubah")
        page.goto(f"{town}/kelola/rencana/program/")
        expect(page.get_by_role("main")).to_contain_text("Air minum untuk semua")


# --- the leader, the administrator --------------------------------------------------------------------------------


def test_the_leaders_page_prints_on_one_a4(browser: Browser, town: str) -> None:
    with visit(browser, town, "hasan") as page:
        page.goto(f"{town}/pimpinan/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Apakah kita menepati janji?")
        sheet = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    width, height = map(float, re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", sheet)[0])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)


def test_a_newcomer_gets_a_link_and_chooses_a_password(browser: Browser, town: str) -> None:
    with visit(browser, town, "yusuf") as page:
        page.goto(f"{town}/kelola/pengguna/")
        page.get_by_role("link", name="Tambah pengguna").click()
        page.get_by_label("Nama lengkap").fill("Sari Contoh")
        page.get_by_label("Nama pengguna").fill("sari")
        page.get_by_role("button", name="Simpan").click()
        page.get_by_role("link", name="Beri tugas").click()
        page.get_by_label("Instansi").select_option(label=pdam(page))
        page.get_by_label("Peran").select_option(index=1)
        page.get_by_role("button", name="Simpan").click()
        page.get_by_role("button", name="Buat tautan sekali pakai").click()
        link = page.locator("main code").inner_text()
    with visit(browser, town) as page:
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Pilih kata sandi")
        for field in page.locator("input[type=password]").all():
            field.fill("kopi-robusta-lintang-7")
        page.get_by_role("button", name="Simpan kata sandi").click()
        page.goto(f"{town}/keluar/")
        if page.get_by_role("main").get_by_role("button", name="Keluar").count():
            page.get_by_role("main").get_by_role("button", name="Keluar").click()
        page.goto(f"{town}/masuk/")
        log_in(page, "sari", "kopi-robusta-lintang-7")
        open_tasks(page)
        page.context.clear_cookies()
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("Tautan ini tidak berlaku lagi")


def pdam(page: Page) -> str:
    return page.get_by_label("Instansi").locator("option", has_text="PDAM").first.inner_text()


# --- the citizen --------------------------------------------------------------------------------------------------

SEEN = """() => { const e = document.activeElement, s = getComputedStyle(e);
  const outlined = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0;
  return [e.textContent.trim(), outlined || s.boxShadow !== "none"]; }"""


def tab_to(page: Page, words: str, most: int = 150) -> None:
    """Press Tab until the focus is on these words; it must be seen all the way."""
    for _step in range(most):
        page.keyboard.press("Tab")
        text, is_seen = page.evaluate(SEEN)
        assert is_seen, text
        if words in text:
            return
    raise AssertionError(f"Tab never came to {words}")


def test_a_citizen_reads_down_to_the_basis_by_keyboard_alone(browser: Browser, town: str) -> None:
    with visit(browser, town, size="phone") as page:
        tab_to(page, "Langsung ke isi", 1)
        page.keyboard.press("Enter")
        for words, where in (
            ("Kehidupan", "/rencana/dimensi/"),
            (indicator_of("KH-01").programme.title["id"], "/program/"),
            ("Dari mana angka ini?", "/angka/"),
        ):
            assert wider_than(page, 360) == 0, page.url
            tab_to(page, words)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert where in page.url
        assert wider_than(page, 360) == 0
        expect(page.locator(".big-figure")).to_contain_text(re.compile(r"\d"))


def indicator_of(code: str) -> Any:
    from lawang.plans.models import Indicator

    found = Indicator.objects.select_related("programme").filter(programme__code=code)
    return found.filter(revision__status="published").order_by("code")[0]


def outlines(folder: Path) -> Path:
    """Write squares as the outlines of the regency's districts, side by side."""
    from lawang.areas.models import Area

    codes = Area.objects.filter(parent__code="16.11", valid_to=None).values_list("code", flat=True)
    squares = [
        feature(code, square(round(102.8 + n % 4 * 0.1, 1), round(-4.0 + n // 4 * 0.1, 1)))
        for n, code in enumerate(sorted(codes))
    ]
    path = folder / "districts-16.11.geojson"
    path.write_bytes(geojson(squares))
    return path


@pytest.mark.parametrize("folder", ["", os.environ.get("LAWANG_TEST_OUTLINES", "")], ids=["squares", "real"])
def test_imported_outlines_are_drawn_with_their_credit(
    browser: Browser, town: str, tmp_path: Path, folder: str, request: pytest.FixtureRequest
) -> None:
    is_real = "real" in request.node.name
    if is_real and not folder:
        pytest.skip("LAWANG_TEST_OUTLINES names no folder with districts-*.geojson")
    path = Path(folder) / "districts-16.11.geojson" if is_real else outlines(tmp_path)
    with visit(browser, town) as page:
        expect(page.locator("figure.map-figure")).to_contain_text(re.compile("skema", re.I))
        words = {"source": "Badan Contoh", "licence": "CC BY 4.0", "date": "2025-06-01", "title": "Batas"}
        call_command("areas", "import", str(path), *(f"--{name}={said}" for name, said in words.items()))
        for name, address in (
            ("beranda", "/"),
            ("program", indicator_of("KH-01").programme.get_absolute_url()),
        ):
            page.goto(f"{town}{address}")
            expect(page.locator("figure.map-figure")).to_contain_text("Badan Contoh")
            expect(page.locator("figure.map-figure")).not_to_contain_text(re.compile("skema", re.I))
            photograph(page, f"batas-{name}-{'asli' if is_real else 'kotak'}")
