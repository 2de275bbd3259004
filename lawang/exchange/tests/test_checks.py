"""The doctor on the exchange: our keys, who is refused, waited for, unreachable, or silent."""

import shutil
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lawang.exchange import actions, checks
from lawang.exchange.models import Peer, PeerKey, SentBatch
from lawang.exchange.tests.sides import AT, Side, receive, seal
from lawang.record.doctor import Finding, Level, Visit
from tests.plan_factory import make_indicator, make_plan, make_programme, make_value

pytestmark = pytest.mark.django_db
Pair = tuple[Side, Side]


def found(side: Side, other: Side, days: int = 0) -> Finding:
    """Examine one installation; the other one, which shares the tables of these tests, is not its own peer."""
    with side.here():
        actions.list_batch_keys(at=AT)
        Peer.objects.filter(key=side.uuid).update(revoked_at=AT)
        try:
            return checks.check(Visit(AT + timedelta(days=days)))
        finally:
            Peer.objects.filter(key=side.uuid).update(revoked_at=None)


def test_nobody_admitted_and_everybody_heard_of_are_both_fine(pair: Pair) -> None:
    regency, movement = pair
    assert found(movement, regency).level == Level.GOOD
    with regency.here():
        Peer.objects.update(revoked_at=AT)
        assert "Belum ada simpul" in checks.check(Visit(AT)).sentence


def test_it_asks_once(pair: Pair) -> None:
    with pair[1].here(), CaptureQueriesContext(connection) as asked:
        checks.check(Visit(AT))
    wanted = [one["sql"] for one in asked if "exchange_peer" in one["sql"] or "people_nodekey" in one["sql"]]
    assert len(wanted) == 1


def test_a_silent_regency_is_a_hint_and_a_silent_movement_is_not(pair: Pair) -> None:
    regency, movement = pair
    finding = found(movement, regency, days=31)
    assert finding.level == Level.HINT
    assert "31 hari tidak ada kabar" in finding.sentence
    assert found(regency, movement, days=31).level == Level.GOOD


def test_a_refused_batch_is_bad_until_the_next_one_is_taken(pair: Pair) -> None:
    regency, movement = pair
    make_value(make_indicator(make_programme(make_plan())), "2026-T1", 2000)
    content = seal(regency, movement)
    receive(movement, bytes(content))
    with regency.here():
        actions.send_anew(movement.peer, why="Cadangan", by=None, at=AT)
    again = seal(regency, movement, days=1)
    assert receive(movement, again, days=1).state == "refused"
    finding = found(movement, regency, days=1)
    assert finding.level == Level.BAD
    assert "Ditolak" in finding.sentence
    assert finding.mend
    with movement.here():
        actions.receive_anew(regency.peer, why="Cadangan", by=None, at=AT + timedelta(days=2))
    receive(movement, again, days=2)
    assert found(movement, regency, days=2).level == Level.GOOD


def test_a_clock_that_runs_ahead_is_noticed(pair: Pair) -> None:
    regency, movement = pair
    make_value(make_indicator(make_programme(make_plan())), "2026-T1", 2000)
    receive(movement, seal(regency, movement, days=1))
    finding = found(movement, regency)
    assert finding.level == Level.HINT
    assert "jamnya lebih cepat" in finding.sentence


def test_a_node_that_does_not_answer_is_named(pair: Pair) -> None:
    regency, movement = pair
    Peer.objects.filter(key=regency.uuid).update(trouble="https://x tidak menjawab: timed out.")
    assert "tidak menjawab: timed out)." in found(movement, regency).sentence


def test_what_nobody_fetches_is_a_hint_where_we_have_an_address(pair: Pair) -> None:
    regency, movement = pair
    make_value(make_indicator(make_programme(make_plan())), "2026-T1", 2000)
    seal(regency, movement)
    assert found(regency, movement, days=29).level == Level.GOOD
    assert (
        "belum mengambil kiriman sejak Jumat, 20 November 2026" in found(regency, movement, days=31).sentence
    )
    SentBatch.objects.update(fetched_at=AT)
    assert found(regency, movement, days=31).level == Level.GOOD


def test_keys_that_are_not_here_any_more_are_bad_and_none_are_made(pair: Pair) -> None:
    regency, movement = pair
    assert found(regency, movement).level == Level.GOOD
    with regency.here():
        actions.list_batch_keys(at=AT)
        shutil.rmtree(regency.keys)
        finding = checks.check(Visit(AT))
        assert finding.level == Level.BAD
        assert "keys import" in finding.mend
        assert not regency.keys.exists()


def test_a_node_without_a_key_in_force_is_bad(pair: Pair) -> None:
    regency, movement = pair
    PeerKey.objects.filter(peer__key=regency.uuid, use=PeerKey.Use.BOX).update(valid_to=AT)
    finding = found(movement, regency)
    assert finding.level == Level.BAD
    assert "tidak punya kunci" in finding.sentence
