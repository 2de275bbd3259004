"""A year of a service before it is published: made-up cases go all its ways through this regency's offices.

What cannot work is found (it `blocks` the publication), what could be better is said, and it is counted where cases
would wait with the people there are today. The same definition in the same regency gives the same rehearsal.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from statistics import median

from django.utils import translation

from lawang.cases.definition import Definition, graph_of
from lawang.cases.rehearsal.applicants import Applicant, of_checks, of_form, of_letters
from lawang.cases.rehearsal.finding import Finding, Rehearsal, Wait, in_words
from lawang.cases.rehearsal.house import House
from lawang.cases.rehearsal.year import Year
from lawang.lib.steps import Trouble
from lawang.lib.text import text

__all__ = ["Finding", "Rehearsal", "Wait", "in_words", "rehearse"]

CASES = 500  # a year, unless the service's parameter YEARLY says otherwise
MOST_CASES = 3000
YEARLY = "cases_per_year"


def rehearse(
    definition: Definition, parameters: Mapping[str, str], sha256: str, *, at: datetime
) -> Rehearsal:
    """Return what a year of this service would be like in this regency, beginning at that moment."""
    house = House(definition, at)
    source = random.Random(sha256)  # noqa: S311  the same definition is rehearsed alike
    people = [Applicant(definition, source, house) for _number in range(_cases(parameters))]
    year = Year(definition, parameters, house, source, people)
    year.run()
    judged = [one for one in year.walks if one.in_time is not None]
    return Rehearsal(
        sha256=sha256,
        at=at.isoformat(),
        cases=len(people),
        finished=sum(one.ended is not None for one in year.walks),
        judged=len(judged),
        in_time=sum(bool(one.in_time) for one in judged),
        findings=(
            *of_graph(definition),
            *house.findings(),
            *of_form(definition, people),
            *of_checks(definition, parameters, people),
            *of_letters(definition, parameters, people, house),
            *year.findings(),
        ),
        waits=tuple(year.waits()),
        states={code: (len(days), float(median(days))) for code, days in year.stays.items()},
        steps=dict(year.taken),
        outcomes=dict(Counter(one.outcome for one in year.walks if one.outcome)),
    )


def _cases(parameters: Mapping[str, str]) -> int:
    wanted = parameters.get(YEARLY, "")
    return max(1, min(int(wanted), MOST_CASES)) if wanted.isdecimal() else CASES


def of_graph(definition: Definition) -> Iterator[Finding]:
    """Find what the step graph alone tells: dead ends, states nobody reaches, deadlines that cannot hold."""
    graph = graph_of(definition)
    spoken = []
    for language in ("id", "en"):
        with translation.override(language):
            spoken.append([*graph.problems(), *graph.deadline_conflicts(definition.clock)])
    for indonesian, english in zip(*spoken, strict=True):
        yield Finding(
            str(indonesian.kind),
            f"{'step' if indonesian.is_step else 'state'}:{indonesian.place}",
            text(indonesian.sentence, english.sentence),
            indonesian.kind != Trouble.NOT_COMPARABLE,
        )
