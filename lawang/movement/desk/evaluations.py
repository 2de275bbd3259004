"""The secretariat's pages: open a year, enter regencies, seat the panel, see how far everybody is, settle, publish."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.areas.models import Area
from lawang.documents.desk import state_tag
from lawang.lib.dates import long_date
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement import letters, panel, tables
from lawang.movement.desk.answering import Titled, person
from lawang.movement.desk.judging import sheets_of, talk_of
from lawang.movement.desk.objecting import result_lines
from lawang.movement.models import Assessment, Evaluation, Instrument, Objection, Seat
from lawang.movement.scoring import Scores
from lawang.movement.tasks import write_results
from lawang.people.models import Membership, User
from lawang.people.node import now, today, zone
from lawang.people.permissions import needs
from lawang.plans.models import FrameworkNode
from lawang.record.resent import done, sent_once
from lawang.web.download import csv_response
from lawang.web.forms import DateField, FileField, Form, LongTextField
from lawang.web.tables import Column, Filters, Table, paginate

RUN = "movement.run"
OBJECTIONS = 50  # in the list; the oldest are answered first
HANDED_IN = Q(sheets__handed_in_at__isnull=False)


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Evaluasi"), reverse("movement:evaluations")), *more]


class OpenForm(Form):
    """A new year."""

    year = forms.TypedChoiceField(label=gettext_lazy("Tahun yang dinilai"), coerce=int)
    instrument = Titled(label=gettext_lazy("Instrumen"), queryset=Instrument.objects.none(), empty_label=None)
    until = DateField(label=gettext_lazy("Daerah mengirim paling lambat"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        year, choice = self.fields["year"], self.fields["instrument"]
        assert isinstance(year, forms.ChoiceField)
        assert isinstance(choice, forms.ModelChoiceField)
        year.choices = [(one, str(one)) for one in (today().year, today().year - 1)]
        newest = Instrument.objects.order_by("code", "-number").distinct("code").values("pk")
        choice.queryset = Instrument.objects.filter(pk__in=newest).order_by("-year", "code")

    def clean_until(self) -> datetime:
        return datetime.combine(self.cleaned_data["until"], time(23, 59), tzinfo=zone())


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def evaluations(request: HttpRequest) -> HttpResponseBase:
    """List the years, and open one."""
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = panel.open_evaluation(
                given["instrument"], given["year"], answers_until=given["until"], by=person(request), at=now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return done("movement:evaluation", key=row.key)
    rows = Evaluation.objects.select_related("instrument").annotate(regencies=Count("assessments"))
    lines = [
        (
            one.title,
            reverse("movement:evaluation", args=[one.key]),
            ngettext("%(count)s daerah", "%(count)s daerah", one.regencies)
            % {"count": number(one.regencies)},
            one.get_state_display(),
            "good" if one.state == Evaluation.State.PUBLISHED else "warn",
        )
        for one in rows
    ]
    context = {"form": form, "lines": lines}
    return render(request, "movement/desk/evaluations.html", context, status=422 if form.errors else 200)


class RegencyFilters(Filters):
    """Which regencies are shown."""

    cari = forms.CharField(label=gettext_lazy("Nama daerah"), max_length=60)
    keadaan = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("Semua")), *Assessment.State.choices]
    )
    jalur = forms.ChoiceField(label=gettext_lazy("Jalur"))

    def __init__(self, request: HttpRequest, evaluation: Evaluation) -> None:
        super().__init__(request)
        field = self.fields["jalur"]
        assert isinstance(field, forms.ChoiceField)
        tracks = evaluation.instrument.shape.tracks.values()
        field.choices = [("", _("Semua")), *((track.code, say(track.title)) for track in tracks)]


def _found(key: UUID) -> Evaluation:
    return get_object_or_404(Evaluation.objects.select_related("instrument"), key=key)


def _regencies(evaluation: Evaluation, filters: RegencyFilters) -> Any:
    rows = evaluation.assessments.select_related("area").annotate(
        panel_size=Count("seats", distinct=True),
        handed_in=Count(
            "sheets", filter=Q(sheets__handed_in_at__isnull=False) | ~Q(sheets__conflict=""), distinct=True
        ),
    )
    chosen = filters.chosen()
    if words := chosen.get("cari"):
        rows = rows.filter(area__in=Area.objects.called(words))
    if state := chosen.get("keadaan"):
        rows = rows.filter(state=state)
    if track := chosen.get("jalur"):
        rows = rows.filter(track=track)
    return rows.order_by("area__code")


@needs(RUN)
@require_safe
def evaluation(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one year: how many are how far, and the regencies."""
    row = _found(key)
    filters = RegencyFilters(request, row)
    page = paginate(request, _regencies(row, filters))
    tracks = row.instrument.shape.tracks
    for one in page:
        one.evaluation = row
    table = Table(
        [
            Column(
                _("Daerah"),
                lambda one: one.area.title,
                href=lambda one: reverse("movement:regency", args=[key, one.area.code]),
                is_head=True,
            ),
            Column(_("Jalur"), lambda one: say(tracks[one.track].title)),
            Column(_("Keadaan"), lambda one: one.get_state_display()),
            Column(_("Lembar nilai"), lambda one: f"{one.handed_in}/{one.panel_size}", kind="text"),
            Column(_("Nilai akhir"), lambda one: number(one.final, 2) if one.final is not None else "–"),
        ],
        page,
    )
    states = dict(row.assessments.values_list("state").annotate(Count("pk")).order_by())
    tiles = [
        (number(states.get(state, 0)), "", label, "", f"?keadaan={state}")
        for state, label in Assessment.State.choices
    ]
    context = {
        "evaluation": row,
        "filters": filters,
        "page": page,
        "table": table,
        "tiles": tiles,
        "objections": _waiting(row),
        "csv": reverse("movement:evaluation_csv", args=[key])
        + (f"?{request.GET.urlencode()}" if request.GET else ""),
        "crumbs": crumbs(),
    }
    return render(request, "movement/desk/evaluation.html", context)


def _waiting(row: Evaluation) -> list[tuple[str, str, str, str, str]]:
    """Return the objections that wait for an answer, the oldest first, as lines of web/components/tasks.html."""
    waiting = Objection.objects.filter(assessment__evaluation=row, answered_at=None)
    return [
        (
            one.assessment.area.title,
            reverse("movement:regency", args=[row.key, one.assessment.area.code]) + "#sanggahan",
            _("diajukan %(date)s") % {"date": long_date(one.at)},
            _("menunggu jawaban"),
            "warn",
        )
        for one in waiting.select_related("assessment__area").order_by("at")[:OBJECTIONS]
    ]


@needs(RUN)
@require_safe
def evaluation_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Export what the list shows."""
    row = _found(key)
    codes = list(row.instrument.shape.components)
    rows = (
        [
            one.area.code,
            one.area.title,
            one.track,
            one.get_state_display(),
            *(one.components.get(code, "") for code in codes),
            one.final,
            one.improvement,
        ]
        for one in _regencies(row, RegencyFilters(request, row)).iterator(chunk_size=500)
    )
    heading = [_("Kode"), _("Daerah"), _("Jalur"), _("Keadaan"), *codes, _("Nilai akhir"), _("Peningkatan")]
    return csv_response(request, f"evaluasi-{row.year}", heading, rows)


# Results of other years


class ImportForm(Form):
    """A file of published results."""

    year = forms.IntegerField(label=gettext_lazy("Tahun yang dinilai"), min_value=2017, max_value=2100)
    instrument = Titled(label=gettext_lazy("Instrumen"), queryset=Instrument.objects.none(), empty_label=None)
    track = forms.CharField(
        label=gettext_lazy("Jalur"),
        help_text=gettext_lazy("Kodenya di instrumen itu, misalnya kppn."),
        max_length=40,
    )
    file = FileField(
        label=gettext_lazy("Berkas CSV"),
        help_text=gettext_lazy("Kolom region dan satu kolom setiap komponen; sel kosong: tidak ikut."),
        kinds=("csv",),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        choice = self.fields["instrument"]
        assert isinstance(choice, forms.ModelChoiceField)
        newest = Instrument.objects.order_by("code", "-number").distinct("code").values("pk")
        choice.queryset = Instrument.objects.filter(pk__in=newest).order_by("-year", "code")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        instrument, track = cleaned.get("instrument"), cleaned.get("track")
        if instrument and track and track not in instrument.shape.tracks:
            known = ", ".join(instrument.shape.tracks)
            self.add_error("track", _("Jalur itu tidak ada; yang ada: %(known)s.") % {"known": known})
        return cleaned


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def bring(request: HttpRequest) -> HttpResponseBase:
    """Import results published elsewhere; nothing is kept while rows cannot be used, and each is explained."""
    is_posted = request.method == "POST"
    form = ImportForm(request.POST if is_posted else None, request.FILES if is_posted else None)
    faults: list[str] = []
    if is_posted and form.is_valid():
        given = form.cleaned_data
        shape = given["instrument"].shape
        try:
            read = tables.read_results(given["file"].read(), shape.tracks[given["track"]], shape)
            found, unknown = _by_area(read.scores)
            faults = [*read.faults, *unknown]
            if found and not faults:
                count = panel.import_results(
                    given["instrument"], given["year"], given["track"], found, by=person(request), at=now()
                )
                messages.success(request, _("%(count)s hasil diimpor.") % {"count": count})
                return done("movement:evaluations")
        except Refused as refused:
            form.refuse(refused, "file")
    context = {"form": form, "faults": faults, "crumbs": crumbs()}
    return render(request, "movement/desk/bring.html", context, status=422 if form.errors or faults else 200)


def _by_area(scores: Mapping[str, Scores | None]) -> tuple[dict[Area, Scores | None], list[str]]:
    """Return the scores by area, and a sentence for every name that is no region."""
    known = areas_known(scores)
    unknown = [
        _("%(name)s: daerah ini tidak dikenal. Tulis kodenya, atau nama lengkap seperti “Kabupaten Malang”.")
        % {"name": name}
        for name in scores
        if name.lower() not in known
    ]
    return {known[name.lower()]: one for name, one in scores.items() if name.lower() in known}, unknown


# Entering regencies


class EnterForm(Form):
    """Codes or names of regencies, a line each, with their track."""

    track = forms.ChoiceField(label=gettext_lazy("Jalur"), widget=forms.RadioSelect)
    lines = LongTextField(
        label=gettext_lazy("Daerah"),
        help_text=gettext_lazy("Satu baris satu daerah: kode wilayah (16.11) atau nama lengkapnya."),
        rows=8,
        max_length=20_000,
    )

    def __init__(self, evaluation: Evaluation, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["track"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, say(one.title)) for one in evaluation.instrument.shape.tracks.values()]

    def clean_lines(self) -> list[Area]:
        return areas_named(self.cleaned_data["lines"])


def areas_known(words: Iterable[str]) -> dict[str, Area]:
    """Return the regencies, cities and provinces of today by code and by name in small letters."""
    wanted = {word.lower() for word in words}
    levels = (Area.Level.REGENCY, Area.Level.PROVINCE)
    rows = Area.objects.valid(today()).filter(level__in=levels).annotate(lowered=Lower("name"))
    found = {}
    for area in rows.filter(Q(code__in=wanted) | Q(lowered__in=wanted)):
        found[area.code] = found[area.name.lower()] = area
    return found


def areas_named(typed: str) -> list[Area]:
    """Return the regencies, cities and provinces of some lines. Raise ValidationError that names each unknown one."""
    words = [" ".join(line.split()) for line in typed.splitlines() if line.strip()]
    found = areas_known(words)
    unknown = [one for one in words if one.lower() not in found]
    if unknown:
        raise ValidationError(
            _(
                "Tidak dikenal: %(names)s. Tulis kodenya, misalnya 16.11, atau nama seperti “Kabupaten Empat Lawang”."
            )
            % {"names": "; ".join(unknown[:8]) + (" …" if unknown[8:] else "")}
        )
    return list(dict.fromkeys(found[one.lower()] for one in words))


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def enter(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Enter regencies."""
    row = _found(key)
    form = EnterForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        areas = dict.fromkeys(form.cleaned_data["lines"], form.cleaned_data["track"])
        try:
            made = panel.enter(row, areas, by=person(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(count)s daerah didaftarkan.") % {"count": len(made)})
            return done("movement:evaluation", key=key)
    context = {
        "evaluation": row,
        "form": form,
        "crumbs": crumbs((row.title, reverse("movement:evaluation", args=[key]))),
    }
    return render(request, "movement/desk/enter.html", context, status=422 if form.errors else 200)


# The panel


class SeatForm(Form):
    """An assessor, dimensions, regencies."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Penilai"), queryset=User.objects.none(), empty_label=None
    )
    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("Dimensi"),
        help_text=gettext_lazy("Kosong: semua butir. Butir tanpa dimensi dinilai semua penilai."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    lines = LongTextField(
        label=gettext_lazy("Daerah"),
        help_text=gettext_lazy("Satu baris satu daerah. Kosong: semua yang terdaftar."),
        rows=6,
        max_length=20_000,
        required=False,
    )

    def __init__(self, evaluation: Evaluation, data: Any = None) -> None:
        super().__init__(data)
        user, nodes = self.fields["user"], self.fields["nodes"]
        assert isinstance(user, forms.ModelChoiceField)
        assert isinstance(nodes, forms.MultipleChoiceField)
        held = Membership.objects.filter(role__verbs__has_key="movement.assess", user__is_active=True)
        user.queryset = User.objects.filter(pk__in=held.values("user")).order_by("name")
        framework = evaluation.instrument.shape.framework
        tops = FrameworkNode.objects.filter(framework__code=framework, parent=None).order_by("order")
        nodes.choices = [(one.code, say(one.title)) for one in tops]

    def clean_lines(self) -> list[Area]:
        typed: str = self.cleaned_data["lines"]
        return areas_named(typed) if typed.strip() else []


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def seats(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show the panel, and give an assessor regencies."""
    row = _found(key)
    form = SeatForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        rows = row.assessments.all()
        if given["lines"]:
            rows = rows.filter(area__in=given["lines"])
        try:
            panel.seat(
                row, given["user"], nodes=given["nodes"], assessments=rows, by=person(request), at=now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(name)s ditugaskan.") % {"name": given["user"].name})
            return done("movement:seats", key=key)
    known = row.seats.select_related("user").annotate(
        given_to=Count("assessments", distinct=True),
        handed_in=Count("sheets", filter=HANDED_IN, distinct=True),
    )
    table = Table(
        [
            Column(_("Penilai"), "user.name", is_head=True),
            Column(_("Dimensi"), lambda one: ", ".join(one.nodes) or _("semua butir")),
            Column(_("Daerah"), "given_to", kind="number"),
            Column(_("Diserahkan"), "handed_in", kind="number"),
        ],
        list(known),
        empty=_("Belum ada penilai."),
    )
    context = {
        "evaluation": row,
        "form": form,
        "table": table,
        "crumbs": crumbs((row.title, reverse("movement:evaluation", args=[key]))),
    }
    return render(request, "movement/desk/seats.html", context, status=422 if form.errors else 200)


@needs(RUN)
@require_POST
@sent_once
def advance(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """Begin marking, or publish."""
    row = _found(key)
    try:
        if what == "nilai":
            panel.begin_marking(row, by=person(request), at=now())
            messages.success(request, _("Panel mulai menilai. Daerah tidak bisa lagi menarik jawabannya."))
        elif what == "umumkan":
            by = person(request)
            with transaction.atomic():
                count = panel.publish(row, by=by, at=now())
                write_results.defer(evaluation_id=row.pk, user_id=by.pk)
            messages.success(request, _("Hasil %(count)s daerah diumumkan.") % {"count": count})
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:evaluation", key=key)
    return done("movement:evaluation", key=key)


# One regency


class InterviewForm(Form):
    """When and where."""

    day = DateField(label=gettext_lazy("Hari"))
    hour = forms.TimeField(
        label=gettext_lazy("Jam"),
        help_text=gettext_lazy("Misalnya 09:30."),
        error_messages={"invalid": gettext_lazy("Tulis jam seperti 09:30.")},
    )
    place = forms.CharField(label=gettext_lazy("Ruang atau alamat pertemuan"), max_length=200)


class ObjectionForm(Form):
    """The answer to an objection."""

    answer = LongTextField(label=gettext_lazy("Jawaban"), rows=4, max_length=4000)
    is_accepted = forms.TypedChoiceField(
        label=gettext_lazy("Putusan"),
        choices=[
            ("yes", gettext_lazy("Diterima; nilainya dibicarakan lagi")),
            ("no", gettext_lazy("Tidak diterima")),
        ],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def regency(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Show one regency in one year: sheets, interviews, marks of all, result, objections."""
    row = _found(key)
    assessment = get_object_or_404(Assessment.objects.select_related("area"), evaluation=row, area__code=code)
    assessment.evaluation = row
    interview = InterviewForm(request.POST if "interview" in request.POST else None)
    wanted = request.POST.get("objection", "")
    answers = {
        one: ObjectionForm(request.POST if wanted == str(one.pk) else None, auto_id=f"objection-{one.pk}-%s")
        for one in assessment.objections.all()
    }
    answered = next((one for one in answers if wanted == str(one.pk)), None)
    by, at = person(request), now()
    try:
        if "interview" in request.POST and interview.is_valid():
            given = interview.cleaned_data
            starts_at = datetime.combine(given["day"], given["hour"], tzinfo=zone())
            panel.set_interview(assessment, starts_at=starts_at, place=given["place"], by=by, at=at)
            return done("movement:regency", key=key, code=code)
        if "settle" in request.POST:
            with transaction.atomic():
                settled = panel.settle(assessment, by=by, at=at)
                if settled.state == Assessment.State.PUBLISHED:
                    letters.write_result(settled, by=by, at=at)
            messages.success(request, _("Nilai akhir %(final)s.") % {"final": number(settled.final or 0, 2)})
            return done("movement:regency", key=key, code=code)
        if "letter" in request.POST:
            letters.write_result(assessment, by=by, at=at)
            messages.success(request, _("Surat hasil disusun dan menunggu tanda tangan."))
            return done("movement:regency", key=key, code=code)
        if wanted and answered is None:
            raise Http404
        if answered is not None and answers[answered].is_valid():
            panel.answer_objection(answered, **answers[answered].cleaned_data, by=by, at=at)
            return done("movement:regency", key=key, code=code)
    except Refused as refused:
        if "interview" in request.POST:
            interview.refuse(refused)
        elif answered is not None:
            answers[answered].refuse(refused)
        else:
            messages.error(request, refused.sentence)
            return redirect("movement:regency", key=key, code=code)
    sheets = sheets_of(assessment)
    by_seat = {sheet.seat_id: sheet for sheet in sheets}
    assessment = _with_seats(assessment)
    talk = talk_of(assessment, sheets, None)
    papers = letters.letters_of(assessment) if row.state == Evaluation.State.PUBLISHED else []
    context = {
        "evaluation": row,
        "assessment": assessment,
        "interview": interview,
        "seats": [(seat.user.name, by_seat.get(seat.pk)) for seat in assessment.seats.all()],
        "interviews": list(assessment.interviews.all()),
        "talk": talk,
        "components": result_lines(assessment),
        "recommendations": list(assessment.recommendations.all()),
        "objections": list(answers.items()),
        "letters": [(one, state_tag(one)) for one in papers],
        "may_write": assessment.state == Assessment.State.PUBLISHED
        and any(one.handed_in_at for one in sheets),
        "crumbs": crumbs((row.title, reverse("movement:evaluation", args=[key]))),
    }
    bad = bool(interview.errors or any(form.errors for form in answers.values()))
    return render(request, "movement/desk/regency.html", context, status=422 if bad else 200)


def _with_seats(assessment: Assessment) -> Assessment:
    """Read the seats with their users once."""
    prefetch_related_objects([assessment], Prefetch("seats", Seat.objects.select_related("user")))
    return assessment
