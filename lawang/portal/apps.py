from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

WORK = ("measures.propose", "measures.approve", "plans.record_meeting", "plans.update_progress")

DEMO_ACCOUNTS = (
    ("ratna", _("petugas PDAM: mengisi angka air bersih")),
    ("wayan", _("kepala PDAM: menyetujui angka")),
    ("hasan", _("pimpinan: membaca halaman dua menit")),
    ("dewi", _("perencana Bappeda: menyusun dan memeriksa rencana")),
    ("arif", _("walidata: menjaga semua angka")),
    ("wira", _("koordinator kota cerdas: memeriksa dan mengirim penilaian mandiri")),
    ("yusuf", _("administrator Diskominfo: akun, paket, pemeriksaan")),
    ("fitri", _("petugas Dukcapil: memeriksa permohonan akta")),
    ("agus", _("kepala Dukcapil: memutuskan, melihat yang lewat waktu")),
    ("yoga", _("petugas desa: mengisikan permohonan untuk warga, menyiapkan surat")),
    ("sulaiman", _("kepala desa: menandatangani surat keterangan usaha")),
    ("siti", _("warga: mengikuti permohonannya")),
)


MOVEMENT_ACCOUNTS = (
    ("ketut", _("sekretariat: menyelenggarakan evaluasi, angkatan, pameran")),
    ("luh", _("ketua: menandatangani surat hasil, keputusan, dan piagam")),
    ("made", _("penilai tiga dimensi")),
    ("putu", _("penilai semua butir")),
    ("komang", _("pendamping: bimtek dan komentar")),
    ("nyoman", _("petugas anjungan: menjawab pengunjung")),
    ("yusuf", _("administrator: akun, paket, simpul")),
)


def _demo_accounts() -> dict[str, Any]:
    from lawang.people.node import is_movement
    from lawang.portal.demo import PASSWORD

    return {"password": PASSWORD, "accounts": MOVEMENT_ACCOUNTS if is_movement() else DEMO_ACCOUNTS}


class PortalConfig(AppConfig):
    name = "lawang.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lawang.people import login
        from lawang.people.node import is_movement
        from lawang.people.permissions import may
        from lawang.portal import manage
        from lawang.web import shell

        login.land("plans.lead", "portal:leader", order=20)
        for order, verb in enumerate(WORK):
            login.land(verb, "portal:tasks", order=order)
        shell.provide(login_note=_demo_accounts)

        for order, title, address, place in (
            (10, _("Rencana"), "plan", "main"),
            (20, _("Percepatan"), "quick_wins", "main"),
            (30, _("Yang berubah"), "portal:changes", "main"),
            (40, _("Profil daerah"), "portal:profile", "main"),
            (5, _("Kinerja layanan"), "cases:performance", "footer"),
            (10, _("Cara warna dihitung"), "colours", "footer"),
            (20, _("Lembaga"), "bodies", "footer"),
            (30, _("Aplikasi pemerintah"), "applications", "footer"),
        ):
            shell.link(title, address, order=order, place=place, shown=lambda _request: not is_movement())
        shell.link(
            _("Tugas saya"),
            "portal:tasks",
            order=1,
            place="desk",
            shown=lambda request: any(may(request.user, verb) for verb in WORK),
        )
        shell.link(
            _("Kelola"),
            "portal:manage",
            order=49,
            place="desk",
            shown=lambda request: any(may(request.user, verb) for verb in manage.VERBS),
        )
        for order, title, address, verb in (
            (2, _("Pimpinan"), "portal:leader", "plans.lead"),
            (84, _("Pesan"), "portal:outbox", "record.see_outbox"),
            (85, _("Pemeriksaan"), "portal:doctor", "record.doctor"),
        ):
            shell.link(
                title,
                address,
                order=order,
                place="desk",
                shown=lambda request, verb=verb: bool(may(request.user, verb)),  # type: ignore[misc]
            )
