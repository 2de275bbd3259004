"""An office that receives what phones send: the server's half of the outbox contract, as small as it can be.

The real one is in `cases`. Here a received submission is a row of record.Key, written by record.actions.once on the
real PostgreSQL; pieces of photos lie in a folder. Also the address book (URL configuration) of these tests.
"""

import hashlib
import json
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.apps import apps
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import RequestContext, Template
from django.urls import include, path
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from lawang.web import errors, views
from lawang.web.forms import DateField, FileField, Form, LongTextField
from lawang.web.json import answer, refusal
from lawang.web.keep import may_be_kept

FORM = """{% extends "web/base.html" %}{% load lawang %}{% block title %}Permohonan contoh{% endblock %}
{% block content %}<h1>Permohonan contoh</h1>{% include "web/components/outbox.html" %}{% error_summary form %}
<form class="stack" method="post" enctype="multipart/form-data" novalidate
 data-outbox="contoh" data-version="{{ version }}">
{% token %}{{ form }}<div class="actions"><button class="button">Kirim</button></div></form>{% endblock %}"""
RECEIVED = """{% extends "web/base.html" %}{% block title %}Diterima{% endblock %}{% block content %}
<h1>Diterima</h1><p id="nomor">{{ number }}</p>{% endblock %}"""


class Application(Form):
    name = forms.CharField(label="Nama")
    village = forms.ChoiceField(
        label="Desa", choices=[("", "Pilih"), ("tanjung", "Tanjung"), ("lubuk", "Lubuk")]
    )
    way = forms.ChoiceField(
        label="Cara", choices=[("web", "Lewat HP"), ("kantor", "Di kantor")], widget=forms.RadioSelect
    )
    papers = forms.MultipleChoiceField(
        label="Surat yang ada",
        required=False,
        choices=[("kk", "Kartu keluarga"), ("nikah", "Buku nikah")],
        widget=forms.CheckboxSelectMultiple,
    )
    born = DateField(label="Tanggal lahir", required=False)
    story = LongTextField(label="Cerita", required=False)
    photo = FileField(label="Foto surat", required=False, kinds=("jpg", "png"))
    second = FileField(label="Foto kedua", required=False, kinds=("jpg", "png", "pdf"))


class Office:
    """What the office remembers of one test and how it behaves."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lwo"))
        self.version = 3  # of the form as it is served now
        self.oldest = 1  # that is still accepted
        self.is_shut = False  # answers 401
        self.visits = 0
        self.lock = threading.Lock()

    def rows(self) -> list[dict[str, Any]]:
        """Return everything that was received, once per key."""
        keys = apps.get_model("record.key").objects.filter(verb="web.receive").order_by("pk")
        return [row.result for row in keys]

    def photo(self, key: str, n: int) -> bytes:
        """Return the bytes of a photo that has arrived whole, b"" before."""
        whole = self.folder / f"{key}-{n}.whole"
        return whole.read_bytes() if whole.exists() else b""

    def photos(self) -> int:
        return len(list(self.folder.glob("*.whole")))


office = Office()


def reset() -> Office:
    office.__init__()  # type: ignore[misc]  # the views hold this very object
    return office


def receive(key: str, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Keep one submission; the same key again gives the same receipt. Raise record's SentDifferently."""
    at = timezone.now()
    keys = apps.get_model("record.key").objects

    def keep() -> dict[str, Any]:
        receipt = {
            "number": f"CTH-2026-{keys.filter(verb='web.receive').count():06d}",
            "code": body["code"],
            "key": key,
            "received_at": at.isoformat(),
            "url": f"/contoh/{key}/",
            "due": (at + timedelta(days=3)).date().isoformat(),
        }
        return {"receipt": receipt, **body}

    content = {
        name: value for name, value in body.items() if name != "made_at"
    }  # a phone's clock says nothing
    result, is_new = import_string("lawang.record.actions.once")(key, "web.receive", None, content, at, keep)
    return result["receipt"], is_new


def _is_ours(request: HttpRequest) -> bool:
    """A header of our own cannot come from another site without CORS: it stands for the CSRF token."""
    return (
        request.headers.get("X-Lawang") == "1"
        and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    )


@csrf_exempt
def send(request: HttpRequest) -> HttpResponse:
    office.visits += 1
    if request.method != "POST" or not _is_ours(request):
        return refusal(403, "forbidden", "Kiriman ini tidak datang dari halaman kami.")
    try:
        key, body = str(UUID(request.headers["Idempotency-Key"])), json.loads(request.body)
    except (KeyError, ValueError):
        return refusal(400, "unreadable", "Kiriman tidak terbaca.")
    if office.is_shut:
        return refusal(401, "login", "Masuk dahulu.")
    if body["version"] < office.oldest:
        return refusal(
            422, "old_version", "Formulir ini sudah berganti. Periksa isian Anda di formulir yang baru."
        )
    fields: dict[str, list[str]] = {}
    if "angka" in body["answers"].get("name", ""):
        fields["name"] = ["Nama tidak boleh berisi angka."]
    if not body["answers"].get("way"):
        fields["way"] = ["Pilih satu."]
    if fields:
        return refusal(422, "invalid", "", fields)
    try:
        receipt, is_new = receive(key, body)
    except import_string("lawang.record.actions.SentDifferently") as refused:
        return refusal(409, "sent_differently", refused.sentence)
    return answer(receipt, status=201 if is_new else 200)


@csrf_exempt
def piece(request: HttpRequest, key: UUID, n: int) -> HttpResponse:
    if not _is_ours(request):
        return refusal(403, "forbidden", "Kiriman ini tidak datang dari halaman kami.")
    row = next((row for row in office.rows() if row["receipt"]["key"] == str(key)), None)
    if row is None or n >= len(row["files"]):
        return refusal(404, "not_found", "Tidak ada.")
    told, part = row["files"][n], office.folder / f"{key}-{n}.part"
    whole = part.with_suffix(".whole")
    with office.lock:
        have = told["size"] if whole.exists() else part.stat().st_size if part.exists() else 0
        if request.method == "POST" and not whole.exists():
            if request.GET.get("offset") != str(have):
                return answer({"offset": have, "complete": False}, status=409)
            with part.open("ab") as file:
                file.write(request.body[: told["size"] - have])
            have = part.stat().st_size
            if have == told["size"]:
                if hashlib.sha256(part.read_bytes()).hexdigest() == told["sha256"]:
                    part.rename(whole)
                else:
                    part.unlink()
                    have = 0
        return answer({"offset": have, "complete": whole.exists()})


@may_be_kept
def form(request: HttpRequest) -> HttpResponse:
    """The page with the form; without JavaScript an ordinary POST to the same address."""
    filled = Application(request.POST, request.FILES) if request.method == "POST" else Application()
    if request.method == "POST" and filled.is_valid():
        key = request.POST.get("key") or str(uuid4())
        files = [
            {"name": one[-1].name, "field": name, "size": one[-1].size} for name, one in request.FILES.lists()
        ]
        answers = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
        receive(
            key, {"code": request.POST.get("code", ""), "answers": answers, "files": files, "plain": True}
        )
        return HttpResponseRedirect(f"/contoh/{key}/")
    page = Template(FORM).render(RequestContext(request, {"form": filled, "version": office.version}))
    return HttpResponse(page, status=200)


def received(request: HttpRequest, key: UUID) -> HttpResponse:
    row = next(row for row in office.rows() if row["receipt"]["key"] == str(key))
    return HttpResponse(Template(RECEIVED).render(RequestContext(request, row["receipt"])))


def desk(request: HttpRequest) -> HttpResponse:
    """A page of people at work; that it asks to be kept must not help."""
    response = HttpResponse(Template(RECEIVED).render(RequestContext(request, {"number": "meja"})))
    response["X-Keep"] = "1"
    return response


urlpatterns = [
    path("tema-<slug:digest>.css", views.theme, name="theme"),
    path("pekerja.js", views.worker, name="worker"),
    path("token/", views.token, name="token"),
    path("kirim/", send),
    path("kirim/<uuid:key>/<int:n>/", piece),
    *i18n_patterns(
        path("", include("lawang.web.urls")),
        path("contoh/", form, name="form"),
        path("contoh/<uuid:key>/", received),
        path("meja/contoh/", desk),
        prefix_default_language=False,
    ),
]
handler404 = errors.not_found
handler500 = errors.failure
