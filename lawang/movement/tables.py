"""Results as CSV files: what `lawang score` reads and writes, and what open data hands out.

A file has a column `region` and either the component columns (`baseline,output,...`) or one item score a row
(`region,code,score`; a code may also be an item's key). A region whose cells are empty did not take part: it has no
score, which is not the same as 0. Columns `year` and `track` are optional; rows of other years and tracks are passed
over. Commas or semicolons, decimal points or commas, as spreadsheets write them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.movement.instrument import Instrument, Track
from lawang.movement.scoring import Scores, improvement, scores_of_components, scores_of_items

FINAL, IMPROVEMENT = "final", "improvement"
ALIASES = {
    "daerah": "region",
    "kabupaten": "region",
    "kode": "code",
    "nilai": "score",
    "jalur": "track",
    "tahun": "year",
}


@dataclass
class Results:
    """What a file says. `scores` has None for a region that did not take part; order of the file."""

    scores: dict[str, Scores | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)  # sentences, one for each row that could not be used
    passed_over: int = 0  # rows of other years or tracks


def read_results(content: bytes, track: Track, instrument: Instrument) -> Results:
    """Read a file. Raise Refused when it is no table with the columns that are needed."""
    rows, names = _rows(content)
    results = Results()
    wanted = {one.code for one in instrument.components_of(track)}
    if {"code", "score"} <= names:
        read = _read_items
    elif wanted <= names:
        read = _read_components
    else:
        missing = ", ".join(sorted(wanted - names))
        raise Refused(
            _(
                "Berkas ini tidak punya kolom %(missing)s. Isi kolom region dan semua komponen jalur %(track)s, "
                "atau kolom region, code, dan score."
            )
            % {"missing": missing, "track": track.code}
        )
    read(list(_of_track(rows, track, instrument, results)), track, instrument, results)
    return results


Row = tuple[int, dict[str, str]]  # line of the file, cells


def _rows(content: bytes) -> tuple[list[Row], set[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    first = next(reader, [])
    names = [ALIASES.get(name, name) for name in (cell.strip().lower().replace(" ", "") for cell in first)]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Refused(_("Kolom %(names)s ada dua kali.") % {"names": ", ".join(twice)})
    if "region" not in names:
        raise Refused(_("Berkas ini tidak punya kolom region pada baris pertama."))
    rows = [
        (reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False)))
        for cells in reader
        if any(cell.strip() for cell in cells)
    ]
    return rows, set(names)


def _of_track(rows: Iterable[Row], track: Track, instrument: Instrument, results: Results) -> Iterator[Row]:
    for line, cells in rows:
        if cells.get("track", "") not in ("", track.code) or cells.get("year", "") not in (
            "",
            str(instrument.year),
        ):
            results.passed_over += 1
        elif not cells.get("region"):
            results.faults.append(_("Baris %(line)s: nama daerah kosong.") % {"line": line})
        else:
            yield line, cells


def _number(cell: str, most: int) -> Decimal | str:
    """Return a score, or what is wrong with it."""
    try:
        value = Decimal(cell.replace(",", "."))
    except InvalidOperation:
        return _("“%(cell)s” bukan angka") % {"cell": cell[:40]}
    if not value.is_finite() or not 0 <= value <= most:
        return _("%(cell)s di luar 0 sampai %(most)s") % {"cell": cell[:40], "most": most}
    return value


def _read_components(rows: list[Row], track: Track, instrument: Instrument, results: Results) -> None:
    codes = [one.code for one in instrument.components_of(track)]
    for line, cells in rows:
        region = cells["region"]
        wrong = _trouble_of(region, results.scores)
        found = {}
        for code in codes:
            if cell := cells.get(code, ""):
                value = _number(cell, instrument.scale.most)
                if isinstance(value, Decimal):
                    found[code] = value
                else:
                    wrong.append(f"{code} {value}")
        missing = [code for code in codes if code not in found]
        if missing and len(missing) < len(codes) and not wrong:
            wrong.append(
                _("kosong: %(codes)s (tulis 0 bila memang tidak ada)") % {"codes": ", ".join(missing)}
            )
        if wrong:
            results.faults.append(_fault(line, region, wrong))
        else:
            results.scores[region] = scores_of_components(found, track, instrument) if found else None


def _trouble_of(region: str, known: Mapping[str, object]) -> list[str]:
    return [_("daerah ini sudah ada di baris lain")] if region in known else []


def _fault(line: int, region: str, wrong: Iterable[str]) -> str:
    return _("Baris %(line)s, %(region)s: %(what)s.") % {
        "line": line,
        "region": region,
        "what": "; ".join(wrong),
    }


def _read_items(rows: list[Row], track: Track, instrument: Instrument, results: Results) -> None:
    asked = {item.code: item for one in instrument.components_of(track) for item in one.items}
    of_others = instrument.items.keys() - asked.keys()
    found: dict[str, dict[str, Decimal]] = {}
    spoilt: set[str] = set()
    for line, cells in rows:
        region, code, cell = cells["region"], cells.get("code", ""), cells.get("score", "")
        scores = found.setdefault(region, {})
        if not code and not cell:
            continue  # a region alone: it did not take part
        item = asked.get(code) or (instrument.by_key.get(code) if code in instrument.by_key else None)
        if code in of_others or (item is not None and item.code in of_others):
            results.passed_over += 1  # another track asks it
            continue
        value = _number(cell, instrument.scale.most) if cell else None
        if item is None:
            wrong = _("butir “%(code)s” tidak ada di %(instrument)s") % {
                "code": code[:40],
                "instrument": instrument.code,
            }
        elif item.code in scores:
            wrong = _("butir %(code)s sudah ada di baris lain") % {"code": code}
        elif isinstance(value, str):
            wrong = f"{code} {value}"
        else:
            if value is not None:
                scores[item.code] = value
            continue
        spoilt.add(region)
        results.faults.append(_fault(line, region, [wrong]))
    for region, scores in found.items():
        missing = [code for code in asked if code not in scores]
        if region in spoilt:
            continue
        if not scores:
            results.scores[region] = None
        elif missing:
            results.faults.append(
                _("%(region)s: %(count)s butir belum bernilai: %(codes)s (tulis 0 bila tidak dijawab).")
                % {
                    "region": region,
                    "count": len(missing),
                    "codes": ", ".join(missing[:6]) + (", …" if missing[6:] else ""),
                }
            )
        else:
            results.scores[region] = scores_of_items(scores, track, instrument)


@dataclass(frozen=True)
class Line:
    """One region of the answer; empty for one that did not take part."""

    region: str
    scores: Scores | None
    improvement: Decimal | None = None


def with_improvement(
    results: Results, previous: Results, last_track: Track, instrument: Instrument
) -> list[Line]:
    """Return the results with the improvement of every region that took part in both years."""
    lines = []
    for region, scores in results.scores.items():
        last = previous.scores.get(region)
        better = (
            improvement(scores.final, last.components, last_track, instrument.rounding)
            if scores and last
            else None
        )
        lines.append(Line(region, scores, better))
    return lines


def write_results(lines: Iterable[Line], track: Track, instrument: Instrument, *, is_yearly: bool) -> str:
    """Return the CSV: `region`, the track's components, `final`, and `improvement` when `is_yearly`."""
    codes = [one.code for one in instrument.components_of(track)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["region", *codes, FINAL, *([IMPROVEMENT] if is_yearly else [])])
    for line in lines:
        cells = [line.scores.components[code] for code in codes] if line.scores else [None] * len(codes)
        row = [line.region, *cells, line.scores.final if line.scores else None]
        writer.writerow(
            ["" if cell is None else cell for cell in (*row, *([line.improvement] if is_yearly else []))]
        )
    return out.getvalue()
