"""The verbs of people, and those of record and areas, which stand above people on the street."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lawang.people.models import Agency, User
from lawang.people.node import today
from lawang.people.permissions import register


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
