"""Following a programme by e-mail: asked, confirmed, told, ended."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from lawang.lib.refused import Refused
from lawang.measures.tests.figures import settle
from lawang.plans.following import MOST_PER_DAY, confirm, revision_published, subscribe, unsubscribe
from lawang.plans.models import Programme, Subscription
from lawang.record.models import Outbox
from tests.plan_factory import AT, make_indicator, make_plan, make_programme

pytestmark = pytest.mark.django_db
ADDRESS = "siti@example.id"


@pytest.fixture
def water() -> Programme:
    programme = make_programme(make_plan())
    make_indicator(programme)
    return programme


def follow(programme: Programme, address: str = ADDRESS) -> Subscription:
    return subscribe(programme.key, programme.title, address=address, language="id", at=AT)


def test_asking_mails_only_a_link(water: Programme) -> None:
    wish = follow(water)
    mail = Outbox.objects.get()
    assert wish.confirmed_at is None
    assert mail.address == ADDRESS
    assert wish.secret in mail.body


def test_asking_twice_is_one_wish_and_one_mail(water: Programme) -> None:
    assert follow(water).pk == follow(water, "SITI@example.id").pk
    assert Outbox.objects.count() == 1


def test_somebody_cannot_be_flooded(water: Programme) -> None:
    for number in range(MOST_PER_DAY):
        follow(make_programme(water.revision, f"P-1{number}", f"Program {number}"))
    with pytest.raises(Refused):
        follow(water)


def test_nothing_is_sent_before_it_is_confirmed(water: Programme, ratna: Any, wayan: Any) -> None:
    follow(water)
    settle(water.indicators.get().series, "2026-T3", 2140, by=ratna, head=wayan)
    assert Outbox.objects.filter(kind="follow_news").count() == 0


def test_who_confirmed_hears_of_a_figure_and_its_colour(water: Programme, ratna: Any, wayan: Any) -> None:
    confirm(follow(water), at=AT)
    settle(water.indicators.get().series, "2026-T3", 2140, by=ratna, head=wayan)
    mail = Outbox.objects.get(kind="follow_news")
    assert "2.140" in mail.body
    assert "dari belum ada data menjadi" in mail.body
    assert "/ikuti/berhenti/" in mail.body


def test_who_confirmed_hears_of_a_revision(water: Programme) -> None:
    confirm(follow(water), at=AT)
    new = make_plan(number=2, in_force_from=date(2026, 12, 1), changed={"id": "Target naik"})
    make_programme(new, key=water.key)
    revision_published(new, AT)
    assert "Revisi 2" in Outbox.objects.get(kind="follow_news").body


def test_who_ended_is_forgotten(water: Programme, ratna: Any, wayan: Any) -> None:
    unsubscribe(confirm(follow(water), at=AT), at=AT + timedelta(days=1))
    settle(water.indicators.get().series, "2026-T3", 2140, by=ratna, head=wayan)
    assert Subscription.objects.count() == 0
    assert Outbox.objects.filter(kind="follow_news").count() == 0


def test_the_pages_lead_through(client: Client, water: Programme) -> None:
    asked = client.post(f"/ikuti/{water.key}/", {"address": ADDRESS}, follow=True)
    assert "Buka surel Anda" in asked.content.decode()
    wish = Subscription.objects.get()
    page = f"/ikuti/ya/{wish.secret}/"
    assert "Ya, kabari saya" in client.get(page).content.decode()
    wish.refresh_from_db()
    assert wish.confirmed_at is None  # opening the link is not enough
    client.post(page)
    wish.refresh_from_db()
    assert wish.confirmed_at is not None
    client.post(f"/ikuti/berhenti/{wish.secret}/")
    assert not Subscription.objects.exists()
    assert client.get(page).status_code == 404


def test_a_wrong_address_is_explained(client: Client, water: Programme) -> None:
    answer = client.post(f"/ikuti/{water.key}/", {"address": "bukan surel"})
    assert answer.status_code == 422
    assert not Subscription.objects.exists()
