"""One indicator: what it measures, where it began, what it is to reach each year."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.measures.models import Series
from lawang.people.node import now
from lawang.people.permissions import demand, may, needs
from lawang.plans import actions
from lawang.plans.desk.edition import edition, frame, person
from lawang.plans.desk.meanwhile import Told, save_knowingly, seen_in
from lawang.plans.desk.rows import add_once, confirm, posted, programme_way, read_rows, versi
from lawang.plans.forms import INDICATOR, Choices, RowForm, form_class
from lawang.plans.meanwhile import stamp
from lawang.plans.models import Indicator, Programme
from lawang.web.forms import Form, NumberField, all_valid


class IndicatorForm(RowForm):
    """A baseline is a number at the end of a year, so both or none."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("baseline") is not None and cleaned.get("baseline_year") is None:
            self.add_error("baseline_year", _("Tulis keadaan akhir tahun berapa kondisi awal ini."))
        return cleaned


class SeriesForm(RowForm):
    """What is measured; its code may be left to us."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="ukuran", **kwargs)
        self.fields["code"].required = False
        self.fields["code"].help_text = _("Kosongkan, lalu kami buatkan dari kode indikatornya.")
        if not self.instance.pk:
            title: Any = self.fields["title"]
            title.required = title.fields[0].required = False
            title.help_text = _("Kosongkan bila sama dengan nama indikator.")
        for name, words in (("area", _("per kecamatan")), ("sex", _("laki-laki dan perempuan"))):
            box = forms.BooleanField(label=_("Dirinci %(how)s") % {"how": words}, required=False)
            box.initial = name in (self.instance.breakdowns or [])
            self.fields[f"by_{name}"] = box

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.instance.breakdowns = [name for name in ("area", "sex") if cleaned.get(f"by_{name}")]
        return cleaned


class TargetForm(Form):
    """What the indicator is to reach by the end of each year; an empty year has no target."""

    def __init__(self, data: Any, *, years: list[int], targets: dict[int, Decimal]) -> None:
        super().__init__(data, prefix="target")
        for year in years:
            field = NumberField(
                label=str(year), required=False, max_digits=24, decimal_places=6, initial=targets.get(year)
            )
            field.error_messages |= {}
            self.fields[str(year)] = field

    def targets(self) -> dict[int, Decimal]:
        return {int(name): value for name, value in self.cleaned_data.items() if value is not None}


class KnownForm(Form):
    """A series that is measured already, by its code."""

    existing = forms.CharField(
        label=gettext_lazy("Kode ukuran yang sudah ada"),
        required=False,
        max_length=60,
        help_text=gettext_lazy(
            "Isi bila angka ini sudah dikumpulkan. Isian ukuran baru di bawah lalu diabaikan."
        ),
    )

    def clean_existing(self) -> Series | None:
        code = self.cleaned_data["existing"].strip()
        if not code:
            return None
        series = Series.objects.filter(code__iexact=code).first()
        if series is None:
            raise forms.ValidationError(_("Tidak ada ukuran dengan kode “%(code)s”.") % {"code": code})
        return series


def _years(programme: Programme, targets: dict[int, Decimal]) -> list[int]:
    first, last = programme.year_from, min(programme.year_to, programme.year_from + 15)
    return sorted({*range(first, last + 1), *targets})


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Add an indicator to a programme, with a new series or one that is measured already."""
    shown = edition(request)
    programme = get_object_or_404(Programme, revision=shown.revision, key=key)
    demand(request.user, "plans.edit", programme)
    choices = Choices(shown.revision)
    row = Indicator(revision=shown.revision, programme=programme)
    form = form_class(Indicator, IndicatorForm)(posted(request), instance=row, choices=choices)
    known = KnownForm(posted(request))
    targets = TargetForm(posted(request), years=_years(programme, {}), targets={})
    measured = form_class(Series, SeriesForm)(
        posted(request),
        instance=Series(),
        choices=choices,
        initial={"owner": programme.lead_id},
    )
    if request.method == "POST":
        first: list[Any] = [form, known, targets]
        good = all_valid(first)
        series = known.cleaned_data.get("existing") if known.is_valid() else None
        if series is not None:
            measured = form_class(Series, SeriesForm)(None, instance=series, choices=choices)
        elif not known.errors:
            good = measured.is_valid() and good

        def do() -> str:
            new: Any = None
            if series is None:
                new = measured.instance
                new.title = new.title or row.title
                new.code = new.code or slugify(row.code)[:60] or f"u-{str(row.key)[:8]}"
            else:
                row.series = series
            actions.save_indicator(
                row, targets=targets.targets(), define_series=new, by=person(request), at=now()
            )
            return reverse("planner:programme", args=[key]) + "#indikator"

        if good:
            try:
                to = add_once(request, "indicator_added", do)
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, _("Indikator ditambahkan."))
                return redirect(to)
    return _page(request, shown, row, form, known, targets, measured)


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "POST"])
def indicator(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show and change one indicator."""
    shown = edition(request)
    row = get_object_or_404(
        Indicator.objects.select_related("programme", "series__owner").prefetch_related("targets"),
        revision=shown.revision,
        key=key,
    )
    choices = Choices(shown.revision)
    present = {target.year: target.amount for target in row.targets.all()}
    form = form_class(Indicator, IndicatorForm)(posted(request), instance=row, choices=choices)
    targets = TargetForm(posted(request), years=_years(row.programme, present), targets=present)
    defines = bool(may(request.user, "measures.define", row.series))
    measured = form_class(Series, SeriesForm)(
        posted(request) if defines else None, instance=row.series, choices=choices
    )
    fresh = "" if request.method == "POST" else stamp(row, INDICATOR, actions.promised(row))
    told: Told | None = None

    def again(stored: Any) -> list[Any]:
        now_present = {target.year: target.amount for target in stored.targets.all()}
        made: list[Any] = [
            form_class(Indicator, IndicatorForm)(None, instance=stored, choices=choices),
            TargetForm(None, years=_years(row.programme, now_present), targets=now_present),
        ]
        if defines:
            made.append(form_class(Series, SeriesForm)(None, instance=stored.series, choices=choices))
        return made

    if request.method == "POST":
        demand(request.user, "plans.edit", row)
        several: list[Any] = [form, targets, measured] if defines else [form, targets]
        if all_valid(several):
            changed = defines and measured.has_changed()
            if changed and not measured.instance.code:
                measured.instance.code = Series.objects.values_list("code", flat=True).get(pk=row.series_id)
            try:
                told = save_knowingly(
                    lambda seen: actions.save_indicator(
                        row,
                        targets=targets.targets(),
                        define_series=measured.instance if changed else None,
                        by=person(request),
                        at=now(),
                        seen=seen,
                    ),
                    seen_in(request, INDICATOR),
                    several,
                    again,
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                if told is None:
                    messages.success(request, _("Indikator disimpan."))
                    return redirect(reverse("planner:programme", args=[row.programme.key]) + "#indikator")
    stamped = versi(request, told, lambda: fresh)
    return _page(request, shown, row, form, None, targets, measured, told, stamped)


def _page(
    request: HttpRequest,
    shown: Any,
    row: Indicator,
    form: Any,
    known: KnownForm | None,
    targets: TargetForm,
    measured: Any,
    told: Told | None = None,
    stamped: str = "",
) -> HttpResponseBase:
    programme = row.programme
    every = [one for one in (form, known, targets, measured) if one is not None]
    context = frame(request, shown, *programme_way(programme), thing=row)
    reads = not (context["may_edit"] or form.is_bound)
    context |= {
        "row": row,
        "form": form,
        "known": known,
        "targets": targets,
        "measured": measured,
        "defines": known is not None or bool(may(request.user, "measures.define", row.series)),
        "meanwhile": told,
        "versi": stamped,
        "bad": [one for one in every if one.is_bound and one.errors],
        "fresh": uuid4(),
        "title": f"{row.code} {say(row.title)}" if row.pk else _("Indikator baru"),
        "reads": reads,
        "read": [*read_rows(form), *read_rows(targets)] if reads else [],
        "read_series": read_rows(measured),
        "back": reverse("planner:programme", args=[programme.key]) + "#indikator",
    }
    return render(
        request, "plans/desk/indicator.html", context, status=409 if told else 422 if context["bad"] else 200
    )


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Ask, then take an indicator out of the draft; the figures of its series stay."""
    shown = edition(request)
    rows = Indicator.objects.select_related("programme").filter(revision=shown.revision, key=key)
    row = rows.first()
    if row is None:
        return redirect("planner:programmes")
    back = reverse("planner:programme", args=[row.programme.key])
    return confirm(
        request,
        shown,
        title=_("Hapus indikator %(name)s?") % {"name": f"{row.code} {say(row.title)}"},
        words=_("Targetnya ikut hilang dari draf ini. Angka yang sudah masuk tetap tersimpan."),
        button=_("Ya, hapus"),
        back=reverse("planner:indicator", args=[key]),
        way=programme_way(row.programme),
        do=lambda: actions.remove_row(row, by=person(request), at=now()),
        done=_("Indikator dihapus dari draf."),
        to=f"{back}#indikator",
    )
