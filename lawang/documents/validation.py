"""Who signed a PDF that somebody hands in, whether it is whole, and whose word that is.

Everything happens offline. A certificate that was revoked is therefore not noticed, and nothing here asks BSrE;
`connect/bsre.py: verify` does.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from asn1crypto import parser, pem
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from lawang.documents import authority
from lawang.lib.dates import long_moment
from lawang.lib.pdf import demand_safe, is_safe, opened, page_hashes
from lawang.lib.refused import Refused

__all__ = [
    "Changed",
    "Found",
    "Report",
    "Trust",
    "Verdict",
    "demand_safe",
    "is_safe",
    "is_signed_version",
    "validate",
]

SIGNATURES = 20  # that one file may carry
WORDS = 200  # letters of a foreign name that are kept


class Trust(StrEnum):
    """Whose word it is that the signer is who the certificate says."""

    TRUSTED = "trusted"  # an authority of LAWANG_TRUSTED_ROOTS
    EXAMPLE = "example"  # our own test authority
    UNKNOWN = "unknown"


class Changed(StrEnum):
    """What was done to the file after a signature."""

    NOTHING = "nothing"
    SIGNED = "signed"  # more signatures or their proofs: as it should be
    FILLED = "filled"  # fields of a form
    OTHER = "other"


class Verdict(StrEnum):
    """All signatures of a file in one word, the worst first."""

    UNSIGNED = "unsigned"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # whole, by people whose authority we do not know
    EXAMPLE = "example"
    TRUSTED = "trusted"


@dataclass(frozen=True)
class Found:
    """One signature of a PDF."""

    signer: str
    position: str
    agency: str
    issuer: str  # who vouches for the signer
    reason: str
    signed_at: str  # ISO 8601; empty when nobody said
    time_is_proven: bool  # by a time stamp of an authority; otherwise it is what the signer's clock showed
    is_intact: bool  # the signature fits the certificate and every byte it covers
    changed: Changed
    trust: Trust
    expired_at: str  # when the certificate ran out, ISO 8601; empty while it is in force

    @property
    def is_good(self) -> bool:
        """Whether the file is what this person signed, with at most other signatures since."""
        return self.is_intact and self.changed in (Changed.NOTHING, Changed.SIGNED)

    def sentence(self) -> str:
        """Say in one or two sentences what the signature is worth."""
        who = ", ".join(word for word in (self.signer, self.position, self.agency) if word) or _("tanpa nama")
        if not self.is_intact:
            return _(
                "Tanda tangan %(who)s tidak cocok dengan berkas ini: isinya berubah atau rusak setelah ditandatangani."
            ) % {"who": who}
        when = (
            long_moment(datetime.fromisoformat(self.signed_at))
            if self.signed_at
            else _("waktu tidak dicatat")
        )
        said = {"who": who, "when": when}
        if self.changed is Changed.FILLED:
            return (
                _("Ditandatangani %(who)s (%(when)s), tetapi kolom isian di dalamnya diubah sesudah itu.")
                % said
            )
        if self.changed is Changed.OTHER:
            return _("Ditandatangani %(who)s (%(when)s), tetapi isi berkas diubah sesudah itu.") % said
        if self.changed is Changed.SIGNED:
            first = (
                _("Ditandatangani %(who)s (%(when)s). Sesudah itu hanya tanda tangan lain yang ditambahkan.")
                % said
            )
        else:
            first = _("Ditandatangani %(who)s (%(when)s). Berkas utuh sejak itu.") % said
        return f"{first} {self._trust_sentence()}"

    def _trust_sentence(self) -> str:
        issuer = {"issuer": self.issuer or _("tanpa nama")}
        if self.trust is Trust.TRUSTED:
            return _("Sertifikatnya dari %(issuer)s, yang kami percaya.") % issuer
        if self.trust is Trust.EXAMPLE:
            return _("Sertifikatnya dari otoritas uji: hanya contoh, tanpa kekuatan hukum.")
        return (
            _(
                "Penerbit sertifikatnya (%(issuer)s) tidak ada dalam daftar yang kami percaya: "
                "siapa penanda tangannya belum pasti."
            )
            % issuer
        )


@dataclass(frozen=True)
class Report:
    """All signatures of a PDF, the oldest first."""

    signatures: tuple[Found, ...]

    @property
    def verdict(self) -> Verdict:
        if not self.signatures:
            return Verdict.UNSIGNED
        if not all(found.is_good for found in self.signatures):
            return Verdict.BROKEN
        trusts = {found.trust for found in self.signatures}
        if Trust.UNKNOWN in trusts:
            return Verdict.UNKNOWN
        return Verdict.EXAMPLE if Trust.EXAMPLE in trusts else Verdict.TRUSTED

    @property
    def is_good(self) -> bool:
        """Whether it is signed and nobody changed it since. Says nothing of who they are: that is `verdict`."""
        return self.verdict not in (Verdict.UNSIGNED, Verdict.BROKEN)

    def sentences(self) -> list[str]:
        if not self.signatures:
            return [_("PDF ini tidak bertanda tangan elektronik.")]
        return [found.sentence() for found in self.signatures]

    def to_json(self) -> dict[str, Any]:
        """Return what can be kept; `from_json` reads it."""
        return {"verdict": self.verdict, "signatures": [asdict(found) for found in self.signatures]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Report":
        return cls(
            tuple(
                Found(**{**one, "changed": Changed(one["changed"]), "trust": Trust(one["trust"])})
                for one in kept.get("signatures", [])
            )
        )


def validate(pdf: bytes, *, at: datetime) -> Report:
    """Examine every signature of a PDF, as of the moment `at`.

    Raise Refused when the file cannot be read: cut off, damaged, or locked with a password.
    """
    with opened(pdf) as reader:
        embedded = reader.embedded_regular_signatures
        if len(embedded) > SIGNATURES:
            raise Refused(_("PDF ini memuat terlalu banyak tanda tangan. Periksa berkasnya."))
        roots = trusted_roots()
        return Report(tuple(_examine(one, roots, at) for one in embedded))


def is_signed_version(before: bytes, after: bytes, *, at: datetime) -> bool:
    """Return whether `after` is the same pages as `before` with exactly one good signature more.

    The bytes need not begin alike: a signing service may write the first signature by writing the file anew.
    """
    try:
        old, new = validate(before, at=at), validate(after, at=at)
        return (
            new.is_good
            and len(new.signatures) == len(old.signatures) + 1
            and (after.startswith(before) or page_hashes(before) == page_hashes(after))
        )
    except Refused:
        return False


def trusted_roots() -> list[tuple[asn1_x509.Certificate, Trust]]:
    """Return the authorities whose word counts here: the files of LAWANG_TRUSTED_ROOTS, and our own test authority."""
    folder = settings.TRUSTED_ROOTS
    files = sorted(Path(folder).iterdir()) if folder and Path(folder).is_dir() else []
    found = [(one, Trust.TRUSTED) for file in files for one in _certificates(file.read_bytes())]
    ours = authority.root_in_use()
    if ours is not None:
        found.append((asn1_x509.Certificate.load(ours.public_bytes(Encoding.DER)), Trust.EXAMPLE))
    return found


def _certificates(content: bytes) -> list[asn1_x509.Certificate]:
    """Return the certificates of one file, PEM or DER; none when it holds something else."""
    try:
        ders = (
            [der for _kind, _headers, der in pem.unarmor(content, multiple=True)]
            if pem.detect(content)
            else [content]
        )
        certificates = [asn1_x509.Certificate.load(der, strict=True) for der in ders]
        return [one for one in certificates if one.subject is not None and one.public_key is not None]
    except ValueError:
        return []


def _examine(
    embedded: EmbeddedPdfSignature, roots: list[tuple[asn1_x509.Certificate, Trust]], at: datetime
) -> Found:
    """Return what one signature says. Where its insides are broken it is not intact."""
    stated = _stated(embedded)
    # Whether a certificate was in force is asked of the moment of signing. Only a time stamp proves that moment;
    # without one, the reader is told that the certificate has run out since.
    context = ValidationContext(
        trust_roots=[root for root, _trust in roots],
        allow_fetching=False,
        moment=stated if stated is not None and stated < at else at,
    )
    status: PdfSignatureStatus | None
    try:
        status = validate_pdf_signature(
            embedded,
            context,
            key_usage_settings=KeyUsageConstraints(
                key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
            ),
        )
    except Exception:  # a foreign parser, and a file that may be made to break it
        status = None
    is_intact = (
        status is not None
        and status.intact
        and status.valid
        and _is_padded_with_zeros(embedded.pkcs7_content)
    )
    stamp = status.timestamp_validity if status is not None else None
    is_proven = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
    signed_at = stamp.timestamp if stamp is not None and is_proven else stated
    certificate = embedded.signer_cert
    return Found(
        signer=_part(certificate.subject, "common_name"),
        position=_part(certificate.subject, "title"),
        agency=_part(certificate.subject, "organization_name"),
        issuer=_part(certificate.issuer, "common_name") or _part(certificate.issuer, "organization_name"),
        reason=_clean(str(embedded.sig_object.get("/Reason", ""))),
        signed_at=signed_at.isoformat() if signed_at is not None else "",
        time_is_proven=is_proven,
        is_intact=is_intact,
        changed=_changed(status, embedded) if status is not None else Changed.OTHER,
        trust=_trust(status, roots) if status is not None and is_intact else Trust.UNKNOWN,
        expired_at=certificate.not_valid_after.isoformat() if certificate.not_valid_after < at else "",
    )


def _stated(embedded: EmbeddedPdfSignature) -> datetime | None:
    """Return what the signer's clock showed, in a zone; None when it did not say or wrote nonsense."""
    try:
        stated = embedded.self_reported_timestamp
    except Exception:
        return None
    return stated if isinstance(stated, datetime) and stated.tzinfo is not None else None


def _is_padded_with_zeros(content: bytes) -> bool:
    """Return whether after the signature, in the room that was kept for it, nothing is hidden."""
    return not content[parser.peek(content) :].strip(b"\x00")


def _changed(status: PdfSignatureStatus, embedded: EmbeddedPdfSignature) -> Changed:
    """Return what was appended after the signature; parts of the file that it leaves out count as changed."""
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Changed.NOTHING
    if status.coverage != SignatureCoverageLevel.ENTIRE_REVISION or not status.docmdp_ok:
        return Changed.OTHER
    level, difference = status.modification_level, status.diff_result
    if level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES):
        return Changed.SIGNED
    if level == ModificationLevel.FORM_FILLING and isinstance(difference, DiffResult):
        others = {name for name, _value, _field in enumerate_sig_fields(embedded.reader)} - {
            embedded.field_name
        }
        return Changed.SIGNED if difference.changed_form_fields <= others else Changed.FILLED
    return Changed.OTHER


def _trust(status: PdfSignatureStatus, roots: list[tuple[asn1_x509.Certificate, Trust]]) -> Trust:
    path = status.validation_path
    if not status.trusted or path is None:
        return Trust.UNKNOWN
    anchor = path.first.sha256
    return next((trust for root, trust in roots if root.sha256 == anchor), Trust.UNKNOWN)


def _part(name: asn1_x509.Name, kind: str) -> str:
    value = name.native.get(kind, "")
    return _clean(", ".join(value) if isinstance(value, list) else str(value or ""))


def _clean(words: str) -> str:
    """Return foreign words on one line, without control characters, not too many."""
    return " ".join("".join(one if one.isprintable() else " " for one in words).split())[:WORDS]
