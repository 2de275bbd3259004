"""The front page of what one may manage: only what this person's roles open."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.privacy import rules as privacy
from lawang.people.permissions import may

# (title, address, what one does there, verbs of which one is enough)
PLACES: tuple[tuple[Any, str, Any, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Rencana"),
        "planner:home",
        gettext_lazy("draf, program, pemeriksaan, peta jalan, anggaran"),
        ("plans.edit", "plans.see_internal"),
    ),
    (
        gettext_lazy("Impor dan ekspor"),
        "imports",
        gettext_lazy("rencana dan angka sebagai XLSX atau CSV"),
        ("plans.import",),
    ),
    (
        gettext_lazy("Bunyi surat"),
        "documents:letters",
        gettext_lazy("kalimat surat, kop, pola nomor"),
        ("documents.edit_template",),
    ),
    (
        gettext_lazy("Layanan"),
        "cases:manage",
        gettext_lazy("versi, gladi bersih, siapa mengerjakan apa, pengaturan"),
        ("cases.publish", "cases.set_up"),
    ),
    (
        gettext_lazy("Survei"),
        "surveys:manage",
        gettext_lazy("kepuasan masyarakat, dampak kota cerdas"),
        ("surveys.run", "surveys.collect"),
    ),
    (
        gettext_lazy("Pengguna"),
        "people:users",
        gettext_lazy("akun, tugas, kata sandi"),
        ("people.manage_users",),
    ),
    (
        gettext_lazy("Instansi"),
        "people:agencies",
        gettext_lazy("pohon instansi, penggabungan, penutupan"),
        ("people.manage_agencies",),
    ),
    (gettext_lazy("Peran"), "people:roles", gettext_lazy("siapa boleh apa"), ("people.see_roles",)),
    (
        gettext_lazy("Paket"),
        "packs:index",
        gettext_lazy("kerangka nasional, tema, hari libur"),
        ("packs.install",),
    ),
    (
        gettext_lazy("Pesan"),
        "portal:outbox",
        gettext_lazy("surel yang menunggu, terkirim, gagal"),
        ("record.see_outbox",),
    ),
    (
        gettext_lazy("Pemeriksaan"),
        "portal:doctor",
        gettext_lazy("apa yang salah dengan instalasi ini"),
        ("record.doctor",),
    ),
    (
        gettext_lazy("Pelindungan data"),
        "privacy:index",
        gettext_lazy("kegiatan pemrosesan, penghapusan, insiden, siapa membaca apa"),
        privacy.SEE,
    ),
    (
        gettext_lazy("Riwayat"),
        "people:history",
        gettext_lazy("siapa mengubah apa, kapan"),
        ("record.see_history",),
    ),
)
VERBS = tuple(verb for *_words, verbs in PLACES for verb in verbs)


def index(request: HttpRequest) -> HttpResponse:
    """List what the signed-in person may manage; who may manage nothing reads so."""
    if not request.user.is_authenticated:
        query = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('account_login')}?{query}")
    places = []
    reason = _("Tidak ada yang Anda kelola di sini.")
    for title, address, words, verbs in PLACES:
        answers = [may(request.user, verb) for verb in verbs]
        if any(answers):
            try:
                places.append((title, reverse(address), words, "", ""))
            except NoReverseMatch:
                continue
        else:
            reason = answers[0].reason
    if not places:
        raise PermissionDenied(reason)
    return render(request, "portal/manage.html", {"places": places})
