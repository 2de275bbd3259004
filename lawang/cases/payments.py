"""Paying benefits together: lists under one decree, within the year's budget, for the bank and back.

The steps of kind `pay` in a definition carry a case through: the first puts it on a list, the last says that it was
transferred; with a single one the case is put on the list without a step. What a step of kind `pay` checks and does
(quota, cut-off) is the definition's. Whoever pays is not who decides: the verb is cases.pay.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from lawang.cases import answers as kept
from lawang.cases.actions import take_step
from lawang.cases.definition import Definition, Step, definition_of, warm
from lawang.cases.models import Case, CaseQuerySet, PaymentBatch, Service
from lawang.documents.numbers import take_number
from lawang.lib import fields as lib
from lawang.lib.disclosure import Joined, join_small
from lawang.lib.refused import Refused
from lawang.people import parties
from lawang.people.models import User
from lawang.people.permissions import demand, sees
from lawang.record import sealing
from lawang.record.actions import record, thing_name
from lawang.record.models import Access, Privacy

FAVOURABLE = (Case.Outcome.GRANTED, Case.Outcome.PARTLY)
DRAFT, SENT, PAID = PaymentBatch.State.DRAFT, PaymentBatch.State.SENT, PaymentBatch.State.PAID
BANK_PATHS = ("bank_name", "bank_account", "bank_account_name")  # names that mean the same in every service
AMOUNT = "amount"  # of a step's own field, or of the service's parameters


# What there is


def pay_steps(definition: Definition) -> list[Step]:
    """Return the steps of a payment, in order: onto a list, and transferred."""
    return [step for step in definition.steps.values() if step.kind == "pay"]


def paying_services() -> list[Service]:
    """Return the services in force that pay something."""
    rows = Service.objects.select_related("current").exclude(current=None).order_by("code")
    return [one for one in rows if one.current and pay_steps(definition_of(one.current))]


def unlisted(service: Service) -> CaseQuerySet:
    """Return the granted cases that are on no list and not paid yet, the longest decided first."""
    assert service.current is not None
    first = pay_steps(definition_of(service.current))[0]
    return Case.objects.filter(
        service=service, state__in=first.sources, batch=None, outcome__in=FAVOURABLE, phase=Case.Phase.DECIDED
    ).order_by("decided_at", "id")


def queue(service: Service, year: int) -> CaseQuerySet:
    """Return the granted cases whose budget year is still to come, by year and moment of the decision."""
    return Case.objects.filter(
        service=service, batch=None, quota_year__gt=year, outcome__in=FAVOURABLE, phase=Case.Phase.DECIDED
    ).order_by("quota_year", "decided_at", "id")


@dataclass(frozen=True)
class Year:
    """What one budget year of a service pays; `quota` is None where none is counted."""

    year: int
    quota: int | None
    taken: int  # places given: paid, on a list, or granted
    listed: int
    paid: int

    @property
    def left(self) -> int | None:
        return None if self.quota is None else max(0, self.quota - self.taken)


def year_of(service: Service, year: int, quota: int | None) -> Year:
    """Return how a budget year stands; one query."""
    rows = Case.objects.filter(service=service, quota_year=year)
    counts = rows.aggregate(
        taken=Count("pk"),
        listed=Count("pk", filter=Q(batch__isnull=False) & ~Q(batch__state=PAID)),
        paid=Count("pk", filter=Q(batch__state=PAID)),
    )
    return Year(year, quota, counts["taken"], counts["listed"], counts["paid"])


def published(service: Service) -> list[Joined[tuple[int, str]]] | None:
    """Return how many were paid and how many wait, by budget year, as everybody may see it: never a few alone.

    Labels are (year, "paid" or "waiting"). None when all together are too few.
    """
    rows = (
        Case.objects.filter(service=service, quota_year__isnull=False, outcome__in=FAVOURABLE)
        .values_list("quota_year", F("batch__state"))
        .annotate(n=Count("pk"))
        .order_by()
    )
    counts: dict[tuple[int, str], int] = {}
    for year, state, count in rows:
        label = (int(year), "paid" if state == PAID else "waiting")
        counts[label] = counts.get(label, 0) + count
    return join_small(counts.items())


# Verbs


@transaction.atomic
def put_on_list(service: Service, cases: Sequence[Case], *, by: User, at: datetime) -> PaymentBatch:
    """Put granted cases on the list that is being made for their budget year; all of them or none.

    Raise Refused when `by` may not pay for the service, when somebody is on a list already, when cases of several years
    were chosen, or with what a check of the step says.
    """
    demand(by, "cases.pay", service)
    if not cases:
        raise Refused(_("Centang dahulu siapa yang masuk daftar."))
    years = {case.quota_year for case in cases}
    if len(years) > 1:
        raise Refused(_("Satu daftar hanya untuk satu tahun anggaran. Pilih yang setahun."))
    rows = list(
        Case.objects.select_for_update(of=("self",))
        .select_related("version")
        .defer("version__definition")
        .filter(pk__in=[case.pk for case in cases], service=service)
        .order_by("pk")
    )
    if len(rows) != len(cases) or any(case.batch_id for case in rows):
        raise Refused(_("Salah satunya sudah masuk daftar lain. Muat ulang halaman ini."))
    warm(case.version for case in rows)
    batch = _draft(service, int(years.pop() or at.year), by=by, at=at)
    for case in rows:
        definition = definition_of(case.version)
        case.batch = batch
        case.save(update_fields=["batch"])  # before the step: what it does to lists finds this one
        steps = pay_steps(definition)
        if len(steps) > 1:
            take_step(case, steps[0].code, by=by, at=at)
        else:
            record(case, "case_pay", by=by, at=at, after={"batch": batch.number})
    return batch


def _draft(service: Service, year: int, *, by: User, at: datetime) -> PaymentBatch:
    """Return the list that is being made for a year, or begin one."""
    Service.objects.select_for_update().get(pk=service.pk)
    found = PaymentBatch.objects.filter(service=service, year=year, state=DRAFT).first()
    if found is not None:
        return found
    assert service.current is not None
    series = f"BAYAR-{definition_of(service.current).series}"
    batch = PaymentBatch.objects.create(
        service=service, number=take_number(series, at=at), year=year, made_by=by, made_at=at
    )
    record(batch, "added", by=by, at=at, after={"number": batch.number, "year": year})
    return batch


def _locked(batch: PaymentBatch) -> PaymentBatch:
    return PaymentBatch.objects.select_for_update(of=("self",)).select_related("service").get(pk=batch.pk)


@transaction.atomic
def send(batch: PaymentBatch, *, decree: str, by: User, at: datetime) -> PaymentBatch:
    """Close a list under its decree: from now on it is what the bank got."""
    batch = _locked(batch)
    demand(by, "cases.pay", batch)
    if batch.state != DRAFT:
        raise Refused(_("Daftar ini sudah dikirim ke bank."))
    if not decree.strip():
        raise Refused(_("Tulis nomor dan tanggal surat keputusannya."))
    if not batch.cases.exists():
        raise Refused(_("Daftar ini masih kosong."))
    batch.decree, batch.state = " ".join(decree.split())[:120], SENT
    batch.save(update_fields=["decree", "state"])
    record(
        batch,
        "batch_sent",
        by=by,
        at=at,
        after={"decree": batch.decree, "count": batch.cases.count()},
    )
    return batch


@transaction.atomic
def mark_paid(batch: PaymentBatch, *, by: User, at: datetime) -> int:
    """Take the last step of payment for everybody on a list, all or none; return how many."""
    batch = _locked(batch)
    demand(by, "cases.pay", batch)
    if batch.state == PAID:
        raise Refused(_("Daftar ini sudah ditandai dibayar."))
    if batch.state == DRAFT:
        raise Refused(_("Kirim dahulu daftarnya ke bank."))
    cases = list(batch.cases.select_related("version", "service").defer("version__definition").order_by("pk"))
    warm(case.version for case in cases)
    for case in cases:
        step = pay_steps(definition_of(case.version))[-1]
        if case.state in step.sources:
            take_step(case, step.code, by=by, at=at)
    batch.refresh_from_db()
    if batch.state != PAID:  # a step's own effect may have closed the list already
        batch.state, batch.paid_at = PAID, at
        batch.save(update_fields=["state", "paid_at"])
    record(batch, "batch_paid", by=by, at=at, after={"count": len(cases)})
    return len(cases)


# For the bank


@dataclass(frozen=True)
class Line:
    """One person on the list for the bank. `amount` in rupiah."""

    number: str
    name: str
    nik: str
    bank: str
    account: str
    account_name: str
    amount: int | None


def bank_lines(batch: PaymentBatch, parameters: dict[str, str], *, by: User, at: datetime) -> list[Line]:
    """Return everybody on a list with account and amount, and write down that `by` read them.

    Raise Refused when `by` may not pay for it, or may not see personal data. Three queries and the Access rows.
    """
    demand(by, "cases.pay", batch)
    if not sees(by, Privacy.PERSONAL):
        raise Refused(_("Daftar untuk bank berisi data pribadi, yang tertutup untuk peran Anda."))
    cases = list(batch.cases.select_related("applicant").order_by("number"))
    things = [thing_name(case) for case in cases]
    keys = sealing.find_keys(things)
    found = [_line(case, keys.get(thing_name(case)), parameters) for case in cases]
    Access.objects.bulk_create(
        Access(thing=thing, fields=["name", "nik", *BANK_PATHS], by=by, at=at, why=batch.number)
        for thing in things
    )
    return found


def _line(case: Case, key: bytes | None, parameters: dict[str, str]) -> Line:
    if key is None:
        return Line(case.number, case.applicant.name, "", "", "", "", None)
    answers = kept.opened(case, key=key) or {}
    who = parties.opened(case.applicant, key=key)
    bank, account, owner = (str(lib.look(answers, path) or "") for path in BANK_PATHS)
    return Line(
        case.number,
        case.applicant.name,
        who.nik if who else "",
        bank,
        account,
        owner,
        amount_of(case, parameters),
    )


def amount_of(case: Case, parameters: dict[str, str]) -> int | None:
    """Return the rupiah that a case is paid: what an officer proposed, else what the regency set; None when neither."""
    proposed = next((part[AMOUNT] for part in _parts(case.work) if part.get(AMOUNT) is not None), None)
    given = parameters.get(AMOUNT) if proposed is None else proposed
    words = str(given if given is not None else "")
    return int(words) if words.isdecimal() else None


def _parts(work: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (part for name, part in work.items() if isinstance(part, dict) and not name.startswith("_"))


def total(lines: Iterable[Line]) -> int:
    return sum(line.amount or 0 for line in lines)
