"""The register of computer applications that agencies run, as a page, CSV and JSON."""

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.plans.models import (
    Application,
)
from lawang.plans.views.frame import crumbs
from lawang.web.download import csv_response
from lawang.web.json import answer
from lawang.web.tables import Column, Filters, Table, paginate

APP_STATUS = {
    "planned": gettext_lazy("Direncanakan"),
    "running": gettext_lazy("Berjalan"),
    "idle": gettext_lazy("Jarang dipakai"),
    "stopped": gettext_lazy("Berhenti"),
}
APP_ORIGIN = {
    "own": gettext_lazy("Buatan sendiri"),
    "bought": gettext_lazy("Dibeli"),
    "central": gettext_lazy("Dari pemerintah pusat"),
    "shared": gettext_lazy("Dari daerah lain"),
}


class ApplicationFilters(Filters):
    q = forms.CharField(label=gettext_lazy("Kata"), max_length=100)
    status = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("Semua")), *APP_STATUS.items()]
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Asal"), choices=[("", gettext_lazy("Semua")), *APP_ORIGIN.items()]
    )


def _applications(request: HttpRequest) -> tuple[QuerySet[Application], ApplicationFilters]:
    filters = ApplicationFilters(request)
    chosen = filters.chosen()
    rows = Application.objects.select_related("agency").order_by("name", "pk")
    if chosen.get("q"):
        words = chosen["q"]
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(purpose__id__icontains=words)
            | Q(agency__short_name__icontains=words)
        )
    for name in ("status", "origin"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    return rows, filters


def applications(request: HttpRequest) -> HttpResponse:
    """The register of computer applications that agencies run."""
    rows, filters = _applications(request)
    page = paginate(request, rows, 40)
    table = Table(
        [
            Column(_("Aplikasi"), "name", is_head=True),
            Column(_("Untuk apa"), "purpose"),
            Column(_("Instansi"), "agency.short_name"),
            Column(_("Asal"), lambda row: APP_ORIGIN[row.origin]),
            Column(_("Keadaan"), lambda row: APP_STATUS[row.status]),
            Column(_("Pengguna setahun"), "users", "number"),
        ],
        page.items,
        empty=_("Belum ada aplikasi yang terdaftar."),
    )
    return render(
        request,
        "plans/applications.html",
        {
            "table": table,
            "page": page,
            "filters": filters,
            "query": request.GET.urlencode(),
            "crumbs": crumbs(),
        },
    )


def applications_csv(request: HttpRequest) -> HttpResponseBase:
    rows, _filters = _applications(request)
    heading = ["kode", "nama", "instansi", "untuk_apa", "asal", "keadaan", "pengguna"]
    return csv_response(
        request,
        "aplikasi",
        heading,
        ([r.code, r.name, r.agency.code, r.purpose, r.origin, r.status, r.users] for r in rows),
    )


def applications_json(request: HttpRequest) -> HttpResponse:
    rows, _filters = _applications(request)
    shown = [
        {
            "key": r.key,
            "code": r.code,
            "name": r.name,
            "agency": r.agency.code,
            "purpose": r.purpose,
            "origin": r.origin,
            "status": r.status,
            "users": r.users,
            "programme": r.programme_key,
        }
        for r in rows
    ]
    return answer({"applications": shown}, public=True)
