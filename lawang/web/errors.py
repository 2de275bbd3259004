"""Pages for what went wrong, in the shell; the one for our own mistakes (500) is a plain file without a database."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.shortcuts import render

from lawang.lib.refused import Refused, TooMany, TryLater
from lawang.web.forms import ONCE

NEVER_AGAIN = ("password", "sandi", "pin", "otp", "token", "secret", "rahasia", "recovery")
MOST_KEPT = 200  # values
_FAILURE = Path(__file__).resolve().parent / "templates" / "web" / "500.html"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request made no sense; one that is too large gets its own sentence."""
    from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent

    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return render(request, "web/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say why this is not for this person: the sentence of Refused or PermissionDenied, when there is one."""
    reason = exception.sentence if isinstance(exception, Refused) else str(exception or "")
    return render(request, "web/403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/404.html", status=404)


def too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "web/413.html", status=413)


def failure(request: HttpRequest) -> HttpResponse:
    """Answer without template engine, context or database: any of them may be what broke."""
    return HttpResponse(_FAILURE.read_text(encoding="utf-8"), status=500)


def came_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser says that one of our own pages sent the form."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(source) and source != "null" and urlsplit(source).netloc == request.get_host()


def lost_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show again what was typed, with a fresh token, so that one more press sends it (CSRF_FAILURE_VIEW).

    Only when our own page sent it: a form of another site gets no second chance. Passwords, codes and files are
    never written into the page.
    """
    ours = came_from_here(request) and reason not in (REASON_BAD_ORIGIN, REASON_BAD_REFERER)
    return render(request, "web/csrf.html", {"ours": ours, **_typed(request, ours)}, status=403)


def lost_session(request: HttpRequest, door: str) -> HttpResponse:
    """Show what somebody sent whose session had ended: they log in at `door` in another tab and send it again."""
    return render(request, "web/csrf.html", {"ours": True, "door": door, **_typed(request)}, status=403)


def later(request: HttpRequest, exception: TryLater) -> HttpResponse:
    """Say when it is worth another try (429 or 503), with what was typed, so that one press sends it then."""
    told = {"ours": True, "later": exception.sentence, **_typed(request, came_from_here(request))}
    response = render(request, "web/csrf.html", told, status=429 if isinstance(exception, TooMany) else 503)
    response["Retry-After"] = str(exception.seconds)
    return response


def _typed(request: HttpRequest, is_wanted: bool = True) -> dict[str, Any]:
    """Return what was sent, for a page that offers to send it again."""
    kept: list[tuple[str, str]] = []
    lost = bool(request.FILES)
    for name, values in request.POST.lists() if is_wanted else ():
        if name == "csrfmiddlewaretoken":
            continue
        if any(word in name.lower() for word in NEVER_AGAIN):
            lost = True
            continue
        kept += [(name, value) for value in values]
    if len(kept) > MOST_KEPT * 5:
        kept, lost = [], True
    shown = [(name, value) for name, value in kept if value.strip() and name != ONCE][:MOST_KEPT]
    return {"kept": kept, "shown": shown, "lost": lost, "action": request.get_full_path()}
