"""PDFs for tests: a letter as we issue it, and files as somebody could hand in."""

import io
import zlib
from functools import cache

import typst
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from lawang.documents.authority import Authority, authority
from lawang.documents.signing import Person, Stamp

WAYAN = Person("Wayan Contoh", "Kepala Dinas Kesehatan", "Dinas Kesehatan", "1611010101900001")
RATNA = Person("Ratna Contoh", "Kepala Bidang", "Dinas Kesehatan")
SITI = Person("Siti Contoh", "Kepala Seksi", "Dinas Kesehatan")


@cache
def letter(words: str = "Surat keterangan usaha", pages: int = 1) -> bytes:
    """Return a PDF/A-3a and PDF/UA-1 as Typst makes it."""
    source = f"""#set document(title: "Surat", date: datetime(year: 2026, month: 3, day: 17))
#set text(lang: "id")
= Surat
#for page in range({pages}) [{words} #pagebreak(weak: true)]
"""
    return typst.compile(source.encode(), pdf_standards=["a-3a", "ua-1"])


def plain(
    *objects: str | bytes, catalog: str = "", trailer: str = "", packed: bool = False, swollen: int = 0
) -> bytes:
    """Return a one-page PDF with more objects, numbered from 5, and more entries in its catalog.

    With `packed` the catalog and these objects lie in a compressed object stream, which unpacks to `swollen` bytes
    more.
    """
    ours = [
        f"<</Type/Catalog/Pages 2 0 R {catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        "<</Length 8>>\nstream\n0 0 m 1 \nendstream",
    ]
    bodies = [one if isinstance(one, bytes) else one.encode("latin-1") for one in (*ours, *objects)]
    return _packed(bodies, trailer, swollen) if packed else _written(bodies, trailer)


def _written(bodies: list[bytes], trailer: str) -> bytes:
    out = io.BytesIO(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<</Size %d/Root 1 0 R %s>>\n" % (len(bodies) + 1, trailer.encode()))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _packed(bodies: list[bytes], trailer: str, swollen: int) -> bytes:
    """Return the file with everything but streams in one object stream (ISO 32000-1, 7.5.7 and 7.5.8)."""
    inside = [(number, body) for number, body in enumerate(bodies, 1) if b"stream" not in body]
    head, rest = b"", b""
    for number, body in inside:
        head += b"%d %d " % (number, len(rest))
        rest += body + b" "
    data = zlib.compress(head + rest + b" " * swollen, 9)
    out = io.BytesIO(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, io.SEEK_END)
    entries = {number: (2, len(bodies) + 1, index) for index, (number, _body) in enumerate(inside)}
    for number, body in enumerate(bodies, 1):
        if number not in entries:
            entries[number] = (1, out.tell(), 0)
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    container, table = len(bodies) + 1, len(bodies) + 2
    entries[container] = (1, out.tell(), 0)
    out.write(
        b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n"
        % (container, len(inside), len(head), len(data), data)
    )
    start = out.tell()
    entries[table] = (1, start, 0)
    rows = bytes((0, 0, 0, 0, 0, 255)) + b"".join(
        bytes((kind,)) + place.to_bytes(4, "big") + bytes((index,))
        for _number, (kind, place, index) in sorted(entries.items())
    )
    out.write(
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Length %d %s>>\nstream\n%s\nendstream\nendobj\n"
        b"startxref\n%d\n%%%%EOF\n" % (table, table + 1, len(rows), trailer.encode(), rows, start)
    )
    return out.getvalue()


def stream(content: bytes, entries: str = "") -> bytes:
    """Return a compressed stream object."""
    data = zlib.compress(content)
    return b"<</Filter/FlateDecode/Length %d %s>>\nstream\n%s\nendstream" % (
        len(data),
        entries.encode(),
        data,
    )


def locked(pdf: bytes, *, to_open: str) -> bytes:
    """Return the PDF encrypted; with an empty password everybody may open it, and only changes are forbidden."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf)))
    writer.encrypt("pemilik", to_open)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed(pdf: bytes, *people: Person, by: Authority | None = None, stamp: Stamp | None = None) -> bytes:
    """Return the PDF signed by these people in order, certified by the test authority or another one."""
    for person in people:
        pdf = (by or authority()).sign(pdf, person=person, reason="Pengesahan", stamp=stamp)
    return pdf
