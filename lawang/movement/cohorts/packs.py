"""How a pack brings what a cohort is made of: cohorts.yaml with forms, lists of regions, criteria, bimtek, history."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.lib.text import Text
from lawang.movement.cohorts.models import Blueprint, Organisation, Participant
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Fault, Field, Group, Line, ListOf, Number, OneOf

CODE = r"[a-z0-9]+(-[a-z0-9]+)*"


def codes_once(part: str, way: tuple[str, ...]) -> Any:
    """Return a rule: no code twice among the lines below `way`."""

    def rule(group: dict[str, Any]) -> Iterator[Fault]:
        seen: set[str] = set()
        for row, outer in enumerate(group[way[0]]):
            lines = outer[way[1]] if len(way) > 1 else [outer]
            for column, line in enumerate(lines):
                if line["code"] in seen:
                    place: tuple[str | int, ...] = (way[0], row)
                    place += (way[1], column, "code") if len(way) > 1 else ("code",)
                    yield Fault(
                        place, _("“%(word)s” dipakai dua kali; beri nama lain.") % {"word": line["code"]}
                    )
                seen.add(line["code"])

    rule.__doc__ = f"Codes of {part} are unique."
    return rule


def weights_are_whole(group: dict[str, Any]) -> Iterator[Fault]:
    """The weights are 100 percent in all."""
    total = sum(Decimal(one["weight"]) for one in group["criteria"])
    if total != 100:
        yield Fault(("criteria",), _("Bobotnya berjumlah %(total)s; harus 100.") % {"total": number(total)})


CHOICE = Group(
    "level",
    (Field("code", Line(20), "Short word: `baik`."), Field("title", Bilingual(), "The name.")),
    "One level of the scale.",
)
QUESTION = Group(
    "readiness question",
    (
        Field("code", Line(40), "Names the answer for ever: `jaringan-desa`."),
        Field("title", Bilingual(), "What is asked."),
        Field("hint", Bilingual(), "What to look at.", required=False),
    ),
    "One question of the form.",
)
PART = Group(
    "readiness element",
    (
        Field("code", Line(40), "Of the readiness elements: `struktur`."),
        Field("title", Bilingual(), "The name."),
        Field("gloss", Bilingual(), "What it covers.", required=False),
        Field("questions", ListOf(QUESTION, least=1), "In order."),
    ),
    "One element of readiness with its questions.",
)
FORM = Group(
    "readiness form",
    (
        Field("code", Code("readiness form"), "Its code."),
        Field("title", Bilingual(), "The name."),
        Field("source", Line(500), "Where it comes from; what nobody has checked says `(belum diperiksa)`."),
        Field("scale", ListOf(CHOICE, least=2), "The levels, best first."),
        Field("parts", ListOf(PART, least=1), "The elements."),
    ),
    "A form in which a region declares how ready it is.",
    rules=(codes_once("questions", ("parts", "questions")), codes_once("levels", ("scale",))),
)
AREA_LIST = Group(
    "list of regions",
    (
        Field("code", Code("region list"), "Its code."),
        Field("title", Bilingual(), "The name."),
        Field("source", Line(500), "Where it comes from."),
        Field("areas", ListOf(Line(13), least=1), "Codes of provinces or regencies: `74.07`."),
    ),
    "A named list of regions whom a call may be for.",
)
CRITERION = Group(
    "selection criterion",
    (
        Field("code", Line(40), "Its code."),
        Field("title", Bilingual(), "What is marked."),
        Field("weight", Number(0, 100, whole=False), "Percent; 100 in all."),
    ),
    "What an assessor marks.",
)
CRITERIA = Group(
    "selection criteria",
    (
        Field("code", Code("criteria"), "Its code."),
        Field("title", Bilingual(), "The name."),
        Field("source", Line(500), "Where they come from."),
        Field("least", Number(0, 10), "The lowest mark."),
        Field("most", Number(1, 100), "The highest mark."),
        Field("criteria", ListOf(CRITERION, least=1), "In order."),
    ),
    "How a cohort is chosen.",
    rules=(weights_are_whole, codes_once("criteria", ("criteria",))),
)
STAGE = Group(
    "bimtek stage",
    (
        Field("code", Line(20), "Its code: `i`."),
        Field("title", Bilingual(), "The name."),
        Field("content", Bilingual(), "What is worked on."),
        Field("deliverables", ListOf(CHOICE, least=1), "What is handed over afterwards."),
        Field(
            "worksheets",
            ListOf(OneOf(("swot", "gap", "vision", "programmes", "activities", "quick_wins", "budget"))),
            "Which forms of the plan are filled in.",
            required=False,
            default=[],
        ),
    ),
    "One workshop.",
)
PROGRAMME = Group(
    "mentoring programme",
    (
        Field("code", Code("mentoring programme"), "Its code."),
        Field("title", Bilingual(), "The name."),
        Field("source", Line(500), "Where it comes from."),
        Field("stages", ListOf(STAGE, least=1), "In order."),
    ),
    "The workshops of a cohort.",
    rules=(codes_once("deliverables", ("stages", "deliverables")), codes_once("stages", ("stages",))),
)
NAMED = Group(
    "known participant",
    (
        Field("area", Line(13), "Its code."),
        Field("status", OneOf(tuple(Participant.Status.values)), "As far as it is known."),
        Field("source", Line(500), "Where that is said."),
    ),
    "A participant whom a source names.",
)
PAST = Group(
    "past cohort",
    (
        Field("code", Code("past cohort"), "Its code: `2018`."),
        Field("year", Number(2017, 2100), "Its year."),
        Field("title", Bilingual(), "The name."),
        Field("assessed", Number(0, 600), "How many were invited or assessed.", required=False),
        Field("chosen", Number(0, 600), "How many were chosen.", required=False),
        Field("note", Bilingual(), "How they were chosen, and what is uncertain.", required=False),
        Field("source", Line(500), "Where it comes from."),
        Field("participants", ListOf(NAMED), "Those whom sources name.", required=False, default=[]),
    ),
    "A cohort before this system.",
)
BACKER = Group(
    "organisation of the movement",
    (
        Field("name", Line(200), "Its name."),
        Field("kind", OneOf(tuple(Organisation.Kind.values)), "What it is."),
        Field("role", Line(300), "What it does.", required=False, default=""),
        Field("from_year", Number(2017, 2100), "Since when.", required=False),
        Field("source", Line(500), "Where that is said."),
    ),
    "A ministry, university or supporter.",
)
COHORTS = Group(
    "cohort definitions",
    (
        Field("forms", ListOf(FORM), "Readiness forms.", required=False, default=[]),
        Field("area_lists", ListOf(AREA_LIST), "Lists of regions.", required=False, default=[]),
        Field("criteria", ListOf(CRITERIA), "Criteria of selection.", required=False, default=[]),
        Field("programmes", ListOf(PROGRAMME), "Programmes of bimtek.", required=False, default=[]),
        Field("history", ListOf(PAST), "Past cohorts.", required=False, default=[]),
        Field("organisations", ListOf(BACKER), "Who carries the movement.", required=False, default=[]),
    ),
    "What a cohort of the movement is made of.",
)


def install_cohorts(definitions: list[dict[str, Any]], pack: PackVersion) -> None:
    """Keep each definition as a version of its own; a cohort keeps the version it began with.

    Raise Refused when another pack defined one of that kind and code.
    """
    for definition in definitions:
        for kind in Blueprint.Kind.values:
            for one in definition[kind]:
                keep(kind, one["code"], one["title"], one, pack)
        for one in definition["organisations"]:
            Organisation.objects.get_or_create(name=one["name"], defaults=one)


def keep(kind: str, code: str, title: Text, definition: dict[str, Any], pack: PackVersion) -> None:
    last = Blueprint.objects.filter(kind=kind, code=code).order_by("-number").first()
    if last is not None and last.pack != pack.name:
        raise Refused(
            _("“%(code)s” sudah ditetapkan paket “%(pack)s”; beri kode lain.")
            % {"code": code, "pack": last.pack}
        )
    if last is None or last.definition != definition:
        number = last.number + 1 if last else 1
        Blueprint.objects.create(
            kind=kind,
            code=code,
            number=number,
            title=title,
            definition=definition,
            pack=pack.name,
            at=pack.at,
        )


def newest_of(kind: str) -> QuerySet[Blueprint]:
    """Return the newest version of each definition of a kind, by code."""
    return Blueprint.objects.filter(kind=kind).order_by("code", "-number").distinct("code")


def newest(kind: str) -> list[Blueprint]:
    return list(newest_of(kind))


def register() -> None:
    """Make cohorts.yaml a part of packs."""
    register_kind(
        "cohorts",
        schema=COHORTS,
        install=install_cohorts,
        meaning="What cohorts are made of: readiness form, lists of regions, criteria, bimtek, history.",
        title=gettext_lazy("Angkatan gerakan"),
    )
