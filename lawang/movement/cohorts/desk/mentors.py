"""The mentor's pages: my regions, and for each the bimtek, what is handed over, comments, clinics, commitment."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.cohorts import mentoring
from lawang.movement.cohorts.desk.common import form_page, keep_paper, person
from lawang.movement.cohorts.forms import (
    AnswerForm,
    AttendanceForm,
    ClinicForm,
    CommentForm,
    CommitmentForm,
    JudgeForm,
    ReceiveForm,
    SessionForm,
)
from lawang.movement.cohorts.kind import movement_only
from lawang.movement.cohorts.models import Cohort, Comment, Deliverable, Participant, Session
from lawang.people.node import now
from lawang.people.permissions import may, needs
from lawang.record.resent import done, sent_once

VERBS = ("movement.mentor", "movement.run")
CSS = {
    Deliverable.Status.WAITING: "idle",
    Deliverable.Status.RECEIVED: "warn",
    Deliverable.Status.ACCEPTED: "good",
    Deliverable.Status.RETURNED: "off",
}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Pendampingan"), reverse("movement:mentoring")), *more]


def mine(request: HttpRequest) -> QuerySet[Participant]:
    """Return the participants whom the person mentors; all of them to who runs the movement."""
    rows = Participant.objects.select_related("cohort", "area").filter(
        status__in=(*mentoring.MENTORED, Participant.Status.FINISHED)
    )
    if may(request.user, "movement.run"):
        return rows
    return rows.filter(mentors=person(request))


def _found(request: HttpRequest, key: UUID) -> Participant:
    return get_object_or_404(mine(request), key=key)


@needs(*VERBS)
@movement_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List the regions that are mentored now, with what waits for somebody."""
    rows = (
        mine(request)
        .filter(cohort__state=Cohort.State.MENTORING)
        .annotate(
            accepted=Count(
                "deliverables", filter=Q(deliverables__status=Deliverable.Status.ACCEPTED), distinct=True
            ),
            received=Count(
                "deliverables", filter=Q(deliverables__status=Deliverable.Status.RECEIVED), distinct=True
            ),
            wanted=Count("deliverables", distinct=True),
            open=Count("comments", filter=Q(comments__state=Comment.State.OPEN), distinct=True),
        )
        .order_by("cohort__year", "area__code")
    )
    tasks = []
    for row in rows:
        words = _("%(cohort)s · %(n)s dari %(all)s hasil disetujui · %(open)s komentar menunggu jawaban") % {
            "cohort": say(row.cohort.title),
            "n": row.accepted,
            "all": row.wanted,
            "open": row.open,
        }
        tag = _("%(n)s perlu diperiksa") % {"n": row.received} if row.received else ""
        href = reverse("movement:mentored", args=[row.key])
        tasks.append((row.area.title, href, words, tag, "warn" if tag else ""))
    return render(request, "movement/cohorts/desk/mentoring.html", {"tasks": tasks})


@needs(*VERBS)
@movement_only
@require_safe
def participant(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one region's way through the bimtek."""
    row = _found(request, key)
    sessions: dict[str, list[Session]] = {}
    for session in row.sessions.all():
        sessions.setdefault(session.stage, []).append(session)
    items: dict[str, list[tuple[Deliverable, str]]] = {}
    for item in row.deliverables.select_related("file"):
        items.setdefault(item.stage, []).append((item, CSS[Deliverable.Status(item.status)]))
    comments = list(row.comments.select_related("by"))
    context = {
        "participant": row,
        "stages": [
            (stage, sessions.get(stage["code"], []), items.get(stage["code"], []))
            for stage in row.cohort.stages
        ],
        "comments": [one for one in comments if one.state != Comment.State.SETTLED],
        "settled": [one for one in comments if one.state == Comment.State.SETTLED],
        "clinics": row.consultations.select_related("mentor")[:50],
        "commitments": row.commitments.select_related("file"),
        "mentors": row.mentors.all(),
        "is_open": row.cohort.state == Cohort.State.MENTORING,
        "crumbs": crumbs(),
    }
    return render(request, "movement/cohorts/desk/mentored.html", context)


@needs(*VERBS)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def add(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """One form about a region: a bimtek, a comment, a clinic, a commitment sheet."""
    row = _found(request, key)
    data = request.POST if request.method == "POST" else None
    back = reverse("movement:mentored", args=[row.key])
    more: dict[str, Any] = {
        "back": back,
        "crumbs": crumbs((row.area.title, back)),
        "caption": row.area.title,
        "draft": f"{what}-{row.key}",
    }
    if what == "bimtek":
        return form_page(
            request,
            SessionForm(row, data),
            lambda given, by, at: mentoring.hold_session(row, **given, by=by, at=at),
            title=_("Jadwalkan bimtek"),
            submit=_("Jadwalkan"),
            said=_("Bimtek dijadwalkan."),
            **more,
        )
    if what == "komentar":
        return form_page(
            request,
            CommentForm(data),
            lambda given, by, at: mentoring.comment(row, **given, by=by, at=at),
            title=_("Komentari satu baris rencana"),
            lead=_(
                "Rencananya ada di sistem daerah. Kutip barisnya, supaya daerah menemukannya juga setelah revisi."
            ),
            submit=_("Simpan komentar"),
            said=_("Komentar tersimpan."),
            **more,
        )
    if what == "klinik":
        return form_page(
            request,
            ClinicForm(data),
            lambda given, by, at: mentoring.advise(row, **given, by=by, at=at),
            title=_("Catat klinik"),
            submit=_("Simpan klinik"),
            said=_("Klinik tersimpan."),
            **more,
        )
    if what == "komitmen":
        return form_page(
            request,
            CommitmentForm(data, request.FILES if data is not None else None),
            lambda given, by, at: mentoring.commit(
                row,
                title=given["title"],
                signed_date=given["signed"],
                heads=given["heads"],
                file=keep_paper(given["file"], row, by=by, at=at),
                by=by,
                at=at,
            ),
            title=_("Lembar komitmen"),
            lead=_("Ditandatangani para kepala perangkat daerah."),
            submit=_("Simpan lembar komitmen"),
            said=_("Lembar komitmen tersimpan."),
            **more,
        )
    raise Http404


@needs(*VERBS)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def attendance(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Write who came to a bimtek."""
    session = get_object_or_404(
        Session.objects.select_related("participant__cohort", "participant__area").filter(
            participant__in=mine(request)
        ),
        key=key,
    )
    back = reverse("movement:mentored", args=[session.participant.key])
    lines = "\n".join(f"{one['agency']}: {one['people']}" for one in session.attendance)
    form = AttendanceForm(request.POST if request.method == "POST" else None, initial={"rows": lines})
    return form_page(
        request,
        form,
        lambda given, by, at: mentoring.count_attendance(session, given["rows"], by=by, at=at),
        title=_("Kehadiran"),
        caption=session.participant.area.title,
        lead=_("Cukup nama kantor dan jumlah orangnya; nama orang tidak dicatat."),
        submit=_("Simpan kehadiran"),
        back=back,
        said=_("Kehadiran tersimpan."),
        crumbs=crumbs((session.participant.area.title, back)),
        draft=f"hadir-{session.key}",
    )


@needs(*VERBS)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def deliverable(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Receive something that a region hands over, or look through what was received."""
    rows = Deliverable.objects.select_related("participant__cohort", "participant__area", "file")
    row = get_object_or_404(rows.filter(participant__in=mine(request)), key=key)
    back = reverse("movement:mentored", args=[row.participant.key])
    data = request.POST if request.method == "POST" else None
    more: dict[str, Any] = {
        "title": say(row.title),
        "caption": row.participant.area.title,
        "back": back,
        "crumbs": crumbs((row.participant.area.title, back)),
    }
    if row.status == Deliverable.Status.RECEIVED:
        return form_page(
            request,
            JudgeForm(data),
            lambda given, by, at: mentoring.judge(
                row, is_accepted=given["outcome"] == "accepted", reason=given["reason"], by=by, at=at
            ),
            lead=_("Yang dikembalikan diberitahukan ke kantor daerah dengan sebabnya."),
            submit=_("Simpan pemeriksaan"),
            said=_("Pemeriksaan tersimpan."),
            **more,
        )
    return form_page(
        request,
        ReceiveForm(data, request.FILES if data is not None else None),
        lambda given, by, at: mentoring.receive(
            row, keep_paper(given["file"], row.participant, by=by, at=at), by=by, at=at
        ),
        lead=_("Tanpa berkas berarti diterima di atas kertas."),
        submit=_("Catat sudah diterima"),
        said=_("Dicatat sudah diterima. Periksa, lalu setujui atau kembalikan."),
        **more,
    )


@needs(*VERBS)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def comment(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show one comment, and write what the region answers to it."""
    row = _comment(request, key)
    back = reverse("movement:mentored", args=[row.participant.key])
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"words": row.answer})
    return form_page(
        request,
        form,
        lambda given, by, at: mentoring.answer(row, given["words"], by=by, at=at),
        title=_("Jawaban atas komentar"),
        caption=row.quoted,
        lead=row.words,
        submit=_("Simpan jawaban"),
        back=back,
        said=_("Jawaban tersimpan."),
        crumbs=crumbs((row.participant.area.title, back)),
    )


def _comment(request: HttpRequest, key: UUID) -> Comment:
    rows = Comment.objects.select_related("participant__cohort", "participant__area")
    return get_object_or_404(rows.filter(participant__in=mine(request)), key=key)


@needs(*VERBS)
@movement_only
@require_POST
@sent_once
def settle(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Close a comment."""
    row = _comment(request, key)
    try:
        mentoring.settle(row, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:mentored", key=row.participant.key)
    messages.success(request, _("Komentar diselesaikan."))
    return done("movement:mentored", key=row.participant.key)
