"""What a batch can carry. Each noun registers its kinds here; this app ships the four of a regency (outgoing.py)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lawang.exchange.models import Peer, ReceivedPart
from lawang.lib.refused import Refused
from lawang.people.models import Node


class NotYet(Refused):
    """A part is right but comes before what it belongs to; it is read again later. The rest of the batch stands."""


Words = Any  # a string or a lazy translation


@dataclass(frozen=True)
class Piece:
    """One part as its writer has it now: whole, and always spelled the same while nothing changes.

    What nobody writes any more is withdrawn by the next batch.
    """

    name: str  # unique within the kind's own prefix: "values/2025"
    content: bytes  # canonical JSON, or lines of it
    rows: int
    is_secret: bool = False  # only the receiver may read it


Write = Callable[[Peer, datetime], Iterable[Piece]]
Read = Callable[[ReceivedPart, bytes, datetime], None]


@dataclass(frozen=True)
class Kind:
    """One kind of part."""

    name: str
    title: Words
    write: Write
    read: Read
    schema: "Schema"
    sent_by: str  # Node.Kind of the node that writes it


@dataclass(frozen=True)
class Schema:
    """What a part must look like: names of fields with their type; of lines, or of one document.

    Types: text, integer, decimal, date, list, mapping; with "?" behind it the value may be null.
    """

    version: int
    fields: Mapping[str, str]

    def check(self, row: Any) -> None:
        """Raise Refused unless the row has exactly these fields."""
        if not isinstance(row, dict) or row.keys() != self.fields.keys():
            raise Refused(_("Ada baris di kiriman ini yang isiannya tidak dikenal."))
        for name, type_name in self.fields.items():
            if not _fits(row[name], type_name):
                raise Refused(
                    _("Isian “%(name)s” di kiriman ini tidak dapat dibaca: %(value)s.")
                    % {"name": name, "value": str(row[name])[:60]}
                )


def _fits(value: Any, wanted: str) -> bool:
    if value is None:
        return wanted.endswith("?")
    match wanted.removesuffix("?"):
        case "text":
            return isinstance(value, str) and "\x00" not in value
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
        case "decimal":
            return isinstance(value, str) and _is_decimal(value)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "list":
            return isinstance(value, list)
        case "mapping":
            return isinstance(value, dict)
    raise LookupError(wanted)


def _is_decimal(value: str) -> bool:
    """Tell whether it is a plain decimal of at most 18 digits before the point and 6 behind, as the columns take."""
    try:
        found = Decimal(value)
    except InvalidOperation:
        return False
    if not found.is_finite() or "e" in value.lower():
        return False
    exponent = found.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -6 and abs(found) < Decimal(10) ** 18


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


KINDS: dict[str, Kind] = {}


def register_part(
    kind: str,
    *,
    title: Words,
    write: Write,
    read: Read,
    schema: Schema,
    sent_by: str = Node.Kind.REGENCY,
) -> None:
    """Let batches carry one more kind. Called by AppConfig.ready of the noun whose it is.

    `write(peer, at)` yields what there is now, for that peer; the batch takes what differs from the last time.
    `read(part, content, at)` keeps what came; `content` is empty when the part was withdrawn. It runs in the
    transaction of the whole batch, raises Refused for what it cannot believe, and NotYet for what comes too early.
    """
    KINDS[kind] = Kind(kind, title, write, read, schema, str(sent_by))


def title_of(kind: str) -> str:
    """Return what people call a kind; of one that this version does not know, its own word."""
    return str(KINDS[kind].title) if kind in KINDS else kind
