"""What people type on the pages of data protection."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.models import Incident, Service
from lawang.cases.privacy.incidents import Account
from lawang.lib.text import say
from lawang.people.node import zone
from lawang.web.forms import DateField, Form, LongTextField
from lawang.web.tables import Filters


class DayFilters(Filters):
    """As of which day."""

    hari = DateField(label=gettext_lazy("Per tanggal"))


class HoldForm(Form):
    """Which case to keep, and why."""

    number = forms.CharField(
        label=gettext_lazy("Nomor permohonan"), max_length=40, widget=forms.TextInput({"class": "w20"})
    )
    why = forms.CharField(
        label=gettext_lazy("Mengapa ditahan"),
        help_text=gettext_lazy("Sengketa atau pemeriksaan apa, nomor berapa. Tanpa nama orang."),
        max_length=200,
    )


class ReleaseForm(Form):
    why = forms.CharField(
        label=gettext_lazy("Mengapa dilepas"),
        help_text=gettext_lazy("Misalnya: putusan sudah berkekuatan hukum tetap. Tanpa nama orang."),
        max_length=200,
    )


class TimeField(forms.CharField):
    """A time of day as people write it: 14.30 or 14:30."""

    default_error_messages = {
        "required": gettext_lazy("Jamnya belum diisi."),
        "invalid": gettext_lazy("Tulis jam seperti 14.30."),
    }

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        hour, _mark, minute = typed.replace(":", ".").partition(".")
        try:
            return time(int(hour), int(minute or 0))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class IncidentForm(Form):
    """What is known of an incident."""

    title = forms.CharField(
        label=gettext_lazy("Apa yang terjadi, dalam satu baris"),
        help_text=gettext_lazy("Tanpa nama orang. Misalnya: laptop loket hilang."),
        max_length=160,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Datanya"), choices=Incident.Kind.choices, widget=forms.RadioSelect
    )
    noticed_on = DateField(
        label=gettext_lazy("Tanggal diketahui"),
        help_text=gettext_lazy("Sejak saat itu 72 jam berjalan, juga malam dan hari libur."),
    )
    noticed_time = TimeField(
        label=gettext_lazy("Jam diketahui"), max_length=5, widget=forms.TextInput({"class": "w4"})
    )
    began_on = DateField(label=gettext_lazy("Tanggal terjadi"), required=False)
    which = forms.CharField(
        label=gettext_lazy("Data apa"),
        help_text=gettext_lazy("Jenisnya, bukan isinya. Misalnya: nama, NIK, keterangan sakit."),
        max_length=300,
        required=False,
    )
    words = LongTextField(
        label=gettext_lazy("Kapan dan bagaimana terjadi"),
        help_text=gettext_lazy("Disimpan terenkripsi."),
        max_length=4000,
        rows=5,
    )
    handling = LongTextField(
        label=gettext_lazy("Apa yang dilakukan"), max_length=4000, rows=4, required=False
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Permohonan layanan mana yang terkena"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    received_from = DateField(label=gettext_lazy("Diterima sejak"), required=False)
    received_to = DateField(label=gettext_lazy("Diterima sampai"), required=False)
    cases = LongTextField(
        label=gettext_lazy("Atau nomor permohonannya, satu per baris"), rows=3, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["services"]
        assert isinstance(field, forms.MultipleChoiceField)
        services = Service.objects.filter(current__isnull=False).values_list("code", "title")
        names = {code: say(title) for code, title in services}
        field.choices = [(code, names[code]) for code in sorted(names, key=names.__getitem__)]

    def account(self) -> Account:
        """Return what was typed."""
        given = self.cleaned_data
        noticed = datetime.combine(given["noticed_on"], given["noticed_time"], tzinfo=zone())
        return Account(
            title=given["title"],
            kind=given["kind"],
            noticed_at=noticed,
            words=given["words"],
            data=given["which"],
            handling=given["handling"],
            began_on=given["began_on"],
            services=tuple(given["services"]),
            received_from=given["received_from"],
            received_to=given["received_to"],
            cases=tuple(given["cases"].replace(",", "\n").split("\n")),
        )


class AuthorityForm(Form):
    """How the letter to the authority has gone out."""

    addressee = forms.CharField(label=gettext_lazy("Dikirim kepada"), max_length=200)
    reference = forms.CharField(
        label=gettext_lazy("Nomor surat atau bukti kirim"),
        max_length=120,
        widget=forms.TextInput({"class": "w20"}),
    )


class SubjectsForm(Form):
    """The notice to the people concerned."""

    words = LongTextField(
        label=gettext_lazy("Isi pemberitahuan"),
        help_text=gettext_lazy(
            "Dikirim sama kepada semua orang yang terkena, jadi tanpa data pribadi siapa pun."
        ),
        max_length=6000,
        rows=16,
    )


class CloseForm(Form):
    lesson = LongTextField(
        label=gettext_lazy("Apa yang diubah supaya tidak terulang"), max_length=2000, rows=4
    )


class TickForm(Form):
    note = forms.CharField(label=gettext_lazy("Catatan"), max_length=300, required=False)


class AccessFilters(Filters):
    """By thing, by reader, by time."""

    hal = forms.CharField(label=gettext_lazy("Nomor permohonan atau surat"), max_length=120)
    siapa = forms.CharField(label=gettext_lazy("Dibaca oleh (nama pengguna)"), max_length=60)
    sejak = DateField(label=gettext_lazy("Sejak"))
    sampai = DateField(label=gettext_lazy("Sampai"))
    orang = forms.CharField(widget=forms.HiddenInput, max_length=60)


class PersonForm(Form):
    """Whose data: what is typed never comes into an address."""

    who = forms.CharField(
        label=gettext_lazy("NIK, surel, telepon, atau nama pengguna"),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "off", "class": "w30"}),
    )


class NikForm(Form):
    """Of whom, when somebody asks for another's data."""

    nik = forms.CharField(
        label=gettext_lazy("NIK orang yang datanya diminta"),
        help_text=gettext_lazy("16 angka, seperti di KK atau surat kuasa yang Anda periksa."),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "w20"}),
    )


def no_person() -> str:
    return _("Tidak ada data dengan NIK, surel, telepon, atau nama pengguna itu.")
