"""The planner's pages: who may open them, what they change, what they refuse, how many queries they need."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lawang.measures.models import Series
from lawang.people.models import User
from lawang.plans.linter import examine
from lawang.plans.linter_subject import read
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Dependency,
    Gap,
    Indicator,
    Member,
    Milestone,
    Partner,
    Programme,
    QuickWin,
    ReadinessElement,
    Resource,
    Revision,
    Risk,
    Statement,
    Swot,
)
from lawang.plans.revising import start_revision
from lawang.record.models import Entry
from tests import pdfs
from tests.cast import make_agency, make_membership, make_role, make_user, moment
from tests.plan_factory import make_indicator, make_living_plan, make_plan, make_programme, make_quick_win

pytestmark = pytest.mark.django_db
AT = moment("2026-11-20 09:00")


@pytest.fixture
def dewi() -> User:
    """A planner of the planning agency."""
    return make_membership(make_user("dewi"), role="planner", agency=make_agency("bappeda", "Bappeda")).user


@pytest.fixture
def reader() -> User:
    """An officer who may read drafts, not change them."""
    role = make_role("reader", {"plans.see_internal": "all"})
    return make_membership(make_user("ratna"), role=role).user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client


@pytest.fixture
def published() -> Revision:
    revision = make_plan()
    programme = make_programme(revision)
    make_programme(revision, "P-02", "Jalan desa", order=2)
    make_indicator(programme)
    make_quick_win(programme)
    return revision


@pytest.fixture
def draft(published: Revision, dewi: User) -> Revision:
    return start_revision(published.plan, by=dewi, at=AT)


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(f"planner:{name}", args=args) + query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def send(client: Client, name: str, /, *args: Any, **typed: Any) -> HttpResponse:
    answer = client.post(reverse(f"planner:{name}", args=args), typed)
    assert isinstance(answer, HttpResponse)
    return answer


def all_pages(revision: Revision) -> list[tuple[str, tuple[Any, ...]]]:
    """Return every page that is read."""
    programme = revision.programmes.get(code="P-01")
    return [
        ("home", ()),
        ("direction", ()),
        ("basis", ()),
        ("programmes", ()),
        ("programme", (programme.key,)),
        ("indicator", (revision.indicators.get().key,)),
        ("quick_win", (revision.quick_wins.get().key,)),
        *(("rows", (kind,)) for kind in ("arah", "swot", "kesenjangan", "percepatan", "aplikasi", "lembaga")),
        ("review", ()),
        ("roadmap", ()),
        ("money", ()),
    ]


def only_editors(revision: Revision) -> list[tuple[str, tuple[Any, ...]]]:
    """Return every page that asks for something to write."""
    programme = revision.programmes.get(code="P-01")
    win = revision.quick_wins.get()
    return [
        ("add_programme", ()),
        ("add_indicator", (programme.key,)),
        ("remove_programme", (programme.key,)),
        ("merge", (programme.key,)),
        ("split", (programme.key,)),
        ("budget", (programme.key,)),
        *(
            ("add_part", (programme.key, kind))
            for kind in ("anggaran", "kegiatan", "tonggak", "ketergantungan", "percepatan")
        ),
        *(("add_win_part", (win.key, kind)) for kind in ("mitra", "risiko", "sumber-daya")),
        *(("add_row", (kind,)) for kind in ("arah", "swot", "kesenjangan", "aplikasi", "lembaga")),
        ("discard", ()),
    ]


def test_the_planner_opens_every_page(draft: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    for name, args in [*all_pages(draft), *only_editors(draft), ("publish", ())]:
        page(client, name, *args)


def test_a_reader_reads_and_is_refused_the_editor(draft: Revision, reader: User) -> None:
    client = signed_in(reader)
    for name, args in all_pages(draft):
        assert "Simpan" not in page(client, name, *args), name
    for name, args in [*only_editors(draft), ("publish", ())]:
        assert client.get(reverse(f"planner:{name}", args=args)).status_code == 403, name


def test_an_agency_edits_its_own_programmes_only(draft: Revision) -> None:
    own = draft.programmes.get(code="P-01")
    other = draft.programmes.get(code="P-02")
    Programme.objects.filter(pk=other.pk).update(lead=make_agency("pu", "Dinas PU"))
    role = make_role("own_editor", {"plans.edit": "agency"})
    client = signed_in(make_membership(make_user("ratna"), role=role).user)
    assert "Simpan program" in page(client, "programme", own.key)
    assert "Simpan program" not in page(client, "programme", other.key)
    typed = PROGRAMME | {"lead": make_agency().pk}
    assert send(client, "programme", own.key, **(typed | {"code": "P-01"})).status_code == 302
    assert send(client, "programme", other.key, **(typed | {"code": "P-02"})).status_code == 403
    assert send(client, "add_part", other.key, "tonggak", **PARTS[2][2]).status_code == 422
    assert send(client, "order", pindah=f"{own.key}:2").status_code == 302
    assert list(draft.programmes.order_by("order").values_list("code", flat=True)) == ["P-01", "P-02"]
    assert send(client, "add_row", "arah", kind="mission", code="M1", words_id="Melayani").status_code == 422


def test_visitors_and_citizens_stay_outside(draft: Revision, siti: User) -> None:
    for name, args in [*all_pages(draft), *only_editors(draft), ("publish", ())]:
        address = reverse(f"planner:{name}", args=args)
        assert Client().get(address).status_code == 302, name
        assert signed_in(siti).get(address).status_code == 403, name


def test_without_a_draft_pages_are_read_only_and_offer_a_revision(published: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    for name, args in all_pages(published):
        page(client, name, *args)
    html = page(client, "programme", published.programmes.get(code="P-01").key)
    assert "Mulai revisi baru" in html
    assert "Simpan program" not in html


def test_a_row_in_force_is_read_beside_a_draft(draft: Revision, published: Revision, dewi: User) -> None:
    programme = published.programmes.get(code="P-01")
    line = BudgetLine.objects.create(programme=programme, year=2026, source="csr", planned=5)
    client = signed_in(dewi)
    assert "Revisi yang berlaku tidak bisa diubah" in page(client, "row", "anggaran", line.pk)
    answer = send(client, "row", "anggaran", line.pk, year="2026", source="csr", planned="7", share="100")
    assert "Revisi ini sudah berlaku" in answer.content.decode()


def test_begin_discard_and_publish(published: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    send(client, "start")
    send(client, "start")  # a second click
    draft = Revision.objects.get(status="draft")
    assert draft.number == 2
    answer = send(
        client, "publish", in_force_from_day="1", in_force_from_month="1", in_force_from_year="2020"
    )
    assert answer.status_code == 422
    typed = {"in_force_from_day": "1", "in_force_from_month": "12", "in_force_from_year": "2026"}
    assert send(client, "publish", **typed, changed_id="Program baru").status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.in_force_from) == ("published", date(2026, 12, 1))
    send(client, "start")
    send(client, "discard")
    assert not Revision.objects.filter(status="draft").exists()


PROGRAMME = {
    "code": "P-09",
    "title_id": "Pustaka keliling",
    "summary_id": "Mobil buku ke desa.",
    "year_from": "2025",
    "year_to": "2028",
    "term": "medium",
    "state": "planned",
}


def test_adding_a_programme_twice_adds_it_once(draft: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    node = draft.plan.framework.nodes.get(code="ekonomi.1")
    typed = PROGRAMME | {
        "kunci": "k1",
        f"place_{draft.plan.framework_id}": node.pk,
        "supporting": [make_agency().pk],
    }
    first, second = (send(client, "add_programme", **typed) for _n in range(2))
    assert first.status_code == second.status_code == 302
    programme = Programme.objects.get(revision=draft, code="P-09")
    assert programme.placements.get().node == node
    assert [agency.code for agency in programme.supporting.all()] == ["dinkes"]
    assert Entry.objects.filter(thing=f"plans.programme:{programme.key}").count() == 2  # added, placed


def test_a_village_office_is_found_by_name_or_code(draft: Revision, dewi: User) -> None:
    make_agency("16.11.01.2001", "Desa Tanjung Kupang", kind="village")
    make_agency("16.11.01.2002", "Desa Tanjung Makmur", kind="village")
    programme, client = draft.programmes.get(code="P-01"), signed_in(dewi)
    typed = PROGRAMME | {"code": "P-01", "lead_other": "desa tanjung kupang"}
    typed["supporting_others"] = "16.11.01.2002"
    assert send(client, "programme", programme.key, **typed).status_code == 302
    programme.refresh_from_db()
    assert programme.lead is not None
    assert programme.lead.code == "16.11.01.2001"
    assert [one.code for one in programme.supporting.all()] == ["16.11.01.2002"]
    html = page(client, "programme", programme.key)
    assert "Desa Tanjung Kupang" in html  # offered in the list, as it is the one that leads
    assert "16.11.01.2002" in html
    for words, sentence in (("Tanjung", "belum pasti yang mana"), ("Bulan", "Tidak ada instansi")):
        answer = send(client, "programme", programme.key, **(typed | {"lead_other": words}))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_a_taken_code_keeps_what_was_typed(draft: Revision, dewi: User) -> None:
    answer = send(signed_in(dewi), "add_programme", **(PROGRAMME | {"code": "P-01"}))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Kode program ini sudah dipakai" in html
    assert "Mobil buku ke desa." in html


def test_years_the_wrong_way_round_get_a_sentence(draft: Revision, dewi: User) -> None:
    answer = send(signed_in(dewi), "add_programme", **(PROGRAMME | {"year_to": "2020"}))
    html = answer.content.decode()
    assert "Tahun selesai tidak boleh sebelum tahun mulai" in html


def test_changing_a_programme(draft: Revision, dewi: User) -> None:
    programme = draft.programmes.get(code="P-01")
    typed = PROGRAMME | {"code": "P-01", "title_id": "Air bersih", "title_en": "Clean water"}
    assert send(signed_in(dewi), "programme", programme.key, **typed).status_code == 302
    programme.refresh_from_db()
    assert programme.title == {"id": "Air bersih", "en": "Clean water"}
    assert not programme.placements.exists()  # the select was left empty


def test_the_revision_in_force_is_refused_with_a_sentence(published: Revision, dewi: User) -> None:
    programme = published.programmes.get(code="P-01")
    answer = send(signed_in(dewi), "programme", programme.key, **(PROGRAMME | {"code": "P-01"}))
    assert "Revisi ini sudah berlaku" in answer.content.decode()
    programme.refresh_from_db()
    assert programme.title == {"id": "Air bersih sampai desa"}


PARTS: list[tuple[str, type[Any], dict[str, Any]]] = [
    ("anggaran", BudgetLine, {"year": "2027", "source": "csr", "planned": "1.500.000", "share": "50"}),
    (
        "kegiatan",
        Activity,
        {"code": "K-1", "title_id": "Pelatihan", "track": "people", "year_from": "2025", "year_to": "2026"},
    ),
    (
        "tonggak",
        Milestone,
        {"title_id": "Pipa pertama", "due_date_day": "1", "due_date_month": "5", "due_date_year": "2027"},
    ),
    (
        "percepatan",
        QuickWin,
        {
            "code": "Q-9",
            "name": "Sumur seratus hari",
            "kind": "programme",
            "stage": "idea",
            "progress": "0",
            "starts_day": "1",
            "starts_month": "1",
            "starts_year": "2027",
            "ends_day": "1",
            "ends_month": "6",
            "ends_year": "2027",
        },
    ),
]


@pytest.mark.parametrize(("kind", "model", "typed"), PARTS)
def test_parts_of_a_programme_come_and_go(
    draft: Revision, dewi: User, kind: str, model: type[Any], typed: dict[str, Any]
) -> None:
    client = signed_in(dewi)
    programme = draft.programmes.get(code="P-02")
    for _click in range(2):
        answer = send(client, "add_part", programme.key, kind, kunci="once", **typed)
        assert answer.status_code == 302, answer.content.decode()
    row = model.objects.get(programme=programme)
    address = ("quick_win", row.key) if kind == "percepatan" else ("row", kind, row.pk)
    assert send(client, *address, **typed).status_code == 302
    removal = ("remove_quick_win", row.key) if kind == "percepatan" else ("remove_row", kind, row.pk)
    page(client, *removal)
    assert send(client, *removal).status_code == 302
    assert not model.objects.filter(programme=programme).exists()
    assert send(client, *removal).status_code == 302  # gone already


def test_a_dependency(draft: Revision, dewi: User) -> None:
    one, two = draft.programmes.order_by("code")
    assert send(signed_in(dewi), "add_part", two.key, "ketergantungan", on=one.pk).status_code == 302
    assert Dependency.objects.get(programme=two).on == one


def test_parts_of_a_quick_win(draft: Revision, dewi: User) -> None:
    client, win = signed_in(dewi), draft.quick_wins.get()
    send(client, "add_win_part", win.key, "mitra", kind="business", name="Koperasi Kopi")
    risk = {"words_id": "Kemarau", "likelihood": "high", "impact": "middle", "mitigation_id": "Tandon"}
    send(client, "add_win_part", win.key, "risiko", **risk)
    send(
        client, "add_win_part", win.key, "sumber-daya", kind="people", words_id="Dua juru pipa", source="PDAM"
    )
    assert (Partner.objects.count(), Risk.objects.count(), Resource.objects.count()) == (1, 1, 1)
    assert "Kemarau" in page(client, "quick_win", win.key)
    page(client, "row", "risiko", Risk.objects.get().pk)


def test_direction_swot_gap(draft: Revision, dewi: User) -> None:
    client, framework = signed_in(dewi), draft.plan.framework
    send(client, "direction", vision_id="Kabupaten yang menepati janji", vision_en="")
    send(client, "add_row", "arah", kind="mission", code="M1", words_id="Melayani")
    mission = Statement.objects.get()
    wrong = send(client, "add_row", "arah", kind="strategy", code="S1", words_id="Cepat", parent=mission.pk)
    assert wrong.status_code == 422
    assert (
        send(client, "add_row", "arah", kind="goal", code="T1", words_id="Air", parent=mission.pk).status_code
        == 302
    )
    element = ReadinessElement.objects.create(
        framework=framework, code="infra", title={"id": "Infrastruktur"}
    )
    series = Series.objects.get()
    Series.objects.update(in_profile=True)
    swot = {
        "code": "K1",
        "element": element.pk,
        "kind": "strength",
        "words_id": "Sungai",
        "series": [series.pk],
    }
    assert send(client, "add_row", "swot", **swot).status_code == 302
    assert list(Swot.objects.get().series.all()) == [series]
    leaf = framework.nodes.get(code="ekonomi.1")
    gap = {"node": leaf.pk, "present_id": "Kurang", "wanted_id": "Cukup", "answer_id": "P-01"}
    assert send(client, "add_row", "kesenjangan", **gap).status_code == 302
    assert "sudah ditulis" in send(client, "add_row", "kesenjangan", **gap).content.decode()
    assert Gap.objects.count() == 1
    for kind, row in (("arah", mission), ("swot", Swot.objects.get()), ("kesenjangan", Gap.objects.get())):
        page(client, "row", kind, row.pk)


def test_registers_count_at_once(published: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    app = {
        "code": "siapa",
        "name": "SIAPA",
        "agency": make_agency().pk,
        "purpose_id": "Absen",
        "origin": "own",
    }
    key = str(published.programmes.get(code="P-01").key)
    assert send(client, "add_row", "aplikasi", **app, status="running", programme=key).status_code == 302
    assert str(Application.objects.get().programme_key) == key
    answer = send(client, "add_row", "lembaga", code="dewan", kind="council", name_id="Dewan")
    body = Body.objects.get()
    assert answer["Location"] == reverse("planner:row", args=["lembaga", body.pk])
    assert send(client, "add_member", body.key, office="Bupati", is_external="").status_code == 302
    assert "Bupati" in page(client, "row", "lembaga", body.pk)
    assert send(client, "remove_row", "anggota", Member.objects.get().pk).status_code == 302
    body.meetings.create(date=date(2026, 1, 5), title="Rapat")
    answer = send(client, "remove_row", "lembaga", body.pk)
    assert "catatan rapat" in answer.content.decode()


INDICATOR = {
    "code": "I-77",
    "title_id": "Buku dipinjam",
    "baseline": "1.200",
    "baseline_year": "2024",
    "target-2025": "1.500",
    "target-2027": "2.000,5",
    "ukuran-unit_id": "buku",
    "ukuran-decimals": "0",
    "ukuran-direction": "up",
    "ukuran-frequency": "quarter",
    "ukuran-adds_up_over_time": "sum",
    "ukuran-adds_up_over_area": "sum",
    "ukuran-due_working_days": "10",
}


PDF = pdfs.plain()


def test_the_legal_basis_keeps_its_text(draft: Revision, dewi: User, media: Path) -> None:
    typed = {
        "legal_kind": "Peraturan Bupati",
        "legal_number": "7 Tahun 2026",
        "on_track_from": "0,90",
        "slipping_from": "0,60",
        "stale_after_days": "30",
    }
    client = signed_in(dewi)
    upload = SimpleUploadedFile("perbup.pdf", PDF, "application/pdf")
    assert send(client, "basis", **typed, file=upload).status_code == 302
    draft.refresh_from_db()
    assert draft.legal_file is not None
    assert draft.legal_file.name == "perbup.pdf"
    assert (draft.legal_number, str(draft.slipping_from)) == ("7 Tahun 2026", "0.60")
    wrong = send(client, "basis", **(typed | {"slipping_from": "0,95"}))
    assert "di bawah batas sesuai jalur" in wrong.content.decode()
    bad = SimpleUploadedFile("perbup.pdf", b"MZ not a pdf", "application/pdf")
    assert send(client, "basis", **typed, file=bad).status_code == 422


def test_an_indicator_brings_its_series_and_targets(draft: Revision, dewi: User) -> None:
    client, programme = signed_in(dewi), draft.programmes.get(code="P-02")
    typed = INDICATOR | {"ukuran-owner": make_agency().pk, "kunci": "one"}
    for _click in range(2):
        answer = send(client, "add_indicator", programme.key, **typed)
        assert answer.status_code == 302, answer.content.decode()
    indicator = Indicator.objects.get(revision=draft, code="I-77")
    assert (indicator.series.code, indicator.series.unit) == ("i-77", {"id": "buku"})
    assert [(t.year, str(t.amount)) for t in indicator.targets.all()] == [
        (2025, "1500.000000"),
        (2027, "2000.500000"),
    ]
    typed |= {"target-2027": "", "ukuran-unit_id": "eksemplar", "ukuran-title_id": "Buku"}
    assert send(client, "indicator", indicator.key, **typed).status_code == 302
    assert [t.year for t in indicator.targets.all()] == [2025]
    assert Series.objects.get(code="i-77").unit == {"id": "eksemplar"}
    page(client, "remove_indicator", indicator.key)
    send(client, "remove_indicator", indicator.key)
    assert not Indicator.objects.filter(revision=draft, code="I-77").exists()


def test_an_indicator_on_a_series_that_is_there(draft: Revision, dewi: User) -> None:
    client, programme = signed_in(dewi), draft.programmes.get(code="P-02")
    typed = {"code": "I-78", "title_id": "Rumah", "existing": "S-I-01"}
    assert send(client, "add_indicator", programme.key, **typed).status_code == 302
    assert Indicator.objects.get(revision=draft, code="I-78").series.code == "s-i-01"
    wrong = send(client, "add_indicator", programme.key, **(typed | {"existing": "zzz", "code": "I-79"}))
    assert "Tidak ada ukuran dengan kode" in wrong.content.decode()


def test_reorder_up_down_and_by_number(dewi: User) -> None:
    revision = make_plan(status="draft", in_force_from=None)
    for number in range(1, 5):
        make_programme(revision, f"P-0{number}", order=number)
    client = signed_in(dewi)

    def codes() -> list[str]:
        return list(revision.programmes.order_by("order").values_list("code", flat=True))

    first = revision.programmes.get(code="P-01")
    for _click in range(2):
        assert send(client, "order", pindah=f"{first.key}:2").status_code == 302
    assert codes() == ["P-02", "P-01", "P-03", "P-04"]
    last = revision.programmes.get(code="P-04")
    send(client, "order", **{f"urut-{last.key}": "1"})
    assert codes() == ["P-04", "P-02", "P-01", "P-03"]
    count = Entry.objects.filter(verb="programmes_reordered").count()
    send(client, "order", **{f"urut-{last.key}": "1"})
    assert Entry.objects.filter(verb="programmes_reordered").count() == count == 2


def test_several_at_once_shows_first_then_changes(draft: Revision, dewi: User) -> None:
    client, agency = signed_in(dewi), make_agency("pu", "Dinas PU")
    keys = [str(row.key) for row in draft.programmes.all()]
    typed = {"pilih": keys, "semua-lead": agency.pk, "semua-state": "paused"}
    html = send(client, "many", do="preview", **typed).content.decode()
    assert "Dinas PU" in html
    assert not draft.programmes.filter(lead=agency).exists()
    assert send(client, "many", do="apply", **typed).status_code == 302
    assert draft.programmes.filter(lead=agency, state="paused").count() == 2
    wrong = send(client, "many", do="apply", pilih=keys, **{"semua-year_to": "2020"})
    assert "P-01: Tahun selesai" in wrong.content.decode()
    assert send(client, "many", do="apply", **{"semua-state": "done"}).status_code == 422
    assert send(client, "many", do="apply", pilih=keys).status_code == 422


def test_several_at_once_is_refused_for_what_is_in_force(published: Revision, dewi: User) -> None:
    keys = [str(row.key) for row in published.programmes.all()]
    answer = send(signed_in(dewi), "many", do="apply", pilih=keys, **{"semua-state": "paused"})
    assert "Revisi ini sudah berlaku" in answer.content.decode()


def test_findings_lead_to_the_section_that_mends_them(draft: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    html = page(client, "review")
    programme = draft.programmes.get(code="P-02")
    assert f"/kelola/rencana/program/{programme.key}/#indikator" in html
    assert f"/kelola/rencana/program/{programme.key}/#anggaran" in html
    only = page(client, "review", query="?tentang=quick_win")
    assert "/kelola/rencana/percepatan/" in only
    assert "Dasar hukum" not in only.split("hal sudah baik")[0]
    csv = client.get(reverse("planner:review") + "?unduh=csv")
    assert b"Belum ada anggaran" in b"".join(csv)
    assert "Yang berlaku" in page(client, "review", query="?edisi=berlaku&aturan=budget")


def test_merge_and_split(draft: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    one, two = draft.programmes.order_by("code")
    wrong = send(client, "merge", two.key, codes="P-99")
    assert "Tidak ada program berkode P-99" in wrong.content.decode()
    for _click in range(2):
        assert send(client, "merge", two.key, codes="p-01", kunci="m").status_code == 302
    assert [row.code for row in draft.programmes.all()] == ["P-02"]
    assert two.indicators.get().code == "I-01"
    typed = {"code": "P-01", "title_id": "Air lagi", "indicators": ["I-01"], "percent": "40", "kunci": "s"}
    for _click in range(2):
        assert send(client, "split", two.key, **typed).status_code == 302
    assert draft.programmes.get(code="P-01").indicators.count() == 1
    assert not two.indicators.exists()
    assert one.key != draft.programmes.get(code="P-01").key


def test_a_draft_is_judged_by_the_figures_of_the_plan_in_force(dewi: User) -> None:
    revision = make_living_plan(3, quarters=4)
    draft = start_revision(revision.plan, by=dewi, at=AT)
    codes = [
        {result.rule.code: len(result.findings) for result in examine(read(one, today=AT.date())).results}
        for one in (revision, draft)
    ]
    for rule in ("figures", "fresh", "proof"):
        assert codes[0][rule] == codes[1][rule], rule
    assert codes[1]["figures"] == 0


def test_the_budget_of_a_programme_in_one_table(draft: Revision, dewi: User) -> None:
    programme, client = draft.programmes.get(code="P-01"), signed_in(dewi)
    typed = {"planned-2026-apbd": "2.000.000", "revised-2026-apbd": "3.000.000", "planned-2027-csr": "0"}
    assert send(client, "budget", programme.key, **typed).status_code == 302
    assert send(client, "budget", programme.key, **typed).status_code == 302  # a second click
    lines = {(line.year, line.source): (line.planned, line.revised) for line in programme.budget.all()}
    assert lines == {(2026, "apbd"): (2_000_000, 3_000_000), (2027, "csr"): (0, None)}
    assert Entry.objects.filter(verb="budgetline_added").count() == 2
    more = {"planned-2026-apbd": "2.000.000", "share-2026-apbd": "40", "document-2026-apbd": "DPA 2026"}
    assert send(client, "budget", programme.key, **more).status_code == 302
    line = programme.budget.get()
    assert (line.revised, str(line.share), line.document) == (None, "40.00", "DPA 2026")
    assert "DPA 2026" in page(client, "budget", programme.key)


def test_the_table_of_the_budget_refuses_with_sentences(draft: Revision, dewi: User) -> None:
    programme, client = draft.programmes.get(code="P-01"), signed_in(dewi)
    wrong = send(client, "budget", programme.key, **{"revised-2026-apbd": "5"})
    assert "murni" in wrong.content.decode()
    assert wrong.status_code == 422
    BudgetLine.objects.create(programme=programme, year=2026, source="apbd", planned=5, realised=3)
    gone = send(client, "budget", programme.key)
    assert "sudah ada realisasinya" in gone.content.decode()
    share = send(client, "budget", programme.key, **{"planned-2026-apbd": "5", "share-2026-apbd": "0"})
    assert "2026 APBD: Bagian harus" in share.content.decode()


def test_money_is_added_up_and_downloaded(draft: Revision, dewi: User) -> None:
    programme = draft.programmes.get(code="P-01")
    BudgetLine.objects.create(programme=programme, year=2026, source="apbd", planned=2_000_000_000, share=50)
    client = signed_in(dewi)
    html = page(client, "money")
    assert "Rp1.000.000.000" in html
    assert "P-02" in html  # without money
    csv = b"".join(client.get(reverse("planner:money") + "?unduh=csv"))
    assert b"2026;APBD;Tata kelola" in csv
    page(client, "money", query="?tahun=2026&sumber=csr&dimensi=ekonomi")


def test_search_and_filters_of_the_tree(draft: Revision, dewi: User) -> None:
    client = signed_in(dewi)
    html = page(client, "programmes", query="?q=P-02")
    assert "Jalan desa" in html
    assert "Air bersih sampai desa" not in html
    assert "Tidak ada program yang cocok" in page(client, "programmes", query="?dimensi=ekonomi")
    page(client, "programmes", query="?instansi=-&keadaan=done&halaman=99")
    page(client, "roadmap", query="?dimensi=tata-kelola&q=air")


def test_no_plan_at_all(dewi: User) -> None:
    assert "Belum ada rencana" in page(signed_in(dewi), "home")
    assert signed_in(dewi).get(reverse("planner:programmes")).status_code == 404


LISTS = [
    ("home", ""),
    ("programmes", ""),
    ("programmes", "?dimensi=ekonomi"),
    ("review", ""),
    ("roadmap", ""),
    ("money", ""),
]


def count_of(user: User, address: str) -> int:
    client = signed_in(user)
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_pages_ask_the_same_at_10_and_500_programmes(dewi: User) -> None:
    make_living_plan(10, quarters=2)
    BudgetLine.objects.filter(programme__code="P-001").delete()
    plan = Revision.objects.get().plan
    draft = start_revision(plan, by=dewi, at=AT)
    few = {(name, query): count_of(dewi, reverse(f"planner:{name}") + query) for name, query in LISTS}
    key = draft.programmes.get(code="P-001").key
    few_one = count_of(dewi, reverse("planner:programme", args=[key]))
    Revision.objects.filter(pk=draft.pk).delete()
    base = Revision.objects.get()
    base.programmes.all().delete()
    more = Programme.objects.bulk_create(
        Programme(
            revision=base,
            code=f"M-{n:03}",
            title={"id": f"Program {n}"},
            year_from=2024,
            year_to=2028,
            order=n,
        )
        for n in range(500)
    )
    series = Series.objects.first()
    Indicator.objects.bulk_create(
        Indicator(revision=base, programme=row, code=f"IM-{n}", title={"id": "x"}, series=series)
        for n, row in enumerate(more)
    )
    draft = start_revision(plan, by=dewi, at=AT)
    many = {(name, query): count_of(dewi, reverse(f"planner:{name}") + query) for name, query in LISTS}
    many_one = count_of(dewi, reverse("planner:programme", args=[draft.programmes.get(code="M-007").key]))
    assert all(many[one] <= few[one] <= 12 for one in LISTS), few
    assert many_one <= few_one <= 12
