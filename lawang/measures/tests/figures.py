"""Series and figures for tests."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from lawang.measures.actions import approve, write
from lawang.measures.models import Series, Value
from lawang.measures.periods import parse
from lawang.people.models import User
from tests.cast import make_agency, moment


def make_series(code: str = "rumah-air", **fields: Any) -> Series:
    given = {
        "title": {"id": "Rumah tersambung air bersih", "en": "Homes with clean water"},
        "unit": {"id": "rumah", "en": "homes"},
        "owner": fields.pop("owner", None) or make_agency(),
        "source_note": "PDAM",
    }
    return Series.objects.create(code=code, **(given | fields))


def propose(
    series: Series, period: str, amount: str | int, *, by: User, at: datetime | None = None, **more: Any
) -> Value:
    at = at or moment("2026-11-20 09:00")
    return write(series, parse(period), Decimal(amount), by=by, at=at, hand_in=True, **more)


def settle(series: Series, period: str, amount: str | int, *, by: User, head: User, **more: Any) -> Value:
    """Propose and approve in one step."""
    value = propose(series, period, amount, by=by, **more)
    return approve(value, by=head, at=more.get("at") or moment("2026-11-20 10:00"))
