"""What surveys add to the pages of cases and services."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lawang.cases.invitations import Invitation
from lawang.cases.models import Case, Service
from lawang.people.node import day_of
from lawang.surveys.actions import case_hash
from lawang.surveys.models import Kind, Response, Survey

UNSERVED = (Case.Outcome.WITHDRAWN, Case.Outcome.LAPSED, Case.Outcome.DUPLICATE)


def survey_after(case: Case, at: datetime) -> Survey | None:
    """Return the survey to which a case invites, with `has_answered`; that of its service before that of its unit.

    One query. A case invites when it was decided while the survey was open; one that was taken back does not.
    """
    if case.decided_at is None or case.phase not in (Case.Phase.DECIDED, Case.Phase.CLOSED):
        return None
    if case.outcome in UNSERVED:
        return None
    today, decided = day_of(at), day_of(case.decided_at)
    answered = Response.objects.filter(survey=OuterRef("pk"), respondent=case_hash(case.key))
    found: Survey | None = (
        Survey.objects.filter(
            Q(service=case.service_id) | Q(service=None, agency=case.owner_id),
            kind=Kind.SKM,
            state=Survey.State.OPEN,
            from_date__lte=min(today, decided),
            to_date__gte=today,
        )
        .with_names()
        .annotate(has_answered=Exists(answered))
        .order_by("service")  # PostgreSQL puts those without one last
        .first()
    )
    return found


def for_case(case: Case, at: datetime) -> Invitation | None:
    """Ask who was served how it was."""
    survey = survey_after(case, at)
    if survey is None:
        return None
    if survey.has_answered:  # type: ignore[attr-defined]  # the annotation
        return Invitation(_("Terima kasih"), _("Jawaban survei Anda sudah masuk."))
    return Invitation(
        _("Bagaimana layanannya?"),
        _("Sembilan pertanyaan, dua menit. Tidak ada yang tahu jawaban itu dari Anda."),
        reverse("surveys:after_case", args=[case.code]),
        _("Jawab survei"),
    )


def for_service(service: Service) -> tuple[str, str] | None:
    """Lead to what people say of a service, once there is something to tell."""
    newest = (
        Survey.objects.filter(kind=Kind.SKM, service=service, counted__gt=0)
        .order_by("-from_date", "-pk")
        .first()
    )
    return (_("Survei kepuasan"), newest.get_absolute_url()) if newest else None
