"""The sheet of one quick win, with its partners, risks and resources."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lawang.lib.refused import Refused
from lawang.people.node import now
from lawang.people.permissions import demand, needs
from lawang.plans import actions
from lawang.plans.desk.edition import edition, frame, person
from lawang.plans.desk.kinds import KINDS
from lawang.plans.desk.meanwhile import Told, save_knowingly, seen_in
from lawang.plans.desk.rows import confirm, consequence, posted, programme_way, read_rows, table_of, versi
from lawang.plans.forms import Choices, RowForm, form_class
from lawang.plans.meanwhile import Seen, stamp
from lawang.plans.models import QuickWin
from lawang.record.actions import keep_file
from lawang.record.models import Privacy
from lawang.web.forms import FileField

PARTS = ("mitra", "risiko", "sumber-daya")


class QuickWinForm(RowForm):
    """The sheet, and a document to go with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = FileField(
            label=gettext_lazy("Dokumen"), required=False, kinds=("pdf", "jpg", "png")
        )


@needs("plans.see_internal", "plans.edit")
@require_http_methods(["GET", "POST"])
def quick_win(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show and change one quick win."""
    shown = edition(request)
    row = get_object_or_404(
        QuickWin.objects.select_related("programme", "document"), revision=shown.revision, key=key
    )
    choices = Choices(shown.revision)
    make = form_class(QuickWin, QuickWinForm)
    files = request.FILES if request.method == "POST" else None
    form: Any = make(posted(request), files, instance=row, choices=choices)
    told: Told | None = None

    def save(seen: Seen | None) -> None:
        with transaction.atomic():
            if upload := form.cleaned_data["file"]:
                row.document = keep_file(
                    upload,
                    name=upload.name,
                    about=row,
                    privacy=Privacy.INTERNAL,
                    by=person(request),
                    at=now(),
                )
            actions.save_row(row, by=person(request), at=now(), seen=seen)

    if request.method == "POST":
        demand(request.user, "plans.edit", QuickWin.objects.select_related("programme").get(pk=row.pk))
        if form.is_valid():
            try:
                told = save_knowingly(
                    save,
                    seen_in(request, list(form.fields)),
                    [form],
                    lambda stored: [make(None, instance=stored, choices=choices)],
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                if told is None:
                    messages.success(request, _("Program percepatan disimpan."))
                    return redirect("planner:quick_win", key=key)
    context = frame(request, shown, *programme_way(row.programme), thing=row)
    reads = not (context["may_edit"] or form.is_bound)
    context |= {
        "row": row,
        "form": form,
        "reads": reads,
        "meanwhile": told,
        "versi": "" if reads else versi(request, told, lambda: stamp(row, list(form.fields))),
        "read": read_rows(form) if reads else [],
        "parts": [(KINDS[slug], table_of(slug, shown.revision, quick_win=row)) for slug in PARTS],
    }
    status = 409 if told else 422 if form.errors else 200
    return render(request, "plans/desk/quick_win.html", context, status=status)


@needs("plans.edit")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Ask, then take a quick win out of the draft."""
    shown = edition(request)
    rows = QuickWin.objects.select_related("programme").filter(revision=shown.revision, key=key)
    row = rows.first()
    if row is None:
        return redirect("planner:rows", kind="percepatan")
    return confirm(
        request,
        shown,
        title=_("Hapus percepatan %(name)s?") % {"name": row.name},
        words=consequence(row),
        button=_("Ya, hapus"),
        back=reverse("planner:quick_win", args=[key]),
        way=programme_way(row.programme),
        do=lambda: actions.remove_row(row, by=person(request), at=now()),
        done=_("Program percepatan dihapus dari draf."),
        to=reverse("planner:programme", args=[row.programme.key]) + "#percepatan",
    )
