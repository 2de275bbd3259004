"""Splits, merges, renamings and moves, with what they do to shapes and comparisons."""

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from lawang.areas.actions import Part, merge, move, rename, split
from lawang.areas.history import ancestors, predecessors, successors, together
from lawang.areas.maps import district_map
from lawang.areas.models import Area, AreaChange, Outline
from lawang.areas.tests.make import (
    AT,
    LATER,
    START,
    area,
    feature,
    four_squares,
    import_squares,
    make_area,
    make_regency,
)
from lawang.lib.refused import Refused
from lawang.record.models import Entry

pytestmark = pytest.mark.django_db
PERDA = "Perda 4/2026"


def split_hulu() -> list[Area]:
    """Split Hulu: the west keeps the code, the east becomes Hulu Timur and takes the second village."""
    parts = [
        Part("90.01.01", "Hulu", takes=("90.01.01.1001",)),
        Part("90.01.05", "Hulu Timur", takes=("90.01.01.2002",)),
    ]
    return split(area("90.01.01"), into=parts, decree=PERDA, date=LATER, by=None, at=AT)


def merge_hulu_and_hilir(**fields: object) -> Area:
    return merge(
        [area("90.01.01"), area("90.01.02")],
        code="90.01.01", name="Hulu Hilir", decree=PERDA, date=LATER, by=None, at=AT, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_split_closes_the_old_area_and_gives_each_village_one_place() -> None:
    make_regency()
    old = area("90.01.01")
    west, east = split_hulu()
    old.refresh_from_db()
    assert (old.valid_to, west.code, east.valid_from) == (LATER, "90.01.01", LATER)
    assert [child.code for child in west.children.filter(valid_to=None)] == ["90.01.01.1001"]
    assert [child.code for child in east.children.filter(valid_to=None)] == ["90.01.05.2002"]
    moved = AreaChange.objects.get(kind="move")
    assert (moved.old.code, moved.new.code, moved.decree) == ("90.01.01.2002", "90.01.05.2002", PERDA)
    assert Entry.objects.get(verb="split").after["into"] == ["90.01.01", "90.01.05"]


def test_a_split_is_refused_while_a_village_has_no_place_or_two() -> None:
    make_regency()
    one, two = "90.01.01.1001", "90.01.01.2002"
    for takes in [((one,), ()), ((one, two), (two,)), ((one, two), ("90.01.02.1001",))]:
        parts = [Part(code, "X", takes=t) for code, t in zip(("90.01.01", "90.01.05"), takes, strict=True)]
        with pytest.raises(Refused):
            split(area("90.01.01"), into=parts, decree=PERDA, date=LATER, by=None, at=AT)
    assert not AreaChange.objects.exists()
    assert area("90.01.01").valid_to is None


def test_a_merge_wants_a_free_code_for_every_village() -> None:
    make_regency()
    with pytest.raises(Refused, match=r"90\.01\.01\.1001 sudah dipakai"):
        merge_hulu_and_hilir()
    codes = {"90.01.02.1001": "90.01.01.1003", "90.01.02.2002": "90.01.01.2004"}
    new = merge_hulu_and_hilir(codes=codes)
    below = new.children.filter(valid_to=None).values_list("code", flat=True)
    assert list(below) == ["90.01.01.1001", "90.01.01.1003", "90.01.01.2002", "90.01.01.2004"]
    assert {change.old.code for change in new.came_from.all()} == {"90.01.01", "90.01.02"}


def test_successors_and_predecessors_follow_a_chain_of_changes() -> None:
    make_regency()
    old = area("90.01.01")
    west, east = split_hulu()
    last = rename(east, name="Hulu Jaya", decree=PERDA, date=LATER.replace(year=2027), by=None, at=AT)
    assert successors(old, START) == [old]
    assert successors(old, LATER) == [west, east]
    assert successors(old, last.valid_from) == [west, last]
    assert predecessors(last, START) == [old]


def test_a_moved_district_takes_its_villages_to_new_codes() -> None:
    regency = make_regency()
    assert regency.parent
    other = make_area("90.02", "Kabupaten Tetangga", regency.parent)
    new = move(area("90.01.01"), to=other, code="90.02.01", decree=PERDA, date=LATER, by=None, at=AT)
    assert [child.code for child in new.children.all()] == ["90.02.01.1001", "90.02.01.2002"]
    assert [parent.code for parent in ancestors(area("90.02.01.1001"))] == ["90", "90.02", "90.02.01"]


def test_ancestors_carry_the_names_of_their_day() -> None:
    make_regency()
    rename(area("90.01"), name="Kabupaten Baru", decree=PERDA, date=LATER, by=None, at=AT)
    village = area("90.01.01.1001")
    assert ancestors(village, START)[1].name == "Kabupaten Contoh"
    assert ancestors(village, LATER)[1].name == "Kabupaten Baru"


def test_changes_are_refused_for_taken_codes_wrong_days_and_closed_areas() -> None:
    make_regency()
    hulu = area("90.01.01")
    with pytest.raises(Refused, match="sudah dipakai"):
        move(hulu, to=hulu.parent, code="90.01.02", decree=PERDA, date=LATER, by=None, at=AT)
    with pytest.raises(Refused, match="harus sesudah"):
        rename(hulu, name="X", decree=PERDA, date=START, by=None, at=AT)
    rename(hulu, name="X", decree=PERDA, date=LATER, by=None, at=AT)
    with pytest.raises(Refused, match="tidak berlaku"):
        rename(hulu, name="Y", decree=PERDA, date=LATER, by=None, at=AT)


def test_a_comparison_over_a_split_and_a_merge_counts_together_and_says_so() -> None:
    regency = make_regency()
    old = list(Area.objects.filter(parent=regency))
    split_hulu()
    merge(
        [area("90.01.03"), area("90.01.04")],
        code="90.01.03", name="Seberang Raya", decree="Perda 5/2026", date=LATER, by=None, at=AT,
    )  # fmt: skip
    new = list(Area.objects.filter(parent=regency, valid_to=None))
    groups = together(old, new, (START, LATER))
    assert [([a.name for a in g.old], [a.name for a in g.new]) for g in groups] == [
        (["Hulu"], ["Hulu", "Hulu Timur"]),
        (["Hilir"], ["Hilir"]),
        (["Seberang", "Tanjung Raya Timur"], ["Seberang Raya"]),
    ]
    assert groups[1].sentence == ""
    assert "dimekarkan" in groups[0].sentence
    assert "Perda 5/2026" in groups[2].sentence


def test_a_split_and_a_merge_of_real_shapes_keep_the_ground_and_redraw_the_map() -> None:
    regency = make_regency()
    import_squares()
    before = district_map(regency, {}, title="Sebelum", on=START)
    west, east = split_hulu()
    merge(
        [area("90.01.03"), area("90.01.04")],
        code="90.01.03", name="Seberang Raya", decree=PERDA, date=LATER, by=None, at=AT,
    )  # fmt: skip
    rings = [
        [[103.0, -4.0], [103.04, -4.0], [103.04, -3.9], [103.0, -3.9], [103.0, -4.0]],
        [[103.04, -4.0], [103.1, -4.0], [103.1, -3.9], [103.04, -3.9], [103.04, -4.0]],
        [[103.0, -3.9], [103.2, -3.9], [103.2, -3.8], [103.0, -3.8], [103.0, -3.9]],
    ]
    codes = (west.code, east.code, "90.01.03")
    shapes = [feature(code, ring) for code, ring in zip(codes, rings, strict=True)]
    import_squares([*shapes, four_squares()[1]], date=LATER)
    after = district_map(regency, {}, title="Sesudah")
    then = district_map(regency, {}, title="Dahulu", on=START)

    def ground(*pks: int) -> BaseGeometry:
        rows = Outline.objects.filter(area__in=pks).values_list("geometry", flat=True)
        return shapely.union_all([shapely.geometry.shape(shape) for shape in rows])

    old = Area.objects.get(code="90.01.01", valid_from=START)
    assert ground(west.pk, east.pk).symmetric_difference(ground(old.pk)).area < 1e-9
    assert [row.area.name for row in after.rows] == ["Hulu", "Hilir", "Seberang Raya", "Hulu Timur"]
    assert [row.area.name for row in then.rows] == [row.area.name for row in before.rows]
    assert then.svg.count("map-area") == 4 == after.svg.count("map-area")
