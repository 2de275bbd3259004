"""Set two revisions of a plan side by side, programme by programme. Nine queries per revision, whatever its size."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from lawang.lib.numbers import as_is, rupiah
from lawang.lib.text import Text
from lawang.plans import cells
from lawang.plans.importing import column_of
from lawang.plans.models import Programme, Revision, Succession
from lawang.plans.sheets import BY_NAME
from lawang.plans.sheets import Kind as CellKind
from lawang.plans.tables import Reader, Row

SHEETS = ("program", "anggaran", "kegiatan", "tonggak", "indikator", "target", "percepatan")
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
        return self.name.removesuffix(" target").replace("_", " ")

    @property
    def old_words(self) -> str:
        return _read(self.name, self.old)

    @property
    def new_words(self) -> str:
        return _read(self.name, self.new)


def _read(name: str, shown: str) -> str:
    """Return what a cell shows with its number as people write it."""
    first, last = name.split()[0], name.split()[-1]
    column = column_of(BY_NAME[first if first in SHEETS else "program"], last)
    value = (
        cells.typed(column, shown)
        if column.kind in (CellKind.NUMBER, CellKind.WHOLE, CellKind.RUPIAH)
        else None
    )
    if not isinstance(value, int | Decimal):
        return shown
    return rupiah(int(value)) if column.kind == CellKind.RUPIAH else as_is(Decimal(value))


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


@dataclass
class _Side:
    """One revision, told per programme as name -> words."""

    codes: dict[UUID, str]
    titles: dict[UUID, Text]
    told: dict[UUID, dict[str, str]]
    budgets: dict[UUID, int]


def compare(old: Revision, new: Revision) -> list[Difference]:
    """Return what differs, in the order of the new revision; programmes that are alike are left out."""
    left, right = _side(old), _side(new)
    onward, origin = defaultdict(list), defaultdict(list)
    for step in Succession.objects.filter(revision=new):
        onward[step.old_key].append((step.new_key, step.kind))
        origin[step.new_key].append((step.old_key, step.kind))
    found = []
    for key in [*right.codes, *(key for key in left.codes if key not in right.codes)]:
        before, after = left.told.get(key, {}), right.told.get(key, {})
        changes = tuple(
            FieldChange(name, before.get(name, ""), after.get(name, ""))
            for name in [*after, *(name for name in before if name not in after)]
            if before.get(name, "") != after.get(name, "")
        )
        kind, related = _kind(key, left, right, onward[key], origin[key])
        if kind is None and not changes:
            continue
        side = right if key in right.codes else left
        names = {**left.codes, **right.codes}
        found.append(
            Difference(
                key=key,
                code=side.codes[key],
                title=side.titles[key],
                kind=kind or Kind.CHANGED,
                changes=changes if key in left.codes and key in right.codes else (),
                related=tuple((other, names.get(other, "")) for other in related),
                budget=(left.budgets.get(key, 0), right.budgets.get(key, 0)),
            )
        )
    return found


def _kind(
    key: UUID, left: _Side, right: _Side, onward: list[tuple[UUID, str]], origin: list[tuple[UUID, str]]
) -> tuple[Kind | None, list[UUID]]:
    """Return the kind and the programmes it went to or came from; no kind when it only may have changed."""
    if key not in right.codes:
        return (Kind.MERGED, [other for other, _kind in onward]) if onward else (Kind.REMOVED, [])
    if key not in left.codes:
        return (Kind.SPLIT, [other for other, _kind in origin]) if origin else (Kind.ADDED, [])
    if split := [other for other, kind in onward if kind == Succession.Kind.SPLIT]:
        return Kind.SPLIT, split
    if merged := [other for other, kind in origin if kind == Succession.Kind.MERGE]:
        return Kind.MERGED, merged
    return None, []


def _side(revision: Revision) -> _Side:
    tables = Reader(revision.plan, revision).tables(SHEETS)
    rows = list(Programme.objects.filter(revision=revision).values_list("key", "code", "title"))
    side = _Side(
        codes={key: code for key, code, _title in rows},
        titles={key: title for key, _code, title in rows},
        told={key: {} for key, _code, _title in rows},
        budgets=dict.fromkeys((key for key, _code, _title in rows), 0),
    )
    keys = {code: key for key, code in side.codes.items()}
    owners = {str(row["kode"]): str(row["program"]) for row in tables["indikator"].rows.values()}
    for name, table in tables.items():
        for row in table.rows.values():
            code = {"program": row.get("kode"), "target": owners.get(str(row.get("indikator")))}.get(
                name, row.get("program")
            )
            key = keys.get(str(code))
            if key is not None:
                side.told[key].update(_told(name, row))
                if name == "anggaran":
                    side.budgets[key] += _counted(row)
    return side


def _counted(row: Row) -> int:
    planned, share = row.get("rencana"), row.get("persen")
    assert isinstance(planned, int)
    assert isinstance(share, Decimal)
    return int(planned * share / 100)


def _told(name: str, row: Row) -> dict[str, str]:
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
