"""`lawang demo load`."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lawang.lib.refused import Refused
from lawang.portal import demo, demo_movement


class Command(BaseCommand):
    help = "Muat kabupaten contoh, sekali; sesudah itu terbitkan layanan baru yang dibawa paket."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True, metavar="load")
        load = tasks.add_parser("load", help="muat data contoh ke instalasi yang kosong (aman diulang)")
        load.add_argument("--folder", type=Path, default=demo.FOLDER)
        load.add_argument("--movement", action="store_true", help="muat gerakan contoh, bukan kabupaten")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        start = time.monotonic()
        at = timezone.now()

        def say(words: str) -> None:
            self.stdout.write(f"{time.monotonic() - start:6.1f} s  {words}")

        if options["movement"]:
            is_new = demo_movement.load(at=at, say=say)
            said = f"dimuat. Kata sandi semua akun: {demo.PASSWORD}" if is_new else "sudah ada."
            self.stdout.write(f"Gerakan contoh {said}")
            return
        try:
            is_new = demo.load(at=at, say=say, folder=folder)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if is_new:
            self.stdout.write(f"Data contoh dimuat. Kata sandi semua akun: {demo.PASSWORD}")
        elif opened := demo.open_new_services(at=at, folder=folder):
            self.stdout.write(f"Data contoh sudah ada; {opened} layanan baru dari paket diterbitkan.")
        else:
            self.stdout.write("Data contoh sudah ada; tidak ada yang diubah.")
