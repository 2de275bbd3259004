import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lawang.areas.models import Area
from lawang.lib.text import TextField
from lawang.people.models import Agency


class Picture(models.Model):
    """One row is one picture in every width and format that pages show it in."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alt = TextField()  # what is to be seen, for those who do not see it
    credit = models.CharField(max_length=120, blank=True)
    width = models.PositiveIntegerField()  # pixels of the widest rendition
    height = models.PositiveIntegerField()
    # [{"kind": "image/avif", "width": 640, "bytes": 18211, "file": "<key of the record's File>"}]
    renditions = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]


class PageQuerySet(models.QuerySet["Page"]):
    def published(self, at: datetime) -> Self:
        """Return what everybody may read at that moment."""
        return self.filter(state=Page.State.PUBLISHED, publish_at__lte=at)


class Page(models.Model):
    """One row is one text for everybody: news, a story, or a page that stays."""

    class Kind(models.TextChoices):
        NEWS = "news", _("berita")
        STORY = "story", _("cerita")
        PAGE = "page", _("halaman")  # stays; not in lists of news nor in the feed

    class State(models.TextChoices):
        DRAFT = "draft", _("draf")
        REVIEW = "review", _("menunggu diperiksa")
        PUBLISHED = "published", _("terbit")  # from publish_at on
        WITHDRAWN = "withdrawn", _("ditarik")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.NEWS)
    slug = models.SlugField(max_length=80, unique=True)
    title = TextField()
    summary = TextField()  # one or two sentences, without Markdown
    body = TextField()  # Markdown
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    picture = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    publish_at = models.DateTimeField(null=True, blank=True)
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who read it over and published it; never the writer
    returned = models.CharField(max_length=500, blank=True)  # why it came back to its writer
    changed_at = models.DateTimeField()
    search = models.GeneratedField(
        expression=SearchVector(KT("title__id"), weight="A", config="indonesian")
        + SearchVector(KT("summary__id"), weight="B", config="indonesian")
        + SearchVector(KT("body__id"), weight="C", config="indonesian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["-publish_at", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="page_search"),
            models.Index(fields=["state", "-publish_at"], name="page_published"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(publish_at__isnull=False, reader__isnull=False),
                name="page_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(reader=None) | ~models.Q(reader=models.F("writer")),
                name="page_read_over_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("pages:page", args=[self.slug])

    def is_published(self, at: datetime) -> bool:
        return self.state == self.State.PUBLISHED and self.publish_at is not None and self.publish_at <= at
