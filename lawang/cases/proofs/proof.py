"""A service with what the parts of its proof look up in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lawang.cases.definition import HAVE, PAPERS, Definition, read
from lawang.lib.fields import Kind

Way = tuple[str | int, ...]
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One field where it stands. `path` has no numbers of repetitions."""

    way: Way
    path: str
    data: Data
    around: tuple["Asked", ...] = ()

    @property
    def kind(self) -> str:
        return str(self.data["type"])

    @property
    def repeats(self) -> bool:
        return self.kind == Kind.GROUP and self.data.get("times", {}).get("most", 1) > 1

    @property
    def repetition(self) -> "Asked | None":
        """The innermost repeating group around it."""
        return next((one for one in reversed(self.around) if one.repeats), None)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(choice["code"] for choice in self.data.get("choices", ()))


def walk(
    fields: Sequence[Data], way: Way, before: str = "", around: tuple[Asked, ...] = ()
) -> Iterator[Asked]:
    """Yield every field, groups before what is in them."""
    for number, data in enumerate(fields):
        one = Asked((*way, number), f"{before}{data['name']}", data, around)
        yield one
        if data.get("fields"):
            yield from walk(data["fields"], (*one.way, "fields"), f"{one.path}.", (*around, one))


class Proof:
    """A service with what the parts of the proof look up in it."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.form = [
            one
            for number, section in enumerate(data["sections"])
            for one in walk(section["fields"], ("sections", number, "fields"))
        ]
        self.by_path: dict[str, Asked] = {}
        for one in self.form:
            self.by_path.setdefault(one.path, one)
        self.papers = {
            f"{PAPERS}.{one['code']}": (
                HAVE,
                *(other["code"] for other in one["substitutes"]),
                *(() if one["required"] else ("none",)),
            )
            for one in data["requirements"]
            if one["substitutes"]
        }
        self.states = {state["code"]: state for state in data["states"]}
        self.parameters = {one["name"] for one in data["parameters"]}

    @cached_property
    def definition(self) -> Definition:
        return read(self.data)

    def phase(self, state: str) -> str:
        return str(self.states[state]["phase"]) if state in self.states else ""

    def leaf(self, path: str) -> Asked | None:
        found = self.by_path.get(path)
        return found if found and found.kind != Kind.GROUP else None

    def leaf_paths(self) -> list[str]:
        return [path for path, one in self.by_path.items() if one.kind != Kind.GROUP]
