from datetime import date
from decimal import Decimal

import pytest

from lawang.lib.refused import Refused
from lawang.measures.actions import Figure, approve, import_values, prove, send_back, write
from lawang.measures.models import Evidence, Series, Value
from lawang.measures.periods import parse
from lawang.measures.tests.figures import make_series, propose, settle
from lawang.people.actions import delegate
from lawang.people.models import User
from lawang.record.models import Entry, Outbox
from tests.cast import make_agency, make_membership, make_user, moment

pytestmark = pytest.mark.django_db
AT = moment("2026-11-20 09:00")


@pytest.fixture
def ratna() -> User:
    return make_membership(make_user("ratna"), role="officer").user


@pytest.fixture
def wayan() -> User:
    return make_membership(make_user("wayan"), role="agency_head").user


@pytest.fixture
def series() -> Series:
    return make_series()


def verbs() -> list[str]:
    return list(
        Entry.objects.order_by("id").filter(thing__startswith="measures.").values_list("verb", flat=True)
    )


def test_an_officer_proposes_and_the_head_approves(series: Series, ratna: User, wayan: User) -> None:
    value = propose(series, "2026-T3", 2140, by=ratna)
    assert (value.status, value.is_current) == (Value.Status.PROPOSED, False)
    value = approve(value, by=wayan, at=AT)
    assert (value.status, value.is_current, value.decided_by) == (Value.Status.APPROVED, True, wayan)
    assert verbs() == ["value_proposed", "value_approved"]


def test_whoever_proposed_never_approves(series: Series, wayan: User) -> None:
    value = propose(series, "2026-T3", 2140, by=wayan)
    with pytest.raises(Refused, match="sendiri"):
        approve(value, by=wayan, at=AT)


def test_nor_does_the_delegate_of_whoever_proposed(series: Series, ratna: User, wayan: User) -> None:
    made = make_membership(make_user("budi"), role="agency_head")
    delegate(made, to=ratna, from_date=date(2026, 11, 1), to_date=date(2099, 1, 1), by=made.user, at=AT)
    value = propose(series, "2026-T3", 2140, by=made.user)
    with pytest.raises(Refused):
        approve(value, by=ratna, at=AT)


def test_another_agency_may_neither_propose_nor_approve(series: Series, ratna: User) -> None:
    stranger = make_membership(
        make_user("budi"), role="agency_head", agency=make_agency("pu", "Dinas PU")
    ).user
    with pytest.raises(Refused):
        propose(series, "2026-T3", 1, by=stranger)
    value = propose(series, "2026-T3", 2140, by=ratna)
    with pytest.raises(Refused):
        approve(value, by=stranger, at=AT)


def test_an_approved_figure_is_corrected_by_its_next_revision(
    series: Series, ratna: User, wayan: User
) -> None:
    first = settle(series, "2026-T3", 2140, by=ratna, head=wayan)
    with pytest.raises(Refused, match="mengapa"):
        propose(series, "2026-T3", 2150, by=ratna)
    second = settle(series, "2026-T3", 2150, by=ratna, head=wayan, reason="10 rumah tertinggal")
    first.refresh_from_db()
    assert first.amount == 2140
    assert (first.status, first.is_current) == (Value.Status.APPROVED, False)
    assert (second.revision, second.is_current) == (2, True)


def test_a_returned_figure_tells_why_and_can_be_handed_in_again(
    series: Series, ratna: User, wayan: User
) -> None:
    value = send_back(
        propose(series, "2026-T3", 21400, by=ratna), reason="Satu angka nol terlalu banyak", by=wayan, at=AT
    )
    assert value.status == Value.Status.RETURNED
    assert "nol terlalu banyak" in Outbox.objects.get().body
    again = propose(series, "2026-T3", 2140, by=ratna)
    assert (again.pk, again.revision) == (value.pk, 1)


def test_a_figure_is_not_returned_without_a_reason(series: Series, ratna: User, wayan: User) -> None:
    value = propose(series, "2026-T3", 2140, by=ratna)
    with pytest.raises(Refused, match="alasan"):
        send_back(value, reason="  ", by=wayan, at=AT)


def test_a_draft_waits_for_its_officer(series: Series, ratna: User, wayan: User) -> None:
    value = write(series, parse("2026-T3"), Decimal(7), by=ratna, at=AT)
    assert value.status == Value.Status.DRAFT
    assert verbs() == []
    with pytest.raises(Refused):
        approve(value, by=wayan, at=AT)


def test_handing_in_twice_is_one_proposal(series: Series, ratna: User) -> None:
    assert propose(series, "2026-T3", 7, by=ratna) == propose(series, "2026-T3", 7, by=ratna)
    assert verbs() == ["value_proposed"]


@pytest.mark.parametrize("period", ["2026", "2026-09", "2027-T1"])
def test_the_period_must_fit_and_have_begun(series: Series, ratna: User, period: str) -> None:
    with pytest.raises(Refused):
        propose(series, period, 7, by=ratna)


def test_a_proof_needs_a_file_or_link(series: Series, ratna: User) -> None:
    value = propose(series, "2026-T3", 7, by=ratna)
    with pytest.raises(Refused):
        prove(value, proves="berita acara", date=AT.date(), by=ratna, at=AT)
    prove(value, proves="berita acara", date=AT.date(), link="https://pdam.example/ba", by=ratna, at=AT)
    assert Evidence.objects.get().about == series.key


def figures(series: Series, *amounts: int) -> list[Figure]:
    periods = [parse(f"2026-T{number}") for number in range(1, len(amounts) + 1)]
    return [
        Figure(series.pk, p.start, p.end, Decimal(amount)) for p, amount in zip(periods, amounts, strict=True)
    ]


def test_the_same_import_twice_changes_nothing(series: Series, ratna: User, wayan: User) -> None:
    basis = {"import": "angka.csv"}
    first = import_values(figures(series, 1, 2), by=ratna, approved_by=wayan, at=AT, basis=basis)
    again = import_values(figures(series, 1, 2), by=ratna, approved_by=wayan, at=AT, basis=basis)
    assert (first.added, first.changed, first.same) == (2, 0, 0)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    assert verbs() == ["values_imported"]


def test_an_import_corrects_with_a_next_revision(series: Series, ratna: User, wayan: User) -> None:
    import_values(figures(series, 1, 2), by=ratna, approved_by=wayan, at=AT, basis={})
    done = import_values(
        figures(series, 1, 3, 4), by=ratna, approved_by=wayan, at=AT, basis={"import": "b.csv"}
    )
    assert (done.added, done.changed, done.same) == (1, 1, 1)
    kept = Value.objects.filter(series=series, start="2026-04-01").order_by("revision")
    assert [(int(row.amount), row.is_current) for row in kept] == [(2, False), (3, True)]


def test_an_import_replaces_an_undecided_figure_and_keeps_its_evidence(
    series: Series, ratna: User, wayan: User
) -> None:
    value = propose(series, "2026-T1", 9, by=ratna)
    prove(value, proves="foto", date=AT.date(), link="https://pdam.example/f", by=ratna, at=AT)
    import_values(figures(series, 1), by=ratna, approved_by=wayan, at=AT, basis={})
    value.refresh_from_db()
    assert value.amount == 1
    assert (value.is_current, value.evidence.count()) == (True, 1)


def test_nobody_imports_and_approves_alone(series: Series, wayan: User) -> None:
    with pytest.raises(Refused):
        import_values(figures(series, 1), by=wayan, approved_by=wayan, at=AT, basis={})
    assert not Value.objects.exists()
