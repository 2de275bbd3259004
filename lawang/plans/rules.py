"""Who may do what with plans, programmes, quick wins, meetings."""

from django.utils.translation import gettext_lazy

from lawang.people.permissions import register
from lawang.plans.models import (
    Activity,
    Application,
    Body,
    BudgetLine,
    Dependency,
    Indicator,
    Meeting,
    Member,
    Milestone,
    Partner,
    Programme,
    QuickWin,
    Resource,
    Risk,
)


def _programme(thing: object) -> Programme | None:
    if isinstance(thing, Programme):
        return thing
    if isinstance(thing, Indicator | Activity | Milestone | QuickWin | BudgetLine | Dependency):
        return thing.programme
    if isinstance(thing, Partner | Risk | Resource):
        return thing.quick_win.programme
    return None


def _holders(thing: object) -> set[int]:
    """Return the agency that leads what the thing belongs to."""
    if isinstance(thing, Application):
        return {thing.agency_id}
    if isinstance(thing, Body | Member):
        return _secretariat(thing)
    programme = _programme(thing)
    return {programme.lead_id} if programme and programme.lead_id else set()


def _secretariat(thing: object) -> set[int]:
    """Return the agency that keeps the minutes of a body."""
    body = thing.body if isinstance(thing, Meeting | Member) else thing
    return {body.agency_id} if isinstance(body, Body) and body.agency_id else set()


def install() -> None:
    register("plans.see_internal", title=gettext_lazy("melihat draf rencana"))
    register("plans.edit", title=gettext_lazy("mengubah draf rencana"), agencies=_holders)
    register("plans.publish", title=gettext_lazy("memberlakukan revisi rencana"))
    register("plans.update_progress", title=gettext_lazy("mencatat kemajuan program"), agencies=_holders)
    register("plans.record_meeting", title=gettext_lazy("mencatat rapat"), agencies=_secretariat)
    register("plans.import", title=gettext_lazy("mengimpor rencana"))
    register("plans.export", title=gettext_lazy("mengunduh buku kerja rencana"))
    register("plans.lead", title=gettext_lazy("membuka halaman pimpinan"))
