"""Finding a service, reading it, filling in its form without a script."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lawang.cases import answers, views
from lawang.cases.catalogue import to_bring
from lawang.cases.definition import definition_of
from lawang.cases.models import Attachment, Case, Event, Service, ServiceVersion, Ticket
from lawang.cases.tests.service_factory import BIRTH, field, make_birth, posted
from lawang.lib import codes
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.actions import read_file
from tests.case_factory import both, make_version
from tests.markup import Markup

pytestmark = pytest.mark.django_db

ORIGIN: Any = {"HTTP_ORIGIN": "http://testserver"}
KK = "papers.family_card.files"
FORM = "/layanan/lapor-lahir/ajukan/"


def photo(name: str = "kk.jpg", colour: str = "white") -> SimpleUploadedFile:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def send(client: Client, *, follow: bool = False, **changes: Any) -> Any:
    data = posted(**changes)
    data.setdefault(KK, photo())
    return client.post("/layanan/lapor-lahir/ajukan/", data, follow=follow, **ORIGIN)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.status_code
    words = response.content.decode()
    assert Markup(words).problems() == []
    return words


# --- the list and the service page ----------------------------------------------------------------------------------


def test_the_list_says_price_time_and_office(client: Client) -> None:
    make_birth()
    words = page(client, "/layanan/")
    assert "Lapor kelahiran" in words
    assert (
        "<strong>Gratis</strong> · 3\xa0hari kerja" in words
        or "<strong>Gratis</strong> · 3 hari kerja" in words
    )
    assert "Bagian Umum" in words


def test_services_are_found_by_beginnings_and_office(client: Client) -> None:
    make_birth()
    make_version()
    assert "Lapor kelahiran" in page(client, "/layanan/?q=kelahir")
    assert "Peminjaman aula" not in page(client, "/layanan/?q=kelahir")
    assert "Tidak ada layanan yang cocok" in page(client, "/layanan/?q=xyzzy")
    assert "Peminjaman aula" in page(client, "/layanan/?kantor=umum")


def test_an_empty_regency_says_where_to_go(client: Client) -> None:
    assert "Belum ada layanan" in page(client, "/layanan/")


def test_events_of_life_are_tiles(client: Client) -> None:
    make_birth()
    Event.objects.create(
        code="anak-lahir", title={"id": "Anak lahir"}, summary={"id": "-"}, services=["lapor-lahir"], pack="x"
    )
    assert "/peristiwa/anak-lahir/" in page(client, "/layanan/")


def test_the_service_page_may_be_kept_by_a_phone(client: Client) -> None:
    make_birth()
    response = client.get("/layanan/lapor-lahir/")
    assert response["X-Keep"] == "1"
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_the_service_page_shows_substitutes_steps_and_fourteen_components(client: Client) -> None:
    make_birth()
    words = page(client, "/layanan/lapor-lahir/")
    assert "Pernyataan dengan dua saksi" in words
    assert "Di meja kepala" in words
    assert words.split('<ol class="standard">')[1].split("</ol>")[0].count("<li><strong>") == 14


def test_a_paper_that_is_asked_of_some_says_after_which_question(client: Client) -> None:
    choices = [{"code": "yes", "title": both("Ya")}, {"code": "no", "title": both("Tidak")}]
    member = field(
        "member", "choice", "Apakah Anda anggota kelompok tani?", privacy="internal", choices=choices
    )
    paper = {"code": "card", "title": both("Kartu anggota"), "source": "contoh"}
    paper["show_when"] = {"field": "member", "is": ["yes"]}
    sections = [{**BIRTH["sections"][0], "fields": [*BIRTH["sections"][0]["fields"], member]}]
    version = make_birth(
        sections=[*sections, *BIRTH["sections"][1:]], requirements=[*BIRTH["requirements"], paper]
    )
    (line,) = [one for one in to_bring(definition_of(version)) if one.when]
    assert line.when == "Bila “Apakah Anda anggota kelompok tani?” dijawab: Ya"


def test_a_service_that_is_not_published_is_not_shown(client: Client) -> None:
    make_birth()
    Service.objects.update(current=None)
    assert client.get("/layanan/lapor-lahir/").status_code == 404
    assert "Belum ada layanan" in page(client, "/layanan/")


def test_a_closed_service_takes_nothing(client: Client) -> None:
    make_birth()
    Service.objects.update(is_open=False)
    assert "sedang tidak menerima" in page(client, "/layanan/lapor-lahir/ajukan/")


def test_programs_read_a_schema_of_the_answers(client: Client) -> None:
    make_birth()
    response = client.get("/layanan/lapor-lahir.json")
    found = json.loads(response.content)
    assert found["answers"]["$schema"].endswith("2020-12/schema")
    assert "child" in found["answers"]["required"]
    assert "helper" not in found["answers"]["properties"]["child"]["required"]  # hangs on another answer
    assert found["answers"]["properties"]["witnesses"]["maxItems"] == 4
    assert response["Access-Control-Allow-Origin"] == "*"
    assert found["clock"] == {"kind": "working_days", "count": 3}
    assert found["requirements"][0]["substitutes"][0]["code"] == "sptjm"


# --- the form -------------------------------------------------------------------------------------------------------


def test_the_form_asks_everything_in_one_page(client: Client) -> None:
    make_birth()
    words = page(client, "/layanan/lapor-lahir/ajukan/")
    assert 'data-outbox="lapor-lahir" data-version="1"' in words
    assert '<optgroup label="Tebing Tinggi">' in words
    assert "Isi bila “Surat keterangan lahir” dijawab “Pernyataan dengan dua saksi”." in words
    assert 'autocomplete="tel"' in words
    assert 'name="witnesses.2.nik"' in words
    assert 'name="witnesses.3.nik"' not in words
    assert 'accept="image/*,.pdf"' in words
    assert "Misalnya 0812 3456 7890." in words


def test_the_form_carries_no_token_without_a_session_and_one_with_a_session(
    client: Client, siti: User
) -> None:
    make_birth()
    response = client.get("/layanan/lapor-lahir/ajukan/")
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert response["X-Keep"] == "1"
    client.force_login(siti, "lawang.people.login.Identified")
    words = client.get("/layanan/lapor-lahir/ajukan/").content.decode()
    assert words.count('name="csrfmiddlewaretoken"') == 2  # the form's and that of "Keluar"
    assert 'value="Siti Aminah"' in words


def test_filing_without_a_script_leads_to_the_receipt(client: Client) -> None:
    make_birth()
    response = send(client, follow=True)
    case = Case.objects.get()
    assert response.redirect_chain == [(f"/lacak/{case.code}/?baru", 302)]
    words = response.content.decode()
    assert case.number in words
    assert "Diterima" in words
    assert Markup(words).problems() == []
    found = answers.opened(case)
    assert found is not None
    assert found["child"] == {
        "name": "Bayu Contoh",
        "birth_date": "2026-03-02",
        "weight": "3.2",
        "place_kind": "home",
        "helper": "Bidan Contoh",
    }
    assert [one["name"] for one in found["witnesses"]] == ["Budi Contoh", "Wati Contoh"]
    paper = Attachment.objects.get()
    assert (paper.paper, paper.name) == ("papers.family_card", "kk.jpg")
    assert paper.file is not None
    assert paper.file.is_sealed
    assert read_file(paper.file).read().startswith(b"\xff\xd8")


def test_sending_twice_is_one_case(client: Client) -> None:
    make_birth()
    data = posted()
    first = client.post("/layanan/lapor-lahir/ajukan/", {**data, KK: photo()}, **ORIGIN)
    second = client.post("/layanan/lapor-lahir/ajukan/", {**data, KK: photo()}, **ORIGIN)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1
    assert Attachment.objects.count() == 1


def test_sending_again_with_other_content_asks_first(client: Client) -> None:
    make_birth()
    data = posted()
    client.post("/layanan/lapor-lahir/ajukan/", {**data, KK: photo()}, **ORIGIN)
    response = client.post(
        "/layanan/lapor-lahir/ajukan/", {**data, "name": "Siti Dua Contoh", KK: photo()}, **ORIGIN
    )
    assert response.status_code == 422
    assert "sudah pernah Anda kirim" in response.content.decode()
    assert data["key"] not in response.content.decode()
    assert Case.objects.count() == 1


def test_mistakes_keep_everything_that_was_typed(client: Client) -> None:
    make_birth()
    response = send(client, nik="123", child__birth_date_month="13", village=None)
    words = response.content.decode()
    assert response.status_code == 422
    assert Case.objects.count() == 0
    assert "NIK harus 16 angka" in words
    assert 'href="#id_nik"' in words
    assert 'href="#id_child.birth_date_day"' in words
    assert ">Desa: Isian ini belum diisi.</a>" in words
    assert 'value="Wati Contoh"' in words
    assert 'name="child.birth_date_month" id="id_child.birth_date_month" value="13"' in words
    assert "Hanya foto dan berkas yang harus dipilih sekali lagi" in words
    assert "<title>Galat:" in words
    assert Markup(words).problems() == []


def test_a_required_paper_that_is_missing_is_asked_for_at_its_field(client: Client) -> None:
    make_birth()
    response = client.post("/layanan/lapor-lahir/ajukan/", posted(), **ORIGIN)
    words = response.content.decode()
    assert "Lampirkan foto atau berkas “Kartu keluarga”." in words
    assert 'href="#id_papers.family_card.files"' in words
    response = client.post("/layanan/lapor-lahir/ajukan/", posted(papers__birth_letter="have"), **ORIGIN)
    assert "Lampirkan foto atau berkas “Surat keterangan lahir”." in response.content.decode()


def test_a_file_that_is_no_photo_is_refused_before_anything_is_filed(client: Client) -> None:
    make_birth()
    program = SimpleUploadedFile("kk.jpg", b"MZ\x90 this is no picture", "image/jpeg")
    response = send(client, papers__family_card__files=program)
    assert response.status_code == 422
    assert "Kirim foto (JPG, PNG, WebP) atau PDF." in response.content.decode()
    assert Case.objects.count() == 0


def test_one_more_witness_without_a_script(client: Client) -> None:
    make_birth()
    response = send(client, tambah="witnesses", name="")
    words = response.content.decode()
    assert response.status_code == 200
    assert 'name="witnesses.3.nik"' in words
    assert 'value="Wati Contoh"' in words
    assert "summary-error" not in words.replace(
        'summary-error" role="alert" tabindex="-1" data-outbox-summary', ""
    )
    assert 'href="#baris-witnesses-3"' in words
    assert Case.objects.count() == 0


def test_somebody_else_may_file_and_says_why(client: Client) -> None:
    make_birth()
    response = send(client, _other="ya")
    assert "Tulis mengapa Anda yang mengajukan" in response.content.decode()
    send(client, _other="ya", _other__name="Kader Contoh", _other__authority="Kader desa")
    case = Case.objects.get()
    assert case.representative is not None
    assert case.representative.name == "Kader Contoh"
    assert case.authority == "Kader desa"


def test_a_form_of_another_site_is_not_taken(client: Client) -> None:
    make_birth()
    data = {**posted(), KK: photo()}
    response = client.post("/layanan/lapor-lahir/ajukan/", data, HTTP_ORIGIN="https://jahat.example")
    assert response.status_code == 403
    assert Case.objects.count() == 0


def test_a_lost_token_shows_what_was_typed(siti: User) -> None:
    make_birth()
    client = Client(enforce_csrf_checks=True)
    client.force_login(siti, "lawang.people.login.Identified")
    response = client.post("/layanan/lapor-lahir/ajukan/", posted(), HTTP_ORIGIN="http://testserver")
    assert response.status_code == 403
    assert "Wati Contoh" in response.content.decode()
    assert "Kirim lagi" in response.content.decode()


def test_whoever_filed_gets_a_ticket_on_this_device(client: Client) -> None:
    make_birth()
    response = send(client)
    cookie = response.cookies["lawang-kartu"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert Ticket.objects.count() == 1
    assert cookie.value not in Ticket.objects.get().secret


def test_what_is_filed_while_signed_in_is_in_the_account(client: Client, siti: User) -> None:
    make_birth()
    client.force_login(siti, "lawang.people.login.Identified")
    send(client)
    assert Case.objects.get().account == siti
    assert Case.objects.get().number in page(client, "/permohonan/")


def test_the_english_form_makes_an_english_case(client: Client) -> None:
    make_birth()
    data = {**posted(child__weight="3.2"), KK: photo()}
    response = client.post("/en/layanan/lapor-lahir/ajukan/", data, **ORIGIN)
    case = Case.objects.get()
    assert response["Location"] == f"/en/lacak/{case.code}/?baru"
    assert case.language == "en"


def test_an_old_form_is_still_taken(client: Client) -> None:
    first = make_birth()
    ServiceVersion.objects.filter(pk=first.pk).update(state="retired", retired_at=now() - timedelta(days=9))
    make_birth(number=2)
    send(client, _version="1")
    assert Case.objects.get().version == first


def test_a_form_of_half_a_year_ago_is_not_taken_but_kept(client: Client) -> None:
    first = make_birth()
    ServiceVersion.objects.filter(pk=first.pk).update(state="retired", retired_at=now() - timedelta(days=190))
    make_birth(number=2)
    words = send(client, _version="1").content.decode()
    assert "Formulir ini sudah tidak dipakai lagi" in words
    assert 'value="Wati Contoh"' in words
    assert 'name="_version" value="2"' in words


# --- on paper -------------------------------------------------------------------------------------------------------


def test_the_paper_form_has_boxes_ticks_and_a_qr(client: Client) -> None:
    make_birth()
    words = page(client, "/layanan/lapor-lahir/formulir/")
    assert words.count('class="boxes"') > 8
    assert "lapor-lahir · v1" in words
    assert "<li>Pernyataan dengan dua saksi</li>" in words
    assert words.index("Nama pelapor") < words.index("Nama anak") < words.index("Nama saksi")


@pytest.mark.parametrize(
    "path",
    ["/layanan/", "/layanan/lapor-lahir/", "/layanan/lapor-lahir/ajukan/", "/layanan/lapor-lahir/formulir/"],
)
def test_pages_ask_few_queries(client: Client, django_assert_max_num_queries: Any, path: str) -> None:
    make_birth()
    with django_assert_max_num_queries(12):
        client.get(path)


# Without a script, and a key that would make every page another one


def by_hand(client: Client, **changes: Any) -> Any:
    """Send the form as a browser without scripts does, from the page as it stands there now."""
    html = client.get(FORM).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    data = {name: value for name, value in posted(**changes).items() if name not in ("key", "code")}
    return client.post(FORM, {**kept, **data, KK: photo()}, **ORIGIN)


def test_the_form_is_not_fetched_again_while_it_is_the_same(client: Client) -> None:
    make_birth()
    first = client.get(FORM)
    assert first["ETag"] == Client().get(FORM)["ETag"]
    assert client.get(FORM, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert 'name="key"' not in first.content.decode()


def test_a_form_sent_twice_without_a_script_is_one_case(client: Client) -> None:
    make_birth()
    first, second = by_hand(client), by_hand(client)
    case = Case.objects.get()
    assert first["Location"] == second["Location"] == f"/lacak/{case.code}/?baru"
    assert Attachment.objects.count() == 1


def test_other_content_another_browser_and_another_day_are_other_cases(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_birth()
    by_hand(client)
    by_hand(client, child__name="Ayu Contoh")
    by_hand(Client(headers={"User-Agent": "Lain"}))
    assert Case.objects.count() == 3
    monkeypatch.setattr(views, "today", lambda: date(2030, 1, 2))
    by_hand(client)
    assert Case.objects.count() == 4
    assert len(set(Case.objects.values_list("code", flat=True))) == 4


def test_nobody_makes_the_code_from_what_was_typed(client: Client, settings: Any) -> None:
    make_birth()
    by_hand(client)
    settings.SECRET_KEY = "another installation"
    by_hand(client)
    first, second = Case.objects.all()
    assert first.code != second.code
    assert codes.normalise(first.code) == first.code


def test_mistakes_are_mended_and_sent_again(client: Client) -> None:
    make_birth()
    assert by_hand(client, nik="1").status_code == 422
    assert by_hand(client).status_code == 302
    assert Case.objects.count() == 1
