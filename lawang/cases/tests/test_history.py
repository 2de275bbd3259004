"""The history of cases in the list of the whole history, and the letters that an office issues."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lawang.cases import letters
from lawang.cases.actions import Given, add_note, assign, take_step
from lawang.cases.tests.desk import signed_in
from lawang.cases.tests.national import make_published, make_regency
from lawang.documents import sources
from lawang.people.models import Agency, User
from lawang.people.node import now
from lawang.record.actions import record, thing_name
from tests.case_factory import make_case
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.markup import Markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(officer: User) -> Client:
    role = make_role("auditor", {"record.see_history": "all"})
    return signed_in(make_membership(make_user("siska"), role=role, agency=make_agency("inspektorat")).user)


def listed(client: Client, thing: str = "") -> str:
    html = str(client.get(reverse("people:history"), {"thing": thing}).content.decode())
    assert Markup(html).problems() == []
    return html.partition("<tbody>")[2]


def test_the_history_of_a_case_reads_as_sentences(auditor: Client, officer: User, head: User) -> None:
    at = now()
    case = assign(make_case(at=at), officer, by=officer, at=at)
    add_note(case, "Cek ke RT", reader="internal", by=officer, at=at + timedelta(hours=1))
    case = take_step(case, "forward", by=officer, at=at + timedelta(hours=2))
    take_step(case, "decide", Given(outcome="granted"), by=head, at=at + timedelta(hours=3))
    html = listed(auditor, f"cases.case:{case.key}")
    for words in (
        case.number,
        "Lewat: situs ini.",
        "Yang memegang: Ratna Contoh.",
        "Pembacanya: hanya petugas.",
        "Teruskan",
        "Tahap: Di meja kepala. Kantor: Sekretariat Daerah.",
        "Hasil: dikabulkan.",
    ):
        assert words in html, words
    for code in ("at_head", "case_move", "legal hold", "state:", "Cek ke RT"):
        assert code not in html, code


def test_the_history_asks_the_same_for_one_case_and_for_many(
    auditor: Client, officer: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        take_step(make_case(at=now()), "forward", by=officer, at=now())
    listed(auditor)
    with django_assert_max_num_queries(12):
        listed(auditor)


def test_what_is_no_case_and_a_case_that_is_gone_show_their_fields(auditor: Client, officer: User) -> None:
    record(
        "cases.case:00000000-0000-4000-8000-000000000000",
        "case_move",
        by=None,
        at=now(),
        after={"state": "x"},
    )
    record(thing_name(make_agency("umum")), "changed", by=None, at=now(), after={"name": "Baru"})
    html = listed(auditor)
    assert "Baru" in html
    assert "cases.case:00000000" in html


def test_an_office_lists_the_letters_of_its_own_services() -> None:
    make_regency()
    for code in ("akta-kelahiran", "surat-keterangan-usaha"):
        make_published(code)
    dukcapil = Agency.objects.get(code="dukcapil")
    village = Agency.objects.filter(kind=Agency.Kind.VILLAGE).first()
    assert village is not None
    assert {one.partition("/")[0] for one in letters.wordings_of(dukcapil)} == {"akta-kelahiran"}
    assert {one.partition("/")[0] for one in letters.wordings_of(village)} == {"surat-keterangan-usaha"}
    assert letters.wordings_of(make_agency("dinkes")) == set()
    assert sources.wordings_of(dukcapil) == letters.wordings_of(dukcapil)
