"""Checks and effects of the birth certificate."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.models import Case
from lawang.cases.services.flags import WORDS, with_flag, without_flag
from lawang.cases.services.identity import day, days_late, number
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Mark, Verdict, Word, check, effect
from lawang.lib.fields import look
from lawang.people.models import User

WITNESSES = 2


@check(
    "birth_reported_in_time",
    title=gettext_lazy("Dilaporkan tepat waktu"),
    fields=("child_birth_date",),
    parameters=("report_days",),
    marks=True,
)
def birth_reported_in_time(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Tell whether the birth was reported within `report_days` days. A late report has the same requirements.

    Source: 60 days (parameter, as villages publish it); what else is asked of late reports is local.
    """
    born, limit = day(facts.answers, "child_birth_date"), number(facts, given, "report_days")
    if born is None:
        return Verdict(UNSURE, _("Tanggal lahir anak belum ada."))
    if late := days_late(born, facts.received, limit):
        return Verdict(
            FAILED,
            _(
                "Terlambat %(count)s hari: dilaporkan lebih dari %(limit)s hari sesudah lahir. "
                "Syaratnya tetap sama; tandai sebagai laporan terlambat di SIAK."
            )
            % {"count": late, "limit": limit},
            Mark(
                str(WORDS["late"]),
                _(
                    "Kelahiran ini dilaporkan %(days)s hari sesudah lahir; batasnya %(limit)s hari. "
                    "Permohonan Anda tetap diproses. Syaratnya sama dan layanannya tetap gratis; "
                    "petugas hanya mencatatnya sebagai laporan terlambat."
                )
                % {"days": late + limit, "limit": limit},
                "report_days",
            ),
        )
    return Verdict(PASSED, _("Dilaporkan dalam %(limit)s hari sesudah lahir.") % {"limit": limit})


@check(
    "two_witnesses",
    title=gettext_lazy("Dua saksi yang berbeda"),
    fields=("witnesses",),
    given=(Word("statements"),),
)
def two_witnesses(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Demand two different witnesses, neither of them the reporter, when a statement (SPTJM) takes a paper's place.

    `statements`: paths of the papers that may be replaced. Source: SPTJM F-2.03 and F-2.04 are signed by two witnesses
    (service standards of Disdukcapil Ngawi, Bengkalis and Gresik).
    """
    needed = any(
        (look(facts.answers, path) or "").startswith("sptjm") for path in given["statements"].split()
    )
    rows = [one for one in look(facts.answers, "witnesses") or [] if one.get("name")]
    who = [one.get("nik") or one.get("travel_document") or one["name"] for one in rows]
    mine = look(facts.answers, "reporter_nik")
    if len(set(who)) < WITNESSES:
        sentence = _("Saksi harus dua orang yang berbeda. Minta pemohon menambah saksi.")
    elif mine and mine in who:
        sentence = _("Pelapor tidak bisa menjadi saksinya sendiri. Minta saksi lain.")
    else:
        return Verdict(PASSED, _("Ada dua saksi yang berbeda, dan keduanya bukan pelapor."))
    return Verdict(FAILED if needed else UNSURE, sentence)


@check(
    "child_name_fits",
    title=gettext_lazy("Nama anak sesuai aturan"),
    fields=("child_name",),
    parameters=("name_least_words", "name_most_letters"),
)
def child_name_fits(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Compare the name with the rule on names: words and letters with spaces are parameters.

    Source: Permendagri 73/2022 (to be compared with its text). One word alone is a matter to talk about, no refusal.
    """
    name = look(facts.answers, "child_name") or ""
    words, letters = (
        number(facts, given, "name_least_words"),
        number(facts, given, "name_most_letters"),
    )
    if len(name) > letters:
        return Verdict(
            FAILED,
            _(
                "Nama ini %(count)s huruf dengan spasinya; paling banyak %(most)s. Minta pemohon memendekkannya."
            )
            % {"count": len(name), "most": letters},
        )
    if any(letter.isdigit() for letter in name):
        return Verdict(FAILED, _("Nama tidak boleh berisi angka. Minta pemohon membetulkannya."))
    if len(name.split()) < words:
        return Verdict(
            UNSURE,
            _("Nama ini kurang dari %(least)s kata. Tanyakan kepada orang tua apakah memang begitu.")
            % {"least": words},
        )
    return Verdict(PASSED, _("Jumlah kata dan huruf nama sesuai aturan."))


@check(
    "parents_older_than_child",
    title=gettext_lazy("Umur orang tua masuk akal"),
    fields=("child_birth_date",),
    parameters=("parent_least_years",),
)
def parents_older_than_child(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Look for slips of the pen: a parent born after, or too few years before, the child."""
    born, least = day(facts.answers, "child_birth_date"), number(facts, given, "parent_least_years")
    parents = [day(facts.answers, f"{who}.birth_date") for who in ("father", "mother")]
    if born and any(one and born.year - one.year < least for one in parents):
        return Verdict(
            UNSURE,
            _(
                "Menurut isian, ayah atau ibu belum berumur %(least)s tahun saat anak lahir. Periksa tahunnya di KK."
            )
            % {"least": least},
        )
    if not born or not any(parents):
        return Verdict(UNSURE, _("Tanggal lahir orang tua tidak diisi."))
    return Verdict(PASSED, _("Umur orang tua saat anak lahir masuk akal."))


@effect(
    "flag_late_birth",
    title=gettext_lazy("Tandai laporan terlambat"),
    fields=("child_birth_date",),
    parameters=("report_days",),
)
def flag_late_birth(
    case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime
) -> None:
    """Write into the case that the birth was reported late, for lists and statistics."""
    born = day(facts.answers, "child_birth_date")
    if born:
        late = days_late(born, facts.received, number(facts, given, "report_days"))
        case.work = with_flag(case.work, "late", days=late) if late else without_flag(case.work, "late")
