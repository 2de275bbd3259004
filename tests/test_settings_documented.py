"""docs/running.md says of every setting what the code says."""

import re
from pathlib import Path

import pytest

from lawang.settings import ROOT, SETTINGS, Setting

TABLE = (ROOT / "docs" / "running.md").read_text()


def shown(default: str) -> str:
    return f"`{default}`" if default else "–"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_is_in_the_table(setting: Setting) -> None:
    row = re.search(rf"^\| `{setting.name}` \| (.*?) \| (.*?) \|$", TABLE, re.MULTILINE)
    assert row, f"docs/running.md: add | `{setting.name}` | {shown(setting.default)} | {setting.sentence} |"
    assert row[2] == setting.sentence
    if not setting.default.startswith("/"):  # folders depend on the machine
        assert row[1] == shown(setting.default)


def test_the_table_names_nothing_else() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", TABLE, re.MULTILINE))
    assert named - set(SETTINGS) <= {"LAWANG_KEYS_PASSPHRASE"}


def test_no_module_reads_the_environment_by_itself() -> None:
    """Settings come from one file; the command line and its child processes hand DATABASE_URL on."""
    allowed = {"settings.py", "cli.py", "wsgi.py", "keys.py"}
    readers = [
        path.name
        for path in Path(ROOT / "lawang").rglob("*.py")
        if path.name not in allowed and "tests" not in path.parts and "os.environ" in path.read_text()
    ]
    assert readers == []
