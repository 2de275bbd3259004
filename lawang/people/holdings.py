"""What the installation holds about one person, noun by noun, for whoever asks (UU 27/2022, article 32)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from lawang.lib.dates import long_moment
from lawang.people.models import User


@dataclass(frozen=True)
class Holding:
    """One thing that is held: a title, rows of (label, value), parts of the same kind.

    `found_by` says what led there: "nik", "email", "phone", "account".
    """

    title: str
    rows: list[tuple[str, str]]
    found_by: str = ""
    parts: "list[Holding]" = field(default_factory=list)


@dataclass(frozen=True)
class Contacts:
    """Where somebody can be reached, as `clean_email` and `clean_phone` write it; "" is not looked for."""

    email: str = ""
    phone: str = ""


Source = Callable[[Contacts], list[Holding]]
_sources: dict[str, Source] = {}


def register_source(name: str, find: Source) -> None:
    """Let a noun say what it holds about whoever has these contacts."""
    _sources[name] = find


def held_about(contacts: Contacts) -> list[Holding]:
    """Return what all nouns hold about whoever has these contacts, accounts first."""
    found = [account(user, ", ".join(_same(user, contacts))) for user in _accounts(contacts)]
    return found + [one for find in _sources.values() for one in find(contacts)]


def _accounts(contacts: Contacts) -> list[User]:
    wanted = Q(pk__in=())
    if contacts.email:
        wanted |= Q(email__iexact=contacts.email)
    if contacts.phone:
        wanted |= Q(phone=contacts.phone)
    return list(User.objects.filter(wanted).order_by("pk"))


def _same(user: User, contacts: Contacts) -> list[str]:
    same = {"email": (user.email or "").lower() == contacts.email, "phone": user.phone == contacts.phone}
    return [name for name, is_same in same.items() if is_same and getattr(contacts, name)]


def account(user: User, found_by: str) -> Holding:
    """Return what is held of an account."""
    rows = [
        (_("Nama"), user.name),
        (_("Nama pengguna"), user.username),
        (_("Surel"), user.email or ""),
        (_("Telepon"), user.phone or ""),
        (_("Terakhir masuk"), long_moment(user.last_login) if user.last_login else ""),
    ]
    return Holding(_("Akun"), [(label, value) for label, value in rows if value], found_by)
