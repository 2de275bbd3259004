"""What is done to incidents: report, describe, tick off, tell the authority and the people, close.

What happened may name people, so the words are sealed under the incident's own key, like answers in a case.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from lawang.cases.models import Case, Incident
from lawang.cases.privacy.checklist import CHECKLIST, ITEMS, NOTICE
from lawang.cases.privacy.rules import BREACH
from lawang.lib import clock, codes
from lawang.lib.refused import Refused
from lawang.people import parties
from lawang.people.models import User
from lawang.people.node import zone
from lawang.people.permissions import demand
from lawang.record import sealing
from lawang.record.actions import notify, record, thing_name
from lawang.record.models import Entry

SEALED = ("words", "handling", "notice")


@dataclass(frozen=True)
class Account:
    """What is known of an incident."""

    title: str
    kind: str
    noticed_at: datetime  # from which the 72 hours run
    words: str  # when and how it happened
    data: str = ""  # which data, not whose: "NIK, alamat, keterangan sakit"
    handling: str = ""  # what was done against it
    began_on: date | None = None
    services: tuple[str, ...] = ()  # codes; with the two days: cases received in that time
    received_from: date | None = None
    received_to: date | None = None
    cases: tuple[str, ...] = ()  # numbers or tracking codes of single cases


@transaction.atomic
def report(account: Account, *, by: User, at: datetime) -> Incident:
    """Write down an incident; from the moment it was noticed 72 hours run (UU 27/2022, article 46)."""
    demand(by, BREACH)
    incident = Incident(made_by=by, made_at=at)
    _write(incident, account, at)
    incident.save()
    record(incident, "breach_reported", by=by, at=at, after=_named(incident))
    return incident


@transaction.atomic
def describe(incident: Incident, account: Account, *, by: User, at: datetime) -> Incident:
    """Change what is known of an incident. What was known before stays in its history, sealed."""
    incident = _lock(incident, by)
    before, old = _named(incident), opened(incident)
    _write(incident, account, at)
    incident.save()
    changed = {name: old[name] for name in ("words", "handling") if old[name] != opened(incident)[name]}
    record(
        incident,
        "breach_described",
        by=by,
        at=at,
        before=before,
        after=_named(incident),
        sealed=changed or None,
    )
    return incident


def _write(incident: Incident, account: Account, at: datetime) -> None:
    if account.noticed_at > at:
        raise Refused(_("Waktu diketahui tidak boleh di masa depan."))
    if account.received_from and account.received_to and account.received_from > account.received_to:
        raise Refused(_("Tanggal “sejak” harus sebelum tanggal “sampai”."))
    incident.title, incident.kind, incident.data = account.title[:160], account.kind, account.data[:300]
    incident.noticed_at, incident.began_on = account.noticed_at, account.began_on
    due = clock.due(NOTICE, account.noticed_at, days=clock.EveryDay(), zone=zone())
    assert due is not None
    incident.due_at = due
    incident.services = list(account.services)
    incident.received_from, incident.received_to = account.received_from, account.received_to
    incident.cases = _keys(account.cases)
    sealed = sealing.seal_fields(thing_name(incident), {"words": account.words, "handling": account.handling})
    incident.sealed = {**incident.sealed, **sealed}


def _keys(typed: Collection[str]) -> list[str]:
    """Return the keys of cases that somebody named by number or tracking code; raise Refused for unknown ones."""
    wanted = {one.strip().upper() for one in typed if one.strip()}
    if not wanted:
        return []
    by_code = {code: one for one in wanted if (code := codes.normalise(one))}
    rows = Case.objects.filter(Q(number__in=wanted) | Q(code__in=by_code)).values_list(
        "key", "number", "code"
    )
    known = {number for _key, number, _code in rows} | {by_code.get(code, "") for _key, _number, code in rows}
    if missing := sorted(wanted - known):
        raise Refused(
            _("Tidak ada permohonan %(numbers)s. Periksa nomornya.") % {"numbers": ", ".join(missing[:5])}
        )
    return sorted(str(key) for key, _number, _code in rows)


def _named(incident: Incident) -> dict[str, object]:
    """Return what the history says in clear: nothing about anybody."""
    return {
        "title": incident.title,
        "kind": incident.kind,
        "noticed_at": incident.noticed_at,
        "data": incident.data,
        "services": incident.services,
        "received_from": incident.received_from,
        "received_to": incident.received_to,
        "cases": len(incident.cases),
    }


def opened(incident: Incident) -> dict[str, str]:
    """Return the sealed words in clear."""
    found = sealing.open_values(thing_name(incident), incident.sealed) or {}
    return {name: found.get(name, "") for name in SEALED}


def affected(incident: Incident) -> "QuerySet[Case]":
    """Return the cases whose people are concerned: those named, and those of the services received in that time."""
    wanted = Q(key__in=incident.cases)
    if incident.services:
        among = Q(service__code__in=incident.services)
        if incident.received_from:
            among &= Q(received_at__gte=_midnight(incident.received_from))
        if incident.received_to:
            among &= Q(received_at__lt=_midnight(incident.received_to + timedelta(days=1)))
        wanted |= among
    return Case.objects.filter(wanted, erased_at=None)


def affected_by_name(incident: Incident) -> "QuerySet[Case]":
    """Return those of them that were named one by one."""
    return Case.objects.filter(key__in=incident.cases).order_by("number")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone())


def people(incident: Incident) -> tuple[int, int]:
    """Return how many cases are concerned, and of how many the applicant left an e-mail address."""
    found = affected(incident)
    return found.count(), found.exclude(applicant__email_hash="").count()


@transaction.atomic
def tick(incident: Incident, code: str, is_done: bool, *, by: User, at: datetime, note: str = "") -> Incident:
    """Mark a step of the checklist as done, or not done again."""
    incident = _lock(incident, by)
    item = ITEMS.get(code)
    if item is None or item.has_letter:
        raise Refused(_("Langkah ini ditandai dengan mengirim suratnya."))
    _mark(incident, code, at if is_done else None)
    record(
        incident, "breach_step", by=by, at=at, after={"step": code, "done": is_done}, note=note.strip()[:300]
    )
    return incident


@transaction.atomic
def tell_authority(incident: Incident, *, by: User, at: datetime, addressee: str, reference: str) -> Incident:
    """Write down that the letter to the authority has gone out: to whom, and with which number or receipt."""
    incident = _lock(incident, by)
    if not addressee.strip() or not reference.strip():
        raise Refused(_("Tuliskan kepada siapa surat itu dikirim, dan nomor atau bukti kirimnya."))
    incident.authority_told_at = at
    _mark(incident, "authority", at)
    record(
        incident,
        "breach_authority_told",
        by=by,
        at=at,
        after={"addressee": addressee.strip()[:200], "reference": reference.strip()[:120]},
    )
    return incident


@transaction.atomic
def tell_subjects(incident: Incident, words: str, *, by: User, at: datetime) -> Incident:
    """Send everybody concerned the notice, by the worker, each once; who left no e-mail stays on the list."""
    from lawang.cases.tasks import tell_of_breach

    incident = _lock(incident, by)
    if len(words.strip()) < 40:
        raise Refused(_("Tuliskan data apa yang terkena, kapan dan bagaimana, dan apa yang dilakukan."))
    count, with_email = people(incident)
    if not count:
        raise Refused(
            _("Belum ada orang yang terkena dalam daftar. Isi dulu layanan atau nomor permohonannya.")
        )
    incident.sealed |= sealing.seal_fields(thing_name(incident), {"notice": words.strip()})
    incident.subjects_told_at = at
    _mark(incident, "subjects", at)
    record(
        incident,
        "breach_subjects_told",
        by=by,
        at=at,
        after={"cases": count, "by_email": with_email},
        sealed={"notice": words.strip()},
    )
    tell_of_breach.defer(incident_id=incident.pk)
    return incident


def send_notices(incident: Incident, *, at: datetime) -> int:
    """Write to everybody concerned who was not told of this incident yet; return to how many. Safe to run twice."""
    words = opened(incident)["notice"]
    if not words:
        return 0
    wanted = affected(incident).exclude(applicant__email_hash="").order_by("pk").values_list("pk", flat=True)
    return sum(_tell(pk, incident, words, at) for pk in list(wanted))


@transaction.atomic
def _tell(case_id: int, incident: Incident, words: str, at: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=case_id)
    mine = {"thing": thing_name(case), "verb": "breach_told", "after__incident": str(incident.key)}
    who = parties.opened(case.applicant)
    if case.erased_at is not None or who is None or not who.email or Entry.objects.filter(**mine).exists():
        return False
    with override(case.language):
        subject = _("Pemberitahuan tentang data pribadi Anda (%(number)s)") % {"number": case.number}
    notify(address=who.email, kind="breach_notice", subject=subject, body=words, about=case, at=at)
    record(case, "breach_told", by=None, at=at, after={"incident": str(incident.key)})
    return True


@transaction.atomic
def close(incident: Incident, *, by: User, at: datetime, lesson: str) -> Incident:
    """Close an incident when everything that is always done was done."""
    incident = _lock(incident, by)
    if open_items := [item for item in CHECKLIST if item.is_always and item.code not in incident.done]:
        raise Refused(
            _("Belum selesai: %(steps)s.")
            % {"steps": ", ".join(str(item.title).lower() for item in open_items)}
        )
    if not lesson.strip():
        raise Refused(_("Tuliskan apa yang diubah supaya tidak terulang."))
    incident.closed_at = at
    incident.save(update_fields=["closed_at"])
    record(incident, "breach_closed", by=by, at=at, sealed={"lesson": lesson.strip()})
    return incident


def _mark(incident: Incident, code: str, at: datetime | None) -> None:
    done = {name: moment for name, moment in incident.done.items() if name != code}
    incident.done = done | ({code: at.isoformat()} if at else {})
    incident.save()


def _lock(incident: Incident, by: User) -> Incident:
    """Return the incident as it is now, locked until the transaction ends."""
    demand(by, BREACH)
    found = Incident.objects.select_for_update().get(pk=incident.pk)
    if found.closed_at is not None:
        raise Refused(_("Insiden ini sudah ditutup."))
    return found
