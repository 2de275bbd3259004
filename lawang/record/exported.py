"""The private keys as one file under a passphrase (scrypt, AES-GCM), and back."""

import base64
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.utils.translation import gettext as _

from lawang.lib.keyfile import key_file, sync_folder
from lawang.lib.refused import Refused
from lawang.record import pulse
from lawang.record.chain import canonical

SHORTEST = 12  # characters of a passphrase
COST = 2**16  # scrypt's n: 64 MB and some tenths of a second per guess
SUFFIXES = (".key", ".secret", ".pub")
SESSION = (
    "session.secret"  # every installation makes one at once; the imported one takes its place, logins end
)


def _keys() -> dict[str, bytes]:
    folder = Path(settings.KEYS)
    if not folder.exists():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES}


def key_hashes() -> dict[str, str]:
    """Return the SHA-256 of each key that is present, by its file's name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in _keys().items()}


def _derive(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode())


def export_keys(path: Path, passphrase: str, *, at: datetime) -> list[str]:
    """Write all keys to `path`, which must not exist, and return their names; remember that it was done."""
    if len(passphrase) < SHORTEST:
        raise Refused(_("Kata sandi paling pendek %(count)s huruf.") % {"count": SHORTEST})
    keys = _keys()
    if not keys:
        raise Refused(_("Belum ada kunci."))
    if path.exists():
        raise Refused(_("Berkas %(path)s sudah ada. Pilih nama lain.") % {"path": path})
    salt, nonce = os.urandom(16), os.urandom(12)
    plain = canonical({name: base64.b64encode(content).decode() for name, content in keys.items()})
    content = {
        "lawang": "keys 1",
        "at": at.isoformat(),
        "names": list(keys),
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "keys": base64.b64encode(AESGCM(_derive(passphrase, salt)).encrypt(nonce, plain, b"keys 1")).decode(),
    }
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.resolve().parent)
    pulse.mark_export(at=at, keys=key_hashes())
    return list(keys)


def import_keys(path: Path, passphrase: str) -> list[str]:
    """Put back the keys of an export that are missing; return their names. Refuse to replace one that differs."""
    try:
        content = json.loads(path.read_text())
        key = _derive(passphrase, bytes.fromhex(content["salt"]))
        plain = AESGCM(key).decrypt(
            bytes.fromhex(content["nonce"]), base64.b64decode(content["keys"]), b"keys 1"
        )
    except InvalidTag:
        raise Refused(_("Kata sandi salah, atau berkas kunci rusak.")) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(_("Ini bukan berkas kunci Lawang.")) from None
    keys = {name: base64.b64decode(value) for name, value in json.loads(plain).items()}
    present = _keys()
    if differing := [
        name for name, value in keys.items() if name != SESSION and present.get(name, value) != value
    ]:
        raise Refused(
            _("Kunci lain dengan nama %(names)s sudah ada. Pindahkan dahulu.")
            % {"names": ", ".join(differing)}
        )
    new = [name for name in keys if present.get(name) != keys[name]]
    for name in new:
        (Path(settings.KEYS) / Path(name).name).unlink(missing_ok=True)
        key_file(Path(settings.KEYS) / Path(name).name, lambda name=name: keys[name])  # type: ignore[misc]
    return new
