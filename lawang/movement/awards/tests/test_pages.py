"""The pages of awards: whole, few queries, for whom they are, and nowhere on a regency's installation."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lawang.lib.text import text
from lawang.movement.awards import actions
from lawang.movement.awards.actions import Win
from lawang.movement.awards.models import Award, AwardJuror, JuryVote
from lawang.movement.awards.tests.cast import (
    AT,
    browser,
    category,
    decided,
    judge,
    judging,
    make_award,
    make_year,
    nominee,
    person,
    published,
    result,
    seat,
    secretary,
)
from lawang.people.models import Node
from lawang.web.forms import ONCE
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def whole(response: Any, status: int = 200) -> str:
    """Check a page's markup; return its words."""
    content: str = (b"".join(response) if response.streaming else response.content).decode()
    assert response.status_code == status, content[:400]
    if response["Content-Type"].startswith("text/html"):
        assert Markup(content).problems() == []
    return content


def desk() -> Client:
    return browser(secretary())


def at_award(award: Award, what: str = "") -> str:
    return f"/kelola/penghargaan/{award.key}/{what}"


# Everybody


def test_before_the_first_award_the_page_says_so() -> None:
    make_award()
    assert "Belum ada penghargaan yang diumumkan" in whole(Client().get("/penghargaan/"))
    for path in ("", "penghargaan.csv", "penghargaan.json"):
        assert Client().get(f"/penghargaan/2026/{path}").status_code == 404


def test_a_decision_is_public_only_once_it_is_published() -> None:
    award = decided()
    assert Client().get("/penghargaan/2026/").status_code == 404
    actions.publish(award, by=secretary(), at=AT)
    assert "Penghargaan 2026" in whole(Client().get("/penghargaan/"))
    page = whole(Client().get("/penghargaan/2026/"))
    assert "Warga merasakannya." in page
    assert "Nilai akhir penilaian tahunan." in page
    assert "Dinominasikan: 3 nilai tertinggi" in page
    assert "Dinominasikan dengan nilai 3,50." in page
    assert 'href="/hasil-evaluasi/13.06/"' in page
    list_of_named = page[page.index("<details") :]
    names = ["Kabupaten Agam", "Kabupaten Empat Lawang", "Kabupaten Muara Enim"]
    places = [list_of_named.index(name) for name in names]
    assert places == sorted(places)  # by name, not by value
    assert "Contoh, bukan penghargaan kementerian" not in page
    english = whole(Client().get("/en/penghargaan/2026/"))
    assert "Residents feel it." in english


def test_what_the_jury_gave_stays_behind_the_desk() -> None:
    award = make_award()
    for juror in judging(award):
        judge(juror, _13_06=(5, 4))
    actions.decide(award, [Win(nominee(award).pk, 1, text("Baik."))], by=secretary(), at=AT)
    actions.publish(award, by=secretary(), at=AT)
    for path in ("", "penghargaan.csv", "penghargaan.json"):
        words = whole(Client().get(f"/penghargaan/2026/{path}"))
        assert "Made" not in words
        assert "4,60" not in words
        assert "4.6" not in words


def test_corrections_are_public_with_their_reason() -> None:
    award = make_award(shortlist=2)
    actions.drop_nominee(nominee(award, "16.03"), reason="Datanya ditarik.", by=secretary(), at=AT)
    added = award.evaluation.assessments.get(area__code="16.11")
    actions.add_nominee(award, added, reason="Usul juri tahun lalu.", by=secretary(), at=AT)
    published(award)
    page = whole(Client().get("/penghargaan/2026/"))
    assert "Kabupaten Muara Enim: Datanya ditarik." in page
    assert "Ditambahkan sekretariat: Usul juri tahun lalu." in page


def test_a_demonstration_says_that_nobody_was_awarded() -> None:
    make_year()
    Node.objects.update(is_demo=True)
    evaluation = make_year(2025)
    result(evaluation, "13.06", "Kabupaten Agam", "3.00")
    (award,), _empty = actions.open_awards(evaluation, [category()], by=secretary(), at=AT)
    published(award)
    assert "Contoh, bukan penghargaan kementerian." in whole(Client().get("/penghargaan/2025/"))
    assert Client().get("/penghargaan/2025/penghargaan.json").json()["awards"][0]["is_example"] is True


def test_a_year_is_handed_out_as_csv_and_json() -> None:
    published()
    lines = whole(Client().get("/penghargaan/2026/penghargaan.csv")).removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("tahun;kategori;judul;jalur;kode;daerah;percepatan;nilai;peringkat;alasan")
    cells = [line.split(";") for line in lines[1:]]
    assert [(row[4], row[7], row[8]) for row in cells] == [
        ("13.06", "3,5000", "1"),
        ("16.11", "2,9000", ""),
        ("16.03", "3,1000", ""),
    ]
    given = Client().get("/penghargaan/2026/penghargaan.json")
    assert given["Access-Control-Allow-Origin"] == "*"
    (award,) = given.json()["awards"]
    assert award["title"] == {"id": "Terbaik keseluruhan", "en": "Best keseluruhan"}
    assert [(one["code"], one["value"], one["place"]) for one in award["nominees"]] == [
        ("13.06", 3.5, 1),
        ("16.11", 2.9, None),
        ("16.03", 3.1, None),
    ]


def test_public_pages_ask_as_much_for_many_awards_as_for_one() -> None:
    published()
    counts = []
    for _round in range(2):
        asked = []
        for path in ("/penghargaan/", "/penghargaan/2026/", "/penghargaan/2026/penghargaan.csv"):
            with CaptureQueriesContext(connection) as queries:
                whole(Client().get(path))
            asked.append(len(queries))
        counts.append(asked)
        if len(counts) == 1:
            evaluation = Award.objects.get().evaluation
            result(evaluation, "74.07", "Kabupaten Wakatobi", "3.40")
            more = [category(f"lain-{number}") for number in range(3)]
            made, _empty = actions.open_awards(evaluation, more, by=secretary(), at=AT)
            for award in made:
                published(award)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 8


def test_pages_are_kept_for_a_phone_without_a_signal() -> None:
    published()
    for path in ("/penghargaan/", "/penghargaan/2026/"):
        response = Client().get(path)
        assert response["X-Keep"] == "1"
        assert not response.cookies


def test_a_regency_has_none_of_these_pages() -> None:
    award = published()
    Node.objects.update(kind=Node.Kind.REGENCY)
    for path in ("", "2026/", "2026/penghargaan.csv", "2026/penghargaan.json"):
        assert Client().get(f"/penghargaan/{path}").status_code == 404
    for path in ("/kelola/penghargaan/", at_award(award), at_award(award, "juri/")):
        assert desk().get(path).status_code == 404
    juror = browser(person("assessor", "made"))
    for path in ("", f"{award.key}/"):
        assert juror.get(f"/kelola/penghargaan/juri/{path}").status_code == 404


# The desk


def test_who_may_open_what() -> None:
    award = make_award()
    (made,) = judging(award, "made")
    other = person("assessor", "putu")
    assert browser(made.user).get(f"/kelola/penghargaan/juri/{award.key}/").status_code == 200
    assert browser(other).get(f"/kelola/penghargaan/juri/{award.key}/").status_code == 404
    for path in ("/kelola/penghargaan/", at_award(award), at_award(award, "juri/")):
        assert browser(made.user).get(path).status_code == 403
        assert "/masuk" in Client().get(path)["Location"]
    assert desk().get("/kelola/penghargaan/juri/").status_code == 403
    for path in (
        at_award(award, "lain/"),
        at_award(award, "umumkan/"),
        f"/kelola/penghargaan/nominasi/{award.key}/x/",
    ):
        assert desk().get(path).status_code == 404


def test_the_secretariat_opens_a_year_on_the_page() -> None:
    evaluation = make_year()
    result(evaluation, "13.06", "Kabupaten Agam", "3.00")
    finals, rises = category(), category("naik", "improvement")
    client = desk()
    whole(client.get("/kelola/penghargaan/"))
    bad = whole(client.post("/kelola/penghargaan/", {"evaluation": evaluation.pk}), 422)
    assert "Pilih paling sedikit satu" in bad
    given = {"evaluation": evaluation.pk, "categories": [finals.pk, rises.pk], ONCE: "satu"}
    for _time in range(2):  # a double press
        page = whole(client.post("/kelola/penghargaan/", given, follow=True))
    assert Award.objects.count() == 1
    assert "tidak disimpan dua kali" in page
    assert "Terbaik keseluruhan" in page
    again = {"evaluation": evaluation.pk, "categories": [finals.pk]}
    assert "sudah dibuka semua" in whole(client.post("/kelola/penghargaan/", again), 422)


def test_an_award_from_the_list_to_its_publication_on_the_pages() -> None:
    award = make_award(shortlist=2, by="quick_win", about=["baseline"])
    client = desk()
    left_out = award.evaluation.assessments.get(area__code="16.11")
    assert "Kabupaten Empat Lawang" in whole(client.get(at_award(award, "tambah/")))
    typed = {"assessment": left_out.pk, "reason": "Ok"}
    assert 'value="Ok"' in whole(client.post(at_award(award, "tambah/"), typed), 422)
    whole(client.post(at_award(award, "tambah/"), {**typed, "reason": "Usul juri tahun lalu."}, follow=True))
    path = f"/kelola/penghargaan/nominasi/{nominee(award, '16.03').key}/keluarkan/"
    whole(client.get(path))
    assert "Datanya ditarik." in whole(client.post(path, {"reason": "Datanya ditarik."}, follow=True))
    for one in award.nominees.filter(is_dropped=False):
        path = f"/kelola/penghargaan/nominasi/{one.key}/percepatan/"
        whole(client.get(path))
        whole(client.post(path, {"subject": "Antrean puskesmas"}, follow=True))
    page = whole(client.post(at_award(award, "mulai/"), follow=True))
    assert "Tunjuk juri dahulu" in page
    made, putu = person("assessor", "made"), person("assessor", "putu")
    for user in (made, putu):
        whole(client.get(at_award(award, "juri/")))
        whole(client.post(at_award(award, "juri/"), {"user": user.pk}, follow=True))
    assert "Juri mulai menilai" in whole(client.post(at_award(award, "mulai/"), follow=True))
    assert "Belum semua juri" in whole(client.get(at_award(award, "putuskan/"), follow=True))

    named = list(award.nominees.filter(is_dropped=False))
    for user in (made, putu):
        mine = browser(user)
        ballot = f"/kelola/penghargaan/juri/{award.key}/"
        assert "belum dinyatakan" in whole(mine.get("/kelola/penghargaan/juri/"))
        whole(mine.get(ballot))
        assert "Pilih satu" in whole(mine.post(ballot, {}), 422)
        whole(mine.post(ballot, {f"h-{one.pk}": "free" for one in named}, follow=True))
        marks = {f"n-{one.pk}-{code}": "4" for one in named for code in ("manfaat", "lanjut")}
        first = dict(list(marks.items())[:1])
        assert "Belum diserahkan" in whole(mine.post(ballot, {**first, "do": "save"}, follow=True))
        unfinished = whole(mine.post(ballot, {**first, "note": "Antre turun", "do": "hand_in"}), 422)
        assert "Antre turun" in unfinished
        given = {**marks, "note": "Antre turun", "do": "hand_in", ONCE: f"serah-{user.pk}"}
        for _time in range(2):
            whole(mine.post(ballot, given, follow=True))
        assert "diserahkan" in whole(mine.get("/kelola/penghargaan/juri/"))
    assert AwardJuror.objects.filter(award=award, handed_in_at__isnull=False).count() == 2

    assert "Nilai berbobot" in whole(client.get(at_award(award)))
    winner = nominee(award)
    whole(client.get(at_award(award, "putuskan/")))
    typed = {f"p-{winner.pk}": "1", f"r-{winner.pk}_id": ""}
    assert "Tulis alasan putusan" in whole(client.post(at_award(award, "putuskan/"), typed), 422)
    reason = {f"p-{winner.pk}": "1", f"r-{winner.pk}_id": "Antrean turun."}
    assert "Putusan tersimpan" in whole(client.post(at_award(award, "putuskan/"), reason, follow=True))
    whole(client.get(at_award(award, "tarik/")))
    assert "diumumkan" in whole(client.post(at_award(award, "umumkan/"), follow=True))
    page = whole(Client().get("/penghargaan/2026/"))
    assert "Antrean puskesmas" in page
    assert "Antrean turun." in page


def test_the_page_shows_nothing_of_a_jury_that_is_not_done() -> None:
    award = make_award()
    made, putu = judging(award)
    judge(made, _13_06=(5, 5))
    page = whole(desk().get(at_award(award)))
    assert "Nilai berbobot" not in page
    assert "Belum semua juri menyerahkan nilainya: Putu" in page
    actions.declare(putu, {one.pk: "" for one in award.nominees.all()}, by=putu.user, at=AT)
    for user in (made.user, putu.user):
        assert "Nilai berbobot" not in whole(browser(user).get(f"/kelola/penghargaan/juri/{award.key}/"))
    assert JuryVote.objects.filter(juror=made).count() == 3


def test_a_juror_declares_and_changes_the_declaration() -> None:
    award = make_award()
    (made,) = judging(award, "made")
    client, path = browser(made.user), f"/kelola/penghargaan/juri/{award.key}/"
    agam = nominee(award).pk
    given = {f"h-{one.pk}": "free" for one in award.nominees.all()} | {f"h-{agam}": "conflict"}
    assert "Tulis benturannya" in whole(client.post(path, given), 422)
    page = whole(client.post(path, {**given, f"b-{agam}": "Saudara di sana"}, follow=True))
    assert "Saudara di sana" in page
    assert f'name="n-{agam}-manfaat"' not in page
    whole(client.get(f"{path}?ubah=1"))
    page = whole(client.post(f"{path}?ubah=1", {**given, f"h-{agam}": "free"}, follow=True))
    assert f'name="n-{agam}-manfaat"' in page


def test_a_juror_is_let_go_on_the_page() -> None:
    award = make_award()
    (made,) = seat(award, "made")
    path = at_award(award, f"lepas/{made.pk}/")
    whole(desk().get(path))
    assert "Belum ada juri" in whole(desk().post(path, {"reason": "Sakit"}, follow=True))
    assert desk().get(path).status_code == 404


def test_desk_pages_ask_as_much_for_many_as_for_few() -> None:
    award = make_award(shortlist=50)
    for number in range(20, 30):
        result(award.evaluation, f"17.{number}", f"Kabupaten {number}", "3.00")
    wide = actions.open_awards(award.evaluation, [category("lebar", shortlist=50)], by=secretary(), at=AT)[0][
        0
    ]
    for one, usernames in ((award, ("made",)), (wide, ("made", "putu", "komang", "wayan"))):
        for juror in judging(one, *usernames):
            judge(juror)
    client, juror_client = desk(), browser(person("assessor", "made"))
    for path in ("", "putuskan/"):
        asked = []
        for one in (award, wide):
            client.get(at_award(one, path))
            with CaptureQueriesContext(connection) as queries:
                whole(client.get(at_award(one, path)))
            asked.append(len(queries))
        assert asked[0] == asked[1]
        assert asked[0] <= 24
    asked = []
    for one in (award, wide):
        with CaptureQueriesContext(connection) as queries:
            whole(juror_client.get(f"/kelola/penghargaan/juri/{one.key}/"))
        asked.append(len(queries))
    assert asked[0] == asked[1]
