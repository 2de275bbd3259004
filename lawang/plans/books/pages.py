"""The books as citizens find them: the newest published edition of each, to take along."""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lawang.lib.text import Text
from lawang.plans.books import definitions
from lawang.plans.models import Edition
from lawang.plans.views.frame import crumbs

OLDER = 12  # editions of one book that are listed


@dataclass
class Shelf:
    """One book with its published editions, newest first, and the newest in each language."""

    title: Text
    summary: Text | None
    series: Text | None = None
    editions: list[Edition] = field(default_factory=list)

    @property
    def newest(self) -> list[Edition]:
        found: dict[str, Edition] = {}
        for edition in self.editions:
            found.setdefault(edition.language, edition)
        return list(found.values())

    @property
    def older(self) -> list[Edition]:
        return [one for one in self.editions if one not in self.newest][:OLDER]


def books(request: HttpRequest) -> HttpResponse:
    """List the books of the plan."""
    shelves = {one.code: Shelf(one.title, one.summary, one.series) for one in definitions.books()}
    rows = (
        Edition.objects.filter(published_at__isnull=False)
        .select_related("revision__plan", "pdf", "docx", "xlsx")
        .order_by("-published_at")[:200]
    )
    for edition in rows:
        shelves.setdefault(edition.book, Shelf(edition.title, None)).editions.append(edition)
    return render(
        request,
        "plans/books.html",
        {"shelves": list(shelves.values()), "any": bool(rows), "crumbs": crumbs()},
    )
