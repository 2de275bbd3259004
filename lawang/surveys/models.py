import uuid

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lawang.cases.models import Service
from lawang.lib.text import Text, TextField, text
from lawang.people.models import Agency
from lawang.people.permissions import reach
from lawang.plans.models import Application, FrameworkNode


class Kind(models.TextChoices):
    SKM = "skm", _("survei kepuasan")
    IMPACT = "impact", _("survei dampak")


class Instrument(models.Model):
    """One row is one version of a questionnaire out of a pack; it never changes, surveys keep theirs."""

    code = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 ... within the code
    kind = models.CharField(max_length=6, choices=Kind)
    title = TextField()
    definition = models.JSONField()
    pack = models.CharField(max_length=60)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["code", "number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="instrument_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(is_current=True), name="instrument_current_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class SurveyQuerySet(models.QuerySet["Survey"]):
    def held_by(self, user: AbstractBaseUser | AnonymousUser, *verbs: str) -> "SurveyQuerySet":
        """Those on which somebody may do one of the verbs, as one SQL predicate."""
        reaches = [reach(user, verb) for verb in verbs]
        if any(one.everything for one in reaches):
            return self
        agencies = frozenset[int]().union(*(one.agencies for one in reaches))
        mine = Q(agency__in=agencies) | Q(
            pk__in=Survey.runners.through.objects.filter(agency__in=agencies).values("survey")
        )
        return self.filter(mine)

    def with_names(self) -> "SurveyQuerySet":
        return self.select_related("instrument", "service", "agency", "node", "application")


class Survey(models.Model):
    """One row is one survey of one service, unit or part of the plan in one span of time.

    Nobody's answers are shown one by one. Of a satisfaction survey whole fives are counted as they come in; an impact
    survey is counted when it is closed. `sums` and `counted` are kept when that happens (counting.py).
    """

    class State(models.TextChoices):
        OPEN = "open", _("dibuka")
        CLOSED = "closed", _("ditutup")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=6, choices=Kind)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="surveys")
    questions = ArrayField(
        models.CharField(max_length=60)
    )  # codes of the instrument, in the order of the answers
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="surveys")  # the unit; owner
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="surveys"
    )  # SKM of one service; None: of the whole unit
    node = models.ForeignKey(
        FrameworkNode, null=True, blank=True, on_delete=models.PROTECT, related_name="surveys"
    )  # impact: a dimension or a sub-dimension
    programmes = ArrayField(
        models.UUIDField(), default=list
    )  # impact: permanent keys of the plan's programmes
    subject = models.CharField(max_length=200, blank=True)  # impact: the service or product asked about
    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.PROTECT, related_name="surveys"
    )  # impact: through which it is used
    runners = models.ManyToManyField(
        Agency, blank=True, related_name="run_surveys"
    )  # impact: who carried it out
    year = models.PositiveSmallIntegerField()
    from_date = models.DateField()
    to_date = models.DateField()  # last day
    population = models.PositiveIntegerField(
        null=True, blank=True
    )  # people served in a year; None: not known
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    code = models.CharField(max_length=13, unique=True)  # of the public link
    counter_code = models.CharField(max_length=13, unique=True)  # of the page at the counter
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    received = models.PositiveIntegerField(default=0)  # answers, also those that wait or do not count
    counted = models.PositiveIntegerField(default=0)  # answers in `sums`
    sums = models.JSONField(default=dict)  # question -> sum of the counted answers
    profile = models.JSONField(default=dict)  # "sex|age|education|occupation" -> counted answers
    findings = models.JSONField(default=list)  # impact: what validity.py found when it was closed

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-from_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "service"],
                condition=Q(kind="skm", state="open"),
                nulls_distinct=False,
                name="survey_one_open_per_service",
            ),
            models.CheckConstraint(
                condition=Q(to_date__gte=models.F("from_date")), name="survey_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(kind="skm", node=None) | Q(kind="impact", service=None, node__isnull=False),
                name="survey_is_about_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["kind", "year"], name="survey_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:survey", args=[self.key])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def title(self) -> Text:
        """What it is about: the service, the unit, or the part of the plan."""
        if self.node is not None:
            return self.node.title  # type: ignore[no-any-return]
        if self.service is not None:
            return self.service.title  # type: ignore[no-any-return]
        return text(self.agency.short_name, self.agency.short_name)


class Response(models.Model):
    """One row is what one person answered. Who that was is known by nobody; when, only by day.

    `respondent` is a keyed hash where somebody could otherwise answer twice. What is written freely is sealed under the
    survey's own key.
    """

    class Source(models.TextChoices):
        CASE = "case", _("sesudah permohonan")
        COUNTER = "counter", _("di loket")
        LINK = "link", _("lewat tautan")
        SURVEYOR = "surveyor", _("pewawancara")
        IMPORT = "import", _("dari berkas")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    number = models.PositiveIntegerField()  # 1, 2, 3 ... within the survey
    answers = ArrayField(models.SmallIntegerField())  # in the order of survey.questions
    source = models.CharField(max_length=8, choices=Source)
    respondent = models.CharField(max_length=44, blank=True)  # keyed hash; "": not asked
    sex = models.CharField(max_length=20, blank=True)
    age = models.CharField(max_length=20, blank=True)  # a band
    education = models.CharField(max_length=20, blank=True)
    occupation = models.CharField(max_length=20, blank=True)
    is_user = models.BooleanField(null=True, blank=True)  # impact: uses what is asked about; None: not said
    is_staff = models.BooleanField(default=False)  # impact: works for the owner
    comment = models.TextField(blank=True)  # ciphertext in base64
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the surveyor, or who handed the file in
    answered_on = models.DateField()
    counted_on = models.DateField(null=True, blank=True)  # the day on which it came into the figures

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="response_number_once"),
            models.UniqueConstraint(
                fields=["survey", "respondent"], condition=~Q(respondent=""), name="response_once_per_person"
            ),
        ]
        indexes = [
            models.Index(fields=["survey"], condition=Q(counted_on=None), name="response_waiting"),
            models.Index(
                fields=["counted_on"], condition=Q(counted_on__isnull=False), name="response_counted"
            ),
            models.Index(fields=["respondent"], condition=~Q(respondent=""), name="response_person"),
        ]


class HandedIn(models.Model):
    """One row is one file of answers that was handed in: how many were taken, and why each other row was not."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken = models.PositiveIntegerField()
    rejected = models.JSONField(
        default=list
    )  # [{"row": 7, "sentences": [...]}], without what identifies anybody

    class Meta:
        ordering = ["-at"]
