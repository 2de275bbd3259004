"""A made-up nation as Parquet files, and its figures counted slowly, row by row, in plain Python."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lawang.exchange import columns, rollup

SERIES = {  # code: over time, over area
    "homes": ("last", "sum"),
    "births": ("sum", "sum"),
    "index": ("mean", "mean"),
    "rank": ("last", "never"),
    "cases.on_time_share/akta": ("mean", "mean"),
}
AREAS = [
    f"{province}.{number:02}" for province in (11, 16, 31, 53, 91) for number in (*range(1, 10), 71, 72)
]  # 16.10 would be read as 16.1 where a folder's name is believed to be a number


def node_of(area: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, area))


def make_nation(folder: Path, *, areas: int = 20, years: int = 3, seed: int = 1) -> list[dict[str, Any]]:
    """Write files with gaps, corrections and a withdrawal; return every row of every correction."""
    chance = random.Random(seed)
    every = []
    for area in AREAS[:areas]:
        for year in range(2024, 2024 + years):
            if chance.random() < 0.1:
                continue  # nothing was sent
            kept = [series for series in SERIES if chance.random() < 0.9]
            for correction in range(1, chance.choice((1, 1, 2, 3)) + 1):
                about = {
                    "node": node_of(area),
                    "area": area,
                    "kind": "values",
                    "part": f"values/{year}",
                    "correction": correction,
                    "withdrawn": correction == 3 and chance.random() < 0.5,
                }
                rows = _withdrawn(about, year) if about["withdrawn"] else _rows(about, year, kept, chance)
                place = folder / f"wilayah={area}" / f"tahun={year}"
                columns.write(place / f"values-{node_of(area)[:8]}-{correction:04}.parquet", rows)
                every += rows
    return every


def _withdrawn(about: dict[str, Any], year: int) -> list[dict[str, Any]]:
    return [about | {"year": year}]


def _rows(about: dict[str, Any], year: int, kept: list[str], chance: random.Random) -> list[dict[str, Any]]:
    found = []
    for series in kept:
        over_time, over_area = SERIES[series]
        for quarter in range(chance.randrange(1, 5)):
            for place, breakdown in (("", ""), (f"{about['area']}.01", ""), ("", "sex=female")):
                whole = chance.randrange(5, 5000) if series.startswith("cases.") else None
                found.append(
                    about
                    | {
                        "year": year,
                        "series": series,
                        "title": f"Judul {series}",
                        "unit": "u",
                        "over_time": over_time,
                        "over_area": over_area,
                        "start": date(year, quarter * 3 + 1, 1),
                        "end": date(year, quarter * 3 + 3, 28),
                        "place": place,
                        "breakdown": breakdown,
                        "amount": Decimal(chance.randrange(-(10**6), 10**12)) / 10**6,
                        "counted": chance.randrange(whole + 1) if whole else None,
                        "whole": whole,
                    }
                )
    return found


def slowly(rows: list[dict[str, Any]], level: str) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Return (group, series, year) -> regencies, amount, quartiles, without any engine."""
    newest: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        slot = row["node"], row["part"]
        newest[slot] = max(newest[slot], row["correction"])
    of: dict[tuple[str, str, int], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["correction"] != newest[row["node"], row["part"]] or row["withdrawn"]:
            continue
        if row["place"] or row["breakdown"]:
            continue
        area = row["area"]
        group = {"nation": "", "province": area[:2], "type": rollup.type_of(area)}[level]
        of[group, row["series"], row["year"]][area].append(row)
    return {slot: _together(slot[1], mine) for slot, mine in of.items()}


def _together(series: str, mine: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    over_time, over_area = SERIES[series]
    figures: list[float] = []
    exact, counted, whole = Decimal(0), 0, 0
    for rows in mine.values():
        amounts = [row["amount"] for row in sorted(rows, key=lambda row: row["end"])]
        one = sum(amounts, Decimal(0)) if over_time == "sum" else amounts[-1]
        exact += one
        counted += sum(row["counted"] or 0 for row in rows)
        part = sum(row["whole"] or 0 for row in rows)
        whole += part
        if part:
            figures.append(sum(row["counted"] or 0 for row in rows) / part * 100)
        elif over_time == "mean":
            figures.append(float(sum(amounts, Decimal(0))) / len(amounts))
        else:
            figures.append(float(one))
    figures.sort()
    amount: Decimal | float | None = None
    if whole:
        amount = Decimal(counted) * 100 / whole
    elif over_area == "sum":
        amount = exact
    elif over_area == "mean":
        amount = sum(figures) / len(figures)
    count = len(figures)
    return {
        "regencies": count,
        "amount": amount,
        "low": figures[0],
        "quarter": figures[-(-count // 4) - 1],
        "median": figures[-(-count // 2) - 1],
        "three_quarters": figures[-(-count * 3 // 4) - 1],
        "high": figures[-1],
    }
