"""How long the nation's figures take: `make bench-rollup`.

514 regencies, 10 years: a part of values and one of statistics for each year, a tenth of them corrected once.
The roll-up is compared with a bare scan by DuckDB of the same columns of the same files in the same run; each is the
best of three. `--spark local[2]` or `--spark spark://host:7077` does the same there once and compares the results.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

REGENCIES, YEARS = 514, 10
SERIES, DISTRICTS, BY_DISTRICT = 150, 10, 20  # of a plan; of a regency; series that are also told by district
SERVICES, STATISTICS = 40, ("received", "decided", "on_time_share", "first_time_share", "median_days")
ROUNDS = 3
SCAN = """
select count(*), sum(amount), sum(counted), sum(whole), max("end"), max(correction), max(year), min(node), min(area),
    min(kind), min(part), min(series), min(title), min(unit), min(over_time), min(over_area), min(place),
    min(breakdown), bool_or(withdrawn)
from read_parquet('{files}', hive_partitioning = false)
"""


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lawang.settings")
    import django

    django.setup()
    with tempfile.TemporaryDirectory(prefix="lwr", dir=options.folder) as name:
        folder = Path(name)
        began = time.monotonic()
        rows = make(folder, options.regencies, options.years)
        files = list(folder.rglob("*.parquet"))
        size = sum(path.stat().st_size for path in files)
        print(
            f"{options.regencies} regencies x {options.years} years: {rows:,} rows in {len(files):,} files, "
            f"{size / 1e6:.0f} MB (made in {time.monotonic() - began:.0f} s); {os.cpu_count()} processors"
        )
        print(f"from a batch's lines to Parquet: {converted(folder):,.0f} rows/s")
        measure(folder, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--regencies", type=int, default=REGENCIES)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--spark", default="", help="master of a cluster, or local[2]")
    parser.add_argument("--folder", help="where the files are made; they are removed afterwards")
    return parser.parse_args()


def area_of(number: int) -> str:
    """Return a code: 38 provinces, a fifth of their members cities."""
    province, place = 11 + number % 38, number // 38
    return f"{province}.{71 + place if place % 5 == 4 else place + 1:02}"


def make(folder: Path, regencies: int, years: int) -> int:
    """Write the files; return how many rows, corrections included."""
    rows = 0
    for number in range(regencies):
        chance = random.Random(number)
        area, node = area_of(number), str(uuid.UUID(int=number + 1))
        for year in range(2027 - years, 2027):
            for kind in ("values", "statistics"):
                for correction in range(1, 3 if chance.random() < 0.1 else 2):
                    table = table_of(kind, area, year, chance)
                    rows += len(table["series"])
                    _write(folder, node, area, kind, year, correction, table)
    return rows


def table_of(kind: str, area: str, year: int, chance: random.Random) -> dict[str, list[Any]]:
    """Return the columns of one part: quarters of every series, and of some by district."""
    slots: list[tuple[str, str, str, str, bool]] = []
    if kind == "values":
        for number in range(SERIES):
            way = (("sum", "sum"), ("last", "sum"), ("mean", "mean"), ("last", "never"))[number % 4]
            slots.append((f"s-{number:03}", *way, "", False))
        slots += [
            (
                f"s-{number:03}",
                *(("sum", "sum") if number % 2 else ("last", "sum")),
                f"{area}.{place:02}",
                False,
            )
            for number in range(BY_DISTRICT)
            for place in range(1, DISTRICTS + 1)
        ]
    else:
        for service in range(SERVICES):
            for name in STATISTICS:
                is_share = name.endswith("share")
                way = (
                    ("mean", "mean")
                    if is_share
                    else ("sum", "sum")
                    if name != "median_days"
                    else ("never",) * 2
                )
                slots.append((f"cases.{name}/layanan-{service:02}", *way, "", is_share))
    every = [(slot, quarter) for slot in slots for quarter in range(4)]
    wholes = [chance.randrange(5, 900) if slot[4] else None for slot, _quarter in every]
    return {
        "series": [slot[0] for slot, _quarter in every],
        "over_time": [slot[1] for slot, _quarter in every],
        "over_area": [slot[2] for slot, _quarter in every],
        "place": [slot[3] for slot, _quarter in every],
        "start": [date(year, quarter * 3 + 1, 1) for _slot, quarter in every],
        "end": [date(year, quarter * 3 + 3, 30) for _slot, quarter in every],
        "amount": [Decimal(chance.randrange(10**9)).scaleb(-3) for _one in every],
        "counted": [None if whole is None else chance.randrange(whole + 1) for whole in wholes],
        "whole": wholes,
    }


def _write(
    folder: Path, node: str, area: str, kind: str, year: int, correction: int, table: dict[str, list[Any]]
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    from lawang.exchange import columns

    length = len(table["series"])
    same: dict[str, Any] = {
        "node": node,
        "area": area,
        "kind": kind,
        "part": f"{kind}/{year}",
        "correction": correction,
        "withdrawn": False,
        "year": year,
        "unit": "u",
        "breakdown": "",
    }
    schema = columns.schema()
    given = {**table, "title": table["series"]}
    arrays = [
        pa.array(given[field.name], field.type)
        if field.name in given
        else pa.repeat(pa.scalar(same[field.name], field.type), length)
        for field in schema
    ]
    place = folder / f"wilayah={area}" / f"tahun={year}"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{kind}-{node[-12:]}-{correction:04}.parquet"
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def converted(folder: Path) -> float:
    """Return how many rows a second become Parquet, out of the lines that a batch carries."""
    from lawang.exchange import columns
    from lawang.exchange.outgoing import lines

    table = table_of("values", "16.11", 2026, random.Random(1))
    found = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    rest = {"title": "t", "unit": "u", "direction": "up", "frequency": "quarter", "breakdown": ""}
    rows = [
        rest
        | row
        | {"start": row["start"].isoformat(), "end": row["end"].isoformat(), "amount": f"{row['amount']:f}"}
        for row in found
    ]
    content = lines(rows)
    about = {"node": "n", "area": "16.11", "kind": "values", "part": "values/2026"}
    began = time.monotonic()
    columns.write(
        folder / "aside" / "one.parquet",
        columns.rows(about | {"correction": 1, "withdrawn": False}, 2026, content),
    )
    return len(rows) / (time.monotonic() - began)


def best(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the shortest time of some rounds, in seconds, and what came out."""
    times = []
    for _round in range(ROUNDS):
        began = time.monotonic()
        found = run()
        times.append(time.monotonic() - began)
    return min(times), found


def measure(folder: Path, options: argparse.Namespace) -> None:
    import duckdb

    from lawang.exchange import rollup

    pattern = folder / rollup.PATTERN

    def scan() -> Any:
        with duckdb.connect() as connection:
            return connection.execute(SCAN.format(files=pattern)).fetchall()[0]

    def figures(engine: str = "duckdb") -> list[rollup.Figure]:
        with rollup.engine(engine) as connection:
            return rollup.compute(connection, folder=folder)

    bare, counted = best(scan)
    took, found = best(figures)
    print(f"bare scan of the same columns: {bare:.2f} s for {counted[0]:,} rows")
    print(f"roll-up on DuckDB: {took:.2f} s for {len(found):,} figures; ratio {took / bare:.1f}")
    if options.spark:
        began = time.monotonic()
        theirs = figures(options.spark)
        print(f"roll-up on {options.spark}: {time.monotonic() - began:.1f} s")
        differing = sum(not same(one, other) for one, other in zip(found, theirs, strict=True))
        print(f"figures that differ: {differing} of {len(found):,}")
        sys.exit(1 if differing else 0)


def same(one: Any, other: Any) -> bool:
    """Tell whether two figures are equal: decimals to the last digit, floats to 1e-12 of themselves."""
    mine, theirs = asdict(one), asdict(other)
    return all(
        abs(value - theirs[name]) <= 1e-12 * abs(value) if isinstance(value, float) else value == theirs[name]
        for name, value in mine.items()
    )


if __name__ == "__main__":
    main()
