"""What every request of a signed-in person goes through."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.people.login import must_have_second_factor
from lawang.people.models import User
from lawang.people.node import remembered
from lawang.web.shell import has_session

Handler = Callable[[HttpRequest], HttpResponseBase]

# Pages that stay open to somebody who is being led somewhere.
_OPEN = {
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "theme",
    "crest",
}
_OPEN_FOR_FACTOR = _OPEN | {
    "mfa_activate_totp",
    "mfa_index",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
}
HAS_FACTOR = "lawang_has_second_factor"


class People:
    """Ask for the node once; lead people to a new password or a second factor before anything else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with remembered():
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not has_session(request) or not isinstance(request.user, User) or request.resolver_match is None:
            return None
        name = request.resolver_match.url_name
        if request.user.must_change_password and name not in _OPEN:
            messages.info(
                request, _("Kata sandi Anda dibuat oleh administrator. Ganti dahulu dengan milik Anda.")
            )
            return HttpResponseRedirect(reverse("account_change_password"))
        if (
            name in _OPEN_FOR_FACTOR
            or request.session.get(HAS_FACTOR)
            or not must_have_second_factor(request.user)
        ):
            return None
        if is_mfa_enabled(request.user):
            request.session[HAS_FACTOR] = True
            return None
        messages.info(request, _("Peran Anda mewajibkan kode kedua. Pasang dahulu; perlu dua menit."))
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
