"""The step graph of a service as SVG: from the receipt downwards, one drawing for phones and one for screens.

Arrows carry numbers; the table beside the drawing says in words which steps they are. Whoever does not see the drawing
reads that table.
"""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lawang.cases.definition import Definition, graph_of
from lawang.lib.steps import Arrow, Graph, Layout
from lawang.lib.text import say

THROUGH = 0.22  # how much room an arrow that passes a layer takes, against a state
BOX, GAP, TOP = 56, 58, 6  # height of a state, room between layers, room above the first
DOT = 9.5  # radius of a number
MOST_LINES = 3


@dataclass(frozen=True)
class Size:
    name: str  # the class by which the style sheet shows one of the two
    width: int
    font: int
    widest: int  # a state


SIZES = (Size("slim", 340, 13, 150), Size("broad", 720, 14, 190))
LOOK = {  # phase -> attributes of its box
    "open": 'class="f-soft s-now" fill="#e9f1fc" stroke="#0a4da6" stroke-width="1.5"',
    "waiting": 'class="f-bg s-goal" fill="#ffffff" stroke="#465262" stroke-width="1.5" stroke-dasharray="5 4"',
    "decided": 'class="f-soft s-now" fill="#e9f1fc" stroke="#0a4da6" stroke-width="3.5"',
    "closed": 'class="f-line" fill="#dde3ea"',
}


def drawn(definition: Definition) -> Graph:
    """Return the graph that is drawn: a withdrawal, possible almost anywhere, is drawn once."""
    whole = graph_of(definition)
    steps = tuple(
        replace(step, sources=step.sources[:1]) if step.kind == "withdraw" else step for step in whole.steps
    )
    return replace(whole, steps=steps)


def draw(definition: Definition, *, key: str, trouble: Collection[str] = ()) -> SafeString:
    """Return the figure. Arrows carry the numbers of their steps, counted in the order of the definition.

    `trouble`: codes of states and steps in which something was found.
    """
    layout = drawn(definition).layout()
    title = _("Jalan permohonan: %(service)s") % {"service": say(definition.title)}
    words = _(
        "%(states)s keadaan dan %(steps)s langkah, dari atas ke bawah. Tabel di sampingnya menyebut semuanya."
    ) % {"states": len(definition.states), "steps": len(definition.steps)}
    pictures = "".join(_Picture(definition, layout, size, trouble).svg(key, title, words) for size in SIZES)
    return mark_safe(f'<figure class="chart">{pictures}</figure>')  # noqa: S308  all words are escaped below


class _Picture:
    def __init__(
        self,
        definition: Definition,
        layout: Layout,
        size: Size,
        trouble: Collection[str],
    ) -> None:
        self.definition = definition
        self.layout = layout
        self.size = size
        self.order = list(definition.steps)
        self.trouble = set(trouble)
        self.columns = [self._columns(rows) for rows in layout.layers]
        self.layer = {code: number for number, rows in enumerate(layout.layers) for code in rows if code}

    def _columns(self, rows: tuple[str, ...]) -> list[tuple[float, float]]:
        """Return middle and width of each place in a layer."""
        weights = [1.0 if code else THROUGH for code in rows]
        whole, passed, found = sum(weights), 0.0, []
        for weight in weights:
            width = self.size.width * weight / whole
            found.append((passed + width / 2, width))
            passed += width
        return found

    def _top(self, layer: int) -> float:
        return TOP + layer * (BOX + GAP)

    def _box(self, code: str) -> tuple[float, float, float]:
        """Return middle, top and width of a state."""
        layer = self.layer[code]
        middle, room = self.columns[layer][self.layout.layers[layer].index(code)]
        return middle, self._top(layer), min(room - 8, self.size.widest)

    def svg(self, key: str, title: str, words: str) -> str:
        height = self._top(len(self.layout.layers)) - GAP + 8
        name = f"{key}{self.size.name[0]}"
        body = "".join(
            [
                *(self._arrow(arrow) for arrow in self.layout.arrows),
                *(self._state(code) for code in self.layer),
                self._numbers(),
            ]
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{self.size.name}" role="img" '
            f'viewBox="0 0 {self.size.width} {height:.0f}" aria-labelledby="{name}t {name}d" '
            f'font-family="system-ui,sans-serif" font-size="{self.size.font}">'
            f'<title id="{name}t">{escape(title)}</title><desc id="{name}d">{escape(words)}</desc>{body}</svg>'
        )

    def _state(self, code: str) -> str:
        state = self.definition.states[code]
        middle, top, width = self._box(code)
        box = (
            f'<rect x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BOX}" rx="8" '
            f"{LOOK[state.phase]}/>"
        )
        mark = ""
        if code in self.trouble:
            x, y = middle + width / 2 - 4, top + 4
            mark = f'<path d="m{x:.1f} {y - 9:.1f} 9 9-9 9-9-9z" class="f-off" fill="#c93c37"/>'
        rows = _wrapped(say(state.title), int((width - 4) / (self.size.font * 0.52)))
        first = top + BOX / 2 + self.size.font * (0.35 - 0.58 * (len(rows) - 1))
        spans = "".join(
            f'<tspan x="{middle:.1f}" y="{first + number * self.size.font * 1.16:.1f}">{escape(row)}</tspan>'
            for number, row in enumerate(rows)
        )
        weight = ' class="tb"' if code == self.definition.start else ""
        return f'{box}{mark}<text text-anchor="middle"{weight}>{spans}</text>'

    def _points(self, arrow: Arrow) -> list[tuple[float, float]]:
        """Return the corners of an arrow, from the edge of its source to the edge of its target."""
        first, last = self.layer[arrow.source], self.layer[arrow.to]
        step = 1 if last >= first else -1
        points = []
        for layer, row in zip(range(first, last + step, step), arrow.rows, strict=True):
            middle = self.columns[layer][row][0]
            if layer == first:
                points.append((middle, self._top(layer) + (BOX if step > 0 else 0)))
            elif layer == last:
                points.append((middle, self._top(layer) + (0 if step > 0 else BOX)))
            else:
                points += [(middle, self._top(layer)), (middle, self._top(layer) + BOX)][::step]
        shift = self._shift(arrow)
        return [(x + shift, y) for x, y in points]

    def _shift(self, arrow: Arrow) -> float:
        """Move what leads back to the right and its counterpart to the left, so that both are seen between layers."""
        if len(arrow.rows) != 2 or not any(
            other.source == arrow.to and other.to == arrow.source for other in self.layout.arrows
        ):
            return 0
        return 16 if arrow.is_back else -16

    def _arrow(self, arrow: Arrow) -> str:
        look = 'class="s-goal" fill="none" stroke="#465262"' + (
            ' stroke-dasharray="4 4"' if arrow.is_back else ""
        )
        if arrow.source == arrow.to:
            return self._loop(arrow, look)
        points = self._points(arrow)
        way = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (x, y), (to_x, to_y) in itertools.pairwise(points):
            bend = (to_y - y) / 2
            way += f"C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = points[-1]
        down = -7 if points[-2][1] < y else 7
        head = f'<path d="M{x:.1f} {y:.1f}l-4.5 {down}h9z" class="f-goal" fill="#465262"/>'
        return f'<path d="{way}" {look} stroke-width="1.5"/>{head}'

    def _loop(self, arrow: Arrow, look: str) -> str:
        x, y = self._corner(arrow.source)
        way = f"M{x:.1f} {y - 4:.1f}c20-10 20 {BOX / 2 + 12:.0f}-10 {BOX / 2 + 4:.0f}"
        return f'<path d="{way}" {look} stroke-width="1.5"/>'

    def _corner(self, code: str) -> tuple[float, float]:
        """Return the middle of the right edge of a state."""
        middle, top, width = self._box(code)
        return middle + width / 2, top + BOX / 2

    def _numbers(self) -> str:
        """Return the numbers, each on its arrow where it covers neither a state nor another number."""
        taken: list[tuple[float, float, float]] = []  # middle and half width
        found = ""
        for arrow in self.layout.arrows:
            words = ", ".join(str(self.order.index(code) + 1) for code in arrow.steps)
            half = max(DOT, 3.6 * len(words) + 4)
            spots = list(self._spots(arrow))
            x, y = next((spot for spot in spots if self._is_free(*spot, half, taken)), spots[0])
            taken.append((x, y, half))
            look = (
                'class="f-off" fill="#c93c37"'
                if self.trouble & {*arrow.steps}
                else 'class="f-bg s-goal" fill="#ffffff" stroke="#465262"'
            )
            found += (
                f'<rect x="{x - half:.1f}" y="{y - DOT:.1f}" width="{2 * half:.1f}" height="{2 * DOT}" '
                f'rx="{DOT}" {look}/><text x="{x:.1f}" y="{y + 4.2:.1f}" text-anchor="middle" font-size="12" '
                f'class="tb">{words}</text>'
            )
        return found

    def _spots(self, arrow: Arrow) -> Iterator[tuple[float, float]]:
        """Yield points of an arrow, those near its beginning first."""
        if arrow.source == arrow.to:
            x, y = self._corner(arrow.source)
            yield x - 10, y + BOX / 2 + DOT + 1  # below the state, at the foot of the loop
            return
        for start, end in itertools.pairwise(self._points(arrow)):
            for part in (0.4, 0.5, 0.6, 0.3, 0.7, 0.2, 0.8):
                yield _on_curve(*start, *end, part)

    def _is_free(self, x: float, y: float, half: float, taken: list[tuple[float, float, float]]) -> bool:
        return all(
            abs(x - other_x) > half + other_half + 1 or abs(y - other_y) > 2 * DOT + 1
            for other_x, other_y, other_half in taken
        ) and all(
            abs(x - middle) > half + width / 2 or abs(y - top - BOX / 2) > DOT + BOX / 2
            for middle, top, width in map(self._box, self.layer)
        )


def _on_curve(x: float, y: float, to_x: float, to_y: float, part: float) -> tuple[float, float]:
    """Return a point of the curve that _arrow draws between two corners."""
    rest = 1 - part
    weights = (rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3)
    bend = (to_y - y) / 2
    return (
        sum(weight * value for weight, value in zip(weights, (x, x, to_x, to_x), strict=True)),
        sum(weight * value for weight, value in zip(weights, (y, y + bend, to_y - bend, to_y), strict=True)),
    )


def _wrapped(words: str, most: int) -> list[str]:
    """Return words in at most two lines of about `most` letters, cut with … where they are longer."""
    most = max(4, most)
    rows = [""]
    for word in words.split():
        if not rows[-1]:
            rows[-1] = word
        elif len(rows[-1]) + 1 + len(word) <= most:
            rows[-1] += f" {word}"
        elif len(rows) < MOST_LINES:
            rows.append(word)
        else:
            rows[-1] += f" {word}"
    return [row if len(row) <= most else f"{row[: most - 1].rstrip()}…" for row in rows]
