"""The two private keys with which this node signs its batches and opens what was encrypted to it.

Files in LAWANG_KEYS, so that `lawang keys export` carries them and no backup does:

    batch.key           Ed25519, signs manifests, cards and requests
    batch-box.key       X25519, opens parts that are for this node alone
    batch-old.key       the signing key before: signs the card, so that peers follow the change by themselves
    batch-box-<16 hex>.key   earlier ones, for what was encrypted before the change

A part is encrypted with X25519 and AES-256-GCM: BOX, 32 bytes of a public key made for this part alone, 12 bytes of
nonce, the ciphertext with its tag. The AES key is HKDF-SHA256 of the shared secret, salt: that public key and the
receiver's, info: BOX. Additional data name the part, so that it cannot stand in another's place.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lawang.lib.keyfile import key_file, sync_folder

SIGN, BOX_FILE, OLD = "batch.key", "batch-box.key", "batch-old.key"
BOX = b"lawang box 1\n"
RAW = 32  # bytes of every public key here
NONCE = 12

Private = Ed25519PrivateKey | X25519PrivateKey
Public = Ed25519PublicKey | X25519PublicKey


def _path(name: str) -> Path:
    return Path(settings.KEYS) / name


def _pem(key: Private) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(content: bytes) -> Any:
    return serialization.load_pem_private_key(content, None)


def signing_key() -> Ed25519PrivateKey:
    """Return the signing key, made on first use."""
    key = _load(key_file(_path(SIGN), lambda: _pem(Ed25519PrivateKey.generate())))
    assert isinstance(key, Ed25519PrivateKey)
    return key


def box_key() -> X25519PrivateKey:
    """Return the key that opens, made on first use."""
    key = _load(key_file(_path(BOX_FILE), lambda: _pem(X25519PrivateKey.generate())))
    assert isinstance(key, X25519PrivateKey)
    return key


def old_signing_key() -> Ed25519PrivateKey | None:
    """Return the signing key before the present one, while its file is there."""
    if not _path(OLD).exists():
        return None
    key = _load(_path(OLD).read_bytes())
    assert isinstance(key, Ed25519PrivateKey)
    return key


def raw(key: Public) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def pem(key: Public) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def fingerprint(public: bytes) -> str:
    """Return the SHA-256, in hex, of the 32 bytes of a public key."""
    return hashlib.sha256(public).hexdigest()


def verified(public: bytes, signature: bytes, content: bytes) -> bool:
    """Tell whether the key signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def change() -> None:
    """Put new keys in place of the present ones. The old signing key stays for the card, the old box key to open with.

    A power cut between two steps leaves keys that work: a step that was done is not done again.
    """
    box = box_key()
    key_file(_path(f"batch-box-{fingerprint(raw(box.public_key()))[:16]}.key"), lambda: _pem(box))
    old = _pem(signing_key())
    for name, content in (
        (OLD, old),
        (SIGN, _pem(Ed25519PrivateKey.generate())),
        (BOX_FILE, _pem(X25519PrivateKey.generate())),
    ):
        draft = _path(f".{name}.new")
        draft.unlink(missing_ok=True)
        key_file(draft, lambda content=content: content)  # type: ignore[misc]
        draft.replace(_path(name))
        sync_folder(Path(settings.KEYS))


def _derived(secret: bytes, mine: bytes, theirs: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=mine + theirs, info=BOX).derive(secret))


def lock(content: bytes, receiver: bytes, about: bytes) -> bytes:
    """Encrypt for whoever holds the private half of `receiver`; `about` must be the same when it is opened."""
    once = X25519PrivateKey.generate()
    mine, nonce = raw(once.public_key()), os.urandom(NONCE)
    secret = once.exchange(X25519PublicKey.from_public_bytes(receiver))
    return BOX + mine + nonce + _derived(secret, mine, receiver).encrypt(nonce, content, about)


def unlock(content: bytes, about: bytes) -> bytes | None:
    """Return what `lock` hid, opened with any key this node has or had; None when none of them does."""
    if not content.startswith(BOX) or len(content) < len(BOX) + RAW + NONCE:
        return None
    rest = content[len(BOX) :]
    theirs, nonce, hidden = rest[:RAW], rest[RAW : RAW + NONCE], rest[RAW + NONCE :]
    mine = [box_key(), *(_load(path.read_bytes()) for path in sorted(_path("").glob("batch-box-*.key")))]
    for key in mine:
        try:
            secret = key.exchange(X25519PublicKey.from_public_bytes(theirs))
            return _derived(secret, theirs, raw(key.public_key())).decrypt(nonce, hidden, about)
        except (InvalidTag, ValueError):
            continue
    return None
