"""Downloads. CSV for people who open it in a spreadsheet set to Indonesian: ";" between cells and a decimal comma,
with a byte order mark so that letters are right. English pages and `?pemisah=koma` give "," and a decimal point.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from lawang.lib.text import is_text, say
from lawang.web.language import language_of

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|")


def safe_cell(value: Any, *, comma: bool) -> str:
    """Return a cell that no spreadsheet runs as a formula. `comma`: decimals after a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal | int | float):
        words = format(value, "f") if isinstance(value, Decimal) else repr(value)
        return words if comma else words.replace(".", ",")
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).isoformat(timespec="seconds")
            if timezone.is_aware(value)
            else value.isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    words = say(value) if is_text(value) else str(value)
    return f"'{words}" if words.lstrip(" ").startswith(_RISKY) else words


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_response(
    request: HttpRequest, name: str, heading: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Return a CSV download called `name`.csv, written row by row."""
    comma = request.GET.get("pemisah") == "koma" or language_of(request.path) == "en"
    writer = csv.writer(_Echo(), delimiter="," if comma else ";")

    def lines() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        for row in [heading]:
            yield writer.writerow([safe_cell(str(cell), comma=comma) for cell in row]).encode()
        for row in rows:
            yield writer.writerow([safe_cell(cell, comma=comma) for cell in row]).encode()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return response
