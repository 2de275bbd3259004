"""How fast the plan's pages are for one large regency: `make bench`.

10 revisions of 500 programmes, 1,500 indicators, 12 slots of area, 10 years of months: 2.2 million figures. The same is
measured in the same run at the size of a small demonstration. Exits 1 when a page asks more than 12 queries, or not
equally many at both sizes. `--small` compares two small sizes in seconds.
"""

import argparse
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.regency import FULL, MIDDLE, SMALL, Size, fill, key

MOST_QUERIES = 12
ROUNDS = 15


@dataclass(frozen=True)
class Page:
    name: str
    role: str  # "" is a visitor
    path: str


@dataclass
class Measured:
    queries: int
    times: list[float] = field(default_factory=list)  # milliseconds
    bytes: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)]


def pages() -> list[Page]:
    from django.urls import reverse
    from django.utils import timezone

    def at(name: str, *arguments: Any) -> str:
        return reverse(name, args=arguments)

    return [
        Page("home", "", at("portal:home")),
        Page("plan", "", at("plan")),
        Page("programmes", "", at("programmes")),
        Page("programmes, last page", "", at("programmes") + "?halaman=999"),
        Page("programmes, words", "", at("programmes") + "?q=air+bersih"),
        Page(
            "programmes, filtered",
            "",
            at("programmes") + "?urut=keadaan&year=" + str(timezone.localdate().year),
        ),
        Page("dimension", "", at("dimension", first_dimension())),
        Page("programme", "", at("programme", key("programme", 1))),
        Page("indicator", "", at("indicator", key("indicator", 1))),
        Page("roadmap", "", at("roadmap")),
        Page("budget", "", at("budget")),
        Page("quick wins", "", at("quick_wins")),
        Page("changes", "", at("portal:changes")),
        Page("search", "", at("portal:search") + "?q=air"),
        Page("dashboard", "leader", at("portal:leader")),
        Page("tasks", "officer", at("portal:tasks")),
        Page("figures", "officer", at("portal:sheet")),
        Page("decisions", "agency-head", at("portal:decisions")),
        Page("planner", "planner", at("planner:home")),
        Page("planner, programmes", "planner", at("planner:programmes")),
        Page("planner, money", "planner", at("planner:money")),
        Page("planner, review", "planner", at("planner:review")),
        Page("revisions compared", "", at("difference")),
        Page("planner, compared", "planner", at("side_by_side")),
        Page("doctor", "administrator", at("portal:doctor")),
    ]


def first_dimension() -> str:
    from lawang.plans.models import FrameworkNode, Plan

    plan = Plan.objects.get(code="BENCH")
    return FrameworkNode.objects.filter(framework=plan.framework, depth=0).order_by("order")[0].code


def measure(rounds: int = ROUNDS) -> dict[str, Measured]:
    """Open every page several times as who may; return what it took, by name."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    found = {}
    for page in pages():
        client = Client()
        if page.role:
            from lawang.people.middleware import HAS_FACTOR
            from lawang.people.models import User

            client.force_login(
                User.objects.get(username=f"bench-{page.role}"), "lawang.people.login.Identified"
            )
            session = client.session
            session[HAS_FACTOR] = True  # the administrator must have one
            session.save()
        client.get(page.path)
        with CaptureQueriesContext(connection) as asked:
            response = client.get(page.path)
        assert response.status_code == 200, (page, response.status_code)
        result = found[page.name] = Measured(count(asked), bytes=len(response.content))
        for _round in range(rounds):
            began = time.perf_counter()
            client.get(page.path)
            result.times.append((time.perf_counter() - began) * 1000)
        if os.environ.get("LAWANG_BENCH_SQL") == page.name:
            for query in asked:
                print(f"  {query['time']:>6} {query['sql'][:1500]}")
    return found


def count(asked: Iterable[dict[str, str]]) -> int:
    """Return how many queries were asked; beginning and undoing a part of a transaction is none."""
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")) for query in asked)


def complaints(small: dict[str, Measured], large: dict[str, Measured]) -> list[str]:
    """Return a sentence for each page that asks too much, or more where there is more."""
    found = []
    for name, big in large.items():
        if big.queries > MOST_QUERIES:
            found.append(f"{name} asks {big.queries} queries; at most {MOST_QUERIES} are agreed")
        if big.queries != small[name].queries:
            found.append(f"{name} asks {small[name].queries} queries when small and {big.queries} when large")
    return found


def table(small: dict[str, Measured], large: dict[str, Measured]) -> str:
    lines = [f"{'page':<24}{'queries':>8}{'median':>9}{'p95':>8}{'small':>8}{'ratio':>7}{'KB':>7}"]
    for name, big in large.items():
        little = small[name]
        lines.append(
            f"{name:<24}{big.queries:>8}{big.median:>7.1f}ms{big.p95:>6.1f}ms{little.median:>6.1f}ms"
            f"{big.median / little.median:>7.1f}{big.bytes / 1024:>7.0f}"
        )
    return "\n".join(lines)


def timed(what: str, do: Callable[[], Any], *, rows: int = 0) -> Any:
    began = time.perf_counter()
    result = do()
    took = time.perf_counter() - began
    rate = f", {rows / took:,.0f} rows/s" if rows else ""
    print(f"{took:8.2f} s  {what}{rate}", flush=True)
    return result


def machine() -> str:
    words = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
    with contextlib.suppress(OSError):
        model = [
            line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
        ]
        words += f", {model[0].split(':', 1)[1].strip()}" if model else ""
    return words


def fsync_speed(folder: Path, times: int = 100) -> float:
    """Return how many milliseconds one 8 KB page takes to reach the disk."""
    with (folder / "fsync.test").open("wb", buffering=0) as file:
        began = time.perf_counter()
        for _time in range(times):
            file.write(b"\0" * 8192)
            os.fdatasync(file.fileno())
        took = time.perf_counter() - began
    (folder / "fsync.test").unlink()
    return took / times * 1000


@contextlib.contextmanager
def prepared(folder: Path, *, with_packs: bool = True) -> Iterator[None]:
    """Point Django at an empty durable server and keys of our own, with tables and the packs of the demonstration."""
    from lawang import cli, settings
    from lawang.database import running

    settings.KEYS = folder / "keys"
    with running(folder, settings.PG_BIN, {"shared_buffers": "256MB", "max_wal_size": "4GB"}) as server:
        cli.use(server.url())
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lawang.settings")
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        from django.conf import settings as used

        used.ALLOWED_HOSTS = ["*"]
        timed("tables", lambda: call_command("migrate", verbosity=0, interactive=False))
        if with_packs:
            packs = [str(settings.ROOT / "packs" / name) for name in cli.PACKS]
            timed("packs", lambda: call_command("packs", "install", *packs))
        try:
            yield
        finally:
            connection.close()


def bench(size: Size) -> dict[str, Measured]:
    """Fill, judge and measure in one transaction; undo everything."""
    from django.db import connection, transaction
    from django.utils import timezone

    from lawang.plans.models import Indicator
    from lawang.plans.standings import recompute

    print(f"\n{size.revisions} revisions x {size.programmes} programmes, {size.values:,} figures")
    with transaction.atomic():
        revision = timed("filled", lambda: fill(size), rows=size.values)
        count = Indicator.objects.filter(revision=revision).count()
        timed("judged all colours, first time", lambda: recompute(revision, at=timezone.now()), rows=count)
        timed("judged all colours again", lambda: recompute(revision, at=timezone.now()), rows=count)
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        measured = measure()
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("vacuum")
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.plan", description=__doc__)
    parser.add_argument("--small", action="store_true", help="compare two small sizes, in seconds")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lwb") as name:
        folder = Path(name)
        print(machine())
        print(f"fdatasync of 8 KB: {fsync_speed(folder):.2f} ms in {folder}")
        with contextlib.suppress(OSError):
            print(subprocess.run(["uptime"], capture_output=True, text=True, check=False).stdout.strip())
        with prepared(folder):
            small, large = bench(SMALL), bench(MIDDLE if chosen.small else FULL)
    print(f"\n{table(small, large)}")
    wrong = complaints(small, large)
    print(
        "\n"
        + ("\n".join(wrong) or f"Every page asks the same at both sizes, at most {MOST_QUERIES} queries.")
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
