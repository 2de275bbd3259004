"""docs/packs.md cannot lie: its first service is the shipped one, its second is written, installed and used here."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from lawang.areas.models import Area
from lawang.cases import actions
from lawang.cases.models import Service
from lawang.cases.packs import STEP_KINDS
from lawang.cases.proofs.steps import FROM_PHASES, TO_PHASES
from lawang.cases.publishing import publish, rehearse
from lawang.cases.reading import read_answers
from lawang.cases.tests.aula import HEAD, VERBS
from lawang.documents.models import Document
from lawang.lib.codes import new_code
from lawang.packs.actions import install
from lawang.packs.reader import read_pack
from tests.cast import make_agency, make_membership, make_node, make_role, make_user

pytestmark = pytest.mark.django_db

PAGE = (settings.ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
CHAPTER = PAGE.partition("## Write a service\n")[2].partition("<!-- reference")[0]
FIRST, SECOND = CHAPTER.partition("### Check, install")[0], CHAPTER.partition("### A second service")[2]


def blocks(words: str) -> list[str]:
    found = re.findall(r"^( *)```yaml\n(.*?)^ *```$", words, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def test_the_first_service_is_the_shipped_one() -> None:
    shipped = (settings.ROOT / "packs/contoh/services/peminjaman-aula.yaml").read_text(encoding="utf-8")
    units = (settings.ROOT / "packs/contoh/units.yaml").read_text(encoding="utf-8")
    parts = [block.strip("\n") for block in blocks(FIRST)]
    assert parts.pop(1) == units.strip("\n")
    without_comment = re.sub(r"^#.*\n", "", shipped)
    assert "\n\n".join(parts) == re.sub(r"\n{2,}", "\n\n", _spaced(without_comment, parts)).strip("\n")


def _spaced(shipped: str, parts: list[str]) -> str:
    """Put a blank line before each part of the file, where it has none."""
    for part in parts[1:]:
        first = part.partition("\n")[0]
        shipped = shipped.replace(f"\n{first}\n", f"\n\n{first}\n", 1)
    return shipped


@pytest.mark.parametrize("number", range(len(blocks(PAGE))))
def test_every_block_of_yaml_can_be_read(number: int) -> None:
    yaml.safe_load(blocks(PAGE)[number])


def test_the_blocks_were_found() -> None:
    """As many as there are fences: none is lost to a fence that is indented or written otherwise."""
    assert len(blocks(PAGE)) == len(re.findall(r"```yaml", PAGE)) > 10


def test_the_table_of_steps_is_whole() -> None:
    table = CHAPTER.partition("### Kinds of steps")[2].partition("### ")[0]
    rows = {
        kind: row
        for row in table.splitlines()
        if row.startswith("| `")
        for kind in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert set(rows) == set(STEP_KINDS)
    for kind in STEP_KINDS:
        source, _arrow, target = rows[kind].split("|")[2].partition("→")
        assert all(phase in source for phase in FROM_PHASES.get(kind, ()))
        assert all(phase in target for phase in TO_PHASES.get(kind, ()))


def write(folder: Path) -> Path:
    """Do what the chapter says: a pack with one file."""
    kota = folder / "kota"
    (kota / "services").mkdir(parents=True)
    (kota / "pack.yaml").write_text(
        'name: kota\nversion: "1"\ntitle: {id: Kota Contoh}\nlicence: CC0-1.0\n', encoding="utf-8"
    )
    (kota / "services" / "izin-keramaian.yaml").write_text(blocks(SECOND)[0], encoding="utf-8")
    return kota


def make_district() -> None:
    """A regency with one district, its office, an officer and a head."""
    home = Area.objects.create(code="16.11", name="Contoh", level="regency", valid_from=date(2020, 1, 1))
    district = Area.objects.create(
        code="16.11.01", name="Kecamatan Contoh", level="district", valid_from=date(2020, 1, 1), parent=home
    )
    Area.objects.create(
        code="16.11.01.2001",
        name="Desa Contoh",
        level="village",
        valid_from=date(2020, 1, 1),
        parent=district,
    )
    make_node(area=home)
    office = make_agency("kec-contoh", "Kecamatan Contoh", kind="district", area=district)
    make_membership(make_user("andi"), role=make_role("clerk", VERBS), agency=office)
    make_membership(make_user("camat"), role=make_role("camat", HEAD, signs_as=["head"]), agency=office)


def test_the_second_service_is_sound_without_units(tmp_path: Path) -> None:
    read = read_pack(write(tmp_path))
    assert [str(problem) for problem in read.problems] == []


def test_the_second_service_is_installed_rehearsed_published_and_used(tmp_path: Path, at: datetime) -> None:
    make_district()
    install(write(tmp_path), by=None, at=at)
    service = Service.objects.get(code="izin-keramaian")
    draft = service.versions.get()
    found = rehearse(draft, at=at)
    assert [one.sentence["id"] for one in found.findings] == []
    assert found.finished == found.cases
    version = publish(draft, by=None, at=at)

    from lawang.cases.definition import definition_of
    from lawang.people.models import User

    definition = definition_of(version)
    example = definition.data["examples"][0]
    answers, faults = read_answers(definition.fields, example["answers"], today=at.date())
    assert faults == {}
    case = actions.file_case(version, answers, code=new_code(), at=at)
    assert case.office.code == "kec-contoh"
    case = actions.take_step(case, "issue", by=User.objects.get(username="andi"), at=at)
    assert case.state == "signing"
    letter = Document.objects.get(template__code="izin-keramaian/permit")
    assert letter.number.startswith("IRK")
    refused = actions.file_case(version, answers, code=new_code(), at=at)
    refused = actions.take_step(
        refused,
        "refuse",
        actions.Given(outcome="refused", note="Jalan ditutup."),
        by=User.objects.get(username="camat"),
        at=at,
    )
    assert (refused.state, refused.phase) == ("refused", "decided")
