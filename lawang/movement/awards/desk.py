"""Awards behind the desk: the secretariat opens, corrects, seats, decides, publishes; jurors declare and judge."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from lawang.documents.models import Document
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.awards import actions, certificates
from lawang.movement.awards.counting import Tally
from lawang.movement.awards.forms import (
    AddForm,
    DecideForm,
    DeclareForm,
    JurorForm,
    MarksForm,
    OpenForm,
    ReasonForm,
    SubjectForm,
)
from lawang.movement.awards.models import Award, AwardJuror, Nominee
from lawang.movement.cohorts.desk.common import form_page, person
from lawang.movement.cohorts.kind import movement_only
from lawang.movement.models import Evaluation
from lawang.people.node import now
from lawang.people.permissions import needs
from lawang.record.resent import done, sent_once
from lawang.web.tables import Column, Table

RUN, ASSESS = "movement.run", "movement.assess"
State = Award.State
CSS = {State.NOMINATING: "off", State.JUDGING: "warn", State.DECIDED: "accent", State.PUBLISHED: "good"}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Penghargaan"), reverse("movement:manage_awards")), *more]


def crumb(award: Award) -> tuple[str, str]:
    return (award.title, reverse("movement:manage_award", args=[award.key]))


# The secretariat


@needs(RUN)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def home(request: HttpRequest) -> HttpResponseBase:
    """List the awards by year, and open some."""
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, empty = actions.open_awards(
                given["evaluation"], given["categories"], by=person(request), at=now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            words = {"count": len(made)}
            messages.success(
                request,
                ngettext("%(count)s penghargaan dibuka.", "%(count)s penghargaan dibuka.", len(made)) % words,
            )
            if empty:
                names = ", ".join(say(one.title) for one in empty)
                messages.warning(
                    request,
                    _("Hasil tahun itu tidak memuat nilai untuk: %(names)s.") % {"names": names},
                )
            return done("movement:manage_awards")
    rows = (
        Award.objects.select_related("evaluation")
        .annotate(
            named=Count("nominees", filter=Q(nominees__is_dropped=False), distinct=True),
            seated=Count("jurors", distinct=True),
            handed_in=Count("jurors", filter=Q(jurors__handed_in_at__isnull=False), distinct=True),
        )
        .order_by("-evaluation__year", "order", "track")
    )
    years: dict[int, list[tuple[str, str, str, str, str]]] = {}
    for one in rows:
        how_far = _("%(named)s nominasi · %(handed)s dari %(seated)s juri menyerahkan") % {
            "named": one.named,
            "handed": one.handed_in,
            "seated": one.seated,
        }
        href = reverse("movement:manage_award", args=[one.key])
        line = (one.title, href, how_far, one.get_state_display(), CSS[State(one.state)])
        years.setdefault(one.evaluation.year, []).append(line)
    context = {
        "form": form,
        "years": list(years.items()),
        "can_open": Evaluation.objects.filter(state=Evaluation.State.PUBLISHED).exists(),
    }
    return render(request, "movement/awards/desk/home.html", context, status=422 if form.errors else 200)


def _found(key: UUID) -> Award:
    return get_object_or_404(Award.objects.select_related("evaluation"), key=key)


def _value(nominee: Nominee) -> str:
    return "–" if nominee.value is None else number(nominee.value, 2)


def tally_table(award: Award, found: list[Tally]) -> Table:
    """Return means and spreads, highest first; only for who may see that the jury is done."""
    columns = [Column(_("Daerah"), "nominee.assessment.area.title", is_head=True)]
    for one in award.criteria:
        title = f"{say(one['title'])} ({one['weight']} %)"

        def shown(row: Tally, code: str = one["code"]) -> str:
            if code not in row.means:
                return "–"
            return _("%(mean)s (beda %(spread)s)") % {
                "mean": number(row.means[code], 2),
                "spread": row.spreads[code],
            }

        columns.append(Column(title, shown))
    columns += [
        Column(_("Nilai berbobot"), lambda row: number(row.score, 2) if row.score is not None else "–"),
        Column(_("Beda antarjuri"), lambda row: number(row.spread, 2)),
        Column(_("Juri"), "jurors", "number"),
        Column(_("Benturan"), "conflicts", "number"),
    ]
    ordered = sorted(found, key=lambda one: -(one.score or 0))
    return Table(columns, ordered)


@needs(RUN)
@movement_only
@require_safe
def award(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one award: its list with values, its jurors, and what the jury gave once all are in."""
    row = _found(key)
    nominees = list(
        row.nominees.select_related("assessment__area").order_by("rank", "assessment__area__name")
    )
    papers = certificates.standing(one for one in nominees if one.is_winner)
    found = actions.tallies(row) if row.state != State.NOMINATING else []
    jurors = list(row.jurors.select_related("user"))
    is_listing = row.state == State.NOMINATING
    is_decided = row.state in (State.DECIDED, State.PUBLISHED)
    context = {
        "award": row,
        "nominees": [(one, _value(one), papers.get(one.pk)) for one in nominees if not one.is_dropped],
        "dropped": [one for one in nominees if one.is_dropped],
        "jurors": jurors,
        "notes": [one for one in jurors if one.note] if found else [],
        "tallies": tally_table(row, found) if found else None,
        "why_not": actions.not_ready(row) if row.state == State.JUDGING else "",
        "is_listing": is_listing,
        "is_judging": row.state == State.JUDGING,
        "is_seating": is_listing or (row.state == State.JUDGING and not found),
        "is_decided": is_decided,
        "may_name_subject": is_listing and row.way.names_subject,
        "draft": Document.State.DRAFT,
        "valid": Document.State.VALID,
        "crumbs": crumbs(),
    }
    return render(request, "movement/awards/desk/award.html", context)


@needs(RUN)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def for_award(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """One form about an award: name a regency, seat a juror, begin, decide, take back, publish."""
    row = _found(key)
    data = request.POST if request.method == "POST" else None
    back = reverse("movement:manage_award", args=[row.key])
    more: dict[str, Any] = {"back": back, "crumbs": crumbs(crumb(row)), "caption": row.title}
    match what:
        case "tambah":
            return form_page(
                request,
                AddForm(row, data),
                lambda given, by, at: actions.add_nominee(
                    row, given["assessment"], reason=given["reason"], by=by, at=at
                ),
                title=_("Nominasikan daerah lain"),
                submit=_("Nominasikan"),
                said=_("Daerah dinominasikan."),
                **more,
            )
        case "juri":
            return form_page(
                request,
                JurorForm(row, data),
                lambda given, by, at: actions.seat_juror(row, given["user"], by=by, at=at),
                title=_("Tunjuk juri"),
                lead=_("Juri menyatakan benturan kepentingan dengan setiap daerah, lalu menilai tertutup."),
                submit=_("Tunjuk"),
                said=_("Juri ditunjuk."),
                **more,
            )
        case "putuskan":
            return _decide(request, row)
        case "tarik":
            return form_page(
                request,
                ReasonForm(data, is_public=False),
                lambda given, by, at: actions.reconsider(row, reason=given["reason"], by=by, at=at),
                title=_("Tarik putusan"),
                lead=_("Nilai juri tetap; pemenangnya diputuskan lagi."),
                submit=_("Tarik putusan"),
                said=_("Putusan ditarik."),
                **more,
            )
        case "mulai" | "umumkan" if request.method == "POST":
            return _advance(request, row, what)
    raise Http404


def _advance(request: HttpRequest, row: Award, what: str) -> HttpResponseBase:
    do = actions.begin_judging if what == "mulai" else actions.publish
    try:
        do(row, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:manage_award", key=row.key)
    said = _("Juri mulai menilai.") if what == "mulai" else _("Penghargaan diumumkan.")
    messages.success(request, said)
    return done("movement:manage_award", key=row.key)


def _decide(request: HttpRequest, row: Award) -> HttpResponseBase:
    """Write down the decision beside what the jury gave; before all are in nothing is shown of it."""
    found = actions.tallies(row)
    if row.state != State.JUDGING or not found:
        messages.error(request, actions.not_ready(row) or _("Penghargaan ini sudah diputuskan."))
        return redirect("movement:manage_award", key=row.key)
    nominees = list(row.nominees.filter(is_dropped=False).select_related("assessment__area"))
    form = DecideForm(nominees, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide(row, form.wins(), by=person(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Putusan tersimpan. Belum diumumkan."))
            return done("movement:manage_award", key=row.key)
    context = {
        "award": row,
        "form": form,
        "tallies": tally_table(row, found),
        "notes": [one for one in row.jurors.select_related("user") if one.note],
        "back": reverse("movement:manage_award", args=[row.key]),
        "crumbs": crumbs(crumb(row)),
    }
    return render(request, "movement/awards/desk/decide.html", context, status=422 if form.errors else 200)


@needs(RUN)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def release(request: HttpRequest, key: UUID, number: int) -> HttpResponseBase:
    """Let a juror go."""
    row = _found(key)
    juror = get_object_or_404(AwardJuror.objects.select_related("user", "award"), award=row, pk=number)
    return form_page(
        request,
        ReasonForm(request.POST if request.method == "POST" else None, is_public=False),
        lambda given, by, at: actions.release_juror(juror, reason=given["reason"], by=by, at=at),
        title=_("Lepas juri %(name)s") % {"name": juror.user.name},
        caption=row.title,
        lead=_("Apa yang sudah ditulisnya ikut dibuang."),
        submit=_("Lepas juri"),
        back=reverse("movement:manage_award", args=[row.key]),
        said=_("Juri dilepas."),
        crumbs=crumbs(crumb(row)),
    )


@needs(RUN)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def for_nominee(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """One form about a nominee: drop it, name its quick win, write its certificate."""
    rows = Nominee.objects.select_related("award__evaluation", "assessment__area")
    one = get_object_or_404(rows, key=key)
    row = one.award
    data = request.POST if request.method == "POST" else None
    back = reverse("movement:manage_award", args=[row.key])
    more: dict[str, Any] = {"back": back, "crumbs": crumbs(crumb(row)), "caption": one.assessment.area.title}
    match what:
        case "keluarkan":
            return form_page(
                request,
                ReasonForm(data),
                lambda given, by, at: actions.drop_nominee(one, reason=given["reason"], by=by, at=at),
                title=_("Keluarkan dari daftar"),
                submit=_("Keluarkan"),
                said=_("Daerah dikeluarkan dari daftar."),
                **more,
            )
        case "percepatan":
            form = SubjectForm(data, initial={"subject": one.subject})
            return form_page(
                request,
                form,
                lambda given, by, at: actions.name_subject(one, given["subject"], by=by, at=at),
                title=_("Percepatan yang dinilai"),
                submit=_("Simpan"),
                said=_("Nama percepatan tersimpan."),
                **more,
            )
        case "piagam" if request.method == "POST":
            try:
                certificates.certify(one, by=person(request), at=now())
            except Refused as refused:
                messages.error(request, refused.sentence)
                return redirect("movement:manage_award", key=row.key)
            messages.success(request, _("Piagam dibuat dan menunggu tanda tangan."))
            return done("movement:manage_award", key=row.key)
    raise Http404


# Jurors


def jury_crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Juri penghargaan"), reverse("movement:award_jury")), *more]


@needs(ASSESS)
@movement_only
@require_safe
def jury(request: HttpRequest) -> HttpResponse:
    """List the awards that somebody judges."""
    seats = (
        AwardJuror.objects.filter(user=person(request))
        .exclude(award__state=State.NOMINATING)
        .select_related("award__evaluation")
        .order_by("-award__evaluation__year", "award__order", "award__track")
    )
    tasks = []
    for one in seats:
        if one.handed_in_at:
            tag, css = _("diserahkan"), "good"
        else:
            tag, css = (
                (_("belum dinyatakan"), "off") if one.declared_at is None else (_("sedang dinilai"), "warn")
            )
        href = reverse("movement:award_ballot", args=[one.award.key])
        tasks.append((one.award.title, href, str(one.award.evaluation.year), tag, css))
    return render(request, "movement/awards/desk/jury.html", {"tasks": tasks})


@needs(ASSESS)
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def ballot(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show who is named; first the declarations, then the marks, then what all gave."""
    rows = AwardJuror.objects.select_related("award__evaluation").exclude(award__state=State.NOMINATING)
    mine = get_object_or_404(rows, user=person(request), award__key=key)
    row = mine.award
    named = list(row.nominees.filter(is_dropped=False).select_related("assessment__area"))
    votes = list(
        mine.votes.filter(nominee__is_dropped=False)
        .select_related("nominee__assessment__area")
        .order_by("nominee__assessment__area__name")
    )
    data = request.POST if request.method == "POST" else None
    form: Any = None
    if row.state == State.JUDGING and not mine.handed_in_at:
        if mine.declared_at is None or "ubah" in request.GET:
            form = DeclareForm(named, {one.nominee_id: one for one in votes}, data)
        else:
            form = MarksForm(mine, votes, data)
    if data is not None and form is not None and form.is_valid():
        try:
            _take(request, mine, form)
        except Refused as refused:
            form.refuse(refused)
        else:
            return done("movement:award_ballot", key=key)
    found = actions.tallies(row) if mine.handed_in_at else []
    context = {
        "award": row,
        "juror": mine,
        "form": form,
        "is_declaring": isinstance(form, DeclareForm),
        "named": [(one, _value(one)) for one in named],
        "votes": votes,
        "tallies": tally_table(row, found) if found else None,
        "crumbs": jury_crumbs(),
    }
    bad = form is not None and form.errors
    return render(request, "movement/awards/desk/ballot.html", context, status=422 if bad else 200)


def _take(request: HttpRequest, mine: AwardJuror, form: DeclareForm | MarksForm) -> None:
    by, at = person(request), now()
    if isinstance(form, DeclareForm):
        actions.declare(mine, form.conflicts(), by=by, at=at)
        messages.success(request, _("Pernyataan Anda tersimpan."))
        return
    actions.mark(mine, form.marks(), note=form.cleaned_data["note"], by=by, at=at)
    if request.POST.get("do") == "hand_in":
        actions.hand_in(mine, by=by, at=at)
        messages.success(request, _("Nilai Anda diserahkan."))
    else:
        messages.success(request, _("Nilai tersimpan. Belum diserahkan."))
