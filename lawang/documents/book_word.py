"""A book as a Word file, from the same tree as the PDF: for drafting on. What decides is the PDF.

Tables are written as XML in one piece, since python-docx looks at every row again for every cell.
"""

import io
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

import docx as library
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from lawang.documents.book import (
    TONES,
    Bar,
    Block,
    Book,
    Cell,
    Figure,
    Footnote,
    Gallery,
    Missing,
    Names,
    Prose,
    Row,
    Section,
    Table,
    Timeline,
    names,
    ordered,
)
from lawang.documents.book_pdf import drawn, words_of
from lawang.documents.language import Bullets, Facts, Heading, Numbered, Paragraph
from lawang.documents.letter import leveled
from lawang.documents.typeset import printable
from lawang.documents.word import LANGUAGES, write_inlines

FONT = "Cambria"
SMALL = 17  # half points
LINE = 9300  # twentieths of a point: the width of a line on an upright page, 16.4 cm
LONG_LINE = 13900  # and on a turned one, 24.5 cm
QUIET = "595959"


def docx(book: Book) -> bytes:
    """Return the book as .docx."""
    return _Writer(book).write()


class _Writer:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.paper: Any = library.Document()
        self.names: Names = names(book.language)
        self.accent = book.accent.lstrip("#").upper()
        self.line = LINE
        self.counted = {"table": 0, "figure": 0}
        self.notes: list[str] = []
        self.pictures = iter(drawn([figure.svg for figure in book.figures()]))

    def write(self) -> bytes:
        self._set_up()
        self._cover()
        self._lists()
        for number, chapter in ordered(self.book.chapters):
            self._chapter(number, chapter)
        out = io.BytesIO()
        self.paper.save(out)
        return out.getvalue()

    # The whole

    def _set_up(self) -> None:
        paper, book = self.paper, self.book
        section = paper.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(2.6), Cm(2)
        section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
        section.different_first_page_header_footer = True
        core = paper.core_properties
        core.title, core.author = printable(book.title), printable(book.author)
        core.language, core.comments = LANGUAGES[book.language], ""
        colour = RGBColor.from_string(self.accent)
        sizes = {"Normal": 10.5, "Heading 1": 20, "Heading 2": 14, "Heading 3": 12, "Heading 4": 10.5}
        sizes |= {"List Bullet": 10.5, "List Number": 10.5, "Caption": 9.5, "Title": 30}
        for name, size in sizes.items():
            style = paper.styles[name]
            style.font.name, style.font.size = FONT, Pt(size)
            if name.startswith(("Heading", "Title")):
                style.font.color.rgb, style.font.bold = colour, True
            if name == "Caption":
                style.font.color.rgb, style.font.bold = RGBColor(0, 0, 0), True
                style.paragraph_format.keep_with_next = True
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(kind), FONT)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
                fonts.attrib.pop(qn(theme), None)
        normal = paper.styles["Normal"]
        normal.paragraph_format.space_after = Pt(6)
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:val"), LANGUAGES[book.language])
        normal.element.get_or_add_rPr().append(spoken)
        refresh = OxmlElement("w:updateFields")
        refresh.set(qn("w:val"), "true")
        paper.settings.element.append(refresh)
        self._margins(section)

    def _margins(self, section: Any) -> None:
        """Write the running head and foot; the sections that follow inherit them."""
        head = section.header.paragraphs[0]
        self._small(head, self.book.owner)
        for mark in (head, section.first_page_header.paragraphs[0]):
            if self.book.watermark:
                run = mark.add_run(f"   {printable(self.book.watermark)}")
                run.bold, run.font.size, run.font.color.rgb = True, Pt(16), RGBColor(200, 60, 50)
        foot = section.footer.paragraphs[0]
        said = [one for one in (self.book.series, self.book.title, self.book.notice) if one]
        self._small(foot, f"{' · '.join(said)} · {self.names.page} ")
        self._field(foot, "PAGE", "1")

    def _small(self, paragraph: Any, words: str) -> None:
        run = paragraph.add_run(printable(words))
        run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(QUIET)

    def _field(self, paragraph: Any, instruction: str, shown: str) -> None:
        """Write a field that Word computes, with what it shows until then."""
        for kind in ("begin", "", "separate", "shown", "end"):
            run = paragraph.add_run(shown if kind == "shown" else "")
            if kind in ("begin", "separate", "end"):
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
                run._r.append(mark)
            elif not kind:
                told = OxmlElement("w:instrText")
                told.set(qn("xml:space"), "preserve")
                told.text = f" {instruction} "
                run._r.append(told)

    def _cover(self) -> None:
        book, paper = self.book, self.paper
        if book.crest is not None:
            content = book.crest.content
            if book.crest.format == "svg":
                content = drawn([content.decode()], ppi=60)[0]
            self._picture(content, book.crest.alt, height=Cm(2.6))
        owner = paper.add_paragraph().add_run(printable(book.owner))
        owner.bold, owner.font.size = True, Pt(14)
        for _line in range(8):
            paper.add_paragraph()
        if book.series:
            run = paper.add_paragraph().add_run(printable(book.series))
            run.bold, run.font.size = True, Pt(15)
        paper.add_paragraph(printable(book.title), style="Title")
        for words, size in ((book.subtitle, 16), (book.period, 18)):
            if words:
                paper.add_paragraph().add_run(printable(words)).font.size = Pt(size)
        for _line in range(6):
            paper.add_paragraph()
        if book.notice:
            run = paper.add_paragraph().add_run(printable(book.notice))
            run.bold, run.font.color.rgb = True, RGBColor(150, 35, 28)
        for label, value in book.facts:
            paper.add_paragraph(f"{printable(label)}: {printable(value)}")
        if book.credit:
            self._small(paper.add_paragraph(), book.credit)

    def _lists(self) -> None:
        called, wanted = self.names, [(self.names.contents, 'TOC \\o "1-2" \\h \\z \\u')]
        if self.book.has_tables:
            wanted.append((called.tables, f'TOC \\h \\z \\c "{called.table}"'))
        if self.book.has_figures:
            wanted.append((called.figures, f'TOC \\h \\z \\c "{called.figure}"'))
        for place, (title, instruction) in enumerate(wanted):
            paragraph = self.paper.add_paragraph()
            paragraph.paragraph_format.page_break_before = place == 0
            run = paragraph.add_run(title)
            run.bold, run.font.size, run.font.color.rgb = True, Pt(18), RGBColor.from_string(self.accent)
            self._field(self.paper.add_paragraph(), instruction, called.update)

    # Chapters

    def _chapter(self, number: str, chapter: Section) -> None:
        if chapter.is_wide:
            self._turn(is_wide=True)
        called = self.names.appendix if chapter.is_appendix else self.names.chapter
        heading = self.paper.add_heading(f"{called} {number}. {printable(chapter.title)}", level=1)
        runs_on = self.book.flows and not chapter.is_appendix and number != "1"
        heading.paragraph_format.page_break_before = not (chapter.is_wide or runs_on)
        self.notes = []
        self._inside(number, chapter, 1)
        if self.notes:
            heading = self.paper.add_paragraph()
            heading.add_run(self.names.notes).bold = True
            for place, words in enumerate(self.notes, 1):
                self._small(self.paper.add_paragraph(), f"{place}. {words}")
        if chapter.is_wide:
            self._turn(is_wide=False)

    def _inside(self, number: str, section: Section, level: int) -> None:
        for block in section.blocks:
            self._block(block, level)
        for place, one in enumerate(section.sections, 1):
            if one.is_wide:
                self._turn(is_wide=True)
            heading = self.paper.add_heading(f"{number}.{place} {printable(one.title)}", level=level + 1)
            heading.paragraph_format.page_break_before = one.starts_page and not one.is_wide
            self._inside(f"{number}.{place}", one, level + 1)
            if one.is_wide:
                self._turn(is_wide=False)

    def _turn(self, *, is_wide: bool) -> None:
        section = self.paper.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        width, height = Cm(21), Cm(29.7)
        section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (height, width) if is_wide else (width, height)
        self.line = LONG_LINE if is_wide else LINE

    def _block(self, block: Block, level: int) -> None:
        match block:
            case Prose(parts):
                paragraph = self.paper.add_paragraph()
                for part in parts:
                    if isinstance(part, Footnote):
                        self.notes.append(part.words)
                        paragraph.add_run(str(len(self.notes))).font.superscript = True
                    else:
                        write_inlines(paragraph, (part,))
            case Missing(words):
                for line in words.splitlines():
                    run = self.paper.add_paragraph().add_run(printable(line))
                    run.italic, run.font.color.rgb = True, RGBColor.from_string(QUIET)
            case Table():
                self._caption("table" if block.is_listed else "", block.caption, block.source)
                self._table(block)
            case Timeline():
                self._caption("figure", block.caption, block.source)
                self._timeline(block)
            case Figure():
                self._figure(block)
            case Gallery(figures):
                for figure in figures:
                    self._figure(figure, share=0.55)
            case Facts(rows):
                cells = [("".join(words_of(row.label)), "".join(words_of(row.inside))) for row in rows]
                self._xml([0.3, 0.7], [], [Row((Cell(a, "strong"), Cell(b))) for a, b in cells], [])
            case _:
                self._wording(block, level)

    def _wording(self, block: Block, level: int) -> None:
        for one in leveled((block,), level):  # type: ignore[arg-type]
            match one:
                case Heading(depth, inside):
                    write_inlines(self.paper.add_heading(level=min(depth, 4)), inside)
                case Paragraph(inside):
                    write_inlines(self.paper.add_paragraph(), inside)
                case Bullets(items) | Numbered(items):
                    style = "List Bullet" if isinstance(one, Bullets) else "List Number"
                    for item in items:
                        write_inlines(self.paper.add_paragraph(style=style), item.inside)

    def _figure(self, figure: Figure, share: float = 1) -> None:
        self._caption("figure" if figure.is_listed else "", figure.caption, figure.source)
        width = self.line * 635 * figure.width * share  # a twentieth of a point is 635 EMU
        self._picture(next(self.pictures), figure.alt, width=int(width))

    def _picture(self, content: bytes, alt: str, **size: Any) -> None:
        picture = self.paper.add_paragraph().add_run().add_picture(io.BytesIO(content), **size)
        picture._inline.docPr.set("descr", printable(alt))

    # Tables

    def _caption(self, kind: str, words: str, source: str) -> None:
        paragraph = self.paper.add_paragraph(style="Caption")
        if kind:
            called = self.names.table if kind == "table" else self.names.figure
            self.counted[kind] += 1
            paragraph.add_run(f"{called} ")
            self._field(paragraph, f"SEQ {called} \\* ARABIC", str(self.counted[kind]))
            words = f"  {words}"
        paragraph.add_run(printable(words)).bold = not kind
        if source:
            paragraph.add_run().add_break(WD_BREAK.LINE)
            self._small(paragraph, f"{self.names.source}: {source}")
            paragraph.runs[-1].bold = False

    def _table(self, table: Table) -> None:
        whole = sum(column.width for column in table.columns)
        shares = [column.width / whole for column in table.columns]
        numbers = [column.is_number for column in table.columns]
        self._xml(shares, [column.title for column in table.columns], table.rows, numbers)

    def _timeline(self, timeline: Timeline) -> None:
        years, first = timeline.years, timeline.years[0]
        label = 0.34
        shares = [label, *([(1 - label) / len(years)] * len(years))]
        rows = []
        for bar in timeline.bars:
            if isinstance(bar, str):
                rows.append(self._spanned(shares, Cell(bar)))
                continue
            begin = min(max(bar.first, first), years[-1]) - first
            count = min(max(bar.last, first + begin), years[-1]) - first - begin + 1
            cells = [self._cell(Cell(bar.label), shares[0])]
            cells += [self._cell(Cell(""), share) for share in shares[1 : begin + 1]]
            cells.append(self._bar(bar, sum(shares[1 + begin : 1 + begin + count]), count))
            cells += [self._cell(Cell(""), share) for share in shares[1 + begin + count :]]
            rows.append(self._tr(cells))
        self._append(shares, [self._head(shares, [timeline.heading, *map(str, years)]), *rows])

    def _bar(self, bar: Bar, share: float, count: int) -> str:
        fill = TONES.get(bar.tone, f"#{self.accent}").lstrip("#").upper()
        colour = "000000" if bar.tone in ("slipping", "no_data") else "FFFFFF"
        return self._cell(Cell(bar.words), share, span=count, fill=fill, colour=colour)

    def _xml(self, shares: list[float], heads: list[str], rows: Iterable[Row], is_number: list[bool]) -> None:
        lines = [self._head(shares, heads)] if heads else []
        for row in rows:
            if row.kind == "group":
                lines.append(self._spanned(shares, row.cells[0]))
                continue
            is_total = row.kind == "total"
            lines.append(
                self._tr(
                    [
                        self._cell(
                            cell,
                            share,
                            is_right=bool(is_number) and is_number[place],
                            is_bold=is_total,
                            fill="F2F2F2" if is_total else "",
                        )
                        for place, (cell, share) in enumerate(zip(row.cells, shares, strict=True))
                    ]
                )
            )
        self._append(shares, lines)

    def _append(self, shares: list[float], lines: list[str]) -> None:
        grid = "".join(f'<w:gridCol w:w="{round(self.line * share)}"/>' for share in shares)
        border = '<w:{0} w:val="single" w:sz="4" w:space="0" w:color="C8C8C8"/>'
        borders = "".join(border.format(name) for name in ("top", "bottom", "insideH"))
        table = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{self.line}" w:type="dxa"/><w:tblBorders>{borders}'
            f'</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
            f"{''.join(lines)}</w:tbl>"
        )
        self.paper.element.body.insert_element_before(table, "w:sectPr")
        self.paper.add_paragraph().paragraph_format.space_after = Pt(4)

    def _head(self, shares: list[float], titles: list[str]) -> str:
        cells = [
            self._cell(Cell(title), share, is_bold=True, fill=self.accent, colour="FFFFFF")
            for title, share in zip(titles, shares, strict=True)
        ]
        return self._tr(cells, "<w:cantSplit/><w:tblHeader/>")

    def _spanned(self, shares: list[float], cell: Cell) -> str:
        return self._tr([self._cell(cell, 1, span=len(shares), is_bold=True, fill="ECF1EE")])

    @staticmethod
    def _tr(cells: list[str], properties: str = "<w:cantSplit/>") -> str:
        return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    def _cell(
        self,
        cell: Cell,
        share: float,
        *,
        span: int = 1,
        is_right: bool = False,
        is_bold: bool = False,
        fill: str = "",
        colour: str = "",
    ) -> str:
        look = f'<w:sz w:val="{SMALL}"/>'
        if cell.tone == "missing":
            look = f'<w:i/><w:color w:val="{QUIET}"/>' + look
        elif colour:
            look = f'<w:color w:val="{colour}"/>' + look
        if is_bold or cell.tone == "strong":
            look = "<w:b/>" + look
        runs = []
        if cell.tone in TONES:
            mark = TONES[cell.tone].lstrip("#").upper()
            runs.append(
                f'<w:r><w:rPr><w:color w:val="{mark}"/><w:sz w:val="{SMALL}"/></w:rPr><w:t xml:space="preserve">'
                "● </w:t></w:r>"
            )
        for place, line in enumerate(cell.words.splitlines() or [""]):
            broken = "<w:br/>" if place else ""
            runs.append(
                f'<w:r><w:rPr>{look}</w:rPr>{broken}<w:t xml:space="preserve">{escape(printable(line))}</w:t></w:r>'
            )
        if cell.note:
            self.notes.append(cell.note)
            runs.append(
                f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{len(self.notes)}</w:t></w:r>'
            )
        spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
        right = '<w:jc w:val="right"/>' if is_right else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{round(self.line * share)}" w:type="dxa"/>{spans}{shade}</w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:before="30" w:after="30"/>{right}</w:pPr>{"".join(runs)}</w:p></w:tc>'
        )
