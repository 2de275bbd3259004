import io
from datetime import date

import pytest
from django.db import connection
from PIL import Image

from lawang.cases import answers, escalation, retention
from lawang.cases.actions import Given, add_note, applicant_step, take_step
from lawang.cases.models import Case, Note
from lawang.cases.uploads import attach
from lawang.lib.refused import Refused
from lawang.people.models import Party, User
from lawang.record.actions import read_file, thing_name
from lawang.record.models import Entry, File
from tests.case_factory import ANSWERS, make_case
from tests.cast import moment

pytestmark = pytest.mark.django_db
TABLES = (
    *("cases_case", "cases_ask", "cases_note", "cases_attachment", "people_party"),
    *("record_outbox", "record_entry", "record_file"),
)
PICTURE = io.BytesIO()
Image.new("RGB", (8, 8), "white").save(PICTURE, "PNG")


def closed(officer: User) -> Case:
    case = make_case()
    attach(
        case,
        PICTURE.getvalue(),
        paper="papers.identity",
        name="Siti KK.png",
        by=None,
        at=moment("2026-03-16 10:00"),
    )
    add_note(
        case, "Siti sudah menelepon", reader=Note.Reader.INTERNAL, by=officer, at=moment("2026-03-16 11:00")
    )
    case = take_step(case, "ask", Given(items=["KTP Siti"]), by=officer, at=moment("2026-03-17 10:00"))
    return applicant_step(case, "withdraw", Given(note="Siti batal"), at=moment("2026-03-18 10:00"))


def everything_stored() -> str:
    words = []
    with connection.cursor() as cursor:
        for table in (
            "cases_case",
            "cases_ask",
            "cases_note",
            "cases_attachment",
            "people_party",
            "record_outbox",
            "record_entry",
        ):
            cursor.execute(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
            words.append(cursor.fetchone()[0])
    return " ".join(words)


def test_before_its_time_nothing_is_erased(officer: User) -> None:
    case = closed(officer)
    assert case.erase_after == date(2031, 3, 18)
    assert retention.look_ahead(date(2031, 3, 18)).cases == 0
    assert retention.look_ahead(date(2031, 3, 19)).by_service == {"pinjam-aula": 1}
    assert answers.opened(case) == ANSWERS  # looking ahead did nothing


def test_afterwards_nobody_can_tell_whom_it_was_about(officer: User) -> None:
    case = closed(officer)
    at = moment("2031-03-19 02:00")
    assert retention.sweep(at=at, day=date(2031, 3, 19)).cases == 1
    stored = everything_stored()
    for word in ("Siti", "siti@", "1611034505900001", ANSWERS["use"]):
        assert word not in stored
    case.refresh_from_db()
    assert answers.opened(case) is None
    assert (case.number, case.outcome) == ("AUL-2026-000001", "withdrawn")
    with pytest.raises(FileNotFoundError):
        read_file(File.objects.get(about=thing_name(case)))
    assert Party.objects.get().nik_hash == ""
    assert retention.sweep(at=at, day=date(2031, 3, 19)).cases == 0


def test_the_history_still_verifies(officer: User) -> None:
    from lawang.record.actions import hash_of

    case = closed(officer)
    retention.sweep(at=moment("2031-03-19 02:00"), day=date(2031, 3, 19))
    entries = list(Entry.objects.filter(thing=thing_name(case)).order_by("number"))
    assert len(entries) > 4
    assert all(entry.hash == hash_of(entry) for entry in entries)


def test_a_dispute_keeps_it(officer: User) -> None:
    case = closed(officer)
    Case.objects.update(legal_hold=True)
    assert retention.sweep(at=moment("2031-03-19 02:00"), day=date(2031, 3, 19)) == retention.Due(0, 1, {})
    with pytest.raises(Refused, match="sengketa"):
        retention.erase_case(case, by=None, at=moment("2031-03-19 02:00"))


def test_what_still_runs_is_not_erased(officer: User) -> None:
    with pytest.raises(Refused, match="belum ditutup"):
        retention.erase_case(make_case(), by=None, at=moment("2031-03-19 02:00"))
    assert escalation.go_on(at=moment("2026-03-16 10:00")) == {"lapsed": 0, "closed": 0, "escalated": 0}
