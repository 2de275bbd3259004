"""Visitors' pages are the same for everybody: rendered once per change and process, then answered from memory or 304.

A change of anything that they show raises `Exhibition.changed`, which is part of every ETag; what depends on the time
of day is shown as of the last quarter of an hour, which is part of it too. Who is signed in gets pages of their own.

When thousands come at once even asking the database whether anything changed is too much: for some seconds `Crowd`, the
outermost middleware, answers with the very response, compressed and with all its headers, that went out before.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.templatetags.static import static
from django.utils.http import parse_etags

from lawang.movement.exhibition import visits
from lawang.movement.exhibition.models import Exhibition
from lawang.people.node import zone
from lawang.web import shell

MOST = 600  # pages kept by one process: some 15 MB
MAX_AGE = 60  # seconds during which a browser or proxy does not even ask
FRESH = 5.0  # seconds during which this process does not ask the database; 0: it always does

_lock = threading.Lock()
_shelf: OrderedDict[str, bytes] = OrderedDict()


def quarter(at: datetime) -> datetime:
    """Return the beginning of the quarter of an hour."""
    local = at.astimezone(zone())
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)


def is_for_everybody(request: HttpRequest) -> bool:
    return not (shell.has_session(request) or "messages" in request.COOKIES) and request.method in (
        "GET",
        "HEAD",
    )


def is_fresh_opening(request: HttpRequest) -> bool:
    """Tell whether somebody opens a page that their browser does not have yet."""
    return "If-None-Match" not in request.headers


def answer(
    request: HttpRequest, exhibition: Exhibition, at: datetime, render: Callable[[], HttpResponse]
) -> HttpResponse:
    """Answer with 304, from memory, or with what `render` makes. `at` comes from `quarter`."""
    if not is_for_everybody(request):
        return render()
    words = (
        *(request.get_host(), request.get_full_path(), str(exhibition.key), str(exhibition.changed)),
        *(at.isoformat(), repr(shell.brand()), static("web/lawang.css"), static("web/exhibition.css")),
    )
    etag = f'"{hashlib.sha256(chr(0).join(words).encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={MAX_AGE}, stale-while-revalidate=600"}
    if etag in (one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))):
        return HttpResponseNotModified(headers=headers)
    with _lock:
        body = _shelf.get(etag)
        if body is not None:
            _shelf.move_to_end(etag)
    if body is not None:
        return HttpResponse(body, headers=headers)
    response = render()
    if (
        response.status_code == 200
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    ):
        with _lock:
            _shelf[etag] = response.content
            while len(_shelf) > MOST:
                _shelf.popitem(last=False)
        for name, value in headers.items():
            response[name] = value
    return response


# The crowd

Place = tuple[int, int | None, date]  # what `visits.count` takes


@dataclass(frozen=True)
class Sent:
    """One response as it left the house."""

    until: float  # of time.monotonic
    headers: tuple[tuple[str, str], ...]
    content: bytes
    place: Place


_sent: OrderedDict[tuple[str, str, bool], Sent] = OrderedDict()


def mark(response: HttpResponse, place: Place) -> HttpResponse:
    """Let the crowd have this response, and count each opening of it as one of that place."""
    response.place = place  # type: ignore[attr-defined]
    return response


class Crowd:
    """Answer who asks for a page that went out a moment ago; everybody else goes on into the house."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "/pameran/" not in request.path or not is_for_everybody(request) or request.method != "GET":
            return self.get_response(request)
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        key = (request.META.get("HTTP_HOST", ""), request.get_full_path(), zipped)
        found = _sent.get(key)
        if found is not None and found.until > time.monotonic():
            return self._again(request, found)
        response = self.get_response(request)
        place: Place | None = getattr(response, "place", None)
        if FRESH and place and isinstance(response, HttpResponse) and response.status_code == 200:
            sent = Sent(time.monotonic() + FRESH, tuple(response.items()), response.content, place)
            with _lock:
                _sent[key] = sent
                while len(_sent) > MOST:
                    _sent.popitem(last=False)
        return response

    @staticmethod
    def _again(request: HttpRequest, found: Sent) -> HttpResponse:
        headers = dict(found.headers)
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if headers["ETag"].removeprefix("W/") in (one.removeprefix("W/") for one in known):
            kept = ("ETag", "Cache-Control", "Vary", "Content-Security-Policy")
            return HttpResponseNotModified(headers={name: headers[name] for name in kept if name in headers})
        if is_fresh_opening(request):
            visits.count(*found.place)
        return HttpResponse(found.content, headers=headers)
