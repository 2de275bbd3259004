"""Erasure: when the time to keep personal data is over, a case's keys are destroyed; numbers, dates and outcome stay.

What remains counts in statistics and proves that there was a case; whom it was about nobody can tell any more. Source:
UU 27/2022, articles 16 and 43-44; how long: `retention` of each service.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lawang.cases import actions, uploads
from lawang.cases.models import Ask, Attachment, Case, Note, Ticket
from lawang.documents import actions as documents
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.record.actions import erase, thing_name
from lawang.record.models import File, Outbox

GONE = "–"


@dataclass(frozen=True)
class Due:
    """What a run would erase, or erased."""

    cases: int
    held: int  # whose time is over, but which a dispute keeps
    by_service: dict[str, int]


def due_on(day: date) -> "QuerySet[Case]":
    """Return the closed cases whose time is over and that nothing holds."""
    return Case.objects.filter(
        phase=Case.Phase.CLOSED, erase_after__lt=day, erased_at=None, legal_hold=False
    ).order_by("pk")


def look_ahead(day: date) -> Due:
    """Say what `sweep` would erase on that day, without doing it."""
    found = Counter(due_on(day).values_list("service__code", flat=True))
    held = Case.objects.filter(erase_after__lt=day, erased_at=None, legal_hold=True).count()
    return Due(sum(found.values()), held, dict(found))


def sweep(*, at: datetime, day: date) -> Due:
    """Erase every case whose time is over by that day; safe to run twice."""
    ahead = look_ahead(day)
    while found := list(due_on(day)[:200]):
        for case in found:
            erase_case(case, by=None, at=at)
    return ahead


@transaction.atomic
def erase_case(case: Case, *, by: User | None, at: datetime, why: str = "") -> Case:
    """Make everything personal of a case unreadable for ever: answers, papers, letters, notes, messages, names.

    Raise Refused for a case that still runs or is held for a dispute.
    """
    case, _definition = actions.lock(case)
    if by is not None:
        demand(by, "cases.erase", case)
    if case.phase != Case.Phase.CLOSED:
        raise Refused(_("Permohonan yang belum ditutup tidak bisa dihapus."))
    if case.legal_hold:
        raise Refused(_("Permohonan ini ditahan karena ada sengketa; datanya belum boleh dihapus."))
    if case.erased_at is not None:
        return case
    thing = thing_name(case)
    for party in actions.parties_of(case):
        party.name, party.sealed = GONE, {}
        party.nik_hash = party.email_hash = party.phone_hash = ""
        party.save()
    uploads.drop_pieces(case)
    Attachment.objects.filter(case=case).update(name=GONE)
    Ask.objects.filter(case=case).update(items=[GONE], answer="")
    Note.objects.filter(case=case).update(words="")
    File.objects.filter(about=thing).update(name=GONE)
    Ticket.objects.filter(case=case).delete()
    Outbox.objects.filter(about=thing).update(address=GONE, subject=GONE, body=GONE)
    Outbox.objects.filter(Q(about=thing), state=Outbox.State.WAITING).update(state=Outbox.State.FAILED)
    documents.erase(case, by=by, at=at, note=why)
    case.answers, case.sealed, case.sealed_work, case.outcome_reason, case.authority = {}, {}, {}, "", ""
    case.external_reference = ""  # the number of a certificate is personal too (UU 24/2013)
    case.work = {name: one for name, one in case.work.items() if name.startswith("_")}
    case.search = None
    case.account = None
    case.erased_at = at
    case.revision += 1
    case.save()
    erase(case, by=by, at=at, note=why)
    return case


@transaction.atomic
def hold(case: Case, is_held: bool, *, by: User, at: datetime, why: str) -> Case:
    """Keep a case from being erased while a dispute runs, or let it go again."""
    from lawang.record.actions import record

    case, _definition = actions.lock(case)
    demand(by, "cases.erase", case)
    if not why.strip():
        raise Refused(_("Tuliskan alasannya."))
    case.legal_hold = is_held
    case.save(update_fields=["legal_hold"])
    record(case, "case_held", by=by, at=at, after={"legal_hold": is_held}, note=why.strip())
    return case
