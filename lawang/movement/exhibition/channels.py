"""What pages and `lawang stream` agree on: the name of the channel, and the ticket that opens a stream."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

CHANNEL = "lawang_booth"  # of LISTEN/NOTIFY
SALT = "lawang.stream"
GOOD_FOR = 12 * 3600  # seconds; it only tells that something was said, never what


def ticket(channel: str, shown: int) -> str:
    """Return what opens the stream of a channel for a page that shows everything up to message `shown`.

    Channels: "t<key of a talk>", "b<id of a booth>" for its desk.
    """
    return signing.TimestampSigner(salt=SALT).sign(f"{channel}.{shown}")


def address(request: HttpRequest) -> tuple[str, str]:
    """Return where the browser finds the stream, and its origin when that is another than the page's; ("", ""): off.

    Only a movement runs one, unless a setting says where another is.
    """
    from lawang.people.node import is_movement  # `lawang stream` reads this file without Django's models

    if settings.STREAM_URL == "off" or not (settings.STREAM_URL or is_movement()):
        return "", ""
    if settings.STREAM_URL or settings.BEHIND_TLS:
        given = settings.STREAM_URL or "/aliran/"
        return given, "/".join(given.split("/")[:3]) if "://" in given else ""
    host = request.get_host()
    bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    origin = f"http://{bare}:{settings.STREAM_PORT}"
    return f"{origin}/aliran/", origin
