"""Opening, answering, closing: who may, what is refused, what is kept, what can never be read from the figures."""

from datetime import date, timedelta

import pytest
from django.db import connection

from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.plans.models import FrameworkNode
from lawang.record.models import Entry
from lawang.surveys import actions, skm
from lawang.surveys.actions import Answer, Row
from lawang.surveys.counting import profile_of, recounted
from lawang.surveys.models import HandedIn, Response, Survey
from lawang.surveys.tests.making import ABOUT, AT, answer, make_framework, make_impact, make_skm, receive
from tests.cast import make_agency, make_membership, make_role, make_user, moment

pytestmark = pytest.mark.django_db
RUN = {"surveys.run": "agency", "surveys.collect": "agency"}


def officer(agency: str = "pdam", verbs: dict[str, str] | None = None) -> User:
    user = make_user(f"petugas-{agency}")
    role = make_role(f"surveyor-{agency}", RUN if verbs is None else verbs)
    make_membership(user, role=role, agency=make_agency(agency))
    return user


def test_a_survey_is_opened_by_its_agency_and_by_no_other() -> None:
    survey = make_skm(by=officer())
    assert Entry.objects.filter(thing=f"surveys.survey:{survey.key}", verb="survey_opened").count() == 1
    actions.close(survey, by=officer(), at=moment(AT))
    with pytest.raises(Refused):
        make_skm(by=officer("dinkes"))


def test_one_survey_of_a_unit_is_open_at_a_time() -> None:
    survey = make_skm()
    with pytest.raises(Refused, match="masih dibuka"):
        make_skm()
    actions.close(survey, by=None, at=moment(AT))
    make_skm()


def test_answers_are_counted_in_whole_fives() -> None:
    """Between any two figures that anybody can see lie no answers, or at least five."""
    survey, seen = make_skm(), set()
    for marks in (
        [4] * 9,
        [1] * 9,
        [3] * 9,
        [2] * 9,
        [4] * 9,
        [1] * 9,
        [4] * 9,
        [4] * 9,
        [4] * 9,
        [4] * 9,
        [1] * 9,
    ):
        survey = receive(survey, marks)
        seen.add((survey.counted, skm.index(skm.Tally(survey.counted, survey.sums))))
    assert sorted(n for n, _index in seen) == [0, 5, 10]
    assert survey.received == 11
    assert Response.objects.filter(counted_on=None).count() == 1
    assert (survey.counted, survey.sums, survey.profile) == recounted(survey)


def test_closing_counts_no_lonely_rest() -> None:
    survey = receive(make_skm(), *[3] * 7)
    closed = actions.close(survey, by=None, at=moment(AT))
    assert (closed.received, closed.counted) == (7, 5)


@pytest.mark.parametrize(
    "marks", [[3] * 8, [3] * 10, [*[3] * 8, 5], [*[3] * 8, 0], [], [*[3] * 8, -1]], ids=str
)
def test_marks_that_do_not_fit_are_refused(marks: list[int]) -> None:
    with pytest.raises(Refused):
        receive(make_skm(), marks)
    assert not Response.objects.exists()


def test_what_somebody_says_of_themself_is_out_of_the_list() -> None:
    survey = make_skm()
    with pytest.raises(Refused):
        receive(survey, 3, about={"sex": "x'; drop"})


@pytest.mark.parametrize(
    ("at", "word"),
    [("2025-12-31 23:59", "baru dibuka"), ("2027-01-01 00:10", "sudah selesai")],
)
def test_outside_its_days_nobody_answers(at: str, word: str) -> None:
    with pytest.raises(Refused, match=word):
        receive(make_skm(), 3, at=moment(at))


def test_the_same_person_answers_once() -> None:
    survey = make_skm()
    receive(survey, 3, respondent="a" * 44)
    with pytest.raises(Refused, match="sekali"):
        receive(survey, 4, respondent="a" * 44)
    receive(survey, 4, respondent="b" * 44)
    assert Survey.objects.get().received == 2


def test_a_respondent_is_known_by_year_and_however_the_number_is_written() -> None:
    same = {
        actions.person_hash(words, 2026) for words in ("0812 3456 7890", "+62 812-3456-7890", "6281234567890")
    }
    assert len(same) == 1
    assert actions.person_hash("081234567890", 2027) not in same
    assert actions.person_hash("", 2026) == ""
    assert "8123456" not in same.pop()


def test_nothing_in_the_tables_names_anybody() -> None:
    """The free words are sealed, the number is a hash, and the history holds no moment of an answer."""
    survey = make_impact()
    receive(survey, 3, respondent=actions.person_hash("081234567890", 2026))
    skm_survey = receive(make_skm(), 3, comment="Bu Zubaidah di loket dua galak")
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(r)::text from surveys_response r")
        told = " ".join(row[0] for row in cursor.fetchall())
    assert "Zubaidah" not in told
    assert "81234567890" not in told
    assert set(Entry.objects.filter(thing__startswith="surveys.").values_list("verb", flat=True)) == {
        "survey_opened"
    }
    kept = skm_survey.responses.get()
    assert actions.open_comments(skm_survey, [kept.comment]) == ["Bu Zubaidah di loket dua galak"]


def test_a_surveyor_needs_the_verb_for_this_survey() -> None:
    survey = make_skm()
    source = Response.Source.SURVEYOR
    kept = actions.receive(survey, answer(survey), source=source, by=officer(), at=moment(AT))
    assert kept.by == officer()
    for stranger in (officer("dinkes"), make_user("siti")):
        with pytest.raises(Refused):
            actions.receive(survey, answer(survey), source=source, by=stranger, at=moment(AT))


def test_a_closed_survey_takes_nothing_more() -> None:
    survey = receive(make_skm(), *[3] * 5)
    actions.close(survey, by=officer(), at=moment(AT))
    for deed in (
        lambda: receive(survey, 3),
        lambda: actions.close(survey, by=officer(), at=moment(AT)),
        lambda: actions.change_survey(survey, to_date=date(2027, 1, 1), by=officer(), at=moment(AT)),
        lambda: actions.hand_in(survey, [], name="a", contents=b"a", by=officer(), at=moment(AT)),
    ):
        with pytest.raises(Refused):
            deed()


def test_closing_seals_the_answers() -> None:
    """Whoever changes an answer afterwards has another hash than the history."""
    survey = receive(make_skm(), *[3] * 6)
    actions.close(survey, by=None, at=moment(AT))
    entry = Entry.objects.get(verb="survey_closed")
    assert entry.after["sha256"] == actions.answers_hash(survey)
    Response.objects.filter(number=2).update(answers=[4] * 9)
    assert entry.after["sha256"] != actions.answers_hash(survey)


def test_changing_says_what_changed() -> None:
    survey = make_impact(runners=[])
    dispar, kominfo = make_agency("dispar"), make_agency("kominfo")
    actions.change_survey(
        survey,
        to_date=date(2026, 6, 30),
        subject="Aplikasi lain",
        runners=[dispar, kominfo],
        by=officer("dispar"),
        at=moment(AT),
    )
    survey.refresh_from_db()
    assert (survey.subject, survey.runners.count()) == ("Aplikasi lain", 2)
    assert Entry.objects.get(verb="survey_changed").before["runners"] == ""
    with pytest.raises(Refused):
        actions.change_survey(survey, to_date=date(2025, 6, 30), by=officer("dispar"), at=moment(AT))


def test_those_who_carry_an_impact_survey_out_may_work_on_it() -> None:
    survey = make_impact(runners=[make_agency("kominfo"), make_agency("dispar")])
    source = Response.Source.SURVEYOR
    actions.receive(survey, answer(survey), source=source, by=officer("kominfo"), at=moment(AT))
    assert list(Survey.objects.held_by(officer("kominfo"), "surveys.run")) == [survey]
    assert not Survey.objects.held_by(officer("dinkes"), "surveys.run").exists()


def test_an_impact_survey_of_a_dimension_asks_all_nine_and_of_a_leaf_three() -> None:
    assert len(make_impact("citra").questions) == 9
    assert len(make_impact("bisnis").questions) == 3
    known = make_framework()["citra"]
    strange = FrameworkNode.objects.create(framework=known.framework, code="lain", title={"id": "Lain"})
    with pytest.raises(Refused, match="tidak punya pernyataan"):
        actions.open_impact(
            agency=make_agency("dispar"),
            node=strange,
            year=2026,
            from_date=date(2026, 1, 1),
            to_date=date(2026, 2, 1),
            subject="",
            by=None,
            at=moment(AT),
        )


def test_an_impact_survey_is_counted_when_it_is_closed_and_only_users_count() -> None:
    survey = receive(make_impact(), *[[4, 3, 2]] * 6)
    survey = receive(survey, [0, 0, 0], is_user=False)
    survey = receive(survey, [4, 4, 4], is_staff=True)
    assert survey.counted == 0
    closed = actions.close(survey, by=None, at=moment(AT))
    assert (closed.received, closed.counted) == (8, 6)
    assert closed.sums == {"attraction": 24, "online-promotion": 18, "online-booking": 12}
    assert {one["code"] for one in closed.findings} >= {"too_few", "staff", "non_users"}


def test_fewer_than_five_users_are_never_told() -> None:
    survey = receive(make_impact(), *[[4, 3, 2]] * 4)
    assert actions.close(survey, by=None, at=moment(AT)).counted == 0


# Files


def rows(survey: Survey, *respondents: str) -> list[Row]:
    return [
        Row(number, answer(survey, 3, respondent=respondent))
        for number, respondent in enumerate(respondents, start=2)
    ]


def test_a_file_is_taken_row_by_row_and_says_why_not() -> None:
    survey = make_impact()
    receive(survey, 2, respondent="x" * 44)
    given = [
        *rows(survey, "a" * 44, "b" * 44, "a" * 44, "x" * 44),
        Row(6, None, ("Kolom rusak.",)),
        Row(7, Answer([9, 9, 9])),
    ]
    made = actions.hand_in(
        survey, given, name="jawaban.csv", contents=b"1", by=officer("dispar"), at=moment(AT)
    )
    assert made is not None
    assert made.taken == 2
    assert [one["row"] for one in made.rejected] == [4, 5, 6, 7]
    assert "sudah menjawab" in made.rejected[0]["sentences"][0]
    assert Survey.objects.get(pk=survey.pk).received == 3
    assert Entry.objects.get(verb="survey_file").after["rejected"] == 4


def test_the_same_file_is_taken_once_and_a_stranger_hands_in_nothing() -> None:
    survey = make_impact()
    first = rows(survey, "a" * 44)
    actions.hand_in(survey, first, name="a", contents=b"same", by=officer("dispar"), at=moment(AT))
    with pytest.raises(Refused, match="sama persis"):
        actions.hand_in(
            survey, rows(survey, ""), name="b", contents=b"same", by=officer("dispar"), at=moment(AT)
        )
    with pytest.raises(Refused):
        actions.hand_in(survey, first, name="a", contents=b"other", by=officer("dinkes"), at=moment(AT))
    assert HandedIn.objects.count() == 1


def test_small_groups_of_respondents_are_joined() -> None:
    survey = make_skm()
    for place in range(20):
        sex = "male" if place < 2 else "female"
        survey = receive(survey, 3, about={**ABOUT, "sex": sex, "age": "to-24" if place % 2 else "25-34"})
    found = profile_of(survey)
    assert [(group.labels, group.count) for group in found["sex"]] == [(("female", "male"), 20)]
    assert sorted(group.count for group in found["age"]) == [10, 10]


def test_the_days_of_figures_are_whole_fives_too() -> None:
    survey = make_skm()
    for day in range(12):
        survey = receive(survey, 3, at=moment(AT) + timedelta(days=day))
    by_day = [
        Response.objects.filter(counted_on=one).count()
        for one in Response.objects.exclude(counted_on=None).values_list("counted_on", flat=True).distinct()
    ]
    assert by_day == [5, 5]
