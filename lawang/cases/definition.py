"""A service's definition as code reads it: typed, frozen, made once from the JSON of its version."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lawang.cases.models import ServiceVersion
from lawang.lib import fields as lib
from lawang.lib import steps
from lawang.lib.clock import Clock
from lawang.lib.text import Text, text

HAVE = "have"  # the answer to a requirement: I have the paper itself
PAPERS = "papers"  # the group of those answers


@dataclass(frozen=True)
class Substitute:
    code: str
    title: Text
    note: Text | None
    source: str
    is_uploaded: bool


@dataclass(frozen=True)
class Requirement:
    code: str
    title: Text
    note: Text | None
    source: str
    required: bool
    is_uploaded: bool
    accepts: tuple[str, ...]
    privacy: str
    show_when: lib.ShowWhen | None
    substitutes: tuple[Substitute, ...]

    @property
    def path(self) -> str:
        return f"{PAPERS}.{self.code}"


@dataclass(frozen=True)
class Section:
    code: str
    title: Text
    help: Text | None
    fields: tuple[lib.Field, ...]


@dataclass(frozen=True)
class Named:
    name: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class State:
    code: str
    title: Text
    citizen: Text
    phase: str
    unit: str  # code of a Unit, "village", "district" or "same"
    due: Clock | None


@dataclass(frozen=True)
class Step:
    code: str
    title: Text
    kind: str
    sources: tuple[str, ...]
    to: str
    by: str
    is_main: bool
    in_bulk: bool
    needs_reason: bool
    outcomes: tuple[str, ...]
    fields: tuple[lib.Field, ...]
    checks: tuple[Named, ...]
    effects: tuple[Named, ...]
    letter: str
    system: str
    message: Text | None
    product: Text | None = None  # of record_result: what was made, when it is only a part


@dataclass(frozen=True)
class Letter:
    code: str
    kind: str
    title: Text
    series: str
    signers: tuple[str, ...]
    body: Text


@dataclass(frozen=True)
class Definition:
    """One service. `data` is the plain definition for what is only shown (standard, questions, processing)."""

    code: str
    series: str
    title: Text
    summary: Text
    unit: str
    product: Text
    made_in: str
    clock: Clock
    answer_within: Clock
    reopen_within: Clock | None
    objection: tuple[str, Clock] | None  # service, window
    fee: int
    requirements: tuple[Requirement, ...]
    sections: tuple[Section, ...]
    applicant: Mapping[str, str]  # column of Party -> path
    subject: Mapping[str, str]
    area: str
    checks: tuple[Named, ...]
    parameters: Mapping[str, str]
    start: str
    states: Mapping[str, State]
    steps: Mapping[str, Step]
    letters: Mapping[str, Letter]
    retention_years: int
    data: Mapping[str, Any]

    @property
    def fields(self) -> tuple[lib.Field, ...]:
        """Everything that is asked: the sections' fields, then which papers there are."""
        asked = tuple(one for section in self.sections for one in section.fields)
        papers = self.papers
        return (*asked, papers) if papers else asked

    @property
    def papers(self) -> lib.Field | None:
        """The group that asks of each requirement whether it is there, or what takes its place."""
        found = tuple(_paper(one) for one in self.requirements if one.substitutes)
        if not found:
            return None
        return lib.Field(
            PAPERS, lib.Kind.GROUP, text("Yang Anda siapkan", "What you bring"), fields=found, required=False
        )

    def steps_from(self, state: str) -> Iterator[Step]:
        """Yield the steps that can be taken in a state, in the order of the definition."""
        return (step for step in self.steps.values() if state in step.sources)

    def phase_of(self, state: str) -> str:
        return self.states[state].phase

    def is_signing(self, state: str) -> bool:
        """Tell whether a case in this state waits for signatures on its letter: the clock goes on from there."""
        return self.phase_of(state) == "open" and any(step.by == "clock" for step in self.steps_from(state))


def _paper(one: Requirement) -> lib.Field:
    choices = [lib.Choice(HAVE, text("Ada", "I have it"))]
    choices += [lib.Choice(other.code, other.title) for other in one.substitutes]
    if not one.required:
        choices.append(lib.Choice("none", text("Tidak ada", "There is none")))
    return lib.Field(
        one.code,
        lib.Kind.CHOICE,
        one.title,
        privacy=lib.Class.INTERNAL,
        help=one.note,
        choices=tuple(choices),
        show_when=one.show_when,
    )


def _clock(data: Mapping[str, Any] | None) -> Clock | None:
    return Clock(data["kind"], data["count"]) if data else None


def _named(data: list[Mapping[str, Any]]) -> tuple[Named, ...]:
    return tuple(Named(one["name"], one.get("parameters", {})) for one in data)


def _condition(data: Mapping[str, Any] | None) -> lib.ShowWhen | None:
    return lib.ShowWhen(data["field"], tuple(data["is"])) if data else None


def _step(one: Mapping[str, Any]) -> Step:
    return Step(
        one["code"],
        one["title"],
        one["kind"],
        tuple(one["from"]),
        one["to"],
        one["by"],
        one.get("is_main", False),
        one.get("in_bulk", False),
        one.get("needs_reason", False),
        tuple(one.get("outcomes", ())),
        tuple(lib.from_data(field) for field in one.get("fields", ())),
        _named(one.get("checks", [])),
        _named(one.get("effects", [])),
        one.get("letter", ""),
        one.get("system", ""),
        one.get("message"),
        one.get("product"),
    )


def _requirement(one: Mapping[str, Any]) -> Requirement:
    return Requirement(
        one["code"],
        one["title"],
        one.get("note"),
        one["source"],
        one.get("required", True),
        one.get("is_uploaded", True),
        tuple(one.get("accepts", ("photo", "pdf"))),
        one.get("privacy", "personal"),
        _condition(one.get("show_when")),
        tuple(
            Substitute(
                other["code"],
                other["title"],
                other.get("note"),
                other["source"],
                other.get("is_uploaded", True),
            )
            for other in one.get("substitutes", ())
        ),
    )


def read(data: Mapping[str, Any]) -> Definition:
    """Return the definition that a pack's plain data describe; the pack checker has made sure of the words."""
    objection = data.get("objection")
    clock, answer_within = _clock(data["clock"]), _clock(data["answer_within"])
    assert clock
    assert answer_within
    return Definition(
        code=data["code"],
        series=data["series"],
        title=data["title"],
        summary=data["summary"],
        unit=data["unit"],
        product=data["product"],
        made_in=data.get("made_in", ""),
        clock=clock,
        answer_within=answer_within,
        reopen_within=_clock(data.get("reopen_within")),
        objection=(objection["service"], Clock(objection["within"]["kind"], objection["within"]["count"]))
        if objection
        else None,
        fee=data["fee"],
        requirements=tuple(_requirement(one) for one in data.get("requirements", ())),
        sections=tuple(
            Section(
                one["code"],
                one["title"],
                one.get("help"),
                tuple(lib.from_data(field) for field in one["fields"]),
            )
            for one in data["sections"]
        ),
        applicant=data["applicant"],
        subject=data.get("subject", {}),
        area=data.get("area", ""),
        checks=_named(data.get("checks", [])),
        parameters={one["name"]: one["value"] for one in data.get("parameters", ())},
        start=data["start"],
        states={
            one["code"]: State(
                one["code"], one["title"], one["citizen"], one["phase"], one["unit"], _clock(one.get("due"))
            )
            for one in data["states"]
        },
        steps={one["code"]: _step(one) for one in data["steps"]},
        letters={
            one["code"]: Letter(
                one["code"],
                one["kind"],
                one["title"],
                one.get("series", ""),
                tuple(one.get("signers", ())),
                one["body"],
            )
            for one in data.get("letters", ())
        },
        retention_years=data["retention"]["years"],
        data=data,
    )


def papers_come_first(definition: Definition) -> bool:
    """Tell whether the form asks for papers first: only where some question hangs on which papers there are."""

    def hangs(fields: tuple[lib.Field, ...]) -> bool:
        return any(
            (one.show_when is not None and one.show_when.name.startswith(f"{PAPERS}.")) or hangs(one.fields)
            for one in fields
        )

    return any(hangs(section.fields) for section in definition.sections)


def graph_of(definition: Definition) -> steps.Graph:
    """Return states and steps as the graph that lib/steps proves and draws."""
    return steps.Graph(
        tuple(steps.State(one.code, one.phase, one.unit, one.due) for one in definition.states.values()),
        tuple(
            steps.Step(one.code, one.sources, one.to, one.by, one.kind) for one in definition.steps.values()
        ),
        definition.start,
    )


def definition_of(version: ServiceVersion) -> Definition:
    """Return the definition of a version; read once per process, for one with this hash never changes.

    Lists defer the column `definition`: it is fetched only by whoever reads it first.
    """
    return _read_once(version.sha256, _Held(version))


def warm(versions: Iterable[ServiceVersion]) -> None:
    """Read the definitions of several versions that defer them, in one query; none when all were read before."""
    cold = {version.pk for version in versions if version.sha256 not in _known}
    for version in ServiceVersion.objects.filter(pk__in=cold) if cold else ():
        definition_of(version)


class _Held:
    """Lets a version pass through the cache without being compared."""

    def __init__(self, version: ServiceVersion) -> None:
        self.version = version

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)


_known: set[str] = set()  # hashes that this process has read


@lru_cache(maxsize=256)
def _read_once(sha256: str, held: _Held) -> Definition:
    _known.add(sha256)
    return read(held.version.definition)
