"""Our own certificate authority, for demonstrations and tests: every name it certifies says CONTOH.

Its signatures are real (ECDSA P-256, PAdES B-B) and without legal force. Signatures with legal force come from a
certifier that PP 71/2019 recognises, for offices BSrE (`connect/bsre.py`).
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import segno
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lawang.documents.signing import Gone, Later, NotSigned, Person, Signed, Stamp
from lawang.lib.keyfile import key_file

MARK = "CONTOH"
LONGEST = 64  # characters of each part of a name: ITU-T X.520, upper bounds
ROOT_LIFE = timedelta(days=365 * 20)
PERSON_LIFE = timedelta(days=365 * 2)


@dataclass(frozen=True)
class Holder:
    """A private key and the certificate of its public half."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ) + self.certificate.public_bytes(Encoding.PEM)

    @classmethod
    def read(cls, pem: bytes) -> "Holder":
        key = load_pem_private_key(pem, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(key, x509.load_pem_x509_certificate(pem))


class Authority:
    """A certificate authority whose keys are files of one folder, made on first use."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    @cached_property
    def root(self) -> Holder:
        return Holder.read(key_file(self.folder / "root.key", self._make_root))

    def holder(self, person: Person) -> Holder:
        """Return the person's key and certificate, new each year. The file's name does not tell whose it is.

        The validity begins at the clock of this machine, like the moment that stands in a signature.
        """
        now = datetime.now(UTC)
        who = hashlib.sha256("\n".join((person.name, person.position, person.agency)).encode()).hexdigest()[
            :32
        ]
        return Holder.read(
            key_file(self.folder / f"{who}-{now.year}.key", lambda: self._make_holder(person, now))
        )

    def sign(self, pdf: bytes, *, person: Person, reason: str, stamp: Stamp | None = None) -> bytes:
        """Return the PDF with the person's signature added. Raise NotSigned when the file cannot take one."""
        holder = self.holder(person)
        return add_signature(pdf, holder, self.root.certificate, person.name, reason, stamp)

    def _make_root(self) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(self.name)
        builder = _builder(name, name, key, key, datetime.now(UTC), ROOT_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        return Holder(key, builder.sign(key, hashes.SHA256())).pem()

    def _make_holder(self, person: Person, now: datetime) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(person.name, title=person.position, organisation=person.agency)
        builder = _builder(name, self.root.certificate.subject, key, self.root.key, now, PERSON_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        return Holder(key, builder.sign(self.root.key, hashes.SHA256())).pem()


def _name(common_name: str, *, title: str = "", organisation: str = "") -> x509.Name:
    """Return a distinguished name that says CONTOH, its parts cut to what X.520 allows."""
    parts = [(NameOID.COUNTRY_NAME, "ID")]
    if organisation := _cut(organisation, LONGEST):
        parts.append((NameOID.ORGANIZATION_NAME, organisation))
    if title := _cut(title, LONGEST):
        parts.append((NameOID.TITLE, title))
    mark = f" ({MARK})"
    parts.append((NameOID.COMMON_NAME, f"{_cut(common_name, LONGEST - len(mark))}{mark}".strip()))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _cut(words: str, length: int) -> str:
    return " ".join(words.split())[:length].strip()


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks of two machines may differ
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


class _Writer(IncrementalPdfFileWriter):
    """Appends the signature and nothing else."""

    def _update_meta(self) -> None:
        """Leave the metadata as they are: pyHanko would write the XMP of PDF/A and PDF/UA anew in its own way."""


class _Pen(signers.PdfSigner):
    """Names the one extension that PAdES needs, and leaves the file at PDF 1.7, on which PDF/A-3 rests.

    pyHanko would raise it to PDF 2.0, because ISO 32002 first listed elliptic curves; ETSI EN 319 142-1 allows them.
    """

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        pdf_out.ensure_output_version(version=(1, 7))
        if pdf_out.output_version < (2, 0):
            pdf_out.register_extension(ESIC_EXTENSION_1)


def add_signature(
    pdf: bytes, holder: Holder, root: x509.Certificate, name: str, reason: str, stamp: Stamp | None
) -> bytes:
    """Append a PAdES B-B signature to the PDF; whatever stood in it, signatures too, stays byte for byte.

    Without a stamp the signature has no place on the page, in a way that both PDF/A-3 and PDF/UA-1 allow.
    """
    store = SimpleCertificateStore()
    store.register(_asn1(root))
    signer = signers.SimpleSigner(
        signing_cert=_asn1(holder.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=store,
    )
    try:
        writer = _Writer(io.BytesIO(pdf))
        field = _add_field(writer, stamp)
        metadata = signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES, reason=reason, name=name
        )
        style = _stamp_style(stamp) if stamp else None
        out = io.BytesIO()
        _Pen(metadata, signer, stamp_style=style).sign_pdf(writer, output=out)
    except (PdfError, ValueError) as error:
        raise NotSigned(
            _("Berkas ini tidak dapat ditandatangani: PDF rusak atau terkunci. Buat PDF-nya lagi."),
            type(error).__name__,
        ) from None
    return out.getvalue()


def _add_field(writer: IncrementalPdfFileWriter, stamp: Stamp | None) -> str:
    """Add an empty signature field and return its name."""
    taken = [name for name, _value, _ref in fields.enumerate_sig_fields(writer.prev)]
    number = len(taken) + 1
    while f"TandaTangan{number}" in taken:
        number += 1
    page = stamp.page - 1 if stamp else 0
    if not taken:
        _tab_by_structure(writer, page)
    fields.append_signature_field(
        writer,
        fields.SigFieldSpec(
            f"TandaTangan{number}",
            on_page=page,
            box=_whole(stamp) if stamp else None,
            invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
            readable_field_name=f"Tanda tangan elektronik {number}",  # read aloud; part of the letter
        ),
    )
    return f"TandaTangan{number}"


def _whole(stamp: Stamp) -> tuple[int, int, int, int]:
    return round(stamp.left), round(stamp.bottom), round(stamp.right), round(stamp.top)


def _tab_by_structure(writer: IncrementalPdfFileWriter, number: int) -> None:
    """Say that the tab key follows the structure: ISO 14289-1, 7.18.3, asks it of pages with annotations.

    Only before the first signature: afterwards it would be a change of what was signed.
    """
    page = writer.find_page_for_modification(number)[0].get_object()
    if page.get("/Tabs") != "/S":
        page["/Tabs"] = NameObject("/S")
        writer.update_container(page)


def _stamp_style(stamp: Stamp) -> StaticStampStyle:
    """Return the QR code as filled squares: no font, no picture, nothing that PDF/A forbids."""
    code = segno.make(stamp.link, error="m", micro=False)
    side = code.symbol_size(border=2)[0]
    squares = [
        f"{x} {side - y - 1} 1 1 re"
        for y, row in enumerate(code.matrix_iter(border=2))
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    drawing = f"1 g 0 0 {side} {side} re f 0 g {' '.join(squares)} f".encode()
    return StaticStampStyle(
        border_width=0,
        background=RawContent(drawing, box=BoxConstraints(width=side, height=side)),
        background_layout=SimpleBoxLayoutRule(
            AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins(), InnerScaling.STRETCH_TO_FIT
        ),
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class ExampleSigner:
    """The signer "test": our own authority. It needs no passphrase, because it proves nothing."""

    name = "test"
    needs_passphrase = False
    is_example = True

    @property
    def title(self) -> str:
        return _("Tanda tangan contoh (tanpa kekuatan hukum)")

    def is_ready(self) -> bool:
        return bool(settings.EXAMPLE_SIGNATURES)

    def sign(
        self, pdf: bytes, *, person: Person, reason: str, passphrase: str = "", stamp: Stamp | None = None
    ) -> Signed | Later:
        return Signed(authority().sign(pdf, person=person, reason=reason, stamp=stamp))

    def collect(self, ticket: str) -> Signed | Later:
        raise Gone(_("Tanda tangan ini tidak pernah diminta. Tanda tangani lagi."), "no tickets here")


def authority() -> Authority:
    """Return this installation's test authority."""
    return Authority(Path(settings.KEYS) / "authority", "Otoritas Uji Lawang")


def root_in_use() -> x509.Certificate | None:
    """Return the test authority's certificate, or None when it never signed anything here."""
    found = authority()
    return found.root.certificate if (found.folder / "root.key").exists() else None
