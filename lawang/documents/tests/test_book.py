"""Books as PDF and Word: both standards kept, words never markup, nothing off the paper, nothing lost."""

import ctypes
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from lawang.documents import book_pdf, book_word, typeset
from lawang.documents.book import (
    Bar,
    Book,
    Cell,
    Column,
    Figure,
    Footnote,
    Gallery,
    Missing,
    Prose,
    Row,
    Section,
    Table,
    Timeline,
    ordered,
)
from lawang.documents.language import Words, parse
from lawang.documents.letter import Crest
from lawang.documents.tests.reading import alternatives_of, metadata_of, root_of, squeezed
from lawang.documents.tests.test_typeset import CREST, NASTY

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 100"><rect width="500" height="40" fill="#0a4da6"/>'
    '<text x="10" y="80">53.592 ton</text></svg>'
)
FIGURE = Figure("Kopi", SVG, "Kopi. Terakhir: 53.592 ton.", "BPS")


def table(words: str = "Air bersih", count: int = 3, **fields: Any) -> Table:
    rows = [Row((Cell("Tata kelola"),), "group")]
    rows += [Row((Cell(f"P-{n:03}"), Cell(words), Cell("1.200", "on_track"))) for n in range(count)]
    rows.append(Row((Cell("Jumlah"), Cell(""), Cell("3.600")), "total"))
    columns = (Column("Kode"), Column("Program", 3), Column("Target", is_number=True))
    return Table(**({"caption": "Program", "columns": columns, "rows": tuple(rows)} | fields))


def make_book(words: str = "Air bersih", **fields: Any) -> Book:
    road = Timeline("Peta jalan", (2024, 2025, 2026), ("Pendek", Bar(words, 2020, 2025, words)), "Program")
    chapter = Section(
        "Pendahuluan",
        (
            *parse("Kata **tebal**.\n\n- satu\n- dua\n\nLabel: isi"),
            Prose((Words(words), Footnote("Ini catatan kaki."))),
            Missing("SWOT belum ditulis."),
            FIGURE,
            Gallery((FIGURE, FIGURE, FIGURE)),
        ),
        (Section("Isi", (table(words),)), Section("Lebar", (table(words), road), is_wide=True)),
    )
    given_fields: dict[str, Any] = {
        "language": "id",
        "title": "Masterplan",
        "subtitle": "Arah dan program",
        "series": "Buku 2",
        "owner": "Kabupaten Contoh",
        "author": "Kabupaten Contoh",
        "period": "2024–2033",
        "facts": (("Revisi", "1"),),
        "crest": Crest("svg", CREST, "Lambang"),
        "chapters": (
            chapter,
            Section("Lampiran kata", (table(words, is_listed=False),), is_appendix=True),
            Section("Penutup", (Missing("Belum ditulis."),)),
        ),
    }
    return Book(**given_fields | fields)


def set_book(*args: Any, **fields: Any) -> bytes:
    return book_pdf.pdf(make_book(*args, **fields), at=AT)


def pages(pdf: bytes) -> Iterator[Any]:
    with pypdfium2.PdfDocument(pdf) as document:
        yield from document


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF, with plain spaces."""
    return "\n".join(page.get_textpage().get_text_range() for page in pages(pdf)).replace("\u00a0", " ")


def words_of(content: bytes) -> str:
    """Return every word of a .docx, those in tables too."""
    paper = docx.Document(io.BytesIO(content))
    return "\n".join(node.text or "" for node in paper.element.body.iter(qn("w:t")))


def test_it_is_pdf_a_3a_and_pdf_ua_1_with_title_and_language() -> None:
    pdf = set_book()
    root, told = root_of(pdf), metadata_of(pdf)
    assert bool(root["/MarkInfo"]["/Marked"])
    assert str(root["/Lang"]) == "id"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert re.search(r"pdfaid:part\W*>?\W*3", told)
    assert re.search(r"pdfaid:conformance\W*>?\W*A", told)
    assert re.search(r"pdfuaid:part\W*>?\W*1", told)
    assert "Masterplan" in told
    assert alternatives_of(pdf).count(FIGURE.alt) == 4
    assert "Lambang" in alternatives_of(pdf)


def test_english_books_say_so() -> None:
    pdf = set_book(language="en")
    assert str(root_of(pdf)["/Lang"]) == "en"


def test_it_has_contents_lists_numbers_notes_and_sources() -> None:
    said = text_of(set_book())
    for words in (
        "Daftar isi",
        "Daftar tabel",
        "Daftar gambar",
        "Bab 1",
        "1.1 Isi",
        "Lampiran A",
        "Sumber: BPS",
        "Ini catatan kaki.",
        "SWOT belum ditulis.",
        "53.592 ton",
        "Buku 2 · Masterplan",
    ):
        assert words in said, words
    assert said.count("Tabel 2") == 2  # in its list and above the table; what is not listed has no number
    assert "Tabel 3" not in said


def test_appendices_come_last_and_are_lettered() -> None:
    assert [number for number, _section in ordered(make_book().chapters)] == ["1", "2", "A"]


def test_wide_sections_stand_on_turned_pages() -> None:
    turned = [page.get_width() > page.get_height() for page in pages(set_book())]
    assert any(turned)
    assert not turned[0]
    assert not turned[-1]


def test_the_watermark_is_on_every_page_and_its_words_on_the_cover() -> None:
    pdf = set_book(watermark="DRAF", notice="Draf: belum berlaku.")
    for page in pages(pdf):
        assert "DRAF" in page.get_textpage().get_text_range()
    assert "Draf: belum berlaku." in next(pages(pdf)).get_textpage().get_text_range()
    assert "DRAF" not in text_of(set_book())


@pytest.mark.parametrize("words", NASTY[:-2], ids=lambda words: ascii(words[:24]))
def test_what_is_typed_is_printed_and_never_run(words: str) -> None:
    book = make_book(words, title=words, subtitle=words, series=words, owner=words, author=words, period=words,
                     facts=((words, words),), watermark=words, notice=words, credit=words)  # fmt: skip
    pdf = book_pdf.pdf(book, at=AT)
    assert pdf.startswith(b"%PDF-1.7")
    assert squeezed(typeset.printable(words)) in squeezed(words_of(book_word.docx(book)))


@pytest.mark.parametrize("words", ["Tarif #1 *murah* [x] $y$ @z <a> = b", "Müller “kutip” 'satu' \\ ~ `x`"])
def test_marks_come_out_as_they_were_typed(words: str) -> None:
    assert squeezed(words) in squeezed(text_of(set_book(words)))


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=60)
    | st.text("#$@\\*_`<>{}[]\"'=-+/~&%()\n\t aZ0é", max_size=60)
)
def test_any_text_compiles_under_both_standards(words: str) -> None:
    section = Section(words, (table(words), Missing(words), Prose((Words(words), Footnote(words)))))
    pdf = set_book(words, title=words, chapters=(section,))
    assert pdf.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("words", ["x" * 514, "sangat panjang " * 34, "Rp1.000.000.000," * 32])
def test_long_names_wrap_and_stay_on_the_paper(words: str) -> None:
    section = Section(words, (table(words), Missing(words)), (Section(words, (table(words),), is_wide=True),))
    pdf = set_book(words, chapters=(section,), title=words[:200])
    assert squeezed(words) in squeezed(text_of(pdf)).replace("\ufffe", "")
    for page in pages(pdf):
        width = page.get_width()
        text = page.get_textpage()
        left, right, bottom, top = (ctypes.c_double() for _side in range(4))
        for place in range(text.count_chars()):
            if chr(pdfium.FPDFText_GetUnicode(text, place)).isspace():
                continue
            pdfium.FPDFText_GetCharBox(text, place, left, right, bottom, top)
            assert 0 <= left.value <= right.value <= width + 0.5, (place, right.value, width)


@pytest.mark.parametrize("filling", range(28, 44, 3))
def test_a_footnote_stands_on_the_page_of_its_mark(filling: int) -> None:
    """Wherever the page ends: what introduces a table may go to the next one with it."""
    before = tuple(Prose((Words(f"Kalimat {n}."),)) for n in range(filling))
    noted = Prose((Words("Kalimat bercatatan"), Footnote("Ini catatannya.")))
    section = Section("Bab", before, (Section("Bagian", (noted, table(count=10))),))
    said = [page.get_textpage().get_text_range() for page in pages(set_book(chapters=(section,)))]
    assert [n for n, words in enumerate(said) if "Kalimat bercatatan" in words] == [
        n for n, words in enumerate(said) if "Ini catatannya." in words
    ]


def test_no_row_is_lost_over_the_pages_and_heads_are_repeated() -> None:
    pdf = set_book(chapters=(Section("Banyak", (table(count=400),)),))
    said = text_of(pdf)
    assert all(f"P-{n:03}" in said for n in range(400))
    with_rows = [
        page.get_textpage().get_text_range()
        for page in pages(pdf)
        if "P-" in page.get_textpage().get_text_range()
    ]
    assert len(with_rows) > 5
    assert all("Kode" in words for words in with_rows)


def test_an_empty_book_is_a_book() -> None:
    assert set_book(chapters=()).startswith(b"%PDF")
    assert book_word.docx(make_book(chapters=())).startswith(b"PK")


# Word


def test_word_has_headings_fields_captions_and_repeated_heads() -> None:
    paper = docx.Document(io.BytesIO(book_word.docx(make_book())))
    named = [(str(one.style.name if one.style else ""), one.text) for one in paper.paragraphs]
    heads = [(name, words) for name, words in named if name.startswith("Heading")]
    assert heads == [
        ("Heading 1", "Bab 1. Pendahuluan"),
        ("Heading 2", "1.1 Isi"),
        ("Heading 2", "1.2 Lebar"),
        ("Heading 1", "Bab 2. Penutup"),
        ("Heading 1", "Lampiran A. Lampiran kata"),
    ]
    told = [node.text or "" for node in paper.element.body.iter(qn("w:instrText"))]
    assert any('TOC \\o "1-2"' in one for one in told)
    assert sum("SEQ Tabel" in one for one in told) == 2
    assert sum("SEQ Gambar" in one for one in told) == 5
    assert len(list(paper.element.body.iter(qn("w:tblHeader")))) == 4
    assert paper.core_properties.language == "id-ID"
    sizes = {(section.page_width or 0) > (section.page_height or 0) for section in paper.sections}
    assert sizes == {True, False}


def test_word_pictures_say_what_they_show() -> None:
    paper = docx.Document(io.BytesIO(book_word.docx(make_book())))
    said = [node.get("descr") for node in paper.element.body.iter(qn("wp:docPr"))]
    assert said.count(FIGURE.alt) == 4
    assert "Lambang" in said


def test_word_says_notes_and_what_is_missing() -> None:
    said = words_of(book_word.docx(make_book(notice="Draf: belum berlaku.")))
    assert "1. Ini catatan kaki." in said
    assert "SWOT belum ditulis." in said
    assert "Draf: belum berlaku." in said


def test_word_rows_have_as_many_cells_as_the_grid() -> None:
    """Word refuses a file whose spans do not fit."""
    paper = docx.Document(io.BytesIO(book_word.docx(make_book())))
    for grid in paper.element.body.iter(qn("w:tbl")):
        columns = len(list(grid.iter(qn("w:gridCol"))))
        for row in grid.iter(qn("w:tr")):
            spans = [cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in row.iter(qn("w:tc"))]
            assert sum(int(span.get(qn("w:val"))) if span is not None else 1 for span in spans) == columns
