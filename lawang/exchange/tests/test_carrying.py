"""Batches are fetched from the admitted address alone, by requests that are signed."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lawang.exchange import actions, cards, carrying
from lawang.exchange.models import Peer, ReceivedBatch, ReceivedValue, SentBatch
from lawang.exchange.tests.sides import AT, Side, seal
from lawang.lib.refused import Refused, TryLater
from lawang.measures.models import Value
from tests.plan_factory import make_indicator, make_plan, make_programme, make_value

Pair = tuple[Side, Side]


@pytest.fixture
def figures(pair: Pair) -> None:
    make_value(make_indicator(make_programme(make_plan())), "2026-T1", 2000)


@pytest.fixture
def wired(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the movement's requests reach the regency's pages, in one process."""
    regency, _movement = pair

    def get(peer: Peer, path: str, most: int, *, at: Any) -> bytes:
        headers = {"Authorization": carrying.authorization(path, peer.key, at=at)} if at else {}
        with regency.here():
            answer: Any = Client().get(path, headers=headers)
            content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.status_code != 200:
            raise TryLater(content.decode())
        return content

    monkeypatch.setattr(carrying, "_get", get)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    from lawang.exchange import api

    monkeypatch.setattr(api, "now", lambda: AT)


def collect(pair: Pair, *, days: int = 0) -> carrying.Collected:
    regency, movement = pair
    with movement.here():
        return carrying.collect(regency.peer, at=AT + timedelta(days=days))


def ask(one: Side, other: Side, path: str = "/api/v1/batches/", *, header: str | None = None) -> Any:
    """Let `one` ask `other`; `header` in place of its own signature."""
    if header is None:
        with one.here():
            header = carrying.authorization(path, other.uuid, at=AT)
    with other.here():
        return Client().get(path, headers={"Authorization": header} if header else {})


@pytest.mark.usefixtures("figures", "wired")
def test_what_is_new_is_fetched_once(pair: Pair) -> None:
    regency, movement = pair
    seal(regency, movement)
    assert collect(pair) == carrying.Collected(taken=1, refused=0, waiting=0)
    assert collect(pair) == carrying.Collected(taken=0, refused=0, waiting=0)
    Value.objects.update(amount=7)
    seal(regency, movement, days=1)
    assert collect(pair).taken == 1
    assert ReceivedValue.objects.get().amount == 7
    assert SentBatch.objects.exclude(fetched_at=None).count() == 2
    assert regency.peer.asked_at == AT
    assert regency.peer.trouble == ""


@pytest.mark.usefixtures("figures", "wired")
def test_new_keys_are_followed_on_the_way(pair: Pair) -> None:
    regency, movement = pair
    with regency.here():
        actions.change_keys(by=None, at=AT + timedelta(hours=1))
    seal(regency, movement)
    assert collect(pair, days=0).taken == 1


@pytest.mark.usefixtures("figures", "wired")
def test_a_lost_key_stands_on_the_page_until_it_is_mended(pair: Pair) -> None:
    regency, _movement = pair
    for path in regency.keys.iterdir():
        path.unlink()
    with pytest.raises(Refused, match="harus diterima ulang"):
        collect(pair)
    assert "diterima ulang" in regency.peer.trouble


def test_only_who_was_admitted_and_signs_is_answered(pair: Pair, tmp_path: Path) -> None:
    regency, movement = pair
    good = ask(movement, regency)
    assert good.status_code == 200
    assert good.json() == {"node": str(regency.uuid), "batches": []}
    assert ask(movement, regency, header="").status_code == 403
    assert ask(Side(tmp_path / "x", "movement"), regency).status_code == 403
    with movement.here():
        other_path = carrying.authorization("/api/v1/batches/?after=3", regency.uuid, at=AT)
        other_node = carrying.authorization("/api/v1/batches/", movement.uuid, at=AT)
        old = carrying.authorization("/api/v1/batches/", regency.uuid, at=AT - timedelta(minutes=6))
        early = carrying.authorization("/api/v1/batches/", regency.uuid, at=AT + timedelta(minutes=6))
    for header in (other_path, other_node, old, early, other_path[:-4] + "AAA=", "Bearer x"):
        answer = ask(movement, regency, header=header)
        assert answer.status_code == 403, header
        assert answer.json()["error"]["message"]
    actions.revoke(movement.peer, why="x", by=None, at=AT)
    assert ask(movement, regency).status_code == 403


@pytest.mark.usefixtures("figures")
def test_nobody_gets_what_was_sealed_for_another(pair: Pair) -> None:
    regency, movement = pair
    seal(regency, movement)
    assert [one["sequence"] for one in ask(movement, regency).json()["batches"]] == [1]
    path = "/api/v1/batches/1.zip"
    answer = ask(movement, regency, path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    b"".join(answer.streaming_content)
    assert ask(movement, regency, "/api/v1/batches/2.zip").status_code == 404
    assert ask(movement, regency, "/api/v1/batches/?after=1").json()["batches"] == []
    assert ask(movement, regency, "/api/v1/batches/?after=-1").status_code == 400
    SentBatch.objects.update(peer=regency.peer)
    assert ask(movement, regency, path).status_code == 404


@pytest.mark.django_db
def test_the_card_is_for_everybody(pair: Pair) -> None:
    with pair[0].here():
        answer = Client().get("/api/v1/batches/card.json")
    assert cards.read(answer.content).node == pair[0].uuid


# Over a real wire


Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


@pytest.fixture
def wire(pair: Pair) -> Iterator[Callable[[Handler], Peer]]:
    """Give a function that answers the movement's requests with a handler, on a port of this machine."""
    servers = []

    def serve(handler: Handler) -> Peer:
        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                handler(self)

            def log_message(self, *args: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Peer.objects.filter(key=pair[0].uuid).update(base_url=f"http://127.0.0.1:{server.server_port}")
        return pair[0].peer

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def said(status: int, content: bytes = b"", **headers: str) -> Handler:
    def handler(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return handler


def get(pair: Pair, peer: Peer, most: int = 1000) -> bytes:
    with pair[1].here():
        return carrying._get(peer, "/api/v1/batches/", most, at=AT)


def test_a_redirect_is_not_followed(pair: Pair, wire: Callable[[Handler], Peer]) -> None:
    peer = wire(said(302, Location="http://127.0.0.1:1/"))
    with pytest.raises(TryLater, match="alamat lain"):
        get(pair, peer)


def test_an_answer_that_is_too_large_is_cut_off(pair: Pair, wire: Callable[[Handler], Peer]) -> None:
    peer = wire(said(200, b"x" * 1001))
    with pytest.raises(TryLater, match="terlalu besar"):
        get(pair, peer)
    assert get(pair, peer, most=1001) == b"x" * 1001


def test_what_the_other_says_is_told(pair: Pair, wire: Callable[[Handler], Peer]) -> None:
    body = json.dumps({"error": {"message": "Kunci tidak dikenal."}}).encode()
    with pytest.raises(TryLater, match=r"403\. Kunci tidak dikenal"):
        get(pair, wire(said(403, body)))
    with pytest.raises(TryLater, match="500"):
        get(pair, wire(said(500, b"<html>")))


def test_nobody_there_is_later(pair: Pair) -> None:
    Peer.objects.filter(key=pair[0].uuid).update(base_url="http://127.0.0.1:9")
    with pytest.raises(TryLater, match="tidak menjawab"):
        get(pair, pair[0].peer)
    with pytest.raises(Refused):
        collect(pair)
    assert "tidak menjawab" in pair[0].peer.trouble


def test_without_an_address_it_is_carried_as_a_file(pair: Pair) -> None:
    Peer.objects.update(base_url="")
    with pytest.raises(Refused, match="sebagai berkas"):
        collect(pair)


def test_a_list_that_is_none_changes_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    card = pair[0].card(AT)
    answers = iter([card, b"[]"])
    monkeypatch.setattr(carrying, "_get", lambda *args, **named: next(answers))
    with pytest.raises(TryLater, match="tidak dapat dibaca"):
        collect(pair)
    assert not ReceivedBatch.objects.exists()
