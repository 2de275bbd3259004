"""Signing behind one interface: who can sign a PDF is registered here, and nobody else needs to know how.

A signer is a module of ours (`authority.py` for demonstrations, `connect/bsre.py` for signatures with legal force).
A passphrase passes through and is gone: it is never stored, logged, queued or put into an exception.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from lawang.lib.refused import Refused

# A place that was taken without an answer, because the machine stopped, is free again after this.
LET_GO = timedelta(minutes=3)


@dataclass(frozen=True)
class Person:
    """Who signs, as it stands in the letter."""

    name: str
    position: str
    agency: str
    nik: str | None = field(default=None, repr=False)  # 16 digits; some signers know people by it


@dataclass(frozen=True)
class Stamp:
    """A visible mark: a QR code of `link`. Points from the lower left corner of the page.

    Most letters need none: what is seen of a signature is set with the letter, before anybody signs. A stamp stands
    outside of the structure of the page, so a letter with one is no longer PDF/UA.
    """

    link: str
    page: int  # from 1
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Signed:
    """The PDF with one signature more."""

    pdf: bytes


@dataclass(frozen=True)
class Later:
    """The signer works on it; ask `collect` with this ticket."""

    ticket: str


class NotSigned(Refused):
    """The signer did not sign. `trouble` says why in a few technical words, without personal data, for the record."""

    may_help_to_wait = False  # whether the same request may succeed later without anybody mending something

    def __init__(self, sentence: str, trouble: str = "") -> None:
        super().__init__(sentence)
        self.trouble = trouble


class WrongPassphrase(NotSigned):
    """The passphrase is not that person's."""


class NotRegistered(NotSigned):
    """The signer does not know this person, or the person's certificate is not in force."""


class Unavailable(NotSigned):
    """The signer does not answer, or answers nonsense."""

    may_help_to_wait = True


class Gone(NotSigned):
    """The signer knows no such ticket (any more): the person signs again."""


class Signer(Protocol):
    """What can sign a PDF for a person."""

    @property
    def name(self) -> str:
        """A word for the record: "test", "bsre"."""

    @property
    def title(self) -> str:
        """What people call it, in their language."""

    @property
    def needs_passphrase(self) -> bool: ...

    @property
    def is_example(self) -> bool:
        """Whether its signatures have no legal force: such documents carry the watermark CONTOH."""

    def is_ready(self) -> bool:
        """Return whether it is set up here."""

    def sign(
        self, pdf: bytes, *, person: Person, reason: str, passphrase: str = "", stamp: Stamp | None = None
    ) -> Signed | Later:
        """Add the person's signature as an incremental update; earlier signatures stay valid. Raise NotSigned.

        Slow (a network, cryptography): call it outside of a transaction.
        """

    def collect(self, ticket: str) -> Signed | Later:
        """Ask for what `sign` promised. Raise Gone when it will never come, Unavailable when nobody answers."""


_signers: dict[str, tuple[int, Signer]] = {}


def register_signer(signer: Signer, order: int) -> None:
    """Let `signer` sign. Where several are ready, the lowest order is offered first."""
    _signers[signer.name] = (order, signer)


def signers_ready() -> list[Signer]:
    """Return the signers that are set up here, the first to be offered first."""
    return [signer for _order, signer in sorted(_signers.values(), key=_rank) if signer.is_ready()]


def signer(name: str) -> Signer:
    """Return one signer by its word; raise Unavailable when it is not set up here (any more)."""
    found = _signers.get(name)
    if found is None or not found[1].is_ready():
        raise Unavailable(
            _("Layanan tanda tangan yang dipilih belum diatur di sini. Minta administrator memeriksanya."),
            f"{name} is not set up",
        )
    return found[1]


def _rank(entry: tuple[int, Signer]) -> tuple[int, str]:
    return entry[0], entry[1].name
