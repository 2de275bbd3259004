"""Against a server that behaves like BSrE's, over a socket."""

import logging
import re
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.views.debug import SafeExceptionReporterFilter

from lawang.connect import bsre
from lawang.connect.bsre import BsreSigner, Standing, standing, verify
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
)
from lawang.documents.validation import Verdict, validate
from lawang.record.doctor import Level, Visit
from lawang.record.models import Access, Entry, Outbox
from tests.bsre_server import BsreServer, serving
from tests.pdfs import WAYAN, letter, plain, signed

PASSPHRASE = "Rahasia&Tapi=ñ é?ü\"'\\ 7"
NIK = "1611010101900001"
BUDI = Person("Budi Contoh", "Kepala Dinas", "Dinas Contoh", "1611010101900002")


@pytest.fixture
def server(settings: Any, tmp_path: Path) -> Iterator[BsreServer]:
    with serving(tmp_path) as server:
        server.add(NIK, "Wayan Contoh", PASSPHRASE)
        server.add("1611010101900002", "Budi Contoh", "lain", is_active=False)
        settings.BSRE_URL = server.url
        settings.BSRE_SECONDS = 5
        yield server


def sign(pdf: bytes | None = None, person: Person = WAYAN, passphrase: str = PASSPHRASE, **more: Any) -> Any:
    return BsreSigner().sign(
        letter() if pdf is None else pdf,
        person=person,
        reason="Pengesahan surat",
        passphrase=passphrase,
        **more,
    )


def refused(**arguments: Any) -> NotSigned:
    with pytest.raises(NotSigned) as caught:
        sign(**arguments)
    return caught.value


def test_it_signs(server: BsreServer) -> None:
    answer = sign()
    assert isinstance(answer, Signed)
    report = validate(answer.pdf, at=datetime.now(UTC))
    assert report.verdict is Verdict.UNKNOWN  # whole; the regency has not put this authority into its folder
    assert report.signatures[0].signer == "Wayan Contoh (CONTOH)"
    assert report.signatures[0].reason == "Pengesahan surat"
    (request,) = server.requests
    assert request.path == "/api/sign/pdf"
    assert request.fields == {"nik": NIK, "reason": "Pengesahan surat", "tampilan": "invisible"}
    assert request.size == len(letter())


def test_it_signs_what_others_have_signed(server: BsreServer) -> None:
    answer = sign(pdf=signed(letter(), WAYAN))
    assert len(validate(answer.pdf, at=datetime.now(UTC)).signatures) == 2


def test_a_stamp_is_asked_for(server: BsreServer) -> None:
    stamp = Stamp("https://kab.example/cek/7K3F?a=1&b=2", page=1, left=60.4, bottom=70, right=140, top=150)
    assert isinstance(sign(stamp=stamp), Signed)
    fields = server.requests[0].fields
    assert fields["tampilan"] == "visible"
    assert fields["linkQR"] == stamp.link
    assert [fields[name] for name in ("page", "xAxis", "yAxis", "width", "height")] == [
        "1",
        "60",
        "70",
        "80",
        "80",
    ]


def test_a_late_answer_is_fetched_once(server: BsreServer) -> None:
    server.behaviour.answers_late = True
    server.behaviour.downloads_before_ready = 2
    later = sign()
    assert isinstance(later, Later)
    assert BsreSigner().collect(later.ticket) == later
    assert BsreSigner().collect(later.ticket) == later
    answer = BsreSigner().collect(later.ticket)
    assert isinstance(answer, Signed)
    assert validate(answer.pdf, at=datetime.now(UTC)).is_good
    with pytest.raises(Gone) as caught:
        BsreSigner().collect(later.ticket)
    assert "Tanda tangani lagi" in caught.value.sentence


@pytest.mark.parametrize("ticket", ["", "../user", "a/b", "x" * 101, "tidak-ada"])
def test_no_such_ticket(server: BsreServer, ticket: str) -> None:
    with pytest.raises(Gone):
        BsreSigner().collect(ticket)
    assert [request.path for request in server.requests] in ([], ["/api/sign/download/tidak-ada"])


# What a person can do wrong


@pytest.mark.parametrize("old_errors", [False, True], ids=["new", "old"])
@pytest.mark.parametrize("status", [400, 500])
def test_a_wrong_passphrase(server: BsreServer, old_errors: bool, status: int) -> None:
    server.behaviour.old_errors, server.behaviour.error_status = old_errors, status
    error = refused(passphrase="bukan itu")
    assert isinstance(error, WrongPassphrase)
    assert "Passphrase salah" in error.sentence
    assert error.trouble == f"http {status} code 2031"
    assert len(server.requests) == 1  # never asked again by itself: it might lock the certificate


def test_no_passphrase_is_not_even_asked(server: BsreServer) -> None:
    assert isinstance(refused(passphrase=""), WrongPassphrase)
    assert server.requests == []


@pytest.mark.parametrize("old_errors", [False, True], ids=["new", "old"])
def test_an_unregistered_person(server: BsreServer, old_errors: bool) -> None:
    server.behaviour.old_errors = old_errors
    error = refused(person=Person("Siti", "Kepala", "Dinas", "1611010101900009"))
    assert isinstance(error, NotRegistered)
    assert "belum terdaftar di BSrE" in error.sentence


def test_a_certificate_that_is_not_in_force(server: BsreServer) -> None:
    error = refused(person=BUDI, passphrase="lain")
    assert isinstance(error, NotRegistered)
    assert "tidak berlaku lagi" in error.sentence


@pytest.mark.parametrize("nik", [None, "", "123", "16110101019000010", "161101010190000x"])
def test_a_person_without_a_nik(server: BsreServer, nik: str | None) -> None:
    error = refused(person=Person("Siti", "Kepala", "Dinas", nik))
    assert isinstance(error, NotRegistered)
    assert "NIK Anda belum tercatat" in error.sentence
    assert server.requests == []


# What the service can do wrong


@pytest.mark.parametrize(
    ("failure", "trouble", "said"),
    [
        ("500", "http 500 code 0", "sedang terganggu"),
        ("502", "http 502 code 0", "sedang terganggu"),
        ("200 html", "http 200 code 0", "sedang terganggu"),
        ("200 error", "http 200 code 2099", "sedang terganggu"),
        ("200 empty", "http 200 code 0", "sedang terganggu"),
        ("wild id", "http 200 code 0", "sedang terganggu"),
        ("401", "http 401 code 0", "Beri tahu administrator"),
        ("hang up", "RemoteDisconnected", "tidak dapat dihubungi"),
        ("nonsense", "BadStatusLine", "tidak dapat dihubungi"),
        ("cut short", "IncompleteRead", "tidak dapat dihubungi"),
        ("unsigned", "the answer is not this letter with one signature more", "tidak dapat dipakai"),
        ("damaged", "the answer is not this letter with one signature more", "tidak dapat dipakai"),
        ("cut off", "the answer is not this letter with one signature more", "tidak dapat dipakai"),
        ("another", "the answer is not this letter with one signature more", "tidak dapat dipakai"),
    ],
)
def test_the_service_fails(server: BsreServer, failure: str, trouble: str, said: str) -> None:
    server.behaviour.failure = failure
    error = refused()
    assert isinstance(error, Unavailable)
    assert error.may_help_to_wait
    assert error.trouble == trouble
    assert said in error.sentence
    assert len(server.requests) == 1
    server.behaviour.failure = ""
    assert isinstance(sign(), Signed)


def test_a_letter_that_is_too_large(server: BsreServer) -> None:
    server.behaviour.failure = "413"
    error = refused()
    assert not isinstance(error, Unavailable)
    assert "terlalu besar" in error.sentence


def test_an_answer_that_does_not_come(server: BsreServer, settings: Any) -> None:
    settings.BSRE_SECONDS = 0.3
    server.behaviour.seconds = 2
    before = time.monotonic()
    error = refused()
    assert time.monotonic() - before < 1.5
    assert isinstance(error, Unavailable)
    assert error.trouble == "no answer in time"
    assert "diketik lagi karena tidak pernah disimpan" in error.sentence


def test_an_answer_that_drips(server: BsreServer, settings: Any) -> None:
    """Each piece comes in time, the whole does not."""
    settings.BSRE_SECONDS = 0.5
    server.behaviour.drip_seconds = 0.1
    before = time.monotonic()
    assert refused().trouble == "no answer in time"
    assert time.monotonic() - before < 1.5


def test_an_answer_without_end_is_cut_off(server: BsreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bsre, "LARGEST", 1_000)
    assert refused().trouble == "ValueError"


def test_a_slow_answer_is_waited_for(server: BsreServer) -> None:
    server.behaviour.seconds = 0.7
    assert isinstance(sign(), Signed)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nowhere.invalid", "https://127.0.0.1:9"])
def test_nobody_there(settings: Any, url: str) -> None:
    settings.BSRE_URL, settings.BSRE_SECONDS = url, 5
    error = refused()
    assert isinstance(error, Unavailable)
    assert "tidak dapat dihubungi" in error.sentence


def test_our_own_login_is_wrong(server: BsreServer, settings: Any) -> None:
    settings.BSRE_URL = server.url.replace("lawang:", "orang:")
    assert "akun di LAWANG_BSRE_URL ditolak" in refused().sentence


def test_an_address_with_a_path(server: BsreServer, settings: Any) -> None:
    settings.BSRE_URL = f"{server.url}/esign/"
    assert refused().trouble == "http 404 code 0"
    assert server.requests[0].path == "/esign/api/sign/pdf"


def test_the_download_fails(server: BsreServer, settings: Any) -> None:
    server.behaviour.answers_late = True
    later = sign()
    server.behaviour.failure = "502"
    with pytest.raises(Unavailable):
        BsreSigner().collect(later.ticket)
    server.behaviour.failure = ""
    assert isinstance(BsreSigner().collect(later.ticket), Signed)


def test_tls_is_checked(settings: Any, tmp_path: Path) -> None:
    with serving(tmp_path, tls=True) as server:
        server.add(NIK, "Wayan Contoh", PASSPHRASE)
        settings.BSRE_URL, settings.BSRE_SECONDS = server.url, 5
        settings.BSRE_CERTIFICATE = ""
        assert refused().trouble == "SSLCertVerificationError"
        assert server.requests == []
        settings.BSRE_CERTIFICATE = str(tmp_path / "missing.pem")
        assert refused().trouble == "FileNotFoundError"
        settings.BSRE_CERTIFICATE = str(server.certificate)
        assert isinstance(sign(), Signed)


# What else it is asked


def test_who_can_sign(server: BsreServer) -> None:
    assert standing(NIK) is Standing.ACTIVE
    assert standing("1611010101900002") is Standing.INACTIVE
    assert standing("1611010101900009") is Standing.UNREGISTERED
    assert standing("12") is Standing.UNREGISTERED
    assert server.requests[0].path == f"/api/user/status/{NIK}"
    server.behaviour.failure = "500"
    with pytest.raises(Unavailable):
        standing(NIK)


def test_what_bsre_says_of_a_file(server: BsreServer) -> None:
    opinion = verify(sign().pdf)
    assert opinion.signers == ("Wayan Contoh (CONTOH)",)
    assert (opinion.is_whole, opinion.is_certified, opinion.summary) == (True, True, "VALID")
    ours = verify(signed(letter(), WAYAN))
    assert (ours.is_whole, ours.is_certified) == (True, False)
    assert verify(letter()) == bsre.Opinion((), False, False, "INVALID")
    changed = bytearray(sign().pdf)
    changed[changed.index(b"/MediaBox") + 14] ^= 1
    assert not verify(bytes(changed)).is_whole


@pytest.mark.parametrize("failure", ["500", "200 html", "200 error", "hang up"])
def test_bsre_has_no_opinion(server: BsreServer, failure: str) -> None:
    server.behaviour.failure = failure
    with pytest.raises(Unavailable):
        verify(plain())


# The passphrase


FAILURES = ["", "500", "502", "200 html", "hang up", "nonsense", "cut short", "unsigned", "another", "401"]


@pytest.mark.django_db
@pytest.mark.parametrize("failure", [*FAILURES, "wrong", "unregistered", "late", "slow"])
def test_the_passphrase_is_nowhere(
    server: BsreServer,
    failure: str,
    caplog: pytest.LogCaptureFixture,
    capfd: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    """Neither in logs, output, exceptions, what is returned, what the database keeps, nor on the disk."""
    caplog.set_level(logging.DEBUG)
    secret, person = "Kuda-Terbang-42", WAYAN
    server.officials[NIK].passphrase = "lain" if failure == "wrong" else secret
    if failure == "unregistered":
        person = Person("Siti", "Kepala", "Dinas", "1611010101900009")
    elif failure == "late":
        server.behaviour.answers_late = True
    elif failure == "slow":
        settings.BSRE_SECONDS, server.behaviour.seconds = 0.3, 1
    else:
        server.behaviour.failure = failure
    try:
        error, seen = None, repr(sign(person=person, passphrase=secret))
    except NotSigned as raised:
        error, seen = raised, "".join(traceback.format_exception(raised)) + repr(raised) + repr(vars(raised))
    assert error is None or (error.__cause__ is None and error.__context__ is None)
    output = capfd.readouterr()
    kept = "".join(repr(row) for noun in (Entry, Outbox, Access) for row in noun.objects.values())
    seen += caplog.text + output.out + output.err + kept + repr(server.requests)
    assert seen
    assert secret not in seen
    assert not re.search(r"Kuda.{1,9}Terbang", seen)
    for path in (tmp_path, Path(settings.KEYS)):
        assert not any(secret.encode() in file.read_bytes() for file in path.rglob("*") if file.is_file())


def test_the_error_page_of_django_would_not_show_it(server: BsreServer, rf: Any) -> None:
    """Whoever reads the report of a bug sees stars."""
    server.behaviour.failure = "500"
    request = rf.get("/")
    with pytest.raises(NotSigned) as caught:
        sign(passphrase="Kuda-Terbang-42")
    frames = [frame for frame, _line in traceback.walk_tb(caught.value.__traceback__)]
    shown = [
        SafeExceptionReporterFilter().get_traceback_frame_variables(request, frame)
        for frame in frames
        if frame.f_code.co_filename.endswith("connect/bsre.py")
    ]
    assert len(shown) >= 1
    assert "Kuda-Terbang-42" not in repr(shown)


# How it is set up


def test_it_is_ready_where_it_has_an_address(settings: Any) -> None:
    settings.BSRE_URL = ""
    assert not BsreSigner().is_ready()
    settings.BSRE_URL = "https://x@bsre.example"
    assert BsreSigner().is_ready()
    assert "BSrE" in BsreSigner().title


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("", Level.HINT),
        ("http://10.0.0.5", Level.HINT),
        ("http://127.0.0.1:8099", Level.GOOD),
        ("https://bsre.example", Level.GOOD),
    ],
)
def test_the_doctor_looks_at_it(settings: Any, url: str, level: Level, at: datetime) -> None:
    settings.BSRE_URL = url
    finding = bsre.examine(Visit(at))
    assert finding.level is level
    assert bool(finding.mend) is (level is not Level.GOOD)
