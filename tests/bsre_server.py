"""A server that behaves like BSrE's Esign Client Service, version 1, for tests and demonstrations.

It speaks HTTP over a socket, checks login, NIK and passphrase, really signs the PDF with an authority of its own, and
fails in every way that clients of the real one tell of. `python -m tests.bsre_server` serves it for a demonstration.
"""

import argparse
import base64
import io
import ipaddress
import json
import os
import re
import secrets
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from lawang.documents.authority import Authority
from lawang.documents.signing import NotSigned, Person, Stamp
from tests.pdfs import letter

LOGIN = ("lawang", "rahasia server")
SIZE = 20_000_000  # bytes of a request that it takes


@dataclass
class Official:
    """Somebody with a certificate, or without one."""

    person: Person
    passphrase: str
    is_active: bool = True


@dataclass
class Request:
    """What came in, without the passphrase."""

    method: str
    path: str
    fields: dict[str, str]
    size: int


@dataclass
class Behaviour:
    """How the server is today; a test changes it."""

    answers_late: bool = False  # with an id; the PDF is fetched
    downloads_before_ready: int = 0  # how often the fetching is too early
    seconds: float = 0  # that it thinks before each answer
    drip_seconds: float = 0  # between two pieces of the answer
    failure: str = ""  # see Handler.fail and Handler.spoil
    old_errors: bool = False  # status_code repeats the HTTP status, the number ends the sentence
    error_status: int = 400  # the HTTP status of refusals; some servers say 500


class BsreServer(ThreadingHTTPServer):
    """The service on a free port of this machine."""

    daemon_threads = True

    def __init__(self, folder: Path, *, port: int = 0, tls: bool = False) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.authority = Authority(folder / "bsre", "Otoritas BSrE Tiruan")
        self.behaviour = Behaviour()
        self.officials: dict[str, Official] = {}
        self.requests: list[Request] = []
        self.ready: dict[str, bytes] = {}  # signed, waiting to be fetched, by id
        self.downloads = 0
        self.certificate = folder / "server.pem"
        self.scheme = "http"
        if tls:
            self._speak_tls()

    @property
    def url(self) -> str:
        user, password = (re.sub(r"[^a-z]", lambda one: f"%{ord(one[0]):02x}", word) for word in LOGIN)
        return f"{self.scheme}://{user}:{password}@127.0.0.1:{self.server_address[1]}"

    def add(self, nik: str, name: str, passphrase: str, *, is_active: bool = True) -> None:
        person = Person(name, "Kepala Dinas", "Dinas Contoh", nik)
        self.officials[nik] = Official(person, passphrase, is_active)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that go away are part of the tests."""

    def _speak_tls(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        private = self.certificate.with_suffix(".key")
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, private)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https"


@dataclass
class Reply:
    """What goes back."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: BsreServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.answer({}, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > SIZE:
            self.close_connection = True
            self.send(Reply(413, b"<html>413 Request Entity Too Large</html>", "text/html"))
            return
        self.answer(*parse(self.rfile.read(length), self.headers.get("Content-Type", "")))

    def answer(self, fields: dict[str, str], files: dict[str, bytes]) -> None:
        shown = {name: value for name, value in fields.items() if name != "passphrase"}
        size = sum(len(file) for file in files.values())
        self.server.requests.append(Request(self.command, self.path, shown, size))
        time.sleep(self.server.behaviour.seconds)
        if self.fail():
            return
        self.send(self.reply(fields, files))

    def reply(self, fields: dict[str, str], files: dict[str, bytes]) -> Reply:
        if self.headers.get("Authorization") != login():
            return Reply(401, b'{"error":"Unauthorized","status_code":401}')
        if self.command == "POST" and self.path == "/api/sign/pdf":
            return self.sign(fields, files)
        if self.command == "POST" and self.path == "/api/sign/verify":
            return self.verify(files.get("signed_file", b""))
        if self.path.startswith("/api/sign/download/"):
            return self.download(self.path.rsplit("/", 1)[-1])
        if self.path.startswith("/api/user/status/"):
            return self.status(self.path.rsplit("/", 1)[-1])
        return Reply(404, b"<html>404</html>", "text/html")

    def sign(self, fields: dict[str, str], files: dict[str, bytes]) -> Reply:
        official = self.server.officials.get(fields.get("nik", ""))
        pdf = files.get("file", b"")
        if not pdf or fields.get("tampilan") not in ("visible", "invisible"):
            return self.refuse(2001, "Parameter tidak lengkap")
        if official is None:
            return self.refuse(2011, "User tidak terdaftar")
        if not official.is_active:
            return self.refuse(2021, "Pengguna terdaftar dan belum memiliki sertifikat aktif")
        if not secrets.compare_digest(fields.get("passphrase", "").encode(), official.passphrase.encode()):
            return self.refuse(2031, "Passphrase anda salah")
        try:
            signed = self.server.authority.sign(
                pdf, person=official.person, reason=fields.get("reason", ""), stamp=stamp_of(fields)
            )
        except NotSigned:
            return self.refuse(2051, "Dokumen tidak dapat diproses")
        number = secrets.token_hex(16)
        if self.server.behaviour.answers_late:
            self.server.ready[number] = self.spoil(pdf, signed)
            return Reply(200, headers={"id_dokumen": number})
        return Reply(200, self.spoil(pdf, signed), "application/pdf", {"id_dokumen": number})

    def download(self, number: str) -> Reply:
        """Give the document, once."""
        self.server.downloads += 1
        if (
            number in self.server.ready
            and self.server.downloads <= self.server.behaviour.downloads_before_ready
        ):
            return Reply(202, b'{"message":"Dokumen sedang diproses"}')
        pdf = self.server.ready.pop(number, None)
        if pdf is None:
            return Reply(404, b'{"error":"Dokumen tidak ditemukan atau telah diunduh","status_code":404}')
        return Reply(200, pdf, "application/pdf", {"id_dokumen": number})

    def status(self, nik: str) -> Reply:
        official = self.server.officials.get(nik)
        if official is None:
            return as_json(200, status_code=1110, status="NOT_REGISTERED", message="USER BELUM TERDAFTAR")
        if not official.is_active:
            return as_json(
                200, status_code=2021, status="EXPIRED", message="USER TIDAK MEMILIKI SERTIFIKAT AKTIF"
            )
        return as_json(200, status_code=1111, status="ISSUE", message="USER DENGAN SERTIFIKAT AKTIF")

    def verify(self, pdf: bytes) -> Reply:
        root = asn1_x509.Certificate.load(
            self.server.authority.root.certificate.public_bytes(serialization.Encoding.DER)
        )
        details: list[dict[str, Any]] = []
        try:
            found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        except (PdfError, ValueError):
            return as_json(400, error="Dokumen bukan PDF", status_code=2052)
        for signature in found:
            state = validate_pdf_signature(
                signature, ValidationContext(trust_roots=[root], allow_fetching=False)
            )
            subject = signature.signer_cert.subject
            details.append(
                {
                    "info_tsa": {"name": None, "tsa_cert_validity": None},
                    "signature_field": signature.field_name,
                    "info_signer": {
                        "issuer_dn": signature.signer_cert.issuer.human_friendly,
                        "signer_name": subject.native["common_name"],
                        "signer_cert_validity": str(signature.signer_cert.not_valid_after),
                        "signer_dn": subject.human_friendly,
                        "cert_user_certified": state.trusted,
                    },
                    "signature_document": {
                        "signed_using_tsa": False,
                        "reason": str(signature.sig_object.get("/Reason", "")),
                        "document_integrity": state.intact and state.valid,
                        "signature_value": None,
                        "signed_in": str(signature.self_reported_timestamp),
                        "location": None,
                        "hash_value": None,
                    },
                }
            )
        whole = bool(details) and all(one["signature_document"]["document_integrity"] for one in details)
        return as_json(
            200,
            nama_dokumen="surat.pdf",
            jumlah_signature=len(details),
            notes="Dokumen asli" if whole else "Dokumen tidak asli",
            details=details,
            summary="VALID" if whole else "INVALID",
        )

    def refuse(self, code: int, words: str) -> Reply:
        behaviour = self.server.behaviour
        if behaviour.old_errors:
            return as_json(
                behaviour.error_status,
                error=f"Proses signing gagal : {words} {code}",
                status_code=behaviour.error_status,
            )
        return as_json(behaviour.error_status, error=words, status_code=code)

    def fail(self) -> bool:
        """Fail before anything is done, as the behaviour says; return whether it did."""
        failure = self.server.behaviour.failure
        if failure == "500":
            self.send(Reply(500, b'{"error":"Internal Server Error","status_code":500}'))
        elif failure == "502":
            self.send(Reply(502, b"<html><h1>502 Bad Gateway</h1>nginx</html>", "text/html"))
        elif failure == "200 html":
            self.send(Reply(200, b"<html>login</html>", "text/html"))
        elif failure == "200 error":
            self.send(Reply(200, b'{"error":"Koneksi ke CA gagal","status_code":2099}'))
        elif failure == "200 empty":
            self.send(Reply(200))
        elif failure == "401":
            self.send(Reply(401, b'{"error":"Unauthorized","status_code":401}'))
        elif failure == "413":
            self.send(Reply(413, b"<html>413</html>", "text/html"))
        elif failure == "hang up":
            self.close_connection = True
        elif failure == "nonsense":
            self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
            self.close_connection = True
        elif failure == "wild id":
            self.send(Reply(200, headers={"id_dokumen": "../../user/status/1"}))
        else:
            return False
        return True

    def spoil(self, pdf: bytes, signed: bytes) -> bytes:
        """Return what is handed out as the signed document, as the behaviour says."""
        failure = self.server.behaviour.failure
        if failure == "unsigned":
            return pdf
        if failure == "damaged":
            return signed[: len(pdf) // 2] + b"X" + signed[len(pdf) // 2 + 1 :]
        if failure == "cut off":
            return signed[: len(signed) // 2]
        if failure == "another":
            other = Person("Orang Lain", "Kepala", "Dinas Lain")
            return self.server.authority.sign(letter("Surat orang lain"), person=other, reason="")
        return signed

    def send(self, reply: Reply) -> None:
        drip, failure = self.server.behaviour.drip_seconds, self.server.behaviour.failure
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if failure == "cut short":
                self.wfile.write(reply.body[: len(reply.body) // 2])
                self.close_connection = True
            elif drip:
                for start in range(0, len(reply.body), 100):
                    self.wfile.write(reply.body[start : start + 100])
                    time.sleep(drip)
            else:
                self.wfile.write(reply.body)
        except OSError:  # the client went away
            self.close_connection = True


def login() -> str:
    return "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()


def as_json(http_status: int, /, **content: Any) -> Reply:
    return Reply(http_status, json.dumps(content).encode())


def stamp_of(fields: dict[str, str]) -> Stamp | None:
    if fields["tampilan"] == "invisible":
        return None
    left, bottom, width, height = (float(fields[name]) for name in ("xAxis", "yAxis", "width", "height"))
    return Stamp(fields["linkQR"], int(fields["page"]), left, bottom, left + width, bottom + height)


def parse(body: bytes, kind: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the fields and files of multipart/form-data."""
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    boundary = kind.partition("boundary=")[2].encode()
    if not boundary:
        return fields, files
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name and b'filename="' in head:
            files[name[1].decode()] = content
        elif name:
            fields[name[1].decode()] = content.decode()
    return fields, files


@contextmanager
def serving(folder: Path, *, tls: bool = False) -> Iterator[BsreServer]:
    """Serve in the background on a free port."""
    server = BsreServer(folder, tls=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lawang.settings")
    options = argparse.ArgumentParser(description="A server that behaves like BSrE's, for demonstrations")
    options.add_argument("--port", type=int, default=8099)
    options.add_argument("--folder", type=Path, default=Path("data/bsre-tiruan"))
    options.add_argument("--nik", default="1611010101900001")
    options.add_argument("--passphrase", default="Contoh123!")
    chosen = options.parse_args()
    server = BsreServer(chosen.folder, port=chosen.port)
    server.add(chosen.nik, "Wayan Contoh", chosen.passphrase)
    print(f"LAWANG_BSRE_URL={server.url}  NIK {chosen.nik}  passphrase {chosen.passphrase}")
    server.serve_forever()


if __name__ == "__main__":
    main()
