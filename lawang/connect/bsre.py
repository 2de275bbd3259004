"""BSrE's Esign Client Service: signatures with legal force, made by a server in the regency's own network.

Its interface, version 1, as public clients of it show it (BSrE's own manual is not public, so this is unverified):

- `POST /api/sign/pdf`, multipart: file, nik, passphrase, tampilan invisible or visible (then image, linkQR, page,
  xAxis, yAxis, width, height), reason. It answers with the PDF, or with a header `id_dokumen` for
- `GET /api/sign/download/{id}`, which gives the PDF once;
- `GET /api/user/status/{nik}`: {"status_code": 1111, "status": "ISSUE", "message": ...};
- `POST /api/sign/verify`, multipart: signed_file.

All with HTTP Basic. What goes wrong comes as {"error": ..., "status_code": 2031}, with HTTP 400 or 500; older servers
put the HTTP status into status_code and the number at the end of the sentence.

The passphrase goes into the body of one request and nowhere else. Nothing is asked twice by itself: a second wrong
passphrase may lock the certificate, and a second signature would be one too many.
"""

import base64
import http.client
import json
import logging
import re
import secrets
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from lawang.documents.signing import (
    Gone,
    Later,
    NotRegistered,
    NotSigned,
    Person,
    Signed,
    Stamp,
    Unavailable,
    WrongPassphrase,
    register_signer,
)
from lawang.documents.validation import is_signed_version
from lawang.people.node import now
from lawang.record.doctor import Finding, Visit, good, hint, register_check

CONNECT_SECONDS = 10
LARGEST = 64_000_000  # bytes of an answer
ACTIVE, UNREGISTERED = 1111, {1110, 2011}
WRONG_PASSPHRASE, INACTIVE = 2031, {2021, 2022, 2023}
TICKET = re.compile(r"[A-Za-z0-9_-]{1,100}")

log = logging.getLogger(__name__)


def register() -> None:
    """Let people sign with BSrE, and the doctor look at how it is set up."""
    register_signer(BsreSigner(), order=10)
    register_check("signing", lambda: _("Tanda tangan elektronik"), examine)


class BsreSigner:
    """The signer "bsre"."""

    name = "bsre"
    needs_passphrase = True
    is_example = False

    @property
    def title(self) -> str:
        return _("Tanda tangan elektronik BSrE")

    def is_ready(self) -> bool:
        return bool(settings.BSRE_URL)

    @sensitive_variables("passphrase", "fields")
    def sign(
        self, pdf: bytes, *, person: Person, reason: str, passphrase: str = "", stamp: Stamp | None = None
    ) -> Signed | Later:
        if not re.fullmatch(r"\d{16}", person.nik or ""):
            raise NotRegistered(
                _(
                    "NIK Anda belum tercatat di akun Anda. Minta administrator mencatatnya, lalu tanda tangani lagi."
                ),
                "no nik",
            )
        if not passphrase:
            raise WrongPassphrase(_("Ketik passphrase sertifikat elektronik Anda."), "no passphrase")
        fields = {"nik": person.nik or "", "passphrase": passphrase, "reason": reason, **_appearance(stamp)}
        answer = _ask("POST", "/api/sign/pdf", fields=fields, file=("file", pdf))
        if answer.is_pdf:
            if not is_signed_version(pdf, answer.body, at=now()):
                raise _unusable("the answer is not this letter with one signature more")
            return Signed(answer.body)
        if answer.status == 200 and answer.ticket:
            return Later(answer.ticket)
        raise _refusal(answer)

    def collect(self, ticket: str) -> Signed | Later:
        if not TICKET.fullmatch(ticket):
            raise Gone(_gone(), "no ticket of BSrE")
        answer = _ask("GET", f"/api/sign/download/{quote(ticket)}")
        if answer.is_pdf:
            return Signed(answer.body)
        if answer.status in (200, 202, 204, 425):
            return Later(ticket)
        if answer.status in (400, 404, 410):
            raise Gone(_gone(), f"http {answer.status}")
        raise _refusal(answer)


class Standing(StrEnum):
    """Whether a person can sign."""

    ACTIVE = "active"
    UNREGISTERED = "unregistered"
    INACTIVE = "inactive"  # no certificate, or one that has run out or was revoked


def standing(nik: str) -> Standing:
    """Ask BSrE whether the person with this NIK can sign. Raise Unavailable."""
    if not re.fullmatch(r"\d{16}", nik):
        return Standing.UNREGISTERED
    answer = _ask("GET", f"/api/user/status/{nik}")
    if answer.code == ACTIVE:
        return Standing.ACTIVE
    if answer.code in UNREGISTERED:
        return Standing.UNREGISTERED
    if answer.status == 200 or answer.code in INACTIVE:
        return Standing.INACTIVE
    raise _refusal(answer)


@dataclass(frozen=True)
class Opinion:
    """What BSrE says of a signed PDF."""

    signers: tuple[str, ...]  # in order
    is_whole: bool  # nothing was changed
    is_certified: bool  # every certificate is known to BSrE
    summary: str  # its own words


def verify(pdf: bytes) -> Opinion:
    """Ask BSrE about a PDF that is signed; it knows what was revoked. Raise Unavailable."""
    answer = _ask("POST", "/api/sign/verify", file=("signed_file", pdf))
    details = answer.json.get("details")
    if (
        answer.status != 200
        or not isinstance(details, list)
        or not all(isinstance(one, dict) for one in details)
    ):
        raise _refusal(answer)
    signers = [one.get("info_signer") or {} for one in details]
    papers = [one.get("signature_document") or {} for one in details]
    return Opinion(
        tuple(str(one.get("signer_name", ""))[:200] for one in signers),
        bool(details) and all(one.get("document_integrity") is True for one in papers),
        bool(details) and all(one.get("cert_user_certified") is True for one in signers),
        str(answer.json.get("summary", ""))[:500],
    )


def examine(visit: Visit) -> Finding:
    """Say how letters are signed here."""
    if not settings.BSRE_URL:
        return hint(
            _("Surat belum dapat ditandatangani dengan kekuatan hukum: BSrE belum diatur."),
            _("Isi LAWANG_BSRE_URL, atau unggah surat yang ditandatangani di tempat lain."),
        )
    parts = urlsplit(settings.BSRE_URL)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        return hint(
            _("Passphrase dikirim ke layanan BSrE tanpa enkripsi."),
            _("Pasang sertifikat di layanan itu, lalu tulis https:// di LAWANG_BSRE_URL."),
        )
    return good(_("Surat ditandatangani lewat BSrE."))


def _appearance(stamp: Stamp | None) -> dict[str, str]:
    """Return how the signature is seen. That width and height are sizes and not the far corner is unverified."""
    if stamp is None:
        return {"tampilan": "invisible"}
    return {
        "tampilan": "visible",
        "image": "false",
        "linkQR": stamp.link,
        "page": str(stamp.page),
        "xAxis": str(round(stamp.left)),
        "yAxis": str(round(stamp.bottom)),
        "width": str(round(stamp.right - stamp.left)),
        "height": str(round(stamp.top - stamp.bottom)),
    }


# What it answers


@dataclass(frozen=True)
class Answer:
    """One answer of the service."""

    status: int
    id_header: str
    body: bytes

    @property
    def is_pdf(self) -> bool:
        return self.status == 200 and self.body.startswith(b"%PDF-")

    @property
    def json(self) -> dict[str, Any]:
        """Return the JSON object, or an empty one when it is something else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def ticket(self) -> str:
        """Return under what the PDF can be fetched, or nothing."""
        found = self.id_header or str(self.json.get("id_dokumen", ""))
        return found if TICKET.fullmatch(found) else ""

    @property
    def code(self) -> int:
        """Return BSrE's own number for what happened, 0 when it gives none."""
        code = self.json.get("status_code")
        if isinstance(code, int) and code >= 1000:
            return code
        at_the_end = re.search(r"(\d{4})\D{0,3}$", str(self.json.get("error", "")))
        return int(at_the_end[1]) if at_the_end else 0


def _gone() -> str:
    return _("Surat yang ditandatangani tidak ada lagi di layanan BSrE. Tanda tangani lagi.")


def _refusal(answer: Answer) -> NotSigned:
    """Return what the answer means. Its own words are left out: they may hold what was sent."""
    trouble = f"http {answer.status} code {answer.code}"
    log.warning("bsre_not_signed %s", trouble)
    if answer.code == WRONG_PASSPHRASE:
        return WrongPassphrase(
            _(
                "Passphrase salah, surat belum ditandatangani. Ketik lagi passphrase sertifikat elektronik Anda."
            ),
            trouble,
        )
    if answer.code in UNREGISTERED:
        return NotRegistered(
            _("NIK Anda belum terdaftar di BSrE. Minta petugas TTE di dinas kominfo mendaftarkan Anda."),
            trouble,
        )
    if answer.code in INACTIVE:
        return NotRegistered(
            _(
                "Sertifikat elektronik Anda belum aktif atau tidak berlaku lagi. "
                "Minta petugas TTE di dinas kominfo memperbaruinya."
            ),
            trouble,
        )
    if answer.status in (401, 403):
        return Unavailable(
            _("Layanan BSrE menolak aplikasi ini. Beri tahu administrator: akun di LAWANG_BSRE_URL ditolak."),
            trouble,
        )
    if answer.status == 413:
        return NotSigned(
            _("Surat ini terlalu besar untuk layanan BSrE. Perkecil gambarnya, lalu coba lagi."), trouble
        )
    return Unavailable(
        _("Layanan BSrE sedang terganggu, surat belum ditandatangani. Coba lagi beberapa menit lagi."),
        trouble,
    )


def _unusable(trouble: str) -> NotSigned:
    log.warning("bsre_not_signed %s", trouble)
    return Unavailable(
        _(
            "Jawaban layanan BSrE tidak dapat dipakai, surat belum ditandatangani. "
            "Coba lagi; bila berulang, beri tahu administrator."
        ),
        trouble,
    )


# How it is asked


@sensitive_variables()
def _ask(
    method: str, path: str, *, fields: dict[str, str] | None = None, file: tuple[str, bytes] | None = None
) -> Answer:
    """Send one request and return the answer; raise Unavailable when none comes in time.

    Every exception is raised afresh: what went out must not hang on an exception as its cause.
    """
    base = urlsplit(settings.BSRE_URL)
    until = time.monotonic() + settings.BSRE_SECONDS
    headers = {"Accept": "application/pdf, application/json"}
    if base.username:
        login = f"{unquote(base.username)}:{unquote(base.password or '')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
    body = None
    if file is not None:
        boundary = secrets.token_hex(24)
        body = _multipart(boundary, fields or {}, file)
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    try:
        with closing(_connection(base.scheme, base.hostname or "", base.port)) as connection:
            connection.connect()
            connection.sock.settimeout(settings.BSRE_SECONDS)
            connection.request(method, f"{base.path.rstrip('/')}{path}", body, headers)
            response = connection.getresponse()
            content = _read(response, connection, until)
            return Answer(response.status, response.getheader("id_dokumen") or "", content)
    except TimeoutError:
        trouble = "no answer in time"
        sentence = _(
            "Layanan BSrE tidak menjawab pada waktunya, surat belum ditandatangani. "
            "Coba lagi nanti; passphrase diketik lagi karena tidak pernah disimpan."
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        trouble = type(error).__name__
        sentence = _("Layanan BSrE tidak dapat dihubungi, surat belum ditandatangani. Coba lagi nanti.")
    log.warning("bsre_not_reached %s", trouble)
    raise Unavailable(sentence, trouble)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    context = ssl.create_default_context(cafile=settings.BSRE_CERTIFICATE or None)
    return http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=context)


def _read(response: http.client.HTTPResponse, connection: http.client.HTTPConnection, until: float) -> bytes:
    """Return the body; raise TimeoutError when the whole of it is not there in time, however it drips."""
    parts, total = [], 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(65_536)
        if not part:
            break
        parts.append(part)
        total += len(part)
        if total > LARGEST:
            raise ValueError("the answer is too large")
    if response.length:  # it promised more
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


@sensitive_variables()
def _multipart(boundary: str, fields: dict[str, str], file: tuple[str, bytes]) -> bytes:
    """Return the body of multipart/form-data (RFC 7578). The boundary is random: nothing sent can contain it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    name, content = file
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="surat.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return b"".join([*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
