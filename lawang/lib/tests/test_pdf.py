"""Which PDFs are opened, and which are refused with which words."""

import contextlib
import io
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lawang.lib.pdf import Damaged, demand_safe, is_safe, opened, page_hashes
from lawang.lib.refused import Refused
from tests import pdfs

SCRIPT = "<</S/JavaScript/JS(app.alert\\(1\\))>>"


def words(pdf: bytes) -> str:
    with pytest.raises(Refused) as caught:
        demand_safe(pdf)
    return caught.value.sentence


def photo(width: int = 1200, height: int = 1600) -> bytes:
    """Return a scan as a telephone makes it: one picture in a PDF."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(out, "PDF", quality=90)
    return out.getvalue()


@pytest.mark.parametrize(
    "pdf",
    [
        pdfs.letter(),
        pdfs.letter(pages=12),
        pdfs.plain(),
        pdfs.plain("<</A 1>>", packed=True),
        pdfs.plain("<</S/URI/URI(https://kab.example)>>"),
        pdfs.plain(pdfs.stream(b"BT (JavaScript itu apa?) Tj ET")),
        pdfs.locked(pdfs.letter(), to_open=""),
        photo(),
    ],
    ids=["letter", "long letter", "plain", "packed", "link", "words", "locked against changes", "scan"],
)
def test_ordinary_files_pass(pdf: bytes) -> None:
    demand_safe(pdf)
    assert is_safe(pdf)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("objects", "catalog"),
    [
        ([SCRIPT], "/OpenAction 5 0 R"),
        (["<</S/JavaScript/JS 6 0 R>>", "(app.alert\\(1\\))"], "/OpenAction 5 0 R"),
        (["<</Names[(a) 6 0 R]>>", SCRIPT], "/Names<</JavaScript 5 0 R>>"),
        (["<</WC 6 0 R>>", SCRIPT], "/AA 5 0 R"),
        (["<</S/#4a#61vaScript/#4aS(x)>>"], "/OpenAction 5 0 R"),
        (["<</S/Java#53cript/JS(x)>>"], "/OpenAction 5 0 R"),
        (["<</S 6 0 R/JS(x)>>", "/JavaScript"], "/OpenAction 5 0 R"),
        (["<</S/Rendition/JS(x)/OP 1>>"], "/OpenAction 5 0 R"),
    ],
    ids=["open", "apart", "by name", "on closing", "escaped", "half escaped", "word apart", "rendition"],
)
def test_scripts_are_refused(objects: list[str], catalog: str, packed: bool) -> None:
    pdf = pdfs.plain(*objects, catalog=catalog, packed=packed)
    assert "JavaScript" in words(pdf)
    assert not is_safe(pdf)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("objects", "catalog", "said"),
    [
        (["<</S/Launch/F(cmd.exe)>>"], "/OpenAction 5 0 R", "menjalankan program"),
        (["<</S/L#61unch/F(cmd.exe)>>"], "/OpenAction 5 0 R", "menjalankan program"),
        (["<</S/ImportData/F(x.fdf)>>"], "/OpenAction 5 0 R", "menjalankan program"),
        (["<</Subtype/RichMedia>>"], "/X 5 0 R", "film"),
        (["<</Subtype/FileAttachment/FS 6 0 R>>", "<</F(x.exe)>>"], "/X 5 0 R", "berkas lain"),
        (["<</XFA[(template) 6 0 R]>>", "<<>>"], "/AcroForm 5 0 R", "XFA"),
    ],
    ids=["launch", "escaped launch", "import", "media", "attachment on a page", "xfa"],
)
def test_other_dangers_are_refused(objects: list[str], catalog: str, said: str, packed: bool) -> None:
    assert said in words(pdfs.plain(*objects, catalog=catalog, packed=packed))


def carrying(name: str, content: bytes, *, packed: bool = False) -> bytes:
    return pdfs.plain(
        "<</EmbeddedFiles 6 0 R>>",
        "<</Kids[7 0 R]>>",
        "<</Names[(lampiran) 8 0 R]>>",
        f"<</Type/Filespec/F({name})/EF<</F 9 0 R>>>>",
        pdfs.stream(content, "/Type/EmbeddedFile"),
        catalog="/Names 5 0 R",
        packed=packed,
    )


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tagihan.exe", b"x"),
        ("TAGIHAN.EXE", b"x"),
        ("surat.docm", b"PK"),
        ("surat.js", b"x"),
        ("surat.txt", b"MZ\x90\x00"),
        ("surat", b"#!/bin/sh\n"),
        ("surat", b"\x7fELF\x02"),
    ],
)
def test_a_program_attached_is_refused(name: str, content: bytes, packed: bool) -> None:
    assert f"({name})" in words(carrying(name, content, packed=packed))


def test_data_attached_pass() -> None:
    demand_safe(carrying("data.xml", b"<xml/>"))
    demand_safe(carrying("data.csv", b"a;b", packed=True))
    demand_safe(carrying("surat.pdf", pdfs.letter()))


def test_an_attached_pdf_is_looked_into_once() -> None:
    evil = pdfs.plain(SCRIPT, catalog="/OpenAction 5 0 R")
    assert "JavaScript" in words(carrying("surat.pdf", evil))
    assert "lampiran" in words(carrying("luar.pdf", carrying("dalam.pdf", pdfs.letter())))


def test_a_locked_file_is_refused() -> None:
    assert "kata sandi" in words(pdfs.locked(pdfs.letter(), to_open="rahasia"))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.95, 0.999])
def test_a_truncated_file_is_refused(share: float) -> None:
    pdf = pdfs.letter()
    assert "rusak atau terpotong" in words(pdf[: int(len(pdf) * share)])


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.7",
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
        b"%PDF-1.7\nstartxref\n99999999\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF",
        pdfs.plain(catalog="/X " + "[" * 5_000 + "]" * 5_000),
        pdfs.plain(trailer="/Prev 15"),
        pdfs.plain(catalog="/Names 5 0 R"),
        b"GIF89a",
    ],
    ids=["empty", "head", "no table", "far table", "deep junk", "deep", "loop", "dangling", "gif"],
)
def test_nonsense_never_breaks_us(pdf: bytes) -> None:
    with contextlib.suppress(Refused):
        demand_safe(pdf)


def test_a_bomb_is_refused_before_it_bursts() -> None:
    """200 KB that would unpack to 200 MB."""
    pdf = pdfs.plain("<</A 1>>", packed=True, swollen=200_000_000)
    assert len(pdf) < 250_000
    assert "terlalu besar bila dibuka" in words(pdf)
    assert most_bytes(lambda: words(pdf)) < 100_000_000


def most_bytes(work: Callable[[], object]) -> int:
    """Return how many bytes the work held at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**9), value=st.integers(0, 255), packed=st.booleans())
def test_a_changed_byte_never_breaks_us(place: int, value: int, packed: bool) -> None:
    pdf = bytearray(pdfs.plain("<</A[1 2 3]>>", catalog="/X 5 0 R", packed=packed))
    pdf[place % len(pdf)] = value
    with contextlib.suppress(Refused):
        demand_safe(bytes(pdf))


def test_damage_while_reading_is_damage() -> None:
    with pytest.raises(Damaged), opened(pdfs.plain(catalog="/AcroForm 99 0 R")) as reader:
        reader.root["/Pages"]["/Kids"][0].get_object()["/Nothing"]


def test_pages_are_told_apart() -> None:
    assert len(page_hashes(pdfs.letter(pages=3))) == 3
    assert page_hashes(pdfs.letter()) == page_hashes(pdfs.letter())
    assert page_hashes(pdfs.letter("Satu")) != page_hashes(pdfs.letter("Dua"))
    assert page_hashes(pdfs.locked(pdfs.letter(), to_open="")) == page_hashes(pdfs.letter())
