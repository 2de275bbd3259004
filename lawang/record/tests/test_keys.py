from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lawang.lib.refused import Refused
from lawang.record.actions import record
from lawang.record.exported import export_keys, import_keys
from lawang.record.sealing import open_fields

pytestmark = pytest.mark.django_db
PASSPHRASE = "gajah makan durian"


def test_keys_come_back_with_their_passphrase(tmp_path: Path, settings: Any, at: datetime) -> None:
    settings.KEYS = tmp_path / "keys"
    entry = record("a.b:1", "named", by=None, at=at, sealed={"nik": "1611"})
    assert export_keys(tmp_path / "export", PASSPHRASE, at=at) == ["master.key"]
    settings.KEYS = tmp_path / "other"
    with pytest.raises(Refused, match="salah"):
        import_keys(tmp_path / "export", "something else")
    assert import_keys(tmp_path / "export", PASSPHRASE) == ["master.key"]
    assert open_fields(entry) == {"nik": "1611"}
    assert import_keys(tmp_path / "export", PASSPHRASE) == []


def test_an_import_never_replaces_a_key(tmp_path: Path, settings: Any, at: datetime) -> None:
    settings.KEYS = tmp_path / "keys"
    record("a.b:1", "named", by=None, at=at, sealed={"nik": "1611"})
    export_keys(tmp_path / "export", PASSPHRASE, at=at)
    (tmp_path / "keys" / "master.key").write_bytes(b"other")
    with pytest.raises(Refused, match=r"master\.key"):
        import_keys(tmp_path / "export", PASSPHRASE)


def test_a_lost_master_key_is_not_quietly_replaced(tmp_path: Path, settings: Any, at: datetime) -> None:
    from django.core.exceptions import ImproperlyConfigured

    settings.KEYS = tmp_path / "keys"
    record("a.b:1", "named", by=None, at=at, sealed={"nik": "1611"})
    settings.KEYS = tmp_path / "empty"
    with pytest.raises(ImproperlyConfigured, match=r"master\.key is missing"):
        record("a.b:2", "named", by=None, at=at, sealed={"nik": "1"})
