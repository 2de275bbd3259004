"""lawang packs check|install|diff|list|reference."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.packs import reference
from lawang.packs.actions import Broken, install
from lawang.packs.comparing import compare
from lawang.packs.models import InstalledPack
from lawang.packs.reader import Pack, read_pack


class Command(BaseCommand):
    help = "Check, install, compare and list packs."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--english", action="store_true", help="say it in English")
        does = parser.add_subparsers(dest="does", required=True)
        for name, words in (
            ("check", "read folders and explain every mistake with file, line and column"),
            ("install", "check folders and install them, whole or not at all"),
        ):
            one = does.add_parser(name, help=words)
            one.add_argument("folder", nargs="+", type=Path)
        one = does.add_parser("diff", help="show what differs between a folder and what is installed")
        one.add_argument("folder", help="a folder, or the name of an installed pack")
        one.add_argument(
            "against", nargs="?", help="name of an installed pack; default: the pack of that name"
        )
        does.add_parser("list", help="list the installed packs and their earlier versions")
        one = does.add_parser(
            "reference", help="print the reference of pack files; --write puts it into docs/packs.md"
        )
        one.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en" if options["english"] else settings.LANGUAGE_CODE):
            getattr(self, options["does"])(options)

    def step(self, words: str) -> None:
        """Say what is being done while somebody watches; a script's log stays short."""
        if sys.stderr.isatty():
            self.stderr.write(f"  … {words}", ending="\n")

    def tell(self, pack: Pack) -> None:
        for problem in pack.problems:
            self.stdout.write(f"{pack.folder}/{problem}")

    def check(self, options: dict[str, Any]) -> None:  # type: ignore[override]
        found = 0
        for folder in options["folder"]:
            pack = read_pack(folder, self.step)
            self.tell(pack)
            found += len(pack.problems)
            if not pack.problems:
                counts = ", ".join(f"{kind} {len(items)}" for kind, items in pack.definitions.items())
                self.stdout.write(
                    _("%(name)s %(version)s: baik (%(counts)s)")
                    % {"name": pack.name, "version": pack.version, "counts": counts}
                )
        if found:
            raise CommandError(_("%(count)s kesalahan.") % {"count": found})

    def install(self, options: dict[str, Any]) -> None:
        for folder in options["folder"]:
            try:
                result = install(folder, by=None, at=timezone.now(), progress=self.step)
            except Broken as broken:
                for problem in broken.problems:
                    self.stdout.write(f"{folder}/{problem}")
                raise CommandError(broken.sentence) from broken
            except Refused as refused:
                raise CommandError(refused.sentence) from refused
            words = (
                _("%(name)s %(version)s: terpasang")
                if result.fresh
                else _("%(name)s %(version)s: sudah terpasang")
            )
            self.stdout.write(words % {"name": result.row.name, "version": result.row.version})

    def diff(self, options: dict[str, Any]) -> None:
        if Path(options["folder"], "pack.yaml").is_file():
            pack = read_pack(Path(options["folder"]), self.step)
            if pack.problems:
                self.tell(pack)
                raise CommandError(_("%(count)s kesalahan.") % {"count": len(pack.problems)})
            name, after = pack.name, {"pack": pack.manifest, **pack.definitions}
        else:
            name = options["folder"]
            after = self.installed(name).definitions
        before = self.installed(options["against"] or name).definitions
        if options["against"]:  # two packs: only what both speak of
            before = {kind: before[kind] for kind in before if kind in after and kind != "pack"}
            after = {kind: after[kind] for kind in before}
        changes = list(compare(before, after))
        for change in changes:
            self.stdout.write(str(change))
        if not changes:
            self.stdout.write(_("Tidak ada perbedaan."))

    def installed(self, name: str) -> InstalledPack:
        row = InstalledPack.objects.filter(name=name, is_current=True).first()
        if row is None:
            raise CommandError(_("Paket “%(name)s” belum dipasang.") % {"name": name})
        return row

    def list(self, _options: dict[str, Any]) -> None:
        rows = InstalledPack.objects.order_by("name", "-installed_at")
        for row in rows:
            moment = timezone.localtime(row.installed_at).strftime("%Y-%m-%d %H:%M")
            mark = "*" if row.is_current else " "
            title = say(row.definitions["pack"]["title"])
            self.stdout.write(f"{mark} {row.name} {row.version}  {moment}  {row.sha256[:12]}  {title}")
        if not rows:
            self.stdout.write(_("Belum ada paket yang dipasang."))

    def reference(self, options: dict[str, Any]) -> None:
        if options["write"]:
            reference.write()
        else:
            self.stdout.write(reference.reference())
