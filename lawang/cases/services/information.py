"""Checks of requests for public information and of objections (UU 14/2008)."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.offices import days_of
from lawang.cases.services.identity import day, number
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, Word, check
from lawang.lib.fields import look
from lawang.people.calendar import WEEKEND, WorkingDays


@check(
    "refusal_has_ground",
    title=gettext_lazy("Penolakan punya dasar hukum dan uji konsekuensi"),
    given=(Word("step"),),
)
def refusal_has_ground(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Refuse to close information without a ground of article 17 and what the harm test found.

    `step`: the step that writes both. Source: UU 14/2008 article 17; information is closed only after a harm test.
    """
    ground = look(facts.work, f"{given['step']}.ground")
    test = look(facts.work, f"{given['step']}.harm_test")
    if not ground or not test:
        return Verdict(
            FAILED,
            _("Pilih huruf pasal 17 dan tulis hasil uji konsekuensinya. Tanpa itu informasinya terbuka."),
        )
    return Verdict(PASSED, _("Dasar hukum dan uji konsekuensi sudah ditulis."))


def working_days_passed(facts: Facts, start: date) -> int:
    """Return the working days after a day up to the receipt, by the calendar of the office that hears the case."""
    days = days_of(facts.case.owner) if facts.case else WorkingDays(WEEKEND, frozenset())
    return days.between(start, facts.received)


@check(
    "objection_in_time",
    title=gettext_lazy("Keberatan diajukan tepat waktu"),
    fields=("objection_cause_date", "objection_ground"),
    parameters=("objection_days",),
)
def objection_in_time(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Tell whether an objection came within `objection_days` working days of its cause.

    Source: 30 working days (guide of PPID Sumatera Barat). Whether a late one is heard is for the superior to say.
    Without a case there is no office and no calendar, so that only weekends are left out.
    """
    cause, limit = day(facts.answers, "objection_cause_date"), number(facts, given, "objection_days")
    if cause is None:
        return Verdict(UNSURE, _("Tanggal yang menjadi sebab keberatan belum diisi."))
    passed = working_days_passed(facts, cause)
    if passed > limit:
        return Verdict(
            FAILED,
            _("Diajukan %(count)s hari kerja sesudah sebabnya; batasnya %(limit)s. Atasan PPID menimbangnya.")
            % {"count": passed, "limit": limit},
        )
    return Verdict(PASSED, _("Diajukan dalam %(limit)s hari kerja sesudah sebabnya.") % {"limit": limit})


@check(
    "objection_names_decision",
    title=gettext_lazy("Permohonan yang dikeberatkan disebut"),
    fields=("objection_ground", "request_number"),
)
def objection_names_decision(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Look for the number of the request; missing periodic information can be objected to without one."""
    if look(facts.answers, "request_number"):
        return Verdict(PASSED, _("Nomor permohonan informasi disebut."))
    if look(facts.answers, "objection_ground") == "not_published":
        return Verdict(PASSED, _("Keberatan tentang informasi berkala tidak perlu nomor permohonan."))
    return Verdict(UNSURE, _("Nomor permohonan informasi tidak disebut. Cari di daftar permohonan."))
