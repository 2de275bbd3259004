"""The kinds of files that packs may hold. Each noun registers its own from `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

from lawang.packs.schema import Group, ListOf, Shape


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
    """One kind of file, NAME.yaml or NAME/*.yaml: how it is written and what becomes of it."""

    name: str
    schema: Group | ListOf
    install: Install
    meaning: str  # for docs/packs.md, in English
    title: Words  # for pages
    in_folder: bool = False  # NAME/*.yaml, one item a file, instead of one NAME.yaml

    def files(self, folder: Path) -> list[Path]:
        """Return the files of this kind in a pack's folder, in order."""
        if self.in_folder:
            return sorted((folder / self.name).glob("*.yaml"))
        path = folder / f"{self.name}.yaml"
        return [path] if path.is_file() else []

    @property
    def shape(self) -> Shape:
        """How one file is written."""
        return self.schema.of if self.in_folder and isinstance(self.schema, ListOf) else self.schema


KINDS: dict[str, Kind] = {}


def register_kind(
    name: str,
    *,
    schema: Group | ListOf,
    install: Install,
    meaning: str = "",
    title: Words = "",
    in_folder: bool = False,
) -> None:
    """Make NAME.yaml a part of packs; with `in_folder` NAME/*.yaml, one item of the list in each file.

    `schema` is a Group (a file with one thing) or a ListOf groups. `install` runs inside the transaction of
    `actions.install` with the items (one item for a Group) and the version; it must be safe to run for a newer version
    over an older one. Kinds are installed in the order in which they were registered.
    """
    KINDS[name] = Kind(name, schema, install, meaning, title or name, in_folder)
