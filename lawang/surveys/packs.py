"""What packs may say about surveys: the questionnaires, and the numbers by which their answers are judged."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.refused import Refused
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Fault, Field, Group, Line, ListOf, MapOf, Number, OneOf, Ref
from lawang.surveys import skm
from lawang.surveys.models import Instrument, Kind

DIMENSION, SUB_DIMENSION = "dimension", "sub-dimension"


def bands_of(definition: dict[str, Any]) -> list[skm.Band]:
    return [skm.Band(one["grade"], Decimal(one["from"]), one["title"]) for one in definition["bands"]]


def bands_fall(definition: dict[str, Any]) -> Iterator[Fault]:
    """Grades stand from the best to the worst, each beginning below the one before."""
    bands = bands_of(definition)
    for number, (above, below) in enumerate(pairwise(bands), start=1):
        if below.least >= above.least:
            yield Fault(
                ("bands", number, "from"),
                _("Mutu %(grade)s harus mulai di bawah %(least)s.")
                % {"grade": below.grade, "least": above.least},
            )


def answers_are_four(definition: dict[str, Any]) -> Iterator[Fault]:
    """The index of 25-100 holds for marks of 1 to 4."""
    for number, element in enumerate(definition["elements"]):
        if len(element["answers"]) != 4:
            yield Fault(
                ("elements", number, "answers"),
                _("Setiap unsur punya empat jawaban, dari 1 sampai 4; di sini ada %(count)s.")
                % {"count": len(element["answers"])},
            )


def examples_hold(definition: dict[str, Any]) -> Iterator[Fault]:
    """The worked examples give the index and the grade that they say."""
    codes = [element["code"] for element in definition["elements"]]
    for number, example in enumerate(definition["examples"]):
        if sorted(example["sums"]) != sorted(codes):
            yield Fault(
                ("examples", number, "sums"),
                _("Contoh harus menyebut semua unsur: %(codes)s.") % {"codes": ", ".join(codes)},
            )
            continue
        found = skm.index(skm.Tally(example["n"], example["sums"]), definition["conversion"])
        assert found is not None
        if found != Decimal(example["index"]):
            yield Fault(
                ("examples", number, "index"),
                _("Contoh gagal: indeksnya %(found)s, bukan %(said)s.")
                % {"found": found, "said": example["index"]},
            )
        band = skm.grade(found, bands_of(definition))
        if band is None or band.grade != example["grade"]:
            yield Fault(
                ("examples", number, "grade"),
                _("Contoh gagal: mutunya %(found)s, bukan %(said)s.")
                % {"found": band.grade if band else "–", "said": example["grade"]},
            )


SAMPLE = Group(
    "sample size",
    (
        Field("chi_square", Number(whole=False), "For one degree of freedom at 95 percent: `3.841`."),
        Field("proportion", Number(whole=False), "`0.5`, for which most are needed."),
        Field("margin", Number(whole=False), "`0.05`."),
        Field("source", Line(), "Where the formula comes from."),
    ),
    "The numbers of Krejcie and Morgan's formula.",
)
BAND = Group(
    "grade",
    (
        Field("grade", Line(4), "`A`."),
        Field("from", Number(least=0, most=100, whole=False), "The lowest index with two decimals."),
        Field("title", Bilingual(40), "`Sangat baik`."),
    ),
    "One grade of the satisfaction index.",
)
ELEMENT = Group(
    "satisfaction element",
    (
        Field(
            "code",
            Code("element", under="questionnaire"),
            "Never changes: figures of the years are told by it.",
        ),
        Field("title", Bilingual(60), "Its name, for charts."),
        Field("question", Bilingual(200), "As it is asked."),
        Field("answers", ListOf(Bilingual(80)), "Four, from 1 (worst) to 4 (best)."),
    ),
    "One of the nine elements of the satisfaction survey.",
)
SKM_EXAMPLE = Group(
    "satisfaction example",
    (
        Field("n", Number(least=1), "How many answered."),
        Field("sums", MapOf("element", r"[a-z0-9-]+", Number(least=0)), "Sum of the marks of each element."),
        Field("index", Number(whole=False), "The index that this gives."),
        Field("grade", Line(4), "The grade that this gives."),
    ),
    "A worked example; `lawang packs check` runs it.",
)
SKM = Group(
    "satisfaction survey",
    (
        Field("code", Code("questionnaire"), "Names the regulation too: `skm-2017`."),
        Field("title", Bilingual(100), "The name of the survey."),
        Field("source", Line(), "Regulation, and how far it was checked."),
        Field("conversion", Number(least=1), "The mean of 1-4 times this is the index: 25."),
        Field("least_for_grade", Number(least=5), "Answers before a grade is told."),
        Field("sample", SAMPLE, "How many respondents are needed."),
        Field("bands", ListOf(BAND, least=1), "Grades, the best first."),
        Field("elements", ListOf(ELEMENT, least=1), "What is asked."),
        Field("examples", ListOf(SKM_EXAMPLE), "Worked examples.", required=False, default=[]),
    ),
    "The satisfaction survey of public services (SKM).",
    rules=(bands_fall, answers_are_four, examples_hold),
)
STATEMENT = Group(
    "impact statement",
    (
        Field("node", Ref("node"), "Sub-dimension, as `framework/code`."),
        Field("code", Code("statement", under="questionnaire"), "Short word."),
        Field("key", Line(100), "The item of the evaluation's instrument that this answers."),
        Field("title", Bilingual(200), "As it is put to people."),
    ),
    "One statement about the plan's effect.",
)
IMPACT = Group(
    "impact survey",
    (
        Field("code", Code("questionnaire"), "Names the year too: `dampak-2023`."),
        Field("title", Bilingual(100), "The name of the survey."),
        Field("source", Line(), "Whose instrument, and whose words."),
        Field("forms", ListOf(OneOf((DIMENSION, SUB_DIMENSION)), least=1), "For what one form may be made."),
        Field("least_users", Number(least=1), "Users who must answer each form."),
        Field(
            "straight_share",
            Number(least=0, most=100),
            "Percent of answers with one mark throughout that is too many.",
        ),
        Field(
            "zero_share",
            Number(least=0, most=100),
            "Percent of answers that are zero throughout that is too many.",
        ),
        Field("answers", ListOf(Bilingual(60), least=2), "From 0 upwards."),
        Field("statements", ListOf(STATEMENT, least=1), "In the order of the instrument."),
    ),
    "The impact survey of the yearly evaluation.",
)
SURVEYS = Group(
    "surveys",
    (
        Field("skm", ListOf(SKM), "Satisfaction surveys.", required=False, default=[]),
        Field("impact", ListOf(IMPACT), "Impact surveys.", required=False, default=[]),
    ),
    "Questionnaires.",
)


def install(items: list[dict[str, Any]], pack: PackVersion) -> None:
    """Keep each questionnaire that differs from its last version as the next one; surveys that run keep theirs."""
    wanted = [(kind, one) for item in items for kind in Kind.values for one in item[kind]]
    Instrument.objects.filter(pack=pack.name).exclude(code__in=[one["code"] for _kind, one in wanted]).update(
        is_current=False
    )
    for kind, definition in wanted:
        code = definition["code"]
        newest = Instrument.objects.filter(code=code).order_by("-number").first()
        if newest is not None and newest.pack != pack.name:
            raise Refused(
                _("Kuesioner “%(code)s” sudah ditetapkan paket “%(pack)s”; beri kode lain.")
                % {"code": code, "pack": newest.pack}
            )
        if newest is not None and newest.definition == definition:
            Instrument.objects.filter(pk=newest.pk).update(is_current=True)
            continue
        Instrument.objects.filter(code=code).update(is_current=False)
        Instrument.objects.create(
            code=code,
            number=newest.number + 1 if newest else 1,
            kind=kind,
            title=definition["title"],
            definition=definition,
            pack=pack.name,
        )


def register() -> None:
    """Make surveys.yaml a part of packs."""
    register_kind(
        "surveys",
        schema=SURVEYS,
        install=install,
        meaning="Questionnaires of the satisfaction survey and of the impact survey.",
        title=gettext_lazy("Survei"),
    )
