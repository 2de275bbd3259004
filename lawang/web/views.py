from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from lawang.web import shell
from lawang.web.samples import samples


def theme(request: HttpRequest, digest: str) -> HttpResponse:
    """Return the accent colours of this regency. Its address changes with its content, so it may be kept for ever."""
    accent = shell.brand().accent
    response = HttpResponse(shell.theme(accent), content_type="text/css; charset=utf-8")
    if digest == shell.theme_hash(accent):
        patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response


def components(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return render(request, "web/components.html", samples(request))
