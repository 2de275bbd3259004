"""What a case page shows of answers, papers, checks, messages and history: a Dossier in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases import deadlines, history, marks
from lawang.cases.definition import HAVE, Definition, Requirement
from lawang.cases.desk.dossier import Dossier, Lines
from lawang.cases.letters import shown
from lawang.cases.models import Case, CaseLink
from lawang.cases.offices import days_of
from lawang.cases.services.registry import CHECKS, FAILED, PASSED, UNSURE, verdict_of
from lawang.lib import clock
from lawang.lib import fields as lib
from lawang.lib.clock import Kind, Pause
from lawang.lib.dates import long_moment
from lawang.lib.text import say
from lawang.people.node import zone
from lawang.web.charts import Lane, lanes

PICTURES = ("image/jpeg", "image/png", "image/webp")


# Answers


@dataclass(frozen=True)
class Answer:
    title: str
    value: str
    is_closed: bool = False  # there is an answer that this person may not read
    is_long: bool = False


@dataclass
class Block:
    """Answers that belong together under a heading; a group that repeats gives one block each."""

    title: str
    answers: list[Answer] = field(default_factory=list)
    blocks: "list[Block]" = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.answers and all(block.is_empty for block in self.blocks)


def answers_of(dossier: Dossier) -> list[Block]:
    """Return what was answered, in the parts and order of the form; what was not asked is left out."""
    areas = _areas(dossier.definition.fields, dossier.answers)
    found = [
        _block(say(section.title), section.fields, "", dossier, areas)
        for section in dossier.definition.sections
    ]
    return [block for block in found if not block.is_empty]


def work_of(dossier: Dossier) -> list[Block]:
    """Return what officers entered with the steps so far."""
    found = []
    for code, values in dossier.work.items():
        step = dossier.definition.steps.get(code)
        if step is None or not step.fields:
            continue
        areas = _areas(step.fields, values)
        found.append(_block(say(step.title), step.fields, "", dossier, areas, values))
    return [block for block in found if not block.is_empty]


def _areas(fields: tuple[lib.Field, ...], answers: lib.Answers) -> dict[str, str]:
    """Return code -> name of all places in the answers; one query, none without places."""
    codes = {
        str(value)
        for leaf in lib.leaves(fields, lib.times_in(answers))
        if leaf.field.kind == lib.Kind.PLACE and (value := lib.look(answers, leaf.path))
    }
    return {area.code: area.title for area in Area.objects.filter(code__in=codes)} if codes else {}


def _block(
    title: str,
    fields: Iterable[lib.Field],
    before: str,
    dossier: Dossier,
    areas: dict[str, str],
    answers: lib.Answers | None = None,
) -> Block:
    given = dossier.answers if answers is None else answers
    block = Block(title)
    for one in fields:
        path = f"{before}{one.name}"
        if one.kind == lib.Kind.GROUP:
            for name, prefix in _turns(one, path, given):
                block.blocks.append(_block(name, one.fields, prefix, dossier, areas, answers))
        elif one.kind != lib.Kind.FILE and (answer := _answer(one, path, given, dossier, areas)):
            block.answers.append(answer)
    block.blocks = [inner for inner in block.blocks if not inner.is_empty]
    return block


def _turns(group: lib.Field, path: str, answers: lib.Answers) -> list[tuple[str, str]]:
    if not group.repeats:
        return [(say(group.title), f"{path}.")]
    found = lib.look(answers, path)
    count = len(found) if isinstance(found, list) else 0
    return [(f"{say(group.title)} {number}", f"{path}.{number}.") for number in range(1, count + 1)]


def _answer(
    one: lib.Field, path: str, answers: lib.Answers, dossier: Dossier, areas: dict[str, str]
) -> Answer | None:
    value = lib.look(answers, path)
    title = say(one.title)
    if value in (None, "", []):
        closed = one.privacy in lib.CLOSED and str(one.privacy) not in dossier.classes
        return Answer(title, "", is_closed=True) if closed and one.required else None
    words = areas.get(str(value), str(value)) if one.kind == lib.Kind.PLACE else shown(one, value)
    if one.format == "time":
        words = words.replace(":", "." if (get_language() or "id").startswith("id") else ":")
    return Answer(title, words, is_long=one.kind == lib.Kind.LONG_TEXT)


# Papers


@dataclass(frozen=True)
class Sheet:
    """One file of a paper."""

    name: str
    file: str  # key; "" while it is not here, or closed to this person
    is_picture: bool
    words: str  # "PDF, 340 KB", or what is wrong


@dataclass(frozen=True)
class Paper:
    """One requirement, or file field of the form, with what was handed in for it."""

    title: str
    note: str  # what takes its place, or that it is missing
    sheets: tuple[Sheet, ...]
    is_missing: bool = False


def papers_of(dossier: Dossier) -> list[Paper]:
    """Return the papers in the order of the requirements; last those that belong to a field of the form."""
    rest = list(dossier.papers)
    found = []
    for one in dossier.definition.requirements:
        mine = [row for row in rest if row.paper == one.path]
        rest = [row for row in rest if row.paper != one.path]
        choice = lib.look(dossier.answers, one.path) if one.substitutes else HAVE
        if not mine and not _is_asked(one, dossier.answers):
            continue
        found.append(_paper(one, str(choice or ""), mine, dossier))
    titles = {leaf.path: say(leaf.field.title) for leaf in _file_leaves(dossier.definition, dossier.answers)}
    for path in dict.fromkeys(row.paper for row in rest):
        sheets = tuple(_sheet(row, dossier) for row in rest if row.paper == path)
        found.append(Paper(titles.get(path, path), "", sheets))
    return found


def _is_asked(one: Requirement, answers: lib.Answers) -> bool:
    leaf = lib.Leaf(one.path, lib.Field(one.code, lib.Kind.FILE, one.title, show_when=one.show_when))
    return lib.is_asked(leaf, answers)


def _file_leaves(definition: Definition, answers: lib.Answers) -> Iterator[lib.Leaf]:
    most = lambda _path, group: group.most_times  # noqa: E731
    return (leaf for leaf in lib.leaves(definition.fields, most) if leaf.field.kind == lib.Kind.FILE)


def _paper(one: Requirement, choice: str, rows: Sequence[Lines], dossier: Dossier) -> Paper:
    sheets = tuple(_sheet(row, dossier) for row in rows)
    substitute = next((other for other in one.substitutes if other.code == choice), None)
    note = ""
    if substitute is not None:
        note = _("Memakai pengganti: %(title)s.") % {"title": say(substitute.title)}
    elif choice == "none":
        note = _("Pemohon menyatakan tidak ada.")
    comes = one.is_uploaded if substitute is None else substitute.is_uploaded
    is_missing = not sheets and comes and choice != "none"
    if is_missing:
        missing = (
            _("Diserahkan di loket; belum dipindai.")
            if dossier.case.channel != Case.Channel.WEB
            else _("Berkasnya belum ada.")
        )
        note = f"{note} {missing}".strip()
    return Paper(say(one.title), note, sheets, is_missing)


def _sheet(row: Lines, dossier: Dossier) -> Sheet:
    if row.trouble:
        return Sheet(row.name, "", False, row.trouble)
    if not row.file:
        share = round(100 * row.offset / row.size) if row.size else 0
        return Sheet(
            row.name, "", False, _("Sedang dikirim dari HP pemohon: %(share)s %%.") % {"share": share}
        )
    if row.privacy in map(str, lib.CLOSED) and row.privacy not in dossier.classes:
        return Sheet(row.name, "", False, _("Tertutup untuk peran Anda."))
    kind = "PDF" if row.kind == "application/pdf" else _("Foto") if row.kind in PICTURES else _("Berkas")
    return Sheet(
        row.name,
        str(row.file),
        row.kind in PICTURES,
        _("%(kind)s, %(size)s KB") % {"kind": kind, "size": max(1, row.size // 1000)},
    )


# Checks


@dataclass(frozen=True)
class Verdict:
    title: str
    result: str
    why: str
    mark: marks.Shown | None = None

    @property
    def word(self) -> str:
        if self.mark is not None:
            return self.mark.word
        return {
            PASSED: _("Cocok"),
            FAILED: _("Tidak cocok"),
            UNSURE: _("Perlu dilihat"),
        }[self.result]

    @property
    def css(self) -> str:
        if self.mark is not None:
            return "warn"
        return {PASSED: "good", FAILED: "off", UNSURE: "warn"}[self.result]


def checks_of(dossier: Dossier) -> list[Verdict] | None:
    """Return what the service's named checks say; None when they read data that is closed to this person."""
    if not dossier.definition.checks:
        return []
    if not dossier.opens_everything or dossier.is_erased:
        return None
    found = []
    for named in dossier.definition.checks:
        verdict = verdict_of(named.name, dossier.facts, named.parameters)
        mark = marks.shown(verdict, named, dossier.definition, dossier.facts, dossier.sources)
        found.append(Verdict(str(CHECKS[named.name].title), verdict.result, verdict.why, mark))
    order = (FAILED, UNSURE, PASSED)
    return sorted(found, key=lambda one: order.index(one.result))


def marks_of(dossier: Dossier, checks: list[Verdict] | None) -> list[str]:
    """Return what the case is known by, beside its state."""
    if checks is None:
        return [one.word for one in marks.flagged(dossier.case)]
    return [check.mark.word for check in checks if check.mark is not None]


# Time


@dataclass(frozen=True)
class Promise:
    """What was promised and how it stands, in words for officers."""

    words: str  # "3 hari kerja"
    due: datetime | None
    left: str  # "2 hari kerja lagi", "lewat 1 hari kerja"
    is_late: bool
    missed: datetime | None = None  # the deadline that had passed, also while the clock stands


def promise_of(dossier: Dossier) -> Promise:
    """Return the promise of the whole case."""
    case, at = dossier.case, dossier.at
    span = deadlines.promised(dossier.definition, case)
    days = days_of(case.owner)
    pauses = [
        Pause(stay.entered_at, stay.left_at)
        for stay in dossier.stays
        if stay.phase in deadlines.STANDS and stay.phase != Case.Phase.CLOSED
    ]
    running = case.phase in (Case.Phase.OPEN, Case.Phase.WAITING)
    if not running:
        late = case.decided_on_time is False
        return Promise(clock.words(span), case.due_at, "", late)
    remaining = clock.left(span, case.received_at, at, days=days, zone=zone(), pauses=pauses)
    missed = clock.missed(span, case.received_at, at, days=days, zone=zone(), pauses=pauses)
    late = deadlines.is_late(case, at)
    return Promise(
        clock.words(span), case.due_at, _left(span.kind, remaining, late=bool(missed)), late, missed
    )


def _left(kind: Kind, count: int, *, late: bool) -> str:
    unit = clock.words(clock.Clock(kind, abs(count)))
    if late:
        return _("lewat %(span)s") % {"span": unit} if count else _("baru saja lewat")
    return _("%(span)s lagi") % {"span": unit} if count else _("hari terakhir")


def lanes_of(dossier: Dossier) -> Any:
    """Draw one bar for each stay of the case, on one line of time; with its table."""
    case = dossier.case
    rows = []
    for stay in dossier.stays:
        if stay.phase == Case.Phase.CLOSED or (stay.phase == Case.Phase.DECIDED and stay.left_at is None):
            continue
        state = dossier.definition.states.get(stay.state)
        end = stay.left_at or dossier.at
        waits = stay.phase == Case.Phase.WAITING
        kind = "wait" if waits else "own" if stay.office_id == case.owner_id else "other"
        who = _("Pemohon") if waits else stay.office
        rows.append(
            Lane(
                say(state.title) if state else stay.state,
                who,
                stay.entered_at,
                end,
                _spell(end - stay.entered_at, stay.days),
                kind,
                is_late=bool(stay.due_at and end > stay.due_at and not waits),
            )
        )
    if not rows:
        return ""
    return lanes(
        rows,
        title=_("Di mana waktunya"),
        kinds={
            "own": _("kantor yang bertanggung jawab"),
            "other": _("kantor lain"),
            "wait": _("menunggu pemohon, waktu berhenti"),
        },
        heads=(_("Tahap"), _("Dipegang"), _("Masuk"), _("Keluar"), _("Lama")),
        now=_("sekarang") if case.phase in (Case.Phase.OPEN, Case.Phase.WAITING) else "",
    )


def _spell(span: Any, days: int | None) -> str:
    """Return how long a stay took: working days where they were counted, else calendar time."""
    if days:
        return ngettext("%(days)s hari kerja", "%(days)s hari kerja", days) % {"days": days}
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)s menit", "%(count)s menit", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        return ngettext("%(count)s jam", "%(count)s jam", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s hari", "%(count)s hari", minutes // 1440) % {"count": minutes // 1440}


@dataclass(frozen=True)
class Share:
    """How long one office, or the applicant, had the case."""

    who: str
    span: str
    kind: str
    seconds: float


def shares_of(dossier: Dossier) -> list[Share]:
    """Return who had the case how long altogether, the longest first."""
    seconds: dict[tuple[str, str], float] = {}
    for stay in dossier.stays:
        if stay.phase in (Case.Phase.DECIDED, Case.Phase.CLOSED):
            continue
        waits = stay.phase == Case.Phase.WAITING
        kind = "wait" if waits else "own" if stay.office_id == dossier.case.owner_id else "other"
        who = _("Pemohon") if waits else str(stay.office)
        seconds[who, kind] = (
            seconds.get((who, kind), 0.0) + ((stay.left_at or dossier.at) - stay.entered_at).total_seconds()
        )
    found = [
        Share(who, _spell(timedelta(seconds=total), None), kind, total)
        for (who, kind), total in seconds.items()
    ]
    return sorted(found, key=lambda one: -one.seconds)


# Cases that belong together


@dataclass(frozen=True)
class Linked:
    """Another case, and how this one belongs to it."""

    key: str
    number: str
    service: Any  # Text
    words: str


_TO = {
    CaseLink.Kind.OBJECTION: gettext_lazy("ini keberatan atasnya"),
    CaseLink.Kind.DUPLICATE: gettext_lazy("sama dengan ini"),
    CaseLink.Kind.FOLLOWS: gettext_lazy("ini lanjutannya"),
}
_FROM = {
    CaseLink.Kind.OBJECTION: gettext_lazy("keberatan atas ini"),
    CaseLink.Kind.DUPLICATE: gettext_lazy("sama dengan ini"),
    CaseLink.Kind.FOLLOWS: gettext_lazy("lanjutan dari ini"),
}


def linked(dossier: Dossier) -> list[Linked]:
    """Return the cases to which this one is linked, those linked to it, and those filed together with it."""
    found = [Linked(one.key, one.number, one.service, str(_TO[one.kind])) for one in dossier.links_to]
    found += [Linked(one.key, one.number, one.service, str(_FROM[one.kind])) for one in dossier.links_from]
    found += [Linked(one.key, one.number, one.service, _("diajukan bersama")) for one in dossier.siblings]
    return found


# Messages and history


@dataclass(frozen=True)
class Message:
    """One thing that was said, by the office or by the applicant, whatever way it went."""

    at: datetime
    who: str
    title: str
    words: str
    items: tuple[str, ...] = ()
    delivery: str = ""  # "terkirim lewat surel", "gagal: ..."
    css: str = ""
    resend: str = ""  # key of a message that failed


def messages_of(dossier: Dossier) -> list[Message]:
    """Return asks, answers and notes to and from the applicant, and what was mailed, newest first."""
    found = [_mail(row) for row in dossier.mail if row.kind != "case_escalated"]
    for ask in dossier.asks:
        if ask.answered_at:
            found.append(
                Message(ask.answered_at, _("Pemohon"), _("Menjawab permintaan"), dossier.words(ask.answer))
            )
        found.append(
            Message(
                ask.asked_at,
                ask.by,
                _("Meminta dilengkapi, paling lambat %(until)s") % {"until": long_moment(ask.until)},
                "",
                tuple(ask.items),
            )
        )
    for note in dossier.notes:
        if note.reader == "office":
            found.append(
                Message(note.at, _("Pemohon"), _("Menulis"), dossier.words(note.words), css="accent")
            )
        elif note.reader == "citizen":
            found.append(
                Message(note.at, note.by or "", _("Menulis kepada pemohon"), dossier.words(note.words))
            )
    return sorted(found, key=lambda one: one.at, reverse=True)


_DELIVERED = {"sent": "good", "failed": "off", "waiting": "idle"}


def _mail(row: Lines) -> Message:
    if row.state == "sent":
        delivery = (
            _("Surel terkirim %(at)s") % {"at": long_moment(row.sent_at)}
            if row.sent_at
            else _("Surel terkirim")
        )
    elif row.state == "failed":
        delivery = _("Surel tidak sampai")
    else:
        delivery = _("Surel menunggu dikirim")
    return Message(
        row.made_at,
        _("Sistem"),
        row.subject,
        "",
        delivery=delivery,
        css=_DELIVERED[row.state],
        resend=str(row.key) if row.state == "failed" else "",
    )


@dataclass(frozen=True)
class Happened:
    at: datetime
    title: str
    who: str
    words: str


def history_of(dossier: Dossier) -> list[Happened]:
    """Return the history in plain words, newest first."""
    return [_happened(entry, dossier) for entry in dossier.entries]


def _happened(entry: Lines, dossier: Dossier) -> Happened:
    said = [part for part in (*_detail(entry, dossier), dossier.secret(entry), entry.note) if part]
    title = history.title(entry.verb, entry.after, dossier.definition)
    return Happened(entry.at, title, entry.by or _nobody(entry), " ".join(said))


def _nobody(entry: Lines) -> str:
    by_applicant = {"case_filed", "case_answer", "case_withdraw", "case_reopen", "case_note", "case_objected"}
    return _("Pemohon") if entry.verb in by_applicant else _("Otomatis")


def _detail(entry: Lines, dossier: Dossier) -> list[str]:
    """Say what an entry changed, and the number in another system for who may read it."""
    case = dossier.case
    known = (case.office, case.owner, case.escalated_to)
    offices = {office.code: office.short_name for office in known if office}
    said = history.sentences(entry.verb, entry.before, entry.after, dossier.definition, offices)
    if reference := dossier.sealed_of(entry).get("reference"):
        said.append(_("Nomor: %(reference)s.") % {"reference": reference})
    return said
