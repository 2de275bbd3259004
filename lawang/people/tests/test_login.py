from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client

from lawang.lib.refused import Refused
from lawang.people import actions
from lawang.people.identify import clean_phone, clean_username, find
from lawang.people.models import User
from lawang.people.node import now, today
from lawang.people.tests.national import person
from lawang.record.models import Entry, Outbox
from tests.cast import PASSWORD, make_membership, make_node, make_role, make_user

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    cache.clear()


def log_in(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/masuk/", {"login": name, "password": password}, **extra)


def who(client: Client) -> int | None:
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


def code_for(secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


@pytest.mark.parametrize(
    "written",
    [
        "siti",
        "SITI",
        " siti ",
        "siti@example.id",
        "Siti@Example.ID",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "6281234567890",
    ],
)
def test_three_identifiers_however_they_are_written(client: Client, written: str) -> None:
    siti = make_user("siti", phone="+6281234567890")
    answer = log_in(client, written)
    assert answer.status_code == 302
    assert who(client) == siti.pk


@pytest.mark.parametrize(
    "written", ["", "sita", "siti@example.org", "0812", "+62", "\0", "sit%", "a" * 400, "081234567891"]
)
def test_anybody_else_gets_one_sentence(client: Client, siti: User, written: str) -> None:
    answer = log_in(client, written)
    assert answer.status_code == 200
    assert who(client) is None


def test_wrong_password_says_what_to_do(client: Client, siti: User) -> None:
    answer = log_in(client, "siti", "salah")
    assert "Nama atau kata sandi salah" in answer.content.decode()


def test_a_closed_account_does_not_get_in(client: Client, siti: User) -> None:
    siti.is_active = False
    siti.save()
    answer = log_in(client, "siti")
    assert answer.headers["Location"] == "/akun/ditutup/"
    assert who(client) is None


def test_lockout_is_for_one_account_from_one_address(
    client: Client, siti: User, budi: User, settings: Any
) -> None:
    """A village behind one address is not locked out with one of them, nor the account everywhere."""
    siti.phone = "+6281234567890"
    siti.save()
    names = ["siti", "siti@example.id", "081234567890"]  # all count as one account
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = log_in(client, names[attempt % 3], "salah")
    assert answer.status_code == 429
    assert "Coba lagi dalam 15 menit" in answer.content.decode()
    assert int(answer.headers["Retry-After"]) == 900
    assert log_in(client, "siti").status_code == 429
    assert who(client) is None
    log_in(client, "budi")
    assert who(client) == budi.pk
    other = Client(REMOTE_ADDR="10.1.2.3")
    log_in(other, "siti")
    assert who(other) == siti.pk


def test_lockout_ends(client: Client, siti: User, settings: Any) -> None:
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "siti", "salah")
    AccessAttempt.objects.update(attempt_time=now() - settings.AXES_COOLOFF_TIME)
    log_in(client, "siti")
    assert who(client) == siti.pk


def test_a_new_password_ends_the_lockout(client: Client, siti: User, settings: Any) -> None:
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "siti", "salah")
    actions.set_password(siti, "kerbau-makan-rumput-77", by=None, at=now())
    log_in(client, "siti", "kerbau-makan-rumput-77")
    assert who(client) == siti.pk


def test_behind_the_proxy_its_last_address_counts(client: Client, siti: User, settings: Any) -> None:
    settings.BEHIND_TLS = True
    log_in(client, "siti", "salah", headers={"X-Forwarded-For": "9.9.9.9, 10.20.30.40"})
    assert AccessAttempt.objects.get().ip_address == "10.20.30.40"


# The second factor


def with_factor(user: User) -> User:
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def test_the_code_is_asked_after_the_password(client: Client, siti: User) -> None:
    with_factor(siti)
    assert log_in(client, "siti").headers["Location"] == "/masuk/kode/"
    assert who(client) is None
    assert "Kode salah" in client.post("/masuk/kode/", {"code": "000000"}).content.decode()
    assert client.post("/masuk/kode/", {"code": code_for()}).status_code == 302
    assert who(client) == siti.pk


def test_a_recovery_code_works_once(client: Client, siti: User) -> None:
    with_factor(siti)
    row = Authenticator.objects.get(user=siti, type=Authenticator.Type.RECOVERY_CODES)
    code = row.wrap().get_unused_codes()[0]
    for expected in (siti.pk, None):
        one = Client()
        log_in(one, "siti")
        one.post("/masuk/kode/", {"code": code})
        assert who(one) == expected


def test_codes_cannot_be_guessed(client: Client, siti: User) -> None:
    with_factor(siti)
    log_in(client, "siti")
    for _attempt in range(10):
        client.post("/masuk/kode/", {"code": "000000"})
    answer = client.post("/masuk/kode/", {"code": code_for()})
    assert "Terlalu banyak kode yang salah" in answer.content.decode()
    assert who(client) is None


def test_secrets_are_encrypted_at_rest(siti: User) -> None:
    with_factor(siti)
    stored = Authenticator.objects.get(user=siti, type=Authenticator.Type.TOTP).data["secret"]
    assert SECRET not in stored


def test_a_role_that_requires_it_leads_there_first(client: Client) -> None:
    boss = person("administrator", username="joko")
    log_in(client, "joko")
    assert client.get("/kelola/pengguna/").headers["Location"] == "/akun/kode-kedua/pasang/"
    page = client.get("/akun/kode-kedua/pasang/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    answer = client.post("/akun/kode-kedua/pasang/", {"code": code_for(secret)})
    assert answer.headers["Location"] == "/akun/kode-pemulihan/"
    assert len(client.get("/akun/kode-pemulihan/").context["unused_codes"]) == 10
    assert client.get("/kelola/pengguna/").status_code == 200
    assert "wajib" in client.get("/akun/kode-kedua/lepas/").content.decode()
    client.post("/akun/kode-kedua/lepas/")
    assert Authenticator.objects.filter(user=boss, type="totp").exists()


def test_a_demonstration_never_insists(client: Client) -> None:
    make_node(is_demo=True)
    person("administrator", username="joko")
    log_in(client, "joko")
    assert client.get("/kelola/pengguna/").status_code == 200


def test_it_is_required_of_a_delegate_too(client: Client, siti: User) -> None:
    held = make_membership(make_user("joko"), role=make_role("r", {}, needs_second_factor=True))
    day = today()
    actions.delegate(held, to=siti, from_date=day, to_date=day, by=None, at=now())
    log_in(client, "siti")
    assert client.get("/akun/").headers["Location"] == "/akun/kode-kedua/pasang/"


def test_dropping_it_is_written_down(
    client: Client, siti: User, django_capture_on_commit_callbacks: Any
) -> None:
    log_in(client, "siti")
    with django_capture_on_commit_callbacks(execute=True):
        secret = client.get("/akun/kode-kedua/pasang/").context["form"].secret
        client.post("/akun/kode-kedua/pasang/", {"code": code_for(secret)})
    client.post("/akun/kode-kedua/lepas/")
    assert not Authenticator.objects.filter(user=siti).exists()
    verbs = list(Entry.objects.values_list("verb", flat=True))
    assert verbs == ["second_factor_added", "second_factor_removed"]
    assert Outbox.objects.filter(kind="account_changed", address="siti@example.id").count() == 2


# Passwords and sessions


def test_the_first_password_is_changed_before_anything_else(client: Client) -> None:
    user = actions.add_user(username="siti", name="Siti", password="pisang-goreng-hangat", by=None, at=now())
    log_in(client, "siti", "pisang-goreng-hangat")
    assert client.get("/akun/").headers["Location"] == "/akun/kata-sandi/"
    new = "kopi-lintang-hitam-5"
    client.post(
        "/akun/kata-sandi/", {"oldpassword": "pisang-goreng-hangat", "password1": new, "password2": new}
    )
    assert client.get("/akun/").status_code == 200
    user.refresh_from_db()
    assert not user.must_change_password
    assert list(Entry.objects.values_list("verb", flat=True)) == ["added", "password_set"]


def test_a_new_password_ends_the_other_sessions(client: Client, siti: User) -> None:
    other = Client()
    log_in(client, "siti")
    log_in(other, "siti")
    new = "kopi-lintang-hitam-5"
    client.post("/akun/kata-sandi/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert client.get("/akun/").status_code == 200
    assert other.get("/akun/").status_code == 302


def test_forgotten_password_goes_through_the_outbox(client: Client, siti: User) -> None:
    client.post("/akun/lupa/", {"email": "SITI@example.id"})
    message = Outbox.objects.get()
    assert message.address == "siti@example.id"
    path = "/akun/lupa/" + message.body.split("/akun/lupa/")[1].split()[0]
    form = client.get(path, follow=True)
    new = "kopi-lintang-hitam-5"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert "tidak berlaku lagi" in Client().get(path, follow=True).content.decode()
    log_in(client, "siti", new)
    assert who(client) == siti.pk


def test_forgotten_password_tells_nobody_who_has_an_account(client: Client, siti: User) -> None:
    known = client.post("/akun/lupa/", {"email": "siti@example.id"})
    unknown = client.post("/akun/lupa/", {"email": "nobody@example.id"})
    assert known.headers["Location"] == unknown.headers["Location"]
    assert Outbox.objects.count() == 1


def test_an_old_address_opens_nothing(client: Client, siti: User) -> None:
    client.post("/akun/lupa/", {"email": "siti@example.id"})
    actions.change_user(siti, name=siti.name, email="baru@example.id", phone=None, by=None, at=now())
    Outbox.objects.all().delete()
    client.post("/akun/lupa/", {"email": "siti@example.id"})
    assert not Outbox.objects.exists()


def test_a_one_time_link(client: Client) -> None:
    user = actions.add_user(username="siti", name="Siti", by=None, at=now())
    assert not user.has_usable_password()
    path = actions.one_time_link(user, by=None, at=now())
    form = client.get(path, follow=True)
    new = "kopi-lintang-hitam-5"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    log_in(client, "siti", new)
    assert who(client) == user.pk
    assert path not in str(list(Entry.objects.values_list("after", "note")))


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("pendek", "paling sedikit 12"),
        ("password1234", "mudah ditebak"),
        ("Indonesia1945!", "mudah ditebak"),
        ("111111111111", "mudah ditebak"),
        ("bismillah123456", "mudah ditebak"),
        ("ratna.dewi.2026", "terlalu mirip"),
        ("x" * 129, "paling banyak 128"),
    ],
)
def test_weak_passwords_get_a_sentence(db: None, password: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.check_password(password, User(username="ratna.dewi", name="Ratna Dewi"))


def test_a_list_of_breached_passwords(settings: Any, tmp_path: Any, db: None) -> None:
    path = tmp_path / "bocor.txt"
    path.write_text("kopi-lintang-hitam-5\n8B24D97D1C2DD9F40D1D2C9F1B5E0A0A5D5B7A4C:3\n")
    settings.LAWANG_BREACHED_PASSWORDS = str(path)
    with pytest.raises(Refused, match="mudah ditebak"):
        actions.check_password("kopi-lintang-hitam-5", User(username="siti", name="Siti"))


def test_sessions_are_listed_and_ended(client: Client, siti: User) -> None:
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 9) AppleWebKit Chrome/99 Safari/537"})
    log_in(other, "siti")
    log_in(client, "siti")
    page = client.get("/akun/sesi/").content.decode()
    assert "Chrome di Android" in page
    client.post("/akun/sesi/")
    assert client.get("/akun/").status_code == 200
    assert other.get("/akun/").status_code == 302
    assert UserSession.objects.filter(user=siti).count() == 1


def test_log_out(client: Client, siti: User) -> None:
    log_in(client, "siti")
    assert client.get("/keluar/").status_code == 200
    client.post("/keluar/")
    assert who(client) is None


def test_after_login_back_to_the_page(client: Client, siti: User) -> None:
    answer = client.get("/kelola/pengguna/")
    assert answer.headers["Location"] == "/masuk/?next=%2Fkelola%2Fpengguna%2F"
    answer = client.post("/masuk/", {"login": "siti", "password": PASSWORD, "next": "/kelola/pengguna/"})
    assert answer.headers["Location"] == "/kelola/pengguna/"
    outside = Client().post(
        "/masuk/", {"login": "siti", "password": PASSWORD, "next": "https://example.org/"}
    )
    assert "example.org" not in outside.headers["Location"]


@pytest.mark.parametrize(
    "path",
    [
        "/masuk/", "/keluar/", "/akun/daftar/", "/akun/ditutup/", "/akun/lupa/", "/akun/lupa/terkirim/",
        "/akun/lupa/selesai/", "/akun/lupa/1-abc/", "/akun/", "/akun/kontak/", "/akun/titip-tugas/",
        "/akun/kata-sandi/",
        "/akun/konfirmasi/", "/akun/kode-kedua/", "/akun/kode-kedua/pasang/", "/akun/sesi/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_at_the_door_is_in_our_shell(
    client: Client, ratna: User, path: str, language: str
) -> None:
    log_in(client, "ratna")
    page = (Client() if path == "/masuk/" else client).get(f"{language}{path}", follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert '<main id="isi"' in text
    assert " style=" not in text
    assert "<script>" not in text


def test_identifiers_never_clash(siti: User) -> None:
    assert clean_phone("(0812) 3456.7890") == "+6281234567890"
    assert clean_phone("8123456789") == "+628123456789"
    assert clean_phone(" ") is None
    for wrong in ("12", "abcdefghijk", "+62 8 satu"):
        with pytest.raises(Refused, match="8 sampai 15 angka"):
            clean_phone(wrong)
    for wrong in ("0812345", "a@b", "ab", "Siti Aminah", "-siti", "síti"):
        with pytest.raises(Refused, match="Nama pengguna harus"):
            clean_username(wrong)
    assert find("siti") == siti


def test_the_door_forgets_every_night(client: Client, siti: User) -> None:
    log_in(client, "siti")
    log_in(Client(), "budi", "salah")
    assert actions.tidy_the_door(at=now()) == {"sessions": 0, "attempts": 0, "devices": 0, "counters": 0}
    gone = actions.tidy_the_door(at=now() + timedelta(days=30))
    assert (gone["sessions"] > 0, gone["attempts"], gone["devices"]) == (True, 1, 1)
    assert client.get("/akun/").status_code == 302
