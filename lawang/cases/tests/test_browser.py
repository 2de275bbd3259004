"""The citizens' pages of services and cases in Chromium: with and without a script, by keyboard, looked at by axe."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from lawang.cases.actions import Given, take_step
from lawang.cases.models import Attachment, Case, Event
from lawang.cases.tests.service_factory import TYPED, make_birth
from lawang.cases.tests.test_views_events import CARD
from lawang.cases.tracking import give_ticket
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.actions import saw
from lawang.web.tests import scenes
from lawang.web.tests.line import Fault, Line, line_to
from tests.browser import axe, open_page, photograph, unseen_focus, wider_than
from tests.case_factory import VERBS, both, make_version
from tests.cast import make_agency, make_membership, make_role, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = "/layanan/lapor-lahir/ajukan/"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#bcd").save(out, "JPEG")
    path = tmp_path / "kk.jpg"
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture
def ratna(db: None) -> User:
    make_birth()
    user = make_user("ratna", name="Ratna Contoh")
    role = make_role("case-officer", VERBS, highest_privacy="sensitive")
    make_membership(user, role=role, agency=make_agency("umum"))
    return user


def fill(page: Page, picture: Path, **changes: str) -> None:
    """Type everything that the form asks for; boxes to tick and choose come by their values."""
    for name, value in {**TYPED, **changes}.items():
        field = page.locator(f'[name="{name}"]')
        kind = field.first.evaluate("one => one.type")
        if kind == "radio":
            page.locator(f'[name="{name}"][value="{value}"]').check(force=True)
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)
    page.set_input_files('[name="papers.family_card.files"]', picture)


def test_questions_come_and_go_with_the_answers_they_hang_on(
    browser: Browser, live_server: LiveServer
) -> None:
    make_birth()
    page = open_page(browser, live_server.url + FORM)
    helper, witness = page.locator('[name="child.helper"]'), page.locator('[name="witnesses.1.name"]')
    expect(helper).to_be_hidden()
    expect(witness).to_be_hidden()
    expect(page.locator('[name="papers.birth_letter.files"]')).to_be_visible()
    page.locator('[name="child.place_kind"][value="home"]').check(force=True)
    page.locator('[name="papers.birth_letter"][value="sptjm"]').check(force=True)
    expect(helper).to_be_visible()
    expect(witness).to_be_visible()
    expect(page.locator('[name="papers.birth_letter.files"]')).to_be_hidden()
    assert not page.get_by_text("Isi bila “Lahir di mana”").is_visible()
    page.locator('[name="child.place_kind"][value="hospital"]').check(force=True)
    expect(helper).to_be_hidden()
    page.context.close()


def test_one_more_witness_with_a_script(browser: Browser, live_server: LiveServer) -> None:
    make_birth()
    page = open_page(browser, live_server.url + FORM)
    page.locator('[name="papers.birth_letter"][value="sptjm"]').check(force=True)
    page.get_by_role("button", name="Tambah saksi").click()
    third = page.locator('[name="witnesses.3.name"]')
    expect(third).to_be_focused()
    assert page.locator('label[for="id_witnesses.3.name"]').inner_text() == "Nama saksi 3"
    page.get_by_role("button", name="Tambah saksi").click()
    expect(page.get_by_role("button", name="Tambah saksi")).to_be_hidden()  # four at most
    assert page.evaluate("document.querySelectorAll('[id=\"id_witnesses.3.name\"]').length") == 1
    page.context.close()


def test_a_birth_is_sent_by_the_outbox_and_followed(
    browser: Browser, live_server: LiveServer, picture: Path
) -> None:
    make_birth()
    page = open_page(browser, live_server.url + FORM)
    page.locator('[name="papers.birth_letter"][value="sptjm"]').check(force=True)
    page.locator('[name="child.place_kind"][value="home"]').check(force=True)
    page.get_by_role("button", name="Tambah saksi").click()
    third = {"witnesses.3.name": "Ahmad Contoh", "witnesses.3.nik": "1611030101750001"}
    fill(page, picture, **third)
    page.get_by_role("button", name="Kirim permohonan").click()
    receipt = page.locator("[data-link=receipt]")
    expect(receipt).to_be_visible(timeout=20_000)
    receipt.click()
    expect(page.locator("h1")).to_have_text(Case.objects.get().number)
    case = Case.objects.get()
    assert Attachment.objects.get(case=case).file is not None
    page.goto(f"{live_server.url}/lacak/{case.code}/isian/")
    expect(page.get_by_text("Ahmad Contoh")).to_be_visible()
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_what_was_typed_comes_back_after_the_browser_was_closed(
    browser: Browser, live_server: LiveServer, picture: Path
) -> None:
    make_birth()
    page = open_page(browser, live_server.url + FORM)
    page.locator('[name="papers.birth_letter"][value="sptjm"]').check(force=True)
    page.get_by_role("button", name="Tambah saksi").click()
    page.fill('[name="witnesses.3.name"]', "Ahmad Contoh")
    expect(page.get_by_text("Tersimpan di HP ini")).to_be_visible(timeout=10_000)
    again = page.context.new_page()
    page.close()
    again.goto(live_server.url + FORM)
    expect(again.locator('[name="witnesses.3.name"]')).to_have_value("Ahmad Contoh")
    expect(again.locator('[name="witnesses.3.name"]')).to_be_visible()
    again.context.close()


def test_the_office_sends_mistakes_back_to_their_fields(
    browser: Browser, live_server: LiveServer, picture: Path
) -> None:
    make_birth()
    page = open_page(browser, live_server.url + FORM)
    page.locator('[name="papers.birth_letter"][value="sptjm"]').check(force=True)
    page.locator('[name="child.place_kind"][value="home"]').check(force=True)
    fill(page, picture, nik="12")
    page.get_by_role("button", name="Kirim permohonan").click()
    link = page.get_by_role("link", name="NIK pelapor: NIK harus 16 angka")
    expect(link).to_be_visible(timeout=20_000)
    link.click()
    expect(page.locator('[name="nik"]')).to_be_focused()
    page.fill('[name="nik"]', TYPED["nik"])
    page.get_by_role("button", name="Kirim permohonan").click()
    expect(page.locator("[data-link=receipt]")).to_be_visible(timeout=20_000)
    assert Case.objects.count() == 1
    page.context.close()


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[Line]:
    with line_to(live_server.url) as line:
        yield line


def test_a_bundle_written_without_a_signal_is_filed_once_when_it_is_back(
    browser: Browser, line: Line, picture: Path
) -> None:
    """Somebody opened the event at home; in the fields there is none, and then a line that loses every other answer."""
    make_birth()
    make_version(CARD)
    Event.objects.create(
        code="anak-lahir",
        title=both("Anak lahir"),
        summary=both("Sekali isi."),
        services=["lapor-lahir", "kartu-baru"],
        pack="x",
    )
    page = open_page(browser, f"{line.url}/peristiwa/anak-lahir/")
    form = "/peristiwa/anak-lahir/ajukan/lapor-lahir+kartu-baru/"
    scenes.settled(page)
    scenes.until(page, f"caches.match('{form}').then(Boolean)")  # kept with the page of the event
    line.is_down = True
    page.get_by_role("button", name="Isi formulir").click()
    expect(page.get_by_text("Setiap pertanyaan diisi sekali saja.")).to_be_visible()
    assert page.url == f"{line.url}{form}"
    page.locator('[name="papers.birth_letter"][value="sptjm"]').check(force=True)
    page.locator('[name="child.place_kind"][value="home"]').check(force=True)
    fill(page, picture, **{"child.order": "2", "reason": "Anak lahir"})
    page.locator('[name="papers.family_card.files"] + [data-photo]', has_text="Siap").wait_for()
    page.get_by_role("button", name="Kirim permohonan").click()
    scenes.state(page, "again")
    page.goto(f"{line.url}/di-hp-ini/")
    waiting = page.locator("[data-list=waiting] > li")
    expect(waiting).to_contain_text("Anak lahir")
    assert not Case.objects.exists()
    line.fail(Fault("lost"), times=2, path="/kirim/$")
    line.fail(Fault("lost"), times=1, path=r"/kirim/.+/0/")
    line.is_down = False
    for _turn in range(40):
        scenes.nudge(page)
        page.wait_for_timeout(300)
        if page.locator("[data-list=receipts] > li").count():
            break
    birth, card = Case.objects.order_by("pk")
    assert birth.bundle == card.bundle is not None
    receipt = page.locator("[data-list=receipts] > li")
    expect(receipt).to_contain_text(f"{birth.number}, {card.number}")
    assert scenes.read(page, "waiting") == scenes.read(page, "photos") == scenes.read(page, "drafts") == []
    assert line.count("POST", "/kirim/$") >= 3
    kept = Attachment.objects.filter(paper="papers.family_card", file__isnull=False)
    assert sorted(kept.values_list("case", flat=True)) == [birth.pk, card.pk]
    page.context.close()


def test_without_a_script_a_birth_is_filed_and_a_question_answered(
    browser: Browser, live_server: LiveServer, picture: Path, ratna: User
) -> None:
    page = open_page(browser, live_server.url + FORM, script=False)
    page.get_by_role("button", name="Kirim permohonan").click()
    expect(page.locator(".summary-error:not([data-outbox-summary])")).to_be_visible()
    fill(page, picture)
    page.get_by_role("button", name="Tambah saksi").click()
    page.fill('[name="witnesses.3.name"]', "Ahmad Contoh")
    page.fill('[name="witnesses.3.nik"]', "1611030101750001")
    page.set_input_files('[name="papers.family_card.files"]', picture)
    page.get_by_role("button", name="Kirim permohonan").click()
    expect(page.locator("h1")).to_contain_text("Diterima")
    case = Case.objects.get()
    take_step(case, "ask", Given(items=["Foto KK lebih terang"]), by=ratna, at=now())
    page.goto(f"{live_server.url}/lacak/{case.code}/")
    expect(page.get_by_text("Foto KK lebih terang").first).to_be_visible()
    page.locator("#jawab textarea").fill("Ini fotonya")
    page.locator("#jawab input[type=file]").set_input_files(picture)
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_text("Jawaban Anda sudah diterima")).to_be_visible()
    case.refresh_from_db()
    assert case.phase == Case.Phase.OPEN
    page.context.close()


def test_another_device_asks_and_then_opens(browser: Browser, live_server: LiveServer, ratna: User) -> None:
    case = filed()
    page = open_page(browser, f"{live_server.url}/lacak/")
    page.fill('[name="kode"]', case.code.lower())
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Benar ini permohonan Anda?")
    page.fill('[name="phone_end"]', "7890")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(case.number)
    page.get_by_role("button", name="Hapus dari perangkat ini").click()
    expect(page.get_by_text("tidak lagi membukanya")).to_be_visible()
    page.context.close()


def filed() -> Case:
    """Return a case of the service of births, filed now."""
    from lawang.cases.actions import file_case
    from lawang.cases.definition import definition_of
    from lawang.cases.models import ServiceVersion
    from lawang.cases.reading import read_flat
    from lawang.lib.codes import new_code

    version = ServiceVersion.objects.select_related("service").get(service__code="lapor-lahir")
    data = {name: [value] for name, value in TYPED.items()}
    read = read_flat(definition_of(version).fields, data, today=now().date())
    assert read.faults == {}
    return file_case(version, read.answers, code=new_code(), at=now())


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("phone", "dark"), ("desk", "light")])
def test_citizens_pages_look_well_and_axe_finds_nothing(
    browser: Browser, live_server: LiveServer, ratna: User, size: str, scheme: str
) -> None:
    Event.objects.create(
        code="anak-lahir",
        title=both("Anak lahir"),
        summary=both("Sekali isi."),
        services=["lapor-lahir"],
        pack="x",
    )
    asked, running = filed(), filed()
    take_step(asked, "ask", Given(items=["Foto KK lebih terang"]), by=ratna, at=now())
    saw(asked, ["answers"], by=ratna, at=now(), why="Memeriksa")
    cookie = {
        "name": "lawang-kartu",
        "value": ".".join(give_ticket(one, at=now()) for one in (asked, running)),
        "url": live_server.url,
    }
    for name, path in {
        "layanan": "/layanan/",
        "layanan-kosong": "/layanan/?q=xyzzy",
        "layanan-satu": "/layanan/lapor-lahir/",
        "ajukan": FORM,
        "formulir": "/layanan/lapor-lahir/formulir/",
        "peristiwa": "/peristiwa/anak-lahir/",
        "peristiwa-ajukan": "/peristiwa/anak-lahir/ajukan/lapor-lahir/",
        "lacak": "/lacak/",
        "lacak-siapa": "/lacak/0000000000000/",
        "tanda-terima": f"/lacak/{running.code}/?baru",
        "diminta": f"/lacak/{asked.code}/",
        "isian": f"/lacak/{asked.code}/isian/",
        "perbaiki": f"/lacak/{asked.code}/isian/perbaiki/",
        "riwayat": f"/lacak/{asked.code}/riwayat/",
        "cabut": f"/lacak/{running.code}/cabut/",
        "daftar": "/akun/daftar/",
        "masuk-kode": "/masuk/kode-surel/",
        "english": f"/en/lacak/{asked.code}/",
    }.items():
        page = open_page(browser, live_server.url + path, size=size, scheme=scheme, cookies=[cookie])
        photograph(page, f"kasus-{name}-{size}-{scheme}")
        assert axe(page) == [], path
        assert page.complaints == [], path  # type: ignore[attr-defined]
        if size == "phone":
            assert wider_than(page, 320) == 0, path
        page.context.close()


@pytest.mark.parametrize("path", [FORM, "/layanan/lapor-lahir/", "/lacak/{code}/"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, live_server: LiveServer, ratna: User, path: str
) -> None:
    case = filed()
    cookies: Any = [{"name": "lawang-kartu", "value": give_ticket(case, at=now()), "url": live_server.url}]
    page = open_page(browser, live_server.url + path.format(code=case.code), cookies=cookies)
    assert unseen_focus(page) == []
    page.context.close()
