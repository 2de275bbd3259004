"""The reference part of docs/packs.md, made from the declarations."""

import json
from collections.abc import Callable, Iterator

from django.conf import settings

from lawang.packs.reader import MANIFEST
from lawang.packs.registry import KINDS
from lawang.packs.schema import Group, Later, ListOf, MapOf, Shape

PAGE = settings.ROOT / "docs" / "packs.md"
BEGIN = "<!-- reference: written by `lawang packs reference --write`, do not edit below -->\n"


APPENDICES: list[
    Callable[[], str]
] = []  # Markdown that nouns add: the functions that their definitions may name


def reference() -> str:
    """Return the Markdown of every kind of file and every group in it, and what nouns add."""
    seen: set[str] = set()
    parts = ["## pack.yaml\n", *_group(MANIFEST, seen)]
    for kind in KINDS.values():
        if kind.in_folder:
            parts.append(f"## {kind.name}/*.yaml\n\n{kind.meaning}\n")
        else:
            single = isinstance(kind.schema, Group)
            parts.append(f"## {kind.name}.yaml\n\n{kind.meaning} {'One thing' if single else 'A list'}.\n")
        for group in _groups(kind.schema):
            parts += _group(group, seen)
    parts += [appendix() for appendix in APPENDICES]
    return "\n".join(parts)


def _groups(shape: Shape) -> Iterator[Group]:
    """Yield every group below a shape, outer ones first."""
    if isinstance(shape, ListOf | MapOf):
        yield from _groups(shape.of)
    elif isinstance(shape, Group):
        yield shape
        for field in shape.fields:
            if not isinstance(field.shape, Later):
                yield from _groups(field.shape)


def _group(group: Group, seen: set[str]) -> list[str]:
    if group.name in seen:
        return []
    seen.add(group.name)
    lines = [f"### {group.name}\n", f"{group.meaning}\n", "| word | what | meaning |", "|---|---|---|"]
    for field in group.fields:
        absent = f"; then `{json.dumps(field.default)}`" if field.default not in (None, []) else ""
        needed = "" if field.required else f" *(may be left out{absent})*"
        lines.append(f"| `{field.name}` | {field.shape.describe()}{needed} | {field.meaning} |")
    for rule in group.rules:
        lines.append(f"\nRule `{rule.__name__}`: {(rule.__doc__ or '').strip().splitlines()[0]}")
    return ["\n".join(lines) + "\n"]


def page() -> str:
    """Return docs/packs.md as it should be: what people wrote, then the reference."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[0] + BEGIN + "\n" + reference()


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8")
