"""Running the worked examples of a service on paper: its form, its checks, its steps and its promise, without a case.

The national holidays count as the `holidays` package has them, so that an example says the same everywhere.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from lawang.cases import letters
from lawang.cases.definition import PAPERS, Definition, Letter, Named, Step
from lawang.cases.reading import read_answers, unknown
from lawang.cases.services.registry import CHECKS, Facts
from lawang.documents import language
from lawang.lib import fields as lib
from lawang.lib.clock import Clock, due
from lawang.lib.dates import long_date
from lawang.lib.text import say
from lawang.packs.kinds import package_days
from lawang.packs.schema import Fault, listed, nearest
from lawang.people.calendar import WEEKEND, WorkingDays

ZONE = ZoneInfo(
    "Asia/Jakarta"
)  # an example's moments and days are all of one office: which one changes nothing
OFTEN_EMPTY = (
    "subject_name",
    "place",
    "reason",
    "reference",
    "outcome",
)  # of the names that every letter knows

Data = Mapping[str, Any]
Way = tuple[str | int, ...]


def faults(definition: Definition) -> Iterator[Fault]:
    """Yield where a worked example comes out differently from what it says."""
    for number, example in enumerate(definition.data["examples"]):
        for fault in _Example(definition, example).faults():
            yield Fault(("examples", number, *fault.way), fault.sentence, fault.words)


@lru_cache(maxsize=8)
def national_days(first: int, last: int) -> WorkingDays:
    """Return the working days of the years from `first` to `last` with national holidays and joint leave."""
    return WorkingDays(
        WEEKEND, frozenset(day for year in range(first, last + 1) for day in package_days(year))
    )


def until(clock: Clock, start: datetime) -> datetime:
    """Return the last moment of a span that begins at a moment, by the national calendar."""
    found = due(clock, start, days=national_days(start.year, start.year + 5), zone=ZONE)
    assert found is not None  # nothing pauses it
    return found


def moment(words: str) -> datetime | None:
    """Return "2026-03-17 10:00" as a moment; None when it is none."""
    try:
        return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    except ValueError:
        return None


@dataclass
class OnPaper:
    """Where a case would be: what the database would hold of it."""

    state: str
    at: datetime
    since: datetime
    asked_until: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    reference: str = ""
    extended: bool = False
    work: dict[str, lib.Answers] = field(default_factory=dict)


class _Example:
    def __init__(self, definition: Definition, example: Data) -> None:
        self.definition = definition
        self.example = example
        self.answers: lib.Answers = {}
        self.parameters: dict[str, str] = {}

    def faults(self) -> Iterator[Fault]:
        received = moment(self.example["received"])
        if received is None:
            yield _no_moment(("received",), self.example["received"])
            return
        yield from self._parameters()
        refused = yield from self._answers(received)
        if refused:
            return
        yield from self._due(received)
        yield from self._checks(received)
        yield from self._steps(received)

    def _parameters(self) -> Iterator[Fault]:
        definition = self.definition
        presets = {one["code"]: one["values"] for one in definition.data["presets"]}
        wanted = self.example["preset"]
        if wanted and wanted not in presets:
            yield Fault(("preset",), _unknown(wanted, list(presets)), tuple(presets))
        for name in self.example["parameters"]:
            if name not in definition.parameters:
                yield Fault(("parameters", name), _unknown(name, list(definition.parameters)))
        self.parameters = {
            **definition.parameters,
            **presets.get(wanted, {}),
            **self.example["parameters"],
        }

    def _answers(self, received: datetime) -> Generator[Fault, None, bool]:
        """Read the answers as the form would; return (yield from) whether they would be refused."""
        given = self.example["answers"]
        if not isinstance(given, dict):
            yield Fault(("answers",), _("Tulis jawaban sebagai kelompok: nama isian, titik dua, jawabannya."))
            return True
        expected = self.example["faults"]
        paths = [leaf.path for leaf in lib.leaves(self.definition.fields)]
        names = list(unknown(self.definition.fields, given))
        for path in names:
            yield Fault(("answers", *_way(path)), self._no_answer(path, paths), tuple(paths))
        with translation.override("id"):  # the words that an example expects are Indonesian
            read = read_answers(self.definition.fields, given, today=received.date())
        self.answers = read.answers
        for path, sentence in read.faults.items():
            if path not in expected:
                yield Fault(
                    ("answers", *_way(path)),
                    _("Contoh ini akan ditolak. %(path)s: %(sentence)s")
                    % {"path": path, "sentence": _unquoted(lib.look(given, path)) or sentence},
                )
            elif expected[path].casefold() not in sentence.casefold():
                yield Fault(
                    ("faults", path),
                    _("Kalimatnya ternyata “%(sentence)s”, tanpa “%(word)s”.")
                    % {"sentence": sentence, "word": expected[path]},
                )
        for path in expected:
            if path not in read.faults:
                yield Fault(
                    ("faults", path), _("Jawaban “%(path)s” ternyata tidak ditolak.") % {"path": path}
                )
        if expected:  # after a refusal that was not expected this would only repeat it
            for word in ("steps", "state", "due", "checks"):
                if self.example[word]:
                    yield Fault(
                        (word,),
                        _("Jawaban contoh ini ditolak, jadi tidak ada “%(word)s”. Hapus salah satunya.")
                        % {"word": word},
                    )
        return bool(read.faults or expected or names)

    def _no_answer(self, path: str, known: list[str]) -> str:
        group, _dot, code = path.partition(".")
        if group == PAPERS and (not code or any(one.code == code for one in self.definition.requirements)):
            sentence = _("Formulir hanya menanyakan persyaratan yang punya “substitutes”. Hapus “%(path)s”.")
            return sentence % {"path": path}
        return _unknown(path, known)

    def _due(self, received: datetime) -> Iterator[Fault]:
        if wanted := self.example["due"]:
            found = until(self.definition.clock, received).date()
            if wanted != found.isoformat():
                yield Fault(
                    ("due",),
                    _("Janjinya jatuh pada %(found)s (%(iso)s), bukan %(wanted)s.")
                    % {"found": long_date(found), "iso": found.isoformat(), "wanted": wanted},
                )

    def _facts(self, received: datetime, paper: OnPaper | None = None) -> Facts:
        return Facts(
            answers=self.answers,
            parameters=self.parameters,
            received=received.date(),
            today=(paper.at if paper else received).date(),
            work=paper.work if paper else {},
        )

    def _checks(self, received: datetime) -> Iterator[Fault]:
        named: dict[str, Named] = {}
        for one in self.definition.checks:
            named.setdefault(one.name, one)
        for step in self.definition.steps.values():
            for one in step.checks:
                named.setdefault(one.name, one)
        for name, wanted in self.example["checks"].items():
            if name not in named:
                yield Fault(("checks", name), _unknown(name, list(named)), tuple(named))
                continue
            result, why = _verdict(named[name], self._facts(received))
            if result != wanted:
                yield Fault(
                    ("checks", name),
                    _("Hasil pemeriksaan ini ternyata %(found)s, bukan %(wanted)s: %(why)s")
                    % {"found": result, "wanted": wanted, "why": why},
                )

    def _steps(self, received: datetime) -> Iterator[Fault]:
        paper = OnPaper(self.definition.start, received, received)
        for number, taken in enumerate(self.example["steps"]):
            found = [
                Fault(("steps", number, *fault.way), fault.sentence, fault.words)
                for fault in self._take(paper, taken, received)
            ]
            yield from found
            if found:
                return  # what follows would only repeat it
        wanted = self.example["state"]
        if wanted and wanted != paper.state:
            if wanted not in self.definition.states:
                yield Fault(("state",), _unknown(wanted, list(self.definition.states)))
            else:
                yield Fault(
                    ("state",),
                    _("Keadaan akhirnya ternyata “%(found)s”, bukan “%(wanted)s”.")
                    % {"found": paper.state, "wanted": wanted},
                )

    def _take(self, paper: OnPaper, taken: Data, received: datetime) -> Iterator[Fault]:
        """Take one step on paper, or yield why it cannot be taken."""
        definition = self.definition
        step = definition.steps.get(taken["take"])
        here = [one.code for one in definition.steps_from(paper.state)]
        if step is None or step.code not in here:
            yield Fault(
                ("take",),
                _("Dari “%(state)s” tidak ada langkah “%(step)s”; yang ada: %(steps)s.")
                % {"state": paper.state, "step": taken["take"], "steps": listed(here) or "–"}
                + nearest(taken["take"], here),
                tuple(here),
            )
            return
        at = moment(taken["at"])
        if at is None:
            yield _no_moment(("at",), taken["at"])
            return
        if at < paper.at:
            yield Fault(("at",), _("Langkah ini mendahului yang sebelumnya. Periksa tanggal dan jamnya."))
            return
        paper.at = at
        if sentence := self._too_early_or_late(paper, step):
            yield Fault(("at",), sentence)
        yield from self._outcome(step, taken)
        values = yield from self._values(step, taken, at)
        if values:
            paper.work[step.code] = values
        for one in step.checks:
            result, why = _verdict(one, self._facts(received, paper))
            if result != "passed":
                yield Fault(
                    ("take",),
                    _("Pemeriksaan “%(check)s” menolak langkah ini: %(why)s")
                    % {"check": one.name, "why": why},
                )
        self._arrive(paper, step, taken)
        yield from self._letter(paper, step)

    def _too_early_or_late(self, paper: OnPaper, step: Step) -> str:
        definition = self.definition
        if step.kind == "lapse" and paper.asked_until and paper.at <= paper.asked_until:
            return _("Pemohon masih boleh menjawab sampai %(day)s.") % {"day": long_date(paper.asked_until)}
        if step.kind == "reopen" and definition.reopen_within and paper.ended_at:
            last = until(definition.reopen_within, paper.ended_at)
            if paper.at > last:
                return _("Membuka kembali hanya boleh sampai %(day)s.") % {"day": long_date(last)}
        if step.kind == "extend" and paper.extended:
            return _("Perpanjangan hanya satu kali.")
        clock = definition.states[paper.state].due
        if step.by == "clock" and definition.phase_of(paper.state) == "decided" and clock:
            last = until(clock, paper.since)
            if paper.at <= last:
                return _("Langkah oleh clock ini baru berjalan setelah %(day)s.") % {"day": long_date(last)}
        return ""

    def _outcome(self, step: Step, taken: Data) -> Iterator[Fault]:
        outcome = taken.get("outcome", "")
        if step.kind != "decide":
            if outcome:
                yield Fault(("outcome",), _("“outcome” hanya untuk langkah berjenis decide."))
        elif outcome not in step.outcomes and not (step.by == "clock" and not outcome):
            yield Fault(
                ("outcome",) if outcome else ("take",),
                _("Tulis “outcome”, salah satu dari: %(words)s.") % {"words": listed(step.outcomes)},
                step.outcomes,
            )

    def _values(self, step: Step, taken: Data, at: datetime) -> Generator[Fault, None, lib.Answers]:
        """Read what an officer enters with the step; return (yield from) the clean values."""
        given = taken["fields"]
        if not isinstance(given, dict):
            yield Fault(("fields",), _("Tulis isian sebagai kelompok: nama isian, titik dua, jawabannya."))
            return {}
        paths = [leaf.path for leaf in lib.leaves(step.fields)]
        for path in unknown(step.fields, given):
            yield Fault(("fields", *_way(path)), _unknown(path, paths), tuple(paths))
        with translation.override("id"):
            read = read_answers(step.fields, given, today=at.date())
        for path, sentence in read.faults.items():
            yield Fault(
                ("fields", *_way(path)),
                _("Isian langkah ini akan ditolak. %(path)s: %(sentence)s")
                % {"path": path, "sentence": _unquoted(lib.look(given, path)) or sentence},
            )
        return read.answers

    def _arrive(self, paper: OnPaper, step: Step, taken: Data) -> None:
        definition = self.definition
        if definition.phase_of(paper.state) == "open" and step.by != "clock":
            paper.outcome = ""
        paper.state, paper.since = step.to, paper.at
        paper.asked_until = until(definition.answer_within, paper.at) if step.kind == "ask" else None
        decided = step.outcomes[0] if step.outcomes and step.by == "clock" else ""
        paper.outcome = taken.get("outcome", "") or decided or paper.outcome
        paper.extended = paper.extended or step.kind == "extend"
        if step.system:
            paper.reference = step.system
        if step.kind in ("reopen", "correct"):
            paper.ended_at, paper.outcome = None, ""
        elif definition.phase_of(step.to) in ("decided", "closed"):
            paper.ended_at = paper.ended_at or paper.at

    def _letter(self, paper: OnPaper, step: Step) -> Iterator[Fault]:
        letter = self.definition.letters.get(step.letter)
        if letter is None:
            return
        for name in holes(self.definition, letter, self.answers, self.parameters, paper):
            yield Fault(
                ("take",),
                _(
                    "Surat “%(letter)s” akan berlubang di sini: “%(name)s” tidak ada isinya. "
                    "Tulis dalam surat [[%(name)s: kalimat dengan {{%(name)s}}]]."
                )
                % {"letter": letter.code, "name": name},
            )


def holes(
    definition: Definition,
    letter: Letter,
    answers: lib.Answers,
    parameters: Mapping[str, str],
    paper: OnPaper,
) -> list[str]:
    """Return the names that a letter needs and that have no value in such a case.

    What may be missing stands in [[name: sentence]], or in a row of a table.
    """
    values = {name: "…" for name in (*letters.ALWAYS, *language.BUILT_IN) if name not in OFTEN_EMPTY}
    values |= {name: value for name, value in parameters.items() if value}
    if definition.subject:
        values["subject_name"] = "…"
    if definition.area:
        values["place"] = "…"
    values |= {name: value for name in ("outcome", "reference") if (value := getattr(paper, name))}
    if paper.outcome in ("refused", "partly", "not_held"):
        values["reason"] = "…"
    values |= _written(definition.fields, answers, "")
    for code, entered in paper.work.items():
        values |= _written(definition.steps[code].fields, entered, f"{code}.")
    return language.missing(language.parse(say(letter.body, "id")), values)


def _written(fields: tuple[lib.Field, ...], answers: lib.Answers, before: str) -> dict[str, str]:
    """Return path -> something, for every answer that there is."""
    return {
        f"{before}{leaf.path}": "…"
        for leaf in lib.leaves(fields, lib.times_in(answers))
        if lib.look(answers, leaf.path) not in (None, "", [])
    }


def _verdict(one: Named, facts: Facts) -> tuple[str, str]:
    try:
        verdict = CHECKS[one.name].function(facts, one.parameters)
    except Exception as error:  # a check of ours that falls is told where it was used
        return "error", f"{type(error).__name__}: {error}"
    return verdict.result, str(verdict.why)


def _way(path: str) -> Way:
    """Return the way to an answer in the file: repetitions count from 1 in paths, from 0 in files."""
    return tuple(int(step) - 1 if step.isdigit() else step for step in path.split("."))


def _unknown(name: str, known: list[str]) -> str:
    return _("“%(name)s” tidak ada; yang ada: %(known)s.") % {
        "name": name,
        "known": listed(known) or _("belum ada satu pun"),
    } + nearest(name, known)


def _unquoted(value: Any) -> str:
    """Return what to do about an answer that YAML took for true or false, "" for any other."""
    if not isinstance(value, bool):
        return ""
    return _("Beri tanda kutip: tanpa itu true dan false tidak dibaca sebagai teks.")


def _no_moment(way: Way, words: str) -> Fault:
    return Fault(
        way, _("Tulis tanggal dan jam seperti 2026-03-17 10:00, bukan “%(words)s”.") % {"words": words}
    )
