"""Headers that every answer carries beside the content security policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

from lawang.web.shell import has_session

Handler = Callable[[HttpRequest], HttpResponseBase]


class Headers:
    """Keep pages of signed-in people out of caches; let everybody else's be revalidated with their ETag."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            if has_session(request) or request.method not in ("GET", "HEAD"):
                patch_cache_control(response, private=True, no_store=True)
                patch_vary_headers(response, ("Cookie",))
            else:
                patch_cache_control(response, no_cache=True)
        return response
