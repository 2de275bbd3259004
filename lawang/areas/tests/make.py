"""Areas, shapes and layers for tests: a small regency of four square districts, two of them with villages."""

import json
from datetime import UTC, date, datetime
from typing import Any

from lawang.areas.models import Area
from lawang.areas.outlines import Imported, import_layer

DECREE = "Kepmendagri 300.2.2-2138/2025"
START = date(2025, 4, 25)
LATER = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
NAMES = {"90.01.01": "Hulu", "90.01.02": "Hilir", "90.01.03": "Seberang", "90.01.04": "Tanjung Raya Timur"}


def make_area(code: str, name: str, parent: Area | None = None, **fields: Any) -> Area:
    level = list(Area.Level)[code.count(".")]
    defaults = {"level": level, "parent": parent, "decree": DECREE, "valid_from": START}
    return Area.objects.create(code=code, name=name, **defaults | fields)


def make_regency(*, with_points: bool = False) -> Area:
    """Return Kabupaten Contoh with its four districts; Hulu and Hilir have two villages each."""
    regency = make_area("90.01", "Kabupaten Contoh", make_area("90", "Contoh"))
    for number, (code, name) in enumerate(NAMES.items()):
        point = {"lon": 103.05 + number % 2 * 0.1, "lat": -3.95 + number // 2 * 0.1} if with_points else {}
        district = make_area(code, name, regency, **point)
        if number < 2:
            make_area(f"{code}.1001", f"Pasar {name}", district)
            make_area(f"{code}.2002", f"Dusun {name}", district)
    return regency


def area(code: str) -> Area:
    return Area.objects.get(code=code, valid_to=None)


def square(west: float, south: float, side: float = 0.1) -> list[list[float]]:
    east, north = round(west + side, 5), round(south + side, 5)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: str, ring: list[list[float]], **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, **properties}, "geometry": geometry}


def four_squares() -> list[dict[str, Any]]:
    """Return the four districts as squares around 103.1, -3.9, each sharing two borders."""
    corners = [(103.0, -4.0), (103.1, -4.0), (103.0, -3.9), (103.1, -3.9)]
    return [feature(code, square(*corner)) for code, corner in zip(NAMES, corners, strict=True)]


def geojson(features: list[Any], **extra: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **extra}).encode()


def import_squares(features: list[Any] | None = None, **fields: Any) -> Imported:
    words: dict[str, Any] = {
        "title": "Batas kecamatan",
        "source": "Bappeda Contoh",
        "licence": "CC BY 4.0",
        "date": date(2025, 6, 1),
        "level": "district",
        "by": None,
        "at": AT,
    }
    return import_layer(geojson(four_squares() if features is None else features), **words | fields)
