"""The floor and the booths: the same for everybody, kept by caches until something changes; filled by their keepers."""

import io
import re
from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from lawang.lib.refused import Refused
from lawang.lib.text import say, text
from lawang.movement.exhibition import actions, caching, floor, visits
from lawang.movement.exhibition.from_plan import from_plan
from lawang.movement.exhibition.models import Booth, Exhibit, Talk, Visits
from lawang.movement.exhibition.tests.fair import (
    AT,
    booth_of,
    fill,
    keeper,
    make_area,
    make_fair,
    secretary,
    signed_in,
)
from lawang.people.models import Node
from lawang.record.models import Entry, File
from tests.markup import Markup
from tests.plan_factory import judge, make_indicator, make_plan, make_programme, make_quick_win, make_value
from tests.world import finish

pytestmark = pytest.mark.django_db
FLOOR, BOOTH = "/pameran/2026/", "/pameran/2026/16.11/"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch, media: Any) -> None:
    monkeypatch.setattr("lawang.movement.exhibition.views.now", lambda: AT)
    monkeypatch.setattr("lawang.movement.exhibition.desk.now", lambda: AT)
    monkeypatch.setattr(caching, "FRESH", 0)


def png(size: tuple[int, int] = (900, 600)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("by", floor.BY)
def test_every_booth_stands_once_on_the_floor_in_every_order(by: str) -> None:
    make_fair()
    page = Client().get(f"{FLOOR}?menurut={by}").content.decode()
    assert sorted(re.findall(r'<a href="(/pameran/2026/\d\d\.\d\d/)" class="stand', page)) == [
        "/pameran/2026/16.09/",
        "/pameran/2026/16.11/",
    ]
    assert Markup(page).problems() == []


def test_the_floor_names_what_is_empty_and_asks_the_same_for_many() -> None:
    fair = make_fair()
    fill(booth_of(fair))
    page = Client().get(FLOOR).content.decode()
    assert 'aria-label="Kabupaten Lahat, belum diisi"' in page
    assert 'aria-label="Kabupaten Empat Lawang"' in page

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            Client().get(path)
        return len(asked)

    few = queries(f"{FLOOR}?menurut=dimensi&n=1")
    areas = [(make_area(f"33.{n:02}", f"Kabupaten Uji {n}"), 2020) for n in range(1, 60)]
    actions.give_booths(fair, areas, by=secretary(), at=AT)
    assert queries(f"{FLOOR}?menurut=dimensi&n=2") == few <= 12


def test_a_booth_nobody_filled_says_so_and_a_filled_one_shows_everything() -> None:
    fair = make_fair()
    fill(booth_of(fair))
    empty = Client().get("/pameran/2026/16.09/").content.decode()
    assert "belum diisi" in empty
    assert '<form class="stack"' not in empty
    with CaptureQueriesContext(connection) as asked:
        page = Client().get(BOOTH).content.decode()
    assert len(asked) <= 12
    for words in (
        "Air sampai desa",
        "2.140",
        "target 2.600 rumah",
        "Melambat",
        "<strong>singkat</strong>",
        "Dinas Uji",
    ):
        assert words in page
    assert "<script>alert" not in page
    assert "Kabupaten Lahat" in page  # the neighbour
    assert Markup(page).problems() == []


def test_pages_are_kept_until_something_changes() -> None:
    fair = make_fair()
    booth = fill(booth_of(fair))
    first = Client().get(BOOTH)
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    assert "Set-Cookie" not in str(first.headers)
    with CaptureQueriesContext(connection) as asked:
        again = Client().get(BOOTH, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert len(asked) <= 4
    with CaptureQueriesContext(connection) as asked:
        assert Client().get(BOOTH).content == first.content
    assert len(asked) <= 4  # from memory
    actions.add_exhibit(booth, "document", text("Laporan"), b"a,b\n1,2\n", name="a.csv", by=keeper(), at=AT)
    changed = Client().get(BOOTH, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "Laporan" in changed.content.decode()


def test_a_crowd_is_answered_without_asking_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = make_fair()
    fill(booth_of(fair))
    monkeypatch.setattr(caching, "FRESH", 5.0)
    monkeypatch.setattr(caching, "_sent", type(caching._sent)())
    first = Client().get(BOOTH, headers={"Accept-Encoding": "gzip"})
    visits.flush()
    Visits.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        again = Client().get(BOOTH, headers={"Accept-Encoding": "gzip"})
        tag = {"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]}
        same = Client().get(BOOTH, headers=tag)
    assert len(asked) == 0
    assert (again.content, dict(again.items())) == (first.content, dict(first.items()))
    assert again["Content-Security-Policy"]
    assert (same.status_code, same.content) == (304, b"")
    visits.flush()
    assert Visits.objects.get().count == 1
    assert "Keluar" in signed_in(keeper()).get(BOOTH).content.decode()
    plain = Client().get(BOOTH)
    assert "Content-Encoding" not in plain.headers
    monkeypatch.setattr("lawang.movement.exhibition.caching.time.monotonic", lambda: 1e12)
    with CaptureQueriesContext(connection) as later:
        Client().get(BOOTH, headers={"Accept-Encoding": "gzip"})
    assert len(later) > 0


def test_who_is_signed_in_gets_a_page_that_nobody_else_gets() -> None:
    fill(booth_of(make_fair()))
    public = Client().get(BOOTH)
    own = signed_in(keeper()).get(BOOTH, headers={"If-None-Match": public["ETag"]})
    assert own.status_code == 200
    assert "no-store" in own["Cache-Control"]
    assert "Keluar" in own.content.decode()
    assert "Keluar" not in Client().get(BOOTH).content.decode()


def test_the_shelf_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    make_fair()
    monkeypatch.setattr(caching, "MOST", 5)
    for n in range(12):
        Client().get(f"{FLOOR}?n={n}")
    assert len(caching._shelf) <= 5


def test_openings_are_counted_without_anybody_s_data() -> None:
    fair = make_fair()
    fill(booth_of(fair))
    visits.flush()
    Visits.objects.all().delete()
    etag = Client().get(BOOTH)["ETag"]
    Client().get(BOOTH)
    Client().get(BOOTH, headers={"If-None-Match": etag})  # the same person, looking again
    visits.flush()
    assert Visits.objects.get(booth__area__code="16.11").count == 2
    visits.count(fair.pk, None, date(2026, 11, 24))
    visits.count(fair.pk + 999, None, date(2026, 11, 24))  # of one that was removed meanwhile
    visits.flush()
    assert Visits.objects.get(booth=None).count == 1
    page = signed_in(keeper()).get(f"/kelola/anjungan/{booth_of(fair).key}/angka/").content.decode()
    assert "2" in page


def test_a_booth_shows_three_of_each_and_only_its_keepers_fill_it() -> None:
    booth = booth_of(make_fair())
    fill(booth)
    stranger = keeper("kaka")
    with pytest.raises(Refused):
        actions.fill_booth(booth, title=text("Curi"), by=stranger, at=AT)
    four = [actions.ShownWin(title=text(f"P{n}"), words=text(""), picture=None, href="") for n in range(4)]
    with pytest.raises(Refused):
        actions.fill_booth(booth, title=text("Banyak"), wins=four, by=keeper(), at=AT)
    assert signed_in(stranger).get(f"/kelola/anjungan/{booth.key}/").status_code == 404
    assert signed_in(stranger).get("/kelola/pameran/").status_code == 403


def test_the_form_fills_a_booth_with_its_poster() -> None:
    booth = booth_of(make_fair())
    actions.set_representatives(
        booth, [actions.Office("Dinas", (1,), time(8), time(9), user=keeper())], by=secretary(), at=AT
    )
    client = signed_in(keeper())
    page = client.get(f"/kelola/anjungan/{booth.key}/")
    assert Markup(page.content.decode()).problems() == []
    sent = {
        "title": "Sungai bersih",
        "dimension": "ekonomi",
        "answers_within": "60",
        "i1_title": "Ikan",
        "i1_value": "12",
        "w1_title": "Jaring",
        "w1_words": "Plastik tersaring",
    }
    poster = io.BytesIO(png())
    poster.name = "poster.png"
    refused = client.post(f"/kelola/anjungan/{booth.key}/", sent | {"poster": poster})
    assert refused.status_code == 422  # a picture without words
    poster.seek(0)
    done = client.post(f"/kelola/anjungan/{booth.key}/", sent | {"poster": poster, "poster_alt": "Sungai"})
    assert done.status_code == 302
    booth = Booth.objects.get(pk=booth.pk)
    assert booth.poster is not None
    assert booth.indicators[0]["value"] == "12"
    shown = Client().get(BOOTH).content.decode()
    picture = re.search(r"<picture>.*?</picture>", shown)
    assert picture
    assert 'type="image/avif"' in picture[0]
    assert 'alt="Sungai" width="640" height="427"' in picture[0]
    small = File.objects.get(name="640.avif")
    assert small.size <= 20_000
    assert kind_of(small) == "image/avif"


def kind_of(file: File) -> str:
    """Return the type with which a file is sent to a visitor."""
    answer = Client().get(f"/berkas/{file.key}/")
    finish(answer)
    return str(answer["Content-Type"])


MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00free"


def test_a_film_is_put_on_tap_with_its_words_and_never_with_its_place() -> None:
    booth = fill(booth_of(make_fair()))
    add: dict[str, Any] = {"name": "film.mp4", "by": keeper(), "at": AT}
    with pytest.raises(Refused):
        actions.add_exhibit(booth, "film", text("Film"), MP4, **add)  # without a transcript
    located = MP4 + b"\x00\x00\x00\x18moov\xa9xyz-03.5+103.1" + b"\x00" * 4
    with pytest.raises(Refused):
        actions.add_exhibit(booth, "film", text("Film"), located, transcript="Air.", **add)
    with pytest.raises(Refused):
        actions.add_exhibit(booth, "document", text("Film"), MP4, **add)
    with pytest.raises(Refused):
        actions.add_exhibit(booth, "film", text("Gambar"), png(), transcript="Air.", **add)
    film = actions.add_exhibit(booth, "film", text("Film air"), MP4, transcript="Air mengalir.", **add)
    page = Client().get(BOOTH).content.decode()
    assert 'preload="none"' in page
    assert "Putar film: Film air" in page
    assert "Air mengalir." in page
    assert film.file
    assert kind_of(film.file) == "video/mp4"
    actions.remove_exhibit(film, by=keeper(), at=AT)
    assert Exhibit.objects.count() == 0


def test_the_secretariat_makes_a_fair_and_gives_booths_by_code() -> None:
    make_fair()
    client = signed_in(secretary())
    assert client.post("/kelola/pameran/", {"year": "2026", "title": "Lagi"}).status_code == 422
    give = "/kelola/pameran/2026/anjungan/"
    for wrong in ("16.11", "16.11 1999", "99.99 2020", "x y z"):
        assert client.post(give, {"lines": wrong}).status_code == 422
    make_area("16.71", "Kota Palembang")
    assert client.post(give, {"lines": "16.71 2020\n16.11 2020\n"}).status_code == 302
    assert Booth.objects.count() == 3
    assert booth_of(make_area_fair()).since == 2022  # what was there stays


def make_area_fair() -> Any:
    from lawang.movement.exhibition.models import Exhibition

    return Exhibition.objects.get()


def test_the_keeper_sets_hours_and_an_account_that_does_not_exist_is_told() -> None:
    booth = fill(booth_of(make_fair()))
    client = signed_in(keeper())
    path = f"/kelola/anjungan/{booth.key}/petugas/"
    assert Markup(client.get(path).content.decode()).problems() == []
    office = {"k0-office": "Dinas Baru", "k0-weekdays": ["1", "3"], "k0-opens": "09.00", "k0-closes": "11.30"}
    assert client.post(path, office | {"k0-username": "tidak-ada"}).status_code == 422
    assert client.post(path, office | {"k0-closes": "08.00", "k0-username": "kiki"}).status_code == 422
    assert client.post(path, office | {"k0-username": "kiki"}).status_code == 302
    assert [one.office for one in booth.representatives.all()] == ["Dinas Baru"]
    assert "Senin, Rabu" in Client().get(BOOTH).content.decode()


def test_a_regency_takes_figures_and_quick_wins_from_its_own_plan() -> None:
    booth = fill(booth_of(make_fair()))
    client = signed_in(keeper())
    page = f"/kelola/anjungan/{booth.key}/?rencana"
    assert "Rumah tersambung air bersih" not in client.get(page).content.decode()  # not this node's area
    Node.objects.update(area=booth.area)
    revision = make_plan()
    for number, amount in ((1, 1300), (2, 2600), (3, 2000), (4, 2200)):
        programme = make_programme(revision, f"P-{number:02}")
        for order, tail in ((1, "A"), (2, "B")):
            one = make_indicator(
                programme, f"I-{number:02}{tail}", title={"id": f"Ukuran {number}{tail}"}, order=order
            )
            make_value(one, "2026-T3", amount)
        make_quick_win(programme, f"Q-{number:02}", name=f"Cepat {number}", progress=number * 10)
    judge(revision)
    taken = from_plan(booth.area, AT.date())
    assert taken is not None
    assert [say(one["title"], "id") for one in taken.indicators] == ["Ukuran 2A", "Ukuran 4A", "Ukuran 3A"]
    assert [one["value"] for one in taken.indicators] == ["2.600", "2.200", "2.000"]
    assert [say(one["title"], "id") for one in taken.wins] == ["Cepat 4", "Cepat 3", "Cepat 2"]
    assert "Ukuran 2A" in client.get(page).content.decode()


def test_offers_lead_to_agreements_that_the_evaluation_counts() -> None:
    booth = fill(booth_of(make_fair()))
    client = signed_in(keeper())
    path = f"/kelola/anjungan/{booth.key}/kerja-sama/"
    sent = {"kind": "seeks", "dimension": "ekonomi", "title": "Teman menjual kopi"}
    assert client.post(path, sent).status_code == 302
    offer = booth.offers.get()
    agreed = {
        "offer": str(offer.key),
        "code": "16.09",
        "subject": "Kopi bersama",
        "number": "01/KS/2026",
        "date_day": "2",
        "date_month": "3",
        "date_year": "2026",
    }
    assert client.post(f"{path}sepakat/", agreed | {"code": "16.11"}).status_code == 422  # with oneself
    assert client.post(f"{path}sepakat/", agreed | {"date_year": "2027"}).status_code == 422
    assert client.post(f"{path}sepakat/", agreed).status_code == 302
    assert client.post(f"{path}sepakat/", agreed).status_code == 422  # twice
    lahat = make_area("16.09", "Kabupaten Lahat")
    for area in (booth.area, lahat):
        assert actions.collaborations(area, "ekonomi", 2026).count() == 1
        assert actions.collaborations(area, "", 2027).count() == 1  # no end was agreed
        assert actions.collaborations(area, "lingkungan", 2026).count() == 0
        assert actions.collaborations(area, "ekonomi", 2025).count() == 0
    public = Client().get("/pameran/2026/kerja-sama/?jenis=seeks").content.decode()
    assert "01/KS/2026" in public
    assert (
        Client().get("/pameran/2026/kerja-sama/?jenis=offers").content.decode().count("Teman menjual kopi")
        == 0
    )
    client.post(f"{path}tarik/", {"offer": str(offer.key)})
    assert "Teman menjual kopi" not in Client().get("/pameran/2026/kerja-sama/").content.decode()
    assert Entry.objects.filter(verb="collaboration_agreed").count() == 1


def test_the_example_exhibition_says_that_it_is_one() -> None:
    from lawang.movement.exhibition import demo

    make_area("16.11", "Kabupaten Empat Lawang")
    make_area("35.07", "Kabupaten Malang")
    make_area("12.71", "Kota Medan")
    make_fair().delete()
    demo.load(secretary(), {"16.11": keeper()}, at=AT)
    assert "dikarang untuk memperlihatkan pameran" in Client().get(BOOTH).content.decode()
    assert "belum diisi" in Client().get("/pameran/2026/12.71/").content.decode()
    assert Talk.objects.waiting().count() == 1
