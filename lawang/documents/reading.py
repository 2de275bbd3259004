"""Lists of documents, starting from the person who looks."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from lawang.documents import composing
from lawang.documents.models import Document, Signature
from lawang.documents.signing import LET_GO
from lawang.people.models import User
from lawang.people.node import day_of
from lawang.people.permissions import Someone, grants, reach


def visible_to(user: Someone) -> QuerySet[Document]:
    """Return the documents of the offices whose letters the person may see."""
    how_far = reach(user, "documents.see")
    if how_far.everything:
        return Document.objects.all()
    return Document.objects.filter(office__in=how_far.agencies)


def number_of(document: Document) -> str:
    """Return the number; another system's is opened, "" once it was erased. The caller writes down who read it."""
    if document.origin == Document.Origin.OURS:
        return document.number
    return (composing.values_of(document) or {}).get("number", "")


def waiting_for(user: User, *, at: datetime) -> QuerySet[Document]:
    """Return the documents whose next signature this person can give on the day of that moment, the oldest first.

    Each tells as `is_handed_back` whether it was returned unsigned; it can still be signed.
    """
    held = grants(user, day_of(at))
    places = Q(pk__in=[])
    for grant in held.all if held else ():
        membership = grant.membership
        if membership.role.signs_as and grant.scope("documents.sign"):
            places |= Q(next_office__in=membership.role.signs_as, office=membership.agency_id)
    left = Signature.objects.filter(document=OuterRef("pk")).exclude(state=Signature.State.SIGNED)
    asked = Signature.State.ASKED
    mine = Signature.objects.filter(document=OuterRef("pk"), user=user).exclude(
        state=asked, ticket="", asked_at__lt=at - LET_GO
    )
    returned = Signature.objects.filter(document=OuterRef("pk"), state=Signature.State.REFUSED)
    return (
        Document.objects.filter(state=Document.State.WAITING)
        .annotate(next_office=Subquery(left.order_by("order").values("office")[:1]))
        .filter(places)
        .filter(~Exists(mine))
        .annotate(is_handed_back=Exists(returned))
        .order_by("date", "pk")
    )


def times_checked(document: Document) -> tuple[int, datetime | date | None]:
    """Return how often the document was looked up on the public page, and on which day last."""
    rows = list(document.checks.order_by("-date").values_list("count", "date"))
    return sum(count for count, _day in rows), rows[0][1] if rows else None
