from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from lawang.packs import desk
from lawang.packs.actions import install
from lawang.packs.models import InstalledPack
from lawang.packs.tests.folders import FRAMEWORK, MANIFEST, write_pack
from lawang.people.models import User
from tests.cast import make_membership, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(desk, "FOLDERS", tmp_path)
    return tmp_path


@pytest.fixture
def admin(client: Client) -> Client:
    made = make_user("made")
    make_membership(made, role="administrator")
    client.force_login(made)
    return client


def test_the_list_shows_what_is_installed_and_what_differs(
    admin: Client, folders: Path, at: datetime
) -> None:
    install(write_pack(folders, frameworks=FRAMEWORK), by=None, at=at)
    write_pack(folders, "baru")
    page = admin.get("/kelola/paket/").content.decode()
    assert "Sama dengan yang terpasang" in page
    assert "Periksa dan pasang" in page


def test_a_folder_tells_its_mistakes(admin: Client, folders: Path) -> None:
    write_pack(folders, frameworks=FRAMEWORK.replace("aliases", "alias"))
    page = admin.get("/kelola/paket/coba/folder/").content.decode()
    assert "Ada 1 kesalahan" in page
    assert "Kata “alias” tidak dikenal" in page
    assert "Pasang versi" not in page


def test_a_folder_is_installed_from_its_page(admin: Client, folders: Path, at: datetime) -> None:
    write_pack(folders, frameworks=FRAMEWORK)
    assert "Kerangka kecil" in admin.get("/kelola/paket/coba/folder/").content.decode()
    response = admin.post("/kelola/paket/coba/pasang/", follow=True)
    assert InstalledPack.objects.get().name == "coba"
    assert "Paket coba versi 1 terpasang." in response.content.decode()


def test_a_refusal_stays_beside_its_cause(admin: Client, folders: Path, at: datetime) -> None:
    install(write_pack(folders, frameworks=FRAMEWORK), by=None, at=at)
    write_pack(folders, frameworks=FRAMEWORK.replace("PDAM", "Air minum"))
    response = admin.post("/kelola/paket/coba/pasang/")
    assert response.status_code == 422
    assert "Naikkan angka versi" in response.content.decode()


def test_a_pack_shows_its_contents_and_what_changed(admin: Client, folders: Path, at: datetime) -> None:
    install(write_pack(folders, frameworks=FRAMEWORK), by=None, at=at)
    write_pack(
        folders, pack=MANIFEST.replace('"1"', '"2"'), frameworks=FRAMEWORK.replace("Jalan", "Jembatan")
    )
    install(folders / "coba", by=None, at=at.replace(hour=11))
    page = admin.get("/kelola/paket/coba/").content.decode()
    assert "Yang berubah sejak versi 1" in page
    assert "Jalan → Jembatan" in page
    assert "sudah diganti" in admin.get("/kelola/paket/coba/?versi=1").content.decode()
    assert admin.get("/kelola/paket/tidak-ada/").status_code == 404


@pytest.mark.parametrize("address", ["", "coba/", "coba/folder/", "coba/pasang/"])
def test_others_are_kept_out(address: str, client: Client, budi: User, folders: Path) -> None:
    write_pack(folders)
    assert client.get(f"/kelola/paket/{address}").status_code == 302
    client.force_login(budi)
    assert client.get(f"/kelola/paket/{address}").status_code == 403
    assert client.post("/kelola/paket/coba/pasang/").status_code == 403
    assert not InstalledPack.objects.exists()


def test_the_list_costs_the_same_with_many_packs(
    admin: Client, folders: Path, at: datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        install(write_pack(folders, f"paket{number}"), by=None, at=at)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        admin.get("/kelola/paket/")
