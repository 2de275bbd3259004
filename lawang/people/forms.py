"""What is typed on the pages about people; the verbs check it again."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.lib.text import Text, say, text
from lawang.people.models import Agency, Membership, Role, User
from lawang.web.forms import DateField, Form, LongTextField
from lawang.web.tables import Filters

KINDS = [
    (Agency.Kind.OPD, gettext_lazy("Perangkat daerah (OPD)")),
    (Agency.Kind.RSUD, gettext_lazy("Rumah sakit daerah")),
    (Agency.Kind.BUMD, gettext_lazy("Badan usaha milik daerah")),
    (Agency.Kind.DISTRICT, gettext_lazy("Kecamatan")),
    (Agency.Kind.VILLAGE, gettext_lazy("Desa atau kelurahan")),
    (Agency.Kind.OUTSIDE, gettext_lazy("Mitra di luar pemerintah kabupaten")),
]


class SignUpForm(Form):
    """A citizen's own account: a name, how to log in. An address is proved afterwards."""

    name = forms.CharField(
        label=gettext_lazy("Nama Anda"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    username = forms.CharField(
        label=gettext_lazy("Nama pengguna"),
        help_text=gettext_lazy("Huruf kecil, angka, titik. Dipakai untuk masuk, misalnya siti.contoh."),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Kata sandi"),
        help_text=format_lazy(
            gettext_lazy(
                "Paling sedikit {least} karakter, bukan kata sandi yang banyak dipakai. Kalimat pendek mudah diingat."
            ),
            least=settings.PASSWORD_LENGTH,
        ),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class AddressForm(Form):
    """An e-mail address to which a code will be sent."""

    email = forms.CharField(
        label=gettext_lazy("Alamat surel"),
        max_length=254,
        widget=forms.TextInput({"type": "email", "autocomplete": "email", "autocapitalize": "none"}),
    )


class CodeForm(Form):
    """The code that came by e-mail."""

    code = forms.CharField(
        label=gettext_lazy("Kode 6 angka"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w10"}),
    )


def agency_label(agency: Agency) -> str:
    name = say(agency.name)
    return name if name == agency.short_name else f"{agency.short_name} – {name}"


class AgencyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, on: date, **kwargs: Any) -> None:
        still_open = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        super().__init__(Agency.objects.filter(still_open).order_by("short_name"), **kwargs)

    def label_from_instance(self, obj: Agency) -> str:
        return agency_label(obj)


class RoleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Role.objects.order_by("pk"), **kwargs)

    def label_from_instance(self, obj: Role) -> str:
        return say(obj.title)


class AreaField(forms.CharField):
    """An area by its code, with or without dots."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Kode wilayah, misalnya 16.11.03 untuk kecamatan."))
        super().__init__(required=False, max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return None
        digits = "".join(character for character in written if character.isdigit())
        code = ".".join(part for part in (digits[:2], digits[2:4], digits[4:6], digits[6:]) if part)
        area = Area.objects.filter(code=code, valid_to__isnull=True).first()
        if area is None:
            raise ValidationError(
                _("Tidak ada wilayah dengan kode “%(code)s” yang masih berlaku.") % {"code": written}
            )
        return area


class PersonForm(Form):
    name = forms.CharField(label=gettext_lazy("Nama lengkap"), max_length=120)
    username = forms.CharField(
        label=gettext_lazy("Nama pengguna"),
        max_length=60,
        help_text=gettext_lazy("Huruf kecil, angka, titik atau garis; misalnya ratna.dewi"),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Surel"),
        max_length=254,
        required=False,
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Nomor telepon"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Misalnya 0812 3456 7890. Juga dipakai untuk masuk."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )


class SignerForm(PersonForm):
    nik = forms.CharField(
        label=gettext_lazy("NIK"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Hanya untuk yang menandatangani surat secara elektronik. Disimpan tersandi."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class NewPersonForm(PersonForm):
    password = forms.CharField(
        label=gettext_lazy("Kata sandi pertama"),
        max_length=128,
        required=False,
        strip=False,
        help_text=gettext_lazy(
            "Boleh kosong: setelah disimpan Anda mendapat tautan sekali pakai untuk diserahkan kepada orangnya."
        ),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class ContactForm(Form):
    email = forms.CharField(
        label=gettext_lazy("Surel"),
        max_length=254,
        required=False,
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Nomor telepon"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Misalnya 0812 3456 7890. Juga dipakai untuk masuk."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )


class MembershipForm(Form):
    from_date = DateField(label=gettext_lazy("Hari pertama"))
    to_date = DateField(
        label=gettext_lazy("Hari terakhir"),
        required=False,
        help_text=gettext_lazy("Kosongkan bila belum diketahui."),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "agency": AgencyField(on, label=_("Instansi")),
            "role": RoleField(label=_("Peran")),
            "area": AreaField(label=_("Wilayah tugas")),
            **self.fields,
        }
        self.fields["from_date"].initial = on


class LastDayForm(Form):
    on = DateField(label=gettext_lazy("Hari terakhir"))


class WhyForm(Form):
    why = forms.CharField(label=gettext_lazy("Alasan"), max_length=200, required=False)


class DelegationForm(Form):
    from_date = DateField(label=gettext_lazy("Hari pertama Anda tidak di tempat"))
    to_date = DateField(label=gettext_lazy("Hari terakhir"))
    why = forms.CharField(
        label=gettext_lazy("Alasan"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Misalnya cuti atau tugas luar. Tercatat dalam riwayat."),
    )

    def __init__(self, *args: Any, user: User, memberships: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memberships = {str(row.pk): row for row in memberships}
        agencies = {row.agency_id for row in memberships}
        choices = [(str(row.pk), f"{say(row.role.title)} {row.agency.short_name}") for row in memberships]
        to = forms.CharField(
            label=_("Dititipkan kepada"),
            max_length=60,
            help_text=_("Nama pengguna orang yang mewakili Anda."),
            widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "list": "rekan"}),
        )
        self.fields = {
            "membership": forms.ChoiceField(label=_("Tugas yang dititipkan"), choices=choices),
            "to": to,
            **self.fields,
        }
        # Colleagues are offered; anybody else can be typed.
        self.colleagues = list(
            User.objects.filter(is_active=True, memberships__agency__in=agencies)
            .exclude(pk=user.pk)
            .distinct()
            .order_by("name")[:50]
        )

    def clean_membership(self) -> Membership:
        return self.memberships[self.cleaned_data["membership"]]

    def clean_to(self) -> User:
        user = User.objects.filter(username__iexact=self.cleaned_data["to"].strip(), is_active=True).first()
        if user is None:
            raise ValidationError(
                _("Tidak ada pengguna “%(name)s”. Tanyakan nama penggunanya kepada orangnya.")
                % {"name": self.cleaned_data["to"]}
            )
        return user


class AgencyForm(Form):
    short_name = forms.CharField(label=gettext_lazy("Nama pendek"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Nama resmi"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("Nama dalam bahasa Inggris"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=KINDS)
    aliases = LongTextField(
        label=gettext_lazy("Ejaan lain"),
        rows=3,
        required=False,
        help_text=gettext_lazy("Satu pada setiap baris. Impor menerima ejaan ini."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telepon kantor"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    order = (
        "code",
        "short_name",
        "name",
        "name_en",
        "kind",
        "parent",
        "area",
        "aliases",
        "phone",
        "valid_from",
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = AgencyField(on, label=_("Di bawah"), required=False)
        self.fields["area"] = AreaField(label=_("Wilayah"))
        self.order_fields(self.order)

    def full_name(self) -> Text:
        return text(self.cleaned_data["name"].strip(), self.cleaned_data["name_en"].strip())

    def alias_list(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()]


class NewAgencyForm(AgencyForm):
    code = forms.CharField(
        label=gettext_lazy("Kode"),
        max_length=40,
        help_text=gettext_lazy("Misalnya kode unit kerja SIPD. Kode tidak dapat diubah."),
    )
    valid_from = DateField(label=gettext_lazy("Berdiri sejak"))


class CloseAgencyForm(Form):
    on = DateField(label=gettext_lazy("Hari terakhir"))

    def __init__(self, *args: Any, agency: Agency, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Agency.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).exclude(pk=agency.pk)
        self.fields["successors"] = forms.ModelMultipleChoiceField(
            choices.order_by("short_name"),
            label=_("Diteruskan oleh"),
            required=False,
            help_text=_("Penerus memegang program dan angka instansi ini. Boleh lebih dari satu."),
            widget=forms.SelectMultiple({"size": "8"}),
        )
        self.fields["move_people"] = forms.BooleanField(
            label=_("Pindahkan orang-orangnya ke penerus (bila penerusnya satu)"),
            required=False,
            initial=True,
        )


class UserFilters(Filters):
    q = forms.CharField(label=gettext_lazy("Nama atau nama pengguna"), max_length=60)
    state = forms.ChoiceField(
        label=gettext_lazy("Keadaan"),
        choices=[
            ("", gettext_lazy("semua")),
            ("active", gettext_lazy("aktif")),
            ("closed", gettext_lazy("ditutup")),
            ("idle", gettext_lazy("tanpa tugas")),
        ],
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"] = AgencyField(on, label=_("Instansi"), required=False, empty_label=_("semua"))
        self.fields["role"] = RoleField(label=_("Peran"), required=False, empty_label=_("semua"))
        self.order_fields(("q", "agency", "role", "state"))


class AgencyFilters(Filters):
    q = forms.CharField(label=gettext_lazy("Nama atau kode"), max_length=60)
    closed = forms.BooleanField(label=gettext_lazy("Juga yang sudah ditutup"))


class HistoryFilters(Filters):
    thing = forms.CharField(label=gettext_lazy("Hal"), max_length=120)
    verb = forms.CharField(label=gettext_lazy("Tindakan"), max_length=60)
    who = forms.CharField(label=gettext_lazy("Nama pengguna"), max_length=60)
    since = DateField(label=gettext_lazy("Sejak"))
