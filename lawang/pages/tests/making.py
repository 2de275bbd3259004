"""Texts for tests: a writer, and somebody else who reads over."""

from datetime import datetime
from typing import Any

from lawang.lib.text import text
from lawang.pages import actions
from lawang.pages.models import Page
from lawang.people.models import User
from tests.cast import make_agency, make_membership, make_role, make_user

BOTH = {"pages.write": "all", "pages.publish": "all"}


def person(username: str, verbs: dict[str, str] | None = None) -> User:
    user = make_user(username)
    if not user.memberships.exists():
        role = make_role(f"redaksi-{username}", BOTH if verbs is None else verbs)
        make_membership(user, role=role, agency=make_agency())
    return user


def make_page(slug: str = "air-bersih", *, by: User, at: datetime, **more: Any) -> Page:
    given = {
        "kind": "news",
        "slug": slug,
        "title": text("Air bersih sampai desa", "Clean water reaches the village"),
        "summary": text("Meteran dibaca warga sendiri."),
        "body": text("## Bagaimana\n\nWarga **memotret** meterannya."),
    } | more
    return actions.write(None, **given, by=by, at=at)


def leave_pages_behind(*, at: datetime) -> None:
    """Put a published text and one that waits into the demonstration for tests."""
    wira, nurul = User.objects.get(username="wira"), User.objects.get(username="nurul")
    page = actions.hand_in(make_page(by=wira, at=at), by=wira, at=at)
    actions.publish(page, by=nurul, at=at)
    actions.hand_in(make_page("menunggu", by=wira, at=at), by=wira, at=at)
