"""The forms of cohorts, and how a readiness form becomes one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area, dotted
from lawang.lib.text import say
from lawang.movement.cohorts.actions import questions_of
from lawang.movement.cohorts.models import (
    Blueprint,
    Cohort,
    Comment,
    Organisation,
    Participant,
    Submission,
)
from lawang.movement.cohorts.packs import newest
from lawang.people.models import Membership, User
from lawang.people.node import today, zone
from lawang.plans.forms import WordsField
from lawang.web.forms import DateField, FileField, Form, LongTextField, ModelForm
from lawang.web.tables import look

PAPERS = ("pdf", "jpg", "png", "docx", "xlsx")
EMPTY_ROWS = 3  # rows for applications beside those that are filled


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), tzinfo=zone())


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=zone())


class TitledField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some rows, by their title."""

    def label_from_instance(self, obj: Any) -> str:
        return say(obj.title)


class OneOfThem(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some rows, named by what `path` leads to: "user.name"."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        self.path = path
        kwargs.setdefault("queryset", User.objects.none())
        super().__init__(empty_label=None, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(look(obj, self.path))


class SomeOfThem(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of some rows, named by what `path` leads to."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        self.path = path
        kwargs.setdefault("queryset", User.objects.none())
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(look(obj, self.path))


class BlueprintField(TitledField):
    """The newest version of a definition of one kind."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("empty_label", None)
        super().__init__(queryset=Blueprint.objects.none(), **kwargs)

    def fill(self) -> None:
        self.queryset = Blueprint.objects.filter(pk__in=[one.pk for one in newest(self.kind)])


def holders_of(verb: str) -> Any:
    """Return who holds a role with that verb today."""
    on = today()
    held = (
        Membership.objects.filter(role__verbs__has_key=verb, from_date__lte=on)
        .exclude(to_date__lt=on)
        .values("user")
    )
    return User.objects.filter(pk__in=held, is_active=True).order_by("name")


class Asking(Form):
    """A form whose fields are known when it is made; they are dressed as all others are."""

    def __init__(self, asked: dict[str, forms.Field], data: Any = None, *, initial: Any = None) -> None:
        self.base_fields = asked  # type: ignore[misc]
        super().__init__(data, initial=initial)


class CallForm(Form):
    """A call: for which year, whom, until when."""

    year = forms.TypedChoiceField(label=gettext_lazy("Tahun angkatan"), coerce=int)
    title = WordsField(label=gettext_lazy("Judul"), max_length=200)
    call = WordsField(
        label=gettext_lazy("Isi panggilan"),
        rows=5,
        max_length=3000,
        help_text=gettext_lazy("Siapa yang dipanggil, untuk apa, dan apa yang didapat peserta."),
    )
    track = forms.CharField(
        label=gettext_lazy("Jalur"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Kosongkan bila hanya ada satu jalur."),
    )
    area_list = BlueprintField(
        "area_lists",
        label=gettext_lazy("Daftar daerah"),
        required=False,
        empty_label=gettext_lazy("Semua daerah"),
    )
    areas = forms.CharField(
        label=gettext_lazy("Atau kode wilayah"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Dipisah koma; kode provinsi mencakup semua kabupaten dan kotanya."),
    )
    opens = DateField(label=gettext_lazy("Pendaftaran dibuka"))
    closes = DateField(label=gettext_lazy("Ditutup, akhir hari"))
    form = BlueprintField("forms", label=gettext_lazy("Formulir kesiapan"))
    criteria = BlueprintField("criteria", label=gettext_lazy("Kriteria seleksi"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        year = self.fields["year"]
        assert isinstance(year, forms.ChoiceField)
        year.choices = [(one, str(one)) for one in range(today().year, today().year + 3)]
        for one in self.fields.values():
            if isinstance(one, BlueprintField):
                one.fill()

    def codes(self) -> tuple[list[str], str]:
        """Return the codes of the region rule, and what it is called."""
        chosen: Blueprint | None = self.cleaned_data["area_list"]
        typed = [one.strip() for one in self.cleaned_data["areas"].split(",") if one.strip()]
        if typed:
            return typed, ", ".join(typed)
        if chosen is None:
            return [], ""
        return list(chosen.definition["areas"]), f"{say(chosen.title)} – {chosen.definition['source']}"


def find_area(words: str) -> Area:
    """Return the region or province of a code or a name. Raise ValidationError when none or several fit."""
    rows = Area.objects.filter(valid_to=None, level__in=(Area.Level.REGENCY, Area.Level.PROVINCE))
    if code := dotted(words):
        found = list(rows.filter(code=code)[:1])
    else:
        exact = list(rows.filter(name__iexact=words.strip())[:2])
        found = exact or list(rows.filter(name__icontains=words.strip()).order_by("code")[:6])
    if not found:
        raise ValidationError(_("Daerah itu tidak ditemukan. Tulis kodenya, misalnya 16.11."))
    if len(found) > 1:
        names = ", ".join(f"{one.name} ({one.code})" for one in found)
        raise ValidationError(_("Ada beberapa: %(names)s. Tulis kodenya.") % {"names": names})
    return found[0]


class InviteForm(Form):
    """Whom to invite, by which office."""

    area = forms.CharField(
        label=gettext_lazy("Daerah"),
        max_length=80,
        help_text=gettext_lazy("Nama atau kode, misalnya Kabupaten Agam atau 13.06."),
    )
    contact_office = forms.CharField(label=gettext_lazy("Kantor yang dihubungi"), max_length=200)
    contact = forms.EmailField(
        label=gettext_lazy("Alamat surel kantor"), widget=forms.EmailInput({"autocomplete": "off"})
    )

    def clean_area(self) -> Area:
        return find_area(self.cleaned_data["area"])


class UntilForm(Form):
    """A new deadline."""

    closes = DateField(label=gettext_lazy("Tenggat yang baru, akhir hari"))


class BeginForm(Form):
    """With which programme the mentoring begins."""

    programme = BlueprintField("programmes", label=gettext_lazy("Program bimtek"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["programme"]
        assert isinstance(field, BlueprintField)
        field.fill()


class OrganisationForm(ModelForm):
    """An organisation of the movement."""

    class Meta:
        model = Organisation
        fields = ("name", "kind", "role", "from_year", "to_year", "offices", "source")
        labels = {
            "name": gettext_lazy("Nama"),
            "kind": gettext_lazy("Jenis"),
            "role": gettext_lazy("Peran"),
            "from_year": gettext_lazy("Sejak tahun"),
            "to_year": gettext_lazy("Sampai tahun"),
            "offices": gettext_lazy("Orang menurut jabatan"),
            "source": gettext_lazy("Sumber"),
        }
        help_texts = {"offices": gettext_lazy("Satu jabatan satu baris.")}


class FiguresForm(Form):
    """A file of figures."""

    file = FileField(label=gettext_lazy("Berkas CSV"), kinds=("csv",))


# Selection


class SeatForm(Form):
    """An assessor and the participants given to them."""

    user = OneOfThem("name", label=gettext_lazy("Penilai"))
    participants = SomeOfThem("area.title", label=gettext_lazy("Peserta yang dinilai"))

    def __init__(self, cohort: Cohort, data: Any = None) -> None:
        super().__init__(data)
        user, rows = self.fields["user"], self.fields["participants"]
        assert isinstance(user, OneOfThem)
        assert isinstance(rows, SomeOfThem)
        user.queryset = holders_of("movement.assess")
        rows.queryset = cohort.participants.filter(
            status__in=(Participant.Status.APPLIED, Participant.Status.ASSESSED)
        ).select_related("area")


class SlotForm(Form):
    """An interview."""

    day = DateField(label=gettext_lazy("Hari"))
    hour = forms.TimeField(
        label=gettext_lazy("Jam mulai"),
        input_formats=["%H.%M", "%H:%M"],
        help_text=gettext_lazy("Misalnya 09.30, waktu setempat."),
        error_messages={"invalid": gettext_lazy("Tulis jam seperti 09.30.")},
    )
    minutes = forms.IntegerField(label=gettext_lazy("Lamanya dalam menit"), initial=45)
    place = forms.CharField(label=gettext_lazy("Ruang atau alamat pertemuan daring"), max_length=200)
    jurors = SomeOfThem("user.name", label=gettext_lazy("Penilai yang hadir"))

    def __init__(self, participant: Participant, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["jurors"]
        assert isinstance(field, SomeOfThem)
        field.queryset = participant.jurors.select_related("user")

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"], tzinfo=zone())


class DecideForm(Form):
    """A decision."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Keputusan"),
        choices=[("chosen", gettext_lazy("Terpilih")), ("not", gettext_lazy("Tidak terpilih"))],
        widget=forms.RadioSelect,
    )
    reason = LongTextField(
        label=gettext_lazy("Alasan"),
        rows=4,
        max_length=1500,
        help_text=gettext_lazy("Kalimat ini tertulis di surat untuk daerah."),
    )


class MemorandumForm(Form):
    """A memorandum of understanding."""

    number = forms.CharField(label=gettext_lazy("Nomor nota kesepakatan"), max_length=120)
    parties = LongTextField(
        label=gettext_lazy("Para pihak"),
        rows=3,
        max_length=1000,
        help_text=gettext_lazy("Satu pihak satu baris, misalnya bupati dan direktur jenderal."),
    )
    signed = DateField(label=gettext_lazy("Ditandatangani"))
    ends = DateField(label=gettext_lazy("Berlaku sampai"), required=False)
    file = FileField(label=gettext_lazy("Naskah bertanda tangan"), required=False, kinds=("pdf",))


class StatusForm(Form):
    """How a participant stands."""

    status = forms.ChoiceField(label=gettext_lazy("Keadaan"), widget=forms.RadioSelect)
    note = forms.CharField(label=gettext_lazy("Sebabnya"), max_length=300)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        wanted = (Participant.Status.RUNNING, Participant.Status.FINISHED, Participant.Status.WITHDRAWN)
        field.choices = [(one.value, one.label) for one in wanted]


class MentorsForm(Form):
    """Who mentors a participant."""

    mentors = SomeOfThem("name", label=gettext_lazy("Pendamping"), required=False)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["mentors"]
        assert isinstance(field, SomeOfThem)
        field.queryset = holders_of("movement.mentor")


class ConflictForm(Form):
    """Whether an assessor is free to mark a participant."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Hubungan dengan daerah ini"),
        choices=[
            ("free", gettext_lazy("Saya tidak punya benturan kepentingan")),
            ("conflict", gettext_lazy("Saya punya benturan kepentingan")),
        ],
        widget=forms.RadioSelect,
    )
    conflict = forms.CharField(
        label=gettext_lazy("Benturan apa"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Misalnya pernah menjadi konsultan, atau keluarga bekerja di sana."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("answer") == "conflict" and not given.get("conflict", "").strip():
            self.add_error("conflict", _("Tulis benturannya; penilai lain yang menilai."))
        if given.get("answer") == "free":
            given["conflict"] = ""
        return given


class BallotForm(Asking):
    """Marks by criterion, and a note."""

    def __init__(self, cohort: Cohort, data: Any = None, *, marks: Mapping[str, int], note: str = "") -> None:
        asked: dict[str, forms.Field] = {}
        is_final = data is None or data.get("do") == "hand_in"  # what is only kept may have gaps
        scale = [(number, str(number)) for number in range(cohort.least, cohort.most + 1)]
        for one in cohort.criteria:
            asked[f"k-{one['code']}"] = forms.TypedChoiceField(
                label=f"{say(one['title'])} ({one['weight']} %)",
                choices=scale,
                coerce=int,
                empty_value=None,
                required=is_final,
                widget=forms.RadioSelect({"class": "inline"}),
            )
        asked["note"] = LongTextField(
            label=_("Catatan"), rows=4, max_length=3000, required=False, initial=note
        )
        super().__init__(asked, data, initial={f"k-{code}": mark for code, mark in marks.items()})

    def marks(self) -> dict[str, int]:
        return {
            name[2:]: value
            for name, value in self.cleaned_data.items()
            if name.startswith("k-") and value is not None
        }


class ReviseForm(Form):
    """Another mark after the talk, and why."""

    mark = forms.IntegerField(label=gettext_lazy("Nilai yang baru"))
    reason = forms.CharField(label=gettext_lazy("Mengapa berubah"), max_length=300)


class MinutesForm(Form):
    """What was said in an interview."""

    minutes = LongTextField(label=gettext_lazy("Notulen"), rows=6, max_length=6000)


# Mentoring


def stage_choices(participant: Participant) -> list[tuple[str, str]]:
    return [(one["code"], say(one["title"])) for one in participant.cohort.stages]


class SessionForm(Form):
    """A bimtek."""

    stage = forms.ChoiceField(label=gettext_lazy("Tahap"))
    starts = DateField(label=gettext_lazy("Mulai"))
    ends = DateField(label=gettext_lazy("Selesai"))
    place = forms.CharField(label=gettext_lazy("Tempat"), max_length=200)
    agenda = LongTextField(
        label=gettext_lazy("Acara"),
        rows=5,
        max_length=3000,
        required=False,
        help_text=gettext_lazy("Satu acara satu baris."),
    )

    def __init__(self, participant: Participant, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = stage_choices(participant)


class AttendanceForm(Form):
    """Who came: an office a line with how many people."""

    rows = LongTextField(
        label=gettext_lazy("Yang hadir"),
        rows=10,
        max_length=6000,
        help_text=gettext_lazy("Satu kantor satu baris, lalu titik dua dan jumlah orang: Dinas Kesehatan: 3"),
    )

    def clean_rows(self) -> list[dict[str, Any]]:
        found = []
        for line in self.cleaned_data["rows"].splitlines():
            if not line.strip():
                continue
            name, _colon, count = line.rpartition(":")
            if not name.strip() or not count.strip().isdecimal():
                raise ValidationError(
                    _("Baris “%(line)s” belum lengkap. Tulis seperti: Dinas Kesehatan: 3")
                    % {"line": line.strip()[:60]}
                )
            found.append({"agency": name.strip(), "people": int(count)})
        return found


class ReceiveForm(Form):
    """What a participant handed over."""

    file = FileField(label=gettext_lazy("Berkas"), required=False, kinds=PAPERS)


class JudgeForm(Form):
    """Whether it is good."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Hasil pemeriksaan"),
        choices=[("accepted", gettext_lazy("Disetujui")), ("returned", gettext_lazy("Dikembalikan"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=gettext_lazy("Yang harus diperbaiki"), max_length=300, required=False)


class ClinicForm(Form):
    """A clinic."""

    day = DateField(label=gettext_lazy("Hari"))
    office = forms.CharField(label=gettext_lazy("Kantor yang berkonsultasi"), max_length=200, required=False)
    subject = forms.CharField(label=gettext_lazy("Pokok bahasan"), max_length=200)
    advice = LongTextField(label=gettext_lazy("Saran pendamping"), rows=5, max_length=4000)


class CommentForm(Form):
    """A comment on one line of the plan."""

    line = forms.ChoiceField(label=gettext_lazy("Baris rencana"), choices=Comment.Line.choices)
    quoted = forms.CharField(
        label=gettext_lazy("Judul baris itu"),
        max_length=300,
        help_text=gettext_lazy("Kutip seperti tertulis di rencana."),
    )
    words = LongTextField(label=gettext_lazy("Komentar"), rows=5, max_length=4000)
    line_key = forms.UUIDField(
        label=gettext_lazy("Kunci tetap baris"),
        required=False,
        help_text=gettext_lazy(
            "Bagian akhir alamat halamannya di situs daerah; kosongkan bila rencananya masih di kertas."
        ),
        error_messages={"invalid": gettext_lazy("Kuncinya 36 huruf dan angka dengan tanda hubung.")},
    )
    revision = forms.IntegerField(
        label=gettext_lazy("Revisi rencana"), required=False, min_value=1, max_value=999
    )


class AnswerForm(Form):
    """What the region answers."""

    words = LongTextField(label=gettext_lazy("Jawaban daerah"), rows=4, max_length=4000)


class CommitmentForm(Form):
    """A signed commitment sheet."""

    title = forms.CharField(label=gettext_lazy("Judul lembar"), max_length=200)
    signed = DateField(label=gettext_lazy("Ditandatangani"))
    heads = LongTextField(
        label=gettext_lazy("Yang menandatangani"),
        rows=8,
        max_length=6000,
        help_text=gettext_lazy("Satu kantor satu baris, dengan nama kepalanya."),
    )
    file = FileField(
        label=gettext_lazy("Lembar bertanda tangan"), required=False, kinds=("pdf", "jpg", "png")
    )


# The readiness form


class ReadinessForm(Asking):
    """A form of a pack as fields: a level and words for each question, rows of applications, the office."""

    def __init__(self, form: Blueprint, data: Any = None, *, submission: Submission | None = None) -> None:
        self.shape = form.definition
        kept = submission.answers if submission else {}
        rows: Sequence[Any] = submission.applications if submission else []
        asked: dict[str, forms.Field] = {}
        is_final = data is None or data.get("do") == "send"  # what is only kept may have gaps
        levels = [(one["code"], say(one["title"])) for one in self.shape["scale"]]
        for question in questions_of(form):
            code = question["code"]
            answer = kept.get(code, {})
            asked[f"q-{code}"] = forms.ChoiceField(
                label=say(question["title"]),
                help_text=say(question["hint"]) if question.get("hint") else "",
                choices=levels,
                required=is_final,
                widget=forms.RadioSelect,
                initial=answer.get("level", ""),
            )
            asked[f"w-{code}"] = LongTextField(
                label=_("Penjelasan"),
                rows=3,
                max_length=2000,
                required=False,
                initial=answer.get("words", ""),
            )
        self.count = len(rows) + EMPTY_ROWS
        if data is not None and str(data.get("rows", "")).isdecimal():
            self.count = min(max(int(data["rows"]), EMPTY_ROWS), 200)
        for place in range(self.count):
            row = rows[place] if place < len(rows) else {}
            asked[f"a-{place}-name"] = forms.CharField(
                label=_("Nama aplikasi"), max_length=120, required=False, initial=row.get("name", "")
            )
            asked[f"a-{place}-agency"] = forms.CharField(
                label=_("Instansi pemilik"), max_length=120, required=False, initial=row.get("agency", "")
            )
            asked[f"a-{place}-users"] = forms.IntegerField(
                label=_("Pemakai dalam 12 bulan"),
                min_value=0,
                max_value=100_000_000,
                required=False,
                initial=row.get("users"),
                widget=forms.TextInput({"inputmode": "numeric"}),
                error_messages={"invalid": _("Tulis jumlah orang dengan angka saja.")},
            )
        asked["office"] = forms.CharField(
            label=_("Kantor yang mengisi formulir ini"),
            max_length=200,
            required=is_final,
            initial=submission.by_office if submission else "",
        )
        super().__init__(asked, data)

    def parts(self) -> Iterator[tuple[dict[str, Any], list[tuple[BoundField, BoundField]]]]:
        """Yield each element with its (level, words)."""
        for part in self.shape["parts"]:
            codes = [one["code"] for one in part["questions"]]
            yield part, [(self[f"q-{code}"], self[f"w-{code}"]) for code in codes]

    def application_rows(self) -> list[tuple[int, BoundField, BoundField, BoundField]]:
        return [
            (place + 1, self[f"a-{place}-name"], self[f"a-{place}-agency"], self[f"a-{place}-users"])
            for place in range(self.count)
        ]

    def answers(self) -> dict[str, dict[str, str]]:
        given = self.cleaned_data
        return {
            name[2:]: {"level": given[name], "words": given[f"w-{name[2:]}"]}
            for name in given
            if name.startswith("q-")
        }

    def applications(self) -> list[dict[str, Any]]:
        given = self.cleaned_data
        return [
            {part: given[f"a-{place}-{part}"] for part in ("name", "agency", "users")}
            for place in range(self.count)
        ]


class ProofForm(Form):
    """A file that shows an answer."""

    question = forms.ChoiceField(label=gettext_lazy("Pertanyaan yang dibuktikan"))
    proves = forms.CharField(
        label=gettext_lazy("Apa yang dibuktikan"),
        help_text=gettext_lazy("Misalnya: keputusan bupati tentang tim pelaksana."),
        max_length=200,
    )
    file = FileField(label=gettext_lazy("Berkas"), kinds=PAPERS)

    def __init__(self, form: Blueprint, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="bukti-%s")
        field = self.fields["question"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one["code"], say(one["title"])) for one in questions_of(form)]
