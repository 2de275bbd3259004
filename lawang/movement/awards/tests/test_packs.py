"""The pack part: what is refused with a sentence, and what the national pack awards."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from lawang.documents.models import Document
from lawang.lib.refused import Refused
from lawang.movement.awards import actions, demo
from lawang.movement.awards.models import Award, AwardCategory
from lawang.movement.awards.packs import has_its_parameters, install_awards, newest, scale_goes_up
from lawang.movement.awards.shortlist import WAYS
from lawang.movement.awards.tests.cast import AT, JURY, make_year, person, result, secretary
from lawang.movement.tests import letters
from lawang.packs.registry import PackVersion
from lawang.people.models import Node

NATIONAL = settings.ROOT / "packs" / "nasional"


def pack(name: str = "uji") -> PackVersion:
    return PackVersion(name, "1", Path(), datetime(2026, 1, 1, tzinfo=UTC))


def written(code: str = "akhir", **more: Any) -> dict[str, Any]:
    category = {
        "code": code,
        "title": {"id": "Terbaik"},
        "by": "final",
        "about": [],
        "shortlist": 5,
        "per_track": False,
        "jury": "uji",
        "source": "uji",
    }
    return {"juries": [JURY], "categories": [category | more]}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"by": "dimension"}, "memerlukan kata “node”"),
        ({"by": "plan"}, "memerlukan kata “about”"),
        ({"by": "final", "node": "sc/ekonomi"}, "tidak memakai kata “node”"),
        ({"by": "improvement", "about": ["baseline"]}, "tidak memakai kata “about”"),
    ],
)
def test_a_category_has_the_parameters_of_its_way(more: dict[str, Any], words: str) -> None:
    (category,) = written(**more)["categories"]
    assert [words in str(fault.sentence) for fault in has_its_parameters(category)] == [True]


def test_a_scale_goes_up() -> None:
    assert list(scale_goes_up(JURY)) == []
    assert len(list(scale_goes_up({**JURY, "most": JURY["least"]}))) == 1


@pytest.mark.django_db
def test_a_category_is_kept_with_its_jury_and_only_again_when_it_changed() -> None:
    for _time in range(2):
        install_awards([written()], pack())
    (one,) = AwardCategory.objects.all()
    assert one.definition["jury"]["criteria"] == JURY["criteria"]
    install_awards([written(shortlist=3)], pack())
    assert [(row.number, row.definition["shortlist"]) for row in newest()] == [(2, 3)]
    with pytest.raises(Refused, match="sudah ditetapkan paket"):
        install_awards([written()], pack("lain"))


def national() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((NATIONAL / "awards.yaml").read_text())
    return found


def test_the_national_categories_ask_for_what_the_instruments_ask() -> None:
    """Every component and item that a category names is in both years, so that no list is empty for a typing error."""
    for path in sorted((NATIONAL / "instruments").glob("*.yaml")):
        text = yaml.safe_load(path.read_text())
        components = {one["code"] for one in text["components"]}
        keys = {
            item["key"]
            for component in text["components"]
            for indicator in component["indicators"]
            for item in indicator["items"]
        }
        for category in national()["categories"]:
            assert set(category.get("about", [])) <= components | keys, (path.name, category["code"])


def test_the_national_categories_cover_every_dimension_and_every_way() -> None:
    (framework, *_others) = yaml.safe_load((NATIONAL / "frameworks.yaml").read_text())
    categories = national()["categories"]
    nodes = {one["node"] for one in categories if one["by"] == "dimension"}
    assert nodes == {f"{framework['code']}/{node['code']}" for node in framework["nodes"]}
    assert {one["by"] for one in categories} == set(WAYS)


@pytest.mark.django_db
def test_the_demonstration_publishes_examples_that_say_so() -> None:
    evaluation = make_year(demo.YEAR)
    Node.objects.update(is_demo=True)
    for code, name, final in (("34.03", "Kabupaten A", "3.66"), ("35.07", "Kabupaten B", "2.94")):
        result(evaluation, code, name, final, components={"baseline": final})
    result(evaluation, "16.03", "Kabupaten C", "2.70", track="baru", components={"baseline": "2.70"})
    definition = national()
    for one in definition["categories"]:
        one.setdefault("about", [])
        one.setdefault("per_track", False)
        one["about"] = ["baseline"] if one["about"] else []  # the test instrument has no quick wins
    install_awards([definition], pack("nasional"))
    jurors = [person("assessor", "made"), person("assessor", "putu")]
    letters.install(AT)
    assert demo.load(secretary(), person("movement-head", "luh"), jurors, at=AT) == 2
    assert list(Document.objects.values_list("kind", "state")) == [("award", "valid")] * 2
    states = dict(Award.objects.values_list("track", "state").order_by())
    assert states == {"": "published", "reguler": "published", "baru": "judging"}
    assert set(Award.objects.values_list("is_example", flat=True)) == {True}
    won = Award.objects.get(code="percepatan").nominees.get(place=1)
    assert (won.assessment.area.code, won.subject) == ("34.03", "Percepatan contoh Kabupaten A")
    spread = {one.spread for one in actions.tallies(Award.objects.get(code="percepatan"))}
    assert spread == {one for one in spread if one > 0}
