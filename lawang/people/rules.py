"""The verbs of people, and those of record and areas, which stand above people on the street."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lawang.people.models import Agency, User
from lawang.people.node import today
from lawang.people.permissions import register
from lawang.record import verbs


def _of_user(thing: object) -> set[int]:
    assert isinstance(thing, User)
    return {thing.pk}


def _agencies_of_user(thing: object) -> set[int]:
    """Return where the person holds something today or later; nowhere: only who manages everybody may."""
    assert isinstance(thing, User)
    still = Q(to_date__isnull=True) | Q(to_date__gte=today())
    return set(thing.memberships.filter(still).values_list("agency_id", flat=True))


def _of_agency(thing: object) -> set[int]:
    assert isinstance(thing, Agency)
    return {thing.pk}


def install() -> None:
    register(
        "people.manage_users",
        title=_("mengelola pengguna"),
        noun=_("akun ini"),
        agencies=_agencies_of_user,
        people=_of_user,
    )
    register(
        "people.manage_agencies", title=_("mengelola instansi"), noun=_("instansi ini"), agencies=_of_agency
    )
    register("people.set_up_node", title=_("menyiapkan instalasi ini"))
    register("people.see_roles", title=_("melihat daftar peran"))
    register("record.see_outbox", title=_("melihat pesan keluar"))
    register("record.resend", title=_("mengirim ulang pesan"))
    register("record.see_history", title=_("melihat riwayat perubahan"))
    register("record.see_access", title=_("melihat siapa membaca data pribadi"))
    register("record.doctor", title=_("memeriksa instalasi"))
    register("areas.import", title=_("memuat peta batas wilayah"))
    verbs.register(
        {
            "closed": _("Instansi ditutup"),
            "codes_loaded": _("Daftar wilayah dimuat"),
            "deactivated": _("Akun ditutup"),
            "delegated": _("Tugas dititipkan"),
            "delegation_ended": _("Titipan tugas diakhiri"),
            "email_lost": _("Surel dilepas: pemiliknya membuktikannya di akun lain"),
            "email_proved": _("Surel dibuktikan"),
            "key_listed": _("Kunci segel dicantumkan"),
            "layer_imported": _("Peta batas diimpor"),
            "link_made": _("Tautan sekali pakai dibuat"),
            "master_key_changed": _("Kunci induk diganti"),
            "membership_ended": _("Tugas diakhiri"),
            "membership_granted": _("Tugas diberikan"),
            "moved": _("Dipindahkan"),
            "nik_registered": _("NIK penanda tangan dicatat"),
            "password_set": _("Kata sandi diganti"),
            "points_loaded": _("Titik peta dimuat"),
            "reactivated": _("Akun dibuka kembali"),
            "recovery_codes_made": _("Kode pemulihan dibuat ulang"),
            "renamed": _("Namanya diganti"),
            "second_factor_added": _("Kode kedua dipasang"),
            "second_factor_removed": _("Kode kedua dilepas"),
            "second_factor_reset": _("Kode kedua dilepas administrator"),
            "sessions_ended": _("Semua sesi diakhiri"),
            "set_up": _("Instalasi disiapkan"),
        }
    )
