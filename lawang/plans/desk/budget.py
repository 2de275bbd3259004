"""The budget of one programme as one table: year by year, source by source, saved at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lawang.lib.refused import Refused
from lawang.people.node import now, today
from lawang.people.permissions import demand, needs
from lawang.plans import actions
from lawang.plans.desk.edition import edition, frame, person
from lawang.plans.desk.meanwhile import Told, save_knowingly, seen_in
from lawang.plans.desk.programme import find
from lawang.plans.desk.rows import posted, programme_way, versi
from lawang.plans.meanwhile import Seen, stamp
from lawang.plans.models import BudgetLine, Programme
from lawang.plans.reading import revived
from lawang.web.forms import Form, NumberField, RupiahField

MOST_YEARS = 16
Key = tuple[int, str]


@dataclass(frozen=True)
class Cells:
    """One row of the table: a source in a year."""

    source: str
    line: BudgetLine | None
    planned: forms.BoundField
    revised: forms.BoundField
    share: forms.BoundField | None  # None until there is a line
    document: forms.BoundField | None

    @property
    def errors(self) -> list[str]:
        cells = (self.planned, self.revised, self.share, self.document)
        return [str(error) for cell in cells if cell is not None for error in cell.errors]


@dataclass(frozen=True)
class Year:
    """One year of the table; `is_open` when there is something to see."""

    number: int
    rows: list[Cells]
    is_open: bool


def _money(label: str) -> forms.Field:
    field = RupiahField(label=label, required=False, min_value=0, max_value=10**16)
    field.widget.before = ""  # the heading of the table says that it is rupiah
    return field


class GridForm(Form):
    """Amounts by year and source. What is left empty is no line."""

    def __init__(self, data: Any, *, programme: Programme, lines: Iterable[BudgetLine]) -> None:
        super().__init__(data)
        self.lines = {(line.year, line.source): line for line in lines}
        last = min(programme.year_to, programme.year_from + MOST_YEARS - 1)
        self.years = sorted({*range(programme.year_from, last + 1), *(year for year, _source in self.lines)})
        for year in self.years:
            for source, label in BudgetLine.Source.choices:
                self._row(year, source, str(label))

    def _row(self, year: int, source: str, label: str) -> None:
        line = self.lines.get((year, source))
        words = {"year": year, "source": label}
        planned = _money(_("%(year)s %(source)s, murni") % words)
        revised = _money(_("%(year)s %(source)s, perubahan") % words)
        own: dict[str, forms.Field] = {"planned": planned, "revised": revised}
        if line is not None:
            own["share"] = NumberField(
                label=_("%(year)s %(source)s, bagian dalam persen") % words,
                required=False,
                max_digits=5,
                decimal_places=2,
            )
            own["document"] = forms.CharField(
                label=_("%(year)s %(source)s, dokumen anggaran") % words, required=False, max_length=200
            )
        for name, field in own.items():
            field.widget.attrs["aria-label"] = field.label
            field.initial = getattr(line, name, None)
            self.fields[f"{name}-{year}-{source}"] = field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for year in self.years:
            for source in BudgetLine.Source.values:
                planned, revised = (cleaned.get(f"{name}-{year}-{source}") for name in ("planned", "revised"))
                if planned is None and revised is not None and f"planned-{year}-{source}" not in self.errors:
                    self.add_error(
                        f"planned-{year}-{source}",
                        _("Tulis juga anggaran murninya; 0 bila baru ada setelah perubahan."),
                    )
        return cleaned

    def wanted(self) -> dict[Key, dict[str, Any] | None]:
        """Return the fields of every line, None where there is to be none."""
        found: dict[Key, dict[str, Any] | None] = {}
        for year in self.years:
            for source in BudgetLine.Source.values:
                own = {
                    name: self.cleaned_data[f"{name}-{year}-{source}"]
                    for name in ("planned", "revised", "share", "document")
                    if f"{name}-{year}-{source}" in self.cleaned_data
                }
                if own.get("planned") is None:
                    found[year, source] = None
                    continue
                if own.get("share", 0) is None:
                    own["share"] = 100
                found[year, source] = own
        return found

    def table(self) -> list[Year]:
        table = []
        for year in self.years:
            rows = []
            for source, label in BudgetLine.Source.choices:
                line = self.lines.get((year, source))
                names = [f"{name}-{year}-{source}" for name in ("planned", "revised", "share", "document")]
                cells = [self[name] if name in self.fields else None for name in names]
                assert cells[0] is not None
                assert cells[1] is not None
                rows.append(Cells(str(label), line, cells[0], cells[1], cells[2], cells[3]))
            held = any(row.line or row.errors or row.planned.data for row in rows)
            table.append(Year(year, rows, held or year == today().year))
        return table


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def budget(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show and change all budget lines of one programme; who may not change it reads them on its page."""
    shown = edition(request)
    row: Any = find(shown, key)
    lines = revived(BudgetLine, row.anggaran_rows)
    back = reverse("planner:programme", args=[key]) + "#anggaran"
    context = frame(request, shown, *programme_way(row), thing=row)
    if request.method == "GET" and not context["may_edit"]:
        return redirect(back)
    form = GridForm(posted(request), programme=row, lines=lines)
    told: Told | None = None
    count = 0

    def save(seen: Seen | None) -> None:
        nonlocal count
        count = actions.set_budget(row, form.wanted(), by=person(request), at=now(), seen=seen)

    if request.method == "POST":
        demand(request.user, "plans.edit", row)
        if form.is_valid():
            try:
                told = save_knowingly(
                    save,
                    seen_in(request, ()),
                    [form],
                    lambda _stored: [
                        GridForm(None, programme=row, lines=BudgetLine.objects.filter(programme=row))
                    ],
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                if told is None:
                    words = ngettext(
                        "Anggaran disimpan: %(count)s baris berubah.",
                        "Anggaran disimpan: %(count)s baris berubah.",
                        count,
                    )
                    messages.success(
                        request, words % {"count": count} if count else _("Tidak ada yang berubah.")
                    )
                    return redirect(back)
    context |= {
        "row": row,
        "form": form,
        "years": form.table(),
        "back": back,
        "meanwhile": told,
        "versi": versi(request, told, lambda: stamp(row, (), actions.budgeted(lines), row.newest_entry or 0)),
    }
    return render(
        request, "plans/desk/budget.html", context, status=409 if told else 422 if form.errors else 200
    )
