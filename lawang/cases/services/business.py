"""Checks of the village's business certificate."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.services.identity import day, number
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, check
from lawang.lib.fields import look


def is_within(place: str, area: str) -> bool:
    """Tell whether the place with this code is the area or lies in it."""
    return place == area or place.startswith(f"{area}.")


def months_later(start: date, months: int) -> date:
    """Return the same day so many months later, the last one of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            return date(start.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@check("business_in_village", title=gettext_lazy("Usaha ada di desa ini"), fields=("business_village",))
def business_in_village(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Refuse a place outside the area of the office that writes the letter.

    It can only be outside when the answers were corrected after the application had reached an office, or when the
    district stands in for a village without an office. A village head certifies what is in the village.
    """
    place = look(facts.answers, "business_village")
    if not place:
        return Verdict(UNSURE, _("Desa tempat usaha belum dipilih."))
    area = facts.case.office.area if facts.case else None
    if area is not None and not is_within(place, area.code):
        return Verdict(
            FAILED,
            _("Menurut isian, usahanya bukan di %(area)s. Minta pemohon mengajukan ke desa tempat usahanya.")
            % {"area": area.title},
        )
    return Verdict(PASSED, _("Tempat usaha ada di wilayah kantor ini."))


@check(
    "applicant_of_village",
    title=gettext_lazy("Pemohon warga desa ini"),
    fields=("business_village", "village"),
)
def applicant_of_village(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hint at an applicant whose family card is of another village: nobody here may know the business."""
    if look(facts.answers, "village") == look(facts.answers, "business_village"):
        return Verdict(PASSED, _("KK pemohon di desa yang sama dengan usahanya."))
    return Verdict(UNSURE, _("KK pemohon di desa lain. Sebaiknya datangi tempat usahanya."))


@check(
    "valid_until_fits",
    title=gettext_lazy("Masa berlaku surat"),
    fields=("prepare.valid_until",),
    parameters=("valid_months",),
)
def valid_until_fits(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hold the validity to `valid_months` from today. Source: local rule (parameter)."""
    until, months = day(facts.work, "prepare.valid_until"), number(facts, given, "valid_months")
    if until is None:
        return Verdict(UNSURE, _("Masa berlaku surat belum diisi."))
    if not facts.today < until <= months_later(facts.today, months):
        return Verdict(
            FAILED,
            _("Masa berlaku surat paling lama %(months)s bulan sejak hari ini. Ganti tanggalnya.")
            % {"months": months},
        )
    return Verdict(PASSED, _("Masa berlaku surat paling lama %(months)s bulan.") % {"months": months})
