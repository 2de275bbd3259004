"""Import: what a dry run says, and that applying does exactly that."""

from decimal import Decimal

import pytest

from lawang.lib.refused import Refused
from lawang.measures.models import Evidence, Series, Value
from lawang.people.models import User
from lawang.plans.importing import check
from lawang.plans.models import (
    Attendance,
    BudgetLine,
    Dependency,
    Indicator,
    Meeting,
    Placement,
    Plan,
    Programme,
    Revision,
    Statement,
)
from lawang.plans.tests.books import (
    AT,
    INDICATOR,
    PLAN,
    PROGRAMME,
    book,
    load,
    make_plan,
    make_regency,
    sentences,
)
from lawang.plans.writing import apply
from lawang.record.models import Entry
from tests.cast import make_membership, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def wayan() -> User:
    return make_regency()


EVERYTHING = {
    "arah": [
        {"kode": "T1", "jenis": "tujuan", "induk": "M1", "kalimat": "Air untuk semua"},
        {"kode": "M1", "jenis": "misi", "induk": "", "kalimat": "Melayani", "subdimensi": "layanan publik"},
    ],
    "deret": [
        {
            "kode": "kopi",
            "judul": "Produksi kopi",
            "satuan": "ton",
            "pemilik": "Disdikbud",
            "frekuensi": "tahunan",
            "di_profil": "ya",
            "rincian": "wilayah;kelamin",
        }
    ],
    "swot": [{"kode": "S1", "unsur": "Struktur", "jenis": "kekuatan", "kalimat": "Kopi", "deret": "kopi"}],
    "kesenjangan": [{"subdimensi": "birokrasi", "sekarang": "a", "diinginkan": "b", "jawaban": "c"}],
    "program": [
        {
            **PROGRAMME,
            "mitra": "Diskominfo; Disdikbud",
            "lokasi": "Kecamatan Pendopo;16.11.01",
            "kerangka_lain": "draf:a1",
            "tujuan": "T1",
            "perlu_dulu": "P-02",
        },
        {**PROGRAMME, "kode": "P-02", "judul": "Bendungan", "mitra": "", "lokasi": ""},
    ],
    "anggaran": [
        {"program": "P-01", "tahun": 2025, "sumber": "apbd", "rencana": "Rp3.000.000", "realisasi": "1000000"}
    ],
    "kegiatan": [
        {
            "kode": "K1",
            "program": "P-01",
            "judul": "Pipa",
            "jalur": "infrastruktur",
            "tahun_mulai": 2024,
            "tahun_selesai": 2025,
            "berjalan": "ya",
        }
    ],
    "tonggak": [{"program": "P-01", "judul": "Selesai", "tenggat": "20/11/2026"}],
    "indikator": [
        INDICATOR,
        {"kode": "I-02", "program": "P-02", "judul": "Kopi", "deret": "kopi"},
    ],
    "target": [{"indikator": "I-01", "tahun": 2025, "target": "2.000,5"}],
    "percepatan": [
        {
            "kode": "Q1",
            "program": "P-01",
            "nama": "Keran",
            "jenis": "produk",
            "tahap": "penerapan",
            "kemajuan": 40,
            "mulai": "2026-01-01",
            "selesai": "2026-12-01",
        }
    ],
    "percepatan_mitra": [{"percepatan": "Q1", "jenis": "kampus", "nama": "Universitas"}],
    "percepatan_risiko": [
        {"percepatan": "Q1", "risiko": "Banjir", "kemungkinan": "tinggi", "dampak": "sedang"}
    ],
    "percepatan_sumber_daya": [{"percepatan": "Q1", "jenis": "orang", "uraian": "3 orang"}],
    "aplikasi": [
        {
            "kode": "app",
            "nama": "SiAir",
            "instansi": "dinkes",
            "guna": "Lapor air",
            "asal": "sendiri",
            "status": "berjalan",
            "program": "P-01",
        }
    ],
    "lembaga": [{"kode": "D", "jenis": "dewan", "nama": "Dewan"}],
    "anggota": [
        {"lembaga": "D", "jabatan": "Bupati", "nama": "A", "dari_luar": "tidak"},
        {"lembaga": "D", "jabatan": "Rektor", "nama": "", "dari_luar": "ya"},
    ],
    "rapat": [{"lembaga": "D", "tanggal": "2026-02-01", "judul": "Rapat 1", "notulen": "Setuju"}],
    "hadir": [
        {"lembaga": "D", "tanggal": "2026-02-01", "judul": "Rapat 1", "jabatan": "Bupati", "hadir": "ya"},
        {"lembaga": "D", "tanggal": "2026-02-01", "judul": "Rapat 1", "jabatan": "Rektor", "hadir": "tidak"},
    ],
    "angka": [
        {
            "deret": "I-01",
            "periode": "2025-T3",
            "wilayah": "",
            "nilai": "1.850,5",
            "bukti": "https://contoh.example/a",
            "bukti_tentang": "Laporan",
        },
        {
            "deret": "I-02",
            "periode": "2025",
            "wilayah": "Pendopo Barat",
            "rincian": "kelamin=perempuan",
            "nilai": "7",
        },
    ],
    "bukti": [
        {
            "tentang": "P-01",
            "tautan": "https://contoh.example/b",
            "tanggal": "2026-01-01",
            "membuktikan": "Foto",
        }
    ],
}


def test_everything_of_a_workbook_arrives(wayan: User) -> None:
    dry = load(wayan, rencana=PLAN, **EVERYTHING)
    assert sentences(dry) == []
    programme = Programme.objects.get(code="P-01")
    assert programme.lead is not None
    assert programme.lead.code == "dinkes"
    assert sorted(programme.supporting.values_list("code", flat=True)) == ["disdik", "kominfo"]
    assert sorted(programme.areas.values_list("code", flat=True)) == ["16.11.01", "16.11.02"]
    assert Placement.objects.filter(programme=programme).count() == 2
    assert Dependency.objects.get(programme=programme).on.code == "P-02"
    assert BudgetLine.objects.get().planned == 3_000_000
    assert Indicator.objects.get(code="I-01").baseline == Decimal(1200)
    assert Indicator.objects.get(code="I-02").series.code == "kopi"
    assert Series.objects.get(code="kopi").breakdowns == ["area", "sex"]
    assert Statement.objects.get(code="T1").parent == Statement.objects.get(code="M1")
    assert Attendance.objects.filter(was_present=True).count() == 1
    assert Meeting.objects.get().recorded_at == AT
    assert Value.objects.get(area=None).amount == Decimal("1850.5")
    assert Value.objects.get(breakdown="sex=female").area is not None
    assert Evidence.objects.count() == 2
    revision = Revision.objects.get()
    assert (revision.status, revision.number) == ("draft", 1)
    assert Entry.objects.filter(thing=f"plans.programme:{programme.key}").count() == 1


def test_the_same_file_twice_changes_nothing(wayan: User) -> None:
    load(wayan, rencana=PLAN, **EVERYTHING)
    entries, values = Entry.objects.count(), Value.objects.count()
    dry = load(wayan, rencana=PLAN, **EVERYTHING)
    assert [(row.sheet, row.label, row.changes) for row in dry.of_state("added", "changed")] == []
    assert sentences(dry) == []
    assert (Entry.objects.count(), Value.objects.count()) == (entries, values)


def test_a_change_is_told_field_by_field(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME])
    dry = check(book(program=[{**PROGRAMME, "judul": "Air minum", "penanggung_jawab": ""}]), by=wayan)
    (row,) = dry.of_state("changed")
    assert [(change.column, change.old, change.new) for change in row.changes] == [
        ("judul", "Air bersih sampai desa", "Air minum"),
        ("penanggung_jawab", "dinkes", None),
    ]


def test_what_the_file_leaves_out_is_left_alone(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME, {**PROGRAMME, "kode": "P-02"}])
    dry = load(wayan, program=[{"kode": "P-01", "judul": "Air minum"}])
    assert dry.missing["program"] == 1
    programme = Programme.objects.get(code="P-01")
    assert programme.title == {"id": "Air minum"}
    assert programme.lead is not None
    assert Programme.objects.count() == 2


def test_the_dry_run_writes_nothing(wayan: User) -> None:
    check(book(rencana=PLAN, **EVERYTHING), by=wayan)
    assert not Plan.objects.exists()
    assert not Series.objects.exists()


def test_names_are_forgiven(wayan: User) -> None:
    rows = [
        {**PROGRAMME, "penanggung_jawab": words, "kode": f"P-{number:02}"}
        for number, words in enumerate(
            ("DINAS KESEHATAN", "Din. Kesehatan", "Dinkes", "Dinas Kesehatn"), start=1
        )
    ]
    make_plan(wayan, program=rows)
    assert set(Programme.objects.values_list("lead__code", flat=True)) == {"dinkes"}


def test_an_unsure_name_is_asked_about_and_the_answer_taken(wayan: User) -> None:
    file = book(rencana=PLAN, program=[{**PROGRAMME, "penanggung_jawab": "Dinas Pendidikan"}])
    dry = check(file, by=wayan)
    (question,) = dry.questions
    assert (question.words, question.cells) == ("Dinas Pendidikan", ("program!D2",))
    assert question.candidates[0].code == "disdik"
    assert dry.counts["waiting"] == 1
    dry = check(file, by=wayan, choices={question.key: "disdik"})
    apply(dry, by=wayan, at=AT)
    assert Programme.objects.get().lead.code == "disdik"  # type: ignore[union-attr]


def test_an_unknown_owner_is_refused_with_its_cell(wayan: User) -> None:
    dry = check(book(rencana=PLAN, program=[{**PROGRAMME, "penanggung_jawab": "NASA xyz"}]), by=wayan)
    assert sentences(dry) == ["Sel D2 menyebut “NASA xyz”, yang tidak ada (instansi)."]
    assert dry.counts["rejected"] == 1


def test_rows_that_hang_on_a_rejected_row_are_rejected(wayan: User) -> None:
    dry = load(
        wayan,
        rencana=PLAN,
        program=[{**PROGRAMME, "tahun_mulai": "dua ribu"}],
        anggaran=[{"program": "P-01", "tahun": 2025, "sumber": "APBD", "rencana": 1}],
        indikator=[INDICATOR],
        target=[{"indikator": "I-01", "tahun": 2025, "target": 1}],
    )
    assert dry.counts["rejected"] == 4
    assert not Programme.objects.exists()


def test_what_needs_a_rejected_programme_is_rejected_too(wayan: User) -> None:
    rows = [
        {**PROGRAMME, "perlu_dulu": "P-02"},
        {**PROGRAMME, "kode": "P-02", "tahun_selesai": 2020, "perlu_dulu": ""},
        {**PROGRAMME, "kode": "P-03", "perlu_dulu": "P-01"},
    ]
    assert check(book(rencana=PLAN, program=rows), by=wayan).counts["rejected"] == 3


def test_double_rows_are_refused(wayan: User) -> None:
    dry = check(book(rencana=PLAN, program=[PROGRAMME, PROGRAMME]), by=wayan)
    assert sentences(dry) == ["Baris 3 mengulang baris 2 (P-01). Hapus salah satu."]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"judul": ""}, "Sel B2 kosong. Kolom “judul” wajib diisi."),
        ({"judul": "=1+1"}, "Sel B2 berisi rumus. Salin, lalu tempel sebagai nilai (Tempel Khusus → Nilai)."),
        ({"tahun_mulai": "24"}, "Sel E2 bukan tahun. Tulis misalnya 2026."),
        ({"jangka": "lama"}, "Sel G2 berisi “lama”. Pilih salah satu: pendek, menengah, panjang."),
        ({"tahun_selesai": 2020}, "Sel F2 lebih awal daripada tahun mulai."),
    ],
)
def test_a_bad_cell_is_named(wayan: User, cells: dict[str, object], sentence: str) -> None:
    dry = check(book(rencana=PLAN, program=[{**PROGRAMME, **cells}]), by=wayan)
    assert sentences(dry) == [sentence]


def test_a_published_revision_is_not_changed(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME])
    Revision.objects.update(status="published", in_force_from="2024-01-01")
    dry = check(book(program=[{**PROGRAMME, "judul": "Lain"}]), by=wayan)
    assert "Mulai revisi baru" in dry.blocked
    with pytest.raises(Refused, match="Mulai revisi baru"):
        apply(dry, by=wayan, at=AT)
    assert check(book(program=[PROGRAMME]), by=wayan).blocked == ""


def test_figures_go_into_a_published_plan(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME], indikator=[INDICATOR])
    Revision.objects.update(status="published", in_force_from="2024-01-01")
    dry = load(wayan, angka=[{"deret": "I-01", "periode": "2025-T1", "nilai": 5}])
    assert dry.counts["added"] == 1
    assert Value.objects.get().status == "proposed"


def test_figures_are_approved_by_another_person(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME], indikator=[INDICATOR])
    ratna = make_user("ratna")
    make_membership(ratna, role="planner")
    dry = check(book(angka=[{"deret": "I-01", "periode": "2025-T1", "nilai": 5}]), by=wayan)
    apply(dry, by=wayan, at=AT, approved_by=ratna)
    assert Value.objects.get().is_current


def test_figures_of_the_wrong_length_or_the_future_are_refused(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME], indikator=[INDICATOR])
    figures = [{"deret": "I-01", "periode": period, "nilai": 5} for period in ("2025", "2099-T1")]
    found = sentences(check(book(angka=figures), by=wayan))
    assert "misalnya 2025-T1" in found[0]
    assert "belum mulai" in found[1]


def test_a_plan_that_changed_since_is_checked_again(wayan: User) -> None:
    make_plan(wayan, program=[PROGRAMME])
    dry = check(book(program=[{**PROGRAMME, "judul": "Air minum"}]), by=wayan)
    Programme.objects.update(title={"id": "Lain sama sekali"})
    with pytest.raises(Refused, match="Periksa lagi"):
        apply(dry, by=wayan, at=AT)


def test_another_code_is_another_plan_and_says_so(wayan: User) -> None:
    make_plan(wayan, **EVERYTHING)
    dry = check(book(rencana=[{**PLAN[0], "kode": "RI-2"}], lembaga=EVERYTHING["lembaga"]), by=wayan)
    assert "rencana baru di samping" in dry.remarks[0]
    assert sentences(dry) == ["Sel A2 sudah dipakai lembaga rencana lain. Pakai kode lain."]


def test_the_same_key_is_one_import(wayan: User) -> None:
    dry = check(book(rencana=PLAN, program=[PROGRAMME]), by=wayan)
    first = apply(dry, by=wayan, at=AT, key="k1")
    assert apply(dry, by=wayan, at=AT, key="k1") == first
    assert Programme.objects.count() == 1


def test_who_may_not_import_is_told_why() -> None:
    make_regency()
    budi = make_user("budi")
    with pytest.raises(Refused):
        check(book(rencana=PLAN), by=budi)
