"""Forms that arrive twice: a double press, a page sent again because its answer was lost. Both are one change.

A form carries a hidden key made when its page was rendered (`{% once %}`). The view behind it is `sent_once` and
answers with `done(...)` once it has changed something; what answers otherwise has changed nothing, and is forgotten.
Another content under the same key is another change: somebody went back, wrote something else and sent that.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from lawang.record.actions import once
from lawang.web.forms import ONCE

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class Done(HttpResponseRedirect):
    """What a view answers after it has changed something."""


class _NotDone(Exception):
    """The view answered without a change: a form with mistakes, a refusal, one more row."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


def done(to: str, *args: Any, **kwargs: Any) -> Done:
    """Lead on, as `redirect` does; the change is made and must not be made again."""
    return Done(resolve_url(to, *args, **kwargs))


def sent_once(view: View[P]) -> View[P]:
    """Let the same form change something once: who sends it again is led to where the first time led.

    The view runs in one transaction, which is undone when it does not answer with `done`. A form without a key, of a
    program or an old page, is done as often as it comes.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method != "POST" or not request.POST.get(ONCE):
            return view(request, *args, **kwargs)

        def do() -> dict[str, Any]:
            response = view(request, *args, **kwargs)
            if not isinstance(response, Done):
                raise _NotDone(response)
            return {"to": response.url}

        try:
            result, fresh = once_sent(request, do)
        except _NotDone as not_done:
            return not_done.response
        if not fresh:
            messages.info(request, already())
        return HttpResponseRedirect(result["to"])

    guarded.is_sent_once = True  # type: ignore[attr-defined]  # the table of forms in tests reads it
    return guarded


def once_sent(
    request: HttpRequest, do: Callable[[], dict[str, Any]], part: str = "", *, without: str = ""
) -> tuple[dict[str, Any], bool]:
    """Call `do` unless this very form did it before; return its result and whether it was called.

    `part` tells apart what one form does to several things, each on its own. `without` names a secret among the
    fields: a hash of the others is kept, and none of it. A form without a key always calls `do`.
    """
    if not request.POST.get(ONCE):
        return do(), True
    by = request.user if isinstance(request.user, AbstractBaseUser) else None
    place = request.resolver_match.view_name if request.resolver_match else ""
    digest = hashlib.sha256()
    for words in (place, request.path, part, str(by.pk if by else ""), *content_of(request, without)):
        digest.update(words.encode(errors="replace") + b"\x00")
    key = digest.hexdigest()
    return once(key, place[:60], by, key, timezone.now(), do)


def already() -> str:
    """Say that the first of two has been done."""
    return _("Sudah tersimpan tadi; tidak disimpan dua kali.")


def content_of(request: HttpRequest, without: str = "") -> list[str]:
    """Return everything that was sent, the key included, files by their hash; one field may be left out."""
    found = []
    for name, values in sorted(request.POST.lists()):
        if name not in ("csrfmiddlewaretoken", without):
            found += [name, *values, "\x01"]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            found += [name, str(file.name), digest.hexdigest()]
    return found
