"""The pages of the yearly evaluation, as people use them: forms, sentences, who may, how many queries."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lawang.movement import answering, panel
from lawang.movement.cohorts.actions import take_in_figures
from lawang.movement.cohorts.tests.cast import csv_of
from lawang.movement.models import (
    Answer,
    Assessment,
    Evaluation,
    Interview,
    Mark,
    Objection,
    Recommendation,
    Seat,
)
from lawang.movement.scoring import scores_of_components
from lawang.movement.tests import letters
from lawang.movement.tests.cast import (
    AT,
    UNTIL,
    hand_in,
    make_area,
    make_evaluation,
    make_instrument,
    person,
    survey,
)
from lawang.people.models import Node
from lawang.people.node import now
from tests.cast import make_agency
from tests.plan_factory import make_plan, make_programme

pytestmark = pytest.mark.django_db
MOST = 12
Asked = Callable[..., Any]


@pytest.fixture(autouse=True)
def demonstration() -> None:
    make_area()
    Node.objects.update(is_demo=True)  # so that nobody is led to the second factor


def login(role: str, username: str) -> Client:
    client = Client()
    client.force_login(person(role, username))
    client.get("/masuk/")  # the session is there
    return client


# The regency


@pytest.fixture
def own() -> Assessment:
    revision = make_plan()
    make_programme(revision, code="E1", node="ekonomi.1")
    Node.objects.update(area=make_area())
    return answering.begin(
        make_instrument(), "reguler", 2026, answers_until=UNTIL, by=person("coordinator", "ratna"), at=AT
    )


def item_page(own: Assessment, code: str) -> str:
    return f"/kelola/penilaian/{own.key}/{code}/"


def test_a_coordinator_begins_a_year_on_a_page() -> None:
    make_plan()
    make_instrument()
    Node.objects.update(area=make_area())
    client = login("coordinator", "ratna")
    page = client.get("/kelola/penilaian/").content.decode()
    assert "Mulai penilaian mandiri" in page
    today = now()
    wrong = client.post("/kelola/penilaian/mulai/", {"track": "reguler", "year": today.year})
    assert wrong.status_code == 422
    assert "Tanggal ini belum diisi." in wrong.content.decode()
    given = {
        "instrument": make_instrument().pk,
        "year": today.year,
        "track": "reguler",
        "until_day": "30",
        "until_month": "12",
        "until_year": str(today.year + 1),
    }
    answer = client.post("/kelola/penilaian/mulai/", given, follow=True)
    assert "0 dari 6 butir sudah diperiksa" in answer.content.decode()
    assert Assessment.objects.get().evaluation.year == today.year


def test_the_front_page_says_what_is_left_and_asks_few_queries(
    own: Assessment, django_assert_max_num_queries: Asked
) -> None:
    client = login("coordinator", "ratna")
    client.get("/kelola/penilaian/")
    with django_assert_max_num_queries(MOST):
        page = client.get("/kelola/penilaian/").content.decode()
    assert "0 dari 6 butir sudah diperiksa" in page
    assert "Setiap butir perlu dilihat seseorang dulu" in page
    assert "Kirim penilaian mandiri" not in page


def test_confirming_leads_to_the_next_item(own: Assessment, django_assert_max_num_queries: Asked) -> None:
    client = login("coordinator", "ratna")
    with django_assert_max_num_queries(MOST):
        page = client.get(item_page(own, "A1-1")).content.decode()
    assert "Peraturan Bupati" in page
    answer = client.post(item_page(own, "A1-1"), {"confirm": "1", "words": "apa saja"})
    assert answer.status_code == 302
    assert answer["Location"] == item_page(own, "A1-2")
    row = Answer.objects.get(item="A1-1")
    assert (row.source, row.words) == (Answer.Source.CONFIRMED, row.proposed)


def test_a_refused_answer_keeps_what_was_typed(own: Assessment) -> None:
    client = login("coordinator", "ratna")
    answer = client.post(item_page(own, "A1-1"), {"words": "Perbup belum terbit, masih dibahas."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Anda mengubah usulan sistem" in page
    assert "Perbup belum terbit, masih dibahas." in page


def test_an_answer_over_somebody_elses_is_not_lost_and_not_written(own: Assessment) -> None:
    client = login("coordinator", "ratna")
    client.post(item_page(own, "A1-3"), {"words": "Dari Ratna."})
    answer = client.post(item_page(own, "A1-3"), {"words": "Dari halaman lama.", "seen": ""})
    assert answer.status_code == 422
    assert "Orang lain baru saja menjawab" in answer.content.decode()
    assert "Dari halaman lama." in answer.content.decode()
    assert client.post(item_page(own, "A1-3"), {"words": "x", "seen": "kemarin"}).status_code == 422


def test_a_proof_is_added_as_a_link(own: Assessment) -> None:
    client = login("coordinator", "ratna")
    day = {"date_day": "2", "date_month": "1", "date_year": "2026"}
    wrong = client.post(item_page(own, "A1-1") + "bukti/", {"proves": "Perbup", **day})
    assert wrong.status_code == 422
    assert "Lampirkan berkas atau tulis tautannya." in wrong.content.decode()
    client.post(
        item_page(own, "A1-1") + "bukti/", {"proves": "Perbup 5", "link": "https://jdih.example.id/5", **day}
    )
    assert "Perbup 5" in client.get(item_page(own, "A1-1")).content.decode()


def test_it_is_sent_and_taken_back_on_the_front_page(own: Assessment) -> None:
    client = login("coordinator", "ratna")
    act = f"/kelola/penilaian/{own.key}/lakukan/"
    page = client.post(act + "kirim/", follow=True).content.decode()
    assert "6 butir belum diperiksa" in page
    for row in own.answers.all():
        given = {"confirm": "1"} if row.proposed else {"nothing": "on", "reason": "Belum ada."}
        assert client.post(item_page(own, row.item), given).status_code == 302
    assert "Kirim penilaian mandiri" in client.get("/kelola/penilaian/").content.decode()
    assert "Menunggu panel." in client.post(act + "kirim/", follow=True).content.decode()
    assert client.post(item_page(own, "A1-3"), {"words": "Lagi.", "seen": ""}).status_code == 422
    assert "Tuliskan mengapa ditarik kembali." in client.post(act + "tarik/", follow=True).content.decode()
    page = client.post(act + "tarik/", {"reason": "Lampiran tertukar."}, follow=True).content.decode()
    assert "Ditarik kembali." in page
    assert client.post(act + "apa-saja/").status_code == 404


def test_next_years_page_opens_with_the_recommendations(
    own: Assessment, django_assert_max_num_queries: Asked
) -> None:
    old = Evaluation.objects.create(
        year=2025,
        instrument=make_instrument(),
        opened_at=AT,
        answers_until=AT,
        state=Evaluation.State.PUBLISHED,
    )
    last = Assessment.objects.create(
        evaluation=old,
        area=make_area(),
        track="reguler",
        state=Assessment.State.PUBLISHED,
        final=Decimal("2.5"),
    )
    row = Recommendation.objects.create(assessment=last, number=1, words="Perbarui SK Dewan.")
    client = login("coordinator", "ratna")
    page = client.get("/kelola/penilaian/").content.decode()
    assert page.index("Perbarui SK Dewan.") < page.index("butir sudah diperiksa")
    there = f"/kelola/penilaian/rekomendasi/{row.key}/"
    with django_assert_max_num_queries(MOST):
        client.get(there)
    wrong = client.post(there, {"state": "underway"})
    assert wrong.status_code == 422
    assert "penanggung jawab" in wrong.content.decode()
    day = {"due_date_day": "1", "due_date_month": "3", "due_date_year": "2027"}
    client.post(there, {"state": "underway", "owner": make_agency("dinkes").pk, **day})
    row.refresh_from_db()
    assert (row.state, row.due_date) == ("underway", date(2027, 3, 1))


def test_a_result_is_objected_to_on_its_page_and_the_answer_stands_there(
    own: Assessment, django_assert_max_num_queries: Asked
) -> None:
    Assessment.objects.update(
        state=Assessment.State.PUBLISHED, final=Decimal("2.97"), components={"baseline": "3.50"}
    )
    Recommendation.objects.create(assessment=own, number=1, words="Perbarui SK Dewan.")
    there = f"/kelola/penilaian/{own.key}/sanggahan/"
    client = login("coordinator", "ratna")
    assert client.get(there).status_code == 404  # before it is published
    Evaluation.objects.update(state=Evaluation.State.PUBLISHED, published_at=now())
    assert there in client.get("/kelola/penilaian/").content.decode()
    with django_assert_max_num_queries(MOST):
        page = client.get(there).content.decode()
    assert "Nilai akhir 2,97." in page
    assert "Perbarui SK Dewan." in page
    assert "Bisa diajukan sampai" in page
    wrong = client.post(there, {"words": " "})
    assert wrong.status_code == 422
    given = {"words": "Perbup kami terbit Mei.", "once": "1"}
    assert client.post(there, given)["Location"] == there
    client.post(there, given)
    row = Objection.objects.get()
    assert "menunggu jawaban" in client.get(there).content.decode()
    panel.answer_objection(
        row, answer="Sudah dibaca.", is_accepted=False, by=person("movement-secretariat", "ketut"), at=now()
    )
    page = client.get(there).content.decode()
    assert "Sudah dibaca." in page
    assert "tidak diterima" in page
    Evaluation.objects.update(published_at=AT - timedelta(days=400))
    late = client.get(there).content.decode()
    assert "Waktu menyanggah berakhir" in late
    assert '<form class="stack"' not in late
    refused = client.post(there, {"words": "Terlambat."})
    assert refused.status_code == 422
    assert "Waktu menyanggah sudah lewat" in refused.content.decode()
    contributor = login("contributor", "budi")
    assert contributor.get(there).status_code == 200
    assert contributor.post(there, {"words": "Saya."}).status_code == 422
    assert Objection.objects.count() == 1


def test_who_may_not_answer_does_not_see_it(own: Assessment) -> None:
    for role, username in (("assessor", "wayan"), ("movement-secretariat", "ketut")):
        client = login(role, username)
        assert client.get("/kelola/penilaian/").status_code == 403
        assert client.get(item_page(own, "A1-1")).status_code == 403
    assert Client().get("/kelola/penilaian/").status_code == 302


# The panel


@pytest.fixture
def regency() -> Assessment:
    return make_evaluation(make_area(), make_area("16.03", "Muara Enim")).assessments.get(area__code="16.11")


def marks(value: int, note: str = "") -> dict[str, tuple[int, str]]:
    return dict.fromkeys(("A1-1", "A1-2", "A1-3", "B1-1", "B1-2"), (value, note))


def seat(assessment: Assessment, username: str, *nodes: str) -> Client:
    user = person("assessor", username)
    secretary = person("movement-secretariat", "ketut")
    panel.seat(assessment.evaluation, user, nodes=nodes, assessments=[assessment], by=secretary, at=AT)
    return login("assessor", username)


def test_an_assessor_declares_marks_and_hands_in(
    regency: Assessment, django_assert_max_num_queries: Asked
) -> None:
    client = seat(regency, "wayan")
    there = f"/gerakan/menilai/{regency.key}/"
    assert "Empat Lawang" in client.get("/gerakan/menilai/").content.decode()
    assert "Apakah Anda punya kepentingan" in client.get(there).content.decode()
    assert client.get(there + "baseline/").status_code == 302
    wrong = client.post(there, {"declare": "1", "has": "yes"})
    assert "Tuliskan kepentingannya" in wrong.content.decode()
    client.post(there, {"declare": "1", "has": "no"})
    for path in ("/gerakan/menilai/", there, there + "baseline/"):
        with django_assert_max_num_queries(MOST):
            assert client.get(path).status_code == 200
    wrong = client.post(there + "baseline/", {"mark-A1-1": "7", "note-A1-1": "terlalu tinggi"})
    assert wrong.status_code == 422
    assert "bilangan bulat 1 sampai 4" in wrong.content.decode()
    assert "terlalu tinggi" in wrong.content.decode()
    client.post(
        there + "baseline/", {"mark-A1-1": "3", "mark-A1-2": "2", "mark-A1-3": "0", "note-A1-1": "Ada."}
    )
    words = {"hand_in": "1", "strengths": "Kuat", "weaknesses": "Lemah", "recommendations": "Satu\nDua"}
    assert "2 butir belum bernilai" in client.post(there, words).content.decode()
    client.post(there + "outcome/", {"mark-B1-1": "4", "mark-B1-2": "1"})
    page = client.post(there, words, follow=True).content.decode()
    assert "Lembar nilai diserahkan." in page
    assert "Nilai semua penilai" in page  # the only one on the panel
    assert Mark.objects.get(item="A1-1").note == "Ada."


def test_others_marks_are_on_no_page_before_all_are_in(regency: Assessment) -> None:
    wayan, made = seat(regency, "wayan"), seat(regency, "made")
    hand_in(
        regency,
        person("assessor", "wayan"),
        marks(4, "rahasia"),
    )
    there = f"/gerakan/menilai/{regency.key}/"
    made.post(there, {"declare": "1", "has": "no"})
    secretary = login("movement-secretariat", "ketut")
    desk = f"/gerakan/evaluasi/{regency.evaluation.key}/daerah/16.11/"
    for client, path in ((made, there), (made, there + "baseline/"), (secretary, desk)):
        assert "rahasia" not in (page := client.get(path).content.decode())
        assert "Nilai semua penilai" not in page
    hand_in(regency, person("assessor", "made"), marks(1))
    page = wayan.get(there).content.decode()
    assert "5 butir berjauhan" in page
    revised = made.post(there + "ubah/B1-1/", {"mark": "3", "reason": "Terbaca saat wawancara."}, follow=True)
    assert "semula 1" in revised.content.decode()
    assert wayan.get(there + "ubah/C1-1/").status_code == 404


def test_a_regency_that_is_not_theirs_is_not_found(regency: Assessment) -> None:
    seat(regency, "wayan")
    stranger = login("assessor", "made")
    assert stranger.get(f"/gerakan/menilai/{regency.key}/").status_code == 404
    row = Interview.objects.create(assessment=regency, starts_at=UNTIL, place="Ruang 2")
    assert stranger.get(f"/gerakan/menilai/wawancara/{row.pk}/").status_code == 404
    assert login("coordinator", "ratna").get("/gerakan/menilai/").status_code == 403


def test_minutes_are_written_by_an_assessor(regency: Assessment) -> None:
    client = seat(regency, "wayan")
    row = Interview.objects.create(assessment=regency, starts_at=UNTIL, place="Ruang 2")
    there = f"/gerakan/menilai/wawancara/{row.pk}/"
    assert client.post(there, {"minutes": ""}).status_code == 422
    client.post(there, {"present": "Kominfo", "minutes": "Perbup dibahas."})
    row.refresh_from_db()
    assert row.minutes == "Perbup dibahas."


# The secretariat


def test_the_secretariat_opens_a_year_enters_and_seats(django_assert_max_num_queries: Asked) -> None:
    make_area("16.03", "Muara Enim")
    client = login("movement-secretariat", "ketut")
    this_year = now().year
    given = {
        "year": this_year,
        "instrument": make_instrument().pk,
        "until_day": "30",
        "until_month": "12",
        "until_year": str(this_year + 1),
    }
    answer = client.post("/gerakan/evaluasi/", given)
    row = Evaluation.objects.get()
    here = f"/gerakan/evaluasi/{row.key}/"
    assert answer["Location"] == here
    assert client.post("/gerakan/evaluasi/", given).status_code == 422
    wrong = client.post(here + "daftarkan/", {"track": "reguler", "lines": "16.11\nKabupaten Antah"})
    assert "Tidak dikenal: Kabupaten Antah." in wrong.content.decode()
    page = client.post(
        here + "daftarkan/", {"track": "reguler", "lines": "16.11\n muara  enim \n"}, follow=True
    )
    assert "2 daerah didaftarkan." in page.content.decode()
    wayan = person("assessor", "wayan")
    seated = client.post(
        here + "panel/", {"user": wayan.pk, "nodes": ["ekonomi"], "lines": "16.11"}, follow=True
    )
    assert "Wayan ditugaskan." in seated.content.decode()
    assert Seat.objects.get().assessments.get().area.code == "16.11"
    for path in ("/gerakan/evaluasi/", here, here + "?keadaan=answering&cari=muara", here + "panel/"):
        with django_assert_max_num_queries(MOST):
            assert client.get(path).status_code == 200
    assert "/daerah/16.03/" in client.get(here + "?cari=muara").content.decode()
    assert "/daerah/16.11/" not in client.get(here + "?cari=muara").content.decode()
    content = b"".join(client.get(here + "daftar.csv")).decode()
    assert "16.11;Empat Lawang;reguler" in content


def test_the_secretariat_settles_and_publishes(
    regency: Assessment, django_assert_max_num_queries: Asked
) -> None:
    letters.install(AT)
    client = login("movement-secretariat", "ketut")
    seat(regency, "wayan")
    here = f"/gerakan/evaluasi/{regency.evaluation.key}/"
    there = here + "daerah/16.11/"
    assert "Belum semua penilai" in client.post(there, {"settle": "1"}, follow=True).content.decode()
    hand_in(regency, person("assessor", "wayan"), marks(3))
    survey(regency, C1_1="3")
    page = client.post(there, {"settle": "1"}, follow=True).content.decode()
    assert "Nilai akhir 3,00." in page
    assert "Perbarui dasar hukum" in page
    with django_assert_max_num_queries(MOST):
        client.get(there)
    when = {
        "day_day": "5",
        "day_month": "7",
        "day_year": "2026",
        "hour": "09:30",
        "place": "Ruang 2",
        "interview": "1",
    }
    assert client.post(there, when | {"hour": "pagi"}).status_code == 422
    assert "Ruang 2" in client.post(there, when, follow=True).content.decode()
    assert "1 daerah belum ditetapkan" in client.post(here + "lakukan/umumkan/", follow=True).content.decode()
    Assessment.objects.exclude(pk=regency.pk).update(state=Assessment.State.ANSWERING)
    assert "Hasil 1 daerah diumumkan." in client.post(here + "lakukan/umumkan/", follow=True).content.decode()
    ratna = person("coordinator", "ratna")
    row = Objection.objects.create(assessment=regency, words="Keliru.", by=ratna, at=AT)
    other = Objection.objects.create(assessment=regency, words="B1-1 juga.", by=None, at=AT)
    with django_assert_max_num_queries(MOST):
        page = client.get(here).content.decode()
    assert page.count("/daerah/16.11/#sanggahan") == 2
    assert client.post(there, {"objection": "0"}).status_code == 404
    wrong = client.post(there, {"objection": row.pk, "answer": "Benar."})
    assert wrong.status_code == 422
    answered = client.post(there, {"objection": row.pk, "answer": "Benar.", "is_accepted": "no"}, follow=True)
    assert "Benar." in answered.content.decode()
    assert client.get(here).content.decode().count("/daerah/16.11/#sanggahan") == 1
    page = client.post(
        there, {"objection": other.pk, "answer": "Ya.", "is_accepted": "yes"}, follow=True
    ).content.decode()
    assert "Hitung lagi" in page
    assert "Empat Lawang" in login("assessor", "wayan").get("/gerakan/menilai/").content.decode()
    assert "Nilai akhir 3,00." in client.post(there, {"settle": "1"}, follow=True).content.decode()
    regency.refresh_from_db()
    assert regency.state == Assessment.State.PUBLISHED


def test_results_of_other_years_are_imported_from_a_file() -> None:
    make_area("16.03", "Kabupaten Muara Enim")
    client = login("movement-secretariat", "ketut")

    def send(content: str, **more: str) -> Any:
        file = SimpleUploadedFile("hasil.csv", content.encode())
        given = {"year": "2025", "instrument": str(make_instrument().pk), "track": "reguler", "file": file}
        return client.post("/gerakan/evaluasi/impor/", given | more, follow=True)

    head = "region,baseline,outcome,impact\n"
    wrong = send(f"{head}16.11,1,2,9\nKabupaten Antah,1,1,1\n").content.decode()
    assert "impact 9 di luar 0 sampai 4" in wrong
    assert "Kabupaten Antah: daerah ini tidak dikenal." in wrong
    assert "yang ada: reguler, baru" in send(head, track="x").content.decode()
    assert "tidak punya kolom" in send("region,baseline\n16.11,1\n").content.decode()
    assert not Evaluation.objects.exists()
    page = send(f"{head}16.11,1,2,3\nkabupaten muara enim,,,\n").content.decode()
    assert "2 hasil diimpor." in page
    assert Assessment.objects.get(area__code="16.11").final == Decimal("1.80")


# Everybody


def test_results_are_public_after_publishing_only(
    regency: Assessment, django_assert_max_num_queries: Asked
) -> None:
    assert "Belum ada hasil yang diumumkan." in Client().get("/hasil-evaluasi/").content.decode()
    assert Client().get("/hasil-evaluasi/16.11/").status_code == 404
    secretary = person("movement-secretariat", "ketut")
    seat(regency, "wayan")
    hand_in(regency, person("assessor", "wayan"), marks(3))
    survey(regency, C1_1="2")
    panel.settle(regency, by=secretary, at=AT)
    Assessment.objects.exclude(pk=regency.pk).update(state=Assessment.State.ANSWERING)
    panel.publish(regency.evaluation, by=secretary, at=AT)
    for path in (
        "/hasil-evaluasi/",
        "/hasil-evaluasi/?q=muara",
        "/hasil-evaluasi/16.11/",
        "/hasil-evaluasi/16.03/",
    ):
        with django_assert_max_num_queries(MOST):
            assert Client().get(path).status_code == 200
    page = Client().get("/hasil-evaluasi/").content.decode()
    assert "1 dari 2 daerah ikut pada 2026." in page
    page = Client().get("/hasil-evaluasi/16.11/").content.decode()
    assert "2,80" in page
    assert "Yang paling menaikkan nilai" in page
    assert "Item impact.trade" not in page
    assert "tidak ikut, jadi tidak punya nilai" in Client().get("/hasil-evaluasi/16.03/").content.decode()
    content = b"".join(Client().get("/hasil-evaluasi.csv")).decode()
    assert "2026;uji-2026;reguler;16.11;Empat Lawang;1;3,00;3,00;2,00;2,8" in content
    assert "16.03;Muara Enim;0;;;;;" in content
    assert Client().get("/hasil-evaluasi/?tahun=1999").status_code == 404


def test_regions_alike_are_chosen_by_known_figures_which_are_shown(
    django_assert_max_num_queries: Asked,
) -> None:
    secretary = person("movement-secretariat", "ketut")
    instrument = make_instrument()
    shape = instrument.shape
    areas = [make_area(f"16.{number:02}", f"Kabupaten Uji {number}") for number in range(1, 11)]
    scores = {
        area: scores_of_components(
            {"baseline": Decimal(2), "outcome": Decimal(2), "impact": Decimal(1)},
            shape.tracks["reguler"],
            shape,
        )
        for area in [*areas, make_area()]
    }
    panel.import_results(instrument, 2025, "reguler", scores, by=secretary, at=AT)

    def page() -> str:
        with django_assert_max_num_queries(MOST):
            return Client().get("/hasil-evaluasi/16.11/").content.decode()

    assert "belum diketahui di sini, jadi belum ikut dibandingkan" in page()
    assert "Uji 1" in page()
    assert "Uji 10" not in page()  # all are equally far: the first eight codes
    sheet = ["region;indicator;year;value;source"]
    for place, area in enumerate([*areas, make_area()]):
        sheet.append(f"{area.code};penduduk;2023;1;lama")
        people = 300_000 if place > 6 else 300_000 * 4**place * 8
        sheet.append(f"{area.code};Penduduk;2024;{people};BPS, hasil registrasi")
    sheet.append("16.11;Kapasitas fiskal;2025;0,512;PMK contoh")
    sheet.append("16.11;IPM;2025;70;BPS lain")
    taken = take_in_figures(csv_of(*sheet), by=secretary, at=AT)
    assert taken.rejected == []
    now_alike = page()
    for number in (8, 9, 10, 1):
        assert f"Uji {number}<" in now_alike
    assert "Uji 7<" not in now_alike
    assert "300.000 (2024)" in now_alike
    assert "0,512 (2025)" in now_alike
    assert "belum diketahui" in now_alike
    assert "BPS, hasil registrasi; PMK contoh" in now_alike
    assert "BPS lain" not in now_alike
    assert "lama" not in now_alike.partition("Sumber angka:")[2].partition("</p>")[0]
