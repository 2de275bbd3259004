"""Citizens make an account of their own, prove an address, and log in with a code that was mailed there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from lawang.lib.refused import Refused
from lawang.people import proving
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.models import Entry, Outbox
from tests.cast import make_membership, make_user
from tests.markup import Markup

pytestmark = pytest.mark.django_db

TYPED = {"name": "Siti Contoh", "username": "siti.contoh", "password": "gajah-makan-durian-2026"}


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def mailed(kind: str = "prove_email") -> str:
    """Return the code in the newest message."""
    found = re.search(r"\d{6}", Outbox.objects.filter(kind=kind).latest("pk").body)
    assert found
    return found[0]


def signed_up(client: Client) -> User:
    client.post("/akun/daftar/", TYPED)
    return User.objects.get(username="siti.contoh")


def test_a_citizen_makes_an_account_and_is_signed_in(client: Client) -> None:
    assert Markup(client.get("/akun/daftar/").content.decode()).problems() == []
    response = client.post("/akun/daftar/", TYPED)
    assert response["Location"] == "/akun/surel/"
    user = User.objects.get(username="siti.contoh")
    assert user.check_password(TYPED["password"])
    assert not user.memberships.exists()
    assert user.email is None
    assert client.get("/permohonan/").status_code == 200
    assert Entry.objects.filter(verb="added").exists()


def test_weak_passwords_and_taken_names_are_refused(client: Client) -> None:
    make_user("siti.contoh")
    words = client.post("/akun/daftar/", TYPED).content.decode()
    assert "sudah dipakai" in words
    words = client.post("/akun/daftar/", {**TYPED, "username": "wati", "password": "123456"}).content.decode()
    assert "karakter" in words
    assert User.objects.count() == 1


def test_where_citizens_make_none_an_administrator_does(client: Client, settings: Any) -> None:
    settings.SIGN_UP = False
    assert "Akun dibuat oleh administrator" in client.get("/akun/daftar/").content.decode()
    client.post("/akun/daftar/", TYPED)
    assert not User.objects.exists()


def test_an_address_is_mine_once_i_read_the_code(client: Client) -> None:
    user = signed_up(client)
    client.post("/akun/surel/", {"email": "Siti@Contoh.id"})
    user.refresh_from_db()
    assert user.email is None
    assert Markup(client.get("/akun/surel/").content.decode()).problems() == []
    response = client.post("/akun/surel/", {"code": mailed()})
    assert response["Location"] == "/permohonan/"
    user.refresh_from_db()
    assert user.email == "siti@contoh.id"
    assert proving.is_proved(user)
    assert not proving.waiting_for(client.session, at=now())


def test_a_wrong_code_proves_nothing_and_five_end_it(client: Client) -> None:
    user = signed_up(client)
    client.post("/akun/surel/", {"email": "siti@contoh.id"})
    right = mailed()
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        assert client.post("/akun/surel/", {"code": wrong}).status_code == 422
    client.post("/akun/surel/", {"code": right})
    user.refresh_from_db()
    assert user.email is None


def test_a_code_grows_old(client: Client) -> None:
    user = signed_up(client)
    session = client.session
    proving.send_code(user, "siti@contoh.id", session, at=now() - timedelta(minutes=16))
    with pytest.raises(Refused, match="tidak berlaku lagi"):
        proving.prove(user, mailed(), session, at=now())


def test_a_code_is_good_for_the_account_that_asked(client: Client) -> None:
    user = signed_up(client)
    other = make_user("budi")
    session = client.session
    proving.send_code(user, "siti@contoh.id", session, at=now())
    with pytest.raises(Refused, match="Kode salah"):
        proving.prove(other, mailed(), session, at=now())


def test_codes_are_limited_for_an_account(client: Client) -> None:
    user = signed_up(client)
    for _turn in range(5):
        proving.send_code(user, "siti@contoh.id", client.session, at=now())
    with pytest.raises(Refused, match="satu jam"):
        proving.send_code(user, "siti@contoh.id", client.session, at=now())


def test_who_only_claimed_an_address_loses_it_to_who_proves_it() -> None:
    thief = make_user("budi", email="siti@contoh.id")
    siti = make_user("siti", email=None)
    proving.take_email(siti, "siti@contoh.id", at=now())
    thief.refresh_from_db()
    assert thief.email is None
    assert proving.is_proved(siti) is False  # this row is stale
    siti.refresh_from_db()
    assert proving.is_proved(siti)
    with pytest.raises(Refused, match="akun lain"):
        proving.take_email(thief, "siti@contoh.id", at=now())


def test_an_officers_address_is_not_taken() -> None:
    officer = make_user("ratna", email="dinas@contoh.id")
    make_membership(officer)
    with pytest.raises(Refused, match="akun lain"):
        proving.take_email(make_user("siti", email=None), "dinas@contoh.id", at=now())


def test_a_code_by_mail_opens_an_account_with_a_proved_address(client: Client) -> None:
    siti = make_user("siti", email="siti@contoh.id")
    EmailAddress.objects.create(user=siti, email="siti@contoh.id", verified=True, primary=True)
    assert Markup(client.get("/masuk/kode-surel/").content.decode()).problems() == []
    response = client.post("/masuk/kode-surel/", {"email": "siti@contoh.id"})
    assert response["Location"].startswith("/masuk/kode-surel/tulis/")
    assert Markup(client.get("/masuk/kode-surel/tulis/").content.decode()).problems() == []
    response = client.post("/masuk/kode-surel/tulis/", {"code": mailed("login_code")})
    assert response["Location"] == "/permohonan/"
    assert client.get("/permohonan/").status_code == 200


def test_an_address_that_nobody_proved_opens_nothing_and_tells_nothing(client: Client) -> None:
    """Somebody could have typed a stranger's address into an account of theirs, and wait for the stranger there."""
    make_user("budi", email="siti@contoh.id")
    for address in ("siti@contoh.id", "tidakada@contoh.id"):
        response = client.post("/masuk/kode-surel/", {"email": address}, follow=True)
        assert "Bila surel itu milik sebuah akun" in response.content.decode()
    assert not Outbox.objects.exists()


def test_three_wrong_codes_end_the_login(client: Client) -> None:
    siti = make_user("siti", email="siti@contoh.id")
    EmailAddress.objects.create(user=siti, email="siti@contoh.id", verified=True, primary=True)
    client.post("/masuk/kode-surel/", {"email": "siti@contoh.id"})
    right = mailed("login_code")
    for _try in range(3):
        client.post("/masuk/kode-surel/tulis/", {"code": "000000" if right != "000000" else "111111"})
    client.post("/masuk/kode-surel/tulis/", {"code": right})
    assert client.get("/permohonan/").status_code == 302


def test_a_changed_address_must_be_proved_again(client: Client) -> None:
    siti = make_user("siti", email="siti@contoh.id")
    EmailAddress.objects.create(user=siti, email="siti@contoh.id", verified=True, primary=True)
    client.force_login(siti, "lawang.people.login.Identified")
    client.post("/akun/kontak/", {"email": "lain@contoh.id", "phone": ""})
    siti.refresh_from_db()
    assert siti.email == "lain@contoh.id"
    assert not proving.is_proved(siti)
