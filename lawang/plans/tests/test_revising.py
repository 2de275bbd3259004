"""Revisions: the copy forgets nothing, publishing keeps progress, merges and splits are remembered."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.measures.models import Evidence, Series, Value
from lawang.people.models import User
from lawang.plans.actions import finish_milestone, move_quick_win, spend
from lawang.plans.comparing import FieldChange, compare
from lawang.plans.models import (
    Activity,
    BudgetLine,
    Indicator,
    Milestone,
    Plan,
    Programme,
    QuickWin,
    Revision,
    Standing,
    Subscription,
    Succession,
)
from lawang.plans.revising import (
    COPIED,
    Part,
    discard_draft,
    merge_programmes,
    publish,
    split_programme,
    start_revision,
)
from lawang.plans.tables import OF_REVISION, Reader
from lawang.plans.tests.books import AT, INDICATOR, PROGRAMME, make_plan, make_regency
from lawang.plans.tests.test_importing import EVERYTHING
from lawang.record.models import Entry

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)
# Tables that hang from a revision and are rightly not copied, each with the reason.
NOT_COPIED = {
    Standing: "computed anew for the new revision",
    Succession: "tells how one revision came from the one before",
}


@pytest.fixture
def wayan() -> User:
    return make_regency()


@pytest.fixture
def plan(wayan: User) -> Plan:
    """A published plan that has a row in every table."""
    plan = make_plan(wayan, **EVERYTHING)
    publish(Revision.objects.get(), in_force_from=date(2024, 1, 1), by=wayan, at=AT)
    return plan


def hanging(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """Yield every model whose rows would be deleted with a row of this one."""
    for relation in model._meta.related_objects:
        if relation.on_delete is models.CASCADE and not relation.related_model._meta.auto_created:
            yield relation.related_model


def test_no_table_of_a_revision_is_forgotten() -> None:
    found: set[type[models.Model]] = set()
    open_ones: list[type[models.Model]] = [Revision]
    while open_ones:
        for model in hanging(open_ones.pop()):
            if model not in found:
                found.add(model)
                open_ones.append(model)
    assert found == set(COPIED) | set(NOT_COPIED)
    many = {field for model in found for field in model._meta.many_to_many}
    assert {field.name for field in many} == {"series", "supporting", "areas"}
    assert apps.get_model("plans.Revision") is Revision


def test_the_copy_is_the_same_row_by_row(wayan: User, plan: Plan) -> None:
    old = Revision.objects.get()
    new = start_revision(plan, by=wayan, at=LATER)
    assert (new.number, new.status, new.based_on) == (2, "draft", old)
    names = OF_REVISION - {"rencana"}
    before, after = (Reader(plan, revision).tables(names) for revision in (old, new))
    for name in names:
        assert before[name].rows == after[name].rows, name
        assert before[name].rows, f"the test has no row of {name}"
        assert not set(before[name].pks.values()) & set(after[name].pks.values())
    for model in (Programme, Activity, Milestone, Indicator, QuickWin):
        rows: Any = model._default_manager
        keys = [set(rows.filter(revision=revision).values_list("key", flat=True)) for revision in (old, new)]
        assert keys[0] == keys[1]
    assert compare(old, new) == []


def test_five_hundred_programmes_are_copied_in_few_queries(wayan: User) -> None:
    programmes = [{**PROGRAMME, "kode": f"P-{n:03}"} for n in range(500)]
    plan = make_plan(wayan, program=programmes)
    publish(Revision.objects.get(), in_force_from=date(2024, 1, 1), by=wayan, at=AT)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        start_revision(plan, by=wayan, at=LATER)
    assert len(queries) < 90


def test_one_draft_at_a_time(wayan: User, plan: Plan) -> None:
    draft = start_revision(plan, by=wayan, at=LATER)
    with pytest.raises(Refused, match="Masih ada draf"):
        start_revision(plan, by=wayan, at=LATER)
    discard_draft(draft, by=wayan, at=LATER)
    assert Programme.objects.count() == 2
    assert start_revision(plan, by=wayan, at=LATER).number == 2


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2023, 12, 31)])
def test_a_revision_begins_after_the_one_before(wayan: User, plan: Plan, day: date) -> None:
    draft = start_revision(plan, by=wayan, at=LATER)
    with pytest.raises(Refused, match="harus mulai sesudah"):
        publish(draft, in_force_from=day, changed=text("x"), by=wayan, at=LATER)
    with pytest.raises(Refused, match="apa yang berubah"):
        publish(draft, in_force_from=date(2025, 1, 1), by=wayan, at=LATER)


def test_what_changed_is_told_as_people_write_it() -> None:
    due = FieldChange("tonggak Enam kecamatan tenggat", "2024-03-29", "")
    assert (due.words, due.old_words, due.new_words) == ("tonggak Enam kecamatan tenggat", "29 Mar 2024", "")
    title = FieldChange("judul_en", "Clean water", "Water")
    assert (title.words, title.new_words) == ("judul (Inggris)", "Water")
    assert FieldChange("anggaran 2024 APBD rencana", "1500000", "2000000").new_words == "Rp2.000.000"


def test_an_empty_plan_is_not_published(wayan: User) -> None:
    make_plan(wayan)
    with pytest.raises(Refused, match="belum memuat program"):
        publish(Revision.objects.get(), in_force_from=date(2024, 1, 1), by=wayan, at=AT)


def test_progress_reported_meanwhile_is_carried_over(wayan: User, plan: Plan) -> None:
    draft = start_revision(plan, by=wayan, at=AT)
    old = Revision.objects.get(number=1)
    spend(BudgetLine.objects.get(programme__revision=old), realised=7, as_of=AT.date(), by=wayan, at=LATER)
    finish_milestone(Milestone.objects.get(revision=old), done_date=AT.date(), by=wayan, at=LATER)
    move_quick_win(
        QuickWin.objects.get(revision=old),
        stage="evaluate",
        progress=90,
        users_after=5,
        note="x",
        by=wayan,
        at=LATER,
    )
    publish(draft, in_force_from=date(2025, 1, 1), changed=text("Baru"), by=wayan, at=LATER)
    assert BudgetLine.objects.get(programme__revision=draft).realised == 7
    assert Milestone.objects.get(revision=draft).done_date == AT.date()
    assert QuickWin.objects.get(revision=draft).progress == 90


def test_history_links_series_and_subscriptions_stay_whole(wayan: User, plan: Plan) -> None:
    programme = Programme.objects.get(code="P-01")
    Subscription.objects.create(about=programme.key, address="siti@example.id", secret="x", asked_at=AT)
    counted = (Series.objects.count(), Value.objects.count(), Evidence.objects.count())
    history = Entry.objects.filter(thing=f"plans.programme:{programme.key}").count()
    draft = start_revision(plan, by=wayan, at=LATER)
    new = Programme.objects.get(revision=draft, key=programme.key)
    new.title = text("Air minum")
    new.save()
    publish(draft, in_force_from=date(2025, 1, 1), changed=text("Baru"), by=wayan, at=LATER)
    assert (Series.objects.count(), Value.objects.count(), Evidence.objects.count()) == counted
    assert new.get_absolute_url() == programme.get_absolute_url()
    assert Indicator.objects.get(revision=draft, code="I-01").series.code == "I-01"
    assert Subscription.objects.get().about == new.key
    entries = Entry.objects.filter(thing=f"plans.programme:{programme.key}")
    assert entries.count() > history
    told = entries.get(verb="revised")
    assert (told.before["judul"], told.after["judul"]) == ("Air bersih sampai desa", "Air minum")


def test_a_change_of_targets_owners_and_money_is_shown(wayan: User, plan: Plan) -> None:
    draft = start_revision(plan, by=wayan, at=LATER)
    Programme.objects.filter(revision=draft, code="P-01").update(lead=None)
    BudgetLine.objects.filter(programme__revision=draft).update(planned=5_000_000)
    draft.indicators.get(code="I-01").targets.update(amount=3000)
    (found,) = compare(Revision.objects.get(number=1), draft)
    told = {change.name: (change.old, change.new) for change in found.changes}
    assert told == {
        "penanggung_jawab": ("dinkes", ""),
        "anggaran 2025 APBD rencana": ("3000000", "5000000"),
        "target I-01 2025 target": ("2000,5", "3000"),
    }
    assert found.budget == (3_000_000, 5_000_000)


def test_a_merge_moves_everything_and_is_remembered(wayan: User, plan: Plan) -> None:
    draft = start_revision(plan, by=wayan, at=LATER)
    old, into = Programme.objects.filter(revision=draft).order_by("code")
    merge_programmes(draft, into=into.key, others=[old.key], by=wayan, at=LATER)
    assert Programme.objects.get(revision=draft).key == into.key
    assert Indicator.objects.filter(revision=draft, programme=into).count() == 2
    assert BudgetLine.objects.get(programme=into).planned == 3_000_000
    step = Succession.objects.get()
    assert (step.old_key, step.new_key, step.kind) == (old.key, into.key, "merge")
    kinds = {row.code: row.kind for row in compare(Revision.objects.get(number=1), draft)}
    assert kinds == {"P-01": "merged", "P-02": "merged"}


def test_a_split_shares_out_money_and_work(wayan: User, plan: Plan) -> None:
    draft = start_revision(plan, by=wayan, at=LATER)
    old = Programme.objects.get(revision=draft, code="P-01")
    part = Part("P-09", text("Pipa"), indicators=("I-01",), activities=("K1",), percent=Decimal("33.3"))
    (new,) = split_programme(draft, old.key, [part], by=wayan, at=LATER)
    assert Indicator.objects.get(revision=draft, code="I-01").programme == new
    assert Activity.objects.get(revision=draft).programme == new
    money = [BudgetLine.objects.get(programme=row).planned for row in (old, new)]
    assert sum(money) == 3_000_000
    assert money[1] == 999_000
    kinds = {row.code: row.kind for row in compare(Revision.objects.get(number=1), draft)}
    assert kinds == {"P-01": "split", "P-09": "split"}


def test_only_a_draft_is_merged_split_or_thrown_away(wayan: User, plan: Plan) -> None:
    revision = Revision.objects.get()
    keys = list(Programme.objects.values_list("key", flat=True))
    with pytest.raises(Refused, match="sudah berlaku"):
        merge_programmes(revision, into=keys[0], others=keys[1:], by=wayan, at=LATER)
    with pytest.raises(Refused, match="sudah berlaku"):
        split_programme(revision, keys[0], [Part("X", text("x"))], by=wayan, at=LATER)
    with pytest.raises(Refused, match="sudah berlaku"):
        discard_draft(revision, by=wayan, at=LATER)
    assert INDICATOR["kode"] == "I-01"
