"""What is asked: fields, their limits, conditions; whose case it is, where, with which papers."""

import re
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from lawang.cases import letters
from lawang.cases.definition import HAVE, PAPERS
from lawang.cases.offices import BY_PLACE
from lawang.cases.proofs.proof import Asked, Data, Proof, Way, walk
from lawang.documents import language
from lawang.lib.fields import CLOSED, Kind
from lawang.packs.schema import Fault, listed, nearest

NAME = re.compile(r"[a-z][a-z0-9_]*")
WORD = re.compile(r"[a-z0-9][a-z0-9_-]*")
PARTS = ("_day", "_month", "_year")  # under which a form sends the parts of a date
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


def of_fields(proof: Proof) -> Iterator[Fault]:
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


def of_conditions(proof: Proof) -> Iterator[Fault]:
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
    proof: Proof, one: Asked, condition: Data, own: Mapping[str, Asked] | None = None
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


def of_parties(proof: Proof) -> Iterator[Fault]:
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


def _party_path(proof: Proof, way: Way, column: str, path: str) -> Iterator[Fault]:
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


def of_place(proof: Proof) -> Iterator[Fault]:
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


def of_papers(proof: Proof) -> Iterator[Fault]:
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
