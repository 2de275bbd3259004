"""The pages behind the booths: fill them, answer visitors, agree on collaboration; and the movement's own."""

from datetime import time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.areas.models import Area
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say, text
from lawang.movement.exhibition import actions, talks, views, visits
from lawang.movement.exhibition.from_plan import from_plan
from lawang.movement.exhibition.models import (
    Booth,
    Exhibit,
    Exhibition,
    Message,
    Offer,
    Representative,
    Talk,
    Visits,
)
from lawang.pages.pictures import add_picture
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.people.permissions import may, needs, reach
from lawang.plans.models import Colour
from lawang.record.actions import saw
from lawang.record.resent import done, sent_once
from lawang.web.charts import bar_chart
from lawang.web.forms import DateField, FileField, Form, LongTextField
from lawang.web.tables import paginate

FILL, ANSWER, RUN = "movement.fill_booth", "movement.represent", "movement.exhibit"


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def own_booths(user: User, *verbs: str) -> QuerySet[Booth]:
    """Return the booths to which somebody may do one of the verbs: one predicate for every list."""
    rows = Booth.objects.select_related("area", "exhibition")
    if any(reach(user, verb).everything for verb in verbs):
        return rows
    return rows.filter(pk__in=Representative.objects.filter(user=user).values("booth"))


def _own(request: HttpRequest, key: UUID, *verbs: str) -> Booth:
    return get_object_or_404(own_booths(person(request), *verbs).prefetch_related("representatives"), key=key)


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Anjungan"), reverse("movement:booths")), *more]


# The front page


@needs(FILL, ANSWER, RUN)
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Show one's booths and the questions that wait there, those due first."""
    user = person(request)
    booths = list(own_booths(user, FILL, ANSWER, RUN).order_by("-exhibition__year", "area__code")[:200])
    waiting: list[Talk] = []
    if may(user, ANSWER):
        rows = Talk.objects.waiting().filter(booth__in=own_booths(user, ANSWER).values("pk"))
        waiting = list(rows.select_related("booth__area", "booth__exhibition").order_by("due_at")[:100])
    names = talks.names(waiting)
    at = now()
    answering = {row.booth_id for row in waiting}
    context = {
        "booths": booths,
        "waiting": [(row, names[row.key], row.is_late(at)) for row in waiting],
        "may_run": bool(may(user, RUN)),
        "may_answer": bool(may(user, ANSWER)),
        "answering": answering,
    }
    stands_at = [booth for booth in booths if may(user, ANSWER, booth)][:1] if context["may_answer"] else []
    if stands_at:
        context |= views.streaming(request, f"b{stands_at[0].pk}", 0)
    return views.allow_stream(request, render(request, "movement/exhibition/desk/home.html", context))


# Answering


class AnswerForm(Form):
    """The booth's words."""

    words = LongTextField(label=gettext_lazy("Jawaban Anda"), rows=4, max_length=talks.LONGEST)


def _talk(request: HttpRequest, key: UUID) -> Talk:
    rows = Talk.objects.select_related("booth__area", "booth__exhibition")
    booths = own_booths(person(request), ANSWER).values("pk")
    return get_object_or_404(rows, key=key, booth__in=booths)


@needs(ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def talk(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Read a talk and answer; that somebody read it is written down."""
    found = _talk(request, key)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            talks.answer(found, form.cleaned_data["words"], by=person(request), at=now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(reverse("movement:desk_talk", args=[key]) + "#tulis")
    saw(found, ["words", "name"], by=person(request), at=now(), why=_("Menjawab di anjungan"))
    context = {
        "talk": found,
        "name": talks.names([found])[found.key],
        "said": talks.read(found),
        "form": form,
        "is_late": found.is_late(now()),
        "crumbs": crumbs(),
        **views.streaming(request, f"t{found.key}", found.said),
    }
    status = 422 if form.errors else 200
    page = render(request, "movement/exhibition/desk/talk.html", context, status=status)
    return views.allow_stream(request, views.private(page))


@needs(ANSWER)
@require_POST
@sent_once
def act(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """Close a talk, or hide one of its messages."""
    found = _talk(request, key)
    try:
        if what == "tutup":
            talks.close(found, by=person(request), at=now())
            messages.success(request, _("Percakapan ditutup."))
        elif what == "sembunyikan":
            number = request.POST.get("number", "")
            message = get_object_or_404(
                Message.objects.select_related("talk"),
                talk=found,
                number=int(number) if number.isdecimal() and len(number) < 6 else 0,
            )
            talks.hide(message, request.POST.get("why", ""), by=person(request), at=now())
            messages.success(request, _("Kata-kata itu disembunyikan; alasannya terbaca di tempatnya."))
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
    return done(reverse("movement:desk_talk", args=[key]))


# Filling


class BoothForm(Form):
    """What a booth shows; three indicators and three quick wins, each a line of its own fields."""

    title = forms.CharField(label=gettext_lazy("Judul"), max_length=120)
    title_en = forms.CharField(
        label=gettext_lazy("Judul dalam bahasa Inggris"), max_length=120, required=False
    )
    words = LongTextField(
        label=gettext_lazy("Cerita singkat"),
        help_text=gettext_lazy("Boleh memakai Markdown: **tebal**, daftar, tautan."),
        max_length=3000,
        required=False,
    )
    dimension = forms.ChoiceField(label=gettext_lazy("Dimensi yang ditonjolkan"), required=False)
    poster = FileField(label=gettext_lazy("Gambar poster"), kinds=("jpg", "png", "webp"), required=False)
    poster_alt = forms.CharField(
        label=gettext_lazy("Yang terlihat di poster"),
        help_text=gettext_lazy("Untuk pengunjung yang tidak dapat melihatnya."),
        max_length=250,
        required=False,
    )
    figures_on = DateField(label=gettext_lazy("Angka per tanggal"), required=False)
    plan_url = forms.URLField(label=gettext_lazy("Tautan rencana"), required=False, assume_scheme="https")
    results_url = forms.URLField(label=gettext_lazy("Tautan hasil"), required=False, assume_scheme="https")
    answers_within = forms.TypedChoiceField(
        label=gettext_lazy("Menjawab dalam"),
        coerce=int,
        choices=[
            (15, gettext_lazy("15 menit")),
            (60, gettext_lazy("1 jam")),
            (240, gettext_lazy("4 jam kerja")),
            (480, gettext_lazy("1 hari kerja")),
        ],
    )

    def __init__(self, booth: Booth, data: Any = None, files: Any = None) -> None:
        self.booth = booth
        super().__init__(data, files, initial=self._initial(booth))
        choice = self.fields["dimension"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Belum dipilih")), *views.dimensions().items()]
        colours = [("", _("Tanpa warna")), *Colour.choices]
        for n in range(1, actions.SHOWN + 1):
            words = {"n": n}
            self.fields[f"i{n}_title"] = forms.CharField(
                label=_("Angka %(n)s: apa yang diukur") % words, max_length=120, required=False
            )
            self.fields[f"i{n}_value"] = forms.CharField(label=_("Capaian"), max_length=20, required=False)
            self.fields[f"i{n}_unit"] = forms.CharField(label=_("Satuan"), max_length=30, required=False)
            self.fields[f"i{n}_target"] = forms.CharField(label=_("Target"), max_length=20, required=False)
            self.fields[f"i{n}_colour"] = forms.ChoiceField(
                label=_("Keadaan"), choices=colours, required=False
            )
        for n in range(1, actions.SHOWN + 1):
            self.fields[f"w{n}_title"] = forms.CharField(
                label=_("Percepatan %(n)s") % {"n": n}, max_length=120, required=False
            )
            self.fields[f"w{n}_words"] = LongTextField(
                label=_("Apa hasilnya bagi warga"), rows=2, max_length=400, required=False
            )

    @staticmethod
    def _initial(booth: Booth) -> dict[str, Any]:
        known: dict[str, Any] = {
            "title": (booth.title or {}).get("id", ""),
            "title_en": (booth.title or {}).get("en", ""),
            "words": (booth.words or {}).get("id", ""),
            "dimension": booth.dimension,
            "poster_alt": say(booth.poster.alt) if booth.poster else "",
            "figures_on": booth.figures_on,
            "plan_url": booth.plan_url,
            "results_url": booth.results_url,
            "answers_within": booth.answers_within,
        }
        for n, one in enumerate(booth.indicators, 1):
            known |= {f"i{n}_{name}": one.get(name, "") for name in ("value", "unit", "target", "colour")}
            known[f"i{n}_title"] = one["title"]["id"]
        for n, one in enumerate(booth.wins, 1):
            known |= {f"w{n}_title": one["title"]["id"], f"w{n}_words": one["words"]["id"]}
        return known

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("poster") and not given.get("poster_alt"):
            self.add_error("poster_alt", ValidationError(_("Tulis apa yang terlihat di gambar ini.")))
        return given

    def indicators(self) -> list[actions.ShownIndicator]:
        """Return the indicators with a title; links of those taken from the plan stay with their line."""
        given, found = self.cleaned_data, []
        for n in range(1, actions.SHOWN + 1):
            if title := given[f"i{n}_title"]:
                old = self.booth.indicators[n - 1] if n <= len(self.booth.indicators) else {}
                kept = old if old.get("title", {}).get("id") == title else {}
                found.append(
                    actions.ShownIndicator(
                        title=kept.get("title") or text(title),
                        value=given[f"i{n}_value"],
                        unit=given[f"i{n}_unit"],
                        target=given[f"i{n}_target"],
                        colour=given[f"i{n}_colour"],
                        href=kept.get("href", ""),
                    )
                )
        return found

    def wins(self) -> list[actions.ShownWin]:
        given, found = self.cleaned_data, []
        for n in range(1, actions.SHOWN + 1):
            if title := given[f"w{n}_title"]:
                old = self.booth.wins[n - 1] if n <= len(self.booth.wins) else {}
                kept = old if old.get("title", {}).get("id") == title else {}
                found.append(
                    actions.ShownWin(
                        title=kept.get("title") or text(title),
                        words=text(given[f"w{n}_words"]),
                        picture=kept.get("picture"),
                        href=kept.get("href", ""),
                    )
                )
        return found


@needs(FILL)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def fill(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Fill a booth; on a regency's own installation three figures and quick wins can be taken from its plan."""
    booth = _own(request, key, FILL)
    taken = from_plan(booth.area, today())
    if taken and request.method != "POST" and "rencana" in request.GET:
        booth.indicators, booth.wins, booth.figures_on = taken.indicators, taken.wins, taken.on
    form = BoothForm(booth, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given, by, at = form.cleaned_data, person(request), now()
        try:
            poster = booth.poster
            if given["poster"]:
                poster = add_picture(
                    given["poster"], name=given["poster"].name, alt=text(given["poster_alt"]), by=by, at=at
                )
            actions.fill_booth(
                booth,
                title=text(given["title"], given["title_en"]),
                words=_kept_english(booth.words, given["words"]),
                dimension=given["dimension"],
                poster=poster,
                indicators=form.indicators(),
                wins=form.wins(),
                figures_on=given["figures_on"],
                plan_url=given["plan_url"],
                results_url=given["results_url"],
                answers_within=given["answers_within"],
                is_example=booth.is_example,
                by=by,
                at=at,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Anjungan tersimpan. Pengunjung melihatnya dalam satu menit."))
            return done("movement:booths")
    context = {
        "booth": booth,
        "form": form,
        "has_plan": taken is not None,
        "crumbs": crumbs(),
    }
    return render(request, "movement/exhibition/desk/fill.html", context, status=422 if form.errors else 200)


def _kept_english(known: Text | None, words: str) -> Text | None:
    """Return a Text of the words; English of an unchanged text stays."""
    if not words:
        return None
    return known if known and known["id"] == words else text(words)


class OfficeForm(Form):
    """One office; without a name it is not there."""

    office = forms.CharField(label=gettext_lazy("Instansi"), max_length=120, required=False)
    about = forms.CharField(label=gettext_lazy("Menjawab tentang"), max_length=200, required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Hari"),
        coerce=int,
        choices=[(n, name) for n, name in enumerate(views.WEEKDAYS, 1)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    opens = forms.TimeField(
        label=gettext_lazy("Dari pukul"), required=False, input_formats=["%H:%M", "%H.%M"]
    )
    closes = forms.TimeField(
        label=gettext_lazy("Sampai pukul"), required=False, input_formats=["%H:%M", "%H.%M"]
    )
    username = forms.CharField(label=gettext_lazy("Nama akun yang menjawab"), max_length=60, required=False)

    def clean_username(self) -> User | None:
        name = self.cleaned_data["username"].strip()
        found = User.objects.filter(username__iexact=name, is_active=True).first() if name else None
        if name and found is None:
            raise ValidationError(_("Akun ini tidak ada. Minta administrator membuatnya."))
        return found


@needs(FILL, RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def representatives(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Say who stands at the booth and when."""
    booth = _own(request, key, FILL, RUN)
    rows = list(booth.representatives.select_related("user"))
    known: list[dict[str, Any]] = [
        {
            "office": one.office,
            "about": one.about,
            "weekdays": one.weekdays,
            "opens": f"{one.opens:%H.%M}",
            "closes": f"{one.closes:%H.%M}",
            "username": one.user.username if one.user else "",
        }
        for one in rows
    ]
    empty = {"weekdays": [1, 2, 3, 4, 5], "opens": "08.00", "closes": "15.00"}
    known += [empty] * max(1, 4 - len(known))
    data = request.POST if request.method == "POST" else None
    several = [OfficeForm(data, prefix=f"k{n}", initial=one) for n, one in enumerate(known)]
    trouble = ""
    if data is not None and all([form.is_valid() for form in several]):  # noqa: C419  all errors at once
        offices = [
            actions.Office(
                office=form.cleaned_data["office"],
                about=form.cleaned_data["about"],
                weekdays=tuple(form.cleaned_data["weekdays"]),
                opens=form.cleaned_data["opens"] or time(8),
                closes=form.cleaned_data["closes"] or time(8),
                user=form.cleaned_data["username"],
            )
            for form in several
            if form.cleaned_data["office"]
        ]
        try:
            actions.set_representatives(booth, offices, by=person(request), at=now())
        except Refused as refused:
            trouble = refused.sentence
        else:
            messages.success(request, _("Petugas anjungan tersimpan."))
            return done("movement:booths")
    is_bad = bool(trouble) or any(form.errors for form in several)
    context = {"booth": booth, "several": several, "trouble": trouble, "crumbs": crumbs()}
    return render(
        request, "movement/exhibition/desk/representatives.html", context, status=422 if is_bad else 200
    )


class ExhibitForm(Form):
    """A film, picture or document."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Jenis"), choices=Exhibit.Kind.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(
        label=gettext_lazy("Judul"),
        help_text=gettext_lazy("Untuk gambar: apa yang terlihat."),
        max_length=160,
    )
    file = FileField(
        label=gettext_lazy("Berkas"), kinds=("mp4", "webm", "jpg", "png", "webp", "pdf"), megabytes=20
    )
    transcript = LongTextField(
        label=gettext_lazy("Isi film dalam kata-kata"),
        help_text=gettext_lazy("Wajib untuk film: apa yang dikatakan dan terlihat."),
        max_length=20_000,
        required=False,
    )


@needs(FILL)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def exhibits(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show what is in a booth and put more in."""
    booth = _own(request, key, FILL)
    form = ExhibitForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.add_exhibit(
                booth,
                given["kind"],
                text(given["title"]),
                given["file"],
                name=given["file"].name,
                transcript=given["transcript"],
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Ditambahkan ke anjungan."))
            return done("movement:exhibits", key)
    rows = booth.exhibits.select_related("file", "picture")
    context = {"booth": booth, "form": form, "rows": rows, "crumbs": crumbs()}
    return render(
        request, "movement/exhibition/desk/exhibits.html", context, status=422 if form.errors else 200
    )


@needs(FILL)
@require_POST
@sent_once
def remove(request: HttpRequest, key: UUID) -> HttpResponseBase:
    booth = _own(request, key, FILL)
    exhibit = _among(request, booth.exhibits.all(), "exhibit")
    actions.remove_exhibit(exhibit, by=person(request), at=now())
    messages.success(request, _("Dicabut dari anjungan."))
    return done("movement:exhibits", key)


def _among(request: HttpRequest, rows: QuerySet[Any], name: str) -> Any:
    """Return the row whose key was sent."""
    try:
        key = UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(rows, key=key)


# Collaboration


class OfferForm(Form):
    """What the regency seeks or offers."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Jenis"), choices=Offer.Kind.choices, widget=forms.RadioSelect
    )
    dimension = forms.ChoiceField(label=gettext_lazy("Dimensi"))
    title = forms.CharField(label=gettext_lazy("Apa"), max_length=160)
    words = LongTextField(label=gettext_lazy("Penjelasan"), max_length=1500, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        choice = self.fields["dimension"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(views.dimensions().items())


@needs(FILL)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def collaboration(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show a booth's offers with what was agreed, and write another."""
    booth = _own(request, key, FILL)
    form = OfferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.make_offer(
            booth,
            given["kind"],
            given["dimension"],
            text(given["title"]),
            text(given["words"]) if given["words"] else None,
            by=person(request),
            at=now(),
        )
        messages.success(request, _("Tawaran terbit di pameran."))
        return done("movement:collaboration", key)
    rows = booth.offers.prefetch_related("collaborations__other", "collaborations__file")
    context = {"booth": booth, "form": form, "rows": rows, "crumbs": crumbs()}
    return render(
        request, "movement/exhibition/desk/collaboration.html", context, status=422 if form.errors else 200
    )


class AgreementForm(Form):
    """What was agreed on an offer."""

    offer = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(
        label=gettext_lazy("Kode wilayah daerah lain"),
        help_text=gettext_lazy("Misalnya 16.11 untuk Kabupaten Empat Lawang."),
        max_length=13,
    )
    subject = forms.CharField(label=gettext_lazy("Yang disepakati"), max_length=200)
    number = forms.CharField(label=gettext_lazy("Nomor perjanjian"), max_length=120)
    date = DateField(label=gettext_lazy("Tanggal perjanjian"))
    until = DateField(label=gettext_lazy("Berlaku sampai"), required=False)
    file = FileField(label=gettext_lazy("Berkas perjanjian"), kinds=("pdf",), required=False)

    def clean_code(self) -> Area:
        typed = self.cleaned_data["code"].strip()
        found = Area.objects.valid(today()).filter(code=typed, level=Area.Level.REGENCY).first()
        if found is None:
            raise ValidationError(_("Tidak ada kabupaten atau kota dengan kode ini."))
        return found


@needs(FILL)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def agree(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Record an agreement."""
    booth = _own(request, key, FILL)
    form = AgreementForm(
        request.POST or None, request.FILES or None, initial={"offer": request.GET.get("tawaran", "")}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        offer = get_object_or_404(booth.offers.select_related("booth__area"), key=given["offer"])
        try:
            actions.agree(
                offer,
                given["code"],
                text(given["subject"]),
                number=given["number"],
                date=given["date"],
                until=given["until"],
                upload=given["file"] or None,
                name=given["file"].name if given["file"] else "",
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Kerja sama tercatat, dan ikut dihitung dalam evaluasi."))
            return done("movement:collaboration", key)
    here = crumbs((_("Kerja sama"), reverse("movement:collaboration", args=[key])))
    context = {"booth": booth, "form": form, "crumbs": here}
    return render(request, "movement/exhibition/desk/agree.html", context, status=422 if form.errors else 200)


@needs(FILL)
@require_POST
@sent_once
def withdraw(request: HttpRequest, key: UUID) -> HttpResponseBase:
    booth = _own(request, key, FILL)
    offer = _among(request, booth.offers.select_related("booth"), "offer")
    actions.withdraw_offer(offer, by=person(request), at=now())
    messages.success(request, _("Tawaran ditarik."))
    return done("movement:collaboration", key)


# Figures


@needs(FILL, ANSWER, RUN)
@require_safe
def figures(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Tell a booth's owner how often it was opened, what was asked, and how soon it was answered."""
    booth = _own(request, key, FILL, ANSWER, RUN)
    visits.flush()
    since = today() - timedelta(days=13)
    days = dict(Visits.objects.filter(booth=booth, date__gte=since).values_list("date", "count"))
    total = Visits.objects.filter(booth=booth).aggregate(total=Sum("count"))["total"] or 0
    counts = Talk.objects.filter(booth=booth).aggregate(
        asked=Count("pk"),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        in_time=Count("pk", filter=Q(answered_at__lte=F("due_at"))),
        away=Count("pk", filter=Q(is_away=True)),
        late=Count("pk", filter=Q(answered_at=None, closed_at=None, due_at__lt=now())),
    )
    chart = bar_chart(
        [(f"{day:%d.%m}", days.get(day, 0)) for day in (since + timedelta(days=n) for n in range(14))],
        title=_("Dibuka per hari, 14 hari"),
        unit=_("kali"),
    )
    context = {"booth": booth, "total": total, "counts": counts, "chart": chart, "crumbs": crumbs()}
    return render(request, "movement/exhibition/desk/figures.html", context)


# The movement


class ExhibitionForm(Form):
    """A year's exhibition."""

    year = forms.IntegerField(label=gettext_lazy("Tahun"), min_value=2017, max_value=2100)
    title = forms.CharField(label=gettext_lazy("Nama pameran"), max_length=120)
    title_en = forms.CharField(
        label=gettext_lazy("Nama dalam bahasa Inggris"), max_length=120, required=False
    )
    opens = DateField(label=gettext_lazy("Hari pertama"))
    closes = DateField(label=gettext_lazy("Hari terakhir"))


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def exhibitions(request: HttpRequest) -> HttpResponseBase:
    """List the exhibitions and make one."""
    form = ExhibitionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.open_exhibition(
                given["year"],
                text(given["title"], given["title_en"]),
                opens=given["opens"],
                closes=given["closes"],
                by=person(request),
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Pameran dibuat. Beri daerah anjungannya."))
            return done("movement:give_booths", given["year"])
    rows = Exhibition.objects.annotate(
        given=Count("booths"), filled=Count("booths", filter=Q(booths__filled_at__isnull=False))
    )
    context = {"form": form, "rows": rows}
    return render(
        request, "movement/exhibition/desk/exhibitions.html", context, status=422 if form.errors else 200
    )


class GiveForm(Form):
    """Who gets a booth: a code and a year in each line."""

    lines = LongTextField(
        label=gettext_lazy("Daerah peserta"),
        help_text=gettext_lazy(
            "Satu baris satu daerah: kode wilayah, lalu tahun mulai ikut. Misalnya: 16.11 2022"
        ),
        rows=10,
    )

    def clean_lines(self) -> list[tuple[Area, int]]:
        wanted: dict[str, int] = {}
        for line in self.cleaned_data["lines"].splitlines():
            parts = line.replace(";", " ").replace(",", " ").split()
            if not parts:
                continue
            if len(parts) != 2 or not parts[1].isdecimal() or not 2017 <= int(parts[1]) <= today().year:
                raise ValidationError(
                    _("Baris “%(line)s” belum benar: kode wilayah, lalu tahun.") % {"line": line[:40]}
                )
            wanted[parts[0]] = int(parts[1])
        known = {area.code: area for area in Area.objects.valid(today()).filter(code__in=wanted)}
        if unknown := sorted(set(wanted) - set(known)):
            raise ValidationError(
                _("Kode wilayah ini tidak dikenal: %(codes)s.") % {"codes": ", ".join(unknown[:5])}
            )
        return [(known[code], since) for code, since in wanted.items()]


@needs(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def give(request: HttpRequest, year: int) -> HttpResponseBase:
    """Give regencies their booth."""
    exhibition = get_object_or_404(Exhibition, year=year)
    form = GiveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = actions.give_booths(exhibition, form.cleaned_data["lines"], by=person(request), at=now())
        messages.success(request, _("%(n)s anjungan diberikan.") % {"n": len(made)})
        return done("movement:give_booths", year)
    page = paginate(request, exhibition.booths.select_related("area"), 100)
    for booth in page.items:
        booth.exhibition = exhibition
    context = {
        "exhibition": exhibition,
        "form": form,
        "page": page,
        "crumbs": [(_("Pameran"), reverse("movement:exhibitions"))],
    }
    return render(request, "movement/exhibition/desk/give.html", context, status=422 if form.errors else 200)
