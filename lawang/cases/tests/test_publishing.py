"""A definition comes as a draft, is rehearsed, published, and never changes; what a regency sets stays its own."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.db.utils import ProgrammingError

from lawang.cases import publishing
from lawang.cases.definition import definition_of
from lawang.cases.models import Service, ServiceSetting, ServiceVersion, Unit
from lawang.cases.publishing import (
    Setting,
    assign_unit,
    bring,
    publish,
    rehearsal_of,
    rehearse,
    set_parameters,
)
from lawang.cases.settings import parameters_of
from lawang.cases.tests.aula import aula, make_office, make_publisher
from lawang.documents.models import Template
from lawang.lib.refused import Refused
from lawang.packs.actions import install
from lawang.people.models import Membership, User
from lawang.record.models import Entry
from tests.cast import make_agency

pytestmark = pytest.mark.django_db

PARAMETER = {"name": "most_days", "title": {"id": "Paling lama dipinjam"}, "value": "1", "source": "contoh"}
PRESET = {"code": "kota", "title": {"id": "Kota"}, "source": "Perwali 3/2025", "values": {"most_days": "3"}}


@pytest.fixture
def made(at: datetime) -> ServiceVersion:
    make_office()
    return bring(aula(), pack="contoh", at=at)


def published(version: ServiceVersion, at: datetime) -> ServiceVersion:
    rehearse(version, at=at)
    return publish(version, by=None, at=at)


def test_a_definition_comes_as_a_draft(made: ServiceVersion) -> None:
    assert (made.number, made.state) == (1, ServiceVersion.State.DRAFT)
    assert made.service.current is None
    assert definition_of(made).code == "peminjaman-aula"


def test_the_same_words_in_another_order_are_the_same(made: ServiceVersion, at: datetime) -> None:
    again = bring(dict(reversed(aula().items())), pack="contoh", at=at + timedelta(days=1))
    assert again.pk == made.pk
    assert Entry.objects.filter(verb="service_drafted").count() == 1


def test_a_new_draft_takes_the_place_of_the_draft(made: ServiceVersion, at: datetime) -> None:
    rehearse(made, at=at)
    again = bring(aula(fee=5000), pack="contoh", at=at)
    assert (again.pk, again.number, again.definition["fee"]) == (made.pk, 1, 5000)
    assert rehearsal_of(again) is None


def test_a_draft_beside_a_published_version_is_the_next(made: ServiceVersion, at: datetime) -> None:
    published(made, at)
    draft = bring(aula(fee=5000), pack="contoh", at=at)
    assert draft.number == 2
    assert bring(aula(), pack="contoh", at=at).pk == made.pk  # the pack went back: the draft is gone
    assert list(ServiceVersion.objects.values_list("number", "state")) == [(1, "published")]


def test_publishing_needs_a_rehearsal_of_these_very_words(made: ServiceVersion, at: datetime) -> None:
    with pytest.raises(Refused, match="Jalankan dulu gladi bersih"):
        publish(made, by=None, at=at)
    rehearse(made, at=at)
    changed = bring(aula(fee=5000), pack="contoh", at=at)
    with pytest.raises(Refused, match="Jalankan dulu gladi bersih"):
        publish(changed, by=None, at=at)


def test_publishing_is_refused_while_something_cannot_work(made: ServiceVersion, at: datetime) -> None:
    Membership.objects.filter(user__username="wayan").delete()
    found = rehearse(made, at=at)
    assert {one.kind for one in found.blocking} == {"nobody_may", "nobody_signs"}
    with pytest.raises(Refused, match="tidak ada orang yang boleh mengambil langkah “Tolak”"):
        publish(made, by=None, at=at)


def test_a_published_version_is_in_force_and_never_changes(made: ServiceVersion, at: datetime) -> None:
    yusuf = make_publisher()
    rehearse(made, by=yusuf, at=at)
    publish(made, by=yusuf, at=at)
    service = Service.objects.get()
    assert service.current == made
    assert Entry.objects.get(verb="service_published").by_id == yusuf.pk
    assert Template.objects.get(code="peminjaman-aula/permit").signers == ["head"]
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        ServiceVersion.objects.filter(pk=made.pk).update(definition={})
    with pytest.raises(Refused, match="sudah terbit"):
        publish(made, by=yusuf, at=at)


def test_the_next_version_retires_the_one_before(made: ServiceVersion, at: datetime) -> None:
    published(made, at)
    later = at + timedelta(days=30)
    second = published(bring(aula(title={"id": "Sewa aula"}), pack="contoh", at=later), later)
    made.refresh_from_db()
    assert (made.state, made.retired_at) == (ServiceVersion.State.RETIRED, later)
    service = Service.objects.get()
    assert service.current == second
    assert service.title == {"id": "Sewa aula"}


@pytest.mark.parametrize("words", ["aula", "meminjam", "gedung", "borrowing hall"])
def test_a_service_is_found_by_its_words(made: ServiceVersion, at: datetime, words: str) -> None:
    from django.contrib.postgres.search import SearchQuery

    published(made, at)
    config = "english" if words == "borrowing hall" else "indonesian"
    assert Service.objects.filter(search=SearchQuery(words, config=config)).exists()


def test_only_those_who_may_publish(made: ServiceVersion, at: datetime) -> None:
    ratna = User.objects.get(username="ratna")
    for act in (
        lambda: rehearse(made, by=ratna, at=at),
        lambda: publish(made, by=ratna, at=at),
        lambda: assign_unit(Unit.objects.get(code="balai"), None, by=ratna, at=at),
        lambda: set_parameters(made.service, {}, by=ratna, at=at),
        lambda: publishing.set_open(made.service, False, by=ratna, at=at),
    ):
        with pytest.raises(Refused, match="tidak mencakup"):
            act()


# Units


def test_a_unit_is_given_to_an_agency(made: ServiceVersion, at: datetime) -> None:
    unit = Unit.objects.get(code="balai")
    setda = make_agency("setda", "Sekretariat Daerah")
    assign_unit(unit, setda, by=None, at=at)
    assert Unit.objects.get(code="balai").agency == setda
    assert Entry.objects.get(verb="unit_assigned").after == {"agency": "setda"}
    assign_unit(unit, setda, by=None, at=at)  # nothing changed: nothing is written
    assert Entry.objects.filter(verb="unit_assigned").count() == 1


def test_a_unit_that_is_needed_keeps_an_agency(made: ServiceVersion, at: datetime) -> None:
    unit = Unit.objects.get(code="balai")
    assign_unit(unit, None, by=None, at=at)
    assign_unit(unit, make_agency("balai"), by=None, at=at)
    published(made, at)
    with pytest.raises(Refused, match="Layanan yang terbit membutuhkan “Pengelola balai”: Peminjaman aula"):
        assign_unit(unit, None, by=None, at=at)
    with pytest.raises(Refused, match="bukan bagian kabupaten"):
        assign_unit(unit, make_agency("mitra", "Mitra", kind="outside"), by=None, at=at)


# Parameters


@pytest.fixture
def hall(at: datetime) -> Service:
    make_office()
    return bring(aula(parameters=[PARAMETER], presets=[PRESET]), pack="contoh", at=at).service


def values(service: Service) -> dict[str, Any]:
    return dict(parameters_of(service.pk, publishing.newest(service)))


def test_a_regency_sets_its_own_value_with_its_source(hall: Service, at: datetime) -> None:
    assert values(hall) == {"most_days": "1"}
    changed = set_parameters(hall, {"most_days": Setting("2", "Perbup 1/2026")}, by=None, at=at)
    assert (changed, values(hall)) == ({"most_days": "2"}, {"most_days": "2"})
    assert Entry.objects.get(verb="service_set_up").before == {"most_days": "1"}
    bring(aula(parameters=[PARAMETER | {"value": "5"}]), pack="contoh", at=at)
    assert values(hall) == {"most_days": "2"}  # it belongs to the service, not to a version
    set_parameters(hall, {"most_days": Setting("")}, by=None, at=at)
    assert values(hall) == {"most_days": "5"}
    assert not ServiceSetting.objects.exists()


@pytest.mark.parametrize(
    ("name", "setting", "sentence"),
    [
        ("most_day", Setting("2", "x"), "tidak punya pengaturan “most_day”"),
        ("most_days", Setting("dua", "x"), "harus bilangan bulat, misalnya 1. Anda menulis “dua”"),
        ("most_days", Setting("2"), "Tulis sumber untuk “Paling lama dipinjam”"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    hall: Service, at: datetime, name: str, setting: Setting, sentence: str
) -> None:
    with pytest.raises(Refused, match=re.escape(sentence)):
        set_parameters(hall, {name: setting}, by=None, at=at)


def test_a_preset_brings_values_and_their_source(hall: Service, at: datetime) -> None:
    set_parameters(hall, publishing.preset(hall, "kota"), by=None, at=at)
    assert values(hall) == {"most_days": "3"}
    assert ServiceSetting.objects.get().source == "Perwali 3/2025"


def test_a_head_sets_up_the_services_of_the_own_office_only(hall: Service, at: datetime) -> None:
    wayan = User.objects.get(username="wayan")
    set_parameters(hall, {"most_days": Setting("2", "SK Kepala")}, by=wayan, at=at)
    Unit.objects.filter(code="balai").update(agency=make_agency("dinkes"))
    with pytest.raises(Refused, match="layanan ini milik Dinas Kesehatan"):
        set_parameters(hall, {"most_days": Setting("3", "SK Kepala")}, by=wayan, at=at)


def test_a_service_is_closed_for_a_while(made: ServiceVersion, at: datetime) -> None:
    publishing.set_open(made.service, False, by=None, at=at)
    publishing.set_open(made.service, False, by=None, at=at)
    assert not Service.objects.get().is_open
    publishing.set_open(made.service, True, by=None, at=at)
    assert list(Entry.objects.filter(verb__startswith="service_").values_list("verb", flat=True)) == [
        "service_drafted",
        "service_closed",
        "service_opened",
    ]


# Packs


def test_a_pack_brings_its_services(at: datetime) -> None:
    install(settings.ROOT / "packs" / "nasional", by=None, at=at)
    install(settings.ROOT / "packs" / "contoh", by=None, at=at)
    assert Service.objects.get(code="peminjaman-aula").pack == "contoh"


def test_a_regency_that_writes_a_service_itself_keeps_it(tmp_path: Path, at: datetime) -> None:
    def pack(name: str, version: str, fee: int, requires: str) -> Path:
        folder = tmp_path / name
        (folder / "services").mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(
            f'name: {name}\nversion: "{version}"\ntitle: {{id: X}}\nlicence: X\nrequires: [{requires}]\n'
        )
        (folder / "units.yaml").write_text("- {code: balai, title: {id: Balai}}\n")
        source = settings.ROOT / "packs/contoh/services/peminjaman-aula.yaml"
        words = source.read_text(encoding="utf-8").replace("fee: 0", f"fee: {fee}")
        (folder / "services" / "aula.yaml").write_text(words, encoding="utf-8")
        return folder

    install(pack("dasar", "1", 0, ""), by=None, at=at)
    install(pack("kota", "1", 1000, "dasar"), by=None, at=at)
    install(pack("dasar", "2", 2000, ""), by=None, at=at)
    service = Service.objects.get()
    assert service.pack == "kota"
    assert [version.definition["fee"] for version in service.versions.all()] == [1000]
    found = publishing.national("peminjaman-aula", "dasar")
    assert found is not None
    assert found["fee"] == 2000
