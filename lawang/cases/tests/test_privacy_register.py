"""The register of processing: made from the definitions, complete, the same on screen and as CSV."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lawang.cases.privacy import processing
from lawang.cases.tests.privacy import csv_of, make_dpo, opened, signed_in
from lawang.people.models import User
from tests.case_factory import DEFINITION, both, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def dpo(officer: User) -> User:
    return make_dpo()


def test_a_service_is_in_it_with_what_article_31_asks_for(dpo: User) -> None:
    found = processing.register()[0]
    assert (found.title, found.purpose) == ("Peminjaman aula", "Meminjamkan aula")
    assert found.basis == "kepentingan umum dan pelayanan publik"
    assert found.data["sensitive"] == ["Kebutuhan khusus"]
    assert found.data["personal"] == ["Nama", "NIK", "Telepon", "Surel", "berkas: KTP"]
    assert found.data["internal"] == ["Untuk apa"]
    assert found.kept == "5 tahun sesudah permohonan ditutup"
    assert (found.source, found.office) == ("contoh", "Bagian Umum")


def test_a_changed_definition_changes_the_register(dpo: User) -> None:
    processed = {
        "purpose": both("Menghitung kursi"),
        "basis": "consent",
        "recipients": [both("Panitia"), both("Polres")],
    }
    make_version(
        {**DEFINITION, "code": "kursi", "series": "KRS", "retention": {"years": 1, "source": "JRA contoh"}},
        processing=processed,
    )
    found = next(one for one in processing.register() if one.code == "kursi")
    assert (found.purpose, found.basis, found.recipients) == (
        "Menghitung kursi",
        "persetujuan",
        ["Panitia", "Polres"],
    )
    assert found.source == "JRA contoh"


def test_what_officers_write_down_is_in_it_too(dpo: User) -> None:
    field = {"name": "income", "type": "money", "title": both("Penghasilan"), "privacy": "sensitive"}
    step = {**DEFINITION["steps"][0], "fields": [field]}
    make_version(
        {**DEFINITION, "code": "dengan-isian", "series": "ISI", "steps": [step, *DEFINITION["steps"][1:]]}
    )
    found = next(one for one in processing.register() if one.code == "dengan-isian")
    assert "Penghasilan" in found.data["sensitive"]


def test_what_the_installation_does_beside_services_is_in_it(dpo: User) -> None:
    own = [one.title for one in processing.register() if not one.code]
    assert own == [
        "Akun pegawai dan warga",
        "Riwayat tindakan dan catatan akses",
        "Pesan keluar",
        "Pengikut program lewat surel",
        "Survei kepuasan dan survei dampak",
    ]


def test_who_sees_follows_the_roles(dpo: User) -> None:
    seen = {one.role: (one.scope, one.sees) for one in processing.seers()}
    assert seen["case-officer"] == ("di instansi sendiri dan bawahannya", "data pribadi dan data peka")
    assert "dpo" in seen


def test_the_page_and_the_file_say_the_same(dpo: User) -> None:
    client = signed_in(dpo)
    html = opened(client, "register")
    table = csv_of(client, "register_csv")
    for words in (
        "Meminjamkan aula",
        "Kebutuhan khusus",
        "5 tahun sesudah permohonan ditutup",
        "Pesan keluar",
    ):
        assert words in html
        assert words in table
    assert table.count("\n") == 1 + len(processing.register())


def test_queries_stay_few_with_many_services(dpo: User) -> None:
    client = signed_in(dpo)
    opened(client, "register")
    for number in range(5):
        make_version({**DEFINITION, "code": f"layanan-{number}", "series": f"L{number}"})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        opened(client, "register")
    assert len(queries) <= 12


def test_it_is_not_for_everybody(officer: User, client: Client) -> None:
    assert signed_in(officer).get("/kelola/privasi/pemrosesan/").status_code == 403
    assert client.get("/kelola/privasi/pemrosesan/").status_code == 302
