"""The planner's forms: one factory makes the form of any row, in our words and with our fields.

They only collect and check what was typed; whether a row can be kept is said by the verbs of actions.py.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import construct_instance, modelform_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.text import Text, TextField, say
from lawang.measures.models import Series
from lawang.people.models import Agency
from lawang.plans.matching import Matcher
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Dependency,
    FrameworkNode,
    Gap,
    Indicator,
    Member,
    Milestone,
    Partner,
    Programme,
    QuickWin,
    ReadinessElement,
    Resource,
    Revision,
    Risk,
    Statement,
    Swot,
)
from lawang.web.forms import DateField, ModelForm, NumberField, RupiahField

NOTHING = gettext_lazy("– belum dipilih –")


class WordsInput(forms.MultiWidget):
    """A Text: Indonesian in sight, English one tap away."""

    template_name = "plans/widgets/words.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, rows: int = 1) -> None:
        kind = forms.Textarea({"rows": rows}) if rows > 1 else forms.TextInput()
        other = forms.Textarea({"rows": rows}) if rows > 1 else forms.TextInput()
        other.attrs["lang"] = "en"
        super().__init__({"id": kind, "en": other}, attrs)

    def decompress(self, value: Any) -> list[str]:
        return [value.get("id", ""), value.get("en", "")] if isinstance(value, dict) else ["", ""]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class WordsField(forms.MultiValueField):
    """A Text of people. English alone is refused: Indonesian is what everybody reads."""

    default_error_messages = {"required": gettext_lazy("Isian ini belum diisi.")}

    def __init__(self, *, rows: int = 1, max_length: int = 5000, **kwargs: Any) -> None:
        parts = (
            forms.CharField(max_length=max_length),
            forms.CharField(max_length=max_length, required=False),
        )
        super().__init__(parts, require_all_fields=False, widget=WordsInput(rows=rows), **kwargs)
        self.fields[0].required = bool(self.required)
        for part in self.fields:
            part.error_messages["max_length"] = gettext_lazy(
                "Paling banyak %(limit_value)s huruf. Anda menulis %(show_value)s."
            )
            part.error_messages["required"] = gettext_lazy("Isian ini belum diisi.")
            part.error_messages["incomplete"] = gettext_lazy("Isian ini belum diisi.")

    def compress(self, typed: list[str]) -> Text | None:
        indonesian, english = [*(words.strip() for words in typed), "", ""][:2]
        if not indonesian and english:
            raise ValidationError(_("Tulis juga dalam bahasa Indonesia."))
        if not indonesian:
            return None
        return {"id": indonesian, "en": english} if english else {"id": indonesian}


class AgencyInput(forms.MultiWidget):
    """The offices in a list; a village office one tap away, by name or code."""

    template_name = "plans/widgets/agency.html"
    use_fieldset = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        other = forms.TextInput({"maxlength": 120, "autocomplete": "off"})
        super().__init__({"": forms.Select(), "other": other}, attrs)

    @property
    def choices(self) -> Any:
        return self.widgets[0].choices  # type: ignore[attr-defined]

    @choices.setter
    def choices(self, pairs: Any) -> None:
        self.widgets[0].choices = pairs  # type: ignore[attr-defined]

    def decompress(self, value: Any) -> list[Any]:
        return [value, ""]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class AgencyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One agency: from the list, or any by what is typed beside it, which counts when it is there."""

    widget = AgencyInput

    def clean(self, value: Any) -> Any:
        chosen, typed = value if isinstance(value, list) else (value, "")
        if words := (typed or "").replace("\x00", "").strip()[:120]:
            return find_agency(words)
        return super().clean(chosen)

    def has_changed(self, initial: Any, data: Any) -> bool:
        chosen, typed = data if isinstance(data, list) else (data, "")
        return bool(typed) or super().has_changed(initial, chosen)


def find_agency(words: str) -> Agency:
    """Return the agency that somebody means by a code or a name; raise a sentence when that is not sure."""
    matcher = Matcher()
    rows = {row.code: row for row in agencies_now()}
    for code, row in rows.items():
        matcher.add(code, say(row.name), [row.short_name, *row.name.values(), *row.aliases])
    match = matcher.find(words)
    if match.is_sure:
        return rows[match.code]
    if match.candidates:
        names = "; ".join(f"{one.code} ({one.name})" for one in match.candidates)
        raise ValidationError(
            _("“%(words)s” belum pasti yang mana. Tulis kodenya: %(names)s.")
            % {"words": words, "names": names}
        )
    raise ValidationError(_("Tidak ada instansi bernama atau berkode “%(words)s”.") % {"words": words})


def agencies_now() -> models.QuerySet[Agency]:
    """Return the agencies that exist today, the villages' too."""
    from lawang.people.node import today

    return Agency.objects.exclude(valid_to__isnull=False, valid_to__lt=today())


class YearField(forms.IntegerField):
    """A year in four figures."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({"inputmode": "numeric", "class": "w4", "maxlength": 4}))
        super().__init__(min_value=1990, max_value=2100, **kwargs)
        sentence = gettext_lazy("Tulis tahun dengan empat angka, misalnya 2026.")
        self.error_messages |= {"invalid": sentence, "required": sentence}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class CountField(NumberField):
    """A whole number of people or things, typed the Indonesian way; gives an int."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 2_000_000_000)
        super().__init__(decimal_places=0, **kwargs)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        return None if cleaned is None else int(cleaned)


# --- what one may choose from -----------------------------------------------------------------------------------------


class Choices:
    """What the selects of one page offer; each list is read at most once."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision

    @cached_property
    def agencies(self) -> list[Agency]:
        """The offices that exist, without the villages' (160 of them in every list help nobody)."""
        return list(agencies_now().exclude(kind=Agency.Kind.VILLAGE).order_by("short_name"))

    @cached_property
    def nodes(self) -> list[FrameworkNode]:
        """The nodes of every framework that a programme is placed in, in order."""
        return list(FrameworkNode.objects.select_related("framework").order_by("framework", "order", "code"))

    @cached_property
    def statements(self) -> list[Statement]:
        return list(Statement.objects.filter(revision=self.revision).order_by("code"))

    @cached_property
    def elements(self) -> list[ReadinessElement]:
        return list(ReadinessElement.objects.filter(framework=self.revision.plan.framework_id))

    @cached_property
    def programmes(self) -> list[Programme]:
        rows = Programme.objects.filter(revision=self.revision).only("key", "code", "title", "revision")
        return list(rows.order_by("order", "code"))

    @cached_property
    def profile(self) -> list[Series]:
        return list(Series.objects.filter(in_profile=True).order_by("code"))

    def of(self, form: "RowForm", name: str, model: type[models.Model]) -> Iterable[tuple[Any, str]]:
        """Return (key, words) for one select."""
        if model is Agency:
            return [(row.pk, row.short_name) for row in self.agencies]
        if model is FrameworkNode:
            own = [row for row in self.nodes if row.framework_id == self.revision.plan.framework_id]
            if isinstance(form.instance, Gap):
                inner = {row.parent_id for row in own}
                own = [row for row in own if row.pk not in inner]
            return [(row.pk, f"{'  ' * row.depth}{say(row.title)}") for row in own]
        if model is Statement:
            wanted = (
                {Statement.Kind.GOAL} if name == "goal" else {Statement.Kind.MISSION, Statement.Kind.GOAL}
            )
            return [
                (row.pk, f"{row.code} {say(row.words)}"[:90])
                for row in self.statements
                if row.kind in wanted and row.pk != form.instance.pk
            ]
        if model is ReadinessElement:
            return [(row.pk, say(row.title)) for row in self.elements]
        if model is Programme:
            mine = getattr(form.instance, "programme_id", None) if name == "on" else None
            return [
                (row.pk, f"{row.code} {say(row.title)}"[:90]) for row in self.programmes if row.pk != mine
            ]
        if model is Series:
            return [(row.pk, f"{row.code} {say(row.title)}") for row in self.profile]
        raise LookupError(model)

    def allowed(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """Return the rows that an answer may name."""
        if model in (Statement, Programme):
            return model._default_manager.filter(revision=self.revision)
        if model is FrameworkNode:
            return FrameworkNode.objects.filter(framework=self.revision.plan.framework_id)
        if model is ReadinessElement:
            return ReadinessElement.objects.filter(framework=self.revision.plan.framework_id)
        return model._default_manager.all()


# --- labels and fields ------------------------------------------------------------------------------------------------

LABELS: Mapping[str, Any] = {
    "agency": gettext_lazy("Instansi pelaksana"),
    "answer": gettext_lazy("Jawaban rencana ini"),
    "appeal": gettext_lazy("Daya tarik"),
    "baseline": gettext_lazy("Kondisi awal"),
    "baseline_source": gettext_lazy("Sumber kondisi awal"),
    "baseline_year": gettext_lazy("Keadaan akhir tahun"),
    "beneficiaries": gettext_lazy("Untuk siapa"),
    "benefit": gettext_lazy("Manfaat"),
    "business_model": gettext_lazy("Model bisnis"),
    "code": gettext_lazy("Kode"),
    "continuity_institution": gettext_lazy("Keberlanjutan: lembaga"),
    "continuity_resources": gettext_lazy("Keberlanjutan: sumber daya"),
    "continuity_rule": gettext_lazy("Keberlanjutan: peraturan"),
    "coordinator": gettext_lazy("Koordinator"),
    "definition": gettext_lazy("Definisi: apa yang dihitung, apa yang tidak"),
    "document": gettext_lazy("Dokumen anggaran"),
    "due_date": gettext_lazy("Tenggat"),
    "element": gettext_lazy("Unsur kesiapan"),
    "ends": gettext_lazy("Selesai"),
    "explanation": gettext_lazy("Penjelasan"),
    "formulation": gettext_lazy("Cara dirumuskan: siapa yang ikut, isu RPJMD apa yang dijawab"),
    "from_date": gettext_lazy("Mulai menjabat"),
    "goal": gettext_lazy("Tujuan yang dilayani"),
    "impact": gettext_lazy("Dampak"),
    "is_external": gettext_lazy("Dari luar pemerintah kabupaten"),
    "is_running": gettext_lazy("Dilaksanakan tahun ini"),
    "kind": gettext_lazy("Jenis"),
    "lead": gettext_lazy("Penanggung jawab"),
    "legal_basis": gettext_lazy("Keputusan pembentukan"),
    "legal_date": gettext_lazy("Tanggal peraturan"),
    "legal_kind": gettext_lazy("Jenis peraturan"),
    "legal_number": gettext_lazy("Nomor"),
    "likelihood": gettext_lazy("Kemungkinan"),
    "mitigation": gettext_lazy("Cara mencegah atau mengatasi"),
    "name": gettext_lazy("Nama"),
    "node": gettext_lazy("Dimensi atau subdimensi"),
    "note": gettext_lazy("Catatan"),
    "office": gettext_lazy("Jabatan"),
    "on": gettext_lazy("Program yang dibutuhkan lebih dulu"),
    "on_track_from": gettext_lazy("Sesuai jalur mulai dari"),
    "origin": gettext_lazy("Asal"),
    "output": gettext_lazy("Keluaran"),
    "owner": gettext_lazy("Penanggung jawab"),
    "parent": gettext_lazy("Di bawah"),
    "part": gettext_lazy("Kedudukan"),
    "planned": gettext_lazy("Anggaran murni"),
    "present": gettext_lazy("Keadaan sekarang"),
    "progress": gettext_lazy("Kemajuan"),
    "purpose": gettext_lazy("Kegunaan"),
    "reason": gettext_lazy("Mengapa"),
    "renstra_code": gettext_lazy("Kode Renstra"),
    "revised": gettext_lazy("Anggaran setelah perubahan"),
    "rpjmd_code": gettext_lazy("Kode RPJMD"),
    "scale_up": gettext_lazy("Cara memperluas"),
    "series": gettext_lazy("Angka yang mendukung"),
    "share": gettext_lazy("Bagian untuk program ini"),
    "sipd_code": gettext_lazy("Kode SIPD"),
    "slipping_from": gettext_lazy("Melambat mulai dari"),
    "source": gettext_lazy("Sumber dana"),
    "stage": gettext_lazy("Tahap"),
    "stale_after_days": gettext_lazy("Data lama setelah"),
    "starts": gettext_lazy("Mulai"),
    "state": gettext_lazy("Keadaan"),
    "status": gettext_lazy("Keadaan"),
    "summary": gettext_lazy("Apa yang dikerjakan"),
    "term": gettext_lazy("Jangka"),
    "title": gettext_lazy("Nama"),
    "to_date": gettext_lazy("Selesai menjabat"),
    "track": gettext_lazy("Jalur rencana aksi"),
    "uniqueness": gettext_lazy("Keunikan"),
    "unit": gettext_lazy("Satuan"),
    "users": gettext_lazy("Pengguna dalam 12 bulan terakhir"),
    "users_after": gettext_lazy("Pengguna sekarang"),
    "users_before": gettext_lazy("Pengguna sebelumnya"),
    "vision": gettext_lazy("Visi"),
    "wanted": gettext_lazy("Keadaan yang diinginkan"),
    "why": gettext_lazy("Mengapa"),
    "words": gettext_lazy("Pernyataan"),
    "year": gettext_lazy("Tahun"),
    "year_from": gettext_lazy("Tahun mulai"),
    "year_to": gettext_lazy("Tahun selesai"),
    # where the word alone would mislead
    "programme.title": gettext_lazy("Nama program"),
    "indicator.title": gettext_lazy("Nama indikator"),
    "activity.title": gettext_lazy("Nama kegiatan"),
    "milestone.title": gettext_lazy("Tonggak"),
    "application.agency": gettext_lazy("Instansi pemilik"),
    "body.agency": gettext_lazy("Sekretariat"),
    "member.agency": gettext_lazy("Instansi"),
    "member.name": gettext_lazy("Nama orang"),
    "risk.words": gettext_lazy("Risiko"),
    "resource.words": gettext_lazy("Sumber daya"),
    "resource.source": gettext_lazy("Dari mana"),
    "series.title": gettext_lazy("Yang diukur"),
    "series.source": gettext_lazy("Cara masuk"),
    "series.source_note": gettext_lazy("Sumber data"),
    "series.code": gettext_lazy("Kode ukuran"),
    "series.decimals": gettext_lazy("Angka di belakang koma"),
    "series.direction": gettext_lazy("Arah"),
    "series.frequency": gettext_lazy("Periode"),
    "series.owner": gettext_lazy("Instansi yang mengisi"),
    "series.adds_up_over_time": gettext_lazy("Digabung antarwaktu dengan"),
    "series.adds_up_over_area": gettext_lazy("Digabung antarwilayah dengan"),
    "series.due_working_days": gettext_lazy("Tenggat setelah periode berakhir"),
}

HINTS: Mapping[str, Any] = {
    "programme.code": gettext_lazy("Misalnya TK-01. Muncul di semua daftar."),
    "programme.goal": gettext_lazy("Tujuan dari bagian Arah."),
    "budgetline.share": gettext_lazy("Persen dari baris anggaran yang memang untuk program ini."),
    "budgetline.document": gettext_lazy("Misalnya DPA 2026."),
    "budgetline.revised": gettext_lazy("Kosongkan bila anggaran belum pernah diubah."),
    "activity.output": gettext_lazy("Misalnya 12 titik akses di 4 desa."),
    "indicator.baseline_source": gettext_lazy("Misalnya BPS, Kabupaten dalam Angka 2021."),
    "quickwin.name": gettext_lazy("Paling banyak 80 huruf, mudah diingat."),
    "body.legal_basis": gettext_lazy("Misalnya Keputusan Bupati Nomor 100 Tahun 2024."),
    "member.office": gettext_lazy("Misalnya Kepala Dinas Kominfo."),
    "member.part": gettext_lazy("Misalnya pengarah, ketua, anggota."),
    "member.name": gettext_lazy("Boleh kosong: kursi dipegang jabatan, bukan orang."),
    "revision.on_track_from": gettext_lazy("Bagian jalan yang sudah ditempuh, 0,90 berarti 90 %."),
    "revision.slipping_from": gettext_lazy("Di bawah ini disebut tertinggal."),
    "revision.stale_after_days": gettext_lazy("Hari setelah tenggat angka berikutnya."),
    "series.code": gettext_lazy("Huruf kecil, angka, dan tanda hubung."),
    "statement.parent": gettext_lazy("Tujuan ada di bawah misi, strategi di bawah tujuan."),
}

LONG: Mapping[str, int] = {  # lines of a text area; the others are one line
    "summary": 4,
    "reason": 4,
    "beneficiaries": 3,
    "definition": 4,
    "words": 3,
    "present": 3,
    "wanted": 3,
    "answer": 3,
    "mitigation": 3,
    "purpose": 3,
    "why": 2,
    "vision": 3,
    "explanation": 4,
    "formulation": 3,
    "benefit": 3,
    "appeal": 3,
    "uniqueness": 3,
    "scale_up": 3,
    "continuity_rule": 3,
    "continuity_institution": 3,
    "continuity_resources": 3,
    "business_model": 3,
    "note": 3,
}
UNITS: Mapping[str, Any] = {
    "share": "%",
    "progress": "%",
    "stale_after_days": gettext_lazy("hari"),
    "due_working_days": gettext_lazy("hari kerja"),
}
MONEY = {"planned", "revised"}
YEARS = {"year", "year_from", "year_to", "baseline_year"}


def _field(column: "models.Field[Any, Any]", **given: Any) -> forms.Field | None:
    """Return our field for a column of a model."""
    name, owner = column.name, column.model._meta.model_name
    words: dict[str, Any] = {
        "label": LABELS.get(f"{owner}.{name}") or LABELS.get(name) or name,
        "help_text": HINTS.get(f"{owner}.{name}", ""),
        "required": not (column.blank or column.null),
    }
    if isinstance(column, TextField):
        return WordsField(rows=LONG.get(name, 1), **words)
    if name in YEARS:
        return YearField(**words)
    if name in MONEY:
        return RupiahField(min_value=0, max_value=10**16, **words)
    if isinstance(column, models.DecimalField):
        return NumberField(
            max_digits=column.max_digits,
            decimal_places=column.decimal_places,
            unit=str(UNITS.get(name, "")),
            **words,
        )
    if isinstance(column, models.PositiveSmallIntegerField | models.PositiveIntegerField):
        most = (
            100
            if name == "progress"
            else 32767
            if column.get_internal_type().startswith("PositiveSmall")
            else 2 * 10**9
        )
        return CountField(unit=str(UNITS.get(name, "")), max_value=most, **words)
    if isinstance(column, models.DateField):
        return DateField(**words)
    if isinstance(column, models.ManyToManyField):
        return forms.ModelMultipleChoiceField(
            column.related_model._default_manager.none(),
            widget=forms.CheckboxSelectMultiple,
            **words,
        )
    if isinstance(column, models.ForeignKey) and column.related_model is Agency:
        return AgencyField(Agency.objects.none(), **words)
    if isinstance(column, models.ForeignKey):
        return forms.ModelChoiceField(column.related_model._default_manager.none(), **words)
    if isinstance(column, models.BooleanField):
        return forms.BooleanField(**(words | {"required": False}))
    if column.choices:
        return forms.ChoiceField(choices=list(column.choices), **(words | {"required": True}))
    return forms.CharField(max_length=column.max_length, **words)


class RowForm(ModelForm):
    """The form of one row. `choices` fills its selects."""

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                rows: Any = field.queryset
                model = rows.model
                offered = list(choices.of(self, name, model))
                field.queryset = choices.allowed(model)
                if isinstance(field, forms.ModelMultipleChoiceField):
                    field.choices = offered
                else:
                    self._keep_present(name, field, offered)

    def _keep_present(self, name: str, field: forms.ModelChoiceField, offered: list[tuple[Any, str]]) -> None:  # type: ignore[type-arg]
        """Offer what is chosen now too, though it is not in the list any more: an agency that was closed."""
        present = getattr(self.instance, f"{name}_id", None)
        if present is not None and present not in {key for key, _words in offered}:
            row = getattr(self.instance, name)
            title = str(getattr(row, "short_name", "") or getattr(row, "code", row))
            offered.insert(0, (present, title))
        field.choices = [("", NOTHING), *offered]

    def _post_clean(self) -> None:
        """Put what was typed into the row and check each field; constraints are the verb's, who says what to do."""
        left_out = self._get_validation_exclusions()  # type: ignore[attr-defined]
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=left_out)
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]

    @property
    def many(self) -> dict[str, Any]:
        """What was chosen for the many-to-many fields, for save_row."""
        names = {field.name for field in self.instance._meta.many_to_many}
        return {name: list(self.cleaned_data[name]) for name in self.fields if name in names}


class ApplicationForm(RowForm):
    """An application names the programme that it supports by its permanent key."""

    programme = forms.ChoiceField(label=gettext_lazy("Program yang didukung"), required=False)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, choices=choices, **kwargs)
        offered = [(str(row.key), f"{row.code} {say(row.title)}"[:90]) for row in choices.programmes]
        present = str(self.instance.programme_key or "")
        if present and present not in dict(offered):
            offered.insert(0, (present, _("Program yang tidak ada lagi di rencana ini")))
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", NOTHING), *offered]
        field.initial = present

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        key = cleaned.get("programme")
        self.instance.programme_key = UUID(key) if key else None
        return cleaned


class StatementForm(RowForm):
    """A mission has nothing above it, a goal a mission, a strategy a goal."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        above = {Statement.Kind.GOAL: Statement.Kind.MISSION, Statement.Kind.STRATEGY: Statement.Kind.GOAL}
        parent, kind = cleaned.get("parent"), cleaned.get("kind")
        if parent is not None and kind and parent.kind != above.get(kind):
            self.add_error(
                "parent",
                _("Misi tidak berada di bawah apa pun; tujuan di bawah misi; strategi di bawah tujuan."),
            )
        return cleaned


class RevisionForm(RowForm):
    """The rule of the colours: what is slipping must begin below what is on track."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        high, low = cleaned.get("on_track_from"), cleaned.get("slipping_from")
        for name, limit in (("on_track_from", high), ("slipping_from", low)):
            if limit is not None and not 0 < limit <= 2:
                self.add_error(name, _("Tulis bagian antara 0 dan 2, misalnya 0,90."))
        if high is not None and low is not None and low >= high:
            self.add_error("slipping_from", _("Batas ini harus di bawah batas sesuai jalur."))
        return cleaned


PROGRAMME = (
    "code",
    "title",
    "summary",
    "reason",
    "beneficiaries",
    "goal",
    "lead",
    "coordinator",
    "year_from",
    "year_to",
    "term",
    "state",
    "rpjmd_code",
    "renstra_code",
    "sipd_code",
)
INDICATOR = ("code", "title", "baseline", "baseline_year", "baseline_source")
SERIES = (
    "code",
    "title",
    "definition",
    "unit",
    "decimals",
    "direction",
    "frequency",
    "adds_up_over_time",
    "adds_up_over_area",
    "owner",
    "due_working_days",
    "source_note",
)
LEGAL = ("legal_kind", "legal_number", "legal_date", "on_track_from", "slipping_from", "stale_after_days")

FIELDS: Mapping[type[models.Model], tuple[str, ...]] = {
    Programme: PROGRAMME,
    Indicator: INDICATOR,
    Series: SERIES,
    BudgetLine: ("year", "source", "planned", "revised", "share", "document"),
    Activity: ("code", "title", "track", "agency", "year_from", "year_to", "output", "is_running"),
    Milestone: ("title", "due_date"),
    Dependency: ("on", "why"),
    QuickWin: (
        "code",
        "name",
        "kind",
        "stage",
        "progress",
        "starts",
        "ends",
        "explanation",
        "formulation",
        "benefit",
        "appeal",
        "uniqueness",
        "scale_up",
        "continuity_rule",
        "continuity_institution",
        "continuity_resources",
        "business_model",
        "users_before",
        "users_after",
        "note",
    ),
    Partner: ("kind", "name"),
    Risk: ("words", "likelihood", "impact", "mitigation", "owner"),
    Resource: ("kind", "words", "source"),
    Statement: ("kind", "code", "words", "parent", "node"),
    Swot: ("code", "element", "kind", "words", "series"),
    Gap: ("node", "present", "wanted", "answer"),
    Application: ("code", "name", "agency", "purpose", "users", "origin", "status"),
    Body: ("code", "kind", "name", "legal_basis", "agency"),
    Member: ("office", "name", "part", "is_external", "agency", "from_date", "to_date"),
    Revision: LEGAL,
}
CLASSES: Mapping[type[models.Model], type[RowForm]] = {
    Application: ApplicationForm,
    Statement: StatementForm,
    Revision: RevisionForm,
}


def form_class(model: type[models.Model], base: type[RowForm] | None = None) -> Callable[..., RowForm]:
    """Return the form class of a model's rows, on `base` where a page needs more than the row's own fields."""
    made: Any = modelform_factory(
        model, form=base or CLASSES.get(model, RowForm), fields=FIELDS[model], formfield_callback=_field
    )
    return made  # type: ignore[no-any-return]
