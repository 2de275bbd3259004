"""Made-up applicants fill in any form so that it takes their answers, and what belongs together fits."""

import random
from datetime import date
from functools import lru_cache
from typing import Any

import pytest
from django.conf import settings as django
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawang.cases import synthetic
from lawang.cases.definition import Definition, read
from lawang.cases.reading import read_answers
from lawang.cases.tests.test_reading import FIELDS
from lawang.lib import nik
from lawang.lib.fields import Field, Kind, Leaf, leaves, look, times_in
from lawang.packs.reader import read_pack

TODAY = date(2026, 3, 16)
pytestmark = pytest.mark.django_db


@lru_cache(maxsize=1)
def services() -> dict[str, Definition]:
    return {
        item["code"]: read(item)
        for pack in ("nasional", "contoh")
        for item in read_pack(django.ROOT / "packs" / pack).definitions.get("services", [])
    }


def test_every_shipped_service_is_filled_in() -> None:
    assert len(services()) > 1
    for definition in services().values():
        for seed in range(40):
            read = synthetic.applicant(definition.fields, random.Random(seed), today=TODAY)
            assert read.faults == {}, (definition.code, read.faults)
            for path in definition.applicant.values():
                assert look(read.answers, path) or path not in definition.applicant["name"]


def test_the_same_source_gives_the_same_person() -> None:
    fields = services()["peminjaman-aula"].fields
    one, other = (synthetic.applicant(fields, random.Random(7), today=TODAY) for _time in range(2))
    assert one == other
    assert one != synthetic.applicant(fields, random.Random(8), today=TODAY)


def test_a_nik_fits_birth_date_and_sex() -> None:
    data: list[dict[str, Any]] = [
        {"name": "child_name", "type": "text", "title": {"id": "x"}},
        {"name": "child_nik", "type": "identity", "title": {"id": "x"}},
        {"name": "child_birth_date", "type": "date", "title": {"id": "x"}, "not_after_today": True},
        {
            "name": "child_sex",
            "type": "choice",
            "title": {"id": "x"},
            "choices": [{"code": "male", "title": {"id": "x"}}, {"code": "female", "title": {"id": "x"}}],
        },
    ]
    from lawang.lib.fields import from_data

    fields = tuple(from_data(one) for one in data)
    for seed in range(50):
        answers, faults = synthetic.applicant(fields, random.Random(seed), today=TODAY)
        assert faults == {}
        born = date.fromisoformat(answers["child_birth_date"])
        assert nik.mismatches(answers["child_nik"], birth_date=born, sex=answers["child_sex"]) == []
        assert (TODAY - born).days <= 60
        assert answers["child_name"].endswith("Contoh")


def _can_be_answered(fields: tuple[Field, ...]) -> bool:
    """Leave out limits that contradict each other: the proof of a service refuses them."""

    def fits(leaf: Leaf) -> bool:
        one = leaf.field
        return one.least is None or one.most is None or one.least <= one.most

    return all(fits(leaf) for leaf in leaves(fields))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FIELDS.filter(_can_be_answered), st.integers(0, 10**9))
def test_any_form_is_filled_in(fields: tuple[Field, ...], seed: int) -> None:
    answers, faults = synthetic.applicant(fields, random.Random(seed), today=TODAY)
    hard = {path: sentence for path, sentence in faults.items() if "paling banyak" not in sentence}
    assert hard == {}
    assert read_answers(fields, answers, today=TODAY).answers == answers


def test_papers_come_as_keys() -> None:
    fields = (Field("letter", Kind.FILE, {"id": "x"}),)
    answers, _faults = synthetic.applicant(fields, random.Random(1), today=TODAY)
    assert len(answers["letter"]) == 1
    assert times_in(answers)("letter", fields[0]) == 1
