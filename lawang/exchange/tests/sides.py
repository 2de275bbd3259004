"""Two nodes in one database: `regency.here()` puts the keys and the node row of the one in place."""

from __future__ import annotations

import contextlib
import hashlib
import io
import uuid
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from lawang.areas.models import Area
from lawang.exchange import actions, cards, container, keys, rollup
from lawang.exchange.models import Peer, ReceivedBatch, SentBatch
from lawang.people.models import Node, NodeKey
from lawang.record import files
from tests.cast import moment

AT = moment("2026-11-20 09:00")


class Side:
    """One of the two installations."""

    def __init__(self, folder: Path, kind: str, area: str = "", name: str = "Gerakan") -> None:
        self.keys, self.kind, self.area, self.name = folder, kind, area, name
        self.uuid = uuid.uuid4()

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """Be this node for a while."""
        before = settings.KEYS
        Node.objects.get_or_create(defaults={"name": {"id": self.name}})
        row = Node.objects.values("key", "kind", "name", "area", "base_url").get()
        NodeKey.objects.all().delete()
        Node.objects.update(
            key=self.uuid,
            kind=self.kind,
            name={"id": self.name},
            area=make_area(self.area) if self.area else None,
            base_url=f"https://{self.kind}{self.area}.contoh.id",
        )
        settings.KEYS = self.keys
        try:
            yield
        finally:
            settings.KEYS = before
            NodeKey.objects.all().delete()
            Node.objects.update(**row)

    def card(self, at: datetime = AT) -> bytes:
        with self.here():
            return actions.own_card(at=at)

    @property
    def peer(self) -> Peer:
        """How the other one knows it."""
        return Peer.objects.get(key=self.uuid)


def make_area(code: str) -> Area:
    given = {"level": Area.Level.REGENCY, "decree": "d", "valid_from": date(2020, 1, 1)}
    return Area.objects.get_or_create(code=code, defaults={"name": f"Kabupaten {code}", **given})[0]


def introduce(one: Side, other: Side, at: datetime = AT) -> Peer:
    """Let `one` admit `other`."""
    card = other.card(at)
    if other.area:
        make_area(other.area)
    with one.here():
        return actions.admit(
            card,
            fingerprint=cards.read(card).fingerprint,
            agreement="MoU 12/2026, 5 Januari 2026",
            by=None,
            at=at,
        )


def make_pair(folder: Path, area: str = "16.11") -> tuple[Side, Side]:
    """Return a regency and its movement, who have admitted each other."""
    regency = Side(folder / f"kab{area}", Node.Kind.REGENCY, area, f"Kabupaten {area}")
    movement = Side(folder / "gerakan", Node.Kind.MOVEMENT)
    introduce(regency, movement)
    introduce(movement, regency)
    return regency, movement


def seal(one: Side, other: Side, *, days: int = 0) -> bytes:
    """Let `one` seal what is new for `other`, and return the file."""
    with one.here():
        batch = actions.seal(other.peer, by=None, at=AT + timedelta(days=days))
    assert batch is not None
    return content_of(batch)


def content_of(batch: SentBatch) -> bytes:
    return files.path_of(batch.file.sha256).read_bytes()


def receive(one: Side, content: bytes, *, days: int = 0, **fields: Any) -> ReceivedBatch:
    with one.here():
        return actions.receive(content, **({"by": None, "at": AT + timedelta(days=days)} | fields))


def unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(entries: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """Return a ZIP of these entries, whatever they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, content)
    return out.getvalue()


def signed(one: Side, manifest: container.Manifest, contents: list[bytes]) -> bytes:
    """Return a batch that `one` signed, whatever is in it."""
    with one.here():
        return container.write(manifest, contents)


def manifest_of(content: bytes) -> container.Manifest:
    return container.read_manifest(unpack(content)[container.MANIFEST])


def public_of(one: Side) -> str:
    with one.here():
        return keys.fingerprint(keys.raw(keys.signing_key().public_key()))


def leave_nodes_behind(folder: Path, *, at: datetime) -> None:
    """Admit a movement in the demonstration, exchange a batch each way, and let a broken one be refused."""
    here = actions.own_node()
    movement = Node(
        key=uuid.uuid4(),
        kind=Node.Kind.MOVEMENT,
        name={"id": "Gerakan Contoh", "en": "Example Movement"},
        base_url="https://gerakan.contoh.id",
    )
    before = settings.KEYS
    settings.KEYS = folder
    try:
        card = cards.write(movement, at=at)
        content = b"{}"
        part = container.Part(
            "results/2026", "results", 1, 1, 1, len(content), hashlib.sha256(content).hexdigest(), False
        )
        down = container.write(container.Manifest(movement.key, here.key, 1, "", at, (part,)), [content])
    finally:
        settings.KEYS = before
    peer = actions.admit(
        card,
        fingerprint=cards.read(card).fingerprint,
        agreement="MoU 12/2026, 5 Januari 2026",
        by=None,
        at=at,
    )
    assert actions.seal(peer, by=None, at=at) is not None
    assert actions.receive(down, by=None, at=at).state == ReceivedBatch.State.TAKEN
    actions.receive(b"PK rusak", by=None, at=at)
    make_rolled(at=at)


def make_rolled(*, at: datetime) -> None:
    """Keep some figures as a roll-up would have left them."""
    groups = [("nation", ""), ("province", "16"), ("type", "kabupaten")]
    rollup.keep(
        [
            rollup.Figure(
                level=level,
                group=group,
                kind="statistics",
                series="cases.on_time_share/akta-kelahiran",
                title="Akta kelahiran",
                unit="%",
                year=year,
                regencies=412,
                missing=102,
                amount=Decimal("81.25") + year - 2020,
                low=20.5,
                quarter=70.25,
                median=82.0,
                three_quarters=91.0,
                high=100.0,
            )
            for level, group in groups
            for year in range(2022, 2027)
        ],
        at=at,
    )
