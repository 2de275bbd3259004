"""Several people sign one letter, in order; what goes wrong on the way."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from lawang.documents import actions, collecting, signatures, signing
from lawang.documents.authority import ExampleSigner
from lawang.documents.models import Document, Signature
from lawang.documents.signing import Later, NotSigned, Person, Signed, Stamp, WrongPassphrase
from lawang.documents.tests.letters import AT, make_draft, make_template, make_village
from lawang.documents.tests.reading import raw_text, squeezed, text_of
from lawang.documents.validation import Verdict, validate
from lawang.lib.refused import Refused
from lawang.people import actions as people
from lawang.people.models import Membership, User
from lawang.record.models import Entry, Outbox
from tests.cast import make_membership, make_role, make_user

pytestmark = pytest.mark.django_db
VERBS = {"documents.see": "agency", "documents.sign": "agency", "documents.issue": "agency"}
ROLES = {"section": ["section_head"], "division": ["division_head"], "chief": ["head"]}


def signatory(username: str, office: str, name: str = "") -> User:
    """Make somebody who signs for the village as section, division or chief."""
    role = make_role(office, VERBS, signs_as=ROLES[office])
    user = make_user(username, name=name or f"{username.title()} Contoh")
    make_membership(user, role=role, agency=make_village())
    return user


@pytest.fixture
def sari() -> User:
    return signatory("sari", "section")


@pytest.fixture
def dodi() -> User:
    return signatory("dodi", "division")


@pytest.fixture
def kepala() -> User:
    return signatory("wayan", "chief", "Wayan Contoh, S.Sos.")


def waiting(signers: tuple[str, ...] = ("head",)) -> Document:
    return actions.issue(make_draft(make_template(signers=signers)), by=None, at=AT)


def test_the_last_of_three_makes_the_letter_valid(sari: User, dodi: User, kepala: User) -> None:
    document = waiting(("section_head", "division_head", "head"))
    assert (document.state, document.issued_at) == (Document.State.WAITING, None)

    for count, user in enumerate((sari, dodi, kepala), start=1):
        document = signatures.sign(document, by=user, at=AT + timedelta(hours=count))
        report = validate(actions.file_of(document), at=timezone.now())  # certificates begin with the clock
        assert (report.verdict, len(report.signatures)) == (Verdict.EXAMPLE, count)

    assert document.state == Document.State.VALID
    assert document.issued_at == AT + timedelta(hours=3)
    assert [found.position for found in report.signatures] == [
        "Kepala Seksi Desa Padang Tepong",
        "Kepala Bidang Desa Padang Tepong",
        "Kepala Desa Padang Tepong",
    ]
    assert Entry.objects.filter(verb="document_signed").count() == 3


def test_pdfsig_accepts_all_three(sari: User, dodi: User, kepala: User, tmp_path: Path) -> None:
    """A program of others, which shares no code with ours: each signature is valid, the last covers everything."""
    pdfsig = shutil.which("pdfsig")
    if pdfsig is None:
        pytest.skip("pdfsig (poppler-utils) is not installed")
    document = waiting(("section_head", "division_head", "head"))
    for user in (sari, dodi, kepala):
        document = signatures.sign(document, by=user, at=AT)
    path = tmp_path / "surat.pdf"
    path.write_bytes(actions.file_of(document))
    said = subprocess.run([pdfsig, "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 3
    assert said.count("Total document signed") == 1
    assert "Kepala Desa Padang Tepong" in said


def test_the_order_is_kept(sari: User, kepala: User) -> None:
    document = waiting(("section_head", "head"))
    with pytest.raises(Refused, match="giliran kepala seksi"):
        signatures.sign(document, by=kepala, at=AT)


def test_nobody_signs_twice(sari: User) -> None:
    both = make_role("both", VERBS, signs_as=["head"])
    make_membership(sari, role=both, agency=make_village())
    document = signatures.sign(waiting(("section_head", "head")), by=sari, at=AT)
    with pytest.raises(Refused, match="sudah menandatangani"):
        signatures.sign(document, by=sari, at=AT)


def test_who_does_not_hold_the_office_does_not_sign(siti: User, kepala: User) -> None:
    make_membership(siti, role=make_role("clerk", VERBS), agency=make_village())
    with pytest.raises(Refused, match="tidak memegang jabatan"):
        signatures.sign(waiting(), by=siti, at=AT)


def test_who_acts_for_the_head_signs_as_plh_with_their_own_name(kepala: User, siti: User) -> None:
    document = waiting()
    membership = Membership.objects.get(user=kepala)
    day = AT.date()
    people.delegate(
        membership, to=siti, from_date=day, to_date=day + timedelta(days=20_000), by=kepala, at=AT
    )
    document = signatures.sign(document, by=siti, at=AT)

    place = document.signatures.get()
    assert (place.name, place.position) == (siti.name, "Plh. Kepala Desa Padang Tepong")
    assert siti.name in printed(document)


def test_after_the_first_signature_the_names_are_fixed(sari: User, kepala: User) -> None:
    document = signatures.sign(waiting(("section_head", "head")), by=sari, at=AT)
    Membership.objects.filter(user=kepala).update(to_date=AT.date() - timedelta(days=1))
    other = signatory("baru", "chief")
    with pytest.raises(Refused, match="disusun ulang"):
        signatures.sign(document, by=other, at=AT)

    document = signatures.start_again(document, by=None, at=AT)
    document = signatures.sign(document, by=sari, at=AT)
    document = signatures.sign(document, by=other, at=AT)
    assert document.state == Document.State.VALID
    assert "Baru Contoh" in printed(document)


def test_a_letter_of_the_test_authority_says_contoh(kepala: User) -> None:
    document = signatures.sign(waiting(), by=kepala, at=AT)
    assert document.is_example
    assert "CONTOH" in squeezed(raw_text(actions.file_of(document), "-raw"))
    assert "tidak mempunyai kekuatan hukum" in printed(document)


def test_whoever_is_next_gets_a_mail(sari: User, kepala: User) -> None:
    document = waiting(("section_head", "head"))
    assert Outbox.objects.get(kind="signature_asked").address == sari.email
    signatures.sign(document, by=sari, at=AT)
    assert Outbox.objects.filter(kind="signature_asked").last().address == kepala.email  # type: ignore[union-attr]


def test_a_letter_can_be_handed_back(kepala: User, ratna: User) -> None:
    document = actions.issue(make_draft(make_template(signers=["head"]), by=ratna), by=ratna, at=AT)
    signatures.decline(document, by=kepala, at=AT, reason="Nama usahanya salah tulis.")

    assert document.signatures.get().state == Signature.State.REFUSED
    mail = Outbox.objects.get(kind="signature_declined")
    assert (mail.address, "salah tulis" in mail.body) == (ratna.email, True)


class Slow(ExampleSigner):
    """A signer that answers later, or refuses."""

    name = "slow"
    needs_passphrase = True

    def __init__(self) -> None:
        self.letters: dict[str, tuple[bytes, Person]] = {}
        self.passphrases: list[str] = []

    def is_ready(self) -> bool:
        return True

    def sign(
        self, pdf: bytes, *, person: Person, reason: str, passphrase: str = "", stamp: Stamp | None = None
    ) -> Signed | Later:
        self.passphrases.append(passphrase)
        if passphrase != "benar":
            raise WrongPassphrase("Passphrase salah. Ketik lagi.", "2031")
        self.letters["T1"] = (pdf, person)
        return Later("T1")

    def collect(self, ticket: str) -> Signed | Later:
        pdf, person = self.letters[ticket]
        return super().sign(pdf, person=person, reason="")


def test_the_signer_is_told_who_signs_by_the_nik_that_was_registered(slow: "Slow", kepala: User) -> None:
    people.register_nik(kepala, "16 1104 5512 0399 01", by=None, at=AT)
    kepala.refresh_from_db()
    assert "1611045512039901" not in kepala.nik
    signatures.sign(waiting(), by=kepala, passphrase="benar", at=AT)
    _pdf, person = slow.letters["T1"]
    assert (person.nik, person.name, person.agency) == (
        *("1611045512039901", kepala.name, "Desa Padang Tepong"),
    )


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr(signing, "_signers", {})
    signer = Slow()
    signing.register_signer(signer, order=1)
    return signer


def test_what_is_signed_later_is_fetched_by_the_job(slow: Slow, kepala: User) -> None:
    document = signatures.sign(waiting(), by=kepala, passphrase="benar", at=AT)
    assert document.signatures.get().state == Signature.State.ASKED
    with pytest.raises(Refused, match="sedang ditandatangani"):
        signatures.sign(document, by=kepala, passphrase="benar", at=AT + timedelta(hours=1))

    assert collecting.collect_due(at=AT + timedelta(minutes=1)) == 1
    document.refresh_from_db()
    assert document.state == Document.State.VALID
    assert document.signatures.get().user == kepala


def test_a_wrong_passphrase_frees_the_place_and_is_kept_nowhere(slow: Slow, kepala: User) -> None:
    document = waiting()
    with pytest.raises(NotSigned, match="Passphrase salah"):
        signatures.sign(document, by=kepala, passphrase="rahasia-sekali", at=AT)

    place = document.signatures.get()
    assert (place.state, place.user) == (Signature.State.WAITING, None)
    assert "Passphrase salah" in place.trouble
    assert slow.passphrases == ["rahasia-sekali"]
    kept = [*Entry.objects.values_list("after", flat=True), *Entry.objects.values_list("note", flat=True)]
    assert "rahasia-sekali" not in repr(kept) + place.trouble


def test_what_is_lost_tells_the_signer(slow: Slow, kepala: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document = signatures.sign(waiting(), by=kepala, passphrase="benar", at=AT)

    def gone(ticket: str) -> Signed | Later:
        raise signing.Gone("Permintaan itu tidak dikenal lagi.", "404")

    monkeypatch.setattr(slow, "collect", gone)
    collecting.collect_due(at=AT + timedelta(minutes=20))
    assert document.signatures.get().state == Signature.State.WAITING
    assert Outbox.objects.get(kind="signature_lost").address == kepala.email


def test_a_letter_that_was_revoked_meanwhile_stays_revoked(slow: Slow, kepala: User) -> None:
    document = signatures.sign(waiting(), by=kepala, passphrase="benar", at=AT)
    actions.revoke(document, by=None, at=AT, reason="Salah orang.")
    assert collecting.collect_due(at=AT + timedelta(minutes=1)) == 0
    document.refresh_from_db()
    assert document.state == Document.State.REVOKED


def test_a_letter_signed_elsewhere_is_taken_with_what_its_signature_is_worth(kepala: User) -> None:
    document = waiting()
    answer = ExampleSigner().sign(
        actions.file_of(document), person=Person("Wayan Contoh", "Kepala Desa", "Desa"), reason="x"
    )
    assert isinstance(answer, Signed)
    document = signatures.attach_signed(document, answer.pdf, by=None, at=timezone.now())

    assert document.state == Document.State.VALID
    assert document.validation["verdict"] == "example"
    assert actions.pdf(document) == answer.pdf


def test_another_letter_that_is_signed_is_not_taken(kepala: User) -> None:
    document = waiting()
    other = signatures.sign(waiting(), by=kepala, at=AT)
    with pytest.raises(Refused, match="bukan surat"):
        signatures.attach_signed(document, actions.file_of(other), by=None, at=AT)
    with pytest.raises(Refused, match="belum ditandatangani"):
        signatures.attach_signed(document, actions.file_of(document), by=None, at=AT)


def printed(document: Document) -> str:
    return text_of(actions.file_of(document))
