"""An officer sees what is due, enters it; the head approves or returns it; the pages never lose what was typed."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from lawang.measures.models import Value
from lawang.measures.periods import last_ended
from lawang.measures.tests.figures import propose
from lawang.people.models import User
from lawang.plans.models import Attendance, Body, BudgetLine, Indicator, Meeting, Member, Milestone
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.plan_factory import make_indicator, make_plan, make_programme

pytestmark = pytest.mark.django_db
PERIOD = last_ended(localdate(), "quarter")
VERBS = {"measures.propose": "agency", "plans.record_meeting": "agency", "plans.update_progress": "agency"}


@pytest.fixture
def indicator() -> Indicator:
    return make_indicator(make_programme(make_plan()))


@pytest.fixture
def ratna() -> User:
    return make_membership(make_user("ratna"), role=make_role("worker", VERBS)).user


@pytest.fixture
def wayan() -> User:
    return make_membership(make_user("wayan"), role="agency_head").user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "lawang.people.login.Identified")
    return client


def cell(indicator: Indicator, name: str = "amount") -> str:
    return f"{indicator.series_id}-{PERIOD.code}-{name}"


def test_the_officer_sees_what_is_due(indicator: Indicator, ratna: User) -> None:
    page = signed_in(ratna).get(reverse("portal:tasks")).content.decode()
    assert "Angka yang ditunggu dari Anda" in page
    assert "Rumah tersambung air bersih" in page


def test_a_stranger_is_led_to_the_door_and_a_person_without_the_role_reads_why(indicator: Indicator) -> None:
    assert Client().get(reverse("portal:tasks")).status_code == 302
    budi = make_membership(make_user("budi"), role=make_role("none", {})).user
    answer = signed_in(budi).get(reverse("portal:tasks"))
    assert answer.status_code == 403


def test_officer_enters_head_approves_page_changes(indicator: Indicator, ratna: User, wayan: User) -> None:
    answer = signed_in(ratna).post(reverse("portal:sheet"), {cell(indicator): "2.140", "do": "hand_in"})
    assert answer.status_code == 302
    value = Value.objects.get()
    assert (value.amount, value.status, value.proposed_by) == (Decimal(2140), Value.Status.PROPOSED, ratna)
    page = signed_in(wayan).get(reverse("portal:decisions")).content.decode()
    assert "2.140" in page
    signed_in(wayan).post(reverse("portal:decisions"), {f"choice-{value.pk}": "approve"})
    value.refresh_from_db()
    assert value.is_current
    assert signed_in(ratna).get(reverse("portal:sheet")).context["lines"] == []


def test_saving_keeps_a_draft_that_comes_back_into_the_sheet(indicator: Indicator, ratna: User) -> None:
    client = signed_in(ratna)
    client.post(reverse("portal:sheet"), {cell(indicator): "2140", "do": "save"})
    assert Value.objects.get().status == Value.Status.DRAFT
    assert 'value="2.140"' in client.get(reverse("portal:sheet")).content.decode()


def test_a_wrong_number_keeps_everything_typed_and_says_what_to_do(indicator: Indicator, ratna: User) -> None:
    other = make_indicator(indicator.programme, "I-02")
    typed = {cell(indicator): "dua ribu", cell(other): "77", "do": "hand_in"}
    answer = signed_in(ratna).post(reverse("portal:sheet"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "dua ribu" in page
    assert 'value="77"' in page
    assert "Galat:" in page
    assert not Value.objects.exists()


def test_a_proof_needs_to_say_what_it_proves(indicator: Indicator, ratna: User) -> None:
    typed = {cell(indicator): "5", cell(indicator, "link"): "https://pdam.example/x", "do": "hand_in"}
    answer = signed_in(ratna).post(reverse("portal:sheet"), typed)
    assert "Tulis apa yang dibuktikan" in answer.content.decode()


def test_returning_needs_a_reason_and_keeps_the_choice(
    indicator: Indicator, ratna: User, wayan: User
) -> None:
    value = propose(indicator.series, PERIOD.code, 5, by=ratna)
    client = signed_in(wayan)
    answer = client.post(
        reverse("portal:decisions"), {f"choice-{value.pk}": "return", f"reason-{value.pk}": ""}
    )
    assert answer.status_code == 422
    client.post(
        reverse("portal:decisions"), {f"choice-{value.pk}": "return", f"reason-{value.pk}": "Cek lagi"}
    )
    page = signed_in(ratna).get(reverse("portal:tasks")).content.decode()
    assert "Cek lagi" in page


def test_the_proposer_never_sees_own_figures_to_decide(indicator: Indicator, wayan: User) -> None:
    propose(indicator.series, PERIOD.code, 5, by=wayan)
    assert signed_in(wayan).get(reverse("portal:decisions")).context["rows"] == []


def test_an_approved_figure_is_corrected_with_a_reason(
    indicator: Indicator, ratna: User, wayan: User
) -> None:
    from lawang.measures.tests.figures import settle

    settle(indicator.series, PERIOD.code, 5, by=ratna, head=wayan)
    address = reverse("portal:figure", args=[indicator.series.key, PERIOD.code])
    client = signed_in(ratna)
    assert "Mengubahnya adalah perbaikan" in client.get(address).content.decode()
    refused = client.post(address, {"all--amount": "6", "do": "hand_in"})
    assert "Tulis mengapa" in refused.content.decode()
    client.post(address, {"all--amount": "6", "all--reason": "salah hitung", "do": "hand_in"})
    assert Value.objects.get(revision=2).reason == "salah hitung"


def test_districts_and_sexes_are_entered_on_one_page(indicator: Indicator, ratna: User) -> None:
    indicator.series.breakdowns = ["sex"]
    indicator.series.save()
    address = reverse("portal:figure", args=[indicator.series.key, PERIOD.code])
    typed = {"all--amount": "9", "all-sex=female-amount": "5", "all-sex=male-amount": "4", "do": "hand_in"}
    assert signed_in(ratna).post(address, typed).status_code == 302
    assert sorted(Value.objects.values_list("breakdown", flat=True)) == ["", "sex=female", "sex=male"]


def test_a_strange_period_is_not_found_but_explained(indicator: Indicator, ratna: User) -> None:
    answer = signed_in(ratna).get(reverse("portal:figure", args=[indicator.series.key, "kemarin"]))
    assert answer.status_code == 403
    assert "2025-T3" in answer.content.decode()


def test_minutes_are_recorded_with_who_came(indicator: Indicator, ratna: User) -> None:
    body = Body.objects.create(
        plan=indicator.revision.plan, code="dewan", kind="council", name={"id": "Dewan"}, agency=make_agency()
    )
    rector = Member.objects.create(body=body, office="Rektor", is_external=True)
    meeting = Meeting.objects.create(body=body, date="2026-03-03", title="Rapat I")
    client, address = signed_in(ratna), reverse("portal:meeting", args=[meeting.key])
    assert "Tulis ringkasan" in client.post(address, {"minutes": ""}).content.decode()
    client.post(address, {"minutes": "Sepakat.", "invited": [rector.pk], "present": [rector.pk]})
    assert Attendance.objects.get().was_present
    assert "Rapat I" not in client.get(reverse("portal:tasks")).content.decode()


def test_money_and_milestones_of_the_revision_in_force(indicator: Indicator, ratna: User) -> None:
    programme = indicator.programme
    line = BudgetLine.objects.create(programme=programme, year=2025, source="apbd", planned=1_000_000)
    step = Milestone.objects.create(
        programme=programme, revision=programme.revision, title={"id": "Serah terima"}, due_date="2026-01-01"
    )
    address = reverse("portal:progress", args=[programme.key])
    typed = {
        f"{line.pk}-realised": "750.000",
        "as_of_day": "31",
        "as_of_month": "12",
        "as_of_year": "2025",
        f"m{step.pk}-done_date_day": "5",
        f"m{step.pk}-done_date_month": "2",
        f"m{step.pk}-done_date_year": "2026",
    }
    assert signed_in(ratna).get(address).status_code == 200
    answer = signed_in(ratna).post(address, typed)
    assert answer.status_code == 302, answer.content.decode()
    line.refresh_from_db()
    step.refresh_from_db()
    assert line.realised == 750_000
    assert str(step.done_date) == "2026-02-05"


@pytest.mark.parametrize("page", ["portal:tasks", "portal:sheet", "portal:decisions"])
def test_few_queries_however_much_is_due(
    page: str, indicator: Indicator, django_assert_max_num_queries: Any
) -> None:
    role = make_role("both", {"measures.*": "agency", "plans.*": "agency"})
    both = make_membership(make_user("dewi"), role=role).user
    ratna = make_membership(make_user("ratna")).user
    for number in range(20):
        row = make_indicator(indicator.programme, f"I-1{number}")
        if number % 2:
            propose(row.series, PERIOD.code, 5, by=ratna)
    client = signed_in(both)
    client.get(reverse(page))
    with django_assert_max_num_queries(12):
        assert client.get(reverse(page)).status_code == 200
