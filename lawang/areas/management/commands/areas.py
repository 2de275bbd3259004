"""`lawang areas codes | import | points | show`."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lawang.areas import codes, history
from lawang.areas.actions import load_points
from lawang.areas.models import Area, Layer, dotted
from lawang.areas.outlines import MOST_BYTES, import_layer
from lawang.lib.refused import Refused


class Command(BaseCommand):
    help = "Kode wilayah, batas resmi, dan apa yang berubah."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True, metavar="codes|import|points|show")
        tasks.add_parser("codes", help="muat daftar kode wilayah bawaan (aman diulang)")
        layer = tasks.add_parser("import", help="impor batas wilayah resmi dari berkas GeoJSON")
        layer.add_argument("file", type=Path)
        layer.add_argument("--source", required=True, help="siapa pembuatnya; tercetak di bawah setiap peta")
        layer.add_argument("--licence", required=True, help="lisensinya, misalnya CC BY 4.0")
        layer.add_argument("--date", required=True, type=date.fromisoformat, help="tanggal data, TTTT-BB-HH")
        layer.add_argument("--title", required=True, help="nama lapisan, misalnya Batas kecamatan RBI")
        layer.add_argument("--level", default="district", choices=[level.value for level in Area.Level])
        layer.add_argument(
            "--partial", action="store_true", help="terima berkas yang tidak memuat semua wilayah"
        )
        points = tasks.add_parser("points", help="isi titik wilayah dari CSV code,lon,lat")
        points.add_argument("file", type=Path)
        show = tasks.add_parser("show", help="tunjukkan satu wilayah, riwayat, dan lapisan batas")
        show.add_argument("code", nargs="?", default="")

    def handle(self, *args: Any, task: str, **options: Any) -> None:
        try:
            getattr(self, f"do_{task}")(**options)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def do_codes(self, **options: Any) -> None:
        done = codes.load_shipped(at=timezone.now())
        self.stdout.write(f"{done.rows} wilayah di daftar, {done.added} ditambahkan.")
        for code, ours, theirs in done.renamed:
            self.stdout.write(
                f"{code}: di sini {ours}, di daftar {theirs}. Catat ganti namanya bila ada keputusannya."
            )

    def do_import(self, *, file: Path, partial: bool, **options: Any) -> None:
        if file.stat().st_size > MOST_BYTES:
            raise CommandError(
                f"Berkas lebih besar dari {MOST_BYTES // 1_000_000} MB. Sederhanakan garisnya dahulu."
            )
        words = {name: options[name] for name in ("title", "source", "licence", "date", "level")}
        done = import_layer(file.read_bytes(), by=None, at=timezone.now(), partial=partial, **words)
        for note in done.notes:
            self.stdout.write(note)
        count = done.layer.outlines.count()
        said = "diimpor" if done.fresh else "sudah diimpor sebelumnya; tidak ada yang berubah"
        self.stdout.write(f"{done.layer.title}: {count} wilayah {said}.")

    def do_points(self, *, file: Path, **options: Any) -> None:
        with file.open(encoding="utf-8", newline="") as stream:
            changed = load_points(stream, at=timezone.now())
        self.stdout.write(f"{changed} titik diisi atau diubah.")

    def do_show(self, *, code: str, **options: Any) -> None:
        rows = (
            Area.objects.filter(code=dotted(code)).select_related("parent") if code else Area.objects.none()
        )
        if code and not rows:
            raise CommandError(f"Kode {code} tidak ada. Tulis seperti 16.11 atau 16.11.03.")
        for area in rows:
            until = f" sampai {area.valid_to}" if area.valid_to else ""
            self.stdout.write(f"{area.code} {area.title}, {area.decree}, sejak {area.valid_from}{until}")
            above = history.ancestors(area)
            if above:
                self.stdout.write("  di " + ", ".join(parent.title for parent in reversed(above)))
            for change in area.went_to.select_related("new"):
                self.stdout.write(
                    f"  {change.date} {change.get_kind_display()}: {change.new} ({change.decree})"
                )
        for layer in Layer.objects.all():
            self.stdout.write(
                f"Lapisan {layer.title}: {layer.source}, {layer.licence}, {layer.date}, {layer.level}"
            )
