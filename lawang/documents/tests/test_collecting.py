"""Signatures that come later: when they are asked for, what arrives, what is lost."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lawang.documents import collecting, signing
from lawang.documents.collecting import LONGEST, SOON, Asked, collect_due, is_due, plug_in
from lawang.documents.signing import (
    Gone,
    Later,
    NotRegistered,
    NotSigned,
    Person,
    Signed,
    Stamp,
    Unavailable,
    register_signer,
)
from lawang.lib.refused import Refused
from tests.pdfs import WAYAN, letter, signed

NOW = datetime.now(UTC)
DONE = signed(letter(), WAYAN)


class Slow:
    """A signer whose answer to `collect` a test decides."""

    name, title, needs_passphrase, is_example = "slow", "Lambat", True, False
    answer: Signed | Later | NotSigned = Later("7")

    def __init__(self) -> None:
        self.tickets: list[str] = []

    def is_ready(self) -> bool:
        return True

    def sign(
        self, pdf: bytes, *, person: Person, reason: str, passphrase: str = "", stamp: Stamp | None = None
    ) -> Signed | Later:
        return Later("7")

    def collect(self, ticket: str) -> Signed | Later:
        self.tickets.append(ticket)
        if isinstance(self.answer, NotSigned):
            raise self.answer
        return self.answer


class Shelf:
    """A Book of one row."""

    def __init__(self, asked_at: datetime, signer: str = "slow") -> None:
        self.asked = Asked(1, signer, "7", asked_at)
        self.pdf = b""
        self.error: NotSigned | None = None

    def promised(self) -> list[Asked]:
        return [] if self.pdf or self.error else [self.asked]

    def letter(self, asked: Asked) -> bytes:
        return letter()

    def arrived(self, asked: Asked, pdf: bytes, *, at: datetime) -> None:
        self.pdf = pdf

    def lost(self, asked: Asked, error: NotSigned, *, at: datetime) -> None:
        self.error = error


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr(signing, "_signers", {})
    monkeypatch.setattr(collecting, "_books", [])
    slow = Slow()
    register_signer(slow, order=1)
    return slow


def shelf(*, waited: timedelta, signer: str = "slow") -> Shelf:
    shelf = Shelf(NOW - waited, signer)
    plug_in(shelf)
    return shelf


def test_what_is_ready_arrives_once(slow: Slow) -> None:
    slow.answer = Signed(DONE)
    book = shelf(waited=timedelta(minutes=2))
    assert collect_due(at=NOW) == 1
    assert book.pdf == DONE
    assert collect_due(at=NOW) == 0
    assert slow.tickets == ["7"]


@pytest.mark.parametrize(
    ("answer", "gives_up_after"),
    [
        (Later("7"), LONGEST),
        (Unavailable("Tidak menjawab", "http 502"), LONGEST),
        (Gone("Tidak ada lagi", "http 404"), SOON),
        (NotRegistered("Belum terdaftar", "http 400"), timedelta(0)),
        (Signed(letter()), timedelta(0)),
        (Signed(signed(letter("Surat lain"), WAYAN)), timedelta(0)),
    ],
    ids=["later", "unavailable", "gone", "refused", "unsigned", "another letter"],
)
def test_how_long_it_is_waited_for(
    slow: Slow, answer: Any, gives_up_after: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    slow.answer = answer
    if gives_up_after:
        book = shelf(waited=gives_up_after - timedelta(seconds=1))
        assert collect_due(at=NOW) == 0
        assert (book.pdf, book.error) == (b"", None)
    caplog.set_level(logging.WARNING)
    book = shelf(waited=gives_up_after)
    assert collect_due(at=NOW) == 0
    assert book.pdf == b""
    assert book.error is not None
    assert book.error.sentence
    assert "signature_lost key=1" in caplog.text


def test_a_letter_taken_back_meanwhile_does_not_stop_the_others(slow: Slow) -> None:
    slow.answer = Signed(DONE)
    book = shelf(waited=timedelta(minutes=1))

    def arrived(asked: Asked, pdf: bytes, *, at: datetime) -> None:
        raise Refused("Surat ini dicabut.")

    book.arrived = arrived  # type: ignore[method-assign]
    assert collect_due(at=NOW) == 0
    assert isinstance(book.error, NotSigned)
    assert book.error.sentence == "Surat ini dicabut."


def test_a_signer_that_was_taken_away_is_waited_for(slow: Slow) -> None:
    book = shelf(waited=timedelta(hours=2), signer="bsre")
    collect_due(at=NOW)
    assert book.error is None
    book = shelf(waited=LONGEST, signer="bsre")
    collect_due(at=NOW)
    assert isinstance(book.error, Unavailable)


def test_it_is_asked_often_at_first_and_seldom_later() -> None:
    def questions(first: int, last: int) -> int:
        return sum(is_due(NOW, at=NOW + timedelta(minutes=m, seconds=3)) for m in range(first, last))

    assert questions(0, 10) == 10
    assert questions(10, 60) == 5
    assert questions(0, 24 * 60) == 10 + 143
    assert questions(24 * 60, 24 * 60 + 5) == 5  # then every minute until somebody says that it is lost


def test_nothing_happens_without_a_book(slow: Slow) -> None:
    assert collect_due(at=NOW) == 0
    assert slow.tickets == []


def test_the_last_book_counts(slow: Slow) -> None:
    first, second = shelf(waited=timedelta(0)), shelf(waited=timedelta(0))
    slow.answer = Signed(DONE)
    collect_due(at=NOW)
    assert (first.pdf, second.pdf) == (b"", DONE)
