"""What is known of regions when they are compared: population and fiscal capacity, out of the imported figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models.functions import Lower

from lawang.movement.cohorts.models import RegionFigure
from lawang.movement.comparing import Likeness
from lawang.movement.models import Evaluation

# The names under which the secretariat imports them, in small letters; others are shown to assessors and not compared.
POPULATION = ("penduduk", "jumlah penduduk", "population")
FISCAL = ("kapasitas fiskal", "indeks kapasitas fiskal", "fiscal capacity")


@dataclass(frozen=True)
class Figure:
    """One imported figure as it is shown beside a result."""

    value: Decimal
    year: int
    source: str


@dataclass(frozen=True)
class Figures:
    """The newest of each that is known of one region."""

    population: Figure | None = None  # people
    fiscal: Figure | None = None  # index

    def likeness(self, code: str) -> Likeness:
        return Likeness(
            code,
            self.population.value if self.population else None,
            self.fiscal.value if self.fiscal else None,
        )


NOTHING = Figures()


def figures_of(evaluation: Evaluation) -> Mapping[str, Figures]:
    """Return what is known of each region in an evaluation, by code; the newest year counts. One query."""
    rows = (
        RegionFigure.objects.filter(area__assessments__evaluation=evaluation)
        .annotate(word=Lower("indicator"))
        .filter(word__in=(*POPULATION, *FISCAL))
        .order_by("area__code", "word", "-year")
        .distinct("area__code", "word")
        .values_list("area__code", "word", "value", "year", "source")
    )
    population: dict[str, Figure] = {}
    fiscal: dict[str, Figure] = {}
    for code, word, value, year, source in sorted(rows, key=lambda row: row[3]):  # the newer of two names
        (population if word in POPULATION else fiscal)[code] = Figure(value, year, source)
    return {
        code: Figures(population.get(code), fiscal.get(code)) for code in population.keys() | fiscal.keys()
    }
