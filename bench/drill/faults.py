"""What the drills share: an installation, `lawang up` in a temporary folder on a free port, that is really killed."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MARKS = {"pages": b"granian", "worker": b"procrastinate", "database": b"postgres", "everything": b""}
VICTIMS = tuple(MARKS)
PATIENCE = 120  # seconds until everything answers again, on a machine that is busy with something else
ON_ITS_WAY = 5  # seconds from the lock on a message until the mail server has it, at most, on a busy machine
CUT_OFF = 10  # seconds from there to the commit, at most
BREAK = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("alter system set synchronous_commit = off")
    cursor.execute("alter system set wal_writer_delay = '10s'")
    cursor.execute("select pg_reload_conf()")
"""


@dataclass(frozen=True)
class Strike:
    """One time that something was killed."""

    victim: str
    moments: tuple[tuple[float, float], ...]  # monotonic, from and to: between them the processes ended
    processes: int
    back: float  # seconds until a page came back

    def cuts_off(self, arrived: float, again: float) -> bool:
        """Tell whether a message that arrived at one moment, and at another again, could not be marked as sent.

        What killed came after it arrived, or while it was on its way: then nothing can commit any more.
        """
        return self.victim != "pages" and any(
            arrived - ON_ITS_WAY <= end and start <= min(arrived + CUT_OFF, again)
            for start, end in self.moments
        )


class Installation:
    """One `lawang up` with its folder. `ready` is a page that asks the database; `settings` are more of LAWANG_..."""

    def __init__(self, folder: Path, ready: str, settings: dict[str, str]) -> None:
        self.ready = ready
        self.strikes: list[Strike] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LAWANG_")}
        kept.pop("DATABASE_URL", None)
        self.env = kept | {
            "LAWANG_DATA": str(folder),
            "LAWANG_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self.log = (folder / "drill.log").open("wb")
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lawang", "up"], cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log
        )

    def shell(self, script: str) -> Any:
        """Run a script inside the installation; return what it prints behind the word SAID, as JSON."""
        answer = subprocess.run(
            [sys.executable, "-m", "lawang", "shell"],
            cwd=ROOT,
            env=self.env,
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr[-3000:]
        lines = [line for line in answer.stdout.splitlines() if line.startswith("SAID")]
        return json.loads(lines[0].removeprefix("SAID")) if lines else None

    def wait(self, seconds: float = 300) -> float:
        """Wait until a page that asks the database comes back whole; return the seconds."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            assert self.process.poll() is None, "lawang up has ended"
            try:
                with urllib.request.urlopen(f"{self.url}{self.ready}", timeout=5) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"no page after {seconds} s")

    def strike(self, victim: str) -> None:
        """Kill -9 and wait until everything is back. Power that comes back may go again at once."""
        moments, count = [], 0
        for again in range(2 if victim == "everything" and random.random() < 0.25 else 1):
            time.sleep(random.uniform(0.5, 5) if again else 0)
            start = time.monotonic()
            count += self._kill(victim)
            moments.append((start, time.monotonic()))
        self.strikes.append(Strike(victim, tuple(moments), count, self.wait(PATIENCE)))

    def told(self) -> str:
        """Return what was killed and how long it took to come back."""
        count = Counter(one.victim for one in self.strikes)
        killed = sum(one.processes for one in self.strikes)
        back = [one.back for one in self.strikes]
        return (
            f"killed {len(back)} times, {killed} processes: {dict(count)}; "
            f"pages back after {sum(back) / len(back):.1f} s, at most {max(back):.1f} s"
        )

    def _kill(self, victim: str) -> int:
        """Kill all of it at once, or sometimes only one part; after everything, as after a power cut, start anew."""
        pids = self._victims(victim)
        if random.random() < 0.3 and victim in ("pages", "database"):
            pids = random.sample(pids, 1) if pids else []
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if victim == "everything":
            self.process.wait()
            self.start()
        return len(pids)

    def _victims(self, victim: str) -> list[int]:
        """Return the processes of the pages, of the worker or of the database, parents first."""
        parents: dict[int, int] = {}
        words: dict[int, bytes] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                try:
                    parents[int(folder.name)] = int(
                        (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
                    )
                    words[int(folder.name)] = (folder / "cmdline").read_bytes()
                except OSError:
                    continue
        mine = {self.process.pid}
        for _depth in range(6):
            mine |= {pid for pid, parent in parents.items() if parent in mine}
        return sorted(pid for pid in mine if MARKS[victim] in words.get(pid, b""))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


@contextmanager
def installation(ready: str, **settings: str) -> Iterator[Installation]:
    """Give an installation that answers; what it said is shown when the drill itself breaks."""
    with tempfile.TemporaryDirectory(prefix="lwd") as name:
        house = Installation(Path(name), ready, settings)
        try:
            print(f"up after {house.wait():.1f} s", flush=True)
            yield house
        except BaseException:
            print((Path(name) / "drill.log").read_text(errors="replace")[-3000:])
            raise
        finally:
            house.stop()
