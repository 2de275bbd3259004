"""The citizens' pages of the plan."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.feedgenerator import rfc3339_date

from lawang.measures.models import Evidence
from lawang.plans.models import (
    Application,
    Attendance,
    Body,
    BudgetLine,
    Colour,
    Gap,
    Indicator,
    Meeting,
    Member,
    Milestone,
    Programme,
    Revision,
    Succession,
)
from lawang.plans.reading import word_query
from tests.cast import make_agency, make_node
from tests.plan_factory import (
    AT,
    judge,
    make_indicator,
    make_living_plan,
    make_plan,
    make_programme,
    make_quick_win,
    make_value,
)

pytestmark = pytest.mark.django_db


def body(client: Client, path: str, status: int = 200) -> str:
    response: Any = client.get(path)
    assert response.status_code == status, path
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode("utf-8-sig"))


@pytest.fixture
def water() -> Programme:
    """A programme with eight quarters of figures on their way to 3,000 homes."""
    programme = make_programme(make_plan())
    indicator = make_indicator(programme)
    amounts = (1500, 1600, 1700, 1800, 1900, 2000, 2060, 2140)
    periods = ("2024-T4", "2025-T1", "2025-T2", "2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3")
    for period, amount in zip(periods, amounts, strict=True):
        make_value(indicator, period, amount)
    BudgetLine.objects.create(
        programme=programme, year=2025, source="apbd", planned=3_000_000, realised=1_000_000
    )
    judge(programme.revision)
    programme.refresh_from_db()
    return programme


def test_without_a_plan_the_pages_say_so(client: Client) -> None:
    assert "Belum ada rencana yang berlaku" in body(client, "/rencana/")
    assert "Belum ada rencana yang berlaku" in body(client, "/")


def test_overview_shows_vision_law_and_dimensions(client: Client, water: Programme) -> None:
    page = body(client, "/rencana/")
    for words in ("Kabupaten yang menepati janji", "12 Tahun 2023", "Tata kelola cerdas", "1 program"):
        assert words in page


def test_a_draft_is_shown_nowhere(client: Client, water: Programme) -> None:
    draft = make_plan(number=2, status=Revision.Status.DRAFT, in_force_from=None)
    secret = make_programme(draft, "P-99", "Rahasia rancangan")
    assert "Rahasia" not in body(client, "/rencana/program/")
    assert client.get(f"/program/{secret.key}/").status_code == 404
    assert "Rahasia" not in body(client, "/cari/?q=rahasia+rancangan").replace("“rahasia rancangan”", "")


def test_programme_says_it_in_words_first(client: Client, water: Programme) -> None:
    page = body(client, f"/program/{water.key}/")
    assert "2.140 dari 3.000\xa0rumah." in page
    assert "Target tahun ini 2.600\xa0rumah." in page
    assert "Dengan laju sekarang" in page


def test_programme_shows_the_arithmetic(client: Client, water: Programme) -> None:
    page = body(client, f"/program/{water.key}/")
    standing = Indicator.objects.get().standing
    assert standing.expected is not None
    assert "kenapa?" in page
    assert "Awalnya, akhir 2023: 1.200\xa0rumah." in page
    assert "(2.140 − 1.200) ÷ (" in page


def test_programme_shows_milestones_evidence_and_money(client: Client, water: Programme) -> None:
    Milestone.objects.create(
        revision=water.revision, programme=water, title={"id": "Pipa induk"}, due_date=date(2025, 6, 1)
    )
    Evidence.objects.create(
        about=water.key,
        link="https://example.id/foto",
        date=date(2026, 1, 2),
        proves="Pipa terpasang",
        is_public=True,
        at=AT,
    )
    Evidence.objects.create(
        about=water.key,
        link="https://example.id/dalam",
        date=date(2026, 1, 2),
        proves="Surat dalam",
        is_public=False,
        at=AT,
    )
    page = body(client, f"/program/{water.key}/")
    assert "lewat waktu" in page
    assert "Pipa terpasang" in page
    assert "Surat dalam" not in page
    assert "Rp3.000.000" in page


def test_programme_that_was_merged_keeps_its_page(client: Client, water: Programme) -> None:
    new = make_plan(number=2, in_force_from=date(2026, 1, 1))
    heir = make_programme(new, "P-02", "Air untuk semua")
    Succession.objects.create(old_key=water.key, new_key=heir.key, kind="merge", revision=new)
    page = body(client, f"/program/{water.key}/")
    assert "tidak ada lagi di rencana yang berlaku" in page
    assert str(heir.key) in page
    assert "Gabungan dari" in body(client, f"/program/{heir.key}/")


def test_programme_without_anything_still_has_a_page(client: Client) -> None:
    bare = make_programme(make_plan(), lead=make_agency())
    page = body(client, f"/program/{bare.key}/")
    assert "Program ini belum punya ukuran." in page
    assert "Anggarannya belum dicatat." in page


def test_list_searches_in_stems_and_filters(client: Client) -> None:
    revision = make_plan()
    make_programme(revision, "P-01", "Pelayanan di kampung", node="ekonomi.1")
    make_programme(revision, "P-02", "Jalan mulus", node="lingkungan.1", year_from=2028, year_to=2029)
    assert "Pelayanan di kampung" in body(client, "/rencana/program/?q=layanan")
    assert "Jalan mulus" not in body(client, "/rencana/program/?q=layanan")
    for query in ("node=lingkungan", "year=2029", "q=P-02", "agency=dinkes&node=lingkungan.1"):
        page = body(client, f"/rencana/program/?{query}")
        assert "Jalan mulus" in page, query
        assert "Pelayanan di kampung" not in page, query
    assert "Tidak ada program yang cocok" in body(client, "/rencana/program/?q=zzz")


@pytest.mark.parametrize(
    "query", ["q='%26!:*", "node=xx", "year=abc", "halaman=-1", "urut=;drop", "q=" + "a" * 500]
)
def test_list_bears_nonsense(client: Client, water: Programme, query: str) -> None:
    assert client.get(f"/rencana/program/?{query}").status_code == 200


def test_list_can_be_ordered_by_who_is_behind(client: Client) -> None:
    make_living_plan(10)
    page = body(client, "/rencana/program/?urut=keadaan")
    shown = [str(row.key) for row in Programme.objects.filter(colour=Colour.ON_TRACK)]
    behind = [str(row.key) for row in Programme.objects.filter(colour=Colour.OFF_TRACK)]
    assert behind
    assert shown
    assert max(page.index(words) for words in behind) < min(page.index(words) for words in shown)


def test_list_downloads(client: Client, water: Programme) -> None:
    lines = body(client, "/rencana/program.csv").splitlines()
    assert lines[0].startswith("kode;judul;dimensi")
    assert "Air bersih sampai desa" in lines[1]
    data = json.loads(body(client, "/rencana/program.json"))
    assert set(data) == {"plan", "programmes"}
    assert set(data["programmes"][0]) == {
        "key", "code", "title", "node", "lead", "year_from", "year_to", "colour", "headline", "quick_win", "href",
    }  # fmt: skip


def test_dimension_shows_gap_and_programmes(client: Client, water: Programme) -> None:
    node = water.placements.get().node
    Gap.objects.create(
        revision=water.revision,
        node=node,
        present={"id": "Jauh"},
        wanted={"id": "Dekat"},
        answer={"id": "Pipa"},
    )
    page = body(client, "/rencana/dimensi/tata-kelola/")
    for words in ("Jauh", "Dekat", "Air bersih sampai desa", "Layanan publik"):
        assert words in page
    assert "Belum ada program" in body(client, "/rencana/dimensi/ekonomi/")
    assert client.get("/rencana/dimensi/tidak-ada/").status_code == 404


def test_revisions_tell_what_changed(client: Client, water: Programme) -> None:
    second = make_plan(number=2, in_force_from=date(2026, 1, 1), changed={"id": "Target air naik"})
    page = body(client, "/rencana/revisi/")
    assert "Target air naik" in page
    assert page.count("/rencana/banding/?ke=") == 1  # the first one follows nothing
    assert "Target air naik" in body(client, f"/rencana/banding/?ke={second.pk}")
    assert "Rencana yang pertama." in page


def test_roadmap_and_budget_are_drawn_with_tables(client: Client, water: Programme) -> None:
    assert "<svg" in body(client, "/rencana/jalan/")
    page = body(client, "/rencana/anggaran/")
    assert "APBD kabupaten" in page
    assert "<svg" in page
    assert body(client, "/rencana/anggaran.csv").splitlines()[1] == "2025;apbd;3000000;1000000"


def test_indicator_links_every_figure(client: Client, water: Programme) -> None:
    indicator = Indicator.objects.get()
    page = body(client, f"/indikator/{indicator.key}/")
    value = indicator.series.values.get(start=date(2026, 7, 1))
    assert f'href="/angka/{value.pk}/"' in page
    assert "Jumlah rumah dengan sambungan yang mengalir." in page
    data = json.loads(body(client, f"/indikator/{indicator.key}/indikator.json"))
    assert len(data["values"]) == 8
    assert data["values"][-1]["amount"] == 2140
    assert len(body(client, f"/indikator/{indicator.key}/angka.csv").splitlines()) == 9


def test_indicator_by_sex(client: Client, water: Programme) -> None:
    indicator = Indicator.objects.get()
    make_value(indicator, "2026-T3", 1200, breakdown="sex=female")
    assert "Perempuan" in body(client, f"/indikator/{indicator.key}/")


def test_programme_json_holds_the_promise(client: Client, water: Programme) -> None:
    data = json.loads(body(client, f"/program/{water.key}/program.json"))
    assert data["indicators"][0]["targets"][-1] == {"year": 2028, "amount": 3000}
    assert data["indicators"][0]["standing"]["colour"] == water.colour
    assert data["budget"][0]["planned"] == 3_000_000
    assert data["in_plan"] is True


def test_programme_feed_is_atom(client: Client, water: Programme) -> None:
    from defusedxml.ElementTree import fromstring

    root = fromstring(body(client, f"/program/{water.key}/umpan.xml"))
    names = [entry.tag for entry in root]
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert "{http://www.w3.org/2005/Atom}entry" in names
    assert rfc3339_date(AT)[:4] == "2026"


def test_quick_win_sheet(client: Client, water: Programme) -> None:
    win = make_quick_win(water, benefit={"id": "Air seharian"})
    assert "Sambungan seratus hari" in body(client, "/percepatan/")
    page = body(client, f"/percepatan/{win.key}/")
    assert "Air seharian" in page
    assert "Daftar risikonya belum ada." in page
    assert json.loads(body(client, "/percepatan.json"))["quick_wins"][0]["progress"] == 60


def test_bodies_tell_who_came(client: Client) -> None:
    plan = make_plan().plan
    council = Body.objects.create(plan=plan, code="DEWAN", kind="council", name={"id": "Dewan Kota Cerdas"})
    seat = Member.objects.create(body=council, office="Rektor Universitas", is_external=True)
    meeting = Meeting.objects.create(
        body=council, date=date(2026, 3, 3), title="Rapat pertama", minutes="Setuju.", recorded_at=AT
    )
    Attendance.objects.create(meeting=meeting, member=seat, was_present=True)
    assert "Dewan Kota Cerdas" in body(client, "/lembaga/")
    page = body(client, f"/lembaga/{council.key}/")
    assert "1 dari 1 undangan hadir" in page
    assert "luar pemerintah" in page


def test_applications_are_listed(client: Client) -> None:
    Application.objects.create(
        code="A-1",
        name="SIAK",
        agency=make_agency(),
        purpose={"id": "Kependudukan"},
        origin="central",
        status="running",
    )
    assert "SIAK" in body(client, "/aplikasi/?q=kependudukan")
    assert "SIAK" not in body(client, "/aplikasi/?status=idle")
    assert json.loads(body(client, "/aplikasi.json"))["applications"][0]["code"] == "A-1"


def test_colours_are_explained_with_real_numbers(client: Client, water: Programme) -> None:
    page = body(client, "/warna/")
    assert "sedikitnya 90\xa0% dari jalan" in page
    assert "2.140" in page


def test_english_pages_say_what_is_not_translated(client: Client, water: Programme) -> None:
    page = body(client, f"/en/program/{water.key}/")
    assert '<html lang="en"' in page
    assert '<span lang="id">Air bersih sampai desa</span>' in page
    assert "Homes with clean water" in page


def test_pages_can_be_asked_again_cheaply(client: Client, water: Programme) -> None:
    for path in ("/", "/rencana/", f"/program/{water.key}/"):
        first = client.get(path)
        assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304, path
        assert "Cookie" not in first.get("Vary", "")


@pytest.mark.parametrize("count", [5, 500])
def test_pages_need_few_queries_at_any_size(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    make_living_plan(count, quarters=2)
    make_node()
    row = Programme.objects.order_by("code").first()
    assert row is not None
    indicator = Indicator.objects.get(programme=row)
    asked = []
    for path in (
        "/", "/rencana/", "/rencana/program/", "/rencana/program/?q=layanan&node=ekonomi&urut=keadaan",
        "/rencana/dimensi/tata-kelola/", "/rencana/jalan/", "/rencana/anggaran/", f"/program/{row.key}/",
        f"/indikator/{indicator.key}/", "/perubahan/", "/cari/?q=layanan", "/warna/", "/percepatan/", "/profil/",
    ):  # fmt: skip
        client.get(path)
        with django_assert_max_num_queries(12) as captured:
            client.get(path)
        asked.append(len(captured))
    assert asked == QUERIES.setdefault("of the smallest", asked)


QUERIES: dict[str, list[int]] = {}


def test_words_become_a_query_or_none() -> None:
    assert word_query("!!") is None
    assert word_query("air bersih") is not None


def test_money_is_counted_by_its_share(client: Client, water: Programme) -> None:
    BudgetLine.objects.create(programme=water, year=2026, source="csr", planned=1000, share=Decimal(50))
    assert "2026;csr;500;" in body(client, "/rencana/anggaran.csv")
