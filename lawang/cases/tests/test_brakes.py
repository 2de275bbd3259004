"""Limits per code, contact and sending; a whole village behind one address does not feel them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from lawang.cases import receiving, uploads
from lawang.cases.brakes import LOOKUPS, PAPERS, SAME_SENDING
from lawang.cases.models import Case
from lawang.cases.receiving import Sent
from lawang.cases.tests.service_factory import TYPED, make_birth, posted
from lawang.cases.tests.test_api import error, item, send
from lawang.cases.tests.test_views_follow import holding
from lawang.cases.tests.test_views_services import KK, ORIGIN, photo
from lawang.lib.codes import new_code
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.models import Tries
from tests.case_factory import make_case

pytestmark = pytest.mark.django_db


def somebody(number: int, **answers: Any) -> dict[str, Any]:
    """Return what the phone of one of many people sends."""
    return item(answers={"phone": f"0813{number:08}", "email": f"warga{number}@example.id", **answers})


def test_a_village_behind_one_address_files_as_much_as_it_likes(client: Client, settings: Any) -> None:
    make_birth()
    settings.CONTACT_FILINGS = 2
    assert {send(Client(), somebody(number)).status_code for number in range(12)} == {201}


def test_two_hundred_people_behind_one_address_apply_and_follow() -> None:
    """The whole village shares the connection of its office when a benefit opens; limits as delivered."""
    make_birth()
    people = [somebody(number) for number in range(200)]
    assert {send(Client(), one).status_code for one in people} == {201}
    followed = [
        Client().post(f"/lacak/{one['code']}/", {"phone_end": one["answers"]["phone"][-4:]}) for one in people
    ]
    assert {one.status_code for one in followed} == {302}


@pytest.mark.parametrize("same", [{"phone": "0812 3456 7890"}, {"email": "Siti@Example.id"}])
def test_one_contact_files_only_so_often_a_day(settings: Any, same: dict[str, str]) -> None:
    make_birth()
    settings.CONTACT_FILINGS = 2
    for number in range(2):
        assert send(Client(), somebody(number, **same)).status_code == 201
    body, key = somebody(3, **{name: value.upper() for name, value in same.items()}), str(uuid4())
    response = send(Client(), body, key)
    error(response, 429, "too_many")
    assert "besok" in response.json()["error"]["message"]
    assert 0 < int(response["Retry-After"]) <= 86_400
    assert Case.objects.count() == 2
    Tries.objects.all().delete()  # the next day
    assert send(Client(), body, key).status_code == 201  # the phone still has it


def test_a_repeated_sending_is_not_counted_twice(settings: Any) -> None:
    """A phone that lost the answer sends the same again: that is one case, and one filing."""
    make_birth()
    settings.CONTACT_FILINGS = 1
    body, key = somebody(1), str(uuid4())
    assert [send(Client(), body, key).status_code for _try in range(4)] == [201, 200, 200, 200]


def test_an_officer_files_for_many_who_have_no_telephone(officer: User, settings: Any) -> None:
    settings.CONTACT_FILINGS = 1
    for _number in range(3):
        sent = Sent(
            service="pinjam-aula",
            version=1,
            code=new_code(),
            data={
                "name": ["Siti"],
                "nik": ["1611034505900001"],
                "phone": ["081234567890"],
                "use": ["Rapat"],
                "papers.identity": ["have"],
            },
            channel=Case.Channel.COUNTER,
        )
        receiving.receive(str(uuid4()), sent, by=officer, at=now())
    assert Case.objects.count() == 3


def test_the_same_sending_in_a_loop_is_told_to_wait() -> None:
    make_birth()
    body, key = somebody(1), str(uuid4())
    answers = [send(Client(), body, key).status_code for _try in range(SAME_SENDING.most + 1)]
    assert answers[-1] == 429
    assert set(answers[1:-1]) == {200}


def test_a_flood_from_one_address_is_told_to_wait(client: Client, settings: Any) -> None:
    make_birth()
    settings.ADDRESS_SENDINGS = 3
    assert [send(Client(), somebody(number)).status_code for number in range(4)] == [201, 201, 201, 429]
    typed = client.post("/layanan/lapor-lahir/ajukan/", {**TYPED, "name": "Masih Ada"}, **ORIGIN)
    assert typed.status_code == 429
    assert 0 < int(typed["Retry-After"]) <= 60
    assert "Masih Ada" in typed.content.decode()  # nothing that was typed is lost
    assert client.get("/layanan/lapor-lahir/ajukan/").status_code == 200  # reading is not counted
    assert client.post(f"/lacak/{new_code()}/", {"phone_end": "7890"}).status_code == 429


def test_another_address_does_not_feel_the_flood(client: Client, settings: Any) -> None:
    make_birth()
    settings.ADDRESS_SENDINGS = 1
    send(client, somebody(1))
    assert send(client, somebody(2)).status_code == 429
    assert (
        client.post(f"/lacak/{new_code()}/", {"phone_end": "7890"}, REMOTE_ADDR="10.9.8.7").status_code == 422
    )


def test_guessing_is_shut_per_code_and_opens_for_who_knows(officer: User) -> None:
    case, other = make_case(), make_case(answers={"phone": "+6281299999999"})
    for _try in range(LOOKUPS.most - 1):
        assert "tidak cocok" in Client().post(f"/lacak/{case.code}/", {"phone_end": "0000"}).content.decode()
    assert (
        Client().post(f"/lacak/{case.code}/", {"phone_end": "7890"}).status_code == 302
    )  # knew it: begin anew
    for _try in range(LOOKUPS.most):
        Client().post(f"/lacak/{case.code}/", {"phone_end": "0000"})
    shut = Client().post(f"/lacak/{case.code}/", {"phone_end": "7890"})
    assert "15 menit" in shut.content.decode()
    assert Client().post(f"/lacak/{other.code}/", {"phone_end": "9999"}).status_code == 302


def test_guesses_for_one_code_are_counted_wherever_they_come_from(officer: User) -> None:
    case = make_case()
    for number in range(LOOKUPS.most):
        Client(REMOTE_ADDR=f"10.1.1.{number}").post(f"/lacak/{case.code}/", {"phone_end": "0000"})
    shut = Client(REMOTE_ADDR="10.2.2.2").post(f"/lacak/{case.code}/", {"phone_end": "7890"})
    assert "15 menit" in shut.content.decode()


def test_papers_are_counted_per_case(officer: User, media: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PAPERS", type(PAPERS)("papers", 1, PAPERS.within, PAPERS.sentence))
    case, other = make_case(), make_case()

    def put(case: Case) -> int:
        sent = {"words": "Ini.", "paper": "papers.identity", "papers": [photo()]}
        return holding(case).post(f"/lacak/{case.code}/pesan/", sent).status_code

    assert [put(case), put(case), put(other)] == [302, 422, 302]


def test_a_form_of_another_kind_is_refused_with_what_was_typed(client: Client, settings: Any) -> None:
    """An ordinary form shows the sentence above what was typed, like every other refusal."""
    make_birth()
    settings.CONTACT_FILINGS = 1
    first = client.post("/layanan/lapor-lahir/ajukan/", {**posted(), KK: photo()}, **ORIGIN)
    assert first.status_code == 302
    again = client.post("/layanan/lapor-lahir/ajukan/", {**posted(key=str(uuid4())), KK: photo()}, **ORIGIN)
    assert again.status_code == 422
    assert "besok" in again.content.decode()
