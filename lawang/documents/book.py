"""One book, ready to be set as PDF (book_pdf.py) or Word (book_word.py): the same tree for both. Pure data.

Words are words everywhere: nothing in a book is ever read as markup (decision 0805). A line break in words stays one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import override

from lawang.documents.language import Block as Wording
from lawang.documents.language import Inline
from lawang.documents.letter import Crest


@dataclass(frozen=True)
class Footnote:
    """A remark below the page, where it stands in a line."""

    words: str


@dataclass(frozen=True)
class Prose:
    """A paragraph that code writes: words and footnotes."""

    parts: tuple[Inline | Footnote, ...]


@dataclass(frozen=True)
class Missing:
    """Something that should stand here and nobody wrote yet. Never left out."""

    words: str


@dataclass(frozen=True)
class Cell:
    words: str
    tone: str = ""  # "missing", "strong", or a colour of TONES that is drawn as a mark before the words
    note: str = ""  # a footnote


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]  # of a "group" row one, over the whole width
    kind: str = ""  # "", "group", "total"


@dataclass(frozen=True)
class Column:
    title: str
    width: float = 1  # its share of the line
    is_number: bool = False  # set to the right


@dataclass(frozen=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    source: str = ""
    is_listed: bool = True  # numbered, and found in the list of tables


@dataclass(frozen=True)
class Figure:
    """A drawing."""

    caption: str
    svg: str
    alt: str  # all that it tells, for who does not see it
    source: str = ""
    width: float = 1  # share of the line
    is_listed: bool = True  # numbered, and found in the list of figures


@dataclass(frozen=True)
class Bar:
    """One line of a timeline: from the first to the last year, both included."""

    label: str
    first: int
    last: int
    words: str = ""  # written on the bar
    tone: str = ""  # of TONES; "" is the accent


@dataclass(frozen=True)
class Timeline:
    """What is done when: years from left to right. `bars` may hold a str, the heading of a group."""

    caption: str
    years: tuple[int, ...]
    bars: tuple[Bar | str, ...]
    heading: str = ""  # above the labels
    source: str = ""


@dataclass(frozen=True)
class Gallery:
    """Small drawings, two in a line."""

    figures: tuple[Figure, ...]


Block = Wording | Prose | Missing | Table | Figure | Gallery | Timeline


@dataclass(frozen=True)
class Section:
    """A chapter when it stands in a book; below that a section, two levels deep."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()
    is_wide: bool = False  # on pages turned by 90 degrees
    starts_page: bool = False
    is_appendix: bool = False  # of a chapter: lettered, after the numbered ones


TONES = {  # as on the pages (web/charts.py)
    "on_track": "#2f8f57",
    "slipping": "#e0a52b",
    "off_track": "#c93c37",
    "no_data": "#a4adb8",
    "stale": "#9a83c4",
}


@dataclass(frozen=True)
class Names:
    """What a book calls its own parts, in its language."""

    contents: str
    tables: str  # list of them
    figures: str
    table: str  # before a number
    figure: str
    source: str
    chapter: str
    appendix: str
    notes: str
    page: str
    update: str  # tells Word's reader how the contents are brought up to date


def names(language: str) -> Names:
    with override(language):
        return Names(
            contents=_("Daftar isi"),
            tables=_("Daftar tabel"),
            figures=_("Daftar gambar"),
            table=_("Tabel"),
            figure=_("Gambar"),
            source=_("Sumber"),
            chapter=_("Bab"),
            appendix=_("Lampiran"),
            notes=_("Catatan"),
            page=_("Halaman"),
            update=_("Klik kanan di sini, lalu pilih “Perbarui bidang”."),
        )


@dataclass(frozen=True)
class Book:
    """Everything that is printed, in one language."""

    language: str
    title: str
    subtitle: str
    series: str  # above the title: "Buku 1"
    owner: str  # "Kabupaten Empat Lawang"
    author: str  # for the properties of the file
    period: str = ""  # "2024–2033"
    facts: tuple[tuple[str, str], ...] = ()  # on the cover: label, value
    crest: Crest | None = None
    accent: str = "#0a4da6"
    watermark: str = ""
    notice: str = ""  # what the watermark says, in words; on the cover and below every page
    credit: str = ""  # a line at the foot of the cover
    flows: bool = False  # a short book: chapters follow each other, none begins a page
    chapters: tuple[Section, ...] = field(default_factory=tuple)

    def blocks(self) -> Iterator[Block]:
        """Yield every block, in order."""
        yield from _blocks(one for _number, one in ordered(self.chapters))

    def figures(self) -> Iterator[Figure]:
        """Yield every drawing, in order."""
        for block in self.blocks():
            if isinstance(block, Figure):
                yield block
            elif isinstance(block, Gallery):
                yield from block.figures

    @property
    def has_tables(self) -> bool:
        return any(isinstance(block, Table) and block.is_listed for block in self.blocks())

    @property
    def has_figures(self) -> bool:
        return any(isinstance(block, Timeline) for block in self.blocks()) or any(
            figure.is_listed for figure in self.figures()
        )


def _blocks(sections: Iterable[Section]) -> Iterator[Block]:
    """Yield the blocks of sections that stand in the order in which they are printed."""
    for section in sections:
        yield from section.blocks
        yield from _blocks(section.sections)


def ordered(chapters: Iterable[Section]) -> list[tuple[str, Section]]:
    """Return the chapters with their number or letter, appendices last."""
    rows = list(chapters)
    body = [one for one in rows if not one.is_appendix]
    after = [one for one in rows if one.is_appendix]
    lettered = [(_letter(number), one) for number, one in enumerate(after)]
    return [*((str(number), one) for number, one in enumerate(body, 1)), *lettered]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"{_letter(number // 26 - 1)}{_letter(number % 26)}"
