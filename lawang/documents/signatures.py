"""Signing documents: who is next, what a signer is asked, what is kept of its answer.

A signer is slow, so it is asked outside of a transaction: the place for the signature is taken first, and let go when
the signer does not sign. What a signer answers later is fetched by a job (collecting.py).
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from lawang.documents import actions, collecting, composing, signers, signing, sources
from lawang.documents.collecting import Asked
from lawang.documents.kinds import kind_name
from lawang.documents.models import Document, Signature
from lawang.documents.signing import NotSigned, Person, Signed
from lawang.documents.validation import Verdict, is_signed_version, validate
from lawang.lib.pdf import page_hashes
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import User
from lawang.people.node import day_of
from lawang.people.permissions import demand
from lawang.people.registered import nik_of
from lawang.record.actions import notify, record

State = Signature.State


def next_place(document: Document) -> Signature | None:
    """Return the place whose turn it is; None when all have signed."""
    places = document.signatures.select_related("agency").exclude(state=State.SIGNED)
    return places.order_by("order").first()


@sensitive_variables("passphrase")
def sign(document: Document, *, by: User, passphrase: str = "", signer: str = "", at: datetime) -> Document:
    """Sign as whose turn it is; the last signature makes the document valid.

    `signer` is the word of one that is ready; empty: the first. The passphrase goes to it and nowhere else. Raise
    Refused when it is not this person's turn, NotSigned when the signer did not sign. A signer that answers later
    leaves the place in the state "asked".
    """
    ready = signing.signers_ready()
    if not ready:
        raise Refused(
            _("Tanda tangan elektronik belum diatur di sini. Unggah surat yang sudah ditandatangani.")
        )
    chosen = signing.signer(signer) if signer else ready[0]
    place, letter = _take(document, chosen, by=by, at=at)
    try:
        answer = chosen.sign(
            letter,
            person=Person(place.name, place.position, say(place.agency.name, "id"), nik_of(by)),
            reason=f"{kind_name(place.document.kind)} {place.document.number}".strip(),
            passphrase=passphrase,
        )
    except NotSigned as error:
        _let_go(place, error, by=by, at=at)
        raise
    if isinstance(answer, Signed):
        return _keep(place, answer.pdf, at=at)
    Signature.objects.filter(pk=place.pk, state=State.ASKED).update(ticket=answer.ticket)
    return Document.objects.get(pk=document.pk)


@transaction.atomic
def _take(document: Document, signer: signing.Signer, *, by: User, at: datetime) -> tuple[Signature, bytes]:
    """Take the place whose turn it is for this person; return it with the PDF to be signed."""
    document = actions.locked(document)
    place = _my_place(document, by=by, at=at)
    if place.state == State.ASKED and (place.ticket or at - (place.asked_at or at) < signing.LET_GO):
        raise Refused(_("Surat ini sedang ditandatangani. Tunggu sebentar, lalu muat ulang halaman ini."))
    grant = signers.able(by, place, on=day_of(at))
    assert grant is not None
    position = signers.position(place.office, place.agency, acting=grant.through is not None)
    if (place.name, place.position, document.is_example) != (by.name, position, _example(document, signer)):
        _print_again(document, place, by=by, position=position, signer=signer, at=at)
    place.state, place.user, place.backend = State.ASKED, by, signer.name
    place.asked_at, place.ticket, place.trouble = at, "", ""
    place.save()
    return place, actions.file_of(document)


def _my_place(document: Document, *, by: User, at: datetime) -> Signature:
    if document.state != Document.State.WAITING:
        raise Refused(_("Surat ini tidak sedang menunggu tanda tangan."))
    place = next_place(document)
    assert place is not None
    place.document = document
    demand(by, "documents.sign", place)
    if signers.able(by, place, on=day_of(at)) is None:
        raise Refused(
            _("Sekarang giliran %(office)s %(agency)s. Anda tidak memegang jabatan itu hari ini.")
            % {
                "office": str(signers.OFFICES.get(place.office, place.office)).lower(),
                "agency": place.agency.short_name,
            }
        )
    return place


def _example(document: Document, signer: signing.Signer) -> bool:
    """Tell whether the letter has to say CONTOH, now that it is known who signs; it can only turn into one."""
    return document.is_example or signer.is_example


def _print_again(
    document: Document, place: Signature, *, by: User, position: str, signer: signing.Signer, at: datetime
) -> None:
    """Set the letter with another name under it. After the first signature nothing may change any more."""
    if document.signatures.filter(state=State.SIGNED).exists():
        raise Refused(
            _(
                "Di surat ini tercetak %(name)s, dan sudah ada yang menandatanganinya. Minta surat disusun ulang."
            )
            % {"name": place.name or place.position}
        )
    place.name, place.position = by.name, position
    document.is_example = _example(document, signer)
    places = [place if one.pk == place.pk else one for one in document.signatures.order_by("order")]
    actions.write(document, places, by=by, at=at)
    document.save(update_fields=["file", "sha256", "is_example"])


@transaction.atomic
def _let_go(place: Signature, error: NotSigned, *, by: User | None, at: datetime) -> None:
    place = Signature.objects.select_for_update().select_related("document").get(pk=place.pk)
    if place.state != State.ASKED:
        return
    place.state, place.user, place.ticket, place.trouble = State.WAITING, None, "", str(error)[:500]
    place.save()
    record(
        place.document,
        "document_not_signed",
        by=by,
        at=at,
        after={"order": place.order, "backend": place.backend, "trouble": error.trouble},
    )


@transaction.atomic
def _keep(place: Signature, content: bytes, *, at: datetime) -> Document:
    """Keep what the signer signed; the letter before it and the one after it must be the same pages."""
    document = actions.locked(place.document)
    place = Signature.objects.select_for_update(of=("self",)).select_related("user").get(pk=place.pk)
    if place.state != State.ASKED or document.state != Document.State.WAITING:
        raise Refused(_("Surat ini dicabut atau disusun ulang sementara Anda menandatanganinya."))
    if not is_signed_version(actions.file_of(document), content, at=at):
        raise NotSigned(
            _("Yang kembali dari layanan tanda tangan bukan surat ini. Tanda tangani lagi."), "other"
        )
    place.state, place.signed_at, place.ticket, place.trouble = State.SIGNED, at, "", ""
    place.save()
    actions.keep(document, content, by=place.user, at=at)
    document.save(update_fields=["file", "sha256"])
    record(
        document,
        "document_signed",
        by=place.user,
        at=at,
        after={"order": place.order, "position": place.position, "backend": place.backend},
    )
    _go_on(document, by=place.user, at=at)
    return document


def _go_on(document: Document, *, by: User | None, at: datetime) -> None:
    if next_place(document) is None:
        actions.became_valid(document, by=by, at=at)
    else:
        sources.tell(document, "signed", by=by, at=at)
        actions.ask_next(document, at=at)


# A signer that answers later


class Rows:
    """The book of promised signatures (collecting.Book): our table."""

    def promised(self) -> Iterable[Asked]:
        waiting = Signature.objects.filter(state=State.ASKED).exclude(ticket="").order_by("asked_at", "pk")
        for pk, backend, ticket, asked_at in waiting.values_list("pk", "backend", "ticket", "asked_at"):
            assert asked_at is not None
            yield Asked(pk, backend, ticket, asked_at)

    def letter(self, asked: Asked) -> bytes:
        place = Signature.objects.select_related("document__file").get(pk=asked.key)
        return actions.file_of(place.document)

    def arrived(self, asked: Asked, pdf: bytes, *, at: datetime) -> None:
        place = Signature.objects.select_related("document").get(pk=asked.key)
        if (place.state, place.ticket) == (State.ASKED, asked.ticket):
            _keep(place, pdf, at=at)

    def lost(self, asked: Asked, error: NotSigned, *, at: datetime) -> None:
        place = Signature.objects.select_related("document", "user").get(pk=asked.key)
        if (place.state, place.ticket) != (State.ASKED, asked.ticket):
            return
        who = place.user
        with transaction.atomic():
            _let_go(place, error, by=None, at=at)
            if who is not None and who.email:
                _tell_lost(place, who, error, at=at)


def _tell_lost(place: Signature, who: User, error: NotSigned, *, at: datetime) -> None:
    words = {
        "kind": kind_name(place.document.kind),
        "number": place.document.number,
        "why": error.sentence,
        "link": composing.desk_address(place.document),
    }
    notify(
        address=who.email or "",
        kind="signature_lost",
        subject=_("Tanda tangani lagi: %(kind)s %(number)s") % words,
        body=_("Tanda tangan Anda pada %(kind)s %(number)s tidak jadi.\n\n%(why)s\n\n%(link)s") % words,
        about=place.document,
        at=at,
    )


def plug_in() -> None:
    """Let the job of collecting.py find what was promised."""
    collecting.plug_in(Rows())


# Beside the signers


@transaction.atomic
def decline(document: Document, *, by: User, at: datetime, reason: str) -> Document:
    """Hand a letter back instead of signing it; whoever made it is told why."""
    document = actions.locked(document)
    place = _my_place(document, by=by, at=at)
    actions.need_reason(reason)
    if place.state == State.ASKED:
        raise Refused(_("Tanda tangan Anda sedang diproses. Tunggu hasilnya dahulu."))
    place.state, place.trouble = State.REFUSED, reason.strip()[:500]
    place.save(update_fields=["state", "trouble"])
    record(document, "document_declined", by=by, at=at, after={"order": place.order}, note=place.trouble)
    if document.made_by is not None and document.made_by.email:
        words = {
            "kind": kind_name(document.kind),
            "number": document.number,
            "who": place.position,
            "why": place.trouble,
            "link": composing.desk_address(document),
        }
        notify(
            address=document.made_by.email,
            kind="signature_declined",
            subject=_("Dikembalikan: %(kind)s %(number)s") % words,
            body=_("%(who)s mengembalikan %(kind)s %(number)s.\n\nAlasannya: %(why)s\n\n%(link)s") % words,
            about=document,
            at=at,
        )
    return document


@transaction.atomic
def start_again(document: Document, *, by: User | None, at: datetime) -> Document:
    """Set a waiting letter again, with who holds the offices today; signatures that it had are lost.

    Number, date and values stay. For a head who changed between two signatures, or a letter that was handed back.
    """
    document = actions.locked(document)
    if by is not None:
        demand(by, "documents.issue", document)
    if document.state != Document.State.WAITING or document.template is None:
        raise Refused(_("Hanya surat yang menunggu tanda tangan yang dapat disusun ulang."))
    lost = document.signatures.filter(state=State.SIGNED).count()
    document.signatures.all().delete()
    places = [
        actions.place(document, order, office, on=day_of(at))
        for order, office in enumerate(document.template.signers, start=1)
    ]
    document.is_example = actions.makes_examples(signed=True)
    actions.write(document, places, by=by, at=at)
    document.save(update_fields=["file", "sha256", "is_example"])
    Signature.objects.bulk_create(places)
    record(document, "document_set_again", by=by, at=at, before={"signatures": lost})
    actions.ask_next(document, at=at)
    return document


@transaction.atomic
def attach_signed(
    document: Document, upload: "UploadedFile[bytes] | bytes", *, by: User | None, at: datetime
) -> Document:
    """Keep a letter that was signed elsewhere: our PDF with electronic signatures, or a scan of it signed with ink.

    It counts for every place that is still open. What its signatures are worth is kept and shown; a broken one is
    refused, and so is another document.
    """
    document = actions.locked(document)
    if by is not None:
        demand(by, "documents.issue", document)
    if document.state != Document.State.WAITING:
        raise Refused(_("Surat ini tidak sedang menunggu tanda tangan."))
    if document.signatures.filter(state=State.ASKED).exists():
        raise Refused(_("Surat ini sedang ditandatangani. Tunggu hasilnya dahulu."))
    content = actions.pdf_of(upload)
    report = validate(content, at=at)
    if report.verdict is Verdict.BROKEN:
        raise Refused(_("Berkas ini berubah setelah ditandatangani. Kirim berkas aslinya."))
    before = actions.file_of(document)
    if content == before:
        raise Refused(_("Ini surat yang belum ditandatangani. Unggah yang sudah ditandatangani."))
    if report.is_good and not content.startswith(before) and page_hashes(content) != page_hashes(before):
        raise Refused(
            _("Berkas ini bukan surat %(number)s. Unduh suratnya di sini, lalu tanda tangani itu.")
            % {"number": document.number}
        )
    document.validation = {
        "verdict": str(report.verdict),
        "signatures": report.to_json(),
        "at": at.isoformat(),
    }
    document.signatures.exclude(state=State.SIGNED).update(
        state=State.SIGNED, signed_at=at, backend="upload", trouble=""
    )
    actions.keep(document, content, by=by, at=at)
    document.save(update_fields=["file", "sha256", "validation"])
    record(
        document,
        "document_attached",
        by=by,
        at=at,
        after={"sha256": document.sha256, "verdict": str(report.verdict)},
    )
    _go_on(document, by=by, at=at)
    return document
