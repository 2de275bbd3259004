"""The desk of those who write and of those who read over."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.lib.text import say, text
from lawang.pages import actions
from lawang.pages.markdown import LONGEST
from lawang.pages.models import Page, Picture
from lawang.pages.pictures import add_picture
from lawang.people.models import Agency, User
from lawang.people.node import now, today, zone
from lawang.people.permissions import Reach, may, needs, reach
from lawang.record.resent import done, sent_once
from lawang.web.forms import DateField, FileField, Form, LongTextField
from lawang.web.tables import paginate

WRITE, PUBLISH = "pages.write", "pages.publish"


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def own_pages(user: User) -> Any:
    """Return the texts that somebody may write at or read over, and their own: one predicate."""
    rows = Page.objects.select_related("writer", "agency", "picture").defer("search")
    reaches: list[Reach] = [reach(user, verb) for verb in (WRITE, PUBLISH)]
    if any(one.everything for one in reaches):
        return rows
    agencies = frozenset().union(*(one.agencies for one in reaches))
    return rows.filter(Q(agency__in=agencies) | Q(writer=user))


def _own(request: HttpRequest, key: UUID) -> Page:
    found: Page = get_object_or_404(own_pages(person(request)), key=key)
    return found


@needs(WRITE, PUBLISH)
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """List texts by what is to be done: to read over first, then drafts, then what is published."""
    user = person(request)
    rows = own_pages(user)
    to_read = rows.filter(state=Page.State.REVIEW).exclude(writer=user) if may(user, PUBLISH) else rows.none()
    page = paginate(request, rows.order_by("-changed_at"), 25)
    context = {"to_read": list(to_read[:50]), "page": page, "at": now(), "may_write": bool(may(user, WRITE))}
    return render(request, "pages/desk/home.html", context)


class Named(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some agencies, by their short name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


class PageForm(Form):
    """One text in two languages; Indonesian is needed."""

    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=Page.Kind.choices)
    title = forms.CharField(label=gettext_lazy("Judul"), max_length=140)
    slug = forms.CharField(
        label=gettext_lazy("Alamat"),
        help_text=gettext_lazy("Boleh kosong: dibuat dari judulnya."),
        max_length=80,
        required=False,
    )
    summary = LongTextField(label=gettext_lazy("Ringkasan"), rows=2, max_length=300)
    body = LongTextField(
        label=gettext_lazy("Isi"),
        help_text=gettext_lazy("Markdown: ## judul bagian, **tebal**, - daftar, [tautan](https://…)."),
        rows=14,
        max_length=LONGEST,
    )
    title_en = forms.CharField(
        label=gettext_lazy("Judul dalam bahasa Inggris"), max_length=140, required=False
    )
    summary_en = LongTextField(
        label=gettext_lazy("Ringkasan dalam bahasa Inggris"), rows=2, max_length=300, required=False
    )
    body_en = LongTextField(
        label=gettext_lazy("Isi dalam bahasa Inggris"), rows=6, max_length=LONGEST, required=False
    )
    agency = Named(label=gettext_lazy("Instansi"), queryset=Agency.objects.none(), required=False)
    picture = FileField(label=gettext_lazy("Gambar"), kinds=("jpg", "png", "webp"), required=False)
    alt = forms.CharField(
        label=gettext_lazy("Yang terlihat di gambar"),
        help_text=gettext_lazy("Untuk yang tidak dapat melihatnya."),
        max_length=250,
        required=False,
    )
    credit = forms.CharField(label=gettext_lazy("Pemotret"), max_length=120, required=False)
    on = DateField(
        label=gettext_lazy("Terbit mulai tanggal"),
        help_text=gettext_lazy("Boleh kosong: segera setelah diperiksa."),
        required=False,
    )

    def __init__(self, page: Page | None, data: Any = None, files: Any = None) -> None:
        known: dict[str, Any] = {}
        if page is not None:
            for name in ("title", "summary", "body"):
                words = getattr(page, name)
                known |= {name: words["id"], f"{name}_en": words.get("en", "")}
            known |= {"kind": page.kind, "slug": page.slug, "agency": page.agency_id}
            known |= {"alt": say(page.picture.alt), "credit": page.picture.credit} if page.picture else {}
            known["on"] = page.publish_at.astimezone(zone()).date() if page.publish_at else None
        super().__init__(data, files, initial=known)
        choice = self.fields["agency"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Agency.objects.filter(valid_to=None).order_by("short_name")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("picture") and not given.get("alt"):
            self.add_error("alt", ValidationError(_("Tulis apa yang terlihat di gambar ini.")))
        return given


@needs(WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def new(request: HttpRequest) -> HttpResponseBase:
    """Write a new text."""
    return _edit(request, None)


@needs(WRITE, PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
@sent_once
def edit(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Change a draft, or look at what is being read over, as visitors will see it."""
    page = _own(request, key)
    if page.state not in actions.OPEN or not may(request.user, WRITE, page):
        return _look(request, page)
    return _edit(request, page)


def _edit(request: HttpRequest, page: Page | None) -> HttpResponseBase:
    form = PageForm(page, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given, by, at = form.cleaned_data, person(request), now()
        try:
            picture: Picture | None = page.picture if page else None
            if given["picture"]:
                picture = add_picture(
                    given["picture"],
                    name=given["picture"].name,
                    alt=text(given["alt"]),
                    credit=given["credit"],
                    by=by,
                    at=at,
                )
            saved = actions.write(
                page,
                kind=given["kind"],
                slug=given["slug"] or slugify(given["title"])[:80].strip("-"),
                title=text(given["title"], given["title_en"]),
                summary=text(given["summary"], given["summary_en"]),
                body=text(given["body"], given["body_en"]),
                agency=given["agency"],
                picture=picture,
                publish_at=_midnight(given["on"]),
                by=by,
                at=at,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Draf tersimpan. Ajukan bila sudah selesai."))
            return done("pages:edit", saved.key)
    context = {"form": form, "page": page, "crumbs": [(_("Tulisan"), reverse("pages:desk"))]}
    return render(request, "pages/desk/edit.html", context, status=422 if form.errors else 200)


def _midnight(day: Any) -> datetime | None:
    return datetime.combine(day, time(0), tzinfo=zone()) if day else None


def _look(request: HttpRequest, page: Page) -> HttpResponseBase:
    context = {
        "page": page,
        "is_waiting": page.state == Page.State.REVIEW,
        "is_ahead": page.publish_at is not None and page.publish_at.astimezone(zone()).date() > today(),
        "may_publish": may(request.user, PUBLISH, page),
        "may_withdraw": page.state == Page.State.PUBLISHED and bool(may(request.user, PUBLISH)),
        "crumbs": [(_("Tulisan"), reverse("pages:desk"))],
    }
    return render(request, "pages/desk/look.html", context)


@needs(WRITE, PUBLISH)
@require_POST
@sent_once
def act(request: HttpRequest, key: UUID, what: str) -> HttpResponseBase:
    """Hand in, publish, send back, withdraw."""
    page, by, at, why = _own(request, key), person(request), now(), request.POST.get("why", "")
    try:
        if what == "ajukan":
            actions.hand_in(page, by=by, at=at)
            messages.success(request, _("Diajukan. Orang lain memeriksanya sebelum terbit."))
        elif what == "terbitkan":
            actions.publish(page, by=by, at=at)
            messages.success(request, _("Terbit."))
        elif what == "kembalikan":
            actions.send_back(page, why, by=by, at=at)
            messages.success(request, _("Dikembalikan kepada penulisnya."))
        elif what == "tarik":
            actions.withdraw(page, why, by=by, at=at)
            messages.success(request, _("Ditarik dari umum."))
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
    return done("pages:edit", key)
