"""What visitors see: the floor, a booth, their own talks, offers of collaboration. No account is asked for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.movement.exhibition import caching, channels, floor, talks, visits
from lawang.movement.exhibition.models import (
    Booth,
    Collaboration,
    Exhibit,
    Exhibition,
    Offer,
    Representative,
    Talk,
)
from lawang.pages.models import Picture
from lawang.people.login import client_ip
from lawang.people.node import day_of, now
from lawang.plans.models import FrameworkNode
from lawang.record import limits
from lawang.record.resent import done, sent_once
from lawang.web.forms import Form, LongTextField
from lawang.web.keep import may_be_kept
from lawang.web.tables import Filters, paginate

COOKIE = "lawang-pameran"  # the secret by which a visitor finds their talks again
KEPT_FOR = 30 * 86_400  # seconds
WEEKDAYS = (
    *(gettext_lazy("Senin"), gettext_lazy("Selasa"), gettext_lazy("Rabu"), gettext_lazy("Kamis")),
    *(gettext_lazy("Jumat"), gettext_lazy("Sabtu"), gettext_lazy("Minggu")),
)


def dimensions() -> dict[str, str]:
    """Return code -> short name of the branches at the top of the frameworks, in their order. One query."""
    rows = FrameworkNode.objects.filter(depth=0).order_by("framework", "order", "code")
    return floor.dimension_names(rows.values_list("code", "short", "title"))


def visitor_of(request: HttpRequest) -> str:
    """Return the hash under which this visitor's talks are kept; "" without a cookie."""
    return talks.visitor_of(request.COOKIES.get(COOKIE, "")[:64])


def _exhibition(year: int) -> Exhibition:
    return get_object_or_404(Exhibition, year=year)


# The floor


@require_safe
def newest(request: HttpRequest) -> HttpResponseBase:
    """Lead to the newest exhibition."""
    found = Exhibition.objects.first()
    if found is None:
        return render(request, "movement/exhibition/none.html")
    return redirect("movement:floor", found.year)


@may_be_kept
@require_safe
def show_floor(request: HttpRequest, year: int) -> HttpResponse:
    """Draw all halls, gathered by year, region or dimension."""
    exhibition = _exhibition(year)
    at = caching.quarter(now())
    if caching.is_fresh_opening(request):
        visits.count(exhibition.pk, None, day_of(at))

    def build() -> HttpResponse:
        by = request.GET.get("menurut", "wilayah")
        by = by if by in floor.BY else "wilayah"
        rows = exhibition.booths.select_related("area").only(
            *(
                "key",
                "since",
                "dimension",
                "filled_at",
                "exhibition",
                "area__code",
                "area__name",
                "area__level",
            )
        )
        order = {"tahun": ("since", "area__code"), "wilayah": ("area__code",), "dimensi": ("area__code",)}[by]
        booths = list(rows.order_by(*order))
        for booth in booths:
            booth.exhibition = exhibition
        others = Exhibition.objects.exclude(pk=exhibition.pk).values_list("year", flat=True)
        halls = floor.halls(booths, by, dimensions() if by == "dimensi" else {})
        context = {
            "exhibition": exhibition,
            "is_open": exhibition.is_open(day_of(at)),
            "halls": halls,
            "count": len(booths),
            "filled": sum(hall.filled for hall in halls),
            "tabs": [(title, f"?menurut={name}", name == by) for name, title in floor.BY.items()],
            "others": list(others[:12]),
        }
        return render(request, "movement/exhibition/floor.html", context)

    return caching.mark(caching.answer(request, exhibition, at, build), (exhibition.pk, None, day_of(at)))


# A booth


class AskForm(Form):
    """A visitor's first words. Only the question is needed."""

    words = LongTextField(label=gettext_lazy("Pertanyaan Anda"), rows=4, max_length=talks.LONGEST)
    name = forms.CharField(
        label=gettext_lazy("Nama panggilan"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Boleh kosong. Hanya petugas anjungan yang membacanya."),
    )
    contact = forms.EmailField(
        label=gettext_lazy("Surel, bila ingin dikabari saat dijawab"), required=False, max_length=254
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["words"].error_messages["required"] = _("Tulis pertanyaan Anda dahulu.")


def _booth(year: int, code: str) -> Booth:
    rows = Booth.objects.select_related("exhibition", "area__parent", "poster")
    rows = rows.prefetch_related("representatives")
    return get_object_or_404(rows, exhibition__year=year, area__code=code)


@may_be_kept
@require_safe
def show_booth(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """Show a booth; one that nobody has filled says so."""
    booth = _booth(year, code)
    at = caching.quarter(now())
    if caching.is_fresh_opening(request):
        visits.count(booth.exhibition_id, booth.pk, day_of(at))
    answer = caching.answer(
        request, booth.exhibition, at, lambda: _render_booth(request, booth, AskForm(), at=at)
    )
    return caching.mark(answer, (booth.exhibition_id, booth.pk, day_of(at)))


def _render_booth(
    request: HttpRequest, booth: Booth, form: AskForm, *, at: datetime, status: int = 200
) -> HttpResponse:
    exhibits = list(booth.exhibits.select_related("file", "picture"))
    wanted = [win["picture"] for win in booth.wins if win.get("picture")]
    pictures = Picture.objects.in_bulk(wanted) if wanted else {}
    hours = talks.hours_of(booth)
    is_open = booth.exhibition.is_open(day_of(at))
    context = {
        "booth": booth,
        "exhibition": booth.exhibition,
        "dimension": dimensions().get(booth.dimension, "") if booth.dimension else "",
        "wins": [(win, pictures.get(win.get("picture"))) for win in booth.wins],
        "films": [one for one in exhibits if one.kind == Exhibit.Kind.FILM],
        "pictures": [one for one in exhibits if one.kind == Exhibit.Kind.PICTURE],
        "documents": [one for one in exhibits if one.kind == Exhibit.Kind.DOCUMENT],
        "offices": [(one, weekdays(one)) for one in booth.representatives.all()],
        "is_open": is_open,
        "is_there": is_open and hours.is_somebody_there(at),
        "next_opening": hours.next_opening(at),
        "offers": list(booth.offers.filter(withdrawn_at=None)[:6]),
        "neighbours": _neighbours(booth),
        "form": form,
        "crumbs": [(say(booth.exhibition.title), booth.exhibition.get_absolute_url())],
    }
    return render(request, "movement/exhibition/booth.html", context, status=status)


def weekdays(one: Representative) -> str:
    """Return "Senin–Jumat", or the days one by one."""
    days = sorted(one.weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0] - 1]}–{WEEKDAYS[days[-1] - 1]}"
    return ", ".join(str(WEEKDAYS[day - 1]) for day in days)


def _neighbours(booth: Booth) -> list[Booth]:
    """Return the booths on either side, by the areas' codes; at the ends it goes on at the other end."""
    rows = booth.exhibition.booths.exclude(pk=booth.pk).select_related("area")
    before = rows.filter(area__code__lt=booth.area.code).order_by("-area__code").first()
    after = rows.filter(area__code__gt=booth.area.code).order_by("area__code").first()
    found = [before or rows.order_by("-area__code").first(), after or rows.order_by("area__code").first()]
    for one in found:
        if one is not None:
            one.exhibition = booth.exhibition
    return list({one.pk: one for one in found if one is not None}.values())


# Talking


@may_be_kept
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """Take a visitor's question and lead to their talk."""
    if request.method != "POST":
        return redirect("movement:booth", year, code)
    limits.count((talks.QUESTIONS, visitor_of(request)), _flood(request), at=now())
    return _ask(request, year, code)  # type: ignore[return-value]


@sent_once
def _ask(request: HttpRequest, year: int, code: str) -> HttpResponseBase:
    booth = _booth(year, code)
    form = AskForm(request.POST)
    at = now()
    if not form.is_valid():
        return _render_booth(request, booth, form, at=caching.quarter(at), status=422)
    secret = request.COOKIES.get(COOKIE, "")[:64] or talks.new_visitor()
    visitor = talks.visitor_of(secret)
    given = form.cleaned_data
    try:
        talk = talks.ask(
            booth, given["words"], visitor=visitor, name=given["name"], contact=given["contact"], at=at
        )
    except Refused as refused:
        form.refuse(refused)
        return _render_booth(request, booth, form, at=caching.quarter(at), status=422)
    response = done("movement:talk", talk.key)
    _remember(response, secret)
    return response


def _remember(response: HttpResponse, secret: str) -> None:
    response.set_cookie(
        COOKIE, secret, max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _flood(request: HttpRequest) -> tuple[limits.Limit, str]:
    """Return the brake of the address, which a whole village may share."""
    limit = limits.Limit(
        "address",
        settings.ADDRESS_SENDINGS,
        talks.SENDINGS.within / 10,
        gettext_lazy(
            "Terlalu banyak kiriman dari jaringan internet Anda. Tunggu satu menit, lalu coba lagi."
        ),
    )
    return limit, client_ip(request)


class SayForm(Form):
    """The next words."""

    words = LongTextField(label=gettext_lazy("Tulis lagi"), rows=3, max_length=talks.LONGEST)


def _own_talk(request: HttpRequest, key: UUID) -> Talk:
    """Return a talk of the visitor who asks; somebody else's does not exist for them."""
    visitor = visitor_of(request)
    if not visitor:
        raise Http404
    rows = Talk.objects.select_related("booth__area", "booth__exhibition").prefetch_related(
        "booth__representatives"
    )
    return get_object_or_404(rows, key=key, visitor=visitor)


def private(response: HttpResponse) -> HttpResponse:
    """Keep a page with people's words out of every cache."""
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show a visitor's talk and let them go on."""
    found = _own_talk(request, key)
    if request.method == "POST":
        limits.count((talks.SENDINGS, found.visitor), _flood(request), at=now())
        return _say(request, key)
    return _render_talk(request, found, SayForm())


@sent_once
def _say(request: HttpRequest, key: UUID) -> HttpResponseBase:
    found = _own_talk(request, key)
    form = SayForm(request.POST)
    if form.is_valid():
        at = now()
        try:
            talks.say(found, form.cleaned_data["words"], visitor=found.visitor, at=at)
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(reverse("movement:talk", args=[key]) + "#tulis")
    return _render_talk(request, found, form, status=422)


def _render_talk(request: HttpRequest, found: Talk, form: SayForm, status: int = 200) -> HttpResponse:
    said = talks.read(found)
    context = {
        "talk": found,
        "said": said,
        "form": form,
        "wait": talks.sentence_of_wait(found),
        "crumbs": [
            (say(found.booth.exhibition.title), found.booth.exhibition.get_absolute_url()),
            (found.booth.area.title, found.booth.get_absolute_url()),
        ],
        **streaming(request, f"t{found.key}", found.said),
    }
    response = private(render(request, "movement/exhibition/talk.html", context, status=status))
    return allow_stream(request, response)


def streaming(request: HttpRequest, channel: str, shown: int) -> dict[str, str]:
    """Return what talk.js needs to open the stream: `stream` is its address with the ticket, "" when it is off."""
    address, _origin = channels.address(request)
    return {"stream": f"{address}?t={channels.ticket(channel, shown)}" if address else ""}


def allow_stream(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let this page talk to the stream where that is another origin: without a proxy it is another port."""
    if origin := channels.address(request)[1]:
        response._csp_update = {"connect-src": ["'self'", origin]}  # type: ignore[attr-defined]
    return response


@require_safe
def news(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer with what was said after message ?sejak=, as list items; 204 when nothing was."""
    found = _own_talk(request, key)
    since = request.GET.get("sejak", "0")
    said = talks.read(found, int(since) if since.isdecimal() and len(since) < 6 else 0)
    if not said and found.closed_at is None:
        return private(HttpResponse(status=204))
    context = {"said": said, "talk": found, "wait": talks.sentence_of_wait(found)}
    return private(render(request, "movement/exhibition/_said.html", context))


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List the talks of this visitor."""
    visitor = visitor_of(request)
    rows: QuerySet[Talk] = Talk.objects.none()
    if visitor:
        rows = Talk.objects.filter(visitor=visitor).select_related("booth__area", "booth__exhibition")
    return private(render(request, "movement/exhibition/mine.html", {"talks": rows[:50]}))


# Collaboration


class OfferFilters(Filters):
    """Which offers."""

    jenis = forms.ChoiceField(
        label=gettext_lazy("Jenis"), choices=[("", gettext_lazy("Semua")), *Offer.Kind.choices]
    )
    dimensi = forms.ChoiceField(label=gettext_lazy("Dimensi"))

    def __init__(self, request: HttpRequest, names: dict[str, str]) -> None:
        super().__init__(request)
        choice = self.fields["dimensi"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Semua")), *names.items()]


@require_safe
def offers(request: HttpRequest, year: int) -> HttpResponse:
    """List what regencies seek and offer, with what was agreed on it."""
    exhibition = _exhibition(year)
    names = dimensions()
    filters = OfferFilters(request, names)
    chosen = filters.chosen()
    rows = Offer.objects.filter(booth__exhibition=exhibition, withdrawn_at=None)
    rows = rows.select_related("booth__area").prefetch_related(
        Prefetch("collaborations", queryset=Collaboration.objects.select_related("other", "file"))
    )
    if chosen.get("jenis"):
        rows = rows.filter(kind=chosen["jenis"])
    if chosen.get("dimensi"):
        rows = rows.filter(dimension=chosen["dimensi"])
    page = paginate(request, rows, 20)
    for one in page.items:
        one.booth.exhibition = exhibition
    context = {
        "exhibition": exhibition,
        "filters": filters,
        "page": page,
        "offers": [(one, names.get(one.dimension, one.dimension)) for one in page.items],
        "crumbs": [(say(exhibition.title), exhibition.get_absolute_url())],
    }
    return render(request, "movement/exhibition/offers.html", context)
