import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.record.models import Privacy


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """One row is one person who can log in. What they may do comes from their memberships alone."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(null=True, blank=True)
    phone = models.CharField(max_length=20, null=True, blank=True)  # +628...
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_changes_at = models.DateTimeField(null=True, blank=True)  # "what changed since last visit"
    nik = models.TextField(blank=True)  # of who signs letters electronically; a ciphertext, see registered.py

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_once"),
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.UniqueConstraint(fields=["phone"], name="user_phone_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.username


class Node(models.Model):
    """The one row says whose installation this is."""

    class Kind(models.TextChoices):
        REGENCY = "regency"
        MOVEMENT = "movement"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REGENCY)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = TextField()
    base_url = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    is_demo = models.BooleanField(default=False)  # every page then says so
    theme = models.CharField(max_length=60, blank=True)  # name of the pack that dresses the pages


class NodeKey(models.Model):
    """One row is one public key of this node; its private half is a file outside the database."""

    class Purpose(models.TextChoices):
        BATCH = "batch"
        QR = "qr"
        SEAL = "seal"

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="keys")
    purpose = models.CharField(max_length=10, choices=Purpose)
    fingerprint = models.CharField(max_length=64, unique=True)
    public = models.TextField()  # PEM
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)


class Agency(models.Model):
    """One row is one office of the regency: OPD, hospital, water company, district or village office."""

    class Kind(models.TextChoices):
        OPD = "opd"
        RSUD = "rsud"
        BUMD = "bumd"
        DISTRICT = "district"
        VILLAGE = "village"
        OUTSIDE = "outside"  # a partner that is no part of the regency

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = TextField()
    short_name = models.CharField(max_length=40)
    aliases = models.JSONField(default=list, blank=True)  # other spellings that imports accept
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OPD)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="agencies")
    phone = models.CharField(max_length=30, blank=True)  # of the office, public
    calendar = models.ForeignKey(
        "Calendar", null=True, blank=True, on_delete=models.PROTECT, related_name="agencies"
    )  # its working days; nothing: the national ones
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    succeeds = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="succeeded_by")

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name


class Role(models.Model):
    """One row is one role out of a pack: verbs with their scope, and the highest privacy class it may see.

    `verbs` maps a verb ("measures.approve", or "plans.*") to a scope: all, agency (own and below), area (own and
    below), self. No code asks for a role by its name.
    """

    code = models.CharField(max_length=40, unique=True)
    title = TextField()
    verbs = models.JSONField(default=dict)
    highest_privacy = models.CharField(max_length=10, choices=Privacy, default=Privacy.INTERNAL)
    needs_second_factor = models.BooleanField(default=False)
    signs_as = models.JSONField(default=list, blank=True)  # offices for which it signs letters: ["head"]
    pack = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """One row is one person holding one role in one agency for a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)  # last day

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date__isnull=True) | models.Q(to_date__gte=models.F("from_date")),
                name="membership_ends_after_it_begins",
            )
        ]


class Delegation(models.Model):
    """One row lets somebody act with another person's membership while that person is away."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegated")
    from_date = models.DateField()
    to_date = models.DateField()  # last day
    why = models.CharField(max_length=200, blank=True)


class Calendar(models.Model):
    """One row is one set of days on which an office is closed beside its weekend."""

    code = models.CharField(max_length=40, unique=True)
    name = TextField()
    weekend = models.JSONField(default=list)  # ISO weekdays, Monday 1: [6, 7]


class Holiday(models.Model):
    """One row is one day off in one calendar."""

    class Kind(models.TextChoices):
        NATIONAL = "national"
        JOINT_LEAVE = "joint_leave"  # cuti bersama
        REGIONAL = "regional"

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = TextField()
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.NATIONAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once_per_calendar")]


class Party(models.Model):
    """One row is one person or organisation in one case, as they were named there; never merged with another.

    The name is kept in the open, for lists and search; how to reach them and who they are by number is encrypted under
    the DataKey of the thing `owner` names. The keyed hashes answer "the same number?" without opening anything.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.CharField(max_length=120, db_index=True)  # the thing it belongs to: "cases.case:<key>"
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(max_length=200)
    sealed = models.JSONField(default=dict)  # nik, phone, email, birth_date, address -> ciphertext
    nik_hash = models.CharField(max_length=44, blank=True)
    email_hash = models.CharField(max_length=44, blank=True)
    phone_hash = models.CharField(max_length=44, blank=True)

    class Meta:
        verbose_name_plural = "parties"
        indexes = [
            models.Index(fields=["nik_hash"], condition=~models.Q(nik_hash=""), name="party_nik"),
            models.Index(fields=["email_hash"], condition=~models.Q(email_hash=""), name="party_email"),
            models.Index(fields=["phone_hash"], condition=~models.Q(phone_hash=""), name="party_phone"),
        ]

    def __str__(self) -> str:
        return self.name
