"""Files that people hand in: what is accepted, how it is cleaned, where it lies, who may read it."""

import hashlib
import io
import json
import os
import re
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lawang.lib.keyfile import sync_folder
from lawang.lib.pdf import demand_safe
from lawang.lib.refused import Refused
from lawang.record.models import File, Privacy

PIXELS = 50_000_000  # a picture unpacks to at most some 200 MB
UNPACKED = 300_000_000  # bytes that an office document may unpack to
PARTS = 5_000  # files inside an office document
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
TEXTS = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".json": "application/json",
    ".geojson": "application/geo+json",
}
ENDINGS = {  # what a file's name ends in, by its kind; the first is given when the name has another
    PDF: (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    **{kind: (ending,) for ending, kind in TEXTS.items()},
}
FILMS = {"video/mp4": (".mp4",), "video/webm": (".webm",)}
ENDINGS |= FILMS
SHOWN = {PDF, *PICTURES.values(), "image/avif", *FILMS}  # opens in the browser; everything else is downloaded


@dataclass(frozen=True)
class Content:
    """A checked file."""

    name: str  # safe for a header and a file system
    kind: str  # media type
    data: bytes  # what will be stored


Scanner = Callable[[bytes], None]
_scanners: list[Scanner] = []


def register_scanner(scan: Scanner) -> None:
    """Let a program look at whatever people hand in, before anything else opens it.

    It raises Refused for what it finds, and TryLater when it cannot say: nothing is kept unseen.
    """
    if scan not in _scanners:
        _scanners.append(scan)


def check(
    upload: "UploadedFile[bytes] | bytes", name: str, *, is_ours: bool = False, may_be_film: bool = False
) -> Content:
    """Return the contents, cleaned, with their type; raise Refused when they cannot be accepted.

    `is_ours`: we made it ourselves, or it went through here when it came, so nobody looks for harm in it.
    `may_be_film`: MP4 and WebM are accepted as well.
    """
    data = _read(upload)
    if not data:
        raise Refused(_("Berkas kosong. Pilih berkas lain."))
    if not is_ours:
        for scan in _scanners:
            scan(data)
    film = _film(data) if may_be_film else ""
    data, kind = (data, film) if film else _sniff(data, Path(name).suffix.lower())
    if kind == PDF and not is_ours:
        demand_safe(data)
    return Content(_safe_name(name, kind), kind, data)


def _read(upload: "UploadedFile[bytes] | bytes") -> bytes:
    limit = int(settings.FILE_MEGABYTES) * 1_000_000
    too_large = _("Berkas terlalu besar. Paling besar %(limit)s MB.") % {"limit": settings.FILE_MEGABYTES}
    if isinstance(upload, bytes):
        if len(upload) > limit:
            raise Refused(too_large)
        return upload
    if upload.size is not None and upload.size > limit:
        raise Refused(too_large)
    parts, total = [], 0
    for part in upload.chunks():
        total += len(part)
        if total > limit:
            raise Refused(too_large)
        parts.append(part)
    return b"".join(parts)


def _sniff(data: bytes, ending: str) -> tuple[bytes, str]:
    """Return what is to be stored, and its kind."""
    if data.startswith(b"%PDF-"):
        return data, PDF
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return _picture(data)
    if data.startswith(b"PK\x03\x04"):
        return data, _office(data)
    if ending in TEXTS and _is_text(data):
        if ending in (".json", ".geojson"):
            _check_json(data)
        return data, TEXTS[ending]
    raise Refused(
        _(
            "Jenis berkas ini tidak diterima. "
            "Kirim PDF, foto (JPG, PNG, WebP), Excel (XLSX), Word (DOCX), CSV, atau teks."
        )
    )


def _film(data: bytes) -> str:
    """Return the kind of a film, "" for anything else. It is kept as it is: refused when it says where it was made."""
    if data[4:8] == b"ftyp":
        at = 0
        while at + 8 <= len(data):
            size, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
            size = int.from_bytes(data[at + 8 : at + 16]) if size == 1 else size or len(data) - at
            if name in (b"moov", b"meta", b"udta", b"uuid"):
                head = data[at : at + size]
                if b"\xa9xyz" in head or b"loci" in head or b"location.ISO6709" in head:
                    raise Refused(
                        _("Film ini menyimpan tempat perekamannya. Simpan tanpa lokasi, lalu kirim lagi.")
                    )
            at += max(size, 8)
        return "video/mp4"
    return "video/webm" if data[:4] == b"\x1aE\xdf\xa3" and b"webm" in data[:64] else ""


def _picture(data: bytes) -> tuple[bytes, str]:
    """Return the picture written anew: upright, first frame only, without place, camera or comment."""
    try:
        with Image.open(io.BytesIO(data), formats=list(PICTURES)) as picture:
            form = str(picture.format)
            if picture.width * picture.height > PIXELS:
                raise Refused(_("Gambar terlalu besar. Perkecil menjadi paling banyak 50 megapiksel."))
            upright = ImageOps.exif_transpose(picture)
            if form == "JPEG":
                clean = upright if upright.mode in ("L", "RGB") else upright.convert("RGB")
            else:
                clean = upright if upright.mode in ("L", "RGB", "RGBA") else upright.convert("RGBA")
            clean.info = {}
            out = io.BytesIO()
            options: dict[str, Any] = {} if form == "PNG" else {"quality": 88}
            clean.save(out, form, **options)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_("Gambar terlalu besar. Perkecil menjadi paling banyak 50 megapiksel.")) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise Refused(_("Gambar rusak dan tidak dapat dibuka. Kirim lagi dari berkas aslinya.")) from None
    return out.getvalue(), PICTURES[form]


def _office(data: bytes) -> str:
    """Return the kind of an office document; refuse other ZIP files, macros, and what unpacks too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            parts = folder.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refused(_("Berkas rusak dan tidak dapat dibuka. Kirim lagi dari berkas aslinya.")) from None
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Refused(_("Isi berkas ini terlalu besar bila dibuka. Bagi menjadi beberapa berkas."))
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(_("Berkas ini berisi makro. Simpan tanpa makro (XLSX atau DOCX), lalu kirim lagi."))
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return XLSX
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return DOCX
    raise Refused(_("Berkas ZIP tidak diterima. Kirim isinya satu per satu."))


def _is_text(data: bytes) -> bool:
    if b"\x00" in data:
        return False
    try:
        words = data.decode("utf-8")
    except UnicodeDecodeError:
        words = data.decode("cp1252", "replace")
    return not re.search(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]", words)


def _check_json(data: bytes) -> None:
    try:
        json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(_("Berkas ini bukan JSON yang benar. Periksa lagi isinya.")) from None


def _safe_name(name: str, kind: str) -> str:
    """Return the last part of `name` without control or path characters, with an ending that fits the kind."""
    bare = re.sub(
        r'[\x00-\x1f\x7f"\\/:*?<>|\u202a-\u202e\u2066-\u2069]+',
        " ",
        name.replace("\\", "/").rsplit("/", 1)[-1],
    )
    stem, ending = os.path.splitext(" ".join(bare.split()).strip(". "))
    if ending.lower() not in ENDINGS[kind]:
        stem, ending = stem + ending, ENDINGS[kind][0]
    return f"{stem[:150].strip('. ') or 'berkas'}{ending.lower()}"


def path_of(sha256: str) -> Path:
    """Return where the contents with this hash lie."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def store(data: bytes) -> str:
    """Write the contents under their SHA-256, synced to the disk, and return it. Equal contents are stored once."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(sha256)
    if not path.exists():
        new_folder = not path.parent.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        if new_folder:
            sync_folder(path.parent.parent)
    sync_folder(path.parent)
    return sha256


Reader = Callable[[AbstractBaseUser | AnonymousUser, File], bool]
_readers: dict[str, Reader] = {}


def register_reader(noun_prefix: str, may_read: Reader) -> None:
    """Let a noun decide who reads the files of its things: "plans.programme", or "plans." for all of them."""
    _readers[noun_prefix] = may_read


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Ask the noun that the file belongs to; without an answer only public files may be read."""
    noun = file.about.split(":", 1)[0]
    for prefix in sorted(_readers, key=len, reverse=True):
        if noun == prefix or (prefix.endswith(".") and noun.startswith(prefix)):
            return _readers[prefix](user, file)
    return file.privacy == Privacy.PUBLIC
