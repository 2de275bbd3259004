"""NIK and the number of a family card (KK): 16 digits, read with care.

A NIK is the area that issued it (6 digits, the decree's code without dots), the date of birth as DDMMYY (women: day
plus 40) and a serial from 0001. It is for life and does not change when somebody moves, and areas change their codes:
never infer from it where somebody lives, nor refuse an area that nobody knows. YY has no century, and clerks made
mistakes: date and sex are compared only to warn.

The number of a family card begins with an area too; that a date of entry and a serial follow is unverified, so only its
length is checked.
"""

import re
from calendar import monthrange
from datetime import date

from django.utils.translation import gettext as _

LENGTH = 16
WOMEN = 40  # added to the day of birth
MALE, FEMALE = "male", "female"
HIDDEN = "•"

_BETWEEN = re.compile(
    "[ .\t\r\n\u00a0\u2000-\u200d\u2010-\u2015\u202f\u2060\u2212\ufeff-]+"
)  # spaces, dots, dashes


def digits(typed: str) -> str:
    """Return what was typed without spaces, dots and dashes; `fault` says whether it can be a NIK."""
    return _BETWEEN.sub("", typed)


def fault(typed: str) -> str | None:
    """Return what is wrong with a NIK, a sentence for the person; None when it can be one."""
    nik = digits(typed)
    if sentence := _not_sixteen_digits(nik, "NIK"):
        return sentence
    day, month, year = _birth(nik)
    if not 1 <= day <= 31:
        return _(
            "Angka ke-7 dan ke-8 NIK adalah tanggal lahir: 01 sampai 31, atau 41 sampai 71 untuk perempuan. "
            "Anda menulis %(typed)s. Periksa lagi."
        ) % {"typed": nik[6:8]}
    if not 1 <= month <= 12:
        return _(
            "Angka ke-9 dan ke-10 NIK adalah bulan lahir: 01 sampai 12. Anda menulis %(typed)s. Periksa lagi."
        ) % {"typed": nik[8:10]}
    if day > monthrange(2000 + year, month)[1]:  # of 1900 and 2000 only one had a 29 February
        return _(
            "Angka ke-7 sampai ke-12 NIK adalah tanggal lahir, dan %(date)s tidak ada di kalender. Periksa lagi."
        ) % {"date": _written(day, month, year)}
    if nik.endswith("0000"):
        return _("Empat angka terakhir NIK tidak mungkin 0000. Periksa lagi.")
    return None


def family_card_fault(typed: str) -> str | None:
    """Return what is wrong with the number of a family card, a sentence; None when it can be one."""
    number = digits(typed)
    if sentence := _not_sixteen_digits(number, "Nomor KK"):
        return sentence
    if set(number) == {"0"}:
        return _("Nomor KK tidak mungkin nol semua. Periksa lagi.")
    return None


def mismatches(nik: str, *, birth_date: date | None = None, sex: str | None = None) -> list[str]:
    """Return in sentences where a NIK and what was filled in differ: warnings, never a reason to refuse.

    Years are compared without their century. `sex` is MALE, FEMALE, or empty when nobody knows it. A NIK with a fault
    is not compared.
    """
    if sex and sex not in (MALE, FEMALE):
        raise ValueError(f"sex is {MALE} or {FEMALE}, not {sex}")
    nik = digits(nik)
    if fault(nik):
        return []
    found = []
    birth = _birth(nik)
    if birth_date and birth != (birth_date.day, birth_date.month, birth_date.year % 100):
        found.append(
            _("Menurut NIK tanggal lahirnya %(nik)s, sedangkan yang diisi %(typed)s. Periksa keduanya.")
            % {"nik": _written(*birth), "typed": birth_date.strftime("%d-%m-%Y")}
        )
    is_woman = int(nik[6:8]) > WOMEN
    if sex == MALE and is_woman:
        found.append(_("NIK ini milik perempuan, sedangkan yang diisi laki-laki. Periksa keduanya."))
    if sex == FEMALE and not is_woman:
        found.append(_("NIK ini milik laki-laki, sedangkan yang diisi perempuan. Periksa keduanya."))
    return found


def masked(nik: str) -> str:
    """Return a NIK or family card number for lists: 1611••••••••0001; all of it hidden when it has another length."""
    number = digits(nik)
    if len(number) != LENGTH:
        return HIDDEN * LENGTH
    return number[:4] + HIDDEN * (LENGTH - 8) + number[-4:]


def _not_sixteen_digits(number: str, name: str) -> str | None:
    if not number:
        return _("Tulis %(name)s, 16 angka.") % {"name": name}
    if wrong := re.search("[^0-9]", number):
        return _("%(name)s hanya berisi angka. Anda menulis “%(letter)s”.") % {
            "name": name,
            "letter": wrong.group(),
        }
    if len(number) != LENGTH:
        return _("%(name)s harus 16 angka. Anda menulis %(count)s.") % {"name": name, "count": len(number)}
    return None


def _birth(nik: str) -> tuple[int, int, int]:
    """Return day, month and the year's last two digits, as written: they need not make a date."""
    day = int(nik[6:8])
    return (day - WOMEN if day > WOMEN else day), int(nik[8:10]), int(nik[10:12])


def _written(day: int, month: int, year: int) -> str:
    return f"{day:02}-{month:02}-{year:02}"
