"""Packs written by a test."""

from pathlib import Path

from lawang.packs.reader import read_pack

MANIFEST = """\
name: coba
version: "1"
title: {id: Coba}
licence: CC0-1.0
"""

FRAMEWORK = """\
- code: kecil
  title: {id: Kerangka kecil, en: Small framework}
  version: "1"
  source: Dikarang
  nodes:
    - code: air
      title: {id: Air bersih, en: Clean water}
      aliases: [PDAM]
    - code: jalan
      title: {id: Jalan, en: Roads}
"""


def write_pack(folder: Path, name: str = "coba", /, **files: str) -> Path:
    """Write pack.yaml (unless given) and each NAME.yaml, and return the folder."""
    here = folder / name
    here.mkdir(parents=True, exist_ok=True)
    files = {"pack": MANIFEST.replace("coba", name)} | files
    for kind, content in files.items():
        (here / f"{kind}.yaml").write_text(content, encoding="utf-8")
    return here


def problems(folder: Path) -> list[str]:
    """Return what `packs check` prints of a folder."""
    return [str(problem) for problem in read_pack(folder).problems]
