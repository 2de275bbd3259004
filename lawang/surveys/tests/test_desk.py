"""The officers' pages: open, collect, hand in a file, see what is wrong, close, report; each office only its own."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from lawang.people.models import User
from lawang.people.node import now
from lawang.plans.models import Application, Plan
from lawang.record.models import Access
from lawang.surveys import actions
from lawang.surveys.models import Response, Survey
from lawang.surveys.tests.making import AT, make_framework, make_impact, make_instruments, make_skm, receive
from tests.case_factory import make_version
from tests.cast import make_agency, make_membership, make_node, make_role, make_user, moment
from tests.markup import Markup

pytestmark = pytest.mark.django_db
OFFICER = {"surveys.run": "agency", "surveys.collect": "agency"}


def signed_in(agency: str = "pdam", verbs: dict[str, str] | None = None, **role: Any) -> Client:
    user = make_user(f"petugas-{agency}")
    found = make_role(
        f"petugas-{agency}", OFFICER if verbs is None else verbs, highest_privacy="personal", **role
    )
    make_membership(user, role=found, agency=make_agency(agency))
    client = Client()
    client.force_login(user)
    return client


def running(**given: Any) -> Survey:
    return make_skm(from_date=date(2026, 1, 1), to_date=date(2099, 12, 31), **given)


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.status_code
    words = response.content.decode()
    assert Markup(words).problems() == []
    return words


def day(name: str, when: date) -> dict[str, str]:
    return {f"{name}_day": str(when.day), f"{name}_month": str(when.month), f"{name}_year": str(when.year)}


def test_an_officer_opens_a_survey_of_a_service_of_the_own_office() -> None:
    version = make_version()  # its work is that of the agency `umum`
    make_instruments()
    client = signed_in("umum")
    words = page(client, "/kelola/survei/kepuasan/buka/")
    assert "Peminjaman aula" in words
    given = {
        "about": f"l{version.service.pk}",
        "population": "480",
        **day("from_date", date(2026, 1, 1)),
        **day("to_date", date(2026, 12, 31)),
    }
    response = client.post("/kelola/survei/kepuasan/buka/", given)
    made = Survey.objects.get()
    assert response["Location"] == f"/kelola/survei/{made.key}/"
    assert (made.service, made.agency.code, made.population, made.year) == (
        version.service,
        "umum",
        480,
        2026,
    )
    again = client.post("/kelola/survei/kepuasan/buka/", given)
    assert again.status_code == 422
    assert "masih dibuka" in again.content.decode()
    backwards = client.post("/kelola/survei/kepuasan/buka/", given | day("to_date", date(2025, 1, 1)))
    assert "Hari terakhir harus sesudah" in backwards.content.decode()


def test_another_office_is_not_in_the_list_and_not_behind_the_address() -> None:
    survey = running()
    stranger = signed_in("rsud")
    assert f"u{survey.agency.pk}" not in page(stranger, "/kelola/survei/kepuasan/buka/")
    assert str(survey.key) not in page(stranger, "/kelola/survei/")
    for part in ("", "ubah/", "isi/", "berkas/", "berkas/templat.csv", "saran/", "tutup/"):
        assert stranger.get(f"/kelola/survei/{survey.key}/{part}").status_code == 403
    assert stranger.post(f"/kelola/survei/{survey.key}/tutup/").status_code == 403
    survey.refresh_from_db()
    assert survey.is_open


def test_who_only_collects_neither_closes_nor_reads() -> None:
    survey = running()
    client = signed_in(verbs={"surveys.collect": "agency"})
    words = page(client, f"/kelola/survei/{survey.key}/")
    assert f"/survei/loket/{survey.counter_code}/" in words
    assert "Tutup survei" not in words
    assert "Baca saran" not in words
    for part in ("tutup/", "saran/", "berkas/", "ubah/"):
        assert client.get(f"/kelola/survei/{survey.key}/{part}").status_code == 403
    page(client, f"/kelola/survei/{survey.key}/isi/")


def test_a_surveyor_types_in_one_after_the_other() -> None:
    survey = running()
    client = signed_in()
    path = f"/kelola/survei/{survey.key}/isi/"
    given = {f"t_{code}": "3" for code in survey.questions}
    assert client.post(path, given)["Location"] == path
    kept = Response.objects.get()
    assert (kept.source, kept.by) == ("surveyor", User.objects.get(username="petugas-pdam"))


def test_opening_an_impact_survey_names_owner_runners_and_programmes() -> None:
    nodes = make_framework()
    make_node()
    make_instruments()
    Plan.objects.create(
        code="RI", title={"id": "Rencana"}, framework=nodes["citra"].framework, year_from=2024, year_to=2033
    )
    dispar, kominfo = make_agency("dispar", "Dispar"), make_agency("kominfo", "Kominfo")
    client = signed_in("dispar")
    words = page(client, "/kelola/survei/dampak/buka/")
    assert "seluruh dimensi, 3 subdimensi sekaligus" in words
    year = now().year
    given: dict[str, Any] = {
        "node": nodes["citra"].pk,
        "subject": "Wisata",
        "agency": dispar.pk,
        "runners": [dispar.pk, kominfo.pk],
        "year": year,
        **day("from_date", date(year, 1, 1)),
        **day("to_date", date(year, 12, 31)),
    }
    client.post("/kelola/survei/dampak/buka/", given)
    made = Survey.objects.get()
    assert (len(made.questions), made.runners.count(), made.subject) == (9, 2, "Wisata")
    refused = client.post("/kelola/survei/dampak/buka/", {**given, "agency": kominfo.pk})
    assert refused.status_code == 422
    assert Survey.objects.count() == 1


def test_without_a_plan_there_is_nothing_to_survey() -> None:
    make_instruments()
    response = signed_in("dispar").get("/kelola/survei/dampak/buka/")
    assert response.status_code == 403
    assert "Belum ada rencana" in response.content.decode()


def test_the_page_says_what_is_unbelievable_and_what_to_do() -> None:
    application = Application.objects.create(
        code="AP-25",
        name="Wisata Lawang",
        agency=make_agency("dispar"),
        purpose={"id": "Info"},
        users=3,
        origin="own",
        status="running",
    )
    survey = receive(make_impact(runners=[], subject="", application=application), *[[4, 4, 4]] * 5)
    words = page(signed_in("dispar"), f"/kelola/survei/{survey.key}/")
    for said in (
        "Baru 5 pemakai yang menjawab; paling sedikit 50.",
        "Cari 45 pemakai lagi.",
        "Nama layanan yang ditanyakan kosong.",
        "tidak ikut menjalankan survei ini",
        "hanya punya 3 pemakai, tetapi 5 orang",
        "5 dari 5 jawaban memberi nilai yang sama",
        "harus diperbaiki",
    ):
        assert said in words, said
    assert "4,00" not in words  # nobody stops asking when the mean is good
    actions.close(survey, by=None, at=moment(AT))
    assert "4,00" in page(signed_in("dispar"), f"/kelola/survei/{survey.key}/")


def test_a_file_is_handed_in_and_each_rejected_row_is_explained() -> None:
    survey = make_impact()
    client = signed_in("dispar")
    template = b"".join(client.get(f"/kelola/survei/{survey.key}/berkas/templat.csv").streaming_content)  # type: ignore[attr-defined]
    head = template.decode("utf-8-sig").strip()
    rows = [
        "081200000001;;ya;tidak;4;3;2;;;;",
        "081200000001;;ya;tidak;4;3;2;;;;",
        "081200000002;;ya;tidak;4;3;7;;;;",
    ]
    upload = SimpleUploadedFile("jawaban.csv", "\n".join([head, *rows]).encode())
    response = client.post(f"/kelola/survei/{survey.key}/berkas/", {"file": upload})
    words = page(client, response["Location"])
    assert "1 jawaban diterima." in words
    assert "2 baris ditolak." in words
    assert "Baris 3" in words
    assert "Orang ini sudah menjawab survei ini" in words
    assert "tulis angka 0 sampai 4" in words
    assert "0812" not in words
    bad = client.post(
        f"/kelola/survei/{survey.key}/berkas/", {"file": SimpleUploadedFile("a.csv", b"a;b\n1;2")}
    )
    assert bad.status_code == 422
    assert "Kolom yang belum ada" in bad.content.decode()
    page(client, f"/kelola/survei/{survey.key}/")


def test_comments_are_read_without_day_and_order_and_reading_is_written_down() -> None:
    survey = running()
    for words in ("Kursinya kurang", "Ramah sekali", "", "", "Antre lama"):
        survey = receive(survey, 3, comment=words)
    receive(survey, 3, comment="Belum lima")
    response = signed_in().get(f"/kelola/survei/{survey.key}/saran/")
    words = response.content.decode()
    assert "Kursinya kurang" in words
    assert "Belum lima" not in words
    assert "no-store" in response["Cache-Control"]
    assert Access.objects.get().thing == f"surveys.survey:{survey.key}"


def test_a_role_that_sees_no_personal_data_reads_no_comments() -> None:
    survey = running()
    user = make_user("dewi")
    role = make_role("perencana", {"surveys.*": "all"}, highest_privacy="internal")
    make_membership(user, role=role, agency=make_agency("bappeda"))
    client = Client()
    client.force_login(user)
    assert client.get(f"/kelola/survei/{survey.key}/saran/").status_code == 403
    assert "Baca saran" not in page(client, f"/kelola/survei/{survey.key}/")


def test_closing_asks_first_and_then_is_final() -> None:
    survey = receive(make_impact(), *[[4, 3, 2]] * 5)
    client = signed_in("dispar")
    path = f"/kelola/survei/{survey.key}/"
    assert "Baru 5 pemakai" in page(client, f"{path}tutup/")
    client.post(f"{path}tutup/")
    words = page(client, path)
    assert "Survei ditutup" in words
    assert "Mengumpulkan jawaban" not in words
    survey.refresh_from_db()
    assert not survey.is_open
    client.post(f"{path}tutup/")
    assert "tidak berubah lagi" in page(client, path)


def test_changing_an_open_survey() -> None:
    survey = running()
    client = signed_in()
    path = f"/kelola/survei/{survey.key}/ubah/"
    page(client, path)
    client.post(path, {"population": "520", **day("to_date", date(2026, 12, 20))})
    survey.refresh_from_db()
    assert (survey.population, survey.to_date) == (520, date(2026, 12, 20))
    impact = make_impact()
    page(signed_in("dispar"), f"/kelola/survei/{impact.key}/ubah/")


def test_the_yearly_report_is_a_page_and_a_workbook() -> None:
    survey = receive(make_skm(population=480), *[[4, 3, 2, 4, 3, 3, 3, 3, 3]] * 30, *[3] * 2)
    actions.close(survey, by=None, at=moment(AT))
    make_skm(agency=make_agency("rsud", "RSUD"))
    client = signed_in()
    words = page(client, "/kelola/survei/laporan/2026/")
    assert "77,78" in words
    assert "RSUD" not in words.split("<main", 1)[1]
    assert "Waktu penyelesaian 2,00" in words
    response = client.get("/kelola/survei/laporan/2026.xlsx")
    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["Indeks", "Unsur", "Responden"]
    cells = next([cell.value for cell in row] for row in book["Indeks"].iter_rows(min_row=5, max_row=5))
    assert [cells[0], *cells[4:]] == ["PDAM", 480, 214, 32, 30, 77.78, "B – Baik"]
    assert client.get("/kelola/survei/laporan/2019/").status_code == 404


def test_a_formula_in_a_name_stays_a_word() -> None:
    receive(make_skm(agency=make_agency("jahat", "=HYPERLINK(1)")), *[3] * 5)
    book = load_workbook(io.BytesIO(signed_in("jahat").get("/kelola/survei/laporan/2026.xlsx").content))
    assert {cell.data_type for row in book["Indeks"].iter_rows() for cell in row} <= {
        "s",
        "inlineStr",
        "n",
        "d",
    }  # never "f"


def test_pages_of_a_busy_year_ask_as_often_as_of_a_quiet_one(django_assert_max_num_queries: Any) -> None:
    client = signed_in()
    first = receive(running(population=480), *[3] * 6)
    many = [make_agency(f"unit{number}", f"Unit {number}") for number in range(25)]
    for agency in many:
        receive(running(agency=agency), *[3] * 5)
    impact = receive(make_impact(), *[[4, 3, 2]] * 5)
    of_owner = signed_in("dispar")
    for who, path in (
        (client, "/kepuasan/"),
        (client, f"/kepuasan/{first.key}/"),
        (client, "/kelola/survei/"),
        (client, f"/kelola/survei/{first.key}/"),
        (client, "/kelola/survei/laporan/2026/"),
        (client, f"/survei/{first.code}/"),
        (client, f"/survei/loket/{first.counter_code}/"),
        (of_owner, f"/kelola/survei/{impact.key}/"),
        (of_owner, f"/kelola/survei/{impact.key}/tutup/"),
    ):
        with django_assert_max_num_queries(12):
            assert who.get(path).status_code == 200
