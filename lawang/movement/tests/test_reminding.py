"""Whoever answers or sends a self-assessment is told before its deadline, once a step, and the day after."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from lawang.movement import answering, reminding, tasks
from lawang.movement.models import Answer, Assessment, Evaluation
from lawang.movement.tests.cast import AT, UNTIL, make_area, make_instrument, person
from lawang.people.models import Delegation, Membership, Node
from lawang.record import jobs
from lawang.record.models import Entry, Outbox
from tests.cast import make_user
from tests.plan_factory import make_plan

pytestmark = pytest.mark.django_db
OPENED = UNTIL - timedelta(days=40)


@pytest.fixture
def own() -> Assessment:
    make_plan()
    Node.objects.update(area=make_area(), base_url="https://lawang.contoh.id/", is_demo=True)
    coordinator = person("coordinator", "ratna")
    person("contributor", "budi")
    person("assessor", "wayan")
    return answering.begin(make_instrument(), "reguler", 2026, answers_until=UNTIL, by=coordinator, at=OPENED)


def morning(days: int) -> datetime:
    """Return eight in the morning, so many days before the deadline."""
    return UNTIL.replace(hour=8, minute=0) - timedelta(days=days)


def tell(days: int) -> list[Outbox]:
    """Run the day's task; return what it wrote."""
    before = set(Outbox.objects.values_list("pk", flat=True))
    reminding.remind_all(at=morning(days))
    return list(Outbox.objects.exclude(pk__in=before).order_by("pk"))


@pytest.mark.parametrize(
    ("left", "step"),
    [
        *[(20, None), (15, None), (14, 14), (10, 14), (7, 7), (3, 3), (2, 3), (1, 1), (0, 1), (-1, -1)],
        *[(-9, -1), (-15, None)],
    ],
)
def test_the_latest_step_whose_day_has_come_is_due(left: int, step: int | None) -> None:
    until = UNTIL.date()
    assert reminding.step_due(until, OPENED.date(), until - timedelta(days=left)) == step


def test_who_has_just_begun_is_not_told_at_once() -> None:
    until = UNTIL.date()
    begun = until - timedelta(days=5)
    assert reminding.step_due(until, begun, begun) is None
    assert reminding.step_due(until, begun, until - timedelta(days=3)) == 3


def test_the_message_says_what_is_left_and_leads_there_the_sender_first(own: Assessment) -> None:
    Answer.objects.filter(item="A1-3").update(source=Answer.Source.ADDED, words="Ada.")
    first, second = tell(7)
    assert (first.address, second.address) == ("ratna@example.id", "budi@example.id")
    assert first.subject == "Penilaian mandiri 2026: tinggal 7 hari"
    assert "5 dari 6 butir belum diperiksa: 4 belum dijawab, 1 berisi usulan" in first.body
    assert "- A1-3 Butir baseline.other: Tanpa bukti." in first.body
    assert "https://lawang.contoh.id/kelola/penilaian/" in first.body
    assert "Anda yang mengirimnya." in first.body
    assert "Koordinator kota cerdas yang mengirimnya." in second.body
    entry = Entry.objects.get(verb="assessment_reminded")
    assert entry.after == {"step": 7, "until": "2026-07-01", "people": 2}


def test_each_step_is_told_once_however_often_it_runs(own: Assessment) -> None:
    assert [len(tell(days)) for days in (15, 14, 14, 13, 7, 6, 3, 2, 1, 0, -1, -1, -2, -20)] == [
        *(0, 2, 0, 0, 2, 0, 2, 0, 2, 0, 2, 0, 0, 0)
    ]
    assert "tenggatnya sudah lewat" in Outbox.objects.latest("pk").subject
    assert "seharusnya dikirim" in Outbox.objects.latest("pk").body


def test_after_a_time_without_the_machine_only_the_latest_is_told(own: Assessment) -> None:
    assert [message.subject for message in tell(2)] == ["Penilaian mandiri 2026: tinggal 2 hari"] * 2
    assert tell(2) == []


def test_nobody_is_told_at_night_nor_of_what_was_sent(own: Assessment) -> None:
    assert reminding.remind_all(at=morning(7).replace(hour=6)) == 0
    own.answers.update(source=Answer.Source.CONFIRMED)
    coordinator = person("coordinator", "ratna")
    answering.release(own, by=coordinator, at=morning(8))
    assert tell(7) == []
    answering.take_back(own, reason="Lampiran tertukar.", by=coordinator, at=morning(6))
    assert "Semua butir sudah diperiksa; tinggal dikirim." in tell(6)[0].body
    Evaluation.objects.update(state=Evaluation.State.MARKING)
    assert tell(3) == []


def test_a_movement_tells_nobody_for_its_regencies(own: Assessment) -> None:
    Node.objects.update(area=None)
    assert tell(7) == []


def test_whoever_stands_in_is_told_and_who_left_is_not(own: Assessment) -> None:
    membership = Membership.objects.get(user__username="ratna")
    siti = make_user("siti")
    day = morning(7).date()
    Delegation.objects.create(membership=membership, to=siti, from_date=day, to_date=day)
    Membership.objects.filter(user__username="budi").update(to_date=day - timedelta(days=1))
    assert [message.address for message in tell(7)] == ["ratna@example.id", "siti@example.id"]
    assert [message.address for message in tell(3)] == ["ratna@example.id"]


def test_the_task_runs_it(own: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "now", lambda: morning(1))
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's transaction goes on
    tasks.remind_of_assessments(timestamp=0)
    assert Outbox.objects.filter(kind=reminding.KIND).count() == 2


def test_the_page_says_how_many_days_are_left_and_what_comes_after(
    own: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(person("coordinator", "ratna"))
    monkeypatch.setattr("lawang.people.node.now", lambda: AT)
    monkeypatch.setattr("lawang.movement.desk.answering.now", lambda: AT)
    page = client.get("/kelola/penilaian/").content.decode()
    assert "Kirim paling lambat Rabu, 1 Juli 2026 pukul 23.59: tinggal 30 hari." in page
    assert "Setelah tenggat masih bisa dikirim" in page
    late = UNTIL + timedelta(days=2)
    monkeypatch.setattr("lawang.people.node.now", lambda: late)
    monkeypatch.setattr("lawang.movement.desk.answering.now", lambda: late)
    page = client.get("/kelola/penilaian/").content.decode()
    assert "Tenggatnya sudah lewat" in page
    assert "Masih bisa dikirim selama panel belum mulai menilai" in page
