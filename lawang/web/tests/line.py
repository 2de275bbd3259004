"""A bad line between a browser and a server: a proxy that fails as it is told, request by request.

`Line(server_url)` listens on `line.url`; what is sent there reaches the server, unless a fault says otherwise:
`line.fail(Fault("lost"), times=4, method="POST", path="/kirim/")` for the next requests that fit, or `line.chance`, a
function that picks a fault for each request (see `random_faults`), for drills. Needs nothing but sockets, so that any
installation can stand behind it.
"""

import random
import re
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PORTAL = (
    b"<!doctype html><title>Wi-Fi</title><p>Masukkan kode voucer"  # what a captive portal says to everything
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    502: the server is not asked. lost: it has done the work, its answer never arrives. cut_request, cut_answer: the
    connection breaks after `at` bytes. slow: `rate` bytes a second. full: the server's disk is. portal: somebody else
    answers 200 with a page.
    """

    kind: str
    at: int = 0
    rate: int = 4000


@dataclass
class Order:
    """A fault for the next `times` requests that fit."""

    fault: Fault
    times: int
    method: str
    path: str  # a regular expression

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and method == self.method and re.match(self.path, path) is not None


@dataclass(frozen=True)
class Passed:
    """One request that came by."""

    method: str
    path: str
    fault: str  # kind, or ""
    sent: int  # bytes of the request
    got: int  # bytes of the answer, also when they were thrown away
    headers: str = field(repr=False, default="")


class Line:
    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self.server = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.orders: list[Order] = []
        self.passed: list[Passed] = []
        self.chance: Callable[[str, str], Fault | None] = lambda method, path: None
        self.is_down = False  # as if there were no signal
        self._lock = threading.Lock()
        line = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the browser went away
                    line._carry(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

        self._proxy = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._proxy.server_address[1]}"
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()

    def fail(self, fault: Fault, *, times: int = 1, method: str = "POST", path: str = "/kirim/") -> None:
        with self._lock:
            self.orders.append(Order(fault, times, method, path))

    def heal(self) -> None:
        with self._lock:
            self.orders.clear()
        self.chance = lambda method, path: None
        self.is_down = False

    def count(self, method: str, path: str) -> int:
        return sum(1 for one in self.passed if one.method == method and re.match(path, one.path))

    def _fault(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for order in self.orders:
                if order.fits(method, path):
                    order.times -= 1
                    return order.fault
        return self.chance(method, path)

    def _carry(self, browser: socket.socket) -> None:
        browser.settimeout(90)
        head, body = _read_request(browser)
        if not head:
            return
        method, path = head.split(b" ", 2)[:2]
        if self.is_down:
            _reset(browser)
            return
        fault = self._fault(method.decode(), path.decode())
        kind = fault.kind if fault else ""
        request = _closing(head) + body
        answer = b""
        if kind == "502":
            answer = _page("502 Bad Gateway", b"<h1>502</h1>")
        elif kind == "full":
            answer = _page("507 Insufficient Storage", b"<h1>507</h1>")
        elif kind == "portal":
            answer = _page("200 OK", PORTAL)
        elif fault and kind == "cut_request":
            _ask(self.server, request[: fault.at])
        else:
            answer = _ask(self.server, request, fault.rate * 10 if fault and kind == "slow" else 0)
        self.passed.append(
            Passed(method.decode(), path.decode(), kind, len(request), len(answer), head.decode("latin-1"))
        )
        if kind in ("lost", "cut_request"):
            _reset(browser)
        elif fault and kind == "cut_answer":
            browser.sendall(answer[: fault.at])
            time.sleep(0.02)  # let it arrive before the reset throws it away
            _reset(browser)
        else:
            _send(browser, answer, fault.rate if fault and kind == "slow" else 0)


def _read_request(browser: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = browser.recv(65536)
        if not piece:
            return b"", b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        piece = browser.recv(65536)
        if not piece:
            break
        body += piece
    return head, body


def _closing(head: bytes) -> bytes:
    """Ask the server to close after its answer, so that its end is known."""
    return re.sub(rb"(?im)^connection: *[^\r]*\r\n", b"", head)[:-2] + b"Connection: close\r\n\r\n"


def _ask(server: tuple[str, int], request: bytes, rate: int = 0) -> bytes:
    with socket.create_connection(server, 60) as upstream:
        try:
            _send(upstream, request, rate)
            answer = b""
            if len(request) and _is_whole(request):
                while piece := upstream.recv(65536):
                    answer += piece
            return answer
        except ConnectionError:
            return b""


def _is_whole(request: bytes) -> bool:
    head, mark, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    return bool(mark) and len(body) >= int(length[1] if length else 0)


def _send(to: socket.socket, data: bytes, rate: int) -> None:
    """Send at `rate` bytes a second, 0 for at once."""
    if not rate:
        to.sendall(data)
        return
    step = max(1, rate // 20)
    for start in range(0, len(data), step):
        to.sendall(data[start : start + step])
        time.sleep(0.05)


def _page(status: str, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body


def _reset(connection: socket.socket) -> None:
    """Break the connection as a lost signal does: no goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def random_faults(
    seed: int, *, rate: float = 0.3, path: str = "/kirim/", most: int = 40_000
) -> Callable[[str, str], Fault | None]:
    """Return a `chance` that spoils `rate` of the requests to `path` in every way there is; cuts anywhere in `most`."""
    dice = random.Random(seed)

    def pick(method: str, asked: str) -> Fault | None:
        if not re.match(path, asked) or dice.random() >= rate:
            return None
        kind = dice.choice(("502", "lost", "lost", "cut_request", "cut_answer", "full", "portal"))
        return Fault(kind, at=int(most * dice.random() ** 3))  # mostly in the first bytes, sometimes far in

    return pick


@contextmanager
def line_to(server_url: str) -> Iterator[Line]:
    line = Line(server_url)
    try:
        yield line
    finally:
        line.close()
