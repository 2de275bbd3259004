"""Pages that only a movement's installation has, or only a regency's."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from lawang.people.node import is_movement

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def movement_only(view: View[P]) -> View[P]:
    """Let a page exist on a movement's installation only."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_movement():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def regency_only(view: View[P]) -> View[P]:
    """Let a page exist on a regency's installation only."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if is_movement():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
