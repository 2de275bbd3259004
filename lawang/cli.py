"""The `lawang` command: `up`, `serve`, `work`, and the management commands that each noun brings.

When no DATABASE_URL is given the embedded PostgreSQL is started first; when `lawang up` already runs one, it is used.
"""

import contextlib
import hashlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from lawang import settings
from lawang.database import DatabaseTrouble, Server, running
from lawang.supervise import Child, keep, stoppable

WITHOUT_DATABASE = {
    "collectstatic",
    "compilemessages",
    "findstatic",
    "help",
    "makemessages",
    "version",
    "css",
    "score",
    "--help",
}
PACKS = ("nasional", "empat-lawang")
MOVEMENT_PACKS = ("nasional", "gerakan")
USAGE = """lawang up                     database, tables, packs, demonstration, pages and worker: everything
lawang serve                  the pages alone, on LAWANG_PORT
lawang work                   the worker alone: messages, nightly seal
lawang stream                 what is said at a booth, as it is said, on LAWANG_STREAM_PORT
lawang packs check|install|diff|list
lawang services list|rehearse|publish|unit
lawang plan import|export|check|book
lawang score KIND TRACK CSV   the scores of a yearly evaluation, without a database
lawang areas import           the outlines of an area, from its official GeoJSON
lawang demo load              the demonstration regency, once; later only new services; --movement: a movement
lawang batch address|card|admit|seal|receive|collect|list   what other nodes get from here, and bring
lawang rollup                 the figures of all regencies together
lawang backup [FILE]          tables and files in one .tar that any PostgreSQL from 15 on takes back
lawang restore FILE           into an empty database
lawang keys export FILE       the private keys, under a passphrase
lawang doctor                 what is misconfigured, and how to mend it
lawang migrate, shell, ...    Django's own commands (`lawang help` lists them)
Settings are environment variables; docs/running.md lists them.
"""


def main() -> None:
    """Run one command line; exit 2 with a sentence when the embedded database cannot run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lawang.settings")
    arguments = sys.argv[1:]
    name = arguments[0] if arguments else ""
    if name in ("", "-h", "--help"):
        print(USAGE, end="")
        return
    try:
        if name == "up":
            up()
        elif name in WITHOUT_DATABASE or "--help" in arguments:
            _manage(arguments)
        else:
            with database() as server:
                if name in ALONE:
                    _run_alone(server, name, ALONE[name]())
                else:
                    _manage(arguments)
    except DatabaseTrouble as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _manage(arguments: list[str]) -> None:
    """Run a management command; one that falls because there are no tables says what comes first, and ends with 1."""
    from django.core import management

    try:
        management.execute_from_command_line(["lawang", *arguments])
    except Exception:
        from django.db import Error
        from django.utils import translation

        from lawang.record import tables

        is_behind = False
        with contextlib.suppress(Error):  # no database at all: what fell says so itself
            is_behind = tables.are_behind()
        if not is_behind:
            raise
        with translation.override("en" if "--english" in arguments else settings.LANGUAGE_CODE):
            print(tables.sentence(), file=sys.stderr)
        sys.exit(1)


@contextlib.contextmanager
def database() -> Iterator[Server | None]:
    """Give the embedded server while somebody needs it, or None when DATABASE_URL names another."""
    if settings.DATABASE_URL:
        yield None
        return
    with running(settings.DATA, settings.PG_BIN) as server:
        use(server.url())
        yield server


def use(url: str) -> None:
    """Point Django, which has not read the settings yet, and every child process at a database."""
    os.environ["DATABASE_URL"] = url
    settings.DATABASE_URL = url
    settings.DATABASES["default"] = settings.database(url)


def _run_alone(server: Server | None, name: str, command: list[str]) -> None:
    """Become the process; with an embedded server stay its parent, who stops the server afterwards."""
    if server is None:
        os.execv(command[0], command)  # noqa: S606
    with stoppable():
        keep([Child(name, command)])


def _granian() -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", settings.HOST, "--port", str(settings.PORT)),
        *(
            "--workers",
            "2",
            "--blocking-threads",
            "4",
            "--backpressure",
            "64",
        ),  # a thread holds one connection
        *("--respawn-failed-workers", "--workers-kill-timeout", "2", "--log-level", "warning"),
        "lawang.wsgi:application",
    ]


def _worker() -> list[str]:
    options = ("--concurrency", "2", "--shutdown-graceful-timeout", "2", "--delete-jobs", "successful")
    return [sys.executable, "-m", "lawang", "procrastinate", "worker", *options]


def _stream() -> list[str]:
    """Every open page counts as a request here: the limits of the server lie above our own."""
    room = str(settings.STREAMS + 1000)
    return [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws", "--http", "1"),
        *("--host", settings.HOST, "--port", str(settings.STREAM_PORT)),
        *("--workers", "1", "--backlog", room, "--backpressure", room),
        *("--respawn-failed-workers", "--workers-kill-timeout", "2", "--log-level", "warning"),
        "lawang.movement.exhibition.stream:application",
    ]


ALONE = {"serve": _granian, "work": _worker, "stream": _stream}


def up() -> None:
    """Bring everything up, and keep it up until somebody asks us to end."""
    began = time.monotonic()
    _check_port()
    with stoppable():
        step = Steps()
        with database() as server:
            step.done("database" + (f" in {server.data}" if server else ""))
            _prepare(step)
            children = [Child("pages", _granian()), Child("worker", _worker())]
            from lawang.people.node import is_movement

            if settings.STREAM_URL != "off" and is_movement():
                children.append(Child("stream", _stream()))
            arrival = Arrival(began)

            def each_round() -> None:
                arrival.look()
                if server is not None and server.process is not None and server.process.poll() is not None:
                    print("The database ended; starting it again.", file=sys.stderr, flush=True)
                    server.start()

            keep(children, each_round=each_round)
    print("Lawang has stopped.", flush=True)


class Steps:
    """Says each step of `up` with the time it took."""

    def __init__(self) -> None:
        self.since = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        print(f"{now - self.since:6.1f} s  {what}", flush=True)
        self.since = now


class Arrival:
    """Waits for the first page and then says where it is, once."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.said = False

    def look(self) -> None:
        if self.said or not answers(settings.PORT):
            return
        self.said = True
        address = (
            f"http://localhost:{settings.PORT}/"  # settings may close it to this machine; the address stays
        )
        print(
            f"\nLawang is open at {address} ({time.monotonic() - self.began:.1f} s). Ctrl-C stops it.\n",
            flush=True,
        )


def answers(port: int) -> bool:
    """Tell whether a page comes back, whatever its status."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _check_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            print(
                f"Port {settings.PORT} is not free ({error.strerror}). Set LAWANG_PORT to another.",
                file=sys.stderr,
            )
            sys.exit(2)


def _prepare(step: Steps) -> None:
    """Bring tables, static files, packs and demonstration to where this version wants them."""
    import django
    from django.core.management import call_command, get_commands
    from django.db import connection

    django.setup()
    step.done("Django")
    from lawang.record import tables

    if tables.are_behind():
        call_command("migrate", verbosity=0, interactive=False)
    step.done("tables")
    mark = settings.DATA / "static.mark"
    fingerprint = _static_fingerprint()
    if not mark.exists() or mark.read_text() != fingerprint or not settings.STATIC_ROOT.exists():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        mark.write_text(fingerprint)
    step.done("static files")
    is_movement = settings.DEMO == "movement"
    packs = [str(settings.ROOT / "packs" / name) for name in (MOVEMENT_PACKS if is_movement else PACKS)]
    packs = [path for path in packs if Path(path).exists()]
    if packs and "packs" in get_commands():
        call_command("packs", "install", *packs)
        step.done("packs")
    if settings.DEMO and _is_empty():
        call_command("demo", "load", *(["--movement"] if is_movement else []))
        step.done("demonstration")
    elif not is_movement and _demo_brings_services():
        call_command("demo", "load")
        step.done("new services of the demonstration")
    connection.close()


def _is_empty() -> bool:
    """Tell whether nobody's regency is in the database yet."""
    from lawang.people.models import User
    from lawang.plans.models import Plan

    return not (Plan.objects.exists() or User.objects.exists())


def _demo_brings_services() -> bool:
    """Tell whether this is the demonstration, and an upgrade brought services that are not published yet."""
    from lawang.portal.demo import brings_services

    return brings_services()


def _static_fingerprint() -> str:
    """Return a hash that changes when a static file of ours or of a dependency does."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(ignore_patterns=None):
            found = os.stat(storage.path(path))
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
