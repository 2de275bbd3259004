"""The linter's page: what an assessor would find, where, why it matters, how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lawang.lib.text import say
from lawang.people.node import today
from lawang.people.permissions import needs
from lawang.plans.checking import report_rows, weight_word
from lawang.plans.desk.edition import Edition, edition, frame
from lawang.plans.desk.programmes import offer
from lawang.plans.linter import Look, Report, Result, Rule, Subject, Weight, examine
from lawang.plans.linter_subject import read
from lawang.plans.models import Programme, QuickWin
from lawang.plans.reading import Tree, placed_in, tree
from lawang.web.charts import progress_bar
from lawang.web.download import csv_response
from lawang.web.tables import Filters, Page, paginate, with_query

FEW = 8  # findings of one rule in the overview
PER_PAGE = 50
SECTION = {  # rule: the anchor in the editor where its findings are mended
    "owner": "pemilik",
    "owner-exists": "pemilik",
    "indicator": "indikator",
    "budget": "anggaran",
    "budget-zero-twice": "anggaran",
    "overspent": "anggaran",
    "paid-not-done": "anggaran",
    "within-period": "waktu",
    "past-end": "waktu",
    "described": "apa",
    "in-rpjmd": "kode",
    "activities": "kegiatan",
    "milestone-late": "tonggak",
    "needs-hold": "ketergantungan",
    "target": "target",
    "can-move": "target",
    "definition": "ukuran",
    "figures": "ukuran",
    "figure-owner": "ukuran",
    "quick-win-risk": "risiko",
    "quick-win-partner": "mitra",
}
PAGE = {  # rules about the plan itself -> the page that mends them
    "legal-basis": ("basis", ()),
    "legal-file": ("basis", ()),
    "direction": ("direction", ()),
    "goal-served": ("direction", ()),
    "leaf-covered": ("programmes", ()),
    "dimension-quick-win": ("programmes", ()),
    "gap-described": ("rows", ("kesenjangan",)),
    "swot-complete": ("rows", ("swot",)),
    "bodies": ("rows", ("lembaga",)),
}


@dataclass(frozen=True)
class Place:
    """One finding and the address where it is mended."""

    look: Look
    href: str


def placed(look: Look, rule: str, shown: Edition) -> Place:
    """Return a finding with the address in the editor where it is mended."""
    here = "" if shown.is_draft or shown.draft is None else "?edisi=berlaku"
    anchor = f"#{SECTION[rule]}" if rule in SECTION else ""
    if look.kind in ("programme", "indicator", "quick_win") and look.key:
        return Place(look, reverse(f"planner:{look.kind}", args=[look.key]) + here + anchor)
    if look.kind == "application":
        return Place(look, reverse("planner:rows", args=["aplikasi"]))
    if look.kind == "body":
        return Place(look, reverse("planner:rows", args=["lembaga"]))
    name, args = PAGE.get(rule, ("programmes", ()))
    return Place(look, reverse(f"planner:{name}", args=args) + here)


KINDS = {
    "plan": gettext_lazy("rencana"),
    "programme": gettext_lazy("program"),
    "indicator": gettext_lazy("indikator"),
    "quick_win": gettext_lazy("percepatan"),
    "body": gettext_lazy("lembaga"),
    "application": gettext_lazy("aplikasi"),
}


class ReviewFilters(Filters):
    """Which findings are shown."""

    berat = forms.ChoiceField(label=gettext_lazy("Bobot"))
    dimensi = forms.ChoiceField(label=gettext_lazy("Dimensi"))
    instansi = forms.ChoiceField(label=gettext_lazy("Penanggung jawab"))
    tentang = forms.ChoiceField(
        label=gettext_lazy("Tentang"), choices=[("", gettext_lazy("Semua")), *KINDS.items()]
    )
    aturan = forms.CharField(widget=forms.HiddenInput, max_length=60)
    edisi = forms.CharField(widget=forms.HiddenInput, max_length=10)

    def __init__(self, request: HttpRequest, *, nodes: Tree, agencies: Iterable[tuple[int, str]]) -> None:
        super().__init__(request)
        offer(self.fields["berat"], [(str(int(w)), weight_word(w)) for w in reversed(Weight)])
        offer(self.fields["dimensi"], [(node.code, say(node.short or node.title)) for node in nodes.tops])
        offer(self.fields["instansi"], [(str(pk), name) for pk, name in agencies])

    def chips(self) -> list[Any]:
        hidden = {"edisi"}
        return [
            chip for chip in super().chips() if not any(chip.words.startswith(f"{name}:") for name in hidden)
        ]


@dataclass(frozen=True)
class Owner:
    """Which agency and dimension a finding belongs to."""

    agency: int | None
    dimension: str | None


def _owners(shown: Edition, subject: Subject, nodes: Tree) -> tuple[dict[str, Owner], list[tuple[int, str]]]:
    """Return the owner of every key a finding can name, and the agencies that lead programmes. One query."""
    wins = QuickWin.objects.filter(programme=OuterRef("pk")).values("key")
    rows = Programme.objects.filter(revision=shown.revision).annotate(
        node_id=placed_in(shown.plan.framework_id), win_keys=ArraySubquery(wins)
    )
    owners: dict[str, Owner] = {}
    agencies: dict[int, str] = {}
    for key, lead, name, node_id, win_keys in rows.values_list(
        "key", "lead", "lead__short_name", "node_id", "win_keys"
    ):
        top = nodes.top(node_id)
        owner = Owner(lead, top.code if top else None)
        owners[str(key)] = owner
        owners |= {str(one): owner for one in win_keys}
        if lead:
            agencies[lead] = name
    for programme in subject.programmes:
        owners |= {one.key: owners[programme.key] for one in programme.indicators if programme.key in owners}
    return owners, sorted(agencies.items(), key=lambda pair: pair[1])


@dataclass(frozen=True)
class Group:
    """One rule with the findings that are shown of it."""

    rule: Rule
    looked: int
    found: int
    places: list[Place]
    weight: str
    more: str  # address of the whole list, "" when all are shown
    css: str


CSS = {Weight.SERIOUS: "off", Weight.ORDINARY: "warn", Weight.MINOR: "idle"}


def _fits(look: Look, rule: Rule, chosen: dict[str, Any], owners: dict[str, Owner]) -> bool:
    if "tentang" in chosen and look.kind != chosen["tentang"]:
        return False
    if "berat" in chosen and int(rule.weight) != int(chosen["berat"]):
        return False
    owner = owners.get(look.key)
    if "dimensi" in chosen and (owner is None or owner.dimension != chosen["dimensi"]):
        return False
    return not ("instansi" in chosen and (owner is None or str(owner.agency) != chosen["instansi"]))


def narrowed(report: Report, chosen: dict[str, Any], owners: dict[str, Owner]) -> list[Result]:
    """Return the rules with those findings that fit the filters; rules without any are left out."""
    results = []
    for result in report.results:
        if "aturan" in chosen and result.rule.code != chosen["aturan"]:
            continue
        found = [look for look in result.findings if _fits(look, result.rule, chosen, owners)]
        if found:
            results.append(Result(result.rule, result.looked, found))
    return results


@needs("plans.see_internal", "plans.edit")
@require_safe
def review(request: HttpRequest) -> HttpResponseBase:
    """Show the score and the findings, of the draft or of the plan in force."""
    shown = edition(request)
    nodes = tree(shown.plan.framework_id)
    subject = read(shown.revision, today=today(), nodes=nodes.nodes)
    report = examine(subject)
    owners, agencies = _owners(shown, subject, nodes)
    filters = ReviewFilters(request, nodes=nodes, agencies=agencies)
    chosen = filters.chosen()
    results = narrowed(report, chosen, owners)
    if request.GET.get("unduh") == "csv":
        return _download(request, results)
    one: Page | None = None
    if "aturan" in chosen and results:
        one = paginate(request, results[0].findings, PER_PAGE)
    groups = [
        Group(
            result.rule,
            result.looked,
            len(result.findings),
            [placed(look, result.rule.code, shown) for look in (one or result.findings[:FEW])],
            weight_word(result.rule.weight),
            ""
            if one or len(result.findings) <= FEW
            else with_query(request.GET, aturan=result.rule.code, halaman=None),
            CSS[result.rule.weight],
        )
        for result in results
    ]
    context = frame(request, shown) | {
        "report": report,
        "score": progress_bar(float(report.score) / 100, _("Kelengkapan")),
        "serious": sum(len(r.findings) for r in report.results if r.rule.weight == Weight.SERIOUS),
        "clean": [str(r.rule.title) for r in report.results if not r.findings and r.looked],
        "filters": filters,
        "groups": groups,
        "total": sum(len(result.findings) for result in results),
        "page": one,
        "tabs": edition_tabs(request, shown),
        "csv": with_query(request.GET, unduh="csv", halaman=None),
    }
    return render(request, "plans/desk/review.html", context)


def edition_tabs(request: HttpRequest, shown: Edition) -> list[tuple[str, str, bool]]:
    """Return the choice between draft and what is in force; [] when there is only one."""
    if shown.draft is None or shown.in_force is None:
        return []
    return [
        (
            _("Draf revisi %(number)s") % {"number": shown.draft.number},
            with_query(request.GET, edisi=None, halaman=None),
            shown.is_draft,
        ),
        (
            _("Yang berlaku (revisi %(number)s)") % {"number": shown.in_force.number},
            with_query(request.GET, edisi="berlaku", halaman=None),
            not shown.is_draft,
        ),
    ]


def _download(request: HttpRequest, results: list[Result]) -> HttpResponseBase:
    heading = [
        _("Bobot"),
        _("Aturan"),
        _("Di mana"),
        _("Temuan"),
        _("Mengapa penting"),
        _("Cara memperbaiki"),
    ]
    return csv_response(request, "pemeriksaan-rencana", heading, report_rows(Report(results, Decimal(0))))
