"""Read and check a pack's folder, without changing anything."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lawang.packs.models import InstalledPack
from lawang.packs.registry import KINDS, Kind
from lawang.packs.schema import (
    Bilingual,
    Code,
    Field,
    Flag,
    Group,
    Later,
    Line,
    ListOf,
    Problem,
    Reading,
    Ref,
    Shape,
    Spot,
    compose,
    listed,
    nearest,
)

MOST_BYTES = 2_000_000  # of one YAML file

MANIFEST = Group(
    "pack",
    (
        Field("name", Code("pack"), "The folder's name."),
        Field("version", Line(20), 'Numbers with dots, growing: `"2026.1"`.'),
        Field("title", Bilingual(), "What people call the pack."),
        Field("requires", ListOf(Ref("pack", acyclic=True)), "Packs that must be there first.", False, []),
        Field("needs_english", Flag(), "True makes a missing translation a mistake.", False, False),
        Field("licence", Line(), "Under which its contents may be used."),
        Field("sources", ListOf(Line()), "Where its contents come from.", False, []),
    ),
    "`pack.yaml`: who the pack is.",
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Pack:
    """A folder as it was read; `definitions` is whole only when there are no problems."""

    folder: Path
    manifest: dict[str, Any]
    definitions: dict[str, list[dict[str, Any]]]  # kind -> items
    problems: tuple[Problem, ...]
    sha256: str

    @property
    def name(self) -> str:
        return str(self.manifest.get("name", self.folder.name))

    @property
    def version(self) -> str:
        return str(self.manifest.get("version", ""))


def files_of(folder: Path) -> Iterator[Path]:
    """Yield every file of a pack in a fixed order; hidden ones do not count."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 over the names and contents of all files of a pack."""
    whole = hashlib.sha256()
    for path in files_of(folder):
        own = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{own}  {path.relative_to(folder).as_posix()}\n".encode())
    return whole.hexdigest()


def read_pack(folder: Path, progress: Progress = lambda _file: None) -> Pack:
    """Read a folder, note every problem, and return what it defines.

    References are looked up in the folder itself, in the packs it requires that lie beside it, and then in those that
    are installed. `progress` is told each file before it is read.
    """
    folder = Path(folder)
    reading = Reading(folder=folder, file="pack.yaml")
    if not (folder / "pack.yaml").is_file():
        sentence = (
            _("Folder ini bukan paket: berkas pack.yaml tidak ada.")
            if folder.is_dir()
            else _("Folder “%(folder)s” tidak ada.") % {"folder": folder}
        )
        reading.problem(Spot("pack.yaml", 1, 1), sentence)
        return Pack(folder, {}, {}, tuple(reading.problems), "")
    progress("pack.yaml")
    manifest = read_file(MANIFEST, reading) or {}
    assert isinstance(manifest, dict)
    check_manifest(manifest, reading)
    reading.needs_english = bool(manifest.get("needs_english"))
    definitions: dict[str, list[dict[str, Any]]] = {}
    single = [kind.name for kind in KINDS.values() if not kind.in_folder]
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        if path.name != "pack.yaml" and (path.suffix != ".yaml" or path.stem not in single):
            known = ["pack.yaml", *(f"{name}.yaml" for name in single)]
            reading.problem(
                Spot(path.name, 1, 1),
                _("Berkas “%(name)s” tidak dikenal; yang ada: %(words)s.")
                % {"name": path.name, "words": listed(known)}
                + nearest(path.name, known),
                known,
            )
    for kind in KINDS.values():
        for path in kind.files(folder):
            reading.file = path.relative_to(folder).as_posix()
            progress(reading.file)
            reading.way, reading.scope = [], []
            items = read_file(kind.shape, reading)
            own = definitions.setdefault(kind.name, [])
            own += items if isinstance(items, list) else [items] if items else []
    check_references(reading, beside(folder, manifest, reading))
    return Pack(folder, manifest, definitions, tuple(sorted(set(reading.problems))), fingerprint(folder))


def read_file(shape: Shape, reading: Reading) -> Any:
    """Read the file that `reading` stands at."""
    path = reading.folder / reading.file
    if path.stat().st_size > MOST_BYTES:
        reading.problem(
            Spot(reading.file, 1, 1),
            _("Berkas ini terlalu besar: paling besar %(most)s byte.") % {"most": MOST_BYTES},
        )
        return None
    node = compose(path.read_bytes(), reading)
    if node is None:
        return None
    try:
        return shape.read(node, reading)
    except RecursionError:
        reading.problem(Spot(reading.file, 1, 1), _("Isi berkas ini bersarang terlalu dalam."))
        return None


def check_manifest(manifest: dict[str, Any], reading: Reading) -> None:
    """Note a name that is not the folder's, and a version that cannot be compared."""
    name, version = manifest.get("name"), manifest.get("version")
    if name and name != reading.folder.resolve().name:
        reading.problem(
            reading.spots[("pack.yaml", "name")],
            _("Nama paket “%(name)s” harus sama dengan nama foldernya, “%(folder)s”.")
            % {"name": name, "folder": reading.folder.resolve().name},
        )
    if version and version_numbers(version) is None:
        reading.problem(
            reading.spots[("pack.yaml", "version")],
            _('Versi harus angka bertitik, misalnya "1" atau "2026.1", bukan “%(version)s”.')
            % {"version": version},
        )


def version_numbers(version: str) -> tuple[int, ...] | None:
    """Return the numbers of "2026.1" for comparing, or None when it is no version."""
    parts = version.split(".")
    return (
        tuple(int(part) for part in parts)
        if all(part.isascii() and part.isdigit() for part in parts)
        else None
    )


@dataclass(frozen=True)
class Known:
    """What the required packs define: what -> full codes; and which pack requires which."""

    codes: dict[str, set[str]]
    requires: dict[str, tuple[str, ...]]


def beside(folder: Path, manifest: dict[str, Any], reading: Reading) -> Known:
    """Collect what the required packs define, and note a required pack that is nowhere."""
    known = Known({}, {})
    waiting = [name for name in manifest.get("requires", []) if name != folder.resolve().name]
    while waiting:
        name = waiting.pop()
        if name in known.requires:
            continue
        other = folder.resolve().parent / name
        if (other / "pack.yaml").is_file():
            theirs = Reading(folder=other)
            theirs.file = "pack.yaml"
            their_manifest = read_file(MANIFEST, theirs) or {}
            for kind in KINDS.values():
                for path in kind.files(other):
                    theirs.file, theirs.way, theirs.scope = path.relative_to(other).as_posix(), [], []
                    read_file(kind.shape, theirs)
            defined = {what: set(codes) for what, codes in theirs.defined.items()}
            requires = tuple(their_manifest.get("requires", []))
        elif installed := InstalledPack.objects.filter(name=name, is_current=True).first():
            defined = {"pack": {name}}
            for kind in KINDS.values():
                for item in installed.definitions.get(kind.name, []):
                    collect(_item_shape(kind), item, [], defined)
            requires = tuple(installed.definitions.get("pack", {}).get("requires", []))
        else:
            continue  # noted as a broken reference
        known.requires[name] = requires
        for what, codes in defined.items():
            known.codes.setdefault(what, set()).update(codes)
        waiting.extend(requires)
    return known


def _item_shape(kind: Kind) -> Shape:
    return kind.schema.of if isinstance(kind.schema, ListOf) else kind.schema


def collect(shape: Shape, value: Any, scope: list[tuple[str, str]], into: dict[str, set[str]]) -> None:
    """Collect the full codes that already read data define, the way `Group.read` does from a file."""
    if isinstance(shape, Later):
        shape = shape.shape()
    if isinstance(shape, ListOf) and isinstance(value, list):
        for item in value:
            collect(shape.of, item, scope, into)
    if not isinstance(shape, Group) or not isinstance(value, dict):
        return
    reading = Reading(folder=Path(), scope=list(scope))
    inner = list(scope)
    for known in shape.fields:
        if isinstance(known.shape, Code | Ref) and known.shape.defines and known.name in value:
            full = known.shape.full(value[known.name], reading)
            into.setdefault(known.shape.defines, set()).add(full)
            inner.append((known.shape.defines, full))
    for known in shape.fields:
        if known.name in value:
            collect(known.shape, value[known.name], inner, into)


def check_references(reading: Reading, known: Known) -> None:
    """Note every mention of something that nobody defines, and every circle."""
    edges: dict[str, dict[str, list[str]]] = {}
    for name, requires in known.requires.items():
        edges.setdefault("pack", {})[name] = list(requires)
    for use in reading.used:
        here = set(reading.defined.get(use.what, {})) | known.codes.get(use.what, set())
        if use.code not in here:
            prefix = use.code.rpartition("/")[0]
            near = sorted(code for code in here if code.rpartition("/")[0] == prefix) or sorted(here)
            words = [
                code.rpartition("/")[2] if prefix and code.startswith(prefix + "/") else code for code in near
            ]
            word = use.code.rpartition("/")[2] if words and words != near else use.code
            reading.problem(
                use.spot,
                _("“%(code)s” merujuk ke %(what)s yang tidak ada; yang ada: %(words)s.")
                % {
                    "code": use.code,
                    "what": called(use.what),
                    "words": listed(words) or _("belum ada satu pun"),
                }
                + nearest(word, words),
                words,
            )
        elif use.acyclic and use.user:
            edges.setdefault(use.what, {}).setdefault(use.user[1], []).append(use.code)
    for use in reading.used:
        if use.acyclic and use.user and (circle := way_back(edges.get(use.what, {}), use.user[1], use.code)):
            reading.problem(
                use.spot,
                _("Rujukan ini berputar: %(circle)s.") % {"circle": " → ".join([use.user[1], *circle])},
            )


def way_back(edges: dict[str, list[str]], start: str, to: str) -> list[str]:
    """Return the codes from `to` back to `start`, both included, or nothing when there is no way."""
    ways, seen = [[to]], {to}
    while ways:
        way = ways.pop(0)
        if way[-1] == start:
            return way
        for further in edges.get(way[-1], []):
            if further not in seen:
                seen.add(further)
                ways.append([*way, further])
    return []


def called(what: str) -> str:
    """Return the Indonesian name of a kind of definition."""
    names = {
        "pack": _("paket"),
        "framework": _("kerangka"),
        "node": _("simpul kerangka"),
        "role": _("peran"),
        "calendar": _("kalender"),
        "catalogue": _("daftar kata"),
        "unit": _("satuan kerja"),
        "service": _("layanan"),
        "state": _("keadaan"),
        "letter": _("surat"),
    }
    return names.get(what, what)
