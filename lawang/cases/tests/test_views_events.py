"""An event of life: several services asked for with one form, filed together or not at all."""

from typing import Any

import pytest
from django.test import Client

from lawang.cases import answers
from lawang.cases.bundles import merged
from lawang.cases.definition import read
from lawang.cases.models import Attachment, Case, Event, Service
from lawang.cases.tests.service_factory import BIRTH, field, make_birth, posted
from lawang.cases.tests.test_views_services import KK, ORIGIN, photo
from lawang.record.models import Key
from tests.case_factory import DEFINITION, both, make_version
from tests.markup import Markup

pytestmark = pytest.mark.django_db

CARD: dict[str, Any] = {
    **DEFINITION,
    "code": "kartu-baru",
    "series": "KBR",
    "title": both("Kartu keluarga baru"),
    "requirements": [
        {"code": "family_card", "title": both("Kartu keluarga"), "source": "contoh"},
        {"code": "old_card", "title": both("Kartu lama"), "source": "contoh", "required": False},
    ],
    "sections": [
        {
            "code": "reporter",
            "title": both("Pelapor"),
            "fields": [
                field("name", title="Nama pelapor"),
                field("phone", title="Telepon", format="phone"),
                field(
                    "child",
                    "group",
                    "Anak",
                    fields=[field("name", title="Nama anak"), field("order", "number", "Anak ke berapa")],
                ),
                field("reason", title="Alasan kartu baru"),
            ],
        }
    ],
    "applicant": {"name": "name", "phone": "phone"},
}
CHOOSE = "/peristiwa/anak-lahir/ajukan/"
ADDRESS = f"{CHOOSE}lapor-lahir+kartu-baru/"


@pytest.fixture
def event() -> Event:
    make_birth()
    make_version(CARD)
    return Event.objects.create(
        code="anak-lahir",
        title=both("Anak lahir"),
        summary=both("Sekali isi."),
        services=["lapor-lahir", "kartu-baru", "belum-ada"],
        pack="contoh",
    )


def send(client: Client, **changes: Any) -> Any:
    data = posted(child__order="2", reason="Anak lahir")
    data.update({name.replace("__", "."): value for name, value in changes.items()})
    return client.post(ADDRESS, {KK: photo(), **data}, **ORIGIN)


def test_what_both_ask_is_asked_once() -> None:
    whole = merged([read(BIRTH), read(CARD)])
    names = [one.name for section in whole.sections for one in section.fields]
    assert len(names) == len(set(names))
    child = next(one for section in whole.sections for one in section.fields if one.name == "child")
    assert [one.name for one in child.fields] == [
        "name",
        "birth_date",
        "weight",
        "place_kind",
        "helper",
        "order",
    ]
    assert [one.code for one in whole.requirements] == ["birth_letter", "family_card", "marriage", "old_card"]
    assert [section.code for section in whole.sections] == ["reporter", "child", "reporter_"]


def test_something_optional_in_one_is_asked_when_the_other_needs_it() -> None:
    stricter = {**CARD, "sections": [{**CARD["sections"][0], "fields": [field("email", title="Surel")]}]}
    whole = merged([read(BIRTH), read(stricter)])
    email = next(one for section in whole.sections for one in section.fields if one.name == "email")
    assert email.required


def test_the_event_lists_its_services(client: Client, event: Event) -> None:
    words = client.get("/peristiwa/anak-lahir/").content.decode()
    assert Markup(words).problems() == []
    assert "Kartu keluarga baru" in words
    assert words.count('type="checkbox"') == 2


def test_the_form_asks_for_the_chosen_services(client: Client, event: Event) -> None:
    response = client.get(f"{CHOOSE}?layanan=kartu-baru&layanan=lapor-lahir")
    assert response["Location"] == ADDRESS
    words = client.get(ADDRESS).content.decode()
    assert Markup(words).problems() == []
    assert 'data-services="lapor-lahir:1 kartu-baru:1"' in words
    assert 'name="reason"' in words
    assert words.count('name="name"') == 1
    words = client.get(f"{CHOOSE}lapor-lahir/").content.decode()
    assert 'name="reason"' not in words
    for nothing in (CHOOSE, f"{CHOOSE}belum-ada/"):
        assert client.get(nothing)["Location"] == "/peristiwa/anak-lahir/"


def test_a_phone_may_keep_the_event_and_its_form(client: Client, event: Event) -> None:
    assert client.get(ADDRESS)["X-Keep"] == "1"
    response = client.get("/peristiwa/anak-lahir/")
    assert (response["X-Keep"], response["X-Keep-Also"]) == ("1", ADDRESS)
    english = Client().get("/en/peristiwa/anak-lahir/")
    assert english["X-Keep-Also"] == f"/en{ADDRESS}"


def test_all_are_filed_with_answers_given_once(client: Client, event: Event) -> None:
    response = send(client)
    birth, card = Case.objects.order_by("pk")
    assert response["Location"] == f"/lacak/{birth.code}/?baru"
    assert birth.bundle == card.bundle is not None
    assert birth.code != card.code
    found = answers.opened(card)
    assert found is not None
    assert found["child"] == {"name": "Bayu Contoh", "order": 2}
    assert sorted(Attachment.objects.values_list("case__service__code", "paper")) == [
        ("kartu-baru", "papers.family_card"),
        ("lapor-lahir", "papers.family_card"),
    ]
    assert not Attachment.objects.filter(file=None).exists()
    words = client.get(response["Location"]).content.decode()
    assert card.number in words
    assert card.number in client.get(f"/lacak/{card.code}/").content.decode()


def test_sending_twice_is_one_bundle(client: Client, event: Event) -> None:
    data = posted(child__order="2", reason="Anak lahir")
    for _turn in range(2):
        client.post(ADDRESS, {**data, KK: photo()}, **ORIGIN)
    assert Case.objects.count() == 2
    assert Key.objects.filter(verb="cases.file_bundle").count() == 1


def test_a_mistake_in_one_files_none(client: Client, event: Event) -> None:
    response = send(client, reason="", nik="1")
    words = response.content.decode()
    assert response.status_code == 422
    assert Case.objects.count() == 0
    assert 'href="#id_reason"' in words
    assert "NIK harus 16 angka" in words
    assert Markup(words).problems() == []


def test_a_service_that_closed_meanwhile_is_left_out(client: Client, event: Event) -> None:
    Service.objects.filter(code="kartu-baru").update(is_open=False)
    send(client)
    assert [one.service.code for one in Case.objects.all()] == ["lapor-lahir"]
