"""What packs may say about frameworks and readiness, and what becomes of it."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.refused import Refused
from lawang.packs.registry import PackVersion, register_kind
from lawang.packs.schema import Bilingual, Code, Fault, Field, Flag, Group, Later, Line, ListOf, OneOf, Ref
from lawang.plans.models import Crosswalk, Framework, FrameworkNode, ReadinessElement


def plain(words: str) -> str:
    """Return `words` without case, signs and spaces, so that spellings can be compared."""
    return re.sub(r"[\W_]+", "", words.replace("&", "dan").casefold())


def walk(
    nodes: list[dict[str, Any]], way: tuple[str | int, ...] = ("nodes",)
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield every node of a tree with the way to it, parents first."""
    for number, node in enumerate(nodes):
        yield (*way, number), node
        yield from walk(node.get("children", []), (*way, number, "children"))


def spellings(node: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """Return every spelling of one node with the way to it: its titles and aliases."""
    titles = [(("title",), words) for words in node["title"].values()]
    return [*titles, *((("aliases", number), words) for number, words in enumerate(node.get("aliases", [])))]


def spelled_once(framework: dict[str, Any]) -> Iterator[Fault]:
    """An import must never have to guess: one spelling leads to one node."""
    owners: dict[str, str] = {}
    for way, node in walk(framework["nodes"]):
        own: set[str] = set()
        for further, words in spellings(node):
            key = plain(words)
            if key in own and further[0] == "aliases":
                yield Fault(
                    (*way, *further), _("Ejaan “%(words)s” sudah ada di simpul ini.") % {"words": words}
                )
            elif key in owners and key not in own:
                yield Fault(
                    (*way, *further),
                    _(
                        "Ejaan “%(words)s” sudah dipakai simpul “%(node)s”; satu ejaan hanya untuk satu simpul."
                    )
                    % {"words": words, "node": owners[key]},
                )
            own.add(key)
            owners.setdefault(key, node["code"])


def examples_hold(framework: dict[str, Any]) -> Iterator[Fault]:
    """The worked examples of a framework are spellings met in real plans, and where they must lead."""
    found = {
        plain(words): node["code"] for _way, node in walk(framework["nodes"]) for _w, words in spellings(node)
    }
    for number, example in enumerate(framework.get("examples", [])):
        leads_to = found.get(plain(example["spelling"]))
        if leads_to != example["node"]:
            yield Fault(
                ("examples", number, "spelling"),
                _("Contoh gagal: ejaan “%(words)s” seharusnya mengarah ke “%(node)s”, ternyata ke %(found)s.")
                % {
                    "words": example["spelling"],
                    "node": example["node"],
                    "found": leads_to or _("tidak ke mana pun"),
                },
            )


NODE: Group = Group(
    "node",
    (
        Field("code", Code("node", under="framework"), "Never changes once a plan uses it."),
        Field("title", Bilingual(), "The official name."),
        Field("short", Bilingual(40), "One or two words, for tiles and charts.", required=False),
        Field("gloss", Bilingual(), "What it covers, in one plain sentence.", required=False),
        Field("aliases", ListOf(Line()), "Other spellings that imports accept.", required=False, default=[]),
        Field(
            "children",
            ListOf(Later("node", lambda: NODE)),
            "The level below, to any depth.",
            required=False,
            default=[],
        ),
    ),
    "A branch or leaf of a framework: a dimension, a sub-dimension, an aspect.",
)

CROSSWALK = Group(
    "crosswalk",
    (
        Field("from", Ref("node"), "A node of another framework, as `framework/code`."),
        Field("to", Ref("node", under="framework"), "The node of this framework that takes it over."),
        Field(
            "kind",
            OneOf(("same", "part", "none")),
            "`same`: covers it; `part`: covers a part; `none`: has no counterpart, `to` is the nearest.",
            required=False,
            default="same",
        ),
    ),
    "Where programmes of an older framework are found in this one.",
)

EXAMPLE = Group(
    "spelling example",
    (
        Field("spelling", Line(), "A spelling met in a real plan."),
        Field("node", Ref("node", under="framework"), "The node it must lead to."),
    ),
    "A worked example; `lawang packs check` runs it.",
)

FRAMEWORK = Group(
    "framework",
    (
        Field("code", Code("framework"), "Names the version too: `smart-city-2017`."),
        Field("title", Bilingual(), "The name of the framework."),
        Field("version", Line(20), "The edition as its source calls it."),
        Field(
            "is_draft", Flag(), "True until it is enacted; pages then say so.", required=False, default=False
        ),
        Field("source", Line(), "Regulation or document it comes from."),
        Field("succeeds", Ref("framework", acyclic=True), "The framework it replaces.", required=False),
        Field("nodes", ListOf(NODE, least=1), "The top level of the tree."),
        Field(
            "crosswalk", ListOf(CROSSWALK), "From older frameworks to this one.", required=False, default=[]
        ),
        Field("examples", ListOf(EXAMPLE), "Worked examples of spellings.", required=False, default=[]),
    ),
    "A versioned tree in which a plan places its programmes.",
    rules=(spelled_once, examples_hold),
)

ELEMENT = Group(
    "readiness element",
    (
        Field("code", Code("element", under="readiness"), "Short word: `structure`."),
        Field("title", Bilingual(), "The name."),
        Field("gloss", Bilingual(), "What to look at, in one sentence.", required=False),
    ),
    "One element of a region's readiness, on which a SWOT is made.",
)

READINESS = Group(
    "readiness",
    (
        Field(
            "framework", Ref("framework", defines="readiness"), "The framework to which the elements belong."
        ),
        Field("elements", ListOf(ELEMENT, least=1), "In the order in which pages show them."),
    ),
    "The readiness elements of one framework.",
)


def own_framework(code: str, pack: PackVersion) -> Framework:
    """Return the framework row of this pack, new or not. Raise Refused when another pack defined it."""
    framework, _new = Framework.objects.get_or_create(
        code=code, defaults={"title": {"id": code}, "pack": pack.name}
    )
    if framework.pack != pack.name:
        raise Refused(
            _("Kerangka “%(code)s” sudah ditetapkan paket “%(pack)s”; beri kode lain.")
            % {"code": code, "pack": framework.pack}
        )
    return framework


def install_nodes(
    framework: Framework, nodes: list[dict[str, Any]], parent: FrameworkNode | None, depth: int, order: int
) -> int:
    """Write one level and all below; return the running number of the last node, which orders the whole tree."""
    for definition in nodes:
        order += 1
        node, _new = FrameworkNode.objects.update_or_create(
            framework=framework,
            code=definition["code"],
            defaults={
                "parent": parent,
                "depth": depth,
                "title": definition["title"],
                "short": definition.get("short"),
                "gloss": definition.get("gloss"),
                "aliases": definition["aliases"],
                "order": order,
            },
        )
        order = install_nodes(framework, definition["children"], node, depth + 1, order)
    return order


def install_frameworks(frameworks: list[dict[str, Any]], pack: PackVersion) -> None:
    """Write frameworks, their trees and crosswalks; what the new version no longer has is removed where unused.

    Raise Refused when a plan still uses a node that the new version dropped.
    """
    for definition in frameworks:
        framework = own_framework(definition["code"], pack)
        for name in ("title", "version", "is_draft", "source"):
            setattr(framework, name, definition[name])
        framework.save()
        install_nodes(framework, definition["nodes"], None, 0, 0)
        codes = [node["code"] for _way, node in walk(definition["nodes"])]
        try:
            framework.nodes.exclude(code__in=codes).delete()
        except ProtectedError as error:
            used = sorted({node.code for node in framework.nodes.exclude(code__in=codes)})
            raise Refused(
                _(
                    "Versi ini menghapus simpul yang masih dipakai rencana: %(codes)s. Beri kerangka kode baru."
                )
                % {"codes": ", ".join(used)}
            ) from error
    for definition in frameworks:  # when every node is there
        Crosswalk.objects.filter(new__framework__code=definition["code"]).delete()
        for line in definition["crosswalk"]:
            other, _slash, code = line["from"].partition("/")
            Crosswalk.objects.create(
                old=FrameworkNode.objects.get(framework__code=other, code=code),
                new=FrameworkNode.objects.get(framework__code=definition["code"], code=line["to"]),
                kind=line["kind"],
            )


def install_readiness(lists: list[dict[str, Any]], pack: PackVersion) -> None:
    """Write the readiness elements of each framework. Raise Refused when a plan uses one that was dropped."""
    for definition in lists:
        framework = Framework.objects.get(code=definition["framework"])
        for order, element in enumerate(definition["elements"], start=1):
            ReadinessElement.objects.update_or_create(
                framework=framework,
                code=element["code"],
                defaults={"title": element["title"], "gloss": element.get("gloss"), "order": order},
            )
        codes = [element["code"] for element in definition["elements"]]
        try:
            framework.readiness.exclude(code__in=codes).delete()
        except ProtectedError as error:
            raise Refused(_("Versi ini menghapus unsur kesiapan yang masih dipakai rencana.")) from error


def register() -> None:
    """Make frameworks.yaml, readiness.yaml and books/*.yaml parts of packs."""
    from lawang.plans.books import definitions

    register_kind(
        "frameworks",
        schema=ListOf(FRAMEWORK, least=1),
        install=install_frameworks,
        meaning="The national frameworks in which plans are made.",
        title=gettext_lazy("Kerangka"),
    )
    register_kind(
        "readiness",
        schema=ListOf(READINESS, least=1),
        install=install_readiness,
        meaning="What a region's readiness is made of.",
        title=gettext_lazy("Unsur kesiapan"),
    )
    definitions.register()
