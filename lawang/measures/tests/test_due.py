from datetime import date

import pytest
from django.db import models

from lawang.measures.due import due_figures
from lawang.measures.models import Series
from lawang.measures.tests.figures import make_series, propose, settle
from tests.cast import make_membership, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def test_the_oldest_missing_period_is_due_ten_working_days_after_its_end() -> None:
    ratna = make_membership(make_user("ratna")).user
    wayan = make_membership(make_user("wayan"), role="agency_head").user
    series = make_series()
    settle(series, "2026-T1", 5, by=ratna, head=wayan)
    (due,) = due_figures(Series.objects.all(), today=TODAY)
    assert (due.period.code, due.missing, due.until) == ("2026-T2", 2, date(2026, 7, 14))
    assert due.last is not None
    assert due.last.amount == 5


def test_a_proposed_figure_is_delivered() -> None:
    ratna = make_membership(make_user("ratna")).user
    series = make_series()
    propose(series, "2026-T3", 5, by=ratna)
    assert due_figures(Series.objects.all(), today=TODAY) == []


def test_a_new_series_owes_only_its_last_period() -> None:
    make_series(frequency="year")
    (due,) = due_figures(Series.objects.all(), today=TODAY)
    assert (due.period.code, due.missing, due.last) == ("2025", 1, None)


def test_computed_and_imported_series_are_nobodys_homework() -> None:
    make_series(source="statistic")
    assert due_figures(Series.objects.all(), today=TODAY) == []


def test_any_number_of_series_takes_the_same_queries(django_assert_num_queries: object) -> None:
    for number in range(30):
        make_series(f"deret-{number}")
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(due_figures(Series.objects.all(), today=TODAY)) == 30


def test_nothing_is_owed_of_the_years_before_it_is_asked_for() -> None:
    make_series(frequency="year")
    asked = Series.objects.annotate(asked_from=models.Value(2026))
    assert due_figures(asked, today=TODAY) == []
    assert due_figures(asked, today=date(2027, 1, 1))[0].period.code == "2026"
