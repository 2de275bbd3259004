"""Following a case: receipt, where it is, what is asked of me, documents, messages, who looked; by ticket or account.

Whoever comes without a ticket is asked for something that only the applicant knows; whether a code exists is not told.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lawang.cases import actions, following, invitations, messages, tickets, tracking, uploads
from lawang.cases import answers as kept
from lawang.cases.actions import Given
from lawang.cases.brakes import by_address
from lawang.cases.definition import Definition, definition_of
from lawang.cases.forms import CaseForm
from lawang.cases.models import RUNNING, Case, Note
from lawang.cases.offices import days_of
from lawang.cases.views import absolute, home_crumb
from lawang.cases.wishes import AnswerForm, FindForm, KnowForm, NoteForm, ReasonForm
from lawang.documents import qr
from lawang.lib import codes
from lawang.lib.refused import Refused
from lawang.people.calendar import WorkingDays
from lawang.people.models import User
from lawang.people.node import day_of, now
from lawang.people.permissions import real
from lawang.record.actions import read_file
from lawang.record.files import SHOWN
from lawang.record.models import File
from lawang.record.resent import done, sent_once
from lawang.web.errors import lost_session

View = Callable[..., HttpResponseBase]  # (request, case, ...)


def with_ticket(view: View) -> View:
    """Hand a view the case of its code when this visitor may see it; others are led to the question first."""

    @never_cache
    @by_address
    @wraps(view)
    def inner(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponseBase:
        known = codes.normalise(code)
        case = following.find(known) if known else None
        if case is None or not tickets.may_follow(request, case, at=now()):
            door = reverse("cases:track", args=[known or code])
            typed = request.POST.keys() - {"csrfmiddlewaretoken"}
            return lost_session(request, door) if typed else HttpResponseRedirect(door)
        return view(request, case, **kwargs)

    return inner


def actor(request: HttpRequest, case: Case) -> User | None:
    """Return who acts: the owner of the account it is in, else nobody known (the applicant with a ticket)."""
    person = real(request.user)
    return person if person is not None and person.pk == case.account_id else None


def address(case: Case) -> str:
    return reverse("cases:track", args=[case.code])


def crumbs(case: Case | None = None) -> list[tuple[str, str]]:
    """Return the way from home."""
    way = [*home_crumb(), (_("Lacak"), reverse("cases:find"))]
    return [*way, (case.number, address(case))] if case else way


# --- find -----------------------------------------------------------------------------------------------------------


@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Enter a tracking code, or pick one of those that this device may see."""
    form = FindForm(request.GET if "kode" in request.GET else None)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(reverse("cases:track", args=[form.cleaned_data["kode"]]))
    context = {
        "form": form,
        "rows": [following.row_of(case) for case in tickets.cases_held(request, at=now())],
        "crumbs": home_crumb(),
    }
    return render(request, "cases/find.html", context, status=422 if form.errors else 200)


@require_POST
def forget_all(request: HttpRequest) -> HttpResponse:
    """Take every ticket off this device."""
    response = HttpResponseRedirect(reverse("cases:find"))
    tickets.forget(request, response)
    notices.success(request, _("Perangkat ini tidak lagi membuka permohonan apa pun."))
    return response


@never_cache
@by_address
def track(request: HttpRequest, code: str) -> HttpResponse:
    """How far is it? Everything on one page; without a ticket first a question."""
    known = codes.normalise(code)
    if known is None:
        form = FindForm({"kode": code})
        context = {"form": form, "rows": [], "crumbs": home_crumb()}
        return render(request, "cases/find.html", context, status=404)
    if known != code:
        return HttpResponseRedirect(reverse("cases:track", args=[known]))
    case = following.find(known)
    if case is None or not tickets.may_follow(request, case, at=now()):
        return _ask(request, known)
    return _page(request, case)


def _ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for what only the applicant knows; the same page for a code that does not exist."""
    form = KnowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _found, secret = tracking.open_with(
                code,
                phone_end=form.cleaned_data["phone_end"],
                birth_date=form.iso_date,
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            response = HttpResponseRedirect(reverse("cases:track", args=[code]))
            tickets.remember(request, response, [secret])
            return response
    context = {"form": form, "code": codes.shown(code), "crumbs": crumbs()}
    return render(request, "cases/know.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, case: Case, **more: Any) -> HttpResponse:
    at = now()
    definition = definition_of(case.version)
    told = following.told(case, definition, at=at)
    link = absolute(request, address(case))
    steps = {step.kind for step in definition.steps_from(case.state) if step.by == "applicant"}
    account = real(request.user)
    days = days_of(case.owner) if case.decided_at else None
    context = {
        "case": case,
        "definition": definition,
        "told": told,
        "is_new": "baru" in request.GET,
        "code": codes.shown(case.code),
        "qr": qr.svg(link),
        "whatsapp": f"https://wa.me/?text={quote(following.share_words(case, link))}",
        "answer_form": AnswerForm(definition)
        if case.phase == Case.Phase.WAITING and "answer" in steps
        else None,
        "note_form": NoteForm(definition) if case.phase in RUNNING else None,
        "may_withdraw": "withdraw" in steps,
        "may_reopen": "reopen" in steps and actions.may_reopen(case, definition, at, days),
        "may_correct": case.phase in RUNNING and case.erased_at is None,
        "objection": _objection(case, definition, at, days),
        "invitations": invitations.after(case, at=at),
        "may_claim": account is not None and case.account_id is None,
        "is_mine": account is not None and case.account_id == account.pk,
        "crumbs": crumbs(),
        **more,
    }
    failed = any(getattr(context[name], "errors", None) for name in ("answer_form", "note_form"))
    return render(request, "cases/track.html", context, status=422 if failed else 200)


def _objection(case: Case, definition: Definition, at: datetime, days: WorkingDays | None) -> str:
    """Return where one objects; "" where one cannot."""
    if definition.objection is None or not actions.may_object(case, definition, at, days):
        return ""
    return f"{reverse('cases:apply', args=[definition.objection[0]])}?atas={case.code}"


# --- what the applicant does ----------------------------------------------------------------------------------------


@with_ticket
@sent_once
def reply(request: HttpRequest, case: Case) -> HttpResponse:
    """Answer what the office asked: words, photos, both."""
    if request.method != "POST":
        return HttpResponseRedirect(address(case))
    definition = definition_of(case.version)
    form = AnswerForm(definition, request.POST, request.FILES)
    if form.is_valid():
        at = now()
        try:
            with transaction.atomic():
                _attach(case, form, at)
                actions.applicant_step(
                    case, "answer", Given(note=form.cleaned_data["words"]), by=actor(request, case), at=at
                )
        except Refused as refused:
            form.refuse(refused)
        else:
            notices.success(request, _("Jawaban Anda sudah diterima. Waktu kami dihitung lagi."))
            return done(address(case))
    return _page(request, case, answer_form=form)


@with_ticket
@sent_once
def note(request: HttpRequest, case: Case) -> HttpResponse:
    """Write to the office, or send it one more paper."""
    if request.method != "POST":
        return HttpResponseRedirect(address(case))
    form = NoteForm(definition_of(case.version), request.POST, request.FILES)
    if form.is_valid():
        at = now()
        try:
            with transaction.atomic():
                if case.phase not in RUNNING:
                    raise Refused(_("Permohonan ini sudah selesai; pesan tidak dibaca lagi di sini."))
                _attach(case, form, at)
                if form.cleaned_data["words"]:
                    actions.add_note(
                        case,
                        form.cleaned_data["words"],
                        reader=Note.Reader.OFFICE,
                        by=actor(request, case),
                        at=at,
                    )
        except Refused as refused:
            form.refuse(refused)
        else:
            notices.success(request, _("Terkirim ke kantor."))
            return done(address(case))
    return _page(request, case, note_form=form)


def _attach(case: Case, form: AnswerForm, at: datetime) -> None:
    for upload in form.cleaned_data["papers"]:
        uploads.attach(
            case,
            upload.read(),
            paper=form.cleaned_data.get("paper") or "answer",
            name=str(upload.name),
            by=None,
            at=at,
        )


@with_ticket
@sent_once
def withdraw(request: HttpRequest, case: Case) -> HttpResponse:
    """Take the application back, after a question."""
    return _step(
        request,
        case,
        "withdraw",
        title=_("Cabut permohonan"),
        words=_(
            "Permohonan ini berhenti dan tidak dikerjakan lagi. Anda boleh mengajukan yang baru kapan saja."
        ),
        button=_("Ya, cabut"),
        said=_("Permohonan Anda dicabut."),
    )


@with_ticket
@sent_once
def reopen(request: HttpRequest, case: Case) -> HttpResponse:
    """Have a decided case looked at again, within its window."""
    return _step(
        request,
        case,
        "reopen",
        title=_("Buka lagi permohonan"),
        words=_("Kantor memeriksanya sekali lagi. Tuliskan apa yang belum benar."),
        button=_("Buka lagi"),
        said=_("Permohonan Anda dibuka lagi."),
    )


def _step(
    request: HttpRequest, case: Case, kind: str, *, title: str, words: str, button: str, said: str
) -> HttpResponse:
    definition = definition_of(case.version)
    step = next(
        (one for one in definition.steps_from(case.state) if one.by == "applicant" and one.kind == kind), None
    )
    if step is None:
        return _too_late(
            request, case, _("Itu tidak bisa lagi dilakukan: permohonan ini sudah sampai tahap lain.")
        )
    form = ReasonForm(request.POST or None, is_required=step.needs_reason or kind == "reopen")
    if request.method == "POST" and form.is_valid():
        try:
            actions.applicant_step(
                case, kind, Given(note=form.cleaned_data["words"]), by=actor(request, case), at=now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            notices.success(request, said)
            return done(address(case))
    context = {
        "case": case,
        "form": form,
        "title": title,
        "words": words,
        "button": button,
        "is_grave": kind == "withdraw",
        "crumbs": crumbs(case),
    }
    return render(request, "cases/step.html", context, status=422 if form.errors else 200)


def _too_late(request: HttpRequest, case: Case, sentence: str) -> HttpResponse:
    """Say on the case's page what cannot be done any more."""
    notices.error(request, sentence)
    return HttpResponseRedirect(address(case))


@with_ticket
@sent_once
def correct(request: HttpRequest, case: Case) -> HttpResponse:
    """Mend the answers while the case runs."""
    if case.phase not in RUNNING:
        return _too_late(
            request, case, _("Permohonan ini sudah diputuskan; isiannya tidak bisa diubah lagi.")
        )
    definition = definition_of(case.version)
    form = CaseForm(
        definition,
        request.POST or None,
        answers=kept.opened(case) or {},
        corrects=True,
        today=day_of(now()),
        more=[request.POST["tambah"]] if "tambah" in request.POST else [],
        faults={} if "tambah" in request.POST else None,
    )
    if request.method == "POST" and "tambah" not in request.POST and form.is_valid():
        try:
            actions.correct_answers(
                case, following.with_files(case, definition, form.answers), by=actor(request, case), at=now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            notices.success(request, _("Isian Anda sudah diperbaiki."))
            return done(address(case))
    context = {"case": case, "definition": definition, "form": form, "crumbs": crumbs(case)}
    return render(request, "cases/correct.html", context, status=422 if form.errors else 200)


@require_POST
@with_ticket
@sent_once
def resend(request: HttpRequest, case: Case, key: UUID) -> HttpResponse:
    """Send a message to the applicant once more."""
    here = f"{reverse('cases:history', args=[case.code])}#pesan"
    try:
        messages.send_once_more(case, key, at=now())
    except Refused as refused:
        notices.error(request, refused.sentence)
        return HttpResponseRedirect(here)
    notices.success(request, _("Pesan dikirim ulang."))
    return done(here)


@require_POST
@with_ticket
def forget(request: HttpRequest, case: Case) -> HttpResponse:
    """Take this case off this device."""
    response = HttpResponseRedirect(reverse("cases:find"))
    tickets.forget(request, response, case)
    notices.success(request, _("Perangkat ini tidak lagi membukanya. Kode lacaknya tetap berlaku."))
    return response


@require_POST
@login_required
@with_ticket
@sent_once
def claim(request: HttpRequest, case: Case) -> HttpResponse:
    """Put the case into one's account; the ticket shows that one knows it."""
    person = real(request.user)
    assert person is not None
    try:
        actions.claim(case, account=person, at=now())
    except Refused as refused:
        notices.error(request, refused.sentence)
        return HttpResponseRedirect(address(case))
    notices.success(request, _("Permohonan ini ada di akun Anda."))
    return done(address(case))


# --- what the applicant reads ---------------------------------------------------------------------------------------


@with_ticket
def receipt(request: HttpRequest, case: Case) -> HttpResponse:
    """Save the receipt as a file of its own that opens without a network."""
    link = absolute(request, address(case))
    context = {
        "case": case,
        "definition": definition_of(case.version),
        "code": codes.shown(case.code),
        "qr": qr.svg(link),
        "link": link,
    }
    words = render_to_string("cases/receipt.html", context, request)
    response = HttpResponse(words)
    name = _("tanda-terima") + f"-{case.number}.html"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@with_ticket
def answers(request: HttpRequest, case: Case) -> HttpResponse:
    """What I wrote, and the papers I sent."""
    definition = definition_of(case.version)
    found = kept.opened(case)
    context = {
        "case": case,
        "parts": following.answer_parts(definition, found) if found is not None else None,
        "papers": following.papers_of(case, definition),
        "may_correct": case.phase in RUNNING,
        "crumbs": crumbs(case),
    }
    return render(request, "cases/answers.html", context)


@with_ticket
def history(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything that happened, the messages to me, and who looked at my data."""
    definition = definition_of(case.version)
    context = {
        "case": case,
        "moments": following.moments(case, definition),
        "messages_sent": following.messages_to_me(case),
        "accesses": following.accesses(case, definition),
        "crumbs": crumbs(case),
    }
    return render(request, "cases/history.html", context)


@with_ticket
def paper(request: HttpRequest, case: Case, number: int) -> HttpResponseBase:
    """Open one of the papers that I sent."""
    attachment = case.attachments.select_related("file").filter(number=number, file__isnull=False).first()
    if attachment is None or attachment.file is None:
        raise Http404
    return file_answer(attachment.file, attachment.name)


@with_ticket
def document(request: HttpRequest, case: Case, key: UUID) -> HttpResponseBase:
    """Download a document that was issued to me."""
    issued = following.documents_of(case).select_related("file").exclude(issued_at=None)
    found = issued.filter(key=key, file__isnull=False).first()
    if found is None or found.file is None:
        raise Http404
    return file_answer(found.file, f"{found.number or found.code}.pdf".replace("/", "-"), save=True)


def file_answer(file: File, name: str, *, save: bool = False) -> HttpResponseBase:
    """Return the contents of a file that the visitor may read."""
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    if file.kind != "application/pdf":  # a browser's PDF viewer does not start in a sandbox
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    try:
        stream = read_file(file)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        stream,
        as_attachment=save or file.kind not in SHOWN,
        filename=name,
        content_type=file.kind,
        headers=headers,
    )


# --- my account -----------------------------------------------------------------------------------------------------


@never_cache
@login_required
@sent_once
def mine(request: HttpRequest) -> HttpResponse:
    """The cases in my account, and those that seem to be mine: left with an e-mail address that I proved to own."""
    person = real(request.user)
    assert person is not None
    if request.method == "POST":
        return _claim_by_address(request, person)
    own = (
        person.cases.select_related("service", "version")
        .defer("version__definition")
        .order_by("-received_at")
    )
    context = {
        "rows": [following.row_of(case) for case in own[:100]],
        "others": following.left_with(person),
        "crumbs": home_crumb(),
    }
    return render(request, "cases/mine.html", context)


def _claim_by_address(request: HttpRequest, person: User) -> HttpResponse:
    found = next(
        (case for case in following.left_with(person) if str(case.key) == request.POST.get("case", "")), None
    )
    if found is None:
        raise Http404
    actions.claim(found, account=person, at=now())
    notices.success(request, _("%(number)s ada di akun Anda.") % {"number": found.number})
    return done("cases:mine")
