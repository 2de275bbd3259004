"""Files that were handed in, for whom may read them."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from lawang.record.actions import read_file, saw
from lawang.record.files import SHOWN, may_read
from lawang.record.models import File, Privacy

PERSONAL = {Privacy.PERSONAL, Privacy.SENSITIVE}


def _caching(file: File) -> str:
    """Say how long a browser may keep it: nothing of people's own data on a computer that others use too."""
    if file.privacy in PERSONAL:
        return "private, no-store"
    return "public, max-age=3600" if file.privacy == Privacy.PUBLIC else "private, no-cache"


@require_safe
def file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Answer with a kept file. Who may not read it learns nothing of it; who is not logged in is asked to."""
    found = File.objects.filter(key=key).first()
    if found is None or not may_read(request.user, found):
        if found is not None and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        raise Http404
    if found.privacy in PERSONAL and request.user.is_authenticated:
        saw(found.about, ["file"], by=request.user, at=timezone.now(), why=request.path)
    headers = {
        "ETag": f'"{found.sha256}"',
        "Cache-Control": _caching(found),
        "X-Content-Type-Options": "nosniff",
    }
    # Before the file is opened: the middleware would answer 304 as well, and leave it open. gzip makes tags weak.
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if headers["ETag"] in (tag.removeprefix("W/") for tag in known):
        return HttpResponseNotModified(headers=headers)
    if found.kind != "application/pdf":  # a browser's PDF viewer does not start in a sandbox
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    try:
        stream = read_file(found)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        stream,
        as_attachment=found.kind not in SHOWN,
        filename=found.name,
        content_type=found.kind,
        headers=headers,
    )
