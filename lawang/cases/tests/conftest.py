"""Ratna handles cases of the general affairs office, Wayan decides at the secretariat, Budi works elsewhere."""

import pytest

from lawang.people.models import User
from tests.case_factory import VERBS, make_version
from tests.cast import make_agency, make_membership, make_role, make_user


@pytest.fixture
def officer(db: None) -> User:
    make_version()
    user = make_user("ratna", name="Ratna Contoh")
    make_membership(
        user, role=make_role("case-officer", VERBS, highest_privacy="sensitive"), agency=make_agency("umum")
    )
    return user


@pytest.fixture
def head(db: None) -> User:
    make_version() if not User.objects.filter(username="ratna").exists() else None
    user = make_user("wayan", name="Wayan Contoh")
    make_membership(
        user, role=make_role("case-head", VERBS, highest_privacy="sensitive"), agency=make_agency("setda")
    )
    return user


@pytest.fixture
def stranger(db: None) -> User:
    user = make_user("budi", name="Budi Contoh")
    make_membership(user, role=make_role("case-officer", VERBS), agency=make_agency("dinkes"))
    return user
