"""The assessor's pages of the selection: what is mine, declare, mark blind, hand in, talk."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lawang.lib.dates import long_moment
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.cohorts import selection
from lawang.movement.cohorts.desk.common import form_page, person
from lawang.movement.cohorts.desk.secretariat import answers_of, figure_columns
from lawang.movement.cohorts.forms import BallotForm, ConflictForm, MinutesForm, ReviseForm
from lawang.movement.cohorts.kind import movement_only
from lawang.movement.cohorts.models import Ballot, Cohort, Juror, Participant, Point, RegionFigure, Slot
from lawang.people.node import now
from lawang.people.permissions import needs
from lawang.record.resent import done, sent_once
from lawang.web.tables import Table


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Seleksi"), reverse("movement:jury")), *more]


@needs("movement.assess")
@movement_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List what the assessor has to mark, and when they interview."""
    me = person(request)
    rows = (
        Participant.objects.filter(jurors__user=me, cohort__state=Cohort.State.ASSESSING)
        .select_related("area", "cohort")
        .order_by("cohort__year", "area__code")
    )
    mine = {
        ballot.participant_id: ballot
        for ballot in Ballot.objects.filter(juror__user=me, participant__in=rows)
    }
    tasks = []
    for row in rows:
        ballot = mine.get(row.pk)
        tag, css = _("belum mulai"), "off"
        if ballot is not None:
            tag, css = _("sedang dinilai"), "warn"
            if ballot.conflict:
                tag, css = _("benturan kepentingan"), "idle"
            elif ballot.handed_in_at:
                tag, css = _("diserahkan"), "good"
        href = reverse("movement:jury_participant", args=[row.key])
        tasks.append((row.area.title, href, say(row.cohort.title), tag, css))
    slots = Slot.objects.filter(jurors__user=me, ends_at__gte=now()).select_related("participant__area")[:20]
    return render(request, "movement/cohorts/desk/jury.html", {"tasks": tasks, "slots": slots})


def _found(request: HttpRequest, key: UUID) -> tuple[Participant, Ballot | None]:
    """Return a participant that was given to the person, with their sheet if begun; 404 for any other."""
    rows = Participant.objects.select_related("cohort__form", "area", "submission__form", "determination")
    row = get_object_or_404(rows, key=key)
    me = person(request)
    ballot = Ballot.objects.filter(participant=row, juror__user=me).select_related("juror").first()
    if ballot is None and not Juror.objects.filter(participants=row, user=me).exists():
        raise Http404
    return row, ballot


@needs("movement.assess")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def participant(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show what a region says beside the sheet; first the declaration, then the marks, then everybody's."""
    row, ballot = _found(request, key)
    by, at = person(request), now()
    form: Any = None
    data = request.POST if request.method == "POST" else None
    is_open = row.cohort.state == Cohort.State.ASSESSING
    if ballot is None or (ballot.conflict and "ubah" in request.GET):
        form = ConflictForm(data) if is_open else None
    elif is_open and not ballot.conflict and not ballot.handed_in_at:
        points = {one.criterion: one.mark for one in ballot.points.all()}
        form = BallotForm(row.cohort, data, marks=points, note=ballot.note)
    if data is not None and form is not None and form.is_valid():
        try:
            if isinstance(form, ConflictForm):
                selection.declare(row, conflict=form.cleaned_data["conflict"], by=by, at=at)
                messages.success(request, _("Pernyataan Anda tersimpan."))
            else:
                assert ballot is not None
                selection.mark(ballot, form.marks(), note=form.cleaned_data["note"], by=by, at=at)
                if data.get("do") == "hand_in":
                    selection.hand_in(ballot, by=by, at=at)
                    messages.success(request, _("Lembar nilai diserahkan."))
                else:
                    messages.success(request, _("Nilai tersimpan. Belum diserahkan."))
        except Refused as refused:
            form.refuse(refused)
        else:
            return done("movement:jury_participant", key=key)
    return _page(request, row, ballot, form)


def _page(request: HttpRequest, row: Participant, ballot: Ballot | None, form: Any) -> HttpResponse:
    submission = getattr(row, "submission", None)
    is_complete = bool(ballot and ballot.handed_in_at) and selection.is_complete(row)
    ballots = row.ballots.select_related("juror__user").prefetch_related("points") if is_complete else []
    figures = list(RegionFigure.objects.filter(area=row.area_id).order_by("indicator", "-year")[:40])
    has_conflict = bool(ballot and ballot.conflict)
    context = {
        "participant": row,
        "ballot": ballot,
        "form": form,
        "is_declaring": isinstance(form, ConflictForm),
        "answers": answers_of(submission) if submission and submission.sent_at and not has_conflict else [],
        "applications": submission.applications if submission and not has_conflict else [],
        "proofs": list(submission.proofs.select_related("file")) if submission and not has_conflict else [],
        "figures": Table(figure_columns(is_short=True), figures) if figures else None,
        "lines": selection.lines_of(row.cohort, ballots) if is_complete else [],
        "slots": row.slots.filter(jurors__user=person(request)),
        "apart": row.cohort.apart,
        "may_revise": row.cohort.state == Cohort.State.ASSESSING and not hasattr(row, "determination"),
        "me": person(request).pk,
        "crumbs": crumbs(),
    }
    bad = form is not None and form.errors
    return render(request, "movement/cohorts/desk/ballot.html", context, status=422 if bad else 200)


@needs("movement.assess")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def revise(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Change one's own mark after the talk."""
    row, ballot = _found(request, key)
    point = get_object_or_404(Point, ballot=ballot, criterion=code)
    titles = {one["code"]: say(one["title"]) for one in row.cohort.criteria}
    return form_page(
        request,
        ReviseForm(request.POST if request.method == "POST" else None),
        lambda given, by, at: selection.revise(point, given["mark"], reason=given["reason"], by=by, at=at),
        title=titles.get(code, code),
        caption=row.area.title,
        lead=_("Nilai Anda sekarang %(mark)s. Nilai pertama dan alasannya tetap tercatat.")
        % {"mark": point.mark},
        submit=_("Ubah nilai"),
        back=reverse("movement:jury_participant", args=[row.key]),
        said=_("Nilai diubah."),
        crumbs=crumbs((row.area.title, reverse("movement:jury_participant", args=[row.key]))),
    )


@needs("movement.assess")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def minutes(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Write down what was said in an interview."""
    rows = Slot.objects.select_related("participant__area").filter(jurors__user=person(request))
    slot = get_object_or_404(rows.distinct(), key=key)
    back = reverse("movement:jury_participant", args=[slot.participant.key])
    form = MinutesForm(request.POST if request.method == "POST" else None, initial={"minutes": slot.minutes})
    return form_page(
        request,
        form,
        lambda given, by, at: selection.keep_minutes(slot, given["minutes"], by=by, at=at),
        title=_("Notulen wawancara"),
        caption=slot.participant.area.title,
        lead=long_moment(slot.starts_at),
        submit=_("Simpan notulen"),
        back=back,
        said=_("Notulen tersimpan."),
        crumbs=crumbs((slot.participant.area.title, back)),
        draft=f"notulen-{slot.key}",
    )
