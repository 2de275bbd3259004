"""Who may do what with personal data as a whole."""

from django.utils.translation import gettext_lazy as _

from lawang.people.permissions import register
from lawang.record import verbs

ERASE, BREACH, ACCESS = "cases.erase", "cases.handle_breach", "record.see_access"
SEE = (ERASE, BREACH, ACCESS)  # whoever may one of these sees the pages


def install() -> None:
    register(BREACH, title=_("mencatat dan menangani insiden data pribadi"))
    verbs.register(
        {
            "breach_reported": _("Insiden dicatat"),
            "breach_described": _("Uraian insiden diubah"),
            "breach_step": _("Langkah insiden ditandai"),
            "breach_authority_told": _("Lembaga diberi tahu"),
            "breach_subjects_told": _("Orang yang terkena diberi tahu"),
            "breach_told": _("Pemohon diberi tahu tentang insiden"),
            "breach_listed": _("Daftar orang yang terkena diunduh"),
            "breach_closed": _("Insiden ditutup"),
            "data_assembled": _("Data seseorang dikumpulkan untuk diserahkan kepadanya"),
            "accesses_exported": _("Catatan akses diunduh"),
        }
    )
