"""The editor of one programme: everything about it on one page, sections as anchors."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lawang.areas.models import Area, dotted
from lawang.lib.numbers import as_is
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency
from lawang.people.node import node, now, today
from lawang.people.permissions import demand, needs
from lawang.plans import actions
from lawang.plans.desk.edition import Edition, edition, frame, person
from lawang.plans.desk.kinds import KINDS
from lawang.plans.desk.meanwhile import Told, save_knowingly, seen_in
from lawang.plans.desk.rows import add_once, confirm, consequence, posted, programme_way, read_rows, versi
from lawang.plans.forms import FIELDS, Choices, RowForm, find_agency, form_class
from lawang.plans.meanwhile import Seen, stamp
from lawang.plans.models import FrameworkNode, Placement, Programme
from lawang.plans.reading import gathered, indicators, revived
from lawang.record.models import Entry
from lawang.web.forms import LongTextField
from lawang.web.tables import Column, Table

SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "apa",
        gettext_lazy("Apa, mengapa, untuk siapa"),
        ("code", "title", "summary", "reason", "beneficiaries", "goal"),
    ),
    (
        "pemilik",
        gettext_lazy("Pemilik dan mitra"),
        ("lead", "coordinator", "supporting", "supporting_others"),
    ),
    ("waktu", gettext_lazy("Waktu dan keadaan"), ("year_from", "year_to", "term", "state")),
    ("tempat", gettext_lazy("Tempat dalam kerangka"), ("place_*",)),
    ("kode", gettext_lazy("Kode perencanaan"), ("rpjmd_code", "renstra_code", "sipd_code")),
    ("wilayah", gettext_lazy("Wilayah"), ("districts", "villages")),
)
PARTS: dict[str, tuple[str, ...]] = {  # kinds of rows, with what their lists tell of what they name
    "anggaran": (),
    "kegiatan": ("agency__short_name",),
    "tonggak": (),
    "ketergantungan": ("on__code", "on__title"),
    "percepatan": (),
}


def areas_of(programme: Programme) -> list[Area]:
    """Return the districts of the regency and the areas that the programme names."""
    named = Q(pk__in=getattr(programme, "area_ids", []))
    district = Q(parent=node().area_id, level=Area.Level.DISTRICT, valid_to=None)
    return list(Area.objects.filter(named | district).order_by("code"))


class ProgrammeForm(RowForm):
    """The programme's own fields, its partners, its areas, and its place in each framework."""

    def __init__(self, *args: Any, choices: Choices, areas: list[Area], **kwargs: Any) -> None:
        super().__init__(*args, choices=choices, **kwargs)
        row = self.instance
        chosen = set(getattr(row, "area_ids", []))
        districts = [area for area in areas if area.level == Area.Level.DISTRICT]
        others = [area for area in areas if area.pk in chosen and area.level != Area.Level.DISTRICT]
        mine = getattr(row, "supporting_rows", [])
        offered = [(one.pk, one.short_name) for one in choices.agencies]
        listed = {pk for pk, _name in offered}
        chosen_ids = [one["pk"] for one in mine if one["pk"] in listed]
        self._many(
            "supporting", gettext_lazy("Instansi pendukung"), Agency.objects.all(), offered, chosen_ids
        )
        self.fields["supporting_others"] = LongTextField(
            label=_("Kantor desa atau kelurahan yang mendukung"),
            required=False,
            rows=2,
            help_text=_("Satu per baris: nama atau kode."),
        )
        others_of_list = [one["code"] for one in mine if one["pk"] not in listed]
        self.fields["supporting_others"].initial = "\n".join(others_of_list)
        self._many(
            "districts",
            gettext_lazy("Kecamatan"),
            Area.objects.filter(level=Area.Level.DISTRICT),
            [(area.pk, area.name) for area in districts],
            [area.pk for area in districts if area.pk in chosen],
        )
        self.fields["villages"] = LongTextField(
            label=_("Desa dan kelurahan"),
            required=False,
            rows=3,
            help_text=_("Satu per baris: nama atau kode. Kosongkan bila cukup kecamatannya."),
        )
        self.fields["villages"].initial = "\n".join(f"{area.code} {area.name}" for area in others)
        self._places(choices.nodes)
        if not row.pk:
            self.fields["code"].initial = row.code

    def _many(
        self,
        name: str,
        label: Any,
        rows: QuerySet[Any],
        offered: list[tuple[Any, str]],
        chosen: Iterable[int],
    ) -> None:
        field = forms.ModelMultipleChoiceField(
            rows, label=label, required=False, widget=forms.CheckboxSelectMultiple
        )
        field.choices = offered
        field.initial = list(chosen)
        self.fields[name] = field

    def _places(self, nodes: list[FrameworkNode]) -> None:
        """Add one select per framework, the plan's own first."""
        present = {one["framework"]: one["node"] for one in getattr(self.instance, "places", [])}
        primary = self.instance.revision.plan.framework_id
        frameworks = {one.framework_id: one.framework for one in nodes}
        for pk in sorted(frameworks, key=lambda pk: (pk != primary, frameworks[pk].code)):
            title = say(frameworks[pk].title)
            draft = _("%(name)s (draf, belum ditetapkan)") % {"name": title}
            field = forms.TypedChoiceField(
                label=draft if frameworks[pk].is_draft else title,
                required=False,
                coerce=int,
                empty_value=None,
                choices=[
                    ("", _("– belum ditempatkan –")),
                    *(
                        (one.pk, f"{'  ' * one.depth}{say(one.title)}")
                        for one in nodes
                        if one.framework_id == pk
                    ),
                ],
            )
            field.initial = present.get(pk)
            self.fields[f"place_{pk}"] = field
        self.nodes = {one.pk: one for one in nodes}

    def clean_supporting_others(self) -> list[Agency]:
        typed = self.cleaned_data.get("supporting_others", "").splitlines()
        return [self._agency(line.strip()) for line in typed if line.strip()]

    def _agency(self, words: str) -> Agency:
        """Return an agency that is named already by its code, be it closed, else what the words mean."""
        mine = {one["code"]: one["pk"] for one in getattr(self.instance, "supporting_rows", [])}
        return Agency.objects.get(pk=mine[words]) if words in mine else find_agency(words)

    @property
    def supporting(self) -> list[Agency]:
        both = [*self.cleaned_data["supporting"], *self.cleaned_data["supporting_others"]]
        return list({one.pk: one for one in both}.values())

    def clean_villages(self) -> list[Area]:
        found = []
        for line in self.cleaned_data.get("villages", "").splitlines():
            if words := line.strip():
                found.append(_village(words))
        return found

    @property
    def places(self) -> dict[int, FrameworkNode | None]:
        """Where the programme is put, by framework id."""
        return {
            int(name.removeprefix("place_")): self.nodes.get(self.cleaned_data[name])
            for name in self.fields
            if name.startswith("place_")
        }

    @property
    def areas(self) -> list[Area]:
        return list(
            {
                area.pk: area for area in [*self.cleaned_data["districts"], *self.cleaned_data["villages"]]
            }.values()
        )

    def sections(self) -> list[tuple[str, Any, list[Any]]]:
        """Return (anchor, heading, bound fields)."""
        found = []
        for anchor, title, names in SECTIONS:
            own = [
                self[name]
                for name in self.fields
                if name in names or ("place_*" in names and name.startswith("place_"))
            ]
            found.append((anchor, title, sorted(own, key=lambda one: _rank(names, one.name))))
        return found


def _rank(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else 0


def _village(words: str) -> Area:
    """Return the area that a line names; raise a sentence when there is none or more than one."""
    first = words.split()[0]
    rows = Area.objects.filter(valid_to=None)
    if code := dotted(first):
        exact = rows.filter(code=code).first()
        if exact:
            return exact
        raise forms.ValidationError(_("Tidak ada wilayah dengan kode %(code)s.") % {"code": first[:20]})
    regency = node().area
    if regency:
        rows = rows.filter(code__startswith=f"{regency.code}.")
    name = words[:120].replace("\x00", "")
    matches = list(rows.filter(name__iexact=name).order_by("code")[:5])
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise forms.ValidationError(
            _("Tidak ada desa atau kelurahan bernama “%(name)s”.") % {"name": name[:60]}
        )
    raise forms.ValidationError(
        _("Ada beberapa “%(name)s”: tulis kodenya, %(codes)s.")
        % {"name": name[:60], "codes": ", ".join(area.code for area in matches)}
    )


def _form(request: HttpRequest, row: Programme, choices: Choices) -> Any:
    return form_class(Programme, ProgrammeForm)(
        posted(request), instance=row, choices=choices, areas=areas_of(row)
    )


def find(shown: Edition, key: UUID) -> Programme:
    """Return a programme of the edition with its places, partners, areas and parts as lists. One query."""
    of_it = {"programme": OuterRef("pk")}
    through, located = Programme.supporting.through, Programme.areas.through
    rows = Programme.objects.filter(revision=shown.revision).select_related("lead", "coordinator", "goal")
    row = get_object_or_404(
        rows.annotate(
            newest_entry=Subquery(Entry.objects.order_by("-pk").values("pk")[:1]),
            supporting_rows=ArraySubquery(
                through._default_manager.filter(**of_it).values(
                    json=JSONObject(pk="agency", code="agency__code")
                )
            ),
            area_ids=ArraySubquery(located._default_manager.filter(**of_it).values("area")),
            places=ArraySubquery(
                Placement.objects.filter(**of_it).values(json=JSONObject(framework="framework", node="node"))
            ),
            **{
                f"{slug}_rows": gathered(KINDS[slug].model._default_manager.filter(**of_it), *more)
                for slug, more in PARTS.items()
            },
        ).defer("search"),
        key=key,
    )
    row.revision = shown.revision
    return row


def _save(request: HttpRequest, row: Programme, form: Any, seen: Seen | None = None) -> None:
    actions.save_programme(
        row,
        places=form.places,
        supporting=form.supporting,
        areas=form.areas,
        by=person(request),
        at=now(),
        seen=seen,
    )


def _stamp(row: Any) -> str:
    """Return the stamp of a programme as `find` read it."""
    places = [(one["framework"], one["node"]) for one in row.places]
    more = actions.named([one["pk"] for one in row.supporting_rows], row.area_ids, places)
    return stamp(row, FIELDS[Programme], more, row.newest_entry or 0)


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """Add a programme."""
    shown = edition(request)
    demand(request.user, "plans.edit")
    row = Programme(
        revision=shown.revision, year_from=today().year, year_to=min(today().year + 4, shown.plan.year_to)
    )
    if row.year_to < row.year_from:
        row.year_from, row.year_to = shown.plan.year_from, shown.plan.year_to
    form = _form(request, row, Choices(shown.revision))
    if request.method == "POST" and form.is_valid():

        def do() -> str:
            _save(request, row, form)
            return reverse("planner:programme", args=[row.key])

        try:
            to = add_once(request, "programme_added", do)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Program ditambahkan. Sekarang beri indikator dan anggarannya."))
            return redirect(to)
    context = frame(request, shown, *programme_way(row), thing=row) | {
        "form": form,
        "sections": form.sections(),
        "fresh": uuid4(),
        "row": row,
    }
    return render(request, "plans/desk/new_programme.html", context, status=422 if form.errors else 200)


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show and change one programme."""
    shown = edition(request)
    row = find(shown, key)
    choices = Choices(shown.revision)
    form = _form(request, row, choices)
    fresh = "" if request.method == "POST" else _stamp(row)
    told: Told | None = None

    def again(_stored: Any) -> list[Any]:
        stored = find(shown, key)
        make: Any = form_class(Programme, ProgrammeForm)
        return [make(None, instance=stored, choices=choices, areas=areas_of(stored))]

    if request.method == "POST":
        demand(request.user, "plans.edit", Programme.objects.get(pk=row.pk))
        if form.is_valid():
            try:
                told = save_knowingly(
                    lambda seen: _save(request, row, form, seen),
                    seen_in(request, FIELDS[Programme]),
                    [form],
                    again,
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                if told is None:
                    messages.success(request, _("Program disimpan."))
                    return redirect("planner:programme", key=key)
    context = frame(request, shown, (_("Program"), reverse("planner:programmes")), thing=row)
    reads = not (context["may_edit"] or form.is_bound)
    context |= {
        "row": row,
        "form": form,
        "sections": form.sections(),
        "meanwhile": told,
        "versi": versi(request, told, lambda: fresh),
        "read": read_rows(form) if reads else [],
        "parts": [(KINDS[slug], _part(slug, row)) for slug in PARTS],
        "indicators": _indicators(row),
        "public": not shown.is_draft,
    }
    status = 409 if told else 422 if form.errors else 200
    return render(request, "plans/desk/programme.html", context, status=status)


def _part(slug: str, row: Programme) -> Table:
    """Return the rows of one section; budget lines are shown year by year, activities by track."""
    what = KINDS[slug]
    rows = revived(what.model, getattr(row, f"{slug}_rows"))
    for one in rows:
        one.programme = row
    if slug == "kegiatan":
        order = {"people": 0, "infrastructure": 1, "applications": 2, "literacy": 3}
        rows.sort(key=lambda one: (order.get(one.track, 9), one.code))
    return Table(what.columns(), rows, empty=what.empty)


def _indicators(row: Programme) -> Table:
    def goals(indicator: Any) -> str:
        return " · ".join(f"{one['year']}: {as_is(Decimal(one['amount']))}" for one in indicator.target_rows)

    def start(indicator: Any) -> str:
        if indicator.baseline is None:
            return _("belum ada")
        return f"{as_is(indicator.baseline)} ({indicator.baseline_year or '?'})"

    return Table(
        [
            Column(
                _("Indikator"),
                lambda one: f"{one.code} {say(one.title)}",
                href=lambda one: reverse("planner:indicator", args=[one.key]),
                is_head=True,
            ),
            Column(_("Satuan"), "series.unit"),
            Column(_("Kondisi awal"), start),
            Column(_("Target"), goals),
        ],
        list(indicators([row.pk])),
        empty=_("Belum ada indikator. Yang tidak diukur tidak bisa ditunjukkan hasilnya."),
    )


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Ask, then take a programme out of the draft."""
    shown = edition(request)
    row = Programme.objects.filter(revision=shown.revision, key=key).first()
    if row is None:
        return redirect("planner:programmes")
    return confirm(
        request,
        shown,
        title=_("Hapus program %(name)s?") % {"name": f"{row.code} {say(row.title)}"},
        words=consequence(row),
        button=_("Ya, hapus"),
        back=reverse("planner:programme", args=[key]),
        way=programme_way(row),
        do=lambda: actions.remove_row(row, by=person(request), at=now()),
        done=_("Program dihapus dari draf."),
        to=reverse("planner:programmes"),
    )
