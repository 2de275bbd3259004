"""Payments: who was granted and is not paid, the lists for the bank, who waits for next year's budget."""

import io
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from lawang.cases import payments
from lawang.cases.definition import definition_of
from lawang.cases.desk.frame import PAY, Desk, frame, person
from lawang.cases.models import PaymentBatch, Service
from lawang.cases.payments import Line
from lawang.cases.settings import parameters_of
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.people.permissions import demand, may, needs, sees
from lawang.record.models import Privacy
from lawang.record.resent import done, sent_once
from lawang.web.download import csv_response
from lawang.web.forms import Form
from lawang.web.tables import paginate

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 100
SHOWN_OF_QUEUE = 50
QUOTA, NONE = "yearly_quota", "none"


class DecreeForm(Form):
    """What closes a list."""

    decree = forms.CharField(
        label=gettext_lazy("Nomor dan tanggal surat keputusan"),
        help_text=gettext_lazy("Misalnya: 460/112/Dinsos/2026, 20 November 2026."),
        max_length=120,
    )


def _service(desk: Desk, code: str) -> Service:
    found = next((one for one in payments.paying_services() if one.code == code), None)
    if found is None:
        raise Http404
    demand(desk.user, PAY, found)
    return found


def _batch(desk: Desk, key: UUID) -> PaymentBatch:
    found = PaymentBatch.objects.select_related("service__current", "made_by").filter(key=key).first()
    if found is None:
        raise Http404
    demand(desk.user, PAY, found)
    return found


def _parameters(service: Service) -> dict[str, str]:
    assert service.current is not None
    return dict(parameters_of(service.pk, definition_of(service.current)))


def _quota(parameters: dict[str, str]) -> int | None:
    words = parameters.get(QUOTA, NONE)
    return int(words) if words.isdecimal() else None


def _crumbs(service: Service | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("Meja kerja"), reverse("desk:list")), (_("Pembayaran"), reverse("desk:payments"))]
    return (
        [*crumbs, (say(service.title), reverse("desk:payment", args=[service.code]))] if service else crumbs
    )


@needs(PAY)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what is paid here and how this year's budget stands."""
    desk = Desk(person(request))
    year = today().year
    rows = [
        (service, payments.year_of(service, year, _quota(_parameters(service))))
        for service in payments.paying_services()
        if may(desk.user, PAY, service)
    ]
    return render(request, "cases/desk/payments.html", frame(request, desk) | {"rows": rows, "year": year})


@needs(PAY)
@require_http_methods(["GET", "POST"])
@sent_once
def service(request: HttpRequest, code: str) -> HttpResponseBase:
    """Choose who goes on the list; with POST put them there."""
    desk, at = Desk(person(request)), now()
    found = _service(desk, code)
    if request.method == "POST":
        return _put_on_list(request, desk, found, at)
    year = today().year
    rows = payments.unlisted(found).select_related("applicant", "subject", "area")
    rows = rows.defer("answers", "sealed", "sealed_work", "applicant__sealed", "subject__sealed")
    page = paginate(request, rows.filter(quota_year__lte=year), PER_PAGE)
    waiting = payments.queue(found, year)
    parameters = _parameters(found)
    context = frame(request, desk) | {
        "service": found,
        "year": payments.year_of(found, year, _quota(parameters)),
        "page": page,
        "rows": [(case, desk.name_of(case), payments.amount_of(case, parameters)) for case in page],
        "batches": list(PaymentBatch.objects.filter(service=found).order_by("-made_at")[:50]),
        "queue": [
            (case, desk.name_of(case))
            for case in waiting.select_related("applicant", "subject")[:SHOWN_OF_QUEUE]
        ],
        "queued": waiting.count(),
        "crumbs": _crumbs(),
    }
    return render(request, "cases/desk/payment.html", context)


def _put_on_list(request: HttpRequest, desk: Desk, found: Service, at: datetime) -> HttpResponseBase:
    keys = []
    for typed in request.POST.getlist("case")[:PER_PAGE]:
        try:
            keys.append(UUID(typed))
        except ValueError:
            continue
    cases = list(payments.unlisted(found).filter(key__in=keys))
    try:
        batch = payments.put_on_list(found, cases, by=desk.user, at=at)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:payment", code=found.code)
    words = ngettext(
        "%(count)s orang masuk daftar %(number)s.", "%(count)s orang masuk daftar %(number)s.", len(cases)
    )
    messages.success(request, words % {"count": len(cases), "number": batch.number})
    return done("desk:batch", key=batch.key)


@needs(PAY)
@require_safe
def batch(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one list: who is on it, what it comes to, and what comes next."""
    desk = Desk(person(request))
    found = _batch(desk, key)
    return _batch_page(request, desk, found, DecreeForm())


def _batch_page(request: HttpRequest, desk: Desk, found: PaymentBatch, form: DecreeForm) -> HttpResponse:
    parameters = _parameters(found.service)
    rows = found.cases.select_related("applicant", "subject", "version").order_by("number")
    rows = rows.defer("version__definition", "answers", "sealed", "sealed_work", "search")
    lines = [(case, desk.name_of(case), payments.amount_of(case, parameters)) for case in rows]
    context = frame(request, desk) | {
        "batch": found,
        "lines": lines,
        "total": sum(amount or 0 for _case, _name, amount in lines),
        "form": form,
        "may_download": sees(desk.user, Privacy.PERSONAL),
        "crumbs": _crumbs(found.service),
    }
    return render(request, "cases/desk/batch.html", context, status=422 if form.errors else 200)


@needs(PAY)
@require_POST
@sent_once
def send(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Close the list under its decree."""
    desk = Desk(person(request))
    found = _batch(desk, key)
    form = DecreeForm(request.POST)
    if form.is_valid():
        try:
            payments.send(found, decree=form.cleaned_data["decree"], by=desk.user, at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Daftar ditutup. Unduh berkasnya untuk bank."))
            return done("desk:batch", key=key)
    return _batch_page(request, desk, found, form)


@needs(PAY)
@require_POST
@sent_once
def paid(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Mark everybody on the list as paid; all or none."""
    desk = Desk(person(request))
    found = _batch(desk, key)
    try:
        count = payments.mark_paid(found, by=desk.user, at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:batch", key=key)
    words = ngettext("%(count)s orang ditandai dibayar.", "%(count)s orang ditandai dibayar.", count)
    messages.success(request, words % {"count": count})
    return done("desk:batch", key=key)


# For the bank


def _heading() -> list[str]:
    return [
        *(_("No."), _("Nomor permohonan"), _("Nama"), _("NIK"), _("Bank"), _("Nomor rekening")),
        *(_("Nama di rekening"), _("Jumlah (Rp)")),
    ]


def _cells(number: int, line: Line) -> list[Any]:
    return [
        number,
        line.number,
        line.name,
        line.nik,
        line.bank,
        line.account,
        line.account_name,
        line.amount if line.amount is not None else "",
    ]


def _lines(user: User, found: PaymentBatch) -> list[Line]:
    return payments.bank_lines(found, _parameters(found.service), by=user, at=now())


@needs(PAY)
@require_safe
def batch_csv(request: HttpRequest, key: UUID) -> StreamingHttpResponse:
    desk = Desk(person(request))
    found = _batch(desk, key)
    rows = [_cells(number, line) for number, line in enumerate(_lines(desk.user, found), 1)]
    return csv_response(request, found.number, _heading(), rows)


@needs(PAY)
@require_safe
def batch_xlsx(request: HttpRequest, key: UUID) -> HttpResponse:
    desk = Desk(person(request))
    found = _batch(desk, key)
    response = HttpResponse(_xlsx(_lines(desk.user, found)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{found.number}.xlsx"'
    return response


def _xlsx(lines: list[Line]) -> bytes:
    """Return the list as a workbook; numbers of persons and accounts are text, so that no figure is lost."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_("Pembayaran"))
    for letter, width in zip("ABCDEFGH", (6, 20, 30, 20, 20, 24, 30, 16), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
    head = []
    for words in _heading():
        cell = WriteOnlyCell(page, words)
        cell.font = Font(bold=True)
        head.append(cell)
    page.append(head)
    for number, line in enumerate(lines, 1):
        page.append([_cell(page, value) for value in _cells(number, line)])
    page.append([*[None] * 6, _("Jumlah"), payments.total(lines)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page, value)
    cell.data_type = "s"  # openpyxl would make a formula of "="
    cell.number_format = "@"
    return cell


# For everybody


@require_safe
def public(request: HttpRequest, code: str) -> HttpResponse:
    """Show how many were paid and how many wait, by year; never of a few."""
    found = next((one for one in payments.paying_services() if one.code == code), None)
    if found is None:
        raise Http404
    groups = payments.published(found)
    words = {"paid": _("sudah dibayar"), "waiting": _("disetujui, menunggu dibayar")}
    rows = [
        (
            ", ".join(
                _("%(year)s %(what)s") % {"year": year, "what": words[what]}
                for year, what in sorted(group.labels, reverse=True)
            ),
            group.count,
        )
        for group in groups or []
    ]
    context = {
        "service": found,
        "rows": sorted(rows, reverse=True),
        "quota": _quota(_parameters(found)),
        "crumbs": [
            (_("Layanan"), reverse("cases:services")),
            (say(found.title), reverse("cases:service", args=[found.code])),
        ],
    }
    return render(request, "cases/payments.html", context)
