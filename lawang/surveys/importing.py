"""Read a file of answers, XLSX or CSV, one row a person, and say of every row that cannot be taken why not."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.plans.packs import plain
from lawang.plans.workbook import FORMULA, clean, rows_of
from lawang.surveys.actions import Answer, Row, person_hash
from lawang.surveys.models import Kind, Survey
from lawang.surveys.questionnaire import PROFILE, marks_of, questions_of

MOST_ROWS = 20_000
RESPONDENT, USER, STAFF, COMMENT, DAY = "responden", "pengguna", "pegawai", "saran", "tanggal"
ABOUT = {"jenis_kelamin": "sex", "umur": "age", "pendidikan": "education", "pekerjaan": "occupation"}
YES, NO = ("ya", "y", "1", "yes", "true", "benar"), ("tidak", "t", "0", "no", "false", "bukan")
AGES = ((24, "to-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (200, "from-55"))
SPELLINGS = {  # of what people write in sheets, beside codes and titles
    "l": "male",
    "lakilaki": "male",
    "pria": "male",
    "p": "female",
    "wanita": "female",
    "pns": "civil",
    "pppk": "civil",
    "asn": "civil",
    "tni": "forces",
    "polri": "forces",
    "petani": "farming",
    "nelayan": "farming",
    "pelajar": "study",
    "mahasiswa": "study",
    "irt": "home",
    "iburumahtangga": "home",
    "sd": "primary",
    "sma": "senior",
    "smk": "senior",
    "d1": "diploma",
    "d2": "diploma",
    "d3": "diploma",
    "d4": "bachelor",
    "s2": "master",
    "s3": "master",
}


def headings_of(survey: Survey) -> list[str]:
    """Return the headings of the template, in order; a question is headed by its Indonesian title."""
    about_use = [USER, STAFF] if survey.kind == Kind.IMPACT else []
    comment = [COMMENT] if survey.kind == Kind.SKM else []
    return [RESPONDENT, DAY, *about_use, *_titles(survey).values(), *ABOUT, *comment]


def _titles(survey: Survey) -> dict[str, str]:
    return {question.code: question.title["id"] for question in questions_of(survey)}


def read(survey: Survey, contents: bytes, name: str) -> list[Row]:
    """Return every row of a file, with its answer or with what is wrong with it.

    Raise Refused when the file cannot be read, or lacks a question.
    """
    places: dict[int, str] = {}
    found: list[Row] = []
    titles = _titles(survey)
    known = {plain(name): name for name in (RESPONDENT, DAY, USER, STAFF, COMMENT, *ABOUT)}
    known |= {plain(spelling): code for code, title in titles.items() for spelling in (code, title)}
    for number, cells in rows_of(contents, name):
        if not any(_words(cell) for cell in cells):
            continue
        if not places:
            places = {
                place: known[plain(_words(cell))]
                for place, cell in enumerate(cells)
                if plain(_words(cell)) in known
            }
            missing = [code for code in survey.questions if code not in places.values()]
            if missing:
                raise Refused(
                    _(
                        "Baris %(row)s harus berisi judul kolom. Kolom yang belum ada: %(columns)s. Pakai templatnya."
                    )
                    % {"row": number, "columns": ", ".join(titles[code] for code in missing)}
                )
            continue
        if len(found) == MOST_ROWS:
            raise Refused(_("Berkas ini lebih dari 20.000 baris. Bagi menjadi beberapa berkas."))
        row = {column: cells[place] if place < len(cells) else None for place, column in places.items()}
        found.append(_read_row(survey, titles, number, row))
    if not found:
        raise Refused(_("Berkas ini tidak berisi jawaban: di bawah judul kolom tidak ada baris."))
    return found


def _words(cell: Any) -> str:
    """Return a cell as text: 3 for 3.0, nothing for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return clean(str(cell))


class _Wrong(Exception):
    pass


def _read_row(survey: Survey, titles: Mapping[str, str], number: int, row: Mapping[str, Any]) -> Row:
    sentences: list[str] = []
    if any(cell is FORMULA for cell in row.values()):
        return Row(number, None, (_("Baris ini memuat rumus. Ganti dengan nilainya."),))

    def take(read: Callable[[str], Any], column: str, default: Any = None) -> Any:
        try:
            return read(_words(row.get(column)))
        except _Wrong as wrong:
            sentences.append(str(wrong))
            return default

    marks = [take(partial(_mark, survey, titles[code]), code, -1) for code in survey.questions]
    about = {name: take(partial(_about, name, column), column, "") for column, name in ABOUT.items()}
    on = _day(survey, row.get(DAY), sentences)
    is_user = take(partial(_flag, USER), USER)
    is_staff = bool(take(partial(_flag, STAFF), STAFF))
    respondent = take(partial(_person, survey), RESPONDENT, "")
    if sentences:
        return Row(number, None, tuple(sentences))
    return Row(
        number,
        Answer(
            marks,
            about,
            _words(row.get(COMMENT)),
            respondent,
            is_user if survey.kind == Kind.IMPACT else None,
            is_staff,
            on,
        ),
    )


def _mark(survey: Survey, title: str, words: str) -> int:
    marks = marks_of(survey.instrument)
    said = {"column": title, "words": words[:20], "first": marks[0], "last": marks[-1]}
    if not words:
        raise _Wrong(_("Kolom “%(column)s” kosong; tulis angka %(first)s sampai %(last)s.") % said)
    if not (words.isascii() and words.isdigit() and len(words) < 4 and int(words) in marks):
        raise _Wrong(
            _("Kolom “%(column)s” berisi “%(words)s”; tulis angka %(first)s sampai %(last)s.") % said
        )
    return int(words)


def _about(name: str, column: str, words: str) -> str:
    if not words:
        return ""
    choices = PROFILE[name][1]
    if name == "age" and words.isascii() and words.isdigit() and len(words) < 4:
        return (
            next(code for most, code in AGES if int(words) <= most)
            if 0 < int(words) <= 120
            else _no(column, words, choices)
        )
    short = plain(words)
    spelled = {plain(code): code for code in choices} | {
        plain(str(title)): code for code, title in choices.items()
    }
    code = spelled.get(short) or SPELLINGS.get(short, "")
    return code if code in choices else _no(column, words, choices)


def _no(column: str, words: str, choices: Mapping[str, Any]) -> str:
    raise _Wrong(
        _("Kolom “%(column)s” berisi “%(words)s”; yang ada: %(choices)s.")
        % {"column": column, "words": words[:20], "choices": ", ".join(map(str, choices.values()))}
    )


def _flag(column: str, words: str) -> bool | None:
    if not words:
        return None
    if words.casefold() in YES or words.casefold() in NO:
        return words.casefold() in YES
    raise _Wrong(
        _("Kolom “%(column)s” berisi “%(words)s”; tulis ya atau tidak.")
        % {"column": column, "words": words[:20]}
    )


def _person(survey: Survey, words: str) -> str:
    """Return the keyed hash of a telephone number or NIK. What was written is never repeated: it is personal."""
    if not words:
        return ""
    digits = [sign for sign in words if sign.isdigit()]
    if not 9 <= len(digits) <= 16:
        raise _Wrong(
            _(
                "Kolom “responden” berisi %(count)s angka; tulis nomor HP (9 sampai 14 angka) atau NIK (16 angka)."
            )
            % {"count": len(digits)}
        )
    return person_hash("".join(digits), survey.year)


def _day(survey: Survey, cell: Any, sentences: list[str]) -> date | None:
    if isinstance(cell, datetime):
        day: date | None = cell.date()
    elif isinstance(cell, date):
        day = cell
    else:
        words = _words(cell)
        if not words:
            return None
        try:
            day = date.fromisoformat(words)
        except ValueError:
            sentences.append(
                _("Kolom “tanggal” berisi “%(words)s”; tulis misalnya 2026-10-20.") % {"words": words[:20]}
            )
            return None
    assert day is not None
    if not survey.from_date <= day <= survey.to_date:
        sentences.append(
            _("Tanggal %(day)s di luar masa survei ini, %(first)s sampai %(last)s.")
            % {"day": long_date(day), "first": long_date(survey.from_date), "last": long_date(survey.to_date)}
        )
        return None
    return day
