"""The front page of what one may manage shows only what the roles open."""

import pytest
from django.test import Client
from django.urls import reverse

from lawang.people.models import User
from tests.cast import make_membership, make_role, make_user

pytestmark = pytest.mark.django_db


def places(user: User) -> str:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    answer = client.get(reverse("portal:manage"))
    assert answer.status_code == 200
    return answer.content.decode().split("<main")[1]


def test_the_planner_sees_the_plan_and_no_accounts() -> None:
    html = places(make_membership(make_user("dewi"), role="planner").user)
    assert reverse("planner:home") in html
    assert reverse("imports") in html
    assert reverse("people:users") not in html


def test_the_administrator_sees_the_installation_and_no_plan() -> None:
    html = places(make_membership(make_user("yusuf"), role="administrator").user)
    for name in (
        "people:users",
        "people:agencies",
        "people:roles",
        "packs:index",
        "portal:outbox",
        "portal:doctor",
    ):
        assert reverse(name) in html
    assert reverse("planner:home") not in html


def test_visitors_are_led_to_the_door_and_others_read_why(siti: User) -> None:
    assert Client().get(reverse("portal:manage")).status_code == 302
    client = Client()
    client.force_login(siti, "lawang.people.login.Identified")
    assert client.get(reverse("portal:manage")).status_code == 403
    empty = make_membership(make_user("budi"), role=make_role("none", {})).user
    client.force_login(empty, "lawang.people.login.Identified")
    assert client.get(reverse("portal:manage")).status_code == 403
