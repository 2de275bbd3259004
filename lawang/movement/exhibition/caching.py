"""Visitors' pages are the same for everybody: rendered once per change and process, then answered from memory or 304.

A change of anything that they show raises `Exhibition.changed`, which is part of every ETag; what depends on the time
of day is shown as of the last quarter of an hour, which is part of it too. Who is signed in gets pages of their own.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.templatetags.static import static
from django.utils.http import parse_etags

from lawang.movement.exhibition.models import Exhibition
from lawang.people.node import zone
from lawang.web import shell

MOST = 600  # pages kept by one process: some 15 MB
MAX_AGE = 60  # seconds during which a browser or proxy does not even ask

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
