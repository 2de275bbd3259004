"""How this installation's pages look: the theme of the pack that its node names."""

import base64
from dataclasses import dataclass

from django.db.models import Func, JSONField, OuterRef, QuerySet, Subquery
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


def column() -> Subquery:
    """Return the theme that a node names, as a column of its row: without the bytes of the crest, NULL for none."""
    named = InstalledPack.objects.filter(name=OuterRef("theme"), is_current=True)
    light = Func(
        "definitions__theme__0",
        template="(%(expressions)s #- '{crest,content}')",
        output_field=JSONField(),
    )
    return Subquery(named.annotate(light=light).values("light")[:1])


def current_theme() -> dict[str, object]:
    """Return the theme's definition without the bytes of its crest, or an empty one. It comes with the node."""
    return dict(getattr(node(), "worn", None) or {})


def current_crest() -> Crest | None:
    """Return the crest of the current theme. One query beside the node's."""
    return _crest(InstalledPack.objects.filter(name=node().theme, is_current=True))


def crest(digest: str) -> Crest | None:
    """Return the crest whose SHA-256 begins with `digest`, of any installed version, so that old pages keep theirs."""
    return _crest(InstalledPack.objects.filter(definitions__theme__0__crest__sha256__startswith=digest))


def _crest(packs: QuerySet[InstalledPack]) -> Crest | None:
    found = packs.values_list("definitions__theme__0__crest", flat=True).first()
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
