"""What visitors ask is sealed, numbered without gaps, answered in time or a ticket, and read by nobody else."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from lawang.lib.refused import Refused
from lawang.movement import tasks
from lawang.movement.exhibition import talks
from lawang.movement.exhibition.channels import CHANNEL
from lawang.movement.exhibition.models import Message, Talk
from lawang.movement.exhibition.tests.fair import (
    AT,
    NIGHT,
    booth_of,
    fill,
    keeper,
    make_fair,
    secretary,
    signed_in,
)
from lawang.movement.exhibition.views import COOKIE
from lawang.record import jobs
from lawang.record.models import Access, DataKey, Entry, Outbox
from tests.cast import moment

SECRET = "rahasia-pengunjung-uji"
VISITOR = talks.visitor_of(SECRET)


def ask(words: str = "Berapa tarif air?", **more: Any) -> Talk:
    booth = booth_of(make_fair())
    fill(booth)
    booth.refresh_from_db()
    return talks.ask(booth, words, visitor=VISITOR, **({"at": AT} | more))


def test_a_question_in_hours_is_due_within_the_booth_s_minutes(db: None) -> None:
    talk = ask()
    assert (talk.is_away, talk.due_at) == (False, AT + timedelta(minutes=60))
    assert talk.ticket == "T-2026-0001"


def test_a_question_at_night_is_a_ticket_due_when_somebody_is_there_again(db: None) -> None:
    talk = ask(at=NIGHT)
    assert talk.is_away
    assert talk.due_at == moment("2026-11-25 09:00")
    assert talk.ticket in talks.sentence_of_wait(talk)
    assert "Rabu, 25 November 2026 pukul 09.00" in talks.sentence_of_wait(talk)


def test_the_minutes_go_over_a_weekend(db: None) -> None:
    talk = ask(at=moment("2026-11-27 14:30"))  # a Friday, half an hour before the booth closes
    assert (talk.is_away, talk.due_at) == (False, moment("2026-11-30 08:30"))


def test_words_name_and_contact_lie_sealed_and_the_history_has_none(db: None) -> None:
    talk = ask("Tarif untuk Zubaidah?", name="Zubaidah", contact="zubaidah@example.id")
    with connection.cursor() as cursor:
        for table in ("movement_talk", "movement_message", "record_entry"):
            cursor.execute(f"select count(*) from {table} t where t::text ilike '%zubaidah%'")
            assert cursor.fetchone() == (0,)
    assert [one.words for one in talks.read(talk)] == ["Tarif untuk Zubaidah?"]
    assert talks.names([talk]) == {talk.key: "Zubaidah"}
    DataKey.objects.filter(thing=talk.thing).delete()
    assert [one.words for one in talks.read(talk)] == ["(sudah dihapus)"]
    assert talks.names([talk]) == {talk.key: talk.pseudonym}


def test_an_answer_goes_to_who_left_an_address_once(db: None) -> None:
    talk = ask(contact="siti@example.id")
    talks.answer(talk, "Rp3.000", by=keeper(), at=AT)
    talks.answer(talk, "Per meter kubik", by=keeper(), at=AT)
    assert [(one.address, one.kind) for one in Outbox.objects.all()] == [("siti@example.id", "talk_answered")]
    assert "Rp3.000" not in Outbox.objects.get().body
    assert Entry.objects.filter(verb="talk_answered").count() == 2


def test_only_keepers_of_that_booth_answer(db: None) -> None:
    talk = ask()
    for stranger in (keeper("kaka"), secretary()):
        with pytest.raises(Refused):
            talks.answer(talk, "Tidak boleh", by=stranger, at=AT)
        client = signed_in(stranger)
        assert client.get(f"/kelola/anjungan/percakapan/{talk.key}/").status_code in (403, 404)
    assert talk.messages.count() == 1


def test_words_are_hidden_with_a_reason_that_both_sides_read(db: None) -> None:
    talk = ask("Kata kasar")
    with pytest.raises(Refused):
        talks.hide(talk.messages.get(), "  ", by=keeper(), at=AT)
    talks.hide(talk.messages.get(), "Menyerang orang", by=keeper(), at=AT)
    assert [(one.words, one.hidden_why) for one in talks.read(talk)] == [("", "Menyerang orang")]


def test_nothing_is_taken_outside_the_exhibition_s_days_nor_after_the_end(db: None) -> None:
    talk = ask()
    for words in ("", "   ", "x" * (talks.LONGEST + 1)):
        with pytest.raises(Refused):
            talks.say(talk, words, visitor=VISITOR, at=AT)
    with pytest.raises(Refused):
        talks.say(talk, "Saya orang lain", visitor=talks.visitor_of("lain"), at=AT)
    with pytest.raises(Refused):
        talks.close(talk, by=keeper(), at=AT)  # the visitor waits
    talks.answer(talk, "Ya", by=keeper(), at=AT)
    talks.close(talk, by=keeper(), at=AT)
    with pytest.raises(Refused):
        talks.say(talk, "Masih ada?", visitor=VISITOR, at=AT)
    with pytest.raises(Refused):
        talks.ask(talk.booth, "Terlambat", visitor=VISITOR, at=moment("2027-01-02 10:00"))


def test_a_year_later_the_words_are_gone(db: None) -> None:
    talk = ask()
    fair = talk.booth.exhibition
    assert talks.erase_old(fair, by=None, at=moment("2027-06-01 10:00")) == 0
    assert talks.erase_old(fair, by=None, at=moment("2027-12-21 10:00")) == 1
    assert talks.erase_old(fair, by=None, at=moment("2027-12-21 10:00")) == 0
    assert [one.words for one in talks.read(talk)] == ["(sudah dihapus)"]


def test_the_nightly_task_erases_what_is_over_and_nothing_else(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test's transaction goes on
    talk = ask()
    for day, words in (("2027-12-19", "Berapa tarif air?"), ("2027-12-20", "(sudah dihapus)")):
        monkeypatch.setattr(tasks, "now", lambda day=day: moment(f"{day} 10:00"))
        for _again in range(2):
            tasks.erase_old_talks(timestamp=0)
            assert [one.words for one in talks.read(talk)] == [words]
    assert Entry.objects.filter(thing=talk.thing, verb="erased").count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_become_visible_in_their_order_whoever_writes_at_once() -> None:
    """A reader who has seen number n has seen all before it: nothing is passed over by `?sejak=n`."""
    talk = ask()
    gaps: list[tuple[int, ...]] = []
    stop = threading.Event()

    def write(words: str) -> None:
        try:
            for _time in range(6):
                talks.say(talk, words, visitor=VISITOR, at=AT)
        finally:
            connection.close()

    def watch() -> None:
        try:
            while not stop.is_set():
                seen = tuple(
                    Message.objects.filter(talk=talk).order_by("number").values_list("number", flat=True)
                )
                if seen != tuple(range(1, len(seen) + 1)):
                    gaps.append(seen)
        finally:
            connection.close()

    watcher = threading.Thread(target=watch)
    writers = [threading.Thread(target=write, args=(f"kata {n}",)) for n in range(4)]
    watcher.start()
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    stop.set()
    watcher.join()
    assert gaps == []
    assert Message.objects.filter(talk=talk).count() == 25


@pytest.mark.django_db(transaction=True)
def test_the_stream_is_woken_by_what_was_committed_and_by_nothing_else() -> None:
    import psycopg

    from lawang.movement.exhibition.stream import dsn

    talk = ask()
    with psycopg.connect(dsn(), autocommit=True) as listener:
        listener.execute(f"listen {CHANNEL}")
        with transaction.atomic():
            talks.say(talk, "tidak jadi", visitor=VISITOR, at=AT)
            transaction.set_rollback(True)
        talks.say(talk, "jadi", visitor=VISITOR, at=AT)
        heard = [note.payload for note in listener.notifies(timeout=2, stop_after=1)]
    assert heard == [f'{{"talk": "{talk.key}", "booth": {talk.booth_id}, "number": 2}}']
    assert "jadi" not in heard[0]


def browser() -> Client:
    client = Client()
    client.cookies[COOKIE] = SECRET
    return client


@pytest.fixture
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("views", "desk"):
        monkeypatch.setattr(f"lawang.movement.exhibition.{module}.now", lambda: AT)


def test_a_visitor_asks_reads_and_goes_on_without_an_account(db: None, in_november: None) -> None:
    fill(booth_of(make_fair()))
    client = Client()
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    asked = client.post("/pameran/2026/16.11/tanya/", {"words": "Berapa tarif?"}, headers=headers)
    assert asked.status_code == 302
    talk = Talk.objects.get()
    cookie = asked.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie.value not in str(talk.__dict__)
    page = client.get(asked["Location"])
    assert "Berapa tarif?" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert f"t={'t'}{talk.key}.1" in page.content.decode()
    said = client.post(f"/pameran/percakapan/{talk.key}/", {"words": "Dan denda?"})
    assert said.status_code == 302
    news = client.get(f"/pameran/percakapan/{talk.key}/baru/?sejak=1").content.decode()
    assert "Dan denda?" in news
    assert "Berapa tarif?" not in news
    assert client.get(f"/pameran/percakapan/{talk.key}/baru/?sejak=2").status_code == 204
    assert talk.ticket in client.get("/pameran/percakapan/").content.decode()


def test_another_browser_learns_nothing(db: None, in_november: None) -> None:
    talk = ask()
    other = Client()
    other.cookies[COOKIE] = "lain"
    for client in (Client(), other):
        for path in ("", "baru/"):
            assert client.get(f"/pameran/percakapan/{talk.key}/{path}").status_code == 404
        assert talk.ticket not in client.get("/pameran/percakapan/").content.decode()
    assert browser().get(f"/pameran/percakapan/{talk.key}/").status_code == 200


def test_the_same_message_sent_twice_is_said_once(db: None, in_november: None) -> None:
    talk = ask()
    for _time in range(2):
        browser().post(f"/pameran/percakapan/{talk.key}/", {"words": "Halo", "_key": "kunci-1"})
    assert talk.messages.count() == 2


def test_a_question_of_another_site_is_not_taken(db: None, in_november: None) -> None:
    fill(booth_of(make_fair()))
    sent = Client().post(
        "/pameran/2026/16.11/tanya/", {"words": "x"}, headers={"Origin": "https://lain.example"}
    )
    assert sent.status_code == 403
    assert Talk.objects.count() == 0


def test_a_flood_of_one_visitor_is_slowed_down(db: None, in_november: None) -> None:
    talk = ask()
    answers = {
        browser().post(f"/pameran/percakapan/{talk.key}/", {"words": f"ke-{n}"}).status_code
        for n in range(32)
    }
    assert 429 in answers
    assert talk.messages.count() == 31


def test_the_desk_answers_and_writes_down_who_read(db: None, in_november: None) -> None:
    talk = ask("Berapa tarif?", name="Siti")
    client = signed_in(keeper())
    home = client.get("/kelola/anjungan/").content.decode()
    assert "T-2026-0001" in home
    assert Access.objects.count() == 0
    page = client.get(f"/kelola/anjungan/percakapan/{talk.key}/")
    assert "Berapa tarif?" in page.content.decode()
    assert Access.objects.filter(thing=talk.thing).count() == 1
    sent = client.post(f"/kelola/anjungan/percakapan/{talk.key}/", {"words": "Rp3.000"})
    assert sent.status_code == 302
    talk.refresh_from_db()
    assert (talk.is_waiting, talk.answered_at) == (False, AT)
    hide = f"/kelola/anjungan/percakapan/{talk.key}/lakukan/sembunyikan/"
    client.post(hide, {"number": "2", "why": "Salah orang"})
    assert "Salah orang" in browser().get(f"/pameran/percakapan/{talk.key}/").content.decode()
    assert client.post(hide.replace("sembunyikan", "lain"), {}).status_code == 404
    client.post(hide.replace("sembunyikan", "tutup"))
    talk.refresh_from_db()
    assert talk.closed_at == AT


def test_after_closing_day_the_booth_says_so_instead_of_a_form(db: None, in_november: None) -> None:
    fill(booth_of(make_fair(opens=date(2026, 10, 1), closes=date(2026, 10, 31))))
    page = Client().get("/pameran/2026/16.11/").content.decode()
    assert "Pertanyaan diterima pada hari-hari pameran" in page
    assert "<textarea" not in page
