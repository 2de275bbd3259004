"""Set two revisions of a plan side by side, programme by programme. Three queries, whatever their size."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from lawang.lib.dates import short_date
from lawang.lib.numbers import as_is, rupiah
from lawang.lib.text import Text
from lawang.plans import cells
from lawang.plans.dry_run import column_of
from lawang.plans.models import Programme, Revision, Succession
from lawang.plans.sheets import BY_NAME
from lawang.plans.sheets import Kind as CellKind
from lawang.plans.tables import Reader, Row

SHEETS = ("program", "anggaran", "kegiatan", "tonggak", "indikator", "target", "percepatan")
WAY = {"program": "pk", "target": "indicator__programme"}  # to the programme; elsewhere "programme"
NOT_COMPARED = {"program": ("urutan",), "indikator": ("urutan",)}


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MERGED = "merged"  # it went on in others
    SPLIT = "split"  # others came out of it, or it came out of another
    CHANGED = "changed"


@dataclass(frozen=True)
class FieldChange:
    name: str  # words of the sheets: "penanggung_jawab", "target I-01 2026"
    old: str
    new: str

    @property
    def words(self) -> str:
        """Return the name as it is read: "penanggung jawab", "target I-01 2026"."""
        words = self.name.removesuffix(" target").replace("_", " ")
        return f"{words.removesuffix(' en')} (Inggris)" if words.endswith(" en") else words

    @property
    def old_words(self) -> str:
        return _read(self.name, self.old)

    @property
    def new_words(self) -> str:
        return _read(self.name, self.new)


def _read(name: str, shown: str) -> str:
    """Return what a cell shows with its number or date as people write it."""
    first, last = name.split()[0], name.split()[-1]
    column = column_of(BY_NAME[first if first in SHEETS else "program"], last)
    if column.kind not in (CellKind.NUMBER, CellKind.WHOLE, CellKind.RUPIAH, CellKind.DATE):
        return shown
    value = cells.typed(column, shown)
    if isinstance(value, date):
        return short_date(value)
    if isinstance(value, int | Decimal):
        return rupiah(int(value)) if column.kind == CellKind.RUPIAH else as_is(Decimal(value))
    return shown


@dataclass(frozen=True)
class Difference:
    """What became of one programme between two revisions."""

    key: UUID
    code: str
    title: Text
    kind: Kind
    changes: tuple[FieldChange, ...] = ()
    related: tuple[tuple[UUID, str], ...] = ()  # (key, code) of what it was merged into or split from
    budget: tuple[int, int] = (0, 0)  # planned rupiah that counts, old and new


@dataclass(frozen=True)
class _Programme:
    """One programme as one revision has it."""

    code: str
    title: Text
    tables: list[list[dict[str, Any]]]  # what the database found for each of SHEETS


def compare(old: Revision, new: Revision) -> list[Difference]:
    """Return what differs, in the order of the new revision; programmes that are alike are left out."""
    reader = Reader(new.plan, new)
    left, right = _read_both(reader, old, new)
    onward, origin = defaultdict(list), defaultdict(list)
    for step in Succession.objects.filter(revision=new):
        onward[step.old_key].append((step.new_key, step.kind))
        origin[step.new_key].append((step.old_key, step.kind))
    every, found = {**right, **left, **right}, []
    for key, programme in every.items():
        kind, related = _kind(key, left, right, onward[key], origin[key])
        if kind is None and left[key] == right[key]:
            continue
        (before, money_before), (after, money_after) = (
            _told(reader, side.get(key)) for side in (left, right)
        )
        changes = tuple(
            FieldChange(name, before.get(name, ""), after.get(name, ""))
            for name in [*after, *(name for name in before if name not in after)]
            if before.get(name, "") != after.get(name, "")
        )
        if kind is None and not changes:
            continue
        found.append(
            Difference(
                key=key,
                code=programme.code,
                title=programme.title,
                kind=kind or Kind.CHANGED,
                changes=changes if key in left and key in right else (),
                related=tuple((other, every[other].code if other in every else "") for other in related),
                budget=(money_before, money_after),
            )
        )
    return found


def _kind(
    key: UUID,
    left: Collection[UUID],
    right: Collection[UUID],
    onward: list[tuple[UUID, str]],
    origin: list[tuple[UUID, str]],
) -> tuple[Kind | None, list[UUID]]:
    """Return the kind and the programmes it went to or came from; no kind when it only may have changed."""
    if key not in right:
        return (Kind.MERGED, [other for other, _kind in onward]) if onward else (Kind.REMOVED, [])
    if key not in left:
        return (Kind.SPLIT, [other for other, _kind in origin]) if origin else (Kind.ADDED, [])
    if split := [other for other, kind in onward if kind == Succession.Kind.SPLIT]:
        return Kind.SPLIT, split
    if merged := [other for other, kind in origin if kind == Succession.Kind.MERGE]:
        return Kind.MERGED, merged
    return None, []


def _read_both(reader: Reader, old: Revision, new: Revision) -> tuple[dict[UUID, _Programme], ...]:
    """Return the programmes of the two revisions by key, each in the order of its revision."""
    found: dict[int, dict[UUID, _Programme]] = {old.pk: {}, new.pk: {}}
    sheets = (reader.below(BY_NAME[name], WAY.get(name, "programme")) for name in SHEETS)
    rows = Programme.objects.filter(revision__in=found).values_list(
        "revision", "key", "code", "title", *sheets
    )
    for revision, key, code, title, *tables in rows:
        found[revision][key] = _Programme(code, title, tables)
    return found[old.pk], found[new.pk]


def _told(reader: Reader, programme: _Programme | None) -> tuple[dict[str, str], int]:
    """Return name -> words of all that the sheets say of a programme, and its planned rupiah that count."""
    words: dict[str, str] = {}
    budget = 0
    if programme is None:
        return words, budget
    for name, table in zip(SHEETS, programme.tables, strict=True):
        for values in table:
            row = reader.row(BY_NAME[name], values)
            words.update(_words(name, row))
            if name == "anggaran":
                budget += _counted(row)
    return words, budget


def _counted(row: Row) -> int:
    planned, share = row.get("rencana"), row.get("persen")
    assert isinstance(planned, int)
    assert isinstance(share, Decimal)
    return int(planned * share / 100)


def _words(name: str, row: Row) -> dict[str, str]:
    sheet = BY_NAME[name]
    if name == "program":
        prefix = ""
    elif name in ("kegiatan", "indikator", "percepatan"):
        prefix = f"{name} {row['kode']} "
    else:
        label = " ".join(
            cells.shown(sheet.column(column), row.get(column))
            for column in sheet.identity
            if column != "program"
        )
        prefix = f"{name} {label} "
    return {
        f"{prefix}{column}": cells.shown(column_of(sheet, column), value)
        for column, value in row.items()
        if value not in (None, ())
        and column not in NOT_COMPARED.get(name, ())
        and not (name != "program" and column in ("program", *sheet.identity) and column != "judul")
    }
