"""What the living page /komponen/ shows: every component in its states, filled with made-up things."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lawang.lib.text import text
from lawang.web import charts
from lawang.web.forms import DateField, FileField, Form, LongTextField, NumberField, RupiahField
from lawang.web.tables import Column, Filters, Table, paginate

AGENCIES = [
    ("", _("Semua")),
    ("pu", "Dinas Pekerjaan Umum"),
    ("kes", "Dinas Kesehatan"),
    ("pdam", "PDAM Tirta"),
]


class SampleForm(Form):
    name = forms.CharField(
        label=_("Nama program"), help_text=_("Singkat dan jelas bagi warga."), max_length=80
    )
    agency = forms.ChoiceField(label=_("Penanggung jawab"), choices=AGENCIES)
    houses = NumberField(
        label=_("Rumah tersambung"), unit="rumah", help_text=_("Jumlah sampai akhir triwulan.")
    )
    budget = RupiahField(label=_("Anggaran tahun ini"))
    start = DateField(label=_("Mulai"), help_text=_("Misalnya 20 11 2026."))
    term = forms.ChoiceField(
        label=_("Jangka"),
        choices=[("short", _("Pendek")), ("middle", _("Menengah")), ("long", _("Panjang"))],
        widget=forms.RadioSelect,
    )
    districts = forms.MultipleChoiceField(
        label=_("Kecamatan"),
        choices=[("1", "Tebing Tinggi"), ("2", "Pendopo"), ("3", "Muara Pinang")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    proof = FileField(label=_("Bukti"), required=False)
    words = LongTextField(label=_("Kenapa program ini perlu?"), max_length=400, required=False)
    agreed = forms.BooleanField(label=_("Angka ini sudah saya periksa dengan sumbernya"))


class SampleFilters(Filters):
    office = forms.ChoiceField(label=_("Instansi"), choices=AGENCIES)
    colour = forms.ChoiceField(
        label=_("Keadaan"),
        choices=[("", _("Semua")), ("slipping", _("Melambat")), ("off_track", _("Tertinggal"))],
    )
    q = forms.CharField(label=_("Kata"))


PROGRAMMES: list[dict[str, Any]] = [
    {"name": text("Air bersih sampai desa"), "agency": "PDAM Tirta", "done": 2140, "share": Decimal("82.3"),
     "money": 3_400_000_000, "colour": "slipping"},
    {"name": text("Puskesmas siaga 24 jam di setiap kecamatan yang jalannya belum beraspal"), "agency": "Dinas Kesehatan",  # noqa: E501
     "done": 9, "share": Decimal("90"), "money": 1_250_000_000, "colour": "on_track"},
    {"name": text("Internet di 13 desa tanpa sinyal", "Internet in 13 villages"), "agency": "Diskominfo", "done": 4,
     "share": Decimal("30.8"), "money": 780_000_000, "colour": "off_track"},
    {"name": text("Kampung kopi"), "agency": "Dinas Pertanian", "done": None, "share": None, "money": None,
     "colour": "no_data"},
    {"name": text("Sekolah sungai"), "agency": "BPBD", "done": 12, "share": Decimal("60"), "money": 90_000_000,
     "colour": "stale"},
]  # fmt: skip

QUARTERS = [f"{q}/{y % 100}" for y in (2024, 2025, 2026, 2027) for q in ("I", "II", "III", "IV")]


def _line(empty: bool = False) -> Any:
    values: list[int | None] = [1310, 1400, None, 1560, 1640, 1720, 1790, 1880, 1960, 2060, 2140]
    return charts.line_chart(
        [] if empty else list(zip(QUARTERS, values, strict=False)),
        title="Rumah yang tersambung air bersih" + (" (kosong)" if empty else ""),
        unit="rumah",
        baseline=None if empty else ("2023", 1200),
        targets=[("IV/24", 1600), ("IV/25", 2000), ("IV/26", 2600), ("IV/27", 3000)],
        forecast=[] if empty else [("IV/26", 2230), ("IV/27", 2580)],
        labels=["2023", *QUARTERS],
    )


def samples(request: HttpRequest) -> dict[str, Any]:
    """Return the context of /komponen/."""
    bound = SampleForm(
        auto_id="galat_%s",
        data={"name": "", "agency": "pu", "houses": "dua ribu", "budget": "1.250,5", "start_day": "31", "start_month": "feb",  # noqa: E501
         "start_year": "2026", "words": "Karena " * 70, "term": "besar"}
    )  # fmt: skip
    columns = [
        Column(_("Program"), "name", is_head=True, href=lambda row: "#tabel", sort="nama"),
        Column(_("Instansi"), "agency"),
        Column(_("Capaian"), "done", "number", sort="capaian"),
        Column(_("Terhadap target"), "share", "percent"),
        Column(_("Anggaran"), "money", "rupiah_short"),
        Column(_("Keadaan"), "colour", "status"),
    ]
    counts = {"on_track": 31, "slipping": 9, "off_track": 6, "no_data": 5}
    return {
        "form": SampleForm(initial={"houses": Decimal("2140"), "start": date(2026, 11, 20)}),
        "bound": bound,
        "table": Table(columns, PROGRAMMES, caption=_("Program air dan kesehatan"), note=_("Contoh, 20 Nov 2026"),
                       query=request.GET),
        "no_table": Table(columns, [], empty=_("Belum ada program di saringan ini.")),
        "filters": SampleFilters(request, prefix=None),
        "page": paginate(request, range(1, 241), 20),
        "tiles": [
            ("51", "", _("program berjalan"), "", ""),
            ("82", "%", _("rata-rata terhadap target"), _("naik 4 sejak triwulan lalu"), ""),
            ("Rp1,2", "miliar", _("terpakai tahun ini"), "", ""),
            ("–", "", _("belum ada data"), "", ""),
        ],
        "steps": [
            (_("Diajukan"), _("Senin, 16 November 2026 oleh Siti"), "done"),
            (_("Diperiksa"), _("Sedang diperiksa Kepala Dinas"), "now"),
            (_("Disetujui"), "", ""),
            (_("Terbit di halaman warga"), "", ""),
        ],
        "moments": [
            (date(2026, 11, 20), _("Angka triwulan 3 disetujui"), _("2.140 rumah, oleh Wayan"), "#"),
            (date(2026, 10, 2), _("Angka triwulan 3 diajukan"), "", ""),
            (date(2026, 1, 5), _("Revisi 2 mulai berlaku"), _("Target 2027 naik dari 2.800 ke 3.000"), ""),
        ],
        "summary": [
            (_("Penanggung jawab"), "PDAM Tirta (koordinator: Bappeda)", "#"),
            (_("Mitra"), "Dinas Pekerjaan Umum, enam desa", ""),
            (_("Tahun"), "2024–2028", "#"),
        ],
        "tasks": [
            (_("Isi angka triwulan 3: Rumah tersambung"), "#", _("tenggat Senin, 30 November 2026"), _("Belum diisi"), "warn"),  # noqa: E501
            (_("Perbaiki angka: Puskesmas siaga"), "#", _("dikembalikan Wayan: bukti kurang jelas"), _("Dikembalikan"), "off"),  # noqa: E501
            (_("Catat rapat tim pelaksana"), "#", "", _("Selesai"), "good"),
        ],
        "tabs": [(_("Semua 51"), "#", True), (_("Dimensi"), "#", False), (_("Kecamatan"), "#", False)],
        "statuses": ["on_track", "slipping", "off_track", "no_data", "stale"],
        "line": _line(),
        "empty_line": _line(empty=True),
        "bars": charts.bar_chart(
            [("Kopi", 53592), ("Karet", 21340), ("Kelapa sawit", 18211), ("Kelapa", 2410), ("Kakao", None)],
            title="Produksi perkebunan 2019", unit="ton", targets={"Kopi": 60000, "Karet": 20000},
        ),
        "radar": charts.radar_chart(
            [("Tata kelola", 3.4, 2.9), ("Citra", 2.1, 2.4), ("Ekonomi", 2.8, 2.0), ("Lingkungan", None, 1.5)],
            most=4, title="Nilai per dimensi", now="2026", past="2025",
        ),
        "stacked": charts.stacked_bar(counts, title="51 program menurut keadaannya"),
        "by_dimension": charts.stacked_bars(
            [
                ("Tata kelola", {"on_track": 9, "slipping": 2, "off_track": 1}, "#"),
                ("Ekonomi", {"on_track": 6, "slipping": 3, "no_data": 1}, "#"),
                ("Lingkungan", {"on_track": 2, "off_track": 2, "stale": 1}, "#"),
                ("Kehidupan", {}, ""),
            ],
            title="Program per dimensi",
        ),
        "spark": charts.sparkline([3, 4, 4, None, 6, 5, 8], title="Delapan triwulan"),
        "budget": charts.budget_bars(
            [("2024", 2_400_000_000, 2_310_000_000), ("2025", 3_000_000_000, 2_100_000_000), ("2026", 3_400_000_000, None)],  # noqa: E501
            title="Anggaran dan realisasi",
        ),
        "roadmap": charts.roadmap(
            [
                charts.Span("Air bersih sampai desa", 2024, 2029, "slipping", "#", "Kehidupan"),
                charts.Span("Puskesmas siaga 24 jam di setiap kecamatan", 2025, 2027, "on_track", "", "Kehidupan"),
                charts.Span("Internet di 13 desa", 2025, 2026, "off_track", "#", "Tata kelola"),
                charts.Span("Satu pintu layanan", 2027, 2029, "no_data", "", "Tata kelola"),
            ],
            title="Peta jalan 2024–2028", now=2026.9,
        ),
        "today": date(2026, 11, 20),
        "indonesian_only": text("Kampung kopi"),
        "crumbs": [(_("Beranda"), "/"), (_("Rencana"), "#"), (_("Kehidupan"), "#")],
    }  # fmt: skip
