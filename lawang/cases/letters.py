"""Letters of a case: what stands for `{{names}}` in them, and writing one."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases import answers as kept
from lawang.cases.definition import Definition, Letter, Step, definition_of
from lawang.cases.models import Case, Service, Unit
from lawang.cases.offices import BY_PLACE, VILLAGE
from lawang.cases.settings import parameters_of
from lawang.documents import actions as documents
from lawang.documents.models import Document
from lawang.lib import codes
from lawang.lib import fields as lib
from lawang.lib.dates import long_date
from lawang.lib.numbers import as_is, rupiah
from lawang.lib.text import Text, say, text
from lawang.people import parties
from lawang.people.models import Agency, User
from lawang.people.node import day_of
from lawang.people.permissions import may, real, sees
from lawang.record.actions import thing_name
from lawang.record.models import Privacy

ALWAYS: dict[
    str, Text
] = {  # names that every letter may use beside the paths of answers, work and parameters
    "case_number": text("nomor permohonan", "number of the application"),
    "case_code": text("kode lacak", "tracking code"),
    "service": text("nama layanan", "name of the service"),
    "product": text("hasil layanan", "what the applicant gets"),
    "received_date": text("hari diterima", "day of receipt"),
    "due_date": text("hari yang dijanjikan", "promised day"),
    "today": text("hari surat dibuat", "day of writing"),
    "applicant_name": text("nama pemohon", "applicant's name"),
    "applicant_nik": text("NIK pemohon", "applicant's NIK"),
    "applicant_address": text("alamat pemohon", "applicant's address"),
    "subject_name": text("nama yang bersangkutan", "name of whom it is about"),
    "place": text("desa atau kecamatan", "village or district"),
    "office": text("kantor yang bertanggung jawab", "office that answers for it"),
    "outcome": text("putusan", "outcome"),
    "reason": text("alasan putusan", "reasons of the outcome"),
    "reference": text("nomor di sistem lain", "number in another system"),
}


def template_code(definition: Definition, letter: Letter) -> str:
    return f"{definition.code}/{letter.code}"


def names(definition: Definition) -> Iterator[str]:
    """Yield every name that the letters of a service may use; repeated groups with their number."""
    yield from ALWAYS
    yield from definition.parameters
    most = lambda _path, group: group.most_times  # noqa: E731
    for leaf in lib.leaves(definition.fields, most):
        yield leaf.path
    for step in definition.steps.values():
        for leaf in lib.leaves(step.fields, most):
            yield f"{step.code}.{leaf.path}"


def meanings(definition: Definition) -> dict[str, Text]:
    """Return every name that the letters of a service may use, with what it means."""
    found = dict(ALWAYS)
    found |= {one["name"]: one["title"] for one in definition.data.get("parameters", ())}
    forms = [("", definition.fields)]
    forms += [(f"{step.code}.", step.fields) for step in definition.steps.values()]
    for before, fields in forms:
        for leaf in lib.leaves(fields, lambda _path, group: group.most_times):
            title = leaf.field.title
            if leaf.number:
                title = cast("Text", {tongue: f"{words} ({leaf.number})" for tongue, words in title.items()})
            found[f"{before}{leaf.path}"] = title
    return found


def shown(one: lib.Field, value: Any) -> str:
    """Return an answer as a letter or a page prints it, in the active language; "" for nothing."""
    if value in (None, "", []):
        return ""
    match one.kind:
        case lib.Kind.DATE:
            return long_date(date.fromisoformat(value))
        case lib.Kind.MONEY:
            return rupiah(int(value))
        case lib.Kind.NUMBER:
            return as_is(float(value)) if one.decimals else as_is(int(value))
        case lib.Kind.CHOICE:
            return next((say(choice.title) for choice in one.choices if choice.code == value), str(value))
        case lib.Kind.PLACE:
            area = Area.objects.filter(code=value).first()
            return area.title if area else str(value)
        case lib.Kind.FILE:
            return str(len(value))
        case _:
            return str(value)


def values_of(case: Case, definition: Definition, at: datetime, language: str = "id") -> dict[str, str]:
    """Return name -> words for the letters of a case. Opens personal answers: the caller writes that down."""
    with translation.override(language):
        answers = kept.opened(case) or {}
        applicant = parties.opened(case.applicant)
        found = {
            "case_number": case.number,
            "case_code": codes.shown(case.code),
            "service": say(definition.title),
            "product": say(definition.product),
            "received_date": long_date(case.original_date or case.received_at),
            "due_date": long_date(case.due_at) if case.due_at else "",
            "today": long_date(day_of(at)),
            "applicant_name": case.applicant.name,
            "applicant_nik": applicant.nik if applicant else "",
            "applicant_address": applicant.address if applicant else "",
            "subject_name": case.subject.name if case.subject else "",
            "place": case.area.title if case.area else "",
            "office": say(case.owner.name),
            "outcome": str(case.get_outcome_display()) if case.outcome else "",
            "reason": kept.open_words(case, case.outcome_reason),
            "reference": kept.open_words(case, case.external_reference),
            **parameters_of(case.service_id, definition),
        }
        for leaf in lib.leaves(definition.fields, lib.times_in(answers)):
            found[leaf.path] = shown(leaf.field, lib.look(answers, leaf.path))
        for code, values in (kept.work(case) or {}).items():
            if code in definition.steps:
                for leaf in lib.leaves(definition.steps[code].fields, lib.times_in(values)):
                    found[f"{code}.{leaf.path}"] = shown(leaf.field, lib.look(values, leaf.path))
    return {name: words for name, words in found.items() if words}


def write(case: Case, definition: Definition, letter: Letter, *, by: User | None, at: datetime) -> Document:
    """Draft a letter of a case with its real values and issue it; with signers it then waits for them.

    After a correction the new letter replaces the one before; one that still waited for signatures is cancelled.
    """
    code = template_code(definition, letter)
    cancel(case, [letter.code], why=_("Surat ini disusun ulang sebelum ditandatangani."), at=at)
    before = Document.objects.filter(
        about=thing_name(case), template__code=code, state=Document.State.VALID
    ).order_by("pk")
    document = documents.draft(
        template=documents.template_for(code, case.owner),
        values=values_of(case, definition, at, case.language),
        about=thing_name(case),
        office=case.owner,
        language=case.language,
        by=by,
        at=at,
    )
    document = documents.issue(document, by=by, at=at)
    for old in before.exclude(pk=document.pk):
        documents.replace(old, with_=document, by=None, at=at, why=_("Dibetulkan."))
    return document


def wordings_of(office: Agency) -> set[str]:
    """Return the codes of the letters that an office issues: those of the services that it answers for."""
    units = set(Unit.objects.filter(agency=office).values_list("code", flat=True))
    units |= {unit for unit, kind in BY_PLACE.items() if office.kind == kind}
    if office.kind == Agency.Kind.DISTRICT:
        units.add(VILLAGE)  # of villages without an office of their own
    found = (
        definition_of(service.current)
        for service in Service.objects.exclude(current=None).select_related("current")
        if service.current is not None
    )
    return {
        template_code(definition, letter)
        for definition in found
        if definition.unit in units
        for letter in definition.letters.values()
    }


def waiting(case: Case) -> QuerySet[Document]:
    """Return the letters of a case that are numbered and not yet signed by all."""
    return Document.objects.filter(
        about=thing_name(case), origin=Document.Origin.OURS, state=Document.State.WAITING
    )


def hold(case: Case) -> None:
    """Let nobody sign a letter of the case until the transaction ends; ask before its own lock, as signing does."""
    if not definition_of(case.version).letters:
        return
    list(waiting(case).select_for_update().order_by("pk").values_list("pk", flat=True))


def left_behind(definition: Definition, step: Step, state: str) -> list[str]:
    """Return the codes of the letters that wait for what a step undoes, when it is taken in a state.

    A state that the clock leaves when its letter is signed is left by another step: the letter was taken back. What was
    decided is looked at again: so is whatever tells of it.
    """
    if step.kind in ("reopen", "correct"):
        return list(definition.letters)
    if not definition.is_signing(state) or step.by == "clock" or step.to == state:
        return []
    return [one.letter for one in definition.steps.values() if one.letter and one.to == state]


def cancel(case: Case, letters: Iterable[str], *, why: str, at: datetime) -> None:
    """Take back the letters (codes in the definition) that still wait: nobody can sign them, their numbers are void."""
    prefix = f"{case.service.code}/"
    for document in waiting(case).filter(template__code__in=[prefix + code for code in letters]):
        documents.revoke(document, by=None, at=at, reason=why)


def may_read(user: AbstractBaseUser | AnonymousUser, document: Document) -> bool:
    """Tell whether somebody may read a document of a case: by the case and their class, or their account.

    Applicants without an account read theirs on the tracking page, which asks for the ticket itself.
    """
    case = Case.objects.filter(key=document.about.partition(":")[2]).first()
    if case is None:
        return False
    person = real(user)
    if person is not None and person.pk == case.account_id:
        return True
    return bool(may(user, "cases.see", case)) and sees(user, Privacy.PERSONAL)
