"""The builders that a book's chapters name, and the words that several of them need.

A builder reads the material and returns what stands below a chapter's or section's heading. It never leaves out what
is missing: it says so.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.documents.book import Block, Cell, Figure, Missing, Prose, Row, Section
from lawang.documents.language import Words
from lawang.lib.numbers import as_is, rupiah
from lawang.lib.text import Text, say
from lawang.measures.models import Series
from lawang.plans.books.material import Material
from lawang.plans.models import FrameworkNode, Programme
from lawang.plans.sentences import percent_of
from lawang.web.charts import PAINT
from lawang.web.status import status_word


@dataclass(frozen=True)
class Part:
    """What a builder makes: blocks, then sections below them."""

    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


Builder = Callable[[Material], Part]
BUILDERS: dict[str, Builder] = {}


def builder(function: Builder) -> Builder:
    """Let chapters name a function."""
    BUILDERS[function.__name__] = function
    return function


# Words


def prose(words: str) -> Prose:
    return Prose((Words(words),))


def cell(words: str | None, missing: str = "") -> Cell:
    """Return a cell; where there are no words it says in a few that they are missing."""
    return Cell(str(words)) if words else Cell(missing or _("belum diisi"), "missing")


def told(value: Text | None, missing: str = "") -> Cell:
    return cell(say(value), missing)


def row(*cells: Cell | str | Promise) -> Row:
    """Return a row; labels that are translated late are spoken now, in the language of the book."""
    return Row(tuple(one if isinstance(one, Cell) else Cell(str(one)) for one in cells))


def group(words: str) -> Row:
    return Row((Cell(str(words)),), "group")


def total(*cells: str) -> Row:
    return Row(tuple(Cell(one) for one in cells), "total")


def status(colour: str) -> Cell:
    return Cell(status_word(colour), colour)


def short(node: FrameworkNode) -> str:
    return say(node.short or node.title)


def title_of(node: FrameworkNode | None) -> str:
    return say(node.title) if node else _("Belum ditempatkan dalam kerangka")


def years_of(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def offices(programme: Programme) -> Cell:
    """Return the lead, and on a line of their own those who help."""
    lead = programme.lead.short_name if programme.lead else ""
    helping = ", ".join(sorted(one.short_name for one in programme.supporting.all()))
    if not lead:
        return Cell(_("penanggung jawab belum ditentukan"), "missing")
    together = _("bersama %(names)s") % {"names": helping}
    return Cell(f"{lead}\n{together}" if helping else lead)


def unit_of(series: Series) -> str:
    return say(series.unit)


def amount(series: Series, value: Decimal | None) -> str:
    return "" if value is None else as_is(value, series.decimals)


def with_unit(series: Series, value: Decimal | None) -> str:
    if value is None:
        return ""
    words, unit = as_is(value, series.decimals), unit_of(series)
    return percent_of(words) if unit in ("%", "persen", "percent") else f"{words}\u00a0{unit}"


def money(value: int) -> Cell:
    return Cell(rupiah(value)) if value else Cell("–", "missing")


def count_programmes(count: int) -> str:
    return ngettext("%(count)s program", "%(count)s program", count) % {"count": count}


def nothing(words: str) -> Part:
    return Part((Missing(words),))


def joined(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


# Drawings

_DRAWN = {name: re.compile(rf'<svg[^>]*class="{name}".*?</svg>', re.DOTALL) for name in ("broad", "slim")}
_SAID = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
_LINK = re.compile(r"</?a\b[^>]*>")
USUAL_ACCENT = re.search(r"#[0-9a-f]{6}", PAINT["f-now"])[0]  # type: ignore[index]


def drawing(chart: str, caption: str, *, accent: str, source: str = "", size: str = "broad") -> Figure:
    """Return a drawing of a chart of the pages, in the regency's colour; what it says aloud is its text.

    `size` is "broad" or, for a gallery, "slim".
    """
    svg = _DRAWN[size].search(chart)
    assert svg is not None
    said = _SAID.search(svg[0])
    words = strip_tags(said[1]) if said else caption
    clean = _LINK.sub("", svg[0]).replace(USUAL_ACCENT, accent)
    return Figure(caption, clean, f"{caption}. {words}", source)


def dimension_sections(
    material: Material,
    make: Callable[[FrameworkNode | None, list[Programme]], Sequence[Block]],
) -> tuple[Section, ...]:
    """Return one section per dimension, also for those without a programme."""
    return tuple(
        Section(title_of(top), tuple(make(top, programmes))) for top, programmes in material.by_dimension
    )
