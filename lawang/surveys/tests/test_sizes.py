"""A hundred thousand answers: pages read what is kept, and taking one more answer does not become slower."""

import time
from datetime import date

import pytest
from django.db import connection
from django.test import Client

from lawang.measures.periods import parse
from lawang.surveys.counting import recounted, sheet_of
from lawang.surveys.models import Survey
from lawang.surveys.statistics import skm_index
from lawang.surveys.tests.making import make_impact, make_skm, receive
from tests.cast import make_agency

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MANY = 100_000

FILL = """
insert into surveys_response (survey_id, number, answers, source, respondent, sex, age, education, occupation,
    is_user, is_staff, comment, answered_on, counted_on)
select %s, n, array(select (n * (q * 7 + 3) / 11 + q) %% %s + %s from generate_series(1, %s) q), 'link', %s || n,
    case n %% 3 when 0 then 'male' when 1 then 'female' else '' end, case n %% 2 when 0 then 'to-24' else '25-34' end,
    'senior', 'farming', true, false, '', date '2026-01-01' + n %% 300, %s
from generate_series(1, %s) n
"""


def fill(survey: Survey, n: int, *, marks: int, least: int, is_counted: bool) -> Survey:
    on = date(2026, 6, 1) if is_counted else None
    with connection.cursor() as cursor:
        cursor.execute(FILL, [survey.pk, marks, least, len(survey.questions), f"p{survey.pk}-", on, n])
        cursor.execute("analyze surveys_response")
    survey.received = n
    if is_counted:
        survey.counted, survey.sums, survey.profile = recounted(survey)
    survey.save()
    return Survey.objects.with_names().get(pk=survey.pk)


def took(path: str) -> float:
    client = Client()
    client.get(path)
    begun = time.perf_counter()
    assert client.get(path).status_code == 200
    return time.perf_counter() - begun


def test_a_hundred_thousand_answers_of_satisfaction(django_assert_max_num_queries: object) -> None:
    survey = fill(make_skm(population=100_000), MANY, marks=4, least=1, is_counted=True)
    for path in ("/kepuasan/", f"/kepuasan/{survey.key}/", f"/survei/{survey.code}/"):
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            assert took(path) < 1
    begun = time.perf_counter()
    found = skm_index(parse("2026"), {})
    assert time.perf_counter() - begun < 5
    assert found is not None
    assert found.rows["counted"] == MANY
    begun = time.perf_counter()
    after = receive(survey, *[3] * 5)
    assert time.perf_counter() - begun < 1
    assert after.counted == MANY + 5
    assert (after.counted, after.sums, after.profile) == recounted(after)


def test_the_checks_of_a_large_form_ask_seldom(django_assert_max_num_queries: object) -> None:
    survey = fill(make_impact(), 20_000, marks=5, least=0, is_counted=False)
    other = make_impact("bisnis", agency=make_agency("lain"))
    fill(other, 20_000, marks=5, least=0, is_counted=False)
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        begun = time.perf_counter()
        sheet = sheet_of(survey)
        assert time.perf_counter() - begun < 2
    assert sheet.n == 20_000
