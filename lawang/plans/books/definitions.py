"""What stands in which book: chapters and their words as data of packs, and the names that words may use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.documents.language import faults
from lawang.lib.text import Text
from lawang.packs.models import InstalledPack
from lawang.packs.reference import APPENDICES
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Fault, Field, Flag, Group, Line, ListOf, OneOf
from lawang.plans.books import analysis, masterplan, quick_wins
from lawang.plans.books.builders import BUILDERS

KNOWN = (analysis, masterplan, quick_wins)  # importing them fills BUILDERS
LONGEST = 6000  # letters of one text

NAMES: dict[str, Promise] = {  # what the words of a chapter may use
    "regency": gettext_lazy("nama kabupaten"),
    "plan": gettext_lazy("judul rencana"),
    "year_from": gettext_lazy("tahun pertama rencana"),
    "year_to": gettext_lazy("tahun terakhir rencana"),
    "years": gettext_lazy("lamanya rencana dalam tahun"),
    "legal_basis": gettext_lazy("dasar hukum; kosong selama belum ada"),
    "revision": gettext_lazy("nomor revisi"),
    "in_force_from": gettext_lazy("sejak kapan revisi ini berlaku; kosong untuk draf"),
    "draft": gettext_lazy("terisi bila buku dibuat dari draf"),
    "framework": gettext_lazy("nama kerangka"),
    "vision": gettext_lazy("visi"),
    "dimensions": gettext_lazy("banyaknya dimensi"),
    "programmes": gettext_lazy("banyaknya program"),
    "indicators": gettext_lazy("banyaknya indikator"),
    "activities": gettext_lazy("banyaknya kegiatan"),
    "quick_wins": gettext_lazy("banyaknya program percepatan; kosong selama belum ada"),
    "agencies": gettext_lazy("banyaknya instansi penanggung jawab"),
    "budget": gettext_lazy("seluruh anggaran yang tercatat; kosong selama belum ada"),
    "figures_as_of": gettext_lazy("akhir periode angka terakhir; kosong selama belum ada"),
    "today": gettext_lazy("tanggal buku dibuat"),
}


def words_are_right(section: dict[str, Any]) -> Iterator[Fault]:
    """A text uses only names that books know, and is written as letters are."""
    for language, words in (section.get("text") or {}).items():
        for fault in faults(words, NAMES, ()):
            yield Fault(("text", language), str(fault), fault.allowed)


_SECTION_FIELDS = (
    Field("title", Bilingual(200), "As it stands in the contents."),
    Field(
        "text",
        Bilingual(LONGEST),
        "Markdown with `{{name}}` and `[[name: sentence]]`, as in letters. Each plan may change it.",
        required=False,
    ),
    Field("builder", OneOf(tuple(sorted(BUILDERS))), "What our code puts below the text.", required=False),
    Field("wide", Flag(), "On pages turned by 90 degrees.", required=False, default=False),
)

SECTION = Group(
    "book section",
    (Field("code", Code("section", under="chapter"), "Short word, unique in its chapter."), *_SECTION_FIELDS),
    "A part of a chapter.",
    rules=(words_are_right,),
)

CHAPTER = Group(
    "chapter",
    (
        Field("code", Code("chapter", under="book"), "Short word, unique in its book."),
        *_SECTION_FIELDS,
        Field("appendix", Flag(), "Lettered, after the numbered chapters.", required=False, default=False),
        Field("sections", ListOf(SECTION), "Below what the chapter itself says.", required=False, default=[]),
    ),
    "A chapter. Its number comes from its place.",
    rules=(words_are_right,),
)

BOOK = Group(
    "book",
    (
        Field("code", Code("book"), "Stands in addresses and file names: `buku-1`."),
        Field("order", Line(4), "Place in the list of books; also a name for the command line."),
        Field("series", Bilingual(40), "Above the title: `Buku 1`.", required=False),
        Field("title", Bilingual(120), "The title."),
        Field("summary", Bilingual(), "One sentence on what is in it."),
        Field(
            "flows",
            Flag(),
            "A short book: no chapter begins a page of its own.",
            required=False,
            default=False,
        ),
        Field("chapters", ListOf(CHAPTER, least=1), "In order."),
    ),
    "A book made of the plan. A later pack replaces the book of an earlier one that has the same code.",
)


@dataclass(frozen=True)
class Piece:
    """A chapter or section as it is defined, perhaps with a plan's own words."""

    way: str  # "arah" or "arah/visi": names it for the plan's own words
    title: Text
    text: Text | None = None
    builder: str = ""
    is_wide: bool = False
    is_appendix: bool = False
    pieces: tuple["Piece", ...] = ()
    is_own: bool = False  # its words are the plan's

    def walk(self) -> Iterator["Piece"]:
        yield self
        for piece in self.pieces:
            yield from piece.walk()


@dataclass(frozen=True)
class Definition:
    code: str
    order: str
    series: Text | None
    title: Text
    summary: Text
    chapters: tuple[Piece, ...]
    flows: bool = False

    def pieces(self) -> Iterator[Piece]:
        for chapter in self.chapters:
            yield from chapter.walk()

    def find(self, way: str) -> Piece | None:
        return next((piece for piece in self.pieces() if piece.way == way), None)

    def with_words(self, own: dict[str, tuple[Text, Text | None]]) -> "Definition":
        """Return the book with a plan's own titles and texts in the places that they name."""

        def dressed(piece: Piece) -> Piece:
            pieces = tuple(dressed(one) for one in piece.pieces)
            if piece.way not in own:
                return replace(piece, pieces=pieces)
            title, words = own[piece.way]
            return replace(piece, title=title, text=words, pieces=pieces, is_own=True)

        return replace(self, chapters=tuple(dressed(chapter) for chapter in self.chapters))


def _piece(given: dict[str, Any], above: str = "") -> Piece:
    way = f"{above}/{given['code']}" if above else given["code"]
    return Piece(
        way=way,
        title=given["title"],
        text=given.get("text"),
        builder=given.get("builder", ""),
        is_wide=given.get("wide", False),
        is_appendix=given.get("appendix", False),
        pieces=tuple(_piece(one, way) for one in given.get("sections", [])),
    )


def books() -> list[Definition]:
    """Return the books of the installed packs, in order. One query."""
    rows = (
        InstalledPack.objects.filter(is_current=True, definitions__has_key="books")
        .order_by("installed_at", "pk")
        .values_list("definitions__books", flat=True)
    )
    found = {one["code"]: one for items in rows for one in items}
    return sorted((_book(one) for one in found.values()), key=lambda one: (one.order, one.code))


def book(code: str) -> Definition | None:
    """Return a book by its code, or by its place ("2"); None for an unknown one."""
    return next((one for one in books() if code in (one.code, one.order)), None)


def _book(given: dict[str, Any]) -> Definition:
    return Definition(
        code=given["code"],
        order=given["order"],
        series=given.get("series"),
        title=given["title"],
        summary=given["summary"],
        chapters=tuple(_piece(one) for one in given["chapters"]),
        flows=given.get("flows", False),
    )


def install(_books: list[dict[str, Any]], _pack: PackVersion) -> None:
    """Keep nothing more: books are read from the installed version."""


def reference() -> str:
    """Return the Markdown of what the chapters of books may name."""
    lines = ["## Builders of books\n", "What a chapter or section may name as its `builder`.\n"]
    lines += ["| name | what it puts there |", "|---|---|"]
    lines += [
        f"| `{name}` | {(one.__doc__ or '').strip().partition(chr(10))[0]} |"
        for name, one in sorted(BUILDERS.items())
    ]
    lines += ["\nNames that texts of books may use: " + ", ".join(f"`{name}`" for name in NAMES) + ".", ""]
    return "\n".join(lines)


def register() -> None:
    """Make books/*.yaml a part of packs."""
    register_kind(
        "books",
        schema=ListOf(BOOK),
        install=install,
        meaning="The books made of a plan, one file each in the folder books/.",
        title=gettext_lazy("Buku"),
        in_folder=True,
    )
    if reference not in APPENDICES:
        APPENDICES.append(reference)


def unknown(names: Iterable[str]) -> str:
    """Return the sentence for a book that nobody knows."""
    return _("Buku ini tidak ada. Yang ada: %(names)s.") % {"names": ", ".join(names)}
