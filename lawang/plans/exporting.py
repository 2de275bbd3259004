"""Write a plan as a workbook: XLSX with drop-downs and notes, or CSV files; import reads both back as they were."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook as XlsxWorkbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lawang.lib.refused import Refused
from lawang.people.models import Agency, User
from lawang.people.permissions import demand
from lawang.plans import cells
from lawang.plans.models import Framework, FrameworkNode, Plan, ReadinessElement, Revision
from lawang.plans.sheets import SHEETS, Column, Kind, Sheet
from lawang.plans.tables import Reader, Row, latest_revision
from lawang.plans.workbook import DANGEROUS, MAX_WORDS, column_names, escape

MOST_FIGURES = 200_000  # in an XLSX; a spreadsheet opens no more with pleasure
EXACT_DIGITS = 15  # of a number that a spreadsheet keeps
DROP_DOWN_ROWS = 2_000  # rows below the heading that get drop-downs
TEXT_FORMAT = "@"
FORMATS = {
    Kind.NUMBER: "#,##0.######",
    Kind.WHOLE: "#,##0",
    Kind.RUPIAH: "#,##0",
    Kind.YEAR: "0",
    Kind.DATE: "yyyy-mm-dd",
}
WIDTHS = {
    Kind.WORDS: 42,
    Kind.LINE: 28,
    Kind.LINK: 34,
    Kind.REFERENCE: 24,
    Kind.REFERENCES: 30,
    Kind.RUPIAH: 20,
    Kind.DATE: 14,
    Kind.YEAR: 10,
}
NARROW = 14
HEAD = PatternFill("solid", fgColor="083575")
OPTIONAL_HEAD = PatternFill("solid", fgColor="5A6B85")


@dataclass(frozen=True)
class Lists:
    """The words that drop-downs offer: what a reference may point at."""

    words: dict[str, list[str]]  # "agency", "node", "framework", "readiness" -> names that import accepts


def template(framework: Framework | None = None) -> bytes:
    """Return an empty workbook to fill in, made for the agencies and the framework of this installation."""
    framework = framework or Framework.objects.order_by("is_draft", "code").first()
    return _xlsx({sheet.name: [] for sheet in SHEETS}, _lists(framework))


def workbook(plan: Plan, revision: Revision | None = None, *, by: User) -> bytes:
    """Return a revision (the draft, or else the newest) as XLSX. Raise Refused when `by` may not export."""
    demand(by, "plans.export", plan)
    return _xlsx(_rows(plan, revision), _lists(plan.framework))


PRIVATE = ("anggota", "rapat", "hadir", "angka", "bukti")  # sheets with names, minutes or closed evidence


def annex(plan: Plan, revision: Revision) -> bytes:
    """Return the sheets of a revision that everybody may read, as XLSX; whoever may import can hand it in again."""
    reader = Reader(plan, revision)
    rows = {name: list(table.rows.values()) for name, table in reader.tables().items() if name not in PRIVATE}
    return _xlsx(rows, _lists(plan.framework), [sheet for sheet in SHEETS if sheet.name not in PRIVATE])


def csv_zip(plan: Plan, revision: Revision | None = None, *, by: User) -> bytes:
    """Return the same as a ZIP of CSV files, one per sheet that has rows."""
    demand(by, "plans.export", plan)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in csv_files(_rows(plan, revision)):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), contents, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def csv_files(rows: dict[str, list[Row]]) -> Iterable[tuple[str, bytes]]:
    """Yield (file name, UTF-8 contents with a byte-order mark, so that Excel reads the letters right)."""
    for sheet in SHEETS:
        if not rows.get(sheet.name):
            continue
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        names = column_names(sheet)
        writer.writerow(names)
        columns = [_column(sheet, name) for name in names]
        for row in rows[sheet.name]:
            writer.writerow(
                [_csv_cell(column, row.get(name)) for column, name in zip(columns, names, strict=True)]
            )
        yield f"{sheet.name}.csv", b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_cell(column: Column, value: cells.Value) -> str:
    words = cells.shown(column, value)
    return escape(words) if isinstance(value, str | tuple) else words


def _rows(plan: Plan, revision: Revision | None) -> dict[str, list[Row]]:
    reader = Reader(plan, revision or latest_revision(plan))
    return {name: list(table.rows.values()) for name, table in reader.tables().items()}


def _lists(framework: Framework | None) -> Lists:
    nodes = FrameworkNode.objects.filter(framework=framework)
    readiness = ReadinessElement.objects.filter(framework=framework)
    return Lists(
        {
            "agency": list(Agency.objects.filter(valid_to=None).values_list("code", flat=True)),
            "node": [node.code for node in nodes],
            "framework": list(Framework.objects.values_list("code", flat=True)),
            "readiness": [element.code for element in readiness],
        }
    )


def _xlsx(rows: dict[str, list[Row]], lists: Lists, sheets: Sequence[Sheet] = SHEETS) -> bytes:
    if len(rows.get("angka", ())) > MOST_FIGURES:
        raise Refused(_("Rencana ini memuat lebih dari 200.000 angka. Unduh sebagai CSV."))
    if any(
        isinstance(value, str) and len(value) > MAX_WORDS
        for found in rows.values()
        for row in found
        for value in row.values()
    ):
        raise Refused(_("Ada teks lebih dari 32.000 huruf; XLSX tidak memuatnya. Unduh sebagai CSV."))
    file = XlsxWorkbook(write_only=True)
    _explain(file)
    places = {
        kind: f"pilihan!${get_column_letter(n)}$2:${get_column_letter(n)}${len(words) + 1}"
        for n, (kind, words) in enumerate(lists.words.items(), start=1)
        if words
    }
    for sheet in sheets:
        _page(file, sheet, rows.get(sheet.name, []), places)
    _choices(file, lists)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _explain(file: XlsxWorkbook) -> None:
    """Write the first page: how to fill in, and every column of every sheet."""
    page = file.create_sheet("petunjuk")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 26, 26
    page.column_dimensions["C"].width, page.column_dimensions["D"].width = 12, 90
    for sentence in (
        _("Buku kerja rencana induk"),
        _("Isi lembar yang Anda perlukan; lembar dan kolom yang tidak diubah boleh dihapus."),
        _("Judul kolom jangan diganti. Kolom berlatar biru tua wajib diisi."),
        _("Kode menamai baris: kode yang sama mengubah baris itu, kode baru menambah baris."),
        _("Baris yang tidak ada di berkas ini dibiarkan; tidak ada yang terhapus lewat impor."),
        _("Nama instansi, wilayah, dan dimensi boleh ditulis dengan kode, nama, atau singkatannya."),
        _("Sesudah diunggah, Anda melihat dulu apa yang akan berubah sebelum diterapkan."),
    ):
        page.append([_text_cell(page, sentence)])
    page.append([])
    page.append([_head(page, word) for word in ("lembar", "kolom", "wajib", "arti")])
    for sheet in SHEETS:
        for column in sheet.columns:
            page.append(
                [
                    _text_cell(page, sheet.name),
                    _text_cell(page, column.name),
                    "ya" if column.required else "",
                    _text_cell(page, column.note),
                ]
            )


def _choices(file: XlsxWorkbook, lists: Lists) -> None:
    """Write the words behind the long drop-downs, one column per kind."""
    page = file.create_sheet("pilihan")
    names = {"agency": "instansi", "node": "subdimensi", "framework": "kerangka", "readiness": "unsur"}
    kinds = list(lists.words)
    for n in range(len(kinds)):
        page.column_dimensions[get_column_letter(n + 1)].width = 30
    page.append([_head(page, names[kind]) for kind in kinds])
    for n in range(max(map(len, lists.words.values()), default=0)):
        page.append(
            [_text_cell(page, words[n]) if n < len(words) else None for words in lists.words.values()]
        )


def _page(file: XlsxWorkbook, sheet: Sheet, rows: list[Row], places: dict[str, str]) -> None:
    page = file.create_sheet(sheet.name)
    page.freeze_panes = "B2"
    names = column_names(sheet)
    columns = [_column(sheet, name) for name in names]
    heads = []
    for n, (name, column) in enumerate(zip(names, columns, strict=True), start=1):
        letter = get_column_letter(n)
        page.column_dimensions[letter].width = max(WIDTHS.get(column.kind, NARROW), len(name) + 3)
        page.column_dimensions[letter].number_format = FORMATS.get(column.kind, TEXT_FORMAT)
        heads.append(
            _head(page, name, required=column.required and name == column.name, note=_note(name, column))
        )
        if drop_down := _drop_down(column, places):
            drop_down.add(f"{letter}2:{letter}{max(DROP_DOWN_ROWS, len(rows) + 200)}")
            page.data_validations.append(drop_down)
    page.append(heads)
    for row in rows:
        page.append([_cell(page, column, row.get(name)) for name, column in zip(names, columns, strict=True)])


def _column(sheet: Sheet, name: str) -> Column:
    return next(
        column
        for column in sheet.columns
        if name == column.name or (column.kind == Kind.WORDS and name == f"{column.name}_en")
    )


def _note(name: str, column: Column) -> str:
    return column.note if name == column.name else _("Bahasa Inggris dari kolom sebelumnya; boleh kosong.")


def _drop_down(column: Column, places: dict[str, str]) -> DataValidation | None:
    """Return the list to choose from. A reference may still be typed: import forgives spelling."""
    words: list[str] = []
    if column.kind == Kind.YES_NO:
        words = ["ya", "tidak"]
    elif column.kind == Kind.CHOICE:
        words = [word for word, _stored in column.choices]
    if words:
        return DataValidation(
            type="list",
            formula1=f'"{",".join(words)}"',
            allow_blank=not column.required,
            showErrorMessage=True,
            errorTitle=_("Tidak dikenal"),
            error=_("Pilih salah satu: %(words)s.") % {"words": ", ".join(words)},
        )
    if column.kind == Kind.REFERENCE and column.to in places:
        return DataValidation(
            type="list", formula1=places[column.to], allow_blank=True, showErrorMessage=False
        )
    return None


def _head(page: Any, words: str, *, required: bool = True, note: str = "") -> Any:
    cell = WriteOnlyCell(page, words)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = HEAD if required else OPTIONAL_HEAD
    cell.alignment = Alignment(vertical="top")
    if note:
        cell.comment = Comment(note, "Lawang", height=90, width=280)
    return cell


def _text_cell(page: Any, words: str) -> Any:
    """Return a cell that stays text, whatever it begins with."""
    if not DANGEROUS.match(words):
        return words
    cell = WriteOnlyCell(page, words)
    cell.data_type = "s"  # openpyxl would make a formula of "="
    cell.quotePrefix = True
    cell.number_format = TEXT_FORMAT
    return cell


def _cell(page: Any, column: Column, value: cells.Value) -> Any:
    if value is None:
        return None
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        digits = cells.plain_number(Decimal(value)).lstrip("-").replace(".", "").lstrip("0")
        if len(digits) > EXACT_DIGITS:
            return _text_cell(page, cells.shown(column, value))
        return _formatted(page, column, value)
    if isinstance(value, date):
        # A spreadsheet counts days from 1900 on; what lies before stays text.
        return _formatted(page, column, value) if value.year > 1900 else value.isoformat()
    return _text_cell(page, cells.shown(column, value))


def _formatted(page: Any, column: Column, value: Any) -> Any:
    cell = WriteOnlyCell(page, value)
    cell.number_format = FORMATS.get(column.kind, "General")
    return cell
