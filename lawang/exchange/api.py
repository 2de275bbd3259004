"""What other nodes ask of this one: its card, and the batches that were sealed for them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lawang.exchange import actions, carrying
from lawang.exchange.cards import moment
from lawang.exchange.models import Peer, SentBatch
from lawang.lib.refused import Refused
from lawang.people.node import node, now
from lawang.record.actions import read_file
from lawang.web.json import answer, refusal

AT_ONCE = 200


@require_GET
@never_cache
def card(request: HttpRequest) -> HttpResponse:
    """Introduce this node to whoever asks."""
    if node().pk is None:
        raise Http404
    response = HttpResponse(actions.own_card(at=now()), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="kartu-simpul.json"'
    return response


def for_peers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer only to admitted nodes that signed their request; others read why not."""

    @require_GET
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            peer = carrying.who_asks(
                request.headers.get("Authorization", ""), request.get_full_path(), at=now()
            )
        except Refused as refused:
            return refusal(403, "unknown_node", refused.sentence)
        return view(request, peer, *args, **kwargs)

    return guarded


@for_peers
def listed(request: HttpRequest, peer: Peer) -> HttpResponse:
    """List what was sealed for whoever asks, in order."""
    after = request.GET.get("after", "0")
    if not after.isascii() or not after.isdecimal() or len(after) > 9:
        return refusal(400, "invalid", _("“after” harus angka."))
    found = SentBatch.objects.filter(peer=peer, sequence__gt=int(after)).select_related("file")
    return answer(
        {
            "node": str(actions.own_node().key),
            "batches": [
                {
                    "sequence": one.sequence,
                    "size": one.file.size,
                    "sha256": one.file.sha256,
                    "sealed_at": moment(one.sealed_at),
                }
                for one in found.order_by("sequence")[:AT_ONCE]
            ],
        }
    )


@for_peers
def batch(request: HttpRequest, peer: Peer, number: int) -> HttpResponseBase:
    """Hand out one batch."""
    found = SentBatch.objects.filter(peer=peer, sequence=number).select_related("file").first()
    if found is None:
        return refusal(404, "not_found", _("Tidak ada kiriman dengan nomor ini."))
    if found.fetched_at is None:
        SentBatch.objects.filter(pk=found.pk).update(fetched_at=now())
    return FileResponse(
        read_file(found.file), content_type="application/zip", as_attachment=True, filename=found.file.name
    )
