"""How a case goes: states, steps, who takes them, what the clock does, the graph of them all."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from lawang.cases import catalogue
from lawang.cases.definition import graph_of
from lawang.cases.proofs.proof import Data, Proof
from lawang.cases.rules import TAKER_VERBS
from lawang.lib.steps import Trouble
from lawang.packs.schema import Fault, listed, nearest

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


def of_fee(proof: Proof) -> Iterator[Fault]:
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


def of_states(proof: Proof) -> Iterator[Fault]:
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


def _waiting(proof: Proof, number: int, state: Data) -> Iterator[Fault]:
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


def of_steps(proof: Proof) -> Iterator[Fault]:
    for number, step in enumerate(proof.data["steps"]):
        yield from _taker(proof, number, step)
        yield from _phases(proof, number, step)
        yield from _needs(proof, number, step)
    yield from _twins(proof)


def _taker(proof: Proof, number: int, step: Data) -> Iterator[Fault]:
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


def _clock_never_comes(proof: Proof, kind: str, source: str) -> str:
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


def _phases(proof: Proof, number: int, step: Data) -> Iterator[Fault]:
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
    undecided = any(phase in ("open", "waiting") for of_place, phase in sources)
    if to in ("decided", "closed") and undecided and kind not in (*ENDS, "close", *TO_PHASES):
        yield Fault(
            ("steps", number, "kind"),
            _("Langkah ini mengakhiri permohonan, jadi harus berjenis %(kinds)s, bukan %(kind)s.")
            % {"kinds": listed(ENDS), "kind": kind},
            ENDS,
        )


def _needs(proof: Proof, number: int, step: Data) -> Iterator[Fault]:
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


def _letter_of(proof: Proof, step: Data) -> Data | None:
    return next((one for one in proof.data["letters"] if one["code"] == step.get("letter")), None)


def _is_what_was_asked(letter: Data) -> bool:
    """Tell whether a letter that waits for signatures is itself what was asked for, and not only tells of it."""
    return bool(letter["signers"]) and letter["kind"] in ("certificate", "decision")


def _counts_when_signed(proof: Proof, step: Data) -> bool:
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


def _twins(proof: Proof) -> Iterator[Fault]:
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


def of_graph(proof: Proof) -> Iterator[Fault]:
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


def _person_decides(proof: Proof) -> Iterator[Fault]:
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


def of_systems(proof: Proof) -> Iterator[Fault]:
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
