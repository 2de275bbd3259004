"""Outlines of areas: read a GeoJSON file, say everything that is wrong with it, keep it whole or not at all."""

import hashlib
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import shapely
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from lawang.areas.models import Area, Layer, Outline, dotted, is_code
from lawang.lib.refused import Refused
from lawang.record.actions import record

MOST_BYTES = 30_000_000
MOST_FEATURES = 5_000
MOST_POINTS = 1_500_000
BOX = (94.0, -12.0, 142.0, 7.0)  # Indonesia with a margin: west, south, east, north
OVERLAP = 0.01  # of the smaller neighbour: above this two areas claim the same ground
# Names of the property that holds the code: ours, common ones, and those of BIG's RBI layers.
CODES = ("code", "kode", "kd_kecamatan", "kode_kec", "kdepum", "kdcpum", "kdpkab", "kdppum", "kdbbps")
RBI = {Area.Level.PROVINCE: "kdppum", Area.Level.REGENCY: "kdpkab", Area.Level.DISTRICT: "kdcpum"}
WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


class BrokenLayer(Refused):
    """The file cannot be taken; `problems` are sentences, each with the feature's number and what to do."""

    def __init__(self, problems: list[str]) -> None:
        head = ngettext(
            "Berkas batas tidak diimpor: %(count)s masalah.",
            "Berkas batas tidak diimpor: %(count)s masalah.",
            len(problems),
        )
        super().__init__("\n".join([head % {"count": len(problems)}, *problems]))
        self.problems = problems


@dataclass
class Reading:
    """What a file holds: shapes by code, what forbids taking it, and what was mended on the way."""

    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # code -> number of its feature in the file


@dataclass(frozen=True)
class Imported:
    layer: Layer
    fresh: bool  # False: the same file was imported before, nothing changed
    notes: list[str]


@transaction.atomic
def import_layer(
    geojson: bytes,
    *,
    title: str,
    source: str,
    licence: str,
    date: date,
    level: str,
    by: AbstractBaseUser | None,
    at: datetime,
    partial: bool = False,
) -> Imported:
    """Keep the outlines of a GeoJSON file as one layer, or raise BrokenLayer with every problem and keep nothing.

    `date` is the day of the data, as its source states. `partial`: the file need not hold every sibling of its areas.
    The same bytes twice change nothing.
    """
    sha256 = hashlib.sha256(geojson).hexdigest()
    if layer := Layer.objects.filter(sha256=sha256).first():
        return Imported(layer, fresh=False, notes=[])
    blanks = [
        name
        for name, value in (("--title", title), ("--source", source), ("--licence", licence))
        if not value.strip()
    ]
    if blanks:
        raise BrokenLayer(
            [
                _("Isi %(names)s: judul, sumber, dan lisensi tercetak di bawah setiap peta.")
                % {"names": ", ".join(blanks)}
            ]
        )
    reading = read(geojson, level=level)
    areas = {
        area.code: area for area in Area.objects.filter(level=level, valid_to=None, code__in=reading.shapes)
    }
    reading.problems += _unknown(reading, areas, level)
    if not partial and not reading.problems:  # what a broken feature left out is no second problem
        reading.problems += _missing(areas, level)
    if reading.problems:
        raise BrokenLayer(reading.problems)
    layer = Layer.objects.create(
        title=title.strip(),
        source=source.strip(),
        licence=licence.strip(),
        date=date,
        level=level,
        sha256=sha256,
        imported_at=at,
    )
    Outline.objects.bulk_create(_outline(layer, areas[code], shape) for code, shape in reading.shapes.items())
    after = {
        "title": title,
        "source": source,
        "licence": licence,
        "date": date,
        "level": level,
        "sha256": sha256,
    }
    record(layer, "layer_imported", by=by, at=at, after=after | {"areas": len(areas)})
    return Imported(layer, fresh=True, notes=reading.notes)


def _outline(layer: Layer, area: Area, shape: BaseGeometry) -> Outline:
    west, south, east, north = shape.bounds
    return Outline(
        layer=layer,
        area=area,
        geometry=json.loads(shapely.to_geojson(shape)),
        west=west,
        south=south,
        east=east,
        north=north,
    )


def read(geojson: bytes, *, level: str) -> Reading:
    """Return the shapes of a file by code, without asking the database; `problems` is empty when it can be taken."""
    reading = Reading()
    if len(geojson) > MOST_BYTES:
        reading.problems.append(
            _("Berkas %(size)s MB terlalu besar; paling besar %(most)s MB. Sederhanakan garisnya dahulu.")
            % {"size": len(geojson) // 1_000_000, "most": MOST_BYTES // 1_000_000}
        )
        return reading
    features = _features(geojson, reading)
    counts = {"turned": 0, "flattened": 0}
    points = 0
    first = reading.numbers
    for number, feature in enumerate(features, 1):
        code, sentence = _code(feature, level)
        shape = None
        if not sentence:
            shape, sentence = _shape(feature, counts)
        if not sentence and code in first:
            sentence = _(
                "kode %(code)s sudah ada di fitur %(first)s. Gabungkan keduanya menjadi satu MultiPolygon."
            ) % {
                "code": code,
                "first": first[code],
            }
        if sentence or shape is None:
            reading.problems.append(
                _("Fitur %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}
            )
            continue
        first[code] = number
        reading.shapes[code] = shape
        points += int(shapely.get_num_coordinates(shape))
    if points > MOST_POINTS:
        reading.problems.append(
            _("Berkas berisi %(count)s titik; paling banyak %(most)s. Sederhanakan garisnya dahulu.")
            % {"count": points, "most": MOST_POINTS}
        )
    else:
        reading.problems += _overlaps(reading.shapes, first)
    if counts["turned"]:
        reading.notes.append(
            _("Arah garis %(count)s fitur dibalik: garis luar berlawanan arah jarum jam (RFC 7946).")
            % {"count": counts["turned"]}
        )
    if counts["flattened"]:
        reading.notes.append(_("Ketinggian pada %(count)s fitur dibuang.") % {"count": counts["flattened"]})
    return reading


def _features(geojson: bytes, reading: Reading) -> list[Any]:
    """Return the features of the file; what is wrong with the file itself becomes a problem and no features."""
    try:
        data = json.loads(geojson)
    except UnicodeDecodeError:
        reading.problems.append(_("Berkas bukan UTF-8. Simpan ulang sebagai GeoJSON UTF-8."))
        return []
    except ValueError as error:
        where = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "?"
        reading.problems.append(
            _("Berkas bukan JSON yang benar (baris:kolom %(where)s). Ekspor ulang sebagai GeoJSON.")
            % {"where": where}
        )
        return []
    except RecursionError:
        reading.problems.append(_("Berkas bersarang terlalu dalam. Ekspor ulang sebagai GeoJSON."))
        return []
    features = data.get("features") if isinstance(data, dict) else None
    if (
        not isinstance(data, dict)
        or data.get("type") != "FeatureCollection"
        or not isinstance(features, list)
    ):
        reading.problems.append(
            _("Berkas bukan FeatureCollection GeoJSON. Ekspor ulang seluruh lapisannya, bukan satu bentuk.")
        )
        return []
    crs = json.dumps(data.get("crs") or "CRS84")
    if not any(name in crs for name in WGS84):
        reading.problems.append(
            _(
                "Sistem koordinat berkas bukan WGS 84 (EPSG:4326). Ubah ke bujur dan lintang, lalu ekspor ulang."
            )
        )
        return []
    if not features or len(features) > MOST_FEATURES:
        reading.problems.append(
            _("Berkas berisi %(count)s fitur; harus 1 sampai %(most)s.")
            % {"count": len(features), "most": MOST_FEATURES}
        )
        return []
    return features


def _code(feature: Any, level: str) -> tuple[str, str]:
    """Return the dotted code of a feature, or "" and what is wrong."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return "", _("tidak punya properties. Setiap bentuk butuh kode wilayah pada kolom code.")
    lower = {str(name).lower(): value for name, value in properties.items()}
    own = RBI.get(Area.Level(level), "kdepum")
    name = next((name for name in ("code", "kode", own, *CODES) if lower.get(name) not in (None, "")), None)
    if name is None:
        return "", _("tidak ada kode wilayah. Tambahkan kolom code, misalnya 16.11.03.")
    code = dotted(str(lower[name]).strip())
    if not is_code(code):
        return "", _("kode %(code)s bukan kode wilayah. Tulis seperti 16.11.03.") % {
            "code": str(lower[name])[:40]
        }
    if code.count(".") != list(Area.Level).index(Area.Level(level)):
        return "", _("kode %(code)s bukan kode %(level)s. Pilih berkas atau tingkat yang lain.") % {
            "code": code,
            "level": Area.Level(level).label,
        }
    return code, ""


def _shape(feature: dict[str, Any], counts: dict[str, int]) -> tuple[BaseGeometry | None, str]:
    """Return the geometry of a feature, its rings turned as RFC 7946 wants them, or None and what is wrong."""
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        return None, _("bentuknya %(kind)s. Batas wilayah harus Polygon atau MultiPolygon.") % {
            "kind": str(kind)[:40]
        }
    coordinates = geometry.get("coordinates")
    if sentence := _bad_rings(coordinates if kind == "MultiPolygon" else [coordinates]):
        return None, sentence
    shape = shapely.geometry.shape(geometry)
    west, south, east, north = shape.bounds
    if west < BOX[0] or east > BOX[2] or south < BOX[1] or north > BOX[3]:
        return None, _out_of_box(west, south, east, north)
    if shape.has_z:
        shape = shapely.force_2d(shape)
        counts["flattened"] += 1
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        return None, _(
            'bentuknya rusak (%(reason)s). Perbaiki dengan "fix geometries" di QGIS, lalu ekspor ulang.'
        ) % {"reason": reason}
    if shape.area == 0:
        return None, _("bentuknya tidak punya luas. Gambar ulang batasnya.")
    parts = [orient(part) for part in getattr(shape, "geoms", [shape])]
    turned = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    if any(a.exterior.is_ccw is False for a in getattr(shape, "geoms", [shape])):
        counts["turned"] += 1
    return turned, ""


def _bad_rings(polygons: Any) -> str:
    """Return what is wrong with the nesting, the numbers or the closing of rings; "" if nothing."""
    try:
        for polygon in polygons:
            if not polygon:
                return _("ada bagian tanpa garis. Hapus bagian yang kosong.")
            for ring in polygon:
                if len(ring) < 4 or ring[0] != ring[-1]:
                    return _("ada garis yang tidak tertutup. Titik terakhir harus sama dengan titik pertama.")
                for point in ring:
                    if not (2 <= len(point) <= 4) or any(
                        isinstance(number, bool)
                        or not isinstance(number, int | float)
                        or not math.isfinite(number)
                        for number in point
                    ):
                        return _("ada titik yang bukan dua angka. Setiap titik adalah [bujur, lintang].")
        return "" if polygons else _("bentuknya kosong. Hapus fitur ini atau gambar batasnya.")
    except (TypeError, KeyError, OverflowError):
        return _("susunan koordinatnya tidak benar. Ekspor ulang sebagai Polygon atau MultiPolygon.")


def _out_of_box(west: float, south: float, east: float, north: float) -> str:
    if max(abs(west), abs(east), abs(south), abs(north)) > 360:
        return _(
            "koordinatnya dalam meter, bukan derajat. Ubah proyeksinya ke WGS 84 (EPSG:4326), lalu ekspor ulang."
        )
    if BOX[1] <= west and east <= BOX[3] and BOX[0] <= south and north <= BOX[2]:
        return _(
            "bujur dan lintangnya tertukar. Setiap titik adalah [bujur, lintang], misalnya [103.01, -3.62]."
        )
    return _("terletak di luar Indonesia (bujur 94 sampai 142, lintang -12 sampai 7). Periksa koordinatnya.")


def _overlaps(shapes: dict[str, BaseGeometry], numbers: dict[str, int]) -> list[str]:
    """Return a sentence for every two shapes that claim the same ground."""
    codes = list(shapes)
    found: list[str] = []
    if len(codes) < 2:
        return found
    tree = shapely.STRtree([shapes[code] for code in codes])
    for one, two in tree.query([shapes[code] for code in codes], predicate="intersects").T:
        if one >= two:
            continue
        a, b = shapes[codes[one]], shapes[codes[two]]
        if a.intersection(b).area > OVERLAP * min(a.area, b.area):
            found.append(
                _(
                    "Fitur %(number)s: %(code)s menutupi %(other)s (fitur %(other_number)s). "
                    "Perbaiki batas di antara keduanya."
                )
                % {
                    "number": numbers[codes[two]],
                    "code": codes[two],
                    "other": codes[one],
                    "other_number": numbers[codes[one]],
                }
            )
    return found


def _unknown(reading: Reading, areas: dict[str, Area], level: str) -> list[str]:
    return [
        _(
            "Fitur %(number)s: kode %(code)s tidak ada di daftar %(level)s yang berlaku. "
            "Perbaiki kodenya, atau catat dahulu perubahan wilayahnya."
        )
        % {"number": reading.numbers[code], "code": code, "level": Area.Level(level).label}
        for code in reading.shapes
        if code not in areas
    ]


def _missing(areas: dict[str, Area], level: str) -> list[str]:
    """Return a sentence for each parent of which only some children have a shape."""
    parents = {area.parent_id for area in areas.values() if area.parent_id}
    absent: dict[str, list[str]] = defaultdict(list)
    siblings = Area.objects.filter(level=level, valid_to=None, parent__in=parents).exclude(code__in=areas)
    for area in siblings.select_related("parent"):
        absent[str(area.parent)].append(str(area))
    return [
        _(
            "%(parent)s belum lengkap: tidak ada bentuk untuk %(names)s. Tambahkan, atau impor dengan --partial."
        )
        % {"parent": parent, "names": ", ".join(names)}
        for parent, names in absent.items()
    ]
