"""The pages on which everybody reads whether the promises of services are kept: all of them, and one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.cases.models import Service
from lawang.cases.published import Group, Published, ServiceFigures, Told, Window, published, whole_percent
from lawang.cases.statistics import Performance, Wait, waits
from lawang.lib import clock
from lawang.lib.dates import month_name, short_date
from lawang.lib.numbers import number
from lawang.lib.text import say
from lawang.measures.statistics import STATISTICS
from lawang.people.node import node, today
from lawang.web import charts
from lawang.web.download import csv_response
from lawang.web.json import answer

FORMULAS = ("on_time_share", "first_time_share", "median_days", "p90_days")
MOST_NAMES = 2  # of a group of joined offices
HEADING = (
    *("bagian", "nama", "dari_bulan", "sampai_bulan", "tepat_waktu", "dari", "tepat_waktu_persen"),
    *("tengah_hari_kerja", "sembilan_dari_sepuluh_hari_kerja", "lengkap_sejak_awal", "diputuskan"),
    *("lengkap_persen", "diterima", "janji"),
)


def index(request: HttpRequest) -> HttpResponse:
    """Are the promises of services kept?"""
    found = published(today())
    places = offices_in_waiting(found.window)
    return render(
        request,
        "cases/performance.html",
        {
            "found": found,
            "period": span_name(found.window),
            "lines": [line_of(one, found.window) for one in found.told],
            "share_chart": share_chart(
                [(say(one.title), one.twelve.counted) for one in found.told if one.twelve], key="share"
            ),
            "days_chart": days_chart(
                [(say(one.title), one.twelve.counted, one.promised_days) for one in found.told if one.twelve],
                key="days",
            ),
            "office_chart": group_chart(found.offices, key="offices"),
            "district_chart": group_chart(found.districts, key="districts"),
            "waits": places,
            "wait_chart": wait_chart(places),
            "formulas": formulas(),
            "crumbs": [(_("Beranda"), reverse("portal:home")), (_("Layanan"), reverse("cases:services"))],
        },
    )


def service(request: HttpRequest, code: str) -> HttpResponse:
    """Is the promise of this service kept?"""
    found, figures = _one(code)
    places = offices_in_waiting(found.window, service=figures.pk)
    told = figures.twelve
    return render(
        request,
        "cases/performance_service.html",
        {
            "found": found,
            "figures": figures,
            "period": span_name(found.window),
            "line": line_of(figures, found.window) if told else None,
            "share_chart": share_chart(
                [(span_name(one.window, short=True), one.counted) for one in figures.stretches], key="months"
            ),
            "days_chart": days_chart(
                [
                    (span_name(one.window, short=True), one.counted, figures.promised_days)
                    for one in figures.stretches
                ],
                key="months-days",
            ),
            "waits": places,
            "wait_chart": wait_chart(places),
            "formulas": formulas(),
            "crumbs": [
                (_("Beranda"), reverse("portal:home")),
                (_("Kinerja layanan"), reverse("cases:performance")),
            ],
        },
    )


def index_csv(request: HttpRequest) -> HttpResponseBase:
    return csv_response(request, "kinerja", HEADING, _rows(published(today())))


def service_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    _found, figures = _one(code)
    return csv_response(request, f"kinerja-{code}", HEADING, _service_rows(figures))


def index_json(request: HttpRequest) -> HttpResponse:
    found = published(today())
    shown: dict[str, Any] = {
        "services": [_told_json(one) for one in found.services],
        "offices": _groups_json(found.offices),
        "districts": _groups_json(found.districts),
        "waits": [
            {"office": name, "stays": wait.stays, "median_days": wait.median_days, "p90_days": wait.p90_days}
            for name, wait in offices_in_waiting(found.window)
        ],
    }
    return answer(_about(found) | shown, public=True)


def service_json(request: HttpRequest, code: str) -> HttpResponse:
    found, figures = _one(code)
    shown = _told_json(figures) | {
        "months": [_period_json(one) for one in figures.stretches],
        "waits": [
            {"office": name, "median_days": wait.median_days, "p90_days": wait.p90_days}
            for name, wait in offices_in_waiting(found.window, service=figures.pk)
        ],
    }
    return answer(_about(found) | {"service": shown}, public=True)


def _one(code: str) -> tuple[Published, ServiceFigures]:
    """Return the figures of one service. Raise Http404 for one that was never in force."""
    row = get_object_or_404(Service, code=code, current__isnull=False)
    found = published(today(), service=row)
    if not found.services:
        raise Http404(code)
    return found, found.services[0]


# In words


@dataclass(frozen=True)
class Line:
    """One row of a table of performance, in words; empty where there is nothing to tell."""

    name: str
    share: str  # "86 %"
    of: str  # "43 dari 50"
    code: str = ""  # of a service
    promise: str = ""
    period: str = ""  # of the figures, when it is not the whole twelve months
    median: str = ""
    nine_of_ten: str = ""
    first: str = ""
    first_of: str = ""
    received: str = ""
    year: str = ""
    year_of: str = ""
    year_period: str = ""


def line_of(one: ServiceFigures, window: Window) -> Line:
    """Return a service's row. The caller has made sure that there is something to tell."""
    told, year = one.twelve, one.year
    assert told is not None
    counted = told.counted
    return Line(
        name=say(one.title),
        code=one.code,
        share=share_words(counted.on_time_share),
        of=of_words(counted.on_time, counted.judged),
        promise=clock.words(one.promise),
        period="" if told.window == window else span_name(told.window),
        median=days_words(counted.median_days),
        nine_of_ten=days_words(counted.p90_days),
        first=share_words(counted.first_time_share),
        first_of=of_words(counted.first_time, counted.decided),
        received=number(counted.received),
        year=share_words(year.counted.on_time_share) if year else "",
        year_of=of_words(year.counted.on_time, year.counted.judged) if year else "",
        year_period=span_name(year.window) if year else "",
    )


def group_chart(groups: tuple[Group, ...] | None, *, key: str) -> SafeString | None:
    """Return the chart of offices or districts, in the order of their names; None when there is none to show."""
    if not groups:
        return None
    rows = [(_called(one.names), one.counted) for one in groups]
    return share_chart(sorted(rows, key=lambda row: row[0].lower()), key=key)


def _called(names: tuple[str, ...]) -> str:
    """Return "Saling", "Saling dan Pendopo", or two names and how many more."""
    if len(names) > MOST_NAMES + 1:
        return _("%(names)s, dan %(count)s lainnya bersama") % {
            "names": ", ".join(names[:MOST_NAMES]),
            "count": len(names) - MOST_NAMES,
        }
    if len(names) == 1:
        return names[0]
    return _("%(names)s dan %(last)s bersama") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def share_words(value: Decimal | None) -> str:
    return "" if value is None else whole_percent(value)


def of_words(part: int, whole: int) -> str:
    return _("%(part)s dari %(whole)s") % {"part": number(part), "whole": number(whole)}


def days_words(days: int | None) -> str:
    """Return "2 hari kerja", "hari itu juga", or "" for nothing to tell."""
    if days is None:
        return ""
    if days == 0:
        return _("hari itu juga")
    return ngettext("%(count)s hari kerja", "%(count)s hari kerja", days) % {"count": number(days)}


def span_name(window: Window, *, short: bool = False) -> str:
    """Return "Oktober 2026", "Maret–Mei 2026" or "November 2025 – Oktober 2026"; short: "Mar–Mei 2026"."""

    def month(day: date) -> str:
        return short_date(day).split()[1] if short else month_name(day.month)

    first, last = window.start, window.end
    end = f"{month(last)} {last.year}"
    if window.first == window.last:
        return end
    if first.year == last.year:
        return f"{month(first)}–{end}"
    return f"{month(first)} {first.year} – {end}"


def formulas() -> list[tuple[str, str]]:
    """Return title and formula of each statistic on these pages, as the plan's figures have them."""
    known = [STATISTICS[f"cases.{name}"] for name in FORMULAS]
    return [(str(one.title), str(one.formula)) for one in known]


# Drawn


def share_chart(rows: Iterable[tuple[str, Performance]], *, key: str) -> SafeString:
    """Draw the share of kept promises; each bar says how many it is of."""
    told = list(rows)
    return charts.bar_chart(
        [(name, counted.on_time_share) for name, counted in told],
        title=_("Selesai tepat waktu, dalam persen"),
        unit="%",
        notes={name: of_words(counted.on_time, counted.judged) for name, counted in told},
        short=_percent,
        key=key,
    )


def _percent(value: charts.Number) -> str:
    return whole_percent(Decimal(value))


def days_chart(rows: Iterable[tuple[str, Performance, int | None]], *, key: str) -> SafeString:
    """Draw within how many days nine of ten cases were decided; what was promised is a dashed mark."""
    told = list(rows)
    return charts.bar_chart(
        [(name, counted.p90_days) for name, counted, _promised in told],
        title=_("Sembilan dari sepuluh permohonan selesai dalam berapa hari kerja"),
        unit=_("hari kerja"),
        targets={name: promised for name, _counted, promised in told if promised is not None},
        key=key,
    )


Waiting = list[tuple[str, Wait]]


def offices_in_waiting(window: Window, *, service: int | None = None) -> Waiting:
    """Return (name of an office, how long cases lay there), the longest first. One query."""
    return [(one.office, one) for one in waits(window.start, window.end, service=service)]


def wait_chart(places: Waiting) -> SafeString:
    return charts.bar_chart(
        [(name, wait.median_days) for name, wait in places],
        title=_("Berapa hari kerja permohonan berada di satu kantor, nilai tengah"),
        unit=_("hari kerja"),
        short=lambda days: days_words(int(days)),
        key="waits",
    )


# For programs


def _rows(found: Published) -> Iterator[list[Any]]:
    for one in found.told:
        yield from _service_rows(one, whole=True)
    for part, groups in (("kantor", found.offices), ("kecamatan", found.districts)):
        for group in groups or ():
            yield _row(part, " + ".join(group.names), found.window, group.counted, is_group=True)


def _service_rows(one: ServiceFigures, *, whole: bool = False) -> Iterator[list[Any]]:
    promise = clock.words(one.promise)
    for part, told in (("12 bulan", one.twelve), ("tahun ini", one.year)):
        if told is not None:
            yield _row(part, one.code, told.window, told.counted, promise=promise)
    if not whole:
        for told in one.stretches:
            yield _row("bulan", one.code, told.window, told.counted, promise=promise)


def _row(
    part: str, name: str, window: Window, counted: Performance, *, promise: str = "", is_group: bool = False
) -> list[Any]:
    """Return one line of the CSV. Of offices and districts only what is told of them."""
    first = (
        (None, None, None, None)
        if is_group
        else (counted.first_time, counted.decided, _exact(counted.first_time_share), counted.received)
    )
    return [
        *(part, name, _month(window.start), _month(window.end)),
        *(counted.on_time, counted.judged, _exact(counted.on_time_share)),
        *(counted.median_days, counted.p90_days, *first, promise),
    ]


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _exact(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


def _about(found: Published) -> dict[str, Any]:
    return {
        "is_demo": node().is_demo,
        "counted_to": found.counted_to,
        "first_month": _month(found.window.start),
        "last_month": _month(found.window.end),
        "formulas": {name: str(STATISTICS[f"cases.{name}"].formula) for name in FORMULAS},
    }


def _told_json(one: ServiceFigures) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "promise": {"kind": str(one.promise.kind), "count": one.promise.count},
        "twelve_months": _period_json(one.twelve),
        "this_year": _period_json(one.year),
    }


def _period_json(told: Told | None) -> dict[str, Any] | None:
    if told is None:
        return None
    counted = told.counted
    return {
        "first_month": _month(told.window.start),
        "last_month": _month(told.window.end),
        "on_time": counted.on_time,
        "judged": counted.judged,
        "on_time_share": _exact(counted.on_time_share),
        "median_days": counted.median_days,
        "p90_days": counted.p90_days,
        "first_time": counted.first_time,
        "decided": counted.decided,
        "first_time_share": _exact(counted.first_time_share),
        "received": counted.received,
    }


def _groups_json(groups: tuple[Group, ...] | None) -> list[dict[str, Any]] | None:
    if groups is None:
        return None
    return [
        {
            "names": list(one.names),
            "on_time": one.counted.on_time,
            "judged": one.counted.judged,
            "on_time_share": _exact(one.counted.on_time_share),
            "median_days": one.counted.median_days,
            "p90_days": one.counted.p90_days,
        }
        for one in groups
    ]
