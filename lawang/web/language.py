"""The language of a page comes from its address alone, so that one address is one page for everybody."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponseBase]


def language_of(path: str) -> str:
    """Return "en" for /en/..., else "id"."""
    return "en" if path == "/en" or path.startswith("/en/") else "id"


class LanguageFromAddress:
    """Activate the language of the address. Unlike LocaleMiddleware it reads no cookie and no header, adds no Vary."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = language_of(request.path_info)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
