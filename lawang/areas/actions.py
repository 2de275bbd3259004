"""The verbs of areas: load the code list, and follow what decrees do to it.

People stand below areas on the street, so nothing here can ask may(): whoever calls (a desk page, the command line)
has asked it.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from lawang.areas.models import Area, AreaChange, is_code
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.record.actions import record

LEVELS = [str(level) for level in Area.Level]  # from the top down


@dataclass(frozen=True)
class Loaded:
    """What loading a code list did."""

    rows: int  # in the list
    added: int
    renamed: list[
        tuple[str, str, str]
    ]  # code, our name, the list's name: left as it was; a renaming is a verb
    gone: int  # valid here, not in the list: left as they were


@dataclass(frozen=True)
class Part:
    """One of the areas that a split makes."""

    code: str  # may be the old code: the part that stays
    name: str
    takes: tuple[str, ...] = ()  # codes of the old area's children that it gets


@transaction.atomic
def load_codes(
    stream: IO[str], *, decree: str, valid_from: date, at: datetime, by: AbstractBaseUser | None = None
) -> Loaded:
    """Add every area of a code list (CSV: code,parent,level,name) that is not here yet, with COPY.

    Areas that exist are never touched, nor is anything that points to them: loading the list twice changes nothing.
    Raise Refused if a row is not as the list must be; then nothing is loaded.
    """
    if stream.readline().strip().lstrip("\ufeff") != "code,parent,level,name":
        raise Refused(_("Baris pertama daftar kode wilayah harus berbunyi: code,parent,level,name."))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE code_list (code text, parent text, level text, name text) ON COMMIT DROP"
        )
        with cursor.copy("COPY code_list FROM STDIN") as copy:
            rows = 0
            for rows, row in enumerate(csv.reader(stream), 1):
                copy.write_row(_checked(row, line=rows + 1))
        cursor.execute("ANALYZE code_list")
        cursor.execute("SELECT code FROM code_list GROUP BY code HAVING count(*) > 1 LIMIT 1")
        if twice := cursor.fetchone():
            raise Refused(_("Kode %(code)s tertulis dua kali di daftar.") % {"code": twice[0]})
        added = 0
        for level in LEVELS:
            cursor.execute(
                """
                INSERT INTO areas_area (code, name, level, parent_id, decree, valid_from)
                SELECT l.code, l.name, l.level, p.id, %s, %s
                FROM code_list l
                LEFT JOIN areas_area p ON p.code = l.parent AND p.valid_to IS NULL
                WHERE l.level = %s AND (l.parent = '' OR p.id IS NOT NULL)
                  AND NOT EXISTS (SELECT 1 FROM areas_area a WHERE a.code = l.code
                                  AND (a.valid_to IS NULL OR a.valid_to > %s))
                ORDER BY l.code
                """,
                [decree, valid_from, level, valid_from],
            )
            added += cursor.rowcount
        cursor.execute(
            """
            SELECT l.code, l.parent FROM code_list l WHERE l.parent <> ''
            AND NOT EXISTS (SELECT 1 FROM areas_area a WHERE a.code = l.parent) LIMIT 1
            """
        )
        if orphan := cursor.fetchone():
            raise Refused(
                _("Kode %(code)s menyebut induk %(parent)s yang tidak ada di daftar.")
                % {"code": orphan[0], "parent": orphan[1]}
            )
        cursor.execute(
            """
            SELECT a.code, a.name, l.name FROM areas_area a JOIN code_list l USING (code)
            WHERE a.valid_to IS NULL AND a.name <> l.name ORDER BY 1
            """
        )
        renamed = [(code, ours, theirs) for code, ours, theirs in cursor.fetchall()]
        cursor.execute(
            "SELECT count(*) FROM areas_area a LEFT JOIN code_list l USING (code) "
            "WHERE a.valid_to IS NULL AND l.code IS NULL"
        )
        gone = cursor.fetchone()[0]
        cursor.execute("DROP TABLE code_list")
    if added:
        after = {"decree": decree, "valid_from": valid_from, "rows": rows, "added": added}
        record("areas.codes", "codes_loaded", by=by, at=at, after=after)
        _analyze()
    return Loaded(rows, added, renamed, gone)


def _checked(row: list[str], *, line: int) -> list[str]:
    """Return a row of the code list; raise Refused if code, parent, level and name do not fit together."""
    where = _("Baris %(line)s daftar kode wilayah: ") % {"line": line}
    if len(row) != 4:
        raise Refused(where + _("harus ada 4 kolom, ada %(count)s.") % {"count": len(row)})
    code, parent, level, name = row
    if not is_code(code) or level not in LEVELS or code.count(".") != LEVELS.index(level):
        raise Refused(
            where + _("kode %(code)s tidak cocok dengan tingkat %(level)s.") % {"code": code, "level": level}
        )
    if parent != code.rpartition(".")[0]:
        raise Refused(
            where + _("induk %(code)s tidak mungkin %(parent)s.") % {"code": code, "parent": parent}
        )
    if not name.strip() or len(name) > 120:
        raise Refused(where + _("nama harus 1 sampai 120 huruf."))
    return row


def _analyze() -> None:
    """Tell PostgreSQL about 91,599 new rows at once; the first pages would otherwise be planned for an empty table."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE areas_area")


@transaction.atomic
def load_points(stream: IO[str], *, at: datetime, by: AbstractBaseUser | None = None) -> int:
    """Set a point inside each area of a CSV (code,lon,lat; WGS 84) and return how many changed.

    Raise Refused if a code is not known or a point lies outside Indonesia; then no point is set.
    """
    wanted: dict[str, tuple[Decimal, Decimal]] = {}
    for line, row in enumerate(csv.DictReader(stream), 2):
        try:
            lon, lat = Decimal(row["lon"]), Decimal(row["lat"])
            inside = 94 <= lon <= 142 and -12 <= lat <= 7
            wanted[row["code"]] = (lon, lat)
        except (KeyError, InvalidOperation, TypeError):
            inside = False
        if not inside:
            raise Refused(
                _(
                    "Baris %(line)s berkas titik: tulis code,lon,lat; bujur 94 sampai 142, lintang -12 sampai 7."
                )
                % {"line": line}
            )
    areas = {
        area.code: area for area in Area.objects.filter(code__in=wanted, valid_to=None).select_for_update()
    }
    if unknown := sorted(set(wanted) - set(areas)):
        raise Refused(
            _("Kode %(codes)s di berkas titik tidak ada di daftar wilayah.") % {"codes": ", ".join(unknown)}
        )
    changed = [areas[code] for code, point in wanted.items() if (areas[code].lon, areas[code].lat) != point]
    for area in changed:
        area.lon, area.lat = wanted[area.code]
    Area.objects.bulk_update(changed, ["lon", "lat"])
    if changed:
        record(
            "areas.points", "points_loaded", by=by, at=at, after={"codes": [area.code for area in changed]}
        )
    return len(changed)


@transaction.atomic
def split(
    area: Area, *, into: Iterable[Part], decree: str, date: date, by: AbstractBaseUser | None, at: datetime
) -> list[Area]:
    """Close an area and open the areas it was split into; each of its children goes to exactly one part.

    A child keeps its code where its part keeps the old code, and otherwise gets the part's code before its last number.
    Raise Refused if there are fewer than two parts, a code is taken, or a child has no place or two.
    """
    area = _locked(area, on=date)
    parts = list(into)
    if len(parts) < 2:
        raise Refused(_("Pemekaran membuat sedikitnya dua wilayah."))
    children = {child.code: child for child in _children(area)}
    placed = [code for part in parts for code in part.takes]
    for code in placed:
        if code not in children:
            raise Refused(_("%(code)s bukan bagian dari %(area)s.") % {"code": code, "area": area})
        if placed.count(code) > 1:
            raise Refused(_("%(code)s ditempatkan di dua wilayah baru. Pilih satu.") % {"code": code})
    if missing := sorted(set(children) - set(placed)):
        raise Refused(
            _("Belum jelas ke mana %(codes)s. Tempatkan setiap wilayah di bawah %(area)s.")
            % {"codes": ", ".join(missing), "area": area}
        )
    _close(area, date)
    made = []
    for part in parts:
        new = _open(part.code, part.name, like=area, parent=area.parent, decree=decree, date=date)
        _arrow(area, new, AreaChange.Kind.SPLIT, decree, date)
        for code in part.takes:
            _adopt(children[code], new, decree=decree, date=date)
        made.append(new)
    after = {"decree": decree, "date": date, "into": [new.code for new in made]}
    record(area, "split", by=by, at=at, before={"code": area.code, "name": area.name}, after=after)
    return made


@transaction.atomic
def merge(
    areas: Iterable[Area],
    *,
    code: str,
    name: str,
    decree: str,
    date: date,
    by: AbstractBaseUser | None,
    at: datetime,
    codes: Mapping[str, str] | None = None,
) -> Area:
    """Close several areas and open the one they became; `code` may be the code of one of them.

    Children get the new code before their last number; where two would collide, `codes` (old: new) decides.
    Raise Refused if there are fewer than two areas, they differ in level, or a code is taken.
    """
    old = [_locked(area, on=date) for area in sorted(areas, key=lambda area: area.code)]
    if len({area.pk for area in old}) < 2:
        raise Refused(_("Penggabungan butuh sedikitnya dua wilayah."))
    if len({area.level for area in old}) > 1:
        raise Refused(_("Hanya wilayah setingkat yang bisa digabung."))
    keeper = next((area for area in old if area.code == code), old[0])
    children = [child for area in old for child in _children(area)]
    for area in old:
        _close(area, date)
    new = _open(code, name, like=keeper, parent=keeper.parent, decree=decree, date=date)
    # Those whose code stays come first: they hold their code, the others must find a free one.
    for child in sorted(children, key=lambda child: (not child.code.startswith(code + "."), child.code)):
        _adopt(child, new, decree=decree, date=date, code=(codes or {}).get(child.code))
    for area in old:
        _arrow(area, new, AreaChange.Kind.MERGE, decree, date)
        after = {"decree": decree, "date": date, "into": new.code}
        record(area, "merged", by=by, at=at, before={"code": area.code, "name": area.name}, after=after)
    return new


@transaction.atomic
def rename(
    area: Area, *, name: str, decree: str, date: date, by: AbstractBaseUser | None, at: datetime
) -> Area:
    """Close an area and open it again under the same code with another name."""
    area = _locked(area, on=date)
    if not name.strip() or name == area.name:
        raise Refused(_("Tulis nama yang baru; %(name)s sudah namanya.") % {"name": area.name})
    return _replace(area, AreaChange.Kind.RENAME, area.code, name, area.parent, decree, date, by, at)


@transaction.atomic
def move(
    area: Area,
    *,
    to: Area | None,
    code: str,
    decree: str,
    date: date,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Area:
    """Close an area and open it under another parent or code; everything below it is given new codes too."""
    area = _locked(area, on=date)
    if code == area.code:
        raise Refused(
            _("Wilayah yang pindah mendapat kode baru; %(code)s adalah kodenya yang lama.") % {"code": code}
        )
    return _replace(area, AreaChange.Kind.MOVE, code, area.name, to, decree, date, by, at)


def _replace(
    area: Area,
    kind: AreaChange.Kind,
    code: str,
    name: str,
    parent: Area | None,
    decree: str,
    date: date,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Area:
    children = list(_children(area))
    _close(area, date)
    new = _open(code, name, like=area, parent=parent, decree=decree, date=date)
    _arrow(area, new, kind, decree, date)
    for child in children:
        _adopt(child, new, decree=decree, date=date)
    before = {"code": area.code, "name": area.name}
    after = {"decree": decree, "date": date, "code": code, "name": name}
    record(
        area,
        "renamed" if kind == AreaChange.Kind.RENAME else "moved",
        by=by,
        at=at,
        before=before,
        after=after,
    )
    return new


def _locked(area: Area, *, on: date) -> Area:
    """Return the area locked; raise Refused if it does not exist on that day any more or only since that day."""
    area = Area.objects.select_for_update(of=("self",)).select_related("parent").get(pk=area.pk)
    if area.valid_to is not None:
        raise Refused(
            _("%(area)s sudah tidak berlaku sejak %(date)s.")
            % {"area": area, "date": long_date(area.valid_to)}
        )
    if on <= area.valid_from:
        raise Refused(
            _("Tanggal perubahan harus sesudah %(date)s, hari %(area)s mulai berlaku.")
            % {"area": area, "date": long_date(area.valid_from)}
        )
    return area


def _children(area: Area) -> Iterable[Area]:
    return Area.objects.filter(parent=area, valid_to=None).select_for_update().order_by("code")


def _close(area: Area, on: date) -> None:
    area.valid_to = on
    area.save(update_fields=["valid_to"])


def _open(code: str, name: str, *, like: Area, parent: Area | None, decree: str, date: date) -> Area:
    """Return a new area of the level of `like`; raise Refused if its code is taken or does not fit its parent."""
    if not is_code(code) or code.count(".") != LEVELS.index(like.level):
        raise Refused(
            _("%(code)s bukan kode %(level)s.") % {"code": code, "level": Area.Level(like.level).label}
        )
    if code.rpartition(".")[0] != (parent.code if parent else ""):
        raise Refused(
            _("Kode %(code)s tidak berada di bawah %(parent)s.")
            % {"code": code, "parent": parent or "Indonesia"}
        )
    if Area.objects.filter(code=code).exclude(valid_to__lte=date).exists():
        raise Refused(
            _("Kode %(code)s sudah dipakai. Beri kode lain, seperti tertulis di keputusannya.")
            % {"code": code}
        )
    return Area.objects.create(
        code=code,
        name=name,
        level=like.level,
        parent=parent,
        decree=decree,
        valid_from=date,
        lon=like.lon,
        lat=like.lat,
    )


def _arrow(old: Area, new: Area, kind: AreaChange.Kind, decree: str, date: date) -> None:
    AreaChange.objects.create(old=old, new=new, kind=kind, decree=decree, date=date)


def _adopt(child: Area, parent: Area, *, decree: str, date: date, code: str | None = None) -> None:
    """Give a child its new parent; where that changes its code, close it and open it anew, and so on downwards."""
    code = code or f"{parent.code}.{child.code.rpartition('.')[2]}"
    if code == child.code:
        child.parent = parent
        child.save(update_fields=["parent"])
        return
    grandchildren = list(_children(child))
    _close(child, date)
    new = _open(code, child.name, like=child, parent=parent, decree=decree, date=date)
    _arrow(child, new, AreaChange.Kind.MOVE, decree, date)
    for grandchild in grandchildren:
        _adopt(grandchild, new, decree=decree, date=date)
