"""The pages under /kelola/layanan/: what is drafted, rehearsed, published, set."""

import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from lawang.cases.definition import read
from lawang.cases.drawing import draw
from lawang.cases.models import Service, ServiceSetting, ServiceVersion, Unit
from lawang.cases.publishing import bring, publish, rehearse
from lawang.cases.tests.aula import aula, make_office, make_publisher
from lawang.cases.tests.test_publishing import PARAMETER, PRESET
from lawang.people.models import Membership
from tests.cast import make_agency

pytestmark = pytest.mark.django_db

AULA = "/kelola/layanan/peminjaman-aula/"


@pytest.fixture
def draft(at: datetime) -> ServiceVersion:
    make_office()
    return bring(aula(parameters=[PARAMETER], presets=[PRESET]), pack="contoh", at=at)


@pytest.fixture
def admin(client: Client, draft: ServiceVersion) -> Client:
    client.force_login(make_publisher())
    return client


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def test_the_way_from_draft_to_public(admin: Client, draft: ServiceVersion) -> None:
    assert "versi 1" in text_of(admin, "/kelola/layanan/")
    assert "Belum digladi" in text_of(admin, AULA)
    page = text_of(admin, f"{AULA}versi/1/")
    assert "Jalankan gladi bersih" in page
    assert "Terbitkan versi ini" not in page
    admin.post(f"{AULA}versi/1/gladi/")
    page = text_of(admin, f"{AULA}versi/1/")
    assert "Tidak ada yang ditemukan." in page
    assert "Terbitkan versi ini" in page
    response = admin.post(f"{AULA}versi/1/terbitkan/", follow=True)
    assert "Versi 1 terbit. Permohonan baru memakai versi ini." in response.content.decode()
    assert Service.objects.get().current == draft


def test_what_cannot_work_is_shown_and_keeps_it_unpublished(admin: Client) -> None:
    Membership.objects.filter(user__username="wayan").delete()
    admin.post(f"{AULA}versi/1/gladi/")
    page = text_of(admin, f"{AULA}versi/1/")
    assert "tidak ada orang yang boleh mengambil langkah “Tolak”" in page
    assert "ada temuan" in page
    assert "Terbitkan versi ini" not in page
    response = admin.post(f"{AULA}versi/1/terbitkan/")
    assert response.status_code == 422
    assert "Belum bisa diterbitkan." in response.content.decode()
    assert "menemukan 3 hal yang harus diperbaiki dulu" in text_of(admin, AULA)


def test_the_drawing_and_its_table_say_the_same(admin: Client, draft: ServiceVersion) -> None:
    page = text_of(admin, f"{AULA}versi/1/")
    for number, step in enumerate(aula()["steps"], 1):
        assert f"{number}. {step['title']['id']}" in page
    picture = str(draw(read(aula()), key="x"))
    assert picture.count("<svg") == 2
    numbers = {
        int(number) for words in re.findall(r'class="tb">([\d, ]+)<', picture) for number in words.split(", ")
    }
    assert numbers == set(range(1, len(aula()["steps"]) + 1))
    for state in aula()["states"]:
        for word in state["title"]["id"].split():
            assert word in picture


def test_a_drawing_escapes_what_people_write() -> None:
    definition = read(aula(title={"id": "<script>alert(1)</script>"}))
    assert "<script" not in str(draw(definition, key="x", trouble=["lend", "received"]))


def test_two_versions_are_compared(admin: Client, draft: ServiceVersion, at: datetime) -> None:
    rehearse(draft, at=at)
    publish(draft, by=None, at=at)
    bring(aula(fee=5000), pack="contoh", at=at)
    page = text_of(admin, f"{AULA}banding/?versi=2&dengan=1")
    assert "versi 1 dibandingkan dengan versi 2" in page
    assert "fee: 0 → 5000" in page
    text_of(admin, f"{AULA}banding/?dengan=nasional", 404)


def test_units_are_given_to_agencies(admin: Client) -> None:
    setda = make_agency("setda", "Sekretariat Daerah")
    Unit.objects.create(code="umum", title={"id": "Urusan umum"})
    assert "1 pekerjaan belum punya instansi" in text_of(admin, "/kelola/layanan/")
    assert "belum ditetapkan" in text_of(admin, "/kelola/pekerjaan/")
    text_of(admin, "/kelola/pekerjaan/umum/")
    admin.post("/kelola/pekerjaan/umum/", {"agency": setda.pk})
    assert Unit.objects.get(code="umum").agency == setda
    text_of(admin, "/kelola/pekerjaan/tidak-ada/", 404)


def test_a_unit_in_use_is_not_left_alone(admin: Client, draft: ServiceVersion, at: datetime) -> None:
    rehearse(draft, at=at)
    publish(draft, by=None, at=at)
    response = admin.post("/kelola/pekerjaan/balai/", {"agency": ""})
    assert response.status_code == 422
    assert "Layanan yang terbit membutuhkan" in response.content.decode()


def test_settings_are_written_with_their_source(admin: Client) -> None:
    path = f"{AULA}pengaturan/"
    page = text_of(admin, path)
    assert page.count("Paling lama dipinjam") == 2  # the field, and what the preset sets
    response = admin.post(path, {"nilai-most_days": "dua", "sumber-most_days": "Perbup 1/2026"})
    assert response.status_code == 422
    assert "harus bilangan bulat" in response.content.decode()
    assert "Perbup 1/2026" in response.content.decode()
    admin.post(path, {"nilai-most_days": "2", "sumber-most_days": "Perbup 1/2026"})
    assert ServiceSetting.objects.get().value == "2"
    assert "diatur sendiri" in text_of(admin, AULA)
    admin.post(path, {"pilihan": "kota"})
    assert ServiceSetting.objects.get().value == "3"
    assert admin.post(path, {"pilihan": "lain"}).status_code == 422


def test_a_service_is_closed_and_opened(admin: Client, draft: ServiceVersion, at: datetime) -> None:
    rehearse(draft, at=at)
    publish(draft, by=None, at=at)
    admin.post(f"{AULA}pintu/", {"buka": "0"})
    assert "Layanan ini sedang ditutup" in text_of(admin, AULA)
    admin.post(f"{AULA}pintu/", {"buka": "1"})
    assert Service.objects.get().is_open


def test_a_head_sees_and_sets_up_only_the_own_services(client: Client, draft: ServiceVersion) -> None:
    from lawang.people.models import User

    client.force_login(User.objects.get(username="wayan"))
    assert "Peminjaman aula" in text_of(client, "/kelola/layanan/")
    assert "Ubah pengaturan" in text_of(client, AULA)
    text_of(client, f"{AULA}pengaturan/")
    assert "gladi bersih</button>" not in text_of(client, f"{AULA}versi/1/")
    assert client.post(f"{AULA}versi/1/gladi/").status_code == 403
    text_of(client, "/kelola/pekerjaan/", 403)
    Unit.objects.filter(code="balai").update(agency=make_agency("dinkes"))
    assert "Peminjaman aula" not in text_of(client, "/kelola/layanan/")
    assert client.get(AULA).status_code == 403


@pytest.mark.parametrize("path", ["/kelola/layanan/", AULA, f"{AULA}versi/1/", f"{AULA}pengaturan/"])
def test_others_read_why_not(client: Client, draft: ServiceVersion, path: str) -> None:
    from lawang.people.models import User

    client.force_login(User.objects.get(username="ratna"))
    assert "tugas itu tidak mencakup" in text_of(client, path, 403)


@pytest.mark.parametrize("path", ["/kelola/layanan/", AULA, f"{AULA}versi/1/", f"{AULA}pengaturan/"])
def test_pages_ask_few_questions(
    admin: Client, draft: ServiceVersion, at: datetime, path: str, django_assert_max_num_queries: Any
) -> None:
    rehearse(draft, at=at)
    for number in range(30):
        bring(aula(code=f"aula-{number}"), pack="contoh", at=at)
    admin.get(path)
    with django_assert_max_num_queries(12):
        admin.get(path)


# The command


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("services", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_lists_rehearses_and_publishes(draft: ServiceVersion) -> None:
    assert "peminjaman-aula  Peminjaman aula: draf versi 1\nbalai  Pengelola balai: balai\n" in run("list")
    assert re.search(r"500 permohonan karangan, (\d+) dari \1 tepat waktu", run("rehearse"))
    assert "peminjaman-aula versi 1: terbit" in run("publish")
    assert "versi 1 terbit" in run("list")
    with pytest.raises(CommandError, match="Tidak ada draf layanan “peminjaman-aula”"):
        run("publish", "peminjaman-aula")


def test_the_command_publishes_what_can_be(draft: ServiceVersion, at: datetime) -> None:
    data = aula(code="lain", unit="lain")
    data["states"][0]["unit"] = "lain"
    Unit.objects.create(code="lain", title={"id": "Lain"})
    bring(data, pack="contoh", at=at)
    with pytest.raises(CommandError, match="1 layanan belum bisa diterbitkan"):
        run("publish")
    assert Service.objects.filter(current__isnull=False).count() == 1
    run("unit", "lain", "balai")
    run("publish", "lain")
    assert Service.objects.filter(current__isnull=False).count() == 2


def test_the_command_refuses_what_is_unknown(draft: ServiceVersion) -> None:
    with pytest.raises(CommandError, match="Tidak ada pekerjaan “bala”; yang ada: balai"):
        run("unit", "bala", "balai")
    with pytest.raises(
        CommandError, match=r"Tidak ada instansi “bala”; yang ada: balai\. Maksud Anda “balai”\?"
    ):
        run("unit", "balai", "bala")
    run("unit", "balai", "-")
    assert Unit.objects.get().agency is None
