import hashlib
import io
import json
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lawang.lib.refused import Refused
from lawang.record.actions import keep_file, notify, record
from lawang.record.backup import backup, restore, tables
from lawang.record.exported import export_keys
from lawang.record.models import Outbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_table_comes_after_those_it_refers_to() -> None:
    ordered = tables()
    assert ordered.index("areas_area") < ordered.index("people_agency") < ordered.index("people_membership")
    assert "django_session" not in ordered


@pytest.mark.usefixtures("media")
def test_a_backup_tells_what_is_in_it(tmp_path: Path, at: datetime, ratna: Any) -> None:
    record("a.b:1", "made", by=ratna, at=at, sealed={"nik": "1611034101900001"})
    kept = keep_file(b"bukti", name="bukti.txt", about="a.b:1", privacy="internal", by=ratna, at=at)
    manifest = backup(tmp_path / "b.tar", at=at)
    assert manifest["tables"]["record_entry"]["rows"] == 2
    assert manifest["files"] == {kept.sha256: 5}
    assert manifest["keys"]["exported as they are now"] is False
    with tarfile.open(tmp_path / "b.tar") as archive:
        names = archive.getnames()
        told = archive.extractfile("manifest.json")
        assert told is not None
        assert json.loads(told.read()) == manifest
    assert not [name for name in names if name.endswith((".key", ".secret"))]
    assert b"1611034101900001" not in (tmp_path / "b.tar").read_bytes()


@pytest.mark.usefixtures("media")
def test_a_sealed_file_is_in_it_whole(tmp_path: Path, at: datetime, ratna: Any) -> None:
    kept = keep_file(
        b"rahasia", name="a.txt", about="a.b:1", privacy="personal", by=ratna, at=at, is_sealed=True
    )
    backup(tmp_path / "b.tar", at=at)
    with tarfile.open(tmp_path / "b.tar") as archive:
        stored = archive.extractfile(f"files/{kept.sha256[:2]}/{kept.sha256}")
        assert stored is not None
        assert hashlib.sha256(stored.read()).hexdigest() == kept.sha256


@pytest.mark.usefixtures("media")
def test_a_backup_says_that_keys_were_exported(tmp_path: Path, at: datetime, settings: Any) -> None:
    settings.KEYS = tmp_path / "keys"
    record("a.b:1", "made", by=None, at=at, sealed={"nik": "1"})
    export_keys(tmp_path / "keys.json", "gajah makan durian", at=at)
    assert backup(tmp_path / "b.tar", at=at)["keys"]["exported as they are now"] is True


def test_it_restores_only_into_an_empty_database(tmp_path: Path, at: datetime, ratna: Any) -> None:
    backup(tmp_path / "b.tar", at=at)
    with pytest.raises(Refused, match="kosong"):
        restore(tmp_path / "b.tar")


@pytest.mark.parametrize("content", [b"", b"no tar", b"\0" * 10240])
def test_what_is_no_backup_gets_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(Refused):
        restore(tmp_path / "b.tar")


def test_a_changed_table_restores_nothing(tmp_path: Path, at: datetime) -> None:
    notify(address="a@b.id", kind="x", subject="Kata asli", body="b", about="a.b:1", at=at)
    backup(tmp_path / "b.tar", at=at)
    with tarfile.open(tmp_path / "b.tar") as old, tarfile.open(tmp_path / "c.tar", "w") as new:
        for member in old.getmembers():
            stream = old.extractfile(member)
            assert stream is not None
            content = stream.read().replace(b"Kata asli", b"Kata lain")
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    Outbox.objects.all().delete()
    with pytest.raises(Refused, match="rusak"):
        restore(tmp_path / "c.tar")
    assert not Outbox.objects.exists()
