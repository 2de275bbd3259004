"""A letter as PDF: Typst sets it (letter.typ), as PDF/A-3a and PDF/UA-1 at once.

The one place where words of people meet Typst. They travel as JSON and arrive as strings, never as markup; what is left
to do here is to keep out what has no glyph in the fonts of the wheel (a PDF/A must not contain it) and what controls
instead of being read.
"""

import json
import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

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
    Tree,
    Words,
)
from lawang.documents.letter import Crest, Letter, Signer, leveled

SOURCE = Path(__file__).with_name("letter.typ")
TOFU = "\u25a1"  # in place of a letter that the fonts do not have

# Names are written in Latin characters (Permendagri 73/2022, Pasal 5 (1) a). Beside them: punctuation, currency,
# arrows, mathematical signs and simple shapes; the fonts of the wheel have every one, which a test checks.
_PRINTED = re.compile(
    "[^ -~\u00a0-\u00ac\u00ae-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2027\u202f-\u203f\u2070\u2074-\u208e"
    "\u20a0-\u20bf\u2190-\u22ff\u2500-\u25ff]"
)
_LONG = re.compile(r"\S{24}(?=\S)")  # without a space: may go on in the next line
_SILENT = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)  # joiners, directions


def printable(words: str) -> str:
    """Return the words with what can be printed: composed, no control or direction characters, a box for the rest.

    Words longer than any name get places to break, so that they stay on the paper.
    """
    words = unicodedata.normalize("NFC", words)
    words = _SILENT.sub("", words)
    words = re.sub(r"[\t\n\r\f\v\x1c-\x1f\x85\u2000-\u200a\u2028\u2029\u205f\u3000]+", " ", words)
    words = _PRINTED.sub(lambda found: "" if unicodedata.category(found[0]) == "Cc" else TOFU, words)
    return _LONG.sub("\\g<0>\u200b", words)


# The tree as JSON


def _inlines(parts: Inlines) -> list[dict[str, Any]]:
    return [inline_as_json(part) for part in parts]


def inline_as_json(part: object) -> dict[str, Any]:
    match part:
        case Words(words):
            return {"kind": "words", "words": printable(words)}
        case Break():
            return {"kind": "break"}
        case Strong(inside):
            return {"kind": "strong", "inside": _inlines(inside)}
        case Emphasis(inside):
            return {"kind": "emphasis", "inside": _inlines(inside)}
    raise TypeError(f"{part!r} should have been filled in")


def _item(item: Item) -> dict[str, Any]:
    return {"label": _inlines(item.label), "inside": _inlines(item.inside)}


def blocks_as_json(tree: Tree, below: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for block in leveled(tree, below):
        match block:
            case Heading(level, inside):
                found.append({"kind": "heading", "level": level, "inside": _inlines(inside)})
            case Paragraph(inside):
                found.append({"kind": "paragraph", "inside": _inlines(inside)})
            case Bullets(items):
                found.append({"kind": "bullets", "items": [_item(item) for item in items]})
            case Numbered(items):
                found.append({"kind": "numbered", "items": [_item(item) for item in items]})
            case Facts(rows):
                found.append({"kind": "facts", "rows": [_item(row) for row in rows]})
    return found


def _row(label: str, value: str) -> dict[str, Any]:
    return {"label": _inlines((Words(label),)), "inside": _inlines((Words(value),))}


def crest_as_json(crest: Crest | None) -> dict[str, Any] | None:
    if crest is None:
        return None
    if crest.format == "svg":
        return {"format": "svg", "svg": crest.content.decode()}
    return {"format": crest.format, "bytes": list(crest.content)}


def _signer(letter: Letter, signer: Signer) -> dict[str, Any]:
    dated = letter.layout != "letter" and signer == letter.signers[-1]
    return {
        "order": signer.order,
        "above": printable(letter.dated) if dated else "",
        "position": printable(signer.position),
        "name": printable(signer.name),
        "rank": printable(signer.rank),
        "note": printable(signer.note),
    }


def as_json(letter: Letter) -> str:
    """Return what letter.typ reads."""
    below = 0 if letter.layout == "letter" else 1
    head, check = letter.head, letter.check
    return json.dumps(
        {
            "language": letter.language,
            "layout": letter.layout,
            "title": printable(letter.title) or "-",
            "author": printable(letter.author),
            "number": printable(letter.number),
            "dated": printable(letter.dated),
            "reference": [_row(label, value) for label, value in letter.reference],
            "head": {
                "lines": [printable(line) for line in head.lines],
                "address": printable(head.address),
                "contact": printable(head.contact),
                "crest": crest_as_json(head.crest),
                "alt": printable(head.crest.alt) if head.crest else "",
            },
            "body": blocks_as_json(letter.body, below),
            "signatures": [_signer(letter, signer) for signer in letter.signers],
            "check": {
                "qr": qr.svg(check.url),
                "alt": printable(check.alt),
                "lines": [printable(line) for line in check.lines],
                "code": printable(check.code),
                "after": printable(check.after),
                "notice": printable(check.notice),
            },
            "watermark": printable(letter.watermark),
            "foot": printable(letter.foot),
            "page": printable(letter.page),
        }
    )


# Typst

_busy = Lock()  # a compiler keeps what it was given last, so one letter at a time


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True, root=str(SOURCE.parent))


def png(letter: Letter, *, ppi: int = 80) -> list[bytes]:
    """Return each page as a picture, for previews."""
    given = {"letter": as_json(letter)}
    with _busy:
        pages = _compiler().compile(input=str(SOURCE), format="png", ppi=ppi, sys_inputs=given)
    return pages if isinstance(pages, list) else [pages] if pages else []


def pdf(letter: Letter, *, at: datetime) -> bytes:
    """Return the letter as PDF, made at that moment."""
    given = {"letter": as_json(letter)}
    with _busy:
        content = _compiler().compile(
            input=str(SOURCE),
            format="pdf",
            sys_inputs=given,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(at.timestamp()),
        )
    assert isinstance(content, bytes)
    return content
