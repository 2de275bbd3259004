"""Files of answers: whatever people write in sheets is read, and what cannot be is explained by row and column."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from lawang.lib.refused import Refused
from lawang.surveys import importing
from lawang.surveys.actions import Row, person_hash
from lawang.surveys.models import Survey
from lawang.surveys.tests.making import make_impact, make_skm

pytestmark = pytest.mark.django_db

HEAD = (
    "Responden;Tanggal;Pengguna;Pegawai;Ada objek wisata menarik berfasilitas memadai;online-promotion;"
    "Rekreasi dan sarana budaya bisa dipesan lewat internet;Jenis kelamin;Umur;Pendidikan;Pekerjaan;Catatan kami"
)
GOOD = "0812-3456-7890;2026-03-02;ya;tidak;3;4;0;Perempuan;34;SMA;petani;bukan kolom kita"


def csv(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows)).encode()


def read(survey: Survey, *rows: str, head: str = HEAD) -> list[Row]:
    return importing.read(survey, csv(*rows, head=head), "jawaban.csv")


def test_a_good_row_is_read_whole() -> None:
    (row,) = read(make_impact(), GOOD)
    assert row.number == 2
    assert row.sentences == ()
    answer = row.answer
    assert answer is not None
    assert list(answer.marks) == [3, 4, 0]
    assert dict(answer.about) == {
        "sex": "female",
        "age": "25-34",
        "education": "senior",
        "occupation": "farming",
    }
    assert (answer.is_user, answer.is_staff, str(answer.on)) == (True, False, "2026-03-02")
    assert answer.respondent == person_hash("6281234567890", 2026)


@pytest.mark.parametrize(
    ("place", "word", "said"),
    [
        (0, "0812", "berisi 4 angka"),
        (1, "2025-12-31", "di luar masa survei"),
        (1, "kemarin", "berisi “kemarin”"),
        (2, "mungkin", "tulis ya atau tidak"),
        (4, "5", "berisi “5”; tulis angka 0 sampai 4"),
        (4, "", "kosong; tulis angka 0 sampai 4"),
        (5, "3,5", "berisi “3,5”"),
        (6, "=1+1", "rumus"),
        (6, "²", "berisi “²”"),
        (7, "lain", "Perempuan, Laki-laki"),
        (8, "340", "sampai 24 tahun"),
        (9, "entah", "SD atau tidak sekolah"),
    ],
)
def test_each_wrong_cell_is_explained(place: int, word: str, said: str) -> None:
    cells = GOOD.split(";")
    cells[place] = word
    (row,) = read(make_impact(), ";".join(cells))
    assert row.answer is None
    assert said in " ".join(row.sentences), row.sentences


def test_every_fault_of_a_row_is_told_and_nothing_that_identifies_anybody() -> None:
    (row,) = read(make_impact(), "16110345059000;2026-03-02;ya;tidak;9;9;9;;;;;")
    assert len(row.sentences) == 3
    (row,) = read(
        make_impact("bisnis"),
        "Bu Siti;;;;1;1;1",
        head="responden;tanggal;pengguna;pegawai;investment-profile;incentives;creative-community",
    )
    assert "Siti" not in " ".join(row.sentences)


def test_empty_rows_are_no_rows_and_unsaid_is_unsaid() -> None:
    rows = read(make_impact(), ";;;;;;;;;;;", GOOD, "", ";;;;2;2;2;;;;;")
    assert [row.number for row in rows] == [3, 5]
    answer = rows[1].answer
    assert answer is not None
    assert (answer.respondent, answer.is_user, answer.on, dict(answer.about)["sex"]) == ("", None, None, "")


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (csv(), "tidak ada baris"),
        (csv("1;2", head="responden;online"), "Kolom yang belum ada: Ada objek wisata"),
        (b"PK\x03\x04rusak", "rusak atau bukan XLSX"),
        ("responden;ÿ".encode("utf-16"), "bukan UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(contents: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        importing.read(make_impact(), contents, "jawaban.csv")


def xlsx(*rows: list[Any]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_of_satisfaction_is_read_by_the_headings_of_the_template() -> None:
    survey = make_skm()
    headings = importing.headings_of(survey)
    marks = {title: 3.0 for title in headings if title in ("Persyaratan", "Prosedur")}
    row = [marks.get(title, 4 if title[0].isupper() else "") for title in headings]
    (found,) = importing.read(survey, xlsx(headings, row), "a.xlsx")
    assert found.answer is not None, found.sentences
    assert list(found.answer.marks) == [3, 3, *[4] * 7]
    (found,) = importing.read(survey, xlsx(headings, ["", "", *["=A1"] * 9]), "a.xlsx")
    assert "rumus" in found.sentences[0]


def test_a_bomb_is_not_unpacked() -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 200_000_000)
    with pytest.raises(Refused, match="bom ZIP"):
        importing.read(make_skm(), out.getvalue(), "a.xlsx")


def test_the_size_of_a_file_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    with pytest.raises(Refused, match=r"lebih dari 20\.000"):
        read(make_impact(), GOOD, GOOD, GOOD)
