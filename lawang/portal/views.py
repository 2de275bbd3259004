"""The citizens' pages that join nouns: home, search, the regency's profile, what changed."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, SearchVector
from django.db.models import F, Q, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from lawang.areas.maps import DistrictMap, MapValue, district_map
from lawang.areas.models import Area
from lawang.cases import catalogue
from lawang.cases.columns import as_column
from lawang.lib.dates import period_name
from lawang.lib.numbers import as_is
from lawang.lib.text import say
from lawang.measures.models import Series
from lawang.people.models import Agency
from lawang.people.node import is_movement, node, now, today
from lawang.plans import reading
from lawang.plans.changes import Change, entries_between, newest_entries, tell, things_of
from lawang.plans.models import Application, Colour, Indicator, Programme, QuickWin, Revision
from lawang.plans.views.overview import dimension_rows
from lawang.plans.views.promises import chart_of_series, feed_entries
from lawang.portal import movement
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.feeds import atom
from lawang.web.json import answer
from lawang.web.status import status_word
from lawang.web.tables import Filters, with_query

WEEKS = 4  # on one page of changes
MOST_FOUND = 8  # in one group of the search


# --- home -----------------------------------------------------------------------------------------------------------


def home(request: HttpRequest) -> HttpResponse:
    """What does my regency promise, and does it keep its word? On a movement: who takes part, and what came of it."""
    if is_movement():
        return movement.home(request)
    day = today()
    columns = {name: as_column(rows) for name, rows in catalogue.door_rows().items()}
    revision: Any = reading.in_force(day, tree_rows=reading.tree_rows(), **columns)
    if revision is None:
        return render(request, "portal/home_empty.html", {"doors": catalogue.doors()})
    framework = revision.plan.framework
    tree = reading.tree_of(revision)
    tally = reading.tally(revision, framework.pk)
    changes = tell(newest_entries(None, 40), revision, tree)
    since = now() - timedelta(days=7)
    this_week = [change for change in changes if change.at >= since]
    places = reading.districts_with_counts(revision, node().area)
    return render(
        request,
        "portal/home.html",
        {
            "revision": revision,
            "plan": revision.plan,
            "count": tally.count,
            "on_track": tally.total.get(Colour.ON_TRACK, 0),
            "bar": charts.status_bar(tally.total),
            "legend": [
                (colour, tally.total.get(colour, 0), f"{reverse('programmes')}?colour={colour}")
                for colour in charts.ORDER
                if tally.total.get(colour) or colour in charts.ORDER[:3]
            ],
            "dimensions": _dimensions(tree, tally),
            "top_count": len(tree.tops),
            "changes": (this_week if len(this_week) > 2 else changes)[:6],
            "is_this_week": len(this_week) > 2,
            "map": programme_map(places),
            "everywhere": everywhere(places),
            "year": day.year,
            "doors": catalogue.doors(revision.door_events, revision.door_services),
        },
    )


def _dimensions(tree: reading.Tree, tally: reading.Tally) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "href": href,
            "on_track": counts.get(Colour.ON_TRACK, 0),
            "total": sum(counts.values()),
            "words": ", ".join(
                f"{counts[colour]} {status_word(colour).lower()}"
                for colour in charts.ORDER
                if counts.get(colour)
            ),
            "bar": charts.status_bar(counts, tall=False),
        }
        for name, counts, href in dimension_rows(tree, tally)
    ]


Places = list[tuple[str, str, int]]  # code of a district or of the regency, colour, programmes


def everywhere(places: Places) -> int:
    """Return how many programmes work in the whole regency."""
    regency = node().area
    return sum(count for code, _colour, count in places if regency and code == regency.code)


def programme_map(places: Places) -> DistrictMap | None:
    """Return the map of how many programmes work in each district; None when none names a place."""
    regency = node().area
    counts: dict[str, dict[str, int]] = {}
    for code, colour, count in places:
        if regency and code != regency.code:
            counts.setdefault(code, {})[colour] = count
    if regency is None or not counts:
        return None
    most = max(sum(one.values()) for one in counts.values())
    values = {}
    for code, one in counts.items():
        total = sum(one.values())
        label = ngettext(
            "%(count)s program, %(some)s sesuai jalur", "%(count)s program, %(some)s sesuai jalur", total
        ) % {"count": total, "some": one.get(Colour.ON_TRACK, 0)}
        values[code] = MapValue(label, share=total / most, url=f"{reverse('programmes')}?area={code}")
    return district_map(regency, values, title=_("Program per kecamatan"), value_heading=_("Program"))


# --- what changed ---------------------------------------------------------------------------------------------------


class ChangeFilters(Filters):
    dimensi = forms.ChoiceField(label=gettext_lazy("Dimensi"))
    instansi = forms.ChoiceField(label=gettext_lazy("Instansi"))

    def __init__(self, request: HttpRequest, revision: Revision, tree: reading.Tree) -> None:
        super().__init__(request)
        everything: tuple[str, Any] = ("", gettext_lazy("Semua"))
        agencies = Agency.objects.filter(programmes__revision=revision).distinct().order_by("short_name")
        for name, choices in (
            ("dimensi", [(top.code, say(top.short or top.title)) for top in tree.tops]),
            ("instansi", list(agencies.values_list("code", "short_name"))),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [everything, *choices]


def _asked_until(request: HttpRequest) -> date:
    """Return the last day that ?sampai= asks for; today when it is missing or in the future."""
    try:
        asked = date.fromisoformat(request.GET.get("sampai", ""))
    except ValueError:
        return today()
    return min(max(asked, date(2000, 1, 1)), today())


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def changes(request: HttpRequest) -> HttpResponse:
    """What changed, week by week, as sentences."""
    until = _asked_until(request)
    monday = until - timedelta(days=until.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    revision = reading.in_force(today(), tree_rows=reading.tree_rows())
    context: dict[str, Any] = {"crumbs": [(_("Beranda"), reverse("portal:home"))]}
    if revision is None:
        return render(request, "portal/changes.html", {**context, "weeks": []})
    tree = reading.tree_of(revision)
    filters = ChangeFilters(request, revision, tree)
    chosen = filters.chosen()
    things = None
    if chosen:
        things = things_of(revision, tree, node=chosen.get("dimensi", ""), agency=chosen.get("instansi", ""))
    told = tell(
        entries_between(_start_of(first), _start_of(monday + timedelta(days=7)), things), revision, tree
    )
    context |= {
        "weeks": weeks_of(told),
        "filters": filters,
        "older": with_query(request.GET, sampai=(first - timedelta(days=1)).isoformat()),
        "newer": with_query(request.GET, sampai=(monday + timedelta(days=WEEKS * 7)).isoformat())
        if until < today() - timedelta(days=today().weekday())
        else "",
        "first": first,
        "last": min(monday + timedelta(days=6), today()),
        "plan": revision.plan,
        "feed_query": request.GET.urlencode(),
    }
    return render(request, "portal/changes.html", context)


def weeks_of(told: Sequence[Change]) -> list[tuple[date, date, list[Change]]]:
    """Return the changes grouped by week: Monday, Sunday, changes; newest week first."""

    def monday(change: Change) -> date:
        day = timezone.localdate(change.at)
        return day - timedelta(days=day.weekday())

    groups = itertools.groupby(told, key=monday)
    return [(start, start + timedelta(days=6), list(some)) for start, some in groups]


def _told(request: HttpRequest, most: int = 100) -> list[Change]:
    revision = reading.in_force(today(), tree_rows=reading.tree_rows())
    if revision is None:
        return []
    tree = reading.tree_of(revision)
    chosen = ChangeFilters(request, revision, tree).chosen()
    things = (
        things_of(revision, tree, node=chosen.get("dimensi", ""), agency=chosen.get("instansi", ""))
        if chosen
        else None
    )
    return tell(newest_entries(things, most), revision, tree)


def changes_feed(request: HttpRequest) -> HttpResponse:
    path = reverse("portal:changes")
    title = _("Yang berubah di %(name)s") % {"name": say(node().name)}
    return atom(request, title, path, feed_entries(_told(request, 50), path))


def changes_json(request: HttpRequest) -> HttpResponse:
    shown = [
        {
            "id": change.id,
            "at": change.at,
            "kind": change.kind,
            "sentence": change.sentence,
            "about": change.words,
            "dimension": change.node or None,
            "href": request.build_absolute_uri(change.href) if change.href else None,
        }
        for change in _told(request)
    ]
    return answer({"is_demo": node().is_demo, "changes": shown}, public=True)


# --- profile --------------------------------------------------------------------------------------------------------

SWOT_WORDS = {
    "strength": gettext_lazy("Kekuatan"),
    "weakness": gettext_lazy("Kelemahan"),
    "opportunity": gettext_lazy("Peluang"),
    "threat": gettext_lazy("Ancaman"),
}


def profile(request: HttpRequest) -> HttpResponse:
    """The regency in figures, each with its source and year, and what it means for the plan."""
    revision = reading.in_force(today())
    topics: dict[str, list[dict[str, Any]]] = {}
    for row in reading.profile(revision):
        fact: Any = row
        newest = fact.newest[0] if fact.newest else None
        topics.setdefault(fact.topic or _("Lainnya"), []).append(
            {
                "series": fact,
                "words": as_is(Decimal(newest["amount"]), fact.decimals) if newest else "–",
                "unit": say(fact.unit),
                "period": period_name(date.fromisoformat(newest["start"]), date.fromisoformat(newest["end"]))
                if newest
                else "",
                "href": reverse("value", args=[newest["id"]]) if newest else "",
                "chart": chart_of_series(fact, fact.newest) if len(fact.newest) > 2 else "",
                "swot": [(SWOT_WORDS[line["kind"]], line["words"]) for line in fact.swot_rows],
            }
        )
    return render(
        request,
        "portal/profile.html",
        {
            "topics": list(topics.items()),
            "area": node().area,
            "crumbs": [(_("Beranda"), reverse("portal:home"))],
        },
    )


def profile_csv(request: HttpRequest) -> HttpResponseBase:
    heading = ["kode", "judul", "topik", "satuan", "mulai", "selesai", "angka", "sumber"]

    def lines() -> Any:
        for row in reading.profile(None):
            fact: Any = row
            for one in fact.newest:
                yield [
                    fact.code,
                    say(fact.title),
                    fact.topic,
                    say(fact.unit),
                    one["start"],
                    one["end"],
                    Decimal(one["amount"]).normalize(),
                    fact.source_note,
                ]

    return csv_response(request, "profil", heading, lines())


def profile_json(request: HttpRequest) -> HttpResponse:
    shown = []
    for row in reading.profile(None):
        fact: Any = row
        shown.append(
            {
                "key": fact.key,
                "code": fact.code,
                "title": fact.title,
                "topic": fact.topic,
                "unit": fact.unit,
                "source": fact.source_note,
                "owner": fact.owner.code,
                "values": [{**one, "amount": Decimal(one["amount"])} for one in fact.newest],
            }
        )
    return answer({"is_demo": node().is_demo, "series": shown}, public=True)


# --- search ---------------------------------------------------------------------------------------------------------

_START, _END = (
    "\ue000",
    "\ue001",
)  # private characters, so that headlines can be escaped before they are marked


def _said(column: str) -> Any:
    """Return a Text column in the active language, as SQL."""
    if (get_language() or "id").startswith("en"):
        return Coalesce(KT(f"{column}__en"), KT(f"{column}__id"), output_field=TextField())
    return Cast(KT(f"{column}__id"), TextField())


def marked(words: str | None) -> SafeString:
    """Return a headline with what was found in <mark>."""
    safe = escape(words or "").replace(_START, "<mark>").replace(_END, "</mark>")
    return mark_safe(safe)  # noqa: S308 - escaped just before


def _headline(expression: Any, query: Any) -> SearchHeadline:
    return SearchHeadline(
        expression, query, config="indonesian", start_sel=_START, stop_sel=_END, highlight_all=True
    )


def _named(column: str, words: str) -> Q:
    """Return the condition that a name holds every word; for names and codes, which are not language."""
    condition = Q()
    for word in words.split()[:8]:
        condition &= Q(**{f"{column}__icontains": word})
    return condition


def search(request: HttpRequest) -> HttpResponse:
    """Find services, programmes, indicators, quick wins, figures, agencies, areas and applications by words."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100]
    query = reading.word_query(words)
    groups: list[dict[str, Any]] = []
    if len(words) >= 2 and query is not None:
        groups = [group for group in _groups(words, query) if group["found"]]
    return render(
        request,
        "portal/search.html",
        {
            "words": words,
            "too_short": bool(words) and (len(words) < 2 or query is None),
            "groups": groups,
            "total": sum(len(group["found"]) for group in groups),
            "crumbs": [(_("Beranda"), reverse("portal:home"))],
        },
    )


def _groups(words: str, query: SearchQuery) -> list[dict[str, Any]]:
    day = today()
    revision = reading.in_force(day)
    programmes = (
        reading.found(Programme.objects.filter(revision=revision), words)
        .annotate(said=_headline(_said("title"), query), about=_headline(_said("summary"), query))
        .select_related("lead")
        .defer("search")[:MOST_FOUND]
    )
    indicators = (
        reading.found(Indicator.objects.filter(revision=revision), words)
        .annotate(said=_headline(_said("title"), query), colour=F("standing__colour"))
        .select_related("programme")
        .defer("search", "programme__search")[:MOST_FOUND]
    )
    vector = SearchVector("name", KT("explanation__id"), KT("benefit__id"), config="indonesian")
    wins = (
        QuickWin.objects.filter(revision=revision)
        .annotate(vector=vector, rank=SearchRank(vector, query), said=_headline(F("name"), query))
        .filter(Q(vector=query) | _named("name", words))
        .order_by("-rank", "code")[:MOST_FOUND]
    )
    titles = SearchVector(KT("title__id"), KT("definition__id"), config="indonesian")
    figures = (
        Series.objects.filter(in_profile=True)
        .annotate(vector=titles, rank=SearchRank(titles, query), said=_headline(_said("title"), query))
        .filter(Q(vector=query) | Q(code__istartswith=words))
        .order_by("-rank", "code")[:MOST_FOUND]
    )
    agencies = (
        Agency.objects.filter(_named("name__id", words) | _named("short_name", words) | Q(code__iexact=words))
        .filter(valid_to=None)
        .order_by("code")[:MOST_FOUND]
    )
    purposes = SearchVector("name", KT("purpose__id"), config="indonesian")
    applications = (
        Application.objects.annotate(vector=purposes)
        .filter(Q(vector=query) | _named("name", words))
        .select_related("agency")
        .order_by("name")[:MOST_FOUND]
    )
    services = catalogue.found(catalogue.offered(), words)[:MOST_FOUND]
    regency = node().area
    areas = Area.objects.filter(valid_to=None).called(words)
    areas = areas.filter(code__startswith=regency.code) if regency else areas
    list_href = f"{reverse('programmes')}?q="
    return [
        {
            "title": _("Layanan"),
            "found": [
                (reverse("cases:service", args=[row.code]), say(row.shown_title), catalogue.line_of(row), "")
                for row in services
            ],
        },
        {
            "title": _("Program"),
            "more": list_href,
            "found": [
                (row.get_absolute_url(), marked(row.said), marked(row.about), row.colour)
                for row in programmes
            ],
        },
        {
            "title": _("Indikator"),
            "found": [
                (row.get_absolute_url(), marked(row.said), say(row.programme.title), row.colour or "")
                for row in indicators
            ],
        },
        {
            "title": _("Percepatan"),
            "found": [
                (row.get_absolute_url(), marked(row.said), f"{row.progress}\u00a0%", "") for row in wins
            ],
        },
        {
            "title": _("Angka daerah"),
            "found": [
                (f"{reverse('portal:profile')}#{row.code}", marked(row.said), row.source_note, "")  # type: ignore[attr-defined]
                for row in figures
            ],
        },
        {
            "title": _("Instansi"),
            "found": [
                (f"{reverse('programmes')}?agency={row.code}", say(row.name), row.phone, "")
                for row in agencies
            ],
        },
        {
            "title": _("Wilayah"),
            "found": [
                (row.get_absolute_url(), row.title, row.code, "")
                for row in areas.order_by("code")[:MOST_FOUND]
            ],
        },
        {
            "title": _("Aplikasi"),
            "found": [
                (f"{reverse('applications')}?q={row.name}", row.name, say(row.purpose), "")
                for row in applications
            ],
        },
    ]
