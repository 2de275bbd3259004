"""Atom feeds of what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed

from lawang.web.language import language_of


@dataclass(frozen=True)
class FeedEntry:
    """One change."""

    id: str  # stays the same for ever: an address or a urn:uuid
    title: str
    path: str  # of the page, with its leading slash
    at: datetime
    words: str = ""


def atom(request: HttpRequest, title: str, path: str, entries: Iterable[FeedEntry]) -> HttpResponse:
    """Return a feed whose own page is `path`, newest entry first as given."""
    feed = Atom1Feed(
        title=title,
        link=request.build_absolute_uri(path),
        description=title,
        language=language_of(request.path),
        feed_url=request.build_absolute_uri(),
    )
    for entry in entries:
        feed.add_item(
            title=entry.title,
            link=request.build_absolute_uri(entry.path),
            description=entry.words,
            unique_id=entry.id,
            updateddate=entry.at,
            pubdate=entry.at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
