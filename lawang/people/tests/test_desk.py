from typing import Any

import pytest
from django.test import Client

from lawang.people import actions
from lawang.people.models import Agency, Delegation, Membership, Role, User
from lawang.people.node import now, today
from lawang.people.tests.national import CODES, person
from lawang.record.models import Access, Entry
from tests.cast import make_agency, make_node, make_user

pytestmark = pytest.mark.django_db

ALL_ROLES = set(CODES)
PAGES: dict[str, set[str]] = {
    "/kelola/pengguna/": {"administrator"},
    "/kelola/pengguna/unduh/": {"administrator"},
    "/kelola/pengguna/baru/": {"administrator"},
    "/kelola/pengguna/{user}/": {"administrator"},
    "/kelola/pengguna/{user}/ubah/": {"administrator"},
    "/kelola/pengguna/{user}/tugas/": {"administrator"},
    "/kelola/pengguna/{user}/tugas/{membership}/akhiri/": {"administrator"},
    "/kelola/pengguna/{user}/tutup/": {"administrator"},
    "/kelola/pengguna/{user}/kode-kedua/": {"administrator"},
    "/kelola/instansi/": {"administrator"},
    "/kelola/instansi/baru/": {"administrator"},
    "/kelola/instansi/{agency}/": {"administrator"},
    "/kelola/instansi/{agency}/tutup/": {"administrator"},
    "/kelola/peran/": {
        "administrator", "agency-head", "planner", "steward", "leader", "data-protection-officer", "auditor",
    },
    "/kelola/privasi/akses/": {"administrator", "data-protection-officer", "auditor"},
    "/kelola/riwayat/": {
        "administrator", "planner", "steward", "information-officer", "data-protection-officer", "auditor",
        "movement-secretariat",
    },
    "/akun/": ALL_ROLES,
    "/akun/kontak/": ALL_ROLES,
    "/akun/titip-tugas/": ALL_ROLES,
    "/akun/sesi/": ALL_ROLES,
    "/akun/kode-kedua/": ALL_ROLES,
}  # fmt: skip
POSTS = ("buka", "tautan", "sesi")


@pytest.fixture(autouse=True)
def demonstration() -> None:
    make_node(is_demo=True)  # so that nobody is led to the second factor


@pytest.fixture
def target() -> Membership:
    user = person("officer", username="target", agency=make_agency("dinkes"))
    return user.memberships.get()


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(person("administrator", username="joko"))
    return client


def where(path: str, target: Membership) -> str:
    return path.format(user=target.user.key, membership=target.pk, agency=target.agency.key)


@pytest.mark.parametrize("role", CODES)
def test_who_may_open_which_page(client: Client, target: Membership, role: str) -> None:
    client.force_login(person(role, username="pelaku", agency=target.agency))
    for path, roles in PAGES.items():
        answer = client.get(where(path, target))
        assert answer.status_code == (200 if role in roles else 403), path
        if answer.status_code == 403:
            assert "Anda " in answer.content.decode()
    for last in POSTS:
        path = where(f"/kelola/pengguna/{{user}}/{last}/", target)
        assert client.get(path).status_code == (405 if role == "administrator" else 403)
        if role != "administrator":
            assert client.post(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_led_to_the_door(client: Client, target: Membership, path: str) -> None:
    assert client.get(where(path, target)).headers["Location"].startswith("/masuk/?next=")


@pytest.mark.parametrize("path", [path for path in PAGES if "unduh" not in path])
@pytest.mark.parametrize("count", [3, 120])
def test_queries_stay_few(
    admin: Client, target: Membership, path: str, count: int, django_assert_max_num_queries: Any
) -> None:
    agencies = Agency.objects.bulk_create(
        Agency(code=f"a{n}", short_name=f"A{n}", name={"id": f"A{n}"}, valid_from=today())
        for n in range(count)
    )
    users = User.objects.bulk_create(User(username=f"u{n:03}", name=f"U{n:03}") for n in range(count))
    Membership.objects.bulk_create(
        Membership(user=user, agency=agency, role=target.role, from_date=today())
        for user, agency in zip(users, agencies, strict=True)
    )
    for user in users[:60]:
        actions.change_user(
            user, name=user.name, email=None, phone=None, username=f"{user.username}x", by=None, at=now()
        )
    address = where(path, target)
    with django_assert_max_num_queries(12):
        assert admin.get(address).status_code == 200


def test_lists_mask_and_reading_is_written_down(admin: Client, target: Membership) -> None:
    User.objects.filter(pk=target.user_id).update(email="target@example.id", phone="+6281234567890")
    page = admin.get("/kelola/pengguna/").content.decode()
    assert "target@example.id" not in page
    assert "t•••@example.id" in page
    assert not Access.objects.exists()
    page = admin.get(f"/kelola/pengguna/{target.user.key}/").content.decode()
    assert "target@example.id" in page
    row = Access.objects.get()
    assert (row.thing, row.fields) == (f"people.user:{target.user.key}", ["email", "phone"])
    assert "target@example.id" in b"".join(admin.get("/kelola/pengguna/unduh/")).decode()
    assert Access.objects.filter(why="CSV").exists()
    assert "halaman pengguna" in admin.get("/kelola/privasi/akses/").content.decode()


def test_without_the_privacy_class_contacts_stay_masked(admin: Client, target: Membership) -> None:
    User.objects.filter(pk=target.user_id).update(email="target@example.id")
    Role.objects.filter(code="administrator").update(highest_privacy="internal")
    for path in ("", "ubah/"):
        assert (
            "target@example.id"
            not in admin.get(f"/kelola/pengguna/{target.user.key}/{path}").content.decode()
        )
    assert "target@example.id" not in b"".join(admin.get("/kelola/pengguna/unduh/")).decode()
    admin.post(f"/kelola/pengguna/{target.user.key}/ubah/", {"name": "Target Baru", "username": "target"})
    assert User.objects.get(pk=target.user_id).email == "target@example.id"
    assert not Access.objects.exists()


def test_a_whole_life_of_an_account(admin: Client, target: Membership) -> None:
    form = {"name": "Dewi Lestari", "username": "dewi", "email": "", "phone": "", "password": ""}
    answer = admin.post("/kelola/pengguna/baru/", form)
    dewi = User.objects.get(username="dewi")
    home = f"/kelola/pengguna/{dewi.key}/"
    assert answer.headers["Location"] == home
    link = admin.post(f"{home}tautan/").content.decode()
    assert "http://testserver/akun/lupa/" in link
    day = today()
    dates = {"from_date_day": day.day, "from_date_month": day.month, "from_date_year": day.year}
    admin.post(f"{home}tugas/", {"agency": target.agency_id, "role": target.role_id, **dates})
    given = dewi.memberships.get()
    assert "Petugas" in admin.get(home).content.decode()
    on = {"on_day": day.day, "on_month": day.month, "on_year": day.year}
    admin.post(f"{home}tugas/{given.pk}/akhiri/", on)
    admin.post(f"{home}tutup/", {"why": "pindah"})
    dewi.refresh_from_db()
    assert not dewi.is_active
    admin.post(f"{home}buka/")
    admin.post(f"{home}kode-kedua/")
    admin.post(f"{home}sesi/")
    verbs = list(Entry.objects.filter(thing=f"people.user:{dewi.key}").values_list("verb", flat=True))
    assert verbs == [
        "added", "link_made", "membership_granted", "membership_ended", "deactivated", "reactivated",
        "second_factor_reset", "sessions_ended",
    ]  # fmt: skip
    page = admin.get(f"/kelola/riwayat/?thing=people.user:{dewi.key}").content.decode()
    assert "Dewi Lestari" in page
    assert "Tugas diberikan" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=targ", {"target"}),
        ("state=closed", {"tutup"}),
        ("state=idle", {"idle"}),
        ("agency={agency}", {"target"}),
        ("role={role}", {"target"}),
        ("role=999999&state=nonsense&halaman=xyz", {"target", "tutup", "idle", "joko"}),
    ],
)
def test_filters(admin: Client, target: Membership, query: str, names: set[str]) -> None:
    make_user("idle")
    make_user("tutup", is_active=False)
    page = admin.get(f"/kelola/pengguna/?{query.format(agency=target.agency_id, role=target.role_id)}")
    assert {user.username for user in page.context["page"].items} == names


def test_a_refusal_stays_beside_what_was_typed(admin: Client, target: Membership) -> None:
    form = {"name": "Dewi", "username": "target", "email": "", "phone": "", "password": ""}
    page = admin.post("/kelola/pengguna/baru/", form).content.decode()
    assert "sudah dipakai orang lain" in page
    assert 'value="Dewi"' in page


def test_agencies_are_added_changed_and_closed(admin: Client, target: Membership) -> None:
    day = today()
    since = {"valid_from_day": 1, "valid_from_month": 1, "valid_from_year": 2020}
    fields = {
        "short_name": "Dinas Baru",
        "name": "Dinas Baru",
        "name_en": "",
        "kind": "opd",
        "aliases": "DB\nD. Baru",
    }
    admin.post(
        "/kelola/instansi/baru/", {"code": "baru", "area": "", "parent": "", "phone": "", **fields, **since}
    )
    made = Agency.objects.get(code="baru")
    assert made.aliases == ["D. Baru", "DB"]
    admin.post(f"/kelola/instansi/{made.key}/", {**fields, "parent": target.agency_id})
    made.refresh_from_db()
    assert made.parent == target.agency
    assert "Dinas Baru" in admin.get("/kelola/instansi/?q=d.+baru").content.decode()
    closing = {
        "on_day": day.day,
        "on_month": day.month,
        "on_year": day.year,
        "successors": [target.agency_id],
    }
    admin.post(f"/kelola/instansi/{made.key}/tutup/", closing)
    made.refresh_from_db()
    assert made.valid_to == day


def test_i_delegate_and_end_it(client: Client, target: Membership, siti: User) -> None:
    client.force_login(target.user)
    day = today()
    dates = {
        f"{name}_{part}": getattr(day, part)
        for name in ("from_date", "to_date")
        for part in ("day", "month", "year")
    }
    page = client.post("/akun/titip-tugas/", {"membership": target.pk, "to": "nobody", "why": "", **dates})
    assert "Tidak ada pengguna" in page.content.decode()
    client.post("/akun/titip-tugas/", {"membership": target.pk, "to": "SITI", "why": "cuti", **dates})
    made = Delegation.objects.get()
    assert made.to == siti
    assert "cuti" in client.get("/akun/").content.decode()
    other = Client()
    other.force_login(siti)
    assert "Anda mewakili" in other.get("/akun/").content.decode()
    assert other.post(f"/akun/titip-tugas/{made.pk}/akhiri/").status_code == 404
    client.post(f"/akun/titip-tugas/{made.pk}/akhiri/")
    assert not Delegation.objects.exists()


def test_a_foreign_membership_cannot_be_lent(client: Client, target: Membership, siti: User) -> None:
    client.force_login(person("officer", username="lain"))
    page = client.post("/akun/titip-tugas/", {"membership": target.pk, "to": "siti"})
    assert page.status_code == 200
    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["since_day=1", "since_day=99&since_month=x", "thing=%00", "who=%00", "q=%00", "verb=a", "halaman=-1"],
)
@pytest.mark.parametrize(
    "path", ["/kelola/riwayat/", "/kelola/privasi/akses/", "/kelola/pengguna/", "/kelola/instansi/"]
)
def test_nonsense_in_filters_is_ignored(admin: Client, path: str, query: str) -> None:
    assert admin.get(f"{path}?{query}").status_code in (200, 400)  # 400: NUL, nowhere in our texts
