"""What surveys know about one year, for whoever judges or reports it; nothing of the web.

Of a satisfaction survey only what is counted (whole fives), of an impact survey only what is closed, or, with
`and_open`, also how far the open ones are.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lawang.surveys import skm, validity
from lawang.surveys.counting import sheet_of
from lawang.surveys.models import Kind, Survey
from lawang.surveys.questionnaire import Judged, judged, judged_together, questions_of
from lawang.surveys.validity import Finding


@dataclass(frozen=True)
class SkmFact:
    """One service or unit in one year; several surveys of it are added up."""

    service: str | None  # code; None: of the whole unit
    agency: str  # code
    surveys: tuple[Survey, ...]
    judged: Judged

    @property
    def n(self) -> int:
        return self.judged.n

    @property
    def index(self) -> Decimal | None:
        return self.judged.index


@dataclass(frozen=True)
class SkmYear:
    """All of a year. `regency` counts every respondent once, whatever the service; None: no survey at all."""

    year: int
    regency: Judged | None
    services: tuple[SkmFact, ...]


@dataclass(frozen=True)
class ImpactFact:
    """One statement of the impact survey in one year."""

    key: str  # the item of the evaluation's instrument: "impact.governance.public_services.online"
    node: str  # "framework/code" of its sub-dimension
    statement: str
    mean: Decimal | None  # of 0-4, two decimals half up; None: fewer than five count, or not closed
    n: int
    survey: Survey
    findings: tuple[Finding, ...]  # of the form on which it was asked


def skm_year(year: int, *, only: Collection[int] | None = None) -> SkmYear:
    """Return the satisfaction of a year, of these surveys only, services in the order of their names. One query."""
    found = Survey.objects.with_names().filter(kind=Kind.SKM, year=year)
    if only is not None:
        found = found.filter(pk__in=only)
    rows = list(found.order_by("agency__code", "pk"))
    together: dict[tuple[int, int | None], list[Survey]] = defaultdict(list)
    for survey in rows:
        together[survey.agency_id, survey.service_id].append(survey)
    services = [
        SkmFact(
            surveys[0].service.code if surveys[0].service else None,
            surveys[0].agency.code,
            tuple(surveys),
            _of(surveys),
        )
        for surveys in together.values()
    ]
    return SkmYear(
        year,
        judged_together(rows),
        tuple(sorted(services, key=lambda one: one.surveys[0].title["id"].casefold())),
    )


def _of(surveys: Sequence[Survey]) -> Judged:
    if len(surveys) == 1:
        return judged(surveys[0])
    found = judged_together(surveys)
    assert found is not None
    return found


def impact_year(year: int, *, and_open: bool = False) -> dict[str, ImpactFact]:
    """Return item of the evaluation -> what the survey of a year says of it.

    A statement asked on several forms is told from the one most people answered. One query; with `and_open` six more
    for each form that is still open, whose means are not told.
    """
    rows = Survey.objects.with_names().filter(kind=Kind.IMPACT, year=year).order_by("pk")
    found: dict[str, ImpactFact] = {}
    for survey in rows:
        if survey.is_open and not and_open:
            continue
        problems = tuple(
            validity.findings(sheet_of(survey)) if survey.is_open else validity.said(survey.findings)
        )
        means = skm.means(skm.Tally(survey.counted, survey.sums))
        for question in questions_of(survey):
            n = survey.received if survey.is_open else survey.counted
            fact = ImpactFact(
                question.key, question.node, question.code, means.get(question.code), n, survey, problems
            )
            known = found.get(question.key)
            if known is None or (known.mean is None, -known.n) > (fact.mean is None, -fact.n):
                found[question.key] = fact
    return found
