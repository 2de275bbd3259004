"""Figures of regions come in as CSV; every row that cannot be taken says why. History and definitions come in packs."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from lawang.lib.refused import Refused
from lawang.movement.cohorts import actions
from lawang.movement.cohorts.models import Blueprint, Cohort, Participant, RegionFigure
from lawang.movement.cohorts.packs import COHORTS, newest
from lawang.movement.cohorts.tests.cast import AT, csv_of, make_area, person, secretary
from lawang.packs.schema import Reading, compose

pytestmark = pytest.mark.django_db
HEAD = "region;indicator;year;value;source"


def test_rows_are_taken_in_and_the_others_explained() -> None:
    make_area()
    make_area("16.03", "Kabupaten Muara Enim")
    file = csv_of(
        "Daerah;Indikator;Tahun;Nilai;Sumber",
        "13.06;IPM;2024;74,5;BPS",
        "kabupaten muara enim;IPM;2024;1.250,5;BPS",
        "99.99;IPM;2024;70;BPS",
        "13.06;;2024;70;BPS",
        "13.06;SPBE;2030;3,1;PANRB",
        "13.06;SPBE;2024;tinggi;PANRB",
        "13.06;SPBE;2024;3,1;",
        "",
        "13.06;IPM;2024;80;BPS",
        "13.06;SPBE",
    )
    taken = actions.take_in_figures(file, by=secretary(), at=AT)
    assert (taken.taken, taken.changed) == (2, 0)
    assert [line for line, _why in taken.rejected] == [4, 5, 6, 7, 8, 10, 11]
    said = " ".join(why for _line, why in taken.rejected)
    for words in ("99.99", "kosong", "2000 sampai 2026", "Tulis angka", "Sumbernya", "sudah ada di baris"):
        assert words in said
    assert RegionFigure.objects.get(area__code="16.03").value == Decimal("1250.5")


def test_a_file_with_commas_has_decimal_points() -> None:
    make_area()
    file = csv_of("region,indicator,year,value,source", "13.06,IPM,2024,0.725,BPS", "13.06,SPBE,2024,NaN,x")
    taken = actions.take_in_figures(file, by=secretary(), at=AT)
    assert RegionFigure.objects.get().value == Decimal("0.725")
    assert len(taken.rejected) == 1


def test_a_figure_that_is_known_is_replaced() -> None:
    make_area()
    actions.take_in_figures(csv_of(HEAD, "13.06;IPM;2024;70;BPS"), by=secretary(), at=AT)
    taken = actions.take_in_figures(
        csv_of(HEAD, "13.06;IPM;2024;71;BPS baru"), by=secretary(), at=AT + timedelta(days=1)
    )
    assert (taken.taken, taken.changed) == (1, 1)
    row = RegionFigure.objects.get()
    assert (row.value, row.source, row.taken_from) == (Decimal(71), "BPS baru", taken)


def test_what_is_no_such_file_is_refused_whole() -> None:
    make_area()
    with pytest.raises(Refused, match="tidak ada di baris pertama: value, source"):
        actions.take_in_figures(csv_of("region;indicator;year", "13.06;IPM;2024"), by=secretary(), at=AT)
    file = csv_of("x")
    file.seek(0)
    file.write(b"\xff\xfe\x00")
    file.seek(0)
    with pytest.raises(Refused, match="bukan CSV UTF-8"):
        actions.take_in_figures(file, by=secretary(), at=AT)
    with pytest.raises(Refused, match="tidak mencakup"):
        actions.take_in_figures(csv_of(HEAD), by=person("mentor", "made"), at=AT)


# Packs


def test_the_national_pack_brings_form_criteria_programme_and_history() -> None:
    call_command("packs", "install", str(Path("packs/nasional").resolve()), verbosity=0)
    kinds = {kind: [one.code for one in newest(kind)] for kind in Blueprint.Kind.values}
    assert kinds == {
        "forms": ["kesiapan"],
        "area_lists": ["kppn-disebut", "sepuluh-pariwisata"],
        "criteria": ["seleksi-2017", "seleksi-2019"],
        "programmes": ["bimtek-empat"],
        "history": ["2017", "2018", "2019", "2021", "2022", "2023", "2024"],
    }
    for one in Blueprint.objects.filter(kind__in=("forms", "area_lists", "criteria", "programmes")):
        assert "(belum diperiksa)" in one.definition["source"]
    make_area("16.03", "Kabupaten Muara Enim")
    assert actions.take_in_history(by=secretary(), at=AT) == 7
    assert actions.take_in_history(by=secretary(), at=AT) == 0
    counts = dict(Cohort.objects.values_list("year", "chosen"))
    assert counts == {2017: 25, 2018: 50, 2019: 25, 2021: 48, 2022: 50, 2023: 52, 2024: 10}
    assert Cohort.objects.get(year=2021).assessed is None  # not published is not nought
    named = Participant.objects.get(area__code="16.03")
    assert (named.cohort.year, named.status) == (2018, "running")
    assert named.source


def test_weights_that_do_not_add_up_and_codes_twice_are_mistakes(tmp_path: Path) -> None:
    words = """
criteria:
  - code: uji
    title: {id: Uji}
    source: uji
    least: 1
    most: 5
    criteria:
      - {code: a, title: {id: A}, weight: 60}
      - {code: a, title: {id: B}, weight: 30}
"""
    reading = Reading(tmp_path)
    node = compose(words.encode(), reading)
    assert node is not None
    COHORTS.read(node, reading)
    said = " ".join(one.sentence for one in reading.problems)
    assert "berjumlah 90" in said
    assert "“a” dipakai dua kali" in said
