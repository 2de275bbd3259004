"""Published awards, for everybody: the years, and one year with winners, reasons and who was named."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from lawang.movement.awards import certificates
from lawang.movement.awards.models import Award, Nominee
from lawang.movement.cohorts.kind import movement_only
from lawang.web.download import csv_response
from lawang.web.json import answer
from lawang.web.keep import may_be_kept

PUBLISHED = Award.State.PUBLISHED


@movement_only
@may_be_kept
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """List the years in which something was awarded."""
    rows = (
        Award.objects.filter(state=PUBLISHED)
        .order_by("-evaluation__year")
        .values_list("evaluation__year")
        .annotate(Count("pk"))
    )
    tasks = [
        (
            _("Penghargaan %(year)s") % {"year": year},
            reverse("movement:awards_of", args=[year]),
            ngettext("%(count)s penghargaan", "%(count)s penghargaan", count) % {"count": count},
            "",
            "",
        )
        for year, count in rows
    ]
    return render(request, "movement/awards/years.html", {"tasks": tasks})


def published(year: int) -> list[Award]:
    """Return the published awards of a year with everybody named, by name of the region. 404 without any.

    Each has `named`, `dropped` and `winners` [Nominee]; a nominee has `certificate` (a Document in force, or None).
    Three queries.
    """
    nominees = Nominee.objects.select_related("assessment__area").order_by("assessment__area__name", "pk")
    rows: list[Any] = list(
        Award.objects.filter(state=PUBLISHED, evaluation__year=year)
        .select_related("evaluation")
        .prefetch_related(Prefetch("nominees", nominees))
        .order_by("order", "track")
    )
    if not rows:
        raise Http404(_("Belum ada penghargaan yang diumumkan untuk tahun itu."))
    papers = certificates.valid(one for row in rows for one in row.nominees.all() if one.is_winner)
    for row in rows:
        everybody: Sequence[Any] = row.nominees.all()
        for one in everybody:
            one.certificate = papers.get(one.pk)
        row.named = [one for one in everybody if not one.is_dropped]
        row.dropped = [one for one in everybody if one.is_dropped]
        row.winners = sorted((one for one in row.named if one.place), key=lambda one: one.place)
    return rows


@movement_only
@may_be_kept
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Show what was awarded in a year, to whom and why, and who else was named."""
    awards = published(year)
    others = Award.objects.filter(state=PUBLISHED).values_list("evaluation__year", flat=True)
    tabs = [
        (str(one), reverse("movement:awards_of", args=[one]), one == year)
        for one in sorted(set(others.order_by()), reverse=True)
    ]
    context = {
        "year": year,
        "awards": awards,
        "is_example": any(one.is_example for one in awards),
        "tabs": tabs,
        "crumbs": [(_("Penghargaan"), reverse("movement:awards"))],
    }
    return render(request, "movement/awards/year.html", context)


def _check(request: HttpRequest, nominee: Any) -> str:
    """Return the address at which anybody checks the certificate; "" without one."""
    if nominee.certificate is None:
        return ""
    return request.build_absolute_uri(reverse("documents:check", args=[nominee.certificate.code]))


@movement_only
@require_safe
def year_csv(request: HttpRequest, year: int) -> HttpResponseBase:
    """Download a year's awards, a line for everybody named."""
    awards = published(year)

    def lines() -> Iterator[list[Any]]:
        for row in awards:
            for one in row.nominees.all():
                yield [
                    *(year, row.code, row.called(), row.track),
                    *(one.assessment.area.code, one.assessment.area.title, one.subject, one.value),
                    *(one.place, one.reasons, int(one.is_dropped), one.note),
                    *(_check(request, one), int(row.is_example)),
                ]

    heading = [
        *(_("tahun"), _("kategori"), _("judul"), _("jalur"), _("kode"), _("daerah"), _("percepatan")),
        *(
            _("nilai"),
            _("peringkat"),
            _("alasan"),
            _("dikeluarkan"),
            _("keterangan"),
            _("piagam"),
            _("contoh"),
        ),
    ]
    return csv_response(request, f"penghargaan-{year}", heading, lines())


@movement_only
@require_safe
def year_json(request: HttpRequest, year: int) -> HttpResponse:
    """Return a year's awards for programs."""
    found = [
        {
            "code": row.code,
            "track": row.track,
            "title": row.definition["title"],
            "source": row.definition["source"],
            "by": row.definition["by"],
            "how": row.how,
            "is_example": row.is_example,
            "published_at": row.published_at,
            "nominees": [
                {
                    "code": one.assessment.area.code,
                    "region": one.assessment.area.title,
                    "subject": one.subject,
                    "value": one.value,
                    "place": one.place,
                    "reasons": one.reasons,
                    "is_dropped": one.is_dropped,
                    "note": one.note,
                    "certificate": _check(request, one),
                }
                for one in row.nominees.all()
            ],
        }
        for row in published(year)
    ]
    return answer({"year": year, "awards": found}, public=True)
