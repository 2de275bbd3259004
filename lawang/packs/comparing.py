"""What differs between two sets of definitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAMES = ("code", "from", "framework", "date", "spelling", "name")  # by which items of a list are told apart


@dataclass(frozen=True)
class Change:
    """One difference; `way` reads like "frameworks › smart-city-2017 › nodes › citra › title › id"."""

    way: tuple[str, ...]
    before: Any  # None: it is new
    after: Any  # None: it is gone

    @property
    def what(self) -> str:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def old(self) -> str:
        return "" if self.before is None else short(self.before)

    @property
    def new(self) -> str:
        return "" if self.after is None else short(self.after)

    def __str__(self) -> str:
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.what]
        words = f"{self.old} → {self.new}" if self.what == "changed" else self.old + self.new
        return f"{sign} {' › '.join(self.way)}: {words}"


def compare(before: Any, after: Any, way: tuple[str, ...] = ()) -> Iterator[Change]:
    """Yield every difference between two trees of plain data, in the order of the second."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*after, *(name for name in before if name not in after)]:
            if name != "content":  # a file's bytes; its sha256 tells
                yield from compare(before.get(name), after.get(name), (*way, name))
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) == len(after) == 1 and not name_of(before[0]) and not name_of(after[0]):
            yield from compare(before[0], after[0], way)  # a file with one thing: theme, settings
            return
        old, new = named(before), named(after)
        for name in [*new, *(name for name in old if name not in new)]:
            yield from compare(old.get(name), new.get(name), (*way, name))
        both = [name for name in new if name in old]
        if both != [name for name in old if name in new]:
            yield Change((*way, "urutan"), ", ".join(name for name in old if name in new), ", ".join(both))
    else:
        yield Change(way, before, after)


def name_of(item: Any) -> str:
    """Return the word that tells an item of a list apart from its like, or nothing."""
    if isinstance(item, dict):
        return next((item[word] for word in NAMES if isinstance(item.get(word), str)), "")
    return str(item)


def named(items: list[Any]) -> dict[str, Any]:
    """Return the items of a list by the word that tells them apart; equal ones are numbered."""
    found: dict[str, Any] = {}
    for item in items:
        name = name_of(item) or "?"
        key, number = name, 1
        while key in found:
            number += 1
            key = f"{name} ({number})"
        found[key] = item
    return found


def short(value: Any) -> str:
    """Return a value in at most eighty characters."""
    if isinstance(value, dict):
        value = (
            value.get("id")
            or value.get("title", {}).get("id")
            or value.get("code")
            or ", ".join(map(str, value))
        )
    if isinstance(value, list):
        value = ", ".join(short(item) for item in value)
    words = str(value)
    return words if len(words) <= 80 else words[:79] + "…"
