"""What people do with books: give chapters their own words, make an edition, publish it, take it back.

Making runs in the worker and says how far it is; safe to run again after a power cut.
"""

import io
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.reader import PdfFileReader

from lawang.documents import book_pdf, book_word
from lawang.documents.language import faults
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say, text
from lawang.people.models import User
from lawang.people.node import day_of
from lawang.people.permissions import demand, may
from lawang.plans import exporting
from lawang.plans.books import definitions
from lawang.plans.books.composing import Wanted, compose, digest_of
from lawang.plans.books.definitions import NAMES, Definition, Piece
from lawang.plans.models import BookText, Edition, Plan, Revision
from lawang.record.actions import keep_file, record
from lawang.record.models import File, Privacy

READING, CHAPTERS, PDF, WORD, EXCEL = "reading", "chapters", "pdf", "word", "excel"  # steps of the making
AFTER = 3  # steps after the chapters
STUCK = timedelta(minutes=5)  # what takes longer is offered again


# Words of chapters


def current_text(plan: Plan, book: str, way: str) -> BookText | None:
    return BookText.objects.filter(plan=plan, book=book, way=way, is_current=True).first()


def _newest(plan: Plan, book: str, way: str) -> int:
    """Lock the plan, so that nobody else counts, and return the newest version."""
    Plan.objects.select_for_update().get(pk=plan.pk)
    found = BookText.objects.filter(plan=plan, book=book, way=way).order_by("-version").first()
    return found.version if found else 0


def _piece(book: Definition, way: str) -> Piece:
    piece = book.find(way)
    if piece is None:
        raise Refused(_("Bab ini tidak ada dalam buku."))
    return piece


@transaction.atomic
def change_text(
    plan: Plan,
    book: Definition,
    way: str,
    *,
    title: Text,
    words: Text | None,
    seen: int,
    by: User,
    at: datetime,
) -> BookText:
    """Give a chapter or section the plan's own title and words; earlier versions stay.

    `seen` is the newest version that the person saw, 0 for none. Raise Refused when the words have a fault, or somebody
    else saved a version meanwhile.
    """
    demand(by, "plans.edit", plan)
    _piece(book, way)
    if not say(title, "id").strip():
        raise Refused(_("Judul bab belum diisi."))
    for language, given in (words or {}).items():
        for fault in faults(str(given), NAMES, ()) if str(given).strip() else ():
            raise Refused(f"{language}: {fault}")
    newest = _newest(plan, book.code, way)
    if newest != seen:
        raise Refused(
            _("Orang lain menyimpan bab ini sewaktu Anda menulis. Buka lagi bab ini untuk melihatnya.")
        )
    now = current_text(plan, book.code, way)
    if now is not None and (now.title, now.words) == (title, words):
        return now
    before = {"title": now.title, "words": now.words} if now else None
    if now is not None:
        now.is_current = False
        now.save(update_fields=["is_current"])
    made = BookText.objects.create(
        plan=plan, book=book.code, way=way, version=newest + 1, title=title, words=words, by=by, at=at
    )
    after = {"title": title, "words": words, "version": made.version}
    record(plan, "book_text_changed", by=by, at=at, before=before, after=after, note=f"{book.code}/{way}")
    return made


@transaction.atomic
def restore_text(plan: Plan, book: Definition, way: str, *, by: User, at: datetime) -> None:
    """Use the pack's words again; the plan's own stay as earlier versions."""
    demand(by, "plans.edit", plan)
    _piece(book, way)
    _newest(plan, book.code, way)
    now = current_text(plan, book.code, way)
    if now is None:
        return
    now.is_current = False
    now.save(update_fields=["is_current"])
    record(
        plan,
        "book_text_restored",
        by=by,
        at=at,
        before={"title": now.title, "words": now.words},
        note=f"{book.code}/{way}",
    )


# Editions


def last_published(plan: Plan, book: str) -> Edition | None:
    """Return the newest edition of a book that is or was public."""
    rows = Edition.objects.filter(revision__plan=plan, book=book, published_at__isnull=False)
    return rows.select_related("revision").order_by("-published_at").first()


@transaction.atomic
def start_edition(
    revision: Revision,
    book: Definition,
    *,
    language: str = "id",
    has_review: bool = False,
    tells_changes: bool = True,
    by: User,
    at: datetime,
) -> Edition:
    """Remember that a book is to be made; the same asked twice while it is made is one edition.

    With `tells_changes` it says what changed since the newest published edition, if there is one.
    """
    demand(by, "plans.edit", revision.plan)
    Plan.objects.select_for_update().get(pk=revision.plan_id)
    same = Edition.objects.filter(
        revision=revision,
        book=book.code,
        language=language,
        has_review=has_review,
        state=Edition.State.MAKING,
        begun_at__gt=at - STUCK,
    ).first()
    if same is not None:
        return same
    series = say(book.series, "id")
    english = ": ".join(filter(None, (say(book.series, "en"), say(book.title, "en"))))
    made = Edition.objects.create(
        revision=revision,
        book=book.code,
        title=text(f"{series}: {say(book.title, 'id')}" if series else say(book.title, "id"), english),
        language=language,
        has_review=has_review,
        is_draft=revision.status == Revision.Status.DRAFT,
        since=last_published(revision.plan, book.code) if tells_changes else None,
        by=by,
        at=at,
        begun_at=at,
        step=READING,
    )
    record(made, "edition_started", by=by, at=at, after={"book": book.code, "revision": revision.number})
    return made


@transaction.atomic
def begin_again(edition: Edition, *, by: User, at: datetime) -> Edition:
    """Ask once more for an edition that failed or is stuck."""
    mine = Edition.objects.select_for_update(of=("self",)).select_related("revision__plan").get(pk=edition.pk)
    demand(by, "plans.edit", mine.revision.plan)
    if mine.state == Edition.State.READY:
        return mine
    mine.state, mine.begun_at, mine.step, mine.done, mine.trouble = Edition.State.MAKING, at, READING, 0, ""
    mine.save(update_fields=["state", "begun_at", "step", "done", "trouble"])
    return mine


def make(edition: Edition, *, at: datetime) -> Edition:
    """Make the files of an edition and keep them. What cannot be is kept as a sentence; a bug is raised again."""
    mine = Edition.objects.select_related("revision__plan__framework", "since__revision", "by").get(
        pk=edition.pk
    )
    if mine.state != Edition.State.MAKING:
        return mine
    try:
        return _make(mine, at)
    except Refused as refused:
        return _fail(mine, refused.sentence)
    except Exception:
        _fail(mine, _("Buku ini gagal dibuat karena kesalahan perangkat lunak. Kesalahannya sudah dicatat."))
        raise


def _fail(mine: Edition, sentence: str) -> Edition:
    mine.state, mine.trouble = Edition.State.FAILED, sentence
    mine.save(update_fields=["state", "trouble"])
    return mine


def _make(mine: Edition, at: datetime) -> Edition:
    rows = Edition.objects.filter(pk=mine.pk)
    book = definitions.book(mine.book)
    if book is None:
        raise Refused(definitions.unknown(one.code for one in definitions.books()))
    total = len(book.chapters) + AFTER

    def tell(step: str, done: int) -> None:
        rows.update(step=step, done=done, total=total)

    wanted = Wanted(book, mine.revision, mine.language, mine.has_review, mine.since)
    made, material = compose(wanted, today=day_of(at), progress=lambda step, done, _total: tell(step, done))
    tell(PDF, len(book.chapters))
    pdf = book_pdf.pdf(made, at=at)
    tell(WORD, len(book.chapters) + 1)
    docx = book_word.docx(made)
    tell(EXCEL, len(book.chapters) + 2)
    xlsx = exporting.annex(mine.revision.plan, mine.revision)
    with transaction.atomic():
        mine = (
            Edition.objects.select_for_update(of=("self",)).select_related("revision__plan").get(pk=mine.pk)
        )
        if mine.state != Edition.State.MAKING:
            return mine
        mine.pdf = _keep(mine, pdf, "pdf", at)
        mine.docx = _keep(mine, docx, "docx", at)
        mine.xlsx = _keep(mine, xlsx, "xlsx", at)
        mine.is_draft = bool(made.watermark)
        mine.pages, mine.digest, mine.figures_as_of = pages_of(pdf), digest_of(made), material.figures_as_of
        mine.state, mine.made_at, mine.done, mine.total = Edition.State.READY, at, total, total
        mine.save()
        record(mine, "edition_made", by=mine.by, at=at, after={"digest": mine.digest, "pages": mine.pages})
    return mine


def _keep(mine: Edition, contents: bytes, ending: str, at: datetime) -> File:
    name = f"{mine.revision.plan.code}-{mine.book}-r{mine.revision.number}-{mine.language}.{ending}"
    return keep_file(
        contents,
        name=name,
        about=f"plans.edition:{mine.key}",
        privacy=Privacy.INTERNAL,
        by=mine.by,
        at=at,
        is_ours=True,
    )


def pages_of(pdf: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


@transaction.atomic
def publish_edition(edition: Edition, *, by: User, at: datetime) -> Edition:
    """Let everybody read an edition. Raise Refused for a draft's, and for one with the reviewer's annex."""
    mine = Edition.objects.select_for_update(of=("self",)).select_related("revision__plan").get(pk=edition.pk)
    demand(by, "plans.publish", mine.revision.plan)
    if mine.published_at is not None:
        return mine
    if mine.state != Edition.State.READY:
        raise Refused(_("Edisi ini belum selesai dibuat."))
    if mine.has_review:
        raise Refused(_("Edisi ini memuat catatan untuk penelaah. Buat edisi tanpa catatan itu dulu."))
    if mine.is_draft:
        raise Refused(_("Edisi ini dibuat sebelum revisinya berlaku. Sesudah berlaku, buat edisi baru."))
    mine.published_at = at
    mine.save(update_fields=["published_at"])
    record(mine, "edition_published", by=by, at=at)
    return mine


@transaction.atomic
def withdraw_edition(edition: Edition, *, by: User, at: datetime) -> Edition:
    """Take an edition back; officers still read it."""
    mine = Edition.objects.select_for_update(of=("self",)).select_related("revision__plan").get(pk=edition.pk)
    demand(by, "plans.publish", mine.revision.plan)
    if mine.published_at is not None:
        mine.published_at = None
        mine.save(update_fields=["published_at"])
        record(mine, "edition_withdrawn", by=by, at=at)
    return mine


def may_read(user: object, file: File) -> bool:
    """Tell whether somebody may read a book: everybody one that is published, else who may see drafts."""
    key = file.about.partition(":")[2]
    if Edition.objects.filter(key=key, published_at__isnull=False).exists():
        return True
    return bool(may(user, "plans.see_internal"))  # type: ignore[arg-type]
