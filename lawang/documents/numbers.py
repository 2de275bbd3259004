"""Numbers without gaps: taken under a lock with what uses them, voided with a reason, never given twice."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from lawang.documents.models import Document, NumberPattern, NumberSeries, VoidedNumber
from lawang.lib.refused import Refused
from lawang.people.models import Agency, User
from lawang.people.node import day_of

NAMES = ("code", "year", "month", "roman", "number", "office")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
DEFAULT = "{code}-{year}-{number:06}"
OF_OFFICES = "{code}/{number:03}/{office}/{roman}/{year}"  # when an office counts for itself
LONGEST = 80


@dataclass(frozen=True)
class Taken:
    """One number that somebody now has."""

    series: NumberSeries
    sequence: int
    number: str  # as it is written


def take_number(series: str, *, at: datetime, office: Agency | None = None, pattern: str = "") -> str:
    """Return the next number of a series, in the transaction of what uses it.

    Whoever comes second waits until the first has committed or given up; undone is as if never taken. The year is the
    node's. `pattern` wins over what is set for the series (NumberPattern), of the office first.
    """
    return take(series, at=at, office=office, pattern=pattern).number


def take(series: str, *, at: datetime, office: Agency | None = None, pattern: str = "") -> Taken:
    """Take the next number and say of which row it is."""
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken in the transaction that uses it")
    day = day_of(at)
    chosen = pattern or pattern_of(series, office)
    check_pattern(chosen)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into documents_numberseries (code, year, office_id, last) values (%s, %s, %s, 1) "
            "on conflict on constraint series_once_per_year do update set last = documents_numberseries.last + 1 "
            "returning id, last",
            [series, day.year, office.pk if office else None],
        )
        pk, sequence = cursor.fetchone()
    row = NumberSeries(pk=pk, code=series, year=day.year, office=office, last=sequence)
    written = chosen.format(
        code=series,
        year=day.year,
        month=f"{day.month:02}",
        roman=ROMAN[day.month - 1],
        number=sequence,
        office=office.short_name if office else "",
    )
    return Taken(row, sequence, written[:LONGEST])


def pattern_of(series: str, office: Agency | None) -> str:
    """Return how numbers of a series are written: the office's own way, the series' way, ours."""
    return patterns_of({series}, office)[series]


def patterns_of(codes: Collection[str], office: Agency | None) -> dict[str, str]:
    """Return series -> pattern, in one question."""
    known = NumberPattern.objects.filter(code__in=codes).filter(Q(agency=office) | Q(agency=None))
    found = dict.fromkeys(codes, OF_OFFICES if office else DEFAULT)
    for row in known.order_by(F("agency_id").asc(nulls_first=True)):  # the office's own comes last and wins
        found[row.code] = row.pattern
    return found


def check_pattern(pattern: str) -> None:
    """Raise Refused when numbers cannot be written so."""
    for sentence in pattern_faults(pattern):
        raise Refused(sentence)


def pattern_faults(pattern: str) -> Iterator[str]:
    """Yield what is wrong with a pattern, each as a sentence."""
    words = ", ".join(f"{{{name}}}" for name in NAMES)
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        yield _("Pola nomor “%(pattern)s” salah tulis: periksa kurung kurawalnya.") % {"pattern": pattern}
        return
    used = []
    for _literal, name, form, conversion in parts:
        if name is None:
            continue
        used.append(name)
        if name not in NAMES or conversion:
            yield _("Pola nomor: {%(name)s} tidak dikenal. Yang dapat dipakai: %(words)s.") % {
                "name": name,
                "words": words,
            }
        elif form and not (name == "number" and re.fullmatch(r"0[1-9]", form)):
            yield _("Pola nomor: tulis {number:03} untuk nomor tiga angka; yang lain tanpa titik dua.")
    if "number" not in used or "year" not in used:
        yield _("Pola nomor harus memuat {number} dan {year}, agar tidak ada nomor yang sama.")
    if len(pattern) > LONGEST:
        yield _("Pola nomor terlalu panjang: paling banyak %(most)s huruf.") % {"most": LONGEST}


def void(taken: Taken, *, reason: str, by: User | None, at: datetime) -> VoidedNumber:
    """Write down that a number will never be on a valid paper, and why."""
    return VoidedNumber.objects.create(
        series=taken.series, sequence=taken.sequence, number=taken.number, reason=reason[:500], by=by, at=at
    )


def gaps(series: NumberSeries) -> list[int]:
    """Return the numbers up to the last that are neither on a document nor voided: there should be none."""
    used = set(Document.objects.filter(series=series).values_list("sequence", flat=True))
    used |= set(series.voided.values_list("sequence", flat=True))
    last = NumberSeries.objects.values_list("last", flat=True).get(pk=series.pk)
    return [number for number in range(1, last + 1) if number not in used]
