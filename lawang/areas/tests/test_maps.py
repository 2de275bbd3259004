import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shapely.geometry.base import BaseGeometry

from lawang.areas import codes, maps
from lawang.areas.drawing import WIDTH, draw, schematic
from lawang.areas.maps import MapValue, district_map
from lawang.areas.models import Area
from lawang.areas.outlines import import_layer
from lawang.areas.tests.make import AT, NAMES, START, four_squares, import_squares, make_regency

SHAPES = {one["properties"]["code"]: shapely.geometry.shape(one["geometry"]) for one in four_squares()}


@pytest.mark.django_db
def test_a_map_without_a_layer_is_schematic_and_says_so() -> None:
    drawn = district_map(make_regency(with_points=True), {}, title="Peta")
    assert drawn.is_schematic
    assert "Peta skematis, bukan batas resmi" in str(drawn)
    assert drawn.svg.count("map-area") == 4


@pytest.mark.django_db
def test_a_map_with_a_layer_names_its_source() -> None:
    regency = make_regency(with_points=True)
    import_squares()
    drawn = district_map(regency, {}, title="Peta")
    assert not drawn.is_schematic
    assert "Bappeda Contoh" in str(drawn)
    assert "CC BY 4.0" in str(drawn)
    assert "skematis" not in str(drawn)


@pytest.mark.django_db
def test_a_regency_without_points_gets_the_table_alone() -> None:
    drawn = district_map(make_regency(), {}, title="Peta")
    assert drawn.svg == ""
    assert "Belum ada peta" in str(drawn)
    assert len(drawn.rows) == 4


@pytest.mark.django_db
def test_areas_are_links_with_titles_in_colour_and_the_table_says_the_same() -> None:
    regency = make_regency(with_points=True)
    values = {
        "90.01.01": MapValue("12 program <b>", tone="off_track", url="/program/?kec=90.01.01&x=1"),
        "90.01.02": MapValue("3 program", share=1.0),
        "90.01.03": MapValue("0 program", share=0.0),
    }
    drawn = district_map(
        regency, values, title="Peta", legend={"off_track": "Tertinggal", "stale": "Data lama"}
    )
    assert '<a href="/program/?kec=90.01.01&amp;x=1"><title>Hulu: 12 program &lt;b&gt;</title>' in drawn.svg
    assert "map-tone-off-track" in drawn.svg
    assert "map-share-5" in drawn.svg
    assert "map-share-1" in drawn.svg
    assert drawn.legend == [("map-tone-off-track", "Tertinggal")]
    assert "Belum ada data" in str(drawn)
    assert "style=" not in str(drawn)
    ET.fromstring(drawn.svg)


@pytest.mark.django_db
def test_outlines_are_read_once_for_a_layer() -> None:
    regency = make_regency(with_points=True)
    import_squares()
    district_map(regency, {}, title="Peta")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        district_map(regency, {}, title="Peta")
    assert len(queries) == 1


def test_shared_borders_stay_shared_and_everything_lies_in_the_frame() -> None:
    drawing = draw(SHAPES, NAMES)
    for d in drawing.paths.values():
        x, y = map(int, re.match(r"M(-?\d+) (-?\d+)", d).groups())  # type: ignore[union-attr]
        assert 0 <= x <= WIDTH
        assert 0 <= y <= drawing.height
    assert not drawing.is_archipelago


def test_labels_never_lie_on_each_other_and_every_area_has_one() -> None:
    points = {f"90.01.{n:02}": (103 + n % 6 * 0.05, -4 + n // 6 * 0.06) for n in range(1, 23)}
    names = {code: f"Nama Panjang {code[-2:]}" for code in points}
    drawing = draw(schematic(points), names)
    for size, letter in (("wide", 21), ("narrow", 37)):
        boxes = [
            shapely.box(
                label.x - max(map(len, label.lines)) * letter * 0.25,
                label.y - letter * 0.7,
                label.x + max(map(len, label.lines)) * letter * 0.25,
                label.y + (len(label.lines) - 1) * letter * 1.1,
            )
            for label in drawing.labels[size]
        ]
        assert {label.code for label in drawing.labels[size]} == set(points)
        assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_islands_lie_in_the_sea_and_far_islets_in_a_box() -> None:
    islands: dict[str, BaseGeometry] = {
        f"90.01.0{n}": shapely.Point(123 + n * 0.3, -5 - n * 0.3).buffer(0.08) for n in range(1, 5)
    }
    far = shapely.Point(128, -5.1).buffer(0.01)
    islands["90.01.04"] = shapely.union_all([islands["90.01.04"], far])
    drawing = draw(islands, {code: f"Pulau {code[-1]}" for code in islands})
    assert drawing.is_archipelago
    assert drawing.inset is not None


def test_cells_of_a_schematic_map_cover_its_hull_without_overlap() -> None:
    points = {"a": (103.0, -3.0), "b": (103.1, -3.0), "c": (103.05, -3.1), "d": (103.0, -3.0)}
    cells = schematic(points)
    assert list(cells) == list(points)
    whole = shapely.union_all(list(cells.values()))
    assert sum(cell.area for cell in cells.values()) == pytest.approx(whole.area, rel=1e-6)


def test_one_lonely_point_is_a_round_area() -> None:
    assert schematic({"a": (103.0, -3.0)})["a"].area > 0
    assert draw(schematic({"a": (103.0, -3.0)}), {"a": "Satu"}).labels["narrow"]


FOLDER = os.environ.get("LAWANG_TEST_OUTLINES", "")


@pytest.mark.skipif(not FOLDER, reason="LAWANG_TEST_OUTLINES names no folder with districts-*.geojson")
@pytest.mark.django_db
def test_real_outlines_are_imported_and_weigh_little() -> None:
    codes.load_shipped(at=AT)
    for file in sorted(Path(FOLDER).glob("districts-*.geojson")):
        words = {"title": file.stem, "source": "uji", "licence": "MIT", "date": START, "level": "district"}
        import_layer(file.read_bytes(), by=None, at=AT, **words)  # type: ignore[arg-type]
        regency = Area.objects.get(code=file.stem.removeprefix("districts-"))
        drawn = district_map(regency, {}, title=regency.name)
        assert not drawn.is_schematic
        assert drawn.not_drawn == []
        assert len(brotli.compress(drawn.svg.encode())) < 9500
    assert maps.CREDIT_CODES in drawn.credit
