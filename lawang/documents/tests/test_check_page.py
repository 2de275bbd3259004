"""The public check page: what each state says, what it never says, files, counting."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lawang.documents import actions, qr
from lawang.documents.models import CheckCount, Document
from lawang.documents.tests.letters import AT, VALUES, make_document, make_draft, make_template
from lawang.lib import codes
from tests.cast import make_node

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def node() -> None:
    make_node(is_demo=False)


def page(client: Client, document: Document | str, query: str = "") -> Any:
    code = document if isinstance(document, str) else document.code
    return client.get(f"/cek/{code}/{query}")


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_valid_letter(client: Client) -> None:
    document = make_document()
    said = words(page(client, document))
    for fact in (
        "Berlaku",
        document.number,
        "Jumat, 20 November 2026",
        "Desa Padang Tepong",
        "Surat keterangan",
    ):
        assert fact in said


def test_nothing_personal_is_said(client: Client) -> None:
    document = make_document(values={**VALUES, "name": "Siti Rahasia", "trade": "usaha gelap"})
    said = words(page(client, document))
    for name in ("Siti", "Rahasia", "gelap", VALUES["nik"]):
        assert name not in said


def test_a_revoked_letter_says_since_when_but_not_why(client: Client) -> None:
    document = make_document()
    actions.revoke(document, by=None, at=AT, reason="Siti memalsukan KTP.")
    said = words(page(client, document))
    assert "Dicabut" in said
    assert "sejak Jumat, 20 November 2026" in said
    assert "memalsukan" not in said


def test_a_replaced_letter_leads_to_the_one_that_holds(client: Client) -> None:
    old, new = make_document(), make_document()
    actions.replace(old, with_=new, by=None, at=AT, why="Nama dibetulkan.")
    said = words(page(client, old))
    assert "Sudah diganti" in said
    assert f"/cek/{new.code}/" in said
    assert "Berlaku" in words(page(client, new))


def test_a_letter_that_is_replaced_by_one_that_waits_still_holds(client: Client) -> None:
    old = make_document()
    new = actions.issue(make_draft(make_template("a/b", signers=["head"])), by=None, at=AT)
    actions.replace(old, with_=new, by=None, at=AT, why="Nama dibetulkan.")
    assert "Berlaku" in words(page(client, old))
    assert "Belum berlaku" in words(page(client, new))


@pytest.mark.parametrize("what", ["code", "draft", "elsewhere", "nonsense"])
def test_what_is_not_ours_is_not_found(client: Client, what: str) -> None:
    code = {"code": codes.new_code(), "nonsense": "tulisan aneh"}.get(what, "")
    if what == "draft":
        code = make_draft().code
    if what == "elsewhere":
        document = make_document()
        Document.objects.filter(pk=document.pk).values("pk")
        code = from_elsewhere(document).code
    answer = page(client, code)
    assert answer.status_code == 404
    assert "Tidak ditemukan" in words(answer)


def from_elsewhere(document: Document) -> Document:
    return actions.register_elsewhere(
        kind="birth-certificate",
        title={"id": "Kutipan akta kelahiran"},
        number="1611-LU-20112026-0001",
        date=AT.date(),
        office=document.office,
        about="tests.thing:1",
        upload=actions.pdf(document),
        by=None,
        at=AT,
    )


def test_an_example_says_that_it_is_one(client: Client) -> None:
    from lawang.people.models import Node

    Node.objects.update(is_demo=True)
    assert "Tidak mempunyai kekuatan hukum" in words(page(client, make_document()))


@pytest.mark.parametrize("typed", ["7f3a 91c2 0kxm 4", "7F3A-91C2-0KXM-4", " 7f3a91c2okxm4 "])
def test_a_code_is_forgiven_how_it_is_typed(client: Client, typed: str) -> None:
    answer = client.get("/cek/", {"kode": typed})
    if codes.normalise(typed):
        assert answer.headers["Location"] == f"/cek/{codes.normalise(typed)}/"
    else:
        assert answer.status_code == 422


def test_a_code_that_cannot_be_one_says_so_beside_the_field(client: Client) -> None:
    answer = client.get("/cek/", {"kode": "7F3A-91C2"})
    assert answer.status_code == 422
    assert "13 huruf" in words(answer)


def test_an_address_with_dashes_leads_to_the_code(client: Client) -> None:
    document = make_document()
    assert page(client, codes.shown(document.code)).headers["Location"] == f"/cek/{document.code}/"


# Files


def upload(client: Client, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("surat.pdf", content, content_type="application/pdf")
    return client.post(
        "/cek/", {"berkas": file, **more}, headers={"origin": "http://testserver"}, follow=True
    )


def test_a_file_finds_its_letter_without_a_script(client: Client) -> None:
    document = make_document()
    said = words(upload(client, actions.pdf(document)))
    assert document.number in said
    assert "Berkas sama persis" in said


def test_one_changed_byte_is_another_file(client: Client) -> None:
    document = make_document()
    changed = bytearray(actions.pdf(document))
    changed[1_000] ^= 1
    assert "Berkas tidak dikenal" in words(upload(client, bytes(changed)))
    said = words(upload(client, bytes(changed), kode=document.code))
    assert "Berkas berbeda" in said
    assert "Berkas sama persis" not in said.split("data-file")[0]


def test_the_hash_alone_is_enough_for_a_browser_with_our_script(client: Client) -> None:
    document = make_document()
    digest = hashlib.sha256(actions.pdf(document)).hexdigest()
    answer = client.get("/cek/", {"sidik": digest})
    assert answer.headers["Location"] == f"/cek/{document.code}/?sidik={digest}"
    assert "Berkas tidak dikenal" in words(client.get("/cek/", {"sidik": "0" * 64}))


def test_the_hash_of_a_letter_that_waits_is_not_told(client: Client) -> None:
    document = actions.issue(make_draft(make_template("a/b", signers=["head"])), by=None, at=AT)
    assert f'data-sha256="{document.sha256}"' not in words(page(client, document))
    assert "Berkas tidak dikenal" in words(client.get("/cek/", {"sidik": document.sha256}))


def test_no_file_is_a_sentence_and_nothing_is_kept(client: Client) -> None:
    from lawang.record.models import File

    before = File.objects.count()
    answer = client.post("/cek/", {}, headers={"origin": "http://testserver"})
    assert answer.status_code == 422
    assert "Pilih berkas PDF" in words(answer)
    upload(client, b"%PDF-1.7 apa saja")
    assert File.objects.count() == before


# What the phone keeps


def test_the_page_itself_may_be_kept_and_carries_the_keys(client: Client) -> None:
    make_document()
    answer = client.get("/cek/")
    assert answer.headers["X-Keep"] == "1"
    assert qr.qr_card()[0][: qr.SHORT] in words(answer)
    assert "csrf" not in words(answer)


def test_the_answer_about_one_letter_is_not_kept(client: Client) -> None:
    assert "X-Keep" not in page(client, make_document()).headers


def test_few_questions_are_asked(client: Client, django_assert_max_num_queries: Any) -> None:
    document = make_document()
    page(client, document)
    with django_assert_max_num_queries(8):
        page(client, document)


# Counting


def test_only_a_number_per_day_is_kept(client: Client) -> None:
    document = make_document()
    for _visit in range(3):
        page(client, document)
    page(client, document, "?sidik=" + "0" * 64)  # comparing a file is no second look-up
    client.head(f"/cek/{document.code}/")
    page(client, codes.new_code())
    rows = {row.document: row.count for row in CheckCount.objects.all()}
    assert rows == {document: 3, None: 1}
    assert {field.name for field in CheckCount._meta.get_fields()} == {"id", "document", "date", "count"}
