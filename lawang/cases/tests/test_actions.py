from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from lawang.cases import actions, answers, deadlines, escalation
from lawang.cases.actions import Changed, Given, applicant_step, take_step
from lawang.cases.models import Ask, Case, CaseLink, Note, ServiceVersion, Stay
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.node import day_of
from lawang.record.actions import erase, thing_name
from lawang.record.models import Entry, Outbox
from tests.case_factory import ANSWERS, make_case, make_holidays, make_version
from tests.cast import moment

pytestmark = pytest.mark.django_db


def test_a_case_is_numbered_promised_and_on_a_desk(officer: User) -> None:
    case = make_case()
    assert case.number == "AUL-2026-000001"
    assert case.phase == Case.Phase.OPEN
    assert case.office.code == "umum"
    assert case.due_at is not None
    assert day_of(case.due_at) == date(2026, 3, 19)  # three working days after Monday
    assert Stay.objects.get(case=case).left_at is None
    assert Entry.objects.get(thing=thing_name(case)).verb == "case_filed"
    assert Outbox.objects.get().address == "siti@example.id"


def test_days_off_do_not_count(officer: User) -> None:
    make_holidays(date(2026, 3, 18), date(2026, 3, 19))
    case = make_case()
    assert case.due_at is not None
    assert day_of(case.due_at) == date(2026, 3, 23)


def test_what_is_personal_lies_encrypted(officer: User) -> None:
    case = make_case()
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(c)::text from cases_case c")
        stored = cursor.fetchone()[0]
        cursor.execute("select row_to_json(p)::text from people_party p")
        stored += cursor.fetchone()[0]
    for secret in (ANSWERS["nik"], ANSWERS["phone"][-8:], ANSWERS["email"], ANSWERS["health"]):
        assert secret not in stored
    assert ANSWERS["use"] in stored  # internal
    assert answers.opened(case) == ANSWERS


def test_erasing_a_case_leaves_the_open_answers_alone(officer: User) -> None:
    case = make_case()
    erase(case, by=None, at=moment("2031-01-01 00:00"))
    assert answers.opened(case) is None
    case.refresh_from_db()
    assert case.answers["use"] == ANSWERS["use"]


def test_asking_for_more_stops_the_clock_and_the_answer_starts_it_again(officer: User) -> None:
    case = make_case()
    case = take_step(case, "ask", Given(items=["Foto KTP"]), by=officer, at=moment("2026-03-17 10:00"))
    assert case.phase == Case.Phase.WAITING
    assert case.due_at is None
    assert case.asked_count == 1
    assert Ask.objects.get().items == ["Foto KTP"]
    assert "Foto KTP" in Outbox.objects.latest("pk").body
    case = applicant_step(case, "answer", Given(note="Ini fotonya"), at=moment("2026-03-19 10:00"))
    assert case.phase == Case.Phase.OPEN
    assert case.due_at is not None
    assert day_of(case.due_at) == date(2026, 3, 23)  # two working days later than promised first
    assert Ask.objects.get().answered_at == moment("2026-03-19 10:00")


def test_a_decision_tells_whether_the_promise_was_kept(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 10:00"))
    assert case.office.code == "setda"
    case = take_step(case, "decide", Given(outcome="granted"), by=head, at=moment("2026-03-19 16:00"))
    assert (case.phase, case.outcome, case.decided_on_time) == ("decided", "granted", True)
    late = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 10:00"))
    late = take_step(late, "decide", Given(outcome="granted"), by=head, at=moment("2026-03-20 00:00"))
    assert late.decided_on_time is False


def test_a_refusal_needs_a_reason(officer: User, head: User) -> None:
    case = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 10:00"))
    with pytest.raises(Refused, match="alasan"):
        take_step(case, "decide", Given(outcome="refused"), by=head, at=moment("2026-03-17 11:00"))
    case.refresh_from_db()
    assert case.state == "at_head"


def test_only_the_office_that_holds_a_case_acts_on_it(officer: User, head: User, stranger: User) -> None:
    case = make_case()
    with pytest.raises(Refused, match="milik"):
        take_step(case, "forward", by=stranger, at=moment("2026-03-17 10:00"))
    case = take_step(case, "forward", by=officer, at=moment("2026-03-17 10:00"))
    with pytest.raises(Refused):
        take_step(case, "decide", Given(outcome="granted"), by=officer, at=moment("2026-03-17 11:00"))
    assert case in Case.objects.visible_to(officer)  # it held it
    assert case in Case.objects.visible_to(head)
    assert case not in Case.objects.visible_to(stranger)


def test_a_step_from_another_state_is_refused(officer: User) -> None:
    with pytest.raises(Refused, match="diterima"):
        take_step(make_case(), "decide", Given(outcome="granted"), by=officer, at=moment("2026-03-17 10:00"))


def test_nobody_overwrites_what_they_have_not_read(officer: User) -> None:
    case = make_case()
    take_step(case, "ask", Given(items=["KTP"]), by=officer, at=moment("2026-03-17 10:00"))
    with pytest.raises(Changed):
        take_step(case, "forward", by=officer, at=moment("2026-03-17 10:01"), revision=case.revision)


def test_a_question_that_is_not_answered_lapses(officer: User) -> None:
    case = take_step(make_case(), "ask", Given(items=["KTP"]), by=officer, at=moment("2026-03-17 10:00"))
    assert escalation.go_on(at=moment("2026-03-31 12:00"))["lapsed"] == 0
    assert escalation.go_on(at=moment("2026-04-01 00:00"))["lapsed"] == 1
    case.refresh_from_db()
    assert (case.phase, case.outcome) == ("closed", "lapsed")
    assert case.erase_after == date(2031, 4, 1)
    assert case.decided_on_time is None  # counts neither way


def test_what_is_late_goes_up_once(officer: User, head: User) -> None:
    case = make_case()
    assert escalation.go_on(at=moment("2026-03-19 23:00"))["escalated"] == 0
    assert escalation.go_on(at=moment("2026-03-20 01:00"))["escalated"] == 1
    assert escalation.go_on(at=moment("2026-03-20 02:00"))["escalated"] == 0
    case.refresh_from_db()
    assert case.escalated_to is not None
    assert case.escalated_to.code == "setda"
    assert Outbox.objects.filter(kind="case_escalated", address="wayan@example.id").count() == 1


def test_an_applicant_withdraws_and_reopens_within_the_window(officer: User, head: User) -> None:
    case = applicant_step(make_case(), "withdraw", at=moment("2026-03-17 10:00"))
    assert (case.phase, case.outcome) == ("closed", "withdrawn")
    other = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 10:00"))
    other = take_step(other, "decide", Given(outcome="granted"), by=head, at=moment("2026-03-18 10:00"))
    with pytest.raises(Refused, match="sudah lewat"):
        applicant_step(other, "reopen", at=moment("2026-03-26 10:00"))
    other = applicant_step(other, "reopen", at=moment("2026-03-24 10:00"))
    assert (other.phase, other.outcome, other.decided_at) == ("open", "", None)
    assert other.due_at is not None
    assert day_of(other.due_at) == date(2026, 3, 25)  # the days from decision to reopening do not count


def test_a_duplicate_names_the_other(officer: User, head: User) -> None:
    first = make_case()
    second = take_step(make_case(), "forward", by=officer, at=moment("2026-03-17 10:00"))
    with pytest.raises(Refused, match="nomor"):
        take_step(second, "decide", Given(outcome="duplicate"), by=head, at=moment("2026-03-17 11:00"))
    given = Given(outcome="duplicate", duplicate_of=first)
    take_step(second, "decide", given, by=head, at=moment("2026-03-17 11:00"))
    assert CaseLink.objects.get().to == first


def test_a_new_day_off_moves_the_deadline_and_the_old_one_stays_in_the_history(officer: User) -> None:
    case = make_case()
    make_holidays(date(2026, 3, 17))
    assert deadlines.recompute(at=moment("2026-03-16 12:00")) == 1
    assert deadlines.recompute(at=moment("2026-03-16 12:00")) == 0
    case.refresh_from_db()
    assert case.due_at is not None
    assert day_of(case.due_at) == date(2026, 3, 20)
    entry = Entry.objects.get(verb="due_changed")
    assert entry.before["due_at"].startswith("2026-03-19")


def test_notes_are_sealed_and_those_to_the_applicant_are_sent(officer: User) -> None:
    case = make_case()
    actions.add_note(
        case, "Periksa lagi NIK", reader=Note.Reader.INTERNAL, by=officer, at=moment("2026-03-17 08:00")
    )
    assert Outbox.objects.count() == 1  # the receipt
    actions.add_note(
        case, "Besok kami telepon", reader=Note.Reader.CITIZEN, by=officer, at=moment("2026-03-17 08:01")
    )
    assert "Besok kami telepon" in Outbox.objects.latest("pk").body
    assert "NIK" not in Note.objects.first().words  # type: ignore[union-attr]
    assert answers.open_words(case, Note.objects.first().words) == "Periksa lagi NIK"  # type: ignore[union-attr]


def test_a_published_definition_never_changes(officer: User) -> None:
    version = ServiceVersion.objects.get()
    version.definition = {**version.definition, "fee": 1}
    with pytest.raises(Exception, match="never changes"), transaction.atomic():
        version.save()


def test_two_cases_never_share_a_tracking_code(officer: User) -> None:
    case = make_case()
    with pytest.raises(Refused, match="Kode lacak"):
        make_case(code=case.code)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=make_case().pk).update(code=case.code)


def test_a_service_without_an_agency_says_so(db: None) -> None:
    from lawang.cases.models import Unit

    version = make_version()
    Unit.objects.update(agency=None)
    with pytest.raises(Refused, match="Belum ditetapkan"):
        make_case(version)
