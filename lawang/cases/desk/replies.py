"""Ready-made replies of an agency: list, add, change, remove."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lawang.cases.desk.frame import Desk, frame, person
from lawang.cases.models import Reply, Service
from lawang.cases.ready import remove_reply, write_reply
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Agency
from lawang.people.node import now
from lawang.people.permissions import needs, reach
from lawang.record.resent import done, sent_once
from lawang.web.forms import Form, LongTextField


class ReplyForm(Form):
    """One reply."""

    title = forms.CharField(
        label=gettext_lazy("Judul, untuk petugas"),
        max_length=120,
        help_text=gettext_lazy("Misalnya: foto kabur."),
    )
    words = LongTextField(
        label=gettext_lazy("Kalimatnya, untuk pemohon"),
        help_text=gettext_lazy("Bila dipakai untuk meminta dilengkapi: satu baris satu hal."),
        rows=4,
        max_length=2000,
    )
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Hanya untuk layanan"),
        required=False,
        empty_label=gettext_lazy("Semua layanan"),
    )
    agency = forms.ModelChoiceField(Agency.objects.none(), label=gettext_lazy("Milik"))

    def __init__(self, agencies: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service, agency = self.fields["service"], self.fields["agency"]
        assert isinstance(service, forms.ModelChoiceField)
        assert isinstance(agency, forms.ModelChoiceField)
        service.queryset = Service.objects.exclude(current=None)
        service.label_from_instance = _title  # type: ignore[method-assign, assignment]
        agency.queryset = agencies
        agency.label_from_instance = _short  # type: ignore[method-assign, assignment]
        agency.empty_label = None


def _title(one: Any) -> str:
    return say(one.title)


def _short(one: Any) -> str:
    return str(one.short_name)


def _agencies(desk: Desk) -> Any:
    how_far = reach(desk.user, "cases.handle")
    rows = Agency.objects.filter(valid_to=None)
    return rows if how_far.everything else rows.filter(pk__in=how_far.agencies)


def _reply(desk: Desk, pk: int) -> Reply:
    found = Reply.objects.filter(pk=pk, agency__in=_agencies(desk)).select_related("agency").first()
    if found is None:
        raise Http404
    return found


@needs("cases.handle")
@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """List the replies of one's agencies."""
    desk = Desk(person(request))
    rows = (
        Reply.objects.filter(agency__in=_agencies(desk)).select_related("agency", "service").order_by("title")
    )
    return render(request, "cases/desk/replies.html", frame(request, desk) | {"replies": rows})


@needs("cases.handle")
@require_http_methods(["GET", "POST"])
@sent_once
def add_reply(request: HttpRequest) -> HttpResponseBase:
    return _edit(request, None)


@needs("cases.handle")
@require_http_methods(["GET", "POST"])
@sent_once
def reply(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _edit(request, pk)


def _edit(request: HttpRequest, pk: int | None) -> HttpResponseBase:
    desk = Desk(person(request))
    found = _reply(desk, pk) if pk else None
    start = found and {
        "title": found.title,
        "words": found.words,
        "service": found.service_id,
        "agency": found.agency_id,
    }
    form = ReplyForm(_agencies(desk), request.POST or None, initial=start or {})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            write_reply(
                found,
                agency=typed["agency"],
                service=typed["service"],
                title=typed["title"],
                words=typed["words"],
                by=desk.user,
                at=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Jawaban siap tersimpan."))
            return done("desk:replies")
    context = frame(request, desk) | {
        "form": form,
        "reply": found,
        "crumbs": [(_("Meja kerja"), reverse("desk:list")), (_("Jawaban siap"), reverse("desk:replies"))],
    }
    return render(request, "cases/desk/reply.html", context, status=422 if form.errors else 200)


@needs("cases.handle")
@require_POST
@sent_once
def drop_reply(request: HttpRequest, pk: int) -> HttpResponseBase:
    desk = Desk(person(request))
    remove_reply(_reply(desk, pk), by=desk.user, at=now())
    messages.success(request, _("Jawaban siap dihapus."))
    return done("desk:replies")
