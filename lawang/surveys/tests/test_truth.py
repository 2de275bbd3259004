"""What was counted can be counted again, a closed survey cannot change unnoticed, and who asks is told what is held."""

import pytest
from django.utils import timezone

from lawang.people.holdings import Contacts
from lawang.record.doctor import Level, Visit
from lawang.surveys import actions, checks, held
from lawang.surveys.models import Response, Survey
from lawang.surveys.tests.making import AT, make_impact, make_skm, receive
from tests.cast import make_agency, moment

pytestmark = pytest.mark.django_db


def found() -> tuple[Level, str]:
    finding = checks.check(Visit(timezone.now()))
    return finding.level, finding.sentence


def test_the_doctor_is_content_with_what_the_verbs_left() -> None:
    receive(make_skm(), *[3] * 7)
    closed = receive(make_skm(agency=make_agency("rsud")), *[2] * 6)
    actions.close(closed, by=None, at=moment(AT))
    actions.close(receive(make_impact(), *[[4, 3, 2]] * 5), by=None, at=moment(AT))
    assert found() == (Level.GOOD, "3 survei dihitung ulang; semuanya cocok.")


def test_the_doctor_notices_a_count_that_is_not_that_of_the_answers() -> None:
    survey = receive(make_skm(), *[3] * 5)
    Survey.objects.filter(pk=survey.pk).update(counted=6)
    assert found() == (Level.BAD, f"Angka survei tidak sama dengan hitungan ulang jawabannya: {survey.code}.")


def test_the_doctor_notices_answers_that_came_or_changed_after_closing() -> None:
    survey = receive(make_skm(), *[3] * 6)
    actions.close(survey, by=None, at=moment(AT))
    Response.objects.filter(number=6).update(answers=[4] * 9)  # one that was never counted
    assert found()[0] == Level.BAD
    assert survey.code in found()[1]


def test_who_asks_is_told_what_they_answered() -> None:
    survey = make_impact()
    receive(survey, [4, 3, 2], respondent=actions.person_hash("0812 3456 7890", 2026))
    (mine,) = held.held_about(Contacts(phone="+6281234567890"))
    assert ("Jawaban", "4, 3, 2") in mine.rows
    assert held.held_about(Contacts(phone="+6281234567891")) == []
    assert held.held_about(Contacts(email="siti@example.id")) == []
