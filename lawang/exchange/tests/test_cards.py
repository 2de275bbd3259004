"""Nodes are admitted by hand, followed by signature, and revoked for good."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lawang.areas.models import Area
from lawang.exchange import actions, cards
from lawang.exchange.models import Peer, PeerKey
from lawang.exchange.tests.sides import AT, Side, introduce, make_area, receive, seal
from lawang.lib.refused import Refused
from lawang.people.models import Node, NodeKey
from lawang.record.chain import canonical
from lawang.record.exported import export_keys
from lawang.record.models import Entry
from tests.cast import make_membership, make_user
from tests.plan_factory import make_indicator, make_plan, make_programme, make_value

Pair = tuple[Side, Side]


def admit(one: Side, card: bytes, **fields: Any) -> Peer:
    given: dict[str, Any] = {
        "fingerprint": cards.read(card).fingerprint,
        "agreement": "MoU 1",
        "by": None,
        "at": AT,
    }
    with one.here():
        return actions.admit(card, **(given | fields))


def test_both_know_each_other_by_two_keys(pair: Pair) -> None:
    regency, movement = pair
    assert regency.peer.area_code == "16.11"
    assert movement.peer.kind == Node.Kind.MOVEMENT
    assert sorted(regency.peer.keys.values_list("use", flat=True)) == ["box", "sign"]
    assert Entry.objects.filter(verb="peer_admitted").count() == 2


def test_the_fingerprint_has_eight_groups_and_is_typed_as_it_is_heard(pair: Pair) -> None:
    regency, _movement = pair
    shown = cards.read(regency.card()).fingerprint
    assert [len(group) for group in shown.split()] == [4] * 8
    assert cards.same_fingerprint(shown.upper().replace(" ", "-"), shown)
    assert not cards.same_fingerprint(shown[:-1], shown)
    assert not cards.same_fingerprint("", shown)


@pytest.mark.usefixtures("db", "media")
def test_another_fingerprint_an_empty_agreement_or_a_wrong_kind_is_not_admitted(tmp_path: Path) -> None:
    regency, other = Side(tmp_path / "a", "regency", "16.11"), Side(tmp_path / "b", "regency", "16.12")
    movement = Side(tmp_path / "c", "movement")
    make_area("16.11")
    card = regency.card()
    with pytest.raises(Refused, match="berbeda dari sidik"):
        admit(movement, card, fingerprint="1a2b " * 8)
    with pytest.raises(Refused, match="MoU"):
        admit(movement, card, agreement="  ")
    with pytest.raises(Refused, match="sama seperti instalasi ini"):
        admit(other, card)
    with pytest.raises(Refused, match="instalasi Anda sendiri"):
        admit(regency, card)
    assert not Peer.objects.exists()


@pytest.mark.usefixtures("db", "media")
def test_a_regency_needs_an_area_of_its_own(tmp_path: Path) -> None:
    movement = Side(tmp_path / "c", "movement")
    introduce(movement, Side(tmp_path / "a", "regency", "16.11"))
    twin = Side(tmp_path / "b", "regency", "16.11").card()
    with pytest.raises(Refused, match="sudah diterima dengan simpul lain"):
        admit(movement, twin)
    make_area("16.13")
    unknown = Side(tmp_path / "d", "regency", "16.13").card()
    Node.objects.update(area=None)
    Area.objects.filter(code="16.13").delete()
    with pytest.raises(Refused, match=r"16\.13"):
        admit(movement, unknown)


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "http://contoh.id"},
        {"base_url": "https://a:b@contoh.id"},
        {"base_url": "https://contoh.id/lain"},
        {"base_url": "file:///etc/passwd"},
        {"name": {"id": "Lain"}},
        {"area": "16.12"},
        {"node": "no"},
        {"kind": "king"},
        {"made_at": "kemarin"},
        {"lawang": "card 2"},
        {"box": ""},
    ],
)
def test_a_changed_card_is_none(pair: Pair, change: dict[str, Any]) -> None:
    whole = json.loads(pair[0].card())
    whole["card"] |= change
    with pytest.raises(Refused):
        cards.read(canonical(whole))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"card": 1}', b"[" * 9000, b"x" * 30_000]
)
def test_what_is_no_card_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="bukan kartu"):
        cards.read(content)


def test_new_keys_are_followed_because_the_old_one_signs_the_card(pair: Pair) -> None:
    regency, movement = pair
    old = regency.peer.keys.get(use="sign")
    with regency.here():
        actions.change_keys(by=None, at=AT + timedelta(days=1))
        assert NodeKey.objects.filter(valid_to=None).count() == 2
    card = regency.card(AT + timedelta(days=1))
    with movement.here():
        peer = actions.follow_card(card, by=None, at=AT + timedelta(days=2))
        actions.follow_card(card, by=None, at=AT + timedelta(days=3))
    old.refresh_from_db()
    assert old.valid_to == AT + timedelta(days=2)
    assert peer.keys.get(use="sign", valid_to=None).fingerprint != old.fingerprint
    assert PeerKey.objects.filter(peer=peer).count() == 4
    assert Entry.objects.filter(verb="peer_card_followed").count() == 1


def test_a_lost_key_needs_the_fingerprint_again(pair: Pair) -> None:
    regency, movement = pair
    for path in regency.keys.iterdir():
        path.unlink()
    card = regency.card(AT + timedelta(days=1))
    with movement.here(), pytest.raises(Refused, match="harus diterima ulang"):
        actions.follow_card(card, by=None, at=AT)
    peer = admit(movement, card, agreement="Surat 7/2026")
    assert peer.keys.filter(valid_to=None).count() == 2
    assert peer.keys.count() == 4
    assert Entry.objects.filter(verb="peer_readmitted").exists()


def test_an_older_card_does_not_come_back(pair: Pair) -> None:
    regency, movement = pair
    old = regency.card(AT - timedelta(days=1))
    with movement.here(), pytest.raises(Refused, match="lebih tua"):
        actions.follow_card(old, by=None, at=AT)
    with pytest.raises(Refused, match="lebih tua"):
        admit(movement, old)


def test_a_retired_key_is_not_admitted_again(pair: Pair) -> None:
    regency, movement = pair
    PeerKey.objects.filter(peer=regency.peer).update(valid_to=AT)
    with pytest.raises(Refused, match="sudah pernah dipakai"):
        admit(movement, regency.card(AT + timedelta(days=1)))


def test_a_stranger_is_not_followed(pair: Pair, tmp_path: Path) -> None:
    card = Side(tmp_path / "x", "regency", "16.12").card()
    with pair[1].here(), pytest.raises(Refused, match="belum diterima"):
        actions.follow_card(card, by=None, at=AT)


def test_only_who_holds_the_verb_admits_or_revokes(pair: Pair) -> None:
    ratna = make_user("ratna")
    make_membership(ratna, role="officer")
    card = pair[0].card(AT + timedelta(days=1))
    with pytest.raises(Refused):
        admit(pair[1], card, by=ratna)
    with pytest.raises(Refused):
        actions.revoke(pair[0].peer, why="x", by=ratna, at=AT)
    with pytest.raises(Refused):
        actions.seal(pair[1].peer, by=ratna, at=AT)
    with pytest.raises(Refused):
        actions.receive(b"PK", by=ratna, at=AT)


def test_a_revocation_has_a_reason_and_happens_once(pair: Pair) -> None:
    with pytest.raises(Refused, match="alasan"):
        actions.revoke(pair[0].peer, why=" ", by=None, at=AT)
    actions.revoke(pair[0].peer, why="MoU berakhir", by=None, at=AT)
    with pytest.raises(Refused, match="sudah dicabut"):
        actions.revoke(pair[0].peer, why="lagi", by=None, at=AT)


def test_the_keys_are_among_those_that_are_exported(pair: Pair, tmp_path: Path) -> None:
    with pair[0].here():
        actions.change_keys(by=None, at=AT)
        names = export_keys(tmp_path / "out.json", "gajah makan durian", at=AT)
    assert {"batch.key", "batch-box.key", "batch-old.key"} <= set(names)
    assert any(name.startswith("batch-box-") for name in names)


def test_a_node_whose_keys_changed_goes_on_with_its_numbers(pair: Pair) -> None:
    regency, movement = pair
    indicator = make_indicator(make_programme(make_plan()))
    make_value(indicator, "2026-T1", 5)
    assert receive(movement, seal(regency, movement)).state == "taken"
    with regency.here():
        actions.change_keys(by=None, at=AT + timedelta(days=1))
    card = regency.card(AT + timedelta(days=1))
    make_value(indicator, "2026-T2", 6)
    second = seal(regency, movement, days=2)
    refused = receive(movement, second, days=2)
    assert (refused.state, "tidak dikenal" in refused.reason) == ("refused", True)
    with movement.here():
        actions.follow_card(card, by=None, at=AT + timedelta(days=2))
    assert receive(movement, second, days=2).state == "taken"
