"""Home, search, profile, what changed."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from lawang.areas.tests.make import make_regency
from lawang.measures.tests.figures import make_series, settle
from lawang.people.node import now
from lawang.plans.models import ReadinessElement, Swot
from lawang.record.actions import record
from lawang.record.models import Entry
from tests.cast import make_agency, make_node
from tests.plan_factory import (
    make_indicator,
    make_living_plan,
    make_plan,
    make_programme,
    make_quick_win,
    make_value,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def body(client: Client, path: str) -> str:
    response: Any = client.get(path)
    assert response.status_code == 200, path
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode("utf-8-sig"))


def test_home_counts_promises(client: Client) -> None:
    make_living_plan(12)
    page = body(client, "/")
    assert "12 janji kabupaten." in page
    assert "Lingkungan" in page
    assert "/rencana/program/?colour=off_track" in page


def test_home_draws_the_map(client: Client) -> None:
    regency = make_regency(with_points=True)
    make_node(area=regency)
    district = regency.children.get(code="90.01.01")
    revision = make_plan()
    make_programme(revision, areas=(district,))
    make_programme(revision, "P-02", "Di mana-mana", areas=(regency,))
    page = body(client, "/")
    assert "1 program, 0 sesuai jalur" in page
    assert "1 program lain bekerja di seluruh kabupaten." in page


def test_a_rise_is_told_as_a_person_would(client: Client, ratna: Any, wayan: Any) -> None:
    programme = make_programme(make_plan())
    series = make_indicator(programme).series
    make_value(series, "2026-T2", 2010)
    settle(series, "2026-T3", 2140, by=ratna, head=wayan, at=now())
    page = body(client, "/perubahan/")
    assert "Rumah tersambung air bersih naik 2.010 → 2.140\xa0rumah" in page
    assert "Ratna" not in page


def test_a_correction_is_told_as_one(client: Client, ratna: Any, wayan: Any) -> None:
    series = make_indicator(make_programme(make_plan())).series
    settle(series, "2026-T3", 2010, by=ratna, head=wayan, at=now())
    settle(series, "2026-T3", 2140, by=ratna, head=wayan, at=now(), reason="Salah hitung")
    assert "diperbaiki: 2.010 → 2.140" in body(client, "/perubahan/")


def test_many_colours_at_once_are_one_sentence(client: Client) -> None:
    revision = make_plan()
    at = now()
    for number in range(6):
        programme = make_programme(revision, f"P-{number}", f"Program {number}")
        record(
            programme,
            "colour_changed",
            by=None,
            at=at,
            before={"colour": "on_track"},
            after={"colour": "slipping"},
        )
    page = body(client, "/perubahan/")
    assert "6 program menjadi melambat" in page
    assert "Program 3:" not in page


def test_work_on_a_draft_is_not_told(client: Client) -> None:
    programme = make_programme(make_plan())
    record(programme, "merged", by=None, at=now(), after={"into": "P-02"})
    record(programme, "programme_changed", by=None, at=now(), after={"title": "Rahasia"})
    assert "Tidak ada yang berubah" in body(client, "/perubahan/")


def test_changes_are_narrowed_by_dimension_and_agency(client: Client) -> None:
    revision = make_plan()
    for code, node, agency in (("P-1", "ekonomi.1", "opd-a"), ("P-2", "lingkungan.1", "opd-b")):
        programme = make_programme(
            revision, code, f"Program {code}", node=node, lead=make_agency(agency, agency)
        )
        record(
            programme,
            "colour_changed",
            by=None,
            at=now(),
            before={"colour": "stale"},
            after={"colour": "slipping"},
        )
    assert "Program P-1:" in body(client, "/perubahan/?dimensi=ekonomi")
    assert "Program P-2:" not in body(client, "/perubahan/?dimensi=ekonomi")
    assert "Program P-2:" in body(client, "/perubahan/?instansi=opd-b")


def test_older_weeks_are_one_tap_away(client: Client) -> None:
    programme = make_programme(make_plan())
    old = now() - timedelta(weeks=6)
    record(
        programme, "colour_changed", by=None, at=old, before={"colour": "stale"}, after={"colour": "slipping"}
    )
    assert "Air bersih" not in body(client, "/perubahan/")
    until = (now() - timedelta(weeks=5)).date().isoformat()
    assert "Air bersih" in body(client, f"/perubahan/?sampai={until}")
    assert client.get("/perubahan/?sampai=kemarin").status_code == 200


def test_feed_and_json_of_changes(client: Client) -> None:
    programme = make_programme(make_plan())
    record(
        programme,
        "colour_changed",
        by=None,
        at=now(),
        before={"colour": "stale"},
        after={"colour": "slipping"},
    )
    feed = fromstring(body(client, "/perubahan/umpan.xml"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert titles == ["Air bersih sampai desa: dari data lama menjadi melambat"]
    data = json.loads(body(client, "/perubahan.json"))
    assert set(data["changes"][0]) == {"id", "at", "kind", "sentence", "about", "dimension", "href"}
    assert Entry.objects.get().pk == data["changes"][0]["id"]


def test_profile_gives_source_year_and_meaning(client: Client) -> None:
    revision = make_plan()
    coffee = make_series(
        "kopi", title={"id": "Produksi kopi"}, unit={"id": "ton"}, frequency="year", in_profile=True, topic="Ekonomi",
        source_note="BPS",
    )  # fmt: skip
    make_value(coffee, "2019", 53592)
    element = ReadinessElement.objects.create(
        framework=revision.plan.framework, code="s", title={"id": "Struktur"}
    )
    line = Swot.objects.create(
        revision=revision,
        code="S1",
        element=element,
        kind="strength",
        words={"id": "Kopi robusta di mana-mana"},
    )
    line.series.add(coffee)
    page = body(client, "/profil/")
    for words in ("53.592", "2019", "BPS", "Kopi robusta di mana-mana"):
        assert words in page
    assert "Kopi robusta di mana-mana" in body(client, "/rencana/swot/")
    assert "53592" in body(client, "/profil.csv")
    assert json.loads(body(client, "/profil.json"))["series"][0]["values"][0]["amount"] == 53592


def test_search_understands_stems(client: Client) -> None:
    revision = make_plan()
    make_quick_win(make_programme(revision, title="Layanan dekat warga"))
    page = body(client, "/cari/?q=pelayanan")
    assert "<mark>Layanan</mark> dekat warga" in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("seratus", "Sambungan"), ("dinas kesehatan", "Dinas Kesehatan"), ("hilir", "Kecamatan Hilir"),
     ("I-01", "Rumah tersambung"), ("P-01", "Air bersih"), ("ber", "Air")],
)  # fmt: skip
def test_search_finds_everything(client: Client, words: str, found: str) -> None:
    make_node(area=make_regency())
    programme = make_programme(make_plan())
    make_indicator(programme)
    make_quick_win(programme)
    page = body(client, f"/cari/?q={words}").replace("<mark>", "").replace("</mark>", "")
    assert found in page


@pytest.mark.parametrize("words", ["", "x", "%00", "'!&|:*()", "a" * 400, "<script>", '"tak tutup'])
def test_search_bears_everything(client: Client, words: str) -> None:
    make_plan()
    answer = client.get("/cari/", {"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_english_home(client: Client) -> None:
    make_living_plan(5)
    assert '<html lang="en"' in body(client, "/en/")


def test_dates_are_bounded(client: Client) -> None:
    make_plan()
    assert client.get(f"/perubahan/?sampai={date.max.isoformat()}").status_code == 200
    assert client.get("/perubahan/?sampai=0001-01-01").status_code == 200
