"""Letters as PDF: what anybody types is printed as it is, and every file keeps the standards."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lawang.documents import typeset
from lawang.documents.language import fill, parse
from lawang.documents.letter import Check, Crest, Head, Letter, Signer
from lawang.documents.tests.reading import (
    alternatives_of,
    metadata_of,
    raw_text,
    root_of,
    squeezed,
    structure_of,
    text_of,
)

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
BODY = "Kepada {{name}}:\n\nNama: {{name}}\nAlamat: {{name}}\n\n- butir {{name}}\n\n**{{name}}** *{{name}}*"
CREST = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#1f5c3f"/></svg>'
NASTY = [
    "#panic()",
    "#sys.version",
    '#image("letter.typ")',
    '#read("/etc/passwd")',
    "#[#set text(red)] x",
    "$ x^2 $ @ref <label> *tebal* _miring_ `kode` ~ --- ... //x /* y */",
    "= Judul\n== Anak\n- butir\n+ butir\n/ istilah: arti",
    '\\ " \\" \\u{41} {{name}} [[name: x]]',
    '"}]}, {"kind": "words", "words": "lain"}',
    "\u202eterbalik\u202c \u2066a\u2069 a\u200bb\u00adc",
    "\x00\x01\x1b[31m\x7f\x9f",
    "Siti 😀 中文 محمد ﷽",
    "a\u0300\u0301\u0302" * 20,
    "setengah \ud800 pasangan",
    "x" * 4_000,
    "kata " * 800,
]


def make_letter(name: str = "Siti Aminah Contoh", body: str = BODY, **fields: Any) -> Letter:
    given_fields: dict[str, Any] = {
        "language": "id",
        "layout": "certificate",
        "title": "Surat keterangan usaha",
        "head": Head(
            ("PEMERINTAH KABUPATEN CONTOH", "DESA CONTOH"),
            "Jalan Contoh 1",
            "Telepon 0",
            Crest("svg", CREST, "Lambang"),
        ),
        "body": fill(parse(body), {"name": name}),
        "check": Check("https://contoh.id/cek/7F3A91C20KXM4/", "Kode QR", ("Periksa.",), "7F3A-91C2-0KXM-4"),
        "author": "Desa Contoh",
        "number": "Nomor: 470/1/2026",
        "date": "20 November 2026",
        "place": "Contoh",
        "signers": (Signer(1, "Kepala Desa Contoh", "Wayan Contoh"),),
        "foot": "Surat keterangan",
        "page": "Halaman {page} dari {pages}",
    }
    return Letter(**given_fields | fields)


def set_letter(**fields: Any) -> bytes:
    return typeset.pdf(make_letter(**fields), at=AT)


def printed(words: str) -> str:
    """Return what should be found in the text of the PDF, without white space."""
    return squeezed(typeset.printable(words))


@pytest.mark.parametrize("words", NASTY, ids=lambda words: ascii(words[:24]))
def test_what_is_typed_is_printed_and_never_run(words: str) -> None:
    pdf = set_letter(name=words)
    found = squeezed(raw_text(pdf, "-raw"))
    if len(words) < 200:  # longer ones are broken over pages, with feet between
        assert printed(words) in found
    assert "Kepada" in found
    assert found.count("SURATKETERANGANUSAHA") == 1  # nothing became a heading or went away


@pytest.mark.parametrize("place", ["title", "author", "number", "date", "place", "watermark", "foot", "page"])
@pytest.mark.parametrize("words", NASTY[:-2], ids=lambda words: ascii(words[:24]))
def test_no_other_place_runs_it_either(place: str, words: str) -> None:
    assert set_letter(**{place: words}).startswith(b"%PDF-1.7")


@pytest.mark.parametrize("words", NASTY[:-2], ids=lambda words: ascii(words[:24]))
def test_nor_do_letterhead_signers_and_check(words: str) -> None:
    pdf = set_letter(
        layout="letter",
        head=Head((words, words), words, words, Crest("svg", CREST, words)),
        signers=(Signer(1, words, words, words, words), Signer(2, words, words)),
        check=Check("https://contoh.id/", words, (words, words), words, words, words),
        reference=((words, words),),
    )
    assert pdf.startswith(b"%PDF-1.7")


characters = st.characters(codec="utf-8")
typed = st.text(characters, max_size=60) | st.text(
    alphabet="#$@\\*_`<>{}[]\"'=-+/~&%()\n\t .,aZ0é", max_size=60
)


@settings(max_examples=250, deadline=None)
@example("#")
@example("\\")
@given(typed)
def test_any_text_compiles_under_both_standards(words: str) -> None:
    pdf = set_letter(name=words, title=words)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf or "pdfuaid" in metadata_of(pdf)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='#$@\\*_`<>{}[]"=-+/~&%()abcXYZ019', min_size=1, max_size=40))
def test_any_marks_are_found_again_as_they_were_typed(words: str) -> None:
    pdf = set_letter(body="{{name}}", name=words, signers=())
    assert printed(words) in squeezed(raw_text(pdf, "-raw"))


def test_the_fonts_have_every_character_that_is_let_through() -> None:
    """All of them, upright, bold and italic: a PDF/A with a missing glyph would not be made at all."""
    everything = "".join(
        f"{character} "
        for code in range(0x20, 0x2700)
        if typeset.printable(character := chr(code)) == character
    )
    assert len(everything) > 2_400
    assert set_letter(body="{{name}} **{{name}}** *{{name}}*", name=everything).startswith(b"%PDF")


def test_what_has_no_glyph_is_a_box_and_what_controls_is_gone() -> None:
    assert typeset.printable("Siti 中\u202e\x00\x1b[0m\u200d") == "Siti □[0m"
    assert typeset.printable("e\u0301") == "é"


def test_it_is_pdf_a_3a_and_pdf_ua_1_with_title_and_language() -> None:
    pdf = set_letter()
    root, told = root_of(pdf), metadata_of(pdf)

    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]) == "id"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert re.search(r"pdfaid:part\W*>?\W*3", told)
    assert re.search(r"pdfaid:conformance\W*>?\W*A", told)
    assert re.search(r"pdfuaid:part\W*>?\W*1", told)
    assert "Surat keterangan usaha" in told
    assert sorted(alternatives_of(pdf)) == ["Kode QR", "Lambang"]


def test_an_english_letter_says_so() -> None:
    assert str(root_of(set_letter(language="en"))["/Lang"]) == "en"


def test_headings_leave_no_level_out() -> None:
    pdf = set_letter(body="### Tiga\n\nisi\n\n# Satu\n\nisi\n\n### Tiga lagi\n\nisi {{name}}")
    found = re.findall(r"^\s*(H\d)", structure_of(pdf), re.MULTILINE)
    assert found == ["H1", "H2", "H2", "H3"]


def test_several_pages_are_numbered_and_the_check_comes_once_at_the_end() -> None:
    pdf = set_letter(body="\n\n".join(f"Alinea {number}. {{{{name}}}}" for number in range(90)))
    found = raw_text(pdf)
    pages = found.split("\f")[:-1]
    assert len(pages) >= 3
    assert all(f"Halaman {number} dari {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert ["Periksa." in page for page in pages] == [False] * (len(pages) - 1) + [True]


def test_one_page_has_no_number() -> None:
    assert "Halaman" not in text_of(set_letter())


def test_long_names_stay_on_the_paper() -> None:
    long_name = "Raden Mas " + "Panjangsekalinamanya" * 12
    pdf = set_letter(
        name=long_name,
        signers=(Signer(1, "Kepala " + "Dinas Pengendalian Penduduk " * 6, long_name),),
        head=Head(("PEMERINTAH KABUPATEN " * 4, "DINAS " + "PEMBERDAYAAN PEREMPUAN " * 5)),
        title="Surat keterangan " * 12,
    )
    box = re.findall(r'xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)"', raw_text(pdf, "-bbox"))
    assert max(float(right) for _left, right in box) < 595 - 20
    assert squeezed(long_name) in squeezed(raw_text(pdf, "-raw"))


def test_a_letter_of_the_same_words_and_moment_is_the_same_file() -> None:
    assert set_letter() == set_letter()
    assert set_letter() != set_letter(name="Budi")


def test_pictures_for_previews() -> None:
    (page,) = typeset.png(make_letter())
    assert page.startswith(b"\x89PNG")


def test_a_crest_that_is_a_picture() -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(out, "PNG")
    assert b"%PDF" in set_letter(head=Head(("A",), crest=Crest("png", out.getvalue(), "Lambang")))


def test_the_reader_of_these_tests_notices_an_untagged_file() -> None:
    plain = typst.compile(b'#set document(title: "x")\nHalo', pdf_tags=False)
    assert "/StructTreeRoot" not in root_of(plain)
