"""A letter from its draft to the signature of BSrE: what the tables keep when it goes well and when it does not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lawang.documents import actions, collecting, signatures
from lawang.documents.models import Document, Signature
from lawang.documents.signing import NotSigned, Unavailable, WrongPassphrase
from lawang.documents.tests.letters import AT, make_draft, make_template, make_village
from lawang.documents.validation import Verdict, validate
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.registered import sealed_nik
from lawang.record.models import Access, Entry, Outbox
from tests import pdfs
from tests.bsre_server import BsreServer, serving
from tests.cast import make_membership, make_role, make_user

pytestmark = pytest.mark.django_db
NIK, PASSPHRASE = "1611010101900001", "Kuda-Terbang-42"


@pytest.fixture
def server(settings: Any, tmp_path: Path) -> Iterator[BsreServer]:
    with serving(tmp_path) as server:
        server.add(NIK, "Wayan Contoh", PASSPHRASE)
        settings.BSRE_URL, settings.BSRE_SECONDS = server.url, 5
        yield server


@pytest.fixture
def wayan(db: None) -> User:
    user = make_user("wayan", name="Wayan Contoh")
    user.nik = sealed_nik(user, NIK)
    user.save()
    verbs = {"documents.see": "agency", "documents.sign": "agency", "documents.issue": "agency"}
    make_membership(user, role=make_role("chief", verbs, signs_as=["head"]), agency=make_village())
    return user


def waiting() -> Document:
    return actions.issue(make_draft(make_template(signers=["head"])), by=None, at=AT)


def kept() -> str:
    """Return everything that the tables of this noun and the record hold, in clear."""
    tables = (Entry, Outbox, Access, Signature, Document)
    return "".join(repr(row) for noun in tables for row in noun.objects.values())


def test_a_letter_is_signed_with_legal_force(server: BsreServer, wayan: User) -> None:
    document = signatures.sign(waiting(), by=wayan, passphrase=PASSPHRASE, at=AT)
    assert document.state == Document.State.VALID
    assert not document.is_example
    place = document.signatures.get()
    assert (place.state, place.backend, place.user) == (Signature.State.SIGNED, "bsre", wayan)
    report = validate(actions.pdf(document), at=timezone.now())
    assert (report.verdict, report.signatures[0].signer) == (Verdict.UNKNOWN, "Wayan Contoh (CONTOH)")
    assert PASSPHRASE not in kept()
    assert NIK not in kept()


def test_a_wrong_passphrase_leaves_the_letter_waiting(server: BsreServer, wayan: User) -> None:
    document = waiting()
    with pytest.raises(WrongPassphrase):
        signatures.sign(document, by=wayan, passphrase="Kuda-Terbang-41", at=AT)
    document.refresh_from_db()
    assert document.state == Document.State.WAITING
    assert document.signatures.get().state == Signature.State.WAITING
    assert "Kuda-Terbang" not in kept()
    assert signatures.sign(document, by=wayan, passphrase=PASSPHRASE, at=AT).state == Document.State.VALID


@pytest.mark.parametrize("failure", ["500", "hang up", "unsigned", "another"])
def test_a_failure_leaves_the_letter_waiting(server: BsreServer, wayan: User, failure: str) -> None:
    server.behaviour.failure = failure
    document = waiting()
    with pytest.raises(Unavailable):
        signatures.sign(document, by=wayan, passphrase=PASSPHRASE, at=AT)
    assert document.signatures.get().state == Signature.State.WAITING
    assert Entry.objects.filter(verb="document_not_signed").count() == 1
    assert PASSPHRASE not in kept()
    server.behaviour.failure = ""
    assert signatures.sign(document, by=wayan, passphrase=PASSPHRASE, at=AT).state == Document.State.VALID


def test_no_answer_in_time_asks_for_the_passphrase_again(
    server: BsreServer, wayan: User, settings: Any
) -> None:
    settings.BSRE_SECONDS, server.behaviour.seconds = 0.3, 1
    document = waiting()
    with pytest.raises(Unavailable, match="diketik lagi"):
        signatures.sign(document, by=wayan, passphrase=PASSPHRASE, at=AT)
    place = document.signatures.get()
    assert (place.state, "tidak menjawab" in place.trouble) == (Signature.State.WAITING, True)
    assert PASSPHRASE not in kept()


def test_a_late_answer_is_collected(server: BsreServer, wayan: User) -> None:
    server.behaviour.answers_late, server.behaviour.downloads_before_ready = True, 2
    document = signatures.sign(waiting(), by=wayan, passphrase=PASSPHRASE, at=AT)
    assert document.state == Document.State.WAITING
    assert document.signatures.get().state == Signature.State.ASKED
    assert PASSPHRASE not in kept()
    minutes = [collecting.collect_due(at=AT + timedelta(minutes=minute)) for minute in (1, 2, 3, 4)]
    assert minutes == [0, 0, 1, 0]
    document.refresh_from_db()
    assert document.state == Document.State.VALID
    assert server.downloads == 3


def test_a_late_answer_that_is_lost_is_told(server: BsreServer, wayan: User) -> None:
    server.behaviour.answers_late = True
    document = signatures.sign(waiting(), by=wayan, passphrase=PASSPHRASE, at=AT)
    server.ready.clear()
    collecting.collect_due(at=AT + timedelta(minutes=5))
    assert document.signatures.get().state == Signature.State.ASKED
    collecting.collect_due(at=AT + timedelta(minutes=20))
    assert document.signatures.get().state == Signature.State.WAITING
    assert "Tanda tangani lagi" in Outbox.objects.get(kind="signature_lost").subject


def test_who_has_no_nik_is_told(server: BsreServer, wayan: User) -> None:
    User.objects.filter(pk=wayan.pk).update(nik="")
    with pytest.raises(NotSigned, match="NIK Anda belum tercatat"):
        signatures.sign(waiting(), by=User.objects.get(pk=wayan.pk), passphrase=PASSPHRASE, at=AT)
    assert server.requests == []


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (pdfs.plain("<</S/JavaScript/JS(x)>>", catalog="/OpenAction 5 0 R"), "JavaScript"),
        (pdfs.plain("<</S/Launch/F(x)>>", catalog="/OpenAction 5 0 R", packed=True), "menjalankan program"),
        (pdfs.locked(pdfs.letter(), to_open="x"), "kata sandi"),
        (pdfs.letter()[:9_000], "rusak atau terpotong"),
        (b"%PDF-1.7 dan lain-lain", "rusak atau terpotong"),
    ],
    ids=["script", "launch", "locked", "truncated", "nonsense"],
)
def test_what_is_uploaded_instead_is_looked_at(wayan: User, upload: bytes, said: str) -> None:
    document = waiting()
    with pytest.raises(Refused, match=said):
        signatures.attach_signed(document, upload, by=wayan, at=AT)
    document.refresh_from_db()
    assert document.state == Document.State.WAITING
