"""A call comes down to the regency it invites, with bimtek and comments; its form and its answers go up, sealed."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from lawang.exchange.models import ReceivedBatch, ReceivedPart
from lawang.exchange.tests import sides
from lawang.exchange.tests.sides import Side
from lawang.lib.refused import Refused
from lawang.movement.cohorts import actions, mentoring, workshop
from lawang.movement.cohorts.models import (
    Blueprint,
    Cohort,
    Comment,
    Deliverable,
    Determination,
    Participant,
    Proof,
    Session,
    Submission,
)
from lawang.movement.cohorts.tests import cast
from lawang.movement.cohorts.tests.cast import AFTER, ANSWERS, DURING, FORM
from lawang.people.models import User
from lawang.record.models import Entry, File
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.markup import Markup

pytestmark = pytest.mark.django_db
SECRET = "Wifi kantor bupati dicabut sejak Mei."
PICTURE = Path(settings.ROOT) / "docs" / "pictures" / "home.png"
PLAN_LINE: dict[str, Any] = {"line": Comment.Line.GAP, "quoted": "Sinyal di desa"}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Side, Side]:
    return sides.make_pair(tmp_path)


@pytest.fixture
def coordinator() -> User:
    verbs = {"movement.*": "all", "plans.see_internal": "all"}
    user = make_user("ratna")
    make_membership(user, role=make_role("koordinator", verbs), agency=make_agency())
    return user


def call(movement: Side) -> Participant:
    """Let the movement open a call and invite the regency."""
    with movement.here():
        participant, _secret = cast.invite(cast.make_cohort(), sides.make_area("16.11"))
        cast.advance(participant.cohort, Cohort.State.APPLYING)
    return participant


def forget() -> None:
    """Be the regency, which shares the tables of these tests: nothing has come to it yet."""
    Determination.objects.all().delete()
    Submission.objects.all().delete()
    Participant.objects.all().delete()
    Cohort.objects.all().delete()
    Blueprint.objects.all().delete()


def bring_down(pair: tuple[Side, Side]) -> Participant:
    """Seal at the movement, forget, and receive at the regency."""
    regency, movement = pair
    content = sides.seal(movement, regency)
    forget()
    taken = sides.receive(regency, content)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    return Participant.objects.select_related("cohort__form", "area").get()


def fill_in(regency: Side, row: Participant, by: User, **more: Any) -> None:
    """Fill in the form at the regency, with a proof, and send it."""
    with regency.here():
        given: dict[str, Any] = {
            "answers": {**ANSWERS, "pemimpin": {"level": "buruk", "words": SECRET}},
            "applications": [{"name": "e-Surat", "agency": "Kominfo", "users": 40}],
            "by_office": "Dinas Kominfo",
        }
        actions.write(row, **(given | more), by=by, at=DURING)
        if not Proof.objects.exists():
            upload = SimpleUploadedFile("sk.png", PICTURE.read_bytes())
            actions.prove(row, upload, question="anggaran", proves="DPA 2026", by=by, at=DURING)
        actions.send(row, by=by, at=DURING)


def test_a_call_comes_down_whole(pair: tuple[Side, Side]) -> None:
    sent = call(pair[1])
    row = bring_down(pair)
    assert (row.key, row.status, row.area.code) == (sent.key, Participant.Status.INVITED, "16.11")
    cohort = row.cohort
    assert (cohort.key, cohort.state) == (sent.cohort.key, Cohort.State.APPLYING)
    assert (cohort.opens_at, cohort.closes_at) == (cast.OPENS, cast.CLOSES)
    assert cohort.call == {"id": "Ayo mendaftar."}
    assert cohort.form is not None
    assert cohort.form.definition == FORM
    assert cohort.form.pack == "uji"
    assert not row.contact  # the office's address stays at the movement
    assert not row.secret_hash


def test_only_the_regency_that_was_invited_is_told(pair: tuple[Side, Side], tmp_path: Path) -> None:
    _regency, movement = pair
    call(movement)
    other = Side(tmp_path / "lain", "regency", "16.12", "Kabupaten Lain")
    sides.introduce(movement, other)
    with movement.here():
        from lawang.exchange import actions as exchange

        assert exchange.seal(other.peer, by=None, at=sides.AT) is None


def test_a_form_that_a_pack_brought_already_is_not_kept_twice(pair: tuple[Side, Side]) -> None:
    call(pair[1])
    content = sides.seal(pair[1], pair[0])
    Submission.objects.all().delete()
    Participant.objects.all().delete()
    Cohort.objects.all().delete()
    sides.receive(pair[0], content)
    assert Blueprint.objects.filter(kind=Blueprint.Kind.FORM).count() == 1


def test_the_form_goes_up_sealed_with_its_proof(pair: tuple[Side, Side], coordinator: User) -> None:
    regency, movement = pair
    call(movement)
    row = bring_down(pair)
    fill_in(regency, row, coordinator)
    content = sides.seal(regency, movement)
    assert SECRET.encode() not in b"".join(sides.unpack(content).values())
    Submission.objects.all().delete()  # be the movement
    File.objects.filter(about__startswith="movement.").delete()
    Participant.objects.update(status=Participant.Status.INVITED)
    taken = sides.receive(movement, content)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    found = Submission.objects.get()
    assert found.answers["pemimpin"] == {"level": "buruk", "words": SECRET}
    assert found.applications == [{"name": "e-Surat", "agency": "Kominfo", "users": 40}]
    assert (found.by_office, found.sent_at) == ("Dinas Kominfo", DURING)
    [proof] = found.proofs.all()
    assert (proof.question, proof.proves, proof.file.kind) == ("anggaran", "DPA 2026", "image/png")
    row.refresh_from_db()
    assert row.status == Participant.Status.APPLIED
    assert sides.receive(movement, content).state == ReceivedBatch.State.TAKEN  # the same again is the same
    assert found.proofs.count() == 1


def test_a_corrected_form_replaces_the_one_before_and_a_late_one_changes_nothing(
    pair: tuple[Side, Side], coordinator: User
) -> None:
    regency, movement = pair
    call(movement)
    row = bring_down(pair)
    fill_in(regency, row, coordinator)
    sides.receive(movement, sides.seal(regency, movement))
    fill_in(regency, row, coordinator, by_office="Bappeda")
    content = sides.seal(regency, movement, days=1)
    Submission.objects.update(by_office="Dinas Kominfo")
    sides.receive(movement, content, days=1)
    assert Submission.objects.get().by_office == "Bappeda"
    fill_in(regency, row, coordinator, by_office="Setda")
    content = sides.seal(regency, movement, days=2)
    Submission.objects.update(by_office="Bappeda")
    Cohort.objects.update(state=Cohort.State.ASSESSING)
    assert sides.receive(movement, content, days=2).state == ReceivedBatch.State.TAKEN
    assert Submission.objects.get().by_office == "Bappeda"
    assert "sudah ditutup" in Entry.objects.get(verb="readiness_not_taken").note


def test_a_draft_does_not_leave_and_another_movement_gets_nothing(
    pair: tuple[Side, Side], coordinator: User, tmp_path: Path
) -> None:
    regency, movement = pair
    call(movement)
    row = bring_down(pair)
    other = Side(tmp_path / "gerakan-lain", "movement", name="Gerakan lain")
    sides.introduce(regency, other)
    from lawang.exchange import actions as exchange

    with regency.here():
        actions.write(row, answers=ANSWERS, applications=[], by_office="K", by=coordinator, at=DURING)
        assert exchange.seal(movement.peer, by=None, at=sides.AT) is None
        actions.send(row, by=coordinator, at=DURING)
        assert exchange.seal(other.peer, by=None, at=sides.AT) is None
        assert exchange.seal(movement.peer, by=None, at=sides.AT) is not None


def test_a_regency_keeps_that_it_applied_until_the_movement_has_read_it(
    pair: tuple[Side, Side], coordinator: User
) -> None:
    regency, movement = pair
    call(movement)
    with movement.here():
        Cohort.objects.update(call={"id": "Batas diperpanjang."})
    first = sides.seal(movement, regency)
    Cohort.objects.update(call={"id": "Batas diperpanjang lagi."})
    second = sides.seal(movement, regency, days=1)
    forget()
    sides.receive(regency, first)
    row = Participant.objects.select_related("cohort__form", "area").get()
    fill_in(regency, row, coordinator)
    sides.receive(regency, second, days=1)
    row = Participant.objects.select_related("cohort").get()
    assert row.status == Participant.Status.APPLIED
    assert row.cohort.call == {"id": "Batas diperpanjang lagi."}
    assert row.submission.answers["pemimpin"]["words"] == SECRET


def mentor(movement: Side) -> Participant:
    """Choose the regency and begin its mentoring, with a bimtek and a comment."""
    participant = call(movement)
    with movement.here():
        cast.apply(participant)
        cohort = cast.advance(Cohort.objects.get(), Cohort.State.ASSESSING)
        row = Participant.objects.select_related("cohort", "area").get()
        _juror, wayan = cast.seat(row, "wayan")
        cast.hand_in(row, wayan, 4, 4)
        cast.decide(row)
        cohort = cast.advance(cohort, Cohort.State.DECIDED)
        mentoring.begin(cohort, cast.blueprint("programmes", cast.PROGRAMME), by=cast.secretary(), at=AFTER)
        row = Participant.objects.select_related("cohort", "area").get()
        hold(row, date(2026, 8, 3), "Aula Bappeda")
        mentoring.comment(row, **PLAN_LINE, words="Sebutkan desanya.", by=cast.secretary(), at=AFTER)
    return row


def hold(row: Participant, day: date, place: str) -> Session:
    given: dict[str, Any] = {"stage": "i", "starts": day, "ends": day, "place": place, "agenda": "SWOT"}
    return mentoring.hold_session(row, **given, by=cast.secretary(), at=AFTER)


def test_the_decision_bimtek_and_comments_come_down_without_names_and_marks(pair: tuple[Side, Side]) -> None:
    mentor(pair[1])
    row = bring_down(pair)
    assert row.status == Participant.Status.RUNNING
    decision = row.determination
    assert (decision.is_chosen, decision.reason, decision.by, decision.score) == (
        *(True, "Siap bekerja."),
        *(None, None),
    )
    [session] = row.sessions.all()
    assert (session.starts, session.place, session.agenda) == (date(2026, 8, 3), "Aula Bappeda", "SWOT")
    assert {one.code for one in row.deliverables.all()} == {"bahan", "kerangka"}
    assert row.cohort.stages == cast.PROGRAMME["stages"]
    [comment] = row.comments.all()
    assert (comment.words, comment.quoted, comment.by) == ("Sebutkan desanya.", "Sinyal di desa", None)


def test_what_changed_replaces_and_what_is_gone_goes(pair: tuple[Side, Side]) -> None:
    regency, movement = pair
    row = mentor(movement)
    first = sides.seal(movement, regency)
    with movement.here():
        Session.objects.all().delete()
        hold(row, date(2026, 9, 7), "Hotel Kita")
        item = Deliverable.objects.get(code="bahan")
        mentoring.receive(item, None, by=cast.secretary(), at=AFTER)
        mentoring.judge(item, is_accepted=False, reason="Tanpa tabel.", by=cast.secretary(), at=AFTER)
    second = sides.seal(movement, regency, days=1)
    forget()
    sides.receive(regency, first)
    taken = sides.receive(regency, second, days=1)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    [session] = Session.objects.all()
    assert session.place == "Hotel Kita"
    item = Deliverable.objects.get(code="bahan")
    assert (item.status, item.reason) == (Deliverable.Status.RETURNED, "Tanpa tabel.")
    assert Comment.objects.count() == 1


def test_an_answer_goes_up_and_is_not_lost_when_news_come_down_before_it_arrived(
    pair: tuple[Side, Side], coordinator: User
) -> None:
    regency, movement = pair
    row = mentor(movement)
    first = sides.seal(movement, regency)
    with movement.here():
        hold(row, date(2026, 9, 7), "Hotel Kita")
    second = sides.seal(movement, regency, days=1)
    forget()
    sides.receive(regency, first)
    with regency.here():
        later = AFTER + timedelta(days=2)
        workshop.reply(Comment.objects.get(), "Desa Lingge dan Talang.", by=coordinator, at=later)
    sides.receive(regency, second, days=1)
    comment = Comment.objects.get()
    assert (comment.state, comment.answer) == (Comment.State.ANSWERED, "Desa Lingge dan Talang.")
    up = sides.seal(regency, movement, days=2)
    Comment.objects.update(state=Comment.State.OPEN, answer="", answered_at=None)  # be the movement
    taken = sides.receive(movement, up, days=2)
    assert taken.state == ReceivedBatch.State.TAKEN, taken.reason
    comment = Comment.objects.get()
    assert (comment.state, comment.answer) == (Comment.State.ANSWERED, "Desa Lingge dan Talang.")
    assert comment.answered_at == later


def test_a_settled_comment_is_left_alone_on_both_sides(pair: tuple[Side, Side], coordinator: User) -> None:
    regency, movement = pair
    mentor(movement)
    bring_down(pair)
    with regency.here():
        workshop.reply(Comment.objects.get(), "Terlambat.", by=coordinator, at=AFTER)
    up = sides.seal(regency, movement)
    Comment.objects.update(state=Comment.State.SETTLED, answer="", answered_at=None)
    sides.receive(movement, up)
    assert Comment.objects.get().answer == ""
    with regency.here(), pytest.raises(Refused, match="sudah selesai"):
        workshop.reply(Comment.objects.get(), "Lagi.", by=coordinator, at=AFTER)


def test_a_regency_that_is_no_longer_in_a_call_reads_that_it_withdrew(pair: tuple[Side, Side]) -> None:
    regency, movement = pair
    call(movement)
    home = bring_down(pair).area
    Participant.objects.update(area=sides.make_area("16.12"))
    content = sides.seal(movement, regency, days=1)
    Participant.objects.update(area=home)
    sides.receive(regency, content, days=1)
    assert Participant.objects.get().status == Participant.Status.WITHDRAWN
    again = sides.seal(movement, regency, days=2)
    Participant.objects.update(status=Participant.Status.WITHDRAWN)
    assert sides.receive(regency, again, days=2).state == ReceivedBatch.State.TAKEN


def test_a_call_waits_while_another_movement_has_one_of_that_year(pair: tuple[Side, Side]) -> None:
    call(pair[1])
    content = sides.seal(pair[1], pair[0])
    forget()
    Cohort.objects.create(year=2026, title={"id": "Angkatan lain"})
    assert sides.receive(pair[0], content).state == ReceivedBatch.State.TAKEN
    assert not ReceivedPart.objects.get().is_read
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("what", "given"),
    [("definition", {"scale": [], "parts": [{"code": "x"}]}), ("definition", {}), ("title", "x")],
)
def test_a_form_of_another_shape_is_refused(pair: tuple[Side, Side], what: str, given: Any) -> None:
    regency, movement = pair
    call(movement)
    if what == "title":
        Cohort.objects.update(title={"xx": 7})
    else:
        Blueprint.objects.filter(kind=Blueprint.Kind.FORM).update(definition=given)
    content = sides.seal(movement, regency)
    forget()
    taken = sides.receive(regency, content)
    assert taken.state == ReceivedBatch.State.REFUSED
    assert "tidak dapat dibaca" in taken.reason
    assert not Cohort.objects.exists()


# The regency's pages


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    from lawang.movement.cohorts import views
    from lawang.movement.cohorts.desk import common, participation

    for module in (views, common, participation):
        monkeypatch.setattr(module, "now", lambda: DURING)


@pytest.mark.usefixtures("clock")
def test_the_form_is_filled_in_and_sent_at_the_regencys_desk(
    pair: tuple[Side, Side], coordinator: User
) -> None:
    call(pair[1])
    row = bring_down(pair)
    browser, page = cast.signed_in(coordinator), f"/kelola/bimbingan/angkatan/{row.key}/"
    with pair[0].here():
        shown = browser.get("/kelola/bimbingan/").content.decode()
        assert page in shown
        assert "kirim formulir kesiapan paling lambat" in shown
        shown = browser.get(page).content.decode()
        assert "Ayo mendaftar." in shown
        assert Markup(shown).problems() == []
        typed = {f"q-{code}": "sedang" for code in ANSWERS} | {"office": "Dinas Kominfo", "do": "send"}
        answer = browser.post(f"{page}kesiapan/", {**typed, "q-literasi": ""})
        assert answer.status_code == 422
        upload = SimpleUploadedFile("sk.png", PICTURE.read_bytes())
        given = {"question": "anggaran", "proves": "DPA 2026", "file": upload}
        assert browser.post(f"{page}kesiapan/bukti/", given).status_code == 302
        shown = browser.get(f"{page}kesiapan/").content.decode()
        assert "DPA 2026" in shown
        assert Markup(shown).problems() == []
        assert browser.post(f"{page}kesiapan/", typed).status_code == 302
        assert "Terkirim" in browser.get(page).content.decode()
        assert browser.post(f"{page}kesiapan/bukti/{Proof.objects.get().key}/hapus/").status_code == 302
    assert Submission.objects.get().sent_at == DURING
    assert Entry.objects.get(verb="readiness_sent").by_id == coordinator.pk
    assert not Proof.objects.exists()


@pytest.mark.usefixtures("clock")
def test_the_decision_and_the_comments_stand_on_the_regencys_page(
    pair: tuple[Side, Side], coordinator: User, django_assert_max_num_queries: Any
) -> None:
    mentor(pair[1])
    row = bring_down(pair)
    browser, page = cast.signed_in(coordinator), f"/kelola/bimbingan/angkatan/{row.key}/"
    comment = row.comments.get()
    with pair[0].here():
        assert "1 komentar" in browser.get("/kelola/bimbingan/").content.decode()
        with django_assert_max_num_queries(12):
            shown = browser.get(page).content.decode()
        for words in ("Siap bekerja.", "Aula Bappeda", "Sebutkan desanya.", "Bahan Buku 1", "3 Agustus 2026"):
            assert words in shown
        assert Markup(shown).problems() == []
        path = f"/kelola/bimbingan/komentar/{comment.key}/"
        assert "Sebutkan desanya." in browser.get(path).content.decode()
        assert browser.post(path, {"words": "Desa Lingge."}).status_code == 302
        assert "Desa Lingge." in browser.get(page).content.decode()
    with pair[1].here():
        assert browser.get(page).status_code == 404
        assert browser.get(path).status_code == 404


def test_who_may_not_send_may_still_fill_in(pair: tuple[Side, Side]) -> None:
    call(pair[1])
    row = bring_down(pair)
    user = make_user("joko")
    make_membership(user, role=make_role("pengisi", {"movement.answer": "all"}), agency=make_agency())
    with pair[0].here():
        actions.write(row, answers=ANSWERS, applications=[], by_office="K", by=user, at=DURING)
        with pytest.raises(Refused):
            actions.send(row, by=user, at=DURING)
        with pytest.raises(Refused):
            actions.write(
                row, answers=ANSWERS, applications=[], by_office="K", by=make_user("budi"), at=DURING
            )
