"""Papers that arrive in pieces after the text: every piece may be sent again, the last one makes the file.

Pieces lie in a folder beside the kept files until the paper is whole; its SHA-256 is then compared with the announced
one. What is refused (wrong type, a script inside) stays as a sentence for the applicant, who may send another.
"""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.cases.brakes import PAPERS
from lawang.cases.definition import Definition, definition_of
from lawang.cases.models import Attachment, Case
from lawang.lib.keyfile import sync_folder
from lawang.lib.refused import Refused, TryLater
from lawang.people.models import User
from lawang.record import files, limits
from lawang.record.actions import keep_file, record
from lawang.record.models import File, Privacy

PIECE = 64 * 1024  # bytes at most in one piece
STALE = timedelta(days=30)


class WrongOffset(Exception):
    """The device and the server disagree on how much has arrived: answer 409 with `offset`."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


@transaction.atomic
def add_piece(attachment: Attachment, piece: bytes, *, offset: int, at: datetime) -> Attachment:
    """Append a piece at `offset`; with the last one the paper is checked and kept.

    Raise WrongOffset when `offset` is not where we are, TryLater when a whole paper cannot be looked at just now: the
    last piece may then be sent again. A hash that does not fit begins again at 0.
    """
    attachment = Attachment.objects.select_for_update().select_related("case__version").get(pk=attachment.pk)
    if attachment.file_id is not None or attachment.trouble:
        return attachment
    path = _path(attachment)
    arrived = path.stat().st_size if path.exists() else 0
    if arrived < attachment.offset or (arrived > attachment.offset and not _cut(path, attachment.offset)):
        attachment.offset = arrived = min(arrived, attachment.offset)
        attachment.save(update_fields=["offset"])
    if offset != attachment.offset:
        raise WrongOffset(attachment.offset)
    piece = piece[: attachment.size - offset]
    _append(path, piece)
    attachment.offset = offset + len(piece)
    if attachment.offset >= attachment.size:
        _finish(attachment, path, at)
    attachment.save(update_fields=["offset", "file", "trouble"])
    return attachment


def _append(path: Path, piece: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _cut(path: Path, length: int) -> bool:
    """Forget bytes that were written by a piece whose transaction did not commit."""
    with path.open("r+b") as file:
        file.truncate(length)
    return True


def _finish(attachment: Attachment, path: Path, at: datetime) -> None:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != attachment.sha256.lower():
        attachment.offset = 0
        path.unlink(missing_ok=True)
        return
    try:
        attachment.file = keep_paper(
            attachment.case, data, paper=attachment.paper, name=attachment.name, by=None, at=at
        )
    except TryLater:
        raise
    except Refused as refused:
        attachment.trouble = refused.sentence[:300]
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def keep_paper(case: Case, data: bytes, *, paper: str, name: str, by: User | None, at: datetime) -> File:
    """Check and keep a paper of a case, encrypted under the case's key where its class asks for that.

    Raise Refused for what no paper may be: unknown types, scripts inside a PDF, more than the limit.
    """
    _demand_kind(definition_of(case.version), data, paper)
    privacy = privacy_of(case, paper)
    file = keep_file(
        data,
        name=name,
        about=case,
        privacy=privacy,
        by=by,
        at=at,
        is_sealed=privacy in (Privacy.PERSONAL, Privacy.SENSITIVE),
    )
    record(case, "paper_arrived", by=by, at=at, after={"paper": paper, "kind": file.kind, "size": file.size})
    return file


def check_paper(definition: Definition, data: bytes, *, paper: str, name: str) -> None:
    """Raise Refused when these bytes can never become that paper; nothing is kept."""
    _demand_kind(definition, data, paper)
    files.check(data, name)


def _demand_kind(definition: Definition, data: bytes, paper: str) -> None:
    """Raise Refused for what is neither a photo nor a PDF, or not the one that the requirement takes."""
    code = paper.removeprefix("papers.")
    takes = next((one.accepts for one in definition.requirements if one.code == code), ("photo", "pdf"))
    is_pdf = data.startswith(b"%PDF-")
    is_photo = data.startswith((b"\x89PNG", b"\xff\xd8\xff")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )
    if (is_pdf and "pdf" in takes) or (is_photo and "photo" in takes):
        return
    if "photo" in takes and "pdf" in takes:
        raise Refused(_("Kirim foto (JPG, PNG, WebP) atau PDF."))
    raise Refused(_("Kirim foto (JPG, PNG, WebP).") if "photo" in takes else _("Kirim PDF."))


def privacy_of(case: Case, paper: str) -> str:
    """Return the class of a paper as the definition has it; personal when it says nothing."""
    definition = definition_of(case.version)
    code = paper.removeprefix("papers.")
    found = next((one.privacy for one in definition.requirements if one.code == code), None)
    return found or Privacy.PERSONAL


def attach(case: Case, data: bytes, *, paper: str, name: str, by: User | None, at: datetime) -> Attachment:
    """Add a paper that came whole, with an ordinary form. Raise TooMany after too many from citizens on one day."""
    if by is None:
        limits.count((PAPERS, str(case.key)), at=at)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        number = case.attachments.count()
        file = keep_paper(case, data, paper=paper, name=name, by=by, at=at)
        return Attachment.objects.create(
            case=case,
            number=number,
            paper=paper,
            name=name[:200],
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            offset=len(data),
            file=file,
            at=at,
        )


def sweep(*, at: datetime) -> int:
    """Remove the pieces of papers that nobody went on sending."""
    count = 0
    for path in (Path(settings.MEDIA_ROOT) / "pieces").glob("*"):
        if path.stat().st_mtime < (at - STALE).timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


def _path(attachment: Attachment) -> Path:
    return Path(settings.MEDIA_ROOT) / "pieces" / str(attachment.key)
