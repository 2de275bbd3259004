"""What a verb refuses and no view caught becomes a page with the sentence; so does an impossible address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from lawang.lib.refused import Refused, TryLater
from lawang.web.errors import bad_request, forbidden, later

Handler = Callable[[HttpRequest], HttpResponseBase]


class Refusals:
    """Turn an uncaught Refused into the 403 page, TryLater into the one that keeps what was typed.

    No text of ours has a NUL, and PostgreSQL could not look for one.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, TryLater):
            return later(request, exception)
        return forbidden(request, exception) if isinstance(exception, Refused) else None
