"""The citizens' pages, looked at by Chromium: photographs, axe, narrow screens, weight."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser import axe, open_page, photograph, weigh, wider_than
from tests.plan_factory import make_living_plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("phone", "dark"), ("desk", "light")])
def test_citizens_pages_look_well_and_axe_finds_nothing(
    browser: Browser, live_server: LiveServer, size: str, scheme: str
) -> None:
    revision = make_living_plan(12)
    programme = revision.programmes.order_by("code")[0]
    indicator = programme.indicators.get()
    for name, path in {
        "beranda": "/",
        "rencana": "/rencana/",
        "daftar": "/rencana/program/",
        "dimensi": "/rencana/dimensi/ekonomi/",
        "jalan": "/rencana/jalan/",
        "anggaran": "/rencana/anggaran/",
        "program": programme.get_absolute_url(),
        "indikator": indicator.get_absolute_url(),
        "warna": "/warna/",
        "perubahan": "/perubahan/",
        "cari": "/cari/?q=pelayanan",
    }.items():
        page = open_page(browser, f"{live_server.url}{path}", size=size, scheme=scheme)
        photograph(page, f"warga-{name}-{size}-{scheme}")
        assert axe(page) == [], path
        assert page.complaints == [], path  # type: ignore[attr-defined]
        if size == "phone":
            assert wider_than(page, 320) == 0, path
        page.context.close()


def test_citizens_pages_are_light(browser: Browser, live_server: LiveServer) -> None:
    revision = make_living_plan(50)
    programme = revision.programmes.order_by("code")[0]
    for path, most in (
        ("/", 25),
        ("/rencana/", 40),
        ("/rencana/program/", 40),
        (programme.get_absolute_url(), 40),
    ):
        assert weigh(browser, f"{live_server.url}{path}")["total"] <= most, path
