"""Pages about other nodes: who is admitted, what came from them, what was sent to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Max, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lawang.exchange import actions, cards, carrying
from lawang.exchange.forms import AddressForm, AdmitForm, NodeFilters, SentFilters, UploadForm, WhyForm
from lawang.exchange.models import Peer, PeerKey, ReceivedBatch, ReceivedPart, SentBatch
from lawang.exchange.parts import title_of
from lawang.exchange.standing import peers_at, state_words
from lawang.lib.dates import long_date
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import day_of, is_movement, node, now
from lawang.people.permissions import may, needs
from lawang.people.views import me
from lawang.record.actions import read_file
from lawang.web.download import csv_response
from lawang.web.forms import Form
from lawang.web.tables import Column, Table, paginate

PER_PAGE = 50
NEWEST = 20  # batches on a node's page
TAKEN, WAITING, REFUSED = ReceivedBatch.State.TAKEN, ReceivedBatch.State.WAITING, ReceivedBatch.State.REFUSED


# Nodes


def _found(request: HttpRequest) -> tuple[NodeFilters, QuerySet[Any], datetime]:
    at, filters = now(), NodeFilters(request)
    found, chosen = peers_at(at), filters.chosen()
    if words := chosen.get("q"):
        found = found.filter(Q(name__id__icontains=words) | Q(area_code__startswith=words))
    if state := chosen.get("state"):
        found = found.filter(state=state)
    return filters, found, at


def _columns(at: datetime) -> list[Column]:
    return [
        Column(_("Simpul"), "name", href=lambda one: reverse("exchange:node", args=[one.key]), is_head=True),
        Column(_("Wilayah"), lambda one: one.area_code or _("nasional")),
        Column(_("Kiriman terakhir"), lambda one: one.number, "number"),
        Column(_("Disegel"), lambda one: one.sealed, "date"),
        Column(_("Menunggu"), lambda one: one.held, "number"),
        Column(_("Keadaan"), lambda one: state_words(one, at)),
    ]


@needs("exchange.see")
def nodes(request: HttpRequest) -> HttpResponse:
    """Which installations exchange batches with this one, and who has been silent?"""
    filters, found, at = _found(request)
    page = paginate(request, found, PER_PAGE)
    table = Table(
        _columns(at),
        page,
        caption=_("Simpul"),
        empty=_("Tidak ada simpul yang cocok dengan saringan ini.")
        if filters.chosen()
        else _("Belum ada simpul yang diterima. Minta kartu simpulnya, lalu terima di sini."),
    )
    query = request.GET.urlencode()
    context = {
        "filters": filters,
        "page": page,
        "table": table,
        "query": f"?{query}" if query else "",
        "is_movement": is_movement(),
        "may_admit": may(request.user, "exchange.admit"),
        "may_carry": may(request.user, "exchange.carry"),
        "stale_days": settings.STALE_DAYS,
    }
    return render(request, "exchange/nodes.html", context)


@needs("exchange.see")
def nodes_csv(request: HttpRequest) -> HttpResponseBase:
    _filters, found, at = _found(request)
    heading = [
        *("uuid", "nama", "wilayah", "alamat", "mou", "diterima", "kiriman_terakhir", "disegel", "menunggu"),
        *("keadaan", "keterangan"),
    ]
    rows = (
        [
            *(str(one.key), say(one.name), one.area_code, one.base_url, one.agreement, one.admitted_at),
            *(one.number, one.sealed, one.held, one.state, state_words(one, at)),
        ]
        for one in found.iterator(chunk_size=500)
    )
    return csv_response(request, "simpul", heading, rows)


def _peer(key: UUID) -> Any:
    peer = peers_at(now()).filter(key=key).first()
    if peer is None:
        raise Http404
    return peer


def _crumbs(peer: Peer | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("Simpul"), reverse("exchange:nodes"))]
    return [*crumbs, (say(peer.name), reverse("exchange:node", args=[peer.key]))] if peer else crumbs


@needs("exchange.see")
def one_node(request: HttpRequest, key: UUID) -> HttpResponse:
    """What came from this installation, what was sent to it, and by which keys do we know it?"""
    peer, at = _peer(key), now()
    known = list(peer.keys.filter(valid_to=None))
    sign, box = (
        next((bytes(one.public) for one in known if one.use == use), b"")
        for use in (PeerKey.Use.SIGN, PeerKey.Use.BOX)
    )
    page = paginate(request, ReceivedBatch.objects.filter(peer=peer).order_by("-pk"), NEWEST)
    received = Table(
        [
            Column(_("Nomor"), "sequence", "number", is_head=True),
            Column(_("Disegel"), "sealed_at", "date"),
            Column(_("Datang"), "came_at", "date"),
            Column(_("Keadaan"), lambda one: _received_words(one)),
        ],
        page,
        caption=_("Kiriman yang datang"),
        empty=_("Belum ada kiriman dari simpul ini."),
    )
    context = {
        "peer": peer,
        "state": state_words(peer, at),
        "fingerprint": cards.fingerprint(peer.key, sign, box) if sign and box else "",
        "missing": ", ".join(str(one) for one in actions.missing_numbers(peer)[:20]),
        "parts": _parts_table(peer),
        "received": received,
        "page": page,
        "sent": _sent_table(_sent().filter(peer=peer)[:NEWEST]),
        "may_admit": may(request.user, "exchange.admit"),
        "may_carry": may(request.user, "exchange.carry"),
        "crumbs": _crumbs(),
    }
    return render(request, "exchange/node.html", context)


def _received_words(one: ReceivedBatch) -> str:
    if one.state == TAKEN:
        return _("diterima")
    if one.state == WAITING:
        return one.reason
    if one.state == ReceivedBatch.State.ASIDE:
        return _("disisihkan")
    return _("Ditolak: %(why)s") % {"why": one.reason}


def _parts_table(peer: Peer) -> Table:
    """Return what of this peer counts now, by kind."""
    rows = (
        ReceivedPart.objects.in_force()
        .filter(peer=peer)
        .values("kind", "is_read")
        .annotate(parts=Count("pk"), corrections=Max("correction"), sealed=Max("batch__sealed_at"))
        .order_by("kind")
    )
    return Table(
        [
            Column(_("Isi"), lambda one: title_of(one["kind"]), is_head=True),
            Column(_("Bagian"), "parts", "number"),
            Column(_("Perbaikan ke-"), lambda one: one["corrections"] - 1, "number"),
            Column(_("Terbaru"), "sealed", "date"),
            Column(
                _("Catatan"),
                lambda one: (
                    "" if one["is_read"] else _("Jenis ini belum dikenal versi ini. Perbarui Lawang.")
                ),
            ),
        ],
        list(rows),
        caption=_("Yang berlaku sekarang"),
        empty=_("Belum ada isi dari simpul ini."),
    )


# Our card, and theirs


@needs("exchange.see")
def card(request: HttpRequest) -> HttpResponse:
    """By what do others know this installation?"""
    content = actions.own_card(at=now())
    return render(
        request,
        "exchange/card.html",
        {
            "card": cards.read(content),
            "is_movement": is_movement(),
            "may_admit": may(request.user, "exchange.admit"),
            "crumbs": _crumbs(),
        },
    )


@needs("exchange.admit")
def address(request: HttpRequest) -> HttpResponse:
    """Write where other nodes reach this one."""
    form = AddressForm(request.POST or None, initial={"base_url": node().base_url})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_address(form.cleaned_data["base_url"], by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request,
                _(
                    "Alamat tersimpan dan tertulis di kartu. "
                    "Kirim kartu yang baru kepada simpul yang sudah menerima kita."
                ),
            )
            return redirect("exchange:card")
    return render(
        request,
        "people/form.html",
        {
            "title": _("Alamat instalasi ini"),
            "lead": _(
                "Di alamat ini simpul lain mengambil kiriman kita. Alamat ini juga tertulis di kartu, "
                "dan di depan setiap tautan di surel dan surat."
            ),
            "form": form,
            "submit": _("Simpan alamat"),
            "cancel": reverse("exchange:card"),
            "crumbs": _crumbs(),
        },
        status=422 if form.errors else 200,
    )


@needs("exchange.admit")
def change_keys(request: HttpRequest) -> HttpResponse:
    """Take new keys, after a question."""
    if request.method == "POST":
        actions.change_keys(by=me(request), at=now())
        messages.success(request, _("Kunci diganti. Ekspor kunci sekali lagi: lawang keys export."))
        return redirect("exchange:card")
    return render(
        request,
        "people/form.html",
        {
            "title": _("Ganti kunci kiriman"),
            "lead": _(
                "Simpul lain yang mengambil lewat alamat ini mengikuti sendiri. Simpul yang menerima berkas harus "
                "mendapat kartu baru sebelum kiriman berikutnya."
            ),
            "form": Form(),
            "submit": _("Ganti kunci"),
            "cancel": reverse("exchange:card"),
            "crumbs": _crumbs(),
        },
    )


@needs("exchange.admit")
def admit(request: HttpRequest) -> HttpResponse:
    form = AdmitForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            peer = actions.admit(
                chosen["card"].read(),
                fingerprint=chosen["fingerprint"],
                agreement=chosen["agreement"],
                by=me(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(name)s diterima.") % {"name": say(peer.name)})
            return redirect("exchange:node", key=peer.key)
    return render(
        request,
        "people/form.html",
        {
            "title": _("Terima simpul"),
            "lead": _(
                "Simpul adalah instalasi lain yang bertukar kiriman dengan instalasi ini. Bandingkan sidiknya: "
                "kartu palsu akan membuat Anda percaya kepada orang lain."
            ),
            "form": form,
            "submit": _("Terima"),
            "cancel": reverse("exchange:nodes"),
            "crumbs": _crumbs(),
        },
    )


@needs("exchange.admit")
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    peer = _peer(key)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.revoke(peer, why=form.cleaned_data["why"], by=me(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(name)s dicabut.") % {"name": say(peer.name)})
            return redirect("exchange:node", key=peer.key)
    return render(
        request,
        "people/form.html",
        {
            "title": _("Cabut %(name)s") % {"name": say(peer.name)},
            "lead": _("Sejak saat ini kirimannya ditolak. Yang sudah diterima tetap ada."),
            "form": form,
            "submit": _("Cabut"),
            "cancel": reverse("exchange:node", args=[peer.key]),
            "crumbs": _crumbs(peer),
        },
    )


@needs("exchange.admit")
def anew(request: HttpRequest, key: UUID, way: str) -> HttpResponse:
    """Send, or receive, everything from number 1: after a database came back from a backup."""
    if way not in ("kirim", "terima"):
        raise Http404
    peer, form = _peer(key), WhyForm(request.POST or None)
    is_sending = way == "kirim"
    if request.method == "POST" and form.is_valid():
        verb = actions.send_anew if is_sending else actions.receive_anew
        verb(peer, why=form.cleaned_data["why"], by=me(request), at=now())
        messages.success(request, _("Dimulai dari nomor 1 lagi."))
        return redirect("exchange:node", key=peer.key)
    return render(
        request,
        "people/form.html",
        {
            "title": _("Kirim semua dari awal") if is_sending else _("Terima semua dari awal"),
            "lead": _(
                "Hanya bila instalasi ini dipulihkan dari cadangan dan nomor kirimannya mundur. "
                "Penerimanya harus memilih “Terima semua dari awal” pada halaman simpul ini di sana."
            )
            if is_sending
            else _(
                "Hanya bila simpul itu dipulihkan dari cadangan dan nomor kirimannya mundur. "
                "Yang sudah diterima disisihkan sampai kiriman nomor 1 datang."
            ),
            "form": form,
            "submit": _("Mulai dari nomor 1"),
            "cancel": reverse("exchange:node", args=[peer.key]),
            "crumbs": _crumbs(peer),
        },
    )


# Carrying


@needs("exchange.carry")
@require_POST
def seal(request: HttpRequest, key: UUID) -> HttpResponse:
    peer = _peer(key)
    try:
        batch = actions.seal(peer, by=me(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(
            request,
            _("Kiriman nomor %(number)s disegel.") % {"number": batch.sequence}
            if batch
            else _("Tidak ada yang baru sejak kiriman terakhir."),
        )
    return redirect("exchange:node", key=peer.key)


@needs("exchange.carry")
@require_POST
def collect(request: HttpRequest, key: UUID) -> HttpResponse:
    """Fetch now; a person waits for the answer."""
    peer = _peer(key)
    try:
        found = carrying.collect(peer, at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(
            request,
            _("%(taken)s kiriman diterima, %(refused)s ditolak.")
            % {"taken": found.taken, "refused": found.refused},
        )
    return redirect("exchange:node", key=peer.key)


@needs("exchange.carry")
def upload(request: HttpRequest) -> HttpResponse:
    """Bring a batch, or the new card of a node, as a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            peer = _bring(request, form.cleaned_data["batch"])
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect("exchange:node", key=peer.key)
    strangers = ReceivedBatch.objects.filter(peer=None).order_by("-pk")[:NEWEST]
    return render(
        request,
        "exchange/upload.html",
        {
            "form": form,
            "cancel": reverse("exchange:nodes"),
            "table": Table(
                [
                    Column(_("Berkas"), lambda one: one.sha256[:16], is_head=True),
                    Column(_("Datang"), "came_at", "date"),
                    Column(_("Alasan"), "reason"),
                ],
                list(strangers),
                caption=_("Ditolak, pengirimnya tidak dikenal"),
            )
            if strangers
            else None,
            "crumbs": _crumbs(),
        },
    )


def _bring(request: HttpRequest, file: "UploadedFile[bytes]") -> Peer:
    """Take in an uploaded file. Raise Refused with the reason when the batch is."""
    content, at = file.read(), now()
    if not content.startswith(b"PK"):
        peer = actions.follow_card(content, by=me(request), at=at)
        messages.success(request, _("Kartu %(name)s diikuti.") % {"name": say(peer.name)})
        return peer
    batch = actions.receive(content, by=me(request), at=at)
    if batch.state == REFUSED or batch.peer is None:
        raise Refused(batch.reason)
    messages.success(
        request,
        _("Kiriman nomor %(number)s diterima.") % {"number": batch.sequence}
        if batch.state == TAKEN
        else _("Kiriman nomor %(number)s disimpan. %(why)s")
        % {"number": batch.sequence, "why": batch.reason},
    )
    return batch.peer


# Sent


def _sent() -> QuerySet[SentBatch]:
    found = SentBatch.objects.select_related("peer", "file").prefetch_related("parts")
    return found.order_by("-sealed_at", "-pk")


def contents_words(one: SentBatch) -> str:
    """Say what is in a batch: "rencana induk 1, angka yang disetujui 2, ditarik 1"."""
    counts: dict[str, int] = {}
    gone = 0
    for part in one.parts.all():
        if part.digest:
            counts[part.kind] = counts.get(part.kind, 0) + 1
        else:
            gone += 1
    words = [f"{title_of(kind)} {number(count)}" for kind, count in counts.items()]
    return ", ".join([*words, *([_("ditarik %(count)s") % {"count": number(gone)}] if gone else [])])


def _sent_table(rows: Iterable[SentBatch], *, with_peer: bool = False) -> Table:
    to = [Column(_("Kepada"), "peer.name")] if with_peer else []
    return Table(
        [
            Column(
                _("Nomor"),
                "sequence",
                "number",
                href=lambda one: reverse("exchange:download", args=[one.peer.key, one.sequence]),
                is_head=True,
            ),
            *to,
            Column(_("Disegel"), "sealed_at", "date"),
            Column(_("Isi"), contents_words),
            Column(_("Ukuran, KB"), lambda one: -(-one.file.size // 1000), "number"),
            Column(
                _("Diambil"), lambda one: long_date(day_of(one.fetched_at)) if one.fetched_at else _("belum")
            ),
        ],
        rows,
        caption=_("Kiriman yang disegel di sini"),
        empty=_("Belum ada kiriman. Malam nanti disegel sendiri, atau segel sekarang di halaman simpulnya."),
    )


@needs("exchange.see")
def sent(request: HttpRequest) -> HttpResponse:
    """What did this installation tell others, and when?"""
    filters = SentFilters(request)
    found = _sent()
    if peer := filters.chosen().get("peer"):
        found = found.filter(peer__key=peer)
    page = paginate(request, found, PER_PAGE)
    return render(
        request,
        "exchange/sent.html",
        {
            "filters": filters,
            "page": page,
            "table": _sent_table(page, with_peer=True),
            "is_movement": is_movement(),
        },
    )


@needs("exchange.see")
def download(request: HttpRequest, key: UUID, number: int) -> HttpResponseBase:
    found = SentBatch.objects.filter(peer__key=key, sequence=number).select_related("file").first()
    if found is None:
        raise Http404
    return FileResponse(
        read_file(found.file), content_type="application/zip", as_attachment=True, filename=found.file.name
    )
