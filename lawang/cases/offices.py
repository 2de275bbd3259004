"""Which agency does the work that a definition names, and by which calendar it works."""

from django.db.models import CharField
from django.utils.translation import gettext as _

from lawang.areas.models import Area
from lawang.cases.models import Unit
from lawang.lib.prepared import Prepared, Slot
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.calendar import NATIONAL, WorkingDays, working_days
from lawang.people.models import Agency
from lawang.people.node import memo

SAME, VILLAGE, DISTRICT = "same", "village", "district"
BY_PLACE = {VILLAGE: Agency.Kind.VILLAGE, DISTRICT: Agency.Kind.DISTRICT}


def office_for(unit: str, area: Area | None, holds: Agency | None = None) -> Agency:
    """Return the agency that does the work of a unit: by the place of the case, or as the regency set it.

    `holds` is who has the case now, for "same". Raise Refused when nobody was named for the unit yet.
    """
    if unit == SAME and holds is not None:
        return holds
    if kind := BY_PLACE.get(unit):
        return _of_place(kind, area)
    found = memo(f"unit:{unit}", lambda: _unit.first(code=unit))
    if found is None or found.agency is None:
        raise Refused(
            _("Belum ditetapkan instansi yang mengerjakan “%(unit)s”. Minta administrator mengisinya.")
            % {"unit": say(found.title) if found else unit}
        )
    return found.agency


_unit = Prepared(
    lambda: Unit.objects.select_related("agency__calendar", "agency__parent").filter(
        code=Slot("code", CharField())
    )
)


def _of_place(kind: str, area: Area | None) -> Agency:
    """Return the village or district office of a place; without a village office its district's."""
    codes = []
    if area is not None:
        parts = area.code.split(".")
        codes = [".".join(parts[:length]) for length in range(len(parts), 2, -1)]
    offices = Agency.objects.select_related("calendar").filter(
        area__code__in=codes, kind__in=BY_PLACE.values(), valid_to=None
    )
    fitting = [office for office in offices if kind == Agency.Kind.VILLAGE or office.kind == kind]
    if not fitting:
        raise Refused(
            _(
                "Kantor %(place)s belum terdaftar di sini. Datanglah ke kantor kecamatan, atau pilih desa lain."
            )
            % {"place": area.title if area else "?"}
        )
    return max(fitting, key=lambda office: len(office.area.code) if office.area else 0)


def days_of(office: Agency) -> WorkingDays:
    """Return the working days of an agency."""
    return working_days(office.calendar.code if office.calendar else NATIONAL)
