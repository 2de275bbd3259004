"""Bad files get a sentence; good ones are read as they were typed."""

import io
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Xlsx

from lawang.lib.refused import Refused
from lawang.plans import cells, workbook
from lawang.plans.sheets import BY_NAME
from lawang.plans.workbook import FORMULA, escape, read, read_folder, read_xlsx, unescape

HEAD = "kode,judul,subdimensi,tahun_mulai,tahun_selesai\n"


def xlsx(*rows: list[object], title: str = "program") -> bytes:
    file = Xlsx()
    page = file.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def zip_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in files.items():
            archive.writestr(name, contents)
    return out.getvalue()


def test_an_xlsx_is_read_with_its_places() -> None:
    book = read_xlsx(
        xlsx(["Kode ", "JUDUL", "tahun mulai"], ["P-01", "Air", 2024], [None, None], ["P-02", "=1+1", 2025])
    )
    sheet = book.sheets["program"]
    assert sheet.letters == {"kode": "A", "judul": "B", "tahun_mulai": "C"}
    assert [(row.number, row.cells["kode"]) for row in sheet.rows] == [(2, "P-01"), (4, "P-02")]
    assert sheet.rows[1].cells["judul"] is FORMULA


def test_a_zip_bomb_is_not_opened() -> None:
    bomb = zip_of(**{"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 60_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(Refused, match="bom ZIP"):
        read(bomb, "bom.xlsx")


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="bom ZIP"):
        read(zip_of(**{f"{n}.csv": b"x" for n in range(1_001)}), "banyak.zip")


def test_a_file_over_20_mb_is_refused() -> None:
    with pytest.raises(Refused, match="Paling besar 20 MB"):
        read(b"x" * (21 * 1024 * 1024), "besar.csv")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1")],
)
def test_a_csv_in_the_wrong_encoding_says_which(encoding: str, name: str) -> None:
    words = (
        HEAD + "P-01,Café “air”,a,2024,2028\n" if encoding != "latin-1" else HEAD + "P-01,Café,a,2024,2028\n"
    )
    with pytest.raises(Refused, match=f"{name}.*bukan UTF-8"):
        read(words.encode(encoding), "program.csv")


def test_semicolons_and_a_byte_order_mark_are_fine() -> None:
    book = read(
        ("\ufeff" + HEAD + 'P-01,"Air; bersih",a,2024,2028\n').replace(",", ";").encode(), "program.csv"
    )
    assert book.sheets["program"].rows[0].cells["kode"] == "P-01"


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        (b"", "kosong"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "format XLS lama"),
        (b"PK\x03\x04rusak", "rusak"),
        (zip_of(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "bukan buku kerja XLSX"),
        (zip_of(**{"xl/workbook.xml": b"<kacau"}), "rusak"),
        (b'kode,judul,subdimensi\nP-01,"tidak ditutup\n', "tanda kutip"),
        (b"judul,subdimensi\nAir,x\n", "kolom “kode” tidak ada"),
        (b"kode,judul,judul\nP,a,b\n", "ada dua kali"),
    ],
)
def test_a_bad_file_gets_a_sentence(contents: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        read(contents, "program.csv")


def test_an_entity_in_the_xml_is_refused() -> None:
    good = zipfile.ZipFile(io.BytesIO(xlsx(["kode"], ["P-01"])))
    parts = {name: good.read(name) for name in good.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><workbook', 1
    )
    with pytest.raises(Refused, match="rusak"):
        read(zip_of(**parts), "jahat.xlsx")


def test_what_is_unknown_is_said_and_passed_over() -> None:
    book = read(b"kode,judul,warna\nP-01,Air,biru\n", "program.csv")
    assert "kolom “warna” (C) tidak dikenal" in book.remarks[0]
    book = workbook.read_csvs([("program.csv", b"kode\nP\n"), ("lain.csv", b"a\n")], "x")
    assert "Lembar “lain” tidak dikenal" in book.remarks[0]


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(Refused, match=r"50\.000 baris"):
        read(b"kode\n" + b"".join(b"P-%d\n" % n for n in range(5)), "program.csv")


def test_a_folder_is_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "program.csv").write_text(HEAD + "P-01,Air,a,2024,2028\n")
    (tmp_path / "instansi.csv").write_text("kode\nx\n")  # other files of a demo folder do not matter
    assert list(read_folder(tmp_path).sheets) == ["program"]
    with pytest.raises(Refused):
        read_folder(tmp_path / "tidak-ada")


@pytest.mark.parametrize("words", ["=1+1", "+62", "-", "@x", "'=a", "''-b", "biasa", "'kutip'", "\tx"])
def test_a_text_like_a_formula_comes_back_the_same(words: str) -> None:
    assert unescape(escape(words)) == words
    assert not escape(words).startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize(
    ("sheet", "column", "raw", "value"),
    [
        ("anggaran", "rencana", "Rp3.000.000", 3_000_000),
        ("anggaran", "rencana", 3e6, 3_000_000),
        ("target", "target", "1.234,5", "1234.5"),
        ("target", "target", "0.125", "0.125"),
        ("target", "target", 32.7, "32.7"),
        ("tonggak", "tenggat", "1/2/2026", date(2026, 2, 1)),
        ("angka", "periode", 2025, "2025"),
        ("angka", "periode", date(2025, 11, 1), "2025-11"),
        ("angka", "periode", "2025 TW3", "2025-T3"),
        ("hadir", "hadir", "Ya", True),
        ("program", "kode", 7.0, "7"),
        ("program", "mitra", "a; b;a", ("a", "b")),
    ],
)
def test_cells_are_understood(sheet: str, column: str, raw: object, value: object) -> None:
    found = cells.typed(BY_NAME[sheet].column(column), raw)
    assert (str(found) if isinstance(value, str) else found) == value


@pytest.mark.parametrize(
    ("sheet", "column", "raw"),
    [
        ("program", "kode", 1.1),
        ("program", "kode", date(2025, 1, 1)),
        ("target", "target", "sekitar 5"),
        ("target", "target", True),
        ("target", "target", float("nan")),
        ("target", "target", "9" * 25),
        ("anggaran", "rencana", "1,5"),
        ("tonggak", "tenggat", "31/2/2026"),
        ("tonggak", "tenggat", 45000),
        ("hadir", "hadir", "mungkin"),
    ],
)
def test_cells_that_mean_nothing_are_refused(sheet: str, column: str, raw: object) -> None:
    with pytest.raises(Refused):
        cells.typed(BY_NAME[sheet].column(column), raw)


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from([b"", b"PK\x03\x04", b"kode,judul\n", b"\xff\xfe", b'"']),
    rest=st.binary(max_size=300),
)
def test_no_bytes_break_the_reader(start: bytes, rest: bytes) -> None:
    with suppress(Refused):
        read(start + rest, "program.csv")


@settings(max_examples=200, deadline=None)
@given(raw=st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.none()))
def test_no_cell_breaks_the_reader(raw: object) -> None:
    for sheet in BY_NAME.values():
        for column in sheet.columns:
            with suppress(Refused):
                cells.typed(column, raw)
