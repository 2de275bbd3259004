"""Officers' pages about documents: the list, one document, signing, revoking."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from lawang.documents import actions, reading, several, signatures, signers, signing, sources
from lawang.documents.forms import STATES, TAGS, DocumentFilters, ReasonForm, SignForm, UploadForm
from lawang.documents.kinds import kind_name
from lawang.documents.models import Document, Signature
from lawang.documents.validation import Report
from lawang.lib import codes
from lawang.lib.dates import long_date, long_moment
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import now, today, zone
from lawang.people.permissions import may, needs, sees
from lawang.people.views import me
from lawang.record.actions import saw, thing_name
from lawang.record.models import Privacy
from lawang.record.resent import once_sent
from lawang.record.sealing import keyed_hash
from lawang.web.download import csv_response
from lawang.web.tables import Column, Table, paginate, with_query

PER_PAGE = 50
AT_ONCE = 50  # letters that can be ticked and signed in one press
ALL = "semua"
State = Document.State


# The list


def _found(request: HttpRequest, filters: DocumentFilters) -> QuerySet[Document]:
    found = reading.visible_to(request.user).select_related("office").order_by("-made_at", "-pk")
    chosen = filters.chosen()
    if words := chosen.get("q"):
        code = codes.normalise(words)
        found = found.filter(
            Q(number__icontains=words)
            | Q(number_hash=keyed_hash(" ".join(words.split())) or None)
            | Q(title__id__icontains=words)
            | (Q(code=code) if code else Q(pk__in=[]))
        )
    for name in ("state", "kind", "office"):
        if name in chosen:
            found = found.filter(**{name: chosen[name]})
    if year := chosen.get("year"):
        first = datetime(year, 1, 1, tzinfo=zone())
        found = found.filter(made_at__gte=first, made_at__lt=first.replace(year=year + 1))
    return found


def state_tag(document: Document) -> str:
    """Return the state as a coloured word."""
    state = State(document.state)
    return format_html('<span class="tag {}">{}</span>', TAGS[state], STATES[state])


def _number(document: Document) -> str:
    """Return what names the document in a list: its number, its code when its kind has none."""
    if document.number:
        return document.number
    if document.origin == Document.Origin.ELSEWHERE:
        return _("nomor dari sistem lain")
    return _("belum bernomor") if document.state == State.DRAFT else codes.shown(document.code)


def _address(document: Document) -> str:
    return reverse("documents:document", kwargs={"key": document.key})


def _columns() -> list[Column]:
    return [
        Column(_("Nomor"), _number, href=_address, is_head=True),
        Column(_("Judul"), "title"),
        Column(_("Kantor"), "office.short_name"),
        Column(_("Tanggal"), "date", kind="date"),
        Column(_("Keadaan"), state_tag),
    ]


@needs("documents.see")
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """List the documents of the person's offices, those that wait for their signature first."""
    filters = DocumentFilters(request, on=today())
    page = paginate(request, _found(request, filters), PER_PAGE)
    table = Table(
        _columns(),
        page,
        caption=_("Dokumen"),
        empty=_("Tidak ada dokumen yang cocok dengan saringan ini."),
    )
    context = {
        "filters": filters,
        "page": page,
        "table": table,
        "query": with_query(request.GET, pilih=None, signer=None),
        **_mine(request),
    }
    return render(request, "documents/documents.html", context)


def _mine(request: HttpRequest) -> dict[str, Any]:
    """Return what waits for the person's signature, the oldest letters first; nothing for who signs nothing.

    Which are ticked stands in the address: `pilih` is "semua" or the key of a letter, as often as there are such.
    """
    if not may(request.user, "documents.sign"):
        return {}
    waiting = reading.waiting_for(me(request), at=now()).select_related("office")
    letters, ticked = list(waiting[:AT_ONCE]), request.GET.getlist("pilih")
    ready = signing.signers_ready()
    return {
        "mine": [(one, ALL in ticked or str(one.key) in ticked) for one in letters],
        "more": waiting.count() - len(letters),
        "is_all": ALL in ticked,
        "sign_form": SignForm(signers=ready, initial={"signer": request.GET.get("signer", "")}),
        "signers": ready,
        "reads": sees(request.user, Privacy.PERSONAL),
    }


@needs("documents.see")
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Download the list as CSV, with the same filters. Nothing personal is in it."""
    found = _found(request, DocumentFilters(request, on=today()))
    heading = [
        _("Nomor"),
        _("Jenis"),
        _("Judul"),
        _("Kantor"),
        _("Tanggal"),
        _("Keadaan"),
        _("Kode"),
        "SHA-256",
    ]
    rows = (
        [
            document.number,
            kind_name(document.kind),
            say(document.title),
            document.office.short_name,
            document.date,
            str(STATES[State(document.state)]),
            codes.shown(document.code),
            document.sha256,
        ]
        for document in found.iterator(chunk_size=500)
    )
    return csv_response(request, "dokumen", heading, rows)


# One document


def _document(request: HttpRequest, key: UUID) -> Document:
    """Return a document of the person's offices, or one of a thing that they handle elsewhere."""
    found = (
        Document.objects.select_related(
            *("office", "office__parent", "template", "replaced_by", "revoked_by", "made_by", "file")
        )
        .filter(key=key)
        .first()
    )
    if found is None:
        raise Http404
    if not may(request.user, "documents.see", found) and (
        found.state == State.DRAFT or not sources.may_read(request.user, found)
    ):
        raise Http404
    return found


@needs("documents.see")
@require_safe
def document(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one document: what it is worth, who signed, what one may do with it."""
    found = _document(request, key)
    if _number_is_closed(found) and sees(request.user, Privacy.PERSONAL):
        saw(found, ["number"], by=me(request), at=now(), why=request.path)
    return _show(request, found)


def _number_is_closed(found: Document) -> bool:
    """Tell whether the number is another system's, which names a person, and is still there."""
    return found.origin == Document.Origin.ELSEWHERE and found.erased_at is None


def _show(
    request: HttpRequest,
    found: Document,
    *,
    sign_form: SignForm | None = None,
    upload_form: UploadForm | None = None,
    reason_form: ReasonForm | None = None,
    doing: str = "",
    status: int = 200,
) -> HttpResponse:
    places = list(found.signatures.select_related("user", "agency").order_by("order"))
    waiting = next((one for one in places if one.state != Signature.State.SIGNED), None)
    ready = signing.signers_ready()
    can_sign = False
    if found.state == State.WAITING and waiting is not None:
        waiting.document = found
        on = today()
        can_sign = bool(may(request.user, "documents.sign", waiting)) and (
            signers.able(me(request), waiting, on=on) is not None
        )
    issues = bool(may(request.user, "documents.issue", found))
    revokes = bool(may(request.user, "documents.revoke", found))
    times, last = reading.times_checked(found)
    reads = sees(request.user, Privacy.PERSONAL)
    context = {
        "document": found,
        "title": say(found.title),
        "tag": state_tag(found),
        "facts": _facts(found, with_number=reads),
        "places": [(one, _place_words(one, waiting)) for one in places],
        "report": _report(found),
        "can_sign": can_sign,
        "sign_form": sign_form or SignForm(signers=ready),
        "signers": ready,
        "is_asked": waiting is not None and waiting.state == Signature.State.ASKED,
        "can_issue": issues and found.state == State.DRAFT and not found.about,
        "can_attach": issues and found.state == State.WAITING,
        "upload_form": upload_form or UploadForm(),
        "can_revoke": revokes and found.state in (State.VALID, State.WAITING),
        "revoke_form": _reasons(reason_form, doing, "revoke"),
        "decline_form": _reasons(reason_form, doing, "decline"),
        "doing": doing,
        "times": times,
        "last": last,
        "reads": reads,
        "has_word": found.template_id is not None and found.erased_at is None,
        "thing": thing_name(found),
        "sees_history": bool(may(request.user, "record.see_history")),
        "crumbs": [(_("Dokumen"), reverse("documents:documents"))],
    }
    return render(request, "documents/document.html", context, status=status)


def _reasons(form: ReasonForm | None, doing: str, wanted: str) -> ReasonForm:
    """Return the form of one of two doings that ask for a reason on the same page."""
    return form if form is not None and doing == wanted else ReasonForm(auto_id=f"{wanted}-%s")


def _facts(found: Document, *, with_number: bool) -> list[tuple[str, str, str]]:
    made = found.made_by.name if found.made_by else _("dibuat otomatis")
    rows = [
        (_("Nomor"), reading.number_of(found) if with_number else found.number),
        (_("Jenis"), kind_name(found.kind)),
        (_("Tanggal"), long_date(found.date) if found.date else ""),
        (_("Kantor"), say(found.office.name)),
        (_("Kode"), codes.shown(found.code) if found.origin == Document.Origin.OURS else ""),
        (_("Disusun"), f"{made}, {long_moment(found.made_at)}"),
        (_("Terbit"), long_moment(found.issued_at) if found.issued_at else ""),
        (_("Sidik berkas (SHA-256)"), found.sha256 if found.issued_at else ""),
    ]
    return [(name, value, "") for name, value in rows if value]


def _place_words(place: Signature, waiting: Signature | None) -> str:
    if place.state == Signature.State.SIGNED:
        when = long_moment(place.signed_at) if place.signed_at else ""
        if place.backend == "upload":
            return _("ditandatangani di luar, diunggah %(when)s") % {"when": when}
        return _("ditandatangani %(when)s") % {"when": when}
    if place.state == Signature.State.ASKED:
        return _("sedang diminta ke layanan tanda tangan")
    if place.state == Signature.State.REFUSED:
        return _("dikembalikan: %(why)s") % {"why": place.trouble}
    if place == waiting:
        return _("gilirannya sekarang")
    return _("menunggu giliran")


def _report(found: Document) -> list[str]:
    """Return what is known of signatures from elsewhere, as sentences."""
    if not found.validation:
        return []
    return Report.from_json(found.validation.get("signatures", [])).sentences()


@needs("documents.see")
@require_safe
def pdf(request: HttpRequest, key: UUID) -> HttpResponse:
    """Download the PDF as it stands; reading it is written down."""
    return _download(request, key, actions.pdf, "application/pdf", "pdf")


@needs("documents.see")
@require_safe
def word(request: HttpRequest, key: UUID) -> HttpResponse:
    """Download the letter for Word."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return _download(request, key, actions.docx, kind, "docx")


def _download(
    request: HttpRequest, key: UUID, make: Callable[[Document], bytes], kind: str, ending: str
) -> HttpResponse:
    found = _document(request, key)
    if not sees(request.user, Privacy.PERSONAL):
        raise PermissionDenied(_("Isi surat adalah data pribadi; tugas Anda tidak mencakupnya."))
    saw(found, [ending], by=me(request), at=now(), why=request.path)
    try:
        content = make(found)
    except LookupError:
        raise Http404 from None
    name = f"{found.number or codes.shown(found.code)}".replace("/", "-")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = (
        f'{"inline" if ending == "pdf" else "attachment"}; filename="{name}.{ending}"'
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# What one does with it


@sensitive_post_parameters("passphrase")
@needs("documents.sign")
@require_POST
def sign(request: HttpRequest, key: UUID) -> HttpResponse:
    found = _document(request, key)
    ready = signing.signers_ready()
    form = SignForm(request.POST, signers=ready)
    if form.is_valid():
        try:
            done = signatures.sign(
                found,
                by=me(request),
                passphrase=form.cleaned_data.get("passphrase", ""),
                signer=form.cleaned_data.get("signer", ""),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _signed_words(done))
            return redirect("documents:document", key=key)
    return _show(request, _document(request, key), sign_form=form, doing="sign", status=422)


def _signed_words(done: Document) -> str:
    if done.state == State.VALID:
        return _("Ditandatangani. Surat ini berlaku sejak sekarang.")
    if done.signatures.filter(state=Signature.State.ASKED).exists():
        return _(
            "Tanda tangan diminta. Layanannya sedang sibuk: hasilnya diambil otomatis, Anda tidak perlu menunggu."
        )
    return _("Ditandatangani. Sekarang giliran penanda tangan berikutnya; ia sudah diberi tahu.")


@sensitive_post_parameters("passphrase")
@needs("documents.sign")
@require_POST
def sign_several(request: HttpRequest) -> HttpResponse:
    """Sign the ticked letters that wait for this person; what is left over comes back ticked."""
    letters = list(_ticked(request))
    form = SignForm(request.POST, signers=signing.signers_ready())
    if not request.POST.getlist("pilih"):
        messages.error(request, _("Centang dahulu surat yang Anda tanda tangani."))
    elif not letters:
        messages.info(request, _("Surat yang dicentang tidak lagi menunggu tanda tangan Anda."))
    elif not form.is_valid():
        messages.error(
            request, " ".join(f"{form[name].label}: {found[0]}" for name, found in form.errors.items())
        )
    elif _came_before(request):
        messages.info(
            request,
            _("Kiriman ini sudah diterima tadi. Lihat surat mana yang masih menunggu, lalu tekan lagi."),
        )
    else:
        done = several.sign(
            letters,
            by=me(request),
            passphrase=form.cleaned_data.get("passphrase", ""),
            signer=form.cleaned_data.get("signer", ""),
            clock=now,
        )
        _tell(request, done)
        letters = done.left
    return redirect(_list_with(letters, request.POST.get("signer", "")))


def _ticked(request: HttpRequest) -> QuerySet[Document]:
    """Return those ticked letters that wait for this person. One that was handed back is signed alone, if at all."""
    keys = []
    for typed in request.POST.getlist("pilih"):
        try:
            keys.append(UUID(typed))
        except ValueError:
            continue
    waiting = reading.waiting_for(me(request), at=now()).filter(key__in=keys)
    return waiting.exclude(signatures__state=Signature.State.REFUSED)


def _list_with(letters: list[Document], signer: str) -> str:
    """Return the address of the list on which these letters are ticked and this signer is chosen."""
    chosen = [("pilih", str(letter.key)) for letter in letters[:AT_ONCE]]
    chosen += [("signer", signer[:40])] if signer else []
    address = reverse("documents:documents")
    return f"{address}?{urlencode(chosen)}" if chosen else address


def _came_before(request: HttpRequest) -> bool:
    """Tell whether this very form was sent before; from now on it was.

    A second press must not try a wrong passphrase once more. What is kept of a form is a hash of its content, and
    no hash of a passphrase may be kept.
    """
    _nothing, is_first = once_sent(request, dict, without="passphrase")
    return not is_first


def _tell(request: HttpRequest, done: several.Outcome) -> None:
    if count := len(done.signed):
        words = ngettext("%(count)s surat ditandatangani.", "%(count)s surat ditandatangani.", count)
        messages.success(request, words % {"count": count})
    if count := len(done.asked):
        words = ngettext(
            "%(count)s tanda tangan diminta. Layanannya sedang sibuk: hasilnya diambil otomatis.",
            "%(count)s tanda tangan diminta. Layanannya sedang sibuk: hasilnya diambil otomatis.",
            count,
        )
        messages.success(request, words % {"count": count})
    for why, letters in done.refused.items():
        links = format_html_join(
            ", ", '<a href="{}">{}</a>', ((_address(one), _number(one)) for one in letters)
        )
        messages.warning(
            request, format_html(_("Belum ditandatangani: {letters}. {why}"), letters=links, why=why)
        )
    if not (count := len(done.left)):
        return
    if done.why:
        words = ngettext(
            "%(count)s surat yang dicentang belum ditandatangani.",
            "%(count)s surat yang dicentang belum ditandatangani.",
            count,
        )
        messages.error(request, f"{done.why} {words % {'count': count}}")
    else:
        words = ngettext(
            "%(count)s lagi belum sempat: tekan sekali lagi.",
            "%(count)s lagi belum sempat: tekan sekali lagi.",
            count,
        )
        messages.warning(request, words % {"count": count})


@needs("documents.sign")
@require_POST
def decline(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(found: Document, reason: str) -> None:
        signatures.decline(found, by=me(request), at=now(), reason=reason)

    return _with_reason(
        request, key, do, doing="decline", said=_("Surat dikembalikan. Penyusunnya diberi tahu.")
    )


@needs("documents.revoke")
@require_POST
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    def do(found: Document, reason: str) -> None:
        actions.revoke(found, by=me(request), at=now(), reason=reason)

    return _with_reason(
        request, key, do, doing="revoke", said=_("Surat dicabut. Halaman cek sudah mengatakannya.")
    )


def _with_reason(
    request: HttpRequest, key: UUID, do: Callable[[Document, str], None], *, doing: str, said: str
) -> HttpResponse:
    found = _document(request, key)
    form = ReasonForm(request.POST, auto_id=f"{doing}-%s")
    if form.is_valid():
        try:
            do(found, form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return redirect("documents:document", key=key)
    return _show(request, _document(request, key), reason_form=form, doing=doing, status=422)


@needs("documents.issue")
@require_POST
def attach(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a letter that was signed elsewhere."""
    found = _document(request, key)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            signatures.attach_signed(found, form.cleaned_data["file"], by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused, "file")
        else:
            messages.success(
                request, _("Surat yang sudah ditandatangani disimpan. Surat ini berlaku sejak sekarang.")
            )
            return redirect("documents:document", key=key)
    return _show(request, _document(request, key), upload_form=form, doing="attach", status=422)


@needs("documents.issue")
@require_POST
def start_again(request: HttpRequest, key: UUID) -> HttpResponse:
    signatures.start_again(_document(request, key), by=me(request), at=now())
    messages.success(request, _("Surat disusun ulang. Tanda tangan dimulai dari yang pertama."))
    return redirect("documents:document", key=key)


@needs("documents.issue")
@require_POST
def issue(request: HttpRequest, key: UUID) -> HttpResponse:
    """Issue a draft that belongs to no case."""
    done = actions.issue(_document(request, key), by=me(request), at=now())
    messages.success(
        request, _("Surat bernomor %(number)s.") % {"number": done.number or codes.shown(done.code)}
    )
    return redirect("documents:document", key=key)


@needs("documents.issue")
@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    actions.discard(_document(request, key), by=me(request), at=now())
    messages.success(request, _("Rancangan dibuang."))
    return redirect("documents:documents")
