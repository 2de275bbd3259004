"""An evaluation for tests: a small instrument of two tracks, and the people around it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from lawang.areas.models import Area
from lawang.movement import panel
from lawang.movement.models import Assessment, Evaluation, Instrument, Sheet
from lawang.people.models import User
from tests.cast import make_agency, make_membership, make_role, make_user, moment
from tests.plan_factory import make_framework

AT = moment("2026-06-01 09:00")
UNTIL = moment("2026-07-01 23:59")
VERBS = {
    "coordinator": {"movement.answer": "all", "movement.release": "all", "movement.follow_up": "all"},
    "movement-secretariat": {"movement.run": "all"},
    "assessor": {"movement.assess": "self"},
    "contributor": {"movement.answer": "all"},
}


def item(code: str, key: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "key": key,
        "title": {"id": f"Butir {key}", "en": f"Item {key}"},
        "proposal": "",
        "about": "",
    } | more


def definition(code: str = "uji-2026", year: int = 2026) -> dict[str, Any]:
    """Return an instrument of six items: three general, two of dimensions, one of a survey."""
    make_framework()

    def component(
        name: str, section: str, *items: dict[str, Any], method: str = "interview"
    ) -> dict[str, Any]:
        title = {"id": name.title(), "en": name.title()}
        return {
            "code": name,
            "section": section,
            "title": title,
            "method": method,
            "indicators": [{"title": title, "items": list(items)}],
        }

    return {
        "code": code,
        "year": year,
        "title": {"id": f"Evaluasi {year}", "en": f"Evaluation {year}"},
        "framework": "sc",
        "source": "uji",
        "scale": {"least": 1, "most": 4, "assessors": 2},
        "rounding": {"item": 2, "component": 2, "final": 2},
        "tracks": [
            {
                "code": "reguler",
                "title": {"id": "Reguler"},
                "weights": {"baseline": "40", "outcome": "40", "impact": "20"},
            },
            {"code": "baru", "title": {"id": "Baru"}, "weights": {"baseline": "50", "outcome": "50"}},
        ],
        "components": [
            component(
                "baseline",
                "A",
                item("A1-1", "baseline.legal", proposal="legal_basis"),
                item("A1-2", "baseline.council", proposal="meetings", about="council"),
                item("A1-3", "baseline.other"),
            ),
            component(
                "outcome",
                "B",
                item("B1-1", "outcome.economy", node="sc/ekonomi", proposal="programmes_running"),
                item("B1-2", "outcome.environment", node="sc/lingkungan", proposal="programmes_running"),
            ),
            component(
                "impact",
                "C",
                item("C1-1", "impact.trade", node="sc/ekonomi", proposal="survey"),
                method="survey",
            ),
        ],
        "examples": [],
    }


def make_instrument(code: str = "uji-2026", year: int = 2026) -> Instrument:
    known = Instrument.objects.filter(code=code).first()
    return known or Instrument.objects.create(
        code=code,
        number=1,
        year=year,
        title={"id": code},
        definition=definition(code, year),
        pack="uji",
        at=AT,
    )


def person(role: str, username: str) -> User:
    """Return somebody who holds one of the roles of the evaluation."""
    user = make_user(username)
    if not user.memberships.exists():
        make_membership(user, role=make_role(role, VERBS[role]), agency=make_agency("gerakan", "Sekretariat"))
    return user


def make_area(code: str = "16.11", name: str = "Empat Lawang") -> Area:
    from tests.cast import make_node

    make_node()
    return Area.objects.get_or_create(
        code=code, defaults={"name": name, "level": Area.Level.REGENCY, "valid_from": AT.date()}
    )[0]


def make_evaluation(
    *areas: Area, track: str = "reguler", code: str = "uji-2026", year: int = 2026
) -> Evaluation:
    """Return an evaluation that is being marked, with these regencies released."""
    secretary = person("movement-secretariat", "ketut")
    evaluation = panel.open_evaluation(
        make_instrument(code, year), year, answers_until=UNTIL, by=secretary, at=AT
    )
    panel.enter(evaluation, dict.fromkeys(areas, track), by=secretary, at=AT)
    evaluation.assessments.update(state=Assessment.State.RELEASED, released_at=AT)
    return panel.begin_marking(evaluation, by=secretary, at=AT + timedelta(days=1))


def hand_in(assessment: Assessment, user: User, marks: dict[str, tuple[int, str]], **words: str) -> Sheet:
    """Declare, mark and hand in one assessor's sheet."""
    sheet = panel.declare(assessment, by=user, at=AT)
    panel.mark(sheet, marks, by=user, at=AT)
    given = {"strengths": "Kuat", "weaknesses": "Lemah", "recommendations": "Perbarui dasar hukum"} | words
    return panel.hand_in(sheet, **given, by=user, at=AT)


def survey(assessment: Assessment, **means: str) -> None:
    for code, mean in means.items():
        assessment.answers.filter(item=code.replace("_", "-")).update(value=Decimal(mean))
