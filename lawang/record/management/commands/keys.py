import getpass
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lawang.lib.refused import Refused
from lawang.record.exported import export_keys, import_keys
from lawang.record.rotation import rotate


class Command(BaseCommand):
    help = "Write the private keys to a file under a passphrase, put them back, or change the master key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["export", "import", "rotate"])
        parser.add_argument("file", type=Path, nargs="?", help="of export and import")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "rotate":
            count = rotate(at=timezone.now())
            self.stdout.write(
                f"{count} kunci dibungkus ulang. Ekspor lagi; simpan ekspor lama selama cadangan lama masih ada."
            )
            return
        path, new = options["file"], options["what"] == "export"
        if path is None:
            raise CommandError("Sebutkan berkasnya.")
        passphrase = os.environ.get("LAWANG_KEYS_PASSPHRASE") or self._ask(twice=new)
        try:
            names = export_keys(path, passphrase, at=timezone.now()) if new else import_keys(path, passphrase)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{path}: {', '.join(names) or 'tidak ada yang baru'}")

    def _ask(self, *, twice: bool) -> str:
        passphrase = getpass.getpass("Kata sandi: ")
        if twice and getpass.getpass("Sekali lagi: ") != passphrase:
            raise CommandError("Kedua kata sandi berbeda.")
        return passphrase
