"""Work of the exchange for later. Safe to run twice."""

from django.utils import timezone

from lawang.exchange import actions, carrying, columns, rollup
from lawang.exchange.models import Peer, ReceivedBatch
from lawang.lib.refused import Refused
from lawang.record.jobs import by_clock, job


@job()
def write_columns(batch_id: int) -> None:
    if columns.is_possible():
        columns.write_batch(ReceivedBatch.objects.select_related("peer", "file").get(pk=batch_id))


@job()
def collect_from(peer_id: int) -> None:
    peer = Peer.objects.trusted().filter(pk=peer_id).first()
    if peer is not None:
        try:
            carrying.collect(peer, at=timezone.now())
        except Refused:
            return  # stands on the peer's page; tomorrow again


@job()
def seal_for(peer_id: int) -> None:
    peer = Peer.objects.trusted().filter(pk=peer_id).first()
    if peer is not None:
        actions.seal(peer, by=None, at=timezone.now())


@by_clock("5 19 * * *")  # after the night's statistics
def seal_for_all(timestamp: int) -> None:
    for peer in Peer.objects.trusted():
        seal_for.defer(peer_id=peer.pk)


@by_clock("35 19 * * *")
def collect_from_all(timestamp: int) -> None:
    for peer in Peer.objects.trusted().exclude(base_url=""):
        collect_from.defer(peer_id=peer.pk)
    actions.read_later(at=timezone.now())
    if columns.is_possible():
        columns.write_missing()


@by_clock("35 20 * * *")  # when the night's batches are in
def roll_up(timestamp: int) -> None:
    if columns.is_possible():
        rollup.renew(at=timezone.now())
