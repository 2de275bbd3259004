"""Say who did something by office and agency, never by name."""

from collections.abc import Iterable

from lawang.lib.text import say
from lawang.people.models import Membership


def offices(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return "Kepala instansi, Dinas Kesehatan" per user, of the newest membership. One query."""
    wanted = {pk for pk in user_ids if pk}
    rows = (
        Membership.objects.filter(user__in=wanted)
        .select_related("role", "agency")
        .order_by("from_date", "pk")
    )
    return {row.user_id: f"{say(row.role.title)}, {say(row.agency.name)}" for row in rows}
