"""What a rehearsal finds, and what is kept of it in ServiceVersion.rehearsal."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from django.utils import translation
from django.utils.functional import Promise

from lawang.lib.text import Text, say, text

Words = str | Promise


@dataclass(frozen=True)
class Finding:
    """Something found; `place` is "state:CODE", "step:CODE", "unit:CODE", "letter:CODE", "field:PATH" or empty."""

    kind: str
    place: str
    sentence: Text
    blocks: bool


@dataclass(frozen=True)
class Wait:
    """How one office got on."""

    office: Text
    people: int  # who may take a step there today
    capacity: int  # steps a working day
    steps: int  # taken in the rehearsal
    queue: int  # most cases that waited at the end of a day
    median_days: float  # working days from arrival to step
    left: int  # cases that still waited when the year was over


@dataclass(frozen=True)
class Rehearsal:
    """What is kept of a rehearsal in ServiceVersion.rehearsal."""

    sha256: str  # of the definition that was rehearsed
    at: str
    cases: int
    finished: int
    in_time: int  # of the finished ones that were decided on their merits
    judged: int  # those
    findings: tuple[Finding, ...]
    waits: tuple[Wait, ...]
    states: Mapping[str, tuple[int, float]]  # code -> (visits, median working days)
    steps: Mapping[str, int]  # code -> how often taken
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.blocks)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rehearsal | None":
        """Return the rehearsal that was kept; None when there was none."""
        if not data:
            return None
        return cls(
            **{
                **data,
                "findings": tuple(Finding(**one) for one in data["findings"]),
                "waits": tuple(Wait(**one) for one in data["waits"]),
                "states": {code: (count, days) for code, (count, days) in data["states"].items()},
            }
        )


def found(kind: str, place: str, words: Words, blocks: bool = False, **values: Any) -> Finding:
    """Return a finding with its sentence in both languages; `values` may be texts in two languages too."""
    return Finding(kind, place, text(_said(words, values, "id"), _said(words, values, "en")), blocks)


def _said(words: Words, values: Mapping[str, Any], language: str) -> str:
    with translation.override(language):
        return str(words) % {
            name: say(cast("Text", value)) if isinstance(value, dict) else str(value)
            for name, value in values.items()
        }


def in_words(findings: Iterable[Finding]) -> str:
    """Return the first findings as one sentence for a refusal."""
    return " ".join(say(one.sentence) for one in list(findings)[:3])
