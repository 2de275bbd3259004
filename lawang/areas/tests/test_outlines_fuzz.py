"""Whatever a file holds, reading it answers with sentences."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lawang.areas.drawing import draw, schematic
from lawang.areas.outlines import read

numbers = st.one_of(
    st.floats(allow_nan=True),
    st.integers(),
    st.floats(95, 141),
    st.none(),
    st.booleans(),
    st.text(max_size=3),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
points = st.one_of(st.tuples(st.floats(95, 141), st.floats(-11, 6)).map(list), st.lists(numbers, max_size=3))
rings = st.lists(points, max_size=6).map(lambda ring: [*ring, *ring[:1]])
geometries = st.one_of(
    anything,
    st.fixed_dictionaries({"type": st.just("Polygon"), "coordinates": st.lists(rings, max_size=2)}),
    st.fixed_dictionaries(
        {"type": st.just("MultiPolygon"), "coordinates": st.lists(st.lists(rings, max_size=2), max_size=2)}
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["Polygon", "MultiPolygon"]), "coordinates": anything}),
)
codes = st.one_of(st.sampled_from(["16.11.01", "161102", "16", 161103]), anything)
features = st.one_of(
    anything,
    st.fixed_dictionaries({"properties": st.fixed_dictionaries({"code": codes}), "geometry": geometries}),
)


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        anything,
        st.fixed_dictionaries({"type": st.just("FeatureCollection"), "features": st.lists(features)}),
    )
)
def test_any_json_is_answered_with_sentences(data: Any) -> None:
    reading = read(json.dumps(data).encode(), level="district")
    assert reading.problems or reading.shapes
    assert all(sentence.endswith((".", "].")) for sentence in reading.problems)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(9500, 14100), st.integers(-1100, 600)), min_size=1, max_size=12))
def test_any_points_make_a_map(places: list[tuple[int, int]]) -> None:
    cells = schematic({f"90.01.{n:02}": (x / 100, y / 100) for n, (x, y) in enumerate(places)})
    drawing = draw(cells, {code: f"Nama {code}" for code in cells})
    assert set(drawing.paths) == set(cells)
    assert len(cells) == len(places)
