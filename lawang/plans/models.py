import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.measures.models import Series, Value
from lawang.people.models import Agency
from lawang.record.models import File

# Identity across revisions: what has a public address carries a permanent `key`; one row is (key, revision). Texts,
# owners, targets and budgets belong to the row; addresses, evidence, subscriptions and history refer to the key.


class Framework(models.Model):
    """One row is one national framework in one version: a tree that programmes are placed in."""

    code = models.CharField(max_length=60, unique=True)
    title = TextField()
    version = models.CharField(max_length=20, blank=True)
    is_draft = models.BooleanField(default=False)  # not yet enacted; pages say so
    source = models.CharField(max_length=300, blank=True)
    pack = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.code


class FrameworkNode(models.Model):
    """One row is one branch or leaf of a framework: a dimension, a sub-dimension, an aspect."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="nodes")
    code = models.CharField(max_length=60)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    depth = models.PositiveSmallIntegerField(default=0)  # 0 is the top
    title = TextField()
    short = TextField(null=True, blank=True)  # one or two words, for tiles and charts
    gloss = TextField(null=True, blank=True)
    aliases = models.JSONField(default=list, blank=True)  # other spellings that imports accept
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["framework", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="node_code_once_per_framework")
        ]

    def __str__(self) -> str:
        return f"{self.framework_id}/{self.code}"


class Crosswalk(models.Model):
    """One row says where a node of one framework is found in another."""

    class Kind(models.TextChoices):
        SAME = "same"
        PART = "part"  # covers only a part
        NONE = "none"  # has no counterpart; `new` is then the nearest

    old = models.ForeignKey(FrameworkNode, on_delete=models.CASCADE, related_name="leads_to")
    new = models.ForeignKey(FrameworkNode, on_delete=models.CASCADE, related_name="comes_from")
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.SAME)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="crosswalk_once")]


class ReadinessElement(models.Model):
    """One row is one element of a region's readiness in a framework: structure, infrastructure, ..."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="readiness")
    code = models.CharField(max_length=40)
    title = TextField()
    gloss = TextField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="readiness_code_once")]


class Plan(models.Model):
    """One row is one masterplan (rencana induk) of this regency, over all its revisions."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, unique=True)
    title = TextField()
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="plans"
    )  # the primary one
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year_to__gte=models.F("year_from") + 4)
                & models.Q(year_to__lte=models.F("year_from") + 9),
                name="plan_lasts_five_to_ten_years",
            )
        ]

    def __str__(self) -> str:
        return self.code


class RevisionQuerySet(models.QuerySet["Revision"]):
    def in_force(self, on: date) -> "RevisionQuerySet":
        """The one published revision of each plan that counts on that day."""
        return (
            self.filter(status=Revision.Status.PUBLISHED, in_force_from__lte=on)
            .order_by("plan_id", "-in_force_from")
            .distinct("plan_id")
        )


class Revision(models.Model):
    """One row is one edition of a plan. The published one with the latest `in_force_from` not after a date is in
    force on that date; there is never more than one."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draf")
        PUBLISHED = "published", _("berlaku")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    in_force_from = models.DateField(null=True, blank=True)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    changed = TextField(null=True, blank=True)  # what changed against the one before
    legal_kind = models.CharField(max_length=60, blank=True)  # "Peraturan Bupati"
    legal_number = models.CharField(max_length=40, blank=True)
    legal_date = models.DateField(null=True, blank=True)
    legal_file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    vision = TextField(null=True, blank=True)
    # The rule of the colours, stated by the plan (see colours.py): shares of the expected way, and days until stale.
    on_track_from = models.DecimalField(max_digits=4, decimal_places=2, default="0.90")
    slipping_from = models.DecimalField(max_digits=4, decimal_places=2, default="0.70")
    stale_after_days = models.PositiveSmallIntegerField(default=45)  # after the due day of the next figure
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["plan", "in_force_from"],
                condition=models.Q(status="published"),
                name="revision_one_in_force_on_a_date",
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(status="draft"), name="revision_one_draft_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(in_force_from__isnull=False),
                name="revision_published_has_a_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} r{self.number}"


class Statement(models.Model):
    """One row is one sentence of direction: a mission, a goal under it, a strategy under that."""

    class Kind(models.TextChoices):
        MISSION = "mission", _("misi")
        GOAL = "goal", _("tujuan")
        STRATEGY = "strategy", _("strategi")

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="statements")
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(max_length=20)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    words = TextField()
    node = models.ForeignKey(FrameworkNode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="statement_key_once"),
            models.UniqueConstraint(fields=["revision", "code"], name="statement_code_once"),
        ]


class Swot(models.Model):
    """One row is one strength, weakness, opportunity or threat of one readiness element."""

    class Kind(models.TextChoices):
        STRENGTH = "strength", _("kekuatan")
        WEAKNESS = "weakness", _("kelemahan")
        OPPORTUNITY = "opportunity", _("peluang")
        THREAT = "threat", _("ancaman")

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="swot")
    code = models.CharField(max_length=20)
    element = models.ForeignKey(ReadinessElement, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    words = TextField()
    series = models.ManyToManyField(Series, blank=True, related_name="swot")  # the figures that support it

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["revision", "code"], name="swot_code_once")]


class Gap(models.Model):
    """One row is the gap of one leaf of the framework: how it is, how it should be, what the plan answers."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="gaps")
    node = models.ForeignKey(FrameworkNode, on_delete=models.PROTECT, related_name="+")
    present = TextField()
    wanted = TextField()
    answer = TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "node"], name="gap_once_per_node")]


class Colour(models.TextChoices):
    """How a promise stands (pages.md: Sesuai jalur, Melambat, Tertinggal, Belum ada data, Data lama)."""

    ON_TRACK = "on_track", _("Sesuai jalur")
    SLIPPING = "slipping", _("Melambat")
    OFF_TRACK = "off_track", _("Tertinggal")
    NO_DATA = "no_data", _("Belum ada data")
    STALE = "stale", _("Data lama")


class Programme(models.Model):
    """One row is one programme in one revision of the plan."""

    class Term(models.TextChoices):
        SHORT = "short", _("jangka pendek")  # this year or next
        MEDIUM = "medium", _("jangka menengah")  # within five years
        LONG = "long", _("jangka panjang")  # within the plan's period

    class State(models.TextChoices):
        PLANNED = "planned", _("direncanakan")
        RUNNING = "running", _("berjalan")
        PAUSED = "paused", _("ditunda")
        DONE = "done", _("selesai")
        STOPPED = "stopped", _("dihentikan")

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="programmes")
    code = models.CharField(max_length=30)
    title = TextField()
    summary = TextField(null=True, blank=True)  # what is done
    reason = TextField(null=True, blank=True)  # why
    beneficiaries = TextField(null=True, blank=True)  # for whom
    lead = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="programmes"
    )
    coordinator = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    supporting = models.ManyToManyField(Agency, blank=True, related_name="supported_programmes")
    term = models.CharField(max_length=6, choices=Term, default=Term.MEDIUM)
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    goal = models.ForeignKey(
        Statement, null=True, blank=True, on_delete=models.SET_NULL, related_name="programmes"
    )
    rpjmd_code = models.CharField(max_length=60, blank=True)
    renstra_code = models.CharField(max_length=60, blank=True)
    sipd_code = models.CharField(max_length=60, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="programmes")
    order = models.PositiveIntegerField(default=0)
    colour = models.CharField(max_length=9, choices=Colour, default=Colour.NO_DATA)  # kept by standings.py
    search = models.GeneratedField(
        expression=SearchVector("code", KT("title__id"), weight="A", config="indonesian")
        + SearchVector(
            KT("summary__id"), KT("reason__id"), KT("beneficiaries__id"), weight="B", config="indonesian"
        )
        + SearchVector(KT("title__en"), weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="programme_key_once"),
            models.UniqueConstraint(fields=["revision", "code"], name="programme_code_once"),
            models.CheckConstraint(
                condition=models.Q(year_to__gte=models.F("year_from")), name="programme_ends_after_start"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="programme_search"),
            models.Index(fields=["key"], name="programme_key"),
            models.Index(fields=["revision", "colour"], name="programme_colour"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programme", args=[self.key])


class Succession(models.Model):
    """One row says that one programme went on as another: a merge has several olds, a split several news."""

    class Kind(models.TextChoices):
        MERGE = "merge", _("digabung")
        SPLIT = "split", _("dipecah")

    old_key = models.UUIDField()
    new_key = models.UUIDField()
    kind = models.CharField(max_length=5, choices=Kind)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="successions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old_key", "new_key", "revision"], name="succession_once")
        ]


class Placement(models.Model):
    """One row places a programme at a node of one framework, primary or not; one place per framework."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="placements")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(FrameworkNode, on_delete=models.PROTECT, related_name="placements")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "framework"], name="placement_once_per_framework")
        ]


class BudgetLine(models.Model):
    """One row is the money of one programme in one year from one source, in whole rupiah."""

    class Source(models.TextChoices):
        APBD = "apbd", _("APBD")
        PROVINCE = "province", _("APBD provinsi")
        CENTRAL = "central", _("APBN")
        VILLAGE = "village", _("dana desa")
        CSR = "csr", _("CSR")
        KPBU = "kpbu", _("KPBU")
        OTHER = "other", _("sumber lain")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="budget")
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=8, choices=Source)
    planned = models.BigIntegerField(default=0)
    revised = models.BigIntegerField(null=True, blank=True)  # after the budget was changed during the year
    realised = models.BigIntegerField(null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)  # of `realised`
    share = models.DecimalField(
        max_digits=5, decimal_places=2, default=100
    )  # % that counts for this programme
    document = models.CharField(max_length=200, blank=True)  # "DPA 2025", "DPPA 2025"

    class Meta:
        ordering = ["year", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year", "source"], name="budget_once_per_year_and_source"
            ),
            models.CheckConstraint(condition=models.Q(planned__gte=0), name="budget_planned_not_negative"),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=100), name="budget_share_is_percent"
            ),
        ]


class Activity(models.Model):
    """One row is one activity of a programme; its track places it in the action plan."""

    class Track(models.TextChoices):
        PEOPLE = "people", _("SDM")
        INFRASTRUCTURE = "infrastructure", _("infrastruktur")
        APPLICATIONS = "applications", _("aplikasi")
        LITERACY = "literacy", _("literasi")

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="activities")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="activities")
    code = models.CharField(max_length=30)
    title = TextField()
    track = models.CharField(max_length=14, choices=Track)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField()
    output = models.CharField(max_length=200, blank=True)  # "12 titik akses di 4 desa"
    is_running = models.BooleanField(default=False)  # carried out in the present year

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="activity_key_once"),
            models.UniqueConstraint(fields=["revision", "code"], name="activity_code_once"),
        ]


class Milestone(models.Model):
    """One row is one promised step of a programme with its day."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="milestones")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="milestones")
    title = TextField()
    due_date = models.DateField()
    done_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_date", "id"]
        constraints = [models.UniqueConstraint(fields=["revision", "key"], name="milestone_key_once")]


class Dependency(models.Model):
    """One row says that a programme needs another one first."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="needs")
    on = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="needed_by")
    why = TextField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(fields=["programme", "on"], name="dependency_once"),
            models.CheckConstraint(
                condition=~models.Q(programme=models.F("on")), name="dependency_on_another"
            ),
        ]


class Indicator(models.Model):
    """One row is one indicator of a programme in one revision; what it measures is its Series."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="indicators")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="indicators")
    code = models.CharField(max_length=40)
    title = TextField()
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="indicators")
    baseline = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    baseline_year = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # the state at the end of that year
    baseline_source = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    search = models.GeneratedField(
        expression=SearchVector("code", KT("title__id"), weight="A", config="indonesian")
        + SearchVector(KT("title__en"), weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="indicator_key_once"),
            models.UniqueConstraint(fields=["revision", "code"], name="indicator_code_once"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="indicator_search"),
            models.Index(fields=["key"], name="indicator_key"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("indicator", args=[self.key])


class Target(models.Model):
    """One row is what an indicator is to reach by the end of one year."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["indicator", "year"], name="target_once_per_year")]


class Standing(models.Model):
    """One row is how an indicator of the revision in force stands; kept, so that no page counts it anew.

    The arithmetic (see colours.py) is stored with it, so that a page can show it.
    """

    class Forecast(models.TextChoices):
        ON_TIME = "on_time"
        LATE = "late"
        NEVER = "never"  # it does not move towards the target
        TOO_FEW = "too_few"  # points to tell
        NONE = "none"  # nothing to forecast: no target

    indicator = models.OneToOneField(Indicator, on_delete=models.CASCADE, related_name="standing")
    colour = models.CharField(max_length=9, choices=Colour)
    value = models.ForeignKey(Value, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    amount = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    end = models.DateField(null=True, blank=True)  # of the figure's period
    expected = models.DecimalField(
        max_digits=24, decimal_places=6, null=True, blank=True
    )  # on the way, at `end`
    share = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)  # of the expected way
    judged_by = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    forecast = models.CharField(max_length=8, choices=Forecast, default=Forecast.NONE)
    reached_on = models.DateField(null=True, blank=True)  # when the last target is met at the present pace
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["colour"], name="standing_colour")]


class Application(models.Model):
    """One row is one computer application that an agency runs."""

    class Origin(models.TextChoices):
        OWN = "own", _("buatan sendiri")
        BOUGHT = "bought", _("dibeli")
        CENTRAL = "central", _("dari kementerian")  # given by a ministry
        SHARED = "shared", _("dari daerah lain")  # from another regency

    class Status(models.TextChoices):
        PLANNED = "planned", _("direncanakan")
        RUNNING = "running", _("berjalan")
        IDLE = "idle", _("sepi pemakai")  # installed, hardly used
        STOPPED = "stopped", _("berhenti")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="applications")
    purpose = TextField()
    users = models.PositiveIntegerField(null=True, blank=True)  # people who used it in the last twelve months
    origin = models.CharField(max_length=8, choices=Origin)
    status = models.CharField(max_length=8, choices=Status)
    programme_key = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["name"]


class QuickWin(models.Model):
    """One row is the sheet of one quick win (program percepatan) in one revision: felt within twelve months.

    Fields: quick-win profile of the movement, 10 criteria and 12 questions of the evaluation 2023.
    """

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("program")
        PRODUCT = "product", _("produk")
        METHOD = "method", _("metode")
        CONCEPT = "concept", _("konsep")
        TECHNOLOGY = "technology", _("teknologi")

    class Stage(models.TextChoices):
        PROBLEM = "problem", _("masalah")
        IDEA = "idea", _("gagasan")
        PLAN = "plan", _("rencana")
        BUILD = "build", _("pembangunan")
        IMPLEMENT = "implement", _("penerapan")
        EVALUATE = "evaluate", _("evaluasi")

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="quick_wins")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="quick_wins")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    stage = models.CharField(max_length=9, choices=Stage)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    starts = models.DateField()
    ends = models.DateField()
    explanation = TextField(null=True, blank=True)
    formulation = TextField(null=True, blank=True)  # who took part, which RPJMD issue it answers
    benefit = TextField(null=True, blank=True)
    appeal = TextField(null=True, blank=True)
    uniqueness = TextField(null=True, blank=True)
    scale_up = TextField(null=True, blank=True)
    continuity_rule = TextField(null=True, blank=True)
    continuity_institution = TextField(null=True, blank=True)
    continuity_resources = TextField(null=True, blank=True)
    business_model = TextField(null=True, blank=True)
    users_before = models.PositiveIntegerField(null=True, blank=True)
    users_after = models.PositiveIntegerField(null=True, blank=True)
    note = TextField(null=True, blank=True)
    document = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="quick_win_key_once"),
            models.UniqueConstraint(fields=["revision", "code"], name="quick_win_code_once"),
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="quick_win_progress_is_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(ends__gte=models.F("starts")), name="quick_win_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("quick_win", args=[self.key])


class Partner(models.Model):
    """One row is one partner of a quick win."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("instansi")
        BUSINESS = "business", _("usaha")
        UNIVERSITY = "university", _("kampus")
        COMMUNITY = "community", _("komunitas")
        MEDIA = "media", _("media")
        CENTRAL = "central", _("pemerintah pusat")

    quick_win = models.ForeignKey(QuickWin, on_delete=models.CASCADE, related_name="partners")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=150)


class Risk(models.Model):
    """One row is one line of a quick win's risk register."""

    class Level(models.TextChoices):
        LOW = "low", _("rendah")
        MIDDLE = "middle", _("sedang")
        HIGH = "high", _("tinggi")

    quick_win = models.ForeignKey(QuickWin, on_delete=models.CASCADE, related_name="risks")
    words = TextField()
    likelihood = models.CharField(max_length=6, choices=Level)
    impact = models.CharField(max_length=6, choices=Level)
    mitigation = TextField(null=True, blank=True)
    owner = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")


class Resource(models.Model):
    """One row is one resource of a quick win: money, people or facility, and where it comes from."""

    class Kind(models.TextChoices):
        BUDGET = "budget", _("anggaran")
        PEOPLE = "people", _("orang")
        FACILITY = "facility", _("sarana")

    quick_win = models.ForeignKey(QuickWin, on_delete=models.CASCADE, related_name="resources")
    kind = models.CharField(max_length=8, choices=Kind)
    words = TextField()
    source = models.CharField(max_length=120, blank=True)


class Body(models.Model):
    """One row is one body that steers or carries out a plan."""

    class Kind(models.TextChoices):
        COUNCIL = "council", _("Dewan Smart City")
        TEAM = "team", _("Tim Pelaksana")
        FORUM = "forum", _("Forum Smart City")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="bodies")
    code = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=7, choices=Kind)
    name = TextField()
    legal_basis = models.CharField(max_length=200, blank=True)  # "Keputusan Bupati Nomor ... Tahun ..."
    agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # secretariat

    class Meta:
        verbose_name_plural = "bodies"
        ordering = ["code"]


class Member(models.Model):
    """One row is one seat in a body, named by office; the person's name is optional."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="members")
    office = models.CharField(max_length=150)  # "Kepala Dinas Kominfo", "Rektor ..."
    name = models.CharField(max_length=120, blank=True)
    part = models.CharField(max_length=80, blank=True)  # pembina, pengarah, ketua, anggota
    is_external = models.BooleanField(default=False)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField(null=True, blank=True)
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["body", "office", "name"], name="member_once_per_body")
        ]


class Meeting(models.Model):
    """One row is one meeting of a body."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    date = models.DateField()
    title = models.CharField(max_length=200)
    place = models.CharField(max_length=120, blank=True)
    minutes = models.TextField(blank=True)
    minutes_file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(
        null=True, blank=True
    )  # empty: announced, attendance and minutes still due

    class Meta:
        ordering = ["-date"]
        constraints = [models.UniqueConstraint(fields=["body", "date", "title"], name="meeting_once")]


class Attendance(models.Model):
    """One row is whether one member came to one meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="attendance")
    was_invited = models.BooleanField(default=True)
    was_present = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "attendance"
        constraints = [models.UniqueConstraint(fields=["meeting", "member"], name="attendance_once")]


class Subscription(models.Model):
    """One row is one address that wants to hear of changes of one programme, or of the plan; confirmed by a link."""

    about = models.UUIDField(db_index=True)  # a programme's key or the plan's key
    address = models.EmailField()
    language = models.CharField(max_length=2, default="id")
    secret = models.CharField(max_length=40, unique=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["about", "address"], name="subscription_once")]


class Import(models.Model):
    """One row is one file that somebody handed in to change the plan, and how far it is."""

    class State(models.TextChoices):
        READING = "reading"
        CHECKED = "checked"  # the dry run is there to be looked at
        APPLYING = "applying"
        DONE = "done"
        FAILED = "failed"  # `trouble` says why; nothing was written

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    done = models.PositiveIntegerField(default=0)  # rows looked at
    total = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)  # of the dry run that was shown
    dry_run = models.JSONField(default=dict, blank=True)  # dry_run.DryRun.as_json
    choices = models.JSONField(default=dict, blank=True)  # answers to its questions
    trouble = models.TextField(blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)  # of the present state
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.key])

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.READING, self.State.APPLYING)


class BookText(models.Model):
    """One row is one version of a plan's own words for a chapter or section of a book; the pack's stay beside them."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="book_texts")
    book = models.CharField(max_length=60)  # code in the pack: "buku-2"
    way = models.CharField(max_length=130)  # "arah" or "arah/visi"
    version = models.PositiveIntegerField()
    title = TextField()
    words = TextField(null=True, blank=True)
    is_current = models.BooleanField(default=True)  # False for all: the pack's words are used
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "book", "way", "version"], name="book_text_version_once"),
            models.UniqueConstraint(
                fields=["plan", "book", "way"],
                condition=models.Q(is_current=True),
                name="book_text_current_once",
            ),
        ]


class Edition(models.Model):
    """One row is one making of a book from one revision: how far it is, and the files that came of it."""

    class State(models.TextChoices):
        MAKING = "making", _("sedang dibuat")
        READY = "ready", _("siap")
        FAILED = "failed", _("gagal")  # `trouble` says why

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="editions")
    book = models.CharField(max_length=60)  # code in the pack: "buku-2"
    title = TextField()  # "Buku 2: Masterplan", as it was
    language = models.CharField(max_length=2, default="id")
    has_review = models.BooleanField(default=False)  # holds the reviewer's annex, so never public
    is_draft = models.BooleanField(default=False)  # its pages say that it is not in force, so never public
    since = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.MAKING)
    step = models.CharField(max_length=80, blank=True)  # what is being done just now
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    trouble = models.TextField(blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)  # of the present state
    made_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 over what the book says, without its date
    figures_as_of = models.DateField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    pdf = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    docx = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    xlsx = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["book", "-published_at"], name="edition_published")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(state="ready", has_review=False, is_draft=False, pdf__isnull=False),
                name="edition_public_is_ready",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("planner:edition", args=[self.key])

    @property
    def is_working(self) -> bool:
        return self.state == self.State.MAKING
