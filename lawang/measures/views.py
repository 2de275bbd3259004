"""Where does this number come from?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.lib.dates import long_date, long_moment, period_name
from lawang.lib.numbers import as_is
from lawang.lib.text import say
from lawang.measures.models import Evidence, Value
from lawang.measures.offices import offices
from lawang.measures.statistics import STATISTICS
from lawang.people.node import node, today
from lawang.web.json import answer


def _value(pk: int) -> Value:
    """Return an approved figure, in force or replaced."""
    row = (
        Value.objects.filter(pk=pk, status=Value.Status.APPROVED)
        .select_related("series__owner", "area")
        .first()
    )
    if row is None:
        raise Http404(_("Angka ini tidak ada, atau belum disetujui."))
    return row


def _indicator(value: Value) -> Any:
    """Return the indicator that the plan in force measures with this series, if any."""
    return (
        value.series.indicators.filter(revision__status="published", revision__in_force_from__lte=today())
        .order_by("-revision__in_force_from")
        .defer("search")
        .first()
    )


def value(request: HttpRequest, pk: int) -> HttpResponse:
    """One figure: what it is, who gave and approved it, what it rests on, what it was before."""
    row = _value(pk)
    slot = list(
        Value.objects.filter(
            series=row.series,
            start=row.start,
            end=row.end,
            area=row.area,
            breakdown=row.breakdown,
            status=Value.Status.APPROVED,
        ).order_by("-revision")
    )
    newest = next((one for one in slot if one.is_current), row)
    who = offices(pk for one in slot for pk in (one.proposed_by_id, one.decided_by_id))
    evidence = (
        Evidence.objects.filter(value=row, is_public=True).select_related("file").order_by("-date", "pk")
    )
    indicator = _indicator(row)
    unit = say(row.series.unit)
    words = as_is(row.amount, row.series.decimals)
    title = say(indicator.title if indicator else row.series.title)
    period = period_name(row.start, row.end)
    address = request.build_absolute_uri(reverse("value", args=[row.pk]))
    crumbs = [(_("Beranda"), reverse("portal:home"))]
    if indicator:
        crumbs += [(_("Rencana"), reverse("plan")), (title, indicator.get_absolute_url())]
    return render(
        request,
        "measures/value.html",
        {
            "value": row,
            "series": row.series,
            "title": title,
            "indicator": indicator,
            "words": words,
            "unit": unit,
            "period": period,
            "breakdown": {"sex=female": _("Perempuan"), "sex=male": _("Laki-laki")}.get(
                row.breakdown, row.breakdown
            ),
            "proposed_by": who.get(row.proposed_by_id or 0, ""),
            "decided_by": who.get(row.decided_by_id or 0, ""),
            "revisions": [
                (one, as_is(one.amount, row.series.decimals), who.get(one.decided_by_id or 0, ""))
                for one in slot
            ],
            "newest": newest,
            "newest_words": as_is(newest.amount, row.series.decimals),
            "evidence": evidence,
            "basis": _basis(row),
            "more": _more_of(row),
            "cite": _(
                "%(owner)s, “%(title)s”, %(period)s: %(amount)s %(unit)s. %(site)s. Dibaca %(today)s. %(address)s"
            )
            % {
                "owner": say(row.series.owner.name),
                "title": title,
                "period": period,
                "amount": words,
                "unit": unit,
                "site": say(node().name),
                "today": long_date(today()),
                "address": address,
            },
            "crumbs": crumbs,
        },
    )


def _basis(row: Value) -> list[tuple[str, str]]:
    """Return what a figure came from, said without naming a person."""
    if "statistic" in row.basis:
        return list(_counted(row.basis))
    known = {
        "import": _("Berkas impor"),
        "sha256": _("Sidik berkas (SHA-256)"),
        "rows": _("Dihitung dari sekian baris"),
        "hidden": _("Baris yang tidak ditampilkan"),
        "moment": _("Dihitung pada"),
    }
    return [
        (known[name], str(said))
        for name, said in row.basis.items()
        if name in known and said not in (None, "")
    ]


def _counted(basis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how a figure that nobody typed was counted: the formula in words, and its numbers."""
    statistic = STATISTICS.get(basis["statistic"])
    yield _("Dihitung sendiri"), str(statistic.title) if statistic else basis["statistic"]
    if statistic:
        yield _("Rumus"), str(statistic.formula)
    rows = basis.get("rows") or {}
    if numbers := _numbers(rows):
        yield _("Dengan angkanya"), numbers
    if basis.get("is_rough"):
        yield (
            _("Dibulatkan"),
            _("Ke kelipatan lima, supaya dari angka ini tidak terbaca keadaan beberapa orang saja."),
        )
    if rows.get("overdue"):
        yield _("Di antaranya masih terbuka dan lewat waktu"), as_is(rows["overdue"])
    yield _("Dihitung pada"), long_moment(datetime.fromisoformat(basis["computed_at"]))


def _numbers(rows: Mapping[str, int]) -> str:
    """Return the numbers of a formula: "43 dari 50", or the one there is."""
    counted, whole = rows.get("counted"), rows.get("of")
    if counted is not None and whole is not None:
        return _("%(part)s dari %(whole)s") % {"part": as_is(counted), "whole": as_is(whole)}
    return as_is(counted if counted is not None else whole or 0) if counted or whole else ""


def _more_of(row: Value) -> str:
    """Return the address of the page that shows more of what a figure was counted from; "" when there is none."""
    statistic = STATISTICS.get(row.basis.get("statistic", ""))
    return statistic.page(row.basis.get("parameters") or {}) if statistic and statistic.page else ""


def value_json(request: HttpRequest, pk: int) -> HttpResponse:
    row = _value(pk)
    return answer(
        {
            "id": row.pk,
            "series": {
                "key": row.series.key,
                "code": row.series.code,
                "title": row.series.title,
                "unit": row.series.unit,
                "definition": row.series.definition,
                "owner": row.series.owner.code,
                "source": row.series.source_note,
            },
            "start": row.start,
            "end": row.end,
            "area": row.area.code if row.area else None,
            "breakdown": row.breakdown or None,
            "amount": row.amount,
            "revision": row.revision,
            "is_current": row.is_current,
            "decided_at": row.decided_at,
            "basis": dict(_basis(row)),
            "is_demo": node().is_demo,
            "href": request.build_absolute_uri(reverse("value", args=[row.pk])),
        },
        public=True,
    )
