"""The regency's pages of the yearly evaluation: what is left, one page per item, sending, follow-up."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement import answering
from lawang.movement.checking import examine, proofs_of
from lawang.movement.instrument import Component, Item
from lawang.movement.models import Answer, Assessment, Evaluation, Instrument, Recommendation
from lawang.movement.reminding import days_words
from lawang.people.models import Agency, User
from lawang.people.node import day_of, node, now, today, zone
from lawang.people.permissions import may, needs
from lawang.plans.models import Programme
from lawang.plans.reading import in_force
from lawang.record.actions import keep_file
from lawang.record.models import Privacy
from lawang.record.resent import done, sent_once
from lawang.web.charts import progress_bar
from lawang.web.forms import DateField, FileField, Form, LongTextField

VERBS = ("movement.answer", "movement.release", "movement.follow_up")


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def current(**wanted: Any) -> Assessment | None:
    """Return this regency's newest assessment."""
    rows = Assessment.objects.whole().filter(area=node().area, **wanted)
    return rows.order_by("-evaluation__year", "-pk").first()


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Penilaian mandiri"), reverse("movement:assessment")), *more]


class Titled(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some rows, by their title."""

    def label_from_instance(self, obj: Any) -> str:
        return say(obj.title)


class Named(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some agencies, by their short name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


# The front page


class BeginForm(Form):
    """Which instrument, which track, until when."""

    instrument = Titled(label=gettext_lazy("Instrumen"), queryset=Instrument.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label=gettext_lazy("Tahun yang dinilai"), coerce=int)
    track = forms.ChoiceField(label=gettext_lazy("Jalur"), widget=forms.RadioSelect)
    until = DateField(
        label=gettext_lazy("Kirim paling lambat"),
        help_text=gettext_lazy("Tenggat dari surat kementerian, sampai akhir hari itu."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        year = self.fields["year"]
        assert isinstance(year, forms.ChoiceField)
        year.choices = [(one, str(one)) for one in (today().year, today().year - 1)]
        newest = Instrument.objects.order_by("code", "-number").distinct("code").values("pk")
        choice = self.fields["instrument"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Instrument.objects.filter(pk__in=newest).order_by("-year", "code")
        titles = {
            track.code: say(track.title) for one in choice.queryset for track in one.shape.tracks.values()
        }
        track_field = self.fields["track"]
        assert isinstance(track_field, forms.ChoiceField)
        track_field.choices = list(titles.items())

    def clean_until(self) -> datetime:
        day = self.cleaned_data["until"]
        if day < today():
            raise ValidationError(_("Tanggal ini sudah lewat."))
        return datetime.combine(day, time(23, 59), tzinfo=zone())


@needs(*VERBS)
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Show how far this year's assessment is, what blocks sending it, and what last year's panel recommended."""
    assessment = current()
    if assessment is None:
        return begin(request)
    items = answering.asked(assessment)
    answers = {answer.item: answer for answer in assessment.answers.all()}
    findings = examine(items, answers, proofs_of(answers.values()), assessment.evaluation.year)
    settled = sum(answer.is_settled for answer in answers.values())
    last = list(
        Recommendation.objects.filter(assessment__area=assessment.area)
        .exclude(assessment=assessment if assessment.state != Assessment.State.PUBLISHED else None)
        .select_related("owner", "assessment__evaluation__instrument")
        .order_by("-assessment__evaluation__year", "number")[:40]
    )
    newest = last[0].assessment_id if last else None
    context = {
        "assessment": assessment,
        "parts": _parts(assessment, answers),
        "progress": progress_bar(settled / len(items), _("Butir yang sudah diperiksa")),
        "settled": settled,
        "total": len(items),
        "next": next((one.item for one in findings if one.blocks), None),
        "weak": [one for one in findings if not one.blocks],
        "recommendations": [one for one in last if one.assessment_id == newest],
        "published": assessment
        if assessment.evaluation.state == Evaluation.State.PUBLISHED
        else current(evaluation__state=Evaluation.State.PUBLISHED),
        "is_open": assessment.state == Assessment.State.ANSWERING,
        "is_late": assessment.state == Assessment.State.ANSWERING
        and now() > assessment.evaluation.answers_until,
        "left": days_words(day_of(assessment.evaluation.answers_until), today()),
        "may_answer": bool(may(request.user, "movement.answer")),
        "may_release": bool(may(request.user, "movement.release")),
    }
    return render(request, "movement/desk/assessment.html", context)


def _parts(assessment: Assessment, answers: dict[str, Answer]) -> list[tuple[str, str, str, str, str]]:
    """Return the components as lines of web/components/tasks.html, each leading to its first open item."""
    shape = assessment.evaluation.instrument.shape
    lines = []
    for component in shape.components_of(answering.track_of(assessment)):
        own = [answers[item.code] for item in component.items]
        left = [answer for answer in own if not answer.is_settled]
        first = (left or own)[0].item
        weight = answering.track_of(assessment).weights[component.code]
        words = _("%(count)s butir · bobot %(weight)s%%") % {"count": len(own), "weight": f"{weight:g}"}
        tag = _("%(count)s lagi") % {"count": len(left)} if left else _("selesai")
        href = reverse("movement:item", args=[assessment.key, first])
        lines.append((say(component.title), href, words, tag, "warn" if left else "good"))
    return lines


@needs("movement.release")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def begin(request: HttpRequest) -> HttpResponseBase:
    """Begin a year: choose instrument, track and deadline."""
    form = BeginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            answering.begin(
                given["instrument"],
                given["track"],
                given["year"],
                answers_until=given["until"],
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("Dimulai. Yang sudah diketahui sistem terisi; periksa satu per satu.")
            )
            return done("movement:assessment")
    context = {"form": form, "crumbs": crumbs()[:1] if current() else []}
    return render(request, "movement/desk/begin.html", context, status=422 if form.errors else 200)


# One item


class AnswerForm(Form):
    """What the regency says to one item."""

    words = LongTextField(label=gettext_lazy("Jawaban"), rows=6, max_length=4000, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Mengapa berbeda dari usulan sistem, atau mengapa tidak ada"),
        max_length=300,
        required=False,
    )
    nothing = forms.BooleanField(label=gettext_lazy("Memang tidak ada"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ProofForm(Form):
    """A file or a link that shows it."""

    proves = forms.CharField(
        label=gettext_lazy("Apa yang dibuktikan"),
        help_text=gettext_lazy("Misalnya: daftar hadir rapat Dewan 12 Maret 2026."),
        max_length=300,
    )
    date = DateField(label=gettext_lazy("Tanggal di bukti itu"))
    file = FileField(label=gettext_lazy("Berkas"), required=False, kinds=("pdf", "jpg", "png", "xlsx"))
    link = forms.URLField(
        label=gettext_lazy("Atau tautannya"), required=False, max_length=500, assume_scheme="https"
    )


def _found(key: UUID, code: str) -> tuple[Assessment, Item, Answer, Sequence[Item]]:
    assessment = get_object_or_404(Assessment.objects.whole(), key=key, area=node().area)
    items = answering.asked(assessment)
    item = next((one for one in items if one.code == code), None)
    if item is None:
        raise Http404
    answer = get_object_or_404(Answer.objects.select_related("by"), assessment=assessment, item=code)
    answer.assessment = assessment
    return assessment, item, answer, items


@needs("movement.answer", "movement.release")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def item(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Show one item with what the system knows beside the answer, and take the answer."""
    assessment, asked, answer, items = _found(key, code)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=_typed(answer))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            answering.answer(
                answer,
                answer.proposed if "confirm" in request.POST else given["words"],
                reason=given["reason"],
                is_nothing=given["nothing"] and "confirm" not in request.POST,
                seen=_moment(given["seen"]),
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(_after(assessment, asked, items))
    return _item_page(request, assessment, asked, answer, items, form, ProofForm(auto_id="proof-%s"))


def _typed(answer: Answer) -> dict[str, Any]:
    """Return what the form of an answer begins with."""
    return {
        "words": answer.words,
        "reason": answer.reason,
        "nothing": answer.source == Answer.Source.NOTHING,
        "seen": answer.at.isoformat() if answer.at else "",
    }


def _moment(words: str) -> datetime | None:
    try:
        return datetime.fromisoformat(words) if words else None
    except ValueError:
        return datetime.min.replace(tzinfo=zone())  # what nobody has seen


def _after(assessment: Assessment, asked: Item, items: Sequence[Item]) -> str:
    """Return the address of the next item that nobody has looked at, else of the front page."""
    left = set(assessment.answers.filter(source__in=answering.OPEN).values_list("item", flat=True))
    place = next(number for number, one in enumerate(items) if one.code == asked.code)
    for one in [*items[place + 1 :], *items[:place]]:
        if one.code in left:
            return reverse("movement:item", args=[assessment.key, one.code])
    return reverse("movement:assessment")


def _item_page(
    request: HttpRequest,
    assessment: Assessment,
    asked: Item,
    answer: Answer,
    items: Sequence[Item],
    form: AnswerForm,
    proof: ProofForm,
) -> HttpResponse:
    place = next(number for number, one in enumerate(items) if one.code == asked.code)
    component: Component = assessment.evaluation.instrument.shape.components[asked.component]
    last = (
        Answer.objects.filter(
            assessment__area=assessment.area_id,
            assessment__evaluation__year__lt=assessment.evaluation.year,
            item__in=_codes_of(asked),
        )
        .exclude(words="")
        .select_related("assessment__evaluation__instrument")
        .order_by("-assessment__evaluation__year")
        .first()
    )
    bad = bool(form.errors or proof.errors)
    context = {
        "assessment": assessment,
        "item": asked,
        "component": component,
        "answer": answer,
        "form": form,
        "proof": proof,
        "proofs": proofs_of([answer]).get(answer.key, []),
        "last": last,
        "is_open": assessment.state == Assessment.State.ANSWERING
        and bool(may(request.user, "movement.answer")),
        "number": place + 1,
        "total": len(items),
        "before": items[place - 1].code if place else "",
        "after": items[place + 1].code if place + 1 < len(items) else "",
        "crumbs": crumbs(),
    }
    return render(request, "movement/desk/item.html", context, status=422 if bad else 200)


def _codes_of(asked: Item) -> list[str]:
    """Return the codes under which other years ask the same. The key is the same; few instruments are installed."""
    shapes = [one.shape for one in Instrument.objects.all()]
    return [shape.by_key[asked.key].code for shape in shapes if asked.key in shape.by_key]


@needs("movement.answer")
@require_POST
@sent_once
def prove(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Add a proof to an answer."""
    assessment, asked, answer, items = _found(key, code)
    form = ProofForm(request.POST, request.FILES, auto_id="proof-%s")
    if form.is_valid():
        given, by = form.cleaned_data, person(request)
        try:
            file = (
                keep_file(
                    given["file"],
                    name=given["file"].name,
                    about=assessment,
                    privacy=Privacy.INTERNAL,
                    by=by,
                    at=now(),
                )
                if given["file"]
                else None
            )
            answering.prove(
                answer,
                proves=given["proves"],
                date=given["date"],
                file=file,
                link=given["link"],
                by=by,
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Bukti tersimpan."))
            return done("movement:item", key=key, code=code)
    return _item_page(request, assessment, asked, answer, items, AnswerForm(initial=_typed(answer)), form)


# Sending


class WhyForm(Form):
    """Why a sent assessment is taken back."""

    reason = forms.CharField(label=gettext_lazy("Mengapa ditarik kembali"), max_length=300)


@needs(*VERBS)
@require_POST
@sent_once
def act(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """Send, take back, or look again at what the system knows."""
    assessment = get_object_or_404(Assessment.objects.whole(), key=key, area=node().area)
    by, at = person(request), now()
    try:
        if what == "kirim":
            answering.release(assessment, by=by, at=at)
            messages.success(
                request, _("Penilaian mandiri dikirim. Panel membacanya setelah waktu pengisian berakhir.")
            )
        elif what == "tarik":
            answering.take_back(assessment, reason=request.POST.get("reason", ""), by=by, at=at)
            messages.success(request, _("Ditarik kembali. Kirim lagi sebelum tenggat."))
        elif what == "usulkan":
            count = answering.propose_again(assessment, by=by, at=at)
            messages.success(request, _("%(count)s usulan berubah.") % {"count": count})
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:assessment")
    return done("movement:assessment")


# Recommendations


class FollowForm(Form):
    """What becomes of a recommendation."""

    state = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=Recommendation.State.choices, widget=forms.RadioSelect
    )
    owner = Named(label=gettext_lazy("Penanggung jawab"), queryset=Agency.objects.none(), required=False)
    due_date = DateField(label=gettext_lazy("Selesai paling lambat"), required=False)
    programme = forms.ChoiceField(label=gettext_lazy("Program di rencana"), required=False)
    note = LongTextField(
        label=gettext_lazy("Apa yang dikerjakan, atau mengapa tidak"), rows=4, max_length=500, required=False
    )

    def __init__(self, data: Any = None, *, row: Recommendation) -> None:
        initial = {
            "state": row.state,
            "owner": row.owner_id,
            "due_date": row.due_date,
            "programme": str(row.programme_key or ""),
            "note": row.note,
        }
        super().__init__(data, initial=initial)
        owner, programme = self.fields["owner"], self.fields["programme"]
        assert isinstance(owner, forms.ModelChoiceField)
        assert isinstance(programme, forms.ChoiceField)
        kinds = (Agency.Kind.OPD, Agency.Kind.RSUD, Agency.Kind.BUMD)
        owner.queryset = Agency.objects.filter(valid_to=None, kind__in=kinds).order_by("short_name")
        revision = in_force(today())
        rows = Programme.objects.filter(revision=revision).order_by("code") if revision else []
        programme.choices = [
            ("", _("Belum ada")),
            *((str(one.key), f"{one.code} {say(one.title)}") for one in rows),
        ]


@needs("movement.follow_up")
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def recommendation(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Say what becomes of one recommendation."""
    rows = Recommendation.objects.select_related("assessment__evaluation__instrument")
    row = get_object_or_404(rows, key=key, assessment__area=node().area)
    form = FollowForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            answering.follow_up(
                row,
                state=given["state"],
                note=given["note"],
                programme_key=UUID(given["programme"]) if given["programme"] else None,
                owner=given["owner"],
                due_date=given["due_date"],
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Tindak lanjut tersimpan."))
            return done("movement:assessment")
    context = {"row": row, "form": form, "crumbs": crumbs()}
    return render(request, "movement/desk/recommendation.html", context, status=422 if form.errors else 200)
