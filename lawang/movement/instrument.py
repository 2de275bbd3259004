"""The instrument of a yearly evaluation as code sees it: tracks with weights, components, items, rounding.

The words come from a pack (`packs.py`); these frozen shapes are what scoring and pages work with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from lawang.lib.text import Text


@dataclass(frozen=True)
class Rounding:
    """Digits behind the comma that each stated step keeps, half up. None: that step is not rounded."""

    item: int = 2
    component: int = 2
    contribution: int | None = None  # of weight x component, before they are added up
    final: int = 2


@dataclass(frozen=True)
class Scale:
    """Whole marks that an assessor may give. 0 is legal too: not answered, or nothing there."""

    least: int
    most: int
    assessors: int  # how many marks one item usually gets

    def allows(self, mark: int) -> bool:
        return mark == 0 or self.least <= mark <= self.most


@dataclass(frozen=True)
class Track:
    """One group of members with its own weights. `weights` are percent by component, adding up to 100."""

    code: str
    title: Text
    weights: Mapping[str, Decimal]


@dataclass(frozen=True)
class Item:
    """One question. `key` is the same in every year that asks it, `code` only within its instrument."""

    code: str
    key: str
    title: Text
    evidence: Text | None
    component: str
    indicator: Text
    node: str  # code of the dimension or sub-dimension in the instrument's framework; "" for none
    proposal: str  # name of the function that fills it in from what the regency's system knows; "" for none
    about: str  # its parameter


@dataclass(frozen=True)
class Component:
    """One block of items whose mean is weighed."""

    code: str
    section: str
    title: Text
    gloss: Text | None
    is_survey: bool  # answered by users, not by an assessor's mark
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Instrument:
    """What is asked in one year and how it is added up."""

    code: str
    year: int
    title: Text
    framework: str
    scale: Scale
    rounding: Rounding
    tracks: Mapping[str, Track]
    components: Mapping[str, Component]

    @cached_property
    def items(self) -> dict[str, Item]:
        """Return all items by code, in the order of the form."""
        return {item.code: item for component in self.components.values() for item in component.items}

    @cached_property
    def by_key(self) -> dict[str, Item]:
        return {item.key: item for item in self.items.values()}

    def components_of(self, track: Track) -> list[Component]:
        """Return the components that a track weighs, in the order of the form."""
        return [one for one in self.components.values() if one.code in track.weights]


def instrument_of(definition: Mapping[str, Any]) -> Instrument:
    """Return the instrument that a pack file (as `packs.INSTRUMENT` reads it) describes."""
    components = {}
    for one in definition["components"]:
        items = tuple(
            Item(
                code=item["code"],
                key=item["key"],
                title=item["title"],
                evidence=item.get("evidence"),
                component=one["code"],
                indicator=indicator["title"],
                node=item.get("node", "").partition("/")[2],
                proposal=item["proposal"],
                about=item["about"],
            )
            for indicator in one["indicators"]
            for item in indicator["items"]
        )
        components[one["code"]] = Component(
            one["code"], one["section"], one["title"], one.get("gloss"), one["method"] == "survey", items
        )
    tracks = {
        one["code"]: Track(
            one["code"], one["title"], {code: Decimal(weight) for code, weight in one["weights"].items()}
        )
        for one in definition["tracks"]
    }
    return Instrument(
        code=definition["code"],
        year=definition["year"],
        title=definition["title"],
        framework=definition["framework"],
        scale=Scale(**definition["scale"]),
        rounding=Rounding(**definition["rounding"]),
        tracks=tracks,
        components=components,
    )
