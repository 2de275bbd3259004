"""Merge programmes of a draft into one, or split a part of one off."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import now
from lawang.people.permissions import demand, needs
from lawang.plans.desk.edition import Edition, edition, frame, person
from lawang.plans.desk.rows import add_once, posted, programme_way, sent_before
from lawang.plans.forms import WordsField
from lawang.plans.models import Programme
from lawang.plans.revising import Part, merge_programmes, split_programme
from lawang.web.forms import Form, LongTextField, NumberField


class MergeForm(Form):
    """Which programmes go on in this one."""

    codes = LongTextField(
        label=gettext_lazy("Kode program yang digabungkan ke sini"),
        rows=4,
        help_text=gettext_lazy("Satu per baris, misalnya TK-02."),
    )

    def __init__(self, *args: Any, into: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.into = into

    def clean_codes(self) -> list[UUID]:
        codes = [line.strip() for line in self.cleaned_data["codes"].splitlines() if line.strip()]
        rows = Programme.objects.filter(revision=self.into.revision_id).values_list("code", "key")
        known = {code.casefold(): key for code, key in rows}
        missing = [code for code in codes if code.casefold() not in known]
        if missing:
            raise forms.ValidationError(
                _("Tidak ada program berkode %(codes)s di draf ini.") % {"codes": ", ".join(missing)[:120]}
            )
        return list(dict.fromkeys(known[code.casefold()] for code in codes))


class SplitForm(Form):
    """The new programme, and what it takes along."""

    code = forms.CharField(label=gettext_lazy("Kode program baru"), max_length=30)
    title = WordsField(label=gettext_lazy("Nama program baru"))
    indicators = forms.MultipleChoiceField(
        label=gettext_lazy("Indikator yang ikut"), required=False, widget=forms.CheckboxSelectMultiple
    )
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("Kegiatan yang ikut"), required=False, widget=forms.CheckboxSelectMultiple
    )
    percent = NumberField(
        label=gettext_lazy("Bagian setiap baris anggaran yang ikut"),
        unit="%",
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=Decimal(0),
    )

    def __init__(self, *args: Any, of: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("indicators", of.indicators.all()), ("activities", of.activities.all())):
            offered = [(row.code, f"{row.code} {say(row.title)}") for row in rows]
            choice = self.fields[name]
            assert isinstance(choice, forms.MultipleChoiceField)
            choice.choices = offered
            if not offered:
                del self.fields[name]


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Let other programmes go on in this one; their addresses lead here from then on."""
    shown = edition(request)
    row = get_object_or_404(Programme, revision=shown.revision, key=key)
    demand(request.user, "plans.edit", row)
    if to := sent_before(request, "programmes_merged"):
        return redirect(to)
    form = MergeForm(posted(request), into=row)
    if request.method == "POST" and form.is_valid():

        def do() -> str:
            others = form.cleaned_data["codes"]
            merge_programmes(shown.revision, into=key, others=others, by=person(request), at=now())
            return reverse("planner:programme", args=[key])

        if answer := _tried(request, form, "programmes_merged", do, _("Program digabungkan.")):
            return answer
    words = _(
        "Indikator, kegiatan, tonggak, dan percepatannya pindah ke program ini; anggarannya dijumlahkan. "
        "Alamat lama tetap membuka halaman yang menunjuk ke sini."
    )
    title = _("Gabungkan ke %(name)s") % {"name": f"{row.code} {say(row.title)}"}
    return _page(request, shown, row, form, title, words, _("Gabungkan"))


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Split a new programme off this one, which goes on with the rest."""
    shown = edition(request)
    row = get_object_or_404(Programme, revision=shown.revision, key=key)
    demand(request.user, "plans.edit", row)
    if to := sent_before(request, "programme_split"):
        return redirect(to)
    form = SplitForm(posted(request), of=row)
    if request.method == "POST" and form.is_valid():

        def do() -> str:
            typed = form.cleaned_data
            part = Part(
                typed["code"],
                typed["title"],
                tuple(typed.get("indicators", ())),
                tuple(typed.get("activities", ())),
                typed["percent"],
            )
            made = split_programme(shown.revision, key, [part], by=person(request), at=now())
            return reverse("planner:programme", args=[made[0].key])

        if answer := _tried(
            request, form, "programme_split", do, _("Program dipecah. Ini bagian yang baru.")
        ):
            return answer
    words = _(
        "Program baru mewarisi pemilik, tahun, wilayah, dan tempatnya. Yang tidak ikut tetap di program lama."
    )
    title = _("Pecah %(name)s") % {"name": f"{row.code} {say(row.title)}"}
    return _page(request, shown, row, form, title, words, _("Pecah program"))


def _tried(request: HttpRequest, form: Form, verb: str, do: Any, done: str) -> HttpResponseBase | None:
    try:
        to = add_once(request, verb, do)
    except Refused as refused:
        form.refuse(refused)
        return None
    messages.success(request, done)
    return redirect(to)


def _page(
    request: HttpRequest, shown: Edition, row: Programme, form: Form, title: str, words: str, submit: str
) -> HttpResponseBase:
    context = frame(request, shown, *programme_way(row), thing=row) | {
        "form": form,
        "title": title,
        "words": words,
        "submit": submit,
        "fresh": uuid4(),
        "back": reverse("planner:programme", args=[row.key]),
    }
    return render(request, "plans/desk/reshape.html", context, status=422 if form.errors else 200)
