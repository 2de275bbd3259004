"""The sheets of a plan workbook: one declaration for template, import, export and their documentation.

A sheet is a table in the workbook or one CSV file of the same name. Headings are the words officers use; a column
that ends in `_en` holds the English text of the column before it and may be empty.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a cell holds."""

    LINE = "line"
    WORDS = "words"  # with a second column NAME_en
    NUMBER = "number"
    WHOLE = "whole"
    RUPIAH = "rupiah"
    YEAR = "year"
    DATE = "date"  # 2025-11-20 or 20/11/2025
    PERIOD = "period"  # 2025, 2025-S1, 2025-T3, 2025-11
    YES_NO = "yes_no"  # ya, tidak
    CHOICE = "choice"
    LINK = "link"
    CODE = "code"  # the row's own code
    REFERENCE = "reference"  # the code or name of a row elsewhere
    REFERENCES = "references"  # several, separated by ";"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    note: str  # shown as the cell note of the heading
    required: bool = False
    to: str = ""  # of a reference: a sheet's name, or agency, area, node, readiness, framework
    choices: tuple[tuple[str, str], ...] = ()  # (word in the sheet, word in the table)


@dataclass(frozen=True)
class Sheet:
    name: str
    title: str
    identity: tuple[
        str, ...
    ]  # columns that together name a row: the same again is a change, not a second row
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


TERMS = (("pendek", "short"), ("menengah", "medium"), ("panjang", "long"))
STATES = (
    ("direncanakan", "planned"),
    ("berjalan", "running"),
    ("ditunda", "paused"),
    ("selesai", "done"),
    ("dihentikan", "stopped"),
)
SOURCES = (
    ("APBD", "apbd"),
    ("provinsi", "province"),
    ("APBN", "central"),
    ("desa", "village"),
    ("CSR", "csr"),
    ("KPBU", "kpbu"),
    ("lain", "other"),
)
TRACKS = (
    ("SDM", "people"),
    ("infrastruktur", "infrastructure"),
    ("aplikasi", "applications"),
    ("literasi", "literacy"),
)
DIRECTIONS = (("naik", "up"), ("turun", "down"), ("netral", "none"))
FREQUENCIES = (("bulanan", "month"), ("triwulanan", "quarter"), ("semesteran", "half"), ("tahunan", "year"))
FIGURE_SOURCES = (("diketik", "typed"), ("impor", "imported"), ("statistik", "statistic"))
ADDS_UP = (("jumlah", "sum"), ("terakhir", "last"), ("rata-rata", "mean"), ("tidak", "never"))
LEVELS = (("rendah", "low"), ("sedang", "middle"), ("tinggi", "high"))


def _series_columns() -> tuple[Column, ...]:
    """Return what describes a series, the same for an indicator and for a figure of the regency's profile."""
    return (
        Column("definisi", Kind.WORDS, "Apa yang dihitung, rumusnya dalam kata-kata, apa yang tidak ikut."),
        Column("satuan", Kind.WORDS, "Misalnya rumah, %, ton.", required=True),
        Column("desimal", Kind.WHOLE, "Angka di belakang koma, 0 sampai 6."),
        Column("arah", Kind.CHOICE, "naik: makin besar makin baik.", choices=DIRECTIONS),
        Column("frekuensi", Kind.CHOICE, "Seberapa sering angkanya dilaporkan.", choices=FREQUENCIES),
        Column("pemilik", Kind.REFERENCE, "Instansi yang melaporkan angka.", required=True, to="agency"),
        Column("sumber", Kind.CHOICE, "diketik, impor, atau statistik.", choices=FIGURE_SOURCES),
        Column("catatan_sumber", Kind.LINE, "Dari mana angkanya, misalnya BPS 2021."),
        Column("statistik", Kind.LINE, "Nama fungsi statistik, bila sumbernya statistik."),
        Column("jumlah_waktu", Kind.CHOICE, "Bagaimana angka beberapa periode digabung.", choices=ADDS_UP),
        Column("jumlah_wilayah", Kind.CHOICE, "Bagaimana angka beberapa wilayah digabung.", choices=ADDS_UP),
        Column("rincian", Kind.LINE, "wilayah, kelamin, atau keduanya dipisah titik koma."),
        Column("topik", Kind.LINE, "Kelompok di halaman profil daerah."),
        Column("di_profil", Kind.YES_NO, "Tampil di profil daerah?"),
        Column("tenggat_hari_kerja", Kind.WHOLE, "Hari kerja sesudah periode berakhir; biasanya 10."),
        Column("setuju_sendiri", Kind.YES_NO, "Angka hasil hitungan berlaku tanpa persetujuan?"),
        Column("parameter", Kind.LINE, "Parameter statistik sebagai JSON, bila sumbernya statistik."),
    )


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "rencana",
        "Rencana induk",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode rencana.", required=True),
            Column("judul", Kind.WORDS, "Judul rencana induk.", required=True),
            Column("kerangka", Kind.REFERENCE, "Kerangka utama.", required=True, to="framework"),
            Column("tahun_mulai", Kind.YEAR, "Tahun pertama.", required=True),
            Column("tahun_selesai", Kind.YEAR, "Tahun terakhir; 5 sampai 10 tahun.", required=True),
            Column("visi", Kind.WORDS, "Visi."),
            Column("dasar_hukum", Kind.LINE, "Jenis, misalnya Peraturan Bupati."),
            Column("nomor", Kind.LINE, "Nomor dan tahun, misalnya 12 Tahun 2023."),
            Column("tanggal", Kind.DATE, "Tanggal penetapan."),
            Column("berlaku_mulai", Kind.DATE, "Hari pertama berlaku."),
            Column(
                "sesuai_mulai", Kind.NUMBER, "Bagian jalan yang cukup untuk “sesuai jalur”, misalnya 0,9."
            ),
            Column("melambat_mulai", Kind.NUMBER, "Bagian jalan yang cukup untuk “melambat”, misalnya 0,7."),
            Column("basi_hari", Kind.WHOLE, "Hari sesudah tenggat sampai angka disebut lama."),
        ),
    ),
    Sheet(
        "arah",
        "Misi, tujuan, strategi",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode, misalnya M1, T1.1, S1.1.1.", required=True),
            Column(
                "jenis",
                Kind.CHOICE,
                "misi, tujuan, atau strategi.",
                required=True,
                choices=(("misi", "mission"), ("tujuan", "goal"), ("strategi", "strategy")),
            ),
            Column("induk", Kind.REFERENCE, "Kode kalimat di atasnya.", to="arah"),
            Column("kalimat", Kind.WORDS, "Bunyinya.", required=True),
            Column("subdimensi", Kind.REFERENCE, "Dimensi atau subdimensi yang dituju.", to="node"),
        ),
    ),
    Sheet(
        "deret",
        "Angka daerah",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode deret.", required=True),
            Column("judul", Kind.WORDS, "Apa yang diukur.", required=True),
            *_series_columns(),
        ),
    ),
    Sheet(
        "swot",
        "SWOT",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode baris.", required=True),
            Column("unsur", Kind.REFERENCE, "Unsur kesiapan.", required=True, to="readiness"),
            Column(
                "jenis",
                Kind.CHOICE,
                "kekuatan, kelemahan, peluang, atau ancaman.",
                required=True,
                choices=(
                    ("kekuatan", "strength"),
                    ("kelemahan", "weakness"),
                    ("peluang", "opportunity"),
                    ("ancaman", "threat"),
                ),
            ),
            Column("kalimat", Kind.WORDS, "Bunyinya.", required=True),
            Column("deret", Kind.REFERENCES, "Deret angka yang mendukung.", to="deret"),
        ),
    ),
    Sheet(
        "kesenjangan",
        "Kesenjangan",
        ("subdimensi",),
        (
            Column("subdimensi", Kind.REFERENCE, "Subdimensi.", required=True, to="node"),
            Column("sekarang", Kind.WORDS, "Keadaan sekarang.", required=True),
            Column("diinginkan", Kind.WORDS, "Keadaan yang diinginkan.", required=True),
            Column("jawaban", Kind.WORDS, "Apa jawaban rencana ini.", required=True),
        ),
    ),
    Sheet(
        "program",
        "Program",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode program.", required=True),
            Column("judul", Kind.WORDS, "Nama program.", required=True),
            Column("subdimensi", Kind.REFERENCE, "Tempatnya di kerangka utama.", required=True, to="node"),
            Column("kerangka_lain", Kind.REFERENCES, "Tempat di kerangka lain: kerangka:kode.", to="node"),
            Column("ringkasan", Kind.WORDS, "Apa yang dikerjakan."),
            Column("alasan", Kind.WORDS, "Mengapa."),
            Column("penerima", Kind.WORDS, "Untuk siapa."),
            Column("penanggung_jawab", Kind.REFERENCE, "Instansi penanggung jawab.", to="agency"),
            Column("koordinator", Kind.REFERENCE, "Instansi koordinator.", to="agency"),
            Column("mitra", Kind.REFERENCES, "Instansi pendukung.", to="agency"),
            Column("jangka", Kind.CHOICE, "pendek, menengah, panjang.", choices=TERMS),
            Column("tahun_mulai", Kind.YEAR, "Tahun pertama.", required=True),
            Column("tahun_selesai", Kind.YEAR, "Tahun terakhir.", required=True),
            Column("status", Kind.CHOICE, "Keadaan program.", choices=STATES),
            Column("tujuan", Kind.REFERENCE, "Kode tujuan yang dilayani.", to="arah"),
            Column("kode_rpjmd", Kind.LINE, "Kode di RPJMD."),
            Column("kode_renstra", Kind.LINE, "Kode di Renstra."),
            Column("kode_sipd", Kind.LINE, "Kode di SIPD."),
            Column("lokasi", Kind.REFERENCES, "Kode atau nama wilayah.", to="area"),
            Column("perlu_dulu", Kind.REFERENCES, "Program yang harus ada lebih dulu.", to="program"),
            Column("urutan", Kind.WHOLE, "Urutan di daftar; kosong: urutan baris."),
        ),
    ),
    Sheet(
        "anggaran",
        "Anggaran",
        ("program", "tahun", "sumber"),
        (
            Column("program", Kind.REFERENCE, "Kode program.", required=True, to="program"),
            Column("tahun", Kind.YEAR, "Tahun anggaran.", required=True),
            Column("sumber", Kind.CHOICE, "Sumber dana.", required=True, choices=SOURCES),
            Column("rencana", Kind.RUPIAH, "Rencana awal, rupiah penuh.", required=True),
            Column("perubahan", Kind.RUPIAH, "Setelah perubahan anggaran."),
            Column("realisasi", Kind.RUPIAH, "Yang sudah dipakai."),
            Column("per_tanggal", Kind.DATE, "Realisasi dihitung sampai tanggal ini."),
            Column("persen", Kind.NUMBER, "Bagian yang dihitung untuk program ini, 0-100."),
            Column("dokumen", Kind.LINE, "Dokumen anggaran, misalnya DPA 2025."),
        ),
    ),
    Sheet(
        "kegiatan",
        "Kegiatan",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode kegiatan.", required=True),
            Column("program", Kind.REFERENCE, "Kode program.", required=True, to="program"),
            Column("judul", Kind.WORDS, "Nama kegiatan.", required=True),
            Column("jalur", Kind.CHOICE, "Jalur rencana aksi.", required=True, choices=TRACKS),
            Column("pelaksana", Kind.REFERENCE, "Instansi pelaksana.", to="agency"),
            Column("tahun_mulai", Kind.YEAR, "Tahun pertama.", required=True),
            Column("tahun_selesai", Kind.YEAR, "Tahun terakhir.", required=True),
            Column("keluaran", Kind.LINE, "Hasil yang bisa dihitung."),
            Column("berjalan", Kind.YES_NO, "Sedang dikerjakan tahun ini?"),
        ),
    ),
    Sheet(
        "tonggak",
        "Tonggak",
        ("program", "judul"),
        (
            Column("program", Kind.REFERENCE, "Kode program.", required=True, to="program"),
            Column("judul", Kind.WORDS, "Apa yang harus terjadi.", required=True),
            Column("tenggat", Kind.DATE, "Paling lambat.", required=True),
            Column("selesai", Kind.DATE, "Hari selesai."),
        ),
    ),
    Sheet(
        "indikator",
        "Indikator",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode indikator.", required=True),
            Column("program", Kind.REFERENCE, "Kode program.", required=True, to="program"),
            Column("judul", Kind.WORDS, "Apa yang diukur.", required=True),
            Column(
                "deret",
                Kind.REFERENCE,
                "Kode deret yang sudah ada; kosong: deret baru dengan kode ini.",
                to="deret",
            ),
            *_series_columns(),
            Column("kondisi_awal", Kind.NUMBER, "Angka sebelum program berjalan."),
            Column("tahun_awal", Kind.YEAR, "Akhir tahun berapa."),
            Column("sumber_awal", Kind.LINE, "Dari mana angka awal."),
            Column("urutan", Kind.WHOLE, "Urutan di daftar; kosong: urutan baris."),
        ),
    ),
    Sheet(
        "target",
        "Target",
        ("indikator", "tahun"),
        (
            Column("indikator", Kind.REFERENCE, "Kode indikator.", required=True, to="indikator"),
            Column("tahun", Kind.YEAR, "Dicapai pada akhir tahun ini.", required=True),
            Column("target", Kind.NUMBER, "Angka yang dijanjikan.", required=True),
        ),
    ),
    Sheet(
        "percepatan",
        "Program percepatan",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode.", required=True),
            Column("program", Kind.REFERENCE, "Kode program.", required=True, to="program"),
            Column("nama", Kind.LINE, "Nama pendek.", required=True),
            Column(
                "jenis",
                Kind.CHOICE,
                "program, produk, metode, konsep, teknologi.",
                required=True,
                choices=(
                    ("program", "programme"),
                    ("produk", "product"),
                    ("metode", "method"),
                    ("konsep", "concept"),
                    ("teknologi", "technology"),
                ),
            ),
            Column(
                "tahap",
                Kind.CHOICE,
                "Tahap sekarang.",
                required=True,
                choices=(
                    ("masalah", "problem"),
                    ("gagasan", "idea"),
                    ("rencana", "plan"),
                    ("pembangunan", "build"),
                    ("penerapan", "implement"),
                    ("evaluasi", "evaluate"),
                ),
            ),
            Column("kemajuan", Kind.WHOLE, "Persen, 0-100."),
            Column("mulai", Kind.DATE, "Hari mulai.", required=True),
            Column("selesai", Kind.DATE, "Hari selesai, paling lama 12 bulan sesudahnya.", required=True),
            Column("penjelasan", Kind.WORDS, "Apa ini."),
            Column("perumusan", Kind.WORDS, "Siapa ikut merumuskan, masalah RPJMD mana yang dijawab."),
            Column("manfaat", Kind.WORDS, "Manfaat yang dirasakan warga."),
            Column("daya_tarik", Kind.WORDS, "Mengapa orang mau memakainya."),
            Column("keunikan", Kind.WORDS, "Apa bedanya."),
            Column("pengembangan", Kind.WORDS, "Bagaimana diperluas."),
            Column("lanjut_aturan", Kind.WORDS, "Keberlanjutan: aturan."),
            Column("lanjut_lembaga", Kind.WORDS, "Keberlanjutan: lembaga."),
            Column("lanjut_sumber_daya", Kind.WORDS, "Keberlanjutan: sumber daya."),
            Column("model_bisnis", Kind.WORDS, "Model bisnis."),
            Column("pengguna_sebelum", Kind.WHOLE, "Pengguna sebelum."),
            Column("pengguna_sesudah", Kind.WHOLE, "Pengguna sekarang."),
            Column("catatan", Kind.WORDS, "Catatan."),
        ),
    ),
    Sheet(
        "percepatan_mitra",
        "Mitra program percepatan",
        ("percepatan", "nama"),
        (
            Column("percepatan", Kind.REFERENCE, "Kode percepatan.", required=True, to="percepatan"),
            Column(
                "jenis",
                Kind.CHOICE,
                "Jenis mitra.",
                required=True,
                choices=(
                    ("instansi", "agency"),
                    ("usaha", "business"),
                    ("kampus", "university"),
                    ("komunitas", "community"),
                    ("media", "media"),
                    ("pusat", "central"),
                ),
            ),
            Column("nama", Kind.LINE, "Nama mitra.", required=True),
        ),
    ),
    Sheet(
        "percepatan_risiko",
        "Risiko program percepatan",
        ("percepatan", "risiko"),
        (
            Column("percepatan", Kind.REFERENCE, "Kode percepatan.", required=True, to="percepatan"),
            Column("risiko", Kind.WORDS, "Apa yang bisa salah.", required=True),
            Column("kemungkinan", Kind.CHOICE, "rendah, sedang, tinggi.", required=True, choices=LEVELS),
            Column("dampak", Kind.CHOICE, "rendah, sedang, tinggi.", required=True, choices=LEVELS),
            Column("mitigasi", Kind.WORDS, "Apa yang dilakukan."),
            Column("penanggung_jawab", Kind.REFERENCE, "Instansi.", to="agency"),
        ),
    ),
    Sheet(
        "percepatan_sumber_daya",
        "Sumber daya program percepatan",
        ("percepatan", "jenis", "uraian"),
        (
            Column("percepatan", Kind.REFERENCE, "Kode percepatan.", required=True, to="percepatan"),
            Column(
                "jenis",
                Kind.CHOICE,
                "anggaran, orang, sarana.",
                required=True,
                choices=(("anggaran", "budget"), ("orang", "people"), ("sarana", "facility")),
            ),
            Column("uraian", Kind.WORDS, "Apa dan berapa.", required=True),
            Column("asal", Kind.LINE, "Dari mana."),
        ),
    ),
    Sheet(
        "aplikasi",
        "Daftar aplikasi",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode.", required=True),
            Column("nama", Kind.LINE, "Nama aplikasi.", required=True),
            Column("instansi", Kind.REFERENCE, "Pengelola.", required=True, to="agency"),
            Column("guna", Kind.WORDS, "Untuk apa.", required=True),
            Column("pengguna", Kind.WHOLE, "Pengguna 12 bulan terakhir."),
            Column(
                "asal",
                Kind.CHOICE,
                "sendiri, beli, pusat, berbagi.",
                required=True,
                choices=(("sendiri", "own"), ("beli", "bought"), ("pusat", "central"), ("berbagi", "shared")),
            ),
            Column(
                "status",
                Kind.CHOICE,
                "direncanakan, berjalan, sepi, berhenti.",
                required=True,
                choices=(
                    ("direncanakan", "planned"),
                    ("berjalan", "running"),
                    ("sepi", "idle"),
                    ("berhenti", "stopped"),
                ),
            ),
            Column("program", Kind.REFERENCE, "Program yang didukung.", to="program"),
        ),
    ),
    Sheet(
        "lembaga",
        "Dewan, tim, forum",
        ("kode",),
        (
            Column("kode", Kind.CODE, "Kode.", required=True),
            Column(
                "jenis",
                Kind.CHOICE,
                "dewan, tim, forum.",
                required=True,
                choices=(("dewan", "council"), ("tim", "team"), ("forum", "forum")),
            ),
            Column("nama", Kind.WORDS, "Nama.", required=True),
            Column("dasar_hukum", Kind.LINE, "Keputusan yang membentuknya."),
            Column("sekretariat", Kind.REFERENCE, "Instansi yang mencatat rapat.", to="agency"),
        ),
    ),
    Sheet(
        "anggota",
        "Anggota",
        ("lembaga", "jabatan", "nama"),
        (
            Column("lembaga", Kind.REFERENCE, "Kode lembaga.", required=True, to="lembaga"),
            Column("jabatan", Kind.LINE, "Jabatan, misalnya Kepala Dinas Kominfo.", required=True),
            Column("nama", Kind.LINE, "Nama orangnya, boleh kosong."),
            Column("peran", Kind.LINE, "pembina, pengarah, ketua, anggota."),
            Column("dari_luar", Kind.YES_NO, "Bukan dari pemerintah daerah?"),
            Column("instansi", Kind.REFERENCE, "Instansi, bila dari dalam.", to="agency"),
            Column("mulai", Kind.DATE, "Hari pertama menjabat."),
            Column("sampai", Kind.DATE, "Hari terakhir menjabat."),
        ),
    ),
    Sheet(
        "rapat",
        "Rapat",
        ("lembaga", "tanggal", "judul"),
        (
            Column("lembaga", Kind.REFERENCE, "Kode lembaga.", required=True, to="lembaga"),
            Column("tanggal", Kind.DATE, "Hari rapat.", required=True),
            Column("judul", Kind.LINE, "Pokok rapat.", required=True),
            Column("tempat", Kind.LINE, "Tempat."),
            Column("notulen", Kind.LINE, "Ringkasan keputusan; kosong: notulen masih ditunggu."),
        ),
    ),
    Sheet(
        "hadir",
        "Kehadiran",
        ("lembaga", "tanggal", "judul", "jabatan", "nama"),
        (
            Column("lembaga", Kind.REFERENCE, "Kode lembaga.", required=True, to="lembaga"),
            Column("tanggal", Kind.DATE, "Hari rapat.", required=True),
            Column("judul", Kind.LINE, "Pokok rapat.", required=True),
            Column("jabatan", Kind.LINE, "Jabatan anggota.", required=True),
            Column("diundang", Kind.YES_NO, "Diundang?"),
            Column("nama", Kind.LINE, "Nama anggota, hanya bila dua orang memegang jabatan yang sama."),
            Column("hadir", Kind.YES_NO, "Hadir?", required=True),
        ),
    ),
    Sheet(
        "angka",
        "Angka",
        ("deret", "periode", "wilayah", "rincian"),
        (
            Column("deret", Kind.REFERENCE, "Kode deret atau indikator.", required=True, to="deret"),
            Column("periode", Kind.PERIOD, "2025, 2025-S1, 2025-T3, atau 2025-11.", required=True),
            Column("wilayah", Kind.REFERENCE, "Kode wilayah; kosong: seluruh kabupaten.", to="area"),
            Column("rincian", Kind.LINE, "Misalnya kelamin=perempuan; kosong: semua."),
            Column("nilai", Kind.NUMBER, "Angkanya.", required=True),
            Column("catatan", Kind.LINE, "Catatan."),
            Column("bukti", Kind.LINK, "Tautan bukti."),
            Column("bukti_tentang", Kind.LINE, "Apa yang dibuktikan."),
            Column(
                "bukti_terbuka",
                Kind.YES_NO,
                "Boleh dilihat warga? Hanya bila tidak ada nama atau NIK di dalamnya.",
            ),
        ),
    ),
    Sheet(
        "bukti",
        "Bukti dukung",
        ("tentang", "tautan"),
        (
            Column("tentang", Kind.REFERENCE, "Kode program atau percepatan.", required=True, to="promise"),
            Column("tautan", Kind.LINK, "Alamat bukti.", required=True),
            Column("tanggal", Kind.DATE, "Tanggal bukti.", required=True),
            Column("membuktikan", Kind.LINE, "Apa yang dibuktikan.", required=True),
            Column(
                "terbuka", Kind.YES_NO, "Boleh dilihat warga? Hanya bila tidak ada nama atau NIK di dalamnya."
            ),
        ),
    ),
)

BY_NAME = {sheet.name: sheet for sheet in SHEETS}
