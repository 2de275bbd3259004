"""What is typed on the pages of surveys; the verbs check it again."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.models import Service
from lawang.lib.dates import long_date
from lawang.lib.text import say
from lawang.people.forms import AgencyField, agency_label
from lawang.people.models import Agency
from lawang.plans.models import Application, FrameworkNode, Programme
from lawang.surveys.actions import MOST_COMMENT, Answer, person_hash
from lawang.surveys.models import Kind, Response, Survey
from lawang.surveys.questionnaire import PROFILE, Question
from lawang.web.forms import DateField, FileField, Form, LongTextField, NumberField

BEFORE = "t_"  # names of the fields of questions begin with this


class AnswerForm(Form):
    """One person's answers: the questions, then what they may say of themself."""

    def __init__(
        self, survey: Survey, questions: Sequence[Question], *args: Any, source: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.survey, self.questions, self.source = survey, questions, source
        if survey.kind == Kind.IMPACT:
            self._ask_whether_they_count()
        for question in questions:
            self.fields[f"{BEFORE}{question.code}"] = forms.ChoiceField(
                label=say(question.words),
                choices=[(str(mark), say(words)) for mark, words in question.choices],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Pilih satu jawaban."),
                    "invalid_choice": _("Pilih satu jawaban."),
                },
            )
        for name, (label, choices) in PROFILE.items():
            self.fields[name] = forms.ChoiceField(
                label=str(label), choices=[("", _("Tidak menyebut")), *choices.items()], required=False
            )
        if survey.kind == Kind.SKM and source != Response.Source.COUNTER:
            self.fields["comment"] = LongTextField(
                label=_("Saran"),
                help_text=_("Jangan menulis nama atau nomor siapa pun."),
                max_length=MOST_COMMENT,
                rows=3,
                required=False,
            )

    def _ask_whether_they_count(self) -> None:
        words = {
            "what": self.survey.subject or say(self.survey.title),
            "owner": self.survey.agency.short_name,
        }
        self.fields["is_user"] = forms.ChoiceField(
            label=_("Pernah memakai atau merasakan %(what)s?") % words,
            choices=[("yes", _("Ya")), ("no", _("Tidak"))],
            widget=forms.RadioSelect,
        )
        self.fields["is_staff"] = forms.ChoiceField(
            label=_("Apakah Anda pegawai %(owner)s?") % words,
            choices=[("no", _("Bukan")), ("yes", _("Ya"))],
            widget=forms.RadioSelect,
        )
        self.fields["respondent"] = forms.CharField(
            label=_("Nomor HP atau NIK"),
            help_text=_(
                "Hanya supaya tidak ada yang menjawab dua kali. Yang disimpan sidiknya saja; nomornya tidak bisa "
                "dibaca kembali oleh siapa pun."
            ),
            max_length=20,
            widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "w20"}),
        )

    def clean_is_user(self) -> str:
        if self.cleaned_data["is_user"] == "no":
            raise forms.ValidationError(
                _(
                    "Survei ini hanya untuk yang pernah memakainya, jadi jawaban Anda tidak disimpan. Terima kasih."
                )
            )
        return str(self.cleaned_data["is_user"])

    def clean_is_staff(self) -> str:
        if self.cleaned_data["is_staff"] == "yes":
            raise forms.ValidationError(
                _(
                    "Pegawai pemilik layanan tidak ikut menjawab, jadi jawaban Anda tidak disimpan. Terima kasih."
                )
            )
        return str(self.cleaned_data["is_staff"])

    def clean_respondent(self) -> str:
        digits = [sign for sign in self.cleaned_data["respondent"] if sign.isdigit()]
        if not 9 <= len(digits) <= 16:
            raise forms.ValidationError(
                _("Tulis nomor HP (9 sampai 14 angka) atau NIK (16 angka). Anda menulis %(count)s angka.")
                % {"count": len(digits)}
            )
        return person_hash("".join(digits), self.survey.year)

    def answer(self, respondent: str = "") -> Answer:
        """Return what was answered. The form has been found valid."""
        data = self.cleaned_data
        return Answer(
            [int(data[f"{BEFORE}{question.code}"]) for question in self.questions],
            {name: data.get(name, "") for name in PROFILE},
            data.get("comment", ""),
            respondent or data.get("respondent", ""),
            True if self.survey.kind == Kind.IMPACT else None,
        )

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the questions."""
        return [self[f"{BEFORE}{question.code}"] for question in self.questions]

    @property
    def first(self) -> list[forms.BoundField]:
        """What decides whether somebody counts, before the questions."""
        return [self[name] for name in ("is_user", "is_staff", "respondent") if name in self.fields]

    @property
    def about(self) -> list[forms.BoundField]:
        """What somebody may say of themself."""
        return [self[name] for name in PROFILE if name in self.fields]


class _Period(Form):
    from_date = DateField(label=gettext_lazy("Hari pertama"))
    to_date = DateField(label=gettext_lazy("Hari terakhir"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("to_date")
        if first and last and last < first:
            self.add_error("to_date", _("Hari terakhir harus sesudah %(day)s.") % {"day": long_date(first)})
        return cleaned


def population_field() -> NumberField:
    return NumberField(
        label=_("Orang yang dilayani dalam setahun"),
        help_text=_("Dari sini dihitung berapa responden yang perlu. Kosongkan bila belum diketahui."),
        unit=_("orang"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        decimal_places=0,
    )


class OpenSkmForm(_Period):
    """What a satisfaction survey is about, and when."""

    field_order = ("about", "from_date", "to_date", "population")

    def __init__(
        self,
        agencies: Sequence[Agency],
        services: Sequence[tuple[Service, Agency]],
        on: date,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "from_date": on,
            "to_date": date(on.year, 12, 31),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        self.known: dict[str, tuple[Agency, Service | None]] = {
            **{f"l{service.pk}": (agency, service) for service, agency in services},
            **{f"u{agency.pk}": (agency, None) for agency in agencies},
        }
        self.fields["about"] = forms.ChoiceField(
            label=_("Layanan atau unit"),
            help_text=_("Survei sebuah layanan muncul sesudah permohonannya selesai."),
            choices=[
                ("", _("Pilih …")),
                (_("Layanan"), [(f"l{one.pk}", say(one.title)) for one, _agency in services]),
                (_("Seluruh unit"), [(f"u{one.pk}", agency_label(one)) for one in agencies]),
            ],
        )
        self.fields["population"] = population_field()
        self.order_fields(self.field_order)

    @property
    def chosen(self) -> tuple[Agency, Service | None]:
        return self.known[self.cleaned_data["about"]]


class _Impact(Form):
    def __init__(self, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"] = forms.CharField(
            label=_("Layanan atau program yang dinilai"),
            help_text=_("Seperti dikenal warga, misalnya “Antre RSUD”."),
            max_length=200,
            required=False,
        )
        self.fields["application"] = ApplicationField(
            label=_("Aplikasi yang dipakai, bila ada"), required=False, empty_label=_("Tidak lewat aplikasi")
        )
        self.fields["runners"] = RunnersField(on)


class ApplicationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Application.objects.order_by("name"), **kwargs)


class RunnersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def __init__(self, on: date) -> None:
        open_ones = Agency.objects.filter(valid_to=None).exclude(
            kind__in=(Agency.Kind.VILLAGE, Agency.Kind.DISTRICT, Agency.Kind.OUTSIDE)
        )
        super().__init__(
            open_ones.order_by("short_name"),
            label=_("Instansi yang menjalankan survei"),
            help_text=_("Pemilik programnya harus ikut, bersama Diskominfo dan Bappeda."),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def label_from_instance(self, obj: Agency) -> str:
        return obj.short_name


class OpenImpactForm(_Impact, _Period):
    """What one form of the impact survey is about, whose programme that is, and when."""

    def __init__(
        self,
        nodes: Sequence[FrameworkNode],
        programmes: Sequence[Programme],
        on: date,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "from_date": on,
            "to_date": on + timedelta(days=30),
            "year": on.year,
            **(kwargs.get("initial") or {}),
        }
        super().__init__(on, *args, **kwargs)
        self.nodes = {str(one.pk): one for one in nodes}
        groups = []
        for top in (one for one in nodes if one.parent_id is None):
            leaves = [one for one in nodes if one.parent_id == top.pk]
            whole = _("seluruh dimensi, %(count)s subdimensi sekaligus") % {"count": len(leaves)}
            groups.append(
                (
                    say(top.title),
                    [
                        (str(top.pk), f"{say(top.title)}: {whole}"),
                        *((str(one.pk), say(one.title)) for one in leaves),
                    ],
                )
            )
        self.fields["node"] = forms.ChoiceField(
            label=_("Bagian rencana"),
            help_text=_(
                "Satu formulir untuk satu dimensi bila penjawabnya memakai ketiganya; kalau tidak, tiga formulir."
            ),
            choices=[("", _("Pilih …")), *groups],
        )
        self.fields["programmes"] = forms.MultipleChoiceField(
            label=_("Program yang dinilai"),
            choices=[(str(one.key), f"{one.code} {say(one.title)}") for one in programmes],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["agency"] = AgencyField(on, label=_("Instansi pemilik program"), empty_label=_("Pilih …"))
        self.fields["year"] = forms.TypedChoiceField(
            label=_("Untuk evaluasi tahun"),
            choices=[(year, str(year)) for year in (on.year - 1, on.year, on.year + 1)],
            coerce=int,
        )
        self.order_fields(
            (
                "node",
                "subject",
                "programmes",
                "agency",
                "application",
                "runners",
                "year",
                "from_date",
                "to_date",
            )
        )

    @property
    def chosen(self) -> FrameworkNode:
        return self.nodes[self.cleaned_data["node"]]


class ChangeSkmForm(Form):
    to_date = DateField(label=gettext_lazy("Hari terakhir"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["population"] = population_field()


class ChangeImpactForm(_Impact):
    def __init__(self, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(on, *args, **kwargs)
        self.fields["to_date"] = DateField(label=_("Hari terakhir"))


class FileForm(Form):
    """A file of answers."""

    file = FileField(
        label=gettext_lazy("Berkas jawaban"),
        kinds=("xlsx", "csv"),
        help_text=gettext_lazy("XLSX atau CSV dari templat di bawah. Paling besar 10 MB."),
    )
