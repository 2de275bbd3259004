import uuid

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One row is one thing somebody did to one thing: the history, append-only, chained per thing.

    `hash` is the SHA-256 over the previous entry's hash and this entry's own canonical JSON, so that a row that was
    changed or removed later is noticed by `lawang doctor`.
    """

    thing = models.CharField(max_length=120)  # "plans.programme:<key>", see actions.thing_name
    number = models.PositiveIntegerField()  # 1, 2, 3 ... within the thing
    verb = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    before = models.JSONField(default=dict)  # named fields only
    after = models.JSONField(default=dict)
    sealed = models.JSONField(default=dict)  # personal fields: name -> ciphertext under the thing's DataKey
    note = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["thing", "number"], name="entry_number_once_per_thing")
        ]
        indexes = [
            models.Index(fields=["at"], name="entry_at"),
            models.Index(fields=["verb", "at"], name="entry_verb_at"),
        ]

    def __str__(self) -> str:
        return f"{self.thing} #{self.number} {self.verb}"


class DataKey(models.Model):
    """One row is the key that encrypts the personal fields in one thing's entries; deleting it erases them."""

    thing = models.CharField(max_length=120, unique=True)
    wrapped = (
        models.BinaryField()
    )  # encrypted under the installation's master key, a file outside the database
    master = models.CharField(max_length=16, blank=True)  # which master key; empty: the first one


class Seal(models.Model):
    """One row is one night's signature over the last hash of every chain."""

    date = models.DateField(unique=True)  # local date of the node
    made_at = models.DateTimeField()
    last_entry = models.BigIntegerField()  # the highest Entry id that it covers
    chains = models.PositiveIntegerField()
    root = models.CharField(max_length=64)  # SHA-256 over the sorted "thing hash" lines
    signature = models.BinaryField()
    fingerprint = models.CharField(max_length=64)  # of the public key that verifies it


class Outbox(models.Model):
    """One row is one message that leaves the house, addressed to a channel and not to a User."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"  # given up after the last attempt; can be sent again by hand

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=20, default="email")
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    about = models.CharField(max_length=120, blank=True)  # the thing, as in Entry.thing
    kind = models.CharField(max_length=60)  # which message: "value_returned"
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)  # the last error, without personal data

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [models.Index(fields=["state", "next_at"], name="outbox_due")]


class Privacy(models.TextChoices):
    """The four privacy classes, from open to closed (design: Field)."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class File(models.Model):
    """One row is one file somebody handed in; equal contents are stored once, under their SHA-256."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=100)  # media type as sniffed from the contents
    size = models.PositiveBigIntegerField()  # bytes, as stored
    about = models.CharField(max_length=120, db_index=True)  # the thing it belongs to decides who may read it
    privacy = models.CharField(max_length=10, choices=Privacy, default=Privacy.INTERNAL)
    is_sealed = models.BooleanField(default=False)  # lies on disk encrypted under the DataKey of `about`
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()


class Access(models.Model):
    """One row is one reading of somebody's personal data."""

    thing = models.CharField(max_length=120, db_index=True)
    fields = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "accesses"


class Key(models.Model):
    """One row is one idempotency key with what was answered: the same key twice is one change."""

    key = models.CharField(max_length=64, unique=True)
    verb = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    content = models.CharField(max_length=64)  # SHA-256 of what was sent
    result = models.JSONField(default=dict)
    at = models.DateTimeField()


class Tries(models.Model):
    """One row counts how often somebody tried one thing in one span of time; who, only as a keyed hash."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)  # when the span is over

    class Meta:
        verbose_name_plural = "tries"
