"""Parties: the people and organisations of a case, as they were named there."""

from dataclasses import dataclass, fields

from lawang.people.identify import clean_email, clean_phone
from lawang.people.models import Party
from lawang.record import sealing

HASHED = ("nik", "email", "phone")


@dataclass(frozen=True)
class Identity:
    """Who somebody says they are. `birth_date` is an ISO date; `phone` in any spelling that `clean_phone` takes."""

    name: str
    nik: str = ""
    phone: str = ""
    email: str = ""
    birth_date: str = ""
    address: str = ""


COLUMNS = tuple(one.name for one in fields(Identity))


def make(owner: str, who: Identity, *, kind: str = Party.Kind.PERSON, key: bytes | None = None) -> Party:
    """Return a saved party whose numbers and contacts are sealed under the DataKey of the thing `owner` names.

    `key` is that key, for a caller who has it already. Raise Refused for a telephone number that is none.
    """
    closed = {
        "nik": who.nik,
        "phone": clean_phone(who.phone) or "",
        "email": clean_email(who.email) or "",
        "birth_date": who.birth_date,
        "address": who.address,
    }
    return Party.objects.create(
        owner=owner,
        kind=kind,
        name=who.name[:200],
        sealed=sealing.seal_fields(owner, {name: value for name, value in closed.items() if value}, key=key),
        **{f"{name}_hash": sealing.keyed_hash(closed[name]) for name in HASHED},
    )


def opened(party: Party, *, key: bytes | None = None) -> Identity | None:
    """Return who a party is, in clear; None once it was erased. The caller writes down who read it (Access).

    `key` is its owner's, for a caller who has it already.
    """
    values = sealing.open_values(party.owner, party.sealed, key=key)
    return None if values is None else Identity(party.name, **values)


def knows(party: Party, *, phone_end: str = "", birth_date: str = "") -> bool:
    """Tell whether somebody who gives the last four figures of the telephone, or the birth date, knows the party."""
    who = opened(party)
    if who is None:
        return False
    if phone_end and who.phone:
        return len(phone_end) == 4 and who.phone.endswith(phone_end)
    return bool(birth_date and who.birth_date and birth_date == who.birth_date)


def same_nik(nik: str) -> "list[Party]":
    """Return every party that was named with this NIK, in whatever case."""
    return list(Party.objects.filter(nik_hash=sealing.keyed_hash(nik))) if nik else []
