"""What kinds of paper there are. A word that is not here is shown as it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "receipt": _("Tanda terima"),
    "letter": _("Surat"),
    "notice": _("Surat pemberitahuan"),
    "recommendation": _("Surat rekomendasi"),
    "certificate": _("Surat keterangan"),
    "permit": _("Surat izin"),
    "decision": _("Surat keputusan"),
    "minutes": _("Berita acara"),
    "award": _("Piagam penghargaan"),
    "statement": _("Surat pernyataan"),
    "birth-certificate": _("Kutipan akta kelahiran"),
    "death-certificate": _("Kutipan akta kematian"),
    "family-card": _("Kartu keluarga"),
    "identity-card": _("KTP elektronik"),
}

LAYOUTS = {  # how a kind is laid out: with a subject at the top; all others have a title in the middle
    "letter": "letter",
    "notice": "letter",
    "recommendation": "letter",
}


def kind_name(kind: str) -> str:
    """Return what people call a kind, in the active language."""
    return str(KINDS.get(kind, kind.replace("-", " ")))
