"""A head signs several letters in one press: what is signed, what is not and why, and what is left."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from lawang.documents import actions, desk, several, signatures
from lawang.documents.models import Document, Signature
from lawang.documents.tests.letters import AT, make_draft, make_template, make_village
from lawang.people.models import Role, User
from lawang.people.registered import sealed_nik
from lawang.record.models import Access, Entry, Key, Outbox
from lawang.web.forms import ONCE
from tests.bsre_server import BsreServer, serving
from tests.cast import make_agency, make_membership, make_node, make_role, make_user

pytestmark = pytest.mark.django_db
LIST, SIGN = "/meja/dokumen/", "/meja/dokumen/tanda-tangan/"
NIK, PASSPHRASE = "1611010101900001", "Kuda-Terbang-42"
VERBS = {"documents.see": "agency", "documents.issue": "agency"}
State = Document.State


@pytest.fixture(autouse=True)
def node() -> None:
    make_node(is_demo=True)


@pytest.fixture
def kepala(client: Client) -> User:
    """The head of the village, signed in."""
    user = make_user("wayan", name="Wayan Contoh")
    user.nik = sealed_nik(user, NIK)
    user.save()
    role = make_role(
        "chief", {**VERBS, "documents.sign": "agency"}, signs_as=["head"], highest_privacy="personal"
    )
    make_membership(user, role=role, agency=make_village())
    client.force_login(user)
    return user


@pytest.fixture
def bsre(settings: Any, tmp_path: Path) -> Iterator[BsreServer]:
    with serving(tmp_path) as server:
        server.add(NIK, "Wayan Contoh", PASSPHRASE)
        settings.BSRE_URL, settings.BSRE_SECONDS = server.url, 5
        yield server


def waiting(count: int = 3, **fields: Any) -> list[Document]:
    template = make_template(signers=["head"])
    return [actions.issue(make_draft(template, **fields), by=None, at=AT) for _number in range(count)]


def press(client: Client, letters: list[Document], **more: str) -> Any:
    """Tick these letters, press the button and see the page to which that leads."""
    return client.post(SIGN, {"pilih": [str(one.key) for one in letters], **more}, follow=True)


def states(letters: list[Document]) -> list[str]:
    return [Document.objects.get(pk=one.pk).state for one in letters]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def ticked(answer: Any) -> list[Document]:
    return [letter for letter, is_ticked in answer.context.get("mine", []) if is_ticked]


# The list


def test_letters_are_ticked_all_together_without_a_script(client: Client, kepala: User) -> None:
    letters = waiting()
    page = client.get(LIST)
    assert (ticked(page), words(page).count(" checked>")) == ([], 0)
    assert f'href="{LIST}?pilih=semua#giliran"' in words(page)
    page = client.get(f"{LIST}?pilih=semua")
    assert (ticked(page), words(page).count(" checked>")) == (letters, 3)
    assert "Kosongkan centang" in words(page)
    for letter in letters:
        assert f'href="{LIST}{letter.key}/pdf/"' in words(page)
        assert f'href="{LIST}{letter.key}/"' in words(page)


def test_the_oldest_are_shown_and_how_many_more_wait(
    client: Client, kepala: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "AT_ONCE", 2)
    letters = waiting(5)
    page = client.get(f"{LIST}?pilih=semua")
    assert ticked(page) == letters[:2]
    assert "3 surat lagi menunggu" in words(page)


def test_who_may_not_read_letters_gets_no_link_to_them(client: Client, kepala: User) -> None:
    (letter,) = waiting(1)
    Role.objects.update(highest_privacy="internal")
    assert f"{letter.key}/pdf/" not in words(client.get(LIST))


def test_without_a_signer_there_is_nothing_to_tick(client: Client, kepala: User, settings: Any) -> None:
    settings.EXAMPLE_SIGNATURES = False
    waiting(1)
    said = words(client.get(LIST))
    assert "Baca dan tanda tangani" in said
    assert 'name="pilih"' not in said


def test_what_was_handed_back_is_not_signed_together_with_others(client: Client, kepala: User) -> None:
    first, returned = waiting(2)
    signatures.decline(returned, by=kepala, at=AT, reason="Nama salah.")
    assert words(client.get(LIST)).count('name="pilih"') == 1
    press(client, [first, returned])
    assert states([first, returned]) == [State.VALID, State.WAITING]


def test_a_letter_whose_signing_was_cut_off_is_listed_again(client: Client, kepala: User) -> None:
    letters = waiting(2)
    for letter, minutes in zip(letters, (1, 4), strict=True):
        Signature.objects.filter(document=letter).update(
            state="asked", user=kepala, asked_at=timezone.now() - timedelta(minutes=minutes)
        )
    assert ticked(client.get(f"{LIST}?pilih=semua")) == letters[1:]
    press(client, letters)
    assert states(letters) == [State.WAITING, State.VALID]


# The press


def test_every_ticked_letter_is_signed_and_no_other(client: Client, kepala: User) -> None:
    letters = waiting()
    answer = press(client, letters[:2])
    assert "2 surat ditandatangani." in words(answer)
    assert states(letters) == [State.VALID, State.VALID, State.WAITING]
    assert {place.user for place in Signature.objects.filter(state="signed")} == {kepala}
    assert ticked(answer) == []


def test_what_is_refused_for_one_letter_keeps_no_other_back(client: Client, kepala: User) -> None:
    letters = waiting()
    Signature.objects.filter(document=letters[1]).update(state="asked", asked_at=timezone.now())
    answer = press(client, letters)
    assert states(letters) == [State.VALID, State.WAITING, State.VALID]
    said = words(answer)
    assert "2 surat ditandatangani." in said
    link = f'<a href="{LIST}{letters[1].key}/">{letters[1].number}</a>'
    assert f"Belum ditandatangani: {link}. Surat ini sedang ditandatangani." in said


def test_without_a_tick_the_page_says_what_to_do(client: Client, kepala: User) -> None:
    letters = waiting()
    answer = press(client, [], signer="test")
    assert "Centang dahulu surat yang Anda tanda tangani." in words(answer)
    assert answer.redirect_chain == [(f"{LIST}?signer=test", 302)]
    assert states(letters) == [State.WAITING] * 3


def test_letters_of_others_are_not_touched(client: Client, kepala: User) -> None:
    foreign = waiting(1, office=make_agency("desa-lain", "Desa Lain"))
    mine = waiting(1)
    client.post(SIGN, {"pilih": [str(one.key) for one in foreign + mine] + ["bukan kunci", "semua"]})
    assert states(foreign + mine) == [State.WAITING, State.VALID]
    assert "tidak lagi menunggu" in words(press(client, foreign))
    assert states(foreign) == [State.WAITING]


def test_who_may_not_sign_is_refused(client: Client, kepala: User) -> None:
    letters = waiting()
    ratih = make_user("ratih")
    make_membership(ratih, role=make_role("clerk", VERBS, highest_privacy="personal"), agency=make_village())
    client.force_login(ratih)
    assert client.post(SIGN, {"pilih": [str(letters[0].key)]}).status_code == 403
    assert 'name="pilih"' not in words(client.get(LIST))
    assert states(letters) == [State.WAITING] * 3


@pytest.mark.parametrize("key", [{}, {ONCE: "satu"}], ids=["without a key", "with a key"])
def test_a_second_press_signs_nothing_twice(client: Client, kepala: User, key: dict[str, str]) -> None:
    letters = waiting(2)
    for _time in range(2):
        answer = press(client, letters, **key)
    assert "tidak lagi menunggu tanda tangan Anda" in words(answer)
    assert Entry.objects.filter(verb="document_signed").count() == 2


def test_what_was_signed_meanwhile_is_refused(kepala: User) -> None:
    """Two presses at the same moment found the same letters waiting."""
    (letter,) = waiting(1)
    done = several.sign([letter, letter], by=kepala, clock=timezone.now)
    assert (done.signed, done.refused) == (
        *([letter], {"Surat ini tidak sedang menunggu tanda tangan.": [letter]}),
    )


class Clock:
    """Tells a moment that is seven seconds later each time."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=7)
        return self.at


def test_after_twenty_seconds_the_rest_is_left_ticked(
    client: Client, kepala: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = waiting(5)
    monkeypatch.setattr(desk, "now", Clock())
    answer = press(client, letters)
    assert "2 surat ditandatangani." in words(answer)
    assert "3 lagi belum sempat: tekan sekali lagi." in words(answer)
    assert ticked(answer) == letters[2:]
    assert states(letters) == [State.VALID] * 2 + [State.WAITING] * 3


# A service that asks for a passphrase


def kept() -> str:
    """Return everything that is stored, in clear."""
    tables = (Entry, Outbox, Access, Signature, Document, Key)
    rows = [repr(row) for noun in tables for row in noun.objects.values()]
    return "".join(rows + [repr(one.get_decoded()) for one in Session.objects.all()])


def test_one_passphrase_signs_them_all(client: Client, kepala: User, bsre: BsreServer) -> None:
    letters = waiting(2)
    answer = press(client, letters, passphrase=PASSPHRASE, signer="bsre")
    assert "2 surat ditandatangani." in words(answer)
    assert states(letters) == [State.VALID] * 2
    assert PASSPHRASE not in kept() + words(answer) + repr(answer.redirect_chain)


def test_a_wrong_passphrase_is_tried_once(client: Client, kepala: User, bsre: BsreServer) -> None:
    """Also when the button is pressed twice; nothing of what was typed stays."""
    letters = waiting()
    first = press(client, letters, passphrase="Kuda-Jatuh-41", signer="bsre", **{ONCE: "satu"})
    assert "Passphrase salah" in words(first)
    assert "3 surat yang dicentang belum ditandatangani." in words(first)
    again = press(client, letters, passphrase="Kuda-Jatuh-41", signer="bsre", **{ONCE: "satu"})
    assert "sudah diterima tadi" in words(again)
    assert len(bsre.requests) == 1
    assert ticked(first) == ticked(again) == letters
    assert '<option value="bsre" selected>' in words(first)
    assert "Kuda-Jatuh-41" not in kept() + words(first) + words(again) + repr(first.redirect_chain)
    assert states(letters) == [State.WAITING] * 3
    assert press(client, letters, passphrase=PASSPHRASE, signer="bsre", **{ONCE: "dua"})
    assert states(letters) == [State.VALID] * 3


def test_no_hash_of_a_passphrase_is_kept(client: Client, kepala: User, bsre: BsreServer) -> None:
    letters = waiting(1)
    for typed in ("Kuda-Jatuh-41", "Kuda-Jatuh-42"):
        press(client, letters, passphrase=typed, signer="bsre", **{ONCE: "satu"})
    assert Key.objects.count() == 1  # the same form, whatever was typed into that field


@pytest.mark.parametrize(
    ("trouble", "said"), [("500", "sedang terganggu"), ("hang up", "tidak dapat dihubungi")]
)
def test_a_service_that_does_not_answer_is_asked_once(
    client: Client, kepala: User, bsre: BsreServer, trouble: str, said: str
) -> None:
    letters = waiting()
    bsre.behaviour.failure = trouble
    answer = press(client, letters, passphrase=PASSPHRASE, signer="bsre")
    assert said in words(answer)
    assert len(bsre.requests) == 1
    assert ticked(answer) == letters
    assert states(letters) == [State.WAITING] * 3


def test_what_was_signed_before_the_service_went_away_stays_signed(
    client: Client, kepala: User, bsre: BsreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters, sign = waiting(), signatures.sign

    def sign_and_break(letter: Document, **more: Any) -> Document:
        signed = sign(letter, **more)
        bsre.behaviour.failure = "500"
        return signed

    monkeypatch.setattr(signatures, "sign", sign_and_break)
    answer = press(client, letters, passphrase=PASSPHRASE, signer="bsre")
    assert "1 surat ditandatangani." in words(answer)
    assert "2 surat yang dicentang belum ditandatangani." in words(answer)
    assert states(letters) == [State.VALID, State.WAITING, State.WAITING]
    assert (ticked(answer), len(bsre.requests)) == (letters[1:], 2)


def test_who_is_not_registered_is_told_once(client: Client, kepala: User, bsre: BsreServer) -> None:
    letters = waiting()
    User.objects.filter(pk=kepala.pk).update(nik="")
    answer = press(client, letters, passphrase=PASSPHRASE, signer="bsre")
    assert words(answer).count("NIK Anda belum tercatat") == 1
    assert bsre.requests == []
    assert ticked(answer) == letters


def test_what_is_signed_later_is_counted_apart(client: Client, kepala: User, bsre: BsreServer) -> None:
    letters = waiting(2)
    bsre.behaviour.answers_late = True
    answer = press(client, letters, passphrase=PASSPHRASE, signer="bsre")
    said = words(answer)
    assert "2 tanda tangan diminta." in said
    assert "surat ditandatangani." not in said
    assert {place.state for place in Signature.objects.all()} == {Signature.State.ASKED}
    assert re.findall('name="pilih"', said) == []


def test_a_signer_that_is_not_offered_is_not_asked(client: Client, kepala: User, bsre: BsreServer) -> None:
    letters = waiting(1)
    answer = press(client, letters, signer="lain")
    assert "Ditandatangani dengan: " in words(answer)
    assert (ticked(answer), states(letters)) == (letters, [State.WAITING])
