import uuid

from django.db import models
from django.db.models import F, Q

from lawang.lib.text import TextField
from lawang.people.models import Agency, User
from lawang.record.models import File


class Template(models.Model):
    """One row is one version of the wording of one letter: a pack's, or an agency's own, which wins.

    A version never changes; changing the words makes the next one. `body` is Markdown with two constructs
    (language.py). Documents keep the version they were written from.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=80)  # "surat-keterangan-usaha/letter"
    agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="templates"
    )
    version = models.PositiveIntegerField()
    title = TextField()  # what the letter is about; printed as its subject
    body = TextField()
    kind = models.CharField(max_length=40)  # "receipt", "letter", "certificate", "decision": see kinds.py
    series = models.CharField(max_length=40, blank=True)  # code of its number series; empty: without a number
    signers = models.JSONField(default=list, blank=True)  # offices in order: ["section_head", "head"]
    names = models.JSONField(default=dict, blank=True)  # name of a value -> Text that explains it
    is_current = models.BooleanField(default=True)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "agency_id", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "agency", "version"], name="template_version_once", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["code", "agency"],
                name="template_one_current",
                condition=Q(is_current=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Letterhead(models.Model):
    """One row is what stands at the head of one agency's letters; the crest comes from the theme."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="letterhead")
    lines = models.JSONField(default=list)  # 1 to 5 lines, from the regency down to the office
    address = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=200, blank=True)  # telephone, e-mail, site
    place = models.CharField(max_length=60)  # the town before the date: "Tebing Tinggi"

    def __str__(self) -> str:
        return f"{self.agency}"


class NumberSeries(models.Model):
    """One row counts one kind of number of one year, in one office or in all of the regency.

    The number is taken under a lock in the transaction that uses it: when that is undone, so is the number.
    """

    code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    office = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["code", "year", "office_id"]
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "year", "office"], name="series_once_per_year", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.year}"


class NumberPattern(models.Model):
    """One row is how the numbers of one series are written: "{code}/{number:03}/{office}/{roman}/{year}".

    Without an agency: for everybody who has no pattern of their own.
    """

    code = models.CharField(max_length=40)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pattern = models.CharField(max_length=80)  # see numbers.py

    class Meta:
        ordering = ["code", "agency_id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "agency"], name="pattern_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.pattern}"


class VoidedNumber(models.Model):
    """One row is one number that was taken and will never be on a valid document, with the reason."""

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="voided")
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=80)  # as it was written
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "sequence"], name="voided_once")]

    def __str__(self) -> str:
        return self.number


class Document(models.Model):
    """One row is one paper that this regency issues, or that a national system issued and we keep.

    `values` is what filled the template, as one ciphertext under the document's own DataKey; its PDF lies on disk
    encrypted under the same. Of a paper from elsewhere it is the number: a deed's or a family card's is personal
    (UU 24/2013). Nothing else here is personal data: the public check page shows these columns.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"  # numbered, not yet signed by all
        VALID = "valid"
        REPLACED = "replaced"
        REVOKED = "revoked"

    class Origin(models.TextChoices):
        OURS = "ours"
        ELSEWHERE = "elsewhere"  # made in SIAK, OSS, ...: we keep its PDF and say what its signature is worth

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=13, unique=True)  # on the paper and in its QR: /cek/<code>
    kind = models.CharField(max_length=40)
    title = TextField()
    number = models.CharField(max_length=80, blank=True)  # ours; another system's lies in `values`
    number_hash = models.CharField(max_length=44, blank=True)  # keyed, of another system's
    series = models.ForeignKey(
        NumberSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sequence = models.PositiveIntegerField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)  # written on the paper
    office = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="documents")
    about = models.CharField(max_length=120, blank=True)  # the thing it came from: "cases.case:<key>"
    template = models.ForeignKey(Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    values = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="id")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.OURS)
    is_example = models.BooleanField(default=False)  # signed by the test authority: CONTOH on every page
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)  # of the final PDF
    validation = models.JSONField(default=dict, blank=True)  # what a signature from elsewhere is worth
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    replaced_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)  # why it was replaced or revoked
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)  # its PDF and values are unreadable since

    class Meta:
        indexes = [
            models.Index(fields=["about"], name="document_about"),
            models.Index(fields=["office", "-made_at"], name="document_of_office"),
            models.Index(fields=["-made_at"], name="document_made"),
            models.Index(fields=["number"], name="document_number"),
            models.Index(fields=["number_hash"], condition=~Q(number_hash=""), name="document_number_hash"),
            models.Index(fields=["sha256"], name="document_hash"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="document_number_once"),
            models.CheckConstraint(
                name="document_valid_was_issued",
                condition=~Q(state="valid") | (Q(issued_at__isnull=False) & ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="document_keeps_its_file",
                condition=Q(state="draft") | Q(file__isnull=False),
            ),
            models.CheckConstraint(
                name="document_replaced_names_the_next",
                condition=~Q(state="replaced") | Q(replaced_by__isnull=False, replaced_at__isnull=False),
            ),
            models.CheckConstraint(
                name="document_revoked_says_why",
                condition=~Q(state="revoked") | (Q(revoked_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="document_does_not_replace_itself", condition=~Q(replaced_by=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.code


class Signature(models.Model):
    """One row is one place for a signature on one document; they are taken in order."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ASKED = "asked"  # sent to a signer that answers later
        SIGNED = "signed"
        REFUSED = "refused"

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="signatures")
    order = models.PositiveSmallIntegerField()  # 1, 2, ...
    office = models.CharField(max_length=40)  # the word a role `signs_as`: "head"
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, blank=True)  # printed on the paper
    position = models.CharField(max_length=160, blank=True)  # "Kepala Dinas ...", "a.n. ...", as printed
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    signed_at = models.DateTimeField(null=True, blank=True)
    backend = models.CharField(max_length=20, blank=True)  # "test", "bsre", "upload"
    ticket = models.CharField(max_length=120, blank=True)  # how the signer names what it will answer later
    asked_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(
        max_length=500, blank=True
    )  # why it did not work, for the signer; no personal data

    class Meta:
        ordering = ["document_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["document", "order"], name="signature_order_once"),
            models.UniqueConstraint(fields=["document", "user"], name="signature_never_twice_by_one"),
            models.CheckConstraint(
                name="signature_signed_by_somebody",
                condition=~Q(state="signed")
                | (Q(signed_at__isnull=False) & (Q(user__isnull=False) | Q(backend="upload"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.order} {self.office}"


class CheckCount(models.Model):
    """One row counts how often one document was looked up on the public page on one day. Nobody's address is kept.

    Without a document: look-ups that found nothing.
    """

    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="checks"
    )
    date = models.DateField()  # of the node
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "date"], name="checks_counted_per_day", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.date}: {self.count}"
