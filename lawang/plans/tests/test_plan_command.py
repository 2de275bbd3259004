"""`lawang plan`: the same verbs from the command line."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lawang.plans.models import Plan, Programme, Revision
from lawang.plans.tests.books import PLAN, PROGRAMME, make_plan, make_regency, sheet_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_regency()
    (tmp_path / "rencana.csv").write_bytes(sheet_csv(PLAN))
    (tmp_path / "program.csv").write_bytes(
        sheet_csv([PROGRAMME, {**PROGRAMME, "kode": "P-02", "status": "?"}])
    )
    return tmp_path


def run(*words: object) -> str:
    out = StringIO()
    call_command("plan", *(str(word) for word in words), stdout=out)
    return out.getvalue()


def test_import_tells_first_and_writes_when_asked(folder: Path) -> None:
    told = run("import", folder, "--by", "wayan")
    assert "program: 1 baru, 1 ditolak" in told
    assert not Plan.objects.exists()
    run("import", folder, "--by", "wayan", "--apply", "--publish", "2024-01-01")
    assert Programme.objects.get().code == "P-01"
    assert Revision.objects.get().status == "published"


def test_export_and_template_are_files(tmp_path: Path) -> None:
    make_plan(make_regency(), program=[PROGRAMME])
    for name in ("a.xlsx", "a.zip"):
        run("export", tmp_path / name, "--by", "wayan")
    run("template", tmp_path / "t.xlsx")
    assert all(file.read_bytes().startswith(b"PK") for file in tmp_path.iterdir())
    assert "program: 1 sama" in run("import", tmp_path / "a.xlsx", "--by", "wayan")


def test_check_reads_as_an_assessor(tmp_path: Path) -> None:
    make_plan(make_regency(), program=[PROGRAMME])
    assert "Kelengkapan" in run("check")


@pytest.mark.parametrize(
    "words", [("import", "/tidak/ada", "--by", "wayan"), ("check",), ("export", "x.xlsx", "--by", "hantu")]
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...]) -> None:
    make_regency()
    with pytest.raises(CommandError):
        run(*words)
