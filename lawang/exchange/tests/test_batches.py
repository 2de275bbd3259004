"""What is sealed arrives whole, once and in order; whatever else comes is refused and says why."""

import dataclasses
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from lawang.exchange import actions, container, keys
from lawang.exchange.container import MANIFEST, SIGNATURE, Part
from lawang.exchange.models import Peer, ReceivedBatch, ReceivedPart, ReceivedValue, SentBatch, SentPart
from lawang.exchange.parts import KINDS, Kind, Piece, Schema
from lawang.exchange.tests.sides import (
    AT,
    Side,
    introduce,
    manifest_of,
    pack,
    receive,
    seal,
    signed,
    unpack,
)
from lawang.lib.refused import Refused
from lawang.measures.models import Value
from lawang.people.models import Node
from lawang.plans.models import Indicator, Revision
from lawang.record.models import Entry, File
from tests.plan_factory import make_indicator, make_plan, make_programme, make_quick_win, make_value

Pair = tuple[Side, Side]


@pytest.fixture
def indicator(pair: Pair) -> Indicator:
    """A plan with one programme, one quick win, one indicator and its figures of two years."""
    programme = make_programme(make_plan())
    make_quick_win(programme)
    indicator = make_indicator(programme)
    make_value(indicator, "2025-T4", 1900)
    make_value(indicator, "2026-T1", 2000)
    return indicator


def told(batch: ReceivedBatch) -> tuple[str, str]:
    return batch.state, batch.reason


def test_plan_and_figures_arrive_as_they_are(pair: Pair, indicator: Indicator) -> None:
    regency, movement = pair
    batch = receive(movement, seal(regency, movement))
    assert told(batch) == ("taken", "")
    plan = ReceivedPart.objects.in_force().get(peer=regency.peer, kind="plan").document
    assert plan is not None
    [programme] = plan["programmes"]
    assert programme["title"] == {"id": "Air bersih sampai desa"}
    assert programme["indicators"][0]["targets"][0] == {"year": 2024, "amount": "1600.000000"}
    assert programme["quick_wins"][0]["name"] == "Sambungan seratus hari"
    values = ReceivedValue.objects.filter(part__peer=regency.peer).order_by("end")
    assert list(values.values_list("series", "amount")) == [
        ("s-i-01", Decimal(1900)),
        ("s-i-01", Decimal(2000)),
    ]
    assert regency.peer.heard_at == AT


def test_the_same_batch_twice_is_one_however_it_is_packed(pair: Pair, indicator: Indicator) -> None:
    regency, movement = pair
    content = seal(regency, movement)
    first = receive(movement, content)
    assert receive(movement, content, days=1).pk == first.pk
    assert receive(movement, pack(unpack(content)), days=1).pk == first.pk
    assert ReceivedBatch.objects.count() == 1
    assert Entry.objects.filter(verb="batch_taken").count() == 1


def test_nothing_new_is_no_batch(pair: Pair, indicator: Indicator) -> None:
    regency, movement = pair
    seal(regency, movement)
    with regency.here():
        assert actions.seal(movement.peer, by=None, at=AT) is None
    assert SentBatch.objects.count() == 1


def test_a_correction_is_the_next_of_its_part_and_replaces_the_figures(
    pair: Pair, indicator: Indicator
) -> None:
    regency, movement = pair
    receive(movement, seal(regency, movement))
    Value.objects.filter(series=indicator.series, end__year=2026).update(amount=2222)
    content = seal(regency, movement, days=1)
    assert [(one.name, one.correction) for one in manifest_of(content).parts] == [("values/2026", 2)]
    receive(movement, content, days=1)
    value = ReceivedValue.objects.get(end__year=2026)
    assert (value.amount, value.correction) == (Decimal(2222), 2)
    assert ReceivedPart.objects.get(name="values/2026", correction=1).is_latest is False
    assert ReceivedValue.objects.count() == 2


def test_what_was_withdrawn_is_gone_and_may_come_back(pair: Pair, indicator: Indicator) -> None:
    regency, movement = pair
    receive(movement, seal(regency, movement))
    Value.objects.filter(end__year=2025).update(is_current=False)
    content = seal(regency, movement, days=1)
    assert [(one.name, one.is_withdrawn) for one in manifest_of(content).parts] == [("values/2025", True)]
    assert told(receive(movement, content, days=1)) == ("taken", "")
    assert not ReceivedValue.objects.filter(end__year=2025).exists()
    assert not ReceivedPart.objects.in_force().filter(name="values/2025").exists()
    with regency.here():
        assert actions.seal(movement.peer, by=None, at=AT + timedelta(days=2)) is None
    Value.objects.filter(end__year=2025).update(is_current=True)
    receive(movement, seal(regency, movement, days=3), days=3)
    assert ReceivedValue.objects.get(end__year=2025).correction == 3


def test_a_draft_edition_and_figures_that_are_not_approved_stay_at_home(
    pair: Pair, indicator: Indicator
) -> None:
    regency, movement = pair
    make_value(indicator, "2026-T2", 9, status=Value.Status.PROPOSED, is_current=False)
    make_plan(number=2, status=Revision.Status.DRAFT, in_force_from=None)
    receive(movement, seal(regency, movement))
    assert ReceivedValue.objects.count() == 2
    assert ReceivedPart.objects.get(kind="plan").document["revision"] == 1  # type: ignore[index]


def test_those_that_come_too_early_wait_and_say_which_is_missing(pair: Pair, indicator: Indicator) -> None:
    regency, movement = pair
    contents = []
    for number in range(4):
        Value.objects.filter(end__year=2026).update(amount=3000 + number)
        contents.append(seal(regency, movement, days=number))
    assert told(receive(movement, contents[3])) == ("waiting", "Menunggu kiriman nomor 1.")
    assert told(receive(movement, contents[1])) == ("waiting", "Menunggu kiriman nomor 1.")
    assert actions.missing_numbers(regency.peer) == [1, 3]
    assert not ReceivedValue.objects.exists()
    assert told(receive(movement, contents[0])) == ("taken", "")
    assert actions.missing_numbers(regency.peer) == [3]
    assert ReceivedBatch.objects.get(sequence=4).reason == "Menunggu kiriman nomor 3."
    receive(movement, contents[2])
    states = ReceivedBatch.objects.order_by("sequence").values_list("sequence", "state")
    assert list(states) == [(number, "taken") for number in (1, 2, 3, 4)]
    assert ReceivedValue.objects.get(end__year=2026).amount == 3003


def test_two_regencies_have_numbers_of_their_own(pair: Pair, tmp_path: Path) -> None:
    regency, movement = pair
    other = Side(tmp_path / "other", Node.Kind.REGENCY, "16.12", "Kabupaten Lain")
    introduce(movement, other)
    for one in (regency, other):
        assert told(receive(movement, batch_of(one, movement, figures()))) == ("taken", "")
    assert ReceivedValue.objects.count() == 2


def _one(one: Side, to: Side, **fields: Any) -> container.Manifest:
    """Return the manifest of a first batch with one empty part."""
    part = Part("values/2026", "values", 1, 1, 1, 0, hashlib.sha256(b"").hexdigest(), False)
    given: dict[str, Any] = {"node": one.uuid, "to": to.uuid, "sequence": 1, "previous": "", "made_at": AT}
    return container.Manifest(**({"parts": (part,)} | given | fields))


def figures(**changes: Any) -> bytes:
    from lawang.exchange.outgoing import lines

    row: dict[str, Any] = {
        **dict.fromkeys(("place", "breakdown", "frequency"), ""),
        "series": "s",
        "title": "t",
        "unit": "u",
        "direction": "up",
        "over_time": "sum",
        "over_area": "sum",
        "start": "2026-01-01",
        "end": "2026-03-31",
        "amount": "1.000000",
        "counted": None,
        "whole": None,
    }
    return lines([row | changes])


def batch_of(one: Side, to: Side, content: bytes, *, name: str = "values/2026", **fields: Any) -> bytes:
    """Return a rightly signed batch with one part of these contents."""
    given: dict[str, Any] = {
        "name": name,
        "kind": "values",
        "schema": 1,
        "correction": 1,
        "rows": content.count(b"\n"),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "is_boxed": False,
    }
    part = Part(**(given | {key: value for key, value in fields.items() if key in given}))
    rest = {key: value for key, value in fields.items() if key not in given}
    return signed(one, _one(one, to, parts=(part,), **rest), [content])


def test_a_regency_that_came_back_from_a_backup_sends_everything_anew(
    pair: Pair, indicator: Indicator, django_capture_on_commit_callbacks: Any
) -> None:
    regency, movement = pair
    receive(movement, seal(regency, movement))
    SentBatch.objects.all().delete()  # the database of before
    Value.objects.filter(end__year=2026).update(amount=2222)
    content = seal(regency, movement, days=1)
    assert "dengan isi yang lain" in receive(movement, content, days=1).reason
    with regency.here():
        actions.send_anew(movement.peer, why="Pulih dari cadangan", by=None, at=AT)
    content = seal(regency, movement, days=2)
    with movement.here(), django_capture_on_commit_callbacks(execute=True):
        actions.receive_anew(regency.peer, why="Pulih dari cadangan", by=None, at=AT)
    assert not ReceivedPart.objects.exists()
    assert told(receive(movement, content, days=2)) == ("taken", "")
    assert ReceivedValue.objects.get(end__year=2026).amount == 2222
    states = ReceivedBatch.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["aside", "refused", "taken"]
    with pytest.raises(Refused, match="alasan"):
        actions.send_anew(movement.peer, why="", by=None, at=AT)


# Refused


def _flip(content: bytes, name: str) -> bytes:
    entries = unpack(content)
    body = bytearray(entries[name])
    body[len(body) // 2] ^= 1
    return pack(entries | {name: bytes(body)})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda content: _flip(content, MANIFEST), "Tanda tangan kiriman ini salah"),
        (lambda content: _flip(content, "parts/0000"), "tidak utuh"),
        (lambda content: pack(unpack(content) | {"../../etc/cron.d/x": b"x"}), "bukan kiriman"),
        (lambda content: pack(unpack(content) | {"/parts/0000": b"x"}), "bukan kiriman"),
        (lambda content: pack(unpack(content) | {"parts/0999": b"x"}), "tidak sama dengan daftar isinya"),
        (
            lambda content: pack({k: v for k, v in unpack(content).items() if k != "parts/0000"}),
            "daftar isinya",
        ),
        (lambda content: pack({k: v for k, v in unpack(content).items() if k != SIGNATURE}), "bukan kiriman"),
        (lambda content: pack([*unpack(content).items(), (MANIFEST, b"{}")]), "bukan kiriman"),
        (lambda content: pack(unpack(content) | {SIGNATURE: b"x"}), "bukan kiriman"),
        (lambda content: pack(unpack(content) | {SIGNATURE: b"\xff\nAA==\n"}), "bukan kiriman"),
        (lambda content: pack(unpack(content) | {"parts/0000": b"0" * 3_000_000}), "rusak"),
        (lambda content: content[:-40], "rusak"),
        (lambda content: content[:200] + b"\x00" * 50 + content[250:], "rusak|salah|tidak utuh"),
        (lambda content: b"PK\x03\x04" + b"x" * 100, "rusak"),
        (lambda content: b"", "rusak"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_tampered_batch_is_refused_and_kept_with_its_reason(
    pair: Pair, indicator: Indicator, spoil: Callable[[bytes], bytes], words: str
) -> None:
    regency, movement = pair
    batch = receive(movement, spoil(seal(regency, movement)))
    assert batch.state == "refused"
    assert re.search(words, batch.reason), batch.reason
    assert not ReceivedPart.objects.exists()
    assert File.objects.filter(pk=batch.file_id).exists()


def test_a_bomb_is_not_unpacked(pair: Pair, settings: Any) -> None:
    settings.BATCH_MEGABYTES = 1
    _regency, movement = pair
    bomb = pack({MANIFEST: b"0" * 60_000_000, SIGNATURE: b"x"})
    assert len(bomb) < 1_000_000
    assert "lebih besar" in receive(movement, bomb).reason
    out = io.BytesIO()  # one that lies about its sizes
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, b"0" * 3_000_000)
        archive.writestr(SIGNATURE, b"x")
    lying = out.getvalue().replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert receive(movement, lying).state == "refused"
    with pytest.raises(Refused, match="lebih besar"):
        receive(movement, b"x" * 1_000_001)
    assert ReceivedBatch.objects.count() == 2


def test_a_foreign_key_is_refused_and_taken_once_its_node_is_admitted(
    pair: Pair, indicator: Indicator, tmp_path: Path
) -> None:
    _regency, movement = pair
    stranger = Side(tmp_path / "x", Node.Kind.REGENCY, "16.12")
    content = batch_of(stranger, movement, figures())
    batch = receive(movement, content)
    assert (batch.state, batch.peer) == ("refused", None)
    assert "tidak dikenal" in batch.reason
    introduce(movement, stranger)
    assert told(receive(movement, content)) == ("taken", "")
    assert ReceivedBatch.objects.get().reason == ""


def test_what_is_for_somebody_else_or_from_somebody_else_is_refused(pair: Pair, tmp_path: Path) -> None:
    regency, movement = pair
    other = Side(tmp_path / "x", Node.Kind.REGENCY, "16.12")
    introduce(movement, other)
    assert "ditujukan kepada simpul lain" in receive(movement, batch_of(regency, other, figures())).reason
    forged = signed(other, _one(regency, movement), [b""])
    assert "menyebut pengirim lain" in receive(movement, forged).reason


def test_a_replay_with_other_contents_is_refused(pair: Pair) -> None:
    regency, movement = pair
    receive(movement, batch_of(regency, movement, figures()))
    again = receive(movement, batch_of(regency, movement, figures(amount="9.000000")))
    assert "sudah diterima dengan isi yang lain" in again.reason
    assert ReceivedValue.objects.get().amount == 1


def test_one_that_does_not_follow_is_refused(pair: Pair) -> None:
    regency, movement = pair
    receive(movement, batch_of(regency, movement, figures()))
    bad = batch_of(regency, movement, figures(), sequence=2, previous="0" * 64, correction=2)
    assert "tidak menyambung dengan kiriman sebelumnya" in receive(movement, bad).reason


def test_after_its_revocation_nothing_counts_whatever_day_it_names(pair: Pair) -> None:
    regency, movement = pair
    receive(movement, batch_of(regency, movement, figures()))
    before = ReceivedBatch.objects.get()
    actions.revoke(regency.peer, why="Kunci dicuri", by=None, at=AT)
    late = batch_of(
        regency,
        movement,
        figures(amount="2.000000"),
        sequence=2,
        previous=before.manifest_sha256,
        correction=2,
        made_at=AT - timedelta(days=300),
    )
    assert "dicabut sejak" in receive(movement, late).reason
    assert ReceivedValue.objects.get().amount == 1
    actions.revoke(movement.peer, why="x", by=None, at=AT)
    with regency.here(), pytest.raises(Refused, match="Tidak ada yang dikirim"):
        actions.seal(movement.peer, by=None, at=AT)


def test_a_key_that_was_changed_signs_nothing_new(pair: Pair) -> None:
    regency, movement = pair
    regency.peer.keys.update(valid_to=AT)
    late = batch_of(regency, movement, figures(), made_at=AT + timedelta(minutes=1))
    assert "sudah diganti" in receive(movement, late).reason
    assert (
        receive(movement, batch_of(regency, movement, figures(), made_at=AT - timedelta(1))).state == "taken"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1e5"},
        {"amount": "NaN"},
        {"amount": 1.5},
        {"amount": "0.0000001"},
        {"amount": "1" + "0" * 18},
        {"start": "2026-13-01"},
        {"start": "2027-01-01"},
        {"end": "20260331"},
        {"series": "x" * 200},
        {"series": "a\x00b"},
        {"series": None},
        {"counted": 5},
        {"counted": 6, "whole": 5},
        {"counted": -1, "whole": 5},
        {"counted": True, "whole": 5},
        {"place": "x" * 40},
        {"more": 1},
    ],
)
def test_a_figure_that_is_none_refuses_the_whole_batch(pair: Pair, change: dict[str, Any]) -> None:
    regency, movement = pair
    batch = receive(movement, batch_of(regency, movement, figures(**change)))
    assert batch.state == "refused"
    assert batch.reason
    assert not ReceivedPart.objects.exists()


@pytest.mark.parametrize("content", [b"{\n", b"[]\n", b"\xff\n", b"[" * 50_000 + b"\n"])
def test_lines_that_are_no_rows_are_refused(pair: Pair, content: bytes) -> None:
    regency, movement = pair
    assert receive(movement, batch_of(regency, movement, content)).state == "refused"


def test_a_figure_twice_or_a_wrong_count_is_refused(pair: Pair) -> None:
    regency, movement = pair
    assert "dua kali" in receive(movement, batch_of(regency, movement, figures() * 2)).reason
    assert "baris" in receive(movement, batch_of(regency, movement, figures(), rows=2)).reason


def test_a_plan_with_what_no_database_keeps_is_cleaned_or_refused(pair: Pair) -> None:
    regency, movement = pair
    document = b'{"services": [{"code": "a\\u0000b", "title": NaN}]}'
    name: dict[str, Any] = {"name": "services", "kind": "services", "rows": 1}
    assert told(receive(movement, batch_of(regency, movement, document, **name))) == ("taken", "")
    assert ReceivedPart.objects.get().document == {"services": [{"code": "ab", "title": "nan"}]}


def test_a_correction_out_of_turn_is_refused(pair: Pair) -> None:
    regency, movement = pair
    batch = receive(movement, batch_of(regency, movement, figures(), correction=2))
    assert "Perbaikan ke-2" in batch.reason


def test_a_manifest_in_another_spelling_is_refused(pair: Pair) -> None:
    """Only one spelling has the hash that the next batch names."""
    regency, movement = pair
    content = _one(regency, movement).write()
    for other in (content.replace(b":1,", b": 1,", 1), content.replace(b'"sequence":1', b'"sequence":true')):
        with pytest.raises(Refused):
            container.read_manifest(other)
    with pytest.raises(Refused, match="Perbarui"):
        container.read_manifest(content.replace(b"lawang batch 1", b"lawang batch 9"))


# Kinds of other nouns


@pytest.fixture
def secret_kind(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A kind that the regency encrypts; what the movement read is in the list."""
    seen: list[bytes] = []
    kind = Kind(
        "evidence",
        "bukti",
        lambda peer, at: [Piece("evidence/1", b"rahasia kabupaten", 1, is_secret=True)],
        lambda part, content, at: seen.append(content),
        Schema(1, {}),
        Node.Kind.REGENCY,
    )
    monkeypatch.setitem(KINDS, "evidence", kind)
    return seen


def test_a_secret_part_is_opened_by_its_receiver_alone(pair: Pair, secret_kind: list[bytes]) -> None:
    regency, movement = pair
    content = seal(regency, movement)
    assert all(b"rahasia" not in one for one in unpack(content).values())
    with regency.here():
        assert actions.seal(movement.peer, by=None, at=AT) is None  # another ciphertext is no correction
    with movement.here():
        actions.change_keys(by=None, at=AT)  # what was sealed before is still opened
    assert told(receive(movement, content)) == ("taken", "")
    assert secret_kind == [b"rahasia kabupaten"]


def test_a_secret_part_for_another_key_or_in_another_place_is_refused(
    pair: Pair, secret_kind: list[bytes]
) -> None:
    regency, movement = pair
    content = seal(regency, movement)
    manifest, body = manifest_of(content), unpack(content)["parts/0000"]
    moved = dataclasses.replace(manifest.parts[0], name="evidence/2")
    forged = signed(regency, dataclasses.replace(manifest, parts=(moved,)), [body])
    assert "disegel untuk kunci lain" in receive(movement, forged).reason
    (movement.keys / "batch-box.key").unlink()
    assert "disegel untuk kunci lain" in receive(movement, content).reason
    assert secret_kind == []
    with movement.here():
        assert keys.unlock(b"lawang box 1\nshort", b"") is None


def test_a_kind_that_is_not_known_yet_is_kept_and_read_later(
    pair: Pair, secret_kind: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    regency, movement = pair
    content = seal(regency, movement)
    kind = KINDS.pop("evidence")
    assert told(receive(movement, content)) == ("taken", "")
    assert ReceivedPart.objects.get().is_read is False
    monkeypatch.setitem(KINDS, "evidence", kind)
    with movement.here():
        assert actions.read_later(at=AT) == 1
        assert actions.read_later(at=AT) == 0
    assert secret_kind == [b"rahasia kabupaten"]


def test_a_regency_may_not_send_what_only_a_movement_sends(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    regency, movement = pair
    monkeypatch.setitem(KINDS, "values", dataclasses.replace(KINDS["values"], sent_by=Node.Kind.MOVEMENT))
    batch = receive(movement, batch_of(regency, movement, figures()))
    assert "tidak boleh dikirim" in batch.reason


def test_a_movement_sends_down_the_same_way(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    regency, movement = pair
    seen: list[bytes] = []
    kind = Kind(
        "results",
        "hasil",
        lambda peer, at: [Piece(f"results/{peer.area_code}", b"3,5", 1)],
        lambda part, content, at: seen.append(content),
        Schema(1, {}),
        Node.Kind.MOVEMENT,
    )
    monkeypatch.setitem(KINDS, "results", kind)
    content = seal(movement, regency)
    assert [one.name for one in manifest_of(content).parts] == ["results/16.11"]
    assert told(receive(regency, content)) == ("taken", "")
    assert seen == [b"3,5"]


def test_a_writer_that_falls_seals_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    regency, movement = pair

    def falls(peer: Peer, at: Any) -> Any:
        raise RuntimeError("boom")

    monkeypatch.setitem(KINDS, "values", dataclasses.replace(KINDS["values"], write=falls))
    with regency.here(), pytest.raises(RuntimeError):
        actions.seal(movement.peer, by=None, at=AT)
    assert not SentBatch.objects.exists()
    assert not SentPart.objects.exists()


def test_half_a_batch_is_never_there(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever falls while a batch is read takes all of it back, and it can be brought again."""
    regency, movement = pair
    content = batch_of(regency, movement, figures())

    def falls(part: ReceivedPart, content: bytes, at: Any) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        patch.setitem(KINDS, "values", dataclasses.replace(KINDS["values"], read=falls))
        with pytest.raises(RuntimeError):
            receive(movement, content)
    assert not ReceivedBatch.objects.exists()
    assert told(receive(movement, content)) == ("taken", "")
    assert connection.in_atomic_block  # the test's own
