"""People with the roles that packs/nasional really brings."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from lawang.people.actions import install_roles
from lawang.people.models import Agency, Membership, Role, User
from tests.cast import make_agency, make_user, moment

FOLDER = Path(__file__).resolve().parents[3] / "packs" / "nasional"
AT = moment("2026-03-17 10:00")


@lru_cache(maxsize=1)
def written() -> list[Any]:
    found: list[Any] = yaml.safe_load((FOLDER / "roles.yaml").read_text(encoding="utf-8"))
    return found


CODES = [role["code"] for role in written()]


def national_roles() -> dict[str, Role]:
    return {role.code: role for role in install_roles(written(), pack="nasional", at=AT)}


def person(role: str, *, username: str = "", agency: Agency | None = None, **fields: Any) -> User:
    """Return somebody who holds that role of the national pack."""
    user = make_user(username or role.replace("-", ""))
    Membership.objects.create(
        user=user,
        role=Role.objects.filter(code=role).first() or national_roles()[role],
        agency=agency or make_agency("kominfo", "Diskominfo"),
        **({"from_date": date(2020, 1, 1)} | fields),
    )
    return user
