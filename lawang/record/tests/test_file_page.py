from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from lawang.record import files
from lawang.record.actions import keep_file
from lawang.record.models import Access, File, Privacy
from tests import pdfs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch, siti: Any) -> None:
    """The things of noun "a" are Siti's."""
    monkeypatch.setitem(files._readers, "a.", lambda user, file: user == siti)


def keep(at: datetime, data: bytes = b"isi", name: str = "surat.txt", **fields: Any) -> File:
    fields = {"about": "a.b:1", "privacy": Privacy.INTERNAL, "by": None, "at": at} | fields
    return keep_file(data, name=name, **fields)


def test_siti_reads_her_file(client: Client, siti: Any, at: datetime) -> None:
    client.force_login(siti)
    answer = client.get(f"/berkas/{keep(at).key}/")
    assert answer.getvalue() == b"isi"
    assert answer["Content-Disposition"] == 'attachment; filename="surat.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_budi_does_not_learn_that_it_exists(client: Client, budi: Any, at: datetime) -> None:
    client.force_login(budi)
    assert client.get(f"/berkas/{keep(at).key}/").status_code == 404


def test_who_is_not_logged_in_is_asked_to(client: Client, at: datetime) -> None:
    assert client.get(f"/berkas/{keep(at).key}/").status_code == 302


def test_a_file_without_a_noun_is_closed_unless_public(client: Client, at: datetime) -> None:
    assert client.get(f"/berkas/{keep(at, about='z.z:1').key}/").status_code == 302
    public = keep(at, about="z.z:1", privacy=Privacy.PUBLIC)
    answer = client.get(f"/berkas/{public.key}/")
    answer.getvalue()
    assert answer["Cache-Control"].startswith("public")


def test_reading_a_personal_file_is_written_down(client: Client, siti: Any, at: datetime) -> None:
    client.force_login(siti)
    answer = client.get(f"/berkas/{keep(at, privacy=Privacy.PERSONAL).key}/")
    answer.getvalue()
    assert answer["Cache-Control"] == "private, no-store"
    assert Access.objects.get().by == siti


def test_the_same_file_is_neither_sent_nor_opened_twice(
    client: Client, siti: Any, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(siti)
    file = keep(at)
    monkeypatch.delattr("lawang.record.views.read_file")
    for tag in (
        f'"{file.sha256}"',
        f'W/"{file.sha256}"',
        f'"other", W/"{file.sha256}"',
    ):  # gzip makes it weak
        answer = client.get(f"/berkas/{file.key}/", headers={"If-None-Match": tag})
        assert answer.status_code == 304


def test_a_pdf_opens_in_the_browser(client: Client, siti: Any, at: datetime) -> None:
    client.force_login(siti)
    answer = client.get(f"/berkas/{keep(at, pdfs.plain(), 'a.pdf').key}/")
    answer.getvalue()
    assert answer["Content-Disposition"].startswith("inline")
