"""The public page on which anybody checks a paper: by its code, its QR, or the PDF itself."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.documents import actions, checked, qr
from lawang.documents.kinds import KINDS, kind_name
from lawang.documents.models import Document
from lawang.lib import codes
from lawang.lib.dates import long_date
from lawang.lib.text import say
from lawang.people.models import NodeKey
from lawang.people.node import day_of, now
from lawang.web.forms import Form
from lawang.web.keep import may_be_kept

State = Document.State
HASH = 64  # hex digits of a SHA-256
SHOWN = (State.VALID, State.REPLACED, State.REVOKED)


class CodeForm(Form):
    kode = forms.CharField(
        label=gettext_lazy("Kode surat"),
        max_length=60,
        help_text=gettext_lazy(
            "13 huruf dan angka di bawah surat, di samping kode QR. Misalnya 7F3A‑91C2‑0KXM‑4."
        ),
        widget=forms.TextInput(
            {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Kode surat belum diisi.")},
    )

    def clean_kode(self) -> str:
        code = codes.normalise(self.cleaned_data["kode"])
        if code is None:
            raise forms.ValidationError(
                _(
                    "Kode ini salah tulis: ada huruf yang tertukar atau kurang. Periksa lagi 13 huruf dan angkanya."
                )
            )
        return code


@dataclass(frozen=True)
class Verdict:
    """What the page says first."""

    kind: str  # of the notice: success, warning, error
    title: str
    words: str


@may_be_kept
def check_any(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a file; look for the document that a file's hash belongs to.

    The file is read for its hash alone and kept nowhere. A browser with our script sends only the hash.
    """
    if request.method == "POST":
        return _of_upload(request)
    if "kode" in request.GET:
        form = CodeForm(request.GET)
        if form.is_valid():
            return redirect("documents:check", code=form.cleaned_data["kode"])
        return _page(request, form=form, status=422)
    if digest := _digest(request):
        document = _by_hash(digest)
        if document is not None:
            return redirect(f"{reverse('documents:check', args=[document.code])}?sidik={digest}")
        return _page(request, verdict=_unknown_file())
    return _page(request)


def check(request: HttpRequest, code: str) -> HttpResponse:
    """Say what one document is worth today. Whoever has the code has the paper: nothing personal is said."""
    wanted = codes.normalise(code)
    if wanted is not None and wanted != code:
        return redirect("documents:check", code=wanted)
    document = actions.check(code)
    at = now()
    if request.method == "GET" and not request.GET:
        checked.count(document, on=day_of(at))
    if document is None:
        return _page(
            request, verdict=_not_found(), code=codes.shown(wanted) if wanted else code[:40], status=404
        )
    digest = _digest(request)
    return _page(
        request,
        verdict=_verdict(document),
        document=document,
        facts=_facts(document),
        at=at,
        code=codes.shown(document.code),
        match=_match(document, digest) if digest else None,
    )


def _page(
    request: HttpRequest, *, form: CodeForm | None = None, status: int = 200, **known: Any
) -> HttpResponse:
    document: Document | None = known.get("document")
    context = {
        "form": form or CodeForm(),
        "keys": _keys(),
        "kinds": json.dumps({word: str(title) for word, title in KINDS.items()}, ensure_ascii=False),
        "megabytes": settings.FILE_MEGABYTES,
        "sha256": document.sha256 if document is not None and document.state in SHOWN else "",
        **known,
    }
    response = render(request, "documents/check.html", context, status=status)
    if known.get(
        "code"
    ):  # the answer is of this moment and is not kept; the page that can check without a signal is
        response["X-Keep-Also"] = reverse("documents:check_any")
    else:
        response["X-Keep-Below"] = "1"  # without a signal it opens for every code
    return response


def _keys() -> str:
    """Return the node's public QR keys for the page's script: also old ones, for old papers."""
    rows = NodeKey.objects.filter(purpose=NodeKey.Purpose.QR).order_by("valid_from")
    keys = [
        {
            "id": row.fingerprint[: qr.SHORT],
            "key": qr.for_browsers(row.public),
            "until": day_of(row.valid_to).isoformat() if row.valid_to else "",
        }
        for row in rows
    ]
    return json.dumps(keys, separators=(",", ":"))


def _facts(document: Document) -> list[tuple[str, str, str]]:
    places = document.signatures.order_by("order")
    signed = "; ".join(place.position for place in places if place.state == place.State.SIGNED)
    rows = [
        (_("Jenis"), kind_name(document.kind)),
        (_("Nomor"), document.number),
        (_("Tanggal"), long_date(document.date) if document.date else ""),
        (_("Diterbitkan oleh"), say(document.office.name)),
        (_("Ditandatangani oleh"), signed),
    ]
    return [(name, value, "") for name, value in rows if value]


def _verdict(document: Document) -> Verdict:
    match document.state:
        case State.VALID if document.is_example:
            return Verdict(
                "warning",
                _("Contoh yang berlaku"),
                _("Surat ini diterbitkan di sini sebagai contoh. Tidak mempunyai kekuatan hukum."),
            )
        case State.VALID:
            return Verdict("success", _("Berlaku"), _("Surat ini kami terbitkan dan masih berlaku."))
        case State.REPLACED:
            since = long_date(document.replaced_at) if document.replaced_at else ""
            return Verdict(
                "error",
                _("Sudah diganti"),
                _(
                    "Surat ini pernah kami terbitkan, tetapi sudah diganti sejak %(since)s. Jangan dipakai lagi."
                )
                % {"since": since},
            )
        case State.REVOKED:
            since = long_date(document.revoked_at) if document.revoked_at else ""
            return Verdict(
                "error",
                _("Dicabut"),
                _("Surat ini dicabut dan tidak berlaku sejak %(since)s.") % {"since": since},
            )
    return Verdict(
        "error",
        _("Belum berlaku"),
        _("Surat ini belum selesai ditandatangani. Kertas yang beredar belum berlaku."),
    )


def _not_found() -> Verdict:
    return Verdict(
        "error",
        _("Tidak ditemukan"),
        _(
            "Kami tidak pernah menerbitkan surat dengan kode ini. Periksa lagi tulisan kodenya. "
            "Bila kodenya benar, surat itu bukan dari kami: tanyakan ke kantor yang namanya tertulis di surat."
        ),
    )


def _unknown_file() -> Verdict:
    return Verdict(
        "error",
        _("Berkas tidak dikenal"),
        _(
            "Tidak ada surat kami yang sama persis dengan berkas ini. Berkas hasil foto, pindai, atau cetak ulang "
            "selalu berbeda: untuk itu pakai kode QR atau kodenya."
        ),
    )


def _match(document: Document, digest: str) -> Verdict:
    if digest == document.sha256 and document.state in SHOWN:
        return Verdict(
            "success",
            _("Berkas sama persis"),
            _("Berkas yang Anda pilih sama persis dengan surat yang kami terbitkan."),
        )
    return Verdict(
        "error",
        _("Berkas berbeda"),
        _(
            "Berkas yang Anda pilih tidak sama dengan surat yang kami terbitkan: "
            "mungkin diubah, dipindai, atau surat lain."
        ),
    )


# Files


def _digest(request: HttpRequest) -> str:
    """Return the SHA-256 in ?sidik=, or nothing when it is none."""
    given = request.GET.get("sidik", "").lower()
    return given if len(given) == HASH and set(given) <= set("0123456789abcdef") else ""


def _by_hash(digest: str) -> Document | None:
    return Document.objects.filter(sha256=digest, origin=Document.Origin.OURS, state__in=SHOWN).first()


def _of_upload(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("berkas")
    if not isinstance(upload, UploadedFile) or not upload.size:
        form = CodeForm()
        return _page(request, form=form, file_error=_("Pilih berkas PDF suratnya dahulu."), status=422)
    digest = hashlib.sha256()
    for part in upload.chunks():
        digest.update(part)
    code = codes.normalise(request.POST.get("kode", ""))
    address = reverse("documents:check", args=[code]) if code else reverse("documents:check_any")
    return redirect(f"{address}?sidik={digest.hexdigest()}")
