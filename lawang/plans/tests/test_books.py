"""The books of a plan: every programme is in them, what is missing is said, both frameworks work, editions are kept."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lawang.areas.models import Area
from lawang.documents import book_pdf, book_word
from lawang.documents.book import Book, Figure, Gallery, Missing, Section, Table, Timeline
from lawang.lib.refused import Refused
from lawang.measures.models import Series
from lawang.plans import exporting, importing
from lawang.plans.books import definitions, editions
from lawang.plans.books.builders import BUILDERS
from lawang.plans.books.composing import digest_of
from lawang.plans.books.definitions import BOOK, NAMES, Definition
from lawang.plans.models import (
    Activity,
    BookText,
    Edition,
    Framework,
    FrameworkNode,
    Gap,
    Programme,
    ReadinessElement,
    Revision,
    Statement,
    Swot,
)
from lawang.plans.revising import discard_draft, publish, start_revision
from lawang.plans.tasks import make_edition
from lawang.plans.tests.library import AT, made, make_planner, shelve, text_of, words_of
from lawang.plans.workbook import read
from lawang.record.models import Entry
from tests import plan_factory
from tests.cast import make_agency, make_node
from tests.plan_factory import make_living_plan, make_plan, make_programme, make_quick_win

pytestmark = pytest.mark.django_db

BOOKS = ("buku-1", "buku-2", "buku-3", "percepatan")
NASTY = "Tarif #1 *murah* [x] $y$ Müller “kutip” <a> @z = b"


@pytest.fixture(autouse=True)
def _shelved(db: None) -> None:
    shelve()


def book(code: str = "buku-2") -> Definition:
    found = definitions.book(code)
    assert found is not None
    return found


def said(thing: Book) -> str:
    """Return all that a book says, as the writers get it."""
    return json.dumps(json.loads(book_pdf.as_json(thing)), ensure_ascii=False)


def titles(sections: Any) -> list[str]:
    return [title for one in sections for title in (one.title, *titles(one.sections))]


def find(thing: Book, title: str) -> Section:
    def search(sections: Any) -> Any:
        for one in sections:
            if one.title == title:
                return one
            if (below := search(one.sections)) is not None:
                return below
        return None

    found = search(thing.chapters)
    assert found is not None, titles(thing.chapters)
    return found  # type: ignore[no-any-return]


# Definitions


def test_the_packs_name_only_what_there_is() -> None:
    for code in BOOKS:
        for piece in book(code).pieces():
            assert not piece.builder or piece.builder in BUILDERS
    used = {piece.builder for code in BOOKS for piece in book(code).pieces()}
    assert set(BUILDERS) <= used, "a builder that no book uses"


def test_books_are_found_by_place_and_by_code() -> None:
    assert book("2").code == "buku-2"
    assert definitions.book("buku-9") is None
    assert [one.code for one in definitions.books()] == list(BOOKS)


def test_a_pack_is_told_what_is_wrong_with_its_words() -> None:
    fault = list(definitions.words_are_right({"text": {"id": "Ada {{banyak}} program."}}))
    assert [one.way for one in fault] == [("text", "id")]
    assert not list(definitions.words_are_right({"text": {"id": "Ada {{programmes}} program."}}))
    assert {field.name for field in BOOK.fields} >= {"code", "title", "chapters"}


def test_a_later_pack_replaces_a_book() -> None:
    from lawang.packs.models import InstalledPack

    own = yaml.safe_load((settings.ROOT / "packs/nasional/books/buku-3.yaml").read_text())
    own["title"] = {"id": "Ringkasan sendiri"}
    InstalledPack.objects.create(
        name="kabupaten", version="1", sha256="1" * 64, definitions={"books": [own]}, installed_at=AT
    )
    assert book("buku-3").title["id"] == "Ringkasan sendiri"
    assert len(definitions.books()) == len(BOOKS)


# What stands in them


@pytest.mark.parametrize("code", BOOKS)
def test_every_book_of_a_living_plan_is_set_in_both_forms_and_languages(code: str) -> None:
    revision = make_living_plan(8)
    make_quick_win(Programme.objects.order_by("code")[0])
    for language in ("id", "en"):
        thing = made(code, revision, language=language)
        assert book_pdf.pdf(thing, at=AT).startswith(b"%PDF")
        assert book_word.docx(thing).startswith(b"PK")


@pytest.mark.parametrize("code", BOOKS)
def test_every_book_of_an_empty_plan_says_what_is_missing(code: str) -> None:
    thing = made(code, make_plan(vision=None, legal_number=""))
    assert any(isinstance(block, Missing) for block in thing.blocks())
    assert book_pdf.pdf(thing, at=AT).startswith(b"%PDF")
    assert "belum" in words_of(book_word.docx(thing))


def test_no_programme_is_lost_in_the_masterplan() -> None:
    revision = make_living_plan(60)
    loose = make_programme(revision, "P-900", "Program tanpa tempat")
    loose.placements.all().delete()
    pdf = text_of(book_pdf.pdf(made("buku-2", revision), at=AT))
    for one in Programme.objects.filter(revision=revision):
        assert one.code in pdf
        assert one.title["id"] in pdf
    section = find(made("buku-2", revision), "Program per dimensi")
    rows = [
        row.cells[0].words
        for one in section.sections
        for table in one.blocks
        if isinstance(table, Table)
        for row in table.rows
        if not row.kind
    ]
    assert sorted(rows) == sorted(Programme.objects.filter(revision=revision).values_list("code", flat=True))
    assert titles(section.sections)[-1] == "Belum ditempatkan dalam kerangka"


def test_terms_stand_in_their_order_with_their_years() -> None:
    revision = make_plan()
    for number, term in enumerate(("long", "short", "medium")):
        make_programme(revision, f"P-{number}", term=term)
    table = find(made("buku-2", revision), "Tata kelola cerdas").blocks
    section = find(made("buku-2", revision), "Program per dimensi").sections[0]
    assert table
    groups = [row.cells[0].words for row in section.blocks[0].rows if row.kind == "group"]  # type: ignore[union-attr]
    assert groups == ["Jangka pendek (1 tahun)", "Jangka menengah (5 tahun)", "Jangka panjang (10 tahun)"]


def test_what_a_programme_lacks_is_said() -> None:
    programme = make_programme(make_plan(), summary=None, reason=None)
    programme.lead = None
    programme.save()
    words = said(made("buku-2", programme.revision))
    for missing in (
        "penanggung jawab belum ditentukan",
        "indikator belum ada",
        "Program ini belum punya kegiatan.",
        "Anggaran program ini belum dicatat.",
        "Program ini belum punya indikator",
        "Dimensi yang belum punya program: Ekonomi cerdas, Lingkungan cerdas.",
        "Dimensi ini belum punya program.",
        "Strategi dimensi ini belum ditulis.",
        "Belum ada program percepatan.",
        "Belum ada kegiatan pada jalur ini.",
    ):
        assert missing in words, missing


def test_swot_and_gaps_stand_by_element_and_dimension() -> None:
    revision = make_plan()
    framework = revision.plan.framework
    element = ReadinessElement.objects.create(framework=framework, code="s", title={"id": "Struktur"})
    ReadinessElement.objects.create(framework=framework, code="b", title={"id": "Budaya"})
    Swot.objects.create(revision=revision, code="K-1", element=element, kind="strength", words={"id": NASTY})
    node = FrameworkNode.objects.get(framework=framework, code="ekonomi.1")
    Gap.objects.create(
        revision=revision, node=node, present={"id": "sekarang"}, wanted={"id": "nanti"}, answer={"id": "P-1"}
    )
    thing = made("buku-1", revision)
    assert titles(find(thing, "SWOT per unsur").sections) == ["Budaya", "Struktur"]
    words = text_of(book_pdf.pdf(thing, at=AT))
    assert "".join(NASTY.split()) in "".join(words.split())
    assert "Unsur yang belum dianalisis: Budaya." in words
    gaps = find(thing, "Ekonomi cerdas").blocks[0]
    assert isinstance(gaps, Table)
    assert [row.cells[1].words for row in gaps.rows] == ["sekarang", "belum ditulis"]


def test_missions_goals_strategies_and_their_programmes() -> None:
    revision = make_plan()
    mission = Statement.objects.create(revision=revision, code="M1", kind="mission", words={"id": "Dekat"})
    goal = Statement.objects.create(
        revision=revision, code="T1", kind="goal", words={"id": "Tanpa bolak-balik"}, parent=mission,
        node=FrameworkNode.objects.get(framework=revision.plan.framework, code="ekonomi.1"),
    )  # fmt: skip
    Statement.objects.create(
        revision=revision, code="S1", kind="strategy", words={"id": "Pindahkan"}, parent=goal
    )
    make_programme(revision, "P-77", goal=goal)
    thing = made("buku-2", revision)
    table = find(thing, "Arah: visi, misi, tujuan").blocks[-1]
    assert isinstance(table, Table)
    assert [[cell.words for cell in row.cells] for row in table.rows] == [
        ["Misi M1. Dekat"],
        ["Tujuan T1", "Tanpa bolak-balik", "P-77"],
        ["Strategi S1", "Pindahkan", "–"],
    ]
    own = find(thing, "Strategi per dimensi").sections[1]
    assert own.title == "Ekonomi cerdas"
    assert "P-77" in said(Book(**{**vars(thing), "chapters": (own,)}))


def test_the_action_plan_has_four_tracks_and_the_roadmap_draws_every_programme() -> None:
    programme = make_programme(make_plan())
    for track in Activity.Track.values:
        Activity.objects.create(
            revision=programme.revision, programme=programme, code=f"P-01.{track}", track=track,
            title={"id": f"Kegiatan {track}"}, year_from=2024, year_to=2025,
        )  # fmt: skip
    thing = made("buku-2", programme.revision)
    tracks = find(thing, "Rencana aksi").sections
    assert [one.title for one in tracks] == ["SDM", "Infrastruktur", "Aplikasi", "Literasi"]
    assert all(isinstance(one.blocks[0], Table) for one in tracks)
    drawn = [block for block in thing.blocks() if isinstance(block, Timeline)]
    assert [bar.label for one in drawn for bar in one.bars if not isinstance(bar, str)] == [
        "P-01 Air bersih sampai desa"
    ]
    assert drawn[0].years == tuple(range(2024, 2034))


def test_the_region_is_drawn_with_sources_and_a_map() -> None:
    home = Area.objects.create(
        code="16.11", name="Kabupaten Empat Lawang", level="regency", decree="x", valid_from=date(2007, 1, 1)
    )
    districts = [
        Area.objects.create(
            code=f"16.11.0{n}", name=f"Kecamatan {n}", level="district", decree="x", valid_from=date(2007, 1, 1),
            parent=home, lon=103 + n / 10, lat=-3.6 - (n % 2) / 10,
        )
        for n in range(1, 5)
    ]  # fmt: skip
    make_node(area=home)
    revision = make_plan()
    make_programme(revision, areas=tuple(districts[:2]))
    coffee = Series.objects.create(
        code="D-KOPI", title={"id": "Produksi kopi"}, unit={"id": "ton"}, owner=make_agency(), frequency="year",
        in_profile=True, topic="Ekonomi", source_note="BPS 2021",
    )  # fmt: skip
    Series.objects.create(
        code="D-X", title={"id": "Tanpa angka"}, unit={"id": "ton"}, owner=make_agency(), in_profile=True
    )
    for year, amount in ((2023, 50_000), (2024, 51_000), (2025, 53_592)):
        plan_factory.make_value(coffee, str(year), amount)
    thing = made("buku-1", revision)
    figures, gallery = find(thing, "Angka daerah").blocks
    assert isinstance(figures, Table)
    assert isinstance(gallery, Gallery)
    told = [[cell.words.replace("\u00a0", " ") for cell in row.cells] for row in figures.rows if not row.kind]
    assert ["Produksi kopi", "53.592 ton", "2025", "BPS 2021"] in told
    assert ["Tanpa angka", "belum ada angka", "–", "sumber belum dicatat"] in told
    assert "53.592" in gallery.figures[0].alt
    picture, table = find(thing, "Peta program").blocks
    assert isinstance(picture, Figure)
    assert "Kecamatan 2: 1" in picture.alt
    assert isinstance(table, Table)
    assert [row.cells[1].words for row in table.rows] == ["1", "1", "0", "0"]
    assert "Kecamatan 3" in text_of(book_pdf.pdf(thing, at=AT))


def test_indicators_are_explained() -> None:
    indicator = plan_factory.make_indicator(make_programme(make_plan()))
    indicator.baseline_source = "Survei 2023"
    indicator.save()
    table = find(made("buku-2", indicator.revision), "Penjelasan indikator").sections[0].blocks[0]
    assert isinstance(table, Table)
    words = [cell.words for cell in table.rows[1].cells]
    assert words[1] == "Jumlah rumah dengan sambungan yang mengalir."
    assert words[4] == "1.200 (2023)\nSurvei 2023"
    assert (
        words[5].replace("\u00a0", " ") == "2024: 1.600; 2025: 2.000; 2026: 2.600; 2027: 2.800; 2028: 3.000"
    )


def test_a_quick_win_is_one_sheet_on_a_page_of_its_own() -> None:
    programme = make_programme(make_plan())
    for number in range(3):
        make_quick_win(programme, f"Q-{number}", name=f"Percepatan {number}", explanation={"id": NASTY})
    thing = made("percepatan", programme.revision)
    sheets = find(thing, "Lembar program percepatan").sections
    assert [one.starts_page for one in sheets] == [False, True, True]
    with pypdfium2.PdfDocument(book_pdf.pdf(thing, at=AT)) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    for number in range(3):
        own = [page for page in pages if f"Q-{number} Percepatan {number}" in page and "Pertanyaan" in page]
        assert len(own) == 1
        assert "".join(NASTY.split()) in "".join(own[0].split())
        for missing in ("belum dijawab", "Belum ada mitra.", "Belum ada risiko yang ditulis."):
            assert missing in own[0]


def test_a_framework_of_six_aspects_without_a_second_level_works() -> None:
    framework = Framework.objects.create(code="2026", title={"id": "Kota cerdas 2026"}, is_draft=True)
    names = ("Birokrasi", "Ekonomi", "Kehidupan", "Masyarakat", "Lingkungan", "Mobilitas")
    for order, name in enumerate(names):
        FrameworkNode.objects.create(framework=framework, code=name.lower(), title={"id": name}, order=order)
    revision = make_plan(framework=framework)
    make_programme(revision, node="mobilitas")
    for code in BOOKS:
        assert book_pdf.pdf(made(code, revision), at=AT).startswith(b"%PDF")
    words = said(made("buku-1", revision))
    assert "masih rancangan" in words
    assert [one.title for one in find(made("buku-1", revision), "Analisis kesenjangan").sections] == list(
        names
    )
    assert [one.title for one in find(made("buku-2", revision), "Program per dimensi").sections] == list(
        names
    )


def test_long_names_do_not_break_a_book() -> None:
    programme = make_programme(make_plan(), title="x" * 514, summary={"id": "y" * 9000})
    make_quick_win(programme, name="z" * 80, explanation={"id": "w " * 9000})
    for code in BOOKS:
        book_pdf.pdf(made(code, programme.revision), at=AT)


def test_it_takes_the_same_number_of_queries_at_every_size() -> None:
    def count(size: int) -> int:
        mark = transaction.savepoint()
        revision = make_living_plan(size)
        with CaptureQueriesContext(connection) as asked:
            made("buku-2", revision)
        transaction.savepoint_rollback(mark)
        return len(asked)

    assert count(3) == count(24) < 60


# Drafts


def make_draft(**fields: Any) -> tuple[Any, Revision]:
    planner = make_planner()
    programme = make_programme(make_plan(), **fields)
    return planner, start_revision(programme.revision.plan, by=planner, at=AT)


def test_a_draft_carries_its_watermark_and_says_so() -> None:
    _planner, draft = make_draft()
    thing = made("buku-3", draft)
    assert thing.watermark == "DRAF"
    assert "Draf: belum berlaku." in thing.notice
    assert "dibuat dari draf" in said(thing)
    in_force = made("buku-3", Revision.objects.get(number=1))
    assert in_force.watermark == ""
    assert "Draf" not in in_force.notice
    assert "dibuat dari draf" not in said(in_force)


def test_a_draft_shows_the_colours_that_are_in_force() -> None:
    revision = make_living_plan(3)
    planner = make_planner()
    draft = start_revision(revision.plan, by=planner, at=AT)

    def colours(one: Revision) -> list[str]:
        table = find(made("buku-3", one), "Semua program").blocks[0]
        assert isinstance(table, Table)
        return [row.cells[4].tone for row in table.rows if not row.kind]

    assert colours(draft) == colours(revision)
    assert set(colours(draft)) != {"no_data"}


def test_what_comes_into_force_later_says_so() -> None:
    planner, draft = make_draft()
    publish(draft, in_force_from=date(2027, 1, 1), changed={"id": "Baru"}, by=planner, at=AT)
    thing = made("buku-3", draft)
    assert thing.watermark == "BELUM BERLAKU"
    assert "mulai berlaku 1 Jan 2027" in thing.notice


# Own words


def test_a_plan_has_its_own_words_and_keeps_every_version() -> None:
    planner = make_planner()
    revision = make_plan()
    plan = revision.plan
    own = {"title": {"id": "Kata pengantar"}, "words": {"id": "Ada {{programmes}} janji. #bukan [markup]"}}
    first = editions.change_text(plan, book(), "pendahuluan", **own, seen=0, by=planner, at=AT)  # type: ignore[arg-type]
    assert first.version == 1
    thing = made("buku-2", revision)
    assert thing.chapters[0].title == "Kata pengantar"
    assert "Ada 0 janji. #bukan [markup]" in text_of(book_pdf.pdf(thing, at=AT))

    second = editions.change_text(
        plan, book(), "pendahuluan", title={"id": "Lain"}, words=None, seen=1, by=planner, at=AT
    )
    assert second.version == 2
    editions.restore_text(plan, book(), "pendahuluan", by=planner, at=AT)
    assert made("buku-2", revision).chapters[0].title == "Pendahuluan"
    assert BookText.objects.filter(plan=plan).count() == 2
    verbs = Entry.objects.filter(thing=f"plans.plan:{plan.key}").values_list("verb", flat=True)
    assert sorted(verbs) == ["book_text_changed", "book_text_changed", "book_text_restored"]


def test_words_of_one_place_do_not_reach_another() -> None:
    planner, revision = make_planner(), make_plan()
    editions.change_text(
        revision.plan,
        book(),
        "pendahuluan/rencana",
        title={"id": "Sendiri"},
        words=None,
        seen=0,
        by=planner,
        at=AT,
    )
    assert made("buku-2", revision).chapters[0].sections[0].title == "Sendiri"
    assert made("buku-1", revision).chapters[0].sections[0].title == "Rencana ini"


@pytest.mark.parametrize(
    ("way", "title", "words", "seen"),
    [
        ("tidak-ada", "Judul", "Kata", 0),
        ("pendahuluan", " ", "Kata", 0),
        ("pendahuluan", "Judul", "{{tidak_dikenal}}", 0),
        ("pendahuluan", "Judul", "[[draft: tidak ditutup", 0),
        ("pendahuluan", "Judul", "Kata", 3),
    ],
)
def test_words_that_cannot_be_kept_are_refused(way: str, title: str, words: str, seen: int) -> None:
    planner, plan = make_planner(), make_plan().plan
    with pytest.raises(Refused):
        editions.change_text(
            plan, book(), way, title={"id": title}, words={"id": words}, seen=seen, by=planner, at=AT
        )
    assert not BookText.objects.exists()


def test_only_planners_change_words_and_make_editions() -> None:
    reader, revision = make_planner("ratna", **{"plans.see_internal": "all"}), make_plan()
    with pytest.raises(Refused):
        editions.change_text(
            revision.plan, book(), "pendahuluan", title={"id": "x"}, words=None, seen=0, by=reader, at=AT
        )
    with pytest.raises(Refused):
        editions.start_edition(revision, book(), by=reader, at=AT)
    assert not Edition.objects.exists()


def test_every_name_has_a_value() -> None:
    from lawang.plans.books.composing import values_of
    from lawang.plans.books.material import gather

    assert set(values_of(gather(make_plan(), today=AT.date()))) == set(NAMES)


# Editions


def make_one(revision: Revision, planner: Any, code: str = "buku-3", **fields: Any) -> Edition:
    started = editions.start_edition(revision, book(code), by=planner, at=AT, **fields)
    return editions.make(started, at=AT)


def test_an_edition_keeps_its_files_hash_and_day_of_figures() -> None:
    planner, revision = make_planner(), make_living_plan(3)
    mine = make_one(revision, planner)
    assert mine.state == Edition.State.READY, mine.trouble
    assert mine.pdf is not None
    assert mine.docx is not None
    assert mine.xlsx is not None
    assert mine.pdf.name.endswith("RI-buku-3-r1-id.pdf")
    assert mine.pages > 3
    assert mine.figures_as_of == date(2026, 9, 30)
    assert mine.done == mine.total
    assert editions.make(mine, at=AT) == mine  # twice is once
    verbs = (
        Entry.objects.filter(thing=f"plans.edition:{mine.key}").order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == ["edition_started", "edition_made"]


def test_the_hash_is_of_what_it_says_not_of_its_day() -> None:
    revision = make_living_plan(2)
    first = made("buku-3", revision)
    again = Book(**{**vars(first), "facts": (*first.facts[:-1], ("Dibuat", "1 Jan 2030"))})
    assert digest_of(first) == digest_of(again)
    Programme.objects.update(title={"id": "Judul lain"})
    assert digest_of(made("buku-3", revision)) != digest_of(first)


def test_asking_twice_is_one_edition() -> None:
    planner, revision = make_planner(), make_plan()
    one = editions.start_edition(revision, book(), by=planner, at=AT)
    two = editions.start_edition(revision, book(), by=planner, at=AT + timedelta(seconds=2))
    assert one == two
    other = editions.start_edition(revision, book(), language="en", by=planner, at=AT)
    assert other != one


def test_only_what_is_in_force_and_without_review_is_published() -> None:
    planner, draft = make_draft()
    of_draft = make_one(draft, planner)
    reviewed = make_one(Revision.objects.get(number=1), planner, has_review=True)
    for mine in (of_draft, reviewed, editions.start_edition(draft, book(), by=planner, at=AT)):
        with pytest.raises(Refused):
            editions.publish_edition(mine, by=planner, at=AT)
    assert "Catatan untuk penelaah" in said(made("buku-3", draft, has_review=True))
    publish(draft, in_force_from=date(2026, 11, 1), changed={"id": "Baru"}, by=planner, at=AT)
    with pytest.raises(Refused, match="sebelum revisinya berlaku"):  # its pages still say DRAF
        editions.publish_edition(of_draft, by=planner, at=AT)


def test_a_draft_with_books_can_be_thrown_away() -> None:
    planner, draft = make_draft()
    make_one(draft, planner)
    discard_draft(draft, by=planner, at=AT)
    assert not Edition.objects.exists()


def test_everybody_reads_a_published_edition_and_nobody_else_a_kept_one() -> None:
    planner = make_planner()
    mine = make_one(make_plan(), planner)
    assert mine.pdf
    address = reverse("record:file", args=[mine.pdf.key])
    anybody = Client()
    assert anybody.get(address).status_code == 302
    editions.publish_edition(mine, by=planner, at=AT)
    answer = anybody.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    page = anybody.get(reverse("books")).content.decode()
    assert address in page
    editions.withdraw_edition(mine, by=planner, at=AT)
    assert anybody.get(address).status_code == 302
    assert address not in anybody.get(reverse("books")).content.decode()


def test_what_changed_since_the_last_edition_is_an_appendix() -> None:
    planner = make_planner()
    programme = make_programme(make_plan())
    revision = programme.revision
    first = make_one(revision, planner)
    editions.publish_edition(first, by=planner, at=AT)
    draft = start_revision(revision.plan, by=planner, at=AT)
    Programme.objects.filter(revision=draft).update(title={"id": "Air bersih sampai dusun"})
    make_programme(draft, "P-02", "Program baru")
    publish(draft, in_force_from=date(2026, 11, 1), changed={"id": "Baru"}, by=planner, at=AT)
    second = editions.start_edition(draft, book("buku-3"), by=planner, at=AT)
    assert second.since == first
    thing = made("buku-3", Revision.objects.get(pk=draft.pk), since=first)
    words = text_of(book_pdf.pdf(thing, at=AT))
    for expected in (
        "Perubahan sejak edisi 20 Nov 2026",
        "Air bersih sampai dusun",
        "P-02 Program baru – Baru",
    ):
        assert expected in words, expected
    same = made("buku-3", revision, since=first)
    assert "revisi yang sama" in said(same)


def test_a_failure_is_kept_as_a_sentence_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    planner, revision = make_planner(), make_plan()
    mine = editions.start_edition(revision, book("buku-3"), by=planner, at=AT)

    def refuse(*_given: Any) -> bytes:
        raise Refused("Terlalu besar.")

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "annex", refuse)
        mine = editions.make(mine, at=AT)
        assert (mine.state, mine.trouble) == (Edition.State.FAILED, "Terlalu besar.")
    mine = editions.make(editions.begin_again(mine, by=planner, at=AT), at=AT)
    assert mine.state == Edition.State.READY

    def fall(*_given: Any) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(exporting, "annex", fall)
    bad = editions.start_edition(revision, book("buku-3"), by=planner, at=AT)
    with pytest.raises(ZeroDivisionError):
        editions.make(bad, at=AT)
    bad.refresh_from_db()
    assert bad.state == Edition.State.FAILED


def test_the_annex_goes_back_in_and_changes_nothing() -> None:
    planner = make_planner()
    make_living_plan(4)
    revision = Revision.objects.get()
    draft = start_revision(revision.plan, by=planner, at=AT)
    annex = read(exporting.annex(draft.plan, draft), "lampiran.xlsx")
    assert not set(annex.sheets) & set(exporting.PRIVATE)
    dry = importing.check(annex, draft.plan, by=planner)
    counts = dry.as_json()["counts"]
    assert not counts.get("added")
    assert not counts.get("changed")
    assert counts["alike"] > 10


# Pages and command


def test_a_planner_makes_an_edition_in_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    planner = make_planner()
    make_programme(make_plan())
    deferred: list[int] = []
    monkeypatch.setattr(make_edition, "defer", lambda edition_id: deferred.append(edition_id))
    desk = Client()
    desk.force_login(planner)
    page = desk.get(reverse("planner:books")).content.decode()
    assert "Buku 2: Masterplan" in page
    assert "Word tidak pernah dibaca kembali" in page
    asked = {"book": "buku-3", "source": "in-force", "language": "id", "changes": "on"}
    answer = desk.post(reverse("planner:books"), asked)
    mine = Edition.objects.get()
    assert answer["Location"] == mine.get_absolute_url()
    assert deferred == [mine.pk]
    waiting = desk.get(mine.get_absolute_url()).content.decode()
    assert "Buku sedang dibuat." in waiting
    assert 'http-equiv="refresh"' in waiting
    editions.make(mine, at=AT)
    ready = desk.get(mine.get_absolute_url()).content.decode()
    assert "Terbitkan untuk umum" in ready
    desk.post(reverse("planner:publish_edition", args=[mine.key]))
    mine.refresh_from_db()
    assert mine.published_at is not None
    assert "terbit" in desk.get(reverse("planner:books")).content.decode()
    desk.post(reverse("planner:publish_edition", args=[mine.key]), {"tarik": "1"})
    mine.refresh_from_db()
    assert mine.published_at is None


@pytest.mark.parametrize("field", ["book", "source", "language"])
def test_a_form_with_a_wrong_choice_makes_nothing(field: str) -> None:
    planner = make_planner()
    make_plan()
    desk = Client()
    desk.force_login(planner)
    asked = {"book": "buku-3", "source": "in-force", "language": "id"} | {field: "tidak-ada"}
    assert desk.post(reverse("planner:books"), asked).status_code == 422
    assert not Edition.objects.exists()


def test_a_chapter_is_written_on_screen() -> None:
    planner = make_planner()
    make_plan()
    desk = Client()
    desk.force_login(planner)
    address = reverse("planner:book_text", args=["buku-2", "arah"])
    assert (
        reverse("planner:book_text", args=["buku-2", "arah"])
        in desk.get(reverse("planner:book", args=["buku-2"])).content.decode()
    )
    typed = {
        "title_id": "Arah kami",
        "words_id": "Kata {{plan}}.",
        "title_en": "",
        "words_en": "",
        "seen": "0",
    }
    assert desk.post(address, typed).status_code == 302
    assert BookText.objects.get().words == {"id": "Kata {{plan}}."}
    wrong = desk.post(address, typed | {"words_id": "{{plano}}", "seen": "1"})
    assert wrong.status_code == 422
    assert "Mungkin maksud Anda" in wrong.content.decode()
    old = desk.post(address, typed | {"title_id": "Lain"})
    assert old.status_code == 422
    assert "Orang lain menyimpan bab ini" in old.content.decode()
    assert desk.post(address, {"asli": "1"}).status_code == 302
    assert not BookText.objects.filter(is_current=True).exists()
    assert desk.get(reverse("planner:book_text", args=["buku-2", "tidak/ada"])).status_code == 404
    assert desk.get(reverse("planner:book", args=["buku-9"])).status_code == 404


def test_readers_see_but_do_not_make() -> None:
    reader = make_planner("ratna", **{"plans.see_internal": "all"})
    planner = make_planner()
    mine = make_one(make_plan(), planner)
    desk = Client()
    desk.force_login(reader)
    page = desk.get(reverse("planner:books")).content.decode()
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert desk.get(mine.get_absolute_url()).status_code == 200
    assert desk.post(reverse("planner:make_again", args=[mine.key])).status_code == 403
    assert desk.post(reverse("planner:publish_edition", args=[mine.key])).status_code == 403
    text = reverse("planner:book_text", args=["buku-2", "arah"])
    assert desk.post(text, {"title_id": "x", "seen": "0"}).status_code == 200
    assert not BookText.objects.exists()


def test_pages_without_a_plan_or_a_book_say_so() -> None:
    planner = make_planner()
    make_node()
    desk = Client()
    desk.force_login(planner)
    assert "Belum ada rencana" in desk.get(reverse("planner:books")).content.decode()
    assert "Belum ada buku yang diterbitkan." in Client().get(reverse("books")).content.decode()


def test_the_command_writes_pdf_and_word(tmp_path: Path) -> None:
    make_programme(make_plan())
    for name, words in (("a.pdf", ["1"]), ("b.docx", ["2", "--docx"]), ("c.pdf", ["quickwins", "--review"])):
        call_command("plan", "book", *words, "--out", str(tmp_path / name))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "b.docx").read_bytes().startswith(b"PK")
    assert "Catatan untuk penelaah" in text_of((tmp_path / "c.pdf").read_bytes())
    for words in (["9"], ["1", "--draft"]):
        with pytest.raises(CommandError):
            call_command("plan", "book", *words, "--out", str(tmp_path / "x"))
