from datetime import date, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from lawang.lib.refused import Refused
from lawang.lib.text import text
from lawang.people import actions
from lawang.people.models import Agency, Delegation, Membership, Node, NodeKey, Role, User
from lawang.people.node import node, now, remembered, today
from lawang.people.permissions import forget, may
from lawang.people.registered import nik_of
from lawang.people.tests.national import AT, CODES, national_roles, person, written
from lawang.record.models import DataKey, Entry
from tests.cast import PASSWORD, make_agency, make_membership, make_node, make_role, make_user, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def joko() -> User:
    return person("administrator", username="joko")


def add(**fields: Any) -> User:
    return actions.add_user(**({"username": "dewi", "name": "Dewi", "by": None, "at": AT} | fields))


def test_add_user_is_recorded_without_personal_data(joko: User) -> None:
    user = add(email="Dewi@Example.ID", phone="0812 3456 789", by=joko)
    assert (user.email, user.phone) == ("dewi@example.id", "+628123456789")
    entry = Entry.objects.get(thing=f"people.user:{user.key}")
    assert entry.by == joko
    assert set(entry.sealed) == {"email", "phone"}
    assert "example" not in str(entry.sealed)
    assert DataKey.objects.filter(thing=entry.thing).exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"username": "JOKO"}, "sudah dipakai orang lain"),
        ({"email": "JOKO@example.id"}, "surel itu sudah dipakai"),
        ({"phone": "0811 1111 1111"}, "telepon itu sudah dipakai"),
        ({"email": "bukan surel"}, "bukan alamat surel"),
        ({"phone": "nol"}, "8 sampai 15 angka"),
        ({"username": "0812345678"}, "Nama pengguna harus"),
        ({"name": "  "}, "Nama orang belum diisi"),
        ({"password": "pendek"}, "paling sedikit"),
    ],
)
def test_add_user_says_what_is_wrong(joko: User, fields: dict[str, str], sentence: str) -> None:
    User.objects.filter(pk=joko.pk).update(phone="+6281111111111")
    with pytest.raises(Refused, match=sentence):
        add(**fields)
    assert not User.objects.filter(name="Dewi").exists()


def test_people_change_their_own_contact_only(siti: User, budi: User) -> None:
    actions.change_user(siti, name=siti.name, email="baru@example.id", phone=None, by=siti, at=AT)
    with pytest.raises(Refused):
        actions.change_user(siti, name="Ratu", email=None, phone=None, by=siti, at=AT)
    with pytest.raises(Refused):
        actions.change_user(siti, name=siti.name, email=None, phone=None, by=budi, at=AT)
    siti.refresh_from_db()
    assert (siti.name, siti.email) == ("Siti Aminah", "baru@example.id")


VERBS: list[Any] = [
    lambda by, x: add(by=by),
    lambda by, x: actions.set_password(x.user, "kopi-lintang-hitam-5", by=by, at=AT),
    lambda by, x: actions.one_time_link(x.user, by=by, at=AT),
    lambda by, x: actions.deactivate_user(x.user, by=by, at=AT),
    lambda by, x: actions.reactivate_user(x.user, by=by, at=AT),
    lambda by, x: actions.reset_second_factor(x.user, by=by, at=AT),
    lambda by, x: actions.end_sessions(x.user, by=by, at=AT),
    lambda by, x: actions.grant(user=x.user, agency=x.agency, role=x.role, from_date=today(), by=by, at=AT),
    lambda by, x: actions.end_membership(x, on=today(), by=by, at=AT),
    lambda by, x: actions.delegate(x, to=by, from_date=today(), to_date=today(), by=by, at=now()),
    lambda by, x: actions.add_agency(
        code="x", name=text("X"), short_name="X", valid_from=today(), by=by, at=AT
    ),
    lambda by, x: actions.change_agency(x.agency, name=text("X"), short_name="X", kind="opd", by=by, at=AT),
    lambda by, x: actions.close_agency(x.agency, on=today(), by=by, at=AT),
    lambda by, x: actions.set_up_node(name=text("X"), by=by, at=AT),
]


@pytest.mark.parametrize("verb", VERBS)
def test_only_the_administrator_does_these(verb: Any) -> None:
    target = make_membership(make_user("target"), role=make_role("plain", {}))
    others = [code for code in CODES if code != "administrator"]
    people = [
        make_user("nobody"),
        *(person(code, username=f"x-{code}", agency=target.agency) for code in others),
    ]
    for by in people:
        with pytest.raises(Refused):
            verb(by, target)


def test_close_an_account(joko: User, siti: User) -> None:
    client = Client()
    client.post("/masuk/", {"login": "siti", "password": PASSWORD})
    actions.deactivate_user(siti, why="pindah", by=joko, at=AT)
    assert client.get("/akun/").status_code == 302
    assert not UserSession.objects.exists()
    assert Entry.objects.get(verb="deactivated").note == "pindah"
    actions.reactivate_user(siti, by=joko, at=AT)
    siti.refresh_from_db()
    assert siti.is_active


def test_nobody_closes_the_last_administrator(joko: User) -> None:
    with pytest.raises(Refused, match="akun sendiri"):
        actions.deactivate_user(joko, by=joko, at=AT)
    with pytest.raises(Refused, match="administrator terakhir"):
        actions.deactivate_user(joko, by=None, at=now())
    with pytest.raises(Refused, match="administrator terakhir"):
        actions.end_membership(joko.memberships.get(), on=today(), by=joko, at=now())
    other = person("administrator", username="kedua")
    actions.end_membership(other.memberships.get(), on=today(), by=joko, at=now())


def test_grant_and_end(joko: User, siti: User) -> None:
    agency = make_agency("dinkes")
    role = Role.objects.get(code="officer")
    first = actions.grant(user=siti, agency=agency, role=role, from_date=today(), by=joko, at=AT)
    assert may(siti, "measures.propose")
    with pytest.raises(Refused, match="sudah memegang"):
        actions.grant(user=siti, agency=agency, role=role, from_date=today(), by=joko, at=AT)
    with pytest.raises(Refused, match="lebih awal"):
        actions.grant(
            user=siti, agency=agency, role=role, from_date=today(), to_date=date(2020, 1, 1), by=joko, at=AT
        )
    ended = actions.end_membership(first, on=today() - timedelta(3), by=joko, at=AT)
    assert ended.to_date == ended.from_date
    assert [entry.verb for entry in Entry.objects.filter(thing=f"people.user:{siti.key}")] == [
        "membership_granted",
        "membership_ended",
    ]


def test_who_manages_one_agency_gives_nothing_wider(siti: User) -> None:
    agency, other = make_agency("dinkes"), make_agency("dpu", "Dinas PU")
    manager = make_membership(
        make_user("kepeg"),
        role=make_role("hr", {"people.manage_users": "agency", "measures.propose": "agency"}),
        agency=agency,
    ).user
    wide = make_role("wide", {"people.manage_users": "all"})
    narrow = make_role("narrow", {"measures.propose": "agency"})
    give: dict[str, Any] = {"user": siti, "from_date": today(), "by": manager, "at": AT}
    with pytest.raises(Refused, match="tidak mengelola pengguna Dinas PU"):
        actions.grant(agency=other, role=narrow, **give)
    with pytest.raises(Refused, match="lebih luas"):
        actions.grant(agency=agency, role=wide, **give)
    assert actions.grant(agency=agency, role=narrow, **give).pk


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [(2, 1, "lebih awal"), (-9, -1, "sudah lewat"), (0, 400, "tidak berlaku selama")],
)
def test_delegations_have_sensible_dates(
    siti: User, budi: User, first: int, last: int, sentence: str
) -> None:
    held = make_membership(siti, to_date=today() + timedelta(30))
    with pytest.raises(Refused, match=sentence):
        actions.delegate(
            held,
            to=budi,
            from_date=today() + timedelta(first),
            to_date=today() + timedelta(last),
            by=siti,
            at=now(),
        )
    assert not Delegation.objects.exists()


def test_what_was_lent_cannot_be_lent_on(siti: User, budi: User) -> None:
    held = make_membership(make_user("wayan"))
    day = today()
    lend: dict[str, Any] = {"from_date": day, "to_date": day, "at": now()}
    actions.delegate(held, to=siti, by=held.user, **lend)
    with pytest.raises(Refused):
        actions.delegate(held, to=budi, by=siti, **lend)
    with pytest.raises(Refused, match="sudah dititipkan"):
        actions.delegate(held, to=budi, by=held.user, **lend)
    with pytest.raises(Refused, match="diri sendiri"):
        actions.delegate(held, to=held.user, by=held.user, **lend)


def test_the_tree_of_agencies_has_no_circle(joko: User) -> None:
    top = make_agency("setda", "Setda")
    below = make_agency("dinkes", parent=top)
    with pytest.raises(Refused, match="di bawah dirinya sendiri"):
        actions.change_agency(
            top, name=text("Setda"), short_name="Setda", kind="opd", parent=below, by=joko, at=AT
        )


def test_closing_an_agency_moves_its_people(joko: User, ratna: User) -> None:
    old, heir = Agency.objects.get(code="dinkes"), make_agency("baru", "Dinas Baru")
    day = today()
    actions.close_agency(old, on=day - timedelta(1), successors=[heir], by=joko, at=now())
    forget(ratna)
    assert Membership.objects.get(user=ratna, agency=heir).from_date == day
    assert Membership.objects.get(user=ratna, agency=old).to_date == day - timedelta(1)
    assert list(heir.succeeds.all()) == [old]
    with pytest.raises(Refused, match="sudah ditutup"):
        actions.close_agency(old, on=day, by=joko, at=now())


def test_an_agency_with_offices_below_is_not_closed(joko: User) -> None:
    top = make_agency("setda", "Setda")
    make_agency("dinkes", parent=top)
    with pytest.raises(Refused, match="masih berada di bawah"):
        actions.close_agency(top, on=today(), by=joko, at=now())


def test_roles_of_a_pack_come_change_and_go() -> None:
    national_roles()
    assert {role.code for role in Role.objects.all()} == set(CODES)
    before = Entry.objects.count()
    national_roles()
    assert Entry.objects.count() == before
    person("officer")
    actions.install_roles([], pack="nasional", at=AT)
    assert [role.code for role in Role.objects.all()] == ["officer"]


def test_a_broken_scope_installs_nothing() -> None:
    broken = [*written(), {"code": "x", "title": text("X"), "verbs": {"plans.edit": "everywhere"}}]
    with pytest.raises(Refused, match="everywhere"):
        actions.install_roles(broken, pack="nasional", at=AT)
    assert not Role.objects.exists()


def test_every_verb_of_the_national_roles_is_known() -> None:
    from lawang.people.permissions import RULES

    missing = {verb for role in written() for verb in role["verbs"]} - set(RULES)
    assert not missing


def test_the_node_is_asked_for_once(django_assert_num_queries: Any) -> None:
    actions.set_up_node(name=text("Empat Lawang"), time_zone="Asia/Makassar", by=None, at=AT)
    key = Node.objects.get().key
    actions.set_up_node(name=text("Kabupaten Empat Lawang"), by=None, at=AT)
    assert Node.objects.get().key == key
    with remembered(), django_assert_num_queries(1):
        assert node().name == {"id": "Kabupaten Empat Lawang"}
        assert today() == now().astimezone().date() or today()
    with pytest.raises(Refused, match="Zona waktu"):
        actions.set_up_node(name=text("X"), time_zone="Mars/Olympus", by=None, at=AT)


def test_the_seal_key_is_listed_once_and_ended_when_another_follows(media: object) -> None:

    make_node()
    at = moment("2026-11-20 00:05")
    first = actions.list_seal_key(at=at)
    assert first is not None
    assert actions.list_seal_key(at=at) == first
    NodeKey.objects.update(fingerprint="0" * 64)  # as if it had been another key
    second = actions.list_seal_key(at=at)
    first.refresh_from_db()
    assert second is not None
    assert (first.valid_to, second.valid_to) == (at, None)


def test_a_nik_is_kept_sealed_and_taken_away() -> None:
    ratna = make_user("ratna")
    with pytest.raises(Refused, match="16 angka"):
        actions.register_nik(ratna, "123", by=None, at=AT)
    actions.register_nik(ratna, "1611 0455 1203 9901", by=None, at=AT)
    ratna.refresh_from_db()
    assert nik_of(ratna) == "1611045512039901"
    kept = [ratna.nik, *Entry.objects.values_list("after", flat=True)]
    assert "1611045512039901" not in repr(kept)
    actions.register_nik(ratna, "", by=None, at=AT)
    ratna.refresh_from_db()
    assert nik_of(ratna) is None
