"""Read what somebody handed in, an XLSX workbook or CSV files, into raw cells that know where they stand.

Nothing here knows the database. A file that cannot be trusted or read is Refused with a sentence; a file that can be
read but holds surprises (unknown columns, unknown sheets) gets remarks.
"""

import csv
import hashlib
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from lawang.lib.refused import Refused
from lawang.plans.sheets import BY_NAME, SHEETS, Kind, Sheet

MAX_BYTES = 20 * 1024 * 1024  # of the file as it is sent
MAX_UNPACKED = 150 * 1024 * 1024  # of everything inside a ZIP
MAX_RATIO = 150  # of unpacked to packed, for parts of more than 5 MB
MAX_ENTRIES = 1_000  # of a ZIP
MAX_ROWS = 50_000  # of a sheet
MAX_ROW_NUMBER = 200_000  # of an XLSX sheet, empty rows included
MAX_COLUMNS = 100
MAX_WORDS = 32_000  # characters of a cell; Excel's own limit is 32,767

FORMULA = object()  # stands in a cell that held a formula
DANGEROUS = re.compile(r"^'*[=+\-@\t\r]")  # a spreadsheet would take such a text for a formula
ESCAPED = re.compile(r"^'+[=+\-@\t\r]")
# What neither XML 1.0 nor PostgreSQL can hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class RawRow:
    """One row as it was typed; `number` counts from 1 as the spreadsheet does, the heading being row 1."""

    number: int
    cells: dict[str, Any]  # column name -> str, int, float, bool, date, datetime, None or FORMULA


@dataclass
class RawSheet:
    """One sheet: which columns it has, and where."""

    sheet: Sheet
    letters: dict[str, str]  # column name -> "C"
    rows: list[RawRow] = field(default_factory=list)


@dataclass
class Workbook:
    """Everything that was handed in, sheets in the order of the declaration."""

    name: str
    digest: str  # SHA-256 over the contents
    sheets: dict[str, RawSheet] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Return how many rows there are, headings apart."""
        return sum(len(sheet.rows) for sheet in self.sheets.values())


def clean(words: str) -> str:
    """Return the text as both file and table can hold it: one newline, composed letters, no outer space."""
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNWRITABLE.sub("", words)).strip()


def escape(words: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula when it opens a CSV."""
    return f"'{words}" if DANGEROUS.match(words) else words


def unescape(words: str) -> str:
    return words[1:] if ESCAPED.match(words) else words


def read(contents: bytes, name: str) -> Workbook:
    """Return the workbook in an uploaded file: XLSX, one CSV named for its sheet, or a ZIP of those."""
    _refuse_too_big(len(contents))
    if not contents.strip():
        raise Refused(_("Berkas %(name)s kosong.") % {"name": name})
    if contents.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            _(
                "Berkas %(name)s memakai format XLS lama atau dikunci kata sandi. Buka di Excel, lalu simpan "
                "sebagai “Buku Kerja Excel (.xlsx)” tanpa kata sandi."
            )
            % {"name": name}
        )
    if contents.startswith(b"PK"):
        names = _safe_names(contents, name)
        if "xl/workbook.xml" in names:
            return read_xlsx(contents, name)
        if any(entry.lower().endswith(".csv") for entry in names):
            return read_csv_zip(contents, name)
        raise Refused(
            _("Berkas %(name)s bukan buku kerja XLSX dan tidak memuat CSV. Simpan sebagai XLSX.")
            % {"name": name}
        )
    return read_csvs([(name, contents)], name)


def read_folder(path: Path | str) -> Workbook:
    """Return the workbook made of the CSV files of a folder, each named for its sheet."""
    folder = Path(path)
    if not folder.is_dir():
        raise Refused(_("Folder %(name)s tidak ada.") % {"name": folder})
    files = [file for file in sorted(folder.glob("*.csv")) if file.stem in BY_NAME]
    if not files:
        raise Refused(_("Folder %(name)s tidak memuat CSV rencana, misalnya program.csv.") % {"name": folder})
    return read_csvs([(file.name, file.read_bytes()) for file in files], folder.name)


def read_csv_zip(contents: bytes, name: str = "csv.zip") -> Workbook:
    _refuse_too_big(len(contents))
    names = _safe_names(contents, name)
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        try:
            files = [
                (PurePosixPath(entry).name, archive.read(entry))
                for entry in names
                if entry.lower().endswith(".csv")
            ]
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
            raise _unreadable(name) from error
    return read_csvs(files, name)


def read_csvs(files: Iterable[tuple[str, bytes]], name: str) -> Workbook:
    """Return the workbook made of CSV files given as (file name, contents)."""
    files = list(files)
    digest = hashlib.sha256()
    for file, contents in sorted(files):
        digest.update(file.encode() + b"\0" + contents + b"\0")
    book = Workbook(name=name, digest=digest.hexdigest())
    for file, contents in files:
        title = PurePosixPath(file).stem
        sheet = _sheet_called(title)
        if sheet is None:
            book.remarks.append(_unknown_sheet(title))
            continue
        if sheet.name in book.sheets:
            raise Refused(_("Lembar %(name)s ada dua kali.") % {"name": sheet.name})
        rows = ((number, list(row)) for number, row in _csv_rows(contents, file))
        _add_sheet(book, sheet, rows)
    return _in_order(book)


def read_xlsx(contents: bytes, name: str = "rencana.xlsx") -> Workbook:
    """Return the workbook in an XLSX file; formulas are not computed but marked."""
    _refuse_too_big(len(contents))
    _safe_names(contents, name)
    book = Workbook(name=name, digest=hashlib.sha256(contents).hexdigest())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension of Excel it leaves aside
            _fill_from_xlsx(book, contents)
    except Refused:
        raise
    except (
        Exception
    ) as error:  # a hostile file can break a foreign parser anywhere; the person gets one sentence
        raise _unreadable(name) from error
    return _in_order(book)


def rows_of(contents: bytes, name: str) -> Iterator[tuple[int, list[Any]]]:
    """Yield (number, cells) of the first sheet of an XLSX file or of a CSV, whatever its columns; formulas are marked.

    Raise Refused, also on the way, for what cannot be trusted or read.
    """
    _refuse_too_big(len(contents))
    if not contents.startswith(b"PK"):
        yield from _csv_rows(contents, name)
        return
    _safe_names(contents, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = load_workbook(io.BytesIO(contents), read_only=True, data_only=False, keep_links=False)
            try:
                page = file.worksheets[0]
                page.reset_dimensions()
                rows = list(_xlsx_rows(page, page.title))
            finally:
                file.close()
    except Refused:
        raise
    except Exception as error:  # as in read_xlsx
        raise _unreadable(name) from error
    yield from rows


def _fill_from_xlsx(book: Workbook, contents: bytes) -> None:
    file = load_workbook(io.BytesIO(contents), read_only=True, data_only=False, keep_links=False)
    try:
        for page in file.worksheets:
            sheet = _sheet_called(page.title)
            if sheet is None:
                if page.title.casefold() not in ("petunjuk", "pilihan"):
                    book.remarks.append(_unknown_sheet(page.title))
                continue
            if sheet.name in book.sheets:
                raise Refused(_("Lembar %(name)s ada dua kali.") % {"name": sheet.name})
            page.reset_dimensions()  # what the file says of its size is not to be trusted
            _add_sheet(book, sheet, _xlsx_rows(page, sheet.name))
    finally:
        file.close()


def _xlsx_rows(page: Any, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    for number, cells in enumerate(page.iter_rows(max_col=MAX_COLUMNS), start=1):
        if number > MAX_ROW_NUMBER:
            raise _too_many_rows(sheet)
        yield number, [FORMULA if cell.data_type == "f" else cell.value for cell in cells]


def _add_sheet(book: Workbook, sheet: Sheet, rows: Iterator[tuple[int, list[Any]]]) -> None:
    """Read the heading, then the rows below it, into the book."""
    places: dict[int, str] = {}
    raw = RawSheet(sheet=sheet, letters={})
    for number, values in rows:
        if not places:
            if any(_filled(value) for value in values):
                places = _heading(book, sheet, values, number)
                raw.letters = {column: get_column_letter(place + 1) for place, column in places.items()}
            continue
        cells = {column: values[place] if place < len(values) else None for place, column in places.items()}
        if not any(_filled(value) for value in cells.values()):
            continue
        raw.rows.append(RawRow(number, cells))
        if len(raw.rows) > MAX_ROWS:
            raise _too_many_rows(sheet.name)
    if places:
        book.sheets[sheet.name] = raw


def _filled(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _heading(book: Workbook, sheet: Sheet, values: list[Any], number: int) -> dict[int, str]:
    """Return where each known column stands; say what is unknown, refuse what stands twice or is missing."""
    known = {_plain(name): name for name in column_names(sheet)}
    places: dict[int, str] = {}
    for place, value in enumerate(values):
        if not _filled(value) or value is FORMULA:
            continue
        name = known.get(_plain(str(value)))
        if name is None:
            book.remarks.append(
                _("Lembar %(sheet)s: kolom “%(column)s” (%(letter)s) tidak dikenal dan dilewati.")
                % {
                    "sheet": sheet.name,
                    "column": clean(str(value))[:60],
                    "letter": get_column_letter(place + 1),
                }
            )
        elif name in places.values():
            raise Refused(
                _("Lembar %(sheet)s: kolom “%(column)s” ada dua kali. Hapus salah satu.")
                % {"sheet": sheet.name, "column": name}
            )
        else:
            places[place] = name
    missing = [name for name in sheet.identity if name not in places.values() and sheet.column(name).required]
    if missing:
        raise Refused(
            _("Lembar %(sheet)s, baris %(row)s: kolom %(columns)s tidak ada. Pakai judul kolom dari templat.")
            % {"sheet": sheet.name, "row": number, "columns": ", ".join(f"“{name}”" for name in missing)}
        )
    return places


def column_names(sheet: Sheet) -> list[str]:
    """Return the headings of a sheet; a column of words is followed by its English."""
    names: list[str] = []
    for column in sheet.columns:
        names.append(column.name)
        if column.kind == Kind.WORDS:
            names.append(f"{column.name}_en")
    return names


def _plain(title: str) -> str:
    return re.sub(r"[\s_\-]+", "_", clean(title).casefold()).strip("_*").rstrip("_")


def _sheet_called(title: str) -> Sheet | None:
    plain = _plain(title)
    for sheet in SHEETS:
        if plain in (sheet.name, _plain(sheet.title)):
            return sheet
    return None


def _csv_rows(contents: bytes, name: str) -> Iterator[tuple[int, list[Any]]]:
    words = _decoded(contents, name)
    first = next((line for line in words.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(1_000_000)
    # Row numbers count records, as a spreadsheet that opens the file does, not lines.
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for row in reader:
            number += 1
            yield (
                number,
                [
                    FORMULA if value.lstrip().startswith("=") else unescape(value)
                    for value in row[:MAX_COLUMNS]
                ],
            )
    except csv.Error as error:
        raise Refused(
            _("Berkas %(name)s rusak di baris %(row)s: tanda kutip tidak ditutup dengan benar.")
            % {"name": name, "row": number + 1}
        ) from error


def _decoded(contents: bytes, name: str) -> str:
    """Return the words of a UTF-8 file; say which other encoding it seems to be."""
    encoding = ""
    if contents.startswith((b"\xff\xfe", b"\xfe\xff")) or contents[:400].count(0) > len(contents[:400]) // 5:
        encoding = "UTF-16"
    else:
        try:
            words = contents.decode("utf-8-sig")
        except UnicodeDecodeError:
            is_windows = any(0x80 <= byte <= 0x9F for byte in contents)
            encoding = "Windows-1252" if is_windows else "Latin-1 (ISO 8859-1)"
    if encoding:
        raise Refused(
            _(
                "Berkas %(name)s ditulis dalam %(encoding)s, bukan UTF-8, sehingga huruf bisa rusak. Di Excel pilih "
                "“Simpan Sebagai”, lalu jenis “CSV UTF-8”."
            )
            % {"name": name, "encoding": encoding}
        )
    if "\0" in words:
        raise Refused(_("Berkas %(name)s bukan CSV.") % {"name": name})
    return words


def _safe_names(contents: bytes, name: str) -> list[str]:
    """Return the names in a ZIP after making sure that unpacking it is harmless."""
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unreadable(name) from error
    swollen = [
        entry
        for entry in entries
        if entry.file_size > 5 * 1024 * 1024 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    ]
    if len(entries) > MAX_ENTRIES or swollen or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused(
            _(
                "Berkas %(name)s membesar tidak wajar bila dibuka (bom ZIP) dan tidak diproses. Salin isinya ke "
                "templat yang baru, lalu unggah lagi."
            )
            % {"name": name}
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused(_("Berkas %(name)s dikunci kata sandi. Simpan tanpa kata sandi.") % {"name": name})
    return [entry.filename for entry in entries]


def _in_order(book: Workbook) -> Workbook:
    book.sheets = {sheet.name: book.sheets[sheet.name] for sheet in SHEETS if sheet.name in book.sheets}
    if not book.sheets:
        raise Refused(
            _("Berkas %(name)s tidak memuat lembar yang dikenal. Mulailah dari templat.")
            % {"name": book.name}
        )
    return book


def _refuse_too_big(size: int) -> None:
    if size > MAX_BYTES:
        raise Refused(
            _("Berkas ini %(size)s MB. Paling besar 20 MB; bagi menjadi beberapa berkas.")
            % {"size": round(size / 1024 / 1024)}
        )


def _too_many_rows(sheet: str) -> Refused:
    return Refused(
        _("Lembar %(sheet)s lebih dari 50.000 baris. Bagi menjadi beberapa berkas.") % {"sheet": sheet}
    )


def _unreadable(name: str) -> Refused:
    return Refused(
        _(
            "Berkas %(name)s rusak atau bukan XLSX. Buka di Excel atau LibreOffice, lalu simpan ulang sebagai XLSX."
        )
        % {"name": name}
    )


def _unknown_sheet(title: str) -> str:
    return _("Lembar “%(sheet)s” tidak dikenal dan dilewati.") % {"sheet": clean(title)[:60]}
