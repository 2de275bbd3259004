"""From a draft to a valid letter, and out of force again."""

import hashlib

import pytest

from lawang.documents import actions
from lawang.documents.models import Document
from lawang.documents.tests.letters import AT, make_document, make_draft

pytestmark = pytest.mark.django_db


def test_a_letter_without_signers_is_valid_at_once() -> None:
    document = make_document()

    assert document.state == Document.State.VALID
    assert document.number == "usaha/001/Desa Padang Tepong/XI/2026"
    assert document.sha256 == hashlib.sha256(actions.pdf(document)).hexdigest()
    assert document.issued_at == AT


def test_a_draft_has_neither_number_nor_file() -> None:
    document = make_draft()

    assert (document.number, document.file, document.sha256) == ("", None, "")
    assert actions.pdf(document).startswith(b"%PDF-1.7")
