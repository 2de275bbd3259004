"""Who is named for an award: a short list out of published results, and nothing of those who are not on it. Pure.

A category says by which of WAYS; each is one function from what a regency's result holds to one value. Whatever is
equal at the cut is named too, so a list can be longer than its category asks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lawang.movement.comparing import by_dimension
from lawang.movement.instrument import Instrument
from lawang.movement.scoring import rounded


@dataclass(frozen=True)
class Entrant:
    """One regency that took part, as its published result has it."""

    pk: int
    code: str  # of its area
    track: str
    final: Decimal
    improvement: Decimal | None  # None: no earlier result
    components: Mapping[str, Decimal]
    items: Mapping[str, Decimal] = field(
        default_factory=dict
    )  # by code; empty where only components are known


@dataclass(frozen=True)
class Asked:
    """What a category asks for, and what is needed to look it up."""

    shape: Instrument
    node: str = ""  # code of a dimension
    about: Sequence[str] = ()  # codes of components, keys of items
    tops: Mapping[str, str] = field(default_factory=dict)  # any node's code -> its dimension's


@dataclass(frozen=True)
class Named:
    """One regency on a shortlist. Equal values share a rank, and the next rank is as much lower: 1, 2, 2, 4."""

    pk: int
    rank: int
    value: Decimal


Value = Callable[[Entrant, Asked], Decimal | None]


def of_dimension(entrant: Entrant, asked: Asked) -> Decimal | None:
    """Return the mean of the scores of the items whose node lies in the dimension; None without any."""
    return by_dimension(entrant.items, asked.shape, asked.tops).get(asked.node)


def of_parts(entrant: Entrant, asked: Asked) -> Decimal | None:
    """Return the mean of the components and items that the category names; None when one of them has no score."""
    scores = []
    for name in asked.about:
        item = asked.shape.by_key.get(name)
        score = entrant.components.get(name) if item is None else entrant.items.get(item.code)
        if score is None:
            return None
        scores.append(score)
    return sum(scores, Decimal()) / len(scores) if scores else None


def of_improvement(entrant: Entrant, _asked: Asked) -> Decimal | None:
    """Return how much the final rose; None without an earlier one, and for whoever did not rise."""
    return entrant.improvement if entrant.improvement is not None and entrant.improvement > 0 else None


def of_final(entrant: Entrant, _asked: Asked) -> Decimal | None:
    return entrant.final


@dataclass(frozen=True)
class Way:
    """How a category finds those whom it names."""

    value: Value
    title: str | Promise
    words: (
        str | Promise
    )  # how the value comes about, for everybody; %(names)s: dimension, components or items
    needs_node: bool = False
    needs_about: bool = False
    names_subject: bool = False  # a thing of the regency is awarded, which is named in words


WAYS: dict[str, Way] = {
    "dimension": Way(
        of_dimension,
        _("Nilai satu dimensi"),
        _(
            "Rata-rata nilai semua butir dimensi %(names)s pada penilaian tahunan. Dihitung di sini; "
            "kementerian tidak mengumumkan angka ini."
        ),
        needs_node=True,
    ),
    "plan": Way(
        of_parts,
        _("Nilai rencana induk"),
        _("Rata-rata nilai bagian penilaian tahunan yang menanyakan rencana induk: %(names)s."),
        needs_about=True,
    ),
    "improvement": Way(
        of_improvement,
        _("Peningkatan"),
        _(
            "Nilai akhir tahun ini dikurangi nilai akhir terakhir sebelumnya yang diketahui. Yang tidak naik tidak "
            "masuk daftar."
        ),
    ),
    "final": Way(of_final, _("Nilai akhir"), _("Nilai akhir penilaian tahunan.")),
    "quick_win": Way(
        of_parts,
        _("Nilai percepatan"),
        _("Nilai bagian penilaian tahunan yang menanyakan percepatan: %(names)s."),
        needs_about=True,
        names_subject=True,
    ),
}


def shortlist(entrants: Iterable[Entrant], way: Way, asked: Asked, most: int) -> list[Named]:
    """Return who is named, highest value first, those with equal values by code of their area.

    Values are rounded as finals are before they are compared: what reads the same counts the same. Whoever has no value
    is not named.
    """
    digits = asked.shape.rounding.final
    found = [
        (rounded(value, 4 if digits is None else min(digits, 4)), one)
        for one in entrants
        if (value := way.value(one, asked)) is not None
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1].code))
    if most < len(found):
        cut = found[most - 1][0]
        found = [pair for pair in found if pair[0] >= cut]
    values = [value for value, _one in found]
    return [Named(one.pk, values.index(value) + 1, value) for value, one in found]
