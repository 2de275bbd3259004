"""The death benefit: who is entitled to it, which year's budget pays, and the lists by which it is paid.

Every regency has its own rule, so each number here is a parameter. What is known of three of them are the presets of
the pack (Musi Rawas, Bojonegoro, Kota Blitar).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.definition import definition_of
from lawang.cases.models import Case, PaymentBatch, Service
from lawang.cases.services.identity import day, number, setting
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, Word, check, effect
from lawang.documents.numbers import take_number
from lawang.lib.fields import look
from lawang.lib.numbers import rupiah
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.record.actions import record

NONE = "none"  # a parameter that a regency does not use
NATURAL = "natural"  # a cause that officers found to be none of the excluded ones
CAUSES = ("suicide", "abortion", "execution", "crime", "drugs", "disaster")  # that a rule may exclude
DOUBTFUL = (
    "crime",
    "other",
)  # answers of a family that say too little: victim or offender, which other cause


# Entitlement


@dataclass(frozen=True)
class Rule:
    """What a regency demands. `excluded`: words of CAUSES; 0 months or days: nothing is demanded."""

    residence_months: int
    least_age_months: int
    excluded: frozenset[str]
    filing_window_days: int
    filing_from: str  # "certificate" or "death": from when the window runs
    poor_only: bool


@dataclass(frozen=True)
class Claim:
    """What is known of a claim; None where nobody knows it yet."""

    received: date
    died: date | None
    born: date | None
    resident_since: date | None
    cause: str | None  # a word of CAUSES, NATURAL, or what the family chose
    verified: bool  # the cause is what officers found in the papers
    certificate_on: date | None
    is_listed_poor: bool | None


def rule_of(facts: Facts, given: Mapping[str, str]) -> Rule:
    """Return the rule of this regency. Raise Refused for a parameter that makes no sense."""
    words = setting(facts, given, "excluded_causes").replace(",", " ").split()
    excluded = frozenset(words) - {NONE}
    if unknown := sorted(excluded - set(CAUSES)):
        raise Refused(
            _(
                "Sebab yang dikecualikan “%(words)s” tidak dikenal; yang ada: %(known)s. Betulkan di Kelola › Layanan."
            )
            % {"words": ", ".join(unknown), "known": ", ".join(CAUSES)}
        )
    return Rule(
        residence_months=number(facts, given, "residence_months"),
        least_age_months=number(facts, given, "least_age_months"),
        excluded=excluded,
        filing_window_days=number(facts, given, "filing_window_days"),
        filing_from=one_of(facts, given, "filing_from", ("certificate", "death")),
        poor_only=one_of(facts, given, "poor_only", ("yes", "no")) == "yes",
    )


def one_of(facts: Facts, given: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    """Return a parameter that is one of a few words. Raise Refused for another."""
    found = setting(facts, given, name)
    if found not in words:
        raise Refused(
            _(
                "Pengaturan “%(name)s” harus salah satu dari %(words)s, bukan “%(found)s”. "
                "Betulkan di Kelola › Layanan."
            )
            % {"name": name, "words": ", ".join(words), "found": found}
        )
    return found


def claim_of(facts: Facts) -> Claim:
    """Return the claim as the family told it, and better where officers found out more (step `propose`)."""
    verified = look(facts.work, "propose.verified_cause")
    listed = look(facts.work, "propose.household_listed")
    return Claim(
        received=facts.received,
        died=day(facts.answers, "death_date"),
        born=day(facts.answers, "deceased_birth_date"),
        resident_since=day(facts.answers, "deceased_resident_since"),
        cause=verified or look(facts.answers, "death_cause"),
        verified=verified is not None,
        certificate_on=day(facts.work, "propose.certificate_date")
        or day(facts.answers, "death_certificate_date"),
        is_listed_poor=None if listed is None else listed == "listed",
    )


def months_between(start: date, end: date) -> int:
    """Return the whole months from one day to another: 31 January to 28 February is none."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def against(claim: Claim, rule: Rule) -> Iterator[str]:
    """Yield a sentence for each demand that is not met."""
    if claim.died and claim.resident_since and rule.residence_months:
        lived = months_between(claim.resident_since, claim.died)
        if lived < rule.residence_months:
            yield _("Almarhum menjadi warga kabupaten ini %(months)s bulan; syaratnya %(least)s bulan.") % {
                "months": max(0, lived),
                "least": rule.residence_months,
            }
    if claim.died and claim.born and months_between(claim.born, claim.died) < rule.least_age_months:
        yield _("Almarhum belum berumur %(months)s bulan.") % {"months": rule.least_age_months}
    if claim.cause in rule.excluded and (claim.verified or claim.cause not in DOUBTFUL):
        yield _("Sebab meninggalnya termasuk yang dikecualikan aturan santunan.")
    begun = claim.certificate_on if rule.filing_from == "certificate" else claim.died
    if begun and rule.filing_window_days and (claim.received - begun).days > rule.filing_window_days:
        since = _("tanggal akta kematian") if rule.filing_from == "certificate" else _("tanggal meninggal")
        yield _("Diajukan %(days)s hari sesudah %(since)s; batasnya %(most)s hari.") % {
            "days": (claim.received - begun).days,
            "since": since,
            "most": rule.filing_window_days,
        }
    if rule.poor_only and claim.is_listed_poor is False:
        yield _("Keluarga tidak terdaftar sebagai keluarga miskin menurut operator desa.")


def unknown(claim: Claim, rule: Rule) -> Iterator[str]:
    """Yield a sentence for each demand about which too little is known."""
    if claim.died is None:
        yield _("Tanggal meninggal belum ada.")
    if claim.resident_since is None and rule.residence_months:
        yield _("Sejak kapan almarhum menjadi warga kabupaten ini belum diisi.")
    if claim.born is None and rule.least_age_months:
        yield _("Tanggal lahir almarhum belum ada.")
    if rule.excluded and not claim.verified and claim.cause in (*DOUBTFUL, None):
        yield _("Sebab meninggal perlu dipastikan dari surat kematian.")
    if rule.filing_from == "certificate" and rule.filing_window_days and claim.certificate_on is None:
        yield _("Tanggal akta kematian belum ada.")
    if rule.poor_only and claim.is_listed_poor is None:
        yield _("Belum dicatat apakah keluarga terdaftar sebagai keluarga miskin.")


@check(
    "death_benefit_eligible",
    title=gettext_lazy("Memenuhi syarat santunan"),
    fields=(
        "death_date",
        "death_cause",
        "deceased_birth_date",
        "deceased_resident_since",
        "propose.verified_cause",
        "propose.certificate_date",
        "propose.household_listed",
    ),
    parameters=(
        "residence_months",
        "least_age_months",
        "excluded_causes",
        "filing_window_days",
        "filing_from",
        "poor_only",
    ),
)
def death_benefit_eligible(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hold a claim against the regency's rule: failed with every reason, unsure while something is not known.

    Source: the regency's own regulation (parameters); presets from what three regencies publish.
    """
    claim, rule = claim_of(facts), rule_of(facts, given)
    if reasons := list(against(claim, rule)):
        return Verdict(FAILED, " ".join(reasons))
    if questions := list(unknown(claim, rule)):
        return Verdict(UNSURE, " ".join(questions))
    return Verdict(PASSED, _("Semua syarat santunan terpenuhi."))


def benefit_amount(amount: int, partial_percent: int, *, complete: bool) -> int:
    """Return the rupiah to be paid: the whole amount, or a part of it when papers are missing (Blitar: 60 %)."""
    return amount if complete else amount * partial_percent // 100


@check(
    "benefit_amount_fits",
    title=gettext_lazy("Jumlah santunan sesuai aturan"),
    fields=("propose.amount", "propose.papers"),
    parameters=("amount", "partial_percent"),
)
def benefit_amount_fits(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hold the proposed amount against the rule of this regency."""
    proposed, papers = look(facts.work, "propose.amount"), look(facts.work, "propose.papers")
    if proposed is None or papers is None:
        return Verdict(UNSURE, _("Jumlah santunan belum diusulkan."))
    right = benefit_amount(
        number(facts, given, "amount"), number(facts, given, "partial_percent"), complete=papers == "complete"
    )
    if proposed != right:
        return Verdict(
            FAILED,
            _("Menurut aturan jumlahnya %(right)s, bukan %(proposed)s. Betulkan jumlahnya.")
            % {"right": rupiah(right), "proposed": rupiah(proposed)},
        )
    return Verdict(PASSED, _("Jumlah santunan %(amount)s sesuai aturan.") % {"amount": rupiah(right)})


@check(
    "account_in_name",
    title=gettext_lazy("Rekening atas nama ahli waris"),
    fields=("reporter_name", "bank_account_name"),
)
def account_in_name(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Hint at an account of somebody else; banks write names in capitals and shortened, so it is only a hint."""
    mine, owner = (look(facts.answers, name) or "" for name in ("reporter_name", "bank_account_name"))
    if "".join(mine.casefold().split()) == "".join(owner.casefold().split()):
        return Verdict(PASSED, _("Rekening atas nama ahli waris yang mengajukan."))
    return Verdict(UNSURE, _("Nama di rekening berbeda dari nama pemohon. Bandingkan dengan buku tabungan."))


# The year's budget


def quota_of(facts: Facts, given: Mapping[str, str]) -> int | None:
    """Return how many benefits a year's budget pays; None when the regency counts no quota."""
    return None if setting(facts, given, "yearly_quota") == NONE else number(facts, given, "yearly_quota")


def last_day(year: int, cut_off: str) -> date:
    """Return the last day on which a year's budget pays. `cut_off`: "12-12". Raise Refused when it is no such day."""
    try:
        return date.fromisoformat(f"{year}-{cut_off}")
    except ValueError:
        raise Refused(
            _(
                "Pengaturan “cut_off” harus bulan dan tanggal seperti 12-12, bukan “%(words)s”. "
                "Betulkan di Kelola › Layanan."
            )
            % {"words": cut_off}
        ) from None


def taken(service_id: int, *, but: int) -> dict[int, int]:
    """Return budget year -> how many benefits it pays or will pay, without the case `but`."""
    rows = Case.objects.filter(service_id=service_id, quota_year__isnull=False).exclude(pk=but)
    return dict(rows.values_list("quota_year").annotate(many=Count("pk")).order_by())


def first_free(year: int, used: Mapping[int, int], quota: int | None) -> int:
    """Return the first year, not before `year`, whose budget has a place left. Raise Refused for a quota of none."""
    if quota == 0:
        raise Refused(
            _(
                "Kuota santunan setahun nol, jadi tidak ada yang bisa diantrekan. Betulkan di Kelola › Layanan."
            )
        )
    return next(one for one in count(year) if quota is None or used.get(one, 0) < quota)


def is_open(facts: Facts, given: Mapping[str, str], used: Mapping[int, int]) -> bool:
    """Tell whether this year's budget can still pay one more: a place is left and the cut-off has not passed."""
    quota, year = quota_of(facts, given), facts.today.year
    has_place = quota is None or used.get(year, 0) < quota
    return has_place and facts.today <= last_day(year, setting(facts, given, "cut_off"))


def _used(facts: Facts) -> dict[int, int]:
    return taken(facts.case.service_id, but=facts.case.pk) if facts.case else {}


@check(
    "quota_left",
    title=gettext_lazy("Anggaran tahun ini masih ada"),
    parameters=("yearly_quota", "cut_off"),
)
def quota_left(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Refuse a grant that this year's budget cannot pay. Source: quota and cut-off of the regency (parameters)."""
    if is_open(facts, given, _used(facts)):
        return Verdict(PASSED, _("Anggaran santunan tahun ini masih ada."))
    return Verdict(
        FAILED,
        _(
            "Kuota tahun %(year)s habis, atau batas tanggal pencairannya lewat. Pilih antre anggaran tahun berikutnya."
        )
        % {"year": facts.today.year},
    )


@check(
    "quota_used_up",
    title=gettext_lazy("Anggaran tahun ini sudah habis"),
    parameters=("yearly_quota", "cut_off"),
)
def quota_used_up(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Refuse to let a family wait for the next year while this year's budget can pay."""
    if is_open(facts, given, _used(facts)):
        return Verdict(
            FAILED, _("Anggaran santunan tahun ini masih ada. Tetapkan sekarang, jangan diantrekan.")
        )
    return Verdict(PASSED, _("Anggaran tahun ini tidak bisa dipakai lagi, jadi santunan diantrekan."))


@check("budget_year_has_come", title=gettext_lazy("Tahun anggarannya sudah tiba"))
def budget_year_has_come(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Keep a claim on the waiting list until the year whose budget pays it."""
    year = facts.case.quota_year if facts.case else None
    if year is not None and facts.today.year < year:
        return Verdict(FAILED, _("Santunan ini dibayar dari anggaran tahun %(year)s.") % {"year": year})
    return Verdict(PASSED, _("Anggaran untuk santunan ini sudah tersedia."))


@check("before_cut_off", title=gettext_lazy("Pencairan tahun ini belum ditutup"), parameters=("cut_off",))
def before_cut_off(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Refuse new payments after the cut-off of the year. Source: treasuries close in December (parameter)."""
    last = last_day(facts.today.year, setting(facts, given, "cut_off"))
    if facts.today > last:
        return Verdict(FAILED, _("Pencairan tahun ini sudah ditutup. Lanjutkan pada bulan Januari."))
    return Verdict(PASSED, _("Pencairan tahun ini masih dibuka."))


@effect(
    "take_quota",
    title=gettext_lazy("Ambil tempat di anggaran tahun ini"),
    parameters=("yearly_quota", "cut_off"),
)
def take_quota(case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime) -> None:
    """Write this year as the one that pays; a place on the waiting list was taken before and is kept.

    Whoever comes second waits for the first, so the last place is given once. Raise Refused when none is left.
    """
    if case.quota_year is not None and case.quota_year <= facts.today.year:
        return
    _lock(case)
    if not is_open(facts, given, taken(case.service_id, but=case.pk)):
        raise Refused(quota_left(facts, given).why)
    case.quota_year = facts.today.year


@effect("wait_for_quota", title=gettext_lazy("Antre anggaran tahun berikutnya"), parameters=("yearly_quota",))
def wait_for_quota(
    case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime
) -> None:
    """Give a place in the first later year that has one left."""
    _lock(case)
    used = taken(case.service_id, but=case.pk)
    case.quota_year = first_free(facts.today.year + 1, used, quota_of(facts, given))


@effect("give_quota_back", title=gettext_lazy("Kembalikan tempat di anggaran"))
def give_quota_back(
    case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime
) -> None:
    """Free the place of a claim that is examined again."""
    case.quota_year = None


# Payment lists


@effect("join_batch", title=gettext_lazy("Masukkan ke daftar pembayaran"))
def join_batch(case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime) -> None:
    """Put a claim on the payment list that is being made for its budget year; begin one where there is none."""
    if case.batch_id is not None:
        return
    assert by is not None
    assert case.quota_year is not None
    _lock(case)
    batch = PaymentBatch.objects.filter(
        service_id=case.service_id, year=case.quota_year, state=PaymentBatch.State.DRAFT
    ).first()
    if batch is None:
        batch = PaymentBatch.objects.create(
            service_id=case.service_id,
            number=take_number(f"BAYAR-{definition_of(case.version).series}", at=at),
            year=case.quota_year,
            made_by=by,
            made_at=at,
        )
        record(batch, "added", by=by, at=at, after={"number": batch.number, "year": batch.year})
    case.batch = batch


@effect("leave_batch", title=gettext_lazy("Keluarkan dari daftar pembayaran"))
def leave_batch(case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime) -> None:
    """Take a claim off its payment list, when the transfer came back."""
    case.batch = None


@effect(
    "settle_batch",
    title=gettext_lazy("Tutup daftar pembayaran yang sudah lunas"),
    given=(Word("waiting"),),
)
def settle_batch(
    case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime
) -> None:
    """Mark a payment list as paid when nobody on it waits any more. `waiting`: the state of those who do."""
    if case.batch_id is None:
        return
    batch = PaymentBatch.objects.select_for_update().get(pk=case.batch_id)
    if not batch.cases.filter(state=given["waiting"]).exclude(pk=case.pk).exists():
        batch.state, batch.paid_at = PaymentBatch.State.PAID, at
        batch.save(update_fields=["state", "paid_at"])


def _lock(case: Case) -> None:
    """Let places and lists of a service be given one after the other."""
    Service.objects.select_for_update().get(pk=case.service_id)
