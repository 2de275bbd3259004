"""The movement's letters for tests: the pack's own words, and the head who signs them."""

from datetime import datetime
from typing import Any

import yaml
from django.conf import settings

from lawang.documents import signatures
from lawang.documents.actions import install_template
from lawang.documents.models import Document
from lawang.people.models import User
from tests.cast import make_agency, make_membership, make_role, make_user


def install(at: datetime) -> None:
    """Put the wordings of packs/nasional/letters.yaml in."""
    written: list[dict[str, Any]] = yaml.safe_load(
        (settings.ROOT / "packs/nasional/letters.yaml").read_text()
    )
    for one in written:
        names = one.pop("values")
        install_template(one.pop("code"), names=names, at=at, **one)


def head() -> User:
    """Return whoever signs for the secretariat."""
    user = make_user("luh", name="Luh Contoh")
    if not user.memberships.exists():
        verbs = {"documents.see": "agency", "documents.sign": "agency"}
        role = make_role("movement-head", verbs, signs_as=["head"])
        make_membership(user, role=role, agency=make_agency("gerakan", "Sekretariat"))
    return user


def sign(document: Document, at: datetime) -> Document:
    return signatures.sign(document, by=head(), at=at)
