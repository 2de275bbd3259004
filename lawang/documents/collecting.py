"""Signatures that come later: ask each signer for what it promised, until it is there or lost.

The noun plugs in a Book, which knows the rows. A job in tasks.py calls `collect_due` every minute, under a lock: a
signing service may hand out a document only once.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from lawang.documents.signing import Gone, Later, NotSigned, Unavailable, signer
from lawang.documents.validation import is_signed_version
from lawang.lib.refused import Refused

SOON = timedelta(minutes=10)  # asked every minute; nothing counts as lost before
LONGEST = timedelta(hours=24)  # then it is given up
SLOWLY = 10  # minutes between two questions, after SOON

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One signature that was promised."""

    key: int  # of the row, for the Book
    signer: str
    ticket: str
    asked_at: datetime


class Book(Protocol):
    """Where promised signatures are written down. Each verb locks its row and does nothing when it is settled."""

    def promised(self) -> Iterable[Asked]:
        """Return what is still awaited, the oldest first."""

    def letter(self, asked: Asked) -> bytes:
        """Return the PDF as it was sent to be signed."""

    def arrived(self, asked: Asked, pdf: bytes, *, at: datetime) -> None:
        """Keep the signed PDF; it has been checked against the letter. Raise Refused when it is not wanted any more."""

    def lost(self, asked: Asked, error: NotSigned, *, at: datetime) -> None:
        """Write down that the person has to sign again, and why."""


_books: list[Book] = []


def plug_in(book: Book) -> None:
    """Let this book be asked, instead of the one before."""
    _books[:] = [book]


def collect_due(*, at: datetime) -> int:
    """Ask for every promised signature that is due; return how many arrived."""
    arrived = 0
    for book in _books:
        for asked in book.promised():
            if is_due(asked.asked_at, at=at):
                arrived += _collect(book, asked, at=at)
    return arrived


def is_due(asked_at: datetime, *, at: datetime) -> bool:
    """Return whether to ask at this minute: every minute at first, every ten minutes later."""
    waited = at - asked_at
    return waited < SOON or waited >= LONGEST or int(waited / timedelta(minutes=1)) % SLOWLY == 0


def _collect(book: Book, asked: Asked, *, at: datetime) -> bool:
    """Ask once; return whether the signature arrived."""
    try:
        found = signer(asked.signer).collect(asked.ticket)
        if isinstance(found, Later):
            raise Unavailable(_("Layanan tanda tangan belum selesai. Tanda tangani lagi."), "not ready")
        if not is_signed_version(book.letter(asked), found.pdf, at=at):
            raise NotSigned(
                _("Layanan tanda tangan mengirim surat lain. Tanda tangani lagi."), "another letter"
            )
        book.arrived(asked, found.pdf, at=at)
    except NotSigned as error:
        trouble, patience = error, _patience(error)
    except Refused as error:  # the letter was taken back meanwhile
        trouble, patience = NotSigned(error.sentence, "not wanted any more"), timedelta(0)
    else:
        return True
    if at - asked.asked_at >= patience:
        log.warning("signature_lost key=%s %s", asked.key, trouble.trouble)
        book.lost(asked, trouble, at=at)
    return False


def _patience(error: NotSigned) -> timedelta:
    """Return how long after the request the signature may still come."""
    if isinstance(error, Gone):
        return SOON  # some services answer 404 while they work
    return LONGEST if error.may_help_to_wait else timedelta(0)
