"""How this installation's pages look: the theme of the pack that its node names."""

import base64
from dataclasses import dataclass

from django.urls import reverse

from lawang.lib.text import Text
from lawang.packs.models import InstalledPack
from lawang.people.node import node
from lawang.web.shell import Brand


@dataclass(frozen=True)
class Crest:
    """A picture as it was installed."""

    sha256: str
    kind: str  # media type
    content: bytes


def current_theme() -> dict[str, object]:
    """Return the theme's definition without the bytes of its crest, or an empty one. One query beside the node's."""
    name = node().theme
    theme = (
        InstalledPack.objects.filter(name=name, is_current=True)
        .values_list("definitions__theme__0", flat=True)
        .first()
        if name
        else None
    )
    return dict(theme or {})


def crest(digest: str) -> Crest | None:
    """Return the crest whose SHA-256 begins with `digest`, of any installed version, so that old pages keep theirs."""
    found = (
        InstalledPack.objects.filter(definitions__theme__0__crest__sha256__startswith=digest)
        .values_list("definitions__theme__0__crest", flat=True)
        .first()
    )
    if not found:
        return None
    kind = "image/svg+xml" if found["file"].endswith(".svg") else "image/png"
    return Crest(found["sha256"], kind, base64.b64decode(found["content"]))


def brand() -> Brand:
    """Return what `web` puts on every page."""
    here, theme = node(), current_theme()
    if not theme:
        return Brand(name=here.name, is_demo=here.is_demo)
    picture, contact = theme.get("crest"), theme.get("contact") or {}
    assert isinstance(contact, dict)
    sources = theme.get("sources") or []
    assert isinstance(sources, list)
    name, accent = theme["name"], theme["accent"]
    assert isinstance(name, dict)
    given: dict[str, Text] = {"tagline": theme["tagline"]} if theme.get("tagline") else {}  # type: ignore[dict-item]
    return Brand(
        name=name,  # type: ignore[arg-type]
        crest=reverse("crest", args=[picture["sha256"][:16]]) if isinstance(picture, dict) else "",
        accent=str(accent),
        is_demo=here.is_demo,
        contact=contact.get("office"),
        phone=contact.get("phone", ""),
        email=contact.get("email", ""),
        sources=tuple((credit["words"], credit["address"]) for credit in sources),
        **given,
    )
