"""The decisions beside a case: what this person may do now, what each asks for, and why the rest is not offered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases import deadlines
from lawang.cases.actions import Given
from lawang.cases.definition import Step
from lawang.cases.desk.dossier import Dossier, Lines, candidates_of
from lawang.cases.forms import FieldsForm
from lawang.cases.models import Case
from lawang.cases.offices import days_of
from lawang.cases.rules import TAKER_VERBS, verb_of
from lawang.documents.actions import pdf_of
from lawang.documents.validation import Verdict, validate
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import day_of
from lawang.people.permissions import may
from lawang.web.forms import FileField, Form, LongTextField

TAKERS = {
    "officer": gettext_lazy("petugas"),
    "section_head": gettext_lazy("kepala seksi"),
    "division_head": gettext_lazy("kepala bidang"),
    "head": gettext_lazy("kepala instansi"),
    "superior": gettext_lazy("atasan PPID"),
    "applicant": gettext_lazy("pemohon"),
}
OTHER_LAW = "-"
REFUSING = (Case.Outcome.REFUSED, Case.Outcome.NOT_HELD, Case.Outcome.PARTLY)
MOST_ITEMS = 30


class GivenForm(Form):
    """What a step of a certain kind asks for, beside its own fields. Names begin with "_", for no field's does."""

    def __init__(
        self, step: Step, dossier: Dossier, data: QueryDict | None = None, files: Any = None
    ) -> None:
        super().__init__(data, files, auto_id=f"{step.code}-%s")
        self.step, self.dossier = step, dossier
        missing = {
            "_law": _("Pilih atau tuliskan dasar hukumnya."),
            "_outcome": _("Pilih keputusannya."),
            "_upload": _("Pilih berkas PDF-nya, atau centang bahwa hasilnya hanya tercetak."),
        }
        for name, asked in self._asked():
            asked.error_messages["required"] = missing.get(name, _("Isian ini belum diisi."))
            self.fields[name] = asked

    def _asked(self) -> Iterator[tuple[str, forms.Field]]:
        step = self.step
        match step.kind:
            case "ask":
                if replies := self.dossier.replies:
                    yield "_ready", ready_field(replies)
                yield (
                    "_items",
                    LongTextField(
                        label=_("Apa yang harus dilengkapi"),
                        help_text=_("Satu baris satu hal, dengan kata-kata yang dimengerti pemohon."),
                        required=False,
                        rows=4,
                    ),
                )
            case "decide":
                yield from self._decision()
            case "hand_over" | "record_result":
                system = step.system or _("sistem tujuan")
                yield (
                    "_reference",
                    forms.CharField(label=_("Nomor dari %(system)s") % {"system": system}, max_length=80),
                )
            case "extend":
                yield (
                    "_note",
                    LongTextField(
                        label=_("Alasan diperpanjang; pemohon membacanya"), rows=3, max_length=2000
                    ),
                )
        if step.kind == "record_result":
            yield (
                "_upload",
                FileField(
                    label=_("PDF dari %(system)s") % {"system": step.system or _("sistem tujuan")},
                    kinds=("pdf",),
                    help_text=_(
                        "Tanda tangannya diperiksa di sini. Berkas yang berubah sesudah ditandatangani ditolak."
                    ),
                ),
            )
            yield (
                "_printed",
                forms.BooleanField(label=_("Hasilnya hanya tercetak, tidak ada PDF"), required=False),
            )
        if step.needs_reason and step.kind not in ("decide", "extend"):
            yield "_note", LongTextField(label=_("Alasan"), rows=3, max_length=2000)

    def _decision(self) -> Iterator[tuple[str, forms.Field]]:
        step = self.step
        if len(step.outcomes) > 1:
            labels = dict(Case.Outcome.choices)
            yield (
                "_outcome",
                forms.ChoiceField(
                    label=_("Keputusan"),
                    choices=[(code, str(labels[code]).capitalize()) for code in step.outcomes],
                    widget=forms.RadioSelect,
                ),
            )
        refuses = [code for code in step.outcomes if code in REFUSING]
        if refuses or step.needs_reason:
            always_refuses = len(refuses) == len(step.outcomes)
            always = step.needs_reason or always_refuses
            yield (
                "_note",
                LongTextField(
                    label=_("Alasan; pemohon membacanya"),
                    help_text=""
                    if always
                    else _("Wajib bila ditolak, dikabulkan sebagian, atau tidak dikuasai."),
                    rows=4,
                    max_length=4000,
                    required=always,
                ),
            )
            laws = [law["title"] for law in self.dossier.definition.data["standard"]["legal_basis"]]
            yield (
                "_law",
                forms.ChoiceField(
                    label=_("Dasar hukum"),
                    choices=[
                        ("", _("Pilih satu") if always_refuses else _("Pilih bila ditolak")),
                        *((law, law) for law in laws),
                        (OTHER_LAW, _("Lainnya")),
                    ],
                    required=always_refuses,
                ),
            )
            yield (
                "_other_law",
                forms.CharField(label=_("Dasar hukum lainnya"), max_length=300, required=False),
            )
        if Case.Outcome.DUPLICATE in step.outcomes:
            others = candidates_of(self.dossier) if self.dossier.classes else []
            if others:
                yield (
                    "_same",
                    forms.ChoiceField(
                        label=_("Sama dengan (NIK yang sama)"),
                        choices=[
                            (case.number, f"{case.number} · {long_date(case.received_at)}") for case in others
                        ],
                        widget=forms.RadioSelect,
                        required=False,
                    ),
                )
            yield (
                "_duplicate",
                forms.CharField(
                    label=_("Nomor permohonan yang sama"),
                    help_text=_("Wajib bila keputusannya “sudah diajukan sebelumnya”."),
                    max_length=40,
                    required=False,
                ),
            )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if self.step.kind == "ask" and not self.items():
            self.add_error("_items", _("Tuliskan paling sedikit satu hal yang harus dilengkapi."))
        if self.step.kind == "record_result":
            self._look_at_upload(typed)
        outcome = self.outcome()
        if outcome in REFUSING:
            if not typed.get("_note", "").strip() and "_note" not in self.errors:
                self.add_error("_note", _("Tuliskan alasannya; pemohon berhak tahu."))
            if not self.law() and "_law" not in self.errors:
                where = "_other_law" if typed.get("_law") == OTHER_LAW else "_law"
                self.add_error(where, _("Pilih atau tuliskan dasar hukumnya."))
        if outcome == Case.Outcome.DUPLICATE and self.duplicate() is None:
            self.add_error(
                "_duplicate", _("Nomor itu tidak ada di sini. Periksa lagi, atau cari dahulu di daftar.")
            )
        return typed

    def _look_at_upload(self, typed: dict[str, Any]) -> None:
        """Say what the signature of the PDF is worth before it is kept; one without any has to be meant."""
        upload = typed.get("_upload")
        if typed.get("_printed") and not upload:
            self.errors.pop("_upload", None)
        if not upload:
            return
        try:
            report = validate(pdf_of(upload), at=self.dossier.at)
        except Refused as refused:
            self.refuse(refused, "_upload")
            return
        if report.verdict is Verdict.BROKEN:
            words = " ".join(one.sentence() for one in report.signatures)
            self.add_error("_upload", words + " " + _("Unduh lagi dari sistem asalnya."))
        elif report.verdict is Verdict.UNSIGNED and not self.data.get("_anyway"):
            self.fields["_anyway"] = forms.BooleanField(
                label=_("Saya sudah memeriksanya; tetap pakai berkas tanpa tanda tangan"), required=False
            )
            self.add_error(
                "_upload",
                _(
                    "Berkas ini tidak ditandatangani secara elektronik. "
                    "Pilih lagi berkas yang benar, atau centang di bawah."
                ),
            )

    # What was typed

    def items(self) -> list[str]:
        chosen = set(self.cleaned_data.get("_ready", ()))
        ready = [str(reply.words) for reply in self.dossier.replies if str(reply.pk) in chosen]
        lines = [
            *(line for words in ready for line in words.splitlines()),
            *self.cleaned_data.get("_items", "").splitlines(),
        ]
        return [line.strip(" -•\t") for line in lines if line.strip(" -•\t")][:MOST_ITEMS]

    def outcome(self) -> str:
        if self.step.kind != "decide":
            return ""
        if len(self.step.outcomes) == 1:
            return self.step.outcomes[0]
        return str(self.cleaned_data.get("_outcome", ""))

    def law(self) -> str:
        chosen = self.cleaned_data.get("_law", "")
        return str(self.cleaned_data.get("_other_law", "") if chosen in ("", OTHER_LAW) else chosen).strip()

    def note(self) -> str:
        words = str(self.cleaned_data.get("_note", "")).strip()
        law = self.law()
        if not (words and law):
            return words
        return words + "\n" + _("Dasar hukum: %(law)s") % {"law": law}

    def duplicate(self) -> Case | None:
        number = (self.cleaned_data.get("_duplicate") or self.cleaned_data.get("_same") or "").strip().upper()
        return Case.objects.filter(number=number).exclude(pk=self.dossier.case.pk).first() if number else None


def ready_field(replies: list[Lines]) -> forms.Field:
    """Return the ready-made replies as boxes to tick; their words go in front of what is typed."""
    return forms.MultipleChoiceField(
        label=_("Jawaban siap"),
        choices=[(str(reply.pk), f"{reply.title}: {reply.words}") for reply in replies],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


@dataclass
class Choice:
    """One step that this person may take now."""

    step: Step
    given: GivenForm
    fields: FieldsForm | None
    is_main: bool = False  # the one primary button of the page
    is_open: bool = False
    about: str = ""  # what happens with it
    preview: str = ""  # address of its letter

    @property
    def title(self) -> str:
        return say(self.step.title)

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.given.fields or self.fields)

    @property
    def errors(self) -> Any:
        return self.given.errors or (self.fields.errors if self.fields else None)

    def is_valid(self) -> bool:
        own = self.given.is_valid()
        return (self.fields is None or self.fields.is_valid()) and own

    def to_give(self) -> Given:
        typed = self.given
        return Given(
            note=typed.note(),
            outcome=typed.outcome(),
            values=self.fields.answers if self.fields else {},
            items=typed.items() if self.step.kind == "ask" else (),
            reference=str(typed.cleaned_data.get("_reference", "")),
            upload=typed.cleaned_data.get("_upload"),
            duplicate_of=typed.duplicate() if typed.outcome() == Case.Outcome.DUPLICATE else None,
        )


@dataclass(frozen=True)
class Barred:
    """A step of the present state that is not offered, and why."""

    title: str
    why: str


@dataclass
class Decisions:
    """The right side of a case page."""

    choices: list[Choice] = field(default_factory=list)
    barred: list[Barred] = field(default_factory=list)
    waiting: str = ""  # for whom or what the case waits, when this person has nothing to do


def decisions_of(
    dossier: Dossier,
    *,
    opened: str = "",
    data: QueryDict | None = None,
    files: MultiValueDict[str, Any] | None = None,
) -> Decisions:
    """Return what can be done now. `opened` is the code of the step whose form is open, `data` what was typed there."""
    found = Decisions()
    for step in dossier.definition.steps_from(dossier.case.state):
        verb = verb_of(step)
        if step.kind == "pay":
            found.barred.append(Barred(say(step.title), _("Lewat daftar pembayaran.")))
        elif verb is None:
            found.barred.append(Barred(say(step.title), _unasked(step, dossier)))
        elif dossier.desk.acts_on(dossier.case, verb):
            bound = data if step.code == opened else None
            found.choices.append(
                choice_of(step, dossier, data=bound, files=files if bound is not None else None)
            )
        else:
            answer = may(dossier.desk.user, verb, dossier.case)
            taker = TAKERS.get(step.by, step.by)
            found.barred.append(
                Barred(say(step.title), _("Menunggu %(who)s.") % {"who": taker} + " " + answer.reason)
            )
    main = next((choice for choice in found.choices if choice.step.is_main), None)
    is_signing = dossier.definition.is_signing(dossier.case.state)
    if main is None and len(found.choices) == 1 and not is_signing:
        main = found.choices[0]
    for choice in found.choices:
        choice.is_main = choice is main
        choice.is_open = choice.step.code == opened
    if not found.choices or is_signing:
        found.waiting = _waits_for(dossier)
    return found


def choice_of(
    step: Step,
    dossier: Dossier,
    *,
    data: QueryDict | None = None,
    files: MultiValueDict[str, Any] | None = None,
) -> Choice:
    given = GivenForm(step, dossier, data, files)
    fields = None
    if step.fields:
        before = dossier.work.get(step.code, {})
        fields = FieldsForm(step.fields, data, answers=before, today=day_of(dossier.at))
        fields.auto_id = f"{step.code}-%s"
    return Choice(
        step,
        given,
        fields,
        about=_about(step, dossier),
        preview=reverse("desk:letter", args=[dossier.case.key, step.code])
        if step.letter and dossier.classes
        else "",
    )


def _about(step: Step, dossier: Dossier) -> str:
    """Say what a step does beside its title."""
    target = dossier.definition.states[step.to]
    match step.kind:
        case "ask":
            until = deadlines.plus(dossier.definition.answer_within, dossier.at, days_of(dossier.case.owner))
            return _("Waktu berhenti dihitung. Pemohon menjawab paling lambat %(day)s.") % {
                "day": long_date(until)
            }
        case "extend":
            count = dossier.parameters.get("extension_days", "0")
            return _("Janji diperpanjang %(count)s hari kerja, satu kali saja.") % {"count": count}
        case "issue":
            return _("Surat dibuat dengan isian ini, diberi nomor, lalu menunggu tanda tangan.")
    return _("Tahap berikutnya: %(state)s.") % {"state": say(target.title)}


def _unasked(step: Step, dossier: Dossier) -> str:
    if step.by == "applicant":
        return _("Hanya pemohon yang dapat melakukannya.")
    case = dossier.case
    if step.kind == "lapse" and case.answer_until:
        return _("Otomatis, bila sampai %(day)s tidak dijawab.") % {"day": long_date(case.answer_until)}
    if step.kind == "close" and case.stage_due_at:
        return _("Otomatis, sesudah %(day)s.") % {"day": long_date(case.stage_due_at)}
    if step.kind in ("move", "decide") and case.phase == Case.Phase.OPEN:
        return _("Otomatis, setelah suratnya ditandatangani semua.")
    return _("Otomatis.")


def _waits_for(dossier: Dossier) -> str:
    """Say whom the case waits for, when this person can do nothing."""
    case, definition = dossier.case, dossier.definition
    if case.phase == Case.Phase.WAITING:
        if case.answer_until:
            return _("Menunggu jawaban pemohon, paling lambat %(day)s. Waktu berhenti dihitung.") % {
                "day": long_date(case.answer_until)
            }
        return _("Menunggu jawaban pemohon. Waktu berhenti dihitung.")
    if case.phase == Case.Phase.CLOSED:
        return _("Permohonan ini sudah selesai.")
    if definition.is_signing(case.state):
        return _("Suratnya menunggu tanda tangan.")
    takers = dict.fromkeys(
        str(TAKERS[step.by])
        for step in definition.steps_from(case.state)
        if step.by in TAKER_VERBS and (step.is_main or step.kind != "ask")
    )
    if not takers:
        return _("Tidak ada yang perlu dilakukan sekarang.")
    return _("Menunggu %(who)s di %(office)s.") % {
        "who": _(" atau ").join(takers),
        "office": case.office.short_name,
    }
