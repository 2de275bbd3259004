"""The map of one regency, drawn on the server: an SVG of links, and the same as rows of a table.

chart = district_map(regency, {"16.11.03": MapValue("12 program", share=0.4, url="/program/?kec=16.11.03")},
                     title="Program per kecamatan")
{% include "areas/_map.html" with map=chart %}      or    {{ chart }}    (both with credit, legend and table)
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from functools import lru_cache
from typing import Any

import shapely
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from shapely.geometry.base import BaseGeometry

from lawang.areas.drawing import SIZES, WIDTH, Drawing, Label, draw, schematic
from lawang.areas.models import Area, Layer, Outline
from lawang.lib.dates import short_date

CREDIT_CODES = gettext_noop("Data wilayah: idn-area-data, ODbL")
CLASSES = 5  # shades that a share is told by


@dataclass(frozen=True)
class MapValue:
    """What the map says of one area; `tone` or `share` gives its colour, `label` says it in words."""

    label: str
    tone: str = ""  # a status: on_track, slipping, off_track, no_data, stale
    share: float | None = None  # 0 to 1, from pale to full
    url: str = ""

    @property
    def css_class(self) -> str:
        """The class that colours the area: map-tone-<tone>, map-share-1 to map-share-5, or none."""
        if self.tone:
            return f"map-tone-{self.tone.replace('_', '-')}"
        if self.share is not None:
            return f"map-share-{max(1, min(CLASSES, int(self.share * CLASSES) + 1))}"
        return ""


@dataclass(frozen=True)
class MapRow:
    """One area in the table beside the map; `number` is what the map shows where its name does not fit."""

    number: int
    area: Area
    value: MapValue | None

    @property
    def url(self) -> str:
        return self.value.url if self.value else ""


@dataclass(frozen=True)
class DistrictMap:
    """A drawn map with everything that must stand beside it; printing it renders the whole figure."""

    title: str
    svg: SafeString
    rows: list[MapRow]
    credit: str  # a line under the map, always
    is_schematic: bool
    not_drawn: list[str]  # names of areas of which the layer has no outline
    legend: list[tuple[str, str]] = field(default_factory=list)  # css class, words
    value_heading: str = ""

    @property
    def has_shares(self) -> bool:
        return any(row.value is not None and row.value.share is not None for row in self.rows)

    def __html__(self) -> str:
        return render_to_string("areas/_map.html", {"map": self})

    def __str__(self) -> str:
        return self.__html__()


def district_map(
    regency: Area,
    values: Mapping[str, MapValue],
    *,
    title: str,
    on: Date | None = None,
    legend: Mapping[str, str] | None = None,
    value_heading: str = "",
) -> DistrictMap:
    """Return the map of a regency's districts (or, of a district, its villages) as they are now or were `on` a day.

    `values` is by code. `legend` names the tones used ({"on_track": "Sesuai jalur"}); shares explain themselves.
    Drawn from the layer that holds most of these areas (of equals the newest), and where there is none as a
    schematic map of their points, which says so. At most three queries, two of them only the first time.
    """
    children = Area.objects.filter(parent=regency, valid_to=None) if on is None else _children_on(regency, on)
    areas = sorted(children.annotate(layers=_layers()), key=lambda area: area.code)
    layer = _fullest(areas)
    drawing = None
    if layer is not None:
        drawing = _from_layer(
            layer.pk, layer.sha256, regency.pk, tuple((a.pk, a.code, a.name) for a in areas)
        )
    is_schematic = drawing is None
    if drawing is None:
        points = tuple(
            (a.code, a.name, float(a.lon), float(a.lat))
            for a in areas
            if a.lon is not None and a.lat is not None
        )
        drawing = _from_points(points) if points else None
    rows = [MapRow(number, area, values.get(area.code)) for number, area in enumerate(areas, 1)]
    drawn = set(drawing.paths) if drawing else set()
    credit = (
        _("Batas: %(title)s, %(source)s, %(date)s, %(licence)s.")
        % {
            "title": layer.title,
            "source": layer.source,
            "date": short_date(layer.date),
            "licence": layer.licence,
        }
        if layer is not None and not is_schematic
        else _("Peta skematis, bukan batas resmi.")
    )
    if drawing is not None and drawing.inset:
        credit += " " + _("Pulau yang jauh digambar dalam kotak, tidak pada tempatnya.")
    return DistrictMap(
        title=title,
        svg=_svg(drawing, rows, title) if drawing else SafeString(""),
        rows=rows,
        credit=f"{credit} {_(CREDIT_CODES)}.",
        is_schematic=is_schematic,
        not_drawn=[area.name for area in areas if area.code not in drawn],
        legend=_legend(values, legend or {}),
        value_heading=value_heading,
    )


def _layers() -> ArraySubquery:
    """Return the layers that hold an area, as a column of its row."""
    columns = {name: f"layer__{name}" for name in ("id", "sha256", "date", "title", "source", "licence")}
    return ArraySubquery(Outline.objects.filter(area=OuterRef("pk")).values(json=JSONObject(**columns)))


def _fullest(areas: Iterable[Any]) -> Layer | None:
    """Return the layer that holds most of these areas, of equals the newest; None where none holds any."""
    layers = [layer for area in areas for layer in area.layers]
    if not layers:
        return None
    counts = Counter(layer["id"] for layer in layers)
    best = max(layers, key=lambda layer: (counts[layer["id"]], layer["date"], layer["id"]))
    return Layer(**best | {"date": Date.fromisoformat(best["date"])})


def _children_on(regency: Area, on: Date) -> QuerySet[Area]:
    """Return the areas below on that day; the regency itself may have been another row then."""
    return Area.objects.valid(on).filter(code__startswith=regency.code + ".", parent__level=regency.level)


@lru_cache(maxsize=32)
def _from_layer(
    layer: int, sha256: str, regency: int, areas: tuple[tuple[int, str, str], ...]
) -> Drawing | None:
    """Return the drawing of a layer's outlines, or None if it has fewer than half of the areas.

    Kept in memory: a layer never changes, and its hash is part of the key.
    """
    codes = {pk: code for pk, code, _name in areas}
    outlines = Outline.objects.filter(layer=layer, area__in=codes).values_list("area_id", "geometry")
    shapes = {codes[pk]: _shape(geometry) for pk, geometry in outlines}
    if len(shapes) * 2 < len(areas):
        return None
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    near = Outline.objects.filter(
        area__level=Area.Level.REGENCY,
        area__valid_to=None,
        west__lt=east,
        east__gt=west,
        south__lt=north,
        north__gt=south,
    )
    around = [
        _shape(geometry) for geometry in near.exclude(area=regency).values_list("geometry", flat=True)[:20]
    ]
    names = {code: name for _pk, code, name in areas if code in shapes}
    return draw({code: shapes[code] for code in names}, names, around)


@lru_cache(maxsize=32)
def _from_points(points: tuple[tuple[str, str, float, float], ...]) -> Drawing:
    cells = schematic({code: (lon, lat) for code, _name, lon, lat in points})
    return draw(cells, {code: name for code, name, _lon, _lat in points})


def _shape(geometry: dict[str, Any]) -> BaseGeometry:
    return shapely.geometry.shape(geometry)


def _legend(values: Mapping[str, MapValue], tones: Mapping[str, str]) -> list[tuple[str, str]]:
    used = {value.tone for value in values.values()}
    return [(MapValue("", tone=tone).css_class, words) for tone, words in tones.items() if tone in used]


def _svg(drawing: Drawing, rows: list[MapRow], title: str) -> SafeString:
    """Return the SVG: ground, neighbours, areas as links, then what is written over them, for wide and narrow."""
    ground = "map-sea" if drawing.is_archipelago else "map-land"
    parts = [
        format_html(
            '<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="group" aria-label="{}">'
            '<path class="{}" d="M0 0h{}v{}H0z"/>',
            WIDTH,
            drawing.height,
            title,
            ground,
            WIDTH,
            drawing.height,
        ),
        format_html_join("", '<path class="map-near" d="{}"/>', ((d,) for d in drawing.context)),
    ]
    if box := drawing.inset:
        parts.append(
            format_html(
                '<path class="map-inset" d="M{} {}h{}v{}h-{}z"/>',
                box.x,
                box.y,
                box.width,
                box.height,
                box.width,
            )
        )
    parts += [_area(row, drawing.paths[row.area.code]) for row in rows if row.area.code in drawing.paths]
    km, length, x, y = drawing.scale
    parts.append(format_html('<path class="map-scale" d="M{} {}v8h{}v-8" />', x, y - 8, length))
    for size, letter in SIZES.items():
        words = format_html_join("", "{}", ((_words(label, letter),) for label in drawing.labels[size]))
        parts.append(
            format_html(
                '<g class="map-names map-{}" font-size="{}" aria-hidden="true">{}<text x="{}" y="{}">{} km</text></g>',
                size,
                letter,
                words,
                x + length // 2,
                y - 14,
                km,
            )
        )
    return mark_safe("".join(parts) + "</svg>")  # noqa: S308  every part is escaped by format_html


def _area(row: MapRow, d: str) -> SafeString:
    value = row.value or MapValue("")
    said = f"{row.area.name}: {value.label}" if value.label else row.area.name
    shape = format_html('<title>{}</title><path class="map-area {}" d="{}"/>', said, value.css_class, d)
    return (
        format_html('<a href="{}">{}</a>', value.url, shape) if value.url else format_html("<g>{}</g>", shape)
    )


def _words(label: Label, letter: int) -> SafeString:
    if len(label.lines) == 1:
        return format_html('<text x="{}" y="{}">{}</text>', label.x, label.y, label.lines[0])
    step = round(letter * 1.1)
    spans = format_html_join(
        "",
        '<tspan x="{}" dy="{}">{}</tspan>',
        ((label.x, step if n else 0, line) for n, line in enumerate(label.lines)),
    )
    return format_html('<text y="{}">{}</text>', label.y, spans)
