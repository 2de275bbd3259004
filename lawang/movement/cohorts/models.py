"""Cohorts: the call, who takes part, what they sent, how they were chosen, and how they are mentored.

A call (Cohort) has participants; a participant hands in one Submission, is marked blind on Ballots, and gets one
Determination. A regency's own installation has its own row of a call and of itself in it, with what batches bring
(batches.py); what only a regency holds (products, nominations) stands at the end.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.people.models import Agency, User
from lawang.record.models import File


class Blueprint(models.Model):
    """One row is one version of a definition that a pack brings for cohorts; never changed once it is written."""

    class Kind(models.TextChoices):
        FORM = "forms", _("formulir kesiapan")
        AREAS = "area_lists", _("daftar daerah")
        CRITERIA = "criteria", _("kriteria seleksi")
        PROGRAMME = "programmes", _("program bimtek")
        HISTORY = "history", _("riwayat angkatan")

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    title = TextField()
    definition = models.JSONField()
    pack = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "code", "-number"]
        constraints = [models.UniqueConstraint(fields=["kind", "code", "number"], name="blueprint_once")]


class Cohort(models.Model):
    """One row is one cohort (angkatan): its call, its rules, and how far it is."""

    class State(models.TextChoices):
        CALLED = "called", _("diumumkan")
        APPLYING = "applying", _("pendaftaran dibuka")
        ASSESSING = "assessing", _("sedang dinilai")
        DECIDED = "decided", _("sudah diputuskan")
        MENTORING = "mentoring", _("pendampingan")
        FINISHED = "finished", _("selesai")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    title = TextField()
    call = TextField(null=True, blank=True)
    track = models.CharField(max_length=40, blank=True)
    areas = models.JSONField(default=list, blank=True)  # codes, of any level above or equal; []: everywhere
    areas_note = models.CharField(max_length=300, blank=True)  # which list, and its source
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.CALLED)
    form = models.ForeignKey(Blueprint, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    criteria = models.JSONField(default=list, blank=True)  # [{"code", "title", "weight"}], weights in percent
    least = models.PositiveSmallIntegerField(default=1)
    most = models.PositiveSmallIntegerField(default=5)
    apart = models.PositiveSmallIntegerField(default=2)  # marks this far apart are talked about
    stages = models.JSONField(default=list, blank=True)  # the bimtek, copied when mentoring begins
    assessed = models.PositiveIntegerField(
        null=True, blank=True
    )  # counts of a cohort known from sources only
    chosen = models.PositiveIntegerField(null=True, blank=True)
    note = TextField(null=True, blank=True)
    source = models.CharField(max_length=500, blank=True)
    from_history = models.BooleanField(default=False)

    class Meta:
        ordering = ["-year", "track", "pk"]
        constraints = [models.UniqueConstraint(fields=["year", "track"], name="cohort_once")]

    def __str__(self) -> str:
        return f"{self.year} {self.track}".strip()

    def takes(self, area: Area) -> bool:
        """Tell whether the region rule lets an area in: it is named, or lies below one that is."""
        return not self.areas or any(
            area.code == code or area.code.startswith(f"{code}.") for code in self.areas
        )

    def is_open(self, at: datetime) -> bool:
        return (
            self.state == self.State.APPLYING
            and self.opens_at is not None
            and self.closes_at is not None
            and self.opens_at <= at <= self.closes_at
        )


class Organisation(models.Model):
    """One row is one organisation of the movement: a ministry, a university, another supporter."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("kementerian atau lembaga")
        UNIVERSITY = "university", _("perguruan tinggi")
        SUPPORTER = "supporter", _("pendukung lain")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    role = models.CharField(max_length=300, blank=True)
    from_year = models.PositiveSmallIntegerField(null=True, blank=True)
    to_year = models.PositiveSmallIntegerField(null=True, blank=True)
    offices = models.TextField(blank=True)  # an office a line, with or without who holds it
    source = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["kind", "name"]


class Participant(models.Model):
    """One row is one regency, city or province in one cohort."""

    class Status(models.TextChoices):
        INVITED = "invited", _("diundang")
        APPLIED = "applied", _("mendaftar")
        ASSESSED = "assessed", _("dinilai")
        CHOSEN = "chosen", _("terpilih")
        NOT_CHOSEN = "not_chosen", _("tidak terpilih")
        MOU = "mou", _("nota kesepakatan")
        RUNNING = "running", _("berjalan")
        FINISHED = "finished", _("selesai")
        WITHDRAWN = "withdrawn", _("mundur")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="participants")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="participations")
    status = models.CharField(max_length=10, choices=Status, default=Status.INVITED)
    contact_office = models.CharField(max_length=200, blank=True)
    contact = models.EmailField(blank=True)  # of the office
    secret_hash = models.CharField(max_length=64, blank=True, db_index=True)  # SHA-256 of the link's secret
    invited_at = models.DateTimeField(null=True, blank=True)
    mentors = models.ManyToManyField(User, blank=True, related_name="mentored")
    source = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["area__code", "-cohort__year"]
        constraints = [models.UniqueConstraint(fields=["cohort", "area"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.area_id}"


class Standing(models.Model):
    """One row is one status that a participant came to, so that it can be read over the years."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="standings")
    status = models.CharField(max_length=10, choices=Participant.Status)
    date = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["date", "pk"]


class Submission(models.Model):
    """One row is what a participant says of its readiness; a draft until it is sent."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="submission")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict, blank=True)  # question -> {"level", "words"}
    applications = models.JSONField(default=list, blank=True)  # [{"name", "agency", "users"}]
    by_office = models.CharField(max_length=200, blank=True)  # who filled it in: the office
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)


class Proof(models.Model):
    """One row is one file that shows the answer to one question."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="proofs")
    question = models.CharField(max_length=40)
    proves = models.CharField(max_length=200)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class FigureImport(models.Model):
    """One row is one file of figures that was taken in, with what could not be."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    taken = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)  # [[line, sentence]]
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]


class RegionFigure(models.Model):
    """One row is one imported figure of a region in a year (fiscal capacity, HDI, SPBE ...), with its source."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="figures")
    indicator = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=4)
    source = models.CharField(max_length=300)
    taken_from = models.ForeignKey(FigureImport, on_delete=models.PROTECT, related_name="figures")

    class Meta:
        ordering = ["area__code", "indicator", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["area", "indicator", "year"], name="region_figure_once")
        ]


# Selection


class Juror(models.Model):
    """One row is one assessor of a cohort and the participants given to them."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="jurors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="juries")
    participants = models.ManyToManyField(Participant, blank=True, related_name="jurors")

    class Meta:
        ordering = ["user__name"]
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="juror_once")]


class Slot(models.Model):
    """One row is one interview of a participant: when, how long, where, by whom."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200)  # a room, or the address of a video meeting
    jurors = models.ManyToManyField(Juror, related_name="slots")
    minutes = models.TextField(blank=True)

    class Meta:
        ordering = ["starts_at"]


class Ballot(models.Model):
    """One row is one assessor's sheet on one participant. Nobody else sees it before all are in."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="ballots")
    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="ballots")
    conflict = models.CharField(max_length=300, blank=True)  # why the assessor cannot mark this participant
    declared_at = models.DateTimeField()
    note = models.TextField(blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["participant", "juror"], name="ballot_once")]


class Point(models.Model):
    """One row is one assessor's whole mark on one criterion."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="points")
    criterion = models.CharField(max_length=40)
    mark = models.PositiveSmallIntegerField()
    first = models.PositiveSmallIntegerField(null=True, blank=True)  # before the assessors talked about it
    reason = models.CharField(max_length=300, blank=True)  # why it was changed then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "criterion"], name="point_once")]


class Determination(models.Model):
    """One row is what was decided about a participant, and why; its letter is written from it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="determination")
    is_chosen = models.BooleanField()
    reason = models.TextField()
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None at the regency: it came in a batch, which names nobody
    at = models.DateTimeField()


class Memorandum(models.Model):
    """One row is a participant's memorandum of understanding (nota kesepakatan)."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="memorandum")
    number = models.CharField(max_length=120)
    parties = models.TextField()  # a party a line
    signed_date = models.DateField()
    ends_date = models.DateField(null=True, blank=True)
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")


# Mentoring


class Session(models.Model):
    """One row is one bimtek of a participant: when, where, about what, who came."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="sessions")
    stage = models.CharField(max_length=20)  # code, of the cohort's stages
    starts = models.DateField()
    ends = models.DateField()
    place = models.CharField(max_length=200)
    agenda = models.TextField(blank=True)
    attendance = models.JSONField(default=list, blank=True)  # [{"agency", "people"}], offices and not persons

    class Meta:
        ordering = ["starts", "pk"]

    @property
    def people(self) -> int:
        return sum(int(one["people"]) for one in self.attendance)


class Deliverable(models.Model):
    """One row is one thing that a participant hands over after a stage."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("ditunggu")
        RECEIVED = "received", _("diterima, belum diperiksa")
        ACCEPTED = "accepted", _("disetujui")
        RETURNED = "returned", _("dikembalikan")  # with a reason

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="deliverables")
    stage = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    title = TextField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["participant", "code"], name="deliverable_once")]


class Consultation(models.Model):
    """One row is one clinic: who advised an office of the participant about what."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="consultations")
    date = models.DateField()
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=200)
    advice = models.TextField()

    class Meta:
        ordering = ["-date", "-pk"]


class Comment(models.Model):
    """One row is a mentor's comment on one line of a plan that lives in the regency's own installation."""

    class State(models.TextChoices):
        OPEN = "open", _("menunggu jawaban")
        ANSWERED = "answered", _("sudah dijawab")
        SETTLED = "settled", _("selesai")

    class Line(models.TextChoices):
        PROGRAMME = "programme", _("program")
        ACTIVITY = "activity", _("kegiatan")
        INDICATOR = "indicator", _("indikator")
        QUICK_WIN = "quick_win", _("program percepatan")
        GOAL = "goal", _("tujuan atau sasaran")
        GAP = "gap", _("kesenjangan")
        SWOT = "swot", _("SWOT kesiapan")
        OTHER = "other", _("bagian lain")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="comments")
    line = models.CharField(max_length=9, choices=Line)
    line_key = models.UUIDField(null=True, blank=True)  # the permanent key of the line
    revision = models.PositiveSmallIntegerField(null=True, blank=True)  # of the plan, as the mentor read it
    quoted = models.CharField(max_length=300)  # the line's title then
    words = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None at the regency: it came in a batch, which names nobody
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["state", "-at"]


class Commitment(models.Model):
    """One row is a commitment sheet that heads of offices signed."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="commitments")
    title = models.CharField(max_length=200)
    signed_date = models.DateField()
    heads = models.TextField()  # an office a line, with its head's name
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["signed_date", "pk"]


# On the regency's side


class Product(models.Model):
    """One row is one service product that an agency words in the workshop."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="products")
    title = models.CharField(max_length=120)
    for_whom = models.CharField(max_length=200)
    problem = models.TextField()
    how = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["agency__code", "title"]


class Nomination(models.Model):
    """One row is how one nominee for quick win was weighed by the stated criteria."""

    quick_win = models.UUIDField(unique=True)  # permanent key
    marks = models.JSONField(default=dict)  # criterion -> 0..3
    is_picked = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
