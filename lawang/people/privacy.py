"""How personal fields are shown to people who may not read them."""

from lawang.people.models import User


def masked_email(email: str | None) -> str:
    """Return "r•••@contoh.go.id"."""
    if not email:
        return ""
    name, _, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def masked_phone(phone: str | None) -> str:
    """Return "+62812•••••90": the operator and the last two figures."""
    if not phone:
        return ""
    return f"{phone[:6]}{'•' * max(3, len(phone) - 8)}{phone[-2:]}"


def masked_contact(user: User) -> str:
    return " · ".join(part for part in (masked_email(user.email), masked_phone(user.phone)) if part)


def masked_name(name: str) -> str:
    """Return "Siti A." for Siti Aminah Contoh, "S•••" for a name of one word."""
    first, _space, rest = name.strip().partition(" ")
    if rest.strip():
        return f"{first} {rest.strip()[0]}."
    return f"{first[:1]}•••" if first else ""
