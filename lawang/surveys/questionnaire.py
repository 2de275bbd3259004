"""A questionnaire as it is asked: questions with their answers in order, and what a respondent may say of themself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lawang.lib.text import Text
from lawang.plans.models import FrameworkNode
from lawang.surveys import skm, validity
from lawang.surveys.models import Instrument, Kind, Survey
from lawang.surveys.packs import bands_of

Words = str | Promise


@dataclass(frozen=True)
class Question:
    """One element of the satisfaction survey, or one statement of the impact survey."""

    code: str
    title: Text  # for charts and tables
    words: Text  # as it is asked
    choices: tuple[tuple[int, Text], ...]  # (mark, words), the worst first
    node: str = ""  # of a statement: "framework/code" of its sub-dimension
    key: str = ""  # of a statement: the item of the evaluation that it answers


# Source: PermenPANRB 14/2017 asks for age, sex, education and occupation. Nobody has to say.
PROFILE: dict[str, tuple[Words, dict[str, Words]]] = {
    "sex": (_("Jenis kelamin"), {"female": _("Perempuan"), "male": _("Laki-laki")}),
    "age": (
        _("Umur"),
        {
            "to-24": _("sampai 24 tahun"),
            "25-34": _("25–34 tahun"),
            "35-44": _("35–44 tahun"),
            "45-54": _("45–54 tahun"),
            "from-55": _("55 tahun ke atas"),
        },
    ),
    "education": (
        _("Pendidikan terakhir"),
        {
            "primary": _("SD atau tidak sekolah"),
            "junior": _("SMP"),
            "senior": _("SMA atau SMK"),
            "diploma": _("Diploma"),
            "bachelor": _("S1"),
            "master": _("S2 atau S3"),
        },
    ),
    "occupation": (
        _("Pekerjaan"),
        {
            "civil": _("PNS atau PPPK"),
            "forces": _("TNI atau Polri"),
            "private": _("Swasta"),
            "business": _("Wirausaha"),
            "farming": _("Tani atau nelayan"),
            "home": _("Mengurus rumah"),
            "study": _("Pelajar atau mahasiswa"),
            "other": _("Lainnya"),
        },
    ),
}


def all_questions(instrument: Instrument) -> dict[str, Question]:
    """Return everything that an instrument may ask, by code, in its order."""
    definition: dict[str, Any] = instrument.definition
    if instrument.kind == Kind.SKM:
        return {
            one["code"]: Question(
                one["code"], one["title"], one["question"], tuple(enumerate(one["answers"], start=1))
            )
            for one in definition["elements"]
        }
    choices = tuple(enumerate(definition["answers"]))
    return {
        one["code"]: Question(one["code"], one["title"], one["title"], choices, one["node"], one["key"])
        for one in definition["statements"]
    }


def questions_of(survey: Survey) -> list[Question]:
    """Return what a survey asks, in the order of its answers."""
    known = all_questions(survey.instrument)
    return [known[code] for code in survey.questions]


def asked_about(instrument: Instrument, node: FrameworkNode) -> list[str]:
    """Return the codes of the statements about a sub-dimension, or about all of a dimension. One or two queries."""
    nodes = {node.code, *node.children.values_list("code", flat=True)}
    full = {f"{node.framework.code}/{code}" for code in nodes}
    return [question.code for question in all_questions(instrument).values() if question.node in full]


def marks_of(instrument: Instrument) -> range:
    """Return the marks that an answer may be."""
    return range(1, 5) if instrument.kind == Kind.SKM else range(len(instrument.definition["answers"]))


def sample_rule(instrument: Instrument) -> skm.SampleRule:
    numbers = instrument.definition["sample"]
    return skm.SampleRule(
        Decimal(numbers["chi_square"]), Decimal(numbers["proportion"]), Decimal(numbers["margin"])
    )


def validity_rules(instrument: Instrument) -> validity.Rules:
    numbers = instrument.definition
    return validity.Rules(numbers["least_users"], numbers["straight_share"], numbers["zero_share"])


@dataclass(frozen=True)
class Judged:
    """A satisfaction index with everything that stands beside it."""

    n: int  # counted
    received: int
    index: Decimal | None  # None: fewer than five are counted
    band: skm.Band | None  # None: too few for a grade
    least_for_grade: int
    population: int | None
    needed: int | None
    means: Mapping[str, Decimal]

    @property
    def is_enough(self) -> bool:
        return self.needed is not None and self.received >= self.needed


def judge(instrument: Instrument, found: skm.Tally, *, received: int, population: int | None) -> Judged:
    """Return the index, the grade and the need of some counted answers."""
    definition = instrument.definition
    value = skm.index(found, definition["conversion"])
    least = definition["least_for_grade"]
    band = skm.grade(value, bands_of(definition)) if value is not None and found.n >= least else None
    return Judged(
        found.n,
        received,
        value,
        band,
        least,
        population,
        skm.need(population, sample_rule(instrument)) if population else None,
        skm.means(found),
    )


def judged(survey: Survey) -> Judged:
    return judge(
        survey.instrument,
        skm.Tally(survey.counted, survey.sums),
        received=survey.received,
        population=survey.population,
    )


def judged_together(surveys: Sequence[Survey]) -> Judged | None:
    """Return all answers of some surveys as one: everybody counts once. None when there is no survey."""
    if not surveys:
        return None
    newest = max((one.instrument for one in surveys), key=lambda one: one.pk)
    whole = sum((skm.Tally(one.counted, one.sums) for one in surveys), skm.Tally())
    return judge(newest, whole, received=sum(one.received for one in surveys), population=None)


def said(name: str, code: str) -> Words:
    """Return what an answer about oneself is called; "" answers are "tidak disebut"."""
    return PROFILE[name][1].get(code, _("tidak disebut"))
