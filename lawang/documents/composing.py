"""A document as a letter: wording, values, letterhead, signers and check code together, in one language."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lawang.documents import language, qr
from lawang.documents.kinds import LAYOUTS, kind_name
from lawang.documents.letter import Check, Letter, Signer
from lawang.documents.letterheads import head_of
from lawang.documents.models import Document, Signature, Template
from lawang.lib import codes
from lawang.lib.dates import month_name
from lawang.lib.text import say
from lawang.people.models import Agency
from lawang.people.node import node
from lawang.record import sealing
from lawang.record.actions import thing_name

DRAFT = "DRAF"  # the watermarks; letters are official in Indonesian, and so are these
EXAMPLE = "CONTOH"
UNSIGNED = "BELUM DITANDATANGANI"
OFFICE = 70  # letters of an office's name in the QR, which grows with it
NOTE = "Ditandatangani secara elektronik"


def seal(document: Document, values: Mapping[str, str]) -> str:
    """Return the values as one ciphertext under the document's own key."""
    words = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
    return sealing.seal_fields(thing_name(document), {"values": words})["values"]


def values_of(document: Document) -> dict[str, str] | None:
    """Return what filled the document, in clear; None once it was erased. The caller writes down who read it."""
    if not document.values:
        return {}
    opened = sealing.open_values(thing_name(document), {"values": document.values})
    return None if opened is None else dict(json.loads(opened["values"]))


def site() -> str:
    """Return the address that printed links begin with: the node's, or where this process listens."""
    if base := node().base_url.rstrip("/"):
        return base
    host = settings.ALLOWED_HOSTS[0]
    return f"https://{host}" if settings.BEHIND_TLS else f"http://{host}:{settings.PORT}"


def check_address(code: str) -> str:
    """Return the address of a document's public check page, Indonesian, without a statement; "": of the page itself."""
    with override("id"):
        path = reverse("documents:check", kwargs={"code": code}) if code else reverse("documents:check_any")
    return f"{site()}{path}"


def plain_date(day: Date) -> str:
    """Return "20 November 2026", as letters write it."""
    return f"{day.day} {month_name(day.month)} {day.year}"


@dataclass(frozen=True)
class Draft:
    """What a letter is made of, before it is a document: also for the preview of a wording nobody saved yet."""

    title: str
    body: str
    kind: str
    office: Agency
    language: str
    values: Mapping[str, str]
    number: str = ""
    date: Date | None = None
    code: str = ""
    has_number: bool = True  # leaves a place for the number while there is none


def tree_of(template: Template, spoken: str) -> language.Tree:
    """Return the tree of a template in one language."""
    return language.parse(say(template.body, spoken))


def compose(
    document: Document, *, signatures: Sequence[Signature] = (), watermark: str = "", is_final: bool = False
) -> Letter:
    """Return the letter of a document of ours. `is_final`: its QR carries the signed statement.

    Raise LookupError when it has no template, or its values were erased.
    """
    values = values_of(document)
    if document.template is None or values is None:
        raise LookupError(f"{document.pk} cannot be composed again")
    draft = Draft(
        title=say(document.title, document.language),
        body=say(document.template.body, document.language),
        kind=document.kind,
        office=document.office,
        language=document.language,
        values=values,
        number=document.number,
        date=document.date,
        code=document.code,
        has_number=bool(document.template.series),
    )
    url = check_address(document.code)
    if is_final:
        url = f"{url}#{qr.payload(statement_of(document))}"
    return set_up(draft, signers=_signers(signatures), watermark=watermark, url=url)


def statement_of(document: Document) -> qr.Statement:
    """Return what the QR of a numbered document says."""
    return qr.Statement(
        code=document.code,
        number=document.number,
        date=document.date.isoformat() if document.date else "",
        office=say(document.office.name, "id")[:OFFICE],
        kind=document.kind,
        is_example=document.is_example,
    )


def _signers(signatures: Sequence[Signature]) -> tuple[Signer, ...]:
    return tuple(Signer(one.order, one.position, one.name, note=NOTE) for one in signatures)


def set_up(draft: Draft, *, signers: tuple[Signer, ...] = (), watermark: str = "", url: str = "") -> Letter:
    """Return a letter of its parts, everything said in the draft's language."""
    head, place = head_of(draft.office)
    office = say(draft.office.name, draft.language)
    with override(draft.language):
        dated = plain_date(draft.date) if draft.date else ""
        number = draft.number or (_("(menyusul)") if draft.has_number else "")
        given = {
            "number": number,
            "date": dated,
            "place": place,
            "office": office,
            "regency": say(node().name, draft.language),
            "code": codes.shown(draft.code) if draft.code else "",
        } | {name: value for name, value in draft.values.items() if value.strip()}
        layout = LAYOUTS.get(draft.kind, "certificate")
        reference = [(_("Nomor"), number), (_("Hal"), draft.title)]
        bare = site().partition("://")[2]
        said = {  # the watermark is drawn; who listens to the page hears these words
            DRAFT: _("Rancangan: surat ini belum bernomor dan belum berlaku."),
            UNSIGNED: _("Surat ini belum ditandatangani dan belum berlaku."),
            EXAMPLE: _("Contoh: surat ini tidak mempunyai kekuatan hukum."),
        }.get(watermark, "")
        return Letter(
            language=draft.language,
            layout=layout,
            title=draft.title,
            head=head,
            body=language.fill(language.parse(draft.body), given),
            check=Check(
                url=url or check_address(draft.code),
                alt=_("Kode QR untuk memeriksa keaslian surat ini, sama dengan kode di sebelahnya."),
                lines=(
                    _("Asli atau tidak? Pindai kode QR ini, atau buka %(address)s dan tulis kode ini:")
                    % {"address": f"{bare}/cek"},
                ),
                code=given["code"],
                after=""
                if watermark in (DRAFT, UNSIGNED)
                else _("Kode QR dapat diperiksa juga tanpa sinyal."),
                notice=said,
            ),
            author=office,
            number=_("Nomor: %(number)s") % {"number": number} if number and layout != "letter" else "",
            date=dated,
            place=place,
            reference=tuple((label, value) for label, value in reference if value),
            signers=signers,
            watermark=watermark,
            foot=f"{kind_name(draft.kind)} · {given['code']}",
            page=_("Halaman {page} dari {pages}"),
        )


def desk_address(document: Document) -> str:
    """Return the address at which officers read and sign a document."""
    return f"{site()}{reverse('documents:document', kwargs={'key': document.key})}"
