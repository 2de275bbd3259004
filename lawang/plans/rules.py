"""Who may do what with plans, programmes, quick wins, meetings."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy

from lawang.measures.models import Evidence
from lawang.people.permissions import may, register
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
    Revision,
    Risk,
)
from lawang.record.files import register_reader
from lawang.record.models import File


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
    for noun in ("plans.plan", "plans.meeting", "plans.quickwin", "plans.programme"):
        register_reader(noun, may_read)


def may_read(user: AbstractBaseUser | AnonymousUser, file: File) -> bool:
    """Tell whether somebody may read a file of the plan: a regulation once its edition is published, public evidence,
    and all of them for who may see drafts or keeps the minutes."""
    if Revision.objects.filter(legal_file=file, status=Revision.Status.PUBLISHED).exists():
        return True
    if Evidence.objects.filter(file=file, is_public=True).exists():
        return True
    meeting = Meeting.objects.select_related("body").filter(minutes_file=file).first()
    if meeting is not None and may(user, "plans.record_meeting", meeting):
        return True
    return bool(may(user, "plans.see_internal"))
