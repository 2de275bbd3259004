"""How people get in: the backend that knows three identifiers, allauth's adapters, the lockout's answer."""

import ipaddress
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

import qrcode
import qrcode.image.svg
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.keyfile import key_file
from lawang.lib.text import say
from lawang.people import actions
from lawang.people.identify import find
from lawang.people.models import User
from lawang.people.node import node, now
from lawang.people.permissions import grants, may, needs_second_factor
from lawang.record.actions import notify, record

_LANDINGS: list[tuple[int, str, str, Callable[[User], bool] | None]] = []

_ELSEWHERE = "people:account"


def land(verb: str, address: str, *, order: int = 50, when: Callable[[User], bool] | None = None) -> None:
    """Open the page `address` (a URL name) after login to people who may do `verb`; the lowest order wins.

    `when`: only to those of them who have something to do there.
    """
    _LANDINGS.append((order, verb, address, when))
    _LANDINGS.sort(key=lambda one: one[:3])


def land_others(address: str) -> None:
    """Open the page `address` after login to people who hold no task here."""
    global _ELSEWHERE
    _ELSEWHERE = address


def landing(user: User) -> str:
    """Return the page that somebody sees first."""
    for _order, verb, address, when in _LANDINGS:
        try:
            if may(user, verb) and (when is None or when(user)):
                return reverse(address)
        except NoReverseMatch:
            continue
    held = grants(user)
    return reverse("people:account" if held and held.all else _ELSEWHERE)


class Identified(AuthenticationBackend):  # type: ignore[misc]
    """Password login by username, e-mail or phone number; an unknown name takes as long as a wrong password."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        user = find(str(credentials.get("username") or ""))
        found = self._check_password(user, str(credentials.get("password") or ""))
        assert found is None or isinstance(found, User)
        return found


def client_ip(request: HttpRequest) -> str:
    """Return the visitor's address: behind our own proxy the last one that the proxy added."""
    candidates = [request.META.get("REMOTE_ADDR", "")]
    if settings.BEHIND_TLS and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        candidates.insert(0, forwarded.rsplit(",", 1)[-1].strip())
    for candidate in candidates:
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return "0.0.0.0"  # noqa: S104  the visitor's address, not one we listen on (a Unix socket has none)


def attempted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return under which name failures are counted: the account's own, however it was written."""
    written = (
        str((credentials or {}).get("username") or request.POST.get("login") or "").replace("\0", "").strip()
    )
    user = find(written)
    return user.username if user else written.lower()[:60]


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Say that there were too many attempts, and until when to wait."""
    name = attempted_name(request, credentials)
    last = (
        AccessAttempt.objects.filter(username=name, ip_address=client_ip(request))
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
        .first()
    )
    until: datetime = (last or now()) + settings.AXES_COOLOFF_TIME
    minutes = max(1, -int((now() - until).total_seconds() // 60))
    answer = render(request, "people/locked_out.html", {"until": until, "minutes": minutes}, status=429)
    answer.headers["Retry-After"] = str(minutes * 60)
    return answer


_HAPPENED = {  # allauth's notices: what the record calls them, and what the person is told
    "account/email/password_reset": ("", gettext_lazy("Kata sandi Anda baru saja diganti.")),
    "account/email/password_changed": ("", gettext_lazy("Kata sandi Anda baru saja diganti.")),
    "mfa/email/totp_activated": (
        "second_factor_added",
        gettext_lazy("Kode dari aplikasi baru saja dipasang pada akun Anda."),
    ),
    "mfa/email/totp_deactivated": (
        "second_factor_removed",
        gettext_lazy("Kode dari aplikasi baru saja dilepas dari akun Anda."),
    ),
    "mfa/email/recovery_codes_generated": (
        "recovery_codes_made",
        gettext_lazy("Kode pemulihan akun Anda baru saja dibuat ulang."),
    ),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Our rules in allauth's places."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy(
            "Nama atau kata sandi salah. Periksa huruf besar dan kecil."
        ),
        "email_password_mismatch": gettext_lazy("Nama atau kata sandi salah. Periksa huruf besar dan kecil."),
        "phone_password_mismatch": gettext_lazy("Nama atau kata sandi salah. Periksa huruf besar dan kecil."),
        "too_many_login_attempts": gettext_lazy(
            "Terlalu banyak kode yang salah. Tunggu 5 menit, lalu coba lagi."
        ),
        "rate_limited": gettext_lazy("Terlalu banyak percobaan. Tunggu 5 menit, lalu coba lagi."),
        "enter_current_password": gettext_lazy("Kata sandi yang sekarang salah."),
        "incorrect_password": gettext_lazy("Kata sandi salah."),
        "account_inactive": gettext_lazy("Akun ini sudah ditutup. Hubungi administrator."),
        "invalid_password_reset": gettext_lazy("Tautan ini tidak berlaku lagi."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("portal:home")  # in the language of the page

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting to axes: it counts per account and address, so a village is not locked out together."""

    def set_password(self, user: User, password: str) -> None:
        actions.set_password(user, password, by=user, at=now())

    def clean_password(self, password: str, user: User | None = None) -> str:
        from django.contrib.auth.password_validation import validate_password

        validate_password(password, user)
        return password

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        return landing(user) if isinstance(user, User) else "/"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Do not ask again right after login."""
        records = get_authentication_records(context.request, context.request.user)
        fresh = now().timestamp() - 300
        return not any(record["at"] > fresh for record in records)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        words = {**context, "node": say(node().name)}
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", words).split())
        body = render_to_string(f"{template_prefix}_message.txt", words).strip() + "\n"
        kind = template_prefix.rsplit("/", 1)[-1]
        about = context.get("user") or find(email) or "people.door"
        notify(address=email, kind=kind, subject=subject, body=body, about=about, at=now())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Write down what changed at the door, and tell the person when their address is known."""
        verb, sentence = _HAPPENED.get(template_prefix, ("", ""))
        at = now()
        if verb:
            record(user, verb, by=user, at=at)
        if user.email and sentence:
            body = _("%(what)s\n\nBukan Anda? Segera hubungi administrator.\n") % {"what": sentence}
            subject = _("Perubahan pada akun Anda di %(node)s") % {"node": say(node().name)}
            notify(address=user.email, kind="account_changed", subject=subject, body=body, about=user, at=at)


@lru_cache(maxsize=1)
def _box() -> Fernet:
    return Fernet(key_file(settings.KEYS / "second-factor.key", Fernet.generate_key))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: secrets are encrypted at rest, a required one cannot be dropped."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Peran Anda mewajibkan kode kedua, jadi tidak dapat dilepas."
        ),
        "incorrect_code": gettext_lazy("Kode salah. Tulis 6 angka yang sekarang tampak di aplikasi Anda."),
    }

    def get_totp_issuer(self) -> str:
        return f"Lawang {say(node().name, 'id')}"[:60]

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        image = qrcode.make(url, image_factory=qrcode.image.svg.SvgPathImage, box_size=16, border=3)
        stream = BytesIO()
        image.save(stream)
        return stream.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not must_have_second_factor(authenticator.user)


def must_have_second_factor(user: User) -> bool:
    """Tell whether this person cannot go on without a second factor; a demonstration, whose accounts everybody
    knows, never insists."""
    return not node().is_demo and needs_second_factor(user)
