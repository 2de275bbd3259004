"""Numbers as people write them: 53.592,5 in Indonesian, 53,592.5 in English."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused

Number = Decimal | int | float

NO_BREAK = "\u00a0"
_SHORT = ((10**12, "triliun", "trillion"), (10**9, "miliar", "billion"), (10**6, "juta", "million"))
_INDONESIAN = re.compile(r"(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_ENGLISH = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


def _english() -> bool:
    return (get_language() or "id").startswith("en")


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def number(value: Number, decimals: int = 0) -> str:
    """Return `value` with grouped thousands and exactly `decimals` decimals, halves rounded away from zero."""
    rounded = _decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    words = f"{abs(rounded):,.{decimals}f}"
    if not _english():
        words = words.translate(str.maketrans(",.", ".,"))
    return f"−{words}" if rounded < 0 else words


def as_is(value: Number, most: int = 4) -> str:
    """Return `value` with the decimals it has, at most `most`: 2.140; 32,7; 0,05."""
    exact = round(_decimal(value), most).normalize()
    exponent = exact.as_tuple().exponent
    return number(exact, max(0, -exponent) if isinstance(exponent, int) else 0)


def percent(value: Number, decimals: int = 0) -> str:
    """Return a number that is already in percent with its sign: 32.7 gives "32,7 %" (English "32.7%")."""
    return f"{number(value, decimals)}{'' if _english() else NO_BREAK}%"


def rupiah(value: Number) -> str:
    """Return whole rupiah in full: Rp3.000.000."""
    words = number(value)
    return f"−Rp{words[1:]}" if words.startswith("−") else f"Rp{words}"


def rupiah_short(value: Number) -> str:
    """Return rupiah for a chart or a tile, one decimal: Rp1,2 miliar. Below a million in full."""
    amount = _decimal(value)
    for unit, indonesian, english in _SHORT:
        # 999.960.000 would be written "1.000,0 juta": it belongs to the next unit already
        if abs(amount) >= unit * Decimal("0.99995") and abs(amount) >= 10**6:
            words = as_is(amount / unit, most=1)
            sign, words = ("−", words[1:]) if words.startswith("−") else ("", words)
            return f"{sign}Rp{words}{NO_BREAK}{english if _english() else indonesian}"
    return rupiah(amount)


def parse_number(typed: str) -> Decimal:
    """Return the number that somebody typed, in the way of the active language.

    Spaces, "Rp" and "%" are forgiven. A single point followed by other than three digits ("12.5") can only be a
    decimal point and is understood so. Raise Refused with a sentence that shows how to write it.
    """
    bare = re.sub(r"^\s*(rp\.?)|[\s\u00a0\u202f]|%$", "", typed.strip(), flags=re.IGNORECASE)
    bare = bare.replace("−", "-").replace("–", "-")
    sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare)
    if len(digits) <= 30 and digits.isascii():
        if _english() and _ENGLISH.fullmatch(digits):
            return Decimal(sign + digits.replace(",", ""))
        if not _english() and _INDONESIAN.fullmatch(digits):
            return Decimal(sign + digits.replace(".", "").replace(",", "."))
        if re.fullmatch(r"\d+\.\d+", digits) and not re.fullmatch(r"\d{1,3}\.\d{3}", digits):
            try:
                return Decimal(sign + digits)
            except InvalidOperation:  # pragma: no cover - the pattern above only lets digits through
                pass
    example = "1,250.5" if _english() else "1.250,5"
    raise Refused(
        _("Tulis angka, misalnya %(example)s. Anda menulis “%(typed)s”.")
        % {"example": example, "typed": typed.strip()[:40]}
    )
