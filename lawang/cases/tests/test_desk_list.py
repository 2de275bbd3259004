"""The list: what belongs to whom, in which order, found by what, with how many queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lawang.areas.models import Area
from lawang.cases.actions import Given, assign, take_step
from lawang.cases.desk.frame import Desk
from lawang.cases.desk.list import CAP, capped_counts, count_words, tabs
from lawang.cases.desk.words import deadline
from lawang.cases.models import Case
from lawang.cases.tests.desk import body, page, send, signed_in
from lawang.people.models import Node, User
from lawang.people.node import now
from lawang.record.models import Access
from tests.case_factory import VERBS, make_case
from tests.cast import make_agency, make_membership, make_node, make_role, make_user, moment

pytestmark = pytest.mark.django_db


def numbers(html: str) -> list[str]:
    """Return the cases of a list in order."""
    return re.findall(r"data-open>([A-Z]+-\d{4}-\d{6})<", html)


def titles(html: str) -> list[str]:
    """Return the headings of the groups."""
    return re.findall(r'<h2 id="g\d+">([^<]*)</h2>', html)


def officer_without_names() -> User:
    role = make_role("clerk", VERBS, highest_privacy="internal")
    return make_membership(make_user("joko", name="Joko Contoh"), role=role, agency=make_agency("umum")).user


def test_an_officer_sees_the_unit_and_a_stranger_nothing(officer: User, stranger: User) -> None:
    case = make_case()
    assert numbers(page(signed_in(officer), "list")) == [case.number]
    html = page(signed_in(stranger), "list", query="?lihat=semua")
    assert numbers(html) == []
    assert "Belum ada permohonan." in html


def test_names_are_masked_for_whom_they_are_closed(officer: User) -> None:
    make_case(answers={"name": "Siti Aminah Contoh"})
    assert "Siti Aminah Contoh" in page(signed_in(officer), "list")
    html = page(signed_in(officer_without_names()), "list")
    assert "Siti A." in html
    assert "Aminah" not in html


def test_the_soonest_deadline_stands_first_under_its_day(officer: User) -> None:
    at = now()
    for days in (-3, 0, 1, 30):
        case = make_case(at=at)
        Case.objects.filter(pk=case.pk).update(due_at=at + timedelta(days=days, minutes=5 if not days else 0))
    html = page(signed_in(officer), "list", query="?lihat=unit")
    assert numbers(html) == [f"AUL-{at.year}-00000{n}" for n in (1, 2, 3, 4)]
    assert titles(html)[0] == "Lewat waktu"
    assert titles(html)[-1] == "Nanti"


@pytest.mark.parametrize(
    ("due", "group", "words"),
    [
        ("2026-03-16 23:59:59", "late", "lewat 1 hari"),
        ("2026-03-17 09:00", "late", "lewat, pukul 09.00"),
        ("2026-03-17 16:00", "today", "hari ini pukul 16.00"),
        ("2026-03-17 23:59:59", "today", "hari ini"),
        ("2026-03-18 23:59:59", "week", "besok"),
        ("2026-03-22 23:59:59", "week", "5 hari lagi"),
        ("2026-03-23 23:59:59", "later", "6 hari lagi"),
    ],
)
def test_a_deadline_is_said_beside_its_day(due: str, group: str, words: str, db: None) -> None:
    make_node()
    found = deadline(moment(due), moment("2026-03-17 10:00"))  # a Tuesday
    assert (found.group, found.soon) == (group, words)
    assert found.day.startswith(("Senin", "Selasa", "Rabu", "Minggu"))


def test_mine_waiting_late_and_what_went_up(officer: User, head: User) -> None:
    at = moment("2026-03-16 09:00")
    mine, asked, late = (make_case(at=at) for _ in range(3))
    assign(mine, officer, by=officer, at=at)
    take_step(asked, "ask", Given(items=["KTP"]), by=officer, at=at)
    Case.objects.filter(pk=late.pk).update(escalated_to=make_agency("setda"), escalated_at=at)
    client = signed_in(officer)
    assert numbers(page(client, "list", query="?lihat=saya")) == [mine.number]
    assert numbers(page(client, "list", query="?lihat=menunggu")) == [asked.number]
    assert numbers(page(client, "list", query="?lihat=baru")) == [late.number]
    assert sorted(numbers(page(client, "list", query="?lihat=lewat"))) == [mine.number, late.number]
    assert numbers(page(signed_in(head), "list", query="?lihat=naik")) == [late.number]


def test_tabs_count_and_stop_counting(officer: User) -> None:
    for _ in range(3):
        make_case()
    counts = dict(
        zip(
            [tab.code for tab in tabs(Desk(officer), now())],
            capped_counts([Case.objects.all()]),
            strict=False,
        )
    )
    assert counts["saya"] == 3
    assert count_words(CAP) == "999+"
    assert count_words(12) == "12"


def test_one_page_follows_the_other(officer: User) -> None:
    at = now()
    for _ in range(60):
        make_case(at=at)
    client = signed_in(officer)
    seen: list[str] = []
    query = "?lihat=unit"
    for _ in range(3):
        html = page(client, "list", query=query)
        seen += numbers(html)
        found = re.search(r'href="(\?[^"]*)" rel="next"', html)
        query = found[1].replace("&amp;", "&") if found else ""
    assert query == ""
    assert len(seen) == len(set(seen)) == 60
    assert numbers(page(client, "list", query="?lihat=unit&sesudah=kacau_1")) == seen[:25]


def test_everything_newest_first(officer: User) -> None:
    first, second = (make_case(at=moment(f"2026-03-{day} 09:00")) for day in (16, 17))
    assert numbers(page(signed_in(officer), "list", query="?lihat=semua")) == [second.number, first.number]


def test_filters_stay_in_the_address_and_narrow(officer: User) -> None:
    mine, other = make_case(), make_case()
    assign(mine, officer, by=officer, at=now())
    take_step(other, "ask", Given(items=["KTP"]), by=officer, at=now())
    client = signed_in(officer)
    assert numbers(page(client, "list", query="?lihat=semua&tahap=waiting")) == [other.number]
    assert numbers(page(client, "list", query="?lihat=semua&layanan=pinjam-aula&tahap=incomplete")) == [
        other.number
    ]
    assert numbers(page(client, "list", query=f"?lihat=semua&petugas={officer.pk}")) == [mine.number]
    assert numbers(page(client, "list", query="?lihat=semua&petugas=-")) == [other.number]
    html = page(client, "list", query="?lihat=semua&lewat=on&layanan=pinjam-aula")
    assert numbers(html) == [mine.number]
    assert "Layanan: Peminjaman aula" in html
    assert numbers(page(client, "list", query="?lihat=semua&layanan=tidak-ada")) == [
        other.number,
        mine.number,
    ]


def test_cases_of_a_village(officer: User) -> None:
    home = Area.objects.create(
        code="16.11", name="Empat Lawang", level="regency", decree="x", valid_from="2007-01-01"
    )
    Node.objects.update(area=home)
    rows = (
        ("16.11.04", "Tebing Tinggi", "district"),
        ("16.11.04.2001", "Baturaja", "village"),
        ("16.11.05", "Lintang", "district"),
    )
    areas = [
        Area.objects.create(code=c, name=n, level=level, decree="x", valid_from="2007-01-01")
        for c, n, level in rows
    ]
    here, there = make_case(), make_case()
    Case.objects.filter(pk=here.pk).update(area=areas[1])
    Case.objects.filter(pk=there.pk).update(area=areas[2])
    client = signed_in(officer)
    assert numbers(page(client, "list", query="?lihat=unit&desa=16.11.04")) == [here.number]
    assert numbers(page(client, "list", query="?lihat=unit&desa=16.11.04.2001")) == [here.number]
    role = make_role("village", {"cases.see": "area", "cases.handle": "agency"})
    clerk = make_membership(
        make_user("yoga"), role=role, agency=make_agency("desa", "Desa Baturaja", area=areas[1])
    ).user
    html = page(signed_in(clerk), "list", query="?lihat=wilayah")
    assert numbers(html) == [here.number]


@pytest.mark.parametrize(
    "words",
    [
        "AUL-2026-000001",
        "1",
        "aul-2026-000001 ",
        "Siti Con",
        "contoh siti",
        "1611034505900001",
        "1611 0345 0590 0001",
    ],
)
def test_a_case_is_found_by_what_people_have_at_hand(officer: User, words: str) -> None:
    case = make_case()
    make_case(answers={"name": "Budi Lain", "nik": "1611030703880002"})
    answer = signed_in(officer).get(reverse("desk:list"), {"q": words})
    if answer.status_code == 302:
        assert answer["Location"] == reverse("desk:case", args=[case.key])
    else:
        assert numbers(body(answer)) == [case.number]


def test_a_tracking_code_leads_to_its_case(officer: User) -> None:
    case = make_case()
    typed = f"{case.code[:4]}-{case.code[4:8]}-{case.code[8:]}".lower()
    answer = signed_in(officer).get(reverse("desk:list"), {"q": typed})
    assert answer["Location"] == reverse("desk:case", args=[case.key])


def test_searching_by_nik_is_written_down_and_closed_to_others(officer: User) -> None:
    case = make_case()
    page(signed_in(officer), "list", query="?q=1611034505900001")
    access = Access.objects.get()
    assert (access.thing, access.fields) == (f"cases.case:{case.key}", ["nik"])
    html = page(signed_in(officer_without_names()), "list", query="?q=1611034505900001")
    assert numbers(html) == []
    assert Access.objects.count() == 1


@pytest.mark.parametrize("words", ["'; drop table", "&|!():*", "a" * 300, "%", "\\", "2026-13", "«»"])
def test_no_words_break_the_search(officer: User, words: str) -> None:
    make_case()
    answer = signed_in(officer).get(reverse("desk:list"), {"q": words})
    assert answer.status_code == 200


def test_the_export_has_the_same_rows_and_is_written_down(officer: User) -> None:
    case = make_case()
    other = make_case()
    take_step(other, "ask", Given(items=["KTP"]), by=officer, at=now())
    answer = signed_in(officer).get(reverse("desk:export"), {"lihat": "unit"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert case.number in lines[1]
    assert "Siti Contoh" in lines[1]
    assert Access.objects.get().why == "CSV"


def test_an_export_needs_its_verb(db: None, officer: User) -> None:
    verbs = {name: scope for name, scope in VERBS.items() if name != "cases.export"}
    clerk = make_membership(
        make_user("dewi"), role=make_role("reader", verbs), agency=make_agency("umum")
    ).user
    assert signed_in(clerk).get(reverse("desk:export")).status_code == 403
    assert "Unduh daftar" not in page(signed_in(clerk), "list")


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_a_list_asks_at_most_twelve_times_at_any_size(officer: User) -> None:
    client = signed_in(officer)
    address = reverse("desk:list") + "?lihat=unit&layanan=pinjam-aula"
    make_case()
    few = _queries(client, address)
    for _ in range(30):
        make_case()
    assert _queries(client, address) == few <= 12
    assert _queries(client, reverse("desk:list") + "?q=1611034505900001") <= 12


def test_nothing_happens_to_many_before_somebody_is_sure(officer: User) -> None:
    going, asked = make_case(), make_case()
    take_step(asked, "ask", Given(items=["KTP"]), by=officer, at=now())
    client = signed_in(officer)
    keys = [str(going.key), str(asked.key)]
    html = body(send(client, "many", step="forward", case=keys))
    assert "Diterima → Di meja kepala" in html
    assert "Langkah ini tidak ada pada tahap “Belum lengkap”" in html
    going.refresh_from_db()
    assert going.state == "received"
    answer = send(client, "many", step="forward", case=keys, sure="1", back="?lihat=unit")
    assert answer["Location"] == reverse("desk:list") + "?lihat=unit"
    going.refresh_from_db()
    asked.refresh_from_db()
    assert (going.state, asked.state) == ("at_head", "incomplete")


def test_steps_that_ask_something_are_not_taken_in_bulk(officer: User) -> None:
    case = make_case()
    client = signed_in(officer)
    assert "satu per satu" in body(send(client, "many", step="ask", case=[str(case.key)]))
    send(client, "many", step="ask", case=[str(case.key)], sure="1")
    case.refresh_from_db()
    assert case.state == "received"


def test_several_are_taken_in_hand_at_once(officer: User, stranger: User) -> None:
    first, second = make_case(), make_case()
    send(signed_in(officer), "many", step="_ambil", case=[str(first.key), str(second.key)], sure="1")
    assert set(Case.objects.values_list("handler", flat=True)) == {officer.pk}
    answer = send(signed_in(stranger), "many", step="forward", case=[str(first.key)], sure="1")
    assert answer.status_code == 302
    first.refresh_from_db()
    assert first.state == "received"


def test_whoever_handles_cases_lands_at_the_desk_when_there_is_work(officer: User, stranger: User) -> None:
    from lawang.people.login import landing

    make_case()
    assert landing(officer) == reverse("desk:list")
    assert landing(stranger) != reverse("desk:list")
