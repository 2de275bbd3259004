"""One regency's year with the movement, in a browser, between two installations: call, bimtek, books, self-assessment,
panel, result letter, follow-up. What crosses goes in sealed batches; everything else is pressed on pages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from tests.browser import photograph
from tests.house import free_port
from tests.test_two_nodes import House, introduce, make_house, seal, wait
from tests.town import visit
from tests.world import drop_database, using

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
HERE = "16.11"
COHORT, TRACK = "Angkatan uji", "uji"
ASKED_BY_SURVEY = "D"  # the section of the impact survey; surveys/tests shows how its means come about


@pytest.fixture
def two(
    demo_database: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[House, House]]:
    """The demonstration regency and a movement without anything but its people; both serve pages and work."""
    from lawang.people.models import User
    from lawang.portal.demo import PASSWORD
    from lawang.portal.demo_movement import make_accounts

    ports = free_port(), free_port()
    with django_db_blocker.unblock():
        with using(demo_database):
            regency = make_house("gerakan", tmp_path / "regency", ports[0])
        regency = replace(
            regency,
            env=regency.env | {"LAWANG_KEYS": str(settings.KEYS), "LAWANG_SECRET_KEY": settings.SECRET_KEY},
        )
        movement = make_house("movement", tmp_path / "movement", ports[1])
        processes = []
        try:
            packs = (str(settings.ROOT / "packs" / name) for name in ("nasional", "gerakan"))
            movement.lawang("packs", "install", *packs)
            with movement.inside():
                make_accounts(timezone.now() - timedelta(days=1))
            word = make_password(
                PASSWORD, hasher=PBKDF2PasswordHasher()
            )  # tests hash in a way that no server takes
            for house, port in zip((regency, movement), ports, strict=True):
                with house.inside():
                    User.objects.update(password=word)
                house.lawang("batch", "address", f"http://127.0.0.1:{port}")
                processes += [house.start("serve"), house.start("work")]
            for port in ports:
                wait(f"http://127.0.0.1:{port}/api/v1/batches/card.json")
            introduce(regency, movement)
            introduce(movement, regency)
            yield regency, movement
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
            for house in (regency, movement):
                drop_database(house.database)


def town_of(house: House) -> str:
    return f"http://127.0.0.1:{house.env['LAWANG_PORT']}"


def on(page: Page, name: str, day: date) -> None:
    for part in ("day", "month", "year"):
        page.locator(f"[name={name}_{part}]").fill(str(getattr(day, part)))


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def number_on(page: Page, series: str) -> str:
    """Return the number of the newest letter that a page shows."""
    found = re.search(rf"{series}/\S+", page.get_by_role("main").inner_text())
    assert found
    return found[0]


def sign_letter(page: Page, town: str, number: str) -> None:
    """Let the head read what waits and sign it."""
    page.goto(f"{town}/meja/dokumen/")
    follow(page, f"Baca dan tanda tangani {number}")
    press(page, "Tanda tangani")
    expect(page.get_by_role("main")).to_contain_text("ditandatangani")


def call_and_choose(browser: Browser, movement: House) -> None:
    """Call a cohort, let the regency declare how ready it is, mark, decide, sign."""
    from lawang.record.models import Outbox

    town, today = town_of(movement), timezone.localdate()
    with visit(browser, town, "ketut") as page:
        page.goto(f"{town}/kelola/angkatan/baru/")
        page.locator("[name=title_id]").fill(COHORT)
        page.locator("[name=call_id]").fill("Daerah yang mau menyusun rencana induk.")
        page.locator("[name=track]").fill(TRACK)
        on(page, "opens", today)
        on(page, "closes", today + timedelta(days=20))
        press(page, "Panggil")
        press(page, "Buka pendaftaran")
        follow(page, "Undang daerah")
        page.locator("[name=area]").fill(HERE)
        page.locator("[name=contact_office]").fill("Dinas Kominfo Empat Lawang")
        page.locator("[name=contact]").fill("kominfo@empatlawang.example")
        press(page, "Kirim undangan")
        with movement.inside():
            mail = Outbox.objects.filter(kind="cohort_invited").latest("pk").body
        secret = mail.split("/undangan/")[1].split("/")[0]
        cohort = page.url
        with visit(browser, f"{town}/undangan/{secret}/", size="phone") as form:
            for level in form.locator("main fieldset, main select").all():
                first = level.locator("input[type=radio]")
                if first.count():
                    first.first.check(force=True)
            form.locator("[name=office]").fill("Dinas Kominfo")
            press(form, "Simpan dan kirim")
            expect(form.get_by_role("main")).to_contain_text("terkirim")
            photograph(form, "gerakan-kesiapan")
        page.goto(cohort)
        press(page, "Tutup pendaftaran, mulai menilai")
        follow(page, "Tugaskan penilai")
        page.get_by_label("Penilai", exact=True).select_option(label="Made Contoh")
        page.get_by_label("Kabupaten Empat Lawang").check()
        press(page, "Tugaskan")
        with visit(browser, town, "made") as juror:
            juror.goto(f"{town}/kelola/seleksi/")
            juror.get_by_role("listitem").filter(has_text=COHORT).get_by_role("link").click()
            juror.get_by_label("Saya tidak punya benturan kepentingan").check()
            press(juror, "Nyatakan")
            for marks in juror.locator("main fieldset").all():
                marks.locator("input[type=radio]").last.check(force=True)
            press(juror, "Serahkan lembar nilai")
            expect(juror.get_by_role("main")).to_contain_text("Nilai semua penilai")
        page.goto(cohort)
        follow(page, "Kabupaten Empat Lawang")
        follow(page, "Putuskan")
        page.get_by_label("Terpilih", exact=True).check()
        page.locator("[name=reason]").fill("Pemimpinnya ikut, anggarannya ada.")
        press(page, "Putuskan dan susun suratnya")
        with visit(browser, town, "luh") as head:
            sign_letter(head, town, number_on(page, "PST"))
        with visit(browser, f"{town}/undangan/{secret}/", size="phone") as form:
            expect(form.get_by_role("link", name=re.compile("Unduh surat"))).to_be_visible()
        page.goto(cohort)
        press(page, "Seleksi selesai")
        follow(page, "Mulai pendampingan")
        press(page, "Mulai pendampingan")


def mentor(browser: Browser, movement: House) -> None:
    """Hold the first bimtek and comment on a line of the plan."""
    town, today = town_of(movement), timezone.localdate()
    with visit(browser, town, "ketut") as page:
        page.goto(f"{town}/kelola/angkatan/")
        follow(page, COHORT)
        follow(page, "Kabupaten Empat Lawang")
        follow(page, "Tugaskan pendamping")
        page.get_by_label("Komang Contoh").check()
        press(page, "Tugaskan")
    with visit(browser, town, "komang") as page:
        page.goto(f"{town}/kelola/pendampingan/")
        page.get_by_role("listitem").filter(has_text=COHORT).get_by_role("link").click()
        follow(page, "Jadwalkan bimtek")
        on(page, "starts", today)
        on(page, "ends", today)
        page.locator("[name=place]").fill("Aula Bappeda")
        press(page, "Jadwalkan")
        follow(page, "Kehadiran")
        page.locator("[name=rows]").fill("Bappeda: 4\nDinas Kominfo: 3")
        press(page, "Simpan kehadiran")
        expect(page.get_by_role("main")).to_contain_text("7 orang dari 2 kantor")
        photograph(page, "gerakan-bimtek")


def write_book(browser: Browser, regency: House) -> None:
    """Have the masterplan made as a book, out of the plan."""
    town = town_of(regency)
    with visit(browser, town, "dewi") as page:
        page.goto(f"{town}/kelola/rencana/buku/")
        press(page, "Buat edisi")
        for _try in range(60):
            if page.get_by_role("link", name=re.compile("PDF")).count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        address = page.get_by_role("link", name=re.compile("PDF")).first.get_attribute("href")
        assert page.request.get(f"{town}{address}").body().startswith(b"%PDF")


def assess_oneself(browser: Browser, regency: House) -> None:
    """Confirm what the system proposes, say that a thing is not there; send it."""
    from lawang.movement import answering
    from lawang.movement.models import Assessment
    from lawang.people.models import User

    town, year = town_of(regency), timezone.localdate().year
    with visit(browser, town, "wira") as page:
        page.goto(f"{town}/kelola/penilaian/")  # the demonstration has begun it
        follow(page, "Lanjutkan memeriksa")
        photograph(page, "gerakan-butir")
        press(page, "Benarkan usulan sistem")
        with regency.inside():  # the other hundred, as the same person
            row = Assessment.objects.whole().get(evaluation__year=year, area__code=HERE)
            wira = User.objects.get(username="wira")
            for one in row.answers.exclude(source="confirmed").select_related("assessment"):
                answering.answer(
                    one,
                    one.proposed,
                    is_nothing=not one.proposed,
                    reason="Belum ada.",
                    seen=one.at,
                    by=wira,
                    at=timezone.now(),
                )
            row.answers.filter(item__startswith=ASKED_BY_SURVEY).update(value=Decimal("2.80"))
        page.goto(f"{town}/kelola/penilaian/")
        press(page, "Kirim penilaian mandiri")
        expect(page.get_by_role("main")).to_contain_text("Menunggu panel")


def carry(here: House, there: House, *, taken: int = 1) -> None:
    """Seal what is new on one side and let the other collect it."""
    from lawang.exchange.models import Peer

    seal(here)
    with there.inside():
        peer = Peer.objects.get(base_url=town_of(here))
    said = there.lawang("batch", "collect", "--from", str(peer.key))
    assert f"{taken} diterima, 0 menunggu, 0 ditolak" in said, there.lawang("batch", "list")


def judge(browser: Browser, movement: House) -> None:
    """Enter the regency, seat an assessor, mark every item of its answers, settle, publish, sign the result."""
    town, today = town_of(movement), timezone.localdate()
    with visit(browser, town, "ketut") as page:
        page.goto(f"{town}/gerakan/evaluasi/")
        page.locator("[name=year]").select_option(str(today.year))
        page.locator("[name=instrument]").select_option(label="Evaluasi implementasi 2023")
        on(page, "until", today + timedelta(days=20))
        press(page, "Buka evaluasi")
        follow(page, "Daftarkan daerah")
        page.get_by_label("Reguler").check()
        page.locator("[name=lines]").fill(HERE)
        press(page, "Daftarkan")
        evaluation = page.url
        follow(page, "Panel penilai")
        page.locator("[name=user]").select_option(label="Putu Contoh")
        press(page, "Tugaskan")
        page.goto(evaluation)
        page.get_by_text("Akhiri waktu pengisian").click()
        press(page, "Mulai menilai")
        with visit(browser, town, "putu") as assessor:
            mark(assessor, town)
        page.goto(evaluation)
        follow(page, "Kabupaten Empat Lawang")
        press(page, "Tetapkan nilai")
        expect(page.get_by_role("main")).to_contain_text("Nilai akhir")
        regency = page.url
        page.goto(evaluation)
        page.get_by_text("Umumkan hasil").first.click()
        press(page, "Umumkan hasil")
        for _try in range(60):  # the worker writes the letters
            page.goto(regency)
            if page.get_by_text("Menunggu tanda tangan").count():
                break
            page.wait_for_timeout(1000)
        with visit(browser, town, "luh") as head:
            sign_letter(head, town, number_on(page, "HSL"))
        photograph(page, "gerakan-hasil")


def mark(page: Page, town: str) -> None:
    """Declare, mark component by component, hand in."""
    page.goto(f"{town}/gerakan/menilai/")
    follow(page, "Kabupaten Empat Lawang")
    page.get_by_label("Tidak ada", exact=True).check()
    press(page, "Nyatakan")
    sheet = page.url
    parts = page.locator("section[aria-labelledby=nilai] a")
    for address in [parts.nth(n).get_attribute("href") for n in range(parts.count())]:
        page.goto(f"{town}{address}")
        for box in page.locator("fieldset.marks input[value='3']").all():
            box.check(force=True)
        press(page, "Simpan nilai")
    page.goto(sheet)
    page.locator("[name=strengths]").fill("Rapat dewan rutin.")
    page.locator("[name=weaknesses]").fill("Anggaran belum pasti.")
    page.locator("[name=recommendations]").fill("Perbarui SK Dewan\nPastikan anggaran tahun depan")
    press(page, "Serahkan lembar nilai")
    expect(page.get_by_role("main")).to_contain_text("Diserahkan")


def take_up(browser: Browser, regency: House) -> None:
    """Find the result and its recommendations on the regency's page, and say who does what by when."""
    town = town_of(regency)
    with visit(browser, town, "wira") as page:
        page.goto(f"{town}/kelola/penilaian/")
        expect(page.get_by_role("main")).to_contain_text("Nilai akhir")
        photograph(page, "gerakan-rekomendasi")
        follow(page, "Perbarui SK Dewan")
        page.get_by_label("sedang dikerjakan").check()
        page.locator("[name=owner]").select_option(label="Bappeda")
        on(page, "due_date", timezone.localdate() + timedelta(days=60))
        press(page, "Simpan tindak lanjut")
        expect(page.get_by_role("main")).to_contain_text("sedang dikerjakan")


def test_a_regency_goes_through_its_year_with_the_movement(
    browser: Browser, two: tuple[House, House]
) -> None:
    regency, movement = two
    call_and_choose(browser, movement)
    mentor(browser, movement)
    write_book(browser, regency)
    assess_oneself(browser, regency)
    carry(regency, movement)
    judge(browser, movement)
    carry(movement, regency)
    take_up(browser, regency)
    carry(regency, movement)
    with visit(browser, town_of(movement), "ketut") as page:
        page.goto(f"{town_of(movement)}/gerakan/evaluasi/")
        follow(page, re.compile(str(timezone.localdate().year)))
        follow(page, "Kabupaten Empat Lawang")
        expect(page.get_by_role("main")).to_contain_text("sedang dikerjakan")
