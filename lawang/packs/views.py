"""What everybody may fetch of packs: the crest."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from lawang.packs import theme


def crest(request: HttpRequest, digest: str) -> HttpResponse:
    """Return the regency's crest. Its address changes with its content, so it may be kept for ever."""
    picture = theme.crest(digest)
    if picture is None or len(digest) < 16:
        raise Http404
    response = HttpResponse(picture.content, content_type=picture.kind)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response
