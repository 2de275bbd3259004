import threading
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lawang.record.actions import erase, record
from lawang.record.models import Entry
from lawang.record.sealing import open_fields
from lawang.record.seals import make_seal, verify_chains, verify_seals
from tests.cast import moment

pytestmark = pytest.mark.django_db


def tamper(sql: str) -> None:
    """Do what only somebody with the whole database can: switch the guard off first."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("set session_replication_role = default")


def test_entries_of_a_thing_are_numbered_and_chained(at: datetime, ratna: Any) -> None:
    first = record(
        "plans.programme:1", "made", by=ratna, at=at, after={"money": Decimal("1.50"), "share": 0.1}
    )
    second = record("plans.programme:1", "changed", by=None, at=at, before={"money": 1})
    assert (first.number, second.number) == (1, 2)
    assert second.previous_hash == first.hash
    assert Entry.objects.get(number=1).after == {"money": "1.50", "share": "0.1"}
    assert list(verify_chains()) == []


@pytest.mark.parametrize("sql", ["update record_entry set verb = 'x'", "delete from record_entry"])
def test_the_database_refuses_to_change_history(sql: str, at: datetime) -> None:
    record("a.b:1", "made", by=None, at=at)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_database_refuses_to_empty_history(at: datetime) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("set local lawang.may_empty = 'off'; truncate record_entry")


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("update record_entry set after = '{\"n\": 9}' where number = 2", ["changed"]),
        ("delete from record_entry where number = 2", ["missing"]),
        ("update record_entry set hash = repeat('0', 64) where number = 2", ["changed", "does not follow"]),
    ],
)
def test_a_change_behind_our_back_is_found(sql: str, what: list[str], at: datetime) -> None:
    for number in range(3):
        record("a.b:1", "counted", by=None, at=at, after={"n": number})
    record("a.b:2", "counted", by=None, at=at)
    tamper(sql)
    assert [found.what for found in verify_chains()] == what


def test_erasing_makes_personal_fields_unreadable_and_keeps_the_chain(at: datetime) -> None:
    entry = record("people.party:1", "named", by=None, at=at, sealed={"nik": "1611034101900001"})
    assert open_fields(entry) == {"nik": "1611034101900001"}
    assert "1611034101900001" not in str(Entry.objects.values())
    erase("people.party:1", by=None, at=at)
    later = record("people.party:1", "named", by=None, at=at, sealed={"nik": "2"})
    assert open_fields(entry) is None
    assert open_fields(later) == {"nik": "2"}
    assert list(verify_chains()) == []


def test_a_seal_stands_and_notices_a_cut_end(at: datetime) -> None:
    for number in range(3):
        record("a.b:1", "counted", by=None, at=at, after={"n": number})
    seal = make_seal(at=at)
    assert make_seal(at=at) == seal
    record("a.b:1", "counted", by=None, at=at)
    assert verify_seals() == []
    tamper("delete from record_entry where number > 2")  # the chain itself still fits
    assert list(verify_chains()) == []
    assert [found.what for found in verify_seals()] == ["other heads"]


def test_a_forged_seal_is_noticed(at: datetime) -> None:
    record("a.b:1", "counted", by=None, at=at)
    seal = make_seal(at=at)
    seal.root = "0" * 64
    seal.save()
    assert [found.what for found in verify_seals()] == ["bad signature"]


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_thing_at_the_same_time_make_one_chain() -> None:
    def write() -> None:
        for _number in range(10):
            record("a.b:1", "counted", by=None, at=moment("2026-03-17 10:00"))
        connection.close()

    writers = [threading.Thread(target=write) for _number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Entry.objects.count() == 40
    assert list(verify_chains()) == []
