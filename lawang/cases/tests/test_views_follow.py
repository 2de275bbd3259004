"""Following a case: who may see it, what is said of it, what the applicant may do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lawang.cases import actions, answers
from lawang.cases.actions import Given, applicant_step, take_step
from lawang.cases.models import Case, Note, Ticket
from lawang.cases.tests.service_factory import BIRTH, make_birth, posted
from lawang.cases.tests.test_views_services import KK, ORIGIN, photo
from lawang.cases.tracking import give_ticket
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.actions import erase, notify, saw
from lawang.record.models import Entry, Outbox
from tests.case_factory import DEFINITION, both, make_case, make_version
from tests.cast import moment
from tests.markup import Markup

pytestmark = pytest.mark.django_db

ASKED = "2026-03-17 10:00"


def holding(case: Case, client: Client | None = None) -> Client:
    """Return a browser with a ticket for a case."""
    client = client or Client()
    client.cookies["lawang-kartu"] = give_ticket(case, at=now())
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.status_code
    assert "no-store" in response["Cache-Control"]
    assert "X-Keep" not in response
    words = response.content.decode()
    assert Markup(words).problems() == []
    return words


# --- who may see it -------------------------------------------------------------------------------------------------


def test_a_code_typed_in_whatever_way_leads_to_its_page(client: Client, officer: User) -> None:
    case = make_case()
    typed = f"{case.code[:4].lower()} {case.code[4:8]}-{case.code[8:]}"
    response = client.get("/lacak/", {"kode": typed})
    assert response["Location"] == f"/lacak/{case.code}/"
    assert client.get(f"/lacak/{typed}/")["Location"] == f"/lacak/{case.code}/"


def test_a_code_that_cannot_be_one_says_so(client: Client) -> None:
    response = client.get("/lacak/", {"kode": "7F3A"})
    assert response.status_code == 422
    assert "salah tulis" in response.content.decode()
    assert "Lacak permohonan" in page(client, "/lacak/")


def test_without_a_ticket_nothing_is_told(client: Client, officer: User) -> None:
    case = make_case()
    words = page(client, f"/lacak/{case.code}/")
    assert case.number not in words
    assert "Siti" not in words
    assert "Empat angka terakhir" in words


def test_a_code_that_does_not_exist_gets_the_same_question(client: Client, officer: User) -> None:
    case = make_case()
    theirs = page(client, f"/lacak/{case.code}/").replace(case.code, "")
    Case.objects.filter(pk=case.pk).update(code="0000000000000")
    nobody = page(client, f"/lacak/{case.code}/").replace(case.code, "")
    assert _without_token(theirs) == _without_token(nobody)


def _without_token(words: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", words)


def test_the_end_of_the_telephone_opens_it_on_this_device(client: Client, officer: User) -> None:
    case = make_case()
    response = client.post(f"/lacak/{case.code}/", {"phone_end": "7890"})
    assert response["Location"] == f"/lacak/{case.code}/"
    assert case.number in page(client, f"/lacak/{case.code}/")
    assert case.number in page(client, "/lacak/")


def test_a_birth_date_opens_it_too(client: Client) -> None:
    make_birth()
    client.post("/layanan/lapor-lahir/ajukan/", {**posted(), KK: photo()}, **ORIGIN)
    case = Case.objects.get()
    other = Client()
    data = {"birth_date_day": "2", "birth_date_month": "3", "birth_date_year": "2026"}
    assert other.post(f"/lacak/{case.code}/", data).status_code == 302


def test_wrong_answers_are_limited_per_code(client: Client, officer: User) -> None:
    case = make_case()
    for _try in range(5):
        response = client.post(f"/lacak/{case.code}/", {"phone_end": "1111"})
        assert "tidak cocok" in response.content.decode()
    response = Client().post(f"/lacak/{case.code}/", {"phone_end": "7890"})
    assert "Coba lagi 15 menit lagi" in response.content.decode()
    other = make_case()
    assert Client().post(f"/lacak/{other.code}/", {"phone_end": "7890"}).status_code == 302


def test_a_ticket_opens_only_its_case(officer: User) -> None:
    mine, other = make_case(), make_case()
    client = holding(mine)
    for path in ("", "isian/", "riwayat/", "isian/perbaiki/", "tanda-terima/", "cabut/", "berkas/0/"):
        found = client.get(f"/lacak/{other.code}/{path}")
        assert other.number not in found.content.decode(), path
        assert found.status_code == 302 if path else 200


def test_an_old_ticket_opens_nothing(officer: User) -> None:
    case = make_case()
    client = holding(case)
    Ticket.objects.update(until=now() - timedelta(seconds=1))
    assert case.number not in page(client, f"/lacak/{case.code}/")


def test_what_was_typed_is_not_lost_with_the_ticket(officer: User) -> None:
    case = make_case()
    response = Client().post(f"/lacak/{case.code}/pesan/", {"words": "Mohon dipercepat"})
    assert response.status_code == 403
    assert "Mohon dipercepat" in response.content.decode()
    assert Note.objects.count() == 0


def test_the_cookie_holds_twenty_tickets_at_most(officer: User) -> None:
    case = make_case()
    client = Client()
    client.cookies["lawang-kartu"] = ".".join(f"{number:032}" for number in range(20))
    client.post(f"/lacak/{case.code}/", {"phone_end": "7890"})
    held = client.cookies["lawang-kartu"].value.split(".")
    assert len(held) == 20
    assert held[0] not in {f"{number:032}" for number in range(20)}


def test_a_shared_phone_forgets(officer: User) -> None:
    case, other = make_case(), make_case()
    client = Client()
    for one in (case, other):
        client.post(f"/lacak/{one.code}/", {"phone_end": "7890"})
    client.post(f"/lacak/{case.code}/lupakan/")
    assert case.number not in page(client, f"/lacak/{case.code}/")
    assert other.number in page(client, f"/lacak/{other.code}/")
    client.post("/lacak/lupakan/")
    assert Ticket.objects.count() == 0
    assert not client.cookies["lawang-kartu"].value


def test_the_account_opens_it_without_a_ticket(client: Client, siti: User, officer: User) -> None:
    case = make_case(account=siti)
    client.force_login(siti, "lawang.people.login.Identified")
    assert case.number in page(client, f"/lacak/{case.code}/")


# --- what is said of it ---------------------------------------------------------------------------------------------


def test_the_receipt_has_number_code_and_qr(officer: User) -> None:
    case = make_case(at=now())
    words = page(holding(case), f"/lacak/{case.code}/?baru")
    assert "Diterima" in words
    assert f"{case.code[:4]}-{case.code[4:8]}-{case.code[8:12]}-{case.code[12]}" in words
    assert "<svg" in words
    assert "https://wa.me/?text=" in words
    assert "Janji: selesai paling lambat" in words


def test_the_receipt_can_be_saved_as_a_page_of_its_own(officer: User) -> None:
    case = make_case()
    response = holding(case).get(f"/lacak/{case.code}/tanda-terima/")
    assert f"{case.number}.html" in response["Content-Disposition"]
    words = response.content.decode()
    assert case.number in words
    assert "/static/" not in words


def test_late_is_said_as_late(officer: User) -> None:
    case = make_case()  # promised for Thursday 19 March 2026
    words = page(holding(case), f"/lacak/{case.code}/")
    assert "Kami terlambat" in words
    assert "Kamis, 19 Maret 2026" in words


def test_the_line_shows_what_is_done_now_and_next(officer: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=moment(ASKED))
    words = page(holding(case), f"/lacak/{case.code}/")
    line = words.split('<ol class="line">')[1].split("</ol>")[0]
    stations = [one.split("<span>")[1].split("</span>")[0] for one in line.split("<li")[1:]]
    assert stations == ["Diajukan", "Diterima", "Di meja kepala", "Selesai"]
    assert line.count('class="done"') == 2
    assert 'aria-current="step"><span>Di meja kepala' in line


def test_a_question_stops_the_clock_and_can_be_answered_here(officer: User) -> None:
    case = take_step(make_case(), "ask", Given(items=["Foto KTP lebih terang"]), by=officer, at=moment(ASKED))
    client = holding(case)
    words = page(client, f"/lacak/{case.code}/")
    assert "Foto KTP lebih terang" in words
    assert "Waktu berhenti dihitung sejak Selasa, 17 Maret 2026" in words
    response = client.post(
        f"/lacak/{case.code}/jawab/",
        {"words": "Ini fotonya", "paper": "papers.identity", "papers": [photo("ktp.jpg"), photo("ktp2.jpg")]},
    )
    assert response["Location"] == f"/lacak/{case.code}/"
    case.refresh_from_db()
    assert case.phase == Case.Phase.OPEN
    assert [one.paper for one in case.attachments.all()] == ["papers.identity"] * 2
    words = page(client, f"/lacak/{case.code}/")
    assert "Ini fotonya" in words
    assert "Anda diminta" not in words


def test_an_empty_answer_is_asked_for_again(officer: User) -> None:
    case = take_step(make_case(), "ask", Given(items=["KTP"]), by=officer, at=moment(ASKED))
    response = holding(case).post(f"/lacak/{case.code}/jawab/", {"words": "  "})
    assert response.status_code == 422
    assert "Tulis jawaban Anda, atau lampirkan fotonya." in response.content.decode()
    assert Markup(response.content.decode()).problems() == []


def test_a_bad_file_answers_nothing(officer: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = take_step(make_case(), "ask", Given(items=["KTP"]), by=officer, at=moment(ASKED))
    bad = SimpleUploadedFile("a.exe", b"MZ", "image/png")
    response = holding(case).post(f"/lacak/{case.code}/jawab/", {"words": "ini", "papers": [photo(), bad]})
    assert response.status_code == 422
    case.refresh_from_db()
    assert case.phase == Case.Phase.WAITING
    assert case.attachments.count() == 0


def test_a_refusal_is_told_with_its_reason(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=moment(ASKED))
    case = take_step(
        case, "decide", Given(outcome="refused", note="Aula dipakai."), by=head, at=moment("2026-03-18 10:00")
    )
    words = page(holding(case), f"/lacak/{case.code}/")
    assert "Permohonan Anda ditolak." in words
    assert "Aula dipakai." in words
    assert "sesuai janji" in words


def test_notes_to_the_applicant_are_shown_and_those_of_the_office_are_not(officer: User) -> None:
    case = make_case()
    for words, reader in (
        ("Rahasia kantor", Note.Reader.INTERNAL),
        ("Besok kami telepon", Note.Reader.CITIZEN),
    ):
        actions.add_note(case, words, reader=reader, by=officer, at=moment(ASKED))
    client = holding(case)
    found = page(client, f"/lacak/{case.code}/") + page(client, f"/lacak/{case.code}/riwayat/")
    assert "Besok kami telepon" in found
    assert "Rahasia kantor" not in found
    assert found.count("Catatan ditulis") == 1


def test_a_message_reaches_the_office(officer: User) -> None:
    case = make_case()
    client = holding(case)
    client.post(f"/lacak/{case.code}/pesan/", {"words": "Mohon dipercepat", "papers": photo()})
    note = Note.objects.get()
    assert (note.reader, note.by) == (Note.Reader.OFFICE, None)
    assert answers.open_words(case, note.words) == "Mohon dipercepat"
    assert case.attachments.get().paper == "answer"


def test_my_answers_and_papers_are_shown_to_me(client: Client) -> None:
    make_birth()
    client.post("/layanan/lapor-lahir/ajukan/", {**posted(), KK: photo()}, **ORIGIN)
    case = Case.objects.get()
    words = page(client, f"/lacak/{case.code}/isian/")
    assert "Senin, 2 Maret 2026" in words
    assert "Desa Lubuk Contoh" in words
    assert "Saksi 2: Nama saksi" in words
    response = client.get(f"/lacak/{case.code}/berkas/0/")
    assert response["Content-Type"] == "image/jpeg"
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_mistake_can_be_mended_while_it_runs(officer: User) -> None:
    case = make_case()
    client = holding(case)
    words = page(client, f"/lacak/{case.code}/isian/perbaiki/")
    assert 'value="Siti Contoh"' in words
    assert 'type="file"' not in words
    data = {
        "papers.identity": "have",
        "name": "Siti Contoh",
        "nik": "1611034505900002",
        "phone": "081234567890",
        "use": "Rapat",
    }
    response = client.post(f"/lacak/{case.code}/isian/perbaiki/", {**data, "nik": "1"})
    assert response.status_code == 422
    response = client.post(f"/lacak/{case.code}/isian/perbaiki/", data)
    assert response.status_code == 302
    case.refresh_from_db()
    found = answers.opened(case)
    assert found is not None
    assert found["nik"] == "1611034505900002"
    assert Entry.objects.filter(verb="case_corrected").count() == 1


def test_erased_answers_are_told_as_erased(officer: User) -> None:
    case = make_case()
    erase(case, by=None, at=now())
    client = holding(case)
    assert "sudah dihapus" in page(client, f"/lacak/{case.code}/isian/")
    page(client, f"/lacak/{case.code}/")


def test_who_looked_is_told_by_office_and_not_by_name(officer: User, settings: Any) -> None:
    case = make_case()
    saw(case, ["answers"], by=officer, at=moment(ASKED), why="Memeriksa kelengkapan")
    client = holding(case)
    words = page(client, f"/lacak/{case.code}/riwayat/")
    assert "case-officer, Bagian Umum" in words
    assert "semua isian" in words
    assert "Memeriksa kelengkapan" in words
    assert "Ratna" not in words
    settings.SHOW_OFFICERS = True
    assert "Ratna Contoh" in page(client, f"/lacak/{case.code}/riwayat/")


def test_messages_say_whether_they_went_and_go_again(officer: User) -> None:
    case = make_case()
    notify(
        address="ratna@contoh.id",
        kind="case_escalated",
        subject="Untuk kantor",
        body="x",
        about=case,
        at=now(),
    )
    mine = Outbox.objects.get(address="siti@example.id")
    client = holding(case)
    words = page(client, f"/lacak/{case.code}/riwayat/")
    assert "menunggu dikirim" in words
    assert "Untuk kantor" not in words
    Outbox.objects.filter(pk=mine.pk).update(state=Outbox.State.SENT, sent_at=now())
    for _turn in range(4):
        client.post(f"/lacak/{case.code}/kirim-ulang/{mine.key}/")
    assert Outbox.objects.filter(address="siti@example.id").count() == 4
    theirs = Outbox.objects.get(address="ratna@contoh.id")
    client.post(f"/lacak/{case.code}/kirim-ulang/{theirs.key}/")
    assert Outbox.objects.filter(address="ratna@contoh.id").count() == 1


# --- taking back, opening again, objecting --------------------------------------------------------------------------


def test_an_application_can_be_taken_back_after_a_question(officer: User) -> None:
    case = make_case()
    client = holding(case)
    assert "Ya, cabut" in page(client, f"/lacak/{case.code}/cabut/")
    client.post(f"/lacak/{case.code}/cabut/", {"words": ""})
    case.refresh_from_db()
    assert case.outcome == Case.Outcome.WITHDRAWN
    words = page(client, f"/lacak/{case.code}/")
    assert "Permohonan ini Anda cabut." in words
    assert "Cabut permohonan" not in words
    response = client.get(f"/lacak/{case.code}/cabut/", follow=True)
    assert "sudah sampai tahap lain" in response.content.decode()


def decided(officer: User, head: User, at: Any, **given: Any) -> Case:
    case = make_case(at=at - timedelta(days=1), **given)
    case = take_step(case, "forward", by=officer, at=at - timedelta(hours=3))
    return take_step(case, "decide", Given(outcome="refused", note="Tidak bisa."), by=head, at=at)


def test_reopening_asks_why_and_ends_with_the_window(officer: User, head: User) -> None:
    case = decided(officer, head, now() - timedelta(days=1))
    client = holding(case)
    assert "Minta diperiksa lagi" in page(client, f"/lacak/{case.code}/")
    assert client.post(f"/lacak/{case.code}/buka-lagi/", {"words": ""}).status_code == 422
    client.post(f"/lacak/{case.code}/buka-lagi/", {"words": "Salah tanggal"})
    case.refresh_from_db()
    assert case.phase == Case.Phase.OPEN
    old = decided(officer, head, now() - timedelta(days=30))
    assert "Minta diperiksa lagi" not in page(holding(old), f"/lacak/{old.code}/")


def objecting() -> None:
    """Give the services of these tests one by which people object."""
    make_birth()
    make_version(
        {**DEFINITION, "code": "keberatan", "series": "KBR", "title": both("Keberatan"), "requirements": []}
    )


def test_an_objection_is_prefilled_and_linked(officer: User, head: User) -> None:
    objecting()
    decide = {"objection": BIRTH["objection"]}
    version = make_version({**DEFINITION, **decide, "code": "aula-dua", "series": "DUA"})
    case = decided(officer, head, now() - timedelta(days=1), version=version)
    client = holding(case)
    words = page(client, f"/lacak/{case.code}/")
    assert f"/layanan/keberatan/ajukan/?atas={case.code}" in words
    form = client.get(f"/layanan/keberatan/ajukan/?atas={case.code}")
    assert 'value="Siti Contoh"' in form.content.decode()
    assert "no-store" in form["Cache-Control"]
    assert Client().get(f"/layanan/keberatan/ajukan/?atas={case.code}").status_code == 404
    sent = {
        "name": "Siti Contoh",
        "nik": "1611034505900001",
        "phone": "081234567890",
        "use": "Saya keberatan",
    }
    client.post("/layanan/keberatan/ajukan/", {**sent, "_about": case.code}, **ORIGIN)
    objection = Case.objects.get(service__code="keberatan")
    assert objection.links.get().to == case
    assert Entry.objects.filter(verb="case_objected").count() == 1
    assert objection.number in page(client, f"/lacak/{case.code}/")


def test_an_objection_ends_with_its_window(officer: User, head: User) -> None:
    objecting()
    version = make_version(
        {**DEFINITION, "objection": BIRTH["objection"], "code": "aula-dua", "series": "DUA"}
    )
    case = decided(officer, head, now() - timedelta(days=60), version=version)
    client = holding(case)
    assert "keberatan/ajukan" not in page(client, f"/lacak/{case.code}/")
    response = client.get(f"/layanan/keberatan/ajukan/?atas={case.code}")
    assert response.status_code == 403
    assert "sudah lewat" in response.content.decode()


# --- account --------------------------------------------------------------------------------------------------------


def test_a_case_is_put_into_an_account_by_who_knows_it(siti: User, budi: User, officer: User) -> None:
    case = make_case()
    client = holding(case)
    client.force_login(siti, "lawang.people.login.Identified")
    assert "Simpan di akun saya" in page(client, f"/lacak/{case.code}/")
    client.post(f"/lacak/{case.code}/akun/")
    case.refresh_from_db()
    assert case.account == siti
    other = holding(case)
    other.force_login(budi, "lawang.people.login.Identified")
    other.post(f"/lacak/{case.code}/akun/")
    case.refresh_from_db()
    assert case.account == siti


def test_a_proved_address_finds_cases_that_were_left_with_it(
    client: Client, officer: User, siti: User
) -> None:
    from allauth.account.models import EmailAddress

    User.objects.filter(pk=siti.pk).update(email="siti@example.id")
    case = make_case()
    client.force_login(siti, "lawang.people.login.Identified")
    assert case.number not in page(client, "/permohonan/")
    assert client.post("/permohonan/", {"case": str(case.key)}).status_code == 404
    EmailAddress.objects.create(user=siti, email="siti@example.id", verified=True, primary=True)
    assert case.number in page(client, "/permohonan/")
    client.post("/permohonan/", {"case": str(case.key)})
    case.refresh_from_db()
    assert case.account == siti


@pytest.mark.parametrize("path", ["?baru", "", "isian/", "riwayat/", "isian/perbaiki/", "cabut/"])
def test_pages_ask_few_queries(
    officer: User, siti: User, django_assert_max_num_queries: Any, path: str
) -> None:
    case = make_case(account=siti)
    for number in range(3):
        case = take_step(case, "ask", Given(items=["KTP"]), by=officer, at=moment(f"2026-03-17 1{number}:00"))
        case = applicant_step(case, "answer", Given(note="Ini"), at=moment(f"2026-03-17 1{number}:30"))
        saw(case, ["answers"], by=officer, at=moment(ASKED))
    client = Client()
    client.force_login(siti, "lawang.people.login.Identified")
    with django_assert_max_num_queries(12):
        assert client.get(f"/lacak/{case.code}/{path}").status_code == 200
