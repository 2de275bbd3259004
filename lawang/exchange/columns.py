"""Figures of regencies as Parquet on the movement's disk, so that the roll-up reads them as they lie.

    <figures>/wilayah=16.11/tahun=2025/values-<node>-0003.parquet

One file is one correction of one part; what counts is decided when it is read (rollup.py). Every column stands inside
the file: engines guess the type of what is only in a folder's name, and would read 16.10 as 16.1. Files are made from
the batches that were taken, whole or not at all, and can be made anew at any time. Needs requirements-movement.txt;
a regency never comes here.
"""

import os
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

from lawang.exchange.actions import figures_of
from lawang.exchange.incoming import rows_of
from lawang.exchange.models import Peer, ReceivedBatch, ReceivedPart
from lawang.lib.keyfile import sync_folder

KINDS = ("values", "statistics")
YEAR = re.compile(r"[a-z]+/((?:19|20)\d\d)")


def folder() -> Path:
    """Return where the files lie; on a cluster every worker must see the same folder."""
    return Path(settings.FIGURES or Path(settings.DATA) / "figures")


def is_possible() -> bool:
    """Tell whether what writes Parquet is installed."""
    return find_spec("pyarrow") is not None


def schema() -> Any:
    """Return the columns. Money and shares are decimals, so that sums are exact on every engine; days are dates."""
    import pyarrow as pa

    return pa.schema(
        [
            ("node", pa.string()),
            ("area", pa.string()),
            ("kind", pa.string()),
            ("part", pa.string()),
            ("correction", pa.int32()),
            ("withdrawn", pa.bool_()),
            ("year", pa.int32()),
            ("series", pa.string()),
            ("title", pa.string()),
            ("unit", pa.string()),
            ("over_time", pa.string()),
            ("over_area", pa.string()),
            ("start", pa.date32()),
            ("end", pa.date32()),
            ("place", pa.string()),
            ("breakdown", pa.string()),
            ("amount", pa.decimal128(24, 6)),
            ("counted", pa.int64()),
            ("whole", pa.int64()),
        ]
    )


def path_of(part: ReceivedPart) -> Path | None:
    """Return where the file of a part lies; None for a part that holds no figures of a year."""
    year = YEAR.fullmatch(part.name)
    if part.kind not in KINDS or year is None or not part.is_read:
        return None
    place = folder() / f"wilayah={part.peer.area_code or 'lain'}" / f"tahun={year[1]}"
    return place / f"{part.kind}-{part.peer.key.hex[:12]}-{part.correction:04}.parquet"


def write_batch(batch: ReceivedBatch) -> int:
    """Write the files of a batch that are not there yet; return how many."""
    count = 0
    for part, content in figures_of(batch):
        path = path_of(part)
        if path is not None and not path.exists():
            about = {
                "node": str(part.peer.key),
                "area": part.peer.area_code,
                "kind": part.kind,
                "part": part.name,
                "correction": part.correction,
                "withdrawn": part.is_withdrawn,
            }
            year = int(path.parent.name.removeprefix("tahun="))
            write(path, rows(about, year, content))
            count += 1
    return count


def rows(about: dict[str, Any], year: int, content: bytes) -> Iterable[dict[str, Any]]:
    """Yield what stands in a file; of a withdrawn part one row that says so and hides the corrections before."""
    if about["withdrawn"]:
        yield about | {"year": year}
        return
    for row in rows_of(content):
        yield about | {
            **{name: row[name] for name in ("series", "title", "unit", "over_time", "over_area")},
            **{name: row[name] for name in ("place", "breakdown", "counted", "whole")},
            "year": year,
            "start": date.fromisoformat(row["start"]),
            "end": date.fromisoformat(row["end"]),
            "amount": Decimal(row["amount"]),
        }


def write(path: Path, found: Iterable[dict[str, Any]]) -> None:
    """Write one file, whole or not at all."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pylist(list(found), schema=schema())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    parquet.write_table(table, draft, compression="zstd")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def forget(peer: Peer) -> None:
    """Remove the files of a peer, of which everything comes anew."""
    for path in folder().glob(f"*/*/*-{peer.key.hex[:12]}-*.parquet"):
        path.unlink(missing_ok=True)


def write_missing() -> int:
    """Write what a power cut or a lost disk left out; return how many files."""
    count = 0
    for batch in ReceivedBatch.objects.filter(
        state=ReceivedBatch.State.TAKEN, parts__kind__in=KINDS
    ).distinct():
        parts = batch.parts.select_related("peer")
        if any((path := path_of(part)) is not None and not path.exists() for part in parts):
            count += write_batch(batch)
    return count
