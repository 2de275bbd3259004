"""What an applicant is told of a case: gathered once, in few queries, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.cases import answers as kept
from lawang.cases import letters, messages, progress
from lawang.cases.definition import HAVE, Definition, definition_of
from lawang.cases.marks import Shown, marks_of
from lawang.cases.models import Ask, Attachment, Case, Note
from lawang.documents.models import Document
from lawang.lib import codes
from lawang.lib import fields as lib
from lawang.lib.text import Text, say
from lawang.people.models import Agency, Membership, Party, User
from lawang.people.node import day_of
from lawang.people.proving import is_proved
from lawang.record import verbs
from lawang.record.actions import thing_name
from lawang.record.models import Access, Entry, Outbox
from lawang.record.sealing import keyed_hash


@dataclass(frozen=True)
class CaseRow:
    """One case in a list of mine."""

    code: str
    number: str
    title: Text
    state: str
    received_at: datetime
    due_at: datetime | None
    is_waiting: bool
    is_over: bool


def row_of(case: Case) -> CaseRow:
    definition = definition_of(case.version)
    return CaseRow(
        case.code,
        case.number,
        case.service.title,
        say(definition.states[case.state].title),
        case.received_at,
        case.due_at if case.phase == Case.Phase.OPEN else None,
        case.phase == Case.Phase.WAITING,
        case.phase in progress.ENDED,
    )


@dataclass(frozen=True)
class Said:
    """One thing that was said between office and applicant."""

    at: datetime
    by_office: bool
    words: str
    items: tuple[str, ...] = ()  # of a question: what was missing


@dataclass(frozen=True)
class Question:
    """What is asked of the applicant now."""

    items: tuple[str, ...]
    until: datetime
    asked_at: datetime
    lapses: bool  # not answered by then, the case ends


@dataclass(frozen=True)
class Other:
    """Another case that belongs to this one."""

    code: str
    number: str
    title: Text
    together: bool


@dataclass(frozen=True)
class Told:
    """Everything the page of a case says beside its forms."""

    state: str
    citizen: str
    marks: list[progress.Mark]
    promise: progress.Promise | None
    office: str
    officer: str  # name of the handler, where the regency tells it
    next: str  # title of what comes after the present state
    question: Question | None
    said: list[Said]
    outcome: str
    reason: str
    reference: str  # number in another system
    documents: list[Document]
    late_papers: list[dict[str, str]]  # announced and not here yet, or refused: name, trouble
    siblings: list[Other]  # asked for together with this one
    related: list[Other]
    known_as: list[Shown]  # "Terlambat dilaporkan"


def find(code: str) -> Case | None:
    """Return the case with a code and everything around it that its page needs, in one query.

    Beside its own: `late_papers` (name, trouble) and `others` (code, number, title, together), lists of mappings.
    """
    late = Attachment.objects.filter(case=OuterRef("pk")).filter(Q(file=None) | ~Q(trouble=""))
    together = Q(bundle=OuterRef("bundle"))
    others = (
        Case.objects.filter(Q(links__to=OuterRef("pk")) | Q(linked_from__case=OuterRef("pk")) | together)
        .exclude(pk=OuterRef("pk"))
        .order_by("pk")
        .distinct()
    )
    return (
        Case.objects.select_related(
            "service", "version", "owner__calendar", "office__calendar", "handler", "area"
        )
        .select_related("applicant", "subject", "representative")
        .defer("version__definition")
        .annotate(
            late_papers=ArraySubquery(
                late.order_by("number").values(one=JSONObject(name="name", trouble="trouble"))
            ),
            others=ArraySubquery(
                others.values(
                    one=JSONObject(
                        code="code",
                        number="number",
                        title="service__title",
                        together=Coalesce(Q(bundle=OuterRef("bundle")), False),
                    )
                )
            ),
        )
        .filter(code=code)
        .first()
    )


def told(case: Case, definition: Definition, *, at: datetime) -> Told:
    """Gather what the page says. The caller has made sure that the visitor may see it."""
    stays = list(case.stays.select_related("office").order_by("entered_at", "pk"))
    asks = list(case.asks.all()) if case.asked_count else []
    notes = list(case.notes.exclude(reader=Note.Reader.INTERNAL))
    clear = kept.open_all_words(
        case,
        [
            *(case.outcome_reason, case.external_reference),
            *(one.answer for one in asks),
            *(one.words for one in notes),
        ],
    )
    answers, words = clear[2 : 2 + len(asks)], clear[2 + len(asks) :]
    marks = progress.line(case, definition, stays)
    open_ask = next((one for one in reversed(asks) if one.answered_at is None), None)
    coming = next((mark.title for mark in marks if mark.state == progress.NEXT), "")
    related, siblings = _related(case)
    return Told(
        state=say(definition.states[case.state].title),
        citizen=say(definition.states[case.state].citizen),
        marks=marks,
        promise=progress.promise(case, definition, stays, at=at),
        office=say(case.office.name),
        officer=case.handler.name if case.handler and settings.SHOW_OFFICERS else "",
        next=coming,
        question=Question(
            tuple(open_ask.items),
            open_ask.until,
            open_ask.asked_at,
            lapses=any(step.kind == "lapse" for step in definition.steps_from(case.state)),
        )
        if open_ask and case.phase == Case.Phase.WAITING
        else None,
        said=_said(asks, answers, notes, words),
        outcome=progress.outcome_words(case),
        reason=clear[0] if case.result else "",
        reference=clear[1],
        documents=list(not_taken_back(documents_of(case))),
        late_papers=case.late_papers,  # type: ignore[attr-defined]
        siblings=siblings,
        related=related,
        known_as=marks_of(case, definition, at=at),
    )


def _said(
    asks: Sequence[Ask], answers: Sequence[str], notes: Sequence[Note], words: Sequence[str]
) -> list[Said]:
    found = [Said(one.asked_at, True, "", tuple(one.items)) for one in asks]
    found += [
        Said(one.answered_at, False, answer or _("Berkas dikirim."))
        for one, answer in zip(asks, answers, strict=True)
        if one.answered_at
    ]
    found += [
        Said(one.at, one.reader == Note.Reader.CITIZEN, said)
        for one, said in zip(notes, words, strict=True)
        if said
    ]
    return sorted(found, key=lambda one: one.at)


def _related(case: Case) -> tuple[list[Other], list[Other]]:
    """Return the cases linked with this one, and those that were asked for together with it."""
    found: list[dict[str, Any]] = case.others  # type: ignore[attr-defined]
    others = [Other(one["code"], one["number"], one["title"], bool(one["together"])) for one in found]
    return [one for one in others if not one.together], [one for one in others if one.together]


def documents_of(case: Case) -> QuerySet[Document]:
    """Return what was issued in a case, newest first; drafts are the office's.

    A letter that waits with a decision for its signature is, too: its title would tell what is not decided yet.
    """
    closed = [Document.State.DRAFT]
    if case.outcome and not case.result:
        closed.append(Document.State.WAITING)
    return (
        Document.objects.filter(about=thing_name(case))
        .exclude(state__in=closed)
        .select_related("replaced_by")
        .order_by("-made_at", "-pk")
    )


def not_taken_back(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Leave out letters that were taken back before they were signed: nobody outside the office ever had them."""
    return documents.exclude(state=Document.State.REVOKED, issued_at=None)


def share_words(case: Case, link: str) -> str:
    """Return what somebody sends to themself: no name, only what the receipt says."""
    return _("%(service)s\nNomor %(number)s\nKode lacak %(code)s\n%(link)s") % {
        "service": say(case.service.title),
        "number": case.number,
        "code": codes.shown(case.code),
        "link": link,
    }


# Answers and papers


@dataclass(frozen=True)
class AnswerPart:
    title: str
    rows: list[tuple[str, str]]  # question, answer


def answer_parts(definition: Definition, answers: Mapping[str, Any]) -> list[AnswerPart]:
    """Return what was written, part by part; places by one query."""
    places = _places(definition, answers)
    parts = []
    for section in definition.sections:
        rows = []
        for leaf in lib.leaves(section.fields, lib.times_in(answers)):
            value = lib.look(answers, leaf.path)
            if value in (None, "", []):
                continue
            title = say(leaf.field.title)
            if leaf.number:
                group = next(one for one in reversed(leaf.around) if one.repeats)
                title = f"{say(group.title)} {leaf.number}: {title}"
            shown = (
                places.get(str(value), str(value))
                if leaf.field.kind == lib.Kind.PLACE
                else letters.shown(leaf.field, value)
            )
            rows.append((title, shown))
        if rows:
            parts.append(AnswerPart(say(section.title), rows))
    return parts


def _places(definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    chosen = [
        str(lib.look(answers, leaf.path))
        for leaf in lib.leaves(definition.fields, lib.times_in(answers))
        if leaf.field.kind == lib.Kind.PLACE
    ]
    return {area.code: area.title for area in Area.objects.filter(code__in=chosen)} if chosen else {}


def with_files(case: Case, definition: Definition, answers: lib.Answers) -> lib.Answers:
    """Return corrected answers with the keys of files that the old ones had; the form does not ask for them."""
    old = kept.opened(case) or {}
    for leaf in lib.leaves(definition.fields, lib.times_in(old)):
        if leaf.field.kind == lib.Kind.FILE and (value := lib.look(old, leaf.path)):
            lib.put(answers, leaf.path, value)
    return answers


@dataclass(frozen=True)
class PaperRow:
    title: str
    note: str  # what stands in its place
    files: list[Attachment]


def papers_of(case: Case, definition: Definition) -> list[PaperRow]:
    """Return every paper that was asked for or sent, with its files."""
    sent: dict[str, list[Attachment]] = {}
    for attachment in case.attachments.select_related("file"):
        sent.setdefault(attachment.paper, []).append(attachment)
    rows = []
    choices = case.answers.get("papers", {}) if isinstance(case.answers.get("papers"), dict) else {}
    for one in definition.requirements:
        choice = choices.get(one.code, "")
        instead = next((say(other.title) for other in one.substitutes if other.code == choice), "")
        note = instead or (_("tidak ada") if choice not in ("", HAVE) else "")
        files = sent.pop(one.path, [])
        if files or choice:
            rows.append(PaperRow(say(one.title), note, files))
    for leaf in lib.leaves(definition.fields, lambda _path, group: group.most_times):
        if leaf.path in sent:
            rows.append(PaperRow(say(leaf.field.title), "", sent.pop(leaf.path)))
    rest = [attachment for files in sent.values() for attachment in files]
    return [*rows, *([PaperRow(_("Berkas lain"), "", rest)] if rest else [])]


# History


@dataclass(frozen=True)
class Moment:
    at: datetime
    title: str
    words: str


TO_ME = {  # verbs that the office says of the applicant
    "case_ask": gettext_lazy("Anda diminta melengkapi"),
    "case_answer": gettext_lazy("Anda menjawab"),
    "case_withdraw": gettext_lazy("Anda mencabutnya"),
    "case_claimed": gettext_lazy("Dimasukkan ke akun"),
}
HIDDEN = frozenset({"case_assigned", "case_escalated"})  # how the office divides its work


def moments(case: Case, definition: Definition) -> list[Moment]:
    """Return what happened, newest first; notes that only officers read are left out."""
    offices = dict(Agency.objects.filter(pk__in=case.offices).values_list("code", "name"))
    found = []
    for entry in Entry.objects.filter(thing=thing_name(case)).order_by("-number"):
        if entry.verb in HIDDEN or entry.after.get("reader") == Note.Reader.INTERNAL:
            continue
        words = []
        state = entry.after.get("state")
        if state in definition.states and state != entry.before.get("state"):
            words.append(say(definition.states[state].title))
        office = entry.after.get("office")
        if office in offices and office != entry.before.get("office"):
            words.append(say(offices[office]))
        if entry.verb == "due_changed":
            words.append(entry.note)
        title = str(TO_ME.get(entry.verb) or verbs.phrase(entry.verb))
        found.append(Moment(entry.at, title, " · ".join(words)))
    return found


def messages_to_me(case: Case) -> list[Outbox]:
    return list(messages.to_applicant(case)[:50])


@dataclass(frozen=True)
class Look:
    """One time that somebody read my data: who, what, when, why."""

    at: datetime
    who: str
    name: str  # only where the regency tells it
    what: str
    why: str


def accesses(case: Case, definition: Definition) -> list[Look]:
    """Return who looked at the data of a case and its documents, newest first."""
    things = [thing_name(case), *(thing_name(one) for one in documents_of(case))]
    rows = list(Access.objects.filter(thing__in=things).select_related("by").order_by("-at", "-pk")[:200])
    posts: dict[int, list[Membership]] = {}
    for held in Membership.objects.filter(user__in={row.by_id for row in rows}).select_related(
        "role", "agency"
    ):
        posts.setdefault(held.user_id, []).append(held)
    titles = {leaf.path: say(leaf.field.title) for leaf in lib.leaves(definition.fields)}
    return [
        Look(
            row.at,
            _post(posts.get(row.by_id, []), day_of(row.at)),
            str(row.by) if settings.SHOW_OFFICERS else "",
            ", ".join(dict.fromkeys(_what(one, titles) for one in row.fields)),
            "" if row.why.startswith("/") else row.why,
        )
        for row in rows
    ]


def _post(held: Iterable[Membership], on: date) -> str:
    """Return the position somebody had on a day, as people read it."""
    fitting = [one for one in held if one.from_date <= on and (one.to_date is None or one.to_date >= on)]
    if not fitting:
        return _("Petugas")
    one = fitting[0]
    return f"{say(one.role.title)}, {one.agency.short_name or say(one.agency.name)}"


def _what(path: str, titles: Mapping[str, str]) -> str:
    words = {
        "answers": _("semua isian"),
        "file": _("berkas"),
        "work": _("catatan kerja"),
        "pdf": _("surat"),
        "number": _("nomor dokumen"),
        "applicant": _("data pemohon"),
    }
    return words.get(path) or titles.get(path) or _("isian")


# Account


def left_with(person: User) -> list[Case]:
    """Return cases in no account that were left with an e-mail address which this person proved to own."""
    if not person.email or not is_proved(person):
        return []
    parties = Party.objects.filter(email_hash=keyed_hash(person.email))
    return list(
        Case.objects.filter(account=None, applicant__in=parties)
        .select_related("service", "version", "applicant")
        .defer("version__definition")
        .order_by("-received_at")[:20]
    )
