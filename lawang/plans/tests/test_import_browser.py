"""The import's pages in a browser: axe finds nothing, nothing is wider than a phone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lawang.plans.models import Import
from lawang.plans.tests.books import PLAN, PROGRAMME, make_regency
from lawang.plans.tests.test_import_pages import book_zip
from tests.browser import axe, open_page, photograph, wider_than

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "width"), [("phone", 360), ("desk", 1280)])
def test_the_dry_run_is_for_everybody(browser: Any, live_server: Any, size: str, width: int) -> None:
    desk = Client()
    desk.force_login(make_regency())
    rows = [
        PROGRAMME,
        {**PROGRAMME, "kode": "P-02", "penanggung_jawab": "Dinas Pendidikan"},
        {**PROGRAMME, "kode": "P-03", "tahun_mulai": "x"},
    ]
    desk.post(reverse("imports"), {"file": book_zip(rencana=PLAN, program=rows)})
    address = Import.objects.get().get_absolute_url()
    cookies = [{"name": "sessionid", "value": desk.cookies["sessionid"].value, "url": live_server.url}]
    for name in ("", "added", "waiting", "rejected", "left"):
        path = f"{address}?lihat={name}" if name else reverse("imports")
        for scheme in ("light", "dark"):
            page = open_page(browser, live_server.url + path, size=size, scheme=scheme, cookies=cookies)
            photograph(page, f"import-{name or 'list'}-{size}-{scheme}")
            assert axe(page) == []
            assert wider_than(page, width) == 0
            assert page.complaints == []  # type: ignore[attr-defined]
            page.context.close()
