"""What nouns further down the street add to pages of cases and services: a survey after a case, what people said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lawang.cases.models import Case, Service


@dataclass(frozen=True)
class Invitation:
    """A few words on the page of a case that is over; without an address only the words."""

    title: str
    words: str
    href: str = ""
    action: str = ""


ForCase = Callable[[Case, datetime], Invitation | None]
ForService = Callable[[Service], tuple[str, str] | None]  # (title, address) of one more page about it
_for_cases: list[ForCase] = []
_for_services: list[ForService] = []


def register(*, case: ForCase | None = None, service: ForService | None = None) -> None:
    """Let a noun add to these pages; each function costs a page one query at most."""
    if case is not None:
        _for_cases.append(case)
    if service is not None:
        _for_services.append(service)


def after(case: Case, *, at: datetime) -> list[Invitation]:
    """Return what a case that is over invites to."""
    if case.decided_at is None:
        return []
    return [one for find in _for_cases if (one := find(case, at)) is not None]


def pages_of(service: Service) -> list[tuple[str, str]]:
    """Return further pages about a service."""
    return [one for find in _for_services if (one := find(service)) is not None]
