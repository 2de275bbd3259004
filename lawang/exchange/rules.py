"""Who may do what with other nodes and their batches."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from lawang.people.permissions import may, register
from lawang.record import verbs
from lawang.record.files import register_reader
from lawang.record.models import File


def install() -> None:
    register("exchange.see", title=_("melihat simpul dan kiriman"))
    register("exchange.admit", title=_("menerima dan mencabut simpul"), noun=_("simpul ini"))
    register("exchange.carry", title=_("membuat, mengambil, dan mengunggah kiriman"), noun=_("simpul ini"))
    register_reader("exchange.", may_read)
    verbs.register(
        {
            "batch_keys_changed": _("Kunci kiriman diganti"),
            "batch_refused": _("Kiriman ditolak"),
            "batch_sealed": _("Kiriman disegel"),
            "batch_taken": _("Kiriman diterima"),
            "part_waits": _("Bagian menunggu yang belum ada"),
            "peer_admitted": _("Simpul diterima"),
            "peer_card_followed": _("Kartu baru simpul diikuti"),
            "peer_readmitted": _("Simpul diterima ulang"),
            "peer_revoked": _("Simpul dicabut"),
            "received_anew": _("Kiriman diterima dari awal lagi"),
            "sent_anew": _("Kiriman dikirim dari awal lagi"),
        }
    )


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Batches lie as files; only who sees the nodes opens them."""
    return bool(may(user, "exchange.see"))
