from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lawang.measures.tests.figures import settle
from lawang.people.models import User
from lawang.plans.models import BudgetLine
from lawang.portal.leader import most_at_risk
from tests.cast import make_membership, make_role, make_user, moment
from tests.plan_factory import make_indicator, make_plan, make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def regent() -> Client:
    user = make_membership(make_user("bupati"), role=make_role("leader", {"plans.lead": "all"})).user
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client


@pytest.fixture
def hands() -> dict[str, User]:
    return {
        "by": make_membership(make_user("ratna")).user,
        "head": make_membership(make_user("wayan"), role="agency_head").user,
    }


def test_the_promise_furthest_behind_comes_first_with_its_holder(
    regent: Client, hands: dict[str, User]
) -> None:
    revision = make_plan()
    for code, amount in (("P-01", 2300), ("P-02", 1300), ("P-03", 2600)):
        indicator = make_indicator(make_programme(revision, code, f"Program {code}"), f"I-{code}")
        settle(indicator.series, "2026-T3", amount, **hands)
    assert [risk.programme.code for risk in most_at_risk(revision)] == ["P-02", "P-01"]
    page = regent.get(reverse("portal:leader")).content.decode()
    assert page.index("Program P-02") < page.index("Program P-01")
    assert "Dinas Kesehatan" in page


def test_money_is_shown_beside_results(regent: Client) -> None:
    programme = make_programme(make_plan())
    from lawang.people.node import today

    BudgetLine.objects.create(
        programme=programme, year=today().year, source="apbd", planned=2_000_000_000, realised=500_000_000
    )
    page = regent.get(reverse("portal:leader")).content.decode()
    assert "Rp500 juta dari Rp2 miliar" in page.replace("\u00a0", " ")


def test_changes_since_the_last_visit_until_marked_as_read(regent: Client, hands: dict[str, User]) -> None:
    from lawang.people.node import now

    indicator = make_indicator(make_programme(make_plan()))
    settle(indicator.series, "2026-T3", 2140, at=now(), **hands)
    assert "Tandai sudah dibaca" in regent.get(reverse("portal:leader")).content.decode()
    regent.post(reverse("portal:seen"))
    assert "Tidak ada warna yang berubah" in regent.get(reverse("portal:leader")).content.decode()


def test_without_a_plan_the_page_says_so(regent: Client) -> None:
    assert "Belum ada rencana yang berlaku" in regent.get(reverse("portal:leader")).content.decode()


def test_an_officer_has_no_leaders_page(hands: dict[str, User]) -> None:
    client = Client()
    client.force_login(hands["by"], "lawang.people.login.Identified")
    assert client.get(reverse("portal:leader")).status_code == 403


@pytest.mark.parametrize("count", [2, 25])
def test_twelve_queries_at_any_size(
    count: int, regent: Client, hands: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    revision = make_plan()
    for number in range(count):
        indicator = make_indicator(make_programme(revision, f"P-{number:02}"), f"I-{number}")
        settle(indicator.series, "2026-T3", 1300, at=moment("2026-11-20 10:00"), **hands)
    regent.get(reverse("portal:leader"))
    with django_assert_max_num_queries(12):
        assert regent.get(reverse("portal:leader")).status_code == 200
