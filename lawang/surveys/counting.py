"""How answers become figures, without telling what anybody said.

Answers to a satisfaction survey are counted in whole fives, in the order in which they came: between any two figures
that were ever shown lie zero answers or at least five, so that whoever looks before and after somebody answered learns
nothing. The last one to four wait for company. `counted_on` is the day on which an answer came into the figures; every
figure of every period is therefore a sum of whole fives too. An impact survey is counted once, when it is closed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Q, QuerySet, When

from lawang.lib.disclosure import LEAST, Joined, join_linked
from lawang.lib.text import say
from lawang.surveys import skm
from lawang.surveys.models import Kind, Response, Survey
from lawang.surveys.questionnaire import PROFILE, validity_rules
from lawang.surveys.validity import Sheet

COUNTS = Q(is_staff=False) & (Q(is_user=True) | Q(is_user=None))  # whose answers count; SKM asks neither


def count_in(survey: Survey, *, on: date) -> int:
    """Take waiting answers into the figures: whole fives of a satisfaction survey, all of a closed impact survey.

    The caller holds the survey's lock and saves it. Return how many were counted.
    """
    waiting = list(
        Response.objects.filter(COUNTS, survey=survey, counted_on=None)
        .order_by("number")
        .values_list("pk", "answers", *PROFILE)
    )
    if survey.kind == Kind.SKM:
        waiting = waiting[: len(waiting) // LEAST * LEAST]
    elif survey.is_open or len(waiting) < LEAST:
        return 0
    if not waiting:
        return 0
    fresh = skm.tally((row[1] for row in waiting), survey.questions)
    whole = skm.Tally(survey.counted, survey.sums) + fresh
    profile = Counter(survey.profile)
    profile.update("|".join(row[2:]) for row in waiting)
    survey.counted, survey.sums, survey.profile = whole.n, dict(whole.sums), dict(profile)
    Response.objects.filter(pk__in=[row[0] for row in waiting]).update(counted_on=on)
    return len(waiting)


def recounted(survey: Survey) -> tuple[int, dict[str, int], dict[str, int]]:
    """Return counted, sums and profile from nothing; they must equal what the survey keeps (doctor, tests)."""
    rows = Response.objects.filter(survey=survey, counted_on__isnull=False).values_list("answers", *PROFILE)
    return recounted_from(rows, survey)


def recounted_from(
    counted: Iterable[tuple[Any, ...]], survey: Survey
) -> tuple[int, dict[str, int], dict[str, int]]:
    """Return the same from answers that were read already: (answers, *PROFILE) of each that is counted."""
    rows = list(counted)
    found = skm.tally((row[0] for row in rows), survey.questions)
    profile = Counter("|".join(row[1:]) for row in rows)
    return found.n, dict(found.sums) if found.n else {}, dict(profile)


def totals(surveys: "QuerySet[Survey]", start: date, end: date) -> dict[str, tuple[int, int]]:
    """Return question -> (answers, sum of their marks) of what came into the figures of some surveys between two days,
    both included. One query."""
    query, parameters = surveys.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select s.questions[q.place] as code, count(*), sum(q.mark)
            from surveys_response r
            join surveys_survey s on s.id = r.survey_id
            cross join unnest(r.answers) with ordinality as q(mark, place)
            where r.counted_on between %s and %s and r.survey_id in ({query})
            group by 1
            """,  # noqa: S608  a query of ours, its values apart
            [start, end, *parameters],
        )
        return {code: (n, int(whole)) for code, n, whole in cursor.fetchall()}


# Profile


def profile_of(survey: Survey) -> dict[str, list[Joined[str]]]:
    """Return, by each thing people say of themselves, the groups to show, small ones joined.

    A group that could be subtracted from what is shown already is joined too; a division that would still tell of a
    few is left out (lib/disclosure.py).
    """
    cells = {tuple(key.split("|")): count for key, count in survey.profile.items()}
    shown: list[list[set[tuple[str, ...]]]] = []
    found: dict[str, list[Joined[str]]] = {}
    for place, name in enumerate(PROFILE):
        groups = join_linked(cells, lambda cell, place=place: cell[place], shown)  # type: ignore[misc]
        if groups is None or all(group.labels == ("",) for group in groups):
            continue
        order = list(PROFILE[name][1])
        found[name] = sorted(groups, key=lambda group: min(_place(order, label) for label in group.labels))
        shown.append([{cell for cell in cells if cell[place] in group.labels} for group in groups])
    return found


def _place(order: list[str], label: str) -> int:
    return order.index(label) if label in order else len(order)


# What validity.py looks at


@dataclass(frozen=True)
class Part:
    """Some answers of one survey that came the same way from people who are alike for the checks."""

    source: str
    is_user: bool | None
    is_staff: bool
    is_named: bool  # a second answer of theirs would be noticed
    n: int

    @property
    def counts(self) -> bool:
        """Whether they come into the figures: the same as COUNTS."""
        return not self.is_staff and self.is_user is not False


def parts_of(survey: Survey) -> list[Part]:
    """Return all answers of a survey in a few parts. One query."""
    rows = (
        survey.responses.annotate(is_named=Case(When(respondent="", then=False), default=True))
        .values_list("source", "is_user", "is_staff", "is_named")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [Part(*row) for row in rows]


def by_source(parts: Iterable[Part]) -> list[tuple[str, int]]:
    """Return where answers came from, by name, most first."""
    found: Counter[str] = Counter()
    for part in parts:
        found[part.source] += part.n
    return [(str(Response.Source(source).label), n) for source, n in found.most_common()]


def sheet_of(survey: Survey, parts: Sequence[Part] | None = None) -> Sheet:
    """Gather what is known of one form: three queries at most, and one for who ran it unless that was fetched."""
    parts = parts_of(survey) if parts is None else parts
    counting = [part for part in parts if part.counts]
    rows = survey.responses.filter(COUNTS).values_list("answers").annotate(n=Count("pk")).order_by()
    return Sheet(
        rules=validity_rules(survey.instrument),
        patterns={tuple(answers): n for answers, n in rows},
        service=survey.subject,
        owner=survey.agency.short_name,
        owner_ran=survey.agency_id in {one.pk for one in survey.runners.all()},
        non_users=sum(part.n for part in parts if part.is_user is False),
        staff=sum(part.n for part in parts if part.is_staff),
        unsaid=sum(part.n for part in counting if part.is_user is None),
        unnamed=sum(part.n for part in counting if not part.is_named),
        elsewhere=_elsewhere(survey),
        application=survey.application.name if survey.application else "",
        application_users=survey.application.users if survey.application else None,
    )


def _elsewhere(survey: Survey) -> Mapping[str, int]:
    """Return which forms of other dimensions the same people answered this year, and how many people.

    Somebody may well use two things of one dimension; for two dimensions the ministry's report asks who they are.
    """
    assert survey.node is not None
    top = survey.node.parent_id or survey.node_id
    same = (
        Response.objects.filter(
            COUNTS,
            survey__kind=Kind.IMPACT,
            survey__year=survey.year,
            respondent__in=Response.objects.filter(COUNTS, survey=survey)
            .exclude(respondent="")
            .values("respondent"),
        )
        .exclude(Q(survey__node=top) | Q(survey__node__parent=top))
        .values_list("survey__node__title")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return _added((say(title), n) for title, n in same)


def _added(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, n in pairs:
        found[name] += n
    return dict(found)
