"""Forms in our dress: label, hint, error, input, in that order; errors are gathered on top with links.

`class MyForm(Form)` and in the template `{% include "web/components/form.html" with submit=... %}`, or by hand:
`<form method="post" novalidate>{% csrf_token %}{% error_summary form %}{{ form }}<button class="button">`.
One field: `{{ form.name.as_field_group }}`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.dates import parse_date
from lawang.lib.numbers import as_is, parse_number, rupiah
from lawang.lib.refused import Refused

ONCE = "_key"  # the hidden field by which a form that is sent twice is known; `{% once %}` writes it


class Renderer(TemplatesSetting):
    """Django's FORM_RENDERER: `{{ form }}` and `{{ field.as_field_group }}` come out as our markup."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"


_SENTENCES = {
    forms.CharField: gettext_lazy("Isian ini belum diisi."),
    forms.ChoiceField: gettext_lazy("Pilih satu."),
    forms.ModelMultipleChoiceField: gettext_lazy("Pilih paling sedikit satu."),
    forms.ModelChoiceField: gettext_lazy("Pilih satu."),
    forms.MultipleChoiceField: gettext_lazy("Pilih paling sedikit satu."),
    forms.FileField: gettext_lazy("Pilih berkas."),
    forms.BooleanField: gettext_lazy("Centang kotak ini untuk melanjutkan."),
}

_CODES = {  # by the code of the error, whatever validator found it
    "max_length": gettext_lazy("Paling banyak %(limit_value)s huruf. Anda menulis %(show_value)s."),
    "invalid_choice": gettext_lazy("Pilih salah satu dari daftar."),
    "min_value": gettext_lazy("Tulis angka %(limit_value)s atau lebih besar."),
    "max_value": gettext_lazy("Tulis angka %(limit_value)s atau lebih kecil."),
}


class OurForm:
    """What Form and ModelForm share."""

    fields: dict[str, forms.Field]
    error_css_class = "bad"
    use_required_attribute = False  # we check on the server and say what to do

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= _CODES
            if str(field.error_messages.get("required")) == str(
                forms.Field.default_error_messages["required"]
            ):
                for kind in type(field).__mro__:
                    if sentence := _SENTENCES.get(kind):
                        field.error_messages["required"] = sentence
                        break

    def refuse(self, refused: Refused, field: str | None = None) -> None:
        """Show the sentence of a refusal above the form, or above one field."""
        self.add_error(field, ValidationError(refused.sentence))  # type: ignore[attr-defined]


class Form(OurForm, forms.Form):
    """The base class of every form."""


class ModelForm(OurForm, forms.ModelForm):  # type: ignore[type-arg]
    """The base class of forms over one row; they only collect, a verb of actions.py saves."""


def all_valid(several: Iterable[forms.Form]) -> bool:
    """Check every form, also after the first bad one, so that all errors are shown at once."""
    return all([form.is_valid() for form in several])  # noqa: C419 - a generator would stop at the first


class NumberInput(forms.TextInput):
    """A number as people write it. type=number would refuse the comma on half of the phones."""

    template_name = "web/forms/affixed.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, before: str = "", after: str = "") -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "number", **(attrs or {})})
        self.before = before
        self.after = after

    def format_value(self, value: Any) -> str | None:
        return as_is(value) if isinstance(value, Decimal | int | float) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"before": self.before, "after": self.after}


class NumberField(forms.DecimalField):
    """A Decimal typed the Indonesian way (53.592,5; in English 53,592.5). `unit` is shown behind the input."""

    widget = NumberInput
    default_error_messages = {"required": gettext_lazy("Angka ini belum diisi.")}

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", NumberInput(after=unit))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal | int | float):
            return Decimal(str(value))
        try:
            return parse_number(str(value))
        except Refused as refused:
            raise ValidationError(refused.sentence, code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class RupiahField(NumberField):
    """Whole rupiah, as an int."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=NumberInput(before="Rp"), **kwargs)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned is None:
            return None
        if cleaned != cleaned.to_integral_value():
            raise ValidationError(
                _("Tulis rupiah bulat, misalnya %(example)s.") % {"example": rupiah(1_250_000)}
            )
        return int(cleaned)


class DateInput(forms.Widget):
    """Day, month and year apart; the month may be typed as a word. Also reads one value, "2026-11-20"."""

    template_name = "web/forms/date.html"
    use_fieldset = True
    parts = ("day", "month", "year")

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_day" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if isinstance(value, date):
            typed = {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
        elif isinstance(value, dict):
            typed = value
        else:
            typed = self._split(str(value or ""))
        given = context["widget"]["attrs"]
        known = given.get("autocomplete", "off")
        context["widget"] |= {
            "values": typed,
            "is_asked": given.get("aria-required"),
            "is_bad": given.get("aria-invalid"),
            **{f"known_{part}": f"bday-{part}" if known == "bday" else "off" for part in self.parts},
        }
        return context

    @staticmethod
    def _split(value: str) -> dict[str, str]:
        pieces = value.replace("/", "-").split("-")
        if len(pieces) != 3:
            return {"day": value, "month": "", "year": ""}
        day, month, year = pieces if len(pieces[0]) <= 2 else pieces[::-1]
        return {"day": day, "month": month, "year": year}

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:
        typed = {part: str(data.get(f"{name}_{part}") or "").strip() for part in self.parts}
        if any(typed.values()):
            return typed
        return self._split(data[name]) if data.get(name) else None

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        return name not in data and not any(f"{name}_{part}" in data for part in self.parts)


class DateField(forms.Field):
    """A date. Its errors name the part that is missing."""

    widget = DateInput
    default_error_messages = {"required": gettext_lazy("Tanggal ini belum diisi.")}

    def to_python(self, value: Any) -> date | None:
        if not value:
            return None
        if isinstance(value, date):
            return value
        if not isinstance(value, dict):
            value = DateInput._split(str(value))
        names = {"day": _("hari"), "month": _("bulan"), "year": _("tahun")}
        missing = [names[part] for part in DateInput.parts if not value.get(part)]
        if missing:
            raise ValidationError(_("Tanggal belum lengkap: isi %(parts)s.") % {"parts": ", ".join(missing)})
        try:
            day = parse_date(value["year"], value["month"], value["day"])
        except ValueError:
            typed = " ".join(value[part] for part in DateInput.parts)[:40]
            raise ValidationError(
                _("Tidak ada tanggal “%(typed)s”. Tulis misalnya 20 11 2026.") % {"typed": typed}
            ) from None
        if day.year < 1900:
            raise ValidationError(_("Tulis tahun dengan empat angka, misalnya 2026."))
        return day

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class FileField(forms.FileField):
    """A file. `kinds` and `megabytes` are told to the person; record.actions.keep_file decides by the content."""

    widget = forms.FileInput

    def __init__(
        self, *, kinds: tuple[str, ...] = ("pdf", "jpg", "png"), megabytes: int = 10, **kwargs: Any
    ) -> None:
        self.kinds = kinds
        self.megabytes = megabytes
        kwargs.setdefault(
            "help_text",
            gettext_lazy("Jenis: %(kinds)s. Paling besar %(size)s MB.")
            % {"kinds": ", ".join(kind.upper() for kind in kinds), "size": megabytes},
        )
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(f".{kind}" for kind in kinds)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload and getattr(upload, "size", 0) > self.megabytes * 2**20:
            raise ValidationError(
                _("Berkas “%(name)s” lebih besar dari %(size)s MB. Kecilkan atau pilih berkas lain.")
                % {"name": upload.name, "size": self.megabytes}
            )
        return upload


class LongTextField(forms.CharField):
    """Several lines. With `max_length` a counter below says how much is left."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea({"rows": rows}))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Count instead of cutting off: what was typed too long stays there to be shortened."""
        return {"data-count": str(self.max_length)} if self.max_length else {}
