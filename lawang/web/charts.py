"""Charts as SVG text, drawn on the server: no library, no script, one or two kilobytes each.

Every chart is drawn twice, narrow for phones and wide for screens, and the style sheet shows the one that fits its
column, so that letters never shrink below 12 px. Colours are classes (dark mode, theme) over presentation attributes
(print, Typst). Every chart says itself in `title` and `desc` and carries its table one tap away.
Grey is the past, the accent is now, dashed is what is promised or forecast.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.lib.dates import long_moment, short_date
from lawang.lib.numbers import as_is, percent, rupiah_short
from lawang.web.status import shape, status_word

Number = Decimal | int | float
Point = tuple[str, Number | None]

PAINT = {
    "s-now": 'class="s-now" fill="none" stroke="#0a4da6"',
    "s-past": 'class="s-past" fill="none" stroke="#7b8796"',
    "s-goal": 'class="s-goal" fill="none" stroke="#465262"',
    "f-now": 'class="f-now" fill="#0a4da6"',
    "f-past": 'class="f-past" fill="#7b8796"',
    "f-goal": 'class="f-goal" fill="#465262"',
    "f-soft": 'class="f-soft" fill="#e9f1fc"',
    "f-line": 'class="f-line" fill="#dde3ea"',
    "grid": 'class="grid-line" fill="none" stroke="#dde3ea"',
    "axis": 'class="axis" fill="none" stroke="#6f7b8a"',
    "on_track": 'class="f-good" fill="#2f8f57"',
    "slipping": 'class="f-warn" fill="#e0a52b"',
    "off_track": 'class="f-off" fill="#c93c37"',
    "no_data": 'class="f-idle" fill="#c3cbd5"',
    "stale": 'class="f-old" fill="#9a83c4"',
}
ORDER = ("on_track", "slipping", "off_track", "no_data", "stale")


@dataclass(frozen=True)
class Size:
    """One of the two drawings."""

    name: str
    width: int
    font: int

    @property
    def is_slim(self) -> bool:
        return self.name == "slim"

    def wide(self, words: str) -> float:
        """Return about how wide `words` will be."""
        return len(words) * self.font * 0.56


SLIM = Size("slim", 340, 13)
BROAD = Size("broad", 720, 14)


def _text(x: float, y: float, words: object, css: str = "", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}"'
        + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        + (f' class="{css}"' if css else "")
        + f">{escape(str(words))}</text>"
    )


def _cut(words: str, size: Size, room: float) -> str:
    """Return `words`, shortened with … when they would be wider than `room`."""
    most = max(4, int(room / (size.font * 0.56)))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> str:
    cells = "".join(
        "<tr>"
        + f'<th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    heading = f'<th scope="col">{escape(head[0])}</th>' + "".join(
        f'<th scope="col" class="number">{escape(name)}</th>' for name in head[1:]
    )
    see = _("Lihat tabelnya")
    return (
        f'<details class="chart-table"><summary>{escape(see)}</summary><div class="details-body">'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}">'
        f'<table class="dense"><caption class="hidden">{escape(title)}</caption>'
        f"<thead><tr>{heading}</tr></thead><tbody>{cells}</tbody></table></div></div></details>"
    )


def _figure(
    title: str,
    description: str,
    draw: Callable[[Size], tuple[str, float]],
    table: str = "",
    key: str = "",
) -> SafeString:
    digest = hashlib.sha256(f"{key}{title}{description}".encode()).hexdigest()[:8]
    drawings = []
    for size in (SLIM, BROAD):
        body, height = draw(size)
        name = f"g{digest}{size.name[0]}"
        role = "group" if "<a " in body else "img"  # a picture cannot hold links
        drawings.append(
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{size.name}" viewBox="0 0 {size.width} {height:.0f}" '
            f'role="{role}" aria-labelledby="{name}t {name}d" font-family="system-ui,sans-serif" '
            f'font-size="{size.font}"><title id="{name}t">{escape(title)}</title>'
            f'<desc id="{name}d">{escape(description)}</desc>{body}</svg>'
        )
    return mark_safe(f'<figure class="chart">{"".join(drawings)}{table}</figure>')  # noqa: S308 - all escaped above


def _ticks(low: float, high: float) -> list[float]:
    """Return three to six round numbers that span both ends."""
    span = (high - low) or abs(high) or 1
    raw = span / 4
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(step * i, 10) for i in range(first, max(last, first + 1) + 1)]


def _short(value: Number, short: Callable[[Number], str] | None = None) -> str:
    return short(value) if short else as_is(value, 2)


def _spread(wanted: list[float], gap: float, top: float, bottom: float) -> list[float]:
    """Return the heights moved apart to at least `gap`, order kept, inside top and bottom."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [min(max(wanted[i], top), bottom) for i in order]
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + gap)
    if placed and placed[-1] > bottom:
        placed[-1] = bottom
        for i in range(len(placed) - 2, -1, -1):
            placed[i] = min(placed[i], placed[i + 1] - gap)
    result = [0.0] * len(wanted)
    for i, place in zip(order, placed, strict=True):
        result[i] = place
    return result


def line_chart(
    points: Sequence[Point],
    *,
    title: str,
    unit: str = "",
    baseline: tuple[str, Number] | None = None,
    targets: Sequence[tuple[str, Number]] = (),
    forecast: Sequence[tuple[str, Number]] = (),
    labels: Sequence[str] = (),
    from_zero: bool = True,
    short: Callable[[Number], str] | None = None,
    key: str = "",
) -> SafeString:
    """Draw figures over time: what was, what is, what is promised (dashed), where it leads (dotted).

    `points` are (period, value or None for a gap). `targets` and `forecast` name periods too; those not among
    `points` follow after them in the order given, or as `labels` lists every period from left to right. One target
    alone is drawn as a level line. `short` writes a value (default: as many decimals as it has).
    """
    names = list(
        dict.fromkeys(
            [*labels, *([baseline[0]] if baseline and not labels else []), *(n for n, _v in points)]
        )
    )
    names = list(dict.fromkeys([*names, *(n for n, _v in targets), *(n for n, _v in forecast)]))
    place = {name: i for i, name in enumerate(names)}
    known = [(n, float(v)) for n, v in points if v is not None]
    numbers = [v for _n, v in known] + [float(v) for _n, v in [*targets, *forecast]]
    numbers += [float(baseline[1])] if baseline else []

    def say(value: Number) -> str:
        return f"{_short(value, short)} {unit}".strip()

    sentences = []
    if baseline:
        sentences.append(
            _("Kondisi awal %(period)s: %(value)s.") % {"period": baseline[0], "value": say(baseline[1])}
        )
    if known:
        last = next((n, v) for n, v in reversed(points) if v is not None)
        sentences.append(_("Terakhir, %(period)s: %(value)s.") % {"period": last[0], "value": say(last[1])})
    else:
        sentences.append(_("Belum ada angka."))
    if targets:
        sentences.append(
            _("Target %(period)s: %(value)s.") % {"period": targets[-1][0], "value": say(targets[-1][1])}
        )
    if forecast:
        sentences.append(
            _("Perkiraan %(period)s: %(value)s.") % {"period": forecast[-1][0], "value": say(forecast[-1][1])}
        )

    def draw(size: Size) -> tuple[str, float]:
        height = 232 if size.is_slim else 320
        ticks = _ticks(
            min(0.0 if from_zero else min(numbers, default=0.0), *numbers, 0.0 if from_zero else math.inf)
            if numbers
            else 0.0,
            max(numbers, default=1.0),
        )
        ends = []
        if known:
            ends.append((known[-1][0], known[-1][1], _short(last[1], short), "t-now"))
        if targets:
            words = _("Target %(value)s") % {"value": _short(targets[-1][1], short)}
            ends.append((targets[-1][0], float(targets[-1][1]), words, "t2"))
        if forecast:
            words = _("Perkiraan %(value)s") % {"value": _short(forecast[-1][1], short)}
            ends.append((forecast[-1][0], float(forecast[-1][1]), words, "t2"))
        marks = [_short(Decimal(str(t)), short) for t in ticks]
        left = max(size.wide(m) for m in marks) + 8
        at_right = [e for e in ends if place[e[0]] == len(names) - 1 or (e[3] == "t2" and len(targets) == 1)]
        right = max([size.wide(e[2]) for e in at_right], default=0.0) + 12
        top, bottom = size.font * 1.6, height - size.font * 2.0

        def x(name: str) -> float:
            return left + 8 + (size.width - left - right - 8) * place[name] / max(1, len(names) - 1)

        def y(value: float) -> float:
            return top + (bottom - top) * (1 - (value - ticks[0]) / (ticks[-1] - ticks[0]))

        out = []
        for tick, mark in zip(ticks, marks, strict=True):
            css = PAINT["axis"] if tick == 0 else PAINT["grid"]
            out.append(f'<path d="M{left:.1f} {y(tick):.1f}H{size.width - right + 4:.1f}" {css}/>')
            out.append(_text(left - 6, y(tick) + size.font * 0.35, mark, "t2", "end"))
        if unit:
            out.append(_text(0, size.font * 0.85, unit, "t2"))
        every = max(
            1,
            math.ceil(
                len(names) * (max(map(size.wide, names), default=1) + 10) / (size.width - left - right)
            ),
        )
        for i, name in enumerate(names):
            is_last = i == len(names) - 1
            if (i % every == 0 and (is_last or len(names) - 1 - i >= every * 0.7)) or is_last:
                anchor = (
                    "middle"
                    if i > 0 and size.width - x(name) > size.wide(name) / 2
                    else "end"
                    if i
                    else "start"
                )
                at = x(name) if anchor != "start" else x(name) - 8
                out.append(_text(at, height - size.font * 0.4, name, "t2", anchor))
        if len(targets) == 1:
            level = y(float(targets[0][1]))
            out.append(
                f'<path d="M{left:.1f} {level:.1f}H{size.width - right + 4:.1f}" stroke-width="2" '
                f'stroke-dasharray="6 5" {PAINT["s-goal"]}/>'
            )
        elif targets:
            way = "L".join(f"{x(n):.1f} {y(float(v)):.1f}" for n, v in targets)
            out.append(f'<path d="M{way}" stroke-width="2" stroke-dasharray="6 5" {PAINT["s-goal"]}/>')
        if baseline:
            bx, by = x(baseline[0]), y(float(baseline[1]))
            if known and known[0][0] != baseline[0]:
                out.append(
                    f'<path d="M{bx:.1f} {by:.1f}L{x(known[0][0]):.1f} {y(known[0][1]):.1f}" stroke-width="2" '
                    f"{PAINT['s-past']}/>"
                )
            out.append(f'<circle cx="{bx:.1f}" cy="{by:.1f}" r="4.5" {PAINT["f-past"]}/>')
            words = _("Awal %(value)s") % {"value": _short(baseline[1], short)}
            climbs = bool(known) and known[0][1] >= float(baseline[1]) and by + size.font * 1.6 < bottom
            out.append(_text(bx - 4, by + size.font * 1.5 if climbs else by - 10, words, "t2"))
        if forecast and known:
            way = "L".join(f"{x(n):.1f} {y(float(v)):.1f}" for n, v in [known[-1], *forecast])
            out.append(
                f'<path d="M{way}" stroke-width="2.5" stroke-linecap="round" stroke-dasharray="0.1 6" '
                f"{PAINT['s-now']}/>"
            )
        runs: list[list[tuple[str, float]]] = [[]]
        for name, value in points:
            if value is None:
                runs.append([])
            else:
                runs[-1].append((name, float(value)))
        for run in runs:
            if len(run) > 1:
                way = "L".join(f"{x(n):.1f} {y(v):.1f}" for n, v in run)
                out.append(
                    f'<path d="M{way}" stroke-width="3" stroke-linejoin="round" stroke-linecap="round" '
                    f"{PAINT['s-now']}/>"
                )
            elif run:
                out.append(
                    f'<circle cx="{x(run[0][0]):.1f}" cy="{y(run[0][1]):.1f}" r="3.5" {PAINT["f-now"]}/>'
                )
        if known:
            out.append(
                f'<circle cx="{x(known[-1][0]):.1f}" cy="{y(known[-1][1]):.1f}" r="5" {PAINT["f-now"]}/>'
            )
        is_below = bool(targets and known) and float(targets[-1][1]) > known[-1][1]

        def place_of(value: float) -> float:
            below = y(value) + size.font * 1.7
            return below if is_below and below < bottom else max(y(value) - 12, size.font)

        heights = _spread([y(e[1]) for e in at_right], size.font * 1.25, top, bottom)
        for (_n, _v, words, css), high in zip(at_right, heights, strict=True):
            out.append(_text(size.width - right + 9, high + size.font * 0.35, words, css))
        for name, value, words, css in ends:
            if (name, value, words, css) not in at_right:
                # above the point, unless the promise is above it and would run through the words
                out.append(
                    _text(
                        x(name),
                        place_of(value),
                        words,
                        css,
                        "middle" if place[name] else "start",
                    )
                )
        return "".join(out), height

    goal, ahead = dict(targets), dict(forecast)
    reached = _("Capaian")
    head = [_("Periode"), f"{reached} ({unit})" if unit else reached]
    head += [_("Target")] if targets else []
    head += [_("Perkiraan")] if forecast else []
    have = dict(points)
    if baseline and have.get(baseline[0]) is None:
        have[baseline[0]] = baseline[1]
    rows = []
    for name in names:
        value = have.get(name)
        row = [name, "–" if value is None else _short(value, short)]
        row += [_short(goal[name], short) if name in goal else "–"] if targets else []
        row += [_short(ahead[name], short) if name in ahead else "–"] if forecast else []
        rows.append(row)
    return _figure(title, " ".join(sentences), draw, _table(head, rows, title), key)


def bar_chart(
    rows: Sequence[Point],
    *,
    title: str,
    unit: str = "",
    targets: Mapping[str, Number] | None = None,
    notes: Mapping[str, str] | None = None,
    short: Callable[[Number], str] | None = None,
    key: str = "",
) -> SafeString:
    """Draw one bar per row, its value at its end; `targets` puts a dashed mark on the bars they name.

    `notes` are a few words after the value of those they name, such as what a share is of.
    """
    goals, after_words = targets or {}, notes or {}
    most = (
        max([float(v) for _n, v in rows if v is not None] + [float(v) for v in goals.values()], default=0.0)
        or 1.0
    )
    missing = _("belum ada data")

    def say(value: Number | None, name: str = "") -> str:
        words = missing if value is None else f"{_short(value, short)} {unit}".strip()
        return f"{words} ({after_words[name]})" if after_words.get(name) else words

    def draw(size: Size) -> tuple[str, float]:
        left = 0.0 if size.is_slim else min(max([size.wide(n) for n, _v in rows], default=0) + 16, 260)
        ends = [f"{_short(v, short)} {after_words.get(n, '')}".rstrip() for n, v in rows if v is not None]
        right = max(map(size.wide, ends), default=0) + (28 if after_words else 16)
        pitch, out = (46 if size.is_slim else 36), []
        for i, (name, value) in enumerate(rows):
            y = i * pitch
            if size.is_slim:
                out.append(_text(0, y + size.font, _cut(name, size, size.width)))
                y += size.font + 6
            else:
                out.append(_text(left - 12, y + 18, _cut(name, size, left - 12), "", "end"))
                y += 3
            length = (size.width - left - right) * max(0.0, float(value or 0)) / most
            if value is None:
                out.append(_text(left, y + 14, missing, "t2"))
                continue
            out.append(
                f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(length, 1):.1f}" height="20" rx="3" {PAINT["f-now"]}/>'
            )
            goal = (size.width - left - right) * float(goals[name]) / most if name in goals else 0.0
            after = (
                max(length, goal)
                if length - 4 < goal < length + size.wide(_short(value, short)) + 12
                else length
            )
            label = _short(value, short)
            out.append(_text(left + after + 7, y + 15, label, "tb"))
            if name in after_words:
                beside = left + after + 16 + size.wide(label) * 1.2  # bold letters are wider
                out.append(_text(beside, y + 15, after_words[name], "t2"))
            if name in goals:
                at = left + goal
                out.append(
                    f'<path d="M{at:.1f} {y - 4:.1f}v28" class="s-bg" stroke="#fff" stroke-width="6"/>'
                )
                out.append(
                    f'<path d="M{at:.1f} {y - 3:.1f}v26" stroke-width="2.5" stroke-dasharray="4 3" {PAINT["s-goal"]}/>'
                )
        return "".join(out), max(len(rows), 1) * pitch

    head = [_("Nama"), unit or _("Nilai"), *([_("Target")] if goals else [])]
    body = [
        [
            n,
            "–" if v is None else " ".join([_short(v, short), *filter(None, [after_words.get(n)])]),
            *([_short(goals[n], short) if n in goals else "–"] if goals else []),
        ]
        for n, v in rows
    ]
    description = "; ".join(f"{n}: {say(v, n)}" for n, v in rows) or missing
    return _figure(title, description, draw, _table(head, body, title), key)


def _counts_in_words(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{counts[c]} {status_word(c).lower()}" for c in ORDER if counts.get(c))


def status_bar(counts: Mapping[str, int], *, tall: bool = True) -> SafeString:
    """Return one bar of how many things have which colour. Decorative: put the words beside it, or stacked_bar."""
    total, x, out = sum(counts.get(c, 0) for c in ORDER), 0.0, []
    for colour in ORDER:
        if share := counts.get(colour, 0):
            width = 600 * share / total
            out.append(f'<rect x="{x:.1f}" width="{max(width - 2, 1):.1f}" height="24" {PAINT[colour]}/>')
            x += width
    empty = f'<rect width="600" height="24" {PAINT["f-line"]}/>' if not total else ""
    css = "bar tall" if tall else "bar"
    return mark_safe(  # noqa: S308 - numbers only
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{css}" viewBox="0 0 600 24" preserveAspectRatio="none" '
        f'aria-hidden="true">{empty}{"".join(out)}</svg>'
    )


def stacked_bar(counts: Mapping[str, int], *, title: str) -> SafeString:
    """Return the bar of colours with its legend in words and numbers below; the legend is its table."""
    items = "".join(
        f'<li><span class="c-{c}">{shape(c)}</span>'
        f"<span><strong>{counts.get(c, 0)}</strong> {escape(status_word(c).lower())}</span></li>"
        for c in ORDER
        if counts.get(c) or c in ORDER[:3]
    )
    return mark_safe(  # noqa: S308 - escaped above
        f'<figure class="stacked" aria-label="{escape(title)}">{status_bar(counts)}'
        f'<ul class="legend-list">{items}</ul></figure>'
    )


def stacked_bars(rows: Sequence[tuple[str, Mapping[str, int], str]], *, title: str) -> SafeString:
    """Return a list of (name, counts, address or ""): name, "9 dari 12", and a bar each. It reads as a list."""
    items = []
    for name, counts, href in rows:
        total = sum(counts.values())
        on_track = _("%(some)s dari %(all)s sesuai jalur") % {"some": counts.get("on_track", 0), "all": total}
        on_track = on_track if total else _("belum ada program")
        words = escape(name) if not href else f'<a href="{escape(href)}">{escape(name)}</a>'
        items.append(
            f'<li><p><span>{words}</span><span class="muted nowrap">{escape(on_track)}</span></p>'
            f'{status_bar(counts, tall=False)}<span class="hidden">{escape(_counts_in_words(counts))}</span></li>'
        )
    return mark_safe(f'<ul class="bars" aria-label="{escape(title)}">{"".join(items)}</ul>')  # noqa: S308 - escaped above


def radar_chart(
    rows: Sequence[tuple[str, Number | None, Number | None]],
    *,
    most: Number,
    title: str,
    now: str,
    past: str = "",
    key: str = "",
) -> SafeString:
    """Draw one web of at least three axes from 0 to `most`: what is (`now` names it), and beside it what was (`past`).

    `rows` are (axis, value now, value then); None leaves a gap in the web, and is said.
    """
    top = float(most) or 1.0
    turn = 2 * math.pi / max(len(rows), 1)

    def draw(size: Size) -> tuple[str, float]:
        radius = 92.0 if size.is_slim else 150.0
        centre, middle = size.width / 2, radius + size.font * 2.6
        room = centre - 8

        def spot(number: int, value: float) -> tuple[float, float]:
            way = radius * min(max(value / top, 0.0), 1.0)
            return centre + way * math.sin(number * turn), middle - way * math.cos(number * turn)

        out = []
        for ring in range(1, 5):
            corners = (spot(number, top * ring / 4) for number in range(len(rows)))
            out.append(f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in corners)}Z" {PAINT["grid"]}/>')
        for number in range(len(rows)):
            x, y = spot(number, top)
            out.append(f'<path d="M{centre:.1f} {middle:.1f}L{x:.1f} {y:.1f}" {PAINT["grid"]}/>')
        for place, css, width in ((2, "s-past", 2), (1, "s-now", 3)):
            known = [(number, row[place]) for number, row in enumerate(rows) if row[place] is not None]
            spots = [spot(number, float(value)) for number, value in known if value is not None]
            if not spots:
                continue
            closed = "Z" if len(spots) == len(rows) else ""
            way = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
            out.append(
                f'<path d="M{way}{closed}" stroke-width="{width}" stroke-linejoin="round" {PAINT[css]}/>'
            )
            if place == 1:
                out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {PAINT["f-now"]}/>' for x, y in spots]
        for number, (name, value, _then) in enumerate(rows):
            x, y = spot(number, top * (1 + (size.font + 4) / radius))
            side = math.sin(number * turn)
            anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
            words = f"{name} {_short(value)}" if value is not None else name
            left = room if anchor == "middle" else size.width - x if anchor == "start" else x
            out.append(
                _text(
                    x, y + size.font / 3, _cut(words, size, left), "tb" if value is not None else "t2", anchor
                )
            )
        below = middle + radius + size.font * 3.6
        if past:
            keys = ((0, 3, "s-now", now, "tb"), (110, 2, "s-past", past, "t2"))
            for left, width, css, words, shade in keys:
                out.append(f'<path d="M{left} {below - 4:.1f}h24" stroke-width="{width}" {PAINT[css]}/>')
                out.append(_text(left + 32, below, words, shade))
        return "".join(out), below + size.font / 2

    missing = _("belum ada data")
    said = [
        f"{name}: {missing if value is None else _short(value)}"
        + (f" ({past} {_short(then)})" if then is not None else "")
        for name, value, then in rows
    ]
    body = [
        [
            name,
            "–" if value is None else _short(value),
            *(["–" if then is None else _short(then)] if past else []),
        ]
        for name, value, then in rows
    ]
    return _figure(
        title, "; ".join(said), draw, _table(["", now, *([past] if past else [])], body, title), key
    )


def sparkline(values: Sequence[Number | None], *, title: str) -> SafeString:
    """Return a line the size of a word; its last point is marked."""
    known = [float(v) for v in values if v is not None]
    if len(known) < 2:
        return mark_safe('<span class="muted">–</span>')  # a constant
    low, high = min(known), max(known)
    step = 90 / max(1, len(values) - 1)

    def y(value: float) -> float:
        return 24 - 20 * ((value - low) / (high - low) if high > low else 0.5)

    spots = [(3 + i * step, y(float(v))) for i, v in enumerate(values) if v is not None]
    way = "L".join(f"{a:.1f} {b:.1f}" for a, b in spots)
    return mark_safe(  # noqa: S308 - escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" class="spark" viewBox="0 0 96 28" width="96" height="28" role="img" '
        f'aria-label="{escape(title)}: {escape(as_is(known[0]))} → {escape(as_is(known[-1]))}">'
        f'<path d="M{way}" stroke-width="2" stroke-linejoin="round" {PAINT["s-past"]}/>'
        f'<circle cx="{spots[-1][0]:.1f}" cy="{spots[-1][1]:.1f}" r="3.5" {PAINT["f-now"]}/></svg>'
    )


def progress_bar(share: float | None, label: str = "") -> SafeString:
    """Return a bar filled to `share` (0 to 1; more is drawn full, and said), with its percentage."""
    said = _("belum ada data") if share is None else percent(share * 100)
    filled = 600 * min(max(share or 0.0, 0.0), 1.0)
    return mark_safe(  # noqa: S308 - escaped
        f'<div class="progress"><p><span>{escape(label)}</span><strong>{escape(said)}</strong></p>'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bar" viewBox="0 0 600 12" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="600" height="12" {PAINT["f-line"]}/>'
        f'<rect width="{filled:.1f}" height="12" {PAINT["f-now"]}/></svg></div>'
    )


@dataclass(frozen=True)
class Span:
    """One line of a roadmap."""

    name: str
    first: float  # year, 2024.5 is the middle of 2024
    last: float  # exclusive: a programme of 2024 to 2026 ends at 2027
    colour: str = ""  # of the plan; empty: the accent
    href: str = ""
    group: str = ""  # lines of one group stand together under their name


def roadmap(spans: Sequence[Span], *, title: str, now: float | None = None, key: str = "") -> SafeString:
    """Draw what happens when, over the years of a plan; a line marks today."""
    first = math.floor(min([s.first for s in spans], default=2025))
    last = max(math.ceil(max([s.last for s in spans], default=first + 1)), first + 1)

    def draw(size: Size) -> tuple[str, float]:
        left = 0.0 if size.is_slim else 270.0
        per_year = (size.width - left) / (last - first)
        top, out = size.font + 14.0, []
        y, group = top, ""
        lines = []
        for span in spans:
            if span.group != group:
                group = span.group
                y += 8
                lines.append(_text(0, y + size.font, _cut(group, size, size.width), "tb"))
                y += size.font + 12
            name = _cut(span.name, size, (size.width if size.is_slim else left - 16))
            words = _text(0, y + (size.font if size.is_slim else 17), name, "t-now" if span.href else "")
            if span.href:
                words = f'<a href="{escape(span.href)}">{words}</a>'
            lines.append(words)
            bar = y + (size.font + 6 if size.is_slim else 4)
            x = left + (span.first - first) * per_year
            lines.append(
                f'<rect x="{x + 1:.1f}" y="{bar:.1f}" width="{max((span.last - span.first) * per_year - 2, 3):.1f}" '
                f'height="18" rx="4" {PAINT[span.colour or "f-now"]}><title>{escape(span.name)}</title></rect>'
            )
            y = bar + (30 if size.is_slim else 28)
        step = max(1, math.ceil(36 / per_year))
        for year in range(first, last + 1):
            x = left + (year - first) * per_year
            out.append(f'<path d="M{x:.1f} {top - 4:.1f}V{y:.1f}" {PAINT["grid"]}/>')
            if year < last and (year - first) % step == 0:
                out.append(_text(x + per_year / 2, size.font, year, "t2", "middle"))
        if now is not None and first <= now <= last:
            x = left + (now - first) * per_year
            lines.append(
                f'<path d="M{x:.1f} {top - 4:.1f}V{y:.1f}" stroke-width="2" stroke-dasharray="4 4" {PAINT["s-goal"]}/>'
            )
        return "".join(out + lines), y + 4

    rows = [
        [
            s.name,
            f"{math.floor(s.first)}–{math.ceil(s.last) - 1}",
            *([status_word(s.colour)] if s.colour else ["–"]),
        ]
        for s in spans
    ]
    description = ngettext(
        "%(count)s kegiatan, %(first)s sampai %(last)s.",
        "%(count)s kegiatan, %(first)s sampai %(last)s.",
        len(spans),
    ) % {"count": len(spans), "first": first, "last": last - 1}
    head = [_("Nama"), _("Tahun"), _("Keadaan")]
    return _figure(title, description, draw, _table(head, rows, title), key)


@dataclass(frozen=True)
class Lane:
    """One bar of `lanes`: what, with whom, from when to when."""

    name: str
    who: str
    start: datetime
    end: datetime
    span: str  # how long, in words
    kind: str  # own, other, wait
    is_late: bool = False


_LANES = {
    "own": PAINT["f-now"],
    "other": PAINT["stale"],
    "wait": f'{PAINT["f-line"]} stroke="#6f7b8a" stroke-dasharray="4 3"',
}


def lanes(
    rows: Sequence[Lane],
    *,
    title: str,
    kinds: Mapping[str, str],
    heads: Sequence[str],
    now: str = "",
    key: str = "",
) -> SafeString:
    """Draw bars one under the other on one line of time: who had something when, and how long.

    `kinds` names what the colours mean; `heads` are the headings of the table; `now` is said at the right end when the
    last bar is not over.
    """
    first, last = min(row.start for row in rows), max(row.end for row in rows)
    whole = max((last - first).total_seconds(), 1.0)

    def said_of(row: Lane) -> str:
        return f"{row.span}, {_('lewat')}" if row.is_late else row.span

    def end_of(row: Lane) -> str:
        return now if now and row.end == last else long_moment(row.end)

    def draw(size: Size) -> tuple[str, float]:
        left = 0.0 if size.is_slim else 250.0
        room = size.width - left
        y = size.font + 14.0
        top, out = y, []
        for row in rows:
            name = _cut(f"{row.name} · {row.who}", size, size.width if size.is_slim else left - 16)
            out.append(_text(0, y + (size.font if size.is_slim else 16), name))
            bar = y + (size.font + 6 if size.is_slim else 2)
            x = left + (row.start - first).total_seconds() / whole * room
            width = max((row.end - row.start).total_seconds() / whole * room, 4.0)
            x = min(x, size.width - width)
            said = said_of(row)
            fits = x + width + 8 + size.wide(said) <= size.width
            out.append(
                f'<rect x="{x:.1f}" y="{bar:.1f}" width="{width:.1f}" height="20" rx="4" {_LANES[row.kind]}/>'
            )
            if fits:
                out.append(_text(x + width + 8, bar + 15, said, "t2"))
            elif x - 8 >= left + size.wide(said):
                out.append(_text(x - 8, bar + 15, said, "t2", "end"))
            else:
                bar += 20
                out.append(_text(x + width, bar + 15, said, "t2", "end"))
            y = bar + (34 if size.is_slim else 30)
        ends = [
            _text(left, size.font, short_date(first), "t2"),
            _text(size.width, size.font, now or short_date(last), "t2", "end"),
        ]
        edges = [
            f'<path d="M{x:.1f} {top - 6:.1f}V{y:.1f}" {PAINT["grid"]}/>'
            for x in (left + 0.5, size.width - 0.5)
        ]
        return "".join([*edges, *ends, *out]), y + 2

    table = [[row.name, row.who, long_moment(row.start), end_of(row), said_of(row)] for row in rows]
    description = "; ".join(f"{row.name}, {row.who}: {row.span}" for row in rows)
    used = {row.kind for row in rows}
    legend = "".join(
        f'<li><svg viewBox="0 0 14 14" aria-hidden="true"><rect x="1" y="1" width="12" height="12" rx="3" '
        f"{_LANES[kind]}/></svg>{escape(words)}</li>"
        for kind, words in kinds.items()
        if kind in used
    )
    figure = _figure(title, description, draw, _table(heads, table, title), key)
    return mark_safe(f'<ul class="legend-list">{legend}</ul>{figure}')  # noqa: S308 - all escaped above


def budget_bars(
    rows: Sequence[tuple[str, Number | None, Number | None]], *, title: str, key: str = ""
) -> SafeString:
    """Draw (name, planned, realised) in rupiah: what is spent filled, what is planned as a dashed frame around it."""
    most = max([float(v) for _n, *pair in rows for v in pair if v is not None], default=0.0) or 1.0
    none = _("belum ada data")

    def say(value: Number | None) -> str:
        return none if value is None else rupiah_short(value)

    def sentence(planned: Number | None, realised: Number | None) -> str:
        return _("%(spent)s dari %(planned)s") % {"spent": say(realised), "planned": say(planned)}

    def draw(size: Size) -> tuple[str, float]:
        left = 0.0 if size.is_slim else min(max([size.wide(n) for n, *_p in rows], default=0) + 16, 220)
        room = size.width - left - 2
        pitch, out = (66 if size.is_slim else 58), []
        for i, (name, planned, realised) in enumerate(rows):
            y = i * pitch
            if size.is_slim:
                out.append(_text(0, y + size.font, _cut(name, size, size.width), "tb"))
            else:
                out.append(_text(left - 12, y + 17, _cut(name, size, left - 12), "", "end"))
            y += size.font + 6 if size.is_slim else 1
            if realised is not None:
                length = room * float(realised) / most
                out.append(
                    f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(length, 1):.1f}" height="22" rx="3" '
                    f"{PAINT['f-now']}/>"
                )
            if planned is not None:
                length = room * float(planned) / most
                out.append(
                    f'<rect x="{left + 1:.1f}" y="{y:.1f}" width="{max(length - 1, 1):.1f}" height="22" rx="3" '
                    f'stroke-width="1.5" stroke-dasharray="5 4" {PAINT["s-goal"]}/>'
                )
            out.append(_text(left, y + 22 + size.font + 2, sentence(planned, realised), "t2"))
        return "".join(out), max(len(rows), 1) * pitch

    description = "; ".join(f"{n}: {sentence(p, r)}" for n, p, r in rows) or none
    body = [
        [n, say(p), say(r), percent(float(r) / float(p) * 100) if p and r is not None else "–"]
        for n, p, r in rows
    ]
    head = [_("Tahun atau sumber"), _("Rencana"), _("Realisasi"), _("Terpakai")]
    return _figure(title, description, draw, _table(head, body, title), key)
