"""Tracking codes and check codes: 60 random bits in 12 characters that can be read aloud, and one that checks them.

The alphabet is Crockford's base 32: digits and capitals without I, L, O and U. The check character is Damm's, over
GF(2^5) with x^5 + x^2 + 1: the quasigroup x*y = 2x + y is totally anti-symmetric, because (c*x)*y = (c*y)*x and
x*y = y*x each come down to 3x = 3y; so one wrong character or two swapped ones never make another code.
lawang/web/static/web/js/code.js does the same in the browser.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY = 12  # characters before the check character
LENGTH = BODY + 1

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_READ_AS = {"O": "0", "I": "1", "L": "1"}  # what people see or write instead
_BETWEEN = re.compile(
    "[ \t\r\n\u00a0\u2000-\u200d\u2010-\u2015\u202f\u2060\u2212\ufeff-]+"
)  # spaces and dashes


def new_code() -> str:
    """Return a new code of 13 characters that nobody can guess."""
    return code_of(secrets.randbits(5 * BODY))


def code_of(bits: int) -> str:
    """Return the code that the lowest 60 of these bits make."""
    body = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(BODY))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the thirteenth character of a code of which `body` is the first twelve. Raise ValueError."""
    if len(body) != BODY or not _VALUES.keys() >= set(body):
        raise ValueError(f"not {BODY} characters of {ALPHABET}: {body!r}")
    interim = 0
    for character in body:
        interim = _twice(interim) ^ _VALUES[character]
    return ALPHABET[_twice(interim)]  # adding it makes the interim 0


def normalise(typed: str) -> str | None:
    """Return the code that somebody typed, as we keep it; None when it is none.

    Small letters, spaces and dashes are forgiven, the letter O for zero, I and L for one.
    """
    bare = _BETWEEN.sub("", typed)
    if not bare.isascii():
        return None
    code = "".join(_READ_AS.get(character, character) for character in bare.upper())
    if len(code) != LENGTH or not _VALUES.keys() >= set(code):
        return None
    return code if check_character(code[:BODY]) == code[BODY] else None


def shown(code: str) -> str:
    """Return the code as people read it: 7F3A-91C2-0KXM-4."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _twice(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 32 else value
