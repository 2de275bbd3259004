"""Who signs for an office: which roles do, who holds them, what is printed under the signature."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lawang.documents.models import Signature
from lawang.lib.text import say
from lawang.people.models import Agency, Delegation, Membership, User
from lawang.people.permissions import Grant, grants

OFFICES: dict[str, str | Promise] = {  # the words that a role `signs_as`
    "section_head": _("Kepala seksi"),
    "division_head": _("Kepala bidang"),
    "secretary": _("Sekretaris"),
    "head": _("Kepala instansi"),
}
_HEADS = (  # how an office begins -> what its head is called
    ("Kecamatan ", "Camat "),
    ("Kelurahan ", "Lurah "),
    ("Nagari ", "Wali Nagari "),
    ("Sekretariat Daerah", "Sekretaris Daerah"),
    ("Sekretariat Dewan Perwakilan Rakyat Daerah", "Sekretaris Dewan Perwakilan Rakyat Daerah"),
    ("Inspektorat", "Inspektur"),
    ("Rumah Sakit ", "Direktur Rumah Sakit "),
    ("Perusahaan ", "Direktur Perusahaan "),
    ("Pemerintah Kabupaten ", "Bupati "),
    ("Pemerintah Kota ", "Wali Kota "),
)
_INDONESIAN = {
    "section_head": "Kepala Seksi",
    "division_head": "Kepala Bidang",
    "secretary": "Sekretaris",
}
_PARTS = ("Bidang ", "Seksi ", "Subbagian ", "Bagian ", "Unit ")


def position(office: str, agency: Agency, *, acting: bool = False) -> str:
    """Return what is printed above the space: "Kepala Dinas Kesehatan", "Camat Saling", "Plh. Lurah Jaya Loka".

    Letters are official in Indonesian, so the words are Indonesian in every language.
    """
    name = say(agency.name, "id")
    found = f"Kepala {name}"
    if office == "head":
        for prefix, title in _HEADS:
            if name.startswith(prefix):
                found = title + name.removeprefix(prefix)
                break
    elif not name.startswith(_PARTS):
        found = f"{_INDONESIAN[office]} {name}" if office in _INDONESIAN else f"{office} {name}"
    return f"Plh. {found}"[:160] if acting else found[:160]


@dataclass(frozen=True)
class Signatory:
    """One person who may sign for an office."""

    user: User
    position: str


def expected(office: str, agency: Agency, *, on: date) -> Signatory | None:
    """Return who is to sign: who holds the office that day, or who acts for them; None when that is not one person."""
    held = Q(from_date__lte=on) & (Q(to_date__isnull=True) | Q(to_date__gte=on))
    holders = list(
        Membership.objects.filter(
            held, agency=agency, role__signs_as__contains=[office], user__is_active=True
        ).select_related("user")
    )
    if len(holders) != 1:
        return None
    away = (
        Delegation.objects.filter(
            membership=holders[0], from_date__lte=on, to_date__gte=on, to__is_active=True
        )
        .select_related("to")
        .first()
    )
    if away is not None:
        return Signatory(away.to, position(office, agency, acting=True))
    return Signatory(holders[0].user, position(office, agency))


def able(user: User, signature: Signature, *, on: date) -> Grant | None:
    """Return in what capacity the person holds the office that this signature asks for that day, or None."""
    held = grants(user, on)
    for grant in held.all if held else ():
        membership = grant.membership
        if membership.agency_id == signature.agency_id and signature.office in membership.role.signs_as:
            return grant
    return None
