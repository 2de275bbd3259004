"""What everybody may see of cohorts, and the readiness form behind the link of an invitation."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.areas.models import Area
from lawang.documents import actions as documents
from lawang.documents.models import Document
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement import letters
from lawang.movement.cohorts import actions
from lawang.movement.cohorts.forms import ProofForm, ReadinessForm
from lawang.movement.cohorts.kind import movement_only
from lawang.movement.cohorts.models import Blueprint, Cohort, Organisation, Participant, Proof
from lawang.people.node import now
from lawang.record.resent import done, sent_once
from lawang.web.charts import bar_chart
from lawang.web.download import csv_response
from lawang.web.tables import Column, Filters, Table, paginate

Status = Participant.Status
CHOSEN = (Status.CHOSEN, Status.MOU, Status.RUNNING, Status.FINISHED, Status.WITHDRAWN)
SHOWN = CHOSEN  # whoever was not chosen is not named in public


def counted() -> QuerySet[Cohort]:
    """Return the cohorts with how many applied and were chosen here, beside the counts that sources give."""
    came = ~Q(participants__status=Status.INVITED)
    return Cohort.objects.annotate(
        came=Count("participants", filter=came),
        won=Count("participants", filter=Q(participants__status__in=CHOSEN)),
    )


def came(row: Any) -> int | None:
    count: int | None = row.assessed if row.from_history else row.came
    return count


def won(row: Any) -> int | None:
    if row.from_history:
        chosen: int | None = row.chosen
        return chosen
    decided = row.state in (Cohort.State.DECIDED, Cohort.State.MENTORING, Cohort.State.FINISHED)
    return int(row.won) if decided else None


def _cohort_href(row: Any) -> str:
    return reverse("movement:cohort", args=[row.key])


def cohort_columns() -> list[Column]:
    return [
        Column(_("Angkatan"), "title", href=_cohort_href, is_head=True),
        Column(_("Jalur"), "track"),
        Column(_("Diundang atau dinilai"), came, "number"),
        Column(_("Terpilih"), won, "number"),
        Column(_("Keadaan"), "get_state_display"),
        Column(_("Sumber"), lambda row: row.source or _("catatan gerakan")),
    ]


def chosen_by_year(rows: Iterable[Any]) -> dict[int, int | None]:
    """Return how many regions were chosen in each year, None while nobody knows; `rows` are `counted()`."""
    sums: dict[int, int | None] = {}
    for row in rows:
        value = won(row)
        if value is not None or row.year not in sums:
            sums[row.year] = (sums.get(row.year) or 0) + value if value is not None else None
    return sums


def growth_chart(sums: Mapping[int, int | None]) -> str:
    """Draw how many regions were chosen in each year; "" without any."""
    bars = [(str(year), count) for year, count in sums.items()]
    return bar_chart(bars, title=_("Daerah terpilih per angkatan"), unit=_("daerah")) if bars else ""


@movement_only
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """Show how the movement grew: cohorts by year, with where each count comes from."""
    rows = list(counted().order_by("year", "track"))
    context = {
        "chart": growth_chart(chosen_by_year(rows)),
        "table": Table(cohort_columns(), list(reversed(rows)), empty=_("Belum ada angkatan yang diumumkan.")),
        "open": [row for row in rows if row.is_open(now())],
        "organisations": Organisation.objects.all(),
    }
    return render(request, "movement/cohorts/cohorts.html", context)


@movement_only
@require_safe
def cohorts_csv(request: HttpRequest) -> HttpResponseBase:
    """Download the cohorts with their counts and sources."""
    heading = [
        _("tahun"),
        _("angkatan"),
        _("jalur"),
        _("dinilai"),
        _("terpilih"),
        _("keterangan"),
        _("sumber"),
    ]
    rows = (
        [
            row.year,
            row.title,
            row.track,
            came(row),
            won(row),
            say(row.note) if row.note else "",
            row.source,
        ]
        for row in counted().order_by("year", "track")
    )
    return csv_response(request, "angkatan", heading, rows)


class ParticipantFilters(Filters):
    """Find participants of a cohort."""

    q = forms.CharField(label=gettext_lazy("Nama daerah"), max_length=80)
    status = forms.ChoiceField(
        label=gettext_lazy("Keadaan"),
        choices=[("", gettext_lazy("Semua")), *((one.value, one.label) for one in SHOWN)],
    )


def shown(request: HttpRequest, cohort: Cohort) -> tuple[ParticipantFilters, QuerySet[Participant]]:
    """Return the public participants of a cohort that the filters leave."""
    filters = ParticipantFilters(request)
    rows = cohort.participants.filter(status__in=SHOWN).select_related("area__parent").order_by("area__code")
    chosen = filters.chosen()
    if words := chosen.get("q"):
        rows = rows.filter(area__in=Area.objects.called(words))
    if status := chosen.get("status"):
        rows = rows.filter(status=status)
    return filters, rows


@movement_only
@require_safe
def cohort(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one cohort: its call while it is open, its counts, and who takes part."""
    row = get_object_or_404(counted(), key=key)
    filters, rows = shown(request, row)
    page = paginate(request, rows)
    columns = [
        Column(_("Daerah"), "area.title", is_head=True),
        Column(_("Provinsi"), lambda one: one.area.parent.name if one.area.parent else ""),
        Column(_("Keadaan"), "get_status_display"),
    ]
    if row.from_history:
        columns.append(Column(_("Sumber"), "source"))
    empty = (
        _("Tidak ada peserta yang cocok.")
        if filters.chosen()
        else _("Peserta diumumkan setelah seleksi selesai.")
        if not row.from_history
        else _("Sumber yang kami punya tidak menyebut nama pesertanya.")
    )
    context = {
        "cohort": row,
        "came": came(row),
        "won": won(row),
        "is_open": row.is_open(now()),
        "filters": filters,
        "page": page,
        "table": Table(columns, page.items, empty=empty),
        "named": rows.count() if filters.chosen() else page.total,
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "crumbs": [(_("Angkatan"), reverse("movement:cohorts"))],
    }
    return render(request, "movement/cohorts/cohort.html", context)


@movement_only
@require_safe
def participants_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Download the public participants of a cohort, as filtered."""
    row = get_object_or_404(Cohort, key=key)
    _filters, rows = shown(request, row)
    heading = [_("kode"), _("daerah"), _("tahun"), _("keadaan"), _("sumber")]
    lines = ([one.area.code, one.area.title, row.year, one.get_status_display(), one.source] for one in rows)
    return csv_response(request, f"peserta-{row.year}", heading, lines)


# The readiness form


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page behind a secret link out of caches and search engines."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _held(secret: str) -> Participant:
    participant = actions.holder(secret)
    if participant is None or participant.cohort.form is None:
        raise Http404(
            _("Tautan ini tidak berlaku. Mungkin undangannya sudah dikirim ulang; buka surel terakhir.")
        )
    return participant


def blueprint_of(participant: Participant) -> Blueprint:
    """Return the form that the region fills in: the one it began with."""
    submission = getattr(participant, "submission", None)
    form = submission.form if submission else participant.cohort.form
    assert isinstance(form, Blueprint)
    return form


@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def readiness(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Show the readiness form of the region whose link this is; keep it as a draft, or send it."""
    participant = _held(secret)
    submission = getattr(participant, "submission", None)
    blueprint = blueprint_of(participant)
    form = ReadinessForm(blueprint, request.POST if request.method == "POST" else None, submission=submission)
    if request.method == "POST" and form.is_valid():
        is_sent = request.POST.get("do") == "send"
        try:
            actions.write(
                participant,
                answers=form.answers(),
                applications=form.applications(),
                by_office=form.cleaned_data["office"],
                at=now(),
            )
            if is_sent:
                actions.send(participant, at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            if is_sent:
                messages.success(
                    request, _("Terkirim. Sampai tenggat isinya masih boleh diubah dan dikirim lagi.")
                )
            else:
                messages.success(request, _("Tersimpan sebagai rancangan. Belum dikirim."))
            return done("movement:readiness", secret=secret)
    return _readiness_page(request, participant, secret, form, ProofForm(blueprint))


def _letter(participant: Participant) -> Document | None:
    decision = getattr(participant, "determination", None)
    return letters.valid_of(decision) if decision else None


@movement_only
@require_safe
def letter(request: HttpRequest, secret: str) -> HttpResponse:
    """Download the signed letter about the region whose link this is."""
    found = _letter(_held(secret))
    if found is None:
        raise Http404
    response = HttpResponse(documents.file_of(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number.replace("/", "-")}.pdf"'
    return _private(response)


def _readiness_page(
    request: HttpRequest, participant: Participant, secret: str, form: ReadinessForm, proof: ProofForm
) -> HttpResponse:
    context = readiness_context(
        participant,
        form,
        proof,
        add_href=reverse("movement:add_proof", args=[secret]),
        drop_href=lambda one: reverse("movement:drop_proof", args=[secret, one.key]),
    )
    context |= {
        "letter": _letter(participant),
        "letter_href": reverse("movement:invitation_letter", args=[secret]),
    }
    bad = bool(form.errors or proof.errors)
    return _private(render(request, "movement/cohorts/readiness.html", context, status=422 if bad else 200))


def readiness_context(
    participant: Participant,
    form: ReadinessForm,
    proof: ProofForm,
    *,
    add_href: str,
    drop_href: Callable[[Proof], str],
) -> dict[str, Any]:
    """Return what the template of the readiness form shows, behind a link and at the regency's own desk."""
    submission = getattr(participant, "submission", None)
    titles = dict(proof.fields["question"].choices)  # type: ignore[attr-defined]
    proofs = list(submission.proofs.all()) if submission else []
    return {
        "participant": participant,
        "submission": submission,
        "form": form,
        "proof": proof,
        "proofs": [(one, titles.get(one.question, one.question), drop_href(one)) for one in proofs],
        "add_href": add_href,
        "closed": actions.why_closed(participant, now()),
        "left": actions.missing(submission) if submission else None,
        "asked": len(actions.questions_of(submission.form)) if submission else 0,
        "may_send": True,
    }


@movement_only
@require_POST
@sent_once
def add_proof(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Take in a file that shows the answer to a question."""
    participant = _held(secret)
    submission = getattr(participant, "submission", None)
    blueprint = blueprint_of(participant)
    proof = ProofForm(blueprint, request.POST, request.FILES)
    if proof.is_valid():
        given = proof.cleaned_data
        try:
            actions.prove(
                participant, given["file"], question=given["question"], proves=given["proves"], at=now()
            )
        except Refused as refused:
            proof.refuse(refused)
        else:
            messages.success(request, _("Bukti tersimpan."))
            return done("movement:readiness", secret=secret)
    return _readiness_page(
        request, participant, secret, ReadinessForm(blueprint, submission=submission), proof
    )


@movement_only
@require_POST
@sent_once
def drop_proof(request: HttpRequest, secret: str, key: UUID) -> HttpResponseBase:
    """Take a file away again."""
    participant = _held(secret)
    rows = Proof.objects.select_related("submission").filter(submission__participant=participant)
    proof = get_object_or_404(rows, key=key)
    try:
        actions.drop_proof(participant, proof, at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Bukti dihapus."))
    return done("movement:readiness", secret=secret)
