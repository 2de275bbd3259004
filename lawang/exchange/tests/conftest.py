from pathlib import Path
from typing import Any

import pytest

from lawang.exchange.tests.sides import Side, make_pair


@pytest.fixture
def pair(db: None, media: Path, tmp_path: Path, settings: Any) -> tuple[Side, Side]:
    """A regency and its movement, who know each other."""
    settings.FIGURES = str(tmp_path / "figures")
    return make_pair(tmp_path)
