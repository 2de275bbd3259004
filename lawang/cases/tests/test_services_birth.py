"""Checks of a birth: in time, two witnesses, the name, the parents' age; the flag of late reports."""

from datetime import date
from typing import Any

import pytest

from lawang.cases import answers as kept
from lawang.cases.models import Case, ServiceSetting
from lawang.cases.services.identity import days_late
from lawang.cases.tests.desk import page, signed_in
from lawang.cases.tests.facts import facts, result, verdict
from lawang.cases.tests.national import make_national_case, make_regency, take
from lawang.cases.tests.test_views_follow import holding
from lawang.people.models import Role
from tests.cast import moment
from tests.markup import Markup

STATEMENTS = "papers.birth_letter papers.marriage_proof"
AHMAD = {"name": "Ahmad Contoh", "nik": "1611041508800003"}
DEWI = {"name": "Dewi Contoh", "nik": "1611045209850004"}
SPTJM = {"birth_letter": "sptjm_birth"}


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2026-03-16", "passed"), ("2026-01-15", "passed"), ("2026-01-14", "failed"), (None, "unsure")],
)
def test_sixty_days_from_the_birth(born: str | None, expected: str) -> None:
    answers = {"child_birth_date": born} if born else {}
    assert result("birth_reported_in_time", facts(answers, parameters={"report_days": "60"})) == expected


def test_the_limit_is_the_regencys_own() -> None:
    found = facts({"child_birth_date": "2026-03-01"}, parameters={"report_days": "10"})
    said = verdict("birth_reported_in_time", found)
    assert (said.result, "Terlambat 5 hari" in said.why) == ("failed", True)


def test_late_is_counted_from_the_last_day_in_time() -> None:
    assert days_late(date(2026, 1, 1), date(2026, 3, 2), 60) == 0
    assert days_late(date(2026, 1, 1), date(2026, 3, 3), 60) == 1


@pytest.mark.parametrize(
    ("witnesses", "papers", "expected"),
    [
        ([AHMAD, DEWI], SPTJM, "passed"),
        ([AHMAD, DEWI], {}, "passed"),
        ([AHMAD, AHMAD], SPTJM, "failed"),
        ([AHMAD], SPTJM, "failed"),
        ([AHMAD], {}, "unsure"),  # without a statement they are only what the form asks
        (
            [AHMAD, {"name": "Siti Contoh", "nik": "1611044107950001"}],
            SPTJM,
            "failed",
        ),  # the reporter herself
        ([AHMAD, {"name": "John Contoh", "travel_document": "X1"}], SPTJM, "passed"),
    ],
)
def test_statements_need_two_different_witnesses(
    witnesses: list[dict[str, str]], papers: dict[str, str], expected: str
) -> None:
    found = facts({"reporter_nik": "1611044107950001", "witnesses": witnesses, "papers": papers})
    assert result("two_witnesses", found, statements=STATEMENTS) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Rahma Putri", "passed"), ("Rahma", "unsure"), ("Rahma " * 11, "failed"), ("Rahma 2", "failed")],
)
def test_names_have_two_words_and_at_most_sixty_letters(name: str, expected: str) -> None:
    rule = {"name_least_words": "2", "name_most_letters": "60"}
    assert result("child_name_fits", facts({"child_name": name}, parameters=rule)) == expected


@pytest.mark.parametrize(
    ("mother", "expected"), [("1995-07-01", "passed"), ("2025-07-01", "unsure"), (None, "unsure")]
)
def test_a_parent_is_older_than_the_child(mother: str | None, expected: str) -> None:
    answers: dict[str, Any] = {"child_birth_date": "2026-01-05"}
    if mother:
        answers["mother"] = {"birth_date": mother}
    assert (
        result("parents_older_than_child", facts(answers, parameters={"parent_least_years": "12"}))
        == expected
    )


@pytest.mark.django_db
def test_a_late_report_is_flagged_when_it_is_accepted() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran", 0, change={"child_birth_date": "2025-06-01"})
    case = take(case, people, "examine", at=moment("2026-01-12 10:00"))
    case = take(case, people, "accept", at=moment("2026-01-12 11:00"))
    assert case.work["_flags"] == {"late": {"days": 165}}


@pytest.mark.django_db
def test_a_report_in_time_carries_no_flag() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran")
    case = take(case, people, "examine", at=moment("2026-01-12 10:00"))
    case = take(case, people, "accept", at=moment("2026-01-12 11:00"))
    assert "_flags" not in case.work


@pytest.mark.django_db
def test_siaks_certificate_ends_the_case_with_its_number() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran")
    for step in ("examine", "accept"):
        case = take(case, people, step, at=moment("2026-01-13 09:00"))
    case = take(
        case, people, "record_result", at=moment("2026-01-14 09:00"), values={"issued_on": "2026-01-14"}
    )
    assert (case.state, case.outcome, case.decided_on_time) == ("finished", "granted", True)
    assert (case.external_system, kept.open_words(case, case.external_reference)) == ("SIAK", "CONTOH-1")


LATE = ("Terlambat dilaporkan", "dilaporkan 225 hari sesudah lahir", "dalam hari: 60.", "pasirbelengkong")


@pytest.mark.django_db
def test_who_reports_late_and_who_receives_it_read_what_that_means() -> None:
    people = make_regency()
    case = make_national_case(
        "akta-kelahiran", 0, at=moment("2026-01-12 10:00"), change={"child_birth_date": "2025-06-01"}
    )
    officer = page(signed_in(people["dukcapil"]), "case", case.key)
    citizen = holding(case).get(f"/lacak/{case.code}/").content.decode()
    assert Markup(citizen).problems() == []
    for words in LATE:
        assert words in officer, words
        assert words in citizen, words
    assert '<span class="tag warn">Terlambat dilaporkan</span>' in officer.partition("desk-key")[0]
    assert "tandai sebagai laporan terlambat di SIAK" in officer
    assert "tetap gratis" in citizen
    assert "SIAK" not in citizen.partition("Terlambat dilaporkan")[2].partition("</div>")[0]


@pytest.mark.django_db
def test_the_rule_that_is_told_is_the_regencys_own() -> None:
    make_regency()
    case = make_national_case(
        "akta-kelahiran", 0, at=moment("2026-01-12 10:00"), change={"child_birth_date": "2025-12-01"}
    )
    assert "Terlambat" not in holding(case).get(f"/lacak/{case.code}/").content.decode()
    ServiceSetting.objects.create(
        service=case.service, name="report_days", value="30", source="Perda 1/2026 pasal 4"
    )
    words = holding(case).get(f"/lacak/{case.code}/").content.decode()
    assert "batasnya 30 hari" in words
    assert "Perda 1/2026 pasal 4" in words


@pytest.mark.django_db
def test_who_may_not_read_the_birth_date_sees_the_flag_alone() -> None:
    people = make_regency()
    case = make_national_case("akta-kelahiran", 0, change={"child_birth_date": "2025-06-01"})
    for step, hour in (("examine", 10), ("accept", 11)):
        case = take(case, people, step, at=moment(f"2026-01-12 {hour}:00"))
    Role.objects.update(highest_privacy="internal")
    html = page(signed_in(people["dukcapil"]), "case", case.key)
    assert "Terlambat dilaporkan" in html
    assert "225 hari" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{}, {"child_birth_date": "2025-06-01"}])
def test_the_page_of_a_late_birth_asks_at_most_twelve_times(
    change: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    make_regency()
    client = holding(make_national_case("akta-kelahiran", 0, change=change))
    code = Case.objects.get().code
    client.get(f"/lacak/{code}/")
    with django_assert_max_num_queries(12):
        client.get(f"/lacak/{code}/")
