"""The yearly evaluation: its instrument, the regencies in it, what they answer and how they are marked.

The same tables serve both sides. A regency's installation holds its own assessment; a movement's holds all of them,
with the answers as they were received.
"""

import uuid
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.movement import instrument as shapes
from lawang.people.models import Agency


class Instrument(models.Model):
    """One row is one version of an instrument as its pack defined it; never changed once it is written."""

    code = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    title = TextField()
    definition = models.JSONField()
    pack = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-year", "code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="evaluation_instrument_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"

    @cached_property
    def shape(self) -> shapes.Instrument:
        """Return the definition as code works with it."""
        return shapes.instrument_of(self.definition)


class Evaluation(models.Model):
    """One row is one yearly evaluation: which instrument version it asks with, and until when."""

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("diisi daerah")
        MARKING = "marking", gettext_lazy("dinilai")
        PUBLISHED = "published", gettext_lazy("diumumkan")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(
        unique=True
    )  # which is evaluated; the instrument may be an older one
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="evaluations")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    answers_until = models.DateTimeField()  # when regencies have to have released their answers
    apart = models.PositiveSmallIntegerField(default=2)  # marks this far apart are looked at together
    objection_days = models.PositiveSmallIntegerField(
        default=14
    )  # ours: no regulation we know of says how long
    published_at = models.DateTimeField(null=True, blank=True)  # at a regency: when its result came down

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def title(self) -> str:
        return _("Evaluasi kota cerdas %(year)s") % {"year": self.year}

    @property
    def objections_until(self) -> datetime | None:
        """Return the moment until which a regency may object to its result; None before it is published."""
        return self.published_at + timedelta(days=self.objection_days) if self.published_at else None


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def whole(self) -> "AssessmentQuerySet":
        """With what every page of an assessment names."""
        return self.select_related("evaluation__instrument", "area")


class Assessment(models.Model):
    """One row is one regency in one evaluation."""

    class State(models.TextChoices):
        ANSWERING = "answering", gettext_lazy("sedang diisi")
        RELEASED = "released", gettext_lazy("dikirim")
        MARKED = "marked", gettext_lazy("selesai dinilai")
        PUBLISHED = "published", gettext_lazy("diumumkan")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="assessments")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="assessments")
    track = models.CharField(max_length=40)
    state = models.CharField(max_length=9, choices=State, default=State.ANSWERING)
    released_at = models.DateTimeField(null=True, blank=True)
    took_part = models.BooleanField(default=True)  # False: no score, which is not the same as 0
    components = models.JSONField(default=dict, blank=True)  # code -> decimal in words
    final = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    improvement = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["area__code"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "area"], name="assessment_once")]
        indexes = [models.Index(fields=["area"], name="assessment_area")]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.area_id}"


class Answer(models.Model):
    """One row is what a regency says to one item, and how it came about."""

    class Source(models.TextChoices):
        EMPTY = (
            "empty",
            gettext_lazy("belum ada jawaban"),
        )  # nobody has said anything, the system knows nothing
        PROPOSED = "proposed", gettext_lazy("usulan sistem")  # filled in by proposals.py, not looked at yet
        CONFIRMED = "confirmed", gettext_lazy("dibenarkan")
        CHANGED = "changed", gettext_lazy("diubah")  # against what was proposed, with a reason
        ADDED = "added", gettext_lazy("ditulis sendiri")
        NOTHING = "nothing", gettext_lazy("memang tidak ada")  # answered: nothing there

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # what its evidence is about
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)  # code
    words = models.TextField(blank=True)
    value = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True
    )  # mean of a survey's answers
    source = models.CharField(max_length=9, choices=Source, default=Source.EMPTY)
    proposed = models.TextField(blank=True)  # the system's words, kept beside what was made of them
    counts = models.JSONField(default=dict, blank=True)  # the basis: what was counted
    proofs = models.JSONField(default=list, blank=True)  # [{"title", "url"}], from the system
    reason = models.CharField(max_length=300, blank=True)  # why it was changed
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "item"], name="answer_once")]

    def __str__(self) -> str:
        return self.item

    @property
    def is_settled(self) -> bool:
        """Whether somebody of the regency has looked at it."""
        return self.source not in (self.Source.EMPTY, self.Source.PROPOSED)


class Seat(models.Model):
    """One row is one assessor on the panel of an evaluation."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    nodes = models.JSONField(default=list, blank=True)  # codes of dimensions; [] for every item
    assessments = models.ManyToManyField(Assessment, blank=True, related_name="seats")

    class Meta:
        ordering = ["user__name"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "user"], name="seat_once")]


class Sheet(models.Model):
    """One row is one assessor's sheet on one regency. Nobody else sees it before all of the panel have handed in."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="sheets")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="sheets")
    conflict = models.CharField(max_length=300, blank=True)  # why the assessor cannot mark this regency
    declared_at = models.DateTimeField()  # that there is a conflict of interest, or none
    strengths = models.TextField(blank=True)
    weaknesses = models.TextField(blank=True)
    recommendations = models.TextField(blank=True)  # a line each
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "seat"], name="sheet_once")]


class Mark(models.Model):
    """One row is one assessor's whole mark on one item. 0: not answered, or nothing there."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="marks")
    item = models.CharField(max_length=40)  # code
    mark = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=500, blank=True)
    first = models.PositiveSmallIntegerField(null=True, blank=True)  # before the panel talked about it
    reason = models.CharField(max_length=300, blank=True)  # why it was changed then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "item"], name="mark_once")]


class Interview(models.Model):
    """One row is one interview of a regency: when, where, and what was said."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="interviews")
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)  # a room, or the address of a video meeting
    present = models.CharField(max_length=500, blank=True)  # offices, not persons
    minutes = models.TextField(blank=True)

    class Meta:
        ordering = ["starts_at"]


class Recommendation(models.Model):
    """One row is one recommendation of a result letter, and what became of it."""

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("belum ditindaklanjuti")
        UNDERWAY = "underway", gettext_lazy("sedang dikerjakan")
        DONE = "done", gettext_lazy("selesai")
        DECLINED = "declined", gettext_lazy("tidak dikerjakan")  # with a reason

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="recommendations")
    number = models.PositiveSmallIntegerField()
    words = models.TextField()
    item = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    programme_key = models.UUIDField(null=True, blank=True)  # of the plan, where it is taken up
    owner = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)  # what was done, or why not

    class Meta:
        ordering = ["assessment", "number"]
        constraints = [models.UniqueConstraint(fields=["assessment", "number"], name="recommendation_once")]


class Objection(models.Model):
    """One row is what a regency objects to in its result, and the answer."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="objections")
    words = models.TextField()
    by = models.ForeignKey(  # None: it came from the regency's own installation
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    is_accepted = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at"]


# Cohorts and mentoring, the exhibition, and awards are in folders of their own; Django finds their tables here.
from lawang.movement.awards import models as awards  # noqa: E402, F401
from lawang.movement.cohorts import models as cohorts  # noqa: E402, F401
from lawang.movement.exhibition import models as exhibition  # noqa: E402, F401
