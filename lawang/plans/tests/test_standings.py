from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lawang.measures.tests.figures import settle
from lawang.people.models import User
from lawang.plans.models import Colour, Indicator, Programme, Revision, Standing, Target
from lawang.plans.standings import recompute
from lawang.record.models import Entry
from tests.cast import make_membership, make_user, moment
from tests.plan_factory import make_indicator, make_plan, make_programme

pytestmark = pytest.mark.django_db
AT = moment("2026-11-20 09:00")


@pytest.fixture
def hands() -> dict[str, User]:
    return {
        "by": make_membership(make_user("ratna")).user,
        "head": make_membership(make_user("wayan"), role="agency_head").user,
    }


def test_an_approved_figure_colours_its_indicator_and_programme(hands: dict[str, User]) -> None:
    indicator = make_indicator(make_programme(make_plan()))
    settle(indicator.series, "2026-T3", 2140, **hands)
    standing = Standing.objects.get(indicator=indicator)
    assert standing.colour == Colour.SLIPPING
    assert (standing.end, standing.amount) == (date(2026, 9, 30), Decimal(2140))
    assert Programme.objects.get().colour == Colour.SLIPPING
    assert Entry.objects.filter(verb="colour_changed").count() == 1


def test_the_same_colour_again_leaves_no_entry(hands: dict[str, User]) -> None:
    revision = make_plan()
    indicator = make_indicator(make_programme(revision))
    settle(indicator.series, "2026-T3", 2140, **hands)
    recompute(revision, at=AT)
    assert Entry.objects.filter(verb="colour_changed").count() == 1


def test_a_figure_is_judged_by_the_revision_in_force_at_the_end_of_its_period(hands: dict[str, User]) -> None:
    first = make_plan()
    indicator = make_indicator(make_programme(first))
    second = make_plan(number=2, in_force_from=date(2026, 10, 1))
    programme = make_programme(second, key=indicator.programme.key)
    easier = Indicator.objects.create(
        revision=second,
        programme=programme,
        key=indicator.key,
        code="I-01",
        title=indicator.title,
        series=indicator.series,
        baseline=indicator.baseline,
        baseline_year=2023,
    )
    Target.objects.create(indicator=easier, year=2026, amount=Decimal(2000))
    settle(indicator.series, "2026-T3", 2140, **hands)
    standing = Standing.objects.get(indicator=easier)
    assert (standing.colour, standing.judged_by) == (Colour.SLIPPING, first)
    settle(indicator.series, "2026-T4", 2140, at=moment("2027-01-05 09:00"), **hands)
    standing = Standing.objects.get(indicator=easier)
    assert (standing.colour, standing.judged_by) == (Colour.ON_TRACK, second)


def test_stale_after_the_days_the_plan_states(hands: dict[str, User]) -> None:
    revision = make_plan()
    indicator = make_indicator(make_programme(revision))
    settle(indicator.series, "2026-T1", 3000, **hands)
    recompute(revision, at=moment("2026-08-28 09:00"))
    assert Standing.objects.get(indicator=indicator).colour == Colour.ON_TRACK
    recompute(revision, at=moment("2026-08-29 09:00"))
    assert Standing.objects.get(indicator=indicator).colour == Colour.STALE


def test_an_indicator_without_figures_says_so() -> None:
    revision = make_plan()
    make_indicator(make_programme(revision))
    recompute(revision, at=AT)
    assert Standing.objects.get().colour == Colour.NO_DATA


@pytest.mark.parametrize("count", [3, 30])
def test_recompute_asks_as_often_for_many_as_for_few(count: int, django_assert_max_num_queries: Any) -> None:
    revision = make_plan()
    programme = make_programme(revision)
    for number in range(count):
        make_indicator(programme, f"I-{number:02}")
    with django_assert_max_num_queries(12):
        assert recompute(revision, at=AT) == count


def test_only_the_latest_published_revision_is_in_force() -> None:
    first, second = make_plan(), make_plan(number=2, in_force_from=date(2026, 1, 1))
    make_plan(number=3, status=Revision.Status.DRAFT, in_force_from=None)
    assert list(Revision.objects.in_force(date(2025, 12, 31))) == [first]
    assert list(Revision.objects.in_force(date(2026, 1, 1))) == [second]
    assert list(Revision.objects.in_force(date(2020, 1, 1))) == []
