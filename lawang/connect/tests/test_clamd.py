"""Against a small server that speaks clamd's protocol, as clamd(8) describes it, over real sockets."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lawang.cases.models import Attachment
from lawang.cases.uploads import add_piece, attach
from lawang.connect import clamd
from lawang.lib.refused import Refused, TryLater
from lawang.record.actions import keep_file
from lawang.record.doctor import Level, Visit
from lawang.record.models import File
from tests import pdfs
from tests.case_factory import make_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

# The standard test file, in two halves so that no scanner takes this one for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon:
    """What a clamd of ours answers, and what it was given."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.version = "ClamAV 1.0.7/27469/Mon Mar 16 09:34:56 2026"
        self.largest = 10_000_000
        self.mood = ""  # "hangs up", "babbles"


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        daemon: Daemon = self.server.daemon  # type: ignore[attr-defined]
        command = self._until_zero()
        if daemon.mood == "hangs up":
            return
        if daemon.mood == "babbles":
            self.wfile.write(b"UNKNOWN COMMAND\0")
        elif command == b"zVERSION":
            self.wfile.write(daemon.version.encode() + b"\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self._stream(daemon) + b"\0")

    def _until_zero(self) -> bytes:
        found = b""
        while (byte := self.rfile.read(1)) not in (b"", b"\0"):
            found += byte
        return found

    def _stream(self, daemon: Daemon) -> bytes:
        data = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            data += self.rfile.read(length)
            if len(data) > daemon.largest:
                return b"INSTREAM size limit exceeded. ERROR"
        daemon.seen.append(data)
        return b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in data else b"stream: OK"


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture(params=["socket", "port"])
def daemon(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Daemon]:
    found = Daemon()
    server: Any
    if request.param == "socket":
        server = UnixServer(str(tmp_path / "clamd"), Handler)
        settings.CLAMD = str(tmp_path / "clamd")
    else:
        server = TcpServer(("127.0.0.1", 0), Handler)
        settings.CLAMD = f"127.0.0.1:{server.server_address[1]}"
    server.daemon = found
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)


def keep(data: bytes, name: str, at: datetime) -> File:
    return keep_file(data, name=name, about="a.b:1", privacy="internal", by=None, at=at)


def test_what_the_daemon_finds_is_not_kept(daemon: Daemon, at: datetime, media: Path) -> None:
    with pytest.raises(Refused, match="virus"):
        keep(b"halo " + EICAR, "surat.txt", at)
    assert not File.objects.exists()
    assert not list(media.glob("*/*"))


def test_what_is_clean_is_kept_and_was_seen_whole(daemon: Daemon, at: datetime) -> None:
    content = b"notulen rapat\n" * 50_000  # several pieces
    keep(content, "notulen.txt", at)
    assert daemon.seen == [content]


def test_a_virus_inside_a_picture_or_pdf_is_looked_for_in_what_was_sent(daemon: Daemon, at: datetime) -> None:
    with pytest.raises(Refused, match="virus"):
        keep(pdfs.plain() + EICAR, "surat.pdf", at)


def test_what_we_made_ourselves_is_not_sent_around(daemon: Daemon, at: datetime) -> None:
    keep_file(pdfs.plain(), name="a.pdf", about="a.b:1", privacy="internal", by=None, at=at, is_ours=True)
    assert daemon.seen == []


@pytest.mark.parametrize("mood", ["hangs up", "babbles"])
def test_without_a_clear_answer_nothing_is_accepted(daemon: Daemon, mood: str, at: datetime) -> None:
    daemon.mood = mood
    with pytest.raises(TryLater, match="Coba lagi"):
        keep(b"notulen", "notulen.txt", at)
    assert not File.objects.exists()


def test_a_file_that_the_daemon_finds_too_large_is_not_accepted_unseen(daemon: Daemon, at: datetime) -> None:
    daemon.largest = 10_000
    with pytest.raises(TryLater):
        keep(b"notulen " * 2_000_000, "notulen.txt", at)


def test_a_daemon_that_is_gone_refuses_uploads(settings: Any, at: datetime, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for where in (f"127.0.0.1:{port}", str(tmp_path / "nobody"), "salah"):
        settings.CLAMD = where
        with pytest.raises(TryLater, match="Coba lagi"):
            keep(b"notulen", "notulen.txt", at)


def test_without_the_setting_files_are_kept_as_before(settings: Any, at: datetime) -> None:
    assert settings.CLAMD == ""
    assert keep(b"notulen", "notulen.txt", at).kind == "text/plain"


def test_the_last_piece_may_be_sent_again_when_the_daemon_is_back(daemon: Daemon, at: datetime) -> None:
    """A paper in pieces is not lost, and not refused for ever, because nobody could look at it for a minute."""
    import hashlib

    data = pdfs.plain()
    case = make_case()
    attachment = Attachment.objects.create(
        case=case,
        number=0,
        paper="papers.identity",
        name="ktp.pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        at=at,
    )
    add_piece(attachment, data[:200], offset=0, at=at)
    daemon.mood = "hangs up"
    with pytest.raises(TryLater):
        add_piece(attachment, data[200:], offset=200, at=at)
    attachment.refresh_from_db()
    assert (attachment.offset, attachment.trouble, attachment.file_id) == (200, "", None)
    daemon.mood = ""
    attachment = add_piece(attachment, data[200:], offset=200, at=at)
    assert attachment.file_id is not None
    assert daemon.seen == [data]


def test_a_paper_with_a_virus_stays_out_of_the_case(daemon: Daemon, at: datetime) -> None:
    case = make_case()
    with pytest.raises(Refused, match="virus"):
        attach(case, pdfs.plain() + EICAR, paper="papers.identity", name="ktp.pdf", by=None, at=at)
    assert not case.attachments.exists()


def test_the_doctor_says_how_the_scanner_is(daemon: Daemon, settings: Any, at: datetime) -> None:
    assert clamd.check(Visit(at)).level == Level.GOOD
    assert clamd.check(Visit(at + timedelta(days=30))).level == Level.BAD  # its list grew old
    daemon.version = "ClamAV 1.0.7"
    assert clamd.check(Visit(at)).level == Level.BAD  # no list at all
    daemon.mood = "hangs up"
    assert clamd.check(Visit(at)).level == Level.BAD
    settings.CLAMD = ""
    assert clamd.check(Visit(at)).level == Level.HINT
