"""Proving a service before anybody uses it: whatever is named exists, and fields, steps, letters and deadlines fit.

`faults` gives every mistake with the way to the value that is wrong, so that `lawang packs check` can show file, line
and column. What is looked at here needs nothing but the definition; what depends on a regency (who does the work, who
may take a step) is looked at by a rehearsal.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from lawang.cases import catalogue, letters, worked
from lawang.cases.definition import HAVE, PAPERS, Definition, graph_of, read
from lawang.cases.packs import BY_PLACE
from lawang.cases.rules import TAKER_VERBS
from lawang.cases.services.registry import CHECKS, EFFECTS
from lawang.cases.services.registry import Named as Function
from lawang.documents import language
from lawang.lib.fields import CLOSED, Kind
from lawang.lib.steps import Trouble
from lawang.packs.schema import Fault, listed, nearest

Way = tuple[str | int, ...]
Data = Mapping[str, Any]

NAME = re.compile(r"[a-z][a-z0-9_]*")
WORD = re.compile(r"[a-z0-9][a-z0-9_-]*")
SERIES = re.compile(r"[A-Z][A-Z0-9-]{1,9}")
PARTS = ("_day", "_month", "_year")  # under which a form sends the parts of a date

APPLICANTS = ("answer", "withdraw", "reopen")  # kinds of steps that only applicants take
CLOCKS = {  # kinds of steps that nobody takes by hand: from which phases
    "lapse": ("waiting",),
    "close": ("decided",),
    "move": ("decided", "open"),  # from open: when the letter that led there is signed by all
    "decide": ("open",),
}
ENDS = ("decide", "record_result", "hand_over", "issue", "withdraw", "lapse")  # may lead to an outcome
TO_PHASES = {  # where a step of a kind leads
    "ask": ("waiting",),
    "answer": ("open",),
    "decide": ("decided", "closed"),
    "withdraw": ("decided", "closed"),
    "lapse": ("decided", "closed"),
    "reopen": ("open",),
    "correct": ("open",),
    "extend": ("open",),
    "close": ("closed",),
}
FROM_PHASES = {  # where a step of a kind begins
    "ask": ("open",),
    "answer": ("waiting",),
    "decide": ("open", "waiting"),
    "lapse": ("waiting",),
    "withdraw": ("open", "waiting"),
    "extend": ("open",),
    "reopen": ("decided", "closed"),
    "correct": ("decided", "closed"),
    "close": ("decided",),
}
IN_BULK = ("move", "decide", "pay", "close")  # kinds that can be safe for many at once
EXTENSION = "extension_days"  # parameter: by how much `extend` lengthens the promise

ONLY = (  # word of a field, kinds that have it
    ("choices", (Kind.CHOICE,)),
    ("format", (Kind.TEXT,)),
    ("decimals", (Kind.NUMBER,)),
    ("not_after_today", (Kind.DATE,)),
    ("fields", (Kind.GROUP,)),
    ("times", (Kind.GROUP,)),
    ("least", (Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER, Kind.MONEY)),
    ("most", (Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER, Kind.MONEY)),
)
PARTY = {  # column of a party -> (kinds of its field, format)
    "name": ((Kind.TEXT,), ""),
    "nik": ((Kind.IDENTITY,), ""),
    "phone": ((Kind.TEXT,), "phone"),
    "email": ((Kind.TEXT,), "email"),
    "birth_date": ((Kind.DATE,), ""),
    "address": ((Kind.TEXT, Kind.LONG_TEXT, Kind.PLACE), ""),
}


def faults(service: dict[str, Any]) -> Iterator[Fault]:
    """Yield every mistake of a service whose words are all allowed; the examples run when there is none."""
    proof = _Proof(service)
    found = [fault for part in PARTS_OF_PROOF for fault in part(proof)]
    yield from found
    if not found:
        yield from worked.faults(proof.definition)


@dataclass(frozen=True)
class Asked:
    """One field where it stands. `path` has no numbers of repetitions."""

    way: Way
    path: str
    data: Data
    around: tuple["Asked", ...] = ()

    @property
    def kind(self) -> str:
        return str(self.data["type"])

    @property
    def repeats(self) -> bool:
        return self.kind == Kind.GROUP and self.data.get("times", {}).get("most", 1) > 1

    @property
    def repetition(self) -> "Asked | None":
        """The innermost repeating group around it."""
        return next((one for one in reversed(self.around) if one.repeats), None)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(choice["code"] for choice in self.data.get("choices", ()))


def walk(
    fields: Sequence[Data], way: Way, before: str = "", around: tuple[Asked, ...] = ()
) -> Iterator[Asked]:
    """Yield every field, groups before what is in them."""
    for number, data in enumerate(fields):
        one = Asked((*way, number), f"{before}{data['name']}", data, around)
        yield one
        if data.get("fields"):
            yield from walk(data["fields"], (*one.way, "fields"), f"{one.path}.", (*around, one))


class _Proof:
    """A service with what the parts of the proof look up in it."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.form = [
            one
            for number, section in enumerate(data["sections"])
            for one in walk(section["fields"], ("sections", number, "fields"))
        ]
        self.by_path: dict[str, Asked] = {}
        for one in self.form:
            self.by_path.setdefault(one.path, one)
        self.papers = {
            f"{PAPERS}.{one['code']}": (
                HAVE,
                *(other["code"] for other in one["substitutes"]),
                *(() if one["required"] else ("none",)),
            )
            for one in data["requirements"]
            if one["substitutes"]
        }
        self.states = {state["code"]: state for state in data["states"]}
        self.parameters = {one["name"] for one in data["parameters"]}

    @cached_property
    def definition(self) -> Definition:
        return read(self.data)

    def phase(self, state: str) -> str:
        return str(self.states[state]["phase"]) if state in self.states else ""

    def leaf(self, path: str) -> Asked | None:
        found = self.by_path.get(path)
        return found if found and found.kind != Kind.GROUP else None

    def leaf_paths(self) -> list[str]:
        return [path for path, one in self.by_path.items() if one.kind != Kind.GROUP]


# ── fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fields(proof: _Proof) -> Iterator[Fault]:
    yield from _one_form(proof.form)
    for number, step in enumerate(proof.data["steps"]):
        yield from _one_form(list(walk(step["fields"], ("steps", number, "fields"))))
    reserved = {*letters.ALWAYS, *language.BUILT_IN}
    for one in proof.form:
        if not one.around and one.data["name"] == PAPERS:
            yield Fault(
                (*one.way, "name"),
                _("Nama “papers” sudah dipakai untuk persyaratan. Pilih nama lain."),
            )
        elif not one.around and one.data["name"] in reserved:
            yield Fault(
                (*one.way, "name"),
                _(
                    "Nama “%(name)s” sudah punya arti dalam surat. Pilih nama lain, atau taruh di dalam kelompok."
                )
                % {"name": one.data["name"]},
            )


def _one_form(form: list[Asked]) -> Iterator[Fault]:
    """What is true of every form: of the applicant's, and of what an officer enters with a step."""
    seen: set[str] = set()
    for one in form:
        name = str(one.data["name"])
        if not NAME.fullmatch(name):
            yield Fault(
                (*one.way, "name"),
                _("Nama “%(name)s” harus huruf kecil, angka dan garis bawah, diawali huruf: birth_date.")
                % {"name": name},
            )
        if one.path in seen:
            yield Fault(
                (*one.way, "name"),
                _("Nama “%(name)s” dipakai dua kali di tempat ini. Beri nama lain.") % {"name": name},
            )
        seen.add(one.path)
        yield from _one_field(one)
    dates = {one.path for one in form if one.kind == Kind.DATE}
    for one in form:
        for part in PARTS:
            if one.path.endswith(part) and one.path.removesuffix(part) in dates:
                yield Fault(
                    (*one.way, "name"),
                    _("Nama “%(name)s” bertabrakan dengan bagian tanggal “%(date)s”. Pilih nama lain.")
                    % {"name": one.data["name"], "date": one.path.removesuffix(part)},
                )


def _one_field(one: Asked) -> Iterator[Fault]:
    data = one.data
    for word, kinds in ONLY:
        if data.get(word) not in (None, [], 0, False, "") and one.kind not in kinds:
            yield Fault(
                (*one.way, word),
                _("“%(word)s” hanya untuk isian jenis %(kinds)s; isian ini jenis %(kind)s.")
                % {"word": word, "kinds": listed(kinds), "kind": one.kind},
            )
    if one.kind == Kind.CHOICE and not data["choices"]:
        yield Fault((*one.way, "type"), _("Isian pilihan membutuhkan “choices”: paling sedikit dua."))
    if one.kind == Kind.GROUP and not data["fields"]:
        yield Fault((*one.way, "type"), _("Kelompok membutuhkan “fields”: pertanyaan di dalamnya."))
    if one.kind == Kind.IDENTITY and data["privacy"] not in CLOSED:
        yield Fault(
            (*one.way, "privacy"),
            _("NIK adalah data pribadi. Tulis privacy: personal atau sensitive."),
            (*map(str, CLOSED),),
        )
    yield from _limits(one)
    yield from _codes(one)


def _limits(one: Asked) -> Iterator[Fault]:
    least, most, times = one.data.get("least"), one.data.get("most"), one.data.get("times")
    if least is not None and most is not None and least > most:
        yield Fault(
            (*one.way, "most"),
            _("Batas terbesar %(most)s lebih kecil daripada batas terkecil %(least)s.")
            % {"most": most, "least": least},
        )
    if one.data.get("format") and (least is not None or most is not None):
        yield Fault(
            (*one.way, "format"),
            _("Isian dengan “format” sudah punya panjangnya sendiri. Hapus “least” dan “most”."),
        )
    if times and times["least"] > times["most"]:
        yield Fault(
            (*one.way, "times", "most"),
            _("Paling banyak %(most)s kali tidak mungkin, sebab paling sedikit %(least)s kali.") % times,
        )


def _codes(one: Asked) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, code in enumerate(one.codes):
        way = (*one.way, "choices", number, "code")
        if not WORD.fullmatch(code):
            yield Fault(
                way, _("Kode pilihan “%(code)s” harus huruf kecil, angka, dan tanda hubung.") % {"code": code}
            )
        if code in seen:
            yield Fault(way, _("Pilihan “%(code)s” ditulis dua kali.") % {"code": code})
        seen.add(code)


def _conditions(proof: _Proof) -> Iterator[Fault]:
    """Whatever is asked after an answer names a choice that was asked before, and its words."""
    hangs_on: dict[str, str] = {}
    for one in proof.form:
        if condition := one.data.get("show_when"):
            target, found = _target(proof, one, condition)
            yield from found
            if target:
                hangs_on[one.path] = target
    for number, requirement in enumerate(proof.data["requirements"]):
        if condition := requirement.get("show_when"):
            data = {**requirement, "type": Kind.CHOICE}
            asked = Asked(("requirements", number), f"{PAPERS}.{requirement['code']}", data)
            target, found = _target(proof, asked, condition)
            yield from found
            if target:
                hangs_on[asked.path] = target
    for number, step in enumerate(proof.data["steps"]):
        form = list(walk(step["fields"], ("steps", number, "fields")))
        own = {one.path: one for one in form}
        for one in form:
            if condition := one.data.get("show_when"):
                yield from _target(proof, one, condition, own)[1]
    for path in hangs_on:
        if way := _circle(path, hangs_on):
            field = proof.by_path.get(path)
            yield Fault(
                (*field.way, "show_when") if field else ("requirements",),
                _("Syarat ini berputar: %(circle)s. Tidak ada yang akan pernah ditanyakan.")
                % {"circle": " → ".join(way)},
            )


def _circle(path: str, hangs_on: Mapping[str, str]) -> list[str]:
    """Return the way from a path back to itself; what is in a group hangs on what the group hangs on."""
    way, here = [path], path
    while True:
        steps = here.split(".")
        here = next(
            (
                hangs_on[before]
                for length in range(len(steps), 0, -1)
                if (before := ".".join(steps[:length])) in hangs_on
            ),
            "",
        )
        if not here or here in way[1:]:
            return []
        way.append(here)
        if here == path or here.startswith(f"{path}."):
            return way


def _target(
    proof: _Proof, one: Asked, condition: Data, own: Mapping[str, Asked] | None = None
) -> tuple[str, list[Fault]]:
    """Return the path of the choice that a condition is about, and what is wrong with the condition."""
    name, way = str(condition["field"]), (*one.way, "show_when")
    form = proof.by_path if own is None else own
    if own is None and name in proof.papers:
        return name, _words(condition, proof.papers[name], way)
    steps = one.path.split(".")[:-1]
    path = next(
        (
            candidate
            for depth in range(len(steps), -1, -1)  # beside it first, the top last: as is_asked looks
            if (candidate := ".".join([*steps[:depth], name])) in form
        ),
        "",
    )
    if not path or form[path].kind != Kind.CHOICE:
        choices = [other.path for other in form.values() if other.kind == Kind.CHOICE]
        known = [*choices, *(proof.papers if own is None else ())]
        sentence = (
            _("“%(name)s” bukan isian pilihan; syarat hanya dapat bertumpu pada pilihan: %(known)s.")
            if path
            else _("Isian “%(name)s” tidak ada; syarat dapat bertumpu pada: %(known)s.")
        )
        words = sentence % {"name": name, "known": listed(known) or _("belum ada satu pun")}
        return "", [Fault((*way, "field"), words + nearest(name, known), tuple(known))]
    target = form[path]
    repetition = target.repetition
    if repetition and repetition not in one.around:
        sentence = _("“%(name)s” ada di dalam kelompok berulang “%(group)s”; di sini tidak jelas yang mana.")
        return "", [Fault((*way, "field"), sentence % {"name": name, "group": repetition.path})]
    if path == one.path or path.startswith(f"{one.path}."):
        return "", [Fault((*way, "field"), _("Isian tidak dapat bertumpu pada dirinya sendiri."))]
    if one.kind == Kind.GROUP and f"{one.path}.{name}" in form:
        sentence = _("Nama “%(name)s” ada juga di dalam kelompok ini; beri salah satunya nama lain.")
        return "", [Fault((*way, "field"), sentence % {"name": name})]
    return path, _words(condition, target.codes, way)


def _words(condition: Data, codes: Sequence[str], way: Way) -> list[Fault]:
    return [
        Fault(
            (*way, "is", number),
            _("“%(word)s” bukan jawaban yang bisa dipilih; yang ada: %(words)s.")
            % {"word": word, "words": listed(codes)}
            + nearest(word, codes),
            tuple(codes),
        )
        for number, word in enumerate(condition["is"])
        if word not in codes
    ]


# ── who and where ───────────────────────────────────────────────────────────────────────────────────────────────────


def _parties(proof: _Proof) -> Iterator[Fault]:
    for who in ("applicant", "subject"):
        party = proof.data[who]
        for column, path in party.items():
            yield from _party_path(proof, (who, column), column, path)
        if party and "name" not in party:
            yield Fault(
                (who,), _("Tulis juga dari isian mana namanya diambil: “name”."), tuple(sorted(PARTY))
            )
    if not proof.data["applicant"]:
        yield Fault(
            ("applicant",), _("Tulis isian mana yang menyebut pemohon: “name”."), tuple(sorted(PARTY))
        )
    known = {*proof.data["applicant"], *proof.data["subject"]}
    if not known & {"phone", "birth_date"}:
        yield Fault(
            ("applicant",),
            _(
                "Pemohon tanpa akun membuka permohonannya dengan nomor telepon atau tanggal lahir. "
                "Tulis salah satunya di sini: “phone” atau “birth_date”."
            ),
            ("phone", "birth_date"),
        )


def _party_path(proof: _Proof, way: Way, column: str, path: str) -> Iterator[Fault]:
    found = proof.leaf(path)
    if found is None:
        yield _no_path(way, path, proof.leaf_paths())
        return
    if found.repetition:
        yield Fault(
            way,
            _("“%(path)s” ada di dalam kelompok berulang “%(group)s”; di sini harus satu isian saja.")
            % {"path": path, "group": found.repetition.path},
        )
    kinds, form = PARTY[column]
    if found.kind not in kinds or (form and found.data.get("format") != form):
        wanted = listed(kinds) + (f" ({form})" if form else "")
        yield Fault(
            way,
            _("“%(column)s” membutuhkan isian jenis %(wanted)s; “%(path)s” jenis %(kind)s.")
            % {"column": column, "wanted": wanted, "path": path, "kind": found.kind},
        )
    if column == "name" and way[0] == "applicant" and not _always(found):
        yield Fault(
            way, _("Nama pemohon harus selalu diisi, tetapi “%(path)s” boleh kosong.") % {"path": path}
        )


def _always(one: Asked) -> bool:
    """Tell whether a field is answered in every case."""
    chain = [*one.around, one]
    return all(part.data["required"] and not part.data.get("show_when") for part in chain)


def _no_path(way: Way, path: str, known: Sequence[str]) -> Fault:
    return Fault(
        way,
        _("Isian “%(path)s” tidak ada; yang ada: %(known)s.") % {"path": path, "known": listed(known)}
        + nearest(path, known),
        tuple(known),
    )


def _place(proof: _Proof) -> Iterator[Fault]:
    path = str(proof.data["area"])
    units = [(("unit",), proof.data["unit"])] + [
        (("states", number, "unit"), state["unit"]) for number, state in enumerate(proof.data["states"])
    ]
    by_place = [(way, unit) for way, unit in units if unit in BY_PLACE]
    if not path:
        for way, unit in by_place[:1]:
            yield Fault(
                way,
                _("“%(unit)s” mengikuti tempat permohonan. Tulis di “area” isian tempat yang menentukannya.")
                % {"unit": unit},
            )
        return
    found = proof.leaf(path)
    places = [one.path for one in proof.form if one.kind == Kind.PLACE]
    if found is None or found.kind != Kind.PLACE:
        yield (
            _no_path(("area",), path, places)
            if places
            else Fault(("area",), _("Formulir ini belum punya isian jenis place."))
        )
        return
    if found.repetition or (by_place and not _always(found)):
        yield Fault(
            ("area",),
            _("Tempat permohonan harus satu dan selalu diisi, tetapi “%(path)s” berulang atau boleh kosong.")
            % {"path": path},
        )
    if found.data["level"] == "district" and any(unit == "village" for _way, unit in by_place):
        yield Fault(
            ("area",),
            _("“%(path)s” hanya sampai kecamatan, padahal ada pekerjaan kantor desa. Tulis level: village.")
            % {"path": path},
        )


def _papers(proof: _Proof) -> Iterator[Fault]:
    for number, one in enumerate(proof.data["requirements"]):
        seen = {HAVE, "none"}
        for place, other in enumerate(one["substitutes"]):
            way = ("requirements", number, "substitutes", place, "code")
            code = other["code"]
            if not WORD.fullmatch(code):
                yield Fault(
                    way, _("Kode “%(code)s” harus huruf kecil, angka, dan tanda hubung.") % {"code": code}
                )
            if code in seen:
                yield Fault(
                    way,
                    _("Kode “%(code)s” sudah dipakai di persyaratan ini. Pilih kode lain.") % {"code": code},
                )
            seen.add(code)


# ── functions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _functions(proof: _Proof) -> Iterator[Fault]:
    for number, one in enumerate(proof.data["checks"]):
        yield from _function(proof, ("checks", number), one, CHECKS)
    for number, step in enumerate(proof.data["steps"]):
        for word, known in (("checks", CHECKS), ("effects", EFFECTS)):
            for place, one in enumerate(step[word]):
                yield from _function(proof, ("steps", number, word, place), one, known)


def _function(proof: _Proof, way: Way, one: Data, known: Mapping[str, Function]) -> Iterator[Fault]:
    name = str(one["name"])
    function = known.get(name)
    if function is None:
        names = sorted(known)
        yield Fault(
            (*way, "name"),
            _("“%(name)s” tidak ada di lawang/cases/services/; yang ada: %(names)s.")
            % {"name": name, "names": listed(names) or _("belum ada satu pun")}
            + nearest(name, names),
            tuple(names),
        )
        return
    paths = {*proof.by_path, *proof.papers} | {
        f"{step['code']}.{asked.path}" for step in proof.data["steps"] for asked in walk(step["fields"], ())
    }
    for path in function.fields:
        if path not in paths:
            yield Fault(
                (*way, "name"),
                _("“%(name)s” membutuhkan isian “%(path)s”, yang tidak ada di layanan ini.")
                % {"name": name, "path": path}
                + nearest(path, sorted(paths)),
                tuple(sorted(paths)),
            )
    for parameter in function.parameters:
        if parameter not in proof.parameters and parameter not in one["parameters"]:
            yield Fault(
                (*way, "name"),
                _("“%(name)s” membutuhkan parameter “%(parameter)s”. Tambahkan di “parameters”.")
                % {"name": name, "parameter": parameter},
            )
    yield from _given(way, one, function)


def _given(way: Way, one: Data, function: Function) -> Iterator[Fault]:
    """The words beside a function's name are those that it takes."""
    name, given = str(one["name"]), one["parameters"]
    words = {word.name: word for word in function.given}
    known = [*words, *function.parameters]
    for word in function.given:
        if word.required and not given.get(word.name):
            may_be = f": {listed(word.values)}" if word.values else ""
            yield Fault(
                (*way, "name"),
                _("“%(name)s” membutuhkan “%(word)s” di “parameters”-nya%(may_be)s.")
                % {"name": name, "word": word.name, "may_be": may_be},
                word.values,
            )
    for word_name, value in given.items():
        if word_name not in known:
            yield Fault(
                (*way, "parameters", word_name),
                _("“%(name)s” tidak mengenal “%(word)s”; yang ada: %(known)s.")
                % {"name": name, "word": word_name, "known": listed(known) or _("belum ada satu pun")}
                + nearest(word_name, known),
                tuple(known),
            )
        elif word_name in words and words[word_name].values and value not in words[word_name].values:
            values = words[word_name].values
            yield Fault(
                (*way, "parameters", word_name),
                _("“%(word)s” di sini %(values)s, bukan “%(value)s”.")
                % {"word": word_name, "values": listed(values), "value": value}
                + nearest(value, values),
                values,
            )


def _parameters(proof: _Proof) -> Iterator[Fault]:
    reserved = {*letters.ALWAYS, *language.BUILT_IN, *(path.partition(".")[0] for path in proof.by_path)}
    for number, one in enumerate(proof.data["parameters"]):
        if one["name"] in reserved:
            yield Fault(
                ("parameters", number, "name"),
                _("Nama “%(name)s” sudah dipakai isian atau surat. Pilih nama lain.") % {"name": one["name"]},
            )
        if one["name"] == EXTENSION and not one["value"].isdecimal():
            yield Fault(
                ("parameters", number, "value"), _("Lama perpanjangan harus bilangan bulat, misalnya 7.")
            )
    for number, preset in enumerate(proof.data["presets"]):
        for name in preset["values"]:
            if name not in proof.parameters:
                known = sorted(proof.parameters)
                yield Fault(
                    ("presets", number, "values", name),
                    _("Parameter “%(name)s” tidak ada; yang ada: %(known)s.")
                    % {"name": name, "known": listed(known) or _("belum ada satu pun")}
                    + nearest(name, known),
                    tuple(known),
                )


# ── states and steps ────────────────────────────────────────────────────────────────────────────────────────────────


def _fee(proof: _Proof) -> Iterator[Fault]:
    """Pages print the price and then the note, so the note does not say it again."""
    for tongue, words in (proof.data.get("fee_note") or {}).items():
        with translation.override(tongue):
            price = catalogue.price_of(proof.data["fee"])
        if words.casefold().startswith(price.casefold()):
            yield Fault(
                ("fee_note", tongue),
                _("Halaman sudah menulis “%(price)s” di depan kalimat ini. Tulis hanya yang lain.")
                % {"price": price},
            )


def _states(proof: _Proof) -> Iterator[Fault]:
    if proof.data["start"] in proof.states and proof.phase(proof.data["start"]) != "open":
        yield Fault(
            ("start",),
            _("Permohonan yang baru diterima harus berada di keadaan bertahap open, bukan %(phase)s.")
            % {"phase": proof.phase(proof.data["start"])},
        )
    mains: dict[str, str] = {}
    for number, step in enumerate(proof.data["steps"]):
        if not step["is_main"]:
            continue
        for source in step["from"]:
            if source in mains:
                yield Fault(
                    ("steps", number, "is_main"),
                    _("Dari “%(state)s” sudah ada langkah utama, “%(step)s”. Satu keadaan satu tombol utama.")
                    % {"state": source, "step": mains[source]},
                )
            mains.setdefault(source, step["code"])
    for number, state in enumerate(proof.data["states"]):
        if state["phase"] == "waiting":
            yield from _waiting(proof, number, state)
        elif state["phase"] == "closed" and state.get("due"):
            yield Fault(("states", number, "due"), _("Yang sudah selesai tidak punya tenggat. Hapus “due”."))


def _waiting(proof: _Proof, number: int, state: Data) -> Iterator[Fault]:
    """An applicant who is asked can answer, and the case does not wait for ever."""
    kinds = {step["kind"]: step["by"] for step in proof.data["steps"] if state["code"] in step["from"]}
    if "answer" not in kinds:
        yield Fault(
            ("states", number, "phase"),
            _("Di “%(state)s” pemohon ditunggu, tetapi tidak ada langkah berjenis answer dari sini.")
            % {"state": state["code"]},
        )
    if "lapse" not in kinds:
        yield Fault(
            ("states", number, "phase"),
            _(
                "Di “%(state)s” pemohon ditunggu tanpa akhir. Tambahkan langkah berjenis lapse, by: clock, "
                "untuk yang tidak menjawab."
            )
            % {"state": state["code"]},
        )
    if state.get("due"):
        yield Fault(
            ("states", number, "due"),
            _("Berapa lama pemohon ditunggu tertulis di “answer_within”. Hapus “due” di sini."),
        )


def _steps(proof: _Proof) -> Iterator[Fault]:
    for number, step in enumerate(proof.data["steps"]):
        yield from _taker(proof, number, step)
        yield from _phases(proof, number, step)
        yield from _needs(proof, number, step)
    yield from _twins(proof)


def _taker(proof: _Proof, number: int, step: Data) -> Iterator[Fault]:
    way, kind, by = ("steps", number, "by"), step["kind"], step["by"]
    if (by == "applicant") != (kind in APPLICANTS):
        sentence = (
            _("Pemohon hanya mengambil langkah berjenis %(kinds)s; “%(kind)s” diambil petugas atau clock.")
            if by == "applicant"
            else _("Langkah berjenis “%(kind)s” diambil pemohon. Tulis by: applicant.")
        )
        yield Fault(way, sentence % {"kinds": listed(APPLICANTS), "kind": kind})
    elif by == "clock" and kind not in CLOCKS:
        yield Fault(
            way,
            _("Tanpa orang hanya langkah berjenis %(kinds)s yang berjalan, bukan “%(kind)s”.")
            % {"kinds": listed(CLOCKS), "kind": kind},
        )
    elif kind == "lapse" and by != "clock":
        yield Fault(way, _("Langkah berjenis lapse diambil waktu. Tulis by: clock."))
    elif by == "clock":
        for place, source in enumerate(step["from"]):
            if source in proof.states and (sentence := _clock_never_comes(proof, kind, source)):
                yield Fault(("steps", number, "from", place), sentence)


def _clock_never_comes(proof: _Proof, kind: str, source: str) -> str:
    """Return why a step by the clock would never be taken from a state; "" when it would."""
    phase = proof.phase(source)
    if phase not in CLOCKS[kind]:
        return _("Langkah %(kind)s oleh clock berangkat dari keadaan bertahap %(phases)s.") % {
            "kind": kind,
            "phases": listed(CLOCKS[kind]),
        }
    if phase == "decided" and not proof.states[source].get("due"):
        return _("Kapan “%(state)s” ditinggalkan? Tulis “due” pada keadaan itu.") % {"state": source}
    signed = {letter["code"] for letter in proof.data["letters"] if letter["signers"]}
    if phase == "open" and not any(
        step["to"] == source and step.get("letter") in signed for step in proof.data["steps"]
    ):
        return _(
            "Dari “%(state)s” clock hanya berjalan setelah suratnya ditandatangani, "
            "tetapi tidak ada langkah dengan surat bertanda tangan yang menuju ke sana."
        ) % {"state": source}
    return ""


def _phases(proof: _Proof, number: int, step: Data) -> Iterator[Fault]:
    kind, to = step["kind"], proof.phase(step["to"])
    sources = [(place, proof.phase(source)) for place, source in enumerate(step["from"])]
    if to == "open" and kind == "decide" and _counts_when_signed(proof, step):
        pass
    elif to and to not in TO_PHASES.get(kind, (to,)):
        yield Fault(
            ("steps", number, "to"),
            _("Langkah berjenis %(kind)s menuju keadaan bertahap %(phases)s, bukan %(phase)s.")
            % {"kind": kind, "phases": listed(TO_PHASES[kind]), "phase": to},
        )
    for place, phase in sources:
        if phase and phase not in FROM_PHASES.get(kind, (phase,)):
            yield Fault(
                ("steps", number, "from", place),
                _("Langkah berjenis %(kind)s berangkat dari keadaan bertahap %(phases)s, bukan %(phase)s.")
                % {"kind": kind, "phases": listed(FROM_PHASES[kind]), "phase": phase},
            )
    if to == "waiting" and kind != "ask":
        yield Fault(
            ("steps", number, "to"),
            _("Pemohon hanya ditunggu setelah diminta sesuatu: pakai langkah berjenis ask."),
        )
    undecided = any(phase in ("open", "waiting") for _place, phase in sources)
    if to in ("decided", "closed") and undecided and kind not in (*ENDS, "close", *TO_PHASES):
        yield Fault(
            ("steps", number, "kind"),
            _("Langkah ini mengakhiri permohonan, jadi harus berjenis %(kinds)s, bukan %(kind)s.")
            % {"kinds": listed(ENDS), "kind": kind},
            ENDS,
        )


def _needs(proof: _Proof, number: int, step: Data) -> Iterator[Fault]:
    """What a step of its kind must say, and what it may not."""
    way, kind = ("steps", number), step["kind"]
    if kind == "decide" and step["by"] == "clock" and not step["outcomes"]:
        for place, source in enumerate(step["from"]):
            if any(one["to"] == source and one["kind"] != "decide" for one in proof.data["steps"]):
                yield Fault(
                    (*way, "from", place),
                    _(
                        "Ke “%(state)s” ada langkah yang tidak memutuskan. Tulis “outcomes”: apa hasilnya di sini."
                    )
                    % {"state": source},
                )
    elif kind == "decide" and not step["outcomes"]:
        yield Fault(
            (*way, "kind"), _("Langkah decide membutuhkan “outcomes”: apa saja yang bisa diputuskan.")
        )
    if kind == "decide" and step["by"] == "clock" and len(step["outcomes"]) > 1:
        yield Fault((*way, "outcomes"), _("Clock tidak memilih: tulis satu hasil saja."))
    if kind != "decide" and step["outcomes"]:
        yield Fault((*way, "outcomes"), _("“outcomes” hanya untuk langkah berjenis decide."))
    written = _letter_of(proof, step)
    at_once = kind == "decide" and step["by"] != "clock" and proof.phase(step["to"]) != "open"
    if at_once and written and _is_what_was_asked(written):
        yield Fault(
            (*way, "letter"),
            _(
                "Langkah ini memutuskan sekarang, padahal “%(letter)s” baru berlaku setelah ditandatangani. "
                "Arahkan ke keadaan tersendiri bertahap open, lalu dari sana decide dengan by: clock."
            )
            % {"letter": written["code"]},
        )
    if kind == "issue" and not step.get("letter"):
        yield Fault((*way, "kind"), _("Langkah issue membutuhkan “letter”: surat yang dibuat."))
    if kind in ("record_result", "hand_over") and not step["system"]:
        yield Fault(
            (*way, "kind"), _("Tulis di “system” nama sistem atau instansi tujuan: SIAK, OSS, SP4N-LAPOR!.")
        )
    if step["system"] and kind not in ("record_result", "hand_over"):
        yield Fault((*way, "system"), _("“system” hanya untuk langkah berjenis record_result dan hand_over."))
    if kind == "extend" and EXTENSION not in proof.parameters:
        yield Fault(
            (*way, "kind"),
            _("Langkah extend membutuhkan parameter “extension_days”: berapa hari janjinya diperpanjang."),
        )
    if kind == "reopen" and not proof.data.get("reopen_within"):
        yield Fault(
            (*way, "kind"), _("Langkah reopen membutuhkan “reopen_within” pada layanan: sampai kapan boleh.")
        )
    if step["by"] not in TAKER_VERBS and (step["needs_reason"] or step["fields"]):
        word = "needs_reason" if step["needs_reason"] else "fields"
        yield Fault((*way, word), _("“%(word)s” hanya untuk langkah yang diambil petugas.") % {"word": word})
    if step["in_bulk"] and (
        kind not in IN_BULK
        or step["by"] not in TAKER_VERBS
        or step["fields"]
        or step["needs_reason"]
        or len(step["outcomes"]) > 1
    ):
        yield Fault(
            (*way, "in_bulk"),
            _(
                "Langkah ini tidak aman untuk banyak permohonan sekaligus: yang aman berjenis %(kinds)s, "
                "tanpa isian, tanpa alasan, dengan satu hasil."
            )
            % {"kinds": listed(IN_BULK)},
        )
    fields = {one["name"] for section in proof.data["sections"] for one in section["fields"]}
    if step["fields"] and (step["code"] in fields or step["code"] in proof.parameters):
        yield Fault(
            (*way, "code"),
            _(
                "Kode “%(code)s” sama dengan nama isian atau parameter; dalam surat keduanya tidak dapat dibedakan."
            )
            % {"code": step["code"]},
        )


def _letter_of(proof: _Proof, step: Data) -> Data | None:
    return next((one for one in proof.data["letters"] if one["code"] == step.get("letter")), None)


def _is_what_was_asked(letter: Data) -> bool:
    """Tell whether a letter that waits for signatures is itself what was asked for, and not only tells of it."""
    return bool(letter["signers"]) and letter["kind"] in ("certificate", "decision")


def _counts_when_signed(proof: _Proof, step: Data) -> bool:
    """Tell whether a decision is taken now and counts once its letter is signed: the clock goes on as was decided."""
    letter = _letter_of(proof, step)
    return (
        letter is not None
        and bool(letter["signers"])
        and any(
            one["kind"] == "decide"
            and one["by"] == "clock"
            and not one["outcomes"]
            and step["to"] in one["from"]
            for one in proof.data["steps"]
        )
    )


def _twins(proof: _Proof) -> Iterator[Fault]:
    """An applicant and the clock take the step of a kind, so from one state there is one of it."""
    seen: dict[tuple[str, str, str], str] = {}
    for number, step in enumerate(proof.data["steps"]):
        if step["by"] in TAKER_VERBS:
            continue
        for place, source in enumerate(step["from"]):
            kind = step["kind"] if step["by"] == "applicant" or step["kind"] == "lapse" else "go on"
            first = seen.setdefault((step["by"], kind, source), step["code"])
            if first != step["code"]:
                yield Fault(
                    ("steps", number, "from", place),
                    _("Dari “%(state)s” sudah ada langkah seperti ini, “%(step)s”. Cukup satu.")
                    % {"state": source, "step": first},
                )


def _graph(proof: _Proof) -> Iterator[Fault]:
    """What cannot work in the graph of states and steps; unknown states are told by the references."""
    graph = graph_of(proof.definition)
    states = [state["code"] for state in proof.data["states"]]
    steps = [step["code"] for step in proof.data["steps"]]
    told = (Trouble.UNKNOWN_SOURCE, Trouble.UNKNOWN_TARGET, Trouble.UNKNOWN_START, Trouble.UNKNOWN_PHASE)
    problems = [problem for problem in graph.problems() if problem.kind not in told]
    if proof.data["start"] in proof.states and not any(
        step["to"] not in proof.states for step in proof.data["steps"]
    ):
        problems += [
            one for one in graph.deadline_conflicts(proof.definition.clock) if one.kind == Trouble.TOO_LONG
        ]
        yield from _person_decides(proof)
    for problem in problems:
        place = steps.index(problem.place) if problem.is_step else states.index(problem.place)
        yield Fault(("steps" if problem.is_step else "states", place), problem.sentence)


def _person_decides(proof: _Proof) -> Iterator[Fault]:
    """Officers can bring a case from the receipt to its outcome without waiting for anybody else."""
    known, ways = {proof.data["start"]}, [proof.data["start"]]
    while ways:
        here = ways.pop()
        if proof.phase(here) in ("decided", "closed"):
            return
        signed = ("clock",) if proof.phase(here) == "open" else ()  # by officers, too
        for step in proof.data["steps"]:
            if here in step["from"] and step["by"] in (*TAKER_VERBS, *signed) and step["to"] not in known:
                known.add(step["to"])
                ways.append(step["to"])
    yield Fault(
        ("start",),
        _(
            "Dari “%(state)s” petugas tidak dapat sampai pada keputusan: tambahkan langkah decide, issue atau lainnya."
        )
        % {"state": proof.data["start"]},
    )


def _made_elsewhere(proof: _Proof) -> Iterator[Fault]:
    """What only a national system may make is handed over to it, and never written here."""
    system = proof.data["made_in"]
    if not system:
        return
    if not any(step["system"] == system for step in proof.data["steps"]):
        systems = sorted({step["system"] for step in proof.data["steps"] if step["system"]})
        yield Fault(
            ("made_in",),
            _("Hasilnya dibuat di %(system)s, tetapi tidak ada langkah record_result atau hand_over ke sana.")
            % {"system": system}
            + nearest(system, systems),
            tuple(systems),
        )
    for number, letter in enumerate(proof.data["letters"]):
        if letter["kind"] in ("certificate", "decision"):
            yield Fault(
                ("letters", number, "kind"),
                _("Hasil layanan ini dibuat di %(system)s, jadi di sini hanya ada receipt dan letter.")
                % {"system": system},
                ("receipt", "letter"),
            )


# ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _letters(proof: _Proof) -> Iterator[Fault]:
    allowed = set(letters.names(proof.definition))
    used = {step.get("letter") for step in proof.data["steps"]}
    if not SERIES.fullmatch(proof.data["series"]):
        yield Fault(("series",), _series(proof.data["series"]))
    for number, letter in enumerate(proof.data["letters"]):
        way = ("letters", number)
        if letter["series"] and not SERIES.fullmatch(letter["series"]):
            yield Fault((*way, "series"), _series(letter["series"]))
        if letter["series"] == proof.data["series"]:
            yield Fault(
                (*way, "series"),
                _("Seri “%(series)s” sudah dipakai nomor permohonan. Beri surat ini seri lain.")
                % {"series": letter["series"]},
            )
        if letter["kind"] in ("certificate", "decision"):
            for word, sentence in (
                ("series", _("Surat seperti ini bernomor. Tulis “series”, misalnya SKU.")),
                ("signers", _("Surat seperti ini ditandatangani. Tulis “signers”, misalnya [head].")),
            ):
                if not letter[word]:
                    yield Fault((*way, "kind"), sentence)
        if len(set(letter["signers"])) < len(letter["signers"]):
            yield Fault((*way, "signers"), _("Satu jabatan menandatangani satu kali."))
        if letter["kind"] != "receipt" and letter["code"] not in used:
            yield Fault(
                (*way, "code"),
                _("Surat “%(letter)s” tidak dipakai langkah mana pun. Tulis “letter” pada langkahnya.")
                % {"letter": letter["code"]},
            )
        for tongue, body in letter["body"].items():
            for found in language.faults(body, allowed):
                yield Fault((*way, "body", tongue), str(found), found.allowed)


def _series(word: str) -> str:
    return _("Seri “%(word)s” harus 2 sampai 10 huruf besar, misalnya AKL.") % {"word": word}


PARTS_OF_PROOF: tuple[Callable[[_Proof], Iterable[Fault]], ...] = (
    _fields,
    _conditions,
    _parties,
    _place,
    _papers,
    _functions,
    _parameters,
    _fee,
    _states,
    _steps,
    _graph,
    _made_elsewhere,
    _letters,
)
