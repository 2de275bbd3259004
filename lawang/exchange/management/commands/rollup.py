"""`lawang rollup`: the figures of all regencies together, computed with LAWANG_ENGINE."""

import csv
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict, fields
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lawang.exchange import columns, rollup
from lawang.lib.refused import Refused
from lawang.people.node import now


class Command(BaseCommand):
    help = "Hitung angka gabungan dari kiriman kabupaten dan kota."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--engine", default="", help="duckdb atau spark://...; kosong: LAWANG_ENGINE.")
        parser.add_argument("--csv", action="store_true", help="Tulis sebagai CSV, jangan simpan.")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        if not any(columns.folder().glob(rollup.PATTERN)):
            raise CommandError(f"Belum ada angka di {columns.folder()}.")
        try:
            with rollup.engine(options["engine"]) as connection:
                found = rollup.compute(connection, expected=rollup.expected_nodes())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if options["csv"]:
            writer = csv.DictWriter(sys.stdout, [field.name for field in fields(rollup.Figure)])
            writer.writeheader()
            writer.writerows(asdict(one) for one in found)
            return
        rollup.keep(found, at=now())
        self.stdout.write(f"{len(found)} angka gabungan dalam {time.monotonic() - began:.1f} detik.")
