"""The kinds of rows that the planner adds, changes and removes on a page of their own, declared once each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.text import say
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Dependency,
    Gap,
    Member,
    Milestone,
    Partner,
    Programme,
    QuickWin,
    Resource,
    Risk,
    Statement,
    Swot,
)
from lawang.web.tables import Column

Title = Any  # a lazy translation


@dataclass(frozen=True)
class Kind:
    """One kind of row: what it is called, what it hangs on, how its list looks."""

    slug: str  # in the address
    model: type[models.Model]
    title: Title  # of the list
    one: Title  # of the page of one row
    add: Title  # on the button
    under: str  # "edition", "programme", "quick_win", "plan", "body", or "" for a register
    columns: Callable[[], list[Column]]
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    anchor: str = ""  # section of the page of what it hangs on
    lead: Title = ""
    empty: Title = ""

    @property
    def is_register(self) -> bool:
        """Whether its rows belong to no edition and count at once."""
        return self.under in ("", "plan", "body")

    def list_of(self, revision: Any) -> QuerySet[Any]:
        """Return the rows of an edition, or of its plan, for the list."""
        rows = self.model._default_manager.all()
        if self.under == "edition":
            rows = rows.filter(revision=revision)
        elif self.under == "programme":
            rows = rows.filter(programme__revision=revision)
        elif self.under == "quick_win":
            rows = rows.filter(quick_win__revision=revision)
        elif self.under == "plan":
            rows = rows.filter(plan=revision.plan_id)
        elif self.under == "body":
            rows = rows.filter(body__plan=revision.plan_id)
        return self.rows(rows)


def in_words(value: Any) -> str:
    return say(value) if isinstance(value, dict) else str(value)  # type: ignore[arg-type]


def name_of(row: models.Model) -> str:
    """Return what a person calls a row: its code and words."""
    if isinstance(row, BudgetLine):
        return f"{row.year} {row.get_source_display()}"
    if isinstance(row, Dependency):
        return f"{row.on.code} {say(row.on.title)}"
    if isinstance(row, Gap):
        return say(row.node.title)
    if isinstance(row, Member):
        return f"{row.office} ({row.name})" if row.name else row.office
    words: Any = next(
        (found for name in ("title", "words", "name") if (found := getattr(row, name, None))), ""
    )
    return f"{getattr(row, 'code', '')} {in_words(words)}".strip()


def edit_url(row: models.Model) -> str:
    """Return the page where a row is changed."""
    if isinstance(row, Programme):
        return reverse("planner:programme", args=[row.key])
    if isinstance(row, QuickWin):
        return reverse("planner:quick_win", args=[row.key])
    kind = next(kind for kind in KINDS.values() if kind.model is type(row))
    return reverse("planner:row", args=[kind.slug, row.pk])


def _title(words: Title, value: Any, **more: Any) -> Column:
    return Column(words, value, href=edit_url, is_head=True, **more)


def _budget() -> list[Column]:
    return [
        _title(_("Tahun dan sumber"), name_of),
        Column(_("Murni"), "planned", kind="rupiah"),
        Column(_("Perubahan"), "revised", kind="rupiah"),
        Column(_("Realisasi"), "realised", kind="rupiah"),
        Column(_("Bagian"), "share", kind="percent"),
        Column(_("Dokumen"), "document"),
    ]


def _activities() -> list[Column]:
    return [
        _title(_("Kegiatan"), name_of),
        Column(_("Jalur"), lambda row: row.get_track_display()),
        Column(_("Pelaksana"), lambda row: row.agency.short_name if row.agency else ""),
        Column(_("Tahun"), lambda row: f"{row.year_from}–{row.year_to}"),
        Column(_("Keluaran"), "output"),
    ]


def _milestones() -> list[Column]:
    return [
        _title(_("Tonggak"), name_of),
        Column(_("Tenggat"), "due_date", kind="date"),
        Column(_("Tercapai"), "done_date", kind="date"),
    ]


def _needs() -> list[Column]:
    return [_title(_("Butuh lebih dulu"), name_of), Column(_("Mengapa"), "why")]


def _quick_wins() -> list[Column]:
    return [
        _title(_("Percepatan"), name_of),
        Column(_("Program"), lambda row: row.programme.code),
        Column(_("Tahap"), lambda row: row.get_stage_display()),
        Column(_("Kemajuan"), "progress", kind="percent"),
        Column(_("Selesai"), "ends", kind="date"),
    ]


def _partners() -> list[Column]:
    return [_title(_("Mitra"), "name"), Column(_("Jenis"), lambda row: row.get_kind_display())]


def _risks() -> list[Column]:
    return [
        _title(_("Risiko"), name_of),
        Column(_("Kemungkinan"), lambda row: row.get_likelihood_display()),
        Column(_("Dampak"), lambda row: row.get_impact_display()),
        Column(_("Cara mencegah"), "mitigation"),
        Column(_("Penanggung jawab"), lambda row: row.owner.short_name if row.owner else ""),
    ]


def _resources() -> list[Column]:
    return [
        _title(_("Sumber daya"), name_of),
        Column(_("Jenis"), lambda row: row.get_kind_display()),
        Column(_("Dari"), "source"),
    ]


def _statements() -> list[Column]:
    return [
        _title(_("Pernyataan"), name_of),
        Column(_("Jenis"), lambda row: row.get_kind_display()),
        Column(_("Di bawah"), lambda row: row.parent.code if row.parent else ""),
        Column(_("Dimensi"), lambda row: say(row.node.title) if row.node else ""),
    ]


def _swot() -> list[Column]:
    return [
        _title(_("Butir"), name_of),
        Column(_("Unsur"), lambda row: say(row.element.title)),
        Column(_("Jenis"), lambda row: row.get_kind_display()),
        Column(_("Angka pendukung"), lambda row: ", ".join(one.code for one in row.series.all())),
    ]


def _gaps() -> list[Column]:
    return [
        _title(_("Subdimensi"), name_of),
        Column(_("Sekarang"), "present"),
        Column(_("Diinginkan"), "wanted"),
        Column(_("Jawaban"), "answer"),
    ]


def _applications() -> list[Column]:
    return [
        _title(_("Aplikasi"), "name"),
        Column(_("Pemilik"), "agency.short_name"),
        Column(_("Kegunaan"), "purpose"),
        Column(_("Pengguna"), "users", kind="number"),
        Column(_("Asal"), lambda row: row.get_origin_display()),
        Column(_("Keadaan"), lambda row: row.get_status_display()),
    ]


def _bodies() -> list[Column]:
    return [
        _title(_("Lembaga"), "name"),
        Column(_("Jenis"), lambda row: row.get_kind_display()),
        Column(_("Keputusan"), "legal_basis"),
        Column(_("Sekretariat"), lambda row: row.agency.short_name if row.agency else ""),
        Column(_("Kursi"), "seats", kind="number"),
    ]


def _members() -> list[Column]:
    return [
        _title(_("Jabatan"), name_of),
        Column(_("Lembaga"), lambda row: say(row.body.name)),
        Column(_("Kedudukan"), "part"),
        Column(_("Dari luar"), lambda row: _("ya") if row.is_external else ""),
    ]


_ALL = (
    Kind(
        "anggaran",
        BudgetLine,
        gettext_lazy("Anggaran"),
        gettext_lazy("Baris anggaran"),
        gettext_lazy("Tambah baris anggaran"),
        "programme",
        _budget,
        lambda rows: rows.select_related("programme"),
        anchor="anggaran",
        empty=gettext_lazy("Belum ada anggaran. Tulis juga yang dari CSR, desa, atau pusat."),
    ),
    Kind(
        "kegiatan",
        Activity,
        gettext_lazy("Kegiatan"),
        gettext_lazy("Kegiatan"),
        gettext_lazy("Tambah kegiatan"),
        "programme",
        _activities,
        lambda rows: rows.select_related("programme", "agency"),
        anchor="kegiatan",
        empty=gettext_lazy("Belum ada kegiatan di keempat jalur."),
    ),
    Kind(
        "tonggak",
        Milestone,
        gettext_lazy("Tonggak"),
        gettext_lazy("Tonggak"),
        gettext_lazy("Tambah tonggak"),
        "programme",
        _milestones,
        lambda rows: rows.select_related("programme"),
        anchor="tonggak",
        empty=gettext_lazy("Belum ada tonggak. Kapan warga bisa melihat langkah pertama?"),
    ),
    Kind(
        "ketergantungan",
        Dependency,
        gettext_lazy("Ketergantungan"),
        gettext_lazy("Ketergantungan"),
        gettext_lazy("Tambah ketergantungan"),
        "programme",
        _needs,
        lambda rows: rows.select_related("programme", "on"),
        anchor="ketergantungan",
        empty=gettext_lazy("Program ini tidak menunggu program lain."),
    ),
    Kind(
        "percepatan",
        QuickWin,
        gettext_lazy("Program percepatan"),
        gettext_lazy("Program percepatan"),
        gettext_lazy("Tambah program percepatan"),
        "programme",
        _quick_wins,
        lambda rows: rows.select_related("programme").order_by("code"),
        anchor="percepatan",
        lead=gettext_lazy("Yang dirasakan warga dalam 12 bulan. Ditambahkan dari halaman programnya."),
        empty=gettext_lazy("Belum ada program percepatan."),
    ),
    Kind(
        "mitra",
        Partner,
        gettext_lazy("Mitra"),
        gettext_lazy("Mitra"),
        gettext_lazy("Tambah mitra"),
        "quick_win",
        _partners,
        anchor="mitra",
        empty=gettext_lazy("Belum ada mitra."),
    ),
    Kind(
        "risiko",
        Risk,
        gettext_lazy("Daftar risiko"),
        gettext_lazy("Risiko"),
        gettext_lazy("Tambah risiko"),
        "quick_win",
        _risks,
        lambda rows: rows.select_related("owner"),
        anchor="risiko",
        empty=gettext_lazy("Belum ada risiko yang dicatat."),
    ),
    Kind(
        "sumber-daya",
        Resource,
        gettext_lazy("Sumber daya"),
        gettext_lazy("Sumber daya"),
        gettext_lazy("Tambah sumber daya"),
        "quick_win",
        _resources,
        anchor="sumber-daya",
        empty=gettext_lazy("Belum ada sumber daya."),
    ),
    Kind(
        "arah",
        Statement,
        gettext_lazy("Misi, tujuan, strategi"),
        gettext_lazy("Pernyataan arah"),
        gettext_lazy("Tambah pernyataan"),
        "edition",
        _statements,
        lambda rows: rows.select_related("parent", "node"),
        lead=gettext_lazy("Program harus bisa ditelusuri sampai ke janji kepala daerah."),
        empty=gettext_lazy("Belum ada misi, tujuan, atau strategi."),
    ),
    Kind(
        "swot",
        Swot,
        gettext_lazy("SWOT tiap unsur kesiapan"),
        gettext_lazy("Butir SWOT"),
        gettext_lazy("Tambah butir SWOT"),
        "edition",
        _swot,
        lambda rows: (
            rows.select_related("element").prefetch_related("series").order_by("element__order", "code")
        ),
        lead=gettext_lazy("Kekuatan, kelemahan, peluang, ancaman, masing-masing dengan angka pendukungnya."),
        empty=gettext_lazy("Belum ada butir SWOT."),
    ),
    Kind(
        "kesenjangan",
        Gap,
        gettext_lazy("Kesenjangan tiap subdimensi"),
        gettext_lazy("Kesenjangan"),
        gettext_lazy("Tambah kesenjangan"),
        "edition",
        _gaps,
        lambda rows: rows.select_related("node").order_by("node__order", "node__code"),
        lead=gettext_lazy("Keadaan sekarang, yang diinginkan, dan jawaban rencana ini."),
        empty=gettext_lazy("Belum ada kesenjangan yang ditulis."),
    ),
    Kind(
        "aplikasi",
        Application,
        gettext_lazy("Daftar aplikasi"),
        gettext_lazy("Aplikasi"),
        gettext_lazy("Tambah aplikasi"),
        "",
        _applications,
        lambda rows: rows.select_related("agency"),
        lead=gettext_lazy("Berlaku langsung, bukan bagian dari revisi."),
        empty=gettext_lazy("Belum ada aplikasi yang dicatat."),
    ),
    Kind(
        "lembaga",
        Body,
        gettext_lazy("Dewan, tim, dan forum"),
        gettext_lazy("Lembaga"),
        gettext_lazy("Tambah lembaga"),
        "plan",
        _bodies,
        lambda rows: rows.select_related("agency").annotate(seats=models.Count("members")).order_by("code"),
        lead=gettext_lazy("Berlaku langsung, bukan bagian dari revisi."),
        empty=gettext_lazy("Belum ada dewan, tim, atau forum."),
    ),
    Kind(
        "anggota",
        Member,
        gettext_lazy("Anggota"),
        gettext_lazy("Anggota"),
        gettext_lazy("Tambah anggota"),
        "body",
        _members,
        lambda rows: rows.select_related("body"),
        anchor="anggota",
        empty=gettext_lazy("Belum ada anggota."),
    ),
)
KINDS = {kind.slug: kind for kind in _ALL}
