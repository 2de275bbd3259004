"""The services of packs/nasional work for real: every worked example goes through the database, letters and all."""

from typing import Any

import pytest

from lawang.cases import publishing
from lawang.cases.bundles import merged
from lawang.cases.definition import definition_of, read
from lawang.cases.models import Case, Service, ServiceSetting
from lawang.cases.tests.national import (
    CODES,
    START,
    definition,
    make_national_case,
    make_published,
    make_regency,
    walk,
)
from lawang.lib import fields as lib
from lawang.lib.fields import Kind
from lawang.people.node import day_of

pytestmark = pytest.mark.django_db

MADE_IN_SIAK = ("akta-kelahiran", "akta-kematian", "kartu-keluarga")


def set_up(code: str, example: dict[str, Any]) -> None:
    """Give the regency the parameters of an example."""
    data = definition(code)
    preset: dict[str, str] = next(
        (one["values"] for one in data["presets"] if one["code"] == example["preset"]), {}
    )
    service = Service.objects.get(code=code)
    ServiceSetting.objects.filter(service=service).delete()
    for name, value in {**preset, **example["parameters"]}.items():
        ServiceSetting.objects.create(service=service, name=name, value=value)


@pytest.mark.parametrize("code", CODES)
def test_each_service_can_be_published_after_a_rehearsal(code: str) -> None:
    make_regency()
    version = publishing.bring(definition(code), pack="nasional", at=START)
    found = publishing.rehearse(version, at=START)
    assert [one.sentence for one in found.blocking] == []
    assert publishing.publish(version, by=None, at=START).state == "published"
    assert found.finished > 0


@pytest.mark.parametrize("code", CODES)
def test_every_worked_example_goes_through_the_database(code: str) -> None:
    people = make_regency()
    make_published(code)
    for number, example in enumerate(definition(code)["examples"]):
        if example["faults"] or any(one["take"] == "merge" for one in example["steps"]):
            continue  # merging needs another complaint: see test_services_complaint.py
        Case.objects.all().delete()  # another family's case would be found as one filed before
        set_up(code, example)
        case = make_national_case(code, number)
        if example["due"]:
            assert case.due_at is not None
            assert day_of(case.due_at).isoformat() == example["due"], example["title"]
        case = walk(case, people, example["steps"])
        assert case.state == (example["state"] or case.state), example["title"]


@pytest.mark.parametrize("code", CODES)
def test_what_is_made_in_siak_is_never_written_here(code: str) -> None:
    data = definition(code)
    kinds = {letter["kind"] for letter in data["letters"]}
    if code in MADE_IN_SIAK:
        assert data["made_in"] == "SIAK"
        assert kinds <= {"receipt", "letter"}
    assert "receipt" in kinds


@pytest.mark.parametrize("code", CODES)
def test_every_service_stands_on_rules_with_a_source(code: str) -> None:
    data = definition(code)
    assert all(one["source"] for one in data["requirements"])
    for one in data["standard"]["legal_basis"]:
        stated = one["source"] or "belum diperiksa" in one["title"] or "ditetapkan kabupaten" in one["title"]
        assert stated, one["title"]
    assert 4 <= len(data["examples"]) <= 8
    assert any(example["faults"] for example in data["examples"])
    assert any("Idulfitri" in example["title"] for example in data["examples"])
    assert data["questions"]


def test_the_same_name_means_the_same_in_every_service() -> None:
    """Answers are given once in a bundle, so kind, choices and repetition of a field may not differ."""
    known: dict[str, tuple[str, dict[str, Any]]] = {}
    for code in CODES:
        for field in read(definition(code)).fields:
            if field.name == "papers":
                continue
            shape = {
                "kind": field.kind,
                "format": field.format,
                "privacy": field.privacy,
                "choices": [choice.code for choice in field.choices],
                "times": (field.least_times, field.most_times),
            }
            first, before = known.setdefault(field.name, (code, shape))
            assert shape == before, f"{field.name}: {code} differs from {first}"


def test_what_is_about_children_and_health_is_sensitive() -> None:
    for code in CODES:
        for leaf in lib.leaves(read(definition(code)).fields):
            if leaf.field.name.startswith("child_") and leaf.field.name != "child_relation":
                assert leaf.field.privacy == "sensitive", f"{code}: {leaf.path}"
            if leaf.field.name in ("death_cause", "death_evidence"):
                assert leaf.field.privacy == "sensitive", f"{code}: {leaf.path}"
            if leaf.field.kind == Kind.IDENTITY or leaf.field.format in ("phone", "email", "family_card"):
                assert leaf.field.privacy in lib.CLOSED, f"{code}: {leaf.path}"


@pytest.mark.parametrize(
    "codes", [("akta-kelahiran", "kartu-keluarga"), ("akta-kematian", "santunan-kematian")]
)
def test_a_bundle_asks_everything_once(codes: tuple[str, ...]) -> None:
    parts = [read(definition(code)) for code in codes]
    whole = merged(parts)
    names = [field.name for field in whole.fields]
    assert len(names) == len(set(names))
    assert set(names) == {field.name for part in parts for field in part.fields}
    spared = sum(len(part.fields) for part in parts) - len(names)
    assert spared >= 12


def test_nothing_is_kept_twice_under_two_numbers() -> None:
    series = [
        letter["series"] for code in CODES for letter in definition(code)["letters"] if letter["series"]
    ]
    series += [definition(code)["series"] for code in CODES]
    assert len(series) == len(set(series))


def test_a_case_keeps_the_definition_it_began_with() -> None:
    make_regency()
    case = make_national_case("surat-keterangan-usaha")
    assert definition_of(case.version).code == "surat-keterangan-usaha"
