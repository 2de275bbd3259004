"""Complaints: in time, found twice, passed on to the office in charge, merged, handed over."""

import pytest

from lawang.cases import answers as kept
from lawang.cases.models import Case, CaseLink, Stay, Unit
from lawang.cases.tests.facts import facts, result, verdict
from lawang.cases.tests.national import make_national_case, make_regency, take
from lawang.lib.refused import Refused
from lawang.people.node import day_of
from tests.cast import moment

MONDAY = moment("2026-02-09 09:00")
ASSIGN = {"handler_unit": "public_works", "classification": "complaint"}
DONE = {"done": "Papan sudah diganti oleh regu jembatan."}


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [
        ("service", "2026-02-14", "passed"),
        ("service", "2026-02-13", "failed"),
        ("conduct", "2026-01-01", "failed"),
        ("damage", "2025-01-01", "passed"),
        ("wish", "2025-01-01", "passed"),
    ],
)
def test_only_services_are_complained_about_in_time(kind: str, day: str, expected: str) -> None:
    found = facts({"complaint_kind": kind, "complaint_date": day}, parameters={"complaint_days": "30"})
    assert result("complaint_in_time", found) == expected


@pytest.mark.django_db
def test_similar_complaints_of_the_same_village_are_named() -> None:
    make_regency()
    first, second = make_national_case("pengaduan"), make_national_case("pengaduan")
    other_kind = make_national_case("pengaduan", change={"complaint_kind": "waste"})
    elsewhere = make_national_case("pengaduan", change={"complaint_village": "16.11.04.2001"})

    def seen(case: Case) -> tuple[str, str]:
        kind = case.answers["complaint_kind"]
        said = verdict(
            "similar_complaints",
            facts({"complaint_kind": kind}, case=case, parameters={"similar_days": "60"}),
        )
        return said.result, said.why

    assert seen(second) == ("unsure", seen(second)[1])
    assert first.number in seen(second)[1]
    assert seen(other_kind)[0] == "passed"
    assert seen(elsewhere)[0] == "passed"


@pytest.mark.django_db
def test_a_complaint_goes_to_the_office_that_the_desk_chose() -> None:
    people = make_regency()
    case = take(make_national_case("pengaduan"), people, "assign", at=MONDAY, values=ASSIGN)
    assert case.office.code == "pupr"
    assert case.owner.code == "kominfo"  # the desk still answers for it
    assert people["pupr"] != people["kominfo"]
    stay = Stay.objects.get(case=case, left_at=None)
    assert (stay.office.code, stay.due_at) == ("pupr", case.stage_due_at)
    assert case.stage_due_at is not None
    assert (
        day_of(case.stage_due_at).isoformat() == "2026-02-18"
    )  # five working days, without Imlek and its joint leave
    case = take(case, people, "respond", at=MONDAY, outcome="granted", values=DONE)
    assert (case.state, case.outcome, case.office.code) == ("answered", "granted", "pupr")


@pytest.mark.django_db
def test_a_complaint_about_a_village_goes_to_that_village() -> None:
    people = make_regency()
    case = take(
        make_national_case("pengaduan"),
        people,
        "assign",
        at=MONDAY,
        values={**ASSIGN, "handler_unit": "village"},
    )
    assert case.office.code == "kantor-16.11.03.2007"


@pytest.mark.django_db
def test_an_office_that_nobody_named_is_told_and_nothing_happens() -> None:
    people = make_regency()
    case = make_national_case("pengaduan")
    Unit.objects.filter(code="public_works").update(agency=None)
    with pytest.raises(Refused, match="Jalan, jembatan"):
        take(case, people, "assign", at=MONDAY, values=ASSIGN)
    case.refresh_from_db()
    assert (case.state, case.office.code) == ("received", "kominfo")


@pytest.mark.django_db
def test_an_office_gives_back_what_is_not_its_own() -> None:
    people = make_regency()
    case = take(make_national_case("pengaduan"), people, "assign", at=MONDAY, values=ASSIGN)
    case = take(case, people, "return_to_desk", at=MONDAY)
    assert (case.state, case.office.code) == ("received", "kominfo")


@pytest.mark.django_db
def test_the_same_complaint_is_merged_into_the_first() -> None:
    people = make_regency()
    first, second = make_national_case("pengaduan"), make_national_case("pengaduan")
    second = take(second, people, "merge", at=MONDAY, outcome="duplicate", duplicate_of=first)
    assert (second.state, second.outcome, second.decided_on_time) == ("merged", "duplicate", None)
    assert CaseLink.objects.get().to == first


@pytest.mark.django_db
def test_what_is_for_others_goes_to_sp4n_lapor_with_its_number() -> None:
    people = make_regency()
    case = take(make_national_case("pengaduan"), people, "hand_over", at=MONDAY)
    assert (case.external_system, kept.open_words(case, case.external_reference), case.outcome) == (
        "SP4N-LAPOR!",
        "CONTOH-1",
        "referred",
    )


@pytest.mark.django_db
def test_an_answer_that_does_not_fit_is_reopened() -> None:
    people = make_regency()
    case = take(make_national_case("pengaduan"), people, "assign", at=MONDAY, values=ASSIGN)
    case = take(case, people, "respond", at=MONDAY, outcome="granted", values=DONE)
    case = take(case, people, "reopen", at=moment("2026-02-20 09:00"))
    assert (case.state, case.phase, case.office.code) == ("received", "open", "kominfo")
