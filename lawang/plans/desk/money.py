"""Where the money is: by year and source, dimension and agency; planned, revised, realised; and who has none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import DecimalField, Exists, F, OuterRef, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lawang.lib.text import say
from lawang.people.permissions import needs
from lawang.plans.desk.edition import Edition, edition, frame
from lawang.plans.desk.programmes import offer
from lawang.plans.desk.review import edition_tabs
from lawang.plans.models import BudgetLine, Placement, Programme
from lawang.plans.reading import Tree, placed_in, tree
from lawang.web.charts import budget_bars
from lawang.web.download import csv_response
from lawang.web.tables import Column, Filters, Table, paginate, with_query

PER_PAGE = 25


@dataclass(frozen=True)
class Line:
    """The money of one year, source, agency and dimension, in whole rupiah; attribution shares are applied."""

    year: int
    source: str
    agency: str
    dimension: str  # code, "" when placed nowhere
    planned: int
    revised: int | None  # None: never changed during the year
    available: int  # revised where there is a revision, else planned
    realised: int | None


@dataclass
class Total:
    """Lines added up under one name."""

    name: str
    planned: int = 0
    available: int = 0
    realised: int | None = None

    def add(self, line: Line) -> None:
        self.planned += line.planned
        self.available += line.available
        if line.realised is not None:
            self.realised = (self.realised or 0) + line.realised

    @property
    def spent(self) -> float | None:
        """Per cent of what is available."""
        return None if self.realised is None or not self.available else 100 * self.realised / self.available


def lines_of(shown: Edition, nodes: Tree) -> list[Line]:
    """Return all lines of an edition, added up by the database. One query."""
    part: Any = F("share") / Value(100)
    node = Placement.objects.filter(programme=OuterRef("programme"), framework=shown.plan.framework_id)
    whole: Any = DecimalField(max_digits=30, decimal_places=4)
    available: Any = Coalesce("revised", "planned")
    rows = (
        BudgetLine.objects.filter(programme__revision=shown.revision)
        .annotate(node=node.values("node")[:1])
        .order_by()
        .values("year", "source", "programme__lead__short_name", "node")
        .annotate(
            planned_sum=Sum(F("planned") * part, output_field=whole),
            revised_sum=Sum(F("revised") * part, output_field=whole),
            available_sum=Sum(available * part, output_field=whole),
            realised_sum=Sum(F("realised") * part, output_field=whole),
        )
    )
    lines = []
    for row in rows:
        top = nodes.top(row["node"])
        lines.append(
            Line(
                row["year"],
                row["source"],
                row["programme__lead__short_name"] or "",
                top.code if top else "",
                int(row["planned_sum"] or 0),
                None if row["revised_sum"] is None else int(row["revised_sum"]),
                int(row["available_sum"] or 0),
                None if row["realised_sum"] is None else int(row["realised_sum"]),
            )
        )
    return sorted(lines, key=lambda line: (line.year, line.source, line.agency, line.dimension))


def totals(lines: Iterable[Line], name: Callable[[Line], str]) -> list[Total]:
    """Return the lines added up by name, in the order in which names first appear."""
    found: dict[str, Total] = {}
    for line in lines:
        key = name(line)
        found.setdefault(key, Total(key)).add(line)
    return list(found.values())


class MoneyFilters(Filters):
    """Which money is shown."""

    tahun = forms.ChoiceField(label=gettext_lazy("Tahun"))
    sumber = forms.ChoiceField(
        label=gettext_lazy("Sumber"), choices=[("", gettext_lazy("Semua")), *BudgetLine.Source.choices]
    )
    dimensi = forms.ChoiceField(label=gettext_lazy("Dimensi"))
    instansi = forms.ChoiceField(label=gettext_lazy("Penanggung jawab"))

    def __init__(self, request: HttpRequest, *, lines: list[Line], nodes: Tree) -> None:
        super().__init__(request)
        offer(
            self.fields["tahun"], [(str(year), str(year)) for year in sorted({line.year for line in lines})]
        )
        offer(self.fields["dimensi"], [(top.code, say(top.short or top.title)) for top in nodes.tops])
        names = sorted({line.agency for line in lines if line.agency})
        offer(self.fields["instansi"], [(name, name) for name in names])

    def keep(self, lines: list[Line]) -> list[Line]:
        chosen = self.chosen()
        return [
            line
            for line in lines
            if ("tahun" not in chosen or str(line.year) == chosen["tahun"])
            and ("sumber" not in chosen or line.source == chosen["sumber"])
            and ("dimensi" not in chosen or line.dimension == chosen["dimensi"])
            and ("instansi" not in chosen or line.agency == chosen["instansi"])
        ]


def _table(rows: list[Total], first: Any) -> Table:
    return Table(
        [
            Column(first, "name", is_head=True),
            Column(_("Murni"), "planned", kind="rupiah"),
            Column(_("Setelah perubahan"), "available", kind="rupiah"),
            Column(_("Realisasi"), "realised", kind="rupiah"),
            Column(_("Terpakai"), "spent", kind="percent"),
        ],
        rows,
        empty=_("Belum ada anggaran yang cocok."),
    )


@needs("plans.see_internal", "plans.edit")
@require_safe
def money(request: HttpRequest) -> HttpResponseBase:
    """Show the budget of the edition."""
    shown = edition(request)
    nodes = tree(shown.plan.framework_id)
    every = lines_of(shown, nodes)
    filters = MoneyFilters(request, lines=every, nodes=nodes)
    lines = filters.keep(every)
    sources = {str(key): str(label) for key, label in BudgetLine.Source.choices}
    names = {top.code: say(top.short or top.title) for top in nodes.tops} | {"": _("Belum ditempatkan")}
    if request.GET.get("unduh") == "csv":
        heading = [
            _("Tahun"),
            _("Sumber"),
            _("Dimensi"),
            _("Penanggung jawab"),
            _("Murni"),
            _("Perubahan"),
            _("Realisasi"),
        ]
        rows = (
            [
                line.year,
                sources.get(line.source, line.source),
                names.get(line.dimension, line.dimension),
                line.agency,
                line.planned,
                line.revised,
                line.realised,
            ]
            for line in lines
        )
        return csv_response(request, "anggaran-rencana", heading, rows)
    years = totals(lines, lambda line: str(line.year))
    by_source = totals(
        sorted(lines, key=lambda line: line.source), lambda line: sources.get(line.source, line.source)
    )
    without = (
        Programme.objects.filter(revision=shown.revision)
        .exclude(Exists(BudgetLine.objects.filter(programme=OuterRef("pk"), planned__gt=0)))
        .exclude(Exists(BudgetLine.objects.filter(programme=OuterRef("pk"), revised__gt=0)))
        .annotate(node_id=placed_in(shown.plan.framework_id))
        .select_related("lead")
        .order_by("order", "code")
    )
    page = paginate(request, without, PER_PAGE)
    none = Table(
        [
            Column(
                _("Program"),
                lambda row: f"{row.code} {say(row.title)}",
                href=lambda row: reverse("planner:programme", args=[row.key]) + "#anggaran",
                is_head=True,
            ),
            Column(_("Penanggung jawab"), lambda row: row.lead.short_name if row.lead else _("belum ada")),
        ],
        page,
        empty=_("Semua program punya anggaran."),
    )
    context = frame(request, shown) | {
        "filters": filters,
        "by_year": budget_bars(
            [(one.name, one.available, one.realised) for one in years], title=_("Anggaran per tahun"), key="y"
        )
        if years
        else "",
        "by_source": budget_bars(
            [(one.name, one.available, one.realised) for one in by_source],
            title=_("Anggaran per sumber"),
            key="s",
        )
        if by_source
        else "",
        "tables": [
            (
                _("Per tahun dan sumber"),
                _table(
                    totals(lines, lambda line: f"{line.year} · {sources.get(line.source, line.source)}"),
                    _("Tahun dan sumber"),
                ),
            ),
            (
                _("Per dimensi"),
                _table(
                    totals(
                        sorted(lines, key=lambda line: list(names).index(line.dimension)),
                        lambda line: names[line.dimension],
                    ),
                    _("Dimensi"),
                ),
            ),
            (
                _("Per penanggung jawab"),
                _table(
                    totals(
                        sorted(lines, key=lambda line: line.agency),
                        lambda line: line.agency or _("belum ada"),
                    ),
                    _("Penanggung jawab"),
                ),
            ),
        ],
        "none": none,
        "page": page,
        "tabs": edition_tabs(request, shown),
        "csv": with_query(request.GET, unduh="csv", halaman=None),
    }
    return render(request, "plans/desk/money.html", context)
