"""What applicants are told, over the channel they left; every message is a row of the Outbox that can be sent again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lawang.cases.definition import Definition, Step
from lawang.cases.models import Case
from lawang.lib import codes
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people import parties
from lawang.people.models import User
from lawang.people.node import node
from lawang.record.actions import notify, send_again, thing_name
from lawang.record.models import Outbox

TOLD = ("decide", "record_result", "extend", "hand_over", "lapse", "withdraw")  # kinds of steps
AGAIN = "case_again"  # kind of a copy
MOST_AGAIN = 3  # copies in a day


def address_of(case: Case) -> str:
    """Return the e-mail address to write to: the representative's, else the applicant's; "" when they left none."""
    for party in (case.representative, case.applicant):
        who = parties.opened(party) if party and party.email_hash else None
        if who and who.email:
            return who.email
    return ""


def link_of(case: Case) -> str:
    """Return the address where the applicant follows the case; it opens with code and contact only."""
    prefix = "/en" if case.language == "en" else ""
    return f"{node().base_url.rstrip('/')}{prefix}/lacak/{case.code}/"


def tell(
    case: Case,
    definition: Definition,
    kind: str,
    *,
    at: datetime,
    words: str = "",
    address: str | None = None,
) -> None:
    """Write to the applicant in their language: "received", "note", or the sentence of the present state.

    `address` spares opening the parties, for a caller who knows it; "" writes to nobody. No personal data stands in
    the message: number, service, what happens now, by when, and the link.
    """
    address = address_of(case) if address is None else address
    if not address:
        return
    with translation.override(case.language):
        state = definition.states[case.state]
        lines = [
            _("%(service)s, nomor %(number)s.") % {"service": say(case.service.title), "number": case.number},
            words or say(state.citizen),
        ]
        if kind == "received":
            lines.insert(1, _("Sudah kami terima."))
            lines.append(_("Kode lacak: %(code)s") % {"code": codes.shown(case.code)})
        if case.due_at and case.phase == Case.Phase.OPEN:
            lines.append(_("Janji kami: selesai paling lambat %(day)s.") % {"day": long_date(case.due_at)})
        lines.append(_("Lihat di %(link)s") % {"link": link_of(case)})
        subject = _("%(number)s: %(state)s") % {"number": case.number, "state": say(state.title)}
    notify(address=address, kind=f"case_{kind}", subject=subject, body="\n\n".join(lines), about=case, at=at)


def tell_of_step(
    case: Case, definition: Definition, step: Step, items: Sequence[str], *, at: datetime
) -> None:
    """Write to the applicant after a step when the phase is one they wait for, or the step has a message of its own."""
    is_unsigned = step.kind == "decide" and case.phase == Case.Phase.OPEN
    if step.kind == "ask":
        with translation.override(case.language):
            missing = "\n".join(f"- {item}" for item in items)
            until = case.answer_until
            words = _(
                "Mohon dilengkapi:\n%(items)s\nPaling lambat %(day)s. "
                "Waktu kami berhenti dihitung sampai Anda menjawab."
            ) % {
                "items": missing,
                "day": long_date(until) if until else "",
            }
        tell(case, definition, "ask", at=at, words=words)
    elif step.message or (step.kind in TOLD and not is_unsigned):
        with translation.override(case.language):
            words = say(step.message) if step.message else ""
        tell(case, definition, step.kind, at=at, words=words)


def messages_of(case: Case) -> "models.QuerySet[Outbox]":
    """Return the messages about a case, newest first."""
    return Outbox.objects.filter(about=thing_name(case)).order_by("-made_at", "-pk")


def to_applicant(case: Case) -> "models.QuerySet[Outbox]":
    """Return the messages about a case to the addresses that were left with it, newest first; none once erased."""
    people = [parties.opened(one) for one in (case.applicant, case.representative) if one and one.email_hash]
    return messages_of(case).filter(address__in=[who.email for who in people if who and who.email])


def send_once_more(case: Case, key: UUID, *, at: datetime) -> None:
    """Send a message to the applicant again: one that was given up as it is, one that went as a copy.

    Raise Refused for a message that is not theirs, one that waits already, and the fourth copy of a day.
    """
    message = to_applicant(case).filter(key=key).first()
    if message is None:
        raise Refused(_("Pesan ini tidak ada lagi."))
    if message.state == Outbox.State.FAILED:
        send_again(message, by=None, at=at)
        return
    if message.state == Outbox.State.WAITING:
        raise Refused(_("Pesan ini masih menunggu dikirim. Tunggu sebentar."))
    today = messages_of(case).filter(kind=AGAIN, made_at__gt=at - timedelta(days=1)).count()
    if today >= MOST_AGAIN:
        raise Refused(_("Hari ini sudah tiga kali dikirim ulang. Periksa kotak spam, atau coba besok."))
    notify(address=message.address, kind=AGAIN, subject=message.subject, body=message.body, about=case, at=at)


def tell_officers(
    case: Case, users: "Sequence[User]", *, kind: str, subject: str, body: str, at: datetime
) -> int:
    """Write to officers who have an address; return how many."""
    sent = 0
    for user in users:
        if user.email:
            notify(address=user.email, kind=kind, subject=subject, body=body, about=case, at=at)
            sent += 1
    return sent


def tell_handler(case: Case, definition: Definition, handler: User, *, by: User, at: datetime) -> None:
    """Tell an officer that a colleague gave them a case: number, service, by when; no personal data."""
    words = {
        "number": case.number,
        "service": say(definition.title),
        "who": by.name,
        "link": f"{node().base_url.rstrip('/')}{reverse('desk:case', args=[case.key])}",
    }
    body = _("%(who)s memberikan %(number)s (%(service)s) kepada Anda.") % words
    if case.due_at:
        body += " " + _("Tenggatnya %(day)s.") % {"day": long_date(case.due_at)}
    tell_officers(
        case,
        [handler],
        kind="case_given",
        subject=_("%(number)s untuk Anda") % words,
        body=f"{body}\n\n{words['link']}",
        at=at,
    )
