"""The arithmetic of a history that shows when it was changed: canonical JSON and the hash over it."""

import datetime
import enum
import hashlib
import json
import uuid
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Return `value` as JSON that comes back from PostgreSQL as it went in.

    Decimal, float, date, UUID and lazy texts become strings: jsonb rewrites numbers with exponents, so that a float
    would change its spelling, and with it the hash, on its way through the database.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, dict):
        return {_text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    return _text(str(value))


def _text(words: str) -> str:
    """Return `words` without what PostgreSQL cannot store: NUL and halves of surrogate pairs."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def canonical(value: Any) -> bytes:
    """Return the one spelling of `value` as JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def entry_hash(
    *,
    thing: str,
    number: int,
    verb: str,
    by: int | None,
    at: datetime.datetime,
    before: dict[str, Any],
    after: dict[str, Any],
    sealed: dict[str, str],
    note: str,
    previous_hash: str,
) -> str:
    """Return the SHA-256, in hex, of one entry and of everything before it in its chain."""
    moment = at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    content = [thing, number, verb, by, moment, before, after, sealed, note, previous_hash]
    return hashlib.sha256(canonical(content)).hexdigest()
