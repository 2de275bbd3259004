"""What becomes of frameworks.yaml and readiness.yaml."""

from datetime import datetime
from pathlib import Path

import pytest

from lawang.lib.refused import Refused
from lawang.packs.actions import install
from lawang.packs.tests.folders import FRAMEWORK, MANIFEST, write_pack
from lawang.plans.models import (
    Crosswalk,
    Framework,
    FrameworkNode,
    Placement,
    Plan,
    Programme,
    ReadinessElement,
    Revision,
)

pytestmark = pytest.mark.django_db

NEXT = MANIFEST.replace('"1"', '"2"')
TREE = FRAMEWORK.replace(
    "      aliases: [PDAM]\n",
    "      children:\n        - {code: sumur, title: {id: Sumur}, children: [{code: bor, title: {id: Sumur bor}}]}\n",
)


def place_a_programme(node: FrameworkNode, at: datetime) -> None:
    plan = Plan.objects.create(
        code="p", title={"id": "Rencana"}, framework=node.framework, year_from=2024, year_to=2028
    )
    revision = Revision.objects.create(plan=plan, number=1, made_at=at)
    programme = Programme.objects.create(
        revision=revision, code="A1", title={"id": "Air"}, year_from=2024, year_to=2028
    )
    Placement.objects.create(programme=programme, framework=node.framework, node=node)


def test_a_tree_of_any_depth_keeps_its_order(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, frameworks=TREE), by=None, at=at)
    nodes = Framework.objects.get(code="kecil").nodes.all()
    assert [(node.code, node.depth) for node in nodes] == [("air", 0), ("sumur", 1), ("bor", 2), ("jalan", 0)]
    bor = FrameworkNode.objects.get(code="bor")
    assert bor.parent is not None
    assert bor.parent.code == "sumur"


def test_a_node_in_use_cannot_be_dropped(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, frameworks=FRAMEWORK), by=None, at=at)
    place_a_programme(FrameworkNode.objects.get(code="jalan"), at)
    dropped = FRAMEWORK.partition("    - code: jalan")[0]
    with pytest.raises(Refused, match="masih dipakai rencana: jalan"):
        install(write_pack(tmp_path, pack=NEXT, frameworks=dropped), by=None, at=at)
    assert FrameworkNode.objects.filter(code="jalan").exists()


def test_a_node_in_use_may_be_renamed_and_moved(tmp_path: Path, at: datetime) -> None:
    install(write_pack(tmp_path, frameworks=TREE), by=None, at=at)
    node = FrameworkNode.objects.get(code="bor")
    place_a_programme(node, at)
    moved = FRAMEWORK + "    - {code: bor, title: {id: Bor}}\n"
    install(write_pack(tmp_path, pack=NEXT, frameworks=moved), by=None, at=at)
    node.refresh_from_db()
    assert (node.parent, node.depth, node.title) == (None, 0, {"id": "Bor"})
    assert not FrameworkNode.objects.filter(code="sumur").exists()


def test_a_crosswalk_leads_from_an_older_framework(tmp_path: Path, at: datetime) -> None:
    newer = """\
- code: baru
  title: {id: Baru}
  version: "2"
  is_draft: true
  source: Dikarang
  succeeds: kecil
  nodes: [{code: prasarana, title: {id: Prasarana}}]
  crosswalk:
    - {from: kecil/air, to: prasarana}
    - {from: kecil/jalan, to: prasarana, kind: part}
"""
    install(write_pack(tmp_path, frameworks=FRAMEWORK + newer), by=None, at=at)
    arrows = Crosswalk.objects.order_by("old__order").values_list("old__code", "new__code", "kind")
    assert list(arrows) == [("air", "prasarana", "same"), ("jalan", "prasarana", "part")]
    assert Framework.objects.get(code="baru").is_draft


def test_readiness_elements_keep_their_order(tmp_path: Path, at: datetime) -> None:
    readiness = """\
- framework: kecil
  elements:
    - {code: struktur, title: {id: Struktur}}
    - {code: budaya, title: {id: Budaya}}
"""
    install(write_pack(tmp_path, frameworks=FRAMEWORK, readiness=readiness), by=None, at=at)
    assert list(ReadinessElement.objects.values_list("code", flat=True)) == ["struktur", "budaya"]
