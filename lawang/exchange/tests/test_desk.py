"""The pages: admitting, what came, what was sent, who has been silent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lawang.exchange import actions, cards, standing
from lawang.exchange.models import Peer, ReceivedBatch, SentBatch
from lawang.exchange.tests.sides import AT, Side, introduce, make_rolled, receive, seal
from lawang.people.middleware import HAS_FACTOR
from lawang.people.models import Node, User
from lawang.plans.models import Indicator
from lawang.record.models import Entry
from tests.cast import make_membership, make_role, make_user
from tests.plan_factory import make_indicator, make_plan, make_programme, make_value

Pair = tuple[Side, Side]


@pytest.fixture
def yusuf(db: None) -> User:
    """The administrator."""
    user = make_user("yusuf")
    make_membership(user, role=make_role("exchanger", {"exchange.*": "all", "people.see_roles": "all"}))
    return user


@pytest.fixture
def browser(yusuf: User) -> Client:
    client = Client()
    client.force_login(yusuf, "lawang.people.login.Identified")
    session = client.session
    session[HAS_FACTOR] = True
    session.save()
    return client


@pytest.fixture
def at_the_movement(pair: Pair) -> Any:
    with pair[1].here():
        yield


def page(browser: Client, path: str, **query: str) -> str:
    answer = browser.get(path, query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def figures() -> Indicator:
    indicator = make_indicator(make_programme(make_plan()))
    make_value(indicator, "2026-T1", 2000)
    return indicator


@pytest.mark.usefixtures("at_the_movement")
def test_a_node_is_admitted_by_its_fingerprint(pair: Pair, browser: Client, tmp_path: Path) -> None:
    other = Side(tmp_path / "x", "regency", "16.12", "Kabupaten Lain")
    card = other.card()
    with pair[1].here():
        sent = {
            "card": SimpleUploadedFile("kartu.json", card),
            "fingerprint": "1a2b " * 8,
            "agreement": "MoU 3/2026",
        }
        refused = browser.post("/kelola/simpul/terima/", sent)
        assert "berbeda dari sidik kartu ini" in refused.content.decode()
        assert not Peer.objects.filter(key=other.uuid).exists()
        sent |= {
            "card": SimpleUploadedFile("kartu.json", card),
            "fingerprint": cards.read(card).fingerprint,
        }
        answer = browser.post("/kelola/simpul/terima/", sent)
        assert answer.status_code == 302
        assert "Kabupaten Lain diterima" in page(browser, answer["Location"])
    assert other.peer.admitted_by is not None


def test_our_card_shows_the_fingerprint_that_others_compute(pair: Pair, browser: Client) -> None:
    shown = cards.read(pair[0].card()).fingerprint
    with pair[0].here():
        assert shown in page(browser, "/kelola/simpul/kartu/")


@pytest.mark.parametrize(
    "typed",
    [
        *("http://kota.contoh.id", "https://kota.contoh.id/lawang", "https://kota.contoh.id/?a=1"),
        *("kota.contoh.id", "https://siapa@kota.contoh.id", "ftp://localhost", "https://"),
    ],
)
def test_an_address_that_no_peer_would_fetch_from_is_not_taken(
    pair: Pair, browser: Client, typed: str
) -> None:
    with pair[0].here():
        before = Node.objects.get().base_url
        answer = browser.post("/kelola/simpul/kartu/alamat/", {"base_url": typed})
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.content.decode()
        assert Node.objects.get().base_url == before


@pytest.mark.parametrize("typed", ["https://kota.contoh.id", "http://localhost:8000/", ""])
def test_the_address_stands_on_our_card_and_in_the_history(pair: Pair, browser: Client, typed: str) -> None:
    with pair[0].here():
        assert "mengambil kiriman kita" in page(browser, "/kelola/simpul/kartu/alamat/")
        answer = browser.post("/kelola/simpul/kartu/alamat/", {"base_url": typed})
        assert answer.status_code == 302
        assert (typed.rstrip("/") or "Belum ditulis") in page(browser, answer["Location"])
        assert cards.read(actions.own_card(at=timezone.now())).base_url == typed.rstrip("/")
    entry = Entry.objects.filter(verb="set_up").latest("pk")
    assert entry.by_id is not None
    assert entry.after == {"base_url": typed.rstrip("/")}


def test_keys_are_changed_after_a_question(pair: Pair, browser: Client) -> None:
    before = cards.read(pair[0].card()).fingerprint
    with pair[0].here():
        assert "Ganti kunci" in page(browser, "/kelola/simpul/kartu/ganti-kunci/")
        browser.post("/kelola/simpul/kartu/ganti-kunci/")
    assert cards.read(pair[0].card()).fingerprint != before


def test_an_uploaded_batch_is_taken_and_a_refused_one_says_why(pair: Pair, browser: Client) -> None:
    figures()
    content = seal(*pair)
    with pair[1].here():
        spoilt = content[:-30]
        answer = browser.post("/kelola/kiriman/unggah/", {"batch": SimpleUploadedFile("b.zip", spoilt)})
        assert "bukan kiriman Lawang" in answer.content.decode()
        assert "Ditolak, pengirimnya tidak dikenal" in page(browser, "/kelola/kiriman/unggah/")
        answer = browser.post("/kelola/kiriman/unggah/", {"batch": SimpleUploadedFile("b.zip", content)})
        assert answer.status_code == 302
        shown = page(browser, answer["Location"])
        assert "Kiriman nomor 1 diterima." in shown
        assert "angka yang disetujui" in shown
    assert ReceivedBatch.objects.get(state="taken").by is not None


def test_an_uploaded_card_is_followed(pair: Pair, browser: Client) -> None:
    with pair[0].here():
        actions.change_keys(by=None, at=AT + timedelta(days=1))
    card = pair[0].card(AT + timedelta(days=1))
    with pair[1].here():
        sent = {"batch": SimpleUploadedFile("kartu.json", card)}
        assert browser.post("/kelola/kiriman/unggah/", sent).status_code == 302
    assert pair[0].peer.keys.count() == 4


def test_sealing_now_and_downloading(pair: Pair, browser: Client) -> None:
    figures()
    regency, movement = pair
    with regency.here():
        browser.post(f"/kelola/simpul/{movement.uuid}/segel/")
        shown = page(browser, "/kelola/kiriman/")
        assert "Kiriman ke gerakan" in shown
        assert "rencana induk 1, angka yang disetujui 1" in shown
        answer: Any = browser.get(f"/kelola/kiriman/{movement.uuid}/1.zip")
        assert b"".join(answer.streaming_content)[:2] == b"PK"
        assert browser.get(f"/kelola/kiriman/{movement.uuid}/2.zip").status_code == 404
        browser.post(f"/kelola/simpul/{movement.uuid}/segel/")
        assert "Tidak ada yang baru" in page(browser, f"/kelola/simpul/{movement.uuid}/")
    assert SentBatch.objects.get().sealed_by is not None


def test_collecting_without_an_address_says_so(pair: Pair, browser: Client) -> None:
    Peer.objects.update(base_url="")
    with pair[1].here():
        browser.post(f"/kelola/simpul/{pair[0].uuid}/ambil/")
        assert "dibawa sebagai berkas" in page(browser, f"/kelola/simpul/{pair[0].uuid}/")


def test_revoking_needs_a_reason(pair: Pair, browser: Client) -> None:
    path = f"/kelola/simpul/{pair[0].uuid}/cabut/"
    with pair[1].here():
        browser.post(path, {"why": ""})
        assert pair[0].peer.revoked_at is None
        browser.post(path, {"why": "MoU berakhir"})
        assert "MoU berakhir" in page(browser, f"/kelola/simpul/{pair[0].uuid}/")
    assert pair[0].peer.revoked_why == "MoU berakhir"


def state_of(pair: Pair, at: Any) -> tuple[str, str]:
    peer = standing.peers_at(at).get(key=pair[0].uuid)
    return peer.state, standing.state_words(peer, at)


def test_how_a_node_stands(pair: Pair, settings: Any) -> None:
    settings.STALE_DAYS = 30
    regency, movement = pair
    assert state_of(pair, AT) == ("fresh", "Belum pernah mengirim")
    assert state_of(pair, AT + timedelta(days=31)) == ("silent", "31 hari tidak ada kabar")
    indicator = figures()
    first = seal(regency, movement)
    make_value(indicator, "2026-T2", 7)
    second = seal(regency, movement, days=1)
    receive(movement, second, days=2)
    assert state_of(pair, AT + timedelta(days=2)) == ("waiting", "Menunggu nomor 1")
    receive(movement, first, days=3)
    assert state_of(pair, AT + timedelta(days=3)) == ("fresh", "Ada kabar")
    receive(movement, first[:-20] + b"x" * 20, days=4)
    assert state_of(pair, AT + timedelta(days=5))[0] == "fresh"  # nobody knows whose that was
    with regency.here():
        actions.revoke(regency.peer, why="x", by=None, at=AT + timedelta(days=6))
    assert state_of(pair, AT + timedelta(days=7))[0] == "revoked"


def test_a_refused_batch_of_a_known_node_is_the_first_thing_said(pair: Pair) -> None:
    from lawang.exchange.tests.test_batches import batch_of
    from lawang.exchange.tests.test_batches import figures as lines

    regency, movement = pair
    receive(movement, batch_of(regency, movement, lines()))
    receive(movement, batch_of(regency, movement, lines(amount="2.000000")), days=1)
    state, words = state_of(pair, AT + timedelta(days=1))
    assert state == "refused"
    assert "sudah diterima dengan isi yang lain" in words


@pytest.mark.usefixtures("at_the_movement")
def test_the_list_is_found_by_name_code_and_state(pair: Pair, browser: Client, tmp_path: Path) -> None:
    introduce(pair[1], Side(tmp_path / "x", "regency", "16.12", "Kabupaten Lain"))
    with pair[1].here():
        path = "/kelola/simpul/"
        assert "Kabupaten 16.11" not in page(browser, path, q="lain")
        assert "Kabupaten Lain" in page(browser, path, q="16.12")
        assert "Tidak ada simpul yang cocok" in page(browser, path, state="revoked")
        csv: Any = browser.get("/kelola/simpul/unduh.csv", {"q": "lain"})
        lines = b"".join(csv.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "MoU 12/2026" in lines[1]


@pytest.mark.parametrize("count", [3, 60])
def test_pages_ask_no_more_for_many_nodes(
    pair: Pair, browser: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    Peer.objects.bulk_create(
        Peer(
            key=f"00000000-0000-4000-8000-{number:012}",
            kind="regency",
            name={"id": f"Kabupaten {number}"},
            area_code=f"11.{number:02}",
            agreement="MoU",
            card_at=AT,
            admitted_at=AT,
        )
        for number in range(count)
    )
    indicator = figures()
    for number in range(1, 5):
        make_value(indicator, f"2025-T{number}", number)
        seal(*pair, days=number)
    with pair[0].here():
        for path in ("/kelola/simpul/", f"/kelola/simpul/{pair[1].uuid}/", "/kelola/kiriman/"):
            with django_assert_max_num_queries(12):
                page(browser, path)


@pytest.mark.usefixtures("at_the_movement")
def test_the_nation_is_shown_with_its_spread_and_its_gaps(browser: Client) -> None:
    make_rolled(at=timezone.now())
    shown = page(browser, "/kelola/angka-gabungan/")
    assert "Akta kelahiran" in shown
    assert "87,25" in shown
    assert "102" in shown
    shown = page(browser, "/kelola/angka-gabungan/cases.on_time_share/akta-kelahiran/")
    assert "2022" in shown
    assert "semua kabupaten" in shown
    assert browser.get("/kelola/angka-gabungan/tidak-ada/").status_code == 404
    assert "Belum ada angka" in page(browser, "/kelola/angka-gabungan/", q="tidak ada")
    csv: Any = browser.get("/kelola/angka-gabungan/unduh.csv", {"group": "16", "year": "2024"})
    assert len(b"".join(csv.streaming_content).splitlines()) == 2
