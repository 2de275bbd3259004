"""How a pack defines awards: awards.yaml with juries (criteria) and categories (how the shortlist comes about)."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.refused import Refused
from lawang.movement.awards.models import AwardCategory
from lawang.movement.awards.shortlist import WAYS
from lawang.movement.cohorts.packs import codes_once, weights_are_whole
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Fault, Field, Flag, Group, Line, ListOf, Number, OneOf, Ref


def scale_goes_up(jury: dict[str, Any]) -> Iterator[Fault]:
    """The highest mark is higher than the lowest."""
    if jury["most"] <= jury["least"]:
        yield Fault(("most",), _("Nilai tertinggi harus lebih besar daripada nilai terendah."))


def has_its_parameters(category: dict[str, Any]) -> Iterator[Fault]:
    """A dimension is named for a list by dimension, components or items for one by these, and nothing else."""
    way = WAYS[category["by"]]
    for name, is_needed in (("node", way.needs_node), ("about", way.needs_about)):
        is_given = bool(category.get(name))
        if is_needed and not is_given:
            yield Fault(
                ("by",),
                _("Daftar menurut “%(by)s” memerlukan kata “%(word)s”.")
                % {"by": category["by"], "word": name},
            )
        if is_given and not is_needed:
            yield Fault(
                (name,),
                _("Daftar menurut “%(by)s” tidak memakai kata “%(word)s”.")
                % {"by": category["by"], "word": name},
            )


CRITERION = Group(
    "award criterion",
    (
        Field("code", Line(40), "Its code."),
        Field("title", Bilingual(), "What is marked."),
        Field("weight", Number(0, 100, whole=False), "Percent; 100 in all."),
    ),
    "What a juror marks.",
)
JURY = Group(
    "award jury",
    (
        Field("code", Code("award jury"), "Its code; categories name it."),
        Field("title", Bilingual(), "The name."),
        Field("source", Line(500), "Where the criteria come from."),
        Field("least", Number(0, 10), "The lowest mark."),
        Field("most", Number(1, 100), "The highest mark."),
        Field("criteria", ListOf(CRITERION, least=1), "In order."),
    ),
    "What jurors look at.",
    rules=(weights_are_whole, codes_once("criteria", ("criteria",)), scale_goes_up),
)
CATEGORY = Group(
    "award category",
    (
        Field("code", Code("award category"), "Its code: `tata-kelola`."),
        Field("title", Bilingual(), "The name."),
        Field("by", OneOf(tuple(WAYS)), "How its shortlist comes from the results."),
        Field("node", Ref("node"), "`dimension`: which, as `framework/code`.", required=False),
        Field(
            "about",
            ListOf(Line(80)),
            "`plan`, `quick_win`: codes of components or keys of items, whose mean it is.",
            required=False,
            default=[],
        ),
        Field("shortlist", Number(1, 50), "How many are named; whatever is equal at the cut is named too."),
        Field("per_track", Flag(), "One award for each track.", required=False, default=False),
        Field("jury", Ref("award jury"), "By which criteria its jurors judge."),
        Field("source", Line(500), "Where the category comes from."),
    ),
    "One award of a year.",
    rules=(has_its_parameters,),
)
AWARDS = Group(
    "award definitions",
    (
        Field("juries", ListOf(JURY, least=1), "Criteria."),
        Field("categories", ListOf(CATEGORY, least=1), "In the order of the page."),
    ),
    "What is awarded, and how.",
)


def install_awards(definitions: list[dict[str, Any]], pack: PackVersion) -> None:
    """Keep each category, with its jury, as a version of its own; an award keeps the version it began with.

    Raise Refused when another pack defined a category of that code.
    """
    for definition in definitions:
        juries = {one["code"]: one for one in definition["juries"]}
        for order, one in enumerate(definition["categories"]):
            keep({**one, "jury": juries[one["jury"]]}, order, pack)


def keep(definition: dict[str, Any], order: int, pack: PackVersion) -> None:
    code = definition["code"]
    last = AwardCategory.objects.filter(code=code).order_by("-number").first()
    if last is not None and last.pack != pack.name:
        raise Refused(
            _("“%(code)s” sudah ditetapkan paket “%(pack)s”; beri kode lain.")
            % {"code": code, "pack": last.pack}
        )
    if last is None or last.definition != definition or last.order != order:
        AwardCategory.objects.create(
            code=code,
            number=last.number + 1 if last else 1,
            order=order,
            title=definition["title"],
            definition=definition,
            pack=pack.name,
            at=pack.at,
        )


def newest() -> list[AwardCategory]:
    """Return the newest version of each category, in the order of the pack."""
    rows = AwardCategory.objects.order_by("code", "-number").distinct("code")
    return sorted(rows, key=lambda one: (one.order, one.code))


def register() -> None:
    """Make awards.yaml a part of packs."""
    register_kind(
        "awards",
        schema=AWARDS,
        install=install_awards,
        meaning="What the movement awards each year: how the shortlists come about, what the jury looks at.",
        title=gettext_lazy("Penghargaan gerakan"),
    )
