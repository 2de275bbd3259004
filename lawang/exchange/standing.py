"""How the exchange with each peer stands: for the list of nodes, and for the doctor."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.exchange.models import Peer, ReceivedBatch
from lawang.lib.dates import long_date
from lawang.lib.numbers import number
from lawang.people.node import day_of

State = ReceivedBatch.State


def peers_at(at: datetime) -> QuerySet[Any]:
    """Return every peer with how it stands: `number` and `sealed` of its last batch, `held` waiting, `state`, `why`.

    `silent` counts from its last batch, or from its admission when none has come.
    """
    mine = ReceivedBatch.objects.filter(peer=OuterRef("pk"))
    last = mine.filter(state=State.TAKEN).order_by("-sequence")
    refused = mine.filter(state=State.REFUSED).order_by("-pk")
    stale = at - timedelta(days=settings.STALE_DAYS)
    found = Peer.objects.annotate(
        number=Subquery(last.values("sequence")[:1]),
        sealed=Subquery(last.values("sealed_at")[:1]),
        held=Count("received", filter=Q(received__state=State.WAITING)),
        why=Subquery(refused.values("reason")[:1]),
        refused_at=Subquery(refused.values("came_at")[:1]),
        heard=Coalesce("heard_at", "admitted_at"),
    )
    return found.annotate(
        state=Case(
            When(revoked_at__isnull=False, then=Value("revoked")),
            When(
                Q(refused_at__isnull=False) & (Q(heard_at__isnull=True) | Q(refused_at__gt=F("heard_at"))),
                then=Value("refused"),
            ),
            When(held__gt=0, then=Value("waiting")),
            When(heard__lt=stale, then=Value("silent")),
            default=Value("fresh"),
            output_field=CharField(),
        )
    ).order_by("area_code", "pk")


def state_words(peer: Any, at: datetime) -> str:
    """Say how a peer stands, with what to do where something is."""
    match peer.state:
        case "revoked":
            return _("Dicabut sejak %(date)s") % {"date": long_date(day_of(peer.revoked_at))}
        case "refused":
            return _("Ditolak: %(why)s") % {"why": peer.why}
        case "waiting":
            return _("Menunggu nomor %(number)s") % {"number": (peer.number or 0) + 1}
        case "silent":
            days = (at - peer.heard).days
            return ngettext("%(count)s hari tidak ada kabar", "%(count)s hari tidak ada kabar", days) % {
                "count": number(days)
            }
    return _("Ada kabar") if peer.number else _("Belum pernah mengirim")
