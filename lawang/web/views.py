import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from lawang.lib.text import say
from lawang.web import keep, shell
from lawang.web.colours import readable
from lawang.web.keep import may_be_kept
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


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker: what it keeps at once, under a version that changes with it. The rest is worker.js."""
    brand = shell.brand()
    files = keep.shell_files(shell.theme_address(brand), shell.crest_address(brand))
    pages = {}
    for language in ("id", "en"):
        with override(language):
            pages[language] = [reverse("web:here"), reverse("web:offline")]
    known = {
        "VERSION": keep.version(files),
        "SHELL": files,
        "PAGES": [*pages["id"], *pages["en"]],
        "OFFLINE": {language: both[1] for language, both in pages.items()},
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in known.items()]
    lines.append(f"importScripts({', '.join(json.dumps(static(name)) for name in keep.WORKER)});")
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Return what a phone needs to put this site among its apps."""
    brand = shell.brand()
    language = (get_language() or "id")[:2]
    name = say(brand.name)
    told = {
        "name": name,
        "short_name": name[:30],
        "lang": language,
        "start_url": "/en/" if language == "en" else "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": readable(brand.accent, "#ffffff", 7),
        "icons": [{"src": shell.crest_address(brand), "sizes": "any", "purpose": "any"}],
    }
    return JsonResponse(
        told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """Return a CSRF token of now, for forms on kept pages, and the server's time, for phones whose clock is wrong."""
    response = JsonResponse({"token": get_token(request), "now": timezone.now().isoformat()})
    patch_cache_control(response, private=True, no_store=True)
    return response


@may_be_kept
@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """Show what is on this phone. The page itself knows nothing of it: its script reads the browser's database."""
    return render(request, "web/here.html")


@may_be_kept
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what works without a signal; the worker gives this page instead of one that it has not kept."""
    return render(request, "web/offline.html")
