"""A letter as a Word file, from the same tree as the PDF. For drafting on and reading: what decides is the PDF."""

import io
from collections.abc import Iterable
from typing import Any

import docx as library
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from lawang.documents import qr
from lawang.documents.language import (
    Break,
    Bullets,
    Emphasis,
    Facts,
    Heading,
    Inlines,
    Item,
    Numbered,
    Paragraph,
    Strong,
    Words,
)
from lawang.documents.letter import Check, Crest, Letter, Signer, leveled
from lawang.documents.typeset import printable

LANGUAGES = {"id": "id-ID", "en": "en-GB"}
FONT = "Times New Roman"


def docx(letter: Letter) -> bytes:
    """Return the letter as .docx."""
    paper = library.Document()
    _set_up(paper, letter)
    _head(paper, letter)
    if letter.layout == "letter":
        _say(paper.add_paragraph(), letter.dated).alignment = WD_ALIGN_PARAGRAPH.RIGHT
        rows = [Item((Words(value),), (Words(label),)) for label, value in letter.reference]
        _facts(paper, rows, label_cm=2.0)
    else:
        _say(paper.add_heading(level=1), letter.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
        if letter.number:
            _say(paper.add_paragraph(), letter.number).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _body(paper, letter)
    for signer in letter.signers:
        _signature(paper, letter, signer)
    _check(paper, letter.check)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_up(paper: Any, letter: Letter) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(2.1)
    paper.core_properties.title = printable(letter.title)
    paper.core_properties.author = printable(letter.author)
    paper.core_properties.language = LANGUAGES[letter.language]
    paper.core_properties.comments = ""
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "List Bullet", "List Number"):
        style = paper.styles[name]
        style.font.name, style.font.size = FONT, Pt(14 if name == "Heading 1" else 12)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
    normal = paper.styles["Normal"]
    normal.paragraph_format.space_after = Pt(6)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), LANGUAGES[letter.language])
    normal.element.get_or_add_rPr().append(spoken)
    if letter.watermark:
        mark = section.header.paragraphs[0]
        mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = mark.add_run(printable(letter.watermark))
        run.bold, run.font.size, run.font.color.rgb = True, Pt(20), RGBColor(200, 60, 50)
    foot = section.footer.paragraphs[0]
    run = foot.add_run(printable(letter.foot))
    run.font.size = Pt(8.5)


def _head(paper: Any, letter: Letter) -> None:
    head = letter.head
    table = paper.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    left.width, right.width = Cm(2.4), Cm(13.4)
    _crest(left.paragraphs[0], head.crest)
    for place, line in enumerate(head.lines):
        paragraph = right.paragraphs[0] if place == 0 else right.add_paragraph()
        run = paragraph.add_run(printable(line))
        run.bold, run.font.size = True, Pt(15 if place == len(head.lines) - 1 else 12)
    for line in (head.address, head.contact):
        if line:
            right.add_paragraph().add_run(printable(line)).font.size = Pt(9)
    for paragraph in right.paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
    _rule(paper.add_paragraph())


def _crest(paragraph: Any, crest: Crest | None) -> None:
    """Put the crest in; Word shows no SVG everywhere, so that a drawing stays out."""
    if crest is None or crest.format == "svg":
        return
    picture = paragraph.add_run().add_picture(io.BytesIO(crest.content), height=Cm(2.1))
    picture._inline.docPr.set("descr", printable(crest.alt))


def _rule(paragraph: Any) -> None:
    """Draw a line below a paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)
    paragraph.paragraph_format.space_after = Pt(10)


def _body(paper: Any, letter: Letter) -> None:
    for block in leveled(letter.body, 0 if letter.layout == "letter" else 1):
        match block:
            case Heading(level, inside):
                write_inlines(paper.add_heading(level=min(level, 3)), inside)
            case Paragraph(inside):
                write_inlines(paper.add_paragraph(), inside)
            case Bullets(items):
                _items(paper, items, "List Bullet")
            case Numbered(items):
                _items(paper, items, "List Number")
            case Facts(rows):
                _facts(paper, rows)


def _items(paper: Any, items: Iterable[Item], style: str) -> None:
    for item in items:
        write_inlines(paper.add_paragraph(style=style), item.inside)


def _facts(paper: Any, rows: Iterable[Item], label_cm: float = 4.6) -> None:
    table = paper.add_table(rows=0, cols=3)
    table.autofit = False
    for row in rows:
        cells = table.add_row().cells
        for cell, width, inside in zip(
            cells, (label_cm, 0.5, 15.3 - label_cm), (row.label, (Words(":"),), row.inside), strict=True
        ):
            cell.width = Cm(width)
            write_inlines(cell.paragraphs[0], inside)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def write_inlines(paragraph: Any, parts: Inlines, *, bold: bool = False, italic: bool = False) -> Any:
    for part in parts:
        match part:
            case Words(words):
                run = paragraph.add_run(printable(words))
                run.bold, run.italic = bold or None, italic or None
            case Break():
                paragraph.add_run().add_break(WD_BREAK.LINE)
            case Strong(inside):
                write_inlines(paragraph, inside, bold=True, italic=italic)
            case Emphasis(inside):
                write_inlines(paragraph, inside, bold=bold, italic=True)
    return paragraph


def _say(paragraph: Any, words: str) -> Any:
    paragraph.add_run(printable(words))
    return paragraph


def _signature(paper: Any, letter: Letter, signer: Signer) -> None:
    table = paper.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    cell = table.rows[0].cells[1]
    dated = letter.layout != "letter" and signer == letter.signers[-1]
    lines = [letter.dated] if dated else []
    lines += [f"{signer.position},", "", "", ""]
    paragraph = cell.paragraphs[0]
    for line in lines:
        _say(paragraph, line).paragraph_format.space_after = Pt(0)
        paragraph = cell.add_paragraph()
    paragraph.add_run(printable(signer.name)).bold = True


def _check(paper: Any, check: Check) -> None:
    picture = io.BytesIO()
    qr.drawn(check.url).save(picture, kind="png", scale=6, border=4)
    picture.seek(0)
    _rule(paper.add_paragraph())
    drawn = paper.add_paragraph().add_run().add_picture(picture, width=Cm(3))
    drawn._inline.docPr.set("descr", printable(check.alt))
    for line in (check.notice, *check.lines, check.code, check.after):
        if line:
            paper.add_paragraph().add_run(printable(line)).font.size = Pt(9)
