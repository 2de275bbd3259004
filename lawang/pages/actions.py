"""The verbs of what is shown: write, hand in, return, publish at a moment, withdraw."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.lib.text import Text
from lawang.pages.markdown import LONGEST
from lawang.pages.models import Page, Picture
from lawang.people.models import Agency, User
from lawang.people.permissions import demand
from lawang.record.actions import record

OPEN = (Page.State.DRAFT, Page.State.WITHDRAWN)  # states in which the writer may change it


@transaction.atomic
def write(
    page: Page | None,
    *,
    kind: str,
    slug: str,
    title: Text,
    summary: Text,
    body: Text,
    area: Area | None = None,
    agency: Agency | None = None,
    picture: Picture | None = None,
    publish_at: datetime | None = None,
    by: User,
    at: datetime,
) -> Page:
    """Write a new text, or change one that is a draft or was withdrawn; whoever changes it becomes its writer.

    Raise Refused when the address is taken, words are missing, or it is being read over or published.
    """
    row = Page.objects.select_for_update().get(pk=page.pk) if page else Page(writer=by)
    if row.pk and row.state not in OPEN:
        raise Refused(_("Tulisan ini sedang diperiksa atau sudah terbit. Tarik dahulu untuk mengubahnya."))
    before = {"title": row.title, "slug": row.slug} if row.pk else {}
    row.kind, row.slug, row.title, row.summary, row.body = kind, slug, title, summary, body
    row.area, row.agency, row.picture, row.publish_at = area, agency, picture, publish_at
    row.writer, row.reader, row.state, row.changed_at = by, None, Page.State.DRAFT, at
    demand(by, "pages.write", row)
    if kind not in Page.Kind.values or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", slug):
        raise Refused(_("Alamat memakai huruf kecil, angka, dan tanda hubung."))
    if Page.objects.filter(slug=slug).exclude(pk=row.pk).exists():
        raise Refused(_("Alamat ini sudah dipakai tulisan lain."))
    if not all(words.get("id", "").strip() for words in (title, summary, body)):
        raise Refused(_("Judul, ringkasan, dan isi dalam bahasa Indonesia perlu diisi."))
    if max(len(words) for words in body.values()) > LONGEST:  # type: ignore[arg-type]
        raise Refused(_("Tulisan ini terlalu panjang. Bagi menjadi beberapa tulisan."))
    row.save()
    record(row, "page_written", by=by, at=at, before=before, after={"title": title, "slug": slug})
    return row


@transaction.atomic
def hand_in(page: Page, *, by: User, at: datetime) -> Page:
    """Ask somebody else to read a draft over."""
    row = _locked(page)
    demand(by, "pages.write", row)
    if row.state != Page.State.DRAFT:
        raise Refused(_("Hanya draf yang dapat diajukan."))
    return _moved(row, Page.State.REVIEW, "page_handed_in", by=by, at=at)


@transaction.atomic
def send_back(page: Page, why: str, *, by: User, at: datetime) -> Page:
    """Give a text back to its writer, with what is to be mended."""
    row = _locked(page)
    demand(by, "pages.publish", row)
    if row.state != Page.State.REVIEW:
        raise Refused(_("Tulisan ini tidak sedang menunggu diperiksa."))
    if not why.strip():
        raise Refused(_("Tulis apa yang perlu diperbaiki."))
    row.returned = why.strip()[:500]
    return _moved(row, Page.State.DRAFT, "page_returned", by=by, at=at, note=row.returned)


@transaction.atomic
def publish(page: Page, *, by: User, at: datetime) -> Page:
    """Publish what one has read over: from the writer's moment on, or at once when that has passed. Never one's own."""
    row = _locked(page)
    demand(by, "pages.publish", row)
    if row.state != Page.State.REVIEW:
        raise Refused(_("Tulisan ini tidak sedang menunggu diperiksa."))
    row.reader, row.returned = by, ""
    row.publish_at = max(row.publish_at or at, at)
    return _moved(row, Page.State.PUBLISHED, "page_published", by=by, at=at, after={"from": row.publish_at})


@transaction.atomic
def withdraw(page: Page, why: str, *, by: User, at: datetime) -> Page:
    """Take a published text from the public. Who may publish may withdraw, also what they wrote themselves."""
    row = _locked(page)
    demand(by, "pages.publish")
    if row.state != Page.State.PUBLISHED:
        raise Refused(_("Tulisan ini tidak terbit."))
    if not why.strip():
        raise Refused(_("Tulis mengapa ditarik."))
    row.returned = why.strip()[:500]
    return _moved(row, Page.State.WITHDRAWN, "page_withdrawn", by=by, at=at, note=row.returned)


def _locked(page: Page) -> Page:
    return Page.objects.select_for_update(of=("self",)).select_related("agency").get(pk=page.pk)


def _moved(
    row: Page,
    state: str,
    verb: str,
    *,
    by: User,
    at: datetime,
    note: str = "",
    after: dict[str, object] | None = None,
) -> Page:
    before, row.state, row.changed_at = row.state, Page.State(state), at
    row.save()
    after = {"state": state, **(after or {})}
    record(row, verb, by=by, at=at, before={"state": before}, after=after, note=note)
    return row
