"""The forms at the door: allauth's, in our words and our dress."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lawang.people.models import User
from lawang.people.proving import is_proved
from lawang.web.forms import OurForm

_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "20"}


class _Plain(OurForm):
    """Take the placeholders away: labels say it, and they stay."""

    words: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class LoginForm(_Plain, account.LoginForm):  # type: ignore[misc]
    words = {
        "login": _("Nama pengguna, surel, atau nomor telepon"),
        "password": _("Kata sandi"),
        "remember": _("Tetap masuk di perangkat ini (jangan dicentang di komputer bersama)"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        assert isinstance(login, forms.CharField)
        login.max_length = None
        login.validators = forms.CharField(max_length=254).validators  # also refuses NUL
        login.widget.attrs.pop("maxlength", None)
        login.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


_PASSWORDS = {
    "oldpassword": _("Kata sandi yang sekarang"),
    "password1": _("Kata sandi baru"),
    "password2": _("Kata sandi baru, sekali lagi"),
    "password": _("Kata sandi"),
}
_HINT = {
    "password1": format_lazy(
        _(
            "Paling sedikit {least} karakter, bukan kata sandi yang banyak dipakai. Kalimat pendek mudah diingat."
        ),
        least=settings.PASSWORD_LENGTH,
    )
}


class _TwoAlike(_Plain):
    words = _PASSWORDS
    hints = _HINT

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = forms.Form.clean(self) or {}  # type: ignore[arg-type]
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Kedua kata sandi tidak sama."))  # type: ignore[attr-defined]
        return cleaned


class ChangePasswordForm(_TwoAlike, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(_TwoAlike, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    words = _PASSWORDS


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    words = {"email": _("Alamat surel Anda")}

    def clean_email(self) -> str:
        """Find accounts by the address they have now; allauth's own table would remember old ones."""
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.filter(email__iexact=email, is_active=True))
        return email


class RequestCodeForm(_Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    words = {"email": _("Alamat surel Anda")}
    hints = {"email": _("Yang sudah Anda buktikan di akun Anda.")}

    def clean_email(self) -> str:
        """Find the account that proved this address; for others the answer is the same, and nothing is sent."""
        email: str = super().clean_email()
        found = User.objects.filter(email__iexact=email, is_active=True).first()
        self._user = found if found is not None and is_proved(found) else None
        return email


class MailedCodeForm(_Plain, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    words = {"code": _("Kode 6 angka dari surel")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= _CODE


class CodeForm(_Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    words = {"code": _("Kode")}
    hints = {"code": _("6 angka dari aplikasi Anda, atau satu kode pemulihan.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= _CODE


class CodeAgainForm(_Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    words = {"code": _("Kode")}
    hints = {"code": _("6 angka dari aplikasi Anda, atau satu kode pemulihan.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= _CODE


class ActivateForm(_Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": _("Kode 6 angka dari aplikasi")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= _CODE
