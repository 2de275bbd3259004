"""The verb of packs: install a folder as an immutable version."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.refused import Refused
from lawang.packs.models import InstalledPack
from lawang.packs.reader import Pack, Progress, read_pack, version_numbers
from lawang.packs.registry import KINDS, PackVersion
from lawang.packs.schema import Problem
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.record.actions import record

LOCK = 2_026_060_000  # of installing; any number that nothing else locks


class Broken(Refused):
    """The folder has problems; nothing was installed."""

    def __init__(self, pack: Pack) -> None:
        count = len(pack.problems)
        super().__init__(
            ngettext(
                "Paket “%(name)s” memuat %(count)s kesalahan; tidak ada yang dipasang.",
                "Paket “%(name)s” memuat %(count)s kesalahan; tidak ada yang dipasang.",
                count,
            )
            % {"name": pack.name, "count": count}
        )
        self.problems: tuple[Problem, ...] = pack.problems


@dataclass(frozen=True)
class Installed:
    """What became of an installation."""

    row: InstalledPack
    fresh: bool  # False: exactly this was installed already


def silent(_step: str) -> None:
    """Progress that nobody watches."""


def install(folder: Path, *, by: User | None, at: datetime, progress: Progress = silent) -> Installed:
    """Check a folder and install it whole, or not at all.

    `by` is None for the command line, whose user already holds the server. The same version with the same contents is
    nothing to do. Raise Broken with the problems; Refused when this version was installed with other contents, when a
    newer one is installed, or when a required pack is not.
    """
    if by is not None:
        demand(by, "packs.install")
    pack = read_pack(folder, progress)
    if pack.problems:
        raise Broken(pack)
    return _install(pack, by=by, at=at, progress=progress)


@transaction.atomic
def _install(pack: Pack, *, by: User | None, at: datetime, progress: Progress) -> Installed:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])  # one installation at a time
    current = InstalledPack.objects.select_for_update().filter(name=pack.name, is_current=True).first()
    if same := InstalledPack.objects.filter(name=pack.name, version=pack.version).first():
        if same.sha256 != pack.sha256:
            raise Refused(
                _(
                    "Versi %(version)s paket “%(name)s” sudah dipasang dengan isi lain, dan versi yang dipasang tidak"
                    " berubah. Naikkan angka versi di pack.yaml."
                )
                % {"version": pack.version, "name": pack.name}
            )
        if same.is_current:
            return Installed(same, fresh=False)
    if current and (version_numbers(current.version) or ()) >= (version_numbers(pack.version) or ()):
        raise Refused(
            _("Paket “%(name)s” sudah di versi %(current)s; versi %(version)s lebih lama.")
            % {"name": pack.name, "current": current.version, "version": pack.version}
        )
    for required in pack.manifest["requires"]:
        if not InstalledPack.objects.filter(name=required, is_current=True).exists():
            raise Refused(
                _("Paket “%(name)s” membutuhkan paket “%(required)s”; pasang itu lebih dulu.")
                % {"name": pack.name, "required": required}
            )
    InstalledPack.objects.filter(name=pack.name, is_current=True).update(is_current=False)
    row = InstalledPack.objects.create(
        name=pack.name,
        version=pack.version,
        sha256=pack.sha256,
        definitions={"pack": pack.manifest, **pack.definitions},
        installed_at=at,
    )
    version = PackVersion(pack.name, pack.version, pack.folder, at)
    for kind in KINDS.values():
        if kind.name in pack.definitions:
            progress(_("memasang %(kind)s") % {"kind": kind.name})
            kind.install(pack.definitions[kind.name], version)
    record(
        f"packs.pack:{pack.name}",
        "installed",
        by=by,
        at=at,
        before={"version": current.version, "sha256": current.sha256} if current else None,
        after={"version": pack.version, "sha256": pack.sha256},
    )
    return Installed(row, fresh=True)
