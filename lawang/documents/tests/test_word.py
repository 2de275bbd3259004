"""The same letter as a Word file."""

import io
from typing import Any

import docx
import pytest

from lawang.documents import word
from lawang.documents.tests.reading import squeezed
from lawang.documents.tests.test_typeset import NASTY, make_letter
from lawang.documents.typeset import printable


def opened(**fields: Any) -> Any:
    return docx.Document(io.BytesIO(word.docx(make_letter(**fields))))


def words_of(paper: Any) -> str:
    """Return every word of the body, tables too, in order."""
    return "".join(node.text or "" for node in paper.element.body.iter() if node.tag.endswith("}t"))


def test_it_says_what_the_pdf_says() -> None:
    paper = opened(watermark="DRAF")
    said = words_of(paper)
    for words in (
        *("PEMERINTAH KABUPATEN CONTOH", "Surat keterangan usaha", "Nomor: 470/1/2026", "Siti Aminah Contoh"),
        *("Kepala Desa Contoh,", "Wayan Contoh", "Contoh, 20 November 2026", "7F3A-91C2-0KXM-4"),
    ):
        assert words in said
    assert paper.sections[0].header.paragraphs[0].text == "DRAF"
    assert paper.core_properties.title == "Surat keterangan usaha"
    assert 'w:val="id-ID"' in paper.styles["Normal"].element.xml


def test_marks_are_marks() -> None:
    paper = opened(body="# Bab\n\n**tebal** *miring*\n\n- satu\n\n1. dua\n\nA: b")
    runs = [run for paragraph in paper.paragraphs for run in paragraph.runs]
    assert [run.text for run in runs if run.bold and run.text == "tebal"] == ["tebal"]
    assert [run.text for run in runs if run.italic] == ["miring"]
    styles = [paragraph.style.name for paragraph in paper.paragraphs]
    assert {"Heading 1", "Heading 2", "List Bullet", "List Number"} <= set(styles)


def test_a_letter_has_date_number_and_subject_above() -> None:
    paper = opened(layout="letter", reference=(("Nomor", "470/1"), ("Hal", "Undangan")))
    assert "Hal:Undangan" in squeezed(words_of(paper))


@pytest.mark.parametrize("words", NASTY, ids=lambda words: ascii(words[:24]))
def test_what_is_typed_is_written_as_it_is(words: str) -> None:
    assert squeezed(printable(words)) in squeezed(words_of(opened(body="{{name}}", name=words)))


def test_pictures_have_words_beside_them() -> None:
    drawn = [node for node in opened().element.body.iter() if node.tag.endswith("}docPr")]
    assert [node.get("descr") for node in drawn] == ["Kode QR"]
