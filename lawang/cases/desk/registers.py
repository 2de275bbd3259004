"""Registers on screen, on paper and as CSV."""

from datetime import datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lawang.cases.desk.frame import EXPORT, Desk, frame, person
from lawang.cases.desk.list import write_down
from lawang.cases.models import Case, CaseQuerySet, Service
from lawang.cases.registers import REGISTERS, Register, rows_of, year_bounds
from lawang.people.node import now, today, zone
from lawang.people.permissions import needs
from lawang.web.download import csv_response
from lawang.web.tables import paginate

PER_PAGE = 100
MOST_ROWS = 5000  # of a download
FIRST_YEAR = 2020


@needs("cases.see")
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """List the registers of the services that are offered here."""
    desk = Desk(person(request))
    offered = set(
        Service.objects.filter(code__in=REGISTERS).exclude(current=None).values_list("code", flat=True)
    )
    context = frame(request, desk) | {
        "registers": [one for one in REGISTERS.values() if one.service in offered]
    }
    return render(request, "cases/desk/registers.html", context)


def _register(code: str) -> Register:
    if code not in REGISTERS:
        raise Http404
    return REGISTERS[code]


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("tahun", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today().year
    return min(max(year, FIRST_YEAR), today().year)


def _cases(desk: Desk, register: Register, year: int) -> CaseQuerySet:
    first, last = (datetime.combine(day, time.min, zone()) for day in year_bounds(year))
    return (
        Case.objects.visible_to(desk.user)
        .filter(service__code=register.service, received_at__gte=first, received_at__lt=last)
        .select_related("version", "owner", "applicant")
        .defer("version__definition", "version__rehearsal", "search")
        .order_by("received_at", "id")
    )


def _rows(desk: Desk, register: Register, cases: Any, why: str) -> list[tuple[Case, list[str]]]:
    found = list(cases)
    if desk.reads_names:
        write_down(found, ["register"], by=desk.user, at=now(), why=why)
    rows = rows_of(found, is_open=desk.reads_names)
    return [(row.case, [column.value(row) for column in register.columns]) for row in rows]


@needs("cases.see")
@require_safe
def register(request: HttpRequest, code: str) -> HttpResponse:
    """Show one year of a register; prints on wide paper."""
    desk, found, year = Desk(person(request)), _register(code), _year(request)
    page = paginate(request, _cases(desk, found, year), PER_PAGE)
    context = frame(request, desk) | {
        "register": found,
        "year": year,
        "years": [
            (each, f"?tahun={each}", each == year) for each in range(today().year, today().year - 4, -1)
        ],
        "page": page,
        "rows": _rows(desk, found, page.items, str(found.title)),
        "may_export": desk.may(EXPORT),
        "crumbs": [(_("Meja kerja"), reverse("desk:list")), (_("Register"), reverse("desk:registers"))],
    }
    return render(request, "cases/desk/register.html", context)


@needs(EXPORT)
@require_safe
def register_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Download one year of a register; every row that is read is written down."""
    desk, found, year = Desk(person(request)), _register(code), _year(request)
    rows = _rows(desk, found, _cases(desk, found, year)[:MOST_ROWS], "CSV")
    heading = [_("No."), *(str(column.title) for column in found.columns)]
    lines = ([number, *values] for number, (_case, values) in enumerate(rows, 1))
    return csv_response(request, f"register-{found.service}-{year}", heading, lines)
