from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from lawang.record.actions import notify
from lawang.record.models import Outbox
from tests.cast import make_membership, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    user = make_user("dewi")
    make_membership(user, role="administrator")
    client.force_login(user)
    return client


def put(at: datetime, **fields: Any) -> Outbox:
    message = notify(
        address="ratna@example.id", kind="x", subject="Angka dikembalikan", body="b", about="a.b:1", at=at
    )
    Outbox.objects.filter(pk=message.pk).update(**fields)
    return message


def test_the_outbox_shows_messages_without_addresses(administrator: Client, at: datetime) -> None:
    put(at)
    page = administrator.get("/kelola/pesan/").content.decode()
    assert "Angka dikembalikan" in page
    assert "ratna@example.id" not in page


def test_a_failed_message_is_sent_again(administrator: Client, at: datetime) -> None:
    message = put(at, state=Outbox.State.FAILED)
    assert administrator.get("/kelola/pesan/?keadaan=failed").status_code == 200
    answer = administrator.post(f"/kelola/pesan/{message.key}/kirim-ulang/", follow=True)
    assert "dikirim lagi" in answer.content.decode()
    assert Outbox.objects.get().state == Outbox.State.WAITING
    answer = administrator.post(f"/kelola/pesan/{message.key}/kirim-ulang/", follow=True)
    assert "Hanya pesan yang gagal" in answer.content.decode()


@pytest.mark.parametrize("address", ["/kelola/pemeriksaan/", "/en/kelola/pemeriksaan/", "/en/kelola/pesan/"])
def test_the_pages_open(administrator: Client, address: str) -> None:
    assert administrator.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/kelola/pemeriksaan/", "/kelola/pesan/"])
def test_an_officer_may_not(client: Client, ratna: Any, address: str) -> None:
    client.force_login(ratna)
    assert client.get(address).status_code == 403
