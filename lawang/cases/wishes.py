"""The small forms of somebody who follows a case: find it, show that one knows it, answer, write, take it back."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.definition import Definition
from lawang.cases.forms import FileInput
from lawang.lib import codes
from lawang.lib import fields as lib
from lawang.lib.text import say
from lawang.web.forms import DateField, Form, LongTextField

MOST_FILES = 10  # in one message
LONGEST = 4000


class FindForm(Form):
    """A tracking code, typed in whatever way."""

    kode = forms.CharField(
        label=gettext_lazy("Kode lacak"),
        help_text=gettext_lazy("13 huruf dan angka di tanda terima, misalnya 7F3A-91C2-0KXM-4."),
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "w20 code",
            }
        ),
        error_messages={"required": gettext_lazy("Tulis kode lacaknya.")},
    )

    def clean_kode(self) -> str:
        code = codes.normalise(self.cleaned_data["kode"])
        if code is None:
            raise forms.ValidationError(
                _("Kode lacak ini salah tulis. Periksa lagi: 13 huruf dan angka, misalnya 7F3A-91C2-0KXM-4.")
            )
        return code


class KnowForm(Form):
    """What only the applicant knows: the end of a telephone number or a birth date."""

    phone_end = forms.CharField(
        label=gettext_lazy("Empat angka terakhir nomor telepon"),
        help_text=gettext_lazy("Nomor yang ditulis di formulir."),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "w4"}),
    )
    birth_date = DateField(
        label=gettext_lazy("Atau tanggal lahir"),
        help_text=gettext_lazy("Tanggal lahir pemohon, atau orang yang diurus."),
        required=False,
    )

    def clean_phone_end(self) -> str:
        digits = "".join(
            letter for letter in self.cleaned_data["phone_end"] if letter.isascii() and letter.isdigit()
        )
        if self.cleaned_data["phone_end"] and len(digits) < 4:
            raise forms.ValidationError(
                _("Tulis empat angka. Anda menulis %(count)s.") % {"count": len(digits)}
            )
        return digits[-4:]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("phone_end") or cleaned.get("birth_date")):
            self.add_error("phone_end", _("Tulis empat angka ini, atau tanggal lahir di bawah."))
        return cleaned

    @property
    def iso_date(self) -> str:
        day = self.cleaned_data.get("birth_date")
        return day.isoformat() if day else ""


class PapersField(forms.FileField):
    """Several files at once; what they are is looked at where they are kept."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        if len(data or []) > MOST_FILES:
            raise forms.ValidationError(
                _("Paling banyak %(most)s berkas sekali kirim.") % {"most": MOST_FILES}
            )
        return list(data or [])


class AnswerForm(Form):
    """Words and papers for the office."""

    words = LongTextField(label=gettext_lazy("Jawaban Anda"), required=False, max_length=LONGEST, rows=4)
    paper = forms.ChoiceField(label=gettext_lazy("Berkas apa?"), required=False)
    papers = PapersField(
        label=gettext_lazy("Foto atau berkas"),
        help_text=gettext_lazy("Foto atau PDF, boleh beberapa."),
        required=False,
        widget=FileInput({"accept": "image/*,.pdf"}),
    )

    def __init__(self, definition: Definition, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="id_jawab_%s")
        chosen = self.fields["paper"]
        assert isinstance(chosen, forms.ChoiceField)
        known = [(one.path, say(one.title)) for one in definition.requirements]
        known += [
            (leaf.path, say(leaf.field.title))
            for leaf in lib.leaves(definition.fields)
            if leaf.field.kind == lib.Kind.FILE
        ]
        chosen.choices = [("", gettext_lazy("Lainnya")), *known]
        if not known:
            del self.fields["paper"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("words") or cleaned.get("papers")):
            self.add_error("words", _("Tulis jawaban Anda, atau lampirkan fotonya."))
        return cleaned


class NoteForm(AnswerForm):
    """A message to the office, at any time."""

    def __init__(self, definition: Definition, data: Any = None, files: Any = None) -> None:
        super().__init__(definition, data, files)
        self.auto_id = "id_pesan_%s"
        self.fields["words"].label = _("Pesan Anda")


class ReasonForm(Form):
    """Why somebody takes a step."""

    words = LongTextField(label=gettext_lazy("Alasannya"), required=False, max_length=2000, rows=3)

    def __init__(self, data: Any = None, *, is_required: bool = False) -> None:
        super().__init__(data)
        self.fields["words"].required = is_required
        self.fields["words"].error_messages["required"] = _("Tuliskan alasannya.")
