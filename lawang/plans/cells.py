"""Cells of a plan workbook: from what was typed to a value of the right kind, and back to what a sheet shows.

Values: str, int, Decimal, date, bool, a tuple of codes, or None for an empty cell. A choice is kept as the word of the
table ("short"), shown as the word of the sheet ("pendek").
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from lawang.lib.numbers import parse_number
from lawang.lib.refused import Refused
from lawang.measures import periods
from lawang.plans.sheets import Column, Kind
from lawang.plans.workbook import FORMULA, MAX_WORDS, clean

Value = str | int | Decimal | date | bool | tuple[str, ...] | None

YES = ("ya", "y", "iya", "yes", "true", "benar", "1", "x", "v", "✓")
NO = ("tidak", "t", "tdk", "no", "n", "false", "salah", "0", "-")
TEXTS = (Kind.LINE, Kind.WORDS, Kind.LINK)
STEP = Decimal("0.000001")  # what the tables keep of a number


def typed(column: Column, raw: Any) -> Value:
    """Return the value of a raw cell; references come back as they were typed. Raise Refused with what is wrong."""
    if raw is FORMULA:
        raise Refused(_("berisi rumus. Salin, lalu tempel sebagai nilai (Tempel Khusus → Nilai)."))
    if raw is None or (isinstance(raw, str) and not clean(raw)):
        return None
    match column.kind:
        case Kind.NUMBER:
            return Decimal(plain_number(_number(raw).quantize(STEP, rounding=ROUND_HALF_UP)))
        case Kind.WHOLE | Kind.RUPIAH:
            return _whole(raw)
        case Kind.YEAR:
            return _year(raw)
        case Kind.DATE:
            return _date(raw)
        case Kind.PERIOD:
            return _period(raw)
        case Kind.YES_NO:
            return _yes_no(raw)
        case Kind.CHOICE:
            return _choice(column, raw)
        case Kind.REFERENCES:
            return tuple(dict.fromkeys(part for word in _code(raw).split(";") if (part := word.strip())))
        case Kind.CODE | Kind.REFERENCE:
            return _code(raw)
    return _words(raw)


def shown(column: Column, value: Value) -> str:
    """Return the value as a sheet or a page shows it; `typed` reads it back as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if column.kind == Kind.CHOICE:
        return next((word for word, stored in column.choices if stored == value), str(value))
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, Decimal):
        return plain_number(value).replace(".", ",")
    return value.isoformat() if isinstance(value, date) else str(value)


def plain_number(value: Decimal) -> str:
    """Return all digits of a number and no more, with a point: 1234.5."""
    words = f"{value:f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool | date | datetime):
        raise Refused(_("bukan angka."))
    if isinstance(raw, int | float | Decimal):
        value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
        if not value.is_finite():
            raise Refused(_("bukan angka."))
    else:
        words = clean(str(raw))
        if re.fullmatch(r"-?0\.\d{1,20}", words):  # three digits behind "0." are no thousands
            value = Decimal(words)
        else:
            with translation.override("id"):  # a file is written the Indonesian way, whoever looks at it
                value = parse_number(words)
    if abs(value) >= Decimal(10) ** 18:
        raise Refused(_("terlalu besar."))
    return value


def _whole(raw: Any) -> int:
    value = _number(raw)
    if value != value.to_integral_value():
        raise Refused(_("harus bilangan bulat."))
    return int(value)


def _year(raw: Any) -> int:
    year = int(raw) if isinstance(raw, str) and re.fullmatch(r"\s*\d{4}\s*", raw, re.ASCII) else _whole(raw)
    if not 1945 <= year <= 2100:
        raise Refused(_("bukan tahun. Tulis misalnya 2026."))
    return year


def _date(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    words = clean(str(raw))
    numbers = None
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", words, re.ASCII):
        numbers = (int(match[1]), int(match[2]), int(match[3]))
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", words, re.ASCII):
        numbers = (int(match[3]), int(match[2]), int(match[1]))
    try:
        if numbers:
            return date(*numbers)
    except ValueError:
        pass
    raise Refused(
        _("berisi “%(typed)s”, bukan tanggal. Tulis misalnya 20/11/2025 (tanggal/bulan/tahun).")
        % {"typed": words[:40]}
    )


def _period(raw: Any) -> str:
    if isinstance(raw, datetime | date):  # a spreadsheet makes a date of "2025-11"
        if raw.day != 1:
            raise Refused(_("berisi tanggal, bukan periode. Tulis misalnya 2025-T3."))
        return f"{raw.year}-{raw.month:02}"
    return periods.parse(_code(raw)).code


def _yes_no(raw: Any) -> bool:
    word = clean(str(raw)).casefold()
    if raw is True or word in YES or word == "1.0":
        return True
    if raw is False or word in NO or word == "0.0":
        return False
    raise Refused(_("berisi “%(typed)s”. Tulis ya atau tidak.") % {"typed": word[:40]})


def _choice(column: Column, raw: Any) -> str:
    word = clean(str(raw)).casefold()
    for shown_word, stored in column.choices:
        if word in (shown_word.casefold(), stored.casefold()):
            return stored
    raise Refused(
        _("berisi “%(typed)s”. Pilih salah satu: %(words)s.")
        % {"typed": clean(str(raw))[:40], "words": ", ".join(word for word, _stored in column.choices)}
    )


def _code(raw: Any) -> str:
    if isinstance(raw, bool | datetime | date):
        raise Refused(
            _("berubah menjadi tanggal atau ya/tidak. Ubah format selnya menjadi Teks, lalu tulis ulang.")
        )
    if isinstance(raw, float) and not raw.is_integer():
        raise Refused(
            _("berisi angka %(typed)s; kode harus teks, supaya 1.10 tidak menjadi 1.1.")
            % {"typed": repr(raw)}
        )
    return _words(int(raw) if isinstance(raw, float) else raw)


def _words(raw: Any) -> str:
    if isinstance(raw, bool):
        return "ya" if raw else "tidak"
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, float):
        return plain_number(Decimal(repr(raw))) if raw == raw and abs(raw) != float("inf") else ""
    words = clean(str(raw))
    if len(words) > MAX_WORDS:
        raise Refused(_("lebih dari 32.000 huruf. Pindahkan sebagian ke dokumen lampiran."))
    return words
