"""The administrator's pages about the machine: messages that leave, and what doctor says."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lawang.lib.refused import Refused
from lawang.people.node import now
from lawang.people.permissions import may, needs
from lawang.people.privacy import masked_email
from lawang.people.views import me
from lawang.record.actions import send_again
from lawang.record.doctor import Level, examine
from lawang.record.models import Outbox
from lawang.record.outbox import ready_channels
from lawang.web.tables import Filters, paginate

PER_PAGE = 50
STATES = {
    Outbox.State.WAITING: gettext_lazy("Menunggu"),
    Outbox.State.SENT: gettext_lazy("Terkirim"),
    Outbox.State.FAILED: gettext_lazy("Gagal"),
}
LEVELS = {
    Level.GOOD: gettext_lazy("Baik"),
    Level.HINT: gettext_lazy("Saran"),
    Level.BAD: gettext_lazy("Buruk"),
}


class OutboxFilters(Filters):
    keadaan = forms.ChoiceField(
        label=gettext_lazy("Keadaan"), choices=[("", gettext_lazy("Semua")), *STATES.items()]
    )


@require_safe
@needs("record.see_outbox")
def outbox(request: HttpRequest) -> HttpResponse:
    """List the messages that leave, newest first. Addresses are masked: who it went to is in the thing's history."""
    filters = OutboxFilters(request)
    found = Outbox.objects.order_by("-made_at", "-pk")
    if state := filters.chosen().get("keadaan"):
        found = found.filter(state=state)
    page = paginate(request, found, PER_PAGE)
    counts = dict(Outbox.objects.values_list("state").annotate(count=Count("pk")))
    context = {
        "filters": filters,
        "page": page,
        "rows": [(row, STATES[Outbox.State(row.state)], masked_email(row.address)) for row in page.items],
        "counts": [(title, counts.get(state, 0)) for state, title in STATES.items()],
        "may_resend": bool(may(request.user, "record.resend")),
        "is_ready": "email" in ready_channels(),
    }
    return render(request, "portal/outbox.html", context)


@require_POST
@needs("record.resend")
def resend(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give one failed message another round of attempts."""
    message = get_object_or_404(Outbox, key=key)
    try:
        send_again(message, by=me(request), at=now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Pesan akan dikirim lagi dalam satu menit."))
    return redirect("portal:outbox")


@require_safe
@needs("record.doctor")
def doctor(request: HttpRequest) -> HttpResponse:
    """Say what is misconfigured and how to mend it: what `lawang doctor` says."""
    results = examine(at=now())
    rank = [Level.BAD, Level.HINT, Level.GOOD]
    results.sort(key=lambda result: rank.index(result.finding.level))
    context = {
        "rows": [(result, LEVELS[result.finding.level]) for result in results],
        "bad": sum(result.finding.level == Level.BAD for result in results),
        "hints": sum(result.finding.level == Level.HINT for result in results),
    }
    return render(request, "portal/doctor.html", context)
