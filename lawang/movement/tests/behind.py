"""What the evaluation leaves behind in the demonstration, so that every page of it has something to show."""

from datetime import datetime, timedelta
from decimal import Decimal

from lawang.movement import panel
from lawang.movement.models import (
    Assessment,
    Evaluation,
    Instrument,
    Interview,
    Mark,
    Objection,
    Recommendation,
)
from lawang.people.models import Agency, Membership, Role, User
from lawang.people.node import node

ASSESSOR, SECRETARY = "made", "ketut"


def leave_panel_behind(office: Agency, *, at: datetime) -> None:
    """Make an assessor and the secretariat; a year that is being marked, and one before it that was published."""
    first = User.objects.get(username="ratna")
    for username, role in ((ASSESSOR, "assessor"), (SECRETARY, "movement-secretariat")):
        user = User.objects.create_user(
            username, name=f"{username.title()} Contoh", email=f"{username}@contoh.id"
        )
        User.objects.filter(pk=user.pk).update(password=first.password)
        Membership.objects.create(
            user=user,
            role=Role.objects.get(code=role),
            agency=office,
            from_date=at.date() - timedelta(days=30),
        )
    home = node().area
    assert home is not None
    assessor, secretary = User.objects.get(username=ASSESSOR), User.objects.get(username=SECRETARY)
    instrument = Instrument.objects.get(code="kominfo-2023")
    for year in (at.year - 2, at.year - 1):
        until = at + timedelta(days=1)
        evaluation = panel.open_evaluation(instrument, year, answers_until=until, by=secretary, at=at)
        panel.enter(evaluation, {home: "kppn"}, by=secretary, at=at)
        Assessment.objects.filter(evaluation=evaluation).update(
            state=Assessment.State.RELEASED, released_at=at
        )
        assessment = Assessment.objects.whole().get(evaluation=evaluation)
        assessment.answers.update(source="added", words="Ada, lihat lampiran.")
        assessment.answers.filter(item__startswith="D").update(value=Decimal("2.80"))
        panel.seat(evaluation, assessor, assessments=[assessment], by=secretary, at=at)
        panel.begin_marking(evaluation, by=secretary, at=at)
        sheet = panel.declare(assessment, by=assessor, at=at)
        marks = {item.code: (2 + number % 3, "") for number, item in enumerate(panel.items_of(sheet))}
        panel.mark(sheet, marks, by=assessor, at=at)
        words = {
            "strengths": "Dewan aktif.",
            "weaknesses": "Anggaran kecil.",
            "recommendations": "Perbarui SK Dewan.",
        }
        if year == at.year - 2:
            panel.hand_in(sheet, **words, by=assessor, at=at)
            panel.settle(assessment, by=secretary, at=at)
            panel.publish(Evaluation.objects.get(year=year), by=secretary, at=at)
            Objection.objects.create(
                assessment=assessment, words="Perbup kami sudah terbit.", by=first, at=at
            )
        Interview.objects.create(assessment=assessment, starts_at=at, place="Ruang 2")
    assert Mark.objects.exists()
    assert Recommendation.objects.exists()
