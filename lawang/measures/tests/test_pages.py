"""The page of one figure."""

import json
from typing import Any

import pytest
from django.test import Client

from lawang.measures.models import Value
from lawang.measures.tests.figures import make_series, propose, settle
from tests.cast import make_node

pytestmark = pytest.mark.django_db


def test_a_figure_says_where_it_comes_from(client: Client, ratna: Any, wayan: Any) -> None:
    make_node()
    value = settle(make_series(), "2026-T3", "2140", by=ratna, head=wayan)
    page = client.get(f"/angka/{value.pk}/").content.decode()
    for words in (
        "2.140",
        "Triwulan 3 2026",
        "Disetujui oleh agency_head, Dinas Kesehatan",
        "Kutip angka ini",
    ):
        assert words in page
    assert "Ratna" not in page
    assert "Wayan" not in page


def test_a_corrected_figure_keeps_its_past(client: Client, ratna: Any, wayan: Any) -> None:
    make_node()
    series = make_series()
    old = settle(series, "2026-T3", "2010", by=ratna, head=wayan)
    new = settle(series, "2026-T3", "2140", by=ratna, head=wayan, reason="Salah hitung")
    assert "Angka ini sudah diperbaiki" in client.get(f"/angka/{old.pk}/").content.decode()
    page = client.get(f"/angka/{new.pk}/").content.decode()
    assert "Salah hitung" in page
    assert "2.010" in page


def test_what_is_not_approved_has_no_page(client: Client, ratna: Any) -> None:
    value = propose(make_series(), "2026-T3", "2140", by=ratna)
    assert client.get(f"/angka/{value.pk}/").status_code == 404
    assert client.get(f"/angka/{value.pk}/angka.json").status_code == 404


def test_a_figure_for_programs(client: Client, ratna: Any, wayan: Any) -> None:
    make_node()
    value = settle(make_series(), "2026-T3", "2140.5", by=ratna, head=wayan)
    answer = client.get(f"/angka/{value.pk}/angka.json")
    data = json.loads(answer.content)
    assert data["amount"] == 2140.5
    assert data["series"]["code"] == "rumah-air"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert Value.objects.count() == 1
