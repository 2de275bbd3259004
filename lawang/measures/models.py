import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.people.models import Agency
from lawang.people.permissions import Reach
from lawang.record.models import File


class SeriesQuerySet(models.QuerySet["Series"]):
    def held_by(self, reach: Reach) -> "SeriesQuerySet":
        """Those whose owner lies within how far somebody's verb goes."""
        return self if reach.everything else self.filter(owner__in=reach.agencies)


class Series(models.Model):
    """One row is one thing that is measured again and again: what, in which unit, how often, by whom."""

    class Direction(models.TextChoices):
        UP = "up", _("makin besar makin baik")  # more is better
        DOWN = "down", _("makin kecil makin baik")  # less is better
        NONE = "none", _("tanpa arah")  # a fact without a wish, such as the number of villages

    class Frequency(models.TextChoices):
        MONTH = "month", _("bulanan")
        QUARTER = "quarter", _("triwulanan")
        HALF = "half", _("semesteran")
        YEAR = "year", _("tahunan")

    class Source(models.TextChoices):
        TYPED = "typed", _("diisi petugas")
        IMPORTED = "imported", _("diimpor")
        STATISTIC = "statistic", _("dihitung sendiri")  # a named function with parameters

    class AddsUp(models.TextChoices):
        SUM = "sum", _("dijumlahkan")
        LAST = "last", _("angka terakhir")  # a level at the end of the period: stays as it is
        MEAN = "mean", _("dirata-rata")
        NEVER = "never", _("tidak digabung")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=60, unique=True)
    title = TextField()
    definition = TextField(null=True, blank=True)  # formula in words, what counts and what does not
    unit = TextField()
    decimals = models.PositiveSmallIntegerField(default=0)
    direction = models.CharField(max_length=5, choices=Direction, default=Direction.UP)
    frequency = models.CharField(max_length=8, choices=Frequency, default=Frequency.QUARTER)
    owner = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="series")
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    source_note = models.CharField(max_length=300, blank=True)  # "BPS, Kabupaten dalam Angka 2021"
    statistic = models.CharField(max_length=60, blank=True)  # name in measures.statistics
    parameters = models.JSONField(default=dict, blank=True)
    adds_up_over_time = models.CharField(max_length=5, choices=AddsUp, default=AddsUp.LAST)
    adds_up_over_area = models.CharField(max_length=5, choices=AddsUp, default=AddsUp.NEVER)
    breakdowns = models.JSONField(default=list, blank=True)  # of "area", "sex"
    due_working_days = models.PositiveSmallIntegerField(default=10)  # after the period's end
    approves_itself = models.BooleanField(default=False)  # computed values need no hand
    in_profile = models.BooleanField(default=False)  # shown on the regency's profile
    topic = models.CharField(max_length=60, blank=True)  # group on the profile page

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Value(models.Model):
    """One row is one figure of one series for one period, area and breakdown, in one revision.

    An approved figure is never overwritten: a correction is the next revision. The figure in force is the approved
    row with the highest revision; `is_current` keeps that for the readers.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draf")  # typed, not yet handed in
        PROPOSED = "proposed", _("menunggu keputusan")
        RETURNED = "returned", _("dikembalikan")  # sent back with a reason
        APPROVED = "approved", _("disetujui")

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="values")
    start = models.DateField()  # first day of the period
    end = models.DateField()  # last day of the period
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    breakdown = models.CharField(max_length=40, blank=True)  # "" or "sex=female"
    revision = models.PositiveSmallIntegerField(default=1)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    is_current = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # why it was returned, or why a correction was needed
    basis = models.JSONField(
        default=dict, blank=True
    )  # function, parameters, moment, row counts; or the import
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "start", "end", "area", "breakdown", "revision"],
                nulls_distinct=False,
                name="value_revision_once",
            ),
            models.UniqueConstraint(
                fields=["series", "start", "end", "area", "breakdown"],
                condition=models.Q(is_current=True),
                nulls_distinct=False,
                name="value_current_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_current=False) | models.Q(status="approved"),
                name="value_current_is_approved",
            ),
            models.CheckConstraint(
                condition=models.Q(end__gte=models.F("start")), name="value_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                fields=["series", "-end"],
                condition=models.Q(is_current=True, area__isnull=True, breakdown=""),
                include=["amount"],
                name="value_total_newest",
            ),
            models.Index(
                fields=["status", "proposed_at"], condition=~models.Q(status="approved"), name="value_open"
            ),
            models.Index(fields=["-decided_at"], condition=models.Q(is_current=True), name="value_decided"),
        ]

    @property
    def period_code(self) -> str:
        """The short name of the period for addresses: 2026-T3."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1
        part = (self.start.month - 1) // months + 1
        year = f"{self.start.year}"
        return {12: year, 6: f"{year}-S{part}", 3: f"{year}-T{part}"}.get(
            months, f"{year}-{self.start.month:02}"
        )

    @property
    def breakdown_words(self) -> str:
        """What a breakdown is called: "perempuan" for sex=female."""
        return str(BREAKDOWNS.get(self.breakdown, self.breakdown))


BREAKDOWNS = {"sex=female": _("perempuan"), "sex=male": _("laki-laki")}


class Evidence(models.Model):
    """One row is one proof: a file or a link, its date, and what it proves.

    `about` is the permanent key of what it supports (programme, indicator, quick win, meeting); a proof of a single
    figure names the Value too.
    """

    about = models.UUIDField(db_index=True)
    value = models.ForeignKey(Value, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    link = models.URLField(max_length=500, blank=True)
    date = models.DateField()
    proves = models.CharField(max_length=300)
    is_public = models.BooleanField(default=False)  # closed until somebody says that no person is named in it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["-date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file__isnull=False) | ~models.Q(link=""), name="evidence_has_file_or_link"
            )
        ]
