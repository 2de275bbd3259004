"""Awards: what a pack defines, what is awarded in a year, who is named for it, who judges, and what they gave."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lawang.lib.text import Text, TextField, say
from lawang.movement.awards.shortlist import WAYS, Way
from lawang.movement.models import Assessment, Evaluation


class AwardCategory(models.Model):
    """One row is one version of a category as its pack defined it; never changed once it is written."""

    code = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField(default=0)  # as in its pack
    title = TextField()
    definition = models.JSONField()  # as packs.CATEGORY reads it, with its jury written out
    pack = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["order", "code", "-number"]
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="award_category_version_once")]


class Award(models.Model):
    """One row is one award of one evaluation; of one track of it where its category says so."""

    class State(models.TextChoices):
        NOMINATING = "nominating", gettext_lazy("daftar nominasi disusun")
        JUDGING = "judging", gettext_lazy("dinilai juri")
        DECIDED = "decided", gettext_lazy("diputuskan, belum diumumkan")
        PUBLISHED = "published", gettext_lazy("diumumkan")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="awards")
    code = models.CharField(max_length=60)  # of its category
    track = models.CharField(max_length=40, blank=True)  # empty: all tracks together
    order = models.PositiveSmallIntegerField(default=0)
    # The category as it was when the award was opened, and the words of that day: a later pack changes nothing here.
    # AwardCategory.definition and "names" [Text] (dimension, components or items), "track_title" Text or None, "scale".
    definition = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.NOMINATING)
    is_example = models.BooleanField(
        default=False
    )  # of a demonstration: its page says that nobody was awarded
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-evaluation__year", "order", "track"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "code", "track"], name="award_once"),
            models.CheckConstraint(
                name="award_published_was_decided",
                condition=~Q(state="published") | Q(decided_at__isnull=False, published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.code} {self.track}".strip()

    def get_absolute_url(self) -> str:
        return f"{reverse('movement:awards_of', args=[self.evaluation.year])}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return f"{self.code}-{self.track}" if self.track else self.code

    def called(self, language: str | None = None) -> str:
        """Return the title of the category, with the track where it is for one."""
        title = say(self.definition["title"], language)
        track: Text | None = self.definition["track_title"]
        return f"{title} ({say(track, language)})" if track else title

    @property
    def title(self) -> str:
        return self.called()

    @property
    def way(self) -> Way:
        return WAYS[self.definition["by"]]

    @property
    def how(self) -> str:
        """Say how the values of its shortlist come about, and who was on it."""
        names = ", ".join(say(one) for one in self.definition["names"])
        words = str(self.way.words) % {"names": names}
        most = {"most": self.definition["shortlist"], "track": say(self.definition["track_title"])}
        if self.definition["track_title"]:
            rule = _(
                "Dinominasikan: %(most)s nilai tertinggi jalur %(track)s. "
                "Yang nilainya sama dengan urutan terakhir ikut dinominasikan."
            )
        else:
            rule = _(
                "Dinominasikan: %(most)s nilai tertinggi. "
                "Yang nilainya sama dengan urutan terakhir ikut dinominasikan."
            )
        return f"{words} {rule % most}"

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """Return [{"code", "title", "weight"}]; weights are percent, as characters."""
        found: list[dict[str, Any]] = self.definition["jury"]["criteria"]
        return found

    @property
    def least(self) -> int:
        return int(self.definition["jury"]["least"])

    @property
    def most(self) -> int:
        return int(self.definition["jury"]["most"])


class Nominee(models.Model):
    """One row is one regency that is, or was, named for an award."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="nominees")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="nominations")
    rank = models.PositiveSmallIntegerField(null=True, blank=True)  # None: the secretariat named it
    value = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)  # what of it is awarded: its quick win
    is_dropped = models.BooleanField(default=False)
    note = models.CharField(
        max_length=300, blank=True
    )  # why it was named by hand, or dropped; everybody reads it
    place = models.PositiveSmallIntegerField(null=True, blank=True)  # 1 for the winner; None: not awarded
    reasons = TextField(null=True, blank=True)  # of the decision

    class Meta:
        ordering = ["assessment__area__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["award", "assessment"], name="nominee_once"),
            models.CheckConstraint(
                name="nominee_wins_with_reasons",
                condition=Q(place__isnull=True) | Q(place__gte=1, reasons__isnull=False, is_dropped=False),
            ),
            models.CheckConstraint(
                name="nominee_by_hand_says_why",
                condition=Q(is_dropped=False, rank__isnull=False) | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.award_id} {self.assessment_id}"

    @property
    def is_winner(self) -> bool:
        return self.place is not None


class AwardJuror(models.Model):
    """One row is one juror of one award. What they give is read by nobody else before all have handed in."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="jurors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="award_juries")
    declared_at = models.DateTimeField(
        null=True, blank=True
    )  # of every nominee: a conflict of interest, or none
    note = models.TextField(blank=True)  # what they would have the reasons say
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["user__name"]
        constraints = [models.UniqueConstraint(fields=["award", "user"], name="award_juror_once")]


class JuryVote(models.Model):
    """One row is what one juror declares and gives to one nominee."""

    nominee = models.ForeignKey(Nominee, on_delete=models.CASCADE, related_name="votes")
    juror = models.ForeignKey(AwardJuror, on_delete=models.CASCADE, related_name="votes")
    conflict = models.CharField(
        max_length=300, blank=True
    )  # why the juror cannot judge this one; empty: none
    marks = models.JSONField(default=dict, blank=True)  # criterion -> whole mark

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["nominee", "juror"], name="jury_vote_once"),
            models.CheckConstraint(
                name="jury_vote_not_with_conflict", condition=Q(conflict="") | Q(marks={})
            ),
        ]
