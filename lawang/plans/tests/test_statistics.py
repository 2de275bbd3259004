from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lawang.lib.refused import Refused
from lawang.measures.models import Series, Value
from lawang.measures.periods import parse
from lawang.measures.statistics import compute, compute_all
from lawang.measures.tests.figures import make_series
from lawang.plans.models import Body, BudgetLine, Meeting, Milestone, Programme
from lawang.record.models import Entry
from tests.cast import moment
from tests.plan_factory import make_plan, make_programme

pytestmark = pytest.mark.django_db
AT = moment("2026-11-20 09:00")
CLOSED, OPEN = parse("2026-T3"), parse("2026-T4")


def counted(name: str, *, code: str = "s", **fields: Any) -> Series:
    return make_series(code, source="statistic", statistic=f"plans.{name}", **fields)


def test_running_share_counts_programmes_of_the_edition_in_force() -> None:
    revision = make_plan()
    make_programme(revision, "P-01")
    make_programme(revision, "P-02", state=Programme.State.PAUSED)
    make_programme(revision, "P-03", node="ekonomi.1", state=Programme.State.PLANNED)
    value = compute(counted("running_share"), CLOSED, at=AT)
    assert value is not None
    assert value.amount == Decimal("33.333333")
    assert value.basis["rows"] == {"counted": 1, "of": 3}
    one = compute(counted("running_share", code="x", parameters={"dimension": "ekonomi"}), CLOSED, at=AT)
    assert one is not None
    assert one.amount == 0


def test_money_spent_of_money_available_with_its_attribution() -> None:
    programme = make_programme(make_plan())
    BudgetLine.objects.create(
        programme=programme, year=2026, source="apbd", planned=100, revised=200, realised=50
    )
    BudgetLine.objects.create(
        programme=programme, year=2026, source="csr", planned=400, realised=400, share=50
    )
    value = compute(counted("budget_realised_share"), CLOSED, at=AT)
    assert value is not None
    assert value.amount == Decimal("62.5")


def test_a_milestone_still_open_is_late() -> None:
    revision = make_plan()
    programme = make_programme(revision)
    for due, done in (("2026-07-31", "2026-07-30"), ("2026-08-31", "2026-09-02"), ("2026-09-30", None)):
        Milestone.objects.create(
            revision=revision, programme=programme, title={"id": due}, due_date=due, done_date=done
        )
    value = compute(counted("milestones_on_time_share"), CLOSED, at=AT)
    assert value is not None
    assert value.basis["rows"] == {"counted": 1, "of": 3}


def test_meetings_without_record_do_not_count() -> None:
    body = Body.objects.create(plan=make_plan().plan, code="d", kind="council", name={"id": "Dewan"})
    Meeting.objects.create(body=body, date=date(2026, 8, 1), title="a", minutes="Sepakat")
    Meeting.objects.create(body=body, date=date(2026, 8, 2), title="b")
    value = compute(counted("meetings_held", parameters={"body": "council"}), CLOSED, at=AT)
    assert value is not None
    assert value.amount == 1


def test_open_is_provisional_closed_is_proposed_and_some_approve_themselves() -> None:
    make_programme(make_plan())
    series = counted("running_share")
    statuses = [value.status for period in (OPEN, CLOSED) if (value := compute(series, period, at=AT))]
    assert statuses == [Value.Status.DRAFT, Value.Status.PROPOSED]
    own = compute(counted("running_share", code="own", approves_itself=True), CLOSED, at=AT)
    assert own is not None
    assert (own.status, own.is_current) == (Value.Status.APPROVED, True)


def test_counting_again_changes_nothing_until_the_facts_change() -> None:
    programme = make_programme(make_plan())
    series = counted("running_share", approves_itself=True)
    first = compute(series, CLOSED, at=AT)
    assert compute(series, CLOSED, at=AT) == first
    assert Entry.objects.filter(verb="value_approved").count() == 1
    Programme.objects.filter(pk=programme.pk).update(state=Programme.State.PAUSED)
    second = compute(series, CLOSED, at=AT)
    assert second is not None
    assert (second.revision, second.is_current) == (2, True)
    assert "Dihitung ulang" in second.reason
    assert Value.objects.filter(is_current=True).count() == 1


def test_an_unknown_name_or_parameter_is_explained() -> None:
    with pytest.raises(Refused, match=r"plans\.running_share"):
        compute(counted("nothing"), CLOSED, at=AT)
    with pytest.raises(Refused, match="dimension"):
        compute(counted("running_share", code="t", parameters={"dimensi": "x"}), CLOSED, at=AT)


def test_the_nightly_count_takes_open_and_late_periods() -> None:
    make_programme(make_plan())
    counted("running_share")
    assert compute_all(at=AT) == 5
    assert compute_all(at=AT, since=date(2024, 1, 1)) == 12
