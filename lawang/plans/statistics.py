"""What the plan counts about itself; registered with measures, named by series."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lawang.measures.periods import Period
from lawang.measures.statistics import Counted, register
from lawang.plans.models import BudgetLine, Meeting, Milestone, Programme, Revision


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return Decimal(part) * 100 / Decimal(whole)


def _programmes(period: Period, parameters: Mapping[str, Any]) -> Any:
    """Return the programmes of the edition in force at the end of the period, of one dimension if it is named."""
    rows = Programme.objects.filter(
        revision__in=Revision.objects.in_force(period.end),
        year_from__lte=period.end.year,
        year_to__gte=period.start.year,
    )
    if dimension := parameters.get("dimension"):
        rows = rows.filter(
            Q(placements__node__code=dimension) | Q(placements__node__parent__code=dimension)
        ).distinct()
    return rows


def running_share(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Programmes that run or are done, of those planned for the period.

    Source: evaluation of the movement, outcome items "programmes running vs masterplan", one per dimension.
    """
    rows = _programmes(period, parameters)
    of = rows.count()
    counted = rows.filter(state__in=(Programme.State.RUNNING, Programme.State.DONE)).count()
    return Counted(_share(counted, of), {"counted": counted, "of": of}) if of else None


def budget_realised_share(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Rupiah spent of the rupiah available in the year of the period."""
    share = F("share") / Value(Decimal(100))
    lines = BudgetLine.objects.filter(
        programme__in=_programmes(period, parameters).values("pk"), year=period.end.year
    )
    if source := parameters.get("source"):
        lines = lines.filter(source=source)
    sums = lines.aggregate(
        of=Sum(Coalesce("revised", "planned") * share), counted=Sum(Coalesce("realised", 0) * share)
    )
    if not sums["of"]:
        return None
    counted, of = int(sums["counted"] or 0), int(sums["of"])
    return Counted(_share(counted, of), {"counted": counted, "of": of})


def meetings_held(period: Period, parameters: Mapping[str, Any]) -> Counted:
    """Meetings with recorded attendance or minutes; of one kind of body if it is named (council, team, forum)."""
    rows = Meeting.objects.filter(date__gte=period.start, date__lte=period.end)
    rows = rows.filter(Q(recorded_at__isnull=False) | ~Q(minutes=""))
    if kind := parameters.get("body"):
        rows = rows.filter(body__kind=kind)
    counted = rows.count()
    return Counted(Decimal(counted), {"counted": counted})


def milestones_on_time_share(period: Period, parameters: Mapping[str, Any]) -> Counted | None:
    """Milestones due in the period that were reached by their day; one still open counts as late."""
    rows = Milestone.objects.filter(
        programme__in=_programmes(period, parameters).values("pk"),
        due_date__gte=period.start,
        due_date__lte=period.end,
    )
    of = rows.count()
    counted = rows.filter(done_date__lte=F("due_date")).count()
    return Counted(_share(counted, of), {"counted": counted, "of": of}) if of else None


def install() -> None:
    dimension = {"dimension": _("kode dimensi; kosong: semua")}
    register(
        "plans.running_share",
        running_share,
        title=_("Bagian program yang berjalan"),
        formula=_("program berjalan atau selesai ÷ program yang direncanakan untuk periode itu × 100"),
        parameters=dimension,
    )
    register(
        "plans.budget_realised_share",
        budget_realised_share,
        title=_("Bagian anggaran yang terpakai"),
        formula=_("rupiah terpakai ÷ rupiah tersedia tahun itu × 100"),
        parameters={**dimension, "source": _("sumber dana, misalnya apbd; kosong: semua")},
    )
    register(
        "plans.meetings_held",
        meetings_held,
        title=_("Rapat yang tercatat"),
        formula=_("jumlah rapat yang kehadiran atau notulennya tercatat"),
        parameters={"body": _("council, team, atau forum; kosong: semua")},
    )
    register(
        "plans.milestones_on_time_share",
        milestones_on_time_share,
        title=_("Bagian tonggak yang tepat waktu"),
        formula=_("tonggak yang tercapai sampai tenggatnya ÷ tonggak yang jatuh tempo × 100"),
        parameters=dimension,
    )
