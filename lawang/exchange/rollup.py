"""National and provincial figures over what regencies sent, as expressions that DuckDB and Spark compute alike.

Read from the Parquet files of columns.py; only the latest correction of each part counts. Per regency and year first,
then together: for the nation, each province, and kabupaten and kota apart, so that one table over years is the trend.

Only what both engines do the same is used. Sums are decimals and integers; what has to be divided is divided at the
edge, in Python, or as two float columns, never by a literal; quartiles are the smallest figure that at least a quarter
of the regencies do not exceed (nearest rank), found with integers; there is no moment in the tables, only days, so that
no engine's time zone can shift one. No regency is ranked or named: what is published is the spread.

Needs requirements-movement.txt; LAWANG_ENGINE=spark://host:7077 also requirements-spark.txt and Java.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.exchange import columns
from lawang.exchange.models import Peer, RolledFigure
from lawang.lib.refused import Refused
from lawang.people.models import Node

PATTERN = "*/*/*.parquet"  # wilayah=.../tahun=.../...
NATION, PROVINCE, TYPE = "nation", "province", "type"
CITY = "7"  # the first digit of a city's second pair: 16.71
SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.ansi.enabled": "true",
}


@dataclass(frozen=True)
class Figure:
    """One figure of one year for the nation, a province or a type of region."""

    level: str  # nation, province, type
    group: str  # "", "16", "kabupaten" or "kota"
    kind: str  # values, statistics
    series: str
    title: str
    unit: str
    year: int
    regencies: int  # that have a figure
    missing: int  # of those expected
    amount: Decimal | float | None  # all together; None for what must not be joined
    low: float  # the spread over the regencies
    quarter: float  # a quarter of them are not above
    median: float
    three_quarters: float
    high: float


@contextmanager
def engine(name: str = "", options: Mapping[str, str] | None = None) -> Iterator[Any]:
    """Give a connection to what computes: "duckdb", or the master of a Spark cluster.

    Raise Refused when what it needs is not installed.
    """
    name = name or settings.ENGINE
    if find_spec("ibis") is None:
        raise Refused(_("Pasang dahulu requirements-movement.txt."))
    import ibis

    if name == "duckdb":
        connection = ibis.duckdb.connect()
        try:
            yield connection
        finally:
            connection.disconnect()
        return
    if find_spec("pyspark") is None:
        raise Refused(_("Pasang dahulu requirements-spark.txt."))
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(name).appName("lawang")
    for key, value in {**SPARK, **(options or {})}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        yield ibis.pyspark.connect(session)
    finally:
        session.stop()


def read(connection: Any, folder: Path | None = None) -> Any:
    """Return the table of all files, every correction."""
    pattern = str((folder or columns.folder()) / PATTERN)
    if connection.name == "duckdb":  # what the folders' names say stands in the files, with its right type
        return connection.read_parquet(pattern, table_name="figures", hive_partitioning=False)
    return connection.read_parquet(pattern, table_name="figures")


def latest(table: Any, nodes: Collection[str] | None = None) -> Any:
    """Return the rows that count: of each part the highest correction, unless that one withdraws it."""
    from ibis import _ as row

    if nodes is not None:
        table = table.filter(row.node.isin(sorted(nodes)))
    newest = table.group_by("node", "part").agg(correction=row.correction.max())
    return table.semi_join(newest, ["node", "part", "correction"]).filter(~row.withdrawn)


def by_year(table: Any) -> Any:
    """Return one row for each regency, series and year: whole regencies only, no breakdowns.

    `exact` is what can be added up over regencies, a decimal; `figure` what the spread is taken of, a float.
    """
    import ibis
    from ibis import _ as row

    slot = ["node", "area", "kind", "series", "year"]
    names = ["title", "unit", "over_time", "over_area"]
    whole = table.filter(row.place == "", row.breakdown == "")
    when = row.end.cast("string") + row.start.cast(
        "string"
    )  # of two periods that end on one day, the shorter
    found = whole.group_by(slot).agg(
        **{name: row[name].max() for name in names},
        periods=row.count(),
        total=row.amount.sum(),
        newest=row.amount.argmax(when),
        counted=row.counted.sum(),
        whole=row.whole.sum(),
    )
    exact = ibis.cases(
        (found.over_time == "sum", found.total.cast("decimal(38, 6)")),
        else_=found.newest.cast("decimal(38, 6)"),
    )
    return found.mutate(
        exact=exact,
        figure=ibis.cases(
            (found.whole > 0, found.counted.cast("float64") / found.whole.cast("float64")),
            (found.over_time == "mean", found.total.cast("float64") / found.periods.cast("float64")),
            else_=exact.cast("float64"),
        ),
        province=found.area.substr(0, 2),
        type=ibis.cases((found.area.substr(3, 1) >= CITY, "kota"), else_="kabupaten"),
    )


def together(rows: Any, levels: Collection[str]) -> Any:
    """Return one row for each level, group, series and year, with sums and quartiles, in one pass."""
    import ibis
    from ibis import _ as row

    rows = rows.mutate(level=ibis.array([ibis.literal(level) for level in levels]).unnest())
    rows = rows.mutate(
        group=ibis.cases((row.level == PROVINCE, row.province), (row.level == TYPE, row.type), else_="")
    )
    found = rows.group_by("level", "group", "kind", "series", "year").agg(
        **{name: row[name].max() for name in ("title", "unit", "over_time", "over_area")},
        regencies=row.count(),
        exact=row.exact.sum(),
        figures=row.figure.sum(),
        counted=row.counted.sum(),
        whole=row.whole.sum(),
        ordered=row.figure.collect(),
    )
    found = found.mutate(ordered=found.ordered.sort())
    count, ordered = found.regencies, found.ordered

    def rank(part: int, of: int) -> Any:
        """The smallest figure that this part of the regencies do not exceed."""
        return ordered[((count * part + of - 1) // of - 1).cast("int32")]

    return found.mutate(
        low=ordered[0],
        quarter=rank(1, 4),
        median=rank(1, 2),
        three_quarters=rank(3, 4),
        high=ordered[(count - 1).cast("int32")],
    ).drop("ordered")


def compute(
    connection: Any,
    *,
    folder: Path | None = None,
    expected: Mapping[str, str] | None = None,
    levels: Collection[str] = (NATION, PROVINCE, TYPE),
) -> list[Figure]:
    """Return every figure, in order. `expected` maps the UUID of each node that should report to its area code.

    What other nodes sent is left out; None: everything counts and nobody is missing.
    """
    rows = by_year(latest(read(connection, folder), None if expected is None else expected.keys()))
    counts = {level: _count_expected(expected, level) for level in levels}
    found = [_figure(one, counts[one["level"]]) for one in together(rows, levels).to_pyarrow().to_pylist()]
    return sorted(found, key=lambda one: (one.level, one.group, one.kind, one.series, one.year))


def type_of(area: str) -> str:
    """Return "kota" or "kabupaten" for a dotted code."""
    return "kota" if area[3:4] >= CITY else "kabupaten"


def _count_expected(expected: Mapping[str, str] | None, level: str) -> dict[str, int] | None:
    if expected is None:
        return None
    counts: dict[str, int] = {}
    for area in expected.values():
        group = {NATION: "", PROVINCE: area[:2], TYPE: type_of(area)}[level]
        counts[group] = counts.get(group, 0) + 1
    return counts


def _figure(one: Mapping[str, Any], expected: Mapping[str, int] | None) -> Figure:
    scale = 100.0 if one["whole"] else 1.0  # shares are percent
    regencies = int(one["regencies"])
    return Figure(
        level=one["level"],
        group=one["group"],
        kind=one["kind"],
        series=one["series"],
        title=one["title"],
        unit=one["unit"],
        year=int(one["year"]),
        regencies=regencies,
        missing=max(0, expected.get(one["group"], 0) - regencies) if expected is not None else 0,
        amount=_amount(one),
        low=float(one["low"]) * scale,
        quarter=float(one["quarter"]) * scale,
        median=float(one["median"]) * scale,
        three_quarters=float(one["three_quarters"]) * scale,
        high=float(one["high"]) * scale,
    )


def _amount(one: Mapping[str, Any]) -> Decimal | float | None:
    """Join the figures of regencies as their series says: shares by their counts, never a mean of percentages."""
    if one["whole"]:
        return Decimal(int(one["counted"])) * 100 / Decimal(int(one["whole"]))
    if one["over_area"] == "sum" and one["over_time"] != "mean":
        return Decimal(one["exact"])
    if one["over_area"] == "mean":
        return float(one["figures"]) / int(one["regencies"])
    return None


def expected_nodes() -> dict[str, str]:
    """Return UUID -> area code of every regency that should report; of two nodes of one area the one admitted last."""
    peers = Peer.objects.filter(kind=Node.Kind.REGENCY).order_by("admitted_at")
    newest = {peer.area_code: str(peer.key) for peer in peers}
    return {key: area for area, key in newest.items()}


@transaction.atomic
def keep(found: Collection[Figure], *, at: datetime) -> int:
    """Put these figures in place of those of the last time; return how many. Pages read them from there."""
    RolledFigure.objects.all().delete()
    rows = (
        RolledFigure(
            **{name: value for name, value in vars(one).items() if name != "amount"},
            amount=None if one.amount is None else round(Decimal(one.amount), 6),
            computed_at=at,
        )
        for one in found
    )
    return len(RolledFigure.objects.bulk_create(rows, batch_size=2000))


def renew(*, at: datetime) -> int:
    """Compute everything with the engine of the settings and keep it; return how many figures."""
    if not any(columns.folder().glob(PATTERN)):
        return 0
    with engine() as connection:
        found = compute(connection, expected=expected_nodes())
    return keep(found, at=at)
