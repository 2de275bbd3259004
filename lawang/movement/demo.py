"""The demonstration's self-assessment: begun, and half looked at."""

from datetime import datetime, timedelta

from lawang.movement import answering
from lawang.movement.models import Answer, Assessment, Instrument
from lawang.people.models import User

INSTRUMENT, TRACK = "kominfo-2023", "reguler"
LOOKED_AT = 9  # proposals that somebody has confirmed


def load(coordinator: User, *, at: datetime) -> Assessment:
    """Begin this year's assessment with the newest national instrument and confirm the first proposals."""
    instrument = Instrument.objects.filter(code=INSTRUMENT).order_by("-number").get()
    begun = at - timedelta(days=6)
    until = (at + timedelta(days=24)).replace(hour=23, minute=59, second=0, microsecond=0)
    assessment = answering.begin(instrument, TRACK, at.year, answers_until=until, by=coordinator, at=begun)
    proposed = assessment.answers.filter(source=Answer.Source.PROPOSED).select_related("assessment")
    for number, row in enumerate(proposed[:LOOKED_AT]):
        answering.answer(row, row.proposed, by=coordinator, at=begun + timedelta(hours=number + 1))
    return assessment
