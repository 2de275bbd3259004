"""Papers that arrive in pieces after the text: every piece may be sent again, the last one makes the file.

Pieces lie in a folder beside the kept files, each encrypted under the case's key, until the paper is whole; its SHA-256
is then compared with the announced one. What is refused (wrong type, a script inside) stays as a sentence for the
applicant, who may send another.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
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
from lawang.record import files, limits, sealing
from lawang.record.actions import keep_file, record, thing_name
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
    if attachment.case.erased_at is not None:
        attachment.trouble = _("Permohonan ini sudah selesai; berkasnya tidak diperlukan lagi.")
        attachment.save(update_fields=["trouble"])
        return attachment
    folder = _folder(attachment)
    arrived = sum(size for _offset, size in _there(folder, attachment.offset))
    if arrived < attachment.offset:
        attachment.offset = arrived
        attachment.save(update_fields=["offset"])
    if offset != attachment.offset:
        raise WrongOffset(attachment.offset)
    piece = piece[: attachment.size - offset]
    if not piece:
        return attachment
    _write(attachment, piece)
    attachment.offset = offset + len(piece)
    if attachment.offset >= attachment.size:
        _finish(attachment, at)
    attachment.save(update_fields=["offset", "file", "trouble"])
    return attachment


def _there(folder: Path, end: int) -> Iterator[tuple[int, int]]:
    """Yield (offset, length) of the pieces that follow each other from 0 up to `end`.

    What a transaction that did not commit left behind lies at `end` or later; the next piece is written over it.
    """
    offset = 0
    while offset < end and (path := folder / str(offset)).exists():
        size = path.stat().st_size - sealing.SEALED_MORE
        if size <= 0:
            break
        yield offset, size
        offset += size


def _write(attachment: Attachment, piece: bytes) -> None:
    folder, offset = _folder(attachment), str(attachment.offset)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{offset}"
    with draft.open("wb") as file:
        file.write(sealing.seal_bytes(thing_name(attachment.case), piece, name=_name(attachment, offset)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / offset)
    sync_folder(folder)
    if is_new:
        sync_folder(folder.parent)


def _read(attachment: Attachment) -> bytes:
    """Return what has arrived, in clear; b"" when a piece is not what was written there."""
    folder, thing = _folder(attachment), thing_name(attachment.case)
    key = sealing.find_key(thing)
    parts = []
    for offset, _size in _there(folder, attachment.offset):
        closed = (folder / str(offset)).read_bytes()
        parts.append(sealing.open_bytes(thing, closed, name=_name(attachment, str(offset)), key=key))
    return b"".join(part or b"" for part in parts)


def _name(attachment: Attachment, offset: str) -> str:
    return f"piece|{attachment.key}|{offset}"


def _finish(attachment: Attachment, at: datetime) -> None:
    data = _read(attachment)
    if hashlib.sha256(data).hexdigest() != attachment.sha256.lower():
        attachment.offset = 0
        _forget(attachment)
        return
    try:
        attachment.file = keep_paper(
            attachment.case, data, paper=attachment.paper, name=attachment.name, by=None, at=at
        )
    except TryLater:
        raise
    except Refused as refused:
        attachment.trouble = refused.sentence[:300]
    transaction.on_commit(partial(_forget, attachment))


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


def drop_pieces(case: Case) -> None:
    """Remove what has arrived of papers that are not whole; for a case that is erased."""
    for attachment in case.attachments.filter(file=None):
        transaction.on_commit(partial(_forget, attachment))


def sweep(*, at: datetime) -> int:
    """Remove the pieces of papers that nobody went on sending; return of how many papers.

    A file is what an earlier release left in clear: it goes at once, and its paper begins again.
    """
    count = 0
    for path in (Path(settings.MEDIA_ROOT) / "pieces").glob("*"):
        if path.is_file():
            path.unlink(missing_ok=True)
        elif path.stat().st_mtime < (at - STALE).timestamp():
            shutil.rmtree(path, ignore_errors=True)
        else:
            continue
        count += 1
    return count


def _folder(attachment: Attachment) -> Path:
    folder = Path(settings.MEDIA_ROOT) / "pieces" / str(attachment.key)
    if folder.is_file():  # of an earlier release, in clear
        folder.unlink()
    return folder


def _forget(attachment: Attachment) -> None:
    shutil.rmtree(_folder(attachment), ignore_errors=True)
