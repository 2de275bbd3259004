"""The plan as citizens read it: overview, programmes, dimensions, revisions, roadmap, money, SWOT, bodies, colours."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.lib.numbers import as_is, percent, rupiah_short
from lawang.lib.text import say
from lawang.people.models import Agency
from lawang.people.node import node, today
from lawang.plans import reading
from lawang.plans.models import (
    Application,
    Attendance,
    Body,
    Colour,
    Framework,
    Gap,
    Indicator,
    Meeting,
    Member,
    Partner,
    Programme,
    QuickWin,
    Resource,
    Revision,
    Risk,
    Standing,
    Statement,
    Swot,
)
from lawang.plans.pictures import money_source
from lawang.plans.sentences import say_promise, why
from lawang.plans.standings import newest_figures, promise_of, rule_of
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.json import answer
from lawang.web.tables import Column, Filters, Table, paginate, sorting, with_query
from lawang.web.templatetags.lawang import status_word

P = ParamSpec("P")
Crumbs = list[tuple[str, str]]
PER_PAGE = 20


def with_plan(
    view: Callable[Concatenate[HttpRequest, Revision, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Hand a view the plan in force; where there is none say so on a page."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        revision = reading.in_force(today())
        if revision is None:
            return render(request, "plans/no_plan.html")
        return view(request, revision, *args, **kwargs)

    return inner


def crumbs(*further: tuple[str, str]) -> Crumbs:
    """Return the way from home over the plan."""
    return [(_("Beranda"), reverse("portal:home")), (_("Rencana"), reverse("plan")), *further]


def dimension_rows(tree: reading.Tree, tally: reading.Tally) -> list[tuple[str, reading.Counts, str]]:
    """Return (name, counts, address) of each top of the framework."""
    return [
        (say(top.short or top.title), tally.under(tree.under(top)), reverse("dimension", args=[top.code]))
        for top in tree.tops
    ]


@with_plan
def overview(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The plan on one page: what it promises, on what it rests, how it stands."""
    framework = _framework(request, revision)
    tree = reading.tree(framework.pk)
    tally = reading.tally(revision, framework.pk)
    statements = reading.statements(revision)
    missions = [one for one in statements if one.kind == Statement.Kind.MISSION]
    goals: dict[int, list[Statement]] = {}
    for one in statements:
        if one.kind == Statement.Kind.GOAL and one.parent_id:
            goals.setdefault(one.parent_id, []).append(one)
    loose = [one for one in statements if one.kind == Statement.Kind.GOAL and not one.parent_id]
    query = "" if framework.pk == revision.plan.framework_id else f"?kerangka={framework.code}"
    dimensions = [
        {
            "node": top,
            "href": reverse("dimension", args=[top.code]) + query,
            "counts": (counts := tally.under(tree.under(top))),
            "bar": charts.status_bar(counts, tall=False),
            "total": sum(counts.values()),
        }
        for top in tree.tops
    ]
    return render(
        request,
        "plans/overview.html",
        {
            "revision": revision,
            "plan": revision.plan,
            "framework": framework,
            "frameworks": list(Framework.objects.order_by("pk")),
            "dimensions": dimensions,
            "bar": charts.stacked_bar(tally.total, title=_("Program menurut keadaannya")),
            "count": tally.count,
            "missions": [(mission, goals.get(mission.pk, [])) for mission in missions],
            "goals": loose,
            "crumbs": crumbs()[:1],
        },
    )


def _framework(request: HttpRequest, revision: Revision) -> Framework:
    """Return the framework that ?kerangka= names, else the plan's own. No query for the plan's own."""
    code = request.GET.get("kerangka", "")[:60]
    if not code or code == revision.plan.framework.code:
        return revision.plan.framework
    found = Framework.objects.filter(code=code).first()
    if found is None:
        raise Http404(_("Kerangka %(code)s tidak ada.") % {"code": code})
    return found


# --- programmes -----------------------------------------------------------------------------------------------------

SORTS = {"kode": "code", "judul": "title__id", "instansi": "lead__short_name", "mulai": "year_from"}


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


_SOURCES = ("apbd", "province", "central", "village", "csr", "kpbu", "other")


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
    framework = _framework(request, revision)
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


_CROSSWALK = {
    "same": gettext_lazy("sama"),
    "part": gettext_lazy("sebagian"),
    "none": gettext_lazy("tidak punya padanan; ini yang terdekat"),
}


# --- dimensions -----------------------------------------------------------------------------------------------------


@with_plan
def dimension(request: HttpRequest, revision: Revision, code: str) -> HttpResponse:
    """One dimension or sub-dimension: what it is, its gaps, its programmes."""
    framework = _framework(request, revision)
    tree = reading.tree(framework.pk)
    here = tree.find(code)
    if here is None:
        raise Http404(_("Dimensi %(code)s tidak ada.") % {"code": code})
    ids = tree.under(here)
    rows = list(reading.programmes(revision, framework.pk).filter(node_id__in=ids).order_by("order", "code"))
    gaps = {gap.node_id: gap for gap in Gap.objects.filter(revision=revision, node__in=ids)}
    cards = programme_cards(rows, tree)
    parts = [
        {
            "node": one,
            "gap": gaps.get(one.pk),
            "cards": [card for card in cards if card["programme"].node_id == one.pk],
        }
        for one in tree.nodes
        if one.pk in ids and (one.pk != here.pk or not tree.below(here))
    ]
    direct = [card for card in cards if card["programme"].node_id == here.pk] if tree.below(here) else []
    counts: reading.Counts = {}
    for row in rows:
        counts[row.colour] = counts.get(row.colour, 0) + 1
    way = tree.way(here.pk)[:-1]
    query = "" if framework.pk == revision.plan.framework_id else f"?kerangka={framework.code}"
    return render(
        request,
        "plans/dimension.html",
        {
            "node": here,
            "framework": framework,
            "own": revision.plan.framework,
            "counterparts": [
                (one, reverse("dimension", args=[one.code]), _CROSSWALK[kind])
                for one, kind in (reading.counterparts(here, revision.plan.framework_id) if query else ())
            ],
            "parts": parts,
            "direct": direct,
            "count": len(rows),
            "bar": charts.stacked_bar(counts, title=_("Program menurut keadaannya")),
            "others": [
                (
                    say(top.short or top.title),
                    reverse("dimension", args=[top.code]) + query,
                    top.pk == here.pk,
                )
                for top in tree.tops
            ],
            "list_href": f"{reverse('programmes')}?node={here.code}"
            + (f"&kerangka={framework.code}" if query else ""),
            "crumbs": crumbs(
                *((say(one.short or one.title), reverse("dimension", args=[one.code]) + query) for one in way)
            ),
        },
    )


# --- revisions, roadmap, money --------------------------------------------------------------------------------------


@with_plan
def revisions(request: HttpRequest, revision: Revision) -> HttpResponse:
    """Every edition that was in force, newest first, with what changed."""
    rows = (
        Revision.objects.filter(
            plan=revision.plan, status=Revision.Status.PUBLISHED, in_force_from__lte=today()
        )
        .annotate(
            count=Subquery(
                Programme.objects.filter(revision=OuterRef("pk"))
                .order_by()
                .values("revision")
                .annotate(n=Count("pk"))
                .values("n")
            )
        )
        .select_related("legal_file")
        .order_by("-in_force_from")
    )
    return render(
        request,
        "plans/revisions.html",
        {"revisions": rows, "now": revision, "plan": revision.plan, "crumbs": crumbs()},
    )


@with_plan
def roadmap(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The plan's years as a drawing: what happens when."""
    framework = _framework(request, revision)
    tree = reading.tree(framework.pk)
    rows = (
        Programme.objects.filter(revision=revision)
        .annotate(node_id=reading.placed_in(framework.pk))
        .only("key", "title", "year_from", "year_to", "colour")
    )
    groups: dict[int | None, list[Any]] = {}
    for row in rows:
        top = tree.top(row.node_id)
        groups.setdefault(top.pk if top else None, []).append(row)
    chosen = tree.find(request.GET.get("dimensi", "")) or (tree.tops[0] if tree.tops else None)
    day = today()
    spans = [
        charts.Span(say(row.title), row.year_from, row.year_to + 1, row.colour, row.get_absolute_url())
        for row in sorted(
            groups.get(chosen.pk if chosen else None, []), key=lambda r: (r.year_from, r.year_to)
        )
    ]
    now = day.year + (day.timetuple().tm_yday - 1) / 365
    running = [
        (
            year,
            sum(1 for some in groups.values() for row in some if row.year_from <= year <= row.year_to),
        )
        for year in range(revision.plan.year_from, revision.plan.year_to + 1)
    ]
    return render(
        request,
        "plans/roadmap.html",
        {
            "drawing": charts.roadmap(spans, title=say(chosen.title) if chosen else "", now=now)
            if spans
            else "",
            "tabs": [
                (
                    say(top.short or top.title),
                    f"?dimensi={top.code}",
                    chosen is not None and top.pk == chosen.pk,
                )
                for top in tree.tops
            ],
            "chosen": chosen,
            "running": charts.bar_chart(
                [(str(year), count) for year, count in running],
                title=_("Program yang berjalan tiap tahun"),
                unit=_("program"),
            ),
            "plan": revision.plan,
            "crumbs": crumbs(),
        },
    )


Named = TypeVar("Named", int, str)


def _pairs(rows: Iterable[tuple[Named, reading.Money]]) -> dict[Named, tuple[int, int | None]]:
    """Return (planned, spent) under each name; spent is None as long as nothing is known."""
    found: dict[Named, tuple[int, int | None]] = {}
    for name, row in rows:
        planned, spent = found.get(name, (0, None))
        if row.realised is not None:
            spent = (spent or 0) + row.realised
        found[name] = (planned + row.planned, spent)
    return found


@with_plan
def budget(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The plan's money by year and source, planned and spent."""
    rows = reading.money(revision)
    years = _pairs((row.year, row) for row in rows)
    sources = _pairs((row.source, row) for row in rows)
    past = [row for row in rows if row.year < today().year]
    planned = sum(row.planned for row in past)
    realised = sum(row.realised or 0 for row in past)
    table = Table(
        [
            Column(_("Tahun"), "year", is_head=True),
            Column(_("Sumber"), lambda row: money_source(row.source)),
            Column(_("Rencana"), "planned", "rupiah"),
            Column(_("Terpakai"), "realised", "rupiah"),
        ],
        rows,
        empty=_("Belum ada anggaran di rencana ini."),
    )
    return render(
        request,
        "plans/budget.html",
        {
            "by_year": charts.budget_bars(
                [(str(year), pair[0], pair[1]) for year, pair in sorted(years.items())],
                title=_("Anggaran menurut tahun"),
            )
            if rows
            else "",
            "by_source": charts.budget_bars(
                [(money_source(name), pair[0], pair[1]) for name, pair in sources.items()],
                title=_("Anggaran menurut sumber"),
            )
            if rows
            else "",
            "table": table,
            "total": rupiah_short(sum(row.planned for row in rows)),
            "share": percent(Decimal(realised) * 100 / planned) if planned else "",
            "last_year": today().year - 1,
            "plan": revision.plan,
            "crumbs": crumbs(),
        },
    )


@with_plan
def budget_csv(request: HttpRequest, revision: Revision) -> HttpResponseBase:
    heading = ["tahun", "sumber", "rencana", "terpakai"]
    rows = ([row.year, row.source, row.planned, row.realised] for row in reading.money(revision))
    return csv_response(request, "anggaran", heading, rows)


# --- SWOT, quick wins, bodies, applications, colours ----------------------------------------------------------------


@with_plan
def swot(request: HttpRequest, revision: Revision) -> HttpResponse:
    """Strengths, weaknesses, opportunities and threats with the figures they rest on."""
    lines = (
        Swot.objects.filter(revision=revision)
        .select_related("element")
        .prefetch_related("series")
        .order_by("element__order", "code")
    )
    kinds = {
        Swot.Kind.STRENGTH: _("Kekuatan"),
        Swot.Kind.WEAKNESS: _("Kelemahan"),
        Swot.Kind.OPPORTUNITY: _("Peluang"),
        Swot.Kind.THREAT: _("Ancaman"),
    }
    found = list(lines)
    return render(
        request,
        "plans/swot.html",
        {
            "groups": [
                (title, [line for line in found if line.kind == kind]) for kind, title in kinds.items()
            ],
            "count": len(found),
            "crumbs": [*crumbs(), (_("Profil daerah"), reverse("portal:profile"))],
        },
    )


STAGES = {
    QuickWin.Stage.PROBLEM: gettext_lazy("Masalah"),
    QuickWin.Stage.IDEA: gettext_lazy("Gagasan"),
    QuickWin.Stage.PLAN: gettext_lazy("Rancangan"),
    QuickWin.Stage.BUILD: gettext_lazy("Pembuatan"),
    QuickWin.Stage.IMPLEMENT: gettext_lazy("Penerapan"),
    QuickWin.Stage.EVALUATE: gettext_lazy("Penilaian"),
}
WIN_KINDS = {
    "programme": gettext_lazy("Program"),
    "product": gettext_lazy("Produk"),
    "method": gettext_lazy("Cara kerja"),
    "concept": gettext_lazy("Konsep"),
    "technology": gettext_lazy("Teknologi"),
}
PARTNER_KINDS = {
    "agency": gettext_lazy("instansi"),
    "business": gettext_lazy("usaha"),
    "university": gettext_lazy("kampus"),
    "community": gettext_lazy("komunitas"),
    "media": gettext_lazy("media"),
    "central": gettext_lazy("pemerintah pusat"),
}
LEVELS = {"low": gettext_lazy("rendah"), "middle": gettext_lazy("sedang"), "high": gettext_lazy("tinggi")}
RESOURCE_KINDS = {
    "budget": gettext_lazy("Dana"),
    "people": gettext_lazy("Orang"),
    "facility": gettext_lazy("Sarana"),
}


def _wins(revision: Revision) -> QuerySet[QuickWin]:
    return QuickWin.objects.filter(revision=revision).select_related("programme__lead").order_by("code")


@with_plan
def quick_wins(request: HttpRequest, revision: Revision) -> HttpResponse:
    """What shall be felt within twelve months."""
    rows = _wins(revision).defer("programme__search")
    day = today()
    return render(
        request,
        "plans/quick_wins.html",
        {
            "wins": [
                (
                    row,
                    STAGES[QuickWin.Stage(row.stage)],
                    (row.ends - day).days,
                    charts.progress_bar(row.progress / 100, _("Kemajuan")),
                )
                for row in rows
            ],
            "crumbs": crumbs(),
        },
    )


@with_plan
def quick_wins_csv(request: HttpRequest, revision: Revision) -> HttpResponseBase:
    heading = [
        "kode",
        "nama",
        "program",
        "tahap",
        "kemajuan_persen",
        "mulai",
        "selesai",
        "pengguna_awal",
        "pengguna_kini",
    ]
    rows = (
        [
            row.code,
            row.name,
            row.programme.code,
            row.stage,
            row.progress,
            row.starts,
            row.ends,
            row.users_before,
            row.users_after,
        ]
        for row in _wins(revision)
    )
    return csv_response(request, "percepatan", heading, rows)


@with_plan
def quick_wins_json(request: HttpRequest, revision: Revision) -> HttpResponse:
    wins = [
        {
            "key": row.key,
            "code": row.code,
            "name": row.name,
            "programme": row.programme.key,
            "stage": row.stage,
            "progress": row.progress,
            "starts": row.starts,
            "ends": row.ends,
            "users_before": row.users_before,
            "users_after": row.users_after,
        }
        for row in _wins(revision)
    ]
    return answer({"quick_wins": wins}, public=True)


def quick_win(request: HttpRequest, key: UUID) -> HttpResponse:
    """The sheet of one quick win."""
    rows = QuickWin.objects.filter(reading.published(today()), key=key)
    win = rows.select_related("programme__lead", "document").order_by("-revision__in_force_from").first()
    if win is None:
        raise Http404(_("Percepatan ini tidak ada."))
    story = [
        (_("Apa ini"), win.explanation),
        (_("Bagaimana dirancang"), win.formulation),
        (_("Manfaatnya"), win.benefit),
        (_("Daya tariknya"), win.appeal),
        (_("Keunikannya"), win.uniqueness),
        (_("Rencana memperluas"), win.scale_up),
        (_("Model usaha"), win.business_model),
        (_("Catatan terakhir"), win.note),
    ]
    lasting = [
        (_("Aturan"), win.continuity_rule),
        (_("Kelembagaan"), win.continuity_institution),
        (_("Sumber daya"), win.continuity_resources),
    ]
    stages = list(STAGES)
    now = stages.index(QuickWin.Stage(win.stage))
    return render(
        request,
        "plans/quick_win.html",
        {
            "win": win,
            "kind": WIN_KINDS[win.kind],
            "story": [(title, words) for title, words in story if words],
            "lasting": [(title, words) for title, words in lasting if words],
            "steps": [
                (STAGES[stage], "", "done" if number < now else "now" if number == now else "")
                for number, stage in enumerate(stages)
            ],
            "partners": [
                (one, PARTNER_KINDS[one.kind]) for one in Partner.objects.filter(quick_win=win).order_by("pk")
            ],
            "risks": [
                (risk, LEVELS[risk.likelihood], LEVELS[risk.impact])
                for risk in Risk.objects.filter(quick_win=win).select_related("owner").order_by("pk")
            ],
            "resources": [
                (one, RESOURCE_KINDS[one.kind])
                for one in Resource.objects.filter(quick_win=win).order_by("pk")
            ],
            "days": (win.ends - today()).days,
            "bar": charts.progress_bar(win.progress / 100, _("Kemajuan")),
            "crumbs": crumbs((_("Percepatan"), reverse("quick_wins"))),
        },
    )


BODY_KINDS = {
    "council": gettext_lazy("Dewan"),
    "team": gettext_lazy("Tim pelaksana"),
    "forum": gettext_lazy("Forum"),
}


def bodies(request: HttpRequest) -> HttpResponse:
    """Who steers the plan: council, team, forum, and how often they met."""
    day = today()
    meetings = Meeting.objects.filter(body=OuterRef("pk"), date__lte=day)
    rows = Body.objects.annotate(
        this_year=Subquery(
            meetings.filter(date__year=day.year, recorded_at__isnull=False)
            .order_by()
            .values("body")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        last=Subquery(meetings.filter(recorded_at__isnull=False).order_by("-date").values("date")[:1]),
        seats=Subquery(
            Member.objects.filter(body=OuterRef("pk"))
            .order_by()
            .values("body")
            .annotate(n=Count("pk"))
            .values("n")
        ),
    ).order_by("code")
    return render(
        request,
        "plans/bodies.html",
        {"bodies": [(row, BODY_KINDS[row.kind]) for row in rows], "year": day.year, "crumbs": crumbs()},
    )


def body(request: HttpRequest, key: UUID) -> HttpResponse:
    """One body: its seats, its meetings, who came."""
    row = get_object_or_404(Body.objects.select_related("agency"), key=key)
    came = Attendance.objects.filter(meeting=OuterRef("pk"))
    meetings = list(
        Meeting.objects.filter(body=row)
        .annotate(
            attendance_rows=ArraySubquery(
                came.values(json=JSONObject(member="member", invited="was_invited", present="was_present"))
            )
        )
        .select_related("minutes_file")
        .order_by("-date")[:24]
    )
    held = [meeting for meeting in meetings if meeting.recorded_at]
    presence: dict[int, list[bool]] = {}
    for meeting in held:
        for one in meeting.attendance_rows:
            if one["invited"]:
                presence.setdefault(one["member"], []).append(bool(one["present"]))
    members = [
        (member, sum(presence.get(member.pk, [])), len(presence.get(member.pk, [])))
        for member in Member.objects.filter(body=row).select_related("agency").order_by("pk")
    ]
    day = today()
    return render(
        request,
        "plans/body.html",
        {
            "body": row,
            "kind": BODY_KINDS[row.kind],
            "members": members,
            "meetings": [
                (
                    meeting,
                    sum(1 for one in meeting.attendance_rows if one["present"]),
                    sum(1 for one in meeting.attendance_rows if one["invited"]),
                )
                for meeting in held
            ],
            "ahead": sorted(
                (m for m in meetings if not m.recorded_at and m.date >= day), key=lambda m: m.date
            ),
            "due": [m for m in meetings if not m.recorded_at and m.date < day],
            "crumbs": crumbs((_("Lembaga"), reverse("bodies"))),
        },
    )


APP_STATUS = {
    "planned": gettext_lazy("Direncanakan"),
    "running": gettext_lazy("Berjalan"),
    "idle": gettext_lazy("Jarang dipakai"),
    "stopped": gettext_lazy("Berhenti"),
}
APP_ORIGIN = {
    "own": gettext_lazy("Buatan sendiri"),
    "bought": gettext_lazy("Dibeli"),
    "central": gettext_lazy("Dari pemerintah pusat"),
    "shared": gettext_lazy("Dari daerah lain"),
}


class ApplicationFilters(Filters):
    q = forms.CharField(label=gettext_lazy("Kata"), max_length=100)
    status = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("Semua")), *APP_STATUS.items()]
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Asal"), choices=[("", gettext_lazy("Semua")), *APP_ORIGIN.items()]
    )


def _applications(request: HttpRequest) -> tuple[QuerySet[Application], ApplicationFilters]:
    filters = ApplicationFilters(request)
    chosen = filters.chosen()
    rows = Application.objects.select_related("agency").order_by("name", "pk")
    if chosen.get("q"):
        words = chosen["q"]
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(purpose__id__icontains=words)
            | Q(agency__short_name__icontains=words)
        )
    for name in ("status", "origin"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    return rows, filters


def applications(request: HttpRequest) -> HttpResponse:
    """The register of computer applications that agencies run."""
    rows, filters = _applications(request)
    page = paginate(request, rows, 40)
    table = Table(
        [
            Column(_("Aplikasi"), "name", is_head=True),
            Column(_("Untuk apa"), "purpose"),
            Column(_("Instansi"), "agency.short_name"),
            Column(_("Asal"), lambda row: APP_ORIGIN[row.origin]),
            Column(_("Keadaan"), lambda row: APP_STATUS[row.status]),
            Column(_("Pengguna setahun"), "users", "number"),
        ],
        page.items,
        empty=_("Belum ada aplikasi yang terdaftar."),
    )
    return render(
        request,
        "plans/applications.html",
        {
            "table": table,
            "page": page,
            "filters": filters,
            "query": request.GET.urlencode(),
            "crumbs": crumbs(),
        },
    )


def applications_csv(request: HttpRequest) -> HttpResponseBase:
    rows, _filters = _applications(request)
    heading = ["kode", "nama", "instansi", "untuk_apa", "asal", "keadaan", "pengguna"]
    return csv_response(
        request,
        "aplikasi",
        heading,
        ([r.code, r.name, r.agency.code, r.purpose, r.origin, r.status, r.users] for r in rows),
    )


def applications_json(request: HttpRequest) -> HttpResponse:
    rows, _filters = _applications(request)
    shown = [
        {
            "key": r.key,
            "code": r.code,
            "name": r.name,
            "agency": r.agency.code,
            "purpose": r.purpose,
            "origin": r.origin,
            "status": r.status,
            "users": r.users,
            "programme": r.programme_key,
        }
        for r in rows
    ]
    return answer({"applications": shown}, public=True)


@with_plan
def colours(request: HttpRequest, revision: Revision) -> HttpResponse:
    """How a colour is computed: the rule this plan states, with an example of real numbers."""
    rule = rule_of(revision)
    example = (
        Indicator.objects.filter(
            revision=revision,
            standing__colour__in=[Colour.SLIPPING, Colour.ON_TRACK, Colour.OFF_TRACK],
            baseline__isnull=False,
            series__adds_up_over_time="last",
            standing__share__gt=Decimal("0.05"),
        )
        .select_related("series__owner", "standing__judged_by", "programme")
        .prefetch_related("targets")
        .order_by("-standing__colour", "code")
        .first()
    )
    shown = None
    if example is not None:
        promise = promise_of(example)
        standing: Standing = example.standing
        figures = newest_figures([example.series_id]).get(example.series_id, [])
        points = [figure.point for figure in figures]
        shown = {
            "indicator": example,
            "colour": standing.colour,
            "said": say_promise(example, promise, standing, points, today()),
            "why": why(example, promise, standing, rule),
        }
    return render(
        request,
        "plans/colours.html",
        {
            "high": percent(rule.on_track_from * 100),
            "low": percent(rule.slipping_from * 100),
            "days": rule.stale_after_days,
            "example": shown,
            "revision": revision,
            "crumbs": crumbs(),
        },
    )


def day_of(words: str | None) -> date | None:
    """Return the date of an ISO string out of a gathered list."""
    return date.fromisoformat(words[:10]) if words else None
