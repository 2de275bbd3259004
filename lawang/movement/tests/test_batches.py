"""A self-assessment with its evidence goes up sealed; results and recommendations come down."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lawang.exchange.actions import read_later
from lawang.exchange.models import ReceivedBatch
from lawang.exchange.tests import sides
from lawang.exchange.tests.sides import Side
from lawang.measures.models import Evidence
from lawang.movement import answering, panel
from lawang.movement.models import Answer, Assessment, Evaluation, Objection, Recommendation
from lawang.movement.tests.cast import make_instrument, person
from lawang.people.models import User
from lawang.record.actions import keep_file
from lawang.record.models import Entry, File, Privacy
from tests.plan_factory import make_plan

pytestmark = pytest.mark.django_db
AT = sides.AT
SECRET = "Dewan belum pernah bersidang."
PDF = Path(__file__).parents[3] / "docs" / "pictures"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Side, Side]:
    return sides.make_pair(tmp_path)


@pytest.fixture
def coordinator() -> User:
    return person("coordinator", "ratna")


@pytest.fixture
def sent(pair: tuple[Side, Side], coordinator: User) -> bytes:
    """The batch of a regency that has released its answers, one of them with a file and a link."""
    regency, movement = pair
    with regency.here():
        make_plan()
        own = answering.begin(
            make_instrument(), "reguler", 2026, answers_until=AT + timedelta(days=9), by=coordinator, at=AT
        )
        picture = next(PDF.glob("*.png")).read_bytes()
        file = keep_file(
            picture, name="rapat.png", about=own, privacy=Privacy.INTERNAL, by=coordinator, at=AT
        )
        row = Answer.objects.select_related("assessment").get(item="A1-3")
        given: dict[str, Any] = {"date": date(2026, 2, 3), "by": coordinator, "at": AT}
        answering.prove(row, proves="Foto rapat", file=file, **given)
        answering.prove(row, proves="Berita", link="https://contoh.id/berita", **given)
        for one in own.answers.select_related("assessment"):
            answering.answer(one, one.proposed or SECRET, by=coordinator, at=AT)
        own.answers.filter(item="C1-1").update(value=Decimal("3.25"))
        answering.release(own, by=coordinator, at=AT)
    return sides.seal(regency, movement)


def forget(state: str = Evaluation.State.OPEN) -> None:
    """Be the movement, which shares the tables of these tests: it has entered the regency and knows nothing yet."""
    Answer.objects.update(words="", source=Answer.Source.EMPTY, proposed="", proofs=[], value=None, at=None)
    Evidence.objects.all().delete()
    File.objects.filter(about__startswith="movement.assessment").delete()
    Assessment.objects.update(state=Assessment.State.ANSWERING, released_at=None)
    Evaluation.objects.update(state=state)


def test_answers_and_evidence_arrive_and_nobody_else_reads_them(pair: tuple[Side, Side], sent: bytes) -> None:
    _regency, movement = pair
    assert SECRET.encode() not in b"".join(sides.unpack(sent).values())
    forget()
    taken = sides.receive(movement, sent)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    assessment = Assessment.objects.get()
    assert assessment.state == Assessment.State.RELEASED
    row = Answer.objects.get(item="A1-3")
    assert (row.words, row.source) == (SECRET, Answer.Source.ADDED)
    assert Answer.objects.get(item="A1-1").source == Answer.Source.CONFIRMED
    assert Answer.objects.get(item="A1-1").proofs[0]["url"].startswith("https://")
    assert Answer.objects.get(item="C1-1").value == Decimal("3.25")
    proofs = {one.proves: one for one in Evidence.objects.filter(about=row.key)}
    assert proofs["Berita"].link == "https://contoh.id/berita"
    file = proofs["Foto rapat"].file
    assert file is not None
    assert file.kind.endswith("png")
    assert sides.receive(movement, sent).state == ReceivedBatch.State.TAKEN  # the same again is the same
    assert Evidence.objects.filter(about=row.key).count() == 2


def test_answers_that_come_too_late_change_nothing_and_stop_nothing(
    pair: tuple[Side, Side], sent: bytes
) -> None:
    _regency, movement = pair
    forget(Evaluation.State.MARKING)
    assert sides.receive(movement, sent).state == ReceivedBatch.State.TAKEN
    assert not Answer.objects.filter(words=SECRET).exists()
    assert Entry.objects.filter(verb="answers_late").exists()


def test_answers_wait_until_their_regency_is_entered(pair: tuple[Side, Side], sent: bytes) -> None:
    _regency, movement = pair
    forget()
    area = Assessment.objects.get().area
    Assessment.objects.all().delete()
    assert sides.receive(movement, sent).state == ReceivedBatch.State.TAKEN
    assert not Answer.objects.exists()
    secretary = person("movement-secretariat", "ketut")
    with movement.here():
        panel.enter(Evaluation.objects.get(), {area: "baru"}, by=secretary, at=AT)
        assert Assessment.objects.get().state == Assessment.State.ANSWERING  # answered for another track
        Assessment.objects.all().delete()
        panel.enter(Evaluation.objects.get(), {area: "reguler"}, by=secretary, at=AT)
    assert Assessment.objects.get().state == Assessment.State.RELEASED
    assert Answer.objects.get(item="A1-3").words == SECRET


def test_what_is_taken_back_opens_again(pair: tuple[Side, Side], sent: bytes, coordinator: User) -> None:
    regency, movement = pair
    sides.receive(movement, sent)
    with regency.here():
        answering.take_back(Assessment.objects.get(), reason="Lampiran tertukar.", by=coordinator, at=AT)
    again = sides.seal(regency, movement, days=1)
    Assessment.objects.update(state=Assessment.State.RELEASED, released_at=AT)
    sides.receive(movement, again, days=1)
    assert Assessment.objects.get().state == Assessment.State.ANSWERING


def test_results_come_down_and_follow_ups_go_up(
    pair: tuple[Side, Side], sent: bytes, coordinator: User
) -> None:
    regency, movement = pair
    sides.receive(movement, sent)
    Assessment.objects.update(
        state=Assessment.State.PUBLISHED,
        components={"baseline": "3.50", "outcome": "2.75", "impact": "2.35"},
        final=Decimal("2.97"),
        improvement=Decimal("0.40"),
    )
    Evaluation.objects.update(state=Evaluation.State.PUBLISHED, published_at=AT)
    row = Recommendation.objects.create(
        assessment=Assessment.objects.get(), number=1, words="Perbarui SK Dewan."
    )
    down = sides.seal(movement, regency)
    key = row.key
    Evaluation.objects.all().update(state=Evaluation.State.OPEN)
    Assessment.objects.update(state=Assessment.State.RELEASED, components={}, final=None, improvement=None)
    Recommendation.objects.all().delete()
    taken = sides.receive(regency, down)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    own = Assessment.objects.get()
    assert (own.state, own.final, own.improvement) == ("published", Decimal("2.97"), Decimal("0.40"))
    row = Recommendation.objects.get(key=key)
    assert row.words == "Perbarui SK Dewan."
    with regency.here():
        answering.follow_up(row, state="done", note="SK 7/2026 terbit.", by=coordinator, at=AT)
    up = sides.seal(regency, movement, days=2)
    Recommendation.objects.update(state="open", note="")
    taken = sides.receive(movement, up, days=2)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    row.refresh_from_db()
    assert (row.state, row.note) == ("done", "SK 7/2026 terbit.")


def test_an_objection_goes_up_sealed_and_its_answer_comes_down(
    pair: tuple[Side, Side], sent: bytes, coordinator: User
) -> None:
    regency, movement = pair
    sides.receive(movement, sent)
    Assessment.objects.update(state=Assessment.State.PUBLISHED)
    Evaluation.objects.update(state=Evaluation.State.PUBLISHED, published_at=AT)
    with regency.here():
        raised = answering.object(
            Assessment.objects.get(), "Perbup kami terbit Mei.", by=coordinator, at=AT + timedelta(days=1)
        )
    up = sides.seal(regency, movement, days=2)
    assert b"Perbup kami" not in b"".join(sides.unpack(up).values())
    Objection.objects.all().delete()  # be the movement
    Evaluation.objects.update(state=Evaluation.State.MARKING)
    taken = sides.receive(movement, up, days=2)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    assert not Objection.objects.exists()  # there is no result to object to yet
    Evaluation.objects.update(state=Evaluation.State.PUBLISHED)
    with movement.here():
        read_later(at=AT + timedelta(days=2))
        row = Objection.objects.get()
        assert (row.key, row.words, row.by) == (raised.key, "Perbup kami terbit Mei.", None)
        assert row.at == AT + timedelta(days=1)
        assert sides.receive(movement, up, days=2).state == ReceivedBatch.State.TAKEN
        assert Objection.objects.count() == 1
        secretary = person("movement-secretariat", "ketut")
        at = AT + timedelta(days=3)
        panel.answer_objection(row, answer="Panel sudah membacanya.", is_accepted=False, by=secretary, at=at)
    down = sides.seal(movement, regency, days=3)
    assert b"Panel sudah" not in b"".join(sides.unpack(down).values())
    Objection.objects.update(answer="", is_accepted=None, answered_at=None, by=coordinator)
    taken = sides.receive(regency, down, days=4)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    row.refresh_from_db()
    assert (row.answer, row.is_accepted, row.answered_at) == ("Panel sudah membacanya.", False, at)
    assert row.by == coordinator
    assert Evaluation.objects.get().published_at == AT  # a result that comes again gives no new time


def test_an_objection_in_the_name_of_another_regency_is_refused(
    pair: tuple[Side, Side], sent: bytes, coordinator: User
) -> None:
    regency, movement = pair
    Assessment.objects.update(state=Assessment.State.PUBLISHED)
    Evaluation.objects.update(state=Evaluation.State.PUBLISHED, published_at=AT)
    own = Assessment.objects.get()
    with regency.here():
        answering.object(own, "Perbup kami terbit Mei.", by=coordinator, at=AT)
    up = sides.seal(regency, movement, days=2)
    other = Assessment.objects.create(
        evaluation=own.evaluation, area=sides.make_area("16.03"), track="reguler", state="published"
    )
    Objection.objects.update(assessment=other)
    taken = sides.receive(movement, sent)
    taken = sides.receive(movement, up, days=2)
    assert taken.state == ReceivedBatch.State.REFUSED
    assert "daerah atau tahun yang lain" in taken.reason
