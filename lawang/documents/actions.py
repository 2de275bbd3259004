"""What is done to wordings and documents. Signing is in signatures.py.

`by` is the person who acts; None is the installation itself. A document that comes from a thing of another noun is
drafted and issued by that noun's verb, which has asked whether the person may; one without asks documents.issue.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date as Date
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from lawang.documents import composing, language, qr, signers, signing, sources, typeset, word
from lawang.documents.kinds import kind_name
from lawang.documents.models import (
    Document,
    Letterhead,
    NumberPattern,
    NumberSeries,
    Signature,
    Template,
    VoidedNumber,
)
from lawang.documents.numbers import Taken, check_pattern, take, take_number, void
from lawang.documents.validation import Verdict, validate
from lawang.lib import codes
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.people.models import Agency, Node, NodeKey, User
from lawang.people.node import day_of, remembered
from lawang.people.node import node as the_node
from lawang.people.permissions import demand
from lawang.record import actions as history
from lawang.record import files
from lawang.record.actions import keep_file, notify, read_file, record, thing_name
from lawang.record.models import File, Privacy
from lawang.record.sealing import keyed_hash

__all__ = ["take_number"]  # what cases takes from here under this name


def _allow(by: User | None, verb: str, thing: object) -> None:
    if by is not None:
        demand(by, verb, thing)


# Wordings


@transaction.atomic
def install_template(
    code: str,
    *,
    kind: str,
    title: Text,
    body: Text,
    series: str = "",
    signers: Iterable[str] = (),
    names: Mapping[str, Text] | None = None,
    at: datetime,
) -> Template:
    """Put a pack's wording in: a new version when anything differs, else the one that is there.

    `names` are the values that the letter may use, with what they mean; None: those that it uses. Raise Refused when
    the words have a fault.
    """
    known = dict(names) if names is not None else {name: {"id": name} for name in _names(body)}
    _check(body, known)
    wanted = {
        "title": title,
        "body": body,
        "kind": kind,
        "series": series,
        "signers": list(signers),
        "names": known,
    }
    _lock_template(code, None)
    current = Template.objects.filter(code=code, agency=None, is_current=True).first()
    if current is not None and all(getattr(current, word) == value for word, value in wanted.items()):
        return current
    made = _next_version(code, None, wanted, by=None, at=at)
    if current is not None:  # an agency's own words go on; what the pack decides is the pack's
        decided = {word: wanted[word] for word in ("kind", "series", "signers", "names")}
        for own in Template.objects.filter(code=code, is_current=True).exclude(agency=None):
            if any(getattr(own, word) != value for word, value in decided.items()):
                kept = {"title": own.title, "body": own.body, **decided}
                _next_version(code, own.agency, kept, by=own.made_by, at=at)
    record(
        f"documents.template:{code}", "template_installed", by=None, at=at, after={"version": made.version}
    )
    return made


@transaction.atomic
def edit_template(
    template: Template, *, title: Text, body: Text, agency: Agency, by: User | None, at: datetime
) -> Template:
    """Give an agency its own words for a letter; what was there before stays as an earlier version.

    Kind, numbering, signers and names are the pack's. Raise Refused when the words have a fault.
    """
    _allow(by, "documents.edit_template", agency)
    _check(body, template.names)
    if not say(title, "id").strip():
        raise Refused(_("Judul surat belum diisi."))
    _lock_template(template.code, agency)
    now = template_for(template.code, agency)
    if (now.title, now.body) == (title, body):
        return now
    wanted = {
        "title": title,
        "body": body,
        "kind": now.kind,
        "series": now.series,
        "signers": now.signers,
        "names": now.names,
    }
    made = _next_version(template.code, agency, wanted, by=by, at=at)
    record(
        f"documents.template:{template.code}",
        "template_edited",
        by=by,
        at=at,
        before={"title": now.title, "body": now.body},
        after={"agency": agency.code, "version": made.version, "title": title, "body": body},
    )
    return made


@transaction.atomic
def reset_template(code: str, *, agency: Agency, by: User | None, at: datetime) -> Template:
    """Let an agency write the pack's words again; its own stay as earlier versions."""
    _allow(by, "documents.edit_template", agency)
    _lock_template(code, agency)
    own = Template.objects.filter(code=code, agency=agency, is_current=True)
    if own.update(is_current=False):
        record(f"documents.template:{code}", "template_reset", by=by, at=at, after={"agency": agency.code})
    return template_for(code, agency)


def template_for(code: str, agency: Agency) -> Template:
    """Return the wording that an agency uses: its own, else the pack's. Raise Refused when there is none."""
    found = Template.objects.filter(code=code, is_current=True).filter(
        models.Q(agency=agency) | models.Q(agency=None)
    )
    chosen = found.order_by(models.F("agency_id").asc(nulls_last=True)).first()
    if chosen is None:
        raise Refused(
            _("Bunyi surat “%(code)s” belum dipasang. Minta administrator memasang paketnya.")
            % {"code": code}
        )
    return chosen


def _lock_template(code: str, agency: Agency | None) -> None:
    """Let one writer of a wording at a time go on, until the end of the transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        name = f"documents.template {code} {agency.pk if agency else ''}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _next_version(
    code: str, agency: Agency | None, wanted: Mapping[str, object], *, by: User | None, at: datetime
) -> Template:
    mine = Template.objects.filter(code=code, agency=agency)
    last = mine.aggregate(last=models.Max("version"))["last"] or 0
    mine.filter(is_current=True).update(is_current=False)
    return Template.objects.create(
        code=code, agency=agency, version=last + 1, made_by=by, made_at=at, **wanted
    )


def _names(body: Text) -> set[str]:
    found: set[str] = set()
    for words in body.values():
        found |= language.names_in(str(words))
    return found - set(language.BUILT_IN)


def _check(body: Text, names: Mapping[str, object]) -> None:
    """Raise Refused with the first fault of a letter, in the language it is in."""
    for spoken, words in body.items():
        for fault in language.faults(str(words), names.keys()):
            if spoken == "id":
                raise Refused(str(fault))
            raise Refused(_("Bahasa Inggris, %(fault)s") % {"fault": str(fault)})


@transaction.atomic
def edit_letterhead(
    agency: Agency,
    *,
    lines: Iterable[str],
    address: str,
    contact: str,
    place: str,
    by: User | None,
    at: datetime,
) -> Letterhead:
    """Write what stands at the head of an agency's letters. `lines`: 1 to 5."""
    _allow(by, "documents.edit_template", agency)
    clean = [" ".join(line.split())[:120] for line in lines if line.strip()]
    if not 1 <= len(clean) <= 5:
        raise Refused(_("Kop surat berisi satu sampai lima baris."))
    if not place.strip():
        raise Refused(_("Tempat (kota di depan tanggal) belum diisi."))
    wanted = {
        "lines": clean,
        "address": " ".join(address.split())[:200],
        "contact": " ".join(contact.split())[:200],
        "place": " ".join(place.split())[:60],
    }
    Agency.objects.select_for_update().get(pk=agency.pk)
    found = Letterhead.objects.filter(agency=agency).first() or Letterhead(agency=agency)
    before = {word: getattr(found, word) for word in wanted} if found.pk else {}
    if before != wanted:
        for word, value in wanted.items():
            setattr(found, word, value)
        found.save()
        record(agency, "letterhead_edited", by=by, at=at, before=before, after=wanted)
    return found


@transaction.atomic
def set_pattern(
    series: str, pattern: str, *, agency: Agency | None = None, by: User | None, at: datetime
) -> NumberPattern | None:
    """Say how numbers of a series are written from now on; an empty pattern takes an agency's own way back."""
    _allow(by, "documents.edit_template", agency) if agency else None
    if by is not None and agency is None:
        raise Refused(_("Pola nomor untuk semua instansi ditetapkan oleh paket."))
    existing = NumberPattern.objects.select_for_update().filter(code=series, agency=agency).first()
    before = {"pattern": existing.pattern} if existing else {}
    if pattern:
        check_pattern(pattern)
        found = existing or NumberPattern(code=series, agency=agency)
        found.pattern = pattern
        found.save()
    else:
        found = None
        if existing:
            existing.delete()
    if before.get("pattern", "") != pattern:
        record(
            f"documents.series:{series}",
            "pattern_changed",
            by=by,
            at=at,
            before=before,
            after={"pattern": pattern, "agency": agency.code if agency else None},
        )
    return found


# Documents


@transaction.atomic
def draft(
    *,
    template: Template,
    values: Mapping[str, str],
    about: models.Model | str,
    office: Agency,
    language: str = "id",
    by: User | None,
    at: datetime,
) -> Document:
    """Keep a letter with its values; its PDF says DRAF, and its number comes when it is issued."""
    document = Document(
        code=codes.new_code(),
        kind=template.kind,
        title=template.title,
        office=office,
        about=thing_name(about) if about else "",
        template=template,
        language=language,
        made_by=by,
        made_at=at,
    )
    if not document.about:
        _allow(by, "documents.issue", document)
    document.values = composing.seal(document, {name: str(words) for name, words in values.items()})
    document.save()
    record(
        document,
        "document_drafted",
        by=by,
        at=at,
        after={"template": template.code, "version": template.version, "about": document.about},
    )
    return document


@transaction.atomic
def discard(document: Document, *, by: User | None, at: datetime) -> None:
    """Throw a draft away. It never had a number."""
    document = locked(document)
    if not document.about:
        _allow(by, "documents.issue", document)
    if document.state != Document.State.DRAFT:
        raise Refused(
            _("Hanya rancangan yang dapat dibuang. Surat yang sudah bernomor dicabut dengan alasan.")
        )
    record(document, "document_discarded", by=by, at=at)
    history.erase(document, by=by, at=at)
    document.delete()


@transaction.atomic
def issue(document: Document, *, by: User | None, at: datetime) -> Document:
    """Give a draft its number and date. Without signers it is valid at once; with signers it waits for the first.

    Raise Refused when it is no draft, or has a hole where a value is missing.
    """
    document = locked(document)
    if not document.about:
        _allow(by, "documents.issue", document)
    if document.state != Document.State.DRAFT or document.template is None:
        raise Refused(_("Surat ini sudah diterbitkan."))
    _check_whole(document)
    document.date = day_of(at)
    if document.template.series:
        taken = take(document.template.series, at=at, office=document.office)
        document.series, document.sequence, document.number = taken.series, taken.sequence, taken.number
    waiting = [
        place(document, order, office, on=document.date)
        for order, office in enumerate(document.template.signers, start=1)
    ]
    document.is_example = makes_examples(signed=bool(waiting))
    write(document, waiting, by=by, at=at)
    if not waiting:
        document.state, document.issued_at = Document.State.VALID, at
        document.save()
        _after_issue(document, by=by, at=at)
        return document
    document.state = Document.State.WAITING
    document.save()
    Signature.objects.bulk_create(waiting)
    record(
        document, "document_numbered", by=by, at=at, after={"number": document.number, "date": document.date}
    )
    ask_next(document, at=at)
    return document


def _check_whole(document: Document) -> None:
    assert document.template is not None
    values = composing.values_of(document)
    if values is None:
        raise Refused(_("Isi rancangan ini sudah dihapus. Buat surat yang baru."))
    tree = composing.tree_of(document.template, document.language)
    holes = [name for name in language.missing(tree, values) if name not in language.BUILT_IN]
    if holes:
        titles = [say(document.template.names.get(name)) or name for name in holes]
        raise Refused(
            _("Surat “%(title)s” belum dapat diterbitkan: %(names)s belum diisi.")
            % {"title": say(document.title), "names": ", ".join(titles)}
        )


def place(document: Document, order: int, office: str, *, on: Date) -> Signature:
    """Return an unsaved place for a signature, with the name of who holds the office that day."""
    who = signers.expected(office, document.office, on=on)
    return Signature(
        document=document,
        order=order,
        office=office,
        agency=document.office,
        name=who.user.name if who else "",
        position=who.position if who else signers.position(office, document.office),
    )


def makes_examples(*, signed: bool) -> bool:
    """Tell whether what is issued now has no legal force: a demonstration, or a test authority that signs."""
    ready = signing.signers_ready() if signed else []
    return the_node().is_demo or (bool(ready) and ready[0].is_example)


def write(document: Document, places: Iterable[Signature], *, by: User | None, at: datetime) -> None:
    """Set the final PDF with these places for signatures, into the columns of the document; it is not saved here."""
    with remembered():
        list_qr_key(at=at)
        letter = composing.compose(
            document,
            signatures=list(places),
            watermark=composing.EXAMPLE if document.is_example else "",
            is_final=True,
        )
    keep(document, typeset.pdf(letter, at=at), by=by, at=at)


def keep(document: Document, content: bytes, *, by: User | None, at: datetime) -> None:
    """Put a PDF on disk as the document's file, encrypted under the document's key.

    What came from elsewhere went through `pdf_of` before.
    """
    name = f"{kind_name(document.kind)} {document.number.replace('/', '-') or codes.shown(document.code)}.pdf"
    document.file = keep_file(
        content,
        name=name,
        about=document,
        privacy=Privacy.PERSONAL,
        by=by,
        at=at,
        is_sealed=True,
        is_ours=True,
    )
    document.sha256 = hashlib.sha256(content).hexdigest()


def _after_issue(document: Document, *, by: User | None, at: datetime) -> None:
    """Write down that the document is valid from now on, and let it take the place of what it corrects."""
    record(
        document,
        "document_issued",
        by=by,
        at=at,
        after={"number": document.number, "date": document.date, "sha256": document.sha256},
    )
    for old in document.replaces.select_for_update().filter(state=Document.State.VALID):
        _become_replaced(old, by=by, at=at)
    sources.tell(document, "issued", by=by, at=at)


def became_valid(document: Document, *, by: User | None, at: datetime) -> None:
    """Make a document valid whose last signature is there. The caller holds its lock and has set its file."""
    document.state, document.issued_at = Document.State.VALID, at
    document.save()
    _after_issue(document, by=by, at=at)


def ask_next(document: Document, *, at: datetime) -> None:
    """Mail whoever is to sign next, when that is one person with an address."""
    waiting = document.signatures.exclude(state=Signature.State.SIGNED).order_by("order").first()
    who = signers.expected(waiting.office, waiting.agency, on=day_of(at)) if waiting else None
    if who is None or not who.user.email:
        return
    words = {
        "kind": kind_name(document.kind),
        "number": document.number,
        "office": say(document.office.name),
        "link": composing.desk_address(document),
    }
    notify(
        address=who.user.email,
        kind="signature_asked",
        subject=_("Menunggu tanda tangan Anda: %(kind)s %(number)s") % words,
        body=_(
            "%(kind)s nomor %(number)s dari %(office)s menunggu tanda tangan Anda.\n\n"
            "Baca dahulu, lalu tanda tangani di sini:\n%(link)s"
        )
        % words,
        about=document,
        at=at,
    )


@transaction.atomic
def register_elsewhere(
    *,
    kind: str,
    title: Text,
    number: str,
    date: Date,
    office: Agency,
    about: models.Model | str,
    upload: "UploadedFile[bytes] | bytes",
    name: str = "",
    by: User | None,
    at: datetime,
) -> Document:
    """Keep a PDF that a national system issued (SIAK, OSS), with its number, and what its signature is worth.

    The number is sealed like the PDF: it names the person.
    A file whose signature is broken is refused; one without a signature, or by an authority we do not know, is kept
    and says so. Raise Refused when the number is missing, the date lies ahead, or the file is no readable PDF.
    """
    if not number.strip():
        raise Refused(_("Nomor dokumen belum diisi."))
    if date > day_of(at):
        raise Refused(_("Tanggal dokumen tidak boleh di masa depan."))
    content = pdf_of(upload, name)
    report = validate(content, at=at)
    if report.verdict is Verdict.BROKEN:
        raise Refused(
            _("Berkas ini berubah atau rusak setelah ditandatangani. Unduh lagi dari sistem asalnya.")
        )
    document = Document(
        code=codes.new_code(),
        kind=kind,
        title=title,
        date=date,
        office=office,
        about=thing_name(about) if about else "",
        state=Document.State.VALID,
        origin=Document.Origin.ELSEWHERE,
        validation={"verdict": str(report.verdict), "signatures": report.to_json(), "at": at.isoformat()},
        made_by=by,
        made_at=at,
        issued_at=at,
    )
    if not document.about:
        _allow(by, "documents.issue", document)
    number = " ".join(number.split())[:80]
    document.values = composing.seal(document, {"number": number})
    document.number_hash = keyed_hash(number)
    keep(document, content, by=by, at=at)
    document.save()
    record(
        document,
        "document_registered",
        by=by,
        at=at,
        after={"date": date, "sha256": document.sha256, "verdict": str(report.verdict)},
        sealed={"number": number},
    )
    sources.tell(document, "issued", by=by, at=at)
    return document


def pdf_of(upload: "UploadedFile[bytes] | bytes", name: str = "") -> bytes:
    """Return the bytes of a PDF that somebody handed in, checked like every file."""
    given = name or ("dokumen.pdf" if isinstance(upload, bytes) else str(upload.name or "dokumen.pdf"))
    content = files.check(upload, given)
    if content.kind != files.PDF:
        raise Refused(_("Kirim berkas PDF."))
    return content.data


@transaction.atomic
def replace(document: Document, *, with_: Document, by: User | None, at: datetime, why: str) -> Document:
    """Let another document take the place of a valid one: at once, or as soon as all have signed the other."""
    document = locked(document)
    _allow(by, "documents.revoke", document)
    need_reason(why)
    if document.state != Document.State.VALID:
        raise Refused(_("Hanya surat yang berlaku yang dapat diganti."))
    if with_.pk == document.pk or with_.state not in (Document.State.VALID, Document.State.WAITING):
        raise Refused(_("Penggantinya harus surat lain yang sudah terbit atau menunggu tanda tangan."))
    document.replaced_by, document.reason = with_, why.strip()[:500]
    document.save(update_fields=["replaced_by", "reason"])
    if with_.state == Document.State.VALID:
        _become_replaced(document, by=by, at=at)
    return document


def _become_replaced(document: Document, *, by: User | None, at: datetime) -> None:
    document.state, document.replaced_at = Document.State.REPLACED, at
    document.save(update_fields=["state", "replaced_at"])
    assert document.replaced_by is not None
    record(
        document,
        "document_replaced",
        by=by,
        at=at,
        before={"state": "valid"},
        after={"state": "replaced", "by": str(document.replaced_by)},
        note=document.reason,
    )
    sources.tell(document, "replaced", by=by, at=at)


@transaction.atomic
def revoke(document: Document, *, by: User | None, at: datetime, reason: str) -> Document:
    """Take a document out of force, from now on, with a reason that stays in the history.

    One that still waits for signatures never was in force: its number is voided.
    """
    document = locked(document)
    _allow(by, "documents.revoke", document)
    need_reason(reason)
    if document.state not in (Document.State.VALID, Document.State.WAITING):
        raise Refused(_("Surat ini tidak sedang berlaku."))
    before = document.state
    document.state, document.revoked_at, document.revoked_by = Document.State.REVOKED, at, by
    document.reason = reason.strip()[:500]
    document.save(update_fields=["state", "revoked_at", "revoked_by", "reason"])
    if before == Document.State.WAITING:  # what it was to replace stays in force, and is free for another
        document.replaces.filter(state=Document.State.VALID).update(replaced_by=None, reason="")
    if before == Document.State.WAITING and document.series is not None and document.sequence is not None:
        _void(Taken(document.series, document.sequence, document.number), reason=reason, by=by, at=at)
    record(
        document,
        "document_revoked",
        by=by,
        at=at,
        before={"state": before},
        after={"state": "revoked"},
        note=document.reason,
    )
    sources.tell(document, "revoked", by=by, at=at)
    return document


def _void(taken: Taken, *, reason: str, by: User | None, at: datetime) -> VoidedNumber:
    row = void(taken, reason=reason, by=by, at=at)
    record(
        f"documents.series:{taken.series.code}",
        "number_voided",
        by=by,
        at=at,
        after={"number": taken.number},
        note=reason,
    )
    return row


@transaction.atomic
def void_number(
    series: NumberSeries, sequence: int, number: str, *, reason: str, by: User | None, at: datetime
) -> VoidedNumber:
    """Write down that a number that was taken will never be used, and why."""
    need_reason(reason)
    return _void(Taken(series, sequence, number), reason=reason, by=by, at=at)


def need_reason(reason: str) -> None:
    if len(reason.strip()) < 5:
        raise Refused(_("Tulis alasannya dalam satu kalimat. Alasan ini tinggal di riwayat surat."))


@transaction.atomic
def erase(about: models.Model | str, *, by: User | None, at: datetime, note: str = "") -> int:
    """Make the values and files of all documents of a thing unreadable for ever; return how many.

    Their rows stay: our number, date, office and hash are no personal data, and the check page still knows them.
    Another system's number goes.
    """
    mine = Document.objects.select_for_update().filter(about=thing_name(about), erased_at=None)
    count = 0
    for document in mine:
        history.erase(document, by=by, at=at, note=note)
        document.erased_at, document.number_hash = at, ""
        document.save(update_fields=["erased_at", "number_hash"])
        count += 1
    return count


def locked(document: Document) -> Document:
    return (
        Document.objects.select_for_update(of=("self",))
        .select_related("office", "office__parent", "template", "series", "replaced_by")
        .get(pk=document.pk)
    )


def list_qr_key(*, at: datetime) -> NodeKey | None:
    """Put the present QR key on the node's list of public keys and end the one before it.

    Return None while the installation is not set up. The same key again changes nothing, and locks nothing.
    """
    fingerprint, public = qr.qr_card()
    known = NodeKey.objects.filter(fingerprint=fingerprint).first()
    return known or _list_qr_key(fingerprint, public, at=at)


@transaction.atomic
def _list_qr_key(fingerprint: str, public: str, *, at: datetime) -> NodeKey | None:
    node = Node.objects.select_for_update().order_by("pk").first()
    if node is None:
        return None
    key, is_new = NodeKey.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={"node": node, "purpose": NodeKey.Purpose.QR, "public": public, "valid_from": at},
    )
    if is_new:
        node.keys.filter(purpose=NodeKey.Purpose.QR, valid_to=None).exclude(pk=key.pk).update(valid_to=at)
        record(node, "qr_key_listed", by=None, at=at, after={"purpose": "qr", "fingerprint": fingerprint})
    return key


# Reading


def pdf(document: Document, *, at: datetime | None = None) -> bytes:
    """Return the document's PDF: as issued, or set now with a watermark while it is none yet.

    The caller has asked whether the person may read it. Raise LookupError when it was erased.
    """
    if document.state == Document.State.DRAFT or never_signed(document):
        letter = composing.compose(
            document,
            signatures=list(document.signatures.all()),
            watermark=composing.DRAFT if document.state == Document.State.DRAFT else composing.UNSIGNED,
        )
        return typeset.pdf(letter, at=at or document.made_at)
    return file_of(document)


def never_signed(document: Document) -> bool:
    """Tell whether a numbered letter waits for its signatures, or was taken back while it did."""
    return document.issued_at is None and document.state in (Document.State.WAITING, Document.State.REVOKED)


def file_of(document: Document) -> bytes:
    """Return the PDF on disk. Raise LookupError when it was erased."""
    try:
        assert isinstance(document.file, File)
        with read_file(document.file) as stream:
            return stream.read()
    except FileNotFoundError:
        raise LookupError(f"{document.pk} has no file any more") from None


def docx(document: Document) -> bytes:
    """Return the letter for Word, from the same tree; for drafts and for reading, never to decide by."""
    watermark = composing.EXAMPLE if document.is_example else ""
    if document.state == Document.State.DRAFT:
        watermark = composing.DRAFT
    elif never_signed(document):
        watermark = composing.UNSIGNED
    return word.docx(
        composing.compose(document, signatures=list(document.signatures.all()), watermark=watermark)
    )


def check(code: str) -> Document | None:
    """Return the document of ours with this code, in any state but a draft; None when there is none."""
    wanted = codes.normalise(code)
    if wanted is None:
        return None
    found = Document.objects.filter(code=wanted, origin=Document.Origin.OURS).exclude(
        state=Document.State.DRAFT
    )
    return found.select_related("office", "replaced_by").first()
