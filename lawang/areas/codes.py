"""The code list that comes with the product, in packs/nasional/areas, and points that come with a regency's pack."""

import gzip
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from lawang.areas.actions import Loaded, load_codes, load_points

SHIPPED = Path(settings.ROOT) / "packs" / "nasional" / "areas"


@dataclass(frozen=True)
class Origin:
    """Where the shipped code list comes from; its credit is printed wherever its names are shown."""

    decree: str
    valid_from: date
    rows: int
    source: str
    licence: str
    credit: str


def origin(folder: Path = SHIPPED) -> Origin:
    words = json.loads((folder / "areas.json").read_text(encoding="utf-8"))
    return Origin(**words | {"valid_from": date.fromisoformat(words["valid_from"])})


def load_shipped(*, at: datetime, by: AbstractBaseUser | None = None, folder: Path = SHIPPED) -> Loaded:
    """Load the shipped code list; twice changes nothing."""
    about = origin(folder)
    with gzip.open(folder / "areas.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        return load_codes(stream, decree=about.decree, valid_from=about.valid_from, at=at, by=by)


def load_pack_points(pack: Path, *, at: datetime, by: AbstractBaseUser | None = None) -> int:
    """Set the points of a pack's areas_points.csv, if it has one; return how many changed."""
    file = pack / "areas_points.csv"
    if not file.exists():
        return 0
    with file.open(encoding="utf-8", newline="") as stream:
        return load_points(stream, at=at, by=by)
