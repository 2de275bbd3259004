"""The demonstration is surveyed: believable indices, and forms with the faults that the ministry's reports name."""

import pytest

from lawang.people.node import now
from lawang.record.doctor import Level, Visit
from lawang.surveys import checks, facts, validity
from lawang.surveys.counting import sheet_of
from lawang.surveys.models import Response, Survey

pytestmark = [pytest.mark.usefixtures("in_demo"), pytest.mark.django_db, pytest.mark.slow]


def codes(node: str) -> set[str]:
    survey = Survey.objects.with_names().get(kind="impact", node__code=node)
    found = validity.findings(sheet_of(survey)) if survey.is_open else validity.said(survey.findings)
    return {one.code for one in found}


def test_satisfaction_has_grades_needs_and_answers_after_cases() -> None:
    year = facts.skm_year(2026)
    told = {one.service or one.agency: one.judged for one in year.services}
    assert year.regency is not None
    assert year.regency.index is not None
    assert {"akta-kelahiran", "kartu-keluarga", "pengaduan", "PDAM"} <= set(told)
    assert all(one.needed for one in told.values())
    assert {one.band.grade if one.band else "" for one in told.values()} >= {"B", "C", ""}
    assert set(Response.objects.values_list("source", flat=True)) >= {"case", "counter", "link", "import"}
    assert checks.check(Visit(now())).level == Level.GOOD


def test_one_form_is_believable_and_the_others_are_not() -> None:
    assert codes("kesehatan") == set()
    assert codes("tata-ruang") == {"staff"}
    assert codes("pariwisata") == {"owner_absent", "more_than_users", "elsewhere", "straight"}
    assert codes("industri") == {"too_few", "no_service", "elsewhere", "zeros", "staff"}
    health = facts.impact_year(2026)["impact.living.health.online_registration"]
    assert health.n == 56
    assert health.mean is not None
