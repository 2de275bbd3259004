"""Who may do what with letters, and who reads the file of a document."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.documents import sources
from lawang.documents.models import Document, Letterhead, Signature, Template
from lawang.people.models import Agency, User
from lawang.people.permissions import may, register, sees
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File

READABLE = {Document.State.VALID, Document.State.REPLACED, Document.State.REVOKED}


def _office(thing: object) -> set[int]:
    match thing:
        case Document():
            return {thing.office_id}
        case Signature() | Letterhead():
            return {thing.agency_id}
        case Template():
            return {thing.agency_id} if thing.agency_id else set()
        case Agency():
            return {thing.pk}
    raise TypeError(f"{thing!r} has no office")


def _not_twice(user: User, thing: object) -> str | None:
    """Return why somebody may not sign: nobody signs one letter twice."""
    if not isinstance(thing, Signature):
        return None
    others = thing.document.signatures.exclude(pk=thing.pk)
    if others.filter(user=user, state__in=(Signature.State.SIGNED, Signature.State.ASKED)).exists():
        return _("Anda sudah menandatangani surat ini. Orang lain yang menandatangani berikutnya.")
    return None


def install() -> None:
    register(
        "documents.see", title=gettext_lazy("melihat surat"), noun=gettext_lazy("surat ini"), agencies=_office
    )
    register(
        "documents.issue",
        title=gettext_lazy("menerbitkan surat"),
        noun=gettext_lazy("surat ini"),
        agencies=_office,
    )
    register(
        "documents.sign",
        title=gettext_lazy("menandatangani surat"),
        noun=gettext_lazy("surat ini"),
        agencies=_office,
        veto=_not_twice,
    )
    register(
        "documents.revoke",
        title=gettext_lazy("mencabut surat"),
        noun=gettext_lazy("surat ini"),
        agencies=_office,
    )
    register(
        "documents.edit_template",
        title=gettext_lazy("mengubah bunyi surat dan kop surat"),
        noun=gettext_lazy("surat ini"),
        agencies=_office,
    )
    register_reader("documents.document", may_read)
    verbs.register(
        {
            "document_drafted": gettext_lazy("Surat disusun"),
            "document_discarded": gettext_lazy("Rancangan surat dibuang"),
            "document_issued": gettext_lazy("Surat terbit"),
            "document_numbered": gettext_lazy("Surat diberi nomor, menunggu tanda tangan"),
            "document_signed": gettext_lazy("Surat ditandatangani"),
            "document_not_signed": gettext_lazy("Tanda tangan tidak jadi"),
            "document_declined": gettext_lazy("Surat dikembalikan oleh penanda tangan"),
            "document_set_again": gettext_lazy("Surat disusun ulang, tanda tangan diulang"),
            "document_attached": gettext_lazy("Surat yang ditandatangani di luar diunggah"),
            "document_registered": gettext_lazy("Dokumen dari sistem lain dicatat"),
            "document_replaced": gettext_lazy("Surat diganti"),
            "document_revoked": gettext_lazy("Surat dicabut"),
            "number_voided": gettext_lazy("Nomor surat dibatalkan"),
            "template_installed": gettext_lazy("Bunyi surat dipasang dari paket"),
            "template_edited": gettext_lazy("Bunyi surat diubah"),
            "template_reset": gettext_lazy("Bunyi surat dikembalikan ke paket"),
            "letterhead_edited": gettext_lazy("Kop surat diubah"),
            "pattern_changed": gettext_lazy("Pola nomor surat diubah"),
            "qr_key_listed": gettext_lazy("Kunci kode QR dicantumkan"),
        }
    )


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a document's file: who may see the office's letters and personal data, and, once
    it is issued, whom the thing it came from lets."""
    document = Document.objects.filter(key=file.about.partition(":")[2]).first()
    if document is None:
        return False
    if may(user, "documents.see", document) and sees(user, file.privacy):
        return True
    is_the_paper = document.file_id == file.pk and document.state in READABLE
    return is_the_paper and sources.may_read(user, document)
