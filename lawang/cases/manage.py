"""Managing services: their versions and rehearsals, who does the work, what this regency sets: /kelola/layanan/."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lawang.cases import publishing
from lawang.cases.definition import Definition, Step, definition_of
from lawang.cases.drawing import draw
from lawang.cases.models import RUNNING, Case, Service, ServiceSetting, ServiceVersion, Unit
from lawang.cases.offices import BY_PLACE, DISTRICT, SAME, VILLAGE
from lawang.cases.rehearsal import Finding, Rehearsal
from lawang.lib import fields as lib
from lawang.lib.clock import words as clock_words
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.packs.comparing import compare
from lawang.people.forms import AgencyField
from lawang.people.node import now, today
from lawang.people.permissions import demand, may, needs, reach
from lawang.people.views import me
from lawang.web.forms import Form

PUBLISH, SET_UP = "cases.publish", "cases.set_up"
MOST_CHANGES = 300  # shown on one page

TAKERS = {
    "applicant": gettext_lazy("pemohon"),
    "officer": gettext_lazy("petugas"),
    "section_head": gettext_lazy("kepala seksi"),
    "division_head": gettext_lazy("kepala bidang"),
    "head": gettext_lazy("kepala instansi"),
    "superior": gettext_lazy("atasan"),
    "clock": gettext_lazy("berjalan sendiri"),
}
KINDS = {
    lib.Kind.TEXT: gettext_lazy("teks"),
    lib.Kind.LONG_TEXT: gettext_lazy("teks panjang"),
    lib.Kind.NUMBER: gettext_lazy("angka"),
    lib.Kind.MONEY: gettext_lazy("rupiah"),
    lib.Kind.DATE: gettext_lazy("tanggal"),
    lib.Kind.CHOICE: gettext_lazy("pilihan"),
    lib.Kind.PLACE: gettext_lazy("desa atau kecamatan"),
    lib.Kind.FILE: gettext_lazy("berkas"),
    lib.Kind.IDENTITY: gettext_lazy("NIK"),
    lib.Kind.GROUP: gettext_lazy("kelompok"),
}
CLASSES = {
    lib.Class.PUBLIC: gettext_lazy("terbuka"),
    lib.Class.INTERNAL: gettext_lazy("hanya pegawai"),
    lib.Class.PERSONAL: gettext_lazy("data pribadi"),
    lib.Class.SENSITIVE: gettext_lazy("data peka"),
}
OFFICES_BY_PLACE = {
    VILLAGE: gettext_lazy("kantor desa atau kelurahan"),
    DISTRICT: gettext_lazy("kantor kecamatan"),
    SAME: gettext_lazy("kantor yang sama"),
}


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """One service as the list shows it."""

    service: Service
    published: int | None  # number of the version in force
    draft: int | None
    agency: str
    running: int


def _owners(rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Return service id -> code of the unit that answers for it: the version in force says it, else the draft."""
    found: dict[int, str] = {}
    for row in rows:
        if row["state"] == ServiceVersion.State.PUBLISHED or row["service_id"] not in found:
            found[row["service_id"]] = row["unit"]
    return found


def _unit_name(code: str, units: dict[str, Unit]) -> str:
    if code in OFFICES_BY_PLACE:
        return str(OFFICES_BY_PLACE[code])
    unit = units.get(code)
    if unit is None:
        return code
    return unit.agency.short_name if unit.agency else say(unit.title)


@needs(PUBLISH, SET_UP)
def index(request: HttpRequest) -> HttpResponse:
    """List the services that this person publishes or sets up."""
    versions = list(
        ServiceVersion.objects.exclude(state=ServiceVersion.State.RETIRED).values(
            "service_id", "number", "state", unit=KeyTextTransform("unit", "definition")
        )
    )
    owners = _owners(versions)
    numbers = {(row["service_id"], row["state"]): row["number"] for row in versions}
    units = {unit.code: unit for unit in Unit.objects.select_related("agency")}
    running = dict(
        Case.objects.filter(phase__in=RUNNING).values_list("service").annotate(Count("pk")).order_by()
    )
    everything, how_far = bool(may(request.user, PUBLISH)), reach(request.user, SET_UP)
    rows = []
    for service in Service.objects.defer("search"):
        unit = units.get(owners.get(service.pk, ""))
        if not (everything or how_far.everything or (unit and unit.agency_id in how_far.agencies)):
            continue
        rows.append(
            Row(
                service,
                numbers.get((service.pk, ServiceVersion.State.PUBLISHED)),
                numbers.get((service.pk, ServiceVersion.State.DRAFT)),
                _unit_name(owners.get(service.pk, ""), units),
                running.get(service.pk, 0),
            )
        )
    rows.sort(key=lambda row: say(row.service.title))
    return render(
        request,
        "cases/manage/index.html",
        {
            "rows": rows,
            "may_publish": everything,
            "without": [unit for unit in units.values() if unit.agency is None and unit.code not in BY_PLACE],
        },
    )


# ── one service ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _service(request: HttpRequest, code: str) -> Service:
    """Return a service that this person may publish or set up; 404 for one they may not even know of."""
    found = Service.objects.select_related("current").defer("current__definition").filter(code=code).first()
    if found is None:
        raise Http404
    if not may(request.user, PUBLISH) and not may(request.user, SET_UP, found):
        demand(request.user, SET_UP, found)
    return found


def _crumbs(service: Service | None = None) -> list[tuple[str, str]]:
    found = [(_("Kelola"), reverse("portal:manage")), (_("Layanan"), reverse("cases:manage"))]
    if service is not None:
        found.append((say(service.title), reverse("cases:manage_service", args=[service.code])))
    return found


@needs(PUBLISH, SET_UP)
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Show a service: what is in force, what is drafted, what can be done."""
    return _overview(request, _service(request, code))


def _overview(request: HttpRequest, found: Service, trouble: str = "") -> HttpResponse:
    versions = list(found.versions.defer("definition").order_by("-number"))
    running = dict(
        found.cases.filter(phase__in=RUNNING).values_list("version").annotate(Count("pk")).order_by()
    )
    draft = next((one for one in versions if one.state == ServiceVersion.State.DRAFT), None)
    definition = publishing.newest(found) if versions else None
    own = dict(ServiceSetting.objects.filter(service=found).values_list("name", "value"))
    context = {
        "crumbs": _crumbs(),
        "service": found,
        "versions": [(one, running.get(one.pk, 0)) for one in versions],
        "draft": draft,
        "rehearsal": publishing.rehearsal_of(draft) if draft else None,
        "definition": definition,
        "facts": list(facts(definition, _units())) if definition else [],
        "settings": [
            (one["title"], own.get(one["name"], one["value"]), one["name"] in own)
            for one in (definition.data["parameters"] if definition else [])
        ],
        "may_publish": bool(may(request.user, PUBLISH)),
        "may_set_up": bool(may(request.user, SET_UP, found)),
        "has_national": found.pack != "nasional" and publishing.national(found.code) is not None,
        "trouble": trouble,
    }
    return render(request, "cases/manage/service.html", context, status=422 if trouble else 200)


def _units() -> dict[str, Unit]:
    return {unit.code: unit for unit in Unit.objects.select_related("agency")}


def facts(definition: Definition, units: dict[str, Unit]) -> Iterator[tuple[str, str, str]]:
    """Yield (name, value, "") for the list of what a service promises."""
    yield _("Bertanggung jawab"), _unit_name(definition.unit, units), ""
    yield _("Hasil"), say(definition.product), ""
    yield _("Janji"), clock_words(definition.clock), ""
    yield _("Waktu pemohon menjawab"), clock_words(definition.answer_within), ""
    if definition.reopen_within:
        yield _("Boleh dibuka kembali"), clock_words(definition.reopen_within), ""
    if definition.made_in:
        yield _("Dibuat di"), definition.made_in, ""
    yield (
        _("Data pribadi disimpan"),
        _("%(years)s tahun sesudah selesai") % {"years": definition.retention_years},
        "",
    )


def _version(request: HttpRequest, code: str, number: int) -> tuple[Service, ServiceVersion]:
    found = _service(request, code)
    version = found.versions.select_related("service").filter(number=number).first()
    if version is None:
        raise Http404
    return found, version


@dataclass(frozen=True)
class Question:
    """One field of the form in words."""

    title: Any
    kind: str
    notes: tuple[str, ...]
    depth: int


def questions(fields: tuple[lib.Field, ...], depth: int = 0) -> Iterator[Question]:
    for one in fields:
        notes = []
        if one.kind != lib.Kind.GROUP:
            notes.append(str(CLASSES[one.privacy]))
        if not one.required:
            notes.append(_("boleh kosong"))
        if one.repeats:
            notes.append(
                _("%(least)s sampai %(most)s kali") % {"least": one.least_times, "most": one.most_times}
            )
        if one.show_when:
            notes.append(
                _("hanya bila %(field)s = %(words)s")
                % {"field": one.show_when.name, "words": " / ".join(one.show_when.values)}
            )
        if one.choices:
            notes.append("; ".join(say(choice.title) for choice in one.choices))
        yield Question(one.title, str(KINDS[one.kind]), tuple(notes), depth)
        yield from questions(one.fields, depth + 1)


@dataclass(frozen=True)
class Way:
    """One row beside the drawing: a step with its number there."""

    number: int
    step: Step
    sources: tuple[Any, ...]  # titles
    to: Any
    by: Any
    taken: int | None  # in the rehearsal
    findings: tuple[Finding, ...]


def _ways(definition: Definition, found: Rehearsal | None) -> list[Way]:
    by_place: dict[str, list[Finding]] = {}
    for one in found.findings if found else ():
        by_place.setdefault(one.place, []).append(one)
    return [
        Way(
            number,
            step,
            tuple(definition.states[source].title for source in step.sources),
            definition.states[step.to].title,
            TAKERS[step.by],
            found.steps.get(step.code, 0) if found else None,
            tuple(by_place.get(f"step:{step.code}", ())),
        )
        for number, step in enumerate(definition.steps.values(), 1)
    ]


@needs(PUBLISH, SET_UP)
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a version as people read it, with its step graph and its rehearsal."""
    found, row = _version(request, code, number)
    return _shown(request, found, row)


def _shown(request: HttpRequest, found: Service, row: ServiceVersion, trouble: str = "") -> HttpResponse:
    definition = definition_of(row)
    rehearsal = publishing.rehearsal_of(row)
    units = _units()
    troubled = [one.place.partition(":")[2] for one in rehearsal.findings if one.blocks] if rehearsal else []
    context = {
        "crumbs": _crumbs(found),
        "service": found,
        "version": row,
        "definition": definition,
        "facts": list(facts(definition, units)),
        "drawing": draw(definition, key=f"g{row.pk}", trouble=troubled),
        "ways": _ways(definition, rehearsal),
        "states": [
            (
                state,
                Case.Phase(state.phase).label,
                _unit_name(state.unit, units),
                clock_words(state.due) if state.due else "",
                rehearsal.states.get(state.code) if rehearsal else None,
            )
            for state in definition.states.values()
        ],
        "sections": [(section, list(questions(section.fields))) for section in definition.sections],
        "letters": list(definition.letters.values()),
        "rehearsal": rehearsal,
        "rehearsed_at": _moment(rehearsal),
        "blocking": rehearsal.blocking if rehearsal else (),
        "advice": [one for one in rehearsal.findings if not one.blocks] if rehearsal else [],
        "before": found.versions.filter(number__lt=row.number).order_by("-number").first(),
        "may_publish": bool(may(request.user, PUBLISH)),
        "trouble": trouble,
    }
    return render(request, "cases/manage/version.html", context, status=422 if trouble else 200)


def _moment(rehearsal: Rehearsal | None) -> datetime | None:
    return datetime.fromisoformat(rehearsal.at) if rehearsal else None


@needs(PUBLISH)
@require_POST
def rehearse(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Run the year of made-up cases, and show what was found."""
    _found, row = _version(request, code, number)
    publishing.rehearse(row, by=me(request), at=now())
    return redirect(f"{reverse('cases:manage_version', args=[code, number])}#gladi")


@needs(PUBLISH)
@require_POST
def publish(request: HttpRequest, code: str, number: int) -> HttpResponse:
    found, row = _version(request, code, number)
    try:
        publishing.publish(row, by=me(request), at=now())
    except Refused as refusal:
        return _shown(request, found, row, refusal.sentence)
    messages.success(
        request, _("Versi %(number)s terbit. Permohonan baru memakai versi ini.") % {"number": number}
    )
    return redirect("cases:manage_service", code=code)


@needs(SET_UP)
@require_POST
def door(request: HttpRequest, code: str) -> HttpResponse:
    """Open a service for new cases, or close it for a while."""
    found = _service(request, code)
    is_open = request.POST.get("buka") == "1"
    try:
        publishing.set_open(found, is_open, by=me(request), at=now())
    except Refused as refusal:
        return _overview(request, found, refusal.sentence)
    messages.success(
        request,
        _("Layanan menerima permohonan lagi.")
        if is_open
        else _("Layanan tidak menerima permohonan baru. Yang sedang berjalan tetap dikerjakan."),
    )
    return redirect("cases:manage_service", code=code)


@needs(PUBLISH, SET_UP)
def difference(request: HttpRequest, code: str) -> HttpResponse:
    """Compare two versions of a service, or the newest with the national one (?dengan=nasional)."""
    found = _service(request, code)
    versions = list(found.versions.order_by("-number"))
    if not versions:
        raise Http404
    after = _numbered(versions, request.GET.get("versi")) or versions[0]
    wanted = request.GET.get("dengan", "")
    before: dict[str, Any] | None = None
    name = ""
    if wanted == "nasional":
        before, name = publishing.national(code), _("paket nasional")
    elif other := _numbered(versions, wanted) or next(
        (one for one in versions if one.number < after.number), None
    ):
        before, name = other.definition, _("versi %(number)s") % {"number": other.number}
    if before is None:
        raise Http404
    changes = list(compare(before, after.definition))
    context = {
        "crumbs": _crumbs(found),
        "service": found,
        "version": after,
        "name": name,
        "changes": changes[:MOST_CHANGES],
        "more": max(0, len(changes) - MOST_CHANGES),
    }
    return render(request, "cases/manage/difference.html", context)


def _numbered(versions: list[ServiceVersion], number: str | None) -> ServiceVersion | None:
    return next((one for one in versions if str(one.number) == number), None)


# ── what the regency sets ───────────────────────────────────────────────────────────────────────────────────────────


class SettingsForm(Form):
    """The parameters of a service: each a value and where it comes from."""

    def __init__(
        self, *args: Any, definition: Definition, own: dict[str, ServiceSetting], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = [one["name"] for one in definition.data["parameters"]]
        for one in definition.data["parameters"]:
            mine = own.get(one["name"])
            self.fields[f"nilai-{one['name']}"] = forms.CharField(
                label=say(one["title"]),
                required=False,
                max_length=publishing.LONGEST,
                initial=mine.value if mine else "",
                help_text=_("Dari paket: %(value)s (%(source)s). Kosongkan untuk memakainya.")
                % {"value": one["value"], "source": one["source"]},
            )
            self.fields[f"sumber-{one['name']}"] = forms.CharField(
                label=_("Sumbernya"),
                required=False,
                max_length=publishing.LONGEST,
                initial=mine.source if mine else "",
                help_text=_("Peraturan atau keputusan yang menetapkannya, bila Anda menulis nilai sendiri."),
            )

    @property
    def wanted(self) -> dict[str, publishing.Setting]:
        return {
            name: publishing.Setting(self.cleaned_data[f"nilai-{name}"], self.cleaned_data[f"sumber-{name}"])
            for name in self.names
        }


@needs(SET_UP)
def settings(request: HttpRequest, code: str) -> HttpResponse:
    """Set this regency's own values, or take those of a preset."""
    found = _service(request, code)
    demand(request.user, SET_UP, found)
    definition = publishing.newest(found)
    own = {one.name: one for one in ServiceSetting.objects.filter(service=found)}
    form = SettingsForm(
        request.POST if request.method == "POST" and "pilihan" not in request.POST else None,
        definition=definition,
        own=own,
    )
    trouble = ""
    if request.method == "POST":
        try:
            wanted = (
                publishing.preset(found, request.POST["pilihan"])
                if "pilihan" in request.POST
                else form.wanted
                if form.is_valid()
                else None
            )
            if wanted is not None:
                publishing.set_parameters(found, wanted, by=me(request), at=now())
                messages.success(request, _("Pengaturan disimpan."))
                return redirect("cases:manage_service", code=code)
        except Refused as refusal:
            if form.is_bound:
                form.refuse(refusal)
            trouble = refusal.sentence
    context = {
        "crumbs": _crumbs(found),
        "service": found,
        "form": form,
        "presets": list(_presets(definition)),
        "trouble": "" if form.is_bound else trouble,
    }
    return render(
        request, "cases/manage/settings.html", context, status=422 if trouble or form.errors else 200
    )


def _presets(definition: Definition) -> Iterator[tuple[dict[str, Any], list[tuple[Any, str]]]]:
    """Yield each preset with (title, value) of what it sets."""
    titles = {one["name"]: one["title"] for one in definition.data["parameters"]}
    for one in definition.data["presets"]:
        yield one, [(titles[name], value) for name, value in one["values"].items()]


class UnitForm(Form):
    """Which agency does the work of a unit."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"] = AgencyField(
            today(),
            label=say(unit.title),
            required=False,
            empty_label=_("– belum ditetapkan –"),
            initial=unit.agency_id,
        )


@needs(PUBLISH)
def units(request: HttpRequest) -> HttpResponse:
    """Say which agency does the work of each unit."""
    rows = list(
        Unit.objects.select_related("agency")
        .exclude(code__in=BY_PLACE)
        .order_by(F("agency").asc(nulls_first=True), "order", "code")
    )
    return render(request, "cases/manage/units.html", {"crumbs": _crumbs(), "rows": rows})


@needs(PUBLISH)
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the agency of one unit."""
    row = Unit.objects.select_related("agency").filter(code=code).exclude(code__in=BY_PLACE).first()
    if row is None:
        raise Http404
    form = UnitForm(request.POST if request.method == "POST" else None, unit=row)
    if form.is_bound and form.is_valid():
        try:
            publishing.assign_unit(row, form.cleaned_data["agency"], by=me(request), at=now())
        except Refused as refusal:
            form.refuse(refusal, "agency")
        else:
            messages.success(request, _("Disimpan."))
            return redirect("cases:manage_units")
    context = {
        "crumbs": [*_crumbs(), (_("Siapa mengerjakan apa"), reverse("cases:manage_units"))],
        "unit": row,
        "form": form,
        "users": publishing.services_with(code),
    }
    return render(request, "cases/manage/unit.html", context, status=422 if form.errors else 200)
