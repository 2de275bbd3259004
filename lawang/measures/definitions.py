"""What is measured: define a series, change its definition without harming the figures that it has."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lawang.lib.refused import Refused
from lawang.measures.models import Series
from lawang.people.models import User
from lawang.people.permissions import demand
from lawang.record.actions import record

FIXED = ("frequency", "adds_up_over_time")  # figures were given for it: another meaning would falsify them


def _fields(series: Series) -> dict[str, Any]:
    skipped = {"id", "key"}
    return {
        field.name: getattr(series, field.attname)
        for field in series._meta.concrete_fields
        if field.name not in skipped and getattr(series, field.attname) not in (None, "", [], {})
    }


@transaction.atomic
def define(series: Series, *, by: User, at: datetime) -> None:
    """Add a series or keep its changes; it counts at once, for every edition of the plan.

    Raise Refused for a code that is taken, and when the period or the way of adding up of a series with figures
    would change.
    """
    before: dict[str, Any] = {}
    if series.pk:
        old = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
        demand(by, "measures.define", old)
        before = _fields(old)
        changed = [name for name in FIXED if getattr(old, name) != getattr(series, name)]
        if changed and series.values.exists():
            raise Refused(
                _("Ukuran ini sudah punya angka. Periode dan cara penjumlahannya tidak bisa diubah lagi.")
            )
    demand(by, "measures.define", series)
    if Series.objects.filter(code=series.code).exclude(pk=series.pk).exists():
        raise Refused(_("Kode ukuran ini sudah dipakai. Pilih kode lain."))
    try:
        series.clean_fields()
    except ValidationError as error:
        raise Refused(error.messages[0]) from None
    series.save()
    after = _fields(series)
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if names:
        record(
            series,
            "series_changed" if before else "series_defined",
            by=by,
            at=at,
            before={name: before[name] for name in names if name in before},
            after={name: after[name] for name in names if name in after},
        )
