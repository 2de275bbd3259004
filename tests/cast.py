"""The standing cast: Siti asks, Budi must not see it, Ratna handles it, Wayan decides. Plain functions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from lawang.people.models import Agency, Membership, Node, Role, User

PASSWORD = "gajah-makan-durian-2026"
ROLES: dict[str, dict[str, str]] = {  # as in packs/nasional; a test that needs more gives its own verbs
    "officer": {"measures.propose": "agency", "plans.see": "agency"},
    "agency_head": {"measures.approve": "agency", "measures.propose": "agency", "plans.see": "agency"},
    "planner": {"plans.*": "all", "measures.*": "all"},
    "administrator": {"people.*": "all", "record.*": "all", "packs.*": "all", "areas.*": "all"},
}


def moment(words: str, zone: str = "Asia/Jakarta") -> datetime:
    """Return "2026-03-17 10:00" as a moment in a zone."""
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone))


def make_user(username: str = "siti", **fields: Any) -> User:
    from lawang.people.models import User

    fields = {"name": username.title(), "email": f"{username}@example.id"} | fields
    found = User.objects.filter(username=username).first()
    return found or User.objects.create_user(username, PASSWORD, **fields)


def make_agency(code: str = "dinkes", name: str = "Dinas Kesehatan", **fields: Any) -> Agency:
    from lawang.people.models import Agency

    fields = {"name": {"id": name}, "short_name": name[:40], "valid_from": date(2017, 1, 1)} | fields
    return Agency.objects.get_or_create(code=code, defaults=fields)[0]


def make_role(code: str = "officer", verbs: dict[str, str] | None = None, **fields: Any) -> Role:
    from lawang.people.models import Role

    fields = {"title": {"id": code}, "verbs": ROLES.get(code, {}) if verbs is None else verbs} | fields
    return Role.objects.get_or_create(code=code, defaults=fields)[0]


def make_membership(
    user: User | None = None, *, role: Role | str = "officer", agency: Agency | None = None, **fields: Any
) -> Membership:
    from lawang.people.models import Membership

    return Membership.objects.create(
        user=user or make_user(),
        role=make_role(role) if isinstance(role, str) else role,
        agency=agency or make_agency(),
        **({"from_date": date(2020, 1, 1)} | fields),
    )


def make_node(**fields: Any) -> Node:
    from lawang.people.models import Node

    found = Node.objects.first()
    return found or Node.objects.create(**({"name": {"id": "Kabupaten Empat Lawang"}} | fields))
