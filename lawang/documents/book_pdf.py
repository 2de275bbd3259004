"""A book as PDF: Typst sets it (book.typ), as PDF/A-3a and PDF/UA-1 at once. Words travel as JSON, as a letter's do."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

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
    Prose,
    Row,
    Section,
    Table,
    Timeline,
    names,
    ordered,
)
from lawang.documents.language import Facts
from lawang.documents.typeset import blocks_as_json, crest_as_json, inline_as_json, printable

SOURCE = Path(__file__).with_name("book.typ")
LETTERS = 85.0  # in a line of a table from side to side, narrowly counted
MOST_WHOLE = 18  # lines of a table that is not broken
MOST_BARS = 16  # of a timeline that is not broken
LONG_FACTS = 1800  # letters; facts with less stay on one page
LONG_CELL = 700  # letters; a row with less is never broken over two pages


def words_of(inlines: Iterable[Any]) -> Iterator[str]:
    """Yield the words of a run of text, without its marks."""
    for inline in inlines:
        if hasattr(inline, "words"):
            yield inline.words
        elif hasattr(inline, "inside"):
            yield from words_of(inline.inside)
        else:
            yield "\n"


def _lines(words: str) -> list[str]:
    return [printable(line) for line in words.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _cell(cell: Cell) -> dict[str, Any]:
    return {"lines": _lines(cell.words), "tone": cell.tone, "note": printable(cell.note)}


def _stays_whole(table: Table) -> bool:
    """Tell whether a table is so short that it goes to the next page rather than be broken."""
    whole = sum(column.width for column in table.columns)
    letters = [max(1.0, LETTERS * column.width / whole) for column in table.columns]
    lines = 0
    for row in table.rows:
        widths = [LETTERS] if row.kind == "group" else letters
        lines += max(
            sum(math.ceil(max(1, len(line)) / width) for line in cell.words.split("\n"))
            for cell, width in zip(row.cells, widths, strict=True)
        )
    return lines <= MOST_WHOLE


def _row(row: Row) -> dict[str, Any]:
    is_short = all(len(cell.words) < LONG_CELL for cell in row.cells)
    return {"kind": row.kind, "short": is_short, "cells": [_cell(cell) for cell in row.cells]}


def _bar(bar: Bar | str) -> dict[str, Any]:
    if isinstance(bar, str):
        return {"kind": "group", "label": printable(bar)}
    return {
        "kind": "bar",
        "label": printable(bar.label),
        "first": bar.first,
        "last": bar.last,
        "words": printable(bar.words),
        "tone": bar.tone,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "kind": "figure",
        "caption": printable(figure.caption),
        "svg": figure.svg,
        "alt": printable(figure.alt),
        "source": printable(figure.source),
        "width": figure.width,
        "listed": figure.is_listed,
    }


def _part(part: object) -> dict[str, Any]:
    if isinstance(part, Footnote):
        return {"kind": "note", "words": printable(part.words)}
    return inline_as_json(part)


def _block(block: Block, below: int) -> list[dict[str, Any]]:
    match block:
        case Prose(parts):
            return [{"kind": "paragraph", "inside": [_part(part) for part in parts]}]
        case Missing(words):
            return [{"kind": "missing", "lines": _lines(words)}]
        case Table():
            columns = [
                {"title": printable(one.title), "width": one.width, "number": one.is_number}
                for one in block.columns
            ]
            return [
                {
                    "kind": "table",
                    "caption": printable(block.caption),
                    "columns": columns,
                    "rows": [_row(row) for row in block.rows],
                    "source": printable(block.source),
                    "listed": block.is_listed,
                    "whole": _stays_whole(block),
                }
            ]
        case Figure():
            return [_figure(block)]
        case Gallery(figures):
            return [{"kind": "gallery", "figures": [_figure(one) for one in figures]}]
        case Timeline():
            return [
                {
                    "kind": "timeline",
                    "caption": printable(block.caption),
                    "heading": printable(block.heading),
                    "years": list(block.years),
                    "bars": [_bar(bar) for bar in block.bars],
                    "whole": len(block.bars) <= MOST_BARS
                    and all(len(bar if isinstance(bar, str) else bar.label) <= 100 for bar in block.bars),
                    "source": printable(block.source),
                }
            ]
        case Facts(rows):
            said = sum(len(words) for row in rows for words in words_of(row.inside))
            return [{**one, "short": said < LONG_FACTS} for one in blocks_as_json((block,), below)]
    return blocks_as_json((block,), below)


def _section(section: Section, level: int) -> dict[str, Any]:
    return {
        "title": printable(section.title) or "-",
        "level": level,
        "wide": section.is_wide,
        "fresh": section.starts_page,
        "blocks": [one for block in section.blocks for one in _block(block, level)],
        "sections": [_section(one, level + 1) for one in section.sections],
    }


def as_json(book: Book) -> str:
    """Return what book.typ reads."""
    called = names(book.language)
    return json.dumps(
        {
            "language": book.language,
            "title": printable(book.title) or "-",
            "subtitle": printable(book.subtitle),
            "series": printable(book.series),
            "owner": printable(book.owner),
            "author": printable(book.author),
            "period": printable(book.period),
            "facts": [[printable(label), printable(value)] for label, value in book.facts],
            "crest": crest_as_json(book.crest),
            "alt": printable(book.crest.alt) if book.crest else "",
            "accent": book.accent,
            "tones": TONES,
            "watermark": printable(book.watermark),
            "notice": printable(book.notice),
            "credit": printable(book.credit),
            "flows": book.flows,
            "names": {name: getattr(called, name) for name in called.__dataclass_fields__},
            "hastables": book.has_tables,
            "hasfigures": book.has_figures,
            "chapters": [
                _section(section, 1) | {"number": number, "appendix": section.is_appendix}
                for number, section in ordered(book.chapters)
            ],
        }
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _compile(source: str | bytes, given: dict[str, str], **options: Any) -> Any:
    """Compile with a compiler of its own: books are large, and what a compiler was given last it keeps."""
    compiler = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True, root=str(SOURCE.parent))
    return compiler.compile(input=source, sys_inputs=given, **options)


def pdf(book: Book, *, at: datetime) -> bytes:
    """Return the book as PDF, made at that moment."""
    content = _compile(
        str(SOURCE),
        {"book": as_json(book)},
        format="pdf",
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    assert isinstance(content, bytes)
    return content


_DRAWINGS = b"""#set page(width: auto, height: auto, margin: 0pt)
#for svg in json(bytes(sys.inputs.svgs)) { page(image(bytes(svg), format: "svg", width: 16cm)) }"""


def drawn(svgs: Sequence[str], *, ppi: int = 140) -> list[bytes]:
    """Return SVGs as PNG, 16 cm wide, on white; for Word, which shows no SVG everywhere."""
    if not svgs:
        return []
    content = _compile(_DRAWINGS, {"svgs": json.dumps(list(svgs))}, format="png", ppi=ppi)
    return content if isinstance(content, list) else [content]
