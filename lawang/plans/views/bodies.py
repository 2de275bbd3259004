"""The bodies that carry the plan: councils, teams, forums, with their members and meetings."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.people.node import today
from lawang.plans.models import (
    Attendance,
    Body,
    Meeting,
    Member,
)
from lawang.plans.views.frame import crumbs

BODY_KINDS = {
    "council": gettext_lazy("Dewan"),
    "team": gettext_lazy("Tim pelaksana"),
    "forum": gettext_lazy("Forum"),
}


def bodies(request: HttpRequest) -> HttpResponse:
    """Who steers the plan: council, team, forum, and how often they met."""
    day = today()
    meetings = Meeting.objects.filter(body=OuterRef("pk"), date__lte=day)
    rows = Body.objects.annotate(
        this_year=Subquery(
            meetings.filter(date__year=day.year, recorded_at__isnull=False)
            .order_by()
            .values("body")
            .annotate(n=Count("pk"))
            .values("n")
        ),
        last=Subquery(meetings.filter(recorded_at__isnull=False).order_by("-date").values("date")[:1]),
        seats=Subquery(
            Member.objects.filter(body=OuterRef("pk"))
            .order_by()
            .values("body")
            .annotate(n=Count("pk"))
            .values("n")
        ),
    ).order_by("code")
    return render(
        request,
        "plans/bodies.html",
        {"bodies": [(row, BODY_KINDS[row.kind]) for row in rows], "year": day.year, "crumbs": crumbs()},
    )


def body(request: HttpRequest, key: UUID) -> HttpResponse:
    """One body: its seats, its meetings, who came."""
    row = get_object_or_404(Body.objects.select_related("agency"), key=key)
    came = Attendance.objects.filter(meeting=OuterRef("pk"))
    meetings = list(
        Meeting.objects.filter(body=row)
        .annotate(
            attendance_rows=ArraySubquery(
                came.values(json=JSONObject(member="member", invited="was_invited", present="was_present"))
            )
        )
        .select_related("minutes_file")
        .order_by("-date")[:24]
    )
    held = [meeting for meeting in meetings if meeting.recorded_at]
    presence: dict[int, list[bool]] = {}
    for meeting in held:
        for one in meeting.attendance_rows:
            if one["invited"]:
                presence.setdefault(one["member"], []).append(bool(one["present"]))
    members = [
        (member, sum(presence.get(member.pk, [])), len(presence.get(member.pk, [])))
        for member in Member.objects.filter(body=row).select_related("agency").order_by("pk")
    ]
    day = today()
    return render(
        request,
        "plans/body.html",
        {
            "body": row,
            "kind": BODY_KINDS[row.kind],
            "members": members,
            "meetings": [
                (
                    meeting,
                    sum(1 for one in meeting.attendance_rows if one["present"]),
                    sum(1 for one in meeting.attendance_rows if one["invited"]),
                )
                for meeting in held
            ],
            "ahead": sorted(
                (m for m in meetings if not m.recorded_at and m.date >= day), key=lambda m: m.date
            ),
            "due": [m for m in meetings if not m.recorded_at and m.date < day],
            "crumbs": crumbs((_("Lembaga"), reverse("bodies"))),
        },
    )
