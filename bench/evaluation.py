"""How long the nation's results take: `make bench-evaluation`.

514 regencies x 117 items x 5 assessors x 10 years: three million marks. Everything is computed anew, and the pages that
show it are opened. Exits 1 when that takes more than 10 seconds, a page asks more than 12 queries, or 100 ms (p95) are
not enough for one. `--small` tries it with two years of fifty regencies.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.plan import MOST_QUERIES, fsync_speed, machine, prepared, timed

LIMIT = 10.0  # s, computing everything anew (issue of the movement)
PAGE_LIMIT = 100.0  # ms, p95
ROUNDS = 20
FIRST = 2014


@dataclass(frozen=True)
class Size:
    regencies: int
    years: int
    assessors: int = 5


FULL, SMALL = Size(514, 10), Size(50, 2)
HOME = "16.11"  # whose page is opened; in the small size too


def fill(size: Size) -> int:
    """Write evaluations, sheets and marks by SQL; return how many marks."""
    from django.db import connection
    from django.utils import timezone

    from lawang.areas.models import Area
    from lawang.movement.cohorts.models import FigureImport, RegionFigure
    from lawang.movement.models import Answer, Assessment, Evaluation, Instrument, Seat, Sheet
    from lawang.people.models import User

    at = timezone.now()
    instrument = Instrument.objects.get(code="kominfo-2023")
    regencies = Area.objects.filter(level=Area.Level.REGENCY)
    areas = [regencies.get(code=HOME), *regencies.exclude(code=HOME).order_by("code")[: size.regencies - 1]]
    users = [
        User(username=f"penilai{number}", name=f"Penilai {number}", email=f"p{number}@contoh.id")
        for number in range(size.assessors)
    ]
    User.objects.bulk_create(users)
    taken = FigureImport.objects.create(name="angka.csv", by=users[0], at=at)
    RegionFigure.objects.bulk_create(
        RegionFigure(area=area, indicator=name, year=year, value=place + 1, source="uji", taken_from=taken)
        for place, area in enumerate(areas)
        for name in ("Penduduk", "Kapasitas fiskal", "IPM", "SPBE")
        for year in range(FIRST, FIRST + size.years)
    )
    for year in range(FIRST, FIRST + size.years):
        evaluation = Evaluation.objects.create(
            year=year,
            instrument=instrument,
            opened_at=at,
            answers_until=at,
            state=Evaluation.State.PUBLISHED,
            published_at=at,
        )
        rows = Assessment.objects.bulk_create(
            Assessment(evaluation=evaluation, area=area, track="kppn", state=Assessment.State.PUBLISHED)
            for area in areas
        )
        seats = Seat.objects.bulk_create(Seat(evaluation=evaluation, user=user) for user in users)
        through = Seat.assessments.through
        through.objects.bulk_create(
            through(seat_id=seat.pk, assessment_id=row.pk) for seat in seats for row in rows
        )
        Sheet.objects.bulk_create(
            Sheet(assessment=row, seat=seat, declared_at=at, handed_in_at=at)
            for row in rows
            for seat in seats
        )
        Answer.objects.bulk_create(
            (
                Answer(assessment=row, item=code, words="Ada.", source=Answer.Source.ADDED)
                for row in rows
                for code in instrument.shape.items
            ),
            batch_size=5_000,
        )
    codes = list(instrument.shape.items)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into movement_mark (sheet_id, item, mark, note, reason) "
            "select sheet.id, item, (hashtext(item || sheet.id) & 3) + 1, '', '' "
            "from movement_sheet sheet, unnest(%s::text[]) item",
            [codes],
        )
        count = int(cursor.rowcount)
        cursor.execute("analyze")
    return count


def pages() -> list[tuple[str, str]]:
    """Return (name, path) of what the public opens."""
    return [
        ("a year", "/hasil-evaluasi/"),
        ("a year, words", "/hasil-evaluasi/?q=lawang"),
        ("a regency", f"/hasil-evaluasi/{HOME}/"),
    ]


def measure() -> list[str]:
    """Open the pages; print queries and milliseconds; return what is wrong."""
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    wrong, client = [], Client()
    for name, path in pages():
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200, path
        queries = len(asked)  # now: the next request empties the log
        times = []
        for _round in range(ROUNDS):
            began = time.perf_counter()
            client.get(path)
            times.append(1000 * (time.perf_counter() - began))
        p95 = sorted(times)[int(len(times) * 0.95) - 1]
        print(f"{name:16} {queries:3} queries, p95 {p95:6.1f} ms = {p95 / PAGE_LIMIT:.2f} of the limit")
        if queries > MOST_QUERIES:
            wrong.append(f"{name}: {queries} queries")
        if p95 > PAGE_LIMIT:
            wrong.append(f"{name}: {p95:.0f} ms")
    return wrong


def bench(size: Size) -> list[str]:
    """Fill, compute anew, open pages; return what is wrong."""
    from lawang.movement.models import Assessment
    from lawang.movement.results import recompute

    count = timed("filled", lambda: fill(size))
    print(f"{size.regencies} regencies x {size.years} years, {count:,} marks")
    rows = Assessment.objects.prefetch_related("evaluation__instrument")
    began = time.perf_counter()
    changed = timed("computed all results", lambda: recompute(rows), rows=count)
    took = time.perf_counter() - began
    print(f"{took / LIMIT:.2f} of the limit of {LIMIT:.0f} s; {changed:,} results")
    timed("computed all again", lambda: recompute(rows), rows=count)
    return [*([f"computing everything: {took:.1f} s"] if took > LIMIT else []), *measure()]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench.evaluation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    with tempfile.TemporaryDirectory(prefix="lawang-bench-") as name:
        folder = Path(name)
        print(machine())
        with prepared(folder):
            print(f"a page reaches the disk in {fsync_speed(folder):.2f} ms")
            wrong = bench(SMALL if small else FULL)
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
