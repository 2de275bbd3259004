import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_is_the_same_for_everybody(client: Client) -> None:
    answer = client.get("/tidak-ada/?a=1")
    assert answer.status_code == 404
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]
    assert '<html lang="id"' in answer.text
    assert 'href="/en/tidak-ada/?a=1"' in answer.text
    assert "Accept-Language" not in answer.headers.get("Vary", "")


def test_english_has_its_own_address(client: Client) -> None:
    answer = client.get("/en/komponen/?a=1", headers={"Accept-Language": "id"})
    assert '<html lang="en"' in answer.text
    assert 'href="/komponen/?a=1"' in answer.text
