"""Answers of people who do not exist, for the demonstration: a year and a half of satisfaction, and the impact survey.

The satisfaction of each service follows its decided cases; the forms of the impact survey have the faults that the
ministry's reports name, so that an officer sees what the checks say. The same seed gives the same answers.
"""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from lawang.cases.models import Case, Service, Unit
from lawang.people.models import Agency
from lawang.people.node import day_of, zone
from lawang.plans.models import Application, FrameworkNode, Programme, Revision
from lawang.surveys import actions
from lawang.surveys.actions import Answer, Row
from lawang.surveys.invitations import UNSERVED
from lawang.surveys.models import Response, Survey
from lawang.surveys.questionnaire import PROFILE

Say = Callable[[str], None]
SEED = 1408
MOST_AFTER_CASES = 0.7  # of those who were served answer
COMMENTS = (
    "Petugasnya menjelaskan dengan sabar.",
    "Tolong kursi tunggunya ditambah.",
    "Suratnya selesai sebelum hari yang dijanjikan.",
    "Papan nomor antre kadang mati.",
    "Lebih baik bila bisa diambil di kecamatan.",
)


@dataclass(frozen=True)
class Temper:
    """How one service is judged; a row of survei.csv."""

    service: str  # code; "": of the whole unit
    agency: str  # code, where there is no service
    year: int
    mean: float  # of the marks of 1-4
    weak: str  # element that is judged a mark lower
    counter: int  # answers at the counter and by the link, beside those after cases
    population: int


def tempers(folder: Path) -> list[Temper]:
    return [
        Temper(
            row["layanan"],
            row["instansi"],
            int(row["tahun"]),
            float(row["rata"]),
            row["lemah"],
            int(row["loket"]),
            int(row["dilayani"]),
        )
        for row in _rows(folder, "survei")
    ]


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(folder: Path, *, at: datetime, say: Say) -> int:
    """Open the surveys and let people answer until now; return how many answered."""
    source = random.Random(SEED)  # noqa: S311  the same demonstration every time
    count = sum(_skm(one, source, at=at) for one in tempers(folder))
    count += sum(_impact(row, source, at=at) for row in _rows(folder, "survei_dampak"))
    say(_("%(count)s jawaban survei") % {"count": count})
    return count


# Satisfaction


def _skm(temper: Temper, source: random.Random, *, at: datetime) -> int:
    first, last, today = date(temper.year, 1, 1), date(temper.year, 12, 31), day_of(at)
    service = (
        Service.objects.filter(code=temper.service, current__isnull=False).select_related("current").first()
    )
    agency = _agency_of(temper, service)
    if agency is None or first > today or (temper.service and service is None):
        return 0
    opened = datetime.combine(first, time(9), tzinfo=zone())
    survey = actions.open_skm(
        agency=agency,
        service=service,
        from_date=first,
        to_date=last,
        population=temper.population,
        by=None,
        at=opened,
    )
    given: list[tuple[date, str, Answer]] = []
    if service is not None:
        for key, decided in _served(service, first, last):
            on = day_of(decided) + timedelta(days=source.randint(0, 6))
            if on <= min(today, last) and source.random() < MOST_AFTER_CASES:
                answer = _marks(survey, temper, source, respondent=actions.case_hash(key))
                given.append((on, Response.Source.CASE, answer))
    for number in range(temper.counter):
        on = first + timedelta(days=int((min(today, last) - first).days * (number + 0.5) / temper.counter))
        where = Response.Source.COUNTER if source.random() < 0.6 else Response.Source.LINK
        given.append((on, where, _marks(survey, temper, source)))
    actions.let_answer(survey, sorted(given, key=lambda one: one[0]))
    if last < today:
        actions.close(survey, by=None, at=datetime.combine(last + timedelta(days=9), time(14), tzinfo=zone()))
    return len(given)


def _agency_of(temper: Temper, service: Service | None) -> Agency | None:
    if service is None:
        return Agency.objects.filter(code=temper.agency, valid_to=None).first()
    assert service.current is not None
    unit = Unit.objects.filter(code=service.current.definition["unit"]).select_related("agency").first()
    return unit.agency if unit else None


def _served(service: Service, first: date, last: date) -> Iterator[tuple[UUID, datetime]]:
    rows = Case.objects.filter(service=service, decided_at__isnull=False).exclude(outcome__in=UNSERVED)
    for key, decided in rows.order_by("decided_at", "pk").values_list("key", "decided_at"):
        if decided is not None and first <= day_of(decided) <= last:
            yield key, decided


def _marks(survey: Survey, temper: Temper, source: random.Random, respondent: str = "") -> Answer:
    mood = source.gauss(0, 0.35)  # one person is content or not with most of it
    marks = [
        min(4, max(1, round(source.gauss(temper.mean + mood - (code == temper.weak) * 0.8, 0.45))))
        for code in survey.questions
    ]
    comment = source.choice(COMMENTS) if source.random() < 0.06 else ""
    return Answer(marks, _about(source), comment, respondent)


def _about(source: random.Random) -> dict[str, str]:
    """Return what somebody says of themself; one in eight says nothing."""
    if source.random() < 0.125:
        return {}
    weights = {
        "sex": (11, 9),
        "age": (3, 6, 5, 4, 2),
        "education": (4, 4, 8, 1, 3, 0),
        "occupation": (2, 0, 3, 4, 7, 4, 1, 1),
    }
    return {name: source.choices(list(PROFILE[name][1]), weights[name])[0] for name in PROFILE}


# Impact


def _impact(row: dict[str, str], source: random.Random, *, at: datetime) -> int:
    """Open one form, hand in its answers as a file would be, and close it where the year is over."""
    year, today = int(row["tahun"]), day_of(at)
    first, last = date.fromisoformat(row["dari"]), date.fromisoformat(row["sampai"])
    if first > today:
        return 0
    agencies = {one.code: one for one in Agency.objects.filter(valid_to=None)}
    node = (
        FrameworkNode.objects.select_related("framework")
        .filter(framework__plans__isnull=False, code=row["bagian"])
        .first()
    )
    if node is None or row["pemilik"] not in agencies:
        return 0
    programmes = Programme.objects.filter(
        revision__in=Revision.objects.in_force(today), code__in=row["program"].split(";")
    ).values_list("key", flat=True)
    opened = datetime.combine(first, time(8), tzinfo=zone())
    survey = actions.open_impact(
        agency=agencies[row["pemilik"]],
        node=node,
        year=year,
        from_date=first,
        to_date=last,
        subject=row["layanan"],
        programmes=programmes,
        application=Application.objects.filter(code=row["aplikasi"]).first(),
        runners=[agencies[code] for code in row["pelaksana"].split(";") if code in agencies],
        by=None,
        at=opened,
    )
    people = _people(row, year)
    rows = [
        Row(number, _judged(survey, row, source, person, number))
        for number, person in enumerate(people, start=2)
    ]
    on = min(datetime.combine(last, time(10), tzinfo=zone()), at)
    actions.hand_in(survey, rows, name="jawaban.xlsx", contents=survey.code.encode(), by=None, at=on)
    if row["tutup"] == "ya" and last < today:
        actions.close(survey, by=None, at=on + timedelta(days=1))
    return len(rows)


def _people(row: dict[str, str], year: int) -> Sequence[str]:
    """Return the respondents by made-up numbers; two forms with the same first number share people."""
    start = int(row["mulai"])
    return [actions.person_hash(f"0811000{start + place:05}", year) for place in range(int(row["orang"]))]


def _judged(survey: Survey, row: dict[str, str], source: random.Random, person: str, number: int) -> Answer:
    """Return one person's marks: some as straight as a line, some all zero, the others believable."""
    kinds = (int(row["lurus"]), int(row["nol"]), int(row["pegawai"]))
    place = number - 2
    straight, zero, staff = (place < kinds[0], place < kinds[0] + kinds[1], place < sum(kinds))
    size = len(survey.questions)
    mean = float(row["rata"])
    if straight:
        marks = [4] * size
    elif zero:
        marks = [0] * size
    else:
        mood = source.gauss(0, 0.5)
        marks = [min(4, max(0, round(source.gauss(mean + mood, 0.8)))) for _question in survey.questions]
    return Answer(marks, _about(source), "", person, True, staff and not straight and not zero)
