from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lawang.areas.models import Layer, Outline
from lawang.areas.outlines import BrokenLayer, import_layer, read
from lawang.areas.tests.make import (
    AT,
    START,
    feature,
    four_squares,
    geojson,
    import_squares,
    make_regency,
    square,
)
from lawang.record.models import Entry

pytestmark = pytest.mark.django_db


def test_a_layer_is_kept_with_its_source_and_the_same_file_twice_changes_nothing() -> None:
    make_regency()
    first, again = import_squares(), import_squares()
    assert (first.fresh, again.fresh, again.layer) == (True, False, first.layer)
    assert (Layer.objects.count(), Outline.objects.count()) == (1, 4)
    outline = Outline.objects.get(area__code="90.01.01")
    assert (outline.west, outline.south, outline.east, outline.north) == (103.0, -4.0, 103.1, -3.9)
    assert Entry.objects.get(verb="layer_imported").after["source"] == "Bappeda Contoh"


def change(number: int, **fields: Any) -> Callable[[list[Any]], None]:
    return lambda features: features[number].update(fields)


def ring(points: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [points]}


BOW = [[103.0, -4.0], [103.1, -3.9], [103.1, -4.0], [103.0, -3.9], [103.0, -4.0]]
METRES = [[300000.0, 9570000.0], [301000.0, 9570000.0], [301000.0, 9571000.0], [300000.0, 9570000.0]]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (change(1, properties={}), "Fitur 2: tidak ada kode wilayah"),
        (change(1, properties=None), "Fitur 2: tidak punya properties"),
        (change(1, properties={"code": "16.11.1"}), "Fitur 2: kode 16.11.1 bukan kode"),
        (change(1, properties={"code": "90.01"}), "Fitur 2: kode 90.01 bukan kode kecamatan"),
        (change(1, properties={"code": "90.01.77"}), "Fitur 2: kode 90.01.77 tidak ada di daftar"),
        (change(1, properties={"code": "90.01.01"}), "Fitur 2: kode 90.01.01 sudah ada di fitur 1"),
        (change(1, geometry=None), "Fitur 2: bentuknya None"),
        (change(1, geometry={"type": "Point", "coordinates": [103, -4]}), "Fitur 2: bentuknya Point"),
        (change(1, geometry=ring(BOW)), "Fitur 2: bentuknya rusak"),
        (change(1, geometry=ring(square(103.1, -4.0)[:-1])), "Fitur 2: ada garis yang tidak tertutup"),
        (
            change(1, geometry=ring([[y, x] for x, y in square(103.1, -4.0)])),
            "Fitur 2: bujur dan lintangnya tertukar",
        ),
        (change(1, geometry=ring(METRES)), "Fitur 2: koordinatnya dalam meter"),
        (change(1, geometry=ring(square(10.0, 50.0))), "Fitur 2: terletak di luar Indonesia"),
        (change(1, geometry=ring([["a", 1]] * 4)), "Fitur 2: ada titik yang bukan dua angka"),
        (change(1, geometry=ring([[float("nan"), 1]] * 4)), "Fitur 2: ada"),
        (change(1, geometry={"type": "Polygon", "coordinates": 7}), "Fitur 2: susunan koordinatnya"),
        (change(1, geometry={"type": "Polygon", "coordinates": []}), "Fitur 2: ada bagian tanpa garis"),
        (change(1, geometry=ring(square(103.02, -3.98))), "Fitur 2: 90.01.02 menutupi 90.01.01"),
        (lambda features: features.pop(), "belum lengkap: tidak ada bentuk untuk Tanjung Raya Timur"),
        (lambda features: features.append("x"), "Fitur 5: tidak punya properties"),
    ],
)
def test_every_problem_is_a_sentence_with_the_feature_and_nothing_is_kept(
    spoil: Callable[[list[Any]], None], words: str
) -> None:
    make_regency()
    features = four_squares()
    spoil(features)
    with pytest.raises(BrokenLayer) as refused:
        import_squares(features)
    assert words in refused.value.sentence
    assert not Layer.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bukan JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "bersarang"),
        (b"[]", "FeatureCollection"),
        (b'{"type": "Feature"}', "FeatureCollection"),
        (geojson([]), "0 fitur"),
        (geojson(four_squares(), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::32748"}}), "WGS 84"),
    ],
)
def test_a_file_that_is_no_layer_gets_a_sentence(content: bytes, words: str) -> None:
    reading = read(content, level="district")
    assert len(reading.problems) == 1
    assert words in reading.problems[0]


def test_a_file_beyond_the_limit_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lawang.areas.outlines.MOST_BYTES", 100)
    assert "terlalu besar" in read(geojson(four_squares()), level="district").problems[0]


def test_several_problems_are_told_at_once() -> None:
    make_regency()
    features = four_squares()
    features[0]["geometry"] = None
    features[2]["properties"] = {}
    with pytest.raises(BrokenLayer) as refused:
        import_squares(features)
    assert len(refused.value.problems) == 2


def test_source_licence_and_title_are_wanted() -> None:
    make_regency()
    with pytest.raises(BrokenLayer, match="--licence"):
        import_squares(licence=" ")


def test_clockwise_rings_heights_and_names_of_official_layers_are_understood() -> None:
    make_regency()
    features = four_squares()
    for number, one in enumerate(features):
        code = one["properties"]["code"]
        one["properties"] = {"KDPKAB": "90.01", "KDCPUM": code.replace(".", "") if number else code}
        one["geometry"]["coordinates"] = [
            [[*point, 12.5] for point in reversed(one["geometry"]["coordinates"][0])]
        ]
    done = import_squares(features)
    assert len(done.notes) == 2
    assert Outline.objects.get(area__code="90.01.01").geometry["coordinates"][0] == square(103.0, -4.0)


def test_a_part_of_a_regency_is_taken_when_asked_for() -> None:
    make_regency()
    assert import_squares(four_squares()[:2], partial=True).layer.outlines.count() == 2


def test_the_command_imports_and_explains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_regency()
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_bytes(geojson(four_squares()))
    bad.write_bytes(geojson([feature("90.01.09", square(103, -4))]))
    words = ["--source", "Bappeda", "--licence", "CC BY 4.0", "--date", "2025-06-01", "--title", "Batas"]
    call_command("areas", "import", str(good), *words)
    assert "4 wilayah diimpor" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"Fitur 1: kode 90\.01\.09 tidak ada"):
        call_command("areas", "import", str(bad), *words)
    with pytest.raises(CommandError, match=r"missing\.geojson"):
        call_command("areas", "import", str(tmp_path / "missing.geojson"), *words)
    call_command("areas", "show", "90.01.01")
    assert "Kecamatan Hulu" in capsys.readouterr().out


def test_an_imported_layer_may_be_dated_only_by_its_source() -> None:
    make_regency()
    done = import_layer(
        geojson(four_squares()),
        title="T",
        source="S",
        licence="L",
        date=START,
        level="district",
        by=None,
        at=AT,
    )
    assert (done.layer.date, done.layer.imported_at) == (START, AT)
