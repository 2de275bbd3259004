import pytest

from lawang.areas import codes
from lawang.areas.checks import problems
from lawang.areas.models import Area
from lawang.areas.tests.make import AT, import_squares, make_regency

pytestmark = pytest.mark.django_db


def test_an_empty_list_of_areas_is_told_with_the_command_that_mends_it() -> None:
    assert problems() == ["Daftar wilayah belum dimuat. Jalankan: lawang areas codes."]


def test_a_schematic_map_without_points_is_told_until_a_layer_is_imported() -> None:
    regency = make_regency()
    assert [sentence.split()[0] for sentence in problems(regency)] == ["Daftar", "Peta", "Titik"]
    import_squares()
    assert [sentence.split()[0] for sentence in problems(regency)] == ["Daftar"]


def test_points_of_the_pack_belong_to_its_regency() -> None:
    codes.load_shipped(at=AT)
    folder = codes.SHIPPED.parent.parent / "empat-lawang"
    assert codes.load_pack_points(folder, at=AT) == 10
    regency = Area.objects.get(code="16.11")
    assert not regency.children.filter(lon=None).exists()
    assert [sentence.split()[0] for sentence in problems(regency)] == ["Peta"]
