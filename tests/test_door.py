"""Two services from the first page to the last, each by one browser journey in a fresh demonstration regency.

A birth certificate, which SIAK makes: filed on a phone without a signal, handled by three roles, its PDF attached,
validated and downloaded, counted in the plan. A business letter, which the village makes: issued, signed by the village
head, its QR read back from the paper and checked with the network off. Both also with JavaScript off.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

from lawang.cases import statistics
from lawang.cases.demo import draw_paper
from lawang.cases.models import Attachment, Case, Tally
from lawang.cases.tests.national import definition
from lawang.documents.authority import authority
from lawang.documents.signing import Person
from lawang.lib.codes import normalise
from lawang.measures.models import Value
from lawang.measures.statistics import compute_all
from lawang.people.models import Node
from lawang.people.node import now, today
from lawang.plans.models import Indicator
from lawang.web.tests import scenes
from lawang.web.tests.line import Line, line_to
from tests.browser import axe, open_page, photograph, wider_than
from tests.town import visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CHILD = "Bayu Saputra Contoh"
UNASKED = ("papers.power", "papers.police")  # without a script a form shows what it may ask of others
FIELDS = (
    "[...new Set([...document.querySelectorAll('main form[method=post] [name]')].map((one) => one.name))]"
)


@pytest.fixture
def line(town: str) -> Iterator[Line]:
    """The line between everybody and the town hall; the papers' QR names its address."""
    with line_to(town) as line:
        Node.objects.update(base_url=line.url)
        yield line


# --- filling a form -----------------------------------------------------------------------------------------------


def example(service: str, **changes: Any) -> dict[str, str]:
    """Return the first worked example of a service as what is typed: the form's names, and words."""
    answers = {**definition(service)["examples"][0]["answers"], **changes}
    return dict(typed(answers))


def typed(answers: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in answers.items():
        path = f"{before}{name}"
        match value:
            case Mapping():
                yield from typed(value, f"{path}.")
            case list():
                for number, one in enumerate(value, 1):
                    yield from typed(one, f"{path}.{number}.")
            case str() if DAY.fullmatch(value):
                yield from zip(
                    (f"{path}_year", f"{path}_month", f"{path}_day"), value.split("-"), strict=True
                )
            case _:
                yield path, str(value)


def fill(page: Page, answers: Mapping[str, str], photo: Path) -> None:
    """Go down the form as a person does; every paper that it asks for is photographed."""
    for name in page.evaluate(FIELDS):
        field = page.locator(f"main form[method=post] [name='{name}']")
        kind = field.first.evaluate("(one) => one.type")
        if kind == "file" and field.is_visible() and not name.startswith(UNASKED):
            field.set_input_files(photo)
        elif name not in answers:
            continue
        elif kind == "radio":
            page.locator(f"[name='{name}'][value='{answers[name]}']").check(force=True)
        elif kind == "select-one":
            field.select_option(answers[name])
        else:
            field.fill(answers[name])


@pytest.fixture
def extract(town: str, tmp_path: Path) -> Path:
    """Return the extract of a birth certificate as SIAK sends it: a PDF that its registrar has signed.

    Made before the browser starts: the signer runs a loop of its own.
    """
    page = draw_paper("Kutipan akta kelahiran", lines=(CHILD,), kind="PDF")
    registrar = Person(
        "Pejabat CONTOH", "Pejabat Pencatatan Sipil", "Dinas Kependudukan dan Pencatatan Sipil"
    )
    path = tmp_path / "akta.pdf"
    path.write_bytes(authority().sign(page, person=registrar, reason="Kutipan akta"))
    return path


def step(page: Page, title: str) -> None:
    """Take a step at the desk, opening it first where it is not the main one."""
    form = page.locator("aside form", has=page.get_by_role("button", name=title, exact=True))
    if not form.is_visible():
        page.locator("aside summary", has_text=title).click()
    form.get_by_role("button", name=title, exact=True).click()


def open_case(page: Page, line: Line, case: Case) -> None:
    """Find a case at the desk by its number, as it is said on the telephone."""
    page.goto(f"{line.url}/meja/")
    page.locator("#id_q").fill(case.number)
    page.keyboard.press("Enter")
    expect(page.locator(".desk-head")).to_contain_text(case.number)


# --- a birth ------------------------------------------------------------------------------------------------------


def file_without_a_signal(page: Page, line: Line, answers: Mapping[str, str], photo: Path) -> None:
    scenes.settled(page)
    line.is_down = True
    page.reload()
    fill(page, answers, photo)
    page.get_by_role("button", name="Kirim permohonan").click()
    expect(page.locator("[data-outbox-result]")).to_contain_text("Menunggu sinyal", timeout=scenes.WAIT)
    assert wider_than(page, 360) == 0
    assert axe(page) == []
    photograph(page, "door-birth-waiting-phone-light")
    page.get_by_role("link", name="Semua yang ada di HP ini").click()
    expect(page.get_by_role("main")).to_contain_text("Menunggu sinyal")
    photograph(page, "door-birth-this-phone-phone-light")
    assert Case.objects.filter(subject__name=answers["child_name"]).count() == 0
    page.complaints.clear()  # type: ignore[attr-defined]  # Chromium tells of the silent network
    line.is_down = False
    scenes.nudge(page)
    page.get_by_role("link", name="Lihat perjalanannya").click(timeout=scenes.WAIT)


def counted() -> int:
    """Return how many births were decided, as everybody's page of the service says."""
    return sum(Tally.objects.filter(service__code="akta-kelahiran").values_list("decided", flat=True))


def in_the_plan() -> int:
    """Return how many births decided in the promised time the plan's figure of this quarter was counted from."""
    statistics.fill(at=now())
    compute_all(at=now())
    value = Value.objects.filter(series__code="TK-01.1", end__gte=today()).latest("revision")
    return int(value.basis["rows"]["counted"])


@BOTH
def test_a_birth_from_a_phone_without_a_signal_to_the_plan(
    extract: Path, browser: Browser, line: Line, tmp_path: Path, script: bool
) -> None:
    answers = example("akta-kelahiran", child_name=CHILD, child_birth_date=f"{today() - timedelta(days=8)}")
    photo = scenes.photo(tmp_path)
    before = in_the_plan(), counted()
    page = open_page(browser, f"{line.url}/layanan/akta-kelahiran/", script=script)
    page.set_default_timeout(30_000)
    if script:
        scenes.settled(page)
    page.get_by_role("link", name="Ajukan").first.click()
    if script:
        file_without_a_signal(page, line, answers, photo)
    else:
        fill(page, answers, photo)
        page.get_by_role("button", name="Kirim permohonan").click()
    case = Case.objects.get(applicant__name="Siti Contoh", phase=Case.Phase.OPEN, code__in=codes(page))
    expect(page.get_by_role("main")).to_contain_text(case.number)
    assert Attachment.objects.filter(case=case, file__isnull=False).count() == 3
    photograph(page, "door-birth-receipt-phone-light")

    with visit(browser, line.url, "agus", script=script) as head:
        open_case(head, line, case)
        head.get_by_label("Berikan kepada").select_option(label="Fitri Contoh")
        head.get_by_role("button", name="Berikan", exact=True).click()
        expect(head.locator(".desk-key")).to_contain_text("Fitri Contoh")
    with visit(browser, line.url, "fitri", script=script) as desk:
        open_case(desk, line, case)
        step(desk, "Mulai periksa")
        step(desk, "Lengkap, masukkan ke SIAK")
        photograph(desk, "door-birth-desk-desk-light")
        record_result(desk, extract)
        expect(desk.get_by_role("main")).to_contain_text("tanda tangan")
        step(desk, "Buat surat pengantar")
    with visit(browser, line.url, "rini", script=script) as section:
        sign_first(section, line)

    page.goto(f"{line.url}/lacak/{case.code}/")
    expect(page.get_by_role("main")).to_contain_text("Akta sudah terbit")
    assert download(page, "Akta kelahiran") == extract.read_bytes()
    photograph(page, "door-birth-issued-phone-light")
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()

    assert (in_the_plan(), counted()) == (before[0] + 1, before[1] + 1)
    indicator = Indicator.objects.get(code="TK-01.1", revision__status="published")
    with visit(browser, line.url, script=script) as everybody:
        everybody.goto(f"{line.url}{indicator.get_absolute_url()}")
        expect(everybody.get_by_role("main")).to_contain_text(str(before[0] + 1))
        photograph(everybody, "door-birth-in-the-plan-desk-light")


def codes(page: Page) -> list[str | None]:
    """Return the tracking code that the address or the receipt on a page shows, as it is stored."""
    page.wait_for_url("**/lacak/*/**")
    return [normalise(page.url.split("/lacak/")[1].split("/")[0])]


def record_result(page: Page, extract: Path) -> None:
    form = page.locator("#langkah-record_result form")
    for part in ("day", "month", "year"):
        form.locator(f"[name$=issued_on_{part}]").fill(str(getattr(today(), part)))
    for field in form.locator("input[type=text]:visible").all():
        if not field.input_value():
            field.fill("1611-LU-20112026-0001")
    form.locator("input[type=file]").set_input_files(extract)
    form.get_by_role("button").last.click()


def sign_first(page: Page, line: Line) -> None:
    page.goto(f"{line.url}/meja/dokumen/")
    page.get_by_role("link", name="Baca dan tanda tangani").first.click()
    page.get_by_role("button", name="Tanda tangani", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Berlaku")


def download(page: Page, title: str) -> bytes:
    link = page.get_by_role("link", name=title, exact=True)
    answer = page.context.request.get(page.evaluate("(one) => one.href", link.element_handle()))
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


# --- a business letter --------------------------------------------------------------------------------------------


def qr_on(pdf: bytes) -> str:
    """Return what a camera reads from a printed paper."""
    document = pypdfium2.PdfDocument(pdf)
    found = [one.text for page in document for one in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    assert len(found) == 1
    return str(found[0])


@BOTH
def test_a_business_letter_from_the_form_to_its_qr_without_a_network(
    browser: Browser, line: Line, tmp_path: Path, script: bool
) -> None:
    photo = scenes.photo(tmp_path)
    page = open_page(browser, f"{line.url}/layanan/surat-keterangan-usaha/", script=script)
    page.set_default_timeout(30_000)
    page.get_by_role("link", name="Ajukan").first.click()
    fill(page, example("surat-keterangan-usaha"), photo)
    page.get_by_role("button", name="Kirim permohonan").click()
    if script:
        page.get_by_role("link", name="Lihat perjalanannya").click(timeout=scenes.WAIT)
    case = Case.objects.get(code__in=codes(page))

    with visit(browser, line.url, "yoga", script=script) as desk:
        open_case(desk, line, case)
        form = desk.locator("#langkah-prepare form")
        form.locator("[value=known]").check(force=True)
        until = today() + timedelta(days=90)
        for part in ("day", "month", "year"):
            form.locator(f"[name$=valid_until_{part}]").fill(str(getattr(until, part)))
        step(desk, "Siapkan surat")
    with visit(browser, line.url, "sulaiman", script=script) as head:
        open_case(head, line, case)
        step(head, "Terbitkan dan tanda tangani")
        sign_first(head, line)

    page.goto(f"{line.url}/lacak/{case.code}/")
    expect(page.get_by_role("main")).to_contain_text("Surat sudah ditandatangani")
    letter = download(page, "Surat keterangan usaha")
    photograph(page, "door-letter-issued-phone-light")
    page.context.close()
    scanned = qr_on(letter)
    assert scanned.startswith(f"{line.url}/cek/")

    clerk = open_page(browser, f"{line.url}/cek/", script=script)  # of a bank, who checks such letters
    if script:
        scenes.settled(clerk)
        line.is_down = True
        clerk.goto(scanned)
        answer = clerk.locator("[data-paper] [data-when]:visible")
        expect(answer).to_contain_text("Asli saat diterbitkan")
        expect(answer).to_contain_text("Status terkini belum diperiksa")
        photograph(clerk, "door-letter-checked-offline-phone-light")
        line.is_down = False
        clerk.goto("about:blank")
    clerk.goto(scanned)
    expect(clerk.locator("[data-verdict]")).to_contain_text("berlaku")
    clerk.context.close()
