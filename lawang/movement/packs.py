"""How an instrument is written in a pack: instruments/CODE.yaml, one a file."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.numbers import number
from lawang.lib.refused import Refused
from lawang.movement.instrument import instrument_of
from lawang.movement.models import Instrument
from lawang.movement.proposals import PROPOSALS
from lawang.movement.scoring import scores_of_components
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Fault, Field, Group, Line, ListOf, MapOf, Number, OneOf, Ref

WORD = r"[a-z][a-z0-9_-]*"

ITEM = Group(
    "item",
    (
        Field(
            "code",
            Code("item", under="instrument", pattern=r"[A-Z]\d+-[0-9.]+"),
            "Section, indicator and the printed number: `C1-3.2.1`. The printed number alone repeats.",
        ),
        Field("key", Line(80), "The same word in every year that asks the same."),
        Field("title", Bilingual(), "What is asked, in our own words."),
        Field("evidence", Bilingual(), "What would prove it.", required=False),
        Field("node", Ref("node"), "Its dimension or sub-dimension, as `framework/code`.", required=False),
        Field(
            "proposal",
            OneOf(tuple(PROPOSALS)),
            "The function that fills it in from plan, meetings, budgets and surveys.",
            required=False,
            default="",
        ),
        Field("about", Line(40), "Its parameter.", required=False, default=""),
    ),
    "One question of the evaluation.",
)

INDICATOR = Group(
    "evaluation indicator",
    (
        Field("title", Bilingual(), "The heading."),
        Field("items", ListOf(ITEM, least=1), "What is asked under it."),
    ),
    "A heading with its questions.",
)

COMPONENT = Group(
    "component",
    (
        Field("code", Line(40), "Names its column: `baseline`."),
        Field("section", Line(3), "The letter of its section."),
        Field("title", Bilingual(), "The name."),
        Field("gloss", Bilingual(), "What it covers.", required=False),
        Field(
            "method",
            OneOf(("interview", "survey")),
            "`interview`: assessors mark what the regency answered; `survey`: users answered.",
        ),
        Field("indicators", ListOf(INDICATOR, least=1), "In the order of the form."),
    ),
    "One block whose mean is weighed.",
)

TRACK = Group(
    "track",
    (
        Field("code", Code("track", under="instrument"), "Short word: `kppn`."),
        Field("title", Bilingual(), "The name."),
        Field("gloss", Bilingual(), "Who belongs to it.", required=False),
        Field("members", Number(0, 600), "How many belong to it.", required=False),
        Field("weights", MapOf("component", WORD, Number(0, 100, whole=False)), "Percent; 100 in all."),
    ),
    "One group of members with its own weights.",
)

DIGITS = Number(0, 6)
ROUNDING = Group(
    "rounding",
    (
        Field("item", DIGITS, "Mean of the assessors' marks.", required=False, default=2),
        Field("component", DIGITS, "Mean of its items.", required=False, default=2),
        Field("contribution", DIGITS, "Weight x component; absent: not rounded.", required=False),
        Field("final", DIGITS, "Sum of the contributions.", required=False, default=2),
    ),
    "Digits behind the comma after each step, half up.",
)

SCALE = Group(
    "scale",
    (
        Field("least", Number(0, 100), "The lowest mark; 0 besides: not answered."),
        Field("most", Number(1, 100), "The highest mark."),
        Field("assessors", Number(1, 50), "How many mark one item."),
    ),
    "Whole marks of one assessor.",
)

PUBLISHED = Group(
    "published result",
    (
        Field("region", Line(80), "Whose."),
        Field("track", Line(40), "In which track."),
        Field("components", MapOf("component", WORD, Number(0, 100, whole=False)), "As published."),
        Field("final", Number(0, 100, whole=False), "As published."),
    ),
    "A result that the rules must give again; `lawang packs check` computes it.",
)


def weights_add_up(instrument: dict[str, Any]) -> Iterator[Fault]:
    """Each track weighs components that exist, 100 percent in all."""
    known = tuple(one["code"] for one in instrument["components"])
    for place, track in enumerate(instrument["tracks"]):
        for code in track["weights"]:
            if code not in known:
                yield Fault(
                    ("tracks", place, "weights"),
                    _("Komponen “%(code)s” tidak ada di instrumen ini.") % {"code": code},
                    known,
                )
        total = sum(map(Decimal, track["weights"].values()))
        if total != 100:
            yield Fault(
                ("tracks", place, "weights"),
                _("Bobot jalur ini berjumlah %(total)s; harus 100.") % {"total": number(total)},
            )


def keys_are_unique(instrument: dict[str, Any]) -> Iterator[Fault]:
    """One key is one question, and one code one component."""
    seen: set[str] = set()
    for place, component in enumerate(instrument["components"]):
        ways: list[tuple[tuple[str | int, ...], str]] = [
            (("components", place, "code"), f"{component['code']} (komponen)")
        ]
        ways += [
            (("components", place, "indicators", row, "items", column, "key"), item["key"])
            for row, indicator in enumerate(component["indicators"])
            for column, item in enumerate(indicator["items"])
        ]
        for way, word in ways:
            if word in seen:
                yield Fault(way, _("“%(word)s” dipakai dua kali; beri nama lain.") % {"word": word})
            seen.add(word)


def examples_hold(instrument: dict[str, Any]) -> Iterator[Fault]:
    """What was published comes out again."""
    if any(weights_add_up(instrument)):
        return
    rules = instrument_of(instrument)
    for place, example in enumerate(instrument["examples"]):
        track = rules.tracks.get(example["track"])
        if track is None:
            yield Fault(
                ("examples", place, "track"),
                _("Jalur “%(code)s” tidak ada di instrumen ini.") % {"code": example["track"]},
                tuple(rules.tracks),
            )
            continue
        given = {code: Decimal(value) for code, value in example["components"].items()}
        if given.keys() != track.weights.keys():
            yield Fault(
                ("examples", place, "components"),
                _("Contoh ini harus memuat tepat komponen yang dibobot jalurnya."),
                tuple(track.weights),
            )
            continue
        final = scores_of_components(given, track, rules).final
        if final != Decimal(example["final"]):
            yield Fault(
                ("examples", place, "final"),
                _("Contoh gagal: %(region)s dihitung %(found)s, yang diumumkan %(wanted)s.")
                % {
                    "region": example["region"],
                    "found": number(final),
                    "wanted": number(Decimal(example["final"])),
                },
            )


INSTRUMENT = Group(
    "instrument",
    (
        Field("code", Code("instrument"), "Names the year too: `kominfo-2023`."),
        Field("year", Number(2017, 2100), "Which year it evaluates."),
        Field("title", Bilingual(), "The name."),
        Field("framework", Ref("framework"), "The framework whose dimensions it asks about."),
        Field("source", Line(), "Where it comes from."),
        Field("scale", SCALE, "Which marks an assessor may give."),
        Field("rounding", ROUNDING, "How each step is rounded."),
        Field("tracks", ListOf(TRACK, least=1), "Groups of members."),
        Field("components", ListOf(COMPONENT, least=1), "In the order of the form."),
        Field("examples", ListOf(PUBLISHED), "Published results.", required=False, default=[]),
    ),
    "The instrument of one year's evaluation.",
    rules=(weights_add_up, keys_are_unique, examples_hold),
)


def install_instruments(definitions: list[dict[str, Any]], pack: PackVersion) -> None:
    """Keep each definition as a version of its instrument; an evaluation keeps the version it began with.

    Raise Refused when another pack defined an instrument of that code.
    """
    for definition in definitions:
        code = definition["code"]
        versions = Instrument.objects.filter(code=code).order_by("-number")
        last = versions.first()
        if last is not None and last.pack != pack.name:
            raise Refused(
                _("Instrumen “%(code)s” sudah ditetapkan paket “%(pack)s”; beri kode lain.")
                % {"code": code, "pack": last.pack}
            )
        if last is None or last.definition != definition:
            Instrument.objects.create(
                code=code,
                number=last.number + 1 if last else 1,
                year=definition["year"],
                title=definition["title"],
                definition=definition,
                pack=pack.name,
                at=pack.at,
            )


def register() -> None:
    """Make instruments/*.yaml a part of packs."""
    register_kind(
        "instruments",
        schema=ListOf(INSTRUMENT),
        install=install_instruments,
        meaning="The instruments of the yearly evaluations.",
        title=gettext_lazy("Instrumen penilaian"),
        in_folder=True,
    )
