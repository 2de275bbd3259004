"""The services as citizens look for them: rows of a list, search, what happens after filing, the service standard."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lawang.cases.definition import Definition, Requirement, State, Step, papers_come_first
from lawang.cases.models import Case, Event, Service, Unit
from lawang.cases.offices import DISTRICT, SAME, VILLAGE
from lawang.lib import clock
from lawang.lib import fields as lib
from lawang.lib.clock import Clock
from lawang.lib.numbers import rupiah
from lawang.lib.text import Text, say, text
from lawang.people.models import Agency

FOR_EVERYBODY = {  # services that no event of life names, and how people say what they want of them
    "pengaduan": text("Lapor kerusakan", "Report damage"),
    "informasi-publik": text("Minta informasi", "Ask for information"),
}


@dataclass(frozen=True)
class Row:
    """One service in a list."""

    code: str
    title: Text
    summary: Text
    price: str  # "Gratis"
    time: str  # "2 hari kerja"
    office: str
    is_open: bool
    share: str = ""  # "86 % tepat waktu", where enough cases are counted


class Offices:
    """Who does the work of units, by their codes; one query, when it is first asked."""

    def __init__(self) -> None:
        self._units: dict[str, Unit] | None = None

    @property
    def units(self) -> Mapping[str, Unit]:
        if self._units is None:
            self._units = {one.code: one for one in Unit.objects.select_related("agency")}
        return self._units

    def agency(self, unit: str) -> Agency | None:
        found = self.units.get(unit)
        return found.agency if found else None

    def name(self, unit: str) -> str:
        """Return who does the work of a unit, as people call them."""
        if unit == VILLAGE:
            return _("Kantor desa atau kelurahan Anda")
        if unit == DISTRICT:
            return _("Kantor kecamatan Anda")
        agency = self.agency(unit)
        if agency is not None:
            return agency.short_name or say(agency.name)
        return say(self.units[unit].title) if unit in self.units else unit


def offered() -> QuerySet[Any]:
    """Return the services that have a version in force, with what a list shows of it."""
    definition = "current__definition__"
    return Service.objects.filter(current__isnull=False).annotate(
        shown_title=F(f"{definition}title"),
        summary=F(f"{definition}summary"),
        fee=F(f"{definition}fee"),
        promise=F(f"{definition}clock"),
        unit=F(f"{definition}unit"),
    )


def rows_of(services: Iterable[Any], offices: Offices, shares: Mapping[int, str] | None = None) -> list[Row]:
    """Return the rows; `shares` says by service how its promise was kept."""
    return [
        Row(
            one.code,
            one.shown_title,
            one.summary,
            price_of(one.fee),
            clock.words(Clock(one.promise["kind"], one.promise["count"])),
            offices.name(one.unit),
            one.is_open,
            (shares or {}).get(one.pk, ""),
        )
        for one in services
    ]


def door_rows() -> dict[str, QuerySet[Any, Any]]:
    """Return the queries of what a home page offers first: the events of life, and the services for everybody."""
    services = Service.objects.filter(code__in=FOR_EVERYBODY, current__isnull=False, is_open=True)
    return {
        "door_events": Event.objects.order_by("order", "code").values("code", "title", "order"),
        "door_services": services.values("code"),
    }


def doors(
    events: Iterable[Mapping[str, Any]] | None = None, services: Iterable[Mapping[str, Any]] | None = None
) -> list[tuple[Text, str]]:
    """Return what a home page offers first, with addresses.

    `events` and `services` are the rows of `door_rows`, for a page that has read them already; else two queries.
    """
    wanted = door_rows()
    events = sorted(
        wanted["door_events"] if events is None else events, key=lambda one: (one["order"], one["code"])
    )
    found: list[tuple[Text, str]] = [
        (one["title"], reverse("cases:event", args=[one["code"]])) for one in events
    ]
    there = {one["code"] for one in (wanted["door_services"] if services is None else services)}
    found += [
        (words, reverse("cases:service", args=[code]))
        for code, words in FOR_EVERYBODY.items()
        if code in there
    ]
    return found


def line_of(one: Any) -> str:
    """Return price and time of a row of `offered`: "Gratis · 2 hari kerja"."""
    return f"{price_of(one.fee)} · {clock.words(Clock(one.promise['kind'], one.promise['count']))}"


def price_of(fee: int) -> str:
    return rupiah(fee) if fee else _("Gratis")


def found(services: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Return the services that hold the words, in title, summary or keywords, best first; beginnings count too."""
    cleaned = ["".join(letter for letter in word if letter.isalnum()) for word in words.split()]
    cleaned = [word for word in cleaned if word][:8]
    if not cleaned:
        return services
    beginnings = " & ".join(f"{word}:*" for word in cleaned)
    query = SearchQuery(words[:200], search_type="websearch", config="indonesian") | SearchQuery(
        beginnings, search_type="raw", config="indonesian"
    )
    called = Q(code__icontains=words.strip()[:60])
    named = Q()
    for word in cleaned:
        named &= Q(title__id__icontains=word) | Q(title__en__icontains=word)
    ranked: QuerySet[Any] = (
        services.annotate(rank=SearchRank(F("search"), query))
        .filter(Q(search=query) | called | named)
        .order_by(F("rank").desc(nulls_last=True), "code")
    )
    return ranked


# What happens after filing

LEADS_ON = ("move", "record_result", "hand_over", "decide", "issue", "pay", "close")


def usual_way(definition: Definition) -> list[tuple[Step | None, State]]:
    """Return the states of the usual way with the step that leads to each: main steps first, no detours."""
    way: list[tuple[Step | None, State]] = [(None, definition.states[definition.start])]
    seen = {definition.start}
    while True:
        here = way[-1][1]
        steps = [
            step
            for step in definition.steps_from(here.code)
            if step.kind in LEADS_ON and step.to not in seen and _is_onward(definition, here, step)
        ]
        if not steps:
            return way
        chosen = next((step for step in steps if step.is_main), steps[0])
        seen.add(chosen.to)
        way.append((chosen, definition.states[chosen.to]))


def _is_onward(definition: Definition, here: State, step: Step) -> bool:
    """Tell whether a step goes on: not back to the applicant, and not to a second ending."""
    target = definition.states[step.to]
    if target.phase == Case.Phase.WAITING:
        return False
    return here.phase != Case.Phase.CLOSED


@dataclass(frozen=True)
class Happening:
    """One step of "Yang terjadi": what, who does it, how long it may take."""

    title: str
    words: str
    who: str
    time: str


def happenings(definition: Definition, offices: Offices) -> list[Happening]:
    """Return what happens after filing, in plain words, in order."""
    found = [Happening(_("Anda mengajukan"), "", "", "")]
    unit = definition.unit
    for _step, state in usual_way(definition):
        if state.phase == Case.Phase.CLOSED and found[-1].title:
            continue
        unit = unit if state.unit == SAME else state.unit
        ends = state.phase in (Case.Phase.DECIDED, Case.Phase.CLOSED)
        found.append(
            Happening(
                say(state.title),
                say(state.citizen),
                "" if ends else offices.name(unit),
                clock.words(state.due) if state.due and not ends else "",
            )
        )
    return found


@dataclass(frozen=True)
class ToBring:
    """One line of "Siapkan"."""

    requirement: Requirement
    when: str  # "Bila ...", when it is not asked of everybody


def to_bring(definition: Definition) -> list[ToBring]:
    """Return what an applicant prepares, with when."""
    top = {one.name: one for section in definition.sections for one in section.fields}
    return [ToBring(one, _bila(one.show_when, top)) for one in definition.requirements]


# The service standard


def standard(definition: Definition, offices: Offices) -> Iterator[tuple[str, list[str]]]:
    """Yield the fourteen components of UU 25/2009, article 21, in the order of PermenPANRB 15/2014: title, lines."""
    written = definition.data["standard"]
    yield (
        _("Dasar hukum"),
        [
            f"{law['title']}: {say(law['about'])}" if law.get("about") else law["title"]
            for law in written["legal_basis"]
        ],
    )
    yield (
        _("Persyaratan"),
        [
            say(one.title)
            + "".join(_(" (atau: %(other)s)") % {"other": say(other.title)} for other in one.substitutes)
            for one in definition.requirements
        ]
        or [_("Tidak ada yang perlu dibawa.")],
    )
    yield (
        _("Sistem, mekanisme, dan prosedur"),
        [f"{one.title} – {one.who}" if one.who else one.title for one in happenings(definition, offices)],
    )
    yield _("Jangka waktu penyelesaian"), [clock.words(definition.clock)]
    note = definition.data.get("fee_note")
    yield (
        _("Biaya atau tarif"),
        [price_of(definition.fee) + (f". {say(note)}" if note else "")],
    )
    yield _("Produk pelayanan"), [say(definition.product)]
    for name, title in (
        ("facilities", _("Sarana, prasarana, dan fasilitas")),
        ("competence", _("Kompetensi pelaksana")),
        ("supervision", _("Pengawasan internal")),
        ("complaints", _("Penanganan pengaduan, saran, dan masukan")),
        ("staff", _("Jumlah pelaksana")),
        ("guarantee", _("Jaminan pelayanan")),
        ("safety", _("Jaminan keamanan dan keselamatan")),
        ("evaluation", _("Evaluasi kinerja pelaksana")),
    ):
        yield title, [say(written[name])]


BASES = {
    "consent": lambda: _("persetujuan Anda"),
    "contract": lambda: _("perjanjian dengan Anda"),
    "legal_duty": lambda: _("kewajiban menurut undang-undang"),
    "vital_interest": lambda: _("keselamatan jiwa"),
    "public_service": lambda: _("tugas pelayanan publik"),
    "legitimate_interest": lambda: _("kepentingan yang sah"),
}


def notice(definition: Definition) -> dict[str, Any]:
    """Return what the applicant is told about their data: purpose, basis, recipients, years."""
    processing = definition.data["processing"]
    return {
        "purpose": say(processing["purpose"]).rstrip("."),
        "basis": BASES[processing["basis"]](),
        "recipients": [say(one) for one in processing.get("recipients", [])],
        "years": definition.retention_years,
    }


# The form on paper


@dataclass(frozen=True)
class PaperItem:
    """One question on paper: boxes for letters, little squares to tick, or lines to write on."""

    label: str
    hint: str
    when: str  # "Isi bila ..."
    boxes: tuple[int, ...] = ()  # groups of boxes: a date has 2, 2, 4
    ticks: tuple[str, ...] = ()
    lines: int = 0

    @property
    def drawing(self) -> SafeString:
        return boxes_svg(self.boxes)


@dataclass(frozen=True)
class PaperPart:
    title: str
    items: tuple[PaperItem, ...]
    when: str = ""  # "Bila ..."


ROW = 24  # boxes in a line of the paper
BOX = (15, 19)  # a box, in points
GAP = 7


def boxes_svg(groups: Iterable[int]) -> SafeString:
    """Return boxes to write letters into, drawn in lines, so that they print where backgrounds do not."""
    width, height = BOX
    x, path = 1, []
    for count in groups:
        wide = count * width
        path.append(f"M{x} 1h{wide}v{height}h-{wide}z")
        path += [f"M{x + number * width} 1v{height}" for number in range(1, count)]
        x += wide + GAP
    size = x - GAP + 1
    return mark_safe(  # noqa: S308 - numbers only
        f'<svg class="boxes" viewBox="0 0 {size} {height + 2}" width="{size}" height="{height + 2}" '
        f'fill="none" stroke="currentColor" aria-hidden="true"><path d="{"".join(path)}"/></svg>'
    )


LONGEST_HINT = 60  # letters; longer ones are for the screen
MOST_ON_PAPER = 2  # repetitions that are printed of what may be filled in more often


def paper_parts(definition: Definition) -> list[PaperPart]:
    """Return the form as it is printed, in the order of the screen."""
    top = {one.name: one for section in definition.sections for one in section.fields}
    papers = tuple(
        PaperItem(
            say(one.title),
            "",
            _bila(one.show_when, top),
            ticks=(
                _("Ada"),
                *(say(other.title) for other in one.substitutes),
                *(() if one.required else (_("Tidak ada"),)),
            ),
        )
        for one in definition.requirements
    )
    bring = [PaperPart(_("Yang Anda bawa"), papers)] if papers else []
    parts: list[PaperPart] = []
    for section in definition.sections:
        plain: list[PaperItem] = []
        for one in section.fields:
            if one.kind != lib.Kind.GROUP:
                plain += _paper_items((one,), top)
                continue
            if plain:
                parts.append(PaperPart(say(section.title), tuple(plain)))
                plain = []
            times = max(one.least_times, min(one.most_times, MOST_ON_PAPER)) if one.repeats else 1
            for number in range(1, times + 1):
                title = say(one.title) + (f" {number}" if one.repeats else "")
                items = tuple(_paper_items(one.fields, top))
                parts.append(PaperPart(title, items, _bila(one.show_when, top)))
        if plain:
            parts.append(PaperPart(say(section.title), tuple(plain)))
    return [*bring, *parts] if papers_come_first(definition) else [*parts, *bring]


def _paper_items(fields: tuple[lib.Field, ...], around: Mapping[str, lib.Field]) -> Iterator[PaperItem]:
    near = {**around, **{one.name: one for one in fields}}
    for one in fields:
        if one.kind == lib.Kind.GROUP:
            yield from _paper_items(one.fields, near)
        elif one.kind != lib.Kind.FILE:
            yield _paper_item(one, _bila(one.show_when, near))


def _bila(condition: lib.ShowWhen | None, near: Mapping[str, lib.Field]) -> str:
    """Return "Bila ..." with the question and the answers after which something is asked.

    `near` are the fields it may hang on. "" when it is asked of everybody, or hangs on a paper.
    """
    decides = near.get(condition.name) if condition else None
    if condition is None or decides is None or len(condition.values) >= len(decides.choices):
        return ""
    names = {choice.code: say(choice.title) for choice in decides.choices}
    return _("Bila “%(question)s” dijawab: %(answers)s") % {
        "question": say(decides.title),
        "answers": _(" atau ").join(names.get(value, value) for value in condition.values),
    }


def _paper_item(one: lib.Field, when: str) -> PaperItem:
    label, hint = say(one.title), say(one.help)
    hint = hint if len(hint) <= LONGEST_HINT else ""
    match one.kind:
        case lib.Kind.IDENTITY:
            return PaperItem(label, hint, when, boxes=(16,))
        case lib.Kind.DATE:
            return PaperItem(label, hint or _("hari, bulan, tahun"), when, boxes=(2, 2, 4))
        case lib.Kind.CHOICE:
            return PaperItem(label, hint, when, ticks=tuple(say(choice.title) for choice in one.choices))
        case lib.Kind.LONG_TEXT:
            return PaperItem(label, hint, when, lines=2)
        case lib.Kind.PLACE:
            note = _("kecamatan") if one.level == "district" else _("desa, kecamatan")
            return PaperItem(label, hint or note, when, lines=1)
        case lib.Kind.NUMBER | lib.Kind.MONEY:
            digits = len(str(one.most)) if one.most else 12 if one.kind == lib.Kind.MONEY else 6
            boxes = (digits, one.decimals) if one.decimals else (digits,)
            return PaperItem(label, hint, when, boxes=boxes)
    match one.format:
        case "family_card":
            return PaperItem(label, hint, when, boxes=(16,))
        case "phone":
            return PaperItem(label, hint, when, boxes=(14,))
        case "time":
            return PaperItem(label, hint, when, boxes=(2, 2))
        case "email":
            return PaperItem(label, hint, when, lines=1)
    return PaperItem(label, hint, when, boxes=(min(one.most or ROW, ROW),))
