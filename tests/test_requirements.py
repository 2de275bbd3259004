"""The locks hold names, versions and hashes, and no address of a registry."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-movement.txt", "requirements-dev.txt", "requirements-spark.txt"]


@pytest.mark.parametrize("name", [*LOCKS, *(name.replace(".txt", ".in") for name in LOCKS)])
@pytest.mark.parametrize("word", ["://", "--index", "--extra-index", "--find-links", "--trusted-host"])
def test_no_registry_is_named(name: str, word: str) -> None:
    assert word not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().strip())
    assert len(blocks) > 15
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


@pytest.mark.parametrize("name", LOCKS)
def test_every_wish_is_locked(name: str) -> None:
    wishes = (ROOT / name.replace(".txt", ".in")).read_text().splitlines()
    locked = set(re.findall(r"^([a-z0-9._-]+)", (ROOT / name).read_text(), re.MULTILINE))
    for wish in wishes:
        if wish and not wish.startswith(("#", "-")):
            assert re.split(r"[\[<>=!~; ]", wish.lower())[0] in locked, wish


def test_all_locks_agree() -> None:
    pin = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
    pins = {name: dict(pin.findall((ROOT / name).read_text())) for name in LOCKS}
    development = pins["requirements-dev.txt"]
    for name in ("requirements.txt", "requirements-movement.txt"):
        assert {one: development.get(one) for one in pins[name]} == pins[name]
    spark = pins["requirements-spark.txt"]
    assert {one: development.get(one, version) for one, version in spark.items()} == spark


def test_a_regency_installs_nothing_of_the_movement() -> None:
    heavy = re.compile(r"^(ibis-framework|duckdb|pyarrow|pandas|pyspark)\b", re.MULTILINE)
    assert not heavy.search((ROOT / "requirements.txt").read_text())
    assert heavy.search((ROOT / "requirements-movement.txt").read_text())
