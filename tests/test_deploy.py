"""The units of deploy/ are what systemd understands and what the code offers."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lawang.settings import SETTINGS

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_understands_the_unit(name: str, tmp_path: Path) -> None:
    for unit in UNITS:  # programs and users of a server do not exist here
        text = (DEPLOY / unit).read_text()
        text = re.sub(r"/opt/lawang/\.venv/bin/lawang", "/bin/true", text).replace("/opt/lawang", "/")
        (tmp_path / unit).write_text(re.sub(r"(?m)^User=.*\n", "", text))
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in answer.stderr.splitlines() if "lawang" in line and "postgresql" not in line]
    assert not ours, answer.stderr


@pytest.mark.parametrize("name", UNITS)
def test_the_commands_exist(name: str) -> None:
    from django.core.management import get_commands

    known = {*get_commands(), "serve", "work", "stream"}
    assert set(re.findall(r"bin/lawang (\w+)", (DEPLOY / name).read_text())) <= known


def test_the_environment_names_settings_that_exist() -> None:
    named = re.findall(r"(?m)^([A-Z_]+)=", (DEPLOY / "lawang.env").read_text())
    assert set(named) <= set(SETTINGS)
