"""Fields of a form as data: ten types in our own words, each with a privacy class.

One declaration gives the form on screen, on paper and on a phone without signal, the JSON Schema of the API, what is
encrypted, masked, exported and erased. Answers are nested by name: {"child": {"name": ...}, "witnesses": [{...}]}.
A leaf is one thing somebody fills in; its path writes the nesting with dots, repeated groups count from 1:
"witnesses.2.name". Values in answers are plain JSON: text, whole numbers, decimals as text, dates as ISO words,
choices as their codes, places as area codes, files as a list of their keys.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lawang.lib.text import Text

Answers = dict[str, Any]


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"  # whole rupiah
    DATE = "date"
    CHOICE = "choice"
    PLACE = "place"  # an area of this regency, by its code
    FILE = "file"
    IDENTITY = "identity"  # a NIK
    GROUP = "group"


class Class(StrEnum):
    """The four privacy classes, from open to closed; the same words as record.Privacy."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


CLOSED = (Class.PERSONAL, Class.SENSITIVE)  # encrypted where they lie


@dataclass(frozen=True)
class Choice:
    code: str
    title: Text


@dataclass(frozen=True)
class ShowWhen:
    """The field is asked only when the field `name` beside it, or at the top, has one of these values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One question. A group has fields of its own; with `most_times` above 1 it repeats."""

    name: str
    kind: Kind
    title: Text
    required: bool = True
    privacy: Class = Class.PERSONAL
    help: Text | None = None
    example: str = ""
    format: str = ""  # of a text: "", email, phone, time, family_card
    choices: tuple[Choice, ...] = ()
    least: int | None = None  # of numbers and money: smallest; of texts: fewest letters
    most: int | None = None  # of numbers and money: largest; of texts: most letters
    decimals: int = 0
    not_after_today: bool = False
    level: str = "village"  # of a place: village or district
    show_when: ShowWhen | None = None
    fields: tuple["Field", ...] = ()
    least_times: int = 1
    most_times: int = 1

    @property
    def repeats(self) -> bool:
        return self.kind == Kind.GROUP and self.most_times > 1


@dataclass(frozen=True)
class Leaf:
    """One field at its place in the form; `around` are the groups it stands in, outermost first."""

    path: str
    field: Field
    around: tuple[Field, ...] = ()
    number: int = 0  # which repetition of the innermost repeating group, 0 outside


def leaves(fields: tuple[Field, ...], times: Callable[[str, Field], int] | None = None) -> Iterator[Leaf]:
    """Yield every leaf in order. `times` says how often a repeating group is asked (default: at least once)."""
    yield from _leaves(fields, times or (lambda _path, group: max(1, group.least_times)), "", (), 0)


def _leaves(
    fields: tuple[Field, ...],
    times: Callable[[str, Field], int],
    before: str,
    around: tuple[Field, ...],
    number: int,
) -> Iterator[Leaf]:
    for one in fields:
        path = f"{before}{one.name}"
        if one.kind != Kind.GROUP:
            yield Leaf(path, one, around, number)
        elif one.repeats:
            for turn in range(1, min(times(path, one), one.most_times) + 1):
                yield from _leaves(one.fields, times, f"{path}.{turn}.", (*around, one), turn)
        else:
            yield from _leaves(one.fields, times, f"{path}.", (*around, one), number)


def look(answers: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path, None where there is none."""
    found: Any = answers
    for step in path.split("."):
        if isinstance(found, list):
            found = found[int(step) - 1] if step.isdigit() and 0 < int(step) <= len(found) else None
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
        if found is None:
            return None
    return found


def put(answers: Answers, path: str, value: Any) -> None:
    """Write a value at a path, making groups and repetitions on the way."""
    steps = path.split(".")
    here: Any = answers
    for step, following in itertools.pairwise(steps):
        fresh: Any = [] if following.isdigit() else {}
        if isinstance(here, list):
            while len(here) < int(step):
                here.append({})
            here = here[int(step) - 1]
        else:
            here = here.setdefault(step, fresh)
    if isinstance(here, list):
        while len(here) < int(steps[-1]):
            here.append({})
        here[int(steps[-1]) - 1] = value
    else:
        here[steps[-1]] = value


def times_in(answers: Mapping[str, Any]) -> Callable[[str, Field], int]:
    """Return how often each repeating group was answered."""

    def times(path: str, group: Field) -> int:
        found = look(answers, path)
        return max(len(found) if isinstance(found, list) else 0, group.least_times)

    return times


def is_asked(leaf: Leaf, answers: Mapping[str, Any]) -> bool:
    """Tell whether the conditions of a leaf and of the groups around it hold for these answers."""
    steps = leaf.path.split(".")
    chain = [*leaf.around, leaf.field]
    return all(_holds(one.show_when, answers, steps) for one in chain if one.show_when)


def _holds(condition: ShowWhen, answers: Mapping[str, Any], steps: list[str]) -> bool:
    for depth in range(
        len(steps) - 1, -1, -1
    ):  # the nearest field of that name: beside it first, the top last
        found = look(answers, ".".join([*steps[:depth], condition.name]))
        if found is not None:
            return str(found) in condition.values
    return False


def split(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> dict[Class, Answers]:
    """Return the answers apart by privacy class, each nested as before; classes without an answer are left out."""
    apart: dict[Class, Answers] = {}
    for leaf in leaves(fields, times_in(answers)):
        value = look(answers, leaf.path)
        if value not in (None, "", []):
            put(apart.setdefault(leaf.field.privacy, {}), leaf.path, value)
    return apart


def join(parts: list[Mapping[str, Any]]) -> Answers:
    """Return what `split` took apart, together again."""
    whole: Answers = {}
    for part in parts:
        _merge(whole, part)
    return whole


def _merge(into: Any, part: Any) -> None:
    for name, value in part.items():
        if isinstance(value, Mapping):
            _merge(into.setdefault(name, {}), value)
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            rows = into.setdefault(name, [])
            while len(rows) < len(value):
                rows.append({})
            for row, one in zip(rows, value, strict=False):
                _merge(row, one)
        else:
            into[name] = value


_PATTERNS = {"email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "time": r"^\d{2}:\d{2}$", "family_card": r"^\d{16}$"}


def json_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of answers. Conditions (`show_when`) make a field optional there."""
    return {
        "type": "object",
        "properties": {one.name: _schema_of(one) for one in fields},
        "required": [one.name for one in fields if one.required and one.show_when is None],
        "additionalProperties": False,
    }


def _schema_of(one: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": one.title["id"]}
    match one.kind:
        case Kind.GROUP:
            inner = json_schema(one.fields)
            if one.repeats:
                return schema | {
                    "type": "array",
                    "items": inner,
                    "minItems": one.least_times,
                    "maxItems": one.most_times,
                }
            return schema | inner
        case Kind.MONEY:
            schema |= {"type": "integer"}
        case Kind.NUMBER:
            schema |= (
                {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"} if one.decimals else {"type": "integer"}
            )
        case Kind.DATE:
            return schema | {"type": "string", "format": "date"}
        case Kind.CHOICE:
            return schema | {"type": "string", "enum": [choice.code for choice in one.choices]}
        case Kind.IDENTITY:
            return schema | {"type": "string", "pattern": r"^\d{16}$"}
        case Kind.FILE:
            return schema | {"type": "array", "items": {"type": "string", "format": "uuid"}}
        case _:
            schema |= {"type": "string"}
            if one.format in _PATTERNS:
                schema["pattern"] = _PATTERNS[one.format]
    limits = ("minLength", "maxLength") if schema["type"] == "string" else ("minimum", "maximum")
    for name, value in zip(limits, (one.least, one.most), strict=True):
        if value is not None and not (one.kind == Kind.NUMBER and one.decimals):
            schema[name] = value
    return schema


def from_data(data: Mapping[str, Any]) -> Field:
    """Return the field that a pack's plain data describe; the pack checker has made sure of the words."""
    return Field(
        name=data["name"],
        kind=Kind(data["type"]),
        title=data["title"],
        required=data.get("required", True),
        privacy=Class(data.get("privacy", "personal")),
        help=data.get("help"),
        example=data.get("example", ""),
        format=data.get("format", ""),
        choices=tuple(Choice(one["code"], one["title"]) for one in data.get("choices", ())),
        least=data.get("least"),
        most=data.get("most"),
        decimals=data.get("decimals", 0),
        not_after_today=data.get("not_after_today", False),
        level=data.get("level", "village"),
        show_when=ShowWhen(data["show_when"]["field"], tuple(data["show_when"]["is"]))
        if data.get("show_when")
        else None,
        fields=tuple(from_data(one) for one in data.get("fields", ())),
        least_times=data.get("times", {}).get("least", 1),
        most_times=data.get("times", {}).get("most", 1),
    )
