import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.people.models import Agency, Party, User
from lawang.people.permissions import reach
from lawang.record.models import File


class Unit(models.Model):
    """One row says which agency does the work that packs call `dukcapil`, `dinsos` and so on."""

    code = models.CharField(max_length=40, unique=True)
    title = TextField()
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="units")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.code


class Service(models.Model):
    """One row is one service of the regency; what it asks and promises stands in its versions."""

    code = models.SlugField(max_length=60, unique=True)
    title = TextField()
    pack = models.CharField(max_length=60)
    is_open = models.BooleanField(default=True)  # False: no new cases; those that run go on
    current = models.ForeignKey(
        "ServiceVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the published one in force
    search = SearchVectorField(null=True, editable=False)  # titles, summary and keywords, Indonesian

    class Meta:
        ordering = ["code"]
        indexes = [GinIndex(fields=["search"], name="service_search")]

    def __str__(self) -> str:
        return self.code


class ServiceVersion(models.Model):
    """One row is one version of a service's definition; once published it never changes, cases keep theirs."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draf")
        PUBLISHED = "published", _("terbit")
        RETIRED = "retired", _("diganti versi baru")

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)  # of the canonical definition
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    rehearsal = models.JSONField(default=dict, blank=True)  # what the last rehearsal found, and when
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="service_version_once"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(state="published"), name="service_published_once"
            ),
        ]


class Event(models.Model):
    """One row is an event of life with the services that it needs: "Anak lahir"."""

    code = models.SlugField(max_length=60, unique=True)
    title = TextField()
    summary = TextField()
    services = models.JSONField(default=list)  # codes, in order
    pack = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]


def seen_by(me: Any, offices: Any, areas: Any) -> Q:
    """Return which cases somebody sees who is `me` and sees the work of these offices and areas.

    Ids, or the Slots of a prepared query.
    """
    wanted = Q(account=me) | Q(filed_by=me) if me else Q(pk__in=())
    if offices:
        wanted |= Q(offices__overlap=offices)
    if areas:
        wanted |= Q(area__in=areas)
    return wanted


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "CaseQuerySet":
        """Those that somebody may see, as one SQL predicate: held now or before by an office of theirs, in their area,
        or their own."""
        reached = reach(user, "cases.see")
        if reached.everything:
            return self
        return self.filter(seen_by(user.pk, sorted(reached.agencies), reached.areas))

    def near(self, user: AbstractBaseUser | AnonymousUser) -> "CaseQuerySet":
        """Those of `visible_to` that lie at an office of theirs now, or come from their area.

        By indexes of columns alone: whoever holds a case sees it (case_seen_by_its_offices), so nothing is asked twice.
        """
        reached = reach(user, "cases.see")
        if reached.everything:
            return self
        wanted = Q(office__in=sorted(reached.agencies))
        if reached.areas:
            wanted |= Q(area__in=sorted(reached.areas))
        return self.filter(wanted)

    def held_by(self, user: AbstractBaseUser | AnonymousUser, verb: str = "cases.handle") -> "CaseQuerySet":
        """Those on which somebody may act with a verb: in an office or area of theirs now."""
        reached = reach(user, verb)
        if reached.everything:
            return self
        return self.filter(Q(office__in=reached.agencies) | Q(area__in=reached.areas))

    def running(self) -> "CaseQuerySet":
        """Those that somebody still has to finish."""
        return self.filter(phase__in=RUNNING)


class Case(models.Model):
    """One row is one thing that is asked of the regency: an application, a complaint, an information request.

    Whatever is filtered, counted or joined on is a column. Of the answers, public and internal ones lie in `answers`,
    personal and sensitive ones encrypted in `sealed`, under the case's own DataKey. Moments are stored in UTC; days are
    those of the node's zone.
    """

    class Phase(models.TextChoices):
        """The same five for every service; a pack's states are labels inside a phase."""

        DRAFT = "draft", _("draf")
        OPEN = "open", _("dikerjakan")
        WAITING = "waiting", _("menunggu pemohon")  # stops the clock
        DECIDED = "decided", _("diputuskan")  # has an outcome
        CLOSED = "closed", _("selesai")  # retention begins

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("dikabulkan")
        PARTLY = "partly", _("dikabulkan sebagian")
        REFUSED = "refused", _("ditolak")
        NOT_HELD = "not_held", _("tidak dikuasai")
        REFERRED = "referred", _("diteruskan")
        DUPLICATE = "duplicate", _("sudah diajukan sebelumnya")
        WITHDRAWN = "withdrawn", _("dicabut pemohon")
        LAPSED = "lapsed", _("gugur karena tidak dijawab")

    class Channel(models.TextChoices):
        WEB = "web", _("situs ini")
        PAPER = "paper", _("kertas")
        COUNTER = "counter", _("loket")
        VILLAGE = "village", _("kantor desa atau kecamatan")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=13, unique=True)  # tracking code, made on the device
    number = models.CharField(max_length=40, unique=True)  # AKL-2026-000123, given at receipt
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="cases")
    version = models.ForeignKey(ServiceVersion, on_delete=models.PROTECT, related_name="cases")
    phase = models.CharField(max_length=8, choices=Phase)
    state = models.CharField(max_length=40)  # word of the definition
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_reason = models.TextField(blank=True)
    owner = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")  # answers for the service
    office = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")  # holds the case now
    # ids of the agencies that see it: its owner and all that ever held it
    offices = ArrayField(models.BigIntegerField(), default=list)
    handler = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.WEB)
    filed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    authority = models.CharField(max_length=200, blank=True)  # why the representative may act
    language = models.CharField(max_length=2, default="id")  # in which the applicant is written to
    answers = models.JSONField(default=dict)
    sealed = models.JSONField(default=dict)  # privacy class -> ciphertext of the nested answers
    work = models.JSONField(default=dict)  # step code -> what officers entered with it, open classes only
    sealed_work = models.JSONField(default=dict)  # step code -> ciphertext
    original_date = models.DateField(null=True, blank=True)  # written on the paper form
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # the promise; last second of its day, or an hour
    stage_due_at = models.DateTimeField(null=True, blank=True)  # of the present state
    state_since = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)  # since when the clock stands
    answer_until = models.DateTimeField(null=True, blank=True)  # by when the applicant answers
    asked_count = models.PositiveSmallIntegerField(default=0)  # 0 at the end: complete the first time
    extensions = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_on_time = models.BooleanField(null=True, blank=True)
    days_taken = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # working days to the decision, pauses apart
    closed_at = models.DateTimeField(null=True, blank=True)
    escalated_to = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True, blank=True)
    external_system = models.CharField(max_length=40, blank=True)  # SIAK, OSS, SP4N-LAPOR!
    external_reference = models.TextField(
        blank=True
    )  # ciphertext: the number there, of a family card or a deed as well
    bundle = models.UUIDField(null=True, blank=True, db_index=True)  # cases filed together for one event
    batch = models.ForeignKey(
        "PaymentBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    quota_year = models.PositiveSmallIntegerField(null=True, blank=True)  # the budget year that pays
    legal_hold = models.BooleanField(default=False)  # no erasure while a dispute runs
    erase_after = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)  # counts every change, for If-Match
    changed_at = models.DateTimeField()  # of the last change that statistics count
    search = SearchVectorField(null=True, editable=False)  # number, code and names

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(phase="decided") | ~Q(outcome=""), name="case_decided_has_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(phase="closed") | Q(closed_at__isnull=False), name="case_closed_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(phase="waiting", paused_at__isnull=False)
                | (~Q(phase="waiting") & Q(paused_at__isnull=True)),
                name="case_waits_exactly_while_paused",
            ),
            models.CheckConstraint(
                condition=Q(offices__contains=[F("owner"), F("office")]), name="case_seen_by_its_offices"
            ),
        ]
        indexes = [
            models.Index(fields=["office", "due_at", "id"], condition=Q(phase="open"), name="case_desk"),
            models.Index(fields=["handler", "due_at", "id"], condition=Q(phase="open"), name="case_mine"),
            models.Index(fields=["area", "due_at", "id"], condition=Q(phase="open"), name="case_area_desk"),
            models.Index(fields=["due_at", "id"], condition=Q(phase="open"), name="case_due"),
            models.Index(
                fields=["office", "answer_until", "id"], condition=Q(phase="waiting"), name="case_waiting"
            ),
            models.Index(fields=["office", "-received_at"], condition=Q(phase="decided"), name="case_ended"),
            models.Index(fields=["owner", "-received_at"], name="case_owner"),
            models.Index(fields=["service", "-received_at"], name="case_service"),
            models.Index(fields=["service", "decided_at"], name="case_decided"),
            models.Index(fields=["area", "-received_at"], name="case_area"),
            models.Index(fields=["-received_at", "id"], name="case_received"),
            models.Index(fields=["changed_at"], name="case_changed"),
            models.Index(fields=["erase_after"], condition=Q(erased_at__isnull=True), name="case_erase"),
            GinIndex(fields=["search"], name="case_search"),
            GinIndex(fields=["offices", "search"], name="case_found"),  # a name among those of an office
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def result(self) -> str:
        """The outcome once it counts; "" also while the letter that says it waits for its signatures."""
        return self.outcome if self.phase in (self.Phase.DECIDED, self.Phase.CLOSED) else ""


RUNNING = (Case.Phase.OPEN, Case.Phase.WAITING)


class Stay(models.Model):
    """One row is one stay of a case in one state at one office: where the time went. Waiting stays are the pauses."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stays")
    state = models.CharField(max_length=40)
    phase = models.CharField(max_length=8, choices=Case.Phase)
    office = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40, blank=True)  # that led here; empty: the receipt
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # working days of the office, when it was left

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(left_at__isnull=True), name="stay_open_once")
        ]
        indexes = [
            models.Index(fields=["case", "entered_at"], name="stay_of_case"),
            models.Index(fields=["office", "entered_at"], name="stay_office"),
            models.Index(fields=["left_at"], name="stay_left"),
        ]


class Ask(models.Model):
    """One row is one time the office asked the applicant for something: what is missing and until when."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="asks")
    items = models.JSONField()  # sentences, at least one
    until = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)  # sealed, see sealing.py of record: ciphertext in base64

    class Meta:
        ordering = ["asked_at"]


class Note(models.Model):
    """One row is a note in a case: internal, to the citizen, or from the citizen. The words are sealed."""

    class Reader(models.TextChoices):
        INTERNAL = "internal", _("hanya petugas")
        CITIZEN = "citizen", _("kepada pemohon")
        OFFICE = "office", _("dari pemohon")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    reader = models.CharField(max_length=8, choices=Reader)
    words = models.TextField()  # ciphertext in base64, under the case's DataKey
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class Attachment(models.Model):
    """One row is one paper of a case: announced, arriving in pieces, or whole."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    number = models.PositiveSmallIntegerField()  # 0, 1, 2 ... within the case
    paper = models.CharField(
        max_length=60
    )  # path of the file field, or code of the requirement: "papers.birth_letter"
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()  # bytes, as announced
    sha256 = models.CharField(max_length=64)  # as announced by the device
    offset = models.PositiveBigIntegerField(default=0)  # bytes that have arrived
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    trouble = models.CharField(max_length=300, blank=True)  # why a whole file was not accepted
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="attachment_number_once")]


class CaseLink(models.Model):
    """One row says how one case belongs to another."""

    class Kind(models.TextChoices):
        OBJECTION = "objection", _("keberatan atas")
        DUPLICATE = "duplicate", _("sama dengan")
        FOLLOWS = "follows", _("lanjutan dari")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    to = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "to", "kind"], name="case_link_once")]


class Reply(models.Model):
    """One row is a ready-made reply or list of missing things that officers of an agency start from."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    words = models.TextField()

    class Meta:
        verbose_name_plural = "replies"
        ordering = ["title"]


class PaymentBatch(models.Model):
    """One row is one list of benefits that are paid together under one decree."""

    class State(models.TextChoices):
        DRAFT = "draft", _("disusun")
        SENT = "sent", _("dikirim ke bank")
        PAID = "paid", _("dibayar")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    year = models.PositiveSmallIntegerField()  # budget year
    decree = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=5, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "payment batches"


class Ticket(models.Model):
    """One row lets somebody who knew code and contact look at a case on one device for a while."""

    secret = models.CharField(max_length=64, unique=True)  # SHA-256 of what the cookie holds
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()


class ServiceSetting(models.Model):
    """One row is this regency's own value of one parameter of a service."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="settings")
    name = models.CharField(max_length=60)
    value = models.CharField(max_length=300)
    source = models.CharField(max_length=300)  # the regulation or decision that sets it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "name"], name="service_setting_once")]


class Tally(models.Model):
    """One row counts the cases of one service, agency and district in one month: received in it, decided in it.

    Filled by statistics.py from the cases; it can be emptied and filled again at any time.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    district = models.ForeignKey(Area, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()  # its first day, in the node's zone
    received = models.PositiveIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)  # with an outcome that says whether the promise was kept
    on_time = models.PositiveIntegerField(default=0)  # of decided
    first_time = models.PositiveIntegerField(default=0)  # of decided: nothing had to be asked for
    refused = models.PositiveIntegerField(default=0)  # of decided
    days = models.JSONField(default=dict)  # of decided: working days -> how many cases

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "owner", "district", "month"], nulls_distinct=False, name="tally_once"
            )
        ]
        indexes = [models.Index(fields=["month", "service"], name="tally_month")]


class OfficeTally(models.Model):
    """One row counts the stays of one service's cases that ended at one office in one month."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    office = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    stays = models.PositiveIntegerField(default=0)
    days = models.JSONField(default=dict)  # working days -> how many stays

    class Meta:
        verbose_name_plural = "office tallies"
        constraints = [
            models.UniqueConstraint(fields=["service", "office", "month"], name="office_tally_once")
        ]


class TallyState(models.Model):
    """The one row says how far the tallies are filled."""

    counted_to = models.DateTimeField(null=True, blank=True)  # every change of a case before this is counted
    ran_at = models.DateTimeField(null=True, blank=True)
    months = models.PositiveIntegerField(default=0)  # how many groups the last run counted anew


class Incident(models.Model):
    """One row is one time that personal data got into wrong hands, were changed or lost (UU 27/2022, article 46).

    What happened is sealed under the incident's own DataKey, for it may name people.
    """

    class Kind(models.TextChoices):
        DISCLOSED = "disclosed", _("diketahui orang yang tidak berhak")
        CHANGED = "changed", _("diubah tanpa hak")
        LOST = "lost", _("hilang atau tidak bisa dibuka")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=160)  # in short, without names
    kind = models.CharField(max_length=9, choices=Kind)
    data = models.CharField(max_length=300, blank=True)  # which data, not whose
    sealed = models.JSONField(default=dict)  # words, handling, notice -> ciphertext
    began_on = models.DateField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    due_at = models.DateTimeField()  # 72 hours after it was noticed
    services = models.JSONField(default=list)  # codes of services whose cases are concerned
    received_from = models.DateField(null=True, blank=True)  # of those services: received since
    received_to = models.DateField(null=True, blank=True)
    cases = models.JSONField(default=list)  # keys of single cases that are concerned
    done = models.JSONField(default=dict)  # code of a step of the checklist -> ISO moment
    authority_told_at = models.DateTimeField(null=True, blank=True)
    subjects_told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-noticed_at"]

    def __str__(self) -> str:
        return self.title
