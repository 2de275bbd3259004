"""One's own account."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lawang.lib.refused import Refused
from lawang.people import actions, proving
from lawang.people.devices import device
from lawang.people.forms import AddressForm, CodeForm, ContactForm, DelegationForm, SignUpForm
from lawang.people.login import landing, must_have_second_factor
from lawang.people.models import Delegation, User
from lawang.people.node import now, today
from lawang.people.permissions import RULES, SCOPES, Grant, grants
from lawang.people.privacy import masked_email, masked_phone


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def allowed(grant: Grant) -> list[tuple[str, str]]:
    """Return what a membership allows, in words: (what, how far)."""
    return [
        (str(rule.title), str(SCOPES[scope]))
        for verb, rule in RULES.items()
        if (scope := grant.scope(verb)) is not None
    ]


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show who I am here, what I may do and why, and what protects my account."""
    user = me(request)
    held = grants(user)
    delegations = list(
        Delegation.objects.filter(membership__user=user, to_date__gte=today())
        .select_related("membership__role", "membership__agency", "to")
        .order_by("from_date")
    )
    context = {
        "person": user,
        "email": masked_email(user.email),
        "is_proved": proving.is_proved(user),
        "phone": masked_phone(user.phone),
        "tasks": [(grant, allowed(grant)) for grant in held.all] if held else [],
        "delegations": delegations,
        "has_factor": is_mfa_enabled(user),
        "needs_factor": must_have_second_factor(user),
        "sessions": UserSession.objects.filter(user=user).count(),
    }
    return render(request, "people/profile.html", context)


def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account of one's own, where the installation lets citizens; nobody needs one."""
    if request.user.is_authenticated:
        return redirect("people:account")
    if not settings.SIGN_UP:
        return render(request, "account/signup_closed.html")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.sign_up(**form.cleaned_data, at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            login(request, user, "lawang.people.login.Identified")
            record_authentication(request, user, method="password", username=user.username)
            messages.success(request, _("Akun Anda siap."))
            return redirect("people:email")
    return render(request, "people/sign_up.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def email(request: HttpRequest) -> HttpResponse:
    """Prove an e-mail address: type it, then the code that arrives there."""
    user = me(request)
    at = now()
    waiting = proving.waiting_for(request.session, at=at)
    form: AddressForm | CodeForm
    if request.POST.get("deed") == "again":
        proving.forget_code(request.session)
        return redirect("people:email")
    if waiting:
        form = CodeForm(request.POST or None)
    else:
        form = AddressForm(request.POST or None, initial={"email": user.email})
    if request.method == "POST" and form.is_valid():
        try:
            if waiting:
                proving.prove(user, form.cleaned_data["code"], request.session, at=at)
                messages.success(request, _("Surel Anda terbukti. Kabar permohonan dikirim ke sana."))
                return redirect(landing(user))
            proving.send_code(user, form.cleaned_data["email"], request.session, at=at)
            return redirect("people:email")
        except Refused as refused:
            form.refuse(refused)
    context = {
        "form": form,
        "waiting": waiting,
        "is_proved": proving.is_proved(user),
        "person": user,
        "skip": landing(user),
        "crumbs": [(_("Akun saya"), reverse("people:account"))],
    }
    return render(request, "people/email.html", context, status=422 if form.errors else 200)


@login_required
def contact(request: HttpRequest) -> HttpResponse:
    """Change my e-mail address and phone number."""
    user = me(request)
    form = ContactForm(request.POST or None, initial={"email": user.email, "phone": user.phone})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_user(
                user,
                name=user.name,
                email=form.cleaned_data["email"],
                phone=form.cleaned_data["phone"],
                by=user,
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Surel dan nomor telepon Anda tersimpan."))
            return redirect("people:account")
    context = {"form": form, "crumbs": [(_("Akun saya"), reverse("people:account"))]}
    return render(request, "people/contact.html", context)


@login_required
def delegation(request: HttpRequest) -> HttpResponse:
    """Let a colleague act for me while I am away."""
    user = me(request)
    held = grants(user)
    own = [grant.membership for grant in held.all if grant.through is None] if held else []
    crumbs = [(_("Akun saya"), reverse("people:account"))]
    if not own:
        return render(request, "people/delegation.html", {"crumbs": crumbs})
    form = DelegationForm(request.POST or None, user=user, memberships=own)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = actions.delegate(
                chosen["membership"],
                to=chosen["to"],
                from_date=chosen["from_date"],
                to_date=chosen["to_date"],
                why=chosen["why"],
                by=user,
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(name)s mewakili Anda pada masa itu.") % {"name": made.to.name})
            return redirect("people:account")
    return render(request, "people/delegation.html", {"form": form, "crumbs": crumbs})


@login_required
@require_POST
def end_delegation(request: HttpRequest, pk: int) -> HttpResponse:
    user = me(request)
    row = Delegation.objects.filter(pk=pk, membership__user=user).first()
    if row is None:
        raise Http404
    actions.end_delegation(row, by=user, at=now())
    messages.success(request, _("Titipan tugas diakhiri."))
    return redirect("people:account")


@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """List where I am logged in; end all others."""
    user = me(request)
    here = request.session.session_key or ""
    if request.method == "POST":
        count = actions.end_sessions(user, by=user, at=now(), keep=here)
        messages.success(request, _("Anda sudah keluar dari %(count)s perangkat lain.") % {"count": count})
        return redirect("usersessions_list")
    rows = [
        (device(row.user_agent), row, row.session_key == here)
        for row in UserSession.objects.purge_and_list(user)
    ]
    rows.sort(key=lambda row: row[1].created_at, reverse=True)
    context = {"rows": rows, "crumbs": [(_("Akun saya"), reverse("people:account"))]}
    return render(request, "people/sessions.html", context)
