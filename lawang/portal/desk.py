"""The officers' pages that join nouns: my tasks, the sheet of figures, decisions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.measures.actions import approve, send_back, write
from lawang.measures.models import Series, Value
from lawang.measures.periods import after, before, last_ended, parse
from lawang.people.models import User
from lawang.people.node import node, now, today
from lawang.people.permissions import demand, needs
from lawang.plans.actions import announce_meeting, finish_milestone, move_quick_win, record_meeting, spend
from lawang.plans.models import Body, BudgetLine, Meeting, Member, Milestone, Programme, QuickWin, Revision
from lawang.portal.apps import WORK
from lawang.portal.figures import FigureForm, add_proof, keep, lines_of
from lawang.portal.tasks import targets_for, tasks_of, to_decide
from lawang.record.actions import keep_file
from lawang.record.models import Privacy
from lawang.web.forms import DateField, FileField, Form, LongTextField, NumberField, RupiahField, all_valid


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


@needs(*WORK)
def tasks(request: HttpRequest) -> HttpResponse:
    """Show what is due from this person, sorted by date."""
    return render(
        request, "portal/tasks.html", {"tasks": tasks_of(person(request), today()), "today": today()}
    )


@needs("measures.propose")
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest) -> HttpResponseBase:
    """Enter several figures on one page; "save" keeps drafts, "hand_in" proposes them."""
    user = person(request)
    posted = request.method == "POST"
    lines = lines_of(user, today(), request.POST if posted else None, request.FILES if posted else None)
    if posted and all_valid([line.form for line in lines]):
        hand_in = request.POST.get("do") == "hand_in"
        kept = [value for line in lines if (value := keep(line, hand_in=hand_in, by=user, at=now()))]
        if kept:
            messages.success(request, _kept_sentence(len(kept), hand_in))
        if not any(line.form.errors for line in lines):
            return redirect("portal:tasks" if hand_in else "portal:sheet")
    errors = [
        (line, name, error) for line in lines for name, found in line.form.errors.items() for error in found
    ]
    return render(
        request, "portal/sheet.html", {"lines": lines, "errors": errors}, status=422 if errors else 200
    )


def _kept_sentence(count: int, hand_in: bool) -> str:
    if hand_in:
        return ngettext(
            "%(count)s angka diajukan. Kepala instansi Anda yang memutuskan.",
            "%(count)s angka diajukan. Kepala instansi Anda yang memutuskan.",
            count,
        ) % {"count": count}
    return ngettext(
        "%(count)s angka disimpan sebagai draf.", "%(count)s angka disimpan sebagai draf.", count
    ) % {"count": count}


@needs("measures.propose")
@require_http_methods(["GET", "POST"])
def figure(request: HttpRequest, key: str, code: str) -> HttpResponseBase:
    """Enter one series for one period: the total, and where it has them the areas and the sexes; or correct it."""
    user = person(request)
    series = get_object_or_404(Series.objects.select_related("owner"), key=key)
    demand(user, "measures.propose", series)
    period = parse(code)
    known = {
        (value.area_id, value.breakdown): value
        for value in Value.objects.filter(series=series, start=period.start, end=period.end)
        .order_by("revision")
        .select_related("proposed_by")
    }
    slots = _slots(series)
    posted = request.method == "POST"
    rows = []
    for area, breakdown, words in slots:
        value = known.get((area.pk if area else None, breakdown))
        rows.append(
            {
                "words": words,
                "area": area,
                "breakdown": breakdown,
                "value": value,
                "form": FigureForm(
                    request.POST if posted else None,
                    request.FILES if posted else None,
                    prefix=f"{area.code if area else 'all'}-{breakdown}",
                    initial={"amount": value.amount, "note": value.note} if value else None,
                ),
            }
        )
    if posted and all_valid([row["form"] for row in rows]):
        hand_in = request.POST.get("do") == "hand_in"
        kept = sum(_keep_slot(row, series, period, hand_in, user) for row in rows)
        if kept:
            messages.success(request, _kept_sentence(kept, hand_in))
        if not any(row["form"].errors for row in rows):
            return redirect("portal:tasks")
    errors = [
        (row, name, error) for row in rows for name, found in row["form"].errors.items() for error in found
    ]
    newest = last_ended(today(), series.frequency)
    following = after(period)
    target = targets_for([series.pk], [period.end.year], today()).get((series.pk, period.end.year))
    context = {
        "series": series,
        "period": period,
        "rows": rows,
        "errors": errors,
        "target": target,
        "decided": any(row["value"] and row["value"].status == Value.Status.APPROVED for row in rows),
        "earlier": before(period).code,
        "later": following.code if following.end <= newest.end else "",
    }
    return render(request, "portal/figure.html", context, status=422 if errors else 200)


def _slots(series: Series) -> list[tuple[Area | None, str, Any]]:
    """Return what can be entered of a series: the total, each district, each sex."""
    slots: list[tuple[Area | None, str, Any]] = [(None, "", _("Seluruh kabupaten"))]
    if "area" in series.breakdowns:
        districts = Area.objects.filter(parent=node().area_id, valid_to=None, level=Area.Level.DISTRICT)
        slots += [(area, "", area.name) for area in districts.order_by("code")]
    if "sex" in series.breakdowns:
        slots += [(None, "sex=female", _("Perempuan")), (None, "sex=male", _("Laki-laki"))]
    return slots


def _keep_slot(row: dict[str, Any], series: Series, period: Any, hand_in: bool, user: User) -> int:
    """Keep one figure of the page when it is new or changed; return how many were kept."""
    typed, value = row["form"].cleaned_data, row["value"]
    if typed["amount"] is None or (
        value is not None
        and value.amount == typed["amount"]
        and value.note == typed["note"]
        and not (hand_in and value.status in (Value.Status.DRAFT, Value.Status.RETURNED))
        and not (typed["link"] or typed["file"])
    ):
        return 0
    try:
        kept = write(
            series,
            period,
            typed["amount"],
            area=row["area"],
            breakdown=row["breakdown"],
            note=typed["note"],
            reason=typed["reason"],
            by=user,
            at=now(),
            hand_in=hand_in,
        )
        add_proof(kept, typed, by=user, at=now())
    except Refused as refused:
        row["form"].refuse(refused, "amount")
        return 0
    return 1


@needs("measures.approve")
@require_http_methods(["GET", "POST"])
def decisions(request: HttpRequest) -> HttpResponseBase:
    """Approve or return proposed figures, several at once; each return says why."""
    user = person(request)
    waiting = list(
        to_decide(user)
        .select_related("series__owner", "proposed_by", "area")
        .prefetch_related("evidence__file")
    )
    troubles: dict[int, str] = {}
    if request.method == "POST":
        approved = returned = 0
        for value in waiting:
            choice = request.POST.get(f"choice-{value.pk}", "")
            try:
                if choice == "approve":
                    approve(value, by=user, at=now())
                    approved += 1
                elif choice == "return":
                    send_back(value, reason=request.POST.get(f"reason-{value.pk}", ""), by=user, at=now())
                    returned += 1
            except Refused as refused:
                troubles[value.pk] = refused.sentence
        if approved or returned:
            messages.success(
                request,
                _("%(approved)s angka disetujui, %(returned)s dikembalikan.")
                % {"approved": approved, "returned": returned},
            )
        elif not troubles:
            messages.info(request, _("Belum ada yang dipilih."))
        if not troubles:
            return redirect("portal:decisions")
        waiting = list(
            to_decide(user)
            .select_related("series__owner", "proposed_by", "area")
            .prefetch_related("evidence__file")
        )
    series_ids = {value.series_id for value in waiting}
    last = {
        row.series_id: row
        for row in Value.objects.filter(series__in=series_ids, is_current=True, area=None, breakdown="")
        .order_by("series_id", "-end")
        .distinct("series_id")
    }
    targets = targets_for(series_ids, {value.end.year for value in waiting}, today())
    rows = [
        {
            "value": value,
            "last": last.get(value.series_id) if value.area_id is None and not value.breakdown else None,
            "target": targets.get((value.series_id, value.end.year)),
            "trouble": troubles.get(value.pk, ""),
            "choice": request.POST.get(f"choice-{value.pk}", "") if troubles else "",
            "reason": request.POST.get(f"reason-{value.pk}", "") if troubles else "",
        }
        for value in waiting
    ]
    return render(request, "portal/decisions.html", {"rows": rows}, status=422 if troubles else 200)


# --- meetings, milestones, budgets, quick wins ----------------------------------------------------------------------


class MeetingForm(Form):
    """Attendance and minutes of one meeting."""

    invited = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=gettext_lazy("Diundang"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    present = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=gettext_lazy("Hadir"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    minutes = LongTextField(
        label=gettext_lazy("Ringkasan keputusan"), rows=8, required=False, max_length=10_000
    )
    file = FileField(label=gettext_lazy("Berkas notulen"), required=False, kinds=("pdf", "docx"))

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("invited", "present"):
            choice = self.fields[name]
            assert isinstance(choice, forms.ModelMultipleChoiceField)
            choice.queryset = meeting.body.members.all()
            choice.label_from_instance = _seat  # type: ignore[method-assign, assignment]


def _seat(member: object) -> str:
    assert isinstance(member, Member)
    words = f"{member.office} ({member.name})" if member.name else member.office
    return _("%(seat)s, dari luar") % {"seat": words} if member.is_external else words


@needs("plans.record_meeting")
@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, key: str) -> HttpResponseBase:
    """Record who came to a meeting and what was decided."""
    held = get_object_or_404(Meeting.objects.select_related("body"), key=key)
    demand(request.user, "plans.record_meeting", held)
    attendance = list(held.attendance.all())
    form = MeetingForm(
        request.POST or None,
        request.FILES or None,
        meeting=held,
        initial={
            "minutes": held.minutes,
            "invited": [row.member_id for row in attendance if row.was_invited]
            or list(held.body.members.values_list("pk", flat=True)),
            "present": [row.member_id for row in attendance if row.was_present],
        },
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data

        def do() -> None:
            file = (
                keep_file(
                    typed["file"],
                    name=typed["file"].name,
                    about=held,
                    privacy=Privacy.INTERNAL,
                    by=person(request),
                    at=now(),
                )
                if typed["file"]
                else None
            )
            record_meeting(
                held,
                present=typed["present"],
                invited=typed["invited"],
                minutes=typed["minutes"],
                minutes_file=file,
                by=person(request),
                at=now(),
            )

        if answer := _tried(request, form, do, _("Rapat dicatat."), "portal:tasks"):
            return answer
    return _form_page(
        request,
        form,
        title=held.title,
        lead=held.body.name,
        back=reverse("portal:tasks"),
        draft=f"meeting-{held.key}",
    )


class NewMeetingForm(Form):
    """A meeting that will be or was held."""

    body = forms.ModelChoiceField(Body.objects.all(), label=gettext_lazy("Lembaga"))
    title = forms.CharField(label=gettext_lazy("Pokok rapat"), max_length=200)
    date = DateField(label=gettext_lazy("Hari rapat"))
    place = forms.CharField(label=gettext_lazy("Tempat"), max_length=120, required=False)


@needs("plans.record_meeting")
@require_http_methods(["GET", "POST"])
def new_meeting(request: HttpRequest) -> HttpResponseBase:
    """Announce a meeting of a body."""
    form = NewMeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data

        def do() -> None:
            announce_meeting(
                typed["body"],
                date=typed["date"],
                title=typed["title"],
                place=typed["place"],
                by=person(request),
                at=now(),
            )

        if answer := _tried(request, form, do, _("Rapat dicatat dalam agenda."), "portal:tasks"):
            return answer
    return _form_page(request, form, title=_("Rapat baru"), back=reverse("portal:tasks"), draft="meeting")


class ProgressForm(Form):
    """How far a quick win is."""

    stage = forms.ChoiceField(
        label=gettext_lazy("Tahap"),
        choices=QuickWin.Stage.choices,
    )
    progress = NumberField(
        label=gettext_lazy("Kemajuan"), unit="%", min_value=0, max_value=100, decimal_places=0
    )
    users_after = NumberField(
        label=gettext_lazy("Pengguna sekarang"), min_value=0, decimal_places=0, required=False
    )
    note = LongTextField(label=gettext_lazy("Catatan"), rows=4, required=False, max_length=1000)


@needs("plans.update_progress")
@require_http_methods(["GET", "POST"])
def quick_win(request: HttpRequest, key: str) -> HttpResponseBase:
    """Record how far a quick win of the revision in force is."""
    row = get_object_or_404(
        QuickWin.objects.select_related("programme"), key=key, revision__in=Revision.objects.in_force(today())
    )
    demand(request.user, "plans.update_progress", row)
    form = ProgressForm(
        request.POST or None,
        initial={"stage": row.stage, "progress": row.progress, "users_after": row.users_after},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data

        def do() -> None:
            users = typed["users_after"]
            move_quick_win(
                row,
                stage=typed["stage"],
                progress=int(typed["progress"]),
                users_after=None if users is None else int(users),
                note=typed["note"],
                by=person(request),
                at=now(),
            )

        if answer := _tried(request, form, do, _("Kemajuan dicatat."), row.get_absolute_url()):
            return answer
    return _form_page(request, form, title=row.name, lead=row.programme.title, back=row.get_absolute_url())


class SpendForm(Form):
    """How much of one budget line is spent."""

    realised = RupiahField(label=gettext_lazy("Realisasi"), required=False)

    def __init__(self, *args: Any, line: BudgetLine, **kwargs: Any) -> None:
        super().__init__(*args, prefix=str(line.pk), initial={"realised": line.realised}, **kwargs)
        self.line = line


class AsOfForm(Form):
    as_of = DateField(label=gettext_lazy("Sampai tanggal"))


class MilestoneForm(Form):
    """The day a milestone was reached."""

    done_date = DateField(label=gettext_lazy("Hari selesai"), required=False)


@needs("plans.update_progress")
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest, key: str) -> HttpResponseBase:
    """Record money spent and milestones reached of one programme of the revision in force."""
    programme = get_object_or_404(
        Programme.objects.select_related("lead"), key=key, revision__in=Revision.objects.in_force(today())
    )
    demand(request.user, "plans.update_progress", programme)
    posted = request.POST if request.method == "POST" else None
    lines = [
        SpendForm(posted, line=line)
        for line in programme.budget.filter(year__lte=today().year).order_by("-year", "source")
    ]
    as_of = AsOfForm(posted, initial={"as_of": today()})
    milestones: list[tuple[Milestone, MilestoneForm]] = [
        (row, MilestoneForm(posted, prefix=f"m{row.pk}", initial={"done_date": row.done_date}))
        for row in programme.milestones.all()
    ]
    every: list[Form] = [*lines, as_of, *(form for _row, form in milestones)]
    if posted is not None and all_valid(every):
        for spent in lines:
            amount = spent.cleaned_data["realised"]
            if amount is not None and amount != spent.line.realised:
                _try(
                    spent,
                    "realised",
                    spend,
                    spent.line,
                    realised=amount,
                    as_of=as_of.cleaned_data["as_of"],
                    user=person(request),
                )
        for row, form in milestones:
            day = form.cleaned_data["done_date"]
            if day is not None and day != row.done_date:
                _try(form, "done_date", finish_milestone, row, done_date=day, user=person(request))
        if not any(form.errors for form in every):
            messages.success(request, _("Kemajuan dicatat."))
            return HttpResponseRedirect(programme.get_absolute_url())
    has_errors = any(form.errors for form in every) if posted is not None else False
    return render(
        request,
        "portal/progress.html",
        {"programme": programme, "lines": lines, "as_of": as_of, "milestones": milestones, "forms": every},
        status=422 if has_errors else 200,
    )


def _try(form: Form, name: str, verb: Callable[..., Any], row: Any, *, user: User, **words: Any) -> None:
    """Do one verb; what it refuses is said beside its field."""
    try:
        verb(row, by=user, at=now(), **words)
    except Refused as refused:
        form.refuse(refused, name)


def _tried(
    request: HttpRequest, form: Form, do: Callable[[], None], done: str, to: str
) -> HttpResponseRedirect | None:
    """Do it and lead on; when it is refused the form says why and None is returned."""
    try:
        do()
    except Refused as refused:
        form.refuse(refused)
        return None
    messages.success(request, done)
    answer = redirect(to)
    assert isinstance(answer, HttpResponseRedirect)
    return answer


def _form_page(
    request: HttpRequest, form: Form, *, title: Any, lead: Any = "", back: str = "", draft: str = ""
) -> HttpResponse:
    """Show a page that is one form."""
    context = {"form": form, "title": title, "lead": lead, "back": back, "draft": draft}
    return render(request, "portal/form.html", context, status=422 if form.errors else 200)
