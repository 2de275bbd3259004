"""How batches are fetched: this node asks its peer, in requests that it signs, and only at the admitted address.

    GET /api/v1/batches/card.json          the card; anybody may read it
    GET /api/v1/batches/?after=12          what was sealed for whoever signed the request, with a higher number
    GET /api/v1/batches/13.zip             one of them

    Authorization: Lawang node=<uuid>, key=<fingerprint>, at=<moment>, signature=<base64>

The signature is Ed25519 over HEAD and five lines: method, path with query, UUID of the node that is asked, UUID of the
one that asks, moment. Why a signature and no token: docs/decisions/1003-signed-requests.md.
"""

import base64
import binascii
import http.client
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext as _

from lawang.exchange import actions, cards, container, keys
from lawang.exchange.models import Peer, PeerKey, ReceivedBatch
from lawang.lib.refused import Refused, TryLater
from lawang.lib.text import say

HEAD = "lawang request 1"
API = "/api/v1/batches/"
FRESH = timedelta(minutes=5)  # how far two clocks may differ
SECONDS = 60  # that a peer has for each answer
LONGEST_LIST = 1_000_000  # bytes
AT_ONCE = 50  # batches fetched in one go
HEADER = re.compile(
    r"Lawang node=([0-9a-f-]{36}), key=([0-9a-f]{64}), at=([0-9TZ:-]{20}), signature=([A-Za-z0-9+/=]{88})"
)


def _signed(method: str, path: str, to: UUID, node: UUID, at: str) -> bytes:
    return "\n".join((HEAD, method, path, str(to), str(node), at, "")).encode()


def authorization(path: str, to: UUID, *, at: datetime) -> str:
    """Return the header by which this node asks another one."""
    here, key, moment = actions.own_node().key, keys.signing_key(), cards.moment(at)
    signature = base64.b64encode(key.sign(_signed("GET", path, to, here, moment))).decode()
    name = keys.fingerprint(keys.raw(key.public_key()))
    return f"Lawang node={here}, key={name}, at={moment}, signature={signature}"


def who_asks(header: str, path: str, *, at: datetime) -> Peer:
    """Return the peer that signed a request. Raise Refused with what is wrong with it."""
    found = HEADER.fullmatch(header)
    if found is None:
        raise Refused(
            _("Permintaan ini tidak ditandatangani. Hanya simpul yang diterima yang boleh mengambil.")
        )
    try:
        moment, signature = cards.read_moment(found[3]), base64.b64decode(found[4], validate=True)
        node = UUID(found[1])
    except (ValueError, binascii.Error):
        raise Refused(_("Permintaan ini tidak dapat dibaca.")) from None
    key = (
        PeerKey.objects.select_related("peer")
        .filter(
            fingerprint=found[2],
            peer__key=node,
            use=PeerKey.Use.SIGN,
            valid_to=None,
            peer__revoked_at=None,
        )
        .first()
    )
    if key is None:
        raise Refused(_("Kunci permintaan ini tidak dikenal atau sudah dicabut di sini."))
    if abs(at - moment) > FRESH:
        raise Refused(_("Jam kedua simpul berbeda lebih dari lima menit. Cocokkan jam server."))
    if not keys.verified(
        bytes(key.public), signature, _signed("GET", path, actions.own_node().key, node, found[3])
    ):
        raise Refused(_("Tanda tangan permintaan ini salah."))
    return key.peer


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: what was admitted is this address and no other."""

    def redirect_request(self, *args: Any, **named: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


def _get(peer: Peer, path: str, most: int, *, at: datetime | None) -> bytes:
    """Return what the peer answers, at most `most` bytes. Raise TryLater when it does not, or answers too much."""
    cards.check_address(peer.base_url)
    base = urlsplit(peer.base_url)
    request = urllib.request.Request(  # noqa: S310  https, or this machine: check_address
        f"{base.scheme}://{base.netloc}{path}",
        headers={"User-Agent": "Lawang", "Accept-Encoding": "identity"},
    )
    if at is not None:
        request.add_header("Authorization", authorization(path, peer.key, at=at))
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            content: bytes = answer.read(most + 1)
    except urllib.error.HTTPError as error:
        raise TryLater(_told(error)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TryLater(
            _("%(address)s tidak menjawab: %(error)s.")
            % {"address": peer.base_url, "error": str(getattr(error, "reason", error))[:100]}
        ) from None
    if len(content) > most:
        raise TryLater(_("Jawaban %(address)s terlalu besar.") % {"address": peer.base_url})
    return content


def _told(error: urllib.error.HTTPError) -> str:
    """Return what the peer said, or its status; an answer that leads elsewhere is one that we do not follow."""
    if 300 <= error.code < 400:
        return _(
            "Simpul itu menyuruh ke alamat lain, dan itu tidak diikuti. Minta kartu dengan alamat yang benar."
        )
    try:
        said = json.loads(error.read(10_000))["error"]["message"]
    except (ValueError, KeyError, TypeError, OSError):
        said = ""
    return _("Simpul itu menjawab %(code)s. %(said)s") % {"code": error.code, "said": str(said)[:200]}


@dataclass(frozen=True)
class Collected:
    """What one visit brought."""

    taken: int
    refused: int
    waiting: int


def collect(peer: Peer, *, at: datetime) -> Collected:
    """Fetch what a peer sealed for us since the last time, after its card, which may bring new keys.

    Raise TryLater when it cannot be reached, Refused when its card is not signed with the key we know; what went wrong
    stands on its page until the next visit.
    """
    try:
        found = _collect(peer, at=at)
    except Refused as refused:
        Peer.objects.filter(pk=peer.pk).update(asked_at=at, trouble=refused.sentence[:300])
        raise
    Peer.objects.filter(pk=peer.pk).update(asked_at=at, trouble="")
    return found


def _collect(peer: Peer, *, at: datetime) -> Collected:
    if peer.revoked_at is not None:
        raise Refused(_("Simpul ini sudah dicabut."))
    if not peer.base_url:
        raise Refused(
            _("%(name)s tidak punya alamat. Kirimannya dibawa sebagai berkas.") % {"name": say(peer.name)}
        )
    peer = actions.follow_card(_get(peer, f"{API}card.json", cards.LARGEST, at=None), by=None, at=at)
    taken = (
        ReceivedBatch.objects.filter(peer=peer, state=ReceivedBatch.State.TAKEN).order_by("-sequence").first()
    )
    after = taken.sequence if taken and taken.sequence else 0
    counts = dict.fromkeys(ReceivedBatch.State.values, 0)
    for number in _listed(_get(peer, f"{API}?after={after}", LONGEST_LIST, at=at), after):
        content = _get(peer, f"{API}{number}.zip", container.largest(), at=at)
        batch = actions.receive(content, by=None, at=at)
        counts[batch.state] += 1
        if batch.state == ReceivedBatch.State.REFUSED:
            break  # those behind it can only wait
    return Collected(counts["taken"], counts["refused"], counts["waiting"])


def _listed(content: bytes, after: int) -> list[int]:
    try:
        numbers = sorted({int(one["sequence"]) for one in json.loads(content)["batches"]})
    except (ValueError, KeyError, TypeError, RecursionError):
        raise TryLater(_("Daftar kiriman simpul itu tidak dapat dibaca.")) from None
    return [number for number in numbers if after < number < 2**31][:AT_ONCE]
