"""What must hold whoever writes: the states a letter goes through, what stays, who reads, what erasing leaves."""

import hashlib
import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lawang.documents import actions, composing, reading, sources
from lawang.documents.models import Document, Template
from lawang.documents.tests.letters import AT, VALUES, make_document, make_draft, make_template, make_village
from lawang.documents.tests.test_typeset import set_letter
from lawang.lib.refused import Refused
from lawang.people.models import Role, User
from lawang.record.actions import hash_of
from lawang.record.doctor import Level, examine
from lawang.record.files import may_read, path_of
from lawang.record.models import DataKey, Entry, File
from lawang.record.sealing import keyed_hash, open_fields
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.pdfs import SITI, signed

pytestmark = pytest.mark.django_db


def waiting() -> Document:
    return actions.issue(make_draft(make_template("a/surat", signers=["head"])), by=None, at=AT)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "lain"},
        {"date": "2020-01-01"},
        {"code": "0000000000000"},
        {"sha256": "0" * 64},
        {"values": ""},
        {"kind": "decision"},
        {"title": {"id": "lain"}},
        {"state": "draft"},
        {"state": "waiting"},
        {"issued_at": None},
        {"about": "lain:1"},
        {"file": None},
    ],
    ids=str,
)
def test_what_an_issued_letter_says_stays(change: dict[str, Any]) -> None:
    document = make_document()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**change)


def test_an_issued_letter_cannot_be_removed_and_one_out_of_force_does_not_come_back() -> None:
    document = make_document()
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        document.delete()
    actions.revoke(document, by=None, at=AT, reason="Salah orang.")
    with pytest.raises(IntegrityError, match="does not become"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(state="valid")


def test_an_example_never_becomes_a_real_letter() -> None:
    document = waiting()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(is_example=not document.is_example)


def test_a_version_of_a_wording_stays() -> None:
    template = make_template()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Template.objects.filter(pk=template.pk).update(body={"id": "lain"})
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        template.delete()


def test_verbs_refuse_what_the_state_forbids_with_a_sentence() -> None:
    document = make_document()
    for wrong in (
        lambda: actions.issue(document, by=None, at=AT),
        lambda: actions.discard(document, by=None, at=AT),
        lambda: actions.replace(document, with_=document, by=None, at=AT, why="Sama saja."),
        lambda: actions.replace(document, with_=make_draft(), by=None, at=AT, why="Masih draf."),
        lambda: actions.revoke(document, by=None, at=AT, reason="  "),
        lambda: actions.revoke(make_draft(), by=None, at=AT, reason="Masih draf."),
    ):
        with pytest.raises(Refused):
            wrong()


def test_the_same_document_is_issued_once_only() -> None:
    draft = make_draft()
    actions.issue(draft, by=None, at=AT)
    with pytest.raises(Refused, match="sudah diterbitkan"):
        actions.issue(draft, by=None, at=AT)


def test_history_tells_it_all_and_nothing_personal() -> None:
    document = make_document()
    actions.revoke(document, by=None, at=AT, reason="Salah orang.")
    entries = Entry.objects.filter(thing=f"documents.document:{document.key}")
    assert list(entries.values_list("verb", flat=True)) == [
        *("document_drafted", "document_issued", "document_revoked"),
    ]
    kept = json.dumps(list(Entry.objects.values("after", "before", "note")), default=str)
    assert VALUES["name"] not in kept
    assert VALUES["nik"] not in kept


# Who reads


def make_reader(verbs: dict[str, str], agency: Any = None) -> User:
    user = make_user("pembaca")
    make_membership(
        user, role=make_role("reader", verbs, highest_privacy="personal"), agency=agency or make_village()
    )
    return user


def test_the_file_is_read_by_the_office_and_by_nobody_else(siti: User) -> None:
    file = make_document().file
    assert isinstance(file, File)
    reader = make_reader({"documents.see": "agency"})
    assert may_read(reader, file)
    Role.objects.update(highest_privacy="internal")
    assert not may_read(User.objects.get(pk=reader.pk), file)
    assert not may_read(siti, file)
    assert not may_read(AnonymousUser(), file)
    other = make_user("lain")
    make_membership(other, role="reader", agency=make_agency("desa-lain", "Desa Lain"))
    assert not may_read(other, file)


def test_the_thing_it_came_from_lets_others_read_once_it_is_issued(
    siti: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_readers", {})
    sources.register_source_reader("tests.thing", lambda user, _document: user == siti)
    valid, pending = make_document(), waiting()
    assert valid.file is not None
    assert pending.file is not None
    assert may_read(siti, valid.file)
    assert not may_read(AnonymousUser(), valid.file)
    assert not may_read(siti, pending.file)


def test_an_earlier_file_of_a_letter_is_not_the_letter(siti: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_readers", {"tests.thing": lambda user, _document: user == siti})
    document = waiting()
    earlier = document.file
    actions.keep(document, actions.file_of(document), by=None, at=AT)
    actions.became_valid(document, by=None, at=AT)
    assert earlier is not None
    assert document.file is not None
    assert (may_read(siti, earlier), may_read(siti, document.file)) == (False, True)


def test_the_thing_is_told_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(sources, "_listeners", {})
    sources.register_source_listener("tests.thing", lambda one, word, _by, _at: heard.append((word, one.pk)))
    old, new = make_document(), make_document()
    actions.replace(old, with_=new, by=None, at=AT, why="Nama dibetulkan.")
    actions.revoke(new, by=None, at=AT, reason="Salah orang.")
    assert heard == [("issued", old.pk), ("issued", new.pk), ("replaced", old.pk), ("revoked", new.pk)]


# Encrypted, and erased


def test_values_and_file_lie_encrypted() -> None:
    document = make_document()
    assert VALUES["nik"] not in document.values
    assert document.file is not None
    assert b"%PDF" not in path_of(document.file.sha256).read_bytes()
    assert composing.values_of(document) == VALUES
    assert hashlib.sha256(actions.file_of(document)).hexdigest() == document.sha256


def test_erasing_leaves_number_and_state_and_nothing_to_read() -> None:
    document = make_document()
    assert actions.erase("tests.thing:1", by=None, at=timezone.now()) == 1
    document.refresh_from_db()

    assert document.erased_at is not None
    assert composing.values_of(document) is None
    assert not DataKey.objects.filter(thing=f"documents.document:{document.key}").exists()
    with pytest.raises(LookupError):
        actions.pdf(document)
    assert actions.check(document.code) == document
    assert actions.erase("tests.thing:1", by=None, at=timezone.now()) == 0


# From elsewhere


def elsewhere(upload: bytes, **fields: Any) -> Document:
    given: dict[str, Any] = {
        "kind": "birth-certificate",
        "title": {"id": "Kutipan akta kelahiran"},
        "number": " 1611-LU-20112026-0001 ",
        "date": AT.date(),
        "office": make_village(),
        "about": "tests.thing:1",
        "by": None,
        "at": timezone.now(),
    }
    return actions.register_elsewhere(upload=upload, **given | fields)


def test_a_signed_pdf_from_elsewhere_is_kept_with_what_it_is_worth() -> None:
    pdf = signed(set_letter(), SITI)
    document = elsewhere(pdf)
    assert (document.state, document.origin) == (Document.State.VALID, Document.Origin.ELSEWHERE)
    assert (document.number, reading.number_of(document)) == ("", "1611-LU-20112026-0001")
    assert document.validation["verdict"] == "example"
    assert actions.pdf(document) == pdf
    assert actions.check(document.code) is None


def test_its_number_names_a_person_and_is_sealed_with_its_key() -> None:
    document = elsewhere(set_letter())
    entry, file = Entry.objects.get(verb="document_registered"), File.objects.get()
    number = "1611-LU-20112026-0001"
    stored = Document.objects.filter(pk=document.pk).values().get()
    assert number not in f"{stored} {entry.before} {entry.after} {entry.sealed} {entry.note} {file.name}"
    assert open_fields(entry) == {"number": number}
    assert Document.objects.get(number_hash=keyed_hash(number)) == document
    actions.erase("tests.thing:1", by=None, at=timezone.now())
    document.refresh_from_db()
    assert (reading.number_of(document), document.number_hash) == ("", "")
    assert open_fields(entry) is None
    assert hash_of(entry) == entry.hash


def test_numbers_that_lay_in_clear_are_carried_over() -> None:
    """A release before this one kept them in a column, which the guard lets nobody change."""
    document = elsewhere(set_letter())
    migration = import_module("lawang.documents.migrations.0004_sealed_numbers")
    settle = "set constraints all immediate"  # what the test itself wrote, which no migration has before it
    with connection.schema_editor() as editor:
        editor.execute(settle)
        migration.unseal(apps, editor)
    document.refresh_from_db()
    assert (document.number, document.values) == ("1611-LU-20112026-0001", "")
    File.objects.update(name="Akta 1611-LU-20112026-0001.pdf")
    Document.objects.update(number_hash="")
    with connection.schema_editor() as editor:
        editor.execute(settle)
        migration.seal(apps, editor)
    document.refresh_from_db()
    assert (document.number, reading.number_of(document)) == ("", "1611-LU-20112026-0001")
    assert document.number_hash == keyed_hash("1611-LU-20112026-0001")
    assert File.objects.get().name == f"{document.code}.pdf"
    with pytest.raises(IntegrityError), transaction.atomic():  # the guard is back
        Document.objects.filter(pk=document.pk).update(number="lain")


def test_an_unsigned_one_is_kept_and_says_so_but_a_changed_one_is_refused() -> None:
    assert elsewhere(set_letter()).validation["verdict"] == "unsigned"
    broken = bytearray(signed(set_letter(), SITI))
    broken[len(set_letter()) // 2] ^= 1
    with pytest.raises(Refused):
        elsewhere(bytes(broken))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"number": " "}, "Nomor"),
        ({"date": timezone.now().date().replace(year=2099)}, "masa depan"),
        ({"upload": b"bukan pdf"}, "tidak diterima"),
    ],
)
def test_what_is_missing_is_a_sentence(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        elsewhere(fields.pop("upload", set_letter()), **fields)


# Doctor


def finding() -> Any:
    return next(one.finding for one in examine(at=timezone.now()) if one.id == "documents")


def test_doctor_is_content_with_letters_as_they_should_be() -> None:
    make_document()
    actions.revoke(waiting(), by=None, at=AT, reason="Tidak jadi.")
    assert finding().level == Level.GOOD


def test_doctor_notices_a_key_that_is_not_listed_a_hole_and_a_wording_that_lost_its_names() -> None:
    document = make_document()
    from lawang.documents.models import NumberSeries
    from lawang.people.models import NodeKey

    assert document.series is not None
    own = actions.edit_template(
        make_template(),
        title={"id": "J"},
        body={"id": "Untuk {{trade}}."},
        agency=make_village(),
        by=None,
        at=AT,
    )
    make_template(body={"id": "Untuk {{name}}."}, names={"name": {"id": "nama"}})
    assert own.names.keys() >= {"trade"}
    assert "usaha/letter (Desa Padang Tepong), Baris 1" in finding().sentence

    NumberSeries.objects.filter(pk=document.series.pk).update(last=2)
    assert "bolong pada seri usaha 2026" in finding().sentence

    NodeKey.objects.all().delete()
    assert "Kunci kode QR" in finding().sentence
