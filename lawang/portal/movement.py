"""A movement's first page: who takes part, what came of it, what is open now."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.numbers import number
from lawang.movement.awards.models import Award
from lawang.movement.cohorts.views import chosen_by_year, counted, growth_chart
from lawang.movement.exhibition.models import Exhibition
from lawang.movement.models import Evaluation
from lawang.pages.models import Page
from lawang.people.node import now, today

NEWS = 3


def home(request: HttpRequest) -> HttpResponse:
    """Show how the movement grew, its calls, its newest results, awards and exhibition, and news. Five queries."""
    at, day = now(), today()
    cohorts = list(counted().order_by("year", "track"))
    sums = chosen_by_year(cohorts)
    took_part = Count("assessments", filter=Q(assessments__took_part=True, assessments__final__isnull=False))
    evaluation = (
        Evaluation.objects.filter(state=Evaluation.State.PUBLISHED)
        .annotate(regencies=took_part)
        .order_by("-year")
        .first()
    )
    filled = Count("booths", filter=Q(booths__title__isnull=False))
    exhibition = Exhibition.objects.annotate(filled=filled, all=Count("booths")).order_by("-year").first()
    award = Award.objects.filter(state=Award.State.PUBLISHED).select_related("evaluation").first()
    news = Page.objects.published(at).exclude(kind=Page.Kind.PAGE).select_related("picture")
    context = {
        "chosen": sum(count or 0 for count in sums.values()),
        "first": min(sums, default=None),
        "chart": growth_chart(sums),
        "open": [row for row in cohorts if row.is_open(at)],
        "doors": [*_results(evaluation), *_awards(award), *_exhibition(exhibition)],
        "is_showing": exhibition is not None and exhibition.is_open(day),
        "exhibition": exhibition,
        "news": list(news.defer("body", "search").order_by("-publish_at")[:NEWS]),
    }
    return render(request, "portal/movement.html", context)


Door = tuple[str, str, str]  # title, address, what is behind it


def _results(evaluation: Evaluation | None) -> list[Door]:
    if evaluation is None:
        return []
    count: int = evaluation.regencies  # type: ignore[attr-defined]
    words = ngettext(
        "%(count)s daerah dinilai. Lihat sebarannya, lalu cari daerah Anda.",
        "%(count)s daerah dinilai. Lihat sebarannya, lalu cari daerah Anda.",
        count,
    ) % {"count": number(count)}
    return [(_("Hasil evaluasi %(year)s") % {"year": evaluation.year}, reverse("movement:results"), words)]


def _awards(award: Award | None) -> list[Door]:
    if award is None:
        return []
    year = award.evaluation.year
    title, words = _("Penghargaan %(year)s") % {"year": year}, _("Siapa yang menang, dan mengapa.")
    return [(title, reverse("movement:awards_of", args=[year]), words)]


def _exhibition(exhibition: Exhibition | None) -> list[Door]:
    if exhibition is None:
        return []
    words = _("%(filled)s dari %(all)s anjungan sudah diisi daerahnya.") % {
        "filled": number(exhibition.filled),  # type: ignore[attr-defined]
        "all": number(exhibition.all),  # type: ignore[attr-defined]
    }
    return [(_("Pameran %(year)s") % {"year": exhibition.year}, exhibition.get_absolute_url(), words)]
