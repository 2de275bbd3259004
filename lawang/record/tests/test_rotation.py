from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from lawang.record import rotation, sealing
from lawang.record.actions import record
from lawang.record.models import DataKey

pytestmark = pytest.mark.django_db


def secret(number: int) -> str:
    return sealing.seal_fields(f"test.thing:{number}", {"nik": f"16110{number}"})["nik"]


def clear(number: int, ciphertext: str) -> str:
    values = sealing.open_values(f"test.thing:{number}", {"nik": ciphertext})
    assert values is not None
    return values["nik"]


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> Path:
    settings.KEYS = tmp_path / "keys"
    return tmp_path / "keys"


def test_everything_opens_under_the_new_key_and_the_old_one_is_gone(keys: Path, at: datetime) -> None:
    kept = {number: secret(number) for number in range(7)}
    entry = record("test.thing:9", "tried", by=None, at=at, sealed={"name": "Siti"})
    DataKey.objects.filter(thing="test.thing:1").update(master="")  # as rows of the first edition
    old = (keys / "master.key").read_bytes()
    assert rotation.rotate(at=at) == 8
    assert (keys / "master.key").read_bytes() != old
    assert [path.name for path in keys.glob("master*")] == ["master.key"]
    assert all(clear(number, ciphertext) == f"16110{number}" for number, ciphertext in kept.items())
    assert sealing.open_fields(entry) == {"name": "Siti"}


def test_a_power_cut_in_the_middle_loses_nothing(
    keys: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {number: secret(number) for number in range(5)}
    monkeypatch.setattr(rotation, "finish", lambda: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        rotation.rotate(at=at)
    assert all(clear(number, ciphertext) == f"16110{number}" for number, ciphertext in kept.items())
    late = secret(77)  # somebody files meanwhile
    monkeypatch.undo()
    assert rotation.finish() == 5
    assert len(list(keys.glob("master*"))) == 1
    assert clear(77, late) == "1611077"
    assert all(clear(number, ciphertext) == f"16110{number}" for number, ciphertext in kept.items())
