"""The forms of awards: open a year, correct a list, name jurors, declare and judge, decide."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.text import say
from lawang.movement.awards.actions import Win
from lawang.movement.awards.models import Award, AwardCategory, AwardJuror, JuryVote, Nominee
from lawang.movement.awards.packs import newest
from lawang.movement.cohorts.forms import Asking, OneOfThem, holders_of
from lawang.movement.models import Assessment, Evaluation
from lawang.plans.forms import WordsField
from lawang.web.forms import Form, LongTextField

PLACES = 3  # how many places a decision may give


class EvaluationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A year whose results are published."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.year)


class CategoriesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some categories, by their title."""

    def label_from_instance(self, obj: Any) -> str:
        return say(obj.title)


class OpenForm(Form):
    """Which year, which categories."""

    evaluation = EvaluationField(
        label=gettext_lazy("Hasil tahun"), queryset=Evaluation.objects.none(), empty_label=None
    )
    categories = CategoriesField(
        label=gettext_lazy("Kategori"),
        queryset=AwardCategory.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Daftar nominasinya dihitung dari hasil tahun itu. Yang sudah dibuka tidak berubah."
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        year, some = self.fields["evaluation"], self.fields["categories"]
        assert isinstance(year, forms.ModelChoiceField)
        assert isinstance(some, forms.ModelMultipleChoiceField)
        year.queryset = Evaluation.objects.filter(state=Evaluation.State.PUBLISHED).order_by("-year")
        some.queryset = AwardCategory.objects.filter(pk__in=[one.pk for one in newest()])


class AddForm(Form):
    """A regency that is named by hand, and why."""

    assessment = OneOfThem("area.title", label=gettext_lazy("Daerah"))
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=300, help_text=gettext_lazy("Alasan ini dibaca semua orang.")
    )

    def __init__(self, award: Award, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["assessment"]
        assert isinstance(field, OneOfThem)
        rows = Assessment.objects.filter(
            evaluation=award.evaluation, took_part=True, final__isnull=False, state=Assessment.State.PUBLISHED
        ).exclude(nominations__in=award.nominees.filter(is_dropped=False))
        rows = rows.filter(track=award.track) if award.track else rows
        field.queryset = rows.select_related("area").order_by("area__name")


class ReasonForm(Form):
    """Why, in a sentence."""

    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=300)

    def __init__(self, data: Any = None, *, is_public: bool = True) -> None:
        super().__init__(data)
        if is_public:
            self.fields["reason"].help_text = _("Alasan ini dibaca semua orang.")


class SubjectForm(Form):
    """Which quick win of the regency is judged."""

    subject = forms.CharField(label=gettext_lazy("Nama percepatan"), max_length=200)


class JurorForm(Form):
    """Somebody with the task to judge."""

    user = OneOfThem("name", label=gettext_lazy("Juri"))

    def __init__(self, award: Award, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["user"]
        assert isinstance(field, OneOfThem)
        field.queryset = holders_of("movement.assess").exclude(award_juries__award=award)


# The juror's side


class DeclareForm(Asking):
    """Of every nominee: free to judge it, or which conflict there is."""

    def __init__(self, nominees: Sequence[Nominee], votes: dict[int, JuryVote], data: Any = None) -> None:
        self.nominees = nominees
        asked: dict[str, forms.Field] = {}
        initial: dict[str, Any] = {}
        for one in nominees:
            asked[f"h-{one.pk}"] = forms.ChoiceField(
                label=_("Hubungan Anda dengan %(area)s") % {"area": one.assessment.area.title},
                choices=[
                    ("free", _("Saya tidak punya benturan kepentingan")),
                    ("conflict", _("Saya punya benturan kepentingan")),
                ],
                widget=forms.RadioSelect,
            )
            asked[f"b-{one.pk}"] = forms.CharField(
                label=_("Benturan apa dengan %(area)s") % {"area": one.assessment.area.title},
                max_length=300,
                required=False,
            )
            if vote := votes.get(one.pk):
                initial[f"h-{one.pk}"] = "conflict" if vote.conflict else "free"
                initial[f"b-{one.pk}"] = vote.conflict
        super().__init__(asked, data, initial=initial)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for one in self.nominees:
            if given.get(f"h-{one.pk}") == "conflict" and not given.get(f"b-{one.pk}", "").strip():
                self.add_error(f"b-{one.pk}", _("Tulis benturannya; juri lain yang menilai."))
        return given

    def conflicts(self) -> dict[int, str]:
        """Return nominee (pk) -> the conflict, "" for none."""
        given = self.cleaned_data
        return {
            one.pk: given[f"b-{one.pk}"] if given[f"h-{one.pk}"] == "conflict" else ""
            for one in self.nominees
        }


class MarksForm(Asking):
    """Marks by nominee and criterion, and what the reasons should say."""

    def __init__(self, juror: AwardJuror, votes: Sequence[JuryVote], data: Any = None) -> None:
        award = juror.award
        self.votes = [one for one in votes if not one.conflict]
        self.codes = [one["code"] for one in award.criteria]
        is_final = data is None or data.get("do") == "hand_in"  # what is only kept may have gaps
        scale = [(number, str(number)) for number in range(award.least, award.most + 1)]
        asked: dict[str, forms.Field] = {}
        initial: dict[str, Any] = {"note": juror.note}
        for vote in self.votes:
            for one in award.criteria:
                name = f"n-{vote.nominee_id}-{one['code']}"
                asked[name] = forms.TypedChoiceField(
                    label=f"{say(one['title'])} ({one['weight']} %)",
                    choices=scale,
                    coerce=int,
                    empty_value=None,
                    required=is_final,
                    widget=forms.RadioSelect({"class": "inline"}),
                )
                asked[name].error_messages["required"] = _("%(area)s: pilih nilai untuk “%(criterion)s”.") % {
                    "area": vote.nominee.assessment.area.title,
                    "criterion": say(one["title"]),
                }
                initial[name] = vote.marks.get(one["code"])
        asked["note"] = LongTextField(
            label=_("Catatan untuk alasan putusan"), rows=4, max_length=3000, required=False
        )
        super().__init__(asked, data, initial=initial)

    def groups(self) -> Iterator[tuple[JuryVote, list[BoundField]]]:
        """Yield each vote with its fields, for the page."""
        for vote in self.votes:
            yield vote, [self[f"n-{vote.nominee_id}-{code}"] for code in self.codes]

    def marks(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = {}
        for vote in self.votes:
            given = {code: self.cleaned_data.get(f"n-{vote.nominee_id}-{code}") for code in self.codes}
            marks = {code: value for code, value in given.items() if value is not None}
            if marks:
                found[vote.nominee_id] = marks
        return found


# The decision


class DecideForm(Asking):
    """A place and reasons for whoever is awarded; all others stay empty."""

    def __init__(self, nominees: Sequence[Nominee], data: Any = None) -> None:
        self.nominees = nominees
        places = [("", _("tidak menang")), *((number, str(number)) for number in range(1, PLACES + 1))]
        asked: dict[str, forms.Field] = {}
        for one in nominees:
            area = one.assessment.area.title
            asked[f"p-{one.pk}"] = forms.TypedChoiceField(
                label=_("%(area)s: peringkat") % {"area": area},
                choices=places,
                coerce=int,
                empty_value=None,
                required=False,
            )
            asked[f"r-{one.pk}"] = WordsField(
                label=_("%(area)s: alasan juri") % {"area": area}, rows=3, max_length=2000, required=False
            )
        super().__init__(asked, data)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for one in self.nominees:
            if given.get(f"p-{one.pk}") and not given.get(f"r-{one.pk}") and f"r-{one.pk}" not in self.errors:
                self.add_error(f"r-{one.pk}", _("Tulis alasan putusan; semua orang membacanya."))
        return given

    def wins(self) -> list[Win]:
        given = self.cleaned_data
        return [
            Win(one.pk, given[f"p-{one.pk}"], given[f"r-{one.pk}"])
            for one in self.nominees
            if given[f"p-{one.pk}"]
        ]
