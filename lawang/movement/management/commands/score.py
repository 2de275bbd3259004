"""`lawang score INSTRUMENT TRACK FILE.csv`: the scores of a yearly evaluation, from a file, without a database."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lawang.lib.refused import Refused
from lawang.movement import tables
from lawang.movement.instrument import Instrument, Track, instrument_of
from lawang.movement.packs import INSTRUMENT
from lawang.packs.reader import read_file
from lawang.packs.schema import Reading

PACKS = Path(settings.ROOT) / "packs"


class Command(BaseCommand):
    help = "Hitung nilai evaluasi dari berkas CSV, seperti instrumennya membulatkan."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "instrument", help="Kode (kominfo-2023), tahunnya, atau berkas YAML sebuah instrumen."
        )
        parser.add_argument("track", help="Kode jalur, misalnya kppn.")
        parser.add_argument(
            "file", help="CSV: region dan kolom komponen, atau region, code, score; - masukan baku."
        )
        parser.add_argument(
            "--previous", metavar="CSV", help="Nilai tahun sebelumnya, untuk kolom improvement."
        )
        parser.add_argument("--previous-instrument", metavar="INSTRUMENT", help="Instrumen tahun sebelumnya.")
        parser.add_argument("--previous-track", metavar="TRACK", help="Jalur tahun sebelumnya; kosong: sama.")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["previous"]) != bool(options["previous_instrument"]):
            raise CommandError("--previous dan --previous-instrument dipakai bersama.")
        instrument = find(options["instrument"])
        track = track_of(instrument, options["track"])
        results = self._read(options["file"], track, instrument)
        lines = [tables.Line(region, scores) for region, scores in results.scores.items()]
        faults = results.faults
        if options["previous"]:
            last_instrument = find(options["previous_instrument"])
            last_track = track_of(last_instrument, options["previous_track"] or track.code)
            previous = self._read(options["previous"], last_track, last_instrument)
            lines = tables.with_improvement(results, previous, last_track, instrument)
            faults = faults + [f"{options['previous']}: {fault}" for fault in previous.faults]
        self.stdout.write(
            tables.write_results(lines, track, instrument, is_yearly=bool(options["previous"])), ending=""
        )
        if faults:
            raise CommandError("\n".join(faults))

    def _read(self, name: str, track: Track, instrument: Instrument) -> tables.Results:
        try:
            content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            results = tables.read_results(content, track, instrument)
        except OSError as error:
            raise CommandError(f"{name}: berkas ini tidak bisa dibaca ({error.strerror}).") from error
        except Refused as refused:
            raise CommandError(f"{name}: {refused.sentence}") from refused
        if results.passed_over:
            self.stderr.write(f"{name}: {results.passed_over} baris tahun, jalur, atau butir lain dilewati.")
        return results


def find(wanted: str) -> Instrument:
    """Return the instrument of a code, of a year that only one evaluates, or of a YAML file."""
    if wanted.endswith((".yaml", ".yml")):
        path = Path(wanted)
        if not path.is_file():
            raise CommandError(f"{wanted}: berkas ini tidak ada.")
        return read(path)
    known = sorted(PACKS.glob("*/instruments/*.yaml"))
    found = [path for path in known if wanted in (path.stem, path.stem.rpartition("-")[2])]
    if len(found) != 1:
        words = ", ".join(path.stem for path in known)
        raise CommandError(f"Instrumen “{wanted}” tidak dikenal; yang ada: {words}.")
    return read(found[0])


def read(path: Path) -> Instrument:
    """Return what a file describes. Raise CommandError with every mistake in it."""
    reading = Reading(folder=path.parent, file=path.name)
    definition = read_file(INSTRUMENT, reading)
    if reading.problems:
        raise CommandError("\n".join(str(problem) for problem in reading.problems))
    return instrument_of(definition)


def track_of(instrument: Instrument, code: str) -> Track:
    if code not in instrument.tracks:
        words = ", ".join(instrument.tracks)
        raise CommandError(f"Jalur “{code}” tidak ada di {instrument.code}; yang ada: {words}.")
    return instrument.tracks[code]
