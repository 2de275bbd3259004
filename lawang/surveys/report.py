"""The yearly report of satisfaction as a workbook, and what its page says of each service."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lawang.lib.dates import long_date
from lawang.lib.text import say
from lawang.people.node import node
from lawang.surveys import facts
from lawang.surveys.models import Survey
from lawang.surveys.questionnaire import judged, questions_of
from lawang.surveys.views import grade_words, profile_lines


@dataclass(frozen=True)
class Parts:
    """One survey of the report: its elements from the lowest, and who answered."""

    elements: list[tuple[str, Decimal]]
    profile: list[tuple[str, list[tuple[str, int]]]]  # empty while it is open


def parts_of(survey: Survey) -> Parts:
    one = judged(survey)
    elements = [
        (say(question.title), one.means[question.code]) for question in questions_of(survey) if one.means
    ]
    return Parts(
        sorted(elements, key=lambda pair: pair[1]), profile_lines(survey) if not survey.is_open else []
    )


def workbook(found: facts.SkmYear, *, on: date) -> bytes:
    """Return the report: a sheet of indices, a sheet of elements, a sheet of who answered."""
    surveys = [survey for fact in found.services for survey in fact.surveys]
    book = Workbook(write_only=True)
    _sheet(book, _("Indeks"), (34, 22, 14, 14, 12, 12, 12, 12, 12, 24), _index_rows(found, surveys, on))
    _sheet(book, _("Unsur"), (34, 22, *[14] * 12), _element_rows(surveys))
    _sheet(book, _("Responden"), (34, 22, 26, 34, 12), _profile_rows(surveys))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


Rows = Sequence[tuple[bool, Sequence[Any]]]  # (is a heading, cells)


def _index_rows(found: facts.SkmYear, surveys: Sequence[Survey], on: date) -> Rows:
    rows: list[tuple[bool, Sequence[Any]]] = [
        (True, [_("Survei kepuasan masyarakat %(year)s") % {"year": found.year}]),
        (False, [say(node().name), "", _("Dibuat %(day)s") % {"day": long_date(on)}]),
        (False, []),
        (
            True,
            [
                *(_("Layanan"), _("Unit"), _("Dari"), _("Sampai"), _("Dilayani"), _("Perlu")),
                *(_("Diterima"), _("Dihitung"), _("Indeks"), _("Mutu")),
            ],
        ),
    ]
    for survey in surveys:
        one = judged(survey)
        rows.append(
            (
                False,
                [
                    *(say(survey.title), survey.agency.short_name, survey.from_date, survey.to_date),
                    *(one.population, one.needed, one.received, one.n, one.index, grade_words(one)),
                ],
            )
        )
    if found.regency is not None:
        one = found.regency
        whole = [
            _("Semua jawaban bersama"),
            "",
            None,
            None,
            None,
            None,
            one.received,
            one.n,
            one.index,
            grade_words(one),
        ]
        rows.append((True, whole))
    if surveys:
        definition = surveys[-1].instrument.definition
        rows += [
            (False, []),
            (False, [_("Sumber: %(source)s.") % {"source": definition["source"]}]),
            (
                False,
                [
                    _(
                        "Indeks = rata-rata nilai unsur, setiap unsur berbobot tepat 1/9, × 25; dibulatkan sekali."
                    )
                ],
            ),
            (
                False,
                [_("Jawaban dihitung tiap lima, supaya jawaban satu orang tidak terbaca dari perubahannya.")],
            ),
        ]
    return rows


def _element_rows(surveys: Sequence[Survey]) -> Rows:
    titles: dict[str, str] = {}
    for survey in surveys:
        titles.update({question.code: say(question.title) for question in questions_of(survey)})
    rows: list[tuple[bool, Sequence[Any]]] = [(True, [_("Layanan"), _("Unit"), *titles.values()])]
    for survey in surveys:
        means = judged(survey).means
        rows.append(
            (False, [say(survey.title), survey.agency.short_name, *(means.get(code) for code in titles)])
        )
    return rows


def _profile_rows(surveys: Sequence[Survey]) -> Rows:
    rows: list[tuple[bool, Sequence[Any]]] = [
        (True, [_("Layanan"), _("Unit"), _("Tentang"), _("Kelompok"), _("Orang")])
    ]
    for survey in surveys:
        for title, groups in parts_of(survey).profile:
            rows += [
                (False, [say(survey.title), survey.agency.short_name, title, words, n]) for words, n in groups
            ]
    return rows


def _sheet(book: Any, title: str, widths: Sequence[int], rows: Rows) -> None:
    page = book.create_sheet(title)
    for place, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    for is_heading, cells in rows:
        page.append([_cell(page, value, is_heading) for value in cells])


def _cell(page: Any, value: Any, is_heading: bool) -> Any:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of "="
    if isinstance(value, Decimal):
        cell.number_format = "0.00"
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if is_heading:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=isinstance(value, str) and len(value) < 30)
    return cell
