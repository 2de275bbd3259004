"""One case: what is shown to whom, what can be done, what is written down."""

import copy
import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lawang.cases import answers, escalation, uploads
from lawang.cases.actions import Given, add_note, applicant_step, assign, take_step
from lawang.cases.models import Case, CaseLink, Note, Reply, ServiceVersion
from lawang.cases.services import registry
from lawang.cases.tests.desk import body, page, send, signed_in, take
from lawang.lib.refused import Refused
from lawang.people.models import Role, User
from lawang.people.node import now
from lawang.record.actions import erase, thing_name
from lawang.record.models import Access, DataKey, Entry, Outbox
from tests.case_factory import DEFINITION, VERBS, both, make_case, make_version
from tests.cast import make_agency, make_membership, make_role, make_user, moment
from tests.pdfs import WAYAN, letter, plain, signed

pytestmark = pytest.mark.django_db


def somebody(username: str, agency: str, *, privacy: str = "sensitive", **verbs: str) -> User:
    role = make_role(
        f"role-{username}",
        {name.replace("_", ".", 1): scope for name, scope in verbs.items()},
        highest_privacy=privacy,
    )
    return make_membership(make_user(username), role=role, agency=make_agency(agency)).user


def with_step(**step: Any) -> ServiceVersion:
    """Publish a version with one more step from `received`."""
    data = copy.deepcopy(DEFINITION)
    whole = {"from": ["received"], "to": "at_head", "by": "officer", "title": both("Langkah uji"), **step}
    data["steps"].append(whole)
    data["code"], data["series"] = f"uji-{step['code']}", step["code"].upper()
    return make_version(data)


# What is shown


def test_whoever_opens_a_case_is_written_down(officer: User) -> None:
    case = make_case()
    html = page(signed_in(officer), "case", case.key)
    for words in ("Siti Contoh", "1611034505900001", "Rapat koperasi", "Kursi roda", "+6281234567890"):
        assert words in html
    access = Access.objects.get()
    assert (access.by, access.fields, access.why) == (officer, ["answers"], "")


def test_a_stranger_finds_no_case(officer: User, stranger: User) -> None:
    case = make_case()
    client = signed_in(stranger)
    for name in ("case", "step", "correct"):
        args = (case.key, "forward") if name == "step" else (case.key,)
        assert client.post(reverse(f"desk:{name}", args=args)).status_code == (405 if name == "case" else 404)
    page(client, "case", case.key, status=404)
    assert not Access.objects.exists()


def test_a_role_sees_no_class_above_its_own(officer: User) -> None:
    case = make_case()
    clerk = somebody("joko", "umum", privacy="internal", cases_see="agency", cases_handle="agency")
    html = page(signed_in(clerk), "case", case.key)
    assert "Rapat koperasi" in html
    for words in ("1611034505900001", "Kursi roda", "6281234567890", "Siti Contoh"):
        assert words not in html
    assert "tertutup" in html
    assert not Access.objects.exists()
    personal = somebody("dewi", "umum", privacy="personal", cases_see="agency", cases_handle="agency")
    html = page(signed_in(personal), "case", case.key)
    assert "1611034505900001" in html
    assert "Kursi roda" not in html
    assert "Perbaiki isian" not in html  # what is closed would be lost


def test_who_does_not_hold_a_case_says_why_first(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=now())
    client = signed_in(officer)  # held it before
    html = page(client, "case", case.key)
    assert "1611034505900001" not in html
    assert not Access.objects.exists()
    assert send(client, "why", case.key, why="ya").status_code == 422
    send(client, "why", case.key, why="Ditanya pemohon di loket")
    html = page(client, "case", case.key)
    assert "1611034505900001" in html
    assert Access.objects.get().why == "Ditanya pemohon di loket"
    other = take_step(make_case(), "forward", by=officer, at=now())
    assert "1611034505900001" not in page(client, "case", other.key)


def test_an_erased_case_still_opens(officer: User) -> None:
    case = make_case()
    add_note(case, "Telepon dahulu", reader=Note.Reader.INTERNAL, by=officer, at=now())
    erase(case, by=None, at=now())
    html = page(signed_in(officer), "case", case.key)
    assert "sudah dihapus sesuai jadwal" in html
    assert "Rapat koperasi" in html
    assert "Telepon dahulu" not in html


def test_papers_stand_beside_the_answers(officer: User, media: Any) -> None:
    from io import BytesIO

    from PIL import Image

    case = make_case()
    out = BytesIO()
    Image.new("RGB", (40, 40), "red").save(out, "PNG")
    uploads.attach(case, out.getvalue(), paper="papers.identity", name="ktp.png", by=None, at=now())
    uploads.attach(case, plain(), paper="papers.identity", name="ktp.pdf", by=None, at=now())
    html = page(signed_in(officer), "case", case.key)
    shown = case.attachments.select_related("file").order_by("number")
    assert shown[0].file
    assert shown[1].file
    assert f'<img src="/berkas/{shown[0].file.key}/"' in html
    assert f'href="/berkas/{shown[1].file.key}/"' in html
    assert f'<img src="/berkas/{shown[1].file.key}/"' not in html
    clerk = somebody("joko", "umum", privacy="internal", cases_see="agency", cases_handle="agency")
    html = page(signed_in(clerk), "case", case.key)
    assert "/berkas/" not in html
    assert "Tertutup untuk peran Anda." in html


def test_a_missing_paper_and_a_substitute_are_named(officer: User) -> None:
    html = page(signed_in(officer), "case", make_case(answers={"papers": {"identity": "letter"}}).key)
    assert "Memakai pengganti: Surat keterangan" in html
    assert "belum ada" in html


def test_checks_say_what_they_found(officer: User) -> None:
    version = with_step(code="extra", kind="move", checks=[])
    data = {**version.definition, "code": "uji-periksa", "series": "UJP"}
    data["checks"] = [
        {"name": "filed_before", "parameters": {"who": "applicant", "found": "failed"}},
        {"name": "niks_match", "parameters": {"people": "", "women": ""}},
    ]
    version = make_version(data)
    first, second = make_case(version), make_case(version)
    html = page(signed_in(officer), "case", second.key)
    assert "Tidak cocok" in html
    assert f"NIK ini sudah ada di permohonan {first.number}." in html


def falls(facts: registry.Facts, given: object) -> registry.Verdict:
    raise KeyError(facts.answers["name"])


def test_a_check_that_falls_is_reported_and_the_case_still_opens(
    officer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even the error's words are written down: here they are a name."""
    monkeypatch.setitem(registry.CHECKS, "falls", registry.Named("falls", "Jatuh", falls))
    version = with_step(code="extra", kind="move", checks=[{"name": "falls", "parameters": {}}])
    data = {**version.definition, "code": "uji-jatuh", "series": "UJJ", "checks": [{"name": "falls"}]}
    case = make_case(make_version(data))
    html = page(signed_in(officer), "case", case.key)
    assert "Pemeriksaan ini gagal dijalankan." in html
    reported = [one.getMessage() for one in caplog.records if one.name == registry.__name__]
    assert reported
    assert all(one.startswith("check_failed name=falls error=KeyError place=") for one in reported)
    assert "Siti" not in caplog.text
    with pytest.raises(Refused, match="gagal dijalankan"):
        take_step(case, "extra", by=officer, at=case.received_at)


def test_history_and_time_are_told_in_words(officer: User, head: User) -> None:
    at = moment("2026-03-16 09:00")
    case = take_step(
        make_case(at=at), "ask", Given(items=["Foto KTP"]), by=officer, at=at + timedelta(hours=2)
    )
    case = applicant_step(case, "answer", Given(note="Ini fotonya"), at=at + timedelta(days=2))
    case = take_step(case, "forward", by=officer, at=at + timedelta(days=2, hours=1))
    html = page(signed_in(head), "case", case.key)
    for words in ("Minta dilengkapi", "Ini fotonya", "Teruskan", "Kantor: Sekretariat Daerah.", "Foto KTP"):
        assert words in html
    assert "kantor lain" in html  # the wait in another office than the one that answers for it
    assert "menunggu pemohon, waktu berhenti" in html
    assert html.count("<rect x=") >= 8  # four stays, drawn narrow and wide


def test_what_was_promised_and_missed_is_said(officer: User) -> None:
    case = make_case(at=moment("2026-03-16 09:00"))
    escalation.go_on(at=now())
    html = page(signed_in(officer), "case", case.key)
    assert "janji tidak ditepati" in html
    assert "dilaporkan ke" in html
    assert "3 hari kerja" in html


def test_linked_cases_lead_to_each_other(officer: User) -> None:
    first, second = make_case(), make_case()
    CaseLink.objects.create(case=second, to=first, kind=CaseLink.Kind.DUPLICATE, at=now())
    client = signed_in(officer)
    assert reverse("desk:case", args=[second.key]) in page(client, "case", first.key)
    assert reverse("desk:case", args=[first.key]) in page(client, "case", second.key)


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_a_case_page_asks_at_most_twelve_times_at_any_size(officer: User, media: Any) -> None:
    case, client = make_case(), signed_in(officer)
    few = _queries(client, reverse("desk:case", args=[case.key]))
    for number in range(8):
        uploads.attach(case, plain(), paper="papers.identity", name=f"{number}.pdf", by=None, at=now())
        add_note(case, f"Catatan {number}", reader=Note.Reader.CITIZEN, by=officer, at=now())
        CaseLink.objects.create(case=case, to=make_case(), kind=CaseLink.Kind.FOLLOWS, at=now())
        Reply.objects.create(agency=make_agency("umum"), title=f"{number}", words="Foto")
        take_step(case, "ask", Given(items=["KTP"]), by=officer, at=now())
        applicant_step(case, "answer", Given(note="Ini"), at=now())
    assert _queries(client, reverse("desk:case", args=[case.key])) == few <= 12


# Steps


def test_one_button_is_the_main_one(officer: User) -> None:
    html = page(signed_in(officer), "case", make_case().key)
    main = html.partition("<main")[2]
    assert len(re.findall(r'<button class="button">', main)) == 1
    assert '<button class="button">Teruskan</button>' in html


def test_why_a_step_is_not_offered(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=now())
    clerk = somebody("tari", "setda", cases_see="agency", cases_handle="agency")
    html = page(signed_in(clerk), "case", case.key)
    assert "Menunggu kepala instansi di Sekretariat Daerah." in html
    assert "memutuskan permohonan" in html  # the reason of may()
    assert "Hanya pemohon yang dapat melakukannya." in html


def test_a_step_is_taken_and_said(officer: User) -> None:
    case = make_case()
    client = signed_in(officer)
    assert take(client, case, "forward")["Location"] == reverse("desk:case", args=[case.key])
    case.refresh_from_db()
    assert case.state == "at_head"
    html = page(client, "case", case.key)
    assert f"{case.number}: Di meja kepala." in html


def test_asking_takes_lines_and_ready_replies(officer: User) -> None:
    case = make_case()
    reply = Reply.objects.create(
        agency=make_agency("umum"), title="Kabur", words="Foto lebih terang\nHalaman 2"
    )
    client = signed_in(officer)
    html = body(take(client, case, "ask"))
    assert "Tuliskan paling sedikit satu hal yang harus dilengkapi." in html
    assert "Galat:" in html
    take(client, case, "ask", _ready=[str(reply.pk)], _items="- KK yang baru\n\n")
    assert list(case.asks.values_list("items", flat=True)) == [
        ["Foto lebih terang", "Halaman 2", "KK yang baru"]
    ]


def test_a_refusal_says_why_and_by_which_law(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=now())
    client = signed_in(head)
    html = body(take(client, case, "decide", _outcome="refused", _note="Aula sudah dipakai"))
    assert "Pilih atau tuliskan dasar hukumnya." in html
    assert "Aula sudah dipakai" in html  # what was typed stays
    assert "Pilih keputusannya." in body(take(client, case, "decide"))
    take(client, case, "decide", _outcome="refused", _note="Aula sudah dipakai", _law="Peraturan contoh")
    case.refresh_from_db()
    assert case.outcome == "refused"
    assert (
        answers.open_words(case, case.outcome_reason) == "Aula sudah dipakai\nDasar hukum: Peraturan contoh"
    )


def test_a_duplicate_is_chosen_among_those_with_the_same_nik(officer: User, head: User) -> None:
    first, second = make_case(), take_step(make_case(), "forward", by=officer, at=now())
    client = signed_in(head)
    assert first.number in page(client, "case", second.key)
    html = body(take(client, second, "decide", _outcome="duplicate", _duplicate="AUL-2026-999999"))
    assert "Nomor itu tidak ada di sini." in html
    take(client, second, "decide", _outcome="duplicate", _same=first.number)
    assert CaseLink.objects.get().to == first


def test_who_was_slower_sees_what_changed_and_keeps_what_was_typed(officer: User) -> None:
    case = make_case()
    client = signed_in(officer)
    old = {"revision": case.revision, "read_at": now().isoformat()}
    other = somebody("tari", "umum", cases_see="agency", cases_handle="agency")
    assign(case, other, by=other, at=now())
    answer = send(client, "step", case.key, "ask", **old, _items="Foto KTP")
    assert answer.status_code == 412
    html = body(answer)
    assert "Tari" in html
    assert "Petugas ditetapkan" in html
    assert "Foto KTP" in html
    case.refresh_from_db()
    assert case.state == "received"
    take(client, case, "ask", _items="Foto KTP")  # knowingly, with the revision of the new page
    case.refresh_from_db()
    assert case.state == "incomplete"


def test_a_step_of_somebody_else_is_refused(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=now())
    clerk = somebody("tari", "setda", cases_see="agency", cases_handle="agency")
    client = signed_in(clerk)
    take(client, case, "decide", _outcome="granted")
    take(client, case, "tidak-ada")
    case.refresh_from_db()
    assert case.state == "at_head"


def test_a_step_asks_its_own_fields(officer: User) -> None:
    fields = [
        {
            "name": "visited_on",
            "type": "date",
            "title": both("Tanggal kunjungan"),
            "privacy": "internal",
            "not_after_today": True,
        },
        {"name": "found", "type": "long_text", "title": both("Temuan"), "privacy": "sensitive"},
    ]
    case = make_case(with_step(code="visit", kind="move", fields=fields))
    client = signed_in(officer)
    html = body(take(client, case, "visit", found="Cocok"))
    assert "Tanggal kunjungan: Isian ini belum diisi." in html
    assert "Cocok" in html
    day = {"visited_on_day": "2", "visited_on_month": "Maret", "visited_on_year": "2026"}
    take(client, case, "visit", found="Rumahnya cocok", **day)
    case.refresh_from_db()
    assert case.work["visit"] == {"visited_on": "2026-03-02"}
    reader = somebody("dewi", "setda", cases_see="agency", cases_handle="agency")
    assert "Rumahnya cocok" in page(signed_in(reader), "case", case.key)


def test_a_check_that_fails_says_why(officer: User) -> None:
    checks = [{"name": "filed_before", "parameters": {"who": "applicant", "found": "failed"}}]
    version = with_step(code="visit", kind="move", checks=checks)
    make_case(version)
    case = make_case(version)
    html = body(take(signed_in(officer), case, "visit"))
    assert "Bandingkan dulu sebelum memutuskan." in html
    case.refresh_from_db()
    assert case.state == "received"


def test_a_result_comes_with_number_and_pdf_or_says_that_it_is_printed(officer: User, media: Any) -> None:
    version = with_step(code="result", kind="record_result", system="SIAK", to="done")
    case = make_case(version)
    client = signed_in(officer)
    html = body(take(client, case, "result"))
    assert "Nomor dari SIAK" in html
    assert "Pilih berkas PDF-nya, atau centang bahwa hasilnya hanya tercetak." in html
    upload = SimpleUploadedFile("akta.pdf", plain(), "application/pdf")
    html = body(take(client, case, "result", _reference="AL-1", _upload=upload))
    assert "tidak ditandatangani secara elektronik" in html
    assert "tetap pakai berkas tanpa tanda tangan" in html
    upload = SimpleUploadedFile("akta.pdf", plain(), "application/pdf")
    take(client, case, "result", _reference="AL-1", _upload=upload, _anyway="on")
    case.refresh_from_db()
    assert (case.state, answers.open_words(case, case.external_reference)) == ("done", "AL-1")
    html = page(client, "case", case.key)
    assert "Tidak bertanda tangan elektronik." in html
    other = make_case(version)
    upload = SimpleUploadedFile("akta.pdf", signed(letter(), WAYAN), "application/pdf")
    take(client, other, "result", _reference="AL-3", _upload=upload)
    assert "Tanda tangannya dari otoritas uji" in page(client, "case", other.key)
    broken = signed(letter(), WAYAN).replace(b"/Title", b"/Titel", 1)
    upload = SimpleUploadedFile("akta.pdf", broken, "application/pdf")
    assert take(client, make_case(version), "result", _reference="AL-4", _upload=upload).status_code == 422
    printed = make_case(version)
    take(client, printed, "result", _reference="AL-2", _printed="on")
    printed.refresh_from_db()
    assert answers.open_words(printed, printed.external_reference) == "AL-2"


def test_a_number_in_another_system_is_shown_to_those_who_read_personal_data(officer: User) -> None:
    case = make_case(with_step(code="over", kind="hand_over", system="SP4N"))
    client = signed_in(officer)
    take(client, case, "over", _reference="KK-1611034505900001")
    Case.objects.update(office=Case.objects.get().owner)
    html = page(client, "case", case.key)
    assert html.count("KK-1611034505900001") >= 2  # beside the facts and in the history
    Role.objects.update(highest_privacy="internal")
    html = page(client, "case", case.key)
    assert "KK-1611034505900001" not in html
    assert "nomornya tertutup bagi Anda" in html
    entry = Entry.objects.get(verb="case_hand_over")
    assert "KK-" not in f"{entry.before} {entry.after} {entry.note} {entry.sealed}"


def test_numbers_that_lay_in_clear_are_carried_over(officer: User) -> None:
    case, erased = make_case(), make_case()
    Case.objects.update(external_reference="KK-1")
    DataKey.objects.filter(thing=thing_name(erased)).delete()
    migration = import_module("lawang.cases.migrations.0003_sealed_reference")
    migration.seal(apps, None)
    case.refresh_from_db()
    erased.refresh_from_db()
    assert answers.open_words(case, case.external_reference) == "KK-1"
    assert ("KK-1" in case.external_reference, erased.external_reference) == (False, "")
    migration.unseal(apps, None)
    case.refresh_from_db()
    assert case.external_reference == "KK-1"


def test_a_file_that_is_no_pdf_is_refused(officer: User, media: Any) -> None:
    case = make_case(with_step(code="result", kind="record_result", system="SIAK", to="done"))
    upload = SimpleUploadedFile("akta.pdf", b"bukan", "application/pdf")
    assert take(signed_in(officer), case, "result", _reference="AL-1", _upload=upload).status_code == 422
    case.refresh_from_db()
    assert case.state == "received"


def test_an_extension_and_a_handing_over(officer: User) -> None:
    version = with_step(code="longer", kind="extend", to="received")
    data = {**version.definition, "code": "uji-panjang", "series": "UJQ"}
    data["parameters"] = [{"name": "extension_days", "title": both("Hari"), "value": "7", "source": "contoh"}]
    case = make_case(make_version(data))
    client = signed_in(officer)
    assert "Janji diperpanjang 7 hari kerja" in page(client, "case", case.key)
    take(client, case, "longer", _note="Menunggu data dari provinsi")
    case.refresh_from_db()
    assert case.extensions == 1
    assert "sudah diperpanjang" in page(client, "case", case.key)
    other = make_case(with_step(code="over", kind="hand_over", system="SP4N"))
    take(client, other, "over", _reference="SP-77")
    other.refresh_from_db()
    assert (other.external_system, answers.open_words(other, other.external_reference)) == ("SP4N", "SP-77")


def test_the_address_of_a_step_opens_its_form(officer: User) -> None:
    case = make_case()
    client = signed_in(officer)
    answer = client.get(reverse("desk:step", args=[case.key, "ask"]))
    assert answer["Location"] == f"{reverse('desk:case', args=[case.key])}?langkah=ask#langkah-ask"
    html = page(client, "case", case.key, query="?langkah=ask")
    assert '<details class="desk-step" id="langkah-ask" open>' in html


# Beside the steps


def test_a_case_is_taken_given_and_put_back(officer: User) -> None:
    case = make_case()
    other = somebody("tari", "umum", cases_see="agency", cases_handle="agency")
    client = signed_in(officer)
    for to, handler in (("me", officer), (str(other.key), other), ("nobody", None)):
        send(client, "hand", case.key, to=to)
        case.refresh_from_db()
        assert case.handler == handler
    send(client, "hand", case.key, to=str(make_user("lain").key))
    send(client, "hand", case.key, to="kacau")
    case.refresh_from_db()
    assert case.handler is None


def test_whoever_is_given_a_case_gets_a_message(officer: User) -> None:
    case = make_case()
    other = somebody("tari", "umum", cases_see="agency", cases_handle="agency")
    assign(case, officer, by=officer, at=now())
    assert not Outbox.objects.filter(kind="case_given").exists()
    assign(case, other, by=officer, at=now())
    message = Outbox.objects.get(kind="case_given")
    assert message.address == other.email
    assert case.number in message.subject
    assert "Siti" not in message.body


def test_notes_go_to_colleagues_or_to_the_applicant(officer: User) -> None:
    case = make_case()
    reply = Reply.objects.create(agency=make_agency("umum"), title="Jadwal", words="Kami buka pukul 8.")
    client = signed_in(officer)
    assert send(client, "note", case.key, reader="internal", words=" ").status_code == 422
    send(client, "note", case.key, reader="internal", words="Cek ke RT")
    send(client, "note", case.key, reader="citizen", words="Bawa KTP.", ready=[str(reply.pk)])
    assert "Kami buka pukul 8.\n\nBawa KTP." in Outbox.objects.latest("pk").body
    html = page(client, "case", case.key)
    assert "Cek ke RT" in html
    assert "Surel menunggu dikirim" in html


def test_a_message_that_did_not_arrive_is_sent_again(officer: User, stranger: User) -> None:
    case = make_case()
    message = Outbox.objects.get()
    Outbox.objects.update(state=Outbox.State.FAILED, trouble="Timeout")
    client = signed_in(officer)
    assert "Surel tidak sampai" in page(client, "case", case.key)
    assert send(signed_in(stranger), "resend", case.key, message.key).status_code == 404
    send(client, "resend", case.key, message.key)
    message.refresh_from_db()
    assert message.state == Outbox.State.WAITING


def test_slips_of_the_typist_are_corrected(officer: User) -> None:
    case = make_case()
    client = signed_in(officer)
    assert "Rapat koperasi" in page(client, "correct", case.key)
    typed = {
        "name": "Siti Aminah Contoh",
        "nik": "1611034505900001",
        "phone": "081234567890",
        "use": "Rapat RT",
        "health": "Kursi roda",
        "papers.identity": "have",
    }
    assert send(client, "correct", case.key, **{**typed, "nik": "161103450590001"}).status_code == 422
    send(client, "correct", case.key, **typed)
    case.refresh_from_db()
    opened = answers.opened(case)
    assert opened is not None
    assert (opened["name"], opened["use"], opened["health"]) == (
        "Siti Aminah Contoh",
        "Rapat RT",
        "Kursi roda",
    )
    assert Entry.objects.filter(thing=thing_name(case), verb="case_corrected").exists()


def test_nobody_corrects_what_they_cannot_read(officer: User) -> None:
    case = make_case()
    clerk = somebody("dewi", "umum", privacy="personal", cases_see="agency", cases_handle="agency")
    assert signed_in(clerk).get(reverse("desk:correct", args=[case.key])).status_code == 403
    assert answers.opened(Case.objects.get(pk=case.pk)) is not None


def test_a_letter_is_seen_before_it_is_written(officer: User) -> None:
    from lawang.cases.definition import definition_of
    from lawang.cases.letters import template_code
    from lawang.documents.actions import install_template
    from lawang.documents.models import Document

    version = with_step(code="letter", kind="issue", letter="permit", to="done")
    data = {**version.definition, "code": "uji-surat", "series": "UJS"}
    data["letters"] = [
        {
            "code": "permit",
            "kind": "letter",
            "title": both("Izin"),
            "body": both("Kepada {{applicant_name}}."),
            "signers": [],
        }
    ]
    version = make_version(data)
    definition = definition_of(version)
    wanted = definition.letters["permit"]
    install_template(
        template_code(definition, wanted), kind="letter", title=wanted.title, body=wanted.body, at=now()
    )
    case = make_case(version)
    client = signed_in(officer)
    assert reverse("desk:letter", args=[case.key, "letter"]) in page(client, "case", case.key)
    answer = client.get(reverse("desk:letter", args=[case.key, "letter"]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert not Document.objects.exists()
    assert Access.objects.latest("pk").why == "rancangan surat"
    assert client.get(reverse("desk:letter", args=[case.key, "forward"])).status_code == 404


def test_verbs_of_the_test_roles_are_known() -> None:
    from lawang.people.permissions import RULES

    assert not set(VERBS) - set(RULES)
