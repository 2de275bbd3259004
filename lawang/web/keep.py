"""Pages that a phone may keep and open without a signal, and what its worker needs to know.

A page may be kept when it is the same for everybody: no name in it, no token. Who has no session has nothing that
another site could misuse, so their form needs no token either; that it came from a page of ours is checked instead.
With a session Django's own check stays, and the worker keeps nobody's copy, which it fetches without cookies.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.template.loader import get_template
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from lawang.web.errors import came_from_here, lost_token
from lawang.web.shell import has_session

View = Callable[..., HttpResponse]
HEADER = "X-Keep"
SAFE = ("GET", "HEAD", "OPTIONS")
FILES = (  # of the shell; share.js and here.js too, for "Di HP ini" must open without a signal
    "web/lawang.css",
    *(
        f"web/js/{name}.js"
        for name in (
            *("page", "draft", "outbox", "form", "code", "complaints", "item", "photo", "token", "waiting"),
            *("here", "hints", "kept", "share", "parts"),
        )
    ),
)
WORKER = ("web/js/outbox.js", "web/js/worker.js")  # what the worker itself runs
TEMPLATES = ("web/base.html", "web/here.html", "web/offline.html", "web/components/outbox_item.html")


def may_be_kept(view: View) -> View:
    """Let the worker keep this page: it says `X-Keep: 1`, or `copy` when it was answered to a session.

    The template writes its token with `{% token %}`, which is empty without a session; a page that carries one anyway,
    or sets a cookie, is not marked.
    """
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_session(request):
            response: HttpResponse = guarded(request, *args, **kwargs)
            mark = "copy"
        elif request.method in SAFE or came_from_here(request):
            response, mark = view(request, *args, **kwargs), "1"
        else:
            return lost_token(request, REASON_BAD_ORIGIN)
        is_plain = mark == "copy" or not (response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))
        if request.method == "GET" and response.status_code == 200 and is_plain:
            response[HEADER] = mark
        return response

    return answer


def shell_files(theme: str, crest: str) -> list[str]:
    """Return the addresses of the files that every kept page needs."""
    return [*(static(name) for name in FILES), theme, crest]


def version(addresses: list[str]) -> str:
    """Return what changes whenever a file or page of the shell, an address, or the worker changes."""
    return (_version.__wrapped__ if settings.DEBUG else _version)(tuple(addresses))


@lru_cache(maxsize=8)
def _version(addresses: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\n".join(addresses).encode())
    for name in (*FILES, *WORKER):
        path = finders.find(name)
        assert isinstance(path, str), name
        digest.update(Path(path).read_bytes())
    for name in TEMPLATES:
        digest.update(str(get_template(name).template.source).encode())  # type: ignore[attr-defined]
    return digest.hexdigest()[:12]
