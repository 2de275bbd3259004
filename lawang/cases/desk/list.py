"""What must I do now? The list of cases, sorted by deadline, with everything kept in the address."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lawang.areas.models import Area
from lawang.cases.definition import definition_of, warm
from lawang.cases.desk.finding import by_words, exactly, found, is_nik
from lawang.cases.desk.frame import ACT, EXPORT, SEE, Desk, frame, person
from lawang.cases.desk.words import GROUPS, Deadline, deadline_of
from lawang.cases.models import Attachment, Case, CaseQuerySet, Service
from lawang.lib.dates import short_date
from lawang.lib.text import say
from lawang.people.models import Membership, User
from lawang.people.node import node, now
from lawang.people.permissions import demand, needs
from lawang.record.actions import thing_name
from lawang.record.models import Access
from lawang.web.download import csv_response
from lawang.web.tables import Chip, Filters, with_query

PER_PAGE = 25
CAP = 1000  # nothing is counted beyond
MOST_ROWS = 5000  # of an export
ALONG, COLLECT = "along", "collect"  # see seek
# Long enough to find a page of those who bear a common name, short enough to read every case of it.
LATELY_SPAN = timedelta(days=4)
NOBODY = "-"
TAKE = "_ambil"  # a step of no definition: become the handler

OPEN, WAITING = Case.Phase.OPEN, Case.Phase.WAITING


# Which cases


@dataclass(frozen=True)
class Tab:
    """One way to look at the desk. `order` are two columns, the second one the key; a minus turns them."""

    code: str
    title: str
    cases: CaseQuerySet
    order: tuple[str, str] = ("due_at", "id")
    empty: str = ""  # what the page says when there are none


def tabs(desk: Desk, at: datetime) -> list[Tab]:
    """Return the ways to look that make sense for this person, the first one first."""
    user = desk.user
    seen = Case.objects.visible_to(user)
    opened = seen.filter(phase=OPEN)
    found: list[Tab] = []
    near = Case.objects.near(user)
    if any(desk.may(verb) for verb in ACT):
        found.append(
            Tab(
                "saya",
                _("Milik saya"),
                opened.filter(handler=user),
                empty=_("Anda tidak memegang permohonan. Ambil satu dari daftar unit."),
            )
        )
    if desk.everything:
        found.append(Tab("unit", _("Semua kantor"), opened, empty=_("Tidak ada permohonan yang berjalan.")))
    elif desk.offices:
        unit = near.filter(phase=OPEN, office__in=sorted(desk.offices))
        found.append(Tab("unit", _("Unit"), unit, empty=_("Tidak ada permohonan di unit Anda.")))
        if desk.may("cases.handle"):
            found.append(
                Tab(
                    "baru",
                    _("Belum dipegang"),
                    unit.filter(handler=None),
                    empty=_("Semua permohonan di unit Anda sudah ada yang memegang."),
                )
            )
    if desk.areas and not desk.everything:
        found.append(
            Tab(
                "wilayah",
                _("Wilayah saya"),
                near.filter(phase=OPEN, area__in=sorted(desk.areas)),
                empty=_("Tidak ada permohonan yang berjalan dari wilayah Anda."),
            )
        )
    found.append(
        Tab(
            "menunggu",
            _("Menunggu warga"),
            near.filter(phase=WAITING),
            ("answer_until", "id"),
            empty=_("Tidak ada yang menunggu jawaban warga."),
        )
    )
    found.append(
        Tab(
            "lewat",
            _("Lewat waktu"),
            near.filter(phase=OPEN, due_at__lt=at),
            empty=_("Tidak ada yang lewat waktu. Pertahankan."),
        )
    )
    if desk.may("cases.decide") and desk.offices:
        found.append(
            Tab(
                "naik",
                _("Naik ke saya"),
                opened.filter(escalated_to__in=sorted(desk.offices)),
                empty=_("Tidak ada yang dilaporkan ke Anda karena lewat waktu."),
            )
        )
    found.append(Tab("semua", _("Semua"), seen, ("-received_at", "-id"), empty=_("Belum ada permohonan.")))
    return found


def capped_counts(several: Sequence[CaseQuerySet]) -> list[int]:
    """Return how many rows each has, none counted beyond CAP; one query for all."""
    parts: list[str] = []
    values: list[Any] = []
    for rows in several:
        try:
            sql, given = rows.order_by().values("pk")[:CAP].query.sql_with_params()
        except EmptyResultSet:  # nobody asks the database for what cannot be there
            sql, given = "select 1 where false", ()
        parts.append(f"(select count(*) from ({sql}) as few)")  # noqa: S608 - from our own querysets
        values += list(given)
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(parts)}", values)
        return list(cursor.fetchone() or ())


def count_words(count: int) -> str:
    return f"{CAP - 1}+" if count >= CAP else str(count)


# Filters


class DeskFilters(Filters):
    """Which cases of a tab are shown. Everything stands in the address, so a list can be kept and sent on."""

    lihat = forms.CharField(label=gettext_lazy("Lihat"), widget=forms.HiddenInput)
    q = forms.CharField(
        label=gettext_lazy("Cari nomor, kode lacak, nama, atau NIK"),
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )
    layanan = forms.ChoiceField(label=gettext_lazy("Layanan"))
    tahap = forms.ChoiceField(label=gettext_lazy("Tahap"))
    desa = forms.ChoiceField(label=gettext_lazy("Desa atau kecamatan"))
    petugas = forms.ChoiceField(label=gettext_lazy("Petugas"))
    lewat = forms.BooleanField(label=gettext_lazy("Hanya yang lewat waktu"))

    def __init__(self, request: HttpRequest, desk: Desk) -> None:
        super().__init__(request)
        self.desk = desk
        self.services = list(
            Service.objects.exclude(current=None)
            .select_related("current")
            .defer("current__definition")
            .order_by("code")
        )
        self.areas = _areas_of(desk)
        self._offer("layanan", [(one.code, say(one.title)) for one in self.services])
        self._offer("tahap", self._stages())
        self._offer("desa", self._area_choices())
        self._offer("petugas", [(NOBODY, _("belum ada")), *colleagues(desk)])

    def _offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        select = self.fields[name]
        assert isinstance(select, forms.ChoiceField)
        select.choices = [("", _("Semua")), *choices]

    def _stages(self) -> list[tuple[str, str]]:
        """Return the stages: of the chosen service as its officers call them, else the five that all share."""
        service = next((one for one in self.services if one.code == self.query.get("layanan")), None)
        if service is None or service.current is None:
            return [(code, str(title)) for code, title in Case.Phase.choices if code != Case.Phase.DRAFT]
        states = definition_of(service.current).states.values()
        return [(state.code, say(state.title)) for state in states]

    def _area_choices(self) -> list[tuple[Any, Any]]:
        """Return the districts, and the villages of the one that is chosen."""
        district = ".".join(self.query.get("desa", "").split(".")[:3])
        found: list[tuple[Any, Any]] = []
        few = len(self.areas) <= 30
        for area in self.areas:
            if area.level == Area.Level.DISTRICT:
                found.append((area.code, area.title))
            elif few or (area.code.startswith(f"{district}.") and district):
                found.append((area.code, f"– {area.title}"))
        return found

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        self.errors.clear()  # what does not fit is ignored, and no field is marked for it
        return found

    def narrow(self, rows: CaseQuerySet, at: datetime, *, among_few: bool = False) -> CaseQuerySet:
        """Return those that fit. `among_few`: see finding.found."""
        chosen = self.chosen()
        if code := chosen.get("layanan"):
            rows = rows.filter(service__in=[one.pk for one in self.services if one.code == code])
        if stage := chosen.get("tahap"):
            rows = rows.filter(state=stage) if chosen.get("layanan") else rows.filter(phase=stage)
        if code := chosen.get("desa"):
            wanted = [one.pk for one in self.areas if one.code == code or one.code.startswith(f"{code}.")]
            rows = rows.filter(area__in=wanted)
        if who := chosen.get("petugas"):
            rows = rows.filter(handler=None) if who == NOBODY else rows.filter(handler=int(who))
        if chosen.get("lewat"):
            rows = rows.filter(phase=OPEN, due_at__lt=at)
        if words := chosen.get("q"):
            rows = found(rows, words, by_nik=self.desk.reads_names, among_few=among_few)
        return rows

    def chips(self) -> list[Chip]:
        return [
            chip for chip in super().chips() if not chip.words.startswith(f"{self.fields['lihat'].label}:")
        ]

    @property
    def choices_in_force(self) -> bool:
        return bool(self.chosen().keys() - {"lihat", "q"})


def _areas_of(desk: Desk) -> list[Area]:
    """Return the districts and villages that this person's cases can come from."""
    home = node().area
    rows = Area.objects.filter(valid_to=None, level__in=(Area.Level.DISTRICT, Area.Level.VILLAGE))
    if home is not None:
        rows = rows.filter(code__startswith=f"{home.code}.")
    if not desk.everything and not desk.offices and desk.areas:
        rows = rows.filter(pk__in=desk.areas)
    return list(rows.order_by("code"))


def colleagues(desk: Desk) -> list[tuple[str, str]]:
    """Return who works on cases in this person's offices: id and name."""
    if not (desk.offices or desk.everything):
        return []
    today = now().date()
    held = Membership.objects.filter(
        Q(to_date=None) | Q(to_date__gte=today),
        from_date__lte=today,
        user__is_active=True,
        role__verbs__has_any_keys=list(ACT),
    )
    if not desk.everything:
        held = held.filter(agency__in=sorted(desk.offices))
    rows = held.order_by("user__name").values_list("user", "user__name").distinct()[:200]
    return [(str(pk), name) for pk, name in rows]


# Pages


@dataclass(frozen=True)
class Row:
    """One case as the list shows it."""

    case: Case
    name: str
    state: str
    deadline: Deadline | None
    papers: str  # "2 dari 3 berkas"
    office: str  # "" where everything lies in the same one
    bulk: tuple[str, ...]  # steps that may be taken with several at once


@dataclass
class Group:
    title: str
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """One page of a list by seeking: what comes after the last row that was seen."""

    rows: list[Case]
    next_href: str  # "" at the end
    first_href: str  # "" on the first page


def seek(
    request: HttpRequest,
    rows: CaseQuerySet,
    order: tuple[str, str],
    *,
    how: str = ALONG,
    lately: CaseQuerySet | None = None,
) -> Shown:
    """Return the page after ?sesudah=, which holds the order's value and the key of the last row before.

    `how`: ALONG walks along the order until enough is found, right where many fit. COLLECT gathers what fits and puts
    it in order then, right where few do. `lately`: those of the last days, which are tried first: of words the database
    only guesses how often they occur, and a wrong guess takes seconds with a million cases.
    """
    column, is_down = order[0].lstrip("-"), order[0].startswith("-")
    place = _place(request.GET.get("sesudah", ""))
    after = Q()
    if place:
        value, pk = place
        beyond, from_there = ("lt", "lte") if is_down else ("gt", "gte")
        after = Q(**{f"{column}__{from_there}": value}) & (
            Q(**{f"{column}__{beyond}": value}) | Q(**{f"pk__{beyond}": pk})
        )
    page = [] if lately is None else _ordered(lately.filter(after), column, is_down, COLLECT)
    if len(page) <= PER_PAGE:
        page = _ordered(rows.filter(after), column, is_down, how)
    last = page[PER_PAGE - 1] if len(page) > PER_PAGE else None
    moment = getattr(last, column) if last else None
    return Shown(
        page[:PER_PAGE],
        with_query(request.GET, sesudah=f"{moment.isoformat()}_{last.pk}") if last and moment else "",
        with_query(request.GET, sesudah=None) if place else "",
    )


def _ordered(rows: CaseQuerySet, column: str, is_down: bool, how: str) -> list[Case]:
    """Return a page of the rows: first which ones they are, then what stands around each.

    In one query the database, which only guesses how many fit, at times fetches everything around all of them first.
    """
    by: Any = F(column)
    if how == COLLECT:
        by = by + Value(timedelta(0))  # no index is in the order of a sum
    order = (by.desc(), "-pk") if is_down else (by.asc(), "pk")
    which = list(rows.order_by(*order).values_list("pk", flat=True)[: PER_PAGE + 1])
    return list(light(Case.objects.filter(pk__in=which)).order_by(*order)) if which else []


def _place(asked: str) -> tuple[datetime, int] | None:
    moment, _between, pk = asked.partition("_")
    try:
        value = datetime.fromisoformat(moment)
        return (value, int(pk)) if value.tzinfo and len(pk) < 18 else None
    except ValueError:
        return None


def light(rows: CaseQuerySet) -> CaseQuerySet:
    """Return the rows with what a list shows and nothing heavy, papers counted."""
    papers = Attachment.objects.filter(case=OuterRef("pk")).order_by().values("case")
    return (
        rows.select_related("service", "version", "office", "handler", "applicant", "subject", "area")
        .defer(
            "version__definition", "version__rehearsal", "answers", "sealed", "work", "sealed_work", "search"
        )
        .defer("applicant__sealed", "subject__sealed")
        .annotate(
            announced=Coalesce(Subquery(papers.annotate(n=Count("*")).values("n"), IntegerField()), 0),
            arrived=Coalesce(Subquery(papers.annotate(n=Count("file")).values("n"), IntegerField()), 0),
        )
    )


def row_of(case: Any, desk: Desk, at: datetime) -> Row:
    definition = definition_of(case.version)
    papers = ""
    if case.announced:
        papers = _("%(arrived)s dari %(announced)s berkas") % {
            "arrived": case.arrived,
            "announced": case.announced,
        }
    return Row(
        case,
        desk.name_of(case),
        say(definition.states[case.state].title),
        deadline_of(case, at),
        papers,
        "" if desk.offices == {case.office_id} else case.office.short_name,
        tuple(step.code for step in definition.steps_from(case.state) if desk.takes_in_bulk(step, case)),
    )


def grouped(rows: Iterable[Row]) -> list[Group]:
    """Return the rows under today, this week, later; in their order."""
    groups: list[Group] = []
    for row in rows:
        title = str(GROUPS[row.deadline.group]) if row.deadline else _("Tanpa tenggat")
        if not groups or groups[-1].title != title:
            groups.append(Group(title))
        groups[-1].rows.append(row)
    return groups


def chosen_tab(request: HttpRequest, ways: list[Tab], counts: list[int]) -> Tab:
    """Return the tab of ?lihat=; without one: everything when something is searched, else the first that has cases."""
    asked = request.GET.get("lihat", "semua" if request.GET.get("q") else "")
    named = next((tab for tab in ways if tab.code == asked), None)
    first = next((tab for tab, count in zip(ways, counts, strict=True) if count), ways[0])
    return named or first


@needs(*SEE)
@require_safe
def cases(request: HttpRequest) -> HttpResponseBase:
    """Show the cases of one tab, sorted by deadline, twenty-five a page."""
    desk, at = Desk(person(request)), now()
    if key := exactly(Case.objects.visible_to(desk.user), request.GET.get("q", "")):
        return HttpResponseRedirect(reverse("desk:case", args=[key]))
    ways = tabs(desk, at)
    filters = DeskFilters(request, desk)
    words = filters.chosen().get("q", "")
    all_of_them = filters.narrow(ways[-1].cases, at)
    guessed = bool(words) and by_words(words)
    narrows = filters.choices_in_force or bool(words)
    counts = capped_counts(
        [*(tab.cases for tab in ways), *([all_of_them] if narrows and not guessed else [])]
    )
    fit = counts.pop() if narrows and not guessed else counts[-1]
    tab = chosen_tab(request, ways, counts)
    narrowed = all_of_them if tab is ways[-1] else filters.narrow(tab.cases, at)
    how = ALONG  # what runs is few, in the order of its index
    if tab is ways[-1] and (guessed or fit < CAP):
        how = COLLECT
    lately = None
    if tab is ways[-1] and guessed and "sesudah" not in request.GET:
        recent = tab.cases.filter(received_at__gte=at - LATELY_SPAN)
        lately = filters.narrow(recent, at, among_few=True)
    shown = seek(request, narrowed, tab.order, how=how, lately=lately)
    if words and is_nik(words) and desk.reads_names:
        write_down(shown.rows, ["nik"], by=desk.user, at=at, why=_("dicari dengan NIK"))
    warm(case.version for case in shown.rows)
    rows = [row_of(case, desk, at) for case in shown.rows]
    steps = _bulk_steps(rows)
    context = frame(request, desk) | {
        "tab": tab,
        "tabs": [
            (f"{each.title} {count_words(count)}", _tab_href(request, each), each is tab)
            for each, count in zip(ways, counts, strict=True)
        ],
        "filters": filters,
        "words": words,
        "groups": grouped(rows) if tab.order[0] != "-received_at" else [Group("", rows)] if rows else [],
        "shown": shown,
        "steps": steps,
        "take": TAKE,
        "holders": _holders(tab, narrowed, request)
        if tab.code in ("lewat", "naik") and desk.may("cases.decide")
        else [],
        "may_take": desk.may("cases.handle") and any(_may_take(row.case, desk) for row in rows),
        "may_export": desk.may(EXPORT),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "everywhere": with_query(request.GET, lihat="semua", sesudah=None)
        if words and tab.code != "semua"
        else "",
    }
    return render(request, "cases/desk/list.html", context)


def _tab_href(request: HttpRequest, tab: Tab) -> str:
    return with_query(request.GET, lihat=tab.code, sesudah=None)


def _may_take(case: Case, desk: Desk) -> bool:
    return case.handler_id is None and case.phase == OPEN and desk.acts_on(case, "cases.handle")


def _bulk_steps(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return the steps that can be taken with several cases of this page: code, title."""
    found: dict[str, str] = {}
    for row in rows:
        for code in row.bulk:
            found.setdefault(code, say(definition_of(row.case.version).steps[code].title))
    return list(found.items())


def _holders(tab: Tab, rows: CaseQuerySet, request: HttpRequest) -> list[tuple[str, int, str]]:
    """Return who holds how many of these cases, most first, with the address that shows only theirs."""
    counts = (
        rows.order_by().values_list("handler", "handler__name").annotate(n=Count("pk")).order_by("-n")[:12]
    )
    return [
        (
            str(name or _("belum dipegang")),
            count,
            with_query(request.GET, lihat=tab.code, petugas=str(pk) if pk else NOBODY, sesudah=None),
        )
        for pk, name, count in counts
    ]


def write_down(several: Iterable[Case], fields: list[str], *, by: User, at: datetime, why: str) -> None:
    """Write down that somebody read personal data of several cases."""
    Access.objects.bulk_create(
        Access(thing=thing_name(case), fields=fields, by=by, at=at, why=why[:200]) for case in several
    )


# Export


@needs(EXPORT)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Download the list with the same filters; with full names for those who may read them, which is written down."""
    desk, at = Desk(person(request)), now()
    demand(desk.user, EXPORT)
    ways = tabs(desk, at)
    asked = request.GET.get("lihat", "semua" if request.GET.get("q") else "unit")
    tab = next((each for each in ways if each.code == asked), ways[-1])
    filters = DeskFilters(request, desk)
    rows = light(filters.narrow(tab.cases, at)).order_by(*tab.order)[:MOST_ROWS]
    several = list(rows)
    warm(case.version for case in several)
    if desk.reads_names:
        write_down(several, ["name"], by=desk.user, at=at, why="CSV")
    heading = [
        *(_("Nomor"), _("Layanan"), _("Nama"), _("Tahap"), _("Desa"), _("Kantor"), _("Petugas"), _("Lewat")),
        *(_("Diterima"), _("Tenggat"), _("Hasil"), _("Diputuskan"), _("Diminta melengkapi")),
    ]
    return csv_response(request, "permohonan", heading, _lines(several, desk, at))


def _lines(several: list[Case], desk: Desk, at: datetime) -> Iterator[list[Any]]:
    for case in several:
        row = row_of(case, desk, at)
        is_late = case.phase == OPEN and case.due_at is not None and case.due_at < at
        yield [
            case.number,
            say(case.service.title),
            row.name,
            row.state,
            case.area.title if case.area else "",
            case.office.short_name,
            case.handler.name if case.handler else "",
            _("ya") if is_late else "",
            short_date(case.received_at),
            short_date(case.due_at) if case.due_at else "",
            str(case.get_outcome_display()) if case.result else "",
            short_date(case.decided_at) if case.decided_at else "",
            case.asked_count,
        ]
