"""The file in which a batch travels: a ZIP that is looked at from outside in, and refused before it can do harm.

    manifest.json       canonical JSON: who, to whom, which number, which parts with their SHA-256
    manifest.sig        two lines: fingerprint of the key, signature in base64 (Ed25519 over HEAD and manifest.json)
    parts/0000 ...      the contents, in the order of the manifest

`outside` looks at sizes and names alone; the manifest is read only after the signature held, and of the parts only what
it lists. Nothing is ever written to a path that the file names. docs/exchange.md is the full description.
"""

import base64
import binascii
import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from lawang.exchange import keys
from lawang.exchange.cards import moment, read_moment
from lawang.lib.refused import Refused
from lawang.record.chain import canonical

FORMAT = "lawang batch 1"
HEAD = b"lawang batch 1\n"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MOST_PARTS = 2_000
LONGEST_MANIFEST = 2_000_000  # bytes
LONGEST_SIGNATURE = 300
UNPACKED = 10  # times the largest file: what all parts may be together
WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Part:
    """One part as its manifest lists it."""

    name: str  # "values/2025"; of one name the highest correction counts
    kind: str
    schema: int
    correction: int
    rows: int
    size: int  # bytes
    sha256: str  # of the bytes in the ZIP; empty: withdrawn, and nothing follows
    is_boxed: bool  # encrypted to the receiver's key

    @property
    def is_withdrawn(self) -> bool:
        return not self.sha256

    def about(self, node: UUID, to: UUID, sequence: int) -> bytes:
        """Return what binds an encrypted part to its place."""
        return canonical([str(node), str(to), sequence, self.name, self.correction])


@dataclass(frozen=True)
class Manifest:
    node: UUID
    to: UUID
    sequence: int
    previous: str  # SHA-256 of the manifest before; empty for the first
    made_at: datetime
    parts: tuple[Part, ...]

    def write(self) -> bytes:
        return canonical(
            {
                "lawang": FORMAT,
                "node": str(self.node),
                "to": str(self.to),
                "sequence": self.sequence,
                "previous": self.previous,
                "made_at": moment(self.made_at),
                "parts": [
                    {
                        "name": one.name,
                        "kind": one.kind,
                        "schema": one.schema,
                        "correction": one.correction,
                        "rows": one.rows,
                        "size": one.size,
                        "sha256": one.sha256,
                        "boxed": one.is_boxed,
                    }
                    for one in self.parts
                ],
            }
        )


def read_manifest(content: bytes) -> Manifest:
    """Raise Refused for anything that `Manifest.write` does not write, to the byte."""
    try:
        whole = json.loads(content)
        found = Manifest(
            node=UUID(whole["node"]),
            to=UUID(whole["to"]),
            sequence=_count(whole["sequence"], 1),
            previous=str(whole["previous"]),
            made_at=read_moment(whole["made_at"]),
            parts=tuple(_read_part(one) for one in whole["parts"]),
        )
        if whole["lawang"] != FORMAT:
            raise Refused(
                _("Kiriman ini memakai bentuk “%(format)s”, yang belum dikenal di sini. Perbarui Lawang.")
                % {"format": str(whole["lawang"])[:40]}
            )
        if found.write() != content:
            raise ValueError("another spelling")
        if len({one.name for one in found.parts}) != len(found.parts):
            raise ValueError("a name twice")
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused(_("Daftar isi kiriman ini rusak. Minta kirimannya sekali lagi.")) from None
    return found


def _count(value: Any, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**31:
        raise ValueError(value)
    return value


def _read_part(one: Any) -> Part:
    found = Part(
        name=str(one["name"]),
        kind=str(one["kind"]),
        schema=_count(one["schema"], 1),
        correction=_count(one["correction"], 1),
        rows=_count(one["rows"]),
        size=_count(one["size"]),
        sha256=str(one["sha256"]),
        is_boxed=bool(one["boxed"]),
    )
    if not (0 < len(found.name) <= 100 and 0 < len(found.kind) <= 40 and found.schema < 2**15):
        raise ValueError("names")
    if not (found.name.isprintable() and found.kind.isprintable()):
        raise ValueError("names")
    if found.is_withdrawn and (found.size or found.rows):
        raise ValueError("withdrawn and there")
    return found


def write(manifest: Manifest, contents: Sequence[bytes]) -> bytes:
    """Return the file: `contents` are those of the parts that are not withdrawn, in their order."""
    listed = manifest.write()
    key = keys.signing_key()
    signature = base64.b64encode(key.sign(HEAD + listed)).decode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        names = [f"parts/{number:04}" for number, one in enumerate(manifest.parts) if not one.is_withdrawn]
        for name, content in (
            (MANIFEST, listed),
            (SIGNATURE, f"{keys.fingerprint(keys.raw(key.public_key()))}\n{signature}\n".encode()),
            *zip(names, contents, strict=True),
        ):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def largest() -> int:
    """Return how many bytes a batch may have."""
    return int(settings.BATCH_MEGABYTES) * 1_000_000


def too_large() -> Refused:
    return Refused(
        _("Kiriman ini lebih besar dari %(limit)s MB. Minta dikirim dalam beberapa bagian.")
        % {"limit": settings.BATCH_MEGABYTES}
    )


@dataclass(frozen=True)
class Outside:
    """A batch of which nothing is believed yet."""

    archive: zipfile.ZipFile
    listed: bytes  # manifest.json as it came
    key: str  # fingerprint that manifest.sig names
    signature: bytes

    def is_signed_by(self, public: bytes) -> bool:
        return keys.verified(public, self.signature, HEAD + self.listed)

    @property
    def manifest_sha256(self) -> str:
        return hashlib.sha256(self.listed).hexdigest()

    def check_parts(self, manifest: Manifest) -> None:
        """Raise Refused unless exactly the parts that the manifest lists are there, with their sizes and hashes."""
        wanted = {
            f"parts/{number:04}": one for number, one in enumerate(manifest.parts) if not one.is_withdrawn
        }
        if {MANIFEST, SIGNATURE, *wanted} != set(self.archive.namelist()):
            raise Refused(_("Isi kiriman ini tidak sama dengan daftar isinya. Minta kirimannya sekali lagi."))
        if sum(one.size for one in manifest.parts) > UNPACKED * largest():
            raise too_large()
        for number, one in enumerate(manifest.parts):
            if not one.is_withdrawn and hashlib.sha256(self.part(number, one)).hexdigest() != one.sha256:
                raise Refused(
                    _("Bagian %(name)s di kiriman ini tidak utuh: isinya berbeda dari yang ditandatangani.")
                    % {"name": one.name}
                )

    def part(self, number: int, listed: Part) -> bytes:
        return _entry(self.archive, f"parts/{number:04}", listed.size)


def outside(content: bytes) -> Outside:
    """Look at a file from outside. Raise Refused for one that is too large, no ZIP, or shaped to do harm."""
    if len(content) > largest():
        raise too_large()
    broken = Refused(_("Berkas ini bukan kiriman Lawang, atau rusak. Minta berkasnya sekali lagi."))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        found = archive.infolist()
        names = [one.filename for one in found]
        if len(found) > MOST_PARTS + 2 or len(set(names)) != len(names):
            raise broken
        known = {MANIFEST, SIGNATURE, *(f"parts/{number:04}" for number in range(MOST_PARTS))}
        if not set(names) <= known or not {MANIFEST, SIGNATURE} <= set(names):
            raise broken
        if any(one.compress_type not in WAYS or one.flag_bits & 0x1 for one in found):
            raise broken
        if sum(one.file_size for one in found) > UNPACKED * largest():
            raise too_large()
        listed = _entry(archive, MANIFEST, LONGEST_MANIFEST, is_exact=False)
        key, signature, rest = _entry(archive, SIGNATURE, LONGEST_SIGNATURE, is_exact=False).split(b"\n")
        if rest:
            raise broken
        return Outside(archive, listed, key.decode("ascii"), base64.b64decode(signature, validate=True))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, binascii.Error):
        raise broken from None


def _entry(archive: zipfile.ZipFile, name: str, size: int, *, is_exact: bool = True) -> bytes:
    """Return one entry, never unpacking more than one byte beyond `size`, whatever the ZIP says of itself."""
    broken = Refused(_("Berkas ini bukan kiriman Lawang, atau rusak. Minta berkasnya sekali lagi."))
    try:
        with archive.open(name) as file:
            content = file.read(size + 1)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, KeyError):
        raise broken from None
    except Exception as error:  # zlib.error has no home in zipfile's own errors
        raise broken from error
    if len(content) > size or (is_exact and len(content) != size):
        raise broken
    return content
