from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lawang.packs import reference
from lawang.packs.models import InstalledPack
from lawang.packs.tests.folders import FRAMEWORK, MANIFEST, write_pack
from lawang.settings import ROOT

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("packs", *words, stdout=out)
    return out.getvalue()


def test_check_names_what_is_good(tmp_path: Path) -> None:
    assert run("check", str(write_pack(tmp_path, frameworks=FRAMEWORK))) == "coba 1: baik (frameworks 1)\n"


def test_check_ends_with_an_error_and_tells_every_mistake(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, frameworks=FRAMEWORK.replace("aliases", "alias"))
    out = StringIO()
    with pytest.raises(CommandError, match="1 kesalahan"):
        call_command("packs", "check", str(folder), stdout=out)
    assert out.getvalue().startswith(f"{folder}/frameworks.yaml:8:7: Kata “alias” tidak dikenal")


def test_install_list_and_diff(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, frameworks=FRAMEWORK)
    assert run("install", str(folder)) == "coba 1: terpasang\n"
    assert run("install", str(folder)) == "coba 1: sudah terpasang\n"
    assert run("diff", str(folder)) == "Tidak ada perbedaan.\n"
    assert run("list").startswith("* coba 1 ")
    write_pack(
        tmp_path,
        pack=MANIFEST.replace('"1"', '"2"'),
        frameworks=FRAMEWORK.replace("en: Roads", "en: Streets"),
    )
    assert run("diff", str(folder)).splitlines() == [
        "~ pack › version: 1 → 2",
        "~ frameworks › kecil › nodes › jalan › title › en: Roads → Streets",
    ]


def test_a_broken_pack_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="tidak ada yang dipasang"):
        run("install", str(write_pack(tmp_path, frameworks="- x\n")))
    assert not InstalledPack.objects.exists()


@pytest.mark.parametrize("name", ["nasional", "empat-lawang", "contoh"])
def test_the_packs_of_the_repository_are_good(name: str) -> None:
    assert ": baik (" in run("check", str(ROOT / "packs" / name))


def test_the_reference_is_current() -> None:
    message = "run: lawang packs reference --write"
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), message
