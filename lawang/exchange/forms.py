"""What is typed on the pages about nodes; the verbs check it again."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lawang.exchange.cards import check_address
from lawang.exchange.models import Peer
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.web.forms import FileField, Form, LongTextField
from lawang.web.tables import Filters

STATES = [
    ("", _("semua")),
    ("fresh", _("ada kabar")),
    ("silent", _("lama tidak ada kabar")),
    ("waiting", _("ada kiriman yang hilang")),
    ("refused", _("kiriman terakhir ditolak")),
    ("revoked", _("dicabut")),
]


class AdmitForm(Form):
    card = FileField(label=_("Berkas kartu simpul"), kinds=("json",), megabytes=1)
    fingerprint = forms.CharField(
        label=_("Sidik kartu, seperti dibacakan pemiliknya"),
        help_text=_(
            "Delapan kelompok, misalnya 1a2b 3c4d … . Mintalah lewat telepon atau tatap muka, "
            "bukan lewat jalan yang sama dengan kartunya."
        ),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    agreement = forms.CharField(
        label=_("Nota kesepahaman (MoU) atau surat"),
        help_text=_("Nomor dan tanggalnya."),
        max_length=200,
    )


class AddressForm(Form):
    base_url = forms.CharField(
        label=_("Alamat instalasi ini"),
        help_text=_(
            "Misalnya https://kotacerdas.contoh.go.id. Kosongkan bila kiriman dibawa sebagai berkas."
        ),
        max_length=200,
        required=False,
        widget=forms.TextInput({"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_base_url(self) -> str:
        typed: str = self.cleaned_data["base_url"]
        try:
            check_address(typed)
        except Refused:
            raise ValidationError(
                gettext(
                    "Tulis https:// dan nama servernya saja, tanpa apa pun di belakangnya. "
                    "http:// hanya untuk mesin ini sendiri, misalnya http://localhost:8000."
                )
            ) from None
        return typed


class WhyForm(Form):
    why = LongTextField(label=_("Alasan"), rows=3, max_length=300)


class UploadForm(Form):
    batch = FileField(label=_("Berkas kiriman"), kinds=("zip", "json"), megabytes=settings.FILE_MEGABYTES)


class NodeFilters(Filters):
    q = forms.CharField(label=_("Nama atau kode wilayah"), max_length=60)
    state = forms.ChoiceField(label=_("Keadaan"), choices=STATES)


class SentFilters(Filters):
    peer = forms.ChoiceField(label=_("Kepada"))

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        peers = [(str(one.key), say(one.name)) for one in Peer.objects.all()[:1000]]
        field = self.fields["peer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("semua")), *peers]


class FigureFilters(Filters):
    q = forms.CharField(label=_("Ukuran"), max_length=60)
    group = forms.ChoiceField(label=_("Daerah"))
    year = forms.ChoiceField(label=_("Tahun"))

    def __init__(
        self, request: HttpRequest, *, groups: list[tuple[str, str]], years: list[int], **kwargs: Any
    ) -> None:
        super().__init__(request, **kwargs)
        for name, choices in (
            ("group", groups),
            ("year", [("", _("terbaru")), *((str(year), str(year)) for year in years)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
