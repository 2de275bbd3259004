"""The practice permit: registration, places of practice, inspection of an own practice, the permit's last day."""

from datetime import date
from typing import Any

import pytest

from lawang.cases.tests.facts import facts, result
from lawang.cases.tests.national import definition, make_national_case, make_regency, signed, take, walk
from lawang.documents.models import Document
from lawang.documents.numbers import gaps
from lawang.documents.signatures import sign
from lawang.lib.refused import Refused
from tests.cast import moment

LIFE = {"registration_number": "14 02 5 2 2 24-5012345", "registration_valid": "lifetime"}
MINUTES = {"minutes": "record_inspection.result"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "passed"),
        ({"registration_valid": "until", "registration_until": "2026-03-16"}, "passed"),  # its last day
        ({"registration_valid": "until", "registration_until": "2026-03-15"}, "failed"),
        ({"registration_valid": "until"}, "unsure"),
        ({"registration_number": "12-34"}, "unsure"),
    ],
)
def test_a_registration_is_valid_today(change: dict[str, str], expected: str) -> None:
    found = facts({**LIFE, **change}, parameters={"registration_least_letters": "10"})
    assert result("registration_valid", found) == expected


@pytest.mark.parametrize(
    ("others", "expected"), [(0, "passed"), (2, "passed"), (3, "failed"), (None, "unsure")]
)
def test_three_places_at_most(others: int | None, expected: str) -> None:
    found = facts({"other_practices": others}, parameters={"most_practices": "3"})
    assert result("practices_allowed", found) == expected


@pytest.mark.parametrize(
    ("kind", "minutes", "expected"),
    [
        ("facility", None, "passed"),
        ("own", None, "failed"),
        ("own", "not_fit", "failed"),
        ("own", "fit", "passed"),
    ],
)
def test_an_own_practice_is_inspected(kind: str, minutes: str | None, expected: str) -> None:
    work = {"record_inspection": {"result": minutes}} if minutes else {}
    assert result("inspected_where_needed", facts({"practice_kind": kind}, work=work), **MINUTES) == expected


@pytest.mark.parametrize(
    ("answers", "until", "expected"),
    [
        (LIFE, "2031-03-16", "passed"),
        (LIFE, "2031-03-17", "failed"),
        (LIFE, "2026-03-16", "failed"),
        ({**LIFE, "registration_valid": "until", "registration_until": "2027-05-10"}, "2027-05-10", "passed"),
        ({**LIFE, "registration_valid": "until", "registration_until": "2027-05-10"}, "2027-05-11", "failed"),
        (LIFE, None, "unsure"),
    ],
)
def test_a_permit_ends_with_the_registration(
    answers: dict[str, Any], until: str | None, expected: str
) -> None:
    found = facts(
        answers, work={"draft": {"valid_until": until}} if until else {}, parameters={"permit_years": "5"}
    )
    assert result("permit_within_registration", found) == expected


@pytest.mark.django_db
def test_the_file_goes_from_office_to_office_and_each_wait_is_kept() -> None:
    people = make_regency()
    case = walk(
        make_national_case("izin-praktik"), people, definition("izin-praktik")["examples"][0]["steps"]
    )
    stays = list(case.stays.order_by("pk").values_list("state", "office__code"))
    assert stays == [
        ("received", "dpmptsp"),
        ("checking", "dpmptsp"),
        ("recommending", "dinkes"),
        ("drafting", "dpmptsp"),
        ("section_check", "dpmptsp"),
        ("division_check", "dpmptsp"),
        ("with_head", "dpmptsp"),
        ("signing", "dpmptsp"),
        ("issued", "dpmptsp"),
    ]


@pytest.mark.django_db
def test_an_own_practice_is_not_recommended_before_it_was_seen() -> None:
    people = make_regency()
    case, at = make_national_case("izin-praktik", change={"practice_kind": "own"}), moment("2026-02-03 09:00")
    for step in ("register", "request_recommendation"):
        case = take(case, people, step, at=at)
    note = {"note_number": "440/1", "note_date": date(2026, 2, 3).isoformat()}
    with pytest.raises(Refused, match="diperiksa di lapangan"):
        take(case, people, "recommend", at=at, values=note)


@pytest.mark.django_db
def test_a_permit_that_was_taken_back_cannot_be_signed() -> None:
    people = make_regency()
    steps = definition("izin-praktik")["examples"][0]["steps"]
    until = next(number for number, one in enumerate(steps) if one["take"] == "sign") + 1
    case = walk(make_national_case("izin-praktik"), people, steps[:until])
    at = case.changed_at
    for step in ("take_back", "sign"):
        case = take(case, people, step, at=at)
    old, new = Document.objects.filter(kind="certificate").order_by("pk")
    assert (old.state, new.state) == ("revoked", "waiting")
    with pytest.raises(Refused, match="tidak sedang menunggu"):
        sign(old, by=people["dpmptsp"], passphrase="", at=at)
    sign(new, by=people["dpmptsp"], passphrase="", at=at)
    case.refresh_from_db()
    assert case.state == "issued"
    assert new.series is not None
    assert gaps(new.series) == []


@pytest.mark.django_db
def test_a_refusal_counts_when_it_is_signed_and_nobody_signs_one_that_was_taken_back() -> None:
    people = make_regency()
    case, at = make_national_case("izin-praktik"), moment("2026-02-03 09:00")
    for step, outcome in (("register", ""), ("refuse", "refused")):
        case = take(case, people, step, at=at, outcome=outcome)
    letter = Document.objects.get(template__code="izin-praktik/refusal")
    assert (case.state, case.result, letter.state) == ("signing_refusal", "", "waiting")
    case = take(case, people, "take_back_refusal", at=at)
    letter.refresh_from_db()
    assert (case.state, letter.state) == ("drafting", "revoked")
    case = take(case, people, "refuse", at=at, outcome="refused")
    case = signed(case, people, at=at)
    assert (case.state, case.result) == ("refused", "refused")
    assert take(case, people, "reopen", at=at).state == "received"
