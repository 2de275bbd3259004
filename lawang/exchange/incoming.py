"""What becomes of the parts that a regency sent: figures as rows, everything else as one document."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lawang.exchange.models import ReceivedPart, ReceivedValue
from lawang.exchange.outgoing import FIGURES, PLAN, SERVICES
from lawang.exchange.parts import Schema
from lawang.lib.refused import Refused
from lawang.record.chain import plain

LONGEST = {"series": 120, "place": 13, "breakdown": 40, "title": 500, "unit": 100}
MOST_ROWS = 500_000


def rows_of(content: bytes, schema: Schema = FIGURES) -> Iterator[dict[str, Any]]:
    """Yield the rows of a part of lines. Raise Refused for the first that is not one."""
    for line in content.splitlines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise Refused(_("Ada baris di kiriman ini yang tidak dapat dibaca.")) from None
        schema.check(row)
        yield row


def read_figures(part: ReceivedPart, content: bytes, at: datetime) -> None:
    """Keep the figures of the newest correction; those of the ones before go, their file stays."""
    ReceivedValue.objects.filter(part__peer=part.peer_id, part__name=part.name).delete()
    if part.is_withdrawn:
        return
    if part.rows > MOST_ROWS or content.count(b"\n") != part.rows:
        raise Refused(
            _("Bagian %(name)s tidak berisi %(count)s baris.") % {"name": part.name, "count": part.rows}
        )
    seen: set[tuple[str, ...]] = set()
    fresh = []
    for row in rows_of(content):
        slot = tuple(str(row[name]) for name in ("series", "start", "end", "place", "breakdown"))
        if slot in seen:
            raise Refused(_("Angka %(series)s ada dua kali di kiriman ini.") % {"series": row["series"]})
        seen.add(slot)
        if any(len(row[name]) > most for name, most in LONGEST.items()) or row["end"] < row["start"]:
            raise Refused(_("Angka %(series)s di kiriman ini salah.") % {"series": row["series"][:60]})
        if (row["counted"] is None) != (row["whole"] is None) or not 0 <= (row["counted"] or 0) <= (
            row["whole"] or 0
        ):
            raise Refused(_("Angka %(series)s di kiriman ini salah.") % {"series": row["series"][:60]})
        fresh.append(
            ReceivedValue(
                part=part,
                series=row["series"],
                start=date.fromisoformat(row["start"]),
                end=date.fromisoformat(row["end"]),
                place=row["place"],
                breakdown=row["breakdown"],
                amount=Decimal(row["amount"]),
                counted=row["counted"],
                whole=row["whole"],
                correction=part.correction,
            )
        )
    ReceivedValue.objects.bulk_create(fresh, batch_size=2000)


def read_plan(part: ReceivedPart, content: bytes, at: datetime) -> None:
    _read_document(part, content, PLAN)


def read_services(part: ReceivedPart, content: bytes, at: datetime) -> None:
    _read_document(part, content, SERVICES)


def _read_document(part: ReceivedPart, content: bytes, schema: Schema) -> None:
    if part.is_withdrawn:
        return
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(_("Bagian %(name)s tidak dapat dibaca.") % {"name": part.name}) from None
    schema.check(document)
    part.document = plain(document)  # jsonb takes no NUL and no NaN
    part.save(update_fields=["document"])
