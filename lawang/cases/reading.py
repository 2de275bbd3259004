"""Reading answers: from names as a form sends them, or from nested plain data as an API and worked examples have them.

Both give the same clean answers (see lawang.lib.fields for how values are written) and a sentence for every answer that
cannot stay as it is, by its path. Nothing is asked of the database. What is not asked after these answers is left out,
with what hangs on it; a repetition in which nothing is written is no repetition. Whether the papers are there is not
looked at here: they may arrive later, see `files_asked`.
"""

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lawang.lib import nik
from lawang.lib.dates import long_date, month_name, parse_date
from lawang.lib.fields import Answers, Field, Kind, Leaf, is_asked, leaves, look
from lawang.lib.numbers import as_is, parse_number, rupiah
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.identify import clean_phone

Places = Callable[[str], bool]

LONGEST = {Kind.TEXT: 200, Kind.LONG_TEXT: 5000}  # letters, where the definition says nothing
LARGEST = 10**15  # no amount and no count of a regency is larger
FIRST_YEAR = 1850  # before it, somebody mistyped
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they make a text look other than it is
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,40}")
_TIME = re.compile(r"(?:pukul|jam)?\s*(\d{1,2})[.:](\d{2})\s*(?:wib|wita|wit)?", re.ASCII | re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WRITTEN = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2}|[^\W\d]{3,9})[-/. ]+(\d{1,4})", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
_PLACE = {
    "village": re.compile(r"\d\d\.\d\d\.\d\d\.\d{4}", re.ASCII),
    "district": re.compile(r"\d\d\.\d\d\.\d\d", re.ASCII),
}


class Read(NamedTuple):
    """What was read: answers that can be kept, and path -> what is wrong and what to do."""

    answers: Answers
    faults: dict[str, str]


class Parts(NamedTuple):
    """A date as three boxes have it, so far only text."""

    day: str
    month: str
    year: str


def anywhere(_code: str) -> bool:
    """Take every place that is written as one."""
    return True


def read_answers(
    fields: tuple[Field, ...], answers: Mapping[str, Any], *, today: date, places: Places = anywhere
) -> Read:
    """Read nested plain data, as an API or a worked example has them; they may be of any shape.

    Names that no field has are left out: `unknown` lists them. `places` tells of a code whether it is an area of the
    regency.
    """

    def raw(leaf: Leaf) -> Any:
        return look(answers, leaf.path)

    def rows(path: str) -> int:
        found = look(answers, path)
        return len(found) if isinstance(found, list) else 0

    read = _read(fields, raw, rows, _Reader(today, places, typed=False))
    return Read(read.answers, {**read.faults, **dict(_misshapen(fields, answers, ""))})


def read_flat(
    fields: tuple[Field, ...], data: Mapping[str, list[str]], *, today: date, places: Places = anywhere
) -> Read:
    """Read what a form sends: "child.name", "witnesses.2.nik", "birth_date" or "birth_date_day", "_month", "_year".

    Numbers and days are understood as people write them in the active language. Other names are left alone.
    """

    def raw(leaf: Leaf) -> Any:
        sent = data.get(leaf.path) or [""]
        if leaf.field.kind == Kind.FILE:
            return sent
        if leaf.field.kind == Kind.DATE and not sent[-1].strip():
            return Parts(*((data.get(f"{leaf.path}_{part}") or [""])[-1] for part in Parts._fields))
        return sent[-1]

    def rows(path: str) -> int:
        before = f"{path}."
        numbers = (name[len(before) :].partition(".")[0] for name in data if name.startswith(before))
        return max((int(one) for one in numbers if re.fullmatch("[0-9]{1,3}", one)), default=0)

    return _read(fields, raw, rows, _Reader(today, places, typed=True))


def unknown(fields: tuple[Field, ...], answers: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Yield the paths of nested answers that no field has."""
    known = {one.name: one for one in fields}
    for name, value in answers.items():
        path = f"{before}{name}"
        if name not in known:
            yield path
        elif known[name].kind == Kind.GROUP:
            rows = enumerate(value, 1) if known[name].repeats and isinstance(value, list) else [(0, value)]
            for number, row in rows:
                if isinstance(row, Mapping):
                    yield from unknown(known[name].fields, row, f"{path}.{number}." if number else f"{path}.")


def files_asked(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield the files that are asked with these answers; `field.required` says which must be there."""

    def times(path: str, group: Field) -> int:
        found = look(answers, path)
        return max(len(found) if isinstance(found, list) else 0, _least(group))

    for leaf in leaves(fields, times):
        if leaf.field.kind == Kind.FILE and is_asked(leaf, answers):
            yield leaf


def clean_words(typed: str, *, lines: bool = False) -> str:
    """Return a text without control characters and needless spaces; with `lines` line ends stay."""
    if typed.isascii() and typed.isprintable():  # most answers: nothing to look for
        return " ".join(typed.split())
    whole = typed.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        " " if letter == "\t" or (letter == "\n" and not lines) else letter
        for letter in _HIDDEN.sub("", whole)
        if letter in "\t\n" or unicodedata.category(letter) not in ("Cc", "Cs")
    )
    kept = unicodedata.normalize("NFC", kept)
    if not lines:
        return " ".join(kept.split())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in kept.split("\n"))).strip()


# ── the whole form ──────────────────────────────────────────────────────────────────────────────────────────────────


def _read(
    fields: tuple[Field, ...],
    raw: Callable[[Leaf], Any],
    rows: Callable[[str], int],
    reader: "_Reader",
) -> Read:
    def times(path: str, group: Field) -> int:
        return max(rows(path), group.least_times)

    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    form = list(leaves(fields, times))
    for leaf in form:
        try:
            value = reader.read(leaf.field, raw(leaf))
        except Refused as refusal:
            faults[leaf.path] = refusal.sentence
        else:
            if value is not None:
                values[leaf.path] = value
    asked = _asked(form, values, fields, times)
    faults = {leaf.path: faults[leaf.path] for leaf in asked if leaf.path in faults}
    spare = _spare(fields, {*values, *faults}, times, "")
    for leaf in asked:
        if (
            leaf.field.required
            and leaf.field.kind != Kind.FILE
            and leaf.path not in values
            and leaf.path not in faults
            and not any(leaf.path.startswith(prefix) for prefix in spare)
        ):
            faults[leaf.path] = _("Isian ini belum diisi.")
    for path, group in _groups(fields, times, ""):
        if rows(path) > group.most_times and any(name.startswith(f"{path}.") for name in values):
            faults.setdefault(
                path,
                _("“%(question)s” diisi paling banyak %(most)s kali.")
                % {"question": say(group.title), "most": group.most_times},
            )
    order = {leaf.path: number for number, leaf in enumerate(form)}
    return Read(
        _nested(fields, values, times, ""),
        dict(sorted(faults.items(), key=lambda fault: order.get(fault[0], len(order)))),
    )


def _asked(
    form: list[Leaf],
    values: dict[str, Any],
    fields: tuple[Field, ...],
    times: Callable[[str, Field], int],
) -> list[Leaf]:
    """Return the leaves that are asked, and take the values of the others away: with them what hangs on them."""
    while True:
        answers = _nested(fields, values, times, "", in_place=True)
        asked = [leaf for leaf in form if is_asked(leaf, answers)]
        dropped = values.keys() - {leaf.path for leaf in asked}
        if not dropped:
            return asked
        for path in dropped:
            del values[path]


def _groups(
    fields: tuple[Field, ...], times: Callable[[str, Field], int], before: str
) -> Iterator[tuple[str, Field]]:
    """Yield every repeating group at its path."""
    for one in fields:
        if one.kind == Kind.GROUP:
            path = f"{before}{one.name}"
            if one.repeats:
                yield path, one
            for prefix in _prefixes(one, path, times):
                yield from _groups(one.fields, times, prefix)


def _prefixes(group: Field, path: str, times: Callable[[str, Field], int]) -> list[str]:
    """Return how the paths of a group's fields begin: once, or for each repetition."""
    if not group.repeats:
        return [f"{path}."]
    return [f"{path}.{number}." for number in range(1, min(times(path, group), group.most_times) + 1)]


def _least(group: Field) -> int:
    return group.least_times if group.required else 0


def _spare(
    fields: tuple[Field, ...], written: set[str], times: Callable[[str, Field], int], before: str
) -> list[str]:
    """Return the prefixes under which nothing is written and nothing has to be.

    That is a group that is not required, and a repetition beyond those that are.
    """
    found: list[str] = []
    for one in fields:
        if one.kind != Kind.GROUP:
            continue
        prefixes = _prefixes(one, f"{before}{one.name}", times)
        blank = [prefix for prefix in prefixes if not any(path.startswith(prefix) for path in written)]
        least = _least(one) if one.repeats else int(one.required)
        needed = max(0, least - (len(prefixes) - len(blank)))
        found += blank[needed:]
        for prefix in prefixes:
            found += _spare(one.fields, written, times, prefix)
    return found


def _nested(
    fields: tuple[Field, ...],
    values: Mapping[str, Any],
    times: Callable[[str, Field], int],
    before: str,
    *,
    in_place: bool = False,
) -> Answers:
    """Return the values nested; empty groups are left out, and empty repetitions, so that the others close up.

    `in_place` keeps empty repetitions, and so does a group with files: their papers know it by its number.
    """
    nested: Answers = {}
    for one in fields:
        path = f"{before}{one.name}"
        if one.kind != Kind.GROUP:
            if path in values:
                nested[one.name] = values[path]
            continue
        parts = [
            _nested(one.fields, values, times, prefix, in_place=in_place)
            for prefix in _prefixes(one, path, times)
        ]
        if one.repeats:
            if not (in_place or _has_files(one)):
                parts = [part for part in parts if part]
            while parts and not parts[-1]:
                parts.pop()
            if parts:
                nested[one.name] = parts
        elif parts[0]:
            nested[one.name] = parts[0]
    return nested


def _has_files(group: Field) -> bool:
    return any(one.kind == Kind.FILE or (one.kind == Kind.GROUP and _has_files(one)) for one in group.fields)


def _misshapen(
    fields: tuple[Field, ...], answers: Mapping[str, Any], before: str
) -> Iterator[tuple[str, str]]:
    """Yield the groups whose answers are no group."""
    for one in fields:
        value = answers.get(one.name)
        if one.kind != Kind.GROUP or value is None:
            continue
        path = f"{before}{one.name}"
        if one.repeats != isinstance(value, list):
            yield (
                path,
                _("“%(question)s” harus berisi daftar.") % {"question": say(one.title)}
                if one.repeats
                else _("“%(question)s” harus berisi nama pertanyaan dan jawabannya.")
                % {"question": say(one.title)},
            )
            continue
        rows = enumerate(value[: one.most_times], 1) if one.repeats else [(0, value)]
        for number, row in rows:
            here = f"{path}.{number}" if number else path
            if isinstance(row, Mapping):
                yield from _misshapen(one.fields, row, f"{here}.")
            else:
                yield (
                    here,
                    _("“%(question)s” harus berisi nama pertanyaan dan jawabannya.")
                    % {"question": say(one.title)},
                )


# ── one answer ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Reader:
    """Reads one answer; `typed` by a person, otherwise written by a program in our own way."""

    def __init__(self, today: date, places: Places, *, typed: bool) -> None:
        self.today = today
        self.places = places
        self.typed = typed

    def read(self, field: Field, raw: Any) -> Any:
        """Return the clean value, None for nothing. Raise Refused with what is wrong."""
        if field.kind == Kind.FILE:
            return self._files(raw)
        if isinstance(raw, Parts):
            return self._parts(field, raw)
        if field.kind in (Kind.NUMBER, Kind.MONEY) and isinstance(raw, int | float | Decimal):
            return self._number(field, raw)
        if isinstance(raw, date):
            raw = raw.isoformat()[:10]
        if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**20:
            raw = str(raw)
        if raw is None:
            return None
        if not isinstance(raw, str):
            raise Refused(_("Tulis satu jawaban berupa teks."))
        words = clean_words(raw, lines=field.kind == Kind.LONG_TEXT)
        if not words:
            return None
        match field.kind:
            case Kind.NUMBER | Kind.MONEY:
                return self._number(field, words)
            case Kind.DATE:
                return self._date(field, words)
            case Kind.CHOICE:
                return self._choice(field, words)
            case Kind.PLACE:
                return self._place(field, words)
            case Kind.IDENTITY:
                return _checked(nik.digits(words), nik.fault(words))
            case _:
                return self._words(field, words)

    def _words(self, field: Field, words: str) -> str:
        match field.format:
            case "email":
                return _email(words)
            case "phone":
                return _phone(words)
            case "time":
                return _time(words)
            case "family_card":
                return _checked(nik.digits(words), nik.family_card_fault(words))
        most = field.most or LONGEST.get(field.kind, 200)
        if len(words) > most:
            raise Refused(
                _("Paling banyak %(most)s huruf. Anda menulis %(count)s; singkatkan.")
                % {"most": most, "count": len(words)}
            )
        if field.least and len(words) < field.least:
            raise Refused(
                _("Paling sedikit %(least)s huruf. Anda menulis %(count)s; tulis lebih lengkap.")
                % {"least": field.least, "count": len(words)}
            )
        return words

    def _number(self, field: Field, raw: Any) -> int | str:
        value = self._decimal(raw)
        if abs(value) >= LARGEST:
            raise Refused(_("Angka ini terlalu besar. Periksa lagi."))
        decimals = field.decimals if field.kind == Kind.NUMBER else 0
        if value != round(value, decimals):
            raise Refused(
                _("Tulis paling banyak %(decimals)s angka di belakang koma.") % {"decimals": decimals}
                if decimals
                else _("Tulis bilangan bulat, tanpa angka di belakang koma.")
            )
        self._limits(field, value)
        if not decimals:
            return int(value)
        words = format(value, "f")
        words = words.rstrip("0").rstrip(".") if "." in words else words
        return "0" if words == "-0" else words

    def _decimal(self, raw: Any) -> Decimal:
        if isinstance(raw, str) and self.typed:
            return parse_number(raw)
        if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
            return Decimal(raw)
        if isinstance(raw, int) and not isinstance(raw, bool):
            return Decimal(max(-LARGEST, min(LARGEST, raw)))  # a number of many digits cannot be written down
        if isinstance(raw, float | Decimal) and Decimal(raw).is_finite():
            return Decimal(str(raw))
        raise Refused(_("Tulis angka saja, misalnya 1250000."))

    def _limits(self, field: Field, value: Decimal) -> None:
        say_it = rupiah if field.kind == Kind.MONEY else as_is
        least = 0 if field.kind == Kind.MONEY and field.least is None else field.least
        if least is not None and value < least:
            raise Refused(
                _("Paling sedikit %(least)s. Anda menulis %(typed)s.")
                % {"least": say_it(least), "typed": say_it(value)}
            )
        if field.most is not None and value > field.most:
            raise Refused(
                _("Paling banyak %(most)s. Anda menulis %(typed)s.")
                % {"most": say_it(field.most), "typed": say_it(value)}
            )

    def _date(self, field: Field, words: str) -> str:
        if found := _ISO.fullmatch(words):
            year, month, day = found.groups()
        elif self.typed and (found := _WRITTEN.fullmatch(words)):
            day, month, year = found.groups()
        else:
            raise Refused(
                _("Tulis tanggal seperti 17 Agustus 2026. Anda menulis “%(typed)s”.") % {"typed": words[:40]}
                if self.typed
                else _("Tulis tanggal seperti 2026-08-17. Anda menulis “%(typed)s”.") % {"typed": words[:40]}
            )
        return self._day(field, day, month, year)

    def _parts(self, field: Field, parts: Parts) -> str | None:
        day, month, year = (clean_words(part) for part in parts)
        if not (day or month or year):
            return None
        if not (day and month and year):
            raise Refused(_("Isi tanggal, bulan dan tahun ketiganya."))
        return self._day(field, day, month, year)

    def _day(self, field: Field, day: str, month: str, year: str) -> str:
        if len(year) < 4 and year.isdecimal():
            raise Refused(_("Tulis tahun dengan empat angka, misalnya %(year)s.") % {"year": self.today.year})
        try:
            found = parse_date(year, month, day)
        except ValueError:
            raise Refused(
                _("Tanggal %(date)s tidak ada di kalender. Periksa lagi.")
                % {"date": f"{day[:9]} {_month(month)} {year[:9]}"}
            ) from None
        if not FIRST_YEAR <= found.year <= self.today.year + 100:
            raise Refused(_("Periksa tahunnya. Anda menulis %(year)s.") % {"year": found.year})
        if field.not_after_today and found > self.today:
            raise Refused(
                _("Tanggal ini belum terjadi: hari ini %(today)s. Periksa lagi.")
                % {"today": long_date(self.today)}
            )
        return found.isoformat()

    def _choice(self, field: Field, words: str) -> str:
        if any(words == choice.code for choice in field.choices):
            return words
        raise Refused(
            _("Pilih salah satu: %(choices)s.")
            % {"choices": "; ".join(say(choice.title) for choice in field.choices)}
        )

    def _place(self, field: Field, words: str) -> str:
        if _PLACE[field.level].fullmatch(words) and self.places(words):
            return words
        raise Refused(
            _("Kecamatan itu tidak ada di daftar kabupaten ini. Pilih dari daftarnya.")
            if field.level == "district"
            else _("Desa itu tidak ada di daftar kabupaten ini. Pilih dari daftarnya.")
        )

    def _files(self, raw: Any) -> list[str] | None:
        """Return the keys of files, each once, in order."""
        keys: dict[str, None] = {}
        for one in raw if isinstance(raw, list) else [raw]:
            if one in (None, ""):
                continue
            try:
                keys[str(uuid.UUID(one))] = None
            except (ValueError, AttributeError, TypeError):
                raise Refused(_("Berkas ini tidak dikenal. Lampirkan lagi.")) from None
        return list(keys) or None


def _checked(value: str, fault: str | None) -> str:
    if fault:
        raise Refused(fault)
    return value


def _email(words: str) -> str:
    bare = words.replace(" ", "")
    if not _EMAIL.fullmatch(bare):
        raise Refused(
            _("Tulis alamat surel seperti nama@contoh.id. Anda menulis “%(typed)s”.") % {"typed": words[:60]}
        )
    return bare.lower()


def _phone(words: str) -> str:
    phone = clean_phone(words)
    assert phone
    return clean_phone(phone) or phone  # with +62 in front it may have become too long


def _time(words: str) -> str:
    found = _TIME.fullmatch(words)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Refused(
            _("Tulis jam dari 00.00 sampai 23.59, misalnya 08.30. Anda menulis “%(typed)s”.")
            % {"typed": words[:20]}
        )
    return f"{int(found[1]):02}:{found[2]}"


def _month(typed: str) -> str:
    """Return the name of a month that was written as its number, otherwise what was written."""
    return month_name(int(typed)) if re.fullmatch("0?[1-9]|1[0-2]", typed) else typed[:12]
