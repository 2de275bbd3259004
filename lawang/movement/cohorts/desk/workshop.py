"""The regency's pages of the bimtek: worksheets by stage, the quick-win funnel, the service products of each agency."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Subquery, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.lib.dates import long_moment
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.cohorts import workshop
from lawang.movement.cohorts.desk.common import form_page, person
from lawang.movement.cohorts.forms import Asking, OneOfThem
from lawang.movement.cohorts.kind import regency_only
from lawang.movement.cohorts.models import Blueprint, Comment, Nomination, Participant, Product
from lawang.movement.cohorts.packs import newest_of
from lawang.people.models import Agency
from lawang.people.node import node, now, today
from lawang.people.permissions import Reach, may, needs, reach
from lawang.plans.desk.edition import find
from lawang.plans.linter_subject import read
from lawang.plans.models import QuickWin
from lawang.record.resent import done, sent_once
from lawang.web.download import csv_response
from lawang.web.forms import Form, LongTextField
from lawang.web.tables import Filters, paginate

SEE = ("plans.see_internal", "movement.word_product", "movement.weigh")


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Bimbingan"), reverse("movement:workshop")), *more]


@needs(*SEE)
@regency_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the stages of the bimtek with their worksheets, which are the plan's own forms, and how full each is."""
    edition = find()
    full = workshop.fullness(read(edition.revision, today=today())) if edition else {}
    worded = Product.objects.order_by().values(all=Value(1)).annotate(count=Count("pk")).values("count")
    programme: Any = newest_of(Blueprint.Kind.PROGRAMME).annotate(products=Subquery(worded)).first()
    stages = []
    for stage in programme.definition["stages"] if programme else []:
        lines = []
        for code in stage["worksheets"]:
            sheet, state = workshop.WORKSHEETS[code], full.get(code)
            words, tag, css = _("belum ada rencana"), "", ""
            if state is not None:
                words = _("%(fine)s dari %(looked)s sudah terisi") % {
                    "fine": state.fine,
                    "looked": state.looked,
                }
                is_full = state.looked > 0 and state.fine == state.looked
                tag, css = (_("lengkap"), "good") if is_full else (_("belum"), "warn")
            lines.append((sheet.title, sheet.href, words, tag, css))
        stages.append((stage, lines))
    context = {
        "calls": _calls(),
        "stages": stages,
        "edition": edition,
        "products": (programme.products or 0) if programme else Product.objects.count(),
        "may_weigh": bool(may(request.user, "movement.weigh")),
    }
    return render(request, "movement/cohorts/desk/workshop.html", context)


def _calls() -> list[tuple[str, str, str, str, str]]:
    """Return the cohorts that this regency was called to, the newest first, with what waits for it. One query."""
    rows = (
        Participant.objects.filter(area=node().area, cohort__from_history=False)
        .select_related("cohort")
        .annotate(open=Count("comments", filter=Q(comments__state=Comment.State.OPEN)))
        .order_by("-cohort__year", "-pk")
    )
    lines = []
    for row in rows[:6]:
        words = row.get_status_display()
        if row.status == Participant.Status.INVITED and row.cohort.closes_at:
            words = _("kirim formulir kesiapan paling lambat %(date)s") % {
                "date": long_moment(row.cohort.closes_at)
            }
        tag = ngettext("%(count)s komentar", "%(count)s komentar", row.open) % {"count": row.open}
        href = reverse("movement:participation", args=[row.key])
        lines.append((say(row.cohort.title), href, words, tag if row.open else "", "warn"))
    return lines


# The funnel


@needs("plans.see_internal", "movement.weigh")
@regency_only
@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    """Show the nominees of each dimension with their marks, and which was picked."""
    edition = find()
    groups: dict[str, tuple[Any, list[workshop.Nominee]]] = {}
    for one in workshop.nominees(edition.revision) if edition else []:
        groups.setdefault(one.dimension, (one.dimension_title, []))[1].append(one)
    context = {
        "groups": list(groups.values()),
        "criteria": list(workshop.CRITERIA.items()),
        "most": workshop.MOST * len(workshop.CRITERIA),
        "edition": edition,
        "may_weigh": bool(may(request.user, "movement.weigh")),
        "crumbs": crumbs(),
    }
    return render(request, "movement/cohorts/desk/funnel.html", context)


class WeighForm(Asking):
    """Marks of a nominee by the stated criteria."""

    def __init__(self, data: Any = None, *, marks: dict[str, int]) -> None:
        asked: dict[str, forms.Field] = {}
        for code, title in workshop.CRITERIA.items():
            asked[code] = forms.TypedChoiceField(
                label=title,
                choices=[(number, str(number)) for number in range(workshop.MOST + 1)],
                coerce=int,
                widget=forms.RadioSelect({"class": "inline"}),
                initial=marks.get(code),
            )
        super().__init__(asked, data)


class PickForm(Form):
    """Why this one."""

    reason = forms.CharField(
        label=gettext_lazy("Mengapa yang ini dipilih"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Wajib bila ada calon lain di dimensi itu yang nilainya lebih tinggi."),
    )


@needs("movement.weigh")
@regency_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def nominee(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """Weigh a nominee, or pick it for its dimension."""
    edition = find()
    rows = QuickWin.objects.select_related("programme")
    row = get_object_or_404(rows, key=key, revision=edition.revision if edition else None)
    assert edition is not None
    data = request.POST if request.method == "POST" else None
    more: dict[str, Any] = {
        "caption": row.code,
        "back": reverse("movement:funnel"),
        "crumbs": crumbs((_("Program percepatan"), reverse("movement:funnel"))),
    }
    if what == "pilih":
        return form_page(
            request,
            PickForm(data),
            lambda given, by, at: workshop.pick(row, edition.revision, reason=given["reason"], by=by, at=at),
            title=_("Pilih %(name)s") % {"name": row.name},
            lead=_("Satu program percepatan setiap dimensi; yang terpilih sebelumnya digantikan."),
            submit=_("Pilih untuk dimensi ini"),
            said=_("Terpilih."),
            **more,
        )
    kept = Nomination.objects.filter(quick_win=row.key).first()
    return form_page(
        request,
        WeighForm(data, marks=kept.marks if kept else {}),
        lambda given, by, at: workshop.weigh(row, given, by=by, at=at),
        title=_("Timbang %(name)s") % {"name": row.name},
        lead=_("0 berarti tidak sama sekali, 3 berarti sepenuhnya."),
        submit=_("Simpan timbangan"),
        said=_("Tersimpan."),
        **more,
    )


# Products


class ProductFilters(Filters):
    """Find products."""

    q = forms.CharField(label=gettext_lazy("Kata"), max_length=80)
    agency = forms.ChoiceField(label=gettext_lazy("Instansi"))

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        held = Product.objects.values_list("agency__code", "agency__short_name").order_by(
            "agency__short_name"
        )
        field.choices = [("", _("Semua")), *held.distinct()]


class ProductForm(Form):
    """A service product in the words of its agency."""

    agency = OneOfThem("short_name", label=gettext_lazy("Instansi"), queryset=Agency.objects.none())
    title = forms.CharField(
        label=gettext_lazy("Produk layanan"),
        max_length=120,
        help_text=gettext_lazy("Apa yang didapat warga, misalnya “Surat izin memakai aula”."),
    )
    for_whom = forms.CharField(label=gettext_lazy("Untuk siapa"), max_length=200)
    problem = LongTextField(label=gettext_lazy("Masalah yang dijawab"), rows=4, max_length=1000)
    how = LongTextField(label=gettext_lazy("Bagaimana caranya"), rows=4, max_length=1000)

    def __init__(self, held: Reach, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["agency"]
        assert isinstance(field, OneOfThem)
        rows = Agency.objects.filter(valid_to=None).exclude(
            kind__in=(Agency.Kind.OUTSIDE, Agency.Kind.VILLAGE)
        )
        field.queryset = (rows if held.everything else rows.filter(pk__in=held.agencies)).order_by(
            "short_name"
        )


def _sought(request: HttpRequest) -> tuple[ProductFilters, QuerySet[Product]]:
    filters = ProductFilters(request)
    rows = Product.objects.select_related("agency")
    chosen = filters.chosen()
    if words := chosen.get("q"):
        rows = rows.filter(title__icontains=words)
    if agency := chosen.get("agency"):
        rows = rows.filter(agency__code=agency)
    return filters, rows


@needs(*SEE)
@regency_only
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """List what the agencies worded."""
    filters, rows = _sought(request)
    page = paginate(request, rows)
    held = reach(request.user, "movement.word_product")
    context = {
        "filters": filters,
        "page": page,
        "rows": [(row, held.everything or row.agency_id in held.agencies) for row in page.items],
        "may_word": bool(held),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "crumbs": crumbs(),
    }
    return render(request, "movement/cohorts/desk/products.html", context)


@needs(*SEE)
@regency_only
@require_safe
def products_csv(request: HttpRequest) -> HttpResponseBase:
    """Download the products, as filtered."""
    _filters, rows = _sought(request)
    heading = [_("instansi"), _("produk"), _("untuk siapa"), _("masalah"), _("cara")]
    lines = ([row.agency.short_name, row.title, row.for_whom, row.problem, row.how] for row in rows)
    return csv_response(request, "produk-layanan", heading, lines)


@needs("movement.word_product")
@regency_only
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def product(request: HttpRequest, key: UUID | None = None) -> HttpResponseBase:
    """Word a product, or word it anew."""
    held = reach(request.user, "movement.word_product")
    mine = Product.objects.all() if held.everything else Product.objects.filter(agency__in=held.agencies)
    row = get_object_or_404(mine.select_related("agency"), key=key) if key else None
    initial = (
        {name: getattr(row, name) for name in ("agency", "title", "for_whom", "problem", "how")}
        if row
        else None
    )
    form = ProductForm(held, request.POST if request.method == "POST" else None, initial=initial)
    if row is not None:
        del form.fields["agency"]
    return form_page(
        request,
        form,
        lambda given, by, at: workshop.word_product(
            row.agency if row else given["agency"],
            title=given["title"],
            for_whom=given["for_whom"],
            problem=given["problem"],
            how=given["how"],
            row=row,
            by=by,
            at=at,
        ),
        title=_("Ubah produk layanan") if row else _("Rumuskan produk layanan"),
        caption=row.agency.short_name if row else "",
        lead=_("Tulis seperti Anda menjelaskannya kepada warga di loket."),
        submit=_("Simpan produk layanan"),
        back=reverse("movement:products"),
        said=_("Produk layanan tersimpan."),
        crumbs=crumbs((_("Produk layanan"), reverse("movement:products"))),
        draft=f"produk-{row.key if row else 'baru'}",
    )


@needs("movement.word_product")
@regency_only
@require_POST
@sent_once
def drop_product(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Take a product away."""
    row = get_object_or_404(Product, key=key)
    try:
        workshop.drop_product(row, by=person(request), at=now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("movement:products")
    messages.success(request, _("“%(title)s” dihapus.") % {"title": row.title})
    return done("movement:products")


@needs(*SEE)
@regency_only
@require_safe
def draft_service(request: HttpRequest, key: UUID) -> HttpResponse:
    """Download a product as the draft of a service definition."""
    row = get_object_or_404(Product.objects.select_related("agency"), key=key)
    words = workshop.draft_service(row, unit="front_office")
    response = HttpResponse(words, content_type="application/yaml; charset=utf-8")
    name = slugify(row.title)[:50] or "layanan"
    response["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response
