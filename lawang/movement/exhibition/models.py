"""The virtual exhibition: a year's floor, a booth for each regency, what visitors ask there, and collaboration."""

import uuid
from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.pages.models import Picture
from lawang.record.models import File


class Exhibition(models.Model):
    """One row is the exhibition of one year. It stays readable after its days; questions are taken while it is open."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(unique=True)
    title = TextField()
    words = TextField(null=True, blank=True)  # one or two sentences on top of the floor
    opens = models.DateField()
    closes = models.DateField()  # the last day
    asked = models.PositiveIntegerField(default=0)  # questions so far; the next one's number is one more
    changed = models.PositiveIntegerField(
        default=0
    )  # counts changes of what visitors read; part of every ETag

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gte=models.F("opens")), name="exhibition_closes_after_it_opens"
            )
        ]

    def __str__(self) -> str:
        return str(self.year)

    def get_absolute_url(self) -> str:
        return reverse("movement:floor", args=[self.year])

    def is_open(self, on: date) -> bool:
        return self.opens <= on <= self.closes


class Booth(models.Model):
    """One row is the booth of one regency in one exhibition; empty until somebody has filled it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exhibition = models.ForeignKey(Exhibition, on_delete=models.CASCADE, related_name="booths")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="booths")
    since = models.PositiveSmallIntegerField()  # the year in which the regency joined the movement
    dimension = models.CharField(
        max_length=60, blank=True
    )  # code of a framework's branch: what it shows above all
    title = TextField(null=True, blank=True)
    words = TextField(null=True, blank=True)  # Markdown
    poster = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Three of each, entered here or taken from the plan; later they come with the regency's batch.
    # [{"title": Text, "value": "2.140", "unit": "rumah", "target": "2.600", "colour": "slipping", "href": ""}]
    indicators = models.JSONField(default=list, blank=True)
    # [{"title": Text, "words": Text, "picture": pk or None, "href": ""}]
    wins = models.JSONField(default=list, blank=True)
    figures_on = models.DateField(null=True, blank=True)  # of which day the figures are
    plan_url = models.URLField(blank=True)
    results_url = models.URLField(blank=True)
    answers_within = models.PositiveSmallIntegerField(default=60)  # minutes, while somebody is there
    is_example = models.BooleanField(default=False)  # made up for a demonstration; the booth then says so
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["area__code"]
        constraints = [models.UniqueConstraint(fields=["exhibition", "area"], name="booth_once")]

    def __str__(self) -> str:
        return f"{self.exhibition_id} {self.area_id}"

    def get_absolute_url(self) -> str:
        return reverse("movement:booth", args=[self.exhibition.year, self.area.code])


class Exhibit(models.Model):
    """One row is a film, picture or document in a booth."""

    class Kind(models.TextChoices):
        FILM = "film", gettext_lazy("film")
        PICTURE = "picture", gettext_lazy("gambar")
        DOCUMENT = "document", gettext_lazy("dokumen")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booth = models.ForeignKey(Booth, on_delete=models.CASCADE, related_name="exhibits")
    kind = models.CharField(max_length=8, choices=Kind)
    title = TextField()
    transcript = models.TextField(
        blank=True
    )  # of a film: what is said and seen, for those who cannot play it
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    picture = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="picture", picture__isnull=False)
                | (~models.Q(kind="picture") & models.Q(file__isnull=False)),
                name="exhibit_has_its_content",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="film") | ~models.Q(transcript=""),
                name="exhibit_film_has_transcript",
            ),
        ]


class Representative(models.Model):
    """One row is one office at a booth: what it answers, when somebody is there, and which account answers."""

    booth = models.ForeignKey(Booth, on_delete=models.CASCADE, related_name="representatives")
    office = models.CharField(max_length=120)
    about = models.CharField(max_length=200, blank=True)  # what to ask them
    weekdays = models.JSONField(default=list)  # 1 Monday ... 7 Sunday
    opens = models.TimeField()
    closes = models.TimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="booths"
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="representative_closes_after_opening"
            )
        ]


class TalkQuerySet(models.QuerySet["Talk"]):
    def waiting(self) -> Self:
        """Return those in which the visitor spoke last."""
        return self.filter(is_waiting=True, closed_at=None)


class Talk(models.Model):
    """One row is what one visitor and one booth say to each other; nobody else reads it.

    Name, contact and every word are sealed under the talk's own key.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, related_name="talks")
    number = models.PositiveIntegerField()  # within the exhibition
    visitor = models.CharField(max_length=64)  # keyed hash of the secret in the visitor's cookie
    sealed = models.JSONField(default=dict, blank=True)  # name, contact
    asked_at = models.DateTimeField()
    is_away = models.BooleanField(default=False)  # asked while nobody was there
    due_at = models.DateTimeField()  # until when the booth promised to answer
    is_waiting = models.BooleanField(default=True)
    answered_at = models.DateTimeField(null=True, blank=True)  # the first time
    closed_at = models.DateTimeField(null=True, blank=True)
    said = models.PositiveSmallIntegerField(default=0)  # messages so far: the last one's number

    objects = TalkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["booth", "is_waiting", "due_at"], name="talk_waiting"),
            models.Index(fields=["visitor"], name="talk_visitor"),
        ]

    def __str__(self) -> str:
        return f"{self.booth_id} {self.number}"

    @property
    def ticket(self) -> str:
        """Return the number that is told: "T-2026-0042"."""
        return f"T-{self.booth.exhibition.year}-{self.number:04d}"

    @property
    def pseudonym(self) -> str:
        return _("Pengunjung %(mark)s") % {"mark": self.visitor[:4].upper()}

    @property
    def thing(self) -> str:
        """Under which the record knows it and its key is kept."""
        return f"movement.talk:{self.key}"

    def is_late(self, at: datetime) -> bool:
        return self.is_waiting and self.closed_at is None and at > self.due_at


class Message(models.Model):
    """One row is one thing said in a talk. Numbers rise in the order in which they became visible."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # None: the visitor
    at = models.DateTimeField()
    sealed = models.JSONField(default=dict)  # words
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["talk", "number"], name="message_number_once")]


class Visits(models.Model):
    """One row counts how often a page was opened on one day; nothing about who did."""

    exhibition = models.ForeignKey(Exhibition, on_delete=models.CASCADE, related_name="visits")
    booth = models.ForeignKey(Booth, null=True, blank=True, on_delete=models.CASCADE, related_name="visits")
    date = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exhibition", "booth", "date"], name="visits_once_a_day", nulls_distinct=False
            )
        ]


class Offer(models.Model):
    """One row is what a regency seeks from others or offers to them."""

    class Kind(models.TextChoices):
        SEEKS = "seeks", gettext_lazy("mencari")
        OFFERS = "offers", gettext_lazy("menawarkan")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booth = models.ForeignKey(Booth, on_delete=models.CASCADE, related_name="offers")
    kind = models.CharField(max_length=6, choices=Kind)
    dimension = models.CharField(max_length=60)  # code of a framework's branch
    title = TextField()
    words = TextField(null=True, blank=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]


class Collaboration(models.Model):
    """One row is an agreement between two regencies, with the paper that says so."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    offer = models.ForeignKey(
        Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="collaborations"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=60)
    subject = TextField()
    number = models.CharField(max_length=120)
    date = models.DateField()
    until = models.DateField(null=True, blank=True)  # the last day; None: no end was agreed
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(area=models.F("other")), name="collaboration_of_two"),
            models.UniqueConstraint(fields=["area", "other", "number"], name="collaboration_once"),
        ]
