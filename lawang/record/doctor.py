"""What is wrong with this installation, and how to mend it. Each noun registers its checks in checks.py."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from lawang.record.facts import Facts, read

log = logging.getLogger(__name__)


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    HINT = "hint"  # fine for a trial, not for a server that people reach
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    level: Level
    sentence: str  # what is the case
    mend: str = ""  # what to do, when it is not good


@dataclass(frozen=True)
class Result:
    """One check with what it found."""

    id: str
    title: str
    finding: Finding


@dataclass(frozen=True)
class Visit:
    """One examination: its moment, and what several checks ask of the database, asked once."""

    at: datetime

    @cached_property
    def facts(self) -> Facts:
        return read(at=self.at)


Check = Callable[[Visit], Finding]
_checks: dict[str, tuple[Callable[[], str], Check]] = {}


def good(sentence: str) -> Finding:
    return Finding(Level.GOOD, sentence)


def hint(sentence: str, mend: str) -> Finding:
    return Finding(Level.HINT, sentence, mend)


def bad(sentence: str, mend: str) -> Finding:
    return Finding(Level.BAD, sentence, mend)


def register_check(id: str, title: Callable[[], str], check: Check) -> None:
    """Add a check. `title` is called in the reader's language; `check` is given the visit."""
    _checks[id] = (title, check)


def examine(*, at: datetime) -> list[Result]:
    """Run every check, in the order of registration. One that fails is itself a finding."""
    visit, results = Visit(at), []
    for id, (title, check) in list(_checks.items()):
        try:
            finding = check(visit)
        except Exception as error:
            log.exception("doctor_check_failed id=%s", id)
            finding = bad(
                _("Pemeriksaan ini gagal: %(error)s.")
                % {"error": f"{type(error).__name__}: {str(error)[:200]}"},
                _("Lihat catatan (log) server."),
            )
        results.append(Result(id, title(), finding))
    return results
