"""What a password must be: long, unlike the person's names, and none that everybody else has thought of too."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lawang.people.models import User

# Words that head the lists of leaked Indonesian passwords and are missing from the international one.
_OURS = frozenset(
    [
        "bismillah",
        "alhamdulillah",
        "indonesia",
        "merdeka",
        "sayang",
        "sayangku",
        "cintaku",
        "rahasia",
        "bangsat",
        "anjing",
        "kucing",
        "jakarta",
        "bandung",
        "surabaya",
        "palembang",
        "sumatera",
        "pancasila",
        "garuda",
        "bhinneka",
        "kabupaten",
        "kecamatan",
        "kelurahan",
        "pemerintah",
        "diskominfo",
        "bappeda",
        "katasandi",
        "sandi",
        "masuk",
        "selamatpagi",
        "terimakasih",
        "petugas",
        "administrator",
        "lawang",
        "contoh",
        "smartcity",
        "kotacerdas",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "abcdefghijkl",
    ]
)


class Length(MinimumLengthValidator):
    """At least LAWANG_PASSWORD_LENGTH characters, at most 128."""

    def validate(self, password: str, user: object | None = None) -> None:
        if len(password) < self.min_length:
            words = {"least": self.min_length, "length": len(password)}
            raise ValidationError(
                _("Kata sandi paling sedikit %(least)s karakter; yang Anda tulis %(length)s.") % words
            )
        if len(password) > 128:
            raise ValidationError(_("Kata sandi paling banyak 128 karakter."))

    def get_help_text(self) -> str:
        return _("Paling sedikit %(least)s karakter. Kalimat pendek paling mudah diingat.") % {
            "least": self.min_length
        }


class NotCommon(CommonPasswordValidator):
    """Neither on the list of 20,000 common passwords nor such a word with figures and signs around it.

    LAWANG_BREACHED_PASSWORDS may name a longer list: a text file with one password or SHA-1 (hex, as in the public
    collections, anything after a colon ignored) on each line.
    """

    def validate(self, password: str, user: object | None = None) -> None:
        plain = password.lower().strip()
        core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
        unleeted = core.translate(str.maketrans("@4301$5!7", "aaeolssit"))
        common = {plain, core, unleeted} & (self.passwords | _OURS)
        few = len(set(plain)) < 5
        breached = _breached(settings.LAWANG_BREACHED_PASSWORDS)
        if common or few or plain in breached or password in breached or _sha1(password) in breached:
            raise ValidationError(
                _("Kata sandi ini mudah ditebak: banyak orang memakainya atau pernah bocor. Pilih yang lain.")
            )

    def get_help_text(self) -> str:
        return _("Bukan kata sandi yang banyak dipakai atau pernah bocor.")


class NotLikeThePerson(UserAttributeSimilarityValidator):
    """Not the person's own name, username, e-mail or phone number."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "name", "email", "phone"))

    def validate(self, password: str, user: object | None = None) -> None:
        try:
            super().validate(password, user if isinstance(user, User) else None)
        except ValidationError:
            raise ValidationError(
                _("Kata sandi terlalu mirip dengan nama, surel, atau nomor Anda.")
            ) from None

    def get_help_text(self) -> str:
        return _("Tidak mirip dengan nama, surel, atau nomor telepon Anda.")


def _sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@lru_cache(maxsize=2)
def _breached(path: str) -> frozenset[str]:
    """Return the lines of the extra list; empty when there is none."""
    if not path:
        return frozenset()
    lines = Path(path).read_text(encoding="utf-8", errors="ignore").splitlines()
    return frozenset(
        line.split(":", 1)[0].upper() if re.match(r"[0-9A-Fa-f]{40}(:|$)", line) else line.strip()
        for line in lines
    )
