"""Read a plan as an assessor would, and say what is missing, where, why it matters and how to mend it.

Pure: the rules look at a `Subject` (linter_subject.py reads it in five queries). A rule yields what it looked at; each
look is fine (None) or a sentence. The score is the weighted mean over rules of the share of looks that were fine.
Sources: evaluation of the movement 2022/2023 (items Baseline, Output, Quick Win), PermenPANRB on performance
accountability; see domain sentences beside each rule.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.text import Text, say
from lawang.measures.models import Series
from lawang.plans.models import Body, Colour, Programme

Words = str | Promise
LONGEST_QUICK_WIN = timedelta(days=366)  # "under 12 months"


@dataclass(frozen=True)
class IndicatorSubject:
    key: str
    code: str
    title: Text
    direction: str
    has_definition: bool
    source_note: str
    owner_ends: date | None
    baseline: Decimal | None
    baseline_year: int | None
    targets: dict[int, Decimal]
    colour: str | None
    last_end: date | None
    has_evidence: bool


@dataclass(frozen=True)
class ProgrammeSubject:
    key: str
    code: str
    title: Text
    leaf: str | None
    year_from: int
    year_to: int
    state: str
    colour: str
    has_lead: bool
    lead_ends: date | None
    says_what: bool
    says_for_whom: bool
    in_rpjmd: bool
    goal: int | None
    activities: int
    overdue: list[tuple[Text, date]]  # milestones past their day
    needs: list[tuple[str, int, str]]  # code, last year, state of each programme it needs
    money: dict[int, tuple[int, int]]  # year -> (available, realised), whole rupiah
    indicators: list[IndicatorSubject] = field(default_factory=list)


@dataclass(frozen=True)
class QuickWinSubject:
    key: str
    code: str
    name: str
    dimension: str | None
    starts: date
    ends: date
    progress: int
    users_before: int | None
    users_after: int | None
    partners: int
    risks: int
    unmitigated: int


@dataclass(frozen=True)
class BodySubject:
    code: str
    kind: str
    name: Text
    legal_basis: str
    meetings: list[tuple[date, bool]]  # date, has minutes
    outsiders: list[tuple[str, int]]  # office, times present


@dataclass(frozen=True)
class ApplicationSubject:
    code: str
    name: str
    status: str
    users: int | None
    has_programme: bool


@dataclass(frozen=True)
class Subject:
    """All that the rules look at, of one revision on one day."""

    today: date
    year_from: int
    year_to: int
    legal_basis: tuple[str, str, date | None]
    has_legal_file: bool
    has_vision: bool
    missions: int
    goals: dict[int, str]  # id -> code
    leaves: dict[str, Text]  # code -> title of every leaf of the framework
    dimensions: dict[str, Text]
    gaps: set[str]  # leaf codes
    elements: dict[str, Text]  # readiness elements
    swot: set[str]  # element codes
    programmes: list[ProgrammeSubject]
    quick_wins: list[QuickWinSubject]
    bodies: list[BodySubject]
    applications: list[ApplicationSubject]

    @property
    def running(self) -> list[ProgrammeSubject]:
        return [programme for programme in self.programmes if programme.state == Programme.State.RUNNING]

    @property
    def indicators(self) -> list[tuple[ProgrammeSubject, IndicatorSubject]]:
        return [(programme, row) for programme in self.programmes for row in programme.indicators]


class Weight(IntEnum):
    MINOR = 1
    ORDINARY = 2
    SERIOUS = 3


@dataclass(frozen=True)
class Look:
    """One thing a rule looked at; `trouble` is a sentence, or None when it is fine."""

    place: str  # what a person calls it: "P-01 Air bersih sampai desa"
    trouble: str | None
    kind: str = "plan"  # plan, programme, indicator, quick_win, body, application: where `key` leads
    key: str = ""


@dataclass(frozen=True)
class Rule:
    code: str
    title: Words
    why: Words
    mend: Words
    weight: Weight
    look: Callable[[Subject], Iterator[Look]]


@dataclass(frozen=True)
class Result:
    rule: Rule
    looked: int
    findings: list[Look]


@dataclass(frozen=True)
class Report:
    results: list[Result]
    score: Decimal  # 0-100, one decimal

    @property
    def findings(self) -> int:
        return sum(len(result.findings) for result in self.results)


RULES: list[Rule] = []


def rule(
    code: str, *, title: Words, why: Words, mend: Words, weight: Weight = Weight.ORDINARY
) -> Callable[[Callable[[Subject], Iterator[Look]]], Callable[[Subject], Iterator[Look]]]:
    """Add a rule; its function yields one Look per thing it looked at."""

    def add(look: Callable[[Subject], Iterator[Look]]) -> Callable[[Subject], Iterator[Look]]:
        RULES.append(Rule(code, title, why, mend, weight, look))
        return look

    return add


def examine(subject: Subject) -> Report:
    """Apply every rule; results come heaviest first, those without a finding last."""
    results = []
    total, weights = Decimal(0), 0
    for each in RULES:
        looks = list(each.look(subject))
        findings = [look for look in looks if look.trouble]
        results.append(Result(each, len(looks), findings))
        if looks:
            total += each.weight * (1 - Decimal(len(findings)) / len(looks))
            weights += each.weight
    results.sort(key=lambda result: (not result.findings, -result.rule.weight, result.rule.code))
    score = (total / weights * 100).quantize(Decimal("0.1")) if weights else Decimal(0)
    return Report(results, score)


def _programme(programme: ProgrammeSubject, trouble: str | None) -> Look:
    return Look(f"{programme.code} {say(programme.title)}", trouble, "programme", programme.key)


def _indicator(indicator: IndicatorSubject, trouble: str | None) -> Look:
    return Look(f"{indicator.code} {say(indicator.title)}", trouble, "indicator", indicator.key)


def _quick_win(quick_win: QuickWinSubject, trouble: str | None) -> Look:
    return Look(f"{quick_win.code} {quick_win.name}", trouble, "quick_win", quick_win.key)


def _body(body: BodySubject, trouble: str | None) -> Look:
    return Look(say(body.name), trouble, "body", body.code)


# --- the plan itself --------------------------------------------------------------------------------------------------


@rule(
    "legal-basis",
    title=gettext_lazy("Dasar hukum"),
    why=gettext_lazy(
        "Tanpa peraturan, rencana tidak mengikat siapa pun. Ini butir pertama penilaian nasional."
    ),
    mend=gettext_lazy("Isi jenis, nomor, dan tanggal peraturan yang menetapkan rencana ini."),
    weight=Weight.SERIOUS,
)
def legal_basis(subject: Subject) -> Iterator[Look]:
    kind, number, day = subject.legal_basis
    missing = [
        words
        for words, is_there in ((_("jenis"), kind), (_("nomor"), number), (_("tanggal"), day))
        if not is_there
    ]
    yield Look(
        _("Rencana induk"),
        _("Dasar hukum belum lengkap: %(missing)s belum diisi.") % {"missing": ", ".join(missing)}
        if missing
        else None,
    )


@rule(
    "legal-file",
    title=gettext_lazy("Naskah dasar hukum"),
    why=gettext_lazy("Penilai membuka naskahnya; nomor saja tidak cukup sebagai bukti."),
    mend=gettext_lazy("Unggah naskah peraturan sebagai PDF."),
    weight=Weight.MINOR,
)
def legal_file(subject: Subject) -> Iterator[Look]:
    yield Look(
        _("Rencana induk"), None if subject.has_legal_file else _("Naskah peraturannya belum diunggah.")
    )


@rule(
    "direction",
    title=gettext_lazy("Visi, misi, tujuan"),
    why=gettext_lazy("Program harus bisa ditelusuri sampai ke janji kepala daerah."),
    mend=gettext_lazy("Tulis visi, misi, dan tujuan di bagian Arah."),
)
def direction(subject: Subject) -> Iterator[Look]:
    yield Look(_("Visi"), None if subject.has_vision else _("Visi belum ditulis."))
    yield Look(_("Misi"), None if subject.missions else _("Belum ada misi."))
    yield Look(_("Tujuan"), None if subject.goals else _("Belum ada tujuan."))


@rule(
    "goal-served",
    title=gettext_lazy("Tujuan yang dilayani program"),
    why=gettext_lazy("Tujuan tanpa program adalah harapan, bukan rencana."),
    mend=gettext_lazy("Kaitkan sedikitnya satu program dengan tujuan ini, atau hapus tujuannya."),
)
def goal_served(subject: Subject) -> Iterator[Look]:
    served = {programme.goal for programme in subject.programmes}
    for goal, code in subject.goals.items():
        yield Look(
            _("Tujuan %(code)s") % {"code": code},
            None if goal in served else _("Tidak ada program yang melayani tujuan ini."),
        )


@rule(
    "leaf-covered",
    title=gettext_lazy("Semua subdimensi terisi"),
    why=gettext_lazy("Penilaian menghitung program per subdimensi; yang kosong bernilai rendah."),
    mend=gettext_lazy("Tempatkan sedikitnya satu program di subdimensi ini."),
    weight=Weight.SERIOUS,
)
def leaf_covered(subject: Subject) -> Iterator[Look]:
    covered = {programme.leaf for programme in subject.programmes}
    for code, title in subject.leaves.items():
        yield Look(say(title), None if code in covered else _("Tidak ada program di subdimensi ini."))


@rule(
    "gap-described",
    title=gettext_lazy("Kesenjangan tiap subdimensi"),
    why=gettext_lazy("Tanpa keadaan sekarang dan yang diinginkan, pilihan program tidak beralasan (Buku 1)."),
    mend=gettext_lazy("Tulis keadaan sekarang, yang diinginkan, dan jawabannya."),
)
def gap_described(subject: Subject) -> Iterator[Look]:
    for code, title in subject.leaves.items():
        yield Look(say(title), None if code in subject.gaps else _("Kesenjangan belum ditulis."))


@rule(
    "swot-complete",
    title=gettext_lazy("SWOT tiap unsur kesiapan"),
    why=gettext_lazy("Analisis strategis memuat SWOT untuk tiap unsur kesiapan daerah (Buku 1)."),
    mend=gettext_lazy("Tulis sedikitnya satu baris SWOT untuk unsur ini."),
    weight=Weight.MINOR,
)
def swot_complete(subject: Subject) -> Iterator[Look]:
    for code, title in subject.elements.items():
        yield Look(say(title), None if code in subject.swot else _("Belum ada SWOT untuk unsur ini."))


@rule(
    "dimension-quick-win",
    title=gettext_lazy("Program percepatan tiap dimensi"),
    why=gettext_lazy("Gerakan meminta satu program percepatan tiap dimensi yang langsung dirasakan warga."),
    mend=gettext_lazy("Pilih satu program di dimensi ini yang bisa dirasakan dalam 12 bulan."),
    weight=Weight.SERIOUS,
)
def dimension_quick_win(subject: Subject) -> Iterator[Look]:
    covered = {quick_win.dimension for quick_win in subject.quick_wins}
    for code, title in subject.dimensions.items():
        yield Look(say(title), None if code in covered else _("Dimensi ini belum punya program percepatan."))


# --- programmes -------------------------------------------------------------------------------------------------------


@rule(
    "owner",
    title=gettext_lazy("Penanggung jawab"),
    why=gettext_lazy("Janji tanpa pemilik hampir selalu terlambat."),
    mend=gettext_lazy("Tetapkan satu instansi penanggung jawab."),
    weight=Weight.SERIOUS,
)
def owner(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        yield _programme(programme, None if programme.has_lead else _("Belum ada instansi penanggung jawab."))


@rule(
    "owner-exists",
    title=gettext_lazy("Instansi yang masih ada"),
    why=gettext_lazy("Instansi sering digabung atau diganti; program yang ditinggal menjadi yatim."),
    mend=gettext_lazy("Pindahkan ke instansi penerusnya."),
)
def owner_exists(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        gone = programme.lead_ends is not None and programme.lead_ends <= subject.today
        yield _programme(programme, _("Instansi penanggung jawabnya sudah tidak ada.") if gone else None)


@rule(
    "indicator",
    title=gettext_lazy("Indikator"),
    why=gettext_lazy("Yang tidak diukur tidak bisa ditunjukkan hasilnya."),
    mend=gettext_lazy("Tambahkan sedikitnya satu indikator hasil."),
    weight=Weight.SERIOUS,
)
def has_indicator(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        yield _programme(programme, None if programme.indicators else _("Belum ada indikator."))


@rule(
    "budget",
    title=gettext_lazy("Anggaran"),
    why=gettext_lazy(
        "Program tanpa uang dari sumber mana pun tidak akan berjalan; APBD dan non-APBD sama-sama dinilai."
    ),
    mend=gettext_lazy("Isi anggaran per tahun dan sumber, juga bila dari CSR, desa, atau pusat."),
    weight=Weight.SERIOUS,
)
def has_budget(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        has_money = any(available for available, _realised in programme.money.values())
        yield _programme(programme, None if has_money else _("Belum ada anggaran."))


@rule(
    "budget-zero-twice",
    title=gettext_lazy("Anggaran nol dua tahun berturut-turut"),
    why=gettext_lazy("Dua tahun tanpa uang berarti program sebenarnya berhenti."),
    mend=gettext_lazy("Isi anggarannya, atau tandai programnya ditunda atau dihentikan."),
)
def budget_zero_twice(subject: Subject) -> Iterator[Look]:
    for programme in subject.running:
        years = range(programme.year_from, min(programme.year_to, subject.today.year + 1) + 1)
        empty = [year for year in years if not programme.money.get(year, (0, 0))[0]]
        pair = next(((a, b) for a, b in itertools.pairwise(empty) if b == a + 1), None)
        has_money = any(available for available, _realised in programme.money.values())
        yield _programme(
            programme,
            _("Anggaran %(first)s dan %(second)s nol.") % {"first": pair[0], "second": pair[1]}
            if pair and has_money
            else None,
        )


@rule(
    "overspent",
    title=gettext_lazy("Realisasi di atas anggaran"),
    why=gettext_lazy("Angka yang tidak mungkin membuat semua angka diragukan."),
    mend=gettext_lazy("Periksa realisasinya, atau isi anggaran setelah perubahan."),
)
def overspent(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        years = [year for year, (available, realised) in programme.money.items() if realised > available]
        yield _programme(
            programme,
            _("Realisasi %(year)s melebihi anggarannya.") % {"year": years[0]} if years else None,
        )


@rule(
    "paid-not-done",
    title=gettext_lazy("Uang terpakai, hasil belum tampak"),
    why=gettext_lazy("Banyak program dibayar tetapi tidak selesai; warga melihat itu lebih dulu."),
    mend=gettext_lazy("Masukkan capaian terbaru, atau jelaskan hambatan dan ubah cara kerjanya."),
)
def paid_not_done(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        past = [row for year, row in programme.money.items() if year < subject.today.year]
        available, realised = sum(row[0] for row in past), sum(row[1] for row in past)
        is_spent = available > 0 and realised * 10 >= available * 8
        is_behind = programme.colour in (Colour.OFF_TRACK, Colour.NO_DATA)
        yield _programme(
            programme,
            _(
                "Lebih dari 80 % anggaran tahun-tahun lalu terpakai, tetapi capaiannya tertinggal atau belum ada."
            )
            if is_spent and is_behind
            else None,
        )


@rule(
    "within-period",
    title=gettext_lazy("Tahun program di dalam masa rencana"),
    why=gettext_lazy("Program di luar masa rencana tidak punya dasar."),
    mend=gettext_lazy("Sesuaikan tahun mulai dan selesai."),
)
def within_period(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        outside = programme.year_from < subject.year_from or programme.year_to > subject.year_to
        yield _programme(
            programme,
            _("Program %(from)s–%(to)s, rencana %(plan_from)s–%(plan_to)s.")
            % {
                "from": programme.year_from,
                "to": programme.year_to,
                "plan_from": subject.year_from,
                "plan_to": subject.year_to,
            }
            if outside
            else None,
        )


@rule(
    "past-end",
    title=gettext_lazy("Program yang sudah lewat tahunnya"),
    why=gettext_lazy("Program yang lewat waktu tetapi masih “berjalan” menyembunyikan keterlambatan."),
    mend=gettext_lazy("Tandai selesai atau dihentikan, atau perpanjang dalam revisi."),
)
def past_end(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        late = programme.year_to < subject.today.year and programme.state in (
            Programme.State.RUNNING,
            Programme.State.PLANNED,
        )
        yield _programme(
            programme, _("Tahun terakhirnya %(year)s.") % {"year": programme.year_to} if late else None
        )


@rule(
    "described",
    title=gettext_lazy("Apa dan untuk siapa"),
    why=gettext_lazy("Warga dan penilai harus mengerti programnya tanpa bertanya."),
    mend=gettext_lazy("Tulis apa yang dikerjakan dan siapa yang menerima manfaatnya."),
    weight=Weight.MINOR,
)
def described(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        trouble = None
        if not programme.says_what:
            trouble = _("Belum ada ringkasan.")
        elif not programme.says_for_whom:
            trouble = _("Belum ditulis untuk siapa.")
        yield _programme(programme, trouble)


@rule(
    "in-rpjmd",
    title=gettext_lazy("Kaitan dengan RPJMD, Renstra, atau SIPD"),
    why=gettext_lazy("Program yang tidak ada di RPJMD atau Renstra tidak bisa dianggarkan."),
    mend=gettext_lazy("Isi kode RPJMD, Renstra, atau SIPD."),
)
def in_rpjmd(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        yield _programme(
            programme, None if programme.in_rpjmd else _("Belum ada kode RPJMD, Renstra, atau SIPD.")
        )


@rule(
    "activities",
    title=gettext_lazy("Kegiatan dalam rencana aksi"),
    why=gettext_lazy("Rencana aksi empat jalur dinilai; program tanpa kegiatan tidak tampak di sana."),
    mend=gettext_lazy("Tambahkan kegiatan pada jalur SDM, infrastruktur, aplikasi, atau literasi."),
)
def has_activities(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        yield _programme(programme, None if programme.activities else _("Belum ada kegiatan."))


@rule(
    "milestone-late",
    title=gettext_lazy("Tonggak yang lewat"),
    why=gettext_lazy("Tonggak yang lewat tanpa catatan adalah janji yang dilupakan."),
    mend=gettext_lazy("Catat hari selesainya, atau ubah tenggat dalam revisi dengan alasannya."),
)
def milestone_late(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        trouble = None
        if programme.overdue:
            title, _due = programme.overdue[0]
            trouble = _("Tonggak “%(title)s” lewat tenggat dan belum selesai.") % {"title": say(title)}
        yield _programme(programme, trouble)


@rule(
    "needs-hold",
    title=gettext_lazy("Ketergantungan yang bisa dipenuhi"),
    why=gettext_lazy("Program tidak bisa selesai sebelum yang dibutuhkannya selesai."),
    mend=gettext_lazy("Ubah urutan tahunnya atau cabut ketergantungannya."),
)
def needs_hold(subject: Subject) -> Iterator[Look]:
    for programme in subject.programmes:
        trouble = None
        for code, year_to, state in programme.needs:
            if state == Programme.State.STOPPED:
                trouble = _("Membutuhkan %(code)s, yang sudah dihentikan.") % {"code": code}
            elif year_to > programme.year_to:
                trouble = _("Membutuhkan %(code)s, yang baru selesai %(year)s.") % {
                    "code": code,
                    "year": year_to,
                }
        yield _programme(programme, trouble)


# --- indicators -------------------------------------------------------------------------------------------------------


@rule(
    "baseline",
    title=gettext_lazy("Kondisi awal"),
    why=gettext_lazy("Tanpa kondisi awal, kemajuan tidak bisa dihitung."),
    mend=gettext_lazy("Isi angka awal, tahunnya, dan sumbernya."),
    weight=Weight.SERIOUS,
)
def baseline(subject: Subject) -> Iterator[Look]:
    for _programme_row, row in subject.indicators:
        is_there = row.baseline is not None and row.baseline_year is not None
        yield _indicator(row, None if is_there else _("Belum ada kondisi awal dengan tahunnya."))


@rule(
    "target",
    title=gettext_lazy("Target"),
    why=gettext_lazy("Tanpa target tahunan tidak ada yang dijanjikan."),
    mend=gettext_lazy("Isi target untuk tiap tahun program."),
    weight=Weight.SERIOUS,
)
def target(subject: Subject) -> Iterator[Look]:
    for programme, row in subject.indicators:
        year = min(max(subject.today.year, programme.year_from), programme.year_to)
        trouble = None
        if not row.targets:
            trouble = _("Belum ada target.")
        elif year not in row.targets and year <= max(row.targets):
            trouble = _("Belum ada target untuk %(year)s.") % {"year": year}
        elif year > max(row.targets):
            trouble = _("Target berhenti di %(year)s.") % {"year": max(row.targets)}
        yield _indicator(row, trouble)


@rule(
    "can-move",
    title=gettext_lazy("Indikator yang bisa bergerak"),
    why=gettext_lazy(
        "Target yang sama dengan kondisi awal, atau berlawanan arah, tidak menjanjikan apa-apa."
    ),
    mend=gettext_lazy("Periksa arah indikator, kondisi awal, dan targetnya."),
)
def can_move(subject: Subject) -> Iterator[Look]:
    for _programme_row, row in subject.indicators:
        trouble = None
        if row.baseline is not None and row.targets and row.direction != Series.Direction.NONE:
            goal = row.targets[max(row.targets)]
            if all(amount == row.baseline for amount in row.targets.values()):
                trouble = _("Semua target sama dengan kondisi awal.")
            elif (goal > row.baseline) != (row.direction == Series.Direction.UP) and goal != row.baseline:
                trouble = _("Target berlawanan dengan arah yang diinginkan.")
        yield _indicator(row, trouble)


@rule(
    "definition",
    title=gettext_lazy("Definisi indikator"),
    why=gettext_lazy("Dua petugas yang menghitung harus mendapat angka yang sama."),
    mend=gettext_lazy("Tulis apa yang dihitung, rumusnya, dan apa yang tidak ikut dihitung."),
    weight=Weight.MINOR,
)
def definition(subject: Subject) -> Iterator[Look]:
    for _programme_row, row in subject.indicators:
        yield _indicator(row, None if row.has_definition else _("Belum ada definisi."))


@rule(
    "figures",
    title=gettext_lazy("Angka capaian"),
    why=gettext_lazy("Indikator yang tak pernah diisi sama dengan tidak ada."),
    mend=gettext_lazy("Minta instansi pemilik mengisi angka pertama."),
    weight=Weight.SERIOUS,
)
def figures(subject: Subject) -> Iterator[Look]:
    for programme, row in subject.indicators:
        if programme.state == Programme.State.RUNNING and programme.year_from < subject.today.year:
            yield _indicator(row, None if row.last_end else _("Belum pernah ada angka yang disetujui."))


@rule(
    "fresh",
    title=gettext_lazy("Angka yang masih baru"),
    why=gettext_lazy("Angka lama menyesatkan pimpinan; sebagian besar pemilik indikator lupa memperbarui."),
    mend=gettext_lazy("Isi angka periode terakhir."),
)
def fresh(subject: Subject) -> Iterator[Look]:
    for _programme_row, row in subject.indicators:
        if row.last_end:
            yield _indicator(
                row,
                _("Angka terakhir per %(date)s sudah lama.") % {"date": f"{row.last_end:%d-%m-%Y}"}
                if row.colour == Colour.STALE
                else None,
            )


@rule(
    "proof",
    title=gettext_lazy("Sumber dan bukti angka"),
    why=gettext_lazy("Bukti yang hilang atau tidak sah adalah kelemahan yang paling sering ditulis penilai."),
    mend=gettext_lazy("Lampirkan bukti pada angka terakhir, atau tulis sumbernya di indikator."),
)
def proof(subject: Subject) -> Iterator[Look]:
    for _programme_row, row in subject.indicators:
        if row.last_end:
            yield _indicator(
                row,
                None
                if row.has_evidence or row.source_note
                else _("Angka terakhir tidak punya bukti, dan sumbernya tidak ditulis."),
            )


@rule(
    "figure-owner",
    title=gettext_lazy("Pemilik angka yang masih ada"),
    why=gettext_lazy("Angka tanpa pemilik tidak akan diisi lagi."),
    mend=gettext_lazy("Pindahkan deretnya ke instansi penerus."),
    weight=Weight.MINOR,
)
def figure_owner(subject: Subject) -> Iterator[Look]:
    for _programme_row, row in subject.indicators:
        gone = row.owner_ends is not None and row.owner_ends <= subject.today
        yield _indicator(row, _("Instansi pemilik angka sudah tidak ada.") if gone else None)


# --- quick wins -------------------------------------------------------------------------------------------------------


@rule(
    "quick-win-length",
    title=gettext_lazy("Program percepatan paling lama 12 bulan"),
    why=gettext_lazy("Percepatan berarti dirasakan dalam setahun."),
    mend=gettext_lazy("Pendekkan, atau pindahkan sisanya ke program biasa."),
    weight=Weight.SERIOUS,
)
def quick_win_length(subject: Subject) -> Iterator[Look]:
    for row in subject.quick_wins:
        yield _quick_win(
            row, _("Lamanya lebih dari 12 bulan.") if row.ends - row.starts > LONGEST_QUICK_WIN else None
        )


@rule(
    "quick-win-risk",
    title=gettext_lazy("Rencana risiko program percepatan"),
    why=gettext_lazy("Risiko dikenali dan diatasi: dua dari dua belas pertanyaan penilaian."),
    mend=gettext_lazy("Tulis risikonya, dan apa yang dilakukan untuk tiap risiko."),
    weight=Weight.SERIOUS,
)
def quick_win_risk(subject: Subject) -> Iterator[Look]:
    for row in subject.quick_wins:
        trouble = None
        if not row.risks:
            trouble = _("Belum ada daftar risiko.")
        elif row.unmitigated:
            trouble = _("%(count)s risiko belum punya cara mengatasi.") % {"count": row.unmitigated}
        yield _quick_win(row, trouble)


@rule(
    "quick-win-late",
    title=gettext_lazy("Program percepatan yang lewat waktu"),
    why=gettext_lazy("Janji setahun yang lewat paling cepat diingat warga."),
    mend=gettext_lazy("Perbarui kemajuan dan tahapnya."),
)
def quick_win_late(subject: Subject) -> Iterator[Look]:
    for row in subject.quick_wins:
        late = row.ends < subject.today and row.progress < 100
        yield _quick_win(
            row,
            _("Sudah lewat waktunya, kemajuan baru %(percent)s %%.") % {"percent": row.progress}
            if late
            else None,
        )


@rule(
    "quick-win-users",
    title=gettext_lazy("Pengguna sebelum dan sesudah"),
    why=gettext_lazy("Manfaat dinilai dari perubahan yang dirasakan pengguna."),
    mend=gettext_lazy("Isi jumlah pengguna sebelum dan sekarang."),
)
def quick_win_users(subject: Subject) -> Iterator[Look]:
    for row in subject.quick_wins:
        is_there = row.users_before is not None and row.users_after is not None
        yield _quick_win(row, None if is_there else _("Jumlah pengguna sebelum dan sesudah belum lengkap."))


@rule(
    "quick-win-partner",
    title=gettext_lazy("Mitra program percepatan"),
    why=gettext_lazy("Kemitraan adalah satu dari sepuluh kriteria penilaian."),
    mend=gettext_lazy("Tulis mitra yang ikut: usaha, kampus, komunitas, media, atau instansi lain."),
    weight=Weight.MINOR,
)
def quick_win_partner(subject: Subject) -> Iterator[Look]:
    for row in subject.quick_wins:
        yield _quick_win(row, None if row.partners else _("Belum ada mitra."))


# --- bodies and applications ---------------------------------------------------------------------------------------


@rule(
    "bodies",
    title=gettext_lazy("Dewan, tim, dan forum"),
    why=gettext_lazy("Ketiganya diminta gerakan dan dinilai setiap tahun."),
    mend=gettext_lazy("Bentuk lembaganya dengan keputusan bupati dan catat di sini."),
    weight=Weight.SERIOUS,
)
def bodies(subject: Subject) -> Iterator[Look]:
    present = {body.kind for body in subject.bodies}
    names = {Body.Kind.COUNCIL: _("Dewan"), Body.Kind.TEAM: _("Tim Pelaksana"), Body.Kind.FORUM: _("Forum")}
    for kind, name in names.items():
        yield Look(name, None if kind in present else _("Belum ada."), "body")


@rule(
    "body-basis",
    title=gettext_lazy("Keputusan pembentukan"),
    why=gettext_lazy("Lembaga tanpa surat keputusan dianggap tidak ada."),
    mend=gettext_lazy("Tulis nomor dan tahun keputusannya."),
)
def body_basis(subject: Subject) -> Iterator[Look]:
    for body in subject.bodies:
        yield _body(body, None if body.legal_basis else _("Belum ada keputusan pembentukan."))


@rule(
    "met-this-year",
    title=gettext_lazy("Rapat tahun ini"),
    why=gettext_lazy("Dewan, tim, dan forum harus bertemu sedikitnya sekali setahun."),
    mend=gettext_lazy("Adakan rapat dan catat kehadiran serta notulennya."),
    weight=Weight.SERIOUS,
)
def met_this_year(subject: Subject) -> Iterator[Look]:
    for body in subject.bodies:
        met = any(day.year == subject.today.year and day <= subject.today for day, _minutes in body.meetings)
        yield _body(body, None if met else _("Belum rapat tahun %(year)s.") % {"year": subject.today.year})


@rule(
    "minutes",
    title=gettext_lazy("Notulen rapat"),
    why=gettext_lazy("Rapat tanpa notulen tidak bisa dibuktikan."),
    mend=gettext_lazy("Tulis ringkasan keputusan atau unggah notulennya."),
)
def minutes(subject: Subject) -> Iterator[Look]:
    for body in subject.bodies:
        for day, has_minutes in body.meetings:
            if day < subject.today:
                yield _body(
                    body,
                    None
                    if has_minutes
                    else _("Rapat %(date)s belum ada notulennya.") % {"date": f"{day:%d-%m-%Y}"},
                )


@rule(
    "outsiders-present",
    title=gettext_lazy("Anggota dari luar benar-benar diundang"),
    why=gettext_lazy("Penilai memeriksa apakah anggota dari luar dalam keputusan sungguh pernah hadir."),
    mend=gettext_lazy("Undang anggota ini ke rapat berikutnya dan catat kehadirannya."),
)
def outsiders_present(subject: Subject) -> Iterator[Look]:
    for body in subject.bodies:
        if body.meetings:
            for office, times in body.outsiders:
                yield _body(
                    body,
                    None
                    if times
                    else _("%(office)s tercatat anggota, tetapi belum pernah hadir.") % {"office": office},
                )


@rule(
    "application-purpose",
    title=gettext_lazy("Aplikasi yang mendukung program"),
    why=gettext_lazy("Aplikasi terlalu banyak dan jarang dipakai adalah temuan penilaian yang berulang."),
    mend=gettext_lazy("Kaitkan aplikasi dengan program, atau hentikan."),
    weight=Weight.MINOR,
)
def application_purpose(subject: Subject) -> Iterator[Look]:
    for row in subject.applications:
        trouble = None
        if row.status == "idle":
            trouble = _("Aplikasi ini terpasang tetapi sepi pemakai.")
        elif row.status == "running" and not row.has_programme:
            trouble = _("Tidak mendukung program mana pun.")
        elif row.status == "running" and row.users is None:
            trouble = _("Jumlah penggunanya belum diisi.")
        yield Look(row.name, trouble, "application", row.code)
