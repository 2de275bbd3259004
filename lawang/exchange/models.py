from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lawang.lib.text import TextField
from lawang.people.models import Node
from lawang.record.models import File

# Nobody reaches into another's database: what came from a peer stays in the Received tables, which only the verb
# `receive` writes. Figures lie a second time as Parquet (columns.py), for sums over the nation (rollup.py).


class PeerQuerySet(models.QuerySet["Peer"]):
    def trusted(self) -> "PeerQuerySet":
        """Those that were admitted and not revoked."""
        return self.filter(revoked_at__isnull=True)


class Peer(models.Model):
    """One row is another installation that this one exchanges batches with: a regency's movement, or a regency."""

    key = models.UUIDField(unique=True, editable=False)  # the permanent UUID of its Node
    kind = models.CharField(max_length=10, choices=Node.Kind)
    name = TextField()
    area_code = models.CharField(max_length=13, blank=True)
    base_url = models.CharField(max_length=200, blank=True)  # empty: its batches are carried as files
    agreement = models.CharField(max_length=200)  # the MoU or letter under which it was admitted
    card_at = models.DateTimeField()  # when the card that we go by was made
    admitted_at = models.DateTimeField()
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)  # from then on nothing of it is accepted
    revoked_why = models.CharField(max_length=300, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)  # when its newest batch was taken in
    asked_at = models.DateTimeField(null=True, blank=True)  # when we last asked for batches
    trouble = models.CharField(max_length=300, blank=True)  # why that failed; empty: it did not

    objects = PeerQuerySet.as_manager()

    class Meta:
        ordering = ["area_code", "pk"]

    def __str__(self) -> str:
        return f"{self.area_code or self.kind} {self.key}"


class PeerKey(models.Model):
    """One row is one public key of a peer and the time in which it counts."""

    class Use(models.TextChoices):
        SIGN = "sign"  # Ed25519
        BOX = "box"  # X25519: parts that only this node may read are encrypted to it

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="keys")
    use = models.CharField(max_length=4, choices=Use)
    fingerprint = models.CharField(max_length=64, unique=True)
    public = models.BinaryField()  # 32 bytes
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["peer", "use"],
                condition=models.Q(valid_to__isnull=True),
                name="peer_key_one_in_force",
            )
        ]


class SentBatch(models.Model):
    """One row is one batch that this node sealed for one peer."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="sent")
    sequence = models.PositiveIntegerField()  # 1, 2, 3 ... for this peer
    manifest_sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    fetched_at = models.DateTimeField(null=True, blank=True)  # when the peer first downloaded it

    class Meta:
        verbose_name_plural = "sent batches"
        ordering = ["-sequence"]
        constraints = [models.UniqueConstraint(fields=["peer", "sequence"], name="sent_batch_sequence_once")]


class SentPart(models.Model):
    """One row is one part of a sent batch: one correction of what we call by this name."""

    batch = models.ForeignKey(SentBatch, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    correction = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the contents in clear; empty: withdrawn

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "name"], name="sent_part_once_per_batch")]


class ReceivedBatch(models.Model):
    """One row is one file that came as a batch, whatever became of it."""

    class State(models.TextChoices):
        TAKEN = "taken", _("diterima")
        WAITING = "waiting", _("menunggu kiriman sebelumnya")
        REFUSED = "refused", _("ditolak")
        ASIDE = "aside", _("disisihkan")  # from before everything was asked for anew

    sha256 = models.CharField(max_length=64, unique=True)  # of the whole file
    peer = models.ForeignKey(Peer, null=True, blank=True, on_delete=models.PROTECT, related_name="received")
    state = models.CharField(max_length=7, choices=State)
    sequence = models.PositiveIntegerField(null=True, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)  # as its manifest says
    reason = models.CharField(max_length=500, blank=True)  # why it was refused, or what it waits for
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    came_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who brought it as a file

    class Meta:
        verbose_name_plural = "received batches"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["peer", "sequence"],
                condition=models.Q(state="taken"),
                name="received_batch_sequence_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="taken")
                | models.Q(peer__isnull=False, sequence__isnull=False, taken_at__isnull=False),
                name="received_batch_taken_is_whole",
            ),
        ]


class ReceivedPartQuerySet(models.QuerySet["ReceivedPart"]):
    def in_force(self) -> "ReceivedPartQuerySet":
        """Those that count: of each name the highest correction, without what was withdrawn."""
        return self.filter(is_latest=True, is_withdrawn=False)


class ReceivedPart(models.Model):
    """One row is one part that a peer sent. `document` holds what is no list of figures: its plan, its services."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="parts")
    batch = models.ForeignKey(ReceivedBatch, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    schema = models.PositiveSmallIntegerField()
    correction = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    is_withdrawn = models.BooleanField(default=False)
    is_latest = models.BooleanField(default=True)
    is_read = models.BooleanField(default=False)  # False: this version does not know the kind yet
    document = models.JSONField(null=True, blank=True)

    objects = ReceivedPartQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["peer", "name", "correction"], name="received_part_correction_once"
            ),
            models.UniqueConstraint(
                fields=["peer", "name"], condition=models.Q(is_latest=True), name="received_part_one_latest"
            ),
        ]


class ReceivedValue(models.Model):
    """One row is one figure of a peer, out of the latest correction of its part: an approved value or a statistic."""

    part = models.ForeignKey(ReceivedPart, on_delete=models.CASCADE, related_name="values")
    series = models.CharField(max_length=120)  # its code; of a statistic "cases.on_time_share/akta-kelahiran"
    start = models.DateField()
    end = models.DateField()
    place = models.CharField(
        max_length=13, blank=True
    )  # code of an area inside the regency; empty: all of it
    breakdown = models.CharField(max_length=40, blank=True)
    amount = models.DecimalField(max_digits=24, decimal_places=6)
    counted = models.BigIntegerField(null=True, blank=True)  # of a share: how many ...
    whole = models.BigIntegerField(null=True, blank=True)  # ... of how many
    correction = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["part", "series", "start", "end", "place", "breakdown"], name="received_value_once"
            )
        ]
        indexes = [models.Index(fields=["series", "end"], name="received_value_series")]


class RolledFigure(models.Model):
    """One row is one figure of one year for the nation, a province or a type of region, kept from the last roll-up."""

    class Level(models.TextChoices):
        NATION = "nation", _("nasional")
        PROVINCE = "province", _("provinsi")
        TYPE = "type", _("jenis daerah")

    level = models.CharField(max_length=8, choices=Level)
    group = models.CharField(max_length=10, blank=True)  # "", code of the province, kabupaten or kota
    kind = models.CharField(max_length=40)  # values, statistics
    series = models.CharField(max_length=120)
    title = models.CharField(max_length=500)
    unit = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField()
    regencies = models.PositiveIntegerField()  # that have a figure
    missing = models.PositiveIntegerField()  # that should and have none
    amount = models.DecimalField(
        max_digits=38, decimal_places=6, null=True
    )  # all together, where they may be joined
    low = models.FloatField()
    quarter = models.FloatField()
    median = models.FloatField()
    three_quarters = models.FloatField()
    high = models.FloatField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "kind", "level", "group", "year"], name="rolled_figure_once"
            )
        ]
        indexes = [models.Index(fields=["level", "group", "year", "title"], name="rolled_figure_list")]
