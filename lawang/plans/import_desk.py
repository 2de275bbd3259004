"""Pages of the planner: hand in a workbook, see what it would change, apply it, take one along; compare revisions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.node import now
from lawang.people.permissions import may, needs
from lawang.plans import exporting, imports
from lawang.plans.comparing import Difference, compare
from lawang.plans.models import Import, Plan, Revision
from lawang.plans.tasks import carry_out_import, examine_import
from lawang.web.forms import Form
from lawang.web.tables import paginate

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABS = ("added", "changed", "waiting", "rejected", "left")
STUCK = timedelta(minutes=10)  # a state that lasts longer is offered again
PER_PAGE = 100


class UploadForm(Form):
    file = forms.FileField(
        label=gettext_lazy("Buku kerja rencana"),
        help_text=gettext_lazy(
            "XLSX dari templat, satu CSV yang bernama seperti lembarnya, atau ZIP berisi CSV. Paling besar 20 MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.zip"}),
    )


@dataclass(frozen=True)
class Shown:
    """One row of a dry run as the page shows it."""

    sheet: str
    number: int
    label: str
    problems: list[str]
    changes: list[dict[str, str]]


@needs("plans.import")
def index(request: HttpRequest) -> HttpResponse:
    """List the files handed in, newest first, and take a new one."""
    assert isinstance(request.user, User)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            mine = imports.receive(form.cleaned_data["file"], by=request.user, at=now())
        except Refused as refused:
            form.refuse(refused, "file")
        else:
            _examine(mine)
            return redirect(mine)
    rows = Import.objects.select_related("file", "by", "plan")
    return render(
        request,
        "plans/imports.html",
        {
            "form": form,
            "page": paginate(request, rows),
            "plans": list(Plan.objects.order_by("code")),
            "may_export": bool(may(request.user, "plans.export")),
        },
        status=422 if form.errors else 200,
    )


def _examine(mine: Import) -> None:
    """Check a small file at once, a large one in the worker."""
    if imports.is_small(mine):
        imports.examine(mine, at=now())
    else:
        examine_import.defer(import_id=mine.pk)


@needs("plans.import")
def detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show how far an import is: its progress, its dry run by tab, or its result."""
    mine = get_object_or_404(Import.objects.select_related("file", "by", "plan"), key=key)
    counts = mine.dry_run.get("counts", {})
    left = sum(sheet["missing"] for sheet in mine.dry_run.get("sheets", [])) + counts.get("alike", 0)
    numbers = {**counts, "left": left}
    tab = request.GET.get("lihat", "")
    if tab not in TABS:
        tab = next(
            (name for name in ("waiting", "rejected", "added", "changed") if numbers.get(name)), "left"
        )
    rows = _rows(mine, tab)
    page = paginate(request, rows, PER_PAGE)
    return render(
        request,
        "plans/import.html",
        {
            "import": mine,
            "tab": tab,
            "tabs": [
                (_tab_title(name, numbers.get(name, 0)), f"?lihat={name}", name == tab) for name in TABS
            ],
            "page": page,
            "sheets": mine.dry_run.get("sheets", []),
            "questions": mine.dry_run.get("questions", []),
            "remarks": mine.dry_run.get("remarks", []),
            "blocked": mine.dry_run.get("blocked", ""),
            "counts": numbers,
            "can_apply": mine.state == Import.State.CHECKED
            and not mine.dry_run.get("blocked")
            and bool(counts.get("added") or counts.get("changed")),
            "percent": 100 * mine.done // mine.total if mine.total else 0,
            "is_stuck": bool(mine.is_working and mine.begun_at and now() - mine.begun_at > STUCK),
            "crumbs": [(_("Impor rencana"), reverse("imports"))],
        },
    )


def _tab_title(name: str, count: int) -> str:
    return {
        "added": _("Baru (%(count)s)"),
        "changed": _("Berubah (%(count)s)"),
        "waiting": _("Perlu dipilih (%(count)s)"),
        "rejected": _("Ditolak (%(count)s)"),
        "left": _("Dibiarkan (%(count)s)"),
    }[name] % {"count": count}


def _rows(mine: Import, tab: str) -> list[Shown]:
    return [
        Shown(
            sheet["title"],
            row["number"],
            row["label"],
            [problem["sentence"] for problem in row["problems"]],
            row["changes"],
        )
        for sheet in mine.dry_run.get("sheets", [])
        for row in sheet["rows"].get(tab, [])
    ]


@needs("plans.import")
@require_POST
def choose(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take what the person picked for each unsure name; "-" leaves its rows out."""
    assert isinstance(request.user, User)
    mine = get_object_or_404(Import, key=key)
    picked: dict[str, str] = {}
    for number, question in enumerate(mine.dry_run.get("questions", [])):
        if answer := request.POST.get(f"pilihan-{number}"):
            picked[question["key"]] = "" if answer == "-" else answer
    try:
        mine = imports.choose(mine, picked, by=request.user, at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        _examine(Import.objects.select_related("file").get(pk=mine.pk))
    return redirect(mine)


@needs("plans.import")
@require_POST
def carry_out(request: HttpRequest, key: UUID) -> HttpResponse:
    """Apply what was looked at; a large file in the worker. Again for one that a power cut left in the middle."""
    assert isinstance(request.user, User)
    mine = get_object_or_404(Import, key=key)
    try:
        mine = imports.accept(mine, by=request.user, at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(mine)
    mine = Import.objects.select_related("file").get(pk=mine.pk)
    if imports.is_small(mine):
        imports.carry_out(mine, at=now())
    else:
        carry_out_import.defer(import_id=mine.pk)
    return redirect(mine)


@needs("plans.import")
@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send an import that seems stuck to the worker once more; what it does twice it does once."""
    mine = get_object_or_404(Import, key=key)
    if mine.state == Import.State.READING:
        examine_import.defer(import_id=mine.pk)
    elif mine.state == Import.State.APPLYING:
        carry_out_import.defer(import_id=mine.pk)
    return redirect(mine)


@needs("plans.import")
def template(request: HttpRequest) -> HttpResponse:
    return _download(exporting.template(), "templat-rencana.xlsx", XLSX)


@needs("plans.export")
def export_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    assert isinstance(request.user, User)
    plan = get_object_or_404(Plan.objects.select_related("framework"), code=code)
    return _download(exporting.workbook(plan, by=request.user), f"{plan.code}.xlsx", XLSX)


@needs("plans.export")
def export_csv(request: HttpRequest, code: str) -> HttpResponse:
    assert isinstance(request.user, User)
    plan = get_object_or_404(Plan.objects.select_related("framework"), code=code)
    return _download(exporting.csv_zip(plan, by=request.user), f"{plan.code}-csv.zip", imports.ZIP)


def _download(contents: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        contents, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


# -- two revisions side by side --------------------------------------------------------------------------------------


def difference(request: HttpRequest) -> HttpResponse:
    """Show everybody what differs between two published revisions."""
    rows = Revision.objects.filter(status=Revision.Status.PUBLISHED)
    return _compare(request, rows, is_desk=False)


@needs("plans.see_internal")
def side_by_side(request: HttpRequest) -> HttpResponse:
    """Show the same to officers, the draft included."""
    return _compare(request, Revision.objects.all(), is_desk=True)


def _compare(request: HttpRequest, rows: Any, *, is_desk: bool) -> HttpResponse:
    revisions = list(rows.select_related("plan__framework").order_by("plan", "number"))
    wanted = {str(revision.pk): revision for revision in revisions}
    new = (
        wanted.get(request.GET.get("ke", ""))
        if "ke" in request.GET
        else (revisions[-1] if revisions else None)
    )
    old = wanted.get(request.GET.get("dari", "")) if "dari" in request.GET else _before(revisions, new)
    if ("ke" in request.GET and new is None) or ("dari" in request.GET and old is None):
        raise Http404
    if old and new and old.plan_id != new.plan_id:
        raise Http404
    differences: list[Difference] = compare(old, new) if old and new and old != new else []
    page = paginate(request, differences, 50)
    return render(
        request,
        "plans/difference.html",
        {
            "revisions": revisions,
            "old": old,
            "new": new,
            "page": page,
            "count": ngettext("%(count)s program berbeda", "%(count)s program berbeda", len(differences))
            % {"count": len(differences)},
            "is_desk": is_desk,
            "crumbs": [(_("Rencana"), reverse("planner:home"))]
            if is_desk
            else [(_("Rencana"), reverse("plan")), (_("Riwayat revisi"), reverse("revisions"))],
            "kinds": {
                "added": _("Baru"),
                "removed": _("Dihapus"),
                "merged": _("Digabung"),
                "split": _("Dipecah"),
                "changed": _("Berubah"),
            },
        },
    )


def _before(revisions: list[Revision], new: Revision | None) -> Revision | None:
    if new is None:
        return None
    earlier = [row for row in revisions if row.plan_id == new.plan_id and row.number < new.number]
    return earlier[-1] if earlier else None
