"""The planner's pages in a browser: nothing for axe, nothing wider than a phone, within the weight of a staff page."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from lawang.plans.models import Revision
from tests.browser import axe, open_page, photograph, weigh, wider_than
from tests.cast import make_membership, make_user
from tests.plan_factory import make_living_plan, make_quick_win

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_planners_pages_look_well(browser: Browser, live_server: LiveServer) -> None:
    revision = make_living_plan(45, quarters=2)
    Revision.objects.filter(pk=revision.pk).update(status=Revision.Status.DRAFT, in_force_from=None)
    programme = revision.programmes.get(code="P-001")
    win = make_quick_win(programme)
    client = Client()
    client.force_login(
        make_membership(make_user("dewi"), role="planner").user, "lawang.people.login.Identified"
    )
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
    pages = {
        "home": (),
        "programmes": (),
        "programme": (programme.key,),
        "indicator": (programme.indicators.get().key,),
        "quick_win": (win.key,),
        "budget": (programme.key,),
        "review": (),
        "roadmap": (),
        "money": (),
    }
    for number, (name, args) in enumerate(pages.items()):
        address = live_server.url + reverse(f"planner:{name}", args=args)
        scheme = "dark" if number % 2 else "light"
        page = open_page(browser, address, scheme=scheme, cookies=cookies)
        photograph(page, f"planner-{name}-phone-{scheme}")
        assert axe(page) == [], name
        assert wider_than(page, 360) == 0, name
        assert page.complaints == [], name  # type: ignore[attr-defined]
        page.context.close()
        weight = weigh(browser, address, cookies=cookies)
        assert weight["total"] <= 60, (name, weight)
