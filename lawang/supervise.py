"""Keeps the processes of one installation alive, and ends all of them when asked to."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

PATIENCE = 1.0  # seconds to finish what one is doing; a job that is cut off goes on after the next start
PR_SET_PDEATHSIG = 1
LONGEST_WAIT = 30.0  # seconds between two starts of a process that keeps dying

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Run in the child: when the supervisor is killed, its children end too instead of keeping the port."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process that should always run."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.again_at = 0.0

    def start(self) -> None:
        """Start it in a process group of its own: a Ctrl-C comes to the supervisor alone, who ends things in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, process_group=0, preexec_fn=_end_with_parent
        )

    def look(self) -> None:
        """Start it again when it died, later and later while it keeps dying."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            if self.deaths and now - self.started_at > 60:
                self.deaths = 0
            return
        self.signal(signal.SIGKILL)  # what it left behind: workers of a killed parent
        self.process = None
        wait = min(0.2 * 2**self.deaths, LONGEST_WAIT)
        self.deaths += 1
        self.again_at = now + wait
        print(f"{self.name} ended ({code}); starting it again in {wait:.1f} s", file=sys.stderr, flush=True)

    def signal(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


class Stopped(Exception):
    """Somebody asked us to end."""


def _stop(*_arguments: object) -> None:
    raise Stopped


@contextlib.contextmanager
def stoppable():  # type: ignore[no-untyped-def]
    """Turn Ctrl-C and a polite kill into leaving the block; a second one does not interrupt the leaving."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        signal.signal(number, _stop)
    try:
        yield
    except Stopped:
        pass
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


def keep(children: list[Child], *, each_round: Callable[[], None] = lambda: None) -> None:
    """Run the children until Stopped is raised, then end them within some seconds."""
    try:
        for child in children:
            child.start()
        while True:
            for child in children:
                child.look()
            each_round()
            time.sleep(0.2)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end(children)


def _end(children: list[Child]) -> None:
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not all(child.ended() for child in children):
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()
