"""A series is defined and changed by who may; what would falsify its figures is refused."""

from datetime import datetime

import pytest

from lawang.lib.refused import Refused
from lawang.measures.definitions import define
from lawang.measures.models import Series
from lawang.people.models import User
from lawang.record.models import Entry
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.plan_factory import make_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def dewi() -> User:
    return make_membership(make_user("dewi"), role=make_role("definer", {"measures.define": "all"})).user


def series(code: str = "air") -> Series:
    return Series(code=code, title={"id": "Rumah"}, unit={"id": "rumah"}, owner=make_agency())


def test_defining_and_changing_are_told_and_nothing_changed_is_not(dewi: User, at: datetime) -> None:
    row = series()
    define(row, by=dewi, at=at)
    define(row, by=dewi, at=at)
    row.unit = {"id": "sambungan"}
    define(row, by=dewi, at=at)
    entries = Entry.objects.filter(thing=f"measures.series:{row.key}").order_by("number")
    assert [entry.verb for entry in entries] == ["series_defined", "series_changed"]
    assert entries[1].before == {"unit": {"id": "rumah"}}


def test_a_series_with_figures_keeps_its_period(dewi: User, at: datetime) -> None:
    row = series()
    define(row, by=dewi, at=at)
    make_value(row)
    row.frequency = Series.Frequency.YEAR
    with pytest.raises(Refused, match="sudah punya angka"):
        define(row, by=dewi, at=at)


def test_a_taken_code_and_a_person_without_the_verb_are_refused(
    dewi: User, ratna: User, at: datetime
) -> None:
    define(series(), by=dewi, at=at)
    with pytest.raises(Refused, match="sudah dipakai"):
        define(series(), by=dewi, at=at)
    with pytest.raises(Refused):
        define(series("lain"), by=ratna, at=at)
