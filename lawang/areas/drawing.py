"""Draw shapes given in longitude and latitude as numbers for an SVG: paths, places for labels, a scale bar.

Nothing here asks the database. Units are those of a viewBox WIDTH wide; a page shows it 300 to 700 pixels wide.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import shapely
from shapely import STRtree
from shapely.affinity import affine_transform
from shapely.geometry import MultiPoint, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import voronoi_diagram

WIDTH = 1000
TALLEST = 1100
MARGIN = 40
KM_PER_DEGREE = 111.32
TOLERANCE = 0.9  # units; what a coast may lose before a reader sees it
SMALLEST = 4.0  # square units; islets below this are not drawn unless they are all there is
SIZES = {"wide": 21, "narrow": 37}  # letters: 13 px on a map 640 px wide, 12 px on one 328 px wide
LETTER = 0.56  # mean width of a letter, in letter heights; measured on system-ui
FAR_GAIN = 0.75  # an inset is made when leaving far islets out makes the frame smaller than this share
FAR_SHARE = 0.03  # ... and they are at most this share of the land


@dataclass(frozen=True)
class Label:
    """Words on the map: one or two lines around (x, y), or the number of the row in the table."""

    code: str
    lines: tuple[str, ...]
    x: int
    y: int  # baseline of the first line
    is_number: bool


@dataclass(frozen=True)
class Inset:
    """A small frame in which far islets are drawn nearer than they are."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Drawing:
    height: int
    paths: Mapping[str, str]  # code -> value of a path's d
    context: tuple[str, ...]  # neighbours, same
    labels: Mapping[str, tuple[Label, ...]]  # "wide" and "narrow"
    inset: Inset | None
    is_archipelago: bool  # the ground around is sea
    scale: tuple[int, int, int, int]  # kilometres, length, x, y of the bar's left end


def draw(
    shapes: Mapping[str, BaseGeometry], names: Mapping[str, str], context: Iterable[BaseGeometry] = ()
) -> Drawing:
    """Return the drawing of the shapes; `names` is in the order of the table that numbers them."""
    land = shapely.union_all(list(shapes.values()))
    pieces = sorted(getattr(land, "geoms", [land]), key=lambda piece: piece.area, reverse=True)
    is_archipelago = pieces[0].area < 0.6 * land.area
    far = _far(pieces)
    near = shapely.union_all([piece for piece in pieces if not any(piece is islet for islet in far)])
    frame = _Frame(near.bounds)
    placed = {code: frame.project(shape) for code, shape in shapes.items()}
    inset = None
    if far:
        away = frame.project(shapely.union_all(far))
        free = _Free(frame, [frame.project(near)])
        inset, shift = free.inset(away)
        for code, shape in placed.items():
            parts = getattr(shape, "geoms", [shape])
            moved = [shift(part) if away.intersects(part.representative_point()) else part for part in parts]
            placed[code] = shapely.union_all(moved)
    slim = dict(zip(placed, _simplified(list(placed.values())), strict=True))
    view = box(0, 0, WIDTH, frame.height)
    around = [frame.project(shape).intersection(view) for shape in context]
    bar = _scale_bar(frame, list(slim.values()))
    blocked = [box(bar[2] - 8, bar[3] - 44, bar[2] + bar[1] + 8, bar[3] + 8)]
    return Drawing(
        height=frame.height,
        paths={code: path(shape) for code, shape in slim.items()},
        context=tuple(path(shape.simplify(TOLERANCE)) for shape in around if not shape.is_empty),
        labels={size: tuple(_labels(slim, names, frame, letter, blocked)) for size, letter in SIZES.items()},
        inset=inset,
        is_archipelago=is_archipelago,
        scale=bar,
    )


class _Frame:
    """The window on the world: degrees to units, y downwards; a degree of longitude shrinks with the latitude."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        west, south, east, north = bounds
        squeeze = math.cos(math.radians((south + north) / 2))
        wide, tall = (east - west) * squeeze or 1e-6, (north - south) or 1e-6
        room = WIDTH - 2 * MARGIN
        self.scale = min(room / wide, (TALLEST - 2 * MARGIN) / tall)  # units in a degree of latitude
        self.height = max(round(tall * self.scale) + 2 * MARGIN, 420)
        self.units_per_km = self.scale / KM_PER_DEGREE
        x = (WIDTH - wide * self.scale) / 2 - west * squeeze * self.scale
        y = (self.height + tall * self.scale) / 2 + south * self.scale
        self._matrix = [squeeze * self.scale, 0, 0, -self.scale, x, y]

    def project(self, shape: BaseGeometry) -> BaseGeometry:
        return affine_transform(shape, self._matrix)


class _Free:
    """Finds room for an inset: the corner with the least land."""

    def __init__(self, frame: _Frame, shapes: list[BaseGeometry]) -> None:
        self.frame = frame
        self.land = shapely.union_all(shapes)

    def inset(self, away: BaseGeometry) -> "tuple[Inset, _Shift]":
        west, north, east, south = away.bounds
        pad = 14
        room_x, room_y = WIDTH * 0.3, self.frame.height * 0.3
        factor = min(
            1.0, (room_x - 2 * pad) / ((east - west) or 1), (room_y - 2 * pad) / ((south - north) or 1)
        )
        width = max(round((east - west) * factor) + 2 * pad, 90)
        height = max(round((south - north) * factor) + 2 * pad, 90)
        corners = [(x, y) for x in (WIDTH - width - 6, 6) for y in (6, self.frame.height - height - 6)]
        x, y = min(
            corners,
            key=lambda at: self.land.intersection(box(at[0], at[1], at[0] + width, at[1] + height)).area,
        )
        dx = x + width / 2 - (west + east) / 2 * factor
        dy = y + height / 2 - (north + south) / 2 * factor
        return Inset(x, y, width, height), _Shift(factor, dx, dy)


@dataclass(frozen=True)
class _Shift:
    factor: float
    dx: float
    dy: float

    def __call__(self, shape: BaseGeometry) -> BaseGeometry:
        return affine_transform(shape, [self.factor, 0, 0, self.factor, self.dx, self.dy])


def _far(pieces: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the islets that stretch the frame though they are hardly any land; [] if leaving them gains little."""
    if len(pieces) < 2:
        return []
    left, far = list(pieces), []
    allowed = FAR_SHARE * sum(piece.area for piece in pieces)
    steps = [_frame_area(left)]
    while len(left) > 1:
        # Of the pieces at the edge of the frame, the one without which it shrinks most, and of equals the smallest.
        frames = {n: _frame_area([*left[:n], *left[n + 1 :]]) for n in range(len(left))}
        touching = [n for n, piece in enumerate(left) if piece.area <= allowed and _touches(piece, left)]
        if not touching:
            break
        outer = min(touching, key=lambda n: (frames[n] > 0.97 * steps[-1], left[n].area, frames[n]))
        allowed -= left[outer].area
        far.append(left.pop(outer))
        steps.append(_frame_area(left))
    enough = next(n for n, size in enumerate(steps) if size <= 1.03 * min(steps))
    if steps[enough] > FAR_GAIN * steps[0]:
        return []
    return _needed(
        [piece for piece in pieces if not any(piece is islet for islet in far[:enough])], far[:enough]
    )


def _touches(piece: BaseGeometry, pieces: list[BaseGeometry]) -> bool:
    """Tell whether the piece lies at the edge of the frame around the pieces."""
    return any(a == b for a, b in zip(piece.bounds, shapely.total_bounds(pieces), strict=True))


def _needed(left: list[BaseGeometry], far: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the far pieces that really lie outside the frame of what is left."""
    west, south, east, north = shapely.union_all(left).bounds
    margin = 0.05 * max(east - west, north - south)
    frame = box(west - margin, south - margin, east + margin, north + margin)
    return [piece for piece in far if not frame.contains(piece)]


def _frame_area(pieces: list[BaseGeometry]) -> float:
    west, south, east, north = shapely.total_bounds(pieces)
    return float((east - west) * (north - south))


def _simplified(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the shapes with fewer points, borders that two of them share still shared."""
    if shapely.coverage_is_valid(shapes):
        slim = list(shapely.coverage_simplify(shapes, TOLERANCE * 2.2))
    else:
        slim = [shape.simplify(TOLERANCE) for shape in shapes]
    return [_without_crumbs(shape) for shape in slim]


def _without_crumbs(shape: BaseGeometry) -> BaseGeometry:
    parts = list(getattr(shape, "geoms", [shape]))
    kept = [part for part in parts if part.area >= SMALLEST] or [max(parts, key=lambda part: part.area)]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def path(shape: BaseGeometry) -> str:
    """Return a path's d in whole units, each point relative to the one before."""
    return "".join(_ring(ring.coords) for ring in _rings(shape))


def _rings(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in getattr(shape, "geoms", [shape]):
        if isinstance(part, Polygon):
            yield part.exterior
            yield from part.interiors


def _ring(points: Iterable[tuple[float, ...]]) -> str:
    whole = [(round(point[0]), round(point[1])) for point in points]
    kept = [whole[0]] + [now for was, now in pairwise(whole) if was != now]
    if len(kept) < 4:
        return ""
    steps = "".join(f"{now[0] - was[0]: d}{now[1] - was[1]: d}" for was, now in pairwise(kept[:-1]))
    return f"M{kept[0][0]} {kept[0][1]}l{steps.replace(' -', '-').lstrip()}z"


def _labels(
    shapes: Mapping[str, BaseGeometry],
    names: Mapping[str, str],
    frame: _Frame,
    letter: int,
    blocked: Sequence[BaseGeometry],
) -> Iterator[Label]:
    """Yield a label for each shape: its name where that fits without touching another, else its number.

    The largest come first. A name may not lie on another shape's number, nor on more than a quarter of foreign ground.
    """
    numbers = {code: str(number) for number, code in enumerate(names, 1)}
    spots = {code: _spot(shape) for code, shape in shapes.items()}
    pins = {code: _around(spots[code].x, spots[code].y, [numbers[code]], letter) for code in shapes}
    codes = list(shapes)
    tree = STRtree([shapes[code] for code in codes])
    view = box(6, 6, WIDTH - 6, frame.height - 6)
    taken: list[BaseGeometry] = list(blocked)
    waiting = []
    for code in sorted(shapes, key=lambda code: -shapes[code].area):
        others = [pins[other] for other in shapes if other != code]
        found = None
        for lines, x, y in _places(names[code], spots[code], shapes[code], letter):
            room = _around(x, y, lines, letter)
            if not view.contains(room) or any(room.intersects(other) for other in taken + others):
                continue
            foreign = sum(
                shapes[codes[index]].intersection(room).area
                for index in tree.query(room)
                if codes[index] != code
            )
            is_own = shapes[code].contains(Point(x, y))
            if foreign <= (0.22 if is_own else 0.01) * room.area:
                found = (lines, x, y, room)
                break
        if found is None:
            waiting.append(code)
            continue
        lines, x, y, room = found
        taken.append(room)
        yield Label(code, tuple(lines), round(x), _baseline(y, lines, letter), is_number=False)
    for code in waiting:
        spot, lines = spots[code], [numbers[code]]
        steps = [(0.0, 0.0)] + [
            (math.cos(angle) * far, math.sin(angle) * far)
            for far in (letter * 0.6, letter * 1.1)
            for angle in (math.tau * turn / 8 for turn in range(8))
        ]
        rooms = [_around(spot.x + dx, spot.y + dy, lines, letter) for dx, dy in steps]
        best = min(rooms, key=lambda room: sum(room.intersection(other).area for other in taken))
        taken.append(best)
        yield Label(
            code, tuple(lines), round(best.centroid.x), _baseline(best.centroid.y, lines, letter), True
        )


def _spot(shape: BaseGeometry) -> Point:
    """Return the point of a shape that is farthest from its border, in its largest part."""
    part = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(part, tolerance=1)
    return Point(circle.coords[0])


def _places(
    name: str, spot: Point, shape: BaseGeometry, letter: int
) -> Iterator[tuple[list[str], float, float]]:
    """Yield where a name might stand, the best first: inside on one line or two, then beside its island."""
    forms = [[name], *([halves] if (halves := _halves(name)) else [])]
    for lines in forms:
        for dy in (0, -0.5, 0.5, -1, 1):
            for dx in (0, -1.2, 1.2, -2.4, 2.4):
                yield lines, spot.x + dx * letter, spot.y + dy * letter
    part = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    west, north, east, south = part.bounds
    for lines in forms:
        half = _width(lines, letter) / 2 + 6
        tall = len(lines) * letter * 0.6 + 6
        for dy in (0, -1, 1, -2, 2):
            yield lines, east + half, spot.y + dy * letter
            yield lines, west - half, spot.y + dy * letter
        for dx in (0, -2, 2):
            yield lines, spot.x + dx * letter, north - tall
            yield lines, spot.x + dx * letter, south + tall


def _halves(name: str) -> list[str]:
    """Return the name broken near its middle, at a space or after a hyphen; [] if it has neither."""
    breaks = [at + 1 for at, sign in enumerate(name[:-1]) if sign in " -"]
    if not breaks:
        return []
    at = min(breaks, key=lambda at: abs(at - len(name) / 2))
    return [name[:at].strip(), name[at:].strip()]


def _width(lines: list[str], letter: int) -> float:
    return max(len(line) for line in lines) * letter * LETTER


def _around(x: float, y: float, lines: list[str], letter: int) -> Polygon:
    half, tall = _width(lines, letter) / 2 + 7, len(lines) * letter * 0.55 + 2
    return box(x - half, y - tall, x + half, y + tall)


def _baseline(y: float, lines: Iterable[str], letter: int) -> int:
    count = len(list(lines))
    return round(y - (count - 1) * letter * 0.55 + letter * 0.35)


def _scale_bar(frame: _Frame, shapes: list[BaseGeometry]) -> tuple[int, int, int, int]:
    """Return kilometres, length and the left end of a bar, in the lower corner with less land."""
    km = max(
        (km for km in (1, 2, 5, 10, 20, 50, 100, 200) if km * frame.units_per_km < 0.28 * WIDTH), default=1
    )
    length, y = round(km * frame.units_per_km), frame.height - 16
    land = shapely.union_all(shapes)
    ends = (16, WIDTH - length - 16)
    x = min(ends, key=lambda x: land.intersection(box(x, y - 44, x + length, y)).area)
    return km, length, x, y


def schematic(points: Mapping[str, tuple[float, float]]) -> dict[str, BaseGeometry]:
    """Return a cell for each point (longitude, latitude): Voronoi, clipped to a rounded hull around the points.

    Points that lie far from the others become an island of their own, as their areas mostly are.
    """
    squeeze = math.cos(math.radians(sum(lat for _, lat in points.values()) / len(points)))
    seen: set[tuple[float, float]] = set()
    flat: dict[str, Point] = {}
    for code, (lon, lat) in points.items():
        while (lon, lat) in seen:  # two points that rounding put on one spot stand side by side
            lon += 0.004
        seen.add((lon, lat))
        flat[code] = Point(lon * squeeze, lat)
    gaps = [
        min((a.distance(b) for c, b in flat.items() if c != code), default=0.05) for code, a in flat.items()
    ]
    reach = 0.85 * max(median(gaps), 0.02)
    dots = MultiPoint(list(flat.values()))
    hull = dots.buffer(reach, quad_segs=6).buffer(reach, quad_segs=6).buffer(-reach, quad_segs=6)
    if hull.geom_type == "Polygon":
        hull = Polygon(hull.exterior)
    cells = voronoi_diagram(dots, envelope=box(*hull.bounds).buffer(1)).geoms if len(flat) > 1 else [hull]
    found: dict[str, BaseGeometry] = {}
    for cell in cells:
        for code in [code for code, point in flat.items() if cell.contains(point)]:
            cut = cell.intersection(hull)
            parts = [part for part in getattr(cut, "geoms", [cut]) if part.distance(flat[code]) == 0]
            found[code] = affine_transform(parts[0], [1 / squeeze, 0, 0, 1, 0, 0])
    return {code: found[code] for code in points if code in found}
