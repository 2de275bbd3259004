"""How a promise stands: the word, the colour and the shape of each state, the same on pages, in drawings and books."""

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

STATUSES: Mapping[str, tuple[Any, str, str]] = {
    # colour: (word, class, shape on 12 x 12); the shape is there for those who do not see the colour
    "on_track": (gettext_lazy("Sesuai jalur"), "good", '<circle cx="6" cy="6" r="5"/>'),
    "slipping": (gettext_lazy("Melambat"), "warn", '<path d="M6 .8 11.6 11H.4z"/>'),
    "off_track": (gettext_lazy("Tertinggal"), "off", '<path d="m6 0 6 6-6 6-6-6z"/>'),
    "no_data": (
        gettext_lazy("Belum ada data"),
        "idle",
        '<path d="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1m0 2.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6"/>',
    ),
    "stale": (gettext_lazy("Data lama"), "old", '<path d="M1 1h10v2.6H1zM1 4.8h7v2.6H1zM1 8.6h4v2.6H1z"/>'),
}


def shape(colour: str) -> SafeString:
    """Return the shape of a status as a small SVG."""
    return mark_safe(  # noqa: S308 - our own constants
        f'<svg class="shape" viewBox="0 0 12 12" width="12" height="12" fill="currentColor" aria-hidden="true">'
        f"{STATUSES[colour][2]}</svg>"
    )


def status_word(colour: str) -> str:
    """Return "Melambat" for "slipping"."""
    return str(STATUSES.get(colour, STATUSES["no_data"])[0])
