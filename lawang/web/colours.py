"""Colour arithmetic of WCAG, so that a regency's accent stays readable whatever the regency chooses."""

import colorsys
import re

Triple = tuple[int, int, int]


def parse(colour: str) -> Triple:
    """Return the three channels of "#rgb" or "#rrggbb". Raise ValueError."""
    if not re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", colour):
        raise ValueError(f"not a colour: {colour!r}")
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def written(colour: Triple) -> str:
    """Return "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _light(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in parse(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, 1 to 21. Source: WCAG 2.2, relative luminance."""
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` with `share` (0 to 1) of `other` in it."""
    pairs = zip(parse(colour), parse(other), strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return written((red, green, blue))


def readable(colour: str, on: str, ratio: float) -> str:
    """Return the colour nearest to `colour`, of the same hue, that reaches `ratio` on the ground `on`."""
    is_dark_ground = _light(on) < 0.18
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in parse(colour)))
    saturation = min(saturation, 0.7) if is_dark_ground else saturation  # bright colours glare on dark ground
    for step in range(101):
        tried_lightness = lightness + ((1 if is_dark_ground else 0) - lightness) * step / 100
        red, green, blue = (round(c * 255) for c in colorsys.hls_to_rgb(hue, tried_lightness, saturation))
        if contrast(tried := written((red, green, blue)), on) >= ratio:
            return tried
    return "#ffffff" if is_dark_ground else "#000000"
