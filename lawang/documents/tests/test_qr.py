"""The signed statement in the QR: ours verifies, one changed character does not."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lawang.documents import actions, composing, qr
from lawang.documents.tests.letters import AT, make_document
from lawang.people.models import NodeKey
from lawang.record.exported import key_hashes
from tests.cast import make_node

STATEMENT = qr.Statement(
    "7F3A91C20KXM4", "470/1/XI/2026", "2026-11-20", "Desa Contoh — é", "certificate", False
)


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> None:
    settings.KEYS = tmp_path


def known() -> dict[str, str]:
    return dict([qr.qr_card()])


def test_what_we_sign_we_read_again() -> None:
    assert qr.read(qr.payload(STATEMENT), known()) == STATEMENT


def test_one_changed_character_anywhere_is_noticed() -> None:
    signed = qr.payload(STATEMENT)
    for place, character in enumerate(signed):
        other = "A" if character != "A" else "B"
        assert qr.read(signed[:place] + other + signed[place + 1 :], known()) is None, place


@pytest.mark.parametrize("signed", ["", ".", "a.b", "a.b.c", "TDEK.TDEK", "é.é", "=.=", "A" * 4_000])
def test_nonsense_is_not_read(signed: str) -> None:
    assert qr.read(signed, known()) is None


def test_the_statement_of_another_installation_is_not_read(settings: Any, tmp_path: Path) -> None:
    signed, ours = qr.payload(STATEMENT), known()
    settings.KEYS = tmp_path / "other"
    assert qr.read(signed, known()) is None
    assert qr.read(qr.payload(STATEMENT), ours) is None


def test_a_line_break_in_a_number_makes_no_second_field() -> None:
    sly = qr.Statement("7F3A91C20KXM4", "1\n2099-01-01", "2026-11-20", "Desa", "certificate", True)
    found = qr.read(qr.payload(sly), known())
    assert found is not None
    assert (found.number, found.date, found.is_example) == ("1 2099-01-01", "2026-11-20", True)


def test_the_drawing_is_plain() -> None:
    drawing = qr.svg("https://contoh.id/cek/7F3A91C20KXM4/#" + qr.payload(STATEMENT))
    assert drawing.startswith("<svg ")
    assert "<script" not in drawing


@pytest.mark.django_db
def test_the_key_is_listed_before_the_first_letter_leaves() -> None:
    document = make_document()
    row = NodeKey.objects.get(purpose="qr")
    assert (row.valid_from, row.valid_to) == (AT, None)
    statement = composing.statement_of(document)
    assert qr.read(qr.payload(statement), {row.fingerprint: row.public}) == statement


@pytest.mark.django_db
def test_a_new_key_ends_the_one_before_which_stays_listed(settings: Any, tmp_path: Path) -> None:
    make_node()
    first = actions.list_qr_key(at=AT)
    assert actions.list_qr_key(at=AT) == first
    assert first is not None
    (tmp_path / "qr.key").unlink()
    later = timezone.now()
    second = actions.list_qr_key(at=later)
    first.refresh_from_db()
    assert second is not None
    assert (first.valid_to, second.valid_to) == (later, None)


@pytest.mark.django_db
def test_nothing_is_listed_before_the_installation_is_set_up() -> None:
    assert actions.list_qr_key(at=AT) is None


def test_the_key_is_part_of_what_is_exported() -> None:
    qr.qr_card()
    assert "qr.key" in key_hashes()
