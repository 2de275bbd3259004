"""The kinds of files that packs may hold. Each noun registers its own from `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

from lawang.packs.schema import Group, ListOf


@dataclass(frozen=True)
class PackVersion:
    """The version that is being installed, as `install` functions get it."""

    name: str
    version: str
    folder: Path  # for files that the definitions name
    at: datetime


Words = str | Promise
Install = Callable[[list[dict[str, Any]], PackVersion], None]


@dataclass(frozen=True)
class Kind:
    """One kind of file, NAME.yaml: how it is written and what becomes of it."""

    name: str
    schema: Group | ListOf
    install: Install
    meaning: str  # for docs/packs.md, in English
    title: Words  # for pages


KINDS: dict[str, Kind] = {}


def register_kind(
    name: str,
    *,
    schema: Group | ListOf,
    install: Install,
    meaning: str = "",
    title: Words = "",
) -> None:
    """Make NAME.yaml a part of packs.

    `schema` is a Group (a file with one thing) or a ListOf groups. `install` runs inside the transaction of
    `actions.install` with the items (one item for a Group) and the version; it must be safe to run for a newer version
    over an older one. Kinds are installed in the order in which they were registered.
    """
    KINDS[name] = Kind(name, schema, install, meaning, title or name)
