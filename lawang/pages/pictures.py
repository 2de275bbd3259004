"""Pictures: written anew without place or camera, in three widths and three formats, and shown as <picture>."""

import io
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from PIL import Image

from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.pages.models import Picture
from lawang.people.models import User
from lawang.record import files
from lawang.record.actions import record
from lawang.record.models import File, Privacy

WIDTHS = {320: 9_000, 640: 20_000, 1280: 70_000}  # pixels -> bytes that AVIF and WebP may take
FORMATS = {"image/avif": ("AVIF", "avif"), "image/webp": ("WEBP", "webp"), "image/jpeg": ("JPEG", "jpg")}
QUALITIES = (60, 48, 38, 30)  # tried one after the other until the bytes suffice
JPEG_WIDTHS = (640,)  # for browsers that know neither of the others: one is enough


@transaction.atomic
def add_picture(
    upload: Any,
    *,
    name: str,
    alt: Text,
    credit: str = "",
    by: User | None,
    at: datetime,
    is_ours: bool = False,
) -> Picture:
    """Keep a picture in every width and format. Raise Refused for what is no picture, and without `alt`.

    The caller's verb has asked for the permission.
    """
    if not (alt.get("id") or "").strip():
        raise Refused(_("Tulis apa yang terlihat di gambar, untuk yang tidak dapat melihatnya."))
    content = files.check(upload, name, is_ours=is_ours)
    if content.kind not in files.PICTURES.values():
        raise Refused(_("Ini bukan gambar. Kirim foto JPG, PNG, atau WebP."))
    with Image.open(io.BytesIO(content.data)) as opened:
        original = opened.convert("RGB")
    picture = Picture(alt=alt, credit=credit.strip()[:120], by=by, at=at)
    widths = [width for width in WIDTHS if width <= original.width] or [original.width]
    for width in widths:
        height = max(1, round(original.height * width / original.width))
        scaled = original.resize((width, height), Image.Resampling.LANCZOS)
        for kind, (form, ending) in FORMATS.items():
            if kind == "image/jpeg" and width not in JPEG_WIDTHS and width != widths[-1]:
                continue
            data = _encoded(scaled, form, WIDTHS.get(width, 20_000))
            file = File.objects.create(
                name=f"{width}.{ending}",
                sha256=files.store(data),
                kind=kind,
                size=len(data),
                about=f"pages.picture:{picture.key}",
                privacy=Privacy.PUBLIC,
                by=by,
                at=at,
            )
            entry = {"kind": kind, "width": width, "bytes": len(data), "file": str(file.key)}
            picture.renditions.append(entry)
        picture.width, picture.height = width, height
    picture.save()
    record(picture, "picture_added", by=by, at=at, after={"alt": alt, "widths": widths})
    return picture


def _encoded(picture: Image.Image, form: str, most: int) -> bytes:
    """Return the picture at the best quality of ours that fits into `most` bytes, or at the least."""
    data = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        options: dict[str, Any] = {"AVIF": {"speed": 8}, "WEBP": {"method": 4}}.get(
            form, {"optimize": True, "progressive": True}
        )
        picture.save(out, form, quality=quality + (15 if form != "AVIF" else 0), **options)
        data = out.getvalue()
        if len(data) <= most:
            break
    return data


def show(picture: Picture, sizes: str, *, is_first: bool = False, css: str = "") -> SafeString:
    """Return <picture> in the renditions there are. `is_first`: it stands on the first screen, so it is not lazy."""
    by_kind: dict[str, list[tuple[str, int]]] = {}
    for one in picture.renditions:
        by_kind.setdefault(one["kind"], []).append((reverse("record:file", args=[one["file"]]), one["width"]))
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        (
            (kind, ", ".join(f"{href} {width}w" for href, width in by_kind[kind]), sizes)
            for kind in ("image/avif", "image/webp")
            if kind in by_kind
        ),
    )
    fallback = by_kind["image/jpeg"][0][0]
    return format_html(
        '<picture>{}<img src="{}" alt="{}" width="{}" height="{}" class="{}" {}decoding="async"></picture>',
        sources,
        fallback,
        say(picture.alt),
        picture.width,
        picture.height,
        css,
        "" if is_first else SafeString('loading="lazy" '),
    )
