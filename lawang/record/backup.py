"""Tables and files in one .tar that any PostgreSQL from 15 on takes back. Keys are never in it.

    manifest.json           last: format, moment, migrations, tables with rows and SHA-256, files, were keys exported
    tables/<table>.csv      COPY in CSV with a header, ordered by primary key
    files/<ab>/<sha256>     what people handed in

Everything is read in one REPEATABLE READ transaction, so that all tables show one moment. Files are written before
their row commits and never changed, so that each file a row of that moment names is there.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from lawang.lib.keyfile import sync_folder
from lawang.lib.refused import Refused
from lawang.record import files, pulse
from lawang.record.exported import key_hashes

FORMAT = "lawang backup 1"
PASSING = {
    "django_session",
    "procrastinate_workers",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "record_tries",
}  # what is of this hour only: logins, jobs and counts; the outbox sweep makes new jobs


def tables() -> list[str]:
    """Return our tables so that each comes after those it refers to."""
    waiting: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in PASSING:
            needs = {
                field.related_model._meta.db_table
                for field in model._meta.concrete_fields
                if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type)
            }
            waiting[model._meta.db_table] = needs - {model._meta.db_table}
    ordered: list[str] = []
    while waiting:
        free = sorted(name for name, needs in waiting.items() if not (needs & waiting.keys()))
        for name in free or sorted(waiting):  # a circle: foreign keys are checked at the end of the restore
            ordered.append(name)
            waiting.pop(name)
    return ordered


def _columns(table: str) -> list[str]:
    """Return the columns that hold data, in their order; generated ones are computed again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s "
            "and is_generated = 'NEVER' order by ordinal_position",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def _name(name: str) -> str:
    return connection.ops.quote_name(name)


def copy_out(table: str) -> Iterator[bytes]:
    """Yield one table as CSV, with a header, ordered by its first column."""
    columns = _columns(table)
    listed = ", ".join(map(_name, columns))
    with connection.cursor() as cursor:
        rows = f"select {listed} from {_name(table)} order by {_name(columns[0])}"  # noqa: S608  our own names
        query = f"copy ({rows}) to stdout (format csv, header)"
        with cursor.copy(query) as stream:
            for part in stream:
                yield bytes(part)


def table_hash(table: str) -> str:
    """Return the SHA-256 of a table's CSV, for comparing two databases."""
    digest = hashlib.sha256()
    for part in copy_out(table):
        digest.update(part)
    return digest.hexdigest()


def _add(archive: tarfile.TarFile, name: str, size: int, content: IO[bytes], at: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(at.timestamp()), 0o600
    archive.addfile(member, content)


def backup(path: Path, *, at: datetime) -> dict[str, Any]:
    """Write a backup to `path`, whole or not at all, and return its manifest."""
    if path.exists():
        raise Refused(_("Berkas %(path)s sudah ada. Pilih nama lain.") % {"path": path})
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                manifest = _write(archive, at)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.resolve().parent)
    finally:
        draft.unlink(missing_ok=True)
    pulse.mark_backup(at=at, file=path)
    return manifest


def _write(archive: tarfile.TarFile, at: datetime) -> dict[str, Any]:
    exported_at, exported = pulse.last_export()
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "at": at.isoformat(),
        "keys": {
            "in this backup": False,
            "exported at": exported_at.isoformat() if exported_at else None,
            "exported as they are now": bool(exported) and exported == key_hashes(),
        },
        "tables": {},
        "files": {},
        "missing files": [],
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        manifest["migrations"] = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
        for table in tables():
            manifest["tables"][table] = _add_table(archive, table, at)
        for sha256 in _file_hashes():
            stored = files.path_of(sha256)
            if not stored.exists():
                manifest["missing files"].append(sha256)
                continue
            size = (
                stored.stat().st_size
            )  # a sealed file is longer on the disk than it was when it was handed in
            with stored.open("rb") as content:
                _add(archive, f"files/{sha256[:2]}/{sha256}", size, content, at)
            manifest["files"][sha256] = size
    told = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    _add(archive, "manifest.json", len(told), io.BytesIO(told), at)
    return manifest


def _add_table(archive: tarfile.TarFile, table: str, at: datetime) -> dict[str, Any]:
    digest = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(max_size=50_000_000) as content:
        for part in copy_out(table):
            digest.update(part)
            content.write(part)
        size = content.tell()
        content.seek(0)
        _add(archive, f"tables/{table}.csv", size, content, at)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {_name(table)}")  # noqa: S608  a name of our own models
        rows = cursor.fetchone()[0]
    return {"rows": rows, "sha256": digest.hexdigest(), "columns": _columns(table)}


def _file_hashes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct sha256 from record_file order by sha256")
        return [row[0] for row in cursor.fetchall()]


def read_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    """Return the manifest of a backup; raise Refused when it is none or was cut off."""
    try:
        stream = archive.extractfile("manifest.json")
        assert stream is not None
        manifest = json.loads(stream.read())
    except (KeyError, ValueError, tarfile.TarError):
        raise Refused(_("Berkas ini bukan cadangan Lawang, atau terpotong.")) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Refused(_("Cadangan ini dibuat oleh versi Lawang yang lain."))
    return manifest


def restore(path: Path) -> dict[str, Any]:
    """Fill an empty database and the file folder from a backup; return its manifest.

    Tables are first brought to the state in which the backup was made; `lawang migrate` then brings them to this
    version. Either all rows come back, with the hashes and counts of the manifest, or none.
    """
    try:
        archive = tarfile.open(path)  # noqa: SIM115  closed below
    except (OSError, tarfile.TarError):
        raise Refused(_("Berkas %(path)s tidak dapat dibuka sebagai cadangan.") % {"path": path}) from None
    with archive:
        manifest = read_manifest(archive)
        _check_empty()
        _migrate_to(manifest["migrations"])
        _restore_files(archive, manifest)
        with transaction.atomic():
            _restore_tables(archive, manifest)
    call_command("migrate", verbosity=0, interactive=False)
    return manifest


def _check_empty() -> None:
    present = set(connection.introspection.table_names())
    for table in ("record_entry", "people_user", "record_file"):
        if table in present:
            with connection.cursor() as cursor:
                cursor.execute(f"select exists (select from {_name(table)})")  # noqa: S608
                if cursor.fetchone()[0]:
                    raise Refused(_("Basis data ini sudah berisi data. Pulihkan ke basis data yang kosong."))


def _migrate_to(recorded: list[list[str]]) -> None:
    """Run exactly the migrations that the backup's database had."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    wanted = {(app, name) for app, name in recorded}
    if missing := sorted(f"{app}.{name}" for app, name in wanted - known):
        raise Refused(
            _("Cadangan ini dari versi Lawang yang lebih baru (%(names)s).")
            % {"names": ", ".join(missing[:3])}
        )
    applied = set(executor.loader.applied_migrations)
    if applied - wanted:
        raise Refused(
            _("Tabel di basis data ini lebih baru dari cadangan. Buat basis data kosong yang baru.")
        )
    nodes = executor.loader.graph.node_map
    newest = [
        key
        for key in sorted(wanted)
        if key in nodes
        and not any(child.key[0] == key[0] and child.key in wanted for child in nodes[key].children)
    ]
    executor.migrate(newest)


def _restore_files(archive: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    for sha256, size in manifest["files"].items():
        stream = archive.extractfile(f"files/{sha256[:2]}/{sha256}")
        content = stream.read() if stream else b""
        if len(content) != size or files.store(content) != sha256:
            raise Refused(_("Berkas %(name)s di dalam cadangan rusak.") % {"name": sha256})


def _restore_tables(archive: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all deferred")
        for table in manifest["tables"]:
            if table == "django_migrations":
                continue
            # Rows that migrations themselves wrote (content types, ...) give way to those of the backup.
            cursor.execute(f"delete from {_name(table)}")  # noqa: S608
        for table, told in manifest["tables"].items():
            _copy_in(archive, table, told)
            _reset_sequence(table)


def _copy_in(archive: tarfile.TarFile, table: str, told: dict[str, Any]) -> None:
    digest = hashlib.sha256()
    listed = ", ".join(map(_name, told["columns"]))
    stream = archive.extractfile(f"tables/{table}.csv")
    assert stream is not None
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {_name(table)} ({listed}) from stdin (format csv, header)") as copy:
            while part := stream.read(1 << 20):
                digest.update(part)
                copy.write(part)
        cursor.execute(f"select count(*) from {_name(table)}")  # noqa: S608
        rows = cursor.fetchone()[0]
    if digest.hexdigest() != told["sha256"] or rows != told["rows"]:
        raise Refused(
            _("Tabel %(name)s di dalam cadangan rusak. Tidak ada yang dipulihkan.") % {"name": table}
        )


def _reset_sequence(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) "
            "from information_schema.columns where table_schema = 'public' and table_name = %s",
            [table],
        )
        for column, sequence in cursor.fetchall():
            if sequence:
                highest = f"max({_name(column)})"
                cursor.execute(
                    f"select setval(%s, greatest(coalesce({highest}, 0), 1), {highest} is not null) "  # noqa: S608
                    f"from {_name(table)}",
                    [sequence],
                )
