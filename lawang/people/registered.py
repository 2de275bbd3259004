"""The NIK of people who sign letters electronically: the signing service knows them by it. Nobody else needs one."""

from lawang.people.models import User
from lawang.record import sealing
from lawang.record.actions import thing_name


def nik_of(user: User) -> str | None:
    """Return the person's NIK in clear, 16 digits; None when none is registered or it was erased."""
    if not user.nik:
        return None
    opened = sealing.open_values(thing_name(user), {"nik": user.nik})
    return opened["nik"] if opened else None


def sealed_nik(user: User, nik: str) -> str:
    """Return what the column holds for a NIK."""
    return sealing.seal_fields(thing_name(user), {"nik": nik})["nik"] if nik else ""
