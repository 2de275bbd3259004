from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.packs import theme
from lawang.packs.actions import install
from lawang.packs.tests.folders import MANIFEST, write_pack
from lawang.people.models import Node
from lawang.people.node import remembered
from lawang.settings import ROOT

pytestmark = pytest.mark.django_db

THEME = (ROOT / "packs" / "empat-lawang" / "theme.yaml").read_text(encoding="utf-8")
CREST = (ROOT / "packs" / "empat-lawang" / "crest.svg").read_bytes()
SETTINGS = "name: {id: Kabupaten Coba}\narea: '16.11'\ntime_zone: Asia/Makassar\n"


def area(code: str) -> Area:
    return Area.objects.create(code=code, name=code, level="regency", decree="SK", valid_from="2025-01-01")


@pytest.fixture
def dressed(tmp_path: Path, at: datetime) -> None:
    area("16.11")
    folder = write_pack(tmp_path, theme=THEME, settings=SETTINGS)
    (folder / "crest.svg").write_bytes(CREST)
    install(folder, by=None, at=at)


def test_settings_say_whose_installation_it_is(dressed: None) -> None:
    node = Node.objects.get()
    assert (node.area and node.area.code, node.time_zone, node.theme) == ("16.11", "Asia/Makassar", "coba")
    assert node.is_demo is False


def test_an_installation_stays_with_its_area(dressed: None, tmp_path: Path, at: datetime) -> None:
    area("16.12")
    with pytest.raises(Refused, match=r"milik 16\.11"):
        install(write_pack(tmp_path, "lain", settings=SETTINGS.replace("16.11", "16.12")), by=None, at=at)


def test_the_brand_comes_from_the_theme(dressed: None) -> None:
    brand = theme.brand()
    assert brand.name["id"] == "Kabupaten Empat Lawang"
    assert brand.accent == "#1f5c3f"
    assert brand.crest.startswith("/lambang-")
    assert len(brand.sources) == 2


def test_pages_ask_for_theme_and_node_at_once(dressed: None, django_assert_num_queries: Any) -> None:
    with remembered(), django_assert_num_queries(1):
        assert theme.brand().accent == "#1f5c3f"
        assert "content" not in theme.current_theme()["crest"]  # type: ignore[operator]
    picture = theme.current_crest()
    assert picture is not None
    assert (picture.content, picture.kind) == (CREST, "image/svg+xml")


def test_a_newer_theme_is_worn_at_once(dressed: None, tmp_path: Path, at: datetime) -> None:
    with remembered():
        assert theme.brand().accent == "#1f5c3f"
        newer = write_pack(
            tmp_path / "newer",
            pack=MANIFEST.replace('"1"', '"2"'),
            theme=THEME.replace("#1f5c3f", "#0a4da6"),
        )
        (newer / "crest.svg").write_bytes(CREST)
        install(newer, by=None, at=at)
        assert theme.brand().accent == "#0a4da6"


def test_the_crest_is_served_for_ever_and_without_scripts(dressed: None, client: Client) -> None:
    response = client.get(theme.brand().crest)
    assert (response.status_code, response.content, response["Content-Type"]) == (200, CREST, "image/svg+xml")
    assert "immutable" in response["Cache-Control"]
    assert "sandbox" in response["Content-Security-Policy"]
    assert client.get("/lambang-0123456789abcdef").status_code == 404
    assert client.get("/lambang-0").status_code == 404


def test_without_a_theme_the_pages_keep_our_door() -> None:
    assert theme.brand().crest == ""
    assert theme.brand().name["id"] == "Lawang"
