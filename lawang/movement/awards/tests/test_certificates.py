"""A certificate from the decision to the page on which anybody checks it, with the real test authority."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lawang.documents import actions as documents
from lawang.documents import signatures
from lawang.documents.models import Document
from lawang.documents.tests.reading import squeezed, text_of
from lawang.documents.validation import Verdict, validate
from lawang.lib.refused import Refused
from lawang.movement.awards import actions, certificates
from lawang.movement.awards.tests.cast import (
    AT,
    LATER,
    browser,
    decided,
    make_award,
    make_template,
    nominee,
    office,
    person,
    secretary,
)
from lawang.people.models import User
from lawang.record.models import Entry, Outbox
from tests.cast import make_membership, make_role, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Any) -> None:
    settings.KEYS = tmp_path / "keys"
    settings.BSRE_URL = ""


def head() -> User:
    return person("movement-head", "gede")


def test_from_the_decision_to_the_page_on_which_anybody_checks_it() -> None:
    make_template()
    leader = head()
    award = make_award(by="quick_win", about=["baseline"])
    for one in award.nominees.select_related("award", "assessment__area"):
        words = f"Antrean {one.assessment.area.name}"
        actions.name_subject(one, words, by=secretary(), at=AT)
    decided(award, reason="Antrean turun dari tiga jam ke setengah jam.")
    actions.publish(award, by=secretary(), at=AT)

    document = certificates.certify(nominee(award), by=secretary(), at=AT)
    assert (document.state, document.office) == (Document.State.WAITING, office())
    assert Outbox.objects.get(kind="signature_asked").address == leader.email
    page = Client().get("/penghargaan/2026/").content.decode()
    assert document.code not in page  # nobody is sent to a paper that is not in force
    assert "Belum berlaku" in Client().get(f"/cek/{document.code}/").content.decode()

    document = signatures.sign(document, by=leader, at=AT + timedelta(hours=1))
    assert document.state == Document.State.VALID
    content = documents.file_of(document)
    assert validate(content, at=timezone.now()).verdict == Verdict.EXAMPLE
    words = squeezed(text_of(content))
    for said in (
        "Kabupaten Agam",
        "Terbaik keseluruhan",
        "2026",
        "Antrean turun dari tiga jam",
        "Untuk Antrean Kabupaten Agam",
    ):
        assert squeezed(said) in words

    page = Client().get("/penghargaan/2026/").content.decode()
    assert f'href="/cek/{document.code}/"' in page
    checked = Client().get(f"/cek/{document.code}/").content.decode()
    assert "Piagam penghargaan" in checked
    assert "Sekretariat Gerakan" in checked
    lines = Client().get("/penghargaan/2026/penghargaan.json").json()["awards"][0]["nominees"]
    assert [one["certificate"].endswith(f"/cek/{document.code}/") for one in lines if one["place"]] == [True]
    assert Entry.objects.filter(verb="award_certified").count() == 1

    documents.revoke(document, by=None, at=LATER, reason="Nama kategori salah tulis.")
    assert document.code not in Client().get("/penghargaan/2026/").content.decode()
    again = certificates.certify(nominee(award), by=secretary(), at=LATER)
    assert again.code != document.code


def test_a_certificate_is_for_the_awarded_and_once() -> None:
    make_template()
    award = make_award()
    with pytest.raises(Refused, match="setelah pemenangnya diputuskan"):
        certificates.certify(nominee(award), by=secretary(), at=AT)
    decided(award)
    with pytest.raises(Refused, match="hanya untuk pemenang"):
        certificates.certify(nominee(award, "16.03"), by=secretary(), at=AT)
    certificates.certify(nominee(award), by=secretary(), at=AT)
    with pytest.raises(Refused, match="sudah dibuat"):
        certificates.certify(nominee(award), by=secretary(), at=AT)
    with pytest.raises(Refused, match="Cabut dahulu piagamnya"):
        actions.reconsider(award, reason="Salah tulis.", by=secretary(), at=AT)


def test_who_may_not_issue_letters_makes_no_certificate() -> None:
    make_template()
    award = decided()
    only_runs = make_user("luh")
    role = make_role("runs-only", {"movement.run": "all"})
    make_membership(only_runs, role=role, agency=office())
    for user, words in ((only_runs, "menerbitkan surat"), (person("assessor", "made"), "menyelenggarakan")):
        with pytest.raises(Refused, match=words):
            certificates.certify(nominee(award), by=user, at=AT)
    assert not Document.objects.exists()


def test_without_its_wording_the_page_says_what_is_missing() -> None:
    award = decided()
    client = browser(secretary())
    answer = client.post(f"/kelola/penghargaan/nominasi/{nominee(award).key}/piagam/", follow=True)
    assert "gerakan/award" in answer.content.decode()
    assert not Document.objects.exists()


def test_the_secretariat_reads_a_certificate_that_is_in_force() -> None:
    make_template()
    leader = head()
    award = decided()
    document = certificates.certify(nominee(award), by=secretary(), at=AT)
    document = signatures.sign(document, by=leader, at=AT)
    assert certificates.may_read(secretary(), document)
    assert not certificates.may_read(person("assessor", "made"), document)
