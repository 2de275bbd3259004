from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.people import permissions
from lawang.people.actions import delegate, end_delegation
from lawang.people.models import Agency, User
from lawang.people.node import now, today
from lawang.people.permissions import (
    Grants,
    acts_for,
    demand,
    forget,
    highest_privacy,
    may,
    reach,
    register,
)
from lawang.record.models import Privacy
from tests.cast import make_agency, make_membership, make_role, make_user

pytestmark = pytest.mark.django_db


@dataclass
class Thing:
    """Something that agencies, areas and people hold."""

    agencies: tuple[Agency, ...] = ()
    areas: tuple[Area, ...] = ()
    people: tuple[User, ...] = ()
    forbidden: str | None = None


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    before = dict(permissions.RULES)
    for verb in ("tests.read", "tests.write"):
        register(
            verb,
            title="membaca",
            noun="angka ini",
            agencies=lambda thing: {row.pk for row in thing.agencies},
            areas=lambda thing: {row.pk for row in thing.areas},
            people=lambda thing: {row.pk for row in thing.people},
            veto=lambda user, thing: thing.forbidden,
        )
    yield
    permissions.RULES.clear()
    permissions.RULES.update(before)


@pytest.fixture
def tree() -> dict[str, Agency]:
    """A town hall with a health agency that has a clinic, and public works."""
    top = make_agency("setda", "Setda")
    health = make_agency("dinkes", "Dinas Kesehatan", parent=top)
    return {
        "setda": top,
        "dinkes": health,
        "puskesmas": make_agency("puskesmas", "Puskesmas", parent=health),
        "dpu": make_agency("dpu", "Dinas PU", parent=top),
    }


def area(code: str, name: str = "") -> Area:
    levels = {2: "province", 5: "regency", 8: "district"}
    return Area.objects.create(
        code=code,
        name=name or code,
        level=levels.get(len(code), "village"),
        decree="x",
        valid_from=date(2020, 1, 1),
    )


@pytest.mark.parametrize(
    ("verbs", "own", "owner", "expected"),
    [
        ({"tests.read": "all"}, "dpu", "dinkes", True),
        ({"tests.*": "all"}, "dpu", "dinkes", True),
        ({"*": "all"}, "dpu", "dinkes", True),
        ({"tests.read": "agency"}, "dinkes", "dinkes", True),
        ({"tests.read": "agency"}, "dinkes", "puskesmas", True),
        ({"tests.read": "agency"}, "setda", "puskesmas", True),
        ({"tests.read": "agency"}, "puskesmas", "dinkes", False),
        ({"tests.read": "agency"}, "dpu", "dinkes", False),
        ({"tests.read": "agency", "tests.*": "all"}, "dpu", "dinkes", False),  # the exact verb wins
        ({"tests.write": "all"}, "dinkes", "dinkes", False),
        ({"test.*": "all"}, "dinkes", "dinkes", False),
        ({"tests.read": "everything"}, "dinkes", "dinkes", False),
        ({}, "dinkes", "dinkes", False),
    ],
)
def test_scope_of_agencies(
    tree: dict[str, Agency], verbs: dict[str, str], own: str, owner: str, expected: bool
) -> None:
    membership = make_membership(role=make_role("r", verbs), agency=tree[own])
    answer = may(membership.user, "tests.read", Thing((tree[owner],)))
    assert bool(answer) is expected
    assert answer.reason.endswith(".")


@pytest.mark.parametrize(
    ("code", "expected"), [("16.11.03", True), ("16.11.03.2001", True), ("16.11", False), ("16.11.04", False)]
)
def test_scope_of_areas_follows_the_codes(code: str, expected: bool) -> None:
    for one in {"16.11.03", "16.11", "16.11.03.2001", "16.11.04", "16.11.030"} - {code}:
        if len(one) != 9:
            area(one)
    thing = Thing(areas=(area(code, "Pendopo"),))
    camat = make_agency("camat", "Kecamatan", area=Area.objects.get(code="16.11.03"))
    membership = make_membership(role=make_role("r", {"tests.read": "area"}), agency=camat)
    answer = may(membership.user, "tests.read", thing)
    assert bool(answer) is expected
    if not expected:
        assert "di luar wilayah tugas Anda" in answer.reason


def test_own_things(siti: User, budi: User) -> None:
    make_membership(siti, role=make_role("r", {"tests.read": "self"}))
    assert may(siti, "tests.read", Thing(people=(siti,)))
    assert (
        may(siti, "tests.read", Thing(people=(budi,))).reason
        == "Anda hanya boleh membaca untuk diri sendiri."
    )


def test_a_refusal_names_both_agencies(tree: dict[str, Agency]) -> None:
    role = make_role("petugas", {"tests.read": "agency"}, title={"id": "Petugas"})
    answer = may(make_membership(role=role, agency=tree["dpu"]).user, "tests.read", Thing((tree["dinkes"],)))
    assert answer.reason == "Anda petugas Dinas PU; angka ini milik Dinas Kesehatan."


def test_nobody_in_particular(siti: User) -> None:
    assert "Masuk dahulu" in may(AnonymousUser(), "tests.read").reason
    assert "tidak memegang tugas" in may(siti, "tests.read").reason
    membership = make_membership(siti, role=make_role("r", {"tests.read": "all"}))
    forget(siti)
    assert may(siti, "tests.read")
    siti.is_active = False
    assert "sudah ditutup" in may(siti, "tests.read").reason
    assert not reach(siti, "tests.read")
    assert not reach(AnonymousUser(), "tests.read")
    assert membership.user.is_authenticated


def test_an_unknown_verb_is_a_bug(siti: User) -> None:
    with pytest.raises(LookupError):
        may(siti, "tests.fly")
    with pytest.raises(LookupError):
        reach(siti, "tests.fly")


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(0, 0, True), (-9, None, True), (1, None, False), (-9, -1, False)]
)
def test_memberships_have_dates(first: int, last: int | None, expected: bool) -> None:
    day = today()
    membership = make_membership(
        role=make_role("r", {"tests.read": "all"}),
        from_date=day + timedelta(first),
        to_date=None if last is None else day + timedelta(last),
    )
    assert bool(may(membership.user, "tests.read")) is expected


def test_a_veto_wins_over_every_role(siti: User) -> None:
    make_membership(siti, role=make_role("r", {"*": "all"}))
    assert may(siti, "tests.read", Thing(forbidden="Anda sendiri yang mengusulkan.")).reason == (
        "Anda sendiri yang mengusulkan."
    )
    with pytest.raises(Refused, match="mengusulkan"):
        demand(siti, "tests.read", Thing(forbidden="Anda sendiri yang mengusulkan."))


def test_a_delegate_acts_within_the_dates(tree: dict[str, Agency], siti: User) -> None:
    held = make_membership(
        make_user("wayan"), role=make_role("r", {"tests.read": "agency"}), agency=tree["dinkes"]
    )
    day = today()
    thing = Thing((tree["puskesmas"],))
    delegation = delegate(
        held, to=siti, from_date=day, to_date=day + timedelta(3), why="cuti", by=held.user, at=now()
    )
    assert may(siti, "tests.read", thing)
    assert may(siti, "tests.read", thing).reason.startswith("Anda mewakili Wayan")
    assert not may(siti, "tests.read", thing, on=day + timedelta(4))
    assert not may(siti, "tests.read", thing, on=day - timedelta(1))
    assert acts_for(siti) == {held.user.pk}
    assert acts_for(held.user) == {siti.pk}
    assert highest_privacy(siti) == Privacy.INTERNAL
    end_delegation(delegation, by=held.user, at=now())
    forget(siti)
    assert not may(siti, "tests.read", thing)
    assert acts_for(siti) == set()


def test_what_is_held_is_one_query_and_what_is_lent_another(
    siti: User, django_assert_num_queries: Any
) -> None:
    own = make_membership(siti, role=make_role("r", {"tests.read": "all"}))
    other = make_membership(make_user("wayan"), role=make_role("s", {"tests.read": "all"}))
    day = today()
    for to, first in ((siti, 0), (siti, 3), (make_user("budi"), 6)):
        start = day + timedelta(first)
        delegate(other, to=to, from_date=start, to_date=start + timedelta(2), by=None, at=now())
    siti = User.objects.get(pk=siti.pk)
    with django_assert_num_queries(1):
        assert [one.through for one in Grants(siti, day + timedelta(30)).all] == [None]
    with django_assert_num_queries(2):
        held = Grants(siti, day).all
        assert [(one.membership.pk, one.through and one.through.to_date) for one in held] == [
            (own.pk, None),
            (other.pk, day + timedelta(2)),
        ]


def test_a_closed_account_lends_nothing(siti: User) -> None:
    held = make_membership(make_user("wayan"), role=make_role("r", {"tests.read": "all"}))
    delegate(held, to=siti, from_date=today(), to_date=today(), by=None, at=now())
    held.user.is_active = False
    held.user.save()
    forget(siti)
    assert not may(siti, "tests.read")


def test_a_successor_holds_what_the_closed_agency_held(tree: dict[str, Agency]) -> None:
    heir = make_agency("baru", "Dinas Baru")
    membership = make_membership(role=make_role("r", {"tests.read": "agency"}), agency=heir)
    heir.succeeds.add(tree["dinkes"])
    assert not may(membership.user, "tests.read", Thing((tree["dinkes"],)))
    tree["dinkes"].valid_to = today() - timedelta(1)
    tree["dinkes"].save()
    forget(membership.user)
    assert may(membership.user, "tests.read", Thing((tree["dinkes"],)))
    assert may(membership.user, "tests.read", Thing((tree["puskesmas"],)))


def test_reach_is_expanded(tree: dict[str, Agency], siti: User) -> None:
    make_membership(siti, role=make_role("r", {"tests.read": "agency"}), agency=tree["dinkes"])
    make_membership(
        siti, role=make_role("s", {"tests.write": "all", "tests.read": "self"}), agency=tree["dpu"]
    )
    found = reach(siti, "tests.read")
    assert found.agencies == {tree["dinkes"].pk, tree["puskesmas"].pk}
    assert found.own
    assert not found.everything
    assert reach(siti, "tests.write").everything


def test_a_page_asks_the_database_once(tree: dict[str, Agency], siti: User) -> None:
    make_membership(siti, role=make_role("r", {"tests.read": "agency"}), agency=tree["setda"])
    siti = User.objects.get(pk=siti.pk)
    on = today()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for agency in tree.values():
            assert may(siti, "tests.read", Thing((agency,)), on=on)
    assert len(queries) <= 3


def test_highest_privacy_is_that_of_the_widest_role(siti: User) -> None:
    assert highest_privacy(AnonymousUser()) == Privacy.PUBLIC
    assert highest_privacy(siti) == Privacy.PUBLIC
    make_membership(siti, role=make_role("a", {}, highest_privacy="internal"))
    make_membership(siti, role=make_role("b", {}, highest_privacy="sensitive"))
    forget(siti)
    assert highest_privacy(siti) == Privacy.SENSITIVE
