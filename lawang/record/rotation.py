"""Change the master key: every thing's key is wrapped anew, what it encrypts stays as it is."""

import contextlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from lawang.lib.keyfile import key_file, sync_folder
from lawang.record.actions import record
from lawang.record.models import DataKey
from lawang.record.sealing import earlier_path, mark_of, master_key, unwrap, wrap

BATCH = 500


def rotate(*, at: datetime) -> int:
    """Make a new master key and wrap every thing's key under it; return how many.

    Pages go on meanwhile: the old key stays beside the new one until no row needs it, so a power cut in the middle
    harms nothing, and running it again finishes. Backups made before still need the old key: keep its export with them.
    """
    old = master_key()
    key_file(earlier_path(mark_of(old)), lambda: old)
    DataKey.objects.filter(master="").update(master=mark_of(old))
    _put(Path(settings.KEYS) / "master.key", AESGCM.generate_key(256))
    count = finish()
    record("record.keys:master", "master_key_changed", by=None, at=at, after={"keys": count})
    return count


def finish() -> int:
    """Wrap what is still under an earlier master key, and remove earlier keys that nothing needs; return how many."""
    now = mark_of(master_key())
    count = 0
    while changed := _some(now):
        count += changed
    for path in Path(settings.KEYS).glob("master-*.key"):
        mark = path.stem.removeprefix("master-")
        if mark != now and not DataKey.objects.filter(master=mark).exists():
            path.unlink()
    return count


@transaction.atomic
def _some(now: str) -> int:
    rows = list(DataKey.objects.select_for_update().exclude(master=now).order_by("pk")[:BATCH])
    readable = []
    for row in rows:
        with contextlib.suppress(InvalidTag):
            key = unwrap(row)
            for name, value in wrap(row.thing, key).items():
                setattr(row, name, value)
            readable.append(row)
    DataKey.objects.bulk_update(readable, ["wrapped", "master"])
    return len(readable)


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)
