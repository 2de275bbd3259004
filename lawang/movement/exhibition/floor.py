"""The floor of the exhibition: halls by year, region or dimension, each drawn as a room of stands that are links.

A room is one SVG of two rows of stands along an aisle, made for 340 pixels and legible from 280 on; the rooms stand
below each other on a telephone and side by side where there is room. Read aloud, a room is a list of links.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.text import say
from lawang.movement.exhibition.models import Booth

BY = {
    "tahun": gettext_lazy("Tahun ikut"),
    "wilayah": gettext_lazy("Wilayah"),
    "dimensi": gettext_lazy("Dimensi"),
}
REGIONS = {  # first figure of a province's code, and what people call these islands
    "1": gettext_lazy("Sumatera"),
    "2": gettext_lazy("Sumatera"),
    "3": gettext_lazy("Jawa"),
    "5": gettext_lazy("Bali dan Nusa Tenggara"),
    "6": gettext_lazy("Kalimantan"),
    "7": gettext_lazy("Sulawesi"),
    "8": gettext_lazy("Maluku"),
    "9": gettext_lazy("Papua"),
}
WIDTH, STAND_WIDTH, STAND_HEIGHT, GAP, TOP = 340, 140, 74, 12, 10
LINE = 15  # characters of a name in one line of a stand


@dataclass
class Hall:
    """One hall: what it gathers, and its booths in their order."""

    code: str
    title: str
    booths: list[Booth] = field(default_factory=list)
    drawn: str = ""

    @property
    def filled(self) -> int:
        return sum(booth.filled_at is not None for booth in self.booths)


def hall_of(booth: Booth, by: str, dimensions: Mapping[str, str]) -> tuple[str, str]:
    """Return (code, title) of the hall in which a booth stands."""
    if by == "wilayah":
        title = str(REGIONS.get(booth.area.code[:1], _("Wilayah lain")))
        return f"w{booth.area.code[:1].replace('2', '1')}", title
    if by == "dimensi":
        if not booth.dimension:
            return "d", str(_("Dimensi belum dipilih"))
        return f"d-{booth.dimension}", dimensions.get(booth.dimension, booth.dimension)
    return f"t{booth.since}", str(_("Ikut sejak %(year)s") % {"year": booth.since})


def halls(booths: Iterable[Booth], by: str, dimensions: Mapping[str, str]) -> list[Hall]:
    """Return the halls with their drawings. `dimensions`: code -> short name, in the framework's order."""
    found: dict[str, Hall] = {}
    for booth in booths:
        code, title = hall_of(booth, by, dimensions)
        found.setdefault(code, Hall(code, title)).booths.append(booth)
    places = {f"d-{code}": place for place, code in enumerate(dimensions)}
    ordered = sorted(found.values(), key=lambda hall: (places.get(hall.code, len(places)), hall.code))
    for hall in ordered:
        hall.drawn = draw(hall)
    return ordered


def draw(hall: Hall) -> SafeString:
    """Return the room as SVG."""
    rows = (len(hall.booths) + 1) // 2
    height = TOP + rows * (STAND_HEIGHT + GAP) + 26
    stands = format_html_join("", "{}", ((_stand(booth, place),) for place, booth in enumerate(hall.booths)))
    middle = WIDTH / 2
    return format_html(
        '<svg class="room" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="group" aria-label="{label}">'
        '<path class="aisle" d="M{m} {h}V{top}"/><path class="arrow" d="m{left} {tip} {six} -9 {six} 9"/>'
        '<g role="list">{stands}</g></svg>',
        w=WIDTH,
        h=height,
        label=_("Denah: %(hall)s") % {"hall": hall.title},
        m=f"{middle:g}",
        top=TOP + 8,
        left=f"{middle - 6:g}",
        tip=TOP + 17,
        six=6,
        stands=stands,
    )


def _stand(booth: Booth, place: int) -> SafeString:
    """Return one stand: an awning, a counter, the name; left and right of the aisle in turn."""
    x = 6 if place % 2 == 0 else WIDTH - STAND_WIDTH - 6
    y = TOP + place // 2 * (STAND_HEIGHT + GAP)
    is_filled = booth.filled_at is not None
    lines = _lines(booth.area.title)
    first = y + 47 - (len(lines) - 1) * 8.5
    texts = format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        ((x + STAND_WIDTH // 2, f"{first + 17 * number:g}", line) for number, line in enumerate(lines)),
    )
    awning = SafeString(
        "".join(
            f'<path class="{"stripe" if number % 2 else "cloth"}" d="M{x + 20 * number} {y}h20v14a10 10 0 0 1-20 0z"/>'
            for number in range(STAND_WIDTH // 20)
        )
        if is_filled
        else ""
    )
    label = booth.area.title if is_filled else _("%(name)s, belum diisi") % {"name": booth.area.title}
    return format_html(
        '<g role="listitem"><a href="{}" class="stand{}" aria-label="{}"><rect x="{}" y="{}" width="{}" height="{}" '
        'rx="8"/>{}{}</a></g>',
        booth.get_absolute_url(),
        "" if is_filled else " bare",
        label,
        x,
        y,
        STAND_WIDTH,
        STAND_HEIGHT,
        awning,
        texts,
    )


def _lines(name: str) -> list[str]:
    """Return a name in at most two lines."""
    short = name.replace("Kabupaten ", "Kab. ").replace("Provinsi ", "Prov. ")
    lines = [""]
    for word in short.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2 or any(len(line) > LINE + 2 for line in lines):
        lines = [line if len(line) <= LINE + 2 else f"{line[:LINE]}…" for line in lines[:2]]
    return lines


def dimension_names(rows: Iterable[tuple[str, object, object]]) -> dict[str, str]:
    """Return code -> short name of (code, short, title) rows."""
    return {code: say(short or title) for code, short, title in rows}  # type: ignore[arg-type]
