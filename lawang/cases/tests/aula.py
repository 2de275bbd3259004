"""The teaching service in a small regency, for tests: its definition, its office, and who works there."""

import copy
from functools import lru_cache
from typing import Any

from django.conf import settings

from lawang.cases.models import Unit
from lawang.packs.reader import read_pack
from lawang.people.models import Agency, User
from tests.cast import make_agency, make_membership, make_node, make_role, make_user

VERBS = {"cases.see": "agency", "cases.handle": "agency"}
HEAD = {**VERBS, "cases.decide": "agency", "cases.set_up": "agency", "documents.sign": "agency"}


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    read = read_pack(settings.ROOT / "packs" / "contoh")
    assert not read.problems, read.problems
    return next(one for one in read.definitions["services"] if one["code"] == "peminjaman-aula")


def aula(**changes: Any) -> dict[str, Any]:
    """Return the plain data of the teaching service, with some words changed."""
    return {**copy.deepcopy(_read()), **changes}


def make_office() -> Agency:
    """Return the keeper of the hall, who does the unit's work, with an officer and a head."""
    make_node()
    office = make_agency("balai", "Pengelola Balai")
    Unit.objects.get_or_create(code="balai", defaults={"title": {"id": "Pengelola balai"}, "agency": office})
    for name, role in (
        ("ratna", make_role("keeper", VERBS)),
        ("wayan", make_role("keeper-head", HEAD, signs_as=["head"])),
    ):
        if not User.objects.filter(username=name).exists():
            make_membership(make_user(name), role=role, agency=office)
    return office


def make_publisher() -> User:
    """Return an administrator who may publish and set up services."""
    user = make_user("yusuf")
    if not user.memberships.exists():
        verbs = {"cases.publish": "all", "cases.set_up": "all", "packs.install": "all"}
        make_membership(user, role=make_role("publisher", verbs), agency=make_agency("kominfo", "Kominfo"))
    return user
