"""What is done to cases: file one, take a step, answer, withdraw, reopen, assign, write a note.

Applicants act with `by=None` (they showed that they know the case, see tracking.py) or with their account; officers by
permission. Every verb takes the lock of its case, so two people never decide the same thing twice; `revision` is the
number of changes that the caller had seen, for those who must not overwrite what they have not read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import BigIntegerField, QuerySet, Value
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases import answers as kept
from lawang.cases import deadlines, letters, messages
from lawang.cases.definition import Definition, Step, definition_of
from lawang.cases.models import Ask, Attachment, Case, CaseLink, Note, ServiceVersion, Stay
from lawang.cases.offices import days_of, office_for
from lawang.cases.rules import verb_of
from lawang.cases.services.registry import EFFECTS, Facts, verdict_of
from lawang.cases.settings import parameters_of
from lawang.documents.actions import register_elsewhere
from lawang.documents.models import Document
from lawang.documents.numbers import take_number
from lawang.lib import codes
from lawang.lib import fields as lib
from lawang.lib.clock import Pause
from lawang.lib.prepared import Prepared, Slot
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people import parties
from lawang.people.calendar import WorkingDays
from lawang.people.models import Party, User
from lawang.people.node import day_of
from lawang.people.permissions import demand
from lawang.record import sealing
from lawang.record.actions import record, thing_name

COUNTED = (  # outcomes that say whether the promise was kept; a withdrawal does not
    Case.Outcome.GRANTED,
    Case.Outcome.PARTLY,
    Case.Outcome.REFUSED,
    Case.Outcome.NOT_HELD,
    Case.Outcome.REFERRED,
)


class Changed(Refused):
    """Somebody else changed the case since the caller read it: answer 412 and show both."""


@dataclass(frozen=True)
class Announced:
    """A paper that will arrive after the text. `sha256` is of the whole file, in hex."""

    paper: str  # path of the file field or of the requirement
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Representative:
    """Somebody who acts for the applicant, and why they may: "orang tua", "kuasa, surat 12 Maret 2026"."""

    who: parties.Identity
    authority: str


@transaction.atomic
def file_case(
    version: ServiceVersion,
    answers: lib.Answers,
    *,
    code: str,
    at: datetime,
    by: User | None = None,
    channel: str = Case.Channel.WEB,
    account: User | None = None,
    representative: Representative | None = None,
    papers: Sequence[Announced] = (),
    original_date: date | None = None,
    bundle: UUID | None = None,
    language: str = "id",
) -> Case:
    """Receive an application: number it, promise a day, put it on the desk of its office.

    `answers` are clean (reading.py). `by` is an officer who files for somebody at the counter or in a village; a
    citizen files with by=None. `code` is the tracking code made on the device. Raise Refused when the service takes
    no cases, when no agency does its work yet, or when the code is taken.
    """
    definition = definition_of(version)
    if not version.service.is_open or version.state == ServiceVersion.State.DRAFT:
        raise Refused(_("Layanan ini sedang tidak menerima permohonan. Datanglah ke kantornya."))
    if channel != Case.Channel.WEB:
        assert by is not None
        demand(by, "cases.file_for")
    if codes.normalise(code) != code:
        raise Refused(_("Kode lacak ini tidak benar. Muat ulang halaman, lalu kirim lagi."))
    if Case.objects.filter(code=code).exists():
        raise Refused(_("Kode lacak ini sudah dipakai. Muat ulang halaman, lalu kirim lagi."))
    area = _area(definition, answers)
    owner = office_for(definition.unit, area)
    office = office_for(definition.states[definition.start].unit, area, owner)
    case = Case(
        code=code,
        service=version.service,
        version=version,
        state=definition.start,
        phase=definition.phase_of(definition.start),
        owner=owner,
        office=office,
        offices=list(dict.fromkeys([owner.pk, office.pk])),
        area=area,
        channel=channel,
        filed_by=by,
        account=account,
        authority=representative.authority[:200] if representative else "",
        language=language,
        original_date=original_date,
        received_at=at,
        state_since=at,
        changed_at=at,
        bundle=bundle,
    )
    thing = thing_name(case)
    key = sealing.new_key(thing)
    who = _identity(definition.applicant, answers)
    case.applicant = parties.make(thing, who, key=key)
    if definition.subject:
        case.subject = parties.make(thing, _identity(definition.subject, answers), key=key)
    if representative:
        who = representative.who
        case.representative = parties.make(thing, who, key=key)
    kept.put_away(case, definition, answers, key=key)
    case.due_at = deadlines.due_of(case, definition, stood=())
    case.stage_due_at = deadlines.stage_due(case, definition)
    case.number = take_number(definition.series, at=at)
    case.search = SearchVector(Value(_words(case)), config="simple")
    case.save()
    Stay.objects.create(
        case=case, state=case.state, phase=case.phase, office=office, entered_at=at, due_at=case.stage_due_at
    )
    Attachment.objects.bulk_create(
        Attachment(
            case=case,
            number=number,
            paper=one.paper,
            name=one.name[:200],
            size=one.size,
            sha256=one.sha256,
            at=at,
        )
        for number, one in enumerate(papers)
    )
    record(
        case,
        "case_filed",
        by=by,
        at=at,
        is_first=True,
        after={"number": case.number, "state": case.state, "channel": channel, "version": version.number},
    )
    messages.tell(case, definition, "received", at=at, address=who.email)
    return case


def _area(definition: Definition, answers: Mapping[str, Any]) -> Area | None:
    code = lib.look(answers, definition.area) if definition.area else None
    return Area.objects.filter(code=code, valid_to=None).first() if code else None


def _identity(paths: Mapping[str, str], answers: Mapping[str, Any]) -> parties.Identity:
    found = {column: str(lib.look(answers, path) or "") for column, path in paths.items()}
    return parties.Identity(**{"name": "", **found})


def _words(case: Case) -> str:
    """Return what the case is found by: its number, its code and the names in it."""
    names = [case.applicant.name, case.subject.name if case.subject else ""]
    return " ".join([case.number, case.number.replace("-", " "), case.code, *names])


# Steps


@dataclass(frozen=True)
class Given:
    """What somebody gives with a step; each kind of step asks only for what it needs."""

    note: str = ""  # the reason, where one is asked for
    outcome: str = ""  # of decide
    values: Mapping[str, Any] = field(default_factory=dict)  # the step's own fields, clean
    items: Sequence[str] = ()  # of ask: what is missing, sentences
    reference: str = ""  # of hand_over and record_result: the other system's number
    upload: "UploadedFile[bytes] | bytes | None" = None  # of record_result: its PDF
    duplicate_of: Case | None = None  # of decide with the outcome duplicate
    answers: lib.Answers | None = None  # of answer: all answers anew, clean


def take_step(
    case: Case, code: str, given: Given | None = None, *, by: User, at: datetime, revision: int | None = None
) -> Case:
    """Take one step of the definition as an officer.

    Raise Refused when the step cannot be taken from the present state, when `by` may not, when something that it needs
    is missing, or when a check fails (with why); Changed when somebody was faster than `revision`.
    """
    with transaction.atomic():
        letters.hold(case)
        case, definition = lock(case, revision)
        step = _step(case, definition, code)
        verb = verb_of(step)
        if verb is None:
            raise Refused(_("Langkah ini tidak diambil petugas."))
        demand(by, verb, case)
        return _take(case, definition, step, given or Given(), by=by, at=at)


def applicant_step(
    case: Case, kind: str, given: Given | None = None, *, by: User | None = None, at: datetime
) -> Case:
    """Take the applicant's step of a kind: answer, withdraw or reopen.

    Raise Refused when there is none in the present state, or when the window to reopen has passed.
    """
    with transaction.atomic():
        letters.hold(case)
        case, definition = lock(case)
        step = next(
            (one for one in definition.steps_from(case.state) if one.by == "applicant" and one.kind == kind),
            None,
        )
        if step is None:
            raise Refused(_("Itu tidak bisa lagi dilakukan: permohonan ini sudah sampai tahap lain."))
        if kind == "reopen" and not may_reopen(case, definition, at):
            raise Refused(_("Waktu untuk membuka kembali permohonan ini sudah lewat. Ajukan yang baru."))
        return _take(case, definition, step, given or Given(), by=by, at=at)


def clock_step(
    case: Case, *, at: datetime, kinds: Iterable[str] = ("move", "decide", "close", "lapse")
) -> Case:
    """Take the step that nobody takes by hand, if there is one of these kinds in the present state."""
    with transaction.atomic():
        case, definition = lock(case)
        step = next(
            (one for one in definition.steps_from(case.state) if one.by == "clock" and one.kind in kinds),
            None,
        )
        return _take(case, definition, step, Given(), by=None, at=at) if step else case


def go_on_when_signed(document: Document, word: str, by: User | None, at: datetime) -> None:
    """Let a case go on when its letter became valid: the step that nobody takes by hand is taken."""
    if word != "issued" or document.origin != Document.Origin.OURS:
        return
    case = Case.objects.filter(key=document.about.partition(":")[2]).first()
    if case is not None and case.phase == Case.Phase.OPEN:
        clock_step(case, at=at, kinds=("move", "decide"))


def may_reopen(case: Case, definition: Definition, at: datetime, days: WorkingDays | None = None) -> bool:
    """Tell whether the window to reopen a decided or closed case is open."""
    begun = case.decided_at or case.closed_at
    if definition.reopen_within is None or begun is None:
        return False
    return at <= deadlines.plus(definition.reopen_within, begun, days or days_of(case.owner))


# What stands around a case, and hardly ever changes: where the caller has it already it is not joined again.
AROUND = {
    "version": "version",
    "service": "service",
    "owner": "owner__calendar",
    "office": "office__calendar",
    "area": "area",
}


def lock(case: Case, revision: int | None = None) -> tuple[Case, Definition]:
    """Return the case as it is now, locked until the transaction ends, with its definition."""
    brought = tuple(name for name in AROUND if Case._meta.get_field(name).is_cached(case))  # type: ignore[union-attr]
    if not connection.in_atomic_block:
        raise RuntimeError("a case is locked in the transaction that changes it")
    found = _locked(brought).first(pk=case.pk)
    if found is None:
        raise Case.DoesNotExist(case.number)
    for name in brought:
        if getattr(found, f"{name}_id") == getattr(case, f"{name}_id"):
            setattr(found, name, getattr(case, name))
    if revision is not None and revision != found.revision:
        raise Changed(
            _("Permohonan ini baru saja diubah orang lain. Baca dulu perubahannya, lalu putuskan lagi.")
        )
    return found, definition_of(found.version)


@cache
def _locked(brought: tuple[str, ...]) -> Prepared[Case]:
    """Return the query that locks a case, without what the caller has already."""
    joined = [path for name, path in AROUND.items() if name not in brought]

    def compose() -> QuerySet[Case]:
        rows = Case.objects.select_for_update(of=("self",)).filter(pk=Slot("pk", BigIntegerField()))
        rows = rows.select_related(*joined, "applicant", "subject")
        return rows if "version" in brought else rows.defer("version__definition")

    return Prepared(compose)


def _step(case: Case, definition: Definition, code: str) -> Step:
    step = definition.steps.get(code)
    if step is None or case.state not in step.sources:
        raise Refused(
            _("Langkah itu tidak bisa diambil sekarang: permohonan ini %(state)s.")
            % {"state": say(definition.states[case.state].title).lower()}
        )
    return step


def facts_of(case: Case, definition: Definition, at: datetime, answers: lib.Answers | None = None) -> Facts:
    """Return what checks and effects look at. The caller writes down that personal answers were opened."""
    return Facts(
        answers=kept.opened(case) or {} if answers is None else answers,
        parameters=parameters_of(case.service_id, definition),
        received=day_of(case.received_at),
        today=day_of(at),
        case=case,
        work=kept.work(case) or {},
    )


def _take(
    case: Case, definition: Definition, step: Step, given: Given, *, by: User | None, at: datetime
) -> Case:
    _demand_complete(definition, step, given)
    before = {"state": case.state, "office": case.office.code, "phase": case.phase}
    if case.phase == Case.Phase.OPEN and step.by != "clock":
        case.outcome, case.outcome_reason = "", ""  # decided, but taken back before the letter was signed
    kept.keep_work(case, step.code, step.fields, given.values)
    if given.answers is not None:
        kept.put_away(case, definition, given.answers)
    if step.checks or step.effects:
        facts = facts_of(case, definition, at)
        for named in step.checks:
            verdict = verdict_of(named.name, facts, named.parameters)
            if not verdict.passed:
                raise Refused(verdict.why)
    if undone := letters.left_behind(definition, step, case.state):
        why = _("Ditarik kembali sebelum ditandatangani: %(step)s.") % {"step": say(step.title)}
        letters.cancel(case, undone, why=why, at=at)
    _of_kind(case, definition, step, given, by=by, at=at)
    _enter(case, definition, step, given, at=at)
    for named in step.effects:
        EFFECTS[named.name].function(case, facts_of(case, definition, at), named.parameters, by=by, at=at)
    case.revision += 1
    case.save()
    record(
        case,
        f"case_{step.kind}",
        by=by,
        at=at,
        before=before,
        after={
            "step": step.code,
            "state": case.state,
            "office": case.office.code,
            "phase": case.phase,
            **({"outcome": case.result} if case.result else {}),
        },
        sealed={
            name: words for name, words in (("note", given.note), ("reference", given.reference)) if words
        },
    )
    messages.tell_of_step(case, definition, step, given.items, at=at)
    if step.letter:
        letters.write(case, definition, definition.letters[step.letter], by=by, at=at)
        case.refresh_from_db()  # a letter without signers is valid at once, and the case goes on
    return case


def _demand_complete(definition: Definition, step: Step, given: Given) -> None:
    """Raise Refused for what a step of this kind needs and was not given."""
    if step.needs_reason and not given.note.strip():
        raise Refused(_("Tuliskan alasannya."))
    if step.kind == "ask" and not any(item.strip() for item in given.items):
        raise Refused(_("Tuliskan paling sedikit satu hal yang harus dilengkapi."))
    if step.kind == "decide" and step.by != "clock":
        if given.outcome not in step.outcomes:
            raise Refused(_("Pilih keputusannya."))
        refuses = given.outcome in (Case.Outcome.REFUSED, Case.Outcome.NOT_HELD, Case.Outcome.PARTLY)
        if refuses and not given.note.strip():
            raise Refused(_("Tuliskan alasan dan dasar hukumnya; pemohon berhak tahu."))
    if step.kind in ("hand_over", "record_result") and not given.reference.strip():
        raise Refused(_("Tuliskan nomor dari %(system)s.") % {"system": step.system or _("sistem tujuan")})


def _of_kind(
    case: Case, definition: Definition, step: Step, given: Given, *, by: User | None, at: datetime
) -> None:
    """Do what this kind of step does beside going on."""
    match step.kind:
        case "ask":
            assert by is not None
            case.asked_count += 1
            case.answer_until = deadlines.plus(definition.answer_within, at, days_of(case.owner))
            items = [" ".join(item.split()) for item in given.items if item.strip()]
            Ask.objects.create(case=case, items=items, until=case.answer_until, asked_by=by, asked_at=at)
        case "answer":
            asked = Ask.objects.filter(case=case, answered_at=None)
            asked.update(answered_at=at, answer=kept.seal_words(case, given.note))
            case.answer_until = None
        case "decide" if step.by == "clock" and case.outcome:
            pass  # what was decided counts, now that its letter is signed
        case "decide":
            case.outcome = given.outcome or (step.outcomes[0] if step.outcomes else Case.Outcome.GRANTED)
            case.outcome_reason = kept.seal_words(case, given.note)
            if given.outcome == Case.Outcome.DUPLICATE:
                if given.duplicate_of is None or given.duplicate_of.pk == case.pk:
                    raise Refused(_("Tuliskan nomor permohonan yang sama dengan ini."))
                CaseLink.objects.get_or_create(
                    case=case, to=given.duplicate_of, kind=CaseLink.Kind.DUPLICATE, defaults={"at": at}
                )
        case "record_result":
            if given.upload is not None:
                register_elsewhere(
                    kind=step.code,
                    title=step.product or definition.title,
                    number=given.reference.strip(),
                    date=day_of(at),
                    office=case.office,
                    about=thing_name(case),
                    upload=given.upload,
                    by=by,
                    at=at,
                )
            _went_elsewhere(case, step, given)
            if definition.phase_of(step.to) in (Case.Phase.DECIDED, Case.Phase.CLOSED):
                case.outcome = Case.Outcome.GRANTED
        case "hand_over":
            _went_elsewhere(case, step, given)
            if definition.phase_of(step.to) in (Case.Phase.DECIDED, Case.Phase.CLOSED):
                case.outcome = Case.Outcome.REFERRED
        case "extend":
            _extend(case, definition, given, by=by, at=at)
        case "withdraw":
            case.outcome = Case.Outcome.WITHDRAWN
        case "lapse":
            case.outcome = Case.Outcome.LAPSED
        case "reopen" | "correct":
            case.outcome, case.outcome_reason = "", ""
            case.decided_at = case.decided_on_time = case.days_taken = None
            case.closed_at = case.erase_after = None


def _went_elsewhere(case: Case, step: Step, given: Given) -> None:
    """Keep which other system has it, and its number there: of a family card or a deed, so sealed."""
    case.external_system = step.system
    case.external_reference = kept.seal_words(case, given.reference.strip()[:80])


def _extend(case: Case, definition: Definition, given: Given, *, by: User | None, at: datetime) -> None:
    """Lengthen the promise, once, by the service's parameter `extension_days`."""
    if case.extensions:
        raise Refused(_("Waktu permohonan ini sudah pernah diperpanjang; hanya boleh satu kali."))
    count = int(parameters_of(case.service_id, definition).get("extension_days", "0"))
    extension = {"count": count, "at": at.isoformat(), "by": by.pk if by else None}
    case.work = {**case.work, "_extensions": [*deadlines.extensions(case), extension]}
    case.extensions += 1


def _enter(case: Case, definition: Definition, step: Step, given: Given, *, at: datetime) -> None:
    """Leave the present state for the step's, with phase, office, clock and stay."""
    target = definition.states[step.to]
    was_waiting = case.phase == Case.Phase.WAITING
    office = office_for(target.unit, case.area, case.office)
    moved = office.pk != case.office_id
    case.state, case.phase = target.code, target.phase
    case.office = office
    if moved:
        case.handler = None
        case.escalated_to = case.escalated_at = None
    if office.pk not in case.offices:
        case.offices = [*case.offices, office.pk]
    case.state_since = case.changed_at = at
    stays = list(
        Stay.objects.filter(case=case).select_related("office__calendar").order_by("entered_at", "pk")
    )
    for stay in stays:
        if stay.left_at is None:
            stay.left_at, stay.days = at, deadlines.days_between(stay.entered_at, at, stay.office)
            stay.save(update_fields=["left_at", "days"])
    stood = deadlines.pauses(stays)
    case.paused_at = at if target.phase == Case.Phase.WAITING else None
    if not was_waiting or target.phase != Case.Phase.WAITING:
        case.due_at = None if case.paused_at else deadlines.due_of(case, definition, stood=stood)
    case.stage_due_at = deadlines.stage_due(case, definition)
    Stay.objects.create(
        case=case,
        state=case.state,
        phase=case.phase,
        office=office,
        handler_id=case.handler_id,
        step=step.code,
        entered_at=at,
        due_at=case.stage_due_at,
    )
    if target.phase in (Case.Phase.DECIDED, Case.Phase.CLOSED) and case.decided_at is None:
        _decided(case, stood, at)
    if target.phase == Case.Phase.CLOSED:
        _closed(case, definition, at)


def _decided(case: Case, stood: Iterable[Pause], at: datetime) -> None:
    if not case.outcome:
        case.outcome = Case.Outcome.GRANTED
    case.decided_at = at
    case.days_taken = deadlines.days_taken(case, at, stood=stood)
    if case.outcome in COUNTED and case.due_at is not None:
        case.decided_on_time = at <= case.due_at


def _closed(case: Case, definition: Definition, at: datetime) -> None:
    """Close the case: its retention begins."""
    day = day_of(at)
    case.closed_at = at
    year = day.year + definition.retention_years
    try:
        case.erase_after = day.replace(year=year)
    except ValueError:  # the 29th of February
        case.erase_after = day.replace(year=year, day=28)


# Beside the steps


@transaction.atomic
def assign(case: Case, handler: User | None, *, by: User, at: datetime) -> Case:
    """Give a case to an officer of its office, take it oneself, or put it back to all (None).

    Raise Refused when `by` may not handle the case, or `handler` may not.
    """
    case = Case.objects.select_for_update().get(pk=case.pk)
    demand(by, "cases.handle", case)
    if handler is not None:
        from lawang.people.permissions import may

        if not may(handler, "cases.handle", case):
            raise Refused(_("%(name)s tidak bertugas di kantor ini.") % {"name": handler.name})
    before = case.handler_id
    if before == (handler.pk if handler else None):
        return case
    case.handler = handler
    case.revision += 1
    case.save(update_fields=["handler", "revision"])
    Stay.objects.filter(case=case, left_at=None).update(handler=handler)
    record(
        case,
        "case_assigned",
        by=by,
        at=at,
        before={"handler": before},
        after={"handler": handler.pk if handler else None},
    )
    if handler is not None and handler.pk != by.pk:
        messages.tell_handler(case, definition_of(case.version), handler, by=by, at=at)
    return case


@transaction.atomic
def add_note(case: Case, words: str, *, reader: str, by: User | None, at: datetime) -> Note:
    """Write a note: internal, to the applicant (who gets a message), or from the applicant (by=None or the account)."""
    case, definition = lock(case)
    if reader != Note.Reader.OFFICE:
        assert by is not None
        demand(by, "cases.handle", case)
    if not words.strip():
        raise Refused(_("Tuliskan pesannya."))
    note = Note.objects.create(
        case=case, reader=reader, words=kept.seal_words(case, words.strip()), by=by, at=at
    )
    record(case, "case_note", by=by, at=at, after={"reader": reader}, sealed={"words": words.strip()})
    if reader == Note.Reader.CITIZEN:
        messages.tell(case, definition, "note", at=at, words=words.strip())
    return note


@transaction.atomic
def correct_answers(case: Case, answers: lib.Answers, *, by: User | None, at: datetime) -> Case:
    """Replace the answers before anything is decided: the applicant found a mistake, or the typist did."""
    case, definition = lock(case)
    if case.phase not in (Case.Phase.OPEN, Case.Phase.WAITING):
        raise Refused(_("Permohonan ini sudah diputuskan; isiannya tidak bisa diubah lagi."))
    if by is not None and by.pk != case.account_id:
        demand(by, "cases.handle", case)
    kept.put_away(case, definition, answers)
    case.revision += 1
    case.save(update_fields=["answers", "sealed", "revision"])
    record(case, "case_corrected", by=by, at=at, after={"revision": case.revision})
    return case


@transaction.atomic
def claim(case: Case, *, account: User, at: datetime) -> Case:
    """Put a case under an account whose owner has shown that they know it."""
    case, _definition = lock(case)
    if case.account_id not in (None, account.pk):
        raise Refused(_("Permohonan ini sudah ada di akun lain."))
    case.account = account
    case.save(update_fields=["account"])
    record(case, "case_claimed", by=account, at=at)
    return case


def may_object(case: Case, definition: Definition, at: datetime, days: WorkingDays | None = None) -> bool:
    """Tell whether the applicant may object: within the window after the decision, or while the promise is broken."""
    if definition.objection is None:
        return False
    if case.decided_at is None:
        return deadlines.is_late(case, at)
    return at <= deadlines.plus(definition.objection[1], case.decided_at, days or days_of(case.owner))


@transaction.atomic
def object_to(objection: Case, to: Case, *, by: User | None, at: datetime) -> CaseLink:
    """Say that a case just filed is an objection to another one. Raise Refused outside the window."""
    to, definition = lock(to)
    service = definition.objection[0] if definition.objection else ""
    if objection.service.code != service or not may_object(to, definition, at):
        raise Refused(_("Keberatan atas permohonan ini tidak bisa lagi diajukan: waktunya sudah lewat."))
    link, is_new = CaseLink.objects.get_or_create(
        case=objection, to=to, kind=CaseLink.Kind.OBJECTION, defaults={"at": at}
    )
    if is_new:
        record(to, "case_objected", by=by, at=at, after={"objection": objection.number})
    return link


def parties_of(case: Case) -> list[Party]:
    """Return applicant, subject and representative, those there are."""
    return [one for one in (case.applicant, case.subject, case.representative) if one is not None]
