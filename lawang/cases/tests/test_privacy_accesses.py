"""The log of accesses: by case, by person, by reader, by time; what is typed about a person stays out of addresses."""

from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lawang.cases.models import Case
from lawang.cases.tests.privacy import csv_of, make_dpo, opened, signed_in
from lawang.people.models import User
from lawang.record.actions import saw
from lawang.record.models import Access, Entry
from tests.case_factory import ANSWERS, make_case
from tests.cast import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def dpo(officer: User) -> User:
    return make_dpo()


@pytest.fixture
def siti_case(officer: User) -> Case:
    case = make_case()
    saw(case, ["answers"], by=officer, at=moment("2026-03-17 10:00"), why="ditanya pemohon")
    return case


@pytest.fixture
def other_case(dpo: User) -> Case:
    case = make_case(
        answers={"nik": "1611030101800001", "phone": "+6281399999999", "email": "budi@example.id"}
    )
    saw(case, ["answers"], by=dpo, at=moment("2026-03-20 10:00"))
    return case


def test_by_case(dpo: User, siti_case: Case, other_case: Case) -> None:
    client = signed_in(dpo)
    everything = opened(client, "accesses")
    assert siti_case.number in everything
    assert other_case.number in everything
    for words in (siti_case.number.lower(), siti_case.code, f"cases.case:{siti_case.key}"):
        html = opened(client, "accesses", query=f"?hal={words}")
        assert "ditanya pemohon" in html
        assert other_case.number not in html


@pytest.mark.parametrize("typed", [ANSWERS["nik"], "Siti@Example.id", "0812 3456 7890"])
def test_by_person_without_the_person_in_the_address(
    dpo: User, siti_case: Case, other_case: Case, typed: str
) -> None:
    client = signed_in(dpo)
    answer = client.post("/kelola/privasi/akses/cari/", {"who": typed})
    address = unquote(answer["Location"])
    for word in (typed, "1611034505900001", "siti", "812"):
        assert word.lower() not in address.lower()
    html = opened(client, "accesses", query="?" + answer["Location"].partition("?")[2])
    assert siti_case.number in html
    assert other_case.number not in html


def test_of_an_account(dpo: User, officer: User) -> None:
    saw(officer, ["email"], by=dpo, at=moment("2026-03-17 10:00"))
    client = signed_in(dpo)
    answer = client.post("/kelola/privasi/akses/cari/", {"who": "RATNA"})
    assert "ratna" in opened(client, "accesses", query="?" + answer["Location"].partition("?")[2])


def test_somebody_unknown_is_told(dpo: User) -> None:
    client = signed_in(dpo)
    answer = client.post("/kelola/privasi/akses/cari/", {"who": "1611030000000009"}, follow=True)
    assert "Tidak ada data dengan NIK" in answer.content.decode()
    assert client.post("/kelola/privasi/akses/cari/", {"who": ""}).status_code == 302


def test_by_reader_and_time(dpo: User, siti_case: Case, other_case: Case) -> None:
    client = signed_in(dpo)
    html = opened(client, "accesses", query="?siapa=ratna")
    assert siti_case.number in html
    assert other_case.number not in html
    html = opened(client, "accesses", query="?sejak_day=18&sejak_month=3&sejak_year=2026")
    assert siti_case.number not in html
    html = opened(client, "accesses", query="?sampai_day=17&sampai_month=3&sampai_year=2026")
    assert siti_case.number in html
    assert other_case.number not in html
    assert "Belum ada" in opened(client, "accesses", query="?orang=!!!")


def test_the_download_follows_the_filter_and_is_history(dpo: User, siti_case: Case, other_case: Case) -> None:
    table = csv_of(signed_in(dpo), "accesses_csv", query="?siapa=ratna")
    assert siti_case.number in table
    assert "ditanya pemohon" in table
    assert other_case.number not in table
    assert Entry.objects.get(verb="accesses_exported").after == {"rows": 1}


def test_queries_stay_few(dpo: User, siti_case: Case) -> None:
    client = signed_in(dpo)
    for number in range(60):
        saw(siti_case, ["answers"], by=dpo, at=moment(f"2026-03-17 11:{number:02}"))
    opened(client, "accesses")
    with CaptureQueriesContext(connection) as queries:
        opened(client, "accesses", query=f"?hal={siti_case.number}")
    assert len(queries) <= 12
    assert Access.objects.count() == 61
