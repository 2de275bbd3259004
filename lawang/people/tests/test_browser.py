"""The pages about people, looked at by Chromium: photographs, axe, a narrow phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from lawang.people.actions import delegate
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.people.tests.national import person
from tests.browser import axe, open_page, photograph, wider_than
from tests.cast import make_agency, make_node

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT_THE_DOOR = ["/masuk/", "/akun/lupa/", "/akun/daftar/"]
INSIDE = {
    "akun": "/akun/",
    "titip": "/akun/titip-tugas/",
    "kata-sandi": "/akun/kata-sandi/",
    "sesi": "/akun/sesi/",
    "kode-kedua": "/akun/kode-kedua/",
    "pengguna": "/kelola/pengguna/",
    "orang": "/kelola/pengguna/{key}/",
    "tugas": "/kelola/pengguna/{key}/tugas/",
    "instansi": "/kelola/instansi/",
    "tutup-instansi": "/kelola/instansi/{agency}/tutup/",
    "peran": "/kelola/peran/",
    "akses": "/kelola/privasi/akses/",
    "riwayat": "/kelola/riwayat/",
}


def key_of(user: User, url: str) -> list[Any]:
    """Return the cookies of somebody who is logged in."""
    client = Client()
    client.force_login(user)
    return [
        {
            "name": settings.SESSION_COOKIE_NAME,
            "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
            "url": url,
        }
    ]


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_pages_about_people(browser: Browser, live_server: LiveServer, size: str, scheme: str) -> None:
    make_node(is_demo=True)
    agency = make_agency("dinkes", parent=make_agency("setda", "Sekretariat Daerah"))
    boss = person("administrator", username="joko")
    ratna = person("officer", username="ratna", agency=agency)
    delegate(
        boss.memberships.get(),
        to=ratna,
        from_date=today(),
        to_date=today() + timedelta(3),
        why="cuti",
        by=boss,
        at=now(),
    )
    cookies = key_of(boss, live_server.url)
    trouble: dict[str, Any] = {}
    pages = {path.strip("/").replace("/", "-"): (path, None) for path in AT_THE_DOOR} | {
        name: (path.format(key=ratna.key, agency=agency.key), cookies) for name, path in INSIDE.items()
    }
    for name, (path, cookie) in pages.items():
        page = open_page(browser, f"{live_server.url}{path}", size=size, scheme=scheme, cookies=cookie)
        photograph(page, f"people-{name}-{size}-{scheme}")
        found = [*axe(page), *page.complaints]  # type: ignore[attr-defined]
        if size == "phone" and (over := wider_than(page, 320)):
            found.append(f"{over} px too wide")
        if found:
            trouble[name] = found
        page.context.close()
    connections.close_all()  # Playwright's loop gave this test connections of its own
    assert trouble == {}
