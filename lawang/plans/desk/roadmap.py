"""The timeline of the plan: what is done when, drawn over its years."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lawang.lib.text import say
from lawang.people.node import today
from lawang.people.permissions import needs
from lawang.plans.desk.edition import edition, frame
from lawang.plans.desk.programmes import TreeFilters, in_tree_order, narrowed
from lawang.plans.desk.review import edition_tabs
from lawang.plans.forms import Choices
from lawang.plans.models import Programme
from lawang.plans.reading import found, placed_in, tree
from lawang.web.charts import Span, roadmap
from lawang.web.tables import paginate

PER_PAGE = 40


@needs("plans.see_internal", "plans.edit")
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """Draw the programmes over the years, forty at a time, under their dimensions."""
    shown = edition(request)
    nodes = tree(shown.plan.framework_id)
    filters = TreeFilters(request, nodes=nodes, agencies=Choices(shown.revision).agencies)
    chosen = filters.chosen()
    rows: Any = Programme.objects.filter(revision=shown.revision).annotate(
        node_id=placed_in(shown.plan.framework_id)
    )
    rows = narrowed(rows, chosen, nodes)
    if words := chosen.get("q"):
        rows = found(rows, words)
    place = {node.pk: number for number, node in enumerate(nodes.nodes)}
    rows = rows.order_by(in_tree_order(place), "year_from", "order", "code")
    page = paginate(request, rows.only("key", "code", "title", "year_from", "year_to", "colour"), PER_PAGE)
    here = "" if shown.is_draft or shown.draft is None else "?edisi=berlaku"
    spans = []
    for row in page:
        top = nodes.top(row.node_id)
        spans.append(
            Span(
                f"{row.code} {say(row.title)}",
                row.year_from,
                row.year_to + 1,
                row.colour,
                reverse("planner:programme", args=[row.key]) + here,
                say(top.short or top.title) if top else _("Belum ditempatkan"),
            )
        )
    on = today()
    title = _("Peta jalan %(first)s–%(last)s") % {"first": shown.plan.year_from, "last": shown.plan.year_to}
    context = frame(request, shown) | {
        "title": title,
        "filters": filters,
        "page": page,
        "chart": roadmap(spans, title=title, now=on.year + (on.timetuple().tm_yday - 1) / 366)
        if spans
        else "",
        "tabs": edition_tabs(request, shown),
    }
    return render(request, "plans/desk/roadmap.html", context)
