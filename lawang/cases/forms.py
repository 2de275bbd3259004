"""A form out of a definition's fields: one page, in parts, with what hangs on other answers and groups that repeat.

The same names, hints and order as the printed form and the JSON Schema have. Answers are read by reading.py, never by
Django's fields, which only show them; so the form on a page, the phone's outbox and a program get the same sentences.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.cases.definition import HAVE, PAPERS, Definition, Requirement, papers_come_first
from lawang.cases.reading import LONGEST, read_flat
from lawang.cases.receiving import FILES, OTHER, in_regency
from lawang.lib import fields as lib
from lawang.lib.text import say
from lawang.people.node import node
from lawang.web.forms import DateInput, Form, NumberInput

MORE = "tambah"  # name of the button that asks for one more repetition; its value is the path of the group
TEMPLATE = 0  # number of the repetition that scripts copy; real ones count from 1
MOST_RADIOS = 6
PREPARE = "siapkan"  # anchor of the part with the papers
AUTOCOMPLETE = {  # what a browser knows of the person who fills in, by column of Party
    "name": "name",
    "phone": "tel",
    "email": "email",
    "birth_date": "bday",
    "address": "street-address",
}
TAKES = {"photo": "image/*", "pdf": ".pdf"}

Choices = list[tuple[str, Any]]


class Places(NamedTuple):
    """The areas of the regency as choices: villages under their district, and districts."""

    village: Choices
    district: Choices


def places_here() -> Places:
    """Return what a place can be chosen from; one query."""
    home = node().area
    if home is None:
        return Places([], [])
    rows = list(
        Area.objects.filter(code__startswith=f"{home.code}.", valid_to=None)
        .order_by("code")
        .values_list("code", "name")
    )
    names = {code: name for code, name in rows if code.count(".") == 2}
    below: dict[str, list[tuple[str, str]]] = {}
    for code, name in rows:
        if code.count(".") == 3:
            below.setdefault(code.rpartition(".")[0], []).append((code, name))
    return Places(
        [(names.get(code, code), villages) for code, villages in below.items()], list(names.items())
    )


class When(NamedTuple):
    """Ask this only after certain answers: for the script, and in words for those without one."""

    name: str  # of the field that decides
    values: str  # codes, separated by spaces
    words: str


@dataclass(frozen=True)
class Item:
    """One thing in the form, in order: a field, a group of them, or a group that repeats."""

    kind: str  # field, group, rows
    name: str  # path
    title: str = ""
    help: str = ""
    field: BoundField | None = None
    when: When | None = None
    items: "tuple[Item, ...]" = ()
    rows: "tuple[tuple[int, tuple[Item, ...]], ...]" = ()  # number, what is in it
    spare: "tuple[Item, ...]" = ()  # the repetition that a script copies
    can_grow: bool = False
    most: int = 0


@dataclass(frozen=True)
class Part:
    """One part of the form under a heading; its code is the anchor."""

    code: str
    title: str
    help: str
    items: tuple[Item, ...]

    @property
    def hangs(self) -> bool:
        """Tell whether everything in it hangs on other answers, so that it may look empty."""
        return all(one.when is not None for one in self.items)


class FileInput(forms.FileInput):
    """Several photos or PDFs; a phone offers its camera."""

    allow_multiple_selected = True

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> list[Any]:
        return files.getlist(name) if hasattr(files, "getlist") else []


class FieldsForm(Form):
    """The fields of a definition as a form. After is_valid() `answers` are clean and nested.

    `more` are paths of repeating groups that were asked for once more; `autocomplete` says by path what a browser may
    fill in. `faults` are shown instead of reading again, when somebody has read already.
    """

    more_name = MORE

    def __init__(
        self,
        asked: tuple[lib.Field, ...],
        data: QueryDict | None = None,
        *,
        files: MultiValueDict[str, Any] | None = None,
        answers: lib.Answers | None = None,
        places: Places | None = None,
        today: date,
        more: Collection[str] = (),
        autocomplete: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, files)
        self.faults = faults
        self.asked = asked
        self.today = today
        self.more = set(more)
        self.old = answers or {}
        self.answers: lib.Answers = {}
        self.titles: dict[str, str] = {}  # plain words of each label
        self._places = places
        self._autocomplete = autocomplete or {}
        self._build()

    # What is in the form

    @property
    def grown(self) -> str:
        """Return the anchor of the repetition that was just added; "" without one."""
        for path, group in _rows(self.asked):
            if path in self.more:
                return f"baris-{path}-{self.times(path, group)}"
        return ""

    @property
    def places(self) -> Places:
        if self._places is None:
            self._places = places_here()
        return self._places

    def times(self, path: str, group: lib.Field) -> int:
        """Return how many repetitions of a group are shown."""
        found = lib.look(self.old, path)
        typed = len(found) if isinstance(found, list) else 0
        before = f"{path}."
        for name in self.data:
            number = name[len(before) :].partition(".")[0] if name.startswith(before) else ""
            if number.isdecimal() and len(number) < 4 and any(self.data.getlist(name)):  # type: ignore[attr-defined]
                typed = max(typed, int(number))
        shown = max(typed, group.least_times)
        if path in self.more:
            shown = max(shown, self._shown_before(before)) + 1
        return min(shown, group.most_times)

    def _shown_before(self, before: str) -> int:
        numbers = (name[len(before) :].partition(".")[0] for name in self.data if name.startswith(before))
        return max((int(one) for one in numbers if one.isdecimal() and len(one) < 4), default=0)

    def _build(self) -> None:
        for leaf in lib.leaves(self.asked, self.times):
            self._add(leaf)
        for path, group in _rows(self.asked):
            for leaf in lib.leaves(group.fields):
                self._add(lib.Leaf(f"{path}.{TEMPLATE}.{leaf.path}", leaf.field, (group, *leaf.around)))

    def _add(self, leaf: lib.Leaf) -> None:
        field = field_for(leaf.field, self.places_of(leaf.field))
        self.titles[leaf.path] = str(field.label)
        if any(group.repeats for group in leaf.around):
            number = leaf.number or TEMPLATE
            field.label = format_html("{} <span data-number>{}</span>", str(field.label), number)
        is_asked_always = all(
            group.required and (not group.repeats or TEMPLATE < leaf.number <= group.least_times)
            for group in leaf.around
        )
        if leaf.field.required and is_asked_always and getattr(field.widget, "input_type", "") != "radio":
            field.widget.attrs["aria-required"] = "true"
        if leaf.path in self._autocomplete:
            field.widget.attrs["autocomplete"] = self._autocomplete[leaf.path]
        value = lib.look(self.old, leaf.path)
        field.initial = Decimal(value) if leaf.field.decimals and value else value
        self.fields[leaf.path] = field

    def places_of(self, one: lib.Field) -> Choices:
        if one.kind != lib.Kind.PLACE:
            return []
        return self.places.district if one.level == "district" else self.places.village

    # Reading

    def full_clean(self) -> None:
        """Let reading.py read everything, unless that was done."""
        self._errors = ErrorDict(renderer=self.renderer)
        if not self.is_bound:
            return
        self.cleaned_data: dict[str, Any] = {}
        if self.faults is not None:
            self.complain(self.faults)
            return
        assert isinstance(self.data, QueryDict)
        read = read_flat(self.asked, dict(self.data.lists()), today=self.today, places=in_regency)
        self.answers = read.answers
        self.complain(read.faults)

    def complain(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong at its field; what belongs to no field that is shown stands on top."""
        for path, sentence in faults.items():
            if path in self.fields:
                self.add_error(path, ValidationError(sentence))
            else:
                self.add_error(None, ValidationError(sentence))

    # Showing

    def items(self, fields: Sequence[lib.Field] | None = None) -> tuple[Item, ...]:
        """Return what a page shows, in order."""
        return tuple(self._item(one, one.name) for one in (self.asked if fields is None else fields))

    def _item(self, one: lib.Field, path: str) -> Item:
        when = self.when(one.show_when, path)
        if one.kind != lib.Kind.GROUP:
            return Item("field", path, field=self[path], when=when)
        title, hint = say(one.title), say(one.help)
        if not one.repeats:
            inner = tuple(self._item(each, f"{path}.{each.name}") for each in one.fields)
            return Item("group", path, title, hint, when=when, items=inner)
        shown = self.times(path, one)
        rows = tuple((number, self._row(one, path, number)) for number in range(1, shown + 1))
        return Item(
            "rows",
            path,
            title,
            hint,
            when=when,
            rows=rows,
            spare=self._row(one, path, TEMPLATE),
            can_grow=shown < one.most_times,
            most=one.most_times,
        )

    def _row(self, group: lib.Field, path: str, number: int) -> tuple[Item, ...]:
        return tuple(self._item(each, f"{path}.{number}.{each.name}") for each in group.fields)

    def when(self, condition: lib.ShowWhen | None, path: str) -> When | None:
        """Return the condition with the name of the field that decides here: beside it first, the top last."""
        if condition is None:
            return None
        steps = path.split(".")
        for depth in range(len(steps) - 1, -1, -1):
            name = ".".join([*steps[:depth], condition.name])
            if name in self.fields:
                return When(name, " ".join(condition.values), self._in_words(name, condition.values))
        return None

    def _in_words(self, name: str, values: tuple[str, ...]) -> str:
        choices = getattr(self.fields[name], "choices", [])
        titles = {str(code): str(title) for code, title in choices}
        answers = _(" atau ").join(f"“{titles.get(value, value)}”" for value in values)
        return _("Isi bila “%(question)s” dijawab %(answers)s.") % {
            "question": self.titles.get(name, name),
            "answers": answers,
        }


class CaseForm(FieldsForm):
    """The whole form of a service: papers, the parts of the definition, who files it.

    Of each requirement it asks whether it is there or what takes its place, and for its photos.
    """

    def __init__(
        self, definition: Definition, data: QueryDict | None = None, *, corrects: bool = False, **more: Any
    ) -> None:
        self.definition = definition
        self.corrects = corrects  # answers that are already there: no papers come with them
        known = {
            path: AUTOCOMPLETE[column]
            for column, path in definition.applicant.items()
            if column in AUTOCOMPLETE
        }
        asked = _without_files(definition.fields) if corrects else definition.fields
        self.sections = tuple(
            (section, tuple(one for one in asked if one.name in {each.name for each in section.fields}))
            for section in definition.sections
        )
        super().__init__(asked, data, autocomplete=known, **more)

    def _build(self) -> None:
        for one in self.definition.requirements:
            if one.substitutes:
                self._add_choice(one)
            if not self.corrects and (one.is_uploaded or any(other.is_uploaded for other in one.substitutes)):
                self.fields[f"{one.path}{FILES}"] = self._upload(one)
        chosen = dict(self.fields)
        super()._build()
        self.fields |= chosen  # how papers are asked for is decided above
        for name, field in ({} if self.corrects else _other_fields()).items():
            self.fields[f"{OTHER}{name}"] = field

    def _add_choice(self, one: Requirement) -> None:
        paper = next(each for each in self.definition.papers.fields if each.name == one.code)  # type: ignore[union-attr]
        field = field_for(paper, [])
        field.initial = lib.look(self.old, one.path) or (HAVE if one.required else None)
        field.help_text = say(one.note)
        self.fields[one.path] = field
        self.titles[one.path] = say(one.title)

    def _upload(self, one: Requirement) -> forms.Field:
        field = forms.FileField(
            label=_("Foto atau berkasnya") if one.substitutes else say(one.title),
            required=one.required or bool(one.substitutes),
            help_text=_upload_hint(one),
            widget=FileInput({"accept": ",".join(TAKES[kind] for kind in one.accepts)}),
        )
        if one.required:
            field.widget.attrs["aria-required"] = "true"
        return field

    @property
    def parts(self) -> list[Part]:
        """Return the parts of the form, in order."""
        found = []
        if self.definition.requirements:
            papers = tuple(item for one in self.definition.requirements for item in self._paper_items(one))
            if papers:
                hint = "" if self.corrects else _("Foto dengan HP sudah cukup, asal terbaca.")
                found.append(Part(PREPARE, _("Yang Anda siapkan"), hint, papers))
        for section, fields in self.sections:
            if fields:
                code = section.code.replace("_", "-")
                found.append(Part(code, say(section.title), say(section.help), self.items(fields)))
        if not papers_come_first(self.definition):
            found = [
                *(one for one in found if one.code != PREPARE),
                *(one for one in found if one.code == PREPARE),
            ]
        return found

    @property
    def other(self) -> tuple[Item, ...]:
        """Return who files it: the tick, and what is asked then."""
        ticked = When(OTHER, "ya", _("Isi bila Anda mengajukan untuk orang lain."))
        names = [f"{OTHER}{name}" for name in _other_fields()]
        return tuple(
            Item("field", name, field=self[name], when=ticked if name != OTHER else None) for name in names
        )

    def _paper_items(self, one: Requirement) -> list[Item]:
        when = self.when(one.show_when, one.path)
        found = []
        if one.path in self.fields:
            found.append(Item("field", one.path, field=self[one.path], when=when))
        name = f"{one.path}{FILES}"
        if name not in self.fields:
            return found
        if one.substitutes:
            codes = tuple(
                code
                for code, is_file in (
                    (HAVE, one.is_uploaded),
                    *((other.code, other.is_uploaded) for other in one.substitutes),
                )
                if is_file
            )
            inner = When(one.path, " ".join(codes), "")
            every = len(codes) == len(one.substitutes) + 1 and one.required
            upload = Item("field", name, field=self[name], when=None if every else inner)
            return [Item("group", "", when=when, items=(*found, upload))]
        return [*found, Item("field", name, field=self[name], when=when)]


def _without_files(fields: tuple[lib.Field, ...]) -> tuple[lib.Field, ...]:
    kept = (replace(one, fields=_without_files(one.fields)) for one in fields if one.kind != lib.Kind.FILE)
    return tuple(one for one in kept if one.kind != lib.Kind.GROUP or one.fields)


def _rows(fields: tuple[lib.Field, ...], before: str = "") -> list[tuple[str, lib.Field]]:
    """Return every group that repeats and stands in none that does, at its path."""
    found = []
    for one in fields:
        if one.kind == lib.Kind.GROUP:
            path = f"{before}{one.name}"
            found += [(path, one)] if one.repeats else _rows(one.fields, f"{path}.")
    return found


def _upload_hint(one: Requirement) -> str:
    takes = (
        _("Foto atau PDF, boleh beberapa.")
        if set(one.accepts) >= {"photo", "pdf"}
        else _("Foto, boleh beberapa.")
        if "photo" in one.accepts
        else _("PDF, boleh beberapa.")
    )
    return takes if one.substitutes or not one.note else f"{say(one.note)} {takes}"


def _other_fields() -> dict[str, forms.Field]:
    return {
        "": forms.BooleanField(
            label=_("Saya mengajukan untuk orang lain"),
            required=False,
            widget=forms.CheckboxInput({"value": "ya"}),
        ),
        ".name": forms.CharField(
            label=_("Nama Anda"), widget=forms.TextInput({"autocomplete": "name", "class": "w20"})
        ),
        ".phone": forms.CharField(
            label=_("Nomor telepon Anda"),
            required=False,
            widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "w20"}),
        ),
        ".authority": forms.CharField(
            label=_("Mengapa Anda yang mengajukan?"),
            help_text=_("Misalnya: anak kandung; kuasa dengan surat 12 Maret 2026; kader desa."),
            widget=forms.TextInput(),
        ),
    }


# One field


def field_for(one: lib.Field, places: Choices) -> forms.Field:
    """Return the Django field that shows a leaf; it checks nothing."""
    hint = say(one.help)
    if one.example and one.kind not in (lib.Kind.PLACE, lib.Kind.CHOICE, lib.Kind.FILE):
        example = _("Misalnya %(example)s.") % {"example": one.example.rstrip(".")}
        hint = f"{hint} {example}".strip()
    shared: dict[str, Any] = {"label": say(one.title), "help_text": hint, "required": one.required}
    return _MAKERS[one.kind](one, shared, places)


Maker = Callable[[lib.Field, dict[str, Any], Choices], forms.Field]

_FORMATS: dict[str, dict[str, str]] = {  # attributes of a text input by the text's form
    "email": {"type": "email", "inputmode": "email", "autocapitalize": "none", "class": "w20"},
    "phone": {"type": "tel", "class": "w20"},
    "time": {"class": "w4"},
    "family_card": {"inputmode": "numeric", "class": "w20"},
}


def _text(one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    attrs = {"autocomplete": "off", **_FORMATS.get(one.format, {})}
    most = one.most or LONGEST[lib.Kind.TEXT]
    if not one.format and most <= 20:
        attrs["class"] = "w10"
    return forms.CharField(widget=forms.TextInput(attrs), **shared)


def _long_text(one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    attrs: dict[str, str] = {"rows": "4"}
    if one.most:
        attrs["data-count"] = str(one.most)
    return forms.CharField(widget=forms.Textarea(attrs), **shared)


def _number(one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    money = one.kind == lib.Kind.MONEY
    attrs = {"inputmode": "decimal" if one.decimals else "numeric"}
    return forms.CharField(widget=NumberInput(attrs, before="Rp" if money else ""), **shared)


def _date(_one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    return forms.Field(widget=DateInput(), **shared)


def _choice(one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    choices: Choices = [(choice.code, say(choice.title)) for choice in one.choices]
    if len(choices) <= MOST_RADIOS:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(), **shared)
    return forms.ChoiceField(choices=[("", gettext_lazy("Pilih")), *choices], **shared)


def _place(one: lib.Field, shared: dict[str, Any], places: Choices) -> forms.Field:
    first = gettext_lazy("Pilih kecamatan") if one.level == "district" else gettext_lazy("Pilih desa")
    return forms.ChoiceField(choices=[("", first), *places], **shared)


def _file(_one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    return forms.FileField(widget=FileInput({"accept": "image/*,.pdf"}), **shared)


def _identity(_one: lib.Field, shared: dict[str, Any], _places: Choices) -> forms.Field:
    attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "w20"}
    return forms.CharField(widget=forms.TextInput(attrs), **shared)


_MAKERS: dict[lib.Kind, Maker] = {
    lib.Kind.TEXT: _text,
    lib.Kind.LONG_TEXT: _long_text,
    lib.Kind.NUMBER: _number,
    lib.Kind.MONEY: _number,
    lib.Kind.DATE: _date,
    lib.Kind.CHOICE: _choice,
    lib.Kind.PLACE: _place,
    lib.Kind.FILE: _file,
    lib.Kind.IDENTITY: _identity,
}

__all__ = ["MORE", "PAPERS", "CaseForm", "FieldsForm", "Item", "Part", "Places", "When", "places_here"]
