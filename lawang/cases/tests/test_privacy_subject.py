"""What is held about somebody, for whoever asked: only theirs, only after it is clear who asks, and written down."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lawang.cases.actions import Given, take_step
from lawang.cases.models import Case
from lawang.cases.privacy import holdings
from lawang.cases.tests.desk import page
from lawang.cases.tests.privacy import make_dpo, make_request, opened, signed_in
from lawang.lib.refused import Refused
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.models import Access, Entry
from tests.case_factory import make_case
from tests.cast import make_user

pytestmark = pytest.mark.django_db
BUDI = {
    "name": "Budi Contoh",
    "nik": "1611030101800001",
    "phone": "+6281399999999",
    "email": "budi@example.id",
}
NEIGHBOUR = {
    **BUDI,
    "name": "Wati Contoh",
    "nik": "1611034101800001",
    "phone": "+6281234567890",
    "use": "Arisan Wati",
}


@pytest.fixture
def dpo(officer: User) -> User:
    return make_dpo()


def proved(request: Case, by: User) -> Case:
    return take_step(request, "prove", Given(values={"how": "counter"}), by=by, at=now())


def as_json(client: Client, request: Case, **typed: str) -> dict[str, Any]:
    answer = client.post(reverse("privacy:gather", args=[request.key]), {"form": "json", **typed})
    assert answer.status_code == 200, answer.content.decode()[:3000]
    assert "no-store" in answer["Cache-Control"]
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_everything_of_the_person_is_there_and_nothing_of_others(dpo: User) -> None:
    mine, theirs, neighbours = make_case(), make_case(answers=BUDI), make_case(answers=NEIGHBOUR)
    request = proved(make_request(), dpo)
    found = as_json(signed_in(dpo), request)
    words = json.dumps(found, ensure_ascii=False)
    assert [one["title"].partition(",")[0] for one in found["cases"]] == [mine.number, request.number]
    assert "Kursi roda" in words  # sensitive answers are theirs too
    assert "Rapat koperasi" in words
    assert theirs.number not in words
    assert [one["title"].partition(",")[0] for one in found["same_contact_only"]] == [neighbours.number]
    assert "Arisan Wati" not in words  # a shared telephone opens no answers
    assert "Wati Contoh" not in words
    assert "Budi" not in words


def test_it_is_written_down_for_the_person_to_see(dpo: User) -> None:
    mine, request = make_case(), proved(make_request(), dpo)
    Access.objects.all().delete()
    as_json(signed_in(dpo), request)
    assert {row.thing for row in Access.objects.all()} == {f"cases.case:{one.key}" for one in (mine, request)}
    assert {row.why for row in Access.objects.all()} == {f"permohonan data pribadi {request.number}"}
    assert Entry.objects.get(verb="data_assembled").after == {"cases": 2, "same_contact_only": 0, "others": 0}


def test_the_letter_is_a_pdf(dpo: User) -> None:
    make_case()
    request = proved(make_request(), dpo)
    answer = signed_in(dpo).post(reverse("privacy:gather", args=[request.key]), {"form": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert request.number in answer["Content-Disposition"]


def test_nothing_is_handed_out_before_it_is_clear_who_asks(dpo: User) -> None:
    make_case()
    request = make_request()
    client = signed_in(dpo)
    answer = client.post(reverse("privacy:gather", args=[request.key]), {"form": "json"})
    assert answer.status_code == 422
    assert "Pastikan dulu siapa yang meminta" in answer.content.decode()
    assert not Entry.objects.filter(verb="data_assembled").exists()


def test_a_childs_data_are_found_by_the_childs_nik(dpo: User) -> None:
    mine, childs = make_case(), make_case(answers=BUDI)
    request = proved(make_request("child", answers={"data_subject_name": "Budi Contoh"}), dpo)
    client = signed_in(dpo)
    assert "NIK orang yang datanya diminta" in opened(client, "gather", request.key)
    short = client.post(reverse("privacy:gather", args=[request.key]), {"form": "json", "nik": "123"})
    assert short.status_code == 422
    found = as_json(client, request, nik="1611 0301 0180 0001")
    assert [one["title"].partition(",")[0] for one in found["cases"]] == [childs.number]
    assert mine.number not in json.dumps(found)


def test_of_a_case_that_somebody_else_filed_only_the_own_part_is_told(dpo: User) -> None:
    """A representative sees that they are named there, not what the applicant answered."""
    from lawang.cases.actions import Representative
    from lawang.people.parties import Identity

    case = make_case(
        answers=BUDI, representative=Representative(Identity("Siti Contoh", nik="1611034505900001"), "anak")
    )
    found = as_json(signed_in(dpo), proved(make_request(), dpo))
    mine = next(one for one in found["cases"] if one["title"].startswith(case.number))
    assert "Siti Contoh" in json.dumps(mine)
    assert "Rapat koperasi" not in json.dumps(mine)
    assert "1611030101800001" not in json.dumps(mine)


def test_the_account_is_there_when_the_request_lies_in_it(dpo: User) -> None:
    siti = make_user("siti", name="Siti Contoh")
    found = as_json(signed_in(dpo), proved(make_request(account=siti), dpo))
    assert found["others"][0]["title"] == "Akun"
    assert {"label": "Nama pengguna", "value": "siti"} in found["others"][0]["rows"]


def test_another_account_with_the_same_contact_is_only_mentioned(dpo: User) -> None:
    make_user("orang", name="Orang Lain", email="siti@example.id")
    found = as_json(signed_in(dpo), proved(make_request(), dpo))
    assert found["others"] == []
    assert found["same_contact_only"] == [{"title": "Akun", "found_by": "email"}]


def test_only_who_works_on_it_with_that_class_of_data(officer: User, stranger: User, client: Client) -> None:
    request = make_request()
    address = reverse("privacy:gather", args=[request.key])
    assert client.get(address).status_code == 302
    assert signed_in(stranger).get(address).status_code == 404
    clerk = make_dpo("joko")
    clerk.memberships.get().role.__class__.objects.filter(code="dpo").update(highest_privacy="personal")
    refused = signed_in(clerk).get(address)
    assert refused.status_code == 403
    assert "data peka" in refused.content.decode()
    assert signed_in(officer).get(reverse("privacy:gather", args=[make_case().key])).status_code == 404


def test_a_request_that_is_over_opens_nothing(dpo: User) -> None:
    from lawang.cases.actions import applicant_step

    request = applicant_step(proved(make_request(), dpo), "withdraw", at=now())
    with pytest.raises(Refused, match="tidak sedang dikerjakan"):
        holdings.assemble(request, by=dpo, at=now())


def test_the_desk_shows_the_button_on_such_cases_only(dpo: User) -> None:
    client = signed_in(dpo)
    assert "Kumpulkan data orang ini" in page(client, "case", make_request().key)
    assert "Kumpulkan data orang ini" not in page(client, "case", make_case().key)
