"""News and stories for everybody: a list to search, one text, a feed."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.postgres.search import SearchRank
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lawang.lib.text import say
from lawang.pages.models import Page
from lawang.people.node import node, now
from lawang.plans.reading import word_query
from lawang.web.feeds import FeedEntry, atom
from lawang.web.keep import may_be_kept
from lawang.web.tables import Filters, paginate

IN_FEED = 30
LISTED = (Page.Kind.NEWS, Page.Kind.STORY)


class PageFilters(Filters):
    """Words, kind, year."""

    q = forms.CharField(label=gettext_lazy("Kata"), max_length=100)
    jenis = forms.ChoiceField(
        label=gettext_lazy("Jenis"),
        choices=[("", gettext_lazy("Semua")), *((kind.value, kind.label) for kind in LISTED)],
    )
    tahun = forms.TypedChoiceField(label=gettext_lazy("Tahun"), coerce=int)

    def __init__(self, request: HttpRequest, years: list[int]) -> None:
        super().__init__(request)
        choice = self.fields["tahun"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Semua")), *((year, str(year)) for year in years)]


def _published() -> Any:
    return Page.objects.published(now()).select_related("agency", "area", "picture").defer("body", "search")


@may_be_kept
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what was published, newest first, or what fits the words best."""
    rows = _published().filter(kind__in=LISTED)
    first = Page.objects.published(now()).filter(kind__in=LISTED).order_by("publish_at").first()
    this_year = now().year
    oldest = first.publish_at.year if first and first.publish_at else this_year
    filters = PageFilters(request, list(range(this_year, oldest - 1, -1))[:40])
    chosen = filters.chosen()
    if query := word_query(chosen.get("q", "")):
        rows = (
            rows.filter(search=query).annotate(rank=SearchRank(F("search"), query)).order_by("-rank", "-pk")
        )
    if chosen.get("jenis"):
        rows = rows.filter(kind=chosen["jenis"])
    if chosen.get("tahun"):
        year = chosen["tahun"]
        rows = rows.filter(publish_at__date__gte=date(year, 1, 1), publish_at__date__lte=date(year, 12, 31))
    page = paginate(request, rows, 12)
    return render(request, "pages/index.html", {"filters": filters, "page": page, "is_all": not chosen})


@may_be_kept
@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one text; what is not published does not exist here."""
    rows = Page.objects.published(now()).select_related("agency", "area", "picture").defer("search")
    found = get_object_or_404(rows, slug=slug)
    crumbs = [] if found.kind == Page.Kind.PAGE else [(_("Berita"), reverse("pages:index"))]
    return render(request, "pages/page.html", {"page": found, "crumbs": crumbs})


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer with the newest news and stories as Atom."""
    rows = _published().filter(kind__in=LISTED)[:IN_FEED]
    entries = [
        FeedEntry(
            id=f"urn:uuid:{row.key}",
            title=say(row.title),
            path=row.get_absolute_url(),
            at=row.publish_at,
            words=say(row.summary),
        )
        for row in rows
    ]
    title = _("Berita %(name)s") % {"name": say(node().name)}
    return atom(request, title, reverse("pages:index"), entries)
