"""The secretariat's pages: cohorts, invitations, participants, figures, organisations, decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.areas.models import Area
from lawang.documents.desk import state_tag
from lawang.lib.dates import long_moment
from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.cohorts import actions, mentoring, selection
from lawang.movement.cohorts.desk.common import form_page, keep_paper, person
from lawang.movement.cohorts.forms import (
    BeginForm,
    CallForm,
    DecideForm,
    FiguresForm,
    InviteForm,
    MemorandumForm,
    MentorsForm,
    OrganisationForm,
    SeatForm,
    SlotForm,
    StatusForm,
    UntilForm,
    end_of,
    start_of,
)
from lawang.movement.cohorts.kind import movement_only
from lawang.movement.cohorts.models import (
    Cohort,
    FigureImport,
    Juror,
    Organisation,
    Participant,
    RegionFigure,
    Slot,
)
from lawang.movement.letters import letters_of
from lawang.people.models import User
from lawang.people.node import now
from lawang.people.permissions import needs
from lawang.record.resent import done, sent_once
from lawang.web.download import csv_response
from lawang.web.tables import Column, Filters, Table, paginate

State, Status = Cohort.State, Participant.Status
NEXT_WORDS = {
    State.CALLED: gettext_lazy("Buka pendaftaran"),
    State.APPLYING: gettext_lazy("Tutup pendaftaran, mulai menilai"),
    State.ASSESSING: gettext_lazy("Seleksi selesai"),
    State.MENTORING: gettext_lazy("Tutup angkatan ini"),
}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Kelola angkatan"), reverse("movement:manage_cohorts")), *more]


def cohort_crumb(cohort: Cohort) -> tuple[str, str]:
    return (say(cohort.title), reverse("movement:manage_cohort", args=[cohort.key]))


def participant_crumb(row: Participant) -> tuple[str, str]:
    return (row.area.title, reverse("movement:manage_participant", args=[row.key]))


# Cohorts


@needs("movement.run")
@movement_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List the cohorts with how many are where."""
    rows = Cohort.objects.annotate(
        invited=Count("participants"),
        came=Count("participants", filter=~Q(participants__status=Status.INVITED)),
    ).order_by("-year", "track")
    columns = [
        Column(
            _("Angkatan"),
            "title",
            href=lambda row: reverse("movement:manage_cohort", args=[row.key]),
            is_head=True,
        ),
        Column(_("Jalur"), "track"),
        Column(_("Keadaan"), "get_state_display"),
        Column(_("Tercatat"), "invited", "number"),
        Column(_("Mendaftar"), "came", "number"),
        Column(_("Tenggat"), "closes_at", "date"),
    ]
    table = Table(columns, list(rows), empty=_("Belum ada angkatan. Panggil yang pertama."))
    return render(request, "movement/cohorts/desk/cohorts.html", {"table": table})


@needs("movement.run")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def call(request: HttpRequest) -> HttpResponseBase:
    """Call a cohort."""
    form = CallForm(request.POST if request.method == "POST" else None)

    def do(given: dict[str, Any], by: User, at: datetime) -> str:
        codes, note = form.codes()
        made = actions.call_cohort(
            year=given["year"],
            title=given["title"],
            call=given["call"],
            track=given["track"].strip(),
            areas=codes,
            areas_note=note,
            opens_at=start_of(given["opens"]),
            closes_at=end_of(given["closes"]),
            form=given["form"],
            criteria=given["criteria"],
            by=by,
            at=at,
        )
        return reverse("movement:manage_cohort", args=[made.key])

    return form_page(
        request,
        form,
        do,
        title=_("Panggil angkatan"),
        lead=_("Formulir dan kriterianya tetap seperti hari ini, walaupun paketnya kelak berubah."),
        submit=_("Panggil"),
        back=reverse("movement:manage_cohorts"),
        said=_("Angkatan dipanggil. Undang daerahnya, lalu buka pendaftaran."),
        crumbs=crumbs(),
        draft="angkatan",
    )


@needs("movement.run")
@movement_only
@require_POST
@sent_once
def history(request: HttpRequest) -> HttpResponseBase:
    """Take in the cohorts of the past that packs bring."""
    count = actions.take_in_history(by=person(request), at=now())
    messages.success(request, _("%(count)s angkatan dimuat dari paket.") % {"count": count})
    return done("movement:manage_cohorts")


class ParticipantFilters(Filters):
    """Find participants of a cohort."""

    q = forms.CharField(label=gettext_lazy("Nama atau kode daerah"), max_length=80)
    status = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("Semua")), *Status.choices]
    )


def _sought(request: HttpRequest, row: Cohort) -> tuple[ParticipantFilters, QuerySet[Participant]]:
    filters = ParticipantFilters(request)
    rows = row.participants.select_related("area").order_by("area__code")
    chosen = filters.chosen()
    if words := chosen.get("q"):
        rows = rows.filter(area__in=Area.objects.called(words))
    if status := chosen.get("status"):
        rows = rows.filter(status=status)
    return filters, rows


@needs("movement.run")
@movement_only
@require_safe
def cohort(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one cohort: what comes next, who takes part, how they rank."""
    row = get_object_or_404(Cohort.objects.select_related("form"), key=key)
    filters, rows = _sought(request, row)
    page = paginate(request, rows)
    columns = [
        Column(
            _("Daerah"),
            "area.title",
            href=lambda one: reverse("movement:manage_participant", args=[one.key]),
            is_head=True,
        ),
        Column(_("Kode"), "area.code"),
        Column(_("Keadaan"), "get_status_display"),
        Column(_("Kantor"), "contact_office"),
    ]
    ranks = selection.ranking(row) if row.criteria and row.state not in (State.CALLED, State.APPLYING) else []
    context = {
        "cohort": row,
        "next": NEXT_WORDS.get(State(row.state), ""),
        "is_calling": row.state in (State.CALLED, State.APPLYING),
        "is_seating": row.state in (State.APPLYING, State.ASSESSING),
        "filters": filters,
        "page": page,
        "table": Table(columns, page.items, empty=_("Belum ada daerah yang diundang.")),
        "ranking": Table(rank_columns(), ranks) if ranks else None,
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "crumbs": crumbs(),
    }
    return render(request, "movement/cohorts/desk/cohort.html", context)


def rank_columns() -> list[Column]:
    return [
        Column(
            _("Daerah"),
            "participant.area.title",
            href=lambda one: reverse("movement:manage_participant", args=[one.participant.key]),
            is_head=True,
        ),
        Column(
            _("Nilai berbobot"),
            lambda one: _("masih tertutup") if one.score is None else number(one.score, 2),
        ),
        Column(_("Beda terlebar"), lambda one: "" if one.score is None else number(one.widest)),
        Column(_("Keadaan"), "participant.get_status_display"),
    ]


@needs("movement.run")
@movement_only
@require_safe
def cohort_csv(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Download the participants of a cohort, as filtered."""
    row = get_object_or_404(Cohort, key=key)
    _filters, rows = _sought(request, row)
    heading = [_("kode"), _("daerah"), _("keadaan"), _("kantor")]
    lines = ([one.area.code, one.area.title, one.get_status_display(), one.contact_office] for one in rows)
    return csv_response(request, f"angkatan-{row.year}", heading, lines)


@needs("movement.run")
@movement_only
@require_POST
@sent_once
def move_on(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Take a cohort to its next state."""
    row = get_object_or_404(Cohort, key=key)
    try:
        after = actions.move_on(row, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:manage_cohort", key=key)
    messages.success(request, _("Sekarang: %(state)s.") % {"state": after.get_state_display()})
    return done("movement:manage_cohort", key=key)


@needs("movement.run")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def for_cohort(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """One form about a cohort: invite, extend, seat an assessor, begin the mentoring."""
    row = get_object_or_404(Cohort.objects.select_related("form"), key=key)
    data = request.POST if request.method == "POST" else None
    back = reverse("movement:manage_cohort", args=[row.key])
    more: dict[str, Any] = {"back": back, "crumbs": crumbs(cohort_crumb(row)), "caption": say(row.title)}
    if what == "undang":
        return form_page(
            request,
            InviteForm(data),
            lambda given, by, at: actions.invite(
                row,
                given["area"],
                contact=given["contact"],
                contact_office=given["contact_office"],
                by=by,
                at=at,
            ),
            title=_("Undang daerah"),
            lead=_(
                "Kantornya menerima surel dengan tautan ke formulir kesiapan. Diundang lagi: tautan lama mati."
            ),
            submit=_("Kirim undangan"),
            said=_("Undangan dikirim."),
            **more,
        )
    if what == "tenggat":
        return form_page(
            request,
            UntilForm(data),
            lambda given, by, at: actions.extend(row, end_of(given["closes"]), by=by, at=at),
            title=_("Ubah tenggat"),
            lead=_("Sekarang: %(when)s.") % {"when": long_moment(row.closes_at)} if row.closes_at else "",
            submit=_("Ubah tenggat"),
            said=_("Tenggat diubah."),
            **more,
        )
    if what == "penilai":
        return form_page(
            request,
            SeatForm(row, data),
            lambda given, by, at: selection.seat(row, given["user"], given["participants"], by=by, at=at),
            title=_("Tugaskan penilai"),
            lead=_("Penilai menyatakan benturan kepentingan untuk setiap daerah sebelum memberi nilai."),
            submit=_("Tugaskan"),
            said=_("Penilai ditugaskan."),
            **more,
        )
    if what == "bimtek":
        return form_page(
            request,
            BeginForm(data),
            lambda given, by, at: mentoring.begin(row, given["programme"], by=by, at=at),
            title=_("Mulai pendampingan"),
            lead=_("Setiap peserta terpilih mendapat daftar hasil yang ditunggu dari setiap tahap."),
            submit=_("Mulai pendampingan"),
            said=_("Pendampingan dimulai. Tugaskan pendamping setiap peserta."),
            **more,
        )
    raise Http404


# One participant


def found(key: UUID) -> Participant:
    rows = Participant.objects.select_related("cohort__form", "area", "submission__form", "determination")
    names = User.objects.filter(mentored=OuterRef("pk")).order_by("name").values("name")
    rows = rows.select_related("memorandum__file").annotate(mentor_names=ArraySubquery(names))
    return get_object_or_404(rows, key=key)


@needs("movement.run")
@movement_only
@require_safe
def participant(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show everything about one participant, and what can be done."""
    row = found(key)
    submission = getattr(row, "submission", None)
    jurors = row.jurors.select_related("user").annotate(
        done=Count(
            "ballots", filter=Q(ballots__participant=row, ballots__handed_in_at__isnull=False), distinct=True
        ),
        out=Count("ballots", filter=Q(ballots__participant=row) & ~Q(ballots__conflict=""), distinct=True),
    )
    seated = list(jurors)
    is_complete = any(one.done for one in seated) and all(one.done or one.out for one in seated)
    ballots = (
        list(row.ballots.select_related("juror__user").prefetch_related("points")) if is_complete else []
    )
    lines = selection.lines_of(row.cohort, ballots)
    sitting = Juror.objects.filter(slots=OuterRef("pk")).order_by("user__name").values("user__name")
    figures = list(RegionFigure.objects.filter(area=row.area_id).order_by("indicator", "-year")[:40])
    context = {
        "participant": row,
        "cohort": row.cohort,
        "submission": submission if submission and submission.sent_at else None,
        "answers": answers_of(submission) if submission and submission.sent_at else [],
        "proofs": list(submission.proofs.select_related("file")) if submission and submission.sent_at else [],
        "figures": Table(figure_columns(is_short=True), figures) if figures else None,
        "jurors": seated,
        "slots": list(row.slots.annotate(names=ArraySubquery(sitting))),
        "is_complete": is_complete,
        "lines": lines,
        "score": selection.score_of(lines) if lines else None,
        "ballots": ballots,
        "decision": (decision := getattr(row, "determination", None)),
        "letters": [(one, state_tag(one)) for one in letters_of(decision)] if decision else [],
        "memorandum": getattr(row, "memorandum", None),
        "standings": row.standings.all(),
        "mentors": getattr(row, "mentor_names", []),
        "is_assessing": row.cohort.state == State.ASSESSING
        and row.status in (Status.APPLIED, Status.ASSESSED),
        "is_chosen": row.status in (Status.CHOSEN, Status.MOU, Status.RUNNING),
        "is_mentored": row.cohort.state == State.MENTORING and row.status == Status.RUNNING,
        "crumbs": crumbs(cohort_crumb(row.cohort)),
    }
    return render(request, "movement/cohorts/desk/participant.html", context)


def answers_of(submission: Any) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return [(element, [(question, level, words)])] as people read them."""
    shape = submission.form.definition
    levels = {one["code"]: say(one["title"]) for one in shape["scale"]}
    found = []
    for part in shape["parts"]:
        rows = []
        for question in part["questions"]:
            answer = submission.answers.get(question["code"], {})
            rows.append(
                (say(question["title"]), levels.get(answer.get("level"), "–"), answer.get("words", ""))
            )
        found.append((say(part["title"]), rows))
    return found


@needs("movement.run")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def for_participant(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """One form about a participant: interview, decision, memorandum, status, mentors."""
    row = found(key)
    data = request.POST if request.method == "POST" else None
    back = reverse("movement:manage_participant", args=[row.key])
    more: dict[str, Any] = {
        "back": back,
        "crumbs": crumbs(cohort_crumb(row.cohort), participant_crumb(row)),
        "caption": row.area.title,
    }
    if what == "wawancara":
        slot = SlotForm(row, data)
        return form_page(
            request,
            slot,
            lambda given, by, at: selection.set_slot(
                row,
                starts_at=slot.starts_at,
                minutes=given["minutes"],
                place=given["place"],
                jurors=given["jurors"],
                by=by,
                at=at,
            ),
            title=_("Jadwalkan wawancara"),
            lead=_("Seorang penilai tidak bisa berada di dua wawancara pada jam yang sama."),
            submit=_("Jadwalkan"),
            said=_("Wawancara dijadwalkan."),
            **more,
        )
    if what == "putusan":
        return form_page(
            request,
            DecideForm(data),
            lambda given, by, at: selection.decide(
                row,
                is_chosen=given["outcome"] == "chosen",
                reason=given["reason"],
                by=by,
                at=at,
            ),
            title=_("Putuskan"),
            lead=_(
                "Keputusan berlaku sekali. Suratnya dikirim ke kantor daerah setelah ditandatangani ketua."
            ),
            submit=_("Putuskan dan susun suratnya"),
            said=_("Diputuskan; suratnya menunggu tanda tangan."),
            draft=f"putusan-{row.key}",
            **more,
        )
    if what == "kesepakatan":
        paper = MemorandumForm(data, request.FILES if data is not None else None)
        return form_page(
            request,
            paper,
            lambda given, by, at: selection.sign_memorandum(
                row,
                number=given["number"],
                parties=given["parties"],
                signed_date=given["signed"],
                ends_date=given["ends"],
                file=keep_paper(given["file"], row, by=by, at=at),
                by=by,
                at=at,
            ),
            title=_("Nota kesepakatan"),
            submit=_("Simpan nota kesepakatan"),
            said=_("Nota kesepakatan tersimpan."),
            **more,
        )
    if what == "keadaan":
        return form_page(
            request,
            StatusForm(data),
            lambda given, by, at: actions.change_status(
                row, given["status"], note=given["note"], by=by, at=at
            ),
            title=_("Ubah keadaan"),
            submit=_("Simpan keadaan"),
            said=_("Keadaannya berubah."),
            **more,
        )
    if what == "pendamping":
        return form_page(
            request,
            MentorsForm(data, initial={"mentors": row.mentors.all()}),
            lambda given, by, at: mentoring.give_mentors(row, given["mentors"], by=by, at=at),
            title=_("Tugaskan pendamping"),
            submit=_("Tugaskan"),
            said=_("Pendamping ditugaskan."),
            **more,
        )
    raise Http404


@needs("movement.run")
@movement_only
@require_POST
@sent_once
def drop_slot(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Take an interview out of the calendar."""
    row = get_object_or_404(Slot.objects.select_related("participant"), key=key)
    back = row.participant.key
    try:
        selection.drop_slot(row, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:manage_participant", key=back)
    messages.success(request, _("Wawancara dibatalkan."))
    return done("movement:manage_participant", key=back)


# Organisations


@needs("movement.run")
@movement_only
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """List who carries the movement."""
    columns = [
        Column(
            _("Nama"),
            "name",
            href=lambda row: reverse("movement:manage_organisation", args=[row.key]),
            is_head=True,
        ),
        Column(_("Jenis"), "get_kind_display"),
        Column(_("Peran"), "role"),
        Column(_("Sejak"), lambda row: row.from_year or ""),
        Column(_("Sampai"), lambda row: row.to_year or ""),
    ]
    table = Table(columns, list(Organisation.objects.all()), empty=_("Belum ada lembaga."))
    context = {"table": table, "crumbs": crumbs()}
    return render(request, "movement/cohorts/desk/organisations.html", context)


@needs("movement.run")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def organisation(request: HttpRequest, key: UUID | None = None) -> HttpResponseBase:
    """Add or change an organisation."""
    row = get_object_or_404(Organisation, key=key) if key else Organisation()
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=row)
    return form_page(
        request,
        form,
        lambda _given, by, at: actions.keep_organisation(form.instance, by=by, at=at),
        title=row.name if key else _("Tambah lembaga"),
        submit=_("Simpan lembaga"),
        back=reverse("movement:manage_organisations"),
        said=_("Lembaga tersimpan."),
        crumbs=crumbs((_("Lembaga"), reverse("movement:manage_organisations"))),
    )


# Figures


class FigureFilters(Filters):
    """Find imported figures."""

    q = forms.CharField(label=gettext_lazy("Daerah"), max_length=80)
    indicator = forms.CharField(label=gettext_lazy("Indikator"), max_length=80)
    year = forms.IntegerField(label=gettext_lazy("Tahun"), min_value=2000, max_value=2100)


def figure_columns(*, is_short: bool = False) -> list[Column]:
    where = [] if is_short else [Column(_("Daerah"), "area.title", is_head=True)]
    return [
        *where,
        Column(_("Indikator"), "indicator", is_head=is_short),
        Column(_("Tahun"), lambda row: str(row.year)),
        Column(_("Nilai"), lambda row: row.value.normalize(), "number"),
        Column(_("Sumber"), "source"),
    ]


def _figures(request: HttpRequest) -> tuple[FigureFilters, QuerySet[RegionFigure]]:
    filters = FigureFilters(request)
    rows = RegionFigure.objects.select_related("area").order_by("area__code", "indicator", "-year")
    chosen = filters.chosen()
    if words := chosen.get("q"):
        rows = rows.filter(area__in=Area.objects.called(words))
    if words := chosen.get("indicator"):
        rows = rows.filter(indicator__icontains=words)
    if year := chosen.get("year"):
        rows = rows.filter(year=year)
    return filters, rows


@needs("movement.run")
@movement_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def figures(request: HttpRequest) -> HttpResponseBase:
    """List imported figures, and take in a file of more."""
    is_sent = request.method == "POST"
    form = FiguresForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        try:
            taken = actions.take_in_figures(form.cleaned_data["file"], by=person(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return done("movement:figure_import", key=taken.key)
    filters, rows = _figures(request)
    page = paginate(request, rows)
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "table": Table(figure_columns(), page.items, empty=_("Belum ada angka yang diimpor.")),
        "columns": ", ".join(actions.COLUMNS),
        "imports": FigureImport.objects.all()[:5],
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "crumbs": crumbs(),
    }
    return render(request, "movement/cohorts/desk/figures.html", context, status=422 if form.errors else 200)


@needs("movement.run")
@movement_only
@require_safe
def figures_csv(request: HttpRequest) -> HttpResponseBase:
    """Download the figures, as filtered, in the columns in which they are imported."""
    _filters, rows = _figures(request)
    lines = ([row.area.code, row.indicator, row.year, row.value, row.source] for row in rows.iterator(2000))
    return csv_response(request, "angka-daerah", actions.COLUMNS, lines)


@needs("movement.run")
@movement_only
@require_safe
def figure_import(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say what became of a file: how many rows were taken, and why the others were not."""
    row = get_object_or_404(FigureImport.objects.select_related("by"), key=key)
    columns = [
        Column(_("Baris"), lambda one: str(one[0]), is_head=True),
        Column(_("Mengapa tidak diambil"), lambda one: one[1]),
    ]
    context = {
        "row": row,
        "table": Table(columns, row.rejected) if row.rejected else None,
        "crumbs": crumbs((_("Angka daerah"), reverse("movement:figures"))),
    }
    return render(request, "movement/cohorts/desk/figure_import.html", context)
