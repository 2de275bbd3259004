"""Ready-made replies: what officers of an agency start from when they ask for more or write to an applicant."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lawang.cases.models import Reply, Service
from lawang.lib.refused import Refused
from lawang.people.models import Agency, User
from lawang.people.permissions import demand
from lawang.record.actions import record


@transaction.atomic
def write_reply(
    reply: Reply | None,
    *,
    agency: Agency,
    service: Service | None,
    title: str,
    words: str,
    by: User,
    at: datetime,
) -> Reply:
    """Keep a new reply (None) or other words for one. Raise Refused when `by` does not work in the agency."""
    found = Reply(agency=agency) if reply is None else Reply.objects.select_for_update().get(pk=reply.pk)
    if reply is not None:
        demand(by, "cases.handle", found)
    before = {"title": found.title, "words": found.words} if reply else None
    found.agency, found.service = agency, service
    found.title, found.words = " ".join(title.split())[:120], words.strip()
    if not found.title or not found.words:
        raise Refused(_("Isi judul dan kalimatnya."))
    demand(by, "cases.handle", found)
    found.save()
    record(
        found,
        "changed" if reply else "added",
        by=by,
        at=at,
        before=before,
        after={"title": found.title, "words": found.words},
    )
    return found


@transaction.atomic
def remove_reply(reply: Reply, *, by: User, at: datetime) -> None:
    """Remove a reply; what was written with it stays written."""
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    demand(by, "cases.handle", reply)
    record(reply, "removed", by=by, at=at, before={"title": reply.title, "words": reply.words})
    reply.delete()
