"""Checks of the practice permit of health workers."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.services.business import months_later
from lawang.cases.services.identity import day, number
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, Word, check
from lawang.lib.dates import long_date
from lawang.lib.fields import look

LIFETIME, UNTIL = "lifetime", "until"  # how long a registration (STR) is valid
OWN = "own"  # a practice of one's own, which is inspected


def registration_ends(facts: Facts) -> date | None:
    """Return the last day of the registration; None for one that is valid for life or not known."""
    return (
        day(facts.answers, "registration_until")
        if look(facts.answers, "registration_valid") == UNTIL
        else None
    )


@check(
    "registration_valid",
    title=gettext_lazy("STR masih berlaku"),
    fields=("registration_number", "registration_valid", "registration_until"),
    parameters=("registration_least_letters",),
)
def registration_valid(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Look at number and validity of the professional registration (STR).

    The shape of its number is not certain, so only its length is looked at, and an odd one is a hint. Source: a permit
    needs a registration (DPMPTSP Wonogiri); whether it is genuine is looked up by the health office.
    """
    written = "".join(
        letter for letter in look(facts.answers, "registration_number") or "" if letter.isalnum()
    )
    ends = registration_ends(facts)
    if look(facts.answers, "registration_valid") == UNTIL and ends is None:
        return Verdict(UNSURE, _("Sampai kapan STR berlaku belum diisi."))
    if ends is not None and ends < facts.today:
        return Verdict(
            FAILED, _("STR sudah tidak berlaku sejak %(day)s. Minta yang baru.") % {"day": long_date(ends)}
        )
    if len(written) < number(facts, given, "registration_least_letters"):
        return Verdict(UNSURE, _("Nomor STR ini pendek sekali. Cocokkan dengan fotonya."))
    return Verdict(PASSED, _("STR masih berlaku."))


@check(
    "practices_allowed",
    title=gettext_lazy("Jumlah tempat praktik"),
    fields=("other_practices",),
    parameters=("most_practices",),
)
def practices_allowed(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Count the places of practice with this one. Source: parameter, to be compared with the rule of the profession."""
    others, most = look(facts.answers, "other_practices"), number(facts, given, "most_practices")
    if others is None:
        return Verdict(UNSURE, _("Jumlah tempat praktik lain belum diisi."))
    if others + 1 > most:
        return Verdict(
            FAILED,
            _("Dengan yang ini menjadi %(count)s tempat praktik; paling banyak %(most)s.")
            % {"count": others + 1, "most": most},
        )
    return Verdict(
        PASSED,
        _("Tempat praktik ke-%(count)s dari paling banyak %(most)s.") % {"count": others + 1, "most": most},
    )


@check(
    "inspected_where_needed",
    title=gettext_lazy("Praktik mandiri sudah diperiksa"),
    fields=("practice_kind",),
    given=(Word("minutes"),),
)
def inspected_where_needed(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Demand the minutes of an inspection for a practice of one's own. `minutes`: where the step wrote its result.

    Source: field inspection minutes for an own practice (DPMPTSP Wonogiri).
    """
    if look(facts.answers, "practice_kind") != OWN:
        return Verdict(PASSED, _("Praktik di fasilitas kesehatan tidak perlu diperiksa di lapangan."))
    match look(facts.work, given["minutes"]):
        case "fit":
            return Verdict(PASSED, _("Tempat praktik sudah diperiksa dan memenuhi syarat."))
        case None:
            return Verdict(
                FAILED, _("Praktik mandiri harus diperiksa di lapangan dulu. Pilih pemeriksaan lapangan.")
            )
    return Verdict(FAILED, _("Menurut berita acara, tempat praktik belum memenuhi syarat."))


@check(
    "permit_within_registration",
    title=gettext_lazy("Masa berlaku izin"),
    fields=("draft.valid_until", "registration_valid", "registration_until"),
    parameters=("permit_years",),
)
def permit_within_registration(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hold the permit's last day to `permit_years` from today and to the registration's last day."""
    until, years = day(facts.work, "draft.valid_until"), number(facts, given, "permit_years")
    if until is None:
        return Verdict(UNSURE, _("Masa berlaku izin belum diisi."))
    last = months_later(facts.today, 12 * years)
    ends = registration_ends(facts)
    if ends is not None and ends < last:
        last = ends
    if not facts.today < until <= last:
        return Verdict(
            FAILED, _("Izin paling lama berlaku sampai %(day)s. Ganti tanggalnya.") % {"day": long_date(last)}
        )
    return Verdict(PASSED, _("Masa berlaku izin sesuai aturan dan STR."))
