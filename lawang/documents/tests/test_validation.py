"""What we say of signed PDFs: whole, by whom, on whose word, changed how."""

import contextlib
import io
import json
import logging
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NumberObject, TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from lawang.documents.authority import Authority, authority
from lawang.documents.signing import Person
from lawang.documents.validation import (
    Changed,
    Report,
    Trust,
    Verdict,
    demand_safe,
    is_signed_version,
    trusted_roots,
    validate,
)
from lawang.lib.refused import Refused
from tests import pdfs
from tests.pdfs import RATNA, SITI, WAYAN, letter, signed

NOW = datetime.now(UTC)  # signatures are made by the clock of the machine


@pytest.fixture
def foreign(tmp_path: Path) -> Authority:
    """An authority that nobody here knows."""
    return Authority(tmp_path / "asing", "Otoritas Asing")


def append(pdf: bytes, change: Any) -> bytes:
    """Return the PDF with an incremental update that `change` makes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_one_signature() -> None:
    report = validate(signed(letter(), WAYAN), at=NOW)
    (found,) = report.signatures
    assert (found.signer, found.position, found.agency) == (
        "Wayan Contoh (CONTOH)",
        "Kepala Dinas Kesehatan",
        "Dinas Kesehatan",
    )
    assert (found.is_intact, found.changed, found.trust) == (True, Changed.NOTHING, Trust.EXAMPLE)
    assert (found.reason, found.time_is_proven, found.expired_at) == ("Pengesahan", False, "")
    assert abs(datetime.fromisoformat(found.signed_at) - datetime.now(UTC)) < timedelta(minutes=5)
    assert report.verdict is Verdict.EXAMPLE
    assert report.is_good
    (said,) = report.sentences()
    assert "Wayan Contoh" in said
    assert "tanpa kekuatan hukum" in said


@pytest.mark.parametrize("people", [(SITI, WAYAN), (SITI, RATNA, WAYAN)], ids=["two", "three"])
def test_several_signatures_in_order_all_stay_good(people: tuple[Any, ...]) -> None:
    report = validate(signed(letter(), *people), at=NOW)
    assert [found.signer for found in report.signatures] == [f"{one.name} (CONTOH)" for one in people]
    assert all(found.is_good for found in report.signatures)
    assert [found.changed for found in report.signatures] == [
        *[Changed.SIGNED] * (len(people) - 1),
        Changed.NOTHING,
    ]
    assert report.verdict is Verdict.EXAMPLE
    assert "Sesudah itu hanya tanda tangan lain" in report.sentences()[0]


def test_an_unknown_authority_leaves_it_whole_but_not_trusted(foreign: Authority) -> None:
    report = validate(signed(letter(), WAYAN, by=foreign), at=NOW)
    (found,) = report.signatures
    assert (found.is_intact, found.trust) == (True, Trust.UNKNOWN)
    assert (report.verdict, report.is_good) == (Verdict.UNKNOWN, True)
    assert "Otoritas Asing (CONTOH)" in report.sentences()[0]
    assert "belum pasti" in report.sentences()[0]


def test_the_log_names_nobody(foreign: Authority, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    broken = bytearray(signed(letter(), WAYAN, by=foreign))
    broken[-600] ^= 1
    validate(signed(letter(), WAYAN, by=foreign), at=NOW)
    with contextlib.suppress(Refused):
        validate(bytes(broken), at=NOW)
    assert "Contoh" not in caplog.text


@pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER])
def test_an_authority_in_the_folder_is_trusted(
    foreign: Authority, form: Encoding, settings: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "dipercaya"
    folder.mkdir()
    (folder / "asing.crt").write_bytes(foreign.root.certificate.public_bytes(form))
    (folder / "README.txt").write_text("bukan sertifikat")
    (folder / "lain.pem").write_text("-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n")
    settings.TRUSTED_ROOTS = str(folder)
    report = validate(signed(letter(), WAYAN, by=foreign), at=NOW)
    assert report.verdict is Verdict.TRUSTED
    assert "yang kami percaya" in report.sentences()[0]
    assert sorted(trust for _root, trust in trusted_roots()) == ["example", "trusted"]


def test_the_worst_of_several_counts(foreign: Authority) -> None:
    mixed = signed(signed(letter(), SITI), WAYAN, by=foreign)
    report = validate(mixed, at=NOW)
    assert [found.trust for found in report.signatures] == [Trust.EXAMPLE, Trust.UNKNOWN]
    assert report.verdict is Verdict.UNKNOWN


def test_a_namesake_of_our_authority_is_unknown(tmp_path: Path) -> None:
    authority().root  # noqa: B018 ours exists
    namesake = Authority(tmp_path / "palsu", authority().name)
    report = validate(signed(letter(), WAYAN, by=namesake), at=NOW)
    assert report.signatures[0].issuer == "Otoritas Uji Lawang (CONTOH)"
    assert report.verdict is Verdict.UNKNOWN


def test_an_unsigned_pdf_says_so() -> None:
    report = validate(letter(), at=NOW)
    assert (report.verdict, report.is_good) == (Verdict.UNSIGNED, False)
    assert report.sentences() == ["PDF ini tidak bertanda tangan elektronik."]


def test_an_empty_field_for_a_signature_is_no_signature() -> None:
    pdf = append(letter(), lambda writer: append_signature_field(writer, SigFieldSpec("Kosong")))
    assert validate(pdf, at=NOW).verdict is Verdict.UNSIGNED


ONE, THREE = signed(letter(), WAYAN), signed(letter(), SITI, RATNA, WAYAN)


def said(report: Report) -> list[tuple[str, ...]]:
    return [
        (one.signer, one.position, one.agency, one.signed_at, one.reason, one.changed)
        for one in report.signatures
    ]


SAID = {pdf: said(validate(pdf, at=NOW)) for pdf in (ONE, THREE)}


def places_of_contents(pdf: bytes) -> list[tuple[int, int]]:
    """Return where the signatures themselves stand: the only bytes that no signature covers."""
    found = []
    start = pdf.find(b"/Contents <30")
    while start >= 0:
        found.append((start + 10, pdf.index(b">", start) + 1))
        start = pdf.find(b"/Contents <30", start + 1)
    return found


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), pdf=st.sampled_from([ONE, THREE]))
@example(share=0.0, bit=0, pdf=ONE)
@example(share=0.9999999, bit=3, pdf=ONE)
def test_one_changed_byte_is_found(share: float, bit: int, pdf: bytes) -> None:
    """Wherever it is; inside of a signature it is found, or nothing that it says is another."""
    place = int(share * len(pdf))
    changed = bytearray(pdf)
    changed[place] ^= 1 << bit
    try:
        report = validate(bytes(changed), at=NOW)
    except Refused:
        return
    if report.is_good and len(report.signatures) == len(SAID[pdf]):
        assert any(start <= place < end for start, end in places_of_contents(pdf))
        assert said(report) == SAID[pdf]


def test_nothing_hides_behind_a_signature() -> None:
    """The room kept for a signature is larger than it; what is written there is covered by nothing."""
    changed = bytearray(ONE)
    (place,) = places_of_contents(ONE)
    assert changed[place[1] - 10 : place[1] - 2] == b"00000000"
    changed[place[1] - 10 : place[1] - 2] = b"deadbeef"
    report = validate(bytes(changed), at=NOW)
    assert report.verdict is Verdict.BROKEN
    assert "tidak cocok" in report.sentences()[0]


def test_a_change_after_signing_is_named() -> None:
    def rewrite(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page["/MediaBox"][2] = NumberObject(300)
        writer.update_container(page)

    report = validate(append(ONE, rewrite), at=NOW)
    (found,) = report.signatures
    assert (found.is_intact, found.changed) == (True, Changed.OTHER)
    assert report.verdict is Verdict.BROKEN
    assert "diubah sesudah itu" in report.sentences()[0]


def test_a_form_filled_in_after_signing_is_named() -> None:
    form = pdfs.plain(
        "<</Fields[6 0 R]>>",
        "<</FT/Tx/T(nama)/V(Siti)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]/F 4/P 3 0 R>>",
        catalog="/AcroForm 5 0 R",
    )

    def fill(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field["/V"] = TextStringObject("Budi")
        writer.update_container(field)

    before = signed(form, WAYAN)
    assert validate(before, at=NOW).verdict is Verdict.EXAMPLE
    report = validate(append(before, fill), at=NOW)
    assert report.signatures[0].changed is Changed.FILLED
    assert report.verdict is Verdict.BROKEN
    assert "kolom isian" in report.sentences()[0]


def test_a_signature_taken_to_another_letter_is_broken() -> None:
    """The signature's bytes, glued behind another letter of the same length."""
    one, other = pdfs.plain("<</Rupiah 1>>"), pdfs.plain("<</Rupiah 9>>")
    tail = signed(one, WAYAN)[len(one) :]
    assert validate(one + tail, at=NOW).is_good
    report = validate(other + tail, at=NOW)
    assert report.verdict is Verdict.BROKEN
    assert not report.signatures[0].is_intact


def test_an_expired_certificate_is_told() -> None:
    late = NOW + timedelta(days=365 * 3)
    report = validate(ONE, at=late)
    assert report.verdict is Verdict.EXAMPLE  # it was in force when it signed, as far as anybody can say
    assert datetime.fromisoformat(report.signatures[0].expired_at) < late


def test_a_report_can_be_kept() -> None:
    report = validate(THREE, at=NOW)
    kept = report.to_json()
    assert kept["verdict"] == "example"
    assert Report.from_json(json.loads(json.dumps(kept))) == report
    assert Report.from_json({}).verdict is Verdict.UNSIGNED


def test_a_file_cut_back_to_before_it_was_signed_is_unsigned() -> None:
    assert validate(ONE[: len(letter()) + 500], at=NOW).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("share", [0.3, 0.65, 0.98])
def test_a_truncated_file_is_refused(share: float) -> None:
    with pytest.raises(Refused) as caught:
        validate(ONE[: int(len(ONE) * share)], at=NOW)
    assert "rusak atau terpotong" in caught.value.sentence


def test_a_locked_file_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        validate(pdfs.locked(letter(), to_open="rahasia"), at=NOW)
    assert "kata sandi" in caught.value.sentence


def test_foreign_names_arrive_on_one_short_line() -> None:
    person = Person("Nama\n<script>" + "x" * 30, "Kepala\tDinas\u202e", "Dinas")
    (found,) = validate(signed(letter(), person), at=NOW).signatures
    assert "\n" not in found.signer
    assert "\u202e" not in found.position
    assert len(found.signer) <= 200


def test_a_signed_version_is_the_same_pages_and_one_signature_more() -> None:
    assert is_signed_version(letter(), ONE, at=NOW)
    assert is_signed_version(ONE, signed(ONE, RATNA), at=NOW)
    assert not is_signed_version(letter(), letter(), at=NOW)
    assert not is_signed_version(letter(), signed(ONE, RATNA), at=NOW)
    assert not is_signed_version(letter("Lain"), ONE, at=NOW)
    assert not is_signed_version(letter(), ONE[:-200], at=NOW)
    assert not is_signed_version(letter(), b"<html>", at=NOW)
    rewritten = bytearray(pdfs.locked(letter(), to_open=""))
    assert not is_signed_version(letter(), bytes(rewritten), at=NOW)


def test_a_file_written_anew_with_a_signature_is_the_same_letter() -> None:
    """Some services write the file anew before the first signature: other bytes, the same pages."""
    anew = io.BytesIO()
    copy_into_new_writer(PdfFileReader(io.BytesIO(letter()))).write(anew)
    after = signed(anew.getvalue(), WAYAN)
    assert not after.startswith(letter())
    assert is_signed_version(letter(), after, at=NOW)


def test_too_many_signatures_are_refused() -> None:
    with pytest.raises(Refused) as caught:
        validate(signed(letter(), *[WAYAN] * 21), at=NOW)
    assert "terlalu banyak" in caught.value.sentence


@pytest.mark.slow
def test_twenty_megabytes(capsys: pytest.CaptureFixture[str]) -> None:
    """A thick scan is signed and validated; the times are printed."""
    picture = os.urandom(19_000_000)
    entries = f"/Type/XObject/Subtype/Image/Length {len(picture)}"
    body = f"<<{entries}>>\nstream\n".encode() + picture + b"\nendstream"
    thick = pdfs.plain(body)
    assert len(thick) > 19_000_000
    times = {}
    before = time.perf_counter()
    demand_safe(thick)
    times["is_safe"] = time.perf_counter() - before
    before = time.perf_counter()
    after = signed(thick, SITI, WAYAN)
    times["sign twice"] = time.perf_counter() - before
    before = time.perf_counter()
    report = validate(after, at=NOW)
    times["validate two"] = time.perf_counter() - before
    assert report.verdict is Verdict.EXAMPLE
    with capsys.disabled():
        print("\n19 MB: " + ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in times.items()))
