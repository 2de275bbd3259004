"""Following a case without an account: who knows the code and something only the applicant knows gets a ticket.

Look-ups are limited per code, not per address: a whole village may share one connection.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lawang.cases.actions import parties_of
from lawang.cases.brakes import LOOKUPS
from lawang.cases.models import Case, Ticket
from lawang.lib import codes
from lawang.lib.refused import Refused
from lawang.people import parties
from lawang.record import limits

GOOD_FOR = timedelta(days=30)
COOKIE = "lawang-kartu"  # the tickets of one device, separated by dots
MOST_TICKETS = 20


def find(typed: str) -> Case | None:
    """Return the case with a tracking code, typed in whatever way; None when there is none."""
    code = codes.normalise(typed)
    return Case.objects.filter(code=code).first() if code else None


def open_with(typed: str, *, phone_end: str = "", birth_date: str = "", at: datetime) -> tuple[Case, str]:
    """Return the case and a new secret for its ticket, for somebody who knows it.

    `phone_end`: the last four figures of a telephone left with it; `birth_date`: an ISO date of a person in it. Raise
    Refused when code or answer is wrong (one sentence for both, so that codes cannot be probed), or after too many
    tries.
    """
    code = codes.normalise(typed)
    wrong = _("Kode dan jawabannya tidak cocok. Periksa lagi kode di tanda terima Anda.")
    if code is None:
        raise Refused(
            _("Kode lacak ini salah tulis. Kode terdiri atas 13 huruf dan angka, misalnya 7F3A-91C2-0KXM-4.")
        )
    limits.count((LOOKUPS, code), at=at)  # before we look, so that many at the same moment are all counted
    case = Case.objects.select_related("applicant", "subject", "representative").filter(code=code).first()
    known = case is not None and any(
        parties.knows(party, phone_end=phone_end, birth_date=birth_date) for party in parties_of(case)
    )
    if case is None or not known:
        raise Refused(wrong)
    limits.forget(LOOKUPS, code)
    return case, give_ticket(case, at=at)


def give_ticket(case: Case, *, at: datetime) -> str:
    """Return a secret that opens the case on one device for thirty days; also for whoever has just filed it."""
    secret = secrets.token_urlsafe(24)
    Ticket.objects.create(secret=hash_of(secret), case=case, made_at=at, until=at + GOOD_FOR)
    return secret


def has_ticket(case: Case, secrets_held: list[str], *, at: datetime) -> bool:
    """Tell whether one of the secrets opens the case."""
    if not secrets_held:
        return False
    hashes = [hash_of(one) for one in secrets_held[:MOST_TICKETS]]
    return Ticket.objects.filter(case=case, secret__in=hashes, until__gt=at).exists()


def forget_old_tickets(*, at: datetime) -> int:
    """Remove tickets that open nothing any more."""
    return Ticket.objects.filter(until__lte=at).delete()[0]


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
