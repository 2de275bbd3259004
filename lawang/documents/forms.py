"""What is typed on the pages about letters; the verbs check it again."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.documents.kinds import KINDS
from lawang.documents.models import Document
from lawang.documents.signing import Signer
from lawang.people.forms import AgencyField
from lawang.web.forms import FileField, Form, LongTextField
from lawang.web.tables import Filters

State = Document.State
STATES = {
    State.DRAFT: gettext_lazy("Rancangan"),
    State.WAITING: gettext_lazy("Menunggu tanda tangan"),
    State.VALID: gettext_lazy("Berlaku"),
    State.REPLACED: gettext_lazy("Sudah diganti"),
    State.REVOKED: gettext_lazy("Dicabut"),
}
TAGS = {
    State.WAITING: "warn",
    State.VALID: "good",
    State.REVOKED: "off",
    State.REPLACED: "off",
    State.DRAFT: "",
}


YEARS = 6  # that the list can be narrowed to


class DocumentFilters(Filters):
    q = forms.CharField(label=gettext_lazy("Nomor, judul, atau kode"), max_length=80)
    state = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("semua")), *STATES.items()]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Jenis"), choices=[("", gettext_lazy("semua")), *KINDS.items()]
    )
    year = forms.TypedChoiceField(label=gettext_lazy("Tahun"), coerce=int, empty_value=None)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"] = AgencyField(on, label=_("Kantor"), required=False, empty_label=_("semua"))
        years = [(str(year), str(year)) for year in range(on.year, on.year - YEARS, -1)]
        self.fields["year"].choices = [("", _("semua")), *years]  # type: ignore[attr-defined]
        self.order_fields(("q", "state", "kind", "office", "year"))


class ReasonForm(Form):
    reason = LongTextField(
        label=gettext_lazy("Alasan"),
        max_length=500,
        rows=3,
        error_messages={"required": gettext_lazy("Alasan belum diisi.")},
    )


class SignForm(Form):
    """Who signs with what. Only where there is a choice does it ask."""

    def __init__(self, *args: Any, signers: list[Signer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(signers) > 1:
            self.fields["signer"] = forms.ChoiceField(
                label=_("Ditandatangani dengan"), choices=[(one.name, one.title) for one in signers]
            )
        if any(one.needs_passphrase for one in signers):
            self.fields["passphrase"] = forms.CharField(
                label=_("Passphrase sertifikat elektronik"),
                max_length=200,
                strip=False,
                required=False,
                help_text=_("Diketik setiap kali menandatangani. Tidak disimpan di sini."),
                widget=forms.PasswordInput({"autocomplete": "off"}, render_value=False),
            )


class UploadForm(Form):
    file = FileField(label=gettext_lazy("Surat yang sudah ditandatangani"), kinds=("pdf",), megabytes=20)


class WordingForm(Form):
    title_id = forms.CharField(
        label=gettext_lazy("Judul surat"),
        max_length=200,
        error_messages={"required": gettext_lazy("Judul surat belum diisi.")},
    )
    body_id = LongTextField(
        label=gettext_lazy("Isi surat"),
        rows=18,
        max_length=20_000,
        error_messages={"required": gettext_lazy("Isi surat belum diisi.")},
    )
    title_en = forms.CharField(
        label=gettext_lazy("Judul dalam bahasa Inggris"), max_length=200, required=False
    )
    body_en = LongTextField(
        label=gettext_lazy("Isi dalam bahasa Inggris"), rows=12, max_length=20_000, required=False
    )


class LetterheadForm(Form):
    lines = LongTextField(
        label=gettext_lazy("Baris kop"),
        rows=4,
        help_text=gettext_lazy(
            "Satu sampai lima baris, dari kabupaten sampai kantor ini. Baris terakhir dicetak besar."
        ),
        error_messages={"required": gettext_lazy("Baris kop belum diisi.")},
    )
    address = forms.CharField(label=gettext_lazy("Alamat"), max_length=200, required=False)
    contact = forms.CharField(
        label=gettext_lazy("Telepon, surel, situs"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Satu baris, misalnya: Telepon (0702) 21000 · dukcapil@contoh.go.id"),
    )
    place = forms.CharField(
        label=gettext_lazy("Tempat"),
        max_length=60,
        help_text=gettext_lazy("Kota atau desa yang ditulis di depan tanggal surat."),
        error_messages={"required": gettext_lazy("Tempat belum diisi.")},
    )


class PatternForm(Form):
    pattern = forms.CharField(label=gettext_lazy("Pola nomor"), max_length=80, required=False)
