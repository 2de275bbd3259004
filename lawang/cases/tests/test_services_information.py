"""Public information: no refusal without a ground and a harm test, one extension, objections in time."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from lawang.cases import following
from lawang.cases.definition import definition_of
from lawang.cases.models import Case
from lawang.cases.tests.desk import page, signed_in
from lawang.cases.tests.facts import facts, result
from lawang.cases.tests.national import make_national_case, make_regency, signed, take
from lawang.documents.models import Document
from lawang.lib.refused import Refused
from lawang.people.node import day_of
from lawang.record.models import Outbox
from tests.cast import moment

MONDAY = moment("2026-02-02 10:00")
CLOSED = {"ground": "a", "harm_test": "Membukanya sekarang menghambat penyidikan yang berjalan."}


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ({"refuse": CLOSED}, "passed"),
        ({"refuse": {"ground": "a"}}, "failed"),
        ({"refuse": {"harm_test": "x"}}, "failed"),
        ({}, "failed"),
    ],
)
def test_information_is_closed_only_after_a_harm_test(work: dict[str, dict[str, str]], expected: str) -> None:
    assert result("refusal_has_ground", facts(work=work), step="refuse") == expected


@pytest.mark.parametrize(
    ("cause", "expected"), [("2026-02-02", "passed"), ("2026-01-30", "failed"), (None, "unsure")]
)
def test_thirty_working_days_to_object(cause: str | None, expected: str) -> None:
    found = facts({"objection_cause_date": cause}, parameters={"objection_days": "30"})
    assert result("objection_in_time", found) == expected


@pytest.mark.django_db
def test_holidays_of_the_office_lengthen_the_time_to_object() -> None:
    make_regency()
    case = make_national_case("keberatan-informasi", change={"objection_cause_date": "2026-02-11"})
    case = Case.objects.select_related("owner__calendar").get(pk=case.pk)
    answers = {"objection_cause_date": "2026-02-11"}

    def on(day: date) -> str:
        return result(
            "objection_in_time", facts(answers, case=case, received=day, parameters={"objection_days": "30"})
        )

    assert on(date(2026, 4, 6)) == "passed"  # the 30th working day: Imlek, Nyepi, Eid and Good Friday between
    assert on(date(2026, 4, 7)) == "failed"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"request_number": "INF-2026-000012", "objection_ground": "refused"}, "passed"),
        ({"objection_ground": "not_published"}, "passed"),
        ({"objection_ground": "refused"}, "unsure"),
    ],
)
def test_an_objection_names_the_request(answers: dict[str, str], expected: str) -> None:
    assert result("objection_names_decision", facts(answers)) == expected


@pytest.mark.django_db
def test_the_promise_is_lengthened_once_by_seven_working_days() -> None:
    people = make_regency()
    case = make_national_case("informasi-publik")
    assert case.due_at is not None
    assert day_of(case.due_at) == date(2026, 2, 18)
    case = take(case, people, "gather", at=MONDAY)
    case = take(case, people, "extend", at=MONDAY)
    assert case.due_at is not None
    assert day_of(case.due_at) == date(2026, 2, 27)
    with pytest.raises(Refused, match="satu kali"):
        take(case, people, "extend", at=MONDAY)


@pytest.mark.django_db
def test_an_objection_is_decided_by_the_superior() -> None:
    people = make_regency()
    case = take(make_national_case("keberatan-informasi"), people, "consider", at=moment("2026-02-18 10:00"))
    assert case.office.code == "setda"
    decision = {"decision": "PPID memberikan dokumen itu dalam tiga hari kerja."}
    case = take(case, people, "uphold", at=moment("2026-03-02 10:00"), outcome="partly", values=decision)
    assert (case.state, case.result, case.decided_at) == ("signing", "", None)
    case = signed(case, people, at=moment("2026-03-03 10:00"))
    assert (case.state, case.result, case.decided_at) == ("decided", "partly", moment("2026-03-03 10:00"))


def _page(case: Case, *, at: datetime) -> following.Told:
    """Return what the applicant reads."""
    found = following.find(case.code)
    assert found is not None
    return following.told(found, definition_of(found.version), at=at)


@pytest.mark.django_db
def test_an_answer_counts_when_it_is_signed() -> None:
    """Written on the last day and signed the day after, the promise is broken; the applicant is told only then."""
    people = make_regency()
    case = make_national_case("informasi-publik")
    assert case.due_at is not None
    last = moment("2026-02-18 15:00")
    case = take(case, people, "gather", at=MONDAY)
    case = take(case, people, "refuse", at=last, outcome="refused", values=CLOSED)
    told = Outbox.objects.filter(about=f"cases.case:{case.key}")
    page = _page(case, at=last)
    assert (page.outcome, page.reason, page.documents) == ("", "", [])
    assert not told.filter(kind="decide").exists()
    case = signed(case, people, at=moment("2026-02-19 08:00"))
    assert (case.state, case.result, case.decided_on_time) == ("answered", "refused", False)
    assert case.decided_at == moment("2026-02-19 08:00")
    page = _page(case, at=case.decided_at)
    assert page.outcome == "Permohonan Anda ditolak."
    assert page.reason == "Alasan contoh."
    assert [one.kind for one in page.documents] == ["letter"]


@pytest.mark.django_db
def test_a_decision_that_is_taken_back_is_none() -> None:
    people = make_regency()
    case = take(make_national_case("informasi-publik"), people, "gather", at=MONDAY)
    case = take(case, people, "refuse", at=MONDAY, outcome="refused", values=CLOSED)
    letter = Document.objects.get(template__code="informasi-publik/refusal")
    case = take(case, people, "take_back", at=MONDAY)
    letter.refresh_from_db()
    assert (case.state, case.outcome, case.outcome_reason, letter.state) == ("gathering", "", "", "revoked")
    given = {"held_form": "file", "how": "Surel", "cost": 0}
    case = take(case, people, "give", at=MONDAY, outcome="granted", values=given)
    case = signed(case, people, at=MONDAY)
    assert (case.state, case.result) == ("answered", "granted")


@pytest.mark.django_db
def test_the_desk_leads_to_the_letter_that_waits() -> None:
    people = make_regency()
    case = take(make_national_case("informasi-publik"), people, "gather", at=MONDAY)
    case = take(case, people, "refuse", at=MONDAY, outcome="refused", values=CLOSED)
    letter = Document.objects.get(template__code="informasi-publik/refusal")
    html = page(signed_in(people["kominfo"]), "case", case.key)
    assert "Suratnya menunggu tanda tangan." in html
    assert f'class="button small" href="{reverse("documents:document", args=[letter.key])}"' in html
    assert "Otomatis, setelah suratnya ditandatangani semua." in html
    assert '<span class="tag">ditolak</span>' not in html
    signed(case, people, at=MONDAY)
    html = page(signed_in(people["kominfo"]), "case", case.key)
    assert '<span class="tag">ditolak</span>' in html
    assert "Suratnya menunggu tanda tangan." not in html
