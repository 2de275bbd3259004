"""The cookie of one device: the secrets of the tickets that open its cases, newest first."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lawang.cases.models import Case, Ticket
from lawang.cases.tracking import COOKIE, GOOD_FOR, MOST_TICKETS, give_ticket, has_ticket, hash_of
from lawang.people.permissions import real

SECRET = 32  # letters of a secret


def secrets_of(request: HttpRequest) -> list[str]:
    """Return the secrets that this device holds."""
    held = request.COOKIES.get(COOKIE, "").split(".")
    return [one for one in held if len(one) == SECRET and one.isascii()][:MOST_TICKETS]


def may_follow(request: HttpRequest, case: Case, *, at: datetime) -> bool:
    """Tell whether this visitor may see everything of a case: by a ticket, or because it is in their account."""
    person = real(request.user)
    if person is not None and person.pk == case.account_id:
        return True
    return has_ticket(case, secrets_of(request), at=at)


def remember(request: HttpRequest, response: HttpResponse, secrets: Sequence[str]) -> None:
    """Add secrets to the cookie; the oldest fall out."""
    held = [*secrets, *(one for one in secrets_of(request) if one not in secrets)]
    _write(response, held[:MOST_TICKETS])


def hand_over(
    request: HttpRequest, response: HttpResponse, *cases: Case, at: datetime, fresh: bool = False
) -> None:
    """Give this device tickets for cases that it has just filed, unless it holds them. `fresh`: it cannot yet."""
    held = [] if fresh else secrets_of(request)
    given = [give_ticket(case, at=at) for case in cases if not has_ticket(case, held, at=at)]
    if given:
        remember(request, response, given)


def cases_held(request: HttpRequest, *, at: datetime) -> list[Case]:
    """Return the cases that this device may see, newest first."""
    held = secrets_of(request)
    if not held:
        return []
    tickets = Ticket.objects.filter(secret__in=[hash_of(one) for one in held], until__gt=at)
    return list(
        Case.objects.filter(pk__in=tickets.values("case"))
        .select_related("service", "version")
        .defer("version__definition")
        .order_by("-received_at")
    )


def forget(request: HttpRequest, response: HttpResponse, case: Case | None = None) -> None:
    """Take away what opens a case on this device, or everything; for a phone that others use too."""
    held = secrets_of(request)
    wanted = Ticket.objects.filter(secret__in=[hash_of(one) for one in held])
    gone = set(wanted.filter(case=case).values_list("secret", flat=True)) if case else None
    if gone is None:
        wanted.delete()
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    Ticket.objects.filter(secret__in=gone).delete()
    _write(response, [one for one in held if hash_of(one) not in gone])


def _write(response: HttpResponse, secrets: Sequence[str]) -> None:
    response.set_cookie(
        COOKIE,
        ".".join(secrets),
        max_age=GOOD_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.BEHIND_TLS,
    )
