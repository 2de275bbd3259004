"""The test authority signs; who can sign is registered."""

import io
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader

from lawang.documents import signing
from lawang.documents.authority import Authority, ExampleSigner, authority, root_in_use
from lawang.documents.signing import (
    Gone,
    Later,
    NotSigned,
    Person,
    Stamp,
    Unavailable,
    register_signer,
    signer,
    signers_ready,
)
from tests import pdfs
from tests.pdfs import RATNA, SITI, WAYAN, signed


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> Path:
    settings.KEYS = tmp_path / "keys"
    return tmp_path / "keys"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_signers", {})


class Someone(ExampleSigner):
    """A signer for tests of the registry."""

    def __init__(self, name: str, *, is_there: bool = True) -> None:
        self.name = name
        self.is_there = is_there

    def is_ready(self) -> bool:
        return self.is_there


def test_the_lowest_order_is_offered_first(registry: None) -> None:
    register_signer(Someone("test"), order=90)
    register_signer(Someone("bsre"), order=10)
    register_signer(Someone("off", is_there=False), order=1)
    assert [one.name for one in signers_ready()] == ["bsre", "test"]
    assert signer("test").name == "test"


@pytest.mark.parametrize("name", ["off", "never"])
def test_a_signer_that_is_not_set_up_is_unavailable(registry: None, name: str) -> None:
    register_signer(Someone("off", is_there=False), order=1)
    with pytest.raises(Unavailable) as caught:
        signer(name)
    assert "belum diatur" in caught.value.sentence


def test_this_installation_offers_the_example_and_says_what_it_is(settings: Any) -> None:
    settings.BSRE_URL = ""
    (only,) = signers_ready()
    assert (only.name, only.is_example, only.needs_passphrase) == ("test", True, False)
    assert "tanpa kekuatan hukum" in only.title
    settings.EXAMPLE_SIGNATURES = False
    assert signers_ready() == []


def test_bsre_goes_first_where_it_is_set_up(settings: Any) -> None:
    settings.BSRE_URL = "https://x@bsre.example"
    assert [one.name for one in signers_ready()] == ["bsre", "test"]


def test_the_file_is_only_extended() -> None:
    before = pdfs.letter()
    after = signed(before, WAYAN)
    assert after.startswith(before)
    assert len(after) - len(before) < 7_000
    twice = signed(after, RATNA)
    assert twice.startswith(after)


def test_the_certificate_says_who_and_contoh() -> None:
    certificate = authority().holder(WAYAN).certificate
    said = {one.oid: one.value for one in certificate.subject}
    assert said[NameOID.COMMON_NAME] == "Wayan Contoh (CONTOH)"
    assert said[NameOID.TITLE] == "Kepala Dinas Kesehatan"
    assert said[NameOID.ORGANIZATION_NAME] == "Dinas Kesehatan"
    assert "CONTOH" in certificate.issuer.rfc4514_string()
    certificate.verify_directly_issued_by(authority().root.certificate)
    assert b"1611010101900001" not in certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "person",
    [
        Person("N" * 300, "P" * 300, "A" * 300),
        Person("Dr. H. Ñandú, S.Kep., M.Si.", "Kepala, Bagian = Umum + Lain", 'Dinas "Satu"\n#2'),
        Person("Hanya Nama", "", ""),
        Person("", "", ""),
    ],
    ids=["long", "odd letters", "bare", "nothing"],
)
def test_any_name_can_be_certified(person: Person) -> None:
    after = signed(pdfs.letter(), person)
    (found,) = PdfFileReader(io.BytesIO(after)).embedded_signatures
    assert found.signer_cert.subject.native["common_name"].endswith("(CONTOH)")


def test_keys_are_files_of_ours_only_and_stay(keys: Path) -> None:
    assert root_in_use() is None
    first = authority().holder(WAYAN)
    again = authority().holder(WAYAN)
    assert first.certificate == again.certificate
    assert root_in_use() == authority().root.certificate
    assert authority().holder(RATNA).certificate != first.certificate
    files = list((keys / "authority").iterdir())
    assert len(files) == 3
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "Wayan" not in file.name


def test_another_position_is_another_certificate() -> None:
    promoted = Person("Ratna Contoh", "Kepala Dinas", "Dinas Kesehatan")
    assert authority().holder(RATNA).certificate != authority().holder(promoted).certificate


@pytest.mark.parametrize(
    "pdf", [b"", b"no pdf", pdfs.letter()[:5000], pdfs.locked(pdfs.letter(), to_open="x")], ids=range(4)
)
def test_what_is_no_pdf_is_not_signed(pdf: bytes) -> None:
    with pytest.raises(NotSigned) as caught:
        signed(pdf, WAYAN)
    assert "tidak dapat ditandatangani" in caught.value.sentence


def test_the_example_has_no_tickets() -> None:
    with pytest.raises(Gone):
        ExampleSigner().collect("1")
    assert Later("1") != Later("2")


def test_a_person_shows_no_nik() -> None:
    assert "1611010101900001" not in repr(WAYAN)


# PDF/A-3a and PDF/UA-1 after signing. What veraPDF would ask of a signature is asked here one by one.


@pytest.mark.parametrize("signers", [1, 3])
def test_pdfa_and_pdfua_survive(signers: int) -> None:
    before = pdfs.letter(pages=2)
    after = signed(before, *[SITI, RATNA, WAYAN][:signers])
    old, new = PdfFileReader(io.BytesIO(before)), PdfFileReader(io.BytesIO(after))
    root = new.root
    assert (
        root["/Metadata"].data == old.root["/Metadata"].data
    )  # pdfaid 3 A and pdfuaid 1 stay as Typst wrote them
    assert b"pdfaid" in root["/Metadata"].data
    assert b"pdfuaid" in root["/Metadata"].data
    for key in ("/OutputIntents", "/StructTreeRoot", "/MarkInfo", "/Lang", "/ViewerPreferences"):
        assert root[key] == old.root[key]
    assert "/Version" not in root  # stays PDF 1.7
    assert list(root["/Extensions"]) == ["/ESIC"]
    form = root["/AcroForm"]
    assert "/NeedAppearances" not in form
    assert "/XFA" not in form
    assert form["/SigFlags"] == 3
    assert new.trailer["/ID"][0] == old.trailer["/ID"][0]
    page = root["/Pages"]["/Kids"][0]
    assert page["/Tabs"] == "/S"  # ISO 14289-1, 7.18.3
    assert len(page["/Annots"]) == signers
    for place in page["/Annots"]:
        widget = place.get_object()
        assert widget["/F"] & 4  # printed: ISO 19005-3, 6.3.2
        assert not widget["/F"] & (1 | 2 | 32 | 256)  # neither invisible nor hidden, no view, toggled
        assert all(number < 0 for number in widget["/Rect"])  # outside of the page: ISO 14289-1, 7.18.1
        assert widget["/TU"].startswith("Tanda tangan elektronik")  # read aloud
        assert "/AA" not in widget
        assert "/A" not in widget
    for found in new.embedded_signatures:
        assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert len(found.signed_data["signer_infos"]) == 1  # ISO 19005-3, annex B
        assert found.signed_data["certificates"]


def test_a_stamp_is_drawn_where_it_is_asked() -> None:
    stamp = Stamp("https://kab.example/cek/7K3F", page=2, left=60, bottom=60, right=140, top=140)
    after = signed(pdfs.letter(pages=2), WAYAN, stamp=stamp)
    reader = PdfFileReader(io.BytesIO(after))
    (place,) = reader.root["/Pages"]["/Kids"][1]["/Annots"]
    widget = place.get_object()
    assert [int(number) for number in widget["/Rect"]] == [60, 60, 140, 140]
    drawing = widget["/AP"]["/N"].data
    assert drawing.count(b" re") > 200
    assert "/Font" not in widget["/AP"]["/N"].get("/Resources", {})


pdfsig = pytest.mark.skipif(
    shutil.which("pdfsig") is None, reason="pdfsig is not installed (Debian: apt install poppler-utils)"
)


def asked_pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "surat.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False)
    return done.stdout


@pdfsig
@pytest.mark.parametrize("signers", [1, 2, 3])
def test_pdfsig_accepts_every_signature(signers: int, tmp_path: Path) -> None:
    people = [SITI, RATNA, WAYAN][:signers]
    said = asked_pdfsig(signed(pdfs.letter(), *people), tmp_path)
    assert said.count("Signature is Valid.") == signers
    assert said.count("Total document signed") - said.count("Not total document signed") <= 1
    names = re.findall(r"Common Name: (.*)", said)
    assert names == [f"{person.name} (CONTOH)" for person in people]


@pdfsig
def test_pdfsig_finds_a_changed_letter(tmp_path: Path) -> None:
    after = bytearray(signed(pdfs.letter(), WAYAN))
    place = after.index(b"/MediaBox") + 14
    after[place] ^= 1
    assert "Signature is Valid." not in asked_pdfsig(bytes(after), tmp_path)


def test_an_authority_of_its_own_folder(tmp_path: Path) -> None:
    other = Authority(tmp_path / "lain", "Otoritas Lain")
    assert other.root.certificate != authority().root.certificate
    assert (tmp_path / "lain" / "root.key").exists()
