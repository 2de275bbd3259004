"""One case: answers beside the papers they must match, the decisions, what was said, where the time went."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.cases import actions, following, letters
from lawang.cases.actions import Changed, add_note, assign, take_step
from lawang.cases.desk import showing
from lawang.cases.desk.dossier import Dossier, demand_open, open_dossier
from lawang.cases.desk.frame import SEE, Desk, frame, person
from lawang.cases.desk.steps import Decisions, decisions_of, ready_field
from lawang.cases.desk.words import deadline, deadline_of
from lawang.cases.forms import MORE, CaseForm
from lawang.cases.models import Case, Note
from lawang.cases.privacy import holdings
from lawang.documents import composing, typeset
from lawang.documents.actions import template_for
from lawang.documents.kinds import kind_name
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import User
from lawang.people.node import day_of, now
from lawang.people.permissions import demand, may, needs
from lawang.record.actions import saw, send_again
from lawang.record.models import Outbox
from lawang.record.resent import done, sent_once
from lawang.web.forms import Form, LongTextField

WHY = "lawang_why"  # session: key of a case -> [why it was opened, until when]
WHY_HOLDS = timedelta(hours=1)
MOST_WHYS = 20

DOCUMENT_STATES = {
    "draft": (gettext_lazy("rancangan"), "idle"),
    "waiting": (gettext_lazy("menunggu tanda tangan"), "warn"),
    "valid": (gettext_lazy("berlaku"), "good"),
    "replaced": (gettext_lazy("sudah diganti"), "old"),
    "revoked": (gettext_lazy("dicabut"), "off"),
}
VERDICTS = {
    "trusted": (gettext_lazy("Tanda tangannya asli dan kami percaya penerbitnya."), "good"),
    "example": (gettext_lazy("Tanda tangannya dari otoritas uji: hanya contoh."), "warn"),
    "unknown": (gettext_lazy("Berkasnya utuh, tetapi penerbit sertifikatnya belum kami kenal."), "warn"),
    "unsigned": (gettext_lazy("Tidak bertanda tangan elektronik."), "off"),
}


class NoteForm(Form):
    """A note, to colleagues or to the applicant."""

    reader = forms.ChoiceField(
        label=gettext_lazy("Siapa yang membaca"),
        choices=[
            (Note.Reader.CITIZEN, gettext_lazy("Pemohon; dikirim sebagai pesan")),
            (Note.Reader.INTERNAL, gettext_lazy("Hanya petugas")),
        ],
        widget=forms.RadioSelect,
        initial=Note.Reader.INTERNAL,
    )
    words = LongTextField(label=gettext_lazy("Isi"), rows=4, max_length=4000, required=False)

    def __init__(self, dossier: Dossier, data: Any = None) -> None:
        super().__init__(data, auto_id="note-%s")
        self.replies = dossier.replies
        if dossier.replies:
            self.fields["ready"] = ready_field(dossier.replies)

    def said(self) -> str:
        """Return the ticked replies and what was typed, each a paragraph."""
        chosen = set(self.cleaned_data.get("ready", ()))
        ready = [str(reply.words) for reply in self.replies if str(reply.pk) in chosen]
        return "\n\n".join(part for part in (*ready, self.cleaned_data["words"].strip()) if part)


class WhyForm(Form):
    """Why somebody who does not hold a case reads it."""

    why = forms.CharField(
        label=gettext_lazy("Mengapa Anda membuka data pribadi permohonan ini?"),
        help_text=gettext_lazy(
            "Kalimat ini tercatat, dan pemohon dapat membacanya. Misalnya: ditanya pemohon di kantor desa."
        ),
        min_length=5,
        max_length=180,
        error_messages={"min_length": gettext_lazy("Tuliskan dalam satu kalimat.")},
    )


def dossier_of(request: HttpRequest, key: UUID, *, whole: bool = True) -> Dossier:
    """Return the case for whoever is signed in; 404 when they may not see it. `whole`: for its page."""
    at = now()
    found = open_dossier(key, Desk(person(request)), at, why=_why(request, key, at), whole=whole)
    if found is None:
        raise Http404
    return found


def _why(request: HttpRequest, key: UUID, at: datetime) -> str:
    why, until = request.session.get(WHY, {}).get(str(key), ("", ""))
    return str(why) if until and datetime.fromisoformat(until) > at else ""


@needs(*SEE)
@require_safe
def case(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show one case. Whoever reads personal answers here is written down, with why when they do not hold it."""
    dossier = dossier_of(request, key)
    decisions = decisions_of(dossier, opened=request.GET.get("langkah", ""))
    if dossier.classes and dossier.case.sealed:
        saw(dossier.case, ["answers"], by=dossier.desk.user, at=dossier.at, why=dossier.why)
    return page(request, dossier, decisions)


def page(
    request: HttpRequest,
    dossier: Dossier,
    decisions: Decisions,
    *,
    status: int = 200,
    note: NoteForm | None = None,
    why: WhyForm | None = None,
    meanwhile: list[Any] | None = None,
) -> HttpResponse:
    """Return the page of a case; `meanwhile` are the entries that somebody else wrote since it was read."""
    dossier = dossier.whole()
    shown, desk = dossier.case, dossier.desk
    stage = (
        deadline(shown.stage_due_at, dossier.at)
        if shown.stage_due_at and shown.phase == Case.Phase.OPEN
        else None
    )
    checks = showing.checks_of(dossier)
    context = frame(request, desk) | {
        "dossier": dossier,
        "case": shown,
        "definition": dossier.definition,
        "state": say(dossier.definition.states[shown.state].title),
        "name": desk.name_of(shown),
        "reference": dossier.words(shown.external_reference),
        "deadline": deadline_of(shown, dossier.at) if shown.phase in ("open", "waiting") else None,
        "stage": stage,
        "promise": showing.promise_of(dossier),
        "answers": showing.answers_of(dossier),
        "entered": showing.work_of(dossier),
        "papers": showing.papers_of(dossier),
        "checks": checks,
        "marks": showing.marks_of(dossier, checks),
        "decisions": decisions,
        "bound": next((choice for choice in decisions.choices if choice.errors), None),
        "messages_": showing.messages_of(dossier),
        "internal": [
            (row.at, row.by, dossier.words(row.words))
            for row in dossier.notes
            if row.reader == Note.Reader.INTERNAL
        ],
        "history": showing.history_of(dossier),
        "lanes": showing.lanes_of(dossier),
        "shares": showing.shares_of(dossier),
        "linked": showing.linked(dossier),
        "documents": [_document(row) for row in dossier.documents],
        "note": note or NoteForm(dossier),
        "why_form": (why or WhyForm()) if dossier.needs_why else None,
        "may_handle": desk.acts_on(shown, "cases.handle"),
        "is_mine": shown.handler_id == desk.user.pk,
        "may_correct": desk.acts_on(shown, "cases.handle")
        and shown.phase in (Case.Phase.OPEN, Case.Phase.WAITING)
        and dossier.opens_everything
        and not dossier.is_erased,
        "sees_history": bool(may(desk.user, "record.see_history")),
        "asks_for_data": shown.service.code == holdings.SERVICE
        and shown.phase == Case.Phase.OPEN
        and desk.acts_on(shown, "cases.handle"),
        "meanwhile": meanwhile or [],
        "read_at": dossier.at.isoformat(),
        "crumbs": [(_("Meja kerja"), reverse("desk:list"))],
    }
    return render(request, "cases/desk/case.html", context, status=status)


def _document(row: Any) -> dict[str, Any]:
    """Return one document as the page shows it."""
    word, css = DOCUMENT_STATES[row.state]
    verdict, verdict_css = VERDICTS.get(row.validation.get("verdict", ""), ("", ""))
    return {
        "title": say(row.title) or kind_name(row.kind),
        "number": row.number,
        "state": word,
        "css": css,
        "verdict": verdict,
        "verdict_css": verdict_css,
        "file": row.file,
        "key": row.key,
        "is_ours": row.origin == "ours",
        "waits": row.state == "waiting" and row.origin == "ours",
    }


# Steps


@needs(*SEE)
@require_http_methods(["GET", "POST"])
@sent_once
def step(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Take a step; what is missing is said beside it, and what somebody else changed meanwhile is shown."""
    here = reverse("desk:case", args=[key])
    if request.method != "POST":
        return redirect(f"{here}?langkah={code}#langkah-{code}")
    dossier = dossier_of(request, key, whole=False)
    demand_open(dossier)
    decisions = decisions_of(dossier, opened=code, data=request.POST, files=request.FILES)
    choice = next((one for one in decisions.choices if one.step.code == code), None)
    revision = _revision(request)
    if revision != dossier.case.revision:
        return _changed(request, dossier, code)
    if choice is None:
        sentence = next((one.why for one in decisions.barred if one.title == _title(dossier, code)), "")
        messages.error(request, sentence or _("Langkah itu tidak bisa diambil sekarang."))
        return redirect(here)
    if not choice.is_valid():
        return page(request, dossier, decisions, status=422)
    try:
        after = take_step(
            dossier.case, code, choice.to_give(), by=dossier.desk.user, at=dossier.at, revision=revision
        )
    except Changed:
        return _changed(request, dossier_of(request, key), code)
    except Refused as refused:
        choice.given.refuse(refused)
        return page(request, dossier, decisions, status=422)
    title = say(dossier.definition.states[after.state].title)
    messages.success(request, _("%(number)s: %(state)s.") % {"number": after.number, "state": title})
    return done(here)


def _title(dossier: Dossier, code: str) -> str:
    found = dossier.definition.steps.get(code)
    return say(found.title) if found else ""


def _revision(request: HttpRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _changed(request: HttpRequest, dossier: Dossier, code: str) -> HttpResponse:
    """Show what happened since the page was read, and what was typed, which can be sent knowingly now."""
    dossier = dossier.whole()
    since = _moment(request.POST.get("read_at", ""))
    news = [one for one in showing.history_of(dossier) if since is None or one.at > since]
    decisions = decisions_of(dossier, opened=code, data=request.POST, files=request.FILES)
    return page(request, dossier, decisions, status=412, meanwhile=news[:10])


def _moment(typed: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return found if found.tzinfo else None


# Beside the steps


@needs("cases.handle")
@require_POST
@sent_once
def hand(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Take a case oneself, give it to a colleague, or put it back: to is "me", "nobody" or the key of a User."""
    me = person(request)
    case = get_object_or_404(Case.objects.visible_to(me).only("pk"), key=key)
    try:
        handler = _handler(request.POST.get("to", ""), me)
        assign(case, handler, by=me, at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:case", key=key)
    messages.success(
        request,
        _("%(name)s yang memegang permohonan ini.") % {"name": handler.name}
        if handler
        else _("Permohonan ini kembali ke unit."),
    )
    return done("desk:case", key=key)


def _handler(to: str, me: User) -> User | None:
    """Return whom a case is given to; None: to nobody. Raise Refused for somebody we do not know."""
    if to in ("me", "nobody"):
        return me if to == "me" else None
    try:
        found = User.objects.filter(key=UUID(to), is_active=True).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("Pilih petugasnya."))
    return found


@needs("cases.handle")
@require_POST
@sent_once
def note(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Write a note."""
    dossier = dossier_of(request, key)
    demand_open(dossier)
    form = NoteForm(dossier, request.POST)
    if form.is_valid():
        try:
            add_note(
                dossier.case,
                form.said(),
                reader=form.cleaned_data["reader"],
                by=dossier.desk.user,
                at=dossier.at,
            )
        except Refused as refused:
            form.refuse(refused, "words")
        else:
            messages.success(request, _("Catatan tersimpan."))
            return done(reverse("desk:case", args=[key]) + "#pesan")
    return page(request, dossier, decisions_of(dossier), status=422, note=form)


@needs(*SEE)
@require_POST
def why(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Say why one reads a case that one does not hold; for an hour its answers are open then."""
    dossier = dossier_of(request, key)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return page(request, dossier, decisions_of(dossier), status=422, why=form)
    kept = dict(list(request.session.get(WHY, {}).items())[-MOST_WHYS:])
    kept[str(key)] = [form.cleaned_data["why"], (dossier.at + WHY_HOLDS).isoformat()]
    request.session[WHY] = kept
    return redirect("desk:case", key=key)


@needs("cases.handle")
@require_POST
@sent_once
def resend(request: HttpRequest, key: UUID, message: UUID) -> HttpResponseBase:
    """Send a message of this case again that did not arrive."""
    dossier = dossier_of(request, key)
    demand(dossier.desk.user, "cases.handle", dossier.case)
    found = Outbox.objects.filter(key=message, about=f"cases.case:{key}").first()
    if found is None:
        raise Http404
    here = reverse("desk:case", args=[key]) + "#pesan"
    try:
        send_again(found, by=dossier.desk.user, at=dossier.at)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(here)
    messages.success(request, _("Pesan dikirim ulang."))
    return done(here)


@needs("cases.handle")
@require_http_methods(["GET", "POST"])
@sent_once
def correct(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Correct the answers: the typist slipped, or the applicant asked for it."""
    dossier = dossier_of(request, key)
    demand(dossier.desk.user, "cases.handle", dossier.case)
    demand_open(dossier)
    if dossier.is_erased:
        raise Http404
    if not dossier.opens_everything:
        raise Refused(_("Sebagian isiannya tertutup untuk peran Anda, jadi tidak dapat Anda perbaiki."))
    posted = request.POST if request.method == "POST" else None
    more = request.POST.get(MORE, "")
    form = CaseForm(
        dossier.definition,
        posted,
        corrects=True,
        answers=dossier.answers,
        today=day_of(dossier.at),
        more=[more] if more else [],
        faults={} if more else None,
    )
    if posted is not None and not more and form.is_valid():
        try:
            whole = following.with_files(dossier.case, dossier.definition, form.answers)
            actions.correct_answers(dossier.case, whole, by=dossier.desk.user, at=dossier.at)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Isian diperbaiki. Yang lama tinggal di riwayat."))
            return done("desk:case", key=key)
    elif posted is None and dossier.classes:
        saw(
            dossier.case,
            ["answers"],
            by=dossier.desk.user,
            at=dossier.at,
            why=dossier.why or _("memperbaiki isian"),
        )
    context = frame(request, dossier.desk) | {
        "form": form,
        "case": dossier.case,
        "crumbs": [
            (_("Meja kerja"), reverse("desk:list")),
            (dossier.case.number, reverse("desk:case", args=[key])),
        ],
    }
    return render(request, "cases/desk/correct.html", context, status=422 if form.errors else 200)


@needs(*SEE)
@require_safe
def letter(request: HttpRequest, key: UUID, code: str) -> HttpResponseBase:
    """Show the letter of a step with this case's answers, marked as a draft; nothing is kept or numbered."""
    dossier = dossier_of(request, key)
    demand_open(dossier)
    found = dossier.definition.steps.get(code)
    if found is None or not found.letter or not dossier.classes:
        raise Http404
    wanted = dossier.definition.letters[found.letter]
    template = template_for(letters.template_code(dossier.definition, wanted), dossier.case.owner)
    values = letters.values_of(dossier.case, dossier.definition, dossier.at, dossier.case.language)
    saw(
        dossier.case,
        ["answers"],
        by=dossier.desk.user,
        at=dossier.at,
        why=dossier.why or _("rancangan surat"),
    )
    language = dossier.case.language
    draft = composing.Draft(
        title=say(template.title, language),
        body=say(template.body, language),
        kind=template.kind,
        office=dossier.case.owner,
        language=language,
        values=values,
        has_number=bool(template.series),
    )
    content = typeset.pdf(composing.set_up(draft, watermark=composing.DRAFT), at=dossier.at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{dossier.case.number}.pdf"'
    return response
