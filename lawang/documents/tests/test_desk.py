"""Officers' pages about documents."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lawang.documents import actions, sources
from lawang.documents.authority import ExampleSigner
from lawang.documents.models import Document, Signature
from lawang.documents.signing import Person, Signed
from lawang.documents.tests.letters import AT, VALUES, make_document, make_draft, make_template, make_village
from lawang.documents.tests.test_check_page import from_elsewhere
from lawang.people.models import Role, User
from lawang.record.models import Access
from tests.cast import make_agency, make_membership, make_node, make_role, make_user

pytestmark = pytest.mark.django_db
OFFICER = {"documents.see": "agency", "documents.issue": "agency"}
HEAD = {**OFFICER, "documents.sign": "agency", "documents.revoke": "agency"}


@pytest.fixture(autouse=True)
def node() -> None:
    make_node(is_demo=True)


@pytest.fixture
def kepala(client: Client) -> User:
    """The head of the village, signed in."""
    user = make_user("wayan", name="Wayan Contoh")
    make_membership(
        user,
        role=make_role("chief", HEAD, signs_as=["head"], highest_privacy="personal"),
        agency=make_village(),
    )
    client.force_login(user)
    return user


@pytest.fixture
def ratih(client: Client) -> User:
    """An officer of the village, signed in."""
    user = make_user("ratih", name="Ratih Contoh")
    make_membership(user, role=make_role("clerk", OFFICER, highest_privacy="personal"), agency=make_village())
    client.force_login(user)
    return user


def waiting(**fields: Any) -> Document:
    return actions.issue(make_draft(make_template("a/surat", signers=["head"]), **fields), by=None, at=AT)


def address(document: Document, doing: str = "") -> str:
    return f"/meja/dokumen/{document.key}/{doing}"


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_list_shows_only_the_offices_of_the_person(client: Client, ratih: User) -> None:
    mine, other = make_document(), make_document(office=make_agency("desa-lain", "Desa Lain"))
    said = words(client.get("/meja/dokumen/"))
    assert mine.number in said
    assert other.number not in said
    assert client.get(address(other)).status_code == 404
    assert client.get(address(other, "pdf/")).status_code == 404


def test_who_handles_the_case_elsewhere_reads_its_letters(
    client: Client, ratih: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_document(office=make_agency("desa-lain", "Desa Lain"))
    monkeypatch.setattr(sources, "_readers", {"tests.thing": lambda user, _document: user == ratih})
    assert client.get(address(other)).status_code == 200
    assert client.get(address(other, "pdf/")).status_code == 200
    assert client.get(address(make_draft(office=other.office))).status_code == 404
    assert client.post(address(other, "cabut/"), {"reason": "Bukan urusan saya."}).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q={number}", True),
        ("q={code}", True),
        ("q=keterangan usaha", True),
        ("q=tidak-ada", False),
        ("state=valid", True),
        ("state=revoked", False),
        ("kind=certificate", True),
        ("kind=decision", False),
        ("year={year}", True),
    ],
)
def test_the_list_is_narrowed(client: Client, ratih: User, query: str, found: bool) -> None:
    document = make_document(at=timezone.now())
    year = timezone.localtime(document.made_at).year
    filled = query.format(number=document.number, code=document.code, year=year)
    said = words(client.get(f"/meja/dokumen/?{filled}"))
    assert (f'href="{address(document)}"' in said) is found


def test_a_number_from_another_system_is_found_whole_and_opened_on_its_page_only(
    client: Client, ratih: User
) -> None:
    document = from_elsewhere(make_document(at=timezone.now()))
    number = "1611-LU-20112026-0001"
    listed = words(client.get("/meja/dokumen/"))
    assert f'href="{address(document)}"' in listed
    assert number not in listed
    assert f'href="{address(document)}"' in words(client.get(f"/meja/dokumen/?q={number}"))
    assert address(document) not in words(client.get("/meja/dokumen/?q=1611-LU"))
    assert number not in b"".join(client.get("/meja/dokumen/unduh/")).decode()
    Role.objects.update(highest_privacy="internal")
    assert number not in words(client.get(address(document)))
    assert not Access.objects.exists()
    Role.objects.update(highest_privacy="personal")
    assert number in words(client.get(address(document)))
    assert Access.objects.get().fields == ["number"]
    with CaptureQueriesContext(connection) as asked:
        client.get(address(document))
    assert len(asked) <= 12


def test_who_may_not_see_personal_data_sees_that_there_is_a_letter_and_not_what_is_in_it(
    client: Client, ratih: User
) -> None:
    document = make_document()
    assert document.file is not None
    Role.objects.update(highest_privacy="internal")
    said = words(client.get(address(document)))
    assert document.number in said
    assert "data pribadi; tugas Anda tidak mencakupnya" in said
    assert address(document, "pdf/") not in said
    for path in (address(document, "pdf/"), address(document, "word/")):
        assert client.get(path).status_code == 403
    assert client.get(f"/berkas/{document.file.key}/").status_code == 404
    assert not Access.objects.exists()


def test_the_export_has_the_same_filters_and_nobody_in_it(client: Client, ratih: User) -> None:
    make_document()
    waiting()
    answer = client.get("/meja/dokumen/unduh/?state=waiting")
    lines = b"".join(answer).decode().splitlines()
    assert len(lines) == 2
    assert "Menunggu tanda tangan" in lines[1]
    assert VALUES["name"] not in lines[1]


@pytest.mark.parametrize("count", [1, 40])
def test_questions_stay_few(
    client: Client, kepala: User, count: int, django_assert_max_num_queries: Any
) -> None:
    for _number in range(count):
        waiting()
    with django_assert_max_num_queries(12):
        client.get("/meja/dokumen/")
    with django_assert_max_num_queries(12):
        client.get(address(Document.objects.last()))  # type: ignore[arg-type]


def test_what_waits_for_my_signature_comes_first(client: Client, kepala: User) -> None:
    document = waiting()
    waiting(office=make_agency("desa-lain", "Desa Lain"))
    said = words(client.get("/meja/dokumen/"))
    assert said.count("Baca dan tanda tangani") == 1
    client.post(address(document, "tanda-tangan/"))
    assert "Baca dan tanda tangani" not in words(client.get("/meja/dokumen/"))


def test_reading_is_written_down(client: Client, ratih: User) -> None:
    document = make_document()
    assert client.get(address(document, "pdf/")).content == actions.pdf(document)
    assert client.get(address(document, "word/")).content.startswith(b"PK")
    assert [row.fields for row in Access.objects.order_by("pk")] == [["pdf"], ["docx"]]


def test_the_head_signs(client: Client, kepala: User) -> None:
    document = waiting()
    assert "Tanda tangani" in words(client.get(address(document)))
    answer = client.post(address(document, "tanda-tangan/"), follow=True)
    assert "berlaku sejak sekarang" in words(answer)
    document.refresh_from_db()
    assert document.state == Document.State.VALID


def test_an_officer_does_not_sign(client: Client, ratih: User) -> None:
    document = waiting()
    assert "Tanda tangan Anda" not in words(client.get(address(document)))
    assert client.post(address(document, "tanda-tangan/")).status_code == 403


def test_the_head_hands_back_with_a_reason(client: Client, kepala: User) -> None:
    document = waiting()
    answer = client.post(address(document, "kembalikan/"), {"reason": ""})
    assert (answer.status_code, "Alasan belum diisi" in words(answer)) == (422, True)
    client.post(address(document, "kembalikan/"), {"reason": "Nama salah."})
    assert document.signatures.get().state == Signature.State.REFUSED
    assert "dikembalikan: Nama salah." in words(client.get(address(document)))


def test_a_letter_is_revoked_with_a_reason_and_only_by_who_may(client: Client, kepala: User) -> None:
    document = make_document()
    assert "Tulis alasannya" in words(client.post(address(document, "cabut/"), {"reason": "x"}))
    client.post(address(document, "cabut/"), {"reason": "Usahanya sudah tutup."})
    document.refresh_from_db()
    assert (document.state, document.revoked_by) == (Document.State.REVOKED, kepala)
    assert "Usahanya sudah tutup." in words(client.get(address(document)))


def test_an_officer_uploads_what_was_signed_elsewhere(client: Client, ratih: User) -> None:
    document = waiting()
    answer = ExampleSigner().sign(
        actions.file_of(document), person=Person("Wayan", "Kepala Desa", "Desa"), reason="x"
    )
    assert isinstance(answer, Signed)
    bad = SimpleUploadedFile("surat.pdf", actions.file_of(document))
    assert client.post(address(document, "unggah/"), {"file": bad}).status_code == 422
    client.post(address(document, "unggah/"), {"file": SimpleUploadedFile("surat.pdf", answer.pdf)})
    document.refresh_from_db()
    assert document.state == Document.State.VALID
    assert "otoritas uji" in words(client.get(address(document)))


def test_a_letter_is_set_again(client: Client, ratih: User) -> None:
    document = waiting()
    first = document.sha256
    client.post(address(document, "susun-ulang/"))
    document.refresh_from_db()
    assert (document.state, document.sha256 == first) == (Document.State.WAITING, False)


def test_a_draft_without_a_case_is_issued_or_thrown_away_here(client: Client, ratih: User) -> None:
    one, other = make_draft(about=""), make_draft(about="")
    assert "Terbitkan" in words(client.get(address(one)))
    client.post(address(one, "terbitkan/"))
    one.refresh_from_db()
    assert one.state == Document.State.VALID
    client.post(address(other, "buang/"))
    assert not Document.objects.filter(pk=other.pk).exists()


def test_a_draft_of_a_case_is_issued_by_its_case(client: Client, ratih: User) -> None:
    document = make_draft(about="tests.thing:1")
    assert "Terbitkan" not in words(client.get(address(document)))


def test_what_was_erased_says_so(client: Client, ratih: User) -> None:
    document = make_document()
    actions.erase("tests.thing:1", by=None, at=timezone.now())
    said = words(client.get(address(document)))
    assert "masa simpannya habis" in said
    assert client.get(address(document, "pdf/")).status_code == 404
    assert client.get(address(document, "word/")).status_code == 404
