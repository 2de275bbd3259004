"""Personal fields in the history: a ciphertext under the thing's own key, and that key under the master key.

Whoever destroys a thing's DataKey has erased its personal fields; the chain, which hashes ciphertexts, still verifies.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lawang.lib.keyfile import key_file
from lawang.record.models import DataKey, Entry

NONCE = 12  # bytes, as AES-GCM wants them
SEALED_MORE = NONCE + 16  # bytes by which a ciphertext is longer: the nonce and the tag


def master_key() -> bytes:
    """Return the installation's master key, made on first use.

    Raise ImproperlyConfigured when the file is gone although things are already encrypted under it: a new key would
    hide the loss.
    """
    path = Path(settings.KEYS) / "master.key"
    if not path.exists() and DataKey.objects.exists():
        raise ImproperlyConfigured(
            f"{path} is missing, but personal fields are encrypted under it. Put it back from `lawang keys export`."
        )
    return key_file(path, lambda: AESGCM.generate_key(256))


def mark_of(master: bytes) -> str:
    """Return by which word rows name a master key."""
    return hashlib.sha256(b"master key " + master).hexdigest()[:16]


def earlier_path(mark: str) -> Path:
    """Return where a master key lies while rows are still wrapped under it after a change."""
    return Path(settings.KEYS) / f"master-{mark}.key"


def wrap(thing: str, key: bytes) -> dict[str, Any]:
    """Return the columns that keep a thing's key: encrypted under the master key, and which one that was."""
    master = master_key()
    return {"wrapped": _lock(master, key, thing), "master": mark_of(master)}


def unwrap(row: DataKey) -> bytes:
    """Return a thing's own key in clear. Raise InvalidTag when the row is not its own."""
    master = master_key()
    if row.master not in ("", mark_of(master)) and earlier_path(row.master).exists():
        master = earlier_path(row.master).read_bytes()
    return _unlock(master, bytes(row.wrapped), row.thing)


def _lock(key: bytes, content: bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def _unlock(key: bytes, content: bytes, context: str) -> bytes:
    return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], context.encode())


def _data_key(thing: str) -> bytes:
    """Return the thing's own key, made when it has none yet."""
    row = DataKey.objects.filter(thing=thing).first()
    if row is None:
        fresh = DataKey(thing=thing, **wrap(thing, AESGCM.generate_key(256)))
        DataKey.objects.bulk_create([fresh], ignore_conflicts=True)
        row = DataKey.objects.get(thing=thing)
    return unwrap(row)


def new_key(thing: str) -> bytes:
    """Make the key of a thing that has just come into being, and return it for `seal_fields`: one statement."""
    key = AESGCM.generate_key(256)
    DataKey.objects.create(thing=thing, **wrap(thing, key))
    return key


def seal_fields(thing: str, fields: dict[str, str], *, key: bytes | None = None) -> dict[str, str]:
    """Return each field's ciphertext in base64. Moving one to another thing or name makes it unreadable.

    `key` is the thing's own, for a caller who has it already.
    """
    if not fields:
        return {}
    key = key or _data_key(thing)
    return {
        name: base64.b64encode(_lock(key, str(value).encode(), f"{thing}|{name}")).decode()
        for name, value in fields.items()
    }


def find_key(thing: str) -> bytes | None:
    """Return the thing's own key, for a caller who opens many of its fields; None once it was destroyed."""
    row = DataKey.objects.filter(thing=thing).first()
    return unwrap(row) if row else None


def find_keys(things: Iterable[str]) -> dict[str, bytes]:
    """Return thing -> its own key, of those whose key is still there; one query for a whole list."""
    return {row.thing: unwrap(row) for row in DataKey.objects.filter(thing__in=list(things))}


def open_values(thing: str, sealed: dict[str, str], *, key: bytes | None = None) -> dict[str, str] | None:
    """Return what `seal_fields` hid, in clear; None when the thing's key was destroyed.

    `key` is the thing's own, for a caller who has it already. The caller writes down who read them (Access).
    """
    if not sealed:
        return {}
    key = key or find_key(thing)
    if key is None:
        return None
    try:
        return {
            name: _unlock(key, base64.b64decode(value), f"{thing}|{name}").decode()
            for name, value in sealed.items()
        }
    except InvalidTag:
        return None  # sealed under an earlier key, which was erased


def open_each(thing: str, name: str, sealed: list[str]) -> list[str | None]:
    """Return many values that were sealed under one name, in clear, with one look at the key; None: erased.

    The caller writes down who read them (Access).
    """
    row = DataKey.objects.filter(thing=thing).first() if any(sealed) else None
    if row is None:
        return ["" if not value else None for value in sealed]
    key = unwrap(row)

    def clear(value: str) -> str | None:
        try:
            return _unlock(key, base64.b64decode(value), f"{thing}|{name}").decode() if value else ""
        except InvalidTag:
            return None  # sealed under an earlier key, which was erased

    return [clear(value) for value in sealed]


def seal_bytes(thing: str, content: bytes, *, name: str = "file") -> bytes:
    """Return the ciphertext of a file of the thing, or of the part of one that `name` says."""
    return _lock(_data_key(thing), content, f"{thing}|{name}")


def open_bytes(thing: str, content: bytes, *, name: str = "file", key: bytes | None = None) -> bytes | None:
    """Return what `seal_bytes` hid, in clear; None when the thing's key was destroyed or it is not that part.

    `key` is the thing's own, for a caller who has it already.
    """
    key = key or find_key(thing)
    if key is None:
        return None
    try:
        return _unlock(key, content, f"{thing}|{name}")
    except InvalidTag:
        return None


def keyed_hash(words: str) -> str:
    """Return a keyed hash for finding equal numbers without storing them: 44 characters, "" for nothing.

    Its key is a file of its own beside the master key, so a copy of the database alone cannot be searched by trying
    all numbers, and changing the master key leaves the hashes as they are.
    """
    if not words:
        return ""
    key = key_file(Path(settings.KEYS) / "search.key", lambda: os.urandom(32))
    return base64.b64encode(hmac.digest(key, words.encode(), "sha256")).decode()


def open_fields(entry: Entry) -> dict[str, str] | None:
    """Return the personal fields of one entry in clear, or None when they were erased.

    The caller writes down who read them (Access).
    """
    return open_values(entry.thing, entry.sealed)
