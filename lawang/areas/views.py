"""The public pages about administrative areas: browse, search, history, export. Everything here is public."""

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.areas import codes, history
from lawang.areas.maps import DistrictMap, MapValue, district_map
from lawang.areas.models import Area

MOST_FOUND = 60  # rows of a search; a longer list asks for a longer word
COLUMNS = ("code", "parent", "level", "name", "decree", "valid_from")


def index(request: HttpRequest) -> HttpResponse:
    words = " ".join(request.GET.get("q", "").split())[:80].replace("\x00", "")
    found: list[Area] = []
    is_cut = False
    if len(words) >= 2:
        rows = Area.objects.filter(valid_to=None).called(words).select_related("parent__parent")
        found = list(rows.order_by("code")[: MOST_FOUND + 1])
        is_cut = len(found) > MOST_FOUND
    provinces = [] if words else _children(None)
    context = {
        "words": words,
        "too_short": bool(words) and len(words) < 2,
        "found": found[:MOST_FOUND],
        "is_cut": is_cut,
        "most": MOST_FOUND,
        "rows": provinces,
        "origin": codes.origin(),
    }
    return render(request, "areas/index.html", context)


def detail(request: HttpRequest, code: str) -> HttpResponse:
    area = _area(code)
    above = history.ancestors(area)
    context: dict[str, Any] = {
        "area": area,
        "crumbs": _crumbs(above),
        "rows": [] if area.valid_to else _children(area),
        "before": area.came_from.select_related("old"),
        "after": area.went_to.select_related("new"),
        "earlier": Area.objects.filter(code=code, valid_from__lt=area.valid_from).order_by("valid_from"),
        "origin": codes.origin(),
    }
    if area.level == Area.Level.REGENCY and not area.valid_to:
        context["map"] = _village_map(area, context["rows"])
    return render(request, "areas/detail.html", context)


def export(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Answer the areas below one (or all of them) as CSV, sent while it is read."""
    rows = Area.objects.filter(valid_to=None).select_related("parent").order_by("code")
    if code:
        area = _area(code)
        rows = rows.filter(Q(pk=area.pk) | Q(code__startswith=area.code + "."))
    response = StreamingHttpResponse(_lines(rows.iterator(2000)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="wilayah{"-" if code else ""}{code}.csv"'
    response["Link"] = '<https://opendatacommons.org/licenses/odbl/1-0/>; rel="license"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterator[Area]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for area in rows:
        above = area.parent.code if area.parent else ""
        yield writer.writerow(
            [area.code, above, area.level, area.name, area.decree, area.valid_from.isoformat()]
        )


def _area(code: str) -> Area:
    """Return the area of a code that is valid, or else the last one that was."""
    area = (
        Area.objects.filter(code=code)
        .select_related("parent__parent__parent")
        .order_by("-valid_from")
        .first()
    )
    if area is None:
        raise Http404(_("Kode wilayah %(code)s tidak ada.") % {"code": code})
    return area


def _children(area: Area | None) -> list[Area]:
    """Return the areas right below, each with how many it has below itself (`count`)."""
    below = Count("children", filter=Q(children__valid_to=None))
    rows = Area.objects.filter(parent=area, valid_to=None).annotate(count=below)
    return list(rows.order_by("code"))


def _crumbs(above: list[Area]) -> list[tuple[str, str]]:
    return [(_("Data wilayah"), reverse("areas:index"))] + [
        (area.name, area.get_absolute_url()) for area in above
    ]


def _village_map(regency: Area, districts: list[Any]) -> DistrictMap:
    most = max((area.count for area in districts), default=0) or 1
    values = {
        area.code: MapValue(
            ngettext("%(count)s desa/kelurahan", "%(count)s desa/kelurahan", area.count)
            % {"count": area.count},
            share=area.count / most,
            url=area.get_absolute_url(),
        )
        for area in districts
    }
    title = _("Kecamatan di %(area)s") % {"area": regency.name}
    return district_map(regency, values, title=title, value_heading=_("Desa dan kelurahan"))
