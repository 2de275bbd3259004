"""The message in the morning: who gets one, what it says, and that it comes once."""

from datetime import timedelta

import pytest

from lawang.cases.actions import assign
from lawang.cases.desk import morning
from lawang.cases.models import Case
from lawang.people.models import User
from lawang.record.models import Outbox
from tests.case_factory import make_case
from tests.cast import moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-17 07:02")  # a Tuesday


def told() -> list[Outbox]:
    return list(Outbox.objects.filter(kind=morning.KIND))


def test_whoever_has_something_to_do_is_told_once(officer: User, stranger: User) -> None:
    late, due, _new = (make_case(at=moment("2026-03-16 09:00")) for _ in range(3))
    for case in (late, due):
        assign(case, officer, by=officer, at=AT)
    Case.objects.filter(pk=late.pk).update(due_at=AT - timedelta(days=1))
    Case.objects.filter(pk=due.pk).update(due_at=AT + timedelta(hours=5))
    assert morning.write_all(at=AT) == 1
    message = told()[0]
    assert message.address == officer.email
    for words in (
        "1 permohonan baru di unit Anda",
        "1 permohonan Anda harus selesai hari ini",
        "1 permohonan Anda lewat",
    ):
        assert words in message.body
    assert "/meja/" in message.body
    assert "Siti" not in message.body
    assert morning.write_all(at=AT + timedelta(hours=1)) == 0
    assert morning.write_all(at=AT + timedelta(days=1)) == 1


def test_nobody_is_told_that_there_is_nothing_or_on_a_sunday(officer: User) -> None:
    assert morning.write_all(at=AT) == 0
    make_case(at=moment("2026-03-16 09:00"))
    assert morning.write_all(at=moment("2026-03-22 07:02")) == 0
    User.objects.filter(pk=officer.pk).update(email=None)
    assert morning.write_all(at=AT) == 0
    assert told() == []
