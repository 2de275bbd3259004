import gzip
import io
import time

import pytest

from lawang.areas import codes
from lawang.areas.actions import load_codes, load_points, rename
from lawang.areas.models import Area, dotted
from lawang.areas.tests.make import AT, DECREE, LATER, START, area, make_regency
from lawang.lib.refused import Refused
from lawang.record.models import Entry

pytestmark = pytest.mark.django_db
HEAD = "code,parent,level,name\n"
LIST = HEAD + "91,,province,Timur\n91.01,91,regency,Kabupaten Fajar\n91.01.01,91.01,district,Pagi\n"


def load(text: str):  # type: ignore[no-untyped-def]
    return load_codes(io.StringIO(text), decree=DECREE, valid_from=START, at=AT)


def test_the_shipped_list_loads_whole_in_seconds_and_twice_changes_nothing() -> None:
    began = time.monotonic()
    first = codes.load_shipped(at=AT)
    took = time.monotonic() - began
    again = codes.load_shipped(at=AT)
    counts = {level: Area.objects.filter(level=level).count() for level in Area.Level.values}
    assert counts == {"province": 38, "regency": 514, "district": 7285, "village": 83762}
    assert (first.added, again.added, again.gone, again.renamed) == (91599, 0, 0, [])
    assert Area.objects.filter(parent=None).count() == 38
    assert Entry.objects.filter(thing="areas.codes").count() == 1
    assert took < 15  # under five on an idle machine


def test_the_shipped_list_is_what_its_note_says() -> None:
    about = codes.origin()
    with gzip.open(codes.SHIPPED / "areas.csv.gz", "rt", encoding="utf-8") as stream:
        assert sum(1 for _line in stream) == about.rows + 1
    assert about.credit == "Data wilayah: idn-area-data, ODbL"
    assert "opendatacommons.org/licenses/odbl/1-0" in (codes.SHIPPED / "LICENCE.md").read_text()


def test_an_area_that_exists_is_left_as_it_is_and_the_difference_is_told() -> None:
    load(LIST)
    before = area("91.01.01").pk
    done = load(LIST.replace("Pagi", "Pagi Hari") + "91.01.02,91.01,district,Siang\n")
    assert (done.added, done.renamed) == (1, [("91.01.01", "Pagi", "Pagi Hari")])
    assert (area("91.01.01").pk, area("91.01.01").name) == (before, "Pagi")


def test_a_change_made_since_survives_loading_the_list_again() -> None:
    load(LIST)
    rename(area("91.01"), name="Kabupaten Senja", decree="UU 1/2026", date=LATER, by=None, at=AT)
    assert load(LIST).added == 0
    assert area("91.01").name == "Kabupaten Senja"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("91.01.01.5,91.01.01,village,X", "tidak cocok"),
        ("91.02,91,district,X", "tidak cocok"),
        ("91.02,90,regency,X", "tidak mungkin"),
        ("92.01,92,regency,X", "tidak ada di daftar"),
        ("91.01,91,regency,X", "dua kali"),
        ("91.02,91,regency", "4 kolom"),
        ("91.02,91,regency, ", "nama"),
    ],
)
def test_a_wrong_row_is_explained_and_nothing_is_loaded(row: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        load(LIST + row + "\n")
    assert not Area.objects.exists()


def test_points_are_set_once_and_unknown_codes_are_refused() -> None:
    make_regency()
    file = "code,lon,lat\n90.01.01,103.05,-3.95\n"
    assert load_points(io.StringIO(file), at=AT) == 1
    assert load_points(io.StringIO(file), at=AT) == 0
    for bad in ("90.01.09,103.05,-3.95", "90.01.01,3.05,-3.95", "90.01.01,x,y"):
        with pytest.raises(Refused):
            load_points(io.StringIO(f"code,lon,lat\n{bad}\n"), at=AT)


def test_codes_are_read_with_and_without_dots() -> None:
    assert [dotted(code) for code in ("1611032001", "16.11.03", "1611", "x", "1", "²³")] == [
        "16.11.03.2001", "16.11.03", "16.11", "", "", "",
    ]  # fmt: skip
