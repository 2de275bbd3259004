"""A book of one revision: the pack's chapters, the plan's own words and what the builders read, together."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from lawang.documents.book import Block, Book, Section
from lawang.documents.book_pdf import as_json
from lawang.documents.language import fill, parse
from lawang.documents.letter import Crest
from lawang.lib.dates import short_date
from lawang.lib.numbers import number, rupiah_short
from lawang.lib.text import Text, say
from lawang.packs.theme import current_crest, current_theme
from lawang.people.node import node
from lawang.plans.books import appendices
from lawang.plans.books.builders import BUILDERS, USUAL_ACCENT
from lawang.plans.books.definitions import Definition, Piece
from lawang.plans.books.material import Material, gather
from lawang.plans.linter import examine
from lawang.plans.linter_subject import read as read_subject
from lawang.plans.models import BookText, Edition, Plan, Revision

DRAFT, COMING = "DRAF", "BELUM BERLAKU"  # the watermarks, official in Indonesian

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Wanted:
    """Which book of what is to be made."""

    definition: Definition
    revision: Revision
    language: str = "id"
    has_review: bool = False
    since: Edition | None = None  # the edition whose differences are told


def own_words(plan: Plan, book: str) -> dict[str, tuple[Text, Text | None]]:
    """Return the plan's own title and text by the place of the chapter. One query."""
    rows = BookText.objects.filter(plan=plan, book=book, is_current=True)
    return {row.way: (row.title, row.words) for row in rows}


def compose(wanted: Wanted, *, today: date, progress: Progress = silent) -> tuple[Book, Material]:
    """Return the book with what it was made of. `today` is the day it is made."""
    with override(wanted.language):
        progress("reading", 0, 1)
        material = gather(wanted.revision, today=today)
        theme = current_theme()
        material.accent = str(theme.get("accent") or USUAL_ACCENT)
        definition = wanted.definition.with_words(own_words(material.plan, wanted.definition.code))
        values = values_of(material)
        chapters = []
        for place, chapter in enumerate(definition.chapters):
            progress("chapters", place, len(definition.chapters))
            chapters.append(_section(chapter, material, values))
        if wanted.since is not None:
            chapters.append(appendices.changes(wanted.since, material.revision))
        if wanted.has_review:
            report = examine(read_subject(material.revision, today=today))
            chapters.append(appendices.review(report))
        return _book(wanted, definition, material, tuple(chapters), values, theme), material


def digest_of(book: Book) -> str:
    """Return a hash of all that the book says, but not of the day it was made."""
    facts = tuple(fact for fact in book.facts if fact[0] not in _dated(book.language))
    return hashlib.sha256(as_json(Book(**{**vars(book), "facts": facts})).encode()).hexdigest()


def _dated(language: str) -> tuple[str, ...]:
    with override(language):
        return (_("Dibuat"),)


def _section(piece: Piece, material: Material, values: Mapping[str, str]) -> Section:
    blocks: list[Block] = list(fill(parse(say(piece.text)), values)) if piece.text else []
    below: list[Section] = []
    if piece.builder:
        part = BUILDERS[piece.builder](material)
        blocks += part.blocks
        below += part.sections
    below += [_section(one, material, values) for one in piece.pieces]
    if not blocks and not below:
        blocks.append(appendices.unwritten())
    return Section(
        title=say(piece.title),
        blocks=tuple(blocks),
        sections=tuple(below),
        is_wide=piece.is_wide,
        is_appendix=piece.is_appendix,
    )


def values_of(material: Material) -> dict[str, str]:
    """Return what the words of chapters may use (definitions.NAMES), in the active language; "" for what is missing."""
    plan, revision = material.plan, material.revision
    legal = " ".join(filter(None, (revision.legal_kind, _("Nomor"), revision.legal_number)))
    budget = sum(material.budget(one) for one in material.programmes)
    leads = {one.lead_id for one in material.programmes if one.lead_id}
    indicators = sum(len(rows) for rows in material.indicators.values())
    activities = sum(len(one.activities.all()) for one in material.programmes)
    is_in_force = not material.is_draft and revision.in_force_from is not None
    return {
        "regency": say(node().name),
        "plan": say(plan.title),
        "year_from": str(plan.year_from),
        "year_to": str(plan.year_to),
        "years": str(len(material.years)),
        "legal_basis": legal if revision.legal_number else "",
        "revision": str(revision.number),
        "in_force_from": short_date(revision.in_force_from) if is_in_force and revision.in_force_from else "",
        "draft": _("draf") if material.is_draft else "",
        "framework": say(plan.framework.title),
        "vision": say(revision.vision),
        "dimensions": number(len(material.tree.tops)),
        "programmes": number(len(material.programmes)),
        "indicators": number(indicators),
        "activities": number(activities),
        "quick_wins": number(len(material.wins)) if material.wins else "",
        "agencies": number(len(leads)),
        "budget": rupiah_short(budget) if budget else "",
        "figures_as_of": short_date(material.figures_as_of) if material.figures_as_of else "",
        "today": short_date(material.today),
    }


def _book(
    wanted: Wanted,
    definition: Definition,
    material: Material,
    chapters: tuple[Section, ...],
    values: Mapping[str, str],
    theme: Mapping[str, object],
) -> Book:
    here, plan, revision = node(), material.plan, material.revision
    day, watermark, notices = values["in_force_from"], "", []
    state = _("draf revisi %(number)s") % {"number": revision.number}
    if day:
        state = _("revisi %(number)s, berlaku sejak %(day)s") % {"number": revision.number, "day": day}
    if not day:
        watermark = DRAFT
        notices.append(_("Draf: belum berlaku."))
    elif revision.in_force_from and revision.in_force_from > material.today:
        watermark = COMING
        notices.append(_("Belum berlaku: mulai berlaku %(day)s.") % {"day": day})
    facts = [
        (_("Rencana"), say(plan.title)),
        (_("Dasar hukum"), values["legal_basis"] or _("belum ada")),
        (_("Revisi"), state),
        (_("Angka sampai"), values["figures_as_of"] or _("belum ada angka yang disetujui")),
        (_("Dibuat"), short_date(material.today)),
    ]
    if here.is_demo or plan.is_demo:
        notices.append(_("Contoh untuk peragaan, bukan dokumen resmi."))
    return Book(
        language=wanted.language,
        title=say(definition.title),
        subtitle=say(definition.summary),
        series=say(definition.series),
        owner=say(here.name),
        author=say(here.name),
        period=f"{plan.year_from}–{plan.year_to}",
        facts=tuple(facts),
        crest=_crest(),
        accent=material.accent,
        watermark=watermark,
        notice=" ".join(notices),
        credit=say(theme.get("crest_note")),  # type: ignore[arg-type]
        chapters=chapters,
        flows=definition.flows,
    )


def _crest() -> Crest | None:
    picture = current_crest()
    if picture is None:
        return None
    form = "svg" if picture.kind == "image/svg+xml" else "png"
    return Crest(form, picture.content, _("Lambang %(regency)s") % {"regency": say(node().name)})
