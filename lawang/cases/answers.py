"""Answers at rest: public and internal ones as they are, personal and sensitive ones as one ciphertext a class."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lawang.cases.definition import Definition
from lawang.cases.models import Case
from lawang.lib import fields as lib
from lawang.record import sealing
from lawang.record.actions import thing_name


def put_away(
    case: Case, definition: Definition, answers: Mapping[str, Any], *, key: bytes | None = None
) -> None:
    """Write the answers into the columns of a case that is not saved yet."""
    case.answers, case.sealed = shut(thing_name(case), definition.fields, answers, key=key)


def shut(
    thing: str, fields: tuple[lib.Field, ...], answers: Mapping[str, Any], *, key: bytes | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (open answers, privacy class -> ciphertext) under the DataKey of a thing."""
    apart = lib.split(fields, answers)
    plain = lib.join([part for name, part in apart.items() if name not in lib.CLOSED])
    closed = {
        str(name): json.dumps(part, ensure_ascii=False) for name, part in apart.items() if name in lib.CLOSED
    }
    return plain, sealing.seal_fields(thing, closed, key=key)


def opened(
    case: Case, classes: Iterable[str] = lib.CLOSED, *, key: bytes | None = None
) -> lib.Answers | None:
    """Return the nested answers with the closed classes named; None once they were erased.

    `key` is the case's own, for a caller who has it already. The caller has asked whether the person may see these
    classes, and writes down that they did (Access).
    """
    if case.erased_at is not None:
        return None
    wanted = {name: case.sealed[name] for name in map(str, classes) if name in case.sealed}
    values = sealing.open_values(thing_name(case), wanted, key=key)
    if values is None:
        return None
    return lib.join([case.answers, *(json.loads(part) for part in values.values())])


def keep_work(case: Case, step: str, fields: tuple[lib.Field, ...], values: Mapping[str, Any]) -> None:
    """Write what an officer entered with a step into the columns of a case."""
    if not fields:
        return
    plain, closed = shut(f"{thing_name(case)}", fields, values)
    case.work = {**case.work, step: plain}
    if closed:
        case.sealed_work = {**case.sealed_work, step: closed}


def work(case: Case, *, key: bytes | None = None) -> dict[str, Any] | None:
    """Return what officers entered, step code -> nested values; None once it was erased.

    What the software notes for itself ("_flags", "_extensions") is there as it is.
    """
    found: dict[str, Any] = {name: value for name, value in case.work.items() if name.startswith("_")}
    for step in {*case.work, *case.sealed_work} - found.keys():
        values = sealing.open_values(thing_name(case), case.sealed_work.get(step, {}), key=key)
        if values is None:
            return None
        found[step] = lib.join([case.work.get(step, {}), *(json.loads(part) for part in values.values())])
    return found


def seal_words(case: Case, words: str) -> str:
    """Return the ciphertext of a sentence somebody wrote in a case."""
    return sealing.seal_fields(thing_name(case), {"words": words})["words"] if words else ""


def open_words(case: Case, ciphertext: str, *, key: bytes | None = None) -> str:
    """Return the sentence in clear; "" for nothing or once it was erased."""
    if not ciphertext:
        return ""
    values = sealing.open_values(thing_name(case), {"words": ciphertext}, key=key)
    return values["words"] if values else ""


def open_all_words(case: Case, ciphertexts: list[str]) -> list[str]:
    """Return many sentences in clear with one query; "" for nothing or once they were erased."""
    return [words or "" for words in sealing.open_each(thing_name(case), "words", ciphertexts)]
