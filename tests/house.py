"""The demonstration as people reach it: granian, collected and compressed files; conftest.py names this as a plugin."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.world import ROLES, client_of, using


class House:
    """One running installation; `cookies` sign a browser in as a role."""

    def __init__(self, url: str, cookies: dict[str, list[Any]], examples: dict[str, str]) -> None:
        self.url = url
        self.cookies = cookies
        self.examples = examples  # name of an address -> path of a thing that exists


def no_page(error: Exception) -> bool:
    """Tell whether a browser gave up because there was a file, or nothing, instead of a page."""
    return any(words in str(error) for words in ("Download", "ERR_ABORTED", "ERR_HTTP_RESPONSE_CODE_FAILURE"))


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def url_of(name: str) -> str:
    known: dict[str, Any] = connections["default"].settings_dict
    host, port, user = known["HOST"], known["PORT"], known["USER"]
    if host.startswith("/") or not host:
        return f"postgres:///{name}?host={quote(host)}&user={user}"
    return f"postgres://{user}:{quote(known['PASSWORD'])}@{host}:{port}/{name}"


@pytest.fixture(scope="session")
def house(demo_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    from tests.addresses import every

    port = free_port()
    with tempfile.TemporaryDirectory(prefix="lwh") as name:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LAWANG_")}
        env = kept | {
            "DATABASE_URL": url_of(demo_database),
            "LAWANG_DATA": name,
            "LAWANG_KEYS": str(settings.KEYS),
            "LAWANG_SECRET_KEY": settings.SECRET_KEY,
            "LAWANG_PORT": str(port),
            "PYTHONPATH": str(settings.ROOT),
        }
        lawang = [sys.executable, "-m", "lawang"]
        subprocess.run([*lawang, "collectstatic", "-v0", "--noinput"], cwd=settings.ROOT, env=env, check=True)
        url = f"http://127.0.0.1:{port}"
        with (Path(name) / "log").open("wb") as log:
            server = subprocess.Popen([*lawang, "serve"], cwd=settings.ROOT, env=env, stdout=log, stderr=log)
            try:
                _wait(url)
                with django_db_blocker.unblock(), using(demo_database):
                    cookies = {role: _cookies(role, url) for role in ROLES}
                    examples = {
                        name: address.example() for name, address in every().items() if address.is_known
                    }
                yield House(url, cookies, examples)
            finally:
                server.terminate()
                server.wait(20)


def _wait(url: str) -> None:
    for _second in range(300):
        try:
            urllib.request.urlopen(f"{url}/warna/", timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read()) from error
        except OSError:
            time.sleep(0.2)
    raise AssertionError("granian does not answer")


def _cookies(role: str, url: str) -> list[Any]:
    if not ROLES[role]:
        return []
    client = client_of(role)
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": url}]
