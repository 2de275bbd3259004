"""Checks and effects of the death certificate with the new family card and the spouse's identity card."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.models import Case
from lawang.cases.services.flags import WORDS, with_flag, without_flag
from lawang.cases.services.identity import day, days_late, number
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Mark, Verdict, check, effect
from lawang.lib.fields import look
from lawang.people.models import User

CERTIFICATE = "record_certificate"
FAMILY_CARD = "record_family_card"
SPOUSE_CARD = "record_spouse_card"


@check(
    "death_reported_in_time",
    title=gettext_lazy("Dilaporkan tepat waktu"),
    fields=("death_date",),
    parameters=("report_days",),
    marks=True,
)
def death_reported_in_time(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Tell whether the death was reported within `report_days` days. A late report has the same requirements.

    Source: families register a death within 30 days (parameter).
    """
    died, limit = day(facts.answers, "death_date"), number(facts, given, "report_days")
    if died is None:
        return Verdict(UNSURE, _("Tanggal meninggal belum ada."))
    if late := days_late(died, facts.received, limit):
        return Verdict(
            FAILED,
            _(
                "Terlambat %(count)s hari: dilaporkan lebih dari %(limit)s hari sesudah meninggal. "
                "Syaratnya tetap sama; tandai sebagai laporan terlambat di SIAK."
            )
            % {"count": late, "limit": limit},
            Mark(
                str(WORDS["late"]),
                _(
                    "Kematian ini dilaporkan %(days)s hari sesudah meninggal; batasnya %(limit)s hari. "
                    "Permohonan Anda tetap diproses. Syaratnya sama dan layanannya tetap gratis; "
                    "petugas hanya mencatatnya sebagai laporan terlambat."
                )
                % {"days": late + limit, "limit": limit},
                "report_days",
            ),
        )
    return Verdict(PASSED, _("Dilaporkan dalam %(limit)s hari sesudah meninggal.") % {"limit": limit})


@check("death_reporter_fits", title=gettext_lazy("Pelapor berhak melapor"), fields=("deceased_relation",))
def death_reporter_fits(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Accept an heir; look again at others. Source: an heir reports, or the RT or RW head where there is none."""
    match look(facts.answers, "deceased_relation"):
        case "neighbourhood_head":
            return Verdict(UNSURE, _("Pelapor ketua RT atau RW. Pastikan almarhum tidak punya ahli waris."))
        case "proxy":
            return Verdict(UNSURE, _("Pelapor membawa surat kuasa. Periksa siapa yang memberinya."))
        case None:
            return Verdict(UNSURE, _("Hubungan pelapor dengan almarhum belum diisi."))
    return Verdict(PASSED, _("Pelapor adalah ahli waris."))


@check(
    "death_after_birth",
    title=gettext_lazy("Tanggal meninggal sesudah tanggal lahir"),
    fields=("death_date", "deceased_birth_date"),
)
def death_after_birth(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Look for slips of the pen in the two dates."""
    born, died = day(facts.answers, "deceased_birth_date"), day(facts.answers, "death_date")
    if born is None or died is None:
        return Verdict(UNSURE, _("Tanggal lahir atau tanggal meninggal belum ada."))
    if died < born:
        return Verdict(FAILED, _("Tanggal meninggal mendahului tanggal lahir. Periksa keduanya."))
    return Verdict(PASSED, _("Urutan tanggalnya benar."))


def missing_results(facts: Facts) -> list[str]:
    """Return the codes of the recording steps that are still to be taken.

    The certificate always; a new family card when somebody is left on it; the spouse's identity card when the deceased
    was married. Source: three in one (Salatiga, Kaliagung).
    """
    needed = [CERTIFICATE]
    if look(facts.answers, "family_left") == "left":
        needed.append(FAMILY_CARD)
    if look(facts.answers, "deceased_marital") == "married":
        needed.append(SPOUSE_CARD)
    return [step for step in needed if not look(facts.work, f"{step}.issued_on")]


@check(
    "death_results_recorded",
    title=gettext_lazy("Semua hasil dari SIAK sudah dicatat"),
    fields=(
        "family_left",
        "deceased_marital",
        *(f"{one}.issued_on" for one in (CERTIFICATE, FAMILY_CARD, SPOUSE_CARD)),
    ),
)
def death_results_recorded(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hold the end back until everything that this death needs was recorded."""
    words = {
        CERTIFICATE: _("akta kematian"),
        FAMILY_CARD: _("kartu keluarga yang baru"),
        SPOUSE_CARD: _("KTP-el pasangan"),
    }
    if missing := missing_results(facts):
        return Verdict(
            FAILED,
            _("Yang belum dicatat dari SIAK: %(papers)s.")
            % {"papers": ", ".join(words[one] for one in missing)},
        )
    return Verdict(PASSED, _("Semua yang diperlukan sudah dicatat dari SIAK."))


@effect(
    "flag_late_death",
    title=gettext_lazy("Tandai laporan terlambat"),
    fields=("death_date",),
    parameters=("report_days",),
)
def flag_late_death(
    case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime
) -> None:
    """Write into the case that the death was reported late, for lists and statistics."""
    died = day(facts.answers, "death_date")
    if died:
        late = days_late(died, facts.received, number(facts, given, "report_days"))
        case.work = with_flag(case.work, "late", days=late) if late else without_flag(case.work, "late")
