"""Checks and effects of complaints."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.cases.deadlines import stage_due
from lawang.cases.definition import definition_of
from lawang.cases.models import Case, Stay
from lawang.cases.offices import office_for
from lawang.cases.services.identity import NOT_PURSUED, day, number
from lawang.cases.services.registry import FAILED, PASSED, UNSURE, Facts, Verdict, Word, check, effect
from lawang.lib.fields import look
from lawang.people.models import User

ABOUT_SERVICES = ("service", "conduct", "charge")
MOST_SHOWN = 5


@check(
    "complaint_in_time",
    title=gettext_lazy("Diadukan tepat waktu"),
    fields=("complaint_kind", "complaint_date"),
    parameters=("complaint_days",),
)
def complaint_in_time(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Tell whether a service was complained about in time; damage and wishes have no limit.

    Source: UU 25/2009, complaints up to 30 days after the service (parameter). A late one is still answered.
    """
    happened, limit = day(facts.answers, "complaint_date"), number(facts, given, "complaint_days")
    if look(facts.answers, "complaint_kind") not in ABOUT_SERVICES or happened is None:
        return Verdict(PASSED, _("Untuk hal seperti ini tidak ada batas waktu mengadu."))
    passed = (facts.received - happened).days
    if passed > limit:
        return Verdict(
            FAILED,
            _(
                "Diadukan %(count)s hari sesudahnya, lebih dari %(limit)s hari. Tetap jawab; catat bahwa terlambat."
            )
            % {"count": passed, "limit": limit},
        )
    return Verdict(PASSED, _("Diadukan dalam %(limit)s hari sesudah kejadian.") % {"limit": limit})


@check(
    "similar_complaints",
    title=gettext_lazy("Belum ada aduan serupa"),
    fields=("complaint_kind",),
    parameters=("similar_days",),
)
def similar_complaints(facts: Facts, given: Mapping[str, str]) -> Verdict:
    """Name other complaints of the same kind from the same village, so that they can be read and merged."""
    if facts.case is None or facts.case.area_id is None:
        return Verdict(PASSED, _("Tidak ada aduan lain untuk dibandingkan."))
    since = facts.case.received_at - timedelta(days=number(facts, given, "similar_days"))
    others = (
        Case.objects.filter(
            service_id=facts.case.service_id,
            area_id=facts.case.area_id,
            received_at__range=(since, facts.case.received_at),
            answers__complaint_kind=look(facts.answers, "complaint_kind"),
        )
        .exclude(pk=facts.case.pk)
        .exclude(outcome__in=NOT_PURSUED)
        .order_by("-received_at")
        .values_list("number", flat=True)
    )
    found = list(others[:MOST_SHOWN])
    if not found:
        return Verdict(PASSED, _("Belum ada aduan serupa dari desa ini."))
    return Verdict(
        UNSURE,
        _("Ada aduan sejenis dari desa ini: %(numbers)s. Baca dulu; gabung kalau halnya sama.")
        % {"numbers": ", ".join(found)},
    )


@effect("hand_to_unit", title=gettext_lazy("Serahkan ke kantor yang dipilih"), given=(Word("field"),))
def hand_to_unit(
    case: Case, facts: Facts, given: Mapping[str, str], *, by: User | None, at: datetime
) -> None:
    """Give the case to the office that does the work of a unit which the officer chose with this step.

    `field`: path in what steps recorded, as "assign.handler_unit". Raise Refused when no agency does that work yet.
    """
    office = office_for(look(facts.work, given["field"]), case.area, case.office)
    if office.pk == case.office_id:
        return
    case.office, case.handler = office, None
    case.escalated_to = case.escalated_at = None
    if office.pk not in case.offices:
        case.offices = [*case.offices, office.pk]
    case.stage_due_at = stage_due(case, definition_of(case.version))
    Stay.objects.filter(case=case, left_at=None).update(office=office, handler=None, due_at=case.stage_due_at)
