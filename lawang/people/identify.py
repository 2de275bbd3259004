"""How somebody says who they are: username, e-mail or phone number."""

import re

from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.people.models import User

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,59}", re.ASCII)


def clean_username(written: str) -> str:
    """Return the username in small letters; it never looks like a phone number or an e-mail address."""
    username = written.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Refused(
            _(
                "Nama pengguna harus 3 sampai 60 huruf kecil, angka, titik atau garis, dan diawali huruf. "
                "Anda menulis “%(written)s”."
            )
            % {"written": written.strip()[:60]}
        )
    return username


def clean_email(written: str | None) -> str | None:
    return (written or "").strip().lower() or None


def clean_phone(written: str | None) -> str | None:
    """Return +6281234567890 for "0812-3456-7890", "62812 3456 7890", "812 3456 7890"; None for nothing."""
    text = (written or "").strip()
    if not text:
        return None
    digits = re.sub(r"[\s().-]", "", text)
    if not re.fullmatch(r"\+?\d{8,15}", digits, re.ASCII):
        raise Refused(
            _("Nomor telepon harus 8 sampai 15 angka, misalnya 0812 3456 7890. Anda menulis “%(written)s”.")
            % {"written": text[:40]}
        )
    if digits.startswith("+"):
        return digits
    if digits.startswith("0"):
        return f"+62{digits[1:]}"
    return f"+{digits}" if digits.startswith("62") else f"+62{digits}"


def find(written: str) -> User | None:
    """Return the person behind a username, e-mail address or phone number, in whatever way it was written."""
    text = (written or "").strip()[:254]
    if not text or "\0" in text:
        return None
    if "@" in text:
        return User.objects.filter(email__iexact=text).first()
    if text[0] == "+" or text[0].isdigit():
        try:
            return User.objects.filter(phone=clean_phone(text)).first()
        except Refused:
            return None
    return User.objects.filter(username__iexact=text).first()
