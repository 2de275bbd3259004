"""Surveys for tests that need just any; plain functions with defaults."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

import yaml
from django.conf import settings

from lawang.packs.registry import PackVersion
from lawang.people.models import User
from lawang.plans.models import Framework, FrameworkNode
from lawang.surveys import actions, packs
from lawang.surveys.actions import Answer, Row
from lawang.surveys.models import Kind, Response, Survey
from tests.cast import make_agency, make_node, moment

ABOUT = {"sex": "female", "age": "25-34", "education": "senior", "occupation": "farming"}
AT = "2026-03-17 10:00"


@lru_cache
def definitions() -> dict[str, Any]:
    """Return the questionnaires of the national pack as `packs install` hands them on."""
    folder = settings.ROOT / "packs" / "nasional" / "surveys.yaml"
    found: dict[str, Any] = yaml.safe_load(folder.read_text(encoding="utf-8"))
    return found


def make_instruments() -> None:
    packs.install([definitions()], PackVersion("nasional", "1", settings.ROOT, moment(AT)))


def make_skm(**given: Any) -> Survey:
    make_node()
    make_instruments()
    fields = {
        "agency": make_agency("pdam", "PDAM"),
        "from_date": date(2026, 1, 1),
        "to_date": date(2026, 12, 31),
        "by": None,
        "at": moment(AT),
    }
    return actions.open_skm(**{**fields, **given})


def make_framework() -> dict[str, FrameworkNode]:
    """Return the dimension Branding with its three sub-dimensions, by code."""
    framework, _new = Framework.objects.get_or_create(
        code="smart-city-2017", defaults={"title": {"id": "Kerangka"}}
    )
    top, _new = FrameworkNode.objects.get_or_create(
        framework=framework, code="citra", defaults={"title": {"id": "Smart Branding"}}
    )
    found = {"citra": top}
    for order, code in enumerate(("pariwisata", "bisnis", "wajah-kota")):
        found[code], _new = FrameworkNode.objects.get_or_create(
            framework=framework,
            code=code,
            defaults={"title": {"id": code.title()}, "parent": top, "depth": 1, "order": order},
        )
    return found


def make_impact(node: str = "pariwisata", **given: Any) -> Survey:
    make_node()
    make_instruments()
    agency = make_agency("dispar", "Dispar")
    fields = {
        "agency": agency,
        "node": make_framework()[node],
        "year": 2026,
        "from_date": date(2026, 1, 1),
        "to_date": date(2026, 12, 31),
        "subject": "Wisata Lawang",
        "runners": [agency],
        "by": None,
        "at": moment(AT),
    }
    return actions.open_impact(**{**fields, **given})


def answer(survey: Survey, marks: list[int] | int = 3, **given: Any) -> Answer:
    full = [marks] * len(survey.questions) if isinstance(marks, int) else marks
    if survey.kind == Kind.IMPACT:
        given = {"is_user": True, **given}
    return Answer(full, **{"about": ABOUT, **given})


def receive(survey: Survey, *marks: list[int] | int, at: datetime | None = None, **given: Any) -> Survey:
    """Let people answer, and return the survey as it is then."""
    for one in marks:
        actions.receive(
            survey, answer(survey, one, **given), source=Response.Source.LINK, by=None, at=at or moment(AT)
        )
    return Survey.objects.with_names().get(pk=survey.pk)


def leave_answers_behind(officer: User, *, at: datetime) -> None:
    """Hand in a file with a row that is not taken, and free words, for a survey of the officer's office."""
    survey = (
        Survey.objects.with_names().held_by(officer, "surveys.run").filter(kind=Kind.SKM, state="open")[0]
    )
    rows = [
        *(Row(number, answer(survey, comment="Ramah.")) for number in range(2, 7)),
        Row(7, None, ("Kosong.",)),
    ]
    actions.hand_in(survey, rows, name="loket.csv", contents=b"loket", by=officer, at=at)
