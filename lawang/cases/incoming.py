"""What an ordinary form sends, without a script: answers, and papers that come with it whole."""

import hashlib
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.crypto import salted_hmac
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lawang.cases import uploads
from lawang.cases.actions import Announced
from lawang.cases.definition import Definition
from lawang.cases.models import Case
from lawang.cases.receiving import paper_of
from lawang.lib import codes
from lawang.lib.refused import Refused, TryLater
from lawang.people.permissions import real
from lawang.record.resent import content_of


@dataclass(frozen=True)
class Paper:
    """One file as it came, with what is announced of it."""

    announced: Announced
    data: bytes


DAY = "_today"  # of the page of a form without a script; with what was typed it makes the key of the sending


def names_of(request: HttpRequest) -> tuple[str, str]:
    """Return the idempotency key and the tracking code of a citizen's form: those that its script made, else ours.

    A page that is the same for everybody carries no key. Without a script the same content from the same browser, on
    pages of the same day, is the same sending: a double press, or a page sent again after its answer was lost. Key and
    code are made from it under the installation's secret, so that nobody can tell a code from what was typed.
    """
    try:
        return str(uuid.UUID(request.POST.get("key", ""))), code_of(request.POST)
    except ValueError:
        pass
    person = real(request.user)
    browser = [request.headers.get(name, "") for name in ("User-Agent", "Accept-Language")]
    words = [request.path, str(person.key if person else ""), *browser, *content_of(request)]
    digest = salted_hmac("cases.incoming", "\x00".join(words), algorithm="sha512").digest()
    typed = codes.normalise(request.POST.get("code", ""))
    return str(uuid.UUID(bytes=digest[:16], version=4)), typed or codes.code_of(int.from_bytes(digest[16:32]))


def key_of(data: QueryDict) -> str:
    """Return the idempotency key that came with a form, or a new one."""
    try:
        return str(uuid.UUID(data.get("key", "")))
    except ValueError:
        return str(uuid.uuid4())


def code_of(data: QueryDict) -> str:
    """Return the tracking code that came with a form, or a new one."""
    return codes.normalise(data.get("code", "")) or codes.new_code()


def language() -> str:
    return (get_language() or "id")[:2]


def data_of(request: HttpRequest) -> Mapping[str, list[str]]:
    """Return the answers as they were sent, without what only the browser and we need."""
    ours = {"csrfmiddlewaretoken", "key", "code"}
    return {
        name: [str(value) for value in values] for name, values in request.POST.lists() if name not in ours
    }


def papers_in(files: MultiValueDict[str, Any], definition: Definition) -> tuple[list[Paper], dict[str, str]]:
    """Return the files that came, and by field what is wrong with them."""
    papers: list[Paper] = []
    faults: dict[str, str] = {}
    for name, sent in files.lists():
        for upload in sent:
            assert isinstance(upload, UploadedFile)
            try:
                papers.append(_paper(name, upload, definition))
            except Refused as refused:
                faults[name] = _("“%(name)s”: %(trouble)s") % {
                    "name": str(upload.name)[:60],
                    "trouble": refused.sentence,
                }
    return papers, faults


def _paper(field: str, upload: "UploadedFile[bytes]", definition: Definition) -> Paper:
    path = paper_of(field)
    data = upload.read()
    uploads.check_paper(definition, data, paper=path, name=str(upload.name))
    sha256 = hashlib.sha256(data).hexdigest()
    return Paper(Announced(path[:60], str(upload.name)[:200], len(data), sha256), data)


def store(case: Case, papers: list[Paper], *, at: datetime) -> None:
    """Put the papers into a case that announced them, those that are not there yet.

    One that nobody can look at just now stays announced; the tracking page says that it has not arrived.
    """
    attachments = {one.number: one for one in case.attachments.filter(file=None)}
    for number, paper in enumerate(papers):
        attachment = attachments.get(number)
        if attachment is not None and attachment.sha256 == paper.announced.sha256:
            with suppress(TryLater):
                uploads.add_piece(
                    attachment, paper.data[attachment.offset :], offset=attachment.offset, at=at
                )
