"""PDFs that somebody hands in: open them carefully, and tell whether opening them is safe for the next reader.

A foreign file goes through a foreign parser (pyHanko): whatever breaks in it becomes one sentence for the person.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DecodePurpose, DocumentDecodeBudget
from pyhanko.pdf_utils.generic import Reference, StreamObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader

from lawang.lib.refused import Refused

UNPACKED = 256_000_000  # bytes that may come out of one file
ATTACHMENTS = 200  # nodes of the tree of attached files
REVISIONS = 200
PAGES = 5_000
LIMITS = DecodeLimits(document_budget=DocumentDecodeBudget(base_allowance=UNPACKED, max_ratio=0))
PROGRAMS = tuple(
    f".{ending}"
    for ending in (
        *("apk", "app", "bat", "cmd", "com", "cpl", "dll", "dmg", "docm", "exe", "hta", "iso", "jar", "js"),
        *("jse", "lnk", "msi", "pif", "pptm", "ps1", "reg", "scr", "sh", "vb", "vbe", "vbs", "wsf", "xlsm"),
    )
)
BEGINNINGS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")  # of programs
DEPTH = 1  # a PDF may carry a PDF, and that one none


class Damaged(Refused):
    """The file cannot be read as a PDF."""


def _named(*names: str) -> re.Pattern[bytes]:
    """Return what finds any of the names; each letter may be written as #hh (ISO 32000-1, 7.3.5)."""

    def letter(one: str) -> str:
        return f"(?:{one}|#{ord(one):02x}|#{ord(one):02X})"

    words = "|".join("".join(letter(one) for one in name) for name in names)
    return re.compile(rf"/(?:{words})(?![A-Za-z0-9_#])".encode())


# A script needs the action /JavaScript or /Rendition, wherever its text stands. Each name is long enough never to
# appear by chance in the packed bytes of a picture.
SCRIPTS = _named("JavaScript", "Rendition", "OnInstantiate")
STARTS = _named("Launch", "ImportData")
MEDIA = _named("RichMedia", "RichMediaContent")
ATTACHED = _named("FileAttachment")


@contextmanager
def opened(pdf: bytes) -> Iterator[PdfFileReader]:
    """Give a reader of the PDF; unpacking is limited.

    Raise Refused when it is locked with a password, Damaged when it is cut off or broken, also while it is being read.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False, decode_limits=LIMITS)
        if reader.encrypted and not _unlocks(reader):
            raise Refused(_("PDF ini terkunci kata sandi. Simpan tanpa kata sandi, lalu kirim lagi."))
        yield reader
    except Refused:
        raise
    except PdfDecodeLimitError:
        raise Refused(
            _("Isi PDF ini terlalu besar bila dibuka. Cetak ke PDF baru, lalu kirim lagi.")
        ) from None
    except Exception:
        raise Damaged(
            _("PDF ini rusak atau terpotong. Kirim lagi dari berkas aslinya, atau cetak ke PDF baru.")
        ) from None


def _unlocks(reader: PdfFileReader) -> bool:
    """Return whether everybody may read it: many PDFs are only locked against changes."""
    return reader.decrypt("").status != AuthStatus.FAILED


def is_safe(pdf: bytes) -> bool:
    """Return whether `demand_safe` lets it pass."""
    try:
        demand_safe(pdf)
    except Refused:
        return False
    return True


def demand_safe(pdf: bytes) -> None:
    """Raise Refused when the PDF runs a script, starts a program, carries one, or cannot be looked into."""
    _demand_safe(pdf, DEPTH)


def _demand_safe(pdf: bytes, depth: int) -> None:
    with opened(pdf) as reader:
        for piece in (pdf, *_object_streams(reader)):
            _demand_quiet(piece)
        form = _of(reader.root, "/AcroForm")
        if form is not None and "/XFA" in form:
            raise Refused(
                _("PDF ini berupa formulir XFA yang berisi program. Cetak ke PDF baru, lalu kirim lagi.")
            )
        for name, content in _attachments(reader):
            is_pdf = b"%PDF-" in content[:1024]
            if is_pdf and depth:
                _demand_safe(content, depth - 1)
            elif is_pdf or name.lower().endswith(PROGRAMS) or content.startswith(BEGINNINGS):
                raise Refused(
                    _(
                        "PDF ini membawa lampiran yang tidak diterima (%(name)s). Hapus lampirannya, lalu kirim lagi."
                    )
                    % {"name": _clean(name)}
                )


def page_hashes(pdf: bytes) -> list[str]:
    """Return the SHA-256 of what is drawn on each page, in order. Raise Refused as `opened` does."""
    hashes: list[str] = []
    with opened(pdf) as reader:
        waiting, visited = [reader.root["/Pages"]], 0
        while waiting:
            node = waiting.pop()
            visited += 1
            if visited > PAGES:
                raise Refused(_("PDF ini terlalu tebal. Bagi menjadi beberapa berkas."))
            if "/Kids" in node:
                waiting.extend(kid.get_object() for kid in reversed(node["/Kids"]))
            else:
                hashes.append(hashlib.sha256(_drawn(node)).hexdigest())
    return hashes


def _drawn(page: Any) -> bytes:
    contents = _of(page, "/Contents")
    streams = contents if isinstance(contents, list) else [] if contents is None else [contents]
    return b"\n".join(stream.get_object().read_data() for stream in streams)


def _demand_quiet(piece: bytes) -> None:
    if SCRIPTS.search(piece):
        raise Refused(_("PDF ini berisi program (JavaScript). Cetak ke PDF baru, lalu kirim lagi."))
    if STARTS.search(piece):
        raise Refused(_("PDF ini dapat menjalankan program di komputer. Cetak ke PDF baru, lalu kirim lagi."))
    if MEDIA.search(piece):
        raise Refused(_("PDF ini berisi film atau media lain. Cetak ke PDF baru, lalu kirim lagi."))
    if ATTACHED.search(piece):
        raise Refused(
            _("PDF ini membawa berkas lain di dalamnya. Kirim berkas itu tersendiri, tanpa PDF-nya.")
        )


def _object_streams(reader: PdfFileReader) -> Iterator[bytes]:
    """Yield what the packed objects unpack to, of every revision; the rest of the file is plain to see."""
    if reader.total_revisions > REVISIONS:
        raise Damaged(_("PDF ini terlalu sering diubah. Cetak ke PDF baru, lalu kirim lagi."))
    references: set[Reference] = set()
    for revision in range(reader.total_revisions):
        references |= reader.xrefs.object_streams_used_in(revision)
    for reference in references:
        stream = reference.get_object()
        assert isinstance(stream, StreamObject)
        yield stream.read_data(DecodePurpose.OBJECT_STREAM)


def _attachments(reader: PdfFileReader) -> Iterator[tuple[str, bytes]]:
    """Yield name and contents of each attached file of the document (ISO 32000-1, 7.11.4)."""
    names = _of(reader.root, "/Names")
    waiting = [_of(names, "/EmbeddedFiles")] if names is not None else []
    visited = 0
    while waiting:
        node = waiting.pop()
        visited += 1
        if visited > ATTACHMENTS:
            raise Refused(_("PDF ini membawa terlalu banyak lampiran. Kirim lampirannya tersendiri."))
        if node is None:
            continue
        waiting.extend(kid.get_object() for kid in node.get("/Kids", ()))
        pairs = list(node.get("/Names", ()))
        for specification in pairs[1::2]:
            yield from _contents(specification.get_object())


def _contents(specification: Any) -> Iterator[tuple[str, bytes]]:
    name = str(specification.get("/UF", specification.get("/F", "")))
    for stream in (_of(specification, "/EF") or {}).values():
        file = stream.get_object()
        if isinstance(file, StreamObject):
            yield name, bytes(file.read_data())


def _of(parent: Any, key: str) -> Any:
    return parent[key] if parent is not None and key in parent else None


def _clean(words: str) -> str:
    return re.sub(r"[^\w .,()-]+", "", words)[:80]
