"""The small language in which each kind of pack file is declared.

One declaration is enough for three things: checking a file (with line and column), turning it into plain data, and
describing it in docs/packs.md. A declaration is a tree of the shapes below; `Group` is the usual top.

What `read` returns is JSON-able: dates are ISO words, decimals are words, so that an installed version can be stored.
"""

import base64
import difflib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Protocol

import yaml
from django.utils.translation import gettext as _
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

STANDARD = "tag:yaml.org,2002:"
SCALARS = {STANDARD + name for name in ("str", "int", "float", "bool", "timestamp", "value")}


@dataclass(frozen=True, order=True)
class Spot:
    """Where something stands; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a pack: where it is, what to do, and the words that would be allowed there."""

    spot: Spot
    sentence: str
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.spot.file}:{self.spot.line}:{self.spot.column}: {self.sentence}"


@dataclass(frozen=True)
class Fault:
    """What a rule found wrong: the way from the group to the value ("colours", "accent"), and a sentence.

    `words` are those that would be allowed there.
    """

    way: tuple[str | int, ...]
    sentence: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Use:
    """One mention of something defined elsewhere."""

    what: str
    code: str
    spot: Spot
    user: tuple[str, str] | None  # (what, code) of the definition that mentions it
    acyclic: bool


@dataclass
class Reading:
    """What is learnt while one pack is read."""

    folder: Path
    file: str = ""
    needs_english: bool = False
    problems: list[Problem] = field(default_factory=list)
    defined: dict[str, dict[str, Spot]] = field(default_factory=dict)  # what -> full code -> where
    used: list[Use] = field(default_factory=list)
    scope: list[tuple[str, str]] = field(default_factory=list)  # the definitions around the present value
    way: list[str | int] = field(default_factory=list)
    spots: dict[tuple[str | int, ...], Spot] = field(default_factory=dict)  # way within the file -> where

    def spot(self, node: Node) -> Spot:
        mark = node.start_mark
        return Spot(self.file, mark.line + 1, mark.column + 1) if mark else Spot(self.file, 1, 1)

    def problem(self, node: Node | Spot, sentence: str, words: Iterable[str] = ()) -> None:
        spot = node if isinstance(node, Spot) else self.spot(node)
        self.problems.append(Problem(spot, sentence, tuple(words)))

    def define(self, what: str, code: str, spot: Spot) -> None:
        known = self.defined.setdefault(what, {})
        if first := known.get(code):
            self.problem(
                spot,
                _(
                    "Kode “%(code)s” dipakai dua kali; yang pertama di %(file)s baris %(line)s. Beri kode lain."
                )
                % {"code": code, "file": first.file, "line": first.line},
            )
        else:
            known[code] = spot

    def enclosing(self, what: str) -> str | None:
        return next((code for kind, code in reversed(self.scope) if kind == what), None)


class Shape(Protocol):
    """What every declaration can do."""

    def read(self, node: Node, reading: Reading) -> Any:
        """Return plain data, or None after a problem was noted."""

    def describe(self) -> str:
        """Return the phrase that docs/packs.md prints for it, in English."""


def nearest(word: str, words: Iterable[str]) -> str:
    """Return ' Maksud Anda “x”?' for the most similar of `words`, or nothing."""
    known = list(words)
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6) or difflib.get_close_matches(
        word.lower(), [other.lower() for other in known], n=1, cutoff=0.6
    )
    return " " + _("Maksud Anda “%(word)s”?") % {"word": found[0]} if found else ""


def listed(words: Iterable[str], most: int = 12) -> str:
    """Return words joined for a sentence, cut after `most` with how many more there are."""
    known = list(words)
    shown = ", ".join(known[:most])
    if len(known) > most:
        shown += " " + _("dan %(count)s lainnya") % {"count": len(known) - most}
    return shown


def found_kind(node: Node) -> str:
    """Return how a person would call what stands at `node`."""
    if isinstance(node, MappingNode):
        return _("kelompok (kata: isi)")
    if isinstance(node, SequenceNode):
        return _("daftar")
    if node.tag == STANDARD + "null" or node.value == "":
        return _("kosong")
    return f"“{node.value}”"


def wrong(node: Node, reading: Reading, wanted: str, words: Iterable[str] = ()) -> None:
    """Note that another type was expected here."""
    reading.problem(
        node,
        _("Di sini harus %(wanted)s, bukan %(found)s.") % {"wanted": wanted, "found": found_kind(node)},
        words,
    )


def scalar(node: Node, reading: Reading, wanted: str) -> str | None:
    """Return the characters as they are written in the file, or None after noting a problem."""
    if isinstance(node, ScalarNode) and node.tag in SCALARS and node.value.strip():
        return str(node.value).strip()
    wrong(node, reading, wanted)
    return None


@dataclass(frozen=True)
class Line:
    """A plain string in no particular language: a name, a decree number, a source."""

    most: int = 300

    def read(self, node: Node, reading: Reading) -> str | None:
        words = scalar(node, reading, _("teks"))
        if words and len(words) > self.most:
            reading.problem(
                node,
                _("Teks ini %(count)s huruf; paling banyak %(most)s.")
                % {"count": len(words), "most": self.most},
            )
        return words

    def describe(self) -> str:
        return "text"


@dataclass(frozen=True)
class Bilingual:
    """`{id: ..., en: ...}`; Indonesian is required, English where the pack says `needs_english`."""

    most: int = 600

    def read(self, node: Node, reading: Reading) -> dict[str, str] | None:
        if not isinstance(node, MappingNode):
            wrong(node, reading, _("teks dua bahasa, misalnya {id: Air bersih, en: Clean water}"))
            return None
        found: dict[str, str] = {}
        for name, value in words_of(node, reading, ("id", "en")):
            with_way(reading, name, value)
            reading.way.pop()
            if (line := Line(self.most).read(value, reading)) is not None:
                found[name] = line
            else:
                found[name] = "?"
        if "id" not in found:
            reading.problem(node, _("Teks bahasa Indonesia (id) belum ada."))
            return None
        if "en" not in found and reading.needs_english:
            reading.problem(
                node,
                _("Terjemahan Inggris (en) untuk “%(words)s” belum ada; paket ini mewajibkannya.")
                % {"words": found["id"][:60]},
            )
        return found

    def describe(self) -> str:
        return "text in two languages `{id, en}`"


@dataclass(frozen=True)
class Number:
    """A number; whole when `whole`, otherwise kept as the characters of a decimal."""

    least: int | None = None
    most: int | None = None
    whole: bool = True

    def read(self, node: Node, reading: Reading) -> int | str | None:
        wanted = _("bilangan bulat") if self.whole else _("angka")
        words = scalar(node, reading, wanted)
        if words is None:
            return None
        try:
            number = Decimal(words)
        except InvalidOperation:
            wrong(node, reading, wanted)
            return None
        if not number.is_finite() or (self.whole and number != number.to_integral_value()):
            wrong(node, reading, wanted)
            return None
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            reading.problem(
                node,
                _("Angka %(number)s di luar batas %(least)s sampai %(most)s.")
                % {
                    "number": words,
                    "least": "…" if self.least is None else self.least,
                    "most": "…" if self.most is None else self.most,
                },
            )
            return None
        return int(number) if self.whole else words

    def describe(self) -> str:
        limits = "" if self.least is None and self.most is None else f" {_span(self.least, self.most)}"
        return ("whole number" if self.whole else "number") + limits


def _span(least: int | None, most: int | None) -> str:
    return f"{'' if least is None else least}..{'' if most is None else most}"


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, node: Node, reading: Reading) -> bool | None:
        if (
            isinstance(node, ScalarNode)
            and node.tag == STANDARD + "bool"
            and node.value.lower() in ("true", "false")
        ):
            return bool(node.value.lower() == "true")
        wrong(node, reading, _("true (ya) atau false (tidak)"), ("true", "false"))
        return None

    def describe(self) -> str:
        return "`true` or `false`"


@dataclass(frozen=True)
class Day:
    """A date, year first: 2026-03-20."""

    def read(self, node: Node, reading: Reading) -> str | None:
        words = scalar(node, reading, _("tanggal seperti 2026-03-20"))
        if words is None:
            return None
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
            wrong(node, reading, _("tanggal seperti 2026-03-20"))
            return None
        try:
            date.fromisoformat(words)
        except ValueError:
            reading.problem(node, _("Tanggal %(words)s tidak ada di kalender.") % {"words": words})
            return None
        return words

    def describe(self) -> str:
        return "date `2026-03-20`"


@dataclass(frozen=True)
class OneOf:
    """One of a few words that the code knows."""

    words: tuple[str, ...]

    def read(self, node: Node, reading: Reading) -> str | None:
        word = scalar(node, reading, _("salah satu dari: %(words)s") % {"words": listed(self.words)})
        if word is None or word in self.words:
            return word
        reading.problem(
            node,
            _("Kata “%(word)s” tidak dikenal; yang ada: %(words)s.")
            % {"word": word, "words": listed(self.words)}
            + nearest(word, self.words),
            self.words,
        )
        return None

    def describe(self) -> str:
        return "one of " + ", ".join(f"`{word}`" for word in self.words)


@dataclass(frozen=True)
class Colour:
    """A colour as #rrggbb."""

    def read(self, node: Node, reading: Reading) -> str | None:
        words = scalar(node, reading, _('warna seperti "#1f5f3f" (di dalam tanda kutip)'))
        if words is None or re.fullmatch(r"#[0-9a-fA-F]{6}", words):
            return words.lower() if words else None
        wrong(node, reading, _('warna seperti "#1f5f3f" (di dalam tanda kutip)'))
        return None

    def describe(self) -> str:
        return 'colour `"#1f5f3f"`'


@dataclass(frozen=True)
class Code:
    """The code of a definition, unique among its like.

    `defines` names what is defined; with `under`, it is unique only within the enclosing definition of that name, and
    its full code, by which others refer to it, is "enclosing/code".
    """

    defines: str
    under: str = ""
    pattern: str = r"[a-z0-9]+([.-][a-z0-9]+)*"

    def read(self, node: Node, reading: Reading) -> str | None:
        code = scalar(node, reading, _("kode: huruf kecil, angka, tanda hubung atau titik"))
        if code is None:
            return None
        if not re.fullmatch(self.pattern, code) or len(code) > 60:
            wrong(node, reading, _("kode: huruf kecil, angka, tanda hubung atau titik"))
            return None
        reading.define(self.defines, self.full(code, reading), reading.spot(node))
        return code

    def full(self, code: str, reading: Reading) -> str:
        around = reading.enclosing(self.under) if self.under else None
        return f"{around}/{code}" if around else code

    def describe(self) -> str:
        return f"code of this {self.defines}" + (
            f", unique within its {self.under}" if self.under else ", unique"
        )


@dataclass(frozen=True)
class Ref:
    """The code of something defined in this pack or in one it requires.

    With `under`, the code is looked up within the enclosing definition of that name. `acyclic` forbids circles.
    `defines` says that the group around it is the one thing of that name for the code: a second one is a mistake.
    `also` are words that code knows and nobody defines.
    """

    to: str
    under: str = ""
    acyclic: bool = False
    defines: str = ""
    also: tuple[str, ...] = ()

    def read(self, node: Node, reading: Reading) -> str | None:
        code = scalar(node, reading, _("kode yang sudah ditetapkan"))
        if code is None:
            return None
        if code in self.also:
            return code
        full = self.full(code, reading)
        user = reading.scope[-1] if reading.scope else None
        reading.used.append(Use(self.to, full, reading.spot(node), user, self.acyclic))
        if self.defines:
            reading.define(self.defines, full, reading.spot(node))
        return code

    def full(self, code: str, reading: Reading) -> str:
        around = reading.enclosing(self.under) if self.under else None
        return f"{around}/{code}" if around else code

    def describe(self) -> str:
        also = "".join(f", or `{word}`" for word in self.also)
        return f"code of a {self.to}" + (f" of the same {self.under}" if self.under else "") + also


@dataclass(frozen=True)
class FileName:
    """The name of a file inside the pack's folder.

    Becomes {"file": name, "sha256": ...}; with `keep` also "content" in base64, for what must outlive the folder.
    `check` gets the contents and returns sentences about what is wrong with them.
    """

    endings: tuple[str, ...]
    most: int = 20_000_000  # bytes
    keep: bool = False
    check: Callable[[bytes], list[str]] | None = None

    def read(self, node: Node, reading: Reading) -> dict[str, str] | None:
        name = scalar(node, reading, _("nama berkas"))
        if name is None:
            return None
        path = (reading.folder / name).resolve()
        if not path.is_relative_to(reading.folder.resolve()):
            reading.problem(node, _("Berkas “%(name)s” ada di luar folder paket.") % {"name": name})
            return None
        if not name.endswith(self.endings):
            reading.problem(
                node,
                _("Berkas “%(name)s” harus berakhiran %(endings)s.")
                % {"name": name, "endings": listed(self.endings)},
                self.endings,
            )
            return None
        if not path.is_file():
            beside = sorted(other.name for other in path.parent.glob("*")) if path.parent.is_dir() else []
            reading.problem(
                node, _("Berkas “%(name)s” tidak ada.") % {"name": name} + nearest(path.name, beside)
            )
            return None
        if path.stat().st_size > self.most:
            reading.problem(
                node,
                _("Berkas “%(name)s” terlalu besar: paling besar %(most)s byte.")
                % {"name": name, "most": self.most},
            )
            return None
        content = path.read_bytes()
        for sentence in self.check(content) if self.check else []:
            reading.problem(node, _("Berkas “%(name)s”: %(sentence)s") % {"name": name, "sentence": sentence})
        value = {"file": name, "sha256": hashlib.sha256(content).hexdigest()}
        return {**value, "content": base64.b64encode(content).decode()} if self.keep else value

    def describe(self) -> str:
        return "file in the pack's folder (" + ", ".join(f"`{ending}`" for ending in self.endings) + ")"


@dataclass(frozen=True)
class Anything:
    """Plain data whose words another rule checks: the answers of a worked example."""

    def read(self, node: Node, reading: Reading) -> Any:
        if isinstance(node, MappingNode):
            return {name: self._inside(name, value, reading) for name, value in words_of(node, reading, None)}
        if isinstance(node, SequenceNode):
            return [self._inside(number, item, reading) for number, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        if node.tag == STANDARD + "bool" and node.value.lower() in ("true", "false"):
            return node.value.lower() == "true"  # yes, no, on and off stay what is written
        if node.tag == STANDARD + "int" and re.fullmatch(r"-?(0|[1-9]\d*)", node.value):
            return int(node.value)
        return str(node.value)

    def _inside(self, step: str | int, node: Node, reading: Reading) -> Any:
        with_way(reading, step, node)
        value = self.read(node, reading)
        reading.way.pop()
        return value

    def describe(self) -> str:
        return "anything"


@dataclass(frozen=True)
class ListOf:
    """A list, each line beginning with "- "."""

    of: Shape
    least: int = 0

    def read(self, node: Node, reading: Reading) -> list[Any] | None:
        if not isinstance(node, SequenceNode):
            wrong(node, reading, _("daftar: setiap baris diawali “- ”"))
            return None
        if len(node.value) < self.least:
            reading.problem(node, _("Daftar ini paling sedikit berisi %(least)s.") % {"least": self.least})
        values = []
        for number, item in enumerate(node.value):
            with_way(reading, number, item)
            value = self.of.read(item, reading)
            reading.way.pop()
            if value is not None:
                values.append(value)
        return values

    def describe(self) -> str:
        return "list of " + self.of.describe()


@dataclass(frozen=True)
class MapOf:
    """Names that the author chooses, each with a value."""

    key: str  # what the names are, for the reference
    pattern: str
    of: Shape

    def read(self, node: Node, reading: Reading) -> dict[str, Any] | None:
        if not isinstance(node, MappingNode):
            wrong(node, reading, _("kelompok (kata: isi)"))
            return None
        values = {}
        for name, value in words_of(node, reading, None):
            if not re.fullmatch(self.pattern, name):
                reading.problem(
                    _key(node, name), _("“%(name)s” bukan nama yang sah di sini.") % {"name": name}
                )
            with_way(reading, name, value)
            read = self.of.read(value, reading)
            reading.way.pop()
            if read is not None:
                values[name] = read
        return values

    def describe(self) -> str:
        return f"{self.key}: {self.of.describe()}"


@dataclass(frozen=True)
class Field:
    """One word of a group."""

    name: str
    shape: Shape
    meaning: str  # for docs/packs.md, in English
    required: bool = True
    default: Any = None  # what an absent optional word becomes


def _defines(known: Field) -> bool:
    return isinstance(known.shape, Code | Ref) and bool(known.shape.defines)


Rule = Callable[[dict[str, Any]], Iterable[Fault]]


@dataclass(frozen=True)
class Group:
    """A set of words with a value each: the shape of most things.

    `rules` are functions of ours that look at several values together; they run when each alone is right.
    """

    name: str
    fields: tuple[Field, ...]
    meaning: str = ""
    rules: tuple[Rule, ...] = ()

    def read(self, node: Node, reading: Reading) -> dict[str, Any] | None:
        if not isinstance(node, MappingNode):
            wrong(
                node,
                reading,
                _("kelompok dengan kata: %(words)s") % {"words": listed(self.names())},
                self.names(),
            )
            return None
        before, here = len(reading.problems), tuple(reading.way)
        given = dict(words_of(node, reading, self.names()))
        values: dict[str, Any] = {}
        entered = False
        for known in sorted(self.fields, key=lambda known: not _defines(known)):  # the code comes first
            if known.name not in given:
                if known.required:
                    reading.problem(
                        node,
                        _("Kata “%(word)s” belum ada di sini.") % {"word": known.name},
                        (known.name,),
                    )
                elif known.default is not None:
                    values[known.name] = known.default
                continue
            item = given[known.name]
            with_way(reading, known.name, item)
            value = known.shape.read(item, reading)
            reading.way.pop()
            if value is None:
                continue
            values[known.name] = value
            if isinstance(known.shape, Code | Ref) and known.shape.defines:
                reading.scope.append((known.shape.defines, known.shape.full(value, reading)))
                entered = True
        if entered:
            reading.scope.pop()
        if len(reading.problems) == before:
            for rule in self.rules:
                for fault in rule(values):
                    spot = self._spot_of(fault, here, node, reading)
                    reading.problem(spot, fault.sentence, fault.words)
        return {known.name: values[known.name] for known in self.fields if known.name in values}

    def _spot_of(self, fault: Fault, here: tuple[str | int, ...], node: Node, reading: Reading) -> Spot:
        for length in range(len(fault.way), 0, -1):
            if spot := reading.spots.get((reading.file, *here, *fault.way[:length])):
                return spot
        return reading.spot(node)

    def names(self) -> tuple[str, ...]:
        return tuple(known.name for known in self.fields)

    def describe(self) -> str:
        return f"[{self.name}](#{self.name.replace(' ', '-')})"


@dataclass(frozen=True)
class Later:
    """A shape that contains itself, named before it is complete."""

    name: str
    shape: Callable[[], Shape]

    def read(self, node: Node, reading: Reading) -> Any:
        return self.shape().read(node, reading)

    def describe(self) -> str:
        return f"[{self.name}](#{self.name.replace(' ', '-')})"


def with_way(reading: Reading, step: str | int, node: Node) -> None:
    """Go one step down and remember where it is."""
    reading.way.append(step)
    reading.spots[(reading.file, *reading.way)] = reading.spot(node)


def words_of(
    node: MappingNode, reading: Reading, allowed: tuple[str, ...] | None
) -> Iterator[tuple[str, Node]]:
    """Yield each known word of a mapping once with its value; note unknown and doubled ones."""
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            wrong(key, reading, _("kata"))
            continue
        name = str(key.value)
        if allowed is not None and name not in allowed:
            reading.problem(
                key,
                _("Kata “%(word)s” tidak dikenal; yang ada: %(words)s.")
                % {"word": name, "words": listed(allowed)}
                + nearest(name, allowed),
                allowed,
            )
        elif name in seen:
            reading.problem(key, _("Kata “%(word)s” ditulis dua kali di kelompok ini.") % {"word": name})
        else:
            seen.add(name)
            yield name, value


def _key(node: MappingNode, name: str) -> Node:
    return next(key for key, _value in node.value if isinstance(key, ScalarNode) and key.value == name)


class NoAliases(yaml.SafeLoader):
    """PyYAML's safe loader without anchors and aliases: what is meant is written, and no file can refer to itself."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "alias", event.start_mark)
        return super().compose_node(parent, index)


def broken_yaml(error: yaml.MarkedYAMLError) -> str:
    """Return what a YAML error means, in words of ours for the usual ones."""
    problem = error.problem or ""
    if problem == "alias":
        return _("Jangan pakai alias YAML (*nama): tulis isinya di sini.")
    if "mapping values are not allowed" in problem:
        return _(
            "Ada titik dua di tempat yang salah: beri tanda kutip pada teksnya, atau periksa lekuk barisnya."
        )
    if "'\\t'" in problem:
        return _("Jangan pakai tab; pakai spasi untuk melekukkan baris.")
    if "cannot start any token" in problem:
        return _("Tanda ini tidak boleh mengawali isi: beri tanda kutip pada teksnya.")
    if "expected ',' or" in problem:
        return _(
            "Di dalam {…} dan […] teks dengan koma, titik dua, tanda tanya atau kurung harus di antara tanda "
            "kutip; atau kurungnya belum ditutup."
        )
    if "could not find expected ':'" in problem:
        return _("Titik dua setelah kata belum ada.")
    if "found unexpected end of stream" in problem:
        return _("Tanda kutip belum ditutup.")
    if "expected <block end>" in problem:
        return _("Lekuk baris ini tidak sejajar dengan baris di atasnya.")
    return _("YAML di sini tidak bisa dibaca (%(problem)s).") % {"problem": problem}


def compose(content: bytes, reading: Reading) -> Node | None:
    """Return the node tree of one YAML file with its marks, or None after noting why it cannot be read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        spot = Spot(reading.file, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        reading.problem(spot, _("Simpan berkas ini sebagai UTF-8; huruf di sini tidak terbaca."))
        return None
    start = Spot(reading.file, 1, 1)
    loader = None
    try:
        loader = NoAliases(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        unclosed = "end of stream" in (error.problem or "")  # then the place where it began says more
        mark = (unclosed and error.context_mark) or error.problem_mark or error.context_mark
        spot = Spot(reading.file, mark.line + 1, mark.column + 1) if mark else start
        reading.problem(spot, broken_yaml(error))
        return None
    except yaml.reader.ReaderError as error:
        before_text = text[: error.position]
        spot = Spot(
            reading.file, before_text.count("\n") + 1, error.position - (before_text.rfind("\n") + 1) + 1
        )
        reading.problem(spot, _("Ada tanda yang tidak boleh ada di dalam teks."))
        return None
    except RecursionError:
        reading.problem(start, _("Isi berkas ini bersarang terlalu dalam."))
        return None
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        reading.problem(start, _("Berkas ini kosong."))
    return node
