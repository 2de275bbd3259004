"""Typing in for somebody: a paper form, a person at the counter; the slip they take home."""

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lawang.cases import answers
from lawang.cases.models import Case, Service, ServiceVersion
from lawang.cases.tests.desk import body, page, send, signed_in
from lawang.lib import codes
from lawang.people.models import User
from lawang.people.node import now, today
from tests.case_factory import make_case, make_version
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.pdfs import plain

pytestmark = pytest.mark.django_db

TYPED = {
    "channel": "counter",
    "name": "Siti Contoh",
    "nik": "1611034505900001",
    "phone": "081234567890",
    "use": "Rapat koperasi",
    "papers.identity": "have",
}


@pytest.fixture
def clerk(db: None) -> User:
    """Somebody at a village counter, who works for another office than the one that decides."""
    make_version()
    role = make_role("counter", {"cases.file_for": "all", "cases.see": "agency"}, highest_privacy="personal")
    return make_membership(make_user("joko"), role=role, agency=make_agency("desa", kind="village")).user


def test_the_services_that_can_be_typed_in(clerk: User, stranger: User) -> None:
    html = page(signed_in(clerk), "record")
    assert reverse("desk:entry", args=["pinjam-aula"]) in html
    role = make_role("reader", {"cases.see": "agency"})
    reader = make_membership(make_user("tari"), role=role, agency=make_agency("dinkes")).user
    assert signed_in(reader).get(reverse("desk:record")).status_code == 403


def test_the_screen_follows_the_printed_page(clerk: User) -> None:
    html = page(signed_in(clerk), "entry", "pinjam-aula").partition("<main")[2]
    printed = body(signed_in(clerk).get(reverse("cases:paper", args=["pinjam-aula"]))).partition("<main")[2]
    words = ("Diisi petugas", "Untuk apa", "KTP", "Bila diajukan oleh orang lain")
    assert sorted(words, key=html.index) == sorted(words, key=printed.index)
    assert re.search(r'name="channel" value="village"[^>]*checked', html)
    page(signed_in(clerk), "entry", "tidak-ada", status=404)


def test_a_person_at_the_counter_gets_a_code(clerk: User) -> None:
    client = signed_in(clerk)
    answer = send(client, "entry", "pinjam-aula", **TYPED)
    case = Case.objects.get()
    assert answer["Location"] == reverse("desk:slip", args=[case.key])
    assert (case.channel, case.filed_by, case.original_date) == ("counter", clerk, None)
    html = page(client, "slip", case.key)
    assert codes.shown(case.code) in html
    assert "<svg" in html
    assert f"/lacak/{case.code}/" in html


def test_a_paper_form_keeps_its_date(clerk: User) -> None:
    client = signed_in(clerk)
    day = today()
    written = {"original_date_day": "1", "original_date_month": "1", "original_date_year": str(day.year)}
    html = body(send(client, "entry", "pinjam-aula", **{**TYPED, "channel": "paper"}))
    assert "Tulis tanggal yang ada di formulir kertasnya." in html
    late = {**written, "original_date_year": str(day.year + 1)}
    assert "belum terjadi" in body(
        send(client, "entry", "pinjam-aula", **{**TYPED, "channel": "paper", **late})
    )
    send(client, "entry", "pinjam-aula", **{**TYPED, "channel": "paper", **written})
    case = Case.objects.get()
    assert case.original_date is not None
    assert (case.original_date.year, case.original_date.month, case.channel) == (day.year, 1, "paper")
    found = answers.opened(case)
    assert found is not None
    assert "original_date" not in found


def test_mistakes_stay_on_the_page(clerk: User) -> None:
    html = body(send(signed_in(clerk), "entry", "pinjam-aula", **{**TYPED, "nik": "16110345059", "use": ""}))
    assert "16 angka" in html
    assert "Rapat koperasi" not in html
    assert "Siti Contoh" in html
    assert not Case.objects.exists()


def test_the_same_form_twice_is_hinted_at_not_refused(clerk: User) -> None:
    first = make_case()
    client = signed_in(clerk)
    answer = send(client, "entry", "pinjam-aula", **TYPED)
    assert answer.status_code == 422
    assert first.number in body(answer)
    assert Case.objects.count() == 1
    send(client, "entry", "pinjam-aula", **TYPED, sure="1")
    assert Case.objects.count() == 2


def test_sending_again_is_one_case(clerk: User) -> None:
    client = signed_in(clerk)
    typed = {**TYPED, "key": str(uuid.uuid4()), "code": codes.new_code()}
    first = send(client, "entry", "pinjam-aula", **typed)
    again = send(client, "entry", "pinjam-aula", **typed, sure="1")
    assert first["Location"] == again["Location"]
    assert Case.objects.count() == 1


def test_photos_come_with_the_form(clerk: User, media: Any) -> None:
    upload = SimpleUploadedFile("ktp.pdf", plain(), "application/pdf")
    send(signed_in(clerk), "entry", "pinjam-aula", **TYPED, **{"papers.identity.files": upload})
    attachment = Case.objects.get().attachments.get()
    assert attachment.paper == "papers.identity"
    assert attachment.file is not None
    assert attachment.file.is_sealed


def test_a_slip_is_for_who_filed_it(clerk: User, stranger: User) -> None:
    send(signed_in(clerk), "entry", "pinjam-aula", **TYPED)
    page(signed_in(stranger), "slip", Case.objects.get().key, status=404)


def test_an_old_printed_form_is_typed_in_as_it_was(clerk: User) -> None:
    service = Service.objects.get()
    ServiceVersion.objects.update(state=ServiceVersion.State.RETIRED, retired_at=now())
    make_version(number=2)
    service.refresh_from_db()
    assert service.current is not None
    client = signed_in(clerk)
    assert "versi 2" in page(client, "entry", "pinjam-aula")
    assert "versi 1" in page(client, "entry", "pinjam-aula", query="?versi=1")
    client.post(reverse("desk:entry", args=["pinjam-aula"]) + "?versi=1", TYPED)
    assert Case.objects.get().version.number == 1
    page(client, "entry", "pinjam-aula", query="?versi=77", status=403)
