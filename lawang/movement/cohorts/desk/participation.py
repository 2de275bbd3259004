"""What batches bring a regency of its cohorts: the call, the decision, bimtek, comments; and what it says to them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.movement.cohorts import actions, workshop
from lawang.movement.cohorts.desk.common import form_page, person
from lawang.movement.cohorts.desk.mentors import CSS
from lawang.movement.cohorts.desk.workshop import SEE, crumbs
from lawang.movement.cohorts.forms import AnswerForm, ProofForm, ReadinessForm
from lawang.movement.cohorts.kind import regency_only
from lawang.movement.cohorts.models import Comment, Deliverable, Participant, Proof, Session
from lawang.movement.cohorts.views import blueprint_of, readiness_context
from lawang.movement.letters import letters_of
from lawang.people.node import node, now
from lawang.people.permissions import may, needs
from lawang.record.resent import done, sent_once


def mine() -> QuerySet[Participant]:
    """Return the cohorts that this regency was called to, the newest first."""
    rows = Participant.objects.select_related("cohort__form", "area", "submission__form", "determination")
    return rows.filter(area=node().area, cohort__from_history=False).order_by("-cohort__year", "-pk")


def _crumbs(row: Participant) -> list[tuple[str, str]]:
    return crumbs((_("Angkatan %(year)s") % {"year": row.cohort.year}, _page(row)))


def _page(row: Participant) -> str:
    return reverse("movement:participation", args=[row.key])


@needs(*SEE)
@regency_only
@require_safe
def participation(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show how this regency stands in a cohort: the call, the decision, when bimtek is, what mentors say."""
    row = get_object_or_404(mine(), key=key)
    sessions: dict[str, list[Session]] = {}
    for session in row.sessions.all():
        sessions.setdefault(session.stage, []).append(session)
    items: dict[str, list[tuple[Deliverable, str]]] = {}
    for item in row.deliverables.all():
        items.setdefault(item.stage, []).append((item, CSS[Deliverable.Status(item.status)]))
    comments = list(row.comments.all())
    decision = getattr(row, "determination", None)
    context = {
        "participant": row,
        "submission": getattr(row, "submission", None),
        "closed": actions.why_closed(row, now()),
        "decision": decision,
        "letters": letters_of(decision) if decision else [],
        "stages": [
            (stage, sessions.get(stage["code"], []), items.get(stage["code"], []))
            for stage in row.cohort.stages
        ],
        "comments": [one for one in comments if one.state != Comment.State.SETTLED],
        "settled": [one for one in comments if one.state == Comment.State.SETTLED],
        "may_answer": bool(may(request.user, "movement.answer")),
        "may_reply": bool(may(request.user, "movement.reply")),
        "crumbs": crumbs(),
    }
    return render(request, "movement/cohorts/desk/participation.html", context)


@needs("movement.reply")
@regency_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def reply(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Answer a comment of a mentor."""
    row = get_object_or_404(Comment.objects.select_related("participant__cohort"), key=key)
    participant = get_object_or_404(mine(), pk=row.participant_id)
    return form_page(
        request,
        AnswerForm(request.POST if request.method == "POST" else None, initial={"words": row.answer}),
        lambda given, by, at: workshop.reply(row, given["words"], by=by, at=at),
        title=_("Jawab komentar"),
        caption=row.quoted,
        lead=row.words,
        submit=_("Simpan jawaban"),
        said=_("Tersimpan. Pendamping membacanya setelah kiriman berikutnya sampai."),
        back=_page(participant),
        crumbs=_crumbs(participant),
        draft=f"jawaban-{row.key}",
    )


# The readiness form


def _asked(key: UUID) -> Participant:
    row = get_object_or_404(mine(), key=key)
    if row.cohort.form is None:
        raise Http404
    return row


@needs("movement.answer")
@regency_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def readiness(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show the readiness form of a call; keep it as a draft, or send it."""
    row = _asked(key)
    data = request.POST if request.method == "POST" else None
    form = ReadinessForm(blueprint_of(row), data, submission=getattr(row, "submission", None))
    if request.method == "POST" and form.is_valid():
        is_sent, by, at = request.POST.get("do") == "send", person(request), now()
        try:
            actions.write(
                row,
                answers=form.answers(),
                applications=form.applications(),
                by_office=form.cleaned_data["office"],
                by=by,
                at=at,
            )
            if is_sent:
                actions.send(row, by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
        else:
            if is_sent:
                messages.success(
                    request, _("Terkirim. Gerakan membacanya setelah kiriman berikutnya sampai.")
                )
            else:
                messages.success(request, _("Tersimpan sebagai rancangan. Belum dikirim."))
            return done(_page(row) if is_sent else request.path)
    return _readiness_page(request, row, form, ProofForm(blueprint_of(row)))


def _readiness_page(
    request: HttpRequest, row: Participant, form: ReadinessForm, proof: ProofForm
) -> HttpResponse:
    context: dict[str, Any] = readiness_context(
        row,
        form,
        proof,
        add_href=reverse("movement:add_own_proof", args=[row.key]),
        drop_href=lambda one: reverse("movement:drop_own_proof", args=[row.key, one.key]),
    )
    context |= {
        "is_own": True,
        "may_send": bool(may(request.user, "movement.release")),
        "crumbs": _crumbs(row),
    }
    bad = bool(form.errors or proof.errors)
    return render(request, "movement/cohorts/readiness.html", context, status=422 if bad else 200)


@needs("movement.answer")
@regency_only
@require_POST
@sent_once
def add_proof(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Take in a file that shows the answer to a question."""
    row = _asked(key)
    proof = ProofForm(blueprint_of(row), request.POST, request.FILES)
    if proof.is_valid():
        given = proof.cleaned_data
        try:
            actions.prove(
                row,
                given["file"],
                question=given["question"],
                proves=given["proves"],
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            proof.refuse(refused)
        else:
            messages.success(request, _("Bukti tersimpan."))
            return done("movement:own_readiness", key=row.key)
    form = ReadinessForm(blueprint_of(row), submission=getattr(row, "submission", None))
    return _readiness_page(request, row, form, proof)


@needs("movement.answer")
@regency_only
@require_POST
@sent_once
def drop_proof(request: HttpRequest, key: UUID, proof: UUID) -> HttpResponseBase:
    """Take a file away again."""
    row = _asked(key)
    found = get_object_or_404(
        Proof.objects.select_related("submission").filter(submission__participant=row), key=proof
    )
    try:
        actions.drop_proof(row, found, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:own_readiness", key=row.key)
    messages.success(request, _("Bukti dihapus."))
    return done("movement:own_readiness", key=row.key)
