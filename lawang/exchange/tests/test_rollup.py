"""The expressions against a slow count in plain Python, and from a regency's batch to the nation's figure."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lawang.exchange import actions, columns, rollup
from lawang.exchange.models import ReceivedBatch
from lawang.exchange.tests.nation import AREAS, make_nation, node_of, slowly
from lawang.exchange.tests.sides import AT, Side, introduce, receive, seal
from lawang.lib.refused import Refused
from lawang.measures.models import Value
from tests.plan_factory import make_indicator, make_plan, make_programme, make_value

pytest.importorskip("ibis", reason="no ibis: requirements-movement.txt is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # ibis 12 on DuckDB 2
Pair = tuple[Side, Side]


def computed(folder: Path, **options: Any) -> list[rollup.Figure]:
    with rollup.engine("duckdb") as connection:
        return rollup.compute(connection, folder=folder, **options)


def test_every_level_is_what_a_slow_count_gives(tmp_path: Path) -> None:
    every = make_nation(tmp_path, areas=30)
    found = computed(tmp_path)
    for level in (rollup.NATION, rollup.PROVINCE, rollup.TYPE):
        wanted = slowly(every, level)
        mine = {(one.group, one.series, one.year): one for one in found if one.level == level}
        assert mine.keys() == wanted.keys()
        for slot, right in wanted.items():
            for name, value in right.items():
                got = getattr(mine[slot], name)
                if isinstance(value, float):
                    assert got == pytest.approx(value, rel=1e-12), (slot, name)
                else:
                    assert got == value, (slot, name)
    assert {one.group for one in found if one.level == rollup.TYPE} == {"kabupaten", "kota"}
    assert {one.year for one in found if one.level == rollup.NATION} == {2024, 2025, 2026}


def test_nobody_is_added_up_who_must_not_be(tmp_path: Path) -> None:
    make_nation(tmp_path)
    found = {one.series: one for one in computed(tmp_path, levels=[rollup.NATION]) if one.year == 2025}
    assert found["rank"].amount is None
    assert isinstance(found["homes"].amount, Decimal)
    assert 0 <= found["cases.on_time_share/akta"].amount <= 100  # type: ignore[operator]


def test_those_who_sent_nothing_are_counted_as_missing_and_strangers_not_at_all(tmp_path: Path) -> None:
    make_nation(tmp_path, areas=12)
    expected = {node_of(area): area for area in AREAS[6:20]}
    found = computed(tmp_path, expected=expected, levels=[rollup.NATION])
    assert all(one.regencies + one.missing == 14 for one in found)
    assert all(one.regencies <= 6 for one in found)


def test_a_figure_travels_from_the_regency_to_the_nation(pair: Pair, tmp_path: Path) -> None:
    regency, movement = pair
    indicator = make_indicator(make_programme(make_plan()))
    type(indicator.series).objects.update(adds_up_over_area="sum")
    make_value(indicator, "2025-T4", 1900)
    make_value(indicator, "2026-T1", 2000)
    write(receive(movement, seal(regency, movement)))
    other = Side(tmp_path / "other", "regency", "16.71", "Kota Lain")
    introduce(movement, other)
    with movement.here():
        expected = rollup.expected_nodes()
    found = computed(columns.folder(), expected=expected)
    told = [(one.level, one.group, one.year, one.amount, one.missing) for one in found]
    assert told == [
        ("nation", "", 2025, Decimal(1900), 1),
        ("nation", "", 2026, Decimal(2000), 1),
        ("province", "16", 2025, Decimal(1900), 1),
        ("province", "16", 2026, Decimal(2000), 1),
        ("type", "kabupaten", 2025, Decimal(1900), 0),
        ("type", "kabupaten", 2026, Decimal(2000), 0),
    ]
    Value.objects.filter(end__year=2026).update(amount=2222)
    Value.objects.filter(end__year=2025).update(is_current=False)
    write(receive(movement, seal(regency, movement, days=1), days=1))
    found = computed(columns.folder(), expected=expected, levels=[rollup.NATION])
    assert [(one.year, one.amount) for one in found] == [(2026, Decimal(2222))]


def write(batch: ReceivedBatch) -> None:
    assert batch.state == "taken", batch.reason
    columns.write_batch(ReceivedBatch.objects.get(pk=batch.pk))


def test_lost_files_are_made_anew_and_the_same_is_not_written_twice(pair: Pair) -> None:
    regency, movement = pair
    make_value(make_indicator(make_programme(make_plan())), "2026-T1", 2000)
    write(receive(movement, seal(regency, movement)))
    [path] = columns.folder().rglob("*.parquet")
    assert path.parts[-3:-1] == ("wilayah=16.11", "tahun=2026")
    assert columns.write_missing() == 0
    path.unlink()
    assert columns.write_missing() == 1
    assert path.exists()


def test_of_two_nodes_of_one_area_the_one_admitted_last_counts(pair: Pair, tmp_path: Path) -> None:
    regency, movement = pair
    actions.revoke(regency.peer, why="Server hilang", by=None, at=AT)
    again = Side(tmp_path / "again", "regency", "16.11")
    introduce(movement, again)
    assert rollup.expected_nodes() == {str(again.uuid): "16.11"}


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"requirements-movement\.txt"), rollup.engine("duckdb"):
        pass
    monkeypatch.setattr(rollup, "find_spec", lambda name: None if name == "pyspark" else True)
    with pytest.raises(Refused, match=r"requirements-spark\.txt"), rollup.engine("spark://nowhere:7077"):
        pass


def test_nothing_of_it_is_imported_where_nobody_computes() -> None:
    """A regency's installation has none of these packages."""
    import subprocess
    import sys

    script = (
        "import sys, django; django.setup(); import lawang.urls, lawang.exchange.tasks; "
        "print([name for name in ('ibis', 'duckdb', 'pyarrow', 'pyspark', 'pandas') if name in sys.modules])"
    )
    import os

    env = os.environ | {"DJANGO_SETTINGS_MODULE": "lawang.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
