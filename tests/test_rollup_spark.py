"""The same expressions on DuckDB and on a real Spark cluster of three workers, one of which is killed on the way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lawang.exchange import rollup
from lawang.exchange.tests.nation import make_nation

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ibis") is None, reason="skipped: no ibis"),
    pytest.mark.skipif(find_spec("pyspark") is None, reason="skipped: no pyspark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="skipped: no Java"),
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"
    ),
]
WORKERS = 3
OPTIONS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "600m",
    "spark.executor.memory": "600m",
    "spark.executor.cores": "1",
    "spark.task.maxFailures": "8",
}


class Cluster:
    """A standalone master with its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder = folder
        home = Path(pyspark.__path__[0])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"spark://127.0.0.1:{port}"
        self.env = os.environ | {
            "SPARK_HOME": str(home),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_DIRS": str(folder),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
        }
        self.program = str(home / "bin" / "spark-class")
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start("master.Master", "--port", str(port))
        for number in range(WORKERS):
            work = ("--work-dir", str(folder / f"worker{number}"))
            self._start("worker.Worker", "--cores", "1", "--memory", "1g", *work, self.address)

    def _start(self, name: str, *arguments: str) -> None:
        command = [self.program, f"org.apache.spark.deploy.{name}"]
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        with log:
            self.processes.append(
                subprocess.Popen(
                    [*command, "--host", "127.0.0.1", "--webui-port", "0", *arguments],
                    env=self.env,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def wait(self) -> None:
        """Wait until the master knows every worker."""
        for _try in range(300):
            told = (self.folder / "0.log").read_text(errors="replace")
            if told.count("Registering worker") >= WORKERS:
                return
            time.sleep(0.2)
        raise AssertionError(told[-2000:])

    def kill_a_worker(self) -> list[int]:
        """Kill -9 a worker with its executor, both of which we started; return their ids."""
        pid = self.processes[1].pid
        found = [pid, *_below(pid)]
        for one in found:
            os.kill(one, signal.SIGKILL)
        self.processes[1].wait(20)
        return found

    def stop(self) -> None:
        for process in reversed(self.processes):
            for one in [*_below(process.pid), process.pid]:
                try:
                    os.kill(one, signal.SIGTERM)
                except ProcessLookupError:
                    continue
            process.wait(30)


def _below(pid: int) -> list[int]:
    """Return the ids of the processes that this one started, at any depth."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found: set[int] = set()
    for _depth in range(6):
        found |= {one for one, parent in parents.items() if parent == pid or parent in found}
    return sorted(found)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    folder = tmp_path / "spark"
    folder.mkdir()
    found = Cluster(folder)
    for name in ("SPARK_HOME", "PYSPARK_PYTHON", "SPARK_LOCAL_DIRS", "SPARK_LOCAL_IP"):
        monkeypatch.setenv(name, found.env[name])
    try:
        found.wait()
        yield found
    finally:
        found.stop()


def assert_equal(one: list[rollup.Figure], other: list[rollup.Figure]) -> None:
    """Counts and decimals to the last digit, floats to 1e-12 of themselves."""
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        for name, value in asdict(mine).items():
            got = getattr(theirs, name)
            if isinstance(value, float):
                assert got == pytest.approx(value, rel=1e-12, abs=0), (mine, name)
            else:
                assert (got, type(got)) == (value, type(value)), (mine, name)


def test_spark_gives_what_duckdb_gives_although_a_worker_dies_on_the_way(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = tmp_path / "figures"
    make_nation(folder, areas=30)
    with rollup.engine("duckdb") as connection:
        wanted = rollup.compute(connection, folder=folder)
    assert any(isinstance(one.amount, Decimal) for one in wanted)
    assert any(isinstance(one.amount, float) for one in wanted)

    killed: list[int] = []
    with rollup.engine(cluster.address, OPTIONS) as connection:
        alive, began = executors(connection), time.monotonic()
        killer = threading.Timer(1.5, lambda: killed.extend(cluster.kill_a_worker()))
        killer.start()
        found = rollup.compute(connection, folder=folder)
        took = time.monotonic() - began
        killer.join()
        left = int(connection._session.sparkContext._jsc.sc().getExecutorMemoryStatus().size()) - 1
    print(f"Spark with {alive} executors, {len(killed)} processes killed: {took:.0f} s, {len(found)} figures")
    assert alive == WORKERS
    assert len(killed) >= 2, "the worker had no executor when it was killed"
    assert took > 1.5, "it was over before the worker was killed"
    assert left == WORKERS - 1
    assert_equal(wanted, found)


def executors(connection: Any) -> int:
    """Wait until every worker runs an executor; return how many do."""
    context = connection._session.sparkContext._jsc.sc()
    for _try in range(300):
        count = int(context.getExecutorMemoryStatus().size()) - 1  # the driver is one of them
        if count >= WORKERS:
            return count
        time.sleep(0.2)
    return count
