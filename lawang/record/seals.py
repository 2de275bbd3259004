"""The nightly signature over all chains, and the checks of chains against themselves and against the seals."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from lawang.lib.keyfile import key_file
from lawang.record.actions import hash_of
from lawang.record.models import Entry, Seal


def _private_key() -> Ed25519PrivateKey:
    def make() -> bytes:
        return Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    key = serialization.load_pem_private_key(key_file(Path(settings.KEYS) / "seal.key", make), None)
    assert isinstance(key, Ed25519PrivateKey)
    public = public_pem(key.public_key())
    key_file(Path(settings.KEYS) / f"seal-{fingerprint(key.public_key())}.pub", lambda: public)
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return the public key as PEM."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256, in hex, of the 32 bytes of a public key."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def seal_card() -> tuple[str, str]:
    """Return (fingerprint, public key as PEM) of the present seal key, for the node's list of keys."""
    public = _private_key().public_key()
    return fingerprint(public), public_pem(public).decode()


def _public_key(wanted: str) -> Ed25519PublicKey | None:
    """Return the public key with this fingerprint, from the key folder; old ones stay there after a rotation."""
    path = Path(settings.KEYS) / f"seal-{wanted}.pub"
    if not path.exists():
        return None
    key = serialization.load_pem_public_key(path.read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    return key if fingerprint(key) == wanted else None


def _roots(entries: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Return, as of each entry id, (SHA-256 over the "thing hash" lines of all chain heads, number of chains)."""
    digests = {last: hashlib.sha256() for last in entries}
    chains = dict.fromkeys(digests, 0)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            "select last, thing, hash from unnest(%s::bigint[]) as last cross join lateral ("
            'select distinct on (thing collate "C") thing, hash from record_entry where id <= last '
            'order by thing collate "C", number desc) as heads order by last, thing collate "C"',
            [list(digests)],
        )
        for last, thing, head in cursor:
            digests[last].update(f"{thing} {head}\n".encode())
            chains[last] += 1
    return {last: (digest.hexdigest(), chains[last]) for last, digest in digests.items()}


def _signed(seal: Seal) -> bytes:
    return f"lawang seal 1\n{seal.date.isoformat()}\n{seal.last_entry}\n{seal.chains}\n{seal.root}\n".encode()


def make_seal(*, at: datetime) -> Seal:
    """Sign the heads of all chains for the local date of `at`; return that date's seal when it exists.

    The short lock lets unfinished entries finish, so that no id below the last one can appear afterwards.
    """
    date = timezone.localdate(at)
    if existing := Seal.objects.filter(date=date).first():
        return existing
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = '20s'")
        cursor.execute("lock table record_entry in share mode")
        cursor.execute("select coalesce(max(id), 0) from record_entry")
        last_entry = int(cursor.fetchone()[0])
    root, chains = _roots([last_entry])[last_entry]
    key = _private_key()
    seal = Seal(date=date, made_at=at, last_entry=last_entry, chains=chains, root=root)
    seal.fingerprint = fingerprint(key.public_key())
    seal.signature = key.sign(_signed(seal))
    Seal.objects.bulk_create([seal], ignore_conflicts=True)
    return Seal.objects.get(date=date)


@dataclass(frozen=True)
class Break:
    """One place where history is not what it was."""

    where: str  # "plans.programme:<key> #3", or "seal 2026-11-20"
    what: str  # "changed", "missing", "does not follow", "bad signature", "unknown key", "other heads"


def verify_seals(seals: Iterable[Seal] | None = None) -> list[Break]:
    """Compare these seals (None: all) with the chains as they stand now."""
    seals = list(Seal.objects.order_by("-date") if seals is None else seals)
    roots, breaks = _roots(seal.last_entry for seal in seals), []
    for seal in seals:
        where = f"seal {seal.date}"
        key = _public_key(seal.fingerprint)
        if key is None:
            breaks.append(Break(where, "unknown key"))
            continue
        try:
            key.verify(bytes(seal.signature), _signed(seal))
        except InvalidSignature:
            breaks.append(Break(where, "bad signature"))
            continue
        if roots[seal.last_entry] != (seal.root, seal.chains):
            breaks.append(Break(where, "other heads"))
    return breaks


def verify_chains(limit: int | None = None) -> Iterator[Break]:
    """Walk every chain (or the newest `limit` entries' chains) in one pass and yield what does not fit.

    Memory stays flat: rows come from a server-side cursor, ordered by thing and number.
    """
    entries = Entry.objects.order_by("thing", "number")
    if limit is not None:
        newest = Entry.objects.order_by("-id").values("thing")[:limit]
        entries = entries.filter(thing__in=newest)
    thing, number, previous_hash = "", 0, ""
    for entry in entries.iterator(chunk_size=2000):
        if entry.thing != thing:
            thing, number, previous_hash = entry.thing, 0, ""
        where = f"{entry.thing} #{entry.number}"
        if entry.number != number + 1:
            yield Break(where, "missing")
        elif entry.previous_hash != previous_hash:
            yield Break(where, "does not follow")
        if hash_of(entry) != entry.hash:
            yield Break(where, "changed")
        number, previous_hash = entry.number, entry.hash
