"""The assessor's pages: my regencies, one regency, its items side by side with what was answered, the panel's talk."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.measures.models import Evidence
from lawang.movement import panel, results
from lawang.movement.checking import proofs_of
from lawang.movement.desk.answering import person
from lawang.movement.instrument import Component, Item
from lawang.movement.models import Answer, Assessment, Evaluation, Interview, Mark, Seat, Sheet
from lawang.people.models import User
from lawang.people.node import now
from lawang.people.permissions import needs
from lawang.record.resent import done, sent_once
from lawang.web.forms import Form, LongTextField

NOTE = 500  # letters


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Menilai"), reverse("movement:judging")), *more]


def seat_of(user: User, key: UUID) -> Seat:
    """Return the seat from which somebody marks a regency, with `assessment` on it. Raise Http404 for any other."""
    assessment = get_object_or_404(Assessment.objects.whole(), key=key, seats__user=user)
    row = get_object_or_404(Seat, evaluation=assessment.evaluation_id, user=user)
    row.assessment = assessment  # type: ignore[attr-defined]
    return row


def sheet_of(user: User, key: UUID) -> Sheet:
    """Return somebody's sheet on a regency, unsaved before they have declared whether there is a conflict."""
    seat = seat_of(user, key)
    assessment: Assessment = seat.assessment  # type: ignore[attr-defined]
    sheet = Sheet.objects.filter(assessment=assessment, seat=seat).first()
    sheet = sheet or Sheet(assessment=assessment, seat=seat)
    sheet.assessment, sheet.seat = assessment, seat
    return sheet


@needs("movement.assess")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what this assessor was given, and how far each regency is."""
    user = person(request)
    rows = list(
        Assessment.objects.filter(seats__user=user)
        .exclude(evaluation__state=Evaluation.State.PUBLISHED, state=Assessment.State.PUBLISHED)
        .whole()
        .distinct()
    )
    sheets = {
        sheet.assessment_id: sheet
        for sheet in Sheet.objects.filter(seat__user=user, assessment__in=rows)
        .select_related("seat")
        .annotate(done=Count("marks"))
    }
    lines = []
    for assessment in rows:
        sheet: Any = sheets.get(assessment.pk)
        href = reverse("movement:sheet", args=[assessment.key])
        tag, css, words = _state(assessment, sheet)
        lines.append((assessment.area.title, href, words, tag, css))
    return render(request, "movement/desk/judging.html", {"lines": lines})


def _state(assessment: Assessment, sheet: Any) -> tuple[str, str, str]:
    """Return tag, its class and a few words about an assessor's work on one regency."""
    if sheet is None:
        return _("belum dibuka"), "", assessment.evaluation.title
    if sheet.conflict:
        return _("benturan kepentingan"), "idle", assessment.evaluation.title
    if sheet.handed_in_at:
        return _("diserahkan"), "good", assessment.evaluation.title
    sheet.assessment = assessment
    total = len(panel.items_of(sheet))
    words = _("%(done)s dari %(total)s butir bernilai") % {"done": sheet.done, "total": total}
    return _("sedang dinilai"), "warn", words


class DeclareForm(Form):
    """Whether there is a conflict of interest."""

    has = forms.ChoiceField(
        label=gettext_lazy("Apakah Anda punya kepentingan dengan daerah ini?"),
        help_text=gettext_lazy(
            "Misalnya pernah menjadi konsultannya, atau keluarga bekerja di pemerintahnya."
        ),
        choices=[
            ("no", gettext_lazy("Tidak ada")),
            ("yes", gettext_lazy("Ada; penilai lain yang menilainya")),
        ],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(label=gettext_lazy("Apa kepentingan itu"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("has") == "yes" and not cleaned.get("why", "").strip():
            self.add_error("why", _("Tuliskan kepentingannya dalam satu kalimat."))
        return cleaned


class HandInForm(Form):
    """What the assessor says in words."""

    strengths = LongTextField(label=gettext_lazy("Kekuatan"), rows=4, max_length=4000)
    weaknesses = LongTextField(label=gettext_lazy("Kelemahan"), rows=4, max_length=4000)
    recommendations = LongTextField(
        label=gettext_lazy("Rekomendasi"),
        help_text=gettext_lazy("Satu baris satu rekomendasi; daerah menindaklanjutinya satu per satu."),
        rows=6,
        max_length=4000,
    )


@needs("movement.assess")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def sheet(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show one regency: declare first, then mark component by component, hand in, and talk."""
    user = person(request)
    own = sheet_of(user, key)
    declare = DeclareForm(request.POST if "declare" in request.POST else None)
    words = HandInForm(
        request.POST if "hand_in" in request.POST else None,
        initial={name: getattr(own, name) for name in ("strengths", "weaknesses", "recommendations")},
    )
    try:
        if "declare" in request.POST and declare.is_valid():
            given = declare.cleaned_data
            panel.declare(
                own.assessment, conflict=given["why"] if given["has"] == "yes" else "", by=user, at=now()
            )
            return done("movement:sheet", key=key)
        if "hand_in" in request.POST and words.is_valid():
            panel.hand_in(own, **words.cleaned_data, by=user, at=now())
            messages.success(request, _("Lembar nilai diserahkan."))
            return done("movement:sheet", key=key)
    except Refused as refused:
        (declare if "declare" in request.POST else words).refuse(refused)
    marks = dict(own.marks.values_list("item", "mark")) if own.pk else {}
    context = {
        "sheet": own,
        "assessment": own.assessment,
        "declare": declare,
        "words": words,
        "parts": _parts(own, marks) if own.pk and not own.conflict else [],
        "left": sum(1 for item in panel.items_of(own) if item.code not in marks),
        "interviews": list(own.assessment.interviews.all()),
        "talk": talk_of(own.assessment, sheets_of(own.assessment), user),
        "crumbs": crumbs(),
    }
    bad = bool(declare.errors or words.errors)
    return render(request, "movement/desk/sheet.html", context, status=422 if bad else 200)


def _parts(own: Sheet, marks: dict[str, int]) -> list[tuple[str, str, str, str, str]]:
    """Return the components that the assessor marks as lines of web/components/tasks.html."""
    by_component: dict[str, list[Item]] = {}
    for item in panel.items_of(own):
        by_component.setdefault(item.component, []).append(item)
    shape = own.assessment.evaluation.instrument.shape
    lines = []
    for code, items in by_component.items():
        marked = sum(1 for item in items if item.code in marks)
        words = _("%(done)s dari %(total)s butir bernilai") % {"done": marked, "total": len(items)}
        href = reverse("movement:marking", args=[own.assessment.key, code])
        tag = _("selesai") if marked == len(items) else _("%(count)s lagi") % {"count": len(items) - marked}
        lines.append(
            (say(shape.components[code].title), href, words, tag, "good" if marked == len(items) else "warn")
        )
    return lines


# Marking


@dataclass
class Row:
    """One item with everything beside it that helps to mark it."""

    item: Item
    answer: Answer
    proofs: list[Evidence]
    last_words: str
    last_score: Decimal | None
    mark: int | None
    note: str
    choices: list[tuple[int, bool]]  # mark, is chosen


@needs("movement.assess")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def marking(request: HttpRequest, key: UUID, component: str) -> HttpResponseBase:
    """Mark the items of one component: the answer, its proofs and last year's beside each mark."""
    user = person(request)
    own = sheet_of(user, key)
    if not own.pk or own.conflict:
        return redirect("movement:sheet", key=key)
    items = [item for item in panel.items_of(own) if item.component == component]
    if not items:
        raise Http404
    sentence = ""
    if request.method == "POST":
        try:
            count = panel.mark(own, _given(request, items), by=user, at=now())
        except Refused as refused:
            sentence = refused.sentence
        else:
            messages.success(request, _("%(count)s nilai tersimpan.") % {"count": count})
            return done("movement:sheet", key=key)
    shape = own.assessment.evaluation.instrument.shape
    part: Component = shape.components[component]
    context = {
        "assessment": own.assessment,
        "component": part,
        "rows": _rows(request, own, items),
        "sentence": sentence,
        "is_open": own.handed_in_at is None and own.assessment.evaluation.state == Evaluation.State.MARKING,
        "scale": shape.scale,
        "crumbs": crumbs((own.assessment.area.title, reverse("movement:sheet", args=[key]))),
    }
    return render(request, "movement/desk/marking.html", context, status=422 if sentence else 200)


def _given(request: HttpRequest, items: list[Item]) -> dict[str, tuple[int, str]]:
    """Return the marks that were chosen; an item left open stays open. A mark that is no number is refused as one."""
    given = {}
    for item in items:
        typed = request.POST.get(f"mark-{item.code}", "")
        if typed:
            mark = int(typed) if typed.isdecimal() and len(typed) < 4 else -1
            given[item.code] = (mark, request.POST.get(f"note-{item.code}", "").strip()[:NOTE])
    return given


def _rows(request: HttpRequest, own: Sheet, items: list[Item]) -> list[Row]:
    codes = [item.code for item in items]
    answers = {one.item: one for one in own.assessment.answers.filter(item__in=codes)}
    proofs = proofs_of(answers.values())
    marks = {mark.item: mark for mark in own.marks.filter(item__in=codes)}
    last = results.previous_of([own.assessment]).get(own.assessment.pk)
    last_words: dict[str, str] = {}
    last_scores: dict[str, Decimal] = {}
    if last is not None:  # the same question may have had another code
        shape = last.evaluation.instrument.shape
        scores = results.item_scores([last])[last.pk]
        words = dict(last.answers.values_list("item", "words"))
        for code, item in shape.items.items():
            if code in scores:
                last_scores[item.key] = scores[code]
            last_words[item.key] = words.get(code, "")
    scale = own.assessment.evaluation.instrument.shape.scale
    rows = []
    for item in items:
        known = marks.get(item.code)
        typed = request.POST.get(f"mark-{item.code}", "")
        chosen = int(typed) if typed.isdecimal() and len(typed) < 4 else known.mark if known else None
        rows.append(
            Row(
                item,
                answers[item.code],
                proofs.get(answers[item.code].key, []),
                last_words.get(item.key, ""),
                last_scores.get(item.key),
                chosen,
                request.POST.get(f"note-{item.code}", known.note if known else ""),
                [(mark, mark == chosen) for mark in (0, *range(scale.least, scale.most + 1))],
            )
        )
    return rows


# Talking about marks that are far apart


@dataclass
class Compared:
    """The marks of all on one item, in the order of the sheets."""

    item: Item
    marks: list[Mark | None]
    spread: int
    is_apart: bool  # as far as the evaluation looks at together
    mine: Mark | None  # which this person may change


@dataclass
class Talk:
    """The marks of all, item by item, far apart first."""

    names: list[str]
    rows: list[Compared]

    @property
    def apart(self) -> int:
        return sum(row.is_apart for row in self.rows)


def sheets_of(assessment: Assessment) -> list[Sheet]:
    """Return all sheets of a regency with their seats, users and marks. Whoever shows them asks talk_of."""
    return list(assessment.sheets.select_related("seat__user").prefetch_related("marks"))


def talk_of(assessment: Assessment, sheets: list[Sheet], user: User | None) -> Talk | None:
    """Return everybody's marks when all are in, None before: until then they are blind.

    `sheets` are those of the assessment with their seats, users and marks.
    """
    if not panel.all_in(assessment.seats.all(), sheets):
        return None
    sheets = [one for one in sheets if one.handed_in_at]
    by_item: dict[str, dict[int, Mark]] = {}
    for one in sheets:
        for mark in one.marks.all():
            by_item.setdefault(mark.item, {})[one.pk] = mark
    own = next((one.pk for one in sheets if user is not None and one.seat.user_id == user.pk), None)
    compared = []
    for code, item in assessment.evaluation.instrument.shape.items.items():
        if marks := by_item.get(code):
            values = [mark.mark for mark in marks.values()]
            spread = max(values) - min(values)
            mine = marks.get(own) if own is not None else None
            is_apart = spread >= assessment.evaluation.apart
            compared.append(Compared(item, [marks.get(one.pk) for one in sheets], spread, is_apart, mine))
    compared.sort(key=lambda row: -row.spread)
    return Talk([one.seat.user.name for one in sheets], compared)


class ReviseForm(Form):
    """Another mark after talking, and why."""

    mark = forms.TypedChoiceField(label=gettext_lazy("Nilai"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Mengapa berubah"), max_length=300)


@needs("movement.assess")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def revise(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Change one's own mark of one item after the panel has talked."""
    user = person(request)
    own = sheet_of(user, key)
    shape = own.assessment.evaluation.instrument.shape
    row = get_object_or_404(Mark, sheet=own.pk, item=code)
    form = ReviseForm(request.POST if request.method == "POST" else None, initial={"mark": row.mark})
    field = form.fields["mark"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(mark, str(mark)) for mark in (0, *range(shape.scale.least, shape.scale.most + 1))]
    if request.method == "POST" and form.is_valid():
        try:
            panel.revise(
                row, form.cleaned_data["mark"], reason=form.cleaned_data["reason"], by=user, at=now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Nilai diubah; yang pertama tetap tercatat."))
            return done("movement:sheet", key=key)
    context = {
        "assessment": own.assessment,
        "item": shape.items[code],
        "row": row,
        "form": form,
        "crumbs": crumbs((own.assessment.area.title, reverse("movement:sheet", args=[key]))),
    }
    return render(request, "movement/desk/revise.html", context, status=422 if form.errors else 200)


class MinutesForm(Form):
    """What was said in an interview."""

    present = forms.CharField(
        label=gettext_lazy("Siapa yang hadir"),
        help_text=gettext_lazy("Jabatan dan instansi, bukan nama orang."),
        max_length=500,
        required=False,
    )
    minutes = LongTextField(label=gettext_lazy("Notulen"), rows=8, max_length=8000)


@needs("movement.assess")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def minutes(request: HttpRequest, number: int) -> HttpResponseBase:
    """Write the minutes of an interview."""
    user = person(request)
    rows = Interview.objects.select_related("assessment__area", "assessment__evaluation__instrument")
    row = get_object_or_404(rows.filter(Q(assessment__seats__user=user)).distinct(), pk=number)
    initial = {"present": row.present, "minutes": row.minutes}
    form = MinutesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            panel.keep_minutes(row, **form.cleaned_data, by=user, at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Notulen tersimpan."))
            return done("movement:sheet", key=row.assessment.key)
    here = (row.assessment.area.title, reverse("movement:sheet", args=[row.assessment.key]))
    context = {"row": row, "form": form, "crumbs": crumbs(here)}
    return render(request, "movement/desk/minutes.html", context, status=422 if form.errors else 200)
