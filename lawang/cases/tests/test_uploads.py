"""Pieces of papers at rest: sealed each by itself, taken up where they really are, gone when they are not needed."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lawang.cases import actions, retention, uploads
from lawang.cases.actions import Announced
from lawang.cases.models import Attachment, Case
from lawang.cases.uploads import WrongOffset, add_piece
from lawang.people.models import User
from lawang.record.actions import read_file
from lawang.record.models import DataKey
from tests.case_factory import make_case
from tests.cast import moment
from tests.pdfs import plain

pytestmark = pytest.mark.django_db
AT = moment("2026-03-16 10:00")
PAPER = plain("(kertas Siti) " * 40)


@pytest.fixture
def attachment(officer: User, media: Path) -> Attachment:
    sha256 = hashlib.sha256(PAPER).hexdigest()
    make_case(papers=[Announced("papers.identity", "ktp.pdf", len(PAPER), sha256)])
    return Attachment.objects.get()


def put(attachment: Attachment, start: int, end: int | None = None) -> Attachment:
    return add_piece(attachment, PAPER[start:end], offset=start, at=AT)


def folder(media: Path, attachment: Attachment) -> Path:
    return media / "pieces" / str(attachment.key)


def lying(media: Path) -> bytes:
    return b"".join(path.read_bytes() for path in media.rglob("*") if path.is_file())


def test_no_piece_lies_in_clear_and_none_stays(attachment: Attachment, media: Path) -> None:
    for start, end in ((0, 100), (100, 500)):
        put(attachment, start, end)
        assert lying(media)
        assert b"%PDF" not in lying(media)
        assert b"kertas Siti" not in lying(media)
    done = put(attachment, 500)
    assert done.file is not None
    assert read_file(done.file).read() == PAPER


def test_pieces_go_when_the_paper_is_whole(
    attachment: Attachment, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    put(attachment, 0, 100)
    with django_capture_on_commit_callbacks(execute=True):
        put(attachment, 100)
    assert list((media / "pieces").iterdir()) == []


def test_a_piece_that_did_not_commit_is_written_over(attachment: Attachment, media: Path) -> None:
    put(attachment, 0, 100)
    put(attachment, 100, 300)
    Attachment.objects.update(offset=100)  # the second one's transaction was lost, its file was not
    put(attachment, 100, 150)
    assert put(attachment, 150).file is not None


def test_a_piece_that_was_lost_is_asked_for_again(attachment: Attachment, media: Path) -> None:
    put(attachment, 0, 100)
    put(attachment, 100, 300)
    (folder(media, attachment) / "100").unlink()
    with pytest.raises(WrongOffset) as wrong:
        put(attachment, 300)
    assert wrong.value.offset == 100
    put(attachment, 100, 300)
    assert put(attachment, 300).file is not None


@pytest.mark.parametrize("harm", ["changed", "swapped", "moved here"])
def test_pieces_that_somebody_changed_make_no_paper(
    attachment: Attachment, media: Path, officer: User, harm: str
) -> None:
    for start in (0, 100, 200):
        put(attachment, start, start + 100)
    here = folder(media, attachment)
    if harm == "changed":
        content = bytearray((here / "100").read_bytes())
        content[20] ^= 1
        (here / "100").write_bytes(bytes(content))
    elif harm == "swapped":
        (here / "0").write_bytes((here / "100").read_bytes())
    else:
        Case.objects.update(code="0000000000000", number="lain")
        announced = Announced("papers.identity", "ktp.pdf", len(PAPER), attachment.sha256)
        other = make_case(papers=[announced]).attachments.get()
        put(other, 0, 100)
        (here / "0").write_bytes((folder(media, other) / "0").read_bytes())
    again = put(attachment, 300)
    assert (again.file, again.offset) == (None, 0)


def test_a_pdf_with_a_script_ends_with_a_sentence(officer: User, media: Path) -> None:
    data = plain("<</S/JavaScript/JS(app.alert\\(1\\))>>", catalog="/OpenAction 5 0 R")
    announced = Announced("papers.identity", "ktp.pdf", len(data), hashlib.sha256(data).hexdigest())
    attachment = make_case(papers=[announced]).attachments.get()
    add_piece(attachment, data[:100], offset=0, at=AT)
    done = add_piece(attachment, data[100:], offset=100, at=AT)
    assert (done.file, "JavaScript" in done.trouble) == (None, True)


def test_nothing_sent_changes_nothing(attachment: Attachment, media: Path) -> None:
    put(attachment, 0, 100)
    assert add_piece(attachment, b"", offset=100, at=AT).offset == 100
    assert put(attachment, 100).file is not None


def test_what_an_earlier_release_left_in_clear_is_removed(attachment: Attachment, media: Path) -> None:
    put(attachment, 0, 10)
    old = media / "pieces" / "00000000-0000-4000-8000-000000000000"
    old.write_bytes(PAPER[:100])
    assert uploads.sweep(at=AT) == 1
    assert not old.exists()
    assert folder(media, attachment).exists()
    folder(media, attachment).joinpath("0").unlink()
    folder(media, attachment).rmdir()
    folder(media, attachment).write_bytes(PAPER[:100])  # of this very paper, with 100 bytes in the database
    Attachment.objects.update(offset=100)
    with pytest.raises(WrongOffset) as wrong:
        put(attachment, 100)
    assert wrong.value.offset == 0
    assert put(attachment, 0).file is not None


def test_pieces_that_nobody_goes_on_sending_are_swept(attachment: Attachment, media: Path) -> None:
    put(attachment, 0, 10)
    touched = (AT - timedelta(days=1)).timestamp()
    os.utime(folder(media, attachment), (touched, touched))
    assert uploads.sweep(at=AT) == 0
    assert uploads.sweep(at=AT + timedelta(days=30)) == 1
    assert not folder(media, attachment).exists()


def test_an_erased_case_takes_no_more_pieces_and_gets_no_new_key(
    attachment: Attachment, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    put(attachment, 0, 100)
    with django_capture_on_commit_callbacks(execute=True):
        case = actions.applicant_step(attachment.case, "withdraw", at=AT)
        retention.erase_case(case, by=None, at=AT)
    assert not folder(media, attachment).exists()
    late = put(attachment, 100)
    assert "tidak diperlukan" in late.trouble
    assert not DataKey.objects.filter(thing=f"cases.case:{case.key}").exists()
    assert not folder(media, attachment).exists()
