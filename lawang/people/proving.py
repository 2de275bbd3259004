"""An e-mail address becomes somebody's only after they read a code that was sent to it.

The code lives in the session of who asked, as a keyed hash, for fifteen minutes and five tries. Login by code and cases
that were left with an address trust proved addresses alone: an address that anybody typed into their account proves
nothing.
"""

import secrets
from datetime import datetime, timedelta
from typing import TypedDict

from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.identify import clean_email
from lawang.people.models import User
from lawang.people.node import node
from lawang.record.actions import notify, record

GOOD_FOR = timedelta(minutes=15)
TRIES = 5
MOST_CODES = 5  # an hour, for one account
PLACE = "proving"  # in the session


class Asked(TypedDict):
    """What the session remembers of a code that was sent."""

    email: str
    hash: str
    until: str  # ISO 8601
    tries: int


def is_proved(user: User) -> bool:
    """Tell whether the address of an account was proved to be its owner's."""
    if not user.email:
        return False
    rows = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return bool(rows.exists())


def send_code(user: User, written: str, session: SessionBase, *, at: datetime) -> None:
    """Send a code to an address, which the session then waits for.

    Raise Refused when it is no address, or when this account asks too often. Whether another account has the address
    is not told here.
    """
    email = clean_email(written) or ""
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(_("Tulis alamat surel seperti nama@contoh.id.")) from None
    counter = f"prove:{user.pk}"
    cache.add(counter, 0, 3600)
    if cache.incr(counter) > MOST_CODES:
        raise Refused(_("Terlalu banyak kode diminta. Coba lagi satu jam lagi."))
    code = f"{secrets.randbelow(10**6):06}"
    asked = Asked(email=email, hash=_hash(user, email, code), until=(at + GOOD_FOR).isoformat(), tries=0)
    session[PLACE] = asked
    words = {"code": code, "node": say(node().name)}
    notify(
        address=email,
        kind="prove_email",
        subject=_("Kode %(code)s untuk akun Anda di %(node)s") % words,
        body=_(
            "Kode Anda: %(code)s\n\n"
            "Tulis kode ini di halaman tempat Anda memintanya. Berlaku 15 menit.\n"
            "Bukan Anda yang meminta? Abaikan surel ini."
        )
        % words,
        about=user,
        at=at,
    )


def waiting_for(session: SessionBase, *, at: datetime) -> str:
    """Return the address to which a code was sent that is still good; "" for none."""
    asked = session.get(PLACE)
    return str(asked["email"]) if asked and datetime.fromisoformat(asked["until"]) > at else ""


def forget_code(session: SessionBase) -> None:
    session.pop(PLACE, None)


def prove(user: User, typed: str, session: SessionBase, *, at: datetime) -> User:
    """Give an account the address whose code somebody typed.

    Raise Refused when the code is wrong, old, or was tried too often, or when the address is another account's.
    """
    if not waiting_for(session, at=at):
        forget_code(session)
        raise Refused(_("Kode ini tidak berlaku lagi. Minta kode baru."))
    asked: Asked = session[PLACE]
    digits = "".join(letter for letter in typed if letter.isdecimal() and letter.isascii())
    if not constant_time_compare(asked["hash"], _hash(user, asked["email"], digits)):
        asked["tries"] += 1
        session[PLACE] = asked
        if asked["tries"] >= TRIES:
            forget_code(session)
            raise Refused(_("Kode salah lima kali. Minta kode baru."))
        raise Refused(_("Kode salah. Tulis 6 angka dari surel yang terakhir."))
    found = take_email(user, asked["email"], at=at)
    forget_code(session)
    return found


@transaction.atomic
def take_email(user: User, email: str, *, at: datetime) -> User:
    """Write the proved address into an account. An account that only claimed it, and holds no task, loses it.

    Raise Refused when the address belongs to an account that proved it, or to somebody at work here.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    for other in User.objects.select_for_update().filter(email__iexact=email).exclude(pk=user.pk):
        if is_proved(other) or other.memberships.exists():
            raise Refused(_("Alamat ini sudah dipakai akun lain milik Anda. Masuk dengan akun itu."))
        other.email = None
        other.save(update_fields=["email"])
        record(other, "email_lost", by=None, at=at)
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    record(user, "email_proved", by=user, at=at, sealed={"email": email})
    return user


def _hash(user: User, email: str, code: str) -> str:
    return salted_hmac("lawang.people.proving", f"{user.pk}|{email}|{code}", algorithm="sha256").hexdigest()
