from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lawang.lib.refused import Refused
from lawang.record.backup import backup


class Command(BaseCommand):
    help = "Write tables and files to one .tar, without the keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="default: lawang-<moment>.tar in LAWANG_BACKUPS"
        )
        parser.add_argument(
            "--keep", type=int, default=0, help="afterwards keep only this many in LAWANG_BACKUPS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        path = (
            options["file"] or Path(settings.BACKUPS) / f"lawang-{timezone.localtime(at):%Y%m%d-%H%M%S}.tar"
        )
        try:
            manifest = backup(path, at=at)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"{path}: {len(manifest['tables'])} tabel, {rows} baris, {len(manifest['files'])} berkas"
        )
        if manifest["missing files"]:
            self.stderr.write(f"{len(manifest['missing files'])} berkas hilang dari {settings.MEDIA_ROOT}.")
        if manifest["keys"]["exported as they are now"]:
            self.stdout.write(
                f"Kunci tidak ada di dalamnya; sudah disalin pada {manifest['keys']['exported at']}."
            )
        else:
            self.stdout.write(
                "Kunci tidak ada di dalamnya dan BELUM disalin. Jalankan: lawang keys export BERKAS"
            )
        if options["keep"]:
            for old in sorted(Path(settings.BACKUPS).glob("lawang-*.tar"))[: -options["keep"]]:
                old.unlink()
