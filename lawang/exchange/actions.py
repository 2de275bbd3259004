"""What people and the clock do with peers and batches: admit, follow new keys, revoke, seal, receive."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.exchange import cards, container, keys
from lawang.exchange.cards import Card
from lawang.exchange.container import Manifest, Outside, Part
from lawang.exchange.models import Peer, PeerKey, ReceivedBatch, ReceivedPart, SentBatch, SentPart
from lawang.exchange.parts import KINDS, Kind, NotYet, Piece
from lawang.lib.dates import long_date
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.models import Node, NodeKey, User
from lawang.people.node import day_of, forget, node
from lawang.people.permissions import demand
from lawang.record import files
from lawang.record.actions import record
from lawang.record.models import File, Privacy

State = ReceivedBatch.State


def _allow(by: User | None, verb: str) -> None:
    """The clock and the command line may; a person must hold the verb."""
    if by is not None:
        demand(by, verb)


def own_node() -> Node:
    """Return this node. Raise Refused while nobody said whose installation this is."""
    found = node()
    if found.pk is None:
        raise Refused(_("Instalasi ini belum disiapkan: pasang paket daerahnya lebih dahulu."))
    return found


# Our own keys


@transaction.atomic
def list_batch_keys(*, at: datetime) -> Node:
    """Put the present two keys on this node's list and end those before them. The same keys again change nothing."""
    here = own_node()
    publics: list[keys.Public] = [keys.signing_key().public_key(), keys.box_key().public_key()]
    wanted = {keys.fingerprint(keys.raw(one)): keys.pem(one) for one in publics}
    known = NodeKey.objects.filter(node=here.pk, purpose=NodeKey.Purpose.BATCH)
    present = set(known.filter(valid_to=None).values_list("fingerprint", flat=True))
    if present == set(wanted):
        return here  # as nearly always, also for strangers who ask for the card: without a lock
    Node.objects.select_for_update().get(pk=here.pk)
    present = set(known.filter(valid_to=None).values_list("fingerprint", flat=True))
    known.filter(valid_to=None).exclude(fingerprint__in=wanted).update(valid_to=at)
    for fingerprint in sorted(set(wanted) - present):
        NodeKey.objects.create(
            node=here,
            purpose=NodeKey.Purpose.BATCH,
            fingerprint=fingerprint,
            public=wanted[fingerprint],
            valid_from=at,
        )
        record(here, "key_listed", by=None, at=at, after={"purpose": "batch", "fingerprint": fingerprint})
    return here


def own_card(*, at: datetime) -> bytes:
    """Return the card by which others admit this node."""
    return cards.write(list_batch_keys(at=at), at=at)


def change_keys(*, by: User | None, at: datetime) -> None:
    """Take new keys. Peers that fetch follow by themselves, because the old key signs the new card."""
    _allow(by, "exchange.admit")
    here = list_batch_keys(at=at)
    keys.change()
    list_batch_keys(at=at)
    record(here, "batch_keys_changed", by=by, at=at)


@transaction.atomic
def set_address(base_url: str, *, by: User | None, at: datetime) -> Node:
    """Write where others reach this node, without a slash at the end; "": its batches are carried as files.

    It stands on our card from now on, and before every link that we send. Raise Refused for an address that no peer
    would fetch from.
    """
    _allow(by, "exchange.admit")
    cards.check_address(base_url)
    here = Node.objects.select_for_update().get(pk=own_node().pk)
    before, here.base_url = here.base_url, base_url.rstrip("/")
    if before != here.base_url:
        here.save(update_fields=["base_url"])
        record(here, "set_up", by=by, at=at, before={"base_url": before}, after={"base_url": here.base_url})
        forget()
    return here


# Peers


def _check_admissible(card: Card) -> None:
    here = own_node()
    if card.node == here.key:
        raise Refused(_("Ini kartu instalasi Anda sendiri. Unggah kartu dari simpul lain."))
    if card.kind == here.kind:
        raise Refused(
            _("Kartu ini milik gerakan, sama seperti instalasi ini.")
            if card.kind == Node.Kind.MOVEMENT
            else _(
                "Kartu ini milik kabupaten/kota, sama seperti instalasi ini. Kabupaten menerima gerakannya."
            )
        )
    if card.kind == Node.Kind.REGENCY:
        if not Area.objects.filter(code=card.area_code, level=Area.Level.REGENCY).exists():
            raise Refused(
                _("Kode wilayah “%(code)s” di kartu bukan kabupaten atau kota yang dikenal di sini.")
                % {"code": card.area_code}
            )
        other = Peer.objects.trusted().filter(area_code=card.area_code).exclude(key=card.node).first()
        if other:
            raise Refused(
                _("%(name)s sudah diterima dengan simpul lain. Cabut simpul itu lebih dahulu.")
                % {"name": say(other.name)}
            )


@transaction.atomic
def admit(content: bytes, *, fingerprint: str, agreement: str, by: User | None, at: datetime) -> Peer:
    """Admit the node whose card this is, or admit it anew after it lost its key.

    `fingerprint` is what the other side read out by another way than the card came; it must be the card's own.
    `agreement` names the MoU. Raise Refused when they differ, or the card cannot be ours to admit.
    """
    _allow(by, "exchange.admit")
    card = cards.read(content)
    _check_admissible(card)
    if not cards.same_fingerprint(fingerprint, card.fingerprint):
        raise Refused(
            _(
                "Sidik yang Anda tulis berbeda dari sidik kartu ini. Jangan diterima: "
                "minta sidiknya dibacakan sekali lagi lewat telepon atau tatap muka."
            )
        )
    if not agreement.strip():
        raise Refused(_("Tulis nomor dan tanggal nota kesepahaman (MoU) atau suratnya."))
    peer = Peer.objects.select_for_update().filter(key=card.node).first()
    is_new = peer is None
    if peer is None:
        peer = Peer(key=card.node, kind=card.kind)
    elif peer.kind != card.kind:
        raise Refused(_("Simpul ini dikenal sebagai jenis yang lain."))
    elif peer.card_at >= card.made_at and peer.revoked_at is None:
        raise Refused(_("Kartu ini lebih tua daripada kartu yang sudah diterima."))
    peer.admitted_at, peer.admitted_by, peer.agreement = at, by, agreement.strip()[:200]
    peer.revoked_at, peer.revoked_why = None, ""
    _take_card(peer, card, at)
    record(
        peer,
        "peer_admitted" if is_new else "peer_readmitted",
        by=by,
        at=at,
        after={"fingerprint": card.fingerprint, "agreement": peer.agreement, "base_url": peer.base_url},
    )
    return peer


def _take_card(peer: Peer, card: Card, at: datetime) -> None:
    """Go by this card from now on."""
    peer.name, peer.area_code, peer.base_url = card.name, card.area_code, card.base_url.rstrip("/")
    peer.card_at = card.made_at
    peer.save()
    for use, public in ((PeerKey.Use.SIGN, card.sign), (PeerKey.Use.BOX, card.box)):
        name = keys.fingerprint(public)
        if peer.keys.filter(fingerprint=name, valid_to=None).exists():
            continue
        if PeerKey.objects.filter(fingerprint=name).exists():
            raise Refused(_("Kunci di kartu ini sudah pernah dipakai dan diganti. Minta kartu yang baru."))
        peer.keys.filter(use=use, valid_to=None).update(valid_to=at)
        PeerKey.objects.create(peer=peer, use=use, fingerprint=name, public=public, valid_from=at)


@transaction.atomic
def follow_card(content: bytes, *, by: User | None, at: datetime) -> Peer:
    """Follow a peer to its new keys and address: the key that we know must have signed the card.

    Raise Refused for a node that nobody admitted, and for a card that the known key did not sign: its key is lost, and
    the node has to be admitted anew.
    """
    _allow(by, "exchange.carry")
    card = cards.read(content)
    peer = Peer.objects.trusted().select_for_update().filter(key=card.node).first()
    if peer is None:
        raise Refused(_("Simpul ini belum diterima, atau sudah dicabut."))
    known = peer.keys.get(use=PeerKey.Use.SIGN, valid_to=None)
    if not card.is_signed_by(bytes(known.public)):
        raise Refused(
            _(
                "Kartu %(name)s tidak ditandatangani dengan kunci yang kita kenal. Kalau kuncinya hilang, "
                "simpul itu harus diterima ulang: bandingkan sidiknya."
            )
            % {"name": say(peer.name)}
        )
    if card.made_at < peer.card_at:
        raise Refused(_("Kartu ini lebih tua daripada kartu yang sudah diterima."))
    if card.kind != peer.kind or (card.kind == Node.Kind.REGENCY and card.area_code != peer.area_code):
        raise Refused(_("Kartu ini menyebut wilayah atau jenis yang lain. Simpul itu harus diterima ulang."))
    before = {"fingerprint": known.fingerprint, "base_url": peer.base_url, "name": peer.name}
    after = {
        "fingerprint": keys.fingerprint(card.sign),
        "base_url": card.base_url.rstrip("/"),
        "name": card.name,
    }
    if before != after or not peer.keys.filter(fingerprint=keys.fingerprint(card.box)).exists():
        _take_card(peer, card, at)
        record(peer, "peer_card_followed", by=by, at=at, before=before, after=after)
    return peer


@transaction.atomic
def revoke(peer: Peer, *, why: str, by: User | None, at: datetime) -> Peer:
    """Accept nothing more of a peer from this moment. What came before stays.

    What its key signed counts by when it arrives, not by the day it names: whoever stole a key can write any day.
    """
    _allow(by, "exchange.admit")
    peer = Peer.objects.select_for_update().get(pk=peer.pk)
    if peer.revoked_at is not None:
        raise Refused(_("Simpul ini sudah dicabut."))
    if not why.strip():
        raise Refused(_("Tulis alasannya."))
    peer.revoked_at, peer.revoked_why = at, why.strip()[:300]
    peer.save(update_fields=["revoked_at", "revoked_why"])
    peer.keys.filter(valid_to=None).update(valid_to=at)
    record(peer, "peer_revoked", by=by, at=at, note=peer.revoked_why)
    return peer


@transaction.atomic
def send_anew(peer: Peer, *, why: str, by: User | None, at: datetime) -> None:
    """Forget what a peer was sent: the next batch is number 1 and holds everything.

    For a node whose database came back from a backup and no longer knows its last numbers. The peer refuses number 1
    until somebody there has said `receive_anew`.
    """
    _allow(by, "exchange.admit")
    peer = _lock(peer, why)
    last = SentBatch.objects.filter(peer=peer).order_by("-sequence").first()
    SentBatch.objects.filter(peer=peer).delete()
    record(
        peer, "sent_anew", by=by, at=at, before={"sequence": last.sequence if last else 0}, note=why.strip()
    )


@transaction.atomic
def receive_anew(peer: Peer, *, why: str, by: User | None, at: datetime) -> None:
    """Put everything aside that came from a peer, and wait for number 1. Its files stay where they are."""
    from lawang.exchange import columns

    _allow(by, "exchange.admit")
    peer = _lock(peer, why)
    batches = ReceivedBatch.objects.filter(peer=peer, state__in=(State.TAKEN, State.WAITING))
    last = batches.filter(state=State.TAKEN).order_by("-sequence").first()
    ReceivedPart.objects.filter(peer=peer).delete()
    batches.update(state=State.ASIDE, reason="")
    record(
        peer,
        "received_anew",
        by=by,
        at=at,
        before={"sequence": last.sequence if last else 0},
        note=why.strip(),
    )
    transaction.on_commit(lambda: columns.forget(peer))


def _lock(peer: Peer, why: str) -> Peer:
    if not why.strip():
        raise Refused(_("Tulis alasannya."))
    return Peer.objects.select_for_update().get(pk=peer.pk)


# Sealing


@dataclass(frozen=True)
class _Fresh:
    """One part that the next batch brings; without a piece it withdraws what was sent under its name."""

    name: str
    kind: Kind
    correction: int
    piece: Piece | None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.piece.content).hexdigest() if self.piece else ""


def _last_sent(peer: Peer) -> dict[str, SentPart]:
    """Return name -> the highest correction of everything that this peer was sent."""
    rows = SentPart.objects.filter(batch__peer=peer).order_by("name", "-correction").distinct("name")
    return {row.name: row for row in rows}


def _fresh_parts(peer: Peer, at: datetime) -> Iterator[_Fresh]:
    """Yield what differs from what was sent last: new parts, corrections, and withdrawals."""
    here, last = own_node(), _last_sent(peer)
    seen = set()
    for kind in KINDS.values():
        if kind.sent_by != here.kind:
            continue
        for piece in kind.write(peer, at):
            if piece.name in seen:
                raise ValueError(f"{kind.name} wrote {piece.name} twice")
            seen.add(piece.name)
            before = last.get(piece.name)
            fresh = _Fresh(piece.name, kind, before.correction + 1 if before else 1, piece)
            if before is None or before.digest != fresh.digest:
                yield fresh
    for name, before in last.items():
        if name not in seen and before.digest and before.kind in KINDS:
            yield _Fresh(name, KINDS[before.kind], before.correction + 1, None)


@transaction.atomic
def seal(peer: Peer, *, by: User | None, at: datetime) -> SentBatch | None:
    """Seal what is new for a peer since the last batch into the next one; None when nothing is.

    Raise Refused when the peer was revoked, or the batch would be larger than anybody takes.
    """
    _allow(by, "exchange.carry")
    here = list_batch_keys(at=at)
    peer = Peer.objects.select_for_update().get(pk=peer.pk)
    if peer.revoked_at is not None:
        raise Refused(_("Simpul ini sudah dicabut. Tidak ada yang dikirim kepadanya."))
    fresh = list(_fresh_parts(peer, at))
    if not fresh:
        return None
    last = SentBatch.objects.filter(peer=peer).order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 1
    listed, contents = _pack(peer, here, sequence, fresh)
    manifest = Manifest(here.key, peer.key, sequence, last.manifest_sha256 if last else "", at, tuple(listed))
    content = container.write(manifest, contents)
    if len(content) > container.largest():
        raise container.too_large()
    batch = SentBatch.objects.create(
        peer=peer,
        sequence=sequence,
        manifest_sha256=hashlib.sha256(manifest.write()).hexdigest(),
        file=_keep(content, peer, f"{here.area.code if here.area else here.kind}-{sequence:05}.zip", by, at),
        sealed_at=at,
        sealed_by=by,
    )
    SentPart.objects.bulk_create(
        SentPart(
            batch=batch,
            name=one.name,
            kind=one.kind.name,
            correction=one.correction,
            rows=one.piece.rows if one.piece else 0,
            digest=one.digest,
        )
        for one in fresh
    )
    record(
        peer, "batch_sealed", by=by, at=at, after={"sequence": sequence, "parts": [one.name for one in fresh]}
    )
    return batch


def _pack(peer: Peer, here: Node, sequence: int, fresh: Iterable[_Fresh]) -> tuple[list[Part], list[bytes]]:
    box = bytes(peer.keys.get(use=PeerKey.Use.BOX, valid_to=None).public)
    listed, contents = [], []
    for one in fresh:
        content, is_secret = (one.piece.content, one.piece.is_secret) if one.piece else (b"", False)
        bare = Part(
            name=one.name,
            kind=one.kind.name,
            schema=one.kind.schema.version,
            correction=one.correction,
            rows=one.piece.rows if one.piece else 0,
            size=len(content),
            sha256=one.digest,
            is_boxed=is_secret,
        )
        if is_secret:
            content = keys.lock(content, box, bare.about(here.key, peer.key, sequence))
            bare = Part(
                **{
                    **vars(bare),
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
        listed.append(bare)
        if one.piece:
            contents.append(content)
    return listed, contents


def _keep(content: bytes, about: Peer | str, name: str, by: User | None, at: datetime) -> File:
    """Keep a batch as it is: on disk, synced, before the row that names it commits."""
    return File.objects.create(
        name=name,
        sha256=files.store(content),
        kind="application/zip",
        size=len(content),
        about=f"exchange.peer:{about.key}" if isinstance(about, Peer) else about,
        privacy=Privacy.INTERNAL,
        by_id=by.pk if by else None,
        at=at,
    )


# Receiving


@dataclass(frozen=True)
class _Looked:
    """A batch whose signature holds: who signed, and what it lists."""

    peer: Peer
    manifest: Manifest
    outside: Outside


def receive(content: bytes, *, by: User | None, at: datetime) -> ReceivedBatch:
    """Take in a batch, whoever brought it. The same one twice is one; one that comes too early waits for the others.

    Never raises for what is wrong with the batch: it is kept as refused, with the sentence that says why, and may be
    brought again. Raise Refused when `by` may not bring any, or the file is too large to be kept at all.
    """
    _allow(by, "exchange.carry")
    if len(content) > container.largest():
        raise container.too_large()
    sha256 = hashlib.sha256(content).hexdigest()
    known = ReceivedBatch.objects.filter(sha256=sha256, state=State.TAKEN).first()
    if known is not None:
        return known
    try:
        found = _look(content, at)
    except Refused as refused:
        return _refuse(content, None, refused, by=by, at=at)
    try:
        batch = _take_or_wait(found, content, by=by, at=at)
    except Refused as refused:
        return _refuse(content, found, refused, by=by, at=at)
    if batch.state == State.TAKEN:
        _take_waiting(found.peer, at=at)
    return batch


def _look(content: bytes, at: datetime) -> _Looked:
    """Check the signature, and only then read the manifest."""
    outside = container.outside(content)
    key = PeerKey.objects.select_related("peer").filter(fingerprint=outside.key, use=PeerKey.Use.SIGN).first()
    if key is None:
        raise Refused(
            _("Kiriman ini ditandatangani dengan kunci yang tidak dikenal. Terima dahulu simpul pengirimnya.")
        )
    peer = key.peer
    if not outside.is_signed_by(bytes(key.public)):
        raise Refused(
            _("Tanda tangan kiriman ini salah: isinya diubah di jalan, atau bukan dari pengirimnya.")
        )
    if peer.revoked_at is not None:
        raise Refused(
            _("Kunci %(name)s dicabut sejak %(date)s. Kiriman yang datang sesudahnya tidak diterima.")
            % {"name": say(peer.name), "date": long_date(day_of(peer.revoked_at))}
        )
    manifest = container.read_manifest(outside.listed)
    if manifest.node != peer.key:
        raise Refused(_("Kiriman ini menyebut pengirim lain daripada yang menandatanganinya."))
    if manifest.to != own_node().key:
        raise Refused(_("Kiriman ini ditujukan kepada simpul lain, bukan kepada instalasi ini."))
    if key.valid_to is not None and manifest.made_at > key.valid_to:
        raise Refused(
            _("Kiriman ini ditandatangani dengan kunci yang sudah diganti pada %(date)s.")
            % {"date": long_date(day_of(key.valid_to))}
        )
    outside.check_parts(manifest)
    return _Looked(peer, manifest, outside)


@transaction.atomic
def _take_or_wait(found: _Looked, content: bytes, *, by: User | None, at: datetime) -> ReceivedBatch:
    """Take the batch when it is the next one, keep it waiting when others are missing. One at a time of each peer."""
    peer = Peer.objects.select_for_update().get(pk=found.peer.pk)
    if peer.revoked_at is not None:
        raise Refused(_("Simpul ini sudah dicabut."))
    manifest = found.manifest
    taken = ReceivedBatch.objects.filter(peer=peer, state=State.TAKEN).order_by("sequence")
    last = taken.last()
    next_one = last.sequence + 1 if last and last.sequence else 1
    if manifest.sequence < next_one:
        known = taken.get(sequence=manifest.sequence)
        if known.manifest_sha256 == found.outside.manifest_sha256:
            return known
        raise Refused(
            _(
                "Nomor %(number)s dari %(name)s sudah diterima dengan isi yang lain. Kiriman lama tidak diganti."
            )
            % {"number": manifest.sequence, "name": say(peer.name)}
        )
    batch = ReceivedBatch.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if batch is None:
        batch = ReceivedBatch(
            sha256=hashlib.sha256(content).hexdigest(),
            file=_keep(content, peer, f"{peer.area_code or peer.kind}-{manifest.sequence:05}.zip", by, at),
            came_at=at,
            by=by,
        )
    batch.peer, batch.sequence, batch.sealed_at = peer, manifest.sequence, manifest.made_at
    batch.manifest_sha256 = found.outside.manifest_sha256
    if manifest.sequence > next_one:
        batch.state = State.WAITING
        batch.reason = _("Menunggu kiriman nomor %(number)s.") % {"number": next_one}
        batch.save()
        return batch
    if manifest.previous != (last.manifest_sha256 if last else ""):
        raise Refused(
            _("Kiriman nomor %(number)s tidak menyambung dengan kiriman sebelumnya yang diterima di sini.")
            % {"number": manifest.sequence}
        )
    batch.state, batch.reason, batch.taken_at = State.TAKEN, "", at
    batch.save()
    _read_parts(found, batch, at)
    Peer.objects.filter(pk=peer.pk).update(heard_at=at)
    record(
        peer,
        "batch_taken",
        by=by,
        at=at,
        after={"sequence": manifest.sequence, "parts": [one.name for one in manifest.parts]},
    )
    return batch


def _read_parts(found: _Looked, batch: ReceivedBatch, at: datetime) -> None:
    from lawang.exchange.tasks import write_columns

    peer = found.peer
    for number, one in enumerate(found.manifest.parts):
        before = ReceivedPart.objects.filter(peer=peer, name=one.name).order_by("-correction").first()
        if one.correction != (before.correction + 1 if before else 1) or (before and before.kind != one.kind):
            raise Refused(
                _("Perbaikan ke-%(number)s dari bagian %(name)s tidak menyambung dengan yang ada di sini.")
                % {"number": one.correction, "name": one.name}
            )
        ReceivedPart.objects.filter(peer=peer, name=one.name, is_latest=True).update(is_latest=False)
        part = ReceivedPart.objects.create(
            peer=peer,
            batch=batch,
            name=one.name,
            kind=one.kind,
            schema=one.schema,
            correction=one.correction,
            rows=one.rows,
            sha256=one.sha256,
            is_withdrawn=one.is_withdrawn,
        )
        _read_part(part, _clear(found, number, one), at)
    write_columns.defer(batch_id=batch.pk)


def _clear(found: _Looked, number: int, one: Part) -> bytes:
    """Return the contents of a part, opened when it is for this node alone."""
    if one.is_withdrawn:
        return b""
    content = found.outside.part(number, one)
    if not one.is_boxed:
        return content
    opened = keys.unlock(content, one.about(found.manifest.node, found.manifest.to, found.manifest.sequence))
    if opened is None:
        raise Refused(
            _("Bagian %(name)s disegel untuk kunci lain dan tidak dapat dibuka di sini.") % {"name": one.name}
        )
    return opened


def _read_part(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Let the noun keep what is its own; a kind that this version does not know waits for the one that does."""
    kind = KINDS.get(part.kind)
    if kind is None or part.schema > kind.schema.version:
        return
    if kind.sent_by != part.peer.kind:
        raise Refused(_("Bagian %(name)s tidak boleh dikirim oleh simpul jenis ini.") % {"name": part.name})
    try:
        with transaction.atomic():
            kind.read(part, content, at)
    except NotYet as early:
        record(part.peer, "part_waits", by=None, at=at, after={"part": part.name}, note=early.sentence)
        return
    part.is_read = True
    part.save(update_fields=["is_read"])


@transaction.atomic
def _refuse(
    content: bytes, found: _Looked | None, refused: Refused, *, by: User | None, at: datetime
) -> ReceivedBatch:
    """Keep a batch that was refused, and why. Nothing in it was believed."""
    sha256 = hashlib.sha256(content).hexdigest()
    batch = ReceivedBatch.objects.select_for_update().filter(sha256=sha256).first()
    reason = refused.sentence.replace("\x00", "")[:500]
    if batch is None:
        batch = ReceivedBatch(
            sha256=sha256,
            came_at=at,
            by=by,
            state=State.REFUSED,
            file=_keep(
                content, found.peer if found else "exchange.stranger:0", "kiriman-ditolak.zip", by, at
            ),
        )
    if batch.state == State.TAKEN or (batch.state == State.REFUSED and batch.reason == reason):
        return batch
    batch.state, batch.reason = State.REFUSED, reason
    if found is not None:
        batch.peer, batch.sequence = found.peer, found.manifest.sequence
        batch.sealed_at, batch.manifest_sha256 = found.manifest.made_at, found.outside.manifest_sha256
    batch.save()
    record(
        found.peer if found else f"exchange.receivedbatch:{batch.pk}",
        "batch_refused",
        by=by,
        at=at,
        after={"sha256": sha256},
        note=reason,
    )
    return batch


def _take_waiting(peer: Peer, *, at: datetime) -> None:
    """Take those that waited for the one that has just come, in their order."""
    while True:
        taken = ReceivedBatch.objects.filter(peer=peer, state=State.TAKEN).order_by("-sequence").first()
        next_one = (taken.sequence or 0) + 1 if taken else 1
        waiting = ReceivedBatch.objects.filter(peer=peer, state=State.WAITING)
        batch = waiting.filter(sequence=next_one).first()
        if batch is None:
            left = waiting.order_by("sequence")
            sentence = _("Menunggu kiriman nomor %(number)s.") % {"number": next_one}
            left.exclude(reason=sentence).update(reason=sentence)
            return
        content = files.path_of(batch.file.sha256).read_bytes()
        try:
            _take_or_wait(_look(content, at), content, by=batch.by, at=at)
        except Refused as refused:
            _refuse(content, None, refused, by=batch.by, at=at)
            return


def missing_numbers(peer: Peer) -> list[int]:
    """Return the numbers that batches of this peer are waiting for."""
    waiting = set(
        ReceivedBatch.objects.filter(peer=peer, state=State.WAITING).values_list("sequence", flat=True)
    )
    if not waiting:
        return []
    taken = ReceivedBatch.objects.filter(peer=peer, state=State.TAKEN).order_by("-sequence").first()
    first = (taken.sequence or 0) + 1 if taken else 1
    highest = max(number for number in waiting if number is not None)
    return [number for number in range(first, highest) if number not in waiting]


def read_later(*, at: datetime) -> int:
    """Read the parts that came before this version knew their kind, or before what they belong to; return how many."""
    count = 0
    unread = ReceivedPart.objects.filter(is_read=False, is_latest=True).select_related("peer", "batch__file")
    for part in unread.filter(kind__in=KINDS):
        if part.schema > KINDS[part.kind].schema.version:
            continue
        content = files.path_of(part.batch.file.sha256).read_bytes()
        outside = container.outside(content)
        manifest = container.read_manifest(outside.listed)
        number = next(n for n, one in enumerate(manifest.parts) if one.name == part.name)
        try:
            with transaction.atomic():
                _read_part(
                    part, _clear(_Looked(part.peer, manifest, outside), number, manifest.parts[number]), at
                )
                count += part.is_read
        except Refused:
            continue
    return count


def figures_of(batch: ReceivedBatch) -> Iterator[tuple[ReceivedPart, bytes]]:
    """Yield the parts of a taken batch with their contents in clear; of a withdrawn one nothing."""
    content: Any = files.path_of(batch.file.sha256).read_bytes()
    outside = container.outside(content)
    manifest = container.read_manifest(outside.listed)
    assert batch.peer is not None
    found = _Looked(batch.peer, manifest, outside)
    parts = {part.name: part for part in batch.parts.select_related("peer")}
    for number, one in enumerate(manifest.parts):
        if one.name in parts:
            yield parts[one.name], _clear(found, number, one)
