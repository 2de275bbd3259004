"""The QR on every paper: an address of the check page with a signed statement behind the "#".

The statement is what the paper says of itself, signed with the node's key of purpose "qr" (ECDSA P-256, SHA-256), so
that a phone without signal can tell that this installation issued it. What comes after "#" never reaches a server.

    <statement>.<signature>      both base64url without "="; the signature is r and s, 32 bytes each (IEEE P1363)

The statement is UTF-8, one field a line: "L1", first 8 hex digits of the key's fingerprint, code, number, date,
office, kind, "1" for an example of a demonstration or "". Static JavaScript reads the same (static/documents/check.js).
"""

import base64
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.conf import settings

from lawang.lib.keyfile import key_file

FORMAT = "L1"
HALF = 32  # bytes of r and of s
MASK = 2  # of the eight patterns of ISO/IEC 18004
SHORT = 8  # hex digits of a fingerprint that name a key


@dataclass(frozen=True)
class Statement:
    """What a paper says of itself in its QR. No personal data: a code, a number, a date, an office, a kind."""

    code: str
    number: str
    date: str  # 2026-11-20
    office: str
    kind: str
    is_example: bool


def _private_key() -> ec.EllipticCurvePrivateKey:
    def make() -> bytes:
        return ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    key = serialization.load_pem_private_key(key_file(Path(settings.KEYS) / "qr.key", make), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    """Return the SHA-256, in hex, of the 65 bytes of a public key."""
    return hashlib.sha256(_point(key)).hexdigest()


def qr_card() -> tuple[str, str]:
    """Return (fingerprint, public key as PEM) of the present QR key, for the node's list of keys."""
    public = _private_key().public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return fingerprint(public), pem.decode()


def for_browsers(pem: str) -> str:
    """Return a public key as WebCrypto imports it: the uncompressed point, base64url."""
    return _text(_point(_public(pem)))


def _public(pem: str) -> ec.EllipticCurvePublicKey:
    key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(words: str) -> bytes:
    return base64.b64decode(words + "=" * (-len(words) % 4), altchars=b"-_", validate=True)


def payload(statement: Statement) -> str:
    """Return what stands behind the "#" of a document's address."""
    key = _private_key()
    fields = [
        FORMAT,
        fingerprint(key.public_key())[:SHORT],
        statement.code,
        statement.number,
        statement.date,
        statement.office,
        statement.kind,
        "1" if statement.is_example else "",
    ]
    words = "\n".join(" ".join(field.split()) for field in fields).encode()
    r, s = utils.decode_dss_signature(key.sign(words, ec.ECDSA(hashes.SHA256())))
    return f"{_text(words)}.{_text(r.to_bytes(HALF, 'big') + s.to_bytes(HALF, 'big'))}"


def read(signed: str, keys: dict[str, str]) -> Statement | None:
    """Return the statement when one of `keys` (fingerprint -> PEM) signed it, else None."""
    try:
        first, second = signed.split(".")
        words, raw = _bytes(first), _bytes(second)
        if (first, second) != (_text(words), _text(raw)):
            return None  # another spelling of the same bytes is not what we printed
        form, short, code, number, date, office, kind, example = words.decode().split("\n")
    except ValueError:
        return None
    if form != FORMAT or len(raw) != 2 * HALF or len(short) != SHORT:
        return None
    signature = utils.encode_dss_signature(
        int.from_bytes(raw[:HALF], "big"), int.from_bytes(raw[HALF:], "big")
    )
    for known, pem in keys.items():
        if known.startswith(short):
            try:
                _public(pem).verify(signature, words, ec.ECDSA(hashes.SHA256()))
            except InvalidSignature:
                continue
            return Statement(code, number, date, office, kind, example == "1")
    return None


def drawn(url: str) -> segno.QRCode:
    """Return the QR code of an address. What a signature says is random, so that any mask reads as well as the best,
    for which all eight would have to be tried."""
    return segno.make_qr(url, error="m", boost_error=False, mask=MASK)


def svg(url: str) -> str:
    """Return a QR code as a drawing of its own size in modules, with the quiet zone of four that readers want."""
    out = io.BytesIO()
    drawn(url).save(
        out, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, omitsize=True, light="#fff"
    )
    return out.getvalue().decode()
