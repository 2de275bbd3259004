"""Questionnaires come out of packs; a version never changes, and the worked examples run."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from lawang.lib.refused import Refused
from lawang.packs.reader import read_pack
from lawang.packs.registry import PackVersion
from lawang.packs.tests.folders import FRAMEWORK, problems, write_pack
from lawang.surveys import packs
from lawang.surveys.models import Instrument
from lawang.surveys.questionnaire import all_questions
from lawang.surveys.tests.making import definitions, make_instruments, make_skm
from tests.cast import moment

pytestmark = pytest.mark.django_db


def of(name: str = "nasional") -> PackVersion:
    return PackVersion(name, "2", settings.ROOT, moment("2026-03-17 10:00"))


def test_the_national_pack_holds() -> None:
    found = read_pack(settings.ROOT / "packs" / "nasional")
    assert [str(one) for one in found.problems] == []
    (surveys,) = found.definitions["surveys"]
    assert [len(one["elements"]) for one in surveys["skm"]] == [9]
    (impact,) = surveys["impact"]
    assert len(impact["statements"]) == 54
    assert len({one["key"] for one in impact["statements"]}) == 54
    nodes = [one["node"] for one in impact["statements"]]
    assert {nodes.count(node) for node in nodes} == {3}


def test_a_changed_questionnaire_is_the_next_version_and_surveys_keep_theirs() -> None:
    survey = make_skm()
    make_instruments()
    assert Instrument.objects.filter(kind="skm").count() == 1
    changed = copy.deepcopy(definitions())
    changed["skm"][0]["elements"][0]["question"]["id"] = "Lain?"
    packs.install([changed], of())
    assert list(Instrument.objects.filter(kind="skm").values_list("number", "is_current")) == [
        (1, False),
        (2, True),
    ]
    survey.refresh_from_db()
    assert survey.instrument.number == 1
    assert all_questions(survey.instrument)["persyaratan"].words["id"] != "Lain?"


def test_a_pack_may_not_take_over_the_questionnaire_of_another() -> None:
    make_instruments()
    with pytest.raises(Refused):
        packs.install([definitions()], of("lain"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda skm: skm["examples"][0].update(index="90.56"), "indeksnya 91.48, bukan 90.56"),
        (lambda skm: skm["examples"][0].update(grade="B"), "mutunya A, bukan B"),
        (lambda skm: skm["examples"][0]["sums"].pop("biaya"), "menyebut semua unsur"),
        (lambda skm: skm["elements"][0]["answers"].pop(), "empat jawaban"),
        (lambda skm: skm["bands"].reverse(), "harus mulai di bawah"),
    ],
)
def test_a_mistake_is_explained(tmp_path: Path, change: Any, said: str) -> None:
    skm = copy.deepcopy(definitions()["skm"][0])
    change(skm)
    written = yaml.safe_dump({"skm": [skm]}, allow_unicode=True)
    found = problems(write_pack(tmp_path, frameworks=FRAMEWORK, surveys=written))
    assert any(said in line for line in found), found
