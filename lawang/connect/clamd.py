"""ClamAV: whatever people hand in goes past its daemon clamd before anything else opens it.

Protocol (clamd(8)): a command ends with a zero byte when it begins with `z`. INSTREAM is followed by pieces, each after
its length in four bytes, and a length of zero; the answer is "stream: OK" or "stream: NAME FOUND". No file is left on
the scanner's disk, and no file of ours needs to be readable for it.
"""

import logging
import socket
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused, TryLater
from lawang.record.doctor import Finding, Visit, bad, good, hint, register_check
from lawang.record.files import register_scanner

SECONDS = 30  # that the daemon has for each answer
PIECE = 256 * 1024
ANSWER = 4096
OLD = timedelta(days=7)  # of its list of viruses

log = logging.getLogger(__name__)


def register() -> None:
    """Let the daemon look at every file that people hand in, and the doctor say whether it does."""
    register_scanner(scan)
    register_check("clamd", lambda: _("Pemeriksa virus"), check)


def scan(data: bytes) -> None:
    """Raise Refused when the daemon finds something, TryLater when it gives no clear answer; nothing without one."""
    if not settings.CLAMD:
        return
    try:
        answer = _ask(b"zINSTREAM\0", data)
    except OSError as error:
        log.warning("clamd_not_reached %s", type(error).__name__)
        answer = ""
    if answer.endswith(" FOUND"):
        log.warning("clamd_found %s", answer.removesuffix(" FOUND").rpartition(" ")[2][:80])
        raise Refused(_("Berkas ini berisi virus dan tidak kami simpan. Periksa HP atau komputer Anda."))
    if answer != "stream: OK":
        raise TryLater(
            _("Berkas belum bisa kami periksa, jadi belum kami terima. Coba lagi beberapa menit lagi.")
        )


def _ask(command: bytes, data: bytes | None = None) -> str:
    """Send a command, with `data` after it in pieces, and return the answer."""
    with _connected() as line:
        line.sendall(command)
        if data is not None:
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < ANSWER:
            part = line.recv(ANSWER)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connected() -> socket.socket:
    """Return a connection to the path of a socket, or to host:port."""
    if settings.CLAMD.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(settings.CLAMD)
        except BaseException:
            line.close()
            raise
        return line
    host, _colon, port = settings.CLAMD.rpartition(":")
    if not port.isdecimal():
        raise OSError("LAWANG_CLAMD is neither a path nor host:port")
    return socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout=SECONDS)


def check(visit: Visit) -> Finding:
    """Say whether the daemon answers, and how old its list of viruses is.

    It says "ClamAV 1.0.7/27469/Mon Mar 16 09:34:56 2026": program, number of the list, when that was made.
    """
    if not settings.CLAMD:
        return hint(
            _("Berkas dari warga tidak diperiksa pemeriksa virus."),
            _("Pasang ClamAV, lalu atur LAWANG_CLAMD (docs/running.md)."),
        )
    try:
        answer = _ask(b"zVERSION\0")
    except OSError as error:
        answer = type(error).__name__
    name, *rest = answer.split("/")
    if not name.startswith("ClamAV"):
        return bad(
            _("Pemeriksa virus tidak menjawab (%(answer)s): berkas warga ditolak sampai ia berjalan.")
            % {"answer": answer[:100]},
            _("Jalankan: systemctl start clamav-daemon"),
        )
    try:
        made = datetime.strptime(rest[-1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except (ValueError, IndexError):
        return bad(_("%(name)s belum punya daftar virus.") % {"name": name}, _("Jalankan: freshclam"))
    if visit.at - made > OLD:
        return bad(
            _("Daftar virus %(name)s bertanggal %(date)s.") % {"name": name, "date": f"{made:%Y-%m-%d}"},
            _("Periksa clamav-freshclam: daftar itu harus diperbarui setiap hari."),
        )
    return good(_("%(name)s menjawab.") % {"name": name})
