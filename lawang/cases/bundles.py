"""Several services asked for at once: what they ask is asked once, for the same name means the same thing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lawang.cases.definition import Definition, Requirement, Section
from lawang.lib import fields as lib


def merged(definitions: Sequence[Definition]) -> Definition:
    """Return a definition that asks everything these ask, each thing once, in order; only its form is of use."""
    first = definitions[0]
    sections: list[Section] = []
    asked: dict[str, tuple[int, int]] = {}  # name -> place of its field: section, position
    for definition in definitions:
        for section in definition.sections:
            fresh: list[lib.Field] = []
            for one in section.fields:
                if one.name not in asked:
                    asked[one.name] = (len(sections), len(fresh))
                    fresh.append(one)
                    continue
                where, position = asked[one.name]
                held = fresh if where == len(sections) else list(sections[where].fields)
                held[position] = together(held[position], one)
                if where < len(sections):
                    sections[where] = replace(sections[where], fields=tuple(held))
            if fresh:
                code = section.code
                while any(code == other.code for other in sections):
                    code += "_"
                sections.append(replace(section, code=code, fields=tuple(fresh)))
    return replace(
        first,
        sections=tuple(sections),
        requirements=_requirements(definitions),
        applicant={column: path for one in reversed(definitions) for column, path in one.applicant.items()},
    )


def together(one: lib.Field, other: lib.Field) -> lib.Field:
    """Return one field for two of the same name: required when either is, always asked when either is."""
    required = one.required or other.required
    show_when = one.show_when if one.show_when == other.show_when else None
    if one.kind != lib.Kind.GROUP or other.kind != lib.Kind.GROUP:
        return replace(one, required=required, show_when=show_when)
    inner = {field.name: field for field in one.fields}
    for field in other.fields:
        inner[field.name] = together(inner[field.name], field) if field.name in inner else field
    return replace(
        one,
        required=required,
        show_when=show_when,
        fields=tuple(inner.values()),
        least_times=max(one.least_times, other.least_times),
        most_times=max(one.most_times, other.most_times),
    )


def _requirements(definitions: Iterable[Definition]) -> tuple[Requirement, ...]:
    found: dict[str, Requirement] = {}
    for definition in definitions:
        for one in definition.requirements:
            known = found.get(one.code)
            if known is None:
                found[one.code] = one
                continue
            substitutes = {other.code: other for other in (*known.substitutes, *one.substitutes)}
            found[one.code] = replace(
                known,
                required=known.required or one.required,
                is_uploaded=known.is_uploaded or one.is_uploaded,
                show_when=known.show_when if known.show_when == one.show_when else None,
                substitutes=tuple(substitutes.values()),
            )
    return tuple(found.values())
