from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lawang.lib.refused import Refused
from lawang.record.backup import restore


class Command(BaseCommand):
    help = "Fill an empty database and the file folder from a backup."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore(options["file"])
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"Dipulihkan: {len(manifest['tables'])} tabel, {rows} baris, {len(manifest['files'])} berkas."
        )
        self.stdout.write("Kunci tidak ada di dalam cadangan: lawang keys import BERKAS. Lalu: lawang doctor")
