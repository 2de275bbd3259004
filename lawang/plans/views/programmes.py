"""The list of programmes: narrowed, sorted, as CSV and JSON."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.lib.numbers import as_is
from lawang.lib.text import say
from lawang.people.models import Agency
from lawang.people.node import node
from lawang.plans import reading
from lawang.plans.models import (
    Colour,
    Programme,
    Revision,
)
from lawang.plans.pictures import money_source
from lawang.plans.views.frame import crumbs, framework_of, with_plan
from lawang.web.download import csv_response
from lawang.web.json import answer
from lawang.web.status import status_word
from lawang.web.tables import Filters, paginate, sorting, with_query

PER_PAGE = 20
SORTS = {"kode": "code", "judul": "title__id", "instansi": "lead__short_name", "mulai": "year_from"}
_SOURCES = ("apbd", "province", "central", "village", "csr", "kpbu", "other")


class ProgrammeFilters(Filters):
    """What programmes can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Kata"), max_length=100)
    node = forms.ChoiceField(label=gettext_lazy("Dimensi"))
    agency = forms.ChoiceField(label=gettext_lazy("Instansi"))
    colour = forms.ChoiceField(label=gettext_lazy("Keadaan"))
    year = forms.ChoiceField(label=gettext_lazy("Tahun"))
    area = forms.ChoiceField(label=gettext_lazy("Kecamatan"))
    source = forms.ChoiceField(label=gettext_lazy("Sumber dana"))
    win = forms.ChoiceField(label=gettext_lazy("Percepatan"))
    kerangka = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, request: HttpRequest, revision: Revision, tree: reading.Tree) -> None:
        super().__init__(request)
        everything: tuple[str, Any] = ("", gettext_lazy("Semua"))
        nodes = [
            (one.code, ("– " if one.parent_id else "") + say(one.short or one.title)) for one in tree.nodes
        ]
        agencies = (
            Agency.objects.filter(programmes__revision=revision)
            .distinct()
            .order_by("short_name")
            .values_list("code", "short_name")
        )
        regency = node().area
        districts = (
            Area.objects.filter(parent=regency, valid_to=None).order_by("code").values_list("code", "name")
            if regency
            else []
        )
        years = range(revision.plan.year_from, revision.plan.year_to + 1)
        self._choose("node", [everything, *nodes])
        self._choose("agency", [everything, *agencies])
        self._choose("colour", [everything, *((colour, status_word(colour)) for colour in Colour.values)])
        self._choose("year", [everything, *((str(year), str(year)) for year in years)])
        self._choose("area", [everything, *districts])
        self._choose("source", [everything, *((code, money_source(code)) for code in _SOURCES)])
        self._choose("win", [everything, ("ya", gettext_lazy("Hanya percepatan"))])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def narrowed(rows: QuerySet[Any], chosen: dict[str, Any], tree: reading.Tree) -> QuerySet[Programme]:
    """Return the programmes that the chosen filters leave."""
    if code := chosen.get("node"):
        top = tree.find(code)
        rows = rows.filter(node_id__in=tree.under(top)) if top else rows.none()
    if chosen.get("agency"):
        rows = rows.filter(lead__code=chosen["agency"])
    if chosen.get("colour"):
        rows = rows.filter(colour=chosen["colour"])
    if chosen.get("year"):
        rows = rows.filter(year_from__lte=int(chosen["year"]), year_to__gte=int(chosen["year"]))
    if code := chosen.get("area"):
        rows = rows.filter(
            pk__in=Programme.areas.through.objects.filter(area__code__startswith=code).values("programme")
        )
    if chosen.get("source"):
        rows = rows.filter(pk__in=Programme.objects.filter(budget__source=chosen["source"]).values("pk"))
    if chosen.get("win"):
        rows = rows.filter(has_quick_win=True)
    return rows


def _listed(request: HttpRequest, revision: Revision) -> tuple[QuerySet[Any], ProgrammeFilters, reading.Tree]:
    framework = framework_of(request, revision)
    tree = reading.tree(framework.pk)
    filters = ProgrammeFilters(request, revision, tree)
    chosen = filters.chosen()
    rows = narrowed(reading.programmes(revision, framework.pk), chosen, tree)
    order = sorting(request, {**SORTS, "keadaan": "keadaan"}, "")
    if order.lstrip("-") == "keadaan":
        worst = reading.worst_first()
        rows = rows.order_by(worst.desc() if order.startswith("-") else worst, "order", "code")
    elif order:
        rows = rows.order_by(order, "code")
    else:
        rows = rows.order_by("order", "code")
    if words := chosen.get("q"):
        ranked = reading.found(rows, words)
        rows = ranked if not order else ranked.order_by(*rows.query.order_by)
    return rows, filters, tree


def headline_words(headline: dict[str, Any] | None) -> str:
    """Say a programme's first indicator in a few words: "2.140 dari 3.000 rumah"."""
    if not headline or headline.get("amount") is None:
        return ""
    decimals = int(headline.get("decimals") or 0)
    amount = as_is(Decimal(str(headline["amount"])), decimals)
    unit = say(headline.get("unit"))
    unit = f"\u00a0{unit}" if unit else ""
    if headline.get("goal") is None:
        return f"{amount}{unit}"
    goal = as_is(Decimal(str(headline["goal"])), decimals)
    is_up = headline.get("direction") == "up"
    said = _("%(amount)s dari %(goal)s%(unit)s") if is_up else _("%(amount)s, target %(goal)s%(unit)s")
    return said % {"amount": amount, "goal": goal, "unit": unit}


def programme_cards(rows: Any, tree: reading.Tree) -> list[dict[str, Any]]:
    """Return what `plans/_programmes.html` shows of each programme."""
    cards = []
    for row in rows:
        top = tree.top(row.node_id)
        share = (row.headline or {}).get("share")
        cards.append(
            {
                "programme": row,
                "href": row.get_absolute_url(),
                "where": say(top.short or top.title) if top else "",
                "figure": headline_words(row.headline),
                "share": share,
            }
        )
    return cards


@with_plan
def programmes(request: HttpRequest, revision: Revision) -> HttpResponse:
    """All programmes, with search, filters, order, pages."""
    rows, filters, tree = _listed(request, revision)
    page = paginate(request, rows, PER_PAGE)
    now = request.GET.get("urut", "")
    orders = [
        ("", _("Urutan rencana")),
        ("keadaan", _("Yang tertinggal dulu")),
        ("judul", _("Judul")),
        ("instansi", _("Instansi")),
        ("mulai", _("Tahun mulai")),
    ]
    return render(
        request,
        "plans/programmes.html",
        {
            "filters": filters,
            "page": page,
            "cards": programme_cards(page.items, tree),
            "orders": [
                (title, with_query(request.GET, urut=code or None, halaman=None), code == now)
                for code, title in orders
            ],
            "query": request.GET.urlencode(),
            "revision": revision,
            "crumbs": crumbs(),
        },
    )


@with_plan
def programmes_csv(request: HttpRequest, revision: Revision) -> HttpResponseBase:
    rows, _filters, tree = _listed(request, revision)
    heading = ["kode", "judul", "dimensi", "subdimensi", "instansi", "mulai", "selesai", "keadaan", "ukuran",
               "satuan", "capaian", "target_akhir", "percepatan", "alamat"]  # fmt: skip

    def line(row: Any) -> list[Any]:
        way = tree.way(row.node_id)
        head = row.headline or {}
        return [
            row.code,
            say(row.title),
            say(way[0].title) if way else "",
            say(way[-1].title) if len(way) > 1 else "",
            row.lead.short_name if row.lead else "",
            row.year_from,
            row.year_to,
            status_word(row.colour),
            say(head.get("title")),
            say(head.get("unit")),
            head.get("amount"),
            head.get("goal"),
            row.has_quick_win,
            request.build_absolute_uri(row.get_absolute_url()),
        ]

    return csv_response(request, "program", heading, (line(row) for row in rows))


@with_plan
def programmes_json(request: HttpRequest, revision: Revision) -> HttpResponse:
    rows, _filters, tree = _listed(request, revision)
    return answer(
        {
            "plan": {"title": revision.plan.title, "revision": revision.number, "is_demo": node().is_demo},
            "programmes": [
                {
                    "key": row.key,
                    "code": row.code,
                    "title": row.title,
                    "node": next((one.code for one in reversed(tree.way(row.node_id))), None),
                    "lead": row.lead.code if row.lead else None,
                    "year_from": row.year_from,
                    "year_to": row.year_to,
                    "colour": row.colour,
                    "headline": row.headline,
                    "quick_win": row.has_quick_win,
                    "href": request.build_absolute_uri(row.get_absolute_url()),
                }
                for row in rows
            ],
        },
        public=True,
    )
