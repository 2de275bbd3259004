"""The language of letters: Markdown with two constructs only. Pure: text in, tree out, values filled in.

    # Heading                          up to three levels
    Words with **bold**, *italic*      lines that follow are one paragraph; a backslash at the end breaks the line
    - a list                           1. or a numbered one
    Nama: {{name}}                     lines of "label: value" are a table of two columns
    {{name}}                           a value
    [[name: A sentence with {{name}}.]]  is printed only when that name has a value; may also hold a whole line

Nothing else: no conditions, no loops, no HTML. The tree is parsed before any value is put in, so that what people typed
is never read as Markdown.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from django.utils.translation import gettext as _

LONGEST = 20_000  # characters of one letter
NAME = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*")
EMPTY = "–"  # what a table shows for a value that nobody gave

# What `documents` itself fills in, in every letter.
BUILT_IN = ("number", "date", "place", "office", "regency", "code")


# The tree


@dataclass(frozen=True)
class Words:
    """Plain text, as it will be read."""

    words: str


@dataclass(frozen=True)
class Break:
    """The next line begins."""


@dataclass(frozen=True)
class Value:
    """A place for a value."""

    name: str


@dataclass(frozen=True)
class Strong:
    inside: tuple["Inline", ...]


@dataclass(frozen=True)
class Emphasis:
    inside: tuple["Inline", ...]


@dataclass(frozen=True)
class When:
    """Words that are printed when `name` has a value."""

    name: str
    inside: tuple["Inline", ...]


Inline = Words | Break | Value | Strong | Emphasis | When
Inlines = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    level: int  # 1 to 3
    inside: Inlines


@dataclass(frozen=True)
class Paragraph:
    inside: Inlines


@dataclass(frozen=True)
class Item:
    """One line of a list, or one row of a table (then with a label)."""

    inside: Inlines
    label: Inlines = ()
    when: str = ""  # the row is there when this name has a value


@dataclass(frozen=True)
class Bullets:
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Numbered:
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Facts:
    """A table of two columns: label and value."""

    rows: tuple[Item, ...]


Block = Heading | Paragraph | Bullets | Numbered | Facts
Tree = tuple[Block, ...]


@dataclass(frozen=True)
class Fault:
    """One mistake of a letter, for whoever writes it."""

    line: int  # from 1
    sentence: str  # what is wrong and what to do, without the line
    allowed: tuple[str, ...] = ()  # the words that may stand there
    nearest: str = ""  # the one that was probably meant

    def __str__(self) -> str:
        return _("Baris %(line)s: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


# Reading


def parse(body: str) -> Tree:
    """Return the tree of a letter. Whatever is no construct of ours is text; `faults` tells what is wrong."""
    return _Reader(body).tree


def names_in(body: str) -> set[str]:
    """Return every name that the letter uses, as a value or as the reason of a sentence."""
    return {name for name, _line in _Reader(body).names}


def needed_in(body: str) -> set[str]:
    """Return the names whose value must be there: those in running text outside of [[ ]]."""
    return _needed(parse(body))


def faults(body: str, allowed: Collection[str], built_in: Collection[str] = BUILT_IN) -> list[Fault]:
    """Return the mistakes of a letter, in the order of its lines. `allowed`: names beside the built-in ones."""
    if len(body) > LONGEST:
        sentence = _("Surat ini terlalu panjang: paling banyak %(most)s huruf.") % {"most": LONGEST}
        return [Fault(1, sentence)]
    reader = _Reader(body)
    words = tuple(sorted({*allowed, *built_in}))
    found = [
        *reader.faults,
        *(_unknown(name, line, words) for name, line in reader.names if name not in words),
    ]
    if not reader.tree and not found:
        found.append(Fault(1, _("Surat ini masih kosong. Tulis isinya.")))
    return sorted(found, key=lambda fault: fault.line)


def _unknown(name: str, line: int, words: tuple[str, ...]) -> Fault:
    near = get_close_matches(name, words, n=1, cutoff=0.6)
    sentence = _("nama “%(name)s” tidak dikenal.") % {"name": name[:60]}
    if near:
        sentence += " " + _("Mungkin maksud Anda “%(near)s”.") % {"near": near[0]}
    sentence += " " + _("Yang dapat dipakai: %(words)s.") % {"words": ", ".join(words)}
    return Fault(line, sentence, words, near[0] if near else "")


_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"[-*]\s+(.*)")
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(.*)")
_FACT = re.compile(r"([^:.?!\[\]{}]{1,60}?)\s*:\s+(\S.*)")
_WHOLE = re.compile(r"\[\[\s*([^:\[\]{}]*?)\s*:\s?(.*)\]\]")
_TOKEN = re.compile(r"\\[\\*#{}\[\]:.-]|\*\*|\*|\{\{|\[\[|\]\]")


@dataclass
class _Line:
    number: int
    text: str


class _Reader:
    def __init__(self, body: str) -> None:
        self.faults: list[Fault] = []
        self.names: list[tuple[str, int]] = []
        lines = body.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
        self.tree: Tree = tuple(self._blocks([_Line(n, line) for n, line in enumerate(lines, 1)]))

    def _fault(self, line: int, sentence: str) -> None:
        self.faults.append(Fault(line, sentence))

    def _blocks(self, lines: list[_Line]) -> Iterator[Block]:
        run: list[_Line] = []
        running = ""
        for line in [*lines, _Line(len(lines) + 1, "")]:
            kind = self._kind(line)
            if running == "text" and (
                kind == "fact" or (kind == "number" and not line.text.lstrip("[ ").startswith("1"))
            ):
                kind = "text"  # the middle of a paragraph that happens to look like a row or an item
            if run and kind != running:
                yield self._block(run, running)
                run = []
            running = kind
            if kind == "heading":
                yield self._block([line], kind)
            elif kind:
                run.append(line)

    def _kind(self, line: _Line) -> str:
        bare = line.text.strip()
        if not bare:
            return ""
        if whole := self._whole(bare):
            bare = whole[1]
        if _HEADING.fullmatch(bare):
            return "heading"
        if _BULLET.fullmatch(bare):
            return "bullet"
        if _NUMBER.fullmatch(bare):
            return "number"
        return "fact" if _FACT.fullmatch(bare) else "text"

    @staticmethod
    def _whole(bare: str) -> tuple[str, str] | None:
        """Return (name, rest) of a line that is one [[name: rest]] as a whole and begins a row or an item."""
        found = _WHOLE.fullmatch(bare)
        if not found or "[[" in found[2] or "]]" in found[2]:
            return None
        rest = found[2].strip()
        starts = _BULLET.fullmatch(rest) or _NUMBER.fullmatch(rest) or _FACT.fullmatch(rest)
        return (found[1], rest) if starts else None

    def _block(self, run: list[_Line], kind: str) -> Block:
        if kind == "heading":
            return self._heading(run[0])
        if kind == "text":
            return Paragraph(self._paragraph(run))
        rows = tuple(self._item(line, kind) for line in run)
        return {"bullet": Bullets, "number": Numbered, "fact": Facts}[kind](rows)  # type: ignore[return-value]

    def _heading(self, line: _Line) -> Heading:
        found = _HEADING.fullmatch(line.text.strip())
        assert found is not None
        level = len(found[1])
        if level > 3:
            self._fault(line.number, _("judul paling banyak tiga tingkat. Pakai #, ##, atau ###."))
        return Heading(min(level, 3), self._inline(found[2], line.number))

    def _item(self, line: _Line, kind: str) -> Item:
        bare, when = line.text.strip(), ""
        if whole := self._whole(bare):
            when, bare = whole
            self._name(when, line.number)
        if kind != "fact" and line.text[:1] == " " and len(line.text) - len(line.text.lstrip()) > 1:
            self._fault(
                line.number, _("daftar di dalam daftar tidak dapat dipakai. Hapus spasi di depannya.")
            )
        pattern = {"bullet": _BULLET, "number": _NUMBER, "fact": _FACT}[kind]
        found = pattern.fullmatch(bare)
        assert found is not None
        if kind == "fact":
            return Item(self._inline(found[2], line.number), self._inline(found[1], line.number), when)
        return Item(self._inline(found[1], line.number), when=when)

    def _paragraph(self, run: list[_Line]) -> Inlines:
        """Return the lines as one run of text. What opens in one line may close in the next."""
        pieces: list[tuple[str, int]] = []
        for line in run:
            bare = line.text.strip()
            breaks = bare.endswith("\\") and not bare.endswith("\\\\")
            pieces.append((bare[:-1].rstrip() + "\n" if breaks else bare + " ", line.number))
        words = "".join(text for text, _number in pieces).rstrip()
        starts, offset = [], 0
        for text, number in pieces:
            starts.append((offset, number))
            offset += len(text)
        return self._inline(words, run[0].number, starts)

    def _inline(self, words: str, line: int, starts: list[tuple[int, int]] | None = None) -> Inlines:
        return _Inline(self, words, starts or [(0, line)]).read()

    def _name(self, name: str, line: int) -> None:
        if NAME.fullmatch(name):
            self.names.append((name, line))
        elif not name:
            self._fault(line, _("di sini belum ada nama. Tulis misalnya {{name}}."))
        else:
            self._fault(
                line,
                _("“%(name)s” bukan nama: pakai huruf kecil, angka, titik, dan garis bawah.")
                % {"name": name[:60]},
            )


class _Inline:
    """Read one run of text with its marks."""

    def __init__(self, reader: _Reader, words: str, starts: list[tuple[int, int]]) -> None:
        self.reader = reader
        self.words = words
        self.starts = starts
        self.place = 0

    def line(self, place: int) -> int:
        return max((start for start in self.starts if start[0] <= place), default=self.starts[0])[1]

    def read(self) -> Inlines:
        return tuple(_joined(self._until("", within=())))

    def _until(self, end: str, within: tuple[str, ...]) -> list[Inline]:
        """Return what stands before `end`, and go behind it; to the end of the text when it never comes."""
        found: list[Inline] = []
        opened = self.place
        while self.place < len(self.words):
            token = _TOKEN.search(self.words, self.place)
            stop = token.start() if token else len(self.words)
            found += _lines(self.words[self.place : stop])
            if token is None:
                self.place = len(self.words)
                break
            mark = token[0]
            self.place = token.end()
            if mark == end:
                return found
            if mark.startswith("\\"):
                found.append(Words(mark[1]))
            elif mark == "{{":
                found.append(self._value(stop))
            elif mark == "[[":
                found.append(self._when(stop, within))
            elif mark == "]]":
                self.reader._fault(self.line(stop), _("]] tanpa [[ di depannya."))
            elif mark in within:  # closes what is outside of us: ours was never closed
                self.place = stop
                break
            elif mark == "*" and not self._opens(stop):
                found.append(Words("*"))
            else:
                inside = tuple(_joined(self._until(mark, (*within, mark))))
                found.append(Strong(inside) if mark == "**" else Emphasis(inside))
        if end:
            self._never_closed(end, opened)
        return found

    def _opens(self, place: int) -> bool:
        """A star between spaces is a star."""
        return self.words[place + 1 : place + 2].strip() != ""

    def _never_closed(self, end: str, opened: int) -> None:
        begin = {"]]": "[[", "}}": "{{"}.get(end, end)
        self.reader._fault(
            self.line(max(0, opened - 1)),
            _("%(begin)s dibuka tetapi tidak ditutup dengan %(end)s.") % {"begin": begin, "end": end},
        )

    def _value(self, opened: int) -> Inline:
        end = self.words.find("}}", self.place)
        if end < 0 or "\n" in self.words[self.place : end]:
            self._never_closed("}}", opened + 1)
            return Words("{{")
        name = self.words[self.place : end].strip()
        self.place = end + 2
        self.reader._name(name, self.line(opened))
        return Value(name)

    def _when(self, opened: int, within: tuple[str, ...]) -> Inline:
        if "]]" in within:
            self.reader._fault(
                self.line(opened), _("[[ di dalam [[ tidak dapat dipakai. Tutup yang pertama.")
            )
        rest = self.words[self.place :]
        head = re.match(r"\s*([^:\[\]{}\n]*?)\s*:\s?", rest)
        if head is None:
            self.reader._fault(
                self.line(opened), _("tulis nama dan titik dua setelah [[, misalnya [[name: kalimatnya]].")
            )
            return Words("[[")
        name = head[1]
        self.reader._name(name, self.line(opened))
        self.place += head.end()
        return When(name, tuple(_joined(self._until("]]", (*within, "]]")))))


def _lines(words: str) -> Iterator[Inline]:
    for number, piece in enumerate(words.split("\n")):
        if number:
            yield Break()
        if piece:
            yield Words(piece)


def _joined(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """Join neighbouring words."""
    kept = ""
    for inline in inlines:
        if isinstance(inline, Words):
            kept += inline.words
            continue
        if kept:
            yield Words(kept)
            kept = ""
        yield inline
    if kept:
        yield Words(kept)


# Filling


def fill(tree: Tree, values: Mapping[str, str]) -> Tree:
    """Return the tree with every value in its place and without the sentences whose name has none.

    A value's own line breaks stay. A value that is missing is an empty word, and EMPTY in a table.
    """
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    found: list[Block] = []
    for block in tree:
        if isinstance(block, Heading | Paragraph):
            inside = tuple(_joined(_filled(block.inside, given)))
            if _has_words(inside):
                found.append(replace(block, inside=inside))
        else:
            kept = _rows(block, given)
            if kept:
                found.append(type(block)(kept))
    return tuple(found)


def missing(tree: Tree, values: Mapping[str, str]) -> list[str]:
    """Return the names in running text that have no value: the letter would have a hole there."""
    given = {name for name, value in values.items() if value.strip()}
    return sorted(_needed(tree, given) - given)


def _rows(block: Bullets | Numbered | Facts, given: Mapping[str, str]) -> tuple[Item, ...]:
    items = block.rows if isinstance(block, Facts) else block.items
    kept = []
    for item in items:
        if item.when and item.when not in given:
            continue
        inside = tuple(_joined(_filled(item.inside, given)))
        if not _has_words(inside):
            if not isinstance(block, Facts):
                continue
            inside = (Words(EMPTY),)
        kept.append(Item(inside, tuple(_joined(_filled(item.label, given)))))
    return tuple(kept)


def _filled(inlines: Inlines, given: Mapping[str, str]) -> Iterator[Inline]:
    for inline in inlines:
        match inline:
            case Value(name):
                yield from _lines(given.get(name, "").replace("\r\n", "\n").replace("\r", "\n"))
            case When(name, inside):
                if name in given:
                    yield from _filled(inside, given)
            case Strong(inside) | Emphasis(inside):
                yield replace(inline, inside=tuple(_joined(_filled(inside, given))))
            case _:
                yield inline


def _has_words(inlines: Inlines) -> bool:
    return any(
        inline.words.strip() if isinstance(inline, Words) else _has_words(getattr(inline, "inside", ()))
        for inline in inlines
    )


def _needed(tree: Tree, given: Collection[str] | None = None) -> set[str]:
    """Return the names in running text; of sentences in [[ ]] only those whose name is `given`."""
    found: set[str] = set()
    for block in tree:
        if isinstance(block, Heading | Paragraph):
            found |= _values(block.inside, given)
        elif not isinstance(block, Facts):
            for item in block.items:
                if not item.when or (given is not None and item.when in given):
                    found |= _values(item.inside, given)
    return found


def _values(inlines: Inlines, given: Collection[str] | None) -> set[str]:
    found: set[str] = set()
    for inline in inlines:
        match inline:
            case Value(name):
                found.add(name)
            case When(name, inside) if given is not None and name in given:
                found |= _values(inside, given)
            case Strong(inside) | Emphasis(inside):
                found |= _values(inside, given)
    return found
