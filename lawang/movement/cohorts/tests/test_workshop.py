"""On the regency's side: worksheets count what the plan lacks, nominees are weighed, products become drafts."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client

from lawang.lib.refused import Refused
from lawang.movement.cohorts import workshop
from lawang.movement.cohorts.models import Product
from lawang.movement.cohorts.tests.cast import AT, PROGRAMME, blueprint, signed_in
from lawang.packs.reader import read_pack
from lawang.people.models import Node, User
from lawang.plans.linter import RULES
from lawang.plans.linter_subject import read
from lawang.plans.models import QuickWin, Revision
from tests.cast import make_agency, make_membership, make_node, make_role, make_user
from tests.markup import Markup
from tests.plan_factory import make_plan, make_programme, make_quick_win

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {
    "title": "Surat izin memakai aula",
    "for_whom": "Kelompok warga",
    "problem": "Warga datang dua kali: sekali bertanya, sekali mengambil.",
    "how": "Jadwal terlihat, izin diunduh.",
}


@pytest.fixture
def revision() -> Revision:
    make_node()
    revision = make_plan()
    make_quick_win(make_programme(revision, code="E1", node="ekonomi.1"), "Q-01", name="Pasar digital")
    make_quick_win(make_programme(revision, code="E2", node="ekonomi.2"), "Q-02", name="Koperasi daring")
    make_quick_win(make_programme(revision, code="L1", node="lingkungan.1"), "Q-03", name="Bank sampah")
    return revision


def coordinator() -> User:
    user = make_user("ratna")
    if not user.memberships.exists():
        verbs = {"plans.see_internal": "all", "movement.weigh": "all", "movement.word_product": "all"}
        make_membership(user, role=make_role("koordinator", verbs), agency=make_agency("kominfo", "Kominfo"))
    return user


def officer(agency: str = "dinkes", name: str = "Dinas Kesehatan") -> User:
    user = make_user(f"petugas-{agency}")
    if not user.memberships.exists():
        verbs = {"plans.see_internal": "all", "movement.word_product": "agency"}
        make_membership(user, role=make_role("petugas", verbs), agency=make_agency(agency, name))
    return user


def win(code: str) -> QuickWin:
    return QuickWin.objects.select_related("programme").get(code=code)


def weigh(code: str, mark: int) -> None:
    workshop.weigh(win(code), dict.fromkeys(workshop.CRITERIA, mark), by=coordinator(), at=AT)


# Worksheets


def test_every_worksheet_counts_by_rules_that_the_linter_has() -> None:
    known = {rule.code for rule in RULES}
    for sheet in workshop.WORKSHEETS.values():
        assert set(sheet.rules) <= known
        assert sheet.href.startswith("/kelola/rencana/")


def test_a_worksheet_says_how_much_of_it_is_there(revision: Revision) -> None:
    full = workshop.fullness(read(revision, today=AT.date()))
    wins = full["quick_wins"]
    assert 0 < wins.fine < wins.looked or wins.fine == wins.looked
    assert full["swot"].fine <= full["swot"].looked
    assert workshop.Fullness(0, 0).share is None
    assert workshop.Fullness(4, 1).share == 0.25


# The funnel


def test_nominees_stand_by_dimension_the_heaviest_first(revision: Revision) -> None:
    weigh("Q-02", 3)
    weigh("Q-01", 1)
    found = [(one.dimension, one.row.code, one.total) for one in workshop.nominees(revision)]
    assert found == [("ekonomi", "Q-02", 15), ("ekonomi", "Q-01", 5), ("lingkungan", "Q-03", None)]


def test_marks_are_whole_for_every_criterion(revision: Revision) -> None:
    with pytest.raises(Refused, match="semua kriterianya"):
        workshop.weigh(win("Q-01"), {"lever": 1}, by=coordinator(), at=AT)
    with pytest.raises(Refused, match="0 sampai 3"):
        weigh("Q-01", 4)
    with pytest.raises(Refused, match="tidak mencakup"):
        workshop.weigh(win("Q-01"), dict.fromkeys(workshop.CRITERIA, 1), by=officer(), at=AT)


def test_one_is_picked_for_each_dimension_and_a_weaker_one_with_a_reason(revision: Revision) -> None:
    with pytest.raises(Refused, match="Timbang"):
        workshop.pick(win("Q-01"), revision, reason="", by=coordinator(), at=AT)
    weigh("Q-01", 1)
    weigh("Q-02", 3)
    weigh("Q-03", 1)
    workshop.pick(win("Q-02"), revision, reason="", by=coordinator(), at=AT)
    workshop.pick(win("Q-03"), revision, reason="", by=coordinator(), at=AT)
    with pytest.raises(Refused, match="nilainya lebih tinggi"):
        workshop.pick(win("Q-01"), revision, reason=" ", by=coordinator(), at=AT)
    workshop.pick(win("Q-01"), revision, reason="Mitranya siap.", by=coordinator(), at=AT)
    picked = {
        one.row.code for one in workshop.nominees(revision) if one.nomination and one.nomination.is_picked
    }
    assert picked == {"Q-01", "Q-03"}


# Products


def test_an_agency_words_its_own_products_only() -> None:
    ratna = officer()
    agency = make_agency("dinkes", "Dinas Kesehatan")
    product = workshop.word_product(agency, **WORDS, by=ratna, at=AT)
    with pytest.raises(Refused, match="Isi keempatnya"):
        workshop.word_product(agency, **(WORDS | {"how": " "}), by=ratna, at=AT)
    with pytest.raises(Refused):
        workshop.word_product(make_agency("dinsos", "Dinas Sosial"), **WORDS, by=ratna, at=AT)
    with pytest.raises(Refused):
        workshop.drop_product(product, by=officer("dinsos", "Dinas Sosial"), at=AT)
    again = workshop.word_product(agency, **(WORDS | {"title": "Izin aula"}), row=product, by=ratna, at=AT)
    assert (again.pk, Product.objects.get().title) == (product.pk, "Izin aula")
    workshop.drop_product(product, by=ratna, at=AT)
    assert not Product.objects.exists()


TITLES = [
    "Surat izin memakai aula",
    "1000 bibit: untuk siapa? “Warga”",
    "SIM-PLE",
    "Ä",
    "#: [x] {y} - *z* & 'q'",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_draft_is_a_definition_that_packs_accept(title: str, tmp_path: Path) -> None:
    product = workshop.word_product(
        make_agency("dinkes", "Dinas Kesehatan"), **(WORDS | {"title": title}), by=officer(), at=AT
    )
    words = workshop.draft_service(product, unit="front_office")
    folder = tmp_path / "rancangan"
    (folder / "services").mkdir(parents=True)
    code = yaml.safe_load(words)["code"]
    (folder / "services" / f"{code}.yaml").write_text(words, encoding="utf-8")
    (folder / "pack.yaml").write_text(
        'name: rancangan\nversion: "1"\ntitle: {id: Rancangan}\nrequires: [nasional]\nlicence: CC0-1.0\n'
        "sources: [uji]\n"
    )
    (tmp_path / "nasional").symlink_to(settings.ROOT / "packs" / "nasional")
    pack = read_pack(folder)
    assert [str(one) for one in pack.problems] == []
    assert yaml.safe_load(words)["title"] == {"id": title}


# Pages


@pytest.mark.parametrize(
    "path",
    [
        "",
        "percepatan/",
        "produk/",
        "produk/baru/",
        "produk.csv",
        "percepatan/{win}/timbang/",
        "percepatan/{win}/pilih/",
    ],
)
def test_pages_are_whole_and_ask_little(
    path: str, revision: Revision, django_assert_max_num_queries: Any
) -> None:
    blueprint("programmes", PROGRAMME)
    for number in range(6):
        workshop.word_product(
            make_agency("kominfo", "Kominfo"),
            **(WORDS | {"title": f"Produk {number}"}),
            by=coordinator(),
            at=AT,
        )
    weigh("Q-01", 2)
    client = signed_in(coordinator())
    address = f"/kelola/bimbingan/{path}".format(win=win("Q-01").key)
    with django_assert_max_num_queries(12):
        response = client.get(address)
        content = b"".join(response) if response.streaming else response.content
    assert response.status_code == 200
    if response["Content-Type"].startswith("text/html"):
        assert Markup(content.decode()).problems() == []


def test_a_product_is_worded_changed_and_drafted_in_pages(revision: Revision) -> None:
    client = signed_in(officer())
    agency = make_agency("dinkes", "Dinas Kesehatan")
    page = client.get("/kelola/bimbingan/produk/baru/").content.decode()
    assert "Dinas Kesehatan" in page
    assert make_agency("dinsos", "Dinas Sosial").short_name not in page
    given = WORDS | {"agency": agency.pk}
    assert client.post("/kelola/bimbingan/produk/baru/", given | {"how": ""}).status_code == 422
    assert client.post("/kelola/bimbingan/produk/baru/", given).status_code == 302
    row = Product.objects.get()
    draft = client.get(f"/kelola/bimbingan/produk/{row.key}/rancangan.yaml")
    assert 'filename="surat-izin-memakai-aula.yaml"' in draft["Content-Disposition"]
    other = signed_in(officer("dinsos", "Dinas Sosial"))
    assert other.get(f"/kelola/bimbingan/produk/{row.key}/").status_code == 404
    assert other.post(f"/kelola/bimbingan/produk/{row.key}/hapus/").status_code == 302
    assert Product.objects.exists()
    client.post(f"/kelola/bimbingan/produk/{row.key}/hapus/")
    assert not Product.objects.exists()


def test_a_movement_has_no_worksheets(revision: Revision) -> None:
    Node.objects.update(kind=Node.Kind.MOVEMENT)
    assert signed_in(coordinator()).get("/kelola/bimbingan/").status_code == 404
    assert Client().get("/kelola/bimbingan/").status_code == 302
