"""The tree of programmes: search, order, several at once, a new one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency
from lawang.people.node import now
from lawang.people.permissions import demand, needs
from lawang.plans import actions
from lawang.plans.desk.edition import Edition, edition, frame, person
from lawang.plans.forms import AgencyField, Choices, YearField
from lawang.plans.models import FrameworkNode, Programme
from lawang.plans.reading import Tree, found, placed_in, tally, tree
from lawang.web.charts import stacked_bars
from lawang.web.forms import Form
from lawang.web.tables import Filters, Page, paginate

PER_PAGE = 40


class TreeFilters(Filters):
    """Which programmes of the tree are shown."""

    q = forms.CharField(label=gettext_lazy("Cari"), max_length=100)
    dimensi = forms.ChoiceField(label=gettext_lazy("Dimensi"))
    instansi = forms.ChoiceField(label=gettext_lazy("Penanggung jawab"))
    keadaan = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("Semua")), *Programme.State.choices]
    )

    def __init__(self, request: HttpRequest, *, nodes: Tree, agencies: Sequence[Agency]) -> None:
        super().__init__(request)
        offer(self.fields["dimensi"], [(node.code, say(node.short or node.title)) for node in nodes.tops])
        none = ("-", _("Belum ada"))
        offer(self.fields["instansi"], [none, *((str(row.pk), row.short_name) for row in agencies)])


def offer(select: forms.Field, pairs: Sequence[tuple[Any, str]]) -> None:
    """Give a filter its choices, "all" first."""
    assert isinstance(select, forms.ChoiceField)
    select.choices = [("", _("Semua")), *pairs]


@dataclass
class Branch:
    """One sub-dimension (or dimension) with those of its programmes that are on this page."""

    node: FrameworkNode | None
    way: str
    count: int
    rows: list[Any] = field(default_factory=list)


def narrowed(rows: QuerySet[Any], chosen: dict[str, Any], nodes: Tree) -> QuerySet[Any]:
    """Return the programmes that fit the filters; `rows` carry node_id."""
    if top := nodes.find(chosen.get("dimensi", "")):
        rows = rows.filter(node_id__in=nodes.under(top))
    if agency := chosen.get("instansi"):
        rows = rows.filter(lead__isnull=True) if agency == "-" else rows.filter(lead=agency)
    if state := chosen.get("keadaan"):
        rows = rows.filter(state=state)
    return rows


def _rows(shown: Edition, chosen: dict[str, Any], nodes: Tree) -> QuerySet[Any]:
    rows = Programme.objects.filter(revision=shown.revision).select_related("lead")
    rows = rows.annotate(node_id=placed_in(shown.plan.framework_id)).defer(
        "search", "summary", "reason", "beneficiaries"
    )
    rows = narrowed(rows, chosen, nodes)
    if words := chosen.get("q"):
        rows = found(rows, words)
    place = {node.pk: number for number, node in enumerate(nodes.nodes)}
    return rows.order_by(in_tree_order(place), "order", "code")


def in_tree_order(place: dict[int, int]) -> Any:
    """Return the order of the framework's nodes; what is placed nowhere comes first, to be seen."""
    from django.db.models import Case, IntegerField, Value, When

    whens = [When(node_id=pk, then=Value(number)) for pk, number in place.items()]
    return Case(*whens, default=Value(-1), output_field=IntegerField())


@needs("plans.see_internal", "plans.edit")
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """Show dimensions with their counts, and the programmes under their sub-dimensions, some forty a page."""
    shown = edition(request)
    nodes = tree(shown.plan.framework_id)
    choices = Choices(shown.revision)
    filters = TreeFilters(request, nodes=nodes, agencies=choices.agencies)
    counts = tally(shown.revision, shown.plan.framework_id)
    page = paginate(request, _rows(shown, filters.chosen(), nodes), PER_PAGE)
    here = reverse("planner:programmes")
    bars = stacked_bars(
        [
            (say(top.short or top.title), counts.under(nodes.under(top)), f"{here}?dimensi={top.code}")
            for top in nodes.tops
        ],
        title=_("Program per dimensi"),
    )
    context = frame(request, shown)
    siblings = _siblings(shown) if context["may_edit"] else {}
    context |= {
        "filters": filters,
        "page": page,
        "branches": _branches(page, nodes, counts, siblings),
        "bars": bars,
        "count": counts.count,
        "empty_leaves": _uncovered(nodes, counts) if not filters.chosen() else [],
        "bulk": BulkForm(choices=choices),
        "query": request.GET.urlencode(),
    }
    return render(request, "plans/desk/programmes.html", context)


def _branches(page: Page, nodes: Tree, counts: Any, siblings: dict[Any, list[str]]) -> list[Branch]:
    """Return the page's programmes under their nodes; each knows its `place` among its siblings, and how many."""
    places = {key: (number, len(keys)) for keys in siblings.values() for number, key in enumerate(keys, 1)}
    branches: dict[int | None, Branch] = {}
    for row in page:
        if row.node_id not in branches:
            way = nodes.way(row.node_id)
            words = " › ".join(say(node.title) for node in way) or _("Belum ditempatkan di subdimensi")
            count = sum(counts.by_node.get(row.node_id, {}).values())
            branches[row.node_id] = Branch(way[-1] if way else None, words, count)
        row.place, row.last = places.get(str(row.key), (1, 1))
        branches[row.node_id].rows.append(row)
    return list(branches.values())


def _uncovered(nodes: Tree, counts: Any) -> list[str]:
    inner = {node.parent_id for node in nodes.nodes}
    return [
        say(node.title) for node in nodes.nodes if node.pk not in inner and not counts.by_node.get(node.pk)
    ]


# --- order ------------------------------------------------------------------------------------------------------------


def _siblings(shown: Edition) -> dict[Any, list[str]]:
    """Return the keys of the programmes of each sub-dimension, in their order."""
    pairs = (
        Programme.objects.filter(revision=shown.revision)
        .annotate(node_id=placed_in(shown.plan.framework_id))
        .order_by("order", "code")
        .values_list("key", "node_id")
    )
    siblings: dict[Any, list[str]] = {}
    for programme_key, node_id in pairs:
        siblings.setdefault(node_id, []).append(str(programme_key))
    return siblings


@needs("plans.edit")
@require_POST
def order(request: HttpRequest) -> HttpResponseBase:
    """Put programmes in another order: one up or down, or all by the numbers typed beside them.

    A button says the place that its programme is to have, so that a second click changes nothing.
    """
    shown = edition(request)
    demand(request.user, "plans.edit")
    back = _back(request)
    siblings = _siblings(shown)
    moved = request.POST.get("pindah", "")
    wanted: list[str] = []
    for keys in siblings.values():
        typed = {key: number for key in keys if (number := _typed(request, key)) is not None}
        if moved:
            key, _sep, place = moved.partition(":")
            if key not in keys or not place.isdecimal():
                continue
            rest = [one for one in keys if one != key]
            rest.insert(max(0, min(int(place[:6]) - 1, len(rest))), key)
            wanted = rest
        elif typed:
            # A number typed stands before what has it by its place already; the others keep theirs.
            ranks = {
                key: (typed[key] - (0.5 if typed[key] < i else -0.5 if typed[key] > i else 0))
                if key in typed
                else i
                for i, key in enumerate(keys, 1)
            }
            wanted += sorted(keys, key=lambda key: ranks[key])
    try:
        changed = False
        if moved:
            changed = actions.reorder(shown.revision, wanted, by=person(request), at=now())
        else:
            changed = _reorder_each(shown, siblings, wanted, request)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Urutan disimpan.") if changed else _("Urutannya tidak berubah."))
    return redirect(f"{back}#p-{moved.partition(':')[0]}" if moved else back)


def _reorder_each(
    shown: Edition, siblings: dict[Any, list[str]], wanted: list[str], request: HttpRequest
) -> bool:
    """Reorder each sub-dimension within its own places."""
    changed = False
    for keys in siblings.values():
        own = [key for key in wanted if key in set(keys)]
        if own and own != keys:
            changed |= actions.reorder(shown.revision, own, by=person(request), at=now())
    if not wanted:
        actions.reorder(
            shown.revision, [], by=person(request), at=now()
        )  # says whether this may be changed at all
    return changed


def _typed(request: HttpRequest, key: str) -> int | None:
    words = request.POST.get(f"urut-{key}", "").strip()
    return int(words) if words.isascii() and words.isdecimal() and len(words) <= 6 else None


def _back(request: HttpRequest) -> str:
    """Return the list as it was filtered."""
    query = request.POST.get("saring", "")[:500]
    clean = "".join(c for c in query if c.isprintable() and c not in "#\\ ")
    return reverse("planner:programmes") + (f"?{clean}" if clean else "")


# --- several at once --------------------------------------------------------------------------------------------------


class BulkForm(Form):
    """What several programmes are to have; what is left empty stays as it is."""

    lead = AgencyField(Agency.objects.all(), label=gettext_lazy("Penanggung jawab"), required=False)
    coordinator = AgencyField(Agency.objects.all(), label=gettext_lazy("Koordinator"), required=False)
    term = forms.ChoiceField(label=gettext_lazy("Jangka"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("Keadaan"), required=False)
    year_from = YearField(label=gettext_lazy("Tahun mulai"), required=False)
    year_to = YearField(label=gettext_lazy("Tahun selesai"), required=False)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, prefix="semua", **kwargs)
        same = _("– tidak diubah –")
        agencies = [("", same), *((row.pk, row.short_name) for row in choices.agencies)]
        for name, pairs in (
            ("lead", agencies),
            ("coordinator", agencies),
            ("term", [("", same), *Programme.Term.choices]),
            ("state", [("", same), *Programme.State.choices]),
        ):
            select = self.fields[name]
            assert isinstance(select, forms.ChoiceField)
            select.choices = pairs

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


@dataclass(frozen=True)
class Change:
    """What would change in one programme."""

    programme: Programme
    lines: list[tuple[Any, str, str]]  # field, old, new


def _said(programme: Programme, name: str, value: Any) -> str:
    if isinstance(value, Agency):
        return value.short_name
    labels = {"term": dict(Programme.Term.choices), "state": dict(Programme.State.choices)}.get(name)
    if value in (None, ""):
        return _("belum ada")
    return str(labels[value]) if labels else str(value)


@needs("plans.edit")
@require_POST
def many(request: HttpRequest) -> HttpResponseBase:
    """Show what would change in the ticked programmes, then change them all, or none."""
    shown = edition(request)
    demand(request.user, "plans.edit")
    form = BulkForm(request.POST, choices=Choices(shown.revision))
    keys = [key for key in request.POST.getlist("pilih") if len(key) == 36 and key.replace("-", "").isalnum()]
    picked = list(
        Programme.objects.filter(revision=shown.revision, key__in=_uuids(keys))
        .select_related("lead", "coordinator", "revision")
        .order_by("order", "code")
    )
    trouble = ""
    changes: dict[str, Any] = {}
    if not picked:
        trouble = _("Centang dulu program yang akan diubah.")
    elif form.is_valid():
        changes = form.changes()
        if not changes:
            trouble = _("Pilih dulu apa yang diubah.")
    previews = [
        Change(
            row,
            [
                (form.fields[name].label, _said(row, name, getattr(row, name)), _said(row, name, value))
                for name, value in changes.items()
                if getattr(row, name) != value
            ],
        )
        for row in picked
    ]
    if changes and not trouble and request.POST.get("do") == "apply":
        try:
            count = actions.change_many(picked, changes, by=person(request), at=now())
        except Refused as refused:
            trouble = refused.sentence
        else:
            messages.success(
                request,
                ngettext("%(count)s program diubah.", "%(count)s program diubah.", count) % {"count": count},
            )
            return redirect(_back(request))
    context = frame(request, shown, (_("Program"), reverse("planner:programmes"))) | {
        "form": form,
        "previews": [row for row in previews if row.lines],
        "alike": [row.programme.code for row in previews if not row.lines],
        "picked": picked,
        "trouble": trouble,
        "query": request.POST.get("saring", "")[:500],
        "back": _back(request),
    }
    status = 422 if trouble or form.errors else 200
    return render(request, "plans/desk/many.html", context, status=status)


def _uuids(keys: Sequence[str]) -> list[Any]:
    from uuid import UUID

    good = []
    for key in keys:
        try:
            good.append(UUID(key))
        except ValueError:
            continue
    return good


def counted(shown: Edition) -> dict[str, int]:
    """Return how many programmes have which state, for the front page."""
    rows = (
        Programme.objects.filter(revision=shown.revision).values("state").annotate(n=Count("pk")).order_by()
    )
    return {row["state"]: row["n"] for row in rows}
